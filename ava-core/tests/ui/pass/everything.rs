//! Whatever the language has, once.

#[path = "../fail/ffi/mod.rs"]
mod ffi;

#[derive(Default, serde::Serialize, serde::Deserialize)]
pub struct QueueMeta {
    pub parent: u64,
}

pub struct Quota;
impl ava_core::router::Policy for Quota {
    const NAME: &'static str = "quota";
}

mod hooks {
    use crate::ffi::*;
    use crate::toy::{args, kind, server};
    use ava_core::spec::{HandleArg, Layout, Ptr};

    pub fn describe(_vendor: &server::Vendor, made: queue) -> crate::QueueMeta {
        crate::QueueMeta { parent: made as u64 }
    }
    pub unsafe fn is_done(_vendor: &server::Vendor, _event: event) -> bool {
        true
    }
    pub unsafe fn warm(_vendor: &server::Vendor) {}
    pub unsafe fn save(_vendor: &server::Vendor, _queue: queue) -> Vec<u8> {
        Vec::new()
    }
    pub unsafe fn restore(_vendor: &server::Vendor, _queue: queue, state: &[u8]) -> bool {
        state.is_empty()
    }
    pub fn table() -> *const std::ffi::c_void {
        std::ptr::null()
    }
    pub unsafe fn before(args: &args::toyWrite) -> Option<status> {
        (args.size == 0).then_some(OK)
    }
    pub fn after(_args: &args::toyWrite, ret: status) -> status {
        ret
    }
    pub fn data(_data: Ptr<'_, u8>, size: usize, queue: HandleArg<'_, kind::queue>) -> Layout {
        Layout::bytes(size.min(ava_core::spec::meta(queue).parent as usize))
    }
}

ava_core::ava_api! {
    /// A toy.
    #[api(
        name = "toy",
        version = "1.0",
        ffi = crate::ffi,
        library = ["libtoy.so.1", "libtoy.so"],
        dispatch = super::hooks::table(),
        warm = super::hooks::warm,
    )]
    pub mod toy {
        use std::ffi::{c_char, c_void};

        use super::hooks;
        use crate::ffi::{
            BAD_EVENT, BAD_QUEUE, LOST, OK, REFUSED, event, hooks as hook_table, node, queue,
            status,
        };

        const ALL: usize = 4;

        #[status(ok = OK, lost = LOST, refused = REFUSED, unsupported = REFUSED)]
        type status;
        #[handle(
            retain = toyRetainQueue,
            release = toyReleaseQueue,
            invalid = BAD_QUEUE,
            meta = super::QueueMeta,
            state(save = hooks::save, restore = hooks::restore),
        )]
        type queue;
        #[handle(retain = toyRetainEvent, release = toyReleaseEvent, invalid = BAD_EVENT)]
        type event;

        #[structure(
            field(tick, callback(tick, call)),
            field(notify, callback(notify), when = this.tick.is_some()),
            field(user, userdata(notify))
        )]
        type hook_table;

        static TIME: Instantaneous;
        #[policy(super::Quota)]
        static MEMORY: Continuous;
        static PLACES: Continuous;
        static BYTES: Instantaneous;
        #[registry(done = hooks::is_done)]
        static READS: BufRegistry<queue, event>;

        extern "callback" {
            fn notify(what: u32, #[userdata] data: *mut c_void);
            fn tick(what: u32);
            #[returns(opaque)]
            fn allocate(size: usize, #[userdata] user: *mut c_void) -> *mut c_void;
            fn look(
                q: queue,
                #[input(field(data, input(bytes = this.size)), field(next, local), field(owner, handle(queue)))] root: *const node,
                #[input(terminated, element(cstr))] names: *const *const c_char,
                #[opaque] address: *mut c_void,
            );
            fn generate(size: usize, #[output(bytes = size, filled = ret)] to: *mut c_void) -> usize;
            fn produce(
                q: queue,
                size: usize,
                #[output(bytes = size, when = size != 0)] to: *mut c_void,
                #[inout] count: *mut u32,
                #[input(cstr)] name: *const c_char,
                #[input(len = 2)] queues: *const queue,
                #[userdata] data: *mut c_void,
            ) -> status;
        }

        unsafe extern "C" {
            /// Makes one.
            #[record]
            #[allocates(MEMORY, 1)]
            #[returns(new, meta = hooks::describe(vendor, ret))]
            fn toyQueue(#[output] err: *mut status) -> queue;

            #[deallocates(PLACES, 1)]
            fn toyDestroy(#[handle(frees, invalid = BAD_QUEUE)] q: queue) -> status;

            fn toyFinish(q: queue, #[contextual(READS.drain(q))] bufs: PendingBuffers) -> status;

            #[contextual(errno)]
            #[consumes(BYTES, ret)]
            fn toyWait(n: u32, #[input(len = n, invalid = BAD_EVENT)] events: *const event) -> status;

            #[mode(if block != 0 { Sync } else { Async })]
            #[consumes(TIME, measured)]
            fn toyRead(
                q: queue,
                block: u32,
                size: usize,
                #[output(bytes = size, deferred(READS, q, done = e, when = block == 0))] data: *mut c_void,
                #[output(new, depends_on(q))] e: *mut event,
                #[contextual(READS.poll())] bufs: PendingBuffers,
            ) -> status;

            #[mode(Async)]
            #[before(hooks::before)]
            #[after(hooks::after)]
            fn toyWrite(
                q: queue,
                size: usize,
                #[input(with = hooks::data(data, size, q), zerocopy, deferred(READS, q))] data: *const c_void,
            ) -> status;

            #[record(q)]
            fn toyWatch(q: queue, f: notify, #[userdata(f, once)] data: *mut c_void) -> status;

            fn toyHook(#[callback(call)] f: tick) -> status;

            fn toySetHooks(#[input] h: *const hook_table) -> status;

            fn toyHookData(#[callback(kept)] f: tick, #[opaque] data: *mut c_void) -> status;

            fn toySend(
                size: usize,
                #[input(bytes = size)] data: *const c_void,
                #[callback(once)] f: notify,
                #[userdata] user: *mut c_void,
            ) -> status;

            #[extension(vendor.toyAddress(std::ptr::null_mut()))]
            fn toyProduce(f: produce, #[local] g: Option<unsafe extern "C" fn()>, #[userdata(f)] user: *mut c_void) -> status;

            #[cached]
            fn toyName(q: queue, #[input(cstr)] name: *const c_char) -> status;

            fn toyJoin(
                n: u32,
                #[input(len = n, element(cstr = lengths[index]))] strings: *mut *const c_char,
                #[input(len = n, when = n != 0)] lengths: *const usize,
            ) -> status;

            #[mode(Async)]
            #[success(0)]
            #[consumes(BYTES, meta(q).parent)]
            fn toyCount(q: queue) -> u32;

            #[success(ret >= OK)]
            #[consumes(BYTES, counts.at(0))]
            #[allocates(PLACES, n)]
            fn toyCounts(q: queue, n: u32, #[output(len = n, filled = n / 2, always)] counts: *mut u32) -> status;

            fn toySwap(q: queue, #[inout(len = ALL)] counts: *mut u32) -> status;

            #[returns(opaque)]
            fn toyAddress(q: queue) -> *mut c_void;

            fn toyParent(q: queue) -> queue;

            #[record]
            fn toySplit(
                q: queue,
                n: u32,
                #[output(new, len = n, filled = *made, depends_on(q))] parts: *mut queue,
                #[output] made: *mut u32,
            ) -> status;

            #[mode(Async)]
            fn toyTick(n: u32);

            fn toyVersion() -> u32 {
                3
            }

            #[unsupported(REFUSED)]
            fn toyMap(size: usize, err: *mut status) -> *mut c_void;
        }

        extern "server" {
            fn measure(what: u32, #[input(len = 2, element(bytes = ALL))] lists: *const *const u8) -> status {
                let _ = (vendor, what, lists);
                super::ffi::OK
            }
        }
    }
}

fn main() {
    assert_eq!(toy::DESC.functions.len(), toy::server::API.dispatch.len());
    assert_eq!(toy::DESC.kinds.len(), 2);
    assert!(toy::DESC.functions.iter().any(|f| f.name == "toyTick" && f.may_async && f.args == 8));
    let resources = toy::DESC.resources.iter().map(|r| (r.name, r.continuous, r.policy)).collect::<Vec<_>>();
    assert_eq!(resources[..2], [("TIME", false, None), ("MEMORY", true, Some("quota"))]);
    assert!(toy::DESC.kinds[0].state && toy::server::API.kinds[0].state.is_some());
    assert!(toy::guest::address(c"toyMap").is_null(), "it is not supported");
    assert!(toy::guest::is_available(c"toyVersion"));
    // SAFETY: a replacement that needs nothing.
    assert_eq!(unsafe { toy::guest::toyVersion() }, 3);
}
