#[api(name = "toy", version = "1.0", ffi = crate::ffi, library = ["libtoy.so.1"])]
pub mod toy {
    use crate::ffi::*;

    #[status(ok = OK, lost = LOST, refused = REFUSED)]
    type status;

    extern "callback" {
        fn notify(what: u32, #[userdata] data: *mut c_void);
    }

    unsafe extern "C" {
        fn toyVersion() -> u32 { 3 }
        fn toyWatch(f: notify, #[userdata(f)] data: *mut c_void, #[opaque] cookie: *mut c_void) -> status;
        #[unsupported(BAD_VALUE)]
        fn toyMap(size: usize, err: *mut status) -> *mut c_void;
    }

    extern "server" {
        fn measure(what: u32, #[output] result: *mut u64) -> status {
            hooks::measure(vendor, what, result)
        }
    }
}
