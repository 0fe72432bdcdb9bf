//! What the language promises: a program that uses all of the demo API, whose specification uses every descriptor, prints the same
//! with the vendor's library, through AvA, and through AvA in strict mode.

use std::{collections::BTreeSet, time::Duration};

use ava_tests::{
    Avad, Forward, Job, Scratch, assert_same, demo_program, demo_vendor, forwarded, native, read_stats,
};

/// Reached only by a program that hangs.
const PATIENCE: Duration = Duration::from_secs(120);

fn job() -> Job {
    Job::new(demo_program()).env("LD_LIBRARY_PATH", demo_vendor()).limit(PATIENCE)
}

/// An avad whose servers find the vendor's library.
fn avad() -> Avad {
    let vendor = demo_vendor();
    Avad::with(
        &[],
        &[("LD_LIBRARY_PATH", vendor.to_str().expect("the target directory has an ordinary name"))],
    )
}

fn both_ways() -> [(&'static str, Forward); 2] {
    [("fast", Forward::fast().api("demo")), ("strict", Forward::strict().api("demo"))]
}

#[test]
fn the_whole_program_prints_the_same() {
    let (avad, expected) = (avad(), native(&job()));
    expected.assert_success();
    for (mode, how) in both_ways() {
        let run = forwarded(&avad, &job(), &how);
        assert_same(&format!("demo ({mode})"), &expected.stdout, &run.stdout);
        run.assert_success();
    }
}

#[test]
fn each_section_prints_the_same_alone() {
    let list = native(&job().arg("--list"));
    let avad = avad();
    for section in list.stdout.lines() {
        let expected = native(&job().arg(section));
        for (mode, how) in both_ways() {
            let run = forwarded(&avad, &job().arg(section), &how);
            assert_same(&format!("{section} ({mode})"), &expected.stdout, &run.stdout);
        }
    }
}

#[test]
fn every_forwarded_function_is_called() {
    let (avad, scratch) = (avad(), Scratch::new());
    let stats = scratch.path("stats.json");
    let how = Forward { stats_file: Some(stats.clone()), ..Forward::fast().api("demo") };
    forwarded(&avad, &job(), &how).assert_success();
    let called: BTreeSet<_> = read_stats(&stats).into_iter().map(|count| count.name).collect();
    let functions = ava_demo::demo::DESC.functions.iter().map(|function| function.name);
    let missing: Vec<_> = functions.filter(|name| !called.contains(*name)).collect();
    assert!(missing.is_empty(), "the program never calls {missing:?}");
}
