//! Sessions over shared memory: both processes are on one machine, and a Unix socket tells each when the other is gone.
//!
//! After the handshake the socket carries only [`OpenThread`] messages from guest to server. Its hang-up is the sign of
//! death for both. A child that the application forked holds a copy of the guest's end, so the server also watches
//! the guest's process itself.

use std::{
    io,
    os::{
        fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd},
        unix::net::UnixStream,
    },
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
    time::Duration,
};

use zerocopy::{FromBytes, IntoBytes};

use super::{
    Arena, GuestChannel, GuestLink, Lost, ServerEvent, ServerLink, doorbell,
    slot::{End, Guest, Peer, Server},
    unix,
    window::{Window, WindowOptions},
};
use crate::wire::handshake::{Answer, OpenThread};

/// How long either side may take to read a message of a few bytes.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(5);

/// The guest's end of a session over shared memory.
#[derive(Debug)]
pub struct ShmGuestLink {
    pub(super) side: Arc<Guest<Socket>>,
    session: u64,
}

impl ShmGuestLink {
    pub(super) fn new(stream: UnixStream, window: Window, session: u64) -> Self {
        let socket = Socket(AtomicI32::new(stream.into_raw_fd()));
        Self { side: Arc::new(Guest::new(Arc::new(window), socket)), session }
    }

    /// The session's number, as `ava ps` shows it.
    pub fn session(&self) -> u64 {
        self.session
    }

    /// To be called in a forked child, which has neither the window nor a right to the parent's session: closes the
    /// child's copy of the socket, and makes every channel and the link itself fail from now on. The arena is not
    /// mapped in the child.
    ///
    /// Async-signal-safe, so a `pthread_atfork` handler may call it. The child may drop the link and its channels or leak
    /// them.
    pub fn abandon_in_child(&self) {
        self.side.lose();
        self.side.peer.close();
        doorbell::forget_in_child();
    }
}

impl GuestLink for ShmGuestLink {
    fn open(&self) -> Result<Box<dyn GuestChannel>, Lost> {
        Ok(Box::new(self.side.open()?))
    }

    fn arena(&self) -> Arena {
        self.side.window().arena()
    }

    fn abandon_in_child(&self) {
        Self::abandon_in_child(self);
    }

    fn is_lost(&self) -> bool {
        self.side.is_lost()
    }
}

/// The guest's end of the socket; -1 once it was closed.
#[derive(Debug)]
pub(super) struct Socket(AtomicI32);

impl Socket {
    fn close(&self) {
        let fd: RawFd = self.0.swap(-1, Ordering::AcqRel);
        if fd >= 0 {
            // SAFETY: the descriptor was ours, and the swap makes this the only place that closes it. In a forked child no
            // other thread exists that could be using it; otherwise only `Drop` calls this.
            unsafe { libc::close(fd) };
        }
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        let fd = self.0.load(Ordering::Acquire);
        // SAFETY: it is open as long as it is here, see `close`.
        (fd >= 0).then(|| unsafe { BorrowedFd::borrow_raw(fd) })
    }
}

impl Peer for Socket {
    fn announce(&self, slot: u32) -> Result<(), Lost> {
        let message = OpenThread { slot, reserved: 0 };
        let sent = match self.fd() {
            Some(fd) => unix::send(fd, message.as_bytes(), None, MESSAGE_TIMEOUT),
            None => Err(io::ErrorKind::NotConnected.into()),
        };
        sent.map_err(|e| Lost(format!("the API server cannot be told of a new thread: {e}")))
    }

    fn is_gone(&self) -> bool {
        const GONE: libc::c_short = libc::POLLRDHUP | libc::POLLHUP | libc::POLLERR | libc::POLLNVAL;
        let Some(fd) = self.fd() else { return true };
        let mut entries = [unix::entry(fd, libc::POLLRDHUP)];
        unix::poll(&mut entries, Some(Duration::ZERO)).is_ok() && entries[0].revents & GONE != 0
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.close();
    }
}

/// The server's end of a session over shared memory.
///
/// Dropping it ends the session.
pub struct ShmServerLink {
    side: Arc<Server>,
    stream: Arc<UnixStream>,
    control: Option<OwnedFd>,
    /// The guest's process, if the kernel could name it.
    process: Option<OwnedFd>,
    /// What has arrived of an [`OpenThread`].
    partial: [u8; size_of::<OpenThread>()],
    filled: usize,
}

impl ShmServerLink {
    /// Makes the shared memory of session number `session`, and welcomes the guest at the other end of `stream` to it.
    /// When `control` becomes readable or hangs up, the session ends.
    ///
    /// Nobody else may keep a copy of `stream`, or the guest would not see this process die.
    ///
    /// # Errors
    /// What the system says; the guest sees the socket close.
    pub fn establish(
        stream: UnixStream,
        session: u64,
        options: WindowOptions,
        control: Option<OwnedFd>,
    ) -> io::Result<Self> {
        let (window, memory) = Window::create(options)?;
        let answer = Answer::welcome(session, window.slots(), window.arena_len());
        let process = process_of(stream.as_fd());
        unix::send(stream.as_fd(), answer.as_bytes(), Some(memory.as_fd()), MESSAGE_TIMEOUT)?;
        let stream = Arc::new(stream);
        let interrupt = {
            let stream = Arc::clone(&stream);
            // Also tells the guest. Fails only if the guest is gone already.
            move || drop(stream.shutdown(std::net::Shutdown::Both))
        };
        Ok(Self {
            side: Arc::new(Server::new(Arc::new(window), interrupt)),
            stream,
            control,
            process,
            partial: [0; size_of::<OpenThread>()],
            filled: 0,
        })
    }

    /// Waits until something is to be read from the socket, or the session's end.
    fn wait(&self) -> Result<(), End> {
        loop {
            if let Some(end) = self.side.ended() {
                return Err(end);
            }
            let ignored = || libc::pollfd { fd: -1, events: 0, revents: 0 };
            let other = |fd: &Option<OwnedFd>| {
                fd.as_ref().map_or_else(ignored, |fd| unix::entry(fd.as_fd(), libc::POLLIN))
            };
            let socket = unix::entry(self.stream.as_fd(), libc::POLLIN | libc::POLLRDHUP);
            let mut entries = [socket, other(&self.control), other(&self.process)];
            if let Err(error) = unix::poll(&mut entries, None) {
                return Err(End::Closed(format!("waiting for the guest failed: {error}")));
            }
            let [socket, control, process] = entries.map(|entry| entry.revents != 0);
            if process {
                return Err(End::Closed("the guest's process ended".into()));
            }
            if control {
                return Err(End::Closed("the router ended the session".into()));
            }
            if socket {
                return Ok(());
            }
        }
    }

    fn next_opened(&mut self) -> Result<u32, End> {
        loop {
            self.wait()?;
            let mut unwanted = None;
            match unix::receive_some(self.stream.as_fd(), &mut self.partial[self.filled..], &mut unwanted) {
                Ok(0) => return Err(End::Closed("the guest closed the session".into())),
                Ok(count) => self.filled += count,
                Err(e) if matches!(e.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
                Err(error) => return Err(End::Closed(format!("the guest's socket failed: {error}"))),
            }
            if let Some(OpenThread { slot, reserved }) =
                OpenThread::read_from_bytes(&self.partial).ok().filter(|_| self.filled == self.partial.len())
            {
                self.filled = 0;
                if reserved != 0 {
                    return Err(End::Violation("the guest sent a message that is not OpenThread".into()));
                }
                return Ok(slot);
            }
        }
    }
}

impl ServerLink for ShmServerLink {
    fn next_event(&mut self) -> ServerEvent {
        let opened = self
            .next_opened()
            .and_then(|index| self.side.open(index).map(|channel| (index, channel)).map_err(End::Violation));
        match opened {
            Ok((index, channel)) => ServerEvent::Opened(index, Box::new(channel)),
            Err(end) => self.side.end(end).into(),
        }
    }

    fn arena(&self) -> Arena {
        self.side.window().arena()
    }
}

impl Drop for ShmServerLink {
    fn drop(&mut self) {
        self.side.end(End::Closed("the server ended the session".into()));
    }
}

/// A descriptor that becomes readable when the process at the other end of `socket` ends; `None` if the kernel cannot
/// tell, as it cannot for a process in another container.
fn process_of(socket: BorrowedFd<'_>) -> Option<OwnedFd> {
    /// `SO_PEERPIDFD` of Linux 6.5, which cannot name the wrong process.
    const SO_PEERPIDFD: libc::c_int = 77;
    let mut fd: RawFd = -1;
    let mut len = size_of::<RawFd>() as libc::socklen_t;
    // SAFETY: `fd` and `len` are valid for writing, and `len` is the size of `fd`.
    let got = unsafe {
        libc::getsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, SO_PEERPIDFD, (&raw mut fd).cast(), &mut len)
    };
    if got != 0 {
        let mut peer = libc::ucred { pid: 0, uid: 0, gid: 0 };
        let mut len = size_of::<libc::ucred>() as libc::socklen_t;
        // SAFETY: as above, and pidfd_open takes only numbers.
        fd = unsafe {
            libc::getsockopt(
                socket.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_PEERCRED,
                (&raw mut peer).cast(),
                &mut len,
            );
            if peer.pid > 0 { libc::syscall(libc::SYS_pidfd_open, peer.pid, 0) as RawFd } else { -1 }
        };
    }
    // SAFETY: a call just made this descriptor, so it is open and nobody else's. Both kinds are close-on-exec.
    (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd) })
}
