mod ffi;

ava_core::ava_api! {
    #[api(name = "toy", version = "1.0", ffi = crate::ffi, library = ["libtoy.so.1"])]
    pub mod toy {
        use crate::ffi::*;

        type status;
    }
}

fn main() {}
