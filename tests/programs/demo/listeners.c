/* Callbacks that stay after the call: the logger, and subscribers of streams. */
#include "program.h"

static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static char messages[32][64];
static size_t message_count;

static void note_message(const char *prefix, const char *message)
{
    pthread_mutex_lock(&log_mutex);
    if (message_count < COUNT(messages))
        snprintf(messages[message_count++], sizeof messages[0], "%s%s", prefix, message);
    pthread_mutex_unlock(&log_mutex);
}

static void log_message(const char *message)
{
    note_message("", message);
}

static void log_other(const char *message)
{
    note_message("other: ", message);
}

static int compare_messages(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Streams log from their own threads, so the order is not certain. */
static void show_messages(void)
{
    pthread_mutex_lock(&log_mutex);
    qsort(messages, message_count, sizeof messages[0], compare_messages);
    for (size_t i = 0; i < message_count; i++)
        printf("  %s\n", messages[i]);
    printf("%zu messages\n", message_count);
    message_count = 0;
    pthread_mutex_unlock(&log_mutex);
}

/* Something of everything that is logged. */
static void make_noise(const struct fixture *f)
{
    static const char *const names[] = {"divide", "add", NULL};
    dm_stream stream;
    dm_module module;
    dm_buffer buffer = new_buffer(f, NULL, 1);
    MUST(dmCreateStream(NULL, &stream));
    MUST(dmLoadNamed(names, &module));
    dm_kernel divide = dmCreateKernel(module, "divide");
    dm_arg args[2] = {{DM_ARG_BUFFER, {.buffer = buffer}}, {DM_ARG_INT, {.i = 0}}};
    MUST(dmLaunch(stream, divide, 2, args, NULL));
    MUST(dmLaunch(stream, divide, 2, args, NULL));
    WANT(DM_ERROR_COMMAND_FAILED, dmStreamFinish(stream));
    MUST(dmReleaseKernel(divide));
    MUST(dmDestroyModule(module));
    MUST(dmReleaseStream(stream));
    MUST(dmReleaseBuffer(buffer));
}

void cover_loggers(struct fixture *f)
{
    WANT(DM_OK, dmSetLogger(log_message));
    make_noise(f);
    WANT(DM_OK, dmSetLogger(log_other));
    make_noise(f);
    WANT(DM_OK, dmSetLogger(NULL));
    show_messages();
    make_noise(f);
    WANT(DM_OK, dmSetLogger(NULL));
    show_messages();
}

/* What a subscriber saw. */
struct subscriber {
    dm_stream expected;
    pthread_t caller;
    uint64_t last;
    int calls, in_order, right, other_thread;
};

static void completed(dm_stream stream, uint64_t count, void *user)
{
    struct subscriber *s = user;
    s->in_order += count == s->last + 1;
    s->last = count;
    s->right += stream == s->expected;
    s->other_thread += !pthread_equal(pthread_self(), s->caller);
    s->calls++;
}

static void completed_once(dm_stream stream, uint64_t count, void *user)
{
    completed(stream, count, user);
    MUST(dmUnsubscribe(stream));
}

static void show_subscriber(const struct subscriber *s)
{
    printf("%d calls, %d in order, %d of this stream, %d from another thread, last %llu\n", s->calls, s->in_order, s->right,
           s->other_thread, (unsigned long long)s->last);
}

void cover_subscribers(struct fixture *f)
{
    dm_stream a, b;
    dm_event event;
    char byte = 1;
    dm_buffer buffer = new_buffer(f, NULL, 1);
    MUST(dmCreateStream(NULL, &a));
    MUST(dmCreateStream(NULL, &b));
    struct subscriber on_a = {.expected = a, .caller = pthread_self()}, on_b = {.expected = b, .caller = pthread_self()};

    WANT(DM_OK, dmSubscribe(a, completed, &on_a));
    WANT(DM_OK, dmSubscribe(b, completed, &on_b));
    WANT(DM_ERROR_BUSY, dmSubscribe(a, completed, &on_a));
    for (int i = 0; i < 20; i++)
        MUST(dmFill(i % 4 ? a : b, buffer, &byte, 1, 0, 1, i == 19 ? &event : NULL));
    /* Before the event is complete. */
    MUST(dmWaitEvents(1, &event));
    YES(on_a.calls == 15);
    MUST(dmReleaseEvent(event));
    MUST(dmStreamFinish(b));
    show_subscriber(&on_a);
    show_subscriber(&on_b);

    WANT(DM_OK, dmUnsubscribe(a));
    WANT(DM_ERROR_NOT_FOUND, dmUnsubscribe(a));
    MUST(dmFill(a, buffer, &byte, 1, 0, 1, NULL));
    MUST(dmStreamFinish(a));
    YES(on_a.calls == 15);

    /* Again, with another one, which counts what it missed. */
    on_a = (struct subscriber){.expected = a, .caller = pthread_self(), .last = 16};
    WANT(DM_OK, dmSubscribe(a, completed_once, &on_a));
    for (int i = 0; i < 3; i++)
        MUST(dmFill(a, buffer, &byte, 1, 0, 1, NULL));
    MUST(dmStreamFinish(a));
    show_subscriber(&on_a);
    WANT(DM_ERROR_NOT_FOUND, dmUnsubscribe(a));

    WANT(DM_ERROR_INVALID_VALUE, dmSubscribe(a, NULL, NULL));
    WANT(DM_ERROR_INVALID_STREAM, dmSubscribe(NULL, completed, &on_a));
    WANT(DM_ERROR_INVALID_STREAM, dmUnsubscribe(NULL));
    MUST(dmReleaseStream(a));
    MUST(dmReleaseStream(b));
    MUST(dmReleaseBuffer(buffer));
}
