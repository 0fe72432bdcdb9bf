/* Calls whose every status is printed, so that a test can take the server away under them and see what the application sees.
 *
 *   loop    writes and reads back for ever, a line per round, until a call fails; then some more calls, and exits by its own will
 *   wait    waits for a user event that nobody completes
 *   kernel  waits for a kernel that runs for a very long time
 *   idle    connects, says so, and sleeps
 *   refuse  makes the first call and prints its status; nothing else
 *
 * Each prints "ready" when it is where the test wants it. */
#define _DEFAULT_SOURCE
#include "ocl.h"

#include <unistd.h>

static const char *const source =
    "kernel void spin(global int *out, long rounds) {"
    " int x = out[0]; for (long i = 0; i < rounds; i++) x = x * 1103515245 + (int)(i ^ (x >> 3)); out[0] = x; }";

static cl_context context;
static cl_command_queue queue;
static cl_mem buffer;

/* What a program may do after it lost its device: every sort of call, none of which may hang or end the program. */
static void afterwards(void)
{
    cl_int status = 0, value = 0;
    size_t size = 0;
    printf("clEnqueueWriteBuffer: %s\n", status_name(clEnqueueWriteBuffer(queue, buffer, CL_TRUE, 0, 4, &value, 0, NULL, NULL)));
    printf("clEnqueueReadBuffer: %s\n", status_name(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, 4, &value, 0, NULL, NULL)));
    printf("clFinish: %s\n", status_name(clFinish(queue)));
    cl_mem other = clCreateBuffer(context, CL_MEM_READ_WRITE, 4, NULL, &status);
    printf("clCreateBuffer: %s, %s\n", other ? "object" : "NULL", status_name(status));
    printf("clGetContextInfo: %s\n", status_name(clGetContextInfo(context, CL_CONTEXT_PROPERTIES, 0, NULL, &size)));
    clReleaseMemObject(buffer);
    clReleaseCommandQueue(queue);
    clReleaseContext(context);
    printf("still here\n");
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "loop";
    cl_int status, value = 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(mode, "refuse") == 0) {
        cl_platform_id platform = NULL;
        cl_uint count = 77;
        status = clGetPlatformIDs(1, &platform, &count);
        printf("clGetPlatformIDs: %s\n", status_name(status));
        printf("again: %s\n", status_name(clGetPlatformIDs(1, &platform, &count)));
        printf("still here\n");
        return status == CL_SUCCESS ? 0 : 3;
    }
    cl_device_id device = first_device();
    context = clCreateContext(NULL, 1, &device, NULL, NULL, &status);
    MUST(status);
    queue = clCreateCommandQueue(context, device, 0, &status);
    MUST(status);
    buffer = clCreateBuffer(context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, 4, &value, &status);
    MUST(status);

    if (strcmp(mode, "idle") == 0) {
        printf("ready\n");
        for (;;)
            pause();
    } else if (strcmp(mode, "wait") == 0) {
        cl_event never = clCreateUserEvent(context, &status);
        MUST(status);
        printf("ready\n");
        printf("clWaitForEvents: %s\n", status_name(clWaitForEvents(1, &never)));
    } else if (strcmp(mode, "kernel") == 0) {
        cl_long rounds = (cl_long)1 << 50;
        size_t one = 1;
        cl_program program = clCreateProgramWithSource(context, 1, (const char **)&source, NULL, &status);
        MUST(status);
        MUST(clBuildProgram(program, 1, &device, NULL, NULL, NULL));
        cl_kernel kernel = clCreateKernel(program, "spin", &status);
        MUST(status);
        MUST(clSetKernelArg(kernel, 0, sizeof buffer, &buffer));
        MUST(clSetKernelArg(kernel, 1, sizeof rounds, &rounds));
        MUST(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &one, NULL, 0, NULL, NULL));
        MUST(clFlush(queue));
        printf("ready\n");
        printf("clFinish: %s\n", status_name(clFinish(queue)));
    } else {
        printf("ready\n");
        for (status = CL_SUCCESS; status == CL_SUCCESS; value++) {
            cl_int back = 0;
            status = clEnqueueWriteBuffer(queue, buffer, CL_FALSE, 0, 4, &value, 0, NULL, NULL);
            if (status == CL_SUCCESS)
                status = clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, 4, &back, 0, NULL, NULL);
            REQUIRE(status != CL_SUCCESS || back == value);
            printf("round: %s\n", status_name(status));
            usleep(10000);
        }
    }
    afterwards();
    return 0;
}
