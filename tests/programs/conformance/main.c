/* Runs the sections in order. `--list` names them, and a section's name runs only that one. */
#include "conformance.h"

const char *const kernels_source =
    "kernel void fill(global int *out, int value) { out[get_global_id(0)] = value + (int)get_global_id(0); }\n"
    "kernel void add(global const int *a, global const int *b, global int *out) {\n"
    "    size_t i = get_global_id(0); out[i] = a[i] + b[i];\n"
    "}\n"
    "kernel void empty(void) {}\n"
    "kernel void two_values(global int *out, int a, int b) { out[0] = a + 1000 * b; }\n"
    "kernel void reversed(global const int *in, global int *out, local int *scratch) {\n"
    "    size_t i = get_local_id(0), n = get_local_size(0);\n"
    "    scratch[i] = in[get_global_id(0)];\n"
    "    barrier(CLK_LOCAL_MEM_FENCE);\n"
    "    out[get_global_id(0)] = scratch[n - 1 - i];\n"
    "}\n"
    "kernel __attribute__((reqd_work_group_size(4, 2, 1))) void required(global int *out) {\n"
    "    out[get_global_id(0) + get_global_size(0) * get_global_id(1)] = (int)get_local_id(0) + 10 * (int)get_local_id(1);\n"
    "}\n"
    "kernel void constants(constant int *table, global int *out) { out[get_global_id(0)] = table[get_global_id(0)] * 2; }\n";

void part(const char *name)
{
    printf("-- %s\n", name);
}

int loud(const char *text)
{
    static int is_loud = -1;
    if (is_loud < 0)
        is_loud = getenv("CONFORMANCE_LOUD") != NULL;
    if (is_loud)
        fprintf(stderr, "%s\n", text);
    return 0;
}

void show_object(const char *text, const void *object, cl_int status)
{
    if (status == UNTOUCHED_STATUS)
        printf("%s = %s, status untouched\n", text, object ? "object" : "NULL");
    else if (status != CL_SUCCESS)
        /* What a failed call returns is not an object: some implementations return one all the same. */
        printf("%s = %s\n", text, status_name(status));
    else
        printf("%s = %s, CL_SUCCESS\n", text, object ? "object" : "NULL");
}

void show_command(const char *text, cl_int status, cl_event event)
{
    printf("%s = %s, ", text, status_name(status));
    if (event == UNTOUCHED) {
        printf("event untouched\n");
    } else if (status != CL_SUCCESS) {
        printf("event %s\n", event ? "written" : "null");
    } else {
        cl_int ended = UNTOUCHED_STATUS;
        cl_command_type type = 0;
        cl_int waited = clWaitForEvents(1, &event);
        MUST(clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof ended, &ended, NULL));
        MUST(clGetEventInfo(event, CL_EVENT_COMMAND_TYPE, sizeof type, &type, NULL));
        printf("event of %#x, waited: %s, ended: %s\n", type, status_name(waited), status_name(ended));
        MUST(clReleaseEvent(event));
    }
}

/* The combinations. The first finds the size out; what it says decides what is exact, more and less. */
static const char *const steps[] = {"size", "exact", "roomy", "short", "none", "no place", "nothing"};

int query_next(struct query *query)
{
    size_t known = query->known;
    memset(query->room, 0xa5, sizeof query->room);
    query->value = query->room;
    query->size_ret = &query->reported;
    query->reported = 0x5e5e;
    switch (query->step) {
    case 0: query->size = 0; query->value = NULL; break;
    case 1: query->size = known; break;
    case 2: query->size = known + 16; query->size_ret = NULL; break;
    case 3: query->size = known > 1 ? known - 1 : 0; break;
    case 4: query->size = 0; break;
    case 5: query->size = known; query->value = NULL; break;
    case 6: query->size = 0; query->value = NULL; query->size_ret = NULL; break;
    default: return 0;
    }
    return 1;
}

void query_done(struct query *query, cl_int status)
{
    size_t written = 0, at = strlen(query->text);
    for (size_t i = 0; i < sizeof query->room; i++)
        if (query->room[i] != 0xa5)
            written = i + 1;
    if (query->step == 0 && status == CL_SUCCESS && query->reported <= 4096)
        query->known = query->reported;
    at += (size_t)snprintf(query->text + at, sizeof query->text - at, "%s%s %s", query->step ? ", " : "", steps[query->step],
                           status == CL_SUCCESS ? "ok" : status_name(status));
    if (query->size_ret && query->reported != 0x5e5e && (query->step == 0 || query->reported != query->known || status != CL_SUCCESS))
        at += (size_t)snprintf(query->text + at, sizeof query->text - at, " (size %zu)", query->reported);
    if (query->size_ret && query->reported == 0x5e5e && status == CL_SUCCESS)
        at += (size_t)snprintf(query->text + at, sizeof query->text - at, " (size untouched)");
    if (written > query->known || (status != CL_SUCCESS && written > 0))
        snprintf(query->text + at, sizeof query->text - at, " (wrote up to %zu)", written);
    query->step++;
}

void show_query(const char *text, const struct query *query)
{
    printf("%s: %s\n", text, query->text);
}

cl_mem a_buffer(struct fixture *f, cl_mem_flags flags, size_t size)
{
    cl_int status;
    unsigned char *bytes = malloc(size);
    REQUIRE(bytes);
    pattern(bytes, size, size);
    cl_mem buffer = clCreateBuffer(f->context, flags | CL_MEM_COPY_HOST_PTR, size, bytes, &status);
    MUST(status);
    free(bytes);
    return buffer;
}

cl_program a_program(struct fixture *f, const char *source)
{
    cl_int status;
    cl_program program = clCreateProgramWithSource(f->context, 1, &source, NULL, &status);
    MUST(status);
    return program;
}

cl_kernel a_kernel(struct fixture *f, const char *name)
{
    cl_int status;
    cl_kernel kernel = clCreateKernel(f->program, name, &status);
    MUST(status);
    return kernel;
}

void show_bytes(struct fixture *f, const char *text, cl_mem buffer)
{
    static unsigned char bytes[65536];
    size_t size = 0;
    MUST(clGetMemObjectInfo(buffer, CL_MEM_SIZE, sizeof size, &size, NULL));
    REQUIRE(size <= sizeof bytes);
    MUST(clEnqueueReadBuffer(f->queue, buffer, CL_TRUE, 0, size, bytes, 0, NULL, NULL));
    printf("%s: %016llx\n", text, (unsigned long long)checksum(bytes, size));
}

static const struct section sections[] = {
    {"platforms", conform_platforms},
    {"devices", conform_devices},
    {"sub-devices", conform_sub_devices},
    {"contexts", conform_contexts},
    {"queues", conform_queues},
    {"buffers", conform_buffers},
    {"sub-buffers", conform_sub_buffers},
    {"transfers", conform_transfers},
    {"copies", conform_copies},
    {"rects", conform_rects},
    {"maps", conform_maps},
    {"programs", conform_programs},
    {"binaries", conform_binaries},
    {"builds", conform_builds},
    {"kernels", conform_kernels},
    {"arguments", conform_arguments},
    {"launches", conform_launches},
    {"events", conform_events},
    {"failed-events", conform_failed_events},
    {"asynchrony", conform_asynchrony},
    {"samplers", conform_samplers},
    {"sampler-arguments", conform_sampler_arguments},
    {"svm-memory", conform_svm_memory},
    {"svm-commands", conform_svm_commands},
    {"svm-arguments", conform_svm_arguments},
    {"images", conform_images},
    {"image-formats", conform_image_formats},
    {"image-infos", conform_image_infos},
    {"image-transfers", conform_image_transfers},
    {"image-copies", conform_image_copies},
    {"image-maps", conform_image_maps},
    {"image-views", conform_image_views},
    {"pipes", conform_pipes},
    {"callbacks", conform_callbacks},
    {"native-kernels", conform_native_kernels},
    {"older-functions", conform_older_functions},
};
enum { SECTIONS = sizeof sections / sizeof *sections };

static enum vendor who(cl_platform_id platform)
{
    return platform_is(platform, "Portable Computing Language") ? POCL
           : platform_is(platform, "rusticl")                   ? RUSTICL
           : platform_is(platform, "Oclgrind")                  ? OCLGRIND
                                                                : OTHER;
}

static cl_event an_event(cl_command_queue queue)
{
    cl_event event;
    MUST(clEnqueueMarkerWithWaitList(queue, 0, NULL, &event));
    MUST(clWaitForEvents(1, &event));
    return event;
}

int main(int argc, char **argv)
{
    const char *only = argc > 1 ? argv[1] : NULL;
    struct fixture f = {0};
    cl_int status;

    /* A crash must not take the transcript so far with it. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (only && strcmp(only, "--list") == 0) {
        list_sections(sections, SECTIONS);
        return 0;
    }

    f.device = first_device();
    MUST(clGetDeviceInfo(f.device, CL_DEVICE_PLATFORM, sizeof f.platform, &f.platform, NULL));
    f.vendor = who(f.platform);
    f.context = clCreateContext(NULL, 1, &f.device, NULL, NULL, &status);
    MUST(status);
    f.other_context = clCreateContext(NULL, 1, &f.device, NULL, NULL, &status);
    MUST(status);
    f.queue = clCreateCommandQueue(f.context, f.device, CL_QUEUE_PROFILING_ENABLE, &status);
    MUST(status);
    f.other_queue = clCreateCommandQueue(f.other_context, f.device, CL_QUEUE_PROFILING_ENABLE, &status);
    MUST(status);
    f.program = a_program(&f, kernels_source);
    MUST(clBuildProgram(f.program, 1, &f.device, "-cl-kernel-arg-info", NULL, NULL));
    f.event = an_event(f.queue);
    f.other_event = an_event(f.other_queue);

    if (run_sections(sections, SECTIONS, only, &f) == NO_SECTION)
        return NO_SECTION;

    MUST(clReleaseEvent(f.event));
    MUST(clReleaseEvent(f.other_event));
    MUST(clReleaseProgram(f.program));
    MUST(clReleaseCommandQueue(f.queue));
    MUST(clReleaseCommandQueue(f.other_queue));
    MUST(clReleaseContext(f.context));
    MUST(clReleaseContext(f.other_context));
    printf("\ndone\n");
    return 0;
}
