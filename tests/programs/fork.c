/* Fork without exec. `before`: the child is the only one that has used OpenCL when it does; that works natively. `after`: the parent
 * has a session already, and the child starts one of its own; through AvA the child begins afresh, a native library need not cope.
 * The parent goes on with what it had. */
#include "vecadd.h"

#include <sys/wait.h>
#include <unistd.h>

static int child(const char *name)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        int wrong = vecadd();
        printf("%s: %d wrong\n", name, wrong);
        fflush(stdout);
        _exit(wrong != 0);
    }
    int status = -1;
    REQUIRE(pid > 0 && waitpid(pid, &status, 0) == pid);
    printf("%s: exit code %d, signal %d\n", name, WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    return status != 0;
}

int main(int argc, char **argv)
{
    int failed = 0;
    if (argc > 1 && strcmp(argv[1], "after") == 0) {
        cl_int status, value = 0;
        cl_device_id device = first_device();
        cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &status);
        MUST(status);
        cl_command_queue queue = clCreateCommandQueue(context, device, 0, &status);
        MUST(status);
        cl_mem buffer = clCreateBuffer(context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, 4, &(cl_int){1234}, &status);
        MUST(status);
        failed |= child("first child");
        MUST(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, 4, &value, 0, NULL, NULL));
        printf("the parent's buffer: %d\n", value);
        failed |= child("second child");
        MUST(clReleaseMemObject(buffer));
        MUST(clReleaseCommandQueue(queue));
        MUST(clReleaseContext(context));
    } else {
        failed |= child("child");
    }
    int wrong = vecadd();
    printf("parent: %d wrong\n", wrong);
    return failed || wrong;
}
