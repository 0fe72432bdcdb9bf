//! What the server finds out about kernels beyond what it is asked: which local size they demand, so that the guest can tell launches that
//! fail, and whether the vendor would have described their arguments had the server not asked for it.

use std::ptr;
use std::sync::{Mutex, PoisonError};

use crate::ffi::*;
use crate::opencl::server::Vendor;
use crate::remote::{are_ours_alone, ask, ask_list, build_options, without_arg_info};

/// The local size that a kernel's source demands, if it demands one.
pub(crate) fn required_size(vendor: &Vendor, kernel: cl_kernel) -> Option<[usize; 3]> {
    // SAFETY: the vendor just made the kernel.
    let devices = unsafe { devices_of(vendor, program_of(vendor, kernel)) };
    let of = |device: &cl_device_id| {
        // SAFETY: asks for three numbers, about a device of the kernel's program.
        unsafe {
            ask::<[usize; 3]>(|len, value, ret| {
                let what = CL_KERNEL_COMPILE_WORK_GROUP_SIZE;
                vendor.clGetKernelWorkGroupInfo(kernel, *device, what, len, value, ret)
            })
        }
    };
    devices.iter().find_map(of).filter(|size| *size != [0; 3])
}

/// A kernel's program; null if the vendor does not say.
///
/// # Safety
/// A live kernel, or null.
unsafe fn program_of(vendor: &Vendor, kernel: cl_kernel) -> cl_program {
    // SAFETY: asks for a handle, whose bits are a number.
    let bits = unsafe {
        ask::<usize>(|len, value, ret| vendor.clGetKernelInfo(kernel, CL_KERNEL_PROGRAM, len, value, ret))
    };
    bits.map_or(ptr::null_mut(), |bits| bits as cl_program)
}

/// A program's devices.
///
/// # Safety
/// A live program, or null.
unsafe fn devices_of(vendor: &Vendor, program: cl_program) -> Vec<cl_device_id> {
    if program.is_null() {
        return Vec::new();
    }
    // SAFETY: promised by the caller.
    unsafe {
        ask_list(|len, value, ret| vendor.clGetProgramInfo(program, CL_PROGRAM_DEVICES, len, value, ret))
    }
}

/// Whether the vendor describes the kernel's arguments only because [`with_arg_info`](crate::remote::with_arg_info) asked for it.
///
/// # Safety
/// A live kernel, or null.
pub(crate) unsafe fn arg_info_is_ours(vendor: &Vendor, kernel: cl_kernel) -> bool {
    // SAFETY: live objects.
    unsafe {
        let program = program_of(vendor, kernel);
        let devices = devices_of(vendor, program);
        let asked = b"-cl-kernel-arg-info";
        devices.first().is_some_and(|device| {
            build_options(vendor, program, *device).is_ok_and(|options| {
                without_arg_info(&options).is_some_and(|own| !own.windows(asked.len()).any(|w| w == asked))
                    && !describes_unasked(vendor, program, *device, are_ours_alone(&options))
            })
        })
    }
}

/// Whether the vendor describes the arguments of every kernel that is built without options, or with some but for those that ask for
/// it. A kernel of our own shows it, once for each device.
///
/// # Safety
/// A live program and one of its devices.
unsafe fn describes_unasked(
    vendor: &Vendor,
    program: cl_program,
    device: cl_device_id,
    without_options: bool,
) -> bool {
    static KNOWN: Mutex<Vec<((usize, bool), bool)>> = Mutex::new(Vec::new());
    let key = (device as usize, without_options);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, describes)) = known.iter().find(|(of, _)| *of == key) {
        return *describes;
    }
    let mut source = c"kernel void ava_probe(global int *a) { a[0] = 0; }".as_ptr();
    let mut status = CL_SUCCESS;
    // SAFETY: the context is the live program's; what is made here is released here.
    let describes = unsafe {
        let context = ask::<usize>(|len, value, ret| {
            vendor.clGetProgramInfo(program, CL_PROGRAM_CONTEXT, len, value, ret)
        });
        let context = context.map_or(ptr::null_mut(), |bits| bits as cl_context);
        let probe = vendor.clCreateProgramWithSource(context, 1, &mut source, ptr::null(), &mut status);
        if status != CL_SUCCESS {
            return false;
        }
        let options = if without_options { ptr::null() } else { c"".as_ptr() };
        let built = vendor.clBuildProgram(probe, 1, &device, options, None, ptr::null_mut());
        let kernel = vendor.clCreateKernel(probe, c"ava_probe".as_ptr(), &mut status);
        let mut describes = false;
        if built == CL_SUCCESS && status == CL_SUCCESS {
            let mut len = 0;
            let name = CL_KERNEL_ARG_NAME;
            describes =
                vendor.clGetKernelArgInfo(kernel, 0, name, 0, ptr::null_mut(), &mut len) == CL_SUCCESS;
            vendor.clReleaseKernel(kernel);
        }
        vendor.clReleaseProgram(probe);
        describes
    };
    known.push((key, describes));
    describes
}
