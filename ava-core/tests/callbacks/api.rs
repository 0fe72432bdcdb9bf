//! An invented API full of callbacks.

use ava_core::router::account::Account;
use ava_core::server::serve;
use ava_core::transport::memory;
use ava_core::transport::window::WindowOptions;

pub mod types {
    #![allow(non_camel_case_types)]
    use std::ffi::{c_char, c_void};

    pub type status = i32;
    pub const OK: status = 0;
    pub const BAD: status = -1;
    pub const LOST: status = -4;
    pub const REFUSED: status = -5;
    pub const BAD_ITEM: status = -6;
    pub const MISSING: status = -8;
    pub enum item_ {}
    pub type item = *mut item_;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct hooks_ {
        pub user: *mut c_void,
        pub alloc: Option<unsafe extern "C" fn(usize, *mut c_void) -> *mut c_void>,
        pub free: Option<unsafe extern "C" fn(*mut c_void, *mut c_void)>,
        pub count: u32,
        pub audit: Option<unsafe extern "C" fn(u32)>,
        pub next: *mut hooks_,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub union what_ {
        pub audit: Option<unsafe extern "C" fn(u32)>,
        pub number: u64,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct choice_ {
        pub kind: u32,
        pub what: what_,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct piece_ {
        pub name: *const c_char,
        pub owner: item,
        pub count: u32,
        pub values: *const u32,
        pub next: *const piece_,
    }

    #[repr(C)]
    pub struct table_ {
        pub extra: Option<unsafe extern "C" fn(u32, *mut u32) -> status>,
        pub visit: Option<
            unsafe extern "C" fn(
                u32,
                Option<unsafe extern "C" fn(item, u32, *mut c_void) -> status>,
                *mut c_void,
            ) -> status,
        >,
    }
}

pub mod ffi {
    #![allow(non_camel_case_types, non_snake_case)]
    pub use super::types::*;
    use std::ffi::{c_char, c_void};

    type visit = Option<unsafe extern "C" fn(item, u32, *mut c_void) -> status>;
    type compare = Option<unsafe extern "C" fn(*const u32, *const u32) -> i32>;
    type log = Option<unsafe extern "C" fn(u32, *const c_char)>;
    type notify = Option<unsafe extern "C" fn(item, status, *mut c_void)>;
    type fill = Option<unsafe extern "C" fn(u32, usize, *mut c_void, *mut u32, *mut c_void) -> status>;
    type best = Option<unsafe extern "C" fn(u32, *const item, *mut item, *mut c_void) -> status>;
    type change = Option<unsafe extern "C" fn(usize, *mut u32)>;
    type look = Option<unsafe extern "C" fn(u32, *const piece_, *const *const c_char, *mut c_void) -> status>;
    type told = Option<unsafe extern "C" fn(*const piece_, *mut c_void)>;
    type part = Option<unsafe extern "C" fn(usize, *mut c_void, *mut usize, *mut c_void)>;
    type take = Option<unsafe extern "C" fn(usize, *const u8, *mut c_void) -> u64>;

    unsafe extern "C" {
        pub fn cbCreate(err: *mut status) -> item;
        pub fn cbRetain(i: item) -> status;
        pub fn cbRelease(i: item) -> status;
        pub fn cbVisit(n: u32, f: visit, data: *mut c_void) -> status;
        pub fn cbVisitAsync(n: u32, f: visit, data: *mut c_void) -> status;
        pub fn cbSort(n: u32, values: *mut u32, f: compare) -> status;
        pub fn cbSort2(n: u32, values: *mut u32, f: compare, g: compare) -> status;
        pub fn cbSetLog(f: log) -> status;
        pub fn cbLog(level: u32, text: *const c_char) -> status;
        pub fn cbLogAsync(level: u32, text: *const c_char) -> status;
        pub fn cbLogThreads(threads: u32, each: u32) -> status;
        pub fn cbOnce(i: item, f: notify, data: *mut c_void) -> status;
        pub fn cbEvery(i: item, times: u32, f: notify, data: *mut c_void) -> status;
        pub fn cbPair(f: notify, g: notify, data: *mut c_void) -> status;
        pub fn cbFill(size: usize, f: fill, data: *mut c_void, sum: *mut u64) -> status;
        pub fn cbBest(n: u32, items: *const item, f: best, data: *mut c_void, out: *mut item) -> status;
        pub fn cbChange(n: usize, f: change, sum: *mut u64) -> status;
        pub fn cbTake(size: usize, f: take, data: *mut c_void) -> u64;
        pub fn cbElsewhere(n: u32, f: visit, data: *mut c_void, answer: *mut status) -> status;
        pub fn cbAsk(f: visit, data: *mut c_void) -> status;
        pub fn cbHook(f: Option<unsafe extern "C" fn() -> u32>) -> status;
        pub fn cbLocal(f: Option<unsafe extern "C" fn(u32)>, data: *mut c_void) -> status;
        pub fn cbHooks(n: u32, hooks: *const hooks_, size: usize) -> status;
        pub fn cbSwapHooks(hooks: *mut hooks_) -> status;
        pub fn cbKeepHooks(hooks: *const hooks_) -> status;
        pub fn cbUseHooks(size: usize) -> status;
        pub fn cbChoose(n: u32, choices: *const choice_, sum: *mut u64) -> status;
        pub fn cbLook(i: item, n: u32, f: look, data: *mut c_void) -> status;
        pub fn cbTell(i: item, times: u32, f: told, data: *mut c_void) -> status;
        pub fn cbPart(size: usize, bytes: *mut u8, f: part, data: *mut c_void) -> status;
        pub fn cbGetProc(name: *const c_char) -> *mut c_void;
        pub fn cbGetTable(version: u32) -> *const table_;
    }
}

ava_core::ava_api! {
    #[api(name = "cb", version = "1", ffi = crate::api::ffi, library = ["libcb.so.1"])]
    pub mod cb {
        use std::ffi::{CStr, c_char, c_void};
        use crate::api::types::*;

        #[status(ok = OK, lost = LOST, refused = REFUSED, unsupported = MISSING)]
        type status;
        #[handle(retain = cbRetain, release = cbRelease, invalid = BAD_ITEM)]
        type item;
        #[structure(
            field(user, userdata(alloc, free)),
            field(alloc, callback(alloc)),
            field(free, callback(free)),
            field(audit, callback(audit)),
            field(next, inout)
        )]
        type hooks_;
        #[structure(field(what.audit, callback(audit, call), when = this.kind == 1))]
        type choice_;
        #[structure(
            field(name, input(cstr)),
            field(owner, handle(item)),
            field(values, input(len = this.count)),
            field(next, input)
        )]
        type piece_;

        extern "callback" {
            fn visit(i: item, index: u32, #[userdata] data: *mut c_void) -> status;
            fn compare(#[input] a: *const u32, #[input] b: *const u32) -> i32;
            fn log(level: u32, #[input(cstr)] text: *const c_char);
            fn notify(i: item, what: status, #[userdata] data: *mut c_void);
            fn fill(
                index: u32,
                size: usize,
                #[output(bytes = size)] to: *mut c_void,
                #[inout] count: *mut u32,
                #[userdata] data: *mut c_void,
            ) -> status;
            fn best(
                n: u32,
                #[input(len = n)] items: *const item,
                #[output(when = n != 0)] chosen: *mut item,
                #[userdata] data: *mut c_void,
            ) -> status;
            fn change(n: usize, #[inout(len = n)] values: *mut u32);
            fn take(size: usize, #[input(len = size)] from: *const u8, #[userdata] data: *mut c_void) -> u64;
            fn hook() -> u32;
            #[returns(opaque)]
            fn alloc(size: usize, #[userdata] user: *mut c_void) -> *mut c_void;
            fn free(#[opaque] memory: *mut c_void, #[userdata] user: *mut c_void);
            fn audit(n: u32);
            fn look(
                n: u32,
                #[input(len = n)] pieces: *const piece_,
                #[input(len = n, element(cstr))] names: *const *const c_char,
                #[userdata] data: *mut c_void,
            ) -> status;
            fn told(#[input] piece: *const piece_, #[userdata] data: *mut c_void);
            fn part(
                size: usize,
                #[output(bytes = size, filled = *used)] to: *mut c_void,
                #[output] used: *mut usize,
                #[userdata] data: *mut c_void,
            );
        }

        unsafe extern "C" {
            #[returns(new)]
            fn cbCreate(#[output] err: *mut status) -> item;
            fn cbVisit(n: u32, #[callback(call)] f: visit, #[userdata(f)] data: *mut c_void) -> status;
            #[mode(Async)]
            fn cbVisitAsync(n: u32, f: visit, #[userdata(f)] data: *mut c_void) -> status;
            fn cbSort(n: u32, #[inout(len = n)] values: *mut u32, #[callback(call)] f: compare) -> status;
            fn cbSort2(
                n: u32,
                #[inout(len = n)] values: *mut u32,
                #[callback(call)] f: compare,
                #[callback(call)] g: compare,
            ) -> status;
            fn cbSetLog(f: log) -> status;
            fn cbLog(level: u32, #[input(cstr)] text: *const c_char) -> status;
            #[mode(Async)]
            fn cbLogAsync(level: u32, #[input(cstr)] text: *const c_char) -> status;
            fn cbLogThreads(threads: u32, each: u32) -> status;
            fn cbOnce(i: item, f: notify, #[userdata(f, once)] data: *mut c_void) -> status;
            fn cbEvery(i: item, times: u32, f: notify, #[userdata] data: *mut c_void) -> status;
            fn cbPair(f: notify, g: notify, #[userdata(f, g)] data: *mut c_void) -> status;
            fn cbFill(size: usize, #[callback(call)] f: fill, #[userdata(f)] data: *mut c_void, #[output] sum: *mut u64) -> status;
            fn cbBest(
                n: u32,
                #[input(len = n)] items: *const item,
                #[callback(call)] f: best,
                #[userdata(f)] data: *mut c_void,
                #[output] out: *mut item,
            ) -> status;
            fn cbChange(n: usize, #[callback(call)] f: change, #[output] sum: *mut u64) -> status;
            fn cbTake(size: usize, #[callback(call)] f: take, #[userdata(f)] data: *mut c_void) -> u64;
            fn cbElsewhere(n: u32, #[callback(call)] f: visit, #[userdata(f)] data: *mut c_void, #[output] answer: *mut status) -> status;
            fn cbAsk(f: visit, #[userdata(f)] data: *mut c_void) -> status;
            fn cbHook(f: hook) -> status;
            fn cbHooks(n: u32, #[input(len = n)] hooks: *const hooks_, size: usize) -> status;
            fn cbSwapHooks(#[inout] hooks: *mut hooks_) -> status;
            fn cbKeepHooks(
                #[input(
                    field(user, userdata),
                    field(alloc, callback(alloc, kept)),
                    field(free, callback(free)),
                    field(audit, local),
                    field(next, local)
                )]
                hooks: *const hooks_,
            ) -> status;
            fn cbUseHooks(size: usize) -> status;
            fn cbChoose(n: u32, #[input(len = n)] choices: *const choice_, #[output] sum: *mut u64) -> status;
            fn cbLook(i: item, n: u32, #[callback(call)] f: look, #[userdata(f)] data: *mut c_void) -> status;
            fn cbTell(i: item, times: u32, f: told, #[userdata(f)] data: *mut c_void) -> status;
            fn cbPart(
                size: usize,
                #[inout(bytes = size, always)] bytes: *mut u8,
                #[callback(call)] f: part,
                #[userdata(f)] data: *mut c_void,
            ) -> status;
            fn cbLocal(#[local] f: Option<unsafe extern "C" fn(u32)>, #[userdata(f)] data: *mut c_void) -> status;

            #[extension(vendor.cbGetProc(c"cbExtra".as_ptr()))]
            fn cbExtra(n: u32, #[output] twice: *mut u32) -> status;
            #[extension(vendor.cbGetTable(1).as_ref().and_then(|table| table.extra))]
            fn cbExtraOfTable(n: u32, #[output] twice: *mut u32) -> status;
            #[extension(vendor.cbGetProc(c"cbAbsent".as_ptr()))]
            fn cbAbsent(n: u32) -> status;

            fn cbGetProc(name: *const c_char) -> *mut c_void {
                // SAFETY: the application gives a string.
                guest::address(unsafe { CStr::from_ptr(name) })
            }
            fn cbGetTable(version: u32) -> *const table_ {
                static TABLE: table_ = table_ { extra: Some(guest::cbExtra), visit: Some(guest::cbVisit) };
                if version == 1 { &TABLE } else { std::ptr::null() }
            }
        }
    }
}

/// Connects this process's guest to a server in it, once.
pub fn connect() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let api = &cb::server::API;
        let (guest, server) =
            memory::pair(WindowOptions { slots: 64, arena_len: 64 << 20 }).expect("a window");
        let (account, _fd) = Account::create(api.desc.functions.len()).expect("an account");
        let vendor = (api.load)(&mut |name| crate::vendor::find(name)).into();
        std::thread::spawn(move || serve(api, vendor, Box::new(server), account.into(), 1));
        cb::guest::CLIENT.attach(Box::new(guest)).expect("a session");
    });
}
