//! `ava trace`: runs a program as `ava run` does, and shows every call that it makes of an API. The guest library writes the log, see
//! [`ava_core::guest::trace`]; here it is passed on while the program runs, and turned into other forms afterwards.

mod follow;
mod perfetto;
mod summary;

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use ava_core::{
    guest::trace::{
        line::{Line, parse},
        now,
        open::{OpenCall, OpenCalls},
    },
    spec::ApiDesc,
};

use crate::run::{self, RunError, private_directory};

/// What to run, and which forms the log takes.
#[derive(Debug, Clone)]
pub struct Options {
    /// How to run it.
    pub run: run::Options,
    /// The file for the log's text; standard error if no other form is asked for either.
    pub output: Option<PathBuf>,
    /// The file for a trace that Perfetto and Chrome load.
    pub perfetto: Option<PathBuf>,
    /// Whether to sum up what each function was called for.
    pub summary: bool,
    /// Only functions that match one of these patterns.
    pub filter: Vec<String>,
}

/// Why the program was not run, or the log could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The program.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A file.
    #[error("cannot {what} {}", .path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl TraceError {
    /// The status to exit with; see [`RunError::exit_code`].
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Run(error) => error.exit_code(),
            Self::File { .. } => 125,
        }
    }
}

/// Makes an error of what the system said of `path`.
fn failed(what: &'static str, path: &Path) -> impl Fn(io::Error) -> TraceError {
    move |source| TraceError::File { what, path: path.to_owned(), source }
}

/// A folder that goes when the value does.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // Processes in the background may go on writing to what was in it, for nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs the program with the guest libraries of `apis`; the status to exit with.
///
/// # Errors
/// [`TraceError`]. If the program was run, what it did was done.
pub fn trace(options: &Options, apis: &[&'static ApiDesc]) -> Result<u8, TraceError> {
    let folder = Folder(private_directory().map_err(failed("make a folder in", Path::new("/tmp")))?);
    let log = match &options.output {
        Some(path) => std::path::absolute(path).map_err(failed("find", path))?,
        None => folder.0.join("calls"),
    };
    File::create(&log).map_err(failed("write to", &log))?;
    // Found out before the program runs, not after.
    if let Some(path) = &options.perfetto {
        File::create(path).map_err(failed("write to", path))?;
    }
    let open_path = folder.0.join("open");
    let open = Arc::new(OpenCalls::create(&open_path).map_err(failed("write to", &open_path))?);
    let epoch = now();

    let mut run = options.run.clone();
    let variables = [
        ("AVA_TRACE", log.clone().into_os_string()),
        ("AVA_TRACE_OPEN", open_path.into_os_string()),
        ("AVA_TRACE_EPOCH", epoch.to_string().into()),
        ("AVA_TRACE_FILTER", options.filter.join(",").into()),
    ];
    run.env.extend(variables.map(|(name, value)| (OsString::from(name), value)));

    let is_shown = options.output.is_none() && options.perfetto.is_none() && !options.summary;
    let follower = is_shown.then(|| follow::Follower::start(&log, open.clone(), epoch));
    let outcome = run::run(&run, apis);
    drop(follower);
    let outcome = outcome?;

    let unfinished = open.list();
    let mut text: Box<dyn Write> = match &options.output {
        Some(path) => Box::new(OpenOptions::new().append(true).open(path).map_err(failed("write to", path))?),
        None => Box::new(io::stderr()),
    };
    for call in &unfinished {
        // A closed standard error is no reason to fail.
        let _ = writeln!(text, "{}", shown(call, epoch, "did not return"));
    }
    if let Some(path) = &options.perfetto {
        let to = File::create(path).map_err(failed("write to", path))?;
        let lines = lines(&log)?;
        perfetto::write(io::BufWriter::new(to), lines, &unfinished, epoch)
            .map_err(failed("write to", path))?;
    }
    if options.summary {
        eprint!("{}", summary::of(lines(&log)?));
    }
    Ok(outcome.exit_code)
}

/// A call that has not returned, as a line.
fn shown(call: &OpenCall, epoch: u64, what: &str) -> String {
    let since = call.since.saturating_sub(epoch);
    format!(
        "{:>5}.{:06} {}/{} {} {what}",
        since / 1_000_000_000,
        since / 1000 % 1_000_000,
        call.process,
        call.thread,
        call.text
    )
}

/// The lines of a log, as text.
fn lines(log: &Path) -> Result<impl Iterator<Item = String> + use<>, TraceError> {
    let file = File::open(log).map_err(failed("read", log))?;
    let lines = BufReader::new(file).split(b'\n').map_while(Result::ok);
    Ok(lines.map(|line| String::from_utf8_lossy(&line).into_owned()))
}

/// What a line says, if it is one of the log's.
fn read(line: &str) -> Option<Line<'_>> {
    let read = parse(line);
    if read.is_none() && !line.is_empty() {
        tracing::debug!("not a line of the log: {line}");
    }
    read
}
