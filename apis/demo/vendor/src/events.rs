//! Events: whether a command is complete, and who wants to know.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::handles::{Handle, object};
use crate::raw::{In, Out, User};
use crate::status::{Error, OK, Result, Status, call, ensure, lock};
use crate::stream::{Call, Stream};

symbols! {
    "DEMO_1.0": dmRetainEvent dmReleaseEvent dmWaitEvents dmEventStatus dmEventTime dmOnEvent
}

/// `DM_EVENT_PENDING`.
const PENDING: i32 = 1;

/// `dm_notify_fn`.
type Notify = extern "C" fn(Handle<Event>, Status, User);

/// A handle's worth of a command.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) completion: Arc<Completion>,
    /// Whose thread notifies.
    pub(crate) stream: Arc<Stream>,
}

object!(Event, 0xe0, InvalidEvent);

/// How a command ended, for as long as anyone may ask.
#[derive(Debug, Default)]
pub(crate) struct Completion {
    state: Mutex<State>,
    completed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    ended: Option<(Result<()>, u64)>,
    calls: Vec<Call>,
}

impl Completion {
    /// The command is over, after so many nanoseconds. Returns who has to be notified.
    pub(crate) fn complete(&self, result: Result<()>, ns: u64) -> Vec<Call> {
        let mut state = lock(&self.state);
        state.ended = Some((result, ns));
        self.completed.notify_all();
        std::mem::take(&mut state.calls)
    }

    /// Waits for the command.
    pub(crate) fn wait(&self) -> Result<()> {
        let mut state = lock(&self.state);
        loop {
            match state.ended {
                Some((result, _)) => return result,
                None => state = self.completed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// How the command ended and after how many nanoseconds, if it did.
    fn ended(&self) -> Option<(Result<()>, u64)> {
        lock(&self.state).ended
    }
}

/// The status of a command that is over.
fn status_of(result: Result<()>) -> Status {
    result.map_or_else(|error| error as Status, |()| OK)
}

/// The commands of a list of events.
pub(crate) fn completions(n: u32, events: In<Handle<Event>>) -> Result<Vec<Arc<Completion>>> {
    ensure(n != 0, Error::InvalidValue)?;
    let get = |event: &Handle<Event>| match event.get() {
        Ok(event) => Ok(event.completion.clone()),
        Err(_) => Err(Error::InvalidWaitList),
    };
    events.slice(n as usize)?.iter().map(get).collect()
}

#[unsafe(no_mangle)]
extern "C" fn dmRetainEvent(event: Handle<Event>) -> Status {
    call(|| event.retain())
}

#[unsafe(no_mangle)]
extern "C" fn dmReleaseEvent(event: Handle<Event>) -> Status {
    call(|| event.release())
}

#[unsafe(no_mangle)]
extern "C" fn dmWaitEvents(n: u32, events: In<Handle<Event>>) -> Status {
    call(|| {
        let mut all = Ok(());
        for completion in completions(n, events)? {
            all = all.and(completion.wait().map_err(|_| Error::CommandFailed));
        }
        all
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmEventStatus(event: Handle<Event>, state: Out<i32>) -> Status {
    call(|| {
        let event = event.get()?;
        state.check()?;
        state.set(event.completion.ended().map_or(PENDING, |(result, _)| status_of(result)));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmEventTime(event: Handle<Event>, ns: Out<u64>) -> Status {
    call(|| {
        let event = event.get()?;
        ns.check()?;
        ns.set(event.completion.ended().ok_or(Error::NotReady)?.1);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmOnEvent(event: Handle<Event>, notify: Option<Notify>, user: User) -> Status {
    call(|| {
        let object = event.get()?;
        let notify = notify.ok_or(Error::InvalidValue)?;
        event.retain()?;
        let completion = object.completion.clone();
        let call = Call(Box::new(move || {
            notify(event, status_of(completion.wait()), user);
            // Fails only if the application released more than it had.
            let _ = event.release();
        }));
        let mut state = lock(&object.completion.state);
        if state.ended.is_none() {
            state.calls.push(call);
        } else {
            drop(state);
            object.stream.call(call);
        }
        Ok(())
    })
}
