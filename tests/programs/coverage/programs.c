/* Programs: from sources, binaries and built-in kernels; builds that work and builds that fail. */
#include "coverage.h"

static void build_info(cl_program program, cl_device_id device)
{
    INFO2(clGetProgramBuildInfo, program, device, CL_PROGRAM_BUILD_STATUS, U32);
    INFO2(clGetProgramBuildInfo, program, device, CL_PROGRAM_BUILD_OPTIONS, TEXT);
    INFO2(clGetProgramBuildInfo, program, device, CL_PROGRAM_BUILD_LOG, TEXT);
    INFO2(clGetProgramBuildInfo, program, device, CL_PROGRAM_BINARY_TYPE, U32);
    INFO2(clGetProgramBuildInfo, program, device, CL_PROGRAM_BUILD_GLOBAL_VARIABLE_TOTAL_SIZE, SIZE);
    INFO2(clGetProgramBuildInfo, program, device, 0x4242, BYTES);
}

/* Builds, runs the kernel `one` and prints what it stored. */
static void run_one(struct fixture *f, const char *text, cl_program program, const char *options)
{
    cl_int status;
    printf("%s: build: %s, ", text, status_name(clBuildProgram(program, 1, &f->device, options, NULL, NULL)));
    cl_kernel kernel = clCreateKernel(program, "one", &status);
    printf("kernel: %s\n", status_name(status));
    if (kernel) {
        cl_mem out = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 16, NULL, &status);
        MUST(status);
        MUST(clSetKernelArg(kernel, 0, sizeof out, &out));
        run_1d(f, kernel, 1);
        show_ints(f, "result", out, 1);
        MUST(clReleaseMemObject(out));
        MUST(clReleaseKernel(kernel));
    }
    MUST(clReleaseProgram(program));
}

static void sources(struct fixture *f)
{
    cl_int status;
    cl_program program;
    const char *parts[] = {"kernel void one(global ", "int *out) XXXX", "{ out[0] = 41 + 1; }\n"};
    size_t lengths[] = {0, 10, 0};
    const char *whole = "kernel void one(global int *out) { out[0] = VALUE; }\n";
    size_t exact = strlen(whole);
    const char *pieces[64];

    SHOW_NEW(program, status, clCreateProgramWithSource(f->context, 3, parts, lengths, &status));
    INFO(clGetProgramInfo, program, CL_PROGRAM_SOURCE, TEXT);
    run_one(f, "three strings, some with a length", program, NULL);
    SHOW_NEW(program, status, clCreateProgramWithSource(f->context, 1, &whole, NULL, &status));
    run_one(f, "no lengths, a definition", program, "-DVALUE=7");
    SHOW_NEW(program, status, clCreateProgramWithSource(f->context, 1, &whole, &exact, &status));
    run_one(f, "an exact length, several options", program, "-D VALUE=8 -cl-fast-relaxed-math -Werror");
    char letters[64][2];
    size_t count = exact < 64 ? exact : 64;
    for (size_t i = 0; i < count; i++) {
        letters[i][0] = whole[i];
        letters[i][1] = 0;
        pieces[i] = letters[i];
    }
    SHOW_NEW(program, status, clCreateProgramWithSource(f->context, (cl_uint)count, pieces, NULL, &status));
    INFO(clGetProgramInfo, program, CL_PROGRAM_SOURCE, TEXT);
    run_one(f, "a string for each letter", program, "-DVALUE=9");

    /* A source that no small buffer holds. */
    size_t long_size = 300000;
    char *long_source = malloc(long_size + 1);
    memset(long_source, '\n', long_size);
    memcpy(long_source + long_size - exact, whole, exact + 1);
    const char *long_pointer = long_source;
    SHOW_NEW(program, status, clCreateProgramWithSource(f->context, 1, &long_pointer, NULL, &status));
    free(long_source);
    size_t size = 0;
    SHOW(clGetProgramInfo(program, CL_PROGRAM_SOURCE, 0, NULL, &size));
    printf("its source: %zu bytes\n", size);
    run_one(f, "300 kB of source", program, "-DVALUE=10");

    const char *hole[] = {whole, NULL};
    SHOW_NEW(program, status, clCreateProgramWithSource(f->context, 0, &whole, NULL, &status));
    if (!vendor_is(f, OCLGRIND)) /* which reads it */
        SHOW_NEW(program, status, clCreateProgramWithSource(f->context, 2, hole, NULL, &status));
}

static void queries(struct fixture *f)
{
    cl_context context = NULL;
    cl_device_id device = NULL;
    cl_program p = f->program;
    INFO(clGetProgramInfo, p, CL_PROGRAM_NUM_DEVICES, U32);
    INFO(clGetProgramInfo, p, CL_PROGRAM_DEVICES, OBJECT);
    INFO(clGetProgramInfo, p, CL_PROGRAM_CONTEXT, OBJECT);
    INFO(clGetProgramInfo, p, CL_PROGRAM_SOURCE, TEXT);
    INFO(clGetProgramInfo, p, CL_PROGRAM_NUM_KERNELS, SIZE);
    INFO(clGetProgramInfo, p, CL_PROGRAM_KERNEL_NAMES, TEXT);
    INFO(clGetProgramInfo, p, CL_PROGRAM_IL, BYTES);
    INFO(clGetProgramInfo, p, CL_PROGRAM_SCOPE_GLOBAL_CTORS_PRESENT, U32);
    INFO(clGetProgramInfo, p, CL_PROGRAM_SCOPE_GLOBAL_DTORS_PRESENT, U32);
    INFO(clGetProgramInfo, p, 0x4242, BYTES);
    MUST(clGetProgramInfo(p, CL_PROGRAM_CONTEXT, sizeof context, &context, NULL));
    MUST(clGetProgramInfo(p, CL_PROGRAM_DEVICES, sizeof device, &device, NULL));
    printf("its context and device: %d %d\n", context == f->context, device == f->device);
    COUNTS(clGetProgramInfo, CL_PROGRAM_REFERENCE_COUNT, clRetainProgram, clReleaseProgram, p);
    build_info(p, f->device);
    INFO2(clGetProgramBuildInfo, p, NULL, CL_PROGRAM_BUILD_STATUS, U32);
}

static cl_program notified_of;
static int notified_with;

static void CL_CALLBACK notice(cl_program program, void *user_data)
{
    notified_of = program;
    notified_with = *(int *)user_data;
}

/* PoCL builds before the call returns, and notifies then. */
static void notifications(struct fixture *f)
{
    cl_int status;
    int number = 4711;
    const char *right = "kernel void one(global int *out) { out[0] = 5; }\n", *wrong = "kernel void one(";
    cl_program program = clCreateProgramWithSource(f->context, 1, &right, NULL, &status);
    MUST(status);
    SHOW(clBuildProgram(program, 1, &f->device, "", notice, &number));
    printf("notified: %d, with %d\n", notified_of == program, notified_with);
    SHOW(clBuildProgram(program, 1, &f->device, "", NULL, &number));
    SHOW(clReleaseProgram(program));
    number++;
    program = clCreateProgramWithSource(f->context, 1, &wrong, NULL, &status);
    MUST(status);
    SHOW(clBuildProgram(program, 1, &f->device, "", notice, &number));
    printf("notified: %d, with %d\n", notified_of == program, notified_with);
    SHOW(clReleaseProgram(program));
}

static void failures(struct fixture *f)
{
    cl_int status;
    cl_program program;
    cl_kernel kernel;
    const char *wrong = "kernel void one(global int *out) { out[0] = nowhere; }\n";
    const char *right = "kernel void one(global int *out) { out[0] = 3; }\n";
    size_t size = 0;

    SHOW_NEW(program, status, clCreateProgramWithSource(f->context, 1, &wrong, NULL, &status));
    INFO2(clGetProgramBuildInfo, program, f->device, CL_PROGRAM_BUILD_STATUS, U32);
    INFO(clGetProgramInfo, program, CL_PROGRAM_NUM_KERNELS, SIZE);
    SHOW_NEW(kernel, status, clCreateKernel(program, "one", &status));
    SHOW(clBuildProgram(program, 1, &f->device, "-DX=1", NULL, NULL));
    INFO2(clGetProgramBuildInfo, program, f->device, CL_PROGRAM_BUILD_STATUS, U32);
    INFO2(clGetProgramBuildInfo, program, f->device, CL_PROGRAM_BUILD_OPTIONS, TEXT);
    /* The log names a temporary file, so only some of it is the same every time. */
    SHOW(clGetProgramBuildInfo(program, f->device, CL_PROGRAM_BUILD_LOG, 0, NULL, &size));
    char *log = calloc(1, size + 1);
    SHOW(clGetProgramBuildInfo(program, f->device, CL_PROGRAM_BUILD_LOG, size, log, NULL));
    printf("the log names the mistake: %d\n", strstr(log, "nowhere") != NULL);
    free(log);
    SHOW_NEW(kernel, status, clCreateKernel(program, "one", &status));
    SHOW(clReleaseProgram(program));

    SHOW_NEW(program, status, clCreateProgramWithSource(f->context, 1, &right, NULL, &status));
    SHOW(clBuildProgram(program, 1, NULL, NULL, NULL, NULL));
    SHOW(clBuildProgram(program, 0, &f->device, NULL, NULL, NULL));
    SHOW(clBuildProgram(program, 1, &f->device, "-no-such-option-at-all", NULL, NULL));
    SHOW(clBuildProgram(program, 0, NULL, "", NULL, NULL));
    build_info(program, f->device);
    SHOW_NEW(kernel, status, clCreateKernel(program, "two", &status));
    SHOW_NEW(kernel, status, clCreateKernel(program, NULL, &status));
    SHOW_NEW(kernel, status, clCreateKernel(program, "one", &status));
    SHOW(clBuildProgram(program, 0, NULL, NULL, NULL, NULL)); /* has kernels */
    SHOW(clReleaseKernel(kernel));
    SHOW(clBuildProgram(program, 0, NULL, "-DAGAIN", NULL, NULL));
    INFO2(clGetProgramBuildInfo, program, f->device, CL_PROGRAM_BUILD_OPTIONS, TEXT);
    SHOW(clReleaseProgram(program));
}

static void binaries(struct fixture *f)
{
    cl_int status, loaded = 0x7fff;
    cl_program program, copy;
    const char *source = "kernel void one(global int *out) { out[0] = 1234; }\n";
    size_t size = 0, got = 0;
    unsigned char *binary;

    program = clCreateProgramWithSource(f->context, 1, &source, NULL, &status);
    MUST(status);
    INFO(clGetProgramInfo, program, CL_PROGRAM_BINARY_SIZES, SIZE); /* not built: none */
    MUST(clBuildProgram(program, 0, NULL, NULL, NULL, NULL));
    MUST(clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, &got));
    printf("one binary: %d, not empty: %d\n", got == sizeof size, size > 0);
    binary = calloc(1, size);
    unsigned char *pointers[1] = {binary};
    SHOW(clGetProgramInfo(program, CL_PROGRAM_BINARIES, 0, NULL, &got));
    printf("%zu bytes of pointers\n", got);
    SHOW(clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof pointers, pointers, &got));
    int empty = 1;
    for (size_t i = 0; i < size; i++)
        empty &= binary[i] == 0;
    printf("the binary came: %d, our pointer is as it was: %d\n", !empty, pointers[0] == binary);
    SHOW(clReleaseProgram(program));

    const unsigned char *given[1] = {binary};
    SHOW_NEW(copy, status, clCreateProgramWithBinary(f->context, 1, &f->device, &size, given, &loaded, &status));
    printf("binary status: %s\n", status_name(loaded));
    INFO(clGetProgramInfo, copy, CL_PROGRAM_NUM_DEVICES, U32);
    INFO(clGetProgramInfo, copy, CL_PROGRAM_SOURCE, TEXT);
    run_one(f, "the binary", copy, NULL);
    SHOW_NEW(copy, status, clCreateProgramWithBinary(f->context, 1, &f->device, &size, given, NULL, &status));
    run_one(f, "the binary, without asking for its status", copy, "");

    unsigned char garbage[64];
    pattern(garbage, sizeof garbage, 31);
    const unsigned char *wrong[1] = {garbage}, *none[1] = {NULL};
    size_t wrong_size = sizeof garbage, zero = 0;
    loaded = 0x7fff;
    if (!vendor_is(f, RUSTICL)) { /* which ends the process over a binary of another version */
        SHOW_NEW(copy, status, clCreateProgramWithBinary(f->context, 1, &f->device, &wrong_size, wrong, &loaded, &status));
        printf("binary status: %s\n", status_name(loaded));
        if (copy)
            SHOW(clReleaseProgram(copy));
    }
    if (!vendor_is(f, OCLGRIND)) { /* which reads all of it */
        SHOW_NEW(copy, status, clCreateProgramWithBinary(f->context, 1, &f->device, &size, none, NULL, &status));
        SHOW_NEW(copy, status, clCreateProgramWithBinary(f->context, 1, &f->device, &zero, given, NULL, &status));
    }
    SHOW_NEW(copy, status, clCreateProgramWithBinary(f->context, 0, NULL, &size, given, NULL, &status));
    SHOW_NEW(copy, status, clCreateProgramWithBinary(f->context, 1, &f->device, NULL, given, NULL, &status));
    free(binary);
}

static void built_in(struct fixture *f)
{
    cl_int status;
    cl_program program;
    char names[4096] = "";
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_BUILT_IN_KERNELS, sizeof names, names, NULL));
    if (strstr(names, "pocl.add.i8")) {
        SHOW_NEW(program, status, clCreateProgramWithBuiltInKernels(f->context, 1, &f->device, "pocl.add.i8", &status));
        if (program) {
            INFO(clGetProgramInfo, program, CL_PROGRAM_NUM_KERNELS, SIZE);
            INFO(clGetProgramInfo, program, CL_PROGRAM_KERNEL_NAMES, TEXT);
            SHOW(clReleaseProgram(program));
        }
    }
    SHOW_NEW(program, status, clCreateProgramWithBuiltInKernels(f->context, 1, &f->device, "nobody.has.this", &status));
    SHOW_NEW(program, status, clCreateProgramWithBuiltInKernels(f->context, 1, &f->device, NULL, &status));
}

void cover_programs(struct fixture *f)
{
    queries(f);
    sources(f);
    failures(f);
    notifications(f);
    binaries(f);
    if (!vendor_is(f, RUSTICL)) /* whose table has no such function */
        built_in(f);
}

void cover_separate_compilation(struct fixture *f)
{
    cl_int status;
    const char *header = "#define ANSWER 42\n";
    const char *library = "int twice(int x) { return 2 * x; }\n";
    const char *user = "#include \"answer.h\"\nint twice(int x);\nkernel void one(global int *out) { out[0] = twice(ANSWER); }\n";
    const char *names[] = {"answer.h"};
    cl_program parts[2], linked, include = clCreateProgramWithSource(f->context, 1, &header, NULL, &status);
    MUST(status);
    parts[0] = clCreateProgramWithSource(f->context, 1, &library, NULL, &status);
    MUST(status);
    parts[1] = clCreateProgramWithSource(f->context, 1, &user, NULL, &status);
    MUST(status);

    SHOW(clCompileProgram(parts[1], 1, &f->device, NULL, 0, NULL, NULL, NULL, NULL)); /* no header */
    SHOW(clCompileProgram(parts[0], 1, &f->device, NULL, 0, NULL, NULL, NULL, NULL));
    SHOW(clCompileProgram(parts[1], 1, &f->device, "-DY=2", 1, &include, names, NULL, NULL));
    INFO2(clGetProgramBuildInfo, parts[1], f->device, CL_PROGRAM_BINARY_TYPE, U32);
    INFO2(clGetProgramBuildInfo, parts[1], f->device, CL_PROGRAM_BUILD_OPTIONS, TEXT);
    SHOW_NEW(linked, status, clLinkProgram(f->context, 1, &f->device, NULL, 2, parts, NULL, NULL, &status));
    if (linked) {
        INFO2(clGetProgramBuildInfo, linked, f->device, CL_PROGRAM_BINARY_TYPE, U32);
        INFO2(clGetProgramBuildInfo, linked, f->device, CL_PROGRAM_BUILD_STATUS, U32);
        cl_kernel kernel;
        SHOW_NEW(kernel, status, clCreateKernel(linked, "one", &status));
        if (status == CL_SUCCESS) { /* a program that could not be linked is there for its log */
            cl_mem out = clCreateBuffer(f->context, CL_MEM_READ_WRITE, 16, NULL, &status);
            MUST(status);
            MUST(clSetKernelArg(kernel, 0, sizeof out, &out));
            run_1d(f, kernel, 1);
            show_ints(f, "linked", out, 1);
            MUST(clReleaseMemObject(out));
            MUST(clReleaseKernel(kernel));
        }
        SHOW(clReleaseProgram(linked));
    }
    SHOW_NEW(linked, status, clLinkProgram(f->context, 1, &f->device, NULL, 0, NULL, NULL, NULL, &status));
    SHOW(clReleaseProgram(parts[0]));
    SHOW(clReleaseProgram(parts[1]));
    SHOW(clReleaseProgram(include));
}
