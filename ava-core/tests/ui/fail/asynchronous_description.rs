mod ffi;

ava_core::ava_api! {
    #[api(name = "toy", version = "1.0", ffi = crate::ffi, library = ["libtoy.so.1"])]
    pub mod toy {
        use crate::ffi::*;

        #[status(ok = OK, lost = LOST, refused = REFUSED)]
        type status;
        #[handle(retain = toyRetainQueue, release = toyReleaseQueue, invalid = BAD_QUEUE, meta = u32)]
        type queue;

        unsafe extern "C" {
            #[mode(Async)]
            #[returns(new, meta = crate::describe(vendor, ret))]
            fn toyQueue(#[output] err: *mut status) -> queue;
        }
    }
}

fn describe(_vendor: &toy::server::Vendor, _queue: ffi::queue) -> u32 {
    0
}

fn main() {}
