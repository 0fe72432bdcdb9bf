/* The order of commands in several queues, and the times of each kind of command. */
#include "coverage.h"

enum { INTS = 64, BYTES_OF = INTS * 4 };

static cl_kernel adds(struct fixture *f, cl_mem a, cl_mem b, cl_mem out)
{
    cl_int status;
    cl_kernel add = clCreateKernel(f->program, "add", &status);
    MUST(status);
    MUST(clSetKernelArg(add, 0, sizeof a, &a));
    MUST(clSetKernelArg(add, 1, sizeof b, &b));
    MUST(clSetKernelArg(add, 2, sizeof out, &out));
    return add;
}

void cover_several_queues(struct fixture *f)
{
    cl_int status, value = 0;
    cl_event gate, filled[2], added, read;
    size_t items = INTS;
    cl_command_queue queues[3];
    queues[0] = clCreateCommandQueue(f->context, f->device, 0, &status);
    MUST(status);
    SHOW_NEW(queues[1], status, clCreateCommandQueue(f->context, f->device, CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE, &status));
    if (status != CL_SUCCESS) {
        /* Not every device has such queues. */
        queues[1] = clCreateCommandQueue(f->context, f->device, 0, &status);
        MUST(status);
    }
    queues[2] = clCreateCommandQueue(f->context, f->device, CL_QUEUE_PROFILING_ENABLE, &status);
    MUST(status);
    cl_mem a = clCreateBuffer(f->context, CL_MEM_READ_WRITE, BYTES_OF, NULL, &status);
    MUST(status);
    cl_mem b = clCreateBuffer(f->context, CL_MEM_READ_WRITE, BYTES_OF, NULL, &status);
    MUST(status);
    cl_kernel add = adds(f, a, b, a);

    /* One gate holds two queues, a third waits for both, and reads before the program lets them go. */
    for (cl_int round = 1; round <= 8; round++) {
        gate = clCreateUserEvent(f->context, &status);
        MUST(status);
        value = 0;
        MUST(clEnqueueFillBuffer(queues[0], a, &round, 4, 0, BYTES_OF, 1, &gate, &filled[0]));
        MUST(clEnqueueFillBuffer(queues[1], b, &(cl_int){100}, 4, 0, BYTES_OF, 1, &gate, &filled[1]));
        MUST(clEnqueueNDRangeKernel(queues[2], add, 1, NULL, &items, NULL, 2, filled, &added));
        MUST(clEnqueueReadBuffer(queues[1], a, CL_FALSE, 4 * (INTS - 1), 4, &value, 1, &added, &read));
        MUST(clSetUserEventStatus(gate, CL_COMPLETE));
        for (int q = 0; q < 3; q++)
            MUST(clFlush(queues[q]));
        MUST(clWaitForEvents(1, &read));
        printf("round %d: %d\n", round, value);
        MUST(clReleaseEvent(gate));
        MUST(clReleaseEvent(filled[0]));
        MUST(clReleaseEvent(filled[1]));
        MUST(clReleaseEvent(added));
        MUST(clReleaseEvent(read));
    }

    /* Out of order: a marker is after all, a barrier between, without any wait list. */
    cl_event marker;
    MUST(clEnqueueFillBuffer(queues[1], a, &(cl_int){1}, 4, 0, BYTES_OF, 0, NULL, NULL));
    MUST(clEnqueueFillBuffer(queues[1], b, &(cl_int){2}, 4, 0, BYTES_OF, 0, NULL, NULL));
    SHOW(clEnqueueBarrierWithWaitList(queues[1], 0, NULL, NULL));
    MUST(clEnqueueNDRangeKernel(queues[1], add, 1, NULL, &items, NULL, 0, NULL, NULL));
    SHOW(clEnqueueBarrier(queues[1]));
    MUST(clEnqueueNDRangeKernel(queues[1], add, 1, NULL, &items, NULL, 0, NULL, NULL));
    SHOW(clEnqueueMarkerWithWaitList(queues[1], 0, NULL, &marker));
    SHOW(clWaitForEvents(1, &marker));
    SHOW(clReleaseEvent(marker));
    show_ints(f, "1 + 2 + 2", a, 3);

    MUST(clReleaseKernel(add));
    MUST(clReleaseMemObject(a));
    MUST(clReleaseMemObject(b));
    for (int q = 0; q < 3; q++) {
        SHOW(clFinish(queues[q]));
        SHOW(clReleaseCommandQueue(queues[q]));
    }
}

/* Waits for an event, and prints whether its times make sense. */
static void times(const char *text, cl_event event)
{
    static const cl_profiling_info names[] = {CL_PROFILING_COMMAND_QUEUED, CL_PROFILING_COMMAND_SUBMIT, CL_PROFILING_COMMAND_START, CL_PROFILING_COMMAND_END};
    cl_ulong at[4] = {0};
    cl_int status = clWaitForEvents(1, &event);
    for (int i = 0; i < 4 && status == CL_SUCCESS; i++)
        status = clGetEventProfilingInfo(event, names[i], sizeof at[i], &at[i], NULL);
    printf("%s: %s, in order: %d\n", text, status_name(status), at[0] > 0 && at[0] <= at[1] && at[1] <= at[2] && at[2] <= at[3]);
    MUST(clReleaseEvent(event));
}

void cover_times(struct fixture *f)
{
    cl_int status, data[INTS] = {0};
    cl_event event;
    size_t items = INTS, origin[3] = {0}, region[3] = {16, 4, 1};
    cl_mem a = clCreateBuffer(f->context, CL_MEM_READ_WRITE, BYTES_OF, NULL, &status);
    MUST(status);
    cl_mem b = clCreateBuffer(f->context, CL_MEM_READ_WRITE, BYTES_OF, NULL, &status);
    MUST(status);
    cl_kernel add = adds(f, a, a, b);
    cl_kernel empty = clCreateKernel(f->program, "empty", &status);
    MUST(status);
    MUST(clEnqueueFillBuffer(f->queue, a, data, 4, 0, BYTES_OF, 0, NULL, &event));
    times("a fill", event);
    MUST(clEnqueueWriteBuffer(f->queue, a, CL_TRUE, 0, BYTES_OF, data, 0, NULL, &event));
    times("a write", event);
    MUST(clEnqueueWriteBuffer(f->queue, a, CL_FALSE, 0, BYTES_OF, data, 0, NULL, &event));
    times("a write that does not block", event);
    MUST(clEnqueueReadBuffer(f->queue, a, CL_FALSE, 0, BYTES_OF, data, 0, NULL, &event));
    times("a read that does not block", event);
    MUST(clEnqueueCopyBuffer(f->queue, a, b, 0, 0, BYTES_OF, 0, NULL, &event));
    times("a copy", event);
    MUST(clEnqueueWriteBufferRect(f->queue, a, CL_FALSE, origin, origin, region, 16, 0, 16, 0, data, 0, NULL, &event));
    times("a write of a rectangle", event);
    MUST(clEnqueueReadBufferRect(f->queue, a, CL_FALSE, origin, origin, region, 16, 0, 16, 0, data, 0, NULL, &event));
    times("a read of a rectangle", event);
    MUST(clEnqueueCopyBufferRect(f->queue, a, b, origin, origin, region, 16, 0, 16, 0, 0, NULL, &event));
    times("a copy of a rectangle", event);
    void *mapped = clEnqueueMapBuffer(f->queue, a, CL_FALSE, CL_MAP_READ | CL_MAP_WRITE, 0, BYTES_OF, 0, NULL, &event, &status);
    MUST(status);
    times("a map", event);
    MUST(clEnqueueUnmapMemObject(f->queue, a, mapped, 0, NULL, &event));
    times("an unmap", event);
    MUST(clEnqueueNDRangeKernel(f->queue, add, 1, NULL, &items, NULL, 0, NULL, &event));
    times("a kernel", event);
    MUST(clEnqueueTask(f->queue, empty, 0, NULL, &event));
    times("a task", event);
    MUST(clEnqueueMigrateMemObjects(f->queue, 1, &a, 0, 0, NULL, &event));
    times("a migration", event);
    MUST(clEnqueueMarkerWithWaitList(f->queue, 0, NULL, &event));
    times("a marker", event);
    MUST(clEnqueueBarrierWithWaitList(f->queue, 0, NULL, &event));
    times("a barrier", event);
    MUST(clReleaseKernel(add));
    MUST(clReleaseKernel(empty));
    MUST(clReleaseMemObject(a));
    MUST(clReleaseMemObject(b));
}
