/* The pure halves of delivery, then a real TLS server that says what the test
 * tells it to say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "pki.h"
#include "post/cms_receipt.h"
#include "post/deliver.h"
#include "post/schedule.h"
#include "post/seal.h"

static void every_row_of_the_table_has_its_outcome(void **state)
{
    (void)state;
    static const struct { int status; enum delivery_outcome want; } table[] = {
        {201, DELIVERED}, {200, DELIVERED}, {400, PARK}, {401, STOP}, {403, STOP},
        {409, RETRY}, {410, PARK}, {413, PARK}, {415, PARK}, {422, PARK},
        {429, RETRY}, {503, RETRY}, {500, RETRY}, {502, RETRY}, {504, RETRY},
        {204, RETRY}, {302, RETRY}, {404, RETRY}, {511, RETRY}, {0, RETRY},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        assert_int_equal(delivery_classify(LINE_ANSWERED, table[i].status, true),
                         table[i].want);
        assert_int_not_equal(delivery_classify(LINE_ANSWERED, table[i].status, false),
                             DELIVERED);
    }
    assert_int_equal(delivery_classify(LINE_NO_ANSWER, 201, true), RETRY);
    assert_int_equal(delivery_classify(LINE_STRANGER, 201, true), STOP);
}

static void retry_after_is_seconds_or_a_date_and_never_above_an_hour(void **state)
{
    (void)state;
    assert_int_equal(delivery_retry_after_ms("120", 0), 120000);
    assert_int_equal(delivery_retry_after_ms(" 0 ", 0), 0);
    assert_int_equal(delivery_retry_after_ms("99999999999999999999", 0), 3600000);
    assert_int_equal(delivery_retry_after_ms("12x", 0), -1);
    assert_int_equal(delivery_retry_after_ms("soon", 0), -1);
    assert_int_equal(
        delivery_retry_after_ms("Thu, 01 Jan 1970 00:10:00 GMT", 540000), 60000);
    assert_int_equal(
        delivery_retry_after_ms("Thu, 01 Jan 1970 00:10:00 GMT", 900000), 0);
}

static void waiting_doubles_to_a_cap_and_respects_what_was_asked(void **state)
{
    (void)state;
    assert_int_equal(post_next_try(1, 100, 0, -1), 100);
    assert_int_equal(post_next_try(1, 100, UINT32_MAX, -1), 5100);
    assert_int_equal(post_next_try(4, 0, UINT32_MAX, -1), 40000);
    assert_int_equal(post_next_try(1000000, 0, UINT32_MAX, -1), 900000);
    assert_int_equal(post_next_try(1, 0, 0, 30000), 30000);
    assert_int_equal(post_next_try(1, 0, 0, INT64_MAX), 3600000);
}

/* ---- the server: one connection, one request, one scripted answer ---- */

enum manner { ANSWER, CUT_BODY, SILENCE, CLOSE_AFTER_READING };

struct server {
    int fd, port;
    enum manner manner;
    const char *cert;
    const void *answer;
    size_t answer_len;
    char request[16384];
    size_t got;
    int gate[2]; /* closed by the test when a silent server may go */
    pthread_t thread;
};

static bool whole_request(const struct server *sv)
{
    const char *end = strstr(sv->request, "\r\n\r\n");
    const char *length = strstr(sv->request, "Content-Length: ");
    return end && length &&
           sv->got >= (size_t)(end + 4 - sv->request) + (size_t)atol(length + 16);
}

static void *serve(void *self)
{
    struct server *sv = self;
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    char name[64];
    snprintf(name, sizeof name, "%s.crt", sv->cert);
    SSL_CTX_use_certificate_file(ctx, pki_path(name), SSL_FILETYPE_PEM);
    snprintf(name, sizeof name, "%s.key", sv->cert);
    SSL_CTX_use_PrivateKey_file(ctx, pki_path(name), SSL_FILETYPE_PEM);
    SSL_CTX_load_verify_locations(ctx, pki_path("ca.crt"), NULL);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    int fd = accept(sv->fd, NULL, NULL);
    SSL *ssl = SSL_new(ctx);
    SSL_set_fd(ssl, fd);
    if (fd >= 0 && SSL_accept(ssl) == 1) {
        int n;
        while (!whole_request(sv) && sv->got < sizeof sv->request - 1 &&
               (n = SSL_read(ssl, sv->request + sv->got,
                             (int)(sizeof sv->request - 1 - sv->got))) > 0)
            sv->got += (size_t)n;
        char byte;
        if (sv->manner == SILENCE)
            n = (int)read(sv->gate[0], &byte, 1);
        else if (sv->manner != CLOSE_AFTER_READING)
            SSL_write(ssl, sv->answer, (int)sv->answer_len);
        SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    if (fd >= 0)
        close(fd);
    SSL_CTX_free(ctx);
    return NULL;
}

static void server_start(struct server *sv)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    sv->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(sv->fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(sv->fd, 1), 0);
    assert_int_equal(getsockname(sv->fd, (struct sockaddr *)&at, &len), 0);
    sv->port = ntohs(at.sin_port);
    assert_int_equal(pipe(sv->gate), 0);
    assert_int_equal(pthread_create(&sv->thread, NULL, serve, sv), 0);
}

static void server_stop(struct server *sv)
{
    close(sv->gate[1]);
    shutdown(sv->fd, SHUT_RDWR);
    pthread_join(sv->thread, NULL);
    close(sv->gate[0]);
    close(sv->fd);
}

#define ID "01920000-0000-7000-8000-000000000001"

/* Sends one envelope to a server of that manner. */
static struct server talk(enum manner manner, const char *cert, const char *head,
                          const void *body, size_t len, size_t declared,
                          struct delivery_result *result)
{
    struct buf answer = {0};
    buf_printf(&answer, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n"
               "Connection: close\r\n\r\n", head, declared);
    buf_append(&answer, body, len);
    struct server sv = {.manner = manner, .cert = cert, .answer = answer.data,
                        .answer_len = answer.len};
    server_start(&sv);
    char url[64], digest[65];
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", sv.port);
    struct post_config config = {
        .url = url, .ca = pki_path("ca.crt"), .cert = pki_path("station.crt"),
        .key = pki_path("station.key"), .signing_cert = pki_path("signing.crt"),
        .station = "yc-test-01", .connect_ms = 5000,
        .total_ms = manner == SILENCE ? 300 : 20000};
    struct err err = {0};
    struct post_client *c = post_client_create(&config, &err);
    if (!c)
        fail_msg("%s", err.text);
    seal_digest_hex("envelope", 8, digest);
    struct post_item item = {ID, digest, 1, "envelope", 8};
    post_deliver(c, &item, 0, result);
    post_client_destroy(c);
    server_stop(&sv);
    buf_finish(&answer);
    return sv;
}

static struct buf receipt(const char *signer, const char *id, const char *digest)
{
    char json[512], key[32], cert[32], own[65];
    seal_digest_hex("envelope", 8, own);
    snprintf(json, sizeof json,
             "{\"id\": \"%s\", \"digest\": \"%s\", \"code\": \"B4K729XZ\", "
             "\"case\": \"2026-500118-0000017\", "
             "\"received\": \"2026-11-24T12:00:00+08:00\", \"due\": \"2026-12-22\"}",
             id, digest ? digest : own);
    snprintf(key, sizeof key, "%s.key", signer);
    snprintf(cert, sizeof cert, "%s.crt", signer);
    struct buf out = {0};
    assert_true(receipt_sign(json, strlen(json), pki_path(key), pki_path(cert), &out,
                             NULL));
    return out;
}

static void a_good_receipt_is_delivered_and_the_request_is_as_agreed(void **state)
{
    (void)state;
    struct buf signed_ = receipt("signing", ID, NULL);
    for (int i = 0; i < 2; i++) {
        struct delivery_result r;
        struct server sv = talk(ANSWER, "server", i ? "200 OK" : "201 Created",
                                signed_.data, signed_.len, signed_.len, &r);
        if (r.outcome != DELIVERED)
            fail_msg("%s", r.reason);
        assert_string_equal(r.case_no, "2026-500118-0000017");
        assert_string_equal(r.due, "2026-12-22");
        assert_int_equal(r.receipt.len, signed_.len);
        assert_non_null(strstr(sv.request, "PUT /v1/submissions/" ID " "));
        assert_non_null(strstr(sv.request, "Content-Type: application/cms\r\n"));
        assert_non_null(strstr(sv.request, "Bangban-Suite: 1\r\n"));
        assert_non_null(strstr(sv.request, "Idempotency-Key: " ID "\r\n"));
        assert_non_null(strstr(sv.request, "Content-Digest: sha-256=:"));
        assert_non_null(strstr(sv.request, "=:\r\n"));
        delivery_result_finish(&r);
    }
    buf_finish(&signed_);
}

static void a_success_without_our_receipt_is_no_success(void **state)
{
    (void)state;
    struct buf bodies[] = {
        receipt("stranger", ID, NULL),
        receipt("signing", "01920000-0000-7000-8000-000000000002", NULL),
        receipt("signing", ID, "00"),
        {0},
    };
    buf_text(&bodies[3], "<html>please log in</html>");
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct delivery_result r;
        talk(ANSWER, "server", i % 2 ? "200 OK" : "201 Created", bodies[i].data,
             bodies[i].len, bodies[i].len, &r);
        assert_int_equal(r.outcome, RETRY);
        assert_true(r.reason[0]);
        assert_int_equal(r.receipt.len, 0);
        delivery_result_finish(&r);
        buf_finish(&bodies[i]);
    }
}

static void refusals_and_waits_are_told_apart(void **state)
{
    (void)state;
    static const struct { const char *head; enum delivery_outcome want; int64_t after; }
    table[] = {
        {"401 No", STOP, -1}, {"409 Conflict", RETRY, -1}, {"413 Large", PARK, -1},
        {"429 Busy\r\nRetry-After: 7", RETRY, 7000}, {"500 Oh", RETRY, -1},
        {"302 Found\r\nLocation: https://127.0.0.1:1/", RETRY, -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct delivery_result r;
        talk(ANSWER, "server", table[i].head, "", 0, 0, &r);
        assert_int_equal(r.outcome, table[i].want);
        assert_int_equal(r.status, atoi(table[i].head));
        assert_int_equal(r.retry_after_ms, table[i].after);
        delivery_result_finish(&r);
    }
}

static void a_cut_missing_or_endless_answer_means_again(void **state)
{
    (void)state;
    struct delivery_result r;
    struct buf signed_ = receipt("signing", ID, NULL);
    talk(CUT_BODY, "server", "201 Created", signed_.data, signed_.len - 5,
         signed_.len, &r);
    assert_int_equal(r.outcome, RETRY);
    delivery_result_finish(&r);
    talk(CLOSE_AFTER_READING, "server", "", "", 0, 0, &r);
    assert_int_equal(r.outcome, RETRY);
    delivery_result_finish(&r);
    talk(SILENCE, "server", "", "", 0, 0, &r);
    assert_int_equal(r.outcome, RETRY);
    delivery_result_finish(&r);
    static const char page[70000];
    talk(ANSWER, "server", "200 OK", page, sizeof page, sizeof page, &r);
    assert_int_equal(r.outcome, RETRY);
    assert_non_null(strstr(r.reason, "too large"));
    delivery_result_finish(&r);
    buf_finish(&signed_);
}

static void a_server_of_another_ca_stops_the_queue_with_a_reason(void **state)
{
    (void)state;
    struct delivery_result r;
    talk(ANSWER, "stranger", "201 Created", "", 0, 0, &r);
    assert_int_equal(r.outcome, STOP);
    assert_non_null(strstr(r.reason, "identity not accepted"));
    assert_non_null(strstr(r.reason, "certificate"));
    delivery_result_finish(&r);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_table_has_its_outcome),
        cmocka_unit_test(retry_after_is_seconds_or_a_date_and_never_above_an_hour),
        cmocka_unit_test(waiting_doubles_to_a_cap_and_respects_what_was_asked),
        cmocka_unit_test(a_good_receipt_is_delivered_and_the_request_is_as_agreed),
        cmocka_unit_test(a_success_without_our_receipt_is_no_success),
        cmocka_unit_test(refusals_and_waits_are_told_apart),
        cmocka_unit_test(a_cut_missing_or_endless_answer_means_again),
        cmocka_unit_test(a_server_of_another_ca_stops_the_queue_with_a_reason),
    };
    return cmocka_run_group_tests(tests, pki_make, pki_remove);
}
