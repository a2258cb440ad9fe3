/* From an envelope to a case: opens it, checks what is inside, gives it steps and
 * a promised date, and commits it with its signed receipt. One writer thread takes
 * everything that waits and commits it at once, so a hundred terminals share one
 * fsync; the caller hears of it by a callback after the commit, never before.
 *
 * Knows nothing of HTTP, except that its answers are the protocol's numbers. */
#ifndef CENTRAL_INTAKE_H
#define CENTRAL_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "catalog/catalog.h"
#include "central/cases.h"

struct intake_config {
    const char *folder; /* keys and certificates */
    const struct case_driver *driver;
    struct case_store *store;
    const struct catalog *catalog;
};

struct intake;

/* Everything borrowed for as long as the intake lives. NULL on failure. */
struct intake *intake_create(const struct intake_config *config, struct err *err);
/* Commits what waits, calls its callbacks and ends the writer; posts are refused
 * from here on, everything else still works. Twice is fine. */
void intake_stop(struct intake *in);
void intake_destroy(struct intake *in); /* stops first; NULL is fine */

struct intake_job {
    struct case_row row; /* envelope: borrowed until the callback */
    int status;          /* the answer; with 200 and 201 row.receipt is the body */
    char why[160];       /* for the log; no personal data */
    void (*done)(struct intake_job *job); /* on the writer thread, or not at all */
    void *self;
    struct intake_job *next;
};

/* Any thread. True: the answer is there already (known, refused). False: the job is
 * ready for intake_post. The time is when it was received. */
bool intake_open(struct intake *in, struct intake_job *job, const char *id,
                 const char *station, const void *envelope, size_t len, int64_t now_ms);
/* Any thread. False: the intake is ending and done will not be called. */
bool intake_post(struct intake *in, struct intake_job *job);
void intake_job_finish(struct intake_job *job);

/* The key an identity is searched by: HMAC-SHA256 of type and number. */
void intake_identity(const struct intake *in, const char *id_type, const char *id_no,
                     char out[65]);

#endif
