//! Replacements that run in the guest: functions that need no server, and those whose callbacks, nested pointers or host addresses
//! belong to the application's process. They reach the server through the stubs of the specification's server functions.

use std::ffi::c_void;
use std::{ptr, slice};

use ava_core::spec::{HandleKind, Ptr};

use crate::ffi::*;
use crate::image;
use crate::meta::{ArgKind, HOST_MEMORY};
use crate::opencl::{args, guest, kind};
use crate::{extension, output, shape, storage, svm};

/// Puts `status` where an `errcode_ret` points.
///
/// # Safety
/// The pointer is null or valid for writing.
pub(crate) unsafe fn report(errcode_ret: *mut cl_int, status: cl_int) {
    if !errcode_ret.is_null() {
        // SAFETY: promised by the caller.
        unsafe { errcode_ret.write(status) };
    }
}

// Queries that the guest answers or completes.

/// Answers a query with `value`, as every `clGet*Info` does; not if there is too little room, of which vendors say one thing or the
/// other.
///
/// # Safety
/// The pointers are the application's, as the C functions demand.
unsafe fn answer<T: Copy>(
    value: &[T],
    param_value_size: usize,
    param_value: *mut c_void,
    param_value_size_ret: *mut usize,
) -> Option<cl_int> {
    let len = size_of_val(value);
    if !param_value.is_null() {
        if param_value_size < len {
            return None;
        }
        // SAFETY: the application's buffer has room for `param_value_size` bytes.
        unsafe { ptr::copy_nonoverlapping(value.as_ptr().cast::<u8>(), param_value.cast(), len) };
    }
    if !param_value_size_ret.is_null() {
        // SAFETY: promised by the caller.
        unsafe { param_value_size_ret.write(len) };
    }
    Some(CL_SUCCESS)
}

/// After a successful query for `asked` of the object behind `raw`: if that was its reference count (`count`), replaces the vendor's
/// answer by the guest's, where references are counted.
///
/// # Safety
/// `param_value` is the application's, filled by the query.
unsafe fn count_references<K: HandleKind>(
    (asked, count): (cl_uint, cl_uint),
    raw: K::Raw,
    param_value: *mut c_void,
    status: cl_int,
) -> cl_int {
    if asked == count
        && status == CL_SUCCESS
        && !param_value.is_null()
        && let Some(references) = ava_core::guest::references::<K>(raw)
    {
        // SAFETY: the query put a `cl_uint` there, wherever it is aligned.
        unsafe { param_value.cast::<cl_uint>().write_unaligned(references) };
    }
    status
}

macro_rules! reference_counts {
    ($($(#[$doc:meta])* $hook:ident: $function:ident, $object:ident: $kind:ident, $count:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// # Safety
        /// The arguments are the application's, as the C function demands.
        pub(crate) unsafe fn $hook(args: &args::$function, status: cl_int) -> cl_int {
            // SAFETY: promised by the caller.
            unsafe {
                count_references::<kind::$kind>((args.param_name, $count), args.$object, args.param_value, status)
            }
        }
    )*};
}

reference_counts! {
    /// After `clGetCommandQueueInfo`.
    queue_info: clGetCommandQueueInfo, command_queue: cl_command_queue, CL_QUEUE_REFERENCE_COUNT;
    /// After `clGetKernelInfo`.
    kernel_info: clGetKernelInfo, kernel: cl_kernel, CL_KERNEL_REFERENCE_COUNT;
    /// After `clGetEventInfo`.
    event_info: clGetEventInfo, event: cl_event, CL_EVENT_REFERENCE_COUNT;
    /// After `clGetSamplerInfo`.
    sampler_info: clGetSamplerInfo, sampler: cl_sampler, CL_SAMPLER_REFERENCE_COUNT;
}

/// `clGetDeviceInfo`. What does not change is asked for once.
///
/// # Safety
/// The C function's contract.
pub(crate) unsafe fn device_info(
    device: cl_device_id,
    param_name: cl_device_info,
    param_value_size: usize,
    param_value: *mut c_void,
    param_value_size_ret: *mut usize,
) -> cl_int {
    let query = if extension::is_constant(param_name) { guest::device_constant } else { guest::device_state };
    // SAFETY: promised by the caller.
    unsafe {
        let status = query(device, param_name, param_value_size, param_value, param_value_size_ret);
        let asked = (param_name, CL_DEVICE_REFERENCE_COUNT);
        count_references::<kind::cl_device_id>(asked, device, param_value, status)
    }
}

/// `clGetContextInfo`. The property list holds the guest's platform, so it is answered here.
///
/// # Safety
/// The C function's contract.
pub(crate) unsafe fn context_info(
    context: cl_context,
    param_name: cl_context_info,
    param_value_size: usize,
    param_value: *mut c_void,
    param_value_size_ret: *mut usize,
) -> cl_int {
    // SAFETY: promised by the caller.
    unsafe {
        if param_name == CL_CONTEXT_PROPERTIES
            && let Some(meta) = ava_core::guest::meta_of::<kind::cl_context>(context)
            // Whether no list is an empty one or one of an end alone is the vendor's to say.
            && meta.properties.len() > 1
            && let Some(status) = answer(&meta.properties, param_value_size, param_value, param_value_size_ret)
        {
            return status;
        }
        let status =
            guest::context_info(context, param_name, param_value_size, param_value, param_value_size_ret);
        let asked = (param_name, CL_CONTEXT_REFERENCE_COUNT);
        count_references::<kind::cl_context>(asked, context, param_value, status)
    }
}

/// `clGetMemObjectInfo`. Host addresses are the application's, and with them the flags that it gave.
///
/// # Safety
/// The C function's contract.
pub(crate) unsafe fn mem_info(
    memobj: cl_mem,
    param_name: cl_mem_info,
    param_value_size: usize,
    param_value: *mut c_void,
    param_value_size_ret: *mut usize,
) -> cl_int {
    // SAFETY: promised by the caller.
    unsafe {
        let meta = ava_core::guest::meta_of::<kind::cl_mem>(memobj);
        if let (CL_MEM_HOST_PTR, Some(meta)) = (param_name, meta)
            && let Some(status) =
                answer(&[meta.host_ptr], param_value_size, param_value, param_value_size_ret)
        {
            return status;
        }
        let status = guest::mem_info(memobj, param_name, param_value_size, param_value, param_value_size_ret);
        if let (CL_MEM_FLAGS, CL_SUCCESS, Some(meta)) = (param_name, status, meta)
            && (meta.flags & CL_MEM_USE_HOST_PTR != 0 || meta.storage.address().is_some())
            && !param_value.is_null()
        {
            // The server made a copy of the application's memory, or took its own: see `remote::create_buffer`.
            let flags = param_value.cast::<cl_mem_flags>();
            flags.write_unaligned(flags.read_unaligned() & !HOST_MEMORY | meta.flags & HOST_MEMORY);
        }
        if let (CL_MEM_USES_SVM_POINTER, CL_SUCCESS, Some(meta)) = (param_name, status, meta)
            && !meta.is_part
            && svm::is_allocation(meta.host_ptr)
            && !param_value.is_null()
        {
            // The vendor's own allocation begins a little earlier, see `svm_remote`.
            param_value.cast::<cl_bool>().write_unaligned(CL_TRUE);
        }
        count_references::<kind::cl_mem>((param_name, CL_MEM_REFERENCE_COUNT), memobj, param_value, status)
    }
}

/// `clCreateBuffer` and `clCreateBufferWithProperties`. A buffer on shared virtual memory is made of the memory itself.
///
/// # Safety
/// The C functions' contract.
pub(crate) unsafe fn create_buffer(
    context: cl_context,
    properties: *const cl_mem_properties,
    flags: cl_mem_flags,
    size: usize,
    host_ptr: *mut c_void,
    errcode_ret: *mut cl_int,
) -> cl_mem {
    // SAFETY: promised by the caller.
    unsafe {
        if svm::backs(flags, host_ptr) {
            let address = host_ptr as usize;
            return guest::create_svm_buffer(context, properties, flags, size, address, errcode_ret);
        }
        storage::create_buffer(context, properties, flags, size, host_ptr, errcode_ret)
    }
}

/// `clGetProgramInfo`. Binaries are an array of pointers into the application's memory; each binary is fetched by itself.
///
/// # Safety
/// The C function's contract.
pub(crate) unsafe fn program_info(
    program: cl_program,
    param_name: cl_program_info,
    param_value_size: usize,
    param_value: *mut c_void,
    param_value_size_ret: *mut usize,
) -> cl_int {
    // SAFETY: promised by the caller.
    unsafe {
        if param_name == CL_PROGRAM_BINARIES {
            return binaries(program, param_value_size, param_value.cast(), param_value_size_ret);
        }
        let status =
            guest::program_info(program, param_name, param_value_size, param_value, param_value_size_ret);
        let asked = (param_name, CL_PROGRAM_REFERENCE_COUNT);
        count_references::<kind::cl_program>(asked, program, param_value, status)
    }
}

/// A query whose answer is a list.
///
/// # Safety
/// Any bytes are a `T`, and `program` is what the application passed.
unsafe fn program_list<T: Copy + Default>(
    program: cl_program,
    param_name: cl_program_info,
) -> Result<Vec<T>, cl_int> {
    let mut len = 0;
    // SAFETY: asks for the length alone.
    let status = unsafe { guest::program_info(program, param_name, 0, ptr::null_mut(), &mut len) };
    if status != CL_SUCCESS {
        return Err(status);
    }
    let mut list = vec![T::default(); len / size_of::<T>()];
    let value = list.as_mut_ptr().cast();
    // SAFETY: there is room for the answer.
    let status = unsafe {
        guest::program_info(program, param_name, size_of_val(list.as_slice()), value, ptr::null_mut())
    };
    if status == CL_SUCCESS { Ok(list) } else { Err(status) }
}

/// # Safety
/// As `clGetProgramInfo(CL_PROGRAM_BINARIES)` demands.
unsafe fn binaries(
    program: cl_program,
    param_value_size: usize,
    targets: *mut *mut c_void,
    param_value_size_ret: *mut usize,
) -> cl_int {
    // SAFETY: sizes are numbers.
    let sizes = match unsafe { program_list::<usize>(program, CL_PROGRAM_BINARY_SIZES) } {
        Ok(sizes) => sizes,
        Err(status) => return status,
    };
    let len = size_of_val(sizes.as_slice());
    if !targets.is_null() {
        if param_value_size < len {
            return CL_INVALID_VALUE;
        }
        for (index, size) in sizes.iter().enumerate() {
            // SAFETY: the application's array has a pointer for each device.
            let target = unsafe { targets.add(index).read_unaligned() };
            if target.is_null() || *size == 0 {
                continue;
            }
            // SAFETY: the application provides as much room as the program's binaries need.
            let status = unsafe { guest::program_binary(program, index as cl_uint, *size, target) };
            if status != CL_SUCCESS {
                return status;
            }
        }
    }
    if !param_value_size_ret.is_null() {
        // SAFETY: promised by the caller.
        unsafe { param_value_size_ret.write(len) };
    }
    CL_SUCCESS
}

// Programs.

/// `clCreateKernelsInProgram`: makes them one by one, by their names.
///
/// # Safety
/// The C function's contract.
pub(crate) unsafe fn create_kernels(
    program: cl_program,
    num_kernels: cl_uint,
    kernels: *mut cl_kernel,
    num_kernels_ret: *mut cl_uint,
) -> cl_int {
    let mut count = 0;
    // SAFETY: asks for a number.
    let status = unsafe { guest::count_kernels(program, &mut count) };
    if status != CL_SUCCESS {
        return status;
    }
    // SAFETY: names are bytes.
    let names = match unsafe { program_list::<u8>(program, CL_PROGRAM_KERNEL_NAMES) } {
        Ok(names) => names,
        Err(status) => return status,
    };
    let names = names.split(|c| *c == 0).next().unwrap_or_default();
    let names: Vec<_> = names.split(|c| *c == b';').filter(|name| !name.is_empty()).collect();
    if !kernels.is_null() {
        if (num_kernels as usize) < names.len() {
            return CL_INVALID_VALUE;
        }
        for (index, name) in names.iter().enumerate() {
            let name = [*name, b"\0"].concat();
            let mut status = CL_SUCCESS;
            // SAFETY: the name ends with a 0.
            let kernel = unsafe { guest::clCreateKernel(program, name.as_ptr().cast(), &mut status) };
            if status != CL_SUCCESS {
                // SAFETY: the application's array has room for all, and these were written below.
                for made in unsafe { slice::from_raw_parts(kernels, index) } {
                    // SAFETY: made above, and given to nobody.
                    unsafe { guest::clReleaseKernel(*made) };
                }
                return status;
            }
            // SAFETY: the application's array has room for all.
            unsafe { kernels.add(index).write(kernel) };
        }
    }
    if !num_kernels_ret.is_null() {
        // SAFETY: promised by the caller.
        unsafe { num_kernels_ret.write(names.len() as cl_uint) };
    }
    CL_SUCCESS
}

/// Whether a list of context properties names a platform. A loader finds the vendor of a function without an object by it.
///
/// # Safety
/// `list` is null or a complete list.
pub(crate) unsafe fn names_platform(list: *const cl_context_properties) -> bool {
    let mut at = list;
    // SAFETY: the list ends with a 0 in place of a key, and is read no further.
    while !at.is_null() && unsafe { *at } != 0 {
        // SAFETY: a key is followed by a value and another key.
        unsafe {
            if *at == CL_CONTEXT_PLATFORM {
                return *at.add(1) != 0;
            }
            at = at.add(2);
        }
    }
    false
}

// What the guest learns from calls that succeeded.

/// Before `clSetKernelArg`: an argument that the vendor does not describe, or whose type has a name of the program's own, and whose
/// value is the handle of a memory object or a sampler, is such an object. No number that a program computes is an address in the
/// range of our objects but a handle.
///
/// # Safety
/// The arguments are the application's, as the C function demands.
pub(crate) unsafe fn set_undescribed_arg(args: &args::clSetKernelArg) -> Option<cl_int> {
    if args.arg_size != size_of::<cl_mem>() || args.arg_value.is_null() {
        return None;
    }
    // SAFETY: the application holds the kernel during the call.
    let kernel = unsafe { ava_core::guest::meta_of::<kind::cl_kernel>(args.kernel) }?;
    if !matches!(kernel.arg(args.arg_index)?, ArgKind::Unknown | ArgKind::Value) {
        return None;
    }
    // SAFETY: the argument's value is 8 bytes large.
    let object = unsafe { args.arg_value.cast::<*mut c_void>().read_unaligned() };
    let status = if ava_core::guest::references::<kind::cl_mem>(object.cast()).is_some() {
        // SAFETY: both handles are live.
        unsafe { guest::set_mem_arg(args.kernel, args.arg_index, object.cast()) }
    } else if ava_core::guest::references::<kind::cl_sampler>(object.cast()).is_some() {
        // SAFETY: both handles are live.
        unsafe { guest::set_sampler_arg(args.kernel, args.arg_index, object.cast()) }
    } else {
        return None;
    };
    // SAFETY: passed on to the caller.
    Some(unsafe { learn_arg(args, status) })
}

/// After `clSetUserEventStatus`.
///
/// # Safety
/// None.
pub(crate) unsafe fn user_event_set(args: &args::clSetUserEventStatus, status: cl_int) -> cl_int {
    if status == CL_SUCCESS && args.execution_status < 0 {
        shape::note_failure();
    }
    status
}

/// After `clSetKernelArg`.
///
/// # Safety
/// The arguments are the application's.
pub(crate) unsafe fn learn_arg(args: &args::clSetKernelArg, status: cl_int) -> cl_int {
    // SAFETY: the application holds the kernel during the call.
    let kernel = unsafe { ava_core::guest::meta_of::<kind::cl_kernel>(args.kernel) };
    if let (CL_SUCCESS, Some(kernel)) = (status, kernel) {
        // SAFETY: the vendor took a value of this size, so it is there.
        kernel.took(args.arg_index, unsafe {
            image::local::arg((kernel, args.kernel), args.arg_size, args.arg_value)
        });
    }
    status
}

/// After `clEnqueueNDRangeKernel`.
///
/// # Safety
/// The arguments are the application's, as the C function demands.
pub(crate) unsafe fn learn_launch(args: &args::clEnqueueNDRangeKernel, status: cl_int) -> cl_int {
    if status != CL_SUCCESS {
        return status;
    }
    // SAFETY: the application holds both during the call.
    let (kernel, queue) = unsafe {
        (
            ava_core::guest::meta_of::<kind::cl_kernel>(args.kernel),
            ava_core::guest::meta_of::<kind::cl_command_queue>(args.command_queue),
        )
    };
    // SAFETY: the vendor accepted the call, so there is a size for each dimension, or none.
    let local = unsafe { Ptr::new(args.local_work_size, usize::MAX) };
    // SAFETY: as above, where an offset may be missing.
    let offset = unsafe { Ptr::new(args.global_work_offset, usize::MAX) };
    // SAFETY: as above.
    let global = unsafe { Ptr::new(args.global_work_size, usize::MAX) };
    if let (Some(kernel), Some(queue)) = (kernel, queue)
        && let Some(launch) = shape::launch(queue, args.work_dim, local)
    {
        kernel.reached(launch, shape::reach(args.work_dim, offset, global));
    }
    output::launched(args.command_queue);
    status
}

/// After `clEnqueueTask`.
///
/// # Safety
/// The arguments are the application's, as the C function demands.
pub(crate) unsafe fn learn_task(args: &args::clEnqueueTask, status: cl_int) -> cl_int {
    // SAFETY: the application holds both during the call.
    let (kernel, queue) = unsafe {
        (
            ava_core::guest::meta_of::<kind::cl_kernel>(args.kernel),
            ava_core::guest::meta_of::<kind::cl_command_queue>(args.command_queue),
        )
    };
    if let (CL_SUCCESS, Some(kernel), Some(queue)) = (status, kernel, queue) {
        kernel.launched(shape::task(queue));
    }
    output::launched(args.command_queue);
    status
}
