//! The application's `errno`: what the runtime does on the way of a call (waiting, connecting, mapping) leaves no trace in it, and
//! what the vendor's function did to it in the server arrives.

use std::cell::Cell;
use std::ffi::c_int;

/// Keeps the calling thread's `errno` as it is now, until it is dropped.
pub(super) struct Kept {
    location: *mut c_int,
    value: c_int,
}

impl Kept {
    #[inline]
    pub(super) fn new() -> Self {
        // SAFETY: the location is this thread's, and lives as long as the thread.
        unsafe {
            let location = libc::__errno_location();
            Self { location, value: *location }
        }
    }
}

impl Drop for Kept {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: a `Kept` holds a pointer, so it stays in its thread, whose location this is.
        unsafe { *self.location = self.value };
    }
}

/// Runs the stub of a function that carries `errno`: it leaves in the cell what [`Call::errno`](super::Call::errno) said, which the
/// application then finds in its own.
pub fn with_errno<R>(stub: impl FnOnce(&Cell<u16>) -> R) -> R {
    let carried = Cell::new(0);
    let result = stub(&carried);
    if let Some(errno) = carried.get().checked_sub(1) {
        // SAFETY: the location is this thread's.
        unsafe { *libc::__errno_location() = c_int::from(errno) };
    }
    result
}
