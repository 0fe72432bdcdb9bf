//! What is composed in the API server of calls of the vendor's.

use std::ffi::c_int;

use crate::ffi::z_stream;
use crate::spec::zlib::server::Vendor;

/// `deflateParams` of a stream whose data did not come: it has none, whatever its numbers say.
///
/// # Safety
/// `strm` is null or the session's own.
pub(crate) unsafe fn params(vendor: &Vendor, strm: *mut z_stream, level: c_int, strategy: c_int) -> c_int {
    // SAFETY: by the caller's promise.
    let given = unsafe { strm.as_mut() }
        .map(|strm| (std::mem::take(&mut strm.avail_in), std::mem::take(&mut strm.avail_out)));
    // SAFETY: as above.
    let status = unsafe { vendor.deflateParams(strm, level, strategy) };
    // SAFETY: as above.
    if let (Some(strm), Some(given)) = (unsafe { strm.as_mut() }, given) {
        (strm.avail_in, strm.avail_out) = given;
    }
    status
}
