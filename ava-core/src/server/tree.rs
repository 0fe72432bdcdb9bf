//! Structured data of a command: the decoder rebuilds what the guest sent in private memory. See [`crate::wire::tree`] for
//! the format, and [`super::tree_reply`] for the way back.

use std::sync::Arc;

use super::api::Refusal;
use super::buffers::unused;
use super::call::{Call, Sink};
use super::callback::{Field, Fields};
use super::shadow::Shadow;
use super::staging::Staging;
use crate::spec::{
    Direction, Extent, Function, Functions, Handles, Layout, Lifetime, MAX_DEPTH, Opts, Ptr, Site, Stop,
    Target, Walk, Walker, take_fault,
};
use crate::wire::tree::{LIBRARY_KEY, MAX_TREE, Reader};
use crate::wire::{BufRef, Place};

/// A pointer of the guest's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// What came: a struct as it was before the call.
    pub(super) came: *mut u8,
    /// What the vendor gets.
    pub(super) live: *mut u8,
    pub(super) len: usize,
    /// The flat buffer that it is, with its output.
    pub(super) shadow: Shadow,
}

/// A parameter's structured data.
#[derive(Debug)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) out: Option<usize>,
    pub(super) always: bool,
    /// Shadow buffers made for this call that are kept if it succeeds.
    pub(super) kept: Vec<(Keep, Arc<Staging>)>,
    /// Keys of what this call frees.
    pub(super) frees: Vec<u64>,
}

/// How long a shadow buffer is kept.
#[derive(Debug, Clone, Copy)]
pub(super) enum Keep {
    Address(u64),
    Object(u64),
}

impl Tree {
    /// A pointer whose target is not used.
    pub fn unused(shadow: Shadow) -> Self {
        let node = Node { came: shadow.ptr, live: shadow.ptr, len: 0, shadow };
        Self { nodes: vec![node], out: None, always: false, kept: Vec::new(), frees: Vec::new() }
    }

    /// The parameter as expressions see it.
    pub fn view<'a, T: Copy>(&self) -> Ptr<'a, T> {
        let (ptr, len) = self.nodes.first().map_or((std::ptr::null_mut(), 0), |node| (node.live, node.len));
        // SAFETY: a node is null or has `len` readable bytes in the call's memory, aligned for every C type.
        unsafe { Ptr::new(ptr.cast_const().cast(), len / size_of::<T>().max(1)) }
    }

    /// Whether the application passed the null pointer.
    pub fn is_null(&self) -> bool {
        self.nodes.first().is_none_or(|node| node.live.is_null())
    }
}

impl Call<'_> {
    /// Rebuilds what came with `r`. `walk` presents it, from a variable that gets the pointer to it.
    ///
    /// # Errors
    /// A violation if it does not have the shape that the walk demands, an invalid handle, or a limit.
    pub fn tree(&mut self, r: BufRef, always: bool, walk: &Walk<'_>) -> Result<Tree, Refusal> {
        if r.len() > MAX_TREE {
            return Err(Refusal::violation("structured data is larger than a call can carry"));
        }
        let blob = self.received(BufRef { extent: r.extent & crate::wire::LEN_MASK, ..r }, false)?;
        // SAFETY: `received` gave private memory of this length, which stays where it is during the call. The decoder hands out
        // pointers into it and reads it through this slice only before they are used.
        let bytes = unsafe { std::slice::from_raw_parts(blob.ptr, blob.len) };
        let tree = Tree { nodes: Vec::new(), out: r.output(), always, kept: Vec::new(), frees: Vec::new() };
        let mut decoder = Decoder {
            call: self,
            root: r,
            base: blob.ptr,
            reader: Reader::new(bytes),
            tree,
            frames: Vec::new(),
            why: None,
        };
        let walked = walk(&mut decoder);
        let Decoder { tree, why, reader, .. } = decoder;
        if walked.is_err() {
            return Err(why.unwrap_or_else(|| Refusal::violation("structured data ends too early")));
        }
        if !reader.is_at_end() {
            return Err(Refusal::violation("structured data is longer than the specification says"));
        }
        if r.output().is_some() {
            let opts = Opts { zerocopy: false, always };
            self.add_out(r, std::ptr::null_mut(), 0, Sink::Tree, &Layout::bytes(0), opts, None)?;
        }
        Ok(tree)
    }
}

/// A struct around a site.
#[derive(Clone, Copy)]
struct Frame {
    /// As it came.
    came: *mut u8,
    size: usize,
    /// As the vendor gets it.
    live: *mut u8,
    /// As the vendor left it at an earlier call, if it is kept.
    old: *const u8,
}

struct Decoder<'c, 's, 'b> {
    call: &'c mut Call<'s>,
    /// With what the parameter came.
    root: BufRef,
    base: *mut u8,
    reader: Reader<'b>,
    tree: Tree,
    frames: Vec<Frame>,
    why: Option<Refusal>,
}

impl<'b> Decoder<'_, '_, 'b> {
    fn stop<T>(&mut self, why: Refusal) -> Result<T, Stop> {
        self.why = Some(why);
        Err(Stop)
    }

    fn violation<T>(&mut self, site: Site, what: &str) -> Result<T, Stop> {
        let function = self.call.function();
        self.stop(Refusal::violation(format!("{function}: `{}` {what}", site.name)))
    }

    fn check<T>(&mut self, result: Result<T, Refusal>) -> Result<T, Stop> {
        result.or_else(|why| self.stop(why))
    }

    /// Where the vendor finds the value at `site`.
    fn live(&self, site: Site) -> *mut u8 {
        self.frames
            .last()
            .map_or(site.at, |frame| frame.live.wrapping_add(site.at as usize - frame.came as usize))
    }

    /// What the vendor finds there, if that was kept from an earlier call.
    fn old(&self, site: Site) -> Option<*const u8> {
        let frame = self.frames.last().filter(|frame| !frame.old.is_null())?;
        Some(frame.old.wrapping_add(site.at as usize - frame.came as usize))
    }

    fn set(&mut self, site: Site, ptr: *mut u8) {
        // SAFETY: the site is a pointer, in a struct of ours or in the caller's variable.
        unsafe { self.live(site).cast::<usize>().write_unaligned(ptr as usize) };
    }

    fn add(&mut self, site: Site, node: Node) {
        self.tree.nodes.push(node);
        self.set(site, node.live);
    }

    /// The length that `site` should have, given what came.
    fn expected(&mut self, site: Site, r: BufRef, here: usize, target: &Target<'_>) -> Result<Layout, Stop> {
        let extent = (target.extent)(self.own(r, here));
        if take_fault() {
            return self.violation(site, "is shorter than the specification reads");
        }
        match extent {
            Extent::One(bytes) if bytes == r.len() => Ok(Layout::bytes(bytes)),
            Extent::One(bytes) => {
                let what = format!("is {} bytes long where the specification says {bytes}", r.len());
                self.violation(site, &what)
            }
            Extent::Layout(layout) if layout.bytes == r.len() => Ok(layout),
            Extent::Layout(layout) => {
                let why = self.call.other_length_inside(self.root, site, target, r.len(), layout.bytes);
                self.stop(why)
            }
            Extent::Terminated if r.place() != Some(Place::Here) => Ok(Layout::bytes(r.len())),
            Extent::Terminated => {
                let bytes = self.reader.bytes(here, r.len()).unwrap_or_default();
                match ends_with_its_only_zeros(bytes, target.size) {
                    true => Ok(Layout::bytes(r.len())),
                    false => self.violation(site, "does not end where it should"),
                }
            }
            Extent::Kept => Ok(Layout::bytes(r.len())),
        }
    }

    /// What came of a target.
    fn own(&self, r: BufRef, here: usize) -> Ptr<'b, u8> {
        let bytes = match r.place() {
            Some(Place::Here) => self.reader.bytes(here, r.len()).unwrap_or_default(),
            _ => &[],
        };
        // SAFETY: these bytes are there as long as the blob is.
        unsafe { Ptr::new(bytes.as_ptr(), bytes.len()) }
    }

    /// A buffer without pointers inside.
    fn flat(&mut self, site: Site, r: BufRef, here: usize, target: &Target<'_>) -> Result<Shadow, Stop> {
        let layout = self.expected(site, r, here, target)?;
        let opts = target.opts;
        match (r.place(), target.direction) {
            (Some(Place::Here), Direction::In)
                if layout.handles == Handles::None && layout.rect.is_none() =>
            {
                Ok(Shadow { ptr: self.base.wrapping_add(here), len: r.len(), output: None })
            }
            (Some(Place::Here), _) => self.violation(site, "came where it should not"),
            (_, Direction::In) => {
                let shadow = self.call.input(r, opts, |_| layout);
                let shadow = self.check(shadow)?;
                if matches!((target.extent)(self.own(r, here)), Extent::Terminated) {
                    // SAFETY: `input` gave memory of this length, private as such data is never zero-copy.
                    let bytes = unsafe { std::slice::from_raw_parts(shadow.ptr, shadow.len) };
                    if opts.zerocopy || !ends_with_its_only_zeros(bytes, target.size) {
                        return self.violation(site, "does not end where it should");
                    }
                }
                Ok(shadow)
            }
            (_, Direction::Out) => {
                let shadow = self.call.output(r, &layout, opts);
                self.check(shadow)
            }
            (_, Direction::Inout) => {
                let shadow = self.call.inout(r, &layout, opts);
                self.check(shadow)
            }
        }
    }

    /// The shadow buffer of `len` bytes that outlives the call, and whether it is new.
    fn lasting(&mut self, keep: Keep, len: usize) -> Result<(Arc<Staging>, bool), Stop> {
        if let Keep::Address(key) = keep
            && let Some(shadow) = self.call.session.kept.find(key).filter(|shadow| shadow.len() >= len)
        {
            self.call.scratch.memory.keep(shadow.clone());
            return Ok((shadow, false));
        }
        let Some(shadow) = self.call.session.kept.make(len, self.call.session.stage_limit) else {
            return self.stop(Refusal::Limit);
        };
        self.call.scratch.memory.keep(shadow.clone());
        self.tree.kept.push((keep, shadow.clone()));
        Ok((shadow, true))
    }

    /// A buffer of `len` bytes for what came: the call's own, or one that outlives it; and what the vendor left there before.
    fn room(&mut self, keep: Option<Keep>, len: usize) -> Result<(*mut u8, Option<Vec<u8>>), Stop> {
        let Some(keep) = keep else {
            let own = self.call.zeroed(len);
            return self.check(own).map(|own| (own, None));
        };
        let (shadow, new) = self.lasting(keep, len)?;
        let live = shadow.as_ptr();
        // SAFETY: the shadow buffer has `len` bytes.
        let old = (!new).then(|| unsafe { std::slice::from_raw_parts(live, len) }.to_vec());
        Ok((live, old))
    }

    /// A struct, or a list of what has pointers inside.
    fn nested(
        &mut self,
        site: Site,
        r: BufRef,
        here: usize,
        keep: Option<Keep>,
        target: &Target<'_>,
    ) -> Result<(), Stop> {
        let len = self.expected(site, r, here, target)?.bytes;
        if len > MAX_TREE {
            return self.stop(Refusal::Limit);
        }
        let (live, old) = self.room(keep, len)?;
        let node = |came| Node { came, live, len, shadow: Shadow::NULL };
        if target.direction == Direction::Out {
            if !matches!(r.place(), Some(Place::Inline(0))) {
                return self.violation(site, "came where it should only go");
            }
            self.add(site, node(std::ptr::null_mut()));
            return Ok(());
        }
        if r.place() != Some(Place::Here) {
            return self.violation(site, "did not come as it should");
        }
        let came = self.base.wrapping_add(here);
        // SAFETY: the reader checked that `len` bytes are there, and `live` has as many.
        unsafe { live.copy_from_nonoverlapping(came, len) };
        self.add(site, node(came));
        let Some(inner) = target.inner else { return Ok(()) };
        if self.frames.len() >= MAX_DEPTH {
            return self.violation(site, "is nested too deep");
        }
        let size = target.step(len);
        for n in 0..len / size {
            let old = old.as_ref().map_or(std::ptr::null(), |old| old[n * size..].as_ptr());
            self.frames.push(Frame {
                came: came.wrapping_add(n * size),
                size,
                live: live.wrapping_add(n * size),
                old,
            });
            let walked = inner(came.wrapping_add(n * size), n, self);
            self.frames.pop();
            walked?;
        }
        Ok(())
    }

    /// A flat buffer that outlives the call.
    fn lasting_flat(
        &mut self,
        site: Site,
        shadow: Shadow,
        keep: Keep,
        target: &Target<'_>,
    ) -> Result<(), Stop> {
        let (live, _) = self.room(Some(keep), shadow.len)?;
        if target.direction != Direction::Out {
            // SAFETY: both have so many bytes, and are apart.
            unsafe { live.copy_from_nonoverlapping(shadow.ptr, shadow.len) };
        }
        self.add(site, Node { came: std::ptr::null_mut(), live, len: shadow.len, shadow });
        Ok(())
    }

    /// Whether a pointer without contents names what is kept.
    fn is_named(&self, r: BufRef, target: &Target<'_>) -> bool {
        let extent = (target.extent)(self.own(r, 0));
        take_fault();
        r.is_empty() && (!target.no_copy || matches!(extent, Extent::Kept))
    }

    /// What is kept under `key`, or something that the vendor does not know either.
    fn named(&mut self, key: u64) -> Node {
        let node = |live, len| Node { came: std::ptr::null_mut(), live, len, shadow: Shadow::NULL };
        if let Some(address) = self.call.session.kept.address(key) {
            // What the library gave has a length that only the library knows.
            return node(address as *mut u8, 0);
        }
        match self.call.session.kept.find(key) {
            Some(shadow) => {
                let (live, len) = (shadow.as_ptr(), shadow.len());
                self.call.scratch.memory.keep(shadow);
                node(live, len)
            }
            None => node(unused().ptr, 0),
        }
    }
}

impl Walker for Decoder<'_, '_, '_> {
    fn pointer(&mut self, site: Site, target: &Target<'_>) -> Result<(), Stop> {
        if target.library {
            // In a struct that came stands the key of what the pointer was to, if the guest had it from the vendor.
            let address = match self.frames.is_empty() {
                true => None,
                // SAFETY: the site is 8 bytes of a struct that came.
                false => self.call.session.kept.address(unsafe { site.at.cast::<u64>().read_unaligned() }),
            };
            self.set(site, address.unwrap_or(0) as *mut u8);
            return Ok(());
        }
        let mut keep = None;
        if matches!(target.lifetime, Lifetime::Manual | Lifetime::Static) {
            let Some(key) = self.reader.key() else { return Err(Stop) };
            if key == 0 {
                self.add(site, NOWHERE);
                return Ok(());
            }
            if target.frees {
                self.tree.frees.push(key);
            }
            keep = Some(Keep::Address(key));
        } else if let Lifetime::Until(id) = target.lifetime {
            keep = Some(Keep::Object(id));
        }
        let Some((r, here)) = self.reader.pointer() else { return Err(Stop) };
        match (r.place(), keep) {
            (Some(Place::Null), _) => self.add(site, NOWHERE),
            (Some(Place::Unused), Some(Keep::Address(key))) if self.is_named(r, target) => {
                let node = self.named(key);
                self.add(site, node);
            }
            (Some(Place::Unused), _) => {
                // Only its address matters, or its length is impossible.
                let layout = self.expected(site, r, here, target);
                match (layout, keep) {
                    (Ok(layout), _) if target.no_copy => {
                        let (live, _) = self.room(keep, layout.bytes)?;
                        self.add(site, Node { came: live, live, len: layout.bytes, shadow: Shadow::NULL });
                    }
                    (Ok(_), _) => return self.violation(site, "did not come"),
                    (Err(_), _) => {
                        let shadow = match (target.extent)(self.own(r, here)) {
                            Extent::Layout(layout) if layout.bytes as u64 > crate::wire::LEN_MASK => unused(),
                            _ => return Err(Stop),
                        };
                        self.why = None;
                        self.add(site, Node { came: shadow.ptr, live: shadow.ptr, len: 0, shadow });
                    }
                }
            }
            (Some(_), Some(Keep::Address(key))) if key & LIBRARY_KEY != 0 => {
                return self.violation(site, "has a key of the library's");
            }
            _ if target.inner.is_some() => return self.nested(site, r, here, keep, target),
            _ => {
                let shadow = self.flat(site, r, here, target)?;
                if let Some(keep) = keep {
                    return self.lasting_flat(site, shadow, keep, target);
                }
                self.add(
                    site,
                    Node { came: std::ptr::null_mut(), live: shadow.ptr, len: shadow.len, shadow },
                );
            }
        }
        Ok(())
    }

    fn handle(&mut self, site: Site, kind: u8, invalid: Option<i64>) -> Result<(), Stop> {
        let id = word(site);
        let bits = match (self.call.bits(id, kind), invalid) {
            (Err(Refusal::InvalidHandle(_)), Some(status)) => return self.stop(Refusal::Status(status)),
            (bits, _) => self.check(bits)?,
        };
        // SAFETY: as above, of the struct that the vendor gets.
        unsafe { self.live(site).cast::<u64>().write_unaligned(bits) };
        Ok(())
    }

    fn private(&mut self, site: Site, size: usize) -> Result<(), Stop> {
        let live = self.live(site);
        match self.old(site) {
            // SAFETY: both are `size` bytes of copies of one struct.
            Some(old) => unsafe { live.copy_from_nonoverlapping(old, size) },
            // SAFETY: as above.
            None => unsafe { live.write_bytes(0, size) },
        }
        Ok(())
    }

    fn room(&self, at: *const u8) -> usize {
        self.frames.last().map_or(0, |frame| (frame.came as usize + frame.size).saturating_sub(at as usize))
    }

    fn callbacks(&mut self, functions: &Functions<'_>) -> Result<(), Stop> {
        if functions.sites().next().is_none() {
            return Ok(());
        }
        let field = |function: &Option<Function>| match function {
            Some(f) => Field { callback: f.callback, function: word(f.site), live: self.live(f.site) },
            // It keeps its place among the others.
            None => Field { callback: 0, function: 0, live: std::ptr::null_mut() },
        };
        self.call.scratch.callbacks.push(Fields {
            functions: functions.all.iter().map(field).collect(),
            userdata: functions.userdata.map(|site| (word(site), self.live(site))),
            lifetime: functions.lifetime,
        });
        Ok(())
    }
}

/// The word at a site.
fn word(site: Site) -> u64 {
    // SAFETY: the site is 8 bytes in the struct that came.
    unsafe { site.at.cast::<u64>().read_unaligned() }
}

/// The null pointer.
const NOWHERE: Node =
    Node { came: std::ptr::null_mut(), live: std::ptr::null_mut(), len: 0, shadow: Shadow::NULL };

/// Whether `bytes` are elements of `size` bytes of which the last, and no other, is all zeros.
fn ends_with_its_only_zeros(bytes: &[u8], size: usize) -> bool {
    let size = size.max(1);
    let is_zero = |element: &[u8]| element.iter().all(|byte| *byte == 0);
    bytes.len().is_multiple_of(size)
        && bytes.chunks(size).position(is_zero) == (bytes.len() / size).checked_sub(1)
}
