//! Which of the vendor's objects the guest's ids stand for.
//!
//! Looked up for every handle of every call, by all shadow threads, so lookups take no lock: an entry is guarded by a sequence
//! count. The way back, from a vendor's object to an id, is needed for few kinds (a query that returns a device or a context),
//! and is kept only for kinds for which it was asked once.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, RwLock};

use crate::wire::{DISCOVERED, HandleId};

/// Entries in a chunk.
const CHUNK: usize = 1024;
/// Chunks: 4 million objects, as many as a guest can mint.
const CHUNKS: usize = 4096;

/// What an id stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// The vendor's handle.
    Live(u64),
    /// The asynchronous call that should have made the object failed with this status.
    Failed(i64),
}

#[derive(Default)]
#[repr(align(64))]
struct Entry {
    /// Odd while the entry is being written.
    sequence: AtomicU64,
    /// 0: free.
    id: AtomicU64,
    /// Kind in the low byte; bit 8 set if the object was never made.
    tag: AtomicU64,
    bits: AtomicU64,
    /// What the object holds of continuous resources, see [`Amount`]. Only touched by whoever has the writers' turn.
    held: [AtomicU64; HELD],
}

/// How many resources an object can hold.
const HELD: usize = 4;

/// So much of a resource: its number in the top byte, one more than it is, so that 0 is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Amount(u64);

impl Amount {
    const MASK: u64 = (1 << 56) - 1;

    fn new(resource: u8, amount: u64) -> Self {
        Self((u64::from(resource) + 1) << 56 | amount.min(Self::MASK))
    }

    fn get(self) -> Option<(u8, u64)> {
        Some((((self.0 >> 56) as u8).checked_sub(1)?, self.0 & Self::MASK))
    }
}

const FAILED: u64 = 1 << 8;

/// The table of one session.
pub(super) struct Handles {
    chunks: Box<[OnceLock<Box<[Entry]>>]>,
    /// Writers take turns.
    writer: Mutex<()>,
    discovered: RwLock<Vec<(u8, u64)>>,
    names: RwLock<HashMap<(u8, u64), HandleId>>,
    named: [AtomicBool; 256],
    metas: RwLock<HashMap<HandleId, Arc<dyn Any + Send + Sync>>>,
}

impl Default for Handles {
    fn default() -> Self {
        Self {
            chunks: (0..CHUNKS).map(|_| OnceLock::new()).collect(),
            writer: Mutex::default(),
            discovered: RwLock::default(),
            names: RwLock::default(),
            named: std::array::from_fn(|_| AtomicBool::new(false)),
            metas: RwLock::default(),
        }
    }
}

impl Handles {
    fn entry(&self, id: HandleId) -> Option<&Entry> {
        let index = id as u32 as usize;
        self.chunks.get(index / CHUNK)?.get()?.get(index % CHUNK)
    }

    /// What `id` stands for, if it is a live id of this kind.
    #[inline]
    pub(super) fn find(&self, id: HandleId, kind: u8) -> Option<Found> {
        if id & DISCOVERED != 0 {
            let discovered = self.discovered.read().unwrap_or_else(|e| e.into_inner());
            let (its_kind, bits) = *discovered.get((id & !DISCOVERED) as usize)?;
            return (its_kind == kind).then_some(Found::Live(bits));
        }
        let entry = self.entry(id)?;
        loop {
            let before = entry.sequence.load(Ordering::Acquire);
            let (its_id, tag, bits) = (
                entry.id.load(Ordering::Relaxed),
                entry.tag.load(Ordering::Relaxed),
                entry.bits.load(Ordering::Relaxed),
            );
            fence(Ordering::Acquire);
            if before & 1 == 1 || entry.sequence.load(Ordering::Relaxed) != before {
                std::hint::spin_loop();
                continue;
            }
            if its_id != id || tag as u8 != kind {
                return None;
            }
            return Some(if tag & FAILED != 0 { Found::Failed(bits as i64) } else { Found::Live(bits) });
        }
    }

    /// Waits for the writers' turn.
    fn turn(&self) -> MutexGuard<'_, ()> {
        self.writer.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn write(&self, _turn: &MutexGuard<'_, ()>, id: HandleId, new_id: HandleId, tag: u64, bits: u64) -> bool {
        let index = id as u32 as usize;
        let Some(chunk) = self.chunks.get(index / CHUNK) else { return false };
        let chunk = chunk.get_or_init(|| (0..CHUNK).map(|_| Entry::default()).collect());
        let entry = &chunk[index % CHUNK];
        let sequence = entry.sequence.load(Ordering::Relaxed);
        entry.sequence.store(sequence + 1, Ordering::Relaxed);
        fence(Ordering::Release);
        entry.id.store(new_id, Ordering::Relaxed);
        entry.tag.store(tag, Ordering::Relaxed);
        entry.bits.store(bits, Ordering::Relaxed);
        entry.sequence.store(sequence + 2, Ordering::Release);
        true
    }

    /// Whether a live object has the slot of `id`.
    fn is_taken(&self, id: HandleId) -> bool {
        self.entry(id).is_some_and(|entry| {
            entry.id.load(Ordering::Acquire) != 0 && entry.tag.load(Ordering::Relaxed) & FAILED == 0
        })
    }

    /// From now on, `id` stands for the vendor's object `bits`. False if no guest library would have minted the id: it is
    /// impossible, or its slot is taken.
    pub(super) fn insert(&self, id: HandleId, kind: u8, bits: u64) -> bool {
        if id == 0 || id & DISCOVERED != 0 {
            return false;
        }
        let turn = self.turn();
        if self.is_taken(id) || !self.write(&turn, id, id, u64::from(kind), bits) {
            return false;
        }
        drop(turn);
        if self.named[kind as usize].load(Ordering::SeqCst) {
            self.names.write().unwrap_or_else(|e| e.into_inner()).insert((kind, bits), id);
        }
        true
    }

    /// From now on, `id` stands for an object that could not be made.
    pub(super) fn insert_failed(&self, id: HandleId, kind: u8, status: i64) {
        if id == 0 || id & DISCOVERED != 0 {
            return;
        }
        let turn = self.turn();
        if !self.is_taken(id) {
            self.write(&turn, id, id, u64::from(kind) | FAILED, status as u64);
        }
    }

    /// From now on, the object holds `amount` units of `resource`. False if `id` is not a live object of this kind, or holds
    /// several resources already.
    pub(super) fn hold(&self, id: HandleId, kind: u8, resource: u8, amount: u64) -> bool {
        let _turn = self.turn();
        let live = id & DISCOVERED == 0 && matches!(self.find(id, kind), Some(Found::Live(_)));
        let Some(entry) = self.entry(id).filter(|_| live) else { return false };
        let free = entry.held.iter().find(|held| held.load(Ordering::Relaxed) == 0);
        free.inspect(|held| held.store(Amount::new(resource, amount).0, Ordering::Relaxed)).is_some()
    }

    /// Forgets `id`; what it stood for. `held` is told what the object held: the resource and its amount.
    pub(super) fn remove(&self, id: HandleId, kind: u8, mut held: impl FnMut(u8, u64)) -> Option<Found> {
        if id & DISCOVERED != 0 {
            return None;
        }
        let turn = self.turn();
        let found = self.find(id, kind)?;
        self.write(&turn, id, 0, 0, 0);
        for cell in self.entry(id).iter().flat_map(|entry| &entry.held) {
            if let Some((resource, amount)) = Amount(cell.swap(0, Ordering::Relaxed)).get() {
                held(resource, amount);
            }
        }
        drop(turn);
        self.metas.write().unwrap_or_else(|e| e.into_inner()).remove(&id);
        if let Found::Live(bits) = found
            && self.named[kind as usize].load(Ordering::SeqCst)
        {
            let mut names = self.names.write().unwrap_or_else(|e| e.into_inner());
            if names.get(&(kind, bits)) == Some(&id) {
                names.remove(&(kind, bits));
            }
        }
        Some(found)
    }

    /// The id that the guest knows the vendor's object `bits` by; a new one if it does not know it yet. 0 for null.
    pub(super) fn name(&self, kind: u8, bits: u64) -> HandleId {
        if bits == 0 {
            return 0;
        }
        if !self.named[kind as usize].load(Ordering::SeqCst) {
            self.start_naming(kind);
        }
        if let Some(id) = self.names.read().unwrap_or_else(|e| e.into_inner()).get(&(kind, bits)) {
            return *id;
        }
        let mut names = self.names.write().unwrap_or_else(|e| e.into_inner());
        *names.entry((kind, bits)).or_insert_with(|| {
            let mut discovered = self.discovered.write().unwrap_or_else(|e| e.into_inner());
            discovered.push((kind, bits));
            DISCOVERED | (discovered.len() as u64 - 1)
        })
    }

    /// Collects the names of the objects of a kind. Objects that are made meanwhile are entered by `insert`, which sees the
    /// flag.
    #[cold]
    fn start_naming(&self, kind: u8) {
        let mut names = self.names.write().unwrap_or_else(|e| e.into_inner());
        if self.named[kind as usize].swap(true, Ordering::SeqCst) {
            return;
        }
        for entry in self.chunks.iter().filter_map(OnceLock::get).flat_map(|chunk| chunk.iter()) {
            let id = entry.id.load(Ordering::Acquire);
            if let (true, Some(Found::Live(bits))) = (id != 0, self.find(id, kind)) {
                names.insert((kind, bits), id);
            }
        }
    }

    /// Attaches what is known of the object.
    pub(super) fn set_meta(&self, id: HandleId, meta: Arc<dyn Any + Send + Sync>) {
        self.metas.write().unwrap_or_else(|e| e.into_inner()).insert(id, meta);
    }

    /// What is known of the object.
    pub(super) fn meta(&self, id: HandleId) -> Option<Arc<dyn Any + Send + Sync>> {
        self.metas.read().unwrap_or_else(|e| e.into_inner()).get(&id).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: HandleId = (1 << 32) | 5;

    #[test]
    fn an_id_is_found_only_while_live_and_of_its_kind() {
        let handles = Handles::default();
        assert_eq!(handles.find(A, 1), None);
        assert!(handles.insert(A, 1, 0xabc));
        assert_eq!(handles.find(A, 1), Some(Found::Live(0xabc)));
        assert_eq!(handles.find(A, 2), None, "another kind");
        assert_eq!(handles.find(A + (1 << 32), 1), None, "another generation");
        assert_eq!(handles.remove(A, 1, |_, _| {}), Some(Found::Live(0xabc)));
        assert_eq!(handles.find(A, 1), None);
        assert_eq!(handles.remove(A, 1, |_, _| {}), None);
    }

    #[test]
    fn what_an_object_holds_comes_back_once() {
        let handles = Handles::default();
        assert!(!handles.hold(A, 1, 0, 5), "there is no object");
        handles.insert(A, 1, 0xabc);
        assert!(handles.hold(A, 1, 15, 5) && handles.hold(A, 1, 0, u64::MAX));
        assert!(!handles.hold(A, 2, 0, 5), "another kind");
        let mut back = Vec::new();
        handles.remove(A, 1, |resource, amount| back.push((resource, amount)));
        assert_eq!(back, [(15, 5), (0, (1 << 56) - 1)]);
        handles.insert(A, 1, 0xabc);
        handles.remove(A, 1, |_, _| unreachable!("the next object holds nothing"));
    }

    #[test]
    fn ids_that_no_guest_mints_are_refused() {
        let handles = Handles::default();
        assert!(!handles.insert(0, 1, 1));
        assert!(!handles.insert(DISCOVERED, 1, 1));
        assert!(!handles.insert((1 << 32) | u64::from(u32::MAX), 1, 1));
        assert!(handles.insert(A, 1, 1));
        assert!(!handles.insert(A, 2, 7), "it is taken");
        assert!(!handles.insert(A + (1 << 32), 1, 7), "its slot is taken");
        assert_eq!(handles.find(A, 1), Some(Found::Live(1)));
    }

    #[test]
    fn objects_are_known_by_the_guests_name_or_get_one() {
        let handles = Handles::default();
        handles.insert(A, 1, 0x10);
        assert_eq!(handles.name(1, 0x10), A, "made before anyone asked");
        handles.insert(A + 1, 1, 0x20);
        assert_eq!(handles.name(1, 0x20), A + 1, "made after");
        let device = handles.name(2, 0x10);
        assert_ne!(device & DISCOVERED, 0);
        assert_eq!(handles.name(2, 0x10), device);
        assert_eq!(handles.find(device, 2), Some(Found::Live(0x10)));
        assert_eq!(handles.find(device, 1), None);
        assert_eq!(handles.name(2, 0), 0);
        handles.remove(A, 1, |_, _| {});
        assert_ne!(handles.name(1, 0x10), A, "a new object at an old address");
    }

    #[test]
    fn a_failed_object_keeps_its_status() {
        let handles = Handles::default();
        handles.insert_failed(A, 1, -5);
        assert_eq!(handles.find(A, 1), Some(Found::Failed(-5)));
    }
}
