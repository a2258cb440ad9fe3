/* A serial barcode scanner: one code, one line of text. Scanners in keyboard
 * mode cannot carry Chinese and are not served here.
 *
 * Blocking with a descriptor that cancels it; one thread per scanner. What a
 * code means is the visit's business; the content is never logged. */
#ifndef DEVICES_SCANNER_H
#define DEVICES_SCANNER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct scanner;

enum { SCANNER_LINE_MAX = 512, SCANNER_TEXT_SIZE = 1024 };

enum scan {
    SCAN_NONE,      /* nothing in time */
    SCAN_TEXT,      /* text is filled, UTF-8 */
    SCAN_FAILED,    /* ERR_RETRY: too long, or neither UTF-8 nor GB18030 */
    SCAN_CANCELLED, /* cancel_fd became readable */
    SCAN_GONE,      /* ERR_OFFLINE: not there; a later poll opens it again */
};

/* "serial:/dev/ttyACM0:115200". NULL only for a spec nobody understands. */
struct scanner *scanner_open(const char *spec, struct err *err);
void scanner_close(struct scanner *scanner); /* NULL is fine */

/* cancel_fd: -1 for none. A line cut by the time limit goes on in the next call. */
enum scan scanner_poll(struct scanner *scanner, char text[SCANNER_TEXT_SIZE],
                       int timeout_ms, int cancel_fd, struct err *err);

/* A scanned line as UTF-8: as it is when valid, else decoded from GB18030. False
 * when it is neither, empty, holds control characters or does not fit. */
bool scanner_decode(const char *line, size_t len, char text[SCANNER_TEXT_SIZE]);

#endif
