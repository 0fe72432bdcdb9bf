/* Functions by table and by name. */
#include "program.h"

void cover_tables(struct fixture *f)
{
    static const int64_t values[3] = {1, 2, 3};
    static const char *const names[] = {"dmVersion", "dmCreateStream", "dmStreamPriority", "dmGetProcAddress", "dmReverse",
                                        "dmPeek", "dmMissing", "", "printf"};
    dm_buffer buffer = new_buffer(f, values, 3);
    const dm_table *table = dmGetTable(1);
    int64_t value = 0;
    size_t size = 0;

    YES(table != NULL && table == dmGetTable(1));
    YES(dmGetTable(0) == NULL && dmGetTable(2) == NULL);
    WANT(DM_ERROR_NOT_FOUND, dmLastError());
    WANT(DM_OK, table->stream_finish(f->stream));
    WANT(DM_ERROR_INVALID_STREAM, table->stream_finish(NULL));
    WANT(DM_OK, table->buffer_size(buffer, &size));
    printf("%zu bytes\n", size);
    printf("%s\n", table->error_string(DM_ERROR_BUSY));
    YES(table->error_string(99) == NULL);
    WANT(DM_OK, table->peek(buffer, 2, &value));
    printf("value %lld\n", (long long)value);
    WANT(DM_OK, table->poke(buffer, 0, -77));
    WANT(DM_OK, table->peek(buffer, 0, &value));
    printf("value %lld\n", (long long)value);
    WANT(DM_ERROR_INVALID_VALUE, table->peek(buffer, 3, &value));
    WANT(DM_ERROR_INVALID_VALUE, table->peek(buffer, 0, NULL));
    WANT(DM_ERROR_INVALID_BUFFER, table->peek(NULL, 0, &value));
    WANT(DM_ERROR_INVALID_VALUE, table->poke(buffer, SIZE_MAX, 0));
    WANT(DM_ERROR_INVALID_BUFFER, table->poke(NULL, 0, 0));
    show(f, "poked", buffer, 3);

    for (size_t i = 0; i < COUNT(names); i++)
        printf("\"%s\": %s\n", names[i], dmGetProcAddress(names[i]) ? "there" : "not there");
    WANT(DM_ERROR_NOT_FOUND, dmLastError());
    YES(dmGetProcAddress(NULL) == NULL);
    WANT(DM_ERROR_INVALID_VALUE, dmLastError());

    uint32_t (*version)(void) = (uint32_t (*)(void))dmGetProcAddress("dmVersion");
    YES(version() == DM_VERSION);
    dm_status (*buffer_size)(dm_buffer, size_t *) = (dm_status (*)(dm_buffer, size_t *))dmGetProcAddress("dmBufferSize");
    WANT(DM_OK, buffer_size(buffer, &size));
    dm_reverse_fn reverse = (dm_reverse_fn)dmGetProcAddress("dmReverse");
    unsigned char bytes[24];
    MUST(dmFill(f->stream, buffer, "\1\2\3\4\5\6\7\10", 8, 0, 24, NULL));
    MUST(dmStreamFinish(f->stream));
    WANT(DM_OK, reverse(buffer));
    MUST(dmRead(f->stream, buffer, 0, sizeof bytes, bytes, 1, NULL));
    printf("reversed: %d %d .. %d\n", bytes[0], bytes[1], bytes[23]);
    WANT(DM_ERROR_INVALID_BUFFER, reverse(NULL));
    MUST(dmReleaseBuffer(buffer));
}
