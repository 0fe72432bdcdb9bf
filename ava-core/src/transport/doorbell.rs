//! How one side sleeps until the other has done something, without ever missing it, and without sleeping too eagerly.
//!
//! A [`Bell`] is one word of shared memory, which is both the flag "the owner sleeps" and the futex it sleeps on. The owner
//! sets the flag and then looks once more; the other side makes its work visible and then looks at the flag. A sequentially
//! consistent fence between the two steps of each side makes it impossible that both look too early. Nothing is
//! written and no system call made while the owner is awake, so a pipelined stream of commands costs one fence each.
//!
//! A [`Waiter`] decides whether to spin before sleeping. Waking a thread costs 5 to 50 µs, most of it waking the core, so
//! spinning pays when the answer comes soon *and* a core is free. Both are measured: how long waits have lately taken, and whether
//! spinning was interrupted or in vain. What is waited for may want this very core: the vendor's own thread, which the
//! server's wakes, is often put there. So after a few microseconds the spinning thread offers its core with every look. It does not at once:
//! on a core that is always on offer the vendor's thread stays, and the server's core falls asleep without it.

use std::{
    hint,
    sync::atomic::{AtomicUsize, Ordering as Relaxation},
    thread,
    time::{Duration, Instant},
};

use super::{
    Lost,
    sync::{AtomicU32, Ordering, fence},
};

const AWAKE: u32 = 0;
const ASLEEP: u32 = 1;

/// One word on which one thread sleeps until another rings. Zeroed memory is a bell whose owner is awake.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Bell {
    word: AtomicU32,
    /// Stands in for the kernel's queue of waiters.
    #[cfg(loom)]
    queue: (loom::sync::Mutex<()>, loom::sync::Condvar),
}

impl Bell {
    /// A bell whose owner is awake; sessions have theirs in zeroed memory.
    #[cfg(all(test, loom))]
    pub(super) fn new() -> Self {
        Self { word: AtomicU32::new(AWAKE), queue: Default::default() }
    }

    /// Wakes the owner if it sleeps. To be called after something was made visible to it.
    #[inline]
    pub(super) fn ring(&self) {
        // SYNC POINT: with the fence in `sleep`. Either this load sees ASLEEP, or the owner's last look sees the work.
        fence(Ordering::SeqCst);
        if self.word.load(Ordering::Relaxed) == ASLEEP {
            self.wake();
        }
    }

    /// Wakes the owner whatever the word says.
    #[cold]
    pub(super) fn wake(&self) {
        // First the word, so that an owner who is about to sleep does not, and so that the next `ring` is free.
        self.word.store(AWAKE, Ordering::Relaxed);
        self.futex_wake();
    }

    /// Sleeps until woken, for at most `timeout`, or not at all if `ready`. May return early for no reason.
    pub(super) fn sleep(&self, timeout: Option<Duration>, ready: impl FnOnce() -> bool) {
        self.word.store(ASLEEP, Ordering::Relaxed);
        // SYNC POINT: with the fence in `ring`.
        fence(Ordering::SeqCst);
        if !ready() {
            self.futex_wait(timeout);
        }
        self.word.store(AWAKE, Ordering::Relaxed);
    }

    /// Puts the bell into its first state.
    pub(super) fn reset(&self) {
        self.word.store(AWAKE, Ordering::Relaxed);
    }

    #[cfg(not(loom))]
    fn futex_wait(&self, timeout: Option<Duration>) {
        let time = timeout.map(|t| libc::timespec {
            tv_sec: t.as_secs() as libc::time_t,
            tv_nsec: t.subsec_nanos() as libc::c_long,
        });
        let time = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: the word and the time are valid for the call. Without FUTEX_PRIVATE_FLAG, since the other side is
        // another process. Every outcome (woken, timeout, signal, the word changed already) means: look again.
        unsafe {
            libc::syscall(libc::SYS_futex, self.word.as_ptr(), libc::FUTEX_WAIT, ASLEEP, time);
        }
    }

    #[cfg(not(loom))]
    fn futex_wake(&self) {
        // Everyone who waits, since a hostile process that maps the word too could otherwise take the owner's wake-up.
        // SAFETY: the word is valid for the call.
        unsafe {
            libc::syscall(libc::SYS_futex, self.word.as_ptr(), libc::FUTEX_WAKE, i32::MAX);
        }
    }

    #[cfg(loom)]
    fn futex_wait(&self, _timeout: Option<Duration>) {
        // Without a timeout in the model: a lost wake-up must show as a deadlock.
        let guard = self.queue.0.lock().unwrap_or_else(|e| e.into_inner());
        if self.word.load(Ordering::Relaxed) == ASLEEP {
            drop(self.queue.1.wait(guard));
        }
    }

    #[cfg(loom)]
    fn futex_wake(&self) {
        let _guard = self.queue.0.lock();
        self.queue.1.notify_all();
    }
}

/// The first looks are free: no clock, no judgement. A model has no use for them.
const FREE_LOOKS: u32 = if cfg!(loom) { 1 } else { 8 };
/// Never spin for longer than this, in nanoseconds as all times here; and spin only if a wait is expected to take less.
const CAP: u64 = 100_000;
/// For so long the core is not on offer.
const SELFISH: u64 = 20_000;
/// After spinning was in vain, do not spin for at most so many waits.
const MAX_REST: u32 = 64;
/// When waits are too long to spin, try all the same once in so many: a parked wait looks longer than it need be.
const PROBE: u32 = 32;

/// How many threads of this process spin now.
static SPINNING: AtomicUsize = AtomicUsize::new(0);
/// How many may, plus one; 0 if not counted yet. Not a lock, for which a forked child might wait in vain.
static SEATS: AtomicUsize = AtomicUsize::new(0);

/// Half the cores, none if there is but one.
fn may_spin() -> usize {
    match SEATS.load(Relaxation::Relaxed) {
        0 => {
            let seats = thread::available_parallelism().map_or(1, |n| n.get()) / 2;
            SEATS.store(seats + 1, Relaxation::Relaxed);
            seats
        }
        counted => counted - 1,
    }
}

/// Forgets the parent's spinning threads, which a forked child does not have. Async-signal-safe.
pub(super) fn forget_in_child() {
    SPINNING.store(0, Relaxation::Relaxed);
}

/// One thread's way to wait: first spinning, if that has lately been of use, then asleep.
#[derive(Debug, Default)]
pub(super) struct Waiter {
    /// Moving average of how long waits took, each counted as at most four times [`CAP`].
    expected: u64,
    /// Do not spin for so many more waits.
    rest: u32,
    /// The next [`rest`](Self::rest) after spinning in vain; doubles each time, halves with success.
    penalty: u32,
    /// Waits since the last that spun although [`expected`](Self::expected) was too long.
    unprobed: u32,
}

impl Waiter {
    /// Waits until `ready`, looking every `gap` pauses of the processor. While asleep, calls `check` whenever `period` has
    /// passed, and gives up if it fails.
    ///
    /// # Errors
    /// Whatever `check` fails with.
    pub(super) fn wait(
        &mut self,
        bell: &Bell,
        gap: u32,
        period: Option<Duration>,
        ready: impl Fn() -> bool,
        mut check: impl FnMut() -> Result<(), Lost>,
    ) -> Result<(), Lost> {
        for _ in 0..FREE_LOOKS {
            // Whoever calls this has just looked.
            pause(gap);
            if ready() {
                self.learn(0);
                return Ok(());
            }
        }
        let begun = Instant::now();
        if !self.spin(gap, begun, &ready) {
            let mut checked = begun;
            while !ready() {
                bell.sleep(period, &ready);
                let now = Instant::now();
                if period.is_some_and(|period| now - checked >= period) && !ready() {
                    check()?;
                    checked = now;
                }
            }
        }
        self.learn(nanoseconds(begun));
        Ok(())
    }

    /// Spins while that is worth it; true if `ready` came true.
    fn spin(&mut self, gap: u32, begun: Instant, ready: impl Fn() -> bool) -> bool {
        if self.rest > 0 {
            self.rest -= 1;
            return false;
        }
        if self.expected > CAP {
            self.unprobed += 1;
            if self.unprobed < PROBE {
                return false;
            }
        }
        self.unprobed = 0;
        let Some(_seat) = Seat::take() else { return false };
        loop {
            for _ in 0..8 {
                if ready() {
                    self.penalty /= 2;
                    if self.expected > CAP {
                        // Most of what the last waits took was waking up.
                        self.expected = nanoseconds(begun);
                    }
                    return true;
                }
                pause(gap);
            }
            let now = nanoseconds(begun);
            if now > CAP {
                self.penalty = (self.penalty * 2).clamp(1, MAX_REST);
                self.rest = self.penalty;
                return false;
            }
            if now > SELFISH {
                thread::yield_now();
            }
        }
    }

    fn learn(&mut self, took: u64) {
        self.expected = (self.expected * 7 + took.min(4 * CAP)) / 8;
    }
}

fn pause(count: u32) {
    for _ in 0..count {
        hint::spin_loop();
    }
}

fn nanoseconds(since: Instant) -> u64 {
    since.elapsed().as_nanos() as u64
}

/// One of the places for spinning threads.
struct Seat;

impl Seat {
    fn take() -> Option<Self> {
        if cfg!(loom) {
            return None;
        }
        let seat = Self;
        // Over the limit, dropping the seat gives it back.
        (SPINNING.fetch_add(1, Relaxation::Relaxed) < may_spin()).then_some(seat)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        SPINNING.fetch_sub(1, Relaxation::Relaxed);
    }
}
