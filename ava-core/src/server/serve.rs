//! A session from its first thread to its end.

use std::sync::Arc;
use std::time::Duration;

use super::api::{Refusal, ServerApi, Vendor};
use super::call::{Call, Scratch};
use super::serving::{Current, MAX_DEPTH, Serving};
use super::session::Session;
use crate::migrate::Log;
use crate::router::account::Account;
use crate::router::gate;
use crate::transport::{ServerEvent, ServerLink};
use crate::wire::{CommandHeader, Outcome, control};

/// Stack of a shadow thread: as much as a main thread has, since vendors compile programs on it.
const STACK: usize = 8 << 20;

/// Longest that a guest may have its thread wait for a command to finish, in milliseconds. Arbitrary bytes ask for it often.
const MAX_PATIENCE: u64 = if cfg!(fuzzing) { 1 } else { 1000 };

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The guest left, or its router ended the session; the reason in words.
    Closed(String),
    /// The guest broke the protocol; how, in words.
    Violation(String),
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Closed(why) => f.write_str(why),
            Self::Violation(why) => write!(f, "the guest broke the protocol: {why}"),
        }
    }
}

/// Serves one guest process over `link` until either side ends the session. Every call is charged to `account`.
///
/// Shadow threads may still be inside the vendor's functions when this returns: the caller ends the process.
pub fn serve(
    api: &'static ServerApi,
    vendor: Arc<Vendor>,
    link: Box<dyn ServerLink>,
    account: Arc<Account>,
    session: u64,
) -> End {
    serve_logged(api, vendor, link, account, session, Arc::new(Log::off()))
}

/// As [`serve`], and the calls that make the session's objects again are in `log`, which costs every recorded call half a
/// microsecond.
pub fn serve_logged(
    api: &'static ServerApi,
    vendor: Arc<Vendor>,
    mut link: Box<dyn ServerLink>,
    account: Arc<Account>,
    session: u64,
    log: Arc<Log>,
) -> End {
    let shared = Session::new(api, vendor, link.arena(), account, log, stage_limit());
    let _end = EndOfCallbacks(shared.clone());
    loop {
        match link.next_event() {
            ServerEvent::Closed(why) => return End::Closed(why),
            ServerEvent::Violation(why) => return End::Violation(why),
            ServerEvent::Opened(slot, channel) => {
                let shared = shared.clone();
                let shadow = std::thread::Builder::new().name(format!("shadow-{slot}")).stack_size(STACK);
                if let Err(error) = shadow.spawn(move || Serving::serve(shared, channel)) {
                    return End::Closed(format!("no shadow thread for the application's: {error}"));
                }
                tracing::debug!(session, slot, "the application has a new thread");
            }
        }
    }
}

/// Releases the vendor's threads that wait for the guest, however serving ends.
struct EndOfCallbacks(Arc<Session>);

impl Drop for EndOfCallbacks {
    fn drop(&mut self) {
        self.0.callbacks.end();
    }
}

/// How many bytes the staging buffers of a session may have: half of the machine's memory, as no application natively uses more
/// than the machine has, and natively its buffer exists twice as well.
fn stage_limit() -> u64 {
    // SAFETY: `sysconf` has no preconditions.
    let (pages, size) = unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
    u64::try_from(pages).unwrap_or(0).saturating_mul(u64::try_from(size).unwrap_or(0)) / 2
}

/// What a command leaves to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// Send the reply.
    Reply,
    /// It was asynchronous.
    Nothing,
    /// The application's thread ended.
    ThreadEnd,
}

/// Handles the command in `scratch`: gate, order, dispatch.
///
/// # Errors
/// A violation, which ends the session.
// A symbol of its own, by which the instructions of a call are counted; see `benches/README.md`.
#[inline(never)]
pub(super) fn handle(serving: &Serving, scratch: &mut Scratch) -> Result<After, Refusal> {
    let session = &*serving.session;
    let header = gate::admit(session.api.desc, &session.account, &scratch.memory.command)
        .map_err(Refusal::Violation)?;
    let mut call = Call::new(session, scratch, header);
    if call.asynchronous && header.func == control::RELEASE && serving.in_callback() {
        // What it follows may be in the channel of the very thread whose call called back.
        session.order.put_off(header.order, args(&call))?;
        make_put_off(session)?;
        return Ok(After::Nothing);
    }
    if call.asynchronous {
        session.order.begin(header.order)?;
        serving.current.set(Current { reply_to: 0, order: header.order });
        let result = dispatch(serving, &mut call);
        // A callback may have let others go on before.
        if serving.current.take().order != 0 {
            session.order.end(header.order);
            make_put_off(session)?;
        }
        return result;
    }
    if header.func == control::CALLBACK_NEXT {
        // It has no effects, and what it would wait for may wait for a callback.
    } else if serving.in_callback() {
        session.order.wait_in_callback(header.order);
    } else {
        session.order.wait(header.order)?;
    }
    serving.current.set(Current { reply_to: header.call, order: 0 });
    let after = dispatch(serving, &mut call)?;
    session.account.bytes_out(scratch.reply.len() as u64);
    Ok(after)
}

fn dispatch(serving: &Serving, call: &mut Call<'_>) -> Result<After, Refusal> {
    let func = call.header.func;
    call.begin_recording();
    let result = match call.session.api.dispatch.get(func as usize) {
        Some(_) if serving.depth.get() >= MAX_DEPTH => {
            tracing::warn!("callbacks are nested {MAX_DEPTH} deep; a call from the last is refused");
            Err(Refusal::Limit)
        }
        // SAFETY: the session's vendor table is that of its API, whose handlers these are.
        Some(handler) => unsafe { handler(call) },
        None => return runtime_command(serving, call),
    };
    if let Err(why) = result {
        call.refuse(&why)?;
    }
    if !call.replied {
        return Err(Refusal::violation("a handler did not reply"));
    }
    call.end_recording();
    Ok(if call.asynchronous { After::Nothing } else { After::Reply })
}

/// Makes the calls that were put off and whose turn it is.
#[inline]
pub(super) fn make_put_off(session: &Session) -> Result<(), Refusal> {
    while let Some((n, args)) = session.order.next_put_off() {
        let released = release(session, args);
        session.order.end(n);
        released?;
    }
    Ok(())
}

/// The arguments of a command of the runtime's own; zeros for those that it does not have.
fn args(call: &Call<'_>) -> [u64; 4] {
    let bytes = call.scratch.memory.command.get(size_of::<CommandHeader>()..).unwrap_or_default();
    std::array::from_fn(|i| {
        bytes.get(i * 8..i * 8 + 8).and_then(|word| word.try_into().ok()).map_or(0, u64::from_ne_bytes)
    })
}

/// A command of the runtime itself.
fn runtime_command(serving: &Serving, call: &mut Call<'_>) -> Result<After, Refusal> {
    let session = call.session;
    let args = args(call);
    let func = call.header.func;
    let mode_is_right = match func {
        control::STAGE_FREE => call.asynchronous || serving.in_callback(),
        // It waits if the application will see that the object is gone.
        control::RELEASE => true,
        control::THREAD_END => call.asynchronous,
        _ => !call.asynchronous,
    };
    if !mode_is_right {
        return Err(Refusal::violation(format!("runtime command {func:#x} has the wrong mode")));
    }
    let mut value = 0;
    match func {
        control::THREAD_END => return Ok(After::ThreadEnd),
        control::STAGE => value = session.staging.make(args[0], session.stage_limit),
        control::STAGE_WRITE => session.staging.copy(session.arena, args, true)?,
        control::STAGE_READ => session.staging.copy(session.arena, args, false)?,
        control::STAGE_FREE => session.staging.free(args[0]),
        control::RECLAIM => {
            let patience = Duration::from_millis(args[0].min(MAX_PATIENCE));
            value = u64::from(call.reclaim(patience));
        }
        control::RELEASE => release(session, args)?,
        control::AVAILABLE => {
            let known = u16::try_from(args[0]).is_ok_and(|n| (session.api.available)(&*session.vendor, n));
            value = u64::from(known);
        }
        control::CALLBACK_RESULT => {
            return Err(Refusal::violation("the result of a callback came that is not waited for"));
        }
        control::CALLBACK_NEXT if serving.depth.get() != 0 || call.asynchronous => {
            return Err(Refusal::violation("a thread asks for callbacks inside a callback"));
        }
        control::CALLBACK_NEXT => {
            session.callbacks.threads.lend(serving);
        }
        _ => return Err(Refusal::violation(format!("there is no runtime command {func:#x}"))),
    }
    call.finish(Outcome::Returned, value, true)?;
    Ok(if call.asynchronous { After::Nothing } else { After::Reply })
}

/// The application dropped its last reference to an object.
fn release(session: &Session, [kind, id, ..]: [u64; 4]) -> Result<(), Refusal> {
    use super::handles::Found;
    let kind = u8::try_from(kind).ok().filter(|kind| (*kind as usize) < session.api.kinds.len());
    let Some(kind) = kind else { return Err(Refusal::violation("there is no such kind of handle")) };
    if let Some(status) = session.sticky.take(id) {
        let name = session.api.desc.kinds[kind as usize].name;
        tracing::warn!(
            kind = name,
            status,
            "an object was released before the application saw that a call on it failed"
        );
    }
    if let Some(Found::Live(bits)) = session.forget(id, kind)
        && let Some(release) = session.api.kinds[kind as usize].release
    {
        // SAFETY: the table held the reference that the vendor gave us when it made the object, and no longer does.
        unsafe { release(&*session.vendor, bits) };
    }
    session.kept.object_gone(id);
    Ok(())
}
