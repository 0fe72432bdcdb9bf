//! What all measurements share: a running avad, one environment for both ways, and turns.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use ava_tests::{Avad, Forward, Job, Run, Scratch, bench_program, forwarded, native};

use crate::values::Way;

/// Debian's file that names PoCL, the vendor whose device every machine has.
const POCL: &str = "/etc/OpenCL/vendors/pocl.icd";

/// How long the servers may go on preparing themselves for the next guest.
const SETTLE: Duration = Duration::from_secs(10);

/// The place of all measurements.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) avad: Avad,
    pub(crate) quick: bool,
    rounds: Option<usize>,
    env: Vec<(String, String)>,
    /// Both ways share the vendor's cache of compiled kernels, which begins empty.
    _caches: Scratch,
}

impl Bench {
    pub(crate) fn start(quick: bool, rounds: Option<usize>) -> Self {
        let caches = Scratch::new();
        let mut env = vec![("XDG_CACHE_HOME".to_owned(), caches.dir().display().to_string())];
        // With several vendors installed, which one comes first is chance; whoever wants another one says so.
        if std::env::var_os("OCL_ICD_VENDORS").is_none() && Path::new(POCL).exists() {
            env.push(("OCL_ICD_VENDORS".to_owned(), POCL.to_owned()));
        }
        let pairs: Vec<(&str, &str)> = env.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let avad = Avad::with(&[], &pairs);
        Self { avad, quick, rounds, env, _caches: caches }
    }

    /// How many rounds to make: what the command line says, or one of these.
    pub(crate) fn rounds(&self, full: usize, quick: usize) -> usize {
        self.rounds.unwrap_or(if self.quick { quick } else { full })
    }

    /// One of two values.
    pub(crate) fn choose<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }

    /// `job` in the common environment.
    pub(crate) fn prepare(&self, job: Job) -> Job {
        self.env.iter().fold(job, |job, (key, value)| job.env(key, value))
    }

    /// The program `benches/programs/<name>.c`.
    pub(crate) fn job(&self, name: &str) -> Job {
        self.prepare(Job::new(bench_program(name)))
    }

    /// A command that runs `job` as `run` would.
    pub(crate) fn command(&self, way: Way, job: &Job) -> Command {
        match way {
            Way::Native => job.native_command(),
            Way::Forwarded => job.forwarded_command(&self.avad, &Forward::fast()),
        }
    }

    /// Runs `job`, which has to succeed.
    pub(crate) fn run(&self, way: Way, job: &Job) -> Run {
        let run = match way {
            Way::Native => native(job),
            Way::Forwarded => forwarded(&self.avad, job, &Forward::fast()),
        };
        run.assert_success();
        run
    }

    /// Does something natively and through AvA in turns.
    pub(crate) fn alternate(&self, what: &str, rounds: usize, mut turn: impl FnMut(Way)) {
        for round in 0..rounds {
            eprintln!("{what}: round {} of {rounds}", round + 1);
            // Who goes first alternates, so that neither always finds the machine as the other left it.
            let order = [Way::Native, Way::Forwarded];
            let order = if round % 2 == 0 { order } else { [order[1], order[0]] };
            for way in order {
                self.settle();
                turn(way);
            }
        }
    }

    /// Waits until avad and its servers have nothing left to do, so that a server waits for the next guest, and what one
    /// measurement leaves to be done is not measured with the next.
    pub(crate) fn settle(&self) {
        let used = || {
            let servers = self.avad.servers();
            let time: Duration = servers.iter().map(|pid| pid.processor_time()).sum();
            (servers, time + self.avad.pid().processor_time())
        };
        let deadline = Instant::now() + SETTLE;
        let mut before = used();
        loop {
            std::thread::sleep(Duration::from_millis(50));
            let after = used();
            if before == after && !after.0.is_empty() || Instant::now() > deadline {
                return;
            }
            before = after;
        }
    }
}
