#include "rules/credit_code.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

static char check_character(const char *code)
{
    int sum = 0, weight = 1; /* 3^i mod 31 */
    for (int i = 0; i < CREDIT_CODE_LEN - 1; i++) {
        sum += (int)(strchr(alphabet, code[i]) - alphabet) * weight;
        weight = weight * 3 % 31;
    }
    return alphabet[(31 - sum % 31) % 31];
}

enum credit_code_fault credit_code_check(const char *typed, char out[CREDIT_CODE_LEN + 1])
{
    char text[96];
    bool whole = text_copy(text, sizeof text, typed);
    out[0] = 0;
    text_fold_width(text);
    text_squeeze(text, "-");
    size_t len = strlen(text);
    if (len == 0)
        return CREDIT_CODE_EMPTY;
    if (!whole || text_length(text) != CREDIT_CODE_LEN)
        return CREDIT_CODE_LENGTH;
    for (size_t i = 0; i < len; i++)
        text[i] = (char)toupper((unsigned char)text[i]);
    if (strspn(text, alphabet) != len)
        return CREDIT_CODE_CHARACTERS;
    memcpy(out, text, CREDIT_CODE_LEN + 1);
    return text[CREDIT_CODE_LEN - 1] == check_character(text) ? CREDIT_CODE_OK
                                                               : CREDIT_CODE_CHECK;
}
