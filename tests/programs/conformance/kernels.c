/* Kernels: making them, what they say of themselves, their arguments, and launching them. */
#include "conformance.h"

static void describe(struct fixture *f, cl_program program, const char *name)
{
    cl_int status;
    cl_kernel kernel = clCreateKernel(program, name, &status);
    MUST(status);
    for (cl_uint index = 0; index < 4; index++) {
        printf("argument %u\n", index);
        QUERY(clGetKernelArgInfo(kernel, index, CL_KERNEL_ARG_ADDRESS_QUALIFIER, size, value, size_ret));
        QUERY(clGetKernelArgInfo(kernel, index, CL_KERNEL_ARG_ACCESS_QUALIFIER, size, value, size_ret));
        QUERY(clGetKernelArgInfo(kernel, index, CL_KERNEL_ARG_TYPE_NAME, size, value, size_ret));
        QUERY(clGetKernelArgInfo(kernel, index, CL_KERNEL_ARG_TYPE_QUALIFIER, size, value, size_ret));
        QUERY(clGetKernelArgInfo(kernel, index, CL_KERNEL_ARG_NAME, size, value, size_ret));
    }
    QUERY(clGetKernelArgInfo(kernel, 0, 0x4242, size, value, size_ret));
    MUST(clReleaseKernel(kernel));
    (void)f;
}

void conform_kernels(struct fixture *f)
{
    cl_kernel kernel, all[16] = {UNTOUCHED};
    cl_uint count = 0x5e5e;
    cl_program unbuilt = a_program(f, "kernel void one(global int *out) { out[0] = 1; }\n");

    part("clCreateKernel");
    TRY_NEW(cl_kernel, clReleaseKernel, clCreateKernel(f->program, "fill", &status));
    TRY_NEW(cl_kernel, clReleaseKernel, clCreateKernel(f->program, "nobody", &status));
    TRY_NEW(cl_kernel, clReleaseKernel, clCreateKernel(f->program, "", &status));
    TRY_NEW(cl_kernel, clReleaseKernel, clCreateKernel(f->program, NULL, &status));
    TRY_NEW(cl_kernel, clReleaseKernel, clCreateKernel(unbuilt, "one", &status));
    TRY_NEW(cl_kernel, clReleaseKernel, clCreateKernel(NULL, "fill", &status));
    printf("no kernel without a status: %d\n", clCreateKernel(f->program, "nobody", NULL) != NULL);

    part("clCreateKernelsInProgram");
    TRY(clCreateKernelsInProgram(f->program, 0, NULL, &count));
    printf("%u kernels\n", count);
    TRY(clCreateKernelsInProgram(f->program, 0, NULL, NULL));
    TRY(clCreateKernelsInProgram(f->program, 1, all, NULL));
    TRY(clCreateKernelsInProgram(f->program, 0, all, &count));
    printf("no kernel came: %d\n", all[0] == UNTOUCHED);
    TRY(clCreateKernelsInProgram(unbuilt, 0, NULL, &count));
    TRY(clCreateKernelsInProgram(NULL, 0, NULL, &count));
    memset(all, 0, sizeof all);
    TRY(clCreateKernelsInProgram(f->program, 16, all, &count));
    for (size_t i = 0; i < 16; i++)
        if (all[i])
            MUST(clReleaseKernel(all[i]));

    part("clGetKernelInfo");
    kernel = a_kernel(f, "required");
    QUERY(clGetKernelInfo(kernel, CL_KERNEL_FUNCTION_NAME, size, value, size_ret));
    QUERY(clGetKernelInfo(kernel, CL_KERNEL_NUM_ARGS, size, value, size_ret));
    QUERY(clGetKernelInfo(kernel, CL_KERNEL_REFERENCE_COUNT, size, value, size_ret));
    QUERY(clGetKernelInfo(kernel, CL_KERNEL_CONTEXT, size, value, size_ret));
    QUERY(clGetKernelInfo(kernel, CL_KERNEL_PROGRAM, size, value, size_ret));
    QUERY(clGetKernelInfo(kernel, CL_KERNEL_ATTRIBUTES, size, value, size_ret));
    QUERY(clGetKernelInfo(kernel, 0x4242, size, value, size_ret));
    QUERY(clGetKernelInfo(NULL, CL_KERNEL_NUM_ARGS, size, value, size_ret));

    part("clGetKernelWorkGroupInfo");
    QUERY(clGetKernelWorkGroupInfo(kernel, f->device, CL_KERNEL_WORK_GROUP_SIZE, size, value, size_ret));
    QUERY(clGetKernelWorkGroupInfo(kernel, f->device, CL_KERNEL_COMPILE_WORK_GROUP_SIZE, size, value, size_ret));
    QUERY(clGetKernelWorkGroupInfo(kernel, f->device, CL_KERNEL_LOCAL_MEM_SIZE, size, value, size_ret));
    QUERY(clGetKernelWorkGroupInfo(kernel, f->device, CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE, size, value, size_ret));
    QUERY(clGetKernelWorkGroupInfo(kernel, f->device, CL_KERNEL_PRIVATE_MEM_SIZE, size, value, size_ret));
    QUERY(clGetKernelWorkGroupInfo(kernel, f->device, CL_KERNEL_GLOBAL_WORK_SIZE, size, value, size_ret));
    QUERY(clGetKernelWorkGroupInfo(kernel, f->device, 0x4242, size, value, size_ret));
    QUERY(clGetKernelWorkGroupInfo(kernel, NULL, CL_KERNEL_WORK_GROUP_SIZE, size, value, size_ret));
    QUERY(clGetKernelWorkGroupInfo(NULL, f->device, CL_KERNEL_WORK_GROUP_SIZE, size, value, size_ret));

    part("clGetKernelSubGroupInfo");
    size_t local[3] = {4, 2, 1}, one = 1;
    /* Oclgrind has no such function, on which the loader jumps to nowhere. */
    if (!is(f, OCLGRIND)) {
        QUERY(clGetKernelSubGroupInfo(kernel, f->device, CL_KERNEL_MAX_SUB_GROUP_SIZE_FOR_NDRANGE, sizeof local, local, size, value, size_ret));
        QUERY(clGetKernelSubGroupInfo(kernel, f->device, CL_KERNEL_SUB_GROUP_COUNT_FOR_NDRANGE, sizeof local, local, size, value, size_ret));
        QUERY(clGetKernelSubGroupInfo(kernel, f->device, CL_KERNEL_LOCAL_SIZE_FOR_SUB_GROUP_COUNT, sizeof one, &one, size, value, size_ret));
        QUERY(clGetKernelSubGroupInfo(kernel, f->device, CL_KERNEL_MAX_NUM_SUB_GROUPS, 0, NULL, size, value, size_ret));
        QUERY(clGetKernelSubGroupInfo(kernel, f->device, CL_KERNEL_COMPILE_NUM_SUB_GROUPS, 0, NULL, size, value, size_ret));
        QUERY(clGetKernelSubGroupInfo(kernel, f->device, CL_KERNEL_MAX_SUB_GROUP_SIZE_FOR_NDRANGE, 0, NULL, size, value, size_ret));
        QUERY(clGetKernelSubGroupInfo(kernel, f->device, CL_KERNEL_MAX_SUB_GROUP_SIZE_FOR_NDRANGE, 7, local, size, value, size_ret));
        QUERY(clGetKernelSubGroupInfo(kernel, f->device, 0x4242, 0, NULL, size, value, size_ret));
    }
    QUERY(clGetKernelSubGroupInfo(NULL, f->device, CL_KERNEL_MAX_NUM_SUB_GROUPS, 0, NULL, size, value, size_ret));
    MUST(clReleaseKernel(kernel));

    part("clGetKernelArgInfo: a program that was asked to keep it");
    describe(f, f->program, "reversed");
    part("clGetKernelArgInfo: a program that was not asked");
    MUST(clBuildProgram(unbuilt, 0, NULL, NULL, NULL, NULL));
    describe(f, unbuilt, "one");
    QUERY(clGetKernelArgInfo(NULL, 0, CL_KERNEL_ARG_NAME, size, value, size_ret));
    MUST(clReleaseProgram(unbuilt));

    part("clCloneKernel");
    kernel = a_kernel(f, "two_values");
    /* Oclgrind has no such function, on which the loader jumps to nowhere. */
    if (!is(f, OCLGRIND)) {
        cl_mem out = a_buffer(f, 0, 64);
        cl_int value = 7;
        size_t items = 1;
        cl_kernel clone;
        MUST(clSetKernelArg(kernel, 0, sizeof out, &out));
        MUST(clSetKernelArg(kernel, 1, sizeof value, &value));
        NEW(clone, clCloneKernel(kernel, &status)); /* with an argument unset */
        if (clone) {
            COMMAND(clEnqueueNDRangeKernel(f->queue, clone, 1, NULL, &items, NULL, 0, NULL, &event));
            TRY(clSetKernelArg(clone, 2, sizeof value, &value));
            COMMAND(clEnqueueNDRangeKernel(f->queue, clone, 1, NULL, &items, NULL, 0, NULL, &event));
            show_ints(f, "by the clone", out, 1);
            COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, &items, NULL, 0, NULL, &event));
            TRY(clReleaseKernel(clone));
        }
        MUST(clReleaseMemObject(out));
    }
    TRY_NEW(cl_kernel, clReleaseKernel, clCloneKernel(NULL, &status));
    TRY(clRetainKernel(kernel));
    TRY(clReleaseKernel(kernel));
    TRY(clReleaseKernel(kernel));
    TRY(clRetainKernel(NULL));
    TRY(clReleaseKernel(NULL));
}

void conform_arguments(struct fixture *f)
{
    cl_mem buffer = a_buffer(f, 0, 256), none = NULL, foreign;
    cl_int value = 1, status;
    cl_long wide = 2;
    cl_kernel kernel = a_kernel(f, "fill"), local = a_kernel(f, "reversed"), table = a_kernel(f, "constants");
    foreign = clCreateBuffer(f->other_context, 0, 256, NULL, &status);
    MUST(status);

    /* Twice: an argument that was taken before may be handled differently. */
    for (int again = 0; again < 2; again++) {
        part(again ? "clSetKernelArg, again" : "clSetKernelArg");
        TRY(clSetKernelArg(kernel, 0, sizeof buffer, &buffer));
        TRY(clSetKernelArg(kernel, 0, sizeof buffer - 1, &buffer));
        TRY(clSetKernelArg(kernel, 0, sizeof buffer + 1, &buffer));
        TRY(clSetKernelArg(kernel, 0, 0, &buffer));
        TRY(clSetKernelArg(kernel, 0, 0, NULL));
        TRY(clSetKernelArg(kernel, 0, 64, NULL));
        TRY(clSetKernelArg(kernel, 0, sizeof none, &none));
        TRY(clSetKernelArg(kernel, 0, sizeof none, NULL));
        TRY(clSetKernelArg(kernel, 0, sizeof foreign, &foreign));
        TRY(clSetKernelArg(kernel, 1, sizeof value, &value));
        TRY(clSetKernelArg(kernel, 1, sizeof wide, &wide));
        TRY(clSetKernelArg(kernel, 1, sizeof value - 1, &value));
        TRY(clSetKernelArg(kernel, 1, 0, &value));
        TRY(clSetKernelArg(kernel, 1, 0, NULL));
        SPARE(OCLGRIND, "reads through null", TRY(clSetKernelArg(kernel, 1, sizeof value, NULL)));
        TRY(clSetKernelArg(kernel, 2, sizeof value, &value));
        TRY(clSetKernelArg(kernel, UINT32_MAX, sizeof value, &value));
        TRY(clSetKernelArg(NULL, 0, sizeof buffer, &buffer));
        TRY(clSetKernelArg(local, 2, 64, NULL));
        TRY(clSetKernelArg(local, 2, 0, NULL));
        TRY(clSetKernelArg(local, 2, 64, &value));
        TRY(clSetKernelArg(local, 2, 0, &value));
        SPARE(OCLGRIND, "takes all memory", TRY(clSetKernelArg(local, 2, (size_t)1 << 40, NULL)));
        TRY(clSetKernelArg(table, 0, sizeof buffer, &buffer));
        TRY(clSetKernelArg(table, 0, sizeof none, &none));
        TRY(clSetKernelArg(table, 0, sizeof value, &value));
    }
    MUST(clReleaseMemObject(foreign));
    MUST(clReleaseMemObject(buffer));
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseKernel(local));
    MUST(clReleaseKernel(table));
}

/* All that can be wrong with a launch of `kernel`, which is ready to be launched. */
static void wrong_launches(struct fixture *f, cl_kernel kernel)
{
    size_t max_group = 0, items[3] = {16, 1, 1}, local[3] = {4, 1, 1}, three[3] = {3, 1, 1}, zero[3] = {0, 1, 1};
    size_t offset[3] = {3, 0, 0}, far[3] = {SIZE_MAX, 0, 0}, zeros[3] = {0, 0, 0}, huge[3], many[3] = {0, 1, 1};
    size_t sizes[3] = {0}, deep[3] = {1, 1, 0};
    cl_event mixed[] = {f->event, f->other_event}, holed[] = {f->event, NULL};
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof max_group, &max_group, NULL));
    MUST(clGetDeviceInfo(f->device, CL_DEVICE_MAX_WORK_ITEM_SIZES, sizeof sizes, sizes, NULL));
    huge[0] = 2 * max_group, huge[1] = huge[2] = 1;
    many[0] = max_group, many[1] = 2;
    deep[2] = 2 * sizes[2];

    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, items, NULL, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, items, local, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 0, NULL, items, local, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 4, NULL, items, local, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, UINT32_MAX, NULL, items, local, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, NULL, local, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, NULL, NULL, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, zeros, NULL, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 2, NULL, zero, NULL, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, zeros, local, 0, NULL, &event));
    SPARE(OCLGRIND, "divides by zero", COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, items, zeros, 0, NULL, &event)));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, items, three, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, items, huge, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, huge, huge, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 2, NULL, many, many, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 3, NULL, deep, deep, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, far, items, NULL, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, far, items, local, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, zeros, items, local, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, offset, items, local, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(NULL, kernel, 1, NULL, items, local, 0, NULL, &event));
    SPARE(POCL | OCLGRIND, "reads through null", COMMAND(clEnqueueNDRangeKernel(f->queue, NULL, 1, NULL, items, local, 0, NULL, &event)));
    COMMAND(clEnqueueNDRangeKernel(f->other_queue, kernel, 1, NULL, items, local, 0, NULL, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, items, local, 0, &f->event, &event));
    SPARE(POCL | OCLGRIND, "reads through null", COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, items, local, 1, NULL, &event)));
    SPARE(OCLGRIND, "reads through null", COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, items, local, 2, holed, &event)));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, items, local, 1, &f->other_event, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, items, local, 2, mixed, &event));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, items, local, 1, &f->event, &event));

    COMMAND(clEnqueueTask(f->queue, kernel, 0, NULL, &event));
    COMMAND(clEnqueueTask(f->queue, kernel, 1, &f->other_event, &event));
    SPARE(POCL | OCLGRIND, "reads through null", COMMAND(clEnqueueTask(f->queue, kernel, 1, NULL, &event)));
    SPARE(POCL | OCLGRIND, "reads through null", COMMAND(clEnqueueTask(f->queue, NULL, 0, NULL, &event)));
    COMMAND(clEnqueueTask(NULL, kernel, 0, NULL, &event));
    COMMAND(clEnqueueTask(f->other_queue, kernel, 0, NULL, &event));
}

void conform_launches(struct fixture *f)
{
    size_t items[2] = {16, 2}, right[2] = {4, 2}, other[2] = {2, 4}, odd[2] = {6, 2}, odder[2] = {4, 3};
    cl_mem buffer = a_buffer(f, 0, 65536);
    cl_kernel kernel;
    cl_int value = 1;

    part("arguments unset");
    kernel = a_kernel(f, "fill");
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, items, NULL, 0, NULL, &event));
    COMMAND(clEnqueueTask(f->queue, kernel, 0, NULL, &event));
    MUST(clSetKernelArg(kernel, 1, sizeof value, &value));
    COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, items, NULL, 0, NULL, &event));
    MUST(clSetKernelArg(kernel, 0, sizeof buffer, &buffer));
    for (int again = 0; again < 2; again++) {
        part(again ? "clEnqueueNDRangeKernel, clEnqueueTask, again" : "clEnqueueNDRangeKernel, clEnqueueTask");
        wrong_launches(f, kernel);
    }
    MUST(clReleaseKernel(kernel));

    part("a required size");
    kernel = a_kernel(f, "required");
    MUST(clSetKernelArg(kernel, 0, sizeof buffer, &buffer));
    for (int again = 0; again < 2; again++) {
        COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 2, NULL, items, right, 0, NULL, &event));
        COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 2, NULL, items, other, 0, NULL, &event));
        COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 2, NULL, items, NULL, 0, NULL, &event));
        COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 2, NULL, odd, NULL, 0, NULL, &event));
        COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 2, NULL, odder, NULL, 0, NULL, &event));
        COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 2, NULL, odd, right, 0, NULL, &event));
        COMMAND(clEnqueueNDRangeKernel(f->queue, kernel, 1, NULL, items, NULL, 0, NULL, &event));
        COMMAND(clEnqueueTask(f->queue, kernel, 0, NULL, &event));
    }
    MUST(clReleaseKernel(kernel));
    MUST(clReleaseMemObject(buffer));
}
