/* What single OpenCL calls cost. Prints a line for each measurement: name, tab, microseconds of a call.
 *
 *   calls               all of them
 *   calls --threads N   made by so many threads at once, each with objects of its own; the time is that of a call of them all
 *   calls --repeats N   the median of so many repetitions
 *   calls --only NAME   one of them
 *   calls --list        their names, and how many calls each makes at least
 *
 * Whoever compares two libraries runs the program several times with each, in turns. */
#include "bench.h"

#include <pthread.h>

enum { REPEATS = 7, PAIRS = 20000, FAST = 200000, SLOW = 2000, MIDDLE = 5000, MOST_THREADS = 64 };

/* A thread's own objects. */
struct lane {
    cl_command_queue queue;
    cl_kernel empty, store;
    cl_mem buffer;
    unsigned char word[4];
};

static const char *const source =
    "kernel void empty(int x) {}\n"
    "kernel void store(global int *out, int x) { out[0] = x; }\n";

static void cached_query(struct lane *lane, int n)
{
    cl_uint units;
    (void)lane;
    for (int i = 0; i < n; i++)
        MUST(clGetDeviceInfo(device, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL));
}

static void set_argument(struct lane *lane, int n)
{
    for (cl_int i = 0; i < n; i++)
        MUST(clSetKernelArg(lane->empty, 0, sizeof i, &i));
}

static void set_buffer_argument(struct lane *lane, int n)
{
    for (int i = 0; i < n; i++)
        MUST(clSetKernelArg(lane->store, 0, sizeof lane->buffer, &lane->buffer));
}

static void enqueue(struct lane *lane)
{
    size_t one = 1;
    MUST(clEnqueueNDRangeKernel(lane->queue, lane->empty, 1, NULL, &one, &one, 0, NULL, NULL));
}

static void pairs(struct lane *lane, int n)
{
    for (cl_int i = 0; i < n; i++) {
        MUST(clSetKernelArg(lane->empty, 0, sizeof i, &i));
        enqueue(lane);
    }
    MUST(clFinish(lane->queue));
}

static void enqueue_finish(struct lane *lane, int n)
{
    for (int i = 0; i < n; i++) {
        enqueue(lane);
        MUST(clFinish(lane->queue));
    }
}

static void read_word(struct lane *lane, int n)
{
    for (int i = 0; i < n; i++)
        MUST(clEnqueueReadBuffer(lane->queue, lane->buffer, CL_TRUE, 0, 4, lane->word, 0, NULL, NULL));
}

static void write_word(struct lane *lane, int n)
{
    for (int i = 0; i < n; i++)
        MUST(clEnqueueWriteBuffer(lane->queue, lane->buffer, CL_TRUE, 0, 4, lane->word, 0, NULL, NULL));
}

static void make_kernel(struct lane *lane, int n)
{
    (void)lane;
    for (int i = 0; i < n; i++)
        MUST(clReleaseKernel(new_kernel("empty")));
}

static void make_buffer(struct lane *lane, int n)
{
    (void)lane;
    for (int i = 0; i < n; i++)
        MUST(clReleaseMemObject(new_buffer(4096)));
}

static void make_event(struct lane *lane, int n)
{
    cl_int status;
    (void)lane;
    for (int i = 0; i < n; i++) {
        cl_event event = clCreateUserEvent(context, &status);
        MUST(status);
        MUST(clSetUserEventStatus(event, CL_COMPLETE));
        MUST(clReleaseEvent(event));
    }
}

static void make_queue(struct lane *lane, int n)
{
    (void)lane;
    for (int i = 0; i < n; i++)
        MUST(clReleaseCommandQueue(new_queue()));
}

static const struct measurement {
    const char *name;
    void (*run)(struct lane *lane, int n);
    int n;
} calls[] = {
    {"cached query", cached_query, FAST},
    {"clSetKernelArg", set_argument, FAST},
    {"clSetKernelArg, a buffer", set_buffer_argument, FAST},
    {"set argument + enqueue, in order, to the end", pairs, PAIRS},
    {"enqueue + clFinish", enqueue_finish, SLOW},
    {"blocking read, 4 B", read_word, SLOW},
    {"blocking write, 4 B", write_word, SLOW},
    {"create + release a kernel", make_kernel, MIDDLE},
    {"create + release a buffer", make_buffer, MIDDLE},
    {"create + complete + release a user event", make_event, MIDDLE},
    {"create + release a queue", make_queue, SLOW},
};

static struct lane lanes[MOST_THREADS];
static int threads = 1, repeats = REPEATS;
static pthread_barrier_t barrier;
static const struct measurement *current;

static void *follow(void *lane)
{
    int n = current->n / threads + 1;
    current->run(lane, n / 10 + 1); /* caches, the way to the server, the first compilation */
    for (int i = 0; i < repeats; i++) {
        pthread_barrier_wait(&barrier);
        current->run(lane, n);
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

static void measure(const struct measurement *m)
{
    pthread_t others[MOST_THREADS];
    double times[REPEATS];
    int n = m->n / threads + 1;
    current = m;
    for (int i = 1; i < threads; i++)
        REQUIRE(pthread_create(&others[i], NULL, follow, &lanes[i]) == 0);
    m->run(&lanes[0], n / 10 + 1);
    for (int i = 0; i < repeats; i++) {
        pthread_barrier_wait(&barrier);
        double start = now();
        m->run(&lanes[0], n);
        pthread_barrier_wait(&barrier);
        times[i] = (now() - start) / n / threads;
    }
    for (int i = 1; i < threads; i++)
        pthread_join(others[i], NULL);
    printf("%s\t%.4f\n", m->name, median(times, repeats));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    const char *only = argc > 2 && strcmp(argv[1], "--only") == 0 ? argv[2] : NULL;

    if (argc > 1 && strcmp(argv[1], "--list") == 0) {
        for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
            printf("%s\t%d\n", calls[i].name, calls[i].n * REPEATS);
        return 0;
    }
    threads = (int)option(argc, argv, "--threads", threads);
    repeats = (int)option(argc, argv, "--repeats", repeats);
    REQUIRE(threads >= 1 && threads <= MOST_THREADS && repeats >= 1 && repeats <= REPEATS);
    REQUIRE(pthread_barrier_init(&barrier, NULL, (unsigned)threads) == 0);

    set_up(source);
    for (int i = 0; i < threads; i++) {
        struct lane *lane = &lanes[i];
        *lane = (struct lane){new_queue(), new_kernel("empty"), new_kernel("store"), new_buffer(4096), {0}};
        MUST(clSetKernelArg(lane->empty, 0, 4, &(cl_int){0}));
        MUST(clSetKernelArg(lane->store, 0, sizeof lane->buffer, &lane->buffer));
        MUST(clSetKernelArg(lane->store, 1, 4, &(cl_int){0}));
    }
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (!only || strcmp(only, calls[i].name) == 0)
            measure(&calls[i]);
    for (int i = 0; i < threads; i++) {
        MUST(clReleaseMemObject(lanes[i].buffer));
        MUST(clReleaseKernel(lanes[i].empty));
        MUST(clReleaseKernel(lanes[i].store));
        MUST(clReleaseCommandQueue(lanes[i].queue));
    }
    tear_down();
    return 0;
}
