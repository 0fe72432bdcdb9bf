//! How commands, replies and bulk data get from guest to server and back.
//!
//! A transport has two ends. The guest's [`GuestLink`] opens one [`GuestChannel`] per thread of the application; for each the server's
//! [`ServerLink`] reports a [`ServerChannel`], which a shadow thread serves. Besides the channels, both ends see one
//! [`Arena`] for bulk data. Framing is here, meaning is not: a transport carries opaque commands of at most
//! [`MAX_COMMAND`](crate::wire::MAX_COMMAND) bytes that begin with a [`CommandHeader`] and
//! replies of at most [`MAX_REPLY`](crate::wire::MAX_REPLY) bytes that begin with a
//! [`ReplyHeader`](crate::wire::ReplyHeader).

#[cfg(all(test, not(loom)))]
mod conformance;
mod doorbell;
pub mod memory;
mod ring;
pub mod shm;
mod slot;
mod sync;
pub mod unix;
pub mod window;

use std::sync::atomic::{AtomicU64, Ordering};

use zerocopy::{FromBytes, IntoBytes};

use crate::wire::{CommandHeader, FLAG_ASYNC};

/// The other side is gone, or broke the protocol; nothing more will come over this link.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct Lost(pub String);

/// The guest's end of a session.
pub trait GuestLink: Send + Sync {
    /// Opens a channel for the calling thread.
    ///
    /// # Errors
    /// [`Lost`] if the server is gone or every slot is taken.
    fn open(&self) -> Result<Box<dyn GuestChannel>, Lost>;

    /// The memory for bulk data that both ends see.
    fn arena(&self) -> Arena;

    /// Whether the server is known to be gone; cheap.
    fn is_lost(&self) -> bool;

    /// Called in a forked child, which must not keep the parent's session alive: drops what the child inherited of the
    /// link, by async-signal-safe means alone. The link and its channels are never used or dropped afterwards.
    fn abandon_in_child(&self) {}
}

/// One application thread's way to the server.
pub trait GuestChannel: Send {
    /// Appends a command, waking the server if it sleeps. Waits while the ring is full. `order` is stamped into the header
    /// once there is room, immediately before the command becomes visible.
    ///
    /// # Errors
    /// [`Lost`] if the server is gone.
    fn send(&mut self, command: &mut [u8], order: &OrderCounter) -> Result<(), Lost>;

    /// Waits for the reply to call number `call` and copies it into `reply` (replacing its contents). There is at most one
    /// synchronous command under way per channel.
    ///
    /// # Errors
    /// [`Lost`] if the server is gone.
    fn wait_reply(&mut self, call: u64, reply: &mut Vec<u8>) -> Result<(), Lost>;
}

/// The server's end of a session.
pub trait ServerLink: Send {
    /// Waits for the next thing that happens to the session.
    fn next_event(&mut self) -> ServerEvent;

    /// The memory for bulk data that both ends see.
    fn arena(&self) -> Arena;
}

/// What [`ServerLink::next_event`] reports.
pub enum ServerEvent {
    /// The application has a new thread, whose slot is the number.
    Opened(u32, Box<dyn ServerChannel>),
    /// The guest is gone (it exited, or closed the session); the reason in words.
    Closed(String),
    /// The guest broke the protocol; the reason in words. The session must end.
    Violation(String),
}

/// A shadow thread's end of an application thread's channel.
pub trait ServerChannel: Send {
    /// Waits for the next command and copies it, whole, out of memory that the guest can write into `command` (replacing its
    /// contents; the vector's start is aligned as its allocation is). The length was read once and is that of the vector, and
    /// at least a header's.
    ///
    /// # Errors
    /// [`Lost`] if the guest is gone or wrote a length that cannot be.
    fn recv(&mut self, command: &mut Vec<u8>) -> Result<(), Lost>;

    /// Delivers the reply to the command that [`recv`](Self::recv) returned last.
    ///
    /// # Errors
    /// [`Lost`] if the guest is gone.
    fn reply(&mut self, reply: &[u8]) -> Result<(), Lost>;

    /// Ends the whole session, because the guest broke the protocol: [`ServerLink::next_event`] reports `why`.
    fn end_session(&mut self, why: String);
}

/// Memory for bulk data that guest and server both map. The guest allocates from it; the server checks every place.
///
/// A copyable view: whoever made the link keeps the mapping alive for as long as the link lives.
#[derive(Debug, Clone, Copy)]
pub struct Arena {
    base: *mut u8,
    len: u64,
}

// SAFETY: an `Arena` is an address range. All access goes through raw pointers, under the rules of whoever forms them.
unsafe impl Send for Arena {}
// SAFETY: as above.
unsafe impl Sync for Arena {}

impl Arena {
    /// The arena at `base`.
    ///
    /// # Safety
    /// `len` bytes at `base` stay mapped, readable and writable, while any copy of the result is used.
    pub unsafe fn new(base: *mut u8, len: u64) -> Self {
        Self { base, len }
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// True if there is no arena.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The address of `len` bytes at `offset`, or `None` if they are not all inside.
    pub fn at(&self, offset: u64, len: u64) -> Option<*mut u8> {
        let end = offset.checked_add(len)?;
        // `offset` is at most the mapping's length, so the addition stays inside it.
        (end <= self.len).then(|| self.base.wrapping_add(offset as usize))
    }
}

/// The process-wide count of asynchronous calls, from which every command gets its place in the order of calls.
#[derive(Debug, Default)]
pub struct OrderCounter(AtomicU64);

impl OrderCounter {
    /// Stamps `command`'s header: an asynchronous command takes the next number, a synchronous one notes how many were
    /// taken. A transport calls this when the command is certain to be sent next: a number that is taken and never sent would
    /// stop everyone behind it.
    pub fn stamp(&self, command: &mut [u8]) {
        let Ok((header, _)) = CommandHeader::mut_from_prefix(command) else { return };
        header.order = if header.flags & FLAG_ASYNC != 0 {
            self.0.fetch_add(1, Ordering::AcqRel) + 1
        } else {
            self.0.load(Ordering::Acquire)
        };
    }
}

/// The header of a command, or `None` if it is too short.
pub fn header_of(command: &[u8]) -> Option<CommandHeader> {
    CommandHeader::read_from_prefix(command).ok().map(|(header, _)| header)
}

/// `header` followed by `body`, for tests and benches.
pub fn command(header: CommandHeader, body: &[u8]) -> Vec<u8> {
    let mut out = header.as_bytes().to_vec();
    out.extend_from_slice(body);
    out
}
