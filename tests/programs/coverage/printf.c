/* What kernels print is on the program's standard output, when they are done. */
#include "coverage.h"

#include <pthread.h>
#include <sched.h>

static const char *const source =
    "kernel void hello(int n) { printf(\"item %d of %d: %s %c %5.2f %v4d|\\n\", (int)get_global_id(0), n, \"text\", 'c', 1.5f, (int4)(1, 2, 3, 4)); }\n"
    "kernel void lines(int n) { for (int i = 0; i < n; i++) printf(\"line %d of many, long enough to fill a pipe soon\\n\", i); }\n"
    "kernel void part(void) { printf(\"no end of the line\"); }\n";

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int told;

static void CL_CALLBACK on_complete(cl_event event, cl_int status, void *data)
{
    (void)event, (void)data;
    pthread_mutex_lock(&lock);
    printf("told: %s\n", status_name(status));
    told = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void cover_printf(struct fixture *f)
{
    cl_int status, n = 1, word, state = CL_QUEUED;
    size_t one = 1;
    cl_event event, gate;
    cl_program program = clCreateProgramWithSource(f->context, 1, (const char **)&source, NULL, &status);
    MUST(status);
    MUST(clBuildProgram(program, 1, &f->device, "", NULL, NULL));
    cl_kernel hello = clCreateKernel(program, "hello", &status);
    MUST(status);
    cl_kernel lines = clCreateKernel(program, "lines", &status);
    MUST(status);
    cl_kernel half = clCreateKernel(program, "part", &status);
    MUST(status);
    cl_mem buffer = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 64, NULL, &status);
    MUST(status);
    MUST(clEnqueueFillBuffer(f->queue, buffer, &n, sizeof n, 0, 64, 0, NULL, NULL));

    MUST(clSetKernelArg(hello, 0, sizeof n, &n));
    printf("finish:\n");
    MUST(clEnqueueNDRangeKernel(f->queue, hello, 1, NULL, &one, NULL, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    printf("finish again:\n");
    MUST(clEnqueueNDRangeKernel(f->queue, hello, 1, NULL, &one, NULL, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    printf("wait:\n");
    MUST(clEnqueueNDRangeKernel(f->queue, hello, 1, NULL, &one, NULL, 0, NULL, &event));
    MUST(clWaitForEvents(1, &event));
    MUST(clReleaseEvent(event));
    printf("a blocking read:\n");
    MUST(clEnqueueNDRangeKernel(f->queue, hello, 1, NULL, &one, NULL, 0, NULL, NULL));
    MUST(clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, 0, sizeof word, &word, 0, NULL, NULL));
    printf("a blocking map:\n");
    MUST(clEnqueueNDRangeKernel(f->queue, hello, 1, NULL, &one, NULL, 0, NULL, NULL));
    void *mapped = clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_READ, 0, 64, 0, NULL, NULL, &status);
    MUST(status);
    printf("polling:\n");
    MUST(clEnqueueUnmapMemObject(f->queue, buffer, mapped, 0, NULL, NULL));
    MUST(clEnqueueNDRangeKernel(f->queue, hello, 1, NULL, &one, NULL, 0, NULL, &event));
    MUST(clFlush(f->queue));
    while (state != CL_COMPLETE) {
        MUST(clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL));
        sched_yield();
    }
    MUST(clReleaseEvent(event));
    printf("a callback:\n");
    gate = clCreateUserEvent(f->context, &status);
    MUST(status);
    MUST(clEnqueueNDRangeKernel(f->queue, hello, 1, NULL, &one, NULL, 1, &gate, &event));
    MUST(clSetEventCallback(event, CL_COMPLETE, on_complete, NULL));
    MUST(clSetUserEventStatus(gate, CL_COMPLETE));
    MUST(clFlush(f->queue));
    pthread_mutex_lock(&lock);
    while (!told)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    MUST(clReleaseEvent(gate));
    MUST(clReleaseEvent(event));
    printf("half a line:\n");
    fflush(stdout);
    MUST(clEnqueueNDRangeKernel(f->queue, half, 1, NULL, &one, NULL, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    printf(", but here\n");

    /* More than a pipe holds. */
    n = 24000;
    MUST(clSetKernelArg(lines, 0, sizeof n, &n));
    MUST(clEnqueueNDRangeKernel(f->queue, lines, 1, NULL, &one, NULL, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    printf("that was all\n");

    MUST(clReleaseMemObject(buffer));
    MUST(clReleaseKernel(hello));
    MUST(clReleaseKernel(lines));
    MUST(clReleaseKernel(half));
    MUST(clReleaseProgram(program));
}
