//! Allocation of the arena: the memory for bulk data that guest and server share.
//!
//! The guest decides what is where, since most transfers begin with it; the server only checks that a place is inside. Memory that was
//! never touched is slow: every page of it costs a fault in each process, so what a transfer leaves is used again first.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard};

use crate::transport::Arena;
use crate::wire::align_up;

/// Alignment of every region: a page, so that two regions never share one and copies are aligned.
const PAGE: usize = 4096;

/// The arena's last bytes, kept back so that a transfer in pieces can always proceed.
pub(super) const RESERVE: u64 = 256 * 1024;

/// So much memory stays with the transfers, under way and finished. What is more goes back to the system.
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
    free: Mutex<Free>,
    /// What the application uses itself, by address, and how much of it that asked for.
    lent: Mutex<HashMap<usize, (Region, usize)>>,
    /// Held by whoever uses the reserve.
    pub(super) reserve: Mutex<()>,
}

/// What nobody uses.
#[derive(Debug, Default)]
struct Free {
    /// Memory that was used.
    warm: Ranges,
    /// Memory that was never used, or went back to the system.
    cold: Ranges,
    /// How much transfers use, and have left.
    kept: u64,
}

/// Ranges by offset; neighbours are merged.
#[derive(Debug, Default)]
struct Ranges(BTreeMap<u64, u64>);

impl Ranges {
    /// The first `want` bytes that are together, at the low end.
    fn take(&mut self, want: u64) -> Option<Region> {
        let (&offset, &have) = self.0.iter().find(|(_, have)| **have >= want)?;
        self.0.remove(&offset);
        if have > want {
            self.0.insert(offset + want, have - want);
        }
        Some(Region { offset, len: want })
    }

    fn put(&mut self, Region { mut offset, mut len }: Region) {
        if let Some((&before, &n)) = self.0.range(..offset).next_back()
            && before + n == offset
        {
            self.0.remove(&before);
            (offset, len) = (before, n + len);
        }
        if let Some(n) = self.0.remove(&(offset + len)) {
            len += n;
        }
        self.0.insert(offset, len);
    }

    /// At most `most` bytes of the smallest range, from its high end.
    fn take_smallest(&mut self, most: u64) -> Option<Region> {
        let (&offset, &have) = self.0.iter().min_by_key(|(_, have)| **have)?;
        self.0.remove(&offset);
        let len = have.min(most);
        if have > len {
            self.0.insert(offset, have - len);
        }
        Some(Region { offset: offset + have - len, len })
    }
}

impl Allocator {
    pub(super) fn new(arena: Arena) -> Self {
        let cold = Ranges(BTreeMap::from([(0, arena.len().saturating_sub(RESERVE))]));
        Self {
            arena,
            free: Mutex::new(Free { cold, ..Free::default() }),
            lent: Mutex::default(),
            reserve: Mutex::new(()),
        }
    }

    fn free(&self) -> MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// A region of at least `len` bytes, or `None` if no gap is large enough.
    pub(super) fn allocate(&self, len: usize) -> Option<Region> {
        let want = whole_pages(len);
        let mut free = self.free();
        if let Some(region) = free.warm.take(want) {
            return Some(region);
        }
        let region = match free.cold.take(want) {
            Some(region) => region,
            None => {
                // What is warm may lie between what is cold.
                free = self.cool_down(free, 0);
                free.cold.take(want)?
            }
        };
        free.kept += want;
        Some(region)
    }

    /// As [`Self::allocate`], if that leaves no more with the transfers than they keep.
    pub(super) fn allocate_kept(&self, len: usize) -> Option<Region> {
        let want = whole_pages(len);
        let mut free = self.free();
        if let Some(region) = free.warm.take(want) {
            return Some(region);
        }
        let warm: u64 = free.warm.0.values().sum();
        if (free.kept - warm).checked_add(want)? > KEEP {
            return None;
        }
        free = self.cool_down(free, KEEP - want);
        let region = free.cold.take(want)?;
        free.kept += want;
        Some(region)
    }

    /// Takes a region back.
    pub(super) fn release(&self, region: Region) {
        let mut free = self.free();
        free.warm.put(region);
        drop(self.cool_down(free, KEEP));
    }

    /// Lets the system have what transfers have left until they keep `limit` at most.
    fn cool_down<'f>(&'f self, mut free: MutexGuard<'f, Free>, limit: u64) -> MutexGuard<'f, Free> {
        while let Some(most) = free.kept.checked_sub(limit).filter(|most| *most != 0)
            // So that a large transfer finds its memory again after small ones.
            && let Some(region) = free.warm.take_smallest(most)
        {
            free.kept -= region.len;
            // It takes its time, and meanwhile the region is nobody's.
            drop(free);
            if let Some(at) = self.arena.at(region.offset, region.len) {
                // SAFETY: the range is whole pages of the arena that nobody uses until they are allocated again, with any
                // contents. If the system refuses, the memory stays in use.
                unsafe { libc::madvise(at.cast(), region.len as usize, libc::MADV_REMOVE) };
            }
            free = self.free();
            free.cold.put(region);
        }
        free
    }

    /// Memory that the application uses itself, until [`Self::take_back`].
    pub(super) fn lend(&self, len: usize) -> Option<*mut u8> {
        let region = self.allocate(len)?;
        let ptr = self.address(region, len);
        if ptr.is_null() {
            self.release(region);
            return None;
        }
        // It is no transfer's.
        self.free().kept -= region.len;
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
        let Some((region, _)) = region else { return false };
        self.free().kept += region.len;
        self.release(region);
        true
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

fn whole_pages(len: usize) -> u64 {
    align_up(len.clamp(1, usize::MAX - PAGE), PAGE) as u64
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
    fn what_a_transfer_left_is_used_again_first() {
        let a = allocator(4 * KEEP);
        let [one, two] = [(); 2].map(|()| a.allocate(2 * PAGE).unwrap());
        a.release(one);
        assert_eq!(a.allocate(PAGE), Some(Region { len: PAGE as u64, ..one }));
        a.release(two);
        assert_eq!(
            a.allocate(3 * PAGE),
            Some(Region { offset: one.offset + PAGE as u64, len: 3 * PAGE as u64 })
        );
    }

    #[test]
    fn transfers_keep_so_much_and_no_more() {
        let a = allocator(4 * KEEP);
        let most = a.allocate_kept(KEEP as usize - PAGE).unwrap();
        assert_eq!(a.allocate_kept(PAGE + 1), None);
        assert_eq!(a.allocate_kept(KEEP as usize + 1), None);
        let more = a.allocate(2 * PAGE).unwrap();
        assert_eq!(a.free().kept, KEEP + PAGE as u64);
        a.release(more);
        assert_eq!(a.free().kept, KEEP, "a page went back");
        a.release(most);
        assert_eq!(a.free().kept, KEEP, "what is left stays");
        assert!(a.allocate_kept(KEEP as usize).is_some(), "in one piece");
    }

    #[test]
    fn small_transfers_do_not_take_the_place_of_large_ones() {
        let a = allocator(4 * KEEP);
        let small = a.allocate_kept(PAGE).unwrap();
        a.release(small);
        let large = a.allocate_kept(KEEP as usize).unwrap();
        let small = a.allocate(PAGE).unwrap();
        a.release(large);
        a.release(small);
        assert_eq!(a.allocate_kept(KEEP as usize), Some(large));
    }

    #[test]
    fn what_the_application_uses_is_no_transfers() {
        let a = allocator(4 * KEEP);
        let lent = a.lend(KEEP as usize).unwrap();
        assert_eq!(a.free().kept, 0);
        let region = a.allocate_kept(KEEP as usize).unwrap();
        a.release(region);
        assert!(a.take_back(lent) && !a.take_back(lent));
        assert_eq!(a.free().kept, KEEP);
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
