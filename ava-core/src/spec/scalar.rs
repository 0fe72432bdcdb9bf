//! Conversions between C scalars and words on the wire.

/// A C scalar that travels as one word.
pub trait Scalar: Copy {
    /// The value's bits, zero-extended (sign-extended if signed).
    fn to_wire(self) -> u64;
    /// The value with these bits; excess bits are dropped.
    fn from_wire(bits: u64) -> Self;
}

/// What an expression for a length may be: any integer or `bool`. Negative lengths count as 0, as every C API that takes
/// signed lengths refuses them itself.
pub trait IntoLen {
    /// The length.
    fn into_len(self) -> usize;
}

macro_rules! ints {
    ($($t:ty),*) => {$(
        impl Scalar for $t {
            #[inline]
            fn to_wire(self) -> u64 {
                self as u64
            }
            #[inline]
            fn from_wire(bits: u64) -> Self {
                bits as Self
            }
        }
        impl IntoLen for $t {
            #[inline]
            fn into_len(self) -> usize {
                usize::try_from(self).unwrap_or(0)
            }
        }
    )*};
}
ints!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

impl IntoLen for bool {
    #[inline]
    fn into_len(self) -> usize {
        usize::from(self)
    }
}

impl Scalar for bool {
    fn to_wire(self) -> u64 {
        u64::from(self)
    }
    fn from_wire(bits: u64) -> Self {
        bits & 1 != 0
    }
}

impl Scalar for f32 {
    fn to_wire(self) -> u64 {
        u64::from(self.to_bits())
    }
    fn from_wire(bits: u64) -> Self {
        Self::from_bits(bits as u32)
    }
}

impl Scalar for f64 {
    fn to_wire(self) -> u64 {
        self.to_bits()
    }
    fn from_wire(bits: u64) -> Self {
        Self::from_bits(bits)
    }
}

impl Scalar for () {
    fn to_wire(self) -> u64 {
        0
    }
    fn from_wire(_: u64) -> Self {}
}

impl<T> Scalar for *mut T {
    fn to_wire(self) -> u64 {
        self as usize as u64
    }
    fn from_wire(bits: u64) -> Self {
        bits as usize as Self
    }
}

impl<T> Scalar for *const T {
    fn to_wire(self) -> u64 {
        self as usize as u64
    }
    fn from_wire(bits: u64) -> Self {
        bits as usize as Self
    }
}
