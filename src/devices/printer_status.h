/* What an ESC/POS printer says about itself, byte by byte: answers to DLE EOT
 * and GS r, automatic reports (ASB), flow control. Pure; the printer's transport
 * and its questions are printer.c's business. */
#ifndef DEVICES_PRINTER_STATUS_H
#define DEVICES_PRINTER_STATUS_H

#include <stdbool.h>
#include <stdint.h>

enum printer_state {
    PRINTER_READY,
    PRINTER_LOW, /* prints; the roll is near its end */
    PRINTER_OUT,
    PRINTER_COVER,   /* open */
    PRINTER_JAM,     /* or the cutter stuck: someone must open it */
    PRINTER_OFFLINE, /* not there, switched off, or waiting to cool */
    PRINTER_UNKNOWN, /* there, but one of those that never answer */
};

const char *printer_state_name(enum printer_state state); /* "ready" ... */

enum printer_said {
    PRINTER_SAID_NOTHING,  /* more bytes needed, or flow control */
    PRINTER_SAID_REALTIME, /* value: the byte answering DLE EOT n */
    PRINTER_SAID_QUEUED,   /* value: the byte answering GS r n */
    PRINTER_SAID_REPORT,   /* asb[4] is complete */
};

struct printer_listener {
    uint8_t asb[4];
    int asb_len;
    uint8_t value;
};

enum printer_said printer_listen(struct printer_listener *l, uint8_t byte);

/* n1..n4: the answers to DLE EOT 1..4. The worst state wins. */
enum printer_state printer_state_from(const uint8_t n[4]);
enum printer_state printer_state_from_report(const uint8_t asb[4]);

#endif
