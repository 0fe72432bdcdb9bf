//! Memory of the library that the application reads, and frees by a call.

use std::collections::BTreeMap;
use std::ffi::c_char;
use std::ptr;
use std::sync::Mutex;

use crate::devices::Device;
use crate::handles::Handle;
use crate::kernels::KINDS;
use crate::raw::{In, Out};
use crate::status::{Error, Status, call, lock};

symbols! { "DEMO_1.0": dmReport dmFreeReport dmKernelNames dmFreeNames }

/// `dm_report_line`.
#[derive(Debug)]
#[repr(C)]
struct Line {
    key: *mut c_char,
    value: u64,
}

/// `dm_report`.
#[derive(Debug)]
#[repr(C)]
struct Report {
    title: *mut c_char,
    device: Handle<Device>,
    line_count: u32,
    sample_count: u32,
    lines: *mut Line,
    samples: *mut f64,
}

/// What the application holds: the memory behind its pointers. It is not looked at any more here, only freed.
#[derive(Debug, Default)]
struct Given {
    strings: Vec<Vec<u8>>,
    reports: Vec<Report>,
    lines: Vec<Line>,
    samples: Vec<f64>,
    names: Vec<*mut c_char>,
}

// SAFETY: the pointers in it point to memory that it owns itself.
unsafe impl Send for Given {}

/// By the address that the application frees.
static GIVEN: Mutex<BTreeMap<usize, Given>> = Mutex::new(BTreeMap::new());

impl Given {
    /// A zero-terminated string.
    fn string(&mut self, text: &str) -> *mut c_char {
        let mut bytes: Vec<u8> = text.bytes().chain([0]).collect();
        let start = bytes.as_mut_ptr();
        self.strings.push(bytes);
        start.cast()
    }

    /// Keeps it until the application frees `address`.
    fn give<T>(self, address: *mut T) -> *mut T {
        lock(&GIVEN).insert(address.addr(), self);
        address
    }
}

#[unsafe(no_mangle)]
extern "C" fn dmReport(handle: Handle<Device>, report: Out<*mut Report>) -> Status {
    call(|| {
        let device = handle.device()?;
        report.check()?;
        let mut given = Given::default();
        let title = given.string(&format!("Report on {}", device.name()));
        // Of a device without much memory there are no samples.
        let samples = if device.memory() > 16 << 20 { vec![0.5, 1.25, -2.0] } else { Vec::new() };
        let lines = [("memory", device.memory() as u64), ("kernels", KINDS.len() as u64)];
        given.lines = lines.map(|(key, value)| Line { key: given.string(key), value }).into();
        given.samples = samples;
        given.reports.push(Report {
            title,
            device: handle,
            line_count: given.lines.len() as u32,
            sample_count: given.samples.len() as u32,
            lines: given.lines.as_mut_ptr(),
            samples: if given.samples.is_empty() { ptr::null_mut() } else { given.samples.as_mut_ptr() },
        });
        let address = given.reports.as_mut_ptr();
        report.set(given.give(address));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmFreeReport(report: In<Report>) -> Status {
    call(|| {
        if report.is_null() {
            return Ok(());
        }
        lock(&GIVEN).remove(&report.address()).map(|_| ()).ok_or(Error::NotFound)
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmKernelNames(device: Handle<Device>, names: Out<*mut *mut c_char>, count: Out<u32>) -> Status {
    call(|| {
        device.device()?;
        names.check()?;
        count.check()?;
        let mut given = Given::default();
        given.names = KINDS.iter().map(|kind| given.string(kind.name)).collect();
        let address = given.names.as_mut_ptr();
        names.set(given.give(address));
        count.set(KINDS.len() as u32);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmFreeNames(names: In<*mut c_char>) -> Status {
    call(|| {
        if names.is_null() {
            return Err(Error::InvalidValue);
        }
        lock(&GIVEN).remove(&names.address()).map(|_| ()).ok_or(Error::NotFound)
    })
}
