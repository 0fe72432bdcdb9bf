//! A call does not become more expensive unnoticed. Counted in instructions, as times depend on what else the machine does.

use ava_tests::{Counting, Instructions, Side};

/// How often a count that looks too high is taken again: it was, if a thread had to wait.
const ATTEMPTS: usize = 4;

// One after the other: a machine that is busy with the one makes threads of the other wait.
#[test]
fn a_calls_path_has_not_grown_on_either_side() {
    Side::ALL.into_iter().for_each(has_not_grown);
}

fn has_not_grown(side: Side) {
    let counting = Counting::start(side);
    let recorded = Instructions::recorded().remove(side.name()).unwrap_or_default();
    let mut wrong = String::new();
    for kind in Instructions::kinds(side) {
        let Some(&known) = recorded.get(&kind) else {
            wrong += &format!("{kind}: not recorded\n");
            continue;
        };
        // What the server does once, such as releasing, is not the same in every run.
        let bound = known + (known / 5).max(50);
        let mut counter = Instructions::of(&counting, &kind);
        let least = (0..ATTEMPTS).map(|_| counter.count()).find(|count| *count <= bound);
        if least.is_none() {
            wrong += &format!("{kind}: {} instructions, recorded are {known}\n", counter.count());
        }
    }
    assert!(
        wrong.is_empty(),
        "the {}'s path of these calls has grown by more than a fifth:\n{wrong}\
         If that is worth it, record it and say why in the commit:\n\
         cargo run --release -p ava-benches -- instructions --record\n",
        side.name()
    );
}
