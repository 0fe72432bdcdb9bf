//! What the runtime promises, seen through an API's guest stubs, with the server in the same process.

mod mini;

use std::ffi::{CStr, c_char};
use std::ptr::{null, null_mut};

use mini::ffi::types::*;
use mini::toy::guest::*;
use mini::{calls, connect, device_works, waits_of_the_runtime};

const ARENA: u64 = 64 << 20;

fn stream() -> stream {
    connect(ARENA);
    let mut err = -99;
    // SAFETY: arguments as the API demands.
    let s = unsafe { toyCreateStream(first_device(), &mut err) };
    assert_eq!(err, OK);
    assert!(!s.is_null());
    s
}

fn first_device() -> device {
    connect(ARENA);
    let (mut devices, mut found) = ([null_mut(); 4], 0);
    // SAFETY: arguments as the API demands.
    assert_eq!(unsafe { toyDevices(4, devices.as_mut_ptr(), &mut found) }, OK);
    assert_eq!(found, 2);
    assert!(!devices[1].is_null() && devices[2].is_null(), "what was not filled is untouched");
    devices[0]
}

fn buffer(s: stream, init: &[u8]) -> buffer {
    let mut err = -99;
    // SAFETY: arguments as the API demands.
    let b = unsafe { toyCreateBuffer(s, init.len(), init.as_ptr().cast(), &mut err) };
    assert_eq!(err, OK);
    b
}

fn read(s: stream, b: buffer, len: usize) -> Vec<u8> {
    let mut out = vec![0; len];
    // SAFETY: arguments as the API demands.
    assert_eq!(unsafe { toyRead(s, b, 1, len, out.as_mut_ptr().cast(), null_mut()) }, OK);
    out
}

#[test]
fn the_same_object_has_the_same_handle_each_time() {
    assert_eq!(first_device(), first_device());
    let s = stream();
    let b = buffer(s, b"x");
    let mut its = null_mut();
    // SAFETY: arguments as the API demands.
    assert_eq!(unsafe { toyBufferStream(b, &mut its) }, OK);
    assert_eq!(its, s);
}

#[test]
fn a_pure_query_reaches_the_vendor_once() {
    let d = first_device();
    let before = calls("toyDeviceName");
    for _ in 0..3 {
        let (mut name, mut size) = ([1 as c_char; 32], 0);
        // SAFETY: arguments as the API demands.
        assert_eq!(unsafe { toyDeviceName(d, 32, name.as_mut_ptr(), &mut size) }, OK);
        assert_eq!(size, 6);
        // SAFETY: the vendor terminates it.
        assert_eq!(unsafe { CStr::from_ptr(name.as_ptr()) }, c"toy 0");
        assert_eq!(name[6], 1, "what was not filled is untouched");
    }
    assert_eq!(calls("toyDeviceName"), before + 1);
    let mut name = [1 as c_char; 32];
    // SAFETY: arguments as the API demands; a null size_ret still fills the name.
    assert_eq!(unsafe { toyDeviceName(d, 32, name.as_mut_ptr(), null_mut()) }, OK);
    assert_eq!((name[5], name[6]), (0, 1));
    // SAFETY: too small, so the vendor refuses.
    assert_eq!(unsafe { toyDeviceName(d, 2, name.as_mut_ptr(), null_mut()) }, BAD);
}

#[test]
fn asynchronous_calls_take_effect_in_order() {
    let s = stream();
    let b = buffer(s, &[0; 100]);
    for value in 0..200u8 {
        // SAFETY: arguments as the API demands.
        assert_eq!(unsafe { toyFill(s, b, value) }, OK);
    }
    assert_eq!(read(s, b, 100), [199; 100]);
}

#[test]
fn a_call_of_one_thread_is_seen_by_the_next_of_another() {
    let s = stream() as usize;
    let b = buffer(s as stream, &[0; 8]) as usize;
    for value in 0..200u8 {
        std::thread::spawn(move || {
            // SAFETY: arguments as the API demands.
            assert_eq!(unsafe { toyFill(s as stream, b as buffer, value) }, OK);
        })
        .join()
        .unwrap();
        assert_eq!(read(s as stream, b as buffer, 8), [value; 8]);
    }
}

#[test]
fn an_asynchronous_failure_is_told_once_by_the_next_synchronous_call_on_the_object() {
    let (s, other) = (stream(), stream());
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(toyFail(s, BAD, null_mut()), OK, "asynchronous: not known yet");
        assert_eq!(toyFinish(other), OK, "another object");
        assert_eq!(toyFinish(s), BAD);
        assert_eq!(toyFinish(s), OK);
        assert_eq!(toyFail(s, REFUSED, null_mut()), REFUSED, "synchronous: the vendor's own");
    }
}

#[test]
fn stale_foreign_and_garbage_handles_are_the_apis_own_errors() {
    let s = stream();
    let b = buffer(s, b"abc");
    // SAFETY: the point of the test is that no handle is dereferenced.
    unsafe {
        assert_eq!(toyFinish(null_mut()), OK, "null is the vendor's business");
        assert_eq!(toyFinish(b.cast()), BAD_STREAM, "of another kind");
        assert_eq!(toyFinish(0x1234 as stream), BAD_STREAM);
        assert_eq!(toyFinish(usize::MAX as stream), BAD_STREAM);
        assert_eq!(toyFinish(s.byte_add(8)), BAD_STREAM);
        assert_eq!(toyReleaseBuffer(b), OK);
        assert_eq!(toyFill(s, b, 1), BAD_BUFFER, "stale");
        assert_eq!(toyReleaseBuffer(b), BAD_BUFFER);
        let events = [0x40 as event];
        assert_eq!(toyWait(1, events.as_ptr()), BAD_LIST, "a list has its own status");
        let mut err = 0;
        assert!(toyCreateBuffer(b.cast(), 1, null(), &mut err).is_null());
        assert_eq!(err, BAD_STREAM, "by the parameter that carries the status");
    }
}

#[test]
fn references_are_counted_in_the_guest_and_children_keep_parents() {
    let s = stream();
    let b = buffer(s, b"abc");
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(toyRetainStream(s), OK);
        assert_eq!(toyReleaseStream(s), OK);
        assert_eq!(toyReleaseStream(s), OK);
        let mut its = null_mut();
        assert_eq!(toyBufferStream(b, &mut its), OK);
        assert_eq!(its, s, "alive through its child");
        assert_eq!(toyReleaseBuffer(b), OK);
        assert_eq!(toyFinish(s), BAD_STREAM);
    }
}

#[test]
fn a_read_in_flight_arrives_when_its_queue_is_finished() {
    let s = stream();
    let b = buffer(s, &[7; 5000]);
    let mut out = vec![1u8; 5000];
    // SAFETY: arguments as the API demands; `out` lives until the command is done.
    unsafe {
        assert_eq!(toyRead(s, b, 0, 5000, out.as_mut_ptr().cast(), null_mut()), OK);
        assert_eq!(toyFinish(s), OK);
    }
    assert_eq!(out, [7; 5000]);
}

#[test]
fn a_read_in_flight_arrives_when_its_event_is_waited_for() {
    let s = stream();
    let b = buffer(s, &[8; 5000]);
    let mut out = vec![1u8; 5000];
    let mut e = null_mut();
    // SAFETY: as above.
    unsafe {
        assert_eq!(toyRead(s, b, 0, 5000, out.as_mut_ptr().cast(), &mut e), OK);
        assert!(!e.is_null(), "minted by the guest, at once");
        assert_eq!(toyWait(1, &e), OK);
        assert_eq!(out, [8; 5000]);
        assert_eq!(toyReleaseEvent(e), OK);
    }
}

#[test]
fn a_write_in_flight_keeps_the_data_of_its_call() {
    let s = stream();
    for len in [16, 5000, 300_000] {
        let b = buffer(s, &vec![0; len]);
        let mut data = vec![3u8; len];
        // SAFETY: arguments as the API demands.
        unsafe { assert_eq!(toyWrite(s, b, 0, len, data.as_ptr().cast(), null_mut()), OK) };
        data.fill(4);
        for _ in 0..100 {
            // Reuses whatever memory the write did not keep.
            // SAFETY: arguments as the API demands.
            unsafe { assert_eq!(toyFill(s, buffer(s, &[1; 64]), 9), OK) };
        }
        // SAFETY: arguments as the API demands.
        unsafe { assert_eq!(toyFinish(s), OK) };
        assert_eq!(read(s, b, len), vec![3; len]);
    }
}

#[test]
fn a_failed_call_leaves_nothing_in_flight() {
    let s = stream();
    let b = buffer(s, &[1; 16]);
    let mut out = [9u8; 32];
    let mut e = null_mut();
    // SAFETY: the vendor refuses a length beyond the buffer's.
    unsafe { assert_eq!(toyRead(s, b, 0, 32, out.as_mut_ptr().cast(), &mut e), BAD) };
    assert!(e.is_null());
    device_works();
    // SAFETY: arguments as the API demands.
    unsafe { assert_eq!(toyFinish(s), OK) };
    assert_eq!(out, [9; 32]);
}

#[test]
fn a_read_after_something_that_failed_gives_back_its_memory() {
    let s = stream();
    let len = 1 << 20;
    let b = buffer(s, &vec![5; len]);
    let mut out = vec![9; len];
    let before = waits_of_the_runtime();
    for _ in 0..2 * ARENA as usize / len {
        let (mut failed, mut e) = (null_mut(), null_mut());
        // SAFETY: arguments as the API demands; `out` lives until the commands are done.
        unsafe {
            assert_eq!(toyFail(s, BAD, &mut failed), OK, "asynchronous: not known yet");
            assert_eq!(toyReadAfter(s, b, len, out.as_mut_ptr().cast(), failed, &mut e), OK);
            assert_eq!(toyFinish(s), BAD);
            assert_eq!(toyFinish(s), OK);
            assert_eq!(toyWait(1, &e), BAD, "the read failed as well");
            assert_eq!(toyReleaseEvent(failed), OK);
            assert_eq!(toyReleaseEvent(e), OK);
        }
    }
    assert_eq!(out, vec![9; len]);
    // Other tests use the arena at the same time; a hundred transfers in pieces would be more than theirs.
    assert!(waits_of_the_runtime() - before < 600, "the arena is full");
}

#[test]
fn strings_in_arrays_of_pointers_with_and_without_lengths() {
    connect(ARENA);
    let mut strings = [c"ab".as_ptr(), c"cdef".as_ptr()];
    let mut out = [0 as c_char; 16];
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(toyJoin(2, strings.as_mut_ptr(), null(), out.as_mut_ptr(), 16), OK);
        assert_eq!(CStr::from_ptr(out.as_ptr()), c"abcdef");
        assert_eq!(toyJoin(2, strings.as_mut_ptr(), [0, 2].as_ptr(), out.as_mut_ptr(), 16), OK);
        assert_eq!(CStr::from_ptr(out.as_ptr()), c"abcd");
    }
}

#[test]
fn a_function_that_the_vendor_lacks_is_a_declared_error() {
    let s = stream();
    // SAFETY: arguments as the API demands.
    assert_eq!(unsafe { toyAbsent(s) }, MISSING);
}

#[test]
fn large_buffers_travel_through_the_arena() {
    let s = stream();
    let data: Vec<u8> = (0..20 << 20).map(|i| (i % 251) as u8).collect();
    let b = buffer(s, &data);
    assert!(read(s, b, data.len()) == data);
}

#[test]
fn transfers_larger_than_the_arena_go_in_pieces() {
    let s = stream();
    let data: Vec<u8> = (0..(ARENA as usize + 12_345)).map(|i| (i % 253) as u8).collect();
    let b = buffer(s, &data);
    assert!(read(s, b, data.len()) == data);
    let mut out = vec![0; data.len()];
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(toyRead(s, b, 0, out.len(), out.as_mut_ptr().cast(), null_mut()), OK);
        assert_eq!(toyFinish(s), OK);
    }
    assert!(out == data, "deferred, too");
}

#[test]
fn an_arena_full_of_reads_in_flight_still_serves_others() {
    let s = stream();
    let len = 8 << 20;
    let b = buffer(s, &vec![5; len]);
    let mut outs: Vec<Vec<u8>> = (0..12).map(|_| vec![0; len]).collect();
    for out in &mut outs {
        // SAFETY: arguments as the API demands.
        unsafe { assert_eq!(toyRead(s, b, 0, len, out.as_mut_ptr().cast(), null_mut()), OK) };
    }
    // SAFETY: arguments as the API demands.
    unsafe { assert_eq!(toyFinish(s), OK) };
    assert!(outs.iter().all(|out| out.iter().all(|b| *b == 5)));
}

#[test]
fn every_vendor_object_is_released_in_the_end() {
    let s = stream();
    let before = live();
    for _ in 0..50 {
        let b = buffer(s, &[1; 64]);
        let mut e = null_mut();
        let mut out = [0u8; 64];
        // SAFETY: arguments as the API demands.
        unsafe {
            assert_eq!(toyRead(s, b, 0, 64, out.as_mut_ptr().cast(), &mut e), OK);
            assert_eq!(toyFinish(s), OK);
            assert_eq!(toyReleaseEvent(e), OK);
            assert_eq!(toyReleaseBuffer(b), OK);
        }
    }
    // Other tests make objects at the same time; fifty leaked buffers and events would be more than those.
    assert!(live() - before < 60, "{} objects more", live() - before);
}

fn live() -> i64 {
    // SAFETY: the function takes a plain number.
    unsafe { toyCount(0) }
}
