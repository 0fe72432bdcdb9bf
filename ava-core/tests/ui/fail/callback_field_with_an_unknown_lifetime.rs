mod ffi;

ava_core::ava_api! {
    #[api(name = "toy", version = "1.0", ffi = crate::ffi, library = ["libtoy.so.1"])]
    pub mod toy {
        use crate::ffi::*;

        #[status(ok = OK, lost = LOST, refused = REFUSED)]
        type status;
        #[handle(retain = toyRetainQueue, release = toyReleaseQueue, invalid = BAD_QUEUE)]
        type queue;
        #[structure(field(tick, callback(tick, twice)))]
        type hooks;

        extern "callback" {
            fn tick(what: u32);
        }

        unsafe extern "C" {
            fn toySetHooks(#[input] h: *const hooks) -> status;
        }
    }
}

fn main() {}
