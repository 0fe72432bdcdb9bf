//! The application's memory: lent to a stream, registered, tagged, or allocated here for both sides.

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::ptr;
use std::sync::Mutex;

use crate::handles::Handle;
use crate::raw::{In, Lent, Out};
use crate::status::{Error, Result, Status, call, call_or, ensure, lock};
use crate::stream::Stream;

symbols! {
    "DEMO_1.0":
        dmAttach dmRegisterMemory dmUnregisterMemory dmSumRegistered dmTag dmTagOf dmAllocHost dmFreeHost
        dmRegisterHost dmUnregisterHost
}

#[unsafe(no_mangle)]
extern "C" fn dmAttach(stream: Handle<Stream>, data: In<c_void>, size: usize) -> Status {
    call(|| {
        stream.get()?.attach(Lent::read(data, size)?);
        Ok(())
    })
}

/// Registered memory, by its address.
static REGISTERED: Mutex<BTreeMap<usize, Lent>> = Mutex::new(BTreeMap::new());

#[unsafe(no_mangle)]
extern "C" fn dmRegisterMemory(memory: In<c_void>, size: usize) -> Status {
    call(|| {
        let lent = Lent::read(memory, size)?;
        let mut registered = lock(&REGISTERED);
        ensure(!registered.contains_key(&memory.address()), Error::Busy)?;
        registered.insert(memory.address(), lent);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmUnregisterMemory(memory: In<c_void>) -> Status {
    call(|| {
        ensure(!memory.is_null(), Error::InvalidValue)?;
        lock(&REGISTERED).remove(&memory.address()).map(|_| ()).ok_or(Error::NotFound)
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmSumRegistered(memory: In<c_void>, sum: Out<u64>) -> Status {
    call(|| {
        ensure(!memory.is_null(), Error::InvalidValue)?;
        let registered = lock(&REGISTERED);
        let lent = registered.get(&memory.address()).ok_or(Error::NotFound)?;
        sum.check()?;
        sum.set(lent.sum());
        Ok(())
    })
}

/// Tags, by address.
static TAGS: Mutex<BTreeMap<usize, u32>> = Mutex::new(BTreeMap::new());

#[unsafe(no_mangle)]
extern "C" fn dmTag(address: In<c_void>, tag: u32) -> Status {
    call(|| {
        ensure(!address.is_null(), Error::InvalidValue)?;
        if tag == 0 {
            lock(&TAGS).remove(&address.address());
        } else {
            lock(&TAGS).insert(address.address(), tag);
        }
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmTagOf(address: In<c_void>, tag: Out<u32>) -> Status {
    call(|| {
        ensure(!address.is_null(), Error::InvalidValue)?;
        tag.check()?;
        tag.set(*lock(&TAGS).get(&address.address()).ok_or(Error::NotFound)?);
        Ok(())
    })
}

/// The largest allocation of `dmAllocHost`.
const HOST_MAX: usize = 64 << 20;

/// What host memory is made of, so that it is aligned for everything.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Line(#[expect(dead_code, reason = "the application's to read")] [u8; 64]);

/// A piece of host memory: what it is made of, and its size in bytes.
type Piece = (Option<Vec<Line>>, usize);

/// Host memory, by its address; without lines if it is the application's own. Only its address and size are used here: its contents
/// belong to the application and to commands.
static HOST: Mutex<BTreeMap<usize, Piece>> = Mutex::new(BTreeMap::new());

/// An error unless `n` bytes from `address` on are in one allocation.
pub(crate) fn check_host(address: usize, n: usize) -> Result<()> {
    let host = lock(&HOST);
    let (start, (_, size)) = host.range(..=address).next_back().ok_or(Error::NotFound)?;
    let fits = (address - start).checked_add(n).is_some_and(|end| end <= *size);
    ensure(fits, Error::NotFound)
}

#[unsafe(no_mangle)]
extern "C" fn dmAllocHost(size: usize) -> *mut c_void {
    call_or(ptr::null_mut(), || {
        ensure(size != 0, Error::InvalidValue)?;
        ensure(size <= HOST_MAX, Error::OutOfMemory)?;
        let mut lines = vec![Line([0; 64]); size.div_ceil(64)];
        let memory = lines.as_mut_ptr();
        lock(&HOST).insert(memory.addr(), (Some(lines), size));
        Ok(memory.cast())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmFreeHost(memory: In<c_void>) -> Status {
    call(|| {
        ensure(!memory.is_null(), Error::InvalidValue)?;
        free_host(memory.address(), true)
    })
}

/// Forgets host memory, if it was made as `allocated` says.
fn free_host(address: usize, allocated: bool) -> Result<()> {
    let mut host = lock(&HOST);
    let (lines, _) = host.get(&address).ok_or(Error::NotFound)?;
    ensure(lines.is_some() == allocated, Error::NotFound)?;
    host.remove(&address);
    Ok(())
}

#[unsafe(no_mangle)]
extern "C" fn dmRegisterHost(memory: In<c_void>, size: usize) -> Status {
    call(|| {
        ensure(!memory.is_null() && size != 0, Error::InvalidValue)?;
        ensure(size <= HOST_MAX, Error::OutOfMemory)?;
        let mut host = lock(&HOST);
        let end = memory.address().saturating_add(size);
        let overlaps = host.range(..end).next_back().is_some_and(|(at, (_, n))| at + n > memory.address());
        ensure(!overlaps, Error::Busy)?;
        host.insert(memory.address(), (None, size));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmUnregisterHost(memory: In<c_void>) -> Status {
    call(|| {
        ensure(!memory.is_null(), Error::InvalidValue)?;
        free_host(memory.address(), false)
    })
}
