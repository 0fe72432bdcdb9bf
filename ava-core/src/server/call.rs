//! [`Call`]: one command being handled.

use std::any::Any;
use std::cell::UnsafeCell;
use std::sync::Arc;

use serde::Serialize;
use zerocopy::FromBytes;

use super::api::Refusal;
use super::handles::Found;
use super::registry::{Entry, Want};
use super::session::Session;
use super::shadow::{Memory, Shadow};
use crate::spec::{HandleArg, HandleKind, Handles, Layout, Opts, Ptr, RawHandle, take_fault};
use crate::wire::{
    ALIGN, BufRef, CommandHeader, HandleId, LEN_MASK, MAX_OUTPUTS, MAX_REPLY, Place, TICKET_NOBODY,
};

/// Target of a pointer that the vendor must see as non-null and not use.
#[repr(C, align(4096))]
struct Nothing(UnsafeCell<[u8; 4096]>);
// SAFETY: nobody reads or writes it but a vendor that breaks its own contract, for which any bytes are as good.
unsafe impl Sync for Nothing {}
static NOTHING: Nothing = Nothing(UnsafeCell::new([0; 4096]));

/// Where an output's bytes go when the call is done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sink {
    /// Into the reply.
    Reply,
    /// Into the arena at this offset, from the shadow buffer.
    Arena(u64),
    /// They are there already.
    InPlace,
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
    metas: Vec<Arc<dyn Any + Send + Sync>>,
    deferred: Vec<(usize, Entry)>,
}

/// One command being handled by a shadow thread.
pub struct Call<'s> {
    pub(super) session: &'s Session,
    pub(super) scratch: &'s mut Scratch,
    pub(super) header: CommandHeader,
    pub(super) asynchronous: bool,
    /// The object that an asynchronous failure is kept for: the first handle among the arguments.
    object: HandleId,
    inline_outputs: usize,
    /// Entries of registries that are there now were deferred before this call began.
    began: u64,
    pub(super) tickets_total: u64,
    pub(super) replied: bool,
}

impl std::fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("header", &self.header).finish_non_exhaustive()
    }
}

fn violation<T>(what: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::violation(what))
}

impl<'s> Call<'s> {
    /// The command in `scratch.memory`, which the gate has checked.
    pub(super) fn new(session: &'s Session, scratch: &'s mut Scratch, header: CommandHeader) -> Self {
        scratch.outs.clear();
        scratch.news.clear();
        scratch.tickets.clear();
        scratch.meta.clear();
        scratch.described.clear();
        scratch.metas.clear();
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

    fn bits(&self, id: HandleId, kind: u8) -> Result<u64, Refusal> {
        if id == 0 {
            return Ok(0);
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

    /// An input buffer. `layout` computes what the buffer should be, from the bytes that came (ids in place of handles).
    ///
    /// # Errors
    /// A violation if the guest computed something else, or an invalid handle in it.
    pub fn input(
        &mut self,
        r: BufRef,
        opts: Opts,
        layout: impl FnOnce(Ptr<'_, u8>) -> Layout,
    ) -> Result<Shadow, Refusal> {
        match r.place() {
            Some(Place::Null) => return Ok(Shadow::NULL),
            Some(Place::Unused) => {
                // SAFETY: no element can be read through a pointer to none.
                let layout = layout(unsafe { Ptr::new(std::ptr::null(), 0) });
                take_fault();
                return match layout.bytes as u64 > LEN_MASK {
                    true => Ok(unused()),
                    false => violation("a buffer that is used did not come"),
                };
            }
            _ => {}
        }
        let raw = self.received(r, opts.zerocopy)?;
        // SAFETY: `received` checked that `len` bytes are there.
        let layout = layout(unsafe { Ptr::new(raw.ptr, raw.len) });
        let shadow = match layout.handles {
            // Ids must not change between their translation and their use.
            Handles::All(_) | Handles::At(_) if opts.zerocopy => self.received(r, false)?,
            _ => raw,
        };
        self.check_len(&layout, r.len())?;
        self.translate(shadow, &layout)?;
        Ok(shadow)
    }

    fn check_len(&self, layout: &Layout, came: usize) -> Result<(), Refusal> {
        if layout.bytes == came {
            return Ok(());
        }
        let function = self.session.api.desc.functions.get(self.header.func as usize).map_or("?", |f| f.name);
        violation(format!(
            "{function}: a buffer is {came} bytes long where the specification says {}",
            layout.bytes
        ))
    }

    /// The bytes that came with `r`: in place if they are private already or may be shared, else copied.
    fn received(&mut self, r: BufRef, shared: bool) -> Result<Shadow, Refusal> {
        let len = r.len();
        if !matches!(r.place(), Some(Place::Inline(_))) {
            self.session.account.bytes_in(len as u64);
        }
        let ptr = match r.place() {
            Some(Place::Inline(at)) => {
                let command = &mut self.scratch.memory.command;
                match at.checked_add(len).filter(|end| *end <= command.len() && at.is_multiple_of(ALIGN)) {
                    Some(_) => command[at..].as_mut_ptr(),
                    None => return violation("an inline buffer is outside its command"),
                }
            }
            Some(Place::Arena(at)) => {
                let Some(ptr) = self.in_arena(at, len) else {
                    return violation("a buffer is outside the arena");
                };
                if shared {
                    ptr
                } else {
                    let copy = self.zeroed(len)?;
                    // SAFETY: both are `len` bytes long and apart. The guest may write the arena meanwhile; what is used is the
                    // copy, once.
                    unsafe { copy.copy_from_nonoverlapping(ptr, len) };
                    copy
                }
            }
            Some(Place::Staged(number)) => self.staged(number, len)?,
            _ => return violation("an input has no place"),
        };
        Ok(Shadow { ptr, len, output: r.output() })
    }

    /// The address of `len` bytes of the arena at `at`, a place where a C type may be.
    fn in_arena(&self, at: u64, len: usize) -> Option<*mut u8> {
        self.session.arena.at(at, len as u64).filter(|_| at.is_multiple_of(ALIGN as u64))
    }

    fn staged(&mut self, number: u64, len: usize) -> Result<*mut u8, Refusal> {
        match self.session.staging.get(number).filter(|staging| staging.len() >= len) {
            Some(staging) => {
                let ptr = staging.as_ptr();
                self.scratch.memory.keep(staging);
                Ok(ptr)
            }
            None => violation("no such staging buffer"),
        }
    }

    fn zeroed(&mut self, len: usize) -> Result<*mut u8, Refusal> {
        self.scratch.memory.zeroed(len).ok_or(Refusal::Limit)
    }

    /// Replaces the ids in a private buffer by the vendor's handles.
    fn translate(&mut self, shadow: Shadow, layout: &Layout) -> Result<(), Refusal> {
        let one = |offset: usize, kind: u8| {
            // SAFETY: callers check that 8 bytes at `offset` are inside the buffer.
            let at = unsafe { shadow.ptr.add(offset) }.cast::<u64>();
            // SAFETY: as above.
            let id = unsafe { at.read_unaligned() };
            let bits = self.bits(id, kind).map_err(|why| match (why, layout.invalid) {
                (Refusal::InvalidHandle(_), Some(status)) => Refusal::Status(status),
                (why, _) => why,
            })?;
            // SAFETY: as above.
            unsafe { at.write_unaligned(bits) };
            Ok(())
        };
        match &layout.handles {
            Handles::None => Ok(()),
            Handles::All(kind) => (0..shadow.len / 8).try_for_each(|i| one(i * 8, *kind)),
            Handles::At(list) => list
                .iter()
                .filter(|(offset, _)| offset.saturating_add(8) <= shadow.len)
                .try_for_each(|(offset, kind)| one(*offset, *kind)),
        }
    }

    /// A string of `len` bytes, or with `len` 0 one that ends with its only zero byte.
    ///
    /// # Errors
    /// A violation if it is neither.
    pub fn cstr(&mut self, r: BufRef, len: usize) -> Result<Shadow, Refusal> {
        if r.is_null() {
            return Ok(Shadow::NULL);
        }
        let shadow = self.received(r, false)?;
        if len != 0 {
            self.check_len(&Layout::bytes(len), shadow.len)?;
        } else {
            // SAFETY: `received` gave private memory of this length.
            let bytes = unsafe { std::slice::from_raw_parts(shadow.ptr, shadow.len) };
            if bytes.iter().position(|b| *b == 0) != bytes.len().checked_sub(1) {
                return violation("a string does not end where it should");
            }
        }
        Ok(shadow)
    }

    /// An array of `n` pointers, each of which `each` decodes on its own.
    ///
    /// # Errors
    /// Those of `each`, or a violation if there are not `n`.
    pub fn input_each(
        &mut self,
        r: BufRef,
        n: usize,
        mut each: impl FnMut(&mut Self, usize, BufRef) -> Result<Shadow, Refusal>,
    ) -> Result<Shadow, Refusal> {
        if r.is_null() {
            return Ok(Shadow::NULL);
        }
        let list = self.received(r, false)?;
        self.check_len(&Layout::elements::<BufRef>(n), list.len)?;
        let pointers = self.zeroed(n * size_of::<*mut u8>())?.cast::<*mut u8>();
        for i in 0..n {
            // SAFETY: the list's length was just checked; it is private memory.
            let r = unsafe { list.ptr.cast::<BufRef>().add(i).read_unaligned() };
            let shadow = each(self, i, r)?;
            // SAFETY: `i < n`, the size of the array.
            unsafe { pointers.add(i).write(shadow.ptr) };
        }
        Ok(Shadow { ptr: pointers.cast(), len: n * size_of::<*mut u8>(), output: None })
    }

    /// A pointer whose target is not used.
    ///
    /// # Errors
    /// A violation if the guest sent a target.
    pub fn unused(&mut self, r: BufRef) -> Result<Shadow, Refusal> {
        match r.place() {
            Some(Place::Null) => Ok(Shadow::NULL),
            Some(Place::Unused) => Ok(unused()),
            _ => violation("a buffer came that is not used"),
        }
    }

    /// An output buffer.
    ///
    /// # Errors
    /// A violation if the guest computed another length.
    pub fn output(&mut self, r: BufRef, layout: &Layout, opts: Opts) -> Result<Shadow, Refusal> {
        let private = !opts.zerocopy || layout.handles != Handles::None;
        let len = layout.bytes;
        let (ptr, sink) = match r.place() {
            Some(Place::Null) => return Ok(Shadow::NULL),
            Some(Place::Unused) if len as u64 > LEN_MASK => return Ok(unused()),
            Some(Place::Inline(_)) => {
                self.check_len(layout, r.len())?;
                self.count_inline(len)?;
                (self.zeroed(len)?, Sink::Reply)
            }
            Some(Place::Arena(at)) => {
                self.check_len(layout, r.len())?;
                let Some(shared) = self.in_arena(at, len) else {
                    return violation("a buffer is outside the arena");
                };
                if private { (self.zeroed(len)?, Sink::Arena(at)) } else { (shared, Sink::InPlace) }
            }
            Some(Place::Staged(number)) => {
                self.check_len(layout, r.len())?;
                if layout.handles != Handles::None {
                    return violation("handles do not go through staging buffers");
                }
                (self.staged(number, len)?, Sink::InPlace)
            }
            _ => return violation("an output has no place"),
        };
        self.add_out(r, ptr, len, sink, layout, opts, None)
    }

    fn count_inline(&mut self, len: usize) -> Result<(), Refusal> {
        self.inline_outputs = self.inline_outputs.saturating_add(len).saturating_add(16);
        match self.inline_outputs <= MAX_REPLY / 2 + MAX_REPLY / 4 {
            true => Ok(()),
            false => violation("the outputs do not fit into a reply"),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one private place that fills the struct")]
    fn add_out(
        &mut self,
        r: BufRef,
        ptr: *mut u8,
        len: usize,
        sink: Sink,
        layout: &Layout,
        opts: Opts,
        news: Option<(Vec<HandleId>, u8)>,
    ) -> Result<Shadow, Refusal> {
        let Some(n) = r.output().filter(|n| *n < MAX_OUTPUTS) else {
            return violation("an output has no number");
        };
        let shadow = Shadow { ptr, len, output: Some(n) };
        if self.scratch.outs.len() <= n {
            self.scratch.outs.resize_with(n + 1, || None);
        }
        let handles = layout.handles.clone();
        let out = Out { shadow, sink, handles, always: opts.always, filled: None, news };
        if self.scratch.outs[n].replace(out).is_some() {
            return violation("two outputs have one number");
        }
        Ok(shadow)
    }

    /// An output that the server needs even if the application does not want it.
    ///
    /// # Errors
    /// Those of [`Self::output`].
    pub fn output_forced(&mut self, r: BufRef, layout: &Layout, opts: Opts) -> Result<Shadow, Refusal> {
        if !r.is_null() {
            return self.output(r, layout, opts);
        }
        Ok(Shadow { ptr: self.zeroed(layout.bytes)?, len: layout.bytes, output: None })
    }

    /// A buffer that the vendor reads and writes.
    ///
    /// # Errors
    /// Those of [`Self::input`] and [`Self::output`].
    pub fn inout(&mut self, r: BufRef, layout: &Layout, opts: Opts) -> Result<Shadow, Refusal> {
        let shadow = self.input(r, opts, |_| layout.clone())?;
        let sink = match r.place() {
            Some(Place::Null | Place::Unused) => return Ok(shadow),
            Some(Place::Inline(_)) => {
                self.count_inline(shadow.len)?;
                Sink::Reply
            }
            Some(Place::Arena(at)) if !opts.zerocopy || layout.handles != Handles::None => Sink::Arena(at),
            _ => Sink::InPlace,
        };
        self.add_out(r, shadow.ptr, shadow.len, sink, layout, opts, None)
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

    /// An array for up to `n` objects that the vendor makes.
    ///
    /// # Errors
    /// A violation if the guest minted another number.
    pub fn new_handles<K: HandleKind>(&mut self, r: BufRef, n: usize) -> Result<Shadow, Refusal> {
        const { assert!(size_of::<K::Raw>() == 8, "a handle that the guest mints must be 8 bytes large") };
        if r.is_null() {
            return Ok(Shadow::NULL);
        }
        let layout = Layout::elements::<u64>(n);
        let ids = self.received(r, false)?;
        self.check_len(&layout, ids.len)?;
        // SAFETY: the length was just checked; the memory is private, and inline buffers are aligned to 16.
        let ids = (0..n).map(|i| unsafe { ids.ptr.cast::<u64>().add(i).read_unaligned() }).collect();
        let at = self.zeroed(layout.bytes)?;
        self.add_out(r, at, layout.bytes, Sink::Reply, &layout, Opts::NONE, Some((ids, K::KIND)))
    }

    /// Everything is decoded: last checks before the vendor is called.
    ///
    /// # Errors
    /// A violation if an expression read outside a buffer.
    pub fn ready(&mut self) -> Result<(), Refusal> {
        if take_fault() {
            let function =
                self.session.api.desc.functions.get(self.header.func as usize).map_or("?", |f| f.name);
            return violation(format!("{function}: a buffer is shorter than the specification reads"));
        }
        Ok(())
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

    /// As [`Self::poll`], for every registry; whether there are more tickets than the reply can name.
    pub(super) fn reclaim(&mut self) -> bool {
        self.collect(None, Want::Done) != 0
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

fn unused() -> Shadow {
    Shadow { ptr: NOTHING.0.get().cast(), len: 0, output: None }
}
