//! Runs `programs/calls.c` natively and through AvA, in turns, and prints the medians, their ratio and their spread; then checks from the
//! counts of forwarded calls that what must not cost a round trip does not.
//!
//! ```text
//! cargo run --release -p ava-benches [ROUNDS]
//! cargo run --release -p ava-benches compile      how long specifications take to compile, and nothing else
//! ```

mod compile;

use std::{
    collections::BTreeMap,
    fs,
    process::{Command, ExitCode},
};

use ava_tests::{Avad, Forward, Job, Run, Scratch, bench_program, forwarded, native, read_stats};

/// Turns of each library, unless the command line says otherwise.
const ROUNDS: usize = 5;

/// What must not wait for the server, and the function that would.
const WITHOUT_ROUND_TRIP: [(&str, &str); 4] = [
    ("cached query", "clGetDeviceInfo"),
    ("clSetKernelArg", "clSetKernelArg"),
    ("clSetKernelArg, a buffer", "clSetKernelArg"),
    ("set argument + enqueue, in order, to the end", "clEnqueueNDRangeKernel"),
];

/// One measurement's values, one of each round.
#[derive(Default)]
struct Values {
    unit: String,
    native: Vec<f64>,
    forwarded: Vec<f64>,
}

fn main() -> ExitCode {
    let asked = std::env::args().nth(1);
    if asked.as_deref() == Some("compile") {
        println!("{}\n", machine());
        compile::print();
        return ExitCode::SUCCESS;
    }
    let rounds = asked.and_then(|n| n.parse().ok()).unwrap_or(ROUNDS);
    let job = Job::new(bench_program("calls"));
    let avad = Avad::start();
    let mut order = Vec::new();
    let mut table = BTreeMap::<String, Values>::new();
    for round in 0..rounds {
        // Who goes first alternates, so that neither always finds the machine as the other left it.
        for turn in 0..2 {
            let through_ava = (round + turn) % 2 == 1;
            eprintln!(
                "round {} of {rounds}: {}",
                round + 1,
                if through_ava { "through AvA" } else { "natively" }
            );
            let run = if through_ava { forwarded(&avad, &job, &Forward::fast()) } else { native(&job) };
            run.assert_success();
            for (name, value, unit) in measurements(&run) {
                if !table.contains_key(&name) {
                    order.push(name.clone());
                }
                let values = table.entry(name).or_default();
                values.unit = unit;
                if through_ava { &mut values.forwarded } else { &mut values.native }.push(value);
            }
        }
    }

    println!("{}\n", machine());
    println!("| | native | through AvA | forwarded ÷ native | spread of the ratio |");
    println!("|---|---|---|---|---|");
    for name in &order {
        let values = &table[name];
        let ratios: Vec<f64> = values.native.iter().zip(&values.forwarded).map(|(n, f)| f / n).collect();
        let (low, high) = ratios.iter().fold((f64::MAX, 0f64), |(l, h), r| (l.min(*r), h.max(*r)));
        println!(
            "| {name} | {} | {} | {:.2}× | {low:.2}–{high:.2} |",
            show(median(&values.native), &values.unit),
            show(median(&values.forwarded), &values.unit),
            median(&ratios),
        );
    }
    println!("\nRatios are of one round each; for bandwidths, more is better.\n");
    let good = round_trips(&avad);
    println!();
    compile::print();
    good
}

/// Checks, by the counts of forwarded calls, what does not wait for the server.
fn round_trips(avad: &Avad) -> ExitCode {
    let list = native(&Job::new(bench_program("calls")).arg("--list"));
    let scratch = Scratch::new();
    let mut good = true;
    println!("| calls without a round trip | made | waited for |");
    println!("|---|---|---|");
    for (name, function) in WITHOUT_ROUND_TRIP {
        let line = list.stdout.lines().find_map(|l| l.split_once('\t').filter(|(n, _)| *n == name));
        let made: u64 = line.and_then(|(_, n)| n.parse().ok()).unwrap_or(0);
        let stats_file = scratch.path("stats");
        let how = Forward { stats_file: Some(stats_file.clone()), ..Forward::fast() };
        forwarded(avad, &Job::new(bench_program("calls")).arg("--only").arg(name), &how).assert_success();
        let waited = read_stats(&stats_file).iter().find(|f| f.name == function).map_or(0, |f| f.sync);
        // The first of a kind may have to ask.
        let holds = made > 0 && waited <= made / 1000;
        good &= holds;
        println!("| {name} | {made} | {waited}{} |", if holds { "" } else { " **too many**" });
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The program's lines: name, value, unit.
fn measurements(run: &Run) -> Vec<(String, f64, String)> {
    run.stdout
        .lines()
        .filter_map(|line| {
            let mut parts = line.split('\t');
            Some((parts.next()?.to_owned(), parts.next()?.parse().ok()?, parts.next()?.to_owned()))
        })
        .collect()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn show(value: f64, unit: &str) -> String {
    let digits = if value < 1.0 {
        3
    } else if value < 10.0 {
        2
    } else {
        1
    };
    format!("{value:.digits$} {}", unit.replace("us", "µs"))
}

/// Where, when and on what these figures were taken.
fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|l| l.strip_prefix("model name")).unwrap_or("unknown processor");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{}, {cores} cores, Linux {}, {}, commit {}",
        model.trim_start_matches([' ', '\t', ':']),
        kernel.trim(),
        said("date", &["-u", "+%Y-%m-%d"]),
        said("git", &["describe", "--always", "--dirty"]),
    )
}

/// The first line that a command printed.
fn said(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let text = output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").to_owned()
}
