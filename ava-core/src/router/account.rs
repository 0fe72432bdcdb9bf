//! Accounts: what a session's server counts and avad reads, in memory that only the two of them map.
//!
//! One page set per session, in a memfd of sealed size. The server adds, avad reads; both by relaxed atomics, as the figures
//! are read while they change and none of them guards anything. A server that its guest has taken over can write nonsense
//! here, about its own session only.
//!
//! ```text
//! line 0: functions, last activity │ line 1: bytes in, bytes out, refused │ lines 2-5: (amount, peak) per resource
//! cells: (sync, async) per function, runtime's last
//! ```
//!
//! The first line changes a few hundred times a second at most, so that threads that count do not take it from each other.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::wire::CONTROL_BASE;

/// Word that holds the number of functions.
const FUNCTIONS: usize = 0;
/// Word that holds the time of the last call.
const LAST_ACTIVITY: usize = 1;
/// Word that counts bytes of commands.
const BYTES_IN: usize = 8;
/// Word that counts bytes of replies.
const BYTES_OUT: usize = 9;
/// Word that counts refused calls.
const REFUSED: usize = 10;
/// First of the resources' words.
const RESOURCES: usize = 16;
/// Words before the cells of the functions: whole cache lines.
const FIXED: usize = RESOURCES + 2 * MAX_RESOURCES;

/// The largest number of resources of an API.
pub const MAX_RESOURCES: usize = 16;

/// The largest number of functions that an account is opened with: beyond every API, and a bound on what is mapped.
const MAX_FUNCTIONS: usize = 8192;

/// A mapped account.
#[derive(Debug)]
pub struct Account {
    words: *const AtomicU64,
    functions: usize,
}

// SAFETY: the mapping lives as long as the value, and is only used through atomics.
unsafe impl Send for Account {}
// SAFETY: as above.
unsafe impl Sync for Account {}

/// The figures of an account at some moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountSnapshot {
    /// Synchronous and asynchronous calls of every function, in the order of the API's table; last, those of the runtime's own
    /// commands.
    pub calls: Vec<[u64; 2]>,
    /// Bytes of all commands.
    pub bytes_in: u64,
    /// Bytes of all replies.
    pub bytes_out: u64,
    /// When the last call came, as [`now_ms`] tells the time; 0 if none did.
    pub last_activity_ms: u64,
    /// Calls that a policy refused.
    pub refused: u64,
    /// In the order of the API's table. Of an instantaneous resource, how much was consumed, and 0. Of a continuous one, how much is
    /// held, calls being made included, and the most that successful calls brought it to.
    pub resources: [[u64; 2]; MAX_RESOURCES],
}

impl AccountSnapshot {
    /// Synchronous and asynchronous calls of the API, without the runtime's own commands.
    pub fn totals(&self) -> [u64; 2] {
        let functions = self.calls.split_last().map_or(&[][..], |(_runtime, functions)| functions);
        functions.iter().fold([0, 0], |[s, a], [sync, asynchronous]| {
            [s.wrapping_add(*sync), a.wrapping_add(*asynchronous)]
        })
    }
}

/// Milliseconds of `CLOCK_MONOTONIC`, which all processes of a machine share, to the kernel's tick (at most 10 ms): reading
/// the coarse clock costs a fifth of reading the exact one, and every call reads it.
#[inline]
pub fn now_ms() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` is valid for writing. The clock exists since Linux 2.6.32; if it did not, `now` would stay zero.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_COARSE, &raw mut now) };
    now.tv_sec as u64 * 1000 + now.tv_nsec as u64 / 1_000_000
}

const fn words_for(functions: usize) -> usize {
    FIXED + 2 * (functions + 1)
}

impl Account {
    /// Makes the account of a session whose API has `functions` functions. The file descriptor is for the other side.
    ///
    /// # Errors
    /// The system's.
    pub fn create(functions: usize) -> io::Result<(Self, OwnedFd)> {
        if functions > MAX_FUNCTIONS {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        // SAFETY: the name is a C string.
        let fd = unsafe {
            libc::memfd_create(c"ava-account".as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING)
        };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: just made, and nobody else's.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        let seals = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;
        // SAFETY: plain system calls on a descriptor of our own.
        let failed = unsafe {
            libc::ftruncate(fd.as_raw_fd(), (words_for(functions) * 8) as libc::off_t) != 0
                || libc::fcntl(fd.as_raw_fd(), libc::F_ADD_SEALS, seals) != 0
        };
        if failed {
            return Err(io::Error::last_os_error());
        }
        let account = Self::map(&fd, functions)?;
        account.word(FUNCTIONS).store(functions as u64, Ordering::Relaxed);
        Ok((account, fd))
    }

    /// Maps the account behind `fd`, which came from [`Self::create`] in the other process.
    ///
    /// # Errors
    /// The system's, or `InvalidData` if it is no account.
    pub fn open(fd: OwnedFd) -> io::Result<Self> {
        // SAFETY: a plain system call on a descriptor of our own.
        let seals = unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_GET_SEALS) };
        if seals < 0 || seals & libc::F_SEAL_SHRINK == 0 {
            // Whoever could cut it shorter could kill this process by a bus error.
            return Err(io::ErrorKind::InvalidData.into());
        }
        // SAFETY: an all-zero `stat` is a valid one, and `fstat` only writes it.
        let size = unsafe {
            let mut stat: libc::stat = std::mem::zeroed();
            if libc::fstat(fd.as_raw_fd(), &raw mut stat) != 0 {
                return Err(io::Error::last_os_error());
            }
            usize::try_from(stat.st_size).unwrap_or(0)
        };
        let functions = (size / 8).checked_sub(words_for(0)).map(|rest| rest / 2);
        let functions = functions.filter(|n| *n <= MAX_FUNCTIONS && words_for(*n) * 8 == size);
        Self::map(&fd, functions.ok_or(io::ErrorKind::InvalidData)?)
    }

    fn map(fd: &OwnedFd, functions: usize) -> io::Result<Self> {
        // SAFETY: a fresh shared mapping at an address of the kernel's choice.
        let base = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                words_for(functions) * 8,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                fd.as_raw_fd(),
                0,
            )
        };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Self { words: base.cast(), functions })
    }

    fn word(&self, n: usize) -> &AtomicU64 {
        debug_assert!(n < words_for(self.functions));
        // SAFETY: every caller's `n` is below `words_for(functions)`, the mapping's length, and lives as long as `self`.
        unsafe { &*self.words.add(n) }
    }

    fn add(&self, n: usize, value: u64) {
        self.word(n).fetch_add(value, Ordering::Relaxed);
    }

    /// Charges one call of `func` with a command of `bytes_in` bytes. Commands of the runtime share one cell.
    #[inline]
    pub fn count(&self, func: u16, asynchronous: bool, bytes_in: u64) {
        let cell = if func >= CONTROL_BASE { self.functions } else { (func as usize).min(self.functions) };
        self.add(FIXED + 2 * cell + usize::from(asynchronous), 1);
        self.add(BYTES_IN, bytes_in);
        let (now, last) = (now_ms(), self.word(LAST_ACTIVITY));
        if last.load(Ordering::Relaxed) != now {
            last.store(now, Ordering::Relaxed);
        }
    }

    /// Charges `bytes` bytes that a command brought outside itself.
    #[inline]
    pub fn bytes_in(&self, bytes: u64) {
        self.add(BYTES_IN, bytes);
    }

    /// Charges a reply of `bytes` bytes.
    #[inline]
    pub fn bytes_out(&self, bytes: u64) {
        self.add(BYTES_OUT, bytes);
    }

    /// Counts a call that a policy refused.
    #[inline]
    pub fn refused(&self) {
        self.add(REFUSED, 1);
    }

    /// Adds `amount` units of a resource.
    #[inline]
    pub(super) fn charge(&self, resource: u8, amount: u64) {
        if let Some(word) = Self::resource(resource) {
            self.add(word, amount);
        }
    }

    /// Takes `amount` units of a resource back. Never more than there are.
    pub(super) fn release(&self, resource: u8, amount: u64) {
        if let Some(word) = Self::resource(resource) {
            let less = |now: u64| Some(now.saturating_sub(amount));
            // `less` always gives a value, so this does not fail.
            let _ = self.word(word).fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        }
    }

    /// What is held of a continuous resource now is not taken back: it counts for the peak.
    #[inline]
    pub fn mark_peak(&self, resource: u8) {
        if let Some(word) = Self::resource(resource) {
            let held = self.word(word).load(Ordering::Relaxed);
            self.word(word + 1).fetch_max(held, Ordering::Relaxed);
        }
    }

    /// The words of a resource; `None` if there is no such resource.
    fn resource(n: u8) -> Option<usize> {
        (usize::from(n) < MAX_RESOURCES).then_some(RESOURCES + 2 * usize::from(n))
    }

    /// The figures now.
    pub fn snapshot(&self) -> AccountSnapshot {
        let get = |n: usize| self.word(n).load(Ordering::Relaxed);
        AccountSnapshot {
            calls: (0..=self.functions).map(|f| [get(FIXED + 2 * f), get(FIXED + 2 * f + 1)]).collect(),
            bytes_in: get(BYTES_IN),
            bytes_out: get(BYTES_OUT),
            last_activity_ms: get(LAST_ACTIVITY),
            refused: get(REFUSED),
            resources: std::array::from_fn(|n| [get(RESOURCES + 2 * n), get(RESOURCES + 2 * n + 1)]),
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        // SAFETY: the mapping is this value's own.
        unsafe { libc::munmap(self.words.cast_mut().cast(), words_for(self.functions) * 8) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_see_the_same_figures() {
        let (server, fd) = Account::create(3).unwrap();
        let avad = Account::open(fd).unwrap();
        server.count(2, false, 100);
        server.count(2, true, 10);
        server.count(CONTROL_BASE, true, 1);
        server.bytes_out(7);
        server.refused();
        let seen = avad.snapshot();
        assert_eq!(seen.calls, [[0, 0], [0, 0], [1, 1], [0, 1]]);
        assert_eq!((seen.bytes_in, seen.bytes_out, seen.refused), (111, 7, 1));
        assert_eq!(seen.totals(), [1, 1]);
        assert!(now_ms() - seen.last_activity_ms < 10_000);
    }

    #[test]
    fn no_function_number_leaves_the_account() {
        let (account, _fd) = Account::create(1).unwrap();
        for func in [0, 1, 7, u16::MAX] {
            account.count(func, true, 0);
        }
        assert_eq!(account.snapshot().calls, [[0, 1], [0, 3]]);
    }

    #[test]
    fn what_is_held_comes_back_and_the_peak_stays() {
        let (account, fd) = Account::create(0).unwrap();
        account.charge(15, 100);
        account.mark_peak(15);
        account.charge(15, 7);
        account.release(15, 107);
        account.release(15, 1);
        for nowhere in [16, 255] {
            account.charge(nowhere, 1);
            account.release(nowhere, 1);
            account.mark_peak(nowhere);
        }
        account.charge(0, 3);
        let seen = Account::open(fd).unwrap().snapshot();
        assert_eq!((seen.resources[15], seen.resources[0]), ([0, 100], [3, 0]));
        assert_eq!(seen.calls, [[0, 0]], "nothing was written elsewhere");
    }

    #[test]
    fn memory_that_could_shrink_is_no_account() {
        // SAFETY: the name is a C string, and the descriptor is nobody else's.
        let fd = unsafe { OwnedFd::from_raw_fd(libc::memfd_create(c"x".as_ptr(), libc::MFD_ALLOW_SEALING)) };
        // SAFETY: a plain system call on a descriptor of our own.
        assert_eq!(unsafe { libc::ftruncate(fd.as_raw_fd(), (words_for(3) * 8) as libc::off_t) }, 0);
        assert_eq!(Account::open(fd).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn what_is_too_short_is_no_account() {
        let file = std::fs::File::open("/dev/null").unwrap();
        assert!(Account::open(file.into()).is_err());
    }
}
