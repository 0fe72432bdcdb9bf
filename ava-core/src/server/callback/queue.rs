//! Callbacks that wait for the guest's callback thread.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread::ThreadId;

use super::super::api::Refusal;
use super::super::staging::StagingTable;

/// Most callbacks that wait to be taken; the vendor's threads wait while there are so many.
const MAX_QUEUED: usize = 256;

/// A callback on its way to the guest.
pub(super) struct Pending {
    /// What the guest gets.
    pub(super) request: Vec<u8>,
    /// How many bytes its result brings beside the value.
    pub(super) outputs: usize,
    /// Whether the vendor's thread waits for the result.
    pub(super) waits: bool,
    /// Staging buffers to free when nobody waits.
    pub(super) staged: Vec<u64>,
    /// The vendor's thread, whose callbacks run one after the other.
    pub(super) thread: ThreadId,
}

#[derive(Default)]
struct State {
    ended: bool,
    last: u64,
    waiting: VecDeque<(u64, Pending)>,
    /// What the guest is running, without the request.
    running: HashMap<u64, Pending>,
    results: HashMap<u64, Vec<u8>>,
}

/// The queue of a session.
#[derive(Default)]
pub(in super::super) struct Queue {
    state: Mutex<State>,
    /// There is something for the guest.
    arrived: Condvar,
    /// There is room, or a result.
    changed: Condvar,
}

/// What a guest that asks gets.
pub(in super::super) enum Next {
    /// A callback: its number and the request.
    Callback(u64, Vec<u8>),
    /// The session is over.
    Ended,
}

impl Queue {
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

    /// Whether a callback added now must wait for room.
    pub(super) fn is_full(&self) -> bool {
        self.state().waiting.len() >= MAX_QUEUED
    }

    /// Adds a callback, when there is room; its number, or `None` if the session is over.
    pub(super) fn add(&self, pending: Pending) -> Option<u64> {
        let mut state = self.state();
        while !state.ended && state.waiting.len() >= MAX_QUEUED {
            state = self.changed.wait(state).unwrap_or_else(|e| e.into_inner());
        }
        if state.ended {
            return None;
        }
        state.last += 1;
        let number = state.last;
        state.waiting.push_back((number, pending));
        self.arrived.notify_one();
        Some(number)
    }

    /// Waits for the result of callback `number`; `None` if the session is over.
    pub(super) fn result(&self, number: u64) -> Option<Vec<u8>> {
        let mut state = self.state();
        loop {
            if let Some(result) = state.results.remove(&number) {
                return Some(result);
            }
            if state.ended {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(|e| e.into_inner());
        }
    }

    /// Waits until callback `number` has run.
    pub(super) fn settled(&self, number: u64) {
        let mut state = self.state();
        let open = |state: &State| {
            state.running.contains_key(&number) || state.waiting.iter().any(|(n, _)| *n == number)
        };
        while !state.ended && open(&state) {
            state = self.changed.wait(state).unwrap_or_else(|e| e.into_inner());
        }
    }

    /// Takes the result of a callback that the guest was given: its number, the value and the outputs. False if it is of none.
    ///
    /// # Errors
    /// A violation if the guest was not given this callback, gave its result before, or gives too much or too little.
    pub(in super::super) fn finish(&self, result: &[u8], staging: &StagingTable) -> Result<bool, Refusal> {
        let (number, rest) = result
            .split_first_chunk()
            .ok_or_else(|| Refusal::violation("a callback's result is too short"))?;
        let number = u64::from_ne_bytes(*number);
        if number == 0 {
            return Ok(false);
        }
        let mut state = self.state();
        let Some(pending) = state.running.remove(&number) else {
            return Err(Refusal::violation("the result of a callback came that is not waited for"));
        };
        if rest.len() != size_of::<u64>() + pending.outputs {
            return Err(Refusal::violation(format!(
                "a callback's outputs are {} bytes long where {} were asked for",
                rest.len().saturating_sub(size_of::<u64>()),
                pending.outputs
            )));
        }
        if pending.waits {
            state.results.insert(number, rest.to_vec());
        }
        if !state.waiting.is_empty() {
            // Its thread's next one can run.
            self.arrived.notify_all();
        }
        self.changed.notify_all();
        drop(state);
        pending.staged.iter().for_each(|number| staging.free(*number));
        Ok(true)
    }

    /// Waits for a callback.
    pub(in super::super) fn next(&self) -> Next {
        let mut state = self.state();
        loop {
            if state.ended {
                return Next::Ended;
            }
            let busy = |thread| state.running.values().any(|running| running.thread == thread);
            let free = state.waiting.iter().position(|(_, pending)| !busy(pending.thread));
            if let Some((number, mut pending)) = free.and_then(|n| state.waiting.remove(n)) {
                let request = std::mem::take(&mut pending.request);
                state.running.insert(number, pending);
                self.changed.notify_all();
                return Next::Callback(number, request);
            }
            state = self.arrived.wait(state).unwrap_or_else(|e| e.into_inner());
        }
    }

    /// Releases everyone who waits, and whoever will want to.
    pub(super) fn end(&self) {
        let mut state = self.state();
        state.ended = true;
        state.waiting.clear();
        self.arrived.notify_all();
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(waits: bool) -> Pending {
        Pending {
            request: vec![7],
            outputs: 8,
            waits,
            staged: Vec::new(),
            thread: std::thread::current().id(),
        }
    }

    fn result(number: u64, len: usize) -> Vec<u8> {
        [&number.to_ne_bytes()[..], &vec![0; len]].concat()
    }

    fn take(queue: &Queue) -> u64 {
        match queue.next() {
            Next::Callback(number, request) => {
                assert_eq!(request, [7]);
                number
            }
            Next::Ended => 0,
        }
    }

    #[test]
    fn a_result_must_be_of_a_callback_that_was_given_out_and_of_its_length() {
        let (queue, staging) = (Queue::default(), StagingTable::default());
        let number = queue.add(pending(true)).unwrap();
        assert!(queue.finish(&result(number, 16), &staging).is_err(), "it was not given out");
        assert_eq!(take(&queue), number);
        assert!(queue.finish(&result(number + 1, 16), &staging).is_err());
        assert_eq!(queue.finish(&result(number, 16), &staging), Ok(true));
        assert!(queue.finish(&result(number, 16), &staging).is_err(), "twice");
        assert_eq!(queue.result(number), Some(vec![0; 16]));
        queue.add(pending(false)).unwrap();
        let number = take(&queue);
        assert!(queue.finish(&result(number, 8), &staging).is_err(), "too short");
        assert!(queue.finish(&[1], &staging).is_err());
        assert_eq!(queue.finish(&result(0, 8), &staging), Ok(false));
    }

    #[test]
    fn the_end_releases_everyone() {
        let queue = Queue::default();
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| {
                let number = queue.add(pending(true)).unwrap();
                queue.result(number)
            });
            let takes = scope.spawn(|| while take(&queue) != 0 {});
            let full = scope.spawn(|| (0..2000).all(|_| queue.add(pending(false)).is_some()));
            queue.settled(0);
            std::thread::sleep(std::time::Duration::from_millis(20));
            queue.end();
            assert_eq!(waits.join().unwrap(), None);
            takes.join().unwrap();
            full.join().unwrap();
        });
        assert_eq!(queue.add(pending(true)), None);
    }

    #[test]
    fn callbacks_of_one_thread_run_one_after_the_other() {
        let (queue, staging) = (Queue::default(), StagingTable::default());
        let first = queue.add(pending(false)).unwrap();
        let second = queue.add(pending(false)).unwrap();
        let other =
            std::thread::scope(|scope| scope.spawn(|| queue.add(pending(false)).unwrap()).join().unwrap());
        assert_eq!(take(&queue), first);
        assert_eq!(take(&queue), other, "of another thread");
        std::thread::scope(|scope| {
            let taken = scope.spawn(|| take(&queue));
            std::thread::sleep(std::time::Duration::from_millis(20));
            assert!(!taken.is_finished());
            queue.finish(&result(first, 16), &staging).unwrap();
            assert_eq!(taken.join().unwrap(), second);
        });
    }

    #[test]
    fn the_queue_is_bounded() {
        let queue = Queue::default();
        for _ in 0..MAX_QUEUED {
            queue.add(pending(false)).unwrap();
        }
        assert!(queue.is_full());
        std::thread::scope(|scope| {
            let added = scope.spawn(|| queue.add(pending(false)));
            std::thread::sleep(std::time::Duration::from_millis(20));
            assert!(!added.is_finished());
            take(&queue);
            assert!(added.join().unwrap().is_some());
        });
    }
}
