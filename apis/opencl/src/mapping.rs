//! The guest's side of mapped buffers and images.
//!
//! An application that maps a buffer gets memory of its own process: its own with `CL_MEM_USE_HOST_PTR`, else a copy of the buffer that
//! this module keeps, and the same for images, with the vendor's pitches. The server maps the vendor's object for as long, copies its contents here when the map is done, and
//! copies back what the application left when it unmaps. Both go by a number that the guest gives each mapping; neither side sees
//! the other's addresses.

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::ffi::*;
use crate::image::{self, ImageMeta, Rows};
use crate::local::report;
use crate::opencl::{guest, kind};
use crate::{shape, svm};

/// Alignment of mapped memory: that of the largest OpenCL type, as the API demands.
const ALIGN: usize = 128;

/// In place of a row pitch, with the mapping's number: memory of one mapping of an image.
const OWN: usize = usize::MAX;

/// Numbers of mappings; never reused.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// A number for a mapping.
pub(crate) fn number() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The mappings of one buffer or image.
#[derive(Debug, Default)]
pub(crate) struct Mappings(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// By row and slice pitch, which a buffer has none of. A vendor that maps an image at other pitches the next time makes another.
    copies: Vec<((usize, usize), Copy)>,
    live: Vec<Mapping>,
}

/// A region that the application has mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mapping {
    /// What the application got.
    ptr: usize,
    number: u64,
    size: usize,
    /// Of an image: the region.
    rows: Option<Rows>,
    flags: cl_map_flags,
    /// The map did not block, so its data may still be on the way.
    deferred: bool,
    /// Guest and server share the memory, so nothing travels.
    shared: bool,
}

/// The guest's copy of a buffer, of the buffer's size: mappings of one buffer are at their offsets in one piece of memory, as they are
/// natively. Pages of it that are never mapped are never touched.
#[derive(Debug)]
struct Copy {
    base: *mut u8,
    layout: Layout,
}

// SAFETY: the memory is the copy's own; who may touch it when is the application's business, as with the vendor's.
unsafe impl Send for Copy {}

impl Copy {
    fn new(size: usize) -> Option<Self> {
        let layout = Layout::from_size_align(size, ALIGN).ok().filter(|layout| layout.size() != 0)?;
        // SAFETY: the size is not 0.
        let base = unsafe { alloc(layout) };
        (!base.is_null()).then_some(Self { base, layout })
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout, and freed only here.
        unsafe { dealloc(self.base, self.layout) };
    }
}

impl Drop for State {
    fn drop(&mut self) {
        // The application released the buffer with a map under way, whose data will still be written here.
        if self.live.iter().any(|mapping| mapping.deferred) {
            std::mem::forget(std::mem::take(&mut self.copies));
        }
    }
}

impl Mappings {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The start of the guest's copy of a buffer of `size` bytes; null if there is no memory for it.
    fn base(&self, size: usize) -> *mut u8 {
        self.base_at((0, 0), size)
    }

    /// The start of the copy with these pitches.
    fn base_at(&self, pitches: (usize, usize), size: usize) -> *mut u8 {
        let mut state = self.lock();
        if let Some((_, copy)) =
            state.copies.iter().find(|(of, copy)| *of == pitches && copy.layout.size() >= size)
        {
            return copy.base;
        }
        let Some(copy) = Copy::new(size) else { return ptr::null_mut() };
        let base = copy.base;
        state.copies.push((pitches, copy));
        base
    }

    fn add(&self, mapping: Mapping) {
        self.lock().live.push(mapping);
    }

    /// The latest mapping at `ptr`, which is thereby unmapped.
    fn take(&self, ptr: usize) -> Option<Mapping> {
        let mut state = self.lock();
        let at = state.live.iter().rposition(|mapping| mapping.ptr == ptr)?;
        Some(state.live.remove(at))
    }

    /// The mapping is gone, and with it memory of its own.
    fn unmapped(&self, number: u64) {
        self.lock().copies.retain(|(of, _)| *of != (OWN, number as usize));
    }
}

/// `clEnqueueMapBuffer`.
///
/// # Safety
/// The C function's contract.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn map(
    command_queue: cl_command_queue,
    buffer: cl_mem,
    blocking_map: cl_bool,
    map_flags: cl_map_flags,
    offset: usize,
    size: usize,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
    errcode_ret: *mut cl_int,
) -> *mut c_void {
    let fail = |status: cl_int| {
        // SAFETY: the application's pointer to a status, or null.
        unsafe { report(errcode_ret, status) };
        ptr::null_mut()
    };
    // SAFETY: the application holds the buffer while it maps it.
    let Some(meta) = (unsafe { ava_core::guest::meta_of::<kind::cl_mem>(buffer) }) else {
        return fail(CL_INVALID_MEM_OBJECT);
    };
    if meta.image.is_some() {
        return fail(CL_INVALID_MEM_OBJECT);
    }
    // Nothing at all is the vendor's to refuse.
    if size != 0 && !meta.contains(offset, size) || offset > meta.size {
        return fail(CL_INVALID_VALUE);
    }
    let stored = meta.storage.address();
    let base = if let Some(base) = stored {
        base
    } else if meta.host_ptr != 0 {
        meta.host_ptr as *mut u8
    } else {
        meta.mappings.base(meta.size)
    };
    if base.is_null() {
        return fail(CL_OUT_OF_HOST_MEMORY);
    }
    let data = base.wrapping_add(offset).cast::<c_void>();
    let number = number();
    let shared = stored.is_some() || meta.host_ptr != 0 && svm::is_shared(meta.host_ptr);
    // SAFETY: `data` has room for `size` bytes, which are inside the buffer; the rest is the application's.
    let status = unsafe {
        guest::map_buffer(
            command_queue,
            buffer,
            blocking_map,
            map_flags,
            offset,
            size,
            number,
            if shared { ptr::null_mut() } else { data },
            num_events_in_wait_list,
            event_wait_list,
            event,
        )
    };
    if status != CL_SUCCESS {
        return fail(status);
    }
    let deferred = !shared && blocking_map == CL_FALSE && shape::map_reads(map_flags);
    meta.mappings.add(Mapping {
        ptr: data as usize,
        number,
        size,
        rows: None,
        flags: map_flags,
        deferred,
        shared,
    });
    // SAFETY: as in `fail`.
    unsafe { report(errcode_ret, CL_SUCCESS) };
    data
}

/// Where the application finds a region of an image that the vendor mapped at these pitches; null if there is no memory for it.
fn place(image: &ImageMeta, mappings: &Mappings, origin: [usize; 3], rows: &Rows, number: u64) -> *mut u8 {
    let &[_, _, row_pitch, _, slice_pitch] = rows;
    let [x, y, z] = origin;
    // Of an object that a hostile server describes, too, this is an address at most.
    let offset = x
        .wrapping_mul(image.element)
        .wrapping_add(y.wrapping_mul(row_pitch))
        .wrapping_add(z.wrapping_mul(slice_pitch));
    if image.host != 0 {
        return (image.host as *mut u8).wrapping_add(offset);
    }
    let [width, height, depth] = image.extent;
    let row = width.saturating_mul(image.element);
    // What separates nothing may be anything.
    let row_pitch = if height <= 1 { row_pitch.max(row) } else { row_pitch };
    let slice = row_pitch.saturating_mul(height);
    let slice_pitch = if depth <= 1 { slice } else { slice_pitch };
    if row_pitch >= row && slice_pitch >= slice {
        let whole = image::rows(&[row, height, row_pitch, depth, slice_pitch]).bytes;
        let base = mappings.base_at((row_pitch, slice_pitch), whole);
        return if base.is_null() { base } else { base.wrapping_add(offset) };
    }
    // Pitches of the region alone.
    mappings.base_at((OWN, number as usize), image::rows(rows).bytes)
}

/// `clEnqueueMapImage`. The vendor maps it first, as only then its pitches are known; then its contents come to where the application
/// finds them.
///
/// # Safety
/// The C function's contract.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn map_image(
    command_queue: cl_command_queue,
    image: cl_mem,
    blocking_map: cl_bool,
    map_flags: cl_map_flags,
    origin: *const usize,
    region: *const usize,
    image_row_pitch: *mut usize,
    image_slice_pitch: *mut usize,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
    errcode_ret: *mut cl_int,
) -> *mut c_void {
    let fail = |status: cl_int| {
        // SAFETY: the application's pointer to a status, or null.
        unsafe { report(errcode_ret, status) };
        ptr::null_mut()
    };
    let number = self::number();
    let mut rows: Rows = [0; 5];
    // SAFETY: `rows` has room for five numbers; the rest is the application's.
    let status = unsafe {
        guest::map_image(
            command_queue,
            image,
            blocking_map,
            map_flags,
            origin,
            region,
            image_row_pitch,
            image_slice_pitch,
            number,
            rows.as_mut_ptr(),
            num_events_in_wait_list,
            event_wait_list,
        )
    };
    if status != CL_SUCCESS {
        return fail(status);
    }
    // SAFETY: the vendor took the image and the origin, so the application holds the one, and the other has three numbers.
    let (meta, origin) = unsafe {
        (ava_core::guest::meta_of::<kind::cl_mem>(image), origin.cast::<[usize; 3]>().read_unaligned())
    };
    let data = match meta.and_then(|meta| Some((meta.image.as_ref()?, &meta.mappings))) {
        Some((image, mappings)) => place(image, mappings, origin, &rows, number).cast::<c_void>(),
        None => ptr::null_mut(),
    };
    let mut status = if data.is_null() { CL_OUT_OF_HOST_MEMORY } else { CL_SUCCESS };
    if !data.is_null() && (shape::map_reads(map_flags) || !event.is_null()) {
        // SAFETY: `data` has room for `rows`; `event` is the application's.
        status = unsafe {
            guest::map_contents(
                command_queue,
                image,
                blocking_map,
                map_flags,
                number,
                rows.as_ptr(),
                data,
                event,
            )
        };
    }
    let Some(meta) = meta.filter(|_| status == CL_SUCCESS) else {
        // SAFETY: nothing of it is used any more.
        unsafe {
            guest::unmap_image(
                command_queue,
                image,
                number,
                CL_FALSE,
                rows.as_ptr(),
                ptr::null(),
                0,
                ptr::null(),
                ptr::null_mut(),
            );
        }
        return fail(status);
    };
    let deferred = blocking_map == CL_FALSE && shape::map_reads(map_flags);
    let ptr = data as usize;
    meta.mappings.add(Mapping {
        ptr,
        number,
        size: 0,
        rows: Some(rows),
        flags: map_flags,
        deferred,
        shared: false,
    });
    // SAFETY: as in `fail`.
    unsafe { report(errcode_ret, CL_SUCCESS) };
    data
}

/// `clEnqueueUnmapMemObject`. What the application wrote is sent with the call; there is no need to wait for anything,
/// unless the map's own data may be on the way still.
///
/// # Safety
/// The C function's contract.
pub(crate) unsafe fn unmap(
    command_queue: cl_command_queue,
    memobj: cl_mem,
    mapped_ptr: *mut c_void,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    // SAFETY: the application holds the buffer while it unmaps it.
    let Some(meta) = (unsafe { ava_core::guest::meta_of::<kind::cl_mem>(memobj) }) else {
        return CL_INVALID_MEM_OBJECT;
    };
    let Some(mapping) = meta.mappings.take(mapped_ptr as usize) else { return CL_INVALID_VALUE };
    let writes = cl_bool::from(shape::map_writes(mapping.flags));
    let data = if mapping.shared { ptr::null_mut() } else { mapped_ptr };
    let Mapping { number, size, deferred, .. } = mapping;
    let waits = (num_events_in_wait_list, event_wait_list);
    let status = match mapping.rows {
        Some(rows) => {
            let unmap = if deferred { guest::unmap_image_unfinished } else { guest::unmap_image };
            let rows = rows.as_ptr();
            // SAFETY: the mapping has these rows.
            unsafe { unmap(command_queue, memobj, number, writes, rows, data, waits.0, waits.1, event) }
        }
        None => {
            let unmap = if deferred { guest::unmap_unfinished } else { guest::unmap_buffer };
            // SAFETY: the mapping has `size` bytes.
            unsafe { unmap(command_queue, memobj, number, writes, size, data, waits.0, waits.1, event) }
        }
    };
    if status != CL_SUCCESS {
        meta.mappings.add(mapping);
    } else if mapping.rows.is_some() {
        meta.mappings.unmapped(number);
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_of_a_buffer_are_in_one_aligned_copy() {
        let mappings = Mappings::default();
        let base = mappings.base(1000);
        assert_eq!(base as usize % ALIGN, 0);
        assert_eq!(mappings.base(1000), base);
        assert!(Mappings::default().base(usize::MAX).is_null());
    }

    #[test]
    fn mappings_of_an_image_at_the_same_pitches_are_in_one_copy() {
        let mut image = ImageMeta::default();
        (image.element, image.extent) = (4, [8, 4, 1]);
        let mappings = Mappings::default();
        let at = |origin, rows, number| place(&image, &mappings, origin, &rows, number) as usize;
        let whole = at([0, 0, 0], [32, 4, 64, 1, 256], 1);
        assert_eq!(at([1, 2, 0], [4, 1, 64, 1, 256], 2), whole + 2 * 64 + 4);
        let tight = at([1, 2, 0], [4, 2, 4, 1, 8], 3);
        assert_ne!(tight, at([0, 0, 0], [4, 2, 4, 1, 8], 4));
        assert!(!(whole..whole + 256).contains(&tight), "pitches of a region need memory of their own");
        let mut host = image.clone();
        host.host = 0x1000;
        assert_eq!(place(&host, &mappings, [1, 1, 0], &[4, 1, 64, 1, 64], 5) as usize, 0x1000 + 64 + 4);
    }

    #[test]
    fn the_latest_mapping_of_an_address_is_unmapped_first() {
        let mappings = Mappings::default();
        let mapping = |number| Mapping {
            ptr: 64,
            number,
            size: 8,
            rows: None,
            flags: CL_MAP_READ,
            deferred: false,
            shared: false,
        };
        mappings.add(mapping(1));
        mappings.add(mapping(2));
        assert_eq!(mappings.take(64), Some(mapping(2)));
        assert_eq!(mappings.take(64), Some(mapping(1)));
        assert_eq!(mappings.take(64), None);
    }
}
