//! The guest's own objects: what an application holds when it holds a handle.
//!
//! A handle is the address of a [`Slot`] in one reserved range, so any bit pattern that an application may pass (stale,
//! foreign, garbage) is recognised without touching memory that is not ours. A slot's first word is the API's dispatch
//! table, which makes the object acceptable to an ICD loader. Reference counts live here: retaining is one atomic
//! addition, and only the last release reaches the server.

use std::any::Any;
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Ordering};

use crossbeam_queue::SegQueue;

use crate::wire::{DISCOVERED, HandleId};

/// Most objects alive at once. Reserves 64 bytes of address space each; memory is used only for slots that were.
pub(super) const MAX_OBJECTS: usize = 1 << 22;

/// A freed slot is reused only after this many others were freed, so that a stale handle is recognised as such and not taken
/// for a younger object.
const QUARANTINE: usize = 4096;

/// Objects that the API never destroys (platforms, root devices) keep this count.
const PINNED: u32 = u32::MAX;

/// Index of no slot.
const NONE: u32 = u32::MAX;

#[repr(C, align(64))]
struct Slot {
    dispatch: AtomicPtr<c_void>,
    id: AtomicU64,
    meta: AtomicPtr<Box<dyn Any + Send + Sync>>,
    refs: AtomicU32,
    generation: AtomicU32,
    parents: [AtomicU32; 2],
    kind: AtomicU8,
    /// Its last release waits for the server.
    watched: AtomicBool,
}

const _: () = assert!(size_of::<Slot>() == 64);

/// All objects of a session.
pub(super) struct Slab {
    base: *mut Slot,
    dispatch: *const c_void,
    /// Slots from here up were never used.
    next: AtomicU32,
    /// Slots to be used again, the one that was freed first in front.
    free: SegQueue<u32>,
}

// SAFETY: `base` is an address range of the slab's own, whose contents are atomics.
unsafe impl Send for Slab {}
// SAFETY: as above.
unsafe impl Sync for Slab {}

/// An object that the application dropped its last reference to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gone {
    pub(super) kind: u8,
    pub(super) id: HandleId,
    /// The application will see that it is gone, so the release waits for the server.
    pub(super) watched: bool,
}

/// A live object's place in the slab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Object(u32);

impl Slab {
    /// Reserves the range. `dispatch` becomes the first word of every object.
    ///
    /// # Errors
    /// The system's error if the address space is too small.
    pub(super) fn new(dispatch: *const c_void) -> std::io::Result<Self> {
        // SAFETY: a fresh anonymous mapping at an address of the kernel's choice affects no other memory.
        let base = unsafe {
            libc::mmap(
                ptr::null_mut(),
                MAX_OBJECTS * size_of::<Slot>(),
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        if base == libc::MAP_FAILED {
            return Err(std::io::Error::last_os_error());
        }
        Ok(Self { base: base.cast(), dispatch, next: AtomicU32::new(0), free: SegQueue::new() })
    }

    fn slot(&self, object: Object) -> &Slot {
        // SAFETY: an `Object`'s index is below MAX_OBJECTS (made only by `create` and `find`), the mapping lives as long as
        // `self`, and zeroed memory is a valid `Slot`, all of whose fields are atomics.
        unsafe { &*self.base.add(object.0 as usize) }
    }

    /// The live object of kind `kind` that `bits` is the handle of.
    #[inline]
    pub(super) fn find(&self, bits: u64, kind: u8) -> Option<Object> {
        let offset = bits.wrapping_sub(self.base as usize as u64);
        if offset >= (MAX_OBJECTS * size_of::<Slot>()) as u64
            || !offset.is_multiple_of(size_of::<Slot>() as u64)
        {
            return None;
        }
        let object = Object((offset / size_of::<Slot>() as u64) as u32);
        let slot = self.slot(object);
        (slot.refs.load(Ordering::Acquire) != 0 && slot.kind.load(Ordering::Relaxed) == kind)
            .then_some(object)
    }

    /// The object that this session minted `id` for.
    pub(super) fn by_id(&self, id: HandleId) -> Option<Object> {
        let index = id as u32;
        if id & DISCOVERED != 0 || index as usize >= MAX_OBJECTS {
            return None;
        }
        let object = Object(index);
        (id != 0 && self.slot(object).id.load(Ordering::Relaxed) == id).then_some(object)
    }

    /// The object's id on the wire.
    #[inline]
    pub(super) fn id(&self, object: Object) -> HandleId {
        self.slot(object).id.load(Ordering::Relaxed)
    }

    /// The handle that the application sees.
    pub(super) fn bits(&self, object: Object) -> u64 {
        ptr::from_ref(self.slot(object)) as usize as u64
    }

    /// Makes an object with one reference, which holds one reference of each parent.
    pub(super) fn create(&self, kind: u8, parents: &[HandleId]) -> Option<Object> {
        let object = self.take_free()?;
        let slot = self.slot(object);
        let generation = (slot.generation.load(Ordering::Relaxed) + 1) & 0x7fff_ffff;
        let generation = generation.max(1);
        slot.generation.store(generation, Ordering::Relaxed);
        slot.id.store((u64::from(generation) << 32) | u64::from(object.0), Ordering::Relaxed);
        let mut parents = parents.iter().filter_map(|id| self.by_id(*id));
        for cell in &slot.parents {
            let parent = parents.next();
            if let Some(parent) = parent {
                self.retain(parent);
            }
            cell.store(parent.map_or(NONE, |p| p.0), Ordering::Relaxed);
        }
        self.publish(slot, kind, 1);
        Some(object)
    }

    /// Makes an object that the API never destroys, for what the server reported under `id`.
    pub(super) fn create_pinned(&self, kind: u8, id: HandleId) -> Option<Object> {
        let object = self.take_free()?;
        let slot = self.slot(object);
        slot.id.store(id, Ordering::Relaxed);
        for cell in &slot.parents {
            cell.store(NONE, Ordering::Relaxed);
        }
        self.publish(slot, kind, PINNED);
        Some(object)
    }

    fn publish(&self, slot: &Slot, kind: u8, refs: u32) {
        slot.dispatch.store(self.dispatch.cast_mut(), Ordering::Relaxed);
        slot.kind.store(kind, Ordering::Relaxed);
        slot.watched.store(false, Ordering::Relaxed);
        slot.refs.store(refs, Ordering::Release);
    }

    fn take_free(&self) -> Option<Object> {
        if self.free.len() > QUARANTINE
            && let Some(index) = self.free.pop()
        {
            return Some(Object(index));
        }
        let unused = |next: u32| ((next as usize) < MAX_OBJECTS).then_some(next + 1);
        match self.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, unused) {
            Ok(index) => Some(Object(index)),
            Err(_) => self.free.pop().map(Object),
        }
    }

    /// Adds a reference.
    pub(super) fn retain(&self, object: Object) {
        let refs = &self.slot(object).refs;
        if refs.load(Ordering::Relaxed) != PINNED {
            refs.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Number of references; 1 for an object that is never destroyed, as OpenCL says of root devices.
    pub(super) fn references(&self, object: Object) -> u32 {
        match self.slot(object).refs.load(Ordering::Relaxed) {
            PINNED => 1,
            n => n,
        }
    }

    /// The handle of the object of kind `kind` that this one keeps alive; of several the first.
    pub(super) fn parent(&self, object: Object, kind: u8) -> Option<u64> {
        self.slot(object).parents.iter().find_map(|cell| match cell.load(Ordering::Relaxed) {
            NONE => None,
            index => {
                let parent = Object(index);
                (self.slot(parent).kind.load(Ordering::Relaxed) == kind).then(|| self.bits(parent))
            }
        })
    }

    /// The application will see when the object is gone.
    pub(super) fn watch(&self, object: Object) {
        self.slot(object).watched.store(true, Ordering::Relaxed);
    }

    /// Drops a reference. For every object that this destroys (it, and parents that only it kept alive), `gone` is called,
    /// children first.
    pub(super) fn release(&self, object: Object, gone: &mut dyn FnMut(Gone)) {
        let mut next = Some(object);
        let mut parents_left: Vec<Object> = Vec::new();
        while let Some(object) = next {
            let slot = self.slot(object);
            let before = slot.refs.fetch_update(Ordering::AcqRel, Ordering::Acquire, |n| match n {
                0 | PINNED => None,
                n => Some(n - 1),
            });
            if before == Ok(1) {
                gone(Gone {
                    kind: slot.kind.load(Ordering::Relaxed),
                    id: slot.id.load(Ordering::Relaxed),
                    watched: slot.watched.load(Ordering::Relaxed),
                });
                for cell in &slot.parents {
                    match cell.load(Ordering::Relaxed) {
                        NONE => {}
                        parent => parents_left.push(Object(parent)),
                    }
                }
                self.clear(object);
            }
            next = parents_left.pop();
        }
    }

    fn clear(&self, object: Object) {
        let slot = self.slot(object);
        slot.id.store(0, Ordering::Relaxed);
        let meta = slot.meta.swap(ptr::null_mut(), Ordering::AcqRel);
        if !meta.is_null() {
            // SAFETY: the pointer came from `Box::into_raw` in `set_meta`, and the swap made this the only taker.
            drop(unsafe { Box::from_raw(meta) });
        }
        self.free.push(object.0);
    }

    /// Attaches what is known of the object; the first description stays.
    pub(super) fn set_meta<M: Any + Send + Sync>(&self, object: Object, meta: M) {
        let new: *mut Box<dyn Any + Send + Sync> = Box::into_raw(Box::new(Box::new(meta)));
        let cell = &self.slot(object).meta;
        if cell.compare_exchange(ptr::null_mut(), new, Ordering::AcqRel, Ordering::Acquire).is_err() {
            // SAFETY: `new` was not published, so it is still ours alone.
            drop(unsafe { Box::from_raw(new) });
        }
    }

    /// What is known of the object.
    ///
    /// # Safety
    /// The result is used only while the caller may use the object, as the API's contract demands of the application: a
    /// release in another thread meanwhile would be a use after free of the handle itself.
    pub(super) unsafe fn meta<'a, M: Any>(&self, object: Object) -> Option<&'a M> {
        let meta = self.slot(object).meta.load(Ordering::Acquire);
        // SAFETY: a non-null pointer is to a live Box until `clear`, which the caller excludes.
        unsafe { meta.as_ref() }?.downcast_ref()
    }
}

impl Drop for Slab {
    fn drop(&mut self) {
        // SAFETY: the mapping is the slab's own, and `&mut self` shows that no borrow of a slot is left.
        unsafe { libc::munmap(self.base.cast(), MAX_OBJECTS * size_of::<Slot>()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slab() -> Slab {
        Slab::new(ptr::dangling()).expect("address space")
    }

    #[test]
    fn only_live_handles_of_the_right_kind_are_found() {
        let slab = slab();
        let object = slab.create(3, &[]).unwrap();
        let bits = slab.bits(object);
        assert_eq!(slab.find(bits, 3), Some(object));
        assert_eq!(slab.find(bits, 4), None, "another kind");
        assert_eq!(slab.find(bits + 8, 3), None, "the inside of an object");
        assert_eq!(slab.find(bits + 64, 3), None, "a slot never used");
        for garbage in [0, 1, 64, u64::MAX, bits.wrapping_sub(64 << 22)] {
            assert_eq!(slab.find(garbage, 3), None);
        }
        slab.release(object, &mut |_| {});
        assert_eq!(slab.find(bits, 3), None, "a stale handle");
    }

    #[test]
    fn a_freed_slot_rests_and_comes_back_with_another_id() {
        let slab = slab();
        let first = slab.create(0, &[]).unwrap();
        let id = slab.id(first);
        slab.release(first, &mut |_| {});
        for _ in 0..QUARANTINE {
            let other = slab.create(0, &[]).unwrap();
            assert_ne!(other, first);
            slab.release(other, &mut |_| {});
        }
        let again = slab.create(0, &[]).unwrap();
        assert_eq!(again, first);
        assert_ne!(slab.id(again), id);
        assert_eq!(slab.by_id(id), None);
    }

    #[test]
    fn children_keep_their_parents() {
        let slab = slab();
        let parent = slab.create(0, &[]).unwrap();
        let child = slab.create(1, &[slab.id(parent)]).unwrap();
        let mut gone = Vec::new();
        assert_eq!((slab.parent(child, 0), slab.parent(child, 1)), (Some(slab.bits(parent)), None));
        slab.release(parent, &mut |object| gone.push(object.kind));
        assert!(gone.is_empty());
        slab.release(child, &mut |object| gone.push(object.kind));
        assert_eq!(gone, [1, 0]);
    }

    #[test]
    fn an_object_that_is_watched_says_so_when_it_goes() {
        let slab = slab();
        let parent = slab.create(1, &[]).unwrap();
        let child = slab.create(2, &[slab.id(parent)]).unwrap();
        slab.watch(parent);
        let mut gone = Vec::new();
        slab.release(parent, &mut |object| gone.push((object.kind, object.watched)));
        slab.release(child, &mut |object| gone.push((object.kind, object.watched)));
        assert_eq!(gone, [(2, false), (1, true)]);
    }

    #[test]
    fn pinned_objects_cannot_be_released() {
        let slab = slab();
        let device = slab.create_pinned(0, DISCOVERED | 7).unwrap();
        slab.retain(device);
        for _ in 0..3 {
            slab.release(device, &mut |_| panic!("pinned"));
        }
        assert_eq!(slab.references(device), 1);
    }

    #[test]
    fn descriptions_live_as_long_as_the_object() {
        let slab = slab();
        let object = slab.create(0, &[]).unwrap();
        slab.set_meta(object, 5u32);
        slab.set_meta(object, 6u32);
        // SAFETY: the object is alive.
        assert_eq!(unsafe { slab.meta::<u32>(object) }, Some(&5));
        slab.release(object, &mut |_| {});
        let again = slab.create(0, &[]).unwrap();
        // SAFETY: as above.
        assert_eq!(unsafe { slab.meta::<u32>(again) }, None);
    }
}
