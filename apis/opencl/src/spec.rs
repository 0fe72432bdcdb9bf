//! The specification itself, and what the macro makes of it.

use ava_core::ava_api;

ava_api! {
    /// OpenCL 3.0 as `libOpenCL.so.1` exports it: 133 functions, OpenCL 1.0 to 3.0 with the loader's extensions.
    ///
    /// # Forwarded
    /// Platforms, devices and sub-devices, contexts, queues, buffers and sub-buffers (reads, writes, copies, fills, rectangles,
    /// mappings, migration), images of every kind, also of buffers and of images, and all that is done with them, samplers, pipes,
    /// shared virtual memory, programs from source, binaries, IL and built-in kernels, kernels, launches, markers, barriers,
    /// events with profiling, user events, timers; the callbacks of events, objects, contexts and builds; native kernels; what kernels print;
    /// the functions of the extensions that are shown.
    ///
    /// # Who checks what
    /// Every error is the vendor's own answer to the call that is wrong, but for a few that the guest gives in its place.
    ///
    /// The guest knows its objects. What is not one of them, or not of the kind that belongs there, is that kind's invalid-object
    /// error; in a wait list it is `CL_INVALID_EVENT_WAIT_LIST`. It refuses user data without a function to give it to, mappings
    /// outside of a buffer, and unmapping what it did not map.
    ///
    /// A command goes asynchronously, and the guest says `CL_SUCCESS` for the vendor, only if it can see that the vendor has no reason
    /// to refuse it, see `shape`. Everything else waits for the vendor's own answer. For any command, queue, objects and the events
    /// that are waited for have to be of one context, the queue one for the host, and no event of the application's own may have failed
    /// so far if it waits for any. Moreover:
    /// - non-blocking reads and writes are within the buffer, from or to memory, and the buffer's flags let the host do that;
    /// - those of images are within an image that the device took a command for before;
    /// - copies are within both buffers, neither is a part of another, and regions of one do not overlap;
    /// - fills are within the buffer, with a pattern of 1 to 128 bytes whose size divides offset and length;
    /// - what is unmapped was mapped, and the buffer's flags leave the host free to use it;
    /// - arguments are of a kind and size that the vendor took for this kernel before, objects and addresses of the kernel's context;
    /// - launches have succeeded with this kernel, dimensions, local size and device, on a range as large in each respect, and the
    ///   local size divides the range. Local memory of another size, an image of another kind, or an object of another context makes
    ///   the next launch a first one.
    ///
    /// The guest takes for granted what programs do not try: that the device does not run out of memory for buffers that it has, and
    /// that parts of a buffer which one device of a context accepts at their offset are accepted by the others.
    ///
    /// # Answered in the guest
    /// - Reference counts, and what a query says of them: they are the guest's own.
    /// - `CL_CONTEXT_PROPERTIES` and `CL_MEM_HOST_PTR`, as they hold the application's handles and addresses.
    /// - `clUnloadCompiler` does nothing.
    /// - `clGetExtensionFunctionAddress` and its like return this library's function of the name if the vendor hands out one.
    ///
    /// # Different from a native library, within what the API allows
    /// - A buffer with `CL_MEM_USE_HOST_PTR` is a copy of the application's memory, which sees the device's results when it maps
    ///   the buffer, as the API demands, and not before, as happens to work on a CPU.
    ///   The same holds for an image, which the vendor makes from a copy at the application's pitches.
    /// - A map of an image has the vendor's pitches. Images in a format that the API does not know are refused, as nobody knows how
    ///   large they are; so are images of no kind that it knows, or of more bytes than there are, if they are made from memory, and
    ///   reads and writes of images on buffers in regions of more than one dimension.
    /// - Mappings of one buffer or image share memory in the guest, so they are consistent with each other; between buffer and
    ///   sub-buffer they are so once unmapped. Unmapping what was mapped without blocking waits for the map.
    /// - Shared virtual memory is one memory for the application and the kernels, coarse- and fine-grained, if all devices of the context are
    ///   CPUs, see `svm_remote`. Else, or with `AVA_OPENCL_SVM=copy` in avad's environment, it is coarse-grained: devices do not report more,
    ///   and the application sees the devices' data between map and unmap, as the API demands, and not otherwise. Kernels
    ///   and commands get no address but of such memory, also on CPUs that would use any, and no range that is not inside of it, also if the
    ///   vendor does not look. A forked child sees its parent's memory.
    /// - What kernels print appears on the process's standard output by C stdio if the vendor uses that, and past it if not, when
    ///   the vendor prints it, and at the latest when a call returns that waited for the kernel; see `output`.
    /// - A callback that the vendor makes on a thread of its own runs in a thread of the guest library's.
    /// - Properties that refer to objects of the application's process (GL, D3D, external memory) are refused as unknown.
    /// - An address that was never mapped cannot be unmapped, also where the vendor does not look.
    /// - Programs are built with `-cl-kernel-arg-info`, which the queries do not show, so that the server knows which arguments
    ///   are handles. Of kernels from binaries it does not, and the guest says, see `shape::kernel_arg`.
    ///
    /// # Refused
    /// | | returns | why |
    /// |---|---|---|
    /// | `clCreateFromGL*`, `clEnqueueAcquireGLObjects`, `clEnqueueReleaseGLObjects` | `CL_INVALID_CONTEXT`; textures `CL_INVALID_OPERATION` | GL's objects are the application's process's; what vendors without the extension return |
    /// | `clGetGLObjectInfo`, `clGetGLTextureInfo` | `CL_INVALID_MEM_OBJECT` | likewise |
    /// | `clGetGLContextInfoKHR` | `CL_INVALID_PLATFORM` without a platform, else `CL_INVALID_OPERATION` | likewise |
    /// | EGL's functions, `clCreateEventFromGLsyncKHR` | `CL_INVALID_OPERATION` | likewise; vendors without the extension have no such functions |
    /// | `clCreateSubDevicesEXT` | `CL_INVALID_OPERATION` | its list is encoded differently, and vendors have the core function |
    /// | `clSetCommandQueueProperty`, `clEnqueueNativeKernel` | `CL_INVALID_OPERATION` where the vendor has none | a loader would call a null pointer |
    ///
    /// Queries of devices are answered as the vendor does, also where it offers what is refused here.
    ///
    /// # Extensions
    /// A program sees those that have no functions of the host's or whose functions are here (`cl_khr_command_buffer`, `cl_khr_subgroups`,
    /// `cl_khr_suggested_local_work_size`, `cl_khr_il_program`, `cl_khr_create_command_queue`, `cl_khr_icd`, `cl_pocl_content_size`). Others
    /// are not in the lists of platforms and devices; see `extension` for which and why.
    ///
    /// # Native kernels
    /// The function runs in the application's process, in a thread of the guest library's, when its command's turn has come, on copies of its
    /// buffers that become the buffers' contents when it returns.
    #[api(
        name = "opencl",
        version = "3.0",
        ffi = crate::ffi,
        library = ["libOpenCL.so.1"],
        dispatch = crate::icd::table(),
        warm = crate::remote::warm,
    )]
    pub mod opencl {
        use std::ffi::{c_char, c_uchar, c_void};

        use crate::ffi::*;
        use crate::command_buffer::{self, CommandBufferMeta};
        use crate::meta::{ContextMeta, KernelMeta, MemMeta, QueueMeta};
        use crate::svm::{self, SvmFreeNotify};
        use crate::svm_remote::{self, End};
        use crate::{
            callback, describe, extension, image, local, mapped, mapping, native, output, remote, shape, storage,
        };

        #[status(ok = CL_SUCCESS, lost = CL_DEVICE_NOT_AVAILABLE, refused = CL_MEM_OBJECT_ALLOCATION_FAILURE)]
        type cl_int;

        #[handle(invalid = CL_INVALID_PLATFORM)]
        type cl_platform_id;
        #[handle(
            retain = clRetainDevice,
            release = clReleaseDevice,
            invalid = CL_INVALID_DEVICE,
            since = "OPENCL_1.2",
        )]
        type cl_device_id;
        #[handle(
            retain = clRetainContext,
            release = clReleaseContext,
            invalid = CL_INVALID_CONTEXT,
            meta = ContextMeta,
            since = "OPENCL_1.0",
        )]
        type cl_context;
        #[handle(
            retain = clRetainCommandQueue,
            release = clReleaseCommandQueue,
            invalid = CL_INVALID_COMMAND_QUEUE,
            meta = QueueMeta,
            since = "OPENCL_1.0",
        )]
        type cl_command_queue;
        #[handle(
            retain = clRetainMemObject,
            release = clReleaseMemObject,
            invalid = CL_INVALID_MEM_OBJECT,
            meta = MemMeta,
            since = "OPENCL_1.0",
        )]
        type cl_mem;
        #[handle(
            retain = clRetainSampler,
            release = clReleaseSampler,
            invalid = CL_INVALID_SAMPLER,
            since = "OPENCL_1.0",
        )]
        type cl_sampler;
        #[handle(
            retain = clRetainProgram,
            release = clReleaseProgram,
            invalid = CL_INVALID_PROGRAM,
            since = "OPENCL_1.0",
        )]
        type cl_program;
        #[handle(
            retain = clRetainKernel,
            release = clReleaseKernel,
            invalid = CL_INVALID_KERNEL,
            meta = KernelMeta,
            since = "OPENCL_1.0",
        )]
        type cl_kernel;
        #[handle(
            retain = clRetainEvent,
            release = clReleaseEvent,
            invalid = CL_INVALID_EVENT,
            since = "OPENCL_1.0",
        )]
        type cl_event;

        #[handle(invalid = CL_INVALID_COMMAND_BUFFER_KHR, meta = CommandBufferMeta)]
        type cl_command_buffer_khr;

        /// Kernels started.
        static KERNEL_INVOCATIONS: Instantaneous;
        /// Bytes from the device to the program.
        static BYTES_READ: Instantaneous;
        /// Bytes from the program to the device.
        static BYTES_WRITTEN: Instantaneous;
        /// Bytes of buffers and images held.
        static DEVICE_MEMORY: Continuous;

        /// Buffers of transfers that the device has not finished.
        #[registry(done = mapped::event_progress)]
        static IN_FLIGHT: BufRegistry<cl_command_queue, cl_event>;

        // Platforms and devices.

        #[since("OPENCL_1.0")]
        unsafe extern "C" {
            fn clGetPlatformIDs(
                num_entries: cl_uint,
                #[output(len = num_entries, filled = num_entries.min(*num_platforms))]
                platforms: *mut cl_platform_id,
                #[output]
                num_platforms: *mut cl_uint,
            ) -> cl_int;

            fn clGetPlatformInfo(
                platform: cl_platform_id,
                param_name: cl_platform_info,
                param_value_size: usize,
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    guest::platform_info(platform, param_name, param_value_size, param_value, param_value_size_ret)
                }
            }

            fn clGetDeviceIDs(
                platform: cl_platform_id,
                device_type: cl_device_type,
                num_entries: cl_uint,
                #[output(len = num_entries, filled = num_entries.min(*num_devices))]
                devices: *mut cl_device_id,
                #[output]
                num_devices: *mut cl_uint,
            ) -> cl_int;

            fn clGetDeviceInfo(
                device: cl_device_id,
                param_name: cl_device_info,
                param_value_size: usize,
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    local::device_info(device, param_name, param_value_size, param_value, param_value_size_ret)
                }
            }

            #[since("OPENCL_1.2")]
            fn clCreateSubDevices(
                in_device: cl_device_id,
                #[input(len = shape::partition_count(properties))]
                properties: *const cl_device_partition_property,
                num_devices: cl_uint,
                #[output(new, len = num_devices, filled = num_devices.min(*num_devices_ret))]
                out_devices: *mut cl_device_id,
                #[output]
                num_devices_ret: *mut cl_uint,
            ) -> cl_int;

            /// Its list is encoded differently, and no vendor that offers it lacks the core function.
            #[since("OPENCL_1.1")]
            #[unsupported(CL_INVALID_OPERATION)]
            fn clCreateSubDevicesEXT(
                in_device: cl_device_id,
                properties: *const cl_device_partition_property_ext,
                num_entries: cl_uint,
                out_devices: *mut cl_device_id,
                num_devices: *mut cl_uint,
            ) -> cl_int;

            #[since("OPENCL_1.1")]
            fn clRetainDeviceEXT(
                device: cl_device_id,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { guest::clRetainDevice(device) }
            }

            #[since("OPENCL_1.1")]
            fn clReleaseDeviceEXT(
                device: cl_device_id,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { guest::clReleaseDevice(device) }
            }

            #[since("OPENCL_2.1")]
            fn clGetDeviceAndHostTimer(
                device: cl_device_id,
                #[output]
                device_timestamp: *mut cl_ulong,
                #[output]
                host_timestamp: *mut cl_ulong,
            ) -> cl_int;

            #[since("OPENCL_2.1")]
            fn clGetHostTimer(
                device: cl_device_id,
                #[output]
                host_timestamp: *mut cl_ulong,
            ) -> cl_int;

            #[since("OPENCL_1.2")]
            fn clUnloadPlatformCompiler(
                platform: cl_platform_id,
            ) -> cl_int;

            fn clUnloadCompiler() -> cl_int {
                CL_SUCCESS
            }

            fn clGetExtensionFunctionAddress(func_name: *const c_char) -> *mut c_void {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { extension::address(std::ptr::null_mut(), func_name) }
            }

            #[since("OPENCL_1.2")]
            fn clGetExtensionFunctionAddressForPlatform(
                platform: cl_platform_id,
                func_name: *const c_char,
            ) -> *mut c_void {
                if platform.is_null() {
                    return std::ptr::null_mut();
                }
                // SAFETY: the application keeps to the C function's contract.
                unsafe { extension::address(platform, func_name) }
            }
        }

        extern "server" {
            #[cached]
            fn platform_info(
                platform: cl_platform_id,
                param_name: cl_platform_info,
                param_value_size: usize,
                #[output(bytes = param_value_size, filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                let answer = (param_value_size, param_value, param_value_size_ret);
                // SAFETY: decoded arguments are what the C function demands.
                unsafe { extension::platform_info(vendor, platform, param_name, answer) }
            }

            /// What a device always says.
            #[cached]
            fn device_constant(
                device: cl_device_id,
                param_name: cl_device_info,
                param_value_size: usize,
                #[output(with = shape::device_info(param_name, param_value_size), filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                let answer = (param_value_size, param_value, param_value_size_ret);
                // SAFETY: decoded arguments are what the C function demands.
                unsafe { extension::device_info(vendor, device, param_name, answer) }
            }

            /// What a device says now.
            fn device_state(
                device: cl_device_id,
                param_name: cl_device_info,
                param_value_size: usize,
                #[output(with = shape::device_info(param_name, param_value_size), filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                let answer = (param_value_size, param_value, param_value_size_ret);
                // SAFETY: decoded arguments are what the C function demands.
                unsafe { extension::device_info(vendor, device, param_name, answer) }
            }

            /// Whether the vendor hands out a function of this name.
            #[cached]
            fn extension_is_known(
                platform: cl_platform_id,
                #[input(cstr)]
                func_name: *const c_char,
                #[output]
                known: *mut cl_bool,
            ) -> cl_int {
                // SAFETY: decoded arguments; the output is null or writable.
                unsafe {
                    let is_known = extension::is_handed_out(vendor, platform, func_name);
                    if !known.is_null() {
                        known.write(is_known.into());
                    }
                }
                CL_SUCCESS
            }
        }

        // Contexts.

        #[since("OPENCL_1.0")]
        unsafe extern "C" {
            fn clCreateContext(
                properties: *const cl_context_properties,
                num_devices: cl_uint,
                devices: *const cl_device_id,
                pfn_notify: context_notify,
                user_data: *mut c_void,
                errcode_ret: *mut cl_int,
            ) -> cl_context {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    guest::create_context(
                        properties, num_devices, devices, pfn_notify, pfn_notify, user_data, errcode_ret,
                    )
                }
            }

            fn clCreateContextFromType(
                properties: *const cl_context_properties,
                device_type: cl_device_type,
                pfn_notify: context_notify,
                user_data: *mut c_void,
                errcode_ret: *mut cl_int,
            ) -> cl_context {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    guest::create_context_from_type(
                        properties, device_type, pfn_notify, pfn_notify, user_data, errcode_ret,
                    )
                }
            }

            fn clGetContextInfo(
                context: cl_context,
                param_name: cl_context_info,
                param_value_size: usize,
                param_value: *mut c_void,
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    local::context_info(
                        context, param_name, param_value_size, param_value, param_value_size_ret,
                    )
                }
            }

            #[since("OPENCL_2.1")]
            fn clSetDefaultDeviceCommandQueue(
                context: cl_context,
                device: cl_device_id,
                command_queue: cl_command_queue,
            ) -> cl_int;
        }

        extern "server" {
            /// What the loader on the other side says of itself. An extension of ocl-icd's, found by its name alone.
            fn loader_info(
                param_name: cl_uint,
                param_value_size: usize,
                #[output(bytes = param_value_size, filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe { remote::loader_info(vendor, param_name, param_value_size, param_value, param_value_size_ret) }
            }

            #[record]
            #[returns(new, meta = ContextMeta::new(properties))]
            fn create_context(
                #[input(with = shape::context_properties(properties))]
                properties: *const cl_context_properties,
                num_devices: cl_uint,
                #[input(len = num_devices)]
                devices: *const cl_device_id,
                #[callback(kept)]
                pfn_notify: context_notify,
                #[callback(kept)]
                misplaced: misplaced_notify,
                #[userdata(pfn_notify, misplaced)]
                user_data: *mut c_void,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_context {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    remote::create_context(
                        vendor, properties, num_devices, devices, callback::errors(pfn_notify, misplaced, user_data),
                        errcode_ret,
                    )
                }
            }

            #[record]
            #[returns(new, meta = ContextMeta::new(properties))]
            fn create_context_from_type(
                #[input(with = shape::context_properties(properties))]
                properties: *const cl_context_properties,
                device_type: cl_device_type,
                #[callback(kept)]
                pfn_notify: context_notify,
                #[callback(kept)]
                misplaced: misplaced_notify,
                #[userdata(pfn_notify, misplaced)]
                user_data: *mut c_void,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_context {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    remote::create_context_from_type(
                        vendor, properties, device_type, callback::errors(pfn_notify, misplaced, user_data),
                        errcode_ret,
                    )
                }
            }

            fn context_info(
                context: cl_context,
                param_name: cl_context_info,
                param_value_size: usize,
                #[output(with = shape::context_info(param_name, param_value_size), filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                // The guest knows them; the vendor's are addresses of this process.
                if param_name == CL_CONTEXT_PROPERTIES
                    && !param_value.is_null()
                    && remote::shows_properties(vendor, context, param_value_size)
                {
                    return CL_INVALID_VALUE;
                }
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    vendor.clGetContextInfo(
                        context, param_name, param_value_size, param_value, param_value_size_ret,
                    )
                }
            }
        }

        // Command queues.

        #[since("OPENCL_1.0")]
        unsafe extern "C" {
            #[record]
            #[returns(new, depends_on(context), meta = QueueMeta::new(context.raw() as u64, device.raw() as u64))]
            fn clCreateCommandQueue(
                context: cl_context,
                device: cl_device_id,
                properties: cl_command_queue_properties,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_command_queue;

            #[since("OPENCL_2.0")]
            #[record]
            #[returns(new, depends_on(context), meta = QueueMeta::with(context.raw() as u64, device.raw() as u64, properties))]
            fn clCreateCommandQueueWithProperties(
                context: cl_context,
                device: cl_device_id,
                #[input(len = shape::property_count(properties))]
                properties: *const cl_queue_properties,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_command_queue;

            #[after(local::queue_info)]
            fn clGetCommandQueueInfo(
                command_queue: cl_command_queue,
                param_name: cl_command_queue_info,
                param_value_size: usize,
                #[output(with = shape::queue_info(param_name, param_value_size), filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int;

            #[mode(shape::queue_mode(meta(command_queue)))]
            fn clFlush(
                command_queue: cl_command_queue,
            ) -> cl_int;

            fn clFinish(
                command_queue: cl_command_queue,
                #[contextual(IN_FLIGHT.drain(command_queue))]
                bufs: PendingBuffers,
            ) -> cl_int;
        }

        // Buffers.

        #[since("OPENCL_1.0")]
        unsafe extern "C" {
            fn clCreateBuffer(
                context: cl_context,
                flags: cl_mem_flags,
                size: usize,
                host_ptr: *mut c_void,
                errcode_ret: *mut cl_int,
            ) -> cl_mem {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { local::create_buffer(context, std::ptr::null(), flags, size, host_ptr, errcode_ret) }
            }

            #[since("OPENCL_3.0")]
            fn clCreateBufferWithProperties(
                context: cl_context,
                properties: *const cl_mem_properties,
                flags: cl_mem_flags,
                size: usize,
                host_ptr: *mut c_void,
                errcode_ret: *mut cl_int,
            ) -> cl_mem {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { local::create_buffer(context, properties, flags, size, host_ptr, errcode_ret) }
            }

            #[since("OPENCL_1.1")]
            #[record]
            #[returns(new, depends_on(buffer), meta = meta(buffer).part(flags, buffer_create_type, buffer_create_info))]
            fn clCreateSubBuffer(
                buffer: cl_mem,
                flags: cl_mem_flags,
                buffer_create_type: cl_buffer_create_type,
                #[input(bytes = shape::part_info(buffer_create_type))]
                buffer_create_info: *const c_void,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_mem;

            fn clGetMemObjectInfo(
                memobj: cl_mem,
                param_name: cl_mem_info,
                param_value_size: usize,
                param_value: *mut c_void,
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    local::mem_info(
                        memobj, param_name, param_value_size, param_value, param_value_size_ret,
                    )
                }
            }

            /// A mere query; programs ask before they decide to use images.
            fn clGetSupportedImageFormats(
                context: cl_context,
                flags: cl_mem_flags,
                image_type: cl_mem_object_type,
                num_entries: cl_uint,
                image_formats: *mut cl_image_format,
                num_image_formats: *mut cl_uint,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    guest::image_formats(
                        context, flags, image_type, num_entries, image_formats, num_image_formats,
                    )
                }
            }

            #[mode(shape::transfer_mode(
                meta(command_queue),
                meta(buffer),
                shape::READS,
                blocking_read,
                offset,
                size,
                ptr,
                (num_events_in_wait_list, event_wait_list),
            ))]
            #[consumes(BYTES_READ, size)]
            #[before(storage::read)]
            fn clEnqueueReadBuffer(
                command_queue: cl_command_queue,
                buffer: cl_mem,
                blocking_read: cl_bool,
                offset: usize,
                size: usize,
                #[output(
                    bytes = size,
                    zerocopy,
                    deferred(IN_FLIGHT, command_queue, done = event, when = blocking_read == CL_FALSE),
                )]
                ptr: *mut c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int;

            #[mode(shape::transfer_mode(
                meta(command_queue),
                meta(buffer),
                shape::WRITES,
                blocking_write,
                offset,
                size,
                ptr,
                (num_events_in_wait_list, event_wait_list),
            ))]
            #[consumes(BYTES_WRITTEN, size)]
            #[before(storage::write)]
            fn clEnqueueWriteBuffer(
                command_queue: cl_command_queue,
                buffer: cl_mem,
                blocking_write: cl_bool,
                offset: usize,
                size: usize,
                #[input(
                    bytes = size,
                    zerocopy,
                    deferred(IN_FLIGHT, command_queue, done = event, when = blocking_write == CL_FALSE),
                )]
                ptr: *const c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int;

            #[since("OPENCL_1.1")]
            #[consumes(BYTES_READ, shape::volume(region))]
            fn clEnqueueReadBufferRect(
                command_queue: cl_command_queue,
                buffer: cl_mem,
                blocking_read: cl_bool,
                #[input(len = 3)]
                buffer_origin: *const usize,
                #[input(len = 3)]
                host_origin: *const usize,
                #[input(len = 3)]
                region: *const usize,
                buffer_row_pitch: usize,
                buffer_slice_pitch: usize,
                host_row_pitch: usize,
                host_slice_pitch: usize,
                #[output(
                    with = shape::host_rect(host_origin, region, host_row_pitch, host_slice_pitch),
                    zerocopy,
                    deferred(IN_FLIGHT, command_queue, done = event, when = blocking_read == CL_FALSE),
                )]
                ptr: *mut c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int;

            #[since("OPENCL_1.1")]
            #[consumes(BYTES_WRITTEN, shape::volume(region))]
            fn clEnqueueWriteBufferRect(
                command_queue: cl_command_queue,
                buffer: cl_mem,
                blocking_write: cl_bool,
                #[input(len = 3)]
                buffer_origin: *const usize,
                #[input(len = 3)]
                host_origin: *const usize,
                #[input(len = 3)]
                region: *const usize,
                buffer_row_pitch: usize,
                buffer_slice_pitch: usize,
                host_row_pitch: usize,
                host_slice_pitch: usize,
                #[input(
                    with = shape::host_rect(host_origin, region, host_row_pitch, host_slice_pitch),
                    zerocopy,
                    deferred(IN_FLIGHT, command_queue, done = event, when = blocking_write == CL_FALSE),
                )]
                ptr: *const c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int;

            #[mode(shape::copy_mode(
                meta(command_queue),
                (meta(src_buffer), src_buffer.raw(), src_offset),
                (meta(dst_buffer), dst_buffer.raw(), dst_offset),
                size,
                (num_events_in_wait_list, event_wait_list),
            ))]
            fn clEnqueueCopyBuffer(
                command_queue: cl_command_queue,
                src_buffer: cl_mem,
                dst_buffer: cl_mem,
                src_offset: usize,
                dst_offset: usize,
                size: usize,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int;

            #[since("OPENCL_1.1")]
            fn clEnqueueCopyBufferRect(
                command_queue: cl_command_queue,
                src_buffer: cl_mem,
                dst_buffer: cl_mem,
                #[input(len = 3)]
                src_origin: *const usize,
                #[input(len = 3)]
                dst_origin: *const usize,
                #[input(len = 3)]
                region: *const usize,
                src_row_pitch: usize,
                src_slice_pitch: usize,
                dst_row_pitch: usize,
                dst_slice_pitch: usize,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int;

            #[since("OPENCL_1.2")]
            #[mode(shape::fill_mode(
                meta(command_queue),
                meta(buffer),
                (pattern, pattern_size),
                offset,
                size,
                (num_events_in_wait_list, event_wait_list),
            ))]
            fn clEnqueueFillBuffer(
                command_queue: cl_command_queue,
                buffer: cl_mem,
                #[input(bytes = pattern_size)]
                pattern: *const c_void,
                pattern_size: usize,
                offset: usize,
                size: usize,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int;

            #[since("OPENCL_1.2")]
            fn clEnqueueMigrateMemObjects(
                command_queue: cl_command_queue,
                num_mem_objects: cl_uint,
                #[input(len = num_mem_objects)]
                mem_objects: *const cl_mem,
                flags: cl_mem_migration_flags,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int;

            fn clEnqueueMapBuffer(
                command_queue: cl_command_queue,
                buffer: cl_mem,
                blocking_map: cl_bool,
                map_flags: cl_map_flags,
                offset: usize,
                size: usize,
                num_events_in_wait_list: cl_uint,
                event_wait_list: *const cl_event,
                event: *mut cl_event,
                errcode_ret: *mut cl_int,
            ) -> *mut c_void {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    mapping::map(
                        command_queue, buffer, blocking_map, map_flags, offset, size,
                        num_events_in_wait_list, event_wait_list, event, errcode_ret,
                    )
                }
            }

            fn clEnqueueUnmapMemObject(
                command_queue: cl_command_queue,
                memobj: cl_mem,
                mapped_ptr: *mut c_void,
                num_events_in_wait_list: cl_uint,
                event_wait_list: *const cl_event,
                event: *mut cl_event,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    mapping::unmap(
                        command_queue, memobj, mapped_ptr, num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }
        }

        extern "server" {
            #[record]
            #[allocates(DEVICE_MEMORY, size)]
            #[returns(
                new,
                depends_on(context),
                meta = MemMeta::buffer(context.raw() as u64, flags, size, host_ptr.as_ptr() as usize),
            )]
            fn create_buffer(
                context: cl_context,
                #[input(len = shape::property_count(properties))]
                properties: *const cl_mem_properties,
                flags: cl_mem_flags,
                size: usize,
                #[input(bytes = size, when = flags & (CL_MEM_COPY_HOST_PTR | CL_MEM_USE_HOST_PTR) != 0, zerocopy)]
                host_ptr: *mut c_void,
                #[input(bytes = size, zerocopy)]
                storage: *mut c_void,
                name: u64,
                #[output]
                taken: *mut cl_bool,
                #[output(len = storage::GONE, filled = *gone_count)]
                gone: *mut u64,
                #[output]
                gone_count: *mut cl_uint,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_mem {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    remote::create_buffer(
                        vendor, context, properties, flags, size, host_ptr, (storage, name), taken, gone, gone_count,
                        errcode_ret,
                    )
                }
            }

            fn mem_info(
                memobj: cl_mem,
                param_name: cl_mem_info,
                param_value_size: usize,
                #[output(with = shape::mem_info(param_name, param_value_size), filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                if param_name == CL_MEM_HOST_PTR && !param_value.is_null() && param_value_size >= size_of::<usize>() {
                    // The guest knows its own; the vendor's is an address of this process.
                    return CL_INVALID_VALUE;
                }
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    vendor.clGetMemObjectInfo(
                        memobj, param_name, param_value_size, param_value, param_value_size_ret,
                    )
                }
            }

            /// Without `data`, the guest shares the memory that the buffer is in.
            #[consumes(BYTES_READ, if shape::map_reads(map_flags) { size } else { 0 })]
            fn map_buffer(
                command_queue: cl_command_queue,
                buffer: cl_mem,
                blocking_map: cl_bool,
                map_flags: cl_map_flags,
                offset: usize,
                size: usize,
                number: u64,
                #[output(
                    bytes = size,
                    when = shape::map_reads(map_flags),
                    zerocopy,
                    deferred(IN_FLIGHT, command_queue, done = event, when = blocking_map == CL_FALSE),
                )]
                data: *mut c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    mapped::map_buffer(
                        vendor, command_queue, buffer, blocking_map, map_flags, offset, size, number, data,
                        num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }

            #[mode(shape::unmap_mode(meta(command_queue), meta(buffer), (num_events_in_wait_list, event_wait_list)))]
            #[consumes(BYTES_WRITTEN, if writes != CL_FALSE { size } else { 0 })]
            fn unmap_buffer(
                command_queue: cl_command_queue,
                buffer: cl_mem,
                number: u64,
                writes: cl_bool,
                size: usize,
                #[input(bytes = size, when = writes != CL_FALSE, zerocopy)]
                data: *const c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    mapped::unmap_buffer(
                        vendor, command_queue, buffer, number, writes, size, data, num_events_in_wait_list,
                        event_wait_list, event,
                    )
                }
            }

            /// The same for a mapping whose data may not have arrived: it will have when this returns.
            #[consumes(BYTES_WRITTEN, if writes != CL_FALSE { size } else { 0 })]
            fn unmap_unfinished(
                command_queue: cl_command_queue,
                buffer: cl_mem,
                number: u64,
                writes: cl_bool,
                size: usize,
                #[input(bytes = size, when = writes != CL_FALSE, zerocopy)]
                data: *const c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    mapped::unmap_buffer(
                        vendor, command_queue, buffer, number, writes, size, data, num_events_in_wait_list,
                        event_wait_list, event,
                    )
                }
            }
        }

        // Images.

        #[since("OPENCL_1.0")]
        unsafe extern "C" {
            fn clCreateImage2D(
                context: cl_context,
                flags: cl_mem_flags,
                image_format: *const cl_image_format,
                image_width: usize,
                image_height: usize,
                image_row_pitch: usize,
                host_ptr: *mut c_void,
                errcode_ret: *mut cl_int,
            ) -> cl_mem {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    image::local::create_2d(
                        context, flags, image_format, image_width, image_height, image_row_pitch, host_ptr, errcode_ret,
                    )
                }
            }

            fn clCreateImage3D(
                context: cl_context,
                flags: cl_mem_flags,
                image_format: *const cl_image_format,
                image_width: usize,
                image_height: usize,
                image_depth: usize,
                image_row_pitch: usize,
                image_slice_pitch: usize,
                host_ptr: *mut c_void,
                errcode_ret: *mut cl_int,
            ) -> cl_mem {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    image::local::create_3d(
                        context, flags, image_format, image_width, image_height, image_depth, image_row_pitch,
                        image_slice_pitch, host_ptr, errcode_ret,
                    )
                }
            }

            #[since("OPENCL_1.2")]
            fn clCreateImage(
                context: cl_context,
                flags: cl_mem_flags,
                image_format: *const cl_image_format,
                image_desc: *const cl_image_desc,
                host_ptr: *mut c_void,
                errcode_ret: *mut cl_int,
            ) -> cl_mem {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    image::local::create(
                        image::remote::maker::IMAGE, context, std::ptr::null(), flags, image_format, image_desc,
                        host_ptr, errcode_ret,
                    )
                }
            }

            #[since("OPENCL_3.0")]
            fn clCreateImageWithProperties(
                context: cl_context,
                properties: *const cl_mem_properties,
                flags: cl_mem_flags,
                image_format: *const cl_image_format,
                image_desc: *const cl_image_desc,
                host_ptr: *mut c_void,
                errcode_ret: *mut cl_int,
            ) -> cl_mem {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    image::local::create(
                        image::remote::maker::PROPERTIES, context, properties, flags, image_format, image_desc,
                        host_ptr, errcode_ret,
                    )
                }
            }

            fn clGetImageInfo(
                image: cl_mem,
                param_name: cl_image_info,
                param_value_size: usize,
                #[output(with = image::info(param_name, param_value_size), filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int;

            #[mode(image::transfer_mode(
                meta(command_queue),
                meta(image),
                shape::READS,
                blocking_read,
                (origin, region),
                (row_pitch, slice_pitch),
                ptr,
                (num_events_in_wait_list, event_wait_list),
            ))]
            #[before(image::local::before_read)]
            #[after(image::local::learn_read)]
            #[consumes(BYTES_READ, image::region_bytes(meta(image), region))]
            fn clEnqueueReadImage(
                command_queue: cl_command_queue,
                image: cl_mem,
                blocking_read: cl_bool,
                #[input(len = 3)]
                origin: *const usize,
                #[input(len = 3)]
                region: *const usize,
                row_pitch: usize,
                slice_pitch: usize,
                #[output(
                    with = image::host_rows(meta(image), region, row_pitch, slice_pitch),
                    zerocopy,
                    deferred(IN_FLIGHT, command_queue, done = event, when = blocking_read == CL_FALSE),
                )]
                ptr: *mut c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int;

            #[mode(image::transfer_mode(
                meta(command_queue),
                meta(image),
                shape::WRITES,
                blocking_write,
                (origin, region),
                (input_row_pitch, input_slice_pitch),
                ptr,
                (num_events_in_wait_list, event_wait_list),
            ))]
            #[before(image::local::before_write)]
            #[after(image::local::learn_write)]
            #[consumes(BYTES_WRITTEN, image::region_bytes(meta(image), region))]
            fn clEnqueueWriteImage(
                command_queue: cl_command_queue,
                image: cl_mem,
                blocking_write: cl_bool,
                #[input(len = 3)]
                origin: *const usize,
                #[input(len = 3)]
                region: *const usize,
                input_row_pitch: usize,
                input_slice_pitch: usize,
                #[input(
                    with = image::host_rows(meta(image), region, input_row_pitch, input_slice_pitch),
                    zerocopy,
                    deferred(IN_FLIGHT, command_queue, done = event, when = blocking_write == CL_FALSE),
                )]
                ptr: *const c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int;

            #[mode(image::copy_mode(
                meta(command_queue),
                (meta(src_image), src_image.raw(), src_origin),
                (meta(dst_image), dst_image.raw(), dst_origin),
                region,
                (num_events_in_wait_list, event_wait_list),
            ))]
            #[after(image::local::learn_copy)]
            fn clEnqueueCopyImage(
                command_queue: cl_command_queue,
                src_image: cl_mem,
                dst_image: cl_mem,
                #[input(len = 3)]
                src_origin: *const usize,
                #[input(len = 3)]
                dst_origin: *const usize,
                #[input(len = 3)]
                region: *const usize,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int;

            #[mode(image::buffer_copy_mode(
                meta(command_queue),
                (meta(src_image), src_image.raw(), src_origin),
                region,
                (meta(dst_buffer), dst_offset),
                (num_events_in_wait_list, event_wait_list),
            ))]
            #[after(image::local::learn_copy_out)]
            fn clEnqueueCopyImageToBuffer(
                command_queue: cl_command_queue,
                src_image: cl_mem,
                dst_buffer: cl_mem,
                #[input(len = 3)]
                src_origin: *const usize,
                #[input(len = 3)]
                region: *const usize,
                dst_offset: usize,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int;

            #[mode(image::buffer_copy_mode(
                meta(command_queue),
                (meta(dst_image), dst_image.raw(), dst_origin),
                region,
                (meta(src_buffer), src_offset),
                (num_events_in_wait_list, event_wait_list),
            ))]
            #[after(image::local::learn_copy_in)]
            fn clEnqueueCopyBufferToImage(
                command_queue: cl_command_queue,
                src_buffer: cl_mem,
                dst_image: cl_mem,
                src_offset: usize,
                #[input(len = 3)]
                dst_origin: *const usize,
                #[input(len = 3)]
                region: *const usize,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int;

            #[since("OPENCL_1.2")]
            #[mode(image::fill_mode(
                meta(command_queue),
                (meta(image), image.raw(), origin),
                region,
                fill_color,
                (num_events_in_wait_list, event_wait_list),
            ))]
            #[after(image::local::learn_fill)]
            fn clEnqueueFillImage(
                command_queue: cl_command_queue,
                image: cl_mem,
                #[input(bytes = image::color_bytes(meta(image)))]
                fill_color: *const c_void,
                #[input(len = 3)]
                origin: *const usize,
                #[input(len = 3)]
                region: *const usize,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int;

            fn clEnqueueMapImage(
                command_queue: cl_command_queue,
                image: cl_mem,
                blocking_map: cl_bool,
                map_flags: cl_map_flags,
                origin: *const usize,
                region: *const usize,
                image_row_pitch: *mut usize,
                image_slice_pitch: *mut usize,
                num_events_in_wait_list: cl_uint,
                event_wait_list: *const cl_event,
                event: *mut cl_event,
                errcode_ret: *mut cl_int,
            ) -> *mut c_void {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    mapping::map_image(
                        command_queue, image, blocking_map, map_flags, origin, region, image_row_pitch,
                        image_slice_pitch, num_events_in_wait_list, event_wait_list, event, errcode_ret,
                    )
                }
            }
        }

        extern "server" {
            fn image_formats(
                context: cl_context,
                flags: cl_mem_flags,
                image_type: cl_mem_object_type,
                num_entries: cl_uint,
                #[output(len = num_entries, filled = num_entries.min(*num_image_formats))]
                image_formats: *mut cl_image_format,
                #[output]
                num_image_formats: *mut cl_uint,
            ) -> cl_int {
                let list = (image_formats, num_entries);
                // SAFETY: decoded arguments are what the C function demands.
                unsafe { image::remote::formats(vendor, context, flags, image_type, list, num_image_formats) }
            }

            /// All functions that make images; `maker` says which. The handle in the descriptor is `parent`.
            #[record]
            #[allocates(DEVICE_MEMORY, image::device_bytes(image_format, image_desc.of(), !parent.is_null()))]
            #[returns(
                new,
                depends_on(context, parent),
                meta = MemMeta::image(
                    context.raw() as u64,
                    flags,
                    image_format,
                    image_desc.of(),
                    if parent.is_null() { None } else { Some(meta(parent)) },
                    host_ptr.as_ptr() as usize,
                ),
            )]
            fn create_image(
                maker: cl_uint,
                context: cl_context,
                #[input(len = shape::property_count(properties))]
                properties: *const cl_mem_properties,
                flags: cl_mem_flags,
                #[input]
                image_format: *const cl_image_format,
                #[input(bytes = size_of::<cl_image_desc>())]
                image_desc: *const c_void,
                #[handle(invalid = CL_INVALID_IMAGE_DESCRIPTOR)]
                parent: cl_mem,
                #[input(
                    with = image::host_data(image_format, image_desc.of()),
                    when = flags & (CL_MEM_COPY_HOST_PTR | CL_MEM_USE_HOST_PTR) != 0,
                    zerocopy,
                )]
                host_ptr: *mut c_void,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_mem {
                let (format, desc) = (image_format, image_desc.cast());
                let recipe =
                    image::remote::Recipe { maker, context, properties, flags, format, desc, parent, host_ptr };
                // SAFETY: decoded arguments are what the C function demands.
                unsafe { image::remote::create(vendor, recipe, errcode_ret) }
            }

            /// The first half of a map, after which its pitches are known.
            fn map_image(
                command_queue: cl_command_queue,
                image: cl_mem,
                blocking_map: cl_bool,
                map_flags: cl_map_flags,
                #[input(len = 3)]
                origin: *const usize,
                #[input(len = 3)]
                region: *const usize,
                #[inout]
                image_row_pitch: *mut usize,
                #[inout]
                image_slice_pitch: *mut usize,
                number: u64,
                #[output(len = 5)]
                rows: *mut usize,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    mapped::map_image(
                        vendor, command_queue, image, blocking_map, map_flags, origin, region, image_row_pitch,
                        image_slice_pitch, number, rows.cast(), num_events_in_wait_list, event_wait_list,
                    )
                }
            }

            /// The second half: the contents, and the map's event.
            #[mode(image::contents_mode(blocking_map, map_flags))]
            #[consumes(BYTES_READ, if shape::map_reads(map_flags) { image::mapped_bytes(rows) } else { 0 })]
            fn map_contents(
                command_queue: cl_command_queue,
                image: cl_mem,
                blocking_map: cl_bool,
                map_flags: cl_map_flags,
                number: u64,
                #[input(len = 5)]
                rows: *const usize,
                #[output(
                    with = image::rows_at(rows),
                    when = shape::map_reads(map_flags),
                    zerocopy,
                    deferred(IN_FLIGHT, command_queue, done = event, when = blocking_map == CL_FALSE),
                )]
                data: *mut c_void,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int {
                let _ = command_queue;
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    mapped::map_contents(
                        vendor, image, blocking_map, map_flags, number, rows.cast(), data, event,
                    )
                }
            }

            #[mode(shape::unmap_mode(meta(command_queue), meta(image), (num_events_in_wait_list, event_wait_list)))]
            #[consumes(BYTES_WRITTEN, if writes != CL_FALSE { image::mapped_bytes(rows) } else { 0 })]
            fn unmap_image(
                command_queue: cl_command_queue,
                image: cl_mem,
                number: u64,
                writes: cl_bool,
                #[input(len = 5)]
                rows: *const usize,
                #[input(with = image::rows_at(rows), when = writes != CL_FALSE, zerocopy)]
                data: *const c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    mapped::unmap_image(
                        vendor, command_queue, image, number, writes, rows.cast(), data, num_events_in_wait_list,
                        event_wait_list, event,
                    )
                }
            }

            /// As `unmap_unfinished`.
            #[consumes(BYTES_WRITTEN, if writes != CL_FALSE { image::mapped_bytes(rows) } else { 0 })]
            fn unmap_image_unfinished(
                command_queue: cl_command_queue,
                image: cl_mem,
                number: u64,
                writes: cl_bool,
                #[input(len = 5)]
                rows: *const usize,
                #[input(with = image::rows_at(rows), when = writes != CL_FALSE, zerocopy)]
                data: *const c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    mapped::unmap_image(
                        vendor, command_queue, image, number, writes, rows.cast(), data, num_events_in_wait_list,
                        event_wait_list, event,
                    )
                }
            }
        }

        // Samplers and pipes.

        #[since("OPENCL_1.0")]
        unsafe extern "C" {
            #[record]
            #[returns(new, depends_on(context))]
            fn clCreateSampler(
                context: cl_context,
                normalized_coords: cl_bool,
                addressing_mode: cl_addressing_mode,
                filter_mode: cl_filter_mode,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_sampler;

            #[since("OPENCL_2.0")]
            #[record]
            #[returns(new, depends_on(context))]
            fn clCreateSamplerWithProperties(
                context: cl_context,
                #[input(len = shape::property_count(sampler_properties))]
                sampler_properties: *const cl_sampler_properties,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_sampler;

            #[after(local::sampler_info)]
            fn clGetSamplerInfo(
                sampler: cl_sampler,
                param_name: cl_sampler_info,
                param_value_size: usize,
                #[output(with = shape::sampler_info(param_name, param_value_size), filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int;

            #[since("OPENCL_2.0")]
            #[record]
            #[allocates(DEVICE_MEMORY, (pipe_packet_size as usize).saturating_mul(pipe_max_packets as usize))]
            #[returns(new, depends_on(context))]
            fn clCreatePipe(
                context: cl_context,
                flags: cl_mem_flags,
                pipe_packet_size: cl_uint,
                pipe_max_packets: cl_uint,
                #[input(len = shape::property_count(properties))]
                properties: *const cl_pipe_properties,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_mem;

            #[since("OPENCL_2.0")]
            fn clGetPipeInfo(
                pipe: cl_mem,
                param_name: cl_pipe_info,
                param_value_size: usize,
                #[output(bytes = param_value_size, filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int;
        }

        // Shared virtual memory.

        #[since("OPENCL_2.0")]
        unsafe extern "C" {
            fn clSVMAlloc(
                context: cl_context,
                flags: cl_svm_mem_flags,
                size: usize,
                alignment: cl_uint,
            ) -> *mut c_void {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { svm::alloc(context, flags, size, alignment) }
            }

            fn clSVMFree(
                context: cl_context,
                svm_pointer: *mut c_void,
            ) {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { svm::free(context, svm_pointer) }
            }

            fn clEnqueueSVMFree(
                command_queue: cl_command_queue,
                num_svm_pointers: cl_uint,
                svm_pointers: *mut *mut c_void,
                pfn_free_func: SvmFreeNotify,
                user_data: *mut c_void,
                num_events_in_wait_list: cl_uint,
                event_wait_list: *const cl_event,
                event: *mut cl_event,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    svm::enqueue_free(
                        command_queue, num_svm_pointers, svm_pointers, pfn_free_func, user_data,
                        num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }

            fn clEnqueueSVMMemcpy(
                command_queue: cl_command_queue,
                blocking_copy: cl_bool,
                dst_ptr: *mut c_void,
                src_ptr: *const c_void,
                size: usize,
                num_events_in_wait_list: cl_uint,
                event_wait_list: *const cl_event,
                event: *mut cl_event,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    svm::copy(
                        command_queue, blocking_copy, dst_ptr, src_ptr, size,
                        num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }

            fn clEnqueueSVMMemFill(
                command_queue: cl_command_queue,
                svm_ptr: *mut c_void,
                pattern: *const c_void,
                pattern_size: usize,
                size: usize,
                num_events_in_wait_list: cl_uint,
                event_wait_list: *const cl_event,
                event: *mut cl_event,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    guest::svm_fill(
                        command_queue, svm_ptr as usize, pattern, pattern_size, size,
                        num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }

            fn clEnqueueSVMMap(
                command_queue: cl_command_queue,
                blocking_map: cl_bool,
                flags: cl_map_flags,
                svm_ptr: *mut c_void,
                size: usize,
                num_events_in_wait_list: cl_uint,
                event_wait_list: *const cl_event,
                event: *mut cl_event,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    svm::map(
                        command_queue, blocking_map, flags, svm_ptr, size,
                        num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }

            fn clEnqueueSVMUnmap(
                command_queue: cl_command_queue,
                svm_ptr: *mut c_void,
                num_events_in_wait_list: cl_uint,
                event_wait_list: *const cl_event,
                event: *mut cl_event,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    svm::unmap(command_queue, svm_ptr, num_events_in_wait_list, event_wait_list, event)
                }
            }

            #[since("OPENCL_2.1")]
            fn clEnqueueSVMMigrateMem(
                command_queue: cl_command_queue,
                num_svm_pointers: cl_uint,
                svm_pointers: *mut *const c_void,
                sizes: *const usize,
                flags: cl_mem_migration_flags,
                num_events_in_wait_list: cl_uint,
                event_wait_list: *const cl_event,
                event: *mut cl_event,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    guest::svm_migrate(
                        command_queue, num_svm_pointers, svm_pointers.cast(), sizes, flags,
                        num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }

            fn clSetKernelArgSVMPointer(
                kernel: cl_kernel,
                arg_index: cl_uint,
                arg_value: *const c_void,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { guest::svm_set_arg(kernel, arg_index, arg_value as usize) }
            }

            fn clSetKernelExecInfo(
                kernel: cl_kernel,
                param_name: cl_kernel_exec_info,
                param_value_size: usize,
                param_value: *const c_void,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { guest::svm_exec_info(kernel, param_name, param_value_size, param_value) }
            }
        }

        extern "callback" {
            /// Addresses are the same in guest and server.
            fn svm_free_notify(
                queue: cl_command_queue,
                num_addresses: cl_uint,
                #[input(len = num_addresses)]
                addresses: *const usize,
                #[userdata]
                user_data: *mut c_void,
            );
        }

        extern "server" {
            #[allocates(DEVICE_MEMORY, size)]
            fn svm_alloc(
                context: cl_context,
                flags: cl_svm_mem_flags,
                size: usize,
                alignment: cl_uint,
                attempt: cl_uint,
                len: usize,
                #[input(bytes = len, zerocopy)]
                pages: *mut c_void,
                #[output]
                address: *mut usize,
                #[output]
                shared: *mut cl_uint,
            ) -> cl_int {
                if context.is_null() || address.is_null() || shared.is_null() {
                    return CL_INVALID_VALUE;
                }
                let pages = (pages.cast(), len);
                // SAFETY: decoded arguments are what the function demands.
                unsafe {
                    svm_remote::alloc(vendor, context, flags, size, alignment, attempt, pages, address, shared)
                }
            }

            #[deallocates(DEVICE_MEMORY, *freed)]
            fn svm_free(
                address: usize,
                #[output]
                freed: *mut usize,
            ) -> cl_int {
                // SAFETY: the guest does not use the memory any more; the output is null or writable.
                unsafe {
                    let Some(size) = svm_remote::free(vendor, address) else { return CL_INVALID_VALUE };
                    if !freed.is_null() {
                        freed.write(size);
                    }
                }
                CL_SUCCESS
            }

            fn svm_enqueue_free(
                command_queue: cl_command_queue,
                num_addresses: cl_uint,
                #[input(len = num_addresses)]
                addresses: *const usize,
                #[callback(once, depends_on(command_queue))]
                notify: svm_free_notify,
                #[userdata(notify)]
                user_data: *mut c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    svm_remote::enqueue_free(
                        vendor, command_queue, num_addresses, addresses, notify, user_data,
                        num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }

            #[record]
            #[returns(
                new,
                depends_on(context),
                meta = MemMeta::buffer(context.raw() as u64, flags, size, address),
            )]
            fn create_svm_buffer(
                context: cl_context,
                #[input(len = shape::property_count(properties))]
                properties: *const cl_mem_properties,
                flags: cl_mem_flags,
                size: usize,
                address: usize,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_mem {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    svm_remote::create_buffer(vendor, context, properties, flags, size, address, errcode_ret)
                }
            }

            /// A copy inside of shared virtual memory, or from it to the application's (`to` is 0), or inside of that (`from` is 0, too).
            #[mode(svm::copy_mode(
                meta(command_queue),
                blocking_copy,
                (to, from),
                size,
                !dst_ptr.is_null(),
                (num_events_in_wait_list, event_wait_list),
            ))]
            #[consumes(BYTES_READ, if to == 0 { size } else { 0 })]
            #[consumes(BYTES_WRITTEN, if from == 0 { size } else { 0 })]
            fn svm_copy(
                command_queue: cl_command_queue,
                blocking_copy: cl_bool,
                to: usize,
                from: usize,
                size: usize,
                #[output(
                    bytes = size,
                    when = to == 0,
                    zerocopy,
                    deferred(IN_FLIGHT, command_queue, done = event, when = blocking_copy == CL_FALSE),
                )]
                dst_ptr: *mut c_void,
                #[input(bytes = size, when = from == 0)]
                src_ptr: *const c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int {
                if to != 0 && from == 0 || to == 0 && dst_ptr.is_null() {
                    // `dst_ptr` keeps what `src_ptr` points to until the command is done.
                    // SAFETY: a live queue.
                    return unsafe { svm_remote::refusal(vendor, command_queue) };
                }
                let dst = End { address: to, shadow: dst_ptr };
                let src = End { address: from, shadow: src_ptr.cast_mut() };
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    svm_remote::copy(
                        vendor, command_queue, blocking_copy, dst, src, size,
                        num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }

            /// A copy between pieces of the application's own memory that overlap, which pieces of the server's would not.
            fn svm_overlap(
                command_queue: cl_command_queue,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe { svm_remote::overlap(vendor, command_queue, num_events_in_wait_list, event_wait_list) }
            }

            /// From the application's memory to shared virtual memory.
            #[mode(svm::write_mode(
                meta(command_queue),
                blocking_copy,
                to,
                size,
                !src_ptr.is_null(),
                (num_events_in_wait_list, event_wait_list),
            ))]
            #[consumes(BYTES_WRITTEN, size)]
            fn svm_write(
                command_queue: cl_command_queue,
                blocking_copy: cl_bool,
                to: usize,
                size: usize,
                #[input(
                    bytes = size,
                    zerocopy,
                    deferred(IN_FLIGHT, command_queue, done = event, when = blocking_copy == CL_FALSE),
                )]
                src_ptr: *const c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int {
                if to == 0 {
                    // SAFETY: a live queue.
                    return unsafe { svm_remote::refusal(vendor, command_queue) };
                }
                let dst = End { address: to, shadow: std::ptr::null_mut() };
                let src = End { address: 0, shadow: src_ptr.cast_mut() };
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    svm_remote::copy(
                        vendor, command_queue, blocking_copy, dst, src, size,
                        num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }

            #[mode(svm::fill_mode(
                meta(command_queue),
                address,
                (pattern, pattern_size),
                size,
                (num_events_in_wait_list, event_wait_list),
            ))]
            fn svm_fill(
                command_queue: cl_command_queue,
                address: usize,
                #[input(bytes = pattern_size)]
                pattern: *const c_void,
                pattern_size: usize,
                size: usize,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    svm_remote::fill(
                        vendor, command_queue, address, (pattern, pattern_size), size,
                        num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }

            #[consumes(BYTES_READ, if shape::map_reads(flags) && !data.is_null() { size } else { 0 })]
            fn svm_map(
                command_queue: cl_command_queue,
                blocking_map: cl_bool,
                flags: cl_map_flags,
                address: usize,
                size: usize,
                number: u64,
                #[output(
                    bytes = size,
                    when = shape::map_reads(flags),
                    zerocopy,
                    deferred(IN_FLIGHT, command_queue, done = event, when = blocking_map == CL_FALSE),
                )]
                data: *mut c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    svm_remote::map(
                        vendor, command_queue, blocking_map, flags, address, size, number, data,
                        num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }

            /// Asked before [`svm_unmap`] for maps that did not block.
            fn svm_map_has_landed(
                number: u64,
                #[output]
                landed: *mut cl_uint,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int {
                // SAFETY: the output is null or writable.
                unsafe {
                    let has_landed = svm_remote::map_has_landed(vendor, number);
                    if !landed.is_null() {
                        landed.write(cl_uint::from(has_landed));
                    }
                }
                CL_SUCCESS
            }

            #[mode(svm::unmap_mode(meta(command_queue), address, (num_events_in_wait_list, event_wait_list)))]
            #[consumes(BYTES_WRITTEN, size)]
            fn svm_unmap(
                command_queue: cl_command_queue,
                address: usize,
                size: usize,
                #[input(bytes = size, zerocopy)]
                data: *const c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    svm_remote::unmap(
                        vendor, command_queue, address, (data, size),
                        num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }

            fn svm_migrate(
                command_queue: cl_command_queue,
                num_addresses: cl_uint,
                #[input(len = num_addresses)]
                addresses: *const usize,
                #[input(len = num_addresses)]
                sizes: *const usize,
                flags: cl_mem_migration_flags,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    svm_remote::migrate(
                        vendor, command_queue, num_addresses, addresses, sizes, flags,
                        num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }

            #[mode(svm::arg_mode((meta(kernel), kernel.raw()), arg_index, address))]
            #[after(svm::learn_arg)]
            fn svm_set_arg(
                kernel: cl_kernel,
                arg_index: cl_uint,
                address: usize,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe { svm_remote::set_arg(vendor, kernel, arg_index, address) }
            }

            fn svm_exec_info(
                kernel: cl_kernel,
                param_name: cl_kernel_exec_info,
                param_value_size: usize,
                #[input(bytes = param_value_size)]
                param_value: *const c_void,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe { svm_remote::set_exec_info(vendor, kernel, param_name, param_value_size, param_value) }
            }
        }

        // Programs.

        #[since("OPENCL_1.0")]
        unsafe extern "C" {
            #[record]
            #[returns(new, depends_on(context))]
            #[before(output::before_source)]
            fn clCreateProgramWithSource(
                context: cl_context,
                count: cl_uint,
                #[input(len = count, element(cstr = if lengths.is_null() { 0 } else { lengths[index] }))]
                strings: *mut *const c_char,
                #[input(len = count)]
                lengths: *const usize,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_program;

            #[record]
            #[returns(new, depends_on(context))]
            #[before(output::before_binary)]
            fn clCreateProgramWithBinary(
                context: cl_context,
                num_devices: cl_uint,
                #[input(len = num_devices)]
                device_list: *const cl_device_id,
                #[input(len = num_devices)]
                lengths: *const usize,
                #[input(len = num_devices, element(bytes = if lengths.is_null() { 0 } else { lengths[index] }))]
                binaries: *mut *const c_uchar,
                #[output(len = num_devices, always, filled = shape::loaded(!ret.is_null(), binary_status, num_devices))]
                binary_status: *mut cl_int,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_program;

            #[since("OPENCL_1.2")]
            #[record]
            #[returns(new, depends_on(context))]
            fn clCreateProgramWithBuiltInKernels(
                context: cl_context,
                num_devices: cl_uint,
                #[input(len = num_devices)]
                device_list: *const cl_device_id,
                #[input(cstr)]
                kernel_names: *const c_char,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_program;

            #[since("OPENCL_2.1")]
            #[record]
            #[returns(new, depends_on(context))]
            #[before(output::before_il)]
            fn clCreateProgramWithIL(
                context: cl_context,
                #[input(bytes = length)]
                il: *const c_void,
                length: usize,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_program;

            #[since("OPENCL_2.2")]
            #[record(program, spec_id)]
            fn clSetProgramSpecializationConstant(
                program: cl_program,
                spec_id: cl_uint,
                spec_size: usize,
                #[input(bytes = spec_size)]
                spec_value: *const c_void,
            ) -> cl_int;

            fn clBuildProgram(
                program: cl_program,
                num_devices: cl_uint,
                device_list: *const cl_device_id,
                options: *const c_char,
                pfn_notify: program_notify,
                user_data: *mut c_void,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    output::before_build(options);
                    guest::build_program(program, num_devices, device_list, options, pfn_notify, user_data)
                }
            }

            #[since("OPENCL_1.2")]
            fn clCompileProgram(
                program: cl_program,
                num_devices: cl_uint,
                device_list: *const cl_device_id,
                options: *const c_char,
                num_input_headers: cl_uint,
                input_headers: *const cl_program,
                header_include_names: *mut *const c_char,
                pfn_notify: program_notify,
                user_data: *mut c_void,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    output::before_build(options);
                    guest::compile_program(
                        program, num_devices, device_list, options, num_input_headers, input_headers,
                        header_include_names, pfn_notify, user_data,
                    )
                }
            }

            #[since("OPENCL_1.2")]
            fn clLinkProgram(
                context: cl_context,
                num_devices: cl_uint,
                device_list: *const cl_device_id,
                options: *const c_char,
                num_input_programs: cl_uint,
                input_programs: *const cl_program,
                pfn_notify: program_notify,
                user_data: *mut c_void,
                errcode_ret: *mut cl_int,
            ) -> cl_program {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    callback::link_program(
                        context, num_devices, device_list, options, num_input_programs, input_programs,
                        pfn_notify, user_data, errcode_ret,
                    )
                }
            }

            fn clGetProgramInfo(
                program: cl_program,
                param_name: cl_program_info,
                param_value_size: usize,
                param_value: *mut c_void,
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    local::program_info(
                        program, param_name, param_value_size, param_value, param_value_size_ret,
                    )
                }
            }

            fn clGetProgramBuildInfo(
                program: cl_program,
                device: cl_device_id,
                param_name: cl_program_build_info,
                param_value_size: usize,
                param_value: *mut c_void,
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    guest::program_build_info(
                        program, device, param_name, param_value_size, param_value, param_value_size_ret,
                    )
                }
            }
        }

        extern "server" {
            #[record]
            fn build_program(
                program: cl_program,
                num_devices: cl_uint,
                #[input(len = num_devices)]
                device_list: *const cl_device_id,
                #[input(cstr)]
                options: *const c_char,
                #[callback(once, depends_on(program))]
                pfn_notify: program_notify,
                #[userdata(pfn_notify)]
                user_data: *mut c_void,
            ) -> cl_int {
                let options = remote::with_arg_info(options);
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    vendor.clBuildProgram(
                        program, num_devices, device_list, options.as_ptr(), pfn_notify, user_data,
                    )
                }
            }

            fn program_build_info(
                program: cl_program,
                device: cl_device_id,
                param_name: cl_program_build_info,
                param_value_size: usize,
                #[output(bytes = param_value_size, filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    remote::program_build_info(
                        vendor, program, device, param_name, param_value_size, param_value, param_value_size_ret,
                    )
                }
            }

            /// An argument that only the guest can tell to be a memory object, as the vendor does not describe the kernel's.
            #[record(kernel, arg_index)]
            #[mode(shape::set_mem_arg_mode((meta(kernel), kernel.raw()), arg_index, meta(mem)))]
            fn set_mem_arg(
                kernel: cl_kernel,
                arg_index: cl_uint,
                mem: cl_mem,
            ) -> cl_int {
                // SAFETY: a live object's handle is what the vendor gets, whatever the argument is.
                unsafe { vendor.clSetKernelArg(kernel, arg_index, size_of::<cl_mem>(), (&raw const mem).cast()) }
            }

            /// The same for a sampler.
            #[record(kernel, arg_index)]
            fn set_sampler_arg(
                kernel: cl_kernel,
                arg_index: cl_uint,
                sampler: cl_sampler,
            ) -> cl_int {
                // SAFETY: as above.
                unsafe {
                    vendor.clSetKernelArg(kernel, arg_index, size_of::<cl_sampler>(), (&raw const sampler).cast())
                }
            }

            /// Whether the program has kernels to be made, and how many.
            fn count_kernels(
                program: cl_program,
                #[output]
                num_kernels_ret: *mut cl_uint,
            ) -> cl_int {
                // SAFETY: asks for a number.
                unsafe { vendor.clCreateKernelsInProgram(program, 0, std::ptr::null_mut(), num_kernels_ret) }
            }

            fn kernel_arg_info(
                kernel: cl_kernel,
                arg_indx: cl_uint,
                param_name: cl_kernel_arg_info,
                param_value_size: usize,
                #[output(bytes = param_value_size, filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    let status = vendor.clGetKernelArgInfo(
                        kernel, arg_indx, param_name, param_value_size, param_value, param_value_size_ret,
                    );
                    if status == CL_SUCCESS && describe::arg_info_is_ours(vendor, kernel) {
                        return CL_KERNEL_ARG_INFO_NOT_AVAILABLE;
                    }
                    status
                }
            }

            #[record]
            fn compile_program(
                program: cl_program,
                num_devices: cl_uint,
                #[input(len = num_devices)]
                device_list: *const cl_device_id,
                #[input(cstr)]
                options: *const c_char,
                num_input_headers: cl_uint,
                #[input(len = num_input_headers)]
                input_headers: *const cl_program,
                #[input(len = num_input_headers, element(cstr))]
                header_include_names: *mut *const c_char,
                #[callback(once, depends_on(program))]
                pfn_notify: program_notify,
                #[userdata(pfn_notify)]
                user_data: *mut c_void,
            ) -> cl_int {
                let options = remote::with_arg_info(options);
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    vendor.clCompileProgram(
                        program, num_devices, device_list, options.as_ptr(), num_input_headers, input_headers,
                        header_include_names, pfn_notify, user_data,
                    )
                }
            }

            #[record]
            #[returns(new, depends_on(context))]
            fn link_program(
                context: cl_context,
                num_devices: cl_uint,
                #[input(len = num_devices)]
                device_list: *const cl_device_id,
                #[input(cstr)]
                options: *const c_char,
                num_input_programs: cl_uint,
                #[input(len = num_input_programs)]
                input_programs: *const cl_program,
                #[callback(once)]
                pfn_notify: link_notify,
                #[userdata(pfn_notify)]
                user_data: *mut c_void,
                #[output]
                linked: *mut cl_int,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_program {
                callback::link_in_server(pfn_notify, user_data, |pfn_notify, user_data| {
                    // SAFETY: decoded arguments are what the C function demands.
                    unsafe {
                        remote::link_program(
                            vendor, context, num_devices, device_list, options, num_input_programs, input_programs,
                            (pfn_notify, user_data), linked, errcode_ret,
                        )
                    }
                })
            }

            fn program_info(
                program: cl_program,
                param_name: cl_program_info,
                param_value_size: usize,
                #[output(with = shape::program_info(param_name, param_value_size), filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                if param_name == CL_PROGRAM_BINARIES {
                    // The answer would be pointers; binaries come one by one.
                    return CL_INVALID_VALUE;
                }
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    vendor.clGetProgramInfo(
                        program, param_name, param_value_size, param_value, param_value_size_ret,
                    )
                }
            }

            fn program_binary(
                program: cl_program,
                index: cl_uint,
                size: usize,
                #[output(bytes = size)]
                binary: *mut c_void,
            ) -> cl_int {
                // SAFETY: the shadow of `binary` has `size` bytes.
                unsafe { remote::program_binary(vendor, program, index, size, binary) }
            }
        }

        // Kernels.

        #[since("OPENCL_1.0")]
        unsafe extern "C" {
            #[record]
            #[returns(new, depends_on(program), meta = remote::describe_kernel(vendor, ret))]
            fn clCreateKernel(
                program: cl_program,
                #[input(cstr)]
                kernel_name: *const c_char,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_kernel;

            fn clCreateKernelsInProgram(
                program: cl_program,
                num_kernels: cl_uint,
                kernels: *mut cl_kernel,
                num_kernels_ret: *mut cl_uint,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { local::create_kernels(program, num_kernels, kernels, num_kernels_ret) }
            }

            #[since("OPENCL_2.1")]
            #[record]
            #[returns(new, depends_on(source_kernel), meta = remote::describe_kernel(vendor, ret))]
            fn clCloneKernel(
                source_kernel: cl_kernel,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_kernel;

            #[record(kernel, arg_index)]
            #[mode(shape::set_arg_mode((meta(kernel), kernel.raw()), arg_index, arg_size, arg_value))]
            #[before(local::set_undescribed_arg)]
            #[after(local::learn_arg)]
            fn clSetKernelArg(
                kernel: cl_kernel,
                arg_index: cl_uint,
                arg_size: usize,
                #[input(with = shape::kernel_arg(meta(kernel), arg_index, arg_size))]
                arg_value: *const c_void,
            ) -> cl_int;

            #[after(local::kernel_info)]
            fn clGetKernelInfo(
                kernel: cl_kernel,
                param_name: cl_kernel_info,
                param_value_size: usize,
                #[output(with = shape::kernel_info(param_name, param_value_size), filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int;

            #[since("OPENCL_1.2")]
            fn clGetKernelArgInfo(
                kernel: cl_kernel,
                arg_indx: cl_uint,
                param_name: cl_kernel_arg_info,
                param_value_size: usize,
                param_value: *mut c_void,
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    guest::kernel_arg_info(
                        kernel, arg_indx, param_name, param_value_size, param_value, param_value_size_ret,
                    )
                }
            }

            fn clGetKernelWorkGroupInfo(
                kernel: cl_kernel,
                device: cl_device_id,
                param_name: cl_kernel_work_group_info,
                param_value_size: usize,
                #[output(bytes = param_value_size, filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int;

            #[since("OPENCL_2.1")]
            fn clGetKernelSubGroupInfo(
                kernel: cl_kernel,
                device: cl_device_id,
                param_name: cl_kernel_sub_group_info,
                input_value_size: usize,
                #[input(bytes = input_value_size)]
                input_value: *const c_void,
                param_value_size: usize,
                #[output(bytes = param_value_size, filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int;

            #[since("OPENCL_2.0")]
            fn clGetKernelSubGroupInfoKHR(
                in_kernel: cl_kernel,
                in_device: cl_device_id,
                param_name: cl_kernel_sub_group_info,
                input_value_size: usize,
                #[input(bytes = input_value_size)]
                input_value: *const c_void,
                param_value_size: usize,
                #[output(bytes = param_value_size, filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int;

            #[consumes(KERNEL_INVOCATIONS, 1)]
            #[mode(shape::launch_mode(
                meta(command_queue),
                meta(kernel),
                work_dim,
                global_work_offset,
                global_work_size,
                local_work_size,
                (num_events_in_wait_list, event_wait_list),
            ))]
            #[after(local::learn_launch)]
            fn clEnqueueNDRangeKernel(
                command_queue: cl_command_queue,
                kernel: cl_kernel,
                work_dim: cl_uint,
                #[input(len = work_dim.min(3))]
                global_work_offset: *const usize,
                #[input(len = work_dim.min(3))]
                global_work_size: *const usize,
                #[input(len = work_dim.min(3))]
                local_work_size: *const usize,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int;

            #[consumes(KERNEL_INVOCATIONS, 1)]
            #[mode(shape::task_mode(meta(command_queue), meta(kernel), (num_events_in_wait_list, event_wait_list)))]
            #[after(local::learn_task)]
            fn clEnqueueTask(
                command_queue: cl_command_queue,
                kernel: cl_kernel,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int;
        }

        // Events and order.

        #[since("OPENCL_1.0")]
        unsafe extern "C" {
            #[since("OPENCL_1.2")]
            #[mode(shape::wait_mode(meta(command_queue), (num_events_in_wait_list, event_wait_list)))]
            fn clEnqueueMarkerWithWaitList(
                command_queue: cl_command_queue,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int;

            #[since("OPENCL_1.2")]
            #[mode(shape::wait_mode(meta(command_queue), (num_events_in_wait_list, event_wait_list)))]
            fn clEnqueueBarrierWithWaitList(
                command_queue: cl_command_queue,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int;

            #[mode(if event.is_null() { Sync } else { shape::queue_mode(meta(command_queue)) })]
            fn clEnqueueMarker(
                command_queue: cl_command_queue,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int;

            #[mode(shape::queue_mode(meta(command_queue)))]
            fn clEnqueueBarrier(
                command_queue: cl_command_queue,
            ) -> cl_int;

            /// What took its place in OpenCL 1.2 means the same with these arguments. PoCL lacks the old function and aborts.
            fn clEnqueueWaitForEvents(
                command_queue: cl_command_queue,
                num_events: cl_uint,
                event_list: *const cl_event,
            ) -> cl_int {
                if num_events == 0 || event_list.is_null() {
                    return CL_INVALID_VALUE;
                }
                // SAFETY: the application keeps to the C function's contract.
                let status = unsafe {
                    guest::clEnqueueBarrierWithWaitList(command_queue, num_events, event_list, std::ptr::null_mut())
                };
                if status == CL_INVALID_EVENT_WAIT_LIST { CL_INVALID_EVENT } else { status }
            }

            fn clWaitForEvents(
                num_events: cl_uint,
                #[input(len = num_events)]
                event_list: *const cl_event,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int;

            #[after(local::event_info)]
            fn clGetEventInfo(
                event: cl_event,
                param_name: cl_event_info,
                param_value_size: usize,
                #[output(with = shape::event_info(param_name, param_value_size), filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int;

            fn clGetEventProfilingInfo(
                event: cl_event,
                param_name: cl_profiling_info,
                param_value_size: usize,
                #[output(bytes = param_value_size, filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
                #[contextual(IN_FLIGHT.poll())]
                bufs: PendingBuffers,
            ) -> cl_int;

            #[since("OPENCL_1.1")]
            #[returns(new, depends_on(context))]
            fn clCreateUserEvent(
                context: cl_context,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_event;

            #[since("OPENCL_1.1")]
            #[after(local::user_event_set)]
            fn clSetUserEventStatus(
                event: cl_event,
                execution_status: cl_int,
            ) -> cl_int;
        }

        // Callbacks.

        extern "callback" {
            fn event_notify(event: cl_event, event_command_status: cl_int, #[userdata] user_data: *mut c_void);
            fn context_notify(
                #[input(cstr)]
                errinfo: *const c_char,
                #[input(bytes = cb)]
                private_info: *const c_void,
                cb: usize,
                #[userdata]
                user_data: *mut c_void,
            );
            /// The same function for a vendor that passes the application's data in place of the private information.
            fn misplaced_notify(
                #[input(cstr)]
                errinfo: *const c_char,
                #[userdata]
                private_info: *const c_void,
                cb: usize,
                #[opaque]
                nothing: *mut c_void,
            );
            fn program_notify(program: cl_program, #[userdata] user_data: *mut c_void);
            /// A link is over. The guest knows of which program.
            fn link_notify(#[userdata] user_data: *mut c_void);
            /// An object is gone. The guest knows which.
            fn gone_notify(#[userdata] user_data: *mut c_void);
            /// A native kernel of the guest's runs: with buffers in `memory`, after their offsets.
            fn native_kernel(
                #[inout(bytes = size)]
                memory: *mut c_void,
                size: usize,
                #[userdata]
                data: *mut c_void,
            );
            /// A kernel printed something, by C stdio (`buffered`) or past it.
            fn output_notify(
                buffered: cl_bool,
                #[input(bytes = size)]
                data: *const c_void,
                size: usize,
            );
        }

        #[since("OPENCL_1.1")]
        unsafe extern "C" {
            fn clSetEventCallback(
                event: cl_event,
                command_exec_callback_type: cl_int,
                pfn_notify: event_notify,
                user_data: *mut c_void,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { guest::set_event_callback(event, command_exec_callback_type, pfn_notify, user_data) }
            }

            fn clSetMemObjectDestructorCallback(
                memobj: cl_mem,
                pfn_notify: Option<unsafe extern "C" fn(memobj: cl_mem, user_data: *mut c_void)>,
                user_data: *mut c_void,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { callback::when_mem_is_gone(memobj, pfn_notify, user_data) }
            }

            #[since("OPENCL_2.2")]
            fn clSetProgramReleaseCallback(
                program: cl_program,
                pfn_notify: program_notify,
                user_data: *mut c_void,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { callback::when_program_is_gone(program, pfn_notify, user_data) }
            }

            #[since("OPENCL_3.0")]
            fn clSetContextDestructorCallback(
                context: cl_context,
                pfn_notify: Option<unsafe extern "C" fn(context: cl_context, user_data: *mut c_void)>,
                user_data: *mut c_void,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { callback::when_context_is_gone(context, pfn_notify, user_data) }
            }
        }

        extern "server" {
            fn set_event_callback(
                event: cl_event,
                state: cl_int,
                #[callback(once, depends_on(event))]
                notify: event_notify,
                #[userdata(notify)]
                data: *mut c_void,
            ) -> cl_int {
                callback::register_event(notify, data, |notify, data| {
                    // SAFETY: a live event, and what the function expects.
                    unsafe { vendor.clSetEventCallback(event, state, notify, data) }
                })
            }

            fn set_mem_destructor(
                memobj: cl_mem,
                #[callback(once)]
                notify: gone_notify,
                #[userdata(notify)]
                data: *mut c_void,
            ) -> cl_int {
                callback::register_gone(notify, data, |notify, data| {
                    // SAFETY: a live object, and what the function expects.
                    unsafe { vendor.clSetMemObjectDestructorCallback(memobj, notify, data) }
                })
            }

            fn set_program_release(
                program: cl_program,
                #[callback(once)]
                notify: gone_notify,
                #[userdata(notify)]
                data: *mut c_void,
            ) -> cl_int {
                callback::register_gone(notify, data, |notify, data| {
                    // SAFETY: a live object, and what the function expects.
                    unsafe { vendor.clSetProgramReleaseCallback(program, notify, data) }
                })
            }

            fn set_context_destructor(
                context: cl_context,
                #[callback(once)]
                notify: gone_notify,
                #[userdata(notify)]
                data: *mut c_void,
            ) -> cl_int {
                callback::register_gone(notify, data, |notify, data| {
                    // SAFETY: a live object, and what the function expects.
                    unsafe { vendor.clSetContextDestructorCallback(context, notify, data) }
                })
            }

            /// What kernels print goes to this function of the guest library's from now on.
            fn redirect_output(
                #[callback(kept)]
                notify: output_notify,
            ) -> cl_int {
                let _ = vendor;
                output::redirect(notify)
            }

            /// What was printed until now has been shown when this returns.
            fn drain_output() -> cl_int {
                let _ = vendor;
                output::drain();
                CL_SUCCESS
            }
        }

        // Extensions.

        unsafe extern "C" {
            #[extension(extension::function(vendor, c"clCreateCommandBufferKHR"))]
            #[returns(new, meta = CommandBufferMeta::default())]
            fn clCreateCommandBufferKHR(
                num_queues: cl_uint,
                #[input(len = num_queues)]
                queues: *const cl_command_queue,
                #[input(len = shape::property_count(properties))]
                properties: *const cl_command_buffer_properties_khr,
                #[output]
                errcode_ret: *mut cl_int,
            ) -> cl_command_buffer_khr;

            #[extension(extension::function(vendor, c"clFinalizeCommandBufferKHR"))]
            fn clFinalizeCommandBufferKHR(
                command_buffer: cl_command_buffer_khr,
            ) -> cl_int;

            #[extension(extension::function(vendor, c"clEnqueueCommandBufferKHR"))]
            fn clEnqueueCommandBufferKHR(
                num_queues: cl_uint,
                #[input(len = num_queues)]
                queues: *mut cl_command_queue,
                command_buffer: cl_command_buffer_khr,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new)]
                event: *mut cl_event,
            ) -> cl_int;

            #[extension(extension::function(vendor, c"clCommandBarrierWithWaitListKHR"))]
            fn clCommandBarrierWithWaitListKHR(
                command_buffer: cl_command_buffer_khr,
                command_queue: cl_command_queue,
                num_sync_points_in_wait_list: cl_uint,
                #[input(len = num_sync_points_in_wait_list)]
                sync_point_wait_list: *const cl_sync_point_khr,
                #[output]
                sync_point: *mut cl_sync_point_khr,
                #[output(when = false, cast = usize)]
                mutable_handle: *mut cl_mutable_command_khr,
            ) -> cl_int;

            #[extension(extension::function(vendor, c"clCommandCopyBufferKHR"))]
            fn clCommandCopyBufferKHR(
                command_buffer: cl_command_buffer_khr,
                command_queue: cl_command_queue,
                src_buffer: cl_mem,
                dst_buffer: cl_mem,
                src_offset: usize,
                dst_offset: usize,
                size: usize,
                num_sync_points_in_wait_list: cl_uint,
                #[input(len = num_sync_points_in_wait_list)]
                sync_point_wait_list: *const cl_sync_point_khr,
                #[output]
                sync_point: *mut cl_sync_point_khr,
                #[output(when = false, cast = usize)]
                mutable_handle: *mut cl_mutable_command_khr,
            ) -> cl_int;

            #[extension(extension::function(vendor, c"clCommandCopyBufferRectKHR"))]
            fn clCommandCopyBufferRectKHR(
                command_buffer: cl_command_buffer_khr,
                command_queue: cl_command_queue,
                src_buffer: cl_mem,
                dst_buffer: cl_mem,
                #[input(len = 3)]
                src_origin: *const usize,
                #[input(len = 3)]
                dst_origin: *const usize,
                #[input(len = 3)]
                region: *const usize,
                src_row_pitch: usize,
                src_slice_pitch: usize,
                dst_row_pitch: usize,
                dst_slice_pitch: usize,
                num_sync_points_in_wait_list: cl_uint,
                #[input(len = num_sync_points_in_wait_list)]
                sync_point_wait_list: *const cl_sync_point_khr,
                #[output]
                sync_point: *mut cl_sync_point_khr,
                #[output(when = false, cast = usize)]
                mutable_handle: *mut cl_mutable_command_khr,
            ) -> cl_int;

            #[extension(extension::function(vendor, c"clCommandCopyBufferToImageKHR"))]
            fn clCommandCopyBufferToImageKHR(
                command_buffer: cl_command_buffer_khr,
                command_queue: cl_command_queue,
                src_buffer: cl_mem,
                dst_image: cl_mem,
                src_offset: usize,
                #[input(len = 3)]
                dst_origin: *const usize,
                #[input(len = 3)]
                region: *const usize,
                num_sync_points_in_wait_list: cl_uint,
                #[input(len = num_sync_points_in_wait_list)]
                sync_point_wait_list: *const cl_sync_point_khr,
                #[output]
                sync_point: *mut cl_sync_point_khr,
                #[output(when = false, cast = usize)]
                mutable_handle: *mut cl_mutable_command_khr,
            ) -> cl_int;

            #[extension(extension::function(vendor, c"clCommandCopyImageKHR"))]
            fn clCommandCopyImageKHR(
                command_buffer: cl_command_buffer_khr,
                command_queue: cl_command_queue,
                src_image: cl_mem,
                dst_image: cl_mem,
                #[input(len = 3)]
                src_origin: *const usize,
                #[input(len = 3)]
                dst_origin: *const usize,
                #[input(len = 3)]
                region: *const usize,
                num_sync_points_in_wait_list: cl_uint,
                #[input(len = num_sync_points_in_wait_list)]
                sync_point_wait_list: *const cl_sync_point_khr,
                #[output]
                sync_point: *mut cl_sync_point_khr,
                #[output(when = false, cast = usize)]
                mutable_handle: *mut cl_mutable_command_khr,
            ) -> cl_int;

            #[extension(extension::function(vendor, c"clCommandCopyImageToBufferKHR"))]
            fn clCommandCopyImageToBufferKHR(
                command_buffer: cl_command_buffer_khr,
                command_queue: cl_command_queue,
                src_image: cl_mem,
                dst_buffer: cl_mem,
                #[input(len = 3)]
                src_origin: *const usize,
                #[input(len = 3)]
                region: *const usize,
                dst_offset: usize,
                num_sync_points_in_wait_list: cl_uint,
                #[input(len = num_sync_points_in_wait_list)]
                sync_point_wait_list: *const cl_sync_point_khr,
                #[output]
                sync_point: *mut cl_sync_point_khr,
                #[output(when = false, cast = usize)]
                mutable_handle: *mut cl_mutable_command_khr,
            ) -> cl_int;

            #[extension(extension::function(vendor, c"clCommandFillBufferKHR"))]
            fn clCommandFillBufferKHR(
                command_buffer: cl_command_buffer_khr,
                command_queue: cl_command_queue,
                buffer: cl_mem,
                #[input(bytes = pattern_size)]
                pattern: *const c_void,
                pattern_size: usize,
                offset: usize,
                size: usize,
                num_sync_points_in_wait_list: cl_uint,
                #[input(len = num_sync_points_in_wait_list)]
                sync_point_wait_list: *const cl_sync_point_khr,
                #[output]
                sync_point: *mut cl_sync_point_khr,
                #[output(when = false, cast = usize)]
                mutable_handle: *mut cl_mutable_command_khr,
            ) -> cl_int;

            #[extension(extension::function(vendor, c"clCommandFillImageKHR"))]
            fn clCommandFillImageKHR(
                command_buffer: cl_command_buffer_khr,
                command_queue: cl_command_queue,
                image: cl_mem,
                /// Four channels, of 4 bytes each.
                #[input(bytes = 16)]
                fill_color: *const c_void,
                #[input(len = 3)]
                origin: *const usize,
                #[input(len = 3)]
                region: *const usize,
                num_sync_points_in_wait_list: cl_uint,
                #[input(len = num_sync_points_in_wait_list)]
                sync_point_wait_list: *const cl_sync_point_khr,
                #[output]
                sync_point: *mut cl_sync_point_khr,
                #[output(when = false, cast = usize)]
                mutable_handle: *mut cl_mutable_command_khr,
            ) -> cl_int;

            #[extension(extension::function(vendor, c"clCommandNDRangeKernelKHR"))]
            fn clCommandNDRangeKernelKHR(
                command_buffer: cl_command_buffer_khr,
                command_queue: cl_command_queue,
                #[input(len = shape::property_count(properties))]
                properties: *const cl_ndrange_kernel_command_properties_khr,
                kernel: cl_kernel,
                work_dim: cl_uint,
                #[input(len = work_dim.min(3))]
                global_work_offset: *const usize,
                #[input(len = work_dim.min(3))]
                global_work_size: *const usize,
                #[input(len = work_dim.min(3))]
                local_work_size: *const usize,
                num_sync_points_in_wait_list: cl_uint,
                #[input(len = num_sync_points_in_wait_list)]
                sync_point_wait_list: *const cl_sync_point_khr,
                #[output]
                sync_point: *mut cl_sync_point_khr,
                #[output(when = false, cast = usize)]
                mutable_handle: *mut cl_mutable_command_khr,
            ) -> cl_int;

            #[extension(extension::function(vendor, c"clGetKernelSuggestedLocalWorkSizeKHR"))]
            fn clGetKernelSuggestedLocalWorkSizeKHR(
                command_queue: cl_command_queue,
                kernel: cl_kernel,
                work_dim: cl_uint,
                #[input(len = work_dim.min(3))]
                global_work_offset: *const usize,
                #[input(len = work_dim.min(3))]
                global_work_size: *const usize,
                #[output(len = work_dim.min(3))]
                suggested_local_work_size: *mut usize,
            ) -> cl_int;

            #[extension(extension::function(vendor, c"clSetContentSizeBufferPoCL"))]
            fn clSetContentSizeBufferPoCL(
                buffer: cl_mem,
                content_size_buffer: cl_mem,
            ) -> cl_int;
        }

        extern "server" {
            /// The last reference is gone.
            fn free_command_buffer(
                #[handle(frees)]
                command_buffer: cl_command_buffer_khr,
            ) -> cl_int {
                // SAFETY: the vendor's object, whose one reference the guest counts on.
                unsafe { command_buffer::release_in_server(vendor, command_buffer) }
            }

            fn command_buffer_info(
                command_buffer: cl_command_buffer_khr,
                param_name: cl_command_buffer_info_khr,
                param_value_size: usize,
                #[output(with = shape::command_buffer_info(param_name, param_value_size), filled = *param_value_size_ret)]
                param_value: *mut c_void,
                #[output(always, filled = shape::sized(ret, param_value_size_ret))]
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    command_buffer::info_in_server(
                        vendor, command_buffer, param_name, param_value_size, param_value, param_value_size_ret,
                    )
                }
            }

            fn enqueue_native_kernel(
                command_queue: cl_command_queue,
                num_mem_objects: cl_uint,
                #[input(len = num_mem_objects)]
                mem_list: *const cl_mem,
                #[callback(once)]
                notify: native_kernel,
                #[userdata(notify)]
                data: *mut c_void,
                num_events_in_wait_list: cl_uint,
                #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
                event_wait_list: *const cl_event,
                #[output(new, depends_on(command_queue))]
                event: *mut cl_event,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    native::enqueue_in_server(
                        vendor, command_queue, num_mem_objects, mem_list, (notify, data),
                        num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }

            /// Vendors of OpenCL 1.1 and later need not have it, and some do not. Others do nothing.
            fn set_queue_property(
                command_queue: cl_command_queue,
                properties: cl_command_queue_properties,
                enable: cl_bool,
                #[inout]
                old_properties: *mut cl_command_queue_properties,
            ) -> cl_int {
                // SAFETY: decoded arguments are what the C function demands.
                unsafe {
                    let table = native::vendor_of(command_queue);
                    if table.is_some_and(|table| table.clSetCommandQueueProperty.is_none()) {
                        return CL_INVALID_OPERATION;
                    }
                    vendor.clSetCommandQueueProperty(command_queue, properties, enable, old_properties)
                }
            }
        }

        #[since("OPENCL_1.0")]
        unsafe extern "C" {
            fn clEnqueueNativeKernel(
                command_queue: cl_command_queue,
                user_func: Option<unsafe extern "C" fn(arg1: *mut c_void)>,
                args: *mut c_void,
                cb_args: usize,
                num_mem_objects: cl_uint,
                mem_list: *const cl_mem,
                args_mem_loc: *mut *const c_void,
                num_events_in_wait_list: cl_uint,
                event_wait_list: *const cl_event,
                event: *mut cl_event,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe {
                    native::enqueue(
                        command_queue, user_func, args, cb_args, num_mem_objects, mem_list, args_mem_loc,
                        num_events_in_wait_list, event_wait_list, event,
                    )
                }
            }

            fn clSetCommandQueueProperty(
                command_queue: cl_command_queue,
                properties: cl_command_queue_properties,
                enable: cl_bool,
                old_properties: *mut cl_command_queue_properties,
            ) -> cl_int {
                // SAFETY: the application keeps to the C function's contract.
                unsafe { guest::set_queue_property(command_queue, properties, enable, old_properties) }
            }
        }

        // Refused. GL and EGL objects belong to the application's process. Where a vendor without the extension answers, so does this: a context that
        // was not made for GL is not one for these functions, and an object that is not GL's has no GL information.

        #[since("OPENCL_1.0")]
        #[unsupported(CL_INVALID_CONTEXT)]
        unsafe extern "C" {
            fn clCreateFromGLBuffer(
                context: cl_context,
                flags: cl_mem_flags,
                bufobj: cl_GLuint,
                errcode_ret: *mut cl_int,
            ) -> cl_mem;
            fn clCreateFromGLTexture2D(
                context: cl_context,
                flags: cl_mem_flags,
                target: cl_GLenum,
                miplevel: cl_GLint,
                texture: cl_GLuint,
                errcode_ret: *mut cl_int,
            ) -> cl_mem;
            fn clCreateFromGLTexture3D(
                context: cl_context,
                flags: cl_mem_flags,
                target: cl_GLenum,
                miplevel: cl_GLint,
                texture: cl_GLuint,
                errcode_ret: *mut cl_int,
            ) -> cl_mem;
            fn clCreateFromGLRenderbuffer(
                context: cl_context,
                flags: cl_mem_flags,
                renderbuffer: cl_GLuint,
                errcode_ret: *mut cl_int,
            ) -> cl_mem;
            fn clEnqueueAcquireGLObjects(
                command_queue: cl_command_queue,
                num_objects: cl_uint,
                mem_objects: *const cl_mem,
                num_events_in_wait_list: cl_uint,
                event_wait_list: *const cl_event,
                event: *mut cl_event,
            ) -> cl_int;
            fn clEnqueueReleaseGLObjects(
                command_queue: cl_command_queue,
                num_objects: cl_uint,
                mem_objects: *const cl_mem,
                num_events_in_wait_list: cl_uint,
                event_wait_list: *const cl_event,
                event: *mut cl_event,
            ) -> cl_int;
        }

        #[since("OPENCL_1.0")]
        #[unsupported(CL_INVALID_MEM_OBJECT)]
        unsafe extern "C" {
            fn clGetGLObjectInfo(
                memobj: cl_mem,
                gl_object_type: *mut cl_gl_object_type,
                gl_object_name: *mut cl_GLuint,
            ) -> cl_int;
            fn clGetGLTextureInfo(
                memobj: cl_mem,
                param_name: cl_gl_texture_info,
                param_value_size: usize,
                param_value: *mut c_void,
                param_value_size_ret: *mut usize,
            ) -> cl_int;
        }

        #[since("OPENCL_1.0")]
        unsafe extern "C" {
            fn clGetGLContextInfoKHR(
                properties: *const cl_context_properties,
                param_name: cl_gl_context_info,
                param_value_size: usize,
                param_value: *mut c_void,
                param_value_size_ret: *mut usize,
            ) -> cl_int {
                let _ = (param_name, param_value_size, param_value, param_value_size_ret);
                // SAFETY: the application keeps to the C function's contract.
                if unsafe { local::names_platform(properties) } { CL_INVALID_OPERATION } else { CL_INVALID_PLATFORM }
            }
        }

        #[since("OPENCL_1.0")]
        #[unsupported(CL_INVALID_OPERATION)]
        unsafe extern "C" {
            fn clCreateEventFromEGLSyncKHR(
                context: cl_context,
                sync: CLeglSyncKHR,
                display: CLeglDisplayKHR,
                errcode_ret: *mut cl_int,
            ) -> cl_event;
            fn clCreateFromEGLImageKHR(
                context: cl_context,
                egldisplay: CLeglDisplayKHR,
                eglimage: CLeglImageKHR,
                flags: cl_mem_flags,
                properties: *const cl_egl_image_properties_khr,
                errcode_ret: *mut cl_int,
            ) -> cl_mem;
            fn clEnqueueAcquireEGLObjectsKHR(
                command_queue: cl_command_queue,
                num_objects: cl_uint,
                mem_objects: *const cl_mem,
                num_events_in_wait_list: cl_uint,
                event_wait_list: *const cl_event,
                event: *mut cl_event,
            ) -> cl_int;
            fn clEnqueueReleaseEGLObjectsKHR(
                command_queue: cl_command_queue,
                num_objects: cl_uint,
                mem_objects: *const cl_mem,
                num_events_in_wait_list: cl_uint,
                event_wait_list: *const cl_event,
                event: *mut cl_event,
            ) -> cl_int;
        }

        #[since("OPENCL_1.1")]
        #[unsupported(CL_INVALID_OPERATION)]
        unsafe extern "C" {
            fn clCreateEventFromGLsyncKHR(
                context: cl_context,
                sync: cl_GLsync,
                errcode_ret: *mut cl_int,
            ) -> cl_event;
        }

        #[since("OPENCL_1.2")]
        #[unsupported(CL_INVALID_CONTEXT)]
        unsafe extern "C" {
            fn clCreateFromGLTexture(
                context: cl_context,
                flags: cl_mem_flags,
                target: cl_GLenum,
                miplevel: cl_GLint,
                texture: cl_GLuint,
                errcode_ret: *mut cl_int,
            ) -> cl_mem;
        }
    }
}
