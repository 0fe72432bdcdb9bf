//! What an image is made of, as far as forwarding must know: how large an element is, how many bytes the host's side of a
//! command has, and whether the vendor could refuse one.
//!
//! Guest and server come to the same results, as these depend on formats, descriptors and regions alone. The server makes no image
//! whose elements the vendor counts differently, see `remote::create`.

pub(crate) mod local;
pub(crate) mod remote;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ava_core::spec::{Layout, Mode, Ptr, Rect};
use serde::{Deserialize, Serialize};

use crate::ffi::*;
use crate::meta::{MemMeta, QueueMeta};
use crate::opencl::kind;
use crate::shape;

/// A length that no buffer has: the vendor gets a pointer to nothing, and must refuse the call for another argument.
const NEVER: usize = usize::MAX;

/// What is known of an image.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ImageMeta {
    /// `CL_MEM_OBJECT_IMAGE2D` and the like.
    pub kind: cl_mem_object_type,
    /// Order and type of the channels.
    pub format: (cl_channel_order, cl_channel_type),
    /// Bytes in an element.
    pub element: usize,
    /// How far a region may reach in each dimension.
    pub extent: [usize; 3],
    /// Where the application's memory for it begins, its own or that of the object that it is made of; 0 if there is none.
    pub host: usize,
    /// Whether it shares the memory of another object.
    pub is_view: bool,
    #[serde(skip)]
    accepted: Accepted,
}

/// The device, as the bits of the side's own handle, whose queue last took a command for the image; 0 for none.
#[derive(Debug, Clone, Default)]
struct Accepted(Arc<AtomicU64>);

impl PartialEq for Accepted {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Bytes in an element of this format; `None` if the API does not say.
#[allow(non_upper_case_globals, reason = "the API's names")]
pub(crate) fn element(order: cl_channel_order, channel: cl_channel_type) -> Option<usize> {
    let bytes = match channel {
        // All channels in one number.
        CL_UNORM_SHORT_565 | CL_UNORM_SHORT_555 => return Some(2),
        CL_UNORM_INT_101010 | CL_UNORM_INT_101010_2 => return Some(4),
        CL_UNORM_INT24 if matches!(order, CL_DEPTH | CL_DEPTH_STENCIL) => return Some(4),
        CL_FLOAT if order == CL_DEPTH_STENCIL => return Some(8),
        CL_SNORM_INT8 | CL_UNORM_INT8 | CL_SIGNED_INT8 | CL_UNSIGNED_INT8 => 1,
        CL_SNORM_INT16 | CL_UNORM_INT16 | CL_SIGNED_INT16 | CL_UNSIGNED_INT16 | CL_HALF_FLOAT => 2,
        CL_SIGNED_INT32 | CL_UNSIGNED_INT32 | CL_FLOAT => 4,
        _ => return None,
    };
    let channels = match order {
        CL_R | CL_Rx | CL_A | CL_INTENSITY | CL_LUMINANCE | CL_DEPTH => 1,
        CL_RG | CL_RGx | CL_RA => 2,
        CL_RGB | CL_RGBx | CL_sRGB => 3,
        CL_RGBA | CL_BGRA | CL_ARGB | CL_ABGR | CL_sRGBx | CL_sRGBA | CL_sBGRA => 4,
        _ => return None,
    };
    Some(bytes * channels)
}

/// How far a region of an image may reach; `None` for what is no image.
pub(crate) fn extent(desc: &cl_image_desc) -> Option<[usize; 3]> {
    let &cl_image_desc { image_width: w, image_height: h, image_depth: d, image_array_size: n, .. } = desc;
    Some(match desc.image_type {
        CL_MEM_OBJECT_IMAGE1D | CL_MEM_OBJECT_IMAGE1D_BUFFER => [w, 1, 1],
        CL_MEM_OBJECT_IMAGE1D_ARRAY => [w, n, 1],
        CL_MEM_OBJECT_IMAGE2D => [w, h, 1],
        CL_MEM_OBJECT_IMAGE2D_ARRAY => [w, h, n],
        CL_MEM_OBJECT_IMAGE3D => [w, h, d],
        _ => return None,
    })
}

fn volume(extent: [usize; 3]) -> usize {
    extent.into_iter().fold(1, usize::saturating_mul)
}

impl MemMeta {
    /// The description of a new image, which may be made of `parent`.
    pub(crate) fn image(
        context: u64,
        flags: cl_mem_flags,
        format: Ptr<'_, cl_image_format>,
        desc: Ptr<'_, cl_image_desc>,
        parent: Option<&MemMeta>,
        host_ptr: usize,
    ) -> Self {
        if format.is_null() || desc.is_null() {
            return Self::default();
        }
        let (format, desc) = (format.at(0), desc.at(0));
        let format = (format.image_channel_order, format.image_channel_data_type);
        let (Some(element), Some(extent)) = (element(format.0, format.1), extent(&desc)) else {
            return Self::default();
        };
        let mut mem = Self::buffer(context, flags, 0, host_ptr);
        let mut host = mem.host_ptr;
        if let Some(parent) = parent {
            mem.inherit(parent, flags);
            host = parent.image.as_ref().map_or(parent.host_ptr, |image| image.host);
            mem.host_ptr = host;
        }
        let is_view = parent.is_some();
        let kind = desc.image_type;
        mem.image = Some(ImageMeta { kind, format, element, extent, host, is_view, ..Default::default() });
        mem
    }
}

impl ImageMeta {
    /// Bytes in all of its elements.
    pub(crate) fn bytes(&self) -> usize {
        volume(self.extent).saturating_mul(self.element)
    }

    /// Whether `region` at `origin` is a non-empty part of the image.
    fn contains(&self, origin: Ptr<'_, usize>, region: Ptr<'_, usize>) -> bool {
        !origin.is_null()
            && !region.is_null()
            && (0..3).all(|i| {
                region.at(i) != 0
                    && origin.at(i).checked_add(region.at(i)).is_some_and(|end| end <= self.extent[i])
            })
    }

    /// Bytes in a region.
    fn region(&self, region: Ptr<'_, usize>) -> usize {
        shape::volume(region).saturating_mul(self.element)
    }

    /// Whether the vendor takes these pitches of the host's memory. 0 lets it choose.
    fn takes_pitches(&self, region: Ptr<'_, usize>, row_pitch: usize, slice_pitch: usize) -> bool {
        let row = region.at(0).saturating_mul(self.element);
        let row_pitch = if row_pitch == 0 { row } else { row_pitch };
        let slices = matches!(self.kind, CL_MEM_OBJECT_IMAGE2D_ARRAY | CL_MEM_OBJECT_IMAGE3D);
        row_pitch >= row
            && (slice_pitch == 0 || slices && slice_pitch >= row_pitch.saturating_mul(region.at(1)))
    }

    /// Whether the queue's device took a command for the image before, so that format and size are no problem there.
    fn is_accepted(&self, queue: &QueueMeta) -> bool {
        queue.device != 0 && self.accepted.0.load(Ordering::Relaxed) == queue.device
    }

    /// The queue's device took a command for the image.
    pub(crate) fn accepted(&self, queue: &QueueMeta) {
        self.accepted.0.store(queue.device, Ordering::Relaxed);
    }

    /// What decides whether a kernel takes it for an argument, as a number that is not 0.
    pub(crate) fn class(&self, flags: cl_mem_flags) -> u64 {
        let access = flags & (CL_MEM_READ_WRITE | CL_MEM_READ_ONLY | CL_MEM_WRITE_ONLY);
        let low = |n: cl_uint| u64::from(n & 0xff);
        1 << 32 | low(self.kind) << 24 | low(self.format.0) << 16 | low(self.format.1) << 8 | access
    }
}

// Layouts.

/// The application's memory that a new image is made from, with all of its pitches, as the API demands that it is there.
pub(crate) fn host_data(format: Ptr<'_, cl_image_format>, desc: Ptr<'_, cl_image_desc>) -> Layout {
    if format.is_null() || desc.is_null() {
        return Layout::bytes(NEVER);
    }
    let (format, desc) = (format.at(0), desc.at(0));
    let element = element(format.image_channel_order, format.image_channel_data_type);
    Layout::bytes(element.and_then(|element| host_bytes(element, &desc)).unwrap_or(NEVER))
}

/// Bytes that a new image is made from; `None` if there cannot be so many.
fn host_bytes(element: usize, desc: &cl_image_desc) -> Option<usize> {
    /// More than any device has, and fewer than a buffer of a call may have.
    const MAX: usize = 1 << 40;
    let or = |pitch: usize, least: usize| if pitch == 0 { least } else { pitch };
    let row = or(desc.image_row_pitch, desc.image_width.checked_mul(element)?);
    let bytes = match desc.image_type {
        CL_MEM_OBJECT_IMAGE1D | CL_MEM_OBJECT_IMAGE1D_BUFFER => Some(row),
        CL_MEM_OBJECT_IMAGE2D => row.checked_mul(desc.image_height),
        CL_MEM_OBJECT_IMAGE1D_ARRAY => or(desc.image_slice_pitch, row).checked_mul(desc.image_array_size),
        CL_MEM_OBJECT_IMAGE2D_ARRAY => {
            or(desc.image_slice_pitch, row.checked_mul(desc.image_height)?).checked_mul(desc.image_array_size)
        }
        CL_MEM_OBJECT_IMAGE3D => {
            or(desc.image_slice_pitch, row.checked_mul(desc.image_height)?).checked_mul(desc.image_depth)
        }
        _ => None,
    };
    bytes.filter(|bytes| *bytes <= MAX)
}

/// Bytes that a new image takes of the device; none if it shares those of another object.
pub(crate) fn device_bytes(
    format: Ptr<'_, cl_image_format>,
    desc: Ptr<'_, cl_image_desc>,
    is_view: bool,
) -> usize {
    if format.is_null() || desc.is_null() || is_view {
        return 0;
    }
    let element = element(format.at(0).image_channel_order, format.at(0).image_channel_data_type);
    let elements = extent(&desc.at(0)).map_or(0, volume);
    element.unwrap_or(0).saturating_mul(elements)
}

/// The host's side of a transfer of `region`.
pub(crate) fn host_rows(
    mem: &MemMeta,
    region: Ptr<'_, usize>,
    row_pitch: usize,
    slice_pitch: usize,
) -> Layout {
    let (Some(image), false) = (&mem.image, region.is_null()) else {
        // The vendor refuses what is no image, and to be told no region.
        return Layout::bytes(NEVER);
    };
    if image.kind == CL_MEM_OBJECT_IMAGE1D_BUFFER && (region.at(1), region.at(2)) != (1, 1) {
        // There is no such region. PoCL looks at its width alone, and would need memory for that.
        return Layout::bytes(NEVER);
    }
    let row = region.at(0).saturating_mul(image.element);
    let row_pitch = if row_pitch == 0 { row } else { row_pitch };
    let slice_pitch = if slice_pitch == 0 { region.at(1).saturating_mul(row_pitch) } else { slice_pitch };
    rows(&[row, region.at(1), row_pitch, region.at(2), slice_pitch])
}

/// A mapped region as five numbers: bytes in a row, rows, their pitch, slices, and their pitch.
pub(crate) type Rows = [usize; 5];

/// A mapped region.
pub(crate) fn rect(&[row, rows, row_pitch, slices, slice_pitch]: &Rows) -> Rect {
    Rect { offset: 0, row, rows, row_pitch, slices, slice_pitch }
}

/// A region of an image of this kind that the vendor mapped at these pitches; `None` if that is no mapping.
///
/// The elements of an array of lines are apart by the slice pitch, and with vendors that report none by the row pitch. A pitch that
/// separates nothing may be anything.
pub(crate) fn mapped_rows(
    element: usize,
    kind: cl_mem_object_type,
    region: [usize; 3],
    row_pitch: usize,
    slice_pitch: usize,
) -> Option<Rows> {
    let row = region[0].checked_mul(element)?;
    let lines = kind == CL_MEM_OBJECT_IMAGE1D_ARRAY;
    let row_pitch = if lines && slice_pitch != 0 { slice_pitch } else { row_pitch };
    let row_pitch = if region[1] <= 1 { row_pitch.max(row) } else { row_pitch };
    let slice_pitch = if region[2] <= 1 { row_pitch.checked_mul(region[1])? } else { slice_pitch };
    let apart = row <= row_pitch && (region[1].checked_mul(row_pitch)? <= slice_pitch || region[2] <= 1);
    apart.then_some([row, region[1], row_pitch, region[2], slice_pitch])
}

/// The layout of a mapped region.
pub(crate) fn rows(rows: &Rows) -> Layout {
    Layout::rect(rect(rows))
}

/// The same of a list that came.
pub(crate) fn rows_at(list: Ptr<'_, usize>) -> Layout {
    rows(&std::array::from_fn(|i| list.at(i)))
}

/// Bytes of a mapped region.
pub(crate) fn mapped_bytes(list: Ptr<'_, usize>) -> usize {
    list.at(0).saturating_mul(list.at(1)).saturating_mul(list.at(3))
}

/// Bytes in a region, for accounts.
pub(crate) fn region_bytes(mem: &MemMeta, region: Ptr<'_, usize>) -> usize {
    match (&mem.image, region.is_null()) {
        (Some(image), false) => image.region(region),
        _ => 0,
    }
}

/// A colour that images are filled with: four channels, but for a depth.
pub(crate) fn color_bytes(mem: &MemMeta) -> usize {
    match &mem.image {
        Some(ImageMeta { format: (CL_DEPTH, _), .. }) => 4,
        _ => 16,
    }
}

pub(crate) fn info(name: cl_image_info, size: usize) -> Layout {
    match name {
        CL_IMAGE_BUFFER => Layout::handles_in_bytes::<kind::cl_mem>(size),
        _ => Layout::bytes(size),
    }
}

// Modes.

type Waits<'a> = (cl_uint, Ptr<'a, cl_event>);

/// An image, the handle's bits, and where a region in it begins.
pub(crate) type Place<'a> = (&'a MemMeta, cl_mem, Ptr<'a, usize>);

/// The image of `mem`, if commands for it on this queue fail for nothing but their regions and wait lists.
fn usable<'a>(queue: &QueueMeta, mem: &'a MemMeta) -> Option<&'a ImageMeta> {
    let known = mem.context != 0 && mem.context == queue.context;
    mem.image.as_ref().filter(|image| known && image.is_accepted(queue))
}

/// A read or write of an image.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) fn transfer_mode(
    queue: &QueueMeta,
    mem: &MemMeta,
    forbidden: cl_mem_flags,
    blocking: cl_bool,
    (origin, region): (Ptr<'_, usize>, Ptr<'_, usize>),
    (row_pitch, slice_pitch): (usize, usize),
    ptr: Ptr<'_, u8>,
    waits: Waits<'_>,
) -> Mode {
    let good = usable(queue, mem).is_some_and(|image| {
        image.contains(origin, region) && image.takes_pitches(region, row_pitch, slice_pitch)
    });
    shape::async_if(
        good && blocking == CL_FALSE
            && mem.flags & forbidden == 0
            && !ptr.is_null()
            && shape::waits_are_valid(queue, waits),
    )
}

/// A copy from image to image. Parts of one image, and images that share memory, may overlap, which the vendor finds out.
pub(crate) fn copy_mode(
    queue: &QueueMeta,
    src: Place<'_>,
    dst: Place<'_>,
    region: Ptr<'_, usize>,
    waits: Waits<'_>,
) -> Mode {
    let (Some(from), Some(to)) = (usable(queue, src.0), usable(queue, dst.0)) else { return Mode::Sync };
    shape::async_if(
        from.format == to.format
            && src.1 != dst.1
            && !from.is_view
            && !to.is_view
            && from.contains(src.2, region)
            && to.contains(dst.2, region)
            && shape::waits_are_valid(queue, waits),
    )
}

/// A copy between an image and the bytes of a buffer at `offset`.
pub(crate) fn buffer_copy_mode(
    queue: &QueueMeta,
    (mem, _, origin): Place<'_>,
    region: Ptr<'_, usize>,
    (buffer, offset): (&MemMeta, usize),
    waits: Waits<'_>,
) -> Mode {
    let good = usable(queue, mem).is_some_and(|image| {
        !image.is_view
            && image.contains(origin, region)
            && buffer.context == mem.context
            && buffer.contains(offset, image.region(region))
    });
    shape::async_if(good && shape::waits_are_valid(queue, waits))
}

/// An image filled with a colour.
pub(crate) fn fill_mode(
    queue: &QueueMeta,
    (mem, _, origin): Place<'_>,
    region: Ptr<'_, usize>,
    color: Ptr<'_, u8>,
    waits: Waits<'_>,
) -> Mode {
    let good = usable(queue, mem).is_some_and(|image| image.contains(origin, region));
    shape::async_if(good && !color.is_null() && shape::waits_are_valid(queue, waits))
}

/// The second half of a map: there is nothing to wait for unless the caller needs the data at once.
pub(crate) fn contents_mode(blocking: cl_bool, flags: cl_map_flags) -> Mode {
    shape::async_if(blocking == CL_FALSE || !shape::map_reads(flags))
}

#[cfg(test)]
mod tests;
