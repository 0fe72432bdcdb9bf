/* An invented API with what real ones have: everything that `ava-spec init` can tell, and most of what it cannot. */
#ifndef TOY_H
#define TOY_H

#include <stddef.h>
#include <stdint.h>

#define TOY_VERSION "2.1"

typedef enum toy_status {
    TOY_SUCCESS = 0,
    TOY_INVALID_DEVICE = 1,
    TOY_INVALID_HANDLE = 2,
    TOY_INVALID_QUEUE_LIST = 3,
    TOY_GONE = 4
} toy_status;

typedef struct toy_device_s *toy_device;
typedef struct toy_queue_s *toy_queue;
typedef struct toy_image toy_image;
typedef void *toy_address;

typedef struct { uint32_t width, height; } toy_extent;
typedef struct { const char *title; toy_extent extent; } toy_window;

typedef void (*toy_notify)(toy_queue queue, toy_status status, void *user_data);

/* Objects, counted and not. */
toy_status toyGetDevices(uint32_t num_entries, toy_device *devices, uint32_t *num_devices);
toy_status toyGetDeviceInfo(toy_device device, int param, size_t value_size, void *value, size_t *value_size_ret);
toy_queue toyCreateQueue(toy_device device, const char *label, toy_status *errcode_ret);
toy_status toyRetainQueue(toy_queue queue);
toy_status toyReleaseQueue(toy_queue queue);
toy_status toyRetainQueueEXT(toy_queue queue);
toy_device toyGetQueueDevice(toy_queue queue);
toy_status toyOpenDevice(const char *path, toy_device *device);
toy_status toyCloseDevice(toy_device device);
toy_image *toyImageCreate(const toy_extent *extent);
void toyImageDestroy(toy_image *image);
uint32_t toyImageWidth(const toy_image *image);
toy_queue toyQueueFor(const char *name);

/* Buffers. */
toy_status toyWrite(toy_queue queue, size_t size, const void *data);
toy_status toyEnqueueRead(toy_queue queue, size_t size, void *data);
toy_status toyScale(toy_queue queue, float *values, int numValues, const float *factors, int factorsLen);
toy_status toySum(toy_queue queue, const double *terms, uint32_t n_terms, double *result);
toy_status toyWait(uint32_t num_queues, const toy_queue *queue_list);
toy_status toyPack(uint8_t *dest, size_t *destLen, const uint8_t *source, size_t sourceLen);
toy_status toyGrid(toy_queue queue, uint32_t work_dim, const size_t *work_size);
toy_status toyCompile(toy_queue queue, uint32_t count, const char **sources, const size_t *lengths);
toy_status toySetExtent(toy_queue queue, const toy_extent *extent);
toy_status toyGetExtent(toy_queue queue, toy_extent *extent);
toy_status toyFitExtent(toy_queue queue, toy_extent *extent);

/* Callbacks. */
toy_status toyOnIdle(toy_queue queue, toy_notify notify, void *user_data);

/* What names do not tell. */
toy_status toyShow(const toy_window *window);
toy_status toySort(toy_queue queue, int *keys);
toy_status toyTouch(toy_queue queue, void *memory);
toy_status toyColour(toy_queue queue, const float *colour);
size_t toyFileWrite(const void *buffer, size_t size, size_t nitems, toy_queue queue);
const char *toyErrorName(toy_status status);
int toyLog(const char *format, ...);
toy_window toyDefaultWindow(void);

#endif
