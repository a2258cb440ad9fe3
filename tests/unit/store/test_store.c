/* A real SQLite file in a temporary folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/file.h"
#include "store/store.h"

static char folder[64], path[96];

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/bangban-store-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/outbox.db", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static struct store *opened(void)
{
    struct err err = {0};
    struct store *s = store_open(path, &err);
    if (!s)
        fail_msg("%s", err.text);
    return s;
}

static unsigned char bytes[4096];

static struct outbox_row row_of(int n)
{
    struct outbox_row row = {.service = "gaoling_jintie", .service_version = 1,
                             .created_ms = 1000 + n, .suite = 1};
    snprintf(row.id, sizeof row.id, "01920000-0000-7000-8000-%012d", n);
    snprintf(row.code, sizeof row.code, "CODE%04d", n);
    snprintf(row.digest, sizeof row.digest, "%064d", n);
    row.envelope = bytes;
    row.envelope_len = sizeof bytes;
    return row;
}

static void append(struct store *s, int n)
{
    struct err err = {0};
    struct outbox_row row = row_of(n);
    if (!store_append(s, &row, &err))
        fail_msg("%s", err.text);
}

static const struct delivery good = {"2026-500118-0000017", "2026-11-24T12:00:00+08:00",
                                     "2026-12-22", "signed", 6};

static void a_row_is_there_after_reopening_and_byte_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 7);
    struct store *s = opened();
    append(s, 1);
    store_close(s);
    s = opened();
    struct outbox_row row;
    assert_int_equal(store_next_due(s, 0, &row, NULL), STORE_FOUND);
    assert_string_equal(row.code, "CODE0001");
    assert_int_equal(row.envelope_len, sizeof bytes);
    assert_memory_equal(row.envelope, bytes, sizeof bytes);
    outbox_row_finish(&row);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    store_close(s);
}

static void appending_again_changes_nothing_and_other_content_is_refused(void **state)
{
    (void)state;
    struct store *s = opened();
    append(s, 1);
    append(s, 1);
    struct store_counts counts;
    assert_true(store_count(s, &counts, NULL));
    assert_int_equal(counts.waiting, 1);
    struct err err = {0};
    struct outbox_row row = row_of(1);
    row.digest[0] = 'f';
    assert_false(store_append(s, &row, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    row = row_of(2);
    strcpy(row.code, "CODE0001");
    assert_false(store_append(s, &row, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    append(s, 3); /* no transaction was left open */
    store_close(s);
}

static void the_oldest_due_row_comes_first_and_a_waiting_one_does_not_block(void **state)
{
    (void)state;
    struct store *s = opened();
    append(s, 1);
    append(s, 2);
    struct outbox_row a = row_of(1), got;
    assert_true(store_retry_at(s, a.id, 5000, "answer 503", NULL));
    assert_int_equal(store_next_due(s, 4999, &got, NULL), STORE_FOUND);
    assert_string_equal(got.code, "CODE0002");
    outbox_row_finish(&got);
    assert_int_equal(store_next_due(s, 5000, &got, NULL), STORE_FOUND);
    assert_string_equal(got.code, "CODE0001");
    assert_int_equal(got.attempts, 1);
    outbox_row_finish(&got);
    int64_t when;
    assert_int_equal(store_next_try(s, &when, NULL), STORE_FOUND);
    assert_int_equal(when, 0);
    store_close(s);
}

static int64_t envelopes(void)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    int64_t n = -1;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(envelope) FROM outbox", -1, &st, NULL),
                     SQLITE_OK);
    if (sqlite3_step(st) == SQLITE_ROW)
        n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return n;
}

static void delivery_keeps_the_receipt_and_drops_the_envelope(void **state)
{
    (void)state;
    struct store *s = opened();
    append(s, 1);
    append(s, 2);
    struct outbox_row a = row_of(1), got;
    assert_true(store_mark_delivered(s, a.id, &good, 100, NULL));
    assert_true(store_mark_delivered(s, a.id, &good, 200, NULL));
    struct err err = {0};
    assert_false(store_mark_delivered(s, "nobody", &good, 100, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    assert_int_equal(envelopes(), 1); /* of the other */
    struct row_brief brief;
    assert_int_equal(store_find_code(s, "CODE0001", &brief, NULL), STORE_FOUND);
    assert_int_equal(brief.state, OUTBOX_DELIVERED);
    assert_string_equal(brief.case_no, good.case_no);
    assert_int_equal(store_find_code(s, "CODE9999", &brief, NULL), STORE_NONE);
    assert_int_equal(store_next_due(s, 0, &got, NULL), STORE_FOUND);
    assert_string_equal(got.code, "CODE0002");
    outbox_row_finish(&got);
    store_close(s);
}

static void a_parked_row_is_not_sent_until_the_operator_says_so(void **state)
{
    (void)state;
    struct store *s = opened();
    append(s, 1);
    struct outbox_row a = row_of(1), got;
    assert_true(store_park(s, a.id, "answer 413", NULL));
    assert_int_equal(store_next_due(s, INT64_MAX, &got, NULL), STORE_NONE);
    assert_false(store_park(s, a.id, "again", NULL));
    int64_t changed;
    assert_true(store_unpark(s, NULL, &changed, NULL));
    assert_int_equal(changed, 1);
    assert_int_equal(store_next_due(s, 0, &got, NULL), STORE_FOUND);
    outbox_row_finish(&got);
    store_close(s);
}

static void settings_are_kept(void **state)
{
    (void)state;
    struct store *s = opened();
    char *value;
    assert_int_equal(store_setting_get(s, "stopped", &value, NULL), STORE_NONE);
    assert_true(store_setting_put(s, "stopped", "answer 401", NULL));
    store_close(s);
    s = opened();
    assert_int_equal(store_setting_get(s, "stopped", &value, NULL), STORE_FOUND);
    assert_string_equal(value, "answer 401");
    free(value);
    assert_true(store_setting_put(s, "stopped", NULL, NULL));
    assert_int_equal(store_setting_get(s, "stopped", &value, NULL), STORE_NONE);
    store_close(s);
}

static void a_file_that_is_no_database_is_refused_and_kept(void **state)
{
    (void)state;
    static const char zeros[8192];
    static const char text[] = "this is certainly not a database, it is a sentence";
    const void *contents[] = {zeros, text};
    const size_t sizes[] = {sizeof zeros, sizeof text};
    for (int i = 0; i < 2; i++) {
        char aside[128];
        struct err err = {0};
        assert_true(file_write(path, contents[i], sizes[i], 0600, NULL));
        assert_null(store_open(path, &err));
        assert_int_equal(err.kind, ERR_BROKEN);
        assert_non_null(strstr(err.text, "broken-"));
        assert_non_null(strstr(err.text, "call the operator"));
        snprintf(aside, sizeof aside, "%s.broken-%d", path, i + 1);
        size_t len;
        char *kept = file_read(aside, 1 << 20, &len, NULL);
        assert_non_null(kept);
        assert_int_equal(len, sizes[i]);
        assert_memory_equal(kept, contents[i], len);
        free(kept);
    }
    store_close(opened()); /* the next start works */
}

static void a_full_disk_saves_nothing_by_halves_and_the_store_lives_on(void **state)
{
    (void)state;
    struct store *s = opened();
    struct rlimit old, tight;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_IGN);
    tight = old;
    tight.rlim_cur = 100 << 10;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    int saved = 0;
    struct err err = {0};
    for (int i = 1; i < 1000; i++) {
        struct outbox_row row = row_of(i);
        if (!store_append(s, &row, &err))
            break;
        saved = i;
    }
    setrlimit(RLIMIT_FSIZE, &old);
    assert_in_range(saved, 1, 900);
    assert_int_equal(err.kind, ERR_BROKEN);
    struct store_counts counts;
    assert_true(store_count(s, &counts, NULL));
    assert_int_equal(counts.waiting, saved);
    append(s, saved + 1); /* space is back */
    store_close(s);
    s = opened();
    assert_true(store_count(s, &counts, NULL));
    assert_int_equal(counts.waiting, saved + 1);
    store_close(s);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_row_is_there_after_reopening_and_byte_exact),
        T(appending_again_changes_nothing_and_other_content_is_refused),
        T(the_oldest_due_row_comes_first_and_a_waiting_one_does_not_block),
        T(delivery_keeps_the_receipt_and_drops_the_envelope),
        T(a_parked_row_is_not_sent_until_the_operator_says_so),
        T(settings_are_kept),
        T(a_file_that_is_no_database_is_refused_and_kept),
        T(a_full_disk_saves_nothing_by_halves_and_the_store_lives_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
