/* Samplers: making them, what they say of themselves, and as arguments of kernels. */
#include "conformance.h"

static void infos(cl_sampler sampler)
{
    QUERY(clGetSamplerInfo(sampler, CL_SAMPLER_REFERENCE_COUNT, size, value, size_ret));
    QUERY(clGetSamplerInfo(sampler, CL_SAMPLER_CONTEXT, size, value, size_ret));
    QUERY(clGetSamplerInfo(sampler, CL_SAMPLER_NORMALIZED_COORDS, size, value, size_ret));
    QUERY(clGetSamplerInfo(sampler, CL_SAMPLER_ADDRESSING_MODE, size, value, size_ret));
    QUERY(clGetSamplerInfo(sampler, CL_SAMPLER_FILTER_MODE, size, value, size_ret));
    QUERY(clGetSamplerInfo(sampler, CL_SAMPLER_PROPERTIES, size, value, size_ret));
    QUERY(clGetSamplerInfo(sampler, CL_SAMPLER_MIP_FILTER_MODE, size, value, size_ret));
    QUERY(clGetSamplerInfo(sampler, CL_SAMPLER_LOD_MIN, size, value, size_ret));
    QUERY(clGetSamplerInfo(sampler, CL_SAMPLER_LOD_MAX, size, value, size_ret));
    QUERY(clGetSamplerInfo(sampler, 0, size, value, size_ret));
    QUERY(clGetSamplerInfo(sampler, 0x4242, size, value, size_ret));
    QUERY(clGetSamplerInfo(sampler, UINT32_MAX, size, value, size_ret));
}

static void show_sampler(cl_sampler sampler)
{
    cl_bool normalized = 0x5e5e;
    cl_addressing_mode addressing = 0x5e5e;
    cl_filter_mode filter = 0x5e5e;
    MUST(clGetSamplerInfo(sampler, CL_SAMPLER_NORMALIZED_COORDS, sizeof normalized, &normalized, NULL));
    MUST(clGetSamplerInfo(sampler, CL_SAMPLER_ADDRESSING_MODE, sizeof addressing, &addressing, NULL));
    MUST(clGetSamplerInfo(sampler, CL_SAMPLER_FILTER_MODE, sizeof filter, &filter, NULL));
    printf("normalized %u, addressing %#x, filter %#x\n", normalized, addressing, filter);
}

static cl_uint references(cl_sampler sampler)
{
    cl_uint count = 0;
    MUST(clGetSamplerInfo(sampler, CL_SAMPLER_REFERENCE_COUNT, sizeof count, &count, NULL));
    return count;
}

static const struct {
    const char *name;
    cl_sampler_properties list[9];
} lists[] = {
    {"nothing", {0}},
    {"everything", {CL_SAMPLER_NORMALIZED_COORDS, CL_FALSE, CL_SAMPLER_ADDRESSING_MODE, CL_ADDRESS_REPEAT, CL_SAMPLER_FILTER_MODE, CL_FILTER_LINEAR, 0}},
    {"coordinates", {CL_SAMPLER_NORMALIZED_COORDS, CL_FALSE, 0}},
    {"coordinates that are neither", {CL_SAMPLER_NORMALIZED_COORDS, 2, 0}},
    {"addressing", {CL_SAMPLER_ADDRESSING_MODE, CL_ADDRESS_NONE, 0}},
    {"addressing that is none", {CL_SAMPLER_ADDRESSING_MODE, 0x4242, 0}},
    {"addressing that is a filter", {CL_SAMPLER_ADDRESSING_MODE, CL_FILTER_LINEAR, 0}},
    {"filter", {CL_SAMPLER_FILTER_MODE, CL_FILTER_NEAREST, 0}},
    {"filter that is none", {CL_SAMPLER_FILTER_MODE, 0x4242, 0}},
    {"repetition of pixels", {CL_SAMPLER_NORMALIZED_COORDS, CL_FALSE, CL_SAMPLER_ADDRESSING_MODE, CL_ADDRESS_MIRRORED_REPEAT, 0}},
    {"one twice", {CL_SAMPLER_FILTER_MODE, CL_FILTER_LINEAR, CL_SAMPLER_FILTER_MODE, CL_FILTER_NEAREST, 0}},
    {"one twice, the same", {CL_SAMPLER_ADDRESSING_MODE, CL_ADDRESS_CLAMP, CL_SAMPLER_ADDRESSING_MODE, CL_ADDRESS_CLAMP, 0}},
    {"mip filter", {CL_SAMPLER_MIP_FILTER_MODE, CL_FILTER_NEAREST, 0}},
    {"level of detail", {CL_SAMPLER_LOD_MIN, 0, CL_SAMPLER_LOD_MAX, 0, 0}},
    {"unknown", {0x4242, 1, 0}},
    {"unknown, after one that is known", {CL_SAMPLER_FILTER_MODE, CL_FILTER_NEAREST, 0x4242, 1, 0}},
    {"high bits", {CL_SAMPLER_FILTER_MODE | (cl_sampler_properties)1 << 40, CL_FILTER_NEAREST, 0}},
    {"a value with high bits", {CL_SAMPLER_FILTER_MODE, CL_FILTER_NEAREST | (cl_sampler_properties)1 << 40, 0}},
};

static void from_lists(struct fixture *f)
{
    cl_sampler sampler;
    part("clCreateSamplerWithProperties");
    TRY_NEW(cl_sampler, clReleaseSampler, clCreateSamplerWithProperties(NULL, NULL, &status));
    /* Oclgrind has no such function, on which the loader jumps to nowhere. */
    if (is(f, OCLGRIND))
        return;
    NEW(sampler, clCreateSamplerWithProperties(f->context, NULL, &status));
    if (sampler) {
        show_sampler(sampler);
        infos(sampler);
        TRY(clReleaseSampler(sampler));
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        printf("%s: ", lists[i].name);
        NEW(sampler, clCreateSamplerWithProperties(f->context, lists[i].list, &status));
        if (sampler) {
            show_sampler(sampler);
            QUERY(clGetSamplerInfo(sampler, CL_SAMPLER_PROPERTIES, size, value, size_ret));
            TRY(clReleaseSampler(sampler));
        }
    }
    printf("no sampler without a status: %d\n", clCreateSamplerWithProperties(f->context, lists[14].list, NULL) != NULL);
}

void conform_samplers(struct fixture *f)
{
    static const cl_bool coordinates[] = {CL_FALSE, CL_TRUE, 2, UINT32_MAX};
    static const cl_addressing_mode addressings[] = {
        CL_ADDRESS_NONE, CL_ADDRESS_CLAMP_TO_EDGE, CL_ADDRESS_CLAMP, CL_ADDRESS_REPEAT, CL_ADDRESS_MIRRORED_REPEAT, 0, 0x4242, UINT32_MAX,
    };
    static const cl_filter_mode filters[] = {CL_FILTER_NEAREST, CL_FILTER_LINEAR, 0, 0x4242, UINT32_MAX};
    cl_sampler sampler;

    part("clCreateSampler");
    for (size_t c = 0; c < sizeof coordinates / sizeof *coordinates; c++)
        for (size_t a = 0; a < sizeof addressings / sizeof *addressings; a++)
            for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
                printf("%#x %#x %#x: ", coordinates[c], addressings[a], filters[i]);
                NEW(sampler, clCreateSampler(f->context, coordinates[c], addressings[a], filters[i], &status));
                if (sampler) {
                    show_sampler(sampler);
                    MUST(clReleaseSampler(sampler));
                }
            }
    TRY_NEW(cl_sampler, clReleaseSampler, clCreateSampler(NULL, CL_TRUE, CL_ADDRESS_CLAMP, CL_FILTER_NEAREST, &status));
    TRY_NEW(cl_sampler, clReleaseSampler, clCreateSampler(NULL, CL_TRUE, 0x4242, 0x4242, &status));
    printf("no sampler without a status: %d\n", clCreateSampler(NULL, CL_TRUE, CL_ADDRESS_CLAMP, CL_FILTER_NEAREST, NULL) != NULL);
    from_lists(f);

    part("clGetSamplerInfo");
    NEW(sampler, clCreateSampler(f->context, CL_FALSE, CL_ADDRESS_CLAMP, CL_FILTER_NEAREST, &status));
    infos(sampler);
    QUERY(clGetSamplerInfo(NULL, CL_SAMPLER_CONTEXT, size, value, size_ret));
    QUERY(clGetSamplerInfo(NULL, 0x4242, size, value, size_ret));
    cl_context context = NULL;
    TRY(clGetSamplerInfo(sampler, CL_SAMPLER_CONTEXT, sizeof context, &context, NULL));
    printf("its context: %d\n", context == f->context);

    part("clRetainSampler, clReleaseSampler");
    TRY(clRetainSampler(sampler));
    printf("%u references\n", references(sampler));
    TRY(clReleaseSampler(sampler));
    printf("%u references\n", references(sampler));
    TRY(clReleaseSampler(sampler));
    TRY(clRetainSampler(NULL));
    TRY(clReleaseSampler(NULL));
}

static const char *const source =
    "kernel void sampled(read_only image2d_t in, sampler_t how, global float *out) {\n"
    "    out[0] = read_imagef(in, how, (float2)(0.5f, 0.5f)).x;\n"
    "}\n";

static cl_mem an_image(struct fixture *f)
{
    static const float pixels[64] = {1.5f, 2.5f};
    cl_image_format format = {CL_RGBA, CL_FLOAT};
    cl_image_desc desc = {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 4, .image_height = 4};
    cl_int status;
    cl_mem image = clCreateImage(f->context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, &format, &desc, (void *)pixels, &status);
    MUST(status);
    return image;
}

void conform_sampler_arguments(struct fixture *f)
{
    size_t one = 1;
    cl_int status, value = 3;
    cl_program program = a_program(f, source);
    MUST(clBuildProgram(program, 1, &f->device, NULL, NULL, NULL));
    cl_mem image = an_image(f), out = a_buffer(f, 0, 64);
    cl_sampler sampler = clCreateSampler(f->context, CL_FALSE, CL_ADDRESS_CLAMP, CL_FILTER_NEAREST, &status), none = NULL;
    MUST(status);
    cl_sampler other = clCreateSampler(f->context, CL_TRUE, CL_ADDRESS_REPEAT, CL_FILTER_LINEAR, &status);
    MUST(status);
    cl_sampler foreign = clCreateSampler(f->other_context, CL_FALSE, CL_ADDRESS_CLAMP, CL_FILTER_NEAREST, &status);
    MUST(status);
    cl_kernel kernel = clCreateKernel(program, "sampled", &status);
    MUST(status);

    part("a kernel whose sampler is unset");
    MUST(clSetKernelArg(kernel, 0, sizeof image, &image));
    MUST(clSetKernelArg(kernel, 2, sizeof out, &out));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &one, NULL, 0, NULL, &event));
    /* Again after the vendor took one, after which it may be handled differently. */
    for (int again = 0; again < 3; again++) {
        part(again ? "clSetKernelArg of a sampler, again" : "clSetKernelArg of a sampler");
        TRY(clSetKernelArg(kernel, 1, sizeof sampler, &sampler));
        COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &one, NULL, 0, NULL, &event));
        /* Oclgrind ends at most sizes, and reads a sampler behind the address whatever the size is. */
        if (!is(f, OCLGRIND)) {
            TRY(clSetKernelArg(kernel, 1, sizeof sampler - 1, &sampler));
            TRY(clSetKernelArg(kernel, 1, sizeof sampler + 1, &sampler));
            TRY(clSetKernelArg(kernel, 1, sizeof value, &value));
            TRY(clSetKernelArg(kernel, 1, 0, &sampler));
            TRY(clSetKernelArg(kernel, 1, 0, NULL));
            TRY(clSetKernelArg(kernel, 1, SIZE_MAX, &sampler));
        }
        SPARE(OCLGRIND, "reads through null", TRY(clSetKernelArg(kernel, 1, sizeof sampler, NULL)));
        SPARE(OCLGRIND, "reads through null", TRY(clSetKernelArg(kernel, 1, sizeof none, &none)));
        TRY(clSetKernelArg(kernel, 1, sizeof foreign, &foreign));
        TRY(clSetKernelArg(kernel, 3, sizeof sampler, &sampler));
        TRY(clSetKernelArg(NULL, 1, sizeof sampler, &sampler));
        TRY(clSetKernelArg(kernel, 1, sizeof other, &other));
        COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &one, NULL, 0, NULL, &event));
        show_ints(f, "sampled", out, 1);
    }

    part("clSetKernelArg of an image");
    for (int again = 0; again < 2; again++) {
        cl_mem nothing = NULL;
        TRY(clSetKernelArg(kernel, 0, sizeof image, &image));
        TRY(clSetKernelArg(kernel, 0, sizeof image - 1, &image));
        TRY(clSetKernelArg(kernel, 0, sizeof image + 1, &image));
        TRY(clSetKernelArg(kernel, 0, 0, &image));
        TRY(clSetKernelArg(kernel, 0, 0, NULL));
        SPARE(RUSTICL, "reads through null", TRY(clSetKernelArg(kernel, 0, sizeof image, NULL)));
        TRY(clSetKernelArg(kernel, 0, sizeof nothing, &nothing));
        TRY(clSetKernelArg(kernel, 0, sizeof out, &out)); /* a buffer */
        TRY(clSetKernelArg(kernel, 2, sizeof image, &image)); /* for a buffer */
        TRY(clSetKernelArg(kernel, 2, sizeof out, &out));
    }

    part("a sampler that is released while a kernel has it");
    TRY(clSetKernelArg(kernel, 0, sizeof image, &image));
    TRY(clSetKernelArg(kernel, 1, sizeof sampler, &sampler));
    TRY(clReleaseSampler(sampler));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &one, NULL, 0, NULL, &event));
    show_ints(f, "sampled", out, 1);

    TRY(clReleaseSampler(other));
    TRY(clReleaseSampler(foreign));
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseProgram(program));
    MUST(clReleaseMemObject(image));
    MUST(clReleaseMemObject(out));
}
