//! Functions that the guest answers itself.

use std::cell::Cell;
use std::ffi::c_void;

use crate::demo::guest;
use crate::ffi::*;

thread_local! {
    /// The thread's last failure; `None` if only the vendor knows it.
    static LAST: Cell<Option<dm_status>> = const { Cell::new(Some(DM_OK)) };
}

/// A call failed with `status`, if that is known.
pub(crate) fn failed(status: Option<i64>) {
    // Positive statuses are no errors.
    if status.is_none_or(|status| status < 0) {
        // A thread that is ending has nobody to tell.
        let _ = LAST.try_with(|last| last.set(status.map(|status| status as dm_status)));
    }
}

/// `dmLastError`.
pub(crate) fn last_error() -> dm_status {
    match LAST.try_with(Cell::get).unwrap_or(Some(DM_OK)) {
        Some(status) => status,
        // SAFETY: it takes nothing.
        None => unsafe { guest::last_error() },
    }
}

/// `dmAllocHost`: memory that this process and the API server share, which the vendor may use.
pub(crate) fn alloc_host(size: usize) -> *mut c_void {
    let memory = if size == 0 { std::ptr::null_mut() } else { guest::zerocopy_alloc(size.min(1 << 30)) };
    let status = match (size, memory.is_null()) {
        (0, _) => DM_ERROR_INVALID_VALUE,
        (_, true) => DM_ERROR_OUT_OF_MEMORY,
        // SAFETY: the memory was just made, so large.
        (size, false) if size <= 1 << 30 => unsafe {
            // The arena's memory holds what its last user left there.
            memory.cast::<u8>().write_bytes(0, size);
            guest::register_host(memory, size)
        },
        _ => DM_ERROR_OUT_OF_MEMORY,
    };
    if status == DM_OK {
        return memory;
    }
    guest::zerocopy_free(memory);
    failed(Some(status.into()));
    std::ptr::null_mut()
}

/// `dmFreeHost`.
pub(crate) fn free_host(memory: *mut c_void) -> dm_status {
    if memory.is_null() {
        return DM_ERROR_INVALID_VALUE;
    }
    if !guest::is_zerocopy(memory) {
        return DM_ERROR_NOT_FOUND;
    }
    // SAFETY: only its address matters.
    let status = unsafe { guest::unregister_host(memory) };
    if status == DM_OK {
        guest::zerocopy_free(memory);
    }
    status
}
