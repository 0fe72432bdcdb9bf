//! What each function was called for: how often, which way, for how long and with how many bytes.

use std::collections::HashMap;

use ava_core::guest::trace::line::Event;

use super::read;
use crate::table;

#[derive(Debug, Default)]
struct Function {
    sync: u64,
    asynchronous: u64,
    cached: u64,
    local: u64,
    failed: u64,
    microseconds: f64,
    bytes: [u64; 2],
}

/// The table of `lines`, the function that took longest first.
pub(super) fn of(lines: impl Iterator<Item = String>) -> String {
    let mut functions = HashMap::<String, Function>::new();
    for text in lines {
        let Some(line) = read(&text) else { continue };
        let Event::Call(call) = line.event else { continue };
        let function = functions.entry(call.function.to_owned()).or_default();
        match call.how {
            "sync" => function.sync += 1,
            "async" => function.asynchronous += 1,
            "cached" => function.cached += 1,
            _ => function.local += 1,
        }
        function.failed += u64::from(!call.failure.is_empty() || call.how == "unsupported");
        function.microseconds += line.duration;
        function.bytes[0] += line.bytes[0];
        function.bytes[1] += line.bytes[1];
    }
    let mut functions: Vec<_> = functions.into_iter().collect();
    functions.sort_by(|(a, x), (b, y)| y.microseconds.total_cmp(&x.microseconds).then(a.cmp(b)));
    let columns = ["SYNC", "ASYNC", "CACHED", "LOCAL", "FAILED", "TOTAL", "MEAN", "IN", "OUT"];
    let columns: Vec<_> =
        [("FUNCTION", false)].into_iter().chain(columns.map(|title| (title, true))).collect();
    let mut total = Function::default();
    let mut rows: Vec<_> = functions
        .iter()
        .map(|(name, f)| {
            total.sync += f.sync;
            total.asynchronous += f.asynchronous;
            total.cached += f.cached;
            total.local += f.local;
            total.failed += f.failed;
            total.microseconds += f.microseconds;
            total.bytes[0] += f.bytes[0];
            total.bytes[1] += f.bytes[1];
            row(name, f)
        })
        .collect();
    rows.push(row("total", &total));
    table::render(&columns, &rows)
}

fn row(name: &str, f: &Function) -> Vec<String> {
    let calls = f.sync + f.asynchronous + f.cached + f.local;
    let counts = [f.sync, f.asynchronous, f.cached, f.local, f.failed];
    let mut row = vec![name.to_owned()];
    row.extend(counts.map(|n| n.to_string()));
    row.push(time(f.microseconds));
    row.push(time(f.microseconds / calls.max(1) as f64));
    row.extend(f.bytes.map(table::bytes));
    row
}

/// A length of time in three or four digits.
fn time(microseconds: f64) -> String {
    match microseconds {
        us if us < 999.95 => format!("{us:.1} us"),
        us if us < 999_950.0 => format!("{:.1} ms", us / 1e3),
        us => format!("{:.1} s", us / 1e6),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn calls_add_up_and_the_longest_is_first() {
        let lines = [
            "    0.000010 7/8 clSet(a=1) = CL_SUCCESS <async 2.0us in=16>",
            "    0.000020 7/8 clSet(a=1) = CL_SUCCESS <async 1.0us in=1008>",
            "    0.000030 7/8 clWait(e=cl_event?0x12) = CL_INVALID_EVENT <local 0.5us invalid>",
            "    0.000040 7/8 clWait(e=cl_event#1) = CL_SUCCESS <sync 1999.5us out=4>",
        ];
        assert_eq!(
            super::of(lines.map(str::to_owned).into_iter()),
            "FUNCTION  SYNC  ASYNC  CACHED  LOCAL  FAILED   TOTAL      MEAN       IN  OUT\n\
             clWait       1      0       0      1       1  2.0 ms    1.0 ms      0 B  4 B\n\
             clSet        0      2       0      0       0  3.0 us    1.5 us  1.0 KiB  0 B\n\
             total        1      2       0      1       1  2.0 ms  500.8 us  1.0 KiB  4 B\n"
        );
    }
}
