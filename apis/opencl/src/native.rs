//! Native kernels: functions of the application's, which run in its process though a queue of the vendor's says when. While one runs, the
//! contents of its buffers are there, too.

use std::collections::HashMap;
use std::ffi::c_void;
use std::{ptr, slice};

use crate::ffi::*;
use crate::opencl::server::Vendor;
use crate::opencl::{guest, native_kernel};

/// Buffers begin at multiples of this in the memory that travels.
const ALIGN: usize = 128;

// In the guest.

/// A function of the application's with its arguments, which the API copies.
struct Kernel {
    function: unsafe extern "C" fn(*mut c_void),
    /// Memory of the arguments, if there are any.
    args: Vec<u128>,
    /// Where among them, in bytes, the address of each buffer belongs.
    places: Vec<usize>,
}

/// Runs the application's function. In `memory` are the offsets of the buffers, and the buffers.
///
/// # Safety
/// `size` bytes are readable and writable at `memory`; `data` is a [`Kernel`] that [`enqueue`] registered, for this one call.
unsafe extern "C" fn run(memory: *mut c_void, size: usize, data: *mut c_void) {
    // SAFETY: promised by the caller; the registration is over now.
    let mut kernel = unsafe { Box::from_raw(data.cast::<Kernel>()) };
    let args = match kernel.args.is_empty() {
        true => ptr::null_mut(),
        false => kernel.args.as_mut_ptr().cast::<u8>(),
    };
    for (n, place) in kernel.places.iter().enumerate() {
        if (n + 1) * size_of::<usize>() > size {
            return;
        }
        // SAFETY: the memory begins with an offset for each buffer, as just checked; the places are inside the arguments.
        unsafe {
            let offset = memory.cast::<usize>().add(n).read_unaligned();
            args.add(*place)
                .cast::<*mut c_void>()
                .write_unaligned(memory.wrapping_byte_add(offset.min(size)));
        }
    }
    // SAFETY: the application's function, of this type, with its arguments.
    unsafe { (kernel.function)(args.cast()) };
}

/// The application's arguments, copied; `None` if the API does not allow them.
///
/// # Safety
/// The contract of `clEnqueueNativeKernel`.
unsafe fn copied(
    function: unsafe extern "C" fn(*mut c_void),
    (args, cb_args): (*mut c_void, usize),
    num_mem_objects: cl_uint,
    mem_list: *const cl_mem,
    args_mem_loc: *mut *const c_void,
) -> Option<Kernel> {
    let count = num_mem_objects as usize;
    let listed = !mem_list.is_null() && !args_mem_loc.is_null();
    let unlisted = mem_list.is_null() && args_mem_loc.is_null();
    let fits = if count == 0 { unlisted } else { listed && !args.is_null() };
    if args.is_null() != (cb_args == 0) || !fits {
        return None;
    }
    let mut copy = vec![0u128; cb_args.div_ceil(size_of::<u128>())];
    // SAFETY: `cb_args` bytes are readable, and there is room for as many.
    unsafe { ptr::copy_nonoverlapping(args.cast::<u8>(), copy.as_mut_ptr().cast(), cb_args) };
    let mut places = Vec::with_capacity(count);
    for n in 0..count {
        // SAFETY: there is an address for each buffer.
        let place = unsafe { *args_mem_loc.add(n) } as usize;
        let place = place.checked_sub(args as usize)?;
        if place.checked_add(size_of::<usize>())? > cb_args {
            return None;
        }
        places.push(place);
    }
    Some(Kernel { function, args: copy, places })
}

/// `clEnqueueNativeKernel`.
///
/// # Safety
/// The C function's contract.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn enqueue(
    command_queue: cl_command_queue,
    user_func: Option<unsafe extern "C" fn(*mut c_void)>,
    args: *mut c_void,
    cb_args: usize,
    num_mem_objects: cl_uint,
    mem_list: *const cl_mem,
    args_mem_loc: *mut *const c_void,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    // SAFETY: promised by the caller.
    let kernel = user_func.and_then(|function| unsafe {
        copied(function, (args, cb_args), num_mem_objects, mem_list, args_mem_loc)
    });
    let enqueue = |count: cl_uint, list: *const cl_mem, notify: native_kernel, data: *mut c_void| {
        // SAFETY: promised by the caller.
        unsafe {
            guest::enqueue_native_kernel(
                command_queue,
                count,
                list,
                notify,
                data,
                num_events_in_wait_list,
                event_wait_list,
                event,
            )
        }
    };
    let Some(kernel) = kernel else {
        // The vendor says what it thinks of a kernel without a function.
        return enqueue(0, ptr::null(), None, ptr::null_mut());
    };
    let data = Box::into_raw(Box::new(kernel));
    let status = enqueue(num_mem_objects, mem_list, Some(run), data.cast());
    if status != CL_SUCCESS {
        // SAFETY: what could not be enqueued is not run.
        drop(unsafe { Box::from_raw(data) });
    }
    status
}

// In the server.

/// The guest's function, and the sizes of the buffers.
struct Enqueued {
    notify: unsafe extern "C" fn(*mut c_void, usize, *mut c_void),
    data: *mut c_void,
    sizes: Vec<usize>,
}

/// What the vendor runs: hands the buffers to the guest, and takes them back.
///
/// # Safety
/// At `args` are the address of an [`Enqueued`] that is run once, and that of each buffer, as [`enqueue_in_server`] asked for.
unsafe extern "C" fn run_in_guest(args: *mut c_void) {
    let args = args.cast::<usize>();
    // SAFETY: promised by the caller.
    let kernel = unsafe { Box::from_raw(args.read_unaligned() as *mut Enqueued) };
    let buffers: Vec<usize> =
        // SAFETY: promised by the caller.
        (0..kernel.sizes.len()).map(|n| unsafe { args.add(1 + n).read_unaligned() }).collect();
    // A buffer that is there twice is the same for the application, too.
    let mut offsets: HashMap<usize, (usize, usize)> = HashMap::new();
    let mut size = (buffers.len() * size_of::<usize>()).next_multiple_of(ALIGN);
    for (buffer, len) in buffers.iter().zip(&kernel.sizes) {
        offsets.entry(*buffer).or_insert_with(|| {
            let at = size;
            size = (size + len).next_multiple_of(ALIGN);
            (at, *len)
        });
    }
    let mut memory = vec![0u128; size.div_ceil(size_of::<u128>()).max(1)];
    let bytes = memory.as_mut_ptr().cast::<u8>();
    for (n, buffer) in buffers.iter().enumerate() {
        let offset = offsets.get(buffer).map_or(0, |(at, _)| *at);
        // SAFETY: the memory begins with an offset for each buffer.
        unsafe { bytes.cast::<usize>().add(n).write(offset) };
    }
    for (buffer, (at, len)) in offsets.iter().filter(|(buffer, _)| **buffer != 0) {
        // SAFETY: the vendor's buffer has `len` bytes while this runs, and there is room for them.
        unsafe { bytes.add(*at).copy_from_nonoverlapping(*buffer as *const u8, *len) };
    }
    // SAFETY: the trampoline and the user data that were registered together, and memory of this size.
    unsafe { (kernel.notify)(bytes.cast(), size, kernel.data) };
    for (buffer, (at, len)) in offsets.iter().filter(|(buffer, _)| **buffer != 0) {
        // SAFETY: as above.
        unsafe { bytes.add(*at).copy_to_nonoverlapping(*buffer as *mut u8, *len) };
    }
}

/// The functions of the vendor that an object belongs to. A loader calls through this table without looking, so what may be missing in it
/// must be looked up before.
///
/// # Safety
/// A live object of the vendor's, or null.
pub(crate) unsafe fn vendor_of<'a>(queue: cl_command_queue) -> Option<&'a cl_icd_dispatch> {
    // SAFETY: the first word of every object that a loader accepts is the address of its vendor's table, which is never freed.
    unsafe { queue.cast::<*const cl_icd_dispatch>().as_ref()?.as_ref() }
}

/// `clEnqueueNativeKernel`, whose function and arguments are the guest's.
///
/// # Safety
/// Arguments as the C function demands.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn enqueue_in_server(
    vendor: &Vendor,
    command_queue: cl_command_queue,
    num_mem_objects: cl_uint,
    mem_list: *const cl_mem,
    (notify, data): (native_kernel, *mut c_void),
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    // SAFETY: promised by the caller.
    if unsafe { vendor_of(command_queue) }.is_some_and(|table| table.clEnqueueNativeKernel.is_none()) {
        return CL_INVALID_OPERATION;
    }
    let enqueue = |function, args: *mut c_void, len, count, list, places| {
        // SAFETY: promised by the caller; the arguments live until the vendor has copied them.
        unsafe {
            vendor.clEnqueueNativeKernel(
                command_queue,
                function,
                args,
                len,
                count,
                list,
                places,
                num_events_in_wait_list,
                event_wait_list,
                event,
            )
        }
    };
    let Some(notify) = notify else {
        return enqueue(None, ptr::null_mut(), 0, 0, ptr::null(), ptr::null_mut());
    };
    let buffers = match (num_mem_objects, mem_list.is_null()) {
        (0, _) => &[],
        // Our guest library sends a list.
        (_, true) => return CL_INVALID_VALUE,
        // SAFETY: a decoded list of as many handles.
        (count, false) => unsafe { slice::from_raw_parts(mem_list, count as usize) },
    };
    let mut sizes = Vec::with_capacity(buffers.len());
    for buffer in buffers {
        let mut size = 0usize;
        // SAFETY: a live buffer or null, and room for a size.
        let status = unsafe {
            let value = (&raw mut size).cast();
            vendor.clGetMemObjectInfo(*buffer, CL_MEM_SIZE, size_of::<usize>(), value, ptr::null_mut())
        };
        if status != CL_SUCCESS {
            return CL_INVALID_MEM_OBJECT;
        }
        sizes.push(size);
    }
    let kernel = Box::into_raw(Box::new(Enqueued { notify, data, sizes }));
    let mut args = vec![0usize; 1 + buffers.len()];
    args[0] = kernel as usize;
    let mut places: Vec<*const c_void> = args[1..].iter().map(|place| ptr::from_ref(place).cast()).collect();
    let (list, places) = match buffers.is_empty() {
        true => (ptr::null(), ptr::null_mut()),
        false => (mem_list, places.as_mut_ptr()),
    };
    let len = size_of_val(args.as_slice());
    let status = enqueue(Some(run_in_guest), args.as_mut_ptr().cast(), len, num_mem_objects, list, places);
    if status != CL_SUCCESS {
        // SAFETY: what could not be enqueued is not run.
        drop(unsafe { Box::from_raw(kernel) });
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    unsafe extern "C" fn double(args: *mut c_void) {
        // SAFETY: the arguments of the test: a number, and the address of one.
        unsafe {
            let args = args.cast::<usize>();
            let place = args.add(1).read() as *mut u32;
            *place *= args.read() as u32;
        }
    }

    unsafe extern "C" fn as_the_guest(memory: *mut c_void, size: usize, data: *mut c_void) {
        // SAFETY: passed on.
        unsafe { run(memory, size, data) };
    }

    #[test]
    fn a_function_finds_its_buffer_and_its_arguments() {
        let mut args = [3usize, 0];
        let mut places = [ptr::from_ref(&args[1]).cast::<c_void>()];
        let list = [ptr::null_mut()];
        let args = (args.as_mut_ptr().cast(), size_of_val(&args));
        let no_list = ptr::null();
        // SAFETY: as the API demands.
        let kernel = unsafe {
            assert!(copied(double, args, 0, list.as_ptr(), places.as_mut_ptr()).is_none());
            assert!(copied(double, args, 1, no_list, places.as_mut_ptr()).is_none());
            assert!(copied(double, (args.0, 8), 1, list.as_ptr(), places.as_mut_ptr()).is_none());
            copied(double, args, 1, list.as_ptr(), places.as_mut_ptr()).unwrap()
        };
        let data = Box::into_raw(Box::new(kernel)).cast();
        let enqueued = Box::into_raw(Box::new(Enqueued { notify: as_the_guest, data, sizes: vec![4] }));
        let mut buffer = 14u32;
        let mut vendors = [enqueued as usize, (&raw mut buffer) as usize];
        // SAFETY: as the vendor would, once.
        unsafe { run_in_guest(vendors.as_mut_ptr().cast()) };
        assert_eq!(buffer, 42);
    }
}
