/* A compute-bound program: bodies that attract each other, and products of matrices by tiles in local memory. Prints a checksum of
 * each.
 *
 *   compute [--steps N] [--products N] */
#include "bench.h"

enum { BODIES = 4096, SIDE = 1024, TILE = 16 };

static const char *const source =
    "kernel void attract(global const float4 *from, global float4 *to, global float4 *speed, int bodies) {\n"
    "    size_t i = get_global_id(0);\n"
    "    float4 here = from[i], pull = 0;\n"
    "    for (int j = 0; j < bodies; j++) {\n"
    "        float4 way = from[j] - here;\n"
    "        float square = way.x * way.x + way.y * way.y + way.z * way.z + 0.01f;\n"
    "        float scale = from[j].w * rsqrt(square) / square;\n"
    "        pull += way * scale;\n"
    "    }\n"
    "    pull.w = 0;\n"
    "    speed[i] += pull * 0.001f;\n"
    "    to[i] = here + speed[i] * 0.001f;\n"
    "}\n"
    "kernel void multiply(global const float *a, global const float *b, global float *c, int n,\n"
    "                     local float *left, local float *right) {\n"
    "    int x = get_global_id(0), y = get_global_id(1), lx = get_local_id(0), ly = get_local_id(1);\n"
    "    int tile = get_local_size(0);\n"
    "    float sum = 0;\n"
    "    for (int at = 0; at < n; at += tile) {\n"
    "        left[ly * tile + lx] = a[y * n + at + lx];\n"
    "        right[ly * tile + lx] = b[(at + ly) * n + x];\n"
    "        barrier(CLK_LOCAL_MEM_FENCE);\n"
    "        for (int k = 0; k < tile; k++) sum += left[ly * tile + k] * right[k * tile + lx];\n"
    "        barrier(CLK_LOCAL_MEM_FENCE);\n"
    "    }\n"
    "    c[y * n + x] = sum;\n"
    "}\n";

static cl_command_queue queue;

static cl_mem filled(size_t floats, unsigned seed)
{
    cl_int status;
    float *values = malloc(floats * sizeof *values);
    REQUIRE(values);
    for (size_t i = 0; i < floats; i++)
        values[i] = (float)((i * 2654435761u + seed) % 1024) / 1024;
    cl_mem buffer = clCreateBuffer(context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, floats * sizeof *values,
                                   values, &status);
    MUST(status);
    free(values);
    return buffer;
}

static void print_checksum(const char *what, cl_mem buffer, size_t size)
{
    void *bytes = malloc(size);
    REQUIRE(bytes);
    MUST(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, size, bytes, 0, NULL, NULL));
    printf("%s %016llx\n", what, (unsigned long long)checksum(bytes, size));
    free(bytes);
}

static void bodies(long steps)
{
    cl_mem place[2] = {filled(4 * BODIES, 1), filled(4 * BODIES, 2)}, speed = filled(4 * BODIES, 3);
    cl_kernel kernel = new_kernel("attract");
    size_t items = BODIES;
    for (long i = 0; i < steps; i++) {
        MUST(clSetKernelArg(kernel, 0, sizeof(cl_mem), &place[i % 2]));
        MUST(clSetKernelArg(kernel, 1, sizeof(cl_mem), &place[(i + 1) % 2]));
        MUST(clSetKernelArg(kernel, 2, sizeof(cl_mem), &speed));
        MUST(clSetKernelArg(kernel, 3, sizeof(cl_int), &(cl_int){BODIES}));
        MUST(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, NULL, 0, NULL, NULL));
    }
    print_checksum("bodies", place[steps % 2], 16 * BODIES);
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseMemObject(place[0]));
    MUST(clReleaseMemObject(place[1]));
    MUST(clReleaseMemObject(speed));
}

static void matrices(long products)
{
    cl_mem a = filled(SIDE * SIDE, 4), b = filled(SIDE * SIDE, 5), c = filled(SIDE * SIDE, 6);
    cl_kernel kernel = new_kernel("multiply");
    size_t items[2] = {SIDE, SIDE}, group[2] = {TILE, TILE};
    MUST(clSetKernelArg(kernel, 0, sizeof a, &a));
    MUST(clSetKernelArg(kernel, 1, sizeof b, &b));
    MUST(clSetKernelArg(kernel, 2, sizeof c, &c));
    MUST(clSetKernelArg(kernel, 3, sizeof(cl_int), &(cl_int){SIDE}));
    MUST(clSetKernelArg(kernel, 4, TILE * TILE * sizeof(float), NULL));
    MUST(clSetKernelArg(kernel, 5, TILE * TILE * sizeof(float), NULL));
    for (long i = 0; i < products; i++) {
        MUST(clEnqueueNDRangeKernel(queue, kernel, 2, NULL, items, group, 0, NULL, NULL));
        MUST(clFinish(queue));
    }
    print_checksum("product", c, sizeof(float) * SIDE * SIDE);
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseMemObject(a));
    MUST(clReleaseMemObject(b));
    MUST(clReleaseMemObject(c));
}

int main(int argc, char **argv)
{
    set_up(source);
    queue = new_queue();
    bodies(option(argc, argv, "--steps", 80));
    matrices(option(argc, argv, "--products", 4));
    MUST(clReleaseCommandQueue(queue));
    tear_down();
    return 0;
}
