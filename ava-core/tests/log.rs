//! What a session's log keeps, seen through an API's guest stubs.

mod depot;

use std::ffi::CStr;
use std::ptr::null_mut;

use ava_core::migrate::Recorded;
use depot::api::guest::*;
use depot::ffi::types::*;
use depot::{Raw, alone, log};

/// The calls in the log, once everything that was sent has been done.
fn calls() -> Vec<Recorded> {
    // SAFETY: the function takes nothing.
    unsafe { depotMarked() };
    log().calls().expect("it is not much")
}

fn names(calls: &[Recorded]) -> Vec<&'static str> {
    calls.iter().map(|call| depot::api::DESC.functions[call.func as usize].name).collect()
}

fn open() -> store {
    log();
    let mut err = BAD;
    // SAFETY: arguments as the API demands.
    unsafe { depotOpen(&mut err) }
}

fn take(s: store, size: u64) -> parcel {
    let mut err = BAD;
    // SAFETY: arguments as the API demands.
    unsafe { depotTake(s, size, &mut err) }
}

fn note(s: store, key: u32, text: &CStr) -> status {
    // SAFETY: arguments as the API demands.
    unsafe { depotNote(s, key, text.as_ptr()) }
}

#[test]
fn the_log_shrinks_as_objects_die() {
    let _alone = alone();
    assert_eq!(names(&calls()), [""; 0]);
    let s = open();
    let (a, b) = (take(s, 1), take(s, 2));
    assert!(take(s, 5000).is_null());
    let calls_now = calls();
    assert_eq!(names(&calls_now), ["depotOpen", "depotTake", "depotTake"], "what failed is not there");
    assert_eq!(calls_now[1].uses, [calls_now[0].made[0].0], "by the guest's own ids");
    assert_ne!(calls_now[1].made, calls_now[2].made);
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(depotHand(a, 1), OK);
        assert_eq!(names(&calls()), ["depotOpen", "depotTake"]);
        assert_eq!(depotReleaseStore(s), OK);
        assert_eq!(names(&calls()), ["depotOpen", "depotTake"], "the other parcel needs its store");
        assert_eq!(depotHand(b, 1), OK);
    }
    assert_eq!(names(&calls()), [""; 0]);
}

#[test]
fn what_overwrites_an_earlier_call_takes_its_place() {
    let _alone = alone();
    let s = open();
    assert_eq!(
        [note(s, 1, c"old"), note(s, 2, c"other"), note(s, 1, c"new"), note(s, 99, c"bad")],
        [OK, OK, OK, BAD]
    );
    let kept = calls();
    assert_eq!(names(&kept), ["depotOpen", "depotNote", "depotNote"]);
    let contains = |call: &Recorded, text: &[u8]| call.command.windows(text.len()).any(|part| part == text);
    assert!(contains(&kept[1], b"other") && contains(&kept[2], b"new"));
    // SAFETY: arguments as the API demands.
    unsafe { depotReleaseStore(s) };
    assert_eq!(names(&calls()), [""; 0]);
}

#[test]
fn inputs_outside_the_command_are_kept_as_they_were() {
    let _alone = alone();
    let s = open();
    let text = vec![b'x'; 100_000].into_iter().chain([0]).collect::<Vec<_>>();
    // SAFETY: arguments as the API demands.
    assert_eq!(unsafe { depotNote(s, 1, text.as_ptr().cast()) }, OK);
    let kept = calls();
    assert_eq!(kept[1].inputs.len(), 1);
    assert!(kept[1].inputs[0].bytes.as_ref() == Some(&text));
    // SAFETY: arguments as the API demands.
    unsafe { depotReleaseStore(s) };
}

#[test]
fn an_asynchronous_maker_is_in_the_log_only_if_it_succeeded() {
    let _alone = alone();
    let s = open();
    let (mut good, mut bad) = (null_mut(), null_mut());
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!((depotPut(s, 5, &mut good), depotPut(s, 5000, &mut bad)), (OK, OK));
        assert_eq!(names(&calls()), ["depotOpen", "depotPut"]);
        depotHandLater(good, 1);
        depotHandLater(bad, 1);
        depotReleaseStore(s);
    }
    assert_eq!(names(&calls()), [""; 0]);
}

#[test]
fn a_guest_that_fills_the_log_loses_only_the_log() {
    let mut guest = Raw::new();
    let store = 1 << 32;
    guest.call("depotOpen", &[0, 0, store]);
    for n in 1..=70_000 {
        guest.post(depot::number("depotPut"), &[store, 1, 1 << 32 | n]);
    }
    guest.call("depotMarked", &[]);
    assert_eq!(guest.log.calls(), None);
    assert_eq!(guest.figures("SPACE"), [70_000, 70_000]);
}
