//! `libAvaOpenCL.so`: the platforms that AvA forwards, as one more vendor behind an OpenCL loader (`cl_khr_icd`).
//!
//! A loader finds every function in the dispatch table of the objects, so nothing is exported but what it asks a vendor's library for.
//! The library that stands in for the loader itself cannot do this as well: in a process that has a loader, its functions would be
//! taken for the loader's or the other way round, and it has no symbol that Debian's loader has not.

#![expect(non_snake_case, reason = "the library is libAvaOpenCL.so, and its symbols are OpenCL's")]

/// The exported symbols. Each is what the specification of OpenCL or of `cl_khr_icd` says of its name.
mod exported {
    use std::ffi::{CStr, c_char, c_void};

    use ava_opencl::{
        ffi::{cl_int, cl_platform_id, cl_platform_info, cl_uint},
        opencl::{SPEC_HASH, guest},
    };

    /// By which a server knows a guest library from a vendor's.
    #[unsafe(no_mangle)]
    static ava_guest_library: [u8; 16] = SPEC_HASH;

    #[unsafe(no_mangle)]
    unsafe extern "C" fn clIcdGetPlatformIDsKHR(
        num_entries: cl_uint,
        platforms: *mut cl_platform_id,
        num_platforms: *mut cl_uint,
    ) -> cl_int {
        // SAFETY: the caller keeps to the contract of `clGetPlatformIDs`, which is this one's.
        unsafe { guest::clGetPlatformIDs(num_entries, platforms, num_platforms) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn clGetPlatformInfo(
        platform: cl_platform_id,
        param_name: cl_platform_info,
        param_value_size: usize,
        param_value: *mut c_void,
        param_value_size_ret: *mut usize,
    ) -> cl_int {
        // SAFETY: the caller keeps to the C function's contract.
        unsafe {
            guest::clGetPlatformInfo(
                platform,
                param_name,
                param_value_size,
                param_value,
                param_value_size_ret,
            )
        }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn clGetExtensionFunctionAddress(func_name: *const c_char) -> *mut c_void {
        if func_name.is_null() {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's name is a C string.
        match unsafe { CStr::from_ptr(func_name) }.to_bytes() {
            // The Khronos loader asks for these here, Debian's by `dlsym`.
            b"clIcdGetPlatformIDsKHR" => clIcdGetPlatformIDsKHR as *mut c_void,
            b"clGetPlatformInfo" => clGetPlatformInfo as *mut c_void,
            // SAFETY: the caller keeps to the C function's contract.
            _ => unsafe { guest::clGetExtensionFunctionAddress(func_name) },
        }
    }
}
