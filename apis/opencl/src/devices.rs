//! What the API server asks the vendor about platforms and devices, for its own decisions.

use std::ptr;

use crate::ffi::*;
use crate::opencl::server::Vendor;
use crate::remote::{ask, ask_list};

/// The platforms that there are, up to 64.
pub(crate) fn platforms(vendor: &Vendor) -> impl Iterator<Item = cl_platform_id> + use<> {
    let mut platforms = [ptr::null_mut(); 64];
    let mut count = 0;
    // SAFETY: there is room for as many platforms as is said.
    let status =
        unsafe { vendor.clGetPlatformIDs(platforms.len() as cl_uint, platforms.as_mut_ptr(), &mut count) };
    let count = if status == CL_SUCCESS { count as usize } else { 0 };
    platforms.into_iter().take(count).filter(|platform| !platform.is_null())
}

/// Whether a device's kernels work on the memory of this process.
///
/// # Safety
/// A live device.
pub(crate) unsafe fn is_cpu(vendor: &Vendor, device: cl_device_id) -> bool {
    // SAFETY: asks for a bit field.
    let kind = unsafe {
        ask::<cl_device_type>(|len, value, ret| {
            vendor.clGetDeviceInfo(device, CL_DEVICE_TYPE, len, value, ret)
        })
    };
    kind.is_some_and(|kind| kind & CL_DEVICE_TYPE_CPU != 0)
}

/// The devices of a context.
///
/// # Safety
/// A live context.
pub(crate) unsafe fn devices_of(vendor: &Vendor, context: cl_context) -> Vec<cl_device_id> {
    // SAFETY: promised by the caller.
    unsafe {
        ask_list(|len, value, ret| vendor.clGetContextInfo(context, CL_CONTEXT_DEVICES, len, value, ret))
    }
}

/// Whether all devices of `context` work on the memory of this process.
///
/// # Safety
/// A live context, or null.
pub(crate) unsafe fn is_on_cpus(vendor: &Vendor, context: cl_context) -> bool {
    // SAFETY: promised by the caller; the devices of a live context are alive.
    unsafe {
        let devices = devices_of(vendor, context);
        !devices.is_empty() && devices.iter().all(|device| is_cpu(vendor, *device))
    }
}
