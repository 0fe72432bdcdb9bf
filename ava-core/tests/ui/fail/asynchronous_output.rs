mod ffi;

ava_core::ava_api! {
    #[api(name = "toy", version = "1.0", ffi = crate::ffi, library = ["libtoy.so.1"])]
    pub mod toy {
        use std::ffi::c_void;

        use crate::ffi::*;

        #[status(ok = OK, lost = LOST, refused = REFUSED)]
        type status;
        #[handle(retain = toyRetainQueue, release = toyReleaseQueue, invalid = BAD_QUEUE)]
        type queue;
        #[handle(retain = toyRetainEvent, release = toyReleaseEvent, invalid = BAD_EVENT)]
        type event;

        unsafe extern "C" {
            #[mode(if block != 0 { Sync } else { Async })]
            fn toyRead(q: queue, block: u32, size: usize, #[output(bytes = size)] data: *mut c_void, #[output(new)] e: *mut event) -> status;
        }
    }
}

fn main() {}
