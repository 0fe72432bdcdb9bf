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
            #[record]
            #[returns(new)]
            fn toyQueue(#[output] err: *mut status) -> queue;
            fn toySplit(
                q: queue,
                n: u32,
                #[output(new, len = n, filled = *made)] parts: *mut queue,
                #[output] made: *mut u32,
            ) -> status;
        }
    }
}

fn main() {}
