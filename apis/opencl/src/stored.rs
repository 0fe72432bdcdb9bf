//! The API server's side of buffers that are stored in memory shared with the guest, see `storage`.
//!
//! The vendor gets the shared memory as the buffer's host memory (`CL_MEM_USE_HOST_PTR`), if all devices of the context are CPUs: others
//! would reach across a bus for every access of a kernel. While the guest uses it the buffer is mapped, see `mapped`, which the API guarantees to
//! show the device's results in that very memory.

use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::devices;
use crate::ffi::*;
use crate::opencl::server::Vendor;
use crate::remote::ask;

#[derive(Default)]
struct State {
    /// Where the buffers that are stored in shared memory begin, by the vendor's handle.
    stored: HashMap<usize, usize>,
    /// The guest's names of storage that no buffer uses any more.
    gone: Vec<u64>,
}

static STATE: Mutex<Option<State>> = Mutex::new(None);

/// The table while it is locked.
struct Table(MutexGuard<'static, Option<State>>);

impl Table {
    fn lock() -> Self {
        Self(STATE.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn state(&mut self) -> &mut State {
        self.0.get_or_insert_default()
    }
}

/// What the vendor tells when a buffer is gone.
struct Farewell {
    buffer: usize,
    name: u64,
}

/// The buffer's memory is not used any more.
unsafe extern "C" fn gone(_buffer: cl_mem, farewell: *mut c_void) {
    // SAFETY: it was boxed for this one call.
    let Farewell { buffer, name } = *unsafe { Box::from_raw(farewell.cast::<Farewell>()) };
    let mut table = Table::lock();
    table.state().stored.remove(&buffer);
    table.state().gone.push(name);
}

/// Puts names of storage that is free again into `list`, as many as there is room for; how many.
///
/// # Safety
/// `room` names are writable at `list`, or it is null.
pub(crate) unsafe fn take_gone(list: *mut u64, room: usize) -> usize {
    let mut table = Table::lock();
    let gone = &mut table.state().gone;
    let count = if list.is_null() { 0 } else { gone.len().min(room) };
    for (n, name) in gone.drain(..count).enumerate() {
        // SAFETY: promised by the caller.
        unsafe { list.add(n).write(name) };
    }
    count
}

/// What the vendor says of the flags of a buffer that was made without any: some name the default, and some do not.
///
/// # Safety
/// A live context.
unsafe fn default_flags(vendor: &Vendor, context: cl_context) -> Option<cl_mem_flags> {
    let mut status = CL_SUCCESS;
    // SAFETY: promised by the caller; the buffer lives for the query.
    unsafe {
        let buffer = vendor.clCreateBuffer(context, 0, 1, ptr::null_mut(), &mut status);
        if status != CL_SUCCESS {
            return None;
        }
        let flags = ask(|len, value, ret| vendor.clGetMemObjectInfo(buffer, CL_MEM_FLAGS, len, value, ret));
        vendor.clReleaseMemObject(buffer);
        flags
    }
}

/// A buffer that is stored at `storage`, which the guest calls `name`; `None` if that is not possible here, or the vendor refuses.
///
/// # Safety
/// `size` bytes at `storage` are shared with the guest, and stay mapped. The rest is as `clCreateBuffer` demands.
pub(crate) unsafe fn create(
    vendor: &Vendor,
    context: cl_context,
    flags: cl_mem_flags,
    size: usize,
    (storage, name): (*mut c_void, u64),
) -> Option<cl_mem> {
    // SAFETY: promised by the caller.
    let defaults = unsafe {
        if !devices::is_on_cpus(vendor, context) {
            return None;
        }
        if flags == 0 { default_flags(vendor, context)? } else { flags }
    };
    let flags = defaults & !(CL_MEM_COPY_HOST_PTR | CL_MEM_ALLOC_HOST_PTR) | CL_MEM_USE_HOST_PTR;
    let mut status = CL_SUCCESS;
    // SAFETY: promised by the caller.
    let buffer = unsafe { vendor.clCreateBuffer(context, flags, size, storage, &mut status) };
    if status != CL_SUCCESS || buffer.is_null() {
        return None;
    }
    Table::lock().state().stored.insert(buffer as usize, storage as usize);
    let farewell = Box::into_raw(Box::new(Farewell { buffer: buffer as usize, name }));
    // SAFETY: the buffer is alive; the function takes what it is given.
    if unsafe { vendor.clSetMemObjectDestructorCallback(buffer, Some(gone), farewell.cast()) } == CL_SUCCESS {
        return Some(buffer);
    }
    // Without it nobody would know when the memory is free again.
    Table::lock().state().stored.remove(&(buffer as usize));
    // SAFETY: the callback was not taken, and the buffer is nobody else's.
    unsafe {
        drop(Box::from_raw(farewell));
        vendor.clReleaseMemObject(buffer);
    }
    None
}

/// Where `buffer`, or the part of a buffer that it is, is stored in shared memory.
///
/// # Safety
/// A live buffer.
pub(crate) unsafe fn storage_of(vendor: &Vendor, buffer: cl_mem) -> Option<usize> {
    if let Some(base) = Table::lock().state().stored.get(&(buffer as usize)) {
        return Some(*base);
    }
    let about = |what| {
        // SAFETY: promised by the caller.
        unsafe { ask::<usize>(|len, value, ret| vendor.clGetMemObjectInfo(buffer, what, len, value, ret)) }
    };
    let (whole, origin) = (about(CL_MEM_ASSOCIATED_MEMOBJECT)?, about(CL_MEM_OFFSET)?);
    let base = Table::lock().state().stored.get(&whole).copied();
    base?.checked_add(origin)
}
