//! Callbacks: the vendor calls functions of the application's.
//!
//! Those that belong to a synchronous call arrive in place of its reply, and run in the thread that waits for it, as they do natively.
//! All others run in a thread that is started when the first callback is registered, and waits in the server for them. One is enough as
//! long as callbacks do not call the API; for each that does, another stands in.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use zerocopy::{FromBytes, IntoBytes};

use super::call::Call;
use super::log;
use super::session::Session;
use super::slab::{Gone, Object};
use super::stub::Fail;
use super::thread::{self, Thread};
use super::{tree_reply, waited};
use crate::spec::{HandleArg, HandleKind, RawHandle, Walk};
use crate::transport::Lost;
use crate::wire::{
    BufRef, CallbackHeader, CommandHeader, FLAG_ASYNC, HandleId, MAX_CALLBACK_INLINE, MAX_COMMAND, Outcome,
    Place, ReplyHeader, align_up, control,
};

/// Calls the application's function with the arguments of the callback; the bits of what it returned.
pub type Invoke = unsafe fn(&mut Incoming<'_>) -> u64;

/// Target of a pointer that is not null and not used.
static UNUSED: [u128; 256] = [0; 256];

/// A buffer of a callback: what the application's function reads or writes in place of the vendor's memory.
struct Buffer {
    memory: Vec<u128>,
    len: usize,
    /// What it consists of, if those are handles.
    kind: Option<u8>,
    /// Whether the vendor gets it back.
    writable: bool,
    staged: Option<u64>,
}

impl Buffer {
    fn bytes(&self) -> &[u8] {
        self.memory.as_bytes().get(..self.len).unwrap_or_default()
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        self.memory.as_mut_bytes().get_mut(..self.len).unwrap_or_default()
    }

    /// Translates the handles in it, if it has any.
    fn translate(&mut self, one: impl Fn(u8, u64) -> u64) {
        let Some(kind) = self.kind else { return };
        for word in self.bytes_mut().as_chunks_mut::<8>().0 {
            *word = one(kind, u64::from_ne_bytes(*word)).to_ne_bytes();
        }
    }
}

/// A callback being made.
pub struct Incoming<'r> {
    thread: *mut Thread,
    session: &'static Session,
    header: CallbackHeader,
    words: &'r [u8],
    payload: &'r [u8],
    buffers: Vec<Buffer>,
    /// Copies of what the vendor shows.
    shown: Vec<Vec<u128>>,
    /// The server said what cannot be.
    broken: bool,
}

/// Structured data among the arguments: the buffer that it came in, or the pointer that it is if it did not come.
#[derive(Debug)]
pub struct Shown(Result<usize, *mut u8>);

impl std::fmt::Debug for Incoming<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming").field("header", &self.header).finish_non_exhaustive()
    }
}

impl<'r> Incoming<'r> {
    fn parse(thread: *mut Thread, request: &'r [u8]) -> Option<Self> {
        let (header, rest) = CallbackHeader::read_from_prefix(request).ok()?;
        let len = (header.words as usize).checked_mul(8)?;
        let words = rest.get(..len)?;
        let payload = request.get(align_up(size_of::<CallbackHeader>() + len, crate::wire::ALIGN)..);
        // SAFETY: the caller's thread is the one whose Thread this is.
        let session = unsafe { (*thread).session };
        let payload = payload.unwrap_or_default();
        let (buffers, shown) = (Vec::new(), Vec::new());
        Some(Self { thread, session, header, words, payload, buffers, shown, broken: false })
    }

    /// The application's function.
    pub fn function(&self) -> usize {
        self.header.function as usize
    }

    /// What it was registered with.
    pub fn userdata(&self) -> u64 {
        self.header.userdata
    }

    /// The next argument.
    pub fn word(&mut self) -> u64 {
        match self.words.split_first_chunk() {
            Some((word, rest)) => {
                self.words = rest;
                u64::from_ne_bytes(*word)
            }
            None => {
                self.broken = true;
                0
            }
        }
    }

    /// The next argument, a handle.
    pub fn handle<K: HandleKind>(&mut self) -> K::Raw {
        let id: HandleId = self.word();
        K::Raw::from_bits(handle(self.session, K::KIND, id))
    }

    /// The next argument, a buffer; of handles of `kind`, if one is given. What the application writes goes back if it is
    /// `writable`.
    pub fn buffer(&mut self, kind: Option<u8>, writable: bool) -> *mut u8 {
        let r = BufRef { place: self.word(), extent: self.word() };
        let len = r.len();
        let place = match r.place() {
            Some(Place::Null) => return std::ptr::null_mut(),
            Some(Place::Unused) => return UNUSED.as_ptr().cast_mut().cast(),
            Some(place @ (Place::Inline(_) | Place::Staged(_))) => place,
            Some(Place::Arena(_) | Place::Here) | None => {
                self.broken = true;
                return std::ptr::null_mut();
            }
        };
        let staged = if let Place::Staged(number) = place { Some(number) } else { None };
        let mut memory: Vec<u128> = Vec::new();
        // One more than needed, so that the address of an empty buffer is one as well.
        let words = len.div_ceil(size_of::<u128>()) + 1;
        if memory.try_reserve_exact(words).is_err() {
            log::warn(format_args!("there is no memory for {len} bytes of a callback"));
            self.broken = true;
            return std::ptr::null_mut();
        }
        memory.resize(words, 0);
        let mut buffer = Buffer { memory, len, kind, writable, staged };
        match place {
            _ if r.output().is_some() => {}
            Place::Inline(at) => {
                if let Some(bytes) = at.checked_add(len).and_then(|end| self.payload.get(at..end)) {
                    buffer.bytes_mut().copy_from_slice(bytes);
                } else {
                    self.broken = true;
                }
            }
            _ => {
                let number = staged.unwrap_or_default();
                // SAFETY: the buffer has `len` bytes.
                let fetched = unsafe {
                    Call::enter(self.thread).fetch(number, buffer.memory.as_mut_ptr().cast(), len, None)
                };
                self.broken |= fetched.is_err();
            }
        }
        let session = self.session;
        buffer.translate(|kind, id| handle(session, kind, id));
        self.buffers.push(buffer);
        // Moving the vector of buffers does not move their memory.
        self.buffers.last_mut().map_or(std::ptr::null_mut(), |buffer| buffer.memory.as_mut_ptr().cast())
    }

    /// The next argument, structured data, for [`Self::show`].
    pub fn shown(&mut self) -> Shown {
        let before = self.buffers.len();
        let ptr = self.buffer(None, false);
        Shown(if self.buffers.len() > before { Ok(before) } else { Err(ptr) })
    }

    /// Rebuilds what the vendor shows, until the callback is over: `walk` presents it, from the variable at `place`, which gets the
    /// pointer to it.
    ///
    /// # Safety
    /// `place` can be written.
    pub unsafe fn show<P>(&mut self, shown: &Shown, place: *mut P, walk: &Walk<'_>) {
        const { assert!(size_of::<P>() == size_of::<usize>()) };
        match shown.0 {
            // SAFETY: by the caller's promise; it is a pointer variable.
            Err(ptr) => unsafe { place.cast::<usize>().write(ptr as usize) },
            Ok(n) => {
                let bytes = self.buffers.get(n).map(Buffer::bytes).unwrap_or_default();
                // SAFETY: passed on to the caller.
                self.broken |= !unsafe { tree_reply::show(self.session, bytes, &mut self.shown, walk) };
            }
        }
    }

    /// A handle as expressions see it.
    ///
    /// # Safety
    /// The object is alive until the callback is over, as every C API promises.
    pub unsafe fn arg<'a, K: HandleKind>(&self, raw: K::Raw) -> HandleArg<'a, K> {
        let object = self.session.slab.find(raw.to_bits(), K::KIND);
        // SAFETY: passed on to the caller.
        let meta = object.and_then(|object| unsafe { self.session.slab.meta::<K::Meta>(object) });
        HandleArg::new(raw, meta)
    }

    /// The inline outputs, one after the other; large ones are sent on their way.
    fn outputs(&mut self, result: &mut Vec<u8>) -> Result<(), Fail> {
        let session = self.session;
        for buffer in self.buffers.iter_mut().filter(|buffer| buffer.writable) {
            buffer.translate(|kind, bits| {
                session.slab.find(bits, kind).map_or(0, |object| session.slab.id(object))
            });
            match buffer.staged {
                Some(number) => {
                    let bytes = buffer.bytes();
                    // SAFETY: the bytes are a slice's.
                    unsafe { Call::enter(self.thread).write_staged(number, bytes.as_ptr(), bytes.len())? };
                }
                None => {
                    result.extend_from_slice(buffer.bytes());
                    result.resize(align_up(result.len(), 8), 0);
                }
            }
        }
        Ok(())
    }
}

/// The application's handle.
fn handle(session: &Session, kind: u8, id: HandleId) -> u64 {
    if id == 0 { 0 } else { session.bits_of(kind, id) }
}

/// Waits for the reply to call number `call`, and runs the application's functions that the vendor calls meanwhile.
///
/// # Safety
/// `thread` is the calling thread's live Thread, of which nothing is borrowed.
#[inline]
pub(super) unsafe fn wait_reply(thread: *mut Thread, call: u64, reply: &mut Vec<u8>) -> Result<(), Lost> {
    // SAFETY: by the caller's promise; the borrow ends before anyone else's code runs.
    unsafe { (*thread).channel.wait_reply(call, reply)? };
    while number(reply).is_some() {
        // SAFETY: passed on to the caller.
        unsafe { answer(thread, reply)? };
    }
    Ok(())
}

/// The number of the callback that `reply` is, if it is one.
#[inline]
fn number(reply: &[u8]) -> Option<u64> {
    let (header, _) = ReplyHeader::read_from_prefix(reply).ok()?;
    (header.outcome == Outcome::Callback as u16).then_some(header.value)
}

/// Runs the callback in `reply`, sends its result, and waits for what comes then.
///
/// # Safety
/// As for [`wait_reply`].
#[cold]
unsafe fn answer(thread: *mut Thread, reply: &mut Vec<u8>) -> Result<(), Lost> {
    // SAFETY: passed on to the caller.
    let result = unsafe { run(thread, reply)? };
    // SAFETY: by the caller's promise; nothing of the Thread is borrowed elsewhere.
    let thread = unsafe { &mut *thread };
    let call = thread.send_bytes(control::CALLBACK_RESULT, &result)?;
    thread.channel.wait_reply(call, reply)
}

/// Runs the callback in `reply`; its result as it travels.
///
/// # Safety
/// As for [`wait_reply`].
unsafe fn run(thread: *mut Thread, reply: &[u8]) -> Result<Vec<u8>, Lost> {
    let unreadable = || Lost("the server made a callback that cannot be read".into());
    let number = number(reply).ok_or_else(unreadable)?;
    let request = reply.get(size_of::<ReplyHeader>()..).unwrap_or_default();
    let mut incoming = Incoming::parse(thread, request).ok_or_else(unreadable)?;
    let session = incoming.session;
    let outputs = incoming.header.outputs as usize;
    let invoke = session.callbacks.get(incoming.header.callback as usize).copied();
    let invoke = invoke.filter(|_| incoming.function() != 0 && outputs <= MAX_CALLBACK_INLINE);
    let invoke = invoke.ok_or_else(unreadable)?;
    let mut result = number.to_ne_bytes().to_vec();
    // SAFETY: by the caller's promise.
    let is_free = unsafe { (*thread).serves_callbacks && (*thread).callbacks == 0 };
    if is_free {
        threads(session).idle -= 1;
    }
    // SAFETY: as above.
    unsafe { (*thread).callbacks += 1 };
    if !session.pending.is_empty() {
        // The application may learn from a callback that commands are complete: their data comes first.
        let mut call = Call::enter(thread);
        while call.control(control::RECLAIM, &[0]).is_ok_and(|more| more != 0) {}
    }
    waited::after(thread);
    let returned = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the server names the function that the application registered as of this type.
        let value = unsafe { invoke(&mut incoming) };
        result.extend_from_slice(&value.to_ne_bytes());
        incoming.outputs(&mut result)
    }));
    // SAFETY: as above: the Thread stays while callbacks run in it.
    unsafe { (*thread).callbacks -= 1 };
    if is_free && !session.is_abandoned() {
        threads(session).idle += 1;
    }
    if returned.is_err() {
        log::warn(format_args!(
            "the guest library panicked in a callback. This is a bug in AvA, please report it"
        ));
    }
    if !session.is_abandoned() {
        let callback = (incoming.header.function, incoming.header.userdata);
        Call::enter(thread).callback_is_over(callback);
    }
    let complete = 2 * size_of::<u64>() + outputs;
    if !matches!(returned, Ok(Ok(()))) || incoming.broken || result.len() != complete {
        // The vendor gets zeros.
        result.truncate(size_of::<u64>());
        result.resize(complete, 0);
    }
    if session.is_abandoned() {
        return Err(Lost("the process was forked in a callback, and its parent has the server".into()));
    }
    Ok(result)
}

/// Sends a command of the runtime's own that nobody waits for; inside a callback, waits for it.
///
/// # Safety
/// As for [`wait_reply`].
pub(super) unsafe fn send_control(thread: *mut Thread, func: u16, args: &[u64]) -> Result<(), Lost> {
    // SAFETY: by the caller's promise.
    let waits = unsafe { (*thread).in_callback() };
    // SAFETY: passed on to the caller.
    unsafe { send_words(thread, func, args, waits) }
}

/// Tells the server that the application dropped its last reference to an object, and waits for it if the application will see it.
///
/// # Safety
/// As for [`wait_reply`].
pub(super) unsafe fn send_release(thread: *mut Thread, gone: Gone) -> Result<(), Lost> {
    let args = [u64::from(gone.kind), gone.id];
    if !gone.watched {
        // SAFETY: passed on to the caller.
        return unsafe { send_control(thread, control::RELEASE, &args) };
    }
    // SAFETY: passed on to the caller.
    unsafe { send_words(thread, control::RELEASE, &args, true)? };
    waited::after(thread);
    Ok(())
}

/// # Safety
/// As for [`wait_reply`].
unsafe fn send_words(thread: *mut Thread, func: u16, args: &[u64], waits: bool) -> Result<(), Lost> {
    // SAFETY: by the caller's promise; the borrow ends with this statement.
    let call = unsafe { (*thread).send_words(func, if waits { 0 } else { FLAG_ASYNC }, args)? };
    if waits {
        // SAFETY: passed on to the caller.
        unsafe { wait_reply(thread, call, &mut Vec::new())? };
    }
    Ok(())
}

impl Thread {
    /// Sends a synchronous command of the runtime's own; its number.
    fn send_bytes(&mut self, func: u16, args: &[u8]) -> Result<u64, Lost> {
        self.calls += 1;
        let len = size_of::<CommandHeader>() + args.len();
        debug_assert!(len <= MAX_COMMAND);
        let header = CommandHeader { len: len as u32, func, flags: 0, call: self.calls, order: 0 };
        let mut command = header.as_bytes().to_vec();
        command.extend_from_slice(args);
        self.channel.send(&mut command, &self.session.order)?;
        Ok(self.calls)
    }
}

/// A function of the application's and what it was registered with.
type Registered = (u64, u64);

/// Objects that live until a callback ran, in the order in which it was registered.
#[derive(Debug, Default)]
pub(super) struct KeptByCallbacks {
    count: AtomicUsize,
    all: Mutex<HashMap<Registered, VecDeque<Vec<Object>>>>,
}

impl KeptByCallbacks {
    pub(super) fn add(&self, callback: Registered, objects: Vec<Object>) {
        let mut all = self.all.lock().unwrap_or_else(|e| e.into_inner());
        all.entry(callback).or_default().push_back(objects);
        self.count.fetch_add(1, Ordering::Release);
    }

    /// The objects of the callback's oldest registration.
    pub(super) fn take(&self, callback: Registered) -> Vec<Object> {
        if self.count.load(Ordering::Acquire) == 0 {
            return Vec::new();
        }
        let mut all = self.all.lock().unwrap_or_else(|e| e.into_inner());
        let Some(registrations) = all.get_mut(&callback) else { return Vec::new() };
        let objects = registrations.pop_front();
        if registrations.is_empty() {
            all.remove(&callback);
        }
        self.count.fetch_sub(usize::from(objects.is_some()), Ordering::Release);
        objects.unwrap_or_default()
    }
}

/// Most threads for callbacks of a session.
const MAX_THREADS: u32 = 16;

/// The threads for callbacks of a session.
#[derive(Debug, Default)]
pub(super) struct CallbackThreads {
    all: u32,
    /// How many wait for a callback.
    idle: u32,
}

fn threads(session: &Session) -> std::sync::MutexGuard<'_, CallbackThreads> {
    session.callback_threads.lock().unwrap_or_else(|e| e.into_inner())
}

/// Starts the thread for callbacks of `session`, if there is none.
///
/// # Errors
/// [`Fail::Refused`] if the system has no more threads.
pub(super) fn start(session: &'static Session) -> Result<(), Fail> {
    let mut threads = threads(session);
    if threads.all != 0 { Ok(()) } else { spawn(session, &mut threads) }
}

/// A callback is about to make a call in the thread for callbacks, and what it calls may wait for another callback: sees to it that
/// there is a thread for that one.
#[cold]
pub(super) fn stand_in(session: &'static Session) {
    let mut threads = threads(session);
    if threads.idle == 0 && threads.all < MAX_THREADS {
        // Without one, callbacks come when this one is done.
        let _ = spawn(session, &mut threads);
    }
}

fn spawn(session: &'static Session, threads: &mut CallbackThreads) -> Result<(), Fail> {
    // The application's signals are not for a thread that it does not know.
    // SAFETY: an all-zero `sigset_t` is valid to be filled.
    let (mut all, mut before): (libc::sigset_t, libc::sigset_t) = unsafe { std::mem::zeroed() };
    // SAFETY: both are valid; a thread that is started while all signals are blocked has them blocked.
    unsafe {
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
    }
    let spawned = std::thread::Builder::new().name("ava-callbacks".into()).spawn(move || serve(session));
    // SAFETY: as above.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, std::ptr::null_mut()) };
    match spawned {
        Ok(_) => {
            threads.all += 1;
            threads.idle += 1;
            Ok(())
        }
        Err(error) => {
            log::warn(format_args!("there is no thread for callbacks: {error}"));
            Err(Fail::Refused)
        }
    }
}

/// Runs callbacks until the session is over.
fn serve(session: &'static Session) {
    // The end of the session is no news: whoever makes the next call hears of it.
    let _ = thread::with_session(session, |thread| {
        let call = {
            // SAFETY: this thread's live Thread, of which nothing is borrowed.
            let thread = unsafe { &mut *thread };
            thread.serves_callbacks = true;
            thread.send_bytes(control::CALLBACK_NEXT, &[])?
        };
        // SAFETY: as above. The reply comes when the session is over; before it, callbacks do.
        unsafe { wait_reply(thread, call, &mut Vec::new())? };
        Err::<(), _>(Fail::Lost)
    });
    if !session.is_abandoned() {
        let mut threads = threads(session);
        threads.all -= 1;
        threads.idle = threads.idle.min(threads.all);
    }
}
