//! The guest's side of buffers that are stored in memory which it shares with the API server.
//!
//! A device that works on the host's memory, as a CPU does, works as well on memory that the guest sees. Such a buffer is mapped without
//! a copy, and a blocking transfer copies each byte once, as natively: the server only waits until the commands before it are done.
//! The API's own rules say when the host may touch the memory: while it is mapped. So each transfer is a map for the server, see
//! `stored`; and the memory is free again when the vendor says so through the buffer's destructor callback.

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::ffi::*;
use crate::mapping;
use crate::meta::{MemMeta, QueueMeta};
use crate::opencl::{args, guest, kind};
use crate::shape;

/// Smaller buffers are not worth whole pages.
const SMALLEST: usize = 64 * 1024;

/// Of smaller transfers a second copy costs less than the second command that a transfer in place is.
const SMALLEST_TRANSFER: usize = 256 * 1024;

/// A transfer that does not block goes in pieces of this size: the memory of one serves another, and the device copies one while the
/// guest copies the next.
const PIECE: usize = 8 << 20;

/// How many buffers that are gone one reply tells of.
pub(crate) const GONE: usize = 16;

/// Where a buffer is stored: the guest's address of its first byte, or 0 if only the vendor knows. Parts of a buffer share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Storage {
    base: Arc<AtomicUsize>,
    /// Where a part begins in the whole.
    origin: usize,
}

impl Storage {
    /// That of a part which begins at `origin`.
    pub(crate) fn part(&self, origin: usize) -> Self {
        Self { base: self.base.clone(), origin: self.origin.wrapping_add(origin) }
    }

    /// The address of the first byte; `None` if it is not shared.
    pub(crate) fn address(&self) -> Option<*mut u8> {
        match self.base.load(Ordering::Acquire) {
            0 => None,
            base => Some((base + self.origin) as *mut u8),
        }
    }
}

/// Whether buffers of a context can be stored in shared memory: unless the server has said that they cannot.
#[derive(Debug, Clone, Default)]
pub(crate) struct Refused(Arc<AtomicBool>);

/// Whether a buffer with these arguments, which the vendor is likely to accept, is worth trying.
fn is_worth_it(flags: cl_mem_flags, size: usize, host_ptr: *mut c_void) -> bool {
    size >= SMALLEST
        && flags & CL_MEM_USE_HOST_PTR == 0
        && (flags & CL_MEM_COPY_HOST_PTR != 0) != host_ptr.is_null()
        // An oracle for the fast path must not share it.
        && !ava_core::guest::is_strict(&guest::CLIENT)
}

/// `clCreateBuffer` and `clCreateBufferWithProperties`.
///
/// # Safety
/// The C function's contract.
pub(crate) unsafe fn create_buffer(
    context: cl_context,
    properties: *const cl_mem_properties,
    flags: cl_mem_flags,
    size: usize,
    host_ptr: *mut c_void,
    errcode_ret: *mut cl_int,
) -> cl_mem {
    // SAFETY: the application holds the context during the call.
    let refused = unsafe { ava_core::guest::meta_of::<kind::cl_context>(context) }.map(|meta| &meta.refused);
    let mut storage = ptr::null_mut();
    if let Some(refused) = refused
        && is_worth_it(flags, size, host_ptr)
        && !refused.0.load(Ordering::Relaxed)
    {
        storage = guest::zerocopy_alloc(size);
    }
    let mut initial = host_ptr;
    if !storage.is_null() && !host_ptr.is_null() {
        // SAFETY: with CL_MEM_COPY_HOST_PTR the application has `size` bytes there; the storage has as many.
        unsafe { storage.cast::<u8>().copy_from_nonoverlapping(host_ptr.cast(), size) };
        initial = ptr::null_mut();
    }
    let (mut taken, mut gone, mut count) = (CL_FALSE, [0u64; GONE], 0);
    // SAFETY: the outputs are locals, the storage is ours, the rest is the application's.
    let buffer = unsafe {
        let gone = gone.as_mut_ptr();
        guest::create_buffer(
            context,
            properties,
            flags,
            size,
            initial,
            storage,
            storage as u64,
            &mut taken,
            gone,
            &mut count,
            errcode_ret,
        )
    };
    for base in gone.iter().take(count as usize) {
        guest::zerocopy_free(*base as *mut c_void);
    }
    if storage.is_null() {
        return buffer;
    }
    // SAFETY: the buffer was just made, and given to nobody.
    match unsafe { ava_core::guest::meta_of::<kind::cl_mem>(buffer) } {
        Some(meta) if taken != CL_FALSE => meta.storage.base.store(storage as usize, Ordering::Release),
        _ => {
            guest::zerocopy_free(storage);
            if let (Some(refused), false) = (refused, buffer.is_null()) {
                refused.0.store(true, Ordering::Relaxed);
            }
        }
    }
    buffer
}

/// A blocking transfer between the application's memory and shared storage.
struct Transfer<'a> {
    queue: cl_command_queue,
    buffer: cl_mem,
    meta: &'a MemMeta,
    flags: cl_map_flags,
    offset: usize,
    size: usize,
    waits: (cl_uint, *const cl_event),
}

impl Transfer<'_> {
    /// Waits for the transfer's turn, runs `copy` with the storage's address, and lets the device go on. `None` if the vendor
    /// refuses: the plain call then tells why.
    fn run(&self, copy: impl FnOnce(*mut u8)) -> Option<cl_int> {
        let at = self.meta.storage.address()?.wrapping_add(self.offset);
        let number = mapping::number();
        let (count, list) = self.waits;
        // SAFETY: the application's handles and wait list.
        let status = unsafe {
            guest::map_buffer(
                self.queue,
                self.buffer,
                CL_TRUE,
                self.flags,
                self.offset,
                self.size,
                number,
                ptr::null_mut(),
                count,
                list,
                ptr::null_mut(),
            )
        };
        if status != CL_SUCCESS {
            return None;
        }
        copy(at);
        let writes = cl_bool::from(shape::map_writes(self.flags));
        // SAFETY: what was just mapped; no wait list and no event.
        Some(unsafe {
            let (data, list, event) = (ptr::null(), ptr::null(), ptr::null_mut());
            guest::unmap_buffer(self.queue, self.buffer, number, writes, self.size, data, 0, list, event)
        })
    }
}

/// The transfer in place that a blocking read or write is, if it can go without the server's copy. An event must be that of a transfer,
/// with its times, which only the vendor's own can be.
///
/// # Safety
/// The handles are the application's.
unsafe fn transfer<'a>(
    queue: cl_command_queue,
    buffer: cl_mem,
    (flags, forbidden): (cl_map_flags, cl_mem_flags),
    (offset, size): (usize, usize),
    ptr: *const c_void,
    waits: (cl_uint, *const cl_event),
    event: *mut cl_event,
) -> Option<Transfer<'a>> {
    if size < SMALLEST_TRANSFER || !event.is_null() || ptr.is_null() {
        return None;
    }
    // SAFETY: the application holds both during the call.
    let (meta, on) = unsafe {
        (
            ava_core::guest::meta_of::<kind::cl_mem>(buffer)?,
            ava_core::guest::meta_of::<kind::cl_command_queue>(queue)?,
        )
    };
    let possible = meta.storage.address().is_some()
        && meta.flags & forbidden == 0
        && meta.contains(offset, size)
        && same_context(on, meta);
    possible.then_some(Transfer { queue, buffer, meta, flags, offset, size, waits })
}

fn same_context(queue: &QueueMeta, mem: &MemMeta) -> bool {
    queue.context != 0 && queue.context == mem.context
}

/// A transfer that does not block and that the vendor has no reason to refuse, in pieces that all wait for the same events. Without an
/// event of its own, nothing shows that they are several commands. `part` enqueues the piece that begins after so many bytes.
///
/// # Safety
/// The handles are the application's.
unsafe fn in_pieces(
    queue: cl_command_queue,
    buffer: cl_mem,
    forbidden: cl_mem_flags,
    (offset, size): (usize, usize),
    ptr: *const c_void,
    event: *mut cl_event,
    part: impl Fn(usize, usize) -> cl_int,
) -> Option<cl_int> {
    if size <= PIECE || !event.is_null() || ptr.is_null() || ava_core::guest::is_strict(&guest::CLIENT) {
        return None;
    }
    // SAFETY: the application holds both during the call.
    let (meta, on) = unsafe {
        (
            ava_core::guest::meta_of::<kind::cl_mem>(buffer)?,
            ava_core::guest::meta_of::<kind::cl_command_queue>(queue)?,
        )
    };
    if !meta.contains(offset, size) || meta.flags & forbidden != 0 || !same_context(on, meta) {
        return None;
    }
    let pieces = (0..size).step_by(PIECE).map(|sent| part(sent, PIECE.min(size - sent)));
    Some(pieces.into_iter().find(|status| *status != CL_SUCCESS).unwrap_or(CL_SUCCESS))
}

/// Before `clEnqueueReadBuffer`: a blocking read of shared storage, or a large one that does not block.
///
/// # Safety
/// The C function's contract.
pub(crate) unsafe fn read(args: &args::clEnqueueReadBuffer) -> Option<cl_int> {
    let (range, waits) = ((args.offset, args.size), (args.num_events_in_wait_list, args.event_wait_list));
    if args.blocking_read == CL_FALSE {
        let (queue, buffer) = (args.command_queue, args.buffer);
        // SAFETY: a part of what the application wants to read, where it wants it.
        let part = |sent, size| unsafe {
            let (offset, ptr) = (args.offset + sent, args.ptr.byte_add(sent));
            let event = ptr::null_mut();
            guest::clEnqueueReadBuffer(queue, buffer, CL_FALSE, offset, size, ptr, waits.0, waits.1, event)
        };
        // SAFETY: promised by the caller.
        return unsafe { in_pieces(queue, buffer, shape::READS, range, args.ptr, args.event, part) };
    }
    // SAFETY: promised by the caller.
    let transfer = unsafe {
        transfer(
            args.command_queue,
            args.buffer,
            (CL_MAP_READ, shape::READS),
            range,
            args.ptr,
            waits,
            args.event,
        )?
    };
    // SAFETY: the range is inside the buffer, whose storage is no memory of the application's; it has room for `size` bytes.
    transfer.run(|at| unsafe { args.ptr.cast::<u8>().copy_from_nonoverlapping(at, args.size) })
}

/// Before `clEnqueueWriteBuffer`: a blocking write to shared storage, or a large one that does not block.
///
/// # Safety
/// The C function's contract.
pub(crate) unsafe fn write(args: &args::clEnqueueWriteBuffer) -> Option<cl_int> {
    let (range, waits) = ((args.offset, args.size), (args.num_events_in_wait_list, args.event_wait_list));
    if args.blocking_write == CL_FALSE {
        let (queue, buffer) = (args.command_queue, args.buffer);
        // SAFETY: a part of what the application wants to write, where it wants it.
        let part = |sent, size| unsafe {
            let (offset, ptr) = (args.offset + sent, args.ptr.byte_add(sent));
            let event = ptr::null_mut();
            guest::clEnqueueWriteBuffer(queue, buffer, CL_FALSE, offset, size, ptr, waits.0, waits.1, event)
        };
        // SAFETY: promised by the caller.
        return unsafe { in_pieces(queue, buffer, shape::WRITES, range, args.ptr, args.event, part) };
    }
    // SAFETY: promised by the caller.
    let transfer = unsafe {
        transfer(
            args.command_queue,
            args.buffer,
            (CL_MAP_WRITE_INVALIDATE_REGION, shape::WRITES),
            range,
            args.ptr,
            waits,
            args.event,
        )?
    };
    // SAFETY: as in `read`, the other way.
    transfer.run(|at| unsafe { at.copy_from_nonoverlapping(args.ptr.cast::<u8>(), args.size) })
}
