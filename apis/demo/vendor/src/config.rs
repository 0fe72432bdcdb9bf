//! A struct with everything in it: strings, structs, arrays, a chain of extensions, a callback.

use std::ffi::c_char;
use std::fmt::Write;
use std::sync::Mutex;

use crate::devices::{Device, answer_text};
use crate::handles::Handle;
use crate::raw::{In, Out, User};
use crate::status::{Error, Result, Status, call, ensure, lock};

symbols! { "DEMO_1.0": dmConfigure dmDescribeConfig }

/// `dm_range`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Range {
    first: u32,
    last: u32,
}

/// `dm_limits`.
#[derive(Debug)]
#[repr(C)]
struct Limits {
    memory: u64,
    streams: u32,
    owner: In<c_char>,
}

/// `dm_extension`, with which each of the others begins.
#[derive(Debug)]
#[repr(C)]
struct Extension {
    kind: u32,
    next: In<Extension>,
}

/// `dm_extension_color`.
#[derive(Debug)]
#[repr(C)]
struct Color {
    base: Extension,
    rgb: [u8; 3],
}

/// `dm_extension_label`.
#[derive(Debug)]
#[repr(C)]
struct Label {
    base: Extension,
    label: In<c_char>,
}

/// `dm_extension_table`.
#[derive(Debug)]
#[repr(C)]
struct Table {
    base: Extension,
    count: u32,
    entries: In<u16>,
}

/// `dm_extension_device`.
#[derive(Debug)]
#[repr(C)]
struct DeviceExtension {
    base: Extension,
    device: Handle<Device>,
}

/// `dm_config`.
#[derive(Debug)]
#[repr(C)]
struct Config {
    size: usize,
    flags: u32,
    name: In<c_char>,
    limits: In<Limits>,
    windows: [Range; 2],
    range_count: u32,
    ranges: In<Range>,
    next: In<Extension>,
    progress: Option<extern "C" fn(u32, User)>,
    user: User,
}

/// What the last `dmConfigure` was given.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// A string that may be null, in quotes.
fn quoted(text: In<c_char>) -> Result<String> {
    if text.is_null() { Ok("none".into()) } else { Ok(format!("\"{}\"", text.string()?)) }
}

fn ranges(ranges: &[Range]) -> String {
    let ranges: Vec<_> = ranges.iter().map(|range| format!("{}-{}", range.first, range.last)).collect();
    format!("[{}]", ranges.join(" "))
}

/// One extension as text.
fn describe_extension(this: In<Extension>, kind: u32) -> Result<String> {
    Ok(match kind {
        1 => {
            let [r, g, b] = this.cast::<Color>().required()?.rgb;
            format!("color {r:02x}{g:02x}{b:02x}")
        }
        2 => format!("label \"{}\"", this.cast::<Label>().required()?.label.string()?),
        3 => {
            let table = this.cast::<Table>().required()?;
            format!("table {:?}", table.entries.slice(table.count as usize)?)
        }
        4 => format!("device \"{}\"", this.cast::<DeviceExtension>().required()?.device.device()?.name()),
        _ => return Err(Error::Unsupported),
    })
}

fn describe(config: &Config) -> Result<String> {
    ensure(config.size == size_of::<Config>(), Error::InvalidValue)?;
    let mut text = format!("flags {:#x}, name {}, limits ", config.flags, quoted(config.name)?);
    // Writing to a string does not fail.
    let _ = match config.limits.get() {
        None => write!(text, "none"),
        Some(limits) => {
            write!(text, "({}, {}, {})", limits.memory, limits.streams, quoted(limits.owner)?)
        }
    };
    text += ", windows ";
    text += &ranges(&config.windows);
    text += ", ranges ";
    text += &ranges(config.ranges.slice(config.range_count as usize)?);
    let mut next = config.next;
    while let Some(extension) = next.get() {
        text += ", ";
        text += &describe_extension(next, extension.kind)?;
        next = extension.next;
    }
    Ok(text)
}

#[unsafe(no_mangle)]
extern "C" fn dmConfigure(config: In<Config>) -> Status {
    call(|| {
        let config = config.required()?;
        let text = describe(config)?;
        let progress = |percent| {
            if let Some(progress) = config.progress {
                progress(percent, config.user);
            }
        };
        progress(0);
        progress(50);
        *lock(&LAST) = Some(text);
        progress(100);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmDescribeConfig(size: usize, text: Out<c_char>, size_ret: Out<usize>) -> Status {
    call(|| {
        let last = lock(&LAST).clone().ok_or(Error::NotFound)?;
        answer_text(&last, size, text, size_ret)
    })
}
