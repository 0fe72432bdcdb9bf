/* Transfers that fit in no ring and no small buffer. */
#include "coverage.h"

void cover_large_transfers(struct fixture *f)
{
    const size_t size = (size_t)64 << 20;
    cl_int status;
    cl_event events[8];
    unsigned char *bytes = malloc(size), *back = malloc(size);
    cl_mem a = clCreateBuffer(f->context, CL_MEM_READ_WRITE, size, NULL, &status);
    MUST(status);
    cl_mem b = clCreateBuffer(f->context, CL_MEM_READ_WRITE, size, NULL, &status);
    MUST(status);
    REQUIRE(bytes && back);
    pattern(bytes, size, 41);
    printf("written: %016llx\n", (unsigned long long)checksum(bytes, size));

    SHOW(clEnqueueWriteBuffer(f->queue, a, CL_TRUE, 0, size, bytes, 0, NULL, NULL));
    SHOW(clEnqueueCopyBuffer(f->queue, a, b, 0, 0, size, 0, NULL, NULL));
    SHOW(clEnqueueReadBuffer(f->queue, b, CL_TRUE, 0, size, back, 0, NULL, NULL));
    printf("read: %016llx\n", (unsigned long long)checksum(back, size));

    /* In eight parts, none of them waited for until the end. */
    pattern(bytes, size, 42);
    memset(back, 0, size);
    for (size_t part = 0; part < 8; part++)
        MUST(clEnqueueWriteBuffer(f->queue, a, CL_FALSE, part * size / 8, size / 8, bytes + part * size / 8, 0, NULL, NULL));
    for (size_t part = 0; part < 8; part++)
        MUST(clEnqueueReadBuffer(f->queue, a, CL_FALSE, part * size / 8, size / 8, back + part * size / 8, 0, NULL, &events[part]));
    SHOW(clWaitForEvents(8, events));
    for (size_t part = 0; part < 8; part++)
        MUST(clReleaseEvent(events[part]));
    printf("in parts, the same: %d\n", memcmp(bytes, back, size) == 0);

    unsigned char *mapped = clEnqueueMapBuffer(f->queue, a, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 0, size, 0, NULL, NULL, &status);
    MUST(status);
    printf("mapped: %016llx\n", (unsigned long long)checksum(mapped, size));
    mapped[size - 1] ^= 0xff;
    MUST(clEnqueueUnmapMemObject(f->queue, a, mapped, 0, NULL, NULL));
    SHOW(clEnqueueReadBuffer(f->queue, a, CL_TRUE, 0, size, back, 0, NULL, NULL));
    printf("after the map: %016llx\n", (unsigned long long)checksum(back, size));

    /* Odd sizes around the borders that implementations have. */
    static const size_t sizes[] = {1, 7, 8, 15, 16, 17, 2047, 2048, 2049, 4095, 4096, 4097, 16383, 16384, 16385, 65535, 65536, 65537, 1048575, 1048577};
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        pattern(bytes, sizes[i], 43 + i);
        memset(back, 0, sizes[i] + 1);
        MUST(clEnqueueWriteBuffer(f->queue, a, CL_TRUE, i, sizes[i], bytes, 0, NULL, NULL));
        MUST(clEnqueueReadBuffer(f->queue, a, CL_TRUE, i, sizes[i], back, 0, NULL, NULL));
        wrong += memcmp(bytes, back, sizes[i]) != 0 || back[sizes[i]] != 0;
    }
    printf("of %zu odd sizes %zu came back wrong\n", sizeof sizes / sizeof *sizes, wrong);
    SHOW(clReleaseMemObject(a));
    SHOW(clReleaseMemObject(b));
    free(bytes);
    free(back);
}
