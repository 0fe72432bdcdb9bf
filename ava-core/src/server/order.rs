//! The order of calls across threads: an asynchronous call starts when all that were numbered before it are done, and a
//! synchronous one when all that its thread could know of are.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use super::api::Refusal;

/// How long a number may fail to arrive while nobody works on it: a guest that takes numbers and does not send them would wait
/// for itself for ever.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 300 } else { 10_000 });

/// How long a call inside a callback waits for its turn.
const IN_CALLBACK: Duration = Duration::from_secs(1);

/// Most calls that were put off.
const MAX_PUT_OFF: usize = 1 << 16;

/// How long to watch for the predecessor before sleeping: it is usually in another core's hands right now.
const SPINS: u32 = 200;

/// Which asynchronous calls are done.
#[derive(Debug, Default)]
pub(super) struct Order {
    done: AtomicU64,
    /// The asynchronous call in the vendor's hands; 0 if none is.
    running: AtomicU64,
    sleepers: AtomicU32,
    lock: Mutex<()>,
    changed: Condvar,
    /// How many were [put off](Self::put_off).
    put_off: AtomicU32,
    /// By number, with their arguments.
    later: Mutex<BTreeMap<u64, Later>>,
}

/// The arguments of a call that was put off.
pub(super) type Later = [u64; 4];

impl Order {
    /// Waits for asynchronous call number `n`'s turn.
    ///
    /// # Errors
    /// A violation if the number was used before, or those before it never come.
    #[inline]
    pub(super) fn begin(&self, n: u64) -> Result<(), Refusal> {
        let before = n.checked_sub(1).filter(|before| *before >= self.done.load(Ordering::Acquire));
        let before = before.ok_or_else(|| Refusal::violation(format!("call number {n} came twice")))?;
        self.wait(before)?;
        self.running.store(n, Ordering::Relaxed);
        Ok(())
    }

    /// Asynchronous call number `n` is done.
    #[inline]
    pub(super) fn end(&self, n: u64) {
        self.running.store(0, Ordering::Relaxed);
        // SYNC POINT: with the sleeper's increment and load in `wait`; one of the two sees the other.
        self.done.store(n, Ordering::SeqCst);
        if self.sleepers.load(Ordering::SeqCst) != 0 {
            drop(self.lock.lock());
            self.changed.notify_all();
        }
    }

    /// Asynchronous call number `n` came where nobody can wait for its turn: inside a callback, whose thread may be the one that those
    /// before it wait for. [`Self::next_put_off`] hands it out when it is due.
    ///
    /// # Errors
    /// A violation if the number was used before, or too many wait.
    pub(super) fn put_off(&self, n: u64, args: Later) -> Result<(), Refusal> {
        let mut later = self.later.lock().unwrap_or_else(|e| e.into_inner());
        let came_before = n <= self.done.load(Ordering::Acquire) || later.contains_key(&n);
        if came_before || later.len() >= MAX_PUT_OFF {
            return Err(Refusal::violation(format!(
                "call number {n} came twice, or too many before it never"
            )));
        }
        later.insert(n, args);
        // SYNC POINT: with the load in `next_put_off`, which follows a store to `done`; whoever puts off looks as well.
        self.put_off.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// The call whose turn it is, if it was put off; to be [ended](Self::end) as any.
    #[inline]
    pub(super) fn next_put_off(&self) -> Option<(u64, Later)> {
        if self.put_off.load(Ordering::SeqCst) == 0 {
            return None;
        }
        let mut later = self.later.lock().unwrap_or_else(|e| e.into_inner());
        let due = later.first_entry().filter(|first| *first.key() == self.done.load(Ordering::SeqCst) + 1)?;
        self.put_off.fetch_sub(1, Ordering::Relaxed);
        Some(due.remove_entry())
    }

    /// Waits until `n` asynchronous calls are done.
    ///
    /// # Errors
    /// A violation if they never come.
    #[inline]
    pub(super) fn wait(&self, n: u64) -> Result<(), Refusal> {
        if self.done.load(Ordering::Acquire) >= n {
            return Ok(());
        }
        self.wait_slowly(n)
    }

    /// As [`Self::wait`], for a call inside a callback: an asynchronous call may wait for what the vendor holds until the callback
    /// returns, so patience ends before a deadlock is one.
    pub(super) fn wait_in_callback(&self, n: u64) -> Result<(), Refusal> {
        let begun = Instant::now();
        while self.done.load(Ordering::SeqCst) < n {
            let left = IN_CALLBACK.saturating_sub(begun.elapsed());
            if left.is_zero() {
                tracing::warn!(
                    "a call inside a callback goes ahead of an asynchronous call that is not done"
                );
                return Ok(());
            }
            let guard = self.lock.lock().unwrap_or_else(|e| e.into_inner());
            self.sleepers.fetch_add(1, Ordering::SeqCst);
            if self.done.load(Ordering::SeqCst) < n {
                drop(self.changed.wait_timeout(guard, left));
            }
            self.sleepers.fetch_sub(1, Ordering::SeqCst);
        }
        Ok(())
    }

    #[cold]
    fn wait_slowly(&self, n: u64) -> Result<(), Refusal> {
        for _ in 0..SPINS {
            std::hint::spin_loop();
            if self.done.load(Ordering::Acquire) >= n {
                return Ok(());
            }
        }
        let mut seen = (self.done.load(Ordering::Acquire), Instant::now());
        let mut guard = self.lock.lock().unwrap_or_else(|e| e.into_inner());
        self.sleepers.fetch_add(1, Ordering::SeqCst);
        let result = loop {
            let done = self.done.load(Ordering::SeqCst);
            if done >= n {
                break Ok(());
            }
            if done != seen.0 || self.running.load(Ordering::Relaxed) != 0 {
                seen = (done, Instant::now());
            } else if seen.1.elapsed() >= PATIENCE {
                break Err(Refusal::violation(format!(
                    "a call waits for asynchronous call {}, which was numbered and never sent",
                    done + 1
                )));
            }
            guard = self.changed.wait_timeout(guard, PATIENCE / 10).unwrap_or_else(|e| e.into_inner()).0;
        };
        self.sleepers.fetch_sub(1, Ordering::SeqCst);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn calls_run_in_the_order_of_their_numbers() {
        let order = Arc::new(Order::default());
        let log = Arc::new(Mutex::new(Vec::new()));
        let threads: Vec<_> = (0..4u64)
            .rev()
            .map(|t| {
                let (order, log) = (order.clone(), log.clone());
                std::thread::spawn(move || {
                    for n in (0..100).map(|i| i * 4 + t + 1) {
                        order.begin(n).unwrap();
                        log.lock().unwrap().push(n);
                        order.end(n);
                    }
                    order.wait(400).unwrap();
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(*log.lock().unwrap(), (1..=400).collect::<Vec<_>>());
    }

    #[test]
    fn a_number_that_comes_twice_is_a_violation() {
        let order = Order::default();
        order.begin(1).unwrap();
        order.end(1);
        assert!(order.begin(1).is_err());
        assert!(order.begin(0).is_err());
    }

    #[test]
    fn what_was_put_off_comes_in_its_turn() {
        let order = Order::default();
        order.put_off(3, [3; 4]).unwrap();
        order.put_off(2, [2; 4]).unwrap();
        assert!(order.put_off(2, [0; 4]).is_err(), "it came twice");
        assert_eq!(order.next_put_off(), None);
        order.begin(1).unwrap();
        assert_eq!(order.next_put_off(), None, "the first is not done");
        order.end(1);
        for n in [2, 3] {
            assert_eq!(order.next_put_off(), Some((n, [n; 4])));
            assert_eq!(order.next_put_off(), None, "it is not done");
            order.end(n);
        }
        order.begin(4).unwrap();
        order.end(4);
        assert!(order.put_off(4, [0; 4]).is_err(), "it is done");
    }

    #[test]
    fn a_number_that_never_comes_is_a_violation() {
        let error = Order::default().wait(1).unwrap_err();
        assert!(error.to_string().contains("never sent"), "{error}");
    }
}
