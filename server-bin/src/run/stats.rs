//! `ava run --stats`: what the program called.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{control::SessionList, table};

/// What all sessions of a run did together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// How many sessions there were: one for each process that used an API.
    pub sessions: usize,
    /// How many of them have not ended.
    pub still_running: usize,
    /// Synchronous calls.
    pub sync_calls: u64,
    /// Asynchronous calls.
    pub async_calls: u64,
    /// Commands of the runtime itself.
    pub runtime_calls: u64,
    /// Calls that a policy refused.
    pub refused_calls: u64,
    /// Bytes from the program.
    pub bytes_in: u64,
    /// Bytes to the program.
    pub bytes_out: u64,
    /// avad has forgotten so many sessions, of this run or others.
    pub forgotten_sessions: u64,
    /// The functions, the most called first.
    pub functions: Vec<Function>,
    /// Why each session ended.
    pub ends: Vec<String>,
}

/// How often a function was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Function {
    /// The API.
    pub api: String,
    /// The function.
    pub name: String,
    /// Synchronous calls.
    pub sync_calls: u64,
    /// Asynchronous calls.
    pub async_calls: u64,
}

impl Stats {
    /// Adds up `list`.
    pub fn of(list: &SessionList) -> Self {
        let mut stats = Self { forgotten_sessions: list.forgotten, ..Self::default() };
        let mut functions = BTreeMap::<(&str, &str), [u64; 2]>::new();
        for session in &list.sessions {
            stats.sessions += 1;
            match &session.end {
                Some(reason) => stats.ends.push(reason.clone()),
                None => stats.still_running += 1,
            }
            stats.sync_calls += session.sync_calls;
            stats.async_calls += session.async_calls;
            stats.runtime_calls += session.runtime_calls;
            stats.refused_calls += session.refused_calls;
            stats.bytes_in += session.bytes_in;
            stats.bytes_out += session.bytes_out;
            for function in &session.functions {
                let [sync, asynchronous] = functions.entry((&session.api, &function.name)).or_default();
                *sync += function.sync_calls;
                *asynchronous += function.async_calls;
            }
        }
        stats.functions = functions
            .into_iter()
            .map(|((api, name), [sync_calls, async_calls])| Function {
                api: api.to_owned(),
                name: name.to_owned(),
                sync_calls,
                async_calls,
            })
            .collect();
        stats.functions.sort_by_key(|f| std::cmp::Reverse(f.sync_calls.saturating_add(f.async_calls)));
        stats
    }

    /// For people.
    pub fn render(&self) -> String {
        let columns = [("FUNCTION", false), ("SYNC", true), ("ASYNC", true)];
        let row = |name: &str, sync: u64, asynchronous: u64| {
            vec![name.to_owned(), sync.to_string(), asynchronous.to_string()]
        };
        let mut rows: Vec<_> =
            self.functions.iter().map(|f| row(&f.name, f.sync_calls, f.async_calls)).collect();
        rows.push(row("total", self.sync_calls, self.async_calls));
        let mut out = table::render(&columns, &rows);
        out += &format!(
            "{} session{}, {} to the server, {} back, {} commands of the runtime",
            self.sessions,
            if self.sessions == 1 { "" } else { "s" },
            table::bytes(self.bytes_in),
            table::bytes(self.bytes_out),
            self.runtime_calls
        );
        if self.refused_calls != 0 {
            out += &format!(", {} calls refused", self.refused_calls);
        }
        if self.still_running != 0 {
            out += &format!("; {} still run", self.still_running);
        }
        if self.forgotten_sessions != 0 {
            out += &format!("; avad has forgotten {} older sessions", self.forgotten_sessions);
        }
        out.push('\n');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::{FunctionReport, SessionReport};

    #[test]
    fn sessions_add_up_and_the_most_called_function_is_first() {
        let session = |id, name: &str, sync_calls, async_calls| SessionReport {
            id,
            user: "u".into(),
            uid: 1,
            pid: 2,
            program: "p".into(),
            api: "opencl".into(),
            server_pid: 3,
            started_unix_ms: 0,
            age_ms: 0,
            idle_ms: None,
            sync_calls,
            async_calls,
            runtime_calls: 1,
            bytes_in: 1000,
            bytes_out: 24,
            refused_calls: 0,
            resources: Vec::new(),
            functions: vec![FunctionReport { name: name.into(), sync_calls, async_calls }],
            end: None,
        };
        let sessions = vec![
            session(1, "clFinish", 2, 0),
            session(2, "clSetKernelArg", 0, 9),
            session(3, "clFinish", 3, 0),
        ];
        let stats = Stats::of(&SessionList { sessions, forgotten: 0 });
        assert_eq!((stats.sessions, stats.sync_calls, stats.async_calls, stats.bytes_in), (3, 5, 9, 3000));
        assert_eq!(
            stats.render(),
            "FUNCTION        SYNC  ASYNC\nclSetKernelArg     0      9\nclFinish           5      0\n\
             total              5      9\n3 sessions, 2.9 KiB to the server, 72 B back, 3 commands of the runtime; 3 still run\n"
        );
    }
}
