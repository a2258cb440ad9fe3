#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "rules/identity_card.h"

/* Writes UTF-8 as UTF-16LE at the offset. */
static void put(uint8_t *record, int offset, const char *text)
{
    uint32_t cp;
    size_t n;
    while ((n = text_next(text, &cp))) {
        uint32_t units[2] = {cp, 0};
        int count = 1;
        if (cp > 0xFFFF) {
            units[0] = 0xD800 + ((cp - 0x10000) >> 10);
            units[1] = 0xDC00 + ((cp - 0x10000) & 0x3FF);
            count = 2;
        }
        for (int i = 0; i < count; i++) {
            record[offset++] = (uint8_t)units[i];
            record[offset++] = (uint8_t)(units[i] >> 8);
        }
        text += n;
    }
}

static void blank(uint8_t record[256])
{
    for (int i = 0; i < 256; i += 2) {
        record[i] = ' ';
        record[i + 1] = 0;
    }
}

static void resident(uint8_t record[256])
{
    blank(record);
    put(record, 0, "张德福");
    put(record, 30, "1");
    put(record, 32, "01");
    put(record, 36, "19450308");
    put(record, 52, "重庆市永川区松溉镇临江大道1号");
    put(record, 122, "509999194503080010");
    put(record, 158, "重庆市公安局永川区分局");
    put(record, 188, "20100101");
    put(record, 204, "长期");
}

static void a_resident_card_is_read_whole(void **state)
{
    (void)state;
    uint8_t record[256];
    struct identity_card card;
    resident(record);
    assert_true(identity_card_parse(record, &card, NULL));
    assert_string_equal(card.name, "张德福");
    assert_string_equal(card.number, "509999194503080010");
    assert_string_equal(card.address, "重庆市永川区松溉镇临江大道1号");
    assert_true(card.long_term);
    assert_int_equal(card.birth.year, 1945);
    assert_string_equal(identity_card_nation_name(card.nation), "汉");
    assert_true(identity_card_in_date(&card, (struct date){2026, 11, 24}));
    assert_false(identity_card_in_date(&card, (struct date){2009, 11, 24}));
}

static void a_name_beyond_the_bmp_is_one_character(void **state)
{
    (void)state;
    uint8_t record[256];
    struct identity_card card;
    resident(record);
    memset(record, ' ', 30);
    for (int i = 1; i < 30; i += 2)
        record[i] = 0;
    put(record, 0, "李𠅤");
    assert_true(identity_card_parse(record, &card, NULL));
    assert_string_equal(card.name, "李𠅤");
    assert_int_equal(text_length(card.name), 2);
    assert_false(card.has_unreadable);
}

static void a_lone_surrogate_is_marked_unreadable(void **state)
{
    (void)state;
    uint8_t record[256];
    struct identity_card card;
    resident(record);
    record[2] = 0x00;
    record[3] = 0xD8;
    assert_true(identity_card_parse(record, &card, NULL));
    assert_true(card.has_unreadable);
}

static void permanent_cards_of_both_years_are_read(void **state)
{
    (void)state;
    uint8_t record[256];
    struct identity_card card;
    blank(record);
    put(record, 0, "ANNA SCHMIDT");
    put(record, 120, "2");
    put(record, 122, "DEU110080101234");
    put(record, 152, "DEU");
    put(record, 188, "20180101");
    put(record, 204, "20280101");
    put(record, 220, "19800101");
    put(record, 248, "I");
    assert_true(identity_card_parse(record, &card, NULL));
    assert_int_equal(card.kind, CARD_PERMANENT_2017);
    assert_string_equal(card.latin_name, "ANNA SCHMIDT");
    blank(record);
    put(record, 30, "2");
    put(record, 36, "18810716");
    put(record, 52, "ANNA SCHMIDT");
    put(record, 122, "911008188107161239");
    put(record, 188, "20240101");
    put(record, 204, "20340101");
    put(record, 242, "DEU");
    put(record, 248, "Y");
    struct err err;
    assert_false(identity_card_parse(record, &card, &err)); /* born 1881 is no real date here */
    put(record, 36, "19810716");
    assert_true(identity_card_parse(record, &card, NULL));
    assert_int_equal(card.kind, CARD_PERMANENT_2023);
    assert_string_equal(card.nationality, "DEU");
}

static void damaged_records_ask_for_another_read(void **state)
{
    (void)state;
    static const int spots[] = {36, 122, 188, 204};
    for (size_t i = 0; i < sizeof spots / sizeof *spots; i++) {
        uint8_t record[256];
        struct identity_card card;
        struct err err = {0};
        resident(record);
        record[spots[i]] = '?';
        assert_false(identity_card_parse(record, &card, &err));
        assert_int_equal(err.kind, ERR_RETRY);
        assert_string_equal(card.number, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_resident_card_is_read_whole),
        cmocka_unit_test(a_name_beyond_the_bmp_is_one_character),
        cmocka_unit_test(a_lone_surrogate_is_marked_unreadable),
        cmocka_unit_test(permanent_cards_of_both_years_are_read),
        cmocka_unit_test(damaged_records_ask_for_another_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
