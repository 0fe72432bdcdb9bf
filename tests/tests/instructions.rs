//! A call that does not wait for the server does not become more expensive unnoticed. Counted in instructions, as times depend on
//! what else the machine does.

use ava_tests::{Avad, Instructions};

/// How often a count that looks too high is taken again: it was, if the guest had to wait.
const ATTEMPTS: usize = 4;

#[test]
fn a_calls_path_in_the_guest_has_not_grown() {
    let avad = Avad::start();
    let recorded = Instructions::recorded();
    let mut wrong = String::new();
    for kind in Instructions::kinds() {
        let Some(&known) = recorded.get(&kind) else {
            wrong += &format!("{kind}: not recorded\n");
            continue;
        };
        let bound = known + known / 5;
        let mut counter = Instructions::of(&avad, &kind);
        let least = (0..ATTEMPTS).map(|_| counter.count()).find(|count| *count <= bound);
        if least.is_none() {
            wrong += &format!("{kind}: {} instructions, recorded are {known}\n", counter.count());
        }
    }
    assert!(
        wrong.is_empty(),
        "the guest's path of these calls has grown by more than a fifth:\n{wrong}\
         If that is worth it, record it and say why in the commit:\n\
         cargo run --release -p ava-benches -- instructions --record\n"
    );
}
