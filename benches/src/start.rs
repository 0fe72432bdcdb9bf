//! From main to the first context: what a program waits for before it can do anything.

use crate::{
    bench::Bench,
    report::{Section, Unit},
    values::Pairs,
};

pub(crate) fn measure(bench: &Bench) -> Section {
    let mut section = Section::new("Start");
    let job = bench.job("start");
    let mut pairs = Pairs::default();
    bench.alternate("start", bench.rounds(20, 5), |way| {
        let microseconds: f64 = bench.run(way, &job).stdout.trim().parse().unwrap_or(f64::NAN);
        pairs.push("from main to the first context", way, microseconds / 1e3);
    });
    section.compare("a server waits in the pool", Unit::Milliseconds, &pairs);
    section
}
