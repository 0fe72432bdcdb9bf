#[api(name = "toy", version = "1.0", ffi = crate::ffi, library = ["libtoy.so.1"])]
pub mod toy {
    use crate::ffi::*;

    #[status(ok = OK, lost = LOST, refused = REFUSED)]
    type status;

    unsafe extern "C" {
        /// Asks.
        #[cached]
        fn toyInfo(
            what: u32,
            #[input(cstr)] name: *const c_char,
            size: usize,
            #[output(bytes = size, filled = *size_ret)] value: *mut c_void,
            #[output] size_ret: *mut usize,
        ) -> status;

        #[before(hooks::before)]
        #[after(hooks::after)]
        fn toyJoin(
            n: u32,
            #[input(len = n, element(cstr = lengths[index]))] strings: *mut *const c_char,
            #[input(len = n, when = n != 0)] lengths: *const usize,
            #[inout(len = 4, always)] state: *mut u32,
        ) -> status;
    }
}
