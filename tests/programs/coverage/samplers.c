/* Samplers, and pipes, which no vendor here has. */
#include "coverage.h"

static void show_sampler(cl_sampler sampler)
{
    INFO(clGetSamplerInfo, sampler, CL_SAMPLER_CONTEXT, OBJECT);
    INFO(clGetSamplerInfo, sampler, CL_SAMPLER_NORMALIZED_COORDS, U32);
    INFO(clGetSamplerInfo, sampler, CL_SAMPLER_ADDRESSING_MODE, U32);
    INFO(clGetSamplerInfo, sampler, CL_SAMPLER_FILTER_MODE, U32);
    INFO(clGetSamplerInfo, sampler, CL_SAMPLER_PROPERTIES, U64);
    INFO(clGetSamplerInfo, sampler, 0x7777, NOTHING);
    COUNTS(clGetSamplerInfo, CL_SAMPLER_REFERENCE_COUNT, clRetainSampler, clReleaseSampler, sampler);
}

void cover_samplers(struct fixture *f)
{
    static const cl_addressing_mode addresses[] = {
        CL_ADDRESS_NONE, CL_ADDRESS_CLAMP_TO_EDGE, CL_ADDRESS_CLAMP, CL_ADDRESS_REPEAT, CL_ADDRESS_MIRRORED_REPEAT, 0x7777,
    };
    static const cl_filter_mode filters[] = {CL_FILTER_NEAREST, CL_FILTER_LINEAR, 0x7777};
    cl_int status;
    cl_sampler sampler;
    cl_context context = NULL;
    for (int normalized = 0; normalized < 2; normalized++)
        for (size_t a = 0; a < sizeof addresses / sizeof *addresses; a++)
            for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
                printf("%d %x %x: ", normalized, addresses[a], filters[i]);
                SHOW_NEW(sampler, status, clCreateSampler(f->context, normalized, addresses[a], filters[i], &status));
                if (status == CL_SUCCESS)
                    MUST(clReleaseSampler(sampler));
            }
    sampler = clCreateSampler(f->context, CL_TRUE, CL_ADDRESS_REPEAT, CL_FILTER_LINEAR, &status);
    MUST(status);
    show_sampler(sampler);
    MUST(clGetSamplerInfo(sampler, CL_SAMPLER_CONTEXT, sizeof context, &context, NULL));
    printf("its context: %d\n", context == f->context);
    MUST(clReleaseSampler(sampler));

    static const cl_sampler_properties lists[][7] = {
        {0},
        {CL_SAMPLER_NORMALIZED_COORDS, CL_FALSE, CL_SAMPLER_ADDRESSING_MODE, CL_ADDRESS_CLAMP, CL_SAMPLER_FILTER_MODE, CL_FILTER_NEAREST, 0},
        {CL_SAMPLER_FILTER_MODE, CL_FILTER_LINEAR, 0},
        {CL_SAMPLER_FILTER_MODE, 0x7777, 0},
        {0x7777, 1, 0},
        {CL_SAMPLER_FILTER_MODE, CL_FILTER_LINEAR, CL_SAMPLER_FILTER_MODE, CL_FILTER_LINEAR, 0},
    };
    SHOW_NEW(sampler, status, clCreateSampler(NULL, CL_TRUE, CL_ADDRESS_REPEAT, CL_FILTER_LINEAR, &status));
    SHOW(clRetainSampler(NULL));
    SHOW(clReleaseSampler(NULL));
    SHOW(clGetSamplerInfo(NULL, CL_SAMPLER_CONTEXT, 0, NULL, NULL));

    /* Oclgrind has none of what follows, and the loader follows a null pointer. */
    if (vendor_is(f, "Oclgrind"))
        return;
    SHOW_NEW(sampler, status, clCreateSamplerWithProperties(f->context, NULL, &status));
    if (status == CL_SUCCESS) {
        show_sampler(sampler);
        MUST(clReleaseSampler(sampler));
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        SHOW_NEW(sampler, status, clCreateSamplerWithProperties(f->context, lists[i], &status));
        if (status == CL_SUCCESS) {
            show_sampler(sampler);
            MUST(clReleaseSampler(sampler));
        }
    }
    cl_mem pipe;
    cl_uint value;
    SHOW_NEW(pipe, status, clCreatePipe(f->context, 0, 4, 16, NULL, &status));
    SHOW_NEW(pipe, status, clCreatePipe(f->context, CL_MEM_READ_WRITE, 0, 0, NULL, &status));
    cl_mem buffer = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 64, NULL, &status);
    MUST(status);
    SHOW(clGetPipeInfo(NULL, CL_PIPE_PACKET_SIZE, sizeof value, &value, NULL));
    SHOW(clGetPipeInfo(buffer, CL_PIPE_PACKET_SIZE, sizeof value, &value, NULL));
    MUST(clReleaseMemObject(buffer));
}
