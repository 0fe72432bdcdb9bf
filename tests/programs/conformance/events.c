/* Events, user events, markers and barriers; and what becomes of commands that wait for something that fails. */
#include "conformance.h"

static cl_event a_user_event(struct fixture *f)
{
    cl_int status;
    cl_event event = clCreateUserEvent(f->context, &status);
    MUST(status);
    return event;
}

static cl_int status_of(cl_event event)
{
    cl_int status = UNTOUCHED_STATUS;
    MUST(clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status, NULL));
    return status;
}

void conform_events(struct fixture *f)
{
    cl_event events[2] = {f->event, f->other_event}, holed[2] = {f->event, NULL}, user, event;
    cl_command_queue unprofiled, queue = UNTOUCHED;
    cl_int status;

    part("clWaitForEvents");
    TRY(clWaitForEvents(1, events));
    TRY(clWaitForEvents(2, events));
    SPARE(OCLGRIND, "reads through null", TRY(clWaitForEvents(2, holed)));
    TRY(clWaitForEvents(0, events));
    TRY(clWaitForEvents(0, NULL));
    TRY(clWaitForEvents(1, NULL));

    part("clGetEventInfo");
    QUERY(clGetEventInfo(f->event, CL_EVENT_COMMAND_QUEUE, size, value, size_ret));
    QUERY(clGetEventInfo(f->event, CL_EVENT_COMMAND_TYPE, size, value, size_ret));
    QUERY(clGetEventInfo(f->event, CL_EVENT_REFERENCE_COUNT, size, value, size_ret));
    QUERY(clGetEventInfo(f->event, CL_EVENT_COMMAND_EXECUTION_STATUS, size, value, size_ret));
    QUERY(clGetEventInfo(f->event, CL_EVENT_CONTEXT, size, value, size_ret));
    QUERY(clGetEventInfo(f->event, 0x4242, size, value, size_ret));
    QUERY(clGetEventInfo(NULL, CL_EVENT_CONTEXT, size, value, size_ret));
    MUST(clGetEventInfo(f->event, CL_EVENT_COMMAND_QUEUE, sizeof queue, &queue, NULL));
    printf("its queue: %d\n", queue == f->queue);

    part("clGetEventProfilingInfo");
    QUERY(clGetEventProfilingInfo(f->event, CL_PROFILING_COMMAND_QUEUED, size, value, size_ret));
    QUERY(clGetEventProfilingInfo(f->event, CL_PROFILING_COMMAND_SUBMIT, size, value, size_ret));
    QUERY(clGetEventProfilingInfo(f->event, CL_PROFILING_COMMAND_START, size, value, size_ret));
    QUERY(clGetEventProfilingInfo(f->event, CL_PROFILING_COMMAND_END, size, value, size_ret));
    QUERY(clGetEventProfilingInfo(f->event, CL_PROFILING_COMMAND_COMPLETE, size, value, size_ret));
    QUERY(clGetEventProfilingInfo(f->event, 0x4242, size, value, size_ret));
    QUERY(clGetEventProfilingInfo(NULL, CL_PROFILING_COMMAND_END, size, value, size_ret));
    unprofiled = clCreateCommandQueue(f->context, f->device, 0, &status);
    MUST(status);
    MUST(clEnqueueMarkerWithWaitList(unprofiled, 0, NULL, &event));
    MUST(clWaitForEvents(1, &event));
    QUERY(clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_END, size, value, size_ret));
    MUST(clReleaseEvent(event));
    MUST(clReleaseCommandQueue(unprofiled));

    part("clCreateUserEvent");
    TRY_NEW(cl_event, clReleaseEvent, clCreateUserEvent(f->context, &status));
    TRY_NEW(cl_event, clReleaseEvent, clCreateUserEvent(NULL, &status));
    user = a_user_event(f);
    QUERY(clGetEventInfo(user, CL_EVENT_COMMAND_QUEUE, size, value, size_ret));
    QUERY(clGetEventInfo(user, CL_EVENT_COMMAND_TYPE, size, value, size_ret));
    QUERY(clGetEventInfo(user, CL_EVENT_CONTEXT, size, value, size_ret));
    MUST(clGetEventInfo(user, CL_EVENT_COMMAND_QUEUE, sizeof queue, &queue, NULL));
    printf("it has no queue: %d, status %d\n", queue == NULL, status_of(user));
    QUERY(clGetEventProfilingInfo(user, CL_PROFILING_COMMAND_END, size, value, size_ret));

    part("clSetUserEventStatus");
    TRY(clSetUserEventStatus(NULL, CL_COMPLETE));
    TRY(clSetUserEventStatus(f->event, CL_COMPLETE));
    TRY(clSetUserEventStatus(user, 1));
    TRY(clSetUserEventStatus(user, CL_QUEUED));
    TRY(clSetUserEventStatus(user, CL_COMPLETE));
    printf("status %d\n", status_of(user));
    TRY(clSetUserEventStatus(user, CL_COMPLETE));
    TRY(clSetUserEventStatus(user, -5));
    printf("status %d\n", status_of(user));
    TRY(clWaitForEvents(1, &user));
    QUERY(clGetEventProfilingInfo(user, CL_PROFILING_COMMAND_END, size, value, size_ret));
    TRY(clReleaseEvent(user));

    part("clEnqueueMarkerWithWaitList, clEnqueueBarrierWithWaitList");
    COMMAND(clEnqueueMarkerWithWaitList(f->queue, 0, NULL, &event));
    COMMAND(clEnqueueMarkerWithWaitList(f->queue, 1, events, &event));
    COMMAND(clEnqueueMarkerWithWaitList(f->queue, 0, events, &event));
    SPARE(OCLGRIND, "reads through null", COMMAND(clEnqueueMarkerWithWaitList(f->queue, 1, NULL, &event)));
    SPARE(OCLGRIND, "reads through null", COMMAND(clEnqueueMarkerWithWaitList(f->queue, 2, holed, &event)));
    COMMAND(clEnqueueMarkerWithWaitList(f->queue, 2, events, &event));
    COMMAND(clEnqueueMarkerWithWaitList(NULL, 0, NULL, &event));
    COMMAND(clEnqueueBarrierWithWaitList(f->queue, 0, NULL, &event));
    COMMAND(clEnqueueBarrierWithWaitList(f->queue, 1, events, &event));
    COMMAND(clEnqueueBarrierWithWaitList(f->queue, 0, events, &event));
    SPARE(OCLGRIND, "reads through null", COMMAND(clEnqueueBarrierWithWaitList(f->queue, 1, NULL, &event)));
    SPARE(OCLGRIND, "reads through null", COMMAND(clEnqueueBarrierWithWaitList(f->queue, 2, holed, &event)));
    COMMAND(clEnqueueBarrierWithWaitList(f->queue, 2, events, &event));
    COMMAND(clEnqueueBarrierWithWaitList(NULL, 0, NULL, &event));
    TRY(clEnqueueMarkerWithWaitList(f->queue, 0, NULL, NULL));
    TRY(clEnqueueBarrierWithWaitList(f->queue, 0, NULL, NULL));

    part("clEnqueueMarker, clEnqueueBarrier, clEnqueueWaitForEvents");
    COMMAND(clEnqueueMarker(f->queue, &event));
    TRY(clEnqueueMarker(f->queue, NULL));
    COMMAND(clEnqueueMarker(NULL, &event));
    TRY(clEnqueueBarrier(f->queue));
    TRY(clEnqueueBarrier(NULL));
    /* PoCL and Rusticl have no such function: the one aborts, and for the other the loader jumps to nowhere. */
    if (!is(f, POCL | RUSTICL)) {
        TRY(clEnqueueWaitForEvents(f->queue, 1, events));
        TRY(clEnqueueWaitForEvents(f->queue, 2, events));
        SPARE(OCLGRIND, "reads through null", TRY(clEnqueueWaitForEvents(f->queue, 2, holed)));
        SPARE(OCLGRIND, "waits for nothing", TRY(clEnqueueWaitForEvents(f->queue, 0, NULL)));
        SPARE(OCLGRIND, "reads through null", TRY(clEnqueueWaitForEvents(f->queue, 1, NULL)));
        SPARE(OCLGRIND, "waits for nothing", TRY(clEnqueueWaitForEvents(f->queue, 0, events)));
    }
    TRY(clEnqueueWaitForEvents(NULL, 1, events));

    part("clRetainEvent, clReleaseEvent");
    TRY(clRetainEvent(f->event));
    TRY(clReleaseEvent(f->event));
    TRY(clRetainEvent(NULL));
    TRY(clReleaseEvent(NULL));
}

/* A queue of its own for each: nobody says in which state a failed command leaves its queue. */
static cl_command_queue a_queue(struct fixture *f)
{
    cl_int status;
    cl_command_queue queue = clCreateCommandQueue(f->context, f->device, CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE, &status);
    if (status != CL_SUCCESS)
        queue = clCreateCommandQueue(f->context, f->device, 0, &status);
    MUST(status);
    return queue;
}

#define FAILING(call)                                                                                  \
    do {                                                                                               \
        cl_command_queue queue = a_queue(f);                                                           \
        COMMAND(call);                                                                                 \
        MUST(clReleaseCommandQueue(queue));                                                            \
    } while (0)

void conform_failed_events(struct fixture *f)
{
    static unsigned char host[256];
    cl_mem buffer = a_buffer(f, 0, 256);
    cl_kernel kernel = a_kernel(f, "empty");
    size_t items = 4;
    cl_event user = a_user_event(f), event = UNTOUCHED;
    cl_command_queue queue;
    size_t origin[3] = {0, 0, 0}, region[3] = {16, 2, 1};

    part("an event that has failed");
    TRY(clSetUserEventStatus(user, -7));
    printf("status %d\n", status_of(user));
    TRY(clWaitForEvents(1, &user));
    cl_event both[] = {f->event, user};
    TRY(clWaitForEvents(2, both));
    memset(host, 0x33, sizeof host);
    /* PoCL never finishes a command that waits for an event that failed before. */
    if (!is(f, POCL)) {
        FAILING(clEnqueueMarkerWithWaitList(queue, 1, &user, &event));
        FAILING(clEnqueueBarrierWithWaitList(queue, 1, &user, &event));
        FAILING(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, NULL, 1, &user, &event));
        FAILING(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, NULL, 2, both, &event));
        FAILING(clEnqueueTask(queue, kernel, 1, &user, &event));
        FAILING(clEnqueueWriteBuffer(queue, buffer, CL_FALSE, 0, 256, host, 1, &user, &event));
        SPARE(POCL, "waits for ever", FAILING(clEnqueueWriteBuffer(queue, buffer, CL_TRUE, 0, 256, host, 1, &user, &event)));
        FAILING(clEnqueueFillBuffer(queue, buffer, host, 4, 0, 256, 1, &user, &event));
        FAILING(clEnqueueCopyBuffer(queue, buffer, buffer, 0, 128, 128, 1, &user, &event));
        show_bytes(f, "the buffer is as it was", buffer);
        FAILING(clEnqueueReadBuffer(queue, buffer, CL_FALSE, 0, 256, host, 1, &user, &event));
        printf("read nothing: %d\n", host[0] == 0x33 && host[255] == 0x33);
        SPARE(POCL | OCLGRIND, "waits for ever, or reads nothing and says that it did", FAILING(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, 256, host, 1, &user, &event)));
        printf("read nothing: %d\n", host[0] == 0x33 && host[255] == 0x33);
        FAILING(clEnqueueReadBufferRect(queue, buffer, CL_FALSE, origin, origin, region, 0, 0, 0, 0, host, 1, &user, &event));
        printf("read nothing: %d\n", host[0] == 0x33 && host[255] == 0x33);
    }

    part("an event that fails later");
    cl_event later = a_user_event(f);
    queue = a_queue(f);
    TRY(clEnqueueReadBuffer(queue, buffer, CL_FALSE, 0, 256, host, 1, &later, &event));
    printf("read nothing: %d\n", host[0] == 0x33 && host[255] == 0x33);
    cl_event marker = UNTOUCHED;
    TRY(clEnqueueMarkerWithWaitList(queue, 1, &event, &marker));
    TRY(clSetUserEventStatus(later, -9));
    TRY(clWaitForEvents(1, &event));
    printf("read nothing: %d\n", host[0] == 0x33 && host[255] == 0x33);
    TRY(clWaitForEvents(1, &marker));
    printf("ended: %d, %d\n", status_of(event), status_of(marker));
    MUST(clReleaseEvent(marker));
    MUST(clReleaseEvent(event));
    MUST(clReleaseEvent(later));
    MUST(clReleaseCommandQueue(queue));

    MUST(clReleaseEvent(user));
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseMemObject(buffer));
}
