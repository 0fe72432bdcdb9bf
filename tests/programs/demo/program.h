/* A program that uses all of the demo API, and prints what came of it. Two implementations are the same if their transcripts are the
 * same; nothing in a transcript is an address, a time or depends on how threads interleave. It also says itself what it expects: its
 * exit status is 0 if everything was as the header promises. Each file covers one part of the header. */
#ifndef AVA_TESTS_DEMO_PROGRAM_H
#define AVA_TESTS_DEMO_PROGRAM_H

#include <demo.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What every section works on. */
struct fixture {
    dm_device device; /* the first */
    dm_stream stream;
};

/* The name of a status. */
const char *status_name(dm_status status);

/* Calls, prints `call = STATUS`, and notes if that is not the expected one. */
#define WANT(expected, call) want(#call, (expected), (call))
void want(const char *text, dm_status expected, dm_status status);

/* Prints whether the condition, which should hold, does. */
#define YES(condition) yes(#condition, (condition))
void yes(const char *text, int holds);

/* A call without which the rest makes no sense. */
#define MUST(call) must(#call, (call))
void must(const char *text, dm_status status);

/* A buffer of `n` elements with these values, or zeros. */
dm_buffer new_buffer(const struct fixture *f, const int64_t *values, size_t n);

/* Prints `n` elements of a buffer, read by the fixture's stream. */
void show(const struct fixture *f, const char *text, dm_buffer buffer, size_t n);

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Handles that no call ever returned. */
#define GARBAGE(type) ((type)(uintptr_t)0x5eed5eed)

void cover_library(struct fixture *f);
void cover_files(struct fixture *f);
void cover_devices(struct fixture *f);
void cover_streams(struct fixture *f);
void cover_properties(struct fixture *f);
void cover_marks(struct fixture *f);
void cover_buffers(struct fixture *f);
void cover_transfers(struct fixture *f);
void cover_rows(struct fixture *f);
void cover_in_flight(struct fixture *f);
void cover_many_in_flight(struct fixture *f);
void cover_events(struct fixture *f);
void cover_failures(struct fixture *f);
void cover_notifications(struct fixture *f);
void cover_lent_memory(struct fixture *f);
void cover_host_memory(struct fixture *f);
void cover_reports(struct fixture *f);
void cover_modules(struct fixture *f);
void cover_kernels(struct fixture *f);
void cover_config(struct fixture *f);
void cover_trees(struct fixture *f);
void cover_numbers(struct fixture *f);
void cover_visitors(struct fixture *f);
void cover_pipelines(struct fixture *f);
void cover_chunks(struct fixture *f);
void cover_allocators(struct fixture *f);
void cover_loggers(struct fixture *f);
void cover_subscribers(struct fixture *f);
void cover_tables(struct fixture *f);
void cover_thread_state(struct fixture *f);
void cover_thread_order(struct fixture *f);
void cover_thread_streams(struct fixture *f);

#endif
