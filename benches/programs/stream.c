/* A transfer-bound program: several buffers are written, touched by a kernel and read back, round after round, without waiting in
 * between.
 *
 *   stream [--rounds N] */
#include "bench.h"

enum { STREAMS = 4, EVERY = 1024 };

static const size_t SIZE = (size_t)16 << 20;

static const char *const source = "kernel void touch(global uint *data, uint with, int every) {\n"
                                  "    data[get_global_id(0) * every] ^= with;\n"
                                  "}\n";

int main(int argc, char **argv)
{
    cl_mem buffers[STREAMS];
    unsigned char *in[STREAMS], *out[STREAMS];
    size_t items = SIZE / 4 / EVERY;
    long rounds = option(argc, argv, "--rounds", 40);
    set_up(source);
    cl_command_queue queue = new_queue();
    cl_kernel kernel = new_kernel("touch");
    for (int i = 0; i < STREAMS; i++) {
        buffers[i] = new_buffer(SIZE);
        in[i] = new_memory(SIZE, 0);
        out[i] = new_memory(SIZE, 0);
        pattern(in[i], SIZE, (uint64_t)i);
    }
    for (long round = 0; round < rounds; round++) {
        cl_uint with = (cl_uint)round + 1;
        for (int i = 0; i < STREAMS; i++) {
            MUST(clEnqueueWriteBuffer(queue, buffers[i], CL_FALSE, 0, SIZE, in[i], 0, NULL, NULL));
            MUST(clSetKernelArg(kernel, 0, sizeof(cl_mem), &buffers[i]));
            MUST(clSetKernelArg(kernel, 1, sizeof with, &with));
            MUST(clSetKernelArg(kernel, 2, sizeof(cl_int), &(cl_int){EVERY}));
            MUST(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, NULL, 0, NULL, NULL));
            MUST(clEnqueueReadBuffer(queue, buffers[i], CL_FALSE, 0, SIZE, out[i], 0, NULL, NULL));
        }
        MUST(clFinish(queue));
        for (int i = 0; i < STREAMS; i++) {
            cl_uint sent, back;
            memcpy(&sent, in[i], sizeof sent);
            memcpy(&back, out[i], sizeof back);
            REQUIRE(back == (sent ^ with));
        }
    }
    for (int i = 0; i < STREAMS; i++) {
        printf("stream %d %016llx\n", i, (unsigned long long)checksum(out[i], SIZE));
        free(in[i]);
        free(out[i]);
        MUST(clReleaseMemObject(buffers[i]));
    }
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseCommandQueue(queue));
    tear_down();
    return 0;
}
