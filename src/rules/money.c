#include "rules/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

bool money_parse(const char *typed, int64_t *fen)
{
    static const char yuan[] = "元";
    char text[64];
    if (!text_copy(text, sizeof text, typed))
        return false;
    text_fold_width(text);
    text_squeeze(text, ",");
    size_t len = strlen(text), unit = sizeof yuan - 1;
    if (len > unit && strcmp(text + len - unit, yuan) == 0)
        text[len - unit] = 0;
    const char *p = text;
    int64_t whole = 0;
    int decimals = 0, digits = 0;
    for (; *p >= '0' && *p <= '9'; p++, digits++) {
        whole = whole * 10 + (*p - '0');
        if (whole >= INT64_C(10000000000))
            return false;
    }
    whole *= 100;
    if (*p == '.')
        for (p++; *p >= '0' && *p <= '9'; p++, decimals++)
            whole += decimals == 0 ? (*p - '0') * 10 : decimals == 1 ? *p - '0' : 0;
    if (*p || digits == 0 || decimals > 2)
        return false;
    *fen = whole;
    return true;
}

void money_format(int64_t fen, char *out, size_t size)
{
    const char *sign = fen < 0 ? "-" : "";
    int64_t n = fen < 0 ? -fen : fen;
    if (n % 100)
        snprintf(out, size, "%s%" PRId64 ".%02d", sign, n / 100, (int)(n % 100));
    else
        snprintf(out, size, "%s%" PRId64, sign, n / 100);
}
