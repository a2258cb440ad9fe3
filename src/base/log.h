/* One line per event on standard error, where the service manager collects it:
 *   2026-11-24T12:00:00.123+08:00 warn printer: no paper
 * Never a name, number, address, answer or touch of a resident: log what
 * happened, not to whom. Any thread. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

void log_info(const char *module, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void log_warn(const char *module, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void log_error(const char *module, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
