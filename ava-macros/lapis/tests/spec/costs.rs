#[api(name = "toy", version = "1.0", ffi = crate::ffi, library = ["libtoy.so.1"])]
pub mod toy {
    use crate::ffi::*;

    #[status(ok = OK, lost = LOST, refused = REFUSED)]
    type status;

    #[handle(invalid = BAD_BUFFER, meta = BufferMeta, state(save = hooks::save, restore = hooks::restore))]
    type buffer;

    static TIME: Instantaneous;
    static BYTES: Instantaneous;
    #[policy(crate::Quota)]
    static MEMORY: Continuous;

    unsafe extern "C" {
        #[record]
        #[allocates(MEMORY, size)]
        #[returns(new, meta = BufferMeta { size })]
        fn toyCreateBuffer(size: usize) -> buffer;

        #[record]
        #[allocates(MEMORY, meta(b).size)]
        fn toyCloneBuffer(b: buffer, #[output(new)] clone: *mut buffer) -> status;

        #[record(b, index)]
        fn toySetBuffer(b: buffer, index: u32, value: u64) -> status;

        #[deallocates(MEMORY, size)]
        #[consumes(TIME, measured)]
        fn toyTrim(size: usize) -> status;

        #[mode(Async)]
        #[consumes(BYTES, lengths[0])]
        fn toySend(b: buffer, #[input(len = 1)] lengths: *const usize) -> status;

        fn toyDestroyBuffer(#[handle(frees, invalid = BAD_VALUE)] b: buffer) -> status;

        #[success(ret >= 0)]
        #[contextual(errno)]
        #[consumes(BYTES, ret)]
        fn toyReceive(limit: isize) -> isize;
    }
}
