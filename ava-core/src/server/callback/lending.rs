//! Guest threads that wait for callbacks. The shadow thread of such a guest thread lends its channel to the vendor's thread that
//! calls back, which then serves the calls that the callback makes itself: they run in the vendor's thread, as natively.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard};

use super::super::serving::{Serving, serving_as};

/// A shadow thread's [`Serving`], which stays where it is until [`Lenders::lend`] returns.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Lent(*const Serving);
// SAFETY: whoever takes it out of `State::idle` is the only one to use it until it is put back; its owner waits meanwhile.
unsafe impl Send for Lent {}

#[derive(Default)]
struct State {
    ended: bool,
    /// Callbacks so far.
    last: u64,
    idle: VecDeque<Lent>,
    /// In the hands of a thread of the vendor's.
    busy: Vec<Lent>,
}

/// The guest threads of a session that wait for callbacks.
#[derive(Default)]
pub(in super::super) struct Lenders {
    state: Mutex<State>,
    changed: Condvar,
}

impl Lenders {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing inside is left half done by a panic.
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// A number for a callback.
    pub(super) fn number(&self) -> u64 {
        let mut state = self.state();
        state.last += 1;
        state.last
    }

    /// Lends this shadow thread's channel to threads of the vendor's that call back, until the session or the channel is over.
    pub(in super::super) fn lend(&self, serving: &Serving) {
        let lent = Lent(serving);
        let mut state = self.state();
        state.idle.push_back(lent);
        self.changed.notify_all();
        loop {
            let is_idle = state.idle.contains(&lent);
            if !state.busy.contains(&lent) && (!is_idle || state.ended) {
                state.idle.retain(|other| *other != lent);
                return;
            }
            state = self.changed.wait(state).unwrap_or_else(|e| e.into_inner());
        }
    }

    /// Runs `body` with the channel of a guest thread that waits for callbacks; `None` if the session is over.
    pub(super) fn borrow<R>(&self, body: impl FnOnce(&Serving) -> R) -> Option<R> {
        let mut state = self.state();
        let lent = loop {
            if state.ended {
                return None;
            }
            match state.idle.pop_front() {
                Some(lent) => break lent,
                None => state = self.changed.wait(state).unwrap_or_else(|e| e.into_inner()),
            }
        };
        state.busy.push(lent);
        drop(state);
        // SAFETY: its owner is in `lend` until it is neither busy nor idle, and we took it out of `idle`.
        let serving = unsafe { &*lent.0 };
        let back = GiveBack { lenders: self, lent };
        let result = serving_as(serving, || body(serving));
        drop(back);
        Some(result)
    }

    /// Releases everyone who waits, and whoever will want to.
    pub(super) fn end(&self) {
        self.state().ended = true;
        self.changed.notify_all();
    }
}

/// Gives a channel back to its shadow thread, also after a panic.
struct GiveBack<'l> {
    lenders: &'l Lenders,
    lent: Lent,
}

impl Drop for GiveBack<'_> {
    fn drop(&mut self) {
        let mut state = self.lenders.state();
        state.busy.retain(|other| *other != self.lent);
        // SAFETY: its owner waits for the lock at most, and sees that it is not busy only when this guard is gone.
        if !unsafe { (*self.lent.0).is_over() } {
            state.idle.push_back(self.lent);
        }
        drop(state);
        self.lenders.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_releases_everyone() {
        let lenders = Lenders::default();
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| lenders.borrow(|_| ()));
            std::thread::sleep(std::time::Duration::from_millis(20));
            lenders.end();
            assert_eq!(waits.join().unwrap(), None);
        });
        assert_eq!(lenders.borrow(|_| ()), None);
    }
}
