//! A log of every call that the application makes, with its arguments by name: what a person reaches for first who debugs a
//! specification. It is made from the same expressions, layouts and walks as the calls' marshalling.
//!
//! With `AVA_TRACE` in the environment (a file's path, or the number of an open descriptor) every call appends one line, written at
//! once, when it returns. `ava trace` sets it, and more:
//!
//! | variable | |
//! |---|---|
//! | `AVA_TRACE_FILTER` | only functions that match one of these patterns with `*` and `?`, separated by commas |
//! | `AVA_TRACE_EPOCH` | the zero of the times: nanoseconds of `CLOCK_MONOTONIC`; else the first call |
//! | `AVA_TRACE_OPEN` | a file of [`open`], which holds the calls that have not returned |
//!
//! # A line
//!
//! ```text
//!     0.012345 4711/4712 clEnqueueReadBuffer(command_queue=cl_command_queue#1, .., size=4096, ptr=0x7f..) = CL_SUCCESS out={ptr=in flight #17, event=[cl_event#9]} <async 3.1us in=16>
//!     0.012456 4711/4712 + clEnqueueReadBuffer.ptr #17 arrived <flight 111.0us out=4096>
//! ```
//!
//! Seconds, process and thread, the call, its result, what it wrote, and in angle brackets: how it went (`sync`, `async`, `cached`,
//! `local` if nothing was sent, `unsupported`), how long it took, then `lost`, `refused` or `invalid` if it failed for AvA's reasons or an
//! invalid handle, bytes in buffers to and from the vendor, and `inside=F` for calls that the guest library itself makes on behalf of
//! `F`. A line that begins with `+` says that the data of an asynchronous call has arrived. [`mod@line`] reads lines back.
//!
//! When it is off, as it is without the variable, this costs a call one comparison with a static.

mod flight;
pub mod line;
pub mod open;
mod peek;
mod printer;
mod recorder;
mod sink;
mod text;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicU8, Ordering};

use super::client::Client;
use super::stub::Fail;

pub(super) use flight::arrived;
pub use recorder::{Recorder, Travels};

const UNKNOWN: u8 = 0;
const OFF: u8 = 1;
const ON: u8 = 2;
static STATE: AtomicU8 = AtomicU8::new(UNKNOWN);

thread_local! {
    /// The next stub is to make its call, as this module called it.
    static PASS: Cell<bool> = const { Cell::new(false) };
    /// The call that this thread is in.
    static INSIDE: Cell<Option<&'static str>> = const { Cell::new(None) };
    /// Why the last call failed.
    static FAILURE: Cell<Option<Fail>> = const { Cell::new(None) };
}

/// What happens when the application calls a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is forwarded, under this number.
    Forwarded(u16),
    /// The guest answers.
    Local,
    /// It fails.
    Unsupported,
}

/// Whether the call that begins is to be made by [`call`].
#[inline(always)]
pub fn is_on() -> bool {
    STATE.load(Ordering::Relaxed) != OFF && is_wanted()
}

#[cold]
#[inline(never)]
fn is_wanted() -> bool {
    static FIRST: Once = Once::new();
    FIRST.call_once(|| {
        let state = if sink::open() { ON } else { OFF };
        STATE.store(state, Ordering::Relaxed);
    });
    STATE.load(Ordering::Relaxed) == ON && !PASS.replace(false)
}

/// Makes a call by `run`, which calls the stub again, and logs it: `before` shows the arguments, `after` the results.
pub fn call<R: Copy>(
    client: &'static Client,
    name: &'static str,
    kind: Kind,
    before: impl FnOnce(&mut Recorder),
    run: impl FnOnce() -> R,
    after: impl FnOnce(&mut Recorder, R),
) -> R {
    if !sink::is_selected(name) {
        PASS.set(true);
        return run();
    }
    let mut recorder = Recorder::new(client, name, kind);
    // The author's expressions may panic, and nothing may unwind into C code.
    let _ = catch_unwind(AssertUnwindSafe(|| before(&mut recorder)));
    let failure = FAILURE.replace(None);
    let inside = INSIDE.replace(Some(name));
    recorder.begin(inside);
    PASS.set(true);
    let ret = run();
    // SAFETY: the location is this thread's own.
    let errno = unsafe { *libc::__errno_location() };
    recorder.returned(FAILURE.replace(failure));
    INSIDE.set(inside);
    let _ = catch_unwind(AssertUnwindSafe(|| after(&mut recorder, ret)));
    recorder.finish();
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
    ret
}

/// The call of this thread fails.
#[cold]
pub(super) fn failed(why: Fail) {
    if STATE.load(Ordering::Relaxed) == ON {
        FAILURE.set(Some(why));
    }
}

/// Nanoseconds of the clock that all processes share.
pub fn now() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` is valid for writing. The clock exists on every Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut now) };
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}
