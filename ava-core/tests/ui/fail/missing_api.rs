mod ffi;

ava_core::ava_api! {
    
    pub mod toy {
        use crate::ffi::*;

        #[status(ok = OK, lost = LOST, refused = REFUSED)]
        type status;
    }
}

fn main() {}
