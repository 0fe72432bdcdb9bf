//! The log of a session: successful calls of functions that are `record`, as long as what they made, or changed, is alive or needed.
//!
//! A call that makes objects stays until they are all dead and no other call in the log uses them. One that makes none changes the
//! object of its first handle, and goes with it. Of calls that a function's `record(..)` says overwrite each other, the last
//! stays. What is left is bounded by [`LIMIT`]: beyond it the log gives up, and the session cannot be made again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::wire::{DISCOVERED, HandleId};

/// Most bytes of commands and inputs that a log keeps: as many programs as anybody compiles. What buffers contain is not for the
/// log, but for `state(save, restore)`.
pub const LIMIT: usize = 16 << 20;

/// What a call costs in the log beside its bytes: about what the maps take.
const OVERHEAD: usize = 256;

/// A call in the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recorded {
    /// The function's number.
    pub func: u16,
    /// The command as it came, with the guest's ids in place of handles.
    pub command: Vec<u8>,
    /// Inputs that came outside the command.
    pub inputs: Vec<Input>,
    /// Ids and kinds of the objects that it made.
    pub made: Vec<(HandleId, u8)>,
    /// Ids of the objects that it used.
    pub uses: Vec<HandleId>,
}

/// An input that came outside its command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The [place](crate::wire::BufRef::place) by which the command refers to it.
    pub place: u64,
    /// Its length.
    pub len: usize,
    /// Its bytes; nothing if they are part of the saved state of the object that the call made.
    pub bytes: Option<Vec<u8>>,
}

impl Recorded {
    fn size(&self) -> usize {
        let inputs: usize = self.inputs.iter().filter_map(|input| input.bytes.as_ref()).map(Vec::len).sum();
        OVERHEAD + self.command.len() + inputs + 16 * (self.made.len() + self.uses.len())
    }
}

/// Which earlier call a call overwrites: one of the same function with the same words here.
pub(crate) type Key = (u16, Vec<u64>);

#[derive(Debug)]
struct Entry {
    call: Recorded,
    key: Option<Key>,
    /// The object that it changes, if it makes none.
    subject: HandleId,
}

impl Entry {
    /// The objects that must stay because of this call.
    fn needs(&self) -> impl Iterator<Item = HandleId> {
        let subject = self.subject;
        self.call.uses.iter().copied().filter(move |id| *id != subject && id & DISCOVERED == 0)
    }
}

/// An object that calls in the log made or use.
#[derive(Debug, Default)]
struct Object {
    maker: Option<u64>,
    /// Calls that change it.
    changes: BTreeSet<u64>,
    /// How many other calls need it.
    users: usize,
    dead: bool,
}

impl Object {
    /// The calls that made it what it is.
    fn calls(&self) -> impl Iterator<Item = u64> {
        self.maker.into_iter().chain(self.changes.iter().copied())
    }
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    entries: BTreeMap<u64, Entry>,
    objects: HashMap<HandleId, Object>,
    latest: HashMap<Key, u64>,
    bytes: usize,
    /// Deaths since the last sweep.
    deaths: usize,
}

/// The log of a session.
#[derive(Debug)]
pub struct Log {
    /// Calls are kept.
    open: AtomicBool,
    state: Mutex<State>,
    /// Kinds of which an object was ever in the log, so that the death of others takes no lock.
    kinds: [AtomicBool; 256],
}

impl Default for Log {
    fn default() -> Self {
        let open = AtomicBool::new(true);
        Self { open, state: Mutex::default(), kinds: std::array::from_fn(|_| AtomicBool::new(false)) }
    }
}

impl Log {
    /// A log that keeps nothing, for a session that will not be made again.
    pub fn off() -> Self {
        Self { open: AtomicBool::new(false), ..Self::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// The calls that make again what is alive, in the order in which they succeeded; `None` if the log is off, or there were more than it keeps.
    pub fn calls(&self) -> Option<Vec<Recorded>> {
        let mut state = self.lock();
        state.sweep();
        self.is_open().then(|| state.entries.values().map(|entry| entry.call.clone()).collect())
    }

    /// Objects of this kind are in the log from now on. Comes before any of them can die.
    pub(crate) fn watch(&self, kind: u8) {
        self.kinds[usize::from(kind)].store(true, Ordering::Release);
    }

    /// Whether more calls are kept.
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }

    /// A call succeeded. `subject` is the object of its first handle, 0 if it has none.
    pub(crate) fn add(&self, call: Recorded, key: Option<Key>, subject: HandleId) {
        if self.is_open() && !self.lock().add(call, key, subject) {
            self.give_up();
        }
    }

    /// A call succeeded that is too long for any log.
    pub(crate) fn give_up(&self) {
        tracing::warn!("a session has more to record than a log keeps, so it cannot be made again elsewhere");
        self.open.store(false, Ordering::Relaxed);
        *self.lock() = State::default();
    }

    /// The object `id` died.
    pub(crate) fn died(&self, id: HandleId, kind: u8) {
        if self.kinds[usize::from(kind)].load(Ordering::Acquire) {
            self.lock().died(id);
        }
    }
}

impl State {
    /// Adds a call; whether there is room.
    fn add(&mut self, call: Recorded, key: Option<Key>, subject: HandleId) -> bool {
        if let Some(overwritten) = key.as_ref().and_then(|key| self.latest.get(key)).copied() {
            let mut dead = Vec::new();
            self.remove(overwritten, &mut dead);
            self.collect(dead);
        }
        let subject = if call.made.is_empty() { subject } else { 0 };
        let entry = Entry { call, key, subject };
        self.bytes += entry.call.size();
        if self.bytes > LIMIT {
            return false;
        }
        let number = self.next;
        self.next += 1;
        for id in entry.needs() {
            self.objects.entry(id).or_default().users += 1;
        }
        for (id, _) in &entry.call.made {
            self.objects.insert(*id, Object { maker: Some(number), ..Object::default() });
        }
        if subject != 0 && subject & DISCOVERED == 0 {
            self.objects.entry(subject).or_default().changes.insert(number);
        }
        if let Some(key) = &entry.key {
            self.latest.insert(key.clone(), number);
        }
        self.entries.insert(number, entry);
        true
    }

    fn died(&mut self, id: HandleId) {
        if let Some(object) = self.objects.get_mut(&id) {
            object.dead = true;
            self.collect(vec![id]);
            self.deaths += 1;
            // Once for as many deaths as there are calls, so that the cost of a death is bounded on average.
            if self.deaths > 64 + self.entries.len() {
                self.sweep();
            }
        }
    }

    /// Drops dead objects that are kept alive only by calls that change them in a circle, which counting does not find.
    fn sweep(&mut self) {
        self.deaths = 0;
        let mut reached: BTreeSet<u64> = BTreeSet::new();
        let roots = self.objects.values().filter(|object| !object.dead);
        let mut next: Vec<u64> = roots.flat_map(Object::calls).collect();
        // Calls that neither make nor change an object that could die.
        let known = |entry: &Entry| !entry.call.made.is_empty() || self.objects.contains_key(&entry.subject);
        next.extend(self.entries.iter().filter(|(_, entry)| !known(entry)).map(|(number, _)| *number));
        while let Some(number) = next.pop() {
            let Some(entry) = self.entries.get(&number).filter(|_| reached.insert(number)) else { continue };
            let needed = entry.needs().filter_map(|id| self.objects.get(&id));
            next.extend(needed.flat_map(Object::calls));
        }
        let numbers: Vec<_> =
            self.entries.keys().copied().filter(|number| !reached.contains(number)).collect();
        let mut freed = Vec::new();
        for number in numbers {
            self.remove(number, &mut freed);
        }
        self.collect(freed);
        self.objects.retain(|_, object| !object.dead || object.users != 0 || object.calls().next().is_some());
        // A dead object whose maker was dropped has nobody who could need it.
        let entries = &self.entries;
        self.objects.retain(|_, object| object.maker.is_none_or(|maker| entries.contains_key(&maker)));
    }

    /// Drops the objects of `ids` that are dead and that no call needs, and all calls that are there for their sake alone.
    fn collect(&mut self, mut ids: Vec<HandleId>) {
        while let Some(id) = ids.pop() {
            if self.objects.get(&id).is_none_or(|object| !object.dead || object.users != 0) {
                continue;
            }
            let Some(object) = self.objects.remove(&id) else { continue };
            for change in object.changes {
                self.remove(change, &mut ids);
            }
            let Some(maker) = object.maker else { continue };
            let made = self.entries.get(&maker).map(|entry| &entry.call.made[..]).unwrap_or_default();
            // Of several objects, the last takes the call with it.
            if !made
                .iter()
                .any(|(id, _)| self.objects.get(id).is_some_and(|other| other.maker == Some(maker)))
            {
                self.remove(maker, &mut ids);
            }
        }
    }

    /// Drops a call; the objects that it needed are added to `ids`.
    fn remove(&mut self, number: u64, ids: &mut Vec<HandleId>) {
        let Some(entry) = self.entries.remove(&number) else { return };
        self.bytes -= entry.call.size();
        for id in entry.needs() {
            if let Some(object) = self.objects.get_mut(&id) {
                object.users = object.users.saturating_sub(1);
                ids.push(id);
            }
        }
        if let Some(subject) = self.objects.get_mut(&entry.subject) {
            subject.changes.remove(&number);
        }
        if let Some(key) = entry.key.filter(|key| self.latest.get(key) == Some(&number)) {
            self.latest.remove(&key);
        }
        // An object that lives and that no call in the log is about is of no interest any more.
        for id in entry.call.uses {
            let unknown = |o: &Object| o.maker.is_none() && o.users == 0 && o.changes.is_empty();
            if self.objects.get(&id).is_some_and(unknown) {
                self.objects.remove(&id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn call(func: u16, made: &[HandleId], uses: &[HandleId]) -> Recorded {
        let made = made.iter().map(|id| (*id, 0)).collect();
        Recorded { func, made, uses: uses.to_vec(), ..Recorded::default() }
    }

    fn log() -> Log {
        let log = Log::default();
        log.watch(0);
        log
    }

    fn functions(log: &Log) -> Vec<u16> {
        log.calls().unwrap().iter().map(|call| call.func).collect()
    }

    #[test]
    fn a_call_goes_with_what_it_made() {
        let log = log();
        log.add(call(1, &[10], &[]), None, 0);
        log.add(call(2, &[20], &[]), None, 0);
        log.died(10, 0);
        assert_eq!(functions(&log), [2]);
        log.died(20, 0);
        assert_eq!(functions(&log), [0u16; 0]);
    }

    #[test]
    fn what_a_living_object_was_made_of_stays() {
        let log = log();
        log.add(call(1, &[10], &[]), None, 0);
        log.add(call(2, &[20], &[10]), None, 10);
        log.died(10, 0);
        assert_eq!(functions(&log), [1, 2]);
        log.died(20, 0);
        assert_eq!(functions(&log), [0u16; 0]);
    }

    #[test]
    fn what_changes_an_object_goes_with_it_and_frees_what_it_used() {
        let log = log();
        log.add(call(1, &[10], &[]), None, 0);
        log.add(call(2, &[20], &[]), None, 0);
        log.add(call(3, &[], &[10, 20]), None, 10);
        log.died(20, 0);
        assert_eq!(functions(&log), [1, 2, 3], "object 10 still refers to it");
        log.died(10, 0);
        assert_eq!(functions(&log), [0u16; 0]);
    }

    #[test]
    fn what_is_overwritten_goes() {
        let log = log();
        let key = |index| Some((3, vec![10, index]));
        log.add(call(1, &[10], &[]), None, 0);
        log.add(call(2, &[20], &[]), None, 0);
        log.add(call(3, &[], &[10, 20]), key(0), 10);
        log.add(call(4, &[], &[10]), key(1), 10);
        log.died(20, 0);
        log.add(call(5, &[], &[10]), key(0), 10);
        assert_eq!(functions(&log), [1, 4, 5], "nothing refers to object 20 any more");
        log.died(10, 0);
        assert_eq!(functions(&log), [0u16; 0]);
    }

    #[test]
    fn of_several_objects_the_last_takes_the_call_with_it() {
        let log = log();
        log.add(call(1, &[10, 11], &[]), None, 0);
        log.died(10, 0);
        assert_eq!(functions(&log), [1]);
        log.died(11, 0);
        assert_eq!(functions(&log), [0u16; 0]);
    }

    #[test]
    fn objects_that_refer_to_each_other_go_together() {
        let log = log();
        log.add(call(1, &[10], &[]), None, 0);
        log.add(call(2, &[20], &[]), None, 0);
        log.add(call(3, &[], &[10, 20]), None, 10);
        log.add(call(4, &[], &[20, 10]), None, 20);
        log.died(10, 0);
        assert_eq!(functions(&log), [1, 2, 3, 4]);
        log.died(20, 0);
        assert_eq!(functions(&log), [0u16; 0]);
    }

    #[test]
    fn a_log_that_is_full_gives_up_and_keeps_nothing() {
        let log = log();
        for n in 0..LIMIT as u64 / 1024 + 1 {
            let command = vec![0; 1024];
            log.add(Recorded { command, ..call(1, &[n + 1], &[]) }, None, 0);
        }
        assert_eq!(log.calls(), None);
        assert!(!log.is_open() && log.lock().entries.is_empty());
    }

    proptest! {
        #[test]
        fn when_all_objects_are_dead_nothing_is_left(
            // What each call does: makes an object or changes one, and which earlier objects it uses.
            calls in prop::collection::vec((any::<bool>(), prop::collection::vec(0usize..20, 0..3)), 1..40),
            order in prop::collection::vec(any::<u16>(), 40),
        ) {
            let log = log();
            let mut made: Vec<HandleId> = Vec::new();
            for (n, (makes, uses)) in calls.iter().enumerate() {
                let id = n as u64 + 1;
                let uses: Vec<_> = uses.iter().filter_map(|n| made.get(*n).copied()).collect();
                let subject = uses.first().copied().unwrap_or(0);
                if *makes {
                    log.add(call(n as u16, &[id], &uses), None, subject);
                    made.push(id);
                } else if subject != 0 {
                    let key = (n % 2 == 0).then(|| (0, vec![subject]));
                    log.add(call(n as u16, &[], &uses), key, subject);
                }
            }
            let mut ids: Vec<_> = made.iter().zip(&order).collect();
            ids.sort_by_key(|(_, order)| **order);
            for (id, _) in ids {
                log.died(*id, 0);
                // Whatever a call in the log uses is made by one in the log before it.
                let mut there = BTreeSet::new();
                for call in log.calls().unwrap_or_default() {
                    prop_assert!(call.uses.iter().all(|id| there.contains(id)));
                    there.extend(call.made.iter().map(|(id, _)| *id));
                }
            }
            prop_assert_eq!(log.calls(), Some(Vec::new()));
            let state = log.lock();
            prop_assert!(state.entries.is_empty() && state.objects.is_empty() && state.latest.is_empty());
            prop_assert_eq!(state.bytes, 0);
        }
    }
}
