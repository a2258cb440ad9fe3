#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/bank_card.h"
#include "rules/citizen_id.h"
#include "rules/credit_code.h"
#include "rules/disability_id.h"
#include "rules/money.h"
#include "rules/person_name.h"
#include "rules/phone.h"
#include "rules/receipt_code.h"

static const struct date today = {2026, 11, 24};

static void assert_id(const char *typed, enum citizen_id_fault expected)
{
    struct citizen_id id;
    enum citizen_id_fault fault = citizen_id_check(typed, today, &id);
    if (fault != expected)
        fail_msg("%s: fault %d, expected %d", typed, fault, expected);
}

static void numbers_with_abolished_division_codes_are_accepted(void **state)
{
    (void)state;
    /* 永川 has had these seven since 1980; the elders it serves carry them. */
    assert_id("51262119450308001X", CITIZEN_ID_OK);
    assert_id("512125194503080018", CITIZEN_ID_OK);
    assert_id("510229194503080017", CITIZEN_ID_OK);
    assert_id("519005194503080013", CITIZEN_ID_OK);
    assert_id("510281194503080012", CITIZEN_ID_OK);
    assert_id("500383194503080019", CITIZEN_ID_OK);
    assert_id("500118194503080010", CITIZEN_ID_OK);
    assert_id("509999194503080010", CITIZEN_ID_OK);
    assert_id("509999194503080029", CITIZEN_ID_OK);
    assert_id("50999919450308007X", CITIZEN_ID_OK);
    assert_id("34052419800101001X", CITIZEN_ID_OK);
    assert_id("440308199901101512", CITIZEN_ID_OK);
    assert_id("810000199408230021", CITIZEN_ID_OK);
    assert_id("830000199201300022", CITIZEN_ID_OK);
    assert_id("911008188107161239", CITIZEN_ID_OK);
}

static void what_people_type_is_normalised_first(void **state)
{
    (void)state;
    struct citizen_id id;
    assert_int_equal(citizen_id_check("５０９９９９ 19450308-007x", today, &id), CITIZEN_ID_OK);
    assert_string_equal(id.number, "50999919450308007X");
    assert_int_equal(id.birth.year, 1945);
    assert_int_equal(id.sex, '1');
}

static void every_fault_of_a_number_is_told_apart(void **state)
{
    (void)state;
    assert_id("", CITIZEN_ID_EMPTY);
    assert_id("  ", CITIZEN_ID_EMPTY);
    assert_id("50999919450308", CITIZEN_ID_LENGTH);
    assert_id("509999450308001", CITIZEN_ID_OLD_15);
    assert_id("50999919450308001A", CITIZEN_ID_CHARACTERS);
    assert_id("X09999194503080010", CITIZEN_ID_CHARACTERS);
    assert_id("009999194503080010", CITIZEN_ID_PROVINCE);
    assert_id("509999194602290013", CITIZEN_ID_DATE);
    assert_id("509999203001010010", CITIZEN_ID_FUTURE);
    assert_id("509999194503080011", CITIZEN_ID_CHECK_DIGIT);
}

static void over_120_is_for_staff_to_look_at_and_never_a_refusal(void **state)
{
    (void)state;
    assert_id("509999190401010013", CITIZEN_ID_AGE); /* 122 on the day of the tests */
    assert_id("509999190701010015", CITIZEN_ID_OK);  /* 119 */
    struct date day = {2026, 11, 24};
    assert_false(citizen_id_very_old((struct date){1905, 11, 25}, day)); /* 120 still */
    assert_true(citizen_id_very_old((struct date){1905, 11, 24}, day)); /* 121 today */
    assert_false(citizen_id_very_old((struct date){0}, day));
}

static void codes_of_organisations_are_checked(void **state)
{
    static const char *const printed[] = { /* on pages of the offices themselves */
        "11500383009336512R", "11500114009130311J", "1150022100930385XN",
        "11500223009332511P", "115002280086522817", "11500104009286295N"};
    char out[CREDIT_CODE_LEN + 1];
    (void)state;
    for (size_t i = 0; i < sizeof printed / sizeof *printed; i++) {
        char bad[CREDIT_CODE_LEN + 1];
        assert_int_equal(credit_code_check(printed[i], out), CREDIT_CODE_OK);
        assert_string_equal(out, printed[i]);
        for (int k = 0; k < CREDIT_CODE_LEN; k++) { /* every single wrong character */
            memcpy(bad, printed[i], sizeof bad);
            bad[k] = bad[k] == '7' ? '8' : '7';
            assert_int_equal(credit_code_check(bad, out), CREDIT_CODE_CHECK);
        }
    }
    assert_int_equal(credit_code_check(" 1150 0383-009336512r", out), CREDIT_CODE_OK);
    assert_string_equal(out, printed[0]);
    assert_int_equal(credit_code_check("９1350100M0001TGQXM", out), CREDIT_CODE_CHECK);
    assert_string_equal(out, "91350100M0001TGQXM"); /* lawful all the same */
    assert_int_equal(credit_code_check("１１５００３８３　００９３３６５１２ｒ", out), CREDIT_CODE_OK);
    assert_string_equal(out, printed[0]);
    /* invented, with the first and the last character of the alphabet as check */
    assert_int_equal(credit_code_check("52509999MJY0011T30", out), CREDIT_CODE_OK);
    assert_int_equal(credit_code_check("52509999MJY0028T3Y", out), CREDIT_CODE_OK);
    assert_int_equal(credit_code_check("11500383009336512", out), CREDIT_CODE_LENGTH);
    assert_int_equal(credit_code_check("1150038300933651OR", out), CREDIT_CODE_CHARACTERS);
    assert_int_equal(credit_code_check("永1500383009336512R", out), CREDIT_CODE_CHARACTERS);
    assert_int_equal(credit_code_check("  ", out), CREDIT_CODE_EMPTY);
}

static void nobody_is_believed_to_be_older_than_130(void **state)
{
    (void)state;
    assert_id("510229189006150030", CITIZEN_ID_DATE);
    assert_id("500383189006150016", CITIZEN_ID_DATE);
}

static void a_wrong_check_digit_still_gives_birth_and_sex(void **state)
{
    (void)state;
    struct citizen_id id;
    assert_int_equal(citizen_id_check("509999194503080011", today, &id),
                     CITIZEN_ID_CHECK_DIGIT);
    assert_int_equal(id.birth.year, 1945);
    assert_int_equal(id.sex, '1');
    assert_string_equal(id.number, "509999194503080011");
}

static void numbers_and_names_are_masked_for_paper(void **state)
{
    (void)state;
    char out[64];
    citizen_id_mask("509999194503080010", out, sizeof out);
    assert_string_equal(out, "5099**********0010");
    person_name_mask("张德福", out, sizeof out);
    assert_string_equal(out, "张*福");
    person_name_mask("张三", out, sizeof out);
    assert_string_equal(out, "张*");
    person_name_mask("𠅤", out, sizeof out);
    assert_string_equal(out, "𠅤");
}

static void names_keep_rare_characters_and_one_kind_of_dot(void **state)
{
    (void)state;
    char out[256];
    assert_true(person_name_parse("阿不都•买买提", out, sizeof out));
    assert_string_equal(out, "阿不都·买买提");
    assert_true(person_name_parse("〇𠅤䶮", out, sizeof out));
    assert_false(person_name_parse("·张三", out, sizeof out));
    assert_false(person_name_parse("张三·", out, sizeof out));
    assert_false(person_name_parse("张..三", out, sizeof out));
    assert_false(person_name_parse("", out, sizeof out));
    assert_false(person_name_parse("张3", out, sizeof out));
}

static void bank_numbers_fail_on_any_changed_digit(void **state)
{
    (void)state;
    char out[20], changed[20];
    assert_int_equal(bank_card_check("4111 1111 1111 1111", out), BANK_CARD_OK);
    const char *good = "622848040256489009";
    assert_int_equal(bank_card_check(good, out), BANK_CARD_OK);
    for (size_t i = 0; i < strlen(good); i++) {
        strcpy(changed, good);
        changed[i] = (char)(changed[i] == '9' ? '0' : changed[i] + 1);
        assert_int_equal(bank_card_check(changed, out), BANK_CARD_LUHN);
        assert_string_equal(out, changed);
    }
    assert_int_equal(bank_card_check("12345678901", out), BANK_CARD_LENGTH);
    assert_int_equal(bank_card_check("6228x", out), BANK_CARD_CHARACTERS);
}

static void disability_numbers_may_have_x_and_a_tail(void **state)
{
    (void)state;
    struct disability_id d;
    assert_int_equal(disability_id_parse("50999919450308007x41", &d), DISABILITY_ID_OK);
    assert_int_equal(d.kind, 4);
    assert_int_equal(d.grade, 1);
    assert_int_equal(disability_id_parse("50999919450308007X41B1", &d), DISABILITY_ID_OK);
    assert_int_equal(disability_id_parse("50999919450308007X81", &d), DISABILITY_ID_KIND);
    assert_int_equal(disability_id_parse("50999919450308007X4", &d), DISABILITY_ID_LENGTH);
    assert_int_equal(disability_id_parse("5099991945030800X741", &d),
                     DISABILITY_ID_CHARACTERS);
}

static void phones_of_both_kinds_are_read_and_grouped(void **state)
{
    (void)state;
    char out[24], shown[32];
    assert_true(phone_parse("+86 138-0013-8000", out, sizeof out));
    assert_string_equal(out, "13800138000");
    phone_format(out, shown, sizeof shown);
    assert_string_equal(shown, "138 0013 8000");
    assert_true(phone_parse("０２３ 49801234", out, sizeof out));
    phone_format(out, shown, sizeof shown);
    assert_string_equal(shown, "023 4980 1234");
    assert_false(phone_parse("12800138000", out, sizeof out));
    assert_false(phone_parse("1380013800", out, sizeof out));
    assert_false(phone_parse("", out, sizeof out));
}

static void money_is_read_as_people_write_it(void **state)
{
    (void)state;
    int64_t fen;
    char out[32];
    assert_true(money_parse("1,234.5元", &fen));
    assert_int_equal(fen, 123450);
    assert_true(money_parse("１２", &fen));
    assert_int_equal(fen, 1200);
    assert_false(money_parse("1.234", &fen));
    assert_false(money_parse("", &fen));
    assert_false(money_parse(".5", &fen));
    assert_false(money_parse("99999999999", &fen));
    money_format(1250, out, sizeof out);
    assert_string_equal(out, "12.50");
    money_format(77000, out, sizeof out);
    assert_string_equal(out, "770");
}

static void a_receipt_code_shows_every_single_typing_error(void **state)
{
    (void)state;
    const uint8_t random[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    char code[9], read[9], wrong[9];
    receipt_code_make(random, code);
    assert_true(receipt_code_parse(code, read));
    for (int i = 0; i < 8; i++)
        for (const char *c = "23456789BCDFGHJKMNPQRSTVWXYZ"; *c; c++) {
            memcpy(wrong, code, sizeof wrong);
            wrong[i] = *c;
            assert_int_equal(receipt_code_parse(wrong, read), *c == code[i]);
        }
}

static void the_qr_of_a_receipt_reads_back(void **state)
{
    (void)state;
    const uint8_t random[10] = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
    char uuid[37], code[9], text[128], code_back[9], uuid_back[37];
    uuid7_make(1795521600000, random, uuid);
    receipt_code_make(random, code);
    assert_true(uuid7_valid(uuid));
    receipt_qr_format(code, uuid, text, sizeof text);
    assert_true(receipt_qr_parse(text, code_back, uuid_back));
    assert_string_equal(code, code_back);
    assert_string_equal(uuid, uuid_back);
    assert_false(receipt_qr_parse("https://pay.example/x", code_back, uuid_back));
    text[12] = text[12] == 'Z' ? 'Y' : 'Z';
    assert_false(receipt_qr_parse(text, code_back, uuid_back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_with_abolished_division_codes_are_accepted),
        cmocka_unit_test(what_people_type_is_normalised_first),
        cmocka_unit_test(every_fault_of_a_number_is_told_apart),
        cmocka_unit_test(nobody_is_believed_to_be_older_than_130),
        cmocka_unit_test(over_120_is_for_staff_to_look_at_and_never_a_refusal),
        cmocka_unit_test(codes_of_organisations_are_checked),
        cmocka_unit_test(a_wrong_check_digit_still_gives_birth_and_sex),
        cmocka_unit_test(numbers_and_names_are_masked_for_paper),
        cmocka_unit_test(names_keep_rare_characters_and_one_kind_of_dot),
        cmocka_unit_test(bank_numbers_fail_on_any_changed_digit),
        cmocka_unit_test(disability_numbers_may_have_x_and_a_tail),
        cmocka_unit_test(phones_of_both_kinds_are_read_and_grouped),
        cmocka_unit_test(money_is_read_as_people_write_it),
        cmocka_unit_test(a_receipt_code_shows_every_single_typing_error),
        cmocka_unit_test(the_qr_of_a_receipt_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
