//! Structured data of a reply: structs that the vendor changed, and the vendor's own memory that it showed. The way there is in
//! [`super::tree`]. What the vendor shows to a callback travels in the same way.

use super::api::Refusal;
use super::call::Call;
use super::session::Session;
use super::shadow::Shadow;
use super::tree::{Keep, Node, Tree};
use crate::spec::{
    Direction, Extent, Functions, Lifetime, MAX_DEPTH, Ptr, Site, Stop, Target, Walk, Walker, read_pointer,
    terminated_len,
};
use crate::wire::tree::{self, Link, MAX_TREE, SHOWN_KEY};

impl Call<'_> {
    /// The vendor returned: makes what goes back of `tree`, and keeps or frees what outlives the call.
    ///
    /// # Errors
    /// A limit, if the vendor shows more than a reply can carry.
    pub fn send_tree(&mut self, tree: Tree, ok: bool, walk: &Walk<'_>) -> Result<(), Refusal> {
        if ok {
            for (keep, shadow) in &tree.kept {
                match keep {
                    Keep::Address(key) => self.session.kept.keep(*key, shadow.clone()),
                    Keep::Object(id) => self.session.kept.keep_with(*id, shadow.clone()),
                }
            }
            for key in &tree.frees {
                self.session.kept.free(*key);
            }
        }
        for node in
            tree.nodes.iter().filter(|node| node.shadow.output.is_some() && node.live != node.shadow.ptr)
        {
            // SAFETY: both have so many bytes, and are apart: what the vendor wrote goes where the reply looks for it.
            unsafe { node.shadow.ptr.copy_from_nonoverlapping(node.live, node.len) };
        }
        if !ok && !tree.always {
            return Ok(());
        }
        let mut sender = Sender::new(self.session, &tree.nodes, false);
        if walk(&mut sender).is_err() {
            let blob = sender.blob.len();
            let function = self.function();
            tracing::warn!(
                function,
                bytes = blob,
                "what the vendor shows is too large or nested too deep for a reply"
            );
            return Err(Refusal::Limit);
        }
        let Sender { blob, filled, .. } = sender;
        for (shadow, bytes) in filled {
            self.filled(shadow, bytes);
        }
        if let Some(n) = tree.out {
            self.scratch.trees.push((n, blob));
        }
        Ok(())
    }
}

/// What the vendor shows to a callback, as `walk` presents it; `None` if that is more than a callback can carry.
pub(super) fn shown(session: &Session, walk: &Walk<'_>) -> Option<Vec<u8>> {
    let mut sender = Sender::new(session, &[], true);
    walk(&mut sender).ok()?;
    Some(sender.blob)
}

/// What a walk over a changed struct looks at: pointers, as they were before the call, or values, as they are now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    Links,
    Values,
}

#[derive(Clone, Copy)]
struct Frame {
    /// The struct that is walked.
    walked: *mut u8,
    size: usize,
    /// The struct as the vendor left it.
    live: *mut u8,
    /// The copy that goes to the guest; `None` if it is not changed.
    copy: Option<usize>,
    /// It is the vendor's memory.
    library: bool,
}

struct Sender<'s, 't> {
    session: &'s Session,
    blob: Vec<u8>,
    nodes: &'t [Node],
    next: usize,
    pass: Pass,
    frames: Vec<Frame>,
    /// How much of flat outputs the vendor wrote.
    filled: Vec<(Shadow, usize)>,
    /// Everything is the vendor's, shown to a callback.
    shows: bool,
}

impl<'s, 't> Sender<'s, 't> {
    fn new(session: &'s Session, nodes: &'t [Node], shows: bool) -> Self {
        let (blob, frames, filled) = (Vec::new(), Vec::new(), Vec::new());
        Self { session, blob, nodes, next: 0, pass: Pass::Links, frames, filled, shows }
    }

    /// Where the vendor left the value at `site`.
    fn live(&self, site: Site) -> *mut u8 {
        self.frames
            .last()
            .map_or(site.at, |frame| frame.live.wrapping_add(site.at as usize - frame.walked as usize))
    }

    /// The `len` bytes of the copy that goes to the guest.
    fn copy_of(&mut self, site: Site, len: usize) -> Option<&mut [u8]> {
        let frame = self.frames.last()?;
        let at = frame.copy? + (site.at as usize - frame.walked as usize);
        self.blob.get_mut(at..at + len)
    }

    /// Appends `len` bytes of the vendor's.
    fn put(&mut self, from: *const u8, len: usize) -> Result<usize, Stop> {
        if len.saturating_add(self.blob.len()) > MAX_TREE {
            return Err(Stop);
        }
        let at = tree::put_here(&mut self.blob, len, None);
        // SAFETY: the caller's `len` bytes are the vendor's or the call's; the blob has room.
        unsafe { from.copy_to_nonoverlapping(self.blob[at..].as_mut_ptr(), len) };
        Ok(at)
    }

    fn inside(&mut self, first: Frame, len: usize, target: &Target<'_>, pass: Pass) -> Result<(), Stop> {
        let Some(inner) = target.inner else { return Ok(()) };
        if self.frames.len() >= MAX_DEPTH {
            return Err(Stop);
        }
        let size = target.step(len);
        let around = std::mem::replace(&mut self.pass, pass);
        for n in 0..len / size {
            self.frames.push(Frame {
                walked: first.walked.wrapping_add(n * size),
                size,
                live: first.live.wrapping_add(n * size),
                copy: first.copy.map(|at| at + n * size),
                library: first.library,
            });
            let walked = inner(first.walked.wrapping_add(n * size), n, self);
            self.frames.pop();
            walked?;
        }
        self.pass = around;
        Ok(())
    }

    /// The vendor's memory.
    fn library(&mut self, site: Site, target: &Target<'_>) -> Result<(), Stop> {
        // SAFETY: the site is a pointer in the vendor's memory, or in ours.
        let ptr = unsafe { read_pointer(self.live(site)) };
        if let Some(copy) = self.copy_of(site, 8) {
            // The guest has no use for the vendor's address.
            copy.fill(0);
        }
        if ptr.is_null() {
            tree::put_key(&mut self.blob, 0);
            return Ok(());
        }
        // SAFETY: it is the vendor's, of which what the specification reads is there.
        let extent = (target.extent)(unsafe { Ptr::new(ptr, usize::MAX) });
        let len = match extent {
            Extent::Layout(layout) => layout.bytes,
            Extent::One(bytes) => bytes,
            // SAFETY: such data ends with zeros, by the API's contract, which the vendor keeps.
            Extent::Terminated => unsafe { terminated_len(ptr, target.size) },
            Extent::Kept => return Err(Stop),
        };
        let key = match self.shows && target.lifetime == Lifetime::Call {
            true => SHOWN_KEY,
            false => self.session.kept.name(ptr as usize),
        };
        tree::put_key(&mut self.blob, key);
        let at = self.put(ptr, len)?;
        let frame = Frame { walked: ptr, size: 0, live: ptr, copy: Some(at), library: true };
        self.inside(frame, len, target, Pass::Values)
    }

    /// What the guest should make of the pointer `ptr`.
    fn link(&self, ptr: *mut u8) -> Link {
        if ptr.is_null() {
            return Link::Null;
        }
        let offset =
            |node: &Node| (ptr as usize).checked_sub(node.live as usize).filter(|offset| *offset <= node.len);
        // A pointer to the end of one buffer may be to the start of another: that one is meant.
        let found = self.nodes.iter().enumerate().filter(|(_, node)| !node.live.is_null());
        let found = found.filter_map(|(n, node)| offset(node).map(|offset| (n, offset)));
        found
            .min_by_key(|(n, offset)| (*offset != 0 && *offset == self.nodes[*n].len, *n))
            .map_or(Link::Foreign, |(n, offset)| Link::Into(n, offset))
    }
}

impl Walker for Sender<'_, '_> {
    fn pointer(&mut self, site: Site, target: &Target<'_>) -> Result<(), Stop> {
        let in_library = self.shows || self.frames.last().is_some_and(|frame| frame.library);
        if target.library || in_library {
            return match self.pass == Pass::Values || self.frames.is_empty() {
                true => self.library(site, target),
                false => Ok(()),
            };
        }
        if self.pass == Pass::Values {
            return Ok(());
        }
        let node = *self.nodes.get(self.next).ok_or(Stop)?;
        self.next += 1;
        // SAFETY: the site is a pointer in a struct of ours, or the caller's variable.
        let now = unsafe { read_pointer(self.live(site)) };
        // A pointer that the vendor left alone or moved on stays in its own buffer, even where the end of that meets another one.
        let moved = (now as usize).checked_sub(node.live as usize).filter(|moved| *moved <= node.len);
        let link = match moved {
            _ if now.is_null() => Link::Null,
            Some(moved) if !node.live.is_null() => Link::Into(self.next - 1, moved),
            _ => self.link(now),
        };
        let link = link.to_wire();
        if let Some(copy) = self.copy_of(site, 8) {
            copy.copy_from_slice(&link.to_ne_bytes());
        }
        if node.live.is_null() {
            return Ok(());
        }
        if let (Some(filled), true) = (target.filled, node.shadow.output.is_some()) {
            let around = self.frames.last().map_or(std::ptr::null_mut(), |frame| frame.live);
            self.filled.push((node.shadow, filled(around)));
        }
        if target.inner.is_none() || target.no_copy {
            return Ok(());
        }
        let frame = |walked, copy| Frame { walked, size: 0, live: node.live, copy, library: false };
        match target.direction {
            Direction::In => self.inside(frame(node.came, None), node.len, target, Pass::Links),
            Direction::Inout => {
                let at = self.put(node.live, node.len)?;
                self.inside(frame(node.came, Some(at)), node.len, target, Pass::Links)?;
                self.inside(frame(node.live, Some(at)), node.len, target, Pass::Values)
            }
            Direction::Out => {
                let at = self.put(node.live, node.len)?;
                // What the vendor alone writes has no pointers of the guest's.
                let frame = Frame { library: true, ..frame(node.live, Some(at)) };
                self.inside(frame, node.len, target, Pass::Values)
            }
        }
    }

    fn handle(&mut self, site: Site, kind: u8, _: Option<i64>) -> Result<(), Stop> {
        if self.pass == Pass::Values {
            // SAFETY: the site is a handle of 8 bytes, in a struct of ours or of the vendor's.
            let bits = unsafe { self.live(site).cast::<u64>().read_unaligned() };
            let id = self.session.handles.name(kind, bits);
            if let Some(copy) = self.copy_of(site, 8) {
                copy.copy_from_slice(&id.to_ne_bytes());
            }
        }
        Ok(())
    }

    fn private(&mut self, site: Site, size: usize) -> Result<(), Stop> {
        if let Some(copy) = self.copy_of(site, size) {
            copy.fill(0);
        }
        Ok(())
    }

    fn room(&self, at: *const u8) -> usize {
        self.frames.last().map_or(0, |frame| (frame.walked as usize + frame.size).saturating_sub(at as usize))
    }

    fn callbacks(&mut self, functions: &Functions<'_>) -> Result<(), Stop> {
        let in_library = self.frames.last().is_some_and(|frame| frame.library);
        if !in_library && self.pass == Pass::Values {
            return Ok(());
        }
        for site in functions.sites() {
            // SAFETY: the site is a pointer in a struct of ours or of the vendor's.
            let is_null = unsafe { read_pointer(self.live(site)) }.is_null();
            if let Some(copy) = self.copy_of(site, 8) {
                // The guest has its own, and no use for the vendor's.
                copy.copy_from_slice(&u64::from(!is_null && !in_library).to_ne_bytes());
            }
        }
        Ok(())
    }
}
