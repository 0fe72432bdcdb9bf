//! Handles as a specification's expressions see them.

use std::sync::OnceLock;

/// A C type that can hold a handle: a pointer or an integer.
pub trait RawHandle: Copy + PartialEq + 'static {
    /// The handle's bits.
    fn to_bits(self) -> u64;
    /// The handle with these bits.
    fn from_bits(bits: u64) -> Self;
}

impl<T: 'static> RawHandle for *mut T {
    fn to_bits(self) -> u64 {
        self as usize as u64
    }
    fn from_bits(bits: u64) -> Self {
        bits as usize as Self
    }
}

impl<T: 'static> RawHandle for *const T {
    fn to_bits(self) -> u64 {
        self as usize as u64
    }
    fn from_bits(bits: u64) -> Self {
        bits as usize as Self
    }
}

macro_rules! ints {
    ($($t:ty),*) => {$(
        impl RawHandle for $t {
            fn to_bits(self) -> u64 {
                self as u64
            }
            fn from_bits(bits: u64) -> Self {
                bits as Self
            }
        }
    )*};
}
ints!(u32, u64, usize, i32, i64, isize);

/// A handle type of an API. Implemented by the marker types that `ava_api!` emits: the C typedef itself is a raw pointer,
/// on which coherence allows no impl.
pub trait HandleKind: 'static {
    /// The C type.
    type Raw: RawHandle;
    /// What guest and server know of an object of this kind (`meta = T`); `()` if nothing.
    type Meta: Default + Send + Sync + 'static;
    /// Index in [`ApiDesc::kinds`](super::ApiDesc::kinds).
    const KIND: u8;
    /// Status for a handle that is not a live object of this kind.
    const INVALID: i64;
    /// Where the default description lives that stands in for an unknown one.
    fn default_meta() -> &'static OnceLock<Self::Meta>;
}

/// A handle parameter inside an expression.
pub struct HandleArg<'a, K: HandleKind> {
    raw: K::Raw,
    meta: Option<&'a K::Meta>,
}

impl<K: HandleKind> Clone for HandleArg<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K: HandleKind> Copy for HandleArg<'_, K> {}

impl<K: HandleKind> std::fmt::Debug for HandleArg<'_, K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HandleArg({:#x})", self.raw.to_bits())
    }
}

impl<'a, K: HandleKind> HandleArg<'a, K> {
    /// A handle and its description, if it has one.
    pub fn new(raw: K::Raw, meta: Option<&'a K::Meta>) -> Self {
        Self { raw, meta }
    }

    /// Whether the application passed the null handle.
    pub fn is_null(self) -> bool {
        self.raw.to_bits() == 0
    }

    /// The C handle: the guest's object in the guest, the vendor's in the server. Never compare it with a constant, and
    /// never let a length depend on it: the two sides would disagree.
    pub fn raw(self) -> K::Raw {
        self.raw
    }
}

/// What is known of the object behind a handle; the default of its type if nothing is.
pub fn meta<'a, K: HandleKind>(handle: HandleArg<'a, K>) -> &'a K::Meta {
    match handle.meta {
        Some(meta) => meta,
        None => K::default_meta().get_or_init(K::Meta::default),
    }
}
