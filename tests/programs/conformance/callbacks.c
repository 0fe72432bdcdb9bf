/* Functions that take the application's own: those that set callbacks, and native kernels. None of the callbacks is called here, but
 * those of objects, as they go. */
#include "conformance.h"

#include <CL/cl_ext.h>

static void CL_CALLBACK on_event(cl_event event, cl_int status, void *user_data)
{
    (void)event, (void)status, (void)user_data;
}

static void CL_CALLBACK on_memory(cl_mem memory, void *user_data)
{
    (void)memory;
    ++*(int *)user_data;
}

static void CL_CALLBACK on_program(cl_program program, void *user_data)
{
    (void)program;
    ++*(int *)user_data;
}

static void CL_CALLBACK on_context(cl_context context, void *user_data)
{
    (void)context;
    ++*(int *)user_data;
}

static void CL_CALLBACK nothing(void *arguments)
{
    (void)arguments;
}

void conform_callbacks(struct fixture *f)
{
    static const cl_int states[] = {CL_COMPLETE, CL_RUNNING, CL_SUBMITTED, CL_QUEUED, -1, 4, INT32_MAX, INT32_MIN};
    int gone = 0;
    cl_int status;

    part("clSetEventCallback");
    cl_event event = clCreateUserEvent(f->context, &status);
    MUST(status);
    TRY(clSetEventCallback(NULL, CL_COMPLETE, on_event, NULL));
    TRY(clSetEventCallback(event, CL_COMPLETE, NULL, NULL));
    TRY(clSetEventCallback(event, 17, NULL, NULL));
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        printf("%d: ", states[i]);
        TRY(clSetEventCallback(event, states[i], on_event, NULL));
    }
    MUST(clSetUserEventStatus(event, CL_COMPLETE));
    TRY(clSetEventCallback(event, CL_COMPLETE, on_event, NULL));
    TRY(clSetEventCallback(f->event, CL_COMPLETE, on_event, NULL));
    MUST(clReleaseEvent(event));

    part("clSetMemObjectDestructorCallback");
    cl_mem buffer = a_buffer(f, CL_MEM_READ_WRITE, 64);
    TRY(clSetMemObjectDestructorCallback(NULL, on_memory, &gone));
    TRY(clSetMemObjectDestructorCallback(buffer, NULL, &gone));
    TRY(clSetMemObjectDestructorCallback(buffer, on_memory, &gone));
    TRY(clReleaseMemObject(buffer));
    printf("called %d times\n", gone);

    part("clSetProgramReleaseCallback");
    TRY(clSetProgramReleaseCallback(NULL, on_program, &gone));
    SPARE(RUSTICL | OCLGRIND, "calls null, or does not return", TRY(clSetProgramReleaseCallback(f->program, NULL, &gone)));

    /* Since OpenCL 3.0; on an older implementation the loader jumps to nowhere. */
    if (!is(f, OCLGRIND)) {
        part("clSetContextDestructorCallback");
        gone = 0;
        cl_context context = clCreateContext(NULL, 1, &f->device, NULL, NULL, &status);
        MUST(status);
        TRY(clSetContextDestructorCallback(NULL, on_context, &gone));
        TRY(clSetContextDestructorCallback(context, NULL, &gone));
        TRY(clSetContextDestructorCallback(context, on_context, &gone));
        TRY(clReleaseContext(context));
        printf("called %d times\n", gone);
    }
}

void conform_native_kernels(struct fixture *f)
{
    int argument = 7;
    cl_mem buffer = a_buffer(f, CL_MEM_READ_WRITE, 64);
    const void *places[] = {&argument}, *nowhere[] = {NULL};
    cl_mem memories[] = {buffer};
    cl_device_exec_capabilities able = 0;
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_EXECUTION_CAPABILITIES, sizeof able, &able, NULL));
    printf("capabilities %#llx\n", (unsigned long long)able);

    part("clEnqueueNativeKernel");
    COMMAND(clEnqueueNativeKernel(NULL, nothing, NULL, 0, 0, NULL, NULL, 0, NULL, &event));
    SPARE(RUSTICL, "calls null",
          COMMAND(clEnqueueNativeKernel(f->queue, NULL, NULL, 0, 0, NULL, NULL, 0, NULL, &event)));
    SPARE(RUSTICL, "calls null",
          COMMAND(clEnqueueNativeKernel(f->queue, nothing, NULL, 4, 0, NULL, NULL, 0, NULL, &event)));
    SPARE(RUSTICL, "calls null",
          COMMAND(clEnqueueNativeKernel(f->queue, nothing, &argument, 0, 0, NULL, NULL, 0, NULL, &event)));
    SPARE(RUSTICL, "calls null",
          COMMAND(clEnqueueNativeKernel(f->queue, nothing, NULL, 0, 1, memories, places, 0, NULL, &event)));
    SPARE(RUSTICL, "calls null",
          COMMAND(clEnqueueNativeKernel(f->queue, nothing, &argument, 4, 1, NULL, places, 0, NULL, &event)));
    SPARE(RUSTICL, "calls null",
          COMMAND(clEnqueueNativeKernel(f->queue, nothing, &argument, 4, 1, memories, NULL, 0, NULL, &event)));
    SPARE(RUSTICL, "calls null",
          COMMAND(clEnqueueNativeKernel(f->queue, nothing, &argument, 4, 0, memories, NULL, 0, NULL, &event)));
    SPARE(RUSTICL, "calls null",
          COMMAND(clEnqueueNativeKernel(f->queue, nothing, &argument, 4, 0, NULL, nowhere, 0, NULL, &event)));
    SPARE(RUSTICL | OCLGRIND, "calls null, or reads a list that is none",
          COMMAND(clEnqueueNativeKernel(f->queue, nothing, &argument, 4, 0, NULL, NULL, 1, NULL, &event)));
    SPARE(RUSTICL | OCLGRIND, "calls null, or reads a list that is none",
          COMMAND(clEnqueueNativeKernel(f->queue, nothing, &argument, 4, 0, NULL, NULL, 0, &f->event, &event)));
    MUST(clReleaseMemObject(buffer));
}

void conform_older_functions(struct fixture *f)
{
    cl_command_queue_properties before = UNTOUCHED_STATUS;

    part("clSetCommandQueueProperty");
    TRY(clSetCommandQueueProperty(NULL, CL_QUEUE_PROFILING_ENABLE, CL_TRUE, NULL));
    TRY(clSetCommandQueueProperty(NULL, CL_QUEUE_PROFILING_ENABLE, CL_TRUE, &before));
    SPARE(POCL | RUSTICL, "calls null", TRY(clSetCommandQueueProperty(f->queue, 0, CL_TRUE, NULL)));
    SPARE(POCL | RUSTICL, "calls null", TRY(clSetCommandQueueProperty(f->queue, 1u << 20, CL_TRUE, &before)));
    SPARE(POCL | RUSTICL, "calls null", TRY(clSetCommandQueueProperty(f->queue, CL_QUEUE_PROFILING_ENABLE, CL_TRUE, &before)));
    printf("before: %#llx\n", (unsigned long long)before);

    part("clRetainDeviceEXT");
    TRY(clRetainDeviceEXT(NULL));
    TRY(clReleaseDeviceEXT(NULL));
    SPARE(RUSTICL | OCLGRIND, "calls null", TRY(clRetainDeviceEXT(f->device)));
    SPARE(RUSTICL | OCLGRIND, "calls null", TRY(clReleaseDeviceEXT(f->device)));

    part("clGetKernelSubGroupInfoKHR");
    cl_kernel kernel = a_kernel(f, "empty");
    const size_t sizes[] = {8};
    const cl_kernel_sub_group_info most = CL_KERNEL_MAX_SUB_GROUP_SIZE_FOR_NDRANGE_KHR;
    QUERY(clGetKernelSubGroupInfoKHR(NULL, f->device, most, sizeof sizes, sizes, size, value, size_ret));
    SPARE(POCL | OCLGRIND, "calls null",
          QUERY(clGetKernelSubGroupInfoKHR(kernel, f->device, 17, sizeof sizes, sizes, size, value, size_ret)));
    SPARE(POCL | OCLGRIND, "calls null",
          QUERY(clGetKernelSubGroupInfoKHR(kernel, f->device, most, 3, sizes, size, value, size_ret)));
    SPARE(POCL | OCLGRIND, "calls null",
          QUERY(clGetKernelSubGroupInfoKHR(kernel, f->device, most, sizeof sizes, sizes, size, value, size_ret)));
    MUST(clReleaseKernel(kernel));

    part("clUnloadCompiler");
    TRY(clUnloadCompiler());

    part("clGetExtensionFunctionAddress");
    printf("of nothing: %d\n", clGetExtensionFunctionAddress("clNoSuchFunctionAVA") != NULL);
    printf("of nothing of a platform: %d\n",
           clGetExtensionFunctionAddressForPlatform(f->platform, "clNoSuchFunctionAVA") != NULL);
    printf("of no name: %d\n", clGetExtensionFunctionAddressForPlatform(f->platform, "") != NULL);
    printf("of no platform: %d\n", clGetExtensionFunctionAddressForPlatform(NULL, "clNoSuchFunctionAVA") != NULL);
}
