//! Looking at processes through `/proc`.

use std::{
    fs,
    time::{Duration, Instant},
};

/// A process by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pid(pub u32);

impl Pid {
    /// Whether it runs; a zombie does not.
    pub fn is_alive(self) -> bool {
        self.stat().is_some_and(|(_, state, _)| !matches!(state, 'Z' | 'X'))
    }

    /// Its name, cut at 15 bytes; empty if it is gone.
    pub fn name(self) -> String {
        self.stat().map(|(name, ..)| name).unwrap_or_default()
    }

    /// Its children, their children, and so on.
    pub fn descendants(self) -> Vec<Self> {
        let all: Vec<(Self, u32)> = fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok().map(Self))
            .filter_map(|pid| pid.stat().map(|(_, _, parent)| (pid, parent)))
            .collect();
        let mut out = Vec::new();
        let mut next = vec![self];
        while let Some(of) = next.pop() {
            let children = all.iter().filter(|(_, parent)| *parent == of.0).map(|(pid, _)| *pid);
            let before = out.len();
            out.extend(children);
            next.extend_from_slice(&out[before..]);
        }
        out
    }

    /// How many file descriptors it has open.
    pub fn descriptors(self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.0)).map_or(0, Iterator::count)
    }

    /// How many threads it has.
    pub fn threads(self) -> usize {
        fs::read_dir(format!("/proc/{}/task", self.0)).map_or(0, Iterator::count)
    }

    /// Its resident memory in KiB.
    pub fn resident_kib(self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).unwrap_or_default();
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    /// Kills it.
    pub fn kill(self) {
        // SAFETY: a plain system call. Callers pass processes that they or their avad started.
        unsafe { libc::kill(self.0 as i32, libc::SIGKILL) };
    }

    /// Name, state and parent.
    fn stat(self) -> Option<(String, char, u32)> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0)).ok()?;
        // The name is in parentheses and may contain anything, so look for the last one.
        let (start, end) = (stat.find('(')?, stat.rfind(')')?);
        let name = stat.get(start + 1..end)?.to_owned();
        let mut rest = stat.get(end + 1..)?.split_whitespace();
        Some((name, rest.next()?.chars().next()?, rest.next()?.parse().ok()?))
    }
}

/// Waits until `holds`, at most for `limit`; returns whether it came to hold.
pub fn eventually(limit: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    loop {
        if holds() {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
