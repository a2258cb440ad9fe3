/* The real program as a child process on a free port, talked to over TLS with the
 * certificates it issued. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "post/cms_receipt.h"
#include "post/deliver.h"
#include "post/seal.h"
#include "rules/receipt_code.h"

#define NAME "张德福"
#define NUMBER "510229194403080012"
#define ADDRESS "胜利路街道测试村"

static char root[] = "/tmp/bangban-central-XXXXXX";

struct child {
    pid_t pid;
    int port;
};
static struct child central;

/* ---- programs ---- */

/* In the folder of this test: "data", "st-01", ... */
static const char *in_root(const char *name)
{
    static char paths[8][256];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", root, name);
    return path;
}

static pid_t spawn(const char *const *args, const char *die, int out, int errors)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(out, STDOUT_FILENO);
        dup2(errors, STDERR_FILENO);
        if (die)
            setenv("BANGBAN_CENTRAL_DIE", die, 1);
        execv(CENTRAL_PROGRAM, (char *const *)(uintptr_t)args);
        _exit(127);
    }
    return pid;
}

static int exit_status(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Runs a command to its end; its words may be NULL from some point on. Standard
 * output goes to *out, if wanted, and errors with it. */
static int run(struct buf *out, const char *const *args)
{
    int fds[2];
    char chunk[4096];
    ssize_t n;
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    pid_t pid = spawn(args, NULL, fds[1], fds[1]);
    close(fds[1]);
    while ((n = read(fds[0], chunk, sizeof chunk)) > 0) {
        if (out)
            buf_append(out, chunk, (size_t)n);
    }
    close(fds[0]);
    return exit_status(pid);
}

#define RUN(out, ...) run(out, (const char *const[]){CENTRAL_PROGRAM, __VA_ARGS__, NULL})

static struct child start(const char *die)
{
    struct child c;
    char text[64] = "";
    size_t got = 0;
    int fds[2], log;
    const char *const args[] = {CENTRAL_PROGRAM, "serve", "--data", in_root("data"),
                                "--listen", "127.0.0.1:0", "--config", "kiosk-config", NULL};
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    log = open(in_root("log"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(log >= 0);
    c.pid = spawn(args, die, fds[1], log);
    close(fds[1]);
    close(log);
    while (sscanf(text, "ready port %d", &c.port) != 1 || text[got - 1] != '\n') {
        ssize_t n = read(fds[0], text + got, sizeof text - 1 - got);
        if (n <= 0)
            fail_msg("the central system did not start");
        got += (size_t)n;
        text[got] = 0;
    }
    close(fds[0]);
    return c;
}

static int stop(struct child *c)
{
    kill(c->pid, SIGTERM);
    return exit_status(c->pid);
}

/* ---- talking ---- */

struct reply {
    long status; /* 0: no answer */
    struct buf body;
    char retry_after[32];
};

static size_t take(char *data, size_t size, size_t n, void *self)
{
    return buf_append(self, data, size * n) ? size * n : 0;
}

static CURL *client(const struct child *c, const char *station, const char *path)
{
    CURL *h = curl_easy_init();
    char *url = xasprintf("https://localhost:%d%s", c->port, path);
    char *ca = xasprintf("%s/data/ca.crt", root);
    curl_easy_setopt(h, CURLOPT_URL, url);
    curl_easy_setopt(h, CURLOPT_CAINFO, ca);
    curl_easy_setopt(h, CURLOPT_PROXY, "");
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_TIMEOUT, 30L);
    if (station) {
        char *cert = xasprintf("%s/%s/station.crt", root, station);
        char *key = xasprintf("%s/%s/station.key", root, station);
        curl_easy_setopt(h, CURLOPT_SSLCERT, cert);
        curl_easy_setopt(h, CURLOPT_SSLKEY, key);
        free(cert);
        free(key);
    }
    free(url);
    free(ca);
    return h;
}

static void talk(const struct child *c, const char *station, const char *method,
                 const char *path, const char *const *headers, const void *body, size_t len,
                 struct reply *reply)
{
    CURL *h = client(c, station, path);
    struct curl_slist *list = NULL;
    struct curl_header *retry;
    memset(reply, 0, sizeof *reply);
    buf_init(&reply->body, 0);
    for (int i = 0; headers && headers[i]; i++)
        list = curl_slist_append(list, headers[i]);
    list = curl_slist_append(list, "Expect:");
    curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, list);
    if (body) {
        curl_easy_setopt(h, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
    }
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, &reply->body);
    if (curl_easy_perform(h) == CURLE_OK) {
        curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &reply->status);
        if (curl_easy_header(h, "Retry-After", 0, CURLH_HEADER, -1, &retry) == CURLHE_OK)
            snprintf(reply->retry_after, sizeof reply->retry_after, "%s", retry->value);
    }
    curl_slist_free_all(list);
    curl_easy_cleanup(h);
}

/* What a terminal holds: an id, a code and sealed bytes. */
struct sealed {
    char id[UUID_TEXT_LEN + 1], code[RECEIPT_CODE_LEN + 1];
    struct buf envelope;
};

static uint8_t counter;

static void new_names(struct sealed *s)
{
    counter++;
    const uint8_t random[10] = {counter, 7, 7, 7, 7, 7, 7, 7, 7, counter};
    uuid7_make(1795521600000, random, s->id);
    receipt_code_make(random, s->code);
}

static void seal_text(const char *text, struct buf *out)
{
    const char *const certs[] = {in_root("data/sealing.crt"), in_root("data/escrow.crt")};
    struct sealer *sealer = sealer_create(certs, 2, NULL);
    assert_non_null(sealer);
    buf_init(out, 0);
    assert_true(seal(sealer, text, strlen(text), out, NULL));
    sealer_destroy(sealer);
}

static char *application_text(const struct sealed *s, const char *number)
{
    json_t *json = json_pack(
        "{s:i, s:s, s:s, s:s, s:s, s:i, s:s, s:s,"
        " s:{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}, s:{s:s}, s:[], s:[], s:[s]}",
        "format", 1, "id", s->id, "code", s->code, "station", "st-01", "service",
        "gaoling_jintie", "service_version", 1, "language", "zh-CN", "created",
        "2026-11-24T12:00:00+08:00", "applicant", "name", NAME, "id_type", "resident",
        "id_no", number, "birth", "1944-03-08", "sex", "1", "nation", "01", "address",
        ADDRESS, "assurance", "A2", "how", "card", "answers", "mobile", "13800138000",
        "skipped", "warnings", "consents", "privacy");
    assert_non_null(json);
    char *text = json_dumps(json, 0);
    json_decref(json);
    return text;
}

static struct sealed application(const char *number)
{
    struct sealed s;
    new_names(&s);
    char *text = application_text(&s, number);
    seal_text(text, &s.envelope);
    free(text);
    return s;
}

struct put_headers {
    char type[64], suite[64], digest[128], key[96];
    const char *list[5];
};

static void fill_headers(struct put_headers *h, const char *id, const void *body, size_t len)
{
    unsigned char raw[32];
    char base64[48];
    seal_digest(body, len, raw);
    EVP_EncodeBlock((unsigned char *)base64, raw, sizeof raw);
    snprintf(h->type, sizeof h->type, "Content-Type: application/cms");
    snprintf(h->suite, sizeof h->suite, "Bangban-Suite: 1");
    snprintf(h->digest, sizeof h->digest, "Content-Digest: sha-256=:%s:", base64);
    snprintf(h->key, sizeof h->key, "Idempotency-Key: %s", id);
    const char *const list[5] = {h->type, h->suite, h->digest, h->key, NULL};
    memcpy(h->list, list, sizeof list);
}

static void put_bytes(const struct child *c, const char *station, const char *id,
                      const void *body, size_t len, struct reply *reply)
{
    struct put_headers h;
    char *path = xasprintf("/v1/submissions/%s", id);
    fill_headers(&h, id, body, len);
    talk(c, station, "PUT", path, h.list, body, len, reply);
    free(path);
}

static long put_status(const char *station, const char *id, const void *body, size_t len)
{
    struct reply reply;
    put_bytes(&central, station, id, body, len, &reply);
    buf_finish(&reply.body);
    return reply.status;
}

static long put(const struct sealed *s)
{
    return put_status("st-01", s->id, s->envelope.data, s->envelope.len);
}

static json_t *command_json(const char *command, const char *word)
{
    struct buf out;
    buf_init(&out, 0);
    int status = word ? RUN(&out, command, word, "--data", in_root("data"))
                      : RUN(&out, command, "--json", "--data", in_root("data"));
    if (status != 0)
        fail_msg("%s: %s", command, (char *)out.data);
    json_t *json = json_loadb((char *)out.data, out.len, 0, NULL);
    assert_non_null(json);
    buf_finish(&out);
    return json;
}

static int cases_with_id(const char *id)
{
    json_t *list = command_json("cases", NULL), *one;
    size_t i;
    int n = 0;
    json_array_foreach(list, i, one) {
        if (strcmp(json_string_value(json_object_get(one, "id")), id) == 0)
            n++;
    }
    json_decref(list);
    return n;
}

static const char *text_of(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text ? text : "(missing)";
}

static bool contains(const struct buf *b, const char *text)
{
    return b->len && memmem(b->data, b->len, text, strlen(text));
}

/* ---- submissions ---- */

static void a_new_submission_is_201_and_its_retry_200_with_the_same_bytes(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    struct reply first, again;
    put_bytes(&central, "st-01", s.id, s.envelope.data, s.envelope.len, &first);
    put_bytes(&central, "st-01", s.id, s.envelope.data, s.envelope.len, &again);
    assert_int_equal(first.status, 201);
    assert_int_equal(again.status, 200);
    assert_int_equal(first.body.len, again.body.len);
    assert_memory_equal(first.body.data, again.body.data, first.body.len);
    assert_int_equal(cases_with_id(s.id), 1);
    buf_finish(&first.body);
    buf_finish(&again.body);
    buf_finish(&s.envelope);
}

static void the_receipt_is_signed_and_names_id_digest_case_and_dates(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    struct reply reply;
    struct buf text;
    char digest[65];
    put_bytes(&central, "st-01", s.id, s.envelope.data, s.envelope.len, &reply);
    buf_init(&text, 0);
    assert_true(receipt_verify(reply.body.data, reply.body.len, in_root("st-01/signing.crt"),
                               &text, NULL));
    json_t *json = json_loadb((char *)text.data, text.len, 0, NULL);
    seal_digest_hex(s.envelope.data, s.envelope.len, digest);
    assert_string_equal(text_of(json, "id"), s.id);
    assert_string_equal(text_of(json, "digest"), digest);
    assert_string_equal(text_of(json, "code"), s.code);
    const char *number = text_of(json, "case");
    assert_int_equal(strlen(number), strlen("2026-500118-0000017"));
    assert_memory_equal(number + 4, "-500118-0", 9);
    assert_int_equal(strlen(text_of(json, "received")), 25);
    json_decref(json);
    buf_finish(&text);
    buf_finish(&reply.body);
    buf_finish(&s.envelope);
}

static void the_terminals_own_client_delivers(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    char *url = xasprintf("https://localhost:%d", central.port), digest[65];
    const struct post_config config = {
        .url = url, .ca = in_root("st-01/ca.crt"), .cert = in_root("st-01/station.crt"),
        .key = in_root("st-01/station.key"), .signing_cert = in_root("st-01/signing.crt")};
    struct post_client *c = post_client_create(&config, NULL);
    assert_non_null(c);
    seal_digest_hex(s.envelope.data, s.envelope.len, digest);
    const struct post_item item = {s.id, digest, SEAL_SUITE, s.envelope.data,
                                   s.envelope.len};
    struct delivery_result result;
    post_deliver(c, &item, 0, &result);
    assert_string_equal(result.reason, "");
    assert_int_equal(result.outcome, DELIVERED);
    assert_string_equal(result.code, s.code);
    delivery_result_finish(&result);

    char *request = xasprintf("{\"code\": \"%s\"}", s.code);
    struct post_case found[POST_CASES_MAX];
    int n;
    assert_true(post_query_status(c, request, found, &n, NULL));
    assert_int_equal(n, 1);
    assert_string_equal(found[0].state, "received");
    assert_string_equal(found[0].step, "accept");
    free(request);
    post_client_destroy(c);
    free(url);
    buf_finish(&s.envelope);
}

static void the_case_command_shows_the_whole_application(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    assert_int_equal(put(&s), 201);
    json_t *json = command_json("case", s.code);
    const json_t *a = json_object_get(json, "application");
    assert_string_equal(text_of(json, "state"), "received");
    assert_string_equal(text_of(json_object_get(a, "applicant"), "name"), NAME);
    assert_string_equal(text_of(json_object_get(a, "answers"), "mobile"), "13800138000");
    assert_true(json_array_size(json_object_get(json, "steps")) > 1);
    assert_int_equal(json_array_size(json_object_get(json, "events")), 1);
    json_decref(json);
    buf_finish(&s.envelope);
}

static void the_same_id_with_other_content_is_422(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    assert_int_equal(put(&s), 201);
    struct sealed other = s;
    char *text = application_text(&s, "510229194403080020");
    seal_text(text, &other.envelope);
    assert_int_equal(put(&other), 422);
    assert_int_equal(put_status("st-01", s.id, "garbage", 7), 422);
    assert_int_equal(put(&s), 200);
    free(text);
    buf_finish(&other.envelope);
    buf_finish(&s.envelope);
}

static void what_cannot_be_opened_or_is_no_application_is_400(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER), bad = {0};
    new_names(&bad);
    assert_int_equal(put_status("st-01", bad.id, "garbage", 7), 400);
    assert_int_equal(put_status("st-01", bad.id, "", 0), 400);
    s.envelope.data[s.envelope.len / 2] ^= 1;
    assert_int_equal(put(&s), 400);
    seal_text("{\"format\": 1}", &bad.envelope);
    assert_int_equal(put(&bad), 400);
    buf_finish(&bad.envelope);
    seal_text("not JSON", &bad.envelope);
    assert_int_equal(put(&bad), 400);
    assert_int_equal(cases_with_id(bad.id), 0);
    buf_finish(&bad.envelope);
    buf_finish(&s.envelope);
}

static void an_envelope_sent_under_another_id_is_400(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER), other;
    new_names(&other);
    assert_int_equal(put_status("st-01", other.id, s.envelope.data, s.envelope.len), 400);
    assert_int_equal(put_status("st-01", "not-an-id", s.envelope.data, s.envelope.len), 400);
    buf_finish(&s.envelope);
}

/* One header of a good request replaced, or left out by an empty value. */
static long put_with(const struct sealed *s, int which, const char *line)
{
    struct put_headers h;
    struct reply reply;
    char *path = xasprintf("/v1/submissions/%s", s->id);
    fill_headers(&h, s->id, s->envelope.data, s->envelope.len);
    h.list[which] = line;
    talk(&central, "st-01", "PUT", path, h.list, s->envelope.data, s->envelope.len, &reply);
    free(path);
    buf_finish(&reply.body);
    return reply.status;
}

static void headers_are_held_to_the_protocol(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    static const char zero[] =
        "Content-Digest: sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:";
    assert_int_equal(put_with(&s, 0, "Content-Type: application/json"), 415);
    assert_int_equal(put_with(&s, 1, "Bangban-Suite: 2"), 415);
    assert_int_equal(put_with(&s, 1, "Bangban-Suite:"), 415);
    assert_int_equal(put_with(&s, 2, zero), 400);
    assert_int_equal(put_with(&s, 2, "Content-Digest:"), 400);
    assert_int_equal(put_with(&s, 3, "Idempotency-Key: another"), 400);
    assert_int_equal(put_with(&s, 0, "Content-Type: APPLICATION/CMS"), 201);
    buf_finish(&s.envelope);
}

static void a_body_beyond_the_limit_is_413(void **state)
{
    (void)state;
    struct sealed s;
    new_names(&s);
    size_t len = (1 << 20) + 1;
    char *body = xcalloc(1, len);
    assert_int_equal(put_status("st-01", s.id, body, len), 413);
    free(body);
}

/* Bytes as they are, for what a decent client would not send. */
static int raw_status(const struct buf *request)
{
    CURL *h = client(&central, "st-01", "/");
    char answer[256] = "";
    size_t done = 0, n, got = 0;
    int status = 0;
    curl_easy_setopt(h, CURLOPT_CONNECT_ONLY, 1L);
    assert_int_equal(curl_easy_perform(h), CURLE_OK);
    while (done < request->len) {
        CURLcode rc = curl_easy_send(h, request->data + done, request->len - done, &n);
        if (rc == CURLE_AGAIN)
            continue;
        if (rc != CURLE_OK)
            break;
        done += n;
    }
    while (got < 12) {
        CURLcode rc = curl_easy_recv(h, answer + got, sizeof answer - 1 - got, &n);
        if (rc == CURLE_AGAIN)
            continue;
        if (rc != CURLE_OK || n == 0)
            break;
        got += n;
    }
    sscanf(answer, "HTTP/1.1 %d", &status);
    curl_easy_cleanup(h);
    return status;
}

/* A submission right in everything but these header lines. */
static int put_raw(const struct sealed *s, bool chunked, const char *lines)
{
    struct put_headers h;
    struct buf request;
    buf_init(&request, 0);
    fill_headers(&h, s->id, s->envelope.data, s->envelope.len);
    buf_printf(&request, "PUT /v1/submissions/%s HTTP/1.1\r\nHost: localhost\r\n", s->id);
    for (int i = 0; h.list[i]; i++)
        buf_printf(&request, "%s\r\n", h.list[i]);
    buf_printf(&request, "%s\r\n", lines);
    if (chunked)
        buf_printf(&request, "%zx\r\n", s->envelope.len);
    buf_append(&request, s->envelope.data, s->envelope.len);
    if (chunked)
        buf_text(&request, "\r\n0\r\n\r\n");
    int status = raw_status(&request);
    buf_finish(&request);
    return status;
}

static void two_lengths_or_a_transfer_encoding_are_400(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    char *one = xasprintf("Content-Length: %zu\r\n", s.envelope.len);
    char *two = xasprintf("%s%s", one, one);
    char *both = xasprintf("%sTransfer-Encoding: chunked\r\n", one);
    assert_int_equal(put_raw(&s, false, two), 400);
    assert_int_equal(put_raw(&s, true, both), 400);
    assert_int_equal(put_raw(&s, true, "Transfer-Encoding: chunked\r\n"), 400);
    assert_int_equal(put_raw(&s, false, one), 201);
    free(one);
    free(two);
    free(both);
    buf_finish(&s.envelope);
}

static void pages_and_methods_that_are_not_there_are_404_and_405(void **state)
{
    (void)state;
    struct reply reply;
    talk(&central, "st-01", "GET", "/v1/other", NULL, NULL, 0, &reply);
    assert_int_equal(reply.status, 404);
    buf_finish(&reply.body);
    talk(&central, "st-01", "GET", "/v1/status", NULL, NULL, 0, &reply);
    assert_int_equal(reply.status, 405);
    buf_finish(&reply.body);
}

/* ---- who may ---- */

static void health_is_free(void **state)
{
    (void)state;
    struct reply reply;
    talk(&central, NULL, "GET", "/v1/health", NULL, NULL, 0, &reply);
    assert_int_equal(reply.status, 200);
    assert_true(contains(&reply.body, "\"ok\":true"));
    buf_finish(&reply.body);
}

static void without_a_certificate_of_ours_it_is_401(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    struct reply reply;
    assert_int_equal(put_status(NULL, s.id, s.envelope.data, s.envelope.len), 401);
    talk(&central, NULL, "POST", "/v1/status", NULL, "{}", 2, &reply);
    assert_int_equal(reply.status, 401);
    buf_finish(&reply.body);

    assert_int_equal(RUN(NULL, "init", "--data", in_root("foreign")), 0);
    assert_int_equal(RUN(NULL, "station", "st-01", "--data", in_root("foreign"), "--out",
                         in_root("st-foreign")), 0);
    assert_int_equal(put_status("st-foreign", s.id, s.envelope.data, s.envelope.len), 401);
    assert_int_equal(cases_with_id(s.id), 0);
    buf_finish(&s.envelope);
}

/* The CA also made it, but for another purpose. */
static void the_servers_own_certificate_is_no_station(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    struct err err = {0};
    size_t len;
    static const char *const copies[][2] = {{"data/server.crt", "st-server/station.crt"},
                                            {"data/server.key", "st-server/station.key"}};
    assert_true(file_make_folder(in_root("st-server"), &err));
    for (int i = 0; i < 2; i++) {
        char *data = file_read(in_root(copies[i][0]), 1 << 16, &len, &err);
        assert_true(data && file_write(in_root(copies[i][1]), data, len, 0600, &err));
        free(data);
    }
    assert_int_equal(put_status("st-server", s.id, s.envelope.data, s.envelope.len), 401);
    buf_finish(&s.envelope);
}

static void a_revoked_station_is_403_at_once(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    assert_int_equal(put_status("st-02", s.id, s.envelope.data, s.envelope.len), 201);
    assert_int_equal(RUN(NULL, "revoke", "st-02", "--data", in_root("data")), 0);
    assert_int_equal(put_status("st-02", s.id, s.envelope.data, s.envelope.len), 403);
    assert_int_equal(put(&s), 200);
    buf_finish(&s.envelope);
}

/* ---- status ---- */

static json_t *ask(const char *station, const char *request, struct buf *raw)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    struct reply reply;
    talk(&central, station, "POST", "/v1/status", headers, request, strlen(request), &reply);
    assert_int_equal(reply.status, 200);
    json_t *root_json = json_loadb((char *)reply.body.data, reply.body.len, 0, NULL);
    json_t *cases = json_incref(json_object_get(root_json, "cases"));
    json_decref(root_json);
    if (raw)
        *raw = reply.body;
    else
        buf_finish(&reply.body);
    return cases;
}

static void status_by_code_tells_nothing_personal(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    struct buf raw;
    assert_int_equal(put(&s), 201);
    assert_int_equal(RUN(NULL, "move", s.code, "checking", "--note", "ask " NAME, "--data",
                         in_root("data")), 0);
    char *request = xasprintf("{\"code\": \"%s\"}", s.code);
    json_t *cases = ask("st-01", request, &raw);
    assert_int_equal(json_array_size(cases), 1);
    assert_string_equal(text_of(json_array_get(cases, 0), "id"), s.id);
    assert_string_equal(text_of(json_array_get(cases, 0), "state"), "checking");
    assert_false(contains(&raw, NAME));
    assert_false(contains(&raw, NUMBER));
    assert_false(contains(&raw, ADDRESS));
    json_decref(cases);
    free(request);

    request = xasprintf("{\"code\": \"%s\", \"id\": \"01930000-0000-7000-8000-00000000ffff\"}",
                        s.code);
    cases = ask("st-01", request, NULL);
    assert_int_equal(json_array_size(cases), 0);
    json_decref(cases);
    free(request);
    buf_finish(&raw);
    buf_finish(&s.envelope);
}

static void a_mistyped_code_finds_nothing(void **state)
{
    (void)state;
    json_t *cases = ask("st-03", "{\"code\": \"22222223\"}", NULL);
    assert_int_equal(json_array_size(cases), 0);
    json_decref(cases);
}

static void status_by_card_lists_that_persons_cases_newest_first(void **state)
{
    (void)state;
    static const char other[] = "510229195001010013";
    struct sealed a = application(other), b = application(other);
    assert_int_equal(put(&a), 201);
    assert_int_equal(put(&b), 201);
    json_t *cases = ask("st-03", "{\"id_type\": \"resident\", \"id_no\": \"510229195001010013\","
                        " \"assurance\": \"A2\"}", NULL);
    assert_int_equal(json_array_size(cases), 2);
    assert_string_equal(text_of(json_array_get(cases, 0), "id"), b.id);
    assert_string_equal(text_of(json_array_get(cases, 1), "id"), a.id);
    json_decref(cases);
    cases = ask("st-03", "{\"id_type\": \"resident\", \"id_no\": \"510229195001010099\","
                " \"assurance\": \"A2\"}", NULL);
    assert_int_equal(json_array_size(cases), 0);
    json_decref(cases);
    buf_finish(&a.envelope);
    buf_finish(&b.envelope);
}

static void a_typed_number_learns_nothing(void **state)
{
    (void)state;
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    static const char request[] =
        "{\"id_type\": \"resident\", \"id_no\": \"" NUMBER "\", \"assurance\": \"A1\"}";
    struct reply reply;
    talk(&central, "st-03", "POST", "/v1/status", headers, request, sizeof request - 1,
         &reply);
    assert_int_equal(reply.status, 400);
    buf_finish(&reply.body);
}

static void the_thirty_first_question_is_429_with_a_time_to_wait(void **state)
{
    (void)state;
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    struct reply reply;
    long last = 200;
    for (int i = 0; i < 31 && last == 200; i++) {
        talk(&central, "st-04", "POST", "/v1/status", headers, "{\"code\": \"22222222\"}", 20,
             &reply);
        last = reply.status;
        buf_finish(&reply.body);
    }
    assert_int_equal(last, 429);
    assert_in_range(atoi(reply.retry_after), 1, 60);
}

/* ---- the life of a case ---- */

static void a_decision_reaches_the_status(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    assert_int_equal(put(&s), 201);
    const char *data = in_root("data");
    assert_int_equal(RUN(NULL, "decide", s.code, "no", "--reason", "nonsense", "--data", data,
                         "--config", "kiosk-config"), 1);
    assert_int_equal(RUN(NULL, "decide", s.code, "no", "--data", data), 2);
    assert_int_equal(RUN(NULL, "decide", s.code, "no", "--reason", "age", "--data", data,
                         "--config", "kiosk-config"), 0);
    assert_int_equal(RUN(NULL, "decide", s.code, "yes", "--data", data), 1);
    char *request = xasprintf("{\"code\": \"%s\"}", s.code);
    json_t *cases = ask("st-03", request, NULL);
    const json_t *one = json_array_get(cases, 0);
    assert_string_equal(text_of(one, "state"), "decided_no");
    assert_string_equal(text_of(one, "reason"), "age");
    assert_int_equal(strlen(text_of(one, "decided")), 25);
    json_decref(cases);
    free(request);
    buf_finish(&s.envelope);
}

static void a_withdrawn_application_is_410(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    assert_int_equal(put(&s), 201);
    assert_int_equal(RUN(NULL, "move", s.code, "withdrawn", "--data", in_root("data")), 0);
    assert_int_equal(put(&s), 410);
    buf_finish(&s.envelope);
}

/* ---- what must never happen ---- */

static void dying_between_commit_and_answer_makes_one_case(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    struct reply reply;
    struct child mortal = start("after-commit");
    put_bytes(&mortal, "st-01", s.id, s.envelope.data, s.envelope.len, &reply);
    assert_int_equal(reply.status, 0);
    buf_finish(&reply.body);
    assert_int_equal(exit_status(mortal.pid), 70);
    assert_int_equal(cases_with_id(s.id), 1);
    assert_int_equal(put(&s), 200);
    assert_int_equal(cases_with_id(s.id), 1);
    buf_finish(&s.envelope);
}

enum { RIVALS = 8 };
struct rival {
    const struct sealed *sealed;
    struct reply reply;
};

static void *compete(void *self)
{
    struct rival *r = self;
    put_bytes(&central, "st-01", r->sealed->id, r->sealed->envelope.data,
              r->sealed->envelope.len, &r->reply);
    return NULL;
}

static void eight_senders_of_one_id_make_one_case_and_get_one_receipt(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    struct rival rivals[RIVALS];
    pthread_t threads[RIVALS];
    int created = 0;
    for (int i = 0; i < RIVALS; i++) {
        rivals[i].sealed = &s;
        assert_int_equal(pthread_create(&threads[i], NULL, compete, &rivals[i]), 0);
    }
    for (int i = 0; i < RIVALS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < RIVALS; i++) {
        const struct reply *reply = &rivals[i].reply;
        assert_true(reply->status == 200 || reply->status == 201);
        created += reply->status == 201;
        assert_int_equal(reply->body.len, rivals[0].reply.body.len);
        assert_memory_equal(reply->body.data, rivals[0].reply.body.data, reply->body.len);
    }
    assert_int_equal(created, 1);
    assert_int_equal(cases_with_id(s.id), 1);
    for (int i = 0; i < RIVALS; i++)
        buf_finish(&rivals[i].reply.body);
    buf_finish(&s.envelope);
}

static void *send_many(void *self)
{
    struct sealed *mine = self;
    uintptr_t good = 0;
    for (int i = 0; i < 5; i++)
        good += put(&mine[i]) == 201;
    return (void *)good;
}

static void many_terminals_at_once_all_get_numbers_of_their_own(void **state)
{
    (void)state;
    struct sealed all[RIVALS][5];
    pthread_t threads[RIVALS];
    void *good;
    for (int i = 0; i < RIVALS * 5; i++)
        all[i / 5][i % 5] = application(NUMBER);
    for (int i = 0; i < RIVALS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, send_many, all[i]), 0);
    for (int i = 0; i < RIVALS; i++) {
        pthread_join(threads[i], &good);
        assert_int_equal((uintptr_t)good, 5);
    }
    json_t *list = command_json("cases", NULL), *seen = json_object();
    for (size_t i = 0; i < json_array_size(list); i++)
        json_object_set_new(seen, text_of(json_array_get(list, i), "case"), json_true());
    assert_int_equal(json_object_size(seen), json_array_size(list));
    json_decref(seen);
    json_decref(list);
    for (int i = 0; i < RIVALS * 5; i++)
        buf_finish(&all[i / 5][i % 5].envelope);
}

static bool file_contains(const char *name, const char *text)
{
    size_t len = 0;
    char *data = file_read(in_root(name), 1 << 28, &len, NULL);
    bool found = data && len && memmem(data, len, text, strlen(text));
    free(data);
    return found;
}

static void neither_log_nor_database_names_anybody(void **state)
{
    (void)state;
    static const char *const files[] = {"log", "data/central.db", "data/central.db-wal"};
    struct sealed s = application(NUMBER);
    assert_int_equal(put(&s), 201);
    /* the probe itself works: the station's id is in all that was written */
    assert_true(file_contains("log", "st-01"));
    assert_true(file_contains("data/central.db", "st-01") ||
                file_contains("data/central.db-wal", "st-01"));
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        assert_false(file_contains(files[i], NUMBER));
        assert_false(file_contains(files[i], ADDRESS));
        assert_false(file_contains(files[i], "13800138000"));
    }
    assert_false(file_contains("log", NAME));
    buf_finish(&s.envelope);
}

/* ---- starting and ending ---- */

static bool says(int expected, const char *text, const char *const *args)
{
    struct buf out;
    buf_init(&out, 0);
    int status = run(&out, args);
    bool ok = status == expected && contains(&out, text) &&
              memchr(out.data, '\n', out.len) == out.data + out.len - 1;
    if (!ok)
        print_message("exit %d: %s\n", status, out.data ? (char *)out.data : "");
    buf_finish(&out);
    return ok;
}

#define SAYS(status, text, ...)                                                          \
    says(status, text, (const char *const[]){CENTRAL_PROGRAM, __VA_ARGS__, NULL})

static void what_prevents_a_start_is_said_in_one_sentence(void **state)
{
    (void)state;
    char *busy = xasprintf("127.0.0.1:%d", central.port);
    assert_true(SAYS(1, "is in use", "--data", in_root("data"), "--listen", busy));
    free(busy);
    assert_true(SAYS(1, "no data folder", "--data", in_root("nowhere"), "--listen",
                     "127.0.0.1:0"));
    assert_true(SAYS(1, "already holds", "init", "--data", in_root("data")));
    assert_true(SAYS(1, "not empty", "--data", root, "--listen", "127.0.0.1:0"));
    assert_true(SAYS(1, "--listen wants", "--data", in_root("data"), "--listen", "8443"));
    assert_true(SAYS(1, "cannot be used", "--data", in_root("data"), "--listen",
                     "127.0.0.1:0", "--config", in_root("nowhere")));
    assert_true(SAYS(1, "station id", "station", "../x", "--data", in_root("data"), "--out",
                     in_root("x")));
}

static void sigterm_ends_cleanly_and_nothing_is_lost(void **state)
{
    (void)state;
    struct sealed s = application(NUMBER);
    assert_int_equal(put(&s), 201);
    assert_int_equal(stop(&central), 0);
    central = start(NULL);
    assert_int_equal(put(&s), 200);
    buf_finish(&s.envelope);
}

static int begin(void **state)
{
    (void)state;
    static const char *const stations[] = {"st-01", "st-02", "st-03", "st-04"};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (!mkdtemp(root) || RUN(NULL, "init", "--data", in_root("data")) != 0)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(stations); i++) {
        if (RUN(NULL, "station", stations[i], "--data", in_root("data"), "--out",
                in_root(stations[i])) != 0)
            return -1;
    }
    central = start(NULL);
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

static int finish(void **state)
{
    (void)state;
    int status = stop(&central);
    nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    curl_global_cleanup();
    return status;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_submission_is_201_and_its_retry_200_with_the_same_bytes),
        cmocka_unit_test(the_receipt_is_signed_and_names_id_digest_case_and_dates),
        cmocka_unit_test(the_terminals_own_client_delivers),
        cmocka_unit_test(the_case_command_shows_the_whole_application),
        cmocka_unit_test(the_same_id_with_other_content_is_422),
        cmocka_unit_test(what_cannot_be_opened_or_is_no_application_is_400),
        cmocka_unit_test(an_envelope_sent_under_another_id_is_400),
        cmocka_unit_test(headers_are_held_to_the_protocol),
        cmocka_unit_test(a_body_beyond_the_limit_is_413),
        cmocka_unit_test(two_lengths_or_a_transfer_encoding_are_400),
        cmocka_unit_test(pages_and_methods_that_are_not_there_are_404_and_405),
        cmocka_unit_test(health_is_free),
        cmocka_unit_test(without_a_certificate_of_ours_it_is_401),
        cmocka_unit_test(the_servers_own_certificate_is_no_station),
        cmocka_unit_test(a_revoked_station_is_403_at_once),
        cmocka_unit_test(status_by_code_tells_nothing_personal),
        cmocka_unit_test(a_mistyped_code_finds_nothing),
        cmocka_unit_test(status_by_card_lists_that_persons_cases_newest_first),
        cmocka_unit_test(a_typed_number_learns_nothing),
        cmocka_unit_test(the_thirty_first_question_is_429_with_a_time_to_wait),
        cmocka_unit_test(a_decision_reaches_the_status),
        cmocka_unit_test(a_withdrawn_application_is_410),
        cmocka_unit_test(dying_between_commit_and_answer_makes_one_case),
        cmocka_unit_test(eight_senders_of_one_id_make_one_case_and_get_one_receipt),
        cmocka_unit_test(many_terminals_at_once_all_get_numbers_of_their_own),
        cmocka_unit_test(neither_log_nor_database_names_anybody),
        cmocka_unit_test(what_prevents_a_start_is_said_in_one_sentence),
        cmocka_unit_test(sigterm_ends_cleanly_and_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
