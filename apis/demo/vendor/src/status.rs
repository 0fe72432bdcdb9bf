//! Statuses, and the last one of each thread.

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// `dm_status`.
pub(crate) type Status = i32;

/// `DM_OK`.
pub(crate) const OK: Status = 0;

/// Why a call did not succeed: every `dm_status` but `DM_OK`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub(crate) enum Error {
    NotReady = 1,
    Unsupported = -3,
    InvalidValue = -4,
    InvalidDevice = -5,
    InvalidStream = -6,
    InvalidBuffer = -7,
    InvalidModule = -8,
    InvalidKernel = -9,
    InvalidEvent = -10,
    InvalidWaitList = -11,
    OutOfMemory = -12,
    NotFound = -13,
    BuildFailed = -14,
    CommandFailed = -15,
    Busy = -16,
    Cancelled = -17,
}

pub(crate) type Result<T> = std::result::Result<T, Error>;

thread_local! {
    static LAST: Cell<Status> = const { Cell::new(OK) };
}

/// The last failure of this thread.
pub(crate) fn last() -> Status {
    LAST.get()
}

/// The status of a call, which is remembered if the call failed.
pub(crate) fn call(body: impl FnOnce() -> Result<()>) -> Status {
    match body() {
        Ok(()) => OK,
        Err(error) => remember(error),
    }
}

/// The value of a call that returns no status, or `failure`.
pub(crate) fn call_or<T>(failure: T, body: impl FnOnce() -> Result<T>) -> T {
    body().unwrap_or_else(|error| {
        remember(error);
        failure
    })
}

/// Notes an error as the thread's last; `DM_NOT_READY` is none.
pub(crate) fn remember(error: Error) -> Status {
    if (error as Status) < 0 {
        LAST.set(error as Status);
    }
    error as Status
}

/// An error unless `condition` holds.
pub(crate) fn ensure(condition: bool, error: Error) -> Result<()> {
    if condition { Ok(()) } else { Err(error) }
}

/// Locks, whatever happened to a thread that held it: nothing here is left half changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
