/* Functions of the program that the implementation calls. */
#include "coverage.h"

#include <pthread.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* What a callback was called with. */
struct call {
    int times;
    const void *object;
    cl_int status;
    /* In: what is checked or done when it comes. */
    const cl_int *data;
    cl_int expected;
    int data_is_there;
    cl_event gate;
    cl_command_queue queue;
    cl_mem buffer;
    cl_event *made;
    cl_int enqueued;
    int number;
};

static int order[16], ordered;

static void came(struct call *call, const void *object, cl_int status)
{
    pthread_mutex_lock(&lock);
    call->object = object;
    call->status = status;
    call->times++;
    if (ordered < 16)
        order[ordered++] = call->number;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

/* Waits until the callback has come so often. Some implementations forget some: nobody waits for those for ever. */
static void await(struct call *call, int times)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 10;
    pthread_mutex_lock(&lock);
    while (call->times < times && pthread_cond_timedwait(&changed, &lock, &end) == 0)
        ;
    pthread_mutex_unlock(&lock);
}

static int times(struct call *call)
{
    pthread_mutex_lock(&lock);
    int n = call->times;
    pthread_mutex_unlock(&lock);
    return n;
}

static void CL_CALLBACK on_event(cl_event event, cl_int status, void *data)
{
    struct call *call = data;
    if (call->data)
        call->data_is_there = *call->data == call->expected;
    came(call, event, status);
}

/* Opens a gate, enqueues, and gives up what the program held for it. */
static void CL_CALLBACK on_event_that_acts(cl_event event, cl_int status, void *data)
{
    struct call *call = data;
    cl_int pattern = 77;
    call->enqueued = clEnqueueFillBuffer(call->queue, call->buffer, &pattern, sizeof pattern, 0, 256, 0, NULL, call->made);
    if (call->enqueued == CL_SUCCESS)
        call->enqueued = clFlush(call->queue);
    if (call->enqueued == CL_SUCCESS)
        call->enqueued = clSetUserEventStatus(call->gate, CL_COMPLETE);
    clReleaseEvent(call->gate);
    clReleaseEvent(event);
    came(call, event, status);
}

/* Takes its time, so that the program's next calls come meanwhile. */
static void CL_CALLBACK on_event_slowly(cl_event event, cl_int status, void *data)
{
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    on_event(event, status, data);
}

static void print_event(const char *text, const struct call *call, cl_event event)
{
    printf("%s: called %d times, with its event: %d, with %s\n", text, call->times, call->object == (const void *)event, status_name(call->status));
}

void cover_event_callbacks(struct fixture *f)
{
    cl_int status, *read = malloc(4096);
    cl_event gate, event, second, made;
    cl_mem buffer = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 4096, NULL, &status);
    MUST(status);
    MUST(clEnqueueFillBuffer(f->queue, buffer, &(cl_int){4711}, 4, 0, 4096, 0, NULL, NULL));
    MUST(clFinish(f->queue));

    /* Every state of a read that does not block; at its end the data is there. */
    struct call submitted = {0}, running = {0}, complete = {.data = &read[1023], .expected = 4711}, again = complete;
    read[1023] = 0;
    gate = clCreateUserEvent(f->context, &status);
    MUST(status);
    MUST(clEnqueueReadBuffer(f->queue, buffer, CL_FALSE, 0, 4096, read, 1, &gate, &event));
    SHOW(clSetEventCallback(event, CL_SUBMITTED, on_event, &submitted));
    SHOW(clSetEventCallback(event, CL_RUNNING, on_event, &running));
    SHOW(clSetEventCallback(event, CL_COMPLETE, on_event, &complete));
    SHOW(clSetEventCallback(event, CL_COMPLETE, on_event, &again));
    printf("complete before the gate opened: %d\n", times(&complete) + times(&again));
    SHOW(clSetUserEventStatus(gate, CL_COMPLETE));
    SHOW(clFlush(f->queue));
    await(&submitted, 1);
    await(&running, 1);
    await(&complete, 1);
    await(&again, 1);
    print_event("submitted", &submitted, event);
    print_event("running", &running, event);
    print_event("complete", &complete, event);
    print_event("complete again", &again, event);
    printf("the data was there: %d %d\n", complete.data_is_there, again.data_is_there);
    SHOW(clReleaseEvent(gate));

    /* Of an event that is complete already. */
    SHOW(clWaitForEvents(1, &event));
    struct call late = {0};
    SHOW(clSetEventCallback(event, CL_COMPLETE, on_event, &late));
    if (!vendor_is(f, OCLGRIND)) /* which never tells */
        await(&late, 1);
    print_event("late", &late, event);

    /* What is wrong. */
    SHOW(clSetEventCallback(event, CL_COMPLETE, NULL, NULL));
    SHOW(clSetEventCallback(event, CL_QUEUED, on_event, &late));
    SHOW(clSetEventCallback(event, 4242, on_event, &late));
    SHOW(clSetEventCallback(NULL, CL_COMPLETE, on_event, &late));
    SHOW(clReleaseEvent(event));

    /* User events, that succeed and that fail. */
    for (int fails = 0; fails < 2; fails++) {
        struct call user = {0}, behind = {0};
        gate = clCreateUserEvent(f->context, &status);
        MUST(status);
        MUST(clEnqueueMarkerWithWaitList(f->queue, 1, &gate, &event));
        SHOW(clSetEventCallback(gate, CL_COMPLETE, on_event, &user));
        SHOW(clSetEventCallback(event, CL_COMPLETE, on_event, &behind));
        SHOW(clSetUserEventStatus(gate, fails ? -42 : CL_COMPLETE));
        SHOW(clFlush(f->queue));
        if (!fails) {
            await(&user, 1);
            await(&behind, 1);
            print_event("a user event", &user, gate);
            print_event("what waits for it", &behind, event);
        } else {
            /* Not every implementation tells of failures. */
            SHOW(clWaitForEvents(1, &event));
            printf("a user event that fails: called %d times, with %s\n", times(&user), status_name(user.status));
        }
        SHOW(clReleaseEvent(gate));
        SHOW(clReleaseEvent(event));
    }

    /* One during which the program goes on, and after which nobody holds the event. */
    struct call slow = {0};
    MUST(clEnqueueReadBuffer(f->queue, buffer, CL_FALSE, 0, 4, read, 0, NULL, &event));
    SHOW(clSetEventCallback(event, CL_COMPLETE, on_event_slowly, &slow));
    SHOW(clReleaseEvent(event));
    SHOW(clFlush(f->queue));
    for (int i = 0; i < 3; i++)
        SHOW(clEnqueueFillBuffer(f->queue, buffer, &(cl_int){4711}, 4, 0, 4096, 0, NULL, NULL));
    await(&slow, 1);
    printf("one that is slow: %s\n", status_name(slow.status));
    SHOW(clFinish(f->queue));

    /* A callback that enqueues, opens the gate of another command, and releases the events: the program holds none of them. */
    struct call acts = {.queue = f->queue, .buffer = buffer, .made = &made}, gated = {0};
    cl_command_queue other = clCreateCommandQueue(f->context, f->device, 0, &status);
    MUST(status);
    acts.gate = clCreateUserEvent(f->context, &status);
    MUST(status);
    MUST(clEnqueueMarkerWithWaitList(other, 1, &acts.gate, &second));
    SHOW(clSetEventCallback(second, CL_COMPLETE, on_event, &gated));
    SHOW(clReleaseEvent(second));
    MUST(clEnqueueReadBuffer(f->queue, buffer, CL_FALSE, 0, 4, read, 0, NULL, &event));
    SHOW(clSetEventCallback(event, CL_COMPLETE, on_event_that_acts, &acts));
    SHOW(clFlush(f->queue));
    await(&acts, 1);
    if (!vendor_is(f, OCLGRIND)) /* which tells only once it flushes the other queue */
        await(&gated, 1);
    print_event("one that acts", &acts, event);
    printf("it could: %s; what it let go: %s\n", status_name(acts.enqueued), status_name(gated.status));
    SHOW(clWaitForEvents(1, &made));
    SHOW(clReleaseEvent(made));
    show_ints(f, "what it enqueued", buffer, 4);
    SHOW(clFinish(other));
    SHOW(clReleaseCommandQueue(other));
    SHOW(clReleaseMemObject(buffer));
    free(read);
}

static void CL_CALLBACK on_gone(cl_mem object, void *data)
{
    came(data, object, 0);
}

static void CL_CALLBACK on_context_gone(cl_context object, void *data)
{
    came(data, object, 0);
}

static void CL_CALLBACK on_program(cl_program program, void *data)
{
    came(data, program, 0);
}

void cover_destructors(struct fixture *f)
{
    cl_int status;
    struct call calls[3] = {{.number = 1}, {.number = 2}, {.number = 3}}, part_gone = {.number = 4};

    ordered = 0;
    cl_mem buffer = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 4096, NULL, &status);
    MUST(status);
    for (int i = 0; i < 3; i++)
        SHOW(clSetMemObjectDestructorCallback(buffer, on_gone, &calls[i]));
    SHOW(clSetMemObjectDestructorCallback(buffer, NULL, NULL));
    SHOW(clRetainMemObject(buffer));
    SHOW(clReleaseMemObject(buffer));
    printf("called while it is held: %d\n", times(&calls[0]));
    SHOW(clReleaseMemObject(buffer));
    printf("called when it is gone: %d %d %d, in the order %d %d %d, with it: %d\n", times(&calls[0]), times(&calls[1]),
           times(&calls[2]), order[0], order[1], order[2], calls[0].object == (const void *)buffer);

    /* A part keeps the whole. */
    ordered = 0;
    calls[0].times = 0;
    buffer = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 4096, NULL, &status);
    MUST(status);
    cl_buffer_region region = {0, 1024};
    cl_mem part = clCreateSubBuffer(buffer, 0, CL_BUFFER_CREATE_TYPE_REGION, &region, &status);
    MUST(status);
    MUST(clSetMemObjectDestructorCallback(buffer, on_gone, &calls[0]));
    MUST(clSetMemObjectDestructorCallback(part, on_gone, &part_gone));
    MUST(clReleaseMemObject(buffer));
    printf("called while there is a part: %d\n", times(&calls[0]));
    MUST(clReleaseMemObject(part));
    printf("called for the part and the whole: %d %d\n", times(&part_gone), times(&calls[0]));
}

void cover_context_destructors(struct fixture *f)
{
    cl_int status;
    struct call gone = {.number = 1};
    char version[128] = "";
    MUST(clGetPlatformInfo(f->platform, CL_PLATFORM_VERSION, sizeof version, version, NULL));
    if (strncmp(version, "OpenCL 3", 8) != 0) {
        printf("%s has none\n", version);
        return;
    }
    cl_context context = clCreateContext(NULL, 1, &f->device, NULL, NULL, &status);
    MUST(status);
    if (SHOW(clSetContextDestructorCallback(context, on_context_gone, &gone)) == CL_SUCCESS) {
        SHOW(clSetContextDestructorCallback(context, NULL, NULL));
        cl_mem buffer = clCreateBuffer(context, CL_MEM_READ_WRITE, 64, NULL, &status);
        MUST(status);
        MUST(clReleaseContext(context));
        printf("called while there is a buffer: %d\n", times(&gone));
        MUST(clReleaseMemObject(buffer));
        printf("called when it is gone: %d, with it: %d\n", times(&gone), gone.object == (const void *)context);
    } else {
        MUST(clReleaseContext(context));
    }
}

static void print_program(const char *text, struct call *call, cl_int status, cl_program program)
{
    printf("%s: called %d times, with the program: %d\n", text, times(call), call->object == (const void *)program);
    (void)status;
}

void cover_build_callbacks(struct fixture *f)
{
    cl_int status;
    struct call built = {0}, failed = {0}, compiled = {0}, linked = {0}, not_linked = {0}, unused = {0};
    const char *good = "kernel void k(global int *out) { out[0] = 5; }";
    const char *bad = "kernel void k(global int *out) { out[0] = ; }";
    const char *half = "int other(void); kernel void k(global int *out) { out[0] = other(); }";
    const char *rest = "int other(void) { return 6; }";

    cl_program program = clCreateProgramWithSource(f->context, 1, &good, NULL, &status);
    MUST(status);
    SHOW(clBuildProgram(program, 1, &f->device, "", NULL, &unused));
    SHOW(clBuildProgram(program, 1, &f->device, "", on_program, &built));
    await(&built, 1);
    print_program("built", &built, CL_SUCCESS, program);
    INFO2(clGetProgramBuildInfo, program, f->device, CL_PROGRAM_BUILD_STATUS, U32);
    SHOW(clReleaseProgram(program));

    program = clCreateProgramWithSource(f->context, 1, &bad, NULL, &status);
    MUST(status);
    SHOW(clBuildProgram(program, 1, &f->device, "", on_program, &failed));
    INFO2(clGetProgramBuildInfo, program, f->device, CL_PROGRAM_BUILD_STATUS, U32);
    print_program("not built", &failed, CL_BUILD_PROGRAM_FAILURE, failed.times ? program : NULL);
    SHOW(clReleaseProgram(program));

    cl_program parts[2];
    parts[0] = clCreateProgramWithSource(f->context, 1, &half, NULL, &status);
    MUST(status);
    parts[1] = clCreateProgramWithSource(f->context, 1, &rest, NULL, &status);
    MUST(status);
    SHOW(clCompileProgram(parts[0], 1, &f->device, "", 0, NULL, NULL, NULL, &unused));
    SHOW(clCompileProgram(parts[0], 1, &f->device, "", 0, NULL, NULL, on_program, &compiled));
    await(&compiled, 1);
    print_program("compiled", &compiled, CL_SUCCESS, parts[0]);
    MUST(clCompileProgram(parts[1], 1, &f->device, "", 0, NULL, NULL, NULL, NULL));
    SHOW_NEW(program, status, clLinkProgram(f->context, 1, &f->device, "", 2, parts, on_program, &linked, &status));
    await(&linked, 1);
    print_program("linked", &linked, status, program);
    if (program)
        SHOW(clReleaseProgram(program));
    SHOW_NEW(program, status, clLinkProgram(f->context, 1, &f->device, "", 0, NULL, on_program, &not_linked, &status));
    printf("nothing to link: called %d times\n", times(&not_linked));
    SHOW_NEW(program, status, clLinkProgram(f->context, 1, &f->device, "", 2, parts, NULL, &unused, &status));
    SHOW(clReleaseProgram(parts[0]));
    SHOW(clReleaseProgram(parts[1]));
    printf("a function that is not there was not called: %d\n", unused.times == 0);
}

/* What the implementation says of errors. */
static int notes;
static char note[256];

static void CL_CALLBACK on_error(const char *text, const void *data, size_t size, void *user)
{
    pthread_mutex_lock(&lock);
    notes++;
    snprintf(note, sizeof note, "%s (%zu bytes, %s, %s)", text, size, data ? "data" : "no data", user == &notes ? "mine" : "not mine");
    pthread_mutex_unlock(&lock);
}

void cover_context_callbacks(struct fixture *f)
{
    cl_int status;
    cl_context context;
    SHOW_NEW(context, status, clCreateContext(NULL, 1, &f->device, NULL, &notes, &status));
    SHOW_NEW(context, status, clCreateContext(NULL, 1, &f->device, on_error, &notes, &status));
    cl_mem buffer;
    SHOW_NEW(buffer, status, clCreateBuffer(context, CL_MEM_READ_WRITE, 0, NULL, &status));
    SHOW_NEW(buffer, status, clCreateBuffer(context, CL_MEM_READ_WRITE | CL_MEM_READ_ONLY, 64, NULL, &status));
    (void)buffer;
    printf("errors told of: %d, the last: %s\n", notes, note);
    SHOW(clReleaseContext(context));
}
