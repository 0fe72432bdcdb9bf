/* Events, user events, and queues that order commands by them alone. */
#include "coverage.h"

#include <sched.h>

static cl_kernel prepared(struct fixture *f, const char *name, cl_mem out, cl_int value)
{
    cl_int status;
    cl_kernel kernel = clCreateKernel(f->program, name, &status);
    MUST(status);
    MUST(clSetKernelArg(kernel, 0, sizeof out, &out));
    MUST(clSetKernelArg(kernel, 1, sizeof value, &value));
    return kernel;
}

static void profile(cl_event event)
{
    cl_ulong queued = 0, submitted = 0, started = 0, ended = 0;
    SHOW(clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_QUEUED, sizeof queued, &queued, NULL));
    SHOW(clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_SUBMIT, sizeof submitted, &submitted, NULL));
    SHOW(clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_START, sizeof started, &started, NULL));
    SHOW(clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_END, sizeof ended, &ended, NULL));
    printf("queued, submitted, started, ended in this order: %d\n", queued > 0 && queued <= submitted && submitted <= started && started <= ended);
    INFO(clGetEventProfilingInfo, event, CL_PROFILING_COMMAND_END, NOTHING);
    INFO(clGetEventProfilingInfo, event, 0x4242, BYTES);
}

void cover_events(struct fixture *f)
{
    cl_int status;
    cl_event event, second, events[4];
    cl_context context = NULL;
    cl_command_queue queue = NULL;
    size_t items = 64;
    cl_mem out = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 1024, NULL, &status);
    MUST(status);
    cl_kernel fill = prepared(f, "fill", out, 5);

    SHOW(clEnqueueNDRangeKernel(f->queue, fill, 1, NULL, &items, NULL, 0, NULL, &event));
    SHOW(clWaitForEvents(1, &event));
    INFO(clGetEventInfo, event, CL_EVENT_COMMAND_EXECUTION_STATUS, U32);
    INFO(clGetEventInfo, event, CL_EVENT_COMMAND_TYPE, U32);
    INFO(clGetEventInfo, event, CL_EVENT_COMMAND_QUEUE, OBJECT);
    INFO(clGetEventInfo, event, CL_EVENT_CONTEXT, OBJECT);
    INFO(clGetEventInfo, event, 0x4242, BYTES);
    MUST(clGetEventInfo(event, CL_EVENT_COMMAND_QUEUE, sizeof queue, &queue, NULL));
    MUST(clGetEventInfo(event, CL_EVENT_CONTEXT, sizeof context, &context, NULL));
    printf("its queue and context: %d %d\n", queue == f->queue, context == f->context);
    COUNTS(clGetEventInfo, CL_EVENT_REFERENCE_COUNT, clRetainEvent, clReleaseEvent, event);
    profile(event);

    /* A chain through wait lists. */
    SHOW(clEnqueueFillBuffer(f->queue, out, &(cl_int){1}, 4, 0, 1024, 1, &event, &second));
    SHOW(clEnqueueMarkerWithWaitList(f->queue, 1, &second, &events[0]));
    SHOW(clEnqueueBarrierWithWaitList(f->queue, 1, &events[0], &events[1]));
    SHOW(clEnqueueMarkerWithWaitList(f->queue, 0, NULL, &events[2]));
    SHOW(clEnqueueBarrierWithWaitList(f->queue, 0, NULL, NULL));
    SHOW(clEnqueueMarker(f->queue, &events[3]));
    SHOW(clEnqueueBarrier(f->queue));
    SHOW(clWaitForEvents(4, events));
    for (int i = 0; i < 4; i++) {
        INFO(clGetEventInfo, events[i], CL_EVENT_COMMAND_TYPE, U32);
        INFO(clGetEventInfo, events[i], CL_EVENT_COMMAND_EXECUTION_STATUS, U32);
        SHOW(clReleaseEvent(events[i]));
    }
    SHOW(clReleaseEvent(second));

    /* An event outlives the kernel and the buffer of its command. */
    SHOW(clEnqueueNDRangeKernel(f->queue, fill, 1, NULL, &items, NULL, 0, NULL, &second));
    SHOW(clReleaseKernel(fill));
    SHOW(clReleaseMemObject(out));
    SHOW(clWaitForEvents(1, &second));
    SHOW(clReleaseEvent(second));
    SHOW(clReleaseEvent(event));

    /* Two releases for a retain, and an event that nobody waits for. */
    SHOW(clEnqueueMarkerWithWaitList(f->queue, 0, NULL, &event));
    SHOW(clRetainEvent(event));
    SHOW(clReleaseEvent(event));
    SHOW(clWaitForEvents(1, &event));
    SHOW(clReleaseEvent(event));
    SHOW(clEnqueueMarkerWithWaitList(f->queue, 0, NULL, &event));
    SHOW(clReleaseEvent(event));
    SHOW(clFinish(f->queue));

    cl_command_queue plain = clCreateCommandQueue(f->context, f->device, 0, &status);
    MUST(status);
    SHOW(clEnqueueMarkerWithWaitList(plain, 0, NULL, &event));
    SHOW(clFinish(plain));
    INFO(clGetEventProfilingInfo, event, CL_PROFILING_COMMAND_END, NOTHING);
    SHOW(clReleaseEvent(event));
    SHOW(clReleaseCommandQueue(plain));

    SHOW(clWaitForEvents(0, NULL));
    SHOW(clWaitForEvents(1, NULL));
    SHOW(clWaitForEvents(0, &event));
}

void cover_user_events(struct fixture *f)
{
    cl_int status, state = 0;
    cl_event gate, done, after;
    size_t items = 64;
    cl_mem out = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 1024, NULL, &status);
    MUST(status);
    MUST(clEnqueueFillBuffer(f->queue, out, &(cl_int){0}, 4, 0, 1024, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    cl_kernel fill = prepared(f, "fill", out, 40);

    SHOW_NEW(gate, status, clCreateUserEvent(f->context, &status));
    INFO(clGetEventInfo, gate, CL_EVENT_COMMAND_EXECUTION_STATUS, U32);
    INFO(clGetEventInfo, gate, CL_EVENT_COMMAND_TYPE, U32);
    INFO(clGetEventInfo, gate, CL_EVENT_COMMAND_QUEUE, OBJECT);
    COUNTS(clGetEventInfo, CL_EVENT_REFERENCE_COUNT, clRetainEvent, clReleaseEvent, gate);
    INFO(clGetEventProfilingInfo, gate, CL_PROFILING_COMMAND_END, NOTHING);
    SHOW(clEnqueueNDRangeKernel(f->queue, fill, 1, NULL, &items, NULL, 1, &gate, &done));
    if (!vendor_is(f, OCLGRIND)) /* which flushes until everything has run */
        SHOW(clFlush(f->queue));
    MUST(clGetEventInfo(done, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL));
    printf("the gated kernel has completed: %d\n", state == CL_COMPLETE);
    SHOW(clSetUserEventStatus(gate, CL_COMPLETE));
    SHOW(clWaitForEvents(1, &done));
    SHOW(clSetUserEventStatus(gate, CL_COMPLETE)); /* only once */
    INFO(clGetEventInfo, gate, CL_EVENT_COMMAND_EXECUTION_STATUS, U32);
    show_ints(f, "behind the gate", out, 4);
    SHOW(clSetUserEventStatus(done, CL_COMPLETE)); /* not a user event */
    SHOW(clReleaseEvent(gate));
    SHOW(clReleaseEvent(done));

    /* A status that is an error fails what waits for it. */
    gate = clCreateUserEvent(f->context, NULL);
    SHOW(clEnqueueFillBuffer(f->queue, out, &(cl_int){9}, 4, 0, 1024, 1, &gate, &done));
    SHOW(clSetUserEventStatus(gate, CL_RUNNING));
    SHOW(clSetUserEventStatus(gate, -77));
    SHOW(clWaitForEvents(1, &done));
    MUST(clGetEventInfo(done, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL));
    printf("the command failed: %d\n", state < 0);
    INFO(clGetEventInfo, gate, CL_EVENT_COMMAND_EXECUTION_STATUS, U32);
    SHOW(clWaitForEvents(1, &gate));
    SHOW(clReleaseEvent(gate));
    SHOW(clReleaseEvent(done));

    /* The queue still works. */
    SHOW(clEnqueueMarkerWithWaitList(f->queue, 0, NULL, &after));
    SHOW(clWaitForEvents(1, &after));
    SHOW(clReleaseEvent(after));
    show_ints(f, "what was there before", out, 4);

    SHOW_NEW(gate, status, clCreateUserEvent(NULL, &status));
    SHOW(clSetUserEventStatus(NULL, CL_COMPLETE));
    SHOW(clReleaseKernel(fill));
    SHOW(clReleaseMemObject(out));
}

void cover_out_of_order(struct fixture *f)
{
    cl_int status, results[64];
    cl_event gate, written, doubled[8], joined;
    cl_command_queue queue = clCreateCommandQueue(f->context, f->device, CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE, &status);
    printf("a queue out of order: %s\n", status_name(status));
    if (status == CL_INVALID_QUEUE_PROPERTIES)
        return; /* not every device has one */
    MUST(status);
    cl_mem a = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 256, NULL, &status);
    MUST(status);
    cl_mem b = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 256, NULL, &status);
    MUST(status);
    cl_kernel add = clCreateKernel(f->program, "add", &status);
    MUST(status);
    for (int i = 0; i < 64; i++)
        results[i] = i;

    /* A diamond eight times: everything is enqueued while a gate is closed, the dependencies alone give the order. */
    gate = clCreateUserEvent(f->context, &status);
    MUST(status);
    SHOW(clEnqueueWriteBuffer(queue, a, CL_FALSE, 0, 256, results, 1, &gate, &written));
    size_t items = 64;
    for (int round = 0; round < 8; round++) {
        cl_mem from = round % 2 ? b : a, to = round % 2 ? a : b;
        MUST(clSetKernelArg(add, 0, sizeof from, &from));
        MUST(clSetKernelArg(add, 1, sizeof from, &from));
        MUST(clSetKernelArg(add, 2, sizeof to, &to));
        MUST(clEnqueueNDRangeKernel(queue, add, 1, NULL, &items, NULL, 1, round ? &doubled[round - 1] : &written, &doubled[round]));
    }
    SHOW(clEnqueueBarrierWithWaitList(queue, 8, doubled, &joined));
    SHOW(clSetUserEventStatus(gate, CL_COMPLETE));
    SHOW(clWaitForEvents(1, &joined));
    memset(results, 0, sizeof results);
    SHOW(clEnqueueReadBuffer(queue, a, CL_TRUE, 0, 256, results, 0, NULL, NULL));
    printf("2^8 times: %d %d %d\n", results[1], results[2], results[63]);
    SHOW(clFinish(queue));

    SHOW(clReleaseEvent(gate));
    SHOW(clReleaseEvent(written));
    SHOW(clReleaseEvent(joined));
    for (int round = 0; round < 8; round++)
        MUST(clReleaseEvent(doubled[round]));
    SHOW(clReleaseKernel(add));
    SHOW(clReleaseMemObject(a));
    SHOW(clReleaseMemObject(b));
    SHOW(clReleaseCommandQueue(queue));
}

/* The data of a read that was not waited for is there as soon as the application can know that it is complete, whichever way it
 * learns of it. */
void cover_reads_in_flight(struct fixture *f)
{
    static const char *const ways[] = {"an event", "clFinish", "polling", "a marker", "a later blocking read", "another event of the queue"};
    enum { INTS = 4096, SMALL = 4 };
    cl_int status, *read = malloc(INTS * sizeof *read);
    cl_mem buffer = clCreateBuffer(f->context, CL_MEM_READ_WRITE, INTS * sizeof *read, NULL, &status);
    MUST(status);
    for (int way = 0; way < 6; way++) {
        for (int small = 0; small < 2; small++) {
            size_t n = small ? SMALL : INTS, items = INTS;
            cl_event event = NULL, other = NULL;
            cl_kernel fill = prepared(f, "fill", buffer, 1000 * way + small);
            memset(read, 0xee, INTS * sizeof *read);
            MUST(clEnqueueNDRangeKernel(f->queue, fill, 1, NULL, &items, NULL, 0, NULL, NULL));
            MUST(clEnqueueReadBuffer(f->queue, buffer, CL_FALSE, 0, n * sizeof *read, read, 0, NULL, &event));
            cl_int word, state = CL_QUEUED;
            switch (way) {
            case 0:
                MUST(clWaitForEvents(1, &event));
                break;
            case 1:
                MUST(clFinish(f->queue));
                break;
            case 2:
                MUST(clFlush(f->queue));
                while (state != CL_COMPLETE) {
                    MUST(clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL));
                    sched_yield();
                }
                break;
            case 3:
                MUST(clEnqueueMarkerWithWaitList(f->queue, 1, &event, &other));
                MUST(clWaitForEvents(1, &other));
                break;
            case 4:
                MUST(clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, 0, sizeof word, &word, 0, NULL, NULL));
                break;
            case 5:
                MUST(clEnqueueFillBuffer(f->queue, buffer, &(cl_int){0}, 4, 0, 64, 0, NULL, &other));
                MUST(clWaitForEvents(1, &other));
                break;
            }
            size_t wrong = 0;
            for (size_t i = 0; i < n; i++)
                wrong += read[i] != 1000 * way + small + (cl_int)i;
            printf("%zu ints, learnt by %s: %zu wrong, beyond is untouched: %d\n", n, ways[way], wrong, !small || read[n] == (cl_int)0xeeeeeeee);
            MUST(clReleaseEvent(event));
            if (other)
                MUST(clReleaseEvent(other));
            MUST(clReleaseKernel(fill));
        }
    }

    /* Many in flight at once, without events, and out of the order of their addresses. */
    cl_kernel fill = prepared(f, "fill", buffer, 0);
    run_1d(f, fill, INTS);
    memset(read, 0xee, INTS * sizeof *read);
    for (size_t part = 0; part < 64; part++) {
        size_t at = (part * 37 % 64) * 64;
        MUST(clEnqueueReadBuffer(f->queue, buffer, CL_FALSE, at * 4, 64 * 4, read + at, 0, NULL, NULL));
    }
    MUST(clFinish(f->queue));
    size_t wrong = 0;
    for (cl_int i = 0; i < INTS; i++)
        wrong += read[i] != i;
    printf("64 reads in flight: %zu wrong\n", wrong);
    MUST(clReleaseKernel(fill));
    MUST(clReleaseMemObject(buffer));
    free(read);
}
