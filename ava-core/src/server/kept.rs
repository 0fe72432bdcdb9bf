//! What lives longer than a call: shadow buffers whose addresses the vendor keeps, and the vendor's own memory that the guest
//! has seen and may name again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::staging::Staging;
use crate::wire::HandleId;
use crate::wire::tree::LIBRARY_KEY;

/// The vendor's memory that the guest knows by keys.
#[derive(Default)]
struct Library {
    keys: HashMap<usize, u64>,
    addresses: HashMap<u64, usize>,
    /// Keys so far.
    count: u64,
}

/// Memory of a session that outlives calls.
#[derive(Default)]
pub(super) struct KeptMemory {
    /// Shadow buffers by the guest's address.
    shadows: Mutex<HashMap<u64, Arc<Staging>>>,
    /// Shadow buffers that live as long as an object.
    objects: Mutex<HashMap<HandleId, Vec<Arc<Staging>>>>,
    library: Mutex<Library>,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}

impl KeptMemory {
    /// The shadow buffer of the guest's address `key`.
    pub(super) fn find(&self, key: u64) -> Option<Arc<Staging>> {
        locked(&self.shadows).get(&key).cloned()
    }

    /// Makes a shadow buffer; `None` if that is more than `limit` bytes with all others.
    pub(super) fn make(&self, len: usize, limit: u64) -> Option<Arc<Staging>> {
        let held: usize = locked(&self.shadows).values().map(|b| b.len()).sum();
        let objects: usize = locked(&self.objects).values().flatten().map(|b| b.len()).sum();
        let total = (held as u64).saturating_add(objects as u64).saturating_add(len as u64);
        if total > limit { None } else { Staging::new(len).map(Arc::new) }
    }

    /// Keeps `shadow` for the guest's address `key`.
    pub(super) fn keep(&self, key: u64, shadow: Arc<Staging>) {
        locked(&self.shadows).insert(key, shadow);
    }

    /// Keeps `shadow` as long as the object `id` lives.
    pub(super) fn keep_with(&self, id: HandleId, shadow: Arc<Staging>) {
        locked(&self.objects).entry(id).or_default().push(shadow);
    }

    /// The object `id` is gone, and what was kept with it.
    pub(super) fn object_gone(&self, id: HandleId) {
        locked(&self.objects).remove(&id);
    }

    /// Nobody uses what `key` names any more.
    pub(super) fn free(&self, key: u64) {
        if key & LIBRARY_KEY == 0 {
            locked(&self.shadows).remove(&key);
            return;
        }
        let mut library = locked(&self.library);
        if let Some(address) = library.addresses.remove(&key) {
            library.keys.remove(&address);
        }
    }

    /// The key of the vendor's memory at `address`.
    pub(super) fn name(&self, address: usize) -> u64 {
        let mut library = locked(&self.library);
        if let Some(key) = library.keys.get(&address) {
            return *key;
        }
        library.count += 1;
        let key = LIBRARY_KEY | library.count;
        library.keys.insert(address, key);
        library.addresses.insert(key, address);
        key
    }

    /// The vendor's memory that `key` names.
    pub(super) fn address(&self, key: u64) -> Option<usize> {
        locked(&self.library).addresses.get(&key).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_the_same_memory_until_it_is_freed() {
        let kept = KeptMemory::default();
        let key = kept.name(4096);
        assert_eq!((kept.name(4096), kept.address(key)), (key, Some(4096)));
        kept.free(key);
        assert_eq!(kept.address(key), None);
        assert_ne!(kept.name(4096), key, "a stale key names nothing");
    }

    #[test]
    fn shadows_are_limited_and_go_with_their_objects() {
        let kept = KeptMemory::default();
        kept.keep(1, kept.make(60, 100).unwrap());
        assert!(kept.make(60, 100).is_none());
        kept.free(1);
        kept.keep_with(7, kept.make(60, 100).unwrap());
        assert!(kept.make(60, 100).is_none());
        kept.object_gone(7);
        assert!(kept.make(60, 100).is_some());
    }
}
