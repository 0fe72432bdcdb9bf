//! What a call of a function that is `record` leaves in the session's [log](crate::migrate::Log).

use super::call::Call;
use crate::migrate::{Input, LIMIT, Recorded};
use crate::wire::{CommandHeader, HandleId};

/// A call that may enter the log.
#[derive(Debug)]
pub(super) struct Recording {
    call: Recorded,
    /// Kinds of the objects in it.
    kinds: Vec<u8>,
    /// What is in inputs belongs to it. Otherwise it is part of the state of the object that the call makes.
    contents: bool,
    /// No log keeps so much.
    too_long: bool,
}

impl Recording {
    /// The call uses the object `id`.
    pub(super) fn uses(&mut self, id: HandleId, kind: u8) {
        if !self.call.uses.contains(&id) {
            self.call.uses.push(id);
            self.kinds.push(kind);
        }
    }

    /// The call made the object `id`.
    pub(super) fn made(&mut self, id: HandleId, kind: u8) {
        self.call.made.push((id, kind));
        self.kinds.push(kind);
    }

    /// An input of the call is outside its command.
    ///
    /// # Safety
    /// `len` bytes at `ptr` are readable.
    pub(super) unsafe fn input(&mut self, place: u64, ptr: *const u8, len: usize) {
        self.too_long |= self.contents && len > LIMIT;
        let bytes = (self.contents && !self.too_long).then(|| {
            let mut bytes = Vec::with_capacity(len);
            // SAFETY: both are `len` bytes long, which the copy makes those of the vector.
            unsafe {
                ptr.copy_to_nonoverlapping(bytes.as_mut_ptr(), len);
                bytes.set_len(len);
            }
            bytes
        });
        if !self.call.inputs.iter().any(|input| input.place == place && input.len == len) {
            self.call.inputs.push(Input { place, len, bytes });
        }
    }
}

impl Call<'_> {
    /// If the call is one to record: keeps the command, in which handlers put the vendor's handles.
    #[inline]
    pub(super) fn begin_recording(&mut self) {
        let function = self.session.api.desc.functions.get(self.header.func as usize);
        if function.is_some_and(|function| function.record) {
            self.start_recording();
        }
    }

    #[cold]
    fn start_recording(&mut self) {
        if !self.session.log.is_open() {
            return;
        }
        let desc = self.session.api.desc;
        let news = desc.functions.get(self.header.func as usize).map_or(&[][..], |function| function.news);
        let has_state = |kind: u8| desc.kinds.get(kind as usize).is_some_and(|kind| kind.state);
        let call = Recorded {
            func: self.header.func,
            command: self.scratch.memory.command.clone(),
            ..Recorded::default()
        };
        let contents = !news.iter().any(|(_, kind)| has_state(*kind));
        self.recording = Some(Box::new(Recording { call, kinds: Vec::new(), contents, too_long: false }));
    }

    /// The call is over.
    #[inline]
    pub(super) fn end_recording(&mut self) {
        if let Some(recording) = self.recording.take().filter(|_| self.succeeded) {
            self.record(*recording);
        }
    }

    #[cold]
    fn record(&mut self, Recording { call, kinds, too_long, .. }: Recording) {
        let (session, subject) = (self.session, self.object());
        if too_long {
            return session.log.give_up();
        }
        let Some(function) = session.api.desc.functions.get(call.func as usize) else { return };
        let word = |offset: &u32| {
            let at = size_of::<CommandHeader>() + *offset as usize;
            let bytes = call.command.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
            bytes.map_or(0, u64::from_ne_bytes)
        };
        let key: Vec<u64> = function.record_key.iter().map(word).collect();
        let key = (!key.is_empty()).then_some((call.func, key));
        for kind in kinds {
            session.log.watch(kind);
        }
        session.log.add(call, key, subject);
    }
}
