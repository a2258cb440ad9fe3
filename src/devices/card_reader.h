/* Identity card readers behind one table of drivers. A reader belongs to the
 * thread that opened it; a poll blocks at most its time limit and a read. It
 * reopens its port by itself after the cable was pulled. */
#ifndef DEVICES_CARD_READER_H
#define DEVICES_CARD_READER_H

#include "base/err.h"
#include "rules/identity_card.h"

struct card_reader;

enum card_read {
    CARD_NONE,   /* no card, or the same one still lying there */
    CARD_READ,
    CARD_FAILED, /* the person can mend it: put the card down again */
    CARD_GONE,   /* no reader, or the reader itself is at fault */
};

/* "serial:/dev/ttyUSB0:115200" is a SAM_V reader; "none" has no reader. NULL with
 * ERR_BROKEN for a spec nobody understands, ERR_OFFLINE while it is not there. */
struct card_reader *card_reader_open(const char *spec, struct err *err);
void card_reader_close(struct card_reader *r); /* NULL is fine */

/* One look: find, select, read. *out is filled for CARD_READ only. */
enum card_read card_reader_poll(struct card_reader *r, struct identity_card *out,
                                struct err *err);

#endif
