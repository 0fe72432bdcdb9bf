//! What `ava` asks of avad, on the socket that guests use too.

use std::{
    io,
    os::{fd::AsFd, unix::net::UnixStream},
    path::{Path, PathBuf},
    time::Duration,
};

use ava_core::router::address;
use serde::{Deserialize, Serialize};

use crate::frame::{self, FrameError};

/// How long avad may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A request of `ava`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Lists sessions: those of the caller's user, or everybody's if that is root or avad's own.
    Ps(Ps),
    /// Ends a session.
    Kill {
        /// Its number.
        session: u64,
    },
    /// Ends avad, and with it every session.
    Stop,
}

/// Which sessions to list, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ps {
    /// Those that ended, too.
    pub ended: bool,
    /// Only those whose guest said this tag.
    pub tag: Option<String>,
    /// With the counts of every function.
    pub functions: bool,
}

/// avad's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Response {
    /// To [`Request::Ps`].
    Sessions(SessionList),
    /// It is done.
    Done,
    /// It will not be done; why.
    Refused(String),
}

/// Sessions, in the order of their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionList {
    /// The sessions.
    pub sessions: Vec<SessionReport>,
    /// How many more ended so long ago that avad forgot them.
    pub forgotten: u64,
}

/// A session as avad reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionReport {
    /// Its number.
    pub id: u64,
    /// The tenant: name of the guest's user.
    pub user: String,
    /// The guest's user.
    pub uid: u32,
    /// The guest's process.
    pub pid: u32,
    /// The guest's command line.
    pub program: String,
    /// Name of the API.
    pub api: String,
    /// The server's process.
    pub server_pid: u32,
    /// When it began, in milliseconds since 1970.
    pub started_unix_ms: u64,
    /// How long it has been there, or was, in milliseconds.
    pub age_ms: u64,
    /// How long ago the last call came, in milliseconds; nothing if none did, or the session ended.
    pub idle_ms: Option<u64>,
    /// Synchronous calls.
    pub sync_calls: u64,
    /// Asynchronous calls.
    pub async_calls: u64,
    /// Commands of the runtime itself.
    pub runtime_calls: u64,
    /// Bytes that came from the guest.
    pub bytes_in: u64,
    /// Bytes that went to the guest.
    pub bytes_out: u64,
    /// Calls that a policy refused.
    pub refused_calls: u64,
    /// What it uses, in the order of the API's table.
    pub resources: Vec<ResourceReport>,
    /// The functions that were called, if asked for.
    pub functions: Vec<FunctionReport>,
    /// Why it ended, if it did.
    pub end: Option<String>,
}

/// What a session called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionReport {
    /// The function.
    pub name: String,
    /// Synchronous calls.
    pub sync_calls: u64,
    /// Asynchronous calls.
    pub async_calls: u64,
}

/// What a session uses of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceReport {
    /// The resource.
    pub name: String,
    /// The policy that its specification names.
    pub policy: Option<String>,
    /// How much was used up, or is held, in the specification's units.
    pub amount: u64,
    /// If it is held for a while: the most that ever was.
    pub peak: Option<u64>,
}

/// Why avad could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody listens.
    #[error(
        "no avad listens at {}; start one with \"avad &\", or run your program with \"ava run\", which brings its own",
        list(.0)
    )]
    NoRouter(Vec<PathBuf>),
    /// The socket's permissions.
    #[error("this user may not use the avad at {}; ask for access to that socket", .0.display())]
    NotAllowed(PathBuf),
    /// The system said something else.
    #[error("cannot connect to {}", .0.display())]
    Connect(PathBuf, #[source] io::Error),
    /// The conversation failed.
    #[error("avad did not answer properly")]
    Frame(#[from] FrameError),
    /// avad said no.
    #[error("avad refused: {0}")]
    Refused(String),
    /// The answer belongs to another question.
    #[error(
        "avad answered something else than was asked; install ava and avad from one build and restart avad"
    )]
    Confused,
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" or ")
}

/// Where to look for avad: only `given` if there is one, else where guests look.
pub fn candidates(given: Option<&Path>) -> Vec<PathBuf> {
    given.map_or_else(address::candidates, |path| vec![path.to_path_buf()])
}

/// Connects to the first of `paths` on which somebody listens; which it was.
///
/// # Errors
/// [`AskError::NoRouter`] if nobody does, or why one cannot be used.
pub fn connect(paths: &[PathBuf]) -> Result<(UnixStream, PathBuf), AskError> {
    for path in paths {
        match UnixStream::connect(path) {
            Ok(stream) => return Ok((stream, path.clone())),
            Err(error) => match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {}
                io::ErrorKind::PermissionDenied => return Err(AskError::NotAllowed(path.clone())),
                _ => return Err(AskError::Connect(path.clone(), error)),
            },
        }
    }
    Err(AskError::NoRouter(paths.to_vec()))
}

/// Asks the first avad that listens on one of `paths`.
///
/// # Errors
/// [`AskError`], a refusal included.
pub fn ask(paths: &[PathBuf], request: &Request) -> Result<Response, AskError> {
    let (stream, _) = connect(paths)?;
    frame::send(stream.as_fd(), request, None, TIMEOUT)?;
    match frame::receive(stream.as_fd(), frame::MAX_LEN, TIMEOUT)?.0 {
        Response::Refused(why) => Err(AskError::Refused(why)),
        response => Ok(response),
    }
}

/// Asks for a list of sessions.
///
/// # Errors
/// [`AskError`].
pub fn sessions(paths: &[PathBuf], which: Ps) -> Result<SessionList, AskError> {
    match ask(paths, &Request::Ps(which))? {
        Response::Sessions(list) => Ok(list),
        _ => Err(AskError::Confused),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn report() -> impl Strategy<Value = SessionReport> {
        let numbers = prop::array::uniform10(any::<u64>());
        let words = prop::array::uniform3(".{0,40}");
        let functions = prop::collection::vec(("[a-zA-Z]{0,30}", any::<u64>(), any::<u64>()), 0..5);
        let resources = prop::collection::vec(
            ("[A-Z]{0,9}", any::<Option<String>>(), any::<u64>(), any::<Option<u64>>()),
            0..3,
        );
        (numbers, words, functions, resources, any::<Option<u64>>(), any::<Option<String>>()).prop_map(
            |(n, [user, program, api], functions, resources, idle_ms, end)| SessionReport {
                id: n[0],
                user,
                uid: n[1] as u32,
                pid: (n[1] >> 32) as u32,
                program,
                api,
                server_pid: n[2] as u32,
                started_unix_ms: n[3],
                age_ms: n[4],
                idle_ms,
                sync_calls: n[5],
                async_calls: n[6],
                runtime_calls: n[2],
                bytes_in: n[7],
                bytes_out: n[8],
                refused_calls: n[9],
                resources: resources
                    .into_iter()
                    .map(|(name, policy, amount, peak)| ResourceReport { name, policy, amount, peak })
                    .collect(),
                functions: functions
                    .into_iter()
                    .map(|(name, sync_calls, async_calls)| FunctionReport { name, sync_calls, async_calls })
                    .collect(),
                end,
            },
        )
    }

    fn response() -> impl Strategy<Value = Response> {
        prop_oneof![
            (prop::collection::vec(report(), 0..4), any::<u64>())
                .prop_map(|(sessions, forgotten)| Response::Sessions(SessionList { sessions, forgotten })),
            Just(Response::Done),
            any::<String>().prop_map(Response::Refused),
        ]
    }

    proptest! {
        #[test]
        fn responses_survive_the_wire(response in response()) {
            let bytes = frame::encode(&response).unwrap();
            let len = frame::message_len(bytes.first_chunk().unwrap(), frame::MAX_LEN).unwrap();
            prop_assert_eq!(len, bytes.len() - frame::HEADER);
            prop_assert_eq!(frame::decode::<Response>(&bytes[frame::HEADER..]).unwrap(), response);
        }

        #[test]
        fn a_truncated_response_is_an_error(response in response(), cut in 1usize..64) {
            let bytes = frame::encode(&response).unwrap();
            let message = &bytes[frame::HEADER..];
            let cut = cut.min(message.len());
            prop_assert!(frame::decode::<Response>(&message[..message.len() - cut]).is_err());
        }

        #[test]
        fn no_bytes_make_a_request_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = frame::decode::<Request>(&bytes);
        }
    }
}
