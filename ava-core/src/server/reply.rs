//! The end of a call: new objects get their ids, failures are kept or told, and the reply is written.

use zerocopy::IntoBytes;

use super::api::Refusal;
use super::call::{Call, Sink};
use crate::spec::{HandleKind, RawHandle};
use crate::wire::{CommandHeader, ELSEWHERE_TREE, MAX_REPLY, OutHeader, Outcome, ReplyHeader, align_up};

impl Call<'_> {
    /// The vendor returned `value`.
    ///
    /// # Errors
    /// A violation if an output never had a number of its own.
    pub fn complete(&mut self, value: u64, ok: bool) -> Result<(), Refusal> {
        self.register_news(value as i64, ok);
        self.finish(Outcome::Returned, value, ok)
    }

    /// The vendor returned the object that the guest calls `id`.
    ///
    /// # Errors
    /// Those of [`Self::complete`].
    pub fn complete_new<K: HandleKind>(&mut self, id: u64, made: K::Raw, ok: bool) -> Result<(), Refusal> {
        let bits = made.to_bits();
        let made = ok && bits != 0 && self.register(id, K::KIND, bits);
        self.register_news(0, made);
        self.finish(Outcome::Returned, u64::from(made), made)
    }

    /// The vendor returned an object that the guest may know.
    ///
    /// # Errors
    /// Those of [`Self::complete`].
    pub fn complete_handle<K: HandleKind>(&mut self, known: K::Raw, ok: bool) -> Result<(), Refusal> {
        self.register_news(0, ok);
        let id = self.session.handles.name(K::KIND, known.to_bits());
        self.finish(Outcome::Returned, id, ok)
    }

    /// Enters an object into the table. If the guest's id is impossible, nobody can ever name the object, so it is released.
    fn register(&mut self, id: u64, kind: u8, bits: u64) -> bool {
        if self.session.handles.insert(id, kind, bits) {
            if let Some(recording) = &mut self.recording {
                recording.made(id, kind);
            }
            for (_, meta) in self.scratch.described.extract_if(.., |(described, _)| *described == id) {
                self.session.handles.set_meta(id, meta);
            }
            return true;
        }
        if let Some(release) = self.session.api.kinds.get(kind as usize).and_then(|ops| ops.release) {
            // SAFETY: the vendor just made the object for us, and nobody else has it.
            unsafe { release(&*self.session.vendor, bits) };
        }
        false
    }

    fn register_news(&mut self, status: i64, ok: bool) {
        for n in 0..self.scratch.news.len() {
            let new = self.scratch.news[n];
            if new.id == 0 {
                continue;
            }
            // SAFETY: the location is in the call's memory.
            let bits = unsafe { new.at.read() };
            if ok && bits != 0 {
                self.register(new.id, new.kind, bits);
            } else if self.asynchronous {
                self.session.handles.insert_failed(new.id, new.kind, status);
            }
        }
        for n in 0..self.scratch.outs.len() {
            let Some(out) = &self.scratch.outs[n] else { continue };
            let Some((ids, kind)) = &out.news else { continue };
            let made = if ok { out.filled.unwrap_or(out.shadow.len) / 8 } else { 0 };
            let (ids, kind, at) = (ids[..made.min(ids.len())].to_vec(), *kind, out.shadow.ptr.cast::<u64>());
            for (i, id) in ids.into_iter().enumerate() {
                // SAFETY: the array has room for every id.
                let bits = unsafe { at.add(i).read() };
                self.register(id, kind, bits);
            }
        }
        if !ok && self.asynchronous {
            let function = self.function();
            tracing::warn!(
                function,
                status,
                "an asynchronous call failed; the next synchronous call on its object says so"
            );
            self.session.sticky.put(self.object(), status);
        }
    }

    /// The call was not made.
    pub(super) fn refuse(&mut self, why: &Refusal) -> Result<(), Refusal> {
        let (outcome, value) = match why {
            Refusal::Violation(_) => return Err(why.clone()),
            Refusal::InvalidHandle(kind) => (Outcome::InvalidHandle, u64::from(*kind)),
            Refusal::Status(status) => (Outcome::Status, *status as u64),
            Refusal::Limit => (Outcome::Refused, 0),
        };
        if self.asynchronous {
            let status = match why {
                Refusal::InvalidHandle(kind) => {
                    self.session.api.desc.kinds.get(*kind as usize).map_or(0, |k| k.invalid)
                }
                _ => value as i64,
            };
            self.abandon(status);
        }
        self.scratch.outs.clear();
        self.cancel_charges();
        self.finish(outcome, value, false)
    }

    /// An asynchronous call was not made, which its guest does not see: what it minted is failed, what it deferred comes back.
    fn abandon(&mut self, status: i64) {
        let session = self.session;
        let Some(function) = session.api.desc.functions.get(self.header.func as usize) else { return };
        let word = |offset: u32| {
            let at = size_of::<CommandHeader>() + offset as usize;
            let bytes = self.scratch.memory.command.get(at..at + 8);
            bytes.and_then(|b| b.try_into().ok()).map_or(0, u64::from_ne_bytes)
        };
        for offset in function.tickets {
            session.registries.discard(word(*offset));
        }
        for (offset, kind) in function.news {
            session.handles.insert_failed(word(*offset), *kind, status);
        }
        for (offset, kind) in function.frees {
            session.forget(word(*offset), *kind);
        }
        tracing::warn!(function = function.name, status, "an asynchronous call could not be made");
        session.sticky.put(self.object(), status);
    }

    /// Writes the reply, unless the call is asynchronous.
    pub(super) fn finish(&mut self, outcome: Outcome, value: u64, ok: bool) -> Result<(), Refusal> {
        if !self.scratch.registered.is_empty() {
            self.unregister(ok);
        }
        let copied = self.deliver(ok);
        if !self.asynchronous {
            self.write_reply(outcome, value, ok)?;
        }
        self.enter_deferred();
        self.succeeded = ok;
        self.replied = true;
        copied
    }

    /// Translates the vendor's handles in outputs to ids, and copies outputs to the arena that were made apart from it.
    fn deliver(&mut self, ok: bool) -> Result<(), Refusal> {
        let session = self.session;
        for out in self.scratch.outs.iter_mut() {
            let Some(out) = out else { return Err(Refusal::violation("an output number is missing")) };
            let filled = match ok || out.always {
                true => *out.filled.get_or_insert(out.shadow.len),
                false => *out.filled.insert(0),
            };
            if out.news.is_some() || matches!(out.sink, Sink::Tree) {
                continue;
            }
            if !matches!(out.sink, Sink::Reply) && filled != 0 {
                session.account.bytes_out(filled as u64);
            }
            let name = |offset: usize, kind: u8| {
                // SAFETY: callers check that 8 bytes at `offset` are filled; buffers with handles are private.
                unsafe {
                    let at = out.shadow.ptr.add(offset).cast::<u64>();
                    at.write_unaligned(session.handles.name(kind, at.read_unaligned()));
                }
            };
            out.handles.places(filled).for_each(|(offset, kind)| name(offset, kind));
            if let Sink::Arena(at) = out.sink
                && let Some(to) = session.arena.at(at, filled as u64)
            {
                // SAFETY: `to` has room for `filled` bytes, of which the shadow has at least as many; they are apart.
                unsafe { to.copy_from_nonoverlapping(out.shadow.ptr, filled) };
            }
        }
        Ok(())
    }

    fn write_reply(&mut self, outcome: Outcome, value: u64, ok: bool) -> Result<(), Refusal> {
        let scratch = &mut *self.scratch;
        let reply = &mut scratch.reply;
        reply.clear();
        reply.resize(size_of::<ReplyHeader>(), 0);
        for (n, out) in scratch.outs.iter().enumerate() {
            let Some(out) = out else { continue };
            if let Sink::Tree = out.sink {
                let blob = scratch.trees.iter().find(|(of, _)| *of == n).map_or(&[][..], |(_, blob)| blob);
                // What is large goes by another way than the reply, which has other things to carry.
                self.inline_outputs = self.inline_outputs.saturating_add(blob.len());
                let (elsewhere, number) = match self.inline_outputs <= MAX_REPLY / 2 {
                    true => (0, 0),
                    false => (ELSEWHERE_TREE, self.session.staging.hold(blob, self.session.stage_limit)),
                };
                reply.extend_from_slice(OutHeader { filled: blob.len() as u32, elsewhere }.as_bytes());
                match elsewhere {
                    0 => reply.extend_from_slice(blob),
                    _ => reply.extend_from_slice(number.as_bytes()),
                }
                continue;
            }
            let filled = out.filled.unwrap_or(0);
            let inline = matches!(out.sink, Sink::Reply) && out.news.is_none();
            let filled32 = u32::try_from(filled).unwrap_or(u32::MAX);
            let header = OutHeader { filled: filled32, elsewhere: u32::from(!inline) };
            reply.extend_from_slice(header.as_bytes());
            if inline {
                // SAFETY: the shadow buffer has at least `filled` bytes.
                reply.extend_from_slice(unsafe { std::slice::from_raw_parts(out.shadow.ptr, filled) });
                reply.resize(align_up(reply.len(), 8), 0);
            }
        }
        reply.extend_from_slice(scratch.tickets.as_bytes());
        reply.extend_from_slice(&scratch.meta);
        let header = ReplyHeader {
            len: reply.len() as u32,
            outcome: outcome as u16,
            errno: self.errno,
            call: self.header.call,
            value,
            tickets_total: self.tickets_total,
            outs: scratch.outs.len() as u16,
            tickets: scratch.tickets.len() as u16,
            ok: u16::from(ok),
            meta: scratch.meta.len() as u16,
        };
        reply[..size_of::<ReplyHeader>()].copy_from_slice(header.as_bytes());
        Ok(())
    }
}
