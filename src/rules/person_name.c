#include "rules/person_name.h"

#include <string.h>

#include "base/text.h"

static bool is_dot(uint32_t cp)
{
    return cp == 0xB7 || cp == 0x2022 || cp == 0x2027 || cp == 0x30FB || cp == 0xFF0E ||
           cp == 0x2219 || cp == '.';
}

static bool is_latin(uint32_t cp)
{
    return (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z') || cp == ' ' || cp == '-' ||
           cp == '\'';
}

bool person_name_parse(const char *typed, char *out, size_t size)
{
    size_t used = 0, count = 0, n;
    uint32_t cp, before = 0;
    bool latin = false, han = false;

    if (size == 0)
        return false;
    out[0] = 0;
    while ((n = text_next(typed, &cp))) {
        char bytes[4];
        if (is_dot(cp) && !latin) {
            cp = 0xB7;
            if (!text_is_han(before))
                return false; /* at the start, or two in a row */
        } else if (text_is_han(cp)) {
            han = true;
        } else if (is_latin(cp)) {
            latin = true;
        } else {
            return false;
        }
        if (han && latin)
            return false;
        size_t len = text_encode(cp, bytes);
        if (used + len >= size || ++count > PERSON_NAME_MAX)
            return false;
        memcpy(out + used, bytes, len);
        used += len;
        out[used] = 0;
        before = cp;
        typed += n;
    }
    return count > 0 && before != 0xB7;
}

void person_name_mask(const char *name, char *out, size_t size)
{
    size_t total = text_length(name), i = 0, used = 0, n;
    uint32_t cp;

    if (size == 0)
        return;
    while ((n = text_next(name, &cp))) {
        bool shown = i == 0 || (i + 1 == total && total > 2);
        size_t len = shown ? n : 1;
        if (used + len >= size)
            break;
        memcpy(out + used, shown ? name : "*", len);
        used += len;
        name += n;
        i++;
    }
    out[used] = 0;
}
