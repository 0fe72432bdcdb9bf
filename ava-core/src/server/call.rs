//! [`Call`]: one command being handled.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use zerocopy::FromBytes;

use super::api::Refusal;
use super::callback::{Fields, Registered};
use super::handles::Found;
use super::record::Recording;
use super::registry::{Entry, Want};
use super::session::Session;
use super::shadow::{Memory, Shadow};
use crate::spec::{HandleArg, HandleKind, Handles, RawHandle, take_fault};
use crate::wire::{CommandHeader, HandleId, TICKET_NOBODY};

/// How often to ask the vendor whether a command is done that somebody waits for.
const LOOK: Duration = Duration::from_micros(50);

/// Where an output's bytes go when the call is done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sink {
    /// Into the reply.
    Reply,
    /// Into the arena at this offset, from the shadow buffer.
    Arena(u64),
    /// They are there already.
    InPlace,
    /// It is structured, see [`super::tree_reply`].
    Tree,
}

#[derive(Debug)]
pub(super) struct Out {
    pub(super) shadow: Shadow,
    pub(super) sink: Sink,
    pub(super) handles: Handles,
    pub(super) always: bool,
    pub(super) filled: Option<usize>,
    /// If the output is an array of new objects: their ids and kind.
    pub(super) news: Option<(Vec<HandleId>, u8)>,
}

/// A location for an object that the vendor makes.
#[derive(Debug)]
pub struct NewHandle<K: HandleKind> {
    at: *mut K::Raw,
}

impl<K: HandleKind> NewHandle<K> {
    /// The pointer that the vendor gets; null if nobody wants the object.
    pub fn ptr(&self) -> *mut K::Raw {
        self.at
    }

    /// The object that the vendor made, as bits; 0 if none.
    pub fn token(&self) -> u64 {
        if self.at.is_null() {
            return 0;
        }
        // SAFETY: a non-null location is 8 zeroed bytes of the call's memory, or what the vendor wrote there.
        unsafe { self.at.read() }.to_bits()
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct New {
    pub(super) id: HandleId,
    pub(super) kind: u8,
    pub(super) at: *mut u64,
}

/// What a shadow thread reuses from call to call.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) memory: Memory,
    pub(super) reply: Vec<u8>,
    pub(super) outs: Vec<Option<Out>>,
    pub(super) news: Vec<New>,
    pub(super) tickets: Vec<u64>,
    pub(super) meta: Vec<u8>,
    /// Descriptions of objects that the call made, until they are registered.
    pub(super) described: Vec<(HandleId, Arc<dyn Any + Send + Sync>)>,
    /// Structured data that goes back, by number of output.
    pub(super) trees: Vec<(usize, Vec<u8>)>,
    metas: Vec<Arc<dyn Any + Send + Sync>>,
    deferred: Vec<(usize, Entry)>,
    /// Callbacks that the call registered, and not for as long as the session.
    pub(super) registered: Vec<Registered>,
    /// Callbacks inside structs that are not registered yet.
    pub(super) callbacks: Vec<Fields>,
}

/// One command being handled by a shadow thread.
pub struct Call<'s> {
    pub(super) session: &'s Session,
    pub(super) scratch: &'s mut Scratch,
    pub(super) header: CommandHeader,
    pub(super) asynchronous: bool,
    /// The object that an asynchronous failure is kept for: the first handle among the arguments.
    pub(super) object: HandleId,
    pub(super) inline_outputs: usize,
    /// Entries of registries that are there now were deferred before this call began.
    pub(super) began: u64,
    pub(super) tickets_total: u64,
    pub(super) replied: bool,
    /// As in [`ReplyHeader::errno`](crate::wire::ReplyHeader::errno).
    pub(super) errno: u16,
    /// The vendor was called, and did what it should.
    pub(super) succeeded: bool,
    /// What goes into the session's log if so.
    pub(super) recording: Option<Box<Recording>>,
}

impl std::fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("header", &self.header).finish_non_exhaustive()
    }
}

impl<'s> Call<'s> {
    /// The command in `scratch.memory`, which the gate has checked.
    pub(super) fn new(session: &'s Session, scratch: &'s mut Scratch, header: CommandHeader) -> Self {
        scratch.outs.clear();
        scratch.news.clear();
        scratch.tickets.clear();
        scratch.meta.clear();
        scratch.described.clear();
        scratch.trees.clear();
        scratch.metas.clear();
        scratch.registered.clear();
        scratch.callbacks.clear();
        scratch.memory.reset();
        let asynchronous = header.flags & crate::wire::FLAG_ASYNC != 0;
        let began = session.registries.now();
        // A fault of an earlier command, which was refused for another reason, is not this one's.
        take_fault();
        Self {
            session,
            scratch,
            header,
            asynchronous,
            object: 0,
            inline_outputs: 0,
            began,
            tickets_total: 0,
            replied: false,
            errno: 0,
            succeeded: false,
            recording: None,
        }
    }

    /// The arguments.
    ///
    /// # Errors
    /// A violation if the command is too short for them.
    pub fn args<W: FromBytes>(&self) -> Result<W, Refusal> {
        let args = self.scratch.memory.command.get(size_of::<CommandHeader>()..).unwrap_or_default();
        W::read_from_prefix(args)
            .map(|(args, _)| args)
            .map_err(|_| Refusal::violation("a command is too short for its arguments"))
    }

    /// The vendor's functions.
    ///
    /// # Errors
    /// A violation if the handler belongs to another API than the session; the tables of one API exclude it.
    pub fn vendor<V: 'static>(&self) -> Result<&'s V, Refusal> {
        self.session.vendor.downcast_ref().ok_or_else(|| Refusal::violation("the handler is of another API"))
    }

    /// The vendor's handle for `id`; null for 0.
    ///
    /// # Errors
    /// An invalid handle, or the status of an earlier asynchronous call on the object that failed.
    #[inline]
    pub fn handle<K: HandleKind>(&mut self, id: HandleId) -> Result<K::Raw, Refusal> {
        self.live::<K>(id)
    }

    /// As [`Self::handle`], with another status for an id that is not a live object.
    ///
    /// # Errors
    /// `invalid`, or the status of an earlier asynchronous call on the object that failed.
    #[inline]
    pub fn handle_or<K: HandleKind>(&mut self, id: HandleId, invalid: i64) -> Result<K::Raw, Refusal> {
        self.live::<K>(id).map_err(|why| match why {
            Refusal::InvalidHandle(_) => Refusal::Status(invalid),
            why => why,
        })
    }

    #[inline]
    fn live<K: HandleKind>(&mut self, id: HandleId) -> Result<K::Raw, Refusal> {
        if self.object == 0 {
            self.object = id;
        }
        if !self.asynchronous
            && let Some(status) = self.session.sticky.take(id)
        {
            return Err(Refusal::Status(status));
        }
        self.bits(id, K::KIND).map(K::Raw::from_bits)
    }

    pub(super) fn bits(&mut self, id: HandleId, kind: u8) -> Result<u64, Refusal> {
        if id == 0 {
            return Ok(0);
        }
        if let Some(recording) = &mut self.recording {
            recording.uses(id, kind);
        }
        match self.session.handles.find(id, kind) {
            Some(Found::Live(bits)) => Ok(bits),
            Some(Found::Failed(status)) => Err(Refusal::Status(status)),
            None => Err(Refusal::InvalidHandle(kind)),
        }
    }

    /// The handle as expressions see it.
    pub fn handle_arg<'a, K: HandleKind>(&mut self, id: HandleId) -> HandleArg<'a, K>
    where
        K::Meta: Any,
    {
        let raw = self.bits(id, K::KIND).unwrap_or(0);
        let meta = self.session.handles.meta(id).and_then(|keep| {
            let meta = keep.downcast_ref::<K::Meta>().map(std::ptr::from_ref)?;
            self.scratch.metas.push(keep);
            // SAFETY: the Arc just pushed keeps the description alive until the thread's next call, and generated code uses the
            // argument no longer than this one.
            Some(unsafe { &*meta })
        });
        HandleArg::new(K::Raw::from_bits(raw), meta)
    }

    /// A location for the object `id` that the vendor makes. With `force`, also if the application does not want it.
    ///
    /// # Errors
    /// [`Refusal::Limit`] if there is no memory.
    pub fn new_handle<K: HandleKind>(&mut self, id: HandleId, force: bool) -> Result<NewHandle<K>, Refusal> {
        const { assert!(size_of::<K::Raw>() == 8, "a handle that the guest mints must be 8 bytes large") };
        if id == 0 && !force {
            return Ok(NewHandle { at: std::ptr::null_mut() });
        }
        let at = self.zeroed(8)?;
        self.scratch.news.push(New { id, kind: K::KIND, at: at.cast() });
        Ok(NewHandle { at: at.cast() })
    }

    /// The function's name.
    pub(super) fn function(&self) -> &'static str {
        self.session.api.desc.functions.get(self.header.func as usize).map_or("?", |f| f.name)
    }

    /// Everything is decoded: last checks before the vendor is called, and callbacks inside structs are registered.
    ///
    /// # Errors
    /// A violation if an expression read outside a buffer; a limit, if there are too many callbacks.
    pub fn ready(&mut self) -> Result<(), Refusal> {
        if take_fault() {
            let function = self.function();
            return Err(Refusal::violation(format!(
                "{function}: a buffer is shorter than the specification reads"
            )));
        }
        if self.scratch.callbacks.is_empty() { Ok(()) } else { self.register_fields() }
    }

    /// The vendor filled `bytes` bytes of the output.
    pub fn filled(&mut self, output: Shadow, bytes: usize) {
        if let Some(Some(out)) = output.output.and_then(|n| self.scratch.outs.get_mut(n)) {
            out.filled = Some(bytes.min(output.len));
        }
    }

    /// What is known of the object `id` that the call made; the guest is told as well.
    pub fn meta<K: HandleKind>(&mut self, id: HandleId, meta: K::Meta)
    where
        K::Meta: Serialize,
    {
        self.scratch.meta.clear();
        match postcard::to_extend(&meta, std::mem::take(&mut self.scratch.meta)) {
            Ok(bytes) if bytes.len() <= 2048 => self.scratch.meta = bytes,
            Ok(bytes) => tracing::warn!(len = bytes.len(), "an object's description is too long for a reply"),
            Err(error) => tracing::warn!(%error, "an object's description cannot be encoded"),
        }
        self.set_meta::<K>(id, meta);
    }

    /// What is known of the object `id` that the call made; the guest knows by itself.
    pub fn set_meta<K: HandleKind>(&mut self, id: HandleId, meta: K::Meta) {
        self.scratch.described.push((id, Arc::new(meta)));
    }

    /// The call's memory, and the buffer of `ticket` with it, is kept until the command is done: until `token` (a vendor's handle,
    /// of which a reference is taken over unless the guest has it too) is, or `key` is drained.
    pub fn defer(&mut self, registry: usize, key: u64, token: u64, ticket: u64, ok: bool) {
        if ticket == 0 {
            return;
        }
        if !ok {
            // The guest of a synchronous call sees that it failed; of an asynchronous one it must hear.
            if self.asynchronous && ticket > TICKET_NOBODY {
                self.session.registries.discard(ticket);
            }
            return;
        }
        let shared = self.scratch.news.iter().any(|new| {
            // SAFETY: the location is in the call's memory.
            new.id != 0 && token != 0 && unsafe { new.at.read() } == token
        });
        if shared {
            let kind = self.session.api.registries.get(registry).and_then(|r| r.token_kind);
            let retain = kind.and_then(|k| self.session.api.kinds.get(k as usize)).and_then(|ops| ops.retain);
            if let Some(retain) = retain {
                // SAFETY: the vendor just made the object, of the registry's kind of token.
                unsafe { retain(&*self.session.vendor, token) };
            }
        }
        let entry = Entry { key, token, ticket, sequence: 0, memory: Memory::default() };
        self.scratch.deferred.push((registry, entry));
    }

    /// The reply is made, so the call's memory can go where its deferred buffers are kept.
    pub(super) fn enter_deferred(&mut self) {
        let mut deferred = std::mem::take(&mut self.scratch.deferred);
        let count = deferred.len();
        for (n, (registry, mut entry)) in deferred.drain(..).enumerate() {
            // All deferred buffers of a call complete with the same command, so the last one keeps the memory.
            if n + 1 == count {
                entry.memory = self.scratch.memory.take();
            }
            self.session.registries.add(registry, entry);
        }
        self.scratch.deferred = deferred;
    }

    /// All commands that were deferred under `key` before this call began are done.
    pub fn drain(&mut self, registry: usize, key: u64) {
        self.collect(Some(registry), Want::Key(key, self.began));
    }

    /// Commands may be done.
    pub fn poll(&mut self, registry: usize) {
        self.collect(Some(registry), Want::Done);
    }

    /// As [`Self::poll`], for every registry, and waits for `patience` at most until there is a ticket; whether there are more than the
    /// reply can name.
    pub(super) fn reclaim(&mut self, patience: Duration) -> bool {
        let begun = Instant::now();
        loop {
            let left = self.collect(None, Want::Done);
            let has_come = !self.scratch.tickets.is_empty();
            if has_come || !self.session.registries.any() || begun.elapsed() >= patience {
                return left != 0;
            }
            std::thread::sleep(LOOK);
        }
    }

    fn collect(&mut self, registry: Option<usize>, want: Want) -> usize {
        if self.asynchronous {
            // Nobody learns anything from this call, and it has no reply that could bring tickets.
            return 0;
        }
        let session = self.session;
        let tickets = &mut self.scratch.tickets;
        let (left, total) =
            session.registries.collect(session.api, &*session.vendor, registry, want, tickets);
        self.tickets_total = total;
        left
    }

    /// The object that an asynchronous failure is kept for.
    pub(super) fn object(&self) -> HandleId {
        self.object
    }
}
