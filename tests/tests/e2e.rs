//! Unmodified programs do the same through AvA as natively, call by call, in the fast mode and in the strict one.

use std::time::Duration;

use ava_core::{
    transport::{GuestLink, unix},
    wire::handshake::Hello,
};
use ava_opencl::opencl::DESC;
use ava_tests::{
    Avad, Forward, Job, Run, Scratch, assert_same, forwarded, native, program, python_program, read_stats,
};

/// Runs `job` natively, fast and strict, and panics if any transcript differs.
fn same_everywhere(job: &Job) -> Run {
    let expected = native(job);
    expected.assert_success();
    let avad = Avad::start();
    for (mode, how) in [("fast", Forward::fast()), ("strict", Forward::strict())] {
        let run = forwarded(&avad, job, &how);
        assert_same(&format!("{} ({mode})", run.name), &expected.stdout, &run.stdout);
        run.assert_success();
    }
    expected
}

#[test]
fn clinfo_prints_what_it_prints_natively() {
    let run = same_everywhere(&Job::new("clinfo"));
    assert!(run.stdout.contains("Number of platforms"), "{run}");
}

#[test]
fn every_function_behaves_as_it_does_natively() {
    same_everywhere(&Job::new(program("coverage")));
}

#[test]
fn what_kernels_print_is_where_it_is_natively_among_what_the_program_prints() {
    // The one writes past C stdio, the other through it. The program's output is a pipe, so its own is kept until it is flushed.
    for vendor in ["pocl", "rusticl"] {
        let icd = format!("/etc/OpenCL/vendors/{vendor}.icd");
        if !std::path::Path::new(&icd).exists() {
            continue;
        }
        let environment = [("OCL_ICD_VENDORS", icd.as_str()), ("RUSTICL_ENABLE", "llvmpipe")];
        let avad = Avad::with(&[], &environment);
        let job =
            environment.iter().fold(Job::new(program("printing")), |job, (name, value)| job.env(name, value));
        let expected = native(&job);
        expected.assert_success();
        assert_eq!(expected.stdout.matches("item 0 of 3").count(), 2, "{expected}");
        for how in [Forward::fast(), Forward::strict()] {
            let run = forwarded(&avad, &job, &how);
            assert_same(vendor, &expected.stdout, &run.stdout);
            run.assert_success();
        }
    }
}

#[test]
fn each_section_of_the_coverage_runs_alone() {
    let list = native(&Job::new(program("coverage")).arg("--list"));
    let avad = Avad::start();
    for section in list.stdout.lines() {
        let job = Job::new(program("coverage")).arg(section);
        let (expected, run) = (native(&job), forwarded(&avad, &job, &Forward::fast()));
        assert_same(section, &expected.stdout, &run.stdout);
    }
}

#[test]
fn shared_virtual_memory_that_is_copied_shows_the_same_between_map_and_unmap() {
    let avad = Avad::with(&[], &[("AVA_OPENCL_SVM", "copy")]);
    let job = Job::new(program("coverage")).arg("svm");
    let expected = native(&job);
    for how in [Forward::fast(), Forward::strict()] {
        let run = forwarded(&avad, &job, &how);
        assert_same(&run.name, &expected.stdout, &run.stdout);
        run.assert_success();
    }
    let fine = forwarded(&avad, &Job::new(program("coverage")).arg("svm-fine-grained"), &Forward::fast());
    fine.assert_success();
    assert!(fine.stdout.contains("capabilities 1\n"), "coarse-grained buffers alone: {fine}");
}

#[test]
fn pyopencl_adds_vectors() {
    let run = same_everywhere(&Job::python(python_program("vecadd.py")));
    assert!(run.stdout.contains("right: True"), "{run}");
}

#[test]
fn pyopencl_programs_compute_the_same() {
    // PyOpenCL keeps compiled programs, natively made ones too: each way has its own cache, cold first and then warm.
    let avad = Avad::start();
    let caches = Scratch::new();
    let job = |cache: &str| {
        Job::python(python_program("pyopencl_suite.py")).env("XDG_CACHE_HOME", caches.path(cache))
    };
    let expected = native(&job("native"));
    expected.assert_success();
    for (mode, how) in [("fast", Forward::fast()), ("strict", Forward::strict())] {
        for state in ["cold", "warm"] {
            let run = forwarded(&avad, &job(mode), &how);
            assert_same(&format!("{} ({mode}, {state} cache)", run.name), &expected.stdout, &run.stdout);
            run.assert_success();
        }
    }
}

#[test]
fn a_transfer_larger_than_the_arena_arrives_whole() {
    // Servers inherit avad's environment.
    const ARENA: u64 = 16 << 20;
    let avad = Avad::with(&[], &[("AVA_ARENA_SIZE", &ARENA.to_string())]);
    let hello = Hello::new(DESC.name, DESC.spec_hash, "e2e", "");
    let link = unix::connect(&avad.socket(), &hello, Duration::from_secs(60)).expect("a session");
    assert_eq!(link.arena().len(), ARENA, "AVA_ARENA_SIZE has no effect");
    drop(link);
    let job = Job::new(program("bigbuffer")).arg("256");
    let expected = native(&job);
    expected.assert_success();
    for how in [Forward::fast(), Forward::strict()] {
        let run = forwarded(&avad, &job, &how);
        assert_same(&run.name, &expected.stdout, &run.stdout);
        run.assert_success();
    }
}

#[test]
fn a_transfer_of_two_gibibytes_arrives_whole() {
    // The program takes less if the device allots less at once.
    let avad = Avad::with(&[], &[("POCL_MEMORY_LIMIT", "0")]);
    let run = forwarded(&avad, &Job::new(program("bigbuffer")).arg("2048"), &Forward::fast());
    run.assert_success();
    assert_eq!(run.stdout.matches("the same came back: 1").count(), 2, "{run}");
}

#[test]
fn strict_mode_forwards_nothing_asynchronously_and_fast_mode_does() {
    let avad = Avad::start();
    let scratch = Scratch::new();
    let job = Job::new(program("lifecycle"));
    let count = |strict: bool| {
        let stats_file = scratch.path(if strict { "strict" } else { "fast" });
        forwarded(&avad, &job, &Forward { strict, stats_file: Some(stats_file.clone()), ..Forward::fast() })
            .assert_success();
        read_stats(&stats_file)
            .iter()
            .filter(|f| f.name.starts_with("cl"))
            .map(|f| f.asynchronous)
            .sum::<u64>()
    };
    assert_eq!(count(true), 0);
    assert!(count(false) > 0);
}

#[test]
fn two_programs_at_once_do_not_see_each_other() {
    let avad = Avad::start();
    let job = Job::new(program("coverage"));
    let expected = native(&job);
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(|| forwarded(&avad, &job, &Forward::fast()));
        (forwarded(&avad, &job, &Forward::fast()), other.join().expect("the other program's thread"))
    });
    assert_same("the first", &expected.stdout, &first.stdout);
    assert_same("the second", &expected.stdout, &second.stdout);
}

#[test]
fn four_threads_on_four_queues_compute_right_for_a_minute() {
    let seconds = std::env::var("AVA_TEST_THREADS_SECONDS").unwrap_or_else(|_| "60".into());
    let run = forwarded(&Avad::start(), &Job::new(program("threads")).arg(seconds), &Forward::fast());
    run.assert_success();
    assert_eq!(run.stdout.matches("worked: 1, 0 wrong").count(), 4, "{run}");
}
