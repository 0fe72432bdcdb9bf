//! The vendor of the showcase.

use std::ffi::{CStr, c_char, c_void};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::ffi::types::*;

/// Reads that wait: to and length.
static READS: Mutex<Vec<(usize, usize)>> = Mutex::new(Vec::new());

fn reads() -> std::sync::MutexGuard<'static, Vec<(usize, usize)>> {
    READS.lock().unwrap_or_else(|e| e.into_inner())
}

fn work() {
    for (to, len) in reads().drain(..) {
        // SAFETY: the commands' buffers live until they are done.
        unsafe { (to as *mut u8).write_bytes(b'r', len) };
    }
}

pub(super) fn device_is_idle() -> bool {
    reads().is_empty()
}

fn make() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0x1000);
    NEXT.fetch_add(16, Ordering::Relaxed)
}

unsafe extern "C" fn same(_: usize) -> status {
    SHOW_OK
}

unsafe extern "C" fn open(_: u64, depth: i32, _: f64, err: *mut status) -> usize {
    // SAFETY: the caller's arguments are as the API demands, here and below.
    unsafe { *err = if depth < 0 { SHOW_NO } else { SHOW_OK } };
    if depth < 0 { 0 } else { make() }
}

unsafe extern "C" fn name(_: usize, size: usize, name: *mut u8, size_ret: *mut usize) -> status {
    let text = b"a \"thing\"\0";
    // SAFETY: as above.
    unsafe {
        if !size_ret.is_null() {
            *size_ret = text.len();
        }
        if !name.is_null() {
            if size < text.len() {
                return SHOW_NO;
            }
            name.copy_from_nonoverlapping(text.as_ptr(), text.len());
        }
    }
    SHOW_OK
}

unsafe extern "C" fn texts(
    _: usize,
    _: *const c_char,
    _: u32,
    _: *const *const c_char,
    _: usize,
    _: usize,
) -> status {
    SHOW_OK
}

unsafe extern "C" fn numbers(
    _: usize,
    n: u32,
    numbers: *const i32,
    halves: *mut f32,
    sum: *mut i64,
) -> status {
    let mut all = 0;
    // SAFETY: as above.
    unsafe {
        for i in 0..n as usize {
            *halves.add(i) = *numbers.add(i) as f32 / 2.0;
            all += i64::from(*numbers.add(i));
        }
        if !sum.is_null() {
            *sum = all;
        }
    }
    SHOW_OK
}

unsafe extern "C" fn pairs(_: usize, pairs: *mut pair) -> status {
    // SAFETY: as above.
    unsafe { (*pairs).a += 1 };
    SHOW_OK
}

unsafe extern "C" fn list(n: u32, things: *const usize, last: *mut usize) -> status {
    // SAFETY: as above.
    unsafe { *last = *things.add(n as usize - 1) };
    SHOW_OK
}

unsafe extern "C" fn split(_: usize, n: u32, parts: *mut usize, made: *mut u32) -> status {
    // SAFETY: as above.
    unsafe {
        *made = n.min(2);
        for i in 0..*made as usize {
            *parts.add(i) = make();
        }
    }
    SHOW_OK
}

unsafe extern "C" fn read(_: usize, block: u32, len: usize, to: usize, e: *mut usize) -> status {
    reads().push((to, len));
    if block != 0 {
        work();
    }
    if !e.is_null() {
        // SAFETY: as above.
        unsafe { *e = make() };
    }
    SHOW_OK
}

unsafe extern "C" fn wait(_: u32, _: *const usize) -> status {
    work();
    SHOW_OK
}

unsafe extern "C" fn plan(_: usize, plan: *mut plan) -> status {
    // SAFETY: as above.
    unsafe {
        if !(*plan).reply.is_null() {
            (*plan).reply.copy_from_nonoverlapping(c"ready".as_ptr(), 6);
        }
        (*plan).count += 10;
    }
    SHOW_OK
}

unsafe extern "C" fn version() -> u32 {
    3
}

unsafe extern "C" fn tick(_: u32) {}

unsafe extern "C" fn motto(_: usize) -> *const c_char {
    c"show, don't tell".as_ptr()
}

unsafe extern "C" fn skew(_: usize, _: usize) -> status {
    SHOW_OK
}

pub(super) fn find(name_of: &CStr) -> *mut c_void {
    match name_of.to_bytes() {
        b"showOpen" => open as *mut c_void,
        b"showName" => name as *mut c_void,
        b"showTexts" => texts as *mut c_void,
        b"showNumbers" => numbers as *mut c_void,
        b"showPairs" => pairs as *mut c_void,
        b"showList" => list as *mut c_void,
        b"showSplit" => split as *mut c_void,
        b"showRead" => read as *mut c_void,
        b"showWait" => wait as *mut c_void,
        b"showPlan" => plan as *mut c_void,
        b"showVersion" => version as *mut c_void,
        b"showTick" => tick as *mut c_void,
        b"showMotto" => motto as *mut c_void,
        b"showSkewIn" | b"showSkewOut" | b"showSkewPlan" => skew as *mut c_void,
        _ => same as *mut c_void,
    }
}
