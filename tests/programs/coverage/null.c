/* Null objects: an error of the API for every function, never a crash. */
#include "coverage.h"

void cover_null_objects(struct fixture *f)
{
    cl_int status;
    cl_mem buffer;
    cl_program program;
    cl_kernel kernel;
    void *mapped;
    size_t one = 1, zero[3] = {0, 0, 0}, region[3] = {1, 1, 1};
    cl_event none = NULL;
    unsigned char byte = 0;
    const char *source = "";
    cl_buffer_region part = {0, 16};

    SHOW(clRetainContext(NULL));
    SHOW(clReleaseContext(NULL));
    SHOW(clRetainCommandQueue(NULL));
    SHOW(clReleaseCommandQueue(NULL));
    SHOW(clRetainMemObject(NULL));
    SHOW(clReleaseMemObject(NULL));
    SHOW(clRetainProgram(NULL));
    SHOW(clReleaseProgram(NULL));
    SHOW(clRetainKernel(NULL));
    SHOW(clReleaseKernel(NULL));
    SHOW(clRetainEvent(NULL));
    SHOW(clReleaseEvent(NULL));
    SHOW(clRetainDevice(NULL));
    SHOW(clReleaseDevice(NULL));
    SHOW(clFlush(NULL));
    SHOW(clFinish(NULL));
    SHOW(clGetContextInfo(NULL, CL_CONTEXT_NUM_DEVICES, 0, NULL, &one));
    SHOW(clGetCommandQueueInfo(NULL, CL_QUEUE_PROPERTIES, 0, NULL, &one));
    SHOW(clGetDeviceInfo(NULL, CL_DEVICE_NAME, 0, NULL, &one));
    SHOW(clGetMemObjectInfo(NULL, CL_MEM_SIZE, 0, NULL, &one));
    SHOW(clGetProgramInfo(NULL, CL_PROGRAM_SOURCE, 0, NULL, &one));
    SHOW(clGetProgramBuildInfo(NULL, f->device, CL_PROGRAM_BUILD_LOG, 0, NULL, &one));
    SHOW(clGetKernelInfo(NULL, CL_KERNEL_NUM_ARGS, 0, NULL, &one));
    SHOW(clGetKernelArgInfo(NULL, 0, CL_KERNEL_ARG_NAME, 0, NULL, &one));
    SHOW(clGetKernelWorkGroupInfo(NULL, f->device, CL_KERNEL_WORK_GROUP_SIZE, 0, NULL, &one));
    SHOW(clGetEventInfo(NULL, CL_EVENT_COMMAND_TYPE, 0, NULL, &one));
    SHOW(clGetEventProfilingInfo(NULL, CL_PROFILING_COMMAND_END, 0, NULL, &one));
    SHOW_NEW(buffer, status, clCreateBuffer(NULL, 0, 16, NULL, &status));
    SHOW_NEW(buffer, status, clCreateSubBuffer(NULL, 0, CL_BUFFER_CREATE_TYPE_REGION, &part, &status));
    SHOW_NEW(program, status, clCreateProgramWithSource(NULL, 1, &source, NULL, &status));
    SHOW_NEW(kernel, status, clCreateKernel(NULL, "one", &status));
    SHOW_NEW(kernel, status, clCloneKernel(NULL, &status));
    SHOW(clCreateKernelsInProgram(NULL, 0, NULL, NULL));
    SHOW(clBuildProgram(NULL, 0, NULL, NULL, NULL, NULL));
    SHOW(clSetKernelArg(NULL, 0, 1, &byte));
    SHOW(clEnqueueNDRangeKernel(NULL, NULL, 1, NULL, &one, NULL, 0, NULL, NULL));
    SHOW(clEnqueueReadBuffer(f->queue, NULL, CL_TRUE, 0, 1, &byte, 0, NULL, NULL));
    SHOW(clEnqueueReadBuffer(NULL, NULL, CL_TRUE, 0, 1, &byte, 0, NULL, NULL));
    SHOW(clEnqueueWriteBuffer(f->queue, NULL, CL_FALSE, 0, 1, &byte, 0, NULL, NULL));
    SHOW(clEnqueueReadBufferRect(f->queue, NULL, CL_TRUE, zero, zero, region, 0, 0, 0, 0, &byte, 0, NULL, NULL));
    SHOW(clEnqueueWriteBufferRect(f->queue, NULL, CL_TRUE, zero, zero, region, 0, 0, 0, 0, &byte, 0, NULL, NULL));
    SHOW(clEnqueueCopyBuffer(f->queue, NULL, NULL, 0, 0, 1, 0, NULL, NULL));
    SHOW(clEnqueueFillBuffer(f->queue, NULL, &byte, 1, 0, 1, 0, NULL, NULL));
    SHOW_NEW(mapped, status, clEnqueueMapBuffer(f->queue, NULL, CL_TRUE, CL_MAP_READ, 0, 1, 0, NULL, NULL, &status));
    SHOW(clEnqueueUnmapMemObject(f->queue, NULL, &byte, 0, NULL, NULL));
    SHOW(clEnqueueMarkerWithWaitList(NULL, 0, NULL, NULL));
    SHOW(clEnqueueBarrierWithWaitList(NULL, 0, NULL, NULL));
    if (!vendor_is(f, OCLGRIND)) /* which asks it */
        SHOW(clEnqueueMarkerWithWaitList(f->queue, 1, &none, NULL));
    SHOW(clWaitForEvents(1, &none));
}
