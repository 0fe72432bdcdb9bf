//! Checks, by the counts of forwarded calls, that what must not wait for the server does not.

use ava_tests::{Forward, Scratch, forwarded, read_stats};
use serde_json::json;

use crate::{bench::Bench, report::Section, values::Way};

/// What must not wait for the server, and the function that would.
const WITHOUT_ROUND_TRIP: [(&str, &str); 4] = [
    ("cached query", "device_constant"),
    ("clSetKernelArg", "clSetKernelArg"),
    ("clSetKernelArg, a buffer", "clSetKernelArg"),
    ("set argument + enqueue, in order, to the end", "clEnqueueNDRangeKernel"),
];

pub(crate) fn measure(bench: &Bench) -> Section {
    let mut section = Section::new("Calls without a round trip");
    let list = bench.run(Way::Native, &bench.job("calls").arg("--list"));
    let scratch = Scratch::new();
    let mut rows = Vec::new();
    for (name, function) in WITHOUT_ROUND_TRIP {
        let line = list.stdout.lines().find_map(|l| l.split_once('\t').filter(|(n, _)| *n == name));
        let made: u64 = line.and_then(|(_, n)| n.parse().ok()).unwrap_or(0);
        let stats_file = scratch.path("stats");
        let how = Forward { stats_file: Some(stats_file.clone()), ..Forward::fast() };
        forwarded(&bench.avad, &bench.job("calls").arg("--only").arg(name), &how).assert_success();
        let waited = read_stats(&stats_file).iter().find(|f| f.name == function).map_or(0, |f| f.sync);
        // The first of a kind may have to ask.
        if made == 0 || waited > made / 1000 {
            section.fail(format!("{name}: {waited} of {made} calls waited for the server"));
        }
        rows.push(vec![name.to_owned(), made.to_string(), waited.to_string()]);
        section.value(json!({"name": name, "made": made, "waited": waited}));
    }
    section.table(&["", "made", "waited for"], &rows);
    section
}
