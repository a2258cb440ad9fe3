/* A full outbox meets a line that works again: seals and stores COUNT applications,
 * then delivers them one after the other over mutual TLS as the kiosk does, marking
 * each with its receipt.
 *
 *   bench_delivery CONFIG-FOLDER APPLICATION.json DATA-FOLDER [COUNT [queue]]
 *
 * With "queue" it only fills the outbox of a kiosk, for tests/faults/kill-central. */
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "catalog/station.h"
#include "post/deliver.h"
#include "post/seal.h"
#include "rules/receipt_code.h"
#include "store/store.h"

static int fail(const char *what, const struct err *err)
{
    fprintf(stderr, "bench_delivery: %s: %s\n", what, err->text);
    return 1;
}

/* The same application under another id and code. */
static bool queue_one(struct store *s, struct sealer *sealer, json_t *application, int i,
                      struct err *err)
{
    uint8_t random[18];
    struct outbox_row row = {.service_version = 1, .suite = SEAL_SUITE};
    struct buf envelope;
    RAND_bytes(random, sizeof random);
    uuid7_make(clock_unix_ms(), random, row.id);
    receipt_code_make(random + 10, row.code);
    json_object_set_new(application, "id", json_string(row.id));
    json_object_set_new(application, "code", json_string(row.code));
    char *plain = json_dumps(application, JSON_COMPACT);
    buf_init(&envelope, 1 << 20);
    bool ok = seal(sealer, plain, strlen(plain), &envelope, err);
    text_copy(row.service, sizeof row.service, "gaoling_jintie");
    row.created_ms = clock_unix_ms() + i;
    row.envelope = envelope.data;
    row.envelope_len = envelope.len;
    seal_digest_hex(envelope.data, envelope.len, row.digest);
    ok = ok && store_append(s, &row, err);
    buf_finish(&envelope);
    free(plain);
    return ok;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct station st = {0};
    int count = argc > 4 ? atoi(argv[4]) : 1000, sent = 0;
    if (argc < 4) {
        fprintf(stderr, "usage: bench_delivery CONFIG APPLICATION.json DATA [COUNT]\n");
        return 2;
    }
    struct report *report = report_create();
    if (!station_load(argv[1], &st, report)) {
        fprintf(stderr, "bench_delivery: %s\n", report_line(report, 0));
        return 1;
    }
    size_t len;
    char *text = file_read(argv[2], 1 << 20, &len, &err);
    json_t *application = text ? json_read(argv[2], text, len, 1 << 20, &err) : NULL;
    bool only_queue = argc > 5 && strcmp(argv[5], "queue") == 0;
    char *db = xasprintf("%s/%s.db", argv[3], only_queue ? "bangban" : "bench-delivery");
    if (!only_queue)
        unlink(db);
    struct store *s = store_open(db, &err);
    struct sealer *sealer = sealer_create(st.sealing_certs, st.sealing_cert_count, &err);
    struct post_config config = {.url = st.central_url, .ca = st.central_ca,
                                 .cert = st.central_cert, .key = st.central_key,
                                 .signing_cert = st.central_signing_cert, .station = st.id};
    struct post_client *post = post_client_create(&config, &err);
    if (!application || !s || !sealer || !post)
        return fail("start", &err);

    int64_t t0 = clock_mono_ms();
    for (int i = 0; i < count; i++)
        if (!queue_one(s, sealer, application, i, &err))
            return fail("queue", &err);
    int64_t queued = clock_mono_ms() - t0;
    if (only_queue)
        goto out;
    t0 = clock_mono_ms();
    for (; sent < count; sent++) {
        struct outbox_row row;
        struct delivery_result result;
        if (store_next_due(s, INT64_MAX, &row, &err) != STORE_FOUND)
            return fail("next", &err);
        struct post_item item = {.id = row.id, .digest_hex = row.digest, .suite = row.suite,
                                 .envelope = row.envelope, .len = row.envelope_len};
        post_deliver(post, &item, clock_unix_ms(), &result);
        if (result.outcome != DELIVERED) {
            fprintf(stderr, "bench_delivery: number %d: %s\n", sent, result.reason);
            return 1;
        }
        struct delivery done = {.receipt = result.receipt.data,
                                .receipt_len = result.receipt.len};
        text_copy(done.case_no, sizeof done.case_no, result.case_no);
        if (!store_mark_delivered(s, row.id, &done, clock_unix_ms(), &err))
            return fail("mark", &err);
        delivery_result_finish(&result);
        outbox_row_finish(&row);
    }
    t0 = clock_mono_ms() - t0;
    printf("| %d applications | per second |\n|---|---|\n", count);
    printf("| sealed and stored | %.0f |\n", 1000.0 * count / (double)(queued ? queued : 1));
    printf("| delivered over TLS, receipt checked and stored | %.0f |\n",
           1000.0 * count / (double)(t0 ? t0 : 1));
    unlink(db);
out:
    post_client_destroy(post);
    sealer_destroy(sealer);
    store_close(s);
    json_decref(application);
    free(text);
    free(db);
    station_finish(&st);
    report_destroy(report);
    return 0;
}
