/* Pipes: making them and what they say of themselves. Devices need not have them; then the same calls have errors of their own. */
#include "conformance.h"

void conform_pipes(struct fixture *f)
{
    static const cl_uint sizes[][2] = {{4, 16}, {1, 1}, {0, 16}, {4, 0}, {0, 0}, {1024, 1}, {65536, 4}, {4, UINT32_MAX}, {UINT32_MAX, 1}, {UINT32_MAX, UINT32_MAX}};
    cl_pipe_properties empty[] = {0}, unknown[] = {0x4242, 1, 0};
    cl_mem pipe, buffer = a_buffer(f, 0, 256);

    part("clCreatePipe");
    TRY_NEW(cl_mem, clReleaseMemObject, clCreatePipe(NULL, 0, 4, 16, NULL, &status));
    QUERY(clGetPipeInfo(NULL, CL_PIPE_PACKET_SIZE, size, value, size_ret));
    QUERY(clGetPipeInfo(NULL, 0x4242, size, value, size_ret));
    /* Oclgrind has no such functions, on which the loader jumps to nowhere. */
    if (is(f, OCLGRIND))
        goto done;
    for (size_t i = 0; i < flag_set_count; i++) {
        printf("%s: ", flag_sets[i].name);
        TRY_NEW(cl_mem, clReleaseMemObject, clCreatePipe(f->context, flag_sets[i].flags, 4, 16, NULL, &status));
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        printf("%u times %u: ", sizes[i][1], sizes[i][0]);
        TRY_NEW(cl_mem, clReleaseMemObject, clCreatePipe(f->context, 0, sizes[i][0], sizes[i][1], NULL, &status));
    }
    TRY_NEW(cl_mem, clReleaseMemObject, clCreatePipe(f->context, 0, 4, 16, empty, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreatePipe(f->context, 0, 4, 16, unknown, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreatePipe(f->context, 0, 0, 0, unknown, &status));
    printf("no pipe without a status: %d\n", clCreatePipe(f->context, 0, 0, 0, NULL, NULL) != NULL);

    part("clGetPipeInfo");
    NEW(pipe, clCreatePipe(f->context, 0, 4, 16, NULL, &status));
    if (pipe) {
        QUERY(clGetPipeInfo(pipe, CL_PIPE_PACKET_SIZE, size, value, size_ret));
        QUERY(clGetPipeInfo(pipe, CL_PIPE_MAX_PACKETS, size, value, size_ret));
        QUERY(clGetPipeInfo(pipe, CL_PIPE_PROPERTIES, size, value, size_ret));
        QUERY(clGetPipeInfo(pipe, 0x4242, size, value, size_ret));
        QUERY(clGetMemObjectInfo(pipe, CL_MEM_TYPE, size, value, size_ret));
        QUERY(clGetMemObjectInfo(pipe, CL_MEM_SIZE, size, value, size_ret));
        TRY(clReleaseMemObject(pipe));
    }
    QUERY(clGetPipeInfo(buffer, CL_PIPE_PACKET_SIZE, size, value, size_ret));
    QUERY(clGetPipeInfo(buffer, CL_PIPE_MAX_PACKETS, size, value, size_ret));
    QUERY(clGetPipeInfo(buffer, CL_PIPE_PROPERTIES, size, value, size_ret));
    QUERY(clGetPipeInfo(buffer, 0x4242, size, value, size_ret));
done:
    MUST(clReleaseMemObject(buffer));
}
