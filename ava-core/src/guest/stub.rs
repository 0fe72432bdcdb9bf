//! The frame around every exported function.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use super::call::Call;
use super::callback;
use super::client::{self, Client};
use super::errno::Kept;
use super::{log, thread, trace};
use crate::spec::{HandleKind, RawHandle};
use crate::transport::Lost;

/// Why a call has no result of the vendor's. The generated code turns it into the API's own error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fail {
    /// There is no server (any more): the API's `lost` status.
    Lost,
    /// A policy refused: the API's `refused` status.
    Refused,
    /// This status of the API.
    Status(i64),
}

impl From<Lost> for Fail {
    fn from(why: Lost) -> Self {
        log::warn(format_args!("{why}"));
        Self::Lost
    }
}

/// Runs a forwarded function's `body`; `fail` makes the return value for whatever goes wrong.
#[inline]
pub fn stub<R>(
    client: &'static Client,
    fail: impl FnOnce(Fail) -> R,
    body: impl FnOnce(&mut Call<'_>) -> Result<R, Fail>,
) -> R {
    guarded(client, fail, || thread::with(client, |thread| body(&mut Call::enter(thread))))
}

/// Runs a replacement's `body`, which needs no session.
#[inline]
pub fn local<R>(client: &'static Client, fail: impl FnOnce(Fail) -> R, body: impl FnOnce() -> R) -> R {
    guarded(client, fail, || Ok(body()))
}

#[inline]
fn guarded<R>(
    client: &'static Client,
    fail: impl FnOnce(Fail) -> R,
    body: impl FnOnce() -> Result<R, Fail>,
) -> R {
    let _errno = Kept::new();
    // A panic must not unwind into C code. Whatever state it left behind is a call's own, or behind a lock that ignores
    // poisoning.
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => value,
        Ok(Err(why)) => {
            trace::failed(why);
            fail(why)
        }
        Err(_) => {
            log::warn(format_args!(
                "{}: the guest library panicked; the call fails. This is a bug in AvA, please report it",
                client.desc.name
            ));
            fail(Fail::Lost)
        }
    }
}

/// Says once that the application called `function`, which is not forwarded.
#[cold]
pub fn unsupported(client: &'static Client, function: &'static str) {
    let _errno = Kept::new();
    static SAID: Mutex<Vec<(&'static str, &'static str)>> = Mutex::new(Vec::new());
    let key = (client.desc.name, function);
    let mut said = SAID.lock().unwrap_or_else(|e| e.into_inner());
    if !said.contains(&key) {
        said.push(key);
        log::warn(format_args!("{function} is not supported and returns an error"));
    }
}

/// Adds a reference to the object behind `raw`.
///
/// # Errors
/// The kind's invalid-object status if there is none.
pub fn retain<K: HandleKind>(client: &'static Client, raw: K::Raw) -> Result<(), Fail> {
    let session = client.session()?;
    let object = session.slab.find(raw.to_bits(), K::KIND).ok_or(Fail::Status(K::INVALID))?;
    session.slab.retain(object);
    Ok(())
}

/// Drops a reference to the object behind `raw`; the last one is forwarded.
///
/// # Errors
/// The kind's invalid-object status if there is none, [`Fail::Lost`] if the server is gone.
pub fn release<K: HandleKind>(client: &'static Client, raw: K::Raw) -> Result<(), Fail> {
    thread::with(client, |thread| {
        // SAFETY: `with` hands out this thread's live Thread.
        let session = unsafe { (*thread).session };
        let object = session.slab.find(raw.to_bits(), K::KIND).ok_or(Fail::Status(K::INVALID))?;
        let mut result = Ok(());
        session.slab.release(object, &mut |gone| {
            // SAFETY: nothing else uses the thread's Thread during this closure.
            if let Err(why) = unsafe { callback::send_release(thread, gone) } {
                result = Err(why.into());
            }
        });
        result
    })
}

/// The number of references to the object behind `raw`, in the session of this thread's last call, or of any thread's: for hooks
/// that answer an API's query for it.
pub fn references<K: HandleKind>(raw: K::Raw) -> Option<u32> {
    let session = thread::current_session().or_else(client::any_session)?;
    session.slab.find(raw.to_bits(), K::KIND).map(|object| session.slab.references(object))
}

/// The application will see that the object behind `raw` is gone, as by a callback of the vendor's that says so: the release of its last
/// reference returns when the server has made it, and what the vendor calls meanwhile runs in the thread that releases.
pub fn await_release<K: HandleKind>(raw: K::Raw) {
    let session = thread::current_session().or_else(client::any_session);
    if let Some((session, object)) = session.and_then(|s| Some((s, s.slab.find(raw.to_bits(), K::KIND)?))) {
        session.slab.watch(object);
    }
}

/// What is known of the object behind `raw`, in the session of this thread's last call, or of any thread's: for hooks and
/// replacements.
///
/// # Safety
/// The application holds a reference to the object while the result is used.
pub unsafe fn meta_of<'a, K: HandleKind>(raw: K::Raw) -> Option<&'a K::Meta>
where
    K::Meta: Any,
{
    let session = thread::current_session().or_else(client::any_session)?;
    let object = session.slab.find(raw.to_bits(), K::KIND)?;
    // SAFETY: passed on to the caller.
    unsafe { session.slab.meta::<K::Meta>(object) }
}

/// Whether this process asked for every call to be synchronous (`AVA_FIDELITY=strict`): what a replacement would do faster is then to
/// be left to the plain call, which the fast one is compared with.
pub fn is_strict(client: &'static Client) -> bool {
    client.session().is_ok_and(|session| session.strict)
}

/// A number that tells the sessions of this process and of those that it was forked from apart; 0 if there is none. What belongs to a
/// session with another number is gone: the process was forked since.
pub fn session_number() -> usize {
    client::any_session().map_or(0, |session| std::ptr::from_ref(session) as usize)
}

/// The object of kind `P` that the one behind `raw` was made to depend on, in the session of this thread's last call, or of any
/// thread's; of several the first. For hooks, modes and replacements.
///
/// # Safety
/// The application holds a reference to the object behind `raw`.
pub unsafe fn parent_of<K: HandleKind, P: HandleKind>(raw: K::Raw) -> Option<P::Raw> {
    let session = thread::current_session().or_else(client::any_session)?;
    let object = session.slab.find(raw.to_bits(), K::KIND)?;
    session.slab.parent(object, P::KIND).map(P::Raw::from_bits)
}

/// Memory of `size` bytes that the guest and its server share, on which `zerocopy` parameters work without a copy (paper Table 4:
/// `zerocopy_alloc`); null if there is none left, or no server.
pub fn zerocopy_alloc(client: &'static Client, size: usize) -> *mut std::ffi::c_void {
    let allocated = client.session().ok().and_then(|session| session.memory.lend(size));
    allocated.unwrap_or(std::ptr::null_mut()).cast()
}

/// How much memory [`zerocopy_alloc`] was asked for when it returned `ptr`; `None` if it did not.
pub fn zerocopy_len(client: &'static Client, ptr: *mut std::ffi::c_void) -> Option<usize> {
    client.session().ok().and_then(|session| session.memory.lent_len(ptr.cast()))
}

/// Takes memory of [`zerocopy_alloc`] back; whether `ptr` was such.
pub fn zerocopy_free(client: &'static Client, ptr: *mut std::ffi::c_void) -> bool {
    client.session().is_ok_and(|session| session.memory.take_back(ptr.cast()))
}
