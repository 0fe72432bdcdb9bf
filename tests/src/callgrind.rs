//! What a call costs the guest's own thread, in instructions, which are the same on a busy machine: valgrind counts them in
//! `benches/programs/instructions.c`, and `benches/instructions.toml` keeps what they were.
//!
//! Only calls that do not wait for the server can be counted, as a guest that waits may spin.

use std::{collections::BTreeMap, fs, path::PathBuf};

use crate::{
    avad::{Avad, Scratch},
    programs::{bench_program, shipped_guest_library, workspace},
    run::{Job, native},
};

/// Calls of the shorter of two runs; the longer one makes twice as many, and the difference is what that many cost.
const CALLS: u64 = 200;

/// What stands above the recorded counts.
const HEADER: &str = "# Instructions that a call costs the guest's thread, the program's own loop included, as callgrind counts them on
# x86-64, with this repository's release profile. tests/tests/instructions.rs fails when one grows
# by more than a fifth. After a change that is worth it:
#
#     cargo run --release -p ava-benches -- instructions --record

";

/// A counter that keeps the least it has seen: a thread that had to wait for another only executes more.
#[derive(Debug)]
pub struct Instructions<'a> {
    avad: &'a Avad,
    kind: String,
    /// Of the shorter and the longer run.
    least: Option<(u64, u64)>,
}

impl<'a> Instructions<'a> {
    /// The kinds of calls that can be counted.
    pub fn kinds() -> Vec<String> {
        let list = native(&Job::new(bench_program("instructions")).arg("--list"));
        list.assert_success().stdout.lines().map(Into::into).collect()
    }

    /// A counter for calls of one kind through `avad`, which has not counted yet.
    pub fn of(avad: &'a Avad, kind: &str) -> Self {
        Self { avad, kind: kind.into(), least: None }
    }

    /// Counts once more; returns the instructions of one call, as far as is known now.
    pub fn count(&mut self) -> u64 {
        let (short, long) = (self.run(CALLS), self.run(2 * CALLS));
        let (a, b) = self.least.map_or((short, long), |(a, b)| (a.min(short), b.min(long)));
        self.least = Some((a, b));
        b.saturating_sub(a) / CALLS
    }

    /// The counts that the repository holds; none for a kind that has not been recorded.
    pub fn recorded() -> BTreeMap<String, u64> {
        let file = record_file();
        let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
    }

    /// Replaces them.
    pub fn record(counts: &BTreeMap<String, u64>) {
        let lines: String = counts.iter().map(|(kind, count)| format!("{kind:?} = {count}\n")).collect();
        let file = record_file();
        fs::write(&file, format!("{HEADER}{lines}")).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    }

    /// All instructions of `calls` calls.
    fn run(&self, calls: u64) -> u64 {
        let scratch = Scratch::new();
        let mut out_file = std::ffi::OsString::from("--callgrind-out-file=");
        out_file.push(scratch.path("callgrind"));
        let job = Job::new("valgrind")
            .arg("--tool=callgrind")
            .arg("--toggle-collect=measured")
            .arg(out_file)
            .arg(bench_program("instructions"))
            .arg(&self.kind)
            .arg(calls.to_string());
        let mut command = job.preloaded_command(self.avad.socket().as_os_str());
        command.env("LD_PRELOAD", shipped_guest_library());
        let run = job.finish(command);
        run.assert_success();
        let collected = run.stderr.lines().find_map(|line| line.split_once("Collected :"));
        collected
            .and_then(|(_, count)| count.trim().parse().ok())
            .unwrap_or_else(|| panic!("callgrind did not say what it collected: {run}"))
    }
}

fn record_file() -> PathBuf {
    workspace().join("benches/instructions.toml")
}
