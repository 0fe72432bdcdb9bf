//! Bodies that run in the API server instead of a plain call of the vendor: what must be checked, kept or done in the vendor's own address
//! space. They see the vendor's handles and private copies of the guest's data; nothing that they are told is trusted beyond that.

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::ffi::*;
use crate::meta::{ArgKind, KernelMeta};
use crate::opencl::server::Vendor;
use crate::opencl::{context_notify, program_notify};
use crate::storage::GONE;
use crate::{pins, shape};

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
    let mut platforms = [ptr::null_mut(); 8];
    let mut count = 0;
    // SAFETY: there is room for 8 platforms.
    unsafe { vendor.clGetPlatformIDs(platforms.len() as cl_uint, platforms.as_mut_ptr(), &mut count) };
    for platform in platforms.into_iter().take(count as usize).filter(|p| !p.is_null()) {
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

// Contexts.

/// Whether a list of context properties has none but those that mean the same in another process. Those of GL and D3D sharing are
/// addresses of the application's, which the vendor must not see.
///
/// # Safety
/// `list` is null or a complete list.
unsafe fn are_portable(list: *const cl_context_properties) -> bool {
    let mut at = list;
    // SAFETY: the list ends with a 0 in place of a key, and is read no further.
    while !at.is_null() && unsafe { *at } != 0 {
        // SAFETY: as above.
        if !matches!(unsafe { *at }, CL_CONTEXT_PLATFORM | CL_CONTEXT_INTEROP_USER_SYNC) {
            return false;
        }
        // SAFETY: a key is followed by a value and another key.
        at = unsafe { at.add(2) };
    }
    true
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
        if !are_portable(properties) {
            return refuse(errcode_ret, CL_INVALID_PROPERTY);
        }
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
        if !are_portable(properties) {
            return refuse(errcode_ret, CL_INVALID_PROPERTY);
        }
        vendor.clCreateContextFromType(properties, device_type, notify, user_data, errcode_ret)
    }
}

/// Whether the vendor's list of a context's properties has more than its end.
pub(crate) fn has_properties(vendor: &Vendor, context: cl_context) -> bool {
    let mut len = 0;
    // SAFETY: asks for the length alone; a context that there is not is the vendor's to refuse.
    let status =
        unsafe { vendor.clGetContextInfo(context, CL_CONTEXT_PROPERTIES, 0, ptr::null_mut(), &mut len) };
    status == CL_SUCCESS && len > size_of::<cl_context_properties>()
}

// Buffers.

/// `clCreateBuffer` and `clCreateBufferWithProperties`.
///
/// `CL_MEM_USE_HOST_PTR` becomes a copy: the application's memory is in another process, and the API lets a device cache it, so a program
/// sees no difference as long as it maps the buffer to use it, as it must.
///
/// With `storage`, shared memory that already has the initial contents, the buffer is stored there if `taken` says so afterwards, see
/// `pins`. `gone` gets the names of such memory that is free again.
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
        unsafe { gone_count.write(pins::take_gone(gone, GONE) as cl_uint) };
    }
    // SAFETY: promised by the caller; a list of properties has at least its terminator.
    if !storage.is_null() && !taken.is_null() && unsafe { properties.is_null() || *properties == 0 } {
        // SAFETY: promised by the caller.
        if let Some(buffer) = unsafe { pins::create(vendor, context, flags, size, (storage, name)) } {
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
            // SAFETY: promised by the caller.
            return unsafe { refuse(errcode_ret, CL_INVALID_VALUE) };
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
    KernelMeta::new((0..count).map(|index| arg_kind(vendor, kernel, index)).collect())
}

/// What the server adds to a program's options, so that the vendor describes the arguments of its kernels. The macro, which means
/// nothing, tells our addition from the application's.
const ARG_INFO: &[u8] = b" -D__AVA__ -cl-kernel-arg-info";

/// The application's options (null or a string) and [`ARG_INFO`].
pub(crate) fn with_arg_info(options: *const c_char) -> CString {
    let mut all = match options.is_null() {
        true => Vec::new(),
        // SAFETY: decoded strings are terminated.
        false => unsafe { CStr::from_ptr(options) }.to_bytes().to_vec(),
    };
    all.extend_from_slice(ARG_INFO);
    CString::new(all).unwrap_or_default()
}

/// A program's options as the vendor knows them, terminated.
///
/// # Safety
/// Live objects.
unsafe fn build_options(
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
fn without_arg_info(options: &[u8]) -> Option<&[u8]> {
    let text = options.strip_suffix(&[0]).unwrap_or(options);
    text.strip_suffix(ARG_INFO).or_else(|| text.strip_suffix(&ARG_INFO[1..]))
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
                return CL_INVALID_VALUE;
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

/// Whether the vendor describes the kernel's arguments only because [`with_arg_info`] asked for it.
///
/// # Safety
/// A live kernel, or null.
pub(crate) unsafe fn arg_info_is_ours(vendor: &Vendor, kernel: cl_kernel) -> bool {
    // SAFETY: asks for one handle each, of live objects; a program has a device.
    unsafe {
        let program = ask::<usize>(|len, value, ret| {
            vendor.clGetKernelInfo(kernel, CL_KERNEL_PROGRAM, len, value, ret)
        });
        let Some(program) = program.map(|bits| bits as cl_program) else { return false };
        let mut devices = [ptr::null_mut::<c_void>(); 64];
        let room = size_of_val(&devices);
        let status = vendor.clGetProgramInfo(
            program,
            CL_PROGRAM_DEVICES,
            room,
            devices.as_mut_ptr().cast(),
            ptr::null_mut(),
        );
        status == CL_SUCCESS
            && build_options(vendor, program, devices[0].cast()).is_ok_and(|options| {
                let asked = b"-cl-kernel-arg-info";
                without_arg_info(&options).is_some_and(|own| !own.windows(asked.len()).any(|w| w == asked))
            })
    }
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
        (Some(CL_KERNEL_ARG_ADDRESS_GLOBAL | CL_KERNEL_ARG_ADDRESS_CONSTANT), _) => ArgKind::Mem,
        (Some(CL_KERNEL_ARG_ADDRESS_LOCAL), _) => ArgKind::Local,
        (Some(CL_KERNEL_ARG_ADDRESS_PRIVATE), _) => match type_name(vendor, kernel, index).as_deref() {
            None => ArgKind::Unknown,
            Some(b"sampler_t") => ArgKind::Sampler,
            Some(b"queue_t") => ArgKind::Queue,
            Some(name) if name.starts_with(b"image") && name.ends_with(b"_t") => ArgKind::Mem,
            Some(_) => ArgKind::Value,
        },
        _ => ArgKind::Unknown,
    }
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

// Mapped buffers, see `mapping` for the guest's side.

/// A region of the vendor's buffer that is mapped for the guest. The entry owns a reference of the buffer and of the event, so that
/// neither goes while the guest can still name the mapping.
#[derive(Clone, Copy)]
struct Mapped {
    address: usize,
    size: usize,
    flags: cl_map_flags,
    /// The map's event while its data may not have been copied yet; else null.
    event: usize,
}

/// Contents of a mapping that go to the guest when its map is done.
struct Arrival {
    from: usize,
    to: usize,
    size: usize,
}

#[derive(Default)]
struct Mappings {
    /// By buffer and the guest's number.
    mapped: HashMap<(usize, u64), Mapped>,
    /// By the map's event.
    arrivals: HashMap<usize, Arrival>,
}

/// The `size` bytes at `from` go to `to` when `event` is complete. Both must be there until then, or until [`forget_arrivals`].
pub(crate) fn expect_arrival(event: usize, from: usize, to: usize, size: usize) {
    mappings().arrivals.insert(event, Arrival { from, to, size });
    ARRIVALS.fetch_add(1, Ordering::Release);
}

/// Memory is gone from which arrivals were expected.
pub(crate) fn forget_arrivals(memory: std::ops::Range<usize>) {
    if ARRIVALS.load(Ordering::Acquire) != 0 {
        let mut mappings = mappings();
        let before = mappings.arrivals.len();
        mappings.arrivals.retain(|_, arrival| !memory.contains(&arrival.from));
        ARRIVALS.fetch_sub(before - mappings.arrivals.len(), Ordering::Release);
    }
}

/// Number of arrivals, so that completion checks of other commands take no lock.
static ARRIVALS: AtomicUsize = AtomicUsize::new(0);

fn mappings() -> MutexGuard<'static, Mappings> {
    static MAPPINGS: OnceLock<Mutex<Mappings>> = OnceLock::new();
    MAPPINGS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Maps a buffer for the guest. `data`, if it is not null, gets the contents: now if the map blocks, else when it is done, which
/// [`event_is_complete`] finds out.
///
/// # Safety
/// `data` has room for `size` bytes, if the flags say that the contents are read, until the map is done. The rest is as
/// `clEnqueueMapBuffer` demands; `event` is not null.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn map_buffer(
    vendor: &Vendor,
    command_queue: cl_command_queue,
    buffer: cl_mem,
    blocking_map: cl_bool,
    map_flags: cl_map_flags,
    offset: usize,
    size: usize,
    number: u64,
    data: *mut c_void,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    let reads = shape::map_reads(map_flags) && !data.is_null();
    let later = reads && blocking_map == CL_FALSE;
    if mappings().mapped.contains_key(&(buffer as usize, number)) || later && event.is_null() {
        // Our guest library numbers its mappings.
        return CL_INVALID_VALUE;
    }
    let mut status = CL_SUCCESS;
    // SAFETY: promised by the caller.
    let address = unsafe {
        vendor.clEnqueueMapBuffer(
            command_queue,
            buffer,
            blocking_map,
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
    let mut mapped = Mapped { address: address as usize, size, flags: map_flags, event: 0 };
    if reads && !later {
        // SAFETY: the vendor has mapped `size` bytes, and `data` has room for them.
        unsafe { ptr::copy_nonoverlapping(address.cast::<u8>(), data.cast(), size) };
    }
    let mut mappings = mappings();
    if later {
        // SAFETY: the vendor made the event, as it succeeded and got a place for it.
        unsafe {
            mapped.event = *event as usize;
            vendor.clRetainEvent(*event);
        }
        mappings.arrivals.insert(mapped.event, Arrival { from: mapped.address, to: data as usize, size });
        ARRIVALS.fetch_add(1, Ordering::Release);
    }
    // SAFETY: the buffer is alive, as it was just mapped.
    unsafe { vendor.clRetainMemObject(buffer) };
    mappings.mapped.insert((buffer as usize, number), mapped);
    CL_SUCCESS
}

/// Unmaps what [`map_buffer`] mapped. With `writes`, `data` is what the application left there. If the map's own data has not
/// arrived yet, this waits for it: the application unmaps what it did not wait for.
///
/// # Safety
/// With `writes`, `size` bytes are readable at `data`. The rest is as `clEnqueueUnmapMemObject` demands.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn unmap_buffer(
    vendor: &Vendor,
    command_queue: cl_command_queue,
    buffer: cl_mem,
    number: u64,
    writes: cl_bool,
    size: usize,
    data: *const c_void,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    let key = (buffer as usize, number);
    let Some(mapped) = mappings().mapped.remove(&key) else { return CL_INVALID_VALUE };
    if mapped.event != 0 {
        let map = mapped.event as cl_event;
        // SAFETY: the entry owns a reference of the event.
        unsafe {
            vendor.clWaitForEvents(1, &map);
            event_is_complete(vendor, map);
        }
    }
    if writes != CL_FALSE && shape::map_writes(mapped.flags) && !data.is_null() {
        // SAFETY: the vendor has mapped `mapped.size` bytes, for writing; `size` are readable.
        unsafe {
            ptr::copy_nonoverlapping(data.cast::<u8>(), mapped.address as *mut u8, size.min(mapped.size));
        }
    }
    // SAFETY: promised by the caller; the vendor mapped this address.
    let status = unsafe {
        vendor.clEnqueueUnmapMemObject(
            command_queue,
            buffer,
            mapped.address as *mut c_void,
            num_events_in_wait_list,
            event_wait_list,
            event,
        )
    };
    if status != CL_SUCCESS {
        mappings().mapped.insert(key, mapped);
        return status;
    }
    // SAFETY: the entry, which is gone, owned these references.
    unsafe {
        vendor.clReleaseMemObject(buffer);
        if mapped.event != 0 {
            vendor.clReleaseEvent(mapped.event as cl_event);
        }
    }
    CL_SUCCESS
}

/// Whether the command of `event` is done, so that its buffers are no longer in flight. If it was a map, its data is where it
/// belongs when this says so.
///
/// # Safety
/// The event is alive.
pub(crate) unsafe fn event_is_complete(vendor: &Vendor, event: cl_event) -> bool {
    // SAFETY: promised by the caller; asks for a status.
    let status = crate::callback::told_state(event).or_else(|| unsafe {
        ask::<cl_int>(|len, value, ret| {
            vendor.clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, len, value, ret)
        })
    });
    // A vendor that cannot say will never use the buffers again.
    let status = status.unwrap_or(CL_INVALID_EVENT);
    if status > CL_COMPLETE {
        return false;
    }
    if ARRIVALS.load(Ordering::Acquire) != 0 {
        // The lock is held over the copy: whoever finds no arrival finds its data.
        let mut mappings = mappings();
        if let Some(Arrival { from, to, size }) = mappings.arrivals.remove(&(event as usize)) {
            ARRIVALS.fetch_sub(1, Ordering::Release);
            if status == CL_COMPLETE {
                // SAFETY: the vendor keeps the region mapped until it is unmapped, which waits for this, and the buffer that the
                // data goes to is kept until this function has said that the command is done.
                unsafe { ptr::copy_nonoverlapping(from as *const u8, to as *mut u8, size) };
            }
        }
    }
    true
}
