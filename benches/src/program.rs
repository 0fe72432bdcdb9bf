//! Any program, natively and through AvA in turns.

use std::{ffi::OsString, process::ExitCode};

use ava_tests::{Job, Run};

use crate::{
    bench::Bench,
    report::{Section, Unit},
    values::{Pair, Pairs, Way},
};

/// Whoever measures a program of an hour has a reason.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

/// The wall time of `job`, in seconds. It runs once each way before the clock counts, so that neither pays for what only the first one
/// does, such as compiling kernels into a cache; `same` looks at those two runs.
pub(crate) fn measure(
    bench: &Bench,
    name: &str,
    job: &Job,
    rounds: usize,
    same: impl FnOnce(&Run, &Run),
) -> Pair {
    eprintln!("{name}: once each way, not counted");
    same(&bench.run(Way::Native, job), &bench.run(Way::Forwarded, job));
    let mut pair = Pair::default();
    bench.alternate(name, rounds, |way| pair.push(way, bench.run(way, job).took.as_secs_f64()));
    pair
}

/// Compares the times of a command line.
pub(crate) fn compare(command: &[OsString], rounds: usize) -> ExitCode {
    let Some((program, arguments)) = command.split_first() else { return ExitCode::FAILURE };
    let bench = Bench::start(false, None);
    let job = arguments.iter().fold(Job::new(program), |job, word| job.arg(word));
    let job = bench.prepare(job.limit(LIMIT));
    let name = command.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let mut outputs_differ = false;
    let pair = measure(&bench, &name, &job, rounds, |native, forwarded| {
        outputs_differ = native.stdout != forwarded.stdout;
    });
    let mut pairs = Pairs::default();
    pairs.insert(&name, pair);
    let mut section = Section::new("A program");
    section.compare("", Unit::Seconds, &pairs);
    if outputs_differ {
        section.say("Its two outputs differ, which is as it should be only if it prints measurements.");
    }
    print!("{}", section.markdown());
    ExitCode::SUCCESS
}
