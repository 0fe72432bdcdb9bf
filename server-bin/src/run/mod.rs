//! `ava run`: runs a program with AvA's library in place of the vendor's.
//!
//! The program stays in the process group and terminal that it would have without `ava`, so that Ctrl-C and job control reach
//! it as ever. `ava` waits for it, passes on the signals that were sent to `ava` itself, and exits as it did.

mod elf;
mod icd;
mod library;
mod private;
mod signals;
pub mod stats;

use std::{
    ffi::{OsStr, OsString},
    fs, io,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use ava_core::{router::address, spec::ApiDesc};

use self::{library::LibraryError, private::PrivateRouter, stats::Stats};
use crate::control::{self, AskError, Ps};

/// Tells the guest library what to say in its greeting, so that its sessions are recognised.
pub const TAG_VARIABLE: &str = "AVA_RUN_TAG";

/// How long to wait at the end for sessions to end, so that their last calls are counted.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(2);

/// What to run, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The avad to use; the default ones, or a private one, if not given.
    pub socket: Option<PathBuf>,
    /// Start a private avad, whatever runs already.
    pub private: bool,
    /// Every call synchronous.
    pub strict: bool,
    /// Beside the vendors that are installed, behind the program's own loader, instead of in its place.
    pub icd: bool,
    /// Ask for statistics at the end.
    pub stats: bool,
    /// How talkative a private avad is.
    pub verbose: u8,
    /// Further variables for the program's environment.
    pub env: Vec<(OsString, OsString)>,
    /// The program and its arguments.
    pub command: Vec<OsString>,
}

/// Why the program was not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No guest library.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// No private avad.
    #[error("cannot start a private avad")]
    Private(#[from] private::PrivateError),
    /// No file that names our library to a loader.
    #[error(transparent)]
    Icd(#[from] icd::IcdError),
    /// Not the avad that was named.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The program.
    #[error("cannot run {program}")]
    Spawn {
        /// Its name.
        program: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Signals, waiting.
    #[error("cannot wait for the program")]
    System(#[from] io::Error),
}

impl RunError {
    /// The status to exit with, as env(1) and nohup(1) do: 127 for a program that is not there, 126 for one that cannot be
    /// executed, 125 for trouble of our own.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Spawn { source, .. } if source.kind() == io::ErrorKind::NotFound => 127,
            Self::Spawn { .. } => 126,
            _ => 125,
        }
    }
}

/// What became of the program.
#[derive(Debug)]
pub struct Outcome {
    /// The status to exit with.
    pub exit_code: u8,
    /// What it called, if that was asked for and avad could still be asked.
    pub stats: Option<Result<Stats, AskError>>,
}

/// Runs the program with the guest libraries of `apis`.
///
/// # Errors
/// [`RunError`]: the program was not run.
pub fn run(options: &Options, apis: &[&'static ApiDesc]) -> Result<Outcome, RunError> {
    let [program, arguments @ ..] = options.command.as_slice() else {
        let source = io::ErrorKind::InvalidInput.into();
        return Err(RunError::Spawn { program: String::new(), source });
    };
    let libraries = match options.icd {
        true => Vec::new(),
        false => library::directories(apis)?,
    };
    let vendors = options.icd.then(icd::vendors).transpose()?;
    let (socket, router) = reach_router(options, apis)?;
    let tag = tag();

    let mut command = Command::new(program);
    command
        .args(arguments)
        .env(address::VARIABLE, &socket)
        .env(TAG_VARIABLE, &tag)
        .envs(options.env.iter().map(|(name, value)| (name, value)));
    if !libraries.is_empty() {
        command.env("LD_LIBRARY_PATH", prepend(&libraries, std::env::var_os("LD_LIBRARY_PATH").as_deref()));
    }
    if let Some(vendors) = vendors {
        command.env(icd::VARIABLE, vendors);
    }
    if options.strict {
        command.env("AVA_FIDELITY", "strict");
    }
    let status = signals::run(&mut command)
        .map_err(|source| RunError::Spawn { program: program.to_string_lossy().into_owned(), source })?;

    let curious = options.stats || tracing::enabled!(tracing::Level::INFO);
    let stats = curious.then(|| settle(&socket, &tag));
    if let Some(Ok(stats)) = &stats
        && stats.sessions == 0
        && let Some(why) = elf::why_no_session(Path::new(program), apis)
    {
        tracing::info!("{why}");
    }
    drop(router);
    Ok(Outcome { exit_code: exit_code(status), stats: stats.filter(|_| options.stats) })
}

/// The socket of the avad to use, and the avad itself if it is ours.
fn reach_router(
    options: &Options,
    apis: &[&'static ApiDesc],
) -> Result<(PathBuf, Option<PrivateRouter>), RunError> {
    if !options.private {
        match control::connect(&control::candidates(options.socket.as_deref())) {
            Ok((_, socket)) => {
                tracing::debug!("using the avad at {}", socket.display());
                // The program may change its directory.
                return Ok((std::path::absolute(socket)?, None));
            }
            Err(AskError::NoRouter(_) | AskError::NotAllowed(_)) if options.socket.is_none() => {}
            Err(error) => return Err(error.into()),
        }
    }
    let router = PrivateRouter::start(apis, options.verbose)?;
    Ok((router.socket().to_path_buf(), Some(router)))
}

/// Waits until the program's sessions have ended, and adds up what they did.
fn settle(socket: &Path, tag: &str) -> Result<Stats, AskError> {
    let deadline = Instant::now() + SETTLE_TIMEOUT;
    loop {
        let which = Ps { ended: true, tag: Some(tag.to_owned()), functions: true };
        let list = control::sessions(&[socket.to_path_buf()], which)?;
        // Sessions of children that go on in the background are counted as far as they got.
        if list.sessions.iter().all(|session| session.end.is_some()) || Instant::now() >= deadline {
            return Ok(Stats::of(&list));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// `first` and then the directories of `rest`.
fn prepend(first: &[PathBuf], rest: Option<&OsStr>) -> OsString {
    let rest = rest.filter(|rest| !rest.is_empty()).map(std::env::split_paths);
    let all = first.iter().cloned().chain(rest.into_iter().flatten());
    // `library` refuses directories with a colon in their names, which is the only way this could fail.
    std::env::join_paths(all).unwrap_or_default()
}

/// A word that no other run uses.
fn tag() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("run-{}-{:x}", std::process::id(), now.as_nanos())
}

/// The exit status that a shell would give.
fn exit_code(status: ExitStatus) -> u8 {
    match (status.code(), status.signal()) {
        (Some(code), _) => code as u8,
        (None, Some(signal)) => 128u8.saturating_add(signal as u8),
        (None, None) => 125,
    }
}

/// A fresh directory that only this user can enter, in the user's runtime directory if there is one.
pub(crate) fn private_directory() -> io::Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt;
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    let runtime = address::own().parent().map(Path::to_path_buf);
    for parent in runtime.into_iter().chain([std::env::temp_dir(), "/tmp".into()]) {
        // A path that leaves no room for the socket's name is of no use.
        if parent.as_os_str().len() > 50 {
            continue;
        }
        let dir = parent.join(tag());
        match fs::DirBuilder::new().mode(0o700).create(&dir) {
            Ok(()) => return Ok(dir),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_directories_come_first_and_the_users_stay() {
        let ours = [PathBuf::from("/a"), PathBuf::from("/b")];
        assert_eq!(prepend(&ours, Some(OsStr::new("/c:/d"))), "/a:/b:/c:/d");
        assert_eq!(prepend(&ours, Some(OsStr::new(""))), "/a:/b");
        assert_eq!(prepend(&ours, None), "/a:/b");
    }

    #[test]
    fn a_tag_fits_the_greeting() {
        assert!(tag().len() <= 64);
    }
}
