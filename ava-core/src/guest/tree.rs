//! Structured data of a call: [`Encoder`] sends what is behind a parameter. See [`crate::wire::tree`] for the format, and
//! [`super::tree_reply`] for the way back.

use super::call::{Call, Out, OutPlace};
use super::library::Kept;
use super::log;
use super::stub::Fail;
use crate::spec::{
    Direction, Extent, Functions, Handles, Layout, Lifetime, MAX_DEPTH, Ptr, Site, Stop, Target, Walk,
    Walker, read_pointer, terminated_len,
};
use crate::wire::tree::{self, MAX_TREE};
use crate::wire::{BufRef, INLINE_MAX, MAX_OUTPUTS, Place};

/// A parameter's structured data on its way.
#[derive(Debug, Default)]
pub struct Tree {
    /// The walk's pointers into the application's memory, in their order.
    pub(super) nodes: Vec<usize>,
    /// Number of the output that brings the changes back.
    pub(super) out: Option<usize>,
    /// Addresses that the vendor keeps using (so many bytes), or stops using.
    pub(super) kept: Vec<(usize, Option<usize>)>,
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
}

fn too_many() -> Fail {
    log::warn(format_args!("a call has more than {MAX_OUTPUTS} outputs"));
    Fail::Refused
}

/// A struct around a site: where the application has it, where it is in the blob, and its size.
#[derive(Clone, Copy)]
struct Frame {
    app: usize,
    at: usize,
    size: usize,
}

/// Writes what is behind a parameter into a blob.
struct Encoder<'c, 't> {
    call: &'c mut Call<'t>,
    blob: Vec<u8>,
    tree: Tree,
    /// The structs around: address, and place in the blob.
    frames: Vec<Frame>,
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
        self.frames.last().map(|frame| frame.at + (site.at as usize - frame.app))
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
            self.frames.push(Frame { app: ptr as usize + n * size, at: at + n * size, size });
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

    fn room(&self, at: *const u8) -> usize {
        self.frames.last().map_or(0, |frame| (frame.app + frame.size).saturating_sub(at as usize))
    }

    fn callbacks(&mut self, functions: &Functions<'_>) -> Result<(), Stop> {
        for function in functions.all.iter().flatten() {
            // SAFETY: the site is a pointer of the application's. It is in the blob already, as is the user data.
            let address = unsafe { read_pointer(function.site.at) };
            let started = self.call.callback(address as u64);
            self.check(started)?;
        }
        Ok(())
    }
}
