//! Which calls on shared virtual memory the vendor will not refuse, as far as the guest can see, so that nobody waits for them.

use ava_core::spec::{Mode, Ptr};

use super::table;
use crate::ffi::*;
use crate::meta::{KernelMeta, QueueMeta};
use crate::shape;

fn async_if(known_good: bool) -> Mode {
    if known_good { Mode::Async } else { Mode::Sync }
}

/// Setting an argument: what is allocated in the kernel's context, where the vendor took an address before.
pub(crate) fn arg_mode((kernel, handle): (&KernelMeta, cl_kernel), index: cl_uint, address: usize) -> Mode {
    async_if(kernel.takes_address(index) && is_of_kernel((kernel, handle), address))
}

/// Whether an address is of an allocation in the context of a kernel, which the application holds.
pub(super) fn is_of_kernel(kernel: (&KernelMeta, cl_kernel), address: usize) -> bool {
    shape::context_of_kernel(kernel).is_some_and(|context| table().holds(context, address, 1))
}

/// Whether `size` bytes at two addresses have some in common. Nothing overlaps what is nowhere.
pub(super) fn overlap(to: usize, from: usize, size: usize) -> bool {
    to != 0 && from != 0 && to.abs_diff(from) < size
}

/// A copy that does not block, from an allocation to one, or to the application's memory, which is there if `to_own` says so.
pub(crate) fn copy_mode(
    queue: &QueueMeta,
    blocking: cl_bool,
    (to, from): (usize, usize),
    size: usize,
    to_own: bool,
    waits: (cl_uint, Ptr<'_, cl_event>),
) -> Mode {
    let good = |at: usize| queue.context != 0 && table().holds(queue.context, at, size);
    async_if(
        blocking == CL_FALSE
            && size != 0
            && !overlap(to, from, size)
            && if to == 0 { to_own } else { good(to) }
            && good(from)
            && shape::waits_are_valid(queue, waits),
    )
}

/// A copy that does not block, from the application's memory, which is there if `from_own` says so, to an allocation.
pub(crate) fn write_mode(
    queue: &QueueMeta,
    blocking: cl_bool,
    to: usize,
    size: usize,
    from_own: bool,
    waits: (cl_uint, Ptr<'_, cl_event>),
) -> Mode {
    async_if(
        blocking == CL_FALSE
            && size != 0
            && from_own
            && queue.context != 0
            && table().holds(queue.context, to, size)
            && shape::waits_are_valid(queue, waits),
    )
}

/// A fill with a pattern that OpenCL allows, inside an allocation.
pub(crate) fn fill_mode(
    queue: &QueueMeta,
    address: usize,
    (pattern, pattern_size): (Ptr<'_, u8>, usize),
    size: usize,
    waits: (cl_uint, Ptr<'_, cl_event>),
) -> Mode {
    async_if(
        !pattern.is_null()
            && pattern_size.is_power_of_two()
            && pattern_size <= 128
            && size != 0
            && address.is_multiple_of(pattern_size)
            && size.is_multiple_of(pattern_size)
            && queue.context != 0
            && table().holds(queue.context, address, size)
            && shape::waits_are_valid(queue, waits),
    )
}

/// The end of a map.
pub(crate) fn unmap_mode(queue: &QueueMeta, address: usize, waits: (cl_uint, Ptr<'_, cl_event>)) -> Mode {
    async_if(
        queue.context != 0
            && table().holds(queue.context, address, 1)
            && shape::waits_are_valid(queue, waits),
    )
}
