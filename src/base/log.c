#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"

__attribute__((format(printf, 3, 0))) static void
write_line(const char *level, const char *module, const char *fmt, va_list ap)
{
    char line[512], text[384];
    int64_t ms = clock_unix_ms();
    time_t s = (time_t)(ms / 1000) + 8 * 3600; /* China has one zone, +08:00 */
    struct tm t;

    gmtime_r(&s, &t);
    vsnprintf(text, sizeof text, fmt, ap);
    int n = snprintf(line, sizeof line,
                     "%04d-%02d-%02dT%02d:%02d:%02d.%03d+08:00 %s %s: %s\n",
                     t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min,
                     t.tm_sec, (int)(ms % 1000), level, module, text);
    if (n > 0)
        fputs(line, stderr); /* one call, so lines of two threads do not mix */
}

#define LOG_FUNCTION(name, level)                                                         \
    void name(const char *module, const char *fmt, ...)                                   \
    {                                                                                     \
        va_list ap;                                                                       \
        va_start(ap, fmt);                                                                \
        write_line(level, module, fmt, ap);                                               \
        va_end(ap);                                                                       \
    }

LOG_FUNCTION(log_info, "info")
LOG_FUNCTION(log_warn, "warn")
LOG_FUNCTION(log_error, "error")
