#include "rules/disability_id.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

enum disability_id_fault disability_id_parse(const char *typed, struct disability_id *out)
{
    char text[96];
    *out = (struct disability_id){0};
    bool whole = text_copy(text, sizeof text, typed);
    text_fold_width(text);
    text_squeeze(text, "-");
    size_t len = strlen(text);
    if (len == 0)
        return DISABILITY_ID_EMPTY;
    if (!whole || len < 20 || len > 23)
        return DISABILITY_ID_LENGTH;
    for (size_t i = 0; i < len; i++) {
        text[i] = (char)toupper((unsigned char)text[i]);
        bool digit = text[i] >= '0' && text[i] <= '9';
        bool letter = text[i] >= 'A' && text[i] <= 'Z';
        if (!digit && !(i == 17 && text[i] == 'X') && !(i >= 20 && letter))
            return DISABILITY_ID_CHARACTERS;
    }
    if (text[18] < '1' || text[18] > '7' || text[19] < '1' || text[19] > '4')
        return DISABILITY_ID_KIND;
    memcpy(out->number, text, len + 1);
    out->kind = text[18] - '0';
    out->grade = text[19] - '0';
    return DISABILITY_ID_OK;
}
