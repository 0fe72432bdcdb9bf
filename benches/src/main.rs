//! What AvA costs, measured beside the vendor's library in turns. `make bench` runs all of it.
//!
//! ```text
//! cargo run --release -p ava-benches -- [--quick] [--rounds N] [--only calls,scale]
//! cargo run --release -p ava-benches -- program [--rounds N] -- COMMAND ARGUMENTS
//! cargo run --release -p ava-benches -- instructions [--record]
//! ```

mod bench;
mod calls;
mod compile;
mod data;
mod instructions;
mod machine;
mod plot;
mod program;
mod programs;
mod report;
mod rest;
mod round_trips;
mod scale;
mod start;
mod values;

use std::{ffi::OsString, process::ExitCode};

use bench::Bench;
use clap::{Parser, Subcommand, ValueEnum};
use report::{Report, Section};

/// What AvA costs: the same programs natively and through AvA, in turns.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Less of everything, in under two minutes
    #[arg(long)]
    quick: bool,
    /// Turns of each library; each measurement has a number of its own otherwise
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: Option<u32>,
    /// Measure only this
    #[arg(long, value_delimiter = ',')]
    only: Vec<Kind>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run any command natively and through AvA, in turns, and compare the times
    Program {
        /// Turns of each library
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
        rounds: u32,
        /// The command line
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<OsString>,
    },
    /// Count the instructions of calls in the guest
    Instructions {
        /// Make the counts those that the tests compare with
        #[arg(long)]
        record: bool,
    },
}

/// The kinds of measurements, in the order in which they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Single calls, of one and of several threads
    Calls,
    /// That certain calls do not wait
    RoundTrips,
    /// Transfers, maps, fills and copies of all sizes
    Data,
    /// Whole programs
    Programs,
    /// From main to the first context
    Start,
    /// Memory and processor time of sessions at rest
    Rest,
    /// Many programs at once
    Scale,
    /// Instructions of calls in the guest
    Instructions,
    /// How long specifications take to compile
    Compile,
}

impl Kind {
    fn measure(self, bench: &Bench) -> Section {
        match self {
            Self::Calls => calls::measure(bench),
            Self::RoundTrips => round_trips::measure(bench),
            Self::Data => data::measure(bench),
            Self::Programs => programs::measure(bench),
            Self::Start => start::measure(bench),
            Self::Rest => rest::measure(bench),
            Self::Scale => scale::measure(bench),
            Self::Instructions => instructions::measure(bench),
            Self::Compile => compile::measure(),
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        Some(Command::Program { rounds, command }) => program::compare(&command, rounds as usize),
        Some(Command::Instructions { record }) => {
            let section = instructions::measure(&Bench::start(false, None));
            print!("{}", section.markdown());
            if record {
                instructions::record(&section);
            }
            ExitCode::SUCCESS
        }
        None => all(arguments.quick, arguments.rounds.map(|n| n as usize), &arguments.only),
    }
}

/// Measures everything, or what is in `only`; fails if something that must hold whatever the time of day does not.
fn all(quick: bool, rounds: Option<usize>, only: &[Kind]) -> ExitCode {
    let bench = Bench::start(quick, rounds);
    let mut report = Report::new(&bench);
    for kind in Kind::value_variants() {
        // Nobody waits for compilers every day.
        let wanted = if only.is_empty() { !(quick && *kind == Kind::Compile) } else { only.contains(kind) };
        if wanted {
            report.add(kind.measure(&bench));
        }
    }
    report.finish(only.is_empty())
}
