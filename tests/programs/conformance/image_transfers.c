/* Commands on images: reading, writing, copying, filling and mapping them. */
#include "conformance.h"

/* More than what any of the regions here has, so that who does not look stays inside. */
static unsigned char host[1 << 20];

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
    {"1D buffer", {.image_type = CL_MEM_OBJECT_IMAGE1D_BUFFER, .image_width = 16}, {16, 1, 1}},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* An image of a kind, with 0x33 in every byte; null where there are none of the kind. */
static cl_mem an_image(struct fixture *f, const struct kind *kind, cl_mem_flags flags)
{
    cl_int status;
    cl_image_desc desc = kind->desc;
    cl_mem buffer = NULL;
    memset(host, 0x33, sizeof host);
    if (desc.image_type == CL_MEM_OBJECT_IMAGE1D_BUFFER) {
        buffer = clCreateBuffer(f->context, CL_MEM_COPY_HOST_PTR, 64, host, &status);
        MUST(status);
        desc.buffer = buffer;
    } else {
        flags |= CL_MEM_COPY_HOST_PTR;
    }
    cl_mem image = clCreateImage(f->context, flags, &rgba8, &desc, buffer ? NULL : host, &status);
    if (buffer)
        MUST(clReleaseMemObject(buffer));
    return status == CL_SUCCESS ? image : NULL;
}

static void show_image(struct fixture *f, const char *text, cl_mem image, const struct kind *kind)
{
    static unsigned char bytes[4096];
    size_t size = 4 * kind->region[0] * kind->region[1] * kind->region[2];
    REQUIRE(size <= sizeof bytes);
    MUST(clEnqueueReadImage(f->queue, image, CL_TRUE, zero, kind->region, 0, 0, bytes, 0, NULL, NULL));
    printf("%s: %016llx\n", text, (unsigned long long)checksum(bytes, size));
}

/* What a part of an image can be, by what it has of the whole in each dimension. */
static const struct part {
    const char *name;
    int from[3]; /* 0: from the beginning, 1: from the second, 2: from the end, 3: from the last possible number */
    int size[3]; /* 0: nothing, 1: one, 2: all, 3: more than all, 4: as much as can be said, 5: to the end from the second */
} parts[] = {
    {"all", {0, 0, 0}, {2, 2, 2}},
    {"the first", {0, 0, 0}, {1, 1, 1}},
    {"without the first column", {1, 0, 0}, {5, 2, 2}},
    {"no width", {0, 0, 0}, {0, 2, 2}},
    {"no height", {0, 0, 0}, {2, 0, 2}},
    {"no depth", {0, 0, 0}, {2, 2, 0}},
    {"nothing", {0, 0, 0}, {0, 0, 0}},
    {"too wide", {0, 0, 0}, {3, 2, 2}},
    {"too high", {0, 0, 0}, {2, 3, 2}},
    {"too deep", {0, 0, 0}, {2, 2, 3}},
    {"infinitely wide", {0, 0, 0}, {4, 1, 1}},
    {"infinitely high", {0, 0, 0}, {1, 4, 1}},
    {"infinitely deep", {0, 0, 0}, {1, 1, 4}},
    {"beside it", {2, 0, 0}, {1, 1, 1}},
    {"below it", {0, 2, 0}, {1, 1, 1}},
    {"behind it", {0, 0, 2}, {1, 1, 1}},
    {"moved to the right", {1, 0, 0}, {2, 1, 1}},
    {"moved down", {0, 1, 0}, {1, 2, 1}},
    {"moved back", {0, 0, 1}, {1, 1, 2}},
    {"far right", {3, 0, 0}, {1, 1, 1}},
    {"far down", {0, 3, 0}, {1, 1, 1}},
    {"far back", {0, 0, 3}, {1, 1, 1}},
};
enum { PARTS = sizeof parts / sizeof *parts };

static void resolve(const struct part *part, const struct kind *kind, size_t *origin, size_t *region)
{
    for (int i = 0; i < 3; i++) {
        size_t all = kind->region[i];
        size_t froms[] = {0, 1, all, SIZE_MAX}, sizes[] = {0, 1, all, all + 1, SIZE_MAX, all - 1};
        origin[i] = froms[part->from[i]];
        region[i] = sizes[part->size[i]];
    }
}

enum way { BY_HOST, TO_IMAGE, TO_BUFFER };

/* What an implementation believes that it is part of the image, so that it reads or writes elsewhere. */
static int is_spared(const struct fixture *f, const struct part *part, const struct kind *kind, enum way way)
{
    size_t origin[3], region[3];
    int beyond[3], lines = kind->desc.image_type == CL_MEM_OBJECT_IMAGE1D_ARRAY, planes = kind->desc.image_type == CL_MEM_OBJECT_IMAGE2D_ARRAY;
    resolve(part, kind, origin, region);
    for (int i = 0; i < 3; i++) {
        beyond[i] = origin[i] + region[i] > kind->region[i];
        /* The end of what is far away is 0. What is infinite, Rusticl multiplies, and PoCL takes where an image has no dimension. */
        if (origin[i] == SIZE_MAX || (region[i] == SIZE_MAX && is(f, i ? RUSTICL | POCL : RUSTICL)))
            return 1;
    }
    /* All look at an image's width alone if it is on a buffer, and touch different amounts of the host's memory. */
    if (way == BY_HOST && kind->desc.image_type == CL_MEM_OBJECT_IMAGE1D_BUFFER && (region[1] != 1 || region[2] != 1))
        return 1;
    if (!beyond[0] && !beyond[1] && !beyond[2])
        return 0;
    /* Rusticl looks at the size alone in all dimensions but the first, and not even at that if there is a buffer. */
    if (is(f, RUSTICL))
        return way == TO_BUFFER || origin[1] || origin[2];
    /* PoCL does not count an array's elements, and confuses origin and size of copies. */
    if (is(f, POCL))
        return (lines && beyond[1]) || (planes && beyond[2]) || (way != BY_HOST && (origin[0] || origin[1] || origin[2]));
    return 0;
}

#define READ(...) clEnqueueReadImage(f->queue, image, blocking, __VA_ARGS__, &event)
#define WRITE(...) clEnqueueWriteImage(f->queue, image, blocking, __VA_ARGS__, &event)

static void one_kind(struct fixture *f, const struct kind *kind, cl_bool blocking)
{
    static const size_t pitches[][2] = {
        {64, 0}, {128, 0}, {60, 0}, {66, 0}, {1, 0}, {SIZE_MAX / 4, 0}, {64, 448}, {0, 448}, {128, 1024}, {64, 447}, {64, 450}, {0, 1}, {0, SIZE_MAX / 4},
    };
    size_t origin[3], region[3];
    cl_mem image = an_image(f, kind, 0);
    if (!image)
        return;
    for (size_t i = 0; i < PARTS; i++) {
        if (is_spared(f, &parts[i], kind, BY_HOST))
            continue;
        resolve(&parts[i], kind, origin, region);
        memset(host, 0x22, sizeof host);
        printf("%s: ", parts[i].name);
        COMMAND(READ(origin, region, 0, 0, host, 0, NULL));
        printf("read: %016llx; ", (unsigned long long)checksum(host, 8192));
        memset(host, 0x44, sizeof host);
        COMMAND(WRITE(origin, region, 0, 0, host, 0, NULL));
        show_image(f, "written", image, kind);
    }
    for (size_t i = 0; i < sizeof pitches / sizeof *pitches; i++) {
        size_t row = pitches[i][0], slice = pitches[i][1];
        /* Whoever believes this is elsewhere soon. */
        if ((row == SIZE_MAX / 4 && kind->region[1] > 1) || (slice == SIZE_MAX / 4 && kind->region[2] > 1))
            continue;
        memset(host, 0x22, sizeof host);
        printf("pitches %zu %zu: ", row, slice);
        COMMAND(READ(zero, kind->region, row, slice, host, 0, NULL));
        printf("read: %016llx; ", (unsigned long long)checksum(host, 8192));
        pattern(host, sizeof host, i);
        COMMAND(WRITE(zero, kind->region, row, slice, host, 0, NULL));
        show_image(f, "written", image, kind);
    }
    MUST(clReleaseMemObject(image));
}

static void no_transfers(struct fixture *f, cl_bool blocking)
{
    const size_t *region = kinds[2].region, *none = NULL;
    cl_mem image = an_image(f, &kinds[2], 0), buffer = a_buffer(f, 0, 4096);
    static const cl_mem_flags access[] = {CL_MEM_HOST_NO_ACCESS, CL_MEM_HOST_READ_ONLY, CL_MEM_HOST_WRITE_ONLY, CL_MEM_READ_ONLY, CL_MEM_WRITE_ONLY};
    COMMAND(READ(zero, region, 0, 0, NULL, 0, NULL));
    COMMAND(WRITE(zero, region, 0, 0, NULL, 0, NULL));
    SPARE(OCLGRIND, "reads through null", COMMAND(READ(none, region, 0, 0, host, 0, NULL)));
    SPARE(OCLGRIND, "reads through null", COMMAND(WRITE(none, region, 0, 0, host, 0, NULL)));
    SPARE(OCLGRIND, "reads through null", COMMAND(READ(zero, none, 0, 0, host, 0, NULL)));
    SPARE(OCLGRIND, "reads through null", COMMAND(WRITE(zero, none, 0, 0, host, 0, NULL)));
    COMMAND(clEnqueueReadImage(NULL, image, blocking, zero, region, 0, 0, host, 0, NULL, &event));
    COMMAND(clEnqueueWriteImage(NULL, image, blocking, zero, region, 0, 0, host, 0, NULL, &event));
    COMMAND(clEnqueueReadImage(f->queue, NULL, blocking, zero, region, 0, 0, host, 0, NULL, &event));
    COMMAND(clEnqueueWriteImage(f->queue, NULL, blocking, zero, region, 0, 0, host, 0, NULL, &event));
    SPARE(RUSTICL | OCLGRIND, "panics, or takes what is behind the buffer for an image", COMMAND(clEnqueueReadImage(f->queue, buffer, blocking, zero, region, 0, 0, host, 0, NULL, &event)));
    SPARE(RUSTICL | OCLGRIND, "panics, or takes what is behind the buffer for an image", COMMAND(clEnqueueWriteImage(f->queue, buffer, blocking, zero, region, 0, 0, host, 0, NULL, &event)));
    SPARE(RUSTICL, "panics", COMMAND(clEnqueueReadBuffer(f->queue, image, blocking, 0, 64, host, 0, NULL, &event)));
    SPARE(RUSTICL, "panics", COMMAND(clEnqueueWriteBuffer(f->queue, image, blocking, 0, 64, host, 0, NULL, &event)));
    COMMAND(clEnqueueReadImage(f->other_queue, image, blocking, zero, region, 0, 0, host, 0, NULL, &event));
    COMMAND(clEnqueueWriteImage(f->other_queue, image, blocking, zero, region, 0, 0, host, 0, NULL, &event));
#define READ_AFTER(count, list) READ(zero, region, 0, 0, host, (count), (list))
#define WRITE_AFTER(count, list) WRITE(zero, region, 0, 0, host, (count), (list))
    WAIT_LISTS(READ_AFTER);
    WAIT_LISTS(WRITE_AFTER);
    MUST(clReleaseMemObject(image));
    for (size_t i = 0; i < sizeof access / sizeof *access; i++) {
        image = an_image(f, &kinds[2], access[i]);
        printf("flags %#llx: ", (unsigned long long)access[i]);
        COMMAND(READ(zero, region, 0, 0, host, 0, NULL));
        COMMAND(WRITE(zero, region, 0, 0, host, 0, NULL));
        MUST(clReleaseMemObject(image));
    }
    MUST(clReleaseMemObject(buffer));
}

void conform_image_transfers(struct fixture *f)
{
    for (int blocking = 1; blocking >= 0; blocking--) {
        for (size_t i = 0; i < KINDS; i++) {
            printf("-- %s, %s\n", kinds[i].name, blocking ? "blocking" : "not blocking");
            one_kind(f, &kinds[i], (cl_bool)blocking);
        }
        part("what cannot be transferred");
        no_transfers(f, (cl_bool)blocking);
    }
}

/* Parts of an image of one kind, between it and another one, a buffer, and filled. */
static void copies_of(struct fixture *f, const struct kind *kind)
{
    const cl_uint color[4] = {1, 2, 3, 4};
    size_t origin[3], region[3];
    cl_mem image = an_image(f, kind, 0), other = an_image(f, kind, 0), buffer = a_buffer(f, 0, 4096);
    if (!image)
        goto done;
    /* PoCL has no memory for an image on a buffer when it is filled or copied to a buffer. */
    int has_memory = kind->desc.image_type != CL_MEM_OBJECT_IMAGE1D_BUFFER || !is(f, POCL);
    if (has_memory)
        COMMAND(clEnqueueFillImage(f->queue, image, color, zero, kind->region, 0, NULL, &event));
    for (size_t i = 0; i < PARTS; i++) {
        resolve(&parts[i], kind, origin, region);
        if (!is_spared(f, &parts[i], kind, TO_IMAGE)) {
            printf("%s of the source: ", parts[i].name);
            COMMAND(clEnqueueCopyImage(f->queue, image, other, origin, zero, region, 0, NULL, &event));
            printf("%s of the destination: ", parts[i].name);
            COMMAND(clEnqueueCopyImage(f->queue, image, other, zero, origin, region, 0, NULL, &event));
        }
        if (has_memory && !is_spared(f, &parts[i], kind, TO_BUFFER)) {
            printf("%s to a buffer: ", parts[i].name);
            COMMAND(clEnqueueCopyImageToBuffer(f->queue, image, buffer, origin, region, 0, 0, NULL, &event));
            printf("%s from a buffer: ", parts[i].name);
            COMMAND(clEnqueueCopyBufferToImage(f->queue, buffer, image, 0, origin, region, 0, NULL, &event));
        }
        if (has_memory && !is_spared(f, &parts[i], kind, BY_HOST)) {
            printf("%s filled: ", parts[i].name);
            COMMAND(clEnqueueFillImage(f->queue, image, color, origin, region, 0, NULL, &event));
        }
        show_image(f, "image", image, kind);
        show_image(f, "other", other, kind);
    }
    show_bytes(f, "buffer", buffer);
done:
    if (image)
        MUST(clReleaseMemObject(image));
    if (other)
        MUST(clReleaseMemObject(other));
    MUST(clReleaseMemObject(buffer));
}

void conform_image_copies(struct fixture *f)
{
    const cl_uint color[4] = {1, 2, 3, 4};
    const struct kind *plane = &kinds[2], floats = {"", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16, .image_height = 7}, {16, 7, 1}};
    const size_t *region = plane->region, *none = NULL, corner[3] = {8, 3, 0}, quarter[3] = {8, 3, 1}, near[3] = {4, 1, 0};
    cl_image_format wide = {CL_RGBA, CL_FLOAT};
    cl_mem image, other, buffer = a_buffer(f, 0, 4096), small = a_buffer(f, 0, 64), nothing = NULL, float_image, foreign, foreign_buffer;
    cl_int status;
    for (size_t i = 0; i < KINDS; i++) {
        printf("-- %s\n", kinds[i].name);
        copies_of(f, &kinds[i]);
    }
    image = an_image(f, plane, 0), other = an_image(f, plane, 0);
    float_image = clCreateImage(f->context, 0, &wide, &floats.desc, NULL, &status);
    MUST(status);
    foreign = clCreateImage(f->other_context, 0, &rgba8, &plane->desc, NULL, &status);
    MUST(status);
    foreign_buffer = clCreateBuffer(f->other_context, 0, 4096, NULL, &status);
    MUST(status);

    part("clEnqueueCopyImage");
#define COPY(src, dst, from, to, size, count, list) clEnqueueCopyImage(f->queue, src, dst, from, to, size, count, list, &event)
    COMMAND(COPY(image, image, zero, corner, quarter, 0, NULL));
    COMMAND(COPY(image, image, zero, near, quarter, 0, NULL));
    COMMAND(COPY(image, image, zero, zero, quarter, 0, NULL));
    COMMAND(COPY(image, float_image, zero, zero, quarter, 0, NULL));
    COMMAND(COPY(float_image, image, zero, zero, quarter, 0, NULL));
    COMMAND(COPY(image, nothing, zero, zero, region, 0, NULL));
    COMMAND(COPY(nothing, image, zero, zero, region, 0, NULL));
    SPARE(OCLGRIND, "takes what is behind the buffer for an image", COMMAND(COPY(image, buffer, zero, zero, region, 0, NULL)));
    SPARE(OCLGRIND, "takes what is behind the buffer for an image", COMMAND(COPY(buffer, image, zero, zero, region, 0, NULL)));
    COMMAND(COPY(image, foreign, zero, zero, region, 0, NULL));
    COMMAND(COPY(foreign, image, zero, zero, region, 0, NULL));
    SPARE(OCLGRIND, "reads through null", COMMAND(COPY(image, other, none, zero, region, 0, NULL)));
    SPARE(OCLGRIND, "reads through null", COMMAND(COPY(image, other, zero, none, region, 0, NULL)));
    SPARE(OCLGRIND, "reads through null", COMMAND(COPY(image, other, zero, zero, none, 0, NULL)));
    COMMAND(clEnqueueCopyImage(NULL, image, other, zero, zero, region, 0, NULL, &event));
    COMMAND(clEnqueueCopyImage(f->other_queue, image, other, zero, zero, region, 0, NULL, &event));
#define COPY_AFTER(count, list) COPY(image, other, zero, zero, region, (count), (list))
    WAIT_LISTS(COPY_AFTER);
    /* Between images of different kinds. */
    for (size_t i = 0; i < KINDS; i++) {
        size_t line[3] = {16, 1, 1};
        cl_mem third = an_image(f, &kinds[i], 0);
        if (!third)
            continue;
        printf("%s: ", kinds[i].name);
        COMMAND(COPY(image, third, zero, zero, line, 0, NULL));
        COMMAND(COPY(third, image, zero, zero, line, 0, NULL));
        show_image(f, "copied", third, &kinds[i]);
        MUST(clReleaseMemObject(third));
    }

    part("clEnqueueCopyImageToBuffer");
#define OUT(src, dst, from, size, offset, count, list) clEnqueueCopyImageToBuffer(f->queue, src, dst, from, size, offset, count, list, &event)
    COMMAND(OUT(image, buffer, zero, region, 4096 - 448, 0, NULL));
    /* Rusticl looks at neither the buffer's size nor what is a buffer and what an image. */
    if (!is(f, RUSTICL)) {
        COMMAND(OUT(image, buffer, zero, region, 4096 - 447, 0, NULL));
        COMMAND(OUT(image, buffer, zero, region, 4096, 0, NULL));
        COMMAND(OUT(image, buffer, zero, region, SIZE_MAX, 0, NULL));
        COMMAND(OUT(image, small, zero, region, 0, 0, NULL));
        COMMAND(OUT(image, other, zero, region, 0, 0, NULL));
        SPARE(OCLGRIND, "takes what is behind the buffer for an image", COMMAND(OUT(buffer, small, zero, region, 0, 0, NULL)));
    }
    SPARE(POCL, "reads through null", COMMAND(OUT(image, nothing, zero, region, 0, 0, NULL)));
    SPARE(POCL, "reads through null", COMMAND(OUT(nothing, buffer, zero, region, 0, 0, NULL)));
    COMMAND(OUT(image, foreign_buffer, zero, region, 0, 0, NULL));
    COMMAND(OUT(foreign, buffer, zero, region, 0, 0, NULL));
    SPARE(OCLGRIND, "reads through null", COMMAND(OUT(image, buffer, none, region, 0, 0, NULL)));
    SPARE(OCLGRIND, "reads through null", COMMAND(OUT(image, buffer, zero, none, 0, 0, NULL)));
    COMMAND(clEnqueueCopyImageToBuffer(NULL, image, buffer, zero, region, 0, 0, NULL, &event));
    COMMAND(clEnqueueCopyImageToBuffer(f->other_queue, image, buffer, zero, region, 0, 0, NULL, &event));
#define OUT_AFTER(count, list) OUT(image, buffer, zero, region, 0, (count), (list))
    WAIT_LISTS(OUT_AFTER);

    part("clEnqueueCopyBufferToImage");
#define IN(src, dst, offset, to, size, count, list) clEnqueueCopyBufferToImage(f->queue, src, dst, offset, to, size, count, list, &event)
    COMMAND(IN(buffer, image, 4096 - 448, zero, region, 0, NULL));
    /* Rusticl looks at neither the buffer's size nor what is a buffer and what an image. */
    if (!is(f, RUSTICL)) {
        COMMAND(IN(buffer, image, 4096 - 447, zero, region, 0, NULL));
        COMMAND(IN(buffer, image, 4096, zero, region, 0, NULL));
        COMMAND(IN(buffer, image, SIZE_MAX, zero, region, 0, NULL));
        COMMAND(IN(small, image, 0, zero, region, 0, NULL));
        COMMAND(IN(other, image, 0, zero, region, 0, NULL));
        SPARE(OCLGRIND, "takes what is behind the buffer for an image", COMMAND(IN(small, buffer, 0, zero, region, 0, NULL)));
    }
    SPARE(POCL, "reads through null", COMMAND(IN(nothing, image, 0, zero, region, 0, NULL)));
    SPARE(POCL, "reads through null", COMMAND(IN(buffer, nothing, 0, zero, region, 0, NULL)));
    COMMAND(IN(foreign_buffer, image, 0, zero, region, 0, NULL));
    COMMAND(IN(buffer, foreign, 0, zero, region, 0, NULL));
    SPARE(OCLGRIND, "reads through null", COMMAND(IN(buffer, image, 0, none, region, 0, NULL)));
    SPARE(OCLGRIND, "reads through null", COMMAND(IN(buffer, image, 0, zero, none, 0, NULL)));
    COMMAND(clEnqueueCopyBufferToImage(NULL, buffer, image, 0, zero, region, 0, NULL, &event));
    COMMAND(clEnqueueCopyBufferToImage(f->other_queue, buffer, image, 0, zero, region, 0, NULL, &event));
#define IN_AFTER(count, list) IN(buffer, image, 0, zero, region, (count), (list))
    WAIT_LISTS(IN_AFTER);

    part("clEnqueueFillImage");
#define FILL(dst, with, from, size, count, list) clEnqueueFillImage(f->queue, dst, with, from, size, count, list, &event)
    COMMAND(FILL(image, NULL, zero, region, 0, NULL));
    COMMAND(FILL(nothing, color, zero, region, 0, NULL));
    SPARE(RUSTICL | OCLGRIND, "panics, or takes what is behind the buffer for an image", COMMAND(FILL(buffer, color, zero, region, 0, NULL)));
    COMMAND(FILL(foreign, color, zero, region, 0, NULL));
    SPARE(OCLGRIND, "reads through null", COMMAND(FILL(image, color, none, region, 0, NULL)));
    SPARE(OCLGRIND, "reads through null", COMMAND(FILL(image, color, zero, none, 0, NULL)));
    COMMAND(clEnqueueFillImage(NULL, image, color, zero, region, 0, NULL, &event));
    COMMAND(clEnqueueFillImage(f->other_queue, image, color, zero, region, 0, NULL, &event));
#define FILL_AFTER(count, list) FILL(image, color, zero, region, (count), (list))
    WAIT_LISTS(FILL_AFTER);
    show_image(f, "in the end", image, plane);

    cl_mem all[] = {image, other, buffer, small, float_image, foreign, foreign_buffer};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        MUST(clReleaseMemObject(all[i]));
}
