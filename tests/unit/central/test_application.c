#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "central/application.h"

static const char example[] =
    "{\"format\":1,\"id\":\"01930000-0000-7000-8000-000000000001\",\"code\":\"%CODE%\","
    "\"station\":\"yc-shengli-01\",\"service\":\"gaoling_jintie\",\"service_version\":1,"
    "\"language\":\"zh-CN\",\"created\":\"2026-11-24T12:00:00+08:00\",\"applicant\":{"
    "\"name\":\"张德福\",\"id_type\":\"resident\",\"id_no\":\"51022919440308001X\","
    "\"birth\":\"1944-03-08\",\"sex\":\"1\",\"nation\":\"01\",\"address\":\"\","
    "\"assurance\":\"A2\",\"how\":\"card\",\"warnings\":[\"expired\"]},"
    "\"answers\":{\"mobile\":\"13800138000\"},\"skipped\":[],"
    "\"warnings\":[{\"field\":\"bank_no\",\"what\":\"luhn\"}],\"consents\":[\"privacy\"],"
    "\"signature\":{\"width\":1000,\"height\":400,\"strokes\":[[1,2,3]]}}";

/* The example with one member (dots reach inside) replaced by a JSON text, or
 * removed when that is NULL. */
static bool read_with(const char *path, const char *value, struct application *out)
{
    char code[RECEIPT_CODE_LEN + 1], key[64];
    const uint8_t random[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    json_t *root = json_loads(example, 0, NULL), *object = root;
    assert_non_null(root);
    receipt_code_make(random, code);
    json_object_set_new(root, "code", json_string(code));
    while (path && strchr(path, '.')) {
        snprintf(key, sizeof key, "%.*s", (int)strcspn(path, "."), path);
        object = json_object_get(object, key);
        path = strchr(path, '.') + 1;
    }
    if (path && value)
        json_object_set_new(object, path, json_loads(value, JSON_DECODE_ANY, NULL));
    else if (path)
        json_object_del(object, path);
    char *text = json_dumps(root, 0);
    struct err err = {0};
    bool ok = application_read(text, strlen(text), out, &err);
    if (!ok)
        assert_int_equal(err.kind, ERR_REFUSED);
    free(text);
    json_decref(root);
    return ok;
}

static void the_protocols_example_is_read(void **state)
{
    (void)state;
    struct application a;
    assert_true(read_with(NULL, NULL, &a));
    assert_string_equal(a.id, "01930000-0000-7000-8000-000000000001");
    assert_string_equal(a.station, "yc-shengli-01");
    assert_string_equal(a.service, "gaoling_jintie");
    assert_int_equal(a.service_version, 1);
    assert_string_equal(a.id_type, "resident");
    assert_string_equal(a.id_no, "51022919440308001X");
}

static void members_of_a_newer_terminal_are_kept(void **state)
{
    (void)state;
    struct application a;
    assert_true(read_with("tomorrow", "{\"x\": [1, 2]}", &a));
    assert_true(read_with("applicant.face", "\"none\"", &a));
}

static void what_may_be_missing_may_be_missing(void **state)
{
    (void)state;
    struct application a;
    assert_true(read_with("signature", NULL, &a));
    assert_true(read_with("applicant.birth", "null", &a));
    assert_true(read_with("applicant.warnings", NULL, &a));
    assert_true(read_with("applicant.id_no", "\"\"", &a));
}

static void a_typed_number_may_come_without_a_name(void **state)
{
    (void)state;
    static const char typed[] =
        "{\"name\":\"\",\"id_type\":\"resident\",\"id_no\":\"509999194003080014\","
        "\"birth\":\"1940-03-08\",\"sex\":\"1\",\"nation\":\"\",\"address\":\"\","
        "\"assurance\":\"A1\",\"how\":\"typed\",\"warnings\":[]}";
    struct application a;
    assert_true(read_with("applicant", typed, &a));
    assert_false(read_with("applicant.name", "\"\"", &a)); /* the example read a card */
}

static void every_malformed_member_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"format", "2"}, {"format", "\"1\""}, {"format", NULL}, {"id", NULL},
        {"id", "\"01930000-0000-4000-8000-000000000001\""}, {"code", "\"AAAAAAAA\""},
        {"code", NULL}, {"station", "\"a/b\""}, {"station", "\"\""},
        {"service", "\"Gao ling\""}, {"service", "17"}, {"service_version", "0"},
        {"service_version", "1.5"}, {"created", "\"2026-11-24\""},
        {"created", "\"2026-02-30T12:00:00+08:00\""},
        {"created", "\"2026-11-24T25:00:00+08:00\""}, {"applicant", NULL},
        {"applicant", "[]"}, {"applicant.name", "\"\""}, {"applicant.id_no", "\"5102 29\""},
        {"applicant.birth", "\"1944-13-08\""}, {"applicant.sex", "\"12\""},
        {"applicant.assurance", "\"A9\""}, {"answers", "[]"},
        {"answers", "{\"a\": 1}"}, {"answers", "{\"\": \"x\"}"}, {"skipped", "\"x\""},
        {"skipped", "[1]"}, {"warnings", "[{}]"}, {"consents", NULL}, {"consents", "[null]"},
        {"signature", "{\"width\": 0, \"height\": 1, \"strokes\": []}"},
        {"signature", "{\"width\": 1, \"height\": 1, \"strokes\": [[\"x\"]]}"},
        {"signature", "{\"width\": 1, \"height\": 1, \"strokes\": [1]}"},
    };
    struct application a;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (read_with(wrong[i][0], wrong[i][1], &a))
            fail_msg("%s = %s was accepted", wrong[i][0],
                     wrong[i][1] ? wrong[i][1] : "missing");
    }
}

static void a_repeated_key_is_refused(void **state)
{
    (void)state;
    static const char text[] = "{\"format\":1,\"format\":1}";
    struct application a;
    assert_false(application_read(text, sizeof text - 1, &a, NULL));
}

static bool ask(const char *text)
{
    struct status_request r;
    return status_request_read(text, strlen(text), &r, NULL);
}

static void an_identity_is_answered_only_to_a_card(void **state)
{
    (void)state;
    assert_true(ask("{\"id_type\":\"resident\",\"id_no\":\"51022919440308001X\","
                    "\"assurance\":\"A2\"}"));
    assert_false(ask("{\"id_type\":\"resident\",\"id_no\":\"51022919440308001X\","
                     "\"assurance\":\"A1\"}"));
    assert_false(ask("{\"id_type\":\"resident\",\"id_no\":\"51022919440308001X\"}"));
    assert_false(ask("{\"id_type\":\"resident\",\"id_no\":\"\",\"assurance\":\"A2\"}"));
    assert_false(ask("{}"));
    assert_false(ask("[]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_protocols_example_is_read),
        cmocka_unit_test(members_of_a_newer_terminal_are_kept),
        cmocka_unit_test(what_may_be_missing_may_be_missing),
        cmocka_unit_test(a_typed_number_may_come_without_a_name),
        cmocka_unit_test(every_malformed_member_is_refused),
        cmocka_unit_test(a_repeated_key_is_refused),
        cmocka_unit_test(an_identity_is_answered_only_to_a_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
