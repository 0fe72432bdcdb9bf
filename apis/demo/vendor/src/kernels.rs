//! The kernels that the devices know, as loops of the CPU, and their launches.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use crate::buffers::Buffer;
use crate::events::Event;
use crate::handles::Handle;
use crate::modules::Kernel;
use crate::raw::{In, Out};
use crate::status::{Error, Result, Status, call, ensure};
use crate::stream::Stream;

symbols! { "DEMO_1.0": dmLaunch }

/// A kernel: its name, how many arguments it takes, and how it takes them. Taking them fails if they are of the wrong kind.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) arg_count: usize,
    take: fn(&[Arg]) -> Result<Work>,
}

type Work = Box<dyn FnOnce() -> Result<()> + Send>;

/// All that the devices know.
pub(crate) static KINDS: [Kind; 5] = [
    Kind { name: "add", arg_count: 3, take: add },
    Kind { name: "fill", arg_count: 2, take: fill },
    Kind { name: "divide", arg_count: 2, take: divide },
    Kind { name: "scale", arg_count: 2, take: scale },
    Kind { name: "concat", arg_count: 3, take: concat },
];

/// The kernel of that name.
pub(crate) fn find(name: &[u8]) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name.as_bytes() == name)
}

/// An argument, with all that it points to.
#[derive(Clone, Debug)]
enum Arg {
    Int(i64),
    Float(f64),
    Buffer(Arc<Buffer>),
    Text(Vec<u8>),
    Bytes(Vec<u8>),
}

/// `dm_bytes`.
#[derive(Clone, Copy)]
#[repr(C)]
struct RawBytes {
    data: In<u8>,
    size: usize,
}

/// `dm_arg_value`.
#[repr(C)]
union RawValue {
    i: i64,
    f: f64,
    buffer: Handle<Buffer>,
    text: In<c_char>,
    bytes: RawBytes,
}

/// `dm_arg`.
#[repr(C)]
struct RawArg {
    kind: u32,
    value: RawValue,
}

impl Arg {
    fn copy(raw: &RawArg) -> Result<Self> {
        // SAFETY: by the header, `kind` says which member the caller set; every member is valid for all bits.
        unsafe {
            Ok(match raw.kind {
                1 => Self::Int(raw.value.i),
                2 => Self::Float(raw.value.f),
                3 => Self::Buffer(raw.value.buffer.get()?),
                4 => Self::Text(raw.value.text.text()?.to_bytes().to_vec()),
                5 => Self::Bytes(raw.value.bytes.data.slice(raw.value.bytes.size)?.to_vec()),
                _ => return Err(Error::InvalidValue),
            })
        }
    }
}

fn add(args: &[Arg]) -> Result<Work> {
    let [Arg::Buffer(a), Arg::Buffer(b), Arg::Buffer(out)] = args else {
        return Err(Error::InvalidValue);
    };
    let (a, b, out) = (a.clone(), b.clone(), out.clone());
    Ok(Box::new(move || {
        out.set_words(a.words().into_iter().zip(b.words()).map(|(a, b)| a.wrapping_add(b)));
        Ok(())
    }))
}

fn fill(args: &[Arg]) -> Result<Work> {
    let [Arg::Buffer(out), Arg::Int(value)] = args else {
        return Err(Error::InvalidValue);
    };
    let (out, value) = (out.clone(), *value);
    Ok(Box::new(move || {
        out.set_words((0..).map(|i| value.wrapping_add(i)));
        Ok(())
    }))
}

fn divide(args: &[Arg]) -> Result<Work> {
    let [Arg::Buffer(values), Arg::Int(by)] = args else {
        return Err(Error::InvalidValue);
    };
    let (values, by) = (values.clone(), *by);
    Ok(Box::new(move || {
        ensure(by != 0, Error::CommandFailed)?;
        values.set_words(values.words().into_iter().map(|value| value.wrapping_div(by)));
        Ok(())
    }))
}

fn scale(args: &[Arg]) -> Result<Work> {
    let [Arg::Buffer(values), Arg::Float(by)] = args else {
        return Err(Error::InvalidValue);
    };
    let (values, by) = (values.clone(), *by);
    Ok(Box::new(move || {
        values.with(|bytes| {
            for value in bytes.as_chunks_mut().0 {
                *value = (f64::from_ne_bytes(*value) * by).to_ne_bytes();
            }
        });
        Ok(())
    }))
}

fn concat(args: &[Arg]) -> Result<Work> {
    let [Arg::Buffer(out), Arg::Text(a), Arg::Bytes(b)] = args else {
        return Err(Error::InvalidValue);
    };
    let (out, joined) = (out.clone(), [a, b, [0].as_slice()].concat());
    Ok(Box::new(move || {
        out.with(|bytes| match bytes.get_mut(..joined.len()) {
            Some(bytes) => {
                bytes.copy_from_slice(&joined);
                Ok(())
            }
            None => Err(Error::CommandFailed),
        })
    }))
}

#[unsafe(no_mangle)]
extern "C" fn dmLaunch(
    stream: Handle<Stream>,
    kernel: Handle<Kernel>,
    n: u32,
    args: In<c_void>,
    event: Out<Handle<Event>>,
) -> Status {
    call(|| {
        let (stream, kernel) = (stream.get()?, kernel.get()?);
        ensure(n as usize == kernel.kind.arg_count, Error::InvalidValue)?;
        let args = args.cast::<RawArg>().slice(n as usize)?;
        let args = args.iter().map(Arg::copy).collect::<Result<Vec<_>>>()?;
        let work = (kernel.kind.take)(&args)?;
        stream.submit(kernel.kind.name, false, event, work)
    })
}
