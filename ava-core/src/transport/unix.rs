//! Messages of a fixed size over a Unix stream socket, with at most one file descriptor each, and how a guest reaches its
//! router.
//!
//! Every wait has a limit, and no call raises `SIGPIPE`: the guest's end runs in an application that expects neither.

use std::{
    ffi::c_void,
    io,
    mem::{self, MaybeUninit},
    os::{
        fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd},
        unix::{ffi::OsStrExt, net::UnixStream},
    },
    path::{Path, PathBuf},
    ptr,
    time::{Duration, Instant},
};

use zerocopy::{FromBytes, IntoBytes};

use super::{
    shm::ShmGuestLink,
    window::{Window, WindowOptions},
};
use crate::wire::handshake::{Answer, Hello, MAGIC, PROTOCOL, untext};

/// Why a guest has no session.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No socket, or nobody listens on it.
    #[error("no AvA router listens at {}; start avad, or run the program with \"ava run\"", .0.display())]
    NoRouter(PathBuf),
    /// The socket's permissions.
    #[error("this user may not use the AvA router at {}; ask for access to that socket, or run the program with \"ava run\"", .0.display())]
    NotAllowed(PathBuf),
    /// Unix sockets have short names.
    #[error("the router's path {} is too long for a Unix socket (at most 107 bytes); set AVA_ROUTER to a shorter one", .0.display())]
    PathTooLong(PathBuf),
    /// The router answered and said no.
    #[error("the AvA router refused the session: {0}")]
    Refused(String),
    /// The router did not answer in time.
    #[error(
        "the AvA router at {path} did not answer within {seconds} s; see avad's log for what it waits for"
    )]
    Timeout {
        /// The socket.
        path: String,
        /// How long we waited.
        seconds: u64,
    },
    /// The router hung up.
    #[error("the AvA router at {} closed the connection without an answer; see avad's log", .0.display())]
    HungUp(PathBuf),
    /// Someone else listens there.
    #[error("what listens at {} is not an AvA router; set AVA_ROUTER to avad's socket", .0.display())]
    NotARouter(PathBuf),
    /// Guest library and router are of different versions.
    #[error(
        "the AvA router speaks protocol version {theirs}, this guest library version {PROTOCOL}; \
         build both from one version of AvA and restart avad"
    )]
    Version {
        /// The router's version.
        theirs: u32,
    },
    /// The session's memory could not be used.
    #[error(
        "the session's shared memory cannot be used; see the limits on memory and open files (ulimit -a)"
    )]
    Window(#[source] io::Error),
    /// Anything else that the system said.
    #[error("talking to the AvA router at {} failed", .path.display())]
    System {
        /// The socket.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl ConnectError {
    /// Whether a router may be there later, or may answer if asked again.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::NoRouter(_) | Self::Timeout { .. } | Self::HungUp(_))
    }
}

/// Asks the router at `path` for a session. `timeout` is for the whole of it, a server's start included.
///
/// # Errors
/// [`ConnectError`] says what happened and what to do.
pub fn connect(path: &Path, hello: &Hello, timeout: Duration) -> Result<ShmGuestLink, ConnectError> {
    let deadline = Instant::now() + timeout;
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => ConnectError::NoRouter(path.into()),
        io::ErrorKind::PermissionDenied => ConnectError::NotAllowed(path.into()),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            ConnectError::Timeout { path: path.display().to_string(), seconds: timeout.as_secs() }
        }
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            ConnectError::HungUp(path.into())
        }
        _ => ConnectError::System { path: path.into(), source },
    };
    if path.as_os_str().len() > SUN_PATH {
        return Err(ConnectError::PathTooLong(path.into()));
    }
    let stream = dial(path, timeout).map_err(failed)?;
    // A router that refuses may hang up before it read everything: its answer counts, not the broken pipe.
    let sent = send(stream.as_fd(), hello.as_bytes(), None, timeout);
    let (answer, fd) = match receive_greeting::<Answer>(stream.as_fd(), left(deadline)) {
        Ok(received) => received,
        Err(error) => return Err(failed(sent.err().unwrap_or(error))),
    };
    if answer.magic != MAGIC {
        return Err(ConnectError::NotARouter(path.into()));
    }
    if answer.protocol != PROTOCOL || answer.size as usize != size_of::<Answer>() {
        return Err(ConnectError::Version { theirs: answer.protocol });
    }
    if answer.verdict != 0 {
        return Err(ConnectError::Refused(untext(&answer.message)));
    }
    let Some(fd) = fd else {
        return Err(ConnectError::Window(io::Error::other(
            "no file descriptor came with the router's answer",
        )));
    };
    let options = WindowOptions { slots: answer.slots, arena_len: answer.arena_len };
    let window = Window::attach(fd.as_fd(), options).map_err(ConnectError::Window)?;
    Ok(ShmGuestLink::new(stream, window, answer.session))
}

/// Longest path of a socket, without its final zero.
const SUN_PATH: usize = 107;

/// Connects to a listening socket, waiting for room in its backlog for at most `timeout`.
fn dial(path: &Path, timeout: Duration) -> io::Result<UnixStream> {
    // SAFETY: an all-zero `sockaddr_un` is a valid value of that plain C struct.
    let mut address: libc::sockaddr_un = unsafe { mem::zeroed() };
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    for (to, from) in address.sun_path[..SUN_PATH].iter_mut().zip(path.as_os_str().as_bytes()) {
        *to = *from as libc::c_char;
    }
    // SAFETY: a plain system call.
    let fd = unsafe { libc::socket(libc::AF_UNIX, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call just made this descriptor, so it is open and nobody else's.
    let stream = UnixStream::from(unsafe { OwnedFd::from_raw_fd(fd) });
    // Bounds connect(2), too.
    stream.set_write_timeout(Some(timeout.max(Duration::from_millis(1))))?;
    loop {
        // SAFETY: the address is valid for the length that is given with it.
        let done = unsafe {
            libc::connect(fd, ptr::from_ref(&address).cast(), size_of_val(&address) as libc::socklen_t)
        };
        match io::Error::last_os_error() {
            _ if done == 0 => return Ok(stream),
            error if error.kind() == io::ErrorKind::Interrupted => {}
            error => return Err(error),
        }
    }
}

/// Receives a message that begins with magic, protocol and size, and perhaps a file descriptor. If those three are not
/// what is expected of `T` the rest stays unread and zero, so that the caller can say which of them is wrong.
///
/// # Errors
/// [`io::ErrorKind::TimedOut`], [`io::ErrorKind::UnexpectedEof`] if the other side hung up, or what the system says.
pub fn receive_greeting<T: FromBytes + IntoBytes>(
    socket: BorrowedFd<'_>,
    timeout: Duration,
) -> io::Result<(T, Option<OwnedFd>)> {
    const PREFIX: usize = 16;
    let deadline = Instant::now() + timeout;
    let mut message = T::new_zeroed();
    let bytes = message.as_mut_bytes();
    let (prefix, rest) = bytes.split_at_mut_checked(PREFIX).ok_or(io::ErrorKind::InvalidInput)?;
    let fd = receive(socket, prefix, timeout)?;
    let mut expected = [0; PREFIX];
    expected[..8].copy_from_slice(&MAGIC.to_ne_bytes());
    expected[8..12].copy_from_slice(&PROTOCOL.to_ne_bytes());
    expected[12..].copy_from_slice(&(size_of::<T>() as u32).to_ne_bytes());
    if *prefix == expected {
        receive(socket, rest, left(deadline))?;
    }
    Ok((message, fd))
}

/// Sends all of `bytes`, with `fd` if there is one.
///
/// # Errors
/// [`io::ErrorKind::TimedOut`], or what the system says ([`io::ErrorKind::BrokenPipe`] if the other side hung up).
pub fn send(
    socket: BorrowedFd<'_>,
    mut bytes: &[u8],
    fd: Option<BorrowedFd<'_>>,
    timeout: Duration,
) -> io::Result<()> {
    let deadline = Instant::now() + timeout;
    let mut fd = fd.map(|fd| fd.as_raw_fd());
    while !bytes.is_empty() {
        let mut control = Control::default();
        let mut part = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
        let mut message = header(&mut part);
        if let Some(fd) = fd {
            control.put(&mut message, fd);
        }
        // SAFETY: the header points to `bytes`, which sendmsg only reads, and to `control`, both alive.
        let sent =
            unsafe { libc::sendmsg(socket.as_raw_fd(), &message, libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT) };
        match usize::try_from(sent) {
            Ok(sent) => {
                bytes = &bytes[sent..];
                fd = None;
            }
            Err(_) => wait_or_fail(socket, libc::POLLOUT, deadline)?,
        }
    }
    Ok(())
}

/// Fills `bytes`, and returns the first file descriptor that came along; any others are closed.
///
/// # Errors
/// [`io::ErrorKind::TimedOut`], [`io::ErrorKind::UnexpectedEof`] if the other side hung up, or what the system says.
pub fn receive(
    socket: BorrowedFd<'_>,
    mut bytes: &mut [u8],
    timeout: Duration,
) -> io::Result<Option<OwnedFd>> {
    let deadline = Instant::now() + timeout;
    let mut fd = None;
    while !bytes.is_empty() {
        match receive_some(socket, bytes, &mut fd) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => bytes = &mut bytes[count..],
            Err(_) => wait_or_fail(socket, libc::POLLIN, deadline)?,
        }
    }
    Ok(fd)
}

/// Receives what there is, without waiting. `errno` is that of the receiving call when this fails.
pub(super) fn receive_some(
    socket: BorrowedFd<'_>,
    bytes: &mut [u8],
    fd: &mut Option<OwnedFd>,
) -> io::Result<usize> {
    let mut control = Control::default();
    let mut part = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    let mut message = header(&mut part);
    message.msg_control = control.0.as_mut_ptr().cast::<c_void>();
    message.msg_controllen = size_of::<Control>() as _;
    // SAFETY: the header points to `bytes` and `control`, both alive, writable and of the lengths that it says.
    let count = unsafe {
        libc::recvmsg(socket.as_raw_fd(), &mut message, libc::MSG_CMSG_CLOEXEC | libc::MSG_DONTWAIT)
    };
    let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
    // SAFETY: the kernel filled in the header.
    unsafe { Control::take(&message, fd) };
    Ok(count)
}

/// After a call that set `errno`: waits if it only found nothing to do yet, otherwise returns the error.
fn wait_or_fail(socket: BorrowedFd<'_>, events: libc::c_short, deadline: Instant) -> io::Result<()> {
    let error = io::Error::last_os_error();
    match error.kind() {
        io::ErrorKind::Interrupted => Ok(()),
        io::ErrorKind::WouldBlock => {
            let left = left(deadline);
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            poll(&mut [entry(socket, events)], Some(left))?;
            Ok(())
        }
        _ => Err(error),
    }
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

/// One line of a [`poll`].
pub(super) fn entry(fd: BorrowedFd<'_>, events: libc::c_short) -> libc::pollfd {
    libc::pollfd { fd: fd.as_raw_fd(), events, revents: 0 }
}

/// Waits for one of `entries`; `None` waits for ever. An interruption by a signal returns early, with nothing reported.
pub(super) fn poll(entries: &mut [libc::pollfd], timeout: Option<Duration>) -> io::Result<()> {
    // Rounded up, so that a wait for less than a millisecond is not a busy loop.
    let timeout = timeout.map_or(-1, |t| i32::try_from(t.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX));
    // SAFETY: the entries are valid for reading and writing.
    let count = unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, timeout) };
    if count < 0 {
        for entry in entries {
            entry.revents = 0;
        }
        let error = io::Error::last_os_error();
        return if error.kind() == io::ErrorKind::Interrupted { Ok(()) } else { Err(error) };
    }
    Ok(())
}

fn header(part: &mut libc::iovec) -> libc::msghdr {
    // SAFETY: an all-zero `msghdr` is a valid value of that plain C struct.
    let mut message: libc::msghdr = unsafe { mem::zeroed() };
    message.msg_iov = part;
    message.msg_iovlen = 1;
    message
}

/// Room for ancillary data, aligned as `cmsghdr` wants.
#[repr(C, align(8))]
struct Control([MaybeUninit<u8>; 64]);

impl Default for Control {
    fn default() -> Self {
        Self([MaybeUninit::zeroed(); 64])
    }
}

impl Control {
    /// Makes `message` carry `fd`; `self` must outlive its use.
    fn put(&mut self, message: &mut libc::msghdr, fd: RawFd) {
        message.msg_control = self.0.as_mut_ptr().cast::<c_void>();
        // SAFETY: `CMSG_SPACE` of one descriptor is 24, which fits; so the first header and its data lie in `self`.
        unsafe {
            message.msg_controllen = libc::CMSG_SPACE(size_of::<RawFd>() as u32) as _;
            let first = libc::CMSG_FIRSTHDR(message);
            (*first).cmsg_level = libc::SOL_SOCKET;
            (*first).cmsg_type = libc::SCM_RIGHTS;
            (*first).cmsg_len = libc::CMSG_LEN(size_of::<RawFd>() as u32) as _;
            libc::CMSG_DATA(first).cast::<RawFd>().write_unaligned(fd);
        }
    }

    /// Moves the first received descriptor to `fd` if that is empty, and closes the others.
    ///
    /// # Safety
    /// `message` is as `recvmsg` left it.
    unsafe fn take(message: &libc::msghdr, fd: &mut Option<OwnedFd>) {
        // SAFETY: the kernel wrote well-formed headers; each descriptor in them is open and now ours.
        unsafe {
            let mut at = libc::CMSG_FIRSTHDR(message);
            while !at.is_null() {
                if (*at).cmsg_level == libc::SOL_SOCKET && (*at).cmsg_type == libc::SCM_RIGHTS {
                    let bytes = (*at).cmsg_len as usize - libc::CMSG_LEN(0) as usize;
                    let data = libc::CMSG_DATA(at).cast::<RawFd>();
                    for index in 0..bytes / size_of::<RawFd>() {
                        let received = OwnedFd::from_raw_fd(data.add(index).read_unaligned());
                        fd.get_or_insert(received);
                    }
                }
                at = libc::CMSG_NXTHDR(message, at);
            }
        }
    }
}
