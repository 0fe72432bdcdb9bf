//! Structured data that comes: [`Receiver`] brings back what the vendor made of a parameter, or what it shows to a callback. The way there is
//! in [`super::tree`].

use super::call::{Call, Came};
use super::library::is_library_key;
use super::log;
use super::pending::Held;
use super::session::Session;
use super::stub::Fail;
use super::tree::Tree;
use crate::spec::{
    Direction, Extent, Functions, Layout, MAX_DEPTH, Ptr, Site, Stop, Target, Walk, Walker, terminated_len,
};
use crate::wire::Place;
use crate::wire::tree::{LIBRARY_KEY, Link, Reader, SHOWN_KEY};

impl Call<'_> {
    /// The call was made: brings back what the vendor changed and what its library showed.
    ///
    /// # Errors
    /// That of a lost server, if what came back makes no sense.
    ///
    /// # Safety
    /// As for [`Self::tree`], with the same walk.
    pub unsafe fn receive(&mut self, tree: Tree, walk: &Walk<'_>) -> Result<(), Fail> {
        if self.succeeded {
            for (address, kept) in &tree.kept {
                match kept {
                    Some(len) => self.session.library.keep(*address, *len),
                    None => self.session.library.free(*address),
                }
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
        if Receiver::new(self.session, &blob, &tree.nodes).all(walk) {
            return Ok(());
        }
        log::warn(format_args!(
            "{}: the server's answer does not have the shape of its question",
            self.session.desc.name
        ));
        Err(Fail::Lost)
    }
}

/// The vendor's memory that a callback is shown: `walk` presents it, from a variable that gets the pointer to it. It is in `memory`, which
/// must live as long. Whether `blob` has the shape that the walk demands.
///
/// # Safety
/// The variable can be written.
pub(super) unsafe fn show(
    session: &Session,
    blob: &[u8],
    memory: &mut Vec<Vec<u128>>,
    walk: &Walk<'_>,
) -> bool {
    Receiver { shown: Some(memory), ..Receiver::new(session, blob, &[]) }.all(walk)
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
    size: usize,
    /// The copy that the application gets; null if it is not changed.
    copy: *mut u8,
    /// The key of the block that it is in, if it is the library's memory.
    library: Option<u64>,
}

/// Brings back what the vendor changed, or what it shows to a callback.
struct Receiver<'s, 'b> {
    session: &'s Session,
    reader: Reader<'b>,
    nodes: &'b [usize],
    next: usize,
    pass: Pass,
    frames: Vec<Frame>,
    /// Where what is shown goes, if it is for a callback.
    shown: Option<&'s mut Vec<Vec<u128>>>,
}

impl<'s, 'b> Receiver<'s, 'b> {
    fn new(session: &'s Session, blob: &'b [u8], nodes: &'b [usize]) -> Self {
        let reader = Reader::new(blob);
        Self { session, reader, nodes, next: 0, pass: Pass::Links, frames: Vec::new(), shown: None }
    }

    /// Walks all of it; whether that is all of the blob.
    fn all(mut self, walk: &Walk<'_>) -> bool {
        walk(&mut self).is_ok() && self.reader.is_at_end()
    }

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
            self.frames.push(Frame { walked: at as usize + n * size, size, copy, library });
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
                let bytes = self.bytes()?.ok_or(Stop)?;
                let library = &self.session.library;
                let at = match &mut self.shown {
                    Some(shown) if key == SHOWN_KEY => copy_into(shown, bytes),
                    _ if is_library_key(key) => library.show(key, bytes),
                    _ => return Err(Stop),
                };
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

/// A copy of `bytes`, aligned for every C type.
fn copy_into(shown: &mut Vec<Vec<u128>>, bytes: &[u8]) -> *mut u8 {
    let mut words = vec![0u128; bytes.len().div_ceil(16).max(1)];
    let at: *mut u8 = words.as_mut_ptr().cast();
    // SAFETY: the words have room for the bytes; they stay where they are when the vector is moved.
    unsafe { at.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    shown.push(words);
    at
}

impl Walker for Receiver<'_, '_> {
    fn pointer(&mut self, site: Site, target: &Target<'_>) -> Result<(), Stop> {
        let in_library =
            self.shown.is_some() || self.frames.last().is_some_and(|frame| frame.library.is_some());
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
                at.write_unaligned(self.session.bits_of(kind, at.read_unaligned()));
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

    fn room(&self, at: *const u8) -> usize {
        self.frames.last().map_or(0, |frame| (frame.walked + frame.size).saturating_sub(at as usize))
    }

    fn callbacks(&mut self, functions: &Functions<'_>) -> Result<(), Stop> {
        if self.pass == Pass::Values {
            return Ok(());
        }
        for site in functions.sites() {
            if let Some(copy) = self.copy_of(site) {
                // SAFETY: the site is a pointer in the application's struct, and in our copy of it. Null is null; else it is its own.
                unsafe {
                    if copy.cast::<u64>().read_unaligned() != 0 {
                        copy.copy_from_nonoverlapping(site.at, 8);
                    }
                }
            }
        }
        Ok(())
    }
}
