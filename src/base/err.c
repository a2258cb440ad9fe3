#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Takes the last character away if its tail was cut off. */
static void drop_half_character(char *text)
{
    size_t end = strlen(text), start = end, whole;
    while (start && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[--start];
    whole = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (end - start < whole)
        text[start] = 0;
}

bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
    if (!err)
        return false;
    err->kind = kind;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    if (n >= (int)sizeof err->text) /* half a character would spoil JSON and the log */
        drop_half_character(err->text);
    return false;
}

const char *err_kind_name(enum err_kind kind)
{
    static const char *const names[] = {"none", "retry", "offline", "refused", "broken"};
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "?";
}
