mod ffi;

ava_core::ava_api! {
    #[api(name = "toy", version = "1.0", ffi = crate::ffi, library = ["libtoy.so.1"])]
    pub mod toy {
        use crate::ffi::*;

        #[status(ok = OK, lost = LOST, refused = REFUSED)]
        type status;
        #[handle(retain = toyRetainQueue, release = toyReleaseQueue, invalid = BAD_QUEUE, state(save = save, restore = restore))]
        type queue;

        pub unsafe fn save(_vendor: &server::Vendor, _q: u32) -> Vec<u8> {
            Vec::new()
        }
        pub unsafe fn restore(_vendor: &server::Vendor, _q: queue, _state: &[u8]) -> bool {
            true
        }

        unsafe extern "C" {
            fn toyFinish(q: queue) -> status;
        }
    }
}

fn main() {}
