//! What a call costs in instructions, in the guest's thread and in the server, which no other program on the machine can change.

use ava_tests::{Counting, Instructions, Recorded, Side};
use serde_json::json;

use crate::{bench::Bench, report::Section};

pub(crate) fn measure(bench: &Bench) -> Section {
    let mut section = Section::new("Instructions of a call");
    let recorded = Instructions::recorded();
    let mut rows = Vec::new();
    for side in Side::ALL {
        let counting = Counting::start(side);
        for kind in Instructions::kinds(side) {
            eprintln!("instructions in the {}: {kind}", side.name());
            let mut counter = Instructions::of(&counting, &kind);
            let count = (0..bench.choose(2, 1)).map(|_| counter.count()).last().unwrap_or(0);
            let known = recorded.get(side.name()).and_then(|counts| counts.get(&kind));
            let known = known.map_or("–".to_owned(), u64::to_string);
            rows.push(vec![side.name().into(), kind.clone(), count.to_string(), known]);
            section.value(json!({"side": side.name(), "name": kind, "instructions": count}));
        }
    }
    section.table(&["in the", "", "now", "recorded"], &rows);
    section
}

/// Makes the counts of `section` those that the tests compare with.
pub(crate) fn record(section: &Section) {
    let mut counts = Recorded::new();
    for value in section.values() {
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        if let (Some(side), Some(kind), Some(count)) =
            (text("side"), text("name"), value["instructions"].as_u64())
        {
            counts.entry(side).or_default().insert(kind, count);
        }
    }
    Instructions::record(&counts);
}
