#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/date.h"

static void days_and_dates_agree_over_three_centuries(void **state)
{
    (void)state;
    struct date before = date_from_days(-25567 - 1);
    for (int32_t day = -25567; day < 84006; day++) { /* 1900 to 2200 */
        struct date d = date_from_days(day);
        assert_true(date_is_real(d));
        assert_int_equal(date_to_days(d), day);
        assert_true(date_compare(before, d) < 0);
        before = d;
    }
}

static void a_leap_day_birthday_counts_from_the_first_of_march(void **state)
{
    (void)state;
    struct date birth = {1944, 2, 29};
    assert_int_equal(date_age(birth, (struct date){2026, 2, 28}), 81);
    assert_int_equal(date_age(birth, (struct date){2026, 3, 1}), 82);
    assert_int_equal(date_age(birth, (struct date){2024, 2, 29}), 80);
    assert_int_equal(date_age((struct date){1946, 11, 24}, (struct date){2026, 11, 24}), 80);
}

static void impossible_days_are_refused(void **state)
{
    (void)state;
    struct date d;
    assert_false(date_parse("1900-02-29", &d));
    assert_false(date_parse("20261301", &d));
    assert_false(date_parse("2026-1-1", &d));
    assert_false(date_parse("", &d));
    assert_true(date_parse("20240229", &d));
}

static void midnight_in_china_begins_the_day(void **state)
{
    (void)state;
    struct date d = date_from_unix_ms(1795535999999); /* 2026-11-24 23:59:59.999 +08:00 */
    assert_int_equal(d.day, 24);
    assert_int_equal(date_from_unix_ms(1795536000000).day, 25);
    assert_int_equal(date_weekday((struct date){2026, 11, 24}), 2);
}

static void working_days_skip_holidays_and_use_worked_weekends(void **state)
{
    (void)state;
    static const struct date_exception exceptions[] = {
        {{2026, 9, 20}, true}, {{2026, 10, 1}, false}, {{2026, 10, 2}, false},
        {{2026, 10, 5}, false}, {{2026, 10, 6}, false}, {{2026, 10, 7}, false},
        {{2026, 10, 10}, true}};
    struct workdays w = {exceptions, 7, 2026, 2026};
    struct date due;
    assert_true(workdays_add(&w, (struct date){2026, 9, 30}, 3, &due));
    assert_int_equal(due.month, 10);
    assert_int_equal(due.day, 10); /* 8, 9, and the worked Saturday */
    assert_true(workdays_add(&w, (struct date){2026, 9, 19}, 1, &due));
    assert_int_equal(due.day, 20);
    assert_false(workdays_add(&w, (struct date){2026, 12, 30}, 5, &due)); /* 2027 unknown */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_and_dates_agree_over_three_centuries),
        cmocka_unit_test(a_leap_day_birthday_counts_from_the_first_of_march),
        cmocka_unit_test(impossible_days_are_refused),
        cmocka_unit_test(midnight_in_china_begins_the_day),
        cmocka_unit_test(working_days_skip_holidays_and_use_worked_weekends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
