//! Passing the log on to standard error while the program writes it, and saying which calls take long.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, Read, Write},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use ava_core::guest::trace::{now, open::OpenCalls};

use super::shown;

/// How often the log is looked at.
const INTERVAL: Duration = Duration::from_millis(20);

/// A call that takes longer than so many nanoseconds is mentioned.
const LONG: u64 = 1_000_000_000;

/// A thread that passes the log on until it is dropped.
pub(super) struct Follower {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    pub(super) fn start(log: &Path, open: Arc<OpenCalls>, epoch: u64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let thread = File::open(log).ok().map(|log| {
            let stop = stop.clone();
            thread::spawn(move || follow(log, &open, epoch, &stop))
        });
        Self { stop, thread }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn follow(mut log: File, open: &OpenCalls, epoch: u64, stop: &AtomicBool) {
    let mut mentioned = HashSet::new();
    let mut bytes = vec![0; 1 << 16];
    loop {
        // Looked at first: what was written before the stop is still passed on.
        let last = stop.load(Ordering::Acquire);
        while let Ok(n @ 1..) = log.read(&mut bytes) {
            // A closed standard error is no reason to disturb the program.
            let _ = io::stderr().write_all(&bytes[..n]);
        }
        if last {
            return;
        }
        for call in open.list() {
            let is_long = now().saturating_sub(call.since) > LONG;
            if is_long && mentioned.insert((call.process, call.thread, call.since)) {
                eprintln!("{}", shown(&call, epoch, "has not returned for a second"));
            }
        }
        thread::sleep(INTERVAL);
    }
}
