//! The calling thread's channel, found without a lock.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;

use super::call::Scratch;
use super::client::Client;
use super::session::Session;
use super::stub::Fail;
use crate::transport::{GuestChannel, Lost};
use crate::wire::{CommandHeader, FLAG_ASYNC, control};
use zerocopy::IntoBytes;

/// What one application thread has of a session.
pub(super) struct Thread {
    pub(super) session: &'static Session,
    pub(super) channel: ManuallyDrop<Box<dyn GuestChannel>>,
    /// Number of the last command.
    pub(super) calls: u64,
    /// Memory of finished calls, for the next ones. More than one only when a call is made inside another.
    #[expect(clippy::vec_box, reason = "a Scratch is moved in and out on every call")]
    pub(super) spare: Vec<Box<Scratch>>,
    /// How many of the application's functions run here because the vendor called them, each from inside a call of the one before.
    pub(super) callbacks: u32,
    /// It is a thread of the guest library's, for callbacks.
    pub(super) serves_callbacks: bool,
    /// What the API does after every call that waited is being done.
    pub(super) after_waiting: bool,
}

thread_local! {
    /// The thread that made the last call here; spares the search. Needs no destructor, so reading it is one load.
    static CURRENT: Cell<*mut Thread> = const { Cell::new(std::ptr::null_mut()) };
    static OWNED: Owned = const { Owned(RefCell::new(Vec::new())) };
}

/// The calling thread's channels, one per session that it used.
#[expect(clippy::vec_box, reason = "CURRENT points to a Thread, so it must not move")]
struct Owned(RefCell<Vec<Box<Thread>>>);

impl Drop for Owned {
    fn drop(&mut self) {
        // Destructors that run later may still make calls; they must not find what is going away here.
        CURRENT.set(std::ptr::null_mut());
    }
}

impl Thread {
    fn open(session: &'static Session) -> Result<Box<Self>, Lost> {
        let channel = ManuallyDrop::new(session.link.open()?);
        Ok(Box::new(Self {
            session,
            channel,
            calls: 0,
            spare: Vec::new(),
            callbacks: 0,
            serves_callbacks: false,
            after_waiting: false,
        }))
    }

    /// Whether the application's code that runs here was called back. Its calls are synchronous: the vendor's thread, and whatever it
    /// holds, waits for them.
    #[inline]
    pub(super) fn in_callback(&self) -> bool {
        self.callbacks != 0
    }

    /// Sends a command of the runtime's own that has no reply.
    pub(super) fn send_control(&mut self, func: u16, args: &[u64]) -> Result<(), Lost> {
        self.send_words(func, FLAG_ASYNC, args).map(drop)
    }

    /// Sends a command of the runtime's own with a few arguments; its number.
    pub(super) fn send_words(&mut self, func: u16, flags: u16, args: &[u64]) -> Result<u64, Lost> {
        self.calls += 1;
        let len = size_of::<CommandHeader>() + size_of_val(args);
        let header = CommandHeader { len: len as u32, func, flags, call: self.calls, order: 0 };
        let mut command = [0u64; 8];
        let bytes = command.as_mut_bytes();
        bytes[..size_of::<CommandHeader>()].copy_from_slice(header.as_bytes());
        bytes[size_of::<CommandHeader>()..len].copy_from_slice(args.as_bytes());
        self.channel.send(&mut bytes[..len], &self.session.order)?;
        Ok(self.calls)
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        if self.session.is_abandoned() {
            // A forked child: the channel's memory belongs to the parent and is not mapped here.
            return;
        }
        if !self.session.link.is_lost() {
            // If this fails the server is gone, and with it what there was to end.
            let _ = self.send_control(control::THREAD_END, &[]);
        }
        // SAFETY: dropped once, here, and not used again.
        unsafe { ManuallyDrop::drop(&mut self.channel) };
    }
}

/// Runs `body` with the calling thread's channel to `client`'s session.
#[inline]
pub(super) fn with<R>(
    client: &'static Client,
    body: impl FnOnce(*mut Thread) -> Result<R, Fail>,
) -> Result<R, Fail> {
    let current = CURRENT.get();
    // SAFETY: CURRENT points to a Box in OWNED, which only this thread touches and which resets CURRENT before it goes.
    if !current.is_null() && std::ptr::eq(unsafe { (*current).session }, client.current()) {
        // SAFETY: as above.
        if unsafe { (*current).session }.link.is_lost() {
            return Err(Fail::Lost);
        }
        return body(current);
    }
    with_slow(client, body)
}

#[cold]
fn with_slow<R>(
    client: &'static Client,
    body: impl FnOnce(*mut Thread) -> Result<R, Fail>,
) -> Result<R, Fail> {
    with_session(client.session()?, body)
}

/// As [`with`], for a session.
pub(super) fn with_session<R>(
    session: &'static Session,
    body: impl FnOnce(*mut Thread) -> Result<R, Fail>,
) -> Result<R, Fail> {
    let found = OWNED.try_with(|owned| {
        let mut owned = owned.0.borrow_mut();
        CURRENT.set(std::ptr::null_mut());
        // Threads of sessions that a fork left behind are of no use any more, but to the calls around a callback that forked.
        owned.retain(|t| !t.session.is_abandoned() || t.in_callback());
        let at = match owned.iter().position(|t| std::ptr::eq(t.session, session)) {
            Some(at) => at,
            None => {
                owned.push(Thread::open(session).map_err(|e| lost(&e))?);
                owned.len() - 1
            }
        };
        Ok(&raw mut *owned[at])
    });
    match found {
        Ok(Ok(thread)) => {
            CURRENT.set(thread);
            body(thread)
        }
        Ok(Err(fail)) => Err(fail),
        Err(_destroyed) => orphaned(session, body),
    }
}

/// A call after the thread's storage was destroyed: borrows a channel that such calls share.
fn orphaned<R>(
    session: &'static Session,
    body: impl FnOnce(*mut Thread) -> Result<R, Fail>,
) -> Result<R, Fail> {
    let spare = session.orphans.lock().unwrap_or_else(|e| e.into_inner()).pop();
    let mut thread = match spare {
        Some(thread) => thread,
        None => Thread::open(session).map_err(|e| lost(&e))?,
    };
    let before = CURRENT.replace(&raw mut *thread);
    let result = body(&raw mut *thread);
    CURRENT.set(before);
    session.orphans.lock().unwrap_or_else(|e| e.into_inner()).push(thread);
    result
}

fn lost(error: &Lost) -> Fail {
    super::log::warn(format_args!("{error}"));
    Fail::Lost
}

/// The session that the calling thread's last call went to.
pub(super) fn current_session() -> Option<&'static Session> {
    let current = CURRENT.get();
    // SAFETY: as in `with`.
    (!current.is_null()).then(|| unsafe { (*current).session })
}

/// Runs `body` with what the calling thread's last call left, or with what its next one will use.
pub(super) fn last_call(body: impl FnOnce(&mut Scratch)) {
    let current = CURRENT.get();
    // SAFETY: as in `with`.
    if let Some(scratch) = unsafe { current.as_mut() }.and_then(|thread| thread.spare.last_mut()) {
        body(scratch);
    }
}
