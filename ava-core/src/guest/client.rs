//! [`Client`]: an API's guest library in this process, and how it gets and loses its session.

use std::ffi::c_void;
use std::path::PathBuf;
use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::time::Duration;

use super::callback::Invoke;
use super::log;
use super::session::Session;
use super::stub::Fail;
use crate::router::address;
use crate::spec::ApiDesc;
use crate::transport::{GuestLink, unix};
use crate::wire::handshake::Hello;

/// How long the router may take to provide a server: it may have to start one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// The state of one API's guest library: a static of the generated code.
///
/// The session is made by the first call, never by loading the library. It is never taken down in the process that made it,
/// as other threads may use it; a forked child forgets its parent's and makes its own on its first call.
#[derive(Debug)]
pub struct Client {
    pub(super) desc: &'static ApiDesc,
    dispatch: Option<fn() -> *const c_void>,
    callbacks: &'static [Invoke],
    session: AtomicPtr<Session>,
    /// Taken while connecting. Replaced by a fresh one in a forked child, where the holder does not exist.
    connecting: AtomicPtr<Mutex<()>>,
    /// Next in the list of clients that a forked child must reset.
    next: AtomicPtr<Client>,
    registered: AtomicBool,
    complained: AtomicBool,
}

/// All clients that ever connected, for [`in_child`]. Lock-free, as a lock might be held while the process forks.
static CLIENTS: AtomicPtr<Client> = AtomicPtr::new(ptr::null_mut());
static HOOKED: AtomicBool = AtomicBool::new(false);

impl Client {
    /// The client for `desc`. `dispatch` gives the first word of every object, where the API has loaders that expect one.
    pub const fn new(desc: &'static ApiDesc, dispatch: Option<fn() -> *const c_void>) -> Self {
        Self {
            desc,
            dispatch,
            callbacks: &[],
            session: AtomicPtr::new(ptr::null_mut()),
            connecting: AtomicPtr::new(ptr::null_mut()),
            next: AtomicPtr::new(ptr::null_mut()),
            registered: AtomicBool::new(false),
            complained: AtomicBool::new(false),
        }
    }

    /// The same, with calls of the application's functions by the type of the callback.
    #[must_use]
    pub const fn with_callbacks(mut self, callbacks: &'static [Invoke]) -> Self {
        self.callbacks = callbacks;
        self
    }

    /// The session, made now if there is none.
    #[inline]
    pub(super) fn session(&'static self) -> Result<&'static Session, Fail> {
        let session = self.session.load(Ordering::Acquire);
        // SAFETY: a non-null pointer is to a Session that was leaked, see `install`.
        match unsafe { session.as_ref() } {
            Some(session) if session.link.is_lost() => Err(Fail::Lost),
            Some(session) => Ok(session),
            None => self.connect(),
        }
    }

    /// The session's address, to compare with; null if there is none.
    #[inline]
    pub(super) fn current(&self) -> *const Session {
        self.session.load(Ordering::Acquire)
    }

    #[cold]
    fn connect(&'static self) -> Result<&'static Session, Fail> {
        let lock = self.connect_lock();
        let _guard = lock.lock().unwrap_or_else(|e| e.into_inner());
        // SAFETY: as in `session`.
        if let Some(session) = unsafe { self.session.load(Ordering::Acquire).as_ref() } {
            return Ok(session);
        }
        if std::env::var_os(address::SERVER_VARIABLE).is_some() {
            return Err(Fail::Lost);
        }
        let hello = Hello::new(
            self.desc.name,
            self.desc.spec_hash,
            &program(),
            &std::env::var("AVA_RUN_TAG").unwrap_or_default(),
        );
        let link = match connect_any(&address::candidates(), &hello) {
            Ok(link) => link,
            Err(why) => {
                if !self.complained.swap(true, Ordering::Relaxed) {
                    log::warn(format_args!("{}: {why}", self.desc.name));
                }
                return Err(Fail::Lost);
            }
        };
        self.install(link)
    }

    /// Uses `link` as this process's session. Tests and benches call it with a link of their own.
    ///
    /// # Errors
    /// [`Fail::Lost`] if the address space has no room for the objects.
    pub fn attach(&'static self, link: Box<dyn GuestLink>) -> Result<(), Fail> {
        self.install(link).map(drop)
    }

    fn install(&'static self, link: Box<dyn GuestLink>) -> Result<&'static Session, Fail> {
        self.register();
        let dispatch = self.dispatch.map_or(ptr::null(), |f| f());
        let session = Session::new(self.desc, link, dispatch, self.callbacks).map_err(|e| {
            log::warn(format_args!(
                "{}: no address space for the session: {e}; raise the limit (ulimit -v unlimited)",
                self.desc.name
            ));
            Fail::Lost
        })?;
        let session: &'static mut Session = Box::leak(Box::new(session));
        self.session.store(session, Ordering::Release);
        Ok(session)
    }

    fn connect_lock(&self) -> &'static Mutex<()> {
        let mut lock = self.connecting.load(Ordering::Acquire);
        if lock.is_null() {
            let fresh = Box::into_raw(Box::new(Mutex::new(())));
            match self.connecting.compare_exchange(lock, fresh, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => lock = fresh,
                Err(theirs) => {
                    // SAFETY: `fresh` was not published.
                    drop(unsafe { Box::from_raw(fresh) });
                    lock = theirs;
                }
            }
        }
        // SAFETY: a published lock is never freed.
        unsafe { &*lock }
    }

    fn register(&'static self) {
        if self.registered.swap(true, Ordering::AcqRel) {
            return;
        }
        let me = ptr::from_ref(self).cast_mut();
        let mut head = CLIENTS.load(Ordering::Acquire);
        loop {
            self.next.store(head, Ordering::Relaxed);
            match CLIENTS.compare_exchange(head, me, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => break,
                Err(now) => head = now,
            }
        }
        if !HOOKED.swap(true, Ordering::AcqRel) {
            // SAFETY: `in_child` does only what a forked child of a threaded process may do. If registering fails, for lack of
            // memory, a child that uses the API shares its parent's session until it execs; nothing else can be done.
            unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
        }
    }
}

/// Runs in a forked child: drops the parent's sessions by atomic stores and `close` alone.
extern "C" fn in_child() {
    let mut client = CLIENTS.load(Ordering::Acquire);
    // SAFETY: the list consists of statics.
    while let Some(c) = unsafe { client.as_ref() } {
        // SAFETY: a non-null pointer is to a leaked Session.
        if let Some(session) = unsafe { c.session.swap(ptr::null_mut(), Ordering::AcqRel).as_ref() } {
            session.abandon_in_child();
        }
        c.connecting.store(ptr::null_mut(), Ordering::Release);
        c.complained.store(false, Ordering::Relaxed);
        client = c.next.load(Ordering::Acquire);
    }
}

/// The session of some client of this process; a guest library has one client.
pub(super) fn any_session() -> Option<&'static Session> {
    let mut client = CLIENTS.load(Ordering::Acquire);
    // SAFETY: the list consists of statics.
    while let Some(c) = unsafe { client.as_ref() } {
        // SAFETY: a non-null pointer is to a leaked Session.
        if let Some(session) = unsafe { c.session.load(Ordering::Acquire).as_ref() } {
            return Some(session);
        }
        client = c.next.load(Ordering::Acquire);
    }
    None
}

/// Connects to the first router that is there.
fn connect_any(candidates: &[PathBuf], hello: &Hello) -> Result<Box<dyn GuestLink>, unix::ConnectError> {
    let mut first = None;
    for path in candidates {
        match unix::connect(path, hello, CONNECT_TIMEOUT) {
            Ok(link) => return Ok(Box::new(link)),
            Err(e) => {
                let absent = matches!(e, unix::ConnectError::NoRouter(_) | unix::ConnectError::NotAllowed(_));
                first = first.or(Some(e));
                if !absent {
                    break;
                }
            }
        }
    }
    Err(first.unwrap_or_else(|| unix::ConnectError::NoRouter(address::system())))
}

/// This process's command line, for people who look at the list of sessions.
fn program() -> String {
    let words: Vec<_> = std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect();
    words.join(" ")
}
