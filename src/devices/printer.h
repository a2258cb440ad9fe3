/* A receipt printer: bytes of ESC/POS in, paper out, and the truth about whether
 * it came. Blocking, one thread per printer; the printer may be switched off and
 * on at any time and is opened anew when needed.
 *
 * Does not make the bytes (paper/) and does not print a job again by itself:
 * half a receipt and a whole one must be a person's choice. */
#ifndef DEVICES_PRINTER_H
#define DEVICES_PRINTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "devices/printer_status.h"

struct printer;

enum print_result {
    PRINT_FAILED = 0,  /* not, or not wholly, printed; err and *after say why */
    PRINT_DONE,        /* the printer itself confirmed the end of the job */
    PRINT_UNCONFIRMED, /* sent, but this printer never answers: say so */
};

/* "usb:/dev/usb/lp0", "serial:/dev/ttyS1:115200" or "tcp:127.0.0.1:9100". NULL
 * only for a spec nobody understands; an absent printer is PRINTER_OFFLINE. */
struct printer *printer_open(const char *spec, struct err *err);
void printer_close(struct printer *printer); /* NULL is fine */

/* Asks now; answers within about a second. */
enum printer_state printer_status(struct printer *printer);

/* Asks for the state, sends the job, waits until the printer says it has worked
 * through it, asks again. Nothing is sent when the first answer is one of OUT,
 * COVER, JAM or OFFLINE. *after (may be NULL) is the last known state. */
enum print_result printer_print(struct printer *printer, const void *data,
                                size_t len, int timeout_ms,
                                enum printer_state *after, struct err *err);

#endif
