// Uses all of zlib but its files, and prints every field of every stream after every call.
//
//   zstream            the calls
//   zstream wait       compresses until it fails; says "ready" first
//   zstream fork       a child with streams of its own, while the parent has one in use
#define ZLIB_CONST
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#define SIZE (300 * 1024)
static unsigned char text[SIZE], packed[2 * SIZE], unpacked[SIZE + 100];

static const char *status(int s) {
    static const char *names[] = {"VERSION_ERROR", "BUF_ERROR", "MEM_ERROR", "DATA_ERROR", "STREAM_ERROR", "ERRNO", "OK", "STREAM_END", "NEED_DICT"};
    return s >= -6 && s <= 2 ? names[s + 6] : "?";
}

static unsigned long sum(const void *p, size_t n) {
    unsigned long h = 5381;
    for (size_t i = 0; i < n; i++) h = (h * 33 + ((const unsigned char *)p)[i]) & 0xffffffff;
    return h;
}

// Where the stream's pointers are, as distances from what they pointed to at the start.
static const unsigned char *in_base, *out_base;

static void show(const char *what, int s, z_stream *z) {
    printf("%-22s %-13s in %ld+%u total %lu  out %ld+%u total %lu  msg %s  type %d  adler %08lx\n", what, status(s),
           z->next_in ? (long)(z->next_in - in_base) : -1, z->avail_in, z->total_in,
           z->next_out ? (long)(z->next_out - out_base) : -1, z->avail_out, z->total_out, z->msg ? z->msg : "-", z->data_type, z->adler);
}

static void fill(void) {
    unsigned x = 1;
    for (size_t i = 0; i < SIZE; i++) {
        x = x * 1103515245 + 12345;
        text[i] = (x >> 16) % 7 ? text[i > 100 ? i - (x >> 20) % 100 - 1 : 0] : (unsigned char)(x >> 24);
    }
}

static void begin(z_stream *z, const void *in, unsigned in_len, void *out, unsigned out_len) {
    z->next_in = in, z->avail_in = in_len, z->next_out = out, z->avail_out = out_len;
    in_base = in, out_base = out;
}

static unsigned compressing(void) {
    z_stream z;
    memset(&z, 0x5a, sizeof z);  // what zlib does not ask for may be anything
    z.zalloc = 0, z.zfree = 0, z.opaque = 0;
    int s = deflateInit2(&z, 6, Z_DEFLATED, 15, 8, Z_DEFAULT_STRATEGY);
    printf("init %s, totals %lu %lu, msg %s\n", status(s), z.total_in, z.total_out, z.msg ? z.msg : "-");
    z.next_in = (void *)64, z.avail_in = 1000;  // no data yet, so nobody may look at it
    printf("params of a fresh stream %s\n", status(deflateParams(&z, 1, Z_DEFAULT_STRATEGY)));
    printf("and back %s, reset %s\n", status(deflateParams(&z, 6, Z_DEFAULT_STRATEGY)), status(deflateReset(&z)));
    begin(&z, text, SIZE, packed, 1000);
    show("deflate, no room", deflate(&z, Z_NO_FLUSH), &z);
    unsigned pending = 99;
    int bits = 99;
    s = deflatePending(&z, &pending, &bits);
    printf("pending %s %d, %d bits\n", status(s), pending != 99, bits != 99);
    printf("bound %lu, of nothing %lu\n", deflateBound(&z, SIZE), deflateBound(0, SIZE));
    z.avail_out = 2 * SIZE - 1000;
    unsigned later = z.avail_in / 2;
    z.avail_in -= later;
    show("half", deflate(&z, Z_SYNC_FLUSH), &z);
    show("tune", deflateTune(&z, 8, 16, 32, 64), &z);
    z.avail_in = later / 2;
    show("params", deflateParams(&z, 9, Z_FILTERED), &z);
    z.avail_in += later - later / 2;
    show("finish", deflate(&z, Z_FINISH), &z);
    show("after the end", deflate(&z, Z_NO_FLUSH), &z);
    unsigned len = z.total_out;
    unsigned char dictionary[32768];
    uInt n = 0;
    s = deflateGetDictionary(&z, dictionary, &n);
    printf("dictionary %s %u %08lx, its length only %s\n", status(s), n, sum(dictionary, n), status(deflateGetDictionary(&z, 0, &n)));
    show("end", deflateEnd(&z), &z);
    printf("state is %s\n", z.state ? "there" : "gone");
    show("end again", deflateEnd(&z), &z);
    printf("%u bytes, %08lx\n", len, sum(packed, len));
    return len;
}

static void decompressing(unsigned len) {
    z_stream z = {0};
    show("init", inflateInit(&z), &z);
    begin(&z, packed, len, unpacked, 5000);
    show("inflate", inflate(&z, Z_NO_FLUSH), &z);
    printf("mark %ld, sync point %d, codes %d\n", inflateMark(&z), inflateSyncPoint(&z), inflateCodesUsed(&z) > 0);
    z.avail_out = SIZE;
    show("block", inflate(&z, Z_BLOCK), &z);
    unsigned char *window = malloc(32768);
    uInt n = 0;
    int s = inflateGetDictionary(&z, window, &n);
    printf("dictionary %s %u %08lx\n", status(s), n, sum(window, n));
    free(window);
    show("to the end", inflate(&z, Z_FINISH), &z);
    printf("%s\n", memcmp(text, unpacked, SIZE) ? "wrong" : "right");
    show("reset", inflateReset(&z), &z);
    packed[5000] ^= 0x55;
    begin(&z, packed, len, unpacked, SIZE + 100);
    show("damaged", inflate(&z, Z_FINISH), &z);
    packed[5000] ^= 0x55;
    show("sync", inflateSync(&z), &z);
    show("reset to raw", inflateReset2(&z, -15), &z);
    begin(&z, packed + 2, 100, unpacked, SIZE);
    show("raw", inflate(&z, Z_SYNC_FLUSH), &z);
    z.next_in = 0, z.avail_in = 0;
    show("no input", inflate(&z, Z_SYNC_FLUSH), &z);
    show("undermine", inflateUndermine(&z, 1), &z);
    show("validate", inflateValidate(&z, 0), &z);
    show("wrong end", deflateEnd(&z), &z);
    show("end", inflateEnd(&z), &z);
    memset(&z, 0, sizeof z);
    show("wrong version", inflateInit_(&z, "0.9", sizeof z), &z);
    show("no version", inflateInit_(&z, 0, sizeof z), &z);
    show("wrong size", inflateInit_(&z, ZLIB_VERSION, 8), &z);
    show("wrong bits", inflateInit2(&z, 99), &z);
    show("no state", inflate(&z, Z_NO_FLUSH), &z);
    printf("null streams: %s %s %s %s\n", status(inflate(0, 0)), status(deflateEnd(0)), status(inflateReset(0)), status(deflateCopy(0, 0)));
}

static void copies(void) {
    z_stream z = {0}, twin, back = {0}, third;
    unsigned char other[2 * SIZE / 4];
    memset(&twin, 0xa5, sizeof twin), memset(&third, 0xa5, sizeof third);
    deflateInit2(&z, 9, Z_DEFLATED, -12, 9, Z_DEFAULT_STRATEGY);
    const char *word = "a dictionary of words that the text does not have";
    show("raw dictionary", deflateSetDictionary(&z, (const Bytef *)word, strlen(word)), &z);
    begin(&z, text, 50000, packed, SIZE);
    z.avail_in = 30000;
    deflate(&z, Z_NO_FLUSH);
    int s = deflateCopy(&twin, &z);
    show("original", s, &z);
    show("copy", s, &twin);
    twin.next_out = other + (twin.next_out - packed);
    memcpy(other, packed, twin.total_out);
    twin.avail_out = sizeof other - twin.total_out;
    z.avail_in += 20000, twin.avail_in += 20000;
    show("original ends", deflate(&z, Z_FINISH), &z);
    out_base = other;
    show("copy ends", deflate(&twin, Z_FINISH), &twin);
    printf("%s\n", z.total_out == twin.total_out && !memcmp(packed, other, z.total_out) ? "equal" : "different");
    unsigned len = z.total_out;
    printf("%s %s\n", status(deflateEnd(&z)), status(deflateEnd(&twin)));

    inflateInit2(&back, -12);
    printf("%s\n", status(inflateSetDictionary(&back, (const Bytef *)word, strlen(word))));
    begin(&back, packed, len, unpacked, 20000);
    show("half", inflate(&back, Z_NO_FLUSH), &back);
    s = inflateCopy(&third, &back);
    show("copy", s, &third);
    back.avail_out = third.avail_out = SIZE - 20000;
    show("original ends", inflate(&back, Z_NO_FLUSH), &back);
    unsigned long first = sum(unpacked, 50000);
    memset(unpacked + 20000, 0, SIZE - 20000);
    show("copy ends", inflate(&third, Z_NO_FLUSH), &third);
    printf("%s\n", sum(unpacked, 50000) == first && !memcmp(unpacked, text, 50000) ? "equal" : "different");
    printf("%s %s\n", status(inflateEnd(&back)), status(inflateEnd(&third)));
}

static void early_ends(void) {
    int dirty = 0;
    for (int i = 0; i < 2000; i++) {  // a stream that is given up is no leak
        z_stream *z = calloc(1, sizeof *z);
        deflateInit(z, 1);
        begin(z, text, 1000, packed, 10);
        deflate(z, Z_NO_FLUSH);
        dirty += deflateEnd(z) == Z_DATA_ERROR;
        if (i % 2) free(z);
    }
    printf("%d streams ended early\n", dirty);
}

static void at_once(void) {
    uLong len = compressBound(SIZE), back = SIZE, used, none = 10;
    printf("bound %lu\n", len);
    printf("compress %s", status(compress2(packed, &len, text, SIZE, 3)));
    printf(" %lu %08lx\n", len, sum(packed, len));
    printf("uncompress %s", status(uncompress(unpacked, &back, packed, len)));
    printf(" %lu %d\n", back, memcmp(unpacked, text, SIZE));
    used = len + 50, back = SIZE;
    printf("uncompress2 %s", status(uncompress2(unpacked, &back, packed, &used)));
    printf(" %lu of %lu\n", back, used);
    printf("too small %s", status(compress(packed, &none, text, SIZE)));
    printf(" %lu %08lx\n", none, sum(packed, 10));
    none = 7;
    printf("garbage %s", status(uncompress(unpacked, &none, text, 100)));
    printf(" %lu\n", none);
}

struct source { const unsigned char *at, *end; unsigned step; };
static unsigned give(void *desc, z_const unsigned char **buf) {
    struct source *s = desc;
    unsigned n = s->end - s->at < s->step ? s->end - s->at : s->step;
    *buf = s->at;
    s->at += n;
    return n;
}
struct sink { unsigned char *at; unsigned calls; size_t room; };
static int take(void *desc, unsigned char *buf, unsigned len) {
    struct sink *s = desc;
    s->calls++;
    if (len > s->room) return 1;
    memcpy(s->at, buf, len);
    s->at += len, s->room -= len;
    return 0;
}

static void backwards(void) {
    z_stream z = {0};
    unsigned char window[32768];
    deflateInit2(&z, 6, Z_DEFLATED, -15, 8, 0);
    begin(&z, text, SIZE, packed, sizeof packed);
    deflate(&z, Z_FINISH);
    unsigned len = z.total_out;
    deflateEnd(&z);
    memset(&z, 0, sizeof z);
    printf("back init %s\n", status(inflateBackInit(&z, 15, window)));
    for (int round = 0; round < 4; round++) {
        struct source from = {packed, packed + len, round == 1 ? 10000 : 777};
        struct sink to = {unpacked, 0, round == 2 ? 100000 : SIZE};
        if (round == 3) from.end -= 100;
        z.next_in = 0, z.avail_in = 0;
        int s = inflateBack(&z, give, &from, take, &to);
        printf("back %s, %u calls, %zu bytes %s, input %s, %u left, msg %s\n", status(s), to.calls, (size_t)(to.at - unpacked),
               memcmp(unpacked, text, to.at - unpacked) ? "wrong" : "right", z.next_in ? "there" : "gone", z.avail_in, z.msg ? z.msg : "-");
    }
    printf("back end %s\n", status(inflateBackEnd(&z)));
}

static void sums(void) {
    printf("null %lu %lu %lu %lu\n", crc32(7, 0, 0), adler32(7, 0, 0), crc32(0, 0, 5), adler32_z(3, 0, 9));
    unsigned sizes[] = {0, 1, 7, 8, 15, 5552, 5553, 65536, 262143, 262144, SIZE};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uLong a = adler32(adler32(0, 0, 0), text + 1, sizes[i] - (sizes[i] == SIZE)), c = crc32_z(0, text, sizes[i]);
        printf("%u: %08lx %08lx\n", sizes[i], a, c);
    }
    uLong c1 = crc32(0, text, 1000), c2 = crc32(0, text + 1000, SIZE - 1000), a1 = adler32(1, text, 1000), a2 = adler32(1, text + 1000, SIZE - 1000);
    printf("combined %d %d\n", crc32_combine(c1, c2, SIZE - 1000) == crc32(0, text, SIZE), adler32_combine(a1, a2, SIZE - 1000) == adler32(1, text, SIZE));
    printf("by operator %d\n", crc32_combine_op(c1, c2, crc32_combine_gen(SIZE - 1000)) == crc32(0, text, SIZE));
    const z_crc_t *table = get_crc_table();
    printf("table %08lx, at one place %d\n", sum(table, 1024), table == get_crc_table());
    for (int s = 2; s >= -6; s--) printf("%d: \"%s\"\n", s, zError(s));
    printf("version %s, flags %lx\n", zlibVersion(), zlibCompileFlags());
}

static void *thread(void *arg) {
    long n = (long)arg, wrong = 0;
    unsigned char *out = malloc(SIZE), *back = malloc(SIZE);
    for (int round = 0; round < 10; round++) {
        z_stream c = {0}, d = {0};
        deflateInit(&c, 1 + (n + round) % 9);
        inflateInit(&d);
        c.next_in = text + n, c.avail_in = 200000, c.next_out = out, c.avail_out = SIZE;
        while (c.avail_in) {
            unsigned all = c.avail_in;
            c.avail_in = all < 3333 ? all : 3333;
            unsigned left = all - c.avail_in;
            wrong += deflate(&c, Z_NO_FLUSH) != Z_OK;
            c.avail_in += left;
        }
        wrong += deflate(&c, Z_FINISH) != Z_STREAM_END;
        d.next_in = out, d.avail_in = c.total_out, d.next_out = back, d.avail_out = SIZE;
        wrong += inflate(&d, Z_FINISH) != Z_STREAM_END;
        wrong += d.total_out != 200000 || memcmp(back, text + n, 200000) != 0;
        wrong += deflateEnd(&c) != Z_OK || inflateEnd(&d) != Z_OK;
    }
    free(out), free(back);
    return (void *)wrong;
}

static void threads(int n) {
    pthread_t t[8];
    for (long i = 0; i < n; i++) pthread_create(&t[i], 0, thread, (void *)i);
    for (int i = 0; i < n; i++) {
        void *wrong;
        pthread_join(t[i], &wrong);
        printf("thread %d: %ld wrong\n", i, (long)wrong);
    }
}

static void until_it_fails(void) {
    z_stream z = {0};
    deflateInit(&z, 6);
    printf("ready\n");
    int s = Z_OK;
    while (s == Z_OK) {
        begin(&z, text, SIZE, packed, sizeof packed);
        s = deflate(&z, Z_SYNC_FLUSH);
    }
    printf("deflate: %s\n", status(s));
    printf("deflateEnd: %s\n", status(deflateEnd(&z)));
    printf("inflateInit: %s\n", status(inflateInit(&z)));
    uLong len = sizeof packed;
    printf("compress: %s\n", status(compress(packed, &len, text, SIZE)));
    printf("sums: %08lx %08lx, version %s\n", crc32(0, text, SIZE), adler32(1, text, SIZE), zlibVersion());
    printf("still here\n");
}

static void family(void) {
    z_stream z = {0};
    deflateInit(&z, 6);
    begin(&z, text, SIZE, packed, sizeof packed);
    z.avail_in = 100000;
    deflate(&z, Z_NO_FLUSH);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        threads(2);
        fflush(stdout);
        _exit(0);
    }
    int ended;
    waitpid(child, &ended, 0);
    z.avail_in += 200000 - z.avail_in;
    show("the parent's", deflate(&z, Z_FINISH), &z);
    printf("child %d, parent %s\n", ended, status(deflateEnd(&z)));
}

int main(int argc, char **argv) {
    setvbuf(stdout, 0, _IOLBF, 0);
    fill();
    if (argc > 1 && !strcmp(argv[1], "wait")) until_it_fails();
    else if (argc > 1 && !strcmp(argv[1], "fork")) family();
    else {
        decompressing(compressing());
        copies();
        early_ends();
        at_once();
        backwards();
        sums();
        threads(4);
    }
}
