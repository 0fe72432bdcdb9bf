//! What a specification says of resources, seen on the session's account.

mod depot;

use std::ptr::{null, null_mut};
use std::time::{Duration, Instant};

use ava_core::wire::Outcome;
use depot::api::guest::*;
use depot::ffi::types::*;
use depot::{Raw, alone, connect, figures};

fn open() -> store {
    let mut err = BAD;
    // SAFETY: arguments as the API demands.
    let s = unsafe { depotOpen(&mut err) };
    assert_eq!(err, OK);
    s
}

fn take(s: store, size: u64) -> parcel {
    let mut err = BAD;
    // SAFETY: arguments as the API demands.
    let p = unsafe { depotTake(s, size, &mut err) };
    assert_eq!(err == OK, !p.is_null());
    p
}

#[test]
fn the_table_says_what_the_specification_does() {
    let (resources, kinds) = (depot::api::DESC.resources, depot::api::DESC.kinds);
    assert_eq!(
        (resources[0].name, resources[0].continuous, resources[0].policy),
        ("SPACE", true, Some("quota"))
    );
    assert_eq!((resources[3].name, resources[3].continuous, resources[3].policy), ("ORDERS", false, None));
    assert_eq!(kinds.iter().map(|k| k.state).collect::<Vec<_>>(), [false, true]);
    let recorded: Vec<_> = depot::api::DESC.functions.iter().filter(|f| f.record).map(|f| f.name).collect();
    assert_eq!(recorded, ["depotOpen", "depotTake", "depotPut", "depotNote"]);
    // A parcel's size: known at the gate. A shipment's weight: not before its list was decoded.
    let costs = |name: &str| depot::api::DESC.functions[depot::number(name) as usize].costs;
    assert_eq!(costs("depotTake").iter().map(|c| c.resource).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(costs("depotShip").iter().map(|c| c.resource).collect::<Vec<_>>(), [3]);
    assert!(costs("depotReturn").is_empty() && costs("depotRest").is_empty());
}

#[test]
fn what_a_call_consumes_adds_up() {
    let (_alone, account) = (alone(), connect());
    let s = open();
    let before = ["ORDERS", "WEIGHT", "CARRIED", "DRAWN"].map(|r| figures(account, r)[0]);
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(depotShip(s, 3, [1, 2, 3].as_ptr()), OK);
        assert_eq!(depotShip(s, 1, [10].as_ptr()), OK);
        assert_eq!(depotShip(open(), 4, [1; 4].as_ptr()), OK, "asynchronous: not known yet");
        assert_eq!(depotSize(null_mut(), &mut 0), BAD);
        assert_eq!(depotShip(s, 2, null()), OK, "a cost does not mind what is not there");
        assert_eq!(depotCarry(take(s, 7)), OK, "its size is known of the object");
        assert_eq!((depotDraw(20), depotDraw(200), depotDraw(-1)), (20, 50, -1));
        assert_eq!(depotDrawSome(5, &mut 0), OK);
        assert_eq!(depotDrawSome(60, &mut 0), BAD, "what a failed call reports does not count");
    }
    let after = ["ORDERS", "WEIGHT", "CARRIED", "DRAWN"].map(|r| figures(account, r)[0]);
    assert_eq!(std::array::from_fn(|n| after[n] - before[n]), [3, 16, 7, 75]);
}

#[test]
fn measured_is_how_long_the_vendors_function_took() {
    let (_alone, account) = (alone(), connect());
    let before = figures(account, "REST")[0];
    let begun = Instant::now();
    // SAFETY: arguments as the API demands.
    assert_eq!(unsafe { depotRest(20_000) }, OK);
    let took = Duration::from_nanos(figures(account, "REST")[0] - before);
    assert!(took >= Duration::from_millis(20) && took <= begun.elapsed(), "{took:?}");
}

#[test]
fn an_object_gives_back_what_it_holds_when_it_dies() {
    let mut guest = Raw::new();
    // Arguments: store, size, err, id of the parcel.
    let (store, a, b) = (1 << 32, 1 << 32 | 1, 1 << 32 | 2);
    guest.call("depotOpen", &[0, 0, store]);
    assert_eq!(guest.call("depotTake", &[store, 300, 0, 0, a]), (Some(Outcome::Returned), 1));
    assert_eq!(guest.call("depotTake", &[store, 400, 0, 0, b]), (Some(Outcome::Returned), 1));
    assert_eq!((guest.figures("SPACE"), guest.figures("PARCELS")), ([700, 700], [2, 2]));
    assert_eq!(guest.call("depotTake", &[store, 5000, 0, 0, 1 << 32 | 3]), (Some(Outcome::Returned), 0));
    assert_eq!(
        guest.figures("SPACE"),
        [700, 700],
        "the vendor refused, so nothing is held and no peak was reached"
    );
    assert_eq!(guest.call("depotHand", &[a, 0]), (Some(Outcome::Returned), i64::from(BAD)));
    assert_eq!(guest.figures("SPACE"), [700, 700], "it was not freed");
    guest.call("depotHand", &[a, 1]);
    assert_eq!((guest.figures("SPACE"), guest.figures("PARCELS")), ([400, 700], [1, 2]));
    // The last release is the runtime's own command: kind, id.
    guest.post(ava_core::wire::control::RELEASE, &[1, b]);
    guest.call("depotMarked", &[]);
    assert_eq!((guest.figures("SPACE"), guest.figures("PARCELS")), ([0, 700], [0, 2]));
}

#[test]
fn a_call_that_is_refused_holds_nothing() {
    let mut guest = Raw::new();
    let nobody = 1 << 32 | 77;
    assert_eq!(guest.call("depotTake", &[nobody, 300, 0, 0, 1 << 32]).0, Some(Outcome::InvalidHandle));
    assert_eq!(guest.call("depotCarry", &[nobody]).0, Some(Outcome::InvalidHandle));
    // Asynchronous: store, size, id of the parcel.
    guest.post(depot::number("depotPut"), &[nobody, 300, 1 << 32]);
    guest.post(depot::number("depotShip"), &[nobody, 0, 0, 0]);
    guest.call("depotMarked", &[]);
    assert_eq!((guest.figures("ORDERS"), guest.figures("CARRIED")), ([0, 0], [0, 0]));
    assert_eq!((guest.figures("SPACE"), guest.figures("PARCELS")), ([0, 0], [0, 0]));
}

#[test]
fn an_asynchronous_maker_holds_too() {
    let (_alone, account) = (alone(), connect());
    let s = open();
    let before = figures(account, "SPACE")[0];
    let mut p = null_mut();
    // SAFETY: arguments as the API demands.
    unsafe {
        assert_eq!(depotPut(s, 10, &mut p), OK);
        depotMarked();
        assert_eq!(figures(account, "SPACE")[0] - before, 10);
        assert_eq!(depotHand(p, 1), OK);
        assert_eq!(depotPut(s, 2000, &mut p), OK, "asynchronous: not known yet");
        depotMarked();
        assert_eq!(figures(account, "SPACE")[0], before);
    }
}

#[test]
fn what_no_object_holds_is_given_back_by_a_call() {
    let mut guest = Raw::new();
    guest.call("depotRent", &[30]);
    guest.call("depotRent", &[20]);
    guest.call("depotRent", &[101]);
    guest.call("depotRent", &[-5i64 as u64]);
    assert_eq!(guest.figures("PLACES"), [50, 50], "failed calls and negative amounts count nothing");
    guest.call("depotReturn", &[40]);
    guest.call("depotReturn", &[101]);
    assert_eq!(guest.figures("PLACES"), [10, 50]);
    guest.call("depotReturn", &[40]);
    assert_eq!(guest.figures("PLACES"), [0, 50], "never less than nothing");
}
