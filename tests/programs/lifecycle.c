/* A whole life in a moment: connect, one kernel, exit. `leak` exits without releasing anything, as many programs do. */
#include "vecadd.h"

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "leak") == 0) {
        cl_int status;
        cl_device_id device = first_device();
        cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &status);
        MUST(status);
        for (int i = 0; i < 100; i++) {
            clCreateBuffer(context, CL_MEM_READ_WRITE, 1 << 16, NULL, &status);
            MUST(status);
        }
        printf("left behind\n");
        return 0;
    }
    int wrong = vecadd();
    printf("%d wrong\n", wrong);
    return wrong != 0;
}
