/* Programs: from sources, binaries, names and intermediate language; building, compiling and linking them. */
#include "conformance.h"

static const char *const right = "kernel void one(global int *out) { out[0] = 1; }\n";
static const char *const wrong = "kernel void one(global int *out) { out[0] = nowhere; }\n";

static void infos(struct fixture *f, cl_program program)
{
    /* What sizes binaries and logs have is the compiler's business. */
    QUERY(clGetProgramInfo(program, CL_PROGRAM_REFERENCE_COUNT, size, value, size_ret));
    QUERY(clGetProgramInfo(program, CL_PROGRAM_CONTEXT, size, value, size_ret));
    QUERY(clGetProgramInfo(program, CL_PROGRAM_NUM_DEVICES, size, value, size_ret));
    QUERY(clGetProgramInfo(program, CL_PROGRAM_DEVICES, size, value, size_ret));
    QUERY(clGetProgramInfo(program, CL_PROGRAM_SOURCE, size, value, size_ret));
    QUERY(clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, size, value, size_ret));
    QUERY(clGetProgramInfo(program, CL_PROGRAM_NUM_KERNELS, size, value, size_ret));
    QUERY(clGetProgramInfo(program, CL_PROGRAM_KERNEL_NAMES, size, value, size_ret));
    QUERY(clGetProgramInfo(program, CL_PROGRAM_IL, size, value, size_ret));
    QUERY(clGetProgramInfo(program, CL_PROGRAM_SCOPE_GLOBAL_CTORS_PRESENT, size, value, size_ret));
    QUERY(clGetProgramInfo(program, CL_PROGRAM_SCOPE_GLOBAL_DTORS_PRESENT, size, value, size_ret));
    QUERY(clGetProgramInfo(program, 0x4242, size, value, size_ret));
    QUERY(clGetProgramBuildInfo(program, f->device, CL_PROGRAM_BUILD_STATUS, size, value, size_ret));
    QUERY(clGetProgramBuildInfo(program, f->device, CL_PROGRAM_BUILD_OPTIONS, size, value, size_ret));
    QUERY(clGetProgramBuildInfo(program, f->device, CL_PROGRAM_BINARY_TYPE, size, value, size_ret));
    QUERY(clGetProgramBuildInfo(program, f->device, CL_PROGRAM_BUILD_GLOBAL_VARIABLE_TOTAL_SIZE, size, value, size_ret));
    QUERY(clGetProgramBuildInfo(program, f->device, 0x4242, size, value, size_ret));
    QUERY(clGetProgramBuildInfo(program, NULL, CL_PROGRAM_BUILD_STATUS, size, value, size_ret));
}

static void state(struct fixture *f, cl_program program)
{
    cl_build_status built = 42;
    cl_program_binary_type type = 42;
    char options[256] = "";
    cl_int status = clGetProgramBuildInfo(program, f->device, CL_PROGRAM_BUILD_STATUS, sizeof built, &built, NULL);
    printf("state: %s %d, ", status_name(status), built);
    status = clGetProgramBuildInfo(program, f->device, CL_PROGRAM_BINARY_TYPE, sizeof type, &type, NULL);
    printf("binary: %s %u, ", status_name(status), type);
    status = clGetProgramBuildInfo(program, f->device, CL_PROGRAM_BUILD_OPTIONS, sizeof options, options, NULL);
    printf("options: %s \"%s\"\n", status_name(status), options);
}

void conform_programs(struct fixture *f)
{
    const char *parts[] = {right, NULL}, *empty = "";
    size_t lengths[] = {10, 0};
    cl_program program;

    part("clCreateProgramWithSource");
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithSource(f->context, 1, parts, NULL, &status));
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithSource(f->context, 1, parts, lengths, &status));
    SPARE(OCLGRIND, "reads through null", TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithSource(f->context, 2, parts, NULL, &status)));
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithSource(f->context, 0, parts, NULL, &status));
    SPARE(POCL, "reads through null", TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithSource(f->context, 1, NULL, NULL, &status)));
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithSource(f->context, 0, NULL, NULL, &status));
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithSource(f->context, 1, &empty, NULL, &status));
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithSource(NULL, 1, parts, NULL, &status));
    printf("no program without a status: %d\n", clCreateProgramWithSource(f->context, 0, NULL, NULL, NULL) != NULL);

    part("clGetProgramInfo, clGetProgramBuildInfo: before it is built");
    program = a_program(f, right);
    infos(f, program);
    part("clGetProgramInfo, clGetProgramBuildInfo: when it is built");
    MUST(clBuildProgram(program, 0, NULL, "-DX=1", NULL, NULL));
    QUERY(clGetProgramInfo(program, CL_PROGRAM_NUM_KERNELS, size, value, size_ret));
    QUERY(clGetProgramInfo(program, CL_PROGRAM_KERNEL_NAMES, size, value, size_ret));
    QUERY(clGetProgramBuildInfo(program, f->device, CL_PROGRAM_BUILD_STATUS, size, value, size_ret));
    QUERY(clGetProgramBuildInfo(program, f->device, CL_PROGRAM_BUILD_OPTIONS, size, value, size_ret));
    QUERY(clGetProgramBuildInfo(program, f->device, CL_PROGRAM_BUILD_LOG, size, value, size_ret));
    state(f, program);
    QUERY(clGetProgramInfo(NULL, CL_PROGRAM_NUM_KERNELS, size, value, size_ret));
    QUERY(clGetProgramBuildInfo(NULL, f->device, CL_PROGRAM_BUILD_STATUS, size, value, size_ret));
    TRY(clRetainProgram(program));
    TRY(clReleaseProgram(program));
    TRY(clReleaseProgram(program));
    TRY(clRetainProgram(NULL));
    TRY(clReleaseProgram(NULL));

    part("clCreateProgramWithBuiltInKernels");
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBuiltInKernels(NULL, 1, &f->device, "x", &status));
    /* Rusticl has no such function, on which the loader jumps to nowhere. */
    if (!is(f, RUSTICL)) {
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBuiltInKernels(f->context, 1, &f->device, "nobody.has.this", &status));
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBuiltInKernels(f->context, 1, &f->device, "", &status));
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBuiltInKernels(f->context, 1, &f->device, NULL, &status));
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBuiltInKernels(f->context, 0, &f->device, "x", &status));
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBuiltInKernels(f->context, 1, NULL, "x", &status));
    }

    part("clCreateProgramWithIL, clSetProgramSpecializationConstant");
    cl_uint garbage[16] = {0x4242, 1, 2}, value = 1;
    /* Oclgrind has none of these, on which the loader jumps to nowhere. */
    if (!is(f, OCLGRIND)) {
        TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithIL(f->context, garbage, sizeof garbage, &status));
        TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithIL(f->context, garbage, 0, &status));
        TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithIL(f->context, NULL, sizeof garbage, &status));
        program = a_program(f, right);
        SPARE(POCL, "asserts that it is built", TRY(clSetProgramSpecializationConstant(program, 0, sizeof value, &value)));
        SPARE(POCL, "asserts that it is built", TRY(clSetProgramSpecializationConstant(program, 0, 0, &value)));
        SPARE(POCL, "asserts that it is built", TRY(clSetProgramSpecializationConstant(program, 0, sizeof value, NULL)));
        TRY(clReleaseProgram(program));
    }
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithIL(NULL, garbage, sizeof garbage, &status));
    TRY(clSetProgramSpecializationConstant(NULL, 0, sizeof value, &value));
}

void conform_binaries(struct fixture *f)
{
    cl_program program = a_program(f, right), copy;
    size_t size = 0, zero = 0, short_size, none = 0;
    cl_int loaded[2] = {0x5e5e, 0x5e5e};
    unsigned char *binary, garbage[64];

    part("clGetProgramInfo(CL_PROGRAM_BINARIES)");
    unsigned char *nowhere[2] = {NULL, UNTOUCHED};
    /* Rusticl asserts that there is one. */
    if (!is(f, RUSTICL))
        TRY(clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof *nowhere, nowhere, NULL));
    MUST(clBuildProgram(program, 0, NULL, NULL, NULL, NULL));
    MUST(clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, NULL));
    binary = calloc(1, size + 1);
    REQUIRE(binary);
    unsigned char *pointers[2] = {binary, UNTOUCHED};
    size_t got = 0x5e5e;
    TRY(clGetProgramInfo(program, CL_PROGRAM_BINARIES, 0, NULL, &got));
    printf("%zu bytes of pointers\n", got);
    SPARE(RUSTICL, "asserts that there is room", TRY(clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof *pointers - 1, pointers, NULL)));
    SPARE(RUSTICL, "asserts that there is room", TRY(clGetProgramInfo(program, CL_PROGRAM_BINARIES, 0, pointers, NULL)));
    SPARE(POCL | RUSTICL | OCLGRIND, "writes through null", TRY(clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof *nowhere, nowhere, NULL)));
    TRY(clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof *pointers, pointers, &got));
    printf("%zu bytes; the pointers are as they were: %d, nothing behind the binary: %d\n", got,
           pointers[0] == binary && pointers[1] == UNTOUCHED, binary[size] == 0);
    TRY(clReleaseProgram(program));

    part("clCreateProgramWithBinary");
    const unsigned char *given[2] = {binary, binary}, *null[1] = {NULL}, *bad[1] = {garbage};
    cl_device_id twins[2] = {f->device, f->device};
    size_t sizes[2] = {size, size}, bad_size = sizeof garbage;
    pattern(garbage, sizeof garbage, 31);
    NEW(copy, clCreateProgramWithBinary(f->context, 1, &f->device, &size, given, loaded, &status));
    printf("loaded: %s, the next untouched: %d\n", status_name(loaded[0]), loaded[1] == 0x5e5e);
    if (copy) {
        cl_kernel kernel;
        state(f, copy);
        NEW(kernel, clCreateKernel(copy, "one", &status)); /* not built */
        if (kernel)
            MUST(clReleaseKernel(kernel));
        TRY(clCompileProgram(copy, 1, &f->device, NULL, 0, NULL, NULL, NULL, NULL)); /* has no source */
        TRY(clBuildProgram(copy, 1, &f->device, NULL, NULL, NULL));
        state(f, copy);
        QUERY(clGetProgramInfo(copy, CL_PROGRAM_SOURCE, size, value, size_ret));
        NEW(kernel, clCreateKernel(copy, "one", &status));
        if (kernel)
            MUST(clReleaseKernel(kernel));
        TRY(clReleaseProgram(copy));
    }
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBinary(f->context, 1, &f->device, &size, given, NULL, &status));
    loaded[0] = 0x5e5e;
    SPARE(RUSTICL, "asserts that it is its own", TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBinary(f->context, 1, &f->device, &bad_size, bad, loaded, &status)));
    printf("loaded: %s\n", loaded[0] == 0x5e5e ? "untouched" : status_name(loaded[0]));
    short_size = size / 2;
    loaded[0] = 0x5e5e;
    /* Rusticl and PoCL believe what a binary of their own says of its length. */
    if (!is(f, RUSTICL | POCL)) {
        TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBinary(f->context, 1, &f->device, &short_size, given, loaded, &status));
        printf("loaded: %s\n", loaded[0] == 0x5e5e ? "untouched" : status_name(loaded[0]));
    }
    loaded[0] = 0x5e5e;
    SPARE(RUSTICL, "asserts that it is its own", TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBinary(f->context, 1, &f->device, &zero, given, loaded, &status)));
    printf("loaded: %s\n", loaded[0] == 0x5e5e ? "untouched" : status_name(loaded[0]));
    loaded[0] = 0x5e5e;
    SPARE(OCLGRIND, "reads through null", TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBinary(f->context, 1, &f->device, &size, null, loaded, &status)));
    printf("loaded: %s\n", loaded[0] == 0x5e5e ? "untouched" : status_name(loaded[0]));
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBinary(f->context, 1, &f->device, NULL, given, NULL, &status));
    SPARE(POCL, "reads through null", TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBinary(f->context, 1, &f->device, &size, NULL, NULL, &status)));
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBinary(f->context, 0, &f->device, &size, given, NULL, &status));
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBinary(f->context, 1, NULL, &size, given, NULL, &status));
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBinary(f->context, 2, twins, sizes, given, NULL, &status));
    TRY_NEW(cl_program, clReleaseProgram, clCreateProgramWithBinary(NULL, 1, &f->device, &size, given, NULL, &status));
    free(binary);
    (void)none;
}

static int notified;

static void CL_CALLBACK notice(cl_program program, void *user_data)
{
    (void)program;
    __atomic_add_fetch((int *)user_data, 1, __ATOMIC_SEQ_CST);
}

void conform_builds(struct fixture *f)
{
    cl_program program, failing, parts[2], linked;
    cl_kernel kernel;
    cl_device_id null_device = NULL, twins[2] = {f->device, f->device};
    size_t length = 0;

    part("clBuildProgram");
    program = a_program(f, right);
    TRY(clBuildProgram(program, 1, NULL, NULL, NULL, NULL));
    TRY(clBuildProgram(program, 0, &f->device, NULL, NULL, NULL));
    SPARE(POCL, "reads through null", TRY(clBuildProgram(program, 1, &null_device, NULL, NULL, NULL)));
    TRY(clBuildProgram(program, 0, NULL, NULL, NULL, &notified));
    TRY(clBuildProgram(NULL, 0, NULL, NULL, NULL, NULL));
    state(f, program);
    TRY_NEW(cl_kernel, clReleaseKernel, clCreateKernel(program, "one", &status));
    TRY(clBuildProgram(program, 0, NULL, "-no-such-option", NULL, NULL));
    state(f, program);
    TRY(clBuildProgram(program, 2, twins, "", NULL, NULL));
    TRY(clBuildProgram(program, 0, NULL, "-DX=1 -DY", NULL, NULL));
    state(f, program);
    NEW(kernel, clCreateKernel(program, "one", &status));
    TRY(clBuildProgram(program, 0, NULL, "-DZ", NULL, NULL)); /* has a kernel */
    state(f, program);
    TRY(clCompileProgram(program, 0, NULL, "-DZ", 0, NULL, NULL, NULL, NULL));
    if (kernel)
        TRY(clReleaseKernel(kernel));
    TRY(clBuildProgram(program, 0, NULL, NULL, notice, &notified));
    /* Nothing says when a build that tells of its end has ended, but this. */
    while (__atomic_load_n(&notified, __ATOMIC_SEQ_CST) == 0)
        ;
    state(f, program);
    TRY(clReleaseProgram(program));

    part("a build that fails");
    failing = a_program(f, wrong);
    TRY(clBuildProgram(failing, 0, NULL, "-DX=1", NULL, NULL));
    state(f, failing);
    MUST(clGetProgramBuildInfo(failing, f->device, CL_PROGRAM_BUILD_LOG, 0, NULL, &length));
    char *log = calloc(1, length + 2);
    REQUIRE(log);
    log[length] = 'X';
    TRY(clGetProgramBuildInfo(failing, f->device, CL_PROGRAM_BUILD_LOG, length - 1, log, NULL));
    printf("log untouched: %d\n", log[0] == 0);
    TRY(clGetProgramBuildInfo(failing, f->device, CL_PROGRAM_BUILD_LOG, length, log, NULL));
    printf("log names the mistake: %d, ends where it says: %d, nothing behind: %d\n", strstr(log, "nowhere") != NULL,
           strlen(log) + 1 == length, log[length] == 'X');
    free(log);
    TRY_NEW(cl_kernel, clReleaseKernel, clCreateKernel(failing, "one", &status));
    TRY(clCreateKernelsInProgram(failing, 0, NULL, NULL));
    TRY(clCompileProgram(failing, 0, NULL, NULL, 0, NULL, NULL, NULL, NULL));
    state(f, failing);

    part("clCompileProgram");
    const char *library = "int twice(int x) { return 2 * x; }\n";
    const char *user = "#include \"answer.h\"\nint twice(int x);\nkernel void one(global int *out) { out[0] = twice(ANSWER); }\n";
    const char *names[] = {"answer.h", NULL};
    cl_program header = a_program(f, "#define ANSWER 42\n"), headers[] = {header, NULL}, half[] = {NULL, NULL};
    parts[0] = a_program(f, library);
    parts[1] = a_program(f, user);
    TRY(clCompileProgram(NULL, 0, NULL, NULL, 0, NULL, NULL, NULL, NULL));
    TRY(clCompileProgram(parts[0], 1, NULL, NULL, 0, NULL, NULL, NULL, NULL));
    TRY(clCompileProgram(parts[0], 0, &f->device, NULL, 0, NULL, NULL, NULL, NULL));
    TRY(clCompileProgram(parts[0], 0, NULL, NULL, 0, NULL, NULL, NULL, &notified));
    TRY(clCompileProgram(parts[1], 0, NULL, NULL, 0, headers, names, NULL, NULL));
    SPARE(POCL | OCLGRIND, "reads through null", TRY(clCompileProgram(parts[1], 0, NULL, NULL, 1, NULL, names, NULL, NULL)));
    SPARE(POCL | OCLGRIND, "reads through null", TRY(clCompileProgram(parts[1], 0, NULL, NULL, 1, headers, NULL, NULL, NULL)));
    TRY(clCompileProgram(parts[1], 0, NULL, NULL, 0, NULL, NULL, NULL, NULL)); /* lacks its header */
    state(f, parts[1]);
    TRY(clCompileProgram(parts[0], 0, NULL, "-no-such-option", 0, NULL, NULL, NULL, NULL));
    TRY(clCompileProgram(parts[1], 0, NULL, "-DY", 1, headers, names, NULL, NULL));
    state(f, parts[1]);
    TRY_NEW(cl_kernel, clReleaseKernel, clCreateKernel(parts[1], "one", &status)); /* not linked */

    part("clLinkProgram");
    /* One is not compiled yet. */
    SPARE(OCLGRIND, "reads through null",
          TRY_NEW(cl_program, clReleaseProgram, clLinkProgram(f->context, 0, NULL, NULL, 2, parts, NULL, NULL, &status)));
    TRY(clCompileProgram(parts[0], 0, NULL, NULL, 0, NULL, NULL, NULL, NULL));
    state(f, parts[0]);
    TRY_NEW(cl_program, clReleaseProgram, clLinkProgram(f->context, 0, NULL, NULL, 0, parts, NULL, NULL, &status));
    SPARE(OCLGRIND, "reads through null", TRY_NEW(cl_program, clReleaseProgram, clLinkProgram(f->context, 0, NULL, NULL, 2, NULL, NULL, NULL, &status)));
    SPARE(POCL | OCLGRIND, "reads through null", TRY_NEW(cl_program, clReleaseProgram, clLinkProgram(f->context, 0, NULL, NULL, 2, half, NULL, NULL, &status)));
    TRY_NEW(cl_program, clReleaseProgram, clLinkProgram(f->context, 1, NULL, NULL, 2, parts, NULL, NULL, &status));
    TRY_NEW(cl_program, clReleaseProgram, clLinkProgram(f->context, 0, &f->device, NULL, 2, parts, NULL, NULL, &status));
    TRY_NEW(cl_program, clReleaseProgram, clLinkProgram(f->context, 0, NULL, "-no-such-option", 2, parts, NULL, NULL, &status));
    TRY_NEW(cl_program, clReleaseProgram, clLinkProgram(f->context, 0, NULL, NULL, 2, parts, NULL, &notified, &status));
    TRY_NEW(cl_program, clReleaseProgram, clLinkProgram(NULL, 0, NULL, NULL, 2, parts, NULL, NULL, &status));
    TRY_NEW(cl_program, clReleaseProgram, clLinkProgram(f->other_context, 0, NULL, NULL, 2, parts, NULL, NULL, &status));
    part("a link that fails");
    NEW(linked, clLinkProgram(f->context, 0, NULL, NULL, 1, parts + 1, NULL, NULL, &status)); /* lacks a function */
    if (linked)
        TRY(clReleaseProgram(linked));
    NEW(linked, clLinkProgram(f->context, 0, NULL, "-create-library", 1, parts, NULL, NULL, &status));
    if (linked) {
        state(f, linked);
        TRY(clReleaseProgram(linked));
    }
    NEW(linked, clLinkProgram(f->context, 0, NULL, NULL, 2, parts, NULL, NULL, &status));
    if (linked) {
        state(f, linked);
        TRY_NEW(cl_kernel, clReleaseKernel, clCreateKernel(linked, "one", &status));
        TRY(clReleaseProgram(linked));
    }
    TRY(clReleaseProgram(parts[0]));
    TRY(clReleaseProgram(parts[1]));
    TRY(clReleaseProgram(header));
    TRY(clReleaseProgram(failing));
}
