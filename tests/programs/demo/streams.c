/* Streams: how they are made, waited for, paused; their properties and marks. */
#include "program.h"

void cover_streams(struct fixture *f)
{
    dm_stream stream = NULL, other = NULL;
    dm_device devices[3];
    int32_t priority = 99;
    dm_event event;
    int64_t one = 1;

    MUST(dmGetDevices(3, devices, NULL));
    const intptr_t empty[] = {0};
    const intptr_t both[] = {DM_STREAM_PRIORITY, -2, DM_STREAM_DEVICE, (intptr_t)devices[2], 0};
    const intptr_t unknown[] = {DM_STREAM_PRIORITY, 1, 7, 7, 0};
    const intptr_t too_much[] = {DM_STREAM_PRIORITY, 3, 0};
    const intptr_t no_device[] = {DM_STREAM_DEVICE, 0, 0};
    const intptr_t bad_device[] = {DM_STREAM_DEVICE, 0x5eed, 0};

    WANT(DM_OK, dmCreateStream(empty, &stream));
    WANT(DM_OK, dmStreamPriority(stream, &priority));
    printf("priority %d\n", priority);
    WANT(DM_OK, dmReleaseStream(stream));
    WANT(DM_OK, dmCreateStream(both, &other));
    YES(other != stream && other != NULL);
    WANT(DM_OK, dmStreamPriority(other, &priority));
    printf("priority %d\n", priority);
    WANT(DM_ERROR_INVALID_VALUE, dmStreamPriority(other, NULL));
    WANT(DM_ERROR_INVALID_STREAM, dmStreamPriority(NULL, &priority));

    dm_stream untouched = NULL;
    WANT(DM_ERROR_INVALID_VALUE, dmCreateStream(unknown, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmCreateStream(too_much, &untouched));
    WANT(DM_ERROR_INVALID_DEVICE, dmCreateStream(no_device, &untouched));
    WANT(DM_ERROR_INVALID_DEVICE, dmCreateStream(bad_device, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmCreateStream(NULL, NULL));
    YES(untouched == NULL);

    /* Counts: alive until the last. */
    WANT(DM_OK, dmRetainStream(other));
    WANT(DM_OK, dmReleaseStream(other));
    WANT(DM_OK, dmStreamFinish(other));
    WANT(DM_OK, dmReleaseStream(other));
    WANT(DM_ERROR_INVALID_STREAM, dmStreamFinish(other));
    WANT(DM_ERROR_INVALID_STREAM, dmReleaseStream(other));
    WANT(DM_ERROR_INVALID_STREAM, dmRetainStream(other));
    WANT(DM_ERROR_INVALID_STREAM, dmStreamQuery(GARBAGE(dm_stream)));
    WANT(DM_ERROR_INVALID_STREAM, dmStreamQuery(NULL));
    WANT(DM_ERROR_INVALID_STREAM, dmStreamQuery((dm_stream)f->device));

    /* While it is paused nothing is complete. */
    dm_buffer buffer = new_buffer(f, NULL, 1);
    MUST(dmCreateStream(NULL, &stream));
    WANT(DM_OK, dmStreamQuery(stream));
    WANT(DM_OK, dmStreamPause(stream));
    WANT(DM_OK, dmStreamPause(stream));
    WANT(DM_OK, dmFill(stream, buffer, &one, sizeof one, 0, sizeof one, &event));
    WANT(DM_NOT_READY, dmStreamQuery(stream));
    WANT(DM_NOT_READY, dmStreamQuery(stream));
    WANT(DM_OK, dmStreamResume(stream));
    WANT(DM_OK, dmStreamFinish(stream));
    WANT(DM_OK, dmStreamQuery(stream));
    WANT(DM_OK, dmStreamResume(stream));
    WANT(DM_ERROR_INVALID_STREAM, dmStreamPause(NULL));
    WANT(DM_ERROR_INVALID_STREAM, dmStreamResume(NULL));
    MUST(dmReleaseEvent(event));

    /* The last release resumes it, and the command runs. */
    one = 2;
    MUST(dmStreamPause(stream));
    MUST(dmFill(stream, buffer, &one, sizeof one, 0, sizeof one, &event));
    WANT(DM_OK, dmReleaseStream(stream));
    WANT(DM_OK, dmWaitEvents(1, &event));
    MUST(dmReleaseEvent(event));
    show(f, "after the release", buffer, 1);
    MUST(dmReleaseBuffer(buffer));
}

void cover_properties(struct fixture *f)
{
    dm_stream stream;
    uintptr_t value = 7;
    size_t size = 0;
    dm_buffer buffer = new_buffer(f, NULL, 3), other = new_buffer(f, NULL, 5);

    MUST(dmCreateStream(NULL, &stream));
    WANT(DM_OK, dmGetProperty(stream, DM_PROPERTY_LIMIT, &value));
    YES(value == 0);
    WANT(DM_OK, dmSetProperty(stream, DM_PROPERTY_LIMIT, UINTPTR_MAX));
    WANT(DM_OK, dmGetProperty(stream, DM_PROPERTY_LIMIT, &value));
    YES(value == UINTPTR_MAX);
    WANT(DM_OK, dmGetProperty(stream, DM_PROPERTY_SCRATCH, &value));
    YES(value == 0);
    WANT(DM_OK, dmSetProperty(stream, DM_PROPERTY_SCRATCH, (uintptr_t)buffer));
    WANT(DM_OK, dmGetProperty(stream, DM_PROPERTY_SCRATCH, &value));
    YES(value == (uintptr_t)buffer);
    WANT(DM_OK, dmBufferSize((dm_buffer)value, &size));
    printf("%zu bytes\n", size);
    WANT(DM_OK, dmSetProperty(stream, DM_PROPERTY_SCRATCH, (uintptr_t)other));
    WANT(DM_OK, dmGetProperty(stream, DM_PROPERTY_SCRATCH, &value));
    YES(value == (uintptr_t)other);
    WANT(DM_ERROR_INVALID_BUFFER, dmSetProperty(stream, DM_PROPERTY_SCRATCH, 0x5eed));
    WANT(DM_ERROR_INVALID_VALUE, dmSetProperty(stream, 0, 0));
    WANT(DM_ERROR_INVALID_VALUE, dmGetProperty(stream, 9, &value));
    WANT(DM_ERROR_INVALID_VALUE, dmGetProperty(stream, DM_PROPERTY_LIMIT, NULL));
    WANT(DM_ERROR_INVALID_STREAM, dmSetProperty(NULL, DM_PROPERTY_LIMIT, 1));
    WANT(DM_ERROR_INVALID_STREAM, dmGetProperty(NULL, DM_PROPERTY_LIMIT, &value));
    WANT(DM_OK, dmSetProperty(stream, DM_PROPERTY_SCRATCH, 0));
    WANT(DM_OK, dmGetProperty(stream, DM_PROPERTY_SCRATCH, &value));
    YES(value == 0);

    /* One that the stream gives back with itself. */
    WANT(DM_OK, dmSetProperty(stream, DM_PROPERTY_SCRATCH, (uintptr_t)buffer));
    MUST(dmReleaseStream(stream));
    WANT(DM_OK, dmReleaseBuffer(buffer));
    WANT(DM_OK, dmReleaseBuffer(other));
}

void cover_marks(struct fixture *f)
{
    dm_stream stream;
    uint32_t reached = 9;
    char byte = 1;
    dm_buffer buffer = new_buffer(f, NULL, 1);

    MUST(dmCreateStream(NULL, &stream));
    dm_mark begin = dmStreamMark(stream);
    YES(begin != NULL);
    WANT(DM_OK, dmMarkReached(begin, &reached));
    YES(reached == 1);
    MUST(dmStreamPause(stream));
    MUST(dmFill(stream, buffer, &byte, 1, 0, 1, NULL));
    dm_mark end = dmStreamMark(stream);
    YES(end != begin);
    YES(dmStreamMark(stream) == end);
    WANT(DM_OK, dmMarkReached(end, &reached));
    YES(reached == 0);
    WANT(DM_OK, dmMarkReached(begin, &reached));
    YES(reached == 1);
    MUST(dmStreamResume(stream));
    MUST(dmStreamFinish(stream));
    WANT(DM_OK, dmMarkReached(end, &reached));
    YES(reached == 1);
    WANT(DM_ERROR_INVALID_VALUE, dmMarkReached(end, NULL));
    WANT(DM_ERROR_INVALID_VALUE, dmMarkReached(NULL, &reached));
    MUST(dmReleaseStream(stream));
    WANT(DM_ERROR_INVALID_VALUE, dmMarkReached(end, &reached));
    YES(dmStreamMark(NULL) == NULL);
    WANT(DM_ERROR_INVALID_STREAM, dmLastError());
    MUST(dmReleaseBuffer(buffer));
}
