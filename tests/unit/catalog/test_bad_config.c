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
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
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
    for (int i = 0; i < report_count(report); i++)
        found |= strstr(report_line(report, i), place) && strstr(report_line(report, i), what);
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

#define GAOLING "services/10-gaoling_jintie.yaml"

static void every_mistake_is_named_with_its_place_and_what_to_do(void **state)
{
    static const struct {
        const char *file, *from, *to, *place, *what;
    } cases[] = {
        {GAOLING, "icon: elder", "\ticon: elder", "jintie.yaml:4:1:", "a tab; use spaces"},
        {GAOLING, "icon: elder", "icon: elder\nicon: elder", "jintie.yaml:5:1", "uplicate key"},
        {GAOLING, "icon: elder", "icone: elder", "jintie.yaml:4:1", "\"icone\" is not known here; known are:"},
        {GAOLING, "icon: elder", "ic: elder", "jintie.yaml:2:1", "\"icon\" is missing; add it"},
        {GAOLING, "  en: It is free.\n", "", "jintie.yaml:26:3", "\"en\" is missing; add it"},
        {GAOLING, "icon: elder", "icon: \xFF\xFE", "jintie.yaml:4:7", "not UTF-8; save the file as UTF-8"},
        {GAOLING, "icon: elder", "icon: &x elder\ncat2: *x", "jintie.yaml:5:8", "an alias (*name); write the text out"},
        {GAOLING, "icon: elder", "icon: !!str elder", "jintie.yaml:4:13", "a tag (!name); take it out"},
        {GAOLING, "icon: elder", "icon: [a, b]", "jintie.yaml:4", "must be one text"},
        {GAOLING, "version: 1", "version: one", "jintie.yaml:3:10", "must be a whole number"},
        {GAOLING, "must: \"age >= 80\"", "must: \"age >=\"", "jintie.yaml:37:12", "write one like: age >= 80"},
        {GAOLING, "must: \"age >= 80\"", "must: \"age >= '80'\"", "jintie.yaml:37:12", "compare"},
        {GAOLING, "must: \"age >= 80\"", "must: \"agee >= 80\"", "jintie.yaml:37:12", "check the spelling"},
        {GAOLING, "must: \"age >= 80\"", "must: \"os.exit(1)\"", "jintie.yaml:37:12", "check the spelling"},
        {GAOLING, "{elder80.80}", "{elder80.8O}", "jintie.yaml", "parameters.yaml has no such key"},
        {GAOLING, "assurance: A2", "assurance: A9", "jintie.yaml", "\"A9\" is not known; one of: A0 A1 A2 A3"},
        {GAOLING, "id: gaoling_jintie", "id: canji_huli", "huli.yaml:1:1", "give it another id"},
        {GAOLING, "zh-CN: 居民身份证\n", "zh-CN: 死亡证明\n", "jintie.yaml", "20 certificates"},
        {"parameters.yaml", "from: 2022-10-01", "from: 2022-13-01", "parameters.yaml:5:11", "a day is written 2026-07-01"},
        {"parameters.yaml", "value: 9000", "value: 90.00", "parameters.yaml:6:12", "must be a whole number"},
        {"holidays.yaml", "- 2026-01-01", "- 2026-02-30", "holidays.yaml:7:5", "a day is written"},
        {"towns.csv", "500118001,", "50011800,", "towns.csv:2:1", "a code of 9 digits"},
        {"towns.csv", "500118002,", "500118001,", "towns.csv", "500118001 stands twice"},
        {"villages.csv", "code,name", "code,name\n999999999001,某村", "villages.csv", "add the town or take the line out"},
        {"villages.csv", "code,name", "code,name\n500118001001", "villages.csv:2:1", "a code of 12 digits"},
        {"station.local.yaml", NULL, "printr: none\n", "local.yaml:1:1", "\"printr\" is not known"},
        {"station.local.yaml", NULL, "idle_s: soon\n", "local.yaml:1:9", "must be a whole number"},
        {"station.local.yaml", NULL, "idle_s: 5\n", "local.yaml:1:9", "must be 30 to 600"},
        {"station.local.yaml", NULL, "theme: pink\n", "local.yaml:1:8", "one of: soft default black white"},
        {"station.local.yaml", NULL, "panel_rotation: 45\n", "station.yaml", "0, 90, 180 or 270"},
        {"station.local.yaml", NULL, "- a\n", "local.yaml:1", "name: value"},
        {"services/99-new.yaml", NULL, "", "99-new.yaml:1:1", "empty"},
        {"services/99-new.yaml", NULL, "just a text\n", "99-new.yaml:1:1", "name: value"},
        {"services/99-new.yaml", NULL, "id: [\n", "99-new.yaml", "error"},
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

static void nesting(const char *piece, int times)
{
    size_t len = strlen(piece);
    char *text = xcalloc(len * (size_t)times + 4, 1);
    for (int i = 0; i < times; i++)
        memcpy(text + len * (size_t)i, piece, len);
    change("services/99-new.yaml", NULL, text);
    free(text);
    look_for("99-new.yaml", piece[0] == '[' || piece[0] == '{' ? "nested too deeply" : "depth");
    assert_int_equal(complaints, 0);
}

static void a_hundred_thousand_levels_are_refused_and_not_walked(void **state)
{
    (void)state;
    nesting("[", 100000);
    nesting("{a: ", 100000);
    nesting("- ", 100000);
    nesting("? ", 100000);
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
        cmocka_unit_test_setup_teardown(a_file_that_is_too_large_or_a_folder_is_refused, start,
                                        stop),
        cmocka_unit_test(a_missing_folder_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
