//! Staging buffers: server memory for transfers that do not fit into the arena and come in pieces.

use std::alloc::{Layout, alloc_zeroed};
use std::cell::UnsafeCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::api::Refusal;
use crate::transport::Arena;

/// Memory that a vendor's function reads or writes in place of the application's.
///
/// A buffer is used by calls of the guest that made it; if a hostile guest uses it in two at once, their bytes mix, as its own
/// memory would natively.
pub(super) struct Staging {
    /// Aligned for every C type.
    words: Box<[UnsafeCell<u128>]>,
    len: usize,
}

impl std::fmt::Debug for Staging {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Staging({} bytes)", self.len)
    }
}

// SAFETY: the bytes are only accessed through raw pointers, by `memcpy`-like copies here and by the vendor; they have no
// invalid values.
unsafe impl Send for Staging {}
// SAFETY: as above.
unsafe impl Sync for Staging {}

impl Staging {
    /// `len` bytes of zeros; `None` if there is no address space for them.
    pub(super) fn new(len: usize) -> Option<Self> {
        zeroed(len.div_ceil(size_of::<u128>())).map(|words| Self { words, len })
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn as_ptr(&self) -> *mut u8 {
        UnsafeCell::raw_get(self.words.as_ptr()).cast()
    }
}

/// `count` words of zeros, of which the system provides those that are used; `None` if there is no address space for them.
fn zeroed(count: usize) -> Option<Box<[UnsafeCell<u128>]>> {
    let layout = Layout::array::<UnsafeCell<u128>>(count).ok()?;
    if layout.size() == 0 {
        return Some(Box::default());
    }
    // SAFETY: the layout is not empty.
    let words = unsafe { alloc_zeroed(layout) }.cast::<UnsafeCell<u128>>();
    // SAFETY: `alloc_zeroed` gave memory of this layout, which is a Box's of so many words, and zeros are valid cells.
    (!words.is_null()).then(|| unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(words, count)) })
}

/// The staging buffers of a session.
#[derive(Default)]
pub(super) struct StagingTable {
    buffers: Mutex<(u64, HashMap<u64, Arc<Staging>>)>,
}

impl StagingTable {
    /// Makes a buffer of `len` bytes; its number, or 0 if the session's buffers would exceed `limit` bytes.
    pub(super) fn make(&self, len: u64, limit: u64) -> u64 {
        let mut buffers = self.buffers.lock().unwrap_or_else(|e| e.into_inner());
        let held: u64 = buffers.1.values().map(|b| b.len() as u64).sum();
        if held.saturating_add(len) > limit {
            return 0;
        }
        let Some(staging) = Staging::new(len as usize) else { return 0 };
        buffers.0 += 1;
        let number = buffers.0;
        buffers.1.insert(number, Arc::new(staging));
        number
    }

    /// Makes a buffer that holds `bytes`; its number, or 0 as for [`Self::make`].
    pub(super) fn hold(&self, bytes: &[u8], limit: u64) -> u64 {
        let number = self.make(bytes.len() as u64, limit);
        if let Some(buffer) = self.get(number) {
            // SAFETY: the buffer was just made, as large as the bytes, and nobody knows of it yet.
            unsafe { buffer.as_ptr().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        }
        number
    }

    pub(super) fn get(&self, number: u64) -> Option<Arc<Staging>> {
        self.buffers.lock().unwrap_or_else(|e| e.into_inner()).1.get(&number).cloned()
    }

    pub(super) fn free(&self, number: u64) {
        self.buffers.lock().unwrap_or_else(|e| e.into_inner()).1.remove(&number);
    }

    /// Copies `len` bytes between offset `at` of a buffer and offset `place` of the arena.
    ///
    /// # Errors
    /// A violation if either range does not exist.
    pub(super) fn copy(
        &self,
        arena: Arena,
        [number, at, place, len]: [u64; 4],
        to_buffer: bool,
    ) -> Result<(), Refusal> {
        let buffer = self.get(number).ok_or_else(|| Refusal::violation("no such staging buffer"))?;
        let inside = at.checked_add(len).is_some_and(|end| end <= buffer.len() as u64);
        let shared = arena.at(place, len).filter(|_| inside);
        let shared =
            shared.ok_or_else(|| Refusal::violation("a piece of a staging buffer is out of range"))?;
        let own = buffer.as_ptr().wrapping_add(at as usize);
        let (from, to) = if to_buffer { (shared, own) } else { (own, shared) };
        // SAFETY: both ranges were just checked to exist; they cannot overlap, as one is in this process's heap. The guest may
        // write the arena meanwhile, which only changes which bytes arrive.
        unsafe { std::ptr::copy_nonoverlapping(from, to, len as usize) };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_limited_and_ranges_checked() {
        let table = StagingTable::default();
        let mut memory = vec![7u8; 64];
        // SAFETY: `memory` outlives the copies.
        let arena = unsafe { Arena::new(memory.as_mut_ptr(), 64) };
        let number = table.make(100, 128);
        assert_ne!(number, 0);
        assert_eq!(table.make(100, 128), 0, "over the limit");
        table.copy(arena, [number, 50, 0, 50], true).unwrap();
        assert!(table.copy(arena, [number, 51, 0, 50], true).is_err());
        assert!(table.copy(arena, [number, 0, 15, 50], true).is_err());
        assert!(table.copy(arena, [number, u64::MAX, 0, 2], true).is_err());
        assert!(table.copy(arena, [number + 1, 0, 0, 1], true).is_err());
        memory.fill(0);
        table.copy(arena, [number, 90, 3, 10], false).unwrap();
        assert_eq!(memory[3..13], [7; 10]);
        table.free(number);
        assert!(table.get(number).is_none());
        assert_ne!(table.make(128, 128), 0);
    }
}
