//! What a call costs in instructions, which are the same on a busy machine: valgrind counts them while
//! `benches/programs/instructions.c` makes calls, and `benches/instructions.toml` keeps what they were.
//!
//! In the guest only calls that do not wait for the server can be counted, as a guest that waits may spin. In the server a call is counted
//! from the gate to where its handler returns, and only instructions of AvA's own program, not the vendor's.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    avad::{Avad, Scratch},
    proc::eventually,
    programs::{Shipped, bench_program, shipped, workspace},
    run::{Job, native},
};

/// Calls of the shorter of two runs; the longer one makes twice as many, and the difference is what that many cost.
const CALLS: u64 = 200;

/// What stands above the recorded counts.
const HEADER: &str = "# Instructions of a call, as callgrind counts them on x86-64, with this repository's release profile: of the guest's
# thread, the program's own loop included, and of the server's own code. tests/tests/instructions.rs fails when one
# grows by more than a fifth. After a change that is worth it:
#
#     cargo run --release -p ava-benches -- instructions --record
";

/// How often a server may be gone before callgrind has written what it counted: avad ends it if it takes its time.
const ATTEMPTS: usize = 5;

/// Where instructions are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// In the thread of the application that calls.
    Guest,
    /// In the shadow thread.
    Server,
}

impl Side {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Guest, Self::Server];

    /// Its name in the record.
    pub fn name(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Server => "server",
        }
    }
}

/// The recorded counts, by [side's name](Side::name) and kind of call.
pub type Recorded = BTreeMap<String, BTreeMap<String, u64>>;

/// A counter that keeps the least it has seen: a thread that had to wait for another only executes more.
#[derive(Debug)]
pub struct Instructions<'a> {
    counting: &'a Counting,
    kind: String,
    /// Of the shorter and the longer run.
    least: Option<(u64, u64)>,
}

/// What counters of one side have in common: an avad, whose servers callgrind runs if it is they that are counted.
#[derive(Debug)]
pub struct Counting {
    side: Side,
    avad: Avad,
    scratch: Scratch,
}

impl Counting {
    /// Starts an avad.
    pub fn start(side: Side) -> Self {
        let scratch = Scratch::new();
        let avad = match side {
            Side::Guest => Avad::start(),
            Side::Server => {
                let program = scratch.path("ava-server");
                let text = format!(
                    "#!/bin/sh\nexec valgrind --tool=callgrind --dump-line=no --toggle-collect='*::server::serve::handle' \\\n\
                     --callgrind-out-file='{}/server.%p' '{}' \"$@\"\n",
                    scratch.dir().display(),
                    shipped(Shipped::Server).display()
                );
                fs::write(&program, text)
                    .and_then(|()| fs::set_permissions(&program, fs::Permissions::from_mode(0o755)))
                    .unwrap_or_else(|e| panic!("{}: {e}", program.display()));
                // None waits in the pool: its count would be written when avad ends.
                Avad::with(&["--pool", "0", "--server", &program.display().to_string()], &[])
            }
        };
        Self { side, avad, scratch }
    }

    /// The counts that servers have left.
    fn left(&self) -> BTreeSet<PathBuf> {
        let entries = fs::read_dir(self.scratch.dir()).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.to_string_lossy().contains("/server.")).collect()
    }
}

impl<'a> Instructions<'a> {
    /// The kinds of calls that can be counted there.
    pub fn kinds(side: Side) -> Vec<String> {
        let list = native(&Job::new(bench_program("instructions")).arg("--list").arg(side.name()));
        list.assert_success().stdout.lines().map(Into::into).collect()
    }

    /// A counter for calls of one kind, which has not counted yet.
    pub fn of(counting: &'a Counting, kind: &str) -> Self {
        Self { counting, kind: kind.into(), least: None }
    }

    /// Counts once more; returns the instructions of one call, as far as is known now.
    pub fn count(&mut self) -> u64 {
        let (short, long) = (self.run(CALLS), self.run(2 * CALLS));
        let (a, b) = self.least.map_or((short, long), |(a, b)| (a.min(short), b.min(long)));
        self.least = Some((a, b));
        b.saturating_sub(a) / CALLS
    }

    /// The counts that the repository holds; none for a kind that has not been recorded.
    pub fn recorded() -> Recorded {
        let file = record_file();
        let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
    }

    /// Replaces them.
    pub fn record(counts: &Recorded) {
        let mut text = HEADER.to_owned();
        for (side, counts) in counts {
            text += &format!("\n[{side}]\n");
            text.extend(counts.iter().map(|(kind, count)| format!("{kind:?} = {count}\n")));
        }
        let file = record_file();
        fs::write(&file, text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    }

    /// All instructions of `calls` calls.
    fn run(&self, calls: u64) -> u64 {
        match self.counting.side {
            Side::Guest => self.run_guest(calls),
            Side::Server => (0..ATTEMPTS).find_map(|_| self.run_server(calls)).unwrap_or_else(|| {
                panic!("callgrind did not say what the server did; avad's log:\n{}", self.counting.avad.log())
            }),
        }
    }

    fn run_guest(&self, calls: u64) -> u64 {
        let scratch = Scratch::new();
        let mut out_file = std::ffi::OsString::from("--callgrind-out-file=");
        out_file.push(scratch.path("callgrind"));
        let job = Job::new("valgrind")
            .arg("--tool=callgrind")
            .arg("--toggle-collect=measured")
            .arg(out_file)
            .arg(bench_program("instructions"));
        let stderr = self.make_calls(job, calls);
        let collected = stderr.lines().find_map(|line| line.split_once("Collected :"));
        collected
            .and_then(|(_, count)| count.trim().parse().ok())
            .unwrap_or_else(|| panic!("callgrind did not say what it collected: {stderr}"))
    }

    /// `None` if the server was ended before callgrind had written everything.
    fn run_server(&self, calls: u64) -> Option<u64> {
        let before = self.counting.left();
        self.make_calls(Job::new(bench_program("instructions")), calls);
        let mut count = None;
        eventually(Duration::from_secs(10), || {
            count = self.counting.left().difference(&before).find_map(|file| own_instructions(file));
            count.is_some()
        });
        count
    }

    /// Runs `job` with the kind of call and how many; what it wrote to standard error.
    fn make_calls(&self, job: Job, calls: u64) -> String {
        let job = job.arg(&self.kind).arg(calls.to_string());
        let mut command = job.preloaded_command(self.counting.avad.socket().as_os_str());
        command.env("LD_PRELOAD", shipped(Shipped::GuestLibrary));
        let run = job.finish(command);
        run.assert_success();
        run.stderr
    }
}

/// The instructions of AvA's own program in a file of callgrind's; `None` if it is not complete.
fn own_instructions(file: &Path) -> Option<u64> {
    let text = fs::read_to_string(file).ok().filter(|text| text.contains("\ntotals:"))?;
    let own_name = shipped(Shipped::Server).to_string_lossy();
    let (mut own, mut is_own, mut is_call, mut sum) = (None, false, false, 0);
    for line in text.lines() {
        // "ob=(number) path", and "ob=(number)" once the path is known.
        if let Some((of_call, object)) = line
            .strip_prefix("ob=")
            .map(|o| (false, o))
            .or_else(|| line.strip_prefix("cob=").map(|o| (true, o)))
        {
            let (number, path) = object.split_once(' ').unwrap_or((object, ""));
            if path == own_name {
                own = Some(number);
            }
            if !of_call {
                is_own = own == Some(number);
            }
        } else if line.starts_with("calls=") {
            // The line after it has what the callee cost, which is counted there.
            is_call = true;
        } else if line.starts_with(|c: char| c.is_ascii_digit() || "+-*".contains(c)) {
            if is_own && !is_call {
                sum += line.split(' ').nth(1)?.parse::<u64>().ok()?;
            }
            is_call = false;
        }
    }
    Some(sum)
}

fn record_file() -> PathBuf {
    workspace().join("benches/instructions.toml")
}
