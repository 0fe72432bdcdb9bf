//! `make demo`: clinfo, clpeak and a PyOpenCL program, natively and through AvA, with what they print, how long they take and what was
//! forwarded. Fails if an output differs in more than what was measured.

use std::{path::Path, process::ExitCode};

use ava_tests::{
    Avad, CallCount, Forward, Job, Run, Scratch, differing_lines, forwarded, native, python_program,
    read_stats, without_measurements,
};

/// Functions in the table of a program; the rest is summed up.
const SHOWN: usize = 12;

struct Program {
    name: &'static str,
    job: Job,
    /// Whether its output contains measurements, which are never the same twice.
    measures: bool,
}

fn main() -> ExitCode {
    let caches = Scratch::new();
    let programs = [
        Program { name: "clinfo", job: Job::new("clinfo"), measures: false },
        Program {
            name: "PyOpenCL: pyopencl_suite.py",
            job: Job::python(python_program("pyopencl_suite.py")),
            measures: false,
        },
        Program { name: "clpeak", job: Job::new("clpeak"), measures: true },
    ];
    if let Some(missing) = programs.iter().find(|p| !is_there(Path::new(&p.job.words()[0]))) {
        eprintln!("{} is not installed; \"make deps\" installs it", missing.job.words()[0].to_string_lossy());
        return ExitCode::FAILURE;
    }
    println!("Starting avad ...");
    let avad = Avad::start();
    let mut differ = 0;
    for program in &programs {
        println!("\n━━━ {} ━━━", program.name);
        let stats_file = caches.path("stats.json");
        let how = Forward { stats_file: Some(stats_file.clone()), ..Forward::fast() };
        let cache = |way: &str| program.job.clone().env("XDG_CACHE_HOME", caches.path(way));
        let left = native(&cache("native"));
        let right = forwarded(&avad, &cache("forwarded"), &how);
        if !show(program, &left, &right) {
            differ += 1;
        }
        if stats_file.exists() {
            calls(&read_stats(&stats_file));
            let _ = std::fs::remove_file(&stats_file);
        }
    }
    println!();
    if differ == 0 {
        println!("All {} programs print through AvA what they print natively.", programs.len());
        ExitCode::SUCCESS
    } else {
        println!("{differ} of {} programs print something else through AvA.", programs.len());
        ExitCode::FAILURE
    }
}

/// Whether the shell would find `program`.
fn is_there(program: &Path) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    program.is_absolute() && program.exists()
        || std::env::split_paths(&path).any(|dir| dir.join(program).exists())
}

/// Prints both runs beside each other; returns whether they are the same.
fn show(program: &Program, left: &Run, right: &Run) -> bool {
    let comparable = |run: &Run| {
        if program.measures { without_measurements(&run.stdout) } else { run.stdout.clone() }
    };
    let (a, b) = (comparable(left), comparable(right));
    let differences = differing_lines(&a, &b);
    let ok = left.exited(0) && right.exited(0) && differences.is_empty();
    if program.measures {
        side_by_side(&left.stdout, &right.stdout);
    }
    println!("{:<16}{:>14}{:>14}", "", "natively", "through AvA");
    println!("{:<16}{:>12.2} s{:>12.2} s", "wall time", left.took.as_secs_f64(), right.took.as_secs_f64());
    println!("{:<16}{:>14}{:>14}", "lines", left.stdout.lines().count(), right.stdout.lines().count());
    let masked = if program.measures { " (but for what was measured)" } else { "" };
    if differences.is_empty() {
        println!("the same output{masked}: yes");
    } else {
        println!("the same output{masked}: NO, {} lines differ", differences.len());
        for (ours, theirs) in differences.iter().take(40) {
            ours.iter().for_each(|line| println!("  natively    │ {line}"));
            theirs.iter().for_each(|line| println!("  through AvA │ {line}"));
        }
    }
    for run in [left, right] {
        if !run.exited(0) {
            println!("{run}");
        }
    }
    ok
}

/// Prints two outputs in two columns.
fn side_by_side(left: &str, right: &str) {
    let width = left.lines().map(|l| l.chars().count()).max().unwrap_or(0).min(70);
    let (a, b): (Vec<_>, Vec<_>) = (left.lines().collect(), right.lines().collect());
    for i in 0..a.len().max(b.len()) {
        let cut: String = a.get(i).unwrap_or(&"").chars().take(width).collect();
        println!("{cut:<width$} │ {}", b.get(i).unwrap_or(&""));
    }
    println!();
}

/// Prints what was forwarded.
fn calls(counts: &[CallCount]) {
    let total = |f: fn(&CallCount) -> u64| counts.iter().map(f).sum::<u64>();
    println!("{:<36}{:>14}{:>14}", "forwarded calls", "waited for", "not");
    for count in counts.iter().take(SHOWN) {
        println!("  {:<34}{:>14}{:>14}", count.name, count.sync, count.asynchronous);
    }
    if counts.len() > SHOWN {
        let rest = &counts[SHOWN..];
        let (sync, asynchronous) = rest.iter().fold((0, 0), |(s, a), c| (s + c.sync, a + c.asynchronous));
        println!("  {:<34}{sync:>14}{asynchronous:>14}", format!("{} other functions", rest.len()));
    }
    println!("  {:<34}{:>14}{:>14}", "all", total(|c| c.sync), total(|c| c.asynchronous));
}
