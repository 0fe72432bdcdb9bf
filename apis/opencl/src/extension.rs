//! Extensions: which of them a program may see, and their functions.
//!
//! What a vendor offers is shown if a program can use it through this library: either it has no functions of the host's, or they are in
//! the specification. An extension that is not known here is hidden, as nobody can say which of the two it is.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;

use crate::devices::platforms;
use crate::ffi::*;
use crate::opencl::guest;
use crate::opencl::server::Vendor;
use crate::{command_buffer, remote, svm_remote};

/// The extensions that a program may see.
///
/// Not among them, though Khronos specifies them: sharing with GL, EGL, D3D and VA-API (objects of the application's process), external memory
/// and semaphores (its file descriptors), `cl_khr_terminate_context`, `cl_khr_command_buffer_mutable_dispatch` and
/// `cl_khr_command_buffer_multi_device`, whose functions are not described, and SPIR-V queries.
const KNOWN: &[&str] = &[
    // With functions, which are in the specification.
    "cl_khr_command_buffer",
    "cl_khr_create_command_queue",
    "cl_khr_icd",
    "cl_khr_il_program",
    "cl_khr_subgroups",
    "cl_khr_suggested_local_work_size",
    "cl_pocl_content_size",
    // Without.
    "cl_khr_3d_image_writes",
    "cl_khr_async_work_group_copy_fence",
    "cl_khr_byte_addressable_store",
    "cl_khr_depth_images",
    "cl_khr_device_enqueue_local_arg_types",
    "cl_khr_device_uuid",
    "cl_khr_expect_assume",
    "cl_khr_extended_async_copies",
    "cl_khr_extended_bit_ops",
    "cl_khr_extended_versioning",
    "cl_khr_fp16",
    "cl_khr_fp64",
    "cl_khr_global_int32_base_atomics",
    "cl_khr_global_int32_extended_atomics",
    "cl_khr_image2d_from_buffer",
    "cl_khr_initialize_memory",
    "cl_khr_int64_base_atomics",
    "cl_khr_int64_extended_atomics",
    "cl_khr_integer_dot_product",
    "cl_khr_kernel_clock",
    "cl_khr_local_int32_base_atomics",
    "cl_khr_local_int32_extended_atomics",
    "cl_khr_mipmap_image",
    "cl_khr_mipmap_image_writes",
    "cl_khr_pci_bus_info",
    "cl_khr_priority_hints",
    "cl_khr_select_fprounding_mode",
    "cl_khr_spir",
    "cl_khr_spirv_extended_debug_info",
    "cl_khr_spirv_linkonce_odr",
    "cl_khr_spirv_no_integer_wrap_decoration",
    "cl_khr_srgb_image_writes",
    "cl_khr_subgroup_ballot",
    "cl_khr_subgroup_clustered_reduce",
    "cl_khr_subgroup_extended_types",
    "cl_khr_subgroup_named_barrier",
    "cl_khr_subgroup_non_uniform_arithmetic",
    "cl_khr_subgroup_non_uniform_vote",
    "cl_khr_subgroup_rotate",
    "cl_khr_subgroup_shuffle",
    "cl_khr_subgroup_shuffle_relative",
    "cl_khr_throttle_hints",
    "cl_khr_work_group_uniform_arithmetic",
    "cl_ext_cxx_for_opencl",
    "cl_ext_float_atomics",
    "cl_ext_image_from_buffer",
    "cl_ext_image_raw10_raw12",
    "cl_ext_image_requirements_info",
    "cl_ext_yuv_images",
];

fn is_known(name: &[u8]) -> bool {
    KNOWN.iter().any(|known| known.as_bytes() == name)
}

/// `list`, of names with spaces between and a 0 at its end, without those that a program may not see; as it is if there are none.
fn visible_names(list: &[u8]) -> Vec<u8> {
    let text = list.split(|c| *c == 0).next().unwrap_or_default();
    let mut words = text.split(|c| *c == b' ').filter(|name| !name.is_empty());
    if words.clone().all(is_known) {
        return list.to_vec();
    }
    let mut visible = Vec::new();
    for word in words.by_ref().filter(|word| is_known(word)) {
        if !visible.is_empty() {
            visible.push(b' ');
        }
        visible.extend_from_slice(word);
    }
    visible.push(0);
    visible
}

/// A list of `cl_name_version` without those that a program may not see.
fn visible_versions(list: &[u8]) -> Vec<u8> {
    let name = |entry: &[u8]| {
        let name = entry.get(size_of::<cl_version>()..).unwrap_or_default();
        is_known(name.split(|c| *c == 0).next().unwrap_or_default())
    };
    let (entries, rest) = list.as_chunks::<{ size_of::<cl_name_version>() }>();
    let mut visible: Vec<u8> =
        entries.iter().filter(|entry| name(entry.as_slice())).flatten().copied().collect();
    visible.extend_from_slice(rest);
    visible
}

/// What a query says of extensions.
#[derive(Clone, Copy)]
pub(crate) enum List {
    /// Names.
    Names,
    /// Names and versions.
    Versions,
}

/// Answers a query whose vendor's answer is a list of extensions. `query` asks the vendor, given room, its address, and where the size goes.
///
/// # Safety
/// `value` is null or has room for `size` bytes, `size_ret` is null or writable, and `query` may be called.
pub(crate) unsafe fn visible(
    list: List,
    (size, value, size_ret): (usize, *mut c_void, *mut usize),
    query: impl Fn(usize, *mut c_void, *mut usize) -> cl_int,
) -> cl_int {
    let mut len = 0;
    let status = query(0, ptr::null_mut(), &raw mut len);
    if status != CL_SUCCESS {
        return status;
    }
    let mut all = vec![0u8; len];
    let status = query(len, all.as_mut_ptr().cast(), ptr::null_mut());
    if status != CL_SUCCESS {
        return status;
    }
    let visible = match list {
        List::Names => visible_names(&all),
        List::Versions => visible_versions(&all),
    };
    if !value.is_null() {
        if size < visible.len() {
            // SAFETY: promised by the caller.
            return unsafe { remote::too_short(visible.len(), size_ret, query) };
        }
        // SAFETY: there is room for `size` bytes, as promised.
        unsafe { value.cast::<u8>().copy_from_nonoverlapping(visible.as_ptr(), visible.len()) };
    }
    if !size_ret.is_null() {
        // SAFETY: promised by the caller.
        unsafe { size_ret.write(visible.len()) };
    }
    CL_SUCCESS
}

/// `clGetPlatformInfo` in the server.
///
/// # Safety
/// Arguments as the C function demands.
pub(crate) unsafe fn platform_info(
    vendor: &Vendor,
    platform: cl_platform_id,
    name: cl_platform_info,
    (size, value, size_ret): (usize, *mut c_void, *mut usize),
) -> cl_int {
    // SAFETY: promised by the caller, and by `visible`.
    let query =
        |size, value, size_ret| unsafe { vendor.clGetPlatformInfo(platform, name, size, value, size_ret) };
    let list = match name {
        CL_PLATFORM_EXTENSIONS => List::Names,
        CL_PLATFORM_EXTENSIONS_WITH_VERSION => List::Versions,
        _ => return query(size, value, size_ret),
    };
    // SAFETY: promised by the caller.
    unsafe { visible(list, (size, value, size_ret), query) }
}

/// `clGetDeviceInfo` in the server.
///
/// # Safety
/// Arguments as the C function demands.
pub(crate) unsafe fn device_info(
    vendor: &Vendor,
    device: cl_device_id,
    name: cl_device_info,
    (size, value, size_ret): (usize, *mut c_void, *mut usize),
) -> cl_int {
    // SAFETY: promised by the caller, and by `visible`.
    let query =
        |size, value, size_ret| unsafe { vendor.clGetDeviceInfo(device, name, size, value, size_ret) };
    let list = match name {
        CL_DEVICE_EXTENSIONS => List::Names,
        CL_DEVICE_EXTENSIONS_WITH_VERSION => List::Versions,
        CL_DEVICE_SVM_CAPABILITIES => {
            let status = query(size, value, size_ret);
            if status == CL_SUCCESS && !value.is_null() {
                // SAFETY: the query put a bit field where there is room for it; the device is the vendor's.
                unsafe {
                    value
                        .cast::<cl_device_svm_capabilities>()
                        .write_unaligned(svm_remote::offered(vendor, device))
                };
            }
            return status;
        }
        _ => return query(size, value, size_ret),
    };
    // SAFETY: promised by the caller.
    unsafe { visible(list, (size, value, size_ret), query) }
}

/// Whether a device's answer to the query `name` is always the same. Those of the core are, but for whether it is available, and for its
/// references; what vendors' own say may be its temperature.
pub(crate) fn is_constant(name: cl_device_info) -> bool {
    matches!(name, 0x1000..0x1100) && !matches!(name, CL_DEVICE_AVAILABLE | CL_DEVICE_REFERENCE_COUNT)
}

// Functions.

/// The vendor's extension function of this name: that of the first platform that has it. A program finds a function by its platform, but
/// two vendors in one server with the same extension of this kind are not told apart.
pub(crate) fn function(vendor: &Vendor, name: &CStr) -> *mut c_void {
    let mut found = platforms(vendor).map(|platform| {
        // SAFETY: a platform of the vendor's, and a C string.
        unsafe { vendor.clGetExtensionFunctionAddressForPlatform(platform, name.as_ptr()) }
    });
    found.find(|function| !function.is_null()).unwrap_or(ptr::null_mut())
}

/// Whether the vendor hands out a function of this name; for a platform if there is one.
///
/// # Safety
/// `name` is null or a C string, `platform` null or the vendor's.
pub(crate) unsafe fn is_handed_out(vendor: &Vendor, platform: cl_platform_id, name: *const c_char) -> bool {
    if name.is_null() {
        return false;
    }
    // SAFETY: promised by the caller.
    let function = unsafe {
        match platform.is_null() {
            true => vendor.clGetExtensionFunctionAddress(name),
            false => vendor.clGetExtensionFunctionAddressForPlatform(platform, name),
        }
    };
    !function.is_null()
}

/// `clGetExtensionFunctionAddress` and, with a platform, `clGetExtensionFunctionAddressForPlatform`, in the guest: our function of this name, if the
/// vendor hands out one.
///
/// # Safety
/// The C functions' contract.
pub(crate) unsafe fn address(platform: cl_platform_id, func_name: *const c_char) -> *mut c_void {
    if func_name.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: promised by the caller.
    let name = unsafe { CStr::from_ptr(func_name) };
    if platform.is_null() {
        // What makes this library usable as a vendor's behind a loader.
        if name == c"clIcdGetPlatformIDsKHR" {
            return guest::clGetPlatformIDs as *mut c_void;
        }
        if name == c"clGetICDLoaderInfoOCLICD" {
            return guest::loader_info as *mut c_void;
        }
    }
    let mut found = CL_FALSE;
    // SAFETY: a C string, and a place for the answer.
    let status = unsafe { guest::extension_is_known(platform, func_name, &raw mut found) };
    if status != CL_SUCCESS || found == CL_FALSE {
        return ptr::null_mut();
    }
    match name.to_bytes() {
        b"clRetainCommandBufferKHR" => command_buffer::retain as *mut c_void,
        b"clReleaseCommandBufferKHR" => command_buffer::release as *mut c_void,
        b"clGetCommandBufferInfoKHR" => command_buffer::info as *mut c_void,
        b"clIcdGetPlatformIDsKHR" => guest::clGetPlatformIDs as *mut c_void,
        b"clCreateProgramWithILKHR" => guest::clCreateProgramWithIL as *mut c_void,
        b"clCreateCommandQueueWithPropertiesKHR" => guest::clCreateCommandQueueWithProperties as *mut c_void,
        _ => guest::address(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_known_extensions_is_shown_as_it_is() {
        let list = b" cl_khr_fp64   cl_khr_icd \0";
        assert_eq!(visible_names(list), list);
        assert_eq!(visible_names(b"\0"), b"\0");
        assert_eq!(visible_names(b""), b"");
    }

    #[test]
    fn an_extension_that_nobody_described_is_hidden() {
        assert_eq!(visible_names(b"cl_khr_fp64 cl_khr_gl_sharing cl_khr_icd\0"), b"cl_khr_fp64 cl_khr_icd\0");
        assert_eq!(visible_names(b"cl_new_thing\0"), b"\0");
        let entry = |name: &[u8]| {
            let mut entry = vec![0u8; size_of::<cl_name_version>()];
            entry[4..4 + name.len()].copy_from_slice(name);
            entry
        };
        let list = [entry(b"cl_new_thing"), entry(b"cl_khr_fp16")].concat();
        assert_eq!(visible_versions(&list), entry(b"cl_khr_fp16"));
    }

    #[test]
    fn what_may_change_is_not_a_constant() {
        assert!(is_constant(CL_DEVICE_NAME) && is_constant(CL_DEVICE_EXTENSIONS_WITH_VERSION));
        assert!(!is_constant(CL_DEVICE_AVAILABLE) && !is_constant(CL_DEVICE_REFERENCE_COUNT));
        assert!(!is_constant(CL_DEVICE_GLOBAL_FREE_MEMORY_AMD));
    }
}
