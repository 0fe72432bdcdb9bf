//! Whole programs, from start to exit: some that exist, and three of the kinds that accelerators' papers know: one that computes, one
//! that moves data, one that makes calls.

use std::path::Path;

use ava_tests::{Job, assert_same, workspace};

use crate::{
    bench::Bench,
    program,
    report::{Section, Unit},
    values::{Pairs, geometric_mean},
};

struct Program {
    name: &'static str,
    job: Job,
    /// Whether it prints the same every time, so that both ways can be compared.
    steady: bool,
    /// How often it runs each way, unless the command line says otherwise.
    rounds: usize,
}

pub(crate) fn measure(bench: &Bench) -> Section {
    let mut section = Section::new("Whole programs");
    let mut pairs = Pairs::default();
    for Program { name, job, steady, rounds } in suite(bench) {
        if !is_installed(Path::new(&job.words()[0])) {
            section.say(format!("{name} is not installed; `make deps` installs it."));
            continue;
        }
        let pair = program::measure(bench, name, &job, bench.rounds(rounds, 1), |native, forwarded| {
            if steady {
                assert_same(name, &native.stdout, &forwarded.stdout);
            }
        });
        pairs.insert(name, pair);
    }
    section.compare("", Unit::Seconds, &pairs);
    let ratios: Vec<(&str, f64)> = pairs.iter().map(|(name, pair)| (name, pair.ratio().median)).collect();
    let mean = geometric_mean(&ratios.iter().map(|(_, ratio)| *ratio).collect::<Vec<_>>());
    if let Some((worst, ratio)) = ratios.iter().max_by(|a, b| a.1.total_cmp(&b.1)) {
        section.say(format!("Geometric mean {mean:.3}×; worst {ratio:.3}× ({worst})."));
    }
    section
}

fn suite(bench: &Bench) -> Vec<Program> {
    let own = |name: &'static str, program: &str, quick: &[&str]| {
        let arguments = bench.choose(&[][..], quick);
        let job = arguments.iter().fold(bench.job(program), |job, word| job.arg(word));
        Program { name, job, steady: true, rounds: 5 }
    };
    let other = |name, program: &str, arguments: &[&str]| Program {
        name,
        job: bench.prepare(arguments.iter().fold(Job::new(program), |job, word| job.arg(word))),
        steady: false,
        rounds: 5,
    };
    let heat = Job::python(workspace().join("benches/programs/heat.py")).arg(bench.choose("400", "100"));
    let mut suite = vec![
        own("compute: bodies and matrices", "compute", &["--steps", "20", "--products", "1"]),
        own("stream: buffers in and out", "stream", &["--rounds", "8"]),
        own("launches: tiny kernels", "launches", &["--launches", "50000"]),
        Program { name: "PyOpenCL: heat.py", job: bench.prepare(heat), steady: true, rounds: 5 },
        other("clFFT-client", "clFFT-client", &["-x", "4096", "-b", "500", "-p", bench.choose("100", "20")]),
    ];
    if bench.quick {
        suite.push(other("clpeak, kernel latency", "clpeak", &["--kernel-latency"]));
    } else {
        // All of clpeak takes longer than all others together.
        let parts = ["--compute-sp", "--global-bandwidth", "--transfer-bandwidth", "--kernel-latency"];
        suite.push(Program { rounds: 2, ..other("clpeak", "clpeak", &parts) });
        suite.push(other("CLBlast's test of GEMV", "clblast_test_xgemv", &["-precision", "32"]));
    }
    suite
}

/// Whether the shell would find `program`.
fn is_installed(program: &Path) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    program.is_absolute() && program.exists()
        || std::env::split_paths(&path).any(|dir| dir.join(program).exists())
}
