/* A scanner on a pseudo-terminal, and what counts as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "devices/scanner.h"

static int master;
static struct scanner *scanner;
static char text[SCANNER_TEXT_SIZE];

static int start(void **state)
{
    char spec[80];
    (void)state;
    master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    snprintf(spec, sizeof spec, "serial:%s:115200", ptsname(master));
    scanner = scanner_open(spec, NULL);
    /* opens the port: what was said before belongs to its last owner */
    assert_int_equal(scanner_poll(scanner, text, 0, -1, NULL), SCAN_NONE);
    return scanner ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    scanner_close(scanner);
    if (master >= 0)
        close(master);
    return 0;
}

static void says(const char *bytes)
{
    assert_int_equal(write(master, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
}

static enum scan next(void)
{
    struct err err = {0};
    return scanner_poll(scanner, text, 1000, -1, &err);
}

static void each_line_is_one_code_whatever_ends_it(void **state)
{
    (void)state;
    says("ONE\rTWO\nTHREE\r\n\r\n");
    assert_int_equal(next(), SCAN_TEXT);
    assert_string_equal(text, "ONE");
    assert_int_equal(next(), SCAN_TEXT);
    assert_string_equal(text, "TWO");
    assert_int_equal(next(), SCAN_TEXT);
    assert_string_equal(text, "THREE");
    assert_int_equal(scanner_poll(scanner, text, 0, -1, NULL), SCAN_NONE);
}

static void a_line_in_pieces_is_put_together(void **state)
{
    (void)state;
    says("BANG");
    assert_int_equal(scanner_poll(scanner, text, 20, -1, NULL), SCAN_NONE);
    says("BAN:1\r");
    assert_int_equal(next(), SCAN_TEXT);
    assert_string_equal(text, "BANGBAN:1");
}

static void hanzi_come_as_utf8_or_gb18030(void **state)
{
    (void)state;
    says("永川区\r");
    assert_int_equal(next(), SCAN_TEXT);
    assert_string_equal(text, "永川区");
    says("\xD3\xC0\xB4\xA8\xC7\xF8\r");
    assert_int_equal(next(), SCAN_TEXT);
    assert_string_equal(text, "永川区");
}

static void a_code_that_is_too_long_is_told_once_and_its_tail_is_no_code(void **state)
{
    char line[SCANNER_LINE_MAX + 20];
    (void)state;
    memset(line, 'A', sizeof line);
    strcpy(line + sizeof line - 6, "TAIL\r");
    says(line);
    assert_int_equal(next(), SCAN_FAILED);
    says("GOOD\r");
    assert_int_equal(next(), SCAN_TEXT);
    assert_string_equal(text, "GOOD");
}

static void what_is_no_text_is_refused(void **state)
{
    static const char *const bad[] = {"\xFF\xFF\r", "A\x01\r", "\x80\r", "A\x7F\r"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        says(bad[i]);
        assert_int_equal(next(), SCAN_FAILED);
        assert_string_equal(text, "");
    }
    assert_false(scanner_decode("", 0, text));
    assert_false(scanner_decode("a\0b", 3, text));
}

static void an_unplugged_scanner_is_gone_and_comes_back(void **state)
{
    (void)state;
    says("HALF");
    close(master);
    master = -1;
    enum scan said = next();
    while (said == SCAN_NONE)
        said = next();
    assert_int_equal(said, SCAN_GONE);
    assert_int_equal(scanner_poll(scanner, text, 0, -1, NULL), SCAN_GONE);
}

static void waiting_ends_when_it_is_cancelled(void **state)
{
    int both[2];
    (void)state;
    assert_int_equal(pipe(both), 0);
    assert_int_equal(write(both[1], "x", 1), 1);
    assert_int_equal(scanner_poll(scanner, text, 60000, both[0], NULL), SCAN_CANCELLED);
    close(both[0]);
    close(both[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_line_is_one_code_whatever_ends_it, start, stop),
        cmocka_unit_test_setup_teardown(a_line_in_pieces_is_put_together, start, stop),
        cmocka_unit_test_setup_teardown(hanzi_come_as_utf8_or_gb18030, start, stop),
        cmocka_unit_test_setup_teardown(
            a_code_that_is_too_long_is_told_once_and_its_tail_is_no_code, start, stop),
        cmocka_unit_test_setup_teardown(what_is_no_text_is_refused, start, stop),
        cmocka_unit_test_setup_teardown(an_unplugged_scanner_is_gone_and_comes_back, start, stop),
        cmocka_unit_test_setup_teardown(waiting_ends_when_it_is_cancelled, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
