/* SAM_V frames as lines and readers damage them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "devices/samv.h"

/* Answers of the reference, checksums included. */
static const uint8_t found[] = {0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x08, 0x00,
                                0x00, 0x9F, 0x00, 0x00, 0x00, 0x00, 0x97};
static const uint8_t no_card[] = {0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x04, 0x00, 0x00, 0x80, 0x84};

static struct samv_parser parser;
static struct samv_frame frame;

static int start(void **state)
{
    (void)state;
    samv_parser_init(&parser);
    return 0;
}

static void feed(const void *data, size_t len)
{
    assert_int_equal(samv_parser_feed(&parser, data, len), len);
}

static void requests_are_those_of_the_standard(void **state)
{
    static const struct {
        uint8_t cmd, para, bytes[10];
    } known[] = {
        {0x20, 0x01, {0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x03, 0x20, 0x01, 0x22}},
        {0x20, 0x02, {0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x03, 0x20, 0x02, 0x21}},
        {0x30, 0x01, {0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x03, 0x30, 0x01, 0x32}},
        {0x12, 0xFF, {0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x03, 0x12, 0xFF, 0xEE}},
    };
    uint8_t out[SAMV_REQUEST_MAX];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        assert_int_equal(samv_encode(out, sizeof out, known[i].cmd, known[i].para, NULL, 0), 10);
        assert_memory_equal(out, known[i].bytes, 10);
    }
    assert_int_equal(samv_encode(out, 9, 0x20, 0x01, NULL, 0), 0);
}

static void a_frame_in_single_bytes_is_whole_at_its_last(void **state)
{
    (void)state;
    for (size_t i = 0; i + 1 < sizeof found; i++) {
        feed(&found[i], 1);
        assert_false(samv_parser_next(&parser, &frame));
    }
    feed(&found[sizeof found - 1], 1);
    assert_true(samv_parser_next(&parser, &frame));
    assert_int_equal(frame.sw3, 0x9F);
    assert_int_equal(frame.len, 4);
    assert_false(samv_parser_next(&parser, &frame));
}

static void noise_before_a_frame_is_walked_over(void **state)
{
    /* Half preambles, and one with a length that cannot be. */
    static const uint8_t noise[] = {0x00, 0xFF, 0xAA, 0xAA, 0x96, 0x13, 0xAA, 0xAA,
                                    0xAA, 0x96, 0x69, 0xFF, 0xFF, 0xAA, 0xAA};
    (void)state;
    feed(noise, sizeof noise);
    feed(found, sizeof found);
    assert_true(samv_parser_next(&parser, &frame));
    assert_int_equal(frame.sw3, 0x9F);
    assert_true(parser.dropped);
}

static void a_stray_byte_inside_the_preamble_is_forgiven(void **state)
{
    static const uint8_t stray[] = {0xAA, 0x00, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x04,
                                    0x00, 0x00, 0x80, 0x84};
    (void)state;
    feed(stray, sizeof stray);
    assert_true(samv_parser_next(&parser, &frame));
    assert_int_equal(frame.sw3, 0x80);
}

static void every_single_wrong_byte_is_noticed(void **state)
{
    (void)state;
    for (size_t i = 5; i < sizeof found; i++)
        for (int bit = 0; bit < 8; bit++) {
            uint8_t bad[sizeof found];
            memcpy(bad, found, sizeof bad);
            bad[i] = (uint8_t)(bad[i] ^ 1 << bit);
            samv_parser_init(&parser);
            feed(bad, sizeof bad);
            assert_false(samv_parser_next(&parser, &frame));
        }
}

static void a_frame_behind_a_damaged_one_is_found(void **state)
{
    uint8_t bad[sizeof found];
    (void)state;
    memcpy(bad, found, sizeof bad);
    bad[sizeof bad - 1] ^= 1;
    feed(bad, sizeof bad);
    feed(no_card, sizeof no_card);
    assert_true(samv_parser_next(&parser, &frame));
    assert_int_equal(frame.sw3, 0x80);
}

static void a_cut_frame_is_given_up_for_the_one_inside_its_length(void **state)
{
    /* Says 200 bytes follow; instead a whole frame follows. */
    static const uint8_t cut[] = {0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0xC8, 0x00};
    (void)state;
    feed(cut, sizeof cut);
    feed(no_card, sizeof no_card);
    assert_false(samv_parser_next(&parser, &frame));
    assert_true(samv_parser_give_up(&parser));
    assert_true(samv_parser_next(&parser, &frame));
    assert_int_equal(frame.sw3, 0x80);
    assert_false(samv_parser_give_up(&parser));
}

static void two_frames_in_one_read_come_out_in_order(void **state)
{
    (void)state;
    feed(found, sizeof found);
    feed(no_card, sizeof no_card);
    assert_true(samv_parser_next(&parser, &frame));
    assert_int_equal(frame.sw3, 0x9F);
    assert_true(samv_parser_next(&parser, &frame));
    assert_int_equal(frame.sw3, 0x80);
}

static void endless_babble_never_fills_the_parser_for_good(void **state)
{
    uint8_t babble[997];
    unsigned seed = 7;
    (void)state;
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof babble; i++)
            babble[i] = (uint8_t)((seed = seed * 1103515245 + 12345) >> 16 & 3 ? 0xAA : seed >> 8);
        size_t taken = samv_parser_feed(&parser, babble, sizeof babble);
        while (samv_parser_next(&parser, &frame))
            ;
        if (taken < sizeof babble)
            while (samv_parser_give_up(&parser) && parser.len > sizeof parser.data / 2)
                ;
    }
    while (samv_parser_give_up(&parser))
        ;
    feed(found, sizeof found);
    assert_true(samv_parser_next(&parser, &frame));
}

static void forgetting_leaves_no_byte_of_a_card(void **state)
{
    (void)state;
    feed(found, sizeof found);
    samv_parser_init(&parser);
    static const struct samv_parser empty;
    assert_memory_equal(&parser, &empty, sizeof empty);
}

/* ---- a reader in memory, behind the same struct as a serial port ---- */

struct fake {
    struct byte_stream base;
    uint8_t answer[4096];
    size_t len, at;
    uint8_t asked[32];
};

static int fake_read(struct byte_stream *s, void *data, size_t size, int timeout_ms, int cancel)
{
    struct fake *f = (struct fake *)s;
    (void)timeout_ms;
    (void)cancel;
    size_t n = f->len - f->at < size ? f->len - f->at : size;
    memcpy(data, f->answer + f->at, n);
    f->at += n;
    return (int)n;
}

static bool fake_write(struct byte_stream *s, const void *data, size_t len, int timeout_ms,
                       struct err *err)
{
    struct fake *f = (struct fake *)s;
    (void)timeout_ms;
    (void)err;
    memcpy(f->asked, data, len < sizeof f->asked ? len : sizeof f->asked);
    f->at = 0; /* the answer is ready now, whatever was said before */
    return true;
}

static void fake_close(struct byte_stream *s)
{
    (void)s;
}

static const struct byte_stream_ops fake_ops = {fake_read, fake_write, fake_close};

static struct fake record_of(size_t text, size_t photo, size_t finger, bool with_finger)
{
    struct fake f = {.base = {&fake_ops}};
    size_t head = with_finger ? 6 : 4, body = head + text + photo + finger, len = body + 4;
    uint8_t *p = f.answer;
    const uint8_t start_of[] = {0xAA, 0xAA, 0xAA, 0x96, 0x69, (uint8_t)(len >> 8), (uint8_t)len,
                                0, 0, 0x90, (uint8_t)(text >> 8), (uint8_t)text,
                                (uint8_t)(photo >> 8), (uint8_t)photo, (uint8_t)(finger >> 8),
                                (uint8_t)finger};
    memcpy(p, start_of, sizeof start_of);
    for (size_t i = 0; i < text; i++)
        p[10 + head + i] = (uint8_t)(i + 1);
    uint8_t sum = 0;
    for (size_t i = 5; i < 7 + len - 1; i++)
        sum ^= p[i];
    p[7 + len - 1] = sum;
    f.len = 7 + len;
    f.at = f.len; /* nothing until asked */
    return f;
}

static void a_record_is_found_with_and_without_a_fingerprint(void **state)
{
    static const struct {
        size_t photo, finger;
        bool with;
        size_t total; /* the sizes of the reference */
    } kinds[] = {{1024, 0, false, 1295}, {1024, 1024, true, 2321}, {1024, 512, true, 1809},
                 {1024, 0, true, 1297}};
    uint8_t text[SAMV_TEXT_SIZE];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct fake f = record_of(256, kinds[i].photo, kinds[i].finger, kinds[i].with);
        struct err err = {0};
        assert_int_equal(f.len, kinds[i].total);
        memset(text, 0, sizeof text);
        assert_int_equal(samv_read(&f.base, &parser, text, &err), SAMV_OK);
        assert_int_equal(text[0], 1);
        assert_int_equal(text[254], 255);
        assert_int_equal(f.asked[7], 0x30);
        assert_int_equal(f.asked[8], 0x01); /* fingerprints are never asked for */
    }
}

static void a_record_of_another_size_is_damage(void **state)
{
    uint8_t text[SAMV_TEXT_SIZE];
    struct fake f = record_of(128, 1024, 0, false);
    struct err err = {0};
    (void)state;
    assert_int_equal(samv_read(&f.base, &parser, text, &err), SAMV_DAMAGED);
    assert_int_equal(err.kind, ERR_RETRY);
}

static void an_answer_left_over_is_not_taken_for_the_next(void **state)
{
    struct fake f = {.base = {&fake_ops}, .len = sizeof no_card};
    struct err err = {0};
    (void)state;
    memcpy(f.answer, found, sizeof found); /* a late "found" lies in the line */
    f.len = sizeof found;
    f.at = 0;
    /* ask() first empties the line; the write then puts the true answer there */
    memcpy(f.answer, no_card, sizeof no_card);
    f.len = sizeof no_card;
    assert_int_equal(samv_find(&f.base, &parser, &err), SAMV_NO_CARD);
}

static void each_status_says_who_can_mend_it(void **state)
{
    static const struct {
        uint8_t sw3;
        enum samv_result result;
        enum err_kind kind;
    } known[] = {{0x90, SAMV_OK, ERR_NONE},       {0x9F, SAMV_OK, ERR_NONE},
                 {0x80, SAMV_NO_CARD, ERR_RETRY}, {0x81, SAMV_RETRY, ERR_RETRY},
                 {0x41, SAMV_RETRY, ERR_RETRY},   {0x40, SAMV_RETRY, ERR_RETRY},
                 {0x31, SAMV_RETRY, ERR_REFUSED}, {0x33, SAMV_RETRY, ERR_REFUSED},
                 {0x60, SAMV_BROKEN, ERR_BROKEN}, {0x66, SAMV_BROKEN, ERR_BROKEN},
                 {0x10, SAMV_DAMAGED, ERR_RETRY}, {0x24, SAMV_DAMAGED, ERR_RETRY},
                 {0x55, SAMV_RETRY, ERR_RETRY}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        struct err err = {0};
        assert_int_equal(samv_result_from(known[i].sw3, &err), known[i].result);
        assert_int_equal(err.kind, known[i].kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_those_of_the_standard),
        cmocka_unit_test_setup(a_frame_in_single_bytes_is_whole_at_its_last, start),
        cmocka_unit_test_setup(noise_before_a_frame_is_walked_over, start),
        cmocka_unit_test_setup(a_stray_byte_inside_the_preamble_is_forgiven, start),
        cmocka_unit_test_setup(every_single_wrong_byte_is_noticed, start),
        cmocka_unit_test_setup(a_frame_behind_a_damaged_one_is_found, start),
        cmocka_unit_test_setup(a_cut_frame_is_given_up_for_the_one_inside_its_length, start),
        cmocka_unit_test_setup(two_frames_in_one_read_come_out_in_order, start),
        cmocka_unit_test_setup(endless_babble_never_fills_the_parser_for_good, start),
        cmocka_unit_test_setup(forgetting_leaves_no_byte_of_a_card, start),
        cmocka_unit_test_setup(a_record_is_found_with_and_without_a_fingerprint, start),
        cmocka_unit_test_setup(a_record_of_another_size_is_damage, start),
        cmocka_unit_test_setup(an_answer_left_over_is_not_taken_for_the_next, start),
        cmocka_unit_test(each_status_says_who_can_mend_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
