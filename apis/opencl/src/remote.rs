//! Bodies that run in the API server instead of a plain call of the vendor: what must be checked, kept or done in the vendor's own address
//! space. They see the vendor's handles and private copies of the guest's data; nothing that they are told is trusted beyond that.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;

use crate::describe;
use crate::devices;
use crate::ffi::*;
use crate::meta::{ArgKind, KernelMeta};
use crate::opencl::server::Vendor;
use crate::opencl::{context_notify, program_notify};
use crate::shape;
use crate::storage::GONE;
use crate::stored;

/// A query of one fixed-size value.
///
/// # Safety
/// `query` asks the vendor for a `T` on behalf of live objects: it gets the size of a `T`, a pointer to one, and null.
pub(crate) unsafe fn ask<T: Default>(
    query: impl FnOnce(usize, *mut c_void, *mut usize) -> cl_int,
) -> Option<T> {
    let mut value = T::default();
    (query(size_of::<T>(), (&raw mut value).cast(), ptr::null_mut()) == CL_SUCCESS).then_some(value)
}

/// A query of a list of handles; empty if the vendor does not answer.
///
/// # Safety
/// `query` asks the vendor for handles on behalf of live objects, or for null: it gets how many bytes there is room for, where, and where
/// to say how many there are.
pub(crate) unsafe fn ask_list<T>(query: impl Fn(usize, *mut c_void, *mut usize) -> cl_int) -> Vec<*mut T> {
    let mut len = 0;
    if query(0, ptr::null_mut(), &mut len) != CL_SUCCESS {
        return Vec::new();
    }
    let mut list: Vec<*mut T> = vec![ptr::null_mut(); len / size_of::<*mut T>()];
    let room = size_of_val(list.as_slice());
    if query(room, list.as_mut_ptr().cast(), ptr::null_mut()) == CL_SUCCESS { list } else { Vec::new() }
}

/// Puts `status` where an `errcode_ret` points.
///
/// # Safety
/// The pointer is null or valid for writing.
pub(crate) unsafe fn refuse<T>(errcode_ret: *mut cl_int, status: cl_int) -> *mut T {
    if !errcode_ret.is_null() {
        // SAFETY: promised by the caller.
        unsafe { errcode_ret.write(status) };
    }
    ptr::null_mut()
}

/// A server that waits in the pool lets the vendor find its devices, which takes PoCL a good part of a second.
///
/// # Safety
/// The vendor's library is initialised.
pub(crate) unsafe fn warm(vendor: &Vendor) {
    // SAFETY: the server has done nothing else yet.
    if let Err(error) = unsafe { crate::output::capture() } {
        tracing::warn!("what kernels print stays with the API server: {error}");
    }
    for platform in devices::platforms(vendor) {
        let mut count = 0;
        // SAFETY: a platform that the vendor just reported; asking for the number alone needs no room.
        unsafe { vendor.clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, ptr::null_mut(), &mut count) };
    }
}

/// What the loader, if the vendor's library is ocl-icd, says of itself.
///
/// # Safety
/// As the queries of the API demand.
pub(crate) unsafe fn loader_info(
    vendor: &Vendor,
    param_name: cl_uint,
    param_value_size: usize,
    param_value: *mut c_void,
    param_value_size_ret: *mut usize,
) -> cl_int {
    type Query = unsafe extern "C" fn(cl_uint, usize, *mut c_void, *mut usize) -> cl_int;
    // SAFETY: the name is a C string.
    let query = unsafe { vendor.clGetExtensionFunctionAddress(c"clGetICDLoaderInfoOCLICD".as_ptr()) };
    if query.is_null() {
        return CL_INVALID_OPERATION;
    }
    // SAFETY: a function of this name has this type.
    let query = unsafe { std::mem::transmute::<*mut c_void, Query>(query) };
    // SAFETY: promised by the caller.
    unsafe { query(param_name, param_value_size, param_value, param_value_size_ret) }
}

/// Refuses a query whose answer of `len` bytes is not the vendor's as the vendor refuses it, which `query` asks, when there is too little
/// room: some say how much there has to be.
///
/// # Safety
/// `size_ret` is null or writable; `query` may be called with no room.
pub(crate) unsafe fn too_short(
    len: usize,
    size_ret: *mut usize,
    query: impl FnOnce(usize, *mut c_void, *mut usize) -> cl_int,
) -> cl_int {
    /// No answer is so large.
    const UNTOUCHED: usize = usize::MAX;
    let (mut no_room, mut said) = (0u8, UNTOUCHED);
    let status = query(0, (&raw mut no_room).cast(), &mut said);
    if said != UNTOUCHED && !size_ret.is_null() {
        // SAFETY: promised by the caller.
        unsafe { size_ret.write(len) };
    }
    if status == CL_SUCCESS { CL_INVALID_VALUE } else { status }
}

// Contexts.

/// A list of context properties as the vendor may see it. Only these mean the same in another process; those of GL and D3D sharing are
/// addresses of the application's. In place of each other one the vendor sees one that nobody knows, so that it says what it says of
/// properties that it does not know.
///
/// # Safety
/// `list` is null or a list that [`shape::property_count`] found complete.
unsafe fn portable(list: *const cl_context_properties) -> Option<Vec<cl_context_properties>> {
    /// In no range that Khronos gives to anybody.
    const UNKNOWN: cl_context_properties = 0x0a5a_0a5a;
    if list.is_null() {
        return None;
    }
    let mut portable = Vec::new();
    for pair in 0..shape::MAX_PAIRS {
        // SAFETY: the list ends with a 0 in place of a key, or has so many pairs; it is read no further.
        let (key, value) = unsafe {
            let at = list.add(2 * pair);
            if *at == 0 {
                break;
            }
            (*at, *at.add(1))
        };
        let known = matches!(key, CL_CONTEXT_PLATFORM | CL_CONTEXT_INTEROP_USER_SYNC);
        portable.extend_from_slice(&if known { [key, value] } else { [UNKNOWN, 0] });
    }
    portable.push(0);
    Some(portable)
}

/// `clCreateContext`.
///
/// # Safety
/// Arguments as the C function demands.
pub(crate) unsafe fn create_context(
    vendor: &Vendor,
    properties: *const cl_context_properties,
    num_devices: cl_uint,
    devices: *const cl_device_id,
    (notify, user_data): (context_notify, *mut c_void),
    errcode_ret: *mut cl_int,
) -> cl_context {
    // SAFETY: promised by the caller.
    unsafe {
        let properties = portable(properties);
        let properties = properties.as_ref().map_or(ptr::null(), |list| list.as_ptr());
        vendor.clCreateContext(properties, num_devices, devices, notify, user_data, errcode_ret)
    }
}

/// `clCreateContextFromType`.
///
/// # Safety
/// Arguments as the C function demands.
pub(crate) unsafe fn create_context_from_type(
    vendor: &Vendor,
    properties: *const cl_context_properties,
    device_type: cl_device_type,
    (notify, user_data): (context_notify, *mut c_void),
    errcode_ret: *mut cl_int,
) -> cl_context {
    // SAFETY: promised by the caller.
    unsafe {
        let properties = portable(properties);
        let properties = properties.as_ref().map_or(ptr::null(), |list| list.as_ptr());
        vendor.clCreateContextFromType(properties, device_type, notify, user_data, errcode_ret)
    }
}

/// Whether `size` bytes have room for the vendor's list of a context's properties, and it has more than its end.
pub(crate) fn shows_properties(vendor: &Vendor, context: cl_context, size: usize) -> bool {
    let mut len = 0;
    // SAFETY: asks for the length alone; a context that there is not is the vendor's to refuse.
    let status =
        unsafe { vendor.clGetContextInfo(context, CL_CONTEXT_PROPERTIES, 0, ptr::null_mut(), &mut len) };
    status == CL_SUCCESS && len > size_of::<cl_context_properties>() && size >= len
}

// Buffers.

/// `clCreateBuffer` and `clCreateBufferWithProperties`.
///
/// `CL_MEM_USE_HOST_PTR` becomes a copy: the application's memory is in another process, and the API lets a device cache it, so a program
/// sees no difference as long as it maps the buffer to use it, as it must.
///
/// With `storage`, shared memory that already has the initial contents, the buffer is stored there if `taken` says so afterwards, see
/// `stored`. `gone` gets the names of such memory that is free again.
///
/// # Safety
/// Arguments as the C functions demand; `storage` has `size` bytes that stay mapped, or is null; the other pointers are to outputs.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn create_buffer(
    vendor: &Vendor,
    context: cl_context,
    properties: *const cl_mem_properties,
    flags: cl_mem_flags,
    size: usize,
    host_ptr: *mut c_void,
    (storage, name): (*mut c_void, u64),
    taken: *mut cl_bool,
    gone: *mut u64,
    gone_count: *mut cl_uint,
    errcode_ret: *mut cl_int,
) -> cl_mem {
    let (mut flags, mut host_ptr) = (flags, host_ptr);
    if !gone_count.is_null() {
        // SAFETY: promised by the caller.
        unsafe { gone_count.write(stored::take_gone(gone, GONE) as cl_uint) };
    }
    // SAFETY: promised by the caller; a list of properties has at least its terminator.
    if !storage.is_null() && !taken.is_null() && unsafe { properties.is_null() || *properties == 0 } {
        // SAFETY: promised by the caller.
        if let Some(buffer) = unsafe { stored::create(vendor, context, flags, size, (storage, name)) } {
            // SAFETY: promised by the caller.
            unsafe {
                taken.write(CL_TRUE);
                if !errcode_ret.is_null() {
                    errcode_ret.write(CL_SUCCESS);
                }
            }
            return buffer;
        }
        if flags & CL_MEM_COPY_HOST_PTR != 0 {
            host_ptr = storage;
        }
    }
    if flags & CL_MEM_USE_HOST_PTR != 0 {
        if flags & (CL_MEM_COPY_HOST_PTR | CL_MEM_ALLOC_HOST_PTR) != 0 {
            // Never right, but the vendor says why: it may have another reason.
            let mut status = CL_INVALID_VALUE;
            // SAFETY: promised by the caller; the vendor keeps nothing, as what it makes is released.
            unsafe {
                let made = vendor.clCreateBuffer(context, flags, size, host_ptr, &mut status);
                if status == CL_SUCCESS {
                    vendor.clReleaseMemObject(made);
                    status = CL_INVALID_VALUE;
                }
                return refuse(errcode_ret, status);
            }
        }
        flags = flags & !CL_MEM_USE_HOST_PTR | CL_MEM_COPY_HOST_PTR;
    }
    // SAFETY: promised by the caller; a list of properties has at least its terminator.
    unsafe {
        if properties.is_null() {
            vendor.clCreateBuffer(context, flags, size, host_ptr, errcode_ret)
        } else if *properties == 0 {
            vendor.clCreateBufferWithProperties(context, properties, flags, size, host_ptr, errcode_ret)
        } else {
            // Those of extensions name objects of the application's process.
            refuse(errcode_ret, CL_INVALID_PROPERTY)
        }
    }
}

// Programs.

/// One of the binaries of a program.
///
/// # Safety
/// `binary` has room for `size` bytes.
pub(crate) unsafe fn program_binary(
    vendor: &Vendor,
    program: cl_program,
    index: cl_uint,
    size: usize,
    binary: *mut c_void,
) -> cl_int {
    // SAFETY: asks for a number.
    let count = unsafe {
        ask::<cl_uint>(|len, value, ret| {
            vendor.clGetProgramInfo(program, CL_PROGRAM_NUM_DEVICES, len, value, ret)
        })
    };
    let mut sizes = vec![0usize; count.unwrap_or(0) as usize];
    let len = size_of_val(sizes.as_slice());
    // SAFETY: there is room for a size for each device.
    let status = unsafe {
        vendor.clGetProgramInfo(
            program,
            CL_PROGRAM_BINARY_SIZES,
            len,
            sizes.as_mut_ptr().cast(),
            ptr::null_mut(),
        )
    };
    if status != CL_SUCCESS {
        return status;
    }
    if sizes.get(index as usize).is_none_or(|needed| *needed > size) {
        return CL_INVALID_VALUE;
    }
    let mut binaries = vec![ptr::null_mut::<c_void>(); sizes.len()];
    binaries[index as usize] = binary;
    // SAFETY: the one binary that is asked for fits, as just checked.
    unsafe {
        vendor.clGetProgramInfo(
            program,
            CL_PROGRAM_BINARIES,
            len,
            binaries.as_mut_ptr().cast(),
            ptr::null_mut(),
        )
    }
}

/// `clLinkProgram`, of which a program comes even if it could not be linked: it has the log. `linked` is then what the vendor
/// returned, and `errcode_ret` says that there is a program.
///
/// # Safety
/// Arguments as the C function demands; `linked` is null or writable.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn link_program(
    vendor: &Vendor,
    context: cl_context,
    num_devices: cl_uint,
    device_list: *const cl_device_id,
    options: *const c_char,
    num_input_programs: cl_uint,
    input_programs: *const cl_program,
    (pfn_notify, user_data): (program_notify, *mut c_void),
    linked: *mut cl_int,
    errcode_ret: *mut cl_int,
) -> cl_program {
    let mut status = CL_SUCCESS;
    // SAFETY: promised by the caller.
    let program = unsafe {
        vendor.clLinkProgram(
            context,
            num_devices,
            device_list,
            options,
            num_input_programs,
            input_programs,
            pfn_notify,
            user_data,
            &mut status,
        )
    };
    if program.is_null() || !matches!(status, CL_SUCCESS | CL_LINK_PROGRAM_FAILURE) {
        // What a vendor returns with another status is no object.
        // SAFETY: promised by the caller.
        return unsafe { refuse(errcode_ret, status) };
    }
    for (target, value) in [(linked, status), (errcode_ret, CL_SUCCESS)] {
        if !target.is_null() {
            // SAFETY: promised by the caller.
            unsafe { target.write(value) };
        }
    }
    program
}

// Kernels.

/// What the vendor says of a kernel's arguments.
pub(crate) fn describe_kernel(vendor: &Vendor, kernel: cl_kernel) -> KernelMeta {
    /// More arguments than any device takes.
    const MAX_ARGS: cl_uint = 1024;
    // SAFETY: the vendor just made the kernel; asks for a number.
    let count = unsafe {
        ask::<cl_uint>(|len, value, ret| vendor.clGetKernelInfo(kernel, CL_KERNEL_NUM_ARGS, len, value, ret))
    };
    let count = count.unwrap_or(0).min(MAX_ARGS);
    let mut meta = KernelMeta::new((0..count).map(|index| arg_kind(vendor, kernel, index)).collect());
    meta.required = describe::required_size(vendor, kernel);
    meta
}

/// What the server adds to a program's options, so that the vendor describes the arguments of its kernels. The macro, which means
/// nothing, tells our addition from the application's.
const ARG_INFO: &[u8] = b" -D__AVA__ -cl-kernel-arg-info";

/// The same in place of no options, which are not the same as none in a string: PoCL then describes arguments unasked.
const ARG_INFO_ALONE: &[u8] = b"-D__AVA__=0 -cl-kernel-arg-info";

/// The application's options (null or a string) and [`ARG_INFO`].
pub(crate) fn with_arg_info(options: *const c_char) -> CString {
    let all = match options.is_null() {
        true => ARG_INFO_ALONE.to_vec(),
        // SAFETY: decoded strings are terminated.
        false => [unsafe { CStr::from_ptr(options) }.to_bytes(), ARG_INFO].concat(),
    };
    CString::new(all).unwrap_or_default()
}

/// A program's options as the vendor knows them, terminated.
///
/// # Safety
/// Live objects.
pub(crate) unsafe fn build_options(
    vendor: &Vendor,
    program: cl_program,
    device: cl_device_id,
) -> Result<Vec<u8>, cl_int> {
    const WHAT: cl_program_build_info = CL_PROGRAM_BUILD_OPTIONS;
    let mut len = 0;
    // SAFETY: asks for the length alone.
    let status = unsafe { vendor.clGetProgramBuildInfo(program, device, WHAT, 0, ptr::null_mut(), &mut len) };
    if status != CL_SUCCESS {
        return Err(status);
    }
    let mut options = vec![0u8; len];
    // SAFETY: there is room for `len` bytes.
    let status = unsafe {
        let value = options.as_mut_ptr().cast();
        vendor.clGetProgramBuildInfo(program, device, WHAT, len, value, ptr::null_mut())
    };
    if status == CL_SUCCESS { Ok(options) } else { Err(status) }
}

/// The part of `options` (terminated) that is the application's, if we added to it.
pub(crate) fn without_arg_info(options: &[u8]) -> Option<&[u8]> {
    let text = options.strip_suffix(&[0]).unwrap_or(options);
    let ours = [ARG_INFO, &ARG_INFO[1..], ARG_INFO_ALONE];
    ours.into_iter().find_map(|ours| text.strip_suffix(ours))
}

/// Whether all of `options` (terminated) is ours, as the application passed none.
pub(crate) fn are_ours_alone(options: &[u8]) -> bool {
    options.strip_suffix(&[0]).unwrap_or(options) == ARG_INFO_ALONE
}

/// `clGetProgramBuildInfo`, which does not show what [`with_arg_info`] added.
///
/// # Safety
/// Arguments as the C function demands.
pub(crate) unsafe fn program_build_info(
    vendor: &Vendor,
    program: cl_program,
    device: cl_device_id,
    name: cl_program_build_info,
    size: usize,
    value: *mut c_void,
    size_ret: *mut usize,
) -> cl_int {
    if name == CL_PROGRAM_BUILD_OPTIONS {
        // SAFETY: promised by the caller.
        if let Ok(options) = unsafe { build_options(vendor, program, device) }
            && let Some(own) = without_arg_info(&options)
        {
            if !value.is_null() && size <= own.len() {
                // SAFETY: promised by the caller; the vendor writes no more than a size.
                return unsafe {
                    too_short(own.len() + 1, size_ret, |size, value, size_ret| {
                        vendor.clGetProgramBuildInfo(program, device, name, size, value, size_ret)
                    })
                };
            }
            // SAFETY: there is room for the options and their terminator; `size_ret` is null or writable.
            unsafe {
                if !value.is_null() {
                    value.cast::<u8>().copy_from_nonoverlapping(own.as_ptr(), own.len());
                    value.cast::<u8>().add(own.len()).write(0);
                }
                if !size_ret.is_null() {
                    size_ret.write(own.len() + 1);
                }
            }
            return CL_SUCCESS;
        }
    }
    // SAFETY: promised by the caller.
    unsafe { vendor.clGetProgramBuildInfo(program, device, name, size, value, size_ret) }
}

fn arg_kind(vendor: &Vendor, kernel: cl_kernel, index: cl_uint) -> ArgKind {
    // SAFETY: asks for an enumerator.
    let address = unsafe {
        ask::<cl_kernel_arg_address_qualifier>(|len, value, ret| {
            vendor.clGetKernelArgInfo(kernel, index, CL_KERNEL_ARG_ADDRESS_QUALIFIER, len, value, ret)
        })
    };
    // SAFETY: asks for a bit field.
    let qualifier = unsafe {
        ask::<cl_kernel_arg_type_qualifier>(|len, value, ret| {
            vendor.clGetKernelArgInfo(kernel, index, CL_KERNEL_ARG_TYPE_QUALIFIER, len, value, ret)
        })
    };
    match (address, qualifier) {
        (_, Some(bits)) if bits & CL_KERNEL_ARG_TYPE_PIPE != 0 => ArgKind::Mem,
        (Some(CL_KERNEL_ARG_ADDRESS_LOCAL), _) => ArgKind::Local,
        // Images are in global memory, says the API, and in private memory, say some vendors.
        (Some(address), _) => match (address, type_name(vendor, kernel, index).as_deref()) {
            (_, Some(name)) if is_image(name) => ArgKind::Image,
            (_, Some(b"sampler_t")) => ArgKind::Sampler,
            (_, Some(b"queue_t")) => ArgKind::Queue,
            (CL_KERNEL_ARG_ADDRESS_GLOBAL | CL_KERNEL_ARG_ADDRESS_CONSTANT, _) => ArgKind::Mem,
            (CL_KERNEL_ARG_ADDRESS_PRIVATE, Some(_)) => ArgKind::Value,
            _ => ArgKind::Unknown,
        },
        _ => ArgKind::Unknown,
    }
}

/// Whether this is the name of an image type, with its access or without.
fn is_image(name: &[u8]) -> bool {
    name.rsplit(|c| *c == b' ').next().is_some_and(|name| name.starts_with(b"image") && name.ends_with(b"_t"))
}

/// The name of an argument's type, without its terminator.
fn type_name(vendor: &Vendor, kernel: cl_kernel, index: cl_uint) -> Option<Vec<u8>> {
    let mut len = 0;
    // SAFETY: asks for the length alone.
    let status = unsafe {
        vendor.clGetKernelArgInfo(kernel, index, CL_KERNEL_ARG_TYPE_NAME, 0, ptr::null_mut(), &mut len)
    };
    let mut name = vec![0u8; len];
    // SAFETY: there is room for `len` bytes.
    let mut read = || unsafe {
        let value = name.as_mut_ptr().cast();
        vendor.clGetKernelArgInfo(kernel, index, CL_KERNEL_ARG_TYPE_NAME, len, value, ptr::null_mut())
    };
    if status != CL_SUCCESS || read() != CL_SUCCESS {
        return None;
    }
    name.pop();
    Some(name)
}
