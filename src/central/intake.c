/* The order of looking: first whether the id is known, because a retry must get its
 * receipt even if the sealing key has been changed in between; then the envelope.
 *
 * A batch that fails is tried row by row, so one row that cannot be stored does
 * not take its neighbours along. */
#include "central/intake.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "post/cms_receipt.h"
#include "post/seal.h"

enum { BATCH_MAX = 128, RECEIPT_MAX = 64 << 10, IDENTITY_KEY = 32, DIED_ON_PURPOSE = 70 };

struct intake {
    struct intake_config config;
    char *sealing_key, *sealing_cert, *signing_key, *signing_cert;
    unsigned char identity_key[IDENTITY_KEY];
    char district[7];
    bool die_after_commit; /* for tests: the answer that is never sent */

    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t wake;
    struct intake_job *first, **last;
    bool stopping;
};

void intake_identity(const struct intake *in, const char *id_type, const char *id_no,
                     char out[65])
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    char text[80];
    snprintf(text, sizeof text, "%s|%s", id_type, id_no);
    HMAC(EVP_sha256(), in->identity_key, IDENTITY_KEY, (const unsigned char *)text,
         strlen(text), raw, &len);
    for (unsigned i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", raw[i]);
    OPENSSL_cleanse(text, sizeof text);
}

/* ---- opening and checking ---- */

static bool answer(struct intake_job *job, int status, const char *why)
{
    job->status = status;
    snprintf(job->why, sizeof job->why, "%.*s", (int)sizeof job->why - 1, why);
    return true;
}

static int status_of(enum accept_outcome outcome)
{
    switch (outcome) {
    case ACCEPT_NEW:
        return 201;
    case ACCEPT_KNOWN:
        return 200;
    case ACCEPT_OTHER:
        return 422;
    case ACCEPT_WITHDRAWN:
        return 410;
    default:
        return 500;
    }
}

static bool answer_outcome(struct intake_job *job)
{
    static const char *const why[] = {
        [ACCEPT_NEW] = "", [ACCEPT_KNOWN] = "", [ACCEPT_UNKNOWN] = "",
        [ACCEPT_OTHER] = "this id was used for other content",
        [ACCEPT_WITHDRAWN] = "the application was withdrawn",
    };
    return answer(job, status_of(job->row.outcome), why[job->row.outcome]);
}

/* Each step begins when the one before is due. What cannot be counted (a year the
 * calendar does not cover) is left out rather than guessed. */
static void plan_steps(const struct catalog *catalog, const struct service *s,
                       struct date from, struct case_row *row)
{
    bool countable = true;
    struct date due = from;
    for (int i = 0; i < s->step_count && i < STEPS_MAX; i++) {
        struct case_step *step = &row->steps[row->step_count++];
        const struct step *plan = &s->steps[i];
        snprintf(step->id, sizeof step->id, "%s", plan->id);
        if (countable && plan->working_days)
            countable = workdays_add(catalog_workdays(catalog), due, plan->days, &due);
        else if (countable)
            due = date_from_days(date_to_days(due) + plan->days);
        if (countable)
            date_format_iso(due, step->due);
    }
}

static void plan(const struct intake *in, struct case_row *row, int64_t now_ms)
{
    const struct catalog *catalog = in->config.catalog;
    const struct service *s = catalog_find(catalog, row->facts.service);
    struct date today = date_from_unix_ms(now_ms), due;
    if (!s) {
        /* a newer terminal: better a case without a plan than none */
        log_warn("central", "a submission for a service this configuration lacks: %s",
                 row->facts.service);
        return;
    }
    plan_steps(catalog, s, today, row);
    if (catalog_promise(catalog, s, today, &due))
        date_format_iso(due, row->due);
}

static bool open_envelope(struct intake *in, struct intake_job *job, struct err *err)
{
    struct case_row *row = &job->row;
    struct buf plain;
    buf_init(&plain, APPLICATION_MAX);
    bool ok = seal_unseal(in->sealing_key, in->sealing_cert, row->envelope, row->len,
                          &plain, err) &&
              application_read(plain.data, plain.len, &row->facts, err);
    buf_finish_wipe(&plain);
    if (ok && row->facts.id_no[0])
        intake_identity(in, row->facts.id_type, row->facts.id_no, row->identity);
    OPENSSL_cleanse(row->facts.id_no, sizeof row->facts.id_no);
    return ok;
}

bool intake_open(struct intake *in, struct intake_job *job, const char *id,
                 const char *station, const void *envelope, size_t len, int64_t now_ms)
{
    struct case_row *row = &job->row;
    struct err err = {0};
    buf_init(&row->receipt, RECEIPT_MAX);
    row->envelope = envelope;
    row->len = len;
    seal_digest_hex(envelope, len, row->digest);
    if (!in->config.driver->find(in->config.store, id, row->digest, &row->outcome,
                                 &row->receipt, &err))
        return answer(job, 503, err.text);
    if (row->outcome != ACCEPT_UNKNOWN)
        return answer_outcome(job);

    if (!open_envelope(in, job, &err))
        return answer(job, err.kind == ERR_REFUSED ? 400 : 503, err.text);
    if (strcmp(row->facts.id, id) != 0)
        return answer(job, 400, "the id inside the envelope is another");
    if (strcmp(row->facts.station, station) != 0) /* a disk moved to a new terminal */
        log_warn("central", "%s delivers what was sealed at %s", station,
                 row->facts.station);
    snprintf(row->station, sizeof row->station, "%s", station);
    snprintf(row->district, sizeof row->district, "%s", in->district);
    china_time(now_ms, row->received);
    plan(in, row, now_ms);
    return false;
}

void intake_job_finish(struct intake_job *job)
{
    buf_finish(&job->row.receipt);
}

/* ---- the writer ---- */

static bool make_receipt(void *self, const struct case_row *row, struct buf *out,
                         struct err *err)
{
    struct intake *in = self;
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", row->facts.id, "digest",
                             row->digest, "code", row->facts.code, "case", row->case_no,
                             "received", row->received);
    if (row->due[0])
        json_object_set_new(json, "due", json_string(row->due));
    char *text = json_dumps(json, JSON_COMPACT);
    bool ok = text ? receipt_sign(text, strlen(text), in->signing_key, in->signing_cert, out,
                                  err)
                   : err_set(err, ERR_BROKEN, "writing a receipt");
    free(text);
    json_decref(json);
    return ok;
}

static bool accept_rows(struct intake *in, struct case_row *const *rows, int n)
{
    const struct receipt_maker maker = {make_receipt, in};
    struct err err = {0};
    bool ok = in->config.driver->accept(in->config.store, rows, n, &maker, &err);
    if (!ok)
        log_error("central", "a commit of %d failed: %s", n, err.text);
    if (ok && in->die_after_commit)
        _exit(DIED_ON_PURPOSE);
    return ok;
}

static void commit(struct intake *in, struct intake_job *const *jobs, int n)
{
    struct case_row *rows[BATCH_MAX];
    for (int i = 0; i < n; i++)
        rows[i] = &jobs[i]->row;
    bool all = accept_rows(in, rows, n);
    for (int i = 0; i < n; i++) {
        bool ok = all || (n > 1 && accept_rows(in, &rows[i], 1));
        if (ok)
            answer_outcome(jobs[i]);
        else
            answer(jobs[i], 503, "could not be stored now");
    }
    for (int i = 0; i < n; i++)
        jobs[i]->done(jobs[i]);
}

/* Waits for jobs; 0 when the intake ends and nothing waits. */
static int take(struct intake *in, struct intake_job **jobs)
{
    int n = 0;
    pthread_mutex_lock(&in->lock);
    while (!in->first && !in->stopping)
        pthread_cond_wait(&in->wake, &in->lock);
    while (in->first && n < BATCH_MAX) {
        jobs[n++] = in->first;
        in->first = in->first->next;
    }
    if (!in->first)
        in->last = &in->first;
    pthread_mutex_unlock(&in->lock);
    return n;
}

static void *write_all(void *self)
{
    struct intake *in = self;
    struct intake_job *jobs[BATCH_MAX];
    int n;
    while ((n = take(in, jobs)) > 0)
        commit(in, jobs, n);
    return NULL;
}

bool intake_post(struct intake *in, struct intake_job *job)
{
    pthread_mutex_lock(&in->lock);
    bool taken = !in->stopping;
    if (taken) {
        job->next = NULL;
        *in->last = job;
        in->last = &job->next;
        pthread_cond_signal(&in->wake);
    }
    pthread_mutex_unlock(&in->lock);
    return taken;
}

/* ---- life ---- */

static bool read_identity_key(struct intake *in, struct err *err)
{
    size_t len = 0;
    char *path = xasprintf("%s/identity.key", in->config.folder);
    char *data = file_read(path, 4096, &len, err);
    bool ok = data && (len == IDENTITY_KEY ||
                       err_set(err, ERR_BROKEN, "%s: not %d bytes", path, IDENTITY_KEY));
    if (ok)
        memcpy(in->identity_key, data, IDENTITY_KEY);
    free(data);
    free(path);
    return ok;
}

/* A key that does not fit its certificate must show at start, not at the first
 * resident. */
static bool try_keys(struct intake *in, struct err *err)
{
    static const char text[] = "{}";
    struct buf sealed, opened, receipt;
    buf_init(&sealed, 0);
    buf_init(&opened, 0);
    buf_init(&receipt, 0);
    const char *cert = in->sealing_cert;
    struct sealer *sealer = sealer_create(&cert, 1, err);
    bool ok = sealer && seal(sealer, text, 2, &sealed, err) &&
              seal_unseal(in->sealing_key, in->sealing_cert, sealed.data, sealed.len,
                          &opened, err) &&
              receipt_sign(text, 2, in->signing_key, in->signing_cert, &receipt, err);
    sealer_destroy(sealer);
    buf_finish(&sealed);
    buf_finish(&opened);
    buf_finish(&receipt);
    return ok;
}

struct intake *intake_create(const struct intake_config *config, struct err *err)
{
    struct intake *in = xcalloc(1, sizeof *in);
    const char *die = getenv("BANGBAN_CENTRAL_DIE");
    in->config = *config;
    in->die_after_commit = die && strcmp(die, "after-commit") == 0;
    in->last = &in->first;
    in->sealing_key = xasprintf("%s/sealing.key", config->folder);
    in->sealing_cert = xasprintf("%s/sealing.crt", config->folder);
    in->signing_key = xasprintf("%s/signing.key", config->folder);
    in->signing_cert = xasprintf("%s/signing.crt", config->folder);
    /* case numbers name the district the towns belong to */
    snprintf(in->district, sizeof in->district, "%.6s",
             catalog_town_count(config->catalog) ? catalog_town(config->catalog, 0)->code
                                                 : "000000");
    pthread_mutex_init(&in->lock, NULL);
    pthread_cond_init(&in->wake, NULL);
    if (!read_identity_key(in, err) || !try_keys(in, err)) {
        intake_destroy(in);
        return NULL;
    }
    in->started = pthread_create(&in->thread, NULL, write_all, in) == 0;
    if (!in->started) {
        err_set(err, ERR_BROKEN, "no thread for the writer");
        intake_destroy(in);
        return NULL;
    }
    return in;
}

void intake_stop(struct intake *in)
{
    pthread_mutex_lock(&in->lock);
    in->stopping = true;
    pthread_cond_signal(&in->wake);
    pthread_mutex_unlock(&in->lock);
    if (in->started)
        pthread_join(in->thread, NULL);
    in->started = false;
}

void intake_destroy(struct intake *in)
{
    if (!in)
        return;
    intake_stop(in);
    pthread_mutex_destroy(&in->lock);
    pthread_cond_destroy(&in->wake);
    OPENSSL_cleanse(in->identity_key, sizeof in->identity_key);
    free(in->sealing_key);
    free(in->sealing_cert);
    free(in->signing_key);
    free(in->signing_cert);
    free(in);
}
