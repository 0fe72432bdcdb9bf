//! [`Printer`]: the walker that shows structured data.

use std::collections::HashMap;

use super::recorder::Recorder;
use super::text;
use crate::spec::{
    Class, Direction, Extent, Functions, Layout, Ptr, Site, Stop, Target, Walker, read_pointer,
    terminated_len,
};

/// Deepest nesting that is shown.
const DEPTH: usize = 6;
/// So many characters are enough.
const ENOUGH: usize = 2000;

/// When data is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// Before the call: what the vendor reads.
    Before,
    /// After it: what the vendor wrote.
    After,
}

/// Where the application's pointers pointed before the call, and how far, by their places: the vendor may have changed the fields
/// that say so.
pub(super) type Targets = HashMap<usize, (usize, Layout)>;

/// A struct around a site.
#[derive(Debug)]
struct Frame {
    at: *mut u8,
    size: usize,
    /// Its own values are shown in this pass.
    mine: bool,
    /// What is known of its fields.
    fields: Vec<(&'static str, String)>,
}

/// Shows structured data, in the order of its walk.
#[derive(Debug)]
pub(super) struct Printer<'r> {
    recorder: &'r Recorder,
    pass: Pass,
    targets: Targets,
    frames: Vec<Frame>,
    written: usize,
}

impl<'r> Printer<'r> {
    pub(super) fn new(recorder: &'r Recorder, pass: Pass, targets: Targets) -> Self {
        let root = Frame { at: std::ptr::null_mut(), size: 0, mine: true, fields: Vec::new() };
        Self { recorder, pass, targets, frames: vec![root], written: 0 }
    }

    /// What was shown, unless there was nothing to show; and what to remember until the call returned.
    pub(super) fn finish(mut self) -> (Option<String>, Targets) {
        let shown = self.frames.pop().and_then(|mut frame| frame.fields.pop()).map(|(_, text)| text);
        (shown, self.targets)
    }

    fn put(&mut self, name: &'static str, text: String) {
        self.written += text.len();
        if let Some(frame) = self.frames.last_mut() {
            frame.fields.push((name, text));
        }
    }

    /// How far the pointer `ptr` at `site` reaches; nothing if that is not known.
    fn layout(&mut self, site: Site, ptr: *mut u8, target: &Target<'_>) -> Option<Layout> {
        if self.pass == Pass::After && !target.library {
            let (was, layout) = self.targets.get(&(site.at as usize))?;
            return (*was == ptr as usize).then(|| layout.clone());
        }
        // SAFETY: what the application passed, or the library showed, is readable.
        let layout = match (target.extent)(unsafe { Ptr::new(ptr, usize::MAX) }) {
            Extent::Kept => return None,
            Extent::One(bytes) => Layout::bytes(bytes),
            Extent::Layout(layout) => layout,
            // SAFETY: such data ends with zeros, by the API's contract.
            Extent::Terminated => Layout::bytes(unsafe { terminated_len(ptr, target.size) }),
        };
        if !target.library {
            self.targets.insert(site.at as usize, (ptr as usize, layout.clone()));
        }
        Some(layout)
    }

    /// What is behind a pointer that is not null; nothing if that is no affair of this pass.
    fn behind(&mut self, site: Site, ptr: *mut u8, target: &Target<'_>) -> Result<Option<String>, Stop> {
        let mine = match self.pass {
            Pass::Before => target.direction != Direction::Out && !target.library,
            Pass::After => target.direction != Direction::In,
        };
        let address = (mine || self.pass == Pass::Before).then(|| format!("{:#x}", ptr as usize));
        if self.frames.len() > DEPTH || self.written > ENOUGH || target.library && !mine {
            return Ok(address);
        }
        let Some(layout) = self.layout(site, ptr, target) else { return Ok(address) };
        if target.no_copy {
            return Ok(address.map(|_| format!("{{{} B, not copied}}", layout.bytes)));
        }
        if !mine && (target.inner.is_none() || self.pass == Pass::Before) {
            return Ok(address);
        }
        let around = self.frames.last().map_or(std::ptr::null_mut(), |frame| frame.at);
        let len = match (self.pass, target.filled) {
            (Pass::After, Some(filled)) if !around.is_null() => filled(around).min(layout.bytes),
            _ => layout.bytes,
        };
        if target.inner.is_some() {
            return self.elements(ptr, len, mine, target);
        }
        let mut text = String::new();
        self.recorder.show_buffer(&mut text, ptr, len, &layout.handles, target.look);
        Ok(Some(text))
    }

    fn elements(
        &mut self,
        ptr: *mut u8,
        len: usize,
        mine: bool,
        target: &Target<'_>,
    ) -> Result<Option<String>, Stop> {
        let (Some(inner), size) = (target.inner, target.step(len)) else { return Ok(None) };
        let count = len / size;
        let (mut shown, mut is_struct, mut is_empty) = (Vec::new(), false, true);
        for n in 0..count.min(text::ELEMENTS) {
            let at = ptr.wrapping_add(n * size);
            self.frames.push(Frame { at, size, mine, fields: Vec::new() });
            let walked = inner(at, n, self);
            let fields = self.frames.pop().map(|frame| frame.fields).unwrap_or_default();
            walked?;
            is_empty &= fields.is_empty();
            match fields.as_slice() {
                // The element is itself the pointer or handle.
                [(name, text)] if name.ends_with("[]") => shown.push(text.clone()),
                _ => {
                    is_struct = true;
                    shown.push(compose(at, &fields, mine, target));
                }
            }
        }
        if is_empty && !mine {
            return Ok(None);
        }
        if let (true, 1, [one]) = (is_struct, count, shown.as_slice()) {
            return Ok(Some(one.clone()));
        }
        let mut text = String::new();
        text::list(&mut text, count, |text, n| text.push_str(&shown[n]));
        Ok(Some(text))
    }
}

/// The struct at `at`: its own values if they are `mine` to show, and what the walk showed of its fields.
fn compose(at: *mut u8, fields: &[(&'static str, String)], mine: bool, target: &Target<'_>) -> String {
    let mut own = String::new();
    if mine && target.look.class == Class::Struct {
        // SAFETY: the walk presents the application's structs, which are there.
        let bytes = unsafe { std::slice::from_raw_parts(at, target.look.size) };
        own = text::shown(target.look, bytes);
    }
    text::fields(&own, fields)
}

impl Walker for Printer<'_> {
    fn pointer(&mut self, site: Site, target: &Target<'_>) -> Result<(), Stop> {
        // SAFETY: the site is a pointer of the application's.
        let ptr = unsafe { read_pointer(site.at) };
        let shown = match (ptr.is_null(), self.pass) {
            (true, Pass::Before) => Some("null".to_owned()),
            (true, Pass::After) => (target.library).then(|| "null".to_owned()),
            (false, _) => self.behind(site, ptr, target)?,
        };
        if let Some(text) = shown {
            self.put(site.name, text);
        }
        Ok(())
    }

    fn handle(&mut self, site: Site, kind: u8, _: Option<i64>) -> Result<(), Stop> {
        if !self.frames.last().is_some_and(|frame| frame.mine) {
            return Ok(());
        }
        // SAFETY: the site is a handle of the application's.
        let bits = unsafe { site.at.cast::<u64>().read_unaligned() };
        let mut text = String::new();
        self.recorder.show_handle(&mut text, kind, bits);
        self.put(site.name, text);
        Ok(())
    }

    fn private(&mut self, _: Site, _: usize) -> Result<(), Stop> {
        Ok(())
    }

    fn room(&self, at: *const u8) -> usize {
        self.frames.last().map_or(0, |frame| (frame.at as usize + frame.size).saturating_sub(at as usize))
    }

    fn callbacks(&mut self, functions: &Functions<'_>) -> Result<(), Stop> {
        if !self.frames.last().is_some_and(|frame| frame.mine) || self.pass == Pass::After {
            return Ok(());
        }
        for site in functions.sites() {
            // SAFETY: the site is a function or a pointer of the application's.
            let address = unsafe { read_pointer(site.at) } as usize;
            self.put(site.name, if address == 0 { "null".to_owned() } else { format!("{address:#x}") });
        }
        Ok(())
    }
}
