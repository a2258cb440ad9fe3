#include "kiosk/desk.h"

#include <SDL.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/worker.h"
#include "devices/card_reader.h"
#include "devices/printer.h"
#include "devices/scanner.h"
#include "kiosk/slip.h"
#include "post/cms_receipt.h"
#include "post/deliver.h"
#include "post/schedule.h"
#include "post/seal.h"
#include "store/store.h"
#include "visit/submission.h"

/* A stopped or partly refused queue is looked at again by itself, because what
 * was wrong may have been mended elsewhere (a certificate, bangbanctl queue). */
enum { STOPPED_AGAIN_MS = 15 * 60 * 1000, STORE_AGAIN_MS = 60 * 1000 };
enum { CARD_POLL_MS = 400, SCANNER_POLL_MS = 60000, PRINT_TIMEOUT_MS = 20000 };

struct desk {
    const struct station *station;
    uint32_t sdl_event;

    struct store *store; /* touched by the store thread only */
    struct sealer *sealer;
    struct worker *store_worker;

    struct post_client *post;
    struct worker *post_worker;
    struct worker *query_worker; /* a resident does not wait behind the queue */
    struct post_client *query;
    bool sending, stopped;
    int refused, waiting, put_aside;
    int64_t due_ms; /* 0: nothing waits */

    struct printer *printer; /* NULL: none; touched by its thread only */
    struct worker *print_worker;
    struct card_reader *card_reader; /* the same */
    struct worker *card_worker;
    atomic_uint card_wanted; /* 0: not polling, else which request */
    unsigned card_request;

    struct scanner *scanner; /* the same */
    struct worker *scan_worker;
    int scan_cancel[2];
};

enum completion_kind {
    C_MINTED,
    C_STORED,
    C_STORE_FAILED,
    C_DUE,      /* row to send, or none and due_ms */
    C_SENT,     /* outcome of one delivery */
    C_SETTLED,  /* the store has noted an outcome */
    C_LOCAL,    /* what the store knows of a code */
    C_STATUS,
    C_PRINTED,
    C_CARD,
    C_CARD_FAILED,
    C_CARD_READER_GONE,
    C_QR,
};

struct completion {
    enum completion_kind kind;
    char id[UUID_TEXT_LEN + 1], code[RECEIPT_CODE_LEN + 1];
    struct err err;
    bool found;
    int64_t due_ms;
    int refused, waiting;
    struct outbox_row row;
    struct delivery_result delivery;
    enum delivery_outcome outcome; /* C_SETTLED: what was noted */
    struct identity_card card;
    unsigned request;
    char text[512];
    enum print_result printed;
    struct case_brief cases[VISIT_CASES];
    int case_count;
    char *query; /* JSON still to be asked of the central system */
};

/* ---- back to the main thread ---- */

static struct completion *completion(enum completion_kind kind)
{
    struct completion *c = xcalloc(1, sizeof *c);
    c->kind = kind;
    return c;
}

static void completion_free(struct completion *c)
{
    outbox_row_finish(&c->row);
    delivery_result_finish(&c->delivery);
    if (c->query) {
        explicit_bzero(c->query, strlen(c->query));
        free(c->query);
    }
    explicit_bzero(c, sizeof *c);
    free(c);
}

static void send_back(struct desk *d, struct completion *c)
{
    SDL_Event e = {.type = d->sdl_event};
    e.user.data1 = c;
    if (SDL_PushEvent(&e) != 1)
        completion_free(c); /* the program is ending */
}

/* ---- the store's thread ---- */

enum store_job_kind { S_APPEND, S_NEXT_DUE, S_SETTLE, S_FIND };
struct store_job {
    enum store_job_kind kind;
    struct buf plain; /* S_APPEND: the application, wiped after sealing */
    struct outbox_row row;
    struct delivery_result delivery;
    int64_t now_ms, next_try_ms;
    enum delivery_outcome outcome; /* S_SETTLE: what is to be noted */
    bool clear_stop;
    char reason[160];
    char *query;
};

static void append(struct desk *d, struct store_job *j)
{
    struct buf envelope;
    struct completion *c = completion(C_STORE_FAILED);

    buf_init(&envelope, 1 << 20);
    memcpy(c->id, j->row.id, sizeof c->id);
    if (seal(d->sealer, j->plain.data, j->plain.len, &envelope, &c->err)) {
        j->row.suite = SEAL_SUITE;
        j->row.envelope = envelope.data;
        j->row.envelope_len = envelope.len;
        seal_digest_hex(envelope.data, envelope.len, j->row.digest);
        if (store_append(d->store, &j->row, &c->err))
            c->kind = C_STORED;
        j->row.envelope = NULL;
    }
    if (c->kind == C_STORE_FAILED)
        log_error("store", "application not stored: %s", c->err.text);
    buf_finish(&envelope);
    buf_finish_wipe(&j->plain);
    send_back(d, c);
}

static void next_due(struct desk *d, const struct store_job *j)
{
    struct completion *c = completion(C_DUE);
    enum store_found found = store_next_due(d->store, j->now_ms, &c->row, &c->err);
    c->found = found == STORE_FOUND;
    struct store_counts counts = {0};
    if (found == STORE_NONE && store_next_try(d->store, &c->due_ms, &c->err) != STORE_FOUND)
        c->due_ms = 0;
    if (found != STORE_FAILED && !store_count(d->store, &counts, &c->err))
        found = STORE_FAILED;
    c->refused = (int)counts.refused;
    c->waiting = (int)counts.waiting;
    if (c->refused && c->due_ms == 0)
        c->due_ms = j->now_ms + STOPPED_AGAIN_MS;
    if (found == STORE_FAILED) {
        log_error("store", "queue: %s", c->err.text);
        c->due_ms = j->now_ms + STORE_AGAIN_MS;
    }
    send_back(d, c);
}

static void settle(struct desk *d, struct store_job *j)
{
    struct completion *c = completion(C_SETTLED);
    bool ok;

    memcpy(c->id, j->row.id, sizeof c->id);
    switch (j->outcome) {
    case DELIVERED: {
        struct delivery done = {0};
        text_copy(done.case_no, sizeof done.case_no, j->delivery.case_no);
        text_copy(done.received, sizeof done.received, j->delivery.received);
        text_copy(done.due, sizeof done.due, j->delivery.due);
        done.receipt = j->delivery.receipt.data;
        done.receipt_len = j->delivery.receipt.len;
        ok = store_mark_delivered(d->store, j->row.id, &done, j->now_ms, &c->err);
        break;
    }
    case PARK:
        ok = store_park(d->store, j->row.id, j->reason, &c->err);
        break;
    case STOP:
        ok = store_setting_put(d->store, "queue.stopped", j->reason, &c->err);
        break;
    default:
        ok = store_retry_at(d->store, j->row.id, j->next_try_ms, j->reason, &c->err);
    }
    if (ok && j->clear_stop)
        ok = store_setting_put(d->store, "queue.stopped", NULL, &c->err);
    if (!ok)
        log_error("store", "%s", c->err.text);
    c->found = ok;
    c->outcome = j->outcome;
    send_back(d, c);
}

static void find_code(struct desk *d, struct store_job *j)
{
    struct completion *c = completion(C_LOCAL);
    struct row_brief row;
    c->query = j->query;
    j->query = NULL;
    if (store_find_code(d->store, j->row.code, &row, &c->err) == STORE_FOUND) {
        struct case_brief *k = &c->cases[0];
        c->case_count = 1;
        text_copy(k->code, sizeof k->code, row.code);
        text_copy(k->service, sizeof k->service, row.service);
        k->only_here = row.state != OUTBOX_DELIVERED;
        text_copy(k->state, sizeof k->state,
                  row.state == OUTBOX_REFUSED ? "refused" : "received");
        k->received = date_from_unix_ms(row.created_ms);
        date_parse(row.due, &k->due);
    }
    send_back(d, c);
}

static void store_run(void *self, void *job)
{
    struct desk *d = self;
    struct store_job *j = job;
    switch (j->kind) {
    case S_APPEND:
        append(d, j);
        break;
    case S_NEXT_DUE:
        next_due(d, j);
        break;
    case S_FIND:
        find_code(d, j);
        break;
    default:
        settle(d, j);
    }
    outbox_row_finish(&j->row);
    delivery_result_finish(&j->delivery);
    free(j->query);
    free(j);
}

static struct store_job *store_job(enum store_job_kind kind)
{
    struct store_job *j = xcalloc(1, sizeof *j);
    j->kind = kind;
    return j;
}

/* ---- the line ---- */

static void post_run(void *self, void *job)
{
    struct desk *d = self;
    struct completion *c = job; /* the row to send becomes its own answer */
    c->kind = C_SENT;
    struct post_item item = {.id = c->row.id, .digest_hex = c->row.digest,
                             .suite = c->row.suite, .envelope = c->row.envelope,
                             .len = c->row.envelope_len};
    post_deliver(d->post, &item, clock_unix_ms(), &c->delivery);
    send_back(d, c);
}

static struct date day_of(const char *text)
{
    struct date d = {0};
    char day[11] = "";
    snprintf(day, sizeof day, "%s", text ? text : "");
    date_parse(day, &d);
    return d;
}

static void query_run(void *self, void *job)
{
    struct desk *d = self;
    struct completion *c = job;
    struct post_case found[POST_CASES_MAX];
    int n = 0;

    c->kind = C_STATUS;
    c->found = post_query_status(d->query, c->query, found, &n, &c->err);
    if (c->found) {
        c->case_count = n < VISIT_CASES ? n : VISIT_CASES;
        for (int i = 0; i < c->case_count; i++) {
            struct case_brief *k = &c->cases[i];
            memset(k, 0, sizeof *k);
            text_copy(k->code, sizeof k->code, found[i].code);
            text_copy(k->service, sizeof k->service, found[i].service);
            text_copy(k->state, sizeof k->state, found[i].state);
            text_copy(k->step, sizeof k->step, found[i].step);
            text_copy(k->reason, sizeof k->reason, found[i].reason);
            k->received = day_of(found[i].received);
            k->due = day_of(found[i].due);
            k->decided = day_of(found[i].decided);
        }
    } else {
        log_warn("status", "%s", c->err.text);
        c->found = c->case_count > 0; /* better what we know than nothing */
    }
    send_back(d, c);
}

/* ---- printer, card reader, scanner ---- */

static void print_run(void *self, void *job)
{
    struct desk *d = self;
    struct slip *slip = job;
    struct completion *c = completion(C_PRINTED);
    enum printer_state state = PRINTER_OFFLINE;
    struct buf bytes;

    buf_init(&bytes, 8 << 20);
    c->printed = PRINT_FAILED;
    memcpy(c->id, slip_id(slip), sizeof c->id);
    if (!d->printer)
        err_set(&c->err, ERR_OFFLINE, "printer: this station has none");
    else if (slip_render(slip, d->station->receipt_width_dots, &bytes, &c->err))
        c->printed = printer_print(d->printer, bytes.data, bytes.len, PRINT_TIMEOUT_MS,
                                   &state, &c->err);
    text_copy(c->text, sizeof c->text, printer_state_name(state));
    if (c->printed == PRINT_FAILED)
        log_warn("printer", "%s", c->err.text);
    buf_finish_wipe(&bytes);
    slip_destroy(slip);
    send_back(d, c);
}

/* Polls as long as this request is the one that is wanted. */
static void card_run(void *self, void *job)
{
    struct desk *d = self;
    unsigned request = (unsigned)(uintptr_t)job;
    bool said_gone = false;

    while (atomic_load(&d->card_wanted) == request && !worker_stopping(d->card_worker)) {
        struct err err = {0};
        struct identity_card card;
        enum card_read result =
            card_reader_poll(d->card_reader, &card, CARD_POLL_MS, &err);
        if (result == CARD_READ || result == CARD_FAILED ||
            (result == CARD_GONE && !said_gone)) {
            struct completion *c = completion(result == CARD_READ     ? C_CARD
                                              : result == CARD_FAILED ? C_CARD_FAILED
                                                                      : C_CARD_READER_GONE);
            c->card = card;
            c->err = err;
            c->request = request;
            if (result != CARD_READ)
                log_warn("card", "%s", err.text);
            send_back(d, c);
        }
        said_gone = result == CARD_GONE;
        explicit_bzero(&card, sizeof card);
        if (result == CARD_READ)
            break;
    }
}

static void scan_run(void *self, void *job)
{
    struct desk *d = self;
    char text[SCANNER_TEXT_SIZE];
    bool said_gone = false;
    (void)job;
    while (!worker_stopping(d->scan_worker)) {
        struct err err = {0};
        enum scan result =
            scanner_poll(d->scanner, text, SCANNER_POLL_MS, d->scan_cancel[0], &err);
        if (result == SCAN_CANCELLED)
            break;
        if (result == SCAN_TEXT || result == SCAN_FAILED) {
            struct completion *c = completion(C_QR); /* "" when it was no text */
            text_copy(c->text, sizeof c->text, text);
            send_back(d, c);
        }
        if (result == SCAN_FAILED || (result == SCAN_GONE && !said_gone))
            log_warn("scanner", "%s", err.text);
        said_gone = result == SCAN_GONE;
        explicit_bzero(text, sizeof text);
    }
}

/* ---- opening and closing ---- */

static bool open_store(struct desk *d, const char *folder, struct err *err)
{
    char *path = xasprintf("%s/bangban.db", folder);
    bool ok = file_make_folder(folder, err) && (d->store = store_open(path, err)) != NULL;
    d->put_aside = store_put_aside(path);
    if (ok && d->put_aside)
        log_error("store", "%d damaged stores lie beside %s; see docs/store.md", d->put_aside, path);
    free(path);
    return ok;
}

static bool open_line(struct desk *d, struct err *err)
{
    const struct station *s = d->station;
    struct post_config config = {.url = s->central_url, .ca = s->central_ca,
                                 .cert = s->central_cert, .key = s->central_key,
                                 .signing_cert = s->central_signing_cert,
                                 .station = s->id};
    d->post = post_client_create(&config, err);
    d->query = d->post ? post_client_create(&config, err) : NULL;
    return d->query != NULL;
}

/* A spec nobody understands is the operator's mistake and said at once; a device
 * that is away is opened by its thread when it comes. */
static bool open_devices(struct desk *d, struct err *err)
{
    const struct station *s = d->station;
    if (station_has(s->card_reader) && !(d->card_reader = card_reader_open(s->card_reader, err)))
        return false;
    if (station_has(s->printer) && !(d->printer = printer_open(s->printer, err)))
        return false;
    if (station_has(s->scanner) && !(d->scanner = scanner_open(s->scanner, err)))
        return false;
    if (d->scanner && pipe2(d->scan_cancel, O_CLOEXEC) != 0)
        return err_set(err, ERR_BROKEN, "scanner: %s", strerror(errno));
    return true;
}

struct desk *desk_open(const struct desk_config *config, struct err *err)
{
    struct desk *d = xcalloc(1, sizeof *d);
    const struct station *s = config->station;

    d->station = s;
    d->sdl_event = config->sdl_event;
    d->scan_cancel[0] = d->scan_cancel[1] = -1;
    if (!open_store(d, config->data_folder, err))
        goto bad;
    d->sealer = sealer_create(s->sealing_certs, s->sealing_cert_count, err);
    if (!d->sealer || !open_line(d, err) || !open_devices(d, err))
        goto bad;
    d->store_worker = worker_create("store", store_run, d, err);
    d->post_worker = worker_create("post", post_run, d, err);
    d->query_worker = worker_create("query", query_run, d, err);
    d->print_worker = worker_create("printer", print_run, d, err);
    d->card_worker = worker_create("card", card_run, d, err);
    if (!d->store_worker || !d->post_worker || !d->query_worker || !d->print_worker ||
        !d->card_worker)
        goto bad;
    if (d->scanner) {
        if (!(d->scan_worker = worker_create("scanner", scan_run, d, err)))
            goto bad;
        worker_post(d->scan_worker, NULL);
    }
    if (!store_setting_put(d->store, "queue.stopped", NULL, err)) /* tried anew */
        goto bad;
    desk_tick(d, clock_unix_ms());
    return d;
bad:
    desk_close(d);
    return NULL;
}

void desk_close(struct desk *d)
{
    if (!d)
        return;
    atomic_store(&d->card_wanted, 0);
    if (d->scan_cancel[1] >= 0 && write(d->scan_cancel[1], "x", 1) != 1)
        log_warn("scanner", "cannot be told to stop");
    worker_destroy(d->scan_worker);
    worker_destroy(d->card_worker);
    worker_destroy(d->print_worker);
    worker_destroy(d->query_worker);
    worker_destroy(d->post_worker);
    worker_destroy(d->store_worker);
    /* What came back too late for anybody: it may hold a card. */
    SDL_Event late;
    while (SDL_PeepEvents(&late, 1, SDL_GETEVENT, d->sdl_event, d->sdl_event) == 1)
        completion_free(late.user.data1);
    for (int i = 0; i < 2; i++)
        if (d->scan_cancel[i] >= 0)
            close(d->scan_cancel[i]);
    scanner_close(d->scanner);
    card_reader_close(d->card_reader);
    printer_close(d->printer);
    post_client_destroy(d->query);
    post_client_destroy(d->post);
    sealer_destroy(d->sealer);
    store_close(d->store);
    free(d);
}

/* ---- what a visit wants ---- */

static void mint(int64_t now_ms, char *id, char *code)
{
    uint8_t random[18];
    if (RAND_bytes(random, sizeof random) != 1)
        abort(); /* without randomness ids are no ids */
    uuid7_make(now_ms, random, id);
    receipt_code_make(random + 10, code);
}

static void submit(struct desk *d, const struct visit *v, const struct visit_world *w)
{
    const struct service *s = visit_service(v, w);
    struct store_job *j = store_job(S_APPEND);
    buf_init(&j->plain, SEAL_PLAIN_MAX);
    submission_write(v, w, d->station->id, &j->plain);
    memcpy(j->row.id, v->id, sizeof v->id);
    text_copy(j->row.code, sizeof j->row.code, v->code);
    text_copy(j->row.service, sizeof j->row.service, s->id);
    j->row.service_version = s->version;
    j->row.created_ms = j->row.next_try_ms = v->now_ms;
    worker_post(d->store_worker, j);
}

static void query(struct desk *d, const struct effect *fx, const struct visit *v)
{
    json_t *ask = json_object();
    if (fx->code[0]) {
        json_object_set_new(ask, "code", json_string(fx->code));
        if (fx->id[0])
            json_object_set_new(ask, "id", json_string(fx->id));
    } else {
        static const char *const kinds[] = {"resident", "hmt_residence", "permanent_2017",
                                            "permanent_2023"};
        json_object_set_new(ask, "id_type", json_string(kinds[v->person.card.kind]));
        json_object_set_new(ask, "id_no", json_string(v->person.card.number));
        json_object_set_new(ask, "assurance", json_string("A2"));
    }
    char *text = json_dumps(ask, JSON_COMPACT);
    json_decref(ask);
    if (fx->code[0]) { /* perhaps it has not left this terminal yet */
        struct store_job *j = store_job(S_FIND);
        text_copy(j->row.code, sizeof j->row.code, fx->code);
        j->query = text;
        worker_post(d->store_worker, j);
        return;
    }
    struct completion *c = completion(C_STATUS);
    c->query = text;
    worker_post(d->query_worker, c);
}

void desk_do(struct desk *d, const struct effect *fx, const struct visit *v,
             const struct visit_world *w)
{
    switch (fx->kind) {
    case FX_READ_CARD:
        atomic_store(&d->card_wanted, ++d->card_request);
        if (d->card_reader) {
            worker_post(d->card_worker, (void *)(uintptr_t)d->card_request);
        } else {
            struct completion *c = completion(C_CARD_READER_GONE);
            c->request = d->card_request;
            send_back(d, c);
        }
        break;
    case FX_STOP_CARD:
        atomic_store(&d->card_wanted, 0);
        break;
    case FX_MINT: {
        struct completion *c = completion(C_MINTED);
        mint(v->now_ms, c->id, c->code);
        send_back(d, c);
        break;
    }
    case FX_SUBMIT:
        submit(d, v, w);
        break;
    case FX_PRINT:
        worker_post(d->print_worker, slip_create(v, w, d->station));
        break;
    case FX_QUERY:
        query(d, fx, v);
        break;
    case FX_CALL_STAFF:
        log_warn("staff", "a resident asks for help");
        break;
    case FX_WIPE:
        break; /* main.c forgets what was drawn */
    }
}

/* ---- the queue ---- */

int64_t desk_deadline(const struct desk *d)
{
    return d->sending ? 0 : d->due_ms;
}

int64_t desk_next_attempt_ms(const struct desk *d, int64_t now_ms)
{
    if (d->sending || (d->due_ms != 0 && d->due_ms <= now_ms))
        return 0;
    return d->waiting ? d->due_ms - now_ms : -1;
}

bool desk_stopped(const struct desk *d)
{
    return d->stopped;
}

int desk_put_aside(const struct desk *d)
{
    return d->put_aside;
}

int desk_refused(const struct desk *d)
{
    return d->refused;
}

void desk_tick(struct desk *d, int64_t now_ms)
{
    if (d->sending || (d->stopped && now_ms < d->due_ms))
        return;
    d->sending = true; /* until C_DUE says there is nothing, or C_SETTLED */
    struct store_job *j = store_job(S_NEXT_DUE);
    j->now_ms = now_ms;
    worker_post(d->store_worker, j);
}

static void note_outcome(struct desk *d, struct completion *c, int64_t now_ms)
{
    const struct delivery_result *p = &c->delivery;
    struct store_job *j = store_job(S_SETTLE);
    uint32_t random;

    if (RAND_bytes((unsigned char *)&random, sizeof random) != 1)
        abort();
    memcpy(j->row.id, c->row.id, sizeof j->row.id);
    j->now_ms = now_ms;
    j->outcome = p->outcome;
    j->clear_stop = d->stopped && p->outcome != STOP;
    text_copy(j->reason, sizeof j->reason, p->reason);
    switch (p->outcome) {
    case DELIVERED:
        j->delivery = c->delivery;
        c->delivery = (struct delivery_result){0};
        break;
    case PARK:
        log_error("queue", "parked one application: %s", p->reason);
        break;
    case STOP:
        log_error("queue", "stopped: %s; see bangbanctl queue", p->reason);
        break;
    default:
        j->next_try_ms = post_next_try(c->row.attempts + 1, now_ms, random, p->retry_after_ms);
        log_info("queue", "not delivered, again in %lld s: %s",
                 (long long)(j->next_try_ms - now_ms) / 1000, p->reason);
    }
    worker_post(d->store_worker, j);
}

static bool settled(struct desk *d, const struct completion *c, int64_t now_ms,
                    struct event *out)
{
    static const enum event_kind said[] = {[DELIVERED] = EV_DELIVERED,
                                           [RETRY] = EV_LINE_DOWN,
                                           [PARK] = EV_REFUSED,
                                           [STOP] = EV_STOPPED};
    out->kind = said[c->outcome];
    d->sending = false;
    d->stopped = c->outcome == STOP;
    /* Not noted: the row is still due and would be sent again at once, for ever. */
    if (!c->found || d->stopped)
        d->due_ms = now_ms + (d->stopped ? STOPPED_AGAIN_MS : STORE_AGAIN_MS);
    else
        desk_tick(d, now_ms);
    return c->found;
}

bool desk_take(struct desk *d, struct completion *c, int64_t now_ms, struct event *out)
{
    bool for_visit = true;
    *out = (struct event){.now_ms = now_ms};
    memcpy(out->id, c->id, sizeof out->id);
    switch (c->kind) {
    case C_MINTED:
        out->kind = EV_MINTED;
        memcpy(out->code, c->code, sizeof out->code);
        break;
    case C_STORED:
        out->kind = EV_STORED;
        out->flag = d->stopped;
        desk_tick(d, now_ms);
        if (d->due_ms == 0)
            d->due_ms = now_ms; /* a look at the queue was already under way */
        break;
    case C_STORE_FAILED:
        out->kind = EV_STORE_FAILED;
        break;
    case C_DUE:
        for_visit = false;
        d->refused = c->refused;
        d->waiting = c->waiting;
        if (!c->found) {
            d->sending = false;
            d->due_ms = c->due_ms;
            break;
        }
        worker_post(d->post_worker, c);
        return false;
    case C_SENT:
        for_visit = false; /* said once it is noted */
        note_outcome(d, c, now_ms);
        break;
    case C_SETTLED:
        for_visit = settled(d, c, now_ms, out);
        break;
    case C_LOCAL:
        if (c->case_count && c->cases[0].only_here) {
            out->kind = EV_STATUS;
            out->case_count = 1;
            out->cases[0] = c->cases[0];
            break;
        }
        worker_post(d->query_worker, c);
        return false;
    case C_STATUS:
        out->kind = c->found ? EV_STATUS : EV_STATUS_FAILED;
        out->flag = c->err.kind == ERR_NONE;
        out->case_count = c->case_count;
        memcpy(out->cases, c->cases, sizeof out->cases);
        break;
    case C_PRINTED:
        out->kind = c->printed == PRINT_DONE          ? EV_PRINTED
                    : c->printed == PRINT_UNCONFIRMED ? EV_PRINT_UNCONFIRMED
                                                      : EV_PRINT_FAILED;
        text_copy(out->text, sizeof out->text, c->text);
        break;
    case C_CARD:
    case C_CARD_FAILED:
    case C_CARD_READER_GONE:
        for_visit = c->request == atomic_load(&d->card_wanted);
        out->kind = c->kind == C_CARD          ? EV_CARD
                    : c->kind == C_CARD_FAILED ? EV_CARD_FAILED
                                               : EV_CARD_ABSENT_READER;
        out->card = c->card;
        break;
    case C_QR:
        out->kind = EV_QR;
        text_copy(out->text, sizeof out->text, c->text);
        break;
    }
    completion_free(c);
    return for_visit;
}
