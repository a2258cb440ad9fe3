#include "rules/bank_card.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

static bool luhn(const char *digits, size_t len)
{
    int sum = 0;
    for (size_t i = 0; i < len; i++) {
        int d = digits[len - 1 - i] - '0';
        if (i % 2)
            d = d * 2 > 9 ? d * 2 - 9 : d * 2;
        sum += d;
    }
    return sum % 10 == 0;
}

enum bank_card_fault bank_card_check(const char *typed, char out[20])
{
    char text[96];
    out[0] = 0;
    bool whole = text_copy(text, sizeof text, typed);
    text_fold_width(text);
    text_squeeze(text, "-");
    size_t len = strlen(text);
    if (len == 0)
        return BANK_CARD_EMPTY;
    if (strspn(text, "0123456789") != len)
        return BANK_CARD_CHARACTERS;
    if (!whole || len < 12 || len > 19)
        return BANK_CARD_LENGTH;
    memcpy(out, text, len + 1);
    return luhn(text, len) ? BANK_CARD_OK : BANK_CARD_LUHN;
}
