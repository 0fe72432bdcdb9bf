//! Servers of one API that wait for guests, so that no guest waits for a server.
//!
//! A server is started when it is known that the pool will be short: by the guest that takes one, or by avad's start. One that dies
//! in the pool is not replaced until the next guest comes, so a vendor library that crashes cannot keep the machine busy.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use ava_core::spec::ApiDesc;

use super::{
    lock,
    server::{Launch, Server},
    sessions::Sessions,
};

/// Longest wait for a server: a little less than a guest waits for its answer, so that it hears why there is none.
const TAKE_TIMEOUT: Duration = Duration::from_secs(25);

/// Stack of the thread that watches a server.
const STACK: usize = 256 << 10;

#[derive(Debug, Default)]
struct Inner {
    ready: VecDeque<Arc<Server>>,
    /// Started, and not ready yet.
    starting: usize,
    /// Guests that wait.
    waiting: usize,
    /// How many starts have failed, and why the last one did.
    failures: u64,
    failure: String,
    /// Every server that has not been reaped.
    all: Vec<Arc<Server>>,
    closed: bool,
}

/// A pool.
#[derive(Debug)]
pub(super) struct Pool {
    /// What its servers serve.
    pub(super) api: &'static ApiDesc,
    launch: Launch,
    /// How many are to wait.
    size: usize,
    /// How many may start at a time.
    parallel: usize,
    sessions: Arc<Sessions>,
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl Pool {
    /// A pool in which `size` servers of `api` wait, still empty.
    pub(super) fn new(
        api: &'static ApiDesc,
        launch: Launch,
        size: usize,
        sessions: Arc<Sessions>,
    ) -> Arc<Self> {
        let parallel = thread::available_parallelism().map_or(2, usize::from).max(size).max(1);
        Arc::new(Self {
            api,
            launch,
            size,
            parallel,
            sessions,
            inner: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    /// Starts what is missing, in the background.
    pub(super) fn fill(self: &Arc<Self>) {
        self.refill(&mut lock(&self.inner));
    }

    /// A server that is ready, perhaps after a while.
    ///
    /// # Errors
    /// Why there is none, for the guest's user.
    pub(super) fn take(self: &Arc<Self>) -> Result<Arc<Server>, String> {
        let deadline = Instant::now() + TAKE_TIMEOUT;
        let mut inner = lock(&self.inner);
        let failures = inner.failures;
        inner.waiting += 1;
        let taken = loop {
            if inner.closed {
                break Err("avad is stopping".to_owned());
            }
            if let Some(server) = inner.ready.pop_front() {
                break Ok(server);
            }
            if inner.failures != failures {
                break Err(inner.failure.clone());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break Err(format!(
                    "no API server was ready within {} s; try again, or see avad's log for what the vendor's library waits for",
                    TAKE_TIMEOUT.as_secs()
                ));
            }
            self.refill(&mut inner);
            inner = self.changed.wait_timeout(inner, left).unwrap_or_else(|e| e.into_inner()).0;
        };
        inner.waiting -= 1;
        if taken.is_ok() {
            self.refill(&mut inner);
        }
        taken
    }

    /// Kills every server, and starts no more. Returns when all are reaped, or after `limit`.
    pub(super) fn close(&self, limit: Duration) {
        let deadline = Instant::now() + limit;
        let mut inner = lock(&self.inner);
        inner.closed = true;
        inner.all.iter().for_each(|server| server.kill());
        self.changed.notify_all();
        while !inner.all.is_empty() || inner.starting != 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            inner = self.changed.wait_timeout(inner, left).unwrap_or_else(|e| e.into_inner()).0;
        }
    }

    fn refill(self: &Arc<Self>, inner: &mut Inner) {
        while !inner.closed
            && inner.starting < self.parallel
            && inner.ready.len() + inner.starting < self.size + inner.waiting
        {
            let pool = Arc::clone(self);
            let name = format!("server-{}", self.api.name);
            match thread::Builder::new().name(name).stack_size(STACK).spawn(move || pool.keep()) {
                Ok(_) => inner.starting += 1,
                Err(error) => {
                    inner.failures += 1;
                    inner.failure =
                        format!("avad cannot start a thread: {error}; see its limits (ulimit -u)");
                    self.changed.notify_all();
                    return;
                }
            }
        }
    }

    /// One server's life, in a thread of its own.
    fn keep(self: Arc<Self>) {
        let started = Instant::now();
        let (server, child) = match Server::spawn(&self.launch, self.api) {
            Ok((server, child)) => (Arc::new(server), child),
            Err(error) => return self.failed(&error.to_string()),
        };
        {
            let mut inner = lock(&self.inner);
            inner.all.push(Arc::clone(&server));
            if inner.closed {
                server.kill();
            }
        }
        let ready = server.wait_ready();
        if ready.is_err() {
            server.kill();
        }
        match &ready {
            Ok(()) => {
                tracing::debug!(server = server.pid(), took = ?started.elapsed(), "a server of {} is ready", self.api.name);
                let mut inner = lock(&self.inner);
                inner.starting -= 1;
                inner.ready.push_back(Arc::clone(&server));
                self.changed.notify_all();
            }
            Err(error) => self.failed(&error.to_string()),
        }
        let said = if ready.is_ok() { server.wait_end() } else { None };
        let exit = server.reap(child);
        let mut inner = lock(&self.inner);
        inner.all.retain(|other| !Arc::ptr_eq(other, &server));
        inner.ready.retain(|other| !Arc::ptr_eq(other, &server));
        let closed = inner.closed;
        self.changed.notify_all();
        drop(inner);
        match server.session() {
            Some(session) if closed => self.sessions.end(session, "avad stopped"),
            Some(session) => self.sessions.end(session, said.as_deref().unwrap_or(&exit)),
            None if closed || ready.is_err() => {}
            None => {
                tracing::warn!(server = server.pid(), "a waiting server of {} ended: {exit}", self.api.name)
            }
        }
    }

    fn failed(&self, why: &str) {
        let mut inner = lock(&self.inner);
        inner.starting -= 1;
        if !inner.closed {
            tracing::error!("no server of {}: {why}", self.api.name);
        }
        inner.failures += 1;
        inner.failure = why.to_owned();
        self.changed.notify_all();
    }
}
