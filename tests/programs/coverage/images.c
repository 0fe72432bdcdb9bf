/* Images of every kind: making them, what queries say, contents by every way there is, and what is refused. */
#include "coverage.h"

static const struct kind {
    const char *name;
    cl_mem_object_type type;
    size_t width, height, depth, layers;
    size_t region[3];
} kinds[] = {
    {"1D", CL_MEM_OBJECT_IMAGE1D, 16, 0, 0, 0, {16, 1, 1}},
    {"1D array", CL_MEM_OBJECT_IMAGE1D_ARRAY, 16, 0, 0, 5, {16, 5, 1}},
    {"2D", CL_MEM_OBJECT_IMAGE2D, 16, 7, 0, 0, {16, 7, 1}},
    {"2D array", CL_MEM_OBJECT_IMAGE2D_ARRAY, 16, 7, 0, 3, {16, 7, 3}},
    {"3D", CL_MEM_OBJECT_IMAGE3D, 16, 7, 4, 0, {16, 7, 4}},
};

static const size_t zero[3] = {0, 0, 0};
static const cl_image_format rgba8 = {CL_RGBA, CL_UNSIGNED_INT8};

static cl_image_desc describe(const struct kind *kind)
{
    cl_image_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.image_type = kind->type;
    desc.image_width = kind->width;
    desc.image_height = kind->height;
    desc.image_depth = kind->depth;
    desc.image_array_size = kind->layers;
    return desc;
}

static cl_mem plane(struct fixture *f, cl_mem_flags flags, size_t width, size_t height)
{
    struct kind kind = {"", CL_MEM_OBJECT_IMAGE2D, width, height, 0, 0, {0}};
    cl_image_desc desc = describe(&kind);
    cl_int status;
    cl_mem image = clCreateImage(f->context, flags, &rgba8, &desc, NULL, &status);
    MUST(status);
    return image;
}

static void show_image(cl_mem image)
{
    INFO(clGetImageInfo, image, CL_IMAGE_FORMAT, U32);
    INFO(clGetImageInfo, image, CL_IMAGE_ELEMENT_SIZE, SIZE);
    INFO(clGetImageInfo, image, CL_IMAGE_ROW_PITCH, SIZE);
    INFO(clGetImageInfo, image, CL_IMAGE_SLICE_PITCH, SIZE);
    INFO(clGetImageInfo, image, CL_IMAGE_WIDTH, SIZE);
    INFO(clGetImageInfo, image, CL_IMAGE_HEIGHT, SIZE);
    INFO(clGetImageInfo, image, CL_IMAGE_DEPTH, SIZE);
    INFO(clGetImageInfo, image, CL_IMAGE_ARRAY_SIZE, SIZE);
    INFO(clGetImageInfo, image, CL_IMAGE_BUFFER, OBJECT);
    INFO(clGetImageInfo, image, CL_IMAGE_NUM_MIP_LEVELS, U32);
    INFO(clGetImageInfo, image, CL_IMAGE_NUM_SAMPLES, U32);
    INFO(clGetImageInfo, image, 0x7777, NOTHING);
    INFO(clGetMemObjectInfo, image, CL_MEM_TYPE, U32);
    INFO(clGetMemObjectInfo, image, CL_MEM_FLAGS, U64);
    INFO(clGetMemObjectInfo, image, CL_MEM_SIZE, SIZE);
    INFO(clGetMemObjectInfo, image, CL_MEM_HOST_PTR, NOTHING);
    INFO(clGetMemObjectInfo, image, CL_MEM_CONTEXT, OBJECT);
    INFO(clGetMemObjectInfo, image, CL_MEM_ASSOCIATED_MEMOBJECT, OBJECT);
    INFO(clGetMemObjectInfo, image, CL_MEM_OFFSET, SIZE);
    COUNTS(clGetMemObjectInfo, CL_MEM_REFERENCE_COUNT, clRetainMemObject, clReleaseMemObject, image);
}

static void show_pixels(struct fixture *f, const char *text, cl_mem image, const size_t *region, size_t bytes)
{
    unsigned char *data = calloc(bytes, 1);
    cl_int status = clEnqueueReadImage(f->queue, image, CL_TRUE, zero, region, 0, 0, data, 0, NULL, NULL);
    printf("%s: %s %016llx\n", text, status_name(status), (unsigned long long)checksum(data, bytes));
    free(data);
}

/* Every format of every kind: what was written comes back. */
static void formats(struct fixture *f)
{
    static cl_image_format list[512];
    static unsigned char in[16384], out[16384];
    pattern(in, sizeof in, 300);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct kind *kind = &kinds[i];
        cl_uint count = 0;
        MUST(clGetSupportedImageFormats(f->context, CL_MEM_READ_WRITE, kind->type, 512, list, &count));
        printf("%s: %u formats\n", kind->name, count);
        for (cl_uint at = 0; at < count && at < 512; at++) {
            cl_image_desc desc = describe(kind);
            cl_int status;
            size_t element = 0;
            cl_mem image = clCreateImage(f->context, CL_MEM_READ_WRITE, &list[at], &desc, NULL, &status);
            printf("%x/%x: %s", list[at].image_channel_order, list[at].image_channel_data_type, status_name(status));
            if (status != CL_SUCCESS) {
                printf("\n");
                continue;
            }
            MUST(clGetImageInfo(image, CL_IMAGE_ELEMENT_SIZE, sizeof element, &element, NULL));
            size_t bytes = element * kind->region[0] * kind->region[1] * kind->region[2];
            REQUIRE(bytes <= sizeof in);
            memset(out, 0, sizeof out);
            MUST(clEnqueueWriteImage(f->queue, image, CL_FALSE, zero, kind->region, 0, 0, in, 0, NULL, NULL));
            MUST(clEnqueueReadImage(f->queue, image, CL_TRUE, zero, kind->region, 0, 0, out, 0, NULL, NULL));
            printf(", %zu bytes an element, the same came back: %d\n", element, memcmp(in, out, bytes) == 0);
            MUST(clReleaseMemObject(image));
        }
    }
}

/* One of each kind, in one format: pitches, parts, and every way in and out. */
static void transfers(struct fixture *f, const struct kind *kind)
{
    static unsigned char in[65536], out[65536];
    cl_int status;
    cl_event event;
    cl_image_desc desc = describe(kind);
    size_t bytes = 4 * kind->region[0] * kind->region[1] * kind->region[2];
    pattern(in, sizeof in, 310);
    printf("-- %s\n", kind->name);
    cl_mem image, other;
    SHOW_NEW(image, status, clCreateImage(f->context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, &rgba8, &desc, in, &status));
    if (status != CL_SUCCESS)
        return;
    show_image(image);
    show_pixels(f, "made from memory", image, kind->region, bytes);

    /* A part, at pitches of its own. What is between its rows stays. */
    size_t origin[3] = {3, kind->region[1] > 1, kind->region[2] > 1};
    size_t part[3] = {8, kind->region[1] > 1 ? kind->region[1] - 1 : 1, kind->region[2] > 1 ? 2 : 1};
    int slices = kind->type == CL_MEM_OBJECT_IMAGE3D || kind->type == CL_MEM_OBJECT_IMAGE2D_ARRAY;
    size_t slice = slices ? 40 * part[1] + 20 : 0;
    memset(out, 0xee, sizeof out);
    SHOW(clEnqueueReadImage(f->queue, image, CL_TRUE, origin, part, 40, slice, out, 0, NULL, NULL));
    printf("a part with pitches: %016llx\n", (unsigned long long)checksum(out, 4096));
    pattern(in, sizeof in, 311);
    SHOW(clEnqueueWriteImage(f->queue, image, CL_TRUE, origin, part, 40, slice, in, 0, NULL, NULL));
    show_pixels(f, "after the write of a part", image, kind->region, bytes);

    /* Without blocking, in flight together. */
    for (int round = 0; round < 3; round++) {
        memset(in, 0x30 + round, sizeof in);
        memset(out, 0, sizeof out);
        MUST(clEnqueueWriteImage(f->queue, image, CL_FALSE, origin, part, 40, slice, in, 0, NULL, NULL));
        MUST(clEnqueueReadImage(f->queue, image, CL_FALSE, origin, part, 40, slice, out, 0, NULL, &event));
        MUST(clWaitForEvents(1, &event));
        printf("round %d: %016llx\n", round, (unsigned long long)checksum(out, 4096));
        INFO(clGetEventInfo, event, CL_EVENT_COMMAND_TYPE, U32);
        MUST(clReleaseEvent(event));
    }

    other = clCreateImage(f->context, CL_MEM_READ_WRITE, &rgba8, &desc, NULL, &status);
    MUST(status);
    cl_mem buffer = clCreateBuffer(f->context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, bytes + 64, out, &status);
    MUST(status);
    const cl_uint color[4] = {1, 2, 3, 250};
    SHOW(clEnqueueFillImage(f->queue, other, color, zero, kind->region, 0, NULL, NULL));
    show_pixels(f, "filled", other, kind->region, bytes);
    for (int round = 0; round < 2; round++) {
        SHOW(clEnqueueCopyImage(f->queue, image, other, origin, zero, part, 0, NULL, round ? NULL : &event));
        if (!round)
            MUST(clReleaseEvent(event));
        SHOW(clEnqueueCopyImageToBuffer(f->queue, other, buffer, zero, kind->region, 16, 0, NULL, NULL));
        show_ints(f, "in a buffer", buffer, 12);
        SHOW(clEnqueueCopyBufferToImage(f->queue, buffer, image, 32, zero, part, 0, NULL, NULL));
        show_pixels(f, "from a buffer", image, kind->region, bytes);
        const cl_uint another[4] = {(cl_uint)round, 20, 30, 40};
        SHOW(clEnqueueFillImage(f->queue, image, another, origin, part, 0, NULL, NULL));
        show_pixels(f, "a part is filled", image, kind->region, bytes);
    }
    MUST(clReleaseMemObject(buffer));
    MUST(clReleaseMemObject(other));
    MUST(clReleaseMemObject(image));
}

/* The bytes of a mapped region, row by row, at the pitches that the map said. */
static uint64_t mapped_sum(const struct kind *kind, const unsigned char *mapped, const size_t *region, size_t row, size_t slice)
{
    static unsigned char bytes[65536];
    size_t at = 0;
    /* Lines of an array are apart by the slice pitch. */
    if (kind->type == CL_MEM_OBJECT_IMAGE1D_ARRAY && slice != 77)
        row = slice;
    for (size_t z = 0; z < region[2]; z++)
        for (size_t y = 0; y < region[1]; y++, at += 4 * region[0])
            memcpy(bytes + at, mapped + z * slice + y * row, 4 * region[0]);
    return checksum(bytes, at);
}

static void maps(struct fixture *f, const struct kind *kind)
{
    static unsigned char in[65536];
    cl_int status;
    cl_event event = NULL;
    cl_image_desc desc = describe(kind);
    size_t bytes = 4 * kind->region[0] * kind->region[1] * kind->region[2];
    size_t origin[3] = {2, kind->region[1] > 1, kind->region[2] > 1};
    size_t part[3] = {9, kind->region[1] > 1 ? 3 : 1, kind->region[2] > 1 ? 2 : 1};
    /* The row pitch is 0 where a part of an array of lines is mapped: rusticl adds what it finds there. */
    size_t row = 77, slice = 77, row2 = 0, slice2 = 77;
    unsigned char *mapped, *second;
    pattern(in, sizeof in, 320);
    printf("-- %s\n", kind->name);
    cl_mem image = clCreateImage(f->context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, &rgba8, &desc, in, &status);
    MUST(status);
    SHOW_NEW(mapped, status, clEnqueueMapImage(f->queue, image, CL_TRUE, CL_MAP_READ, zero, kind->region, &row, &slice, 0, NULL, NULL, &status));
    printf("pitches %zu %zu: %016llx\n", row, slice, (unsigned long long)mapped_sum(kind, mapped, kind->region, row, slice));
    SHOW_NEW(second, status, clEnqueueMapImage(f->queue, image, CL_TRUE, CL_MAP_READ, origin, part, &row2, &slice2, 0, NULL, NULL, &status));
    printf("a part too, pitches %zu %zu: %016llx\n", row2, slice2, (unsigned long long)mapped_sum(kind, second, part, row2, slice2));
    SHOW(clEnqueueUnmapMemObject(f->queue, image, mapped, 0, NULL, NULL));
    SHOW(clEnqueueUnmapMemObject(f->queue, image, second, 0, NULL, NULL));
    SHOW(clFinish(f->queue));

    row = 0;
    SHOW_NEW(mapped, status, clEnqueueMapImage(f->queue, image, CL_TRUE, CL_MAP_WRITE, origin, part, &row, &slice, 0, NULL, NULL, &status));
    memset(mapped, 0x55, 4 * part[0]);
    SHOW(clEnqueueUnmapMemObject(f->queue, image, mapped, 0, NULL, &event));
    SHOW(clWaitForEvents(1, &event));
    INFO(clGetEventInfo, event, CL_EVENT_COMMAND_TYPE, U32);
    SHOW(clReleaseEvent(event));
    show_pixels(f, "after a write through a map", image, kind->region, bytes);

    SHOW_NEW(mapped, status, clEnqueueMapImage(f->queue, image, CL_FALSE, CL_MAP_READ | CL_MAP_WRITE, zero, kind->region, &row, &slice, 0, NULL, &event, &status));
    SHOW(clWaitForEvents(1, &event));
    INFO(clGetEventInfo, event, CL_EVENT_COMMAND_TYPE, U32);
    SHOW(clReleaseEvent(event));
    printf("without waiting: %016llx\n", (unsigned long long)mapped_sum(kind, mapped, kind->region, row, slice));
    mapped[0] = 0x66;
    SHOW(clEnqueueUnmapMemObject(f->queue, image, mapped, 0, NULL, NULL));
    SHOW_NEW(mapped, status, clEnqueueMapImage(f->queue, image, CL_FALSE, CL_MAP_WRITE_INVALIDATE_REGION, zero, part, &row, &slice, 0, NULL, NULL, &status));
    SHOW(clFinish(f->queue));
    for (size_t z = 0; z < part[2]; z++)
        for (size_t y = 0; y < part[1]; y++)
            memset(mapped + z * slice + y * (kind->type == CL_MEM_OBJECT_IMAGE1D_ARRAY ? slice : row), 0x77, 4 * part[0]);
    SHOW(clEnqueueUnmapMemObject(f->queue, image, mapped, 0, NULL, NULL));
    show_pixels(f, "after an invalidating map", image, kind->region, bytes);
    MUST(clReleaseMemObject(image));
}

/* Images over the application's own memory. */
static void host_memory(struct fixture *f)
{
    static unsigned char host[8192] __attribute__((aligned(4096)));
    cl_int status;
    size_t row = 77, slice = 77, origin[3] = {1, 1, 0}, part[3] = {4, 2, 1}, all[3] = {16, 7, 1};
    void *same = NULL;
    pattern(host, sizeof host, 330);
    cl_image_desc desc = describe(&kinds[2]);
    desc.image_row_pitch = 128;
    cl_mem image;
    SHOW_NEW(image, status, clCreateImage(f->context, CL_MEM_COPY_HOST_PTR, &rgba8, &desc, host, &status));
    if (status == CL_SUCCESS) {
        show_image(image);
        show_pixels(f, "copied with a pitch", image, all, 16 * 7 * 4);
        MUST(clReleaseMemObject(image));
    }
    SHOW_NEW(image, status, clCreateImage(f->context, CL_MEM_USE_HOST_PTR, &rgba8, &desc, host, &status));
    if (status == CL_SUCCESS) {
        show_image(image);
        MUST(clGetMemObjectInfo(image, CL_MEM_HOST_PTR, sizeof same, &same, NULL));
        printf("it is the application's memory: %d\n", same == host);
        show_pixels(f, "used with a pitch", image, all, 16 * 7 * 4);
        unsigned char *mapped;
        SHOW_NEW(mapped, status, clEnqueueMapImage(f->queue, image, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, origin, part, &row, &slice, 0, NULL, NULL, &status));
        if (status == CL_SUCCESS) {
            printf("mapped at %td, pitch %zu\n", mapped - host, row);
            memset(mapped, 0x99, 16);
            MUST(clEnqueueUnmapMemObject(f->queue, image, mapped, 0, NULL, NULL));
            show_pixels(f, "written through the map", image, all, 16 * 7 * 4);
        }
        MUST(clReleaseMemObject(image));
    }
    SHOW_NEW(image, status, clCreateImage(f->context, CL_MEM_USE_HOST_PTR | CL_MEM_COPY_HOST_PTR, &rgba8, &desc, host, &status));
    SHOW_NEW(image, status, clCreateImage(f->context, 0, &rgba8, &desc, host, &status));
    SHOW_NEW(image, status, clCreateImage(f->context, CL_MEM_USE_HOST_PTR, &rgba8, &desc, NULL, &status));
    SHOW_NEW(image, status, clCreateImage2D(f->context, CL_MEM_COPY_HOST_PTR, &rgba8, 16, 7, 128, host, &status));
    if (status == CL_SUCCESS) {
        show_pixels(f, "the old function for planes", image, all, 16 * 7 * 4);
        MUST(clReleaseMemObject(image));
    }
    SHOW_NEW(image, status, clCreateImage3D(f->context, CL_MEM_COPY_HOST_PTR, &rgba8, 16, 7, 2, 128, 1024, host, &status));
    if (status == CL_SUCCESS) {
        size_t solid[3] = {16, 7, 2};
        show_pixels(f, "the old function for solids", image, solid, 2 * 16 * 7 * 4);
        MUST(clReleaseMemObject(image));
    }
    desc.image_row_pitch = 0;
    cl_mem_properties none[] = {0}, odd[] = {0x7777, 1, 0};
    /* Oclgrind has no such function, and the loader follows a null pointer. */
    if (vendor_is(f, "Oclgrind"))
        return;
    SHOW_NEW(image, status, clCreateImageWithProperties(f->context, none, CL_MEM_READ_ONLY, &rgba8, &desc, NULL, &status));
    if (status == CL_SUCCESS)
        MUST(clReleaseMemObject(image));
    SHOW_NEW(image, status, clCreateImageWithProperties(f->context, NULL, CL_MEM_READ_ONLY, &rgba8, &desc, NULL, &status));
    if (status == CL_SUCCESS)
        MUST(clReleaseMemObject(image));
    SHOW_NEW(image, status, clCreateImageWithProperties(f->context, odd, CL_MEM_READ_ONLY, &rgba8, &desc, NULL, &status));
}

/* Images made of buffers and of images. */
static void views(struct fixture *f)
{
    static unsigned char bytes[4096];
    cl_int status;
    cl_mem image = NULL, parent = NULL;
    size_t line[3] = {32, 1, 1}, all[3] = {16, 7, 1};
    pattern(bytes, sizeof bytes, 340);
    cl_mem buffer = clCreateBuffer(f->context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, sizeof bytes, bytes, &status);
    MUST(status);
    cl_image_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.image_type = CL_MEM_OBJECT_IMAGE1D_BUFFER;
    desc.image_width = 32;
    desc.buffer = buffer;
    SHOW_NEW(image, status, clCreateImage(f->context, CL_MEM_READ_WRITE, &rgba8, &desc, NULL, &status));
    if (status == CL_SUCCESS) {
        show_image(image);
        MUST(clGetImageInfo(image, CL_IMAGE_BUFFER, sizeof parent, &parent, NULL));
        printf("CL_IMAGE_BUFFER is the buffer: %d\n", parent == buffer);
        parent = NULL;
        MUST(clGetMemObjectInfo(image, CL_MEM_ASSOCIATED_MEMOBJECT, sizeof parent, &parent, NULL));
        printf("CL_MEM_ASSOCIATED_MEMOBJECT is the buffer: %d\n", parent == buffer);
        show_pixels(f, "a buffer as a line", image, line, 32 * 4);
        size_t row = 77, slice = 77;
        unsigned char *mapped = clEnqueueMapImage(f->queue, image, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, zero, line, &row, &slice, 0, NULL, NULL, &status);
        printf("map: %s\n", status_name(status));
        if (status == CL_SUCCESS) {
            printf("%016llx\n", (unsigned long long)checksum(mapped, 128));
            mapped[5] = 1;
            MUST(clEnqueueUnmapMemObject(f->queue, image, mapped, 0, NULL, NULL));
            show_ints(f, "seen in the buffer", buffer, 4);
        }
        MUST(clReleaseMemObject(buffer));
        show_pixels(f, "a view keeps its buffer", image, line, 32 * 4);
        MUST(clRetainMemObject(buffer));
        MUST(clReleaseMemObject(image));
    }
    desc.image_type = CL_MEM_OBJECT_IMAGE2D;
    desc.image_width = 16;
    desc.image_height = 7;
    desc.image_row_pitch = 256;
    SHOW_NEW(image, status, clCreateImage(f->context, CL_MEM_READ_WRITE, &rgba8, &desc, NULL, &status));
    if (status == CL_SUCCESS) {
        show_image(image);
        show_pixels(f, "a buffer as a plane", image, all, 16 * 7 * 4);
        MUST(clReleaseMemObject(image));
    }
    cl_mem first = plane(f, CL_MEM_READ_WRITE, 16, 7);
    desc.image_row_pitch = 0;
    desc.buffer = first;
    SHOW_NEW(image, status, clCreateImage(f->context, CL_MEM_READ_WRITE, &rgba8, &desc, NULL, &status));
    if (status == CL_SUCCESS) {
        show_image(image);
        MUST(clReleaseMemObject(image));
    }
    desc.image_type = CL_MEM_OBJECT_IMAGE3D;
    desc.image_depth = 2;
    SHOW_NEW(image, status, clCreateImage(f->context, CL_MEM_READ_WRITE, &rgba8, &desc, NULL, &status));
    if (status == CL_SUCCESS)
        MUST(clReleaseMemObject(image));
    MUST(clReleaseMemObject(first));
    MUST(clReleaseMemObject(buffer));
}

static const char *const image_kernels =
    "constant sampler_t nearest = CLK_NORMALIZED_COORDS_FALSE | CLK_ADDRESS_CLAMP | CLK_FILTER_NEAREST;\n"
    "kernel void invert(read_only image2d_t in, write_only image2d_t out) {\n"
    "    int2 at = (int2)(get_global_id(0), get_global_id(1));\n"
    "    write_imageui(out, at, 255 - read_imageui(in, nearest, at));\n"
    "}\n"
    "kernel void sample(read_only image2d_t in, sampler_t how, global float4 *out) {\n"
    "    int i = get_global_id(0); out[i] = read_imagef(in, how, (float2)(i * 0.5f - 1, 0.5f));\n"
    "}\n"
    "kernel void size3(read_only image3d_t in, global int *out) {\n"
    "    out[0] = get_image_width(in); out[1] = get_image_height(in); out[2] = get_image_depth(in);\n"
    "    uint4 pixel = read_imageui(in, nearest, (int4)(1, 2, 1, 0)); out[3] = pixel.x; out[4] = pixel.w;\n"
    "}\n";

static void show_args(cl_kernel kernel, cl_uint count)
{
    for (cl_uint i = 0; i < count; i++) {
        INFO2(clGetKernelArgInfo, kernel, i, CL_KERNEL_ARG_TYPE_NAME, TEXT);
        INFO2(clGetKernelArgInfo, kernel, i, CL_KERNEL_ARG_ACCESS_QUALIFIER, U32);
        INFO2(clGetKernelArgInfo, kernel, i, CL_KERNEL_ARG_ADDRESS_QUALIFIER, U32);
    }
}

static void invert(struct fixture *f, cl_program program, const char *text)
{
    cl_int status;
    size_t items[2] = {16, 7}, all[3] = {16, 7, 1};
    const cl_uint color[4] = {5, 6, 7, 8};
    cl_mem in = plane(f, CL_MEM_READ_ONLY, 16, 7), out = plane(f, CL_MEM_READ_WRITE, 16, 7);
    cl_kernel kernel = clCreateKernel(program, "invert", &status);
    MUST(status);
    for (int round = 0; round < 3; round++) {
        MUST(clEnqueueFillImage(f->queue, in, color, zero, all, 0, NULL, NULL));
        MUST(clSetKernelArg(kernel, 0, sizeof in, &in));
        MUST(clSetKernelArg(kernel, 1, sizeof out, &out));
        MUST(clEnqueueNDRangeKernel(f->queue, kernel, 2, NULL, items, NULL, 0, NULL, NULL));
        show_pixels(f, text, out, all, 16 * 7 * 4);
    }
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseMemObject(in));
    MUST(clReleaseMemObject(out));
}

static void kernels(struct fixture *f)
{
    cl_int status;
    /* Its compiler ends the process over samplers in the program. */
    if (vendor_is(f, "rusticl"))
        return;
    cl_program program = clCreateProgramWithSource(f->context, 1, (const char **)&image_kernels, NULL, &status);
    MUST(status);
    MUST(clBuildProgram(program, 1, &f->device, "-cl-kernel-arg-info", NULL, NULL));
    invert(f, program, "inverted");

    /* The same kernels from a binary. */
    size_t size = 0;
    MUST(clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, NULL));
    unsigned char *binary = malloc(size ? size : 1);
    MUST(clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL));
    cl_program again = clCreateProgramWithBinary(f->context, 1, &f->device, &size, (const unsigned char **)&binary, NULL, &status);
    MUST(status);
    MUST(clBuildProgram(again, 1, &f->device, NULL, NULL, NULL));
    invert(f, again, "inverted by a binary");

    cl_image_desc desc = describe(&kinds[2]);
    desc.image_height = 1;
    static const cl_image_format floats = {CL_RGBA, CL_FLOAT};
    float pixels[16 * 4], result[64 * 4];
    for (int i = 0; i < 64; i++)
        pixels[i] = (float)i / 4;
    cl_mem image = clCreateImage(f->context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, &floats, &desc, pixels, &status);
    MUST(status);
    cl_mem out = clCreateBuffer(f->context, CL_MEM_READ_WRITE, sizeof result, NULL, &status);
    MUST(status);
    static const struct { cl_bool normalized; cl_addressing_mode address; cl_filter_mode filter; } ways[] = {
        {CL_FALSE, CL_ADDRESS_CLAMP_TO_EDGE, CL_FILTER_NEAREST},
        {CL_FALSE, CL_ADDRESS_CLAMP, CL_FILTER_NEAREST},
    };
    cl_program programs[] = {program, again};
    for (int p = 0; p < 2; p++) {
        cl_kernel sample = clCreateKernel(programs[p], "sample", &status);
        MUST(status);
        if (p == 0)
            show_args(sample, 3);
        for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
            cl_sampler sampler = clCreateSampler(f->context, ways[i].normalized, ways[i].address, ways[i].filter, &status);
            MUST(status);
            size_t items = 40;
            MUST(clSetKernelArg(sample, 0, sizeof image, &image));
            MUST(clSetKernelArg(sample, 1, sizeof sampler, &sampler));
            MUST(clSetKernelArg(sample, 2, sizeof out, &out));
            MUST(clEnqueueNDRangeKernel(f->queue, sample, 1, NULL, &items, NULL, 0, NULL, NULL));
            MUST(clEnqueueReadBuffer(f->queue, out, CL_TRUE, 0, 40 * 16, result, 0, NULL, NULL));
            printf("sampled: %016llx\n", (unsigned long long)checksum(result, 40 * 16));
            MUST(clReleaseSampler(sampler));
        }
        MUST(clReleaseKernel(sample));
    }

    cl_image_desc solid = describe(&kinds[4]);
    static unsigned char bytes[2048];
    pattern(bytes, sizeof bytes, 350);
    cl_mem cube = clCreateImage(f->context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, &rgba8, &solid, bytes, &status);
    MUST(status);
    cl_kernel size3 = clCreateKernel(program, "size3", &status);
    MUST(status);
    MUST(clSetKernelArg(size3, 0, sizeof cube, &cube));
    MUST(clSetKernelArg(size3, 1, sizeof out, &out));
    run_1d(f, size3, 1);
    show_ints(f, "of a solid", out, 5);
    SHOW(clSetKernelArg(size3, 0, 4, &cube));
    SHOW(clSetKernelArg(size3, 7, sizeof cube, &cube));
    /* Not the wrong kinds of objects: each vendor crashes on some. */
    MUST(clReleaseKernel(size3));
    MUST(clReleaseMemObject(cube));
    MUST(clReleaseMemObject(image));
    MUST(clReleaseMemObject(out));
    MUST(clReleaseProgram(again));
    MUST(clReleaseProgram(program));
    free(binary);
}

/* What is refused. */
static void mistakes(struct fixture *f)
{
    static unsigned char bytes[65536];
    cl_int status;
    cl_mem image = plane(f, CL_MEM_READ_WRITE, 16, 7), other, none;
    cl_image_desc desc = describe(&kinds[2]);
    const cl_uint color[4] = {1, 2, 3, 4};
    size_t all[3] = {16, 7, 1}, wide[3] = {17, 7, 1}, nothing[3] = {0, 7, 1}, deep[3] = {16, 7, 2}, right[3] = {1, 0, 0};
    size_t huge[3] = {(size_t)1 << 40, 7, 1};
    size_t row, slice;
    void *mapped;
    cl_event event = NULL;

    cl_image_format bad = {CL_RGBA, 0x7777};
    SHOW_NEW(none, status, clCreateImage(f->context, 0, &bad, &desc, NULL, &status));
    SHOW_NEW(none, status, clCreateImage(f->context, CL_MEM_COPY_HOST_PTR, &bad, &desc, bytes, &status));
    bad.image_channel_order = 0x7777;
    bad.image_channel_data_type = CL_FLOAT;
    SHOW_NEW(none, status, clCreateImage(f->context, CL_MEM_COPY_HOST_PTR, &bad, &desc, bytes, &status));
    SHOW_NEW(none, status, clCreateImage(f->context, 0, NULL, &desc, NULL, &status));
    SHOW_NEW(none, status, clCreateImage(f->context, 0, &rgba8, NULL, NULL, &status));
    /* Oclgrind checks neither flags, nor sizes, nor types. */
    if (!vendor_is(f, "Oclgrind")) {
        SHOW_NEW(none, status, clCreateImage(f->context, CL_MEM_READ_ONLY | CL_MEM_WRITE_ONLY, &rgba8, &desc, NULL, &status));
        desc.image_width = 0;
        SHOW_NEW(none, status, clCreateImage(f->context, 0, &rgba8, &desc, NULL, &status));
        desc.image_width = (size_t)1 << 30;
        SHOW_NEW(none, status, clCreateImage(f->context, 0, &rgba8, &desc, NULL, &status));
        SHOW_NEW(none, status, clCreateImage(f->context, CL_MEM_COPY_HOST_PTR, &rgba8, &desc, bytes, &status));
        desc.image_width = 16;
        desc.image_row_pitch = 3;
        SHOW_NEW(none, status, clCreateImage(f->context, CL_MEM_COPY_HOST_PTR, &rgba8, &desc, bytes, &status));
        desc.image_row_pitch = 64;
        SHOW_NEW(none, status, clCreateImage(f->context, 0, &rgba8, &desc, NULL, &status));
        desc.image_row_pitch = 0;
        desc.image_type = CL_MEM_OBJECT_BUFFER;
        SHOW_NEW(none, status, clCreateImage(f->context, 0, &rgba8, &desc, NULL, &status));
        SHOW_NEW(none, status, clCreateImage(f->context, CL_MEM_COPY_HOST_PTR, &rgba8, &desc, bytes, &status));
        desc.image_type = CL_MEM_OBJECT_IMAGE2D;
        SHOW_NEW(none, status, clCreateImage2D(f->context, 0, &rgba8, 0, 7, 0, NULL, &status));
        SHOW_NEW(none, status, clCreateImage2D(f->context, 0, &rgba8, 16, 7, 64, NULL, &status));
        SHOW_NEW(none, status, clCreateImage3D(f->context, 0, &rgba8, 16, 7, 0, 0, 0, NULL, &status));
    }

    for (int known = 0; known < 2; known++) {
        /* What goes out of bounds by little is not tried where nobody checks it. */
        if (!vendor_is(f, "Oclgrind")) {
            SHOW(clEnqueueReadImage(f->queue, image, CL_TRUE, zero, wide, 0, 0, bytes, 0, NULL, NULL));
            SHOW(clEnqueueReadImage(f->queue, image, CL_FALSE, right, all, 0, 0, bytes, 0, NULL, NULL));
            SHOW(clEnqueueReadImage(f->queue, image, CL_TRUE, zero, deep, 0, 0, bytes, 0, NULL, NULL));
            SHOW(clEnqueueReadImage(f->queue, image, CL_TRUE, zero, huge, 0, 0, bytes, 0, NULL, NULL));
            SHOW(clEnqueueWriteImage(f->queue, image, CL_TRUE, zero, huge, 0, 0, bytes, 0, NULL, NULL));
            SHOW(clEnqueueWriteImage(f->queue, image, CL_FALSE, zero, wide, 0, 0, bytes, 0, NULL, NULL));
            SHOW(clEnqueueWriteImage(f->queue, image, CL_TRUE, zero, all, 3, 0, bytes, 0, NULL, NULL));
            SHOW(clEnqueueFillImage(f->queue, image, color, right, all, 0, NULL, NULL));
            SHOW_NEW(mapped, status, clEnqueueMapImage(f->queue, image, CL_TRUE, CL_MAP_READ, right, all, &row, &slice, 0, NULL, NULL, &status));
            SHOW_NEW(mapped, status, clEnqueueMapImage(f->queue, image, CL_TRUE, (cl_map_flags)1 << 20, zero, all, &row, &slice, 0, NULL, NULL, &status));
            SHOW(clEnqueueReadImage(f->queue, image, CL_TRUE, zero, nothing, 0, 0, bytes, 0, NULL, NULL));
            SHOW(clEnqueueWriteImage(f->queue, image, CL_TRUE, zero, nothing, 0, 0, bytes, 0, NULL, NULL));
        }
        SHOW(clEnqueueReadImage(f->queue, image, CL_TRUE, zero, all, 0, 0, NULL, 0, NULL, NULL));
        SHOW(clEnqueueWriteImage(f->queue, image, CL_FALSE, zero, all, 0, 0, NULL, 0, NULL, NULL));
        /* Oclgrind follows these. */
        if (!vendor_is(f, "Oclgrind")) {
            SHOW(clEnqueueReadImage(f->queue, image, CL_FALSE, zero, all, 0, 0, bytes, 1, NULL, NULL));
            SHOW(clEnqueueReadImage(f->queue, image, CL_FALSE, zero, all, 0, 0, bytes, 0, &event, NULL));
            SHOW(clEnqueueFillImage(f->queue, image, NULL, zero, all, 0, NULL, NULL));
        }
        SHOW_NEW(mapped, status, clEnqueueMapImage(f->queue, image, CL_TRUE, CL_MAP_READ, zero, all, NULL, NULL, 0, NULL, NULL, &status));
        MUST(clEnqueueReadImage(f->queue, image, CL_TRUE, zero, all, 0, 0, bytes, 0, NULL, NULL));
    }
    int not_mapped = 0;
    /* Oclgrind takes any. */
    if (!vendor_is(f, "Oclgrind"))
        SHOW(clEnqueueUnmapMemObject(f->queue, image, &not_mapped, 0, NULL, NULL));

    static const cl_image_format wider = {CL_RGBA, CL_UNSIGNED_INT16};
    desc = describe(&kinds[2]);
    other = clCreateImage(f->context, 0, &wider, &desc, NULL, &status);
    MUST(status);
    SHOW(clEnqueueCopyImage(f->queue, image, other, zero, zero, all, 0, NULL, NULL));
    MUST(clReleaseMemObject(other));
    /* Neither Oclgrind nor rusticl looks at the buffer's size. */
    if (!vendor_is(f, "Oclgrind") && !vendor_is(f, "rusticl")) {
        cl_mem small = clCreateBuffer(f->context, 0, 64, NULL, &status);
        MUST(status);
        SHOW(clEnqueueCopyImageToBuffer(f->queue, image, small, zero, all, 0, 0, NULL, NULL));
        SHOW(clEnqueueCopyBufferToImage(f->queue, small, image, 0, zero, all, 0, NULL, NULL));
        MUST(clReleaseMemObject(small));
    }
    cl_mem read_only = plane(f, CL_MEM_HOST_READ_ONLY, 16, 7), closed = plane(f, CL_MEM_HOST_NO_ACCESS, 16, 7);
    SHOW(clEnqueueWriteImage(f->queue, read_only, CL_TRUE, zero, all, 0, 0, bytes, 0, NULL, NULL));
    SHOW(clEnqueueReadImage(f->queue, closed, CL_TRUE, zero, all, 0, 0, bytes, 0, NULL, NULL));
    MUST(clReleaseMemObject(read_only));
    MUST(clReleaseMemObject(closed));
    MUST(clReleaseMemObject(image));

    SHOW_NEW(none, status, clCreateImage(NULL, 0, &rgba8, &desc, NULL, &status));
    SHOW(clGetImageInfo(NULL, CL_IMAGE_WIDTH, 0, NULL, &row));
}

void cover_images(struct fixture *f)
{
    formats(f);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        transfers(f, &kinds[i]);
}

void cover_image_maps(struct fixture *f)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        maps(f, &kinds[i]);
    host_memory(f);
}

void cover_image_views(struct fixture *f)
{
    views(f);
}

void cover_image_kernels(struct fixture *f)
{
    kernels(f);
}

void cover_image_mistakes(struct fixture *f)
{
    mistakes(f);
}
