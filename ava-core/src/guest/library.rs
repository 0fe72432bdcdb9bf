//! Memory that the vendor's library owns and the application reads: the guest's copies of it, and which addresses are known to
//! the server.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::wire::tree::LIBRARY_KEY;

/// A copy of a piece of the library's memory. It stays where it is as long as the application may use it.
#[derive(Debug)]
struct Block {
    words: Vec<u128>,
    /// Keys of the blocks that it points to, which go with it.
    children: Vec<u64>,
}

/// What is kept at an address beyond a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// The application's memory, so many bytes, which the vendor may use.
    Application(usize),
    /// The library's memory, under this key.
    Library(u64),
}

#[derive(Debug, Default)]
struct State {
    blocks: HashMap<u64, Block>,
    kept: HashMap<usize, Kept>,
    /// Blocks that became too small for what their address holds now. The application may still read them.
    outgrown: Vec<Vec<u128>>,
}

/// The library's memory in this process, and the application's that the vendor keeps using.
#[derive(Debug, Default)]
pub(super) struct Library {
    state: Mutex<State>,
}

impl Library {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// The copy of the library's memory `key`, which holds `bytes` now. The same memory has the same address again.
    pub(super) fn show(&self, key: u64, bytes: &[u8]) -> *mut u8 {
        let mut state = self.state();
        let words = bytes.len().div_ceil(16).max(1);
        let State { blocks, kept, outgrown } = &mut *state;
        let block =
            blocks.entry(key).or_insert_with(|| Block { words: vec![0; words], children: Vec::new() });
        if block.words.len() < words {
            kept.remove(&(block.words.as_ptr() as usize));
            outgrown.push(std::mem::replace(&mut block.words, vec![0; words]));
        }
        block.children.clear();
        let at: *mut u8 = block.words.as_mut_ptr().cast();
        // SAFETY: the block has room for the bytes.
        let now = unsafe { std::slice::from_raw_parts_mut(at, bytes.len()) };
        // Another thread may be reading the same bytes, as a constant string: those are left alone.
        if now != bytes {
            now.copy_from_slice(bytes);
        }
        kept.insert(at as usize, Kept::Library(key));
        at
    }

    /// The block `child` belongs to the block `parent`.
    pub(super) fn belongs(&self, child: u64, parent: u64) {
        if let Some(block) = self.state().blocks.get_mut(&parent).filter(|_| child != parent) {
            block.children.push(child);
        }
    }

    /// What is kept at `address`.
    pub(super) fn find(&self, address: usize) -> Option<Kept> {
        self.state().kept.get(&address).copied()
    }

    /// The vendor may use the `len` bytes at `address` from now on.
    pub(super) fn keep(&self, address: usize, len: usize) {
        self.state().kept.insert(address, Kept::Application(len));
    }

    /// What is kept at `address` is not used any more.
    pub(super) fn free(&self, address: usize) {
        let mut state = self.state();
        if let Some(Kept::Library(key)) = state.kept.remove(&address) {
            let mut dead = vec![key];
            while let Some(block) = dead.pop().and_then(|key| state.blocks.remove(&key)) {
                state.kept.remove(&(block.words.as_ptr() as usize));
                dead.extend(block.children);
            }
        }
    }
}

/// Whether `key` names the library's memory.
pub(super) fn is_library_key(key: u64) -> bool {
    key & LIBRARY_KEY != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_memory_has_the_same_address_and_goes_with_its_owner() {
        let library = Library::default();
        let root = library.show(LIBRARY_KEY | 1, b"root");
        let child = library.show(LIBRARY_KEY | 2, b"child");
        library.belongs(LIBRARY_KEY | 2, LIBRARY_KEY | 1);
        assert_eq!(library.show(LIBRARY_KEY | 2, b"child"), child);
        assert_eq!(library.find(root as usize), Some(Kept::Library(LIBRARY_KEY | 1)));
        library.free(root as usize);
        assert_eq!((library.find(root as usize), library.find(child as usize)), (None, None));
    }

    #[test]
    fn memory_that_grew_moves_and_the_old_copy_stays_readable() {
        let library = Library::default();
        let old = library.show(LIBRARY_KEY | 1, &[7; 16]);
        let new = library.show(LIBRARY_KEY | 1, &[8; 1000]);
        assert_ne!(old, new);
        // SAFETY: outgrown blocks are kept.
        assert_eq!(unsafe { old.read() }, 7);
    }
}
