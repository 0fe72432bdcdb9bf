//! Sizes, handles and modes that the specification's simple descriptors cannot say.
//!
//! What decides a size runs in guest and server and must come to the same result in both, so it depends on scalars, on inputs and on
//! what both know of an object. What decides a mode runs in the guest alone: `Async` only if the vendor could not refuse the
//! command for a reason that a program handles.

use std::sync::atomic::{AtomicBool, Ordering};

use ava_core::guest::{meta_of, parent_of};
use ava_core::spec::{Layout, Mode, Ptr, Rect};

use crate::ffi::*;
use crate::image;
use crate::meta::{ArgKind, KernelMeta, Launch, MemMeta, QueueMeta, Reach};
use crate::opencl::kind;

/// Largest value that is read for a kernel argument by its size alone: far above what any device takes, and far below what
/// a mistaken size may say.
const MAX_ARG_VALUE: usize = 64 * 1024;

// Property lists.

/// More pairs than a list of any API has; one that does not end is read no further.
pub(crate) const MAX_PAIRS: usize = 256;

/// Number of words in a list of key-value pairs that ends with key 0, the 0 included; 0 for the null pointer.
pub(crate) fn property_count<T: Copy + Default + PartialEq>(list: Ptr<'_, T>) -> usize {
    if list.is_null() {
        return 0;
    }
    2 * (0..MAX_PAIRS).take_while(|pair| list.at(2 * pair) != T::default()).count() + 1
}

/// Number of words up to the 0 that ends a list for `clCreateSubDevices`, whose counts are a list in the list; the 0
/// included.
pub(crate) fn partition_count(list: Ptr<'_, cl_device_partition_property>) -> usize {
    const MAX_WORDS: usize = 1024;
    if list.is_null() {
        return 0;
    }
    let by_counts = list.at(0) == CL_DEVICE_PARTITION_BY_COUNTS as cl_device_partition_property;
    let mut at = 0;
    if by_counts {
        at = 1;
        while at < MAX_WORDS && list.at(at) != 0 {
            at += 1;
        }
        return at + 2;
    }
    while at < MAX_WORDS && list.at(at) != 0 {
        at += 2;
    }
    at + 1
}

/// A list of context properties, in which the platform is a handle.
pub(crate) fn context_properties(list: Ptr<'_, cl_context_properties>) -> Layout {
    let count = property_count(list);
    let mut layout = Layout::elements::<cl_context_properties>(count);
    for key in (0..count.saturating_sub(1)).step_by(2) {
        if list.at(key) == CL_CONTEXT_PLATFORM {
            layout =
                layout.with_handle::<kind::cl_platform_id>((key + 1) * size_of::<cl_context_properties>());
        }
    }
    layout
}

/// Size of what describes a part of a buffer.
pub(crate) fn part_info(kind: cl_buffer_create_type) -> usize {
    if kind == CL_BUFFER_CREATE_TYPE_REGION { size_of::<cl_buffer_region>() } else { 0 }
}

// Results of queries: which are handles.

pub(crate) fn device_info(name: cl_device_info, size: usize) -> Layout {
    match name {
        CL_DEVICE_PLATFORM => Layout::handles_in_bytes::<kind::cl_platform_id>(size),
        CL_DEVICE_PARENT_DEVICE => Layout::handles_in_bytes::<kind::cl_device_id>(size),
        _ => Layout::bytes(size),
    }
}

pub(crate) fn context_info(name: cl_context_info, size: usize) -> Layout {
    match name {
        CL_CONTEXT_DEVICES => Layout::handles_in_bytes::<kind::cl_device_id>(size),
        _ => Layout::bytes(size),
    }
}

pub(crate) fn queue_info(name: cl_command_queue_info, size: usize) -> Layout {
    match name {
        CL_QUEUE_CONTEXT => Layout::handles_in_bytes::<kind::cl_context>(size),
        CL_QUEUE_DEVICE => Layout::handles_in_bytes::<kind::cl_device_id>(size),
        CL_QUEUE_DEVICE_DEFAULT => Layout::handles_in_bytes::<kind::cl_command_queue>(size),
        _ => Layout::bytes(size),
    }
}

pub(crate) fn mem_info(name: cl_mem_info, size: usize) -> Layout {
    match name {
        CL_MEM_CONTEXT => Layout::handles_in_bytes::<kind::cl_context>(size),
        CL_MEM_ASSOCIATED_MEMOBJECT => Layout::handles_in_bytes::<kind::cl_mem>(size),
        _ => Layout::bytes(size),
    }
}

pub(crate) fn sampler_info(name: cl_sampler_info, size: usize) -> Layout {
    match name {
        CL_SAMPLER_CONTEXT => Layout::handles_in_bytes::<kind::cl_context>(size),
        _ => Layout::bytes(size),
    }
}

pub(crate) fn program_info(name: cl_program_info, size: usize) -> Layout {
    match name {
        CL_PROGRAM_CONTEXT => Layout::handles_in_bytes::<kind::cl_context>(size),
        CL_PROGRAM_DEVICES => Layout::handles_in_bytes::<kind::cl_device_id>(size),
        _ => Layout::bytes(size),
    }
}

pub(crate) fn kernel_info(name: cl_kernel_info, size: usize) -> Layout {
    match name {
        CL_KERNEL_CONTEXT => Layout::handles_in_bytes::<kind::cl_context>(size),
        CL_KERNEL_PROGRAM => Layout::handles_in_bytes::<kind::cl_program>(size),
        _ => Layout::bytes(size),
    }
}

pub(crate) fn event_info(name: cl_event_info, size: usize) -> Layout {
    match name {
        CL_EVENT_CONTEXT => Layout::handles_in_bytes::<kind::cl_context>(size),
        CL_EVENT_COMMAND_QUEUE => Layout::handles_in_bytes::<kind::cl_command_queue>(size),
        _ => Layout::bytes(size),
    }
}

pub(crate) fn command_buffer_info(name: cl_command_buffer_info_khr, size: usize) -> Layout {
    match name {
        CL_COMMAND_BUFFER_QUEUES_KHR => Layout::handles_in_bytes::<kind::cl_command_queue>(size),
        _ => Layout::bytes(size),
    }
}

// Arguments of kernels.

/// The value of argument `index`.
///
/// Which arguments are handles is what the vendor said when the kernel was made, and never what the guest says. Where the vendor says
/// nothing (a kernel from a binary, on PoCL), the guest recognises its own buffers and sends them by `set_buffer_arg`, and
/// everything else is bytes. A hostile guest can then hand the vendor an address where it expects a buffer, in its own server:
/// no more than the code of the binary itself can do there.
pub(crate) fn kernel_arg(kernel: &KernelMeta, index: cl_uint, size: usize) -> Layout {
    let handle = size == size_of::<cl_mem>();
    match kernel.arg(index) {
        Some(ArgKind::Mem | ArgKind::Image) if handle => Layout::handles_in_bytes::<kind::cl_mem>(size),
        Some(ArgKind::Sampler) if handle => {
            Layout::handles_in_bytes::<kind::cl_sampler>(size).invalid(i64::from(CL_INVALID_SAMPLER))
        }
        Some(ArgKind::Queue) if handle => Layout::handles_in_bytes::<kind::cl_command_queue>(size)
            .invalid(i64::from(CL_INVALID_DEVICE_QUEUE)),
        Some(ArgKind::Value | ArgKind::Unknown) if size <= MAX_ARG_VALUE => Layout::bytes(size),
        // The vendor refuses these by their index or size, or takes the size alone.
        _ => Layout::bytes(0),
    }
}

// Rectangles.

/// The host's side of a rectangular transfer.
pub(crate) fn host_rect(
    origin: Ptr<'_, usize>,
    region: Ptr<'_, usize>,
    row_pitch: usize,
    slice_pitch: usize,
) -> Layout {
    if origin.is_null() || region.is_null() {
        // The vendor refuses these.
        return Layout::bytes(0);
    }
    let row_pitch = if row_pitch == 0 { region.at(0) } else { row_pitch };
    let slice_pitch = if slice_pitch == 0 { region.at(1).saturating_mul(row_pitch) } else { slice_pitch };
    let offset = [(origin.at(0), 1), (origin.at(1), row_pitch), (origin.at(2), slice_pitch)]
        .into_iter()
        .fold(0usize, |sum, (n, pitch)| sum.saturating_add(n.saturating_mul(pitch)));
    Layout::rect(Rect {
        offset,
        row: region.at(0),
        rows: region.at(1),
        row_pitch,
        slices: region.at(2),
        slice_pitch,
    })
}

// Modes.

pub(crate) fn async_if(known_good: bool) -> Mode {
    if known_good { Mode::Async } else { Mode::Sync }
}

/// A command that can fail for its wait list alone. Invalid events in it are found while the call is encoded.
pub(crate) fn wait_mode(queue: &QueueMeta, waits: (cl_uint, Ptr<'_, cl_event>)) -> Mode {
    async_if(is_for_host(queue) && waits_are_valid(queue, waits))
}

/// A command that can fail for its queue alone.
pub(crate) fn queue_mode(queue: &QueueMeta) -> Mode {
    async_if(is_for_host(queue))
}

/// Unmapping what the guest knows to be mapped.
pub(crate) fn unmap_mode(queue: &QueueMeta, mem: &MemMeta, waits: (cl_uint, Ptr<'_, cl_event>)) -> Mode {
    // PoCL maps buffers that the host has no business with, and does not unmap them.
    let restricted = mem.flags & (READS | WRITES) != 0;
    async_if(on(queue, mem) && !restricted && waits_are_valid(queue, waits))
}

/// Whether anything is known of the queue: the vendor may refuse commands of the host in any other.
fn is_for_host(queue: &QueueMeta) -> bool {
    queue.context != 0
}

/// Set once an event of the application's own has failed, as what waits for it may then be refused at once.
static FAILED: AtomicBool = AtomicBool::new(false);

/// The application gave an event of its own a status that means failure.
pub(crate) fn note_failure() {
    FAILED.store(true, Ordering::Relaxed);
}

/// Whether the vendor has no reason to refuse a command in `queue` for the events that it waits for: they are of the queue's context, and
/// none has failed.
pub(crate) fn waits_are_valid(queue: &QueueMeta, (count, list): (cl_uint, Ptr<'_, cl_event>)) -> bool {
    if count == 0 || list.is_null() {
        return count == 0 && list.is_null();
    }
    !FAILED.load(Ordering::Relaxed)
        && (0..count as usize).all(|i| context_of(list.at(i)) == Some(queue.context))
}

/// An event's context, as in [`QueueMeta::context`]; `None` for what is no event.
fn context_of(event: cl_event) -> Option<u64> {
    // SAFETY: modes are evaluated in the guest, where the application holds the events that it passes, and what they depend on lives
    // as long as they do.
    unsafe {
        match parent_of::<kind::cl_event, kind::cl_command_queue>(event) {
            Some(queue) => meta_of::<kind::cl_command_queue>(queue).map(|queue| queue.context),
            None => {
                parent_of::<kind::cl_event, kind::cl_context>(event).map(|context| context as usize as u64)
            }
        }
    }
}

/// What the host does with a buffer, as flags that forbid it.
pub(crate) const READS: cl_mem_flags = CL_MEM_HOST_WRITE_ONLY | CL_MEM_HOST_NO_ACCESS;
/// See [`READS`].
pub(crate) const WRITES: cl_mem_flags = CL_MEM_HOST_READ_ONLY | CL_MEM_HOST_NO_ACCESS;

/// A transfer between `bytes` bytes at `ptr` and `mem` at `offset`.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) fn transfer_mode(
    queue: &QueueMeta,
    mem: &MemMeta,
    forbidden: cl_mem_flags,
    blocking: cl_bool,
    offset: usize,
    size: usize,
    ptr: Ptr<'_, u8>,
    waits: (cl_uint, Ptr<'_, cl_event>),
) -> Mode {
    async_if(
        blocking == CL_FALSE
            && on(queue, mem)
            && mem.flags & forbidden == 0
            && mem.contains(offset, size)
            && !ptr.is_null()
            && waits_are_valid(queue, waits),
    )
}

/// Whether queue and buffer are known and belong together.
fn on(queue: &QueueMeta, mem: &MemMeta) -> bool {
    mem.context != 0 && mem.context == queue.context
}

/// A copy from buffer to buffer. Parts of one buffer may overlap, which the vendor finds out.
pub(crate) fn copy_mode(
    queue: &QueueMeta,
    (src, src_handle, src_offset): (&MemMeta, cl_mem, usize),
    (dst, dst_handle, dst_offset): (&MemMeta, cl_mem, usize),
    size: usize,
    waits: (cl_uint, Ptr<'_, cl_event>),
) -> Mode {
    async_if(
        on(queue, src)
            && on(queue, dst)
            && src.contains(src_offset, size)
            && dst.contains(dst_offset, size)
            && !src.is_part
            && !dst.is_part
            && (src_handle != dst_handle || src_offset.abs_diff(dst_offset) >= size)
            && waits_are_valid(queue, waits),
    )
}

/// A buffer filled with a pattern.
pub(crate) fn fill_mode(
    queue: &QueueMeta,
    mem: &MemMeta,
    (pattern, pattern_size): (Ptr<'_, u8>, usize),
    offset: usize,
    size: usize,
    waits: (cl_uint, Ptr<'_, cl_event>),
) -> Mode {
    async_if(
        on(queue, mem)
            && mem.contains(offset, size)
            && !pattern.is_null()
            && pattern_size.is_power_of_two()
            && pattern_size <= 128
            && offset.is_multiple_of(pattern_size)
            && size.is_multiple_of(pattern_size)
            && waits_are_valid(queue, waits),
    )
}

/// Setting an argument: once the vendor took one of this size, or an image like this one, it will again.
pub(crate) fn set_arg_mode(
    (kernel, handle): (&KernelMeta, cl_kernel),
    index: cl_uint,
    size: usize,
    value: Ptr<'_, u8>,
) -> Mode {
    // SAFETY: evaluated in the guest, where the application's value has this size and holds its objects.
    async_if(kernel.takes(index, unsafe { image::local::arg((kernel, handle), size, value.as_ptr().cast()) }))
}

/// The same for a memory object that only the guest knows to be one.
pub(crate) fn set_mem_arg_mode(
    (kernel, handle): (&KernelMeta, cl_kernel),
    index: cl_uint,
    mem: &MemMeta,
) -> Mode {
    async_if(kernel.takes(index, image::local::mem_arg((kernel, handle), mem)))
}

/// The context of a kernel that the application holds, as in [`QueueMeta::context`].
pub(crate) fn context_of_kernel((kernel, mut handle): (&KernelMeta, cl_kernel)) -> Option<u64> {
    // SAFETY: the application holds the kernel, and what it depends on lives as long as it does.
    kernel.context(|| unsafe {
        loop {
            if let Some(program) = parent_of::<kind::cl_kernel, kind::cl_program>(handle) {
                let context = parent_of::<kind::cl_program, kind::cl_context>(program);
                return context.map(|context| context as usize as u64);
            }
            // A clone depends on what it is one of.
            handle = parent_of::<kind::cl_kernel, kind::cl_kernel>(handle)?;
        }
    })
}

/// Launching a kernel: once the vendor did it with these dimensions and this local size, on this device, and no smaller a range, it
/// will again. A first launch is synchronous, so that programs that try sizes see which fail.
pub(crate) fn launch_mode(
    queue: &QueueMeta,
    kernel: &KernelMeta,
    dimensions: cl_uint,
    offset: Ptr<'_, usize>,
    global: Ptr<'_, usize>,
    local: Ptr<'_, usize>,
    waits: (cl_uint, Ptr<'_, cl_event>),
) -> Mode {
    let Some(launch) = launch(queue, dimensions, local) else { return Mode::Sync };
    let divides = |i: usize, n: usize| match launch.local {
        Some(local) => n.is_multiple_of(local[i]),
        // The vendor takes the size that the kernel demands, or refuses.
        None => kernel.required.is_none_or(|size| size[i] == 0 || n.is_multiple_of(size[i])),
    };
    let sizes = !global.is_null()
        && (0..dimensions as usize).all(|i| {
            let start = if offset.is_null() { 0 } else { offset.at(i) };
            let n = global.at(i);
            n != 0 && start.checked_add(n).is_some() && divides(i, n)
        });
    async_if(
        sizes
            && kernel.has_reached(&launch, &reach(dimensions, offset, global))
            && waits_are_valid(queue, waits),
    )
}

/// How far a launch goes whose sizes are there.
pub(crate) fn reach(dimensions: cl_uint, offset: Ptr<'_, usize>, global: Ptr<'_, usize>) -> Reach {
    let used = dimensions.min(3) as usize;
    let start = |i: usize| if offset.is_null() { 0 } else { offset.at(i) };
    Reach {
        ends: std::array::from_fn(|i| if i < used { start(i).saturating_add(global.at(i)) } else { 0 }),
        items: (0..used).map(|i| global.at(i)).fold(1, usize::saturating_mul),
        offset: (0..used).any(|i| start(i) != 0),
    }
}

/// A launch as it is remembered; `None` if the vendor refuses it anyway.
pub(crate) fn launch(queue: &QueueMeta, dimensions: cl_uint, local: Ptr<'_, usize>) -> Option<Launch> {
    if queue.context == 0 || dimensions == 0 || dimensions > 3 {
        return None;
    }
    let size = |i: usize| if i < dimensions as usize { local.at(i) } else { 0 };
    let local = (!local.is_null()).then(|| std::array::from_fn(size));
    Some(Launch { context: queue.context, device: queue.device, dimensions, local })
}

/// `clEnqueueTask`, as [`launch_mode`].
pub(crate) fn task_mode(queue: &QueueMeta, kernel: &KernelMeta, waits: (cl_uint, Ptr<'_, cl_event>)) -> Mode {
    async_if(is_for_host(queue) && kernel.has_launched(&task(queue)) && waits_are_valid(queue, waits))
}

/// A task as it is remembered.
pub(crate) fn task(queue: &QueueMeta) -> Launch {
    Launch { context: queue.context, device: queue.device, dimensions: 0, local: None }
}

/// How much of `size_ret` a query filled that came to nothing: some vendors say how much room they want, others leave it alone. No answer is
/// 0 bytes large for which there was too little room.
pub(crate) fn sized(status: cl_int, size_ret: Ptr<'_, usize>) -> usize {
    usize::from(status == CL_SUCCESS || size_ret.at(0) != 0)
}

/// How many of the devices' statuses the vendor gave, which made a program or none. Where it made none and nothing but `CL_SUCCESS` is
/// there, it did not get so far.
pub(crate) fn loaded(made: bool, status: Ptr<'_, cl_int>, devices: cl_uint) -> usize {
    let devices = devices as usize;
    if made || (0..devices).any(|i| status.at(i) != CL_SUCCESS) { devices } else { 0 }
}

/// Whether a mapping shows what the buffer contains.
pub(crate) fn map_reads(flags: cl_map_flags) -> bool {
    flags & (CL_MAP_READ | CL_MAP_WRITE) != 0
}

/// Bytes in a region of a buffer.
pub(crate) fn volume(region: Ptr<'_, usize>) -> usize {
    (0..3).map(|i| region.at(i)).fold(1, usize::saturating_mul)
}

/// Whether what the application left in a mapping becomes the buffer's contents.
pub(crate) fn map_writes(flags: cl_map_flags) -> bool {
    flags & (CL_MAP_WRITE | CL_MAP_WRITE_INVALIDATE_REGION) != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use ava_core::spec::Handles;

    fn ptr<T: Copy>(data: &[T]) -> Ptr<'_, T> {
        // SAFETY: the slice is readable.
        unsafe { Ptr::new(data.as_ptr(), data.len()) }
    }

    fn null<'a, T: Copy>() -> Ptr<'a, T> {
        // SAFETY: null is allowed.
        unsafe { Ptr::new(std::ptr::null(), 0) }
    }

    #[test]
    fn the_platform_in_a_list_of_context_properties_is_a_handle() {
        let layout = context_properties(ptr(&[CL_CONTEXT_INTEROP_USER_SYNC, 1, CL_CONTEXT_PLATFORM, 7, 0]));
        assert_eq!(layout.bytes, 40);
        assert!(matches!(layout.handles, Handles::At(list) if list.len() == 1 && list[0].0 == 24));
        assert_eq!(context_properties(null()).bytes, 0);
    }

    #[test]
    fn a_list_of_counts_ends_twice() {
        let counts = CL_DEVICE_PARTITION_BY_COUNTS as cl_device_partition_property;
        assert_eq!(partition_count(ptr(&[counts, 1, 3, 0, 0])), 5);
        assert_eq!(
            partition_count(ptr(&[CL_DEVICE_PARTITION_EQUALLY as cl_device_partition_property, 2, 0])),
            3
        );
        assert_eq!(partition_count(null()), 0);
    }

    #[test]
    fn only_what_the_vendor_called_a_buffer_is_sent_as_one() {
        let kernel = KernelMeta::new(vec![ArgKind::Value, ArgKind::Mem, ArgKind::Local, ArgKind::Unknown]);
        let is_handle = |index, size| kernel_arg(&kernel, index, size).handles != Handles::None;
        assert!(!is_handle(0, 8) && is_handle(1, 8) && !is_handle(1, 4));
        assert!(!is_handle(3, 8), "the guest sends what it knows to be a buffer in another way");
        assert_eq!(kernel_arg(&kernel, 3, 8).bytes, 8);
        assert_eq!(kernel_arg(&kernel, 2, 1 << 20).bytes, 0, "local memory has no value");
        assert_eq!(kernel_arg(&kernel, 9, 64).bytes, 0, "there is no such argument");
        assert_eq!(kernel_arg(&kernel, 0, usize::MAX).bytes, 0, "no value is that large");
    }

    #[test]
    fn a_rectangle_without_pitches_is_packed() {
        let layout = host_rect(ptr(&[1, 1, 0]), ptr(&[4, 3, 2]), 0, 0);
        let rect = layout.rect.unwrap();
        assert_eq!((rect.row_pitch, rect.slice_pitch, rect.offset), (4, 12, 5));
    }

    #[test]
    fn a_read_is_asynchronous_only_if_it_cannot_fail() {
        let queue = QueueMeta { context: 5, device: 6 };
        let mem = MemMeta::buffer(5, 0, 64, 0);
        let data = [0u8; 64];
        let mode = |mem: &MemMeta, blocking, offset, size, waits| {
            transfer_mode(&queue, mem, READS, blocking, offset, size, ptr(&data), (waits, null()))
        };
        assert_eq!(mode(&mem, CL_FALSE, 0, 64, 0), Mode::Async);
        assert_eq!(mode(&mem, CL_TRUE, 0, 64, 0), Mode::Sync);
        assert_eq!(mode(&mem, CL_FALSE, 1, 64, 0), Mode::Sync, "beyond the end");
        assert_eq!(mode(&mem, CL_FALSE, 0, 0, 0), Mode::Sync, "nothing");
        assert_eq!(mode(&mem, CL_FALSE, 0, 64, 1), Mode::Sync, "a wait list that is not there");
        assert_eq!(mode(&MemMeta::buffer(5, CL_MEM_HOST_NO_ACCESS, 64, 0), CL_FALSE, 0, 64, 0), Mode::Sync);
        assert_eq!(mode(&MemMeta::buffer(4, 0, 64, 0), CL_FALSE, 0, 64, 0), Mode::Sync, "another context");
        assert_eq!(mode(&MemMeta::default(), CL_FALSE, 0, 64, 0), Mode::Sync, "an unknown buffer");
    }

    #[test]
    fn a_launch_is_asynchronous_once_its_like_has_succeeded() {
        let queue = QueueMeta { context: 5, device: 6 };
        let kernel = KernelMeta::new(vec![]);
        let mode = |global: &[usize], local: &[usize]| {
            launch_mode(&queue, &kernel, 1, null(), ptr(global), ptr(local), (0, null()))
        };
        assert_eq!(mode(&[64], &[16]), Mode::Sync);
        kernel.reached(launch(&queue, 1, ptr(&[16])).unwrap(), reach(1, null(), ptr(&[64])));
        assert_eq!(mode(&[64], &[16]), Mode::Async);
        assert_eq!(mode(&[48], &[16]), Mode::Async, "a smaller global size");
        assert_eq!(mode(&[128], &[16]), Mode::Sync, "a larger one, which may be too large");
        assert_eq!(mode(&[65], &[16]), Mode::Sync, "the local size does not divide it");
        assert_eq!(mode(&[0], &[16]), Mode::Sync);
        assert_eq!(mode(&[64], &[8]), Mode::Sync, "another local size");
    }
}
