//! The library itself: its version, its errors, its files.

use std::ffi::{c_char, c_int};
use std::ptr;
use std::sync::Mutex;

use crate::raw::{In, Out};
use crate::status::{self, Status, lock};

symbols! { "DEMO_1.0": dmVersion dmLastError dmErrorString dmOpen dmReadFile dmClose }

/// `DM_VERSION`.
const VERSION: u32 = 0x0002_0000;

#[unsafe(no_mangle)]
extern "C" fn dmVersion() -> u32 {
    VERSION
}

#[unsafe(no_mangle)]
extern "C" fn dmLastError() -> Status {
    status::last()
}

#[unsafe(no_mangle)]
pub(crate) extern "C" fn dmErrorString(status: Status) -> *const c_char {
    let text = match status {
        0 => c"no error",
        1 => c"not ready",
        -1 => c"device lost",
        -2 => c"refused",
        -3 => c"unsupported",
        -4 => c"invalid value",
        -5 => c"invalid device",
        -6 => c"invalid stream",
        -7 => c"invalid buffer",
        -8 => c"invalid module",
        -9 => c"invalid kernel",
        -10 => c"invalid event",
        -11 => c"invalid event in a wait list",
        -12 => c"out of memory",
        -13 => c"not found",
        -14 => c"build failed",
        -15 => c"command failed",
        -16 => c"busy",
        -17 => c"cancelled",
        _ => return ptr::null(),
    };
    text.as_ptr()
}

/// The files that `dmOpen` knows.
const FILES: [(&str, &[u8]); 2] = [("/demo/readme", b"an invented device"), ("/demo/empty", b"")];

/// An open file: its contents and the position in them.
#[derive(Clone, Copy, Debug)]
struct OpenFile {
    contents: &'static [u8],
    at: usize,
}

/// File number `n` is in place `n - 1`.
static OPEN: Mutex<[Option<OpenFile>; 4]> = Mutex::new([None; 4]);

/// Fails as a function of the C library does.
fn fail<T: From<i8>>(errno: c_int) -> T {
    // SAFETY: the C library's own variable of this thread.
    unsafe { *libc::__errno_location() = errno };
    T::from(-1)
}

/// The place of a file number.
fn place(file: c_int) -> usize {
    usize::try_from(file).unwrap_or_default().wrapping_sub(1)
}

#[unsafe(no_mangle)]
extern "C" fn dmOpen(path: In<c_char>) -> c_int {
    let Ok(path) = path.text() else {
        return fail(libc::EFAULT);
    };
    let Some(&(_, contents)) = FILES.iter().find(|(name, _)| name.as_bytes() == path.to_bytes()) else {
        return fail(libc::ENOENT);
    };
    let mut open = lock(&OPEN);
    let Some((place, file)) = open.iter_mut().enumerate().find(|(_, file)| file.is_none()) else {
        return fail(libc::EMFILE);
    };
    *file = Some(OpenFile { contents, at: 0 });
    c_int::try_from(place + 1).unwrap_or(c_int::MAX)
}

#[unsafe(no_mangle)]
extern "C" fn dmReadFile(file: c_int, buffer: Out<u8>, size: usize) -> i64 {
    let mut open = lock(&OPEN);
    let Some(Some(file)) = open.get_mut(place(file)) else {
        return fail(libc::EBADF);
    };
    if buffer.is_null() && size != 0 {
        return fail(libc::EFAULT);
    }
    let bytes = &file.contents[file.at..];
    let bytes = &bytes[..size.min(bytes.len())];
    buffer.set_all(bytes.iter().copied());
    file.at += bytes.len();
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

#[unsafe(no_mangle)]
extern "C" fn dmClose(file: c_int) -> c_int {
    let mut open = lock(&OPEN);
    match open.get_mut(place(file)) {
        Some(file @ Some(_)) => {
            *file = None;
            0
        }
        _ => fail(libc::EBADF),
    }
}
