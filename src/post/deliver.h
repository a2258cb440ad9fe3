/* The line to the central system: one submission or one question at a time over
 * HTTPS with the station's certificate (docs/protocol.md). Knows bytes and HTTP;
 * when to send and where rows live is not its business.
 *
 * A client belongs to one thread at a time. Calls block up to the time limits. */
#ifndef POST_DELIVER_H
#define POST_DELIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct post_client;

struct post_config {
    const char *url;          /* https://central.example, without a path */
    const char *ca;           /* PEM: the one CA that is believed */
    const char *cert, *key;   /* PEM: who this station is */
    const char *signing_cert; /* PEM: who may sign receipts */
    const char *station;      /* for User-Agent, may be NULL */
    long connect_ms, total_ms; /* 0: 10 s and 60 s */
    /* Optional: asked about once a second; true cuts the call short (RETRY). */
    bool (*stopping)(void *self);
    void *self;
};

/* Strings are copied. NULL when a file is missing or unreadable. */
struct post_client *post_client_create(const struct post_config *config,
                                       struct err *err);
void post_client_destroy(struct post_client *c); /* NULL is fine */

enum delivery_outcome {
    DELIVERED, /* the signed receipt is good and about these bytes */
    RETRY,     /* wait (post_next_try), then the same id and bytes again */
    PARK,      /* this one will never be taken; the others may be */
    STOP,      /* nothing will be taken until an operator acts */
};

/* What came back, reduced to what decides. */
enum post_line {
    LINE_ANSWERED,
    LINE_NO_ANSWER, /* no connection, time-out, cut answer */
    LINE_STRANGER,  /* whoever answered could not prove to be the central system,
                     * or did not accept our certificate */
};
/* The protocol's table as a function. receipt_good: the body is a receipt with a
 * good signature about this id and digest. */
enum delivery_outcome delivery_classify(enum post_line line, int status,
                                        bool receipt_good);
/* Retry-After: seconds or an HTTP date; -1 when it is neither, at most one hour. */
int64_t delivery_retry_after_ms(const char *value, int64_t now_ms);

struct post_item {
    const char *id, *digest_hex;
    int suite;
    const void *envelope;
    size_t len;
};

struct delivery_result {
    enum delivery_outcome outcome;
    int status;             /* 0 without an answer */
    int64_t retry_after_ms; /* -1 if not asked for */
    char reason[160];       /* for the log and staff; empty when DELIVERED */
    char code[16], case_no[40], received[40], due[16]; /* when DELIVERED */
    struct buf receipt;     /* the signed bytes, when DELIVERED */
};

void post_deliver(struct post_client *c, const struct post_item *item,
                  int64_t now_ms, struct delivery_result *result);
void delivery_result_finish(struct delivery_result *result);

enum { POST_CASES_MAX = 20 };

struct post_case { /* fields the central system left out are empty */
    char code[16], id[37], service[64], state[16], step[64];
    char received[40], due[16], decided[40], reason[256], note[256];
};

/* POST /v1/status. request is the JSON of docs/protocol.md; it may hold an
 * identity number, so the caller wipes it. Nothing found is true with *n = 0.
 * ERR_OFFLINE: nobody answered or busy; ERR_REFUSED: our request or station is not
 * accepted; ERR_BROKEN: a stranger answered. */
bool post_query_status(struct post_client *c, const char *request,
                       struct post_case out[POST_CASES_MAX], int *n,
                       struct err *err);

#endif
