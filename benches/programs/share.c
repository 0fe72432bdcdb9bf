/* One of several programs that use a device at the same time. Says "ready" when it is set up, begins when a line comes, works for a
 * while, then makes small calls for a while. Prints
 *
 *   work    tab  microseconds  tab  pieces of work done in them
 *   latency tab  nanoseconds   tab  small calls that took so long, or up to 6 % less; a line for each such class
 *
 *   share [--milliseconds N]   how long each of the two goes on */
#include "bench.h"

enum { STEPS = 16, CLASSES = 64 * STEPS, LAUNCHES = 8 };

static const size_t SIZE = (size_t)64 << 10;

static const char *const source = "kernel void scale(global float *data, float by) {\n"
                                  "    size_t i = get_global_id(0);\n"
                                  "    data[i] = data[i] * by + 1.0f;\n"
                                  "}\n";

static cl_command_queue queue;
static cl_kernel kernel;
static cl_mem buffer;
static unsigned char *host;

/* As of a program that uses a device for what it is for: bytes in, some kernels, bytes out. */
static void work(void)
{
    size_t items = SIZE / sizeof(float);
    MUST(clEnqueueWriteBuffer(queue, buffer, CL_FALSE, 0, SIZE, host, 0, NULL, NULL));
    for (int i = 0; i < LAUNCHES; i++) {
        MUST(clSetKernelArg(kernel, 1, sizeof(float), &(float){0.5f}));
        MUST(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, NULL, 0, NULL, NULL));
    }
    MUST(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, SIZE, host, 0, NULL, NULL));
}

static void small_call(void)
{
    MUST(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, 4, host, 0, NULL, NULL));
}

/* Classes of times: STEPS between each power of two and the next. */
static int class_of(uint64_t nanoseconds)
{
    int power = 0;
    while (power < 62 && nanoseconds >> (power + 1))
        power++;
    uint64_t base = (uint64_t)1 << power;
    return power * STEPS + (int)((nanoseconds - base) * STEPS / base);
}

static uint64_t end_of_class(int class)
{
    uint64_t base = (uint64_t)1 << (class / STEPS);
    return base + base * (uint64_t)(class % STEPS + 1) / STEPS;
}

int main(int argc, char **argv)
{
    static unsigned long classes[CLASSES];
    double period = (double)option(argc, argv, "--milliseconds", 1000) * 1e3, start, passed;
    unsigned long pieces = 0;
    set_up(source);
    queue = new_queue();
    kernel = new_kernel("scale");
    buffer = new_buffer(SIZE);
    host = new_memory(SIZE, 0);
    MUST(clSetKernelArg(kernel, 0, sizeof buffer, &buffer));
    work();
    puts("ready");
    fflush(stdout);
    REQUIRE(getchar() == '\n');

    for (start = now(); (passed = now() - start) < period; pieces++)
        work();
    printf("work\t%.0f\t%lu\n", passed, pieces);
    for (start = now(); now() - start < period;) {
        double begun = now();
        small_call();
        classes[class_of((uint64_t)(1e3 * (now() - begun)))]++;
    }
    for (int i = 0; i < CLASSES; i++)
        if (classes[i])
            printf("latency\t%llu\t%lu\n", (unsigned long long)end_of_class(i), classes[i]);

    free(host);
    MUST(clReleaseMemObject(buffer));
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseCommandQueue(queue));
    tear_down();
    return 0;
}
