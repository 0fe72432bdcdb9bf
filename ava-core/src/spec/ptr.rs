//! [`Ptr`]: a pointer parameter as an expression of a specification sees it.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, Index};

thread_local! {
    static FAULT: Cell<bool> = const { Cell::new(false) };
}

/// Whether an expression on this thread read outside a pointer's target since the last call of this function.
///
/// The server asks before it calls the vendor, and refuses the command if so.
pub fn take_fault() -> bool {
    FAULT.with(|f| f.replace(false))
}

/// What a read outside the target sees instead: zeros. Large and aligned enough for every type in a C header that an
/// expression could name.
#[repr(C, align(64))]
struct Zeros([u8; 4096]);
static ZEROS: Zeros = Zeros([0; 4096]);

/// A pointer parameter with the bounds that are known of its target.
///
/// In the guest the application vouches for the target, as it does natively, and there are no bounds. In the server the
/// target is a private copy, and a read outside it yields zeros and marks the command as faulty (see [`take_fault`]): an
/// expression never panics and never reads what is not there.
pub struct Ptr<'a, T> {
    ptr: *const T,
    len: usize,
    _target: PhantomData<&'a T>,
}

impl<T> Clone for Ptr<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Ptr<'_, T> {}

impl<'a, T: Copy> Ptr<'a, T> {
    /// A pointer to `len` elements; `usize::MAX` if the application vouches for it.
    ///
    /// # Safety
    /// `ptr` is null, or valid for reads of every element that is read through the result for the lifetime `'a`: of `len`
    /// elements, or, with `usize::MAX`, of those that the API's contract makes the caller provide. `T` is valid for every
    /// bit pattern, also all zeros, and at most 4096 bytes large.
    pub unsafe fn new(ptr: *const T, len: usize) -> Self {
        Self { ptr, len, _target: PhantomData }
    }

    /// The same target, as elements of another type; 4096 bytes at most are one element.
    pub fn of<U: Copy>(self) -> Ptr<'a, U> {
        let len = match self.len {
            usize::MAX => usize::MAX,
            len => len.saturating_mul(size_of::<T>()) / size_of::<U>().max(1),
        };
        Ptr { ptr: self.ptr.cast(), len, _target: PhantomData }
    }

    /// Whether the parameter is the null pointer.
    pub fn is_null(self) -> bool {
        self.ptr.is_null()
    }

    /// The address itself.
    pub fn as_ptr(self) -> *const T {
        self.ptr
    }

    /// Element `index`, or zeros if it is outside the target.
    pub fn at(self, index: usize) -> T {
        *self.get(index)
    }

    /// How many elements precede the first for which `end` holds (the terminator of a list); 0 for the null pointer.
    pub fn count_until(self, mut end: impl FnMut(T) -> bool) -> usize {
        if self.is_null() {
            return 0;
        }
        let mut n = 0;
        while n < self.len && !end(self.at(n)) {
            n += 1;
        }
        if n == self.len {
            FAULT.with(|f| f.set(true));
        }
        n
    }

    fn get(self, index: usize) -> &'a T {
        const { assert!(size_of::<T>() <= 4096 && align_of::<T>() <= 64) };
        if self.ptr.is_null() || index >= self.len {
            FAULT.with(|f| f.set(true));
            // SAFETY: ZEROS is large and aligned enough (asserted above), never written, and `T` may be all zeros by
            // the contract of `new`.
            return unsafe { &*(&raw const ZEROS).cast::<T>() };
        }
        // SAFETY: `index < len`, and `new` was promised that many readable elements for `'a`.
        unsafe { &*self.ptr.add(index) }
    }
}

impl<T: Copy> Deref for Ptr<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        (*self).get(0)
    }
}

impl<T: Copy> Index<usize> for Ptr<'_, T> {
    type Output = T;
    fn index(&self, index: usize) -> &T {
        (*self).get(index)
    }
}

impl<T> fmt::Debug for Ptr<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ptr({:p}, {})", self.ptr, self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_outside_the_target_is_zero_and_marks_the_command() {
        let data = [1u32, 2];
        // SAFETY: two elements are readable.
        let p = unsafe { Ptr::new(data.as_ptr(), 2) };
        assert_eq!((*p, p[1], p.at(1)), (1, 2, 2));
        assert!(!take_fault());
        assert_eq!(p[2], 0);
        assert!(take_fault());
        assert!(!take_fault(), "asking clears the mark");
    }

    #[test]
    fn a_list_without_its_terminator_marks_the_command() {
        let data = [5u64, 0, 7];
        // SAFETY: three elements are readable.
        let p = unsafe { Ptr::new(data.as_ptr(), 3) };
        assert_eq!(p.count_until(|x| x == 0), 1);
        assert!(!take_fault());
        assert_eq!(p.count_until(|x| x == 9), 3);
        assert!(take_fault());
    }

    #[test]
    fn null_reads_as_zero() {
        // SAFETY: null is allowed.
        let p = unsafe { Ptr::<u16>::new(std::ptr::null(), 4) };
        assert!(p.is_null());
        assert_eq!(*p, 0);
        assert!(take_fault());
    }
}
