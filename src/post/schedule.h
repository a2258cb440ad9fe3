/* When to try again: a pure function, so that a thousand terminals that lost the
 * same line do not come back in the same second (full jitter). */
#ifndef POST_SCHEDULE_H
#define POST_SCHEDULE_H

#include <stdint.h>

enum { POST_BACKOFF_BASE_MS = 5000, POST_BACKOFF_CAP_MS = 900 * 1000,
       POST_RETRY_AFTER_CAP_MS = 3600 * 1000 };

/* attempts: failures so far, this one included, so 1 after the first. random: 32
 * fresh random bits. retry_after_ms: what the central system asked for, or -1; it
 * is a floor, the jitter comes on top of it. */
int64_t post_next_try(int attempts, int64_t now_ms, uint32_t random,
                      int64_t retry_after_ms);

#endif
