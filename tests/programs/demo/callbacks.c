/* Callbacks that run during the call that was given them. They call the API themselves, too. */
#include "program.h"

/* What a visitor works with. */
struct visit {
    const struct fixture *f;
    dm_buffer buffer;
    pthread_t caller;
    int calls;
    int stop_after;
    int same_thread;
    int64_t sum;
};

static int visit(int64_t value, void *user)
{
    struct visit *v = user;
    v->sum += value;
    v->same_thread += pthread_equal(pthread_self(), v->caller) != 0;
    return ++v->calls == v->stop_after ? 42 : 0;
}

/* Uses the API in each call: a query, an error, and a command that is awaited. */
static int visit_nested(int64_t value, void *user)
{
    struct visit *v = user;
    size_t size = 0;
    int64_t word = 0;
    MUST(dmBufferSize(v->buffer, &size));
    MUST(dmRead(v->f->stream, v->buffer, (size_t)v->calls * 8, 8, &word, 1, NULL));
    if (dmBufferSize(NULL, &size) == DM_ERROR_INVALID_BUFFER && word == value)
        v->sum += (int64_t)size;
    v->calls++;
    return 0;
}

/* Each visited element visits all of them. */
static int visit_twice(int64_t value, void *user)
{
    struct visit *v = user, inner = {.caller = v->caller};
    MUST(dmForEach(v->buffer, visit, &inner));
    v->sum += value * inner.sum;
    v->same_thread += inner.same_thread;
    v->calls++;
    return 0;
}

static int visit_nothing(int64_t value, void *user)
{
    (void)value;
    return user != NULL;
}

static int compare_up(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* By the last digit only. */
static int compare_digit(int64_t a, int64_t b)
{
    return (int)(a % 10 - b % 10);
}

static pthread_t sorter;
static int foreign_compares;

static int compare_here(int64_t a, int64_t b)
{
    foreign_compares += !pthread_equal(pthread_self(), sorter);
    return compare_up(b, a);
}

static void show_values(const char *text, const int64_t *values, size_t n)
{
    printf("%s:", text);
    for (size_t i = 0; i < n; i++)
        printf(" %lld", (long long)values[i]);
    printf("\n");
}

void cover_visitors(struct fixture *f)
{
    static const int64_t values[5] = {1, 20, 300, -4000, 50000};
    dm_buffer buffer = new_buffer(f, values, 5);
    struct visit v = {f, buffer, pthread_self(), 0, 0, 0, 0};

    WANT(DM_OK, dmForEach(buffer, visit, &v));
    printf("%d calls, %d in this thread, sum %lld\n", v.calls, v.same_thread, (long long)v.sum);
    v = (struct visit){f, buffer, pthread_self(), 0, 3, 0, 0};
    WANT(DM_ERROR_CANCELLED, dmForEach(buffer, visit, &v));
    printf("%d calls, sum %lld\n", v.calls, (long long)v.sum);
    v = (struct visit){f, buffer, pthread_self(), 0, 0, 0, 0};
    WANT(DM_OK, dmForEach(buffer, visit_nested, &v));
    printf("%d calls, sum %lld\n", v.calls, (long long)v.sum);
    /* An error in the callback is the thread's last. */
    WANT(DM_ERROR_INVALID_BUFFER, dmLastError());
    v = (struct visit){f, buffer, pthread_self(), 0, 0, 0, 0};
    WANT(DM_OK, dmForEach(buffer, visit_twice, &v));
    printf("%d calls, %d in this thread, sum %lld\n", v.calls, v.same_thread, (long long)v.sum);
    WANT(DM_OK, dmForEach(buffer, visit_nothing, NULL));
    WANT(DM_ERROR_INVALID_VALUE, dmForEach(buffer, NULL, &v));
    WANT(DM_ERROR_INVALID_BUFFER, dmForEach(NULL, visit, &v));
    MUST(dmReleaseBuffer(buffer));

    int64_t numbers[7] = {42, -1, 17, 42, 8, 1000, 0};
    WANT(DM_OK, dmSort(numbers, 7, compare_up));
    show_values("up", numbers, 7);
    sorter = pthread_self();
    WANT(DM_OK, dmSort(numbers, 7, compare_here));
    show_values("down", numbers, 7);
    YES(foreign_compares == 0);
    int64_t digits[8] = {31, 12, 11, 42, 21, 22, 10, 1};
    WANT(DM_OK, dmSort(digits, 8, compare_digit));
    show_values("by digit", digits, 8);
    WANT(DM_OK, dmSort(NULL, 0, compare_up));
    WANT(DM_OK, dmSort(numbers, 1, compare_up));
    WANT(DM_ERROR_INVALID_VALUE, dmSort(NULL, 2, compare_up));
    WANT(DM_ERROR_INVALID_VALUE, dmSort(numbers, 2, NULL));
}

/* What both ends of a pipeline share. */
struct pipe {
    int64_t next, end, sum, refuse;
    char trace[64];
};

static int produce(int64_t *value, void *user)
{
    struct pipe *p = user;
    strcat(p->trace, "p");
    if (p->next == p->end)
        return 0;
    *value = p->next++ * 10;
    return 1;
}

static int consume(int64_t value, void *user)
{
    struct pipe *p = user;
    strcat(p->trace, "c");
    p->sum += value;
    return value == p->refuse;
}

void cover_pipelines(struct fixture *f)
{
    (void)f;
    struct pipe p = {1, 6, 0, -1, ""};
    uint64_t count = 99;

    WANT(DM_OK, dmPipeline(produce, consume, &p, &count));
    printf("%llu values, sum %lld, %s\n", (unsigned long long)count, (long long)p.sum, p.trace);
    p = (struct pipe){1, 6, 0, 30, ""};
    WANT(DM_ERROR_CANCELLED, dmPipeline(produce, consume, &p, &count));
    printf("%llu values, sum %lld, %s\n", (unsigned long long)count, (long long)p.sum, p.trace);
    p = (struct pipe){1, 1, 0, -1, ""};
    WANT(DM_OK, dmPipeline(produce, consume, &p, NULL));
    printf("sum %lld, %s\n", (long long)p.sum, p.trace);
    count = 99;
    WANT(DM_ERROR_INVALID_VALUE, dmPipeline(NULL, consume, &p, &count));
    WANT(DM_ERROR_INVALID_VALUE, dmPipeline(produce, NULL, &p, &count));
    YES(count == 99);
}

/* What an inspector found. */
struct found {
    dm_buffer expected;
    char titles[128];
    uint64_t sum, offsets;
    int calls, right;
};

static void inspect(const dm_chunk *chunk, const void *data, size_t size, void *user)
{
    struct found *found = user;
    const unsigned char *bytes = data;
    strcat(found->titles, chunk->title);
    strcat(found->titles, "; ");
    for (size_t i = 0; i < size; i++)
        found->sum += bytes[i] * (chunk->offset + i + 1);
    found->offsets += chunk->offset;
    found->right += chunk->buffer == found->expected && chunk->index == (uint32_t)found->calls;
    found->calls++;
}

/* Writes `limit` bytes in all, or answers nonsense. */
struct generator {
    size_t limit, nonsense;
    int calls;
};

static size_t generate(uint64_t offset, void *data, size_t size, void *user)
{
    struct generator *g = user;
    size_t n = g->limit - offset < size ? (size_t)(g->limit - offset) : size;
    g->calls++;
    for (size_t i = 0; i < n; i++)
        ((unsigned char *)data)[i] = (unsigned char)(offset + i);
    return n + g->nonsense;
}

void cover_chunks(struct fixture *f)
{
    dm_status status;
    uint64_t written = 99;
    dm_buffer buffer = dmCreateBuffer(f->device, 0, 150, NULL, &status);
    MUST(status);

    struct generator g = {1000, 0, 0};
    WANT(DM_OK, dmGenerate(buffer, generate, &g, &written));
    printf("%d calls, %llu bytes\n", g.calls, (unsigned long long)written);
    struct found found = {buffer, "", 0, 0, 0, 0};
    WANT(DM_OK, dmInspect(buffer, inspect, &found));
    printf("%d calls, %d right, offsets %llu, sum %llu: %s\n", found.calls, found.right, (unsigned long long)found.offsets,
           (unsigned long long)found.sum, found.titles);

    unsigned char bytes[150];
    memset(bytes, 200, sizeof bytes);
    MUST(dmWrite(f->stream, buffer, 0, sizeof bytes, bytes, 1, NULL));
    g = (struct generator){70, 0, 0};
    WANT(DM_OK, dmGenerate(buffer, generate, &g, &written));
    printf("%d calls, %llu bytes\n", g.calls, (unsigned long long)written);
    MUST(dmRead(f->stream, buffer, 0, sizeof bytes, bytes, 1, NULL));
    printf("around the end: %d %d %d\n", bytes[69], bytes[70], bytes[149]);
    g = (struct generator){64, 0, 0};
    WANT(DM_OK, dmGenerate(buffer, generate, &g, NULL));
    printf("%d calls\n", g.calls);
    written = 99;
    g = (struct generator){1000, 1, 0};
    WANT(DM_ERROR_INVALID_VALUE, dmGenerate(buffer, generate, &g, &written));
    printf("%d calls\n", g.calls);
    YES(written == 99);
    WANT(DM_ERROR_INVALID_VALUE, dmGenerate(buffer, NULL, &g, &written));
    WANT(DM_ERROR_INVALID_BUFFER, dmGenerate(NULL, generate, &g, &written));
    WANT(DM_ERROR_INVALID_VALUE, dmInspect(buffer, NULL, &found));
    WANT(DM_ERROR_INVALID_BUFFER, dmInspect(NULL, inspect, &found));
    MUST(dmReleaseBuffer(buffer));
}

/* What an allocator did. */
struct arena {
    void *last[4];
    size_t sizes[4];
    int taken, freed, wrong, refuse;
};

static void *arena_alloc(size_t size, void *user)
{
    struct arena *arena = user;
    if (arena->taken == arena->refuse)
        return NULL;
    arena->sizes[arena->taken] = size;
    arena->last[arena->taken] = malloc(size + 1);
    return arena->last[arena->taken++];
}

static void arena_free(void *memory, void *user)
{
    struct arena *arena = user;
    arena->freed++;
    arena->wrong += memory != arena->last[arena->taken - arena->freed];
    free(memory);
}

/* A value that is no address of anything: it only comes back. */
static void *fake_alloc(size_t size, void *user)
{
    return (char *)user + size;
}

static void fake_free(void *memory, void *user)
{
    printf("freed %d\n", (int)((char *)memory - (char *)user));
}

void cover_allocators(struct fixture *f)
{
    (void)f;
    static char token[64];
    struct arena arena = {.refuse = -1};
    dm_allocator allocator = {arena_alloc, arena_free, &arena};

    WANT(DM_OK, dmWithAllocator(&allocator, 100));
    printf("taken %d (%zu and %zu), freed %d, wrong %d\n", arena.taken, arena.sizes[0], arena.sizes[1], arena.freed, arena.wrong);
    arena = (struct arena){.refuse = 1};
    WANT(DM_ERROR_OUT_OF_MEMORY, dmWithAllocator(&allocator, 100));
    printf("taken %d, freed %d, wrong %d\n", arena.taken, arena.freed, arena.wrong);
    arena = (struct arena){.refuse = 0};
    WANT(DM_ERROR_OUT_OF_MEMORY, dmWithAllocator(&allocator, 0));
    printf("taken %d, freed %d\n", arena.taken, arena.freed);
    allocator = (dm_allocator){fake_alloc, fake_free, token};
    WANT(DM_OK, dmWithAllocator(&allocator, 10));
    WANT(DM_ERROR_INVALID_VALUE, dmWithAllocator(NULL, 1));
    WANT(DM_ERROR_INVALID_VALUE, dmWithAllocator(&allocator, SIZE_MAX));
    allocator.free = NULL;
    WANT(DM_ERROR_INVALID_VALUE, dmWithAllocator(&allocator, 1));
    allocator = (dm_allocator){NULL, fake_free, NULL};
    WANT(DM_ERROR_INVALID_VALUE, dmWithAllocator(&allocator, 1));
}
