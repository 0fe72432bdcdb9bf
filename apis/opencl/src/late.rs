//! A vendor whose events lag behind its queues.
//!
//! Rusticl runs the commands of a queue one after the other, each with the state "queued", calls it "submitted" when it has run, and
//! "complete" some time after those that follow it. A program that learns from a later command that a transfer is over expects its data:
//! what is submitted there has run.

use std::ptr;
use std::sync::OnceLock;

use crate::devices::platforms;
use crate::ffi::*;
use crate::opencl::server::Vendor;
use crate::remote::ask;

/// The platform whose events lag; 0 if there is none.
static RUSTICL: OnceLock<usize> = OnceLock::new();

fn rusticl(vendor: &Vendor) -> usize {
    let is_rusticl = |platform: &cl_platform_id| {
        let mut name = [0u8; 8];
        // SAFETY: the vendor just named the platform; there is room for as much as is said, and a longer name is refused.
        let status = unsafe {
            let value = name.as_mut_ptr().cast();
            vendor.clGetPlatformInfo(*platform, CL_PLATFORM_NAME, name.len(), value, ptr::null_mut())
        };
        status == CL_SUCCESS && name == *b"rusticl\0"
    };
    platforms(vendor).find(is_rusticl).map_or(0, |platform| platform as usize)
}

/// Whether the command of `event`, of which the vendor says that it is submitted, is done.
///
/// # Safety
/// The event is alive.
#[cold]
pub(crate) unsafe fn is_done(vendor: &Vendor, event: cl_event) -> bool {
    let rusticl = *RUSTICL.get_or_init(|| rusticl(vendor));
    if rusticl == 0 {
        return false;
    }
    // SAFETY: promised by the caller; what a live event names is alive.
    let platform = unsafe {
        ask::<usize>(|len, value, ret| vendor.clGetEventInfo(event, CL_EVENT_COMMAND_QUEUE, len, value, ret))
            .and_then(|queue| {
                ask::<usize>(|len, value, ret| {
                    vendor.clGetCommandQueueInfo(queue as cl_command_queue, CL_QUEUE_DEVICE, len, value, ret)
                })
            })
            .and_then(|device| {
                ask::<usize>(|len, value, ret| {
                    vendor.clGetDeviceInfo(device as cl_device_id, CL_DEVICE_PLATFORM, len, value, ret)
                })
            })
    };
    platform == Some(rusticl)
}
