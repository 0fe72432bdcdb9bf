//! Objects by handle. A handle is a number and never an address, so none is used twice and no value of it can crash the library.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

use crate::status::{Error, Result, lock};

/// A type of objects that the application has handles of.
pub(crate) trait Object: Send + Sync + Sized + 'static {
    /// In the upper bits of every handle of this type.
    const KIND: usize;

    /// What a handle that is not live is.
    const INVALID: Error;

    /// The objects that live.
    fn registry() -> &'static Registry<Self>;

    /// Called after the application's last reference is gone; others may live on in commands.
    fn released(&self) {}
}

/// A handle as C sees it: `dm_stream` and the like.
#[derive(Debug)]
#[repr(transparent)]
pub(crate) struct Handle<T>(usize, PhantomData<fn() -> T>);

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<T> {}

impl<T> Handle<T> {
    pub(crate) const NULL: Self = Self(0, PhantomData);

    pub(crate) const fn from_bits(bits: usize) -> Self {
        Self(bits, PhantomData)
    }

    pub(crate) const fn bits(self) -> usize {
        self.0
    }
}

impl<T: Object> Handle<T> {
    /// The object.
    pub(crate) fn get(self) -> Result<Arc<T>> {
        lock(&T::registry().0).live.get(&self.0).map(|(object, _)| object.clone()).ok_or(T::INVALID)
    }

    /// Makes an object, whose handle has one reference. The object may want to know it.
    pub(crate) fn new(object: impl FnOnce(Self) -> T) -> (Self, Arc<T>) {
        let mut objects = lock(&T::registry().0);
        objects.made += 1;
        let handle = Self::from_bits((T::KIND << 40) + objects.made * 16);
        let object = Arc::new(object(handle));
        objects.live.insert(handle.0, (object.clone(), 1));
        (handle, object)
    }

    /// One more reference.
    pub(crate) fn retain(self) -> Result<()> {
        let mut objects = lock(&T::registry().0);
        objects.live.get_mut(&self.0).ok_or(T::INVALID)?.1 += 1;
        Ok(())
    }

    /// One reference less, and the object with the last.
    pub(crate) fn release(self) -> Result<()> {
        let mut objects = lock(&T::registry().0);
        let (_, references) = objects.live.get_mut(&self.0).ok_or(T::INVALID)?;
        *references -= 1;
        if *references > 0 {
            return Ok(());
        }
        let dead = objects.live.remove(&self.0);
        // An object's end may wait for a thread that needs other objects.
        drop(objects);
        if let Some((object, _)) = dead {
            object.released();
        }
        Ok(())
    }
}

/// The live objects of a type, with the application's references to each.
#[derive(Debug)]
pub(crate) struct Registry<T>(Mutex<Objects<T>>);

#[derive(Debug)]
struct Objects<T> {
    live: BTreeMap<usize, (Arc<T>, usize)>,
    made: usize,
}

impl<T> Registry<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Objects { live: BTreeMap::new(), made: 0 }))
    }
}

/// Makes a type of objects.
macro_rules! object {
    ($type:ty, $kind:literal, $invalid:ident $(, $released:item)?) => {
        impl $crate::handles::Object for $type {
            const KIND: usize = $kind;
            const INVALID: $crate::status::Error = $crate::status::Error::$invalid;

            fn registry() -> &'static $crate::handles::Registry<Self> {
                static REGISTRY: $crate::handles::Registry<$type> = $crate::handles::Registry::new();
                &REGISTRY
            }

            $($released)?
        }
    };
}

pub(crate) use object;
