//! Functions by table and by name, some of which have no symbol.

use std::ffi::{c_char, c_void};
use std::ptr;

use crate::buffers::{self, Buffer};
use crate::handles::Handle;
use crate::raw::{In, Out};
use crate::status::{Error, Status, call, call_or, ensure};
use crate::stream::Stream;
use crate::{
    calls, commands, config, devices, events, kernels, library, lists, log, memory, modules, reports, streams,
};

symbols! { "DEMO_1.0": dmGetTable dmGetProcAddress }

/// `dm_table`.
#[derive(Debug)]
#[repr(C)]
struct Table {
    stream_finish: extern "C" fn(Handle<Stream>) -> Status,
    buffer_size: extern "C" fn(Handle<Buffer>, Out<usize>) -> Status,
    error_string: extern "C" fn(Status) -> *const c_char,
    peek: extern "C" fn(Handle<Buffer>, usize, Out<i64>) -> Status,
    poke: extern "C" fn(Handle<Buffer>, usize, i64) -> Status,
}

static TABLE: Table = Table {
    stream_finish: streams::dmStreamFinish,
    buffer_size: buffers::dmBufferSize,
    error_string: library::dmErrorString,
    peek,
    poke,
};

#[unsafe(no_mangle)]
extern "C" fn dmGetTable(version: u32) -> *const c_void {
    call_or(ptr::null(), || {
        ensure(version == 1, Error::NotFound)?;
        Ok((&raw const TABLE).cast())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmGetProcAddress(name: In<c_char>) -> *const c_void {
    call_or(ptr::null(), || {
        let name = name.string()?;
        if name == "dmReverse" {
            return Ok(reverse as *const c_void);
        }
        let symbol = [
            buffers::symbol,
            calls::symbol,
            commands::symbol,
            config::symbol,
            devices::symbol,
            events::symbol,
            kernels::symbol,
            library::symbol,
            lists::symbol,
            log::symbol,
            memory::symbol,
            modules::symbol,
            reports::symbol,
            streams::symbol,
            symbol,
        ];
        symbol.iter().find_map(|find| find(&name)).ok_or(Error::NotFound)
    })
}

/// `dmPeek`.
extern "C" fn peek(buffer: Handle<Buffer>, index: usize, value: Out<i64>) -> Status {
    call(|| {
        let buffer = buffer.get()?;
        let word = buffer.words().get(index).copied().ok_or(Error::InvalidValue)?;
        value.check()?;
        value.set(word);
        Ok(())
    })
}

/// `dmPoke`.
extern "C" fn poke(buffer: Handle<Buffer>, index: usize, value: i64) -> Status {
    call(|| {
        let mut words = buffer.get()?.words();
        *words.get_mut(index).ok_or(Error::InvalidValue)? = value;
        buffer.get()?.set_words(words);
        Ok(())
    })
}

/// `dmReverse`.
extern "C" fn reverse(buffer: Handle<Buffer>) -> Status {
    call(|| {
        buffer.get()?.with(|bytes| bytes.reverse());
        Ok(())
    })
}
