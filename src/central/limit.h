/* At most so many requests a minute and station, so that receipt codes cannot be
 * guessed. Lives in memory: a restart forgives. Time is an argument. One thread at
 * a time; the server holds a lock. */
#ifndef CENTRAL_LIMIT_H
#define CENTRAL_LIMIT_H

#include <stdint.h>

struct limit;

struct limit *limit_create(int per_minute);
void limit_destroy(struct limit *l); /* NULL is fine */

/* 0: counted, go on. Otherwise the seconds to wait, at least 1. */
int limit_take(struct limit *l, const char *station, int64_t now_ms);

#endif
