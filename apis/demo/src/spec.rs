//! The specification of the demo API.

use ava_core::ava_api;

ava_api! {
    #[api(name = "demo", version = "2.0", ffi = crate::ffi, library = ["libdemo.so.1"], dispatch = crate::local::dispatch(),
        warm = crate::shape::warm, failed = crate::local::failed)]
    /// An invented accelerator.
    pub mod demo {
        use std::ffi::{c_char, c_int, c_void};

        use crate::ffi::*;
        use crate::{local, shape};

        #[status(ok = DM_OK, lost = DM_ERROR_LOST, refused = DM_ERROR_REFUSED, unsupported = DM_ERROR_UNSUPPORTED)]
        type dm_status;
        #[handle(invalid = DM_ERROR_INVALID_DEVICE)]
        type dm_device;
        #[handle(retain = dmRetainStream, release = dmReleaseStream, invalid = DM_ERROR_INVALID_STREAM, since = "DEMO_1.0")]
        type dm_stream;
        #[handle(retain = dmRetainBuffer, release = dmReleaseBuffer, invalid = DM_ERROR_INVALID_BUFFER, meta = usize, since = "DEMO_1.0",
            state(save = shape::save_buffer, restore = shape::restore_buffer))]
        type dm_buffer;
        #[handle(retain = dmRetainEvent, release = dmReleaseEvent, invalid = DM_ERROR_INVALID_EVENT, since = "DEMO_1.0")]
        type dm_event;
        #[handle(invalid = DM_ERROR_INVALID_MODULE)]
        type dm_module;
        #[handle(invalid = DM_ERROR_INVALID_KERNEL)]
        type dm_kernel;

        #[structure(
            field(value.buffer, handle(dm_buffer), when = this.kind == DM_ARG_BUFFER),
            field(value.text, input(cstr), when = this.kind == DM_ARG_TEXT),
            field(value.bytes, structure, when = this.kind == DM_ARG_BYTES)
        )]
        type dm_arg;
        #[structure(field(data, input(bytes = this.size)))]
        type dm_bytes;
        #[structure(field(owner, input(cstr)))]
        type dm_limits;
        #[structure(
            field(next, input),
            variant(dm_extension_color, when = this.kind == DM_EXTENSION_COLOR),
            variant(dm_extension_label, when = this.kind == DM_EXTENSION_LABEL),
            variant(dm_extension_table, when = this.kind == DM_EXTENSION_TABLE),
            variant(dm_extension_device, when = this.kind == DM_EXTENSION_DEVICE)
        )]
        type dm_extension;
        #[structure(field(label, input(cstr)))]
        type dm_extension_label;
        #[structure(field(entries, input(len = this.count)))]
        type dm_extension_table;
        #[structure(field(device, handle(dm_device)))]
        type dm_extension_device;
        #[structure(field(left, inout), field(right, inout))]
        type dm_node;
        #[structure(field(key, input(cstr)))]
        type dm_report_line;
        #[structure(
            field(alloc, callback(dm_alloc_fn, call)),
            field(free, callback(dm_free_fn, call)),
            field(user, userdata(alloc, free))
        )]
        type dm_allocator;
        #[structure(field(title, input(cstr)), field(buffer, handle(dm_buffer)))]
        type dm_chunk;
        #[structure(
            field(title, input(cstr)),
            field(device, handle(dm_device)),
            field(lines, input(len = this.line_count)),
            field(samples, input(len = this.sample_count))
        )]
        type dm_report;

        static LAUNCHES: Instantaneous;
        static COMMAND_TIME: Instantaneous;
        #[policy(shape::Quota)]
        static DEVICE_MEMORY: Continuous;
        static SHARED_MEMORY: Continuous;

        #[registry(done = shape::is_over)]
        static IN_FLIGHT: BufRegistry<dm_stream, dm_event>;
        static ATTACHED: BufRegistry<dm_stream>;

        extern "callback" {
            fn dm_progress_fn(percent: u32, #[userdata] user: *mut c_void);
            fn dm_visit_fn(value: i64, #[userdata] user: *mut c_void) -> c_int;
            fn dm_compare_fn(a: i64, b: i64) -> c_int;
            fn dm_produce_fn(#[output] value: *mut i64, #[userdata] user: *mut c_void) -> c_int;
            fn dm_consume_fn(value: i64, #[userdata] user: *mut c_void) -> c_int;
            fn dm_notify_fn(event: dm_event, status: dm_status, #[userdata] user: *mut c_void);
            fn dm_log_fn(#[input(cstr)] message: *const c_char);
            fn dm_completed_fn(stream: dm_stream, completed: u64, #[userdata] user: *mut c_void);
            fn dm_inspect_fn(
                #[input] chunk: *const dm_chunk,
                #[input(bytes = size)] data: *const c_void,
                size: usize,
                #[userdata] user: *mut c_void,
            );
            fn dm_generate_fn(
                offset: u64,
                #[output(bytes = size, filled = ret)] data: *mut c_void,
                size: usize,
                #[userdata] user: *mut c_void,
            ) -> usize;
            // Those of dm_allocator, which have no name in the header.
            #[returns(opaque)]
            fn dm_alloc_fn(size: usize, #[userdata] user: *mut c_void) -> *mut c_void;
            fn dm_free_fn(#[opaque] memory: *mut c_void, #[userdata] user: *mut c_void);
        }

        // What the guest's own functions ask of the server.
        extern "server" {
            fn last_error() -> dm_status {
                // SAFETY: it takes nothing.
                unsafe { vendor.dmLastError() }
            }
            #[allocates(SHARED_MEMORY, size)]
            fn register_host(#[inout(bytes = size, zerocopy)] memory: *mut c_void, size: usize) -> dm_status {
                // SAFETY: the memory is the arena's, which stays where it is as long as the session.
                unsafe { vendor.dmRegisterHost(memory, size) }
            }
            #[deallocates(SHARED_MEMORY, size)]
            fn unregister_host(#[inout(bytes = size, zerocopy)] memory: *mut c_void, size: usize) -> dm_status {
                // SAFETY: only its address matters.
                unsafe { vendor.dmUnregisterHost(memory) }
            }
        }

        #[since("DEMO_1.0")]
        unsafe extern "C" {
            fn dmVersion() -> u32 { DM_VERSION }
            fn dmLastError() -> dm_status { local::last_error() }
            #[returns(cstr, lifetime = Static)]
            fn dmErrorString(status: dm_status) -> *const c_char;
            #[success(ret > 0)]
            #[contextual(errno)]
            fn dmOpen(#[input(cstr)] path: *const c_char) -> c_int;
            #[success(ret >= 0)]
            #[contextual(errno)]
            fn dmReadFile(file: c_int, #[output(bytes = size, filled = ret)] buffer: *mut c_void, size: usize) -> i64;
            #[success(ret == 0)]
            #[contextual(errno)]
            fn dmClose(file: c_int) -> c_int;

            fn dmGetDevices(
                capacity: u32,
                #[output(len = capacity, filled = (*count).min(capacity))] devices: *mut dm_device,
                #[output] count: *mut u32,
            ) -> dm_status;
            #[cached]
            fn dmDeviceName(
                device: dm_device,
                size: usize,
                #[output(bytes = size, filled = *size_ret)] value: *mut c_char,
                #[output] size_ret: *mut usize,
            ) -> dm_status;
            fn dmDeviceInfo(
                device: dm_device,
                #[output(field(parent, handle(dm_device)), field(vendor, output(cstr, lifetime = Static)))] info: *mut dm_device_info,
            ) -> dm_status;
            fn dmSetCurrent(device: dm_device) -> dm_status;
            fn dmGetCurrent() -> dm_device;

            fn dmCreateStream(
                #[input(with = shape::stream_properties(properties))] properties: *const isize,
                #[output(new)] stream: *mut dm_stream,
            ) -> dm_status;
            fn dmStreamFinish(
                stream: dm_stream,
                #[contextual(IN_FLIGHT.poll())] bufs: PendingBuffers,
                #[contextual(ATTACHED.drain(stream))] attached: PendingBuffers,
            ) -> dm_status;
            fn dmStreamQuery(stream: dm_stream, #[contextual(IN_FLIGHT.poll())] bufs: PendingBuffers) -> dm_status;
            fn dmStreamPause(stream: dm_stream) -> dm_status;
            fn dmStreamResume(stream: dm_stream) -> dm_status;
            fn dmStreamWaitEvents(
                stream: dm_stream,
                n: u32,
                #[input(len = n, invalid = DM_ERROR_INVALID_WAIT_LIST)] events: *const dm_event,
            ) -> dm_status;
            #[returns(opaque)]
            #[after(local::marked)]
            fn dmStreamMark(stream: dm_stream) -> *const c_void;
            fn dmMarkReached(
                #[opaque] mark: dm_mark,
                #[output] reached: *mut u32,
                #[contextual(IN_FLIGHT.poll())] bufs: PendingBuffers,
            ) -> dm_status;
            #[since("DEMO_2.0")]
            fn dmStreamPriority(stream: dm_stream, #[output] priority: *mut i32) -> dm_status;
            fn dmSetProperty(
                stream: dm_stream,
                key: u32,
                #[handle(cast = dm_buffer, when = key == DM_PROPERTY_SCRATCH)] value: usize,
            ) -> dm_status;
            fn dmGetProperty(stream: dm_stream, key: u32, #[output(with = shape::property(key))] value: *mut usize) -> dm_status;
            fn dmSubscribe(stream: dm_stream, completed: dm_completed_fn, #[userdata(completed)] user: *mut c_void) -> dm_status;
            fn dmUnsubscribe(stream: dm_stream) -> dm_status;

            #[record]
            #[allocates(DEVICE_MEMORY, size)]
            #[returns(new, depends_on(device), meta = size)]
            fn dmCreateBuffer(
                device: dm_device,
                flags: u32,
                size: usize,
                #[input(bytes = size, when = flags & DM_BUFFER_INIT != 0)] init: *const c_void,
                #[output] status: *mut dm_status,
            ) -> dm_buffer;
            #[cached]
            fn dmBufferSize(buffer: dm_buffer, #[output] size: *mut usize) -> dm_status;
            #[unsupported(DM_ERROR_UNSUPPORTED)]
            fn dmExportHandle(buffer: dm_buffer, fd: *mut c_int) -> dm_status;

            #[mode(if blocking == 0 && !data.is_null() && shape::fits(offset, size, *meta(buffer)) { Async } else { Sync })]
            fn dmWrite(
                stream: dm_stream,
                buffer: dm_buffer,
                offset: usize,
                size: usize,
                #[input(bytes = size, deferred(IN_FLIGHT, stream, done = event, when = blocking == 0))] data: *const c_void,
                blocking: u32,
                #[output(new)] event: *mut dm_event,
                #[contextual(IN_FLIGHT.poll())] bufs: PendingBuffers,
            ) -> dm_status;
            #[mode(if blocking == 0 && !data.is_null() && shape::fits(offset, size, *meta(buffer)) { Async } else { Sync })]
            fn dmRead(
                stream: dm_stream,
                buffer: dm_buffer,
                offset: usize,
                size: usize,
                #[output(bytes = size, deferred(IN_FLIGHT, stream, done = event, when = blocking == 0))] data: *mut c_void,
                blocking: u32,
                #[output(new)] event: *mut dm_event,
                #[contextual(IN_FLIGHT.poll())] bufs: PendingBuffers,
            ) -> dm_status;
            fn dmWrite2D(
                stream: dm_stream,
                buffer: dm_buffer,
                offset: usize,
                pitch: usize,
                width: usize,
                height: usize,
                #[input(with = shape::rows(width, height, data_pitch), deferred(IN_FLIGHT, stream, done = event, when = blocking == 0))]
                data: *const c_void,
                data_pitch: usize,
                blocking: u32,
                #[output(new)] event: *mut dm_event,
                #[contextual(IN_FLIGHT.poll())] bufs: PendingBuffers,
            ) -> dm_status;
            fn dmRead2D(
                stream: dm_stream,
                buffer: dm_buffer,
                offset: usize,
                pitch: usize,
                width: usize,
                height: usize,
                #[output(with = shape::rows(width, height, data_pitch), deferred(IN_FLIGHT, stream, done = event, when = blocking == 0))]
                data: *mut c_void,
                data_pitch: usize,
                blocking: u32,
                #[output(new)] event: *mut dm_event,
                #[contextual(IN_FLIGHT.poll())] bufs: PendingBuffers,
            ) -> dm_status;
            fn dmFill(
                stream: dm_stream,
                buffer: dm_buffer,
                #[input(bytes = pattern_size.min(16))] pattern: *const c_void,
                pattern_size: usize,
                offset: usize,
                size: usize,
                #[output(new)] event: *mut dm_event,
            ) -> dm_status;

            fn dmWaitEvents(
                n: u32,
                #[input(len = n, invalid = DM_ERROR_INVALID_WAIT_LIST)] events: *const dm_event,
                #[contextual(IN_FLIGHT.poll())] bufs: PendingBuffers,
            ) -> dm_status;
            fn dmEventStatus(
                event: dm_event,
                #[output] state: *mut i32,
                #[contextual(IN_FLIGHT.poll())] bufs: PendingBuffers,
            ) -> dm_status;
            fn dmEventTime(event: dm_event, #[output] ns: *mut u64, #[contextual(IN_FLIGHT.poll())] bufs: PendingBuffers) -> dm_status;
            fn dmOnEvent(
                event: dm_event,
                #[callback(once, depends_on(event))] notify: dm_notify_fn,
                #[userdata(notify)] user: *mut c_void,
            ) -> dm_status;

            fn dmAttach(stream: dm_stream, #[input(bytes = size, deferred(ATTACHED, stream))] data: *const c_void, size: usize) -> dm_status;
            fn dmSumAttached(stream: dm_stream, buffer: dm_buffer, #[output(new)] event: *mut dm_event) -> dm_status;
            fn dmRegisterMemory(#[input(bytes = size, lifetime = Manual)] memory: *const c_void, size: usize) -> dm_status;
            fn dmUnregisterMemory(#[input(lifetime = Manual, frees, no_copy)] memory: *const c_void) -> dm_status;
            fn dmSumRegistered(#[input(lifetime = Manual, no_copy)] memory: *const c_void, #[output] sum: *mut u64) -> dm_status;
            fn dmTag(#[opaque] address: *const c_void, tag: u32) -> dm_status;
            fn dmTagOf(#[opaque] address: *const c_void, #[output] tag: *mut u32) -> dm_status;
            fn dmAllocHost(size: usize) -> *mut c_void { local::alloc_host(size) }
            fn dmFreeHost(memory: *mut c_void) -> dm_status { local::free_host(memory) }
            #[unsupported(DM_ERROR_UNSUPPORTED)]
            fn dmRegisterHost(memory: *mut c_void, size: usize) -> dm_status;
            #[unsupported(DM_ERROR_UNSUPPORTED)]
            fn dmUnregisterHost(memory: *mut c_void) -> dm_status;
            fn dmFillHost(
                stream: dm_stream,
                #[inout(bytes = n, zerocopy)] memory: *mut c_void,
                n: usize,
                value: u8,
                #[output(new)] event: *mut dm_event,
            ) -> dm_status;
            fn dmSumHost(
                stream: dm_stream,
                #[input(bytes = n, zerocopy)] memory: *const c_void,
                n: usize,
                #[output(deferred(IN_FLIGHT, stream, done = event))] sum: *mut u64,
                #[output(new)] event: *mut dm_event,
            ) -> dm_status;

            fn dmReport(device: dm_device, #[output(element(lifetime = Manual))] report: *mut *mut dm_report) -> dm_status;
            fn dmFreeReport(#[input(lifetime = Manual, frees, no_copy)] report: *mut dm_report) -> dm_status;
            fn dmKernelNames(
                device: dm_device,
                #[output(element(len = *count, element(cstr), lifetime = Manual))] names: *mut *mut *mut c_char,
                #[output] count: *mut u32,
            ) -> dm_status;
            fn dmFreeNames(#[input(lifetime = Manual, frees, no_copy)] names: *mut *mut c_char) -> dm_status;

            fn dmLoadModule(
                device: dm_device,
                n: u32,
                #[input(len = n, element(cstr = if lengths.is_null() { 0 } else { lengths[index] }))] sources: *const *const c_char,
                #[input(len = n)] lengths: *const usize,
                #[output(new)] module: *mut dm_module,
                #[output(always, filled = u32::from(ret == DM_OK || ret == DM_ERROR_BUILD_FAILED))] failed: *mut u32,
            ) -> dm_status;
            fn dmLoadNamed(#[input(terminated, element(cstr))] names: *const *const c_char, #[output(new)] module: *mut dm_module) -> dm_status;
            fn dmDestroyModule(#[handle(frees)] module: dm_module) -> dm_status;
            #[returns(new)]
            fn dmCreateKernel(module: dm_module, #[input(cstr)] name: *const c_char) -> dm_kernel;
            fn dmCreateKernels(
                module: dm_module,
                capacity: u32,
                #[output(new, len = capacity, filled = *count)] kernels: *mut dm_kernel,
                #[output] count: *mut u32,
            ) -> dm_status;
            fn dmReleaseKernel(#[handle(frees)] kernel: dm_kernel) -> dm_status;
            #[cached]
            fn dmKernelArgCount(kernel: dm_kernel, #[output] count: *mut u32) -> dm_status;
            #[consumes(LAUNCHES, 1)]
            #[consumes(COMMAND_TIME, measured)]
            fn dmLaunch(
                stream: dm_stream,
                kernel: dm_kernel,
                n: u32,
                #[input(len = n)] args: *const dm_arg,
                #[output(new)] event: *mut dm_event,
            ) -> dm_status;

            fn dmConfigure(
                #[input(
                    field(name, input(cstr)),
                    field(limits, input),
                    field(ranges, input(len = this.range_count)),
                    field(next, input),
                    field(progress, callback(dm_progress_fn, call)),
                    field(user, userdata(progress))
                )]
                config: *const dm_config,
            ) -> dm_status;
            fn dmDescribeConfig(
                size: usize,
                #[output(bytes = size, filled = *size_ret)] text: *mut c_char,
                #[output] size_ret: *mut usize,
            ) -> dm_status;
            fn dmTreeSum(#[input] root: *const dm_node, #[output] sum: *mut i64) -> dm_status;
            fn dmTreeNegate(#[inout] root: *mut dm_node) -> dm_status;
            fn dmCast(
                type_: u32,
                #[input(bytes = (count as usize).saturating_mul(shape::size_of_type(type_)))] data: *const c_void,
                count: u32,
                #[output] sum: *mut f64,
            ) -> dm_status;
            fn dmTransform(#[inout(len = n)] values: *mut f64, n: usize) -> dm_status;

            fn dmForEach(buffer: dm_buffer, #[callback(call)] visit: dm_visit_fn, #[userdata(visit)] user: *mut c_void) -> dm_status;
            #[before(local::is_sorted)]
            fn dmSort(#[inout(len = n)] values: *mut i64, n: usize, #[callback(call)] compare: dm_compare_fn) -> dm_status;
            fn dmPipeline(
                #[callback(call)] produce: dm_produce_fn,
                #[callback(call)] consume: dm_consume_fn,
                #[userdata(produce, consume)] user: *mut c_void,
                #[output(always, filled = u32::from(ret == DM_OK || ret == DM_ERROR_CANCELLED))] count: *mut u64,
            ) -> dm_status;
            fn dmSetLogger(log: dm_log_fn) -> dm_status;

            fn dmGetTable(version: u32) -> *const dm_table { local::table(version) }
            fn dmGetProcAddress(name: *const c_char) -> dm_function {
                // SAFETY: the application passes a string.
                unsafe { local::proc_address(name) }
            }
            #[extension(vendor.dmGetTable(1).as_ref().and_then(|table| table.peek))]
            fn dmPeek(buffer: dm_buffer, index: usize, #[output] value: *mut i64) -> dm_status;
            #[extension(vendor.dmGetTable(1).as_ref().and_then(|table| table.poke))]
            fn dmPoke(buffer: dm_buffer, index: usize, value: i64) -> dm_status;
            #[extension(vendor.dmGetProcAddress(c"dmReverse".as_ptr()).map_or(std::ptr::null_mut(), |found| found as *mut c_void))]
            fn dmReverse(buffer: dm_buffer) -> dm_status;
            // Callbacks with structs, and in them.
            fn dmInspect(buffer: dm_buffer, #[callback(call)] inspect: dm_inspect_fn, #[userdata(inspect)] user: *mut c_void) -> dm_status;
            fn dmGenerate(
                buffer: dm_buffer,
                #[callback(call)] generate: dm_generate_fn,
                #[userdata(generate)] user: *mut c_void,
                #[output] written: *mut u64,
            ) -> dm_status;
            fn dmWithAllocator(#[input] allocator: *const dm_allocator, size: usize) -> dm_status;
        }
    }
}
