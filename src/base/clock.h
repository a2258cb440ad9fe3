/* The only place that asks the system what time it is. Everything else takes
 * time as an argument: milliseconds since 1970-01-01 UTC (unix_ms) for dates
 * and schedules, monotonic milliseconds (mono_ms) for time-outs. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_unix_ms(void);
int64_t clock_mono_ms(void);

#endif
