//! [`Call`]: one call being encoded.
//!
//! The command is built in private memory and copied into the ring whole, so a call that fails half-way leaves no trace there.
//! Whatever a call takes on the way (arena regions, new objects, tickets) is recorded in its [`Scratch`] and given back by
//! [`Call`]'s drop unless the call kept it.

use std::mem::ManuallyDrop;

use serde::de::DeserializeOwned;
use zerocopy::IntoBytes;

use super::log;
use super::pending::{Entry, Held};
use super::session::Session;
use super::slab::{Object, Slab};
use super::stub::Fail;
use super::thread::Thread;
use crate::spec::{HandleArg, HandleKind, Handles, Layout, Opts, RawHandle, Rect};
use crate::wire::{BufRef, CommandHeader, HandleId, Place, TICKET_NOBODY};

/// Where an output's bytes will be.
#[derive(Debug, Clone, Copy)]
pub(super) enum OutPlace {
    Inline,
    Held(Held),
    /// In the arena, where the application works on it itself.
    Shared,
    /// It is structured, and `Call::receive` deals with it.
    Tree,
}

/// An output that the reply will bring.
#[derive(Debug)]
pub(super) struct Out {
    /// The application's address.
    pub(super) to: usize,
    pub(super) len: usize,
    pub(super) rect: Option<Rect>,
    pub(super) handles: Handles,
    pub(super) place: OutPlace,
    pub(super) always: bool,
    /// Delivered by ticket, not by the reply.
    pub(super) deferred: bool,
    /// If the output is an array of new objects: the first one's index in `news`.
    pub(super) news: Option<usize>,
}

/// Structured data that came back.
#[derive(Debug)]
pub(super) enum Came {
    Here(Vec<u8>),
    /// So many bytes in the staging buffer of this number.
    Staged(u64, usize),
}

/// An object minted for this call.
#[derive(Debug, Clone, Copy)]
pub(super) struct New {
    pub(super) object: Object,
    /// Where the application wants its handle; 0 for the return value.
    pub(super) to: usize,
}

/// How to attach a description that arrives in the reply.
pub(super) type AttachMeta = fn(&Slab, Object, &[u8]);

/// The buffer that was encoded last.
#[derive(Debug, Clone, Copy)]
pub(super) enum Last {
    Nothing,
    Inline,
    Input(Held),
    Output(usize),
}

/// Which way a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum How {
    /// Not to the server.
    #[default]
    NotSent,
    /// Without waiting.
    Async,
    /// Not to the server, as its answer was known.
    Cached,
    /// With a reply.
    Sync,
}

/// A call's memory, reused by the thread's next one.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) command: Vec<u8>,
    pub(super) reply: Vec<u8>,
    pub(super) control_reply: Vec<u8>,
    pub(super) outs: Vec<Out>,
    pub(super) news: Vec<New>,
    pub(super) frees: Vec<Object>,
    /// Tickets of this call's deferred buffers.
    pub(super) tickets: Vec<u64>,
    /// Memory to give back when the call is over.
    pub(super) held: Vec<Held>,
    pub(super) attach: Option<(Object, AttachMeta)>,
    pub(super) came_back: Vec<u64>,
    pub(super) inline_outputs: usize,
    /// Structured data that came back, by number of output.
    pub(super) trees: Vec<(usize, Came)>,
    /// Callbacks that keep objects alive from this call on.
    pub(super) callbacks: Vec<(u64, u64)>,
    /// For the log.
    pub(super) how: How,
}

/// One call being made by one thread.
pub struct Call<'t> {
    thread: *mut Thread,
    pub(super) session: &'static Session,
    /// Goes back to the thread when the call is over.
    pub(super) scratch: ManuallyDrop<Box<Scratch>>,
    pub(super) last: Last,
    /// A handle is null where the vendor may want an object, so the call may fail: it must not go asynchronously.
    pub(super) null_handle: bool,
    /// The new objects are the application's now.
    pub(super) committed: bool,
    /// The vendor did what it should, as far as is known.
    pub(super) succeeded: bool,
    /// As in [`ReplyHeader::errno`](crate::wire::ReplyHeader::errno).
    pub(super) errno: u16,
    _thread: std::marker::PhantomData<&'t mut Thread>,
}

impl std::fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("scratch", &self.scratch).finish_non_exhaustive()
    }
}

impl Call<'_> {
    #[inline]
    pub(super) fn enter(thread: *mut Thread) -> Self {
        // SAFETY: `thread::with` hands out this thread's live Thread; a call inside a call (from a hook) does the same, and
        // both only borrow it for moments, never across code of others.
        let (session, scratch) = unsafe { ((*thread).session, (*thread).spare.pop()) };
        Self {
            thread,
            session,
            scratch: ManuallyDrop::new(scratch.unwrap_or_default()),
            last: Last::Nothing,
            null_handle: false,
            committed: false,
            succeeded: false,
            errno: 0,
            _thread: std::marker::PhantomData,
        }
    }

    /// Starts the command of a function whose arguments are a `W`.
    #[inline]
    pub fn begin<W: IntoBytes>(&mut self) {
        let len = size_of::<CommandHeader>() + size_of::<W>();
        let command = &mut self.scratch.command;
        // What an earlier call left is overwritten when this one is submitted.
        if command.len() >= len { command.truncate(len) } else { command.resize(len, 0) }
    }

    /// The id of the object behind `raw`; 0 for the null handle.
    ///
    /// # Errors
    /// The kind's invalid-object status.
    #[inline]
    pub fn handle<K: HandleKind>(&mut self, raw: K::Raw) -> Result<HandleId, Fail> {
        self.handle_or::<K>(raw, K::INVALID)
    }

    /// As [`Self::handle`], with another status for an invalid handle.
    ///
    /// # Errors
    /// `invalid`.
    #[inline]
    pub fn handle_or<K: HandleKind>(&mut self, raw: K::Raw, invalid: i64) -> Result<HandleId, Fail> {
        self.id_of(raw.to_bits(), K::KIND, invalid)
    }

    #[inline]
    pub(super) fn id_of(&mut self, bits: u64, kind: u8, invalid: i64) -> Result<HandleId, Fail> {
        if bits == 0 {
            self.null_handle = true;
            return Ok(0);
        }
        let slab = &self.session.slab;
        slab.find(bits, kind).map(|object| slab.id(object)).ok_or(Fail::Status(invalid))
    }

    /// The handle as expressions see it.
    ///
    /// # Safety
    /// The application holds a reference to the object during the call, as every C API demands.
    #[inline]
    pub unsafe fn arg<'a, K: HandleKind>(&self, raw: K::Raw) -> HandleArg<'a, K> {
        let object = self.session.slab.find(raw.to_bits(), K::KIND);
        // SAFETY: passed on to the caller.
        let meta = object.and_then(|object| unsafe { self.session.slab.meta::<K::Meta>(object) });
        HandleArg::new(raw, meta)
    }

    /// The object behind `raw` dies when the call succeeded.
    pub fn frees<K: HandleKind>(&mut self, raw: K::Raw) {
        self.scratch.frees.extend(self.session.slab.find(raw.to_bits(), K::KIND));
    }

    /// An object that the call makes, whose handle goes to `*ptr`; 0 if `ptr` is null. It keeps the objects `parents` alive.
    ///
    /// # Errors
    /// [`Fail::Refused`] if there are too many objects.
    ///
    /// # Safety
    /// `ptr` is null or writable.
    pub unsafe fn new_handle<K: HandleKind>(
        &mut self,
        ptr: *mut K::Raw,
        parents: &[HandleId],
    ) -> Result<HandleId, Fail> {
        const { assert!(size_of::<K::Raw>() == 8, "a handle that the guest mints must be 8 bytes large") };
        if ptr.is_null() {
            return Ok(0);
        }
        self.mint::<K>(ptr as usize, parents)
    }

    /// The object that the call returns.
    ///
    /// # Errors
    /// [`Fail::Refused`] if there are too many objects.
    pub fn return_new<K: HandleKind>(&mut self, parents: &[HandleId]) -> Result<HandleId, Fail> {
        self.mint::<K>(0, parents)
    }

    fn mint<K: HandleKind>(&mut self, to: usize, parents: &[HandleId]) -> Result<HandleId, Fail> {
        let Some(object) = self.session.slab.create(K::KIND, parents) else {
            log::warn(format_args!("more than {} objects are alive", super::slab::MAX_OBJECTS));
            return Err(Fail::Refused);
        };
        self.scratch.news.push(New { object, to });
        Ok(self.session.slab.id(object))
    }

    /// An array at `ptr` of up to `n` objects that the call makes.
    ///
    /// # Errors
    /// [`Fail::Refused`] if there are too many objects.
    ///
    /// # Safety
    /// `ptr` is null or valid for writes of `n` handles.
    pub unsafe fn new_handles<K: HandleKind>(
        &mut self,
        ptr: *mut K::Raw,
        n: usize,
        parents: &[HandleId],
    ) -> Result<BufRef, Fail> {
        if ptr.is_null() {
            return Ok(BufRef::NULL);
        }
        let first = self.scratch.news.len();
        let mut ids = Vec::new();
        for i in 0..n {
            ids.push(self.mint::<K>(ptr.wrapping_add(i) as usize, parents)?);
        }
        let layout = Layout::elements::<u64>(n);
        let Some(at) = self.inline(layout.bytes) else { return Err(Fail::Refused) };
        self.scratch.command[at..at + layout.bytes].copy_from_slice(ids.as_bytes());
        let out = self.add_output(ptr.cast(), &layout, Opts::NONE, true, Some(first))?;
        // The ids are an input; how many objects there are in the end is the output.
        Ok(BufRef::new(Place::Inline(at), layout.bytes).as_output(out.output().unwrap_or(0)))
    }

    /// Defers the buffer encoded last: it lives until its ticket comes back. The ticket; 0 if the pointer was null.
    ///
    /// # Errors
    /// [`Fail::Refused`] for an output that is not `zerocopy`.
    pub fn defer_last(&mut self) -> Result<u64, Fail> {
        let entry = match self.last {
            Last::Nothing => return Ok(0),
            Last::Inline => return Ok(TICKET_NOBODY),
            Last::Input(held) => Entry { held, to: 0, len: 0, rect: None },
            Last::Output(n) => {
                let out = &mut self.scratch.outs[n];
                let OutPlace::Held(held) = out.place else {
                    log::warn(format_args!("the specification defers an output that is not zerocopy"));
                    return Err(Fail::Refused);
                };
                out.deferred = true;
                Entry { held, to: out.to, len: out.len, rect: out.rect }
            }
        };
        self.scratch.held.retain(|held| *held != entry.held);
        let ticket = self.session.pending.add(entry);
        self.scratch.tickets.push(ticket);
        Ok(ticket)
    }

    /// The object minted last is described by `meta`.
    pub fn new_meta<K: HandleKind>(&mut self, meta: K::Meta) {
        if let Some(new) = self.scratch.news.last() {
            self.session.slab.set_meta(new.object, meta);
        }
    }

    /// The description of the object minted last comes with the reply.
    pub fn expect_meta<K: HandleKind>(&mut self)
    where
        K::Meta: DeserializeOwned,
    {
        fn attach<M: DeserializeOwned + Send + Sync + 'static>(slab: &Slab, object: Object, bytes: &[u8]) {
            match postcard::from_bytes::<M>(bytes) {
                Ok(meta) => slab.set_meta(object, meta),
                Err(e) => log::warn(format_args!("an object's description cannot be read: {e}")),
            }
        }
        self.scratch.attach =
            self.scratch.news.last().map(|new| (new.object, attach::<K::Meta> as AttachMeta));
    }

    /// What the vendor's function left in `errno`, plus one; 0 if it left it alone.
    pub fn errno(&self) -> u16 {
        self.errno
    }

    /// This thread's Thread.
    pub(super) fn raw_thread(&self) -> *mut Thread {
        self.thread
    }

    /// A function of the application's that the vendor is to call back, as its address; 0 for null. From now on, this process has a
    /// thread for callbacks.
    ///
    /// # Errors
    /// [`Fail::Refused`] if it cannot have one.
    pub fn callback(&mut self, function: u64) -> Result<u64, Fail> {
        if function != 0 {
            super::callback::start(self.session)?;
        }
        Ok(function)
    }

    /// The objects `ids` live until the callback ran.
    pub fn callback_keeps(&mut self, function: u64, userdata: u64, ids: &[HandleId]) {
        let slab = &self.session.slab;
        let objects: Vec<Object> = ids.iter().filter_map(|id| slab.by_id(*id)).collect();
        if function != 0 && !objects.is_empty() {
            objects.iter().for_each(|object| slab.retain(*object));
            // Before the call: the callback may run before it returns.
            self.session.kept_by_callbacks.add((function, userdata), objects);
            self.scratch.callbacks.push((function, userdata));
        }
    }

    /// Drops the references that a callback held which ran, or will not.
    pub(super) fn callback_is_over(&mut self, callback: (u64, u64)) {
        for object in self.session.kept_by_callbacks.take(callback) {
            let thread = self.thread;
            self.session.slab.release(object, &mut |gone| {
                // If this fails the server is gone, and the object with it.
                // SAFETY: it is this thread's live Thread, of which nothing is borrowed here.
                let _ = unsafe { super::callback::send_release(thread, gone) };
            });
        }
    }

    /// Runs `body` with this thread's Thread.
    #[inline]
    pub(super) fn thread<R>(&mut self, body: impl FnOnce(&mut Thread) -> R) -> R {
        // SAFETY: see `enter`; `body` is the runtime's own and makes no call.
        body(unsafe { &mut *self.thread })
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let session = self.session;
        if !self.succeeded {
            while let Some(callback) = self.scratch.callbacks.pop() {
                self.callback_is_over(callback);
            }
        }
        if !self.committed {
            for new in self.scratch.news.drain(..) {
                session.slab.release(new.object, &mut |_| {});
            }
            for ticket in std::mem::take(&mut self.scratch.tickets) {
                if let Some(entry) = session.pending.take(ticket) {
                    self.scratch.held.push(entry.held);
                }
            }
        }
        self.free_held();
        let scratch = &mut **self.scratch;
        scratch.outs.clear();
        scratch.news.clear();
        scratch.frees.clear();
        scratch.tickets.clear();
        scratch.attach = None;
        scratch.inline_outputs = 0;
        scratch.trees.clear();
        scratch.callbacks.clear();
        // SAFETY: it is taken once, as the call goes.
        let scratch = unsafe { ManuallyDrop::take(&mut self.scratch) };
        self.thread(|thread| thread.spare.push(scratch));
    }
}
