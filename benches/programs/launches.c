/* A call-bound program: tiny kernels, the arguments of which are set each time, and a small read every hundredth.
 *
 *   launches [--launches N] */
#include "bench.h"

static const char *const source = "kernel void add(global int *sum, int x) { sum[0] += x; }\n";

int main(int argc, char **argv)
{
    long launches = option(argc, argv, "--launches", 200000);
    size_t one = 1;
    cl_int sum = 0, expected = 0;
    set_up(source);
    cl_command_queue queue = new_queue();
    cl_kernel kernel = new_kernel("add");
    cl_mem buffer = new_buffer(sizeof sum);
    MUST(clEnqueueWriteBuffer(queue, buffer, CL_TRUE, 0, sizeof sum, &sum, 0, NULL, NULL));
    for (long i = 0; i < launches; i++) {
        cl_int x = (cl_int)(i % 7);
        expected += x;
        MUST(clSetKernelArg(kernel, 0, sizeof buffer, &buffer));
        MUST(clSetKernelArg(kernel, 1, sizeof x, &x));
        MUST(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &one, &one, 0, NULL, NULL));
        if (i % 100 == 99) {
            MUST(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, sizeof sum, &sum, 0, NULL, NULL));
            REQUIRE(sum == expected);
        }
    }
    MUST(clFinish(queue));
    printf("sum %d\n", sum);
    MUST(clReleaseMemObject(buffer));
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseCommandQueue(queue));
    tear_down();
    return 0;
}
