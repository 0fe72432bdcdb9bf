//! What is composed in the guest of forwarded calls.

use std::ffi::{c_char, c_int};

use crate::ffi::{Z_OK, Z_STREAM_ERROR, ZLIB_VERSION, internal_state, z_crc_t, z_stream};
use crate::spec::zlib::{args, guest};
use crate::sums;

/// What `state` points to in the application if the server has one: programs ask whether it is null, and no more. The first is for
/// a stream that nothing was compressed with since it was made or reset: its data may be anything until then.
static STATES: [u8; 2] = [0; 2];

fn fresh() -> *mut internal_state {
    (&raw const STATES[0]).cast_mut().cast()
}

fn in_use() -> *mut internal_state {
    (&raw const STATES[1]).cast_mut().cast()
}

/// After a call that makes or resets a stream.
///
/// # Safety
/// `strm` is null, or a stream as zlib demands it.
unsafe fn begun(strm: *mut z_stream, status: c_int) -> c_int {
    if status == Z_OK {
        // SAFETY: the library has just used it, so it is not null.
        unsafe { (*strm).state = fresh() };
    }
    status
}

/// After a call that compresses.
///
/// # Safety
/// As for [`begun`].
unsafe fn compressed(strm: *mut z_stream, status: c_int) -> c_int {
    if status != Z_STREAM_ERROR {
        // SAFETY: as in `begun`.
        unsafe { (*strm).state = in_use() };
    }
    status
}

/// After a call that ends one.
///
/// # Safety
/// As for [`begun`].
unsafe fn ended(strm: *mut z_stream, status: c_int) -> c_int {
    if status != Z_STREAM_ERROR {
        // SAFETY: as in `begun`.
        unsafe { (*strm).state = std::ptr::null_mut() };
    }
    status
}

/// Hooks of functions that pass `strm` on.
macro_rules! hooks {
    ($($name:ident: $function:ident => $hook:ident;)*) => {$(
        /// See the function that it calls.
        ///
        /// # Safety
        /// As there.
        pub(crate) unsafe fn $name(args: &args::$function, status: c_int) -> c_int {
            // SAFETY: passed on to the caller.
            unsafe { $hook(args.strm, status) }
        }
    )*};
}

hooks! {
    begun_deflate: deflateInit_ => begun;
    begun_deflate2: deflateInit2_ => begun;
    used: deflate => compressed;
    reset: deflateReset => begun;
    reset_keep: deflateResetKeep => begun;
    begun_inflate: inflateInit_ => begun;
    begun_inflate2: inflateInit2_ => begun;
    ended_deflate: deflateEnd => ended;
    ended_inflate: inflateEnd => ended;
}

/// Whether `state` is that of a stream of the server's.
pub(crate) fn is_begun(strm: &z_stream) -> bool {
    [fresh(), in_use()].contains(&strm.state)
}

/// `deflateParams`, which compresses what is there if that has begun.
///
/// # Safety
/// As zlib demands.
pub(crate) unsafe fn params(strm: *mut z_stream, level: c_int, strategy: c_int) -> c_int {
    // SAFETY: a stream that is not null is there.
    match unsafe { strm.as_ref() }.is_some_and(|strm| strm.state == in_use()) {
        // SAFETY: passed on to the caller.
        true => unsafe { guest::params_used(strm, level, strategy) },
        // SAFETY: as above.
        false => unsafe { guest::params_fresh(strm, level, strategy) },
    }
}

/// `deflateCopy` and `inflateCopy`. The server copies the state; the rest of the struct, with the application's pointers, is copied here.
///
/// # Safety
/// Each pointer is null, or to a stream as zlib demands it.
pub(crate) unsafe fn copy(
    dest: *mut z_stream,
    source: *mut z_stream,
    state: unsafe extern "C" fn(*mut z_stream, *mut z_stream) -> c_int,
) -> c_int {
    // SAFETY: passed on to the caller.
    let status = unsafe { state(dest, source) };
    if status == Z_OK {
        // SAFETY: the library has just read `source` and written `dest`, so neither is null; they may not be the same stream.
        unsafe { dest.copy_from(source, 1) };
    }
    status
}

/// The version of the server's library; of the header, if there is no server.
///
/// # Safety
/// None needed.
pub(crate) unsafe fn version() -> *const c_char {
    // SAFETY: it has no arguments.
    match unsafe { guest::server_version() } {
        version if version.is_null() => ZLIB_VERSION.as_ptr().cast(),
        version => version,
    }
}

/// The text for a status.
///
/// # Safety
/// None needed.
pub(crate) unsafe fn error(status: c_int) -> *const c_char {
    // SAFETY: it has no pointers.
    match unsafe { guest::server_error(status) } {
        text if text.is_null() => c"stream error".as_ptr(),
        text => text,
    }
}

/// The table of remainders of the bytes.
///
/// # Safety
/// None needed.
pub(crate) unsafe fn crc_table() -> *const z_crc_t {
    // SAFETY: it has no arguments.
    match unsafe { guest::server_crc_table() } {
        table if table.is_null() => sums::TABLE.as_ptr(),
        table => table,
    }
}
