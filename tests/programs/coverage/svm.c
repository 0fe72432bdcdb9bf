/* Shared virtual memory. Coarse-grained memory is looked at between map and unmap only; fine-grained memory, where the device has it,
 * without. What an implementation may do as it likes (addresses that are none, ranges beyond the end) is in hostile.c. */
#define _DEFAULT_SOURCE
#include "coverage.h"

#include <stdatomic.h>
#include <sys/mman.h>

static const char *const source =
    "typedef struct node { global struct node *next; int value; } node;\n"
    "kernel void twice(global int *a) { a[get_global_id(0)] *= 2; }\n"
    "kernel void sum(global node *first, global int *out) {\n"
    "    int sum = 0; for (global node *n = first; n; n = n->next) sum += n->value; out[0] = sum;\n"
    "}\n"
    "kernel void link(global node *nodes, int n) {\n"
    "    for (int i = 0; i < n; i++) { nodes[i].next = i + 1 < n ? nodes + i + 1 : 0; nodes[i].value = 10 * i; }\n"
    "}\n";

typedef struct node {
    struct node *next;
    cl_int value;
} node;

static cl_device_svm_capabilities capabilities(const struct fixture *f)
{
    cl_device_svm_capabilities caps = 0;
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_SVM_CAPABILITIES, sizeof caps, &caps, NULL));
    return caps;
}

static cl_program build(const struct fixture *f)
{
    cl_int status;
    cl_program program = clCreateProgramWithSource(f->context, 1, (const char **)&source, NULL, &status);
    MUST(status);
    MUST(clBuildProgram(program, 1, &f->device, NULL, NULL, NULL));
    return program;
}

static cl_kernel kernel_of(cl_program program, const char *name)
{
    cl_int status;
    cl_kernel kernel = clCreateKernel(program, name, &status);
    MUST(status);
    return kernel;
}

static void *allocate(const struct fixture *f, cl_svm_mem_flags flags, size_t size)
{
    void *memory = clSVMAlloc(f->context, flags, size, 0);
    REQUIRE(memory);
    return memory;
}

static void show(const char *text, const cl_int *values, size_t n)
{
    printf("%s:", text);
    for (size_t i = 0; i < n; i++)
        printf(" %d", values[i]);
    printf("\n");
}

/* What a device without it says. Its answers must be an implementation's own, whatever the arguments. */
static void without(const struct fixture *f)
{
    cl_device_svm_capabilities caps = capabilities(f);
    cl_int values[8] = {1, 2, 3, 4, 5, 6, 7, 8}, one = 1;
    void *list[] = {values};
    const void *places[] = {values};
    printf("capabilities %llx\n", (unsigned long long)caps);
    /* OpenCL 1.2 has none of the functions, and a loader that calls them nevertheless crashes. */
    char version[64] = "";
    MUST(clGetPlatformInfo(f->platform, CL_PLATFORM_VERSION, sizeof version, version, NULL));
    if (strncmp(version, "OpenCL 1", 8) == 0)
        return;
    cl_kernel kernel = clCreateKernel(f->program, "fill", &one);
    printf("allocated: %d\n", clSVMAlloc(f->context, CL_MEM_READ_WRITE, 64, 0) != NULL);
    clSVMFree(f->context, NULL);
    SHOW(clSetKernelArgSVMPointer(kernel, 0, values));
    SHOW(clSetKernelArgSVMPointer(kernel, 0, NULL));
    SHOW(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_PTRS, sizeof list, list));
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_TRUE, values, values + 4, 16, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_FALSE, values, values + 4, 16, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemFill(f->queue, values, &one, sizeof one, 16, 0, NULL, NULL));
    SHOW(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_READ, values, 16, 0, NULL, NULL));
    SHOW(clEnqueueSVMUnmap(f->queue, values, 0, NULL, NULL));
    SHOW(clEnqueueSVMMigrateMem(f->queue, 1, places, NULL, 0, 0, NULL, NULL));
    SHOW(clEnqueueSVMFree(f->queue, 1, list, NULL, NULL, 0, NULL, NULL));
    MUST(clReleaseKernel(kernel));
}

static void allocations(const struct fixture *f)
{
    static const struct {
        const char *text;
        cl_svm_mem_flags flags;
        size_t size;
        cl_uint alignment;
    } wanted[] = {
        {"1 byte", 0, 1, 0},
        {"4096 bytes", CL_MEM_READ_WRITE, 4096, 0},
        {"4097 bytes, read only", CL_MEM_READ_ONLY, 4097, 0},
        {"64 MiB, write only", CL_MEM_WRITE_ONLY, 64 << 20, 0},
        {"aligned to 1", 0, 64, 1},
        {"aligned to 64", 0, 64, 64},
        {"aligned to 128", 0, 64, 128},
        {"aligned to 3", 0, 64, 3},
        {"nothing", 0, 0, 0},
        {"everything", 0, (size_t)-1, 0},
        {"nearly everything", 0, (size_t)-4096, 0},
        {"atomics alone", CL_MEM_SVM_ATOMICS, 64, 0},
        {"reads and writes only", CL_MEM_READ_ONLY | CL_MEM_WRITE_ONLY, 64, 0},
        {"flags of buffers", CL_MEM_COPY_HOST_PTR, 64, 0},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        void *memory = clSVMAlloc(f->context, wanted[i].flags, wanted[i].size, wanted[i].alignment);
        cl_uint alignment = wanted[i].alignment ? wanted[i].alignment : 128;
        printf("%s: %s", wanted[i].text, memory ? "memory" : "NULL");
        printf(memory && (uintptr_t)memory % alignment ? ", misaligned\n" : "\n");
        clSVMFree(f->context, memory);
    }
    cl_ulong most = 0;
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof most, &most, NULL));
    void *memory = clSVMAlloc(f->context, 0, most + 1, 0);
    printf("more than the device allocates: %s\n", memory ? "memory" : "NULL");
    clSVMFree(f->context, memory);

    /* Many at once, of which each has its own contents. */
    enum { MANY = 300 };
    static cl_int *many[MANY];
    int wrong = 0;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) {
            size_t size = 4 + (size_t)(i * 37 % 9000) / 4 * 4;
            many[i] = allocate(f, 0, size);
            MUST(clEnqueueSVMMemFill(f->queue, many[i], &i, sizeof i, size, 0, NULL, NULL));
        }
        for (int i = 0; i < MANY; i++) {
            size_t n = (4 + (size_t)(i * 37 % 9000) / 4 * 4) / 4;
            MUST(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_READ, many[i], n * 4, 0, NULL, NULL));
            wrong += many[i][0] != i || many[i][n - 1] != i;
            MUST(clEnqueueSVMUnmap(f->queue, many[i], 0, NULL, NULL));
        }
        MUST(clFinish(f->queue));
        for (int i = 0; i < MANY; i++)
            clSVMFree(f->context, many[(i * 7 + round) % MANY]);
    }
    printf("wrong among many: %d\n", wrong);
}

/* The program uses the addresses around an allocation itself, as soon as that is gone. The next ones must be
 * elsewhere, and cost no more of the device's memory for it. */
static void allocations_elsewhere(const struct fixture *f)
{
    enum { PIECE = 1 << 20, PIECES = 128, SIZE = 1 << 16, AGAIN = 300 };
    static void *taken[PIECES];
    char *before = allocate(f, 0, SIZE);
    clSVMFree(f->context, before);
    char *first = (char *)((uintptr_t)before & ~(uintptr_t)(PIECE - 1)) - PIECES / 2 * (size_t)PIECE;
    for (int i = 0; i < PIECES; i++) {
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
        taken[i] = mmap(first + i * (size_t)PIECE, PIECE, PROT_NONE, flags, -1, 0);
    }
    int wrong = 0;
    char *after[AGAIN];
    for (int i = 0; i < AGAIN; i++) {
        cl_int value = 5 + i;
        after[i] = allocate(f, 0, SIZE);
        MUST(clEnqueueSVMMemFill(f->queue, after[i], &value, sizeof value, SIZE, 0, NULL, NULL));
        MUST(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_READ, after[i], SIZE, 0, NULL, NULL));
        wrong += memcmp(after[i] + SIZE - sizeof value, &value, sizeof value) != 0;
        MUST(clEnqueueSVMUnmap(f->queue, after[i], 0, NULL, NULL));
    }
    MUST(clFinish(f->queue));
    for (int i = 0; i < AGAIN; i++)
        clSVMFree(f->context, after[i]);
    for (int i = 0; i < PIECES; i++)
        if (taken[i] != MAP_FAILED)
            munmap(taken[i], PIECE);
    printf("wrong elsewhere: %d\n", wrong);
}

static void map_and_unmap(const struct fixture *f, cl_program program)
{
    enum { N = 2048 };
    cl_int *a = allocate(f, CL_MEM_READ_WRITE, N * sizeof *a);
    cl_kernel twice = kernel_of(program, "twice");
    size_t n = N;
    cl_event mapped, unmapped;

    SHOW(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_WRITE_INVALIDATE_REGION, a, N * sizeof *a, 0, NULL, NULL));
    for (int i = 0; i < N; i++)
        a[i] = i;
    SHOW(clEnqueueSVMUnmap(f->queue, a, 0, NULL, NULL));
    SHOW(clSetKernelArgSVMPointer(twice, 0, a));
    for (int i = 0; i < 3; i++) {
        MUST(clSetKernelArgSVMPointer(twice, 0, a));
        MUST(clEnqueueNDRangeKernel(f->queue, twice, 1, NULL, &n, NULL, 0, NULL, NULL));
    }
    SHOW(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_READ, a, N * sizeof *a, 0, NULL, NULL));
    show("after three launches", a, 6);
    printf("the last: %d\n", a[N - 1]);
    SHOW(clEnqueueSVMUnmap(f->queue, a, 0, NULL, NULL));

    printf("a part, without blocking\n");
    SHOW(clEnqueueSVMMap(f->queue, CL_FALSE, CL_MAP_READ | CL_MAP_WRITE, a + 100, 16 * sizeof *a, 0, NULL, &mapped));
    MUST(clWaitForEvents(1, &mapped));
    INFO(clGetEventInfo, mapped, CL_EVENT_COMMAND_TYPE, U32);
    show("mapped", a + 100, 4);
    for (int i = 0; i < 16; i++)
        a[100 + i] = -i;
    SHOW(clEnqueueSVMUnmap(f->queue, a + 100, 1, &mapped, &unmapped));
    MUST(clWaitForEvents(1, &unmapped));
    INFO(clGetEventInfo, unmapped, CL_EVENT_COMMAND_TYPE, U32);
    MUST(clReleaseEvent(mapped));
    MUST(clReleaseEvent(unmapped));

    printf("a kernel on a part\n");
    n = 8;
    MUST(clSetKernelArgSVMPointer(twice, 0, a + 100));
    MUST(clEnqueueNDRangeKernel(f->queue, twice, 1, NULL, &n, NULL, 0, NULL, NULL));
    MUST(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_READ, a + 98, 14 * sizeof *a, 0, NULL, NULL));
    show("around it", a + 98, 14);
    MUST(clEnqueueSVMUnmap(f->queue, a + 98, 0, NULL, NULL));

    printf("mapped and unmapped without waiting\n");
    MUST(clEnqueueSVMMap(f->queue, CL_FALSE, CL_MAP_READ | CL_MAP_WRITE, a, N * sizeof *a, 0, NULL, NULL));
    MUST(clEnqueueSVMUnmap(f->queue, a, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    MUST(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_READ, a, N * sizeof *a, 0, NULL, NULL));
    show("as before", a + 98, 14);
    MUST(clEnqueueSVMUnmap(f->queue, a, 0, NULL, NULL));

    SHOW(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_READ, a, 0, 0, NULL, NULL));
    SHOW(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_READ, NULL, 16, 0, NULL, NULL));
    SHOW(clEnqueueSVMUnmap(f->queue, NULL, 0, NULL, NULL));
    SHOW(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_READ, a, 16, 1, NULL, NULL));
    SHOW(clEnqueueSVMMap(NULL, CL_TRUE, CL_MAP_READ, a, 16, 0, NULL, NULL));
    SHOW(clEnqueueSVMUnmap(f->queue, a, 1, NULL, NULL));
    SHOW(clSetKernelArgSVMPointer(twice, 1, a));
    SHOW(clSetKernelArgSVMPointer(twice, 0, NULL));
    MUST(clFinish(f->queue));
    clSVMFree(f->context, a);
    MUST(clReleaseKernel(twice));
}

static void copies(const struct fixture *f)
{
    enum { N = 300000 };
    static cl_int here[N], there[N];
    cl_int *a = allocate(f, 0, sizeof here), *b = allocate(f, 0, sizeof here);
    cl_event events[3];
    pattern(here, sizeof here, 5);

    SHOW(clEnqueueSVMMemcpy(f->queue, CL_TRUE, a, here, sizeof here, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_FALSE, b, a, sizeof here, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_TRUE, there, b, sizeof here, 0, NULL, NULL));
    printf("there and back: %d\n", memcmp(here, there, sizeof here) == 0);

    printf("without blocking, one after the other\n");
    pattern(here, sizeof here, 6);
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_FALSE, b, here, sizeof here, 0, NULL, &events[0]));
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_FALSE, a + 8, b, sizeof here / 2, 1, &events[0], &events[1]));
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_FALSE, there, a + 8, sizeof here / 2, 1, &events[1], &events[2]));
    MUST(clWaitForEvents(1, &events[2]));
    printf("arrived: %d\n", memcmp(here, there, sizeof here / 2) == 0);
    INFO(clGetEventInfo, events[2], CL_EVENT_COMMAND_TYPE, U32);
    INFO(clGetEventInfo, events[2], CL_EVENT_COMMAND_EXECUTION_STATUS, U32);
    for (int i = 0; i < 3; i++)
        MUST(clReleaseEvent(events[i]));
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_FALSE, there, a + 8, 64, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    show("after clFinish", there, 2);

    printf("between pieces of the program's memory\n");
    memset(there, 0, sizeof there);
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_TRUE, there, here, sizeof here, 0, NULL, NULL));
    printf("copied: %d\n", memcmp(here, there, sizeof here) == 0);
    memset(there, 0, sizeof there);
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_FALSE, there, here, sizeof here, 0, NULL, &events[0]));
    MUST(clWaitForEvents(1, &events[0]));
    MUST(clReleaseEvent(events[0]));
    printf("copied: %d\n", memcmp(here, there, sizeof here) == 0);

    SHOW(clEnqueueSVMMemcpy(f->queue, CL_TRUE, a, a + 1, 16, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_TRUE, a + 1, a, 16, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_TRUE, here, here + 1, 16, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_TRUE, a, a + 4, 16, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_TRUE, a, here, 0, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_TRUE, NULL, a, 16, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_FALSE, a, NULL, 16, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemcpy(f->queue, CL_FALSE, a, here, 16, 1, NULL, NULL));
    SHOW(clEnqueueSVMMemcpy(NULL, CL_TRUE, a, here, 16, 0, NULL, NULL));

    printf("buffers that are read to it and written from it\n");
    cl_int status;
    cl_mem buffer = clCreateBuffer(f->context, CL_MEM_COPY_HOST_PTR, 4096, here, &status);
    MUST(status);
    MUST(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_WRITE, a, 4096, 0, NULL, NULL));
    MUST(clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, 0, 4096, a, 0, NULL, NULL));
    printf("read: %d\n", memcmp(a, here, 4096) == 0);
    a[0] = 77;
    MUST(clEnqueueWriteBuffer(f->queue, buffer, CL_TRUE, 0, 4096, a, 0, NULL, NULL));
    MUST(clEnqueueSVMUnmap(f->queue, a, 0, NULL, NULL));
    show_ints(f, "written", buffer, 1);
    MUST(clReleaseMemObject(buffer));
    MUST(clFinish(f->queue));
    clSVMFree(f->context, a);
    clSVMFree(f->context, b);
}

static void fills_and_moves(const struct fixture *f)
{
    cl_int *a = allocate(f, 0, 4096), *b = allocate(f, 0, 10000), out[16];
    cl_int wide[32];
    cl_event event;
    for (int i = 0; i < 32; i++)
        wide[i] = 100 + i;
    SHOW(clEnqueueSVMMemFill(f->queue, a, wide, 4, 4096, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemFill(f->queue, a + 2, wide, 8, 16, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemFill(f->queue, a + 32, wide, 128, 256, 0, NULL, &event));
    MUST(clWaitForEvents(1, &event));
    INFO(clGetEventInfo, event, CL_EVENT_COMMAND_TYPE, U32);
    MUST(clEnqueueSVMMemcpy(f->queue, CL_TRUE, out, a, 32, 1, &event, NULL));
    show("filled", out, 8);
    MUST(clEnqueueSVMMemcpy(f->queue, CL_TRUE, out, a + 62, 16, 0, NULL, NULL));
    show("filled", out, 4);
    MUST(clReleaseEvent(event));
    SHOW(clEnqueueSVMMemFill(f->queue, a, wide, 3, 12, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemFill(f->queue, a, wide, 4, 6, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemFill(f->queue, (char *)a + 1, wide, 4, 8, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemFill(f->queue, a, wide, 4, 0, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemFill(f->queue, NULL, wide, 4, 8, 0, NULL, NULL));
    SHOW(clEnqueueSVMMemFill(f->queue, a, wide, 4, 8, 1, NULL, NULL));

    const void *both[] = {a, b}, *inside[] = {(char *)b + 64};
    size_t sizes[] = {4096, 0}, part = 128;
    SHOW(clEnqueueSVMMigrateMem(f->queue, 2, both, NULL, CL_MIGRATE_MEM_OBJECT_HOST, 0, NULL, NULL));
    SHOW(clEnqueueSVMMigrateMem(f->queue, 2, both, sizes, 0, 0, NULL, &event));
    MUST(clWaitForEvents(1, &event));
    INFO(clGetEventInfo, event, CL_EVENT_COMMAND_TYPE, U32);
    MUST(clReleaseEvent(event));
    SHOW(clEnqueueSVMMigrateMem(f->queue, 1, inside, &part, CL_MIGRATE_MEM_OBJECT_CONTENT_UNDEFINED, 0, NULL, NULL));
    SHOW(clEnqueueSVMMigrateMem(f->queue, 0, both, NULL, 0, 0, NULL, NULL));
    SHOW(clEnqueueSVMMigrateMem(f->queue, 1, both, NULL, 77, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    clSVMFree(f->context, a);
    clSVMFree(f->context, b);
}

/* Addresses that the host stores and a kernel follows, and the other way round. */
static void pointers_inside(const struct fixture *f, cl_program program)
{
    enum { N = 20 };
    cl_int status, sum;
    cl_kernel adds = kernel_of(program, "sum"), links = kernel_of(program, "link");
    node *first = allocate(f, 0, N * sizeof *first), *other = allocate(f, 0, N * sizeof *other);
    cl_int *out = allocate(f, 0, sizeof *out);
    size_t one = 1;

    MUST(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_WRITE, first, N * sizeof *first, 0, NULL, NULL));
    MUST(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_WRITE, other, N * sizeof *other, 0, NULL, NULL));
    for (int i = 0; i < N; i++) {
        first[i] = (node){&other[N - 1 - i], i};
        other[N - 1 - i] = (node){i + 1 < N ? &first[i + 1] : NULL, 1000 * i};
    }
    MUST(clEnqueueSVMUnmap(f->queue, first, 0, NULL, NULL));
    MUST(clEnqueueSVMUnmap(f->queue, other, 0, NULL, NULL));
    void *used[] = {first, other, other + 3};
    SHOW(clSetKernelExecInfo(adds, CL_KERNEL_EXEC_INFO_SVM_PTRS, sizeof used, used));
    MUST(clSetKernelArgSVMPointer(adds, 0, first));
    MUST(clSetKernelArgSVMPointer(adds, 1, out));
    MUST(clEnqueueNDRangeKernel(f->queue, adds, 1, NULL, &one, NULL, 0, NULL, NULL));
    MUST(clEnqueueSVMMemcpy(f->queue, CL_TRUE, &sum, out, sizeof sum, 0, NULL, NULL));
    printf("the kernel's sum: %d\n", sum);

    cl_int n = N;
    MUST(clSetKernelArgSVMPointer(links, 0, other));
    MUST(clSetKernelArg(links, 1, sizeof n, &n));
    MUST(clEnqueueNDRangeKernel(f->queue, links, 1, NULL, &one, NULL, 0, NULL, NULL));
    MUST(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_READ, other, N * sizeof *other, 0, NULL, NULL));
    sum = 0;
    for (node *at = other; at; at = at->next)
        sum += at->value;
    printf("the host's sum: %d\n", sum);
    MUST(clEnqueueSVMUnmap(f->queue, other, 0, NULL, NULL));

    printf("a clone of the kernel has the arguments\n");
    cl_kernel clone = clCloneKernel(adds, &status);
    MUST(status);
    MUST(clSetKernelArgSVMPointer(clone, 0, other));
    MUST(clEnqueueNDRangeKernel(f->queue, clone, 1, NULL, &one, NULL, 0, NULL, NULL));
    MUST(clEnqueueSVMMemcpy(f->queue, CL_TRUE, &sum, out, sizeof sum, 0, NULL, NULL));
    printf("the clone's sum: %d\n", sum);

    printf("a buffer and an address in turn\n");
    cl_mem buffer = clCreateBuffer(f->context, 0, sizeof sum, NULL, &status);
    MUST(status);
    MUST(clSetKernelArg(adds, 1, sizeof buffer, &buffer));
    MUST(clEnqueueNDRangeKernel(f->queue, adds, 1, NULL, &one, NULL, 0, NULL, NULL));
    show_ints(f, "in the buffer", buffer, 1);
    MUST(clSetKernelArgSVMPointer(adds, 1, out));
    MUST(clEnqueueNDRangeKernel(f->queue, adds, 1, NULL, &one, NULL, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    MUST(clReleaseMemObject(buffer));

    MUST(clReleaseKernel(clone));
    MUST(clReleaseKernel(adds));
    MUST(clReleaseKernel(links));
    clSVMFree(f->context, first);
    clSVMFree(f->context, other);
    clSVMFree(f->context, out);
}

static void buffers_on_it(const struct fixture *f, cl_program program)
{
    cl_int status, own[16] = {0};
    cl_int *a = allocate(f, 0, 4096);
    cl_int seven = 7;
    size_t n = 16;
    MUST(clEnqueueSVMMemFill(f->queue, a, &seven, sizeof seven, 4096, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    cl_mem whole, part, refused;
    SHOW_NEW(whole, status, clCreateBuffer(f->context, CL_MEM_USE_HOST_PTR, 4096, a, &status));
    SHOW_NEW(part, status, clCreateBuffer(f->context, CL_MEM_USE_HOST_PTR, 1024, a + 256, &status));
    SHOW_NEW(refused, status, clCreateBuffer(f->context, CL_MEM_USE_HOST_PTR, 16384, a, &status));
    INFO(clGetMemObjectInfo, whole, CL_MEM_USES_SVM_POINTER, U32);
    INFO(clGetMemObjectInfo, part, CL_MEM_USES_SVM_POINTER, U32);
    INFO(clGetMemObjectInfo, whole, CL_MEM_FLAGS, U64);
    void *host = NULL;
    MUST(clGetMemObjectInfo(part, CL_MEM_HOST_PTR, sizeof host, &host, NULL));
    printf("its address: %d\n", host == a + 256);
    cl_mem ordinary = clCreateBuffer(f->context, CL_MEM_USE_HOST_PTR, sizeof own, own, &status);
    MUST(status);
    INFO(clGetMemObjectInfo, ordinary, CL_MEM_USES_SVM_POINTER, U32);
    MUST(clReleaseMemObject(ordinary));

    cl_kernel twice = kernel_of(program, "twice");
    MUST(clSetKernelArg(twice, 0, sizeof part, &part));
    MUST(clEnqueueNDRangeKernel(f->queue, twice, 1, NULL, &n, NULL, 0, NULL, NULL));
    cl_int *mapped = clEnqueueMapBuffer(f->queue, part, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 0, 1024, 0, NULL, NULL, &status);
    MUST(status);
    printf("mapped at its address: %d\n", mapped == a + 256);
    show("doubled", mapped, 4);
    mapped[1] = 5;
    MUST(clEnqueueUnmapMemObject(f->queue, part, mapped, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    MUST(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_READ, a, 4096, 0, NULL, NULL));
    show("in the memory itself", a + 254, 6);
    MUST(clEnqueueSVMUnmap(f->queue, a, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    MUST(clReleaseKernel(twice));
    MUST(clReleaseMemObject(part));
    MUST(clReleaseMemObject(whole));
    clSVMFree(f->context, a);
}

struct freed {
    const struct fixture *f;
    atomic_int calls;
    int as_given;
    void *expected[2];
};

static void CL_CALLBACK on_free(cl_command_queue queue, cl_uint n, void *pointers[], void *user_data)
{
    struct freed *freed = user_data;
    freed->as_given = queue == freed->f->queue && n == 2 && pointers[0] == freed->expected[0] && pointers[1] == freed->expected[1];
    for (cl_uint i = 0; i < n; i++)
        clSVMFree(freed->f->context, pointers[i]);
    freed->calls++;
}

static void frees(const struct fixture *f)
{
    void *list[2];
    cl_event event, gate;
    cl_int status;
    struct freed freed = {.f = f};

    clSVMFree(f->context, NULL);
    for (int i = 0; i < 2; i++)
        list[i] = allocate(f, 0, 5000);
    SHOW(clEnqueueSVMFree(f->queue, 2, list, NULL, NULL, 0, NULL, &event));
    MUST(clWaitForEvents(1, &event));
    INFO(clGetEventInfo, event, CL_EVENT_COMMAND_TYPE, U32);
    MUST(clReleaseEvent(event));

    for (int i = 0; i < 2; i++)
        freed.expected[i] = list[i] = allocate(f, 0, 5000);
    SHOW_NEW(gate, status, clCreateUserEvent(f->context, &status));
    SHOW(clEnqueueSVMFree(f->queue, 2, list, on_free, &freed, 1, &gate, &event));
    printf("calls before it may run: %d\n", (int)freed.calls);
    MUST(clSetUserEventStatus(gate, CL_COMPLETE));
    MUST(clWaitForEvents(1, &event));
    printf("calls: %d, as given: %d\n", (int)freed.calls, freed.as_given);
    MUST(clReleaseEvent(event));
    MUST(clReleaseEvent(gate));

    list[0] = allocate(f, 0, 64);
    SHOW(clEnqueueSVMFree(f->queue, 0, list, NULL, NULL, 0, NULL, NULL));
    SHOW(clEnqueueSVMFree(f->queue, 1, NULL, NULL, NULL, 0, NULL, NULL));
    SHOW(clEnqueueSVMFree(f->queue, 0, NULL, NULL, NULL, 0, NULL, NULL));
    SHOW(clEnqueueSVMFree(f->queue, 1, list, NULL, NULL, 1, NULL, NULL));
    SHOW(clEnqueueSVMFree(f->queue, 1, list, NULL, NULL, 0, NULL, NULL));
    MUST(clFinish(f->queue));
}

void cover_svm(struct fixture *f)
{
    if (!(capabilities(f) & CL_DEVICE_SVM_COARSE_GRAIN_BUFFER)) {
        without(f);
        return;
    }
    cl_program program = build(f);
    allocations(f);
    allocations_elsewhere(f);
    map_and_unmap(f, program);
    copies(f);
    fills_and_moves(f);
    pointers_inside(f, program);
    buffers_on_it(f, program);
    frees(f);
    MUST(clReleaseProgram(program));
}

/* Memory that host and kernels use at once, without map and unmap. */
void cover_svm_fine_grained(struct fixture *f)
{
    enum { N = 4096 };
    cl_device_svm_capabilities caps = capabilities(f);
    printf("capabilities %llx\n", (unsigned long long)caps);
    INFO(clGetDeviceInfo, f->device, CL_DEVICE_SVM_CAPABILITIES, U64);
    if (!(caps & CL_DEVICE_SVM_FINE_GRAIN_BUFFER))
        return;
    cl_program program = build(f);
    cl_kernel twice = kernel_of(program, "twice");
    cl_int *a = allocate(f, CL_MEM_SVM_FINE_GRAIN_BUFFER, N * sizeof *a);
    size_t n = N;
    cl_int out[4];
    for (int i = 0; i < N; i++)
        a[i] = i;
    MUST(clSetKernelArgSVMPointer(twice, 0, a));
    for (int round = 0; round < 3; round++) {
        MUST(clEnqueueNDRangeKernel(f->queue, twice, 1, NULL, &n, NULL, 0, NULL, NULL));
        MUST(clFinish(f->queue));
        printf("round %d: %d %d %d\n", round, a[1], a[2], a[N - 1]);
        a[1] += 1;
    }
    MUST(clEnqueueSVMMemcpy(f->queue, CL_TRUE, out, a, sizeof out, 0, NULL, NULL));
    show("copied", out, 4);
    out[0] = 1234;
    MUST(clEnqueueSVMMemcpy(f->queue, CL_FALSE, a, out, sizeof *out, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    show("written", a, 2);
    MUST(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, a, 64, 0, NULL, NULL));
    a[1] = -1;
    MUST(clEnqueueSVMUnmap(f->queue, a, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    show("mapped and unmapped", a, 3);

    printf("a buffer on it\n");
    cl_int status;
    cl_mem buffer = clCreateBuffer(f->context, CL_MEM_USE_HOST_PTR, N * sizeof *a, a, &status);
    MUST(status);
    cl_int *mapped = clEnqueueMapBuffer(f->queue, buffer, CL_TRUE, CL_MAP_WRITE, 0, 64, 0, NULL, NULL, &status);
    MUST(status);
    a[3] = 33;
    MUST(clEnqueueUnmapMemObject(f->queue, buffer, mapped, 0, NULL, NULL));
    MUST(clFinish(f->queue));
    show_ints(f, "the buffer", buffer, 4);
    MUST(clReleaseMemObject(buffer));

    if (caps & CL_DEVICE_SVM_ATOMICS)
        clSVMFree(f->context, allocate(f, CL_MEM_SVM_FINE_GRAIN_BUFFER | CL_MEM_SVM_ATOMICS, 64));
    clSVMFree(f->context, a);
    MUST(clReleaseKernel(twice));
    MUST(clReleaseProgram(program));
}
