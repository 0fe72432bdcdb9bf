//! The devices, which exist before the program.

use std::cell::Cell;
use std::ffi::c_char;
use std::sync::Mutex;

use crate::handles::Handle;
use crate::raw::Out;
use crate::status::{Error, Result, Status, call, ensure, lock};

symbols! { "DEMO_1.0": dmGetDevices dmDeviceName dmDeviceInfo dmSetCurrent dmGetCurrent }

/// A device, and how many bytes its buffers hold.
#[derive(Debug)]
pub(crate) struct Device {
    name: &'static str,
    memory: usize,
    parent: Option<usize>,
    vendor: Option<&'static std::ffi::CStr>,
    used: Mutex<usize>,
}

static DEVICES: [Device; 3] = [
    Device::new("Abacus", 64 << 20, None, Some(c"Demo Instruments")),
    Device::new("Abacus, left half", 32 << 20, Some(0), Some(c"Demo Instruments")),
    Device::new("Slide rule", 16 << 20, None, None),
];

/// In the upper bits of a device's handle.
const KIND: usize = 0xd1;

thread_local! {
    /// The number of this thread's current device.
    static CURRENT: Cell<Option<usize>> = const { Cell::new(None) };
}

impl Device {
    const fn new(
        name: &'static str,
        memory: usize,
        parent: Option<usize>,
        vendor: Option<&'static std::ffi::CStr>,
    ) -> Self {
        Self { name, memory, parent, vendor, used: Mutex::new(0) }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn memory(&self) -> usize {
        self.memory
    }

    /// Takes `size` bytes of its memory.
    pub(crate) fn take(&self, size: usize) -> Result<()> {
        let mut used = lock(&self.used);
        let sum = used.checked_add(size).filter(|&sum| sum <= self.memory).ok_or(Error::OutOfMemory)?;
        *used = sum;
        Ok(())
    }

    /// Gives back what was taken.
    pub(crate) fn give_back(&self, size: usize) {
        *lock(&self.used) -= size;
    }
}

impl Handle<Device> {
    const fn number(index: usize) -> Self {
        Self::from_bits((KIND << 40) + (index + 1) * 16)
    }

    fn index(self) -> Result<usize> {
        (0..DEVICES.len()).find(|&i| Self::number(i).bits() == self.bits()).ok_or(Error::InvalidDevice)
    }

    /// The device.
    pub(crate) fn device(self) -> Result<&'static Device> {
        Ok(&DEVICES[self.index()?])
    }
}

/// The thread's current device, or the first.
pub(crate) fn default_device() -> &'static Device {
    &DEVICES[CURRENT.get().unwrap_or_default()]
}

/// The first device.
pub(crate) fn first_device() -> &'static Device {
    &DEVICES[0]
}

/// Answers a query for text the way that all of them do.
pub(crate) fn answer_text(text: &str, size: usize, value: Out<c_char>, size_ret: Out<usize>) -> Result<()> {
    ensure(!value.is_null() || !size_ret.is_null(), Error::InvalidValue)?;
    if !value.is_null() {
        ensure(size > text.len(), Error::InvalidValue)?;
        value.set_all(text.bytes().chain([0]).map(|byte| byte as c_char));
    }
    size_ret.set(text.len() + 1);
    Ok(())
}

#[unsafe(no_mangle)]
extern "C" fn dmGetDevices(capacity: u32, devices: Out<Handle<Device>>, count: Out<u32>) -> Status {
    call(|| {
        ensure(!devices.is_null() || !count.is_null(), Error::InvalidValue)?;
        ensure(!devices.is_null() || capacity == 0, Error::InvalidValue)?;
        devices.set_all((0..DEVICES.len().min(capacity as usize)).map(Handle::number));
        count.set(DEVICES.len() as u32);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmDeviceName(
    device: Handle<Device>,
    size: usize,
    value: Out<c_char>,
    size_ret: Out<usize>,
) -> Status {
    call(|| answer_text(device.device()?.name, size, value, size_ret))
}

/// `dm_device_info`.
#[derive(Debug)]
#[repr(C)]
struct DeviceInfo {
    name: [c_char; 32],
    memory: u64,
    parent: Handle<Device>,
    vendor: *const c_char,
}

#[unsafe(no_mangle)]
extern "C" fn dmDeviceInfo(device: Handle<Device>, info: Out<DeviceInfo>) -> Status {
    call(|| {
        let device = device.device()?;
        info.check()?;
        let mut name = [0; 32];
        for (to, from) in name.iter_mut().zip(device.name.bytes()) {
            *to = from as c_char;
        }
        info.set(DeviceInfo {
            name,
            memory: device.memory as u64,
            parent: device.parent.map_or(Handle::NULL, Handle::number),
            vendor: device.vendor.map_or(std::ptr::null(), std::ffi::CStr::as_ptr),
        });
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmSetCurrent(device: Handle<Device>) -> Status {
    call(|| {
        CURRENT.set(if device.bits() == 0 { None } else { Some(device.index()?) });
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmGetCurrent() -> Handle<Device> {
    CURRENT.get().map_or(Handle::NULL, Handle::number)
}
