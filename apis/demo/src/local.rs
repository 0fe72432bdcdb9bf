//! Functions that the guest answers itself.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};

use crate::demo::{args, guest};
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
    let Some(size) = guest::zerocopy_len(memory) else { return DM_ERROR_NOT_FOUND };
    // SAFETY: it is this process's, so large.
    let status = unsafe { guest::unregister_host(memory, size) };
    if status == DM_OK {
        guest::zerocopy_free(memory);
    }
    status
}

/// `dmGetTable`: the guest's own functions.
pub(crate) fn table(version: u32) -> *const dm_table {
    static TABLE: dm_table = dm_table {
        stream_finish: Some(guest::dmStreamFinish),
        buffer_size: Some(guest::dmBufferSize),
        error_string: Some(guest::dmErrorString),
        peek: Some(guest::dmPeek),
        poke: Some(guest::dmPoke),
    };
    if version == 1 {
        return &TABLE;
    }
    failed(Some(DM_ERROR_NOT_FOUND.into()));
    std::ptr::null()
}

/// `dmGetProcAddress`.
///
/// # Safety
/// `name` is null or a string.
pub(crate) unsafe fn proc_address(name: *const c_char) -> dm_function {
    let status = if name.is_null() { DM_ERROR_INVALID_VALUE } else { DM_ERROR_NOT_FOUND };
    // SAFETY: the caller's string.
    let name = if name.is_null() { c"" } else { unsafe { CStr::from_ptr(name) } };
    let address = match name.to_bytes() {
        // The table alone has them.
        b"dmPeek" | b"dmPoke" => std::ptr::null_mut(),
        _ => guest::address(name),
    };
    if address.is_null() {
        failed(Some(status.into()));
        return None;
    }
    // SAFETY: it is a function of the guest library, which the application calls by its own type.
    Some(unsafe { std::mem::transmute::<*mut c_void, unsafe extern "C" fn()>(address) })
}

/// What every object of the guest's begins with. Loaders of APIs that have them expect a table of functions there; a debugger sees
/// here whose object it is.
pub(crate) fn dispatch() -> *const c_void {
    static NAME: &CStr = c"an object of the demo API, forwarded by AvA";
    NAME.as_ptr().cast()
}

/// After `dmStreamMark`, which has no status: the vendor knows why there is no mark.
///
/// # Safety
/// None is needed: it is a hook, which are.
pub(crate) unsafe fn marked(_: &args::dmStreamMark, mark: *const c_void) -> *const c_void {
    if mark.is_null() {
        failed(None);
    }
    mark
}

/// Before `dmSort`: one value is sorted, and nothing needs to be compared.
///
/// # Safety
/// None is needed: it is a hook, which are.
pub(crate) unsafe fn is_sorted(args: &args::dmSort) -> Option<dm_status> {
    (args.n == 1 && !args.values.is_null() && args.compare.is_some()).then_some(DM_OK)
}
