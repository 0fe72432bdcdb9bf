//! A small invented API with its vendor in the same process, so that guest and server can be tested together without
//! programs, sockets or devices.
//!
//! `toy` has streams on which commands run when the test says so, and buffers that live in the vendor.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "a module of test binaries, each of which uses a part"
)]

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_void};
use std::sync::{Arc, Mutex};

use ava_core::router::account::Account;
use ava_core::server::serve;
use ava_core::transport::memory;
use ava_core::transport::window::WindowOptions;

pub mod ffi {
    #![allow(non_camel_case_types, non_snake_case)]
    pub use self::types::*;
    use std::ffi::{c_char, c_void};

    /// Apart from the functions, whose names the guest stubs share.
    pub mod types {
        pub type status = i32;
        pub const OK: status = 0;
        pub const BAD: status = -1;
        pub const BAD_STREAM: status = -2;
        pub const BAD_BUFFER: status = -3;
        pub const LOST: status = -4;
        pub const REFUSED: status = -5;
        pub const BAD_EVENT: status = -6;
        pub const BAD_LIST: status = -7;
        pub const MISSING: status = -8;

        pub enum stream_ {}
        pub type stream = *mut stream_;
        pub enum buffer_ {}
        pub type buffer = *mut buffer_;
        pub enum event_ {}
        pub type event = *mut event_;
        pub enum device_ {}
        pub type device = *mut device_;
    }

    unsafe extern "C" {
        pub fn toyRetainStream(h: stream) -> status;
        pub fn toyReleaseStream(h: stream) -> status;
        pub fn toyRetainBuffer(h: buffer) -> status;
        pub fn toyReleaseBuffer(h: buffer) -> status;
        pub fn toyRetainEvent(h: event) -> status;
        pub fn toyReleaseEvent(h: event) -> status;
        pub fn toyDevices(n: u32, devices: *mut device, found: *mut u32) -> status;
        pub fn toyDeviceName(d: device, size: usize, name: *mut c_char, size_ret: *mut usize) -> status;
        pub fn toyCreateStream(d: device, err: *mut status) -> stream;
        pub fn toyCreateBuffer(s: stream, size: usize, init: *const c_void, err: *mut status) -> buffer;
        pub fn toyFill(s: stream, b: buffer, value: u8) -> status;
        pub fn toyWrite(
            s: stream,
            b: buffer,
            block: u32,
            size: usize,
            data: *const c_void,
            e: *mut event,
        ) -> status;
        pub fn toyRead(
            s: stream,
            b: buffer,
            block: u32,
            size: usize,
            data: *mut c_void,
            e: *mut event,
        ) -> status;
        pub fn toyFinish(s: stream) -> status;
        pub fn toyWait(n: u32, events: *const event) -> status;
        pub fn toyBufferStream(b: buffer, s: *mut stream) -> status;
        pub fn toyJoin(
            n: u32,
            strings: *mut *const c_char,
            lengths: *const usize,
            out: *mut c_char,
            size: usize,
        ) -> status;
        pub fn toyFail(s: stream, how: status, e: *mut event) -> status;
        pub fn toyReadAfter(
            s: stream,
            b: buffer,
            size: usize,
            data: *mut c_void,
            first: event,
            e: *mut event,
        ) -> status;
        pub fn toyAbsent(s: stream) -> status;
        pub fn toyCount(what: u32) -> i64;
    }
}

use ffi::types::*;

/// A vendor's object: what it is, a size or status, and its bytes.
#[derive(Default)]
pub struct State {
    pub calls: HashMap<&'static str, u32>,
    pub live: i64,
    /// Reads and writes that wait for the stream to be finished: (event, from, to, len).
    pending: Vec<(usize, usize, usize, usize)>,
}

static STATE: Mutex<Option<State>> = Mutex::new(None);

pub fn state<R>(f: impl FnOnce(&mut State) -> R) -> R {
    f(STATE.lock().unwrap_or_else(|e| e.into_inner()).get_or_insert_default())
}

pub fn calls(name: &str) -> u32 {
    state(|s| s.calls.get(name).copied().unwrap_or(0))
}

fn called(name: &'static str) {
    state(|s| *s.calls.entry(name).or_default() += 1);
}

struct Object {
    refs: u32,
    done: bool,
    stream: usize,
    bytes: Vec<u8>,
}

fn make(stream: usize, bytes: Vec<u8>) -> usize {
    state(|s| s.live += 1);
    Box::into_raw(Box::new(Object { refs: 1, done: false, stream, bytes })) as usize
}

unsafe fn object<'a>(at: usize) -> &'a mut Object {
    // SAFETY: the server hands over only handles that the vendor made.
    unsafe { &mut *(at as *mut Object) }
}

unsafe extern "C" fn release(at: usize) -> status {
    // SAFETY: as in `object`.
    unsafe {
        object(at).refs -= 1;
        if object(at).refs == 0 {
            drop(Box::from_raw(at as *mut Object));
            state(|s| s.live -= 1);
        }
    }
    OK
}

unsafe extern "C" fn retain(at: usize) -> status {
    // SAFETY: as in `object`.
    unsafe { object(at).refs += 1 };
    OK
}

fn run_pending() {
    // Whoever waits for the device waits for what another thread has it do as well.
    static DEVICE: Mutex<()> = Mutex::new(());
    let _busy = DEVICE.lock().unwrap_or_else(|e| e.into_inner());
    for (event, from, to, len) in state(|s| std::mem::take(&mut s.pending)) {
        // SAFETY: the commands' buffers live until they are done, which is what these tests are about.
        unsafe {
            std::ptr::copy_nonoverlapping(from as *const u8, to as *mut u8, len);
            object(event).done = true;
            release(event);
        }
    }
}

/// Runs what is queued, as a device would in its own time.
pub fn device_works() {
    run_pending();
}

mod vendor {
    use super::*;

    pub unsafe extern "C" fn devices(n: u32, out: *mut usize, found: *mut u32) -> status {
        called("toyDevices");
        // SAFETY: the caller's arguments are as the API demands.
        unsafe {
            for i in 0..n.min(2) as usize {
                out.add(i).write(0x1000 + i);
            }
            if !found.is_null() {
                *found = 2;
            }
        }
        OK
    }

    pub unsafe extern "C" fn name(d: usize, size: usize, name: *mut u8, size_ret: *mut usize) -> status {
        called("toyDeviceName");
        let text = format!("toy {}\0", d - 0x1000);
        // SAFETY: as above.
        unsafe {
            if !size_ret.is_null() {
                *size_ret = text.len();
            }
            if !name.is_null() {
                if size < text.len() {
                    return BAD;
                }
                name.copy_from_nonoverlapping(text.as_ptr(), text.len());
            }
        }
        OK
    }

    pub unsafe extern "C" fn create_stream(_d: usize, err: *mut status) -> usize {
        // SAFETY: as above.
        unsafe { *err = OK };
        make(0, Vec::new())
    }

    pub unsafe extern "C" fn create_buffer(
        s: usize,
        size: usize,
        init: *const u8,
        err: *mut status,
    ) -> usize {
        // SAFETY: as above.
        unsafe {
            if size == 0 {
                *err = BAD;
                return 0;
            }
            let bytes = match init.is_null() {
                true => vec![0; size],
                false => std::slice::from_raw_parts(init, size).to_vec(),
            };
            *err = OK;
            make(s, bytes)
        }
    }

    pub unsafe extern "C" fn fill(_s: usize, b: usize, value: u8) -> status {
        called("toyFill");
        // SAFETY: as above.
        unsafe { object(b).bytes.fill(value) };
        OK
    }

    unsafe fn transfer(b: usize, block: u32, from: usize, to: usize, len: usize, e: *mut usize) -> status {
        // SAFETY: as above.
        unsafe {
            if len > object(b).bytes.len() {
                return BAD;
            }
            let event = make(0, Vec::new());
            retain(event);
            state(|s| s.pending.push((event, from, to, len)));
            match e.is_null() {
                true => drop(release(event)),
                false => *e = event,
            }
        }
        if block != 0 {
            run_pending();
        }
        OK
    }

    pub unsafe extern "C" fn write(
        _s: usize,
        b: usize,
        block: u32,
        len: usize,
        p: usize,
        e: *mut usize,
    ) -> status {
        called("toyWrite");
        // SAFETY: as above.
        unsafe { transfer(b, block, p, object(b).bytes.as_ptr() as usize, len, e) }
    }

    pub unsafe extern "C" fn read(
        _s: usize,
        b: usize,
        block: u32,
        len: usize,
        p: usize,
        e: *mut usize,
    ) -> status {
        called("toyRead");
        // SAFETY: as above.
        unsafe { transfer(b, block, object(b).bytes.as_ptr() as usize, p, len, e) }
    }

    pub unsafe extern "C" fn finish(_s: usize) -> status {
        called("toyFinish");
        run_pending();
        OK
    }

    pub unsafe extern "C" fn wait(n: u32, events: *const usize) -> status {
        if n == 0 || events.is_null() {
            return BAD;
        }
        run_pending();
        OK
    }

    pub unsafe extern "C" fn buffer_stream(b: usize, s: *mut usize) -> status {
        // SAFETY: as above.
        unsafe { *s = object(b).stream };
        OK
    }

    pub unsafe extern "C" fn join(
        n: u32,
        strings: *const *const c_char,
        lengths: *const usize,
        out: *mut u8,
        size: usize,
    ) -> status {
        let mut text = Vec::new();
        // SAFETY: as above.
        unsafe {
            for i in 0..n as usize {
                let s = *strings.add(i);
                match if lengths.is_null() { 0 } else { *lengths.add(i) } {
                    0 => text.extend_from_slice(CStr::from_ptr(s).to_bytes()),
                    n => text.extend_from_slice(std::slice::from_raw_parts(s.cast(), n)),
                }
            }
            text.push(0);
            if text.len() > size {
                return BAD;
            }
            out.copy_from_nonoverlapping(text.as_ptr(), text.len());
        }
        OK
    }

    pub unsafe extern "C" fn fail(_s: usize, how: status, _e: *mut usize) -> status {
        called("toyFail");
        how
    }

    pub unsafe extern "C" fn read_after(
        s: usize,
        b: usize,
        len: usize,
        p: usize,
        _first: usize,
        e: *mut usize,
    ) -> status {
        // SAFETY: as above.
        unsafe { read(s, b, 0, len, p, e) }
    }

    pub unsafe extern "C" fn count(_what: u32) -> i64 {
        state(|s| s.live)
    }
}

fn find(name: &CStr) -> *mut c_void {
    match name.to_bytes() {
        b"toyDevices" => vendor::devices as *mut c_void,
        b"toyDeviceName" => vendor::name as *mut c_void,
        b"toyCreateStream" => vendor::create_stream as *mut c_void,
        b"toyCreateBuffer" => vendor::create_buffer as *mut c_void,
        b"toyFill" => vendor::fill as *mut c_void,
        b"toyWrite" => vendor::write as *mut c_void,
        b"toyRead" => vendor::read as *mut c_void,
        b"toyFinish" => vendor::finish as *mut c_void,
        b"toyWait" => vendor::wait as *mut c_void,
        b"toyBufferStream" => vendor::buffer_stream as *mut c_void,
        b"toyJoin" => vendor::join as *mut c_void,
        b"toyReadAfter" => vendor::read_after as *mut c_void,
        b"toyFail" => vendor::fail as *mut c_void,
        b"toyCount" => vendor::count as *mut c_void,
        b"toyRetainStream" | b"toyRetainBuffer" | b"toyRetainEvent" => retain as *mut c_void,
        b"toyReleaseStream" | b"toyReleaseBuffer" | b"toyReleaseEvent" => release as *mut c_void,
        _ => std::ptr::null_mut(),
    }
}

ava_core::ava_api! {
    #[api(name = "toy", version = "1", ffi = crate::mini::ffi, library = ["libtoy.so.1"])]
    pub mod toy {
        use std::ffi::{c_char, c_void};
        use crate::mini::ffi::*;
        use crate::mini::is_done;

        #[status(ok = OK, lost = LOST, refused = REFUSED, unsupported = MISSING)]
        type status;
        #[handle(invalid = BAD)]
        type device;
        #[handle(retain = toyRetainStream, release = toyReleaseStream, invalid = BAD_STREAM)]
        type stream;
        #[handle(retain = toyRetainBuffer, release = toyReleaseBuffer, invalid = BAD_BUFFER, meta = usize)]
        type buffer;
        #[handle(retain = toyRetainEvent, release = toyReleaseEvent, invalid = BAD_EVENT)]
        type event;

        #[registry(done = is_done)]
        static IN_FLIGHT: BufRegistry<stream, event>;

        unsafe extern "C" {
            fn toyDevices(n: u32, #[output(len = n, filled = *found)] devices: *mut device, #[output] found: *mut u32) -> status;
            #[cached]
            fn toyDeviceName(
                d: device,
                size: usize,
                #[output(bytes = size, filled = *size_ret)] name: *mut c_char,
                #[output] size_ret: *mut usize,
            ) -> status;
            #[returns(new)]
            fn toyCreateStream(d: device, #[output] err: *mut status) -> stream;
            #[returns(new, depends_on(s), meta = size)]
            fn toyCreateBuffer(s: stream, size: usize, #[input(bytes = size)] init: *const c_void, #[output] err: *mut status) -> buffer;
            #[mode(Async)]
            fn toyFill(s: stream, b: buffer, value: u8) -> status;
            #[mode(if block == 0 && size <= *meta(b) { Async } else { Sync })]
            fn toyWrite(
                s: stream,
                b: buffer,
                block: u32,
                size: usize,
                #[input(bytes = size, zerocopy, deferred(IN_FLIGHT, s, done = e, when = block == 0))] data: *const c_void,
                #[output(new, depends_on(s))] e: *mut event,
            ) -> status;
            #[mode(if block == 0 && size <= *meta(b) { Async } else { Sync })]
            fn toyRead(
                s: stream,
                b: buffer,
                block: u32,
                size: usize,
                #[output(bytes = size, zerocopy, deferred(IN_FLIGHT, s, done = e, when = block == 0))] data: *mut c_void,
                #[output(new, depends_on(s))] e: *mut event,
                #[contextual(IN_FLIGHT.poll())] bufs: PendingBuffers,
            ) -> status;
            fn toyFinish(s: stream, #[contextual(IN_FLIGHT.drain(s))] bufs: PendingBuffers) -> status;
            fn toyWait(
                n: u32,
                #[input(len = n, invalid = BAD_LIST)] events: *const event,
                #[contextual(IN_FLIGHT.poll())] bufs: PendingBuffers,
            ) -> status;
            fn toyBufferStream(b: buffer, #[output] s: *mut stream) -> status;
            fn toyJoin(
                n: u32,
                #[input(len = n, element(cstr = if lengths.is_null() { 0 } else { lengths[index] }))] strings: *mut *const c_char,
                #[input(len = n)] lengths: *const usize,
                #[output(bytes = size)] out: *mut c_char,
                size: usize,
            ) -> status;
            #[mode(if how == OK || how == BAD { Async } else { Sync })]
            fn toyFail(s: stream, how: status, #[output(new)] e: *mut event) -> status;
            #[mode(Async)]
            fn toyReadAfter(
                s: stream,
                b: buffer,
                size: usize,
                #[output(bytes = size, zerocopy, deferred(IN_FLIGHT, s, done = e))] data: *mut c_void,
                first: event,
                #[output(new, depends_on(s))] e: *mut event,
            ) -> status;
            fn toyAbsent(s: stream) -> status;
            fn toyCount(what: u32) -> i64;
        }
    }
}

unsafe fn is_done(_vendor: &toy::server::Vendor, e: event) -> bool {
    // SAFETY: the registry owns a reference of the event.
    unsafe { object(e as usize).done }
}

static ACCOUNT: std::sync::OnceLock<Arc<Account>> = std::sync::OnceLock::new();

/// How many commands of the runtime's own this process's guest has waited for.
pub fn waits_of_the_runtime() -> u64 {
    ACCOUNT.get().map_or(0, |account| account.snapshot().calls.last().map_or(0, |[waited, _]| *waited))
}

/// Connects this process's guest to a server in it, once. `arena` is the length of the shared memory.
pub fn connect(arena: u64) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let api = &toy::server::API;
        let (guest, server) = memory::pair(WindowOptions { slots: 64, arena_len: arena }).expect("a window");
        let (account, _fd) = Account::create(api.desc.functions.len()).expect("an account");
        let vendor = (api.load)(&mut |name| find(name)).into();
        let account = ACCOUNT.get_or_init(|| Arc::new(account)).clone();
        std::thread::spawn(move || serve(api, vendor, Box::new(server), account, 1));
        toy::guest::CLIENT.attach(Box::new(guest)).expect("a session");
    });
}
