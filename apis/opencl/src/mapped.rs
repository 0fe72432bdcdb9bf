//! Mapped buffers and images in the API server; see `mapping` for the guest's side, which gives each mapping its number.
//!
//! The vendor's mapping is in this process. Its contents go to the guest when the map is done, and what the guest left in its own
//! memory goes back when it unmaps. A map of an image has two halves, as nobody knows the pitches before the vendor has mapped it.

use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use ava_core::spec::{Progress, Rect};

use crate::ffi::*;
use crate::image;
use crate::late;
use crate::opencl::server::Vendor;
use crate::remote::ask;
use crate::shape;
use crate::stored;

/// A region of the vendor's object that is mapped for the guest. The entry owns a reference of the object and of the events, so that
/// none goes while the guest can still name the mapping.
#[derive(Clone, Copy)]
struct Mapped {
    address: usize,
    rect: Rect,
    flags: cl_map_flags,
    /// The map's event while its data may not have been copied yet; else null.
    event: usize,
    /// The event of the first half of a map that had no second one yet; else null.
    half: usize,
}

/// Contents of a mapping that go to the guest when its map is done.
struct Arrival {
    from: usize,
    to: usize,
    rect: Rect,
}

#[derive(Default)]
struct Mappings {
    /// By object and the guest's number.
    mapped: HashMap<(usize, u64), Mapped>,
    /// By the map's event.
    arrivals: HashMap<usize, Arrival>,
}

/// Number of arrivals, so that completion checks of other commands take no lock.
static ARRIVALS: AtomicUsize = AtomicUsize::new(0);

fn mappings() -> MutexGuard<'static, Mappings> {
    static MAPPINGS: OnceLock<Mutex<Mappings>> = OnceLock::new();
    MAPPINGS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// A region of a buffer.
fn flat(size: usize) -> Rect {
    image::rect(&[size, 1, 0, 1, 0])
}

/// Copies the rows of a region.
///
/// # Safety
/// They are readable at `from` and writable at `to`, and apart.
unsafe fn copy_rows(from: usize, to: usize, rect: Rect) {
    for (offset, len) in rect.pieces() {
        // SAFETY: promised by the caller.
        unsafe { ptr::copy_nonoverlapping((from + offset) as *const u8, (to + offset) as *mut u8, len) };
    }
}

/// The `size` bytes at `from` go to `to` when `event` is complete. Both must be there until then, or until [`forget_arrivals`].
pub(crate) fn expect_arrival(event: usize, from: usize, to: usize, size: usize) {
    expect(event, Arrival { from, to, rect: flat(size) });
}

fn expect(event: usize, arrival: Arrival) {
    mappings().arrivals.insert(event, arrival);
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

/// Maps a buffer for the guest. `data`, if it is not null, gets the contents: now if the map blocks, else when it is done, which
/// [`event_is_complete`] finds out. If it is null the guest shares the buffer's memory, or does not read it.
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
    if offset.checked_add(size).is_none() {
        // Vendors are known to add the two before they look whether that is in the buffer.
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
    // SAFETY: the buffer is alive, as it was just mapped.
    let storage = unsafe { if data.is_null() { stored::storage_of(vendor, buffer) } else { None } };
    if storage.is_some_and(|storage| address as usize != storage.wrapping_add(offset)) {
        // The API says where a buffer over host memory is mapped. A vendor that does otherwise has not shown its contents to the guest.
        // SAFETY: what was just mapped, and the event that was just made.
        unsafe {
            vendor.clEnqueueUnmapMemObject(command_queue, buffer, address, 0, ptr::null(), ptr::null_mut());
            if !event.is_null() {
                vendor.clReleaseEvent(*event);
            }
        }
        return CL_MAP_FAILURE;
    }
    let mut mapped =
        Mapped { address: address as usize, rect: flat(size), flags: map_flags, event: 0, half: 0 };
    // SAFETY: the vendor has mapped `size` bytes, `data` has room for them, and the vendor made the event if it was asked to.
    unsafe {
        if later {
            expect_mapped(vendor, &mut mapped, *event, data);
        } else if reads {
            copy_rows(mapped.address, data as usize, mapped.rect);
        }
        // The buffer is alive, as it was just mapped.
        vendor.clRetainMemObject(buffer);
    }
    mappings().mapped.insert((buffer as usize, number), mapped);
    CL_SUCCESS
}

/// What is mapped goes to `data` when `event` says that the map is done.
///
/// # Safety
/// The event is alive; the region is mapped until it is unmapped, and `data` has room for it until the map is done.
unsafe fn expect_mapped(vendor: &Vendor, mapped: &mut Mapped, event: cl_event, data: *mut c_void) {
    // SAFETY: promised by the caller.
    unsafe { vendor.clRetainEvent(event) };
    mapped.event = event as usize;
    expect(mapped.event, Arrival { from: mapped.address, to: data as usize, rect: mapped.rect });
}

/// Whether a region is in an image of this kind.
///
/// # Safety
/// A live image.
unsafe fn is_inside(
    vendor: &Vendor,
    (image, image_type): (cl_mem, cl_mem_object_type),
    origin: &[usize; 3],
    region: &[usize; 3],
) -> bool {
    // SAFETY: asks for a number.
    let size = |name| unsafe {
        ask::<usize>(|len, value, ret| vendor.clGetImageInfo(image, name, len, value, ret)).unwrap_or(0)
    };
    let desc = cl_image_desc {
        image_type,
        image_width: size(CL_IMAGE_WIDTH),
        image_height: size(CL_IMAGE_HEIGHT),
        image_depth: size(CL_IMAGE_DEPTH),
        image_array_size: size(CL_IMAGE_ARRAY_SIZE),
        ..image::local::NO_DESC
    };
    image::extent(&desc).is_some_and(|extent| {
        (0..3).all(|i| origin[i].checked_add(region[i]).is_some_and(|end| end <= extent[i]))
    })
}

/// The first half of a map of an image: the vendor maps it, and says at which pitches. `rows` gets what [`image::rect`] wants to know.
/// The application's pitches are written as far as the vendor writes them.
///
/// # Safety
/// `rows` has room for 5 numbers. The rest is as `clEnqueueMapImage` demands.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn map_image(
    vendor: &Vendor,
    command_queue: cl_command_queue,
    image: cl_mem,
    blocking_map: cl_bool,
    map_flags: cl_map_flags,
    origin: *const usize,
    region: *const usize,
    image_row_pitch: *mut usize,
    image_slice_pitch: *mut usize,
    number: u64,
    rows: *mut image::Rows,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
) -> cl_int {
    if mappings().mapped.contains_key(&(image as usize, number)) || rows.is_null() {
        // Our guest library numbers its mappings.
        return CL_INVALID_VALUE;
    }
    /// No vendor means this.
    const UNTOUCHED: usize = usize::MAX;
    // Not what the guest has there: rusticl adds as many as it finds of the row pitch, which it does not write for lines, to the address.
    let (mut row_pitch, mut slice_pitch) = (0, UNTOUCHED);
    let or_null = |asked: *mut usize, own: *mut usize| if asked.is_null() { ptr::null_mut() } else { own };
    let (mut status, mut event) = (CL_SUCCESS, ptr::null_mut());
    // SAFETY: promised by the caller.
    let address = unsafe {
        vendor.clEnqueueMapImage(
            command_queue,
            image,
            blocking_map,
            map_flags,
            origin,
            region,
            or_null(image_row_pitch, &mut row_pitch),
            or_null(image_slice_pitch, &mut slice_pitch),
            num_events_in_wait_list,
            event_wait_list,
            &mut event,
            &mut status,
        )
    };
    if status != CL_SUCCESS {
        return status;
    }
    // SAFETY: the image is alive.
    let (element, kind) = unsafe {
        let element = ask::<usize>(|len, value, ret| {
            vendor.clGetImageInfo(image, CL_IMAGE_ELEMENT_SIZE, len, value, ret)
        });
        let kind = ask::<cl_mem_object_type>(|len, value, ret| {
            vendor.clGetMemObjectInfo(image, CL_MEM_TYPE, len, value, ret)
        });
        (element, kind)
    };
    // SAFETY: null, or three numbers each.
    let place = unsafe { origin.cast::<[usize; 3]>().as_ref().zip(region.cast::<[usize; 3]>().as_ref()) };
    // SAFETY: the image is alive.
    let inside = kind.zip(place).filter(|(kind, (origin, region))| unsafe {
        // Vendors are known to map what is behind an image.
        is_inside(vendor, (image, *kind), origin, region)
    });
    let slices = if slice_pitch == UNTOUCHED { 0 } else { slice_pitch };
    let layout = element.zip(inside).and_then(|(element, (kind, (_, region)))| {
        image::mapped_rows(element, kind, *region, row_pitch, slices)
    });
    let Some(layout) = layout else {
        // SAFETY: the vendor mapped this address, and made the event.
        unsafe {
            vendor.clEnqueueUnmapMemObject(command_queue, image, address, 0, ptr::null(), ptr::null_mut());
            vendor.clReleaseEvent(event);
        }
        return if inside.is_none() { CL_INVALID_VALUE } else { CL_MAP_FAILURE };
    };
    let has_rows =
        row_pitch != 0 || !matches!(kind, Some(CL_MEM_OBJECT_IMAGE1D | CL_MEM_OBJECT_IMAGE1D_ARRAY));
    // SAFETY: the pitches are null or writable, and so is `rows`; the image is alive, as it was just mapped.
    unsafe {
        if !image_row_pitch.is_null() && has_rows {
            image_row_pitch.write(row_pitch);
        }
        if !image_slice_pitch.is_null() && slice_pitch != UNTOUCHED {
            image_slice_pitch.write(slice_pitch);
        }
        rows.write(layout);
        vendor.clRetainMemObject(image);
    }
    let rect = image::rect(&layout);
    let mapped = Mapped { address: address as usize, rect, flags: map_flags, event: 0, half: event as usize };
    mappings().mapped.insert((image as usize, number), mapped);
    CL_SUCCESS
}

/// The second half of a map of an image: `data` gets the contents as in [`map_buffer`], and the guest the map's event.
///
/// # Safety
/// `data` has room for what `rows` says, if the flags say that the contents are read, until the map is done. `event` is null or
/// writable.
#[expect(clippy::too_many_arguments, reason = "the arguments of both halves")]
pub(crate) unsafe fn map_contents(
    vendor: &Vendor,
    image: cl_mem,
    blocking_map: cl_bool,
    map_flags: cl_map_flags,
    number: u64,
    rows: *const image::Rows,
    data: *mut c_void,
    event: *mut cl_event,
) -> cl_int {
    // SAFETY: null, or five numbers.
    let Some(rows) = (unsafe { rows.as_ref() }) else { return CL_INVALID_VALUE };
    let key = (image as usize, number);
    let is_half = |m: &Mapped| m.half != 0 && m.rect == image::rect(rows) && m.flags == map_flags;
    // Nobody can unmap it while the entry is away.
    let half = {
        let mapped = &mut mappings().mapped;
        if mapped.get(&key).is_some_and(is_half) { mapped.remove(&key) } else { None }
    };
    let Some(mut mapped) = half else { return CL_INVALID_VALUE };
    let map = std::mem::take(&mut mapped.half) as cl_event;
    let reads = shape::map_reads(map_flags) && !data.is_null();
    // SAFETY: the vendor has mapped the region, and `data` has room for it; the reference of the event was the entry's, and is the
    // guest's from here, if it wants one.
    unsafe {
        if reads && blocking_map == CL_FALSE {
            expect_mapped(vendor, &mut mapped, map, data);
        } else if reads {
            vendor.clWaitForEvents(1, &map);
            copy_rows(mapped.address, data as usize, mapped.rect);
        }
        if event.is_null() {
            vendor.clReleaseEvent(map);
        } else {
            event.write(map);
        }
    }
    mappings().mapped.insert(key, mapped);
    CL_SUCCESS
}

/// Unmaps what was mapped under this number. With `writes`, `data` is what the application left there, in the same rows. If the map's
/// own data has not arrived yet, this waits for it: the application unmaps what it did not wait for.
///
/// # Safety
/// With `writes`, `rect` is readable at `data`. The rest is as `clEnqueueUnmapMemObject` demands.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
unsafe fn unmap(
    vendor: &Vendor,
    command_queue: cl_command_queue,
    mem: cl_mem,
    number: u64,
    writes: cl_bool,
    rect: Rect,
    data: *const c_void,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    let key = (mem as usize, number);
    let Some(mapped) = mappings().mapped.remove(&key) else { return CL_INVALID_VALUE };
    if mapped.event != 0 {
        let map = mapped.event as cl_event;
        // SAFETY: the entry owns a reference of the event.
        unsafe {
            vendor.clWaitForEvents(1, &map);
            event_is_complete(vendor, map);
        }
    }
    if writes != CL_FALSE && shape::map_writes(mapped.flags) && !data.is_null() && rect == mapped.rect {
        // SAFETY: the vendor has mapped this region, for writing, and it is readable.
        unsafe { copy_rows(data as usize, mapped.address, rect) };
    }
    // SAFETY: promised by the caller; the vendor mapped this address.
    let status = unsafe {
        vendor.clEnqueueUnmapMemObject(
            command_queue,
            mem,
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
        vendor.clReleaseMemObject(mem);
        for event in [mapped.event, mapped.half].into_iter().filter(|event| *event != 0) {
            vendor.clReleaseEvent(event as cl_event);
        }
    }
    CL_SUCCESS
}

/// Unmaps what [`map_buffer`] mapped.
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
    let waits = (num_events_in_wait_list, event_wait_list);
    // SAFETY: promised by the caller.
    unsafe { unmap(vendor, command_queue, buffer, number, writes, flat(size), data, waits.0, waits.1, event) }
}

/// Unmaps what [`map_image`] mapped.
///
/// # Safety
/// With `writes`, what `rows` says is readable at `data`. The rest is as `clEnqueueUnmapMemObject` demands.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn unmap_image(
    vendor: &Vendor,
    command_queue: cl_command_queue,
    image: cl_mem,
    number: u64,
    writes: cl_bool,
    rows: *const image::Rows,
    data: *const c_void,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    let waits = (num_events_in_wait_list, event_wait_list);
    // SAFETY: null, or five numbers; the rest is promised by the caller.
    unsafe {
        let Some(rows) = rows.as_ref() else { return CL_INVALID_VALUE };
        let rect = image::rect(rows);
        unmap(vendor, command_queue, image, number, writes, rect, data, waits.0, waits.1, event)
    }
}

/// Whether the command of `event` is done, see [`event_progress`].
///
/// # Safety
/// The event is alive.
pub(crate) unsafe fn event_is_complete(vendor: &Vendor, event: cl_event) -> bool {
    // SAFETY: promised by the caller.
    unsafe { event_progress(vendor, event) != Progress::Running }
}

/// How far the command of `event` is; when it is done, its buffers are no longer in flight. If it was a map, its data is where it
/// belongs when this says so. A command that failed has read nothing.
///
/// # Safety
/// The event is alive.
pub(crate) unsafe fn event_progress(vendor: &Vendor, event: cl_event) -> Progress {
    // SAFETY: promised by the caller; asks for a status.
    let status = crate::callback::told_state(event).or_else(|| unsafe {
        ask::<cl_int>(|len, value, ret| {
            vendor.clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, len, value, ret)
        })
    });
    let status = match status {
        // SAFETY: promised by the caller.
        Some(CL_SUBMITTED) if unsafe { late::is_done(vendor, event) } => Some(CL_COMPLETE),
        status => status,
    };
    // A vendor that cannot say will never use the buffers again.
    let status = status.unwrap_or(CL_INVALID_EVENT);
    if status > CL_COMPLETE {
        return Progress::Running;
    }
    if ARRIVALS.load(Ordering::Acquire) != 0 {
        // The lock is held over the copy: whoever finds no arrival finds its data.
        let mut mappings = mappings();
        if let Some(Arrival { from, to, rect }) = mappings.arrivals.remove(&(event as usize)) {
            ARRIVALS.fetch_sub(1, Ordering::Release);
            if status == CL_COMPLETE {
                // SAFETY: the vendor keeps the region mapped until it is unmapped, which waits for this, and the buffer that the
                // data goes to is kept until this function has said that the command is done.
                unsafe { copy_rows(from, to, rect) };
            }
        }
    }
    if status == CL_COMPLETE { Progress::Done } else { Progress::Failed }
}
