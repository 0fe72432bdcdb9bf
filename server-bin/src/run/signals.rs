//! Waiting for the program while passing on the signals that are sent to `ava`.
//!
//! A terminal sends its signals (Ctrl-C, Ctrl-Z, hang-up) to the whole process group, so the program has them already: those
//! come from the kernel and are not passed on. What another process sends to `ava` alone is.

use std::{
    io,
    process::{Command, ExitStatus},
    sync::atomic::{AtomicI32, Ordering},
};

use libc::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use crate::signals::is_ignored;

/// The program while it runs, 0 before, -1 afterwards.
static PROGRAM: AtomicI32 = AtomicI32::new(0);

/// A signal that came before the program was there; 0 if none did.
static EARLY: AtomicI32 = AtomicI32::new(0);

const PASSED_ON: [i32; 9] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCONT, SIGTSTP, SIGWINCH];

/// Starts the program and waits for its end.
///
/// # Errors
/// The program could not be started, or not be waited for.
pub(super) fn run(command: &mut Command) -> io::Result<ExitStatus> {
    for signal in PASSED_ON {
        // An ignored signal stays ignored, here and, as `exec` keeps that, in the program.
        if !is_ignored(signal) {
            // SAFETY: `pass_on` does only what a signal handler may do: atomics, `kill` and `raise`.
            unsafe { signal_hook_registry::register_sigaction(signal, move |info| pass_on(signal, info))? };
        }
    }
    let mut child = command.spawn()?;
    let pid = child.id() as i32;
    PROGRAM.store(pid, Ordering::SeqCst);
    let early = EARLY.swap(0, Ordering::SeqCst);
    if early != 0 {
        // SAFETY: a plain system call; the child was not reaped.
        unsafe { libc::kill(pid, early) };
    }
    // Waits without reaping, so that `PROGRAM` never names another process.
    if let Some(pid) = Pid::from_raw(pid) {
        loop {
            match waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
                Ok(_) => break,
            }
        }
    }
    PROGRAM.store(-1, Ordering::SeqCst);
    child.wait()
}

/// The handler of every signal.
fn pass_on(signal: i32, info: &libc::siginfo_t) {
    let from_a_process = info.si_code <= 0;
    let program = PROGRAM.load(Ordering::SeqCst);
    if from_a_process && program > 0 {
        // SAFETY: a plain system call, allowed in handlers; the process was not reaped.
        unsafe { libc::kill(program, signal) };
    } else if program == 0 && signal != SIGCONT && signal != SIGWINCH {
        EARLY.store(signal, Ordering::SeqCst);
    }
    if signal == SIGTSTP {
        // Stops with the program, as it would without a handler; SIGCONT wakes both.
        // SAFETY: a plain system call, allowed in handlers.
        unsafe { libc::raise(libc::SIGSTOP) };
    }
}
