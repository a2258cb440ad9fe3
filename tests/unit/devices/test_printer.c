/* A printer's bytes, and a printer in a thread behind a real TCP port. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "devices/printer.h"

/* ---- what the bytes mean ---- */

static void the_worst_state_wins(void **state)
{
    static const struct {
        uint8_t n[4];
        enum printer_state is;
    } known[] = {
        {{0x16, 0x12, 0x12, 0x12}, PRINTER_READY}, {{0x12, 0x12, 0x12, 0x12}, PRINTER_READY},
        {{0x12, 0x12, 0x12, 0x1E}, PRINTER_LOW},   {{0x1A, 0x32, 0x12, 0x7E}, PRINTER_OUT},
        {{0x1A, 0x32, 0x12, 0x12}, PRINTER_OUT},   {{0x12, 0x12, 0x12, 0x72}, PRINTER_OUT},   {{0x1A, 0x16, 0x12, 0x72}, PRINTER_COVER},
        {{0x1A, 0x52, 0x1A, 0x12}, PRINTER_JAM},   {{0x1A, 0x52, 0x16, 0x12}, PRINTER_JAM},
        {{0x1A, 0x52, 0x32, 0x12}, PRINTER_JAM},   {{0x1A, 0x52, 0x52, 0x12}, PRINTER_OFFLINE},
        {{0x1A, 0x12, 0x12, 0x12}, PRINTER_OFFLINE},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        assert_int_equal(printer_state_from(known[i].n), known[i].is);
}

static void automatic_reports_say_the_same(void **state)
{
    static const struct {
        uint8_t asb[4];
        enum printer_state is;
    } known[] = {{{0x10, 0, 0, 0}, PRINTER_READY},  {{0x10, 0, 0x03, 0}, PRINTER_LOW},
                 {{0x18, 0, 0x0F, 0}, PRINTER_OUT}, {{0x38, 0, 0, 0}, PRINTER_COVER},
                 {{0x18, 0x08, 0, 0}, PRINTER_JAM}, {{0x18, 0, 0, 0}, PRINTER_OFFLINE}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        struct printer_listener l = {0};
        enum printer_said said = PRINTER_SAID_NOTHING;
        for (int k = 0; k < 4; k++) {
            assert_int_equal(said, PRINTER_SAID_NOTHING);
            said = printer_listen(&l, known[i].asb[k]);
        }
        assert_int_equal(said, PRINTER_SAID_REPORT);
        assert_int_equal(printer_state_from_report(known[i].asb), known[i].is);
    }
}

static void flow_control_and_reports_are_not_taken_for_answers(void **state)
{
    struct printer_listener l = {0};
    (void)state;
    assert_int_equal(printer_listen(&l, 0x11), PRINTER_SAID_NOTHING);
    assert_int_equal(printer_listen(&l, 0x13), PRINTER_SAID_NOTHING);
    assert_int_equal(printer_listen(&l, 0x10), PRINTER_SAID_NOTHING); /* a report begins */
    assert_int_equal(printer_listen(&l, 0x00), PRINTER_SAID_NOTHING);
    assert_int_equal(printer_listen(&l, 0x16), PRINTER_SAID_REALTIME); /* in between */
    assert_int_equal(l.value, 0x16);
    assert_int_equal(printer_listen(&l, 0x00), PRINTER_SAID_NOTHING);
    assert_int_equal(printer_listen(&l, 0x00), PRINTER_SAID_REPORT);
    assert_int_equal(printer_listen(&l, 0x00), PRINTER_SAID_QUEUED);
    assert_int_equal(printer_listen(&l, 0xFF), PRINTER_SAID_NOTHING); /* noise */
}

/* ---- a whole printer ---- */

struct device {
    int listener, port;
    pthread_t thread;
    uint8_t n[4];        /* the answers to DLE EOT 1..4 */
    uint8_t n_after[4];  /* the same once out_after bytes came */
    long out_after;      /* -1: never */
    long leaves_after;   /* hangs up after so many bytes; -1: never */
    bool mute, no_end;   /* no_end: GS r is never answered */
    long got;
};

static void *device_run(void *arg)
{
    struct device *d = arg;
    for (int calls = 0; calls < 4; calls++) {
        int fd = accept(d->listener, NULL, NULL);
        uint8_t b, last[2] = {0, 0};
        if (fd < 0)
            break;
        while (read(fd, &b, 1) == 1) {
            bool out = d->out_after >= 0 && d->got > d->out_after;
            d->got++;
            uint8_t answer = 0;
            bool answers = false;
            if (last[0] == 0x10 && last[1] == 0x04 && b >= 1 && b <= 4) {
                answer = out ? d->n_after[b - 1] : d->n[b - 1];
                answers = true;
            } else if (last[0] == 0x1D && last[1] == 0x72) {
                answers = !d->no_end && !out;
            }
            if (answers && !d->mute && send(fd, &answer, 1, MSG_NOSIGNAL) != 1)
                break;
            last[0] = last[1];
            last[1] = b;
            if (d->leaves_after >= 0 && d->got > d->leaves_after)
                break;
        }
        close(fd);
    }
    return NULL;
}

static const uint8_t well[4] = {0x12, 0x12, 0x12, 0x12};

static void device_start(struct device *d)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    d->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(d->listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(d->listener, 4), 0);
    assert_int_equal(getsockname(d->listener, (struct sockaddr *)&at, &size), 0);
    d->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&d->thread, NULL, device_run, d), 0);
}

static void device_stop(struct device *d)
{
    shutdown(d->listener, SHUT_RDWR);
    pthread_join(d->thread, NULL);
    close(d->listener);
}

static enum print_result print(struct device *d, int timeout_ms, enum printer_state *after,
                               struct err *err)
{
    static uint8_t job[20000]; /* no 10 04 in it */
    char spec[40];
    device_start(d);
    snprintf(spec, sizeof spec, "tcp:127.0.0.1:%d", d->port);
    struct printer *p = printer_open(spec, err);
    assert_non_null(p);
    enum print_result result = printer_print(p, job, sizeof job, timeout_ms, after, err);
    printer_close(p);
    device_stop(d);
    return result;
}

static struct device device(void)
{
    struct device d = {.out_after = -1, .leaves_after = -1};
    memcpy(d.n, well, 4);
    return d;
}

static void done_is_said_only_after_the_printer_said_so(void **state)
{
    struct device d = device();
    enum printer_state after;
    struct err err = {0};
    (void)state;
    assert_int_equal(print(&d, 5000, &after, &err), PRINT_DONE);
    assert_int_equal(after, PRINTER_READY);
    assert_true(d.got > 20000);
}

static void a_printer_without_paper_gets_nothing(void **state)
{
    struct device d = device();
    enum printer_state after;
    struct err err = {0};
    (void)state;
    memcpy(d.n, (uint8_t[]){0x1A, 0x32, 0x12, 0x72}, 4);
    assert_int_equal(print(&d, 5000, &after, &err), PRINT_FAILED);
    assert_int_equal(after, PRINTER_OUT);
    assert_true(d.got < 20);
}

static void paper_that_ends_in_the_middle_is_named(void **state)
{
    struct device d = device();
    enum printer_state after;
    struct err err = {0};
    (void)state;
    d.out_after = 9000;
    memcpy(d.n_after, (uint8_t[]){0x1A, 0x32, 0x12, 0x72}, 4);
    assert_int_equal(print(&d, 5000, &after, &err), PRINT_FAILED);
    assert_int_equal(after, PRINTER_OUT);
    assert_int_equal(err.kind, ERR_BROKEN); /* told, not found out by a time-out */
}

static void a_mute_printer_is_never_believed(void **state)
{
    struct device d = device();
    enum printer_state after;
    struct err err = {0};
    (void)state;
    d.mute = true;
    assert_int_equal(print(&d, 5000, &after, &err), PRINT_UNCONFIRMED);
    assert_int_equal(after, PRINTER_UNKNOWN);
}

static void a_job_without_an_end_fails_in_its_time(void **state)
{
    struct device d = device();
    enum printer_state after;
    struct err err = {0};
    (void)state;
    d.no_end = true;
    assert_int_equal(print(&d, 700, &after, &err), PRINT_FAILED);
    assert_int_equal(err.kind, ERR_OFFLINE);
}

static void a_printer_that_leaves_during_the_job_is_a_failure(void **state)
{
    struct device d = device();
    enum printer_state after;
    struct err err = {0};
    (void)state;
    d.leaves_after = 15000;
    assert_int_equal(print(&d, 5000, &after, &err), PRINT_FAILED);
}

static void an_absent_printer_is_offline_and_no_crash(void **state)
{
    struct err err = {0};
    struct printer *p = printer_open("tcp:127.0.0.1:1", &err);
    (void)state;
    assert_non_null(p);
    assert_int_equal(printer_status(p), PRINTER_OFFLINE);
    enum printer_state after = PRINTER_READY;
    assert_int_equal(printer_print(p, "x", 1, 100, &after, &err), PRINT_FAILED);
    assert_int_equal(after, PRINTER_OFFLINE);
    printer_close(p);
}

static void a_spec_nobody_understands_is_refused_with_words(void **state)
{
    static const char *const specs[] = {"", "lp0", "tcp:", "tcp:host", "tcp::9100",
                                        "tcp:host:70000", "tcp:host:9x", "serial:/dev/x:123"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
        struct err err = {0};
        assert_null(printer_open(specs[i], &err));
        assert_int_equal(err.kind, ERR_BROKEN);
        assert_non_null(strstr(err.text, "device"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_state_wins),
        cmocka_unit_test(automatic_reports_say_the_same),
        cmocka_unit_test(flow_control_and_reports_are_not_taken_for_answers),
        cmocka_unit_test(done_is_said_only_after_the_printer_said_so),
        cmocka_unit_test(a_printer_without_paper_gets_nothing),
        cmocka_unit_test(paper_that_ends_in_the_middle_is_named),
        cmocka_unit_test(a_mute_printer_is_never_believed),
        cmocka_unit_test(a_job_without_an_end_fails_in_its_time),
        cmocka_unit_test(a_printer_that_leaves_during_the_job_is_a_failure),
        cmocka_unit_test(an_absent_printer_is_offline_and_no_crash),
        cmocka_unit_test(a_spec_nobody_understands_is_refused_with_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
