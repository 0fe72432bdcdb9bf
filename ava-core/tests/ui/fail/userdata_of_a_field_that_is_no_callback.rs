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
        #[structure(field(user, userdata(tick)))]
        type hooks;

        extern "callback" {
            fn notify(what: u32, #[userdata] data: *mut c_void);
        }

        unsafe extern "C" {
            fn toySetHooks(#[input] h: *const hooks) -> status;
        }
    }
}

fn main() {}
