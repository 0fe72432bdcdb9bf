/* Reading, writing, copying, filling, migrating and mapping buffers, in one dimension and in three. */
#include "conformance.h"

#define SIZE 4096

static unsigned char host[4 * SIZE];

static void one_way(struct fixture *f, cl_mem buffer, cl_bool blocking)
{
    cl_mem no_access = a_buffer(f, CL_MEM_HOST_NO_ACCESS, 64), reads = a_buffer(f, CL_MEM_HOST_READ_ONLY, 64);
    cl_mem writes = a_buffer(f, CL_MEM_HOST_WRITE_ONLY, 64), foreign;
    memset(host, 0x11, sizeof host);

    COMMAND(clEnqueueReadBuffer(f->queue, buffer, blocking, 0, SIZE, host, 0, NULL, &event));
    printf("read: %016llx, untouched behind it: %d\n", (unsigned long long)checksum(host, SIZE), host[SIZE] == 0x11);
    memset(host, 0x11, sizeof host);
    COMMAND(clEnqueueReadBuffer(f->queue, buffer, blocking, 1, SIZE, host, 0, NULL, &event));
    COMMAND(clEnqueueReadBuffer(f->queue, buffer, blocking, SIZE, 1, host, 0, NULL, &event));
    COMMAND(clEnqueueReadBuffer(f->queue, buffer, blocking, SIZE + 1, 1, host, 0, NULL, &event));
    SPARE(RUSTICL | OCLGRIND, "overflows, or says that it did it", COMMAND(clEnqueueReadBuffer(f->queue, buffer, blocking, SIZE_MAX, 2, host, 0, NULL, &event)));
    COMMAND(clEnqueueReadBuffer(f->queue, buffer, blocking, 0, 0, host, 0, NULL, &event));
    COMMAND(clEnqueueReadBuffer(f->queue, buffer, blocking, 0, 16, NULL, 0, NULL, &event));
    COMMAND(clEnqueueReadBuffer(f->queue, NULL, blocking, 0, 16, host, 0, NULL, &event));
    COMMAND(clEnqueueReadBuffer(NULL, buffer, blocking, 0, 16, host, 0, NULL, &event));
    COMMAND(clEnqueueReadBuffer(f->queue, no_access, blocking, 0, 16, host, 0, NULL, &event));
    COMMAND(clEnqueueReadBuffer(f->queue, writes, blocking, 0, 16, host, 0, NULL, &event));
    SPARE(OCLGRIND, "reads nothing and says that it did", COMMAND(clEnqueueReadBuffer(f->other_queue, buffer, blocking, 0, 16, host, 0, NULL, &event)));
    printf("untouched by all that: %d\n", host[0] == 0x11 && checksum(host, 8) == checksum(host + SIZE, 8));
    COMMAND(clEnqueueReadBuffer(f->queue, reads, blocking, 0, 16, host, 0, NULL, &event));

    COMMAND(clEnqueueWriteBuffer(f->queue, buffer, blocking, 1, SIZE, host, 0, NULL, &event));
    COMMAND(clEnqueueWriteBuffer(f->queue, buffer, blocking, SIZE, 1, host, 0, NULL, &event));
    SPARE(RUSTICL, "overflows", COMMAND(clEnqueueWriteBuffer(f->queue, buffer, blocking, SIZE_MAX, 2, host, 0, NULL, &event)));
    COMMAND(clEnqueueWriteBuffer(f->queue, buffer, blocking, 0, 0, host, 0, NULL, &event));
    COMMAND(clEnqueueWriteBuffer(f->queue, buffer, blocking, 0, 16, NULL, 0, NULL, &event));
    COMMAND(clEnqueueWriteBuffer(f->queue, NULL, blocking, 0, 16, host, 0, NULL, &event));
    COMMAND(clEnqueueWriteBuffer(NULL, buffer, blocking, 0, 16, host, 0, NULL, &event));
    COMMAND(clEnqueueWriteBuffer(f->queue, no_access, blocking, 0, 16, host, 0, NULL, &event));
    COMMAND(clEnqueueWriteBuffer(f->queue, reads, blocking, 0, 16, host, 0, NULL, &event));
    COMMAND(clEnqueueWriteBuffer(f->other_queue, buffer, blocking, 0, 16, host, 0, NULL, &event));
    show_bytes(f, "the buffer is as it was", buffer);
    COMMAND(clEnqueueWriteBuffer(f->queue, writes, blocking, 0, 16, host, 0, NULL, &event));
    COMMAND(clEnqueueWriteBuffer(f->queue, buffer, blocking, 5, 16, host, 0, NULL, &event));
    show_bytes(f, "the buffer was written", buffer);

#define READ(count, list) clEnqueueReadBuffer(f->queue, buffer, blocking, 0, 16, host, (count), (list), &event)
#define WRITE(count, list) clEnqueueWriteBuffer(f->queue, buffer, blocking, 0, 16, host, (count), (list), &event)
    WAIT_LISTS(READ);
    WAIT_LISTS(WRITE);

    cl_int status;
    foreign = clCreateBuffer(f->other_context, 0, 64, NULL, &status);
    MUST(status);
    COMMAND(clEnqueueReadBuffer(f->queue, foreign, blocking, 0, 16, host, 0, NULL, &event));
    COMMAND(clEnqueueWriteBuffer(f->queue, foreign, blocking, 0, 16, host, 0, NULL, &event));
    MUST(clReleaseMemObject(foreign));
    MUST(clReleaseMemObject(no_access));
    MUST(clReleaseMemObject(reads));
    MUST(clReleaseMemObject(writes));
}

void conform_transfers(struct fixture *f)
{
    cl_mem buffer = a_buffer(f, 0, SIZE);
    part("clEnqueueReadBuffer, clEnqueueWriteBuffer, blocking");
    one_way(f, buffer, CL_TRUE);
    part("clEnqueueReadBuffer, clEnqueueWriteBuffer, not blocking");
    one_way(f, buffer, CL_FALSE);

    part("blocking is neither true nor false");
    COMMAND(clEnqueueReadBuffer(f->queue, buffer, 7, 0, 16, host, 0, NULL, &event));
    COMMAND(clEnqueueWriteBuffer(f->queue, buffer, 7, 0, 16, host, 0, NULL, &event));

    part("the event takes the place of one that is waited for");
    cl_event event;
    /* PoCL takes it for the command's own. */
    if (!is(f, POCL)) {
    MUST(clEnqueueMarkerWithWaitList(f->queue, 0, NULL, &event));
    cl_event waited = event;
    TRY(clEnqueueReadBuffer(f->queue, buffer, CL_FALSE, 0, 16, host, 1, &event, &event));
    printf("another event: %d\n", waited != event);
    TRY(clWaitForEvents(1, &event));
    TRY(clReleaseEvent(event));
    TRY(clReleaseEvent(waited));
    }

    part("clEnqueueMigrateMemObjects");
    cl_mem list[] = {buffer, buffer}, holed[] = {buffer, NULL}, foreign;
    cl_int status;
    foreign = clCreateBuffer(f->other_context, 0, 64, NULL, &status);
    MUST(status);
    COMMAND(clEnqueueMigrateMemObjects(f->queue, 2, list, 0, 0, NULL, &event));
    COMMAND(clEnqueueMigrateMemObjects(f->queue, 1, list, CL_MIGRATE_MEM_OBJECT_HOST, 0, NULL, &event));
    COMMAND(clEnqueueMigrateMemObjects(f->queue, 1, list, CL_MIGRATE_MEM_OBJECT_CONTENT_UNDEFINED, 0, NULL, &event));
    COMMAND(clEnqueueMigrateMemObjects(f->queue, 1, list, 1u << 20, 0, NULL, &event));
    COMMAND(clEnqueueMigrateMemObjects(f->queue, 0, list, 0, 0, NULL, &event));
    COMMAND(clEnqueueMigrateMemObjects(f->queue, 1, NULL, 0, 0, NULL, &event));
    COMMAND(clEnqueueMigrateMemObjects(f->queue, 0, NULL, 0, 0, NULL, &event));
    COMMAND(clEnqueueMigrateMemObjects(f->queue, 2, holed, 0, 0, NULL, &event));
    COMMAND(clEnqueueMigrateMemObjects(f->queue, 1, &foreign, 0, 0, NULL, &event));
    COMMAND(clEnqueueMigrateMemObjects(NULL, 1, list, 0, 0, NULL, &event));
#define MIGRATE(count, list_) clEnqueueMigrateMemObjects(f->queue, 1, list, 0, (count), (list_), &event)
    WAIT_LISTS(MIGRATE);
    MUST(clReleaseMemObject(foreign));
    MUST(clReleaseMemObject(buffer));
}

void conform_copies(struct fixture *f)
{
    cl_mem a = a_buffer(f, 0, SIZE), b = a_buffer(f, 0, 2 * SIZE), foreign, part_a, part_b;
    cl_buffer_region low = {0, 1024}, high = {512, 1024};
    unsigned char wide[256];
    cl_int status;
    foreign = clCreateBuffer(f->other_context, 0, SIZE, NULL, &status);
    MUST(status);
    pattern(wide, sizeof wide, 3);

    part("clEnqueueCopyBuffer");
    COMMAND(clEnqueueCopyBuffer(f->queue, a, b, 0, SIZE, SIZE, 0, NULL, &event));
    COMMAND(clEnqueueCopyBuffer(f->queue, a, b, 1, 0, SIZE, 0, NULL, &event));
    COMMAND(clEnqueueCopyBuffer(f->queue, a, b, 0, SIZE + 1, SIZE, 0, NULL, &event));
    SPARE(RUSTICL, "overflows", COMMAND(clEnqueueCopyBuffer(f->queue, a, b, SIZE_MAX, 0, 2, 0, NULL, &event)));
    SPARE(RUSTICL, "overflows", COMMAND(clEnqueueCopyBuffer(f->queue, a, b, 0, SIZE_MAX, 2, 0, NULL, &event)));
    COMMAND(clEnqueueCopyBuffer(f->queue, a, b, 0, 0, 0, 0, NULL, &event));
    COMMAND(clEnqueueCopyBuffer(f->queue, a, a, 0, 64, 65, 0, NULL, &event));
    COMMAND(clEnqueueCopyBuffer(f->queue, a, a, 64, 0, 65, 0, NULL, &event));
    COMMAND(clEnqueueCopyBuffer(f->queue, a, a, 64, 64, 1, 0, NULL, &event));
    COMMAND(clEnqueueCopyBuffer(f->queue, a, a, 0, 64, 64, 0, NULL, &event));
    COMMAND(clEnqueueCopyBuffer(f->queue, NULL, a, 0, 64, 64, 0, NULL, &event));
    COMMAND(clEnqueueCopyBuffer(f->queue, a, NULL, 0, 64, 64, 0, NULL, &event));
    COMMAND(clEnqueueCopyBuffer(NULL, a, b, 0, 64, 64, 0, NULL, &event));
    COMMAND(clEnqueueCopyBuffer(f->queue, foreign, a, 0, 0, 16, 0, NULL, &event));
    COMMAND(clEnqueueCopyBuffer(f->queue, a, foreign, 0, 0, 16, 0, NULL, &event));
    COMMAND(clEnqueueCopyBuffer(f->other_queue, a, b, 0, 0, 16, 0, NULL, &event));
#define COPY(count, list) clEnqueueCopyBuffer(f->queue, a, b, 0, 0, 16, (count), (list), &event)
    WAIT_LISTS(COPY);
    part("parts that overlap");
    NEW(part_a, clCreateSubBuffer(b, 0, CL_BUFFER_CREATE_TYPE_REGION, &low, &status));
    NEW(part_b, clCreateSubBuffer(b, 0, CL_BUFFER_CREATE_TYPE_REGION, &high, &status));
    if (part_a && part_b) {
        COMMAND(clEnqueueCopyBuffer(f->queue, part_a, part_b, 512, 0, 16, 0, NULL, &event));
        COMMAND(clEnqueueCopyBuffer(f->queue, part_a, part_b, 0, 0, 512, 0, NULL, &event));
        COMMAND(clEnqueueCopyBuffer(f->queue, part_b, part_a, 0, 500, 64, 0, NULL, &event));
    }
    if (part_a)
        MUST(clReleaseMemObject(part_a));
    if (part_b)
        MUST(clReleaseMemObject(part_b));
    show_bytes(f, "after the copies, a", a);
    show_bytes(f, "after the copies, b", b);

    part("clEnqueueFillBuffer");
    for (size_t n = 0; n <= 256; n = n ? 2 * n : 1) {
        printf("%zu bytes: ", n);
        COMMAND(clEnqueueFillBuffer(f->queue, a, wide, n, 0, 1024, 0, NULL, &event));
    }
    COMMAND(clEnqueueFillBuffer(f->queue, a, wide, 3, 0, 300, 0, NULL, &event));
    COMMAND(clEnqueueFillBuffer(f->queue, a, wide, 12, 0, 1200, 0, NULL, &event));
    COMMAND(clEnqueueFillBuffer(f->queue, a, NULL, 4, 0, 1024, 0, NULL, &event));
    COMMAND(clEnqueueFillBuffer(f->queue, a, wide, 4, 2, 1024, 0, NULL, &event));
    COMMAND(clEnqueueFillBuffer(f->queue, a, wide, 4, 0, 1023, 0, NULL, &event));
    COMMAND(clEnqueueFillBuffer(f->queue, a, wide, 4, 0, 2, 0, NULL, &event));
    COMMAND(clEnqueueFillBuffer(f->queue, a, wide, 4, 0, 0, 0, NULL, &event));
    COMMAND(clEnqueueFillBuffer(f->queue, a, wide, 4, SIZE, 4, 0, NULL, &event));
    COMMAND(clEnqueueFillBuffer(f->queue, a, wide, 4, 4, SIZE, 0, NULL, &event));
    SPARE(RUSTICL, "overflows", COMMAND(clEnqueueFillBuffer(f->queue, a, wide, 4, SIZE_MAX - 3, 8, 0, NULL, &event)));
    COMMAND(clEnqueueFillBuffer(f->queue, NULL, wide, 4, 0, 4, 0, NULL, &event));
    COMMAND(clEnqueueFillBuffer(NULL, a, wide, 4, 0, 4, 0, NULL, &event));
    COMMAND(clEnqueueFillBuffer(f->other_queue, a, wide, 4, 0, 4, 0, NULL, &event));
    COMMAND(clEnqueueFillBuffer(f->queue, foreign, wide, 4, 0, 4, 0, NULL, &event));
#define FILL(count, list) clEnqueueFillBuffer(f->queue, a, wide, 4, 0, 4, (count), (list), &event)
    WAIT_LISTS(FILL);
    show_bytes(f, "after the fills", a);

    MUST(clReleaseMemObject(a));
    MUST(clReleaseMemObject(b));
    MUST(clReleaseMemObject(foreign));
}

/* What can be wrong with a box of a buffer. The pitches are of a buffer of 4096 bytes: 64 rows of 64, in slices of 8. */
static const struct box {
    const char *name;
    size_t origin[3], region[3], row_pitch, slice_pitch;
} boxes[] = {
    {"a box", {4, 1, 1}, {16, 3, 2}, 64, 512},
    {"packed", {0, 0, 0}, {16, 4, 2}, 0, 0},
    {"all of it", {0, 0, 0}, {64, 8, 8}, 64, 512},
    {"one row", {60, 7, 7}, {4, 1, 1}, 64, 512},
    {"too wide", {61, 7, 7}, {4, 1, 1}, 64, 512},
    {"too high", {0, 7, 7}, {4, 2, 1}, 64, 512},
    {"too deep", {0, 0, 7}, {4, 1, 2}, 64, 512},
    {"no width", {0, 0, 0}, {0, 1, 1}, 64, 512},
    {"no height", {0, 0, 0}, {4, 0, 1}, 64, 512},
    {"no depth", {0, 0, 0}, {4, 1, 0}, 64, 512},
    {"rows closer than wide", {0, 0, 0}, {16, 2, 1}, 15, 512},
    {"slices closer than high", {0, 0, 0}, {16, 8, 2}, 64, 511},
    {"slices no multiple of rows", {0, 0, 0}, {16, 2, 2}, 64, 513},
    {"far away", {SIZE_MAX, 0, 0}, {4, 1, 1}, 64, 512},
    {"rows far apart", {0, 0, 0}, {4, 2, 1}, SIZE_MAX / 2, 0},
};

void conform_rects(struct fixture *f)
{
    cl_mem a = a_buffer(f, 0, SIZE), b = a_buffer(f, 0, SIZE), foreign;
    cl_mem no_access = a_buffer(f, CL_MEM_HOST_NO_ACCESS, SIZE);
    size_t zero[3] = {0, 0, 0}, region[3] = {16, 4, 2}, shifted[3] = {8, 0, 0};
    cl_int status;
    foreign = clCreateBuffer(f->other_context, 0, SIZE, NULL, &status);
    MUST(status);

    for (cl_bool blocking = CL_FALSE; blocking <= CL_TRUE; blocking++) {
        part(blocking ? "clEnqueueReadBufferRect, clEnqueueWriteBufferRect, blocking" : "and not blocking");
        for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
            const struct box *box = &boxes[i];
            /* Rusticl overflows, and Oclgrind says that it did it. */
            if (box->origin[0] == SIZE_MAX && is(f, RUSTICL | OCLGRIND))
                continue;
            memset(host, 0x22, sizeof host);
            printf("%s of the buffer: ", box->name);
            COMMAND(clEnqueueReadBufferRect(f->queue, a, blocking, box->origin, zero, box->region, box->row_pitch,
                                            box->slice_pitch, 0, 0, host, 0, NULL, &event));
            printf("read: %016llx; ", (unsigned long long)checksum(host, SIZE));
            COMMAND(clEnqueueWriteBufferRect(f->queue, b, blocking, box->origin, zero, box->region, box->row_pitch,
                                             box->slice_pitch, 0, 0, host, 0, NULL, &event));
            show_bytes(f, "written", b);
        }
        /* The host's side. Natively a wrong box there is a wild pointer, so only what has to be refused. */
        for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
            const struct box *box = &boxes[i];
            if (box->origin[0] == SIZE_MAX || box->row_pitch == SIZE_MAX / 2)
                continue;
            memset(host, 0x22, sizeof host);
            printf("%s of the host: ", box->name);
            COMMAND(clEnqueueReadBufferRect(f->queue, a, blocking, zero, box->origin, box->region, 0, 0, box->row_pitch,
                                            box->slice_pitch, host, 0, NULL, &event));
            printf("read: %016llx; ", (unsigned long long)checksum(host, sizeof host));
            pattern(host, sizeof host, 7);
            COMMAND(clEnqueueWriteBufferRect(f->queue, b, blocking, zero, box->origin, box->region, 0, 0, box->row_pitch,
                                             box->slice_pitch, host, 0, NULL, &event));
            show_bytes(f, "written", b);
        }
        COMMAND(clEnqueueReadBufferRect(f->queue, a, blocking, zero, zero, region, 0, 0, 0, 0, NULL, 0, NULL, &event));
        COMMAND(clEnqueueReadBufferRect(f->queue, NULL, blocking, zero, zero, region, 0, 0, 0, 0, host, 0, NULL, &event));
        COMMAND(clEnqueueReadBufferRect(NULL, a, blocking, zero, zero, region, 0, 0, 0, 0, host, 0, NULL, &event));
        COMMAND(clEnqueueReadBufferRect(f->queue, no_access, blocking, zero, zero, region, 0, 0, 0, 0, host, 0, NULL, &event));
        COMMAND(clEnqueueReadBufferRect(f->queue, foreign, blocking, zero, zero, region, 0, 0, 0, 0, host, 0, NULL, &event));
        COMMAND(clEnqueueWriteBufferRect(f->queue, a, blocking, zero, zero, region, 0, 0, 0, 0, NULL, 0, NULL, &event));
        COMMAND(clEnqueueWriteBufferRect(f->queue, NULL, blocking, zero, zero, region, 0, 0, 0, 0, host, 0, NULL, &event));
        COMMAND(clEnqueueWriteBufferRect(NULL, a, blocking, zero, zero, region, 0, 0, 0, 0, host, 0, NULL, &event));
        COMMAND(clEnqueueWriteBufferRect(f->queue, no_access, blocking, zero, zero, region, 0, 0, 0, 0, host, 0, NULL, &event));
        COMMAND(clEnqueueWriteBufferRect(f->queue, foreign, blocking, zero, zero, region, 0, 0, 0, 0, host, 0, NULL, &event));
        SPARE(OCLGRIND, "reads through null", COMMAND(clEnqueueReadBufferRect(f->queue, a, blocking, NULL, zero, region, 0, 0, 0, 0, host, 0, NULL, &event)));
        SPARE(OCLGRIND, "reads through null", COMMAND(clEnqueueReadBufferRect(f->queue, a, blocking, zero, NULL, region, 0, 0, 0, 0, host, 0, NULL, &event)));
        SPARE(OCLGRIND, "reads through null", COMMAND(clEnqueueReadBufferRect(f->queue, a, blocking, zero, zero, NULL, 0, 0, 0, 0, host, 0, NULL, &event)));
        SPARE(OCLGRIND, "reads through null", COMMAND(clEnqueueWriteBufferRect(f->queue, a, blocking, NULL, zero, region, 0, 0, 0, 0, host, 0, NULL, &event)));
#define READ_RECT(count, list) \
    clEnqueueReadBufferRect(f->queue, a, blocking, zero, zero, region, 0, 0, 0, 0, host, (count), (list), &event)
#define WRITE_RECT(count, list) \
    clEnqueueWriteBufferRect(f->queue, a, blocking, zero, zero, region, 0, 0, 0, 0, host, (count), (list), &event)
        WAIT_LISTS(READ_RECT);
        WAIT_LISTS(WRITE_RECT);
    }

    part("clEnqueueCopyBufferRect");
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        const struct box *box = &boxes[i];
        /* Rusticl overflows. */
        if (box->origin[0] == SIZE_MAX && is(f, RUSTICL))
            continue;
        printf("%s of the source: ", box->name);
        COMMAND(clEnqueueCopyBufferRect(f->queue, a, b, box->origin, zero, box->region, box->row_pitch, box->slice_pitch, 0, 0, 0,
                                        NULL, &event));
        printf("%s of the destination: ", box->name);
        COMMAND(clEnqueueCopyBufferRect(f->queue, a, b, zero, box->origin, box->region, 0, 0, box->row_pitch, box->slice_pitch, 0,
                                        NULL, &event));
        show_bytes(f, "copied", b);
    }
    COMMAND(clEnqueueCopyBufferRect(f->queue, a, a, zero, zero, region, 64, 512, 64, 512, 0, NULL, &event));
    COMMAND(clEnqueueCopyBufferRect(f->queue, a, a, zero, shifted, region, 64, 512, 64, 512, 0, NULL, &event));
    COMMAND(clEnqueueCopyBufferRect(f->queue, a, a, zero, shifted, region, 64, 512, 128, 512, 0, NULL, &event));
    SPARE(POCL, "reads through null", COMMAND(clEnqueueCopyBufferRect(f->queue, NULL, b, zero, zero, region, 0, 0, 0, 0, 0, NULL, &event)));
    SPARE(POCL, "reads through null", COMMAND(clEnqueueCopyBufferRect(f->queue, a, NULL, zero, zero, region, 0, 0, 0, 0, 0, NULL, &event)));
    COMMAND(clEnqueueCopyBufferRect(NULL, a, b, zero, zero, region, 0, 0, 0, 0, 0, NULL, &event));
    COMMAND(clEnqueueCopyBufferRect(f->queue, foreign, b, zero, zero, region, 0, 0, 0, 0, 0, NULL, &event));
    COMMAND(clEnqueueCopyBufferRect(f->queue, a, foreign, zero, zero, region, 0, 0, 0, 0, 0, NULL, &event));
    SPARE(OCLGRIND, "reads through null", COMMAND(clEnqueueCopyBufferRect(f->queue, a, b, NULL, zero, region, 0, 0, 0, 0, 0, NULL, &event)));
    SPARE(OCLGRIND, "reads through null", COMMAND(clEnqueueCopyBufferRect(f->queue, a, b, zero, NULL, region, 0, 0, 0, 0, 0, NULL, &event)));
    SPARE(OCLGRIND, "reads through null", COMMAND(clEnqueueCopyBufferRect(f->queue, a, b, zero, zero, NULL, 0, 0, 0, 0, 0, NULL, &event)));
#define COPY_RECT(count, list) clEnqueueCopyBufferRect(f->queue, a, b, zero, zero, region, 0, 0, 0, 0, (count), (list), &event)
    WAIT_LISTS(COPY_RECT);

    MUST(clReleaseMemObject(a));
    MUST(clReleaseMemObject(b));
    MUST(clReleaseMemObject(no_access));
    MUST(clReleaseMemObject(foreign));
}

/* Maps and says what came of it; unmaps again. */
#define MAP(call)                                                                                      \
    do {                                                                                               \
        cl_event event = UNTOUCHED;                                                                    \
        cl_int status = UNTOUCHED_STATUS;                                                              \
        loud(#call);                                                                                   \
        void *at_ = (call);                                                                            \
        printf("%s, ", at_ ? "memory" : "null");                                                       \
        show_command(#call, status, event);                                                            \
        if (at_ && status == CL_SUCCESS) {                                                             \
            printf("map count %u, ", map_count(buffer));                                               \
            COMMAND(clEnqueueUnmapMemObject(f->queue, buffer, at_, 0, NULL, &event));                  \
            printf("map count %u\n", map_count(buffer));                                               \
        }                                                                                              \
    } while (0)

static cl_uint map_count(cl_mem buffer)
{
    cl_uint count = 0;
    MUST(clGetMemObjectInfo(buffer, CL_MEM_MAP_COUNT, sizeof count, &count, NULL));
    return count;
}

void conform_maps(struct fixture *f)
{
    cl_mem buffers[5] = {a_buffer(f, 0, SIZE), a_buffer(f, CL_MEM_HOST_READ_ONLY, SIZE), a_buffer(f, CL_MEM_HOST_WRITE_ONLY, SIZE),
                         a_buffer(f, CL_MEM_HOST_NO_ACCESS, SIZE)};
    static const char *const names[] = {"any access", "host read-only", "host write-only", "host no access", "host pointer"};
    static const cl_map_flags flags[] = {CL_MAP_READ, CL_MAP_WRITE, CL_MAP_READ | CL_MAP_WRITE, CL_MAP_WRITE_INVALIDATE_REGION,
                                         CL_MAP_READ | CL_MAP_WRITE_INVALIDATE_REGION, CL_MAP_WRITE | CL_MAP_WRITE_INVALIDATE_REGION, 0, 1u << 20};
    static unsigned char memory[SIZE] __attribute__((aligned(4096)));
    cl_int status;
    buffers[4] = clCreateBuffer(f->context, CL_MEM_USE_HOST_PTR, SIZE, memory, &status);
    MUST(status);

    part("clEnqueueMapBuffer: access and flags");
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < sizeof flags / sizeof *flags; j++)
            for (cl_bool blocking = CL_FALSE; blocking <= CL_TRUE; blocking++) {
                cl_mem buffer = buffers[i];
                printf("%s, flags %#llx, %d: ", names[i], (unsigned long long)flags[j], blocking);
                MAP(clEnqueueMapBuffer(f->queue, buffer, blocking, flags[j], 0, SIZE, 0, NULL, &event, &status));
            }

    part("clEnqueueMapBuffer: ranges, objects and lists");
    cl_mem buffer = buffers[0], null = NULL, foreign = clCreateBuffer(f->other_context, 0, SIZE, NULL, &status);
    MUST(status);
    for (cl_bool blocking = CL_FALSE; blocking <= CL_TRUE; blocking++) {
        MAP(clEnqueueMapBuffer(f->queue, buffer, blocking, CL_MAP_READ, SIZE - 1, 1, 0, NULL, &event, &status));
        MAP(clEnqueueMapBuffer(f->queue, buffer, blocking, CL_MAP_READ, SIZE, 1, 0, NULL, &event, &status));
        MAP(clEnqueueMapBuffer(f->queue, buffer, blocking, CL_MAP_READ, 1, SIZE, 0, NULL, &event, &status));
        SPARE(RUSTICL | OCLGRIND, "overflows, or says that it did it", MAP(clEnqueueMapBuffer(f->queue, buffer, blocking, CL_MAP_READ, SIZE_MAX, 2, 0, NULL, &event, &status)));
        SPARE(OCLGRIND, "maps nothing and says so of any address", MAP(clEnqueueMapBuffer(f->queue, buffer, blocking, CL_MAP_READ, 0, 0, 0, NULL, &event, &status)));
        MAP(clEnqueueMapBuffer(f->queue, null, blocking, CL_MAP_READ, 0, 16, 0, NULL, &event, &status));
        MAP(clEnqueueMapBuffer(NULL, buffer, blocking, CL_MAP_READ, 0, 16, 0, NULL, &event, &status));
        MAP(clEnqueueMapBuffer(f->other_queue, buffer, blocking, CL_MAP_READ, 0, 16, 0, NULL, &event, &status));
        SPARE(OCLGRIND, "unmaps what it did not map", MAP(clEnqueueMapBuffer(f->queue, foreign, blocking, CL_MAP_READ, 0, 16, 0, NULL, &event, &status)));
        MAP(clEnqueueMapBuffer(f->queue, buffer, blocking, CL_MAP_READ, 0, 16, 0, &f->event, &event, &status));
        SPARE(OCLGRIND, "reads through null", MAP(clEnqueueMapBuffer(f->queue, buffer, blocking, CL_MAP_READ, 0, 16, 1, NULL, &event, &status)));
        MAP(clEnqueueMapBuffer(f->queue, buffer, blocking, CL_MAP_READ, 0, 16, 1, &f->other_event, &event, &status));
        MAP(clEnqueueMapBuffer(f->queue, buffer, blocking, CL_MAP_READ, 0, 16, 1, &f->event, &event, &status));
    }
    printf("no map without a status: %d\n",
           clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_READ, SIZE, 16, 0, NULL, NULL, NULL) != NULL);

    part("clEnqueueUnmapMemObject");
    unsigned char *at = clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_READ, 64, 128, 0, NULL, NULL, &status);
    MUST(status);
    COMMAND(clEnqueueUnmapMemObject(NULL, buffer, at, 0, NULL, &event));
    COMMAND(clEnqueueUnmapMemObject(f->queue, NULL, at, 0, NULL, &event));
    COMMAND(clEnqueueUnmapMemObject(f->queue, buffer, NULL, 0, NULL, &event));
    /* Oclgrind unmaps whatever it is told to, and looks at neither queue nor events. */
    if (!is(f, OCLGRIND)) {
        COMMAND(clEnqueueUnmapMemObject(f->queue, buffer, host, 0, NULL, &event));
        COMMAND(clEnqueueUnmapMemObject(f->queue, buffers[1], at, 0, NULL, &event));
        COMMAND(clEnqueueUnmapMemObject(f->other_queue, buffer, at, 0, NULL, &event));
        COMMAND(clEnqueueUnmapMemObject(f->queue, buffer, at, 0, &f->event, &event));
        COMMAND(clEnqueueUnmapMemObject(f->queue, buffer, at, 1, NULL, &event));
        COMMAND(clEnqueueUnmapMemObject(f->queue, buffer, at, 1, &f->other_event, &event));
    }
    printf("still mapped: %u\n", map_count(buffer));
    COMMAND(clEnqueueUnmapMemObject(f->queue, buffer, at, 1, &f->event, &event));
    printf("still mapped: %u\n", map_count(buffer));
    SPARE(OCLGRIND, "unmaps what nobody mapped", COMMAND(clEnqueueUnmapMemObject(f->queue, buffer, at, 0, NULL, &event)));
    printf("still mapped: %u\n", map_count(buffer));

    part("one region twice");
    void *first = clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_READ, 0, 128, 0, NULL, NULL, &status);
    MUST(status);
    void *second = clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_READ, 0, 128, 0, NULL, NULL, &status);
    MUST(status);
    printf("at one place: %d, map count %u\n", first == second, map_count(buffer));
    COMMAND(clEnqueueUnmapMemObject(f->queue, buffer, first, 0, NULL, &event));
    printf("map count %u\n", map_count(buffer));
    COMMAND(clEnqueueUnmapMemObject(f->queue, buffer, second, 0, NULL, &event));
    printf("map count %u\n", map_count(buffer));

    MUST(clReleaseMemObject(foreign));
    for (size_t i = 0; i < 5; i++)
        MUST(clReleaseMemObject(buffers[i]));
}
