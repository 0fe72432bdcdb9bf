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

    /// The processor time that it has used, in steps of the kernel's clock tick; nothing if it is gone.
    pub fn processor_time(self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0)).unwrap_or_default();
        // User's and system's time are the twelfth and thirteenth field after the name.
        let after_name = stat.rfind(')').and_then(|at| stat.get(at + 1..)).unwrap_or_default();
        let ticks: u64 =
            after_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
        // SAFETY: a plain library call without pointers.
        let per_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) }.max(1) as u64;
        Duration::from_micros(ticks * 1_000_000 / per_second)
    }

    /// Its proportional share of the memory behind those mappings whose name `counts`, in KiB. The name of an anonymous one is empty.
    pub fn share_kib(self, counts: impl Fn(&str) -> bool) -> u64 {
        let maps = fs::read_to_string(format!("/proc/{}/smaps", self.0)).unwrap_or_default();
        let (mut counted, mut sum) = (false, 0);
        for line in maps.lines() {
            let mut words = line.split_whitespace();
            let first = words.next().unwrap_or_default();
            if let Some(field) = first.strip_suffix(':') {
                if counted && field == "Pss" {
                    sum += words.next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
                }
            } else {
                // Addresses, rights, offset, device, inode; what is left is the name.
                counted = counts(&words.skip(4).collect::<Vec<_>>().join(" "));
            }
        }
        sum
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
