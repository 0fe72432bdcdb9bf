//! The log as Chrome trace events, which <https://ui.perfetto.dev> and chrome://tracing load: a track for each thread, a slice for each
//! call, and for each buffer in flight a slice of its own with an arrow from the call to where its data arrived.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use ava_core::guest::trace::{
    line::{Call, Event, Line},
    open::OpenCall,
};
use serde_json::{Map, Value, json};

use super::read;

/// Writes the events of `lines` and the calls that never returned.
///
/// # Errors
/// Those of `to`.
pub(super) fn write(
    mut to: impl Write,
    lines: impl Iterator<Item = String>,
    unfinished: &[OpenCall],
    epoch: u64,
) -> io::Result<()> {
    let mut threads = BTreeSet::new();
    to.write_all(b"{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n")?;
    let mut is_first = true;
    let mut put = |event: &Value| {
        if !std::mem::take(&mut is_first) {
            to.write_all(b",\n")?;
        }
        serde_json::to_writer(&mut to, event).map_err(io::Error::from)
    };
    for text in lines {
        let Some(line) = read(&text) else { continue };
        threads.insert((line.process, line.thread));
        for event in events(&line) {
            put(&event)?;
        }
    }
    for call in unfinished {
        threads.insert((call.process, call.thread));
        let name = call.text.split('(').next().unwrap_or_default();
        put(&json!({
            "ph": "B", "name": name, "cat": "open", "pid": call.process, "tid": call.thread,
            "ts": call.since.saturating_sub(epoch) as f64 / 1000.0,
            "args": { "call": call.text, "how": "did not return" },
        }))?;
    }
    for (process, thread) in threads {
        put(&json!({
            "ph": "M", "name": "thread_name", "pid": process, "tid": thread,
            "args": { "name": if process == thread { "main" } else { "thread" } },
        }))?;
    }
    to.write_all(b"\n]}\n")?;
    to.flush()
}

/// The events of one line.
fn events(line: &Line<'_>) -> Vec<Value> {
    match &line.event {
        Event::Call(call) => of_call(line, call),
        Event::Arrived { of, ticket } => of_arrival(line, of, *ticket),
    }
}

fn of_call(line: &Line<'_>, call: &Call<'_>) -> Vec<Value> {
    let mut args = Map::new();
    args.extend(call.args.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    args.insert("= result".into(), json!(call.ret));
    args.extend(call.outs.iter().map(|(name, value)| (format!("> {name}"), json!(value))));
    args.insert("how".into(), json!(format!("{} {}", call.how, call.failure).trim_end()));
    for (name, bytes) in [("bytes in", line.bytes[0]), ("bytes out", line.bytes[1])] {
        if bytes != 0 {
            args.insert(name.into(), json!(bytes));
        }
    }
    let mut events = vec![json!({
        "ph": "X", "name": call.function, "cat": call.how, "pid": line.process, "tid": line.thread,
        "ts": line.start, "dur": line.duration, "args": args,
    })];
    events.extend(call.flights.iter().map(|ticket| {
        json!({
            "ph": "s", "name": "in flight", "cat": "flight", "id": id(line, *ticket),
            "pid": line.process, "tid": line.thread, "ts": line.start,
        })
    }));
    events
}

fn of_arrival(line: &Line<'_>, of: &str, ticket: u64) -> Vec<Value> {
    let id = id(line, ticket);
    let at = |ph: &str, ts: f64| {
        json!({
            "ph": ph, "name": if of.is_empty() { "?" } else { of }, "cat": "in flight", "id": id, "pid": line.process,
            "tid": line.thread, "ts": ts, "args": { "bytes": line.bytes[1] },
        })
    };
    let arrow = json!({
        "ph": "f", "bp": "e", "name": "in flight", "cat": "flight", "id": id,
        "pid": line.process, "tid": line.thread, "ts": line.start,
    });
    vec![at("b", line.start - line.duration), at("e", line.start), arrow]
}

/// What no other process's buffer in flight is called.
fn id(line: &Line<'_>, ticket: u64) -> String {
    format!("{}.{ticket}", line.process)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_valid_events() {
        let lines = [
            "    0.000010 7/8 clRead(q=cl_queue#1, s=\"a\\\"b\") = CL_SUCCESS out={p=in flight #3 (8 B)} <async 2.5us in=16>",
            "    0.000100 7/8 + clRead.p #3 arrived <flight 90.0us out=8>",
            "not a line",
        ];
        let open = OpenCall { process: 7, thread: 9, since: 2000, text: "clFinish(q=cl_queue#1)".into() };
        let mut out = Vec::new();
        write(&mut out, lines.map(str::to_owned).into_iter(), &[open], 1000).unwrap();
        let value: Value = serde_json::from_slice(&out).unwrap();
        let events = value["traceEvents"].as_array().unwrap();
        let phases: Vec<_> = events.iter().map(|e| e["ph"].as_str().unwrap()).collect();
        assert_eq!(phases, ["X", "s", "b", "e", "f", "B", "M", "M"]);
        assert_eq!((&events[0]["ts"], &events[0]["dur"]), (&json!(10.0), &json!(2.5)));
        assert_eq!(events[0]["args"]["s"], "\"a\\\"b\"");
        assert_eq!(events[0]["args"]["> p"], "in flight #3 (8 B)");
        assert_eq!((&events[1]["id"], &events[4]["id"]), (&json!("7.3"), &json!("7.3")));
        assert_eq!(events[2]["ts"], 10.0);
        assert_eq!((&events[5]["name"], &events[5]["ts"]), (&json!("clFinish"), &json!(1.0)));
    }
}
