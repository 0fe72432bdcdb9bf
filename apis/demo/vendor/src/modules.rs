//! Modules, which are lists of names of kernels, and the kernels made of them.

use std::ffi::c_char;
use std::sync::{Arc, Mutex};

use crate::devices::{Device, first_device};
use crate::handles::{Handle, object};
use crate::kernels::{Kind, find};
use crate::log::log;
use crate::raw::{In, Out};
use crate::status::{Error, Result, Status, call, call_or, ensure, lock};

symbols! {
    "DEMO_1.0":
        dmLoadModule dmLoadNamed dmDestroyModule dmCreateKernel dmCreateKernels dmReleaseKernel dmKernelArgCount
}

/// A module, and how many kernels it has; none can be made once it is destroyed.
#[derive(Debug)]
pub(crate) struct Module {
    kinds: Vec<&'static Kind>,
    kernels: Mutex<Option<usize>>,
}

object!(Module, 0x30, InvalidModule);

/// A kernel of a module.
#[derive(Debug)]
pub(crate) struct Kernel {
    pub(crate) kind: &'static Kind,
    module: Arc<Module>,
}

object!(
    Kernel,
    0x4e,
    InvalidKernel,
    fn released(&self) {
        if let Some(kernels) = lock(&self.module.kernels).as_mut() {
            *kernels -= 1;
        }
    }
);

impl Module {
    fn load(device: &Device, kinds: Vec<&'static Kind>) -> Handle<Self> {
        let names: Vec<_> = kinds.iter().map(|kind| kind.name).collect();
        log(&format!("module loaded on {}: {}", device.name(), names.join(" ")));
        Handle::new(|_| Self { kinds, kernels: Mutex::new(Some(0)) }).0
    }
}

impl Kernel {
    fn new(module: &Arc<Module>, kind: &'static Kind) -> Result<Handle<Self>> {
        *lock(&module.kernels).as_mut().ok_or(Error::InvalidModule)? += 1;
        Ok(Handle::new(|_| Self { kind, module: module.clone() }).0)
    }
}

/// The kernels that a source names.
fn build(source: &[u8]) -> Result<Vec<&'static Kind>> {
    let names = source.split(u8::is_ascii_whitespace).filter(|name| !name.is_empty());
    names.map(|name| find(name).ok_or(Error::BuildFailed)).collect()
}

#[unsafe(no_mangle)]
extern "C" fn dmLoadModule(
    device: Handle<Device>,
    n: u32,
    sources: In<In<c_char>>,
    lengths: In<usize>,
    module: Out<Handle<Module>>,
    failed: Out<u32>,
) -> Status {
    call(|| {
        let device = device.device()?;
        module.check()?;
        ensure(n != 0, Error::InvalidValue)?;
        let mut texts = Vec::new();
        for (index, &source) in sources.slice(n as usize)?.iter().enumerate() {
            let length = if lengths.is_null() { 0 } else { *lengths.element(index)? };
            texts.push(match length {
                0 => source.text()?.to_bytes(),
                _ => source.cast().slice(length)?,
            });
        }
        let mut kinds = Vec::new();
        for (index, text) in (0..n).zip(texts) {
            match build(text) {
                Ok(more) => kinds.extend(more),
                Err(error) => {
                    failed.set(index);
                    return Err(error);
                }
            }
        }
        failed.set(n);
        module.set(Module::load(device, kinds));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmLoadNamed(names: In<In<c_char>>, module: Out<Handle<Module>>) -> Status {
    call(|| {
        module.check()?;
        let mut kinds = Vec::new();
        while !names.element(kinds.len())?.is_null() {
            let name = names.element(kinds.len())?.text()?;
            kinds.push(find(name.to_bytes()).ok_or(Error::NotFound)?);
        }
        ensure(!kinds.is_empty(), Error::InvalidValue)?;
        module.set(Module::load(first_device(), kinds));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmDestroyModule(module: Handle<Module>) -> Status {
    call(|| {
        let object = module.get()?;
        let mut kernels = lock(&object.kernels);
        ensure(*kernels == Some(0), Error::Busy)?;
        *kernels = None;
        drop(kernels);
        module.release()
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmCreateKernel(module: Handle<Module>, name: In<c_char>) -> Handle<Kernel> {
    call_or(Handle::NULL, || {
        let module = module.get()?;
        let name = name.text()?.to_bytes();
        let kind = module.kinds.iter().find(|kind| kind.name.as_bytes() == name).ok_or(Error::NotFound)?;
        Kernel::new(&module, kind)
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmCreateKernels(
    module: Handle<Module>,
    capacity: u32,
    kernels: Out<Handle<Kernel>>,
    count: Out<u32>,
) -> Status {
    call(|| {
        let module = module.get()?;
        ensure(!kernels.is_null() || !count.is_null(), Error::InvalidValue)?;
        if !kernels.is_null() {
            ensure(capacity as usize >= module.kinds.len(), Error::InvalidValue)?;
            let made: Result<Vec<_>> = module.kinds.iter().map(|kind| Kernel::new(&module, kind)).collect();
            kernels.set_all(made?);
        }
        count.set(module.kinds.len() as u32);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmReleaseKernel(kernel: Handle<Kernel>) -> Status {
    call(|| kernel.release())
}

#[unsafe(no_mangle)]
extern "C" fn dmKernelArgCount(kernel: Handle<Kernel>, count: Out<u32>) -> Status {
    call(|| {
        let kernel = kernel.get()?;
        count.check()?;
        count.set(kernel.kind.arg_count as u32);
        Ok(())
    })
}
