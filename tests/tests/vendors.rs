//! What programs see is their vendor's, whichever it is: one after another, several in one process, none, and beside the vendors that
//! are installed on the program's own side.

use ava_tests::{Avad, Forward, Job, Run, Vendor, assert_same, forwarded, native, program};

/// Runs `job` natively, fast and strict on `vendor`, and panics if any transcript differs.
fn same_on(vendor: Vendor, job: Job) -> Run {
    let job = job.vendor(vendor);
    let expected = native(&job);
    let avad = Avad::of(vendor, &[], &[]);
    for (mode, how) in [("fast", Forward::fast()), ("strict", Forward::strict())] {
        let run = forwarded(&avad, &job, &how);
        assert_same(&format!("{} ({vendor:?}, {mode})", run.name), &expected.stdout, &run.stdout);
        assert!(expected.exited(0) == run.exited(0), "natively {expected}\nforwarded {run}");
    }
    expected
}

#[test]
fn clinfo_prints_what_it_prints_natively_on_every_vendor() {
    for vendor in [Vendor::Rusticl, Vendor::Oclgrind] {
        let run = same_on(vendor, Job::new("clinfo"));
        assert!(run.stdout.contains("Number of devices                                 1"), "{run}");
    }
}

#[test]
fn clinfo_prints_what_it_prints_natively_on_all_vendors_at_once() {
    // Every line with something in it: whether a blank one follows the last platform depends on what is in clinfo's heap, natively too,
    // where MALLOC_PERTURB_=0, which changes nothing else, takes it away.
    let lines = |run: &Run| {
        let lines = run.stdout.lines().filter(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join("\n")
    };
    let job = Job::new("clinfo").vendor(Vendor::All);
    let (expected, avad) = (native(&job), Avad::of(Vendor::All, &[], &[]));
    assert!(expected.stdout.contains("Number of platforms                               3"), "{expected}");
    for how in [Forward::fast(), Forward::strict()] {
        let run = forwarded(&avad, &job, &how);
        assert_same(&run.name, &lines(&expected), &lines(&run));
    }
}

#[test]
fn every_function_behaves_as_natively_on_oclgrind() {
    same_on(Vendor::Oclgrind, Job::new(program("coverage"))).assert_success();
}

#[test]
fn every_function_behaves_as_natively_on_rusticl() {
    same_on(Vendor::Rusticl, Job::new(program("coverage"))).assert_success();
}

#[test]
fn every_error_code_is_the_vendors_own() {
    for vendor in Vendor::EACH {
        let run = same_on(vendor, Job::new(program("conformance")));
        run.assert_success();
        assert!(run.stdout.ends_with("\ndone\n"), "{run}");
    }
}

#[test]
fn threads_on_queues_of_their_own_compute_right_on_rusticl() {
    // Not on Oclgrind, which ends the process if two threads run kernels.
    let job = Job::new(program("threads")).arg("3").vendor(Vendor::Rusticl);
    let run = forwarded(&Avad::of(Vendor::Rusticl, &[], &[]), &job, &Forward::fast());
    run.assert_success();
    assert_eq!(run.stdout.matches("worked: 1, 0 wrong").count(), 4, "{run}");
}

#[test]
fn platforms_are_used_together_in_one_process() {
    let run = same_on(Vendor::All, Job::new(program("platforms")));
    run.assert_success();
    assert!(run.stdout.contains("3 platforms") && run.stdout.contains("round 5, rusticl"), "{run}");
}

#[test]
fn without_a_vendor_everything_fails_as_natively() {
    for vendor in [Vendor::Nobody, Vendor::Broken] {
        let run = same_on(vendor, Job::new(program("platforms")));
        assert!(run.stdout.contains("clGetPlatformIDs = CL_PLATFORM_NOT_FOUND_KHR"), "{run}");
        same_on(vendor, Job::new("clinfo"));
    }
}

#[test]
fn a_program_that_finds_the_library_at_run_time_sees_no_difference() {
    for vendor in Vendor::EACH {
        same_on(vendor, Job::new(program("dynamic"))).assert_success();
    }
}
