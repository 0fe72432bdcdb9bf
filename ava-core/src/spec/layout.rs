//! [`Layout`]: what a buffer is made of, as far as forwarding must know.

use super::HandleKind;

/// Length and contents of a buffer.
///
/// The simple descriptors (`len`, `bytes`) become one of these; a `with =` function returns one for whatever they cannot say.
/// Guest and server compute it independently, and the server refuses a command on which they disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Bytes from the pointer to the end of what may be touched.
    pub bytes: usize,
    /// If only a strided region of those bytes is touched: which.
    pub rect: Option<Rect>,
    /// Which parts are handles, to be translated.
    pub handles: Handles,
    /// Status for an invalid handle among them, if it is not the kind's own.
    pub invalid: Option<i64>,
}

/// A strided region, as in `clEnqueueReadBufferRect`. All units are bytes but `rows` and `slices`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// Offset of the first row from the pointer.
    pub offset: usize,
    /// Bytes in a row.
    pub row: usize,
    /// Number of rows in a slice.
    pub rows: usize,
    /// Distance from row to row.
    pub row_pitch: usize,
    /// Number of slices.
    pub slices: usize,
    /// Distance from slice to slice.
    pub slice_pitch: usize,
}

/// Which parts of a buffer are handles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handles {
    /// None: the bytes mean the same on both sides.
    None,
    /// The buffer is an array of handles of this kind.
    All(u8),
    /// There are handles of these kinds at these byte offsets.
    At(Vec<(usize, u8)>),
}

/// How a buffer travels, beyond its layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opts {
    /// The vendor works on the shared arena itself: no copy in the server. For data that the vendor does not interpret, as the
    /// guest can change it meanwhile.
    pub zerocopy: bool,
    /// The output is valid even if the call failed.
    pub always: bool,
}

impl Opts {
    /// Neither.
    pub const NONE: Self = Self { zerocopy: false, always: false };
}

impl Layout {
    /// `bytes` bytes without handles.
    pub const fn bytes(bytes: usize) -> Self {
        Self { bytes, rect: None, handles: Handles::None, invalid: None }
    }

    /// `len` elements of type `T` without handles. An overflowing length becomes one that no buffer can have.
    pub fn elements<T>(len: usize) -> Self {
        Self::bytes(len.saturating_mul(size_of::<T>()))
    }

    /// `len` handles of kind `K`.
    pub fn handles<K: HandleKind>(len: usize) -> Self {
        Self { handles: Handles::All(K::KIND), ..Self::elements::<K::Raw>(len) }
    }

    /// As many handles of kind `K` as fit into `bytes` bytes: the shape of a query's result.
    pub fn handles_in_bytes<K: HandleKind>(bytes: usize) -> Self {
        Self { handles: Handles::All(K::KIND), ..Self::bytes(bytes) }
    }

    /// Adds a handle of kind `K` at `offset`.
    #[must_use]
    pub fn with_handle<K: HandleKind>(mut self, offset: usize) -> Self {
        match &mut self.handles {
            Handles::At(list) => list.push((offset, K::KIND)),
            _ => self.handles = Handles::At(vec![(offset, K::KIND)]),
        }
        self
    }

    /// A strided region; the length is up to its last byte. Overflow becomes a length that no buffer can have.
    pub fn rect(rect: Rect) -> Self {
        let span = |n: usize, pitch: usize| n.checked_sub(1).and_then(|n| n.checked_mul(pitch));
        let end = if rect.row == 0 || rect.rows == 0 || rect.slices == 0 {
            Some(0)
        } else {
            span(rect.rows, rect.row_pitch)
                .zip(span(rect.slices, rect.slice_pitch))
                .and_then(|(a, b)| a.checked_add(b)?.checked_add(rect.row)?.checked_add(rect.offset))
        };
        Self { rect: Some(rect), ..Self::bytes(end.unwrap_or(usize::MAX)) }
    }

    /// Uses `status` instead of the kind's own for an invalid handle in this buffer.
    #[must_use]
    pub fn invalid(mut self, status: i64) -> Self {
        self.invalid = Some(status);
        self
    }
}

impl Handles {
    /// Offset and kind of every handle in the first `len` bytes.
    pub fn places(&self, len: usize) -> impl Iterator<Item = (usize, u8)> {
        let (all, listed) = match self {
            Self::None => (None, &[][..]),
            Self::All(kind) => (Some(*kind), &[][..]),
            Self::At(list) => (None, list.as_slice()),
        };
        let all = all.into_iter().flat_map(move |kind| (0..len / 8).map(move |i| (i * 8, kind)));
        all.chain(listed.iter().copied().filter(move |(offset, _)| offset.saturating_add(8) <= len))
    }
}

impl Rect {
    /// The offset and length of every contiguous piece.
    pub fn pieces(self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.slices).flat_map(move |z| {
            (0..self.rows).map(move |y| (self.offset + z * self.slice_pitch + y * self.row_pitch, self.row))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_spans_to_the_end_of_its_last_row() {
        let rect = Rect { offset: 3, row: 4, rows: 2, row_pitch: 10, slices: 2, slice_pitch: 100 };
        assert_eq!(Layout::rect(rect).bytes, 3 + 100 + 10 + 4);
        let pieces: Vec<_> = rect.pieces().collect();
        assert_eq!(pieces, [(3, 4), (13, 4), (103, 4), (113, 4)]);
    }

    #[test]
    fn an_overflowing_rectangle_has_an_impossible_length() {
        let rect = Rect { offset: 1, row: 4, rows: usize::MAX, row_pitch: 10, slices: 2, slice_pitch: 100 };
        assert_eq!(Layout::rect(rect).bytes, usize::MAX);
        assert_eq!(Layout::elements::<u64>(usize::MAX).bytes, usize::MAX);
    }
}
