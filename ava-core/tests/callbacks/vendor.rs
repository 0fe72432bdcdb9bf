//! The vendor of the API, in the same process as server and guest. It calls back on the thread that called it, and on threads of its
//! own.

use std::ffi::{CStr, c_char, c_void};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use super::api::types::*;

#[path = "vendor_structs.rs"]
mod structs;

type Visit = Option<unsafe extern "C" fn(item, u32, *mut c_void) -> status>;
type Compare = Option<unsafe extern "C" fn(*const u32, *const u32) -> i32>;
type Log = Option<unsafe extern "C" fn(u32, *const c_char)>;
type Notify = Option<unsafe extern "C" fn(item, status, *mut c_void)>;
type Fill = Option<unsafe extern "C" fn(u32, usize, *mut u8, *mut u32, *mut c_void) -> status>;
type Best = Option<unsafe extern "C" fn(u32, *const item, *mut item, *mut c_void) -> status>;
type Change = Option<unsafe extern "C" fn(usize, *mut u32)>;
type Take = Option<unsafe extern "C" fn(usize, *const u8, *mut c_void) -> u64>;

/// A pointer on its way to another thread.
#[derive(Clone, Copy)]
struct Sent<T>(T);
// SAFETY: what the tests send is the API's to be used in any thread.
unsafe impl<T> Send for Sent<T> {}
impl<T> Sent<T> {
    fn get(self) -> T {
        self.0
    }
}

static LOGGER: Mutex<Log> = Mutex::new(None);
static ITEMS: AtomicUsize = AtomicUsize::new(0x1000);
/// Vendor threads that wait for a callback's result now.
pub static WAITING: AtomicU32 = AtomicU32::new(0);
/// What the callbacks returned that were waited for last, plus one.
pub static GOT: AtomicU32 = AtomicU32::new(0);

unsafe extern "C" fn create(err: *mut status) -> usize {
    // SAFETY: the server gives a location for the status.
    unsafe { *err = OK };
    ITEMS.fetch_add(0x10, Ordering::Relaxed)
}

unsafe extern "C" fn refs(_i: usize) -> status {
    OK
}

unsafe extern "C" fn visit(n: u32, f: Visit, data: *mut c_void) -> status {
    let Some(f) = f else { return BAD };
    for i in 0..n {
        // SAFETY: the callback is called as it was registered.
        let answer = unsafe { f((0x100_0000 + 8 * i as usize) as item, i, data) };
        if answer != OK {
            return answer;
        }
    }
    OK
}

unsafe extern "C" fn sort(n: u32, values: *mut u32, f: Compare) -> status {
    let Some(f) = f else { return BAD };
    // SAFETY: as the API says, and as above.
    unsafe {
        let values = std::slice::from_raw_parts_mut(values, n as usize);
        values.sort_by(|a, b| f(a, b).cmp(&0));
    }
    OK
}

unsafe extern "C" fn sort_and_sort(n: u32, values: *mut u32, f: Compare, g: Compare) -> status {
    // SAFETY: as above.
    unsafe {
        sort(n, values, f);
        sort(n / 2, values, g)
    }
}

unsafe extern "C" fn set_log(f: Log) -> status {
    *LOGGER.lock().unwrap() = f;
    OK
}

fn say(level: u32, text: &CStr) {
    let logger = *LOGGER.lock().unwrap();
    if let Some(f) = logger {
        // SAFETY: as above.
        unsafe { f(level, text.as_ptr()) };
    }
}

unsafe extern "C" fn log(level: u32, text: *const c_char) -> status {
    // SAFETY: as above.
    say(level, unsafe { CStr::from_ptr(text) });
    OK
}

unsafe extern "C" fn log_threads(threads: u32, each: u32) -> status {
    for t in 0..threads {
        std::thread::spawn(move || {
            (0..each).for_each(|n| say(t, &std::ffi::CString::new(n.to_string()).unwrap()))
        });
    }
    OK
}

unsafe extern "C" fn later(i: item, times: u32, f: Notify, data: *mut c_void) -> status {
    let Some(f) = f else { return if data.is_null() { OK } else { BAD } };
    if times == 99 {
        return BAD;
    }
    let sent = Sent((i, f, data));
    std::thread::spawn(move || {
        let (i, f, data) = sent.get();
        for n in 0..times {
            std::thread::sleep(Duration::from_millis(1));
            // SAFETY: as above.
            unsafe { f(i, n as status, data) };
        }
    });
    OK
}

unsafe extern "C" fn once(i: item, f: Notify, data: *mut c_void) -> status {
    // SAFETY: as above.
    unsafe { later(i, 1, f, data) }
}

unsafe extern "C" fn pair(f: Notify, g: Notify, data: *mut c_void) -> status {
    // SAFETY: as above.
    unsafe {
        if let Some(f) = f {
            f(std::ptr::null_mut(), 1, data);
        }
        if let Some(g) = g {
            g(std::ptr::null_mut(), 2, data);
        }
    }
    OK
}

unsafe extern "C" fn fill(size: usize, f: Fill, data: *mut c_void, sum: *mut u64) -> status {
    let Some(f) = f else { return BAD };
    let (mut bytes, mut count) = (vec![9u8; size], 5u32);
    // SAFETY: as above.
    unsafe {
        let answer = f(7, size, bytes.as_mut_ptr(), &mut count, data);
        *sum = bytes.iter().map(|b| u64::from(*b)).sum::<u64>() + (u64::from(count) << 32);
        answer
    }
}

unsafe extern "C" fn best(n: u32, items: *const item, f: Best, data: *mut c_void, out: *mut item) -> status {
    let Some(f) = f else { return BAD };
    // SAFETY: as above.
    unsafe { f(n, items, out, data) }
}

unsafe extern "C" fn change(n: usize, f: Change, sum: *mut u64) -> status {
    let Some(f) = f else { return BAD };
    let mut values: Vec<u32> = (0..n as u32).collect();
    // SAFETY: as above.
    unsafe {
        f(n, values.as_mut_ptr());
        *sum = values.iter().map(|v| u64::from(*v)).sum();
    }
    OK
}

unsafe extern "C" fn take(size: usize, f: Take, data: *mut c_void) -> u64 {
    let Some(f) = f else { return 0 };
    let bytes: Vec<u8> = (0..size).map(|n| n as u8).collect();
    // SAFETY: as above.
    unsafe { f(size, bytes.as_ptr(), data) }
}

unsafe extern "C" fn elsewhere(n: u32, f: Visit, data: *mut c_void, answer: *mut status) -> status {
    let sent = Sent((f, data));
    let thread = std::thread::spawn(move || {
        let (f, data) = sent.get();
        // SAFETY: as above.
        unsafe { visit(n, f, data) }
    });
    // SAFETY: as above.
    unsafe { *answer = thread.join().unwrap() };
    OK
}

unsafe extern "C" fn ask(f: Visit, data: *mut c_void) -> status {
    let sent = Sent((f, data));
    std::thread::spawn(move || {
        let (f, data) = sent.get();
        WAITING.fetch_add(1, Ordering::SeqCst);
        // SAFETY: as above.
        let got = unsafe { visit(1, f, data) };
        GOT.store(got as u32 + 1, Ordering::SeqCst);
        WAITING.fetch_sub(1, Ordering::SeqCst);
    });
    OK
}

unsafe extern "C" fn hook(_f: Option<unsafe extern "C" fn() -> u32>) -> status {
    OK
}

unsafe extern "C" fn get_proc(name: *const c_char) -> *mut c_void {
    // SAFETY: as above.
    match unsafe { CStr::from_ptr(name) }.to_bytes() {
        b"cbExtra" => extra as *mut c_void,
        _ => std::ptr::null_mut(),
    }
}

unsafe extern "C" fn extra(n: u32, twice: *mut u32) -> status {
    // SAFETY: as above.
    unsafe { *twice = 2 * n };
    OK
}

unsafe extern "C" fn table(_version: u32) -> *const table_ {
    static TABLE: table_ = table_ { extra: Some(extra), visit: None };
    &TABLE
}

/// The vendor's function called `name`.
pub fn find(name: &CStr) -> *mut c_void {
    match name.to_bytes() {
        b"cbCreate" => create as *mut c_void,
        b"cbRetain" | b"cbRelease" => refs as *mut c_void,
        b"cbVisit" | b"cbVisitAsync" => visit as *mut c_void,
        b"cbSort" => sort as *mut c_void,
        b"cbSort2" => sort_and_sort as *mut c_void,
        b"cbSetLog" => set_log as *mut c_void,
        b"cbLog" | b"cbLogAsync" => log as *mut c_void,
        b"cbLogThreads" => log_threads as *mut c_void,
        b"cbOnce" => once as *mut c_void,
        b"cbEvery" => later as *mut c_void,
        b"cbPair" => pair as *mut c_void,
        b"cbFill" => fill as *mut c_void,
        b"cbBest" => best as *mut c_void,
        b"cbChange" => change as *mut c_void,
        b"cbTake" => take as *mut c_void,
        b"cbElsewhere" => elsewhere as *mut c_void,
        b"cbAsk" => ask as *mut c_void,
        b"cbHook" => hook as *mut c_void,
        b"cbGetProc" => get_proc as *mut c_void,
        b"cbGetTable" => table as *mut c_void,
        _ => structs::find(name),
    }
}
