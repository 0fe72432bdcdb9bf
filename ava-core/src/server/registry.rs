//! Buffers of commands that the device has not finished: the server's half of a `BufRegistry`.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::api::{RegistryDesc, ServerApi, Vendor};
use super::shadow::Memory;
use crate::spec::Progress;
use crate::wire::{MAX_TICKETS, TICKET_DISCARD, TICKET_NOBODY};

/// A deferred buffer.
pub(super) struct Entry {
    /// What drains it, such as a queue: a vendor's handle.
    pub(super) key: u64,
    /// Whose completion makes it valid, such as an event: a vendor's handle of which the entry owns a reference. 0: nothing but
    /// a drain of its key does.
    pub(super) token: u64,
    pub(super) ticket: u64,
    /// Its place among all entries.
    pub(super) sequence: u64,
    /// What the vendor may still be using.
    pub(super) memory: Memory,
}

#[derive(Default)]
struct State {
    registries: Vec<VecDeque<Entry>>,
    /// Tickets whose command is done, not handed back yet.
    ready: VecDeque<u64>,
    handed_back: u64,
}

/// All registries of a session.
#[derive(Default)]
pub(super) struct Registries {
    state: Mutex<State>,
    /// Entries and ready tickets, so that the usual case, none, takes no lock.
    waiting: AtomicUsize,
    sequence: AtomicU64,
}

/// Which entries a call asks for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Want {
    /// Those of this key that were there before this place in the sequence, all of which are done.
    Key(u64, u64),
    /// Those that are done.
    Done,
}

impl Registries {
    /// The place in the sequence that the next entry will have.
    pub(super) fn now(&self) -> u64 {
        self.sequence.load(Ordering::Acquire)
    }

    pub(super) fn add(&self, registry: usize, mut entry: Entry) {
        let mut state = self.lock();
        entry.sequence = self.sequence.fetch_add(1, Ordering::AcqRel);
        if state.registries.len() <= registry {
            state.registries.resize_with(registry + 1, VecDeque::new);
        }
        state.registries[registry].push_back(entry);
        self.waiting.fetch_add(1, Ordering::AcqRel);
    }

    /// Hands a ticket back without its data: the call that took it failed.
    pub(super) fn discard(&self, ticket: u64) {
        if ticket > TICKET_NOBODY {
            self.lock().ready.push_back(ticket | TICKET_DISCARD);
            self.waiting.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Whether there is any entry, or any ticket to hand back.
    pub(super) fn any(&self) -> bool {
        self.waiting.load(Ordering::Acquire) != 0
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Moves tickets of finished commands of `registry` (all registries if `None`) to `tickets`, as many as a reply may name; how many
    /// are left, and the number handed back in all, these included.
    pub(super) fn collect(
        &self,
        api: &ServerApi,
        vendor: &Vendor,
        registry: Option<usize>,
        want: Want,
        tickets: &mut Vec<u64>,
    ) -> (usize, u64) {
        if self.waiting.load(Ordering::Acquire) == 0 {
            return (0, self.lock().handed_back);
        }
        let mut finished = Vec::new();
        let mut state = self.lock();
        for (n, desc) in api.registries.iter().enumerate().filter(|(n, _)| registry.is_none_or(|r| r == *n)) {
            let Some(entries) = state.registries.get_mut(n) else { continue };
            let mut kept = VecDeque::with_capacity(entries.len());
            for entry in entries.drain(..) {
                match progress(desc, vendor, &entry, want) {
                    Progress::Running => kept.push_back(entry),
                    Progress::Done => finished.push((desc, entry.ticket, entry)),
                    Progress::Failed => finished.push((desc, entry.ticket | TICKET_DISCARD, entry)),
                }
            }
            *entries = kept;
        }
        for (desc, ticket, entry) in finished {
            self.waiting.fetch_sub(1, Ordering::AcqRel);
            release_token(api, desc, vendor, entry.token);
            if entry.ticket > TICKET_NOBODY {
                state.ready.push_back(ticket);
                self.waiting.fetch_add(1, Ordering::AcqRel);
            }
        }
        while tickets.len() < MAX_TICKETS
            && let Some(ticket) = state.ready.pop_front()
        {
            tickets.push(ticket);
            state.handed_back += 1;
            self.waiting.fetch_sub(1, Ordering::AcqRel);
        }
        (state.ready.len(), state.handed_back)
    }
}

/// How far an entry's command is, as far as the call that asks may learn it.
fn progress(desc: &RegistryDesc, vendor: &Vendor, entry: &Entry, want: Want) -> Progress {
    let asked = || match (desc.done, entry.token) {
        (_, 0) | (None, _) => None,
        // SAFETY: the entry owns a reference of its token, and the vendor table is that of the registry's API.
        (Some(done), token) => Some(unsafe { done(vendor, token) }),
    };
    match want {
        Want::Done => asked().unwrap_or(Progress::Running),
        // Without a token, or a way to ask about it, what drains the key is what says that it is done.
        Want::Key(key, before) if entry.key == key && entry.sequence < before => {
            asked().unwrap_or(Progress::Done)
        }
        Want::Key(..) => Progress::Running,
    }
}

fn release_token(api: &ServerApi, desc: &RegistryDesc, vendor: &Vendor, token: u64) {
    let release = desc.token_kind.and_then(|kind| api.kinds.get(kind as usize)).and_then(|ops| ops.release);
    if let (Some(release), true) = (release, token != 0) {
        // SAFETY: the entry owned this reference and is gone.
        unsafe { release(vendor, token) };
    }
}
