mod ffi;

ava_core::ava_api! {
    #[api(name = "toy", version = "1.0", ffi = crate::ffi, library = ["libtoy.so.1"])]
    pub mod toy {
        use crate::ffi::*;

        #[status(ok = OK, lost = LOST, refused = REFUSED)]
        type status;
        #[handle(retain = toyRetainQueue, release = toyReleaseQueue, invalid = BAD_QUEUE)]
        type queue;
        #[handle(retain = toyRetainEvent, release = toyReleaseEvent, invalid = BAD_EVENT)]
        type event;
        static READS: BufRegistry<event>;

        unsafe extern "C" {
            fn toyFinish(q: queue, #[contextual(READS.drain(q))] bufs: PendingBuffers) -> status;
        }
    }
}

fn main() {}
