#include "rules/citizen_id.h"

#include <string.h>

#include "base/text.h"

static bool province_exists(int code)
{
    static const struct {
        int from, to;
    } ranges[] = {{11, 15}, {21, 23}, {31, 37}, {41, 46}, {50, 54},
                  {61, 65}, {71, 71}, {81, 83}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code >= ranges[i].from && code <= ranges[i].to)
            return true;
    return false;
}

/* ISO 7064 MOD 11-2. */
static char check_digit(const char *number)
{
    static const int weight[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 17; i++)
        sum += (number[i] - '0') * weight[i];
    return "10X98765432"[sum % 11];
}

enum citizen_id_fault citizen_id_check(const char *typed, struct date today,
                                       struct citizen_id *out)
{
    char text[96];
    *out = (struct citizen_id){0};
    bool whole = text_copy(text, sizeof text, typed);
    text_fold_width(text);
    text_squeeze(text, "-");
    size_t len = strlen(text);
    if (len == 0)
        return CITIZEN_ID_EMPTY;
    if (!whole || (len != 15 && len != 18))
        return CITIZEN_ID_LENGTH;
    if (text[len - 1] == 'x')
        text[len - 1] = 'X';
    size_t number = strspn(text, "0123456789");
    if (number < len - (len == 18) || (number < len && text[17] != 'X'))
        return CITIZEN_ID_CHARACTERS;
    memcpy(out->number, text, len + 1);
    if (len == 15)
        return CITIZEN_ID_OLD_15;
    out->permanent_resident = text[0] == '9';
    if (!out->permanent_resident) {
        int province = (text[0] - '0') * 10 + (text[1] - '0');
        if (!province_exists(province))
            return CITIZEN_ID_PROVINCE;
        out->hmt = province >= 81;
        char day[9] = "";
        memcpy(day, text + 6, 8);
        if (!date_parse(day, &out->birth))
            return CITIZEN_ID_DATE;
        out->sex = (text[16] - '0') % 2 ? '1' : '2';
        if (date_compare(out->birth, today) > 0)
            return CITIZEN_ID_FUTURE;
        if (date_age(out->birth, today) > 130)
            return CITIZEN_ID_DATE;
    }
    if (text[17] != check_digit(text))
        return CITIZEN_ID_CHECK_DIGIT;
    return citizen_id_very_old(out->birth, today) ? CITIZEN_ID_AGE : CITIZEN_ID_OK;
}

bool citizen_id_very_old(struct date birth, struct date today)
{
    return birth.year && date_age(birth, today) > 120;
}

void citizen_id_mask(const char *number, char *out, size_t size)
{
    size_t len = strlen(number), ends = len >= 12 ? 4 : 1;
    if (size == 0)
        return;
    text_copy(out, size, number);
    len = strlen(out);
    for (size_t i = ends; i + ends < len; i++)
        out[i] = '*';
}
