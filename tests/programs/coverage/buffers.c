/* Buffers: every way to put bytes in, move them and get them out. */
#include "coverage.h"

static void show_buffer(struct fixture *f, const char *text, cl_mem buffer)
{
    static unsigned char bytes[4096];
    size_t size = 0;
    MUST(clGetMemObjectInfo(buffer, CL_MEM_SIZE, sizeof size, &size, NULL));
    REQUIRE(size <= sizeof bytes);
    memset(bytes, 0, sizeof bytes);
    MUST(clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, 0, size, bytes, 0, NULL, NULL));
    printf("%s: %016llx\n", text, (unsigned long long)checksum(bytes, size));
}

static cl_mem filled(struct fixture *f, size_t size, uint64_t seed)
{
    static unsigned char bytes[4096];
    cl_int status;
    REQUIRE(size <= sizeof bytes);
    pattern(bytes, size, seed);
    cl_mem buffer = clCreateBuffer(f->context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, size, bytes, &status);
    MUST(status);
    return buffer;
}

static void infos(struct fixture *f, cl_mem buffer)
{
    cl_context context = NULL;
    INFO(clGetMemObjectInfo, buffer, CL_MEM_TYPE, U32);
    INFO(clGetMemObjectInfo, buffer, CL_MEM_FLAGS, U64);
    INFO(clGetMemObjectInfo, buffer, CL_MEM_SIZE, SIZE);
    INFO(clGetMemObjectInfo, buffer, CL_MEM_HOST_PTR, OBJECT);
    INFO(clGetMemObjectInfo, buffer, CL_MEM_MAP_COUNT, U32);
    INFO(clGetMemObjectInfo, buffer, CL_MEM_CONTEXT, OBJECT);
    INFO(clGetMemObjectInfo, buffer, CL_MEM_ASSOCIATED_MEMOBJECT, OBJECT);
    INFO(clGetMemObjectInfo, buffer, CL_MEM_OFFSET, SIZE);
    INFO(clGetMemObjectInfo, buffer, CL_MEM_USES_SVM_POINTER, U32);
    INFO(clGetMemObjectInfo, buffer, CL_MEM_PROPERTIES, U64);
    INFO(clGetMemObjectInfo, buffer, 0x4242, BYTES);
    MUST(clGetMemObjectInfo(buffer, CL_MEM_CONTEXT, sizeof context, &context, NULL));
    printf("its context: %d\n", context == f->context);
}

static void creation(struct fixture *f)
{
    cl_int status;
    cl_mem buffer;
    unsigned char bytes[256];
    void *host = NULL;
    pattern(bytes, sizeof bytes, 3);

    SHOW_NEW(buffer, status, clCreateBuffer(f->context, CL_MEM_READ_WRITE, 256, NULL, &status));
    infos(f, buffer);
    COUNTS(clGetMemObjectInfo, CL_MEM_REFERENCE_COUNT, clRetainMemObject, clReleaseMemObject, buffer);
    SHOW(clReleaseMemObject(buffer));
    SHOW_NEW(buffer, status, clCreateBuffer(f->context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, 256, bytes, &status));
    memset(bytes, 0, sizeof bytes); /* the buffer has its own copy */
    show_buffer(f, "copied from the host", buffer);
    infos(f, buffer);
    SHOW(clReleaseMemObject(buffer));
    SHOW_NEW(buffer, status, clCreateBuffer(f->context, CL_MEM_USE_HOST_PTR, 256, bytes, &status));
    INFO(clGetMemObjectInfo, buffer, CL_MEM_FLAGS, U64);
    MUST(clGetMemObjectInfo(buffer, CL_MEM_HOST_PTR, sizeof host, &host, NULL));
    printf("its host pointer is ours: %d\n", host == bytes);
    SHOW(clReleaseMemObject(buffer));
    SHOW_NEW(buffer, status, clCreateBuffer(f->context, CL_MEM_WRITE_ONLY | CL_MEM_ALLOC_HOST_PTR, 256, NULL, &status));
    INFO(clGetMemObjectInfo, buffer, CL_MEM_FLAGS, U64);
    SHOW(clReleaseMemObject(buffer));
    if (!vendor_is(f, OCLGRIND)) { /* whose function and the loader's call each other for ever */
        SHOW_NEW(buffer, status, clCreateBufferWithProperties(f->context, NULL, CL_MEM_READ_WRITE, 256, NULL, &status));
        if (buffer)
            SHOW(clReleaseMemObject(buffer));
    }
    buffer = clCreateBuffer(f->context, 0, 16, NULL, NULL);
    printf("clCreateBuffer without flags or status: %d\n", buffer != NULL);
    SHOW(clReleaseMemObject(buffer));

    SHOW_NEW(buffer, status, clCreateBuffer(f->context, CL_MEM_READ_WRITE, 0, NULL, &status));
    SHOW_NEW(buffer, status, clCreateBuffer(f->context, CL_MEM_READ_WRITE, 16, bytes, &status));
    SHOW_NEW(buffer, status, clCreateBuffer(f->context, CL_MEM_COPY_HOST_PTR, 16, NULL, &status));
    SHOW_NEW(buffer, status, clCreateBuffer(f->context, CL_MEM_USE_HOST_PTR, 16, NULL, &status));
    SHOW_NEW(buffer, status, clCreateBuffer(f->context, CL_MEM_READ_ONLY | CL_MEM_WRITE_ONLY, 16, NULL, &status));
    SHOW_NEW(buffer, status, clCreateBuffer(f->context, (cl_mem_flags)1 << 40, 16, NULL, &status));
    SHOW_NEW(buffer, status, clCreateBuffer(f->context, CL_MEM_USE_HOST_PTR | CL_MEM_COPY_HOST_PTR, 16, bytes, &status));
    if (!vendor_is(f, OCLGRIND)) /* which ends the process if it cannot have the memory */
        SHOW_NEW(buffer, status, clCreateBuffer(f->context, CL_MEM_READ_WRITE, (size_t)1 << 46, NULL, &status));
}

static void sub_buffers(struct fixture *f)
{
    cl_int status;
    cl_mem sub, parent = filled(f, 4096, 5), associated = NULL;
    cl_buffer_region region = {1024, 512}, outside = {4096, 512}, long_region = {1024, 4096}, nothing = {1024, 0}, odd = {3, 16};
    unsigned char bytes[512];

    SHOW_NEW(sub, status, clCreateSubBuffer(parent, CL_MEM_READ_WRITE, CL_BUFFER_CREATE_TYPE_REGION, &region, &status));
    INFO(clGetMemObjectInfo, sub, CL_MEM_SIZE, SIZE);
    INFO(clGetMemObjectInfo, sub, CL_MEM_OFFSET, SIZE);
    INFO(clGetMemObjectInfo, sub, CL_MEM_FLAGS, U64);
    MUST(clGetMemObjectInfo(sub, CL_MEM_ASSOCIATED_MEMOBJECT, sizeof associated, &associated, NULL));
    printf("its parent is its parent: %d\n", associated == parent);
    show_buffer(f, "the part", sub);
    pattern(bytes, sizeof bytes, 6);
    SHOW(clEnqueueWriteBuffer(f->queue, sub, CL_TRUE, 0, sizeof bytes, bytes, 0, NULL, NULL));
    show_buffer(f, "the whole, after the part was written", parent);
    SHOW(clEnqueueReadBuffer(f->queue, sub, CL_TRUE, 256, 512, bytes, 0, NULL, NULL));
    SHOW(clReleaseMemObject(parent)); /* the part keeps it */
    show_buffer(f, "the part, after the whole was released", sub);
    SHOW(clReleaseMemObject(sub));

    parent = filled(f, 4096, 5);
    SHOW_NEW(sub, status, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &outside, &status));
    SHOW_NEW(sub, status, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &long_region, &status));
    SHOW_NEW(sub, status, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &nothing, &status));
    SHOW_NEW(sub, status, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &odd, &status));
    if (sub)
        SHOW(clReleaseMemObject(sub));
    SHOW_NEW(sub, status, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, NULL, &status));
    SHOW_NEW(sub, status, clCreateSubBuffer(parent, 0, 0x4242, &region, &status));
    SHOW(clReleaseMemObject(parent));
}

static void transfers(struct fixture *f)
{
    cl_mem a = filled(f, 4096, 7), b = filled(f, 4096, 8);
    unsigned char bytes[4096];
    cl_event event;
    cl_uint word = 0xdeadbeef;
    unsigned char wide[128];

    pattern(bytes, sizeof bytes, 9);
    SHOW(clEnqueueWriteBuffer(f->queue, a, CL_TRUE, 100, 1000, bytes, 0, NULL, NULL));
    show_buffer(f, "written in part", a);
    SHOW(clEnqueueWriteBuffer(f->queue, a, CL_FALSE, 0, 4096, bytes, 0, NULL, &event));
    SHOW(clWaitForEvents(1, &event));
    memset(bytes, 0, sizeof bytes); /* complete, so ours again */
    SHOW(clReleaseEvent(event));
    show_buffer(f, "written without waiting", a);
    SHOW(clEnqueueReadBuffer(f->queue, a, CL_TRUE, 1, 1, bytes, 0, NULL, NULL));
    printf("one byte: %u, the next is untouched: %u\n", bytes[0], bytes[1]);
    SHOW(clEnqueueReadBuffer(f->queue, a, CL_TRUE, 3, 17, bytes + 5, 0, NULL, NULL));
    printf("seventeen bytes: %016llx\n", (unsigned long long)checksum(bytes, 32));
    SHOW(clEnqueueCopyBuffer(f->queue, a, b, 64, 128, 256, 0, NULL, NULL));
    show_buffer(f, "copied", b);
    SHOW(clEnqueueCopyBuffer(f->queue, a, a, 0, 2048, 2048, 0, NULL, NULL));
    show_buffer(f, "copied within", a);
    SHOW(clEnqueueFillBuffer(f->queue, b, &word, sizeof word, 8, 400, 0, NULL, NULL));
    show_buffer(f, "filled with words", b);
    pattern(wide, sizeof wide, 10);
    SHOW(clEnqueueFillBuffer(f->queue, b, wide, 128, 128, 512, 0, NULL, NULL));
    show_buffer(f, "filled with 128 bytes", b);
    SHOW(clEnqueueFillBuffer(f->queue, b, wide, 1, 5, 7, 0, NULL, NULL));
    show_buffer(f, "filled with bytes", b);
    SHOW(clEnqueueMigrateMemObjects(f->queue, 1, &b, 0, 0, NULL, &event));
    SHOW(clWaitForEvents(1, &event));
    SHOW(clReleaseEvent(event));
    SHOW(clEnqueueMigrateMemObjects(f->queue, 1, &b, CL_MIGRATE_MEM_OBJECT_HOST, 0, NULL, NULL));
    SHOW(clEnqueueMigrateMemObjects(f->queue, 0, NULL, 0, 0, NULL, NULL));

    SHOW(clEnqueueWriteBuffer(f->queue, a, CL_TRUE, 4000, 1000, bytes, 0, NULL, NULL));
    SHOW(clEnqueueWriteBuffer(f->queue, a, CL_TRUE, 0, 16, NULL, 0, NULL, NULL));
    SHOW(clEnqueueReadBuffer(f->queue, a, CL_TRUE, 4096, 1, bytes, 0, NULL, NULL));
    SHOW(clEnqueueReadBuffer(f->queue, a, CL_FALSE, 4096, 1, bytes, 0, NULL, NULL));
    SHOW(clEnqueueReadBuffer(f->queue, a, CL_TRUE, 0, 16, NULL, 0, NULL, NULL));
    if (!vendor_is(f, OCLGRIND)) /* which reads the list */
        SHOW(clEnqueueReadBuffer(f->queue, a, CL_TRUE, 0, 16, bytes, 1, NULL, NULL));
    SHOW(clEnqueueReadBuffer(f->queue, a, CL_TRUE, 0, 16, bytes, 0, &event, NULL));
    SHOW(clEnqueueCopyBuffer(f->queue, a, b, 4000, 0, 200, 0, NULL, NULL));
    SHOW(clEnqueueCopyBuffer(f->queue, a, a, 0, 100, 200, 0, NULL, NULL));
    SHOW(clEnqueueFillBuffer(f->queue, b, &word, 3, 0, 300, 0, NULL, NULL));
    SHOW(clEnqueueFillBuffer(f->queue, b, &word, 4, 2, 400, 0, NULL, NULL));
    SHOW(clEnqueueFillBuffer(f->queue, b, &word, 4, 0, 402, 0, NULL, NULL));
    SHOW(clEnqueueFillBuffer(f->queue, b, NULL, 4, 0, 400, 0, NULL, NULL));
    SHOW(clEnqueueFillBuffer(f->queue, b, wide, 256, 0, 512, 0, NULL, NULL));

    cl_int status;
    cl_mem unreadable;
    SHOW_NEW(unreadable, status, clCreateBuffer(f->context, CL_MEM_HOST_WRITE_ONLY, 64, NULL, &status));
    SHOW(clEnqueueReadBuffer(f->queue, unreadable, CL_TRUE, 0, 16, bytes, 0, NULL, NULL));
    SHOW(clReleaseMemObject(unreadable));
    SHOW(clReleaseMemObject(a));
    SHOW(clReleaseMemObject(b));
}

void cover_buffers(struct fixture *f)
{
    creation(f);
    sub_buffers(f);
    transfers(f);
}

void cover_rects(struct fixture *f)
{
    cl_mem a = filled(f, 4096, 11), b = filled(f, 4096, 12);
    unsigned char host[4096];
    size_t origin[3] = {4, 2, 1}, host_origin[3] = {8, 1, 0}, region[3] = {16, 5, 3};
    size_t nothing[3] = {16, 0, 1}, wide[3] = {64, 16, 8};

    pattern(host, sizeof host, 13);
    SHOW(clEnqueueWriteBufferRect(f->queue, a, CL_TRUE, origin, host_origin, region, 32, 512, 64, 1024, host, 0, NULL, NULL));
    show_buffer(f, "a box written", a);
    memset(host, 0, sizeof host);
    SHOW(clEnqueueReadBufferRect(f->queue, a, CL_TRUE, origin, host_origin, region, 32, 512, 64, 1024, host, 0, NULL, NULL));
    printf("a box read: %016llx\n", (unsigned long long)checksum(host, sizeof host));
    SHOW(clEnqueueCopyBufferRect(f->queue, a, b, origin, host_origin, region, 32, 512, 64, 1024, 0, NULL, NULL));
    show_buffer(f, "a box copied", b);

    /* Pitches of zero mean that the box is dense. */
    size_t zero[3] = {0, 0, 0}, dense[3] = {16, 16, 2};
    memset(host, 0, sizeof host);
    SHOW(clEnqueueReadBufferRect(f->queue, a, CL_FALSE, zero, zero, dense, 0, 0, 0, 0, host, 0, NULL, NULL));
    SHOW(clFinish(f->queue));
    printf("a dense box read: %016llx\n", (unsigned long long)checksum(host, sizeof host));
    SHOW(clEnqueueWriteBufferRect(f->queue, b, CL_FALSE, zero, zero, dense, 0, 0, 0, 0, host, 0, NULL, NULL));
    SHOW(clFinish(f->queue));
    show_buffer(f, "a dense box written", b);

    /* What lies between the rows belongs to the application and stays as it was. */
    memset(host, 0x55, sizeof host);
    size_t rows[3] = {4, 3, 1};
    SHOW(clEnqueueReadBufferRect(f->queue, a, CL_TRUE, zero, zero, rows, 16, 0, 8, 0, host, 0, NULL, NULL));
    printf("between the rows: %02x %02x %02x\n", host[4], host[7], host[20]);

    SHOW(clEnqueueReadBufferRect(f->queue, a, CL_TRUE, origin, host_origin, nothing, 32, 512, 64, 1024, host, 0, NULL, NULL));
    SHOW(clEnqueueReadBufferRect(f->queue, a, CL_TRUE, origin, host_origin, wide, 64, 1024, 64, 1024, host, 0, NULL, NULL));
    SHOW(clEnqueueReadBufferRect(f->queue, a, CL_TRUE, origin, host_origin, region, 8, 512, 64, 1024, host, 0, NULL, NULL));
    SHOW(clEnqueueReadBufferRect(f->queue, a, CL_TRUE, origin, host_origin, region, 32, 512, 64, 1024, NULL, 0, NULL, NULL));
    if (!vendor_is(f, OCLGRIND)) /* which reads it */
        SHOW(clEnqueueWriteBufferRect(f->queue, a, CL_TRUE, NULL, host_origin, region, 32, 512, 64, 1024, host, 0, NULL, NULL));
    SHOW(clEnqueueCopyBufferRect(f->queue, a, a, zero, zero, rows, 16, 0, 16, 0, 0, NULL, NULL));
    SHOW(clReleaseMemObject(a));
    SHOW(clReleaseMemObject(b));
}
