// The example of the language's reference, with more functions: whatever the language has is used here.
#[api(
    name = "opencl",
    version = "3.0",
    ffi = crate::ffi,
    library = ["libOpenCL.so.1"],
    dispatch = crate::icd::table(),
    warm = shape::warm
)]
pub mod opencl {
    use super::shape;
    use crate::{ffi::*, meta::{KernelMeta, MemMeta}};

    #[status(ok = CL_SUCCESS, lost = CL_DEVICE_NOT_AVAILABLE, refused = CL_MEM_OBJECT_ALLOCATION_FAILURE,
             unsupported = CL_INVALID_OPERATION)]
    type cl_int;
    #[handle(retain = clRetainContext, release = clReleaseContext, invalid = CL_INVALID_CONTEXT, since = "OPENCL_1.0")]
    type cl_context;
    #[handle(retain = clRetainCommandQueue, release = clReleaseCommandQueue, invalid = CL_INVALID_COMMAND_QUEUE)]
    type cl_command_queue;
    #[handle(retain = clRetainMemObject, release = clReleaseMemObject, invalid = CL_INVALID_MEM_OBJECT,
             meta = MemMeta, state(save = shape::save_mem, restore = shape::restore_mem))]
    type cl_mem;
    #[handle(retain = clRetainKernel, release = clReleaseKernel, invalid = CL_INVALID_KERNEL, meta = KernelMeta)]
    type cl_kernel;
    #[handle(retain = clRetainProgram, release = clReleaseProgram, invalid = CL_INVALID_PROGRAM)]
    type cl_program;
    #[handle(invalid = CL_INVALID_DEVICE)]
    type cl_device_id;
    #[handle(retain = clRetainEvent, release = clReleaseEvent, invalid = CL_INVALID_EVENT)]
    type cl_event;
    #[opaque]
    type cl_cookie;

    /// Nanoseconds of device time, measured by the server.
    static KERNEL_TIME: Instantaneous;
    #[policy(Quota)]
    static DEVICE_MEMORY: Continuous;
    #[registry(done = shape::event_is_complete)]
    static READS: BufRegistry<cl_command_queue, cl_event>;

    extern "callback" {
        fn cl_event_notify(event: cl_event, status: cl_int, #[userdata] user_data: *mut c_void);
    }

    const LIMIT: usize = 16;

    #[since("OPENCL_1.0")]
    unsafe extern "C" {
        /// Reads.
        #[mode(if blocking_read == CL_TRUE { Sync } else { Async })]
        fn clEnqueueReadBuffer(
            command_queue: cl_command_queue,
            buffer: cl_mem,
            blocking_read: cl_bool,
            offset: usize,
            size: usize,
            #[output(bytes = size, deferred(READS, command_queue, done = event, when = blocking_read != CL_TRUE))]
            ptr: *mut c_void,
            num_events_in_wait_list: cl_uint,
            #[input(len = num_events_in_wait_list, invalid = CL_INVALID_EVENT_WAIT_LIST)]
            event_wait_list: *const cl_event,
            #[output(new, depends_on(command_queue))]
            event: *mut cl_event,
            #[contextual(READS.poll())]
            bufs: PendingBuffers,
        ) -> cl_int;

        #[mode(if shape::launch_is_valid(meta(kernel), work_dim, global_work_size, local_work_size) { Async } else { Sync })]
        #[consumes(KERNEL_TIME, measured)]
        #[after(shape::learn_launch)]
        fn clEnqueueNDRangeKernel(
            command_queue: cl_command_queue,
            kernel: cl_kernel,
            work_dim: cl_uint,
            #[input(len = work_dim)] global_work_size: *const usize,
            #[input(len = work_dim)] local_work_size: *const usize,
        ) -> cl_int;

        #[record]
        #[allocates(DEVICE_MEMORY, size)]
        #[returns(new, depends_on(context), meta = MemMeta { size })]
        fn clCreateBuffer(
            context: cl_context,
            flags: cl_mem_flags,
            size: usize,
            #[input(bytes = size, when = flags & (CL_MEM_COPY_HOST_PTR | CL_MEM_USE_HOST_PTR) != 0)]
            host_ptr: *mut c_void,
            #[output] errcode_ret: *mut cl_int,
        ) -> cl_mem;

        #[since("OPENCL_1.1")]
        #[before(shape::check_source)]
        #[returns(new, depends_on(context), meta = shape::kernel_meta(vendor, ret))]
        fn clCreateProgramWithSource(
            context: cl_context,
            count: cl_uint,
            #[input(len = count, element(cstr = lengths[index]))] strings: *mut *const c_char,
            #[input(len = count)] lengths: *const usize,
            #[output] errcode_ret: *mut cl_int,
        ) -> cl_kernel;

        #[cached]
        fn clGetDeviceInfo(
            device: cl_device_id,
            param_name: cl_device_info,
            param_value_size: usize,
            #[output(bytes = param_value_size, filled = *param_value_size_ret)] param_value: *mut c_void,
            #[output] param_value_size_ret: *mut usize,
        ) -> cl_int;

        fn clCreateSubDevices(
            in_device: cl_device_id,
            #[input(len = properties.count_until(|p| p == 0) + 1)] properties: *const isize,
            num_devices: cl_uint,
            #[output(new, len = num_devices, filled = *num_devices_ret)] out_devices: *mut cl_device_id,
            #[output] num_devices_ret: *mut cl_uint,
        ) -> cl_int;

        fn clSetKernelArg(
            #[handle(invalid = CL_INVALID_VALUE)] kernel: cl_kernel,
            arg_index: cl_uint,
            arg_size: usize,
            #[input(with = shape::kernel_arg(meta(kernel), arg_index, arg_size))] arg_value: *const c_void,
        ) -> cl_int;

        fn clSetEventCallback(
            event: cl_event,
            kind: cl_int,
            notify: cl_event_notify,
            #[userdata(notify)] user_data: *mut c_void,
            #[local] scratch: *mut c_void,
            #[opaque] cookie: *mut c_void,
        ) -> cl_int;

        fn clFinish(
            command_queue: cl_command_queue,
            #[contextual(READS.drain(command_queue))] bufs: PendingBuffers,
        ) -> cl_int;

        fn clBuildProgram(program: cl_program, #[input(cstr)] options: *const c_char) -> cl_int;
        fn clGetMemObjectContext(memobj: cl_mem, #[output] context: *mut cl_context) -> cl_int;
        fn clSwap(queue: cl_command_queue, #[inout(len = 2, filled = 1)] values: *mut cl_uint) -> cl_int;
        fn clDestroy(#[handle(frees)] memobj: cl_mem) -> cl_int;
        fn clParent(memobj: cl_mem) -> cl_mem;
        #[mode(Async)]
        #[success(0)]
        fn clTick(n: cl_uint) -> cl_uint;
        fn clNothing();
        #[returns(opaque)]
        fn clAddress(memobj: cl_mem) -> *mut c_void;

        fn clUnloadCompiler() -> cl_int { CL_SUCCESS }
        #[unsupported(CL_INVALID_OPERATION)]
        fn clEnqueueNativeKernel(command_queue: cl_command_queue, args: *mut c_void) -> cl_int;
    }

    #[unsupported(CL_INVALID_OPERATION)]
    unsafe extern "C" {
        fn clCreatePipe(context: cl_context, properties: *const isize, errcode_ret: *mut cl_int) -> cl_mem;
        fn clSVMAlloc(context: cl_context, size: usize) -> *mut c_void;
    }

    extern "server" {
        /// Maps.
        fn map_buffer(queue: cl_command_queue, memobj: cl_mem, #[output] at: *mut u64) -> cl_int {
            shape::map(vendor, queue, memobj, at, LIMIT)
        }
    }
}
