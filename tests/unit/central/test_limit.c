#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "central/limit.h"

static void the_thirty_first_question_of_a_minute_waits(void **state)
{
    (void)state;
    struct limit *l = limit_create(30);
    for (int i = 0; i < 30; i++)
        assert_int_equal(limit_take(l, "a", 1000 + i * 1000), 0);
    assert_int_equal(limit_take(l, "a", 31000), 30); /* the first was at 1 s */
    assert_int_equal(limit_take(l, "a", 60999), 1);
    assert_int_equal(limit_take(l, "a", 61000), 0);
    assert_int_equal(limit_take(l, "a", 61000), 1); /* the second was at 2 s */
    limit_destroy(l);
}

static void a_refused_question_costs_nothing(void **state)
{
    (void)state;
    struct limit *l = limit_create(2);
    assert_int_equal(limit_take(l, "a", 0), 0);
    assert_int_equal(limit_take(l, "a", 0), 0);
    for (int i = 0; i < 100; i++)
        assert_int_not_equal(limit_take(l, "a", 59000), 0);
    assert_int_equal(limit_take(l, "a", 60000), 0);
    limit_destroy(l);
}

static void stations_do_not_use_up_each_others_share(void **state)
{
    (void)state;
    struct limit *l = limit_create(1);
    assert_int_equal(limit_take(l, "a", 0), 0);
    assert_int_equal(limit_take(l, "b", 0), 0);
    assert_int_not_equal(limit_take(l, "a", 1), 0);
    limit_destroy(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_thirty_first_question_of_a_minute_waits),
        cmocka_unit_test(a_refused_question_costs_nothing),
        cmocka_unit_test(stations_do_not_use_up_each_others_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
