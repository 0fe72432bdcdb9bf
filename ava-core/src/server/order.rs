//! The order of calls across threads: an asynchronous call starts when all that were numbered before it are done, and a
//! synchronous one when all that its thread could know of are.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU32;
#[cfg(not(loom))]
use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering, fence},
};
#[cfg(not(loom))]
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

#[cfg(loom)]
use loom::{
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering, fence},
    },
    thread::{self, Thread},
};

use super::api::Refusal;

/// How long a number may fail to arrive while nobody works on it: a guest that takes numbers and does not send them would wait
/// for itself for ever.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 300 } else { 10_000 });

/// How long a call inside a callback waits for its turn.
const IN_CALLBACK: Duration = Duration::from_secs(1);

/// Most calls that were put off.
const MAX_PUT_OFF: usize = 1 << 16;

/// How long to watch for the predecessor before sleeping: it is usually in another core's hands right now.
const SPINS: u32 = if cfg!(loom) { 0 } else { 200 };

/// With more calls to come before than this, watching is in vain: they are other threads' work, which want the cores.
const NEAR: u64 = 2;

/// Which asynchronous calls are done.
#[derive(Debug)]
pub(super) struct Order {
    done: AtomicU64,
    /// The asynchronous call in the vendor's hands; 0 if none is.
    running: AtomicU64,
    /// The least number that a sleeper waits for; [`NOBODY`] if there is none.
    awaited: AtomicU64,
    sleepers: Mutex<Vec<Sleeper>>,
    /// How many were [put off](Self::put_off).
    put_off: AtomicU32,
    /// By number, with their arguments.
    later: Mutex<BTreeMap<u64, Later>>,
}

/// A thread that sleeps until call number `until` is done. Only it is woken then: waking all who wait for every call cost 12 µs a call
/// of sixteen threads.
#[derive(Debug)]
struct Sleeper {
    until: u64,
    thread: Thread,
}

/// More calls than any session makes.
const NOBODY: u64 = u64::MAX;

impl Default for Order {
    fn default() -> Self {
        Self {
            done: AtomicU64::new(0),
            running: AtomicU64::new(0),
            awaited: AtomicU64::new(NOBODY),
            sleepers: Mutex::default(),
            put_off: AtomicU32::new(0),
            later: Mutex::default(),
        }
    }
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
        self.done.store(n, Ordering::Release);
        // SYNC POINT: with the fence in `sleep`. Either this load sees who waits, or the sleeper's last look sees that the call is done.
        fence(Ordering::SeqCst);
        if self.awaited.load(Ordering::Relaxed) <= n {
            self.wake(n);
        }
    }

    /// Wakes those who wait for the calls up to number `n`.
    #[cold]
    fn wake(&self, n: u64) {
        let mut sleepers = self.sleepers.lock().unwrap_or_else(|e| e.into_inner());
        let mut rest = NOBODY;
        sleepers.retain(|sleeper| {
            let is_due = sleeper.until <= n;
            if is_due {
                sleeper.thread.unpark();
            } else {
                rest = rest.min(sleeper.until);
            }
            !is_due
        });
        self.awaited.store(rest, Ordering::Relaxed);
    }

    /// Sleeps until `n` asynchronous calls are done; whenever `period` has passed, asks `check`, and gives up if it says so.
    fn sleep<E>(
        &self,
        n: u64,
        period: Duration,
        mut check: impl FnMut(u64) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut sleepers = self.sleepers.lock().unwrap_or_else(|e| e.into_inner());
        sleepers.push(Sleeper { until: n, thread: thread::current() });
        self.awaited.store(self.awaited.load(Ordering::Relaxed).min(n), Ordering::Relaxed);
        drop(sleepers);
        // SYNC POINT: with the fence in `end`. If that did not see who waits, this sees that it is done; the entry stays until the next
        // call ends.
        fence(Ordering::SeqCst);
        loop {
            let done = self.done.load(Ordering::Acquire);
            if done >= n {
                return Ok(());
            }
            check(done)?;
            #[cfg(not(loom))]
            thread::park_timeout(period);
            // Without a timeout in the model: a lost wake-up must show as a deadlock.
            #[cfg(loom)]
            {
                let _ = period;
                thread::park();
            }
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
    pub(super) fn wait_in_callback(&self, n: u64) {
        if self.done.load(Ordering::Acquire) >= n {
            return;
        }
        let begun = Instant::now();
        let slept =
            self.sleep(n, IN_CALLBACK, |_| if begun.elapsed() < IN_CALLBACK { Ok(()) } else { Err(()) });
        if slept.is_err() {
            tracing::warn!("a call inside a callback goes ahead of an asynchronous call that is not done");
        }
    }

    #[cold]
    fn wait_slowly(&self, n: u64) -> Result<(), Refusal> {
        if n - self.done.load(Ordering::Relaxed).min(n) <= NEAR {
            for _ in 0..SPINS {
                std::hint::spin_loop();
                if self.done.load(Ordering::Acquire) >= n {
                    return Ok(());
                }
            }
        }
        let mut seen = (self.done.load(Ordering::Acquire), Instant::now());
        self.sleep(n, PATIENCE / 10, |done| {
            if done != seen.0 || self.running.load(Ordering::Relaxed) != 0 {
                seen = (done, Instant::now());
            } else if seen.1.elapsed() >= PATIENCE {
                return Err(Refusal::violation(format!(
                    "a call waits for asynchronous call {}, which was numbered and never sent",
                    done + 1
                )));
            }
            Ok(())
        })
    }
}

#[cfg(all(test, not(loom)))]
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

/// Models of every interleaving, as those of the rings.
#[cfg(all(test, loom))]
mod loom_models {
    use loom::{sync::Arc, thread};

    use super::*;

    fn model(f: impl Fn() + Sync + Send + 'static) {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(3);
        builder.check(f);
    }

    #[test]
    fn loom_order_loses_no_wakeup() {
        model(|| {
            let order = Arc::new(Order::default());
            let second = thread::spawn({
                let order = Arc::clone(&order);
                move || {
                    order.begin(2).unwrap();
                    order.end(2);
                }
            });
            let waiting = thread::spawn({
                let order = Arc::clone(&order);
                move || order.wait(2).unwrap()
            });
            order.begin(1).unwrap();
            order.end(1);
            second.join().unwrap();
            waiting.join().unwrap();
        });
    }
}
