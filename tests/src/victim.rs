//! Programs that something happens to while they run.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::proc::{Pid, eventually};

/// A program in the background, at the place where it is ready to be disturbed.
#[derive(Debug)]
pub struct Victim {
    limit: Duration,
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    before: String,
}

impl Victim {
    /// Starts it, and waits until it says "ready". It may take `limit` to its end from then on.
    pub fn start(limit: Duration, mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let mut before = String::new();
        while !before.ends_with("ready\n") {
            let read = lines.read_line(&mut before).expect("its output is text");
            assert!(read > 0, "the program ended before it was ready:\n{before}");
        }
        Self { limit, child, lines, before }
    }

    /// Its process: what the command started, which may be `ava run`.
    pub fn pid(&self) -> Pid {
        Pid(self.child.id())
    }

    /// Sends it a line, for which it may be waiting.
    pub fn go(&mut self) {
        let sent = self.child.stdin.as_mut().map(|input| input.write_all(b"\n"));
        assert!(matches!(sent, Some(Ok(()))), "the program does not read its input");
    }

    /// What it printed until it ended by its own will, with exit code 0.
    pub fn rest(mut self) -> String {
        // No line will come any more.
        drop(self.child.stdin.take());
        let (pid, limit) = (Pid(self.child.id()), self.limit);
        let watchdog = std::thread::spawn(move || {
            let ended = eventually(limit, || !pid.is_alive());
            if !ended {
                pid.kill();
            }
            ended
        });
        let mut rest = String::new();
        while self.lines.read_line(&mut rest).is_ok_and(|n| n > 0) {}
        assert!(
            watchdog.join().expect("the watchdog ends"),
            "the program hangs after:\n{}{rest}",
            self.before
        );
        let status = self.child.wait().expect("the program can be waited for");
        assert!(status.success(), "{status} after:\n{}{rest}", self.before);
        rest
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // The whole group: the child may be `ava run`. Its number is its own until it was waited for.
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            // SAFETY: a plain system call.
            unsafe { libc::kill(-(self.child.id() as i32), libc::SIGKILL) };
            let _ = self.child.wait();
        }
    }
}
