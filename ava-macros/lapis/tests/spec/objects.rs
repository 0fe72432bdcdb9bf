#[api(name = "toy", version = "1.0", ffi = crate::ffi, library = ["libtoy.so.1"])]
pub mod toy {
    use crate::ffi::*;

    #[status(ok = OK, lost = LOST, refused = REFUSED)]
    type status;

    #[handle(retain = toyRetainContext, release = toyReleaseContext, invalid = BAD_CONTEXT, since = "TOY_1.0")]
    type context;
    #[handle(invalid = BAD_BUFFER, meta = BufferMeta)]
    type buffer;

    #[since("TOY_1.1")]
    unsafe extern "C" {
        #[mode(Async)]
        #[returns(new, depends_on(c), meta = BufferMeta { size })]
        fn toyCreateBuffer(c: context, size: usize, #[output] err: *mut status) -> buffer;

        #[returns(new, meta = hooks::describe(vendor, ret))]
        fn toyImportBuffer(c: context, name: u64) -> buffer;

        fn toyDestroyBuffer(#[handle(frees, invalid = BAD_VALUE)] b: buffer) -> status;

        fn toySplit(
            b: buffer,
            n: u32,
            #[output(new, len = n, filled = *made, depends_on(b))] parts: *mut buffer,
            #[output] made: *mut u32,
        ) -> status;

        fn toyContextOf(b: buffer) -> context;
        fn toySize(b: buffer) -> u64;
    }
}
