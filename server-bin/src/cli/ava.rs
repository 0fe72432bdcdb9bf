//! `ava`: what a person calls. See [`crate::run`] and [`crate::ps`].

use std::{
    ffi::OsString,
    fs,
    path::PathBuf,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use crate::{
    Chain, apis,
    control::{self, AskError, Ps, Request, SessionList},
    log, ps,
    run::{self, stats::Stats},
    trace,
};
use clap::{Args, Parser, Subcommand, ValueEnum, builder::PossibleValuesParser};

/// How long avad may take to stop listening.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Runs programs with AvA's library in place of the accelerator vendor's, and shows who uses the accelerator.
///
/// A program under "ava run" believes that it talks to the vendor's library. Its calls go to an API server of its own,
/// which avad provides, and which has the real library.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Examples:\n  ava run -- clinfo             run a program, with the avad that is there or a private one\n  \
                  ava run --stats -- ./train    show what it called\n  \
                  ava trace -- ./train          show every call, with its arguments\n  ava ps                        list the sessions\n  \
                  ava stop                      stop avad"
)]
struct Cli {
    /// Log more; twice for details. The variable AVA_LOG takes a filter instead
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(RunArgs),
    Trace(TraceArgs),
    Ps(PsArgs),
    Kill(KillArgs),
    Stop(StopArgs),
}

/// Run a program with AvA's library in place of the vendor's
///
/// The library is found in $AVA_LIB_DIR, beside this program, or in ../lib/ava from there, and comes first in the program's
/// LD_LIBRARY_PATH. Set-user-id and statically linked programs cannot be run this way.
///
/// If no avad listens, a private one is started and stopped afterwards; its servers inherit this environment.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: the program's; 128 + n if signal n ended it; 127 if it is not there, 126 if it cannot be \
                  run, 125 if AvA failed.\n\nExamples:\n  ava run -- clinfo\n  ava run --private --stats -- ./nbody 1000\n  \
                  ava run --api zlib -- git gc                  another library than an accelerator's\n  \
                  ava run --stats=json --stats-file calls.json -- ./nbody 1000\n  ava run --strict -- ./suspect     is it the \
                  asynchrony?"
)]
struct RunArgs {
    /// Use the avad at this socket [default: $AVA_ROUTER, else this user's, else the machine's]
    #[arg(long, value_name = "SOCKET", conflicts_with = "private")]
    socket: Option<PathBuf>,
    /// Start a private avad even if one is there
    #[arg(long)]
    private: bool,
    /// Replace the library of this API; may be given several times [default: those of accelerators]
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(apis::names()))]
    api: Vec<String>,
    /// Forward every call synchronously and cache nothing: slow, and as exact as it can be
    #[arg(long)]
    strict: bool,
    /// Add AvA's OpenCL platforms to those that are installed, behind the program's own loader, and replace nothing
    #[arg(long, conflicts_with = "api")]
    icd: bool,
    /// Print what the program called at the end, to standard error
    #[arg(long, value_name = "FORM", num_args = 0..=1, require_equals = true, default_missing_value = "table")]
    stats: Option<Form>,
    /// Write that to a file
    #[arg(long, value_name = "FILE", requires = "stats")]
    stats_file: Option<PathBuf>,
    /// The program and its arguments
    #[arg(trailing_var_arg = true, required = true, value_name = "PROGRAM")]
    command: Vec<OsString>,
}

/// Run a program and show every call that it makes of an API, with arguments and results
///
/// One line for each call, when it returns: seconds, process and thread, function and arguments, the result, what it wrote, and in angle
/// brackets how it went (sync, async, cached; local: answered in the program; unsupported), how long it took, and bytes in buffers
/// to and from the vendor. A line with a + says that the data of an asynchronous call arrived. Calls that have not returned for a
/// second, or never did, are mentioned.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: as of \"ava run\".\n\nExamples:\n  ava trace -- clinfo\n  ava trace --filter 'clEnqueue*' \
                  --output calls.txt -- ./nbody 1000\n  ava trace --perfetto calls.json -- ./nbody 1000     for ui.perfetto.dev\n  \
                  ava trace --summary -- ./nbody 1000"
)]
struct TraceArgs {
    /// Write the text to a file, not to standard error
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write a trace for ui.perfetto.dev (Chrome's trace events); no text then without --output
    #[arg(long, value_name = "FILE")]
    perfetto: Option<PathBuf>,
    /// Print what each function was called for at the end, to standard error; no text then without --output
    #[arg(long)]
    summary: bool,
    /// Only functions that match this pattern with * and ?; may be given several times
    #[arg(short, long, value_name = "PATTERN")]
    filter: Vec<String>,
    /// Use the avad at this socket [default: $AVA_ROUTER, else this user's, else the machine's]
    #[arg(long, value_name = "SOCKET", conflicts_with = "private")]
    socket: Option<PathBuf>,
    /// Start a private avad even if one is there
    #[arg(long)]
    private: bool,
    /// Forward every call synchronously and cache nothing
    #[arg(long)]
    strict: bool,
    /// The program and its arguments
    #[arg(trailing_var_arg = true, required = true, value_name = "PROGRAM")]
    command: Vec<OsString>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// List the sessions: guest programs and what they did
///
/// Everyone sees the sessions of their own user; root and the user that runs avad see all. Those of a private avad ("ava run
/// --private") are its own affair, unless --socket names it.
#[derive(Debug, Args)]
struct PsArgs {
    /// Ended sessions, too
    #[arg(short, long)]
    all: bool,
    /// What they use of the API's resources, in the units of its specification
    #[arg(short, long, conflicts_with = "json")]
    resources: bool,
    /// For programs: a list of objects, with resources and the calls of every function
    #[arg(long)]
    json: bool,
    /// Ask the avad at this socket
    #[arg(long, value_name = "SOCKET")]
    socket: Option<PathBuf>,
}

/// End sessions; their programs see the device as lost
#[derive(Debug, Args)]
struct KillArgs {
    /// Numbers, as "ava ps" shows them
    #[arg(required = true, value_name = "SESSION")]
    sessions: Vec<u64>,
    /// Ask the avad at this socket
    #[arg(long, value_name = "SOCKET")]
    socket: Option<PathBuf>,
}

/// Stop avad, and with it every session
#[derive(Debug, Args)]
struct StopArgs {
    /// Ask the avad at this socket
    #[arg(long, value_name = "SOCKET")]
    socket: Option<PathBuf>,
}

/// The program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    log::init(&log::filter("warn", cli.verbose), None, true);
    match cli.command {
        Command::Run(args) => run_program(args, cli.verbose),
        Command::Trace(args) => trace_program(args, cli.verbose),
        Command::Ps(args) => done(list(&args)),
        Command::Kill(args) => done(kill(&args)),
        Command::Stop(args) => done(stop(&args)),
    }
}

fn done(result: Result<(), AskError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ava: {}", Chain(&error));
            ExitCode::FAILURE
        }
    }
}

fn run_program(args: RunArgs, verbose: u8) -> ExitCode {
    let options = run::Options {
        socket: args.socket,
        private: args.private,
        strict: args.strict,
        icd: args.icd,
        stats: args.stats.is_some(),
        verbose,
        env: Vec::new(),
        command: args.command,
    };
    let outcome = match run::run(&options, &apis::chosen(&args.api)) {
        Ok(outcome) => outcome,
        Err(error) => {
            eprintln!("ava: {}", Chain(&error));
            return ExitCode::from(error.exit_code());
        }
    };
    match (outcome.stats, args.stats) {
        (Some(Ok(stats)), Some(form)) => report(&stats, form, args.stats_file),
        (Some(Err(error)), _) => eprintln!("ava: no statistics: {}", Chain(&error)),
        _ => {}
    }
    ExitCode::from(outcome.exit_code)
}

fn trace_program(args: TraceArgs, verbose: u8) -> ExitCode {
    let run = run::Options {
        socket: args.socket,
        private: args.private,
        strict: args.strict,
        icd: false,
        stats: false,
        verbose,
        env: Vec::new(),
        command: args.command,
    };
    let options = trace::Options {
        run,
        output: args.output,
        perfetto: args.perfetto,
        summary: args.summary,
        filter: args.filter,
    };
    match trace::trace(&options, &apis::descriptions()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("ava: {}", Chain(&error));
            ExitCode::from(error.exit_code())
        }
    }
}

fn report(stats: &Stats, form: Form, file: Option<PathBuf>) {
    let text = match form {
        Form::Table => stats.render(),
        Form::Json => json(stats) + "\n",
    };
    match file {
        None => eprint!("{text}"),
        Some(file) => {
            if let Err(error) = fs::write(&file, text) {
                eprintln!("ava: cannot write the statistics to {}: {error}", file.display());
            }
        }
    }
}

fn json<T: serde::Serialize>(value: &T) -> String {
    // Fails only for maps with keys that are not strings, of which there are none.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn list(args: &PsArgs) -> Result<(), AskError> {
    let paths = control::candidates(args.socket.as_deref());
    let which = Ps { ended: args.all, tag: None, functions: args.json };
    let SessionList { sessions, forgotten } = control::sessions(&paths, which)?;
    let text = match (args.json, args.resources) {
        (true, _) => json(&sessions) + "\n",
        (false, true) => ps::render_resources(&sessions),
        (false, false) => ps::render(&sessions),
    };
    print!("{text}");
    if args.all && forgotten != 0 && !args.json {
        println!("{forgotten} older ones are forgotten");
    }
    Ok(())
}

fn kill(args: &KillArgs) -> Result<(), AskError> {
    let paths = control::candidates(args.socket.as_deref());
    for session in &args.sessions {
        control::ask(&paths, &Request::Kill { session: *session })?;
    }
    Ok(())
}

/// Returns when another avad can take this one's place.
fn stop(args: &StopArgs) -> Result<(), AskError> {
    let (_, socket) = control::connect(&control::candidates(args.socket.as_deref()))?;
    let socket = [socket];
    control::ask(&socket, &Request::Stop)?;
    let deadline = Instant::now() + STOP_TIMEOUT;
    while control::connect(&socket).is_ok() {
        if Instant::now() >= deadline {
            return Err(AskError::Refused("it still listens; see its log".into()));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}
