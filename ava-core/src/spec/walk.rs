//! Walking structured data: structs with pointers, lists of pointers, strings in them, and so on inwards.
//!
//! For every parameter that is more than a flat buffer, `ava_api!` emits one function that presents what is behind it to a
//! [`Walker`], site by site, always in the same order. Everything else is walkers: the guest's encoder and receiver, the
//! server's decoder and sender, and the printer of traces. So size, bytes, checks and text cannot disagree about the data's shape.

use std::ffi::c_void;
use std::marker::PhantomData;

use super::{Layout, Look, Opts, Ptr};

/// Deepest nesting of pointers: longer chains would not fit on a thread's stack.
pub const MAX_DEPTH: usize = 256;

/// Who reads and writes a buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// The vendor reads it.
    In,
    /// The vendor writes it.
    Out,
    /// Both.
    Inout,
}

/// How long a pointer's target is used (paper Table 2: `lifetime`, extended).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lifetime {
    /// During the call.
    Call,
    /// Until a call with `frees` on the same address.
    Manual,
    /// For ever.
    Static,
    /// As long as this object lives.
    Until(u64),
}

/// How the end of a pointer's target is found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Extent {
    /// It is so large.
    Layout(Layout),
    /// It is one element of so many bytes, which may be more than [`Target::size`].
    One(usize),
    /// It ends with its only element of zeros, which is part of it. Strings are of this kind.
    Terminated,
    /// It is what was given earlier, under `lifetime = Manual`, at the same address.
    Kept,
}

/// What a pointer points to.
pub struct Target<'a> {
    /// Who reads and writes it.
    pub direction: Direction,
    /// Where it ends; asked only if the pointer is not null. Gets as much of the target itself as is there: all of it, in the guest
    /// and in the vendor's memory.
    pub extent: &'a dyn Fn(Ptr<'_, u8>) -> Extent,
    /// What the specification says of its length, as the author wrote it: `len = this.count`.
    pub length: &'static str,
    /// Size of an element in bytes.
    pub size: usize,
    /// It is one element, which may be larger than its type says.
    pub single: bool,
    /// How an element is shown.
    pub look: Look,
    /// Presents what is inside the element at this address, of this index; `None` if elements are plain bytes.
    pub inner: Option<&'a Inner<'a>>,
    /// It is the library's memory: the vendor sets the pointer.
    pub library: bool,
    /// How long it is used.
    pub lifetime: Lifetime,
    /// The contents do not travel: the vendor gets room of this size.
    pub no_copy: bool,
    /// After this call, nobody uses it any more.
    pub frees: bool,
    /// How it travels.
    pub opts: Opts,
    /// How many bytes of it the vendor wrote; gets the struct that the pointer stands in, as the vendor left it.
    pub filled: Option<&'a dyn Fn(*const u8) -> usize>,
}

impl Target<'_> {
    /// From one element to the next, of `len` bytes in all.
    pub fn step(&self, len: usize) -> usize {
        if self.single { len.max(1) } else { self.size.max(1) }
    }
}

/// Presents the insides of an element.
pub type Inner<'a> = dyn Fn(*mut u8, usize, &mut dyn Walker) -> Result<(), Stop> + 'a;

/// Presents what is behind a parameter.
pub type Walk<'a> = dyn Fn(&mut dyn Walker) -> Result<(), Stop> + 'a;

/// The walk ends; the walker knows why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop;

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
pub struct Site {
    /// Its name, for people.
    pub name: &'static str,
    /// Its address in the struct that is walked.
    pub at: *mut u8,
}

/// For how long the vendor may call a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallbackLife {
    /// Until the function that it was passed to returns.
    Call,
    /// Until it ran.
    Once,
    /// As long as the session.
    Kept,
}

/// A pointer to a function of the application's.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Where the pointer is.
    pub site: Site,
    /// Number of its type among the specification's types of callbacks.
    pub callback: u16,
}

/// Functions in a struct that share their user data.
#[derive(Debug)]
pub struct Functions<'a> {
    /// Each at its own place in the list; `None` for one that the struct does not have now.
    pub all: &'a [Option<Function>],
    /// What they get back; `None` if their type, of which there is one, gets nothing.
    pub userdata: Option<Site>,
    /// For how long they are called.
    pub lifetime: CallbackLife,
}

impl Functions<'_> {
    /// The places of the functions that are there, and of their user data if there is one.
    pub fn sites(&self) -> impl Iterator<Item = Site> {
        let there = self.all.iter().flatten().map(|function| function.site);
        let any = self.all.iter().any(Option::is_some);
        there.chain(self.userdata.filter(|_| any))
    }
}

/// What is done at each site of a walk.
pub trait Walker {
    /// A pointer.
    ///
    /// # Errors
    /// The walk cannot go on.
    fn pointer(&mut self, site: Site, target: &Target<'_>) -> Result<(), Stop>;

    /// A handle of `kind`; `invalid` is the status for one that is not live, if not the kind's own.
    ///
    /// # Errors
    /// The handle is invalid.
    fn handle(&mut self, site: Site, kind: u8, invalid: Option<i64>) -> Result<(), Stop>;

    /// `size` bytes that each side keeps to itself.
    ///
    /// # Errors
    /// The walk cannot go on.
    fn private(&mut self, site: Site, size: usize) -> Result<(), Stop>;

    /// How many bytes there are from `at` to the end of the element that is walked.
    fn room(&self, at: *const u8) -> usize;

    /// Callbacks.
    ///
    /// # Errors
    /// They cannot be made.
    fn callbacks(&mut self, functions: &Functions<'_>) -> Result<(), Stop>;
}

/// A struct whose insides a specification describes by `#[structure(..)] type T;`.
pub trait Structure {
    /// Presents every described field of `this`.
    ///
    /// # Errors
    /// Those of the walker.
    ///
    /// # Safety
    /// `this` points to a `Self` that is valid for reads.
    unsafe fn walk(this: *mut Self, walker: &mut dyn Walker) -> Result<(), Stop>;

    /// The size of the larger struct that `this` begins, if its own contents say that it does.
    fn size(this: Ptr<'_, Self>) -> usize
    where
        Self: Copy,
    {
        let _ = this;
        size_of::<Self>()
    }
}

/// Finds out, where a pointer's type is known to rustc alone, what is inside its target. Method lookup prefers [`ViaStructure`].
#[derive(Debug)]
pub struct Probe<T>(PhantomData<*const T>);

/// What is inside an element.
#[derive(Debug, Clone, Copy)]
pub struct Structured {
    /// Presents it; the address is that of such an element.
    pub walk: unsafe fn(*mut u8, &mut dyn Walker) -> Result<(), Stop>,
    /// How large it is.
    pub size: fn(Ptr<'_, u8>) -> usize,
}

/// What is inside an element; `None` if it is plain data.
pub type Insides = Option<Structured>;

/// See [`Probe`].
pub trait ViaStructure {
    /// The insides of the target.
    fn insides(&self) -> Insides;

    /// The insides of a larger struct than its pointer says.
    fn variant(&self) -> Insides {
        self.insides()
    }
}

impl<T: Structure + Copy> ViaStructure for Probe<T> {
    fn insides(&self) -> Insides {
        unsafe fn walk<T: Structure>(at: *mut u8, walker: &mut dyn Walker) -> Result<(), Stop> {
            // SAFETY: by the caller's promise, `at` is a `T`.
            unsafe { T::walk(at.cast(), walker) }
        }
        fn size<T: Structure + Copy>(own: Ptr<'_, u8>) -> usize {
            T::size(own.of())
        }
        Some(Structured { walk: walk::<T>, size: size::<T> })
    }
}

/// See [`Probe`].
pub trait ViaPlain<T> {
    /// Nothing is inside.
    fn insides(&self) -> Insides
    where
        T: PlainData;
}

/// See [`Probe`].
pub trait ViaVariant {
    /// Nothing is inside but what the beginning has, which is described with that.
    fn variant(&self) -> Insides;
}

impl<T> ViaVariant for &Probe<T> {
    fn variant(&self) -> Insides {
        None
    }
}

impl<T> ViaPlain<T> for &Probe<T> {
    fn insides(&self) -> Insides
    where
        T: PlainData,
    {
        None
    }
}

/// Data that means the same in another process: no pointers inside.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has pointers inside, which mean nothing in another process",
    label = "say what they point to: `#[structure(field(NAME, input(..)), ..)] type {Self};`, or `element(..)` for a list of pointers"
)]
pub trait PlainData {}
#[diagnostic::do_not_recommend]
// Raw pointers are the one thing in C data that is not `Send`.
impl<T: Send> PlainData for T {}

impl<T: Structure, const N: usize> Structure for [T; N] {
    unsafe fn walk(this: *mut Self, walker: &mut dyn Walker) -> Result<(), Stop> {
        // SAFETY: each of the elements is a `T`, by the caller's promise.
        (0..N).try_for_each(|n| unsafe { T::walk(this.cast::<T>().add(n), walker) })
    }
}

/// Fails to compile if the target of a pointer of this type has pointers inside.
pub const fn assert_plain<T: PlainData>() {}

/// The pointer at `at`.
///
/// # Safety
/// A pointer can be read there.
pub unsafe fn read_pointer(at: *const u8) -> *mut u8 {
    // SAFETY: by the caller's promise. Structs may be packed.
    unsafe { at.cast::<*mut c_void>().read_unaligned() }.cast()
}

/// How many bytes the elements of `size` bytes at `ptr` take, up to and with the first that is all zeros.
///
/// # Safety
/// There is one, and everything up to it is readable.
pub unsafe fn terminated_len(ptr: *const u8, size: usize) -> usize {
    let size = size.max(1);
    let mut len = 0;
    loop {
        // SAFETY: no element of zeros was passed yet, so this one is readable.
        let element = unsafe { std::slice::from_raw_parts(ptr.add(len), size) };
        len += size;
        if element.iter().all(|byte| *byte == 0) {
            return len;
        }
    }
}

/// A C pointer.
pub trait Pointer: Copy {
    /// What it points to.
    type Target;
}
impl<T> Pointer for *const T {
    type Target = T;
}
impl<T> Pointer for *mut T {
    type Target = T;
}

/// The size of what the pointer at a place points to.
pub const fn size_behind<P: Pointer>(_: *mut P) -> usize {
    size_of::<P::Target>()
}

/// Whether what the pointer at a place points to has a size of its own, as `c_void` has not.
pub fn is_sized<P: Pointer>(_: *mut P) -> bool
where
    P::Target: 'static,
{
    std::any::TypeId::of::<P::Target>() != std::any::TypeId::of::<c_void>()
}

/// `at`, as what the pointer at a place points to.
pub const fn behind<P: Pointer>(_: *mut P, at: *mut u8) -> *mut P::Target {
    at.cast()
}

/// `at`, as a pointer of the type of another.
pub const fn like<T>(_: *mut T, at: *const u8) -> *const T {
    at.cast()
}

/// The size of what is at a place.
pub const fn size_at<T>(_: *mut T) -> usize {
    size_of::<T>()
}

/// A probe for what the pointer at a place points to.
pub const fn probe<P: Pointer>(_: *mut P) -> Probe<P::Target> {
    Probe(PhantomData)
}

/// Presents the struct at `this`.
///
/// # Errors
/// Those of the walker.
///
/// # Safety
/// `this` points to a `T` that is valid for reads.
pub unsafe fn walk_structure<T: Structure>(this: *mut T, walker: &mut dyn Walker) -> Result<(), Stop> {
    // SAFETY: by the caller's promise.
    unsafe { T::walk(this, walker) }
}

/// Fails to compile if what is at a place is not as large as a pointer, which the vendor gets there.
pub const fn assert_userdata<T>(_: *mut T) {
    const { assert!(size_of::<T>() == 8, "the user data of callbacks inside a structure must be 8 bytes large") };
}

/// Fails to compile if handles of kind `K` do not have the size that travels.
pub const fn assert_handle<K: super::HandleKind>() {
    const { assert!(size_of::<K::Raw>() == 8, "a handle inside a structure must be 8 bytes large") };
}
