//! Buffers: memory of a device.

use std::ffi::c_int;
use std::sync::Mutex;

use crate::devices::Device;
use crate::handles::{Handle, object};
use crate::raw::{In, Out};
use crate::status::{Error, Result, Status, call, ensure, lock, remember};

symbols! { "DEMO_1.0": dmCreateBuffer dmRetainBuffer dmReleaseBuffer dmBufferSize dmExportHandle }

/// `DM_BUFFER_INIT`.
const INIT: u32 = 1;

/// A buffer. Commands hold it by a reference of their own.
#[derive(Debug)]
pub(crate) struct Buffer {
    device: &'static Device,
    size: usize,
    bytes: Mutex<Vec<u8>>,
}

object!(Buffer, 0xb0, InvalidBuffer);

impl Buffer {
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// An error unless `size` bytes from `offset` on are in it.
    pub(crate) fn check(&self, offset: usize, size: usize) -> Result<()> {
        let fits = size != 0 && offset.checked_add(size).is_some_and(|end| end <= self.size);
        ensure(fits, Error::InvalidValue)
    }

    /// Works on its contents.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut [u8]) -> R) -> R {
        work(&mut lock(&self.bytes))
    }

    /// Its whole elements of eight bytes.
    pub(crate) fn words(&self) -> Vec<i64> {
        self.with(|bytes| bytes.as_chunks().0.iter().map(|&word| i64::from_ne_bytes(word)).collect())
    }

    /// Writes elements of eight bytes, as many as fit.
    pub(crate) fn set_words(&self, words: impl IntoIterator<Item = i64>) {
        self.with(|bytes| {
            for (to, from) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
                *to = from.to_ne_bytes();
            }
        });
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.device.give_back(self.size);
    }
}

fn create(device: Handle<Device>, flags: u32, size: usize, init: In<u8>) -> Result<Handle<Buffer>> {
    let device = device.device()?;
    ensure(flags & !INIT == 0 && size != 0, Error::InvalidValue)?;
    ensure(flags & INIT == 0 || !init.is_null(), Error::InvalidValue)?;
    device.take(size)?;
    let bytes = if flags & INIT == 0 { vec![0; size] } else { init.slice(size)?.to_vec() };
    Ok(Handle::new(|_| Buffer { device, size, bytes: Mutex::new(bytes) }).0)
}

#[unsafe(no_mangle)]
extern "C" fn dmCreateBuffer(
    device: Handle<Device>,
    flags: u32,
    size: usize,
    init: In<u8>,
    status: Out<Status>,
) -> Handle<Buffer> {
    match create(device, flags, size, init) {
        Ok(buffer) => {
            status.set(crate::status::OK);
            buffer
        }
        Err(error) => {
            status.set(remember(error));
            Handle::NULL
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn dmRetainBuffer(buffer: Handle<Buffer>) -> Status {
    call(|| buffer.retain())
}

#[unsafe(no_mangle)]
extern "C" fn dmReleaseBuffer(buffer: Handle<Buffer>) -> Status {
    call(|| buffer.release())
}

#[unsafe(no_mangle)]
pub(crate) extern "C" fn dmBufferSize(buffer: Handle<Buffer>, size: Out<usize>) -> Status {
    call(|| {
        let buffer = buffer.get()?;
        size.check()?;
        size.set(buffer.size());
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmExportHandle(_buffer: Handle<Buffer>, _fd: Out<c_int>) -> Status {
    call(|| Err(Error::Unsupported))
}
