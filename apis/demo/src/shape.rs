//! Sizes and conditions that the specification's expressions call.

use ava_core::router::Policy;
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

/// Device memory is limited for each tenant.
#[derive(Debug)]
pub(crate) struct Quota;

impl Policy for Quota {
    const NAME: &'static str = "quota";
}

/// Makes the vendor's library find its devices before a guest waits for it.
///
/// # Safety
/// None is needed: it is a function of specifications, which are.
pub(crate) unsafe fn warm(vendor: &server::Vendor) {
    let mut count = 0;
    // SAFETY: a location of ours, and no list.
    unsafe { vendor.dmGetDevices(0, std::ptr::null_mut(), &mut count) };
}

/// The contents of a buffer.
///
/// # Safety
/// `buffer` is the vendor's.
pub(crate) unsafe fn save_buffer(vendor: &server::Vendor, buffer: dm_buffer) -> Vec<u8> {
    let mut size = 0;
    // SAFETY: the caller's buffer, and a location of ours.
    if unsafe { vendor.dmBufferSize(buffer, &mut size) } != DM_OK {
        return Vec::new();
    }
    let mut contents = vec![0; size];
    // SAFETY: the contents have room for the whole buffer; the call waits.
    let read = |stream| unsafe {
        vendor.dmRead(stream, buffer, 0, size, contents.as_mut_ptr().cast(), 1, std::ptr::null_mut())
    };
    match with_stream(vendor, read) {
        true => contents,
        false => Vec::new(),
    }
}

/// Gives a buffer the contents that [`save_buffer`] saw; whether it has them.
///
/// # Safety
/// `buffer` is the vendor's.
pub(crate) unsafe fn restore_buffer(vendor: &server::Vendor, buffer: dm_buffer, contents: &[u8]) -> bool {
    // SAFETY: the caller's buffer, and as many bytes as are said; the call waits.
    with_stream(vendor, |stream| unsafe {
        let data = contents.as_ptr().cast();
        vendor.dmWrite(stream, buffer, 0, contents.len(), data, 1, std::ptr::null_mut())
    })
}

/// Runs a command on a stream of its own; whether all went well.
fn with_stream(vendor: &server::Vendor, command: impl FnOnce(dm_stream) -> dm_status) -> bool {
    let mut stream = std::ptr::null_mut();
    // SAFETY: no properties, and a location of ours.
    if unsafe { vendor.dmCreateStream(std::ptr::null(), &mut stream) } != DM_OK {
        return false;
    }
    let status = command(stream);
    // SAFETY: the stream was just made, and nobody else has it.
    unsafe { vendor.dmReleaseStream(stream) };
    status == DM_OK
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
