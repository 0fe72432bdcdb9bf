//! [`Look`]: how a C value is shown to people, found by its type.

use std::ffi::c_void;
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;

/// What a value is, as far as showing it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A byte of anything; a row of them may be text.
    Byte,
    /// A byte of text.
    Char,
    /// A number or pointer.
    Word,
    /// A struct that can show its fields.
    Struct,
    /// Bytes.
    Opaque,
}

/// How values of a type are shown.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// What it is.
    pub class: Class,
    /// Its size in bytes.
    pub size: usize,
    /// Shows the value at an address where one of the type may be read, aligned or not.
    pub show: unsafe fn(*const u8, &mut dyn fmt::Write) -> fmt::Result,
}

/// Finds the [`Look`] of `T` where rustc alone knows `T`: `(&&&Looks::<T>::NEW).look()`. Method lookup tries [`ViaWord`],
/// [`ViaDebug`], [`ViaNothing`] in this order.
#[derive(Debug)]
pub struct Looks<T>(PhantomData<*const T>);

impl<T> Looks<T> {
    /// The only value.
    pub const NEW: Self = Self(PhantomData);
}

/// The looks of what the pointer at a place points to.
pub const fn looks_behind<P: super::Pointer>(_: *mut P) -> Looks<P::Target> {
    Looks::NEW
}

/// A type with a way of its own.
pub trait Word {
    /// What it is.
    const CLASS: Class = Class::Word;
    /// Shows the value.
    ///
    /// # Errors
    /// Those of `to`.
    fn show(&self, to: &mut dyn fmt::Write) -> fmt::Result;
}

macro_rules! words {
    ($($class:ident $t:ty),*) => {$(
        impl Word for $t {
            const CLASS: Class = Class::$class;
            fn show(&self, to: &mut dyn fmt::Write) -> fmt::Result {
                write!(to, "{self}")
            }
        }
    )*};
}
words!(
    Byte u8, Char i8, Word u16, Word u32, Word u64, Word usize, Word i16, Word i32, Word i64, Word isize, Word u128,
    Word i128, Word f32, Word f64, Word bool
);

impl Word for c_void {
    const CLASS: Class = Class::Byte;
    fn show(&self, _: &mut dyn fmt::Write) -> fmt::Result {
        Ok(())
    }
}

impl<T> Word for *const T {
    fn show(&self, to: &mut dyn fmt::Write) -> fmt::Result {
        match self.is_null() {
            true => to.write_str("null"),
            false => write!(to, "{:#x}", *self as usize),
        }
    }
}

impl<T> Word for *mut T {
    fn show(&self, to: &mut dyn fmt::Write) -> fmt::Result {
        self.cast_const().show(to)
    }
}

impl Word for () {
    fn show(&self, to: &mut dyn fmt::Write) -> fmt::Result {
        to.write_str("void")
    }
}

/// See [`Looks`].
pub trait ViaWord {
    /// How the type is shown.
    fn look(&self) -> Look;
}

impl<T: Word> ViaWord for &&Looks<T> {
    fn look(&self) -> Look {
        unsafe fn show<T: Word>(at: *const u8, to: &mut dyn fmt::Write) -> fmt::Result {
            // SAFETY: by the promise of `Look::show`; a copy that is never dropped owns nothing.
            ManuallyDrop::new(unsafe { at.cast::<T>().read_unaligned() }).show(to)
        }
        Look { class: T::CLASS, size: size_of::<T>(), show: show::<T> }
    }
}

/// See [`Looks`].
pub trait ViaDebug {
    /// How the type is shown.
    fn look(&self) -> Look;
}

impl<T: fmt::Debug> ViaDebug for &Looks<T> {
    fn look(&self) -> Look {
        unsafe fn show<T: fmt::Debug>(at: *const u8, to: &mut dyn fmt::Write) -> fmt::Result {
            // SAFETY: by the promise of `Look::show`; a copy that is never dropped owns nothing.
            let value = ManuallyDrop::new(unsafe { at.cast::<T>().read_unaligned() });
            write!(to, "{:?}", *value)
        }
        Look { class: Class::Struct, size: size_of::<T>(), show: show::<T> }
    }
}

/// See [`Looks`].
pub trait ViaNothing {
    /// How the type is shown.
    fn look(&self) -> Look;
}

impl<T> ViaNothing for Looks<T> {
    fn look(&self) -> Look {
        unsafe fn show(_: *const u8, _: &mut dyn fmt::Write) -> fmt::Result {
            Ok(())
        }
        Look { class: Class::Opaque, size: size_of::<T>(), show }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<T>(look: Look, value: T) -> String {
        let mut text = String::new();
        // SAFETY: the look is that of `T`.
        unsafe { (look.show)((&raw const value).cast(), &mut text) }.unwrap();
        text
    }

    #[test]
    #[expect(clippy::needless_borrow, reason = "the form that expansions use for every type")]
    fn a_type_is_shown_in_the_best_way_that_it_has() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "shown by Debug")]
        struct Pair {
            a: u32,
        }
        struct Silent;
        assert_eq!(shown((&&&Looks::<i32>::NEW).look(), -3), "-3");
        assert_eq!(shown((&&&Looks::<f32>::NEW).look(), 1.5f32), "1.5");
        assert_eq!(shown((&&&Looks::<*const Silent>::NEW).look(), 0usize), "null");
        assert_eq!(shown((&&&Looks::<*mut c_void>::NEW).look(), 16usize), "0x10");
        assert_eq!(shown((&&&Looks::<Pair>::NEW).look(), Pair { a: 1 }), "Pair { a: 1 }");
        assert_eq!((&&&Looks::<Silent>::NEW).look().class, Class::Opaque);
        assert_eq!((&&&Looks::<c_void>::NEW).look().class, Class::Byte);
        assert_eq!((&&&Looks::<std::ffi::c_char>::NEW).look().class, Class::Char);
    }
}
