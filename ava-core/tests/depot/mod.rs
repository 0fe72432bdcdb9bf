//! A second invented API, whose calls cost something, free objects, set `errno`, and know which thread they are called from.
//!
//! `depot` has stores, and parcels of some size in them.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "a module of test binaries, each of which uses a part"
)]

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ava_core::migrate::Log;
use ava_core::router::account::Account;
use ava_core::server::serve_logged;
use ava_core::transport::window::WindowOptions;
use ava_core::transport::{self, GuestChannel, GuestLink, OrderCounter, memory};
use ava_core::wire::{CommandHeader, FLAG_ASYNC, Outcome, ReplyHeader};
use zerocopy::{FromBytes, IntoBytes};

pub mod ffi {
    #![allow(non_camel_case_types, non_snake_case)]
    pub use self::types::*;
    use std::ffi::c_char;

    /// Apart from the functions, whose names the guest stubs share.
    pub mod types {
        pub type status = i32;
        pub const OK: status = 0;
        pub const BAD: status = -1;
        pub const BAD_STORE: status = -2;
        pub const BAD_PARCEL: status = -3;
        pub const LOST: status = -4;
        pub const REFUSED: status = -5;
        pub const GONE: status = -6;

        pub enum store_ {}
        pub type store = *mut store_;
        pub enum parcel_ {}
        pub type parcel = *mut parcel_;
    }

    unsafe extern "C" {
        pub fn depotRetainStore(s: store) -> status;
        pub fn depotReleaseStore(s: store) -> status;
        pub fn depotOpen(err: *mut status) -> store;
        pub fn depotTake(s: store, size: u64, err: *mut status) -> parcel;
        pub fn depotPut(s: store, size: u64, p: *mut parcel) -> status;
        pub fn depotHand(p: parcel, wanted: u32) -> status;
        pub fn depotHandLater(p: parcel, wanted: u32) -> status;
        pub fn depotSize(p: parcel, size: *mut u64) -> status;
        pub fn depotShip(s: store, n: u32, weights: *const u32) -> status;
        pub fn depotCarry(p: parcel) -> status;
        pub fn depotRent(places: i32) -> status;
        pub fn depotReturn(places: i32) -> status;
        pub fn depotDraw(wanted: i64) -> i64;
        pub fn depotDrawSome(wanted: u32, drawn: *mut u32) -> status;
        pub fn depotRest(microseconds: u32) -> status;
        pub fn depotFile(name: *const c_char) -> i32;
        pub fn depotMark(value: i64, microseconds: u32) -> status;
        pub fn depotMarked() -> i64;
        pub fn depotComplain(code: i32) -> status;
        pub fn depotComplaint() -> i32;
        pub fn depotNote(s: store, key: u32, text: *const c_char) -> status;
    }
}

use ffi::types::*;

/// Vendor's objects alive.
pub static LIVE: AtomicI64 = AtomicI64::new(0);
/// How often the vendor's release function ran.
pub static RELEASES: AtomicU32 = AtomicU32::new(0);
/// What `depotMark` left.
static MARKED: AtomicI64 = AtomicI64::new(0);

thread_local! {
    static COMPLAINT: Cell<i32> = const { Cell::new(0) };
}

fn make(size: u64) -> usize {
    LIVE.fetch_add(1, Ordering::SeqCst);
    Box::into_raw(Box::new(size)) as usize
}

/// # Safety
/// `at` came from [`make`].
unsafe fn unmake(at: usize) {
    LIVE.fetch_sub(1, Ordering::SeqCst);
    // SAFETY: by the caller's promise.
    drop(unsafe { Box::from_raw(at as *mut u64) });
}

mod vendor {
    use super::*;

    pub unsafe extern "C" fn retain(_s: usize) -> status {
        OK
    }
    pub unsafe extern "C" fn release(s: usize) -> status {
        RELEASES.fetch_add(1, Ordering::SeqCst);
        // SAFETY: the server hands over only handles that the vendor made.
        unsafe { unmake(s) };
        OK
    }
    pub unsafe extern "C" fn open(err: *mut status) -> usize {
        // SAFETY: a status output is always there.
        unsafe { *err = OK };
        make(0)
    }
    pub unsafe extern "C" fn take(_s: usize, size: u64, err: *mut status) -> usize {
        let fits = size <= 1000;
        // SAFETY: as above.
        unsafe { *err = if fits { OK } else { BAD } };
        if fits { make(size) } else { 0 }
    }
    pub unsafe extern "C" fn put(s: usize, size: u64, p: *mut usize) -> status {
        let mut err = BAD;
        // SAFETY: the location of a new object is there if the application gave one.
        unsafe {
            let made = take(s, size, &raw mut err);
            match p.is_null() {
                true if made != 0 => unmake(made),
                true => {}
                false => *p = made,
            }
        }
        err
    }
    pub unsafe extern "C" fn hand(p: usize, wanted: u32) -> status {
        if wanted == 0 {
            return BAD;
        }
        // SAFETY: as above.
        unsafe { unmake(p) };
        OK
    }
    pub unsafe extern "C" fn size(p: usize, size: *mut u64) -> status {
        if p == 0 {
            return BAD;
        }
        // SAFETY: as above.
        unsafe { *size = *(p as *const u64) };
        OK
    }
    pub unsafe extern "C" fn ship(_s: usize, n: u32, _weights: *const u32) -> status {
        if n > 3 { BAD } else { OK }
    }
    pub unsafe extern "C" fn carry(_p: usize) -> status {
        OK
    }
    pub unsafe extern "C" fn rent(places: i32) -> status {
        if places > 100 { BAD } else { OK }
    }
    pub unsafe extern "C" fn draw(wanted: i64) -> i64 {
        wanted.min(50)
    }
    pub unsafe extern "C" fn draw_some(wanted: u32, drawn: *mut u32) -> status {
        // SAFETY: as above; the specification asks for it.
        unsafe { *drawn = wanted };
        if wanted > 50 { BAD } else { OK }
    }
    pub unsafe extern "C" fn rest(microseconds: u32) -> status {
        std::thread::sleep(Duration::from_micros(microseconds.into()));
        OK
    }
    pub unsafe extern "C" fn file(name: *const c_char) -> i32 {
        // SAFETY: the name is a string.
        match unsafe { CStr::from_ptr(name) }.to_bytes() {
            b"good" => 3,
            b"zero" => {
                set_errno(0);
                4
            }
            b"absent" => {
                set_errno(libc::ENOENT);
                -1
            }
            _ => {
                set_errno(libc::EACCES);
                -1
            }
        }
    }
    pub unsafe extern "C" fn mark(value: i64, microseconds: u32) -> status {
        std::thread::sleep(Duration::from_micros(microseconds.into()));
        MARKED.store(value, Ordering::SeqCst);
        OK
    }
    pub unsafe extern "C" fn marked() -> i64 {
        MARKED.load(Ordering::SeqCst)
    }
    pub unsafe extern "C" fn complain(code: i32) -> status {
        COMPLAINT.set(code);
        OK
    }
    pub unsafe extern "C" fn complaint() -> i32 {
        COMPLAINT.replace(0)
    }
    pub unsafe extern "C" fn note(_s: usize, key: u32, _text: *const c_char) -> status {
        if key == 99 { BAD } else { OK }
    }
}

/// Sets this thread's `errno`.
pub fn set_errno(errno: i32) {
    // SAFETY: the location is this thread's.
    unsafe { *libc::__errno_location() = errno };
}

/// This thread's `errno`.
pub fn errno() -> i32 {
    // SAFETY: as above.
    unsafe { *libc::__errno_location() }
}

fn find(name: &CStr) -> *mut c_void {
    match name.to_bytes() {
        b"depotRetainStore" => vendor::retain as *mut c_void,
        b"depotReleaseStore" => vendor::release as *mut c_void,
        b"depotOpen" => vendor::open as *mut c_void,
        b"depotTake" => vendor::take as *mut c_void,
        b"depotPut" => vendor::put as *mut c_void,
        b"depotHand" | b"depotHandLater" => vendor::hand as *mut c_void,
        b"depotSize" => vendor::size as *mut c_void,
        b"depotShip" => vendor::ship as *mut c_void,
        b"depotCarry" => vendor::carry as *mut c_void,
        b"depotRent" | b"depotReturn" => vendor::rent as *mut c_void,
        b"depotDraw" => vendor::draw as *mut c_void,
        b"depotDrawSome" => vendor::draw_some as *mut c_void,
        b"depotRest" => vendor::rest as *mut c_void,
        b"depotFile" => vendor::file as *mut c_void,
        b"depotMark" => vendor::mark as *mut c_void,
        b"depotMarked" => vendor::marked as *mut c_void,
        b"depotComplain" => vendor::complain as *mut c_void,
        b"depotComplaint" => vendor::complaint as *mut c_void,
        b"depotNote" => vendor::note as *mut c_void,
        _ => std::ptr::null_mut(),
    }
}

/// The policy that the specification names.
pub struct Quota;
impl ava_core::router::Policy for Quota {
    const NAME: &'static str = "quota";
}

ava_core::ava_api! {
    #[api(name = "depot", version = "1", ffi = crate::depot::ffi, library = ["libdepot.so.1"])]
    pub mod api {
        use std::ffi::c_char;
        use crate::depot::ffi::*;

        #[status(ok = OK, lost = LOST, refused = REFUSED)]
        type status;
        #[handle(retain = depotRetainStore, release = depotReleaseStore, invalid = BAD_STORE)]
        type store;
        #[handle(invalid = BAD_PARCEL, meta = u64, state(save = super::save, restore = super::restore))]
        type parcel;

        /// Units of size that parcels hold.
        #[policy(super::Quota)]
        static SPACE: Continuous;
        /// Parcels.
        static PARCELS: Continuous;
        /// Rented places, which belong to no object.
        static PLACES: Continuous;
        static ORDERS: Instantaneous;
        static WEIGHT: Instantaneous;
        static CARRIED: Instantaneous;
        static DRAWN: Instantaneous;
        static REST: Instantaneous;

        fn sum(weights: ava_core::spec::Ptr<'_, u32>, n: u32) -> u64 {
            (0..n as usize).map(|i| u64::from(weights.at(i))).sum()
        }

        unsafe extern "C" {
            #[record]
            #[returns(new)]
            fn depotOpen(#[output] err: *mut status) -> store;

            #[record]
            #[allocates(SPACE, size)]
            #[allocates(PARCELS, 1)]
            #[returns(new, depends_on(s), meta = size)]
            fn depotTake(s: store, size: u64, #[output] err: *mut status) -> parcel;

            #[record]
            #[allocates(SPACE, size)]
            #[mode(Async)]
            fn depotPut(s: store, size: u64, #[output(new, meta = size)] p: *mut parcel) -> status;

            fn depotHand(#[handle(frees, invalid = GONE)] p: parcel, wanted: u32) -> status;

            #[mode(Async)]
            fn depotHandLater(#[handle(frees)] p: parcel, wanted: u32) -> status;

            fn depotSize(#[handle(invalid = GONE)] p: parcel, #[output] size: *mut u64) -> status;

            #[mode(Async)]
            #[consumes(ORDERS, 1)]
            #[consumes(WEIGHT, sum(weights, n))]
            fn depotShip(s: store, n: u32, #[input(len = n)] weights: *const u32) -> status;

            #[consumes(CARRIED, *meta(p))]
            fn depotCarry(p: parcel) -> status;

            #[allocates(PLACES, places)]
            fn depotRent(places: i32) -> status;

            #[deallocates(PLACES, places)]
            fn depotReturn(places: i32) -> status;

            #[success(ret >= 0)]
            #[consumes(DRAWN, ret)]
            fn depotDraw(wanted: i64) -> i64;

            #[consumes(DRAWN, *drawn)]
            fn depotDrawSome(wanted: u32, #[output] drawn: *mut u32) -> status;

            #[consumes(REST, measured)]
            fn depotRest(microseconds: u32) -> status;

            #[success(ret >= 0)]
            #[contextual(errno)]
            fn depotFile(#[input(cstr)] name: *const c_char) -> i32;

            #[mode(Async)]
            fn depotMark(value: i64, microseconds: u32) -> status;

            fn depotMarked() -> i64;

            #[mode(Async)]
            fn depotComplain(code: i32) -> status;

            fn depotComplaint() -> i32;

            #[record(s, key)]
            fn depotNote(s: store, key: u32, #[input(cstr)] text: *const c_char) -> status;
        }
    }
}

unsafe fn save(_vendor: &api::server::Vendor, p: parcel) -> Vec<u8> {
    // SAFETY: the server's handle is the vendor's parcel.
    unsafe { *(p as *const u64) }.to_ne_bytes().to_vec()
}

unsafe fn restore(_vendor: &api::server::Vendor, p: parcel, state: &[u8]) -> bool {
    let Ok(bytes) = state.try_into() else { return false };
    // SAFETY: as above.
    unsafe { *(p as *mut u64) = u64::from_ne_bytes(bytes) };
    true
}

/// A server in this process, its account, and its log.
fn server() -> (memory::MemoryGuestLink, Arc<Account>, Arc<Log>) {
    let api = &api::server::API;
    let (guest, server) = memory::pair(WindowOptions { slots: 64, arena_len: 1 << 20 }).expect("a window");
    let (account, _fd) = Account::create(api.desc.functions.len()).expect("an account");
    let account = Arc::new(account);
    let vendor = (api.load)(&mut |name| find(name)).into();
    let log = Arc::new(Log::default());
    let (theirs, shared) = (account.clone(), log.clone());
    std::thread::spawn(move || serve_logged(api, vendor, Box::new(server), theirs, 1, shared));
    (guest, account, log)
}

/// Connects this process's guest to a server in it, once; the account.
pub fn connect() -> &'static Account {
    &session().0
}

/// Connects, too; the log.
pub fn log() -> &'static Log {
    &session().1
}

fn session() -> &'static (Arc<Account>, Arc<Log>) {
    static SESSION: std::sync::OnceLock<(Arc<Account>, Arc<Log>)> = std::sync::OnceLock::new();
    SESSION.get_or_init(|| {
        let (guest, account, log) = server();
        api::guest::CLIENT.attach(Box::new(guest)).expect("a session");
        (account, log)
    })
}

/// The number of the resource `name`.
pub fn resource(name: &str) -> usize {
    api::DESC.resources.iter().position(|r| r.name == name).expect("the specification has it")
}

/// Amount and peak of the resource `name`.
pub fn figures(account: &Account, name: &str) -> [u64; 2] {
    account.snapshot().resources[resource(name)]
}

/// Tests that look at what the process's one session holds take turns.
pub fn alone() -> impl Drop {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(|e| e.into_inner())
}

/// A guest that writes its commands itself, with a session of its own.
pub struct Raw {
    _link: memory::MemoryGuestLink,
    channel: Box<dyn GuestChannel>,
    order: OrderCounter,
    calls: u64,
    pub account: Arc<Account>,
    pub log: Arc<Log>,
}

impl Raw {
    pub fn new() -> Self {
        let (link, account, log) = server();
        let channel = link.open().expect("a channel");
        Self { _link: link, channel, order: OrderCounter::default(), calls: 0, account, log }
    }

    fn send(&mut self, func: u16, flags: u16, args: &[u64]) {
        self.calls += 1;
        let len = (size_of::<CommandHeader>() + size_of_val(args)) as u32;
        let header = CommandHeader { len, func, flags, call: self.calls, order: 0 };
        let mut command = transport::command(header, args.as_bytes());
        self.channel.send(&mut command, &self.order).expect("the session lasts");
    }

    /// Calls the function `name` synchronously: its outcome and value.
    pub fn call(&mut self, name: &str, args: &[u64]) -> (Option<Outcome>, i64) {
        self.send(number(name), 0, args);
        let mut reply = Vec::new();
        self.channel.wait_reply(self.calls, &mut reply).expect("the session lasts");
        let (header, _) = ReplyHeader::read_from_prefix(&reply).expect("a reply has a header");
        (Outcome::from_wire(header.outcome), header.value as i64)
    }

    /// Calls the function number `func` asynchronously.
    pub fn post(&mut self, func: u16, args: &[u64]) {
        self.send(func, FLAG_ASYNC, args);
    }

    pub fn figures(&self, name: &str) -> [u64; 2] {
        figures(&self.account, name)
    }
}

/// The number of the function `name` on the wire.
pub fn number(name: &str) -> u16 {
    let found = api::DESC.functions.iter().position(|f| f.name == name);
    found.expect("the specification has it") as u16
}
