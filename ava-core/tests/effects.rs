//! What calls do beside their results: which values mean success, what becomes of `errno`, which objects they free, and what
//! threads see of each other.

mod depot;

use std::ffi::CStr;
use std::ptr::null_mut;
use std::sync::atomic::Ordering;

use ava_core::wire::Outcome;
use depot::api::guest::*;
use depot::ffi::types::*;
use depot::{LIVE, RELEASES, Raw, alone, connect, errno, set_errno};

fn open() -> store {
    connect();
    let mut err = BAD;
    // SAFETY: arguments as the API demands.
    let s = unsafe { depotOpen(&mut err) };
    assert_eq!(err, OK);
    s
}

fn take(s: store, size: u64) -> parcel {
    let mut err = BAD;
    // SAFETY: arguments as the API demands.
    unsafe { depotTake(s, size, &mut err) }
}

fn file(name: &CStr) -> i32 {
    // SAFETY: arguments as the API demands.
    unsafe { depotFile(name.as_ptr()) }
}

#[test]
fn errno_is_what_the_vendor_left_and_otherwise_the_applications() {
    connect();
    set_errno(5);
    assert_eq!((file(c"good"), errno()), (3, 5), "the vendor left it alone");
    assert_eq!((file(c"absent"), errno()), (-1, libc::ENOENT));
    assert_eq!((file(c"good"), errno()), (3, libc::ENOENT), "a success does not clear it");
    assert_eq!((file(c"zero"), errno()), (4, 0), "unless the vendor does");
}

#[test]
fn errno_is_each_threads_own() {
    connect();
    let threads: Vec<_> = [(c"absent", libc::ENOENT), (c"closed", libc::EACCES)]
        .into_iter()
        .map(|(name, expected)| {
            std::thread::spawn(move || {
                for _ in 0..500 {
                    assert_eq!((file(name), errno()), (-1, expected));
                    assert_eq!((file(c"good"), errno()), (3, expected));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn no_other_call_touches_errno() {
    let s = open();
    // A thread's first call opens its channel, and a long one sleeps in the system until the reply comes.
    std::thread::spawn(|| {
        set_errno(77);
        // SAFETY: arguments as the API demands.
        unsafe {
            assert_eq!(depotMarked(), depotMarked());
            assert_eq!(errno(), 77);
            assert_eq!(depotRest(30_000), OK);
        }
        assert_eq!(errno(), 77);
    })
    .join()
    .unwrap();
    set_errno(78);
    // SAFETY: arguments as the API demands.
    unsafe {
        depotRetainStore(s);
        depotReleaseStore(s);
        depotReleaseStore(null_mut());
        depotHand(0x10 as parcel, 1);
        for _ in 0..1000 {
            // Fills the ring, and waits for room.
            depotComplain(0);
        }
        depotReleaseStore(s);
    }
    assert_eq!(errno(), 78);
}

#[test]
fn a_predicate_says_what_success_is() {
    connect();
    set_errno(0);
    // SAFETY: arguments as the API demands.
    unsafe { assert_eq!((depotDraw(20), depotDraw(-3)), (20, -3)) };
}

#[test]
fn a_freed_object_is_gone_on_both_sides_and_not_released_again() {
    let _alone = alone();
    let s = open();
    let p = take(s, 5);
    let (live, releases) = (LIVE.load(Ordering::SeqCst), RELEASES.load(Ordering::SeqCst));
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(depotHand(p, 0), BAD);
        let mut size = 0;
        assert_eq!(depotSize(p, &mut size), OK, "a call that failed freed nothing");
        assert_eq!(size, 5);
        assert_eq!(depotHand(p, 1), OK);
        assert_eq!(depotSize(p, &mut size), GONE);
        assert_eq!(depotHand(p, 1), GONE, "the parameter's own status");
        assert_eq!(depotCarry(p), BAD_PARCEL);
    }
    assert_eq!(LIVE.load(Ordering::SeqCst), live - 1);
    assert_eq!(RELEASES.load(Ordering::SeqCst), releases);
}

#[test]
fn parents_that_only_a_freed_object_kept_alive_are_released() {
    let _alone = alone();
    let (s, releases) = (open(), RELEASES.load(Ordering::SeqCst));
    let p = take(s, 5);
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(depotReleaseStore(s), OK);
        depotMarked();
        assert_eq!(RELEASES.load(Ordering::SeqCst), releases, "its parcel needs it");
        assert_eq!(depotHand(p, 1), OK);
        depotMarked();
    }
    assert_eq!(RELEASES.load(Ordering::SeqCst), releases + 1);
}

#[test]
fn a_guest_that_keeps_a_freed_id_cannot_use_it() {
    let _alone = alone();
    let mut guest = Raw::new();
    let (store, parcel, live) = (1 << 32, 1 << 32 | 1, LIVE.load(Ordering::SeqCst));
    guest.call("depotOpen", &[0, 0, store]);
    guest.call("depotTake", &[store, 5, 0, 0, parcel]);
    assert_eq!(guest.call("depotHand", &[parcel, 1]), (Some(Outcome::Returned), 0));
    assert_eq!(LIVE.load(Ordering::SeqCst), live + 1);
    assert_eq!(guest.call("depotCarry", &[parcel]).0, Some(Outcome::InvalidHandle));
    assert_eq!(guest.call("depotHand", &[parcel, 1]), (Some(Outcome::Status), i64::from(GONE)));
    assert_eq!(
        guest.call("depotHand", &[store, 1]),
        (Some(Outcome::Status), i64::from(GONE)),
        "another kind"
    );
    guest.post(ava_core::wire::control::RELEASE, &[1, parcel]);
    // Asynchronously, of an object that the vendor does not free: the guest has forgotten it, so the server does.
    guest.call("depotTake", &[store, 5, 0, 0, parcel]);
    guest.post(depot::number("depotHandLater"), &[parcel, 0]);
    assert_eq!(guest.call("depotHand", &[parcel, 1]), (Some(Outcome::Status), i64::from(GONE)));
    assert_eq!(
        guest.call("depotTake", &[store, 5, 0, 0, parcel]),
        (Some(Outcome::Returned), 1),
        "its slot is free"
    );
}

#[test]
fn what_the_vendor_keeps_per_thread_is_per_thread_of_the_application() {
    connect();
    let complaint = |code: i32| {
        // SAFETY: arguments as the API demands.
        unsafe {
            assert_eq!(depotComplaint(), 0, "of another thread");
            assert_eq!(depotComplain(code), OK);
            std::thread::sleep(std::time::Duration::from_millis(5));
            assert_eq!(depotComplaint(), code);
            assert_eq!(depotComplaint(), 0);
        }
    };
    let threads: Vec<_> = (1..=8).map(|code| std::thread::spawn(move || complaint(code))).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// Long enough for another shadow thread to overtake, if nothing held it.
const LONG: u32 = 20_000;

#[test]
fn an_asynchronous_call_takes_effect_before_a_later_synchronous_one_of_another_thread() {
    let _alone = alone();
    connect();
    for value in 1..5 {
        // SAFETY: arguments as the API demands.
        unsafe { assert_eq!(depotMark(value, LONG), OK) };
        // It returned, so whatever begins now comes after it.
        // SAFETY: arguments as the API demands.
        let seen = std::thread::spawn(|| unsafe { depotMarked() }).join().unwrap();
        assert_eq!(seen, value);
    }
}

#[test]
fn asynchronous_calls_of_several_threads_take_effect_in_the_order_of_their_calls() {
    let _alone = alone();
    connect();
    for value in (10..50).step_by(10) {
        // SAFETY: arguments as the API demands.
        unsafe { assert_eq!(depotMark(value, LONG), OK) };
        // SAFETY: arguments as the API demands.
        let later = std::thread::spawn(move || unsafe { assert_eq!(depotMark(value + 1, 0), OK) });
        later.join().unwrap();
        // SAFETY: arguments as the API demands.
        assert_eq!(unsafe { depotMarked() }, value + 1);
    }
}
