/* Mapped buffers, and buffers over the application's own memory. */
#include "coverage.h"

/* The count of maps is asked for but not shown: OpenCL calls it stale at once, and PoCL's may lag behind the commands. */
static void map_flags(struct fixture *f, cl_mem buffer)
{
    cl_int status;
    cl_event event = NULL;
    unsigned char *mapped, *second;

    SHOW_NEW(mapped, status, clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_READ, 0, 4096, 0, NULL, NULL, &status));
    printf("mapped to read: %016llx\n", (unsigned long long)checksum(mapped, 4096));
    INFO(clGetMemObjectInfo, buffer, CL_MEM_MAP_COUNT, NOTHING);
    SHOW(clEnqueueUnmapMemObject(f->queue, buffer, mapped, 0, NULL, NULL));
    SHOW(clFinish(f->queue));
    INFO(clGetMemObjectInfo, buffer, CL_MEM_MAP_COUNT, NOTHING);

    SHOW_NEW(mapped, status, clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_WRITE, 1024, 512, 0, NULL, NULL, &status));
    pattern(mapped, 512, 21);
    SHOW(clEnqueueUnmapMemObject(f->queue, buffer, mapped, 0, NULL, &event));
    SHOW(clWaitForEvents(1, &event));
    INFO(clGetEventInfo, event, CL_EVENT_COMMAND_TYPE, U32);
    SHOW(clReleaseEvent(event));
    show_ints(f, "after a write through a map", buffer, 16);

    SHOW_NEW(mapped, status, clEnqueueMapBuffer(f->queue, buffer, CL_FALSE, CL_MAP_READ | CL_MAP_WRITE, 16, 64, 0, NULL, &event, &status));
    SHOW(clWaitForEvents(1, &event));
    INFO(clGetEventInfo, event, CL_EVENT_COMMAND_TYPE, U32);
    SHOW(clReleaseEvent(event));
    printf("mapped without waiting: %016llx\n", (unsigned long long)checksum(mapped, 64));
    mapped[0] ^= 0xff;
    SHOW(clEnqueueUnmapMemObject(f->queue, buffer, mapped, 0, NULL, NULL));
    SHOW_NEW(mapped, status, clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_WRITE_INVALIDATE_REGION, 0, 256, 0, NULL, NULL, &status));
    memset(mapped, 0x11, 256);
    SHOW(clEnqueueUnmapMemObject(f->queue, buffer, mapped, 0, NULL, NULL));
    show_ints(f, "after an invalidating map", buffer, 8);

    /* Two maps of one buffer at once. */
    mapped = clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_READ, 0, 128, 0, NULL, NULL, NULL);
    second = clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_READ, 128, 128, 0, NULL, NULL, NULL);
    printf("two maps: %016llx %016llx\n", (unsigned long long)checksum(mapped, 128), (unsigned long long)checksum(second, 128));
    INFO(clGetMemObjectInfo, buffer, CL_MEM_MAP_COUNT, NOTHING);
    SHOW(clEnqueueUnmapMemObject(f->queue, buffer, second, 0, NULL, NULL));
    SHOW(clEnqueueUnmapMemObject(f->queue, buffer, mapped, 0, NULL, NULL));
    SHOW(clFinish(f->queue));
    INFO(clGetMemObjectInfo, buffer, CL_MEM_MAP_COUNT, NOTHING);

    SHOW_NEW(mapped, status, clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_READ, 4000, 1000, 0, NULL, NULL, &status));
    SHOW_NEW(mapped, status, clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, (cl_map_flags)1 << 20, 0, 16, 0, NULL, NULL, &status));
    SHOW_NEW(mapped, status, clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_READ, 0, 0, 0, NULL, NULL, &status));
    int not_mapped = 0;
    if (!vendor_is(f, OCLGRIND)) /* which takes any address */
        SHOW(clEnqueueUnmapMemObject(f->queue, buffer, &not_mapped, 0, NULL, NULL));
}

static void map_and_kernel(struct fixture *f, cl_mem buffer)
{
    cl_int status, value = 1000;
    cl_kernel fill = clCreateKernel(f->program, "fill", &status);
    MUST(status);
    MUST(clSetKernelArg(fill, 0, sizeof buffer, &buffer));
    MUST(clSetKernelArg(fill, 1, sizeof value, &value));
    size_t items = 64;
    cl_event done;
    MUST(clEnqueueNDRangeKernel(f->queue, fill, 1, NULL, &items, NULL, 0, NULL, &done));
    int *mapped = clEnqueueMapBuffer(f->queue, buffer, CL_FALSE, CL_MAP_READ, 0, 256, 1, &done, NULL, &status);
    MUST(status);
    MUST(clFinish(f->queue));
    printf("a kernel's output through a map: %d %d %d\n", mapped[0], mapped[1], mapped[63]);
    MUST(clEnqueueUnmapMemObject(f->queue, buffer, mapped, 0, NULL, NULL));
    MUST(clReleaseEvent(done));
    MUST(clReleaseKernel(fill));
    MUST(clFinish(f->queue));
}

static void host_memory(struct fixture *f)
{
    /* Page aligned, so that an implementation that can use it in place does. */
    int *host = aligned_alloc(4096, 4096);
    cl_int status, value = 500;
    pattern(host, 4096, 22);
    cl_mem buffer = clCreateBuffer(f->context, CL_MEM_READ_WRITE | CL_MEM_USE_HOST_PTR, 4096, host, &status);
    MUST(status);
    show_ints(f, "the application's memory, by a read", buffer, 4);

    cl_kernel fill = clCreateKernel(f->program, "fill", &status);
    MUST(status);
    MUST(clSetKernelArg(fill, 0, sizeof buffer, &buffer));
    MUST(clSetKernelArg(fill, 1, sizeof value, &value));
    run_1d(f, fill, 512);
    int *mapped = clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 0, 4096, 0, NULL, NULL, &status);
    MUST(status);
    printf("mapped where it is: %d, after a kernel: %d %d %d\n", mapped == host, host[0], host[511], host[512]);
    host[1] = -1;
    MUST(clEnqueueUnmapMemObject(f->queue, buffer, mapped, 0, NULL, NULL));
    show_ints(f, "written through the map", buffer, 4);
    int *part = clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_READ, 1024, 64, 0, NULL, NULL, &status);
    MUST(status);
    printf("a part is mapped where it is: %d\n", (char *)part - (char *)host == 1024);
    MUST(clEnqueueUnmapMemObject(f->queue, buffer, part, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    MUST(clReleaseKernel(fill));
    MUST(clReleaseMemObject(buffer));
    free(host);

    buffer = clCreateBuffer(f->context, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR, 4096, NULL, &status);
    MUST(status);
    mapped = clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_WRITE, 0, 4096, 0, NULL, NULL, &status);
    MUST(status);
    pattern(mapped, 4096, 23);
    MUST(clEnqueueUnmapMemObject(f->queue, buffer, mapped, 0, NULL, NULL));
    show_ints(f, "pinned memory, filled through a map", buffer, 4);
    MUST(clReleaseMemObject(buffer));
}

static void map_of_sub_buffer(struct fixture *f, cl_mem parent)
{
    cl_int status;
    cl_buffer_region region = {2048, 256};
    cl_mem sub = clCreateSubBuffer(parent, CL_MEM_READ_WRITE, CL_BUFFER_CREATE_TYPE_REGION, &region, &status);
    MUST(status);
    unsigned char *mapped = clEnqueueMapBuffer(f->queue, sub, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 16, 64, 0, NULL, NULL, &status);
    MUST(status);
    printf("a map of a part: %016llx\n", (unsigned long long)checksum(mapped, 64));
    memset(mapped, 0x22, 64);
    MUST(clEnqueueUnmapMemObject(f->queue, sub, mapped, 0, NULL, NULL));
    cl_int word = 0;
    MUST(clEnqueueReadBuffer(f->queue, parent, CL_TRUE, 2048 + 16, sizeof word, &word, 0, NULL, NULL));
    printf("seen in the whole: %08x\n", (unsigned)word);
    MUST(clReleaseMemObject(sub));
}

void cover_maps(struct fixture *f)
{
    unsigned char bytes[4096];
    cl_int status;
    pattern(bytes, sizeof bytes, 20);
    cl_mem buffer = clCreateBuffer(f->context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, sizeof bytes, bytes, &status);
    MUST(status);
    map_flags(f, buffer);
    map_and_kernel(f, buffer);
    map_of_sub_buffer(f, buffer);
    host_memory(f);
    MUST(clReleaseMemObject(buffer));
}
