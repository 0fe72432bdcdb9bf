//! Buffers of a command: what came of inputs, room for outputs, and every check of a place or length that the guest sent.

use std::cell::UnsafeCell;

use super::api::Refusal;
use super::call::{Call, Out, Sink};
use super::shadow::Shadow;
use crate::spec::{HandleKind, Handles, Layout, Opts, Ptr, take_fault};
use crate::wire::{ALIGN, BufRef, HandleId, LEN_MASK, MAX_OUTPUTS, MAX_REPLY, Place};

/// Target of a pointer that the vendor must see as non-null and not use.
#[repr(C, align(4096))]
struct Nothing(UnsafeCell<[u8; 4096]>);
// SAFETY: nobody reads or writes it but a vendor that breaks its own contract, for which any bytes are as good.
unsafe impl Sync for Nothing {}
static NOTHING: Nothing = Nothing(UnsafeCell::new([0; 4096]));

fn violation<T>(what: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::violation(what))
}

impl Call<'_> {
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
        self.check_len(&layout, r)?;
        self.translate(shadow, &layout)?;
        Ok(shadow)
    }

    fn check_len(&self, layout: &Layout, r: BufRef) -> Result<(), Refusal> {
        match layout.bytes == r.len() {
            true => Ok(()),
            false => Err(self.other_length(r, layout.bytes)),
        }
    }

    /// The bytes that came with `r`: in place if they are private already or may be shared, else copied.
    pub(super) fn received(&mut self, r: BufRef, shared: bool) -> Result<Shadow, Refusal> {
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
                let Some(ptr) = self.in_arena(at, len, shared) else {
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
        if let Some(recording) =
            self.recording.as_mut().filter(|_| !matches!(r.place(), Some(Place::Inline(_))))
        {
            // SAFETY: `len` bytes are there. The guest may write them meanwhile, so they are copied as any bytes are.
            unsafe { recording.input(r.place, ptr, len) };
        }
        Ok(Shadow { ptr, len, output: r.output() })
    }

    /// The address of `len` bytes of the arena at `at`, a place where a C type may be. What is shared may be the application's own
    /// memory, and anywhere.
    fn in_arena(&self, at: u64, len: usize, shared: bool) -> Option<*mut u8> {
        self.session.arena.at(at, len as u64).filter(|_| shared || at.is_multiple_of(ALIGN as u64))
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

    pub(super) fn zeroed(&mut self, len: usize) -> Result<*mut u8, Refusal> {
        self.scratch.memory.zeroed(len).ok_or(Refusal::Limit)
    }

    /// Replaces the ids in a private buffer by the vendor's handles.
    fn translate(&mut self, shadow: Shadow, layout: &Layout) -> Result<(), Refusal> {
        let mut one = |offset: usize, kind: u8| {
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
        layout.handles.places(shadow.len).try_for_each(|(offset, kind)| one(offset, kind))
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
            self.check_len(&Layout::bytes(len), r)?;
        } else {
            // SAFETY: `received` gave private memory of this length.
            let bytes = unsafe { std::slice::from_raw_parts(shadow.ptr, shadow.len) };
            if bytes.iter().position(|b| *b == 0) != bytes.len().checked_sub(1) {
                return violation("a string does not end where it should");
            }
        }
        Ok(shadow)
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
                self.check_len(layout, r)?;
                self.count_inline(len)?;
                (self.zeroed(len)?, Sink::Reply)
            }
            Some(Place::Arena(at)) => {
                self.check_len(layout, r)?;
                let Some(shared) = self.in_arena(at, len, !private) else {
                    return violation("a buffer is outside the arena");
                };
                if private { (self.zeroed(len)?, Sink::Arena(at)) } else { (shared, Sink::InPlace) }
            }
            Some(Place::Staged(number)) => {
                self.check_len(layout, r)?;
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
    pub(super) fn add_out(
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
        self.check_len(&layout, r)?;
        // SAFETY: the length was just checked; the memory is private, and inline buffers are aligned to 16.
        let ids = (0..n).map(|i| unsafe { ids.ptr.cast::<u64>().add(i).read_unaligned() }).collect();
        let at = self.zeroed(layout.bytes)?;
        self.add_out(r, at, layout.bytes, Sink::Reply, &layout, Opts::NONE, Some((ids, K::KIND)))
    }
}

/// A pointer that is not null and not to be used.
pub(super) fn unused() -> Shadow {
    Shadow { ptr: NOTHING.0.get().cast(), len: 0, output: None }
}
