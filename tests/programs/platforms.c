/* Every platform of the machine in one process: a context on each, used in turns, and objects of one given to another. Whichever
 * order the loader has them in, the transcript is in the order of their names. */
#include "ocl.h"
#include <CL/cl_ext.h>

enum { MOST = 8, INTS = 256 };

struct one {
    char name[128];
    cl_platform_id platform;
    cl_device_id device;
    cl_context context;
    cl_command_queue queue;
    cl_program program;
    cl_kernel kernel;
    cl_mem buffer;
};

static const char *const source =
    "kernel void advance(global int *data, int by) { size_t i = get_global_id(0); data[i] = data[i] * by + (int)i; }\n";

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct one *)a)->name, ((const struct one *)b)->name);
}

static void show(const struct one *a, const struct one *b, const char *what, cl_int status)
{
    printf("%s with %s: %s = %s\n", a->name, b->name, what, status_name(status));
}

/* What one vendor says of another's objects. Only where it compares them: most look into whatever they are given. */
static void mix(const struct one *a, const struct one *b)
{
    cl_int status = CL_SUCCESS;
    cl_context_properties properties[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)a->platform, 0};
    cl_device_id both[] = {a->device, b->device};
    clCreateCommandQueue(a->context, b->device, 0, &status);
    show(a, b, "a queue of a context without the device", status);
    show(a, b, "clBuildProgram", clBuildProgram(a->program, 1, &b->device, NULL, NULL, NULL));
    cl_build_status built;
    show(a, b, "clGetProgramBuildInfo", clGetProgramBuildInfo(a->program, b->device, CL_PROGRAM_BUILD_STATUS, sizeof built, &built, NULL));
    if (strcmp(a->name, "Portable Computing Language") == 0)
        return; /* it looks into the device, and crashes or not */
    clCreateContext(properties, 1, &b->device, NULL, NULL, &status);
    show(a, b, "a context of the platform with the device", status);
    clCreateContext(properties, 2, both, NULL, NULL, &status);
    show(a, b, "a context of the platform with both devices", status);
}

int main(void)
{
    cl_platform_id platforms[MOST];
    struct one all[MOST] = {0};
    cl_uint count = 0, used = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    cl_int status = clGetPlatformIDs(MOST, platforms, &count);
    printf("clGetPlatformIDs = %s, %u platforms\n", status_name(status), count);
    if (status != CL_SUCCESS) {
        /* What else there is without any platform. */
        cl_platform_id none = NULL;
        cl_device_id device;
        cl_context context = clCreateContextFromType(NULL, CL_DEVICE_TYPE_ALL, NULL, NULL, &status);
        printf("clCreateContextFromType = %s, %d\n", status_name(status), context != NULL);
        printf("clGetDeviceIDs = %s\n", status_name(clGetDeviceIDs(none, CL_DEVICE_TYPE_ALL, 1, &device, NULL)));
        printf("clGetPlatformInfo = %s\n", status_name(clGetPlatformInfo(none, CL_PLATFORM_NAME, 0, NULL, NULL)));
        printf("clGetPlatformIDs = %s\n", status_name(clGetPlatformIDs(0, NULL, NULL)));
        printf("clGetPlatformIDs = %s\n", status_name(clGetPlatformIDs(1, &none, NULL)));
        printf("clUnloadCompiler = %s\n", status_name(clUnloadCompiler()));
        return 0;
    }
    REQUIRE(count <= MOST);
    for (cl_uint i = 0; i < count; i++) {
        char suffix[64] = "";
        struct one *one = &all[used];
        one->platform = platforms[i];
        MUST(clGetPlatformInfo(platforms[i], CL_PLATFORM_NAME, sizeof one->name, one->name, NULL));
        MUST(clGetPlatformInfo(platforms[i], CL_PLATFORM_ICD_SUFFIX_KHR, sizeof suffix, suffix, NULL));
        status = clGetDeviceIDs(platforms[i], CL_DEVICE_TYPE_ALL, 1, &one->device, NULL);
        printf("platform %s, suffix %s: %s\n", one->name, suffix, status_name(status));
        used += status == CL_SUCCESS;
    }
    qsort(all, used, sizeof *all, by_name);

    for (cl_uint i = 0; i < used; i++) {
        struct one *one = &all[i];
        cl_context_properties properties[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)one->platform, 0};
        cl_context by_type = clCreateContextFromType(properties, CL_DEVICE_TYPE_ALL, NULL, NULL, &status);
        printf("%s: a context of its devices: %s\n", one->name, status_name(status));
        if (by_type)
            MUST(clReleaseContext(by_type));
        one->context = clCreateContext(properties, 1, &one->device, NULL, NULL, &status);
        MUST(status);
        one->queue = clCreateCommandQueue(one->context, one->device, 0, &status);
        MUST(status);
        one->program = clCreateProgramWithSource(one->context, 1, (const char **)&source, NULL, &status);
        MUST(status);
        MUST(clBuildProgram(one->program, 1, &one->device, NULL, NULL, NULL));
        one->kernel = clCreateKernel(one->program, "advance", &status);
        MUST(status);
        one->buffer = clCreateBuffer(one->context, CL_MEM_READ_WRITE, INTS * sizeof(cl_int), NULL, &status);
        MUST(status);
    }

    /* The result of each platform is what the next begins with. */
    cl_int data[INTS];
    for (int i = 0; i < INTS; i++)
        data[i] = i;
    for (cl_int round = 0; round < 6; round++) {
        struct one *one = &all[(cl_uint)round % used];
        size_t items = INTS;
        MUST(clEnqueueWriteBuffer(one->queue, one->buffer, CL_FALSE, 0, sizeof data, data, 0, NULL, NULL));
        MUST(clSetKernelArg(one->kernel, 0, sizeof one->buffer, &one->buffer));
        MUST(clSetKernelArg(one->kernel, 1, sizeof round, &round));
        MUST(clEnqueueNDRangeKernel(one->queue, one->kernel, 1, NULL, &items, NULL, 0, NULL, NULL));
        MUST(clEnqueueReadBuffer(one->queue, one->buffer, CL_TRUE, 0, sizeof data, data, 0, NULL, NULL));
        printf("round %d, %s: %016llx\n", round, one->name, (unsigned long long)checksum(data, sizeof data));
    }

    for (cl_uint i = 0; i < used; i++)
        for (cl_uint k = 0; k < used; k++)
            if (i != k)
                mix(&all[i], &all[k]);

    for (cl_uint i = 0; i < used; i++) {
        MUST(clReleaseMemObject(all[i].buffer));
        MUST(clReleaseKernel(all[i].kernel));
        MUST(clReleaseProgram(all[i].program));
        MUST(clReleaseCommandQueue(all[i].queue));
        MUST(clReleaseContext(all[i].context));
    }
    printf("done\n");
    return 0;
}
