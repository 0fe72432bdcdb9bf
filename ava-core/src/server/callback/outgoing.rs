//! A callback from the vendor's arguments to its result.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

use zerocopy::IntoBytes;

use super::super::handles::Found as Object;
use super::super::serving::{Serving, with_serving};
use super::super::session::Session;
use super::super::staging::Staging;
use super::super::tree_reply::shown;
use super::registration::{Found, Target};
use crate::spec::{HandleArg, HandleKind, Handles, Layout, RawHandle, Walk};
use crate::wire::{
    ALIGN, BufRef, CallbackHeader, INLINE_MAX, LEN_MASK, MAX_CALLBACK_INLINE, Place, align_up,
};

/// Largest number of argument words.
const MAX_WORDS: usize = 256;

/// Memory of the vendor's that the application's function writes.
struct Out {
    ptr: *mut u8,
    len: usize,
    handles: Handles,
    staged: Option<Arc<Staging>>,
    /// It holds nothing yet.
    fresh: bool,
    /// How many bytes of it the application's function wrote, if it says so; 0 until that is known.
    filled: Option<usize>,
    /// Where it begins among the inline outputs, if it is not staged.
    at: usize,
}

/// A callback being encoded.
pub struct Outgoing<'t> {
    session: &'t Session,
    words: Vec<u64>,
    payload: Vec<u8>,
    outs: Vec<Out>,
    /// Bytes of inline outputs, padded.
    outputs: usize,
    staged: Vec<u64>,
    metas: Vec<Arc<dyn Any + Send + Sync>>,
    /// Why it cannot be made.
    failed: Option<&'static str>,
}

impl std::fmt::Debug for Outgoing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing").field("words", &self.words).finish_non_exhaustive()
    }
}

/// Calls the application's function that `found` stands for, with the arguments that `encode` gives; the bits of what it
/// returned. Zero, and zeros in its outputs, if there is nobody to call. `filled` is given what came back, and says how much of the
/// outputs was written whose length is said to be `partial`.
///
/// # Safety
/// The vendor called a trampoline: `found` is what it was registered with, and the pointers that `encode` gives are as the API
/// promises the application.
pub unsafe fn call_back(
    name: &'static str,
    found: Found,
    encode: impl FnOnce(&mut Outgoing<'_>),
    filled: impl FnOnce(&mut Outgoing<'_>, u64),
) -> u64 {
    // A panic must not unwind into the vendor.
    let called = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: passed on to the caller.
        let Some(target) = (unsafe { found.target() }) else {
            tracing::debug!(callback = name, "the vendor called a callback that is over");
            return 0;
        };
        let mut callback = Outgoing::new(&target.session);
        encode(&mut callback);
        callback.call(name, &target, filled)
    }));
    called.unwrap_or_else(|_| {
        tracing::error!(callback = name, "the server panicked in a callback; this is a bug in AvA");
        with_serving(|serving| {
            if let Some(serving) = serving {
                serving.give_up();
            }
        });
        0
    })
}

impl<'t> Outgoing<'t> {
    fn new(session: &'t Session) -> Self {
        Self {
            session,
            words: Vec::new(),
            payload: Vec::new(),
            outs: Vec::new(),
            outputs: 0,
            staged: Vec::new(),
            metas: Vec::new(),
            failed: None,
        }
    }

    /// A scalar.
    pub fn word(&mut self, bits: u64) {
        self.words.push(bits);
    }

    /// A handle: the guest's name for it, one that it gets now if it has none.
    pub fn handle<K: HandleKind>(&mut self, raw: K::Raw) {
        let id = self.session.handles.name(K::KIND, raw.to_bits());
        self.word(id);
    }

    /// A handle as expressions see it.
    pub fn arg<'a, K: HandleKind>(&mut self, raw: K::Raw) -> HandleArg<'a, K> {
        let id = self.session.handles.name(K::KIND, raw.to_bits());
        let meta = self.session.handles.meta(id).and_then(|keep| {
            let meta = keep.downcast_ref::<K::Meta>().map(ptr::from_ref)?;
            self.metas.push(keep);
            // SAFETY: the Arc just pushed keeps the description until the callback is over, and generated code uses the argument
            // no longer.
            Some(unsafe { &*meta })
        });
        HandleArg::new(raw, meta)
    }

    fn buffer(&mut self, r: BufRef) {
        self.words.extend([r.place, r.extent]);
    }

    /// A pointer whose target is not used.
    pub fn unused(&mut self, ptr: *const u8) {
        self.buffer(BufRef::new(if ptr.is_null() { Place::Null } else { Place::Unused }, 0));
    }

    /// A string of `len` bytes at `ptr`; with `len` 0, one that ends with a zero byte.
    ///
    /// # Safety
    /// `ptr` is null, or points to such a string.
    pub unsafe fn cstr(&mut self, ptr: *const u8, len: usize) {
        let len = match len {
            0 if ptr.is_null() => 0,
            // SAFETY: the vendor promises a terminator.
            0 => unsafe { libc::strlen(ptr.cast()) + 1 },
            len => len,
        };
        // SAFETY: passed on to the caller.
        unsafe { self.input(ptr, &Layout::bytes(len)) }
    }

    /// A buffer that the application's function reads.
    ///
    /// # Safety
    /// What `layout` says is readable at `ptr`, or `ptr` is null.
    pub unsafe fn input(&mut self, ptr: *const u8, layout: &Layout) {
        // SAFETY: passed on to the caller.
        unsafe { self.read(ptr, layout, true) }
    }

    /// Copies a buffer; into a staging buffer unless it may come `inline` and is small enough.
    ///
    /// # Safety
    /// That of [`Self::input`].
    unsafe fn read(&mut self, ptr: *const u8, layout: &Layout, inline: bool) {
        if ptr.is_null() {
            return self.unused(ptr);
        }
        let len = layout.bytes;
        if len as u64 > LEN_MASK {
            self.failed = Some("a buffer is longer than any memory");
            return;
        }
        let inline = inline && len <= INLINE_MAX && self.payload.len() + len + ALIGN <= MAX_CALLBACK_INLINE;
        let to = if inline {
            let at = align_up(self.payload.len(), ALIGN);
            self.payload.resize(at + len, 0);
            self.buffer(BufRef::new(Place::Inline(at), len));
            self.payload[at..].as_mut_ptr()
        } else {
            match self.stage(len, false) {
                Some(staging) => staging.as_ptr(),
                None => return,
            }
        };
        // SAFETY: the caller vouches for the source; the target was just made for as many bytes.
        unsafe { to.copy_from_nonoverlapping(ptr, len) };
        for (offset, kind) in layout.handles.places(len) {
            // SAFETY: `places` gives offsets of 8 bytes inside `len`.
            unsafe {
                let at = to.add(offset).cast::<u64>();
                at.write_unaligned(self.session.handles.name(kind, at.read_unaligned()));
            }
        }
    }

    /// A buffer that the application's function writes.
    ///
    /// # Safety
    /// What `layout` says is writable at `ptr` until the function returned, or `ptr` is null.
    pub unsafe fn output(&mut self, ptr: *mut u8, layout: &Layout) {
        if ptr.is_null() {
            return self.unused(ptr);
        }
        let len = layout.bytes;
        if len as u64 > LEN_MASK {
            self.failed = Some("a buffer is longer than any memory");
            return;
        }
        let staged = match self.fits_result(len) {
            true => {
                self.buffer(BufRef::new(Place::Inline(0), len).as_output(0));
                None
            }
            false => self.stage(len, true),
        };
        self.out(ptr, layout, staged, true);
    }

    /// A buffer that it reads and writes.
    ///
    /// # Safety
    /// What `layout` says is readable and writable at `ptr` until the function returned, or `ptr` is null.
    pub unsafe fn inout(&mut self, ptr: *mut u8, layout: &Layout) {
        let numbers = self.staged.len();
        // What goes back in a staging buffer comes in it, too.
        let inline = self.fits_result(layout.bytes);
        // SAFETY: passed on to the caller.
        unsafe { self.read(ptr, layout, inline) };
        if ptr.is_null() || self.failed.is_some() {
            return;
        }
        let staged = self.staged.get(numbers).and_then(|number| self.session.staging.get(*number));
        self.out(ptr, layout, staged, false);
    }

    /// What the vendor shows, as `walk` presents it.
    pub fn tree(&mut self, walk: &Walk<'_>) {
        match shown(self.session, walk) {
            // SAFETY: the blob is ours.
            Some(blob) => unsafe { self.input(blob.as_ptr(), &Layout::bytes(blob.len())) },
            None => self.failed = Some("what the vendor shows is too large or nested too deep"),
        }
    }

    /// The application's function says how much it writes of the output at `ptr`.
    pub fn partial(&mut self, ptr: *const u8) {
        self.filled(ptr, 0);
    }

    /// It wrote so many bytes of the output at `ptr`.
    pub fn filled(&mut self, ptr: *const u8, bytes: usize) {
        for out in self.outs.iter_mut().filter(|out| out.ptr.cast_const() == ptr) {
            out.filled = Some(bytes.min(out.len));
        }
    }

    fn fits_result(&self, len: usize) -> bool {
        len <= INLINE_MAX && self.outputs + len + 8 <= MAX_CALLBACK_INLINE
    }

    fn out(&mut self, ptr: *mut u8, layout: &Layout, staged: Option<Arc<Staging>>, fresh: bool) {
        let (at, len, handles) = (self.outputs, layout.bytes, layout.handles.clone());
        if staged.is_none() {
            self.outputs += align_up(len, 8);
        }
        self.outs.push(Out { ptr, len, handles, staged, fresh, filled: None, at });
    }

    /// A staging buffer of `len` bytes, from or to which the guest copies; if it is `fresh`, only to it.
    fn stage(&mut self, len: usize, fresh: bool) -> Option<Arc<Staging>> {
        let number = self.session.staging.make(len as u64, self.session.stage_limit);
        let staging = self.session.staging.get(number);
        match staging {
            Some(_) => {
                self.staged.push(number);
                let r = BufRef::new(Place::Staged(number), len);
                self.buffer(if fresh { r.as_output(0) } else { r });
            }
            None => self.failed = Some("there is no memory for a buffer"),
        }
        staging
    }

    /// Makes the callback.
    fn call(mut self, name: &'static str, target: &Target, filled: impl FnOnce(&mut Self, u64)) -> u64 {
        if self.words.len() > MAX_WORDS {
            self.failed = Some("it has too many arguments");
        }
        if let Some(why) = self.failed {
            tracing::warn!(callback = name, why, "a callback cannot be made; the vendor gets zeros");
        }
        let result = if self.failed.is_none() { self.deliver(target) } else { None };
        let value = self.accept(result.as_deref(), filled);
        self.staged.iter().for_each(|number| self.session.staging.free(*number));
        value
    }

    fn request(&self, target: &Target) -> Vec<u8> {
        let header = CallbackHeader {
            callback: u32::from(target.callback),
            words: self.words.len() as u32,
            outputs: self.outputs as u64,
            function: target.function,
            userdata: target.userdata,
        };
        let mut request = header.as_bytes().to_vec();
        request.extend_from_slice(self.words.as_bytes());
        request.resize(align_up(request.len(), ALIGN), 0);
        request.extend_from_slice(&self.payload);
        request.resize(align_up(request.len(), 8), 0);
        request
    }

    /// The value and the outputs; `None` if the session is over.
    fn deliver(&self, target: &Target) -> Option<Vec<u8>> {
        let request = self.request(target);
        let threads = &self.session.callbacks.threads;
        let call = |serving: &Serving| serving.call_back(threads.number(), &request, self.outputs);
        with_serving(|serving| {
            let ours = serving.filter(|serving| ptr::eq(Arc::as_ptr(&serving.session), self.session));
            if let Some(serving) = ours.filter(|serving| serving.current.get().reply_to != 0) {
                return call(serving);
            }
            if let Some(serving) = serving {
                serving.let_others_go_on();
            }
            threads.borrow(call).flatten()
        })
    }

    /// Copies the outputs to where the vendor wants them; the value.
    fn accept(&mut self, result: Option<&[u8]>, filled: impl FnOnce(&mut Self, u64)) -> u64 {
        let Some((value, inline)) = result.and_then(<[u8]>::split_first_chunk) else {
            // What held something keeps it.
            for out in self.outs.iter().filter(|out| out.fresh) {
                // SAFETY: the vendor's buffer has `len` bytes until the callback returns.
                unsafe { out.ptr.write_bytes(0, out.len) };
            }
            return 0;
        };
        let value = u64::from_ne_bytes(*value);
        self.outs.iter().filter(|out| out.filled.is_none()).for_each(|out| self.copy(out, out.len, inline));
        // How much was written may be among the others.
        filled(self, value);
        let partial = self.outs.iter().filter_map(|out| Some((out, out.filled?)));
        partial.for_each(|(out, len)| self.copy(out, len, inline));
        value
    }

    /// Copies the first `len` bytes of an output, which is among the `inline` ones if it is not staged.
    fn copy(&self, out: &Out, len: usize, inline: &[u8]) {
        let from = match &out.staged {
            Some(staging) => staging.as_ptr().cast_const(),
            None => match inline.get(out.at..out.at + out.len) {
                Some(bytes) => bytes.as_ptr(),
                None => return,
            },
        };
        // SAFETY: the vendor's buffer has `len` bytes until the callback returns; the source has as many, and is ours.
        unsafe { out.ptr.copy_from_nonoverlapping(from, len) };
        self.restore_ids(out, len);
    }

    /// Replaces the guest's ids in the first `len` bytes of an output by the vendor's handles; null for one that is no live object.
    fn restore_ids(&self, out: &Out, len: usize) {
        for (offset, kind) in out.handles.places(len) {
            // SAFETY: `places` gives offsets of 8 bytes inside the vendor's buffer.
            unsafe {
                let at = out.ptr.add(offset).cast::<u64>();
                let bits = match self.session.handles.find(at.read_unaligned(), kind) {
                    Some(Object::Live(bits)) => bits,
                    _ => 0,
                };
                at.write_unaligned(bits);
            }
        }
    }
}
