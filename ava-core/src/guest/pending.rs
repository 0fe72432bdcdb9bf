//! Buffers in flight: outputs and inputs of calls whose command the device has not finished.
//!
//! The guest's half of a `BufRegistry`. A call with a deferred buffer leaves an entry here under a ticket; the server hands the
//! ticket back in the reply of whichever call first learns that the command is done, and then the data is copied to the
//! application and the memory freed. Replies also say how many tickets were handed back in all, and a thread does not return
//! from such a call before that many were dealt with: it might have learned of a completion whose data another thread is just
//! copying.

use std::collections::HashMap;
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
    done: AtomicU64,
}

impl Pending {
    /// Registers a buffer; its ticket.
    pub(super) fn add(&self, entry: Entry) -> u64 {
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed) + TICKET_NOBODY + 1;
        self.entries.lock().unwrap_or_else(|e| e.into_inner()).insert(ticket, entry);
        ticket
    }

    /// Takes the entry of a ticket that came back.
    pub(super) fn take(&self, ticket: u64) -> Option<Entry> {
        self.entries.lock().unwrap_or_else(|e| e.into_inner()).remove(&ticket)
    }

    /// Notes that `n` tickets that the server handed back are dealt with.
    pub(super) fn settle(&self, n: u64) {
        self.done.fetch_add(n, Ordering::Release);
    }

    /// Whether `total` tickets are dealt with.
    pub(super) fn settled(&self, total: u64) -> bool {
        self.done.load(Ordering::Acquire) >= total
    }

    /// Whether any buffer is in flight.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.lock().unwrap_or_else(|e| e.into_inner()).is_empty()
    }
}
