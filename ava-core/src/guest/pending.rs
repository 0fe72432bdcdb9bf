//! Buffers in flight: outputs and inputs of calls whose command the device has not finished.
//!
//! The guest's half of a `BufRegistry`. A call with a deferred buffer leaves an entry here under a ticket; the server hands the
//! ticket back in the reply of whichever call first learns that the command is done, and then the data is copied to the
//! application and the memory freed. Replies also say how many tickets were handed back in all, and a thread does not return
//! from such a call before that many were dealt with: it might have learned of a completion whose data another thread is just
//! copying.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::memory::Region;
use crate::spec::Rect;
use crate::wire::TICKET_NOBODY;

/// Where a deferred buffer's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// In the arena.
    Arena(Region),
    /// In the server's staging buffer of this number.
    Staged(u64),
}

/// A buffer in flight.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) held: Held,
    /// Where an output goes: the application's address. 0 for an input.
    pub(super) to: usize,
    pub(super) len: usize,
    pub(super) rect: Option<Rect>,
}

/// All buffers in flight.
#[derive(Debug, Default)]
pub(super) struct Pending {
    entries: Mutex<HashMap<u64, Entry>>,
    tickets: AtomicU64,
    /// So many of the tickets that came back, counted from the first, are dealt with.
    done: AtomicU64,
    /// Later ones that are, too: first and end of each run.
    beyond: Mutex<BTreeMap<u64, u64>>,
    /// One more than [`Self::done`] was when somebody waited for the next in vain; 0 if nobody did.
    in_vain: AtomicU64,
}

impl Pending {
    /// Registers a buffer; its ticket.
    pub(super) fn add(&self, entry: Entry) -> u64 {
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed) + TICKET_NOBODY + 1;
        self.entries.lock().unwrap_or_else(|e| e.into_inner()).insert(ticket, entry);
        ticket
    }

    /// How many tickets there ever were.
    pub(super) fn issued(&self) -> u64 {
        self.tickets.load(Ordering::Acquire)
    }

    /// Takes the entry of a ticket that came back.
    pub(super) fn take(&self, ticket: u64) -> Option<Entry> {
        self.entries.lock().unwrap_or_else(|e| e.into_inner()).remove(&ticket)
    }

    /// Notes that the tickets that the server handed back as its number `first` up to `end` are dealt with. Threads get theirs in
    /// order and deal with them in any.
    pub(super) fn settle(&self, first: u64, end: u64) {
        let mut beyond = self.beyond.lock().unwrap_or_else(|e| e.into_inner());
        beyond.insert(first, end);
        let mut done = self.done.load(Ordering::Relaxed);
        while let Some(end) = beyond.remove(&done) {
            done = end;
        }
        self.done.store(done, Ordering::Release);
    }

    /// Whether the first `total` tickets are dealt with.
    pub(super) fn settled(&self, total: u64) -> bool {
        self.dealt_with() >= total
    }

    /// How many tickets are dealt with.
    pub(super) fn dealt_with(&self) -> u64 {
        self.done.load(Ordering::Acquire)
    }

    /// Somebody waited for a ticket, and none came. Commands may be waiting for the application.
    pub(super) fn waited_in_vain(&self) {
        self.in_vain.store(self.dealt_with() + 1, Ordering::Relaxed);
    }

    /// Whether a ticket has come since somebody waited in vain, so that waiting for the next is worth it.
    pub(super) fn is_worth_waiting(&self) -> bool {
        self.in_vain.load(Ordering::Relaxed) != self.dealt_with() + 1
    }

    /// Whether any buffer is in flight.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.lock().unwrap_or_else(|e| e.into_inner()).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_tickets_do_not_stand_in_for_earlier_ones() {
        let pending = Pending::default();
        pending.settle(2, 5);
        assert!(!pending.settled(1), "three are dealt with, but not the first");
        pending.settle(0, 2);
        assert!(pending.settled(5));
        assert!(!pending.settled(6));
    }
}
