//! What C passes: pointers whose validity is the caller's promise.
//!
//! The types here have private fields and no constructor but for memory of the library itself, so a value of them comes from a C
//! caller, and with it the promises of the header: a pointer that is not null points to as much as the header says, for as long as it
//! says. That is the ground on which every `unsafe` below stands, and it makes the functions that use them safe.

use std::ffi::{CStr, c_char, c_void};

use crate::status::{Error, Result, ensure};

/// A pointer to something that the library reads.
#[derive(Debug)]
#[repr(transparent)]
pub(crate) struct In<T>(*const T);

impl<T> Clone for In<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for In<T> {}

impl<T> In<T> {
    pub(crate) fn is_null(self) -> bool {
        self.0.is_null()
    }

    pub(crate) fn address(self) -> usize {
        self.0.addr()
    }

    /// What it points to, if it is not null.
    pub(crate) fn get<'a>(self) -> Option<&'a T> {
        // SAFETY: the caller promised that a pointer that is not null is valid (see the module).
        unsafe { self.0.as_ref() }
    }

    /// What it points to; null is an error.
    pub(crate) fn required<'a>(self) -> Result<&'a T> {
        self.get().ok_or(Error::InvalidValue)
    }

    /// `len` elements; null is an error unless there are none.
    pub(crate) fn slice<'a>(self, len: usize) -> Result<&'a [T]> {
        if len == 0 {
            return Ok(&[]);
        }
        ensure(!self.0.is_null(), Error::InvalidValue)?;
        // SAFETY: not null, and the caller promised `len` elements (see the module).
        Ok(unsafe { std::slice::from_raw_parts(self.0, len) })
    }

    /// The element after `index` others, of a list that is known to go so far.
    pub(crate) fn element<'a>(self, index: usize) -> Result<&'a T> {
        ensure(!self.0.is_null(), Error::InvalidValue)?;
        // SAFETY: not null; the caller promised a list with an end, which the elements before this one were not (see the module).
        Ok(unsafe { &*self.0.add(index) })
    }

    /// The same address as a pointer to something else.
    pub(crate) fn cast<U>(self) -> In<U> {
        In(self.0.cast())
    }
}

impl In<c_char> {
    /// A string that ends at a zero; null is an error.
    pub(crate) fn text<'a>(self) -> Result<&'a CStr> {
        ensure(!self.0.is_null(), Error::InvalidValue)?;
        // SAFETY: not null, and the caller promised a zero at the end (see the module).
        Ok(unsafe { CStr::from_ptr(self.0) })
    }

    /// The same as text that can be printed.
    pub(crate) fn string(self) -> Result<String> {
        Ok(self.text()?.to_string_lossy().into_owned())
    }
}

/// A pointer to something that the library writes, or reads and writes.
#[derive(Debug)]
#[repr(transparent)]
pub(crate) struct Out<T>(*mut T);

impl<T> Clone for Out<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Out<T> {}

impl<T> Out<T> {
    /// For an output that no one asked for.
    pub(crate) fn null() -> Self {
        Self(std::ptr::null_mut())
    }

    pub(crate) fn is_null(self) -> bool {
        self.0.is_null()
    }

    pub(crate) fn address(self) -> usize {
        self.0.addr()
    }

    /// An error if it is null.
    pub(crate) fn check(self) -> Result<()> {
        ensure(!self.0.is_null(), Error::InvalidValue)
    }

    /// Writes the value; nothing if it is null.
    pub(crate) fn set(self, value: T) {
        if !self.0.is_null() {
            // SAFETY: not null, and the caller promised room for one value, which may not be initialized (see the module).
            unsafe { self.0.write(value) };
        }
    }

    /// Writes the values one after the other; nothing if it is null.
    pub(crate) fn set_all(self, values: impl IntoIterator<Item = T>) {
        if !self.0.is_null() {
            for (index, value) in values.into_iter().enumerate() {
                // SAFETY: not null, and the caller promised room for as many as the library has (see the module).
                unsafe { self.0.add(index).write(value) };
            }
        }
    }

    /// `len` initialized elements; null is an error unless there are none.
    pub(crate) fn slice<'a>(self, len: usize) -> Result<&'a mut [T]> {
        if len == 0 {
            return Ok(&mut []);
        }
        self.check()?;
        // SAFETY: not null, and the caller promised `len` elements for the library alone (see the module).
        Ok(unsafe { std::slice::from_raw_parts_mut(self.0, len) })
    }

    /// What it points to, if it is not null.
    pub(crate) fn get<'a>(self) -> Option<&'a mut T> {
        // SAFETY: the caller promised that a pointer that is not null is valid, and the library's alone (see the module).
        unsafe { self.0.as_mut() }
    }
}

/// The user's pointer of a callback, which only travels.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub(crate) struct User(*mut c_void);

/// Memory of the application that is used after the call that passed it: lent, registered, or of a command in flight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lent {
    start: *mut u8,
    len: usize,
}

impl Lent {
    /// Memory that commands read.
    pub(crate) fn read<T>(memory: In<T>, len: usize) -> Result<Self> {
        ensure(!memory.0.is_null() && len != 0, Error::InvalidValue)?;
        Ok(Self { start: memory.0.cast_mut().cast(), len })
    }

    /// Memory that commands write.
    pub(crate) fn write<T>(memory: Out<T>, len: usize) -> Result<Self> {
        ensure(!memory.0.is_null() && len != 0, Error::InvalidValue)?;
        Ok(Self { start: memory.0.cast(), len })
    }

    /// A part of it, for a copy from the device. The caller stays within its length.
    pub(crate) fn store(self, at: usize, bytes: &[u8]) {
        assert!(
            at.checked_add(bytes.len()).is_some_and(|end| end <= self.len),
            "a command's memory was checked"
        );
        // SAFETY: within the memory that the application promised for writing until now (see the module); as it may be
        // uninitialized, no reference to it is made. `bytes` is the library's own memory.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.start.add(at), bytes.len()) };
    }

    /// A part of it, for a copy to the device. The caller stays within its length.
    pub(crate) fn load(self, at: usize, bytes: &mut [u8]) {
        assert!(
            at.checked_add(bytes.len()).is_some_and(|end| end <= self.len),
            "a command's memory was checked"
        );
        // SAFETY: within the memory that the application promised for reading until now (see the module).
        unsafe { std::ptr::copy_nonoverlapping(self.start.add(at), bytes.as_mut_ptr(), bytes.len()) };
    }

    /// Writes `value` to each byte.
    pub(crate) fn fill(self, value: u8) {
        // SAFETY: it is the memory that the application promised for writing until now (see the module).
        unsafe { self.start.write_bytes(value, self.len) };
    }

    /// The sum of its bytes.
    pub(crate) fn sum(self) -> u64 {
        // SAFETY: it is the memory that the application promised for reading, and not to change, until now (see the module).
        let bytes = unsafe { std::slice::from_raw_parts(self.start, self.len) };
        bytes.iter().map(|&byte| u64::from(byte)).sum()
    }
}

// SAFETY: the address of memory, whose use from the library's threads the header announces. What it allows is said at each use.
unsafe impl Send for Lent {}
// SAFETY: as above.
unsafe impl Sync for Lent {}
// SAFETY: never dereferenced; the header says that callbacks come from the library's threads, and with them this pointer.
unsafe impl Send for User {}
// SAFETY: as above.
unsafe impl Sync for User {}
