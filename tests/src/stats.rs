//! What `ava run --stats=json --stats-file` wrote: how often each function was forwarded.

use std::{fs, path::Path};

use serde_json::Value;

/// How often a function was forwarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCount {
    /// The C function, or the runtime's name for its own.
    pub name: String,
    /// Times that the guest waited for the reply.
    pub sync: u64,
    /// Times that it did not.
    pub asynchronous: u64,
}

/// The functions that were forwarded at least once, most frequent first: `{"functions": [{"name", "sync_calls", "async_calls"}, ..]}`.
pub fn read_stats(file: &Path) -> Vec<CallCount> {
    let text = fs::read_to_string(file)
        .unwrap_or_else(|e| panic!("{} (written by ava run --stats=json --stats-file): {e}", file.display()));
    let value: Value = serde_json::from_str(&text)
        .unwrap_or_else(|e| panic!("{} is not JSON ({e}):\n{text}", file.display()));
    let functions = value["functions"].as_array().cloned().unwrap_or_default();
    assert!(!functions.is_empty(), "{} names no functions:\n{text}", file.display());
    let number = |v: &Value| v.as_u64().unwrap_or(0);
    let mut out: Vec<_> = functions
        .iter()
        .map(|f| CallCount {
            name: f["name"].as_str().unwrap_or("?").to_owned(),
            sync: number(&f["sync_calls"]),
            asynchronous: number(&f["async_calls"]),
        })
        .filter(|f| f.sync + f.asynchronous > 0)
        .collect();
    out.sort_by(|a, b| (b.sync + b.asynchronous).cmp(&(a.sync + a.asynchronous)).then(a.name.cmp(&b.name)));
    out
}
