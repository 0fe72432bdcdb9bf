/* What programs share that print a transcript in sections. */
#ifndef AVA_TESTS_TRANSCRIPT_H
#define AVA_TESTS_TRANSCRIPT_H

#include "ocl.h"

/* What every section of a program works on; each program has its own. */
struct fixture;

struct section {
    const char *name;
    void (*run)(struct fixture *f);
};

/* Prints the sections' names. */
static inline void list_sections(const struct section *sections, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("%s\n", sections[i].name);
}

/* What a program exits with that has no section of the name it was given. */
enum { NO_SECTION = 2 };

/* Runs the sections in order, or the one called `only`. Returns 0, or NO_SECTION, having said so. */
static inline int run_sections(const struct section *sections, size_t count, const char *only, struct fixture *f)
{
    int found = 0;
    for (size_t i = 0; i < count; i++) {
        if (only && strcmp(only, sections[i].name) != 0)
            continue;
        found = 1;
        printf("\n== %s\n", sections[i].name);
        sections[i].run(f);
    }
    if (!found)
        fprintf(stderr, "no section is called %s; --list names them\n", only);
    return found ? 0 : NO_SECTION;
}

/* Prints `text = STATUS`, and returns the status. */
static inline cl_int show_status(const char *text, cl_int status)
{
    printf("%s = %s\n", text, status_name(status));
    return status;
}

/* Reads the first `n` ints of a buffer and prints them. */
static inline void show_ints_of(cl_command_queue queue, const char *text, cl_mem buffer, size_t n)
{
    cl_int values[256];
    REQUIRE(n <= 256);
    MUST(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, n * sizeof *values, values, 0, NULL, NULL));
    printf("%s:", text);
    for (size_t i = 0; i < n; i++)
        printf(" %d", values[i]);
    printf("\n");
}
#define show_ints(f, text, buffer, n) show_ints_of((f)->queue, (text), (buffer), (n))

/* Whether the platform has this name. */
static inline int platform_is(cl_platform_id platform, const char *name)
{
    char text[256] = "";
    MUST(clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof text, text, NULL));
    return strcmp(text, name) == 0;
}

#endif
