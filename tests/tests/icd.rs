//! AvA as one more vendor behind the loader that is there.

use ava_tests::{Avad, Forward, Job, Vendor, assert_same, forwarded, native, program, tools};

/// The names of the platforms that clinfo lists, sorted.
fn platforms(output: &str) -> Vec<&str> {
    let mut names: Vec<_> =
        output.lines().filter_map(|line| line.strip_prefix("  Platform Name ")).map(str::trim).collect();
    // Each is named again with its devices.
    names.truncate(names.len() / 2);
    names.sort_unstable();
    names
}

#[test]
fn a_loader_lists_the_forwarded_platforms_beside_the_installed_ones() {
    let avad = Avad::of(Vendor::Oclgrind, &[], &[]);
    let run = forwarded(&avad, &Job::new("clinfo"), &Forward::icd());
    run.assert_success();
    assert_eq!(platforms(&run.stdout), ["Oclgrind", "Portable Computing Language"], "{run}");
}

#[test]
fn a_platform_has_its_vendors_name_on_both_sides() {
    let avad = Avad::start();
    let run = forwarded(&avad, &Job::new("clinfo"), &Forward::icd());
    assert_eq!(platforms(&run.stdout), ["Portable Computing Language"; 2], "{run}");
}

#[test]
fn everything_works_behind_the_loader() {
    // No vendor on the program's side, so that the first platform is the forwarded one.
    let avad = Avad::start();
    for (name, argument) in
        [("coverage", None), ("platforms", None), ("dynamic", None), ("threads", Some("3"))]
    {
        let mut job = Job::new(program(name));
        if let Some(argument) = argument {
            job = job.arg(argument);
        }
        let expected = native(&job);
        for strict in [false, true] {
            let how = Forward { strict, ..Forward::icd() };
            let run = forwarded(&avad, &job.clone().vendor(Vendor::Nobody), &how);
            assert_same(&format!("{} (icd, strict: {strict})", run.name), &expected.stdout, &run.stdout);
            run.assert_success();
        }
    }
}

#[test]
fn native_and_forwarded_platforms_are_used_together() {
    let avad = Avad::of(Vendor::Rusticl, &[], &[]);
    let run = forwarded(&avad, &Job::new(program("platforms")), &Forward::icd());
    run.assert_success();
    assert!(run.stdout.contains("2 platforms") && run.stdout.contains("round 5, rusticl"), "{run}");
}

#[test]
fn a_server_whose_loader_finds_our_library_does_not_forward_to_another() {
    let folder = ava_tests::Scratch::new();
    for (name, line) in [
        ("ava.icd", tools().binary("libAvaOpenCL.so").display().to_string()),
        ("oclgrind.icd", "/usr/lib/oclgrind/liboclgrind-rt-icd.so".into()),
    ] {
        std::fs::write(folder.path(name), line).expect("a file in the test's own folder");
    }
    let vendors = folder.dir().to_str().expect("an ordinary name");
    let avad = Avad::with(&[], &[("OCL_ICD_VENDORS", vendors)]);
    let run = forwarded(&avad, &Job::new("clinfo"), &Forward::fast());
    assert_eq!(platforms(&run.stdout), ["Oclgrind"], "{run}");
}

#[test]
fn without_a_router_the_installed_vendors_stay() {
    let mut avad = Avad::start();
    let job = Job::new("clinfo").env("AVA_ROUTER", "/nowhere/avad.sock");
    let folder = ava_tests::Scratch::new();
    std::fs::copy("/etc/OpenCL/vendors/pocl.icd", folder.path("pocl.icd")).expect("PoCL is installed");
    std::fs::write(folder.path("ava.icd"), tools().binary("libAvaOpenCL.so").display().to_string())
        .expect("a file in the test's own folder");
    avad.kill();
    let run = native(&job.env("OCL_ICD_VENDORS", folder.dir()));
    run.assert_success();
    assert_eq!(platforms(&run.stdout), ["Portable Computing Language"], "{run}");
}
