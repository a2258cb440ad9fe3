/* Only a receipt whose signature is good counts as success: a hotel's log-in page
 * also answers 200. The trust store of the system is switched off on purpose
 * (CAPATH as well as CAINFO): the station believes one CA. Redirects are never
 * followed, and an environment's proxy is ignored. */
#include "post/deliver.h"

#include <curl/curl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "post/cms_receipt.h"
#include "post/schedule.h"
#include "post/seal.h"

enum { ANSWER_MAX = 64 << 10, CONNECT_MS = 10000, TOTAL_MS = 60000 };

struct post_client {
    CURL *curl;
    char *url, *ca, *cert, *key, *signing_cert, *agent;
    long connect_ms, total_ms;
    bool (*stopping)(void *self);
    void *self;
    char problem[CURL_ERROR_SIZE];
};

enum delivery_outcome delivery_classify(enum post_line line, int status,
                                        bool receipt_good)
{
    if (line == LINE_STRANGER)
        return STOP;
    if (line == LINE_NO_ANSWER)
        return RETRY;
    switch (status) {
    case 200:
    case 201:
        return receipt_good ? DELIVERED : RETRY;
    case 401:
    case 403:
        return STOP;
    case 400:
    case 410:
    case 413:
    case 415:
    case 422:
        return PARK;
    default: /* 409, 429, 5xx, and whatever a proxy or portal makes up */
        return RETRY;
    }
}

int64_t delivery_retry_after_ms(const char *value, int64_t now_ms)
{
    while (*value == ' ' || *value == '\t')
        value++;
    size_t digits = strspn(value, "0123456789");
    int64_t wait;
    if (digits) {
        if (value[digits + strspn(value + digits, " \t")])
            return -1;
        wait = digits > 9 ? POST_RETRY_AFTER_CAP_MS : atoll(value) * 1000;
    } else {
        time_t when = curl_getdate(value, NULL);
        if (when == -1)
            return -1;
        wait = (int64_t)when * 1000 - now_ms;
    }
    if (wait < 0)
        wait = 0;
    return wait < POST_RETRY_AFTER_CAP_MS ? wait : POST_RETRY_AFTER_CAP_MS;
}

static bool readable(const char *what, const char *path, struct err *err)
{
    if (!path || access(path, R_OK) != 0)
        return err_set(err, ERR_BROKEN, "post: %s cannot be read: %s", what,
                       path ? path : "not set");
    return true;
}

struct post_client *post_client_create(const struct post_config *config,
                                       struct err *err)
{
    if (!config->url || strncmp(config->url, "https://", 8) != 0) {
        err_set(err, ERR_BROKEN, "post: the address must begin with https://");
        return NULL;
    }
    if (!readable("the CA", config->ca, err) ||
        !readable("the station's certificate", config->cert, err) ||
        !readable("the station's key", config->key, err) ||
        !readable("the receipt signing certificate", config->signing_cert, err))
        return NULL;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        err_set(err, ERR_BROKEN, "post: libcurl does not start");
        return NULL;
    }
    struct post_client *c = xcalloc(1, sizeof *c);
    c->url = xstrdup(config->url);
    size_t len = strlen(c->url);
    while (len && c->url[len - 1] == '/')
        c->url[--len] = '\0';
    c->ca = xstrdup(config->ca);
    c->cert = xstrdup(config->cert);
    c->key = xstrdup(config->key);
    c->signing_cert = xstrdup(config->signing_cert);
    c->agent = xasprintf("bangban (%s)", config->station ? config->station : "-");
    c->connect_ms = config->connect_ms ? config->connect_ms : CONNECT_MS;
    c->total_ms = config->total_ms ? config->total_ms : TOTAL_MS;
    c->stopping = config->stopping;
    c->self = config->self;
    c->curl = curl_easy_init();
    if (!c->curl) {
        err_set(err, ERR_BROKEN, "post: no libcurl handle");
        post_client_destroy(c);
        return NULL;
    }
    return c;
}

void post_client_destroy(struct post_client *c)
{
    if (!c)
        return;
    curl_easy_cleanup(c->curl);
    free(c->url);
    free(c->ca);
    free(c->cert);
    free(c->key);
    free(c->signing_cert);
    free(c->agent);
    free(c);
    curl_global_cleanup();
}

/* ---- one exchange ---- */

struct answer {
    enum post_line line;
    int status;
    int64_t retry_after_ms;
    struct buf body; /* bounded; overflow says that more was sent */
};

static size_t take(char *data, size_t size, size_t n, void *self)
{
    struct answer *answer = self;
    return buf_append(&answer->body, data, size * n) ? size * n : 0;
}

static int progress(void *self, curl_off_t a, curl_off_t b, curl_off_t x,
                    curl_off_t y)
{
    (void)a, (void)b, (void)x, (void)y;
    struct post_client *c = self;
    return c->stopping && c->stopping(c->self);
}

/* Is this failure about who is who, rather than about the line? */
static bool is_stranger(CURLcode rc, const char *problem)
{
    switch (rc) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return true;
    default: /* the other side's alert about ours; libcurl has no code for it */
        return strstr(problem, "alert") &&
               (strstr(problem, "certificate") || strstr(problem, "unknown ca"));
    }
}

static void exchange(struct post_client *c, const char *method, const char *path,
                     struct curl_slist *headers, const void *body, size_t len,
                     int64_t now_ms, struct answer *answer)
{
    CURL *h = c->curl;
    char *url = xasprintf("%s%s", c->url, path);
    *answer = (struct answer){.retry_after_ms = -1};
    buf_init(&answer->body, ANSWER_MAX);
    curl_easy_reset(h); /* options only: the open connection is kept */
    c->problem[0] = '\0';
    curl_easy_setopt(h, CURLOPT_ERRORBUFFER, c->problem);
    curl_easy_setopt(h, CURLOPT_URL, url);
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(h, CURLOPT_PROXY, "");
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_USERAGENT, c->agent);
    curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(h, CURLOPT_CAINFO, c->ca);
    curl_easy_setopt(h, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(h, CURLOPT_SSLCERT, c->cert);
    curl_easy_setopt(h, CURLOPT_SSLKEY, c->key);
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, c->connect_ms);
    curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, c->total_ms);
    curl_easy_setopt(h, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
    curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, progress);
    curl_easy_setopt(h, CURLOPT_XFERINFODATA, c);
    curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);

    CURLcode rc = curl_easy_perform(h);
    long status = 0;
    curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
    /* An answer that is too long is still an answer: its status counts. */
    if (rc == CURLE_OK || (rc == CURLE_WRITE_ERROR && answer->body.overflow)) {
        answer->line = LINE_ANSWERED;
        answer->status = (int)status;
        struct curl_header *header;
        if (curl_easy_header(h, "Retry-After", 0, CURLH_HEADER, -1, &header) ==
            CURLHE_OK)
            answer->retry_after_ms = delivery_retry_after_ms(header->value, now_ms);
    } else {
        if (!c->problem[0])
            snprintf(c->problem, sizeof c->problem, "%s", curl_easy_strerror(rc));
        answer->line = is_stranger(rc, c->problem) ? LINE_STRANGER : LINE_NO_ANSWER;
    }
    /* Nothing of ours may be reached through the handle after we return. */
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(h, CURLOPT_POSTFIELDS, NULL);
    free(url);
}

/* ---- submissions ---- */

static bool copy_member(const json_t *object, const char *key, char *out,
                        size_t size, struct err *err)
{
    const char *text = json_text(object, key, err);
    return text && (text_copy(out, size, text) ||
                    err_set(err, ERR_REFUSED, "receipt: %s is too long", key));
}

/* Good signature, and about these very bytes? */
static bool check_receipt(const struct post_client *c, const struct post_item *item,
                          const struct buf *body, struct delivery_result *result,
                          struct err *err)
{
    if (body->overflow)
        return err_set(err, ERR_REFUSED, "receipt: answer too large");
    struct buf text;
    buf_init(&text, ANSWER_MAX);
    json_t *json = NULL;
    char id[64], digest[80];
    bool ok = receipt_verify(body->data, body->len, c->signing_cert, &text, err) &&
              (json = json_read("receipt", text.data, text.len, ANSWER_MAX, err)) &&
              copy_member(json, "id", id, sizeof id, err) &&
              copy_member(json, "digest", digest, sizeof digest, err) &&
              copy_member(json, "code", result->code, sizeof result->code, err) &&
              copy_member(json, "case", result->case_no, sizeof result->case_no,
                          err) &&
              copy_member(json, "received", result->received,
                          sizeof result->received, err);
    if (ok && (strcmp(id, item->id) != 0 || strcmp(digest, item->digest_hex) != 0))
        ok = err_set(err, ERR_REFUSED, "receipt: signed, but for another submission");
    if (ok && json_is_string(json_object_get(json, "due")))
        ok = copy_member(json, "due", result->due, sizeof result->due, err);
    json_decref(json);
    buf_finish(&text);
    return ok;
}

static struct curl_slist *submission_headers(const struct post_item *item)
{
    unsigned char raw[32];
    char base64[48];
    seal_digest(item->envelope, item->len, raw);
    EVP_EncodeBlock((unsigned char *)base64, raw, sizeof raw);
    char *lines[] = {
        xstrdup("Content-Type: application/cms"),
        xasprintf("Bangban-Suite: %d", item->suite),
        xasprintf("Content-Digest: sha-256=:%s:", base64),
        xasprintf("Idempotency-Key: %s", item->id),
        xstrdup("Expect:"), /* no pause for "100 Continue" */
    };
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        list = curl_slist_append(list, lines[i]);
        free(lines[i]);
    }
    return list;
}

void post_deliver(struct post_client *c, const struct post_item *item,
                  int64_t now_ms, struct delivery_result *result)
{
    memset(result, 0, sizeof *result);
    buf_init(&result->receipt, ANSWER_MAX);
    struct curl_slist *headers = submission_headers(item);
    char *path = xasprintf("/v1/submissions/%s", item->id);
    struct answer answer;
    exchange(c, "PUT", path, headers, item->envelope, item->len, now_ms, &answer);

    struct err err = {0};
    bool good = false;
    bool success = answer.status == 200 || answer.status == 201;
    if (answer.line == LINE_ANSWERED && success) {
        good = check_receipt(c, item, &answer.body, result, &err);
        /* Our own certificate file is missing: an operator must act. */
        if (!good && err.kind == ERR_BROKEN)
            answer.line = LINE_STRANGER;
    }
    result->status = answer.status;
    result->retry_after_ms = answer.retry_after_ms;
    result->outcome = delivery_classify(answer.line, answer.status, good);
    if (good)
        buf_append(&result->receipt, answer.body.data, answer.body.len);
    else if (success)
        snprintf(result->reason, sizeof result->reason, "%d without a good receipt: %.110s",
                 answer.status, err.text);
    else if (answer.line == LINE_ANSWERED)
        snprintf(result->reason, sizeof result->reason, "answer %d", answer.status);
    else
        snprintf(result->reason, sizeof result->reason, "%s: %.120s",
                 answer.line == LINE_STRANGER ? "identity not accepted" : "no answer",
                 c->problem);
    buf_finish(&answer.body);
    curl_slist_free_all(headers);
    free(path);
}

void delivery_result_finish(struct delivery_result *result)
{
    buf_finish(&result->receipt);
}

/* ---- status ---- */

static void optional(const json_t *object, const char *key, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(object, key));
    text_copy(out, size, text ? text : "");
}

static bool read_cases(const struct buf *body, struct post_case *out, int *n,
                       struct err *err)
{
    json_t *json = body->overflow
                       ? NULL
                       : json_read("status", body->data, body->len, ANSWER_MAX, err);
    const json_t *cases = json_object_get(json, "cases");
    if (!json_is_array(cases)) {
        json_decref(json);
        return err_set(err, ERR_OFFLINE, "status: the answer is not a list of cases");
    }
    size_t count = json_array_size(cases);
    for (size_t i = 0; i < count && *n < POST_CASES_MAX; i++) {
        const json_t *one = json_array_get(cases, i);
        struct post_case *c = &out[*n];
        optional(one, "code", c->code, sizeof c->code);
        optional(one, "state", c->state, sizeof c->state);
        if (!c->state[0])
            continue; /* nothing that could be shown */
        optional(one, "id", c->id, sizeof c->id);
        optional(one, "service", c->service, sizeof c->service);
        optional(one, "step", c->step, sizeof c->step);
        optional(one, "received", c->received, sizeof c->received);
        optional(one, "due", c->due, sizeof c->due);
        optional(one, "decided", c->decided, sizeof c->decided);
        optional(one, "reason", c->reason, sizeof c->reason);
        optional(one, "note", c->note, sizeof c->note);
        ++*n;
    }
    json_decref(json);
    return true;
}

bool post_query_status(struct post_client *c, const char *request,
                       struct post_case out[POST_CASES_MAX], int *n,
                       struct err *err)
{
    *n = 0;
    memset(out, 0, POST_CASES_MAX * sizeof *out);
    struct curl_slist *headers =
        curl_slist_append(NULL, "Content-Type: application/json");
    struct answer answer;
    exchange(c, "POST", "/v1/status", headers, request, strlen(request), 0, &answer);
    bool ok = false;
    if (answer.line == LINE_STRANGER)
        err_set(err, ERR_BROKEN, "status: identity not accepted: %.150s", c->problem);
    else if (answer.line == LINE_NO_ANSWER)
        err_set(err, ERR_OFFLINE, "status: no answer: %.150s", c->problem);
    else if (answer.status == 200)
        ok = read_cases(&answer.body, out, n, err);
    else if (answer.status >= 400 && answer.status < 500 && answer.status != 429 &&
             answer.status != 408)
        err_set(err, ERR_REFUSED, "status: answer %d", answer.status);
    else
        err_set(err, ERR_OFFLINE, "status: answer %d", answer.status);
    buf_finish_wipe(&answer.body);
    curl_slist_free_all(headers);
    return ok;
}
