/* A failure, named by what can be done about it. The screen is chosen from the
 * kind; the text is for the log and the support screen and never translated.
 * Plain and small, so a worker hands one to the main thread by copying it.
 * It must never carry personal data. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

enum err_kind {
    ERR_NONE,
    ERR_RETRY,   /* the person can fix it: turn the card over, try again */
    ERR_OFFLINE, /* nobody answers now; the work stays queued */
    ERR_REFUSED, /* the other side said no; trying again will not help */
    ERR_BROKEN,  /* disk, schema, configuration or hardware: call the operator */
};

struct err {
    enum err_kind kind;
    char text[224];
};

/* Fills *err, which may be NULL. Always false: "return err_set(...)". */
bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

const char *err_kind_name(enum err_kind kind);

#endif
