/* What the OpenCL specification lists as errors of each function, provoked one by one: the transcript says which code came back,
 * whether outputs were touched, and how the objects are afterwards. An implementation's answers are its own; the same
 * implementation must give the same ones however it is reached. Nothing in a transcript is an address or a time.
 *
 * Some implementations do not survive some mistakes. Those are left out for them by name, see `enum vendor`. CONFORMANCE_LOUD in
 * the environment names every call on stderr before it is made, which shows the one that crashed. */
#ifndef AVA_TESTS_CONFORMANCE_H
#define AVA_TESTS_CONFORMANCE_H

#include "../transcript.h"

enum vendor { POCL = 1, RUSTICL = 2, OCLGRIND = 4, OTHER = 8 };

/* What every section works on. */
struct fixture {
    enum vendor vendor;
    cl_platform_id platform;
    cl_device_id device;
    cl_context context, other_context;   /* of the same device */
    cl_command_queue queue, other_queue; /* in order, profiling; the other in the other context */
    cl_program program;                  /* kernels_source, built */
    cl_event event;                      /* of a command in the queue, complete */
    cl_event other_event;                /* of a command in the other queue, complete */
};

extern const char *const kernels_source;

/* Whether the implementation is one of these. */
static inline int is(const struct fixture *f, int vendors)
{
    return (f->vendor & vendors) != 0;
}

/* Leaves a call out for implementations that it ends, and says how. */
#define SPARE(vendors, how, try)                                                                       \
    do {                                                                                               \
        if (!is(f, (vendors)))                                                                         \
            try;                                                                                       \
    } while (0)

/* Starts a part of a section: mostly a function's name. */
void part(const char *name);

/* Announces a call, for CONFORMANCE_LOUD. */
int loud(const char *text);

/* A call that returns a status. */
#define TRY(call) (loud(#call), show_status(#call, (call)))

/* What an output holds before a call. */
#define UNTOUCHED ((void *)(intptr_t)0x5e5e5e5e)
#define UNTOUCHED_STATUS 0x5e5e5e

/* A call that makes an object: `call` names `&status`. Prints the status and whether there is an object, which is released. */
#define NEW(object, call)                                                                              \
    do {                                                                                               \
        cl_int status = UNTOUCHED_STATUS;                                                              \
        loud(#call);                                                                                   \
        (object) = (call);                                                                             \
        show_object(#call, (object), status);                                                          \
        if (status != CL_SUCCESS && status != UNTOUCHED_STATUS)                                        \
            (object) = NULL;                                                                           \
    } while (0)
#define TRY_NEW(type, release, call)                                                                   \
    do {                                                                                               \
        type object_;                                                                                  \
        NEW(object_, call);                                                                            \
        if (object_)                                                                                   \
            MUST(release(object_));                                                                    \
    } while (0)
void show_object(const char *text, const void *object, cl_int status);

/* A command: `call` names `&event`. Prints the status and whether the event was touched, waits for it if there is one, and
 * prints how the command ended. */
#define COMMAND(call)                                                                                  \
    do {                                                                                               \
        cl_event event = UNTOUCHED;                                                                    \
        loud(#call);                                                                                   \
        cl_int status_ = (call);                                                                       \
        show_command(#call, status_, event);                                                           \
    } while (0)
void show_command(const char *text, cl_int status, cl_event event);

/* The wait lists that every command refuses, one by one. `COMMAND_WITH` is the command with its last but one arguments open. */
#define WAIT_LISTS(COMMAND_WITH)                                                                       \
    do {                                                                                               \
        cl_event mixed_[] = {f->event, f->other_event}, holed_[] = {f->event, NULL}, *none_ = NULL;    \
        printf("a list without a count: ");                                                            \
        COMMAND(COMMAND_WITH(0, &f->event));                                                           \
        printf("a count without a list: ");                                                            \
        SPARE(OCLGRIND, "reads through null", COMMAND(COMMAND_WITH(1, none_)));                        \
        printf("a null event: ");                                                                      \
        SPARE(OCLGRIND, "reads through null", COMMAND(COMMAND_WITH(2, holed_)));                       \
        printf("another context's event: ");                                                           \
        COMMAND(COMMAND_WITH(1, &f->other_event));                                                     \
        printf("another context's event among others: ");                                              \
        COMMAND(COMMAND_WITH(2, mixed_));                                                              \
        printf("a good list: ");                                                                       \
        COMMAND(COMMAND_WITH(1, &f->event));                                                           \
    } while (0)

/* A query: `call` names `size`, `value` and `size_ret`. It is made in every combination of them that means something; prints for
 * each what came, whether the size was reported, and whether a byte was written that should not have been. */
#define QUERY(call)                                                                                    \
    do {                                                                                               \
        struct query query_ = {0};                                                                     \
        loud(#call);                                                                                   \
        while (query_next(&query_)) {                                                                  \
            size_t size = query_.size, *size_ret = query_.size_ret;                                    \
            void *value = query_.value;                                                                \
            (void)size, (void)size_ret, (void)value;                                                   \
            query_done(&query_, (call));                                                               \
        }                                                                                              \
        show_query(#call, &query_);                                                                    \
    } while (0)
struct query {
    int step;
    size_t known, size, reported, *size_ret;
    void *value;
    unsigned char room[4096 + 64];
    char text[512];
};
int query_next(struct query *query);
void query_done(struct query *query, cl_int status);
void show_query(const char *text, const struct query *query);

/* What memory can be made with, alone and together. */
struct flag_set {
    const char *name;
    cl_mem_flags flags;
};
extern const struct flag_set flag_sets[];
extern const size_t flag_set_count;

/* Objects of the fixture's context that must come to be. */
cl_mem a_buffer(struct fixture *f, cl_mem_flags flags, size_t size);
cl_program a_program(struct fixture *f, const char *source);
cl_kernel a_kernel(struct fixture *f, const char *name);
/* A buffer's bytes, as a checksum. */
void show_bytes(struct fixture *f, const char *text, cl_mem buffer);

void conform_platforms(struct fixture *f);
void conform_devices(struct fixture *f);
void conform_sub_devices(struct fixture *f);
void conform_contexts(struct fixture *f);
void conform_queues(struct fixture *f);
void conform_buffers(struct fixture *f);
void conform_sub_buffers(struct fixture *f);
void conform_transfers(struct fixture *f);
void conform_copies(struct fixture *f);
void conform_rects(struct fixture *f);
void conform_maps(struct fixture *f);
void conform_programs(struct fixture *f);
void conform_binaries(struct fixture *f);
void conform_builds(struct fixture *f);
void conform_kernels(struct fixture *f);
void conform_arguments(struct fixture *f);
void conform_launches(struct fixture *f);
void conform_events(struct fixture *f);
void conform_failed_events(struct fixture *f);
void conform_asynchrony(struct fixture *f);
void conform_samplers(struct fixture *f);
void conform_sampler_arguments(struct fixture *f);
void conform_svm_memory(struct fixture *f);
void conform_svm_commands(struct fixture *f);
void conform_svm_arguments(struct fixture *f);
void conform_images(struct fixture *f);
void conform_image_formats(struct fixture *f);
void conform_image_infos(struct fixture *f);
void conform_image_transfers(struct fixture *f);
void conform_image_copies(struct fixture *f);
void conform_image_maps(struct fixture *f);
void conform_image_views(struct fixture *f);
void conform_pipes(struct fixture *f);
void conform_callbacks(struct fixture *f);
void conform_native_kernels(struct fixture *f);
void conform_older_functions(struct fixture *f);

#endif
