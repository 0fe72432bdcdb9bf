#[api(name = "toy", version = "1.0", ffi = crate::ffi, library = ["libtoy.so.1"])]
pub mod toy {
    use crate::ffi::*;

    #[status(ok = OK, lost = LOST, refused = REFUSED)]
    type status;

    #[handle(retain = toyRetainStream, release = toyReleaseStream, invalid = BAD_STREAM)]
    type stream;
    #[handle(retain = toyRetainEvent, release = toyReleaseEvent, invalid = BAD_EVENT)]
    type event;

    #[registry(done = hooks::event_is_done)]
    static READS: BufRegistry<stream, event>;

    unsafe extern "C" {
        #[mode(if block != 0 { Sync } else { Async })]
        fn toyRead(
            s: stream,
            block: u32,
            size: usize,
            #[output(bytes = size, deferred(READS, s, done = e, when = block == 0))] data: *mut c_void,
            n: u32,
            #[input(len = n, invalid = BAD_LIST)] list: *const event,
            #[output(new, depends_on(s))] e: *mut event,
            #[contextual(READS.poll())] bufs: PendingBuffers,
        ) -> status;

        fn toyFinish(s: stream, #[contextual(READS.drain(s))] bufs: PendingBuffers) -> status;
    }
}
