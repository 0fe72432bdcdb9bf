/* An implementation that returns before a command was looked at must not do so where the command is wrong: what a program tries,
 * knows, and tries again in a slightly different way, as those do that look for the best sizes. */
#include "conformance.h"

/* A kernel of three arguments that has been launched, so that everything is known of it that can be. */
static cl_kernel launched(struct fixture *f, cl_mem in, cl_mem out, size_t items, size_t local)
{
    cl_kernel kernel = a_kernel(f, "reversed");
    MUST(clSetKernelArg(kernel, 0, sizeof in, &in));
    MUST(clSetKernelArg(kernel, 1, sizeof out, &out));
    MUST(clSetKernelArg(kernel, 2, local * sizeof(cl_int), NULL));
    for (int i = 0; i < 3; i++)
        MUST(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &items, &local, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    return kernel;
}

/* More local memory than there is. PoCL takes whatever it is told, and asserts in the launch that it was less than the device's. */
static size_t too_much(struct fixture *f)
{
    cl_ulong most = 0;
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_LOCAL_MEM_SIZE, sizeof most, &most, NULL));
    return is(f, POCL) ? (size_t)most / 2 : (size_t)most * 2;
}

#define LAUNCH(items, local) clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &(items), &(local), 0, NULL, &event)

static void local_memory(struct fixture *f, cl_mem in, cl_mem out)
{
    size_t items = 16, local = 4, group = 8, most = too_much(f);
    cl_kernel kernel = launched(f, in, out, items, local);

    part("local memory that grows beyond the device's");
    COMMAND(LAUNCH(items, local));
    TRY(clSetKernelArg(kernel, 2, most, NULL));
    COMMAND(LAUNCH(items, local));
    TRY(clSetKernelArg(kernel, 2, 64, NULL));
    COMMAND(LAUNCH(items, local));
    COMMAND(LAUNCH(items, group));
    TRY(clSetKernelArg(kernel, 2, most, NULL));
    COMMAND(LAUNCH(items, local));
    COMMAND(LAUNCH(items, group));
    TRY(clSetKernelArg(kernel, 2, 64, NULL));
    COMMAND(LAUNCH(items, group));
    MUST(clReleaseKernel(kernel));
}

static void many_arguments(struct fixture *f, cl_mem out)
{
    /* Local memory as the seventieth argument. */
    char *source = malloc(8192);
    REQUIRE(source);
    size_t at = (size_t)sprintf(source, "kernel void many(global int *out");
    for (int i = 1; i < 70; i++)
        at += (size_t)sprintf(source + at, ", int a%d", i);
    at += (size_t)sprintf(source + at, ", local int *scratch) { scratch[0] = a69; out[0] = scratch[0]; }\n");
    cl_program program = a_program(f, source);
    free(source);
    size_t items = 16, local = 4, most = too_much(f);
    cl_int status, value = 5;
    MUST(clBuildProgram(program, 0, NULL, NULL, NULL, NULL));
    cl_kernel kernel = clCreateKernel(program, "many", &status);
    MUST(status);

    part("as many arguments as nobody has");
    MUST(clSetKernelArg(kernel, 0, sizeof out, &out));
    for (cl_uint i = 1; i < 70; i++)
        MUST(clSetKernelArg(kernel, i, sizeof value, &value));
    COMMAND(LAUNCH(items, local));
    TRY(clSetKernelArg(kernel, 70, 64, NULL));
    COMMAND(LAUNCH(items, local));
    COMMAND(LAUNCH(items, local));
    TRY(clSetKernelArg(kernel, 70, most, NULL));
    COMMAND(LAUNCH(items, local));
    TRY(clSetKernelArg(kernel, 70, 64, NULL));
    COMMAND(LAUNCH(items, local));
    show_ints(f, "the result", out, 1);
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseProgram(program));
}

static void other_arguments(struct fixture *f, cl_mem in, cl_mem out)
{
    cl_int status;
    size_t items = 16, local = 4;
    cl_uint bits = 0;
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_MEM_BASE_ADDR_ALIGN, sizeof bits, &bits, NULL));
    cl_buffer_region region = {bits / 8, 256};
    cl_mem foreign = clCreateBuffer(f->other_context, 0, 4096, NULL, &status), part_of;
    MUST(status);
    cl_kernel kernel = launched(f, in, out, items, local), fresh = a_kernel(f, "reversed"), clone = NULL;

    part("a buffer of another context");
    TRY(clSetKernelArg(kernel, 0, sizeof foreign, &foreign));
    /* Rusticl takes the buffer, and has nothing for it in this context when it runs. */
    if (!is(f, RUSTICL))
        COMMAND(LAUNCH(items, local));
    TRY(clSetKernelArg(kernel, 0, sizeof in, &in));
    COMMAND(LAUNCH(items, local));

    part("a part of a buffer");
    NEW(part_of, clCreateSubBuffer(in, 0, CL_BUFFER_CREATE_TYPE_REGION, &region, &status));
    if (part_of) {
        TRY(clSetKernelArg(kernel, 0, sizeof part_of, &part_of));
        COMMAND(LAUNCH(items, local));
        COMMAND(clEnqueueReadBuffer(f->queue, part_of, CL_FALSE, 0, 64, (char[64]){0}, 0, NULL, &event));
        TRY(clSetKernelArg(kernel, 0, sizeof in, &in));
        MUST(clReleaseMemObject(part_of));
    }

    part("another kernel of the same function");
    COMMAND(clEnqueueNDRangeKernel(f->queue, fresh, 1, NULL, &items, &local, 0, NULL, &event));
    MUST(clSetKernelArg(fresh, 0, sizeof in, &in));
    COMMAND(clEnqueueNDRangeKernel(f->queue, fresh, 1, NULL, &items, &local, 0, NULL, &event));
    MUST(clSetKernelArg(fresh, 1, sizeof out, &out));
    COMMAND(clEnqueueNDRangeKernel(f->queue, fresh, 1, NULL, &items, &local, 0, NULL, &event));
    /* Oclgrind has no such function, on which the loader jumps to nowhere. */
    if (!is(f, OCLGRIND)) {
        part("its clone, with an argument unset");
        NEW(clone, clCloneKernel(fresh, &status));
        if (clone) {
            COMMAND(clEnqueueNDRangeKernel(f->queue, clone, 1, NULL, &items, &local, 0, NULL, &event));
            TRY(clReleaseKernel(clone));
        }
    }

    part("another queue");
    COMMAND(clEnqueueNDRangeKernel(f->other_queue, kernel, 1, NULL, &items, &local, 0, NULL, &event));
    COMMAND(LAUNCH(items, local));

    part("a list of events of another context");
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &items, &local, 1, &f->other_event, &event));

    part("more dimensions");
    size_t plane[2] = {16, 1}, square[2] = {4, 1};
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 2, NULL, plane, square, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 2, NULL, plane, square, 0, NULL, &event));
    plane[1] = 0;
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 2, NULL, plane, square, 0, NULL, &event));

    MUST(clReleaseKernel(fresh));
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseMemObject(foreign));
}

/* The kernel does nothing, so that a range can be as large as an implementation lets it be without running for years. */
static void ranges(struct fixture *f)
{
    cl_kernel kernel = a_kernel(f, "empty");
    size_t items = 64, local = 16, offset = 5, wrap = SIZE_MAX - 15;
    part("ranges that grow");
    COMMAND(LAUNCH(items, local));
    for (size_t n = 64; n <= 65536; n *= 4) {
        COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &n, &local, 0, NULL, &event));
        COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, &offset, &n, &local, 0, NULL, &event));
    }
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, &wrap, &items, &local, 0, NULL, &event));
    for (size_t n = 8; n <= 20; n++) {
        printf("%zu: ", n);
        COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &n, &local, 0, NULL, &event));
    }
    MUST(clReleaseKernel(kernel));
}

static void search(struct fixture *f, cl_mem in, cl_mem out)
{
    size_t most = 0, items = 1;
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof most, &most, NULL));
    while (items < 2 * most && items < 16384)
        items *= 2;
    part("a search for the best size");
    for (int again = 0; again < 2; again++) {
        cl_kernel kernel = launched(f, in, out, 16, 4);
        for (size_t local = 1; local <= items; local *= 2) {
            MUST(clSetKernelArg(kernel, 2, local * sizeof(cl_int), NULL));
            printf("%zu of %zu: ", local, items);
            TRY(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &items, &local, 0, NULL, NULL));
            size_t odd = local + 1;
            printf("%zu of %zu: ", odd, items);
            TRY(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &items, &odd, 0, NULL, NULL));
        }
        TRY(clFinish(f->queue));
        MUST(clReleaseKernel(kernel));
    }
}

static void errors_stay_where_they_are(struct fixture *f, cl_mem buffer)
{
    unsigned char data[64];
    part("what failed is told once");
    SPARE(RUSTICL, "overflows", TRY(clEnqueueReadBuffer(f->queue, buffer, CL_FALSE, SIZE_MAX, 1, data, 0, NULL, NULL)));
    TRY(clFlush(f->queue));
    TRY(clFinish(f->queue));
    TRY(clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, 0, 64, data, 0, NULL, NULL));
    TRY(clEnqueueMarkerWithWaitList(f->queue, 1, &f->other_event, NULL));
    TRY(clFinish(f->queue));
    TRY(clEnqueueBarrierWithWaitList(f->queue, 1, &f->other_event, NULL));
    TRY(clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, 0, 64, data, 0, NULL, NULL));
    TRY(clEnqueueCopyBuffer(f->queue, buffer, buffer, 0, 64, 64, 1, &f->other_event, NULL));
    TRY(clFinish(f->queue));
    TRY(clEnqueueFillBuffer(f->queue, buffer, data, 4, 0, 64, 1, &f->other_event, NULL));
    TRY(clFinish(f->queue));
    void *at;
    NEW(at, clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_READ, 0, 64, 0, NULL, NULL, &status));
    SPARE(OCLGRIND, "unmaps it", TRY(clEnqueueUnmapMemObject(f->other_queue, buffer, at, 0, NULL, NULL)));
    TRY(clFinish(f->other_queue));
    TRY(clFinish(f->queue));
    TRY(clEnqueueUnmapMemObject(f->queue, buffer, at, 0, NULL, NULL));
    TRY(clFinish(f->queue));
}

/* Children keep what they were made of, and what is released meanwhile is not taken for something else. */
static void survivors(struct fixture *f)
{
    unsigned char data[64] = {1};
    cl_int status;
    part("a released context, and another one");
    cl_context first = clCreateContext(NULL, 1, &f->device, NULL, NULL, &status);
    MUST(status);
    cl_mem old = clCreateBuffer(first, 0, 64, NULL, &status);
    MUST(status);
    TRY(clReleaseContext(first));
    cl_context second = clCreateContext(NULL, 1, &f->device, NULL, NULL, &status);
    MUST(status);
    cl_command_queue queue = clCreateCommandQueue(second, f->device, 0, &status);
    MUST(status);
    TRY(clReleaseContext(second)); /* the queue keeps it */
    COMMAND(clEnqueueWriteBuffer(queue, old, CL_FALSE, 0, 64, data, 0, NULL, &event));
    COMMAND(clEnqueueMarkerWithWaitList(queue, 0, NULL, &event));
    MUST(clReleaseMemObject(old));
    cl_context still = NULL;
    MUST(clGetCommandQueueInfo(queue, CL_QUEUE_CONTEXT, sizeof still, &still, NULL));
    old = clCreateBuffer(still, 0, 64, NULL, &status);
    MUST(status);
    COMMAND(clEnqueueWriteBuffer(queue, old, CL_FALSE, 0, 64, data, 0, NULL, &event));
    MUST(clReleaseMemObject(old));
    MUST(clReleaseCommandQueue(queue));
}

void conform_asynchrony(struct fixture *f)
{
    cl_mem in = a_buffer(f, 0, 65536), out = a_buffer(f, 0, 65536);
    local_memory(f, in, out);
    many_arguments(f, out);
    other_arguments(f, in, out);
    ranges(f);
    search(f, in, out);
    errors_stay_where_they_are(f, in);
    survivors(f);
    MUST(clReleaseMemObject(in));
    MUST(clReleaseMemObject(out));
}
