/* The store: what must survive a power cut. One SQLite file (WAL,
 * synchronous=FULL) with the outbox of sealed applications, the central system's
 * signed receipts, and a few settings. It knows rows and nothing else: time is
 * an argument, envelopes are opaque bytes, when and how to send is src/post's
 * business. See docs/store.md.
 *
 * A store belongs to the thread that opened it. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct store;

enum outbox_state {
    OUTBOX_WAITING,   /* to be sent; a row being sent still waits, so that a
                       * power cut while sending needs no repair */
    OUTBOX_DELIVERED, /* the signed receipt is stored in the same transaction */
    OUTBOX_REFUSED,   /* parked: sending again will not help, staff must look */
};

struct outbox_row {
    char id[37];   /* UUID version 7, canonical text */
    char code[16]; /* receipt code without hyphen */
    char service[64];
    int service_version;
    int64_t created_ms;
    enum outbox_state state; /* filled by reading, ignored by store_append */
    int attempts;            /* the same */
    int64_t next_try_ms;
    int suite;
    char digest[65]; /* lower-case hex SHA-256 of the envelope */
    unsigned char *envelope; /* borrowed by store_append; owned after a read */
    size_t envelope_len;
};

/* What the central system said, and the bytes that prove it. */
struct delivery {
    char case_no[40];
    char received[40]; /* RFC 3339 */
    char due[16];      /* ISO date, may be empty */
    const void *receipt; /* CMS SignedData, borrowed */
    size_t receipt_len;
};

/* What a resident or staff may be told about one code. No envelope. */
struct row_brief {
    char id[37], code[16], service[64];
    int service_version;
    int64_t created_ms;
    enum outbox_state state;
    int attempts;
    char reason[160];  /* of the last failure, empty if none */
    char case_no[40], received[40], due[16]; /* empty until delivered */
};

struct store_counts {
    int64_t waiting, delivered, refused;
    int64_t oldest_waiting_ms; /* created_ms of the oldest, 0 if none */
};

enum store_found { STORE_FAILED = -1, STORE_NONE = 0, STORE_FOUND = 1 };

/* Creates the file (mode 0600) if need be. NULL on failure. A file that is not a
 * sound database is refused and renamed to path.broken-N, never deleted: it may
 * hold applications that someone can still rescue. */
struct store *store_open(const char *path, struct err *err);
void store_close(struct store *s); /* NULL is fine */
/* How many files store_open ever put aside beside path, until somebody takes them
 * away to rescue what is in them. */
int store_put_aside(const char *path);

/* True means the row survives a power cut from here on. Same id and same digest
 * again: success that changes nothing, so a caller unsure whether it saved saves
 * again. ERR_REFUSED: the id is known with other content. ERR_RETRY: the code is
 * taken by another id, draw a new one. ERR_BROKEN: nothing was saved. */
bool store_append(struct store *s, const struct outbox_row *row, struct err *err);

/* The oldest waiting row whose next_try_ms is not after now_ms, copied into *row;
 * free it with outbox_row_finish. */
enum store_found store_next_due(struct store *s, int64_t now_ms,
                                struct outbox_row *row, struct err *err);
void outbox_row_finish(struct outbox_row *row);
/* When the next waiting row becomes due (may be in the past). */
enum store_found store_next_try(struct store *s, int64_t *next_try_ms,
                                struct err *err);

/* One transaction: the receipt is stored, the envelope dropped (residents are told
 * that what was sent is gone from here), the state set. A row already delivered is a
 * success that changes nothing; an unknown id is ERR_REFUSED. */
bool store_mark_delivered(struct store *s, const char *id, const struct delivery *d,
                          int64_t now_ms, struct err *err);
/* Counts one attempt. Only waiting rows change. */
bool store_retry_at(struct store *s, const char *id, int64_t next_try_ms,
                    const char *reason, struct err *err);
bool store_park(struct store *s, const char *id, const char *reason,
                struct err *err);
/* The operator's "try again": parked rows, or the one with that id, wait again
 * and are due at once. *changed may be NULL. */
bool store_unpark(struct store *s, const char *id_or_null, int64_t *changed,
                  struct err *err);

enum store_found store_find_code(struct store *s, const char *code,
                                 struct row_brief *out, struct err *err);
/* Every row, oldest first; each_row returns false to stop. The row is borrowed. */
bool store_each(struct store *s, bool (*each_row)(void *self, const struct row_brief *row),
                void *self, struct err *err);
bool store_count(struct store *s, struct store_counts *out, struct err *err);

/* Small facts by name, such as why the queue was stopped. */
bool store_setting_put(struct store *s, const char *name, const char *value,
                       struct err *err);
/* Free *value. STORE_NONE and NULL where it was never put or put as NULL. */
enum store_found store_setting_get(struct store *s, const char *name, char **value,
                                   struct err *err);

#endif
