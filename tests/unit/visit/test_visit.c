#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "visit/submission.h"
#include "visit/visit.h"

static struct visit_world world;
static struct visit visit, again;
static struct event recorded[512];
static int recorded_count;
static int64_t now;

static int start(void **state)
{
    (void)state;
    struct report *report = report_create();
    struct catalog *catalog = catalog_load("kiosk-config", report);
    for (int i = 0; i < report_count(report); i++)
        fprintf(stderr, "%s\n", report_line(report, i));
    report_destroy(report);
    world = (struct visit_world){.catalog = catalog, .defaults = {1, 1, 0, false},
                                 .idle_ms = 120000, .answer_ms = 45000, .done_ms = 30000};
    now = 1795521600000;
    recorded_count = 0;
    visit_begin(&visit, &world);
    return catalog ? 0 : -1;
}

/* The same with a service that asks for the number of somebody else as well. */
static int start_with_a_number_field(void **state)
{
    char folder[] = "/tmp/bangban-visit-XXXXXX", command[256];
    int rc = start(state);
    if (rc != 0 || !mkdtemp(folder))
        return -1;
    catalog_destroy((struct catalog *)(uintptr_t)world.catalog);
    snprintf(command, sizeof command,
             "cp -r kiosk-config/. %s && sed -i 's/kind: phone/kind: id/' %s/services/10*", folder,
             folder);
    rc = system(command);
    struct report *report = report_create();
    world.catalog = rc == 0 ? catalog_load(folder, report) : NULL;
    for (int i = 0; i < report_count(report); i++)
        fprintf(stderr, "%s\n", report_line(report, i));
    report_destroy(report);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    rc |= system(command);
    visit_begin(&visit, &world);
    return rc == 0 && world.catalog ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    catalog_destroy((struct catalog *)(uintptr_t)world.catalog);
    return 0;
}

static struct effects send(struct event e)
{
    struct effects fx;
    e.now_ms = now += 100;
    recorded[recorded_count++] = e;
    visit_step(&visit, &world, &e, &fx);
    return fx;
}

static struct effects tap(int action, int arg)
{
    return send((struct event){.kind = EV_TAP, .action = action, .arg = arg});
}

static bool has(struct effects fx, enum effect_kind kind)
{
    for (int i = 0; i < fx.count; i++)
        if (fx.item[i].kind == kind)
            return true;
    return false;
}

static void type(const char *text)
{
    for (; *text; text++)
        tap(ACT_KEY, *text);
}

static struct event card(const char *number, int year)
{
    struct event e = {.kind = EV_CARD};
    text_copy(e.card.name, sizeof e.card.name, "张德福");
    text_copy(e.card.number, sizeof e.card.number, number);
    text_copy(e.card.address, sizeof e.card.address, "重庆市永川区松溉镇临江大道1号");
    e.card.birth = (struct date){(int16_t)year, 3, 8};
    e.card.sex = '1';
    e.card.valid_from = (struct date){2010, 1, 1};
    e.card.long_term = true;
    return e;
}

static void to_identity(void)
{
    tap(ACT_START, 0);
    tap(ACT_SERVICE, 0);
    tap(ACT_APPLY, 0);
    tap(ACT_CONSENT, 1);
    tap(ACT_CONSENT, 1);
    assert_int_equal(visit.screen, SCREEN_IDENTITY);
}

static void to_review(void)
{
    to_identity();
    send(card("509999194503080010", 1945));
    tap(ACT_PERSON, 1); /* the address is known from the card and not asked */
    tap(ACT_OPTION, 0);
    tap(ACT_SKIP, 0);
    type("622848040256489009");
    tap(ACT_NEXT, 0);
    tap(ACT_OPTION, 0);
    assert_int_equal(visit.screen, SCREEN_REVIEW);
}

static void sign(void)
{
    static const struct ink_point line[] = {{100, 100}, {300, 300}, {500, 200}, {-1, -1}};
    for (size_t i = 0; i < 4; i++)
        send((struct event){.kind = EV_INK, .ink = line[i]});
}

static struct event minted(void)
{
    struct event e = {.kind = EV_MINTED};
    strcpy(e.id, "019ab000-0000-7000-8000-000000000001");
    strcpy(e.code, "B4K729XZ");
    return e;
}

static void to_saving(void)
{
    to_review();
    assert_true(has(tap(ACT_REVIEWED, 0), FX_MINT));
    send(minted());
    sign();
    assert_true(has(tap(ACT_SIGNED, 0), FX_SUBMIT));
    assert_int_equal(visit.screen, SCREEN_SAVING);
}

static struct event about(enum event_kind kind)
{
    struct event e = {.kind = kind};
    strcpy(e.id, minted().id);
    return e;
}

static void stored_is_said_only_after_the_store_says_so(void **state)
{
    (void)state;
    to_saving();
    assert_false(visit.stored);
    struct effects fx = send(about(EV_STORED));
    assert_true(visit.stored);
    assert_int_equal(visit.screen, SCREEN_DONE);
    assert_int_equal(visit.sending, SENDING_NOW);
    assert_false(has(fx, FX_PRINT));
    fx = send(about(EV_DELIVERED));
    assert_int_equal(visit.sending, SENDING_DONE);
    assert_true(has(fx, FX_PRINT));
}

/* Paper cannot be taken back, so it waits for the first attempt, but not long. */
static void the_receipt_waits_three_seconds_for_the_line(void **state)
{
    (void)state;
    to_saving();
    send(about(EV_STORED));
    assert_int_equal(visit_deadline(&visit, &world), visit.now_ms + 3000);
    now += 2899; /* send() adds 100 */
    assert_false(has(send((struct event){.kind = EV_TICK}), FX_PRINT));
    now += 1;
    assert_true(has(send((struct event){.kind = EV_TICK}), FX_PRINT));
    assert_int_equal(visit.screen, SCREEN_DONE);
    assert_int_equal(visit.sending, SENDING_NOW);
    assert_false(has(send(about(EV_DELIVERED)), FX_PRINT)); /* once */
}

static void leaving_early_prints_first(void **state)
{
    (void)state;
    to_saving();
    send(about(EV_STORED));
    struct effects fx = tap(ACT_FINISH, 0);
    assert_true(has(fx, FX_PRINT));
    assert_false(has(fx, FX_WIPE));
    assert_int_equal(visit.screen, SCREEN_DONE);
    assert_true(has(tap(ACT_FINISH, 0), FX_WIPE));
}

static void a_refused_application_is_never_said_to_go_by_itself(void **state)
{
    (void)state;
    to_saving();
    send(about(EV_STORED));
    send(about(EV_LINE_DOWN));
    assert_int_equal(visit.sending, SENDING_LATER);
    send(about(EV_REFUSED));
    assert_int_equal(visit.sending, SENDING_REFUSED);
    send(about(EV_LINE_DOWN)); /* another application's trouble */
    send(about(EV_STOPPED));
    assert_int_equal(visit.sending, SENDING_REFUSED);
}

static void a_refusal_of_another_application_changes_nothing(void **state)
{
    (void)state;
    to_saving();
    send(about(EV_STORED));
    struct event other = about(EV_REFUSED);
    other.id[0] = other.id[0] == '0' ? '1' : '0';
    assert_false(has(send(other), FX_PRINT));
    assert_int_equal(visit.sending, SENDING_NOW);
}

static void a_stopped_queue_is_told_at_once(void **state)
{
    (void)state;
    to_saving();
    struct event stored = about(EV_STORED);
    stored.flag = true;
    send(stored);
    assert_int_equal(visit.sending, SENDING_STOPPED);
    assert_true(has(send((struct event){.kind = EV_TICK}), FX_PRINT));
}

static void the_same_events_give_the_same_bytes(void **state)
{
    (void)state;
    to_saving();
    send(about(EV_STORED));
    struct effects fx;
    visit_begin(&again, &world);
    for (int i = 0; i < recorded_count; i++)
        visit_step(&again, &world, &recorded[i], &fx);
    assert_memory_equal(&visit, &again, sizeof visit);
}

static void a_failed_save_keeps_everything_and_tries_the_same_id_again(void **state)
{
    (void)state;
    to_saving();
    send(about(EV_STORE_FAILED));
    assert_int_equal(visit.screen, SCREEN_TROUBLE);
    assert_int_equal(visit.answers[1].state, ANSWER_GIVEN);
    assert_true(has(tap(ACT_RETRY, 0), FX_SUBMIT));
    assert_string_equal(visit.id, minted().id);
}

static void calling_staff_while_saving_does_not_hide_the_outcome(void **state)
{
    (void)state;
    to_saving();
    tap(ACT_STAFF, 0);
    send(about(EV_STORED));
    tap(ACT_BACK, 0);
    assert_int_equal(visit.screen, SCREEN_DONE);
}

static void somebody_too_young_is_told_why_and_can_go_on_elsewhere(void **state)
{
    (void)state;
    to_identity();
    send(card("509999195003080011", 1950));
    tap(ACT_PERSON, 1);
    assert_int_equal(visit.screen, SCREEN_NOT_ELIGIBLE);
    assert_string_equal(visit_service(&visit, &world)->requirements[visit.requirement].id,
                        "age");
    tap(ACT_LEAVE, 0);
    assert_int_equal(visit.screen, SCREEN_HOME);
    assert_int_equal(visit.person.how, PERSON_NONE);
}

static void a_wrong_check_digit_warns_and_goes_on(void **state)
{
    (void)state;
    to_identity();
    tap(ACT_TYPE_NUMBER, 0);
    type("509999194503080011");
    tap(ACT_NEXT, 0);
    assert_int_equal(visit.screen, SCREEN_ID_NUMBER);
    assert_int_equal(visit.notice, NOTICE_ID_CHECK);
    tap(ACT_CONTINUE, 0);
    assert_int_equal(visit.screen, SCREEN_CONFIRM_PERSON);
    assert_true(visit.person.check_digit_wrong);
}

static void an_age_over_120_warns_and_goes_on(void **state)
{
    (void)state;
    to_identity();
    tap(ACT_TYPE_NUMBER, 0);
    type("509999190401010013");
    tap(ACT_NEXT, 0);
    assert_int_equal(visit.notice, NOTICE_ID_AGE);
    tap(ACT_CONTINUE, 0);
    assert_int_equal(visit.screen, SCREEN_CONFIRM_PERSON);
    assert_true(visit.person.very_old);
    assert_false(visit.person.check_digit_wrong);
}

/* Another person's number, such as a helper's, is warned of like one's own. */
static void an_age_over_120_in_an_answer_warns_and_goes_on(void **state)
{
    (void)state;
    to_identity();
    send(card("509999194503080010", 1945));
    tap(ACT_PERSON, 1);
    tap(ACT_OPTION, 0);
    int field = visit.field;
    type("509999190401010013");
    tap(ACT_NEXT, 0);
    assert_int_equal(visit.field, field);
    assert_int_equal(visit.notice, NOTICE_ID_AGE);
    assert_true(visit.may_continue);
    tap(ACT_CONTINUE, 0);
    assert_int_not_equal(visit.field, field);
    assert_string_equal(visit.answers[field].text, "509999190401010013");
    assert_true(visit.answers[field].warned);
}

static void a_very_old_person_with_a_wrong_check_digit_is_told_of_both(void **state)
{
    struct buf out;
    (void)state;
    to_identity();
    tap(ACT_TYPE_NUMBER, 0);
    type("509999190401010012");
    tap(ACT_NEXT, 0);
    assert_int_equal(visit.notice, NOTICE_ID_CHECK);
    tap(ACT_CONTINUE, 0);
    assert_int_equal(visit.screen, SCREEN_CONFIRM_PERSON);
    assert_true(visit.person.check_digit_wrong);
    assert_true(visit.person.very_old);
    buf_init(&out, 1 << 20);
    assert_true(submission_write(&visit, &world, "yc-1", &out)); /* staff see both */
    assert_non_null(strstr((const char *)out.data, "\"warnings\":[\"check_digit\",\"age\"]"));
    buf_finish_wipe(&out);
}

static void a_card_warns_of_an_age_over_120_and_goes_on(void **state)
{
    (void)state;
    to_identity();
    struct event e = card("509999190401010013", 1904);
    e.card.birth = (struct date){1904, 1, 1};
    send(e);
    assert_int_equal(visit.screen, SCREEN_CONFIRM_PERSON);
    assert_true(visit.person.very_old);
    assert_false(visit.person.check_digit_wrong);
    tap(ACT_PERSON, 1);
    assert_int_equal(visit.screen, SCREEN_QUESTION);
}

/* Its number tells no birth date; its chip does. */
static void a_permanent_residents_age_is_that_of_the_chip(void **state)
{
    static const enum identity_card_kind kinds[] = {CARD_PERMANENT_2023, CARD_PERMANENT_2017};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        visit_begin(&visit, &world);
        to_identity();
        struct event e = card(i == 0 ? "911008188107161239" : "CHN110081071612", 1900);
        e.card.kind = kinds[i];
        send(e);
        assert_int_equal(visit.screen, SCREEN_CONFIRM_PERSON);
        assert_true(visit.person.very_old);
    }
}

static void refusing_consent_leads_to_the_window_not_to_a_dead_end(void **state)
{
    (void)state;
    tap(ACT_START, 0);
    tap(ACT_SERVICE, 0);
    tap(ACT_APPLY, 0);
    struct effects fx = tap(ACT_CONSENT, 0);
    assert_int_equal(visit.screen, SCREEN_NOT_ELIGIBLE);
    assert_int_equal(visit.requirement, -1);
    assert_false(has(fx, FX_READ_CARD));
}

static void idle_asks_and_then_wipes_every_byte_of_the_resident(void **state)
{
    (void)state;
    to_review();
    now += 120000;
    send((struct event){.kind = EV_TICK});
    assert_int_equal(visit.screen, SCREEN_STILL_THERE);
    tap(ACT_STILL_HERE, 0);
    assert_int_equal(visit.screen, SCREEN_REVIEW);
    now += 120000;
    send((struct event){.kind = EV_TICK});
    now += 45000;
    struct effects fx = send((struct event){.kind = EV_TICK});
    assert_true(has(fx, FX_WIPE));
    assert_int_equal(visit.screen, SCREEN_WELCOME);
    visit_begin(&again, &world);
    again.now_ms = visit.now_ms;
    assert_memory_equal(&visit, &again, sizeof visit);
}

static void a_late_card_or_print_never_brings_back_an_ended_visit(void **state)
{
    (void)state;
    to_saving();
    send(about(EV_STORED));
    send(about(EV_DELIVERED));
    tap(ACT_FINISH, 0);
    send(about(EV_PRINTED));
    send(card("509999194503080010", 1945));
    assert_int_equal(visit.screen, SCREEN_WELCOME);
    assert_int_equal(visit.person.how, PERSON_NONE);
    assert_false(visit.stored);
}

static void the_submission_holds_the_answers_of_the_protocol(void **state)
{
    (void)state;
    struct buf out;
    to_saving();
    buf_init(&out, 1 << 20);
    assert_true(submission_write(&visit, &world, "yc-1", &out));
    const char *text = (const char *)out.data;
    assert_non_null(strstr(text, "\"service\":\"gaoling_jintie\""));
    assert_non_null(strstr(text, "\"assurance\":\"A2\""));
    assert_non_null(strstr(text, "\"hukou\":\"500118107//"));
    assert_non_null(strstr(text, "\"skipped\":[\"mobile\"]"));
    assert_non_null(strstr(text, "\"consents\":[\"privacy\",\"true\"]"));
    assert_non_null(strstr(text, "\"strokes\":[[100,100,300,300,500,200]]"));
    buf_finish_wipe(&out);
}

static void random_touches_never_break_a_visit(void **state)
{
    (void)state;
    uint32_t r = 1;
    struct effects fx;
    for (int i = 0; i < 200000; i++) {
        struct event e = {.kind = EV_TAP};
        r = r * 1664525u + 1013904223u;
        e.action = (int)(r >> 8) % ACT_COUNT;
        e.arg = (int)(r >> 16) % 40 - 2;
        if (e.action == ACT_SIZE || e.action == ACT_THEME || e.action == ACT_LANG)
            e.arg = 0;
        if ((r >> 24) % 7 == 0)
            e = card("509999194503080010", 1945);
        if ((r >> 24) % 11 == 0)
            e = minted();
        if ((r >> 24) % 13 == 0)
            e = about(EV_STORED);
        if ((r >> 24) % 17 == 0)
            e = (struct event){.kind = EV_INK, .ink = {(int16_t)(r >> 20), 3}};
        e.now_ms = now += (r >> 4) % 20000;
        visit_step(&visit, &world, &e, &fx);
        assert_in_range(visit.screen, 0, SCREEN_COUNT - 1);
        assert_true(visit.field >= 0 && visit.field < VISIT_FIELDS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(stored_is_said_only_after_the_store_says_so, start, stop),
        cmocka_unit_test_setup_teardown(the_receipt_waits_three_seconds_for_the_line, start, stop),
        cmocka_unit_test_setup_teardown(leaving_early_prints_first, start, stop),
        cmocka_unit_test_setup_teardown(a_refused_application_is_never_said_to_go_by_itself, start, stop),
        cmocka_unit_test_setup_teardown(a_refusal_of_another_application_changes_nothing, start, stop),
        cmocka_unit_test_setup_teardown(a_stopped_queue_is_told_at_once, start, stop),
        cmocka_unit_test_setup_teardown(the_same_events_give_the_same_bytes, start, stop),
        cmocka_unit_test_setup_teardown(
            a_failed_save_keeps_everything_and_tries_the_same_id_again, start, stop),
        cmocka_unit_test_setup_teardown(
            calling_staff_while_saving_does_not_hide_the_outcome, start, stop),
        cmocka_unit_test_setup_teardown(
            somebody_too_young_is_told_why_and_can_go_on_elsewhere, start, stop),
        cmocka_unit_test_setup_teardown(a_wrong_check_digit_warns_and_goes_on, start, stop),
        cmocka_unit_test_setup_teardown(an_age_over_120_warns_and_goes_on, start, stop),
        cmocka_unit_test_setup_teardown(an_age_over_120_in_an_answer_warns_and_goes_on,
                                        start_with_a_number_field, stop),
        cmocka_unit_test_setup_teardown(
            a_very_old_person_with_a_wrong_check_digit_is_told_of_both, start, stop),
        cmocka_unit_test_setup_teardown(a_card_warns_of_an_age_over_120_and_goes_on, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_permanent_residents_age_is_that_of_the_chip, start,
                                        stop),
        cmocka_unit_test_setup_teardown(
            refusing_consent_leads_to_the_window_not_to_a_dead_end, start, stop),
        cmocka_unit_test_setup_teardown(
            idle_asks_and_then_wipes_every_byte_of_the_resident, start, stop),
        cmocka_unit_test_setup_teardown(
            a_late_card_or_print_never_brings_back_an_ended_visit, start, stop),
        cmocka_unit_test_setup_teardown(the_submission_holds_the_answers_of_the_protocol, start,
                                        stop),
        cmocka_unit_test_setup_teardown(random_touches_never_break_a_visit, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
