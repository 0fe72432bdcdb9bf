/* How long a program waits for its first context. Prints the microseconds from main to there.
 *
 *   start            just that
 *   start --device   the platform and the device instead, for people to read
 *   start --rest     then uses the context once, says "ready" and rests until a line comes or its input ends */
#include "bench.h"

static void rest(void)
{
    size_t one = 1;
    cl_int value = 0;
    set_up("kernel void one(global int *out) { out[0] = 1; }\n");
    cl_command_queue queue = new_queue();
    cl_kernel kernel = new_kernel("one");
    cl_mem buffer = new_buffer(sizeof value);
    MUST(clSetKernelArg(kernel, 0, sizeof buffer, &buffer));
    MUST(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &one, NULL, 0, NULL, NULL));
    MUST(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, sizeof value, &value, 0, NULL, NULL));
    REQUIRE(value == 1);
    puts("ready");
    fflush(stdout);
    (void)getchar();
    MUST(clReleaseMemObject(buffer));
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseCommandQueue(queue));
    tear_down();
}

static void print_device(void)
{
    char platform_version[256], device_name[256];
    cl_platform_id platform;
    device = first_device();
    MUST(clGetDeviceInfo(device, CL_DEVICE_PLATFORM, sizeof platform, &platform, NULL));
    MUST(clGetPlatformInfo(platform, CL_PLATFORM_VERSION, sizeof platform_version, platform_version, NULL));
    MUST(clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof device_name, device_name, NULL));
    printf("%s: %s\n", platform_version, device_name);
}

int main(int argc, char **argv)
{
    double start = now();
    cl_int status;
    if (argc > 1 && strcmp(argv[1], "--rest") == 0) {
        rest();
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "--device") == 0) {
        print_device();
        return 0;
    }
    device = first_device();
    context = clCreateContext(NULL, 1, &device, NULL, NULL, &status);
    MUST(status);
    printf("%.1f\n", now() - start);
    MUST(clReleaseContext(context));
    return 0;
}
