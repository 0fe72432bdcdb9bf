/* Mapping images, and images that are made of buffers and of other images. */
#include "conformance.h"

static unsigned char host[65536] __attribute__((aligned(4096)));

static const cl_image_format rgba8 = {CL_RGBA, CL_UNSIGNED_INT8};
static const size_t zero[3] = {0, 0, 0};

static const struct kind {
    const char *name;
    cl_image_desc desc;
    size_t region[3];
} kinds[] = {
    {"1D", {.image_type = CL_MEM_OBJECT_IMAGE1D, .image_width = 16}, {16, 1, 1}},
    {"1D array", {.image_type = CL_MEM_OBJECT_IMAGE1D_ARRAY, .image_width = 16, .image_array_size = 5}, {16, 5, 1}},
    {"2D", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16, .image_height = 7}, {16, 7, 1}},
    {"2D array", {.image_type = CL_MEM_OBJECT_IMAGE2D_ARRAY, .image_width = 16, .image_height = 7, .image_array_size = 3}, {16, 7, 3}},
    {"3D", {.image_type = CL_MEM_OBJECT_IMAGE3D, .image_width = 16, .image_height = 7, .image_depth = 4}, {16, 7, 4}},
};

static cl_uint map_count(cl_mem image)
{
    cl_uint count = 0;
    MUST(clGetMemObjectInfo(image, CL_MEM_MAP_COUNT, sizeof count, &count, NULL));
    return count;
}

/* Maps and says what came of it; unmaps again. The row pitch is 0 before, as rusticl adds it to the address of lines. */
#define MAP(call)                                                                                      \
    do {                                                                                               \
        cl_event event = UNTOUCHED;                                                                    \
        cl_int status = UNTOUCHED_STATUS;                                                              \
        size_t row = 0, slice = 77;                                                                    \
        (void)row, (void)slice;                                                                        \
        loud(#call);                                                                                   \
        void *at_ = (call);                                                                            \
        printf("%s, pitches %zu %zu, ", at_ ? "memory" : "null", row, slice);                          \
        show_command(#call, status, event);                                                            \
        if (at_ && status == CL_SUCCESS) {                                                             \
            printf("map count %u, ", map_count(image));                                                \
            COMMAND(clEnqueueUnmapMemObject(f->queue, image, at_, 0, NULL, &event));                   \
            printf("map count %u\n", map_count(image));                                                \
        }                                                                                              \
    } while (0)

#define AT(...) clEnqueueMapImage(f->queue, image, blocking, __VA_ARGS__, &event, &status)

static void parts(struct fixture *f, const struct kind *kind, cl_bool blocking)
{
    cl_int made;
    cl_mem image = clCreateImage(f->context, CL_MEM_READ_WRITE, &rgba8, &kind->desc, NULL, &made);
    if (made != CL_SUCCESS)
        return;
    MAP(AT(CL_MAP_READ, zero, kind->region, &row, &slice, 0, NULL));
    for (int i = 0; i < 3; i++) {
        size_t origin[3] = {0, 0, 0}, region[3] = {kind->region[0], kind->region[1], kind->region[2]};
        region[i] = 0;
        printf("nothing in dimension %d: ", i);
        MAP(AT(CL_MAP_READ, zero, region, &row, &slice, 0, NULL));
        region[i] = kind->region[i] + 1;
        printf("too much in dimension %d: ", i);
        SPARE(POCL, "does not count an array's elements", MAP(AT(CL_MAP_READ, zero, region, &row, &slice, 0, NULL)));
        region[i] = 1;
        origin[i] = kind->region[i];
        printf("beyond dimension %d: ", i);
        SPARE(POCL | OCLGRIND, "map what is behind the image", MAP(AT(CL_MAP_READ, origin, region, &row, &slice, 0, NULL)));
        origin[i] = kind->region[i] - 1;
        printf("the last in dimension %d: ", i);
        MAP(AT(CL_MAP_READ, origin, region, &row, &slice, 0, NULL));
    }
    MUST(clReleaseMemObject(image));
}

static void mistakes(struct fixture *f, cl_bool blocking)
{
    static const cl_map_flags flags[] = {CL_MAP_READ, CL_MAP_WRITE, CL_MAP_READ | CL_MAP_WRITE, CL_MAP_WRITE_INVALIDATE_REGION,
                                         CL_MAP_READ | CL_MAP_WRITE_INVALIDATE_REGION, CL_MAP_WRITE | CL_MAP_WRITE_INVALIDATE_REGION, 0, 1u << 20};
    static const cl_mem_flags access[] = {0, CL_MEM_HOST_READ_ONLY, CL_MEM_HOST_WRITE_ONLY, CL_MEM_HOST_NO_ACCESS, CL_MEM_USE_HOST_PTR};
    const struct kind *plane = &kinds[2], *solid = &kinds[4];
    const size_t *region = plane->region, *none = NULL;
    cl_mem image, null = NULL, buffer = a_buffer(f, 0, 4096), foreign;
    cl_event mixed[] = {f->event, f->other_event};
    cl_int made;
    for (size_t i = 0; i < sizeof access / sizeof *access; i++) {
        image = clCreateImage(f->context, access[i], &rgba8, &plane->desc, access[i] & CL_MEM_USE_HOST_PTR ? host : NULL, &made);
        MUST(made);
        for (size_t j = 0; j < sizeof flags / sizeof *flags; j++) {
            printf("access %#llx, flags %#llx: ", (unsigned long long)access[i], (unsigned long long)flags[j]);
            MAP(AT(flags[j], zero, region, &row, &slice, 0, NULL));
        }
        MUST(clReleaseMemObject(image));
    }
    image = clCreateImage(f->context, 0, &rgba8, &plane->desc, NULL, &made);
    MUST(made);
    foreign = clCreateImage(f->other_context, 0, &rgba8, &plane->desc, NULL, &made);
    MUST(made);
    SPARE(OCLGRIND, "reads through null", MAP(AT(CL_MAP_READ, none, region, &row, &slice, 0, NULL)));
    SPARE(OCLGRIND, "reads through null", MAP(AT(CL_MAP_READ, zero, none, &row, &slice, 0, NULL)));
    MAP(AT(CL_MAP_READ, zero, region, NULL, &slice, 0, NULL));
    MAP(AT(CL_MAP_READ, zero, region, &row, NULL, 0, NULL));
    MAP(clEnqueueMapImage(NULL, image, blocking, CL_MAP_READ, zero, region, &row, &slice, 0, NULL, &event, &status));
    MAP(clEnqueueMapImage(f->queue, null, blocking, CL_MAP_READ, zero, region, &row, &slice, 0, NULL, &event, &status));
    SPARE(RUSTICL | OCLGRIND, "panics, or takes what is behind the buffer for an image", MAP(clEnqueueMapImage(f->queue, buffer, blocking, CL_MAP_READ, zero, region, &row, &slice, 0, NULL, &event, &status)));
    SPARE(OCLGRIND, "unmaps what it did not map", MAP(clEnqueueMapImage(f->queue, foreign, blocking, CL_MAP_READ, zero, region, &row, &slice, 0, NULL, &event, &status)));
    MAP(clEnqueueMapImage(f->other_queue, image, blocking, CL_MAP_READ, zero, region, &row, &slice, 0, NULL, &event, &status));
    SPARE(RUSTICL | OCLGRIND, "panics, or maps it as bytes", MAP(clEnqueueMapBuffer(f->queue, image, blocking, CL_MAP_READ, 0, 64, 0, NULL, &event, &status)));
    MAP(AT(CL_MAP_READ, zero, region, &row, &slice, 0, &f->event));
    SPARE(OCLGRIND, "reads through null", MAP(AT(CL_MAP_READ, zero, region, &row, &slice, 1, NULL)));
    MAP(AT(CL_MAP_READ, zero, region, &row, &slice, 1, &f->other_event));
    MAP(AT(CL_MAP_READ, zero, region, &row, &slice, 2, mixed));
    MAP(AT(CL_MAP_READ, zero, region, &row, &slice, 1, &f->event));
    printf("no map without a status: %d\n",
           clEnqueueMapImage(f->queue, null, blocking, CL_MAP_READ, zero, region, (size_t[]){0}, NULL, 0, NULL, NULL, NULL) != NULL);
    MUST(clReleaseMemObject(image));
    image = clCreateImage(f->context, 0, &rgba8, &solid->desc, NULL, &made);
    MUST(made);
    SPARE(OCLGRIND, "maps it and does not say how far its slices are apart", MAP(AT(CL_MAP_READ, zero, solid->region, &row, NULL, 0, NULL)));
    MUST(clReleaseMemObject(image));
    MUST(clReleaseMemObject(foreign));
    MUST(clReleaseMemObject(buffer));
}

static void unmaps(struct fixture *f)
{
    cl_int made;
    size_t row = 0, slice = 0;
    cl_mem image = clCreateImage(f->context, 0, &rgba8, &kinds[2].desc, NULL, &made), other = clCreateImage(f->context, 0, &rgba8, &kinds[2].desc, NULL, &made);
    MUST(made);
    unsigned char *at = clEnqueueMapImage(f->queue, image, CL_TRUE, CL_MAP_WRITE, zero, kinds[2].region, &row, &slice, 0, NULL, NULL, &made);
    MUST(made);
    COMMAND(clEnqueueUnmapMemObject(NULL, image, at, 0, NULL, &event));
    COMMAND(clEnqueueUnmapMemObject(f->queue, NULL, at, 0, NULL, &event));
    COMMAND(clEnqueueUnmapMemObject(f->queue, image, NULL, 0, NULL, &event));
    /* Oclgrind unmaps whatever it is told to, and looks at neither queue nor events. */
    if (!is(f, OCLGRIND)) {
        COMMAND(clEnqueueUnmapMemObject(f->queue, image, host, 0, NULL, &event));
        COMMAND(clEnqueueUnmapMemObject(f->queue, other, at, 0, NULL, &event));
        COMMAND(clEnqueueUnmapMemObject(f->other_queue, image, at, 0, NULL, &event));
        COMMAND(clEnqueueUnmapMemObject(f->queue, image, at, 0, &f->event, &event));
        COMMAND(clEnqueueUnmapMemObject(f->queue, image, at, 1, NULL, &event));
        COMMAND(clEnqueueUnmapMemObject(f->queue, image, at, 1, &f->other_event, &event));
    }
    printf("still mapped: %u\n", map_count(image));
    COMMAND(clEnqueueUnmapMemObject(f->queue, image, at, 1, &f->event, &event));
    printf("still mapped: %u\n", map_count(image));
    SPARE(OCLGRIND, "unmaps what nobody mapped", COMMAND(clEnqueueUnmapMemObject(f->queue, image, at, 0, NULL, &event)));
    printf("still mapped: %u\n", map_count(image));
    MUST(clReleaseMemObject(image));
    MUST(clReleaseMemObject(other));
}

void conform_image_maps(struct fixture *f)
{
    for (int blocking = 1; blocking >= 0; blocking--) {
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
            printf("-- clEnqueueMapImage, %s, %s\n", kinds[i].name, blocking ? "blocking" : "not blocking");
            parts(f, &kinds[i], (cl_bool)blocking);
        }
        part("what cannot be mapped");
        mistakes(f, (cl_bool)blocking);
    }
    part("clEnqueueUnmapMemObject");
    unmaps(f);
}

static void try_view(struct fixture *f, const char *name, cl_mem_flags flags, const cl_image_format *format, const cl_image_desc *desc, void *memory)
{
    cl_mem image;
    cl_mem_flags its = 0;
    size_t row = 0, bytes = 0;
    printf("%s: ", name);
    NEW(image, clCreateImage(f->context, flags, format, desc, memory, &status));
    if (!image)
        return;
    MUST(clGetMemObjectInfo(image, CL_MEM_FLAGS, sizeof its, &its, NULL));
    MUST(clGetMemObjectInfo(image, CL_MEM_SIZE, sizeof bytes, &bytes, NULL));
    MUST(clGetImageInfo(image, CL_IMAGE_ROW_PITCH, sizeof row, &row, NULL));
    printf("flags %#llx, row pitch %zu, %zu bytes\n", (unsigned long long)its, row, bytes);
    MUST(clReleaseMemObject(image));
}

void conform_image_views(struct fixture *f)
{
    static const cl_mem_object_type types[] = {CL_MEM_OBJECT_IMAGE1D, CL_MEM_OBJECT_IMAGE1D_BUFFER, CL_MEM_OBJECT_IMAGE1D_ARRAY,
                                               CL_MEM_OBJECT_IMAGE2D, CL_MEM_OBJECT_IMAGE2D_ARRAY, CL_MEM_OBJECT_IMAGE3D};
    static const size_t pitches[] = {0, 64, 60, 66, 256, 512, SIZE_MAX - 3};
    cl_image_format wide = {CL_RGBA, CL_FLOAT}, other = {CL_BGRA, CL_UNORM_INT8}, unknown = {0x4242, 0x4242};
    cl_int status;
    cl_mem buffer = a_buffer(f, 0, 4096), small = a_buffer(f, 0, 32), foreign = clCreateBuffer(f->other_context, 0, 4096, NULL, &status);
    MUST(status);
    cl_image_desc line = {.image_type = CL_MEM_OBJECT_IMAGE1D_BUFFER, .image_width = 16, .buffer = buffer}, desc = line;
    cl_image_desc plane = {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16, .image_height = 7, .buffer = buffer};

    part("images of a buffer");
    try_view(f, "a line", 0, &rgba8, &line, NULL);
    try_view(f, "in a wide format", 0, &wide, &line, NULL);
    try_view(f, "in no format", 0, &unknown, &line, NULL);
    try_view(f, "without a format", 0, NULL, &line, NULL);
    desc.image_width = 1024;
    try_view(f, "all of it", 0, &rgba8, &desc, NULL);
    desc.image_width = 1025;
    try_view(f, "more than it", 0, &rgba8, &desc, NULL);
    desc.image_width = 0;
    try_view(f, "nothing of it", 0, &rgba8, &desc, NULL);
    desc.image_width = SIZE_MAX;
    try_view(f, "infinitely much of it", 0, &rgba8, &desc, NULL);
    desc.image_width = 16, desc.buffer = small;
    try_view(f, "more than a small one", 0, &rgba8, &desc, NULL);
    desc.buffer = foreign;
    SPARE(POCL, "asserts that it is not", try_view(f, "of another context's", 0, &rgba8, &desc, NULL));
    for (size_t i = 0; i < sizeof pitches / sizeof *pitches; i++) {
        desc = line, desc.image_row_pitch = pitches[i];
        printf("pitch %zu: ", pitches[i]);
        try_view(f, "a line", 0, &rgba8, &desc, NULL);
        desc = plane, desc.image_row_pitch = pitches[i];
        printf("pitch %zu: ", pitches[i]);
        try_view(f, "a plane", 0, &rgba8, &desc, NULL);
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        desc = (cl_image_desc){.image_type = types[i], .image_width = 16, .image_height = 2, .image_depth = 2, .image_array_size = 2, .buffer = buffer};
        printf("type %#x: ", types[i]);
        try_view(f, "of a buffer", 0, &rgba8, &desc, NULL);
    }
    for (size_t i = 0; i < flag_set_count; i++) {
        printf("%s: ", flag_sets[i].name);
        try_view(f, "without memory", flag_sets[i].flags, &rgba8, &line, NULL);
        printf("%s: ", flag_sets[i].name);
        try_view(f, "with memory", flag_sets[i].flags, &rgba8, &line, host);
    }

    part("flags of the buffer");
    for (size_t i = 0; i < flag_set_count; i++) {
        if (flag_sets[i].flags & (CL_MEM_USE_HOST_PTR | CL_MEM_COPY_HOST_PTR))
            continue;
        cl_mem parent = clCreateBuffer(f->context, flag_sets[i].flags, 4096, NULL, &status);
        if (status != CL_SUCCESS)
            continue;
        desc = line, desc.buffer = parent;
        for (size_t j = 0; j < flag_set_count; j++) {
            if (flag_sets[j].flags & (CL_MEM_USE_HOST_PTR | CL_MEM_COPY_HOST_PTR | CL_MEM_ALLOC_HOST_PTR) || flag_sets[j].flags >= (1u << 30))
                continue;
            printf("%s of %s: ", flag_sets[j].name, flag_sets[i].name);
            try_view(f, "a line", flag_sets[j].flags, &rgba8, &desc, NULL);
        }
        MUST(clReleaseMemObject(parent));
    }

    part("images of an image");
    cl_image_desc whole = plane;
    whole.buffer = NULL;
    cl_mem image = clCreateImage(f->context, 0, &rgba8, &whole, NULL, &status);
    MUST(status);
    desc = plane, desc.mem_object = image;
    try_view(f, "the same", 0, &rgba8, &desc, NULL);
    try_view(f, "in another order", 0, &other, &desc, NULL);
    try_view(f, "in a wide format", 0, &wide, &desc, NULL);
    try_view(f, "with memory", CL_MEM_COPY_HOST_PTR, &rgba8, &desc, host);
    desc.image_width = 15;
    try_view(f, "of another width", 0, &rgba8, &desc, NULL);
    desc.image_width = 16, desc.image_height = 6;
    try_view(f, "of another height", 0, &rgba8, &desc, NULL);
    desc = line, desc.mem_object = image;
    try_view(f, "a line", 0, &rgba8, &desc, NULL);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        desc = (cl_image_desc){.image_type = types[i], .image_width = 16, .image_height = 7, .image_depth = 1, .image_array_size = 1, .mem_object = image};
        printf("type %#x: ", types[i]);
        try_view(f, "of an image", 0, &rgba8, &desc, NULL);
    }
    MUST(clReleaseMemObject(image));
    MUST(clReleaseMemObject(buffer));
    MUST(clReleaseMemObject(small));
    MUST(clReleaseMemObject(foreign));
}
