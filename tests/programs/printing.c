/* A kernel that prints, between what the program prints. Nothing is flushed, so the order is that in which the buffers are. */
#include "ocl.h"

int main(void)
{
    static const char *source = "kernel void hello(int n) { printf(\"item %d of %d\\n\", (int)get_global_id(0), n); }";
    cl_device_id device = first_device();
    cl_int status, n = 3;
    size_t one = 1;
    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &status);
    MUST(status);
    cl_command_queue queue = clCreateCommandQueue(context, device, 0, &status);
    MUST(status);
    cl_program program = clCreateProgramWithSource(context, 1, &source, NULL, &status);
    MUST(status);
    MUST(clBuildProgram(program, 1, &device, "", NULL, NULL));
    cl_kernel kernel = clCreateKernel(program, "hello", &status);
    MUST(status);
    MUST(clSetKernelArg(kernel, 0, sizeof n, &n));
    printf("before\n");
    MUST(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &one, NULL, 0, NULL, NULL));
    printf("enqueued\n");
    MUST(clFinish(queue));
    printf("finished\n");
    fflush(stdout);
    MUST(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &one, NULL, 0, NULL, NULL));
    MUST(clFinish(queue));
    printf("the end\n");
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseProgram(program));
    MUST(clReleaseCommandQueue(queue));
    MUST(clReleaseContext(context));
    return 0;
}
