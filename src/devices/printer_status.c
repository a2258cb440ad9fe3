/* The status bits of ESC/POS, as the manuals of five makers agree on them.
 * Cover before paper before errors: an open cover also reports paper end and an
 * error on many printers, and closing it is what the person must do first. */
#include "devices/printer_status.h"

#include <stddef.h>

static const char *const names[] = {
    [PRINTER_READY] = "ready",     [PRINTER_LOW] = "low",
    [PRINTER_OUT] = "out",         [PRINTER_COVER] = "cover",
    [PRINTER_JAM] = "jam",         [PRINTER_OFFLINE] = "offline",
    [PRINTER_UNKNOWN] = "unknown",
};

const char *printer_state_name(enum printer_state state)
{
    return names[state];
}

enum printer_said printer_listen(struct printer_listener *l, uint8_t byte)
{
    if (byte == 0x11 || byte == 0x13) /* XON, XOFF */
        return PRINTER_SAID_NOTHING;
    if ((byte & 0x93) == 0x12) {
        /* May arrive between the bytes of a report. */
        l->value = byte;
        return PRINTER_SAID_REALTIME;
    }
    if ((byte & 0x93) == 0x10) {
        l->asb[0] = byte;
        l->asb_len = 1;
        return PRINTER_SAID_NOTHING;
    }
    if ((byte & 0x90) != 0) {
        l->asb_len = 0; /* none of ours: line noise */
        return PRINTER_SAID_NOTHING;
    }
    if (l->asb_len > 0) {
        l->asb[l->asb_len++] = byte;
        if (l->asb_len < 4)
            return PRINTER_SAID_NOTHING;
        l->asb_len = 0;
        return PRINTER_SAID_REPORT;
    }
    l->value = byte;
    return PRINTER_SAID_QUEUED;
}

enum printer_state printer_state_from(const uint8_t n[4])
{
    if (n[1] & 0x04)
        return PRINTER_COVER;
    if ((n[1] & 0x20) || (n[3] & 0x60))
        return PRINTER_OUT;
    if (n[2] & 0x2C)
        return PRINTER_JAM;
    if ((n[0] & 0x08) || (n[1] & 0x40) || (n[2] & 0x40))
        return PRINTER_OFFLINE;
    if (n[3] & 0x0C)
        return PRINTER_LOW;
    return PRINTER_READY;
}

enum printer_state printer_state_from_report(const uint8_t asb[4])
{
    if (asb[0] & 0x20)
        return PRINTER_COVER;
    if (asb[2] & 0x0C)
        return PRINTER_OUT;
    if (asb[1] & 0x2C)
        return PRINTER_JAM;
    if ((asb[0] & 0x08) || (asb[1] & 0x41))
        return PRINTER_OFFLINE;
    if (asb[2] & 0x03)
        return PRINTER_LOW;
    return PRINTER_READY;
}
