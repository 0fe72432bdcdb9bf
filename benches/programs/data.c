/* What moving bytes costs. Prints a line for each measurement: operation, tab, bytes, tab, microseconds.
 *
 *   data --step N   sizes from 4 B on, each N times the one before
 *   data --max N    the largest, in MiB; what the device or this machine's memory cannot hold is left out
 *
 * The application's side is ordinary memory of malloc. Each value is the median of several repetitions. */
#include "bench.h"

#include <unistd.h>

enum { LEAST = 3, MOST = 100, AT_ONCE = 8, PAGE = 4096 };

/* What an operation is repeated for, in microseconds, unless it is so slow that it is done LEAST times. */
static const double LONG_ENOUGH = 15e3;
/* Operations that do not wait have at most so many bytes in flight. */
static const size_t IN_FLIGHT = (size_t)256 << 20;

static cl_command_queue queue;
static cl_mem buffer, other;
static unsigned char *host;

/* How many transfers that do not wait are made before the queue is waited for. */
static int at_once(size_t size)
{
    size_t n = IN_FLIGHT / size;
    return n < 1 ? 1 : n > AT_ONCE ? AT_ONCE : (int)n;
}

static int blocking_read(size_t size)
{
    MUST(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, size, host, 0, NULL, NULL));
    return 1;
}

static int blocking_write(size_t size)
{
    MUST(clEnqueueWriteBuffer(queue, buffer, CL_TRUE, 0, size, host, 0, NULL, NULL));
    return 1;
}

static int other_read(size_t size)
{
    int n = at_once(size);
    for (int i = 0; i < n; i++)
        MUST(clEnqueueReadBuffer(queue, buffer, CL_FALSE, 0, size, host + (size_t)i * size, 0, NULL, NULL));
    MUST(clFinish(queue));
    return n;
}

static int other_write(size_t size)
{
    int n = at_once(size);
    for (int i = 0; i < n; i++)
        MUST(clEnqueueWriteBuffer(queue, buffer, CL_FALSE, 0, size, host + (size_t)i * size, 0, NULL, NULL));
    MUST(clFinish(queue));
    return n;
}

/* Mapping alone may cost nothing at all: what counts is that the program can use the bytes, so it touches every page. */
static int map(size_t size, cl_map_flags flags)
{
    cl_int status;
    unsigned char *bytes =
        clEnqueueMapBuffer(queue, buffer, CL_TRUE, flags, 0, size, 0, NULL, NULL, &status);
    MUST(status);
    for (size_t at = 0; at < size; at += PAGE) {
        if (flags & CL_MAP_READ)
            (void)*(volatile unsigned char *)&bytes[at];
        else
            bytes[at] = 1;
    }
    MUST(clEnqueueUnmapMemObject(queue, buffer, bytes, 0, NULL, NULL));
    MUST(clFinish(queue));
    return 1;
}

static int map_read(size_t size)
{
    return map(size, CL_MAP_READ);
}

static int map_write(size_t size)
{
    return map(size, CL_MAP_WRITE);
}

static int fill(size_t size)
{
    MUST(clEnqueueFillBuffer(queue, buffer, &(cl_uint){0x01010101}, 4, 0, size, 0, NULL, NULL));
    MUST(clFinish(queue));
    return 1;
}

static int copy(size_t size)
{
    MUST(clEnqueueCopyBuffer(queue, other, buffer, 0, 0, size, 0, NULL, NULL));
    MUST(clFinish(queue));
    return 1;
}

static const struct {
    const char *name;
    int (*run)(size_t size); /* returns how many operations it made */
} operations[] = {
    {"blocking read", blocking_read}, {"blocking write", blocking_write},
    {"read", other_read},             {"write", other_write},
    {"map for reading", map_read},    {"map for writing", map_write},
    {"fill", fill},                   {"copy", copy},
};

static double measure(int (*run)(size_t size), size_t size)
{
    double times[MOST], spent = 0;
    int n = 0;
    run(size);
    while (n < LEAST || (n < MOST && spent < LONG_ENOUGH)) {
        double start = now();
        int made = run(size);
        double took = now() - start;
        times[n++] = took / made;
        spent += took;
    }
    return median(times, n);
}

/* The largest size asked for that the device holds twice, and of which this machine has room for five: two buffers, the
 * application's memory, and what a forwarded transfer has under way. */
static size_t largest(size_t asked, size_t step)
{
    cl_ulong once, all;
    MUST(clGetDeviceInfo(device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof once, &once, NULL));
    MUST(clGetDeviceInfo(device, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof all, &all, NULL));
    size_t free_memory = (size_t)sysconf(_SC_AVPHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
    size_t size = 4;
    while (size * step <= asked && size * step <= once && size * step <= all / 2 && size * step <= free_memory / 5)
        size *= step;
    return size;
}

int main(int argc, char **argv)
{
    size_t step = (size_t)option(argc, argv, "--step", 4);
    size_t most = (size_t)option(argc, argv, "--max", 1024) << 20;
    REQUIRE(step >= 2);
    set_up("kernel void unused(void) {}\n");
    most = largest(most, step);
    queue = new_queue();
    buffer = new_buffer(most);
    other = new_buffer(most);
    host = new_memory(most * (size_t)at_once(most) > IN_FLIGHT ? most : IN_FLIGHT, 1);
    MUST(clEnqueueFillBuffer(queue, other, &(cl_uint){0x01010101}, 4, 0, most, 0, NULL, NULL));
    MUST(clEnqueueFillBuffer(queue, buffer, &(cl_uint){0x01010101}, 4, 0, most, 0, NULL, NULL));
    MUST(clFinish(queue));
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        for (size_t size = 4; size <= most; size *= step) {
            printf("%s\t%zu\t%.4f\n", operations[i].name, size, measure(operations[i].run, size));
            fflush(stdout);
        }
    }
    /* Whatever was measured, it moved the bytes. */
    memset(host, 0, most);
    blocking_read(most);
    for (size_t at = 0; at < most; at++)
        REQUIRE(host[at] == 1);
    free(host);
    MUST(clReleaseMemObject(buffer));
    MUST(clReleaseMemObject(other));
    MUST(clReleaseCommandQueue(queue));
    tear_down();
    return 0;
}
