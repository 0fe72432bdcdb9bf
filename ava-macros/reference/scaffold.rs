// What the examples of the reference share: the types of an invented header, which they hide.
#[allow(non_camel_case_types, dead_code, unused_imports)]
mod base {
    pub use std::ffi::{c_char, c_int, c_uint, c_void};

    pub type status = c_int;
    pub const OK: status = 0;
    pub const LOST: status = -1;
    pub const REFUSED: status = -2;
    pub const UNSUPPORTED: status = -3;
    pub const BAD_HANDLE: status = -4;
    pub const BAD_VALUE: status = -5;

    macro_rules! objects {
        ($($name:ident $target:ident),*) => {
            $(pub enum $target {}
            pub type $name = *mut $target;)*
        };
    }
    objects!(device device_, queue queue_, buffer buffer_, event event_, kernel kernel_, program program_);
}
