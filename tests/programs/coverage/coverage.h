/* A conformance program for an OpenCL 3.0 implementation: it calls every function that it can make deterministic and prints what
 * came of it. Two implementations are the same if their transcripts are the same; nothing in a transcript is an address, a time or
 * a number of processes. Each file covers one kind of object. */
#ifndef AVA_TESTS_COVERAGE_H
#define AVA_TESTS_COVERAGE_H

#include "../transcript.h"

/* What every section works on. */
struct fixture {
    cl_platform_id platform;
    cl_device_id device;
    cl_context context;
    cl_command_queue queue;  /* in order, profiling */
    cl_program program;      /* kernels.cl, built */
};

/* The source of the fixture's program; several kernels with every sort of argument. */
extern const char *const kernels_source;

/* A call that returns a status. */
#define SHOW(call) show_status(#call, (call))

/* For calls that return an object and a status: prints the status and whether there is an object. */
void show_object(const char *text, const void *object, cl_int status);
#define SHOW_NEW(object, status, call) do { (status) = 0x7fff; (object) = (call); show_object(#call, (object), (status)); } while (0)

/* How to print the bytes of a query's answer. */
enum info { TEXT, U32, U64, SIZE, OBJECT, BYTES, NOTHING };

void show_info(const char *text, enum info kind, cl_int size_status, size_t size, cl_int status, const void *value, cl_int small_status);

/* Queries an object's parameter the way programs do: for the size, then for the value, then with room for one byte too few. */
#define INFO(function, object, parameter, kind) INFO_NAMED(#function " " #parameter, function, object, parameter, kind)
#define INFO_NAMED(name, function, object, parameter, kind)                                            \
    do {                                                                                               \
        size_t size_ = 0;                                                                              \
        static unsigned char value_[65536];                                                            \
        cl_int size_status_ = function((object), (parameter), 0, NULL, &size_);                        \
        cl_int status_ = CL_SUCCESS, small_status_ = CL_SUCCESS;                                       \
        if (size_status_ == CL_SUCCESS && size_ > 0 && size_ <= sizeof value_) {                       \
            status_ = function((object), (parameter), size_, value_, NULL);                            \
            small_status_ = function((object), (parameter), size_ - 1, value_ + 32768, NULL);          \
        }                                                                                              \
        show_info((name), (kind), size_status_, size_, status_, value_, small_status_); \
    } while (0)

/* Queries the same with a second key: build info, argument info, work-group info. */
#define INFO2(function, object, key, parameter, kind)                                                  \
    do {                                                                                               \
        size_t size_ = 0;                                                                              \
        static unsigned char value_[65536];                                                            \
        cl_int size_status_ = function((object), (key), (parameter), 0, NULL, &size_);                 \
        cl_int status_ = CL_SUCCESS, small_status_ = CL_SUCCESS;                                       \
        if (size_status_ == CL_SUCCESS && size_ > 0 && size_ <= sizeof value_) {                       \
            status_ = function((object), (key), (parameter), size_, value_, NULL);                     \
            small_status_ = function((object), (key), (parameter), size_ - 1, value_ + 32768, NULL);   \
        }                                                                                              \
        show_info(#function " " #key " " #parameter, (kind), size_status_, size_, status_, value_, small_status_); \
    } while (0)

/* Retain adds one to the count that the object reports, release takes it away. The count itself is the implementation's own. */
#define COUNTS(info, parameter, retain, release, object)                                               \
    do {                                                                                               \
        cl_uint before_ = 0, held_ = 0, after_ = 0;                                                    \
        MUST(info((object), (parameter), sizeof before_, &before_, NULL));                             \
        MUST(retain(object));                                                                          \
        MUST(info((object), (parameter), sizeof held_, &held_, NULL));                                 \
        MUST(release(object));                                                                         \
        MUST(info((object), (parameter), sizeof after_, &after_, NULL));                               \
        printf(#retain ": counts %+d, " #release ": counts %+d, positive: %d\n", (int)(held_ - before_), \
               (int)(after_ - held_), before_ > 0);                                                    \
    } while (0)

/* The names of the vendors' platforms, for calls that a vendor's own library does not survive. Each such place says what happens. */
#define POCL "Portable Computing Language"
#define RUSTICL "rusticl"
#define OCLGRIND "Oclgrind"
/* Whether the platform has this name: what a vendor's library crashes on is left out for it. */
int vendor_is(const struct fixture *f, const char *platform_name);

/* Runs `kernel` over `n` items of the fixture's queue and waits. */
void run_1d(const struct fixture *f, cl_kernel kernel, size_t n);

void cover_platforms(struct fixture *f);
void cover_devices(struct fixture *f);
void cover_contexts(struct fixture *f);
void cover_queues(struct fixture *f);
void cover_buffers(struct fixture *f);
void cover_rects(struct fixture *f);
void cover_maps(struct fixture *f);
void cover_images(struct fixture *f);
void cover_image_maps(struct fixture *f);
void cover_image_views(struct fixture *f);
void cover_image_kernels(struct fixture *f);
void cover_image_mistakes(struct fixture *f);
void cover_samplers(struct fixture *f);
void cover_programs(struct fixture *f);
void cover_separate_compilation(struct fixture *f);
void cover_kernels(struct fixture *f);
void cover_ranges(struct fixture *f);
void cover_events(struct fixture *f);
void cover_user_events(struct fixture *f);
void cover_out_of_order(struct fixture *f);
void cover_several_queues(struct fixture *f);
void cover_times(struct fixture *f);
void cover_reads_in_flight(struct fixture *f);
void cover_event_callbacks(struct fixture *f);
void cover_destructors(struct fixture *f);
void cover_context_destructors(struct fixture *f);
void cover_build_callbacks(struct fixture *f);
void cover_context_callbacks(struct fixture *f);
void cover_printf(struct fixture *f);
void cover_extensions(struct fixture *f);
void cover_command_buffers(struct fixture *f);
void cover_content_sizes(struct fixture *f);
void cover_native_kernels(struct fixture *f);
void cover_large_transfers(struct fixture *f);
void cover_large_buffers(struct fixture *f);
void cover_null_objects(struct fixture *f);
void cover_svm(struct fixture *f);
void cover_svm_fine_grained(struct fixture *f);

/* Garbage and stale handles. A vendor's library may crash on them; through AvA each is the API's own error. */
int hostile(struct fixture *f);

#endif
