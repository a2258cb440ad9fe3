/* Serial barcode scanners: one code a line, ended by CR or LF, UTF-8 or else
 * GB 18030. Belongs to the thread that opened it. */
#ifndef DEVICES_SCANNER_H
#define DEVICES_SCANNER_H

#include <stddef.h>

#include "base/err.h"

struct scanner;
enum { SCANNER_TEXT_MAX = 512 };

enum scan_result {
    SCAN_NOTHING,   /* the time limit passed */
    SCAN_TEXT,
    SCAN_CANCELLED, /* cancel_fd became readable */
    SCAN_GONE,      /* unplugged: close and open again */
};

struct scanner *scanner_open(const char *spec, struct err *err);
void scanner_close(struct scanner *s); /* NULL is fine */

/* timeout_ms -1: no limit. A code longer than size, or in neither encoding, is
 * dropped and the wait goes on. */
enum scan_result scanner_read(struct scanner *s, char *text, size_t size, int timeout_ms,
                              int cancel_fd, struct err *err);

#endif
