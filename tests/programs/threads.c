/* Four threads, each on its own queue of one context, for so many seconds (default 60): every result is checked. Each thread also
 * makes and releases objects, reads without waiting, and waits on an event of its neighbour, so that calls of different threads
 * depend on each other. Prints one line per thread; the number of rounds goes to stderr, since it is never the same. */
#include "ocl.h"

#include <pthread.h>
#include <time.h>

enum { THREADS = 4, INTS = 1024 };

static const char *const source =
    "kernel void stir(global const int *in, global int *out, int by) {\n"
    "    size_t i = get_global_id(0); out[i] = in[i] * by + (int)i;\n"
    "}\n";

struct worker {
    pthread_t thread;
    cl_context context;
    cl_device_id device;
    cl_program program;
    int number;
    double until;
    unsigned long rounds, wrong;
};

static cl_event last_events[THREADS]; /* each thread's latest event, one reference of it */
static pthread_mutex_t last_lock = PTHREAD_MUTEX_INITIALIZER;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *work(void *argument)
{
    struct worker *w = argument;
    cl_int status, *in = malloc(INTS * sizeof *in), *out = malloc(INTS * sizeof *out);
    cl_command_queue queue = clCreateCommandQueue(w->context, w->device, 0, &status);
    MUST(status);
    cl_mem from = clCreateBuffer(w->context, CL_MEM_READ_ONLY, INTS * sizeof *in, NULL, &status);
    MUST(status);
    while (now() < w->until) {
        cl_int by = (cl_int)(w->rounds * THREADS) + w->number;
        cl_event ran, read, neighbour;
        size_t items = INTS;
        for (int i = 0; i < INTS; i++)
            in[i] = by ^ (i * 7919);
        cl_mem to = clCreateBuffer(w->context, CL_MEM_WRITE_ONLY, INTS * sizeof *out, NULL, &status);
        MUST(status);
        cl_kernel kernel = clCreateKernel(w->program, "stir", &status);
        MUST(status);
        MUST(clEnqueueWriteBuffer(queue, from, w->rounds % 3 == 0, 0, INTS * sizeof *in, in, 0, NULL, NULL));
        MUST(clSetKernelArg(kernel, 0, sizeof from, &from));
        MUST(clSetKernelArg(kernel, 1, sizeof to, &to));
        MUST(clSetKernelArg(kernel, 2, sizeof by, &by));

        pthread_mutex_lock(&last_lock);
        neighbour = last_events[(w->number + 1) % THREADS];
        if (neighbour)
            MUST(clRetainEvent(neighbour));
        pthread_mutex_unlock(&last_lock);
        MUST(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, NULL, neighbour ? 1 : 0, neighbour ? &neighbour : NULL, &ran));
        if (neighbour)
            MUST(clReleaseEvent(neighbour));
        MUST(clFlush(queue)); /* the neighbour may wait for it */
        pthread_mutex_lock(&last_lock);
        neighbour = last_events[w->number];
        last_events[w->number] = ran;
        pthread_mutex_unlock(&last_lock);
        if (neighbour)
            MUST(clReleaseEvent(neighbour));

        memset(out, 0xee, INTS * sizeof *out);
        switch (w->rounds % 3) {
        case 0:
            MUST(clEnqueueReadBuffer(queue, to, CL_TRUE, 0, INTS * sizeof *out, out, 0, NULL, NULL));
            break;
        case 1:
            MUST(clEnqueueReadBuffer(queue, to, CL_FALSE, 0, INTS * sizeof *out, out, 0, NULL, &read));
            MUST(clWaitForEvents(1, &read));
            MUST(clReleaseEvent(read));
            break;
        case 2:
            MUST(clEnqueueReadBuffer(queue, to, CL_FALSE, 0, INTS * sizeof *out, out, 0, NULL, NULL));
            MUST(clFinish(queue));
            break;
        }
        for (int i = 0; i < INTS; i++)
            w->wrong += out[i] != (cl_int)((cl_uint)in[i] * (cl_uint)by + (cl_uint)i);
        MUST(clReleaseKernel(kernel));
        MUST(clReleaseMemObject(to));
        w->rounds++;
    }
    MUST(clFinish(queue));
    MUST(clReleaseMemObject(from));
    MUST(clReleaseCommandQueue(queue));
    free(in);
    free(out);
    return NULL;
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? atof(argv[1]) : 60;
    struct worker workers[THREADS] = {0};
    cl_device_id device = first_device();
    cl_int status, wrong = 0;
    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &status);
    MUST(status);
    cl_program program = clCreateProgramWithSource(context, 1, (const char **)&source, NULL, &status);
    MUST(status);
    MUST(clBuildProgram(program, 1, &device, NULL, NULL, NULL));

    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.context = context, .device = device, .program = program, .number = i, .until = now() + seconds};
        REQUIRE(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        fprintf(stderr, "thread %d: %lu rounds\n", i, workers[i].rounds);
        printf("thread %d: worked: %d, %lu wrong\n", i, workers[i].rounds > 0, workers[i].wrong);
        wrong |= workers[i].wrong != 0;
    }
    for (int i = 0; i < THREADS; i++) /* not before: the others wait for them to the end */
        if (last_events[i])
            MUST(clReleaseEvent(last_events[i]));
    MUST(clReleaseProgram(program));
    MUST(clReleaseContext(context));
    return wrong;
}
