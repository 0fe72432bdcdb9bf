//! Allocation of the arena: the memory for bulk data that guest and server share.
//!
//! The guest decides what is where, since most transfers begin with it; the server only checks that a place is inside. First
//! fit from the low end keeps the touched part of the sparse arena small and its pages warm.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use crate::transport::Arena;
use crate::wire::align_up;

/// Alignment of every region: a page, so that two regions never share one and copies are aligned.
const PAGE: usize = 4096;

/// The arena's last bytes, kept back so that a transfer in pieces can always proceed.
pub(super) const RESERVE: u64 = 256 * 1024;

/// Memory below this offset stays when its regions are released, as the next transfer will use it. What lies above goes back to
/// the system.
pub(super) const KEEP: u64 = 512 << 20;

/// A region of the arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) offset: u64,
    pub(super) len: u64,
}

/// Who owns which part of the arena.
#[derive(Debug)]
pub(super) struct Allocator {
    arena: Arena,
    /// Free ranges by offset; neighbours are merged.
    free: Mutex<BTreeMap<u64, u64>>,
    /// What the application uses itself, by address, and how much of it that asked for.
    lent: Mutex<HashMap<usize, (Region, usize)>>,
    /// Held by whoever uses the reserve.
    pub(super) reserve: Mutex<()>,
}

impl Allocator {
    pub(super) fn new(arena: Arena) -> Self {
        let usable = arena.len().saturating_sub(RESERVE);
        Self {
            arena,
            free: Mutex::new(BTreeMap::from([(0, usable)])),
            lent: Mutex::default(),
            reserve: Mutex::new(()),
        }
    }

    /// A region of at least `len` bytes, or `None` if no gap is large enough.
    pub(super) fn allocate(&self, len: usize) -> Option<Region> {
        let want = align_up(len.clamp(1, usize::MAX - PAGE), PAGE) as u64;
        let mut free = self.free.lock().unwrap_or_else(|e| e.into_inner());
        let (&offset, &have) = free.iter().find(|(_, have)| **have >= want)?;
        free.remove(&offset);
        if have > want {
            free.insert(offset + want, have - want);
        }
        Some(Region { offset, len: want })
    }

    /// Takes a region back.
    pub(super) fn release(&self, region: Region) {
        self.give_back(region);
        let Region { mut offset, mut len } = region;
        let mut free = self.free.lock().unwrap_or_else(|e| e.into_inner());
        if let Some((&before, &n)) = free.range(..offset).next_back()
            && before + n == offset
        {
            free.remove(&before);
            (offset, len) = (before, n + len);
        }
        if let Some(n) = free.remove(&(offset + len)) {
            len += n;
        }
        free.insert(offset, len);
    }

    /// Lets the system have the part of `region` that is not kept.
    fn give_back(&self, region: Region) {
        let from = region.offset.max(KEEP);
        let len = (region.offset + region.len).saturating_sub(from);
        if let (true, Some(at)) = (len != 0, self.arena.at(from, len)) {
            // SAFETY: the range is whole pages of the arena that nobody uses until they are allocated again, with any contents. If
            // the system refuses, the memory stays in use, as it does below KEEP.
            unsafe { libc::madvise(at.cast(), len as usize, libc::MADV_REMOVE) };
        }
    }

    /// Memory that the application uses itself, until [`Self::take_back`].
    pub(super) fn lend(&self, len: usize) -> Option<*mut u8> {
        let region = self.allocate(len)?;
        let ptr = self.address(region, len);
        if ptr.is_null() {
            self.release(region);
            return None;
        }
        self.lent.lock().unwrap_or_else(|e| e.into_inner()).insert(ptr as usize, (region, len));
        Some(ptr)
    }

    /// How much memory was asked for that is lent at `ptr`; `None` if none is.
    pub(super) fn lent_len(&self, ptr: *mut u8) -> Option<usize> {
        self.lent.lock().unwrap_or_else(|e| e.into_inner()).get(&(ptr as usize)).map(|(_, len)| *len)
    }

    /// The application does not use the memory at `ptr` any more; whether it was lent.
    pub(super) fn take_back(&self, ptr: *mut u8) -> bool {
        let region = self.lent.lock().unwrap_or_else(|e| e.into_inner()).remove(&(ptr as usize));
        region.map(|(region, _)| self.release(region)).is_some()
    }

    /// The offset of the application's `len` bytes at `ptr`, if they are in the arena.
    pub(super) fn offset_of(&self, ptr: *const u8, len: usize) -> Option<u64> {
        let base = self.arena.at(0, 0)? as usize;
        let offset = (ptr as usize).checked_sub(base)? as u64;
        self.arena.at(offset, len as u64).map(|_| offset)
    }

    /// The region for transfers in pieces. Use it only with [`Self::reserve`] locked.
    pub(super) fn reserve_region(&self) -> Region {
        let len = RESERVE.min(self.arena.len());
        Region { offset: self.arena.len() - len, len }
    }

    /// The address of the first `len` bytes of `region`; null if there are not as many.
    pub(super) fn address(&self, region: Region, len: usize) -> *mut u8 {
        self.arena.at(region.offset, len as u64).unwrap_or(std::ptr::null_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn allocator(len: u64) -> Allocator {
        // SAFETY: the tests compute places and never touch memory.
        Allocator::new(unsafe { Arena::new(std::ptr::without_provenance_mut(4096), len) })
    }

    #[test]
    fn a_full_arena_refuses_and_recovers() {
        let a = allocator(RESERVE + 2 * PAGE as u64);
        let one = a.allocate(1).unwrap();
        let two = a.allocate(PAGE).unwrap();
        assert_eq!(a.allocate(1), None);
        a.release(one);
        assert_eq!(a.allocate(PAGE + 1), None);
        a.release(two);
        assert!(a.allocate(2 * PAGE).is_some(), "neighbours merge");
    }

    #[test]
    fn impossible_lengths_are_refused() {
        let a = allocator(1 << 30);
        assert_eq!(a.allocate(usize::MAX), None);
        assert_eq!(a.allocate(1 << 30), None);
    }

    proptest! {
        #[test]
        fn regions_never_overlap_and_all_memory_comes_back(ops in prop::collection::vec((0usize..40_000, any::<bool>()), 1..200)) {
            let total = 1u64 << 18;
            let a = allocator(RESERVE + total);
            let mut held: Vec<Region> = Vec::new();
            for (n, free) in ops {
                if free && !held.is_empty() {
                    a.release(held.swap_remove(n % held.len()));
                } else if let Some(r) = a.allocate(n) {
                    prop_assert!(r.len >= n as u64 && r.offset + r.len <= total);
                    prop_assert!(held.iter().all(|h| h.offset + h.len <= r.offset || r.offset + r.len <= h.offset));
                    held.push(r);
                }
            }
            for r in held {
                a.release(r);
            }
            prop_assert_eq!(a.allocate(total as usize), Some(Region { offset: 0, len: total }));
        }
    }
}
