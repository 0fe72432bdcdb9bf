//! The guest's side of shared virtual memory, see `svm_remote` for the server's.
//!
//! The application gets memory at the address that the vendor chose in the server. The table of what is allocated tells such memory
//! from the application's own, where a call takes both. If memory is one with the server's, nothing travels; else the contents
//! come when it is mapped and go when it is unmapped.

mod modes;

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ava_core::pages;

use crate::ffi::*;
use crate::mapping;
use crate::opencl::{args, guest, kind};
use crate::shape;
use crate::svm_remote::MAX_ATTEMPTS;

pub(crate) use modes::{arg_mode, copy_mode, fill_mode, unmap_mode, write_mode};

/// The application's function for `clEnqueueSVMFree`.
pub(crate) type SvmFreeNotify = Option<
    unsafe extern "C" fn(
        queue: cl_command_queue,
        num_svm_pointers: cl_uint,
        svm_pointers: *mut *mut c_void,
        user_data: *mut c_void,
    ),
>;

/// A map that the application has not unmapped.
#[derive(Debug, Clone, Copy)]
struct Mapping {
    address: usize,
    size: usize,
    flags: cl_map_flags,
    number: u64,
    /// It did not block, so its data may still be on the way.
    deferred: bool,
}

/// An allocation, by its address.
#[derive(Debug)]
struct Range {
    size: usize,
    /// Its context, as the bits of the guest's handle.
    context: u64,
    /// The memory of the session that it is; null if it is a copy of the vendor's.
    pages: usize,
    /// Maps of a copy; the last one comes last.
    mapped: Vec<Mapping>,
    /// Contents may still come that nobody waits for.
    expects: bool,
}

impl Range {
    fn is_shared(&self) -> bool {
        self.pages != 0
    }
}

/// What is allocated in a session.
#[derive(Debug)]
struct Table {
    session: usize,
    ranges: BTreeMap<usize, Range>,
}

static TABLE: Mutex<Table> = Mutex::new(Table { session: 0, ranges: BTreeMap::new() });

/// The table of this session. What a forked child inherited is its parent's.
fn table() -> MutexGuard<'static, Table> {
    let mut table = TABLE.lock().unwrap_or_else(PoisonError::into_inner);
    let session = ava_core::guest::session_number();
    if table.session != session {
        *table = Table { session, ranges: BTreeMap::new() };
    }
    table
}

impl Table {
    /// The allocation that `address` is in, or at whose end it is.
    fn around(&mut self, address: usize) -> Option<(usize, &mut Range)> {
        let (start, range) = self.ranges.range_mut(..=address).next_back()?;
        (address - start <= range.size).then_some((*start, range))
    }

    /// Whether `size` bytes at `address` are in one allocation of `context`.
    fn holds(&mut self, context: u64, address: usize, size: usize) -> bool {
        self.around(address).is_some_and(|(start, range)| {
            range.context == context
                && (address - start).checked_add(size).is_some_and(|end| end <= range.size)
        })
    }
}

/// Whether an address is that of shared virtual memory. The address after the last byte is so if `size` is 0.
fn is_svm(address: usize, size: usize) -> bool {
    table().around(address).is_some_and(|(start, range)| size == 0 || address - start < range.size)
}

/// Whether the memory at an address is one with the server's.
pub(crate) fn is_shared(address: usize) -> bool {
    table().around(address).is_some_and(|(start, range)| address - start < range.size && range.is_shared())
}

/// Whether an address is where an allocation begins.
pub(crate) fn is_allocation(address: usize) -> bool {
    table().ranges.contains_key(&address)
}

/// Whether a buffer with these flags at this address is on shared virtual memory.
pub(crate) fn backs(flags: cl_mem_flags, host_ptr: *mut c_void) -> bool {
    flags & CL_MEM_USE_HOST_PTR != 0 && is_svm(host_ptr as usize, 1)
}

/// The whole pages that `size` bytes at `address` are on.
fn pages_of(address: usize, size: usize) -> Option<(usize, usize)> {
    let start = address - address % pages::size();
    let len = (address - start).checked_add(size)?.checked_next_multiple_of(pages::size())?;
    Some((start, len))
}

/// Puts memory at `address`, if the place is free: `shared`, or else a copy's.
fn place(address: usize, size: usize, shared: *mut u8) -> bool {
    let Some((start, len)) = pages_of(address, size) else { return false };
    if shared.is_null() {
        return pages::reserve(start, len, true).is_ok();
    }
    if pages::reserve(start, len, false).is_err() {
        return false;
    }
    // SAFETY: the place was just reserved, and the pages are the session's.
    let placed = unsafe { pages::alias(shared, len, start) }.is_ok();
    if !placed {
        // SAFETY: as above.
        unsafe { pages::release(start, len) };
    }
    placed
}

/// `clSVMAlloc`.
///
/// # Safety
/// The C function's contract.
pub(crate) unsafe fn alloc(
    context: cl_context,
    flags: cl_svm_mem_flags,
    size: usize,
    alignment: cl_uint,
) -> *mut c_void {
    let len = size.checked_next_multiple_of(pages::size()).unwrap_or(0);
    // What will be shared if the server can.
    let pages = if len == 0 { ptr::null_mut() } else { guest::zerocopy_alloc(len) };
    let offered = if pages.is_null() { 0 } else { len };
    let mut misplaced = Vec::new();
    let mut placed = None;
    for attempt in 0..=MAX_ATTEMPTS {
        let (mut address, mut is_shared) = (0usize, 0);
        // SAFETY: the pages have so many bytes, and the outputs are here.
        let status = unsafe {
            guest::svm_alloc(
                context,
                flags,
                size,
                alignment,
                attempt,
                offered,
                pages,
                &mut address,
                &mut is_shared,
            )
        };
        if status != CL_SUCCESS {
            break;
        }
        let shared = if is_shared == 0 { ptr::null_mut() } else { pages };
        if place(address, size, shared.cast()) {
            placed = Some((address, shared));
            break;
        }
        misplaced.push(address);
    }
    for address in misplaced {
        // SAFETY: allocated above, and nobody has it.
        unsafe { guest::svm_free(address, &mut 0) };
    }
    if placed.is_none_or(|(_, shared)| shared.is_null()) {
        guest::zerocopy_free(pages);
    }
    let Some((address, shared)) = placed else { return ptr::null_mut() };
    let range =
        Range { size, context: context as u64, pages: shared as usize, mapped: Vec::new(), expects: false };
    table().ranges.insert(address, range);
    address as *mut c_void
}

/// `clSVMFree`. What was not allocated is left alone.
///
/// # Safety
/// The C function's contract.
pub(crate) unsafe fn free(context: cl_context, svm_pointer: *mut c_void) {
    let address = svm_pointer as usize;
    let range = {
        let mut table = table();
        let known = table.ranges.get(&address).is_some_and(|range| range.context == context as u64);
        if known { table.ranges.remove(&address) } else { None }
    };
    if let Some(range) = range {
        // SAFETY: promised by the caller; it is in the table no more.
        unsafe { give_back(address, &range) };
    }
}

/// Frees memory that is in the table no more.
///
/// # Safety
/// Nobody uses it.
unsafe fn give_back(address: usize, range: &Range) {
    let expects = range.expects || range.mapped.iter().any(|mapping| mapping.deferred);
    if !expects && let Some((start, len)) = pages_of(address, range.size) {
        // SAFETY: `alloc` placed it there, and the application does not use it any more.
        unsafe { pages::release(start, len) };
    }
    // SAFETY: it was allocated, and is not in the table any more.
    unsafe { guest::svm_free(address, &mut 0) };
    if range.is_shared() {
        // Only now nobody in the server uses it.
        guest::zerocopy_free(range.pages as *mut c_void);
    }
}

/// What the application wants to be called with when a command frees memory.
struct Freeing {
    notify: SvmFreeNotify,
    user_data: *mut c_void,
}

/// The server came to a command that frees memory. If the application has no function for it, the memory is freed here.
unsafe extern "C" fn run_free(
    queue: cl_command_queue,
    num_addresses: cl_uint,
    addresses: *const usize,
    user_data: *mut c_void,
) {
    // SAFETY: `enqueue_free` made it, and this is called once.
    let freeing = unsafe { Box::from_raw(user_data.cast::<Freeing>()) };
    let mut pointers: Vec<*mut c_void> = match addresses.is_null() {
        true => Vec::new(),
        // SAFETY: so many addresses came.
        false => unsafe { std::slice::from_raw_parts(addresses, num_addresses as usize) }
            .iter()
            .map(|address| *address as *mut c_void)
            .collect(),
    };
    // SAFETY: the application's function and user data; the memory is the command's to free.
    unsafe {
        match freeing.notify {
            Some(notify) => notify(queue, num_addresses, pointers.as_mut_ptr(), freeing.user_data),
            None => {
                for address in pointers.iter().map(|pointer| *pointer as usize) {
                    let range = table().ranges.remove(&address);
                    if let Some(range) = range {
                        give_back(address, &range);
                    }
                }
            }
        }
    }
}

/// `clEnqueueSVMFree`.
///
/// # Safety
/// The C function's contract.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn enqueue_free(
    command_queue: cl_command_queue,
    num_svm_pointers: cl_uint,
    svm_pointers: *mut *mut c_void,
    pfn_free_func: SvmFreeNotify,
    user_data: *mut c_void,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    let freeing = Box::into_raw(Box::new(Freeing { notify: pfn_free_func, user_data }));
    // SAFETY: promised by the caller.
    let status = unsafe {
        guest::svm_enqueue_free(
            command_queue,
            num_svm_pointers,
            svm_pointers.cast(),
            Some(run_free),
            freeing.cast(),
            num_events_in_wait_list,
            event_wait_list,
            event,
        )
    };
    if status != CL_SUCCESS {
        // SAFETY: nobody will call.
        drop(unsafe { Box::from_raw(freeing) });
    }
    status
}

/// `clEnqueueSVMMemcpy`. Either side may be the application's own memory.
///
/// # Safety
/// The C function's contract.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn copy(
    command_queue: cl_command_queue,
    blocking_copy: cl_bool,
    dst_ptr: *mut c_void,
    src_ptr: *const c_void,
    size: usize,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    let (to, from) = (dst_ptr as usize, src_ptr as usize);
    let address = |at: usize| if is_svm(at, size) { at } else { 0 };
    if modes::overlap(to, from, size) && (address(to) == 0 || address(from) == 0) {
        // The server's copies of the application's memory would not overlap.
        // SAFETY: promised by the caller.
        let status = unsafe { guest::svm_overlap(command_queue, num_events_in_wait_list, event_wait_list) };
        return if status == CL_SUCCESS { CL_MEM_COPY_OVERLAP } else { status };
    }
    // SAFETY: promised by the caller.
    unsafe {
        if address(to) != 0 && address(from) == 0 {
            return guest::svm_write(
                command_queue,
                blocking_copy,
                to,
                size,
                src_ptr,
                num_events_in_wait_list,
                event_wait_list,
                event,
            );
        }
        guest::svm_copy(
            command_queue,
            blocking_copy,
            address(to),
            address(from),
            size,
            dst_ptr,
            src_ptr,
            num_events_in_wait_list,
            event_wait_list,
            event,
        )
    }
}

/// `clEnqueueSVMMap`.
///
/// # Safety
/// The C function's contract.
#[expect(clippy::too_many_arguments, reason = "the arguments of the C function")]
pub(crate) unsafe fn map(
    command_queue: cl_command_queue,
    blocking_map: cl_bool,
    flags: cl_map_flags,
    svm_ptr: *mut c_void,
    size: usize,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    let address = svm_ptr as usize;
    let number = mapping::number();
    let travels = table().around(address).is_some_and(|(start, range)| {
        let inside = (address - start).checked_add(size).is_some_and(|end| end <= range.size);
        inside && !range.is_shared()
    });
    // SAFETY: `size` bytes are at the address if they travel; the rest is promised by the caller.
    let status = unsafe {
        guest::svm_map(
            command_queue,
            blocking_map,
            flags,
            address,
            size,
            number,
            if travels { svm_ptr } else { ptr::null_mut() },
            num_events_in_wait_list,
            event_wait_list,
            event,
        )
    };
    if status == CL_SUCCESS
        && travels
        && let Some((_, range)) = table().around(address)
    {
        let deferred = blocking_map == CL_FALSE && shape::map_reads(flags);
        range.mapped.push(Mapping { address, size, flags, number, deferred });
    }
    status
}

/// `clEnqueueSVMUnmap`.
///
/// # Safety
/// The C function's contract.
pub(crate) unsafe fn unmap(
    command_queue: cl_command_queue,
    svm_ptr: *mut c_void,
    num_events_in_wait_list: cl_uint,
    event_wait_list: *const cl_event,
    event: *mut cl_event,
) -> cl_int {
    let address = svm_ptr as usize;
    let mapping = table().around(address).and_then(|(_, range)| {
        let at = range.mapped.iter().rposition(|mapping| mapping.address == address)?;
        Some(range.mapped.remove(at))
    });
    let mut landed = 1;
    if let Some(mapping) = mapping.filter(|mapping| mapping.deferred) {
        // What the application waited for is here when this returns. What it did not wait for, it has not changed.
        // SAFETY: the output is here.
        unsafe { guest::svm_map_has_landed(mapping.number, &mut landed) };
        if landed == 0
            && let Some((_, range)) = table().around(address)
        {
            range.expects = true;
        }
    }
    let brings = mapping.filter(|mapping| shape::map_writes(mapping.flags) && landed != 0);
    let (data, size) = brings.map_or((ptr::null_mut(), 0), |mapping| (svm_ptr, mapping.size));
    // SAFETY: `size` bytes are at the address; the rest is promised by the caller.
    let status = unsafe {
        guest::svm_unmap(command_queue, address, size, data, num_events_in_wait_list, event_wait_list, event)
    };
    if status != CL_SUCCESS
        && let Some(mapping) = mapping
        && let Some((_, range)) = table().around(address)
    {
        range.mapped.push(Mapping { deferred: false, ..mapping });
    }
    status
}

/// After an address was set as an argument of a kernel.
///
/// # Safety
/// The arguments are the application's.
pub(crate) unsafe fn learn_arg(args: &args::svm_set_arg, status: cl_int) -> cl_int {
    // SAFETY: the application holds the kernel during the call.
    let kernel = unsafe { ava_core::guest::meta_of::<kind::cl_kernel>(args.kernel) };
    if let (CL_SUCCESS, Some(kernel)) = (status, kernel) {
        kernel.took_address(args.arg_index);
        if args.address != 0 && !modes::is_of_kernel((kernel, args.kernel), args.address) {
            kernel.doubt_launches();
        }
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_belongs_to_the_allocation_that_it_is_in() {
        let mut table = Table { session: 0, ranges: BTreeMap::new() };
        let range = |context| Range { size: 100, context, pages: 0, mapped: Vec::new(), expects: false };
        table.ranges.insert(0x1000, range(1));
        table.ranges.insert(0x2000, range(2));
        assert!(table.holds(1, 0x1000, 100) && table.holds(2, 0x2010, 84));
        assert!(!table.holds(2, 0x1000, 1), "another context");
        assert!(!table.holds(1, 0x1001, 100) && !table.holds(1, 0x0fff, 1));
        assert!(!table.holds(1, 0x1001, usize::MAX));
        assert_eq!(table.around(0x1064).map(|(start, _)| start), Some(0x1000));
        assert!(table.around(0x1065).is_none());
    }

    #[test]
    fn an_allocation_is_on_whole_pages() {
        let page = pages::size();
        assert_eq!(pages_of(page, 1), Some((page, page)));
        assert_eq!(pages_of(page + 16, page), Some((page, 2 * page)));
        assert_eq!(pages_of(page, usize::MAX), None);
    }
}
