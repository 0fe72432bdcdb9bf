//! Many programs at once (`programs/share.c`): how much they get done together, and how long a small call of one of them takes.

use std::{collections::BTreeMap, thread, time::Duration};

use ava_tests::Victim;

use crate::{
    bench::Bench,
    plot::{Chart, Line},
    report::{Section, Unit},
    values::{Pairs, Way},
};

/// A guard against hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// What the programs of one turn did.
#[derive(Debug, Default)]
struct Together {
    /// Pieces of work per second.
    throughput: f64,
    /// How many small calls took how many nanoseconds.
    latencies: BTreeMap<u64, u64>,
}

pub(crate) fn measure(bench: &Bench) -> Section {
    let counts: &[usize] = bench.choose(&[1, 2, 4, 8, 16, 32], &[1, 4, 16]);
    let (mut work, mut middle, mut slow) = (Pairs::default(), Pairs::default(), Pairs::default());
    for count in counts {
        let name = format!("{count} at once");
        bench.alternate(&format!("programs: {count}"), bench.rounds(3, 1), |way| {
            let together = run(bench, way, *count);
            work.push(&name, way, together.throughput);
            middle.push(&name, way, percentile(&together.latencies, 50));
            slow.push(&name, way, percentile(&together.latencies, 99));
        });
    }
    let mut section = Section::new("Programs at once");
    section.compare("work of them all", Unit::PerSecond, &work);
    section.compare("a blocking read of 4 B, median", Unit::Microseconds, &middle);
    section.compare("a blocking read of 4 B, 99th percentile", Unit::Microseconds, &slow);
    section
        .say("A piece of work is 64 KiB written, eight kernels with an argument set each, and 64 KiB read.");
    let chart = |name: &str, title: &str, up, lines: Vec<Line>| Chart {
        name: name.into(),
        title: title.into(),
        across: "programs",
        up,
        show: |count| format!("{count}"),
        lines,
    };
    section.chart(chart(
        "scale",
        "Work of programs at once",
        "pieces a second",
        lines("work", counts, &work),
    ));
    let latencies = [lines("median", counts, &middle), lines("99th percentile", counts, &slow)];
    let latencies = latencies.into_iter().flatten().collect();
    section.chart(chart("latency", "A blocking read of 4 B beside other programs", "µs", latencies));
    section
}

fn lines(topic: &str, counts: &[usize], pairs: &Pairs) -> Vec<Line> {
    let all = |way| {
        let values = pairs.iter().map(|(_, pair)| pair.median(way));
        let points = counts.iter().map(|count| *count as f64).zip(values).collect();
        Line { topic: topic.to_owned(), way, points }
    };
    vec![all(Way::Native), all(Way::Forwarded)]
}

/// Lets `count` programs begin at the same time, once all of them are ready.
fn run(bench: &Bench, way: Way, count: usize) -> Together {
    let job = bench.job("share").arg("--milliseconds").arg(bench.choose("700", "250"));
    let mut programs: Vec<Victim> = thread::scope(|scope| {
        let started: Vec<_> =
            (0..count).map(|_| scope.spawn(|| Victim::start(LIMIT, bench.command(way, &job)))).collect();
        started.into_iter().map(|one| one.join().expect("the program starts")).collect()
    });
    bench.settle();
    programs.iter_mut().for_each(Victim::go);
    let mut together = Together::default();
    for program in programs {
        together.add(&program.rest());
    }
    together
}

impl Together {
    /// What one program printed.
    fn add(&mut self, output: &str) {
        for line in output.lines() {
            let mut words = line.split('\t');
            let (kind, mut number) = (words.next(), || words.next().and_then(|n| n.parse::<u64>().ok()));
            match (kind, number(), number()) {
                (Some("work"), Some(microseconds), Some(pieces)) => {
                    self.throughput += pieces as f64 * 1e6 / microseconds as f64;
                }
                (Some("latency"), Some(nanoseconds), Some(calls)) => {
                    *self.latencies.entry(nanoseconds).or_default() += calls;
                }
                _ => {}
            }
        }
    }
}

/// The time in microseconds that so many of a hundred calls did not exceed.
fn percentile(latencies: &BTreeMap<u64, u64>, percent: u64) -> f64 {
    let all: u64 = latencies.values().sum();
    let mut seen = 0;
    let reached = latencies.iter().find(|(_, calls)| {
        seen += **calls;
        seen * 100 >= all * percent
    });
    reached.map_or(f64::NAN, |(nanoseconds, _)| *nanoseconds as f64 / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throughputs_add_up_and_latencies_merge() {
        let mut together = Together::default();
        together.add("work\t1000000\t10\nlatency\t2000\t98\nlatency\t9000\t1\n");
        together.add("work\t500000\t10\nlatency\t2000\t1\n");
        assert!((together.throughput - 30.0).abs() < 1e-9);
        assert_eq!(percentile(&together.latencies, 50), 2.0);
        assert_eq!(percentile(&together.latencies, 99), 2.0);
        assert_eq!(percentile(&together.latencies, 100), 9.0);
    }

    #[test]
    fn no_calls_have_no_percentile() {
        assert!(percentile(&BTreeMap::new(), 50).is_nan());
    }
}
