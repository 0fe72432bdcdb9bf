//! What guest and server know of OpenCL objects beyond their handles: enough to see in the guest that a command will not fail, and
//! in the server which arguments of a kernel are handles.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ava_core::spec::Ptr;
use serde::{Deserialize, Serialize};

use crate::ffi::*;
use crate::image::ImageMeta;
use crate::mapping::Mappings;
use crate::storage::{Refused, Storage};

/// A context: its property list as the application gave it, with the guest's platform handle.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ContextMeta {
    /// With the terminating 0; empty if there was no list.
    pub properties: Vec<cl_context_properties>,
    /// Its buffers are stored where only the vendor knows; used in the guest only.
    #[serde(skip)]
    pub(crate) refused: Refused,
}

impl ContextMeta {
    /// The description of a context made with `properties`.
    pub fn new(properties: Ptr<'_, cl_context_properties>) -> Self {
        if properties.is_null() {
            return Self::default();
        }
        let properties = (0..crate::shape::property_count(properties)).map(|i| properties.at(i)).collect();
        Self { properties, ..Self::default() }
    }
}

/// A command queue.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct QueueMeta {
    /// Its context, as the bits of the side's own handle; 0 if unknown.
    pub context: u64,
    /// Its device, likewise.
    pub device: u64,
}

/// Property of a queue on the device, which takes no commands of the host.
const ON_DEVICE: cl_command_queue_properties = CL_QUEUE_ON_DEVICE;

impl QueueMeta {
    /// The description of a queue for `device` in `context`.
    pub fn new(context: u64, device: u64) -> Self {
        Self { context, device }
    }

    /// The description of a queue with a list of properties. Nothing is known of one on the device, so that the vendor answers for
    /// whatever is done with it.
    pub fn with(context: u64, device: u64, properties: Ptr<'_, cl_queue_properties>) -> Self {
        let words = crate::shape::property_count(properties);
        let on_device = (0..words.saturating_sub(1)).step_by(2).any(|key| {
            properties.at(key) == CL_QUEUE_PROPERTIES as cl_queue_properties
                && properties.at(key + 1) & ON_DEVICE != 0
        });
        if on_device { Self::default() } else { Self::new(context, device) }
    }
}

/// A buffer or an image.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct MemMeta {
    /// Its context, as the bits of the side's own handle; 0 if nothing is known of the object.
    pub context: u64,
    /// Size in bytes; 0 for an image.
    pub size: usize,
    /// Flags as the application gave them, for a sub-buffer with those that it inherits.
    pub flags: cl_mem_flags,
    /// With `CL_MEM_USE_HOST_PTR`: the application's address of the first byte.
    pub host_ptr: usize,
    /// Whether it is part of another buffer.
    pub is_part: bool,
    /// If it is an image: more about it.
    pub image: Option<ImageMeta>,
    /// What the application has mapped; used in the guest only.
    #[serde(skip)]
    pub(crate) mappings: Arc<Mappings>,
    /// Where it is, if guest and server share that; used in the guest only.
    #[serde(skip)]
    pub(crate) storage: Storage,
}

/// Flags that say how the host may use a buffer; a sub-buffer inherits them if it has none.
const HOST_ACCESS: cl_mem_flags = CL_MEM_HOST_WRITE_ONLY | CL_MEM_HOST_READ_ONLY | CL_MEM_HOST_NO_ACCESS;
/// Flags that say where a buffer's memory comes from.
pub(crate) const HOST_MEMORY: cl_mem_flags =
    CL_MEM_USE_HOST_PTR | CL_MEM_ALLOC_HOST_PTR | CL_MEM_COPY_HOST_PTR;

impl MemMeta {
    /// The description of a new buffer.
    pub fn buffer(context: u64, flags: cl_mem_flags, size: usize, host_ptr: usize) -> Self {
        let host_ptr = if flags & CL_MEM_USE_HOST_PTR != 0 { host_ptr } else { 0 };
        Self { context, size, flags, host_ptr, ..Self::default() }
    }

    /// The description of the part of this buffer that a `cl_buffer_region` at `info` says.
    pub fn part(&self, flags: cl_mem_flags, kind: cl_buffer_create_type, info: Ptr<'_, u8>) -> Self {
        if info.is_null() || kind != CL_BUFFER_CREATE_TYPE_REGION {
            return Self::default();
        }
        let word =
            |n: usize| usize::from_ne_bytes(std::array::from_fn(|i| info.at(n * size_of::<usize>() + i)));
        let (origin, size) = (word(0), word(1));
        let host_ptr = if self.host_ptr == 0 { 0 } else { self.host_ptr.wrapping_add(origin) };
        let mut part = Self { context: self.context, size, host_ptr, is_part: true, ..Self::default() };
        part.storage = self.storage.part(origin);
        part.inherit(self, flags);
        part
    }

    /// Takes from the object that it is made of, with these flags, what it does not say itself.
    pub(crate) fn inherit(&mut self, parent: &Self, flags: cl_mem_flags) {
        self.flags = flags & !HOST_MEMORY | parent.flags & HOST_MEMORY;
        if flags & HOST_ACCESS == 0 {
            self.flags |= parent.flags & HOST_ACCESS;
        }
    }

    /// Whether `size` bytes at `offset` are a non-empty range inside the buffer.
    pub fn contains(&self, offset: usize, size: usize) -> bool {
        size != 0 && offset.checked_add(size).is_some_and(|end| end <= self.size)
    }
}

/// What a kernel expects as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArgKind {
    /// The vendor does not say.
    Unknown,
    /// A buffer, or a pipe.
    Mem,
    /// An image.
    Image,
    /// A sampler.
    Sampler,
    /// A queue on the device.
    Queue,
    /// Local memory: a size without a value.
    Local,
    /// A value.
    Value,
}

/// A kernel: its arguments as the vendor describes them, and what the guest has learned of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct KernelMeta {
    /// One for each argument.
    pub args: Vec<ArgKind>,
    /// The local size that its source demands, if it demands one.
    pub required: Option<[usize; 3]>,
    #[serde(skip)]
    learned: Arc<Learned>,
}

/// Arguments whose accepted sizes are remembered. Kernels with more set the others synchronously.
const REMEMBERED_ARGS: usize = 64;

/// Launches that are remembered per kernel.
const REMEMBERED_LAUNCHES: usize = 16;

/// What earlier calls showed that the vendor accepts.
#[derive(Debug)]
struct Learned {
    /// For each argument the size that was accepted last, see [`accepted`]; 0 for none.
    args: [AtomicU64; REMEMBERED_ARGS],
    /// The arguments that were accepted as addresses of shared virtual memory, a bit for each.
    addresses: AtomicU64,
    launches: Mutex<Vec<(Launch, Reach)>>,
    /// See [`KernelMeta::context`]; 0 if it was not asked for yet.
    context: AtomicU64,
}

impl Default for Learned {
    fn default() -> Self {
        Self {
            args: std::array::from_fn(|_| AtomicU64::new(0)),
            addresses: AtomicU64::new(0),
            launches: Mutex::default(),
            context: AtomicU64::new(0),
        }
    }
}

/// A way to launch a kernel: what decides whether the vendor accepts it, but for the global size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Launch {
    /// The queue's context.
    pub context: u64,
    /// The queue's device.
    pub device: u64,
    /// Number of dimensions; 0 for `clEnqueueTask`.
    pub dimensions: cl_uint,
    /// The local size, padded with zeros, if the application chose one.
    pub local: Option<[usize; 3]>,
}

/// How far a launch goes. What is true of the sizes that a vendor accepts is true of all that are no larger: each of these numbers
/// has a limit that it does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// The first id behind the range, in each dimension.
    pub ends: [usize; 3],
    /// All work items.
    pub items: usize,
    /// Whether there is an offset.
    pub offset: bool,
}

impl Reach {
    fn covers(&self, other: &Self) -> bool {
        (0..3).all(|i| other.ends[i] <= self.ends[i])
            && other.items <= self.items
            && (self.offset || !other.offset)
    }

    fn extend(&mut self, other: &Self) {
        self.ends = std::array::from_fn(|i| self.ends[i].max(other.ends[i]));
        self.items = self.items.max(other.items);
        self.offset |= other.offset;
    }
}

/// The size and nullness of an argument, or what object it is (see [`Arg::object`]), as one word that is not 0.
fn accepted(arg: Arg) -> u64 {
    (1 << 63)
        | if arg.object != 0 { 1 << 62 | arg.object } else { ((arg.size as u64) << 1) | u64::from(arg.null) }
}

/// An argument that is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arg {
    /// Its size.
    pub size: usize,
    /// Whether there is no value.
    pub null: bool,
    /// If it is an image: what the vendor looks at, see `ImageMeta::class`; else 0.
    pub object: u64,
    /// Whether it is an object of another context than the kernel's, or of one that is not known.
    pub foreign: bool,
}

/// The bit of an argument that is remembered.
fn bit(index: cl_uint) -> Option<u64> {
    1u64.checked_shl(index).filter(|_| (index as usize) < REMEMBERED_ARGS)
}

impl KernelMeta {
    /// The description of a kernel with these arguments.
    pub fn new(args: Vec<ArgKind>) -> Self {
        Self { args, ..Self::default() }
    }

    /// What argument `index` is; `None` if the kernel has no such argument.
    pub fn arg(&self, index: cl_uint) -> Option<ArgKind> {
        self.args.get(index as usize).copied()
    }

    /// The kernel's context, as in [`MemMeta::context`], which `find` finds out once.
    pub fn context(&self, find: impl FnOnce() -> Option<u64>) -> Option<u64> {
        let known = self.learned.context.load(Ordering::Relaxed);
        if known != 0 {
            return Some(known);
        }
        let found = find()?;
        self.learned.context.store(found, Ordering::Relaxed);
        Some(found)
    }

    /// Whether the vendor will take this argument, as far as a program could tell.
    pub fn takes(&self, index: cl_uint, arg: Arg) -> bool {
        match self.arg(index) {
            None => false,
            Some(_) if arg.foreign => false,
            Some(ArgKind::Mem) if arg.size == size_of::<cl_mem>() && arg.object == 0 => true,
            Some(_) => self
                .learned
                .args
                .get(index as usize)
                .is_some_and(|last| last.load(Ordering::Relaxed) == accepted(arg)),
        }
    }

    /// The vendor took this argument.
    pub fn took(&self, index: cl_uint, arg: Arg) {
        if self.arg(index).is_none() {
            return;
        }
        let now = accepted(arg);
        // What is not remembered may be another than it was.
        let is_new = match self.learned.args.get(index as usize) {
            Some(last) => last.swap(now, Ordering::Relaxed) != now,
            None => true,
        };
        if arg.foreign || is_new && (arg.null || arg.object != 0) {
            // What is of another context, more local memory, or an image of another format may make a launch fail that was possible
            // before.
            self.doubt_launches();
        }
    }

    /// Whether the vendor will take an address of shared virtual memory for an argument.
    pub fn takes_address(&self, index: cl_uint) -> bool {
        bit(index).is_some_and(|bit| self.learned.addresses.load(Ordering::Relaxed) & bit != 0)
    }

    /// The vendor took an address of shared virtual memory for an argument.
    pub fn took_address(&self, index: cl_uint) {
        self.learned.addresses.fetch_or(bit(index).unwrap_or(0), Ordering::Relaxed);
    }

    /// The vendor is to say what it thinks of the next launch, however many like it have succeeded.
    pub fn doubt_launches(&self) {
        self.launches().clear();
    }

    /// Whether a launch like this one has succeeded.
    pub fn has_launched(&self, launch: &Launch) -> bool {
        self.has_reached(launch, &Reach::default())
    }

    /// A launch like this one succeeded.
    pub fn launched(&self, launch: Launch) {
        self.reached(launch, Reach::default());
    }

    /// Whether a launch like this one has succeeded that went as far, or ones that did so together.
    pub fn has_reached(&self, launch: &Launch, reach: &Reach) -> bool {
        self.launches().iter().any(|(known, far)| known == launch && far.covers(reach))
    }

    /// A launch like this one succeeded, and went so far.
    pub fn reached(&self, launch: Launch, reach: Reach) {
        if launch.context == 0 {
            // The queue is unknown, and this would be said of every unknown queue.
            return;
        }
        let mut launches = self.launches();
        if let Some((_, far)) = launches.iter_mut().find(|(known, _)| *known == launch) {
            far.extend(&reach);
            return;
        }
        if launches.len() == REMEMBERED_LAUNCHES {
            launches.remove(0);
        }
        launches.push((launch, reach));
    }

    fn launches(&self) -> std::sync::MutexGuard<'_, Vec<(Launch, Reach)>> {
        self.learned.launches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_is_known_to_be_good_once_the_vendor_took_its_size() {
        let kernel = KernelMeta::new(vec![ArgKind::Value, ArgKind::Mem, ArgKind::Local]);
        let takes = |index, size, null| kernel.takes(index, Arg { size, null, object: 0, foreign: false });
        assert!(!takes(0, 4, false));
        kernel.took(0, Arg { size: 4, null: false, object: 0, foreign: false });
        assert!(takes(0, 4, false));
        assert!(!takes(0, 8, false) && !takes(0, 4, true));
        assert!(takes(1, 8, false) && !takes(1, 4, false));
        assert!(!takes(3, 4, false), "there is no such argument");
        assert!(!kernel.takes_address(1));
        kernel.took_address(1);
        kernel.took_address(64);
        assert!(kernel.takes_address(1) && !kernel.takes_address(0) && !kernel.takes_address(64));
    }

    #[test]
    fn an_image_is_known_to_be_good_once_the_vendor_took_its_like() {
        let kernel = KernelMeta::new(vec![ArgKind::Image, ArgKind::Mem]);
        let launch = Launch { context: 1, device: 2, dimensions: 1, local: None };
        let image = |object| Arg { size: 8, null: false, object, foreign: false };
        assert!(!kernel.takes(0, image(5)));
        kernel.took(0, image(5));
        kernel.launched(launch);
        assert!(kernel.takes(0, image(5)) && !kernel.takes(0, image(6)) && !kernel.takes(0, image(0)));
        assert!(!kernel.takes(1, image(5)), "an image in place of a buffer");
        kernel.took(0, image(5));
        assert!(kernel.has_launched(&launch), "the same again");
        kernel.took(0, image(6));
        assert!(!kernel.has_launched(&launch));
    }

    #[test]
    fn more_local_memory_makes_launches_doubtful_again() {
        let kernel = KernelMeta::new(vec![ArgKind::Local]);
        let launch = Launch { context: 1, device: 2, dimensions: 1, local: Some([64, 0, 0]) };
        let local = |size| Arg { size, null: true, object: 0, foreign: false };
        kernel.took(0, local(16));
        kernel.launched(launch);
        assert!(kernel.has_launched(&launch));
        assert!(!kernel.has_launched(&Launch { device: 3, ..launch }));
        kernel.took(0, local(16));
        assert!(kernel.has_launched(&launch), "the same size again");
        kernel.took(0, local(32));
        assert!(!kernel.has_launched(&launch));
    }

    #[test]
    fn a_launch_is_as_good_as_larger_ones_before() {
        let kernel = KernelMeta::new(vec![]);
        let launch = Launch { context: 1, device: 2, dimensions: 2, local: None };
        let reach = |x: usize, y: usize| Reach { ends: [x, y, 0], items: x * y, offset: false };
        kernel.reached(launch, reach(64, 2));
        assert!(kernel.has_reached(&launch, &reach(64, 2)) && kernel.has_reached(&launch, &reach(1, 1)));
        assert!(!kernel.has_reached(&launch, &reach(65, 1)) && !kernel.has_reached(&launch, &reach(64, 3)));
        assert!(!kernel.has_reached(&launch, &Reach { offset: true, ..reach(1, 1) }));
        kernel.reached(launch, reach(2, 64));
        assert!(kernel.has_reached(&launch, &reach(11, 11)) && !kernel.has_reached(&launch, &reach(64, 64)));
    }

    #[test]
    fn an_object_of_another_context_is_doubted_and_so_are_launches_with_it() {
        let kernel = KernelMeta::new(vec![ArgKind::Mem]);
        let launch = Launch { context: 1, device: 2, dimensions: 1, local: None };
        let buffer = |foreign| Arg { size: 8, null: false, object: 0, foreign };
        kernel.took(0, buffer(false));
        kernel.launched(launch);
        kernel.took(0, buffer(false));
        assert!(kernel.takes(0, buffer(false)) && kernel.has_launched(&launch));
        assert!(!kernel.takes(0, buffer(true)));
        kernel.took(0, buffer(true));
        assert!(!kernel.takes(0, buffer(true)) && !kernel.has_launched(&launch));
    }

    #[test]
    fn local_memory_is_doubted_wherever_it_is_among_the_arguments() {
        let kernel = KernelMeta::new(vec![ArgKind::Local; REMEMBERED_ARGS + 1]);
        let launch = Launch { context: 1, device: 2, dimensions: 1, local: None };
        kernel.launched(launch);
        kernel.took(REMEMBERED_ARGS as cl_uint, Arg { size: 1 << 20, null: true, object: 0, foreign: false });
        assert!(!kernel.has_launched(&launch));
    }

    #[test]
    fn nothing_is_known_of_a_queue_on_the_device() {
        let list = |bits| [CL_QUEUE_PROPERTIES as cl_queue_properties, bits, 0];
        let with = |list: &[cl_queue_properties]| {
            // SAFETY: the list is readable.
            QueueMeta::with(5, 6, unsafe { Ptr::new(list.as_ptr(), list.len()) })
        };
        assert_eq!(with(&list(CL_QUEUE_PROFILING_ENABLE)).context, 5);
        assert_eq!(with(&list(CL_QUEUE_ON_DEVICE | CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE)).context, 0);
    }

    #[test]
    fn a_part_inherits_what_the_whole_says_of_host_memory() {
        let whole = MemMeta::buffer(1, CL_MEM_USE_HOST_PTR | CL_MEM_HOST_READ_ONLY, 64, 0x1000);
        let region: Vec<u8> = [16usize, 32].iter().flat_map(|n| n.to_ne_bytes()).collect();
        // SAFETY: 16 bytes are readable.
        let info = unsafe { Ptr::new(region.as_ptr(), region.len()) };
        let part = whole.part(CL_MEM_READ_ONLY, CL_BUFFER_CREATE_TYPE_REGION, info);
        assert_eq!((part.size, part.host_ptr, part.is_part), (32, 0x1010, true));
        assert_ne!(part.flags & CL_MEM_HOST_READ_ONLY, 0);
        assert!(part.contains(0, 32) && !part.contains(1, 32) && !part.contains(0, 0));
    }
}
