/* A line to a device: bytes out, bytes in, with a time limit on both. A serial
 * port, a USB printer and a network printer look alike from here on; tests put
 * their own operations behind the same struct.
 *
 * A stream belongs to one thread and never raises SIGPIPE. It knows nothing of
 * what the bytes mean, and does not reopen itself: a reader or printer does. */
#ifndef DEVICES_STREAM_H
#define DEVICES_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct byte_stream;

enum { STREAM_GONE = -1, STREAM_CANCELLED = -2 };

struct byte_stream_ops {
    /* Bytes read, 0 when nothing came in time, STREAM_GONE when the device has
     * left, STREAM_CANCELLED when cancel_fd (-1: none) became readable. */
    int (*read)(struct byte_stream *s, void *data, size_t size, int timeout_ms,
                int cancel_fd);
    /* All of it or false: ERR_OFFLINE when the device has left or takes no more. */
    bool (*write)(struct byte_stream *s, const void *data, size_t len,
                  int timeout_ms, struct err *err);
    void (*close)(struct byte_stream *s);
};

struct byte_stream {
    const struct byte_stream_ops *ops;
};

/* "serial:/dev/ttyUSB0:115200" (the speed may be left out), "usb:/dev/usb/lp0"
 * or "tcp:host:port". A spec that cannot be understood is ERR_BROKEN, a device
 * that is not there ERR_OFFLINE. */
struct byte_stream *stream_open(const char *spec, struct err *err);
/* Only whether stream_open would understand it; touches no device. */
bool stream_spec_valid(const char *spec, struct err *err);

int stream_read(struct byte_stream *s, void *data, size_t size, int timeout_ms);
int stream_read_cancel(struct byte_stream *s, void *data, size_t size,
                       int timeout_ms, int cancel_fd);
bool stream_write(struct byte_stream *s, const void *data, size_t len,
                  int timeout_ms, struct err *err);
void stream_close(struct byte_stream *s); /* NULL is fine */

#endif
