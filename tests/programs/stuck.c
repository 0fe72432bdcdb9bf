/* Waits for an event that nobody completes, until a signal ends it. */
#include "ocl.h"

#include <unistd.h>

int main(void)
{
    cl_device_id device = first_device();
    cl_int status;
    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &status);
    MUST(status);
    cl_event event = clCreateUserEvent(context, &status);
    MUST(status);
    alarm(2);
    MUST(clWaitForEvents(1, &event));
    return 0;
}
