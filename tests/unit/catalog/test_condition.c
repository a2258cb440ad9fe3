#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "catalog/condition.h"

/* age is 82, poor is true, kinds is "a,b", later is not known yet. */
static bool facts(void *self, const char *name, struct fact *out)
{
    (void)self;
    *out = (struct fact){.kind = FACT_UNKNOWN};
    if (strcmp(name, "age") == 0)
        *out = (struct fact){.kind = FACT_NUMBER, .number = 82};
    else if (strcmp(name, "poor") == 0)
        *out = (struct fact){.kind = FACT_BOOL, .truth = true};
    else if (strcmp(name, "kinds") == 0)
        *out = (struct fact){.kind = FACT_TEXT, .text = "a,b"};
    else
        return strcmp(name, "later") == 0;
    return true;
}

static enum truth eval(const char *lua, struct err *err)
{
    struct condition *c = condition_create(lua, err);
    assert_non_null(c);
    enum truth t = condition_eval(c, facts, NULL, err);
    condition_destroy(c);
    return t;
}

static void what_is_not_known_yet_is_never_a_no(void **state)
{
    (void)state;
    assert_int_equal(eval("age >= 80", NULL), TRUTH_YES);
    assert_int_equal(eval("age < 80", NULL), TRUTH_NO);
    assert_int_equal(eval("later == 1", NULL), TRUTH_UNKNOWN);
    assert_int_equal(eval("not later", NULL), TRUTH_UNKNOWN);
    assert_int_equal(eval("age >= 80 or later", NULL), TRUTH_YES);
    assert_int_equal(eval("age < 80 and later", NULL), TRUTH_NO);
    assert_int_equal(eval("poor and has(kinds, 'b')", NULL), TRUTH_YES);
    assert_int_equal(eval("has(kinds, 'c')", NULL), TRUTH_NO);
}

static void a_fact_that_is_not_known_yet_is_no_fault(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(eval("later == 1", &err), TRUTH_UNKNOWN);
    assert_int_equal(eval("has(later, 'a') and age >= 80", &err), TRUTH_UNKNOWN);
    assert_int_equal(err.kind, ERR_NONE);
}

static void faults_are_unknown_and_named(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(eval("agee >= 80", &err), TRUTH_UNKNOWN);
    assert_non_null(strstr(err.text, "agee"));
    err = (struct err){0};
    assert_int_equal(eval("age", &err), TRUTH_UNKNOWN);
    assert_int_equal(err.kind, ERR_BROKEN);
    assert_int_equal(eval("age > 'x'", &err), TRUTH_UNKNOWN);
}

static void what_is_no_expression_is_refused(void **state)
{
    (void)state;
    struct err err = {0};
    assert_null(condition_create("age >=", &err));
    assert_null(condition_create("(function() while true do end end)()", &err));
    assert_int_equal(eval("os == nil", &err), TRUTH_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_known_yet_is_never_a_no),
        cmocka_unit_test(a_fact_that_is_not_known_yet_is_no_fault),
        cmocka_unit_test(faults_are_unknown_and_named),
        cmocka_unit_test(what_is_no_expression_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
