//! Structured data of a call: [`Encoder`] sends what is behind a parameter, [`Receiver`] brings back what the vendor made of it.
//! See [`crate::wire::tree`] for the format.

use super::call::{Call, Came, Out, OutPlace};
use super::library::{Kept, is_library_key};
use super::log;
use super::pending::Held;
use super::stub::Fail;
use crate::spec::{
    Direction, Extent, Handles, Layout, Lifetime, MAX_DEPTH, Ptr, Site, Stop, Target, Walker, read_pointer,
    terminated_len,
};
use crate::wire::tree::{self, LIBRARY_KEY, Link, MAX_TREE, Reader};
use crate::wire::{BufRef, INLINE_MAX, MAX_OUTPUTS, Place};

/// Presents what is behind a parameter.
type Walk<'a> = dyn Fn(&mut dyn Walker) -> Result<(), Stop> + 'a;

/// A parameter's structured data on its way.
#[derive(Debug, Default)]
pub struct Tree {
    /// The walk's pointers into the application's memory, in their order.
    nodes: Vec<usize>,
    /// Number of the output that brings the changes back.
    out: Option<usize>,
    /// Addresses that the vendor keeps using (so many bytes), or stops using.
    kept: Vec<(usize, Option<usize>)>,
}

impl Call<'_> {
    /// Encodes what `walk` presents. With `always`, what comes back is valid even if the call failed.
    ///
    /// # Errors
    /// An invalid handle's status, that of a lost server, or [`Fail::Refused`] for data that is too large or too deep.
    ///
    /// # Safety
    /// `walk` presents what the application passed, which is readable, and writable where the vendor writes.
    pub unsafe fn tree(&mut self, always: bool, walk: &Walk<'_>) -> Result<(BufRef, Tree), Fail> {
        let mut encoder = Encoder {
            call: self,
            blob: Vec::new(),
            tree: Tree::default(),
            frames: Vec::new(),
            comes_back: false,
            why: None,
        };
        let walked = walk(&mut encoder);
        let Encoder { blob, mut tree, comes_back, why, .. } = encoder;
        if walked.is_err() {
            return Err(why.unwrap_or(Fail::Refused));
        }
        // SAFETY: the blob is ours.
        let mut r = unsafe { self.input(blob.as_ptr(), &Layout::bytes(blob.len()))? };
        if comes_back {
            let n = self.scratch.outs.len();
            if n >= MAX_OUTPUTS {
                return Err(too_many());
            }
            self.scratch.outs.push(Out {
                to: 0,
                len: 0,
                rect: None,
                handles: Handles::None,
                place: OutPlace::Tree,
                always,
                deferred: false,
                news: None,
            });
            r = r.as_output(n);
            tree.out = Some(n);
        }
        Ok((r, tree))
    }

    /// The call was made: brings back what the vendor changed and what its library showed.
    ///
    /// # Errors
    /// That of a lost server, if what came back makes no sense.
    ///
    /// # Safety
    /// As for [`Self::tree`], with the same walk.
    pub unsafe fn receive(&mut self, tree: Tree, walk: &Walk<'_>) -> Result<(), Fail> {
        for (address, kept) in &tree.kept {
            match kept {
                Some(len) if self.succeeded => self.session.library.keep(*address, *len),
                None if self.succeeded => self.session.library.free(*address),
                _ => {}
            }
        }
        let Some(out) = tree.out else { return Ok(()) };
        let Some(at) = self.scratch.trees.iter().position(|(n, _)| *n == out) else { return Ok(()) };
        let blob = match self.scratch.trees.swap_remove(at).1 {
            Came::Here(bytes) => bytes,
            Came::Staged(number, len) => {
                let mut bytes = vec![0; len];
                self.scratch.held.push(Held::Staged(number));
                // SAFETY: the vector is ours.
                unsafe { self.fetch(number, bytes.as_mut_ptr(), len, None)? };
                bytes
            }
        };
        let mut receiver = Receiver {
            call: self,
            reader: Reader::new(&blob),
            nodes: &tree.nodes,
            next: 0,
            pass: Pass::Links,
            frames: Vec::new(),
        };
        if walk(&mut receiver).is_ok() && receiver.reader.is_at_end() {
            return Ok(());
        }
        log::warn(format_args!(
            "{}: the server's answer does not have the shape of its question",
            self.session.desc.name
        ));
        Err(Fail::Lost)
    }
}

fn too_many() -> Fail {
    log::warn(format_args!("a call has more than {MAX_OUTPUTS} outputs"));
    Fail::Refused
}

/// Writes what is behind a parameter into a blob.
struct Encoder<'c, 't> {
    call: &'c mut Call<'t>,
    blob: Vec<u8>,
    tree: Tree,
    /// The structs around: address, and place in the blob.
    frames: Vec<(usize, usize)>,
    comes_back: bool,
    why: Option<Fail>,
}

impl Encoder<'_, '_> {
    fn stop<T>(&mut self, why: Fail) -> Result<T, Stop> {
        self.why = Some(why);
        Err(Stop)
    }

    fn check<T>(&mut self, result: Result<T, Fail>) -> Result<T, Stop> {
        result.or_else(|why| self.stop(why))
    }

    /// Where the value at `site` is in the blob.
    fn place(&self, site: Site) -> Option<usize> {
        self.frames.last().map(|(app, at)| at + (site.at as usize - app))
    }

    /// A target with pointers inside.
    fn nested(&mut self, ptr: *mut u8, len: usize, target: &Target<'_>) -> Result<(), Stop> {
        if target.direction == Direction::Out {
            self.comes_back = true;
            tree::put(&mut self.blob, BufRef::new(Place::Inline(0), len));
            return Ok(());
        }
        self.comes_back |= target.direction == Direction::Inout;
        let at = self.here(ptr, len)?;
        let Some(inner) = target.inner else { return Ok(()) };
        if self.frames.len() >= MAX_DEPTH {
            log::warn(format_args!(
                "a structure is nested deeper than {MAX_DEPTH} pointers, or points to itself"
            ));
            return self.stop(Fail::Refused);
        }
        let size = target.step(len);
        for n in 0..len / size {
            self.frames.push((ptr as usize + n * size, at + n * size));
            let walked = inner(ptr.wrapping_add(n * size), n, self);
            self.frames.pop();
            walked?;
        }
        Ok(())
    }

    /// Copies `len` bytes at `ptr` into the blob.
    fn here(&mut self, ptr: *mut u8, len: usize) -> Result<usize, Stop> {
        if len.saturating_add(self.blob.len()) > MAX_TREE {
            log::warn(format_args!(
                "structured data of more than {MAX_TREE} bytes does not fit into one call"
            ));
            return self.stop(Fail::Refused);
        }
        let at = tree::put_here(&mut self.blob, len, None);
        // SAFETY: `tree` was promised that what the walk presents is readable; the blob has room.
        unsafe { ptr.copy_to_nonoverlapping(self.blob[at..].as_mut_ptr(), len) };
        Ok(at)
    }

    fn flat(&mut self, ptr: *mut u8, layout: &Layout, target: &Target<'_>) -> Result<(), Stop> {
        let plain = layout.rect.is_none() && layout.handles == Handles::None;
        let r = match target.direction {
            Direction::In if layout.bytes <= INLINE_MAX && plain && !target.opts.zerocopy => {
                return self.here(ptr, layout.bytes).map(|_| ());
            }
            // SAFETY: by the promise that `tree` was given.
            Direction::In if target.opts.zerocopy => unsafe { self.call.input_shared(ptr, layout) },
            // SAFETY: as above.
            Direction::In => unsafe { self.call.input(ptr, layout) },
            // SAFETY: as above.
            Direction::Out => unsafe { self.call.output(ptr, layout, target.opts) },
            // SAFETY: as above.
            Direction::Inout => unsafe { self.call.inout(ptr, layout, target.opts) },
        };
        let r = self.check(r)?;
        tree::put(&mut self.blob, r);
        Ok(())
    }

    /// A pointer that the vendor set: to our copy of its memory, which it knows by a key, or to something that it does not know.
    fn known(&mut self, site: Site) {
        let Some(at) = self.place(site) else { return };
        // SAFETY: the site is a pointer in the application's struct.
        let ptr = unsafe { read_pointer(site.at) };
        let key = match self.call.session.library.find(ptr as usize) {
            Some(Kept::Library(key)) => key,
            _ => 0,
        };
        if let Some(bytes) = self.blob.get_mut(at..at + 8) {
            bytes.copy_from_slice(&key.to_ne_bytes());
        }
    }

    /// A pointer to what was given earlier.
    fn kept(&mut self, ptr: *mut u8, target: &Target<'_>) -> Result<(), Stop> {
        let kept = self.call.session.library.find(ptr as usize);
        if target.frees {
            self.tree.kept.push((ptr as usize, None));
        }
        match kept {
            Some(Kept::Library(key)) => {
                tree::put_key(&mut self.blob, key);
                tree::put(&mut self.blob, BufRef::new(Place::Unused, 0));
                Ok(())
            }
            Some(Kept::Application(len)) if !target.no_copy => {
                tree::put_key(&mut self.blob, ptr as u64);
                self.flat(ptr, &Layout::bytes(len), target)
            }
            _ => {
                tree::put_key(&mut self.blob, ptr as u64);
                tree::put(&mut self.blob, BufRef::new(Place::Unused, 0));
                Ok(())
            }
        }
    }
}

impl Walker for Encoder<'_, '_> {
    fn pointer(&mut self, site: Site, target: &Target<'_>) -> Result<(), Stop> {
        if target.library {
            self.comes_back = true;
            self.known(site);
            return Ok(());
        }
        // SAFETY: the site is a pointer of the application's.
        let ptr = unsafe { read_pointer(site.at) };
        self.tree.nodes.push(ptr as usize);
        let is_keyed = matches!(target.lifetime, Lifetime::Manual | Lifetime::Static);
        if ptr.is_null() {
            match is_keyed {
                true => tree::put_key(&mut self.blob, 0),
                false => tree::put(&mut self.blob, BufRef::NULL),
            }
            return Ok(());
        }
        // SAFETY: what the application passed is readable.
        let extent = (target.extent)(unsafe { Ptr::new(ptr, usize::MAX) });
        let is_library =
            is_keyed && matches!(self.call.session.library.find(ptr as usize), Some(Kept::Library(_)));
        let layout = match extent {
            _ if is_library => return self.kept(ptr, target),
            Extent::Kept => return self.kept(ptr, target),
            Extent::One(bytes) => Layout::bytes(bytes),
            Extent::Layout(layout) => layout,
            // SAFETY: such data ends with zeros, by the API's contract.
            Extent::Terminated => Layout::bytes(unsafe { terminated_len(ptr, target.size) }),
        };
        if is_keyed {
            tree::put_key(&mut self.blob, ptr as u64);
            self.tree.kept.push((ptr as usize, (!target.frees).then_some(layout.bytes)));
        }
        match target.inner {
            _ if target.no_copy => tree::put(&mut self.blob, BufRef::new(Place::Unused, layout.bytes)),
            Some(_) => self.nested(ptr, layout.bytes, target)?,
            None => self.flat(ptr, &layout, target)?,
        }
        Ok(())
    }

    fn handle(&mut self, site: Site, kind: u8, invalid: Option<i64>) -> Result<(), Stop> {
        let Some(at) = self.place(site) else { return Ok(()) };
        // SAFETY: the site is a handle of the application's.
        let bits = unsafe { site.at.cast::<u64>().read_unaligned() };
        let invalid =
            invalid.or(self.call.session.desc.kinds.get(kind as usize).map(|k| k.invalid)).unwrap_or(0);
        let id = self.call.id_of(bits, kind, invalid);
        let id = self.check(id)?;
        if let Some(bytes) = self.blob.get_mut(at..at + 8) {
            bytes.copy_from_slice(&id.to_ne_bytes());
        }
        Ok(())
    }

    fn private(&mut self, site: Site, size: usize) -> Result<(), Stop> {
        if let Some(at) = self.place(site)
            && let Some(bytes) = self.blob.get_mut(at..at + size)
        {
            bytes.fill(0);
        }
        Ok(())
    }
}

/// What a walk over a changed struct looks at: pointers, as they were before the call, or values, as they are now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    Links,
    Values,
}

/// A struct around a site.
#[derive(Clone, Copy)]
struct Frame {
    /// Address of the struct that is walked.
    walked: usize,
    /// The copy that the application gets; null if it is not changed.
    copy: *mut u8,
    /// The key of the block that it is in, if it is the library's memory.
    library: Option<u64>,
}

/// Brings back what the vendor changed.
struct Receiver<'c, 't, 'b> {
    call: &'c mut Call<'t>,
    reader: Reader<'b>,
    nodes: &'b [usize],
    next: usize,
    pass: Pass,
    frames: Vec<Frame>,
}

impl<'b> Receiver<'_, '_, 'b> {
    /// Where the value at `site` is in the copy that the application gets.
    fn copy_of(&self, site: Site) -> Option<*mut u8> {
        let frame = self.frames.last()?;
        (!frame.copy.is_null()).then(|| frame.copy.wrapping_add(site.at as usize - frame.walked))
    }

    fn bytes(&mut self) -> Result<Option<&'b [u8]>, Stop> {
        let (r, at) = self.reader.pointer().ok_or(Stop)?;
        match r.place() {
            Some(Place::Null) => Ok(None),
            Some(Place::Here) => self.reader.bytes(at, r.len()).map(Some).ok_or(Stop),
            _ => Err(Stop),
        }
    }

    /// Walks the elements of `len` bytes at `at`, of which `copy` goes to the application.
    fn inside(
        &mut self,
        at: *mut u8,
        copy: *mut u8,
        len: usize,
        library: Option<u64>,
        target: &Target<'_>,
        pass: Pass,
    ) -> Result<(), Stop> {
        let Some(inner) = target.inner else { return Ok(()) };
        if self.frames.len() >= MAX_DEPTH {
            return Err(Stop);
        }
        let size = target.step(len);
        let around = std::mem::replace(&mut self.pass, pass);
        for n in 0..len / size {
            let copy = if copy.is_null() { copy } else { copy.wrapping_add(n * size) };
            self.frames.push(Frame { walked: at as usize + n * size, copy, library });
            let walked = inner(at.wrapping_add(n * size), n, self);
            self.frames.pop();
            walked?;
        }
        self.pass = around;
        Ok(())
    }

    /// The library's memory.
    fn library(&mut self, site: Site, target: &Target<'_>) -> Result<(), Stop> {
        let shown = match self.reader.key().ok_or(Stop)? {
            0 => std::ptr::null_mut(),
            key => {
                let bytes = self.bytes()?.filter(|_| is_library_key(key)).ok_or(Stop)?;
                let library = &self.call.session.library;
                let at = library.show(key, bytes);
                if let Some(parent) = self.frames.last().and_then(|frame| frame.library) {
                    library.belongs(key, parent);
                }
                self.inside(at, at, bytes.len(), Some(key), target, Pass::Values)?;
                at
            }
        };
        let to = if self.frames.is_empty() { Some(site.at) } else { self.copy_of(site) };
        if let Some(to) = to {
            // SAFETY: the site is a pointer, in the application's variable or in our copy of its struct.
            unsafe { to.cast::<usize>().write_unaligned(shown as usize) };
        }
        Ok(())
    }

    /// A struct or list of the application's.
    fn changed(&mut self, ptr: *mut u8, target: &Target<'_>) -> Result<(), Stop> {
        if target.direction == Direction::In {
            let Extent::Layout(layout) = self.extent(ptr, target) else { return Ok(()) };
            return self.inside(ptr, std::ptr::null_mut(), layout.bytes, None, target, Pass::Links);
        }
        let Extent::Layout(layout) = self.extent(ptr, target) else { return Err(Stop) };
        let bytes = self.bytes()?.filter(|bytes| bytes.len() == layout.bytes).ok_or(Stop)?;
        // Aligned for every C type.
        let mut words = vec![0u128; bytes.len().div_ceil(16).max(1)];
        let copy: *mut u8 = words.as_mut_ptr().cast();
        // SAFETY: the words have room for the bytes.
        unsafe { copy.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        if target.direction == Direction::Inout {
            self.inside(ptr, copy, bytes.len(), None, target, Pass::Links)?;
        }
        // What the vendor alone writes has no pointers of the application's.
        let library = (target.direction == Direction::Out).then_some(LIBRARY_KEY);
        self.inside(copy, copy, bytes.len(), library, target, Pass::Values)?;
        // SAFETY: `receive` was promised that what the walk presents is writable; the length is what the specification says.
        unsafe { ptr.copy_from_nonoverlapping(copy, bytes.len()) };
        Ok(())
    }

    /// How long the application's data at `ptr` is.
    fn extent(&self, ptr: *mut u8, target: &Target<'_>) -> Extent {
        // SAFETY: what the application passed is readable.
        match (target.extent)(unsafe { Ptr::new(ptr, usize::MAX) }) {
            Extent::One(bytes) => Extent::Layout(Layout::bytes(bytes)),
            // SAFETY: such data ends with zeros, by the API's contract.
            Extent::Terminated => Extent::Layout(Layout::bytes(unsafe { terminated_len(ptr, target.size) })),
            other => other,
        }
    }
}

impl Walker for Receiver<'_, '_, '_> {
    fn pointer(&mut self, site: Site, target: &Target<'_>) -> Result<(), Stop> {
        let in_library = self.frames.last().is_some_and(|frame| frame.library.is_some());
        if target.library || in_library {
            return match self.pass == Pass::Values || self.frames.is_empty() {
                true => self.library(site, target),
                false => Ok(()),
            };
        }
        if self.pass == Pass::Values {
            return Ok(());
        }
        let ptr = *self.nodes.get(self.next).ok_or(Stop)? as *mut u8;
        self.next += 1;
        if let Some(copy) = self.copy_of(site) {
            // SAFETY: the site is a pointer in our copy of a struct.
            let word = unsafe { copy.cast::<u64>().read_unaligned() };
            let now = match Link::from_wire(word) {
                Link::Null => 0,
                Link::Into(node, offset) => self.nodes.get(node).ok_or(Stop)?.wrapping_add(offset),
                Link::Foreign => ptr as usize,
            };
            // SAFETY: as above.
            unsafe { copy.cast::<usize>().write_unaligned(now) };
        }
        match ptr.is_null() || target.inner.is_none() || target.no_copy {
            true => Ok(()),
            false => self.changed(ptr, target),
        }
    }

    fn handle(&mut self, site: Site, kind: u8, _: Option<i64>) -> Result<(), Stop> {
        if let (Pass::Values, Some(copy)) = (self.pass, self.copy_of(site)) {
            // SAFETY: the site is a handle of 8 bytes in our copy.
            unsafe {
                let at = copy.cast::<u64>();
                at.write_unaligned(self.call.session.bits_of(kind, at.read_unaligned()));
            }
        }
        Ok(())
    }

    fn private(&mut self, site: Site, size: usize) -> Result<(), Stop> {
        if let (Pass::Links, Some(copy)) = (self.pass, self.copy_of(site)) {
            // SAFETY: the site is `size` bytes of the application's struct, and of our copy of it.
            unsafe { copy.copy_from_nonoverlapping(site.at, size) };
        }
        Ok(())
    }
}
