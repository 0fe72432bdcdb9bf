//! An invented API with a parameter of every kind, and a vendor in the same process that does next to nothing: for tests of what
//! is said about calls.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "a module of test binaries, each of which uses a part"
)]

mod vendor;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use ava_core::router::account::Account;
use ava_core::server::{End, serve};
use ava_core::spec::Layout;
use ava_core::transport::memory;
use ava_core::transport::window::WindowOptions;

pub mod ffi {
    #![allow(non_camel_case_types, non_snake_case)]
    pub use self::types::*;
    use std::ffi::{c_char, c_void};

    /// Apart from the functions, whose names the guest stubs share.
    pub mod types {
        use std::ffi::{c_char, c_void};

        pub type status = i32;
        pub const SHOW_OK: status = 0;
        pub const SHOW_LOST: status = -1;
        pub const SHOW_REFUSED: status = -2;
        pub const SHOW_BAD_THING: status = -3;
        pub const SHOW_BAD_EVENT: status = -4;
        pub const SHOW_NO: status = -5;
        pub type show_flags = u64;

        pub enum thing_ {}
        pub type thing = *mut thing_;
        pub enum event_ {}
        pub type event = *mut event_;

        #[repr(C)]
        #[derive(Clone, Copy, Debug)]
        pub struct pair {
            pub a: u32,
            pub b: f32,
        }

        #[repr(C)]
        #[derive(Clone, Copy, Debug)]
        pub struct part {
            pub name: *const c_char,
            pub size: u32,
            pub owner: thing,
        }

        /// It cannot show its fields.
        #[repr(C)]
        #[derive(Clone, Copy)]
        pub struct plan {
            pub count: u32,
            pub parts: *const part,
            pub room: usize,
            pub reply: *mut c_char,
            pub tag: *mut c_void,
        }
    }

    unsafe extern "C" {
        pub fn showRetain(t: thing) -> status;
        pub fn showRelease(t: thing) -> status;
        pub fn showRetainEvent(e: event) -> status;
        pub fn showReleaseEvent(e: event) -> status;
        pub fn showOpen(flags: show_flags, depth: i32, scale: f64, err: *mut status) -> thing;
        pub fn showName(t: thing, size: usize, name: *mut c_void, size_ret: *mut usize) -> status;
        pub fn showTexts(
            t: thing,
            name: *const c_char,
            n: u32,
            texts: *const *const c_char,
            bytes: usize,
            data: *const c_void,
        ) -> status;
        pub fn showNumbers(t: thing, n: u32, numbers: *const i32, halves: *mut f32, sum: *mut i64) -> status;
        pub fn showPairs(t: thing, pairs: *mut pair) -> status;
        pub fn showList(n: u32, things: *const thing, last: *mut thing) -> status;
        pub fn showSplit(t: thing, n: u32, parts: *mut thing, made: *mut u32) -> status;
        pub fn showRead(t: thing, block: u32, size: usize, data: *mut c_void, e: *mut event) -> status;
        pub fn showWait(n: u32, events: *const event) -> status;
        pub fn showPlan(t: thing, plan: *mut plan) -> status;
        pub fn showVersion() -> u32;
        pub fn showTick(n: u32);
        pub fn showMotto(t: thing) -> *const c_char;
        pub fn showAgain(t: thing) -> status;
        pub fn showLocal(n: u32, p: *const u32) -> status;
        pub fn showNever(t: thing) -> status;
        pub fn showSkewIn(size: usize, data: *const c_void) -> status;
        pub fn showSkewOut(size: usize, data: *mut c_void) -> status;
        pub fn showSkewPlan(n: usize, list: *const *const u8) -> status;
    }
}

/// A layout on which the two sides disagree: `size` bytes in the guest, twice as many in the server.
pub fn skewed(size: usize) -> Layout {
    let in_server = std::thread::current().name().is_some_and(|name| name.starts_with("shadow-"));
    Layout::bytes(if in_server { 2 * size } else { size })
}

ava_core::ava_api! {
    #[api(name = "show", version = "1", ffi = crate::showcase::ffi, library = ["libshow.so.1"])]
    pub mod show {
        use std::ffi::{c_char, c_void};
        use crate::showcase::ffi::*;
        use crate::showcase::{is_done, skewed};

        #[status(ok = SHOW_OK, lost = SHOW_LOST, refused = SHOW_REFUSED)]
        type status;
        #[handle(retain = showRetain, release = showRelease, invalid = SHOW_BAD_THING)]
        type thing;
        #[handle(retain = showRetainEvent, release = showReleaseEvent, invalid = SHOW_BAD_EVENT)]
        type event;
        #[structure(field(name, input(cstr)), field(owner, handle(thing)))]
        type part;
        #[structure(
            field(parts, input(len = this.count)),
            field(reply, output(bytes = this.room, filled = this.room.min(6))),
            field(tag, local),
        )]
        type plan;

        #[registry(done = is_done)]
        static IN_FLIGHT: BufRegistry<thing, event>;

        unsafe extern "C" {
            #[returns(new)]
            fn showOpen(flags: show_flags, depth: i32, scale: f64, #[output] err: *mut status) -> thing;
            #[cached]
            fn showName(
                t: thing,
                size: usize,
                #[output(bytes = size, filled = *size_ret)] name: *mut c_void,
                #[output] size_ret: *mut usize,
            ) -> status;
            fn showTexts(
                t: thing,
                #[input(cstr)] name: *const c_char,
                n: u32,
                #[input(len = n, element(cstr))] texts: *const *const c_char,
                bytes: usize,
                #[input(bytes = bytes)] data: *const c_void,
            ) -> status;
            fn showNumbers(
                t: thing,
                n: u32,
                #[input(len = n)] numbers: *const i32,
                #[output(len = n)] halves: *mut f32,
                #[output] sum: *mut i64,
            ) -> status;
            fn showPairs(t: thing, #[inout(len = 2)] pairs: *mut pair) -> status;
            fn showList(n: u32, #[input(len = n)] things: *const thing, #[output] last: *mut thing) -> status;
            fn showSplit(
                t: thing,
                n: u32,
                #[output(new, len = n, filled = *made, depends_on(t))] parts: *mut thing,
                #[output] made: *mut u32,
            ) -> status;
            #[mode(if block == 0 { Async } else { Sync })]
            fn showRead(
                t: thing,
                block: u32,
                size: usize,
                #[output(bytes = size, deferred(IN_FLIGHT, t, done = e, when = block == 0))] data: *mut c_void,
                #[output(new, depends_on(t))] e: *mut event,
            ) -> status;
            fn showWait(
                n: u32,
                #[input(len = n)] events: *const event,
                #[contextual(IN_FLIGHT.poll())] bufs: PendingBuffers,
            ) -> status;
            fn showPlan(t: thing, #[inout] plan: *mut plan) -> status;
            fn showVersion() -> u32;
            #[mode(Async)]
            fn showTick(n: u32);
            #[returns(cstr, lifetime = Static)]
            fn showMotto(t: thing) -> *const c_char;
            #[after(crate::showcase::calls_another)]
            fn showAgain(t: thing) -> status;
            fn showLocal(n: u32, p: *const u32) -> status {
                if n == 0 || p.is_null() { SHOW_NO } else { SHOW_OK }
            }
            #[unsupported(SHOW_NO)]
            fn showNever(t: thing) -> status;
            fn showSkewIn(size: usize, #[input(with = skewed(size))] data: *const c_void) -> status;
            fn showSkewOut(size: usize, #[output(with = skewed(size))] data: *mut c_void) -> status;
            fn showSkewPlan(
                n: usize,
                #[input(len = 1, element(with = skewed(n)))] list: *const *const u8,
            ) -> status;
        }
    }
}

/// # Safety
/// That of a hook.
pub unsafe fn calls_another(_: &show::args::showAgain, ret: ffi::status) -> ffi::status {
    // SAFETY: a call without arguments.
    unsafe { show::guest::showVersion() };
    ret
}

unsafe fn is_done(_vendor: &show::server::Vendor, _: ffi::event) -> bool {
    vendor::device_is_idle()
}

/// Connects this process's guest to a new server in it. How the session ends comes by the channel.
pub fn connect() -> Receiver<End> {
    let api = &show::server::API;
    let (guest, server) = memory::pair(WindowOptions { slots: 64, arena_len: 64 << 20 }).expect("a window");
    let (account, _fd) = Account::create(api.desc.functions.len()).expect("an account");
    let vendor = (api.load)(&mut |name| vendor::find(name)).into();
    let (ended, end) = channel();
    std::thread::spawn(move || ended.send(serve(api, vendor, Box::new(server), Arc::new(account), 1)));
    show::guest::CLIENT.attach(Box::new(guest)).expect("a session");
    end
}
