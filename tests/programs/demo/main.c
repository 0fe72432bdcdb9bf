/* Runs the sections in order. `--list` names them, and a section's name runs only that one. */
#include "program.h"

static int failures;

const char *status_name(dm_status status)
{
#define NAME(code) case code: return #code;
    switch (status) {
        NAME(DM_OK)
        NAME(DM_NOT_READY)
        NAME(DM_ERROR_LOST)
        NAME(DM_ERROR_REFUSED)
        NAME(DM_ERROR_UNSUPPORTED)
        NAME(DM_ERROR_INVALID_VALUE)
        NAME(DM_ERROR_INVALID_DEVICE)
        NAME(DM_ERROR_INVALID_STREAM)
        NAME(DM_ERROR_INVALID_BUFFER)
        NAME(DM_ERROR_INVALID_MODULE)
        NAME(DM_ERROR_INVALID_KERNEL)
        NAME(DM_ERROR_INVALID_EVENT)
        NAME(DM_ERROR_INVALID_WAIT_LIST)
        NAME(DM_ERROR_OUT_OF_MEMORY)
        NAME(DM_ERROR_NOT_FOUND)
        NAME(DM_ERROR_BUILD_FAILED)
        NAME(DM_ERROR_COMMAND_FAILED)
        NAME(DM_ERROR_BUSY)
        NAME(DM_ERROR_CANCELLED)
    default:
        return "another status";
    }
#undef NAME
}

void want(const char *text, dm_status expected, dm_status status)
{
    printf("%s = %s", text, status_name(status));
    if (status != expected) {
        failures++;
        printf(", not %s", status_name(expected));
    }
    printf("\n");
}

void yes(const char *text, int holds)
{
    failures += !holds;
    printf("%s: %s\n", text, holds ? "yes" : "no");
}

void must(const char *text, dm_status status)
{
    if (status == DM_OK)
        return;
    printf("%s = %s\nfailed\n", text, status_name(status));
    exit(1);
}

dm_buffer new_buffer(const struct fixture *f, const int64_t *values, size_t n)
{
    dm_status status;
    dm_buffer buffer = dmCreateBuffer(f->device, values ? DM_BUFFER_INIT : 0, n * sizeof *values, values, &status);
    MUST(status);
    return buffer;
}

void show(const struct fixture *f, const char *text, dm_buffer buffer, size_t n)
{
    int64_t values[64] = {0};
    MUST(dmRead(f->stream, buffer, 0, n * sizeof *values, values, 1, NULL));
    printf("%s:", text);
    for (size_t i = 0; i < n; i++)
        printf(" %lld", (long long)values[i]);
    printf("\n");
}

static const struct {
    const char *name;
    void (*run)(struct fixture *f);
} sections[] = {
    {"library", cover_library},
    {"files", cover_files},
    {"devices", cover_devices},
    {"streams", cover_streams},
    {"properties", cover_properties},
    {"marks", cover_marks},
    {"buffers", cover_buffers},
    {"transfers", cover_transfers},
    {"rows", cover_rows},
    {"in-flight", cover_in_flight},
    {"many-in-flight", cover_many_in_flight},
    {"events", cover_events},
    {"failures", cover_failures},
    {"notifications", cover_notifications},
    {"lent-memory", cover_lent_memory},
    {"host-memory", cover_host_memory},
    {"reports", cover_reports},
    {"modules", cover_modules},
    {"kernels", cover_kernels},
    {"config", cover_config},
    {"trees", cover_trees},
    {"numbers", cover_numbers},
    {"visitors", cover_visitors},
    {"pipelines", cover_pipelines},
    {"chunks", cover_chunks},
    {"allocators", cover_allocators},
    {"loggers", cover_loggers},
    {"subscribers", cover_subscribers},
    {"tables", cover_tables},
    {"thread-state", cover_thread_state},
    {"thread-order", cover_thread_order},
    {"thread-streams", cover_thread_streams},
};

int main(int argc, char **argv)
{
    const char *only = argc > 1 ? argv[1] : NULL;
    struct fixture f = {0};
    int found = 0;

    /* A crash must not take the transcript so far with it. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (only && strcmp(only, "--list") == 0) {
        for (size_t i = 0; i < COUNT(sections); i++)
            printf("%s\n", sections[i].name);
        return 0;
    }
    MUST(dmGetDevices(1, &f.device, NULL));
    MUST(dmCreateStream(NULL, &f.stream));
    for (size_t i = 0; i < COUNT(sections); i++) {
        if (only && strcmp(only, sections[i].name) != 0)
            continue;
        found = 1;
        printf("\n== %s\n", sections[i].name);
        sections[i].run(&f);
    }
    MUST(dmReleaseStream(f.stream));
    if (!found) {
        fprintf(stderr, "no section is called %s; --list names them\n", only);
        return 2;
    }
    printf("\n%s\n", failures ? "failed" : "done");
    return failures != 0;
}
