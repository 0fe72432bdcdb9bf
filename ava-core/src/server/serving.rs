//! [`Serving`]: a shadow thread with the channel that it serves, and what it is doing. The vendor calls back on this very thread,
//! from inside the command that is under way, so it is found through thread-local storage.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use zerocopy::{FromBytes, IntoBytes};

use super::call::Scratch;
use super::serve::{After, handle, make_put_off};
use super::session::Session;
use crate::transport::{ServerChannel, header_of};
use crate::wire::{CommandHeader, Outcome, ReplyHeader, control};

/// How deeply callbacks may be nested: each level has frames of the vendor's on this stack, and of the application's on its own.
/// Calls from a callback at this depth are refused.
pub(super) const MAX_DEPTH: u32 = 64;

thread_local! {
    static SERVING: Cell<*const Serving> = const { Cell::new(std::ptr::null()) };
}

/// The command that is under way.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Current {
    /// Someone waits for its reply, which has this number; 0 if it is asynchronous.
    pub(super) reply_to: u64,
    /// Its place in the order of asynchronous calls, as long as others wait for it; 0 if it is synchronous.
    pub(super) order: u64,
}

/// What [`Serving::run`] ended with.
enum Ran {
    /// The channel is of no more use.
    Over,
    /// The result of the callback that was waited for: what follows the command's header.
    Result(Vec<u8>),
}

/// A shadow thread.
pub(super) struct Serving {
    pub(super) session: Arc<Session>,
    /// `None` if there is nobody to ask.
    channel: RefCell<Option<Box<dyn ServerChannel>>>,
    pub(super) current: Cell<Current>,
    /// How many callbacks run in the guest, each from inside a call that the one before made.
    pub(super) depth: Cell<u32>,
    /// The channel ended; callbacks are not made any more.
    over: Cell<bool>,
    #[expect(clippy::vec_box, reason = "a Scratch is moved in and out for every callback")]
    spare: RefCell<Vec<Box<Scratch>>>,
}

impl Serving {
    /// A shadow thread without a channel.
    pub(super) fn alone(session: Arc<Session>) -> Self {
        Self {
            session,
            channel: RefCell::new(None),
            current: Cell::default(),
            depth: Cell::new(0),
            over: Cell::new(false),
            spare: RefCell::default(),
        }
    }

    /// Serves one application thread until its channel ends.
    pub(super) fn serve(session: Arc<Session>, channel: Box<dyn ServerChannel>) {
        let serving = Self { channel: RefCell::new(Some(channel)), ..Self::alone(session) };
        let _ = serving_as(&serving, || serving.run(&mut Scratch::default(), None));
    }

    /// Whether the commands that come now are made inside a callback.
    pub(super) fn in_callback(&self) -> bool {
        self.depth.get() != 0
    }

    /// Serves the channel until it ends, or until the result of callback `number` with `outputs` bytes of outputs comes.
    fn run(&self, scratch: &mut Scratch, awaited: Option<(u64, usize)>) -> Ran {
        loop {
            if self.over.get() {
                return Ran::Over;
            }
            let mut channel = self.channel.borrow_mut();
            let Some(end) = channel.as_mut() else { return self.end() };
            if let Err(lost) = end.recv(&mut scratch.memory.command) {
                tracing::trace!(%lost, "a channel closed");
                return self.end();
            }
            drop(channel);
            if let Some(awaited) = awaited
                && let Some(header) =
                    header_of(&scratch.memory.command).filter(|h| h.func == control::CALLBACK_RESULT)
            {
                return match self.result(&scratch.memory.command, header, awaited) {
                    Ok(result) => Ran::Result(result),
                    Err(why) => self.violated(why),
                };
            }
            match handle(self, scratch) {
                Ok(After::Reply) => {
                    if !self.reply(&mut scratch.reply) {
                        return self.end();
                    }
                }
                Ok(After::Nothing) => {}
                Ok(After::ThreadEnd) => return self.end(),
                Err(why) => return self.violated(why.to_string()),
            }
        }
    }

    /// Whether the channel is of no more use.
    pub(super) fn is_over(&self) -> bool {
        self.over.get()
    }

    fn end(&self) -> Ran {
        self.over.set(true);
        Ran::Over
    }

    fn violated(&self, why: String) -> Ran {
        if let Some(channel) = self.channel.borrow_mut().as_mut() {
            channel.end_session(why);
        }
        self.end()
    }

    /// A bug of the server's left the channel in an unknown state.
    pub(super) fn give_up(&self) {
        if let Ok(mut channel) = self.channel.try_borrow_mut()
            && let Some(channel) = channel.as_mut()
        {
            channel.end_session("the server panicked in a callback, which is a bug in it".into());
        }
        self.over.set(true);
    }

    /// Sends a reply under the number that the guest waits for: after a callback, that of the callback's result.
    fn reply(&self, reply: &mut [u8]) -> bool {
        let reply_to = self.current.get().reply_to;
        if let Ok((header, _)) = ReplyHeader::mut_from_prefix(reply) {
            header.call = reply_to;
        }
        self.channel.borrow_mut().as_mut().is_some_and(|channel| channel.reply(reply).is_ok())
    }

    fn result(
        &self,
        command: &[u8],
        header: CommandHeader,
        (number, outputs): (u64, usize),
    ) -> Result<Vec<u8>, String> {
        let header = crate::router::gate::admit(self.session.api.desc, &self.session.account, command)
            .map(|_| header)?;
        let result = command.get(size_of::<CommandHeader>()..).unwrap_or_default();
        let (its_number, rest) = result.split_first_chunk().ok_or("a callback's result is too short")?;
        if header.flags != 0 || u64::from_ne_bytes(*its_number) != number {
            return Err("the result of a callback came that is not waited for".into());
        }
        if rest.len() != size_of::<u64>() + outputs {
            return Err(format!(
                "a callback's outputs are {} bytes long where {outputs} were asked for",
                rest.len().saturating_sub(size_of::<u64>())
            ));
        }
        self.current.set(Current { reply_to: header.call, order: 0 });
        Ok(rest.to_vec())
    }

    /// Calls back into the thread of the application that waits for the call under way: the result, or `None` if the guest
    /// is gone. Meanwhile this thread serves the calls that the callback makes.
    pub(super) fn call_back(&self, number: u64, request: &[u8], outputs: usize) -> Option<Vec<u8>> {
        if self.over.get() {
            return None;
        }
        let mut reply = request_reply(number, request);
        self.session.account.bytes_out(reply.len() as u64);
        if !self.reply(&mut reply) {
            self.end();
            return None;
        }
        let mut scratch = self.spare.borrow_mut().pop().unwrap_or_default();
        self.depth.set(self.depth.get() + 1);
        let ran = self.run(&mut scratch, Some((number, outputs)));
        self.depth.set(self.depth.get() - 1);
        self.spare.borrow_mut().push(scratch);
        match ran {
            Ran::Result(result) => Some(result),
            Ran::Over => None,
        }
    }

    /// The asynchronous call under way will wait for the guest: from now on nobody waits for the call.
    pub(super) fn let_others_go_on(&self) {
        let current = self.current.get();
        if current.order != 0 {
            self.session.order.end(current.order);
            // One that names no kind of object has nothing to release.
            let _ = make_put_off(&self.session);
            self.current.set(Current { order: 0, ..current });
        }
    }
}

/// The reply that brings a callback.
fn request_reply(number: u64, request: &[u8]) -> Vec<u8> {
    let header = ReplyHeader {
        len: (size_of::<ReplyHeader>() + request.len()) as u32,
        outcome: Outcome::Callback as u16,
        errno: 0,
        call: 0,
        value: number,
        tickets_total: 0,
        outs: 0,
        tickets: 0,
        ok: 0,
        meta: 0,
    };
    let mut reply = header.as_bytes().to_vec();
    reply.extend_from_slice(request);
    reply
}

/// Puts back what this thread was serving before.
struct Reset(*const Serving);

impl Drop for Reset {
    fn drop(&mut self) {
        SERVING.set(self.0);
    }
}

/// Calls `body` in a thread that serves as `serving` meanwhile.
pub(super) fn serving_as<R>(serving: &Serving, body: impl FnOnce() -> R) -> R {
    let _reset = Reset(SERVING.replace(serving));
    body()
}

/// Calls `body` with the shadow thread that this is, if it is one.
pub(super) fn with_serving<R>(body: impl FnOnce(Option<&Serving>) -> R) -> R {
    // SAFETY: `serving_as` borrows what it points to until it resets the pointer, on this thread.
    body(unsafe { SERVING.try_with(Cell::get).unwrap_or(std::ptr::null()).as_ref() })
}
