/* demo: the C API of an invented accelerator, whose functions together need everything that AvA's specification language can say.
 *
 * What holds unless a comment says otherwise:
 *
 * - A function that returns dm_status returns DM_OK, or an error and has had no effect: outputs are written only on success.
 *   A pointer that "may be NULL" may be; any other NULL is DM_ERROR_INVALID_VALUE. A handle that is NULL or no live object of its
 *   type is the error of its type, DM_ERROR_INVALID_STREAM and so on. Handles are checked before other arguments, in the order of
 *   the parameters.
 * - Memory passed to a function is in use until the function returns and no longer. "In flight" says that a command uses it until
 *   that command is complete; the application must not change what a command reads, nor look at what it writes, before then.
 * - Every function may be called from every thread.
 * - Callbacks may call every function of this API. Only a callback that a stream's own thread makes may not wait for that stream. */
#ifndef DEMO_DEMO_H
#define DEMO_DEMO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Statuses ---- */

typedef int32_t dm_status;

enum {
    DM_OK = 0,
    DM_NOT_READY = 1, /* not an error: dmLastError does not remember it */
    DM_ERROR_LOST = -1,        /* the device is gone; never returned by this library itself */
    DM_ERROR_REFUSED = -2,     /* a policy forbids it; never returned by this library itself */
    DM_ERROR_UNSUPPORTED = -3,
    DM_ERROR_INVALID_VALUE = -4,
    DM_ERROR_INVALID_DEVICE = -5,
    DM_ERROR_INVALID_STREAM = -6,
    DM_ERROR_INVALID_BUFFER = -7,
    DM_ERROR_INVALID_MODULE = -8,
    DM_ERROR_INVALID_KERNEL = -9,
    DM_ERROR_INVALID_EVENT = -10,
    DM_ERROR_INVALID_WAIT_LIST = -11, /* a list of events holds something that is not an event */
    DM_ERROR_OUT_OF_MEMORY = -12,
    DM_ERROR_NOT_FOUND = -13,
    DM_ERROR_BUILD_FAILED = -14,
    DM_ERROR_COMMAND_FAILED = -15, /* a command that had been accepted failed when it ran */
    DM_ERROR_BUSY = -16,
    DM_ERROR_CANCELLED = -17       /* a callback asked to stop */
};

/* ---- Handles ---- */

typedef struct dm_device_object *dm_device; /* exists before the program; never made nor freed */
typedef struct dm_stream_object *dm_stream; /* counted: dmRetainStream, dmReleaseStream */
typedef struct dm_buffer_object *dm_buffer; /* counted: dmRetainBuffer, dmReleaseBuffer */
typedef struct dm_event_object *dm_event;   /* counted: dmRetainEvent, dmReleaseEvent */
typedef struct dm_module_object *dm_module; /* freed by dmDestroyModule */
typedef struct dm_kernel_object *dm_kernel; /* freed by dmReleaseKernel */

/* A number with a meaning only for the library; not an address that may be read. */
typedef const void *dm_mark;

/* ---- The library ---- */

#define DM_VERSION 0x00020000u

/* DM_VERSION of the library. */
uint32_t dmVersion(void);

/* The status of the last call of the calling thread that failed; DM_OK if none did. A call that succeeds does not clear it, and
 * functions that return no status set it, too, except dmErrorString, dmOpen, dmReadFile and dmClose. Failures of commands do not count. */
dm_status dmLastError(void);

/* A static string owned by the library, or NULL for a value that is no status. */
const char *dmErrorString(dm_status status);

/* Like open(2), for the library's own read-only files: "/demo/readme" (18 bytes) and "/demo/empty". path: input, zero-terminated.
 * Returns a number greater than 0, or -1 with errno: EFAULT if path is NULL, ENOENT, EMFILE if four files are open. Numbers are the
 * lowest that are free. */
int dmOpen(const char *path);

/* Like read(2). buffer: output of up to size bytes, of which as many are written as the function returns; the rest is untouched.
 * Returns 0 at the end, or -1 with errno: EBADF, or EFAULT if buffer is NULL and size is not 0. */
int64_t dmReadFile(int file, void *buffer, size_t size);

/* Returns 0, or -1 with errno EBADF. */
int dmClose(int file);

/* ---- Devices: "Abacus" (64 MiB), "Abacus, left half" (32 MiB, a part of the first), "Slide rule" (16 MiB) ---- */

/* devices: output of `capacity` handles, of which min(capacity, *count) are written; may be NULL if capacity is 0. count: output, may
 * be NULL: how many devices there are, whatever the capacity. One of the two must be given. */
dm_status dmGetDevices(uint32_t capacity, dm_device *devices, uint32_t *count);

/* value: output of `size` bytes, may be NULL: the name and its zero; DM_ERROR_INVALID_VALUE if size is too small. size_ret: output, may
 * be NULL: bytes of the name with its zero; only they are written to value. */
dm_status dmDeviceName(dm_device device, size_t size, char *value, size_t *size_ret);

typedef struct dm_device_info {
    char name[32];      /* zero-terminated, padded with zeros */
    uint64_t memory;    /* bytes */
    dm_device parent;   /* the device that this is a part of, or NULL */
    const char *vendor; /* a static string owned by the library; NULL if not known */
} dm_device_info;

/* info: output, one struct. */
dm_status dmDeviceInfo(dm_device device, dm_device_info *info);

/* Sets the calling thread's current device. device may be NULL: none, as in a new thread. */
dm_status dmSetCurrent(dm_device device);

/* The calling thread's current device, or NULL. The same handle that dmGetDevices gives. */
dm_device dmGetCurrent(void);

/* ---- Streams: each runs its commands in order, in a thread of its own ---- */

enum {
    DM_STREAM_DEVICE = 1, /* value: a dm_device. Without it: the thread's current device, or the first */
    DM_STREAM_PRIORITY = 2 /* value: a number from -2 to 2. Without it: 0 */
};

/* properties: input, may be NULL: pairs of a key and a value, up to a key of 0 (which has no value). stream: output, a new object. An
 * unknown key or number is DM_ERROR_INVALID_VALUE, a bad device DM_ERROR_INVALID_DEVICE. */
dm_status dmCreateStream(const intptr_t *properties, dm_stream *stream);
dm_status dmRetainStream(dm_stream stream);

/* After the last release, commands that were enqueued still run. It may wait for them, or not. A stream that is paused is resumed. */
dm_status dmReleaseStream(dm_stream stream);

/* Waits for all commands of the stream. DM_ERROR_COMMAND_FAILED if one failed since the last finish; all are over even so. What dmAttach
 * attached is detached in either case. */
dm_status dmStreamFinish(dm_stream stream);

/* DM_OK if all commands are complete, else DM_NOT_READY. Does not wait. */
dm_status dmStreamQuery(dm_stream stream);

/* Until dmStreamResume, no further command of the stream begins. Both take effect at once. Pausing twice is as pausing once. */
dm_status dmStreamPause(dm_stream stream);
dm_status dmStreamResume(dm_stream stream);

/* Later commands of the stream begin after the events are complete, failed or not. events: input of n handles. n must not be 0. An
 * event that is not one is DM_ERROR_INVALID_WAIT_LIST. Does not wait itself. */
dm_status dmStreamWaitEvents(dm_stream stream, uint32_t n, const dm_event *events);

/* A mark behind what is in the stream now; NULL if the stream is invalid. Never freed. */
dm_mark dmStreamMark(dm_stream stream);

/* Whether the commands before the mark are complete: 1 or 0. mark: from dmStreamMark, and its stream still lives; else
 * DM_ERROR_INVALID_VALUE. reached: output. */
dm_status dmMarkReached(dm_mark mark, uint32_t *reached);

/* Since version 2 of the library (symbol version DEMO_2.0; all others are DEMO_1.0). priority: output. */
dm_status dmStreamPriority(dm_stream stream, int32_t *priority);

enum {
    DM_PROPERTY_LIMIT = 1,  /* value: a number; 0 at first */
    DM_PROPERTY_SCRATCH = 2 /* value: a dm_buffer, which the stream retains until the next value, or 0 for none (as at first) */
};

/* value: a number or a handle, as the key says. */
dm_status dmSetProperty(dm_stream stream, uint32_t key, uintptr_t value);

/* value: output. A handle is the application's own and is not retained for the caller. */
dm_status dmGetProperty(dm_stream stream, uint32_t key, uintptr_t *value);

/* ---- Buffers ---- */

enum {
    DM_BUFFER_INIT = 1 /* begins with the bytes at `init`; otherwise with zeros, and init is not looked at */
};

/* Returns a new object, or NULL. init: input of `size` bytes if flags has DM_BUFFER_INIT. status: output, may be NULL; written always,
 * whether the call succeeds or not. DM_ERROR_INVALID_VALUE for a size of 0 or other flags; DM_ERROR_OUT_OF_MEMORY if the device's
 * buffers would exceed its memory. */
dm_buffer dmCreateBuffer(dm_device device, uint32_t flags, size_t size, const void *init, dm_status *status);
dm_status dmRetainBuffer(dm_buffer buffer);

/* Commands in flight keep what they need of a buffer. */
dm_status dmReleaseBuffer(dm_buffer buffer);

/* size: output. Never changes. */
dm_status dmBufferSize(dm_buffer buffer, size_t *size);

/* ---- Commands. Each returns as soon as the command is accepted. A command that does not fit the buffer is refused with
 * DM_ERROR_INVALID_VALUE. `event`: output, may be NULL: a new object, complete when the command is. `blocking`: if not 0, the call
 * waits until the command is complete; its failure is then the call's. ---- */

/* data: input of size bytes, in flight unless blocking. size must not be 0. */
dm_status dmWrite(dm_stream stream, dm_buffer buffer, size_t offset, size_t size, const void *data, uint32_t blocking,
                  dm_event *event);

/* data: output of size bytes, in flight unless blocking. size must not be 0. */
dm_status dmRead(dm_stream stream, dm_buffer buffer, size_t offset, size_t size, void *data, uint32_t blocking, dm_event *event);

/* `height` rows of `width` bytes each. Row y is at offset + y * pitch in the buffer, and at data + y * data_pitch. data: input of the
 * rows, (height - 1) * data_pitch + width bytes; what lies between the rows is not read. In flight unless blocking. A pitch is at
 * least the width; neither width nor height is 0. */
dm_status dmWrite2D(dm_stream stream, dm_buffer buffer, size_t offset, size_t pitch, size_t width, size_t height, const void *data,
                    size_t data_pitch, uint32_t blocking, dm_event *event);

/* As dmWrite2D, but data is an output: what lies between the rows is not written. */
dm_status dmRead2D(dm_stream stream, dm_buffer buffer, size_t offset, size_t pitch, size_t width, size_t height, void *data,
                   size_t data_pitch, uint32_t blocking, dm_event *event);

/* Repeats the pattern from offset on. pattern: input of pattern_size bytes (1, 2, 4, 8 or 16), copied before the call returns. size: a
 * multiple of pattern_size that is not 0. */
dm_status dmFill(dm_stream stream, dm_buffer buffer, const void *pattern, size_t pattern_size, size_t offset, size_t size,
                 dm_event *event);

/* ---- Events ---- */

enum {
    DM_EVENT_COMPLETE = 0,
    DM_EVENT_PENDING = 1 /* negative: the dm_status with which the command failed */
};

dm_status dmRetainEvent(dm_event event);
dm_status dmReleaseEvent(dm_event event);

/* Waits for the events. events: input of n handles; n must not be 0. An event that is not one is DM_ERROR_INVALID_WAIT_LIST. Returns
 * DM_ERROR_COMMAND_FAILED if a command failed; all are over even so. */
dm_status dmWaitEvents(uint32_t n, const dm_event *events);

/* state: output: DM_EVENT_COMPLETE, DM_EVENT_PENDING or a negative status. Does not wait. */
dm_status dmEventStatus(dm_event event, int32_t *state);

/* ns: output: how long the command ran, in nanoseconds of the device; at least 1. DM_NOT_READY while it is pending. */
dm_status dmEventTime(dm_event event, uint64_t *ns);

/* ---- The application's memory ---- */

/* Lends the stream size bytes (not 0) at data, which must not change until dmStreamFinish (or the stream's end) detaches them. data: an
 * input that stays in use until then. */
dm_status dmAttach(dm_stream stream, const void *data, size_t size);

/* A command: the sum of all bytes attached so far, read when it runs, is written as a uint64_t to the beginning of the buffer. */
dm_status dmSumAttached(dm_stream stream, dm_buffer buffer, dm_event *event);

/* The library keeps the address; the memory stays in use, and must not change, until dmUnregisterMemory. memory: an input of size
 * bytes (not 0) with that lifetime. DM_ERROR_BUSY if the address is registered. */
dm_status dmRegisterMemory(const void *memory, size_t size);

/* memory: an address that was passed to dmRegisterMemory and is not looked at; else DM_ERROR_NOT_FOUND. */
dm_status dmUnregisterMemory(const void *memory);

/* The sum of the registered bytes. memory: as for dmUnregisterMemory; the library reads what was registered. sum: output. */
dm_status dmSumRegistered(const void *memory, uint64_t *sum);

/* Notes a number for an address. address: any value but NULL, never dereferenced. A tag of 0 forgets it. */
dm_status dmTag(const void *address, uint32_t tag);

/* tag: output. DM_ERROR_NOT_FOUND if there is none. */
dm_status dmTagOf(const void *address, uint32_t *tag);

/* Memory that commands and the application both read and write, without a copy. Returns zeroed memory, or NULL: for a size of 0
 * (DM_ERROR_INVALID_VALUE), or of more than 64 MiB (DM_ERROR_OUT_OF_MEMORY). Freed by dmFreeHost. */
void *dmAllocHost(size_t size);

/* memory: from dmAllocHost, else DM_ERROR_NOT_FOUND. No command may be using it. */
dm_status dmFreeHost(void *memory);

/* Lets commands use size bytes (at most 64 MiB, not 0) of the application's own memory as if dmAllocHost had returned it.
 * DM_ERROR_BUSY if it overlaps what commands may use already. */
dm_status dmRegisterHost(void *memory, size_t size);

/* memory: as it was passed to dmRegisterHost, else DM_ERROR_NOT_FOUND. No command may be using it. */
dm_status dmUnregisterHost(void *memory);

/* Commands on n bytes (not 0) at memory, which must lie in one piece of dmAllocHost or dmRegisterHost (else DM_ERROR_NOT_FOUND). They see what the
 * application wrote before the call, and it sees what they wrote once they are complete. */

/* Writes `value` to each byte. */
dm_status dmFillHost(dm_stream stream, void *memory, size_t n, uint8_t value, dm_event *event);

/* sum: output of one uint64_t, in flight. */
dm_status dmSumHost(dm_stream stream, const void *memory, size_t n, uint64_t *sum, dm_event *event);

/* ---- Memory of the library ---- */

typedef struct dm_report_line {
    char *key; /* zero-terminated */
    uint64_t value;
} dm_report_line;

typedef struct dm_report {
    char *title;          /* zero-terminated */
    dm_device device;     /* that it is about */
    uint32_t line_count;
    uint32_t sample_count; /* may be 0 */
    dm_report_line *lines; /* line_count of them */
    double *samples;       /* sample_count of them; NULL if there are none */
} dm_report;

/* report: output: a pointer to memory of the library, which the application may read and change in place, and frees by dmFreeReport. */
dm_status dmReport(dm_device device, dm_report **report);

/* report: frees it with all that it contains. NULL is allowed. Only for what dmReport returned; else DM_ERROR_NOT_FOUND. */
dm_status dmFreeReport(dm_report *report);

/* The kernels that the device knows. names: output: a list of *count zero-terminated strings, memory of the library freed by
 * dmFreeNames. count: output. */
dm_status dmKernelNames(dm_device device, char ***names, uint32_t *count);

/* Frees a list and its strings. Only for what dmKernelNames returned; else DM_ERROR_NOT_FOUND. */
dm_status dmFreeNames(char **names);

/* ---- Modules and kernels ----
 *
 * A source is a list of names of kernels, separated by white space. Elements are int64_t, where nothing else is said.
 *
 *   add(BUFFER a, BUFFER b, BUFFER out)    out[i] = a[i] + b[i]
 *   fill(BUFFER out, INT value)            out[i] = value + i
 *   divide(BUFFER values, INT by)          fails when it runs if `by` is 0
 *   scale(BUFFER values, FLOAT by)         values are doubles
 *   concat(BUFFER out, TEXT a, BYTES b)    the bytes of both and a zero; fails when it runs if they do not fit
 */

/* sources: input of n strings (n is not 0). lengths: input of n numbers, may be NULL: the bytes of each source; a source whose length is
 * 0, and all without lengths, end at a zero. module: output, a new object. failed: output, may be NULL: the index of the first source
 * with an unknown name, or n; written on success and with DM_ERROR_BUILD_FAILED. */
dm_status dmLoadModule(dm_device device, uint32_t n, const char *const *sources, const size_t *lengths, dm_module *module,
                       uint32_t *failed);

/* A module for the first device. names: input: zero-terminated strings, up to a NULL pointer; at least one. module: output, a new
 * object. DM_ERROR_NOT_FOUND for an unknown name. */
dm_status dmLoadNamed(const char *const *names, dm_module *module);

/* Frees the module; DM_ERROR_BUSY while it has kernels. */
dm_status dmDestroyModule(dm_module module);

/* Returns a new object, or NULL, and dmLastError says why. name: input, zero-terminated. DM_ERROR_NOT_FOUND if the module has no such
 * kernel. */
dm_kernel dmCreateKernel(dm_module module, const char *name);

/* One kernel for each name of the module, in order. kernels: output of `capacity` handles, of which *count are written, each a new
 * object; may be NULL, and nothing is made. count: output, may be NULL. DM_ERROR_INVALID_VALUE if kernels is given and the capacity is
 * too small. */
dm_status dmCreateKernels(dm_module module, uint32_t capacity, dm_kernel *kernels, uint32_t *count);

/* Frees the kernel. Launches in flight keep what they need. */
dm_status dmReleaseKernel(dm_kernel kernel);

/* count: output: how many arguments it takes. Never changes. */
dm_status dmKernelArgCount(dm_kernel kernel, uint32_t *count);

enum {
    DM_ARG_INT = 1,
    DM_ARG_FLOAT = 2,
    DM_ARG_BUFFER = 3,
    DM_ARG_TEXT = 4,
    DM_ARG_BYTES = 5
};

typedef struct dm_bytes {
    const void *data; /* size bytes; may be NULL if size is 0 */
    size_t size;
} dm_bytes;

typedef union dm_arg_value {
    int64_t i;        /* DM_ARG_INT */
    double f;         /* DM_ARG_FLOAT */
    dm_buffer buffer; /* DM_ARG_BUFFER */
    const char *text; /* DM_ARG_TEXT: zero-terminated */
    dm_bytes bytes;   /* DM_ARG_BYTES */
} dm_arg_value;

typedef struct dm_arg {
    uint32_t kind; /* which member of value is set */
    dm_arg_value value;
} dm_arg;

/* A command. args: input of n structs, with all that they point to copied before the call returns; may be NULL if n is 0. Their number
 * and kinds must be the kernel's. */
dm_status dmLaunch(dm_stream stream, dm_kernel kernel, uint32_t n, const dm_arg *args, dm_event *event);

/* ---- Structs ---- */

typedef struct dm_range {
    uint32_t first;
    uint32_t last;
} dm_range;

typedef struct dm_limits {
    uint64_t memory;
    uint32_t streams;
    const char *owner; /* zero-terminated; may be NULL */
} dm_limits;

enum {
    DM_EXTENSION_COLOR = 1,  /* the struct is a dm_extension_color, and so on */
    DM_EXTENSION_LABEL = 2,
    DM_EXTENSION_TABLE = 3,
    DM_EXTENSION_DEVICE = 4
};

/* How each extension begins; next is NULL in the last. */
typedef struct dm_extension {
    uint32_t kind;
    const struct dm_extension *next;
} dm_extension;

typedef struct dm_extension_color {
    dm_extension base;
    uint8_t rgb[3];
} dm_extension_color;

typedef struct dm_extension_label {
    dm_extension base;
    const char *label; /* zero-terminated */
} dm_extension_label;

typedef struct dm_extension_table {
    dm_extension base;
    uint32_t count;
    const uint16_t *entries; /* count of them; may be NULL if count is 0 */
} dm_extension_table;

typedef struct dm_extension_device {
    dm_extension base;
    dm_device device; /* not NULL */
} dm_extension_device;

typedef void (*dm_progress_fn)(uint32_t percent, void *user);

typedef struct dm_config {
    size_t size;                /* sizeof(dm_config); else DM_ERROR_INVALID_VALUE */
    uint32_t flags;
    const char *name;           /* zero-terminated; may be NULL */
    const dm_limits *limits;    /* one struct; may be NULL */
    dm_range windows[2];
    uint32_t range_count;
    const dm_range *ranges;     /* range_count structs; may be NULL if range_count is 0 */
    const dm_extension *next;   /* a list of extensions; may be NULL; an unknown kind is DM_ERROR_UNSUPPORTED */
    dm_progress_fn progress;    /* may be NULL; called with 0, 50 and 100 during the call, in its thread; not if the call fails */
    void *user;                 /* passed to progress */
} dm_config;

/* config: input, with all that it points to. */
dm_status dmConfigure(const dm_config *config);

/* What the last dmConfigure of the process was given, as text. text: output of `size` bytes, may be NULL: the text and its zero;
 * DM_ERROR_INVALID_VALUE if size is too small. size_ret: output, may be NULL: bytes of the text with its zero; only they are written to
 * text. DM_ERROR_NOT_FOUND if nothing was configured. */
dm_status dmDescribeConfig(size_t size, char *text, size_t *size_ret);

typedef struct dm_node {
    int64_t value;
    struct dm_node *left;  /* may be NULL */
    struct dm_node *right; /* may be NULL */
} dm_node;

/* root: input, a tree; may be NULL, whose sum is 0. sum: output. */
dm_status dmTreeSum(const dm_node *root, int64_t *sum);

/* Negates the value of each node in place, and changes no pointer. root: in and out, a tree; may be NULL. */
dm_status dmTreeNegate(dm_node *root);

enum {
    DM_TYPE_INT32 = 1,
    DM_TYPE_INT64 = 2,
    DM_TYPE_FLOAT = 3,
    DM_TYPE_DOUBLE = 4
};

/* data: input of `count` elements of the type that `type` says; may be NULL if count is 0. sum: output. */
dm_status dmCast(uint32_t type, const void *data, uint32_t count, double *sum);

/* Squares n values in place. values: in and out; may be NULL if n is 0. DM_ERROR_INVALID_VALUE if one is negative; then none changes. */
dm_status dmTransform(double *values, size_t n);

/* ---- Callbacks. None may be NULL unless said. `user` is passed on and never looked at. "Synchronously": only during the call, in the
 * thread that made it. What a callback's pointers point to is valid only until the callback returns. ---- */

/* Returns 0 to go on. */
typedef int (*dm_visit_fn)(int64_t value, void *user);

/* Synchronously, once for each whole int64_t of the buffer, in order. DM_ERROR_CANCELLED when the visitor returned something other than
 * 0; it is not called again. Waits for no command. */
dm_status dmForEach(dm_buffer buffer, dm_visit_fn visit, void *user);

/* Negative, 0 or positive, as for qsort. */
typedef int (*dm_compare_fn)(int64_t a, int64_t b);

/* Sorts n values in place; equal ones keep their order. values: in and out; may be NULL if n is 0. Synchronously, as often as needed. */
dm_status dmSort(int64_t *values, size_t n, dm_compare_fn compare);

/* value: written by the callback, unless it returns 0, which ends the pipeline. */
typedef int (*dm_produce_fn)(int64_t *value, void *user);

/* Returns 0 to go on. */
typedef int (*dm_consume_fn)(int64_t value, void *user);

/* Passes what `produce` makes to `consume`, one value after the other, synchronously, both with `user`. count: output, may be NULL: how
 * many values were consumed; written with DM_OK and DM_ERROR_CANCELLED (consume returned something other than 0). */
dm_status dmPipeline(dm_produce_fn produce, dm_consume_fn consume, void *user, uint64_t *count);

typedef struct dm_chunk {
    uint64_t offset;
    uint32_t index;
    const char *title; /* zero-terminated */
    dm_buffer buffer;  /* that is inspected */
} dm_chunk;

/* chunk: input, one struct. data: input of size bytes. */
typedef void (*dm_inspect_fn)(const dm_chunk *chunk, const void *data, size_t size, void *user);

/* Synchronously, for each 64 bytes of the buffer (the last may be shorter), in order. Waits for no command. */
dm_status dmInspect(dm_buffer buffer, dm_inspect_fn inspect, void *user);

/* data: written by the callback: `size` bytes at most. Returns how many it wrote. */
typedef size_t (*dm_generate_fn)(uint64_t offset, void *data, size_t size, void *user);

/* Fills the buffer from its beginning, 64 bytes at a time (the last may be less), synchronously, until it is full or the callback wrote
 * less than it could. More than it could is DM_ERROR_INVALID_VALUE, and what was written before stays. written: output, may be NULL: how
 * many bytes. */
dm_status dmGenerate(dm_buffer buffer, dm_generate_fn generate, void *user, uint64_t *written);

typedef struct dm_allocator {
    void *(*alloc)(size_t size, void *user); /* may return NULL */
    void (*free)(void *memory, void *user);  /* memory: what alloc returned; not NULL */
    void *user;
} dm_allocator;

/* Takes two pieces of memory of `size` and 2 * `size` bytes and frees them in reverse order, synchronously; it does not look at
 * them. allocator: input. DM_ERROR_OUT_OF_MEMORY if alloc returned NULL; what it had returned before is freed. */
dm_status dmWithAllocator(const dm_allocator *allocator, size_t size);

/* status: DM_OK or the error of the command. */
typedef void (*dm_notify_fn)(dm_event event, dm_status status, void *user);

/* Calls notify exactly once, from the stream's thread, when the event is complete or if it is already; several notify in order. event
 * lives until notify has returned. dmStreamFinish does not return before the notifications that were asked for before the event was
 * complete have returned. */
dm_status dmOnEvent(dm_event event, dm_notify_fn notify, void *user);

/* message: input, zero-terminated. Must not call this API. */
typedef void (*dm_log_fn)(const char *message);

/* From now on, log is called with messages ("stream created", "command failed: ..") from every thread. NULL ends it; the previous one is
 * not running, and not called any more, when this returns. */
dm_status dmSetLogger(dm_log_fn log);

/* completed: how many commands of the stream are complete, this one included. */
typedef void (*dm_completed_fn)(dm_stream stream, uint64_t completed, void *user);

/* Calls `completed` from the stream's thread after each command, before its event is complete. DM_ERROR_BUSY if the stream has a
 * subscriber. It ends with dmUnsubscribe, or with the stream. */
dm_status dmSubscribe(dm_stream stream, dm_completed_fn completed, void *user);

/* When it returns the subscriber is not running (unless it is itself the caller) and not called any more. DM_ERROR_NOT_FOUND if there is
 * none. */
dm_status dmUnsubscribe(dm_stream stream);

/* ---- Tables of functions ---- */

/* Of these, dmPeek, dmPoke and dmReverse are not exported: the table or dmGetProcAddress gives them. */
typedef struct dm_table {
    dm_status (*stream_finish)(dm_stream stream);              /* dmStreamFinish */
    dm_status (*buffer_size)(dm_buffer buffer, size_t *size);  /* dmBufferSize */
    const char *(*error_string)(dm_status status);             /* dmErrorString */
    dm_status (*peek)(dm_buffer buffer, size_t index, int64_t *value); /* dmPeek */
    dm_status (*poke)(dm_buffer buffer, size_t index, int64_t value);  /* dmPoke */
} dm_table;

/* A static table owned by the library, or NULL (DM_ERROR_NOT_FOUND) for a version other than 1. */
const dm_table *dmGetTable(uint32_t version);

typedef void (*dm_function)(void);

/* The function of that name: an exported one, or dmReverse. NULL (DM_ERROR_NOT_FOUND) for any other name. name: input, zero-terminated. */
dm_function dmGetProcAddress(const char *name);

typedef dm_status (*dm_reverse_fn)(dm_buffer buffer);

#ifdef DM_EXTENSION_PROTOTYPES
/* The int64_t number `index` of a buffer. value: output. Waits for no command. */
dm_status dmPeek(dm_buffer buffer, size_t index, int64_t *value);
dm_status dmPoke(dm_buffer buffer, size_t index, int64_t value);

/* Reverses the bytes of a buffer. Waits for no command. */
dm_status dmReverse(dm_buffer buffer);
#endif

/* ---- Not for every implementation ---- */

/* fd: output. Always DM_ERROR_UNSUPPORTED in this library, whatever the buffer. */
dm_status dmExportHandle(dm_buffer buffer, int *fd);

#ifdef __cplusplus
}
#endif

#endif
