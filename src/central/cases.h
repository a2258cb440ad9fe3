/* Where cases live. One small interface, so a second back end (PostgreSQL) can
 * stand beside SQLite: a driver is one struct of functions.
 *
 * Kept: the sealed envelope as it came, the facts a case is filed under, its steps,
 * its events. The applicant's data stays inside the envelope; the identity number
 * is a keyed hash (intake.c), so a stolen backup of the database tells no names.
 *
 * accept() belongs to one thread; everything else may be called from any. */
#ifndef CENTRAL_CASES_H
#define CENTRAL_CASES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "central/application.h"

enum { CASE_NO_LEN = 19, STEPS_MAX = 32, STATUS_CASES_MAX = 20 };

enum case_state {
    CASE_RECEIVED, CASE_CHECKING, CASE_NEEDS_PAPERS, CASE_DECIDED_YES, CASE_DECIDED_NO,
    CASE_PAID, CASE_WITHDRAWN, CASE_STATE_COUNT
};
const char *case_state_name(enum case_state state); /* as in docs/protocol.md */
bool case_state_parse(const char *name, enum case_state *out);
bool case_may_become(enum case_state from, enum case_state to);

/* "2026-11-24T12:00:00+08:00" */
void china_time(int64_t unix_ms, char out[26]);

struct case_step {
    char id[SERVICE_ID_MAX + 1], due[11]; /* due "" when it cannot be promised */
};

/* What came of an accepted id. */
enum accept_outcome {
    ACCEPT_NEW,
    ACCEPT_KNOWN,     /* the same id and bytes were accepted before */
    ACCEPT_OTHER,     /* the id is taken by other bytes */
    ACCEPT_WITHDRAWN,
    ACCEPT_UNKNOWN,   /* find() only: nothing is filed under the id */
};

struct case_row {
    struct application facts; /* id_no already wiped */
    char digest[65], identity[65], station[STATION_ID_MAX + 1]; /* who delivered it */
    char district[7], received[26], due[11];
    struct case_step steps[STEPS_MAX];
    int step_count;
    const void *envelope;
    size_t len;
    /* out */
    enum accept_outcome outcome;
    char case_no[CASE_NO_LEN + 5];
    struct buf receipt;
};

/* Makes the signed receipt of a row whose case_no has just been given. */
struct receipt_maker {
    bool (*make)(void *self, const struct case_row *row, struct buf *out, struct err *err);
    void *self;
};

struct case_facts {
    char id[UUID_TEXT_LEN + 1], code[RECEIPT_CODE_LEN + 1], case_no[CASE_NO_LEN + 5];
    char service[SERVICE_ID_MAX + 1], step[SERVICE_ID_MAX + 1];
    int service_version;
    char station[STATION_ID_MAX + 1], created[26], received[26], due[11], decided[26];
    char reason[SERVICE_ID_MAX + 1], note[256];
    enum case_state state;
};

enum station_standing { STATION_KNOWN, STATION_UNKNOWN, STATION_REVOKED };

struct case_store; /* each driver's own */

struct case_driver {
    const char *name;
    /* where: a path or an address. NULL on failure. */
    struct case_store *(*open)(const char *where, struct err *err);
    void (*close)(struct case_store *s); /* NULL is fine */

    /* All rows in one durable transaction, or none: true means every outcome and
     * receipt survives a power cut from here on. */
    bool (*accept)(struct case_store *s, struct case_row *const *rows, int n,
                   const struct receipt_maker *maker, struct err *err);
    /* outcome as accept would find it; the receipt when ACCEPT_KNOWN. */
    bool (*find)(struct case_store *s, const char *id, const char *digest,
                 enum accept_outcome *outcome, struct buf *receipt, struct err *err);

    /* Newest first: those that agree with every one that is not NULL. Not both code
     * and identity. */
    bool (*list)(struct case_store *s, const char *code, const char *id,
                 const char *identity, struct case_facts *out, int max, int *n,
                 struct err *err);
    bool (*envelope)(struct case_store *s, const char *id, struct buf *out,
                     struct err *err);
    /* Fills two arrays: steps {id, due, done} and events {at, what, detail}. */
    bool (*history)(struct case_store *s, const char *id, json_t *steps, json_t *events,
                    struct err *err);
    /* ERR_REFUSED when the case cannot become that now. reason and note: "". */
    bool (*change)(struct case_store *s, const char *id, enum case_state to,
                   const char *reason, const char *note, const char *when,
                   struct err *err);

    bool (*station_add)(struct case_store *s, const char *serial, const char *station,
                        const char *when, struct err *err);
    /* Every certificate of the station. ERR_REFUSED when there is none. */
    bool (*station_revoke)(struct case_store *s, const char *station, const char *when,
                           struct err *err);
    bool (*station_standing)(struct case_store *s, const char *serial,
                             const char *station, enum station_standing *out,
                             struct err *err);
};

extern const struct case_driver cases_sqlite;

#endif
