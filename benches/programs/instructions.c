/* Makes calls of one kind, for a tool that counts instructions.
 *
 *   instructions NAME N         N calls, all of them in `measured`
 *   instructions --list server  the names
 *   instructions --list guest   those of calls that do not wait for the server, in which the guest may spin
 *
 * Between batches the program waits until all is done, outside of `measured`, so that no call has to wait for room. */
#include "bench.h"

enum { BATCH = 50 };

static cl_command_queue queue;
static cl_kernel value_kernel, buffer_kernel;
static cl_mem buffer;

static const char *const source =
    "kernel void empty(int x) {}\n"
    "kernel void store(global int *out, int x) { out[0] = x; }\n";

static void cached_query(void)
{
    cl_uint units;
    MUST(clGetDeviceInfo(device, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL));
}

static void set_value(void)
{
    static cl_int i;
    i++;
    MUST(clSetKernelArg(value_kernel, 0, sizeof i, &i));
}

static void set_buffer(void)
{
    MUST(clSetKernelArg(buffer_kernel, 0, sizeof buffer, &buffer));
}

static void enqueue(void)
{
    size_t one = 1;
    MUST(clEnqueueNDRangeKernel(queue, value_kernel, 1, NULL, &one, &one, 0, NULL, NULL));
}

static void make_kernel(void)
{
    cl_int status;
    cl_kernel kernel = clCreateKernel(program, "empty", &status);
    MUST(status);
    MUST(clReleaseKernel(kernel));
}

static const struct {
    const char *name;
    void (*call)(void);
    int waits;
} kinds[] = {
    {"cached query", cached_query, 0},
    {"clSetKernelArg, a value", set_value, 0},
    {"clSetKernelArg, a buffer", set_buffer, 0},
    {"clEnqueueNDRangeKernel", enqueue, 0},
    {"create + release a kernel", make_kernel, 1},
};

/* By this name the tool knows what to count. */
__attribute__((noinline)) void measured(void (*call)(void), long n);

void measured(void (*call)(void), long n)
{
    for (long i = 0; i < n; i++)
        call();
}

int main(int argc, char **argv)
{
    void (*call)(void) = NULL;
    int is_list = argc == 3 && strcmp(argv[1], "--list") == 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (is_list && (!kinds[i].waits || strcmp(argv[2], "server") == 0))
            puts(kinds[i].name);
        else if (argc == 3 && strcmp(argv[1], kinds[i].name) == 0)
            call = kinds[i].call;
    }
    if (!call)
        return !is_list;
    set_up(source);
    queue = new_queue();
    value_kernel = new_kernel("empty");
    buffer_kernel = new_kernel("store");
    buffer = new_buffer(4096);
    MUST(clSetKernelArg(value_kernel, 0, sizeof(cl_int), &(cl_int){0}));
    MUST(clFinish(queue));
    for (long left = strtol(argv[2], NULL, 10); left > 0; left -= BATCH) {
        measured(call, left < BATCH ? left : BATCH);
        MUST(clFinish(queue));
    }
    MUST(clReleaseMemObject(buffer));
    MUST(clReleaseKernel(value_kernel));
    MUST(clReleaseKernel(buffer_kernel));
    MUST(clReleaseCommandQueue(queue));
    tear_down();
    return 0;
}
