//! The functions on streams.

use std::ptr;

use crate::buffers::Buffer;
use crate::devices::default_device;
use crate::events::{Event, completions};
use crate::handles::{Handle, Object};
use crate::log::log;
use crate::raw::{In, Out, User};
use crate::status::{Error, Result, Status, call, call_or, ensure, lock};
use crate::stream::{Completed, Stream};

symbols! {
    "DEMO_1.0":
        dmCreateStream dmRetainStream dmReleaseStream dmStreamFinish dmStreamQuery dmStreamPause dmStreamResume
        dmStreamWaitEvents dmStreamMark dmMarkReached dmSetProperty dmGetProperty dmSubscribe dmUnsubscribe;
    "DEMO_2.0": dmStreamPriority;
}

/// Keys of the list that makes a stream: `DM_STREAM_DEVICE`, `DM_STREAM_PRIORITY`.
const KEY_DEVICE: isize = 1;
const KEY_PRIORITY: isize = 2;

/// Keys of a stream's properties: `DM_PROPERTY_LIMIT`, `DM_PROPERTY_SCRATCH`.
const PROPERTY_LIMIT: u32 = 1;
const PROPERTY_SCRATCH: u32 = 2;

/// What `dmSetProperty` sets.
#[derive(Debug, Default)]
pub(crate) struct Properties {
    limit: usize,
    /// Holds a reference.
    pub(crate) scratch: Option<Handle<Buffer>>,
}

#[unsafe(no_mangle)]
extern "C" fn dmCreateStream(properties: In<isize>, stream: Out<Handle<Stream>>) -> Status {
    call(|| {
        let mut device = default_device();
        let mut priority = 0;
        let mut at = 0;
        while !properties.is_null() && *properties.element(at)? != 0 {
            let value = *properties.element(at + 1)?;
            match *properties.element(at)? {
                KEY_DEVICE => device = Handle::from_bits(value.cast_unsigned()).device()?,
                KEY_PRIORITY if (-2..=2).contains(&value) => priority = value as i32,
                _ => return Err(Error::InvalidValue),
            }
            at += 2;
        }
        stream.check()?;
        stream.set(Stream::start(device, priority)?);
        log(&format!("stream created on {}", device.name()));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmRetainStream(stream: Handle<Stream>) -> Status {
    call(|| stream.retain())
}

#[unsafe(no_mangle)]
extern "C" fn dmReleaseStream(stream: Handle<Stream>) -> Status {
    call(|| stream.release())
}

#[unsafe(no_mangle)]
pub(crate) extern "C" fn dmStreamFinish(stream: Handle<Stream>) -> Status {
    call(|| stream.get()?.finish())
}

#[unsafe(no_mangle)]
extern "C" fn dmStreamQuery(stream: Handle<Stream>) -> Status {
    call(|| ensure(stream.get()?.is_idle(), Error::NotReady))
}

#[unsafe(no_mangle)]
extern "C" fn dmStreamPause(stream: Handle<Stream>) -> Status {
    call(|| {
        stream.get()?.pause();
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmStreamResume(stream: Handle<Stream>) -> Status {
    call(|| {
        stream.get()?.resume();
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmStreamWaitEvents(stream: Handle<Stream>, n: u32, events: In<Handle<Event>>) -> Status {
    call(|| {
        let stream = stream.get()?;
        let events = completions(n, events)?;
        stream.submit("wait", false, Out::null(), move || {
            for event in events {
                // Failed or not: it is over.
                let _ = event.wait();
            }
            Ok(())
        })
    })
}

/// A mark names its stream by the lower bits of the handle, and a number of commands.
const MARK_COMMANDS: u32 = 40;

#[unsafe(no_mangle)]
extern "C" fn dmStreamMark(stream: Handle<Stream>) -> *const std::ffi::c_void {
    call_or(ptr::null(), || {
        let commands = usize::try_from(stream.get()?.enqueued()).map_err(|_| Error::OutOfMemory)?;
        let number = (stream.bits() & ((1 << MARK_COMMANDS) - 1)) / 16;
        Ok(ptr::without_provenance(number << MARK_COMMANDS | commands))
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmMarkReached(mark: *const std::ffi::c_void, reached: Out<u32>) -> Status {
    call(|| {
        let number = mark.addr() >> MARK_COMMANDS;
        let stream = Handle::<Stream>::from_bits((Stream::KIND << 40) + number * 16);
        let stream = stream.get().map_err(|_| Error::InvalidValue)?;
        let commands = (mark.addr() & ((1 << MARK_COMMANDS) - 1)) as u64;
        ensure(commands <= stream.enqueued(), Error::InvalidValue)?;
        reached.check()?;
        reached.set(u32::from(stream.completed() >= commands));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmStreamPriority(stream: Handle<Stream>, priority: Out<i32>) -> Status {
    call(|| {
        let stream = stream.get()?;
        priority.check()?;
        priority.set(stream.priority);
        Ok(())
    })
}

/// A buffer that a property holds a reference to.
fn retained(value: usize) -> Result<Option<Handle<Buffer>>> {
    let buffer = Handle::from_bits(value);
    if value == 0 {
        return Ok(None);
    }
    buffer.retain()?;
    Ok(Some(buffer))
}

#[unsafe(no_mangle)]
extern "C" fn dmSetProperty(stream: Handle<Stream>, key: u32, value: usize) -> Status {
    call(|| {
        let stream = stream.get()?;
        let mut properties = lock(&stream.properties);
        match key {
            PROPERTY_LIMIT => properties.limit = value,
            PROPERTY_SCRATCH => {
                let old = std::mem::replace(&mut properties.scratch, retained(value)?);
                if let Some(old) = old {
                    // Fails only if the application released more than it had.
                    let _ = old.release();
                }
            }
            _ => return Err(Error::InvalidValue),
        }
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmGetProperty(stream: Handle<Stream>, key: u32, value: Out<usize>) -> Status {
    call(|| {
        let stream = stream.get()?;
        let properties = lock(&stream.properties);
        value.check()?;
        value.set(match key {
            PROPERTY_LIMIT => properties.limit,
            PROPERTY_SCRATCH => properties.scratch.map_or(0, Handle::bits),
            _ => return Err(Error::InvalidValue),
        });
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmSubscribe(stream: Handle<Stream>, completed: Option<Completed>, user: User) -> Status {
    call(|| stream.get()?.subscribe(completed.ok_or(Error::InvalidValue)?, user))
}

#[unsafe(no_mangle)]
extern "C" fn dmUnsubscribe(stream: Handle<Stream>) -> Status {
    call(|| stream.get()?.unsubscribe())
}
