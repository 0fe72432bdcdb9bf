/* A program that finds OpenCL at run time, as many do: by dlopen and dlsym, with and without versions, in several ways one after
 * another, and lets go of the library in between. Nothing is linked. */
#define _GNU_SOURCE
#include "ocl.h"

#include <dlfcn.h>

/* Every function that the program uses, and the version that it has in Debian's loader. */
#define FUNCTIONS(X)                                                                                                          \
    X(clGetPlatformIDs, "OPENCL_1.0") X(clGetPlatformInfo, "OPENCL_1.0") X(clGetDeviceIDs, "OPENCL_1.0")                       \
    X(clGetDeviceInfo, "OPENCL_1.0") X(clCreateContext, "OPENCL_1.0") X(clReleaseContext, "OPENCL_1.0")                        \
    X(clCreateCommandQueue, "OPENCL_1.0") X(clReleaseCommandQueue, "OPENCL_1.0") X(clCreateBuffer, "OPENCL_1.0")               \
    X(clReleaseMemObject, "OPENCL_1.0") X(clCreateProgramWithSource, "OPENCL_1.0") X(clBuildProgram, "OPENCL_1.0")             \
    X(clReleaseProgram, "OPENCL_1.0") X(clCreateKernel, "OPENCL_1.0") X(clSetKernelArg, "OPENCL_1.0")                          \
    X(clReleaseKernel, "OPENCL_1.0") X(clEnqueueNDRangeKernel, "OPENCL_1.0") X(clEnqueueReadBuffer, "OPENCL_1.0")              \
    X(clEnqueueFillBuffer, "OPENCL_1.2") X(clRetainDevice, "OPENCL_1.2") X(clReleaseDevice, "OPENCL_1.2")                      \
    X(clGetHostTimer, "OPENCL_2.1") X(clFinish, "OPENCL_1.0")

static struct {
#define MEMBER(name, version) __typeof__(name) *name;
    FUNCTIONS(MEMBER)
#undef MEMBER
} cl;

static void *address(void *library, const char *name, const char *version)
{
    void *plain = dlsym(library, name), *versioned = dlvsym(library, name, version);
    if (!plain || plain != versioned)
        printf("%s: found %d, by its version %d, the same %d\n", name, plain != NULL, versioned != NULL, plain == versioned);
    return plain;
}

static void work(const char *how)
{
    const char *source = "kernel void twice(global int *data) { data[get_global_id(0)] *= 2; }\n";
    cl_platform_id platform;
    cl_device_id device;
    char name[256] = "";
    cl_int status, data[64], seven = 7;
    size_t items = 64;

    MUST(cl.clGetPlatformIDs(1, &platform, NULL));
    MUST(cl.clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof name, name, NULL));
    MUST(cl.clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, NULL));
    cl_context context = cl.clCreateContext(NULL, 1, &device, NULL, NULL, &status);
    MUST(status);
    cl_command_queue queue = cl.clCreateCommandQueue(context, device, 0, &status);
    MUST(status);
    cl_program program = cl.clCreateProgramWithSource(context, 1, &source, NULL, &status);
    MUST(status);
    MUST(cl.clBuildProgram(program, 0, NULL, NULL, NULL, NULL));
    cl_kernel kernel = cl.clCreateKernel(program, "twice", &status);
    MUST(status);
    cl_mem buffer = cl.clCreateBuffer(context, CL_MEM_READ_WRITE, sizeof data, NULL, &status);
    MUST(status);
    MUST(cl.clEnqueueFillBuffer(queue, buffer, &seven, sizeof seven, 0, sizeof data, 0, NULL, NULL));
    MUST(cl.clSetKernelArg(kernel, 0, sizeof buffer, &buffer));
    MUST(cl.clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, NULL, 0, NULL, NULL));
    MUST(cl.clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, sizeof data, data, 0, NULL, NULL));
    printf("%s: %s says %d %d\n", how, name, data[0], data[63]);
    MUST(cl.clFinish(queue));
    MUST(cl.clReleaseMemObject(buffer));
    MUST(cl.clReleaseKernel(kernel));
    MUST(cl.clReleaseProgram(program));
    MUST(cl.clReleaseCommandQueue(queue));
    MUST(cl.clReleaseContext(context));
}

int main(void)
{
    static const struct {
        const char *text;
        int flags;
    } ways[] = {
        {"RTLD_NOW | RTLD_LOCAL", RTLD_NOW | RTLD_LOCAL},
        {"RTLD_LAZY | RTLD_GLOBAL", RTLD_LAZY | RTLD_GLOBAL},
        {"RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND},
        {"RTLD_NOW | RTLD_LOCAL, again", RTLD_NOW | RTLD_LOCAL},
    };
    printf("no library, no function: %d\n", dlsym(RTLD_DEFAULT, "clGetPlatformIDs") == NULL);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        void *library = dlopen("libOpenCL.so.1", ways[i].flags);
        if (!library) {
            printf("%s\n", dlerror());
            return 1;
        }
#define FIND(name, version) *(void **)&cl.name = address(library, #name, version);
        FUNCTIONS(FIND)
#undef FIND
        printf("a version that it has not: %d\n", dlvsym(library, "clFinish", "OPENCL_1.1") != NULL);
        printf("a function that there is not: %d\n", dlsym(library, "clNoSuchFunction") != NULL);
        printf("a vendor's entry: %d\n", dlsym(library, "clIcdGetPlatformIDsKHR") != NULL);
        work(ways[i].text);
        printf("dlclose = %d\n", dlclose(library));
    }
    return 0;
}
