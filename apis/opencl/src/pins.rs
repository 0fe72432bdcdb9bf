//! The API server's side of buffers that are stored in memory shared with the guest, see `storage`.
//!
//! The vendor gets the shared memory as the buffer's host memory (`CL_MEM_USE_HOST_PTR`), if all devices of the context are CPUs: others
//! would reach across a bus for every access of a kernel. While the guest uses it, the buffer is mapped, which the API guarantees to
//! show the device's results in that very memory.

use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::ffi::*;
use crate::opencl::server::Vendor;

#[derive(Default)]
struct Pins {
    /// Where the buffers that are stored in shared memory begin, by the vendor's handle.
    stored: HashMap<usize, usize>,
    /// What is pinned, by buffer and the guest's number. An entry owns a reference of its buffer.
    pinned: HashMap<(usize, u64), usize>,
    /// The guest's names of storage that no buffer uses any more.
    gone: Vec<u64>,
}

static PINS: Mutex<Option<Pins>> = Mutex::new(None);

/// The table while it is locked.
struct Table(MutexGuard<'static, Option<Pins>>);

impl Table {
    fn lock() -> Self {
        Self(PINS.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn pins(&mut self) -> &mut Pins {
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
    table.pins().stored.remove(&buffer);
    table.pins().gone.push(name);
}

/// Puts names of storage that is free again into `list`, as many as there is room for; how many.
///
/// # Safety
/// `room` names are writable at `list`, or it is null.
pub(crate) unsafe fn take_gone(list: *mut u64, room: usize) -> usize {
    let mut table = Table::lock();
    let gone = &mut table.pins().gone;
    let count = if list.is_null() { 0 } else { gone.len().min(room) };
    for (n, name) in gone.drain(..count).enumerate() {
        // SAFETY: promised by the caller.
        unsafe { list.add(n).write(name) };
    }
    count
}

/// Whether all devices of `context` work on the host's memory.
///
/// # Safety
/// A live context, or null.
unsafe fn is_on_cpus(vendor: &Vendor, context: cl_context) -> bool {
    let mut devices: [cl_device_id; 64] = [ptr::null_mut(); 64];
    let mut len = 0;
    let is_cpu = |device: cl_device_id| {
        let mut kind: cl_device_type = 0;
        let room = size_of_val(&kind);
        // SAFETY: the vendor just named the device; there is room for its type.
        let status = unsafe {
            vendor.clGetDeviceInfo(device, CL_DEVICE_TYPE, room, (&raw mut kind).cast(), ptr::null_mut())
        };
        status == CL_SUCCESS && kind & CL_DEVICE_TYPE_CPU != 0
    };
    // SAFETY: there is room for 64 devices; the vendor refuses if there are more.
    let status = unsafe {
        let list = devices.as_mut_ptr().cast();
        vendor.clGetContextInfo(context, CL_CONTEXT_DEVICES, size_of_val(&devices), list, &mut len)
    };
    let count = len / size_of::<cl_device_id>();
    status == CL_SUCCESS && count != 0 && devices.iter().take(count).all(|device| is_cpu(*device))
}

/// What the vendor says of the flags of a buffer that was made without any: some name the default, and some do not.
///
/// # Safety
/// A live context.
unsafe fn default_flags(vendor: &Vendor, context: cl_context) -> Option<cl_mem_flags> {
    let (mut status, mut flags) = (CL_SUCCESS, 0);
    // SAFETY: promised by the caller; the buffer lives for the query, which has room for its answer.
    unsafe {
        let buffer = vendor.clCreateBuffer(context, 0, 1, ptr::null_mut(), &mut status);
        if status != CL_SUCCESS {
            return None;
        }
        let (room, value) = (size_of_val(&flags), (&raw mut flags).cast());
        status = vendor.clGetMemObjectInfo(buffer, CL_MEM_FLAGS, room, value, ptr::null_mut());
        vendor.clReleaseMemObject(buffer);
    }
    (status == CL_SUCCESS).then_some(flags)
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
        if !is_on_cpus(vendor, context) {
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
    Table::lock().pins().stored.insert(buffer as usize, storage as usize);
    let farewell = Box::into_raw(Box::new(Farewell { buffer: buffer as usize, name }));
    // SAFETY: the buffer is alive; the function takes what it is given.
    if unsafe { vendor.clSetMemObjectDestructorCallback(buffer, Some(gone), farewell.cast()) } == CL_SUCCESS {
        return Some(buffer);
    }
    // Without it nobody would know when the memory is free again.
    Table::lock().pins().stored.remove(&(buffer as usize));
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
unsafe fn storage_of(vendor: &Vendor, buffer: cl_mem) -> Option<usize> {
    if let Some(base) = Table::lock().pins().stored.get(&(buffer as usize)) {
        return Some(*base);
    }
    let (mut whole, mut origin): (cl_mem, usize) = (ptr::null_mut(), 0);
    // SAFETY: promised by the caller; there is room for both answers.
    let found = unsafe {
        vendor.clGetMemObjectInfo(
            buffer,
            CL_MEM_ASSOCIATED_MEMOBJECT,
            size_of_val(&whole),
            (&raw mut whole).cast(),
            ptr::null_mut(),
        ) == CL_SUCCESS
            && vendor.clGetMemObjectInfo(
                buffer,
                CL_MEM_OFFSET,
                size_of_val(&origin),
                (&raw mut origin).cast(),
                ptr::null_mut(),
            ) == CL_SUCCESS
    };
    let base = Table::lock().pins().stored.get(&(whole as usize)).copied();
    base.filter(|_| found).and_then(|base| base.checked_add(origin))
}

/// Maps a buffer that is stored in shared memory, so that the guest may use it there.
///
/// # Safety
/// As `clEnqueueMapBuffer` demands.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn pin(
    vendor: &Vendor,
    command_queue: cl_command_queue,
    buffer: cl_mem,
    blocking: cl_bool,
    map_flags: cl_map_flags,
    offset: usize,
    size: usize,
    number: u64,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    // SAFETY: promised by the caller.
    let storage = unsafe { storage_of(vendor, buffer) };
    let key = (buffer as usize, number);
    let Some(storage) = storage.filter(|_| !Table::lock().pins().pinned.contains_key(&key)) else {
        // Our guest library knows where its buffers are, and numbers what it pins.
        return CL_INVALID_VALUE;
    };
    let mut status = CL_SUCCESS;
    // SAFETY: promised by the caller.
    let address = unsafe {
        vendor.clEnqueueMapBuffer(
            command_queue,
            buffer,
            blocking,
            map_flags,
            offset,
            size,
            num_events_in_wait_list,
            event_wait_list,
            event,
            &mut status,
        )
    };
    if status != CL_SUCCESS {
        return status;
    }
    if address as usize != storage.wrapping_add(offset) {
        // The API says where a buffer over host memory is mapped. A vendor that does otherwise has not shown its contents to the guest.
        // SAFETY: what was just mapped.
        unsafe {
            vendor.clEnqueueUnmapMemObject(command_queue, buffer, address, 0, ptr::null(), ptr::null_mut())
        };
        return CL_MAP_FAILURE;
    }
    // SAFETY: the buffer is alive, as it was just mapped.
    unsafe { vendor.clRetainMemObject(buffer) };
    Table::lock().pins().pinned.insert(key, address as usize);
    CL_SUCCESS
}

/// Unmaps what [`pin`] mapped.
///
/// # Safety
/// As `clEnqueueUnmapMemObject` demands.
pub(crate) unsafe fn unpin(
    vendor: &Vendor,
    command_queue: cl_command_queue,
    buffer: cl_mem,
    number: u64,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    let key = (buffer as usize, number);
    let Some(address) = Table::lock().pins().pinned.remove(&key) else { return CL_INVALID_VALUE };
    // SAFETY: promised by the caller; the vendor mapped this address.
    let status = unsafe {
        vendor.clEnqueueUnmapMemObject(
            command_queue,
            buffer,
            address as *mut c_void,
            num_events_in_wait_list,
            event_wait_list,
            event,
        )
    };
    if status != CL_SUCCESS {
        Table::lock().pins().pinned.insert(key, address);
        return status;
    }
    // SAFETY: the entry, which is gone, owned this reference.
    unsafe { vendor.clReleaseMemObject(buffer) };
    CL_SUCCESS
}
