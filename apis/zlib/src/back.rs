//! `inflateBack`: the library calls the application for input, and with output that it left in the application's window. The guest
//! does the same around `inflate`, so that no call goes from the server to the application.

use std::ffi::{c_char, c_int, c_uchar, c_uint, c_void};
use std::ptr::{null, null_mut};

use crate::ffi::{
    Z_BUF_ERROR, Z_NO_FLUSH, Z_OK, Z_STREAM_END, Z_STREAM_ERROR, Z_VERSION_ERROR, ZLIB_VERSION, in_func,
    out_func, z_stream,
};
use crate::local;
use crate::spec::zlib::guest;

/// What [`init`] puts into a stream's `state`.
struct Back {
    /// Decompresses into the window.
    inner: z_stream,
    window: *mut c_uchar,
    size: c_uint,
}

fn empty() -> z_stream {
    z_stream {
        next_in: null_mut(),
        avail_in: 0,
        total_in: 0,
        next_out: null_mut(),
        avail_out: 0,
        total_out: 0,
        msg: null_mut(),
        state: null_mut(),
        zalloc: None,
        zfree: None,
        opaque: null_mut(),
        data_type: 0,
        adler: 0,
        reserved: 0,
    }
}

/// The state that `strm` has of [`init`].
///
/// # Safety
/// `strm` is null, or a stream of [`init`]'s or one whose `state` is null.
unsafe fn state<'a>(strm: *mut z_stream) -> Option<&'a mut Back> {
    // SAFETY: by the caller's promise.
    let strm = unsafe { strm.as_mut() }.filter(|strm| !local::is_begun(strm))?;
    // SAFETY: by the caller's promise, any other state that is not null is a box of `init`'s.
    unsafe { strm.state.cast::<Back>().as_mut() }
}

/// `inflateBackInit_`
///
/// # Safety
/// As zlib demands: `strm` is null or writable, `window` is null or has `1 << bits` bytes that stay.
pub(crate) unsafe fn init(
    strm: *mut z_stream,
    bits: c_int,
    window: *mut c_uchar,
    version: *const c_char,
    size: c_int,
) -> c_int {
    // SAFETY: a version is a string, so it has a first byte.
    let version_fits = !version.is_null() && unsafe { version.read() } as u8 == ZLIB_VERSION[0];
    if !version_fits || size as usize != size_of::<z_stream>() {
        return Z_VERSION_ERROR;
    }
    if strm.is_null() || window.is_null() || !(8..=15).contains(&bits) {
        return Z_STREAM_ERROR;
    }
    let mut back = Box::new(Back { inner: empty(), window, size: 1 << bits });
    // SAFETY: the inner stream has its place for as long as the state lives.
    let status = unsafe { guest::inflateInit2_(&raw mut back.inner, -bits, version, size) };
    // SAFETY: `strm` was checked, and the rest is the caller's promise. Its other fields may be anything so far.
    unsafe {
        (*strm).msg = null_mut();
        (*strm).state = if status == Z_OK { Box::into_raw(back).cast() } else { null_mut() };
    }
    status
}

/// `inflateBack`
///
/// # Safety
/// As zlib demands: `strm` is null or of [`init`], and the functions do what theirs should.
pub(crate) unsafe fn run(
    strm: *mut z_stream,
    give: in_func,
    give_desc: *mut c_void,
    take: out_func,
    take_desc: *mut c_void,
) -> c_int {
    // SAFETY: by the caller's promise.
    let (Some(back), Some(give), Some(take)) = (unsafe { state(strm) }, give, take) else {
        return Z_STREAM_ERROR;
    };
    // SAFETY: it has a state, so it is not null.
    let strm = unsafe { &mut *strm };
    // SAFETY: the inner stream was initialised.
    let mut status = unsafe { guest::inflateReset(&raw mut back.inner) };
    strm.msg = null_mut();
    let inner = &mut back.inner;
    (inner.next_in, inner.avail_in) = (strm.next_in, if strm.next_in.is_null() { 0 } else { strm.avail_in });
    (inner.next_out, inner.avail_out) = (back.window, back.size);
    while status == Z_OK {
        if inner.avail_in == 0 {
            let mut next: *const c_uchar = null();
            // SAFETY: the application's function gets what it was registered with.
            inner.avail_in = unsafe { give(give_desc, (&raw mut next).cast()) };
            inner.next_in = next.cast_mut();
            if inner.avail_in == 0 {
                inner.next_in = null_mut();
                status = Z_BUF_ERROR;
                break;
            }
        }
        // SAFETY: input and window are the application's, of these lengths.
        status = unsafe { guest::inflate(inner, Z_NO_FLUSH) };
        if inner.avail_out == 0 && status == Z_OK {
            (inner.next_out, inner.avail_out) = (back.window, back.size);
            // SAFETY: as above.
            if unsafe { take(take_desc, back.window, back.size) } != 0 {
                status = Z_BUF_ERROR;
            }
        }
    }
    let left = back.size - inner.avail_out;
    // SAFETY: as above. What was decompressed before an error is handed out too.
    if left != 0 && unsafe { take(take_desc, back.window, left) } != 0 && status == Z_STREAM_END {
        status = Z_BUF_ERROR;
    }
    (strm.next_in, strm.avail_in, strm.msg) = (inner.next_in, inner.avail_in, inner.msg);
    status
}

/// `inflateBackEnd`
///
/// # Safety
/// As zlib demands: `strm` is null or of [`init`].
pub(crate) unsafe fn end(strm: *mut z_stream) -> c_int {
    // SAFETY: by the caller's promise.
    let Some(back) = (unsafe { state(strm) }) else { return Z_STREAM_ERROR };
    // SAFETY: the inner stream was initialised, and the state is the box of `init`.
    let mut back = unsafe {
        (*strm).state = null_mut();
        Box::from_raw(back)
    };
    // SAFETY: as above.
    unsafe { guest::inflateEnd(&raw mut back.inner) }
}
