//! Functions that call back before they return.

use std::ffi::{CString, c_char, c_int, c_void};

use crate::buffers::Buffer;
use crate::handles::Handle;
use crate::raw::{In, Out, User};
use crate::status::{Error, Result, Status, call, ensure};

symbols! { "DEMO_1.0": dmForEach dmPipeline dmInspect dmGenerate dmWithAllocator }

/// How much `dmInspect` and `dmGenerate` do at a time.
const CHUNK: usize = 64;

#[unsafe(no_mangle)]
extern "C" fn dmForEach(
    buffer: Handle<Buffer>,
    visit: Option<extern "C" fn(i64, User) -> c_int>,
    user: User,
) -> Status {
    call(|| {
        let buffer = buffer.get()?;
        let visit = visit.ok_or(Error::InvalidValue)?;
        // No lock is held while the visitor runs: it may use the buffer.
        let go_on = buffer.words().into_iter().all(|value| visit(value, user) == 0);
        ensure(go_on, Error::Cancelled)
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmPipeline(
    produce: Option<extern "C" fn(&mut i64, User) -> c_int>,
    consume: Option<extern "C" fn(i64, User) -> c_int>,
    user: User,
    count: Out<u64>,
) -> Status {
    call(|| {
        let (produce, consume) = (produce.ok_or(Error::InvalidValue)?, consume.ok_or(Error::InvalidValue)?);
        let mut consumed = 0;
        let mut value = 0;
        let mut go_on = true;
        while go_on && produce(&mut value, user) != 0 {
            go_on = consume(value, user) == 0;
            consumed += 1;
        }
        count.set(consumed);
        ensure(go_on, Error::Cancelled)
    })
}

/// `dm_chunk`.
#[derive(Debug)]
#[repr(C)]
struct Chunk {
    offset: u64,
    index: u32,
    title: *const c_char,
    buffer: Handle<Buffer>,
}

#[unsafe(no_mangle)]
extern "C" fn dmInspect(
    buffer: Handle<Buffer>,
    inspect: Option<extern "C" fn(&Chunk, *const c_void, usize, User)>,
    user: User,
) -> Status {
    call(|| {
        let object = buffer.get()?;
        let inspect = inspect.ok_or(Error::InvalidValue)?;
        let bytes = object.with(|bytes| bytes.to_vec());
        let count = bytes.len().div_ceil(CHUNK);
        for (index, data) in bytes.chunks(CHUNK).enumerate() {
            let title = CString::new(format!("chunk {} of {count}", index + 1)).unwrap_or_default();
            let offset = (index * CHUNK) as u64;
            let chunk = Chunk { offset, index: index as u32, title: title.as_ptr(), buffer };
            inspect(&chunk, data.as_ptr().cast(), data.len(), user);
        }
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmGenerate(
    buffer: Handle<Buffer>,
    generate: Option<extern "C" fn(u64, *mut c_void, usize, User) -> usize>,
    user: User,
    written: Out<u64>,
) -> Status {
    call(|| {
        let buffer = buffer.get()?;
        let generate = generate.ok_or(Error::InvalidValue)?;
        let mut at = 0;
        while at < buffer.size() {
            let mut chunk = [0u8; CHUNK];
            let room = CHUNK.min(buffer.size() - at);
            let made = generate(at as u64, chunk.as_mut_ptr().cast(), room, user);
            ensure(made <= room, Error::InvalidValue)?;
            buffer.with(|bytes| bytes[at..at + made].copy_from_slice(&chunk[..made]));
            at += made;
            if made < room {
                break;
            }
        }
        written.set(at as u64);
        Ok(())
    })
}

/// `dm_allocator`.
#[derive(Debug)]
#[repr(C)]
struct Allocator {
    alloc: Option<extern "C" fn(usize, User) -> *mut c_void>,
    free: Option<extern "C" fn(*mut c_void, User)>,
    user: User,
}

#[unsafe(no_mangle)]
extern "C" fn dmWithAllocator(allocator: In<Allocator>, size: usize) -> Status {
    call(|| {
        let &Allocator { alloc, free, user } = allocator.required()?;
        let (alloc, free) = (alloc.ok_or(Error::InvalidValue)?, free.ok_or(Error::InvalidValue)?);
        let double = size.checked_mul(2).ok_or(Error::InvalidValue)?;
        let take = |size| -> Result<*mut c_void> {
            let memory = alloc(size, user);
            ensure(!memory.is_null(), Error::OutOfMemory)?;
            Ok(memory)
        };
        let first = take(size)?;
        let second = take(double);
        if let Ok(second) = second {
            free(second, user);
        }
        free(first, user);
        second.map(|_| ())
    })
}
