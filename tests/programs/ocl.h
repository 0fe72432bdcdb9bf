/* What every test program needs: names for status codes, a call that must succeed, and the first device. */
#ifndef AVA_TESTS_OCL_H
#define AVA_TESTS_OCL_H

#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_0_APIS
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#define CL_USE_DEPRECATED_OPENCL_2_0_APIS
#define CL_USE_DEPRECATED_OPENCL_2_1_APIS
#define CL_USE_DEPRECATED_OPENCL_2_2_APIS
#include <CL/cl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The name of a status code, or its number as text in a static buffer. */
static inline const char *status_name(cl_int status)
{
    static _Thread_local char number[32];
#define NAME(code) case code: return #code;
    switch (status) {
        NAME(CL_SUCCESS)
        NAME(CL_DEVICE_NOT_FOUND)
        NAME(CL_DEVICE_NOT_AVAILABLE)
        NAME(CL_COMPILER_NOT_AVAILABLE)
        NAME(CL_MEM_OBJECT_ALLOCATION_FAILURE)
        NAME(CL_OUT_OF_RESOURCES)
        NAME(CL_OUT_OF_HOST_MEMORY)
        NAME(CL_PROFILING_INFO_NOT_AVAILABLE)
        NAME(CL_MEM_COPY_OVERLAP)
        NAME(CL_IMAGE_FORMAT_MISMATCH)
        NAME(CL_IMAGE_FORMAT_NOT_SUPPORTED)
        NAME(CL_BUILD_PROGRAM_FAILURE)
        NAME(CL_MAP_FAILURE)
        NAME(CL_MISALIGNED_SUB_BUFFER_OFFSET)
        NAME(CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST)
        NAME(CL_COMPILE_PROGRAM_FAILURE)
        NAME(CL_LINKER_NOT_AVAILABLE)
        NAME(CL_LINK_PROGRAM_FAILURE)
        NAME(CL_DEVICE_PARTITION_FAILED)
        NAME(CL_KERNEL_ARG_INFO_NOT_AVAILABLE)
        NAME(CL_INVALID_VALUE)
        NAME(CL_INVALID_DEVICE_TYPE)
        NAME(CL_INVALID_PLATFORM)
        NAME(CL_INVALID_DEVICE)
        NAME(CL_INVALID_CONTEXT)
        NAME(CL_INVALID_QUEUE_PROPERTIES)
        NAME(CL_INVALID_COMMAND_QUEUE)
        NAME(CL_INVALID_HOST_PTR)
        NAME(CL_INVALID_MEM_OBJECT)
        NAME(CL_INVALID_SAMPLER)
        NAME(CL_INVALID_BINARY)
        NAME(CL_INVALID_BUILD_OPTIONS)
        NAME(CL_INVALID_PROGRAM)
        NAME(CL_INVALID_PROGRAM_EXECUTABLE)
        NAME(CL_INVALID_KERNEL_NAME)
        NAME(CL_INVALID_KERNEL_DEFINITION)
        NAME(CL_INVALID_KERNEL)
        NAME(CL_INVALID_ARG_INDEX)
        NAME(CL_INVALID_ARG_VALUE)
        NAME(CL_INVALID_ARG_SIZE)
        NAME(CL_INVALID_KERNEL_ARGS)
        NAME(CL_INVALID_WORK_DIMENSION)
        NAME(CL_INVALID_WORK_GROUP_SIZE)
        NAME(CL_INVALID_WORK_ITEM_SIZE)
        NAME(CL_INVALID_GLOBAL_OFFSET)
        NAME(CL_INVALID_EVENT_WAIT_LIST)
        NAME(CL_INVALID_EVENT)
        NAME(CL_INVALID_OPERATION)
        NAME(CL_INVALID_BUFFER_SIZE)
        NAME(CL_INVALID_GLOBAL_WORK_SIZE)
        NAME(CL_INVALID_PROPERTY)
        NAME(CL_INVALID_COMPILER_OPTIONS)
        NAME(CL_INVALID_LINKER_OPTIONS)
        NAME(CL_INVALID_DEVICE_PARTITION_COUNT)
        NAME(CL_INVALID_IMAGE_FORMAT_DESCRIPTOR)
        NAME(CL_INVALID_IMAGE_SIZE)
        NAME(CL_INVALID_IMAGE_DESCRIPTOR)
        NAME(CL_INVALID_PIPE_SIZE)
        case -1001: return "CL_PLATFORM_NOT_FOUND_KHR";
        default: snprintf(number, sizeof number, "%d", status); return number;
    }
#undef NAME
}

static inline void must_(cl_int status, const char *what, const char *file, int line)
{
    if (status != CL_SUCCESS) {
        fflush(stdout);
        fprintf(stderr, "%s:%d: %s: %s\n", file, line, what, status_name(status));
        exit(1);
    }
}

/* Evaluates a call that returns a status and ends the program unless it succeeded. */
#define MUST(call) must_((call), #call, __FILE__, __LINE__)

static inline void require_(int holds, const char *what, const char *file, int line)
{
    if (!holds) {
        fflush(stdout);
        fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, what);
        exit(1);
    }
}

/* Ends the program unless the condition holds. */
#define REQUIRE(condition) require_(!!(condition), #condition, __FILE__, __LINE__)

/* The first device of the first platform. */
static inline cl_device_id first_device(void)
{
    cl_platform_id platform;
    cl_device_id device;
    MUST(clGetPlatformIDs(1, &platform, NULL));
    MUST(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, NULL));
    return device;
}

/* FNV-1a over 64-bit words (and the odd bytes at the end): a checksum that sees every byte and is fast enough for gigabytes. */
static inline uint64_t checksum(const void *data, size_t size)
{
    const unsigned char *bytes = data;
    uint64_t hash = 0xcbf29ce484222325u;
    size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        uint64_t word;
        memcpy(&word, bytes + at, 8);
        hash = (hash ^ word) * 0x100000001b3u;
    }
    for (; at < size; at++)
        hash = (hash ^ bytes[at]) * 0x100000001b3u;
    return hash;
}

/* Fills memory with numbers that depend on `seed` (an odd multiplier walk, not random, but no two words are equal). */
static inline void pattern(void *data, size_t size, uint64_t seed)
{
    unsigned char *bytes = data;
    uint64_t word = seed * 0x9e3779b97f4a7c15u + 1;
    size_t at = 0;
    for (; at + 8 <= size; at += 8, word += 0x9e3779b97f4a7c15u)
        memcpy(bytes + at, &word, 8);
    for (; at < size; at++)
        bytes[at] = (unsigned char)(word >> (8 * (at & 7)));
}

#endif
