//! What a call costs the guest's thread in instructions, which no other program on the machine can change.

use std::collections::BTreeMap;

use ava_tests::Instructions;
use serde_json::json;

use crate::{bench::Bench, report::Section};

pub(crate) fn measure(bench: &Bench) -> Section {
    let mut section = Section::new("Instructions of a call in the guest");
    let recorded = Instructions::recorded();
    let mut rows = Vec::new();
    for kind in Instructions::kinds() {
        eprintln!("instructions: {kind}");
        let mut counter = Instructions::of(&bench.avad, &kind);
        let count = (0..bench.choose(2, 1)).map(|_| counter.count()).last().unwrap_or(0);
        let known = recorded.get(&kind).map_or("–".to_owned(), u64::to_string);
        rows.push(vec![kind.clone(), count.to_string(), known]);
        section.value(json!({"name": kind, "instructions": count}));
    }
    section.table(&["", "now", "recorded"], &rows);
    section
}

/// Makes the counts of `section` those that the tests compare with.
pub(crate) fn record(section: &Section) {
    let count = |value: &serde_json::Value| {
        Some((value["name"].as_str()?.to_owned(), value["instructions"].as_u64()?))
    };
    let counts: BTreeMap<_, _> = section.values().iter().filter_map(count).collect();
    Instructions::record(&counts);
}
