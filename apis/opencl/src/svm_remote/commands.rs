//! Kernels' arguments and commands on shared virtual memory. Each checks what it is given against what is allocated.

use std::ffi::c_void;
use std::ptr;

use super::{capabilities, is_live, refusal, state};
use crate::devices::devices_of;
use crate::ffi::*;
use crate::mapped;
use crate::opencl::server::Vendor;
use crate::remote::ask;
use crate::shape;

// Kernels.

/// `clSetKernelArgSVMPointer`. The address after the last byte is fine, as of an array that is empty.
///
/// # Safety
/// A live kernel, or null.
pub(crate) unsafe fn set_arg(
    vendor: &Vendor,
    kernel: cl_kernel,
    arg_index: cl_uint,
    address: usize,
) -> cl_int {
    if kernel.is_null() {
        return CL_INVALID_KERNEL;
    }
    // SAFETY: promised by the caller.
    unsafe {
        if address == 0 || !is_live(address, 0) {
            if !kernel_is_able(vendor, kernel) {
                return CL_INVALID_OPERATION;
            }
            let count = ask::<cl_uint>(|len, value, ret| {
                vendor.clGetKernelInfo(kernel, CL_KERNEL_NUM_ARGS, len, value, ret)
            });
            if address != 0 && count.is_none_or(|count| arg_index < count) {
                return CL_INVALID_ARG_VALUE;
            }
        }
        let address = if is_live(address, 0) { address } else { 0 };
        vendor.clSetKernelArgSVMPointer(kernel, arg_index, address as *const c_void)
    }
}

/// Whether a device of the kernel's context has shared virtual memory.
///
/// # Safety
/// A live kernel.
unsafe fn kernel_is_able(vendor: &Vendor, kernel: cl_kernel) -> bool {
    // SAFETY: asks for a handle.
    let context = unsafe {
        ask::<usize>(|len, value, ret| vendor.clGetKernelInfo(kernel, CL_KERNEL_CONTEXT, len, value, ret))
    };
    // SAFETY: a live kernel's context and its devices are alive.
    context.is_some_and(|context| unsafe {
        let devices = devices_of(vendor, context as cl_context);
        devices.iter().any(|device| capabilities(vendor, *device) != 0)
    })
}

/// `clSetKernelExecInfo`. What is neither a list of addresses nor a flag may be something that holds addresses of the guest's: the vendor
/// gets zeros instead, and says what it thinks of name and size.
///
/// # Safety
/// A live kernel, or null; `size` bytes are readable at `value`, or it is null.
pub(crate) unsafe fn set_exec_info(
    vendor: &Vendor,
    kernel: cl_kernel,
    name: cl_kernel_exec_info,
    size: usize,
    mut value: *const c_void,
) -> cl_int {
    if kernel.is_null() {
        return CL_INVALID_KERNEL;
    }
    // SAFETY: promised by the caller.
    if !unsafe { kernel_is_able(vendor, kernel) } {
        return CL_INVALID_OPERATION;
    }
    let zeros: Vec<u8>;
    match name {
        CL_KERNEL_EXEC_INFO_SVM_PTRS => {
            let list = value.cast::<usize>();
            let count = if value.is_null() { 0 } else { size / size_of::<usize>() };
            let state = state();
            let good = (0..count).all(|n| {
                // SAFETY: the n-th address is inside of `size` bytes.
                let address = unsafe { list.add(n).read_unaligned() };
                address == 0 || state.around(address, 0).is_some()
            });
            if !good {
                return CL_INVALID_VALUE;
            }
        }
        CL_KERNEL_EXEC_INFO_SVM_FINE_GRAIN_SYSTEM => {}
        _ if size <= size_of::<cl_bool>() || value.is_null() => {}
        _ => {
            zeros = vec![0; size];
            value = zeros.as_ptr().cast();
        }
    }
    // SAFETY: promised by the caller, and `zeros` has as many bytes.
    unsafe { vendor.clSetKernelExecInfo(kernel, name, size, value) }
}

// Commands.

/// One side of a copy: an address in shared virtual memory, or the shadow of the application's memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    /// 0 if it is the application's own memory.
    pub(crate) address: usize,
    pub(crate) shadow: *mut c_void,
}

impl End {
    fn resolve(self, size: usize) -> Option<*mut c_void> {
        match self.address {
            0 => Some(self.shadow),
            address => is_live(address, size).then_some(address as *mut c_void),
        }
    }
}

/// `clEnqueueSVMMemcpy`.
///
/// # Safety
/// `size` bytes are at both shadows that are used, until the command is done. The rest is as the C function demands.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn copy(
    vendor: &Vendor,
    queue: cl_command_queue,
    blocking: cl_bool,
    to: End,
    from: End,
    size: usize,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    let able = to.address != 0 || from.address != 0;
    let ends = (to.resolve(size), from.resolve(size), size <= isize::MAX as usize);
    let (Some(to), Some(from), true) = ends else {
        // SAFETY: promised by the caller.
        return unsafe { refusal(vendor, queue) };
    };
    // SAFETY: promised by the caller.
    unsafe {
        if !able && refusal(vendor, queue) == CL_INVALID_OPERATION {
            return CL_INVALID_OPERATION;
        }
        let waits = (num_events_in_wait_list, event_wait_list);
        vendor.clEnqueueSVMMemcpy(queue, blocking, to, from, size, waits.0, waits.1, event)
    }
}

/// What `clEnqueueSVMMemcpy` says of memory that overlaps, and of the rest of its arguments.
///
/// # Safety
/// As the C function demands.
pub(crate) unsafe fn overlap(
    vendor: &Vendor,
    queue: cl_command_queue,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
) -> cl_int {
    let mut room = [0u8; 4];
    let to = room.as_mut_ptr();
    // SAFETY: promised by the caller. The vendor is done with the memory when this returns.
    unsafe {
        let status = refusal(vendor, queue);
        if status != CL_INVALID_VALUE {
            return status;
        }
        let (to, from) = (to.cast::<c_void>(), to.add(1).cast::<c_void>());
        let waits = (num_events_in_wait_list, event_wait_list);
        vendor.clEnqueueSVMMemcpy(queue, CL_TRUE, to, from, 2, waits.0, waits.1, ptr::null_mut())
    }
}

/// `clEnqueueSVMMemFill`.
///
/// # Safety
/// `pattern_size` bytes are readable at `pattern`, or it is null. The rest is as the C function demands.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn fill(
    vendor: &Vendor,
    queue: cl_command_queue,
    address: usize,
    (pattern, pattern_size): (*const c_void, usize),
    size: usize,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    // Vendors are known to divide by the pattern's size, and to read at null.
    let usable = is_live(address, size) && !pattern.is_null() && pattern_size != 0;
    // SAFETY: promised by the caller.
    unsafe {
        if !usable {
            return refusal(vendor, queue);
        }
        let (to, waits) = (address as *mut c_void, (num_events_in_wait_list, event_wait_list));
        vendor.clEnqueueSVMMemFill(queue, to, pattern, pattern_size, size, waits.0, waits.1, event)
    }
}

/// `clEnqueueSVMMap`. `data` gets the contents if they have to travel: now if the map blocks, else when it is done, as
/// [`mapped::event_is_complete`] finds out.
///
/// # Safety
/// `data` is null, or has room for `size` bytes until the map is done, and then `event` is not null. The rest is as the C
/// function demands.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn map(
    vendor: &Vendor,
    queue: cl_command_queue,
    blocking: cl_bool,
    flags: cl_map_flags,
    address: usize,
    size: usize,
    number: u64,
    data: *mut c_void,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    let reads = shape::map_reads(flags) && !data.is_null();
    let later = reads && blocking == CL_FALSE;
    if !is_live(address, size) {
        // SAFETY: promised by the caller.
        return unsafe { refusal(vendor, queue) };
    }
    if later && (event.is_null() || state().maps.contains_key(&number)) {
        // Our guest library numbers its maps.
        return CL_INVALID_VALUE;
    }
    // SAFETY: promised by the caller.
    let status = unsafe {
        vendor.clEnqueueSVMMap(
            queue,
            blocking,
            flags,
            address as *mut c_void,
            size,
            num_events_in_wait_list,
            event_wait_list,
            event,
        )
    };
    if status != CL_SUCCESS || !reads {
        return status;
    }
    if later {
        // SAFETY: the vendor made the event, as it succeeded and got a place for it. The table owns a reference.
        let made = unsafe {
            vendor.clRetainEvent(*event);
            *event as usize
        };
        mapped::expect_arrival(made, address, data as usize, size);
        state().maps.insert(number, (address, made));
        return CL_SUCCESS;
    }
    // Whoever frees the memory waits for the lock.
    let state = state();
    if state.around(address, size).is_some() {
        // SAFETY: the vendor has mapped `size` bytes, and `data` has room for them.
        unsafe { ptr::copy_nonoverlapping(address as *const u8, data.cast(), size) };
    }
    CL_SUCCESS
}

/// Whether the contents that a map brings are in the guest when the call that asks this returns. If they are not, the application
/// did not wait for the map, and has nothing to bring back.
///
/// # Safety
/// The vendor's table of this session.
pub(crate) unsafe fn map_has_landed(vendor: &Vendor, number: u64) -> bool {
    let Some((_, event)) = state().maps.remove(&number) else { return true };
    // SAFETY: the entry owned a reference of the event.
    unsafe {
        let landed = mapped::event_is_complete(vendor, event as cl_event);
        vendor.clReleaseEvent(event as cl_event);
        landed
    }
}

/// `clEnqueueSVMUnmap`. `data` is what the application left there, if that has to travel.
///
/// # Safety
/// `data` is null, or `size` bytes are readable there. The rest is as the C function demands.
pub(crate) unsafe fn unmap(
    vendor: &Vendor,
    queue: cl_command_queue,
    address: usize,
    (data, size): (*const c_void, usize),
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    let live = {
        // Whoever frees the memory waits for the lock.
        let state = state();
        let travels = if data.is_null() { 0 } else { size };
        let live = state.around(address, travels).is_some();
        if live && travels != 0 {
            // SAFETY: `size` bytes at `address` are memory that the vendor allocated and that is mapped for the host, if the
            // application keeps to the rules; as many are readable at `data`.
            unsafe { ptr::copy_nonoverlapping(data.cast::<u8>(), address as *mut u8, size) };
        }
        live
    };
    // SAFETY: promised by the caller.
    unsafe {
        if !live {
            return refusal(vendor, queue);
        }
        let at = address as *mut c_void;
        vendor.clEnqueueSVMUnmap(queue, at, num_events_in_wait_list, event_wait_list, event)
    }
}

/// `clEnqueueSVMMigrateMem`.
///
/// # Safety
/// `addresses` and `sizes` have `count` elements each, or are null. The rest is as the C function demands.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn migrate(
    vendor: &Vendor,
    queue: cl_command_queue,
    count: cl_uint,
    addresses: *const usize,
    sizes: *const usize,
    flags: cl_mem_migration_flags,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    let wanted = if addresses.is_null() { 0 } else { count as usize };
    let places: Option<Vec<*const c_void>> = {
        let state = state();
        (0..wanted)
            .map(|n| {
                // SAFETY: promised by the caller.
                let (address, size) = unsafe {
                    (addresses.add(n).read(), if sizes.is_null() { 0 } else { sizes.add(n).read() })
                };
                let (start, allocation) = state.around(address, size)?;
                // Without a size it is the allocation, which the vendor knows by its own address.
                let own = size == 0 && address == start;
                Some(if own { allocation.base } else { address } as *const c_void)
            })
            .collect()
    };
    // SAFETY: promised by the caller; the vendor refuses a list that is empty or null.
    unsafe {
        let Some(mut places) = places.filter(|places| !places.is_empty()) else {
            return refusal(vendor, queue);
        };
        let waits = (num_events_in_wait_list, event_wait_list);
        vendor.clEnqueueSVMMigrateMem(
            queue,
            count,
            places.as_mut_ptr(),
            sizes,
            flags,
            waits.0,
            waits.1,
            event,
        )
    }
}
