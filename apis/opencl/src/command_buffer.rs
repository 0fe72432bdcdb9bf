//! `cl_khr_command_buffer`, as far as it is more than its description: an extension's objects are counted here, as the functions that count
//! them are no symbols, of this library or the vendor's.

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};

use crate::ffi::*;
use crate::opencl::server::Vendor;
use crate::opencl::{guest, kind};

/// A command buffer: its references, which are the guest's own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CommandBufferMeta {
    #[serde(skip)]
    more: Arc<More>,
}

/// References beyond the first.
#[derive(Debug, Default)]
struct More(AtomicU32);

fn more(command_buffer: cl_command_buffer_khr) -> Option<Arc<More>> {
    // SAFETY: the application holds a reference during the call.
    let meta = unsafe { ava_core::guest::meta_of::<kind::cl_command_buffer_khr>(command_buffer) };
    meta.map(|meta| meta.more.clone())
}

/// `clRetainCommandBufferKHR`.
///
/// # Safety
/// The C function's contract.
pub(crate) unsafe extern "C" fn retain(command_buffer: cl_command_buffer_khr) -> cl_int {
    match more(command_buffer) {
        Some(more) => {
            more.0.fetch_add(1, Ordering::Relaxed);
            CL_SUCCESS
        }
        None => CL_INVALID_COMMAND_BUFFER_KHR,
    }
}

/// `clReleaseCommandBufferKHR`.
///
/// # Safety
/// The C function's contract.
pub(crate) unsafe extern "C" fn release(command_buffer: cl_command_buffer_khr) -> cl_int {
    let Some(more) = more(command_buffer) else { return CL_INVALID_COMMAND_BUFFER_KHR };
    let less = more.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, |n| n.checked_sub(1));
    match less {
        Ok(_) => CL_SUCCESS,
        // SAFETY: it was the last reference, so nobody uses the handle any more.
        Err(_) => unsafe { guest::free_command_buffer(command_buffer) },
    }
}

/// `clGetCommandBufferInfoKHR`.
///
/// # Safety
/// The C function's contract.
pub(crate) unsafe extern "C" fn info(
    command_buffer: cl_command_buffer_khr,
    param_name: cl_command_buffer_info_khr,
    param_value_size: usize,
    param_value: *mut c_void,
    param_value_size_ret: *mut usize,
) -> cl_int {
    // SAFETY: promised by the caller.
    let status = unsafe {
        guest::command_buffer_info(
            command_buffer,
            param_name,
            param_value_size,
            param_value,
            param_value_size_ret,
        )
    };
    if param_name == CL_COMMAND_BUFFER_REFERENCE_COUNT_KHR
        && status == CL_SUCCESS
        && !param_value.is_null()
        && let Some(more) = more(command_buffer)
    {
        let count = 1 + more.0.load(Ordering::Relaxed);
        // SAFETY: the query put a `cl_uint` there, wherever it is aligned.
        unsafe { param_value.cast::<cl_uint>().write_unaligned(count) };
    }
    status
}

/// The vendor's `clReleaseCommandBufferKHR`.
///
/// # Safety
/// The vendor's object, of which this is the only reference.
pub(crate) unsafe fn release_in_server(vendor: &Vendor, command_buffer: cl_command_buffer_khr) -> cl_int {
    let release = crate::extension::function(vendor, c"clReleaseCommandBufferKHR");
    if release.is_null() {
        return CL_INVALID_OPERATION;
    }
    type Release = unsafe extern "C" fn(cl_command_buffer_khr) -> cl_int;
    // SAFETY: a function of this name has this type.
    let release = unsafe { std::mem::transmute::<*mut c_void, Release>(release) };
    // SAFETY: promised by the caller.
    unsafe { release(command_buffer) }
}

/// The vendor's `clGetCommandBufferInfoKHR`. PoCL 3.1 answers without looking at the room there is, so it gets more than any answer needs.
///
/// # Safety
/// Arguments as the C function demands.
pub(crate) unsafe fn info_in_server(
    vendor: &Vendor,
    command_buffer: cl_command_buffer_khr,
    name: cl_command_buffer_info_khr,
    size: usize,
    value: *mut c_void,
    size_ret: *mut usize,
) -> cl_int {
    let query = crate::extension::function(vendor, c"clGetCommandBufferInfoKHR");
    if query.is_null() {
        return CL_INVALID_OPERATION;
    }
    type Query = unsafe extern "C" fn(
        cl_command_buffer_khr,
        cl_command_buffer_info_khr,
        usize,
        *mut c_void,
        *mut usize,
    ) -> cl_int;
    // SAFETY: a function of this name has this type.
    let query = unsafe { std::mem::transmute::<*mut c_void, Query>(query) };
    if value.is_null() {
        // SAFETY: promised by the caller.
        return unsafe { query(command_buffer, name, size, value, size_ret) };
    }
    let mut len = 0;
    // SAFETY: asks for the length alone.
    let status = unsafe { query(command_buffer, name, 0, ptr::null_mut(), &raw mut len) };
    if status != CL_SUCCESS {
        return status;
    }
    let mut room = vec![0u64; len.max(size).div_ceil(size_of::<u64>()) + ROOM];
    // SAFETY: there is more room than it is told.
    let status = unsafe { query(command_buffer, name, size, room.as_mut_ptr().cast(), size_ret) };
    if status == CL_SUCCESS {
        // SAFETY: `value` has room for `size` bytes, as promised, and the answer as many.
        unsafe { value.cast::<u8>().copy_from_nonoverlapping(room.as_ptr().cast(), len.min(size)) };
    }
    status
}

/// Words beyond what a vendor said that its answer needs.
const ROOM: usize = 512;
