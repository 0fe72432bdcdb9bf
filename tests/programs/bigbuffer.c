/* Moves so many MiB (default 2048, at most what the device allots at once) through one buffer by single blocking transfers, and
 * checks every byte: more than the guest and the server share at a time if the arena was made small. */
#include "ocl.h"

int main(int argc, char **argv)
{
    size_t size = (size_t)(argc > 1 ? strtoul(argv[1], NULL, 10) : 2048) << 20;
    cl_int status;
    cl_ulong most = 0;
    cl_device_id device = first_device();
    MUST(clGetDeviceInfo(device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof most, &most, NULL));
    if (size > most)
        size = most;
    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &status);
    MUST(status);
    cl_command_queue queue = clCreateCommandQueue(context, device, 0, &status);
    MUST(status);
    unsigned char *bytes = malloc(size);
    REQUIRE(bytes);
    cl_mem buffer = clCreateBuffer(context, CL_MEM_READ_WRITE, size, NULL, &status);
    MUST(status);

    for (uint64_t round = 0; round < 2; round++) {
        pattern(bytes, size, 51 + round);
        uint64_t sent = checksum(bytes, size);
        cl_event done = NULL;
        /* once waiting in the call, once on its event */
        MUST(clEnqueueWriteBuffer(queue, buffer, round == 0, 0, size, bytes, 0, NULL, &done));
        MUST(clWaitForEvents(1, &done));
        MUST(clReleaseEvent(done));
        memset(bytes, 0, size);
        MUST(clEnqueueReadBuffer(queue, buffer, round == 0, 0, size, bytes, 0, NULL, &done));
        MUST(clWaitForEvents(1, &done));
        MUST(clReleaseEvent(done));
        printf("%zu MiB: %016llx, the same came back: %d\n", size >> 20, (unsigned long long)sent, checksum(bytes, size) == sent);
        REQUIRE(checksum(bytes, size) == sent);
    }
    MUST(clReleaseMemObject(buffer));

    /* The data of a new buffer goes the same way. */
    buffer = clCreateBuffer(context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, size, bytes, &status);
    MUST(status);
    uint64_t sent = checksum(bytes, size);
    memset(bytes, 0, size);
    MUST(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, size, bytes, 0, NULL, NULL));
    printf("%zu MiB from the start: %d\n", size >> 20, checksum(bytes, size) == sent);
    REQUIRE(checksum(bytes, size) == sent);
    MUST(clReleaseMemObject(buffer));
    MUST(clReleaseCommandQueue(queue));
    MUST(clReleaseContext(context));
    free(bytes);
    return 0;
}
