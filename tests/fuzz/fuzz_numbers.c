// rooms: rules
/* Everything a resident types: what is accepted is accepted again as it came out. */
#undef NDEBUG /* the claims are the point */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "rules/bank_card.h"
#include "rules/citizen_id.h"
#include "rules/credit_code.h"
#include "rules/date.h"
#include "rules/disability_id.h"
#include "rules/money.h"
#include "rules/person_name.h"
#include "rules/phone.h"
#include "rules/receipt_code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct date today = {2026, 11, 24};
    char typed[512], out[256], again[256];
    struct citizen_id id, id2;
    struct disability_id d, d2;
    struct date day;
    int64_t fen, fen2;

    if (size >= sizeof typed)
        size = sizeof typed - 1;
    memcpy(typed, data, size);
    typed[size] = 0;
    enum citizen_id_fault fault = citizen_id_check(typed, today, &id);
    if (fault == CITIZEN_ID_OK || fault == CITIZEN_ID_AGE || fault == CITIZEN_ID_CHECK_DIGIT) {
        assert(citizen_id_check(id.number, today, &id2) == fault);
        assert(strcmp(id.number, id2.number) == 0 && strlen(id.number) == 18);
        assert(id.permanent_resident || (date_is_real(id.birth) && (id.sex == '1' || id.sex == '2')));
        assert(fault == CITIZEN_ID_CHECK_DIGIT ||
               citizen_id_very_old(id.birth, today) == (fault == CITIZEN_ID_AGE));
    }
    citizen_id_mask(typed, out, sizeof out);
    if (bank_card_check(typed, out) == BANK_CARD_OK)
        assert(bank_card_check(out, again) == BANK_CARD_OK && strcmp(out, again) == 0);
    if (disability_id_parse(typed, &d) == DISABILITY_ID_OK)
        assert(disability_id_parse(d.number, &d2) == DISABILITY_ID_OK && d.grade == d2.grade);
    enum credit_code_fault code = credit_code_check(typed, out);
    if (code == CREDIT_CODE_OK || code == CREDIT_CODE_CHECK)
        assert(credit_code_check(out, again) == code && strcmp(out, again) == 0);
    else
        assert(out[0] == 0);
    if (phone_parse(typed, out, sizeof out))
        assert(phone_parse(out, again, sizeof again) && strcmp(out, again) == 0);
    if (money_parse(typed, &fen)) {
        money_format(fen, out, sizeof out);
        assert(fen >= 0 && money_parse(out, &fen2) && fen == fen2);
    }
    if (person_name_parse(typed, out, sizeof out)) {
        assert(text_valid(out, strlen(out)) && text_length(out) <= PERSON_NAME_MAX);
        person_name_mask(out, again, sizeof again);
        assert(text_valid(again, strlen(again)));
    }
    if (receipt_code_parse(typed, out))
        assert(receipt_code_parse(out, again) && strcmp(out, again) == 0);
    if (date_parse(typed, &day)) {
        assert(date_is_real(day));
        assert(date_compare(day, date_from_days(date_to_days(day))) == 0);
    }
    return 0;
}
