/* Buffers, and what moves bytes to and from them. */
#include "program.h"

void cover_buffers(struct fixture *f)
{
    static const int64_t values[4] = {1, -2, 3, -4};
    dm_status status = 77;
    size_t size = 0;
    dm_device devices[3];

    dm_buffer buffer = dmCreateBuffer(f->device, DM_BUFFER_INIT, sizeof values, values, &status);
    YES(buffer != NULL && status == DM_OK);
    show(f, "made of values", buffer, 4);
    WANT(DM_OK, dmBufferSize(buffer, &size));
    printf("%zu bytes\n", size);
    WANT(DM_ERROR_INVALID_VALUE, dmBufferSize(buffer, NULL));
    WANT(DM_OK, dmRetainBuffer(buffer));
    WANT(DM_OK, dmReleaseBuffer(buffer));
    WANT(DM_OK, dmBufferSize(buffer, &size));
    WANT(DM_OK, dmReleaseBuffer(buffer));
    WANT(DM_ERROR_INVALID_BUFFER, dmBufferSize(buffer, &size));
    WANT(DM_ERROR_INVALID_BUFFER, dmRetainBuffer(buffer));
    WANT(DM_ERROR_INVALID_BUFFER, dmReleaseBuffer(buffer));
    WANT(DM_ERROR_INVALID_BUFFER, dmReleaseBuffer(NULL));
    WANT(DM_ERROR_INVALID_BUFFER, dmBufferSize(GARBAGE(dm_buffer), &size));
    WANT(DM_ERROR_INVALID_BUFFER, dmBufferSize((dm_buffer)f->stream, &size));

    /* Without the flag the pointer is not looked at. */
    buffer = dmCreateBuffer(f->device, 0, sizeof values, GARBAGE(void *), NULL);
    YES(buffer != NULL);
    show(f, "made of nothing", buffer, 4);
    MUST(dmReleaseBuffer(buffer));

    YES(dmCreateBuffer(NULL, 0, 8, NULL, &status) == NULL);
    WANT(DM_ERROR_INVALID_DEVICE, status);
    YES(dmCreateBuffer(f->device, 0, 0, NULL, &status) == NULL);
    WANT(DM_ERROR_INVALID_VALUE, status);
    YES(dmCreateBuffer(f->device, 8, 8, NULL, &status) == NULL);
    WANT(DM_ERROR_INVALID_VALUE, status);
    YES(dmCreateBuffer(f->device, DM_BUFFER_INIT, 8, NULL, &status) == NULL);
    WANT(DM_ERROR_INVALID_VALUE, status);
    YES(dmCreateBuffer(f->device, 0, SIZE_MAX, NULL, &status) == NULL);
    WANT(DM_ERROR_OUT_OF_MEMORY, status);
    YES(dmCreateBuffer(f->device, 0, 0, NULL, NULL) == NULL);

    /* A device's memory is what its buffers hold, and released memory may be had again. */
    MUST(dmGetDevices(3, devices, NULL));
    for (int round = 0; round < 3; round++) {
        buffer = dmCreateBuffer(devices[2], 0, 16 << 20, NULL, &status);
        MUST(status);
        YES(dmCreateBuffer(devices[2], 0, 1, NULL, &status) == NULL);
        WANT(DM_ERROR_OUT_OF_MEMORY, status);
        MUST(dmReleaseBuffer(buffer));
    }
}

void cover_transfers(struct fixture *f)
{
    char text[33] = "0123456789abcdefghijklmnopqrstuv";
    dm_buffer buffer = new_buffer(f, NULL, 4);
    dm_event event = NULL;

    WANT(DM_OK, dmWrite(f->stream, buffer, 0, 32, text, 1, NULL));
    WANT(DM_OK, dmWrite(f->stream, buffer, 4, 3, "XYZ", 1, &event));
    WANT(DM_OK, dmWaitEvents(1, &event));
    MUST(dmReleaseEvent(event));
    memset(text, '.', 32);
    WANT(DM_OK, dmRead(f->stream, buffer, 2, 20, text + 6, 1, NULL));
    printf("%s\n", text);
    WANT(DM_OK, dmFill(f->stream, buffer, "ab", 2, 3, 10, NULL));
    WANT(DM_OK, dmFill(f->stream, buffer, "0123456789abcdef", 16, 16, 16, NULL));
    WANT(DM_OK, dmRead(f->stream, buffer, 0, 32, text, 1, NULL));
    printf("%s\n", text);

    dm_event untouched = NULL;
    WANT(DM_ERROR_INVALID_VALUE, dmWrite(f->stream, buffer, 0, 0, text, 1, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmWrite(f->stream, buffer, 30, 3, text, 0, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmWrite(f->stream, buffer, SIZE_MAX, 2, text, 1, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmWrite(f->stream, buffer, 0, 1, NULL, 1, &untouched));
    WANT(DM_ERROR_INVALID_STREAM, dmWrite(NULL, buffer, 0, 1, text, 1, &untouched));
    WANT(DM_ERROR_INVALID_BUFFER, dmWrite(f->stream, NULL, 0, 1, text, 0, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmRead(f->stream, buffer, 0, 0, text, 1, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmRead(f->stream, buffer, 32, 1, text, 0, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmRead(f->stream, buffer, 0, 1, NULL, 0, &untouched));
    WANT(DM_ERROR_INVALID_STREAM, dmRead((dm_stream)buffer, buffer, 0, 1, text, 0, &untouched));
    WANT(DM_ERROR_INVALID_BUFFER, dmRead(f->stream, (dm_buffer)f->stream, 0, 1, text, 1, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmFill(f->stream, buffer, "abc", 3, 0, 3, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmFill(f->stream, buffer, "abcd", 4, 0, 6, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmFill(f->stream, buffer, "abcd", 4, 0, 0, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmFill(f->stream, buffer, NULL, 4, 0, 4, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmFill(f->stream, buffer, "abcd", 4, 30, 4, &untouched));
    WANT(DM_ERROR_INVALID_STREAM, dmFill(NULL, buffer, "abcd", 4, 0, 4, &untouched));
    WANT(DM_ERROR_INVALID_BUFFER, dmFill(f->stream, NULL, "abcd", 4, 0, 4, &untouched));
    YES(untouched == NULL);
    MUST(dmStreamFinish(f->stream));
    MUST(dmReleaseBuffer(buffer));

    /* More than anyone would put into a message. */
    size_t large = 3 * 1024 * 1024 + 17, wrong = 0;
    unsigned char *out = malloc(large), *in = malloc(large);
    dm_status status;
    buffer = dmCreateBuffer(f->device, 0, large, NULL, &status);
    MUST(status);
    for (size_t i = 0; i < large; i++)
        out[i] = (unsigned char)(i * 31 + i / 4096);
    WANT(DM_OK, dmWrite(f->stream, buffer, 0, large, out, 0, NULL));
    WANT(DM_OK, dmRead(f->stream, buffer, 0, large, in, 0, NULL));
    WANT(DM_OK, dmStreamFinish(f->stream));
    for (size_t i = 0; i < large; i++)
        wrong += in[i] != out[i];
    printf("%zu bytes, %zu wrong\n", large, wrong);
    free(in);
    free(out);
    MUST(dmReleaseBuffer(buffer));
}

static void show_rows(const char *text, const char *bytes, size_t rows, size_t pitch)
{
    printf("%s:", text);
    for (size_t y = 0; y < rows; y++)
        printf(" %.*s", (int)pitch, bytes + y * pitch);
    printf("\n");
}

void cover_rows(struct fixture *f)
{
    /* The last row ends with its width: nothing behind it belongs to us. */
    const char source[3 * 8 - 5] = {'a', 'b', 'c', '-', '-', '-', '-', '-', 'd', 'e',
                                    'f', '-', '-', '-', '-', '-', 'g', 'h', 'i'};
    char target[6 * 4];
    char dots[24];
    dm_event events[2];
    dm_buffer buffer;
    dm_status status;

    memset(dots, '.', sizeof dots);
    buffer = dmCreateBuffer(f->device, DM_BUFFER_INIT, sizeof dots, dots, &status);
    MUST(status);
    WANT(DM_OK, dmWrite2D(f->stream, buffer, 1, 6, 3, 3, source, 8, 0, &events[0]));
    memset(target, '_', sizeof target);
    WANT(DM_OK, dmRead2D(f->stream, buffer, 0, 6, 4, 4, target, 6, 0, &events[1]));
    WANT(DM_OK, dmWaitEvents(2, events));
    show_rows("read", target, 4, 6);
    MUST(dmReleaseEvent(events[0]));
    MUST(dmReleaseEvent(events[1]));

    /* Without gaps, blocking, and one row. */
    WANT(DM_OK, dmWrite2D(f->stream, buffer, 0, 4, 4, 2, "ABCDEFGH", 4, 1, NULL));
    WANT(DM_OK, dmWrite2D(f->stream, buffer, 20, 100, 4, 1, "WXYZ", 50, 1, NULL));
    memset(target, '_', sizeof target);
    WANT(DM_OK, dmRead2D(f->stream, buffer, 0, 6, 6, 4, target, 6, 1, NULL));
    show_rows("read", target, 4, 6);

    dm_event untouched = NULL;
    WANT(DM_ERROR_INVALID_VALUE, dmWrite2D(f->stream, buffer, 0, 2, 3, 3, source, 8, 0, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmWrite2D(f->stream, buffer, 0, 6, 3, 3, source, 2, 0, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmWrite2D(f->stream, buffer, 0, 6, 0, 3, source, 8, 1, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmWrite2D(f->stream, buffer, 0, 6, 3, 0, source, 8, 1, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmWrite2D(f->stream, buffer, 10, 6, 3, 3, source, 8, 1, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmWrite2D(f->stream, buffer, 0, 6, 3, 3, NULL, 8, 1, &untouched));
    WANT(DM_ERROR_INVALID_STREAM, dmWrite2D(NULL, buffer, 0, 6, 3, 3, source, 8, 1, &untouched));
    WANT(DM_ERROR_INVALID_BUFFER, dmWrite2D(f->stream, NULL, 0, 6, 3, 3, source, 8, 1, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmRead2D(f->stream, buffer, 0, 6, 6, 5, target, 6, 1, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmRead2D(f->stream, buffer, 0, 6, 3, 0, target, 6, 0, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmRead2D(f->stream, buffer, 0, SIZE_MAX, 1, 4, target, 6, 0, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmRead2D(f->stream, buffer, 0, 6, 3, 3, NULL, 6, 1, &untouched));
    WANT(DM_ERROR_INVALID_STREAM, dmRead2D(NULL, buffer, 0, 6, 3, 3, target, 6, 0, &untouched));
    WANT(DM_ERROR_INVALID_BUFFER, dmRead2D(f->stream, NULL, 0, 6, 3, 3, target, 6, 0, &untouched));
    YES(untouched == NULL);
    MUST(dmReleaseBuffer(buffer));
}
