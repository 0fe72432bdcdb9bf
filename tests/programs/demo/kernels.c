/* Modules from sources and from names, kernels, and launches with every kind of argument. */
#include "program.h"

#include <math.h>

void cover_modules(struct fixture *f)
{
    static const char *const sources[3] = {"add\n scale", "  ", "fillXXXX"};
    static const size_t lengths[3] = {0, 2, 4};
    static const char *const wrong[3] = {"add", "subtract", "multiply"};
    static const char *const no_text[2] = {"add", NULL};
    static const char *const names[] = {"concat", "divide", "concat", NULL};
    static const char *const unknown[] = {"concat", "subtract", NULL};
    static const char *const none[] = {NULL};
    dm_module module = NULL, named = NULL, untouched = NULL;
    uint32_t failed = 99, count = 0;
    dm_kernel kernels[4] = {NULL};

    WANT(DM_OK, dmLoadModule(f->device, 3, sources, lengths, &module, &failed));
    printf("failed: %u\n", failed);
    WANT(DM_OK, dmLoadModule(f->device, 2, sources, NULL, &named, NULL));
    WANT(DM_OK, dmDestroyModule(named));
    failed = 99;
    WANT(DM_ERROR_BUILD_FAILED, dmLoadModule(f->device, 3, sources, NULL, &untouched, &failed));
    printf("failed: %u\n", failed);
    WANT(DM_ERROR_BUILD_FAILED, dmLoadModule(f->device, 3, wrong, NULL, &untouched, &failed));
    printf("failed: %u\n", failed);
    WANT(DM_ERROR_BUILD_FAILED, dmLoadModule(f->device, 3, wrong, NULL, &untouched, NULL));
    failed = 99;
    WANT(DM_ERROR_INVALID_VALUE, dmLoadModule(f->device, 0, sources, NULL, &untouched, &failed));
    WANT(DM_ERROR_INVALID_VALUE, dmLoadModule(f->device, 1, NULL, NULL, &untouched, &failed));
    WANT(DM_ERROR_INVALID_VALUE, dmLoadModule(f->device, 2, no_text, NULL, &untouched, &failed));
    WANT(DM_ERROR_INVALID_VALUE, dmLoadModule(f->device, 1, sources, NULL, NULL, &failed));
    WANT(DM_ERROR_INVALID_DEVICE, dmLoadModule(NULL, 1, sources, NULL, &untouched, &failed));
    YES(failed == 99);

    WANT(DM_OK, dmLoadNamed(names, &named));
    WANT(DM_ERROR_NOT_FOUND, dmLoadNamed(unknown, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmLoadNamed(none, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmLoadNamed(NULL, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmLoadNamed(names, NULL));
    YES(untouched == NULL);

    WANT(DM_OK, dmCreateKernels(named, 0, NULL, &count));
    printf("%u kernels\n", count);
    WANT(DM_OK, dmCreateKernels(named, COUNT(kernels), kernels, &count));
    YES(kernels[0] && kernels[1] && kernels[2] && !kernels[3] && kernels[0] != kernels[2]);
    for (uint32_t i = 0; i < 3; i++) {
        WANT(DM_OK, dmKernelArgCount(kernels[i], &count));
        printf("%u arguments\n", count);
    }
    WANT(DM_ERROR_INVALID_VALUE, dmCreateKernels(named, 2, kernels, &count));
    WANT(DM_ERROR_INVALID_VALUE, dmCreateKernels(named, 2, NULL, NULL));
    WANT(DM_ERROR_INVALID_MODULE, dmCreateKernels(NULL, 2, kernels, &count));
    WANT(DM_ERROR_INVALID_VALUE, dmKernelArgCount(kernels[0], NULL));
    WANT(DM_ERROR_INVALID_KERNEL, dmKernelArgCount(NULL, &count));

    /* A module that has kernels stays. */
    WANT(DM_ERROR_BUSY, dmDestroyModule(named));
    WANT(DM_OK, dmReleaseKernel(kernels[0]));
    WANT(DM_OK, dmReleaseKernel(kernels[1]));
    WANT(DM_ERROR_BUSY, dmDestroyModule(named));
    WANT(DM_OK, dmReleaseKernel(kernels[2]));
    WANT(DM_ERROR_INVALID_KERNEL, dmReleaseKernel(kernels[2]));
    WANT(DM_ERROR_INVALID_KERNEL, dmKernelArgCount(kernels[2], &count));
    WANT(DM_ERROR_INVALID_KERNEL, dmReleaseKernel(NULL));
    WANT(DM_OK, dmDestroyModule(named));
    WANT(DM_ERROR_INVALID_MODULE, dmDestroyModule(named));
    WANT(DM_ERROR_INVALID_MODULE, dmDestroyModule(NULL));
    YES(dmCreateKernel(named, "concat") == NULL);
    WANT(DM_ERROR_INVALID_MODULE, dmLastError());

    YES(dmCreateKernel(module, "subtract") == NULL);
    WANT(DM_ERROR_NOT_FOUND, dmLastError());
    YES(dmCreateKernel(module, "concat") == NULL);
    WANT(DM_ERROR_NOT_FOUND, dmLastError());
    YES(dmCreateKernel(module, NULL) == NULL);
    WANT(DM_ERROR_INVALID_VALUE, dmLastError());
    dm_kernel scale = dmCreateKernel(module, "scale");
    YES(scale != NULL);
    WANT(DM_OK, dmReleaseKernel(scale));
    WANT(DM_OK, dmDestroyModule(module));
}

static dm_arg buffer_arg(dm_buffer buffer)
{
    return (dm_arg){DM_ARG_BUFFER, {.buffer = buffer}};
}

void cover_kernels(struct fixture *f)
{
    static const char *const all[] = {"add", "fill", "divide", "scale", "concat", NULL};
    static const int64_t values[3] = {100, 200, -300};
    dm_kernel k[5];
    dm_module module;
    dm_event event, untouched = NULL;
    char text[40] = "";

    MUST(dmLoadNamed(all, &module));
    MUST(dmCreateKernels(module, COUNT(k), k, NULL));
    dm_buffer a = new_buffer(f, values, 3), b = new_buffer(f, values, 3), c = new_buffer(f, NULL, 4);

    WANT(DM_OK, dmLaunch(f->stream, k[0], 3, (dm_arg[]){buffer_arg(a), buffer_arg(b), buffer_arg(c)}, &event));
    WANT(DM_OK, dmWaitEvents(1, &event));
    MUST(dmReleaseEvent(event));
    show(f, "add", c, 4);
    WANT(DM_OK, dmLaunch(f->stream, k[0], 3, (dm_arg[]){buffer_arg(a), buffer_arg(a), buffer_arg(a)}, NULL));
    show(f, "add in place", a, 3);
    WANT(DM_OK, dmLaunch(f->stream, k[1], 2, (dm_arg[]){buffer_arg(c), {DM_ARG_INT, {.i = -2}}}, NULL));
    show(f, "fill", c, 4);
    WANT(DM_OK, dmLaunch(f->stream, k[2], 2, (dm_arg[]){buffer_arg(a), {DM_ARG_INT, {.i = 10}}}, NULL));
    show(f, "divide", a, 3);

    const double doubles[4] = {0.5, -1, 3, INFINITY};
    double scaled[4] = {0};
    MUST(dmWrite(f->stream, c, 0, sizeof doubles, doubles, 0, NULL));
    WANT(DM_OK, dmLaunch(f->stream, k[3], 2, (dm_arg[]){buffer_arg(c), {DM_ARG_FLOAT, {.f = 2.5}}}, NULL));
    MUST(dmRead(f->stream, c, 0, sizeof scaled, scaled, 1, NULL));
    printf("scale: %g %g %g %g\n", scaled[0], scaled[1], scaled[2], scaled[3]);

    /* What arguments point to is copied by the call. */
    char word[] = "seven ";
    unsigned char bytes[3] = {'d', 'a', 'y'};
    MUST(dmStreamPause(f->stream));
    WANT(DM_OK, dmLaunch(f->stream, k[4], 3,
                         (dm_arg[]){buffer_arg(c), {DM_ARG_TEXT, {.text = word}}, {DM_ARG_BYTES, {.bytes = {bytes, 3}}}}, NULL));
    memset(word, '!', sizeof word - 1);
    memset(bytes, '!', sizeof bytes);
    MUST(dmStreamResume(f->stream));
    MUST(dmRead(f->stream, c, 0, 12, text, 1, NULL));
    printf("concat: %s\n", text);
    WANT(DM_OK, dmLaunch(f->stream, k[4], 3,
                         (dm_arg[]){buffer_arg(c), {DM_ARG_TEXT, {.text = ""}}, {DM_ARG_BYTES, {.bytes = {NULL, 0}}}}, NULL));
    MUST(dmRead(f->stream, c, 0, 12, text, 1, NULL));
    printf("concat of nothing: \"%s\"\n", text);
    WANT(DM_OK, dmLaunch(f->stream, k[4], 3,
                         (dm_arg[]){buffer_arg(c), {DM_ARG_TEXT, {.text = "more than the thirty-two bytes"}},
                                    {DM_ARG_BYTES, {.bytes = {"of it", 5}}}},
                         NULL));
    WANT(DM_ERROR_COMMAND_FAILED, dmStreamFinish(f->stream));

    /* The kernel may go while it runs. */
    MUST(dmStreamPause(f->stream));
    WANT(DM_OK, dmLaunch(f->stream, k[1], 2, (dm_arg[]){buffer_arg(c), {DM_ARG_INT, {.i = 40}}}, NULL));
    WANT(DM_OK, dmReleaseKernel(k[1]));
    MUST(dmStreamResume(f->stream));
    show(f, "fill without its kernel", c, 4);

    dm_arg good[3] = {buffer_arg(a), buffer_arg(b), buffer_arg(c)};
    WANT(DM_ERROR_INVALID_VALUE, dmLaunch(f->stream, k[0], 2, good, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmLaunch(f->stream, k[0], 0, NULL, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmLaunch(f->stream, k[0], 3, NULL, &untouched));
    WANT(DM_ERROR_INVALID_STREAM, dmLaunch(NULL, k[0], 3, good, &untouched));
    WANT(DM_ERROR_INVALID_KERNEL, dmLaunch(f->stream, NULL, 3, good, &untouched));
    WANT(DM_ERROR_INVALID_KERNEL, dmLaunch(f->stream, k[1], 3, good, &untouched));
    good[2] = (dm_arg){DM_ARG_INT, {.i = 1}};
    WANT(DM_ERROR_INVALID_VALUE, dmLaunch(f->stream, k[0], 3, good, &untouched));
    good[2] = (dm_arg){77, {.i = 1}};
    WANT(DM_ERROR_INVALID_VALUE, dmLaunch(f->stream, k[0], 3, good, &untouched));
    good[2] = buffer_arg(NULL);
    WANT(DM_ERROR_INVALID_BUFFER, dmLaunch(f->stream, k[0], 3, good, &untouched));
    good[2] = buffer_arg(GARBAGE(dm_buffer));
    WANT(DM_ERROR_INVALID_BUFFER, dmLaunch(f->stream, k[0], 3, good, &untouched));
    good[2] = buffer_arg(c);
    good[1] = (dm_arg){DM_ARG_TEXT, {.text = NULL}};
    WANT(DM_ERROR_INVALID_VALUE, dmLaunch(f->stream, k[4], 3, good, &untouched));
    good[1] = (dm_arg){DM_ARG_BYTES, {.bytes = {NULL, 4}}};
    WANT(DM_ERROR_INVALID_VALUE, dmLaunch(f->stream, k[4], 3, good, &untouched));
    YES(untouched == NULL);

    MUST(dmStreamFinish(f->stream));
    MUST(dmReleaseKernel(k[0]));
    for (size_t i = 2; i < COUNT(k); i++)
        MUST(dmReleaseKernel(k[i]));
    MUST(dmDestroyModule(module));
    MUST(dmReleaseBuffer(a));
    MUST(dmReleaseBuffer(b));
    MUST(dmReleaseBuffer(c));
}
