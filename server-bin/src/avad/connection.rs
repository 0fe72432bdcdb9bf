//! What avad does with a connection: it reads the first message, which is a guest's greeting or a request of `ava`.

use std::{
    io,
    os::{
        fd::{AsFd, AsRawFd},
        unix::net::UnixStream,
    },
    sync::Arc,
    time::Duration,
};

use ava_core::{
    router::account::Account,
    spec::ApiDesc,
    transport::unix,
    wire::handshake::{Answer, Hello, untext},
};
use zerocopy::{FromBytes, IntoBytes};

use super::{
    Daemon,
    server::{Server, printable},
    sessions::Guest,
    tenants::{Place, user_name},
};
use crate::{
    Chain,
    control::{Request, Response},
    frame::{self, HEADER},
};

/// How long a connection may take to say what it wants, and to take an answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How often a session is tried with another server when one died in the pool.
const ATTEMPTS: usize = 3;

/// Who is at the other end, as the kernel says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer {
    /// User.
    pub uid: u32,
    /// Process; 0 if this process cannot see it.
    pub pid: u32,
}

impl Peer {
    /// The peer of `stream` when it connected.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn of(stream: &UnixStream) -> io::Result<Self> {
        let mut peer = libc::ucred { pid: 0, uid: 0, gid: 0 };
        let mut len = size_of_val(&peer) as libc::socklen_t;
        // SAFETY: both are valid for writing, and `len` is the size of `peer`. (rustix has this call, but its type for a
        // process cannot be 0, which the kernel says of one in another container.)
        let status = unsafe {
            libc::getsockopt(
                stream.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_PEERCRED,
                (&raw mut peer).cast(),
                &raw mut len,
            )
        };
        if status != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Self { uid: peer.uid, pid: u32::try_from(peer.pid).unwrap_or(0) })
    }
}

/// Serves one connection. `place` is the connection's, until its first message is here.
pub(super) fn serve(daemon: &Arc<Daemon>, stream: UnixStream, peer: Peer, place: Place) {
    let mut header = [0; HEADER];
    if let Err(error) = unix::receive(stream.as_fd(), &mut header, TIMEOUT) {
        // One that says nothing is another avad or an `ava` that looks whether someone listens.
        if error.kind() != io::ErrorKind::UnexpectedEof {
            tracing::debug!(peer.pid, "a connection said nothing: {error}");
        }
        return;
    }
    if header[..8] == frame::MAGIC.to_ne_bytes() {
        control(daemon, &stream, peer, &header);
        return;
    }
    let hello = match receive_hello(&stream, &header) {
        Ok(hello) => hello,
        Err(error) => {
            tracing::warn!(peer.pid, "a guest did not finish its greeting: {error}");
            return;
        }
    };
    drop(place);
    if let Err(why) = admit(daemon, &stream, peer, &hello) {
        tracing::warn!(peer.pid, program = printable(&untext(&hello.program)), "refused a guest: {why}");
        let answer = Answer::refused(&why);
        if let Err(error) = unix::send(stream.as_fd(), answer.as_bytes(), None, TIMEOUT) {
            tracing::debug!(peer.pid, "the guest did not hear that it was refused: {error}");
        }
    }
}

/// The rest of a greeting that began with `header`; only the header if that is not this version's.
fn receive_hello(stream: &UnixStream, header: &[u8; HEADER]) -> io::Result<Hello> {
    let mut bytes = [0; size_of::<Hello>()];
    bytes[..HEADER].copy_from_slice(header);
    let expected = Hello::new("", [0; 16], "", "");
    if expected.as_bytes()[..HEADER] == *header {
        unix::receive(stream.as_fd(), &mut bytes[HEADER..], TIMEOUT)?;
    }
    Hello::read_from_bytes(&bytes).map_err(|_| io::ErrorKind::InvalidData.into())
}

/// Gives the guest its session.
fn admit(daemon: &Daemon, stream: &UnixStream, peer: Peer, hello: &Hello) -> Result<(), String> {
    let known: Vec<_> = daemon.pools.iter().map(|pool| (pool.api.name, pool.api.spec_hash)).collect();
    hello.check(&known)?;
    let name = untext(&hello.api);
    let Some(pool) = daemon.pools.iter().find(|pool| pool.api.name == name) else {
        return Err(format!("there are no servers of {name}"));
    };
    let guest = Guest {
        uid: peer.uid,
        user: user_name(peer.uid),
        pid: if peer.pid == 0 { hello.pid } else { peer.pid },
        program: printable(&untext(&hello.program)),
        tag: printable(&untext(&hello.tag)),
    };
    let mut why = String::new();
    for _ in 0..ATTEMPTS {
        let Some(place) = daemon.tenants.take(peer.uid) else {
            return Err(format!(
                "user {} has {} sessions already, and may have no more; \
                 end some programs, or start avad with a larger --max-sessions",
                guest.user, daemon.max_sessions
            ));
        };
        let server = pool.take()?;
        match begin(daemon, pool.api, &server, stream, &guest, place) {
            Ok(()) => return Ok(()),
            Err(error) => {
                server.kill();
                why = error;
            }
        }
    }
    Err(why)
}

/// Begins a session of `guest` in `server`.
fn begin(
    daemon: &Daemon,
    api: &'static ApiDesc,
    server: &Arc<Server>,
    stream: &UnixStream,
    guest: &Guest,
    place: Place,
) -> Result<(), String> {
    let (account, memory) = Account::create(api.functions.len())
        .map_err(|error| format!("avad has no memory for the session's account: {error}"))?;
    let session = daemon.sessions.begin(guest.clone(), api, Arc::clone(server), account, place);
    if let Err(error) = server.attach(session, memory, stream) {
        daemon.sessions.end(session, "the API server died before it took the guest");
        return Err(format!("the API server died before it took the guest: {}", Chain(&error)));
    }
    tracing::info!(
        session,
        server = server.pid(),
        "{} for {} (process {}): {}",
        api.name,
        guest.user,
        guest.pid,
        guest.program
    );
    Ok(())
}

/// Answers a request of `ava`.
fn control(daemon: &Daemon, stream: &UnixStream, peer: Peer, header: &[u8; HEADER]) {
    let request = match frame::receive_after(stream.as_fd(), header, frame::MAX_REQUEST, TIMEOUT) {
        Ok(request) => request,
        Err(error) => {
            tracing::warn!(peer.pid, "a request cannot be read: {}", Chain(&error));
            // An `ava` of another version understands at least the header of this and says so.
            let _ = frame::send(stream.as_fd(), &Response::Refused(error.to_string()), None, TIMEOUT);
            return;
        }
    };
    let everything = peer.uid == 0 || peer.uid == daemon.owner;
    let may = |uid: u32| everything || uid == peer.uid;
    let response = match &request {
        Request::Ps(which) => Response::Sessions(daemon.sessions.report(which, may)),
        Request::Kill { session } => match daemon.sessions.kill(*session, &user_name(peer.uid), may) {
            Ok(()) => Response::Done,
            Err(why) => Response::Refused(why),
        },
        Request::Stop if everything => Response::Done,
        Request::Stop => {
            Response::Refused(format!("it belongs to {}; ask them to stop it", user_name(daemon.owner)))
        }
    };
    if let Err(error) = frame::send(stream.as_fd(), &response, None, TIMEOUT) {
        tracing::debug!(peer.pid, "an answer was not taken: {}", Chain(&error));
    }
    if request == Request::Stop && everything {
        daemon.stop(format!("{} asked for it", user_name(peer.uid)));
    }
}
