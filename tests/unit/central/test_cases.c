/* What every store of cases must do, tried on SQLite in a real file. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "central/cases.h"

#define WHEN "2026-11-24T12:00:00+08:00"
#define ID_A "01930000-0000-7000-8000-00000000000a"
#define ID_B "01930000-0000-7000-8000-00000000000b"

static const struct case_driver *const driver = &cases_sqlite;
static char folder[32], path[64];
static struct case_store *store;

/* A receipt that tells which call made it; refuses one code. */
struct maker {
    int calls;
    const char *refuses;
};

static bool make(void *self, const struct case_row *row, struct buf *out, struct err *err)
{
    struct maker *m = self;
    if (m->refuses && strcmp(row->facts.id, m->refuses) == 0)
        return err_set(err, ERR_BROKEN, "refused");
    return buf_printf(out, "%s call %d", row->case_no, ++m->calls);
}

static struct case_row row(const char *id, const char *digest, const char *received)
{
    struct case_row r = {.envelope = "sealed", .len = 6, .step_count = 2,
                         .steps = {{"accept", "2026-11-26"}, {"pay", "2026-12-22"}}};
    snprintf(r.facts.id, sizeof r.facts.id, "%s", id);
    snprintf(r.facts.code, sizeof r.facts.code, "B4K729X2");
    snprintf(r.facts.service, sizeof r.facts.service, "gaoling_jintie");
    snprintf(r.digest, sizeof r.digest, "%s", digest);
    snprintf(r.district, sizeof r.district, "500118");
    snprintf(r.received, sizeof r.received, "%s", received);
    buf_init(&r.receipt, 0);
    return r;
}

static bool accept_rows(struct case_row *rows, int n, struct maker *m)
{
    struct case_row *list[8];
    const struct receipt_maker maker = {make, m};
    for (int i = 0; i < n; i++)
        list[i] = &rows[i];
    return driver->accept(store, list, n, &maker, NULL);
}

static void finish_rows(struct case_row *rows, int n)
{
    for (int i = 0; i < n; i++)
        buf_finish(&rows[i].receipt);
}

static int case_count(void)
{
    struct case_facts found[8];
    int n = -1;
    assert_true(driver->list(store, NULL, NULL, NULL, found, 8, &n, NULL));
    return n;
}

static void one_id_twice_in_a_batch_is_one_case_and_one_receipt(void **state)
{
    (void)state;
    struct maker m = {0};
    struct case_row rows[] = {row(ID_A, "d1", WHEN), row(ID_A, "d1", WHEN),
                              row(ID_A, "d2", WHEN), row(ID_B, "d1", WHEN)};
    assert_true(accept_rows(rows, 4, &m));
    assert_int_equal(rows[0].outcome, ACCEPT_NEW);
    assert_int_equal(rows[1].outcome, ACCEPT_KNOWN);
    assert_int_equal(rows[2].outcome, ACCEPT_OTHER);
    assert_int_equal(rows[3].outcome, ACCEPT_NEW);
    assert_string_equal((char *)rows[0].receipt.data, (char *)rows[1].receipt.data);
    assert_int_equal(m.calls, 2);
    assert_int_equal(case_count(), 2);
    finish_rows(rows, 4);
}

static void a_batch_that_fails_leaves_nothing_behind(void **state)
{
    (void)state;
    struct maker m = {.refuses = ID_B};
    struct case_row rows[] = {row(ID_A, "d1", WHEN), row(ID_B, "d1", WHEN)};
    assert_false(accept_rows(rows, 2, &m));
    assert_int_equal(case_count(), 0);
    m.refuses = NULL;
    assert_true(accept_rows(rows, 2, &m));
    assert_string_equal(rows[0].case_no, "2026-500118-0000001");
    assert_string_equal(rows[1].case_no, "2026-500118-0000002");
    finish_rows(rows, 2);
}

static void each_year_counts_from_one(void **state)
{
    (void)state;
    struct maker m = {0};
    struct case_row rows[] = {row(ID_A, "d1", WHEN),
                              row(ID_B, "d1", "2027-01-01T00:00:00+08:00")};
    assert_true(accept_rows(rows, 2, &m));
    assert_string_equal(rows[0].case_no, "2026-500118-0000001");
    assert_string_equal(rows[1].case_no, "2027-500118-0000001");
    finish_rows(rows, 2);
}

static void what_was_accepted_is_found_after_reopening(void **state)
{
    (void)state;
    struct maker m = {0};
    struct case_row first = row(ID_A, "d1", WHEN);
    struct buf receipt;
    enum accept_outcome outcome;
    assert_true(accept_rows(&first, 1, &m));
    driver->close(store);
    store = driver->open(path, NULL);
    assert_non_null(store);
    buf_init(&receipt, 0);
    assert_true(driver->find(store, ID_A, "d1", &outcome, &receipt, NULL));
    assert_int_equal(outcome, ACCEPT_KNOWN);
    assert_string_equal((char *)receipt.data, (char *)first.receipt.data);
    assert_true(driver->find(store, ID_A, "d2", &outcome, &receipt, NULL));
    assert_int_equal(outcome, ACCEPT_OTHER);
    assert_true(driver->find(store, ID_B, "d1", &outcome, &receipt, NULL));
    assert_int_equal(outcome, ACCEPT_UNKNOWN);
    buf_finish(&receipt);
    finish_rows(&first, 1);
}

static void two_terminals_may_draw_the_same_code(void **state)
{
    (void)state;
    struct maker m = {0};
    struct case_row rows[] = {row(ID_A, "d1", WHEN), row(ID_B, "d2", WHEN)};
    struct case_facts found[8];
    int n;
    assert_true(accept_rows(rows, 2, &m));
    assert_true(driver->list(store, "B4K729X2", NULL, NULL, found, 8, &n, NULL));
    assert_int_equal(n, 2);
    assert_string_equal(found[0].id, ID_B);
    assert_true(driver->list(store, "B4K729X2", ID_A, NULL, found, 8, &n, NULL));
    assert_int_equal(n, 1);
    assert_string_equal(found[0].id, ID_A);
    assert_true(driver->list(store, "B4K729X2", NULL, NULL, found, 1, &n, NULL));
    assert_int_equal(n, 1);
    finish_rows(rows, 2);
}

static void who_gave_no_number_is_in_nobodys_list(void **state)
{
    (void)state;
    struct maker m = {0};
    struct case_row one = row(ID_A, "d1", WHEN);
    struct case_facts found[8];
    int n;
    assert_true(accept_rows(&one, 1, &m));
    assert_true(driver->list(store, NULL, NULL, "", found, 8, &n, NULL));
    assert_int_equal(n, 0);
    finish_rows(&one, 1);
}

static void a_case_goes_only_where_a_case_can_go(void **state)
{
    (void)state;
    struct maker m = {0};
    struct case_row one = row(ID_A, "d1", WHEN);
    struct case_facts f;
    struct err err = {0};
    int n;
    assert_true(accept_rows(&one, 1, &m));
    assert_false(driver->change(store, ID_A, CASE_PAID, "", "", WHEN, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    assert_false(driver->change(store, ID_B, CASE_CHECKING, "", "", WHEN, NULL));
    assert_true(driver->change(store, ID_A, CASE_DECIDED_YES, "", "", WHEN, NULL));
    assert_true(driver->list(store, NULL, ID_A, NULL, &f, 1, &n, NULL));
    assert_string_equal(f.decided, WHEN);
    assert_string_equal(f.step, "pay");
    assert_false(driver->change(store, ID_A, CASE_WITHDRAWN, "", "", WHEN, NULL));
    assert_true(driver->change(store, ID_A, CASE_PAID, "", "", WHEN, NULL));
    assert_true(driver->list(store, NULL, ID_A, NULL, &f, 1, &n, NULL));
    assert_string_equal(f.step, "");
    json_t *steps = json_array(), *events = json_array();
    assert_true(driver->history(store, ID_A, steps, events, NULL));
    assert_int_equal(json_array_size(steps), 2);
    assert_int_equal(json_array_size(events), 3);
    json_decref(steps);
    json_decref(events);
    finish_rows(&one, 1);
}

static void a_renewed_certificate_counts_and_the_revoked_one_does_not(void **state)
{
    (void)state;
    enum station_standing standing;
    assert_true(driver->station_add(store, "01", "st-1", WHEN, NULL));
    assert_true(driver->station_revoke(store, "st-1", WHEN, NULL));
    assert_true(driver->station_add(store, "02", "st-1", WHEN, NULL));
    assert_true(driver->station_standing(store, "01", "st-1", &standing, NULL));
    assert_int_equal(standing, STATION_REVOKED);
    assert_true(driver->station_standing(store, "02", "st-1", &standing, NULL));
    assert_int_equal(standing, STATION_KNOWN);
    assert_true(driver->station_standing(store, "02", "st-2", &standing, NULL));
    assert_int_equal(standing, STATION_UNKNOWN);
    assert_false(driver->station_revoke(store, "st-2", WHEN, NULL));
}

static void an_unusable_path_says_which(void **state)
{
    (void)state;
    struct err err = {0};
    assert_null(driver->open("/nonexistent/x.db", &err));
    assert_int_equal(err.kind, ERR_BROKEN);
    assert_non_null(strstr(err.text, "/nonexistent/x.db"));
}

static int start(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/bangban-cases-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/central.db", folder);
    store = driver->open(path, NULL);
    return store ? 0 : -1;
}

static int stop(void **state)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    (void)state;
    driver->close(store);
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        char *file = xasprintf("%s%s", path, ends[i]);
        unlink(file);
        free(file);
    }
    return rmdir(folder);
}

#define CLAIM(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM(one_id_twice_in_a_batch_is_one_case_and_one_receipt),
        CLAIM(a_batch_that_fails_leaves_nothing_behind),
        CLAIM(each_year_counts_from_one),
        CLAIM(what_was_accepted_is_found_after_reopening),
        CLAIM(two_terminals_may_draw_the_same_code),
        CLAIM(who_gave_no_number_is_in_nobodys_list),
        CLAIM(a_case_goes_only_where_a_case_can_go),
        CLAIM(a_renewed_certificate_counts_and_the_revoked_one_does_not),
        CLAIM(an_unusable_path_says_which),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
