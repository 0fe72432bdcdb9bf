//! Single calls: `programs/calls.c`, made by one thread and by several at once.

use crate::{
    bench::Bench,
    report::{Section, Unit},
    values::Pairs,
};

/// Threads of one guest that make calls at once.
const THREADS: [usize; 3] = [1, 4, 16];

pub(crate) fn measure(bench: &Bench) -> Section {
    let mut section = Section::new("Calls");
    for threads in THREADS {
        let what = if threads == 1 { "one thread".to_owned() } else { format!("{threads} threads") };
        let job = bench
            .job("calls")
            .arg("--threads")
            .arg(threads.to_string())
            .arg("--repeats")
            .arg(bench.choose("7", "3"));
        let mut pairs = Pairs::default();
        bench.alternate(&format!("calls, {what}"), bench.rounds(5, 2), |way| {
            for line in bench.run(way, &job).stdout.lines() {
                if let Some((name, value)) = line.split_once('\t') {
                    pairs.push(name, way, value.parse().unwrap_or(f64::NAN));
                }
            }
        });
        section.compare(&what, Unit::Microseconds, &pairs);
    }
    section.say("With several threads, a time is that of one call of them all: n calls in t take t ÷ n.");
    section
}
