//! Buffers of a call: where each travels (inline, in the arena, or in pieces), and the handles in them.

use super::call::{Call, Last, Out, OutPlace};
use super::log;
use super::memory::{KEEP, Region};
use super::pending::Held;
use super::session::Session;
use super::stub::Fail;
use crate::spec::{Handles, Layout, Opts};
use crate::wire::{
    ALIGN, BufRef, INLINE_MAX, LEN_MASK, MAX_COMMAND, MAX_OUTPUTS, MAX_REPLY, Place, align_up, control,
};

/// How long to wait for a command to finish whose memory the next can use, in milliseconds: longer than the largest transfer takes that
/// is worth it. A command that waits for the application costs it this long once.
const PATIENCE: u64 = 500;

/// Room that a reply keeps for everything but inline outputs.
const REPLY_MARGIN: usize = 4096;

impl Call<'_> {
    /// Appends `len` bytes to the payload; their offset, or `None` if the command would be too large.
    pub(super) fn inline(&mut self, len: usize) -> Option<usize> {
        let at = align_up(self.scratch.command.len(), ALIGN);
        if at + len > MAX_COMMAND {
            return None;
        }
        self.scratch.command.resize(at + len, 0);
        Some(at)
    }

    /// An input buffer at `ptr`.
    ///
    /// # Errors
    /// An invalid handle's status, or that of a lost server.
    ///
    /// # Safety
    /// What `layout` says is readable at `ptr`, or `ptr` is null.
    pub unsafe fn input(&mut self, ptr: *const u8, layout: &Layout) -> Result<BufRef, Fail> {
        if ptr.is_null() {
            self.last = Last::Nothing;
            return Ok(BufRef::NULL);
        }
        let len = layout.bytes;
        if len as u64 > LEN_MASK {
            // No application has so much memory: the vendor refuses this length before it looks at the pointer.
            return Ok(self.unused(ptr));
        }
        let small = len <= INLINE_MAX || layout.handles != Handles::None;
        if small && let Some(at) = self.inline(len) {
            // SAFETY: the caller vouches for the source; the target is the payload just reserved.
            unsafe { copy_in(ptr, self.scratch.command[at..].as_mut_ptr(), layout) };
            self.translate(at, layout)?;
            self.last = Last::Inline;
            return Ok(BufRef::new(Place::Inline(at), len));
        }
        if layout.handles != Handles::None {
            log::warn(format_args!("a list of {len} bytes of handles is more than one call can carry"));
            return Err(Fail::Refused);
        }
        let held = match self.region(len)? {
            Some(region) => {
                // SAFETY: the caller vouches for the source; the target is a region of `len` bytes that this call owns.
                unsafe { copy_in(ptr, self.session.memory.address(region, len), layout) };
                Held::Arena(region)
            }
            // SAFETY: passed on to the caller.
            None => Held::Staged(unsafe { self.stage_input(ptr, len)? }),
        };
        self.scratch.held.push(held);
        self.last = Last::Input(held);
        Ok(BufRef::new(place_of(held), len))
    }

    /// Replaces the handles in the payload at `at` by ids.
    fn translate(&mut self, at: usize, layout: &Layout) -> Result<(), Fail> {
        let mut one = |offset: usize, kind: u8| {
            let Some(bytes) = self.scratch.command.get_mut(at + offset..at + offset + 8) else {
                return Ok(());
            };
            let bits = u64::from_ne_bytes(bytes.try_into().unwrap_or_default());
            let invalid =
                layout.invalid.or(self.session.desc.kinds.get(kind as usize).map(|k| k.invalid)).unwrap_or(0);
            if bits != 0 {
                let object = self.session.slab.find(bits, kind).ok_or(Fail::Status(invalid))?;
                bytes.copy_from_slice(&self.session.slab.id(object).to_ne_bytes());
            }
            self.null_handle |= bits == 0;
            Ok(())
        };
        layout.handles.places(layout.bytes).try_for_each(|(offset, kind)| one(offset, kind))
    }

    /// A string of `len` bytes at `ptr`; with `len` 0, one that ends with a zero byte.
    ///
    /// # Errors
    /// That of a lost server.
    ///
    /// # Safety
    /// `ptr` is null, or points to such a string.
    pub unsafe fn input_cstr(&mut self, ptr: *const u8, len: usize) -> Result<BufRef, Fail> {
        if ptr.is_null() {
            return Ok(BufRef::NULL);
        }
        let len = match len {
            // SAFETY: the caller promises a terminator.
            0 => unsafe { libc::strlen(ptr.cast()) + 1 },
            len => len,
        };
        // SAFETY: passed on to the caller.
        unsafe { self.input(ptr, &Layout::bytes(len)) }
    }

    /// A pointer whose target is not used under the call's other arguments: the vendor must see whether it is null, and no
    /// more.
    pub fn unused<T>(&mut self, ptr: *const T) -> BufRef {
        self.last = Last::Nothing;
        if ptr.is_null() { BufRef::NULL } else { BufRef::new(Place::Unused, 0) }
    }

    /// An output buffer at `ptr`.
    ///
    /// # Errors
    /// That of a lost server, or [`Fail::Refused`] if it is larger than arena and server can hold.
    ///
    /// # Safety
    /// What `layout` says is writable at `ptr` until the call's effects are complete, or `ptr` is null.
    pub unsafe fn output(&mut self, ptr: *mut u8, layout: &Layout, opts: Opts) -> Result<BufRef, Fail> {
        if ptr.is_null() {
            self.last = Last::Nothing;
            return Ok(BufRef::NULL);
        }
        let len = layout.bytes;
        if len as u64 > LEN_MASK {
            return Ok(self.unused(ptr));
        }
        if let (true, Some(offset)) = (opts.zerocopy, self.session.memory.offset_of(ptr, len)) {
            return self.shared_output(ptr, offset, layout);
        }
        let inline = !opts.zerocopy && len <= INLINE_MAX && self.fits_reply(len);
        self.add_output(ptr, layout, opts, inline, None)
    }

    /// Memory of the arena that the application itself works on: an input without a copy.
    ///
    /// # Errors
    /// Those of [`Self::input`].
    ///
    /// # Safety
    /// That of [`Self::input`].
    pub unsafe fn input_shared(&mut self, ptr: *const u8, layout: &Layout) -> Result<BufRef, Fail> {
        match self.session.memory.offset_of(ptr, layout.bytes) {
            Some(offset) if layout.handles == Handles::None => {
                self.last = Last::Inline;
                Ok(BufRef::new(Place::Arena(offset), layout.bytes))
            }
            // SAFETY: passed on to the caller.
            _ => unsafe { self.input(ptr, layout) },
        }
    }

    /// As [`Self::input_shared`], for what the vendor writes.
    fn shared_output(&mut self, ptr: *mut u8, offset: u64, layout: &Layout) -> Result<BufRef, Fail> {
        let n = self.scratch.outs.len();
        if n >= MAX_OUTPUTS {
            return Err(Fail::Refused);
        }
        self.scratch.outs.push(Out {
            to: ptr as usize,
            len: layout.bytes,
            rect: layout.rect,
            handles: Handles::None,
            place: OutPlace::Shared,
            always: true,
            deferred: false,
            news: None,
        });
        self.last = Last::Inline;
        Ok(BufRef::new(Place::Arena(offset), layout.bytes).as_output(n))
    }

    fn fits_reply(&self, len: usize) -> bool {
        self.scratch.inline_outputs + len + ALIGN <= MAX_REPLY - REPLY_MARGIN
    }

    pub(super) fn add_output(
        &mut self,
        ptr: *mut u8,
        layout: &Layout,
        opts: Opts,
        inline: bool,
        news: Option<usize>,
    ) -> Result<BufRef, Fail> {
        let n = self.scratch.outs.len();
        if n >= MAX_OUTPUTS {
            log::warn(format_args!("a call has more than {MAX_OUTPUTS} outputs"));
            return Err(Fail::Refused);
        }
        let len = layout.bytes;
        let place = if inline {
            self.scratch.inline_outputs += len + ALIGN;
            OutPlace::Inline
        } else {
            let held = match self.region(len)? {
                Some(region) => Held::Arena(region),
                None => Held::Staged(self.stage(len)?),
            };
            self.scratch.held.push(held);
            OutPlace::Held(held)
        };
        self.scratch.outs.push(Out {
            to: ptr as usize,
            len,
            rect: layout.rect,
            handles: layout.handles.clone(),
            place,
            always: opts.always,
            deferred: false,
            news,
        });
        self.last = Last::Output(n);
        let wire_place = match place {
            OutPlace::Inline => Place::Inline(0),
            OutPlace::Held(held) => place_of(held),
            OutPlace::Shared | OutPlace::Tree => Place::Unused,
        };
        Ok(BufRef::new(wire_place, len).as_output(n))
    }

    /// A buffer at `ptr` that the vendor reads and writes.
    ///
    /// # Errors
    /// Those of [`Self::input`] and [`Self::output`].
    ///
    /// # Safety
    /// Those of both.
    pub unsafe fn inout(&mut self, ptr: *mut u8, layout: &Layout, opts: Opts) -> Result<BufRef, Fail> {
        if let (true, Some(offset)) = (opts.zerocopy, self.session.memory.offset_of(ptr, layout.bytes)) {
            return self.shared_output(ptr, offset, layout);
        }
        // SAFETY: passed on to the caller.
        let input = unsafe { self.input(ptr, layout)? };
        let n = self.scratch.outs.len();
        let place = match (self.last, input.place()) {
            (Last::Nothing, _) => return Ok(input),
            (Last::Input(held), _) => OutPlace::Held(held),
            _ if self.fits_reply(layout.bytes) => OutPlace::Inline,
            _ => return Err(Fail::Refused),
        };
        if n >= MAX_OUTPUTS {
            return Err(Fail::Refused);
        }
        if matches!(place, OutPlace::Inline) {
            self.scratch.inline_outputs += layout.bytes + ALIGN;
        }
        self.scratch.outs.push(Out {
            to: ptr as usize,
            len: layout.bytes,
            rect: layout.rect,
            handles: layout.handles.clone(),
            place,
            always: opts.always,
            deferred: false,
            news: None,
        });
        self.last = Last::Output(n);
        Ok(input.as_output(n))
    }

    /// A region of the arena for this call, or `None` if the data must go in pieces. Memory that was never touched is slow, a hundred
    /// times slower in some virtual machines: rather than that, what finished commands have left, or are about to.
    fn region(&mut self, len: usize) -> Result<Option<Region>, Fail> {
        let Session { memory, pending, .. } = self.session;
        let mut patience = 0;
        loop {
            if let Some(region) = memory.allocate_kept(len) {
                return Ok(Some(region));
            }
            if pending.is_empty() || (patience != 0 && !pending.is_worth_waiting()) {
                return Ok(memory.allocate(len));
            }
            let before = pending.dealt_with();
            self.control(control::RECLAIM, &[patience])?;
            if pending.dealt_with() == before {
                match patience {
                    0 if len as u64 <= KEEP => patience = PATIENCE,
                    0 => return Ok(memory.allocate(len)),
                    _ => pending.waited_in_vain(),
                }
            }
        }
    }
}

/// The wire's name for where a buffer is.
fn place_of(held: Held) -> Place {
    match held {
        Held::Arena(region) => Place::Arena(region.offset),
        Held::Staged(number) => Place::Staged(number),
    }
}

/// Copies what `layout` says from the application's memory.
///
/// # Safety
/// That is readable at `from`, and `to` is valid for writes of `layout.bytes` bytes.
unsafe fn copy_in(from: *const u8, to: *mut u8, layout: &Layout) {
    match layout.rect {
        // SAFETY: by the caller's promise.
        None => unsafe { to.copy_from_nonoverlapping(from, layout.bytes) },
        Some(rect) => {
            for (at, len) in rect.pieces() {
                if at.saturating_add(len) <= layout.bytes {
                    // SAFETY: the piece is inside both, by the caller's promise.
                    unsafe { to.add(at).copy_from_nonoverlapping(from.add(at), len) };
                }
            }
        }
    }
}
