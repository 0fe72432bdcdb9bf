//! The API server's process: loads a vendor's library, waits in avad's pool for one guest, serves it, and is gone.
//!
//! The control socket to avad is standard input. Everything that a session leaves behind (the vendor's threads, device memory,
//! staging buffers) goes with the process, so nothing here cleans up.

pub mod sandbox;

use std::{
    io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
    sync::Arc,
    time::Duration,
};

use ava_core::{
    router::account::Account,
    server::{ServerApi, load_vendor, serve},
    transport::{shm::ShmServerLink, window::WindowOptions},
};
use rustix::fs::FileType;

use crate::{
    Chain,
    channel::{FromServer, ToServer},
    frame::{self, FrameError},
};

/// How long avad may take to take a message of a few bytes.
const SEND_TIMEOUT: Duration = Duration::from_secs(5);

/// How long what belongs together may take to arrive.
const REST_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a server ended without a session.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Someone ran it by hand.
    #[error(
        "ava-server is started by avad, with a socket as its standard input; run avad, or \"ava run\", instead"
    )]
    NotFromAvad,
    /// avad knows an API that this program does not.
    #[error("this ava-server does not serve the API {0:?}; install avad and ava-server from one build")]
    UnknownApi(String),
    /// The control socket.
    #[error("lost avad")]
    Control(#[from] FrameError),
    /// avad sent something else than was due.
    #[error("avad sent {0} out of turn; install avad and ava-server from one build")]
    OutOfTurn(&'static str),
    /// A system call.
    #[error("{0} failed")]
    System(&'static str, #[source] io::Error),
    /// avad has been told.
    #[error("{0}")]
    Failed(String),
}

/// Runs the server of the API called `name`, from its start to its session's end; why that ended.
///
/// The caller must end the process at once, as the vendor's threads still run.
///
/// # Errors
/// [`ServerError`]. avad and its guest have been told, as far as they can be.
pub fn run(name: &str, find: impl Fn(&str) -> Option<&'static ServerApi>) -> Result<String, ServerError> {
    let control = take_control()?;
    let failed = |message: String| {
        let told = FromServer::Failed { message: message.clone() };
        match frame::send(control.as_fd(), &told, None, SEND_TIMEOUT) {
            Ok(()) => ServerError::Failed(message),
            Err(error) => error.into(),
        }
    };
    sandbox::enter().map_err(|error| failed(Chain(&error).to_string()))?;
    let Some(api) = find(name) else {
        return Err(failed(ServerError::UnknownApi(name.into()).to_string()));
    };
    let vendor = load_vendor(api).map_err(|error| failed(Chain(&error).to_string()))?;
    if let Some(warm) = api.warm {
        // SAFETY: the table was made by this API's own `load`.
        unsafe { warm(&*vendor) };
    }
    frame::send(control.as_fd(), &FromServer::Ready, None, SEND_TIMEOUT)?;

    let (session, guest, account) = match wait_for_guest(&control)? {
        Some(work) => work,
        None => return Ok("avad is gone".into()),
    };
    let watched = control.as_fd().try_clone_to_owned().map_err(|e| ServerError::System("dup", e))?;
    let reason = match ShmServerLink::establish(guest, session, window_options(), Some(watched)) {
        Ok(link) => serve(api, vendor, Box::new(link), Arc::new(account), session).to_string(),
        Err(error) => format!("the session's shared memory could not be set up: {error}"),
    };
    tracing::debug!(session, "{reason}");
    // avad may be what is gone.
    let _ = frame::send(control.as_fd(), &FromServer::End { reason: reason.clone() }, None, SEND_TIMEOUT);
    Ok(reason)
}

/// The session's shared memory: the default, unless `AVA_ARENA_SIZE` in avad's environment gives the arena's length in bytes.
fn window_options() -> WindowOptions {
    let default = WindowOptions::default();
    let given = std::env::var("AVA_ARENA_SIZE").ok();
    match given.as_deref().map(str::parse) {
        Some(Ok(arena_len)) => WindowOptions { arena_len, ..default },
        Some(Err(_)) => {
            tracing::warn!(
                value = given,
                "AVA_ARENA_SIZE is not a number of bytes, so the arena has its default size"
            );
            default
        }
        None => default,
    }
}

/// Moves the control socket from standard input to a descriptor that no child inherits, and leaves an empty input behind, for
/// libraries that read it.
fn take_control() -> Result<UnixStream, ServerError> {
    let stdin = io::stdin();
    let meta = rustix::fs::fstat(&stdin).map_err(|_| ServerError::NotFromAvad)?;
    if FileType::from_raw_mode(meta.st_mode) != FileType::Socket {
        return Err(ServerError::NotFromAvad);
    }
    let control = stdin.as_fd().try_clone_to_owned().map_err(|e| ServerError::System("dup", e))?;
    let null = std::fs::File::open("/dev/null").map_err(|e| ServerError::System("opening /dev/null", e))?;
    rustix::stdio::dup2_stdin(&null).map_err(|e| ServerError::System("dup2", e.into()))?;
    Ok(control.into())
}

/// Waits in the pool: the session's number, the guest's socket and the account, or nothing if avad is gone.
fn wait_for_guest(control: &UnixStream) -> Result<Option<(u64, UnixStream, Account)>, ServerError> {
    let account = match frame::receive(control.as_fd(), frame::MAX_REQUEST, frame::FOREVER) {
        Ok((ToServer::Account, Some(fd))) => {
            Account::open(fd).map_err(|e| ServerError::System("mapping the session's account", e))?
        }
        Ok((ToServer::Account, None)) => return Err(ServerError::OutOfTurn("an account without memory")),
        Ok((ToServer::Attach { .. }, _)) => return Err(ServerError::OutOfTurn("a guest without an account")),
        Err(FrameError::HungUp) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    match frame::receive::<ToServer>(control.as_fd(), frame::MAX_REQUEST, REST_TIMEOUT)? {
        (ToServer::Attach { session }, Some(fd)) => Ok(Some((session, socket(fd), account))),
        (ToServer::Attach { .. }, None) => Err(ServerError::OutOfTurn("a guest without its socket")),
        (ToServer::Account, _) => Err(ServerError::OutOfTurn("a second account")),
    }
}

fn socket(fd: OwnedFd) -> UnixStream {
    fd.into()
}
