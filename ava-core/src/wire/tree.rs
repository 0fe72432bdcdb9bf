//! Structured data as it travels: one blob per parameter, in the order in which the parameter's walk presents its sites.
//!
//! ```text
//! pointer   [key 16 B if kept: key, 0; nothing follows a key of 0]  BufRef 16 B  [Here: bytes, padded to 16, then what is inside]
//! ```
//!
//! A pointer that the vendor sets takes no place of its own on the way to the server: in its struct stands the key of the memory
//! that it points to, or 0. On the way to the server, `Here` holds strings, small buffers, and every struct or list that has pointers inside; large flat
//! buffers are in the arena, and outputs are announced as those of a command are. On the way back, a blob holds the structs
//! that the vendor changed, with a [`Link`] in place of every pointer into memory that the guest sent, and the library's own
//! memory that it reported, with its key. Functions of the application's and their user data travel as they are to the server; on the way
//! back there is 0 for null, and 1 for what the guest has itself. An argument of a callback has the form of what comes back, with
//! [`SHOWN_KEY`] for memory that is valid during the callback.

use zerocopy::{FromBytes, IntoBytes};

use super::{ALIGN, BufRef, Place, align_up};

/// Largest blob: what is inside a parameter beyond this must be flat and large, and is then in the arena.
pub const MAX_TREE: usize = 64 << 20;

/// Set in the keys of the library's memory, clear in those of the application's, which are addresses.
pub const LIBRARY_KEY: u64 = 1 << 63;

/// The key of memory that the vendor shows to a callback, until that returns.
pub const SHOWN_KEY: u64 = 1;

/// A pointer in a struct that the vendor changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Null.
    Null,
    /// So many bytes into the target of the walk's pointer of this number.
    Into(usize, usize),
    /// Something that the guest does not know: its pointer stays as it was.
    Foreign,
}

impl Link {
    /// The word in place of the pointer.
    pub fn to_wire(self) -> u64 {
        match self {
            Self::Null => 0,
            Self::Into(node, offset) if node < 0xffff && offset as u64 <= super::LEN_MASK => {
                ((node as u64 + 1) << 48) | offset as u64
            }
            Self::Into(..) | Self::Foreign => u64::MAX,
        }
    }

    /// The pointer that the word stands for.
    pub fn from_wire(word: u64) -> Self {
        match word {
            0 => Self::Null,
            u64::MAX => Self::Foreign,
            word => match (word >> 48).checked_sub(1) {
                Some(node) => Self::Into(node as usize, (word & super::LEN_MASK) as usize),
                None => Self::Foreign,
            },
        }
    }
}

/// Appends a pointer to `blob`.
pub fn put(blob: &mut Vec<u8>, r: BufRef) {
    blob.extend_from_slice(r.as_bytes());
}

/// Appends the key of a kept target.
pub fn put_key(blob: &mut Vec<u8>, key: u64) {
    blob.extend_from_slice([key, 0].as_bytes());
}

/// Appends a pointer whose `len` bytes follow; where they begin. The caller fills them in.
pub fn put_here(blob: &mut Vec<u8>, len: usize, output: Option<usize>) -> usize {
    let r = BufRef::new(Place::Here, len);
    put(blob, output.map_or(r, |n| r.as_output(n)));
    let at = blob.len();
    blob.resize(at + align_up(len, ALIGN), 0);
    at
}

/// Reads a blob from its start.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'b> {
    blob: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    /// Reads `blob`.
    pub fn new(blob: &'b [u8]) -> Self {
        Self { blob, at: 0 }
    }

    fn take(&mut self, len: usize) -> Option<usize> {
        let at = self.at;
        self.at = at.checked_add(len).filter(|end| *end <= self.blob.len())?;
        Some(at)
    }

    /// The next key; `None` if the blob ends before.
    pub fn key(&mut self) -> Option<u64> {
        let at = self.take(16)?;
        let [key, zero] = <[u64; 2]>::read_from_bytes(self.blob.get(at..at + 16)?).ok()?;
        (zero == 0).then_some(key)
    }

    /// The next pointer, and where in the blob its bytes are if they follow.
    pub fn pointer(&mut self) -> Option<(BufRef, usize)> {
        let at = self.take(size_of::<BufRef>())?;
        let r = BufRef::read_from_bytes(self.blob.get(at..self.at)?).ok()?;
        let here = self.at;
        if r.place()? == Place::Here {
            self.take(align_up(r.len(), ALIGN))?;
        }
        Some((r, here))
    }

    /// The `len` bytes at `at`, which [`Self::pointer`] reported.
    pub fn bytes(&self, at: usize, len: usize) -> Option<&'b [u8]> {
        self.blob.get(at..at.checked_add(len)?)
    }

    /// Whether everything was read.
    pub fn is_at_end(&self) -> bool {
        self.at == self.blob.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn links_arrive_as_they_were_sent(node in 0usize..0xfffe, offset in 0usize..(1 << 48)) {
            let link = Link::Into(node, offset);
            prop_assert_eq!(Link::from_wire(link.to_wire()), link);
        }

        #[test]
        fn every_word_is_some_link(word: u64) {
            let _ = Link::from_wire(word);
        }

        #[test]
        fn a_reader_ends_and_stays_inside(bytes in prop::collection::vec(any::<u8>(), 0..400), keys: bool) {
            let mut reader = Reader::new(&bytes);
            let mut turns = 0;
            while (keys && reader.key().is_some()) || reader.pointer().is_some() {
                turns += 1;
                prop_assert!(turns <= bytes.len());
            }
        }

        #[test]
        fn what_was_put_is_read(lens in prop::collection::vec(0usize..100, 0..20)) {
            let mut blob = Vec::new();
            for (n, len) in lens.iter().enumerate() {
                put_key(&mut blob, n as u64);
                let at = put_here(&mut blob, *len, Some(n));
                blob[at..at + len].fill(n as u8);
            }
            let mut reader = Reader::new(&blob);
            for (n, len) in lens.iter().enumerate() {
                prop_assert_eq!(reader.key(), Some(n as u64));
                let (r, at) = reader.pointer().unwrap();
                prop_assert_eq!((r.len(), r.output()), (*len, Some(n)));
                prop_assert!(reader.bytes(at, *len).unwrap().iter().all(|b| *b == n as u8));
            }
            prop_assert!(reader.is_at_end());
            if blob.pop().is_some() {
                let mut cut = Reader::new(&blob);
                while cut.key().is_some() && cut.pointer().is_some() {}
                prop_assert!(!cut.is_at_end() || lens.is_empty());
            }
        }
    }
}
