/* The identity card reader as the kiosk meets it: put a card down, get a record.
 *
 * Blocking, one thread per reader. The reader may be absent, unplugged and
 * plugged in again at any time; polling finds out. Does not judge the record
 * (expired, wrong check digit): rules and screens do. Never logs it. */
#ifndef DEVICES_CARD_READER_H
#define DEVICES_CARD_READER_H

#include <stdbool.h>

#include "base/err.h"
#include "rules/identity_card.h"

struct card_reader;

enum card_read {
    CARD_NONE,   /* no new card within the time given */
    CARD_READ,   /* *out is filled; the same card counts again only when moved */
    CARD_FAILED, /* a card is there: ERR_RETRY put it down again, ERR_REFUSED
                  * not authentic, see staff */
    CARD_GONE,   /* no working reader: ERR_OFFLINE not there, ERR_BROKEN faulty */
};

/* One kind of reader. open returns NULL while the device is not there; poll
 * returns CARD_GONE when it must be opened anew. */
struct card_reader_driver {
    const char *name; /* shown by self-test, e.g. "SAM_V serial" */
    void *(*open)(const char *spec, struct err *err);
    void (*close)(void *self);
    enum card_read (*poll_card)(void *self, struct identity_card *out,
                                int timeout_ms, struct err *err);
};

/* spec: "serial:/dev/ttyUSB0:115200". NULL only for a spec nobody understands;
 * a reader that is not plugged in yet is opened by a later poll. */
struct card_reader *card_reader_open(const char *spec, struct err *err);
void card_reader_close(struct card_reader *reader); /* NULL is fine */

/* Waits up to timeout_ms for a card; one being read is read to its end, which
 * takes up to a few seconds more. *out is zeroed unless CARD_READ: wipe it
 * after use. err says why for CARD_FAILED and CARD_GONE. */
enum card_read card_reader_poll(struct card_reader *reader,
                                struct identity_card *out, int timeout_ms,
                                struct err *err);

const char *card_reader_driver_name(const struct card_reader *reader);

#endif
