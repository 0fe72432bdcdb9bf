//! Frames: how `ava`, avad and its servers put messages on a stream socket.
//!
//! ```text
//! magic 8 B │ version 4 B │ length 4 B │ message in postcard, `length` bytes
//! ```
//!
//! The first sixteen bytes have the form of a guest's [`Hello`](ava_core::wire::handshake::Hello), so that avad tells them
//! apart by the magic on one socket. A file descriptor may come with the first byte.

use std::{
    io,
    os::fd::{BorrowedFd, OwnedFd},
    time::Duration,
};

use ava_core::transport::unix;
use serde::{Serialize, de::DeserializeOwned};

/// Version of every message of these programs among each other.
pub const VERSION: u32 = 2;

/// First word of a frame: "AvA-ctl" and the version of this header.
pub const MAGIC: u64 = u64::from_le_bytes(*b"AvA-ctl1");

/// Longest message: the answer to `ava ps` about a thousand sessions with their functions.
pub const MAX_LEN: usize = 64 << 20;

/// Longest message that avad takes from anybody: nobody has to tell it much.
pub const MAX_REQUEST: usize = 64 << 10;

/// For waits that only the other side's end should end.
pub const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// Length of what precedes a message.
pub const HEADER: usize = 16;

/// Why a frame was not sent or received.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The other side closed the socket, or its process ended.
    #[error("the other side hung up")]
    HungUp,
    /// Nothing came, or nothing was taken, for as long as was allowed.
    #[error("the other side did not answer in time")]
    Timeout,
    /// The socket failed.
    #[error("the socket failed")]
    System(#[source] io::Error),
    /// These bytes are not a frame.
    #[error("the other side does not speak the protocol of ava and avad")]
    NotAFrame,
    /// The programs come from different builds.
    #[error(
        "the other side speaks version {0} of the control protocol, this program version {VERSION}; \
         install ava, avad and ava-server from one build and restart avad"
    )]
    Version(u32),
    /// More than is reasonable.
    #[error("a message of {0} bytes is longer than any should be")]
    TooLong(usize),
    /// The message is not one of this version's.
    #[error(
        "a message cannot be understood; install ava, avad and ava-server from one build and restart avad"
    )]
    Garbled(#[source] postcard::Error),
}

impl From<io::Error> for FrameError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => {
                Self::HungUp
            }
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::Timeout,
            _ => Self::System(error),
        }
    }
}

/// The bytes of a frame.
///
/// # Errors
/// [`FrameError::TooLong`] or [`FrameError::Garbled`].
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, FrameError> {
    let mut bytes = vec![0; HEADER];
    bytes = postcard::to_extend(message, bytes).map_err(FrameError::Garbled)?;
    let len = bytes.len() - HEADER;
    if len > MAX_LEN {
        return Err(FrameError::TooLong(len));
    }
    bytes[..8].copy_from_slice(&MAGIC.to_ne_bytes());
    bytes[8..12].copy_from_slice(&VERSION.to_ne_bytes());
    bytes[12..HEADER].copy_from_slice(&(len as u32).to_ne_bytes());
    Ok(bytes)
}

/// The length of the message that follows `header`, if that is at most `limit`.
///
/// # Errors
/// [`FrameError`] says what is wrong with the header.
pub fn message_len(header: &[u8; HEADER], limit: usize) -> Result<usize, FrameError> {
    let [m0, m1, m2, m3, m4, m5, m6, m7, v0, v1, v2, v3, l0, l1, l2, l3] = *header;
    if u64::from_ne_bytes([m0, m1, m2, m3, m4, m5, m6, m7]) != MAGIC {
        return Err(FrameError::NotAFrame);
    }
    match u32::from_ne_bytes([v0, v1, v2, v3]) {
        VERSION => {}
        other => return Err(FrameError::Version(other)),
    }
    let len = u32::from_ne_bytes([l0, l1, l2, l3]) as usize;
    if len > limit { Err(FrameError::TooLong(len)) } else { Ok(len) }
}

/// Decodes a message that fills `bytes`.
///
/// # Errors
/// [`FrameError::Garbled`].
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FrameError> {
    match postcard::take_from_bytes(bytes).map_err(FrameError::Garbled)? {
        (message, []) => Ok(message),
        _ => Err(FrameError::Garbled(postcard::Error::DeserializeBadEncoding)),
    }
}

/// Sends `message`, with `fd` if there is one.
///
/// # Errors
/// [`FrameError`] says what happened.
pub fn send<T: Serialize>(
    socket: BorrowedFd<'_>,
    message: &T,
    fd: Option<BorrowedFd<'_>>,
    timeout: Duration,
) -> Result<(), FrameError> {
    Ok(unix::send(socket, &encode(message)?, fd, timeout)?)
}

/// Receives a message of at most `limit` bytes, and the file descriptor that came with it.
///
/// # Errors
/// [`FrameError`] says what happened.
pub fn receive<T: DeserializeOwned>(
    socket: BorrowedFd<'_>,
    limit: usize,
    timeout: Duration,
) -> Result<(T, Option<OwnedFd>), FrameError> {
    let mut header = [0; HEADER];
    let fd = unix::receive(socket, &mut header, timeout)?;
    Ok((receive_after(socket, &header, limit, timeout)?, fd))
}

/// Receives the rest of a message whose header was read already.
///
/// # Errors
/// [`FrameError`] says what happened.
pub fn receive_after<T: DeserializeOwned>(
    socket: BorrowedFd<'_>,
    header: &[u8; HEADER],
    limit: usize,
    timeout: Duration,
) -> Result<T, FrameError> {
    let mut bytes = vec![0; message_len(header, limit)?];
    unix::receive(socket, &mut bytes, timeout)?;
    decode(&bytes)
}

#[cfg(test)]
mod tests {
    use std::os::{fd::AsFd, unix::net::UnixStream};

    use super::*;

    #[test]
    fn a_frame_of_another_version_says_so() {
        let mut bytes = encode(&7u32).unwrap();
        bytes[8] = 9;
        let error = message_len(bytes.first_chunk().unwrap(), MAX_LEN).unwrap_err();
        assert!(error.to_string().contains("version 9 of the control protocol"), "{error}");
    }

    #[test]
    fn a_length_above_the_limit_is_refused_before_anything_is_allocated() {
        let mut bytes = encode(&7u32).unwrap();
        bytes[12..16].copy_from_slice(&u32::MAX.to_ne_bytes());
        let error = message_len(bytes.first_chunk().unwrap(), MAX_REQUEST).unwrap_err();
        assert!(matches!(error, FrameError::TooLong(_)));
    }

    #[test]
    fn bytes_after_the_message_are_refused() {
        assert!(decode::<u8>(&[1, 2]).is_err());
    }

    #[test]
    fn descriptors_arrive_with_their_own_message() {
        let (a, b) = UnixStream::pair().unwrap();
        let (guest, _other) = UnixStream::pair().unwrap();
        let soon = Duration::from_secs(5);
        send(a.as_fd(), &1u32, Some(guest.as_fd()), soon).unwrap();
        send(a.as_fd(), &2u32, None, soon).unwrap();
        send(a.as_fd(), &3u32, Some(guest.as_fd()), soon).unwrap();
        let got: Vec<_> = (0..3).map(|_| receive::<u32>(b.as_fd(), MAX_REQUEST, soon).unwrap()).collect();
        assert_eq!(
            got.iter().map(|(n, fd)| (*n, fd.is_some())).collect::<Vec<_>>(),
            [(1, true), (2, false), (3, true)]
        );
    }
}
