/* Kernels: making them, asking about them, giving them arguments of every sort, and running them over every sort of range. */
#include "coverage.h"

static cl_kernel kernel_of(struct fixture *f, const char *name)
{
    cl_int status;
    cl_kernel kernel = clCreateKernel(f->program, name, &status);
    MUST(status);
    return kernel;
}

static cl_mem buffer_of(struct fixture *f, size_t size)
{
    cl_int status, zero = 0;
    cl_mem buffer = clCreateBuffer(f->context, CL_MEM_READ_WRITE, size, NULL, &status);
    MUST(status);
    MUST(clEnqueueFillBuffer(f->queue, buffer, &zero, sizeof zero, 0, size, 0, NULL, NULL));
    return buffer;
}

static void queries(struct fixture *f)
{
    cl_int status;
    cl_kernel kernel, kernels[32];
    cl_context context = NULL;
    cl_program program = NULL;
    cl_uint count = 0;
    size_t bytes = 0;

    SHOW_NEW(kernel, status, clCreateKernel(f->program, "reversed", &status));
    INFO(clGetKernelInfo, kernel, CL_KERNEL_FUNCTION_NAME, TEXT);
    INFO(clGetKernelInfo, kernel, CL_KERNEL_NUM_ARGS, U32);
    INFO(clGetKernelInfo, kernel, CL_KERNEL_CONTEXT, OBJECT);
    INFO(clGetKernelInfo, kernel, CL_KERNEL_PROGRAM, OBJECT);
    if (!vendor_is(f, OCLGRIND)) /* which answers with memory that it has freed */
        INFO(clGetKernelInfo, kernel, CL_KERNEL_ATTRIBUTES, TEXT);
    INFO(clGetKernelInfo, kernel, 0x4242, BYTES);
    MUST(clGetKernelInfo(kernel, CL_KERNEL_CONTEXT, sizeof context, &context, NULL));
    MUST(clGetKernelInfo(kernel, CL_KERNEL_PROGRAM, sizeof program, &program, NULL));
    printf("its context and program: %d %d\n", context == f->context, program == f->program);
    COUNTS(clGetKernelInfo, CL_KERNEL_REFERENCE_COUNT, clRetainKernel, clReleaseKernel, kernel);
    INFO2(clGetKernelWorkGroupInfo, kernel, f->device, CL_KERNEL_WORK_GROUP_SIZE, SIZE);
    INFO2(clGetKernelWorkGroupInfo, kernel, f->device, CL_KERNEL_COMPILE_WORK_GROUP_SIZE, SIZE);
    INFO2(clGetKernelWorkGroupInfo, kernel, f->device, CL_KERNEL_LOCAL_MEM_SIZE, U64);
    INFO2(clGetKernelWorkGroupInfo, kernel, f->device, CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE, SIZE);
    INFO2(clGetKernelWorkGroupInfo, kernel, f->device, CL_KERNEL_PRIVATE_MEM_SIZE, U64);
    INFO2(clGetKernelWorkGroupInfo, kernel, f->device, CL_KERNEL_GLOBAL_WORK_SIZE, SIZE);
    INFO2(clGetKernelWorkGroupInfo, kernel, NULL, CL_KERNEL_WORK_GROUP_SIZE, SIZE);
    INFO2(clGetKernelWorkGroupInfo, kernel, f->device, 0x4242, BYTES);
    for (cl_uint arg = 0; arg < 4; arg++) {
        printf("argument %u\n", arg);
        INFO2(clGetKernelArgInfo, kernel, arg, CL_KERNEL_ARG_ADDRESS_QUALIFIER, U32);
        INFO2(clGetKernelArgInfo, kernel, arg, CL_KERNEL_ARG_ACCESS_QUALIFIER, U32);
        INFO2(clGetKernelArgInfo, kernel, arg, CL_KERNEL_ARG_TYPE_NAME, TEXT);
        INFO2(clGetKernelArgInfo, kernel, arg, CL_KERNEL_ARG_TYPE_QUALIFIER, U64);
        INFO2(clGetKernelArgInfo, kernel, arg, CL_KERNEL_ARG_NAME, TEXT);
    }
    INFO2(clGetKernelArgInfo, kernel, 0, 0x4242, BYTES);
    SHOW(clReleaseKernel(kernel));
    kernel = kernel_of(f, "required");
    if (!vendor_is(f, OCLGRIND)) /* which answers with memory that it has freed */
        INFO(clGetKernelInfo, kernel, CL_KERNEL_ATTRIBUTES, TEXT);
    INFO2(clGetKernelWorkGroupInfo, kernel, f->device, CL_KERNEL_COMPILE_WORK_GROUP_SIZE, SIZE);
    SHOW(clReleaseKernel(kernel));

    SHOW(clCreateKernelsInProgram(f->program, 0, NULL, &count));
    printf("kernels in the program: %u\n", count);
    REQUIRE(count <= 32);
    SHOW(clCreateKernelsInProgram(f->program, count - 1, kernels, NULL));
    SHOW(clCreateKernelsInProgram(f->program, count, kernels, NULL));
    for (cl_uint i = 0; i < count; i++) {
        char name[64];
        cl_uint args = 0;
        MUST(clGetKernelInfo(kernels[i], CL_KERNEL_FUNCTION_NAME, sizeof name, name, &bytes));
        MUST(clGetKernelInfo(kernels[i], CL_KERNEL_NUM_ARGS, sizeof args, &args, NULL));
        printf("%s: %u arguments\n", name, args);
        MUST(clReleaseKernel(kernels[i]));
    }
}

/* The struct that the kernel `plain` takes by value. */
struct pack {
    cl_int a;
    cl_float b;
    cl_long c;
    cl_char d[24];
};

static void arguments(struct fixture *f)
{
    cl_int status, i = -3;
    cl_char c = -1;
    cl_short s = -2;
    cl_long l = -4, w[16] = {100}, results[12];
    cl_float fl = 1.5f, v[4] = {1, 2, 3, 4};
    cl_double d = -2.25;
    cl_float narrow = -2.25f;
    static char extensions[65536];
    struct pack p = {7, 0.5f, 1l << 40, {0}};
    cl_mem out = buffer_of(f, 256), in = buffer_of(f, 256);
    cl_kernel plain = kernel_of(f, "plain"), clone;

    p.d[23] = 99;
    w[15] = 11;
    SHOW(clSetKernelArg(plain, 0, sizeof out, &out));
    SHOW(clSetKernelArg(plain, 1, sizeof c, &c));
    SHOW(clSetKernelArg(plain, 2, sizeof s, &s));
    SHOW(clSetKernelArg(plain, 3, sizeof i, &i));
    SHOW(clSetKernelArg(plain, 4, sizeof l, &l));
    SHOW(clSetKernelArg(plain, 5, sizeof fl, &fl));
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_EXTENSIONS, sizeof extensions, extensions, NULL));
    if (strstr(extensions, "cl_khr_fp64"))
        SHOW(clSetKernelArg(plain, 6, sizeof d, &d));
    else
        SHOW(clSetKernelArg(plain, 6, sizeof narrow, &narrow));
    SHOW(clSetKernelArg(plain, 7, sizeof v, v));
    SHOW(clSetKernelArg(plain, 8, sizeof p, &p));
    SHOW(clSetKernelArg(plain, 9, sizeof w, w));
    memset(w, 0, sizeof w); /* arguments are copied when they are set */
    run_1d(f, plain, 1);
    MUST(clEnqueueReadBuffer(f->queue, out, CL_TRUE, 0, sizeof results, results, 0, NULL, NULL));
    printf("plain arguments:");
    for (size_t at = 0; at < 12; at++)
        printf(" %lld", (long long)results[at]);
    printf("\n");

    SHOW(clSetKernelArg(plain, 10, sizeof i, &i));
    SHOW(clSetKernelArg(plain, 3, sizeof l, &l));
    SHOW(clSetKernelArg(plain, 3, 0, &i));
    if (!vendor_is(f, OCLGRIND)) /* which reads it */
        SHOW(clSetKernelArg(plain, 3, sizeof i, NULL));
    SHOW(clSetKernelArg(plain, 0, sizeof i, &i));
    SHOW(clSetKernelArg(plain, 0, 0, NULL));

    clone = NULL;
    if (!vendor_is(f, OCLGRIND)) /* whose function and the loader's call each other for ever */
        SHOW_NEW(clone, status, clCloneKernel(plain, &status));
    if (clone) {
        i = 77;
        SHOW(clSetKernelArg(clone, 3, sizeof i, &i));
        run_1d(f, clone, 1);
        MUST(clEnqueueReadBuffer(f->queue, out, CL_TRUE, 0, sizeof results, results, 0, NULL, NULL));
        printf("by the clone: %lld %lld\n", (long long)results[1], (long long)results[2]);
        run_1d(f, plain, 1);
        MUST(clEnqueueReadBuffer(f->queue, out, CL_TRUE, 0, sizeof results, results, 0, NULL, NULL));
        printf("by the original: %lld %lld\n", (long long)results[1], (long long)results[2]);
        SHOW(clReleaseKernel(clone));
    }
    SHOW(clReleaseKernel(plain));

    /* A null buffer, as NULL and as a pointer to a null handle. */
    cl_kernel optional = kernel_of(f, "optional");
    cl_mem none = NULL;
    MUST(clSetKernelArg(optional, 1, sizeof out, &out));
    SHOW(clSetKernelArg(optional, 0, sizeof none, NULL));
    run_1d(f, optional, 1);
    show_ints(f, "no buffer", out, 1);
    SHOW(clSetKernelArg(optional, 0, sizeof none, &none));
    run_1d(f, optional, 1);
    show_ints(f, "no buffer, by a null handle", out, 1);
    SHOW(clSetKernelArg(optional, 0, sizeof in, &in));
    run_1d(f, optional, 1);
    show_ints(f, "a buffer", out, 1);
    SHOW(clReleaseKernel(optional));

    /* An argument may be released before the kernel runs for the last time only after it ran; the kernel does not retain. */
    cl_kernel constants = kernel_of(f, "constants");
    cl_float table[4] = {0.5f, 1.5f, 2.5f, 3.5f}, doubled[4];
    cl_mem constant = clCreateBuffer(f->context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, sizeof table, table, &status);
    MUST(status);
    SHOW(clSetKernelArg(constants, 0, sizeof constant, &constant));
    SHOW(clSetKernelArg(constants, 1, sizeof out, &out));
    run_1d(f, constants, 4);
    MUST(clEnqueueReadBuffer(f->queue, out, CL_TRUE, 0, sizeof doubled, doubled, 0, NULL, NULL));
    printf("constants: %g %g %g %g\n", doubled[0], doubled[1], doubled[2], doubled[3]);
    SHOW(clReleaseMemObject(constant));
    SHOW(clReleaseKernel(constants));

    /* Local memory, more than one group, and several sizes for one kernel. */
    cl_kernel reversed = kernel_of(f, "reversed"), fill = kernel_of(f, "fill");
    cl_int first = 1;
    MUST(clSetKernelArg(fill, 0, sizeof in, &in));
    MUST(clSetKernelArg(fill, 1, sizeof first, &first));
    run_1d(f, fill, 16);
    SHOW(clSetKernelArg(reversed, 0, sizeof in, &in));
    SHOW(clSetKernelArg(reversed, 1, sizeof out, &out));
    for (size_t local = 4; local <= 16; local *= 2) {
        size_t items = 16;
        SHOW(clSetKernelArg(reversed, 2, local * sizeof(cl_int), NULL));
        SHOW(clEnqueueNDRangeKernel(f->queue, reversed, 1, NULL, &items, &local, 0, NULL, NULL));
        show_ints(f, "reversed", out, 16);
    }
    SHOW(clSetKernelArg(reversed, 2, 16, &i));
    SHOW(clSetKernelArg(reversed, 2, 0, NULL));
    SHOW(clReleaseKernel(reversed));
    SHOW(clReleaseKernel(fill));
    SHOW(clReleaseMemObject(in));
    SHOW(clReleaseMemObject(out));
}

void cover_kernels(struct fixture *f)
{
    queries(f);
    arguments(f);
}

static void where(struct fixture *f, cl_kernel kernel, cl_mem out, cl_uint dimensions, const size_t *offset, const size_t *global, const size_t *local)
{
    cl_uint width = (cl_uint)global[0], height = dimensions > 1 ? (cl_uint)global[1] : 1;
    size_t items = global[0] * (dimensions > 1 ? global[1] : 1) * (dimensions > 2 ? global[2] : 1);
    cl_int zero = 0;
    MUST(clEnqueueFillBuffer(f->queue, out, &zero, sizeof zero, 0, 1024, 0, NULL, NULL));
    MUST(clSetKernelArg(kernel, 0, sizeof out, &out));
    MUST(clSetKernelArg(kernel, 1, sizeof width, &width));
    MUST(clSetKernelArg(kernel, 2, sizeof height, &height));
    printf("%u dimensions: ", dimensions);
    SHOW(clEnqueueNDRangeKernel(f->queue, kernel, dimensions, offset, global, local, 0, NULL, NULL));
    show_ints(f, "ids", out, items);
}

void cover_ranges(struct fixture *f)
{
    cl_kernel kernel = kernel_of(f, "where");
    cl_mem out = buffer_of(f, 1024);
    size_t offset[3] = {5, 3, 1}, line[3] = {16, 1, 1}, plane[3] = {8, 4, 1}, box[3] = {4, 3, 2};
    size_t by4[3] = {4, 2, 1}, by2[3] = {2, 3, 1};

    where(f, kernel, out, 1, NULL, line, NULL);
    where(f, kernel, out, 1, offset, line, by4);
    where(f, kernel, out, 2, NULL, plane, by4);
    where(f, kernel, out, 2, offset, plane, NULL);
    where(f, kernel, out, 3, NULL, box, NULL);
    where(f, kernel, out, 3, offset, box, by2);

    /* What an autotuner tries: the errors have to come back from the call itself, and nothing may have run. */
    size_t huge[3] = {1u << 20, 1, 1}, three[3] = {3, 1, 1}, zero[3] = {0, 0, 0}, seven[3] = {7, 1, 1};
    SHOW(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, huge, huge, 0, NULL, NULL));
    SHOW(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, line, three, 0, NULL, NULL));
    SHOW(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, line, huge, 0, NULL, NULL));
    if (!vendor_is(f, OCLGRIND)) /* which divides by it */
        SHOW(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, line, zero, 0, NULL, NULL));
    SHOW(clEnqueueNDRangeKernel(f->queue, kernel, 0, NULL, line, NULL, 0, NULL, NULL));
    SHOW(clEnqueueNDRangeKernel(f->queue, kernel, 4, NULL, line, NULL, 0, NULL, NULL));
    SHOW(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, NULL, NULL, 0, NULL, NULL));
    SHOW(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, seven, by4, 0, NULL, NULL));
    SHOW(clReleaseKernel(kernel));

    size_t tried = 0, ran = 0;
    kernel = kernel_of(f, "once");
    MUST(clEnqueueFillBuffer(f->queue, out, &(cl_int){0}, 4, 0, 1024, 0, NULL, NULL));
    MUST(clSetKernelArg(kernel, 0, sizeof out, &out));
    for (size_t local = 1; local <= 64; local++, tried++) {
        size_t global = local;
        if (local % 2 == 0)
            global = local + 1; /* does not divide, so it must be refused */
        ran += clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &global, &local, 0, NULL, NULL) == CL_SUCCESS;
    }
    MUST(clFinish(f->queue));
    printf("of %zu ranges %zu ran\n", tried, ran);
    SHOW(clReleaseKernel(kernel));

    kernel = kernel_of(f, "required");
    size_t required[2] = {4, 2}, other[2] = {2, 4}, grid[2] = {8, 4};
    SHOW(clEnqueueNDRangeKernel(f->queue, kernel, 2, NULL, grid, required, 0, NULL, NULL)); /* no arguments yet */
    MUST(clSetKernelArg(kernel, 0, sizeof out, &out));
    SHOW(clEnqueueNDRangeKernel(f->queue, kernel, 2, NULL, grid, other, 0, NULL, NULL));
    SHOW(clEnqueueNDRangeKernel(f->queue, kernel, 2, NULL, grid, required, 0, NULL, NULL));
    show_ints(f, "the required group", out, 32);
    SHOW(clReleaseKernel(kernel));

    /* A task is a range of one item. */
    cl_event event;
    kernel = kernel_of(f, "once");
    MUST(clEnqueueFillBuffer(f->queue, out, &(cl_int){7}, 4, 0, 1024, 0, NULL, NULL));
    SHOW(clEnqueueTask(f->queue, kernel, 0, NULL, NULL)); /* no arguments yet */
    MUST(clSetKernelArg(kernel, 0, sizeof out, &out));
    SHOW(clEnqueueTask(f->queue, kernel, 0, NULL, &event));
    SHOW(clWaitForEvents(1, &event));
    INFO(clGetEventInfo, event, CL_EVENT_COMMAND_TYPE, U32);
    show_ints(f, "after a task", out, 2);
    SHOW(clReleaseEvent(event));
    SHOW(clReleaseKernel(kernel));
    SHOW(clReleaseMemObject(out));
}
