/* Outputs of commands in flight: each way to learn that a command is complete is a promise that its output is there. */
#include "program.h"

#include <sched.h>

enum { WORDS = 8 };

/* What one read in flight needs. */
struct read {
    dm_stream stream;
    dm_buffer buffer;
    dm_event event;
    int64_t values[WORDS];
};

/* Starts a read that cannot run yet: its stream is paused. */
static void begin(const struct fixture *f, struct read *read, int64_t seed)
{
    int64_t values[WORDS];
    for (int64_t i = 0; i < WORDS; i++)
        values[i] = seed + i;
    memset(read->values, 0xee, sizeof read->values);
    read->buffer = new_buffer(f, values, WORDS);
    MUST(dmCreateStream(NULL, &read->stream));
    MUST(dmStreamPause(read->stream));
    MUST(dmRead(read->stream, read->buffer, 0, sizeof read->values, read->values, 0, &read->event));
}

static int64_t sum(const struct read *read)
{
    int64_t total = 0;
    for (size_t i = 0; i < WORDS; i++)
        total += read->values[i];
    return total;
}

static void end(struct read *read)
{
    MUST(dmReleaseEvent(read->event));
    MUST(dmReleaseStream(read->stream));
    MUST(dmReleaseBuffer(read->buffer));
}

static void note_sum(dm_event event, dm_status status, void *user)
{
    struct { const struct read *read; int64_t sum; } *note = user;
    (void)event;
    note->sum = status == DM_OK ? sum(note->read) : -1;
}

void cover_in_flight(struct fixture *f)
{
    struct read read;
    int32_t state = 99;
    uint64_t ns = 0;
    uint32_t reached = 0;

    begin(f, &read, 100);
    WANT(DM_OK, dmEventStatus(read.event, &state));
    YES(state == DM_EVENT_PENDING);
    WANT(DM_NOT_READY, dmEventTime(read.event, &ns));
    WANT(DM_NOT_READY, dmStreamQuery(read.stream));
    MUST(dmStreamResume(read.stream));
    WANT(DM_OK, dmWaitEvents(1, &read.event));
    printf("after waiting for the event: %lld\n", (long long)sum(&read));
    end(&read);

    begin(f, &read, 200);
    MUST(dmStreamResume(read.stream));
    WANT(DM_OK, dmStreamFinish(read.stream));
    printf("after finishing the stream: %lld\n", (long long)sum(&read));
    end(&read);

    begin(f, &read, 300);
    MUST(dmStreamResume(read.stream));
    do
        MUST(dmEventStatus(read.event, &state));
    while (state == DM_EVENT_PENDING && !sched_yield());
    printf("after the event said so (%d): %lld\n", state, (long long)sum(&read));
    end(&read);

    begin(f, &read, 400);
    MUST(dmStreamResume(read.stream));
    while (dmStreamQuery(read.stream) == DM_NOT_READY)
        sched_yield();
    printf("after the stream said so: %lld\n", (long long)sum(&read));
    end(&read);

    begin(f, &read, 500);
    dm_mark mark = dmStreamMark(read.stream);
    MUST(dmStreamResume(read.stream));
    do
        MUST(dmMarkReached(mark, &reached));
    while (!reached && !sched_yield());
    printf("after the mark was reached: %lld\n", (long long)sum(&read));
    end(&read);

    begin(f, &read, 600);
    MUST(dmStreamResume(read.stream));
    while (dmEventTime(read.event, &ns) == DM_NOT_READY)
        sched_yield();
    printf("after there was a time: %lld\n", (long long)sum(&read));
    YES(ns >= 1);
    end(&read);

    begin(f, &read, 700);
    struct { const struct read *read; int64_t sum; } note = {&read, 0};
    MUST(dmOnEvent(read.event, note_sum, &note));
    MUST(dmStreamResume(read.stream));
    MUST(dmStreamFinish(read.stream));
    printf("in a notification: %lld\n", (long long)note.sum);
    end(&read);

    begin(f, &read, 800);
    dm_stream follower;
    MUST(dmCreateStream(NULL, &follower));
    WANT(DM_OK, dmStreamWaitEvents(follower, 1, &read.event));
    WANT(DM_NOT_READY, dmStreamQuery(follower));
    MUST(dmStreamResume(read.stream));
    WANT(DM_OK, dmStreamFinish(follower));
    printf("after another stream waited: %lld\n", (long long)sum(&read));
    MUST(dmReleaseStream(follower));
    end(&read);

    /* A later command of the same stream. */
    begin(f, &read, 900);
    char byte;
    MUST(dmStreamResume(read.stream));
    WANT(DM_OK, dmRead(read.stream, read.buffer, 0, 1, &byte, 1, NULL));
    printf("after a later read: %lld\n", (long long)sum(&read));
    end(&read);

    /* The stream and the buffer may go first. */
    begin(f, &read, 1000);
    WANT(DM_OK, dmReleaseBuffer(read.buffer));
    MUST(dmStreamResume(read.stream));
    WANT(DM_OK, dmReleaseStream(read.stream));
    WANT(DM_OK, dmWaitEvents(1, &read.event));
    printf("after the stream was released: %lld\n", (long long)sum(&read));
    MUST(dmReleaseEvent(read.event));

    /* And so may the event. */
    begin(f, &read, 1100);
    WANT(DM_OK, dmReleaseEvent(read.event));
    MUST(dmStreamResume(read.stream));
    WANT(DM_OK, dmStreamFinish(read.stream));
    printf("after the event was released: %lld\n", (long long)sum(&read));
    MUST(dmReleaseStream(read.stream));
    MUST(dmReleaseBuffer(read.buffer));

    /* An input in flight is read when the command runs; a pattern was copied. */
    int64_t source[2] = {7, 8}, pattern = 5;
    dm_buffer buffer = new_buffer(f, NULL, 4);
    dm_event event;
    MUST(dmStreamPause(f->stream));
    MUST(dmWrite(f->stream, buffer, 0, sizeof source, source, 0, NULL));
    MUST(dmFill(f->stream, buffer, &pattern, sizeof pattern, 16, 16, &event));
    pattern = 6;
    MUST(dmStreamResume(f->stream));
    MUST(dmWaitEvents(1, &event));
    MUST(dmReleaseEvent(event));
    show(f, "written in flight", buffer, 4);
    MUST(dmReleaseBuffer(buffer));
}

void cover_many_in_flight(struct fixture *f)
{
    enum { READS = 300, SIZE = 5000 };
    static unsigned char out[READS][SIZE];
    dm_event events[READS];
    dm_buffer buffer;
    dm_status status;
    size_t wrong = 0;

    /* Each read sees exactly the fill before it. */
    buffer = dmCreateBuffer(f->device, 0, SIZE, NULL, &status);
    MUST(status);
    for (int i = 0; i < READS; i++) {
        unsigned char byte = (unsigned char)i;
        MUST(dmFill(f->stream, buffer, &byte, 1, 0, SIZE, NULL));
        MUST(dmRead(f->stream, buffer, 0, SIZE, out[i], 0, &events[i]));
    }
    /* The oldest first, then one from the middle, then all. */
    WANT(DM_OK, dmWaitEvents(1, &events[0]));
    YES(out[0][0] == 0 && out[0][SIZE - 1] == 0);
    WANT(DM_OK, dmWaitEvents(1, &events[READS / 2]));
    YES(out[READS / 2][SIZE - 1] == (unsigned char)(READS / 2));
    WANT(DM_OK, dmWaitEvents(READS, events));
    for (int i = 0; i < READS; i++) {
        for (int k = 0; k < SIZE; k++)
            wrong += out[i][k] != (unsigned char)i;
        MUST(dmReleaseEvent(events[i]));
    }
    printf("%zu bytes wrong\n", wrong);
    YES(wrong == 0);
    MUST(dmReleaseBuffer(buffer));
}
