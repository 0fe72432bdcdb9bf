//! The thread of a stream: it runs commands in order, and makes the callbacks that come from the library's side.
//!
//! A stream ends when neither the application nor an event of it holds it. Its thread is then joined, after it has run what was
//! enqueued; so a program that released everything leaves no thread behind.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use crate::devices::Device;
use crate::events::{Completion, Event};
use crate::handles::{Handle, object};
use crate::log::log;
use crate::raw::{Lent, Out, User};
use crate::status::{Error, Result, ensure, lock};
use crate::streams::Properties;

thread_local! {
    /// The stream whose thread this is; 0 in the application's threads.
    static RUNS: Cell<usize> = const { Cell::new(0) };
}

/// `dm_completed_fn`.
pub(crate) type Completed = extern "C" fn(Handle<Stream>, u64, User);

/// A stream.
#[derive(Debug)]
pub(crate) struct Stream {
    device: &'static Device,
    pub(crate) priority: i32,
    pub(crate) properties: Mutex<Properties>,
    shared: Arc<Shared>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

object!(
    Stream,
    0x57,
    InvalidStream,
    fn released(&self) {
        self.resume();
        log(&format!("stream released on {}", self.device.name()));
    }
);

/// What the stream and its thread share.
#[derive(Debug)]
struct Shared {
    handle: Handle<Stream>,
    state: Mutex<State>,
    /// Notified after every change of the state.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Command>,
    /// Notifications for events that were complete when they were asked for.
    calls: VecDeque<Call>,
    paused: bool,
    /// The thread ends when it has nothing more to do.
    closed: bool,
    enqueued: u64,
    completed: u64,
    /// Commands that are complete and whose notifications have returned.
    settled: u64,
    /// A command failed since the last finish.
    failed: bool,
    attached: Vec<Lent>,
    subscriber: Option<(Completed, User)>,
    subscriber_runs: bool,
}

type Work = Box<dyn FnOnce() -> Result<()> + Send>;

struct Command {
    name: &'static str,
    work: Work,
    completion: Arc<Completion>,
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Command").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A callback to make from a stream's thread.
pub(crate) struct Call(pub(crate) Box<dyn FnOnce() + Send>);

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Call")
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread of the stream.
    fn run(&self) {
        RUNS.set(self.handle.bits());
        let mut state = self.lock();
        loop {
            if let Some(call) = state.calls.pop_front() {
                drop(state);
                (call.0)();
                state = self.lock();
            } else if !state.paused
                && let Some(command) = state.queue.pop_front()
            {
                drop(state);
                self.execute(command);
                state = self.lock();
            } else if state.closed {
                return;
            } else {
                state = self.wait(state);
            }
        }
    }

    fn execute(&self, command: Command) {
        let begin = Instant::now();
        let result = (command.work)();
        let ns = u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX).max(1);
        if result.is_err() {
            log(&format!("command failed: {}", command.name));
        }
        self.tell_subscriber();
        let mut state = self.lock();
        state.failed |= result.is_err();
        // In one step, so that no one sees one complete and the other not.
        state.completed += 1;
        let calls = command.completion.complete(result, ns);
        drop(state);
        for call in calls {
            (call.0)();
        }
        self.lock().settled += 1;
        self.changed.notify_all();
    }

    fn tell_subscriber(&self) {
        let mut state = self.lock();
        if let Some((completed, user)) = state.subscriber {
            state.subscriber_runs = true;
            let count = state.completed + 1;
            drop(state);
            completed(self.handle, count, user);
            self.lock().subscriber_runs = false;
            self.changed.notify_all();
        }
    }
}

impl Stream {
    /// A new stream, whose thread waits for commands.
    pub(crate) fn start(device: &'static Device, priority: i32) -> Result<Handle<Self>> {
        let (handle, stream) = Handle::new(|handle| Self {
            device,
            priority,
            properties: Mutex::default(),
            shared: Arc::new(Shared { handle, state: Mutex::default(), changed: Condvar::new() }),
            worker: Mutex::default(),
        });
        let shared = stream.shared.clone();
        match thread::Builder::new().name("demo-stream".into()).spawn(move || shared.run()) {
            Ok(worker) => *lock(&stream.worker) = Some(worker),
            Err(_) => {
                handle.release()?;
                return Err(Error::OutOfMemory);
            }
        }
        Ok(handle)
    }

    /// Whether the caller is this stream's thread, as in its callbacks.
    fn is_own_thread(&self) -> bool {
        RUNS.get() == self.shared.handle.bits()
    }

    /// Enqueues a command. Makes an event of it if `event` is not null, and waits for it if `blocking`.
    pub(crate) fn submit(
        self: &Arc<Self>,
        name: &'static str,
        blocking: bool,
        event: Out<Handle<Event>>,
        work: impl FnOnce() -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let completion = Arc::new(Completion::default());
        let mut state = self.shared.lock();
        state.enqueued += 1;
        state.queue.push_back(Command { name, work: Box::new(work), completion: completion.clone() });
        drop(state);
        self.shared.changed.notify_all();
        let done = if blocking { completion.wait() } else { Ok(()) };
        if !event.is_null() && done.is_ok() {
            event.set(Handle::new(|_| Event { completion, stream: self.clone() }).0);
        }
        done
    }

    /// Has a callback made from the stream's thread, at once.
    pub(crate) fn call(&self, call: Call) {
        self.shared.lock().calls.push_back(call);
        self.shared.changed.notify_all();
    }

    /// Waits for everything that was enqueued, and detaches what was attached.
    pub(crate) fn finish(&self) -> Result<()> {
        let mut state = self.shared.lock();
        let target = state.enqueued;
        while state.settled < target {
            state = self.shared.wait(state);
        }
        state.attached.clear();
        ensure(!std::mem::take(&mut state.failed), Error::CommandFailed)
    }

    /// How many commands were ever enqueued.
    pub(crate) fn enqueued(&self) -> u64 {
        self.shared.lock().enqueued
    }

    /// How many commands are complete.
    pub(crate) fn completed(&self) -> u64 {
        self.shared.lock().completed
    }

    pub(crate) fn is_idle(&self) -> bool {
        let state = self.shared.lock();
        state.completed == state.enqueued
    }

    pub(crate) fn pause(&self) {
        self.shared.lock().paused = true;
    }

    pub(crate) fn resume(&self) {
        self.shared.lock().paused = false;
        self.shared.changed.notify_all();
    }

    pub(crate) fn attach(&self, memory: Lent) {
        self.shared.lock().attached.push(memory);
    }

    /// What is attached now.
    pub(crate) fn attached(&self) -> Vec<Lent> {
        self.shared.lock().attached.clone()
    }

    pub(crate) fn subscribe(&self, completed: Completed, user: User) -> Result<()> {
        let mut state = self.shared.lock();
        ensure(state.subscriber.is_none(), Error::Busy)?;
        state.subscriber = Some((completed, user));
        Ok(())
    }

    pub(crate) fn unsubscribe(&self) -> Result<()> {
        let mut state = self.shared.lock();
        state.subscriber.take().ok_or(Error::NotFound)?;
        while state.subscriber_runs && !self.is_own_thread() {
            state = self.shared.wait(state);
        }
        Ok(())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.closed = true;
        state.paused = false;
        drop(state);
        self.shared.changed.notify_all();
        let worker = lock(&self.worker).take();
        // If one of its own callbacks released the last that held it, the thread ends by itself.
        if let Some(worker) = worker
            && !self.is_own_thread()
            && worker.join().is_err()
        {
            log("a stream's thread ended early");
        }
        if let Some(buffer) = lock(&self.properties).scratch.take() {
            // Fails only if the application released more than it had.
            let _ = buffer.release();
        }
    }
}
