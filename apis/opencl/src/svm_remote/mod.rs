//! The server's side of shared virtual memory, see `svm` for the guest's.
//!
//! An address of shared virtual memory is the same in guest and server, as it may be stored in such memory. The vendor chooses it: the
//! server asks for a little more than the guest wants, and gives it the whole pages inside, which no other allocation has a part of.
//! The guest maps memory at the same place.
//!
//! *Shared* memory is one memory: if every device of the context is a CPU, whose kernels run in this process, the server puts pages of the
//! session's shared memory in place of the vendor's, and the guest maps them as well. Then neither side copies anything, and
//! what one writes the other sees, as fine-grained memory demands. Before the vendor gets its memory back, it is private again.
//!
//! Else there are two memories, and what is in them travels when the API says that the other side may look: coarse-grained memory is the
//! host's between map and unmap, and the devices' otherwise.
//!
//! The vendor gets no address and no size of the guest's that is not inside memory that it allocated for this guest and that was not freed.

mod commands;

use std::collections::{BTreeMap, HashMap};
use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use ava_core::{pages, server};

use crate::devices::{devices_of, is_cpu, is_on_cpus};
use crate::ffi::*;
use crate::mapped;
use crate::opencl::server::Vendor;
use crate::remote::{self, ask};

pub(crate) use commands::{
    End, copy, fill, map, map_has_landed, migrate, overlap, set_arg, set_exec_info, unmap,
};

/// What the guest is called when it freed memory by a command: its own function, and the addresses as it knows them.
pub(crate) type FreeNotify = Option<
    unsafe extern "C" fn(
        queue: cl_command_queue,
        num_addresses: cl_uint,
        addresses: *const usize,
        user_data: *mut c_void,
    ),
>;

/// How often the guest may ask for another address.
pub(crate) const MAX_ATTEMPTS: cl_uint = 6;

/// More than what any C library takes from address space that it has in use already, so that the memory comes from somewhere else.
const ELSEWHERE: usize = 64 << 20;

/// Memory that the guest may name, by its first address in [`State::live`].
#[derive(Debug, Clone, Copy)]
struct Allocation {
    /// So much the guest asked for.
    size: usize,
    /// What the vendor allocated.
    base: usize,
    /// In which context, of which this owns a reference.
    context: usize,
    /// How many bytes, from the first, are shared pages; 0 for none.
    shared: usize,
}

#[derive(Default)]
struct State {
    live: BTreeMap<usize, Allocation>,
    /// Maps that did not block and whose data has to travel, by the guest's number: the address, and the event, of which this owns
    /// a reference.
    maps: HashMap<u64, (usize, usize)>,
}

impl State {
    /// The allocation that `size` bytes at `address` are inside of. The first byte after an allocation is not inside, unless nothing is
    /// (`size` 0).
    fn around(&self, address: usize, size: usize) -> Option<(usize, Allocation)> {
        let (start, allocation) = self.live.range(..=address).next_back()?;
        let offset = address - start;
        (offset.checked_add(size)? <= allocation.size).then_some((*start, *allocation))
    }
}

fn state() -> MutexGuard<'static, State> {
    static STATE: OnceLock<Mutex<State>> = OnceLock::new();
    STATE.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_live(address: usize, size: usize) -> bool {
    state().around(address, size).is_some()
}

// What devices can do.

/// Whether whoever runs the server wants contents copied, so that no guest shares memory with kernels.
fn copies_are_wanted() -> bool {
    static WANTED: OnceLock<bool> = OnceLock::new();
    *WANTED.get_or_init(|| std::env::var_os("AVA_OPENCL_SVM").is_some_and(|value| value == "copy"))
}

/// What a device says of itself; 0 if it does not know the question.
///
/// # Safety
/// A live device.
unsafe fn capabilities(vendor: &Vendor, device: cl_device_id) -> cl_device_svm_capabilities {
    // SAFETY: asks for a bit field.
    let answer = unsafe {
        ask::<cl_device_svm_capabilities>(|len, value, ret| {
            vendor.clGetDeviceInfo(device, CL_DEVICE_SVM_CAPABILITIES, len, value, ret)
        })
    };
    answer.unwrap_or(0)
}

/// Which of the capabilities that a device has it has for the guest, too.
///
/// # Safety
/// A live device.
pub(crate) unsafe fn offered(vendor: &Vendor, device: cl_device_id) -> cl_device_svm_capabilities {
    let mut offered: cl_device_svm_capabilities = CL_DEVICE_SVM_COARSE_GRAIN_BUFFER;
    // SAFETY: promised by the caller.
    unsafe {
        if server::shares_memory() && !copies_are_wanted() && is_cpu(vendor, device) {
            offered |= CL_DEVICE_SVM_FINE_GRAIN_BUFFER | CL_DEVICE_SVM_ATOMICS;
        }
        capabilities(vendor, device) & offered
    }
}

/// The status of a command that names memory that is none: without shared virtual memory there is no such command, and old vendors do
/// not even have the function.
///
/// # Safety
/// A live queue, or null.
pub(crate) unsafe fn refusal(vendor: &Vendor, queue: cl_command_queue) -> cl_int {
    if queue.is_null() {
        return CL_INVALID_COMMAND_QUEUE;
    }
    // SAFETY: asks for a handle.
    let device = unsafe {
        ask::<usize>(|len, value, ret| vendor.clGetCommandQueueInfo(queue, CL_QUEUE_DEVICE, len, value, ret))
    };
    // SAFETY: a live queue's device is alive.
    let able = device.is_some_and(|device| unsafe { capabilities(vendor, device as cl_device_id) } != 0);
    if able { CL_INVALID_VALUE } else { CL_INVALID_OPERATION }
}

// Allocation.

/// `clSVMAlloc`. If the guest has no place for the memory, it frees it and asks again; `attempt` says how often it did.
///
/// `pages` are `len` bytes that the guest would share, whole pages that hold `size` bytes.
///
/// # Safety
/// A live context; `at` and `shared` are writable.
#[expect(clippy::too_many_arguments, reason = "what the guest and the C function say")]
pub(crate) unsafe fn alloc(
    vendor: &Vendor,
    context: cl_context,
    flags: cl_svm_mem_flags,
    size: usize,
    alignment: cl_uint,
    attempt: cl_uint,
    (pages, len): (*mut u8, usize),
    at: *mut usize,
    shared: *mut cl_uint,
) -> cl_int {
    // SAFETY: promised by the caller; the devices of a live context are alive.
    let (able, on_cpu) = unsafe {
        let devices = devices_of(vendor, context);
        (devices.iter().any(|device| capabilities(vendor, *device) != 0), is_on_cpus(vendor, context))
    };
    if !able {
        return CL_INVALID_OPERATION;
    }
    let may_share = on_cpu && len >= size && !copies_are_wanted() && server::is_shared(pages, len);
    let fine = flags & (CL_MEM_SVM_FINE_GRAIN_BUFFER | CL_MEM_SVM_ATOMICS) != 0;
    if fine && !may_share {
        return CL_MEM_OBJECT_ALLOCATION_FAILURE;
    }
    let page = pages::size();
    let unit = if alignment.is_power_of_two() { page.max(alignment as usize) } else { page };
    let mut room = size.checked_next_multiple_of(page).and_then(|whole| whole.checked_add(unit));
    let mut spacer = None;
    if attempt != 0 {
        room = room.and_then(|room| room.checked_add(ELSEWHERE));
        // 4 GiB, and four times as much each time.
        spacer = pages::occupy((1 << 30) << (2 * attempt.min(MAX_ATTEMPTS)), ELSEWHERE);
    }
    let room = room.filter(|_| size != 0);
    // SAFETY: promised by the caller.
    let allocate = |size| unsafe { vendor.clSVMAlloc(context, flags, size, alignment) } as usize;
    let mut base = allocate(room.unwrap_or(size));
    drop(spacer);
    let mut start = base.next_multiple_of(unit);
    let mut may_share = may_share && room.is_some();
    if base == 0 && !fine && size != 0 {
        // So close to the most that it allocates that there is no room for whole pages.
        base = allocate(size);
        (start, may_share) = (base, false);
    }
    if base == 0 {
        return CL_MEM_OBJECT_ALLOCATION_FAILURE;
    }
    // SAFETY: whole pages inside an allocation that only this function knows yet, of private memory: what is there may go. `pages`
    // are in the session's shared memory, which stays mapped.
    let is_shared =
        may_share && pages::is_private(start, len) && unsafe { pages::alias(pages, len, start) }.is_ok();
    if fine && !is_shared {
        tracing::warn!("memory of the vendor's cannot be shared, so there is none that is fine-grained");
        // SAFETY: the vendor just allocated it.
        unsafe { vendor.clSVMFree(context, base as *mut c_void) };
        return CL_MEM_OBJECT_ALLOCATION_FAILURE;
    }
    // SAFETY: promised by the caller; the allocation owns this reference.
    unsafe {
        vendor.clRetainContext(context);
        at.write(start);
        shared.write(cl_uint::from(is_shared));
    }
    let shared = if is_shared { len } else { 0 };
    state().live.insert(start, Allocation { size, base, context: context as usize, shared });
    CL_SUCCESS
}

/// `clSVMFree`: how much memory that was.
///
/// # Safety
/// The guest uses the memory no more, as far as this process is concerned.
pub(crate) unsafe fn free(vendor: &Vendor, address: usize) -> Option<usize> {
    let (allocation, maps) = {
        let mut state = state();
        let allocation = state.live.remove(&address)?;
        let inside = |at: usize| (address..=address + allocation.size).contains(&at);
        let maps: Vec<usize> =
            state.maps.extract_if(|_, (at, _)| inside(*at)).map(|(_, (_, event))| event).collect();
        (allocation, maps)
    };
    mapped::forget_arrivals(address..address + allocation.size);
    for event in maps {
        // SAFETY: the entry, which is gone, owned this reference.
        unsafe { vendor.clReleaseEvent(event as cl_event) };
    }
    if allocation.shared != 0 {
        // SAFETY: `alloc` put shared pages there, into memory that is the vendor's until the call below.
        if let Err(error) = unsafe { pages::make_private(address, allocation.shared) } {
            // The vendor must not use again what the guest can write.
            tracing::warn!(%error, "shared memory cannot be made private, so it is never freed");
            return Some(allocation.size);
        }
    }
    let context = allocation.context as cl_context;
    // SAFETY: the vendor allocated it in this context, of which the allocation owns a reference; both are gone from the table.
    unsafe {
        vendor.clSVMFree(context, allocation.base as *mut c_void);
        vendor.clReleaseContext(context);
    }
    Some(allocation.size)
}

/// What the vendor calls when it comes to a command that frees memory.
struct Freeing {
    /// The vendor's own addresses. Some vendors keep no copy of the list.
    bases: Vec<*mut c_void>,
    addresses: Vec<usize>,
    notify: FreeNotify,
    user_data: *mut c_void,
}

/// The guest does what its application wants, which is usually to free the memory.
unsafe extern "C" fn run_free(
    queue: cl_command_queue,
    _num_pointers: cl_uint,
    _pointers: *mut *mut c_void,
    user_data: *mut c_void,
) {
    // SAFETY: `enqueue_free` gave this to the vendor, which calls once.
    let freeing = unsafe { Box::from_raw(user_data.cast::<Freeing>()) };
    if let Some(notify) = freeing.notify {
        let count = freeing.addresses.len() as cl_uint;
        // SAFETY: the list has so many addresses, and the function belongs to this user data.
        unsafe { notify(queue, count, freeing.addresses.as_ptr(), freeing.user_data) };
    }
}

/// `clEnqueueSVMFree`. Always with a callback: the guest frees the memory by calls, so that its side knows.
///
/// # Safety
/// As the C function demands; `addresses` has as many elements as are said, or is null.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn enqueue_free(
    vendor: &Vendor,
    queue: cl_command_queue,
    count: cl_uint,
    addresses: *const usize,
    notify: FreeNotify,
    user_data: *mut c_void,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    let addresses = match addresses.is_null() {
        true => Vec::new(),
        // SAFETY: promised by the caller.
        false => unsafe { std::slice::from_raw_parts(addresses, count as usize) }.to_vec(),
    };
    let bases: Option<Vec<_>> = {
        let state = state();
        addresses.iter().map(|at| state.live.get(at).map(|it| it.base as *mut c_void)).collect()
    };
    let (Some(bases), true) = (bases, count != 0 && !addresses.is_empty()) else {
        // SAFETY: promised by the caller.
        return unsafe { refusal(vendor, queue) };
    };
    let mut freeing = Box::new(Freeing { bases, addresses, notify, user_data });
    let list = freeing.bases.as_mut_ptr();
    let freeing = Box::into_raw(freeing);
    // SAFETY: the list lives until the callback ran.
    let status = unsafe {
        vendor.clEnqueueSVMFree(
            queue,
            count,
            list,
            Some(run_free),
            freeing.cast(),
            num_events_in_wait_list,
            event_wait_list,
            event,
        )
    };
    if status != CL_SUCCESS {
        // SAFETY: the vendor will not call.
        drop(unsafe { Box::from_raw(freeing) });
    }
    status
}

/// `clCreateBuffer` and `clCreateBufferWithProperties` with `CL_MEM_USE_HOST_PTR` on shared virtual memory.
///
/// # Safety
/// Arguments as the C functions demand.
pub(crate) unsafe fn create_buffer(
    vendor: &Vendor,
    context: cl_context,
    properties: *const cl_mem_properties,
    flags: cl_mem_flags,
    size: usize,
    address: usize,
    errcode_ret: *mut cl_int,
) -> cl_mem {
    let inside = is_live(address, size);
    // SAFETY: promised by the caller; a list of properties has at least its terminator.
    unsafe {
        if !inside {
            let known = is_live(address, 0);
            return remote::refuse(
                errcode_ret,
                if known { CL_INVALID_BUFFER_SIZE } else { CL_INVALID_HOST_PTR },
            );
        }
        let host = address as *mut c_void;
        if properties.is_null() {
            vendor.clCreateBuffer(context, flags, size, host, errcode_ret)
        } else if *properties == 0 {
            vendor.clCreateBufferWithProperties(context, properties, flags, size, host, errcode_ret)
        } else {
            remote::refuse(errcode_ret, CL_INVALID_PROPERTY)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_inside_a_live_allocation_is_known() {
        let mut state = State::default();
        let allocation = Allocation { size: 100, base: 0x0fc0, context: 1, shared: 0 };
        state.live.insert(0x1000, allocation);
        let inside = |address, size| state.around(address, size).is_some();
        assert!(inside(0x1000, 100) && inside(0x1000, 0) && inside(0x1063, 1));
        assert!(inside(0x1064, 0), "an empty array at the end");
        assert!(!inside(0x1064, 1) && !inside(0x1000, 101) && !inside(0x1001, 100));
        assert!(!inside(0x0fff, 1) && !inside(0x0fc0, 8), "the vendor's part before");
        assert!(!inside(0, 0) && !inside(0x1001, usize::MAX) && !inside(usize::MAX, 1));
    }
}
