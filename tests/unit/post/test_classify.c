#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "post/deliver.h"
#include "post/schedule.h"

/* The table of docs/protocol.md, row by row. */
static void every_answer_leads_where_the_protocol_says(void **state)
{
    (void)state;
    static const struct {
        int status;
        bool receipt_good;
        enum delivery_outcome expected;
    } rows[] = {
        {201, true, DELIVERED}, {200, true, DELIVERED}, {201, false, RETRY}, {200, false, RETRY},
        {400, false, PARK},     {401, false, STOP},     {403, false, STOP},  {409, false, RETRY},
        {410, false, PARK},     {413, false, PARK},     {415, false, PARK},  {422, false, PARK},
        {429, false, RETRY},    {503, false, RETRY},    {500, false, RETRY}, {502, false, RETRY},
        {504, false, RETRY},    {302, false, RETRY},    {500, true, RETRY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum delivery_outcome got =
            delivery_classify(LINE_ANSWERED, rows[i].status, rows[i].receipt_good);
        if (got != rows[i].expected)
            fail_msg("status %d: %d, expected %d", rows[i].status, got, rows[i].expected);
    }
    assert_int_equal(delivery_classify(LINE_NO_ANSWER, 0, false), RETRY);
    assert_int_equal(delivery_classify(LINE_STRANGER, 0, false), STOP);
}

static void waiting_grows_with_jitter_up_to_its_cap(void **state)
{
    (void)state;
    assert_int_equal(post_next_try(1, 1000, 0, -1), 1000);
    for (int attempts = 1; attempts < 64; attempts++) {
        int64_t wait = post_next_try(attempts, 0, UINT32_MAX, -1);
        assert_true(wait <= POST_BACKOFF_CAP_MS);
        assert_true(attempts < 10 || wait > POST_BACKOFF_CAP_MS - 1000);
    }
}

static void what_the_central_system_asks_for_is_a_floor(void **state)
{
    (void)state;
    assert_true(post_next_try(1, 0, 0, 30000) >= 30000);
    assert_int_equal(delivery_retry_after_ms("30", 0), 30000);
    assert_int_equal(delivery_retry_after_ms("soon", 0), -1);
    assert_int_equal(delivery_retry_after_ms("999999", 0), POST_RETRY_AFTER_CAP_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_leads_where_the_protocol_says),
        cmocka_unit_test(waiting_grows_with_jitter_up_to_its_cap),
        cmocka_unit_test(what_the_central_system_asks_for_is_a_floor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
