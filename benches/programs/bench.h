/* What every measuring program needs beside ocl.h: a clock, a median, and the objects that all work begins with. */
#ifndef AVA_BENCH_H
#define AVA_BENCH_H

#include "../../tests/programs/ocl.h"

#include <time.h>

static cl_device_id device;
static cl_context context;
static cl_program program;

/* Microseconds of a clock that only goes forward. */
static inline double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + 1e-3 * (double)t.tv_nsec;
}

static inline int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts the values. */
static inline double median(double *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, by_value);
    return values[n / 2];
}

/* Fills in the device, the context and, of `source`, the program. */
static inline void set_up(const char *source)
{
    cl_int status;
    device = first_device();
    context = clCreateContext(NULL, 1, &device, NULL, NULL, &status);
    MUST(status);
    program = clCreateProgramWithSource(context, 1, &source, NULL, &status);
    MUST(status);
    MUST(clBuildProgram(program, 1, &device, NULL, NULL, NULL));
}

static inline void tear_down(void)
{
    MUST(clReleaseProgram(program));
    MUST(clReleaseContext(context));
}

static inline cl_command_queue new_queue(void)
{
    cl_int status;
    cl_command_queue queue = clCreateCommandQueue(context, device, 0, &status);
    MUST(status);
    return queue;
}

static inline cl_kernel new_kernel(const char *name)
{
    cl_int status;
    cl_kernel kernel = clCreateKernel(program, name, &status);
    MUST(status);
    return kernel;
}

static inline cl_mem new_buffer(size_t size)
{
    cl_int status;
    cl_mem buffer = clCreateBuffer(context, CL_MEM_READ_WRITE, size, NULL, &status);
    MUST(status);
    return buffer;
}

/* Ordinary memory, every page of which is there before a clock starts. */
static inline void *new_memory(size_t size, int byte)
{
    void *memory = malloc(size);
    REQUIRE(memory);
    memset(memory, byte, size);
    return memory;
}

/* The number after the option `name`, or `otherwise`. */
static inline long option(int argc, char **argv, const char *name, long otherwise)
{
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return strtol(argv[i + 1], NULL, 10);
    return otherwise;
}

#endif
