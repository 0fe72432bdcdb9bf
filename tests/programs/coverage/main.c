/* Runs the sections in order and prints the transcript. `--hostile` runs only the calls with garbage and stale handles, which no
 * native implementation has to survive; `--list` names the sections, and a section's name runs only that one. */
#include "coverage.h"

#include <ctype.h>

const char *const kernels_source =
    "kernel void fill(global int *out, int value) { out[get_global_id(0)] = value + (int)get_global_id(0); }\n"
    "kernel void add(global const int *a, global const int *b, global int *out) {\n"
    "    size_t i = get_global_id(0); out[i] = a[i] + b[i];\n"
    "}\n"
    "kernel void empty(void) {}\n"
    "kernel void once(global int *out) { out[0] += 1; }\n"
    "kernel void where(global int *out, uint width, uint height) {\n"
    "    size_t x = get_global_id(0), y = get_global_id(1), z = get_global_id(2);\n"
    "    size_t at = (x - get_global_offset(0)) + width * ((y - get_global_offset(1)) + height * (z - get_global_offset(2)));\n"
    "    out[at] = (int)(x + 100 * y + 10000 * z);\n"
    "}\n"
    "kernel void reversed(global const int *in, global int *out, local int *scratch) {\n"
    "    size_t i = get_local_id(0), n = get_local_size(0);\n"
    "    scratch[i] = in[get_global_id(0)];\n"
    "    barrier(CLK_LOCAL_MEM_FENCE);\n"
    "    out[get_global_id(0)] = scratch[n - 1 - i];\n"
    "}\n"
    "#ifdef cl_khr_fp64\n"
    "typedef double real;\n"
    "#else\n"
    "typedef float real;\n"
    "#endif\n"
    "typedef struct { int a; float b; long c; char d[24]; } pack;\n"
    "kernel void plain(global long *out, char c, short s, int i, long l, float f, real d, float4 v, pack p, long16 w) {\n"
    "    out[0] = c; out[1] = s; out[2] = i; out[3] = l; out[4] = (long)(f * 8); out[5] = (long)(d * 8);\n"
    "    out[6] = (long)(v.x + 10 * v.y + 100 * v.z + 1000 * v.w); out[7] = p.a; out[8] = (long)(p.b * 8);\n"
    "    out[9] = p.c; out[10] = p.d[23]; out[11] = w.s0 + w.sf;\n"
    "}\n"
    "kernel __attribute__((reqd_work_group_size(4, 2, 1))) void required(global int *out) {\n"
    "    out[get_global_id(0) + get_global_size(0) * get_global_id(1)] = (int)get_local_id(0) + 10 * (int)get_local_id(1);\n"
    "}\n"
    "kernel void optional(global int *in, global int *out) { out[0] = in ? in[0] : -1; }\n"
    "kernel void constants(constant float *table, global float *out) { out[get_global_id(0)] = table[get_global_id(0)] * 2; }\n"
    "kernel void spin(global int *out, int rounds) {\n"
    "    int x = out[0]; for (int i = 0; i < rounds; i++) x = x * 1103515245 + 12345; out[0] = x;\n"
    "}\n";

int vendor_is(const struct fixture *f, const char *name)
{
    return platform_is(f->platform, name);
}

void show_object(const char *text, const void *object, cl_int status)
{
    /* What a failed call returns is not an object: some implementations return one all the same. */
    if (status != CL_SUCCESS && status != 0x7fff)
        printf("%s = %s\n", text, status_name(status));
    else
        printf("%s = %s, %s\n", text, object ? "object" : "NULL", status == 0x7fff ? "status untouched" : status_name(status));
}

void show_info(const char *text, enum info kind, cl_int size_status, size_t size, cl_int status, const void *value, cl_int small_status)
{
    printf("%s: ", text);
    if (size_status != CL_SUCCESS) {
        printf("%s\n", status_name(size_status));
        return;
    }
    printf("%zu bytes, ", size);
    if (status != CL_SUCCESS)
        printf("%s", status_name(status));
    const unsigned char *bytes = value;
    for (size_t at = 0; status == CL_SUCCESS && at < size;) {
        uint32_t word;
        uint64_t wide;
        size_t native;
        void *object;
        switch (kind) {
        case TEXT:
            printf("%.*s%s", (int)size, (const char *)bytes, bytes[size - 1] == 0 ? "" : " (not terminated)");
            at = size;
            break;
        case U32:
            memcpy(&word, bytes + at, sizeof word);
            printf("%u ", word);
            at += sizeof word;
            break;
        case U64:
            memcpy(&wide, bytes + at, sizeof wide);
            printf("%llu ", (unsigned long long)wide);
            at += sizeof wide;
            break;
        case SIZE:
            memcpy(&native, bytes + at, sizeof native);
            printf("%zu ", native);
            at += sizeof native;
            break;
        case OBJECT:
            memcpy(&object, bytes + at, sizeof object);
            printf("%s ", object ? "object" : "null");
            at += sizeof object;
            break;
        case BYTES:
            printf("checksum %016llx", (unsigned long long)checksum(bytes, size));
            at = size;
            break;
        case NOTHING:
            printf("(not shown)");
            at = size;
            break;
        }
    }
    if (size > 0)
        printf(" [one byte less: %s]", status_name(small_status));
    printf("\n");
}

void run_1d(const struct fixture *f, cl_kernel kernel, size_t n)
{
    MUST(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &n, NULL, 0, NULL, NULL));
    MUST(clFinish(f->queue));
}

static const struct section sections[] = {
    {"platforms", cover_platforms},
    {"devices", cover_devices},
    {"contexts", cover_contexts},
    {"queues", cover_queues},
    {"buffers", cover_buffers},
    {"rects", cover_rects},
    {"maps", cover_maps},
    {"images", cover_images},
    {"image-maps", cover_image_maps},
    {"image-views", cover_image_views},
    {"image-kernels", cover_image_kernels},
    {"image-mistakes", cover_image_mistakes},
    {"samplers", cover_samplers},
    {"programs", cover_programs},
    {"separate-compilation", cover_separate_compilation},
    {"kernels", cover_kernels},
    {"ranges", cover_ranges},
    {"events", cover_events},
    {"user-events", cover_user_events},
    {"out-of-order", cover_out_of_order},
    {"several-queues", cover_several_queues},
    {"times", cover_times},
    {"reads-in-flight", cover_reads_in_flight},
    {"event-callbacks", cover_event_callbacks},
    {"destructors", cover_destructors},
    {"context-destructors", cover_context_destructors},
    {"build-callbacks", cover_build_callbacks},
    {"context-callbacks", cover_context_callbacks},
    {"printf", cover_printf},
    {"extensions", cover_extensions},
    {"command-buffers", cover_command_buffers},
    {"content-sizes", cover_content_sizes},
    {"native-kernels", cover_native_kernels},
    {"large-transfers", cover_large_transfers},
    {"large-buffers", cover_large_buffers},
    {"null-objects", cover_null_objects},
    {"svm", cover_svm},
    {"svm-fine-grained", cover_svm_fine_grained},
};
enum { SECTIONS = sizeof sections / sizeof *sections };

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
    f.context = clCreateContext(NULL, 1, &f.device, NULL, NULL, &status);
    MUST(status);
    f.queue = clCreateCommandQueue(f.context, f.device, CL_QUEUE_PROFILING_ENABLE, &status);
    MUST(status);
    const char *source = kernels_source;
    f.program = clCreateProgramWithSource(f.context, 1, &source, NULL, &status);
    MUST(status);
    /* A device without doubles cannot build it; the sections that need no kernels of it run there all the same. */
    status = clBuildProgram(f.program, 1, &f.device, "-cl-kernel-arg-info", NULL, NULL);
    if (status != CL_SUCCESS)
        show_status("the kernels", status);

    int is_hostile = only && strcmp(only, "--hostile") == 0;
    int failed = is_hostile ? hostile(&f) : run_sections(sections, SECTIONS, only, &f);
    if (failed == NO_SECTION)
        return failed;

    MUST(clReleaseProgram(f.program));
    MUST(clReleaseCommandQueue(f.queue));
    MUST(clReleaseContext(f.context));
    printf("\n%s\n", failed ? "failed" : "done");
    return failed;
}
