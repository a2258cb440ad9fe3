/* ESC/POS receipt printers on USB (usblp), serial lines and TCP 9100. A printer
 * belongs to the thread that opened it. "Printed" is said only when the printer
 * answered after the last byte that it is well; one that never answers a status
 * request is known as such and not believed. */
#ifndef DEVICES_PRINTER_H
#define DEVICES_PRINTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct printer;

enum printer_state {
    PRINTER_READY,
    PRINTER_LOW, /* prints, paper near its end */
    PRINTER_OUT,
    PRINTER_COVER,
    PRINTER_JAM, /* cutter or mechanical error */
    PRINTER_OFFLINE,
    PRINTER_UNKNOWN, /* takes bytes, answers nothing */
};
const char *printer_state_name(enum printer_state s); /* "ready", "out", ... */

enum print_result {
    PRINT_DONE,
    PRINT_UNCONFIRMED, /* all bytes taken by a printer that answers nothing */
    PRINT_FAILED,
};

/* NULL: ERR_OFFLINE when it is not there. */
struct printer *printer_open(const char *spec, struct err *err);
void printer_close(struct printer *p); /* NULL is fine */

enum printer_state printer_status(struct printer *p);
enum printer_state printer_last_state(const struct printer *p);

/* Status, the bytes, status again once the paper is out. */
enum print_result printer_print(struct printer *p, const void *bytes, size_t len,
                                int timeout_ms, struct err *err);

/* The state that the four DLE EOT answers (n = 1..4) describe together. */
enum printer_state printer_decode(const uint8_t answers[4]);

#endif
