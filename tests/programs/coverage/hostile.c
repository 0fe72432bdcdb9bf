/* Handles that are none: numbers, addresses of other things, objects of another kind, objects that are gone. Natively these may crash;
 * through AvA each is the invalid-object error that OpenCL has for it. */
#include "coverage.h"

static int failures;

static void expect_(const char *text, cl_int status, cl_int expected)
{
    int right = status == expected;
    failures += !right;
    printf("%s = %s%s%s\n", text, status_name(status), right ? "" : ", expected ", right ? "" : status_name(expected));
}
#define EXPECT(expected, call) expect_(#call, (call), (expected))
#define EXPECT_NEW(expected, call) do { cl_int status = 0x7fff; const void *object_ = (call); expect_(#call, object_ ? 0x7ffe : status, (expected)); } while (0)

/* Everything that takes a handle, with `wrong` in its place. */
static void every_function(struct fixture *f, const char *sort, void *wrong)
{
    size_t one = 1;
    unsigned char byte = 0;
    cl_event event = wrong;
    cl_mem buffer = wrong;
    cl_device_id device = wrong;
    const char *source = "";
    printf("\n-- %s\n", sort);
    EXPECT(CL_INVALID_PLATFORM, clGetPlatformInfo(wrong, CL_PLATFORM_NAME, 0, NULL, &one));
    EXPECT(CL_INVALID_PLATFORM, clGetDeviceIDs(wrong, CL_DEVICE_TYPE_ALL, 0, NULL, &(cl_uint){0}));
    EXPECT(CL_INVALID_DEVICE, clGetDeviceInfo(wrong, CL_DEVICE_NAME, 0, NULL, &one));
    EXPECT(CL_INVALID_CONTEXT, clRetainContext(wrong));
    EXPECT(CL_INVALID_CONTEXT, clReleaseContext(wrong));
    EXPECT(CL_INVALID_CONTEXT, clGetContextInfo(wrong, CL_CONTEXT_NUM_DEVICES, 0, NULL, &one));
    EXPECT_NEW(CL_INVALID_DEVICE, clCreateContext(NULL, 1, &device, NULL, NULL, &status));
    EXPECT_NEW(CL_INVALID_CONTEXT, clCreateBuffer(wrong, 0, 16, NULL, &status));
    EXPECT_NEW(CL_INVALID_CONTEXT, clCreateCommandQueue(wrong, f->device, 0, &status));
    EXPECT_NEW(CL_INVALID_DEVICE, clCreateCommandQueue(f->context, wrong, 0, &status));
    EXPECT_NEW(CL_INVALID_CONTEXT, clCreateProgramWithSource(wrong, 1, &source, NULL, &status));
    EXPECT_NEW(CL_INVALID_CONTEXT, clCreateUserEvent(wrong, &status));
    EXPECT(CL_INVALID_COMMAND_QUEUE, clRetainCommandQueue(wrong));
    EXPECT(CL_INVALID_COMMAND_QUEUE, clReleaseCommandQueue(wrong));
    EXPECT(CL_INVALID_COMMAND_QUEUE, clFlush(wrong));
    EXPECT(CL_INVALID_COMMAND_QUEUE, clFinish(wrong));
    EXPECT(CL_INVALID_COMMAND_QUEUE, clGetCommandQueueInfo(wrong, CL_QUEUE_PROPERTIES, 0, NULL, &one));
    EXPECT(CL_INVALID_COMMAND_QUEUE, clEnqueueMarkerWithWaitList(wrong, 0, NULL, NULL));
    EXPECT(CL_INVALID_MEM_OBJECT, clRetainMemObject(wrong));
    EXPECT(CL_INVALID_MEM_OBJECT, clReleaseMemObject(wrong));
    EXPECT(CL_INVALID_MEM_OBJECT, clGetMemObjectInfo(wrong, CL_MEM_SIZE, 0, NULL, &one));
    EXPECT(CL_INVALID_MEM_OBJECT, clEnqueueReadBuffer(f->queue, wrong, CL_TRUE, 0, 1, &byte, 0, NULL, NULL));
    EXPECT(CL_INVALID_MEM_OBJECT, clEnqueueReadBuffer(f->queue, wrong, CL_FALSE, 0, 1, &byte, 0, NULL, NULL));
    EXPECT(CL_INVALID_MEM_OBJECT, clEnqueueWriteBuffer(f->queue, wrong, CL_FALSE, 0, 1, &byte, 0, NULL, NULL));
    EXPECT(CL_INVALID_MEM_OBJECT, clEnqueueCopyBuffer(f->queue, wrong, wrong, 0, 0, 1, 0, NULL, NULL));
    EXPECT(CL_INVALID_MEM_OBJECT, clEnqueueUnmapMemObject(f->queue, wrong, &byte, 0, NULL, NULL));
    EXPECT_NEW(CL_INVALID_MEM_OBJECT, clEnqueueMapBuffer(f->queue, wrong, CL_TRUE, CL_MAP_READ, 0, 1, 0, NULL, NULL, &status));
    EXPECT(CL_INVALID_MEM_OBJECT, clEnqueueMigrateMemObjects(f->queue, 1, &buffer, 0, 0, NULL, NULL));
    EXPECT(CL_INVALID_PROGRAM, clRetainProgram(wrong));
    EXPECT(CL_INVALID_PROGRAM, clReleaseProgram(wrong));
    EXPECT(CL_INVALID_PROGRAM, clBuildProgram(wrong, 0, NULL, NULL, NULL, NULL));
    EXPECT(CL_INVALID_PROGRAM, clGetProgramInfo(wrong, CL_PROGRAM_SOURCE, 0, NULL, &one));
    EXPECT_NEW(CL_INVALID_PROGRAM, clCreateKernel(wrong, "one", &status));
    EXPECT(CL_INVALID_KERNEL, clRetainKernel(wrong));
    EXPECT(CL_INVALID_KERNEL, clReleaseKernel(wrong));
    EXPECT(CL_INVALID_KERNEL, clSetKernelArg(wrong, 0, 1, &byte));
    EXPECT(CL_INVALID_KERNEL, clGetKernelInfo(wrong, CL_KERNEL_NUM_ARGS, 0, NULL, &one));
    EXPECT(CL_INVALID_KERNEL, clEnqueueNDRangeKernel(f->queue, wrong, 1, NULL, &one, NULL, 0, NULL, NULL));
    EXPECT(CL_INVALID_KERNEL, clEnqueueTask(f->queue, wrong, 0, NULL, NULL));
    EXPECT(CL_INVALID_KERNEL, clSetKernelArgSVMPointer(wrong, 0, NULL));
    EXPECT(CL_INVALID_KERNEL, clSetKernelExecInfo(wrong, CL_KERNEL_EXEC_INFO_SVM_PTRS, 0, NULL));
    EXPECT(CL_INVALID_COMMAND_QUEUE, clEnqueueSVMMemcpy(wrong, CL_TRUE, &one, &byte, 1, 0, NULL, NULL));
    EXPECT(CL_INVALID_COMMAND_QUEUE, clEnqueueSVMMap(wrong, CL_TRUE, CL_MAP_READ, &byte, 1, 0, NULL, NULL));
    EXPECT(CL_INVALID_EVENT, clRetainEvent(wrong));
    EXPECT(CL_INVALID_EVENT, clReleaseEvent(wrong));
    EXPECT(CL_INVALID_EVENT, clGetEventInfo(wrong, CL_EVENT_COMMAND_TYPE, 0, NULL, &one));
    EXPECT(CL_INVALID_EVENT, clGetEventProfilingInfo(wrong, CL_PROFILING_COMMAND_END, 0, NULL, &one));
    EXPECT(CL_INVALID_EVENT, clSetUserEventStatus(wrong, CL_COMPLETE));
    EXPECT(CL_INVALID_EVENT, clWaitForEvents(1, &event));
    EXPECT(CL_INVALID_EVENT_WAIT_LIST, clEnqueueMarkerWithWaitList(f->queue, 1, &event, NULL));
}

/* Addresses that are no shared virtual memory, are no more, or of which there is less than is said. */
static void svm_addresses(struct fixture *f)
{
    enum { SIZE = 64 };
    cl_device_svm_capabilities caps = 0;
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_SVM_CAPABILITIES, sizeof caps, &caps, NULL));
    if (!(caps & CL_DEVICE_SVM_COARSE_GRAIN_BUFFER))
        return;
    cl_int status, one = 1;
    char own[SIZE] = {0};
    char *memory = clSVMAlloc(f->context, 0, SIZE, 0), *gone = clSVMAlloc(f->context, 0, SIZE, 0);
    REQUIRE(memory && gone);
    clSVMFree(f->context, gone);
    clSVMFree(f->context, gone);
    clSVMFree(f->context, own);
    clSVMFree(f->context, memory + 1);
    cl_kernel kernel = clCreateKernel(f->program, "fill", &status);
    MUST(status);
    void *wrong[] = {own, gone, memory - 8, memory + SIZE + 8, (void *)0x10, (void *)-16};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        printf("\n-- wrong address %zu\n", i);
        const void *places[] = {wrong[i]};
        EXPECT(CL_INVALID_VALUE, clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_READ, wrong[i], 8, 0, NULL, NULL));
        EXPECT(CL_INVALID_VALUE, clEnqueueSVMMap(f->queue, CL_FALSE, CL_MAP_WRITE, wrong[i], 8, 0, NULL, NULL));
        EXPECT(CL_INVALID_VALUE, clEnqueueSVMUnmap(f->queue, wrong[i], 0, NULL, NULL));
        EXPECT(CL_INVALID_VALUE, clEnqueueSVMMemFill(f->queue, wrong[i], &one, sizeof one, 8, 0, NULL, NULL));
        EXPECT(CL_INVALID_VALUE, clEnqueueSVMMigrateMem(f->queue, 1, places, NULL, 0, 0, NULL, NULL));
        EXPECT(CL_INVALID_VALUE, clEnqueueSVMFree(f->queue, 1, &wrong[i], NULL, NULL, 0, NULL, NULL));
        EXPECT(CL_INVALID_ARG_VALUE, clSetKernelArgSVMPointer(kernel, 0, wrong[i]));
        EXPECT(CL_INVALID_VALUE, clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_PTRS, sizeof places, places));
    }
    printf("\n-- more than there is\n");
    const size_t sizes[] = {SIZE + 1, SIZE + 4096, 1 << 30, (size_t)-1};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const void *places[] = {memory};
        EXPECT(CL_INVALID_VALUE, clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_READ, memory, sizes[i], 0, NULL, NULL));
        EXPECT(CL_INVALID_VALUE, clEnqueueSVMMemFill(f->queue, memory, &one, 1, sizes[i], 0, NULL, NULL));
        EXPECT(CL_INVALID_VALUE, clEnqueueSVMMigrateMem(f->queue, 1, places, &sizes[i], 0, 0, NULL, NULL));
        EXPECT_NEW(CL_INVALID_BUFFER_SIZE, clCreateBuffer(f->context, CL_MEM_USE_HOST_PTR, sizes[i], memory, &status));
    }
    EXPECT(CL_INVALID_VALUE, clEnqueueSVMMemFill(f->queue, memory, NULL, 4, 8, 0, NULL, NULL));
    EXPECT(CL_INVALID_VALUE, clEnqueueSVMMemFill(f->queue, memory, &one, 0, 8, 0, NULL, NULL));
    EXPECT(CL_INVALID_VALUE, clEnqueueSVMMemcpy(f->queue, CL_TRUE, memory, memory + SIZE - 8, 16, 0, NULL, NULL));
    EXPECT(CL_SUCCESS, clEnqueueSVMMemcpy(f->queue, CL_TRUE, own, memory, SIZE, 0, NULL, NULL));
    MUST(clReleaseKernel(kernel));
    MUST(clFinish(f->queue));
    clSVMFree(f->context, memory);
}

int hostile(struct fixture *f)
{
    cl_int status;
    char on_the_stack[64] = {0};
    size_t one = 1;

    every_function(f, "a small number", (void *)0x10);
    every_function(f, "a number that is no address", (void *)0xdeadbeefcafe0008);
    every_function(f, "an odd number", (void *)0x123457);
    every_function(f, "an address of the application", on_the_stack);
    every_function(f, "an address of code", (void *)(uintptr_t)hostile);

    printf("\n-- objects of another kind\n");
    EXPECT(CL_INVALID_MEM_OBJECT, clReleaseMemObject((cl_mem)f->queue));
    EXPECT(CL_INVALID_COMMAND_QUEUE, clFinish((cl_command_queue)f->context));
    EXPECT(CL_INVALID_KERNEL, clSetKernelArg((cl_kernel)f->program, 0, 8, &f->queue));
    EXPECT(CL_INVALID_EVENT, clWaitForEvents(1, (cl_event *)&f->queue));
    EXPECT(CL_INVALID_CONTEXT, clRetainContext((cl_context)f->device));
    EXPECT(CL_INVALID_PLATFORM, clGetPlatformInfo((cl_platform_id)f->context, CL_PLATFORM_NAME, 0, NULL, &one));

    printf("\n-- objects that are gone\n");
    cl_mem buffer = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 64, NULL, &status);
    MUST(status);
    MUST(clReleaseMemObject(buffer));
    EXPECT(CL_INVALID_MEM_OBJECT, clReleaseMemObject(buffer));
    EXPECT(CL_INVALID_MEM_OBJECT, clRetainMemObject(buffer));
    EXPECT(CL_INVALID_MEM_OBJECT, clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, 0, 16, on_the_stack, 0, NULL, NULL));
    EXPECT(CL_INVALID_MEM_OBJECT, clEnqueueReadBuffer(f->queue, buffer, CL_FALSE, 0, 16, on_the_stack, 0, NULL, NULL));
    /* Another object may live where the last one did; the old handle must not reach it. */
    cl_mem next = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 64, NULL, &status);
    MUST(status);
    if (next != buffer)
        EXPECT(CL_INVALID_MEM_OBJECT, clRetainMemObject(buffer));
    cl_kernel kernel = clCreateKernel(f->program, "fill", &status);
    MUST(status);
    EXPECT(CL_INVALID_MEM_OBJECT, clSetKernelArg(kernel, 0, 8, &(void *){on_the_stack}));
    MUST(clReleaseKernel(kernel));
    EXPECT(CL_INVALID_KERNEL, clSetKernelArg(kernel, 0, sizeof next, &next));
    EXPECT(CL_INVALID_KERNEL, clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &one, NULL, 0, NULL, NULL));
    cl_event event;
    MUST(clEnqueueMarkerWithWaitList(f->queue, 0, NULL, &event));
    MUST(clReleaseEvent(event));
    EXPECT(CL_INVALID_EVENT, clWaitForEvents(1, &event));
    EXPECT(CL_INVALID_EVENT_WAIT_LIST, clEnqueueMarkerWithWaitList(f->queue, 1, &event, NULL));
    MUST(clReleaseMemObject(next));
    MUST(clFinish(f->queue));
    svm_addresses(f);
    printf("\n%d wrong\n", failures);
    return failures != 0;
}
