//! What the log remembers between calls: the small numbers of handles, and the buffers in flight.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, MutexGuard};

use super::{sink, text};
use crate::wire::HandleId;

/// A buffer in flight.
#[derive(Debug)]
struct Flight {
    function: &'static str,
    param: &'static str,
    since: u64,
}

/// What one process remembers.
#[derive(Debug, Default)]
pub(super) struct Memory {
    numbers: HashMap<(u8, HandleId), u32>,
    last: HashMap<u8, u32>,
    /// By ticket; nothing for one that came back before its call had returned.
    flights: HashMap<u64, Option<Flight>>,
}

impl Memory {
    /// The number of an object among those of its kind.
    pub(super) fn number(&mut self, kind: u8, id: HandleId) -> u32 {
        let last = self.last.entry(kind).or_default();
        *self.numbers.entry((kind, id)).or_insert_with(|| {
            *last += 1;
            *last
        })
    }

    /// A call left a buffer in flight.
    pub(super) fn departs(&mut self, ticket: u64, function: &'static str, param: &'static str, since: u64) {
        if self.flights.remove(&ticket).is_none() {
            self.flights.insert(ticket, Some(Flight { function, param, since }));
        }
    }
}

/// This process's memory. A forked child has one of its own, as another thread may hold its parent's.
pub(super) fn memory() -> MutexGuard<'static, Memory> {
    static MEMORY: AtomicPtr<(u32, Mutex<Memory>)> = AtomicPtr::new(std::ptr::null_mut());
    let me = std::process::id();
    let mut at = MEMORY.load(Ordering::Acquire);
    loop {
        // SAFETY: published memory is never freed.
        match unsafe { at.as_ref() } {
            Some((owner, memory)) if *owner == me => return memory.lock().unwrap_or_else(|e| e.into_inner()),
            _ => {
                let fresh = Box::into_raw(Box::new((me, Mutex::default())));
                match MEMORY.compare_exchange(at, fresh, Ordering::AcqRel, Ordering::Acquire) {
                    Ok(_) => at = fresh,
                    Err(theirs) => {
                        // SAFETY: `fresh` was not published.
                        drop(unsafe { Box::from_raw(fresh) });
                        at = theirs;
                    }
                }
            }
        }
    }
}

/// The buffer of `ticket` is no longer in flight: `len` bytes came to the application, unless nothing did.
#[cold]
pub(in crate::guest) fn arrived(ticket: u64, len: Option<usize>) {
    if super::STATE.load(Ordering::Relaxed) != super::ON {
        return;
    }
    let now = super::now();
    let flight = {
        let mut memory = memory();
        match memory.flights.remove(&ticket) {
            Some(flight) => flight,
            None => {
                memory.flights.insert(ticket, None);
                None
            }
        }
    };
    let mut line = String::new();
    text::start(&mut line, sink::since_start(now));
    line.push_str("+ ");
    if let Some(flight) = &flight {
        let _ = write!(line, "{}.{} ", flight.function, flight.param);
    }
    let what = if len.is_some() { "arrived" } else { "done" };
    let _ = write!(line, "#{ticket} {what} <flight");
    match flight {
        Some(flight) => text::duration(&mut line, now - flight.since),
        None => line.push_str(" 0.0us"),
    }
    if let Some(len) = len.filter(|len| *len != 0) {
        let _ = write!(line, " out={len}");
    }
    line.push_str(">\n");
    sink::write(line.as_bytes());
}
