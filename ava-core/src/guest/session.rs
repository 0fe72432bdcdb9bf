//! What all threads of the application share of a session.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, RwLock};

use super::cache::Cache;
use super::callback::{CallbackThreads, Invoke, KeptByCallbacks};
use super::library::Library;
use super::memory::Allocator;
use super::pending::Pending;
use super::slab::{Object, Slab};
use super::thread::Thread;
use crate::spec::ApiDesc;
use crate::transport::{GuestLink, OrderCounter};
use crate::wire::{DISCOVERED, HandleId};

/// One process's connection to its API server, and everything that belongs to it.
pub(super) struct Session {
    pub(super) desc: &'static ApiDesc,
    pub(super) link: Box<dyn GuestLink>,
    pub(super) order: OrderCounter,
    pub(super) slab: Slab,
    pub(super) memory: Allocator,
    pub(super) pending: Pending,
    pub(super) cache: Cache,
    pub(super) library: Library,
    /// `AVA_FIDELITY=strict`: every call is synchronous and nothing is answered from a cache.
    pub(super) strict: bool,
    /// Objects that the server reported.
    discovered: RwLock<HashMap<HandleId, Object>>,
    /// Channels of threads that make calls after their thread-local storage is gone, as destructors of static C++ objects
    /// do.
    #[expect(clippy::vec_box, reason = "a Thread must not move while a call uses it")]
    pub(super) orphans: Mutex<Vec<Box<Thread>>>,
    /// Calls of the application's functions, by the type of the callback.
    pub(super) callbacks: &'static [Invoke],
    pub(super) kept_by_callbacks: KeptByCallbacks,
    /// The threads for callbacks.
    pub(super) callback_threads: Mutex<CallbackThreads>,
    /// Which functions the vendor has, as far as anyone asked.
    pub(super) available: Mutex<HashMap<u16, bool>>,
    abandoned: AtomicBool,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("api", &self.desc.name).finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn new(
        desc: &'static ApiDesc,
        link: Box<dyn GuestLink>,
        dispatch: *const c_void,
        callbacks: &'static [Invoke],
    ) -> std::io::Result<Self> {
        Ok(Self {
            desc,
            order: OrderCounter::default(),
            slab: Slab::new(dispatch)?,
            memory: Allocator::new(link.arena()),
            pending: Pending::default(),
            cache: Cache::default(),
            library: Library::default(),
            strict: std::env::var_os("AVA_FIDELITY").is_some_and(|v| v == "strict"),
            discovered: RwLock::default(),
            orphans: Mutex::default(),
            callbacks,
            kept_by_callbacks: KeptByCallbacks::default(),
            callback_threads: Mutex::default(),
            available: Mutex::default(),
            abandoned: AtomicBool::new(false),
            link,
        })
    }

    /// The application's handle for `id`, making an object for one that was not seen before. 0 for the null handle, or if the
    /// server names an object that this guest has released.
    pub(super) fn bits_of(&self, kind: u8, id: HandleId) -> u64 {
        if id & DISCOVERED == 0 {
            return self.slab.by_id(id).map_or(0, |object| self.slab.bits(object));
        }
        if let Some(object) = self.discovered.read().unwrap_or_else(|e| e.into_inner()).get(&id) {
            return self.slab.bits(*object);
        }
        let mut discovered = self.discovered.write().unwrap_or_else(|e| e.into_inner());
        if let Some(object) = discovered.get(&id) {
            return self.slab.bits(*object);
        }
        let Some(object) = self.slab.create_pinned(kind, id) else { return 0 };
        discovered.insert(id, object);
        self.slab.bits(object)
    }

    /// Runs in a forked child, see [`GuestLink::abandon_in_child`].
    pub(super) fn abandon_in_child(&self) {
        self.abandoned.store(true, Ordering::Release);
        self.link.abandon_in_child();
    }

    /// Whether this session belongs to the process that this one was forked from.
    pub(super) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Acquire)
    }
}
