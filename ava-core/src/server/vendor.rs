//! Loading the vendor's library.

use std::ffi::CStr;
use std::sync::Arc;

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

use super::api::{ServerApi, Vendor};

/// Symbol that our guest libraries export, so that a server never forwards to itself.
const GUEST_MARKER: &CStr = c"ava_guest_library";

/// Why there is no vendor library.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// None of the names could be loaded.
    #[error(
        "the vendor library of {api} cannot be loaded ({tried}); install it (for OpenCL on a CPU: apt-get install \
         ocl-icd-libopencl1 pocl-opencl-icd)"
    )]
    NotFound {
        /// The API.
        api: &'static str,
        /// What was tried, and what the dynamic linker said of each.
        tried: String,
    },
    /// The loader found a guest library of AvA.
    #[error(
        "{library} is AvA's own guest library, not the vendor's; remove its directory from LD_LIBRARY_PATH and \
         LD_PRELOAD of avad"
    )]
    Ourselves {
        /// The SONAME that led to it.
        library: &'static str,
    },
}

/// Loads the vendor library of `api` and finds its functions. It stays loaded.
///
/// # Errors
/// [`LoadError`] says what was tried and what to do.
pub fn load_vendor(api: &'static ServerApi) -> Result<Arc<Vendor>, LoadError> {
    let mut tried = Vec::new();
    for name in api.desc.libraries {
        // SAFETY: loading runs the library's constructors. That it is what its SONAME says is the administrator's promise.
        let library = match unsafe { Library::open(Some(*name), RTLD_NOW | RTLD_LOCAL) } {
            Ok(library) => library,
            Err(error) => {
                // The linker's own words are the cause of libloading's error.
                let cause =
                    std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
                tried.push(format!("{name}: {cause}"));
                continue;
            }
        };
        let mut find = |symbol: &CStr| {
            // SAFETY: only the address is taken here; the generated table gives it the type that the header declares.
            let found = unsafe { library.get::<*mut std::ffi::c_void>(symbol.to_bytes_with_nul()) };
            found.map_or(std::ptr::null_mut(), |symbol| symbol.as_raw_ptr())
        };
        if !find(GUEST_MARKER).is_null() {
            return Err(LoadError::Ourselves { library: name });
        }
        let vendor = (api.load)(&mut find);
        // Its functions are used, and its threads run, until the process ends.
        std::mem::forget(library);
        return Ok(vendor.into());
    }
    Err(LoadError::NotFound { api: api.desc.name, tried: tried.join("; ") })
}
