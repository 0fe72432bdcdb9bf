//! What bindgen would make of a small header.
#![allow(non_camel_case_types, non_snake_case, dead_code)]

use std::ffi::{c_char, c_void};

pub type status = i32;
pub const OK: status = 0;
pub const LOST: status = -1;
pub const REFUSED: status = -2;
pub const BAD_QUEUE: status = -3;
pub const BAD_EVENT: status = -4;
pub enum queue_ {}
pub type queue = *mut queue_;
pub enum event_ {}
pub type event = *mut event_;
pub type notify = Option<unsafe extern "C" fn(what: u32, data: *mut c_void)>;

pub type tick = Option<unsafe extern "C" fn(what: u32)>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pair {
    pub first: u32,
    pub second: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct node {
    pub kind: u32,
    pub size: usize,
    pub data: *const c_void,
    pub next: *mut node,
    pub owner: queue,
}

unsafe extern "C" {
    pub fn toyTree(q: queue, root: *mut node) -> status;
    pub fn toyNames(q: queue, names: *mut *mut c_char) -> status;
    pub fn toyKeep(q: queue, size: usize, data: *const c_void) -> status;
    pub fn toySet(q: queue, key: u32, value: usize) -> status;
    pub fn toyRetainQueue(q: queue) -> status;
    pub fn toyReleaseQueue(q: queue) -> status;
    pub fn toyRetainEvent(e: event) -> status;
    pub fn toyReleaseEvent(e: event) -> status;
    pub fn toyQueue(err: *mut status) -> queue;
    pub fn toyDestroy(q: queue) -> status;
    pub fn toyFinish(q: queue) -> status;
    pub fn toyWait(n: u32, events: *const event) -> status;
    pub fn toyRead(q: queue, block: u32, size: usize, data: *mut c_void, e: *mut event) -> status;
    pub fn toyWrite(q: queue, size: usize, data: *const c_void) -> status;
    pub fn toyWatch(q: queue, f: notify, data: *mut c_void) -> status;
    pub fn toyName(q: queue, name: *const c_char) -> status;
    pub fn toyJoin(n: u32, strings: *mut *const c_char, lengths: *const usize) -> status;
    pub fn toyCount(q: queue) -> u32;
    pub fn toyCounts(q: queue, n: u32, counts: *mut u32) -> status;
    pub fn toySwap(q: queue, counts: *mut u32) -> status;
    pub fn toyAddress(q: queue) -> *mut c_void;
    pub fn toyParent(q: queue) -> queue;
    pub fn toySplit(q: queue, n: u32, parts: *mut queue, made: *mut u32) -> status;
    pub fn toyTick(n: u32);
    pub fn toyPair(q: queue, p: pair) -> status;
    pub fn toyVersion() -> u32;
    pub fn toyHook(f: tick) -> status;
    pub fn toyHookData(f: tick, data: *mut c_void) -> status;
    pub fn toySend(size: usize, data: *const c_void, f: notify, user: *mut c_void) -> status;
    pub fn toyMap(size: usize, err: *mut status) -> *mut c_void;
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct hooks {
    pub tick: tick,
    pub notify: Option<unsafe extern "C" fn(what: u32, data: *mut c_void)>,
    pub user: *mut c_void,
}

unsafe extern "C" {
    pub fn toySetHooks(h: *const hooks) -> status;
}
