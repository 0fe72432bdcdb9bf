//! Shadow buffers: the server's private memory that stands in for the application's during a call (paper section 4).

use std::sync::Arc;

use super::staging::Staging;
use crate::spec::Ptr;

/// Size of the block from which small shadow buffers are cut.
const BLOCK: usize = 64 * 1024;

/// All private memory of one call: its copy of the command, and shadow buffers. Kept whole while a deferred buffer of the
/// call is in flight, reused by the thread's next call otherwise.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) command: Vec<u8>,
    block: Vec<u128>,
    used: usize,
    large: Vec<Vec<u128>>,
    staged: Vec<Arc<Staging>>,
}

impl Memory {
    /// `len` bytes of zeros, aligned to 16; `None` if there is no memory for them.
    pub(super) fn zeroed(&mut self, len: usize) -> Option<*mut u8> {
        let words = len.div_ceil(size_of::<u128>());
        if self.block.is_empty() {
            self.block = vec![0; BLOCK / size_of::<u128>()];
        }
        if self.used + words <= self.block.len() {
            let free = &mut self.block[self.used..self.used + words];
            free.fill(0);
            self.used += words;
            return Some(free.as_mut_ptr().cast());
        }
        let mut large: Vec<u128> = Vec::new();
        large.try_reserve_exact(words).ok()?;
        large.resize(words, 0);
        let ptr = large.as_mut_ptr();
        self.large.push(large);
        Some(ptr.cast())
    }

    /// Keeps a staging buffer alive as long as this memory.
    pub(super) fn keep(&mut self, staging: Arc<Staging>) {
        self.staged.push(staging);
    }

    /// Moves out everything that the vendor may still be using.
    pub(super) fn take(&mut self) -> Self {
        let block = if self.used == 0 { std::mem::take(&mut self.block) } else { Vec::new() };
        let taken = std::mem::take(self);
        self.block = block;
        taken
    }

    /// Forgets the last call's buffers. The command stays.
    pub(super) fn reset(&mut self) {
        self.used = 0;
        self.large.clear();
        self.staged.clear();
    }
}

/// A buffer as the vendor sees it.
#[derive(Debug, Clone, Copy)]
pub struct Shadow {
    pub(super) ptr: *mut u8,
    pub(super) len: usize,
    /// Its number among the command's outputs.
    pub(super) output: Option<usize>,
}

impl Shadow {
    /// The null pointer.
    pub(super) const NULL: Self = Self { ptr: std::ptr::null_mut(), len: 0, output: None };

    /// The pointer that the vendor gets.
    pub fn ptr<T>(&self) -> *mut T {
        self.ptr.cast()
    }

    /// The buffer as expressions see it.
    pub fn view<'a, T: Copy>(&self) -> Ptr<'a, T> {
        // Shared memory may be anywhere in the arena; expressions read only what is where a `T` may be.
        let len = if self.ptr.cast::<T>().is_aligned() { self.len } else { 0 };
        // SAFETY: `ptr` is null or has `len` readable bytes, aligned for every C type, for as long as the call lasts; generated
        // code uses the view no longer. C types are valid for every bit pattern.
        unsafe { Ptr::new(self.ptr.cast_const().cast(), len / size_of::<T>().max(1)) }
    }

    /// Whether the application passed the null pointer.
    pub fn is_null(&self) -> bool {
        self.ptr.is_null()
    }
}
