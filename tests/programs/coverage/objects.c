/* Platforms, devices, contexts and queues: what they say of themselves, how they are made and counted. */
#include "coverage.h"

#include <CL/cl_ext.h>

void cover_platforms(struct fixture *f)
{
    cl_uint count = 0;
    cl_platform_id platforms[8];

    SHOW(clGetPlatformIDs(0, NULL, &count));
    printf("platforms: %u\n", count);
    SHOW(clGetPlatformIDs(8, platforms, NULL));
    SHOW(clGetPlatformIDs(1, platforms, &count));
    printf("the same platform again: %d\n", platforms[0] == f->platform);
    SHOW(clGetPlatformIDs(0, platforms, NULL));
    SHOW(clGetPlatformIDs(0, NULL, NULL));
    SHOW(clGetPlatformIDs(1, NULL, NULL));

    INFO(clGetPlatformInfo, f->platform, CL_PLATFORM_PROFILE, TEXT);
    INFO(clGetPlatformInfo, f->platform, CL_PLATFORM_VERSION, TEXT);
    INFO(clGetPlatformInfo, f->platform, CL_PLATFORM_NAME, TEXT);
    INFO(clGetPlatformInfo, f->platform, CL_PLATFORM_VENDOR, TEXT);
    INFO(clGetPlatformInfo, f->platform, CL_PLATFORM_EXTENSIONS, TEXT);
    INFO(clGetPlatformInfo, f->platform, CL_PLATFORM_HOST_TIMER_RESOLUTION, U64);
    INFO(clGetPlatformInfo, f->platform, CL_PLATFORM_NUMERIC_VERSION, U32);
    INFO(clGetPlatformInfo, f->platform, CL_PLATFORM_EXTENSIONS_WITH_VERSION, BYTES);
    INFO(clGetPlatformInfo, f->platform, CL_PLATFORM_ICD_SUFFIX_KHR, TEXT);
    INFO(clGetPlatformInfo, f->platform, 0x4242, BYTES);
    SHOW(clGetPlatformInfo(f->platform, CL_PLATFORM_NAME, 0, NULL, NULL));
    SHOW(clUnloadPlatformCompiler(f->platform));
    SHOW(clUnloadCompiler());
    printf("an extension function that nobody has: %d\n",
           clGetExtensionFunctionAddressForPlatform(f->platform, "clNobodyHasThisAVA") != NULL);
    printf("and by the old function: %d\n", clGetExtensionFunctionAddress("clNobodyHasThisAVA") != NULL);
}

void cover_devices(struct fixture *f)
{
    cl_uint count = 0;
    cl_device_id devices[8];
    cl_device_id d = f->device;

    SHOW(clGetDeviceIDs(f->platform, CL_DEVICE_TYPE_ALL, 0, NULL, &count));
    printf("devices: %u\n", count);
    SHOW(clGetDeviceIDs(f->platform, CL_DEVICE_TYPE_DEFAULT, 8, devices, NULL));
    SHOW(clGetDeviceIDs(f->platform, CL_DEVICE_TYPE_ALL, 8, devices, &count));
    printf("the same device again: %d\n", devices[0] == d);
    SHOW(clGetDeviceIDs(f->platform, CL_DEVICE_TYPE_CPU, 1, devices, NULL));
    SHOW(clGetDeviceIDs(f->platform, CL_DEVICE_TYPE_ACCELERATOR, 1, devices, &count));
    SHOW(clGetDeviceIDs(f->platform, 1u << 20, 1, devices, NULL));
    SHOW(clGetDeviceIDs(f->platform, CL_DEVICE_TYPE_ALL, 0, devices, NULL));
    SHOW(clGetDeviceIDs(f->platform, CL_DEVICE_TYPE_ALL, 0, NULL, NULL));
    count = 0;
    SHOW(clGetDeviceIDs(NULL, CL_DEVICE_TYPE_ALL, 0, NULL, &count));
    printf("devices of the default platform: %u\n", count);

#define WORD(parameter) INFO_NAMED("clGetDeviceInfo " #parameter, clGetDeviceInfo, d, parameter, U32)
#define LONG(parameter) INFO_NAMED("clGetDeviceInfo " #parameter, clGetDeviceInfo, d, parameter, U64)
#define SIZES(parameter) INFO_NAMED("clGetDeviceInfo " #parameter, clGetDeviceInfo, d, parameter, SIZE)
#define STRING(parameter) INFO_NAMED("clGetDeviceInfo " #parameter, clGetDeviceInfo, d, parameter, TEXT)
    LONG(CL_DEVICE_TYPE);
    WORD(CL_DEVICE_VENDOR_ID);
    WORD(CL_DEVICE_MAX_COMPUTE_UNITS);
    WORD(CL_DEVICE_MAX_WORK_ITEM_DIMENSIONS);
    SIZES(CL_DEVICE_MAX_WORK_GROUP_SIZE);
    SIZES(CL_DEVICE_MAX_WORK_ITEM_SIZES);
    WORD(CL_DEVICE_PREFERRED_VECTOR_WIDTH_CHAR);
    WORD(CL_DEVICE_PREFERRED_VECTOR_WIDTH_SHORT);
    WORD(CL_DEVICE_PREFERRED_VECTOR_WIDTH_INT);
    WORD(CL_DEVICE_PREFERRED_VECTOR_WIDTH_LONG);
    WORD(CL_DEVICE_PREFERRED_VECTOR_WIDTH_FLOAT);
    WORD(CL_DEVICE_PREFERRED_VECTOR_WIDTH_DOUBLE);
    WORD(CL_DEVICE_PREFERRED_VECTOR_WIDTH_HALF);
    WORD(CL_DEVICE_NATIVE_VECTOR_WIDTH_CHAR);
    WORD(CL_DEVICE_NATIVE_VECTOR_WIDTH_SHORT);
    WORD(CL_DEVICE_NATIVE_VECTOR_WIDTH_INT);
    WORD(CL_DEVICE_NATIVE_VECTOR_WIDTH_LONG);
    WORD(CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT);
    WORD(CL_DEVICE_NATIVE_VECTOR_WIDTH_DOUBLE);
    WORD(CL_DEVICE_NATIVE_VECTOR_WIDTH_HALF);
    INFO(clGetDeviceInfo, d, CL_DEVICE_MAX_CLOCK_FREQUENCY, NOTHING);
    WORD(CL_DEVICE_ADDRESS_BITS);
    LONG(CL_DEVICE_MAX_MEM_ALLOC_SIZE);
    WORD(CL_DEVICE_IMAGE_SUPPORT);
    WORD(CL_DEVICE_MAX_READ_IMAGE_ARGS);
    WORD(CL_DEVICE_MAX_WRITE_IMAGE_ARGS);
    WORD(CL_DEVICE_MAX_READ_WRITE_IMAGE_ARGS);
    STRING(CL_DEVICE_IL_VERSION);
    INFO(clGetDeviceInfo, d, CL_DEVICE_ILS_WITH_VERSION, BYTES);
    SIZES(CL_DEVICE_IMAGE2D_MAX_WIDTH);
    SIZES(CL_DEVICE_IMAGE2D_MAX_HEIGHT);
    SIZES(CL_DEVICE_IMAGE3D_MAX_WIDTH);
    SIZES(CL_DEVICE_IMAGE3D_MAX_HEIGHT);
    SIZES(CL_DEVICE_IMAGE3D_MAX_DEPTH);
    SIZES(CL_DEVICE_IMAGE_MAX_BUFFER_SIZE);
    SIZES(CL_DEVICE_IMAGE_MAX_ARRAY_SIZE);
    WORD(CL_DEVICE_MAX_SAMPLERS);
    WORD(CL_DEVICE_IMAGE_PITCH_ALIGNMENT);
    WORD(CL_DEVICE_IMAGE_BASE_ADDRESS_ALIGNMENT);
    WORD(CL_DEVICE_MAX_PIPE_ARGS);
    WORD(CL_DEVICE_PIPE_MAX_ACTIVE_RESERVATIONS);
    WORD(CL_DEVICE_PIPE_MAX_PACKET_SIZE);
    SIZES(CL_DEVICE_MAX_PARAMETER_SIZE);
    WORD(CL_DEVICE_MEM_BASE_ADDR_ALIGN);
    WORD(CL_DEVICE_MIN_DATA_TYPE_ALIGN_SIZE);
    LONG(CL_DEVICE_SINGLE_FP_CONFIG);
    LONG(CL_DEVICE_DOUBLE_FP_CONFIG);
    WORD(CL_DEVICE_GLOBAL_MEM_CACHE_TYPE);
    WORD(CL_DEVICE_GLOBAL_MEM_CACHELINE_SIZE);
    LONG(CL_DEVICE_GLOBAL_MEM_CACHE_SIZE);
    LONG(CL_DEVICE_GLOBAL_MEM_SIZE);
    LONG(CL_DEVICE_MAX_CONSTANT_BUFFER_SIZE);
    WORD(CL_DEVICE_MAX_CONSTANT_ARGS);
    SIZES(CL_DEVICE_MAX_GLOBAL_VARIABLE_SIZE);
    SIZES(CL_DEVICE_GLOBAL_VARIABLE_PREFERRED_TOTAL_SIZE);
    WORD(CL_DEVICE_LOCAL_MEM_TYPE);
    LONG(CL_DEVICE_LOCAL_MEM_SIZE);
    WORD(CL_DEVICE_ERROR_CORRECTION_SUPPORT);
    WORD(CL_DEVICE_HOST_UNIFIED_MEMORY);
    SIZES(CL_DEVICE_PROFILING_TIMER_RESOLUTION);
    WORD(CL_DEVICE_ENDIAN_LITTLE);
    WORD(CL_DEVICE_AVAILABLE);
    WORD(CL_DEVICE_COMPILER_AVAILABLE);
    WORD(CL_DEVICE_LINKER_AVAILABLE);
    LONG(CL_DEVICE_EXECUTION_CAPABILITIES);
    LONG(CL_DEVICE_QUEUE_ON_HOST_PROPERTIES);
    LONG(CL_DEVICE_QUEUE_ON_DEVICE_PROPERTIES);
    WORD(CL_DEVICE_QUEUE_ON_DEVICE_PREFERRED_SIZE);
    WORD(CL_DEVICE_QUEUE_ON_DEVICE_MAX_SIZE);
    WORD(CL_DEVICE_MAX_ON_DEVICE_QUEUES);
    WORD(CL_DEVICE_MAX_ON_DEVICE_EVENTS);
    STRING(CL_DEVICE_BUILT_IN_KERNELS);
    INFO(clGetDeviceInfo, d, CL_DEVICE_BUILT_IN_KERNELS_WITH_VERSION, BYTES);
    INFO(clGetDeviceInfo, d, CL_DEVICE_PLATFORM, OBJECT);
    STRING(CL_DEVICE_NAME);
    STRING(CL_DEVICE_VENDOR);
    STRING(CL_DRIVER_VERSION);
    STRING(CL_DEVICE_PROFILE);
    STRING(CL_DEVICE_VERSION);
    WORD(CL_DEVICE_NUMERIC_VERSION);
    STRING(CL_DEVICE_OPENCL_C_VERSION);
    INFO(clGetDeviceInfo, d, CL_DEVICE_OPENCL_C_ALL_VERSIONS, BYTES);
    INFO(clGetDeviceInfo, d, CL_DEVICE_OPENCL_C_FEATURES, BYTES);
    STRING(CL_DEVICE_EXTENSIONS);
    INFO(clGetDeviceInfo, d, CL_DEVICE_EXTENSIONS_WITH_VERSION, BYTES);
    SIZES(CL_DEVICE_PRINTF_BUFFER_SIZE);
    WORD(CL_DEVICE_PREFERRED_INTEROP_USER_SYNC);
    INFO(clGetDeviceInfo, d, CL_DEVICE_PARENT_DEVICE, OBJECT);
    WORD(CL_DEVICE_PARTITION_MAX_SUB_DEVICES);
    SIZES(CL_DEVICE_PARTITION_PROPERTIES);
    LONG(CL_DEVICE_PARTITION_AFFINITY_DOMAIN);
    INFO(clGetDeviceInfo, d, CL_DEVICE_PARTITION_TYPE, SIZE);
    LONG(CL_DEVICE_SVM_CAPABILITIES);
    WORD(CL_DEVICE_PREFERRED_PLATFORM_ATOMIC_ALIGNMENT);
    WORD(CL_DEVICE_PREFERRED_GLOBAL_ATOMIC_ALIGNMENT);
    WORD(CL_DEVICE_PREFERRED_LOCAL_ATOMIC_ALIGNMENT);
    WORD(CL_DEVICE_MAX_NUM_SUB_GROUPS);
    WORD(CL_DEVICE_SUB_GROUP_INDEPENDENT_FORWARD_PROGRESS);
    LONG(CL_DEVICE_ATOMIC_MEMORY_CAPABILITIES);
    LONG(CL_DEVICE_ATOMIC_FENCE_CAPABILITIES);
    WORD(CL_DEVICE_NON_UNIFORM_WORK_GROUP_SUPPORT);
    SIZES(CL_DEVICE_PREFERRED_WORK_GROUP_SIZE_MULTIPLE);
    WORD(CL_DEVICE_WORK_GROUP_COLLECTIVE_FUNCTIONS_SUPPORT);
    WORD(CL_DEVICE_GENERIC_ADDRESS_SPACE_SUPPORT);
    LONG(CL_DEVICE_DEVICE_ENQUEUE_CAPABILITIES);
    WORD(CL_DEVICE_PIPE_SUPPORT);
    STRING(CL_DEVICE_LATEST_CONFORMANCE_VERSION_PASSED);
    LONG(CL_DEVICE_HALF_FP_CONFIG);
    INFO(clGetDeviceInfo, d, 0x4242, BYTES);

    cl_platform_id platform = NULL;
    MUST(clGetDeviceInfo(d, CL_DEVICE_PLATFORM, sizeof platform, &platform, NULL));
    printf("the device's platform is the platform: %d\n", platform == f->platform);

    /* Retaining a root device does nothing. */
    WORD(CL_DEVICE_REFERENCE_COUNT);
    SHOW(clRetainDevice(d));
    WORD(CL_DEVICE_REFERENCE_COUNT);
    SHOW(clReleaseDevice(d));
    WORD(CL_DEVICE_REFERENCE_COUNT);
}

void cover_contexts(struct fixture *f)
{
    cl_int status;
    cl_context context;
    cl_context_properties properties[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)f->platform, 0};
    cl_context_properties unknown[] = {0x4242, 1, 0};
    cl_context_properties seen[8] = {0};
    cl_device_id devices[2] = {f->device, f->device};
    cl_device_id device = NULL;
    size_t size = 0;

    SHOW_NEW(context, status, clCreateContext(properties, 1, &f->device, NULL, NULL, &status));
    INFO(clGetContextInfo, context, CL_CONTEXT_NUM_DEVICES, U32);
    INFO(clGetContextInfo, context, CL_CONTEXT_DEVICES, OBJECT);
    INFO(clGetContextInfo, context, CL_CONTEXT_PROPERTIES, NOTHING);
    INFO(clGetContextInfo, context, 0x4242, BYTES);
    MUST(clGetContextInfo(context, CL_CONTEXT_DEVICES, sizeof device, &device, NULL));
    printf("the context's device is the device: %d\n", device == f->device);
    MUST(clGetContextInfo(context, CL_CONTEXT_PROPERTIES, sizeof seen, seen, &size));
    printf("properties: %zu bytes, name %d, the platform is the platform: %d, end %d\n", size,
           seen[0] == CL_CONTEXT_PLATFORM, seen[1] == (cl_context_properties)f->platform, seen[2] == 0);
    COUNTS(clGetContextInfo, CL_CONTEXT_REFERENCE_COUNT, clRetainContext, clReleaseContext, context);
    SHOW(clReleaseContext(context));

    SHOW_NEW(context, status, clCreateContextFromType(properties, CL_DEVICE_TYPE_ALL, NULL, NULL, &status));
    INFO(clGetContextInfo, context, CL_CONTEXT_NUM_DEVICES, U32);
    MUST(clGetContextInfo(context, CL_CONTEXT_DEVICES, sizeof device, &device, NULL));
    printf("the context's device is the device: %d\n", device == f->device);
    SHOW(clReleaseContext(context));

    context = clCreateContext(NULL, 1, &f->device, NULL, NULL, NULL);
    printf("clCreateContext without properties or status: %d\n", context != NULL);
    INFO(clGetContextInfo, context, CL_CONTEXT_PROPERTIES, NOTHING);
    SHOW(clReleaseContext(context));

    SHOW_NEW(context, status, clCreateContext(properties, 2, devices, NULL, NULL, &status));
    if (context) {
        INFO(clGetContextInfo, context, CL_CONTEXT_NUM_DEVICES, U32);
        SHOW(clReleaseContext(context));
    }
    SHOW_NEW(context, status, clCreateContext(properties, 0, &f->device, NULL, NULL, &status));
    SHOW_NEW(context, status, clCreateContext(properties, 1, NULL, NULL, NULL, &status));
    if (!vendor_is(f, OCLGRIND)) /* which takes whatever it does not know, addresses of the application's too */
        SHOW_NEW(context, status, clCreateContext(unknown, 1, &f->device, NULL, NULL, &status));
    SHOW_NEW(context, status, clCreateContext(NULL, 1, &f->device, NULL, &size, &status));
    SHOW_NEW(context, status, clCreateContextFromType(properties, CL_DEVICE_TYPE_ACCELERATOR, NULL, NULL, &status));
}

void cover_queues(struct fixture *f)
{
    cl_int status;
    cl_command_queue queue;
    cl_context context = NULL;
    cl_device_id device = NULL;
    cl_queue_properties properties[] = {CL_QUEUE_PROPERTIES,
                                        CL_QUEUE_PROFILING_ENABLE | CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE, 0};
    cl_queue_properties none[] = {0};
    cl_queue_properties seen[8] = {0};
    size_t size = 0;

    SHOW_NEW(queue, status, clCreateCommandQueue(f->context, f->device, CL_QUEUE_PROFILING_ENABLE, &status));
    INFO(clGetCommandQueueInfo, queue, CL_QUEUE_PROPERTIES, U64);
    INFO(clGetCommandQueueInfo, queue, CL_QUEUE_CONTEXT, OBJECT);
    INFO(clGetCommandQueueInfo, queue, CL_QUEUE_DEVICE, OBJECT);
    INFO(clGetCommandQueueInfo, queue, CL_QUEUE_SIZE, U32);
    INFO(clGetCommandQueueInfo, queue, CL_QUEUE_DEVICE_DEFAULT, OBJECT);
    INFO(clGetCommandQueueInfo, queue, CL_QUEUE_PROPERTIES_ARRAY, U64);
    INFO(clGetCommandQueueInfo, queue, 0x4242, BYTES);
    MUST(clGetCommandQueueInfo(queue, CL_QUEUE_CONTEXT, sizeof context, &context, NULL));
    MUST(clGetCommandQueueInfo(queue, CL_QUEUE_DEVICE, sizeof device, &device, NULL));
    printf("its context and device: %d %d\n", context == f->context, device == f->device);
    COUNTS(clGetCommandQueueInfo, CL_QUEUE_REFERENCE_COUNT, clRetainCommandQueue, clReleaseCommandQueue, queue);
    SHOW(clFlush(queue));
    SHOW(clFinish(queue));
    SHOW(clReleaseCommandQueue(queue));

    /* Oclgrind's function of this name calls the loader's, which calls Oclgrind's, for ever. */
    int lists = !vendor_is(f, OCLGRIND);
    if (lists)
        SHOW_NEW(queue, status, clCreateCommandQueueWithProperties(f->context, f->device, properties, &status));
    if (lists && queue) {
        INFO(clGetCommandQueueInfo, queue, CL_QUEUE_PROPERTIES, U64);
        SHOW(clGetCommandQueueInfo(queue, CL_QUEUE_PROPERTIES_ARRAY, sizeof seen, seen, &size));
        printf("%zu bytes of properties: %llx %llx %llx\n", size, (unsigned long long)seen[0], (unsigned long long)seen[1],
               (unsigned long long)seen[2]);
        SHOW(clReleaseCommandQueue(queue));
    }
    if (lists) {
        SHOW_NEW(queue, status, clCreateCommandQueueWithProperties(f->context, f->device, NULL, &status));
        INFO(clGetCommandQueueInfo, queue, CL_QUEUE_PROPERTIES, U64);
        SHOW(clReleaseCommandQueue(queue));
        SHOW_NEW(queue, status, clCreateCommandQueueWithProperties(f->context, f->device, none, &status));
        SHOW(clReleaseCommandQueue(queue));
    }
    queue = clCreateCommandQueue(f->context, f->device, 0, NULL);
    printf("clCreateCommandQueue without status: %d\n", queue != NULL);
    SHOW(clReleaseCommandQueue(queue));

    SHOW_NEW(queue, status, clCreateCommandQueue(f->context, f->device, 1u << 20, &status));
    properties[1] = 1u << 20;
    if (lists)
        SHOW_NEW(queue, status, clCreateCommandQueueWithProperties(f->context, f->device, properties, &status));
    SHOW_NEW(queue, status, clCreateCommandQueue(f->context, NULL, 0, &status));
    SHOW_NEW(queue, status, clCreateCommandQueue(NULL, f->device, 0, &status));
}
