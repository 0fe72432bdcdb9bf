/* Images: the formats there are, making them, what they are made of, and what they say of themselves. */
#include "conformance.h"

static unsigned char host[4 << 20];

static const cl_image_format rgba8 = {CL_RGBA, CL_UNSIGNED_INT8};

static const struct {
    const char *name;
    cl_image_desc desc;
} descriptions[] = {
    {"1D", {.image_type = CL_MEM_OBJECT_IMAGE1D, .image_width = 16}},
    {"1D without width", {.image_type = CL_MEM_OBJECT_IMAGE1D}},
    {"1D too wide", {.image_type = CL_MEM_OBJECT_IMAGE1D, .image_width = (size_t)1 << 40}},
    {"1D infinitely wide", {.image_type = CL_MEM_OBJECT_IMAGE1D, .image_width = SIZE_MAX}},
    {"1D with a height, a depth and layers", {.image_type = CL_MEM_OBJECT_IMAGE1D, .image_width = 16, .image_height = 3, .image_depth = 4, .image_array_size = 5}},
    {"1D with a row pitch", {.image_type = CL_MEM_OBJECT_IMAGE1D, .image_width = 16, .image_row_pitch = 128}},
    {"1D with a row pitch too small", {.image_type = CL_MEM_OBJECT_IMAGE1D, .image_width = 16, .image_row_pitch = 60}},
    {"1D with a slice pitch", {.image_type = CL_MEM_OBJECT_IMAGE1D, .image_width = 16, .image_slice_pitch = 128}},
    {"1D array", {.image_type = CL_MEM_OBJECT_IMAGE1D_ARRAY, .image_width = 16, .image_array_size = 5}},
    {"1D array without width", {.image_type = CL_MEM_OBJECT_IMAGE1D_ARRAY, .image_array_size = 5}},
    {"1D array without layers", {.image_type = CL_MEM_OBJECT_IMAGE1D_ARRAY, .image_width = 16}},
    {"1D array with too many layers", {.image_type = CL_MEM_OBJECT_IMAGE1D_ARRAY, .image_width = 16, .image_array_size = 2049}},
    {"1D array with pitches", {.image_type = CL_MEM_OBJECT_IMAGE1D_ARRAY, .image_width = 16, .image_array_size = 5, .image_row_pitch = 128, .image_slice_pitch = 128}},
    {"1D array with a slice pitch too small", {.image_type = CL_MEM_OBJECT_IMAGE1D_ARRAY, .image_width = 16, .image_array_size = 5, .image_slice_pitch = 60}},
    {"1D array with a slice pitch between rows", {.image_type = CL_MEM_OBJECT_IMAGE1D_ARRAY, .image_width = 16, .image_array_size = 5, .image_row_pitch = 128, .image_slice_pitch = 192}},
    {"2D", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16, .image_height = 7}},
    {"2D without width", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_height = 7}},
    {"2D without height", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16}},
    {"2D too wide", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 65537, .image_height = 7}},
    {"2D too high", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16, .image_height = 65537}},
    {"2D too large", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = SIZE_MAX, .image_height = SIZE_MAX}},
    {"2D with a row pitch", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16, .image_height = 7, .image_row_pitch = 128}},
    {"2D with the least row pitch", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16, .image_height = 7, .image_row_pitch = 64}},
    {"2D with a row pitch too small", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16, .image_height = 7, .image_row_pitch = 60}},
    {"2D with a row pitch of parts of pixels", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16, .image_height = 7, .image_row_pitch = 66}},
    {"2D with an infinite row pitch", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16, .image_height = 7, .image_row_pitch = SIZE_MAX - 3}},
    {"2D with a slice pitch", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16, .image_height = 7, .image_slice_pitch = 448}},
    {"2D with a depth and layers", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16, .image_height = 7, .image_depth = 3, .image_array_size = 9}},
    {"2D array", {.image_type = CL_MEM_OBJECT_IMAGE2D_ARRAY, .image_width = 16, .image_height = 7, .image_array_size = 3}},
    {"2D array without layers", {.image_type = CL_MEM_OBJECT_IMAGE2D_ARRAY, .image_width = 16, .image_height = 7}},
    {"2D array without height", {.image_type = CL_MEM_OBJECT_IMAGE2D_ARRAY, .image_width = 16, .image_array_size = 3}},
    {"2D array with too many layers", {.image_type = CL_MEM_OBJECT_IMAGE2D_ARRAY, .image_width = 1, .image_height = 1, .image_array_size = 2049}},
    {"2D array with pitches", {.image_type = CL_MEM_OBJECT_IMAGE2D_ARRAY, .image_width = 16, .image_height = 7, .image_array_size = 3, .image_row_pitch = 128, .image_slice_pitch = 1024}},
    {"2D array with a slice pitch between rows", {.image_type = CL_MEM_OBJECT_IMAGE2D_ARRAY, .image_width = 16, .image_height = 7, .image_array_size = 3, .image_row_pitch = 128, .image_slice_pitch = 900}},
    {"3D", {.image_type = CL_MEM_OBJECT_IMAGE3D, .image_width = 16, .image_height = 7, .image_depth = 4}},
    {"3D without width", {.image_type = CL_MEM_OBJECT_IMAGE3D, .image_height = 7, .image_depth = 4}},
    {"3D without height", {.image_type = CL_MEM_OBJECT_IMAGE3D, .image_width = 16, .image_depth = 4}},
    {"3D without depth", {.image_type = CL_MEM_OBJECT_IMAGE3D, .image_width = 16, .image_height = 7}},
    {"3D of one slice", {.image_type = CL_MEM_OBJECT_IMAGE3D, .image_width = 16, .image_height = 7, .image_depth = 1}},
    {"3D too deep", {.image_type = CL_MEM_OBJECT_IMAGE3D, .image_width = 1, .image_height = 1, .image_depth = 2049}},
    {"3D too large", {.image_type = CL_MEM_OBJECT_IMAGE3D, .image_width = (size_t)1 << 22, .image_height = (size_t)1 << 22, .image_depth = (size_t)1 << 22}},
    {"3D with pitches", {.image_type = CL_MEM_OBJECT_IMAGE3D, .image_width = 16, .image_height = 7, .image_depth = 4, .image_row_pitch = 128, .image_slice_pitch = 1024}},
    {"3D with a row pitch too small", {.image_type = CL_MEM_OBJECT_IMAGE3D, .image_width = 16, .image_height = 7, .image_depth = 4, .image_row_pitch = 60, .image_slice_pitch = 1024}},
    {"3D with a slice pitch too small", {.image_type = CL_MEM_OBJECT_IMAGE3D, .image_width = 16, .image_height = 7, .image_depth = 4, .image_row_pitch = 128, .image_slice_pitch = 892}},
    {"3D with a slice pitch between rows", {.image_type = CL_MEM_OBJECT_IMAGE3D, .image_width = 16, .image_height = 7, .image_depth = 4, .image_row_pitch = 128, .image_slice_pitch = 900}},
    {"mip levels", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16, .image_height = 7, .num_mip_levels = 2}},
    {"samples", {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16, .image_height = 7, .num_samples = 2}},
    {"1D buffer without a buffer", {.image_type = CL_MEM_OBJECT_IMAGE1D_BUFFER, .image_width = 16}},
    {"a buffer", {.image_type = CL_MEM_OBJECT_BUFFER, .image_width = 16}},
    {"a pipe", {.image_type = CL_MEM_OBJECT_PIPE, .image_width = 16}},
    {"no type", {.image_width = 16, .image_height = 7}},
    {"an unknown type", {.image_type = 0x4242, .image_width = 16, .image_height = 7}},
};

/* PoCL ends the process where it has not got a feature, and Oclgrind where it has not got the memory. From memory, Oclgrind makes whatever
 * it is told to, and reads what nobody can say; and of nobody's memory is so much between two rows. */
static int is_spared(const struct fixture *f, const cl_image_desc *desc, cl_mem_flags flags)
{
    int lines = desc->image_type == CL_MEM_OBJECT_IMAGE1D, known = desc->image_type >= CL_MEM_OBJECT_IMAGE2D && desc->image_type <= CL_MEM_OBJECT_IMAGE1D_BUFFER;
    if (is(f, POCL))
        return desc->num_mip_levels || desc->num_samples;
    if (flags && (!known || desc->image_height == SIZE_MAX) && is(f, OCLGRIND))
        return 1;
    return (lines && desc->image_width > UINT32_MAX && is(f, OCLGRIND)) || (flags && desc->image_row_pitch > UINT32_MAX);
}

static void show_size(cl_mem image)
{
    size_t row = 0, slice = 0, bytes = 0;
    MUST(clGetImageInfo(image, CL_IMAGE_ROW_PITCH, sizeof row, &row, NULL));
    MUST(clGetImageInfo(image, CL_IMAGE_SLICE_PITCH, sizeof slice, &slice, NULL));
    MUST(clGetMemObjectInfo(image, CL_MEM_SIZE, sizeof bytes, &bytes, NULL));
    printf("pitches %zu %zu, %zu bytes\n", row, slice, bytes);
}

/* Makes one and says how large it is. */
#define TRY_IMAGE(call)                                                                                \
    do {                                                                                               \
        cl_mem image_;                                                                                 \
        NEW(image_, call);                                                                             \
        if (image_) {                                                                                  \
            show_size(image_);                                                                         \
            MUST(clReleaseMemObject(image_));                                                          \
        }                                                                                              \
    } while (0)

void conform_images(struct fixture *f)
{
    static const cl_mem_flags flags[] = {0, CL_MEM_COPY_HOST_PTR, CL_MEM_USE_HOST_PTR};
    part("clCreateImage: descriptors");
    for (size_t i = 0; i < sizeof descriptions / sizeof *descriptions; i++)
        for (size_t j = 0; j < sizeof flags / sizeof *flags; j++) {
            const cl_image_desc *desc = &descriptions[i].desc;
            if (is_spared(f, desc, flags[j]))
                continue;
            printf("%s, flags %#llx: ", descriptions[i].name, (unsigned long long)flags[j]);
            TRY_IMAGE(clCreateImage(f->context, flags[j], &rgba8, desc, flags[j] ? host : NULL, &status));
        }

    const cl_image_desc plane = descriptions[15].desc, solid = descriptions[34].desc;
    part("clCreateImage: flags");
    for (size_t i = 0; i < flag_set_count; i++)
        for (int with = 0; with < 2; with++) {
            printf("%s, %s: ", flag_sets[i].name, with ? "with memory" : "without memory");
            TRY_IMAGE(clCreateImage(f->context, flag_sets[i].flags, &rgba8, &plane, with ? host : NULL, &status));
        }

    part("clCreateImage: what is not there");
    TRY_IMAGE(clCreateImage(NULL, 0, &rgba8, &plane, NULL, &status));
    TRY_IMAGE(clCreateImage(f->context, 0, NULL, &plane, NULL, &status));
    TRY_IMAGE(clCreateImage(f->context, CL_MEM_COPY_HOST_PTR, NULL, &plane, host, &status));
    TRY_IMAGE(clCreateImage(f->context, 0, &rgba8, NULL, NULL, &status));
    TRY_IMAGE(clCreateImage(f->context, CL_MEM_COPY_HOST_PTR, &rgba8, NULL, host, &status));
    TRY_IMAGE(clCreateImage(f->context, 0, NULL, NULL, NULL, &status));
    printf("no image without a status: %d\n", clCreateImage(f->context, 0, NULL, &plane, NULL, NULL) != NULL);

    part("clCreateImage2D");
    TRY_IMAGE(clCreateImage2D(f->context, 0, &rgba8, 16, 7, 0, NULL, &status));
    TRY_IMAGE(clCreateImage2D(f->context, CL_MEM_COPY_HOST_PTR, &rgba8, 16, 7, 128, host, &status));
    TRY_IMAGE(clCreateImage2D(f->context, CL_MEM_COPY_HOST_PTR, &rgba8, 16, 7, 60, host, &status));
    TRY_IMAGE(clCreateImage2D(f->context, CL_MEM_COPY_HOST_PTR, &rgba8, 16, 7, 66, host, &status));
    TRY_IMAGE(clCreateImage2D(f->context, 0, &rgba8, 16, 7, 128, NULL, &status));
    TRY_IMAGE(clCreateImage2D(f->context, 0, &rgba8, 16, 7, 0, host, &status));
    TRY_IMAGE(clCreateImage2D(f->context, CL_MEM_USE_HOST_PTR, &rgba8, 16, 7, 0, NULL, &status));
    TRY_IMAGE(clCreateImage2D(f->context, CL_MEM_READ_ONLY | CL_MEM_WRITE_ONLY, &rgba8, 16, 7, 0, NULL, &status));
    TRY_IMAGE(clCreateImage2D(f->context, 0, &rgba8, 0, 7, 0, NULL, &status));
    TRY_IMAGE(clCreateImage2D(f->context, 0, &rgba8, 16, 0, 0, NULL, &status));
    TRY_IMAGE(clCreateImage2D(f->context, 0, &rgba8, SIZE_MAX, 7, 0, NULL, &status));
    TRY_IMAGE(clCreateImage2D(f->context, 0, NULL, 16, 7, 0, NULL, &status));
    TRY_IMAGE(clCreateImage2D(NULL, 0, &rgba8, 16, 7, 0, NULL, &status));

    part("clCreateImage3D");
    TRY_IMAGE(clCreateImage3D(f->context, 0, &rgba8, 16, 7, 4, 0, 0, NULL, &status));
    TRY_IMAGE(clCreateImage3D(f->context, CL_MEM_COPY_HOST_PTR, &rgba8, 16, 7, 4, 128, 1024, host, &status));
    TRY_IMAGE(clCreateImage3D(f->context, CL_MEM_COPY_HOST_PTR, &rgba8, 16, 7, 4, 128, 892, host, &status));
    TRY_IMAGE(clCreateImage3D(f->context, CL_MEM_COPY_HOST_PTR, &rgba8, 16, 7, 4, 60, 1024, host, &status));
    TRY_IMAGE(clCreateImage3D(f->context, 0, &rgba8, 16, 7, 4, 128, 1024, NULL, &status));
    TRY_IMAGE(clCreateImage3D(f->context, 0, &rgba8, 16, 7, 4, 0, 0, host, &status));
    TRY_IMAGE(clCreateImage3D(f->context, 0, &rgba8, 16, 7, 1, 0, 0, NULL, &status));
    TRY_IMAGE(clCreateImage3D(f->context, 0, &rgba8, 16, 7, 0, 0, 0, NULL, &status));
    TRY_IMAGE(clCreateImage3D(f->context, 0, &rgba8, 16, 7, 2049, 0, 0, NULL, &status));
    TRY_IMAGE(clCreateImage3D(f->context, 0, NULL, 16, 7, 4, 0, 0, NULL, &status));
    TRY_IMAGE(clCreateImage3D(NULL, 0, &rgba8, 16, 7, 4, 0, 0, NULL, &status));

    part("clCreateImageWithProperties");
    cl_mem_properties empty[] = {0}, unknown[] = {0x4242, 1, 0};
    TRY_IMAGE(clCreateImageWithProperties(NULL, NULL, 0, &rgba8, &plane, NULL, &status));
    /* Oclgrind has no such function, on which the loader jumps to nowhere. */
    if (is(f, OCLGRIND))
        return;
    TRY_IMAGE(clCreateImageWithProperties(f->context, NULL, 0, &rgba8, &plane, NULL, &status));
    TRY_IMAGE(clCreateImageWithProperties(f->context, empty, 0, &rgba8, &solid, NULL, &status));
    TRY_IMAGE(clCreateImageWithProperties(f->context, unknown, 0, &rgba8, &plane, NULL, &status));
    TRY_IMAGE(clCreateImageWithProperties(f->context, empty, 0, NULL, &plane, NULL, &status));
    TRY_IMAGE(clCreateImageWithProperties(f->context, empty, 0, &rgba8, NULL, NULL, &status));
    TRY_IMAGE(clCreateImageWithProperties(f->context, unknown, 0, NULL, NULL, NULL, &status));
    TRY_IMAGE(clCreateImageWithProperties(f->context, empty, CL_MEM_READ_ONLY | CL_MEM_WRITE_ONLY, &rgba8, &plane, NULL, &status));
    TRY_IMAGE(clCreateImageWithProperties(f->context, empty, CL_MEM_COPY_HOST_PTR, &rgba8, &plane, NULL, &status));
    for (int with = 0; with < 2; with++) {
        cl_mem image;
        NEW(image, clCreateImageWithProperties(f->context, with ? empty : NULL, 0, &rgba8, &plane, NULL, &status));
        if (image) {
            QUERY(clGetMemObjectInfo(image, CL_MEM_PROPERTIES, size, value, size_ret));
            TRY(clReleaseMemObject(image));
        }
    }
}

static void made_with(struct fixture *f, const char *how, cl_mem_flags flags, const cl_image_desc *desc)
{
    /* One line for each order, with a column for each type. */
    for (cl_channel_order order = CL_R - 1; order <= CL_ABGR + 1; order++) {
        printf("%s, order %#x:", how, order);
        for (cl_channel_type type = CL_SNORM_INT8 - 1; type <= CL_UNORM_INT_101010_2 + 1; type++) {
            cl_image_format format = {order, type};
            cl_int status = UNTOUCHED_STATUS;
            loud(how);
            cl_mem image = clCreateImage(f->context, flags, &format, desc, flags & CL_MEM_COPY_HOST_PTR ? host : NULL, &status);
            printf(" %d", status);
            if (status == CL_SUCCESS) {
                size_t bytes = 0;
                MUST(clGetImageInfo(image, CL_IMAGE_ELEMENT_SIZE, sizeof bytes, &bytes, NULL));
                printf("/%zu", bytes);
                MUST(clReleaseMemObject(image));
            }
        }
        printf("\n");
    }
}

void conform_image_formats(struct fixture *f)
{
    static const cl_mem_object_type types[] = {CL_MEM_OBJECT_IMAGE1D, CL_MEM_OBJECT_IMAGE1D_BUFFER, CL_MEM_OBJECT_IMAGE1D_ARRAY,
                                               CL_MEM_OBJECT_IMAGE2D, CL_MEM_OBJECT_IMAGE2D_ARRAY, CL_MEM_OBJECT_IMAGE3D,
                                               CL_MEM_OBJECT_BUFFER, CL_MEM_OBJECT_PIPE, 0, 0x4242};
    static cl_image_format formats[512];
    part("clGetSupportedImageFormats");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        for (size_t j = 0; j < flag_set_count; j++) {
            cl_mem_object_type type = types[i];
            cl_mem_flags flags = flag_sets[j].flags;
            cl_uint count = 0x5e5e;
            memset(formats, 0, sizeof formats);
            printf("%#x, %s: ", type, flag_sets[j].name);
            TRY(clGetSupportedImageFormats(f->context, flags, type, 512, formats, &count));
            printf("%u formats, %016llx\n", count, (unsigned long long)checksum(formats, sizeof formats));
        }
    cl_uint count = 0x5e5e;
    memset(formats, 0x5e, sizeof formats);
#define FORMATS(context, entries, list, number) \
    (TRY(clGetSupportedImageFormats((context), 0, CL_MEM_OBJECT_IMAGE2D, (entries), (list), (number))), \
     printf("%u formats, %016llx\n", count, (unsigned long long)checksum(formats, sizeof formats)))
    FORMATS(f->context, 0, NULL, &count);
    FORMATS(f->context, 0, NULL, NULL);
    FORMATS(f->context, 1, NULL, NULL);
    FORMATS(f->context, 512, NULL, &count);
    FORMATS(f->context, 0, formats, &count);
    FORMATS(f->context, 0, formats, NULL);
    SPARE(RUSTICL, "writes them all, and there is no room", FORMATS(f->context, 1, formats, &count));
    SPARE(RUSTICL, "writes them all, and there is no room", FORMATS(f->context, 2, formats, NULL));
    FORMATS(f->context, 512, formats, NULL);
    FORMATS(NULL, 512, formats, &count);
    FORMATS(NULL, 0, NULL, NULL);

    const cl_image_desc line = {.image_type = CL_MEM_OBJECT_IMAGE1D, .image_width = 16};
    const cl_image_desc plane = {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 16, .image_height = 7};
    const cl_image_desc solid = {.image_type = CL_MEM_OBJECT_IMAGE3D, .image_width = 16, .image_height = 7, .image_depth = 4};
    part("clCreateImage: formats");
    made_with(f, "1D", 0, &line);
    made_with(f, "2D", 0, &plane);
    made_with(f, "2D to read, from memory", CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, &plane);
    made_with(f, "3D to write", CL_MEM_WRITE_ONLY, &solid);
}

static void infos(cl_mem image)
{
    QUERY(clGetImageInfo(image, CL_IMAGE_FORMAT, size, value, size_ret));
    QUERY(clGetImageInfo(image, CL_IMAGE_ELEMENT_SIZE, size, value, size_ret));
    QUERY(clGetImageInfo(image, CL_IMAGE_ROW_PITCH, size, value, size_ret));
    QUERY(clGetImageInfo(image, CL_IMAGE_SLICE_PITCH, size, value, size_ret));
    QUERY(clGetImageInfo(image, CL_IMAGE_WIDTH, size, value, size_ret));
    QUERY(clGetImageInfo(image, CL_IMAGE_HEIGHT, size, value, size_ret));
    QUERY(clGetImageInfo(image, CL_IMAGE_DEPTH, size, value, size_ret));
    QUERY(clGetImageInfo(image, CL_IMAGE_ARRAY_SIZE, size, value, size_ret));
    QUERY(clGetImageInfo(image, CL_IMAGE_BUFFER, size, value, size_ret));
    QUERY(clGetImageInfo(image, CL_IMAGE_NUM_MIP_LEVELS, size, value, size_ret));
    QUERY(clGetImageInfo(image, CL_IMAGE_NUM_SAMPLES, size, value, size_ret));
    QUERY(clGetImageInfo(image, 0, size, value, size_ret));
    QUERY(clGetImageInfo(image, 0x4242, size, value, size_ret));
    QUERY(clGetImageInfo(image, CL_MEM_SIZE, size, value, size_ret));
}

void conform_image_infos(struct fixture *f)
{
    cl_mem image, buffer = a_buffer(f, 0, 4096);
    for (size_t i = 0; i < sizeof descriptions / sizeof *descriptions; i++) {
        cl_int status;
        if (is_spared(f, &descriptions[i].desc, 0))
            continue;
        image = clCreateImage(f->context, 0, &rgba8, &descriptions[i].desc, NULL, &status);
        if (status != CL_SUCCESS)
            continue;
        printf("-- %s\n", descriptions[i].name);
        infos(image);
        QUERY(clGetMemObjectInfo(image, CL_MEM_TYPE, size, value, size_ret));
        QUERY(clGetMemObjectInfo(image, CL_MEM_SIZE, size, value, size_ret));
        QUERY(clGetMemObjectInfo(image, CL_MEM_HOST_PTR, size, value, size_ret));
        QUERY(clGetMemObjectInfo(image, CL_MEM_ASSOCIATED_MEMOBJECT, size, value, size_ret));
        QUERY(clGetMemObjectInfo(image, CL_MEM_OFFSET, size, value, size_ret));
        TRY(clReleaseMemObject(image));
    }
    part("no image");
    infos(buffer);
    QUERY(clGetImageInfo(NULL, CL_IMAGE_WIDTH, size, value, size_ret));
    QUERY(clGetImageInfo(NULL, 0x4242, size, value, size_ret));
    MUST(clReleaseMemObject(buffer));
}
