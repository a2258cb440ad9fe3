#include "rules/phone.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static bool is_mobile(const char *d)
{
    return strlen(d) == 11 && d[0] == '1' && d[1] >= '3';
}

/* Two-figure area codes are 010 and 02x; all others have three figures. */
static size_t area_length(const char *d)
{
    return d[1] == '1' || d[1] == '2' ? 3 : 4;
}

static bool is_landline(const char *d)
{
    if (d[0] != '0' || strlen(d) < 10)
        return false;
    const char *local = d + area_length(d);
    size_t len = strlen(local);
    return d[1] != '0' && (len == 7 || len == 8) && local[0] >= '2';
}

bool phone_parse(const char *typed, char *out, size_t size)
{
    char text[64];
    if (!text_copy(text, sizeof text, typed))
        return false;
    text_fold_width(text);
    text_squeeze(text, "-()");
    const char *digits = text;
    if (strncmp(digits, "+86", 3) == 0)
        digits += 3;
    else if (strlen(digits) == 13 && strncmp(digits, "86", 2) == 0)
        digits += 2;
    if (strspn(digits, "0123456789") != strlen(digits) || strlen(digits) >= size ||
        !(is_mobile(digits) || is_landline(digits)))
        return false;
    memcpy(out, digits, strlen(digits) + 1);
    return true;
}

void phone_format(const char *d, char *out, size_t size)
{
    if (is_mobile(d)) {
        snprintf(out, size, "%.3s %.4s %s", d, d + 3, d + 7);
    } else if (is_landline(d)) {
        int area = (int)area_length(d), half = (int)strlen(d + area) - 4;
        snprintf(out, size, "%.*s %.*s %s", area, d, half, d + area, d + area + half);
    } else {
        snprintf(out, size, "%s", d);
    }
}
