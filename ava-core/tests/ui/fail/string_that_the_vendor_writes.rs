mod ffi;

ava_core::ava_api! {
    #[api(name = "toy", version = "1.0", ffi = crate::ffi, library = ["libtoy.so.1"])]
    pub mod toy {
        use crate::ffi::*;

        #[status(ok = OK, lost = LOST, refused = REFUSED)]
        type status;
        #[handle(retain = toyRetainQueue, release = toyReleaseQueue, invalid = BAD_QUEUE)]
        type queue;

        unsafe extern "C" {
            fn toyCounts(q: queue, n: u32, #[output(cstr)] counts: *mut u32) -> status;
        }
    }
}

fn main() {}
