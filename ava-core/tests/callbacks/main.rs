//! What is promised of callbacks and of functions behind pointers, seen through an API's guest stubs, with the server and the vendor
//! in the same process.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "modules of a test binary")]

mod api;
mod hostile;
mod structs;
mod vendor;

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use api::cb::guest::*;
use api::connect;
use api::types::*;

fn pointer<T>(to: &T) -> *mut c_void {
    std::ptr::from_ref(to).cast_mut().cast()
}

#[track_caller]
fn eventually(what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it does not happen");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn item() -> item {
    connect();
    let mut err = -99;
    // SAFETY: arguments as the API demands.
    let i = unsafe { cbCreate(&mut err) };
    assert_eq!(err, OK);
    i
}

/// What a visitor saw.
#[derive(Default)]
struct Seen {
    indices: Mutex<Vec<u32>>,
    items: Mutex<Vec<usize>>,
    threads: Mutex<Vec<std::thread::ThreadId>>,
    stop_at: u32,
}

unsafe extern "C" fn see(i: item, index: u32, data: *mut c_void) -> status {
    // SAFETY: the tests register a `Seen`.
    let seen = unsafe { &*data.cast::<Seen>() };
    seen.indices.lock().unwrap().push(index);
    seen.items.lock().unwrap().push(i as usize);
    seen.threads.lock().unwrap().push(std::thread::current().id());
    if index + 1 == seen.stop_at { 17 } else { OK }
}

#[test]
fn a_visitor_runs_in_the_thread_that_made_the_call_and_may_stop_early() {
    connect();
    let seen = Seen { stop_at: 3, ..Seen::default() };
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(cbVisit(2, Some(see), pointer(&seen)), OK);
        assert_eq!(cbVisit(5, Some(see), pointer(&seen)), 17);
        assert_eq!(cbVisit(5, None, null_mut()), BAD, "null is the vendor's business");
    }
    assert_eq!(*seen.indices.lock().unwrap(), [0, 1, 0, 1, 2]);
    assert!(seen.threads.lock().unwrap().iter().all(|t| *t == std::thread::current().id()));
    let items = seen.items.lock().unwrap();
    assert!(items.iter().all(|i| *i != 0));
    assert_eq!(items[0], items[2], "the same object has the same handle");
    assert_ne!(items[0], items[1]);
}

unsafe extern "C" fn see_and_call(i: item, index: u32, data: *mut c_void) -> status {
    // SAFETY: as the tests register it.
    unsafe {
        let mut values = [3, 1, 2];
        assert_eq!(cbSort(3, values.as_mut_ptr(), Some(up)), OK);
        assert_eq!(values, [1, 2, 3]);
        assert_eq!(cbRetain(i), OK, "a handle from a callback is one as any other");
        assert_eq!(cbVisitAsync(1, Some(see), data), OK);
        let made = item();
        assert!(!made.is_null());
        assert_eq!(cbRelease(made), OK);
        see(i, index, data)
    }
}

#[test]
fn a_callback_may_call_the_api_and_be_called_back_by_that() {
    connect();
    let seen = Seen::default();
    // SAFETY: arguments as the API demands.
    assert_eq!(unsafe { cbVisit(3, Some(see_and_call), pointer(&seen)) }, OK);
    assert_eq!(*seen.indices.lock().unwrap(), [0, 0, 0, 1, 0, 2]);
}

unsafe extern "C" fn deeper(_: item, _: u32, data: *mut c_void) -> status {
    // SAFETY: the test registers a counter.
    unsafe {
        let depth = &*data.cast::<AtomicU32>();
        depth.fetch_add(1, Ordering::Relaxed);
        cbVisit(1, Some(deeper), data)
    }
}

#[test]
fn callbacks_may_be_nested_64_deep() {
    connect();
    let depth = AtomicU32::new(0);
    // SAFETY: arguments as the API demands.
    assert_eq!(unsafe { cbVisit(1, Some(deeper), pointer(&depth)) }, REFUSED);
    assert_eq!(depth.load(Ordering::Relaxed), 64);
    // SAFETY: as above.
    assert_eq!(unsafe { cbVisit(0, Some(deeper), pointer(&depth)) }, OK, "the thread is as good as before");
}

unsafe extern "C" fn up(a: *const u32, b: *const u32) -> i32 {
    // SAFETY: the API gives two numbers.
    unsafe { (*a).cmp(&*b) as i32 }
}

unsafe extern "C" fn down(a: *const u32, b: *const u32) -> i32 {
    // SAFETY: as above.
    unsafe { (*b).cmp(&*a) as i32 }
}

#[test]
fn comparators_without_user_data_are_told_apart() {
    connect();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn(|| {
                for _ in 0..10 {
                    let mut values = [5, 3, 9, 1];
                    // SAFETY: arguments as the API demands.
                    unsafe {
                        assert_eq!(cbSort(4, values.as_mut_ptr(), Some(up)), OK);
                        assert_eq!(values, [1, 3, 5, 9]);
                        assert_eq!(cbSort(4, values.as_mut_ptr(), Some(down)), OK);
                        assert_eq!(values, [9, 5, 3, 1]);
                        assert_eq!(cbSort2(4, values.as_mut_ptr(), Some(up), Some(down)), OK);
                        assert_eq!(values, [3, 1, 5, 9]);
                    }
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|t| t.join().unwrap());
}

/// What a notification brought.
#[derive(Default)]
struct Notes(Mutex<Vec<(usize, status, std::thread::ThreadId)>>);

impl Notes {
    fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn whats(&self) -> Vec<status> {
        self.0.lock().unwrap().iter().map(|note| note.1).collect()
    }
}

unsafe extern "C" fn note(i: item, what: status, data: *mut c_void) {
    // SAFETY: the tests register `Notes`.
    let notes = unsafe { &*data.cast::<Notes>() };
    notes.0.lock().unwrap().push((i as usize, what, std::thread::current().id()));
}

unsafe extern "C" fn note_loudly(i: item, what: status, data: *mut c_void) {
    // SAFETY: as above.
    unsafe { note(i, what + 100, data) };
}

#[test]
fn several_callbacks_of_a_call_share_their_user_data() {
    connect();
    let notes = Notes::default();
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(cbPair(Some(note), Some(note_loudly), pointer(&notes)), OK);
        assert_eq!(cbPair(None, Some(note), pointer(&notes)), OK);
        assert_eq!(cbPair(Some(note_loudly), None, pointer(&notes)), OK);
    }
    assert_eq!(notes.whats(), [1, 102, 2, 101]);
    assert!(notes.0.lock().unwrap().iter().all(|note| note.0 == 0), "a null handle is null");
}

#[test]
fn a_callback_may_come_later_from_a_thread_of_the_vendors() {
    let i = item();
    let notes: Vec<Notes> = (0..20).map(|_| Notes::default()).collect();
    for notes in &notes {
        // SAFETY: arguments as the API demands; the notes live until they were made.
        assert_eq!(unsafe { cbOnce(i, Some(note), pointer(notes)) }, OK);
    }
    for notes in &notes {
        eventually(|| notes.count() == 1);
        let notes = notes.0.lock().unwrap();
        assert_eq!(notes[0].0, i as usize, "the application's own handle");
        assert_ne!(notes[0].2, std::thread::current().id());
    }
}

#[test]
fn a_callback_that_is_kept_comes_as_often_as_the_vendor_calls() {
    let i = item();
    let notes = Notes::default();
    for _ in 0..3 {
        // SAFETY: arguments as the API demands; the notes live until they were made.
        assert_eq!(unsafe { cbEvery(i, 5, Some(note), pointer(&notes)) }, OK);
    }
    eventually(|| notes.count() == 15);
    let mut order: Vec<status> = Vec::new();
    for what in notes.whats() {
        order.push(what);
    }
    for what in 0..5 {
        assert_eq!(order.iter().filter(|w| **w == what).count(), 3);
    }
}

#[test]
fn a_failed_call_and_a_null_callback_are_the_vendors_own_answers() {
    let i = item();
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(cbEvery(i, 99, Some(note), null_mut()), BAD);
        assert_eq!(cbOnce(i, None, null_mut()), OK);
        assert_eq!(cbOnce(i, None, 0x1234 as *mut c_void), BAD, "the vendor sees that there is user data");
        assert_eq!(cbOnce(0x77 as item, Some(note), null_mut()), BAD_ITEM);
    }
}

static SAID: Mutex<Vec<(u32, String)>> = Mutex::new(Vec::new());

unsafe extern "C" fn hear(level: u32, text: *const c_char) {
    // SAFETY: the API gives a string.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned();
    SAID.lock().unwrap().push((level, text));
}

#[test]
fn a_logger_hears_every_thread_of_the_vendors_in_order_until_it_is_taken_away() {
    connect();
    let said = || std::mem::take(&mut *SAID.lock().unwrap());
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(cbSetLog(Some(hear)), OK);
        assert_eq!(cbLog(3, c"here".as_ptr()), OK);
        assert_eq!(said(), [(3, "here".into())]);
        let long = std::ffi::CString::new("long ".repeat(20_000)).unwrap();
        assert_eq!(cbLog(4, long.as_ptr()), OK);
        assert_eq!(said()[0].1.len(), 100_000);
        for n in 0..300 {
            let text = std::ffi::CString::new(n.to_string()).unwrap();
            assert_eq!(cbLogAsync(1, text.as_ptr()), OK);
        }
        assert_eq!(cbLog(2, c"after".as_ptr()), OK);
        let heard = said();
        assert_eq!(heard.len(), 301, "what the same thread said before came before");
        assert!(heard.iter().take(300).enumerate().all(|(n, (_, text))| *text == n.to_string()));
        assert_eq!(cbLogThreads(6, 100), OK);
        eventually(|| SAID.lock().unwrap().len() == 600);
        let mut next = HashMap::new();
        for (thread, text) in said() {
            let expected: &mut u32 = next.entry(thread).or_default();
            assert_eq!(text, expected.to_string());
            *expected += 1;
        }
        assert_eq!(cbSetLog(None), OK);
        assert_eq!(cbLog(3, c"nobody listens".as_ptr()), OK);
        assert_eq!(said(), []);
    }
}

unsafe extern "C" fn fill_it(
    index: u32,
    size: usize,
    to: *mut c_void,
    count: *mut u32,
    data: *mut c_void,
) -> status {
    // SAFETY: the API gives `size` bytes and a number, and the test a status.
    unsafe {
        assert_eq!((index, *count), (7, 5));
        let bytes = std::slice::from_raw_parts_mut(to.cast::<u8>(), size);
        assert!(bytes.iter().all(|b| *b == 0), "it is the guest's own memory");
        bytes.fill(2);
        *count = 6;
        *data.cast::<status>()
    }
}

#[test]
fn what_a_callback_writes_reaches_the_vendor_whatever_its_size() {
    connect();
    for size in [0usize, 1, 100, 2048, 5000, 12_000, 3_000_000] {
        let (answer, mut sum) = (OK, 0);
        // SAFETY: arguments as the API demands.
        assert_eq!(unsafe { cbFill(size, Some(fill_it), pointer(&answer), &mut sum) }, OK);
        assert_eq!(sum, 2 * size as u64 + (6 << 32), "{size}");
    }
    let (answer, mut sum) = (5, 0);
    // SAFETY: as above.
    assert_eq!(unsafe { cbFill(10, Some(fill_it), pointer(&answer), &mut sum) }, 5);
}

unsafe extern "C" fn double(n: usize, values: *mut u32) {
    // SAFETY: the API gives `n` numbers.
    let values = unsafe { std::slice::from_raw_parts_mut(values, n) };
    values.iter_mut().for_each(|v| *v *= 2);
}

#[test]
fn what_a_callback_changes_comes_and_goes_back_whatever_its_size() {
    connect();
    for n in [0usize, 1, 512, 513, 3000, 100_000] {
        let mut sum = 0;
        // SAFETY: arguments as the API demands.
        assert_eq!(unsafe { cbChange(n, Some(double), &mut sum) }, OK);
        assert_eq!(sum, n as u64 * (n as u64).saturating_sub(1), "{n}");
    }
}

unsafe extern "C" fn take_it(size: usize, from: *const u8, data: *mut c_void) -> u64 {
    // SAFETY: the API gives `size` bytes.
    let bytes = unsafe { std::slice::from_raw_parts(from, size) };
    bytes.iter().map(|b| u64::from(*b)).sum::<u64>() + data as u64
}

#[test]
fn what_a_callback_reads_comes_whole_whatever_its_size() {
    connect();
    for size in [0usize, 1, 2048, 2049, 12_000, 3_000_000] {
        let expected: u64 = (0..size).map(|n| u64::from(n as u8)).sum();
        // SAFETY: arguments as the API demands.
        assert_eq!(unsafe { cbTake(size, Some(take_it), 3 as *mut c_void) }, expected + 3, "{size}");
    }
}

unsafe extern "C" fn choose(n: u32, items: *const item, chosen: *mut item, data: *mut c_void) -> status {
    // SAFETY: the API gives `n` items.
    unsafe { *chosen = if data.is_null() { *items.add(n as usize - 1) } else { data.cast() } };
    OK
}

#[test]
fn handles_in_buffers_of_callbacks_are_the_applications_own() {
    let items = [item(), item(), item()];
    let mut out = null_mut();
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(cbBest(3, items.as_ptr(), Some(choose), null_mut(), &mut out), OK);
        assert_eq!(out, items[2]);
        assert_eq!(cbBest(3, items.as_ptr(), Some(choose), items[0].cast(), &mut out), OK);
        assert_eq!(out, items[0]);
        assert_eq!(cbBest(3, items.as_ptr(), Some(choose), 0x1233 as *mut c_void, &mut out), OK);
        assert_eq!(out, null_mut(), "what is no handle is null to the vendor");
    }
}

#[test]
fn a_callback_that_another_thread_of_the_vendors_waits_for_runs_beside_the_call() {
    connect();
    let seen = Seen { stop_at: 4, ..Seen::default() };
    let mut answer = 0;
    // SAFETY: arguments as the API demands.
    assert_eq!(unsafe { cbElsewhere(9, Some(see), pointer(&seen), &mut answer) }, OK);
    assert_eq!(answer, 17);
    assert_eq!(*seen.indices.lock().unwrap(), [0, 1, 2, 3]);
    assert!(seen.threads.lock().unwrap().iter().all(|t| *t != std::thread::current().id()));
}

#[test]
fn an_asynchronous_call_that_calls_back_stops_nobody() {
    connect();
    let seen = Seen::default();
    // SAFETY: arguments as the API demands. The callback makes synchronous calls, which come after all asynchronous ones.
    unsafe {
        assert_eq!(cbVisitAsync(2, Some(see_and_call), pointer(&seen)), OK);
        assert_eq!(cbVisit(1, Some(see_and_call), pointer(&seen)), OK);
    }
    eventually(|| seen.indices.lock().unwrap().len() == 6);
}

unsafe extern "C" fn fork_and_see(i: item, index: u32, data: *mut c_void) -> status {
    // SAFETY: the child makes a call and leaves by `_exit`; the status is the waiter's own.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            // There is no router: what matters is that the parent's session is left alone, inside the callback and outside.
            let lost = cbVisit(1, Some(see), data) == LOST;
            libc::_exit(if lost { see(i, index, data) } else { 1 });
        }
        let mut how = 0;
        assert_eq!(libc::waitpid(child, &mut how, 0), child);
        assert!(libc::WIFEXITED(how) && libc::WEXITSTATUS(how) == 0, "{how:#x}");
        see(i, index, data)
    }
}

unsafe extern "C" fn fork_and_return(i: item, index: u32, data: *mut c_void) -> status {
    // SAFETY: as above, but that the child returns, and leaves when the call that called back has failed.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            return OK;
        }
        let mut how = 0;
        assert_eq!(libc::waitpid(child, &mut how, 0), child);
        assert!(libc::WIFEXITED(how) && libc::WEXITSTATUS(how) == 0, "{how:#x}");
        see(i, index, data)
    }
}

#[test]
fn a_callback_may_fork() {
    connect();
    let parent = std::process::id();
    let seen = Seen::default();
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(cbVisit(2, Some(fork_and_see), pointer(&seen)), OK);
        let answer = cbVisit(2, Some(fork_and_return), pointer(&seen));
        if std::process::id() != parent {
            // Makes the thread's channels go through another search before it leaves.
            let again = cbVisit(1, Some(see), pointer(&seen));
            libc::_exit(if answer == LOST && again == LOST { 0 } else { 1 });
        }
        assert_eq!(answer, OK);
        assert_eq!(cbVisit(1, Some(see), pointer(&seen)), OK);
    }
    assert_eq!(*seen.indices.lock().unwrap(), [0, 1, 0, 1, 0]);
}

#[test]
fn the_thread_for_callbacks_takes_none_of_the_applications_signals() {
    let i = item();
    // SAFETY: arguments as the API demands.
    assert_eq!(unsafe { cbEvery(i, 0, Some(note), null_mut()) }, OK);
    let mut found = 0;
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        let task = task.unwrap().path();
        // Threads of other tests may end meanwhile.
        let Ok(status) = std::fs::read_to_string(task.join("status")) else { continue };
        if !status.lines().any(|line| line.strip_prefix("Name:").is_some_and(|n| n.trim() == "ava-callbacks"))
        {
            continue;
        }
        let blocked = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).unwrap().trim();
        let blocked = u64::from_str_radix(blocked, 16).unwrap();
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGUSR1, libc::SIGALRM, libc::SIGCHLD] {
            assert_ne!(blocked & (1 << (signal - 1)), 0, "signal {signal}");
        }
        found += 1;
    }
    assert!(found > 0);
}

unsafe extern "C" fn note_elsewhere(i: item, what: status, data: *mut c_void) {
    let (seen, mut answer) = (Seen::default(), 9);
    // SAFETY: the test registers `Notes`.
    unsafe {
        assert_eq!(cbElsewhere(2, Some(see), pointer(&seen), &mut answer), OK);
        note(i, what + answer, data);
    }
}

#[test]
fn a_callback_from_a_thread_of_the_vendors_may_make_a_call_that_waits_for_another() {
    let i = item();
    let notes: Vec<Notes> = (0..8).map(|_| Notes::default()).collect();
    for notes in &notes {
        // SAFETY: arguments as the API demands; the notes live until they were made.
        assert_eq!(unsafe { cbEvery(i, 3, Some(note_elsewhere), pointer(notes)) }, OK);
    }
    for notes in &notes {
        eventually(|| notes.count() == 3);
        assert_eq!(notes.whats(), [0, 1, 2], "each thread's callbacks in its order");
    }
}

extern "C" fn hooked<const N: usize>() -> u32 {
    N as u32
}

macro_rules! hooks {
    ($($n:literal)*) => { [$(hooked::<$n> as unsafe extern "C" fn() -> u32),*] };
}

#[test]
fn more_callbacks_without_user_data_than_there_is_room_for_are_refused() {
    connect();
    let hooks: [unsafe extern "C" fn() -> u32; 66] = hooks!(
        0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42
        43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65
    );
    for (n, hook) in hooks.iter().enumerate() {
        for _ in 0..2 {
            // SAFETY: arguments as the API demands.
            assert_eq!(unsafe { cbHook(Some(*hook)) }, if n < 64 { OK } else { REFUSED }, "{n}");
        }
    }
    // SAFETY: as above.
    assert_eq!(unsafe { cbHook(Some(hooks[0])) }, OK, "one that is registered is so still");
}

#[test]
fn functions_that_the_vendor_hands_out_are_found_when_they_are_needed() {
    connect();
    let mut twice = 0;
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(cbExtra(21, &mut twice), OK);
        assert_eq!(twice, 42);
        assert_eq!(cbExtraOfTable(5, &mut twice), OK);
        assert_eq!(twice, 10);
        assert_eq!(cbAbsent(1), MISSING);
    }
}

#[test]
fn the_guest_library_hands_out_its_own_functions() {
    connect();
    // SAFETY: names are strings, and the functions are called as they are declared.
    unsafe {
        let extra = cbGetProc(c"cbExtra".as_ptr());
        assert_eq!(extra, cbExtra as *mut c_void);
        let extra: unsafe extern "C" fn(u32, *mut u32) -> status = std::mem::transmute(extra);
        let mut twice = 0;
        assert_eq!(extra(4, &mut twice), OK);
        assert_eq!(twice, 8);
        assert!(!cbGetProc(c"cbVisit".as_ptr()).is_null(), "an exported function");
        assert!(!cbGetProc(c"cbGetProc".as_ptr()).is_null(), "one that needs no server");
        assert!(!cbGetProc(c"cbRetain".as_ptr()).is_null());
        assert!(cbGetProc(c"cbAbsent".as_ptr()).is_null(), "the vendor lacks it");
        assert!(cbGetProc(c"cbLocal".as_ptr()).is_null(), "the vendor lacks it");
        assert!(cbGetProc(c"cbUnheardOf".as_ptr()).is_null());
        assert!(is_available(c"cbExtra") && !is_available(c"cbAbsent"));
    }
}

#[test]
fn a_table_of_functions_is_the_guests_own() {
    connect();
    // SAFETY: the table is static, and its functions are called as they are declared.
    unsafe {
        assert_eq!(cbGetTable(2), null());
        let table = &*cbGetTable(1);
        let mut twice = 0;
        assert_eq!(table.extra.unwrap()(6, &mut twice), OK);
        assert_eq!(twice, 12);
        let seen = Seen::default();
        assert_eq!(table.visit.unwrap()(2, Some(see), pointer(&seen)), OK);
        assert_eq!(*seen.indices.lock().unwrap(), [0, 1]);
    }
}
