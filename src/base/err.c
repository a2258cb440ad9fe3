#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
    if (!err)
        return false;
    err->kind = kind;
    char whole[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(whole, sizeof whole, fmt, ap);
    va_end(ap);
    text_copy(err->text, sizeof err->text, whole); /* half a character would spoil JSON */
    return false;
}

const char *err_kind_name(enum err_kind kind)
{
    static const char *const names[] = {"none", "retry", "offline", "refused", "broken"};
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "?";
}
