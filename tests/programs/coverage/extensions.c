/* Extensions whose functions a program finds by their names, and what depends on the device having them. */
#include "coverage.h"

#include <CL/cl_ext.h>

/* Whether a list of names with spaces between has this one. */
static int lists(const char *list, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = list; (at = strstr(at, name)); at += len)
        if ((at == list || at[-1] == ' ') && (at[len] == ' ' || at[len] == 0))
            return 1;
    return 0;
}

static int has_extension(struct fixture *f, const char *name)
{
    static char list[16384];
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_EXTENSIONS, sizeof list, list, NULL));
    if (lists(list, name))
        return 1;
    MUST(clGetPlatformInfo(f->platform, CL_PLATFORM_EXTENSIONS, sizeof list, list, NULL));
    return lists(list, name);
}

void cover_extensions(struct fixture *f)
{
    static const char *const names[] = {
        "clCreateCommandBufferKHR", "clRetainCommandBufferKHR", "clReleaseCommandBufferKHR", "clFinalizeCommandBufferKHR",
        "clEnqueueCommandBufferKHR", "clCommandBarrierWithWaitListKHR", "clCommandCopyBufferKHR", "clCommandCopyBufferRectKHR",
        "clCommandCopyBufferToImageKHR", "clCommandCopyImageKHR", "clCommandCopyImageToBufferKHR", "clCommandFillBufferKHR",
        "clCommandFillImageKHR", "clCommandNDRangeKernelKHR", "clGetCommandBufferInfoKHR", "clSetContentSizeBufferPoCL",
        "clGetKernelSuggestedLocalWorkSizeKHR", "clUpdateMutableCommandsKHR", "clNoSuchFunction", "",
    };
    INFO(clGetPlatformInfo, f->platform, CL_PLATFORM_EXTENSIONS, TEXT);
    INFO(clGetPlatformInfo, f->platform, CL_PLATFORM_EXTENSIONS_WITH_VERSION, BYTES);
    INFO(clGetDeviceInfo, f->device, CL_DEVICE_EXTENSIONS, TEXT);
    INFO(clGetDeviceInfo, f->device, CL_DEVICE_EXTENSIONS_WITH_VERSION, BYTES);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        printf("%s: %d\n", names[i], clGetExtensionFunctionAddressForPlatform(f->platform, names[i]) != NULL);
}

#define FIND(name) name##_fn name = (name##_fn)clGetExtensionFunctionAddressForPlatform(f->platform, #name); REQUIRE(name)

void cover_command_buffers(struct fixture *f)
{
    if (!has_extension(f, "cl_khr_command_buffer")) {
        printf("the device has none\n");
        return;
    }
    FIND(clCreateCommandBufferKHR);
    FIND(clRetainCommandBufferKHR);
    FIND(clReleaseCommandBufferKHR);
    FIND(clFinalizeCommandBufferKHR);
    FIND(clEnqueueCommandBufferKHR);
    FIND(clCommandBarrierWithWaitListKHR);
    FIND(clCommandCopyBufferKHR);
    FIND(clCommandFillBufferKHR);
    FIND(clCommandNDRangeKernelKHR);
    FIND(clGetCommandBufferInfoKHR);
    cl_int status;
    cl_event event;
    cl_uint count = 0;
    size_t items = 16;
    cl_command_buffer_khr commands;
    cl_sync_point_khr filled, copied, added, points[2];
    INFO(clGetDeviceInfo, f->device, CL_DEVICE_COMMAND_BUFFER_CAPABILITIES_KHR, U64);
    INFO(clGetDeviceInfo, f->device, CL_DEVICE_COMMAND_BUFFER_REQUIRED_QUEUE_PROPERTIES_KHR, U64);
    cl_mem a = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 256, NULL, &status);
    MUST(status);
    cl_mem b = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 256, NULL, &status);
    MUST(status);
    cl_mem sum = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 256, NULL, &status);
    MUST(status);
    cl_kernel add = clCreateKernel(f->program, "add", &status);
    MUST(status);
    MUST(clSetKernelArg(add, 0, sizeof a, &a));
    MUST(clSetKernelArg(add, 1, sizeof b, &b));
    MUST(clSetKernelArg(add, 2, sizeof sum, &sum));

    cl_command_buffer_properties_khr properties[] = {CL_COMMAND_BUFFER_FLAGS_KHR, 0, 0};
    SHOW_NEW(commands, status, clCreateCommandBufferKHR(0, NULL, NULL, &status));
    SHOW_NEW(commands, status, clCreateCommandBufferKHR(1, &f->queue, properties, &status));
    SHOW(clCommandFillBufferKHR(commands, NULL, a, &(cl_int){20}, 4, 0, 256, 0, NULL, &filled, NULL));
    SHOW(clCommandCopyBufferKHR(commands, NULL, a, b, 0, 0, 256, 1, &filled, &copied, NULL));
    points[0] = filled, points[1] = copied;
    SHOW(clCommandBarrierWithWaitListKHR(commands, NULL, 2, points, NULL, NULL));
    SHOW(clCommandNDRangeKernelKHR(commands, NULL, NULL, add, 1, NULL, &items, NULL, 1, &copied, &added, NULL));
    SHOW(clCommandFillBufferKHR(commands, NULL, a, &(cl_int){20}, 3, 0, 256, 0, NULL, NULL, NULL));
    SHOW(clCommandFillBufferKHR(NULL, NULL, a, &(cl_int){20}, 4, 0, 256, 0, NULL, NULL, NULL));
    INFO(clGetCommandBufferInfoKHR, commands, CL_COMMAND_BUFFER_STATE_KHR, U32);
    SHOW(clEnqueueCommandBufferKHR(0, NULL, commands, 0, NULL, NULL));
    SHOW(clFinalizeCommandBufferKHR(commands));
    SHOW(clFinalizeCommandBufferKHR(commands));
    INFO(clGetCommandBufferInfoKHR, commands, CL_COMMAND_BUFFER_STATE_KHR, U32);
    INFO(clGetCommandBufferInfoKHR, commands, CL_COMMAND_BUFFER_NUM_QUEUES_KHR, U32);
    INFO(clGetCommandBufferInfoKHR, commands, 0x4242, BYTES);
    cl_command_queue queue = NULL;
    SHOW(clGetCommandBufferInfoKHR(commands, CL_COMMAND_BUFFER_QUEUES_KHR, sizeof queue, &queue, NULL));
    printf("its queue is the one it was made for: %d\n", queue == f->queue);
    SHOW(clRetainCommandBufferKHR(commands));
    MUST(clGetCommandBufferInfoKHR(commands, CL_COMMAND_BUFFER_REFERENCE_COUNT_KHR, sizeof count, &count, NULL));
    printf("references: %u\n", count);
    SHOW(clReleaseCommandBufferKHR(commands));
    for (int round = 0; round < 3; round++) {
        MUST(clEnqueueFillBuffer(f->queue, sum, &(cl_int){0}, 4, 0, 256, 0, NULL, NULL));
        SHOW(clEnqueueCommandBufferKHR(0, NULL, commands, 0, NULL, &event));
        SHOW(clWaitForEvents(1, &event));
        INFO(clGetEventInfo, event, CL_EVENT_COMMAND_TYPE, U32);
        SHOW(clReleaseEvent(event));
        show_ints(f, "what it computed", sum, 4);
    }
    SHOW(clReleaseCommandBufferKHR(commands));
    SHOW(clReleaseKernel(add));
    SHOW(clReleaseMemObject(a));
    SHOW(clReleaseMemObject(b));
    SHOW(clReleaseMemObject(sum));
}

typedef cl_int (CL_API_CALL *set_content_size)(cl_mem buffer, cl_mem size_buffer);

void cover_content_sizes(struct fixture *f)
{
    if (!has_extension(f, "cl_pocl_content_size")) {
        printf("the platform has none\n");
        return;
    }
    set_content_size set = (set_content_size)clGetExtensionFunctionAddressForPlatform(f->platform, "clSetContentSizeBufferPoCL");
    REQUIRE(set);
    cl_int status;
    cl_mem size = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 8, NULL, &status);
    MUST(status);
    cl_mem content = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 64, NULL, &status);
    MUST(status);
    SHOW(set(content, size));
    MUST(clEnqueueFillBuffer(f->queue, size, &(cl_ulong){16}, 8, 0, 8, 0, NULL, NULL));
    MUST(clEnqueueFillBuffer(f->queue, content, &(cl_int){3}, 4, 0, 64, 0, NULL, NULL));
    SHOW(clEnqueueMigrateMemObjects(f->queue, 1, &content, 0, 0, NULL, NULL));
    SHOW(clFinish(f->queue));
    show_ints(f, "its content", content, 4);
    SHOW(clReleaseMemObject(content));
    SHOW(clReleaseMemObject(size));
}

struct native_args {
    cl_int factor;
    cl_int *in, *out, *same;
    cl_int n;
    int *ran;
};

static void CL_CALLBACK native(void *data)
{
    struct native_args *args = data;
    for (cl_int i = 0; i < args->n; i++)
        args->out[i] = args->in[i] * args->factor + (args->same == args->in);
    ++*args->ran;
}

static void CL_CALLBACK native_without(void *data)
{
    (void)data;
}

void cover_native_kernels(struct fixture *f)
{
    cl_device_exec_capabilities can = 0;
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_EXECUTION_CAPABILITIES, sizeof can, &can, NULL));
    printf("the device runs them: %d\n", (can & CL_EXEC_NATIVE_KERNEL) != 0);
    if (!(can & CL_EXEC_NATIVE_KERNEL))
        return;
    cl_int status;
    int ran = 0;
    cl_event event;
    cl_mem in = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 256, NULL, &status);
    MUST(status);
    cl_mem out = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 256, NULL, &status);
    MUST(status);
    MUST(clEnqueueFillBuffer(f->queue, in, &(cl_int){7}, 4, 0, 256, 0, NULL, NULL));
    struct native_args args = {.factor = 6, .n = 64, .ran = &ran};
    cl_mem list[] = {in, out, in};
    const void *places[] = {&args.in, &args.out, &args.same};
    SHOW(clEnqueueNativeKernel(f->queue, native, &args, sizeof args, 3, list, places, 0, NULL, &event));
    args.factor = 1000; /* it was copied */
    SHOW(clWaitForEvents(1, &event));
    printf("it ran %d times\n", ran);
    INFO(clGetEventInfo, event, CL_EVENT_COMMAND_TYPE, U32);
    SHOW(clReleaseEvent(event));
    show_ints(f, "what it computed", out, 4);
    SHOW(clEnqueueNativeKernel(f->queue, native_without, NULL, 0, 0, NULL, NULL, 0, NULL, NULL));
    SHOW(clFinish(f->queue));
    SHOW(clEnqueueNativeKernel(f->queue, NULL, &args, sizeof args, 3, list, places, 0, NULL, NULL));
    SHOW(clEnqueueNativeKernel(f->queue, native, NULL, sizeof args, 0, NULL, NULL, 0, NULL, NULL));
    SHOW(clEnqueueNativeKernel(f->queue, native, &args, 0, 0, NULL, NULL, 0, NULL, NULL));
    SHOW(clEnqueueNativeKernel(f->queue, native, &args, sizeof args, 0, list, places, 0, NULL, NULL));
    SHOW(clEnqueueNativeKernel(f->queue, native, &args, sizeof args, 1, NULL, places, 0, NULL, NULL));
    SHOW(clReleaseMemObject(in));
    SHOW(clReleaseMemObject(out));
}
