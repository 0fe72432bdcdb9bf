/* What single OpenCL calls and transfers cost. Prints a line for each measurement: name, tab, value, tab, unit.
 *
 *   calls              all of them
 *   calls --only NAME  one of them
 *   calls --list       their names, and how many calls each makes at least
 *
 * Each value is the median of several repetitions in this process; whoever compares two libraries runs the program several times
 * with each, in turns. */
#include "../../tests/programs/ocl.h"

#include <time.h>

enum { REPEATS = 7, PAIRS = 20000, FAST = 200000, SLOW = 2000, MIDDLE = 5000 };

static cl_platform_id platform;
static cl_device_id device;
static cl_context context;
static cl_command_queue queue;
static cl_program program;
static cl_kernel empty, one_argument;
static cl_mem buffer;
static unsigned char *host;

static const size_t LARGEST = (size_t)256 << 20;

static const char *const source =
    "kernel void empty(int x) {}\n"
    "kernel void store(global int *out, int x) { out[0] = x; }\n";

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + 1e-3 * (double)t.tv_nsec; /* microseconds */
}

static void cached_query(int n)
{
    cl_uint units;
    for (int i = 0; i < n; i++)
        MUST(clGetDeviceInfo(device, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL));
}

static void set_argument(int n)
{
    for (cl_int i = 0; i < n; i++)
        MUST(clSetKernelArg(empty, 0, sizeof i, &i));
}

static void set_buffer_argument(int n)
{
    for (int i = 0; i < n; i++)
        MUST(clSetKernelArg(one_argument, 0, sizeof buffer, &buffer));
}

static void pairs(int n)
{
    size_t one = 1;
    for (cl_int i = 0; i < n; i++) {
        MUST(clSetKernelArg(empty, 0, sizeof i, &i));
        MUST(clEnqueueNDRangeKernel(queue, empty, 1, NULL, &one, &one, 0, NULL, NULL));
    }
    MUST(clFinish(queue));
}

static void enqueue_finish(int n)
{
    size_t one = 1;
    for (int i = 0; i < n; i++) {
        MUST(clEnqueueNDRangeKernel(queue, empty, 1, NULL, &one, &one, 0, NULL, NULL));
        MUST(clFinish(queue));
    }
}

static void read_word(int n)
{
    for (int i = 0; i < n; i++)
        MUST(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, 4, host, 0, NULL, NULL));
}

static void write_word(int n)
{
    for (int i = 0; i < n; i++)
        MUST(clEnqueueWriteBuffer(queue, buffer, CL_TRUE, 0, 4, host, 0, NULL, NULL));
}

static void make_kernel(int n)
{
    cl_int status;
    for (int i = 0; i < n; i++) {
        cl_kernel kernel = clCreateKernel(program, "empty", &status);
        MUST(status);
        MUST(clReleaseKernel(kernel));
    }
}

static void make_buffer(int n)
{
    cl_int status;
    for (int i = 0; i < n; i++) {
        cl_mem small = clCreateBuffer(context, CL_MEM_READ_WRITE, 4096, NULL, &status);
        MUST(status);
        MUST(clReleaseMemObject(small));
    }
}

static void make_event(int n)
{
    cl_int status;
    for (int i = 0; i < n; i++) {
        cl_event event = clCreateUserEvent(context, &status);
        MUST(status);
        MUST(clSetUserEventStatus(event, CL_COMPLETE));
        MUST(clReleaseEvent(event));
    }
}

static void make_queue(int n)
{
    cl_int status;
    for (int i = 0; i < n; i++) {
        cl_command_queue other = clCreateCommandQueue(context, device, 0, &status);
        MUST(status);
        MUST(clReleaseCommandQueue(other));
    }
}

static const struct measurement {
    const char *name;
    void (*run)(int n);
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

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, by_value);
    return values[n / 2];
}

static void measure_calls(const struct measurement *m)
{
    double times[REPEATS];
    m->run(m->n / 10 + 1); /* caches, lanes, the first compilation */
    for (int i = 0; i < REPEATS; i++) {
        double start = now();
        m->run(m->n);
        times[i] = (now() - start) / m->n;
    }
    printf("%s\t%.4f\tus\n", m->name, median(times, REPEATS));
    fflush(stdout);
}

static void transfer(int write, size_t size)
{
    if (write)
        MUST(clEnqueueWriteBuffer(queue, buffer, CL_TRUE, 0, size, host, 0, NULL, NULL));
    else
        MUST(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, size, host, 0, NULL, NULL));
}

static void measure_transfer(int write, const char *name, size_t size)
{
    double times[64];
    /* About half a GiB for each size, so that small ones are repeated often. */
    int repeats = (int)(((size_t)512 << 20) / size);
    repeats = repeats < 3 ? 3 : repeats > 63 ? 63 : repeats;
    transfer(write, size);
    for (int i = 0; i < repeats; i++) {
        double start = now();
        transfer(write, size);
        times[i] = now() - start;
    }
    printf("%s\t%.3f\tGB/s\n", name, (double)size / median(times, repeats) / 1e3);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static const struct {
        size_t size;
        const char *name;
    } sizes[] = {{4096, "4 KiB"}, {65536, "64 KiB"}, {1 << 20, "1 MiB"}, {16 << 20, "16 MiB"}, {256 << 20, "256 MiB"}};
    const char *only = argc > 2 && strcmp(argv[1], "--only") == 0 ? argv[2] : NULL;
    cl_int status;

    if (argc > 1 && strcmp(argv[1], "--list") == 0) {
        for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
            printf("%s\t%d\n", calls[i].name, calls[i].n * REPEATS);
        return 0;
    }
    MUST(clGetPlatformIDs(1, &platform, NULL));
    device = first_device();
    context = clCreateContext(NULL, 1, &device, NULL, NULL, &status);
    MUST(status);
    queue = clCreateCommandQueue(context, device, 0, &status);
    MUST(status);
    program = clCreateProgramWithSource(context, 1, (const char **)&source, NULL, &status);
    MUST(status);
    MUST(clBuildProgram(program, 1, &device, NULL, NULL, NULL));
    empty = clCreateKernel(program, "empty", &status);
    MUST(status);
    one_argument = clCreateKernel(program, "store", &status);
    MUST(status);
    buffer = clCreateBuffer(context, CL_MEM_READ_WRITE, only ? 1 << 20 : LARGEST, NULL, &status);
    MUST(status);
    host = malloc(LARGEST);
    REQUIRE(host);
    memset(host, 1, LARGEST); /* its pages are there before the clock starts */
    MUST(clSetKernelArg(empty, 0, 4, &(cl_int){0}));
    MUST(clSetKernelArg(one_argument, 0, sizeof buffer, &buffer));
    MUST(clSetKernelArg(one_argument, 1, 4, &(cl_int){0}));

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (!only || strcmp(only, calls[i].name) == 0)
            measure_calls(&calls[i]);
    for (int write = 0; !only && write < 2; write++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            char name[64];
            snprintf(name, sizeof name, "blocking %s, %s", write ? "write" : "read", sizes[i].name);
            measure_transfer(write, name, sizes[i].size);
        }
    }

    free(host);
    MUST(clReleaseMemObject(buffer));
    MUST(clReleaseKernel(empty));
    MUST(clReleaseKernel(one_argument));
    MUST(clReleaseProgram(program));
    MUST(clReleaseCommandQueue(queue));
    MUST(clReleaseContext(context));
    return 0;
}
