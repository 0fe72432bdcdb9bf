/* Buffers and parts of buffers: making them, and what they say of themselves. */
#include "conformance.h"

static void infos(cl_mem mem)
{
    QUERY(clGetMemObjectInfo(mem, CL_MEM_TYPE, size, value, size_ret));
    QUERY(clGetMemObjectInfo(mem, CL_MEM_FLAGS, size, value, size_ret));
    QUERY(clGetMemObjectInfo(mem, CL_MEM_SIZE, size, value, size_ret));
    QUERY(clGetMemObjectInfo(mem, CL_MEM_HOST_PTR, size, value, size_ret));
    QUERY(clGetMemObjectInfo(mem, CL_MEM_MAP_COUNT, size, value, size_ret));
    QUERY(clGetMemObjectInfo(mem, CL_MEM_REFERENCE_COUNT, size, value, size_ret));
    QUERY(clGetMemObjectInfo(mem, CL_MEM_CONTEXT, size, value, size_ret));
    QUERY(clGetMemObjectInfo(mem, CL_MEM_ASSOCIATED_MEMOBJECT, size, value, size_ret));
    QUERY(clGetMemObjectInfo(mem, CL_MEM_OFFSET, size, value, size_ret));
    QUERY(clGetMemObjectInfo(mem, CL_MEM_USES_SVM_POINTER, size, value, size_ret));
    QUERY(clGetMemObjectInfo(mem, CL_MEM_PROPERTIES, size, value, size_ret));
}

static void show_flags(cl_mem mem)
{
    cl_mem_flags flags = 0;
    cl_uint references = 0;
    MUST(clGetMemObjectInfo(mem, CL_MEM_FLAGS, sizeof flags, &flags, NULL));
    MUST(clGetMemObjectInfo(mem, CL_MEM_REFERENCE_COUNT, sizeof references, &references, NULL));
    printf("flags %#llx, %u references\n", (unsigned long long)flags, references);
}

const struct flag_set flag_sets[] = {
    {"none", 0},
    {"read-write", CL_MEM_READ_WRITE},
    {"write-only", CL_MEM_WRITE_ONLY},
    {"read-only", CL_MEM_READ_ONLY},
    {"read-write, write-only", CL_MEM_READ_WRITE | CL_MEM_WRITE_ONLY},
    {"read-write, read-only", CL_MEM_READ_WRITE | CL_MEM_READ_ONLY},
    {"write-only, read-only", CL_MEM_WRITE_ONLY | CL_MEM_READ_ONLY},
    {"use", CL_MEM_USE_HOST_PTR},
    {"alloc", CL_MEM_ALLOC_HOST_PTR},
    {"copy", CL_MEM_COPY_HOST_PTR},
    {"alloc, copy", CL_MEM_ALLOC_HOST_PTR | CL_MEM_COPY_HOST_PTR},
    {"use, alloc", CL_MEM_USE_HOST_PTR | CL_MEM_ALLOC_HOST_PTR},
    {"use, copy", CL_MEM_USE_HOST_PTR | CL_MEM_COPY_HOST_PTR},
    {"host write-only", CL_MEM_HOST_WRITE_ONLY},
    {"host read-only", CL_MEM_HOST_READ_ONLY},
    {"host no access", CL_MEM_HOST_NO_ACCESS},
    {"host write-only, host read-only", CL_MEM_HOST_WRITE_ONLY | CL_MEM_HOST_READ_ONLY},
    {"host read-only, host no access", CL_MEM_HOST_READ_ONLY | CL_MEM_HOST_NO_ACCESS},
    {"host write-only, host no access", CL_MEM_HOST_WRITE_ONLY | CL_MEM_HOST_NO_ACCESS},
    {"host no access, use", CL_MEM_HOST_NO_ACCESS | CL_MEM_USE_HOST_PTR},
    {"kernel read and write", CL_MEM_KERNEL_READ_AND_WRITE},
    {"SVM fine grain", CL_MEM_SVM_FINE_GRAIN_BUFFER},
    {"SVM atomics", CL_MEM_SVM_ATOMICS},
    {"SVM fine grain and atomics", CL_MEM_SVM_FINE_GRAIN_BUFFER | CL_MEM_SVM_ATOMICS},
    {"unknown", (cl_mem_flags)1 << 30},
    {"unknown and high", (cl_mem_flags)1 << 60},
};
const size_t flag_set_count = sizeof flag_sets / sizeof *flag_sets;

void conform_buffers(struct fixture *f)
{
    static unsigned char bytes[256];
    cl_mem_properties empty[] = {0}, unknown[] = {0x4242, 1, 0};
    cl_ulong most = 0;
    cl_mem buffer;

    MUST(clGetDeviceInfo(f->device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof most, &most, NULL));

    part("clCreateBuffer");
    for (size_t i = 0; i < flag_set_count; i++) {
        cl_mem_flags flags = flag_sets[i].flags;
        for (int with = 0; with < 2; with++) {
            void *host = with ? bytes : NULL;
            printf("%s, %s: ", flag_sets[i].name, with ? "with memory" : "without memory");
            NEW(buffer, clCreateBuffer(f->context, flags, sizeof bytes, host, &status));
            if (buffer) {
                show_flags(buffer);
                MUST(clReleaseMemObject(buffer));
            }
        }
    }
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateBuffer(f->context, 0, 0, NULL, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateBuffer(f->context, 0, (size_t)most + 1, NULL, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateBuffer(f->context, 0, SIZE_MAX, NULL, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateBuffer(f->context, 0, (size_t)1 << 62, NULL, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateBuffer(f->context, 0, 1, NULL, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateBuffer(NULL, 0, 16, NULL, &status));
    printf("no buffer without a status: %d\n", clCreateBuffer(f->context, 0, 0, NULL, NULL) != NULL);

    part("clCreateBufferWithProperties");
    /* Oclgrind has no such function, on which the loader jumps to nowhere. */
    if (!is(f, OCLGRIND)) {
        TRY_NEW(cl_mem, clReleaseMemObject, clCreateBufferWithProperties(f->context, NULL, 0, 16, NULL, &status));
        TRY_NEW(cl_mem, clReleaseMemObject, clCreateBufferWithProperties(f->context, empty, 0, 16, NULL, &status));
        TRY_NEW(cl_mem, clReleaseMemObject, clCreateBufferWithProperties(f->context, unknown, 0, 16, NULL, &status));
        TRY_NEW(cl_mem, clReleaseMemObject, clCreateBufferWithProperties(f->context, empty, 0, 0, NULL, &status));
        NEW(buffer, clCreateBufferWithProperties(f->context, empty, 0, 16, NULL, &status));
        if (buffer) {
            QUERY(clGetMemObjectInfo(buffer, CL_MEM_PROPERTIES, size, value, size_ret));
            TRY(clReleaseMemObject(buffer));
        }
        NEW(buffer, clCreateBufferWithProperties(f->context, NULL, 0, 16, NULL, &status));
        if (buffer) {
            QUERY(clGetMemObjectInfo(buffer, CL_MEM_PROPERTIES, size, value, size_ret));
            TRY(clReleaseMemObject(buffer));
        }
    }
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateBufferWithProperties(NULL, NULL, 0, 16, NULL, &status));

    part("clGetMemObjectInfo");
    buffer = a_buffer(f, 0, 256);
    infos(buffer);
    QUERY(clGetMemObjectInfo(buffer, 0x4242, size, value, size_ret));
    QUERY(clGetMemObjectInfo(NULL, CL_MEM_SIZE, size, value, size_ret));
    MUST(clReleaseMemObject(buffer));
    void *host = UNTOUCHED;
    NEW(buffer, clCreateBuffer(f->context, CL_MEM_USE_HOST_PTR, sizeof bytes, bytes, &status));
    infos(buffer);
    MUST(clGetMemObjectInfo(buffer, CL_MEM_HOST_PTR, sizeof host, &host, NULL));
    printf("the application's memory: %d\n", host == bytes);
    MUST(clReleaseMemObject(buffer));

    part("clRetainMemObject, clReleaseMemObject");
    buffer = a_buffer(f, 0, 256);
    TRY(clRetainMemObject(buffer));
    show_flags(buffer);
    TRY(clReleaseMemObject(buffer));
    show_flags(buffer);
    TRY(clReleaseMemObject(buffer));
    TRY(clRetainMemObject(NULL));
    TRY(clReleaseMemObject(NULL));
}

void conform_sub_buffers(struct fixture *f)
{
    cl_uint bits = 0;
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_MEM_BASE_ADDR_ALIGN, sizeof bits, &bits, NULL));
    size_t align = bits / 8;
    static unsigned char host[65536];
    cl_buffer_region whole = {0, 65536}, first = {0, 256}, second = {align, 256}, odd = {1, 64}, half = {align / 2, 64};
    cl_buffer_region nothing = {align, 0}, behind = {65536, 1}, beyond = {align, 65536}, overflow = {align, SIZE_MAX};
    cl_buffer_region far = {SIZE_MAX - align + 1, align}, last = {65536 - align, align};
    cl_mem parent = a_buffer(f, CL_MEM_READ_WRITE, 65536), part_of, sub;

    part("clCreateSubBuffer: regions");
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &whole, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &first, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &second, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &last, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &odd, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &half, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &nothing, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &behind, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &beyond, &status));
    SPARE(RUSTICL, "overflows", TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &overflow, &status)));
    SPARE(RUSTICL, "overflows", TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &far, &status)));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, NULL, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(parent, 0, 0, &first, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(parent, 0, 0x4242, &first, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(NULL, 0, CL_BUFFER_CREATE_TYPE_REGION, &first, &status));
    printf("no part without a status: %d\n", clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &nothing, NULL) != NULL);

    part("clCreateSubBuffer: a part of a part");
    NEW(part_of, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &whole, &status));
    TRY_NEW(cl_mem, clReleaseMemObject, clCreateSubBuffer(part_of, 0, CL_BUFFER_CREATE_TYPE_REGION, &first, &status));
    MUST(clReleaseMemObject(part_of));
    MUST(clReleaseMemObject(parent));

    part("clCreateSubBuffer: flags");
    for (size_t i = 0; i < flag_set_count; i++) {
        cl_int status;
        int uses = (flag_sets[i].flags & (CL_MEM_USE_HOST_PTR | CL_MEM_COPY_HOST_PTR)) != 0;
        parent = clCreateBuffer(f->context, flag_sets[i].flags, sizeof host, uses ? host : NULL, &status);
        if (status != CL_SUCCESS)
            continue;
        for (size_t j = 0; j < sizeof flag_sets / sizeof *flag_sets; j++) {
            cl_mem_flags inherited = 0;
            sub = clCreateSubBuffer(parent, flag_sets[j].flags, CL_BUFFER_CREATE_TYPE_REGION, &second, &status);
            printf("of (%s), (%s): %s", flag_sets[i].name, flag_sets[j].name, status_name(status));
            if (status == CL_SUCCESS) {
                void *place = NULL;
                MUST(clGetMemObjectInfo(sub, CL_MEM_FLAGS, sizeof inherited, &inherited, NULL));
                MUST(clGetMemObjectInfo(sub, CL_MEM_HOST_PTR, sizeof place, &place, NULL));
                printf(", flags %#llx", (unsigned long long)inherited);
                /* Of a buffer that has no memory of the application's, Oclgrind shows its own. */
                if (!is(f, OCLGRIND) || (flag_sets[i].flags & CL_MEM_USE_HOST_PTR))
                    printf(", host pointer %s", !place ? "null" : place == host + align ? "the part's" : "another");
                MUST(clReleaseMemObject(sub));
            }
            printf("\n");
        }
        MUST(clReleaseMemObject(parent));
    }

    part("a part's own information");
    parent = a_buffer(f, 0, 65536);
    NEW(sub, clCreateSubBuffer(parent, 0, CL_BUFFER_CREATE_TYPE_REGION, &second, &status));
    infos(sub);
    show_flags(parent);
    show_flags(sub);
    MUST(clReleaseMemObject(sub));
    show_flags(parent);
    MUST(clReleaseMemObject(parent));
}
