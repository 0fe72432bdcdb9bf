/* Platforms, devices, parts of devices, contexts and queues. */
#include "conformance.h"

void conform_platforms(struct fixture *f)
{
    cl_platform_id platforms[8] = {UNTOUCHED, UNTOUCHED};
    cl_uint count = 0x5e5e;

    part("clGetPlatformIDs");
    TRY(clGetPlatformIDs(0, NULL, &count));
    printf("platforms: %u\n", count);
    count = 0x5e5e;
    TRY(clGetPlatformIDs(0, NULL, NULL));
    TRY(clGetPlatformIDs(0, platforms, NULL));
    TRY(clGetPlatformIDs(0, platforms, &count));
    printf("count %s, list %s\n", count == 0x5e5e ? "untouched" : "written", platforms[0] == UNTOUCHED ? "untouched" : "written");
    TRY(clGetPlatformIDs(1, NULL, NULL));
    TRY(clGetPlatformIDs(1, NULL, &count));
    TRY(clGetPlatformIDs(1, platforms, NULL));
    printf("the same platform: %d, the next is untouched: %d\n", platforms[0] == f->platform, platforms[1] == UNTOUCHED);
    TRY(clGetPlatformIDs(8, platforms, &count));

    part("clGetPlatformInfo");
    QUERY(clGetPlatformInfo(f->platform, CL_PLATFORM_PROFILE, size, value, size_ret));
    QUERY(clGetPlatformInfo(f->platform, CL_PLATFORM_VERSION, size, value, size_ret));
    QUERY(clGetPlatformInfo(f->platform, CL_PLATFORM_NAME, size, value, size_ret));
    QUERY(clGetPlatformInfo(f->platform, CL_PLATFORM_VENDOR, size, value, size_ret));
    QUERY(clGetPlatformInfo(f->platform, CL_PLATFORM_EXTENSIONS, size, value, size_ret));
    QUERY(clGetPlatformInfo(f->platform, CL_PLATFORM_HOST_TIMER_RESOLUTION, size, value, size_ret));
    QUERY(clGetPlatformInfo(f->platform, CL_PLATFORM_NUMERIC_VERSION, size, value, size_ret));
    QUERY(clGetPlatformInfo(f->platform, CL_PLATFORM_EXTENSIONS_WITH_VERSION, size, value, size_ret));
    QUERY(clGetPlatformInfo(f->platform, 0x0920, size, value, size_ret)); /* CL_PLATFORM_ICD_SUFFIX_KHR */
    QUERY(clGetPlatformInfo(f->platform, 0, size, value, size_ret));
    QUERY(clGetPlatformInfo(f->platform, 0x4242, size, value, size_ret));
    QUERY(clGetPlatformInfo(f->platform, CL_DEVICE_NAME, size, value, size_ret));

    part("clUnloadPlatformCompiler");
    /* PoCL and Oclgrind have no such function, on which the loader jumps to nowhere. */
    if (!is(f, OCLGRIND))
        TRY(clUnloadPlatformCompiler(f->platform));
    TRY(clUnloadPlatformCompiler(NULL));
}

static const struct {
    const char *name;
    cl_device_type type;
} types[] = {
    {"CL_DEVICE_TYPE_DEFAULT", CL_DEVICE_TYPE_DEFAULT}, {"CL_DEVICE_TYPE_CPU", CL_DEVICE_TYPE_CPU},
    {"CL_DEVICE_TYPE_GPU", CL_DEVICE_TYPE_GPU}, {"CL_DEVICE_TYPE_ACCELERATOR", CL_DEVICE_TYPE_ACCELERATOR},
    {"CL_DEVICE_TYPE_CUSTOM", CL_DEVICE_TYPE_CUSTOM}, {"CL_DEVICE_TYPE_ALL", CL_DEVICE_TYPE_ALL},
    {"no type", 0}, {"an unknown type", 1u << 20}, {"two types", CL_DEVICE_TYPE_CPU | CL_DEVICE_TYPE_GPU},
    {"a known type and an unknown one", CL_DEVICE_TYPE_CPU | 1u << 20},
};

void conform_devices(struct fixture *f)
{
    cl_device_id devices[8];

    part("clGetDeviceIDs");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        cl_uint count = 0x5e5e;
        cl_int status = clGetDeviceIDs(f->platform, types[i].type, 0, NULL, &count);
        printf("%s: %s, %u devices; ", types[i].name, status_name(status), count);
        devices[0] = devices[1] = UNTOUCHED;
        status = clGetDeviceIDs(f->platform, types[i].type, 1, devices, NULL);
        printf("%s, %s, the next %s\n", status_name(status), devices[0] == UNTOUCHED ? "untouched" : "written",
               devices[1] == UNTOUCHED ? "untouched" : "written");
    }
    TRY(clGetDeviceIDs(f->platform, CL_DEVICE_TYPE_ALL, 0, NULL, NULL));
    TRY(clGetDeviceIDs(f->platform, CL_DEVICE_TYPE_ALL, 0, devices, NULL));
    TRY(clGetDeviceIDs(f->platform, CL_DEVICE_TYPE_ALL, 1, NULL, NULL));

    part("clGetDeviceInfo");
    /* Everything that a device says, and the numbers around. What it says is for other programs to print. */
    for (cl_device_info info = 0x0ffe; info < 0x1080; info++) {
        printf("%#x ", info);
        QUERY(clGetDeviceInfo(f->device, info, size, value, size_ret));
    }
    QUERY(clGetDeviceInfo(f->device, 0x4242, size, value, size_ret));
    QUERY(clGetDeviceInfo(f->device, 0x11b3, size, value, size_ret));

    part("clRetainDevice, clReleaseDevice");
    for (int i = 0; i < 3; i++)
        TRY(clReleaseDevice(f->device)); /* nothing happens to a device that is no part of another */
    TRY(clRetainDevice(f->device));
    TRY(clRetainDevice(NULL));
    TRY(clReleaseDevice(NULL));

    part("clGetDeviceAndHostTimer, clGetHostTimer");
    cl_ulong device_time = 0, host_time = 0;
    /* Oclgrind has none of these, on which the loader jumps to nowhere. */
    if (!is(f, OCLGRIND)) {
        if (TRY(clGetDeviceAndHostTimer(f->device, &device_time, &host_time)) == CL_SUCCESS)
            printf("both are there: %d\n", device_time != 0 && host_time != 0);
        TRY(clGetDeviceAndHostTimer(f->device, NULL, &host_time));
        TRY(clGetDeviceAndHostTimer(f->device, &device_time, NULL));
        TRY(clGetHostTimer(f->device, &host_time));
        TRY(clGetHostTimer(f->device, NULL));
    }
    TRY(clGetDeviceAndHostTimer(NULL, &device_time, &host_time));
    TRY(clGetHostTimer(NULL, &host_time));
}

void conform_sub_devices(struct fixture *f)
{
    cl_uint units = 0, count = 0x5e5e;
    cl_device_id parts[64], again[2];
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL));
    cl_device_partition_property equally[] = {CL_DEVICE_PARTITION_EQUALLY, 1, 0};
    cl_device_partition_property too_many[] = {CL_DEVICE_PARTITION_EQUALLY, (cl_device_partition_property)units + 1, 0};
    cl_device_partition_property by_zero[] = {CL_DEVICE_PARTITION_EQUALLY, 0, 0};
    cl_device_partition_property counts[] = {CL_DEVICE_PARTITION_BY_COUNTS, 1, CL_DEVICE_PARTITION_BY_COUNTS_LIST_END, 0};
    cl_device_partition_property more[] = {CL_DEVICE_PARTITION_BY_COUNTS, (cl_device_partition_property)units, 1, 0, 0};
    cl_device_partition_property negative[] = {CL_DEVICE_PARTITION_BY_COUNTS, -1, 0, 0};
    cl_device_partition_property affinity[] = {CL_DEVICE_PARTITION_BY_AFFINITY_DOMAIN, CL_DEVICE_AFFINITY_DOMAIN_NUMA, 0};
    cl_device_partition_property unknown[] = {0x4242, 1, 0}, none[] = {0};

    part("clCreateSubDevices");
    TRY(clCreateSubDevices(NULL, equally, 0, NULL, &count));
    /* Rusticl has no such function, on which the loader jumps to nowhere. */
    if (is(f, RUSTICL))
        return;
    TRY(clCreateSubDevices(f->device, equally, 0, NULL, &count));
    printf("parts: %s\n", count == 0x5e5e ? "untouched" : count == units ? "as many as units" : "some");
    TRY(clCreateSubDevices(f->device, equally, 0, NULL, NULL));
    TRY(clCreateSubDevices(f->device, equally, 0, parts, NULL));
    TRY(clCreateSubDevices(f->device, counts, 0, NULL, &count));
    TRY(clCreateSubDevices(f->device, too_many, 0, NULL, &count));
    /* PoCL divides by what the application says. */
    if (!is(f, POCL))
        TRY(clCreateSubDevices(f->device, by_zero, 0, NULL, &count));
    TRY(clCreateSubDevices(f->device, more, 0, NULL, &count));
    TRY(clCreateSubDevices(f->device, negative, 0, NULL, &count));
    TRY(clCreateSubDevices(f->device, affinity, 0, NULL, &count));
    TRY(clCreateSubDevices(f->device, unknown, 0, NULL, &count));
    TRY(clCreateSubDevices(f->device, none, 0, NULL, &count));
    TRY(clCreateSubDevices(f->device, NULL, 0, NULL, &count));

    count = 0;
    if (clCreateSubDevices(f->device, equally, 0, NULL, &count) != CL_SUCCESS || count > 64)
        return;
    memset(parts, 0, sizeof parts);
    if (count > 1)
        TRY(clCreateSubDevices(f->device, equally, 1, again, NULL)); /* there are more */
    if (TRY(clCreateSubDevices(f->device, equally, 64, parts, &count)) != CL_SUCCESS)
        return;
    QUERY(clGetDeviceInfo(parts[0], CL_DEVICE_PARENT_DEVICE, size, value, size_ret));
    QUERY(clGetDeviceInfo(parts[0], CL_DEVICE_PARTITION_TYPE, size, value, size_ret));
    cl_device_id parent = NULL;
    cl_uint references = 0;
    MUST(clGetDeviceInfo(parts[0], CL_DEVICE_PARENT_DEVICE, sizeof parent, &parent, NULL));
    printf("its parent is the device: %d\n", parent == f->device);
    MUST(clGetDeviceInfo(parts[0], CL_DEVICE_REFERENCE_COUNT, sizeof references, &references, NULL));
    printf("references: %u\n", references);
    TRY(clRetainDevice(parts[0]));
    MUST(clGetDeviceInfo(parts[0], CL_DEVICE_REFERENCE_COUNT, sizeof references, &references, NULL));
    printf("references: %u\n", references);
    TRY(clReleaseDevice(parts[0]));
    TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueue(f->context, parts[0], 0, &status)); /* not its device */

    cl_int status;
    cl_context context = clCreateContext(NULL, 1, parts, NULL, NULL, &status);
    if (show_status("a context of a part", status) == CL_SUCCESS) {
        TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueue(context, f->device, 0, &status));
        TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueue(context, parts[0], 0, &status));
        const char *source = "kernel void one(global int *out) { out[0] = 1; }\n";
        cl_program program = clCreateProgramWithSource(context, 1, &source, NULL, &status);
        MUST(status);
        TRY(clBuildProgram(program, 1, &f->device, NULL, NULL, NULL));
        TRY(clBuildProgram(program, 1, parts, NULL, NULL, NULL));
        TRY(clReleaseProgram(program));
        TRY(clReleaseContext(context));
    }
    for (cl_uint i = 0; i < count; i++)
        MUST(clReleaseDevice(parts[i]));
}

void conform_contexts(struct fixture *f)
{
    cl_context_properties right[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)f->platform, 0}, empty[] = {0};
    cl_context_properties no_platform[] = {CL_CONTEXT_PLATFORM, 0, 0}, unknown[] = {0x4242, 1, 0};
    cl_context_properties twice[] = {CL_CONTEXT_PLATFORM, right[1], CL_CONTEXT_PLATFORM, right[1], 0};
    cl_context_properties sync[] = {CL_CONTEXT_INTEROP_USER_SYNC, CL_TRUE, 0}, odd_sync[] = {CL_CONTEXT_INTEROP_USER_SYNC, 7, 0};
    cl_context_properties both[] = {CL_CONTEXT_PLATFORM, right[1], CL_CONTEXT_INTEROP_USER_SYNC, CL_FALSE, 0};
    cl_device_id twins[] = {f->device, f->device}, with_null[] = {f->device, NULL};
    int data = 0;

    part("clCreateContext");
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(NULL, 1, &f->device, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(right, 1, &f->device, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(empty, 1, &f->device, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(both, 1, &f->device, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(sync, 1, &f->device, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(odd_sync, 1, &f->device, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(twice, 1, &f->device, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(unknown, 1, &f->device, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(no_platform, 1, &f->device, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(NULL, 0, &f->device, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(NULL, 0, NULL, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(NULL, 1, NULL, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(NULL, 1, &f->device, NULL, &data, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(NULL, 2, twins, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(NULL, 2, with_null, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContext(NULL, 1, with_null + 1, NULL, NULL, &status));
    cl_context context = clCreateContext(NULL, 1, &f->device, NULL, NULL, NULL);
    printf("a context without a status: %d\n", context != NULL);
    TRY(clReleaseContext(context));
    context = clCreateContext(NULL, 0, NULL, NULL, NULL, NULL);
    printf("no context without a status: %d\n", context != NULL);

    part("clCreateContextFromType");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        printf("%s: ", types[i].name);
        TRY_NEW(cl_context, clReleaseContext, clCreateContextFromType(right, types[i].type, NULL, NULL, &status));
    }
    TRY_NEW(cl_context, clReleaseContext, clCreateContextFromType(NULL, CL_DEVICE_TYPE_ALL, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContextFromType(unknown, CL_DEVICE_TYPE_ALL, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContextFromType(no_platform, CL_DEVICE_TYPE_ALL, NULL, NULL, &status));
    TRY_NEW(cl_context, clReleaseContext, clCreateContextFromType(right, CL_DEVICE_TYPE_ALL, NULL, &data, &status));

    part("clGetContextInfo");
    QUERY(clGetContextInfo(f->context, CL_CONTEXT_REFERENCE_COUNT, size, value, size_ret));
    QUERY(clGetContextInfo(f->context, CL_CONTEXT_DEVICES, size, value, size_ret));
    SPARE(POCL, "reads through null", QUERY(clGetContextInfo(f->context, CL_CONTEXT_PROPERTIES, size, value, size_ret)));
    QUERY(clGetContextInfo(f->context, CL_CONTEXT_NUM_DEVICES, size, value, size_ret));
    QUERY(clGetContextInfo(f->context, 0x4242, size, value, size_ret));
    QUERY(clGetContextInfo(NULL, CL_CONTEXT_DEVICES, size, value, size_ret));
    NEW(context, clCreateContext(right, 1, &f->device, NULL, NULL, &status));
    QUERY(clGetContextInfo(context, CL_CONTEXT_PROPERTIES, size, value, size_ret));
    TRY(clReleaseContext(context));
    NEW(context, clCreateContext(empty, 1, &f->device, NULL, NULL, &status));
    SPARE(OCLGRIND, "keeps what comes after the list", QUERY(clGetContextInfo(context, CL_CONTEXT_PROPERTIES, size, value, size_ret)));
    TRY(clReleaseContext(context));
    NEW(context, clCreateContextFromType(right, CL_DEVICE_TYPE_ALL, NULL, NULL, &status));
    QUERY(clGetContextInfo(context, CL_CONTEXT_PROPERTIES, size, value, size_ret));
    TRY(clReleaseContext(context));
    NEW(context, clCreateContextFromType(NULL, CL_DEVICE_TYPE_ALL, NULL, NULL, &status));
    if (context) {
        SPARE(POCL, "reads through null", QUERY(clGetContextInfo(context, CL_CONTEXT_PROPERTIES, size, value, size_ret)));
        TRY(clReleaseContext(context));
    }
    TRY(clRetainContext(NULL));
    TRY(clReleaseContext(NULL));
}

void conform_queues(struct fixture *f)
{
    cl_queue_properties empty[] = {0}, profiling[] = {CL_QUEUE_PROPERTIES, CL_QUEUE_PROFILING_ENABLE, 0};
    cl_queue_properties unknown[] = {0x4242, 1, 0}, odd[] = {CL_QUEUE_PROPERTIES, 1u << 20, 0};
    cl_queue_properties on_device[] = {CL_QUEUE_PROPERTIES, CL_QUEUE_ON_DEVICE | CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE, 0};
    cl_queue_properties in_order[] = {CL_QUEUE_PROPERTIES, CL_QUEUE_ON_DEVICE, 0};
    cl_queue_properties size_only[] = {CL_QUEUE_SIZE, 1024, 0};
    cl_command_queue queue;

    part("clCreateCommandQueue");
    TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueue(f->context, f->device, 0, &status));
    TRY_NEW(cl_command_queue, clReleaseCommandQueue,
            clCreateCommandQueue(f->context, f->device, CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE, &status));
    TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueue(f->context, f->device, CL_QUEUE_ON_DEVICE, &status));
    TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueue(f->context, f->device, 1u << 20, &status));
    TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueue(f->context, NULL, 0, &status));
    TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueue(NULL, f->device, 0, &status));
    printf("no queue without a status: %d\n", clCreateCommandQueue(f->context, NULL, 0, NULL) != NULL);

    part("clCreateCommandQueueWithProperties");
    SPARE(OCLGRIND, "reads the list for ever", TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueueWithProperties(f->context, f->device, NULL, &status)));
    SPARE(OCLGRIND, "reads the list for ever", TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueueWithProperties(f->context, f->device, empty, &status)));
    SPARE(OCLGRIND, "reads the list for ever", TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueueWithProperties(f->context, f->device, unknown, &status)));
    SPARE(OCLGRIND, "reads the list for ever", TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueueWithProperties(f->context, f->device, odd, &status)));
    SPARE(POCL | OCLGRIND, "ends the program, or reads the list for ever", TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueueWithProperties(f->context, f->device, in_order, &status)));
    SPARE(OCLGRIND, "reads the list for ever", TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueueWithProperties(f->context, f->device, size_only, &status)));
    SPARE(OCLGRIND, "reads the list for ever", TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueueWithProperties(f->context, NULL, profiling, &status)));
    TRY_NEW(cl_command_queue, clReleaseCommandQueue, clCreateCommandQueueWithProperties(NULL, f->device, profiling, &status));

    part("a queue on the device");
    /* PoCL ends the program, Oclgrind reads the list for ever. */
    queue = NULL;
    if (!is(f, POCL | OCLGRIND))
        NEW(queue, clCreateCommandQueueWithProperties(f->context, f->device, on_device, &status));
    if (queue) {
        /* Commands of the host have no place there. */
        cl_mem buffer = a_buffer(f, 0, 64);
        int data[16] = {0};
        QUERY(clGetCommandQueueInfo(queue, CL_QUEUE_SIZE, size, value, size_ret));
        COMMAND(clEnqueueWriteBuffer(queue, buffer, CL_FALSE, 0, 64, data, 0, NULL, &event));
        COMMAND(clEnqueueMarkerWithWaitList(queue, 0, NULL, &event));
        TRY(clFlush(queue));
        TRY(clFinish(queue));
        MUST(clReleaseMemObject(buffer));
        TRY(clReleaseCommandQueue(queue));
    }

    part("clGetCommandQueueInfo");
    /* Oclgrind reads the list for ever. */
    if (is(f, OCLGRIND))
        NEW(queue, clCreateCommandQueue(f->context, f->device, CL_QUEUE_PROFILING_ENABLE, &status));
    else
        NEW(queue, clCreateCommandQueueWithProperties(f->context, f->device, profiling, &status));
    QUERY(clGetCommandQueueInfo(queue, CL_QUEUE_CONTEXT, size, value, size_ret));
    QUERY(clGetCommandQueueInfo(queue, CL_QUEUE_DEVICE, size, value, size_ret));
    QUERY(clGetCommandQueueInfo(queue, CL_QUEUE_REFERENCE_COUNT, size, value, size_ret));
    QUERY(clGetCommandQueueInfo(queue, CL_QUEUE_PROPERTIES, size, value, size_ret));
    QUERY(clGetCommandQueueInfo(queue, CL_QUEUE_PROPERTIES_ARRAY, size, value, size_ret));
    QUERY(clGetCommandQueueInfo(queue, CL_QUEUE_SIZE, size, value, size_ret));
    QUERY(clGetCommandQueueInfo(queue, CL_QUEUE_DEVICE_DEFAULT, size, value, size_ret));
    QUERY(clGetCommandQueueInfo(queue, 0x4242, size, value, size_ret));
    QUERY(clGetCommandQueueInfo(NULL, CL_QUEUE_CONTEXT, size, value, size_ret));
    TRY(clReleaseCommandQueue(queue));

    part("clSetDefaultDeviceCommandQueue");
    /* Oclgrind has no such function, on which the loader jumps to nowhere. */
    if (!is(f, OCLGRIND)) {
        TRY(clSetDefaultDeviceCommandQueue(f->context, f->device, f->queue));
        TRY(clSetDefaultDeviceCommandQueue(f->context, NULL, f->queue));
        TRY(clSetDefaultDeviceCommandQueue(f->context, f->device, NULL));
    }
    TRY(clSetDefaultDeviceCommandQueue(NULL, f->device, f->queue));

    part("clFlush, clFinish");
    TRY(clFlush(f->queue));
    TRY(clFinish(f->queue));
    TRY(clFlush(NULL));
    TRY(clFinish(NULL));
    TRY(clRetainCommandQueue(NULL));
    TRY(clReleaseCommandQueue(NULL));
}
