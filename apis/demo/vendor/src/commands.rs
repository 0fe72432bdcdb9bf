//! The commands that move bytes: writes, reads, fills, and sums of the application's memory.

use std::ffi::c_void;

use crate::buffers::Buffer;
use crate::events::Event;
use crate::handles::Handle;
use crate::memory;
use crate::raw::{In, Lent, Out};
use crate::status::{Error, Result, Status, call, ensure};
use crate::stream::Stream;

symbols! {
    "DEMO_1.0": dmWrite dmRead dmWrite2D dmRead2D dmFill dmSumAttached dmFillHost dmSumHost
}

/// Rows of bytes in a buffer and in the application's memory.
#[derive(Clone, Copy)]
struct Rows {
    width: usize,
    height: usize,
    offset: usize,
    pitch: usize,
    data_pitch: usize,
}

impl Rows {
    /// One row.
    fn one(offset: usize, size: usize) -> Self {
        Self { width: size, height: 1, offset, pitch: size, data_pitch: size }
    }

    /// An error unless they make sense and are in the buffer; else the length of the application's memory.
    fn check(self, buffer: &Buffer) -> Result<usize> {
        let Self { width, height, offset, pitch, data_pitch } = self;
        ensure(width != 0 && height != 0 && pitch >= width && data_pitch >= width, Error::InvalidValue)?;
        let span = |pitch: usize| {
            (height - 1).checked_mul(pitch).and_then(|n| n.checked_add(width)).ok_or(Error::InvalidValue)
        };
        buffer.check(offset, span(pitch)?)?;
        span(data_pitch)
    }

    /// For each row: where it is in the buffer, and where in the application's memory.
    fn places(self) -> impl Iterator<Item = (std::ops::Range<usize>, usize)> {
        (0..self.height).map(move |y| {
            let at = self.offset + y * self.pitch;
            (at..at + self.width, y * self.data_pitch)
        })
    }
}

fn write(
    stream: Handle<Stream>,
    buffer: Handle<Buffer>,
    rows: Rows,
    data: In<c_void>,
    blocking: u32,
    event: Out<Handle<Event>>,
) -> Status {
    call(|| {
        let (stream, buffer) = (stream.get()?, buffer.get()?);
        let data = Lent::read(data, rows.check(&buffer)?)?;
        stream.submit("write", blocking != 0, event, move || {
            buffer.with(|bytes| rows.places().for_each(|(row, at)| data.load(at, &mut bytes[row])));
            Ok(())
        })
    })
}

fn read(
    stream: Handle<Stream>,
    buffer: Handle<Buffer>,
    rows: Rows,
    data: Out<c_void>,
    blocking: u32,
    event: Out<Handle<Event>>,
) -> Status {
    call(|| {
        let (stream, buffer) = (stream.get()?, buffer.get()?);
        let data = Lent::write(data, rows.check(&buffer)?)?;
        stream.submit("read", blocking != 0, event, move || {
            buffer.with(|bytes| rows.places().for_each(|(row, at)| data.store(at, &bytes[row])));
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmWrite(
    stream: Handle<Stream>,
    buffer: Handle<Buffer>,
    offset: usize,
    size: usize,
    data: In<c_void>,
    blocking: u32,
    event: Out<Handle<Event>>,
) -> Status {
    write(stream, buffer, Rows::one(offset, size), data, blocking, event)
}

#[unsafe(no_mangle)]
extern "C" fn dmRead(
    stream: Handle<Stream>,
    buffer: Handle<Buffer>,
    offset: usize,
    size: usize,
    data: Out<c_void>,
    blocking: u32,
    event: Out<Handle<Event>>,
) -> Status {
    read(stream, buffer, Rows::one(offset, size), data, blocking, event)
}

#[unsafe(no_mangle)]
extern "C" fn dmWrite2D(
    stream: Handle<Stream>,
    buffer: Handle<Buffer>,
    offset: usize,
    pitch: usize,
    width: usize,
    height: usize,
    data: In<c_void>,
    data_pitch: usize,
    blocking: u32,
    event: Out<Handle<Event>>,
) -> Status {
    write(stream, buffer, Rows { width, height, offset, pitch, data_pitch }, data, blocking, event)
}

#[unsafe(no_mangle)]
extern "C" fn dmRead2D(
    stream: Handle<Stream>,
    buffer: Handle<Buffer>,
    offset: usize,
    pitch: usize,
    width: usize,
    height: usize,
    data: Out<c_void>,
    data_pitch: usize,
    blocking: u32,
    event: Out<Handle<Event>>,
) -> Status {
    read(stream, buffer, Rows { width, height, offset, pitch, data_pitch }, data, blocking, event)
}

#[unsafe(no_mangle)]
extern "C" fn dmFill(
    stream: Handle<Stream>,
    buffer: Handle<Buffer>,
    pattern: In<u8>,
    pattern_size: usize,
    offset: usize,
    size: usize,
    event: Out<Handle<Event>>,
) -> Status {
    call(|| {
        let (stream, buffer) = (stream.get()?, buffer.get()?);
        ensure([1, 2, 4, 8, 16].contains(&pattern_size), Error::InvalidValue)?;
        ensure(size.is_multiple_of(pattern_size), Error::InvalidValue)?;
        buffer.check(offset, size)?;
        let pattern = pattern.slice(pattern_size)?.to_vec();
        stream.submit("fill", false, event, move || {
            buffer.with(|bytes| {
                let chunks = bytes[offset..offset + size].chunks_exact_mut(pattern.len());
                chunks.for_each(|chunk| chunk.copy_from_slice(&pattern));
            });
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmSumAttached(
    stream: Handle<Stream>,
    buffer: Handle<Buffer>,
    event: Out<Handle<Event>>,
) -> Status {
    call(|| {
        let (stream, buffer) = (stream.get()?, buffer.get()?);
        buffer.check(0, size_of::<u64>())?;
        let attached = stream.attached();
        stream.submit("sum", false, event, move || {
            let sum: u64 = attached.iter().map(|memory| memory.sum()).sum();
            buffer.with(|bytes| bytes[..size_of::<u64>()].copy_from_slice(&sum.to_ne_bytes()));
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmFillHost(
    stream: Handle<Stream>,
    memory: Out<c_void>,
    n: usize,
    value: u8,
    event: Out<Handle<Event>>,
) -> Status {
    call(|| {
        let stream = stream.get()?;
        let lent = Lent::write(memory, n)?;
        memory::check_host(memory.address(), n)?;
        stream.submit("fill host", false, event, move || {
            lent.fill(value);
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmSumHost(
    stream: Handle<Stream>,
    memory: In<c_void>,
    n: usize,
    sum: Out<u64>,
    event: Out<Handle<Event>>,
) -> Status {
    call(|| {
        let stream = stream.get()?;
        let lent = Lent::read(memory, n)?;
        memory::check_host(memory.address(), n)?;
        let sum = Lent::write(sum, size_of::<u64>())?;
        stream.submit("sum host", false, event, move || {
            sum.store(0, &lent.sum().to_ne_bytes());
            Ok(())
        })
    })
}
