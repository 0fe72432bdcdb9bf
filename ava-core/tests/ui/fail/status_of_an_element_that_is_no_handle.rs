mod ffi;

ava_core::ava_api! {
    #[api(name = "toy", version = "1.0", ffi = crate::ffi, library = ["libtoy.so.1"])]
    pub mod toy {
        use std::ffi::c_char;

        use crate::ffi::*;

        #[status(ok = OK, lost = LOST, refused = REFUSED)]
        type status;
        #[handle(retain = toyRetainQueue, release = toyReleaseQueue, invalid = BAD_QUEUE)]
        type queue;

        unsafe extern "C" {
            fn toyNames(q: queue, #[input(len = 2, element(cstr, invalid = BAD_QUEUE))] names: *mut *mut c_char) -> status;
        }
    }
}

fn main() {}
