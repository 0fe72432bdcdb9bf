//! Sending a call, and what the reply brings: results, outputs, new objects, and buffers whose commands completed.

use zerocopy::{FromBytes, Immutable, IntoBytes};

use super::call::{Call, Came, How, Out, OutPlace, Scratch};
use super::callback;
use super::decode::Reply;
use super::log;
use super::pending::{Entry, Held};
use super::slab::Object;
use super::stub::Fail;
use super::trace;
use super::waited;
use crate::spec::{HandleKind, Mode, RawHandle, Rect};
use crate::wire::{
    self, CommandHeader, ELSEWHERE_TREE, FLAG_ASYNC, MAX_TICKETS, OutHeader, ReplyHeader, TICKET_DISCARD,
    align_up, control,
};

/// How a call went that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is on its way, and counts as successful.
    Async,
    /// The vendor returned these bits.
    Returned(u64),
}

impl Call<'_> {
    /// Sends the call with the arguments `wire`; waits for its result unless `mode` is asynchronous. With `cached`, answers
    /// from the cache if it can.
    ///
    /// # Errors
    /// What the server or the session says instead of a result.
    #[inline]
    pub fn submit<W: IntoBytes + Immutable>(
        &mut self,
        func: u16,
        mode: Mode,
        cached: bool,
        wire: &W,
    ) -> Result<Outcome, Fail> {
        let at = size_of::<CommandHeader>();
        self.scratch.command[at..at + size_of::<W>()].copy_from_slice(wire.as_bytes());
        // An asynchronous call has no reply that could bring outputs or errors, or say that its arena memory is free again.
        let needs_reply = self.null_handle
            || !self.scratch.held.is_empty()
            || self.scratch.outs.iter().any(|out| !out.deferred && !out.always);
        if mode == Mode::Async
            && !needs_reply
            && !self.session.strict
            && !self.thread(|thread| thread.in_callback())
        {
            self.send(func, FLAG_ASYNC)?;
            self.scratch.how = How::Async;
            self.succeeded = true;
            self.keep(usize::MAX);
            return Ok(Outcome::Async);
        }
        let cacheable = cached && self.scratch.held.is_empty() && !self.session.strict;
        if cacheable {
            let Scratch { command, reply, .. } = &mut **self.scratch;
            let hit = self.session.cache.get(func, &command[at..], |answer| {
                reply.clear();
                reply.extend_from_slice(answer);
            });
            if hit.is_some() {
                self.scratch.how = How::Cached;
                return self.digest().map(|(_, value)| Outcome::Returned(value));
            }
        }
        let key = if cacheable { self.scratch.command[at..].to_vec() } else { Vec::new() };
        if self.thread(|thread| thread.in_callback() && thread.serves_callbacks) {
            callback::stand_in(self.session);
        }
        let call = self.send(func, 0)?;
        self.scratch.how = How::Sync;
        let mut reply = std::mem::take(&mut self.scratch.reply);
        // SAFETY: nothing of this thread's Thread is borrowed here.
        let received = unsafe { callback::wait_reply(self.raw_thread(), call, &mut reply) };
        self.scratch.reply = reply;
        received?;
        let digested = self.digest();
        waited::after(self.raw_thread());
        let (header, value) = digested?;
        if cacheable && header.ok != 0 {
            self.session.cache.put(func, &key, &self.scratch.reply);
        }
        Ok(Outcome::Returned(value))
    }

    /// Completes the header and sends the command; the call's number.
    fn send(&mut self, func: u16, flags: u16) -> Result<u64, Fail> {
        let len = align_up(self.scratch.command.len(), 8);
        self.scratch.command.resize(len, 0);
        let mut command = std::mem::take(&mut self.scratch.command);
        let session = self.session;
        let sent = self.thread(|thread| {
            thread.calls += 1;
            let header = CommandHeader { len: len as u32, func, flags, call: thread.calls, order: 0 };
            command[..size_of::<CommandHeader>()].copy_from_slice(header.as_bytes());
            thread.channel.send(&mut command, &session.order).map(|()| thread.calls)
        });
        self.scratch.command = command;
        Ok(sent?)
    }

    /// The call is made: hands the first `made` new objects to the application, forgets those that it freed, and leaves
    /// deferred buffers in flight.
    fn keep(&mut self, made: usize) {
        for new in self.scratch.news.iter().take(made).filter(|new| new.to != 0) {
            let bits = self.session.slab.bits(new.object);
            // SAFETY: `to` is the application's location for a handle of 8 bytes, writable by the contract of `new_handle`.
            unsafe { (new.to as *mut u64).write_unaligned(bits) };
        }
        self.committed = true;
        if self.scratch.frees.is_empty() {
            return;
        }
        let mut freed = std::mem::take(&mut self.scratch.frees);
        for object in freed.drain(..) {
            self.free_object(object);
        }
        self.scratch.frees = freed;
    }

    /// The call freed the object. The server knows; it hears of parents that nothing but the object kept alive.
    fn free_object(&mut self, object: Object) {
        let session = self.session;
        let own = session.slab.id(object);
        let thread = self.raw_thread();
        session.slab.release(object, &mut |gone| {
            if gone.id != own {
                // If this fails the server is gone, and the parents with it.
                // SAFETY: it is this thread's live Thread, of which nothing is borrowed here.
                let _ = unsafe { callback::send_release(thread, gone) };
            }
        });
    }

    /// The handle of the object that the call made, as the application sees it.
    pub fn returned_new<K: HandleKind>(&mut self, outcome: Outcome) -> K::Raw {
        let made = matches!(outcome, Outcome::Async | Outcome::Returned(1..)) && self.committed;
        let object = self.scratch.news.iter().find(|new| new.to == 0).filter(|_| made);
        K::Raw::from_bits(object.map_or(0, |new| self.session.slab.bits(new.object)))
    }

    /// The application's handle for the known object that the call returned.
    pub fn returned_handle<K: HandleKind>(&mut self, value: u64) -> K::Raw {
        K::Raw::from_bits(self.session.bits_of(K::KIND, value))
    }

    /// Acts on the reply in the scratch memory.
    fn digest(&mut self) -> Result<(ReplyHeader, u64), Fail> {
        let reply = std::mem::take(&mut self.scratch.reply);
        let digested = self.digest_bytes(&reply);
        self.scratch.reply = reply;
        let header = digested.ok_or_else(|| {
            log::warn(format_args!("{}: the server's reply cannot be read", self.session.desc.name));
            Fail::Lost
        })?;
        self.errno = header.errno;
        self.settle(header.tickets_total)?;
        match wire::Outcome::from_wire(header.outcome) {
            Some(wire::Outcome::Returned) => Ok((header, header.value)),
            Some(wire::Outcome::InvalidHandle) => {
                let kind = self.session.desc.kinds.get(header.value as usize);
                Err(kind.map_or(Fail::Lost, |kind| Fail::Status(kind.invalid)))
            }
            Some(wire::Outcome::Status) => Err(Fail::Status(header.value as i64)),
            Some(wire::Outcome::Refused) => Err(Fail::Refused),
            Some(wire::Outcome::Callback) | None => Err(Fail::Lost),
        }
    }

    /// Copies out what the reply brings; `None` if it makes no sense, in which case nothing happens.
    fn digest_bytes(&mut self, reply: &[u8]) -> Option<ReplyHeader> {
        let reply = Reply::read(reply, self.scratch.outs.len())?;
        let header = reply.header;
        if header.tickets_total > self.session.pending.issued() {
            return None;
        }
        let returned = header.outcome == wire::Outcome::Returned as u16;
        let ok = returned && header.ok != 0;
        let mut made = usize::from(ok) * self.scratch.news.len();
        let mut trees = Vec::new();
        for (n, ((out, bytes), known)) in reply.outs().zip(&self.scratch.outs).enumerate() {
            if let OutPlace::Tree = known.place {
                if ok || (returned && known.always) {
                    let came = match out.elsewhere {
                        ELSEWHERE_TREE => {
                            Came::Staged(u64::read_from_bytes(bytes).ok()?, out.filled as usize)
                        }
                        _ => Came::Here(bytes.to_vec()),
                    };
                    trees.push((n, came));
                }
            } else if let Some(first) = known.news {
                made = made.min(first + out.filled as usize / 8);
            } else if (ok || (returned && known.always)) && !known.deferred {
                // SAFETY: the application's memory is writable by the contract of `output`.
                unsafe { self.deliver(known, bytes, out) };
            }
        }
        self.scratch.trees.append(&mut trees);
        self.scratch.came_back.extend(reply.tickets());
        self.succeeded = ok;
        if ok {
            if let Some((object, attach)) = self.scratch.attach
                && !reply.meta.is_empty()
            {
                attach(&self.session.slab, object, reply.meta);
            }
            self.keep(made);
            let news = &mut self.scratch.news;
            for new in news.drain(made.min(news.len())..) {
                self.session.slab.release(new.object, &mut |_| {});
            }
        }
        Some(header)
    }

    /// Copies an output to the application.
    ///
    /// # Safety
    /// What the output's layout says is writable at its address.
    unsafe fn deliver(&self, out: &Out, inline: &[u8], header: OutHeader) {
        let to = out.to as *mut u8;
        match out.place {
            OutPlace::Inline => {
                let len = inline.len().min(out.len);
                // SAFETY: `len` is at most the output's length.
                unsafe { copy_out(inline.as_ptr(), to, len, out.rect) };
                // SAFETY: as above.
                unsafe { self.restore_handles(out, to, len) };
            }
            OutPlace::Held(Held::Arena(region)) => {
                let whole = out.len as u64 > u64::from(u32::MAX);
                let len =
                    if whole && header.filled != 0 { out.len } else { (header.filled as usize).min(out.len) };
                let from = self.session.memory.address(region, len);
                if !from.is_null() {
                    // SAFETY: the region holds `len` bytes, and `len` is at most the output's length.
                    unsafe { copy_out(from, to, len, out.rect) };
                    // SAFETY: as above.
                    unsafe { self.restore_handles(out, to, len) };
                }
            }
            // Fetched piece by piece once the reply is digested, see `fetch_staged`.
            OutPlace::Held(Held::Staged(_)) => {}
            // The vendor wrote to the application's memory itself.
            OutPlace::Shared => {}
            // See `Call::receive`.
            OutPlace::Tree => {}
        }
    }

    /// Replaces the ids in an output by the application's handles.
    ///
    /// # Safety
    /// `len` bytes at `to` are writable and were just written.
    unsafe fn restore_handles(&self, out: &Out, to: *mut u8, len: usize) {
        let one = |offset: usize, kind: u8| {
            // SAFETY: the caller of `one` checked that 8 bytes at `offset` are inside `len`.
            unsafe {
                let at = to.add(offset).cast::<u64>();
                at.write_unaligned(self.session.bits_of(kind, at.read_unaligned()));
            }
        };
        out.handles.places(len).for_each(|(offset, kind)| one(offset, kind));
    }

    /// Deals with the tickets that came back, and waits until other threads have dealt with theirs.
    fn settle(&mut self, total: u64) -> Result<(), Fail> {
        if self.scratch.came_back.is_empty()
            && self.scratch.held.is_empty()
            && self.session.pending.settled(total)
        {
            return Ok(());
        }
        let tickets = std::mem::take(&mut self.scratch.came_back);
        let mut lost = None;
        for ticket in &tickets {
            if let Err(why) = self.complete(*ticket) {
                lost = Some(why);
            }
        }
        if !tickets.is_empty() {
            self.session.pending.settle(total.saturating_sub(tickets.len() as u64), total);
        }
        let full = tickets.len() >= MAX_TICKETS;
        self.scratch.came_back = tickets;
        self.scratch.came_back.clear();
        if let Some(why) = lost {
            return Err(why);
        }
        // A reply names only so many; the others are fetched before the application learns of anything.
        let mut more = full;
        while more {
            more = self.control(control::RECLAIM, &[0])? != 0;
        }
        self.fetch_staged()?;
        let mut turns = 0u32;
        while !self.session.pending.settled(total) {
            if self.session.link.is_lost() {
                return Err(Fail::Lost);
            }
            // Another thread is copying: soon done, so no sleep until it clearly is a long copy.
            turns += 1;
            if turns < 1000 {
                std::thread::yield_now();
            } else {
                std::thread::sleep(std::time::Duration::from_micros(50));
            }
        }
        Ok(())
    }

    /// The command that used this ticket's buffer is done: copies an output, frees the memory.
    fn complete(&mut self, ticket: u64) -> Result<(), Fail> {
        let Some(Entry { held, to, len, rect }) = self.session.pending.take(ticket & !TICKET_DISCARD) else {
            return Ok(());
        };
        let copied = match held {
            _ if to == 0 || ticket & TICKET_DISCARD != 0 => Ok(()),
            Held::Arena(region) => {
                let from = self.session.memory.address(region, len);
                if !from.is_null() {
                    // SAFETY: the region holds `len` bytes, and the application keeps its buffer until the command is
                    // complete, of which it learns only after this.
                    unsafe { copy_out(from, to as *mut u8, len, rect) };
                }
                Ok(())
            }
            // SAFETY: as above.
            Held::Staged(number) => unsafe { self.fetch(number, to as *mut u8, len, rect) },
        };
        trace::arrived(ticket & !TICKET_DISCARD, (to != 0 && ticket & TICKET_DISCARD == 0).then_some(len));
        self.free(held);
        copied
    }

    /// Brings this call's own staged outputs.
    fn fetch_staged(&mut self) -> Result<(), Fail> {
        if !self.committed {
            return Ok(());
        }
        for n in 0..self.scratch.outs.len() {
            let out = &self.scratch.outs[n];
            if let (OutPlace::Held(Held::Staged(number)), false) = (out.place, out.deferred) {
                let (to, len, rect) = (out.to as *mut u8, out.len, out.rect);
                // SAFETY: the application's memory is writable by the contract of `output`.
                unsafe { self.fetch(number, to, len, rect)? };
            }
        }
        Ok(())
    }

    /// Makes a synchronous call of the runtime's own; its value.
    pub(super) fn control(&mut self, func: u16, args: &[u64]) -> Result<u64, Fail> {
        let mut reply = std::mem::take(&mut self.scratch.control_reply);
        let session = self.session;
        let received = self.thread(|thread| thread.send_words(func, 0, args)).and_then(|call| {
            // SAFETY: nothing of this thread's Thread is borrowed here.
            unsafe { callback::wait_reply(self.raw_thread(), call, &mut reply) }
        });
        let read = Reply::read(&reply, 0).map(|read| (read.header, read.tickets().collect::<Vec<_>>()));
        self.scratch.control_reply = reply;
        received?;
        let (header, tickets) = read.ok_or(Fail::Lost)?;
        if !tickets.is_empty() {
            for ticket in &tickets {
                self.complete(*ticket)?;
            }
            session
                .pending
                .settle(header.tickets_total.saturating_sub(tickets.len() as u64), header.tickets_total);
        }
        Ok(header.value)
    }

    /// Gives back all memory that this call holds.
    pub(super) fn free_held(&mut self) {
        while let Some(held) = self.scratch.held.pop() {
            self.free(held);
        }
    }

    fn free(&mut self, held: Held) {
        match held {
            Held::Arena(region) => self.session.memory.release(region),
            Held::Staged(number) => {
                // If this fails the server is gone, and the buffer with it.
                // SAFETY: nothing of this thread's Thread is borrowed here.
                let _ = unsafe { callback::send_control(self.raw_thread(), control::STAGE_FREE, &[number]) };
            }
        }
    }
}

/// Copies `len` bytes, or the pieces of `rect` among them, to the application's memory.
///
/// # Safety
/// They are readable at `from` and writable at `to`.
unsafe fn copy_out(from: *const u8, to: *mut u8, len: usize, rect: Option<Rect>) {
    match rect {
        // SAFETY: by the caller's promise.
        None => unsafe { to.copy_from_nonoverlapping(from, len) },
        Some(rect) => {
            for (at, piece) in rect.pieces() {
                if at.saturating_add(piece) <= len {
                    // SAFETY: as above; the piece is inside `len`.
                    unsafe { to.add(at).copy_from_nonoverlapping(from.add(at), piece) };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::call::New;
    use super::super::client::Client;
    use super::super::thread;
    use super::*;
    use crate::spec::{ApiDesc, Handles};
    use crate::transport::memory;
    use crate::transport::window::WindowOptions;

    static DESC: ApiDesc = ApiDesc {
        name: "none",
        version: "",
        libraries: &[],
        spec_hash: [0; 16],
        functions: &[],
        kinds: &[],
        resources: &[],
    };
    static CLIENT: Client = Client::new(&DESC, None);

    /// Bytes around every output that nobody may touch.
    const AROUND: usize = 64;
    const UNTOUCHED: u8 = 0xa5;

    /// An output: its length, how much of it the server says it filled, and what it is.
    #[derive(Debug, Clone, Copy)]
    struct Given {
        len: usize,
        filled: u32,
        inline: bool,
        handles: bool,
        always: bool,
        made: bool,
    }

    fn given() -> impl Strategy<Value = Given> {
        let flags = prop::array::uniform4(any::<bool>());
        (0usize..80, 0u32..100, flags).prop_map(|(len, filled, [inline, handles, always, made])| {
            let len = if handles || made { len & !7 } else { len };
            // A list of new objects is always inline.
            Given { len, filled, inline: inline || made, handles, always, made }
        })
    }

    /// A server's reply to a call with these outputs.
    fn reply(given: &[Given], ok: bool, tickets: u16, meta: u16) -> Vec<u8> {
        let mut bytes = vec![0; size_of::<ReplyHeader>()];
        for one in given {
            let elsewhere = !one.inline || one.made;
            let header = OutHeader { filled: one.filled, elsewhere: u32::from(elsewhere) };
            bytes.extend_from_slice(header.as_bytes());
            if !elsewhere {
                bytes.resize(align_up(bytes.len() + one.filled as usize, 8), 7);
            }
        }
        bytes.resize(bytes.len() + 8 * usize::from(tickets) + usize::from(meta), 9);
        let header = ReplyHeader {
            len: bytes.len() as u32,
            outcome: 0,
            errno: 0,
            call: 1,
            value: 1,
            tickets_total: 0,
            outs: given.len() as u16,
            tickets,
            ok: u16::from(ok),
            meta,
        };
        bytes[..size_of::<ReplyHeader>()].copy_from_slice(header.as_bytes());
        bytes
    }

    /// Digests `reply` in a call with these outputs; whether it made sense, and the application's memory for each output.
    fn digest(given: &[Given], reply: &[u8]) -> Result<(bool, Vec<Vec<u8>>), Fail> {
        static CONNECTED: std::sync::Once = std::sync::Once::new();
        CONNECTED.call_once(|| {
            let (guest, server) = memory::pair(WindowOptions { slots: 64, arena_len: 1 << 20 }).unwrap();
            CLIENT.attach(Box::new(guest)).unwrap();
            std::mem::forget(server);
        });
        thread::with(&CLIENT, |thread| {
            let mut call = Call::enter(thread);
            let mut memory: Vec<_> =
                given.iter().map(|one| vec![UNTOUCHED; AROUND + one.len + AROUND]).collect();
            for (one, memory) in given.iter().zip(&mut memory) {
                let to = memory[AROUND..].as_mut_ptr() as usize;
                let news = one.made.then_some(call.scratch.news.len());
                for n in 0..if one.made { one.len / 8 } else { 0 } {
                    let object = call.session.slab.create(0, &[]).ok_or(Fail::Refused)?;
                    call.scratch.news.push(New { object, to: to + 8 * n });
                }
                let place = match one.inline {
                    true => OutPlace::Inline,
                    false => {
                        let held = Held::Arena(call.session.memory.allocate(one.len).ok_or(Fail::Refused)?);
                        call.scratch.held.push(held);
                        OutPlace::Held(held)
                    }
                };
                let handles = if one.handles { Handles::All(0) } else { Handles::None };
                let (len, always) = (one.len, one.always);
                call.scratch.outs.push(Out {
                    to,
                    len,
                    rect: None,
                    handles,
                    place,
                    always,
                    deferred: false,
                    news,
                });
            }
            let sense = call.digest_bytes(reply).is_some();
            call.scratch.came_back.clear();
            drop(call);
            Ok((sense, memory))
        })
    }

    fn untouched(memory: &[u8]) -> bool {
        let inside = memory.len() - AROUND;
        memory[..AROUND].iter().chain(&memory[inside..]).all(|byte| *byte == UNTOUCHED)
    }

    proptest! {
        #[test]
        fn no_reply_writes_outside_the_outputs(
            given in prop::collection::vec(given(), 0..4),
            ok: bool,
            tickets in 0u16..3,
            flips in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
            cut in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let mut bytes = reply(&given, ok, tickets, 0);
            for flip in flips {
                let bit = flip.index(bytes.len() * 8);
                bytes[bit / 8] ^= 1 << (bit % 8);
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            let (sense, memory) = digest(&given, &bytes).map_err(|why| TestCaseError::fail(format!("{why:?}")))?;
            for memory in &memory {
                prop_assert!(untouched(memory));
            }
            // A reply that makes no sense has no effect.
            let whole = |memory: &Vec<u8>| memory.iter().all(|byte| *byte == UNTOUCHED);
            prop_assert!(sense || memory.iter().all(whole));
            prop_assert!(cut.is_none() || !sense);
        }

        #[test]
        fn outputs_get_what_the_reply_says_and_no_more(given in prop::collection::vec(given(), 0..4), ok: bool) {
            let digested = digest(&given, &reply(&given, ok, 0, 0));
            let (sense, memory) = digested.map_err(|why| TestCaseError::fail(format!("{why:?}")))?;
            prop_assert!(sense);
            for (one, memory) in given.iter().zip(&memory) {
                let plain = one.inline && !one.handles && !one.made;
                let filled = if ok || one.always { (one.filled as usize).min(one.len) } else { 0 };
                let expected = |n: usize| if n < filled { 7 } else { UNTOUCHED };
                prop_assert!(!plain || (0..one.len).all(|n| memory[AROUND + n] == expected(n)));
            }
        }
    }

    #[test]
    fn a_reply_that_hands_back_more_tickets_than_there_are_makes_no_sense() {
        let mut bytes = reply(&[], true, 0, 0);
        let at = std::mem::offset_of!(ReplyHeader, tickets_total);
        bytes[at] = 1;
        assert!(!digest(&[], &bytes).unwrap().0, "the call would wait for ever");
    }
}
