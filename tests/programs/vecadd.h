/* The shortest program that does something: adds two vectors on the first device and checks every element. */
#ifndef AVA_TESTS_VECADD_H
#define AVA_TESTS_VECADD_H

#include "ocl.h"

/* Returns the number of wrong elements; 0 is right. */
static inline int vecadd(void)
{
    enum { INTS = 256 };
    const char *source = "kernel void add(global const int *a, global const int *b, global int *c) {"
                         " size_t i = get_global_id(0); c[i] = a[i] + b[i]; }";
    cl_int status, a[INTS], b[INTS], c[INTS] = {0}, wrong = 0;
    size_t items = INTS;
    cl_device_id device = first_device();
    for (int i = 0; i < INTS; i++) {
        a[i] = i;
        b[i] = 1000 * i;
    }
    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &status);
    MUST(status);
    cl_command_queue queue = clCreateCommandQueue(context, device, 0, &status);
    MUST(status);
    cl_program program = clCreateProgramWithSource(context, 1, &source, NULL, &status);
    MUST(status);
    MUST(clBuildProgram(program, 1, &device, NULL, NULL, NULL));
    cl_kernel kernel = clCreateKernel(program, "add", &status);
    MUST(status);
    cl_mem in_a = clCreateBuffer(context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, sizeof a, a, &status);
    MUST(status);
    cl_mem in_b = clCreateBuffer(context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, sizeof b, b, &status);
    MUST(status);
    cl_mem out = clCreateBuffer(context, CL_MEM_WRITE_ONLY, sizeof c, NULL, &status);
    MUST(status);
    MUST(clSetKernelArg(kernel, 0, sizeof in_a, &in_a));
    MUST(clSetKernelArg(kernel, 1, sizeof in_b, &in_b));
    MUST(clSetKernelArg(kernel, 2, sizeof out, &out));
    MUST(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, NULL, 0, NULL, NULL));
    MUST(clEnqueueReadBuffer(queue, out, CL_TRUE, 0, sizeof c, c, 0, NULL, NULL));
    for (int i = 0; i < INTS; i++)
        wrong += c[i] != 1001 * i;
    MUST(clReleaseMemObject(in_a));
    MUST(clReleaseMemObject(in_b));
    MUST(clReleaseMemObject(out));
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseProgram(program));
    MUST(clReleaseCommandQueue(queue));
    MUST(clReleaseContext(context));
    return wrong;
}

#endif
