//! Sizes and conditions that the specification's expressions call.

use ava_core::spec::{Layout, Ptr, Rect};

use crate::demo::{kind, server};
use crate::ffi::*;

/// `dmCreateStream`'s list: pairs of key and value up to a key of 0; a device is a handle.
pub(crate) fn stream_properties(list: Ptr<'_, isize>) -> Layout {
    let mut len = 0;
    let mut layout = Layout::bytes(0);
    while !list.is_null() && list.at(len) != 0 {
        if list.at(len) == DM_STREAM_DEVICE as isize {
            layout = layout.with_handle::<kind::dm_device>((len + 1) * size_of::<isize>());
        }
        len += 2;
        if len > 64 {
            // No list is so long: there are two keys, and the vendor refuses the first that it does not know.
            break;
        }
    }
    layout.bytes = (len + 1) * size_of::<isize>();
    layout.invalid(DM_ERROR_INVALID_DEVICE.into())
}

/// What `dmGetProperty` writes.
pub(crate) fn property(key: u32) -> Layout {
    match key {
        DM_PROPERTY_SCRATCH => Layout::handles::<kind::dm_buffer>(1),
        _ => Layout::elements::<usize>(1),
    }
}

/// Rows of `width` bytes, `pitch` apart.
pub(crate) fn rows(width: usize, height: usize, pitch: usize) -> Layout {
    Layout::rect(Rect { offset: 0, row: width, rows: height, row_pitch: pitch, slices: 1, slice_pitch: 0 })
}

/// Whether `size` bytes at `offset` are inside a buffer of `of` bytes: then no command on them is refused.
pub(crate) fn fits(offset: usize, size: usize, of: usize) -> bool {
    size != 0 && offset.checked_add(size).is_some_and(|end| end <= of)
}

/// The size in bytes of an element of type `type_`; 0 for one that does not exist, which the vendor refuses.
pub(crate) fn size_of_type(type_: u32) -> usize {
    match type_ {
        DM_TYPE_INT32 | DM_TYPE_FLOAT => 4,
        DM_TYPE_INT64 | DM_TYPE_DOUBLE => 8,
        _ => 0,
    }
}

/// Whether the command of `event` is over.
///
/// # Safety
/// `event` is the vendor's.
pub(crate) unsafe fn is_over(vendor: &server::Vendor, event: dm_event) -> bool {
    let mut state = DM_EVENT_PENDING as i32;
    // SAFETY: the caller's event, and a location of ours.
    let asked = unsafe { vendor.dmEventStatus(event, &mut state) };
    asked != DM_OK || state != DM_EVENT_PENDING as i32
}
