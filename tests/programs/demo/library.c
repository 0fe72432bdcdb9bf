/* The library: its version, its errors, its files, its devices. */
#include "program.h"

#include <errno.h>

void cover_library(struct fixture *f)
{
    static const dm_status known[] = {
        DM_OK, DM_NOT_READY, DM_ERROR_LOST, DM_ERROR_REFUSED, DM_ERROR_UNSUPPORTED, DM_ERROR_INVALID_VALUE,
        DM_ERROR_INVALID_DEVICE, DM_ERROR_INVALID_STREAM, DM_ERROR_INVALID_BUFFER, DM_ERROR_INVALID_MODULE,
        DM_ERROR_INVALID_KERNEL, DM_ERROR_INVALID_EVENT, DM_ERROR_INVALID_WAIT_LIST, DM_ERROR_OUT_OF_MEMORY,
        DM_ERROR_NOT_FOUND, DM_ERROR_BUILD_FAILED, DM_ERROR_COMMAND_FAILED, DM_ERROR_BUSY, DM_ERROR_CANCELLED,
    };

    printf("version %#x\n", dmVersion());
    YES(dmVersion() == DM_VERSION);
    for (size_t i = 0; i < COUNT(known); i++)
        printf("%s: %s\n", status_name(known[i]), dmErrorString(known[i]));
    YES(dmErrorString(-18) == NULL);
    YES(dmErrorString(2) == NULL);
    YES(dmErrorString(DM_ERROR_BUSY) == dmErrorString(DM_ERROR_BUSY));

    /* Whatever ran before, the last failure is known from here on. */
    WANT(DM_ERROR_INVALID_VALUE, dmGetDevices(0, NULL, NULL));
    WANT(DM_ERROR_INVALID_VALUE, dmLastError());
    MUST(dmStreamFinish(f->stream));
    WANT(DM_ERROR_INVALID_VALUE, dmLastError());
    WANT(DM_ERROR_NOT_FOUND, dmTagOf(f, &(uint32_t){0}));
    WANT(DM_ERROR_NOT_FOUND, dmLastError());
    YES(dmAllocHost(0) == NULL);
    WANT(DM_ERROR_INVALID_VALUE, dmLastError());
    YES(dmGetTable(77) == NULL);
    WANT(DM_ERROR_NOT_FOUND, dmLastError());
    WANT(DM_ERROR_INVALID_STREAM, dmStreamFinish(NULL));
    WANT(DM_ERROR_INVALID_STREAM, dmLastError());

    int fd = -7;
    dm_buffer buffer = new_buffer(f, NULL, 1);
    WANT(DM_ERROR_UNSUPPORTED, dmExportHandle(buffer, &fd));
    YES(fd == -7);
    MUST(dmReleaseBuffer(buffer));
}

/* A call of the kind that reports by errno. */
static void show_errno(const char *text, long long result)
{
    int error = errno;
    if (result >= 0)
        printf("%s = %lld\n", text, result);
    else
        printf("%s = %lld, %s\n", text, result,
               error == ENOENT ? "ENOENT" : error == EBADF ? "EBADF" : error == EFAULT ? "EFAULT" : error == EMFILE ? "EMFILE" : "?");
    errno = 0;
}
#define ERRNO(call) show_errno(#call, (call))

void cover_files(struct fixture *f)
{
    (void)f;
    char text[32] = "????????????????????????";

    errno = 0;
    ERRNO(dmOpen("/demo/readme"));
    ERRNO(dmOpen("/demo/empty"));
    ERRNO(dmOpen("/demo/missing"));
    ERRNO(dmOpen(""));
    ERRNO(dmOpen(NULL));
    ERRNO(dmReadFile(1, text, 10));
    printf("%s\n", text);
    ERRNO(dmReadFile(1, text, sizeof text));
    printf("%s\n", text);
    ERRNO(dmReadFile(1, text, sizeof text));
    ERRNO(dmReadFile(2, text, sizeof text));
    ERRNO(dmReadFile(1, NULL, 0));
    ERRNO(dmReadFile(1, NULL, 1));
    ERRNO(dmReadFile(3, text, 1));
    ERRNO(dmReadFile(-1, text, 1));
    ERRNO(dmOpen("/demo/readme"));
    ERRNO(dmOpen("/demo/readme"));
    ERRNO(dmOpen("/demo/readme"));
    ERRNO(dmClose(1));
    ERRNO(dmClose(1));
    ERRNO(dmOpen("/demo/empty"));
    ERRNO(dmClose(1));
    ERRNO(dmClose(2));
    ERRNO(dmClose(3));
    ERRNO(dmClose(4));
    ERRNO(dmClose(0));

    errno = EDOM;
    YES(dmOpen("/demo/readme") == 1 && errno == EDOM);
    YES(dmClose(1) == 0 && errno == EDOM);
}

void cover_devices(struct fixture *f)
{
    dm_device devices[5] = {NULL}, again[2] = {NULL, NULL};
    uint32_t count = 0;

    WANT(DM_OK, dmGetDevices(0, NULL, &count));
    printf("%u devices\n", count);
    WANT(DM_OK, dmGetDevices(COUNT(devices), devices, &count));
    YES(count == 3 && devices[0] && devices[1] && devices[2] && !devices[3] && !devices[4]);
    YES(devices[0] != devices[1] && devices[1] != devices[2] && devices[0] == f->device);
    WANT(DM_OK, dmGetDevices(1, again, &count));
    YES(count == 3 && again[0] == devices[0] && again[1] == NULL);
    WANT(DM_OK, dmGetDevices(2, again, NULL));
    YES(again[1] == devices[1]);
    WANT(DM_ERROR_INVALID_VALUE, dmGetDevices(1, NULL, &count));
    WANT(DM_ERROR_INVALID_VALUE, dmGetDevices(1, NULL, NULL));

    for (size_t i = 0; i < 3; i++) {
        dm_device_info info;
        char name[64];
        size_t size = 0;
        memset(&info, 0xff, sizeof info);
        memset(name, '#', sizeof name);
        MUST(dmDeviceName(devices[i], 0, NULL, &size));
        MUST(dmDeviceName(devices[i], sizeof name, name, NULL));
        YES(strlen(name) + 1 == size && name[size] == '#');
        MUST(dmDeviceInfo(devices[i], &info));
        printf("%s (%zu): %s, %llu bytes, %s, part of %s\n", name, size, info.name, (unsigned long long)info.memory,
               info.vendor ? info.vendor : "unknown vendor",
               info.parent == NULL ? "none" : info.parent == devices[0] ? "the first" : "another");
    }
    char small[6] = "?????";
    size_t size = 99;
    WANT(DM_ERROR_INVALID_VALUE, dmDeviceName(devices[0], 6, small, &size));
    YES(strcmp(small, "?????") == 0 && size == 99);
    WANT(DM_OK, dmDeviceName(devices[0], 7, (char[7]){0}, &size));
    WANT(DM_ERROR_INVALID_VALUE, dmDeviceName(devices[0], 6, NULL, NULL));
    WANT(DM_ERROR_INVALID_DEVICE, dmDeviceName(NULL, 6, small, NULL));
    WANT(DM_ERROR_INVALID_DEVICE, dmDeviceName(GARBAGE(dm_device), 6, small, NULL));
    WANT(DM_ERROR_INVALID_VALUE, dmDeviceInfo(devices[0], NULL));
    WANT(DM_ERROR_INVALID_DEVICE, dmDeviceInfo(NULL, NULL));
    WANT(DM_ERROR_INVALID_DEVICE, dmDeviceInfo((dm_device)f->stream, &(dm_device_info){0}));

    YES(dmGetCurrent() == NULL);
    WANT(DM_OK, dmSetCurrent(devices[2]));
    YES(dmGetCurrent() == devices[2]);
    WANT(DM_ERROR_INVALID_DEVICE, dmSetCurrent(GARBAGE(dm_device)));
    YES(dmGetCurrent() == devices[2]);
    WANT(DM_OK, dmSetCurrent(NULL));
    YES(dmGetCurrent() == NULL);
}
