/* Shared virtual memory: allocating and freeing it, commands on it, and as arguments of kernels. Without the feature the same calls have
 * errors of their own. Addresses that were never allocated, and ranges beyond the end, are not here: what becomes of them is nobody's
 * promise. */
#include "conformance.h"

enum { SIZE = 4096, INTS = SIZE / sizeof(cl_int) };

/* Oclgrind has none of the functions, on which the loader jumps to nowhere; without a queue or kernel it says so itself. */
static int has_functions(const struct fixture *f)
{
    return !is(f, OCLGRIND);
}

/* Memory in a context; null on a device without it. */
static cl_int *memory_in(cl_context context)
{
    return clSVMAlloc(context, CL_MEM_READ_WRITE, SIZE, 0);
}

#define ALLOC(call)                                                                                    \
    do {                                                                                               \
        loud(#call);                                                                                   \
        void *memory_ = (call);                                                                        \
        printf("%s = %s\n", #call, memory_ ? "memory" : "NULL");                                       \
        if (memory_)                                                                                   \
            clSVMFree(f->context, memory_);                                                            \
    } while (0)

void conform_svm_memory(struct fixture *f)
{
    static const cl_uint alignments[] = {1, 2, 3, 4, 8, 16, 24, 32, 64, 100, 128, 256, 4096, 65536, 1u << 20, 1u << 31, UINT32_MAX};
    static const size_t sizes[] = {0, 1, 127, 4096, 4097, (size_t)1 << 46, (size_t)1 << 62, SIZE_MAX - 4096, SIZE_MAX};
    cl_ulong most = 0;
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof most, &most, NULL));

    part("clSVMAlloc");
    ALLOC(clSVMAlloc(NULL, 0, SIZE, 0));
    if (!has_functions(f))
        return;
    for (size_t i = 0; i < flag_set_count; i++) {
        printf("%s: ", flag_sets[i].name);
        ALLOC(clSVMAlloc(f->context, flag_sets[i].flags, SIZE, 0));
    }
    for (size_t i = 0; i < sizeof alignments / sizeof *alignments; i++) {
        printf("%u: ", alignments[i]);
        ALLOC(clSVMAlloc(f->context, 0, SIZE, alignments[i]));
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        printf("%zu: ", sizes[i]);
        ALLOC(clSVMAlloc(f->context, 0, sizes[i], 0));
    }
    ALLOC(clSVMAlloc(f->context, 0, (size_t)most + 1, 0));

    part("clSVMFree");
    cl_int *memory = memory_in(f->context);
    loud("clSVMFree(NULL, NULL)");
    clSVMFree(NULL, NULL);
    loud("clSVMFree(f->context, NULL)");
    clSVMFree(f->context, NULL);
    if (memory) {
        loud("clSVMFree(NULL, memory)");
        clSVMFree(NULL, memory);
        COMMAND(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_WRITE, memory, SIZE, 0, NULL, &event));
        memory[0] = 7;
        COMMAND(clEnqueueSVMUnmap(f->queue, memory, 0, NULL, &event));
        clSVMFree(f->context, memory);
    }
}

#define FREE(count, list) clEnqueueSVMFree(f->queue, 0, NULL, NULL, NULL, (count), (list), &event)
#define MEMCPY(count, list) clEnqueueSVMMemcpy(f->queue, blocking, b, a, 64, (count), (list), &event)
#define FILL(count, list) clEnqueueSVMMemFill(f->queue, a, &value, sizeof value, 64, (count), (list), &event)
#define MAP(count, list) clEnqueueSVMMap(f->queue, blocking, CL_MAP_READ, a, 64, (count), (list), &event)
#define UNMAP(count, list) clEnqueueSVMUnmap(f->queue, a, (count), (list), &event)
#define MIGRATE(count, list) clEnqueueSVMMigrateMem(f->queue, 1, places, NULL, 0, (count), (list), &event)

static void frees(struct fixture *f, cl_int *a)
{
    void *list[] = {a}, *nothing[] = {NULL};
    part("clEnqueueSVMFree");
    COMMAND(clEnqueueSVMFree(NULL, 1, list, NULL, NULL, 0, NULL, &event));
    COMMAND(clEnqueueSVMFree(f->queue, 0, NULL, NULL, NULL, 0, NULL, &event));
    COMMAND(clEnqueueSVMFree(f->queue, 0, list, NULL, NULL, 0, NULL, &event));
    COMMAND(clEnqueueSVMFree(f->queue, 1, NULL, NULL, NULL, 0, NULL, &event));
    COMMAND(clEnqueueSVMFree(f->queue, 1, nothing, NULL, NULL, 0, NULL, &event));
    COMMAND(clEnqueueSVMFree(f->queue, 1, list, NULL, NULL, 0, &f->event, &event));
    COMMAND(clEnqueueSVMFree(f->queue, 1, list, NULL, NULL, 1, NULL, &event));
    COMMAND(clEnqueueSVMFree(f->queue, 1, list, NULL, NULL, 1, &f->other_event, &event));
    WAIT_LISTS(FREE);
}

static void copies(struct fixture *f, cl_int *a, cl_int *b, cl_bool blocking)
{
    static cl_int own[INTS];
    part(blocking ? "clEnqueueSVMMemcpy, blocking" : "and not blocking");
    for (int i = 0; i < INTS; i++)
        own[i] = i;
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, a, own, SIZE, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, b, a, SIZE, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, own, b + 8, 64, 0, NULL, &event));
    printf("copied: %d %d %d\n", own[0], own[15], own[16]);
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, NULL, a, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, b, NULL, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, NULL, NULL, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, own, NULL, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, NULL, own, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, b, a, 0, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, NULL, a, 0, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, own, own + 64, 0, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, a, a, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, a, a + 1, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, a + 1, a, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, a + 16, a, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, own, own + 1, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, own, own, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, own, own + 16, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, a, a + 1, 64, 1, &f->other_event, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, a, a + 1, 64, 1, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, NULL, a, 64, 1, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, own, a, 64, 1, &f->other_event, &event));
    COMMAND(clEnqueueSVMMemcpy(f->queue, blocking, a, own, 64, 1, &f->other_event, &event));
    COMMAND(clEnqueueSVMMemcpy(f->other_queue, blocking, b, a, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->other_queue, blocking, own, a, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(f->other_queue, blocking, a, own, 64, 0, NULL, &event));
    WAIT_LISTS(MEMCPY);
}

static void fills(struct fixture *f, cl_int *a)
{
    static const size_t patterns[] = {0, 1, 2, 3, 4, 6, 8, 16, 32, 64, 100, 128, 256, SIZE_MAX};
    cl_int wide[64] = {1, 2, 3}, value = 5;
    part("clEnqueueSVMMemFill");
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        size_t pattern_size = patterns[i];
        printf("%zu: ", pattern_size);
        if (pattern_size != SIZE_MAX)
            COMMAND(clEnqueueSVMMemFill(f->queue, a, wide, pattern_size, 768, 0, NULL, &event));
        printf("%zu: ", pattern_size);
        COMMAND(clEnqueueSVMMemFill(f->queue, a, wide, pattern_size, 0, 0, NULL, &event));
    }
    COMMAND(clEnqueueSVMMemFill(f->queue, NULL, &value, sizeof value, 64, 0, NULL, &event));
    SPARE(POCL, "reads through null", COMMAND(clEnqueueSVMMemFill(f->queue, a, NULL, sizeof value, 64, 0, NULL, &event)));
    COMMAND(clEnqueueSVMMemFill(f->queue, a, NULL, 0, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemFill(f->queue, a, &value, sizeof value, 66, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemFill(f->queue, a, &value, sizeof value, 2, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemFill(f->queue, (char *)a + 2, &value, sizeof value, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemFill(f->queue, (char *)a + 1, &value, sizeof value, 66, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemFill(f->queue, NULL, &value, sizeof value, 64, 1, NULL, &event));
    COMMAND(clEnqueueSVMMemFill(f->queue, (char *)a + 1, &value, sizeof value, 64, 1, &f->other_event, &event));
    COMMAND(clEnqueueSVMMemFill(f->other_queue, a, &value, sizeof value, 64, 0, NULL, &event));
    WAIT_LISTS(FILL);
}

static void maps(struct fixture *f, cl_int *a, cl_bool blocking)
{
    static const cl_map_flags flags[] = {CL_MAP_READ, CL_MAP_WRITE, CL_MAP_READ | CL_MAP_WRITE, CL_MAP_WRITE_INVALIDATE_REGION,
                                         CL_MAP_READ | CL_MAP_WRITE_INVALIDATE_REGION, CL_MAP_WRITE | CL_MAP_WRITE_INVALIDATE_REGION, 0, 1u << 20};
    part(blocking ? "clEnqueueSVMMap, blocking" : "and not blocking");
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        printf("flags %#llx: ", (unsigned long long)flags[i]);
        COMMAND(clEnqueueSVMMap(f->queue, blocking, flags[i], a, SIZE, 0, NULL, &event));
        COMMAND(clEnqueueSVMUnmap(f->queue, a, 0, NULL, &event));
    }
    COMMAND(clEnqueueSVMMap(f->queue, blocking, CL_MAP_READ, NULL, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMap(f->queue, blocking, CL_MAP_READ, NULL, 0, 0, NULL, &event));
    COMMAND(clEnqueueSVMMap(f->queue, blocking, CL_MAP_READ, a, 0, 0, NULL, &event));
    COMMAND(clEnqueueSVMMap(f->queue, blocking, CL_MAP_READ, NULL, 64, 1, NULL, &event));
    COMMAND(clEnqueueSVMMap(f->other_queue, blocking, CL_MAP_READ, a, 64, 0, NULL, &event));
    WAIT_LISTS(MAP);
    COMMAND(clEnqueueSVMUnmap(f->queue, a, 0, NULL, &event));
}

static void unmaps(struct fixture *f, cl_int *a)
{
    part("clEnqueueSVMUnmap");
    COMMAND(clEnqueueSVMMap(f->queue, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, a, SIZE, 0, NULL, &event));
    COMMAND(clEnqueueSVMUnmap(f->queue, NULL, 0, NULL, &event));
    COMMAND(clEnqueueSVMUnmap(f->queue, NULL, 1, NULL, &event));
    COMMAND(clEnqueueSVMUnmap(f->other_queue, a, 0, NULL, &event));
    WAIT_LISTS(UNMAP);
    COMMAND(clEnqueueSVMUnmap(f->queue, a, 0, NULL, &event)); /* no longer mapped */
}

static void moves(struct fixture *f, cl_int *a, cl_int *b)
{
    const void *places[] = {a, b}, *inside[] = {a + 16, b}, *nothing[] = {a, NULL};
    size_t whole[] = {SIZE, 0}, part_of[] = {64, 0}, long_[] = {SIZE + 64, 0}, far[] = {SIZE_MAX, 0};
    part("clEnqueueSVMMigrateMem");
    COMMAND(clEnqueueSVMMigrateMem(f->queue, 2, places, NULL, 0, 0, NULL, &event));
    COMMAND(clEnqueueSVMMigrateMem(f->queue, 2, places, whole, 0, 0, NULL, &event));
    COMMAND(clEnqueueSVMMigrateMem(f->queue, 2, places, part_of, 0, 0, NULL, &event));
    COMMAND(clEnqueueSVMMigrateMem(f->queue, 2, inside, part_of, 0, 0, NULL, &event));
    SPARE(POCL, "takes any range, as nobody else does", COMMAND(clEnqueueSVMMigrateMem(f->queue, 2, inside, whole, 0, 0, NULL, &event)));
    SPARE(POCL, "takes any range, as nobody else does", COMMAND(clEnqueueSVMMigrateMem(f->queue, 2, places, long_, 0, 0, NULL, &event)));
    SPARE(POCL, "takes any range, as nobody else does", COMMAND(clEnqueueSVMMigrateMem(f->queue, 2, places, far, 0, 0, NULL, &event)));
    COMMAND(clEnqueueSVMMigrateMem(f->queue, 2, nothing, NULL, 0, 0, NULL, &event));
    COMMAND(clEnqueueSVMMigrateMem(f->queue, 0, NULL, NULL, 0, 0, NULL, &event));
    COMMAND(clEnqueueSVMMigrateMem(f->queue, 0, places, NULL, 0, 0, NULL, &event));
    COMMAND(clEnqueueSVMMigrateMem(f->queue, 1, NULL, NULL, 0, 0, NULL, &event));
    COMMAND(clEnqueueSVMMigrateMem(f->queue, 1, NULL, whole, 0, 0, NULL, &event));
    COMMAND(clEnqueueSVMMigrateMem(f->queue, 1, places, NULL, CL_MIGRATE_MEM_OBJECT_HOST, 0, NULL, &event));
    COMMAND(clEnqueueSVMMigrateMem(f->queue, 1, places, NULL, CL_MIGRATE_MEM_OBJECT_CONTENT_UNDEFINED, 0, NULL, &event));
    COMMAND(clEnqueueSVMMigrateMem(f->queue, 1, places, NULL, CL_MIGRATE_MEM_OBJECT_HOST | CL_MIGRATE_MEM_OBJECT_CONTENT_UNDEFINED, 0, NULL, &event));
    COMMAND(clEnqueueSVMMigrateMem(f->queue, 1, places, NULL, 4, 0, NULL, &event));
    COMMAND(clEnqueueSVMMigrateMem(f->queue, 1, places, NULL, (cl_mem_migration_flags)1 << 40, 0, NULL, &event));
    COMMAND(clEnqueueSVMMigrateMem(f->queue, 0, NULL, NULL, 0, 1, NULL, &event));
    COMMAND(clEnqueueSVMMigrateMem(f->other_queue, 1, places, NULL, 0, 0, NULL, &event));
    WAIT_LISTS(MIGRATE);
}

void conform_svm_commands(struct fixture *f)
{
    static cl_int own_a[INTS], own_b[INTS];
    part("without a queue");
    COMMAND(clEnqueueSVMFree(NULL, 0, NULL, NULL, NULL, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemcpy(NULL, CL_TRUE, own_a, own_b, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMemFill(NULL, own_a, own_b, 4, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMMap(NULL, CL_TRUE, CL_MAP_READ, own_a, 64, 0, NULL, &event));
    COMMAND(clEnqueueSVMUnmap(NULL, own_a, 0, NULL, &event));
    COMMAND(clEnqueueSVMMigrateMem(NULL, 0, NULL, NULL, 0, 0, NULL, &event));
    if (!has_functions(f))
        return;
    /* A device without the feature is asked about memory that is the program's. */
    cl_int *svm_a = memory_in(f->context), *svm_b = memory_in(f->context), *a = svm_a ? svm_a : own_a, *b = svm_b ? svm_b : own_b;
    frees(f, a);
    for (int blocking = 1; blocking >= 0; blocking--)
        copies(f, a, b, (cl_bool)blocking);
    fills(f, a);
    for (int blocking = 1; blocking >= 0; blocking--)
        maps(f, a, (cl_bool)blocking);
    unmaps(f, a);
    moves(f, a, b);
    clSVMFree(f->context, svm_a);
    clSVMFree(f->context, svm_b);
}

void conform_svm_arguments(struct fixture *f)
{
    size_t items = 16;
    cl_int value = 3, status;
    cl_kernel kernel = a_kernel(f, "fill"), local = a_kernel(f, "reversed"), table = a_kernel(f, "constants");
    cl_mem buffer = a_buffer(f, 0, SIZE);
    part("clSetKernelArgSVMPointer, clSetKernelExecInfo without a kernel");
    TRY(clSetKernelArgSVMPointer(NULL, 0, NULL));
    TRY(clSetKernelExecInfo(NULL, CL_KERNEL_EXEC_INFO_SVM_PTRS, sizeof(void *), &buffer));
    if (!has_functions(f))
        goto done;
    cl_int *svm = memory_in(f->context), *foreign = memory_in(f->other_context), *a = svm ? svm : &value;
    MUST(clSetKernelArg(kernel, 1, sizeof value, &value));
    /* Again once the implementation took one. */
    for (int again = 0; again < 2; again++) {
        part(again ? "clSetKernelArgSVMPointer, again" : "clSetKernelArgSVMPointer");
        TRY(clSetKernelArgSVMPointer(kernel, 0, a));
        if (svm)
            COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &items, NULL, 0, NULL, &event));
        TRY(clSetKernelArgSVMPointer(kernel, 0, a + (svm ? 16 : 0)));
        TRY(clSetKernelArgSVMPointer(kernel, 0, NULL));
        TRY(clSetKernelArgSVMPointer(kernel, 1, a)); /* a value */
        TRY(clSetKernelArgSVMPointer(kernel, 2, a));
        TRY(clSetKernelArgSVMPointer(kernel, 2, NULL));
        TRY(clSetKernelArgSVMPointer(kernel, UINT32_MAX, a));
        TRY(clSetKernelArgSVMPointer(local, 2, a)); /* local memory */
        TRY(clSetKernelArgSVMPointer(table, 0, a)); /* constant memory */
        TRY(clSetKernelArgSVMPointer(kernel, 0, foreign));
        MUST(clSetKernelArg(kernel, 0, sizeof buffer, &buffer));
        MUST(clSetKernelArg(kernel, 1, sizeof value, &value));
    }

    part("clSetKernelExecInfo");
    void *list[] = {a, a}, *nothing[] = {NULL};
    cl_bool yes = CL_TRUE, no = CL_FALSE, odd = 2;
    TRY(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_PTRS, sizeof list, list));
    TRY(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_PTRS, sizeof *list, list));
    TRY(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_PTRS, sizeof *list - 1, list));
    TRY(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_PTRS, sizeof *list + 1, list));
    TRY(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_PTRS, 0, list));
    TRY(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_PTRS, 0, NULL));
    TRY(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_PTRS, sizeof *list, NULL));
    TRY(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_PTRS, sizeof *nothing, nothing));
    TRY(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_FINE_GRAIN_SYSTEM, sizeof no, &no));
    TRY(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_FINE_GRAIN_SYSTEM, sizeof yes, &yes));
    TRY(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_FINE_GRAIN_SYSTEM, sizeof odd, &odd));
    TRY(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_FINE_GRAIN_SYSTEM, sizeof no - 1, &no));
    TRY(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_FINE_GRAIN_SYSTEM, sizeof list, list));
    TRY(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_FINE_GRAIN_SYSTEM, 0, &no));
    TRY(clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_FINE_GRAIN_SYSTEM, sizeof no, NULL));
    TRY(clSetKernelExecInfo(kernel, 0, sizeof no, &no));
    TRY(clSetKernelExecInfo(kernel, 0x4242, sizeof no, &no));
    TRY(clSetKernelExecInfo(kernel, 0x4242, sizeof list, list));
    TRY(clSetKernelExecInfo(kernel, 0x4242, 0, NULL));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &items, NULL, 0, NULL, &event));

    part("buffers on it");
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateBuffer(f->context, CL_MEM_USE_HOST_PTR, SIZE, svm, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateBuffer(f->context, CL_MEM_USE_HOST_PTR, 0, svm, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateBuffer(f->context, CL_MEM_USE_HOST_PTR | CL_MEM_ALLOC_HOST_PTR, SIZE, svm, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateBuffer(f->context, CL_MEM_USE_HOST_PTR | CL_MEM_COPY_HOST_PTR, SIZE, svm, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateBuffer(f->context, CL_MEM_COPY_HOST_PTR, SIZE, svm, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateBuffer(f->context, 0, SIZE, svm, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateBuffer(NULL, CL_MEM_USE_HOST_PTR, SIZE, svm, &status));
    clSVMFree(f->context, svm);
    clSVMFree(f->other_context, foreign);
    (void)status;
done:
    MUST(clReleaseMemObject(buffer));
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseKernel(local));
    MUST(clReleaseKernel(table));
}
