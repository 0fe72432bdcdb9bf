//! `libz.so.1` for guests: the C symbols of zlib, forwarded by AvA. Everything but one function is in `ava-zlib`.

use std::ffi::{c_char, c_int, c_void};

ava_zlib::export_guest!();

/// As [`gzvprintf`](ava_zlib::zlib::guest::gzvprintf), not supported: no file can be open. It takes any number of arguments, which Rust
/// cannot declare; with every C calling convention of Linux, a function may ignore what it was passed.
#[unsafe(no_mangle)]
pub extern "C" fn gzprintf(_file: *mut c_void, _format: *const c_char) -> c_int {
    ava_zlib::ffi::Z_STREAM_ERROR
}
