#[api(name = "toy", version = "1.0", ffi = crate::ffi, library = ["libtoy.so.1"])]
pub mod toy {
    use crate::ffi::*;

    #[status(ok = OK, lost = LOST, refused = REFUSED)]
    type status;
    #[handle(invalid = BAD_QUEUE)]
    type queue;
    #[structure(
        field(alloc, callback(allocate, call)),
        field(free, callback(release, call)),
        field(user, userdata(alloc, free)),
        field(log.f, callback(log), when = this.logs != 0)
    )]
    type hooks;
    #[structure(field(name, input(cstr)), field(owner, handle(queue)))]
    type piece;

    extern "callback" {
        fn notify(q: queue, what: u32, #[userdata] data: *mut c_void);
        fn produce(size: usize, #[output(bytes = size)] to: *mut c_void, #[inout(when = size != 0)] state: *mut u32, #[userdata] data: *mut c_void) -> status;
        #[returns(opaque)]
        fn allocate(size: usize, #[userdata] user: *mut c_void) -> *mut c_void;
        fn release(#[opaque] memory: *mut c_void, #[userdata] user: *mut c_void);
        fn inspect(q: queue, n: u32, #[input(len = n)] pieces: *const piece, #[userdata] data: *mut c_void);
        fn generate(size: usize, #[output(bytes = size, filled = ret)] to: *mut c_void, #[userdata] data: *mut c_void) -> usize;
        fn log(level: u32, #[input(cstr)] text: *const c_char, n: usize, #[input(len = n)] queues: *const queue);
    }

    unsafe extern "C" {
        fn toyWatch(q: queue, done: notify, failed: notify, #[userdata(done, failed, once)] data: *mut c_void) -> status;
        fn toyFill(#[callback(call)] f: produce, #[userdata(f)] data: *mut c_void) -> status;
        fn toyHooks(#[input] h: *const hooks) -> status;
        fn toyInspect(f: inspect, #[userdata(f)] data: *mut c_void) -> status;
        fn toyGenerate(#[callback(call)] f: generate, #[userdata(f)] data: *mut c_void) -> status;
        #[mode(Async)]
        fn toyLog(f: log) -> status;
        #[extension(vendor.toyAddress(c"toyNew".as_ptr()))]
        fn toyNew(n: u32) -> status;
        fn toyAddress(name: *const c_char) -> *mut c_void {
            guest::address(CStr::from_ptr(name))
        }
    }
}
