//! One API server process, as avad sees it: started, told whom to serve, and reaped.

use std::{
    io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::{
            net::UnixStream,
            process::{CommandExt, ExitStatusExt},
        },
    },
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::OnceLock,
    time::Duration,
};

use ava_core::spec::ApiDesc;
use rustix::{
    event::{PollFd, PollFlags, Timespec},
    process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal},
};

use crate::{
    channel::{FromServer, ToServer},
    frame::{self, FrameError},
    marker,
};

/// How long a server may take to load the vendor's library and warm up. Some libraries compile for a while at first.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a server may take to take a message of a few bytes.
const SEND_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a server may take to exit after its session.
const EXIT_TIMEOUT: u32 = 500_000_000;

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The program is not there, or the system has no room.
    #[error(
        "the API server {program} cannot be started: {source}; install ava-server beside avad, or name it with --server"
    )]
    Spawn {
        /// Its path.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// It said why itself.
    #[error("{0}")]
    Failed(String),
    /// It was silent.
    #[error("the API server did not get ready within {} s; see avad's log for what the vendor's library waits for", START_TIMEOUT.as_secs())]
    Timeout,
    /// It died.
    #[error(
        "the API server died while loading the vendor's library ({0}); see avad's log for what that printed"
    )]
    Died(String),
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    pid: u32,
    /// Names the process even after it was reaped and its number given to another.
    process: OwnedFd,
    control: UnixStream,
    /// Set just before the guest is handed over.
    session: OnceLock<u64>,
}

/// How to start servers.
#[derive(Debug, Clone)]
pub struct Launch {
    /// Path of `ava-server`.
    pub program: std::path::PathBuf,
    /// Filter for its log.
    pub log: String,
}

impl Server {
    /// Starts a server of `api`. The calling thread must live as long as the process: the kernel kills the server when the
    /// thread that started it ends, which is how servers die with an avad that was killed.
    ///
    /// # Errors
    /// [`StartError::Spawn`].
    pub fn spawn(launch: &Launch, api: &ApiDesc) -> Result<(Self, Child), StartError> {
        let failed =
            |source: io::Error| StartError::Spawn { program: launch.program.display().to_string(), source };
        let (control, theirs) = UnixStream::pair().map_err(failed)?;
        let mut command = Command::new(&launch.program);
        command
            .args(["--api", api.name])
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            // What the vendor's library prints goes to the log.
            .stdout(io::stderr().as_fd().try_clone_to_owned().map_err(failed)?)
            .env(crate::log::VARIABLE, &launch.log)
            // A terminal's Ctrl-C is for avad, which ends its servers in order.
            .process_group(0);
        scrub_environment(&mut command, api);
        let mut child = command.spawn().map_err(failed)?;
        let pid = child.id();
        let process = Pid::from_raw(pid as i32)
            .ok_or(rustix::io::Errno::SRCH)
            .and_then(|pid| pidfd_open(pid, PidfdFlags::empty()));
        match process {
            Ok(process) => Ok((Self { pid, process, control, session: OnceLock::new() }, child)),
            Err(error) => {
                // A process that cannot be watched is of no use; that it may have died already is fine.
                let _ = child.kill();
                let _ = child.wait();
                Err(failed(error.into()))
            }
        }
    }

    /// Waits until the server is ready.
    ///
    /// # Errors
    /// [`StartError`]; the process is then to be reaped with [`Self::reap`].
    pub fn wait_ready(&self) -> Result<(), StartError> {
        match frame::receive(self.control.as_fd(), frame::MAX_REQUEST, START_TIMEOUT) {
            Ok((FromServer::Ready, _)) => Ok(()),
            Ok((FromServer::Failed { message }, _)) => Err(StartError::Failed(message)),
            Ok((FromServer::End { reason }, _)) => Err(StartError::Failed(reason)),
            Err(FrameError::Timeout) => Err(StartError::Timeout),
            Err(error) => Err(StartError::Died(error.to_string())),
        }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Hands the guest behind `stream` to the server, as session `session`.
    ///
    /// # Errors
    /// The server died, or does not listen.
    pub fn attach(&self, session: u64, account: OwnedFd, stream: &UnixStream) -> Result<(), FrameError> {
        // Whoever sees the server die from now on sees whose session that was.
        if self.session.set(session).is_err() {
            return Err(FrameError::NotAFrame);
        }
        let control = self.control.as_fd();
        frame::send(control, &ToServer::Account, Some(account.as_fd()), SEND_TIMEOUT)?;
        frame::send(control, &ToServer::Attach { session }, Some(stream.as_fd()), SEND_TIMEOUT)
    }

    /// Waits for the end of the server's work; why it ended, if it says so.
    pub fn wait_end(&self) -> Option<String> {
        match frame::receive(self.control.as_fd(), frame::MAX_REQUEST, frame::FOREVER) {
            Ok((FromServer::End { reason }, _)) => Some(printable(&reason)),
            Ok((FromServer::Failed { message }, _)) => Some(printable(&message)),
            Ok((FromServer::Ready, _)) | Err(_) => None,
        }
    }

    /// The session that it was given.
    pub fn session(&self) -> Option<u64> {
        self.session.get().copied()
    }

    /// Ends the process. Its device memory and everything else goes with it.
    pub fn kill(&self) {
        // It may be gone, which is what is wanted.
        let _ = pidfd_send_signal(&self.process, Signal::KILL);
    }

    /// Waits until the process exits, kills it if it takes too long, and says how it ended.
    pub fn reap(&self, mut child: Child) -> String {
        let mut entry = [PollFd::new(&self.process, PollFlags::IN)];
        let limit = Timespec { tv_sec: 0, tv_nsec: EXIT_TIMEOUT.into() };
        if !matches!(rustix::event::poll(&mut entry, Some(&limit)), Ok(1)) {
            self.kill();
        }
        child.wait().map_or_else(|error| error.to_string(), describe)
    }
}

/// An exit in words.
fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(0), _) => "the API server exited".into(),
        (Some(code), _) => format!("the API server exited with status {code}"),
        (None, Some(signal)) => {
            let name = Signal::from_named_raw(signal).map_or_else(String::new, |s| format!(", {s:?}"));
            format!("the API server was killed by signal {signal}{name}")
        }
        (None, None) => status.to_string(),
    }
}

/// Keeps our own guest libraries out of the server: it would forward to itself.
fn scrub_environment(command: &mut Command, api: &ApiDesc) {
    if let Some(value) = std::env::var_os("LD_LIBRARY_PATH") {
        command.env("LD_LIBRARY_PATH", marker::scrub_library_path(&value, api.libraries));
    }
    if let Some(value) = std::env::var_os("LD_PRELOAD") {
        command.env("LD_PRELOAD", marker::scrub_preload(&value));
    }
    command.env(ava_core::router::address::SERVER_VARIABLE, "1");
    for name in [ava_core::router::address::VARIABLE, crate::run::TAG_VARIABLE] {
        command.env_remove(name);
    }
}

/// `text` without control characters, which it could use to write over a reader's terminal.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The program `ava-server` that belongs to this one.
pub fn beside_this_program() -> std::path::PathBuf {
    let this = std::env::current_exe().unwrap_or_default();
    this.parent().unwrap_or(Path::new("")).join("ava-server")
}
