//! [`Recorder`]: one call being logged.

use std::cell::Cell;
use std::fmt::Write;

use zerocopy::FromBytes;

use super::super::call::How;
use super::super::client::Client;
use super::super::session::Session;
use super::super::stub::Fail;
use super::super::thread;
use super::flight::memory;
use super::peek::peek;
use super::printer::{Pass, Printer, Targets};
use super::text::{self, PREFIX};
use super::{Kind, sink};
use crate::spec::{HandleArg, HandleKind, Handles, Layout, Look, RawHandle, Stop, Walker};
use crate::wire::{
    self, BufRef, CommandHeader, ELSEWHERE_TREE, OutHeader, Place, ReplyHeader, TICKET_NOBODY, align_up,
};

thread_local! {
    /// The memory of the thread's last line.
    static LINE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A call being logged. Generated code tells it of arguments and results, in their order.
#[derive(Debug)]
pub struct Recorder {
    client: &'static Client,
    name: &'static str,
    kind: Kind,
    inside: Option<&'static str>,
    text: String,
    /// Every handle so far is live or null: buffers of other calls are left alone, as their lengths may be anything.
    is_valid: bool,
    began: u64,
    took: u64,
    has_returned: bool,
    /// How many arguments, or outputs, are there.
    listed: usize,
    /// What the walks before the call found.
    targets: Targets,
    sent: Sent,
    failure: Option<Fail>,
}

/// How a parameter travels: offsets are of the arguments on the wire.
#[derive(Debug, Clone, Copy)]
pub struct Travels {
    /// Offset of what it travels as.
    pub place: usize,
    /// Offset of its ticket, if it may be deferred.
    pub ticket: Option<usize>,
    /// It is valid even if the call failed.
    pub always: bool,
}

/// What became of the call, as the session's memory of it tells.
#[derive(Debug, Default)]
struct Sent {
    how: How,
    /// The arguments as they travelled.
    args: Vec<u8>,
    returned: bool,
    ok: bool,
    /// How much of each output is valid, in order.
    filled: Vec<OutHeader>,
}

impl Recorder {
    pub(super) fn new(client: &'static Client, name: &'static str, kind: Kind) -> Self {
        let mut line = LINE.try_with(Cell::take).unwrap_or_default();
        line.clear();
        let mut text = String::from_utf8(line).unwrap_or_default();
        text.push_str(name);
        text.push('(');
        Self {
            client,
            name,
            kind,
            inside: None,
            text,
            is_valid: true,
            began: 0,
            took: 0,
            has_returned: false,
            listed: 0,
            targets: Targets::new(),
            sent: Sent::default(),
            failure: None,
        }
    }

    pub(super) fn begin(&mut self, inside: Option<&'static str>) {
        self.text.push(')');
        (self.inside, self.listed) = (inside, 0);
        self.began = super::now();
        if let (None, Some(open)) = (inside, sink::open_calls()) {
            open.begin(self.began, &self.text);
        }
        thread::last_call(|scratch| scratch.how = How::NotSent);
    }

    pub(super) fn returned(&mut self, failure: Option<Fail>) {
        self.took = super::now() - self.began;
        (self.failure, self.has_returned) = (failure, true);
        if let (None, Some(open)) = (self.inside, sink::open_calls()) {
            open.end();
        }
        self.text.push_str(" = ");
        let Kind::Forwarded(function) = self.kind else { return };
        let len = self.client.desc.functions.get(function as usize).map_or(0, |f| f.args as usize);
        let sent = &mut self.sent;
        thread::last_call(|scratch| {
            sent.how = scratch.how;
            if sent.how == How::NotSent {
                return;
            }
            let args = scratch.command.get(size_of::<CommandHeader>()..).unwrap_or_default();
            sent.args.extend_from_slice(args.get(..len).unwrap_or_default());
            if sent.how != How::Async {
                sent.read(&scratch.reply);
            }
        });
    }

    pub(super) fn finish(mut self) {
        if self.listed != 0 {
            self.text.push('}');
        }
        let mut line = String::new();
        text::start(&mut line, sink::since_start(self.began));
        let how = match (self.kind, self.sent.how) {
            (Kind::Unsupported, _) => "unsupported",
            (_, How::NotSent) => "local",
            (_, How::Cached) => "cached",
            (_, How::Async) => "async",
            (_, How::Sync) => "sync",
        };
        self.text.insert_str(0, &line);
        let _ = write!(self.text, " <{how}");
        text::duration(&mut self.text, self.took);
        self.text.push_str(match self.failure {
            Some(Fail::Lost) => " lost",
            Some(Fail::Refused) => " refused",
            // What the server says instead of a result is a status like any other.
            Some(Fail::Status(_)) if self.sent.how == How::NotSent => " invalid",
            _ => "",
        });
        let [sent, came] = self.bytes();
        for (name, bytes) in [("in", sent), ("out", came)] {
            if bytes != 0 {
                let _ = write!(self.text, " {name}={bytes}");
            }
        }
        if let Some(inside) = self.inside {
            let _ = write!(self.text, " inside={inside}");
        }
        self.text.push_str(">\n");
        sink::write(self.text.as_bytes());
        let _ = LINE.try_with(|memory| memory.set(self.text.into_bytes()));
    }

    /// Bytes in buffers to the vendor, and from it.
    fn bytes(&self) -> [u64; 2] {
        let Kind::Forwarded(function) = self.kind else { return [0; 2] };
        let mut bytes = [0; 2];
        for param in self.client.desc.functions.get(function as usize).map_or(&[][..], |f| f.params) {
            match self.buf_ref(param.offset as usize) {
                Some(r) if r.output().is_some() => bytes[1] += self.filled(r).unwrap_or(0) as u64,
                Some(r) if !matches!(r.place(), Some(Place::Unused)) => bytes[0] += r.len() as u64,
                _ => {}
            }
        }
        bytes
    }

    /// The handle as expressions see it.
    ///
    /// # Safety
    /// As for `Call::arg`.
    pub unsafe fn arg<'a, K: HandleKind>(&self, raw: K::Raw) -> HandleArg<'a, K> {
        let meta = self.session().and_then(|session| {
            let object = session.slab.find(raw.to_bits(), K::KIND)?;
            // SAFETY: passed on to the caller.
            unsafe { session.slab.meta::<K::Meta>(object) }
        });
        HandleArg::new(raw, meta)
    }

    fn session(&self) -> Option<&'static Session> {
        // SAFETY: a session is never freed.
        unsafe { self.client.current().as_ref() }
    }

    /// The next argument, or the next thing that was written.
    fn label(&mut self, name: &str) {
        self.text.push_str(match (self.listed, self.has_returned) {
            (0, false) => "",
            (0, true) => " out={",
            _ => ", ",
        });
        self.listed += 1;
        self.text.push_str(name);
        self.text.push('=');
    }

    fn address(&mut self, at: *const u8) {
        let _ = match at.is_null() {
            true => self.text.write_str("null"),
            false => write!(self.text, "{:#x}", at as usize),
        };
    }

    /// The handle `bits` of `kind`.
    pub(super) fn show_handle(&self, to: &mut String, kind: u8, bits: u64) {
        let name = self.client.desc.kinds.get(kind as usize).map_or("?", |kind| kind.name);
        let object = self.session().and_then(|s| s.slab.find(bits, kind).map(|object| s.slab.id(object)));
        let _ = match (bits, object) {
            (0, _) => write!(to, "null"),
            (_, Some(id)) => {
                let number = memory().number(kind, id);
                write!(to, "{name}#{number}")
            }
            (_, None) => write!(to, "{name}?{bits:#x}"),
        };
    }

    /// The buffer of `len` bytes at `at`.
    pub(super) fn show_buffer(
        &self,
        to: &mut String,
        at: *const u8,
        len: usize,
        handles: &Handles,
        look: Look,
    ) {
        let mut bytes = [0; PREFIX];
        let prefix = len.min(PREFIX);
        let there = peek(at, &mut bytes[..prefix]);
        let word = |n: usize| bytes.get(n..n + 8).filter(|_| n + 8 <= there);
        match handles {
            Handles::All(kind) => text::list(to, len / 8, |to, n| match word(n * 8) {
                Some(bits) => {
                    self.show_handle(to, *kind, u64::from_ne_bytes(bits.try_into().unwrap_or_default()))
                }
                None => to.push_str(".."),
            }),
            _ => text::buffer(to, look, &bytes[..there], len),
        }
    }

    /// An argument that is a handle.
    pub fn handle<K: HandleKind>(&mut self, name: &str, raw: K::Raw) {
        self.label(name);
        let mut text = std::mem::take(&mut self.text);
        self.show_handle(&mut text, K::KIND, raw.to_bits());
        self.text = text;
    }

    /// A handle that is looked at before the arguments are.
    pub fn check<K: HandleKind>(&mut self, raw: K::Raw) {
        let bits = raw.to_bits();
        self.is_valid &= bits == 0 || self.session().is_some_and(|s| s.slab.find(bits, K::KIND).is_some());
    }

    /// An argument that is a value. With `bits`, it is a set of them.
    pub fn value<T: Copy>(&mut self, name: &str, value: T, look: Look, bits: bool) {
        self.label(name);
        self.show(value, look, bits);
    }

    fn show<T: Copy>(&mut self, value: T, look: Look, bits: bool) {
        let size = size_of::<T>();
        let mut bytes = vec![0u8; size];
        // SAFETY: both have the size of a `T`.
        unsafe { bytes.as_mut_ptr().copy_from_nonoverlapping((&raw const value).cast(), size) };
        let mut word = [0; 8];
        match bits && size <= 8 {
            true => {
                word[..size].copy_from_slice(&bytes);
                let _ = write!(self.text, "{:#x}", u64::from_le_bytes(word));
            }
            false => text::value(&mut self.text, look, &bytes),
        }
    }

    /// An argument of which only the address says something.
    pub fn pointer(&mut self, name: &str, at: *const u8) {
        self.label(name);
        self.address(at);
    }

    /// A buffer that the vendor reads, if `layout` says that there is one.
    pub fn input(&mut self, name: &str, at: *const u8, look: Look, layout: &dyn Fn(&Self) -> Option<Layout>) {
        self.label(name);
        let layout = if at.is_null() || !self.is_valid { None } else { layout(self) };
        match layout {
            Some(layout) if layout.bytes as u64 <= wire::LEN_MASK => {
                let mut text = std::mem::take(&mut self.text);
                self.show_buffer(&mut text, at, layout.bytes, &layout.handles, look);
                self.text = text;
            }
            _ => self.address(at),
        }
    }

    /// A string that the vendor reads: of so many bytes, or with 0 up to a zero byte; nothing if it is not used.
    pub fn string(&mut self, name: &str, at: *const u8, len: &dyn Fn(&Self) -> Option<usize>) {
        self.label(name);
        match if at.is_null() || !self.is_valid { None } else { len(self) } {
            Some(len) => self.show_string(at, len),
            None => self.address(at),
        }
    }

    fn show_string(&mut self, at: *const u8, len: usize) {
        let mut bytes = [0; 65];
        let want = if len == 0 { 65 } else { len.min(65) };
        let there = peek(at, &mut bytes[..want]);
        let end = bytes[..there].iter().position(|byte| *byte == 0).unwrap_or(there);
        text::string(&mut self.text, &bytes[..end.min(64)], end > 64);
    }

    /// Structured data that the vendor reads or writes, which `walk` presents unless it is not used.
    pub fn tree(&mut self, name: &str, at: *const u8, walk: &Walk<'_>) {
        self.label(name);
        let shown = if at.is_null() || !self.is_valid { None } else { self.walk(Pass::Before, walk) };
        match shown {
            Some(text) => self.text.push_str(&text),
            None => self.address(at),
        }
    }

    fn walk(&mut self, pass: Pass, walk: &Walk<'_>) -> Option<String> {
        let targets = std::mem::take(&mut self.targets);
        let mut printer = Printer::new(self, pass, targets);
        let walked = walk(self, &mut printer);
        let (shown, targets) = printer.finish();
        self.targets = targets;
        shown.filter(|_| walked.is_ok())
    }

    /// The result, a status.
    pub fn status(&mut self, status: i64, names: &[(i64, &str)]) {
        let _ = match names.iter().find(|(value, _)| *value == status) {
            Some((_, name)) => self.text.write_str(name),
            None => write!(self.text, "{status}"),
        };
    }

    /// The result, a handle.
    pub fn returns_handle<K: HandleKind>(&mut self, raw: K::Raw) {
        let mut text = std::mem::take(&mut self.text);
        self.show_handle(&mut text, K::KIND, raw.to_bits());
        self.text = text;
    }

    /// The result, a value.
    pub fn returns<T: Copy>(&mut self, value: T, look: Look, bits: bool) {
        self.show(value, look, bits);
    }

    /// The status that a parameter points to.
    pub fn status_at(&mut self, name: &str, at: *const u8, size: usize, names: &[(i64, &str)]) {
        let mut bytes = [0; 8];
        if peek(at, &mut bytes[..size.min(8)]) == size.min(8) && !at.is_null() {
            self.label(name);
            // Statuses are signed; those that are not are small.
            let shift = 64 - 8 * size.clamp(1, 8);
            self.text.push('[');
            self.status((u64::from_le_bytes(bytes) << shift) as i64 >> shift, names);
            self.text.push(']');
        }
    }

    /// The object whose handle the call wrote to `at`.
    pub fn made<K: HandleKind>(&mut self, name: &str, at: *const u8) {
        if at.is_null() || !self.is_delivered(false) {
            return;
        }
        let mut bits = [0; 8];
        if peek(at, &mut bits) == 8 {
            self.label(name);
            let mut text = std::mem::take(&mut self.text);
            text.push('[');
            self.show_handle(&mut text, K::KIND, u64::from_ne_bytes(bits));
            text.push(']');
            self.text = text;
        }
    }

    /// A buffer that the vendor wrote.
    pub fn output(
        &mut self,
        name: &'static str,
        at: *const u8,
        look: Look,
        travels: Travels,
        handles: &dyn Fn(&Self) -> Handles,
    ) {
        if at.is_null() || self.flight(name, travels) || !self.is_delivered(travels.always) {
            return;
        }
        let Some(len) = self.buf_ref(travels.place).and_then(|r| self.filled(r)) else { return };
        self.label(name);
        let mut text = std::mem::take(&mut self.text);
        self.show_buffer(&mut text, at, len, &handles(self), look);
        self.text = text;
    }

    /// A buffer that may be in flight; whether it is.
    pub fn flight(&mut self, name: &'static str, travels: Travels) -> bool {
        let ticket = travels
            .ticket
            .and_then(|at| self.sent.args.get(at..))
            .and_then(|at| u64::read_from_prefix(at).ok());
        let Some((ticket, _)) = ticket.filter(|(ticket, _)| *ticket > TICKET_NOBODY) else { return false };
        if !self.is_delivered(false) {
            return false;
        }
        self.label(name);
        let len = self.buf_ref(travels.place).map_or(0, |r| r.len());
        let _ = write!(self.text, "in flight #{ticket} ({len} B)");
        memory().departs(ticket, self.name, name, self.began);
        true
    }

    /// What the vendor made of structured data.
    pub fn tree_after(&mut self, name: &str, travels: Travels, walk: &Walk<'_>) {
        if self.buf_ref(travels.place).is_none_or(|r| r.output().is_none())
            || !self.is_delivered(travels.always)
        {
            return;
        }
        if let Some(text) = self.walk(Pass::After, walk) {
            self.label(name);
            self.text.push_str(&text);
        }
    }

    fn is_delivered(&self, always: bool) -> bool {
        let sent = &self.sent;
        sent.how == How::Async || sent.how != How::NotSent && (sent.ok || sent.returned && always)
    }

    /// What a pointer at `place` of the arguments travelled as.
    fn buf_ref(&self, place: usize) -> Option<BufRef> {
        let (r, _) = BufRef::read_from_prefix(self.sent.args.get(place..)?).ok()?;
        (!r.is_null()).then_some(r)
    }

    /// How many bytes of the output came.
    fn filled(&self, r: BufRef) -> Option<usize> {
        let out = self.sent.filled.get(r.output()?)?;
        let is_whole = out.elsewhere == 1 && r.len() as u64 > u64::from(u32::MAX) && out.filled != 0;
        Some(if is_whole { r.len() } else { out.filled as usize })
    }
}

/// Presents structured data.
pub(super) type Walk<'a> = dyn Fn(&Recorder, &mut dyn Walker) -> Result<(), Stop> + 'a;

impl Sent {
    fn read(&mut self, reply: &[u8]) {
        let Ok((header, mut rest)) = ReplyHeader::read_from_prefix(reply) else { return };
        self.returned = header.outcome == wire::Outcome::Returned as u16;
        self.ok = self.returned && header.ok != 0;
        for _ in 0..header.outs {
            let Ok((out, after)) = OutHeader::read_from_prefix(rest) else { return };
            let inline = match out.elsewhere {
                0 => out.filled as usize,
                ELSEWHERE_TREE => size_of::<u64>(),
                _ => 0,
            };
            rest = after.get(align_up(inline, 8)..).unwrap_or_default();
            self.filled.push(out);
        }
    }
}
