/* Events: their counts, their waiting, failures of commands, notifications. */
#include "program.h"

void cover_events(struct fixture *f)
{
    dm_event events[3];
    int32_t state = 99;
    uint64_t ns = 0;
    char byte = 1;
    dm_buffer buffer = new_buffer(f, NULL, 1);

    for (size_t i = 0; i < COUNT(events); i++)
        WANT(DM_OK, dmFill(f->stream, buffer, &byte, 1, 0, 1, &events[i]));
    YES(events[0] != events[1] && events[1] != events[2] && events[0] != NULL);
    WANT(DM_OK, dmWaitEvents(3, events));
    WANT(DM_OK, dmWaitEvents(3, events));
    WANT(DM_OK, dmEventStatus(events[2], &state));
    YES(state == DM_EVENT_COMPLETE);
    WANT(DM_OK, dmEventTime(events[2], &ns));
    YES(ns >= 1);
    WANT(DM_ERROR_INVALID_VALUE, dmEventStatus(events[0], NULL));
    WANT(DM_ERROR_INVALID_VALUE, dmEventTime(events[0], NULL));
    WANT(DM_ERROR_INVALID_EVENT, dmEventStatus(NULL, &state));
    WANT(DM_ERROR_INVALID_EVENT, dmEventTime(GARBAGE(dm_event), &ns));
    WANT(DM_ERROR_INVALID_VALUE, dmWaitEvents(0, events));
    WANT(DM_ERROR_INVALID_VALUE, dmWaitEvents(0, NULL));
    WANT(DM_ERROR_INVALID_VALUE, dmWaitEvents(1, NULL));
    WANT(DM_ERROR_INVALID_VALUE, dmStreamWaitEvents(f->stream, 0, events));
    WANT(DM_ERROR_INVALID_VALUE, dmStreamWaitEvents(f->stream, 1, NULL));
    WANT(DM_ERROR_INVALID_STREAM, dmStreamWaitEvents(NULL, 1, events));
    WANT(DM_OK, dmStreamWaitEvents(f->stream, 3, events));

    dm_event mixed[3] = {events[0], NULL, events[1]};
    WANT(DM_ERROR_INVALID_WAIT_LIST, dmWaitEvents(3, mixed));
    WANT(DM_ERROR_INVALID_WAIT_LIST, dmStreamWaitEvents(f->stream, 3, mixed));
    mixed[1] = (dm_event)f->stream;
    WANT(DM_ERROR_INVALID_WAIT_LIST, dmWaitEvents(3, mixed));

    WANT(DM_OK, dmRetainEvent(events[1]));
    WANT(DM_OK, dmReleaseEvent(events[1]));
    WANT(DM_OK, dmEventStatus(events[1], &state));
    WANT(DM_OK, dmReleaseEvent(events[1]));
    WANT(DM_ERROR_INVALID_EVENT, dmEventStatus(events[1], &state));
    WANT(DM_ERROR_INVALID_EVENT, dmReleaseEvent(events[1]));
    WANT(DM_ERROR_INVALID_EVENT, dmRetainEvent(events[1]));
    WANT(DM_ERROR_INVALID_EVENT, dmRetainEvent(NULL));
    WANT(DM_ERROR_INVALID_WAIT_LIST, dmWaitEvents(3, events));
    MUST(dmReleaseEvent(events[0]));
    MUST(dmReleaseEvent(events[2]));
    MUST(dmStreamFinish(f->stream));

    /* One stream waits for another. */
    dm_stream slow;
    int64_t one = 1, two = 2;
    dm_event first;
    MUST(dmCreateStream(NULL, &slow));
    MUST(dmStreamPause(slow));
    MUST(dmFill(slow, buffer, &one, 8, 0, 8, &first));
    MUST(dmStreamWaitEvents(f->stream, 1, &first));
    MUST(dmFill(f->stream, buffer, &two, 8, 0, 8, NULL));
    WANT(DM_NOT_READY, dmStreamQuery(f->stream));
    MUST(dmStreamResume(slow));
    show(f, "the second is last", buffer, 1);
    MUST(dmReleaseEvent(first));
    MUST(dmReleaseStream(slow));
    MUST(dmReleaseBuffer(buffer));
}

void cover_failures(struct fixture *f)
{
    static const char *const names[] = {"divide", NULL};
    int64_t values[2] = {10, 20};
    int32_t state = 99;
    uint64_t ns = 0;
    dm_module module;
    dm_event event, after;
    dm_buffer buffer = new_buffer(f, values, 2);

    MUST(dmLoadNamed(names, &module));
    dm_kernel divide = dmCreateKernel(module, "divide");
    dm_arg args[2] = {{DM_ARG_BUFFER, {.buffer = buffer}}, {DM_ARG_INT, {.i = 0}}};

    /* The failure is the event's and, once, the stream's; what comes after runs. */
    WANT(DM_OK, dmLaunch(f->stream, divide, 2, args, &event));
    args[1].value.i = 2;
    WANT(DM_OK, dmLaunch(f->stream, divide, 2, args, &after));
    WANT(DM_ERROR_COMMAND_FAILED, dmWaitEvents(1, &event));
    WANT(DM_OK, dmWaitEvents(1, &after));
    WANT(DM_ERROR_COMMAND_FAILED, dmWaitEvents(2, (dm_event[]){after, event}));
    WANT(DM_OK, dmEventStatus(event, &state));
    YES(state == DM_ERROR_COMMAND_FAILED);
    WANT(DM_OK, dmEventTime(event, &ns));
    WANT(DM_OK, dmEventStatus(after, &state));
    YES(state == DM_EVENT_COMPLETE);
    WANT(DM_OK, dmStreamQuery(f->stream));
    WANT(DM_ERROR_COMMAND_FAILED, dmStreamFinish(f->stream));
    WANT(DM_OK, dmStreamFinish(f->stream));
    show(f, "divided once", buffer, 2);

    /* Waiting for one that failed is no failure. */
    WANT(DM_OK, dmStreamWaitEvents(f->stream, 1, &event));
    WANT(DM_OK, dmStreamFinish(f->stream));

    MUST(dmReleaseEvent(event));
    MUST(dmReleaseEvent(after));
    MUST(dmReleaseKernel(divide));
    MUST(dmDestroyModule(module));
    MUST(dmReleaseBuffer(buffer));
}

/* What a notification saw. */
struct seen {
    dm_event expected;
    pthread_t caller;
    int calls;
    int order;
    int same_event;
    int other_thread;
    dm_status status;
    int32_t state;
    dm_status query;
};

static int next_order;

static void notify(dm_event event, dm_status status, void *user)
{
    struct seen *seen = user;
    seen->calls++;
    seen->order = ++next_order;
    seen->same_event = event == seen->expected;
    seen->other_thread = !pthread_equal(pthread_self(), seen->caller);
    seen->status = status;
    seen->query = dmEventStatus(event, &seen->state);
}

static void show_seen(const char *text, const struct seen *seen)
{
    printf("%s: called %d, order %d, same event %d, other thread %d, %s, %s, state %d\n", text, seen->calls, seen->order,
           seen->same_event, seen->other_thread, status_name(seen->status), status_name(seen->query), seen->state);
}

static void notify_and_release(dm_event event, dm_status status, void *user)
{
    notify(event, status, user);
    MUST(dmReleaseEvent(event));
}

/* For one that cannot be awaited by the stream. */
struct flag {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int set;
};

static void set_flag(dm_event event, dm_status status, void *user)
{
    struct flag *flag = user;
    (void)event;
    pthread_mutex_lock(&flag->mutex);
    flag->set += status == DM_OK;
    pthread_cond_signal(&flag->changed);
    pthread_mutex_unlock(&flag->mutex);
}

void cover_notifications(struct fixture *f)
{
    dm_stream stream;
    dm_event event, failed;
    char byte = 1;
    dm_buffer buffer = new_buffer(f, NULL, 1);
    struct seen seen[4];

    for (size_t i = 0; i < COUNT(seen); i++)
        seen[i] = (struct seen){.caller = pthread_self(), .state = 99};
    next_order = 0;
    MUST(dmCreateStream(NULL, &stream));
    MUST(dmStreamPause(stream));
    MUST(dmFill(stream, buffer, &byte, 1, 0, 1, &event));
    for (size_t i = 0; i < 3; i++)
        seen[i].expected = event;
    WANT(DM_OK, dmOnEvent(event, notify, &seen[0]));
    WANT(DM_OK, dmOnEvent(event, notify, &seen[1]));
    MUST(dmRetainEvent(event));
    WANT(DM_OK, dmOnEvent(event, notify_and_release, &seen[2]));
    YES(seen[0].calls == 0 && seen[1].calls == 0 && seen[2].calls == 0);
    MUST(dmStreamResume(stream));
    MUST(dmStreamFinish(stream));
    show_seen("first", &seen[0]);
    show_seen("second", &seen[1]);
    show_seen("third, which releases", &seen[2]);

    /* Complete already: called soon. */
    static struct flag flag = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
    WANT(DM_OK, dmOnEvent(event, set_flag, &flag));
    pthread_mutex_lock(&flag.mutex);
    while (!flag.set)
        pthread_cond_wait(&flag.changed, &flag.mutex);
    pthread_mutex_unlock(&flag.mutex);
    printf("complete already: called %d\n", flag.set);

    /* Of a command that fails, and of an event that the application does not hold any more. */
    static const char *const names[] = {"divide", NULL};
    dm_module module;
    MUST(dmLoadNamed(names, &module));
    dm_kernel divide = dmCreateKernel(module, "divide");
    dm_arg args[2] = {{DM_ARG_BUFFER, {.buffer = buffer}}, {DM_ARG_INT, {.i = 0}}};
    MUST(dmStreamPause(stream));
    MUST(dmLaunch(stream, divide, 2, args, &failed));
    seen[3].expected = failed;
    WANT(DM_OK, dmOnEvent(failed, notify, &seen[3]));
    WANT(DM_OK, dmReleaseEvent(failed));
    MUST(dmStreamResume(stream));
    WANT(DM_ERROR_COMMAND_FAILED, dmStreamFinish(stream));
    show_seen("of a failure", &seen[3]);
    MUST(dmReleaseKernel(divide));
    MUST(dmDestroyModule(module));

    WANT(DM_ERROR_INVALID_VALUE, dmOnEvent(event, NULL, NULL));
    WANT(DM_ERROR_INVALID_EVENT, dmOnEvent(NULL, notify, &seen[0]));
    WANT(DM_ERROR_INVALID_EVENT, dmOnEvent(NULL, NULL, NULL));
    MUST(dmReleaseEvent(event));
    MUST(dmReleaseStream(stream));
    MUST(dmReleaseBuffer(buffer));
}
