/* What civil servants and their editors do to kiosk-config/: each mistake is named
 * with its file and place and with what to do, and nothing of it crashes. Every case
 * changes one line of the shipped configuration in a copy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "catalog/station.h"

static char folder[64];
static int complaints;

static int start(void **state)
{
    char command[160];
    (void)state;
    complaints = 0;
    strcpy(folder, "/tmp/bangban-config-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(command, sizeof command, "cp -r kiosk-config/. %s", folder);
    return system(command);
}

static int stop(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

/* Replaces the first `from` in the file by `to`; without from, to is the file. */
static void change(const char *file, const char *from, const char *to)
{
    char *path = xasprintf("%s/%s", folder, file), *text = NULL, *out = NULL;
    size_t len;
    if (from) {
        text = file_read(path, 1 << 20, NULL, NULL);
        assert_non_null(text);
        char *at = strstr(text, from);
        assert_non_null(at);
        out = xasprintf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    } else {
        out = xstrdup(to);
    }
    len = strlen(out);
    assert_true(file_write(path, out, len, 0644, NULL));
    free(out);
    free(text);
    free(path);
}

static void restore(const char *file)
{
    char command[256];
    snprintf(command, sizeof command,
             "test -e kiosk-config/%s && cp kiosk-config/%s %s/%s || rm -f %s/%s", file, file,
             folder, file, folder, file);
    assert_int_equal(system(command), 0);
}

/* Some line of the report holds both texts; counts and shows those that are not. */
static void look_for(const char *place, const char *what)
{
    struct report *report = report_create();
    struct station station;
    struct catalog *c = catalog_load(folder, report);
    bool found = false;
    station_load(folder, &station, report);
    for (int i = 0; i < report_count(report); i++) {
        const char *line = report_line(report, i);
        assert_true(text_valid(line, strlen(line))); /* or --json leaves it out */
        found |= strstr(line, place) && strstr(line, what);
    }
    if (!found) {
        complaints++;
        print_error("expected \"%s\" ... \"%s\", got:\n", place, what);
        for (int i = 0; i < report_count(report); i++)
            print_error("  %s\n", report_line(report, i));
    }
    station_finish(&station);
    catalog_destroy(c);
    report_destroy(report);

}

/* A long text in a condition: the cause must not be cut off behind it. */
#define TOWNS \
    "永川区中山路街道胜利路街道南大街街道茶山竹海街道大安街道陈食街道卫星湖街道青峰镇金龙镇临江镇何埂镇松溉镇" \
    "仙龙镇吉安镇五间镇来苏镇宝峰镇双石镇红炉镇永荣镇三教镇板桥镇朱沱镇"
#define GAOLING "services/10-gaoling_jintie.yaml"

static void every_mistake_is_named_with_its_place_and_what_to_do(void **state)
{
    static const struct {
        const char *file, *from, *to, *place, *what;
    } cases[] = {
        {GAOLING, "icon: elder", "\ticon: elder", "jintie.yaml:4:1:", "a tab; use spaces"},
        {GAOLING, "icon: elder", "icon: elder\nicon: elder", "jintie.yaml:5:1", "take one of them out"},
        {GAOLING, "icon: elder", "icone: elder", "jintie.yaml:4:1", "\"icone\" is not known here; known are:"},
        {GAOLING, "icon: elder", "ic: elder", "jintie.yaml:2:1", "\"icon\" is missing; add it"},
        {GAOLING, "  en: It is free.\n", "", "jintie.yaml:26:3", "\"en\" is missing; add it"},
        {GAOLING, "icon: elder", "icon: \xFF\xFE", "jintie.yaml:4:7", "not UTF-8; save the file as UTF-8"},
        {GAOLING, "icon: elder", "icon: &x elder\ncat2: *x", "jintie.yaml:5:7", "an alias (*name); write the text out"},
        {GAOLING, "icon: elder", "icon: !!str elder", "jintie.yaml:4:7", "a tag (!name); take it out"},
        {GAOLING, "icon: elder", "icon: [a, b]", "jintie.yaml:4:8:", "must be one text; write it"},
        {GAOLING, "version: 1", "version: one", "jintie.yaml:3:10", "must be a whole number"},
        {GAOLING, "must: \"age >= 80\"", "must: \"age >=\"", "jintie.yaml:37:12", "write one like: age >= 80"},
        {GAOLING, "must: \"age >= 80\"", "must: \"age >= '80'\"", "jintie.yaml:37:12", "compare numbers with numbers"},
        {GAOLING, "must: \"age >= 80\"", "must: \"agee >= 80\"", "jintie.yaml:37:12", "check the spelling"},
        {GAOLING, "must: \"age >= 80\"", "must: \"os.exit(1)\"", "jintie.yaml:37:12", "check the spelling"},
        {GAOLING, "{elder80.80}", "{elder80.8O}", "jintie.yaml:16:13:", "parameters.yaml has no such key"},
        {GAOLING, "assurance: A2", "assurance: A9", "jintie.yaml", "\"A9\" is not known; one of: A0 A1 A2 A3"},
        {GAOLING, "id: gaoling_jintie", "id: canji_huli", "huli.yaml:2:5:", "give it another id"},
        {GAOLING, "zh-CN: 居民身份证\n", "zh-CN: 死亡证明\n", "jintie.yaml", "20 certificates"},
        {"parameters.yaml", "from: 2022-10-01", "from: 2022-13-01", "parameters.yaml:5:11", "a day is written 2026-07-01"},
        {"parameters.yaml", "value: 9000", "value: 90.00", "parameters.yaml:6:12", "must be a whole number"},
        {"holidays.yaml", "- 2026-01-01", "- 2026-02-30", "holidays.yaml:7:5", "a day is written"},
        {"towns.csv", "500118001,", "50011800,", "towns.csv:2:1", "a code of 9 digits"},
        {"towns.csv", "500118002,", "500118001,", "towns.csv:3:1:", "500118001 stands twice, also in line 2; take one out"},
        {"villages.csv", "\ncode,name\n", "\ncode,name\n999999999001,某村\n", "villages.csv:5:1:", "add the town or take the line out"},
        {"villages.csv", "\ncode,name\n", "\ncode,name\n500118001001\n", "villages.csv:5:1:", "a code of 12 digits"},
        {"station.local.yaml", NULL, "printr: none\n", "local.yaml:1:1", "\"printr\" is not known"},
        {"station.local.yaml", NULL, "idle_s: soon\n", "local.yaml:1:9", "must be a whole number"},
        {"station.local.yaml", NULL, "idle_s: 5\n", "local.yaml:1:9", "must be 30 to 600"},
        {"station.local.yaml", NULL, "theme: pink\n", "local.yaml:1:8", "one of: soft default black white"},
        {"station.local.yaml", NULL, "panel_rotation: 45\n", "local.yaml:1:17:", "0, 90, 180 or 270"},
        {"station.local.yaml", NULL, "- a\n", "local.yaml:1", "name: value"},
        {GAOLING, "amount:\n", "amount:\n  -\n", "jintie.yaml:15:1:", "zh-CN en"},
        {GAOLING, "fee:\n", "fee: {}\nrest:\n", "jintie.yaml:25:1:", "\"zh-CN\" is missing; add it"},
        {GAOLING, "must: \"age >= 80\"", "must: 'sex == \"\\永\"'", "jintie.yaml:37:12:", "invalid escape sequence"},
        {GAOLING, "icon: elder", "icon: &x elder", "jintie.yaml:4:7:", "an anchor (&name); take it out"},
        {GAOLING, "must: \"age >= 80\"", "must: \"age >= nil\"", "jintie.yaml:37:12:", "compare nil with number"},
        {GAOLING, "{elder80.80}", "{elder80.80", "jintie.yaml:16:13:", "close it"},
        {GAOLING, "faq:", "---\nid: hidden\nfaq:", "jintie.yaml:", "a second document begins here"},
        {GAOLING, "must: \"age >= 80\"", "must: \"age >= '" TOWNS "'\"", "jintie.yaml:37:12", "attempt to compare"},
        {"parameters.yaml", "value: 9000", "value: -1", "parameters.yaml:6:12:", "0 or more"},
        {"parameters.yaml", "key: disab.care.2", "key: disab.care.1", "parameters.yaml:8:10:", "begins twice on the same day; take one out"},
        {"holidays.yaml", "first_year: 2026\n", "", "holidays.yaml:4:1:", "\"first_year\" is missing; add it"},
        {"holidays.yaml", "first_year: 2026", "first_year: 2028", "holidays.yaml:5:12:", "lies before"},
        {"holidays.yaml", "last_year: 2027", "last_year: 20270", "holidays.yaml:5:12:", "must be a year"},
        {"holidays.yaml", "last_year: 2027", "last_year: 2026", "holidays.yaml:", "lies outside first_year to last_year"},
        {"holidays.yaml", "- 2026-01-02", "- 2026-01-01", "holidays.yaml:", "this day stands twice; take it out here, or at"},
        {"holidays.yaml", "- 2026-01-04", "- 2026-01-01", "holidays.yaml:", "this day stands twice"},
        {"holidays.yaml", "- 2026-01-04", "- 2026-01-05", "holidays.yaml:68:5:", "compare it with the notice"},
        {"holidays.yaml", "- 2026-01-01", "- [2026-01-01]", "holidays.yaml:7:6:", "a day is written"},
        {"holidays.yaml", "holidays:\n", "holidays: no\nrest:\n", "holidays.yaml:6:11:", "must be a list"},
        {"towns.csv", "中山路街道", "中山路街道,x", "towns.csv:2:16:", "a third column; leave only code and name"},
        {"towns.csv", "中山路街道", "\"中山路街道\"", "towns.csv:2:11:", "a quotation mark; take it out"},
        {"towns.csv", "中山路街道", " \xE3\x80\x80", "towns.csv:2:11:", "the name is missing; write it"},
        {"towns.csv", "中山路街道", "\xD6\xD0", "towns.csv:2:11:", "not UTF-8; save the file as UTF-8"},
        {"towns.csv", "500118002,", "500118002;", "towns.csv:3:1:", "mend the line or take it out"},
        {"villages.csv", "\ncode,name\n", "\ncode,name\n500118001001,甲村\n500118001002,乙村\n500118001001,甲村\n", "villages.csv:7:1:", "stands twice, also in line 5"},
        {"services/99-new.yaml", NULL, "", "99-new.yaml:1:1", "empty"},
        {"services/99-new.yaml", NULL, "just a text\n", "99-new.yaml:1:1", "name: value"},
        {"services/99-new.yaml", NULL, "id: [\n", "99-new.yaml:2:1:", "look at the indentation, quotation marks and brackets"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        change(cases[i].file, cases[i].from, cases[i].to);
        look_for(cases[i].place, cases[i].what);
        restore(cases[i].file);
    }
    assert_int_equal(complaints, 0);
    struct report *report = report_create(); /* and nothing of it stays */
    struct catalog *c = catalog_load(folder, report);
    assert_int_equal(report_count(report), 0);
    catalog_destroy(c);
    report_destroy(report);
}

/* The file is head, then `times` times piece with its number in place of '#', then tail. */
static void many(const char *file, const char *head, const char *piece, int times,
                 const char *tail)
{
    char *path = xasprintf("%s/%s", folder, file);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(head, f);
    for (int i = 0; i < times; i++)
        for (const char *p = piece; *p; p++)
            if (*p == '#')
                fprintf(f, "%09d", i);
            else
                fputc(*p, f);
    fputs(tail, f);
    assert_int_equal(fclose(f), 0);
    free(path);
}

/* The processor's time, so that a busy machine does not fail it. */
static void look_quickly_for(const char *place, const char *what)
{
    clock_t start_time = clock();
    look_for(place, what);
    assert_int_equal(complaints, 0);
    assert_true((double)(clock() - start_time) / CLOCKS_PER_SEC < 2);
}

static void a_hundred_thousand_levels_are_refused_and_not_walked(void **state)
{
    static const struct {
        const char *piece, *what;
    } cases[] = {{"[", "nested too deeply; take some out"},
                 {"{a: ", "nested too deeply; take some out"},
                 {"- ", "too many lists inside each other; take some out"},
                 {"? ", "too many lists inside each other; take some out"}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        many("services/99-new.yaml", "", cases[i].piece, 100000, "");
        look_quickly_for("99-new.yaml:1:", cases[i].what);
    }
}

/* libfyaml compares names pair by pair and counts its way to an item: each of these
 * took from ten seconds to minutes. */
static void what_is_very_long_is_refused_in_a_moment(void **state)
{
    static const struct {
        const char *file, *head, *piece;
        int times;
        const char *tail, *place, *what;
    } cases[] = {
        {"services/99-new.yaml", "", "k#: 1\n", 60000, "", "99-new.yaml:201:1:", "more than 200 names"},
        {"services/99-new.yaml", "{", "k#,", 80000, "}", "99-new.yaml:1:", "more than 200 names"},
        {"services/99-new.yaml", "requirements:\n", "  - {}\n", 100000, "", "99-new.yaml:2002:5:", "more than 2000 items"},
        {"services/99-new.yaml", "amount:\n", "  - &a# x\n", 50000, "", "99-new.yaml:2:5:", "an anchor"},
        {"services/99-new.yaml", "a: 1\n", "---\n", 200000, "", "99-new.yaml:2:1:", "a second document"},
        {"holidays.yaml", "holidays:\n", "  - 2026-01-01\n", 60000, "", "holidays.yaml:2002:5:", "more than 2000 items"},
        {"villages.csv", "", "999#,x\n", 300000, "", "villages.csv:1:1:", "which towns.csv does not have"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        many(cases[i].file, cases[i].head, cases[i].piece, cases[i].times, cases[i].tail);
        look_quickly_for(cases[i].place, cases[i].what);
        restore(cases[i].file);
    }
}

static void a_list_may_be_as_long_as_the_limit_says(void **state)
{
    (void)state;
    many("services/99-new.yaml", "requirements:\n", "  - {}\n", 2000, "");
    look_for("99-new.yaml:1:1:", "\"says\" is missing"); /* read, not refused whole */
    many("services/99-new.yaml", "", "k#: 1\n", 200, "");
    look_for("99-new.yaml:200:1:", "is not known here");
    assert_int_equal(complaints, 0);
}

static void a_zero_byte_ends_no_list_of_villages(void **state)
{
    static const char text[] = "code,name\n500118001001,甲村\n\0\n500118001002,乙村\n";
    char *path = xasprintf("%s/villages.csv", folder);
    (void)state;
    assert_true(file_write(path, text, sizeof text - 1, 0644, NULL));
    look_for("villages.csv:3:1:", "not UTF-8; save the file as UTF-8");
    assert_int_equal(complaints, 0);
    free(path);
}

static void villages_are_not_blamed_for_a_broken_list_of_towns(void **state)
{
    (void)state;
    change("villages.csv", "\ncode,name\n", "\ncode,name\n500118001001,甲村\n");
    change("towns.csv", "500118001,", "50011800,");
    struct report *report = report_create();
    assert_null(catalog_load(folder, report));
    assert_int_equal(report_count(report), 1);
    report_destroy(report);
}

static void villages_are_found_by_code_and_by_town(void **state)
{
    const struct division *list;
    (void)state;
    change("villages.csv", "\ncode,name\n",
           "\ncode,name\n500118002001,丙村\n500118001002,乙村\n500118001001,甲村\n");
    struct report *report = report_create();
    struct catalog *c = catalog_load(folder, report);
    assert_non_null(c);
    assert_int_equal(catalog_villages(c, "500118001", &list), 2);
    assert_string_equal(list[0].name, "甲村");
    assert_string_equal(list[1].name, "乙村");
    assert_string_equal(catalog_division_name(c, "500118002001"), "丙村");
    assert_string_equal(catalog_division_name(c, "500118002"), "胜利路街道");
    assert_null(catalog_division_name(c, "500118003001"));
    assert_int_equal(catalog_villages(c, "500118003", &list), 0);
    catalog_destroy(c);
    report_destroy(report);
}

static void a_file_that_is_too_large_or_a_folder_is_refused(void **state)
{
    char *path = xasprintf("%s/services/99-new.yaml", folder);
    char *big = xcalloc((2 << 20) + 1, 1);
    (void)state;
    memset(big, '#', 2 << 20);
    assert_true(file_write(path, big, 2 << 20, 0644, NULL));
    look_for("99-new.yaml", "");
    assert_int_equal(unlink(path), 0);
    assert_true(file_make_folder(path, NULL));
    look_for("99-new.yaml", "");
    assert_int_equal(complaints, 0);
    free(big);
    free(path);
}

static void a_missing_folder_is_named(void **state)
{
    struct report *report = report_create();
    (void)state;
    assert_null(catalog_load("/nonexistent", report));
    assert_true(report_count(report) > 0);
    assert_non_null(strstr(report_line(report, 0), "/nonexistent"));
    report_destroy(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_mistake_is_named_with_its_place_and_what_to_do,
                                        start, stop),
        cmocka_unit_test_setup_teardown(a_hundred_thousand_levels_are_refused_and_not_walked,
                                        start, stop),
        cmocka_unit_test_setup_teardown(what_is_very_long_is_refused_in_a_moment, start, stop),
        cmocka_unit_test_setup_teardown(a_list_may_be_as_long_as_the_limit_says, start, stop),
        cmocka_unit_test_setup_teardown(a_zero_byte_ends_no_list_of_villages, start, stop),
        cmocka_unit_test_setup_teardown(villages_are_not_blamed_for_a_broken_list_of_towns,
                                        start, stop),
        cmocka_unit_test_setup_teardown(villages_are_found_by_code_and_by_town, start, stop),
        cmocka_unit_test_setup_teardown(a_file_that_is_too_large_or_a_folder_is_refused, start,
                                        stop),
        cmocka_unit_test(a_missing_folder_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
