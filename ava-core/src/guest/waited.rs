//! What an API does whenever a call has waited for the server.
//!
//! From a call that waited an application may learn that the device has done something. If the vendor did something else by then that shows
//! in the application's process, such as printing, it must show before the call returns.

use std::sync::OnceLock;

use super::thread::Thread;

static HOOK: OnceLock<fn()> = OnceLock::new();

/// From now on, calls `hook` in the application's thread after every call that waited for the server, and before every callback. The hook
/// may call the API. The first hook of the process stays.
pub fn after_waiting(hook: fn()) {
    let _ = HOOK.set(hook);
}

/// Calls the hook, if there is one and this is not a call of its own.
#[inline]
pub(super) fn after(thread: *mut Thread) {
    if let Some(hook) = HOOK.get() {
        run(thread, *hook);
    }
}

#[cold]
fn run(thread: *mut Thread, hook: fn()) {
    // SAFETY: the callers' live Thread, which only this thread uses, and which is borrowed for a moment.
    if std::mem::replace(unsafe { &mut (*thread).after_waiting }, true) {
        return;
    }
    hook();
    // SAFETY: as above.
    unsafe { (*thread).after_waiting = false };
}
