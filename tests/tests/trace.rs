//! `ava trace` shows what a program calls, and changes nothing of what it does.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs,
    path::Path,
    process::Command,
};

use ava_core::guest::trace::line::{Event, Line, parse};
use ava_opencl::opencl::DESC;
use ava_tests::{Avad, Job, Run, Scratch, assert_same, native, program, tools};
use serde_json::Value;

/// How often each function was forwarded: waited for, and not.
type Counts = BTreeMap<String, [u64; 2]>;

fn traced(avad: &Avad, job: &Job, options: &[&str]) -> Run {
    let options: Vec<OsString> = options.iter().map(OsString::from).collect();
    job.finish(job.traced_command(avad, &options))
}

/// What avad counted, over all sessions.
fn counted(avad: &Avad) -> Counts {
    let output = Command::new(tools().binary("ava"))
        .args(["ps", "--all", "--json", "--socket"])
        .arg(avad.socket())
        .env_remove("LD_LIBRARY_PATH")
        .output()
        .expect("ava runs");
    let sessions: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut counts = Counts::new();
    let functions =
        sessions.as_array().into_iter().flatten().flat_map(|s| s["functions"].as_array().cloned());
    for function in functions.flatten() {
        let name = function["name"].as_str().unwrap_or_default();
        let number = |key: &str| function[key].as_u64().unwrap_or(0);
        let count = counts.entry(name.to_owned()).or_default();
        count[0] += number("sync_calls");
        count[1] += number("async_calls");
    }
    // The runtime's own commands are no calls of the program's.
    counts.retain(|name, [sync, asynchronous]| {
        *sync + *asynchronous != 0 && DESC.functions.iter().any(|f| f.name == name)
    });
    counts
}

/// The log's lines; every one must be readable.
fn lines(text: &str) -> Vec<Line<'_>> {
    text.lines().map(|line| parse(line).unwrap_or_else(|| panic!("not a line of the log: {line}"))).collect()
}

fn counts(lines: &[Line<'_>]) -> Counts {
    let mut counts = Counts::new();
    for line in lines {
        let Event::Call(call) = &line.event else { continue };
        let way = match call.how {
            "sync" => 0,
            "async" => 1,
            _ => continue,
        };
        counts.entry(call.function.to_owned()).or_default()[way] += 1;
    }
    counts
}

/// Traces `job` in all forms and checks them against each other, what avad counted, and the program natively. The log.
fn trace_in_all_forms(job: &Job, strict: bool) -> String {
    let (avad, scratch) = (Avad::start(), Scratch::new());
    let (text, json) = (scratch.path("calls.txt"), scratch.path("calls.json"));
    let path = |path: &Path| path.to_str().expect("a short name").to_owned();
    let (text_path, json_path) = (path(&text), path(&json));
    let mut options = vec!["--output", &text_path, "--perfetto", &json_path, "--summary"];
    options.extend(strict.then_some("--strict"));
    let (expected, run) = (native(job), traced(&avad, job, &options));
    assert_same(&run.name, &expected.stdout, &run.stdout);
    run.assert_success();

    let log = fs::read_to_string(&text).expect("the log");
    let read = lines(&log);
    assert_eq!(counts(&read), counted(&avad), "{}", run.name);

    let json: Value = serde_json::from_slice(&fs::read(&json).expect("the events")).expect("JSON");
    let events = json["traceEvents"].as_array().expect("a list");
    let slices = events.iter().filter(|event| event["ph"] == "X").count();
    let calls = read.iter().filter(|line| matches!(line.event, Event::Call(_))).count();
    assert_eq!(slices, calls);
    assert!(run.stderr.contains("FUNCTION") && run.stderr.contains("total"), "{run}");
    log
}

#[test]
fn every_forwarded_call_of_clinfo_is_in_the_log() {
    let log = trace_in_all_forms(&Job::new("clinfo"), false);
    assert!(log.contains("param_value=\"Portable Computing Language\""), "{log}");
    assert!(log.contains("clGetPlatformIDs(num_entries=0, platforms=null, num_platforms=0x"), "{log}");
}

#[test]
fn every_forwarded_call_of_a_c_program_is_in_the_log() {
    for strict in [false, true] {
        let log = trace_in_all_forms(&Job::new(program("coverage")), strict);
        let sent_without_waiting =
            lines(&log).iter().any(|line| matches!(&line.event, Event::Call(call) if call.how == "async"));
        assert_eq!(sent_without_waiting, !strict);
        assert!(log.contains("CL_INVALID_MEM_OBJECT") && log.contains("cl_mem#1"), "{log}");
    }
}

#[test]
fn buffers_in_flight_arrive_in_the_log() {
    let log = trace_in_all_forms(&Job::new(program("coverage")), false);
    let read = lines(&log);
    let flights: BTreeSet<u64> = read
        .iter()
        .filter_map(|line| match &line.event {
            Event::Call(call) => Some(call.flights.clone()),
            Event::Arrived { .. } => None,
        })
        .flatten()
        .collect();
    let arrived: BTreeSet<u64> = read
        .iter()
        .filter_map(|line| match line.event {
            Event::Arrived { ticket, of } if !of.is_empty() => Some(ticket),
            _ => None,
        })
        .collect();
    assert!(!arrived.is_empty() && arrived.is_subset(&flights), "{arrived:?} {flights:?}");
}

#[test]
fn the_log_goes_to_standard_error_and_the_exit_code_is_the_programs() {
    let avad = Avad::start();
    let run = traced(&avad, &Job::new(program("lifecycle")), &["--filter", "clCreate*", "-f", "clFinish"]);
    run.assert_success();
    let read = lines(&run.stderr);
    assert!(!read.is_empty(), "{run}");
    for line in &read {
        let Event::Call(call) = &line.event else { continue };
        assert!(call.function.starts_with("clCreate") || call.function == "clFinish", "{run}");
    }
    let run = traced(&avad, &Job::new("sh").arg("-c").arg("echo out; exit 7"), &[]);
    assert!(run.exited(7) && run.stdout == "out\n" && run.stderr.is_empty(), "{run}");
}

#[test]
fn a_call_that_never_returns_is_mentioned() {
    let avad = Avad::start();
    let run = traced(&avad, &Job::new(program("stuck")), &[]);
    assert!(run.exited(128 + libc::SIGALRM), "{run}");
    let call = "clWaitForEvents(num_events=1, event_list=[cl_event#1])";
    assert!(run.stderr.contains(&format!("{call} has not returned for a second\n")), "{run}");
    assert!(run.stderr.ends_with(&format!("{call} did not return\n")), "{run}");
}

#[test]
fn every_process_writes_whole_lines_with_its_number() {
    let (avad, scratch) = (Avad::start(), Scratch::new());
    let file = scratch.path("calls.txt");
    let job = Job::new(program("fork"));
    let run = traced(&avad, &job, &["--output", file.to_str().expect("a short name")]);
    assert_same(&run.name, &native(&job).stdout, &run.stdout);
    let log = fs::read_to_string(&file).expect("the log");
    let processes: BTreeSet<u32> = lines(&log).iter().map(|line| line.process).collect();
    assert!(processes.len() > 1, "{log}");
    let job = Job::new(program("threads")).arg("1");
    traced(&avad, &job, &["--output", file.to_str().expect("a short name")]).assert_success();
    let log = fs::read_to_string(&file).expect("the log");
    let threads: BTreeSet<u32> = lines(&log).iter().map(|line| line.thread).collect();
    assert!(threads.len() > 3, "{threads:?}");
}
