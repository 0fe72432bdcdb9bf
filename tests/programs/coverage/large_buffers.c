/* Buffers of many pages, which an implementation may keep where the host sees them: their contents, maps, parts and lifetimes are
 * those of any buffer. */
#include "coverage.h"

enum { WORDS = 64 * 1024, BYTES_ALL = WORDS * 4 };

static cl_uint words[WORDS], back[WORDS];

static void show_sum(const char *text, const void *data, size_t len)
{
    printf("%s: checksum %016llx\n", text, (unsigned long long)checksum(data, len));
}

static void fill_words(cl_uint seed)
{
    for (size_t i = 0; i < WORDS; i++)
        words[i] = (cl_uint)i * 2654435761u + seed;
}

static void show_contents(const struct fixture *f, const char *text, cl_mem buffer)
{
    memset(back, 0, sizeof back);
    SHOW(clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, 0, sizeof back, back, 0, NULL, NULL));
    show_sum(text, back, sizeof back);
}

static void flags(const struct fixture *f)
{
    static const cl_mem_flags all[] = {
        0, CL_MEM_READ_ONLY, CL_MEM_WRITE_ONLY, CL_MEM_ALLOC_HOST_PTR, CL_MEM_COPY_HOST_PTR,
        CL_MEM_ALLOC_HOST_PTR | CL_MEM_COPY_HOST_PTR, CL_MEM_USE_HOST_PTR, CL_MEM_HOST_READ_ONLY, CL_MEM_HOST_WRITE_ONLY,
        CL_MEM_HOST_NO_ACCESS, CL_MEM_USE_HOST_PTR | CL_MEM_COPY_HOST_PTR, CL_MEM_READ_ONLY | CL_MEM_WRITE_ONLY,
    };
    fill_words(1);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        int host = (all[i] & (CL_MEM_USE_HOST_PTR | CL_MEM_COPY_HOST_PTR)) != 0;
        cl_int status;
        cl_mem buffer;
        printf("flags %#llx\n", (unsigned long long)all[i]);
        SHOW_NEW(buffer, status, clCreateBuffer(f->context, all[i], sizeof words, host ? words : NULL, &status));
        if (status != CL_SUCCESS)
            continue;
        cl_mem_flags now = 0;
        void *pointer = &i;
        cl_uint maps = 9;
        MUST(clGetMemObjectInfo(buffer, CL_MEM_FLAGS, sizeof now, &now, NULL));
        MUST(clGetMemObjectInfo(buffer, CL_MEM_HOST_PTR, sizeof pointer, &pointer, NULL));
        MUST(clGetMemObjectInfo(buffer, CL_MEM_MAP_COUNT, sizeof maps, &maps, NULL));
        printf("flags %#llx, host pointer %s, maps %u\n", (unsigned long long)now,
               pointer == words ? "ours" : pointer ? "another" : "NULL", maps);
        SHOW(clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, 4, sizeof back - 4, back, 0, NULL, NULL));
        if (host)
            show_sum("contents", back, sizeof back - 4);
        SHOW(clEnqueueWriteBuffer(f->queue, buffer, CL_TRUE, 4, sizeof words - 4, words, 0, NULL, NULL));
        MUST(clReleaseMemObject(buffer));
    }
    cl_int status;
    cl_mem buffer;
    SHOW_NEW(buffer, status, clCreateBuffer(f->context, CL_MEM_COPY_HOST_PTR, sizeof words, NULL, &status));
    SHOW_NEW(buffer, status, clCreateBuffer(f->context, 0, sizeof words, words, &status));
    SHOW_NEW(buffer, status, clCreateBuffer(f->context, 0, (size_t)1 << 60, NULL, &status));
    SHOW_NEW(buffer, status, clCreateBuffer(NULL, 0, sizeof words, NULL, &status));
}

static void transfers(const struct fixture *f)
{
    cl_int status;
    cl_mem buffer = clCreateBuffer(f->context, 0, sizeof words, NULL, &status);
    MUST(status);
    fill_words(2);
    SHOW(clEnqueueWriteBuffer(f->queue, buffer, CL_TRUE, 0, sizeof words, words, 0, NULL, NULL));
    show_contents(f, "written", buffer);
    fill_words(3);
    SHOW(clEnqueueWriteBuffer(f->queue, buffer, CL_TRUE, 40000, 100001, words, 0, NULL, NULL));
    show_contents(f, "written in the middle", buffer);
    SHOW(clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, 0, sizeof words + 1, back, 0, NULL, NULL));
    SHOW(clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, sizeof words - 65536, 65537, back, 0, NULL, NULL));
    SHOW(clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, 0, sizeof words, NULL, 0, NULL, NULL));
    SHOW(clEnqueueWriteBuffer(f->queue, buffer, CL_TRUE, 0, sizeof words, NULL, 0, NULL, NULL));
    if (!vendor_is(f, OCLGRIND)) /* which reads the list */
        SHOW(clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, 0, sizeof words, back, 1, NULL, NULL));

    /* A kernel's results are there for a read that follows it, and those of a wait list. */
    cl_kernel fill = clCreateKernel(f->program, "fill", &status);
    MUST(status);
    cl_int value = 7;
    size_t n = WORDS;
    MUST(clSetKernelArg(fill, 0, sizeof buffer, &buffer));
    MUST(clSetKernelArg(fill, 1, sizeof value, &value));
    MUST(clEnqueueNDRangeKernel(f->queue, fill, 1, NULL, &n, NULL, 0, NULL, NULL));
    show_contents(f, "filled by a kernel", buffer);
    cl_command_queue other = clCreateCommandQueue(f->context, f->device, 0, &status);
    MUST(status);
    cl_event done;
    value = 8;
    MUST(clSetKernelArg(fill, 1, sizeof value, &value));
    MUST(clEnqueueNDRangeKernel(f->queue, fill, 1, NULL, &n, NULL, 0, NULL, &done));
    MUST(clFlush(f->queue)); /* another queue waits for it */
    SHOW(clEnqueueReadBuffer(other, buffer, CL_TRUE, 0, sizeof back, back, 1, &done, NULL));
    show_sum("read in another queue", back, sizeof back);
    fill_words(4);
    SHOW(clEnqueueWriteBuffer(other, buffer, CL_TRUE, 0, sizeof words, words, 1, &done, NULL));
    value = 9;
    n = WORDS / 2;
    MUST(clSetKernelArg(fill, 1, sizeof value, &value));
    MUST(clEnqueueNDRangeKernel(f->queue, fill, 1, NULL, &n, NULL, 0, NULL, NULL));
    MUST(clReleaseEvent(done));
    cl_event read;
    SHOW(clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, 0, sizeof back, back, 0, NULL, &read));
    show_sum("half filled", back, sizeof back);
    INFO(clGetEventInfo, read, CL_EVENT_COMMAND_TYPE, U32);
    INFO(clGetEventInfo, read, CL_EVENT_COMMAND_EXECUTION_STATUS, U32);
    MUST(clReleaseEvent(read));

    /* Without blocking, and then blocking. */
    memset(back, 0, sizeof back);
    SHOW(clEnqueueReadBuffer(f->queue, buffer, CL_FALSE, 0, sizeof back / 2, back, 0, NULL, NULL));
    SHOW(clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, sizeof back / 2, sizeof back / 2, back + WORDS / 2, 0, NULL, NULL));
    show_sum("in two halves", back, sizeof back);
    cl_uint maps = 9;
    MUST(clFinish(f->queue));
    MUST(clGetMemObjectInfo(buffer, CL_MEM_MAP_COUNT, sizeof maps, &maps, NULL));
    printf("maps %u\n", maps);

    MUST(clReleaseCommandQueue(other));
    MUST(clReleaseKernel(fill));
    MUST(clReleaseMemObject(buffer));
}

static void maps(const struct fixture *f)
{
    cl_int status;
    fill_words(5);
    cl_mem buffer = clCreateBuffer(f->context, CL_MEM_COPY_HOST_PTR, sizeof words, words, &status);
    MUST(status);
    unsigned char *all = clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_READ, 0, sizeof words, 0, NULL, NULL, &status);
    MUST(status);
    show_sum("mapped", all, sizeof words);
    if (!vendor_is(f, OCLGRIND) && !vendor_is(f, RUSTICL)) /* which align as malloc does */
        printf("aligned: %d\n", (uintptr_t)all % 128 == 0);
    cl_event mapped;
    unsigned char *part = clEnqueueMapBuffer(f->queue, buffer, CL_FALSE, CL_MAP_READ, 70000, 90000, 0, NULL, &mapped, &status);
    MUST(status);
    MUST(clWaitForEvents(1, &mapped));
    INFO(clGetEventInfo, mapped, CL_EVENT_COMMAND_TYPE, U32);
    MUST(clReleaseEvent(mapped));
    printf("in one piece: %d\n", part == all + 70000);
    show_sum("part", part, 90000);
    cl_uint count = 9;
    MUST(clGetMemObjectInfo(buffer, CL_MEM_MAP_COUNT, sizeof count, &count, NULL));
    printf("maps %u\n", count);
    SHOW(clEnqueueUnmapMemObject(f->queue, buffer, all, 0, NULL, NULL));
    show_sum("part, after the whole was unmapped", part, 90000);
    SHOW(clEnqueueUnmapMemObject(f->queue, buffer, part, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    MUST(clGetMemObjectInfo(buffer, CL_MEM_MAP_COUNT, sizeof count, &count, NULL));
    printf("maps %u\n", count);

    all = clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_WRITE_INVALIDATE_REGION, 65536, 65536, 0, NULL, NULL, &status);
    MUST(status);
    memset(all, 0x5a, 65536);
    cl_event unmapped;
    SHOW(clEnqueueUnmapMemObject(f->queue, buffer, all, 0, NULL, &unmapped));
    MUST(clWaitForEvents(1, &unmapped));
    INFO(clGetEventInfo, unmapped, CL_EVENT_COMMAND_TYPE, U32);
    MUST(clReleaseEvent(unmapped));
    show_contents(f, "written through a map", buffer);

    /* A part of the buffer, mapped by itself. */
    cl_buffer_region region = {131072, 131072};
    cl_mem half = clCreateSubBuffer(buffer, CL_MEM_READ_WRITE, CL_BUFFER_CREATE_TYPE_REGION, &region, &status);
    MUST(status);
    all = clEnqueueMapBuffer(f->queue, half, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 4096, 100000, 0, NULL, NULL, &status);
    MUST(status);
    show_sum("a part's contents", all, 100000);
    memset(all + 10, 0x33, 1000);
    SHOW(clEnqueueUnmapMemObject(f->queue, half, all, 0, NULL, NULL));
    show_contents(f, "written through a part", buffer);
    memset(back, 0, sizeof back);
    SHOW(clEnqueueReadBuffer(f->queue, half, CL_TRUE, 8, 131064, back, 0, NULL, NULL));
    show_sum("a part read", back, 131064);
    fill_words(6);
    SHOW(clEnqueueWriteBuffer(f->queue, half, CL_TRUE, 1, 100000, words, 0, NULL, NULL));
    show_contents(f, "a part written", buffer);
    cl_mem_flags now = 0;
    MUST(clGetMemObjectInfo(half, CL_MEM_FLAGS, sizeof now, &now, NULL));
    printf("flags of a part %#llx\n", (unsigned long long)now);

    /* The whole goes before its part. */
    MUST(clReleaseMemObject(buffer));
    memset(back, 0, sizeof back);
    SHOW(clEnqueueReadBuffer(f->queue, half, CL_TRUE, 0, 131072, back, 0, NULL, NULL));
    show_sum("a part without its whole", back, 131072);
    MUST(clReleaseMemObject(half));
}

/* Memory of a buffer that was released is not given to another while commands use it. */
static void lifetimes(const struct fixture *f)
{
    cl_int status;
    cl_kernel add = clCreateKernel(f->program, "add", &status);
    MUST(status);
    cl_mem sum = clCreateBuffer(f->context, 0, sizeof words, NULL, &status);
    MUST(status);
    unsigned long long all = 0;
    for (cl_uint round = 0; round < 40; round++) {
        size_t n = WORDS;
        fill_words(round);
        cl_mem a = clCreateBuffer(f->context, CL_MEM_COPY_HOST_PTR, sizeof words, words, &status);
        MUST(status);
        cl_mem b = clCreateBuffer(f->context, CL_MEM_READ_ONLY, sizeof words, NULL, &status);
        MUST(status);
        cl_event gate = clCreateUserEvent(f->context, &status);
        MUST(status);
        fill_words(100 + round);
        MUST(clEnqueueWriteBuffer(f->queue, b, CL_TRUE, 0, sizeof words, words, 0, NULL, NULL));
        MUST(clSetKernelArg(add, 0, sizeof a, &a));
        MUST(clSetKernelArg(add, 1, sizeof b, &b));
        MUST(clSetKernelArg(add, 2, sizeof sum, &sum));
        MUST(clEnqueueNDRangeKernel(f->queue, add, 1, NULL, &n, NULL, 1, &gate, NULL));
        MUST(clReleaseMemObject(a));
        MUST(clReleaseMemObject(b));
        /* These must not take their place yet. */
        memset(words, 0xee, sizeof words);
        cl_mem c = clCreateBuffer(f->context, CL_MEM_COPY_HOST_PTR, sizeof words, words, &status);
        MUST(status);
        cl_mem d = clCreateBuffer(f->context, CL_MEM_COPY_HOST_PTR, sizeof words, words, &status);
        MUST(status);
        MUST(clSetUserEventStatus(gate, CL_COMPLETE));
        MUST(clEnqueueReadBuffer(f->queue, sum, CL_TRUE, 0, sizeof back, back, 0, NULL, NULL));
        all = all * 31 + checksum(back, sizeof back);
        MUST(clReleaseMemObject(c));
        MUST(clReleaseMemObject(d));
        MUST(clReleaseEvent(gate));
    }
    printf("40 rounds: %016llx\n", all);
    MUST(clReleaseMemObject(sum));
    MUST(clReleaseKernel(add));
}

static void failures(const struct fixture *f)
{
    cl_int status;
    cl_mem buffer = clCreateBuffer(f->context, 0, sizeof words, NULL, &status);
    MUST(status);
    cl_context another = clCreateContext(NULL, 1, &f->device, NULL, NULL, &status);
    MUST(status);
    cl_command_queue elsewhere = clCreateCommandQueue(another, f->device, 0, &status);
    MUST(status);
    SHOW(clEnqueueReadBuffer(elsewhere, buffer, CL_TRUE, 0, sizeof back, back, 0, NULL, NULL));
    SHOW(clEnqueueWriteBuffer(elsewhere, buffer, CL_TRUE, 0, sizeof back, back, 0, NULL, NULL));
    MUST(clReleaseCommandQueue(elsewhere));
    MUST(clReleaseContext(another));
    MUST(clReleaseMemObject(buffer));
}

void cover_large_buffers(struct fixture *f)
{
    flags(f);
    transfers(f);
    maps(f);
    lifetimes(f);
    failures(f);
}
