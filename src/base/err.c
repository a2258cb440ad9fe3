#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
    if (!err)
        return false;
    err->kind = kind;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    return false;
}

const char *err_kind_name(enum err_kind kind)
{
    static const char *const names[] = {"none", "retry", "offline", "refused", "broken"};
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "?";
}
