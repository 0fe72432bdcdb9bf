/* Several threads: what belongs to each, and the order between them. */
#include "program.h"

#include <stdatomic.h>
#include <time.h>

/* A ball that threads pass to each other. */
struct turns {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int turn;
};

static void wait_for(struct turns *turns, int turn)
{
    pthread_mutex_lock(&turns->mutex);
    while (turns->turn != turn)
        pthread_cond_wait(&turns->changed, &turns->mutex);
    pthread_mutex_unlock(&turns->mutex);
}

static void pass_on(struct turns *turns)
{
    pthread_mutex_lock(&turns->mutex);
    turns->turn++;
    pthread_cond_broadcast(&turns->changed);
    pthread_mutex_unlock(&turns->mutex);
}

/* What each thread has for itself. */
struct state {
    dm_device devices[3];
    dm_status first, second, third;
    int none_at_first, own_at_last;
    struct turns turns;
};

static void *own_state(void *argument)
{
    struct state *s = argument;
    wait_for(&s->turns, 1);
    s->first = dmLastError();
    s->none_at_first = dmGetCurrent() == NULL;
    MUST(dmSetCurrent(s->devices[2]));
    s->second = dmTagOf(s, &(uint32_t){0});
    pass_on(&s->turns);
    wait_for(&s->turns, 3);
    s->third = dmLastError();
    s->own_at_last = dmGetCurrent() == s->devices[2];
    return NULL;
}

void cover_thread_state(struct fixture *f)
{
    struct state s = {.turns = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0}};
    pthread_t thread;
    (void)f;

    MUST(dmGetDevices(3, s.devices, NULL));
    MUST(dmSetCurrent(s.devices[1]));
    WANT(DM_ERROR_INVALID_VALUE, dmCast(0, NULL, 0, NULL));
    pthread_create(&thread, NULL, own_state, &s);
    pass_on(&s.turns);
    wait_for(&s.turns, 2);
    WANT(DM_ERROR_INVALID_VALUE, dmLastError());
    YES(dmGetCurrent() == s.devices[1]);
    WANT(DM_ERROR_UNSUPPORTED, dmConfigure(&(dm_config){.size = sizeof(dm_config), .next = &(dm_extension){50, NULL}}));
    pass_on(&s.turns);
    pthread_join(thread, NULL);
    WANT(DM_ERROR_UNSUPPORTED, dmLastError());
    printf("the other thread: %s, %s, %s\n", status_name(s.first), status_name(s.second), status_name(s.third));
    YES(s.none_at_first);
    YES(s.own_at_last);
    YES(dmGetCurrent() == s.devices[1]);
    MUST(dmSetCurrent(NULL));
}

enum { ROUNDS = 100, PLAYERS = 3 };

/* A counter in a buffer that each thread in turn reads and raises. */
struct game {
    dm_stream stream;
    dm_buffer buffer;
    int wrong;
    struct turns turns;
};

struct player {
    struct game *game;
    int number;
};

static void *play(void *argument)
{
    struct player *player = argument;
    struct game *game = player->game;
    static int64_t values[ROUNDS * PLAYERS];
    for (int round = 0; round < ROUNDS; round++) {
        int turn = round * PLAYERS + player->number;
        int64_t seen = -1;
        wait_for(&game->turns, turn);
        MUST(dmRead(game->stream, game->buffer, 0, sizeof seen, &seen, 1, NULL));
        game->wrong += seen != turn;
        values[turn] = turn + 1;
        /* Not waited for: the next thread has to see it all the same. */
        MUST(dmWrite(game->stream, game->buffer, 0, sizeof seen, &values[turn], 0, NULL));
        pass_on(&game->turns);
    }
    return NULL;
}

void cover_thread_order(struct fixture *f)
{
    struct game game = {f->stream, new_buffer(f, NULL, 1), 0, {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0}};
    struct player players[PLAYERS];
    pthread_t threads[PLAYERS];

    for (int i = 0; i < PLAYERS; i++) {
        players[i] = (struct player){&game, i};
        pthread_create(&threads[i], NULL, play, &players[i]);
    }
    for (int i = 0; i < PLAYERS; i++)
        pthread_join(threads[i], NULL);
    show(f, "turns", game.buffer, 1);
    YES(game.wrong == 0);
    MUST(dmReleaseBuffer(game.buffer));
}

/* A thread with objects of its own. */
struct worker {
    const struct fixture *f;
    int64_t seed;
    int64_t sum;
    int wrong;
    atomic_int notified;
};

static int add_up(int64_t value, void *user)
{
    *(int64_t *)user += value;
    return 0;
}

static void count_ok(dm_event event, dm_status status, void *user)
{
    (void)event;
    ((struct worker *)user)->notified += status == DM_OK;
}

static void *work(void *argument)
{
    struct worker *w = argument;
    static const char *const names[] = {"fill", "add", NULL};
    for (int round = 0; round < 10; round++) {
        dm_stream stream;
        dm_module module;
        dm_kernel kernels[2];
        dm_event event;
        int64_t out[16];
        MUST(dmCreateStream(NULL, &stream));
        MUST(dmLoadNamed(names, &module));
        MUST(dmCreateKernels(module, 2, kernels, NULL));
        dm_buffer a = new_buffer(w->f, NULL, 16);
        dm_arg fill[2] = {{DM_ARG_BUFFER, {.buffer = a}}, {DM_ARG_INT, {.i = w->seed + round}}};
        dm_arg add[3] = {{DM_ARG_BUFFER, {.buffer = a}}, {DM_ARG_BUFFER, {.buffer = a}}, {DM_ARG_BUFFER, {.buffer = a}}};
        MUST(dmLaunch(stream, kernels[0], 2, fill, NULL));
        MUST(dmLaunch(stream, kernels[1], 3, add, NULL));
        MUST(dmRead(stream, a, 0, sizeof out, out, 0, &event));
        MUST(dmOnEvent(event, count_ok, w));
        MUST(dmStreamFinish(stream));
        /* Which does not wait for it if the event was complete when it was asked for. */
        for (int i = 0; w->notified <= round && i < 10000; i++)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        for (int i = 0; i < 16; i++)
            w->wrong += out[i] != 2 * (w->seed + round + i);
        MUST(dmForEach(a, add_up, &w->sum));
        MUST(dmReleaseEvent(event));
        MUST(dmReleaseBuffer(a));
        MUST(dmReleaseKernel(kernels[0]));
        MUST(dmReleaseKernel(kernels[1]));
        MUST(dmDestroyModule(module));
        MUST(dmReleaseStream(stream));
    }
    return NULL;
}

void cover_thread_streams(struct fixture *f)
{
    struct worker workers[4];
    pthread_t threads[COUNT(workers)];

    for (size_t i = 0; i < COUNT(workers); i++) {
        workers[i] = (struct worker){f, (int64_t)i * 1000, 0, 0, 0};
        pthread_create(&threads[i], NULL, work, &workers[i]);
    }
    for (size_t i = 0; i < COUNT(workers); i++) {
        pthread_join(threads[i], NULL);
        printf("thread %zu: sum %lld, %d wrong, %d notified\n", i, (long long)workers[i].sum, workers[i].wrong, (int)workers[i].notified);
    }
}
