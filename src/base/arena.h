/* An arena: one stretch of address space, allocated from front to back and
 * given back all at once. Allocations are zeroed and aligned to 16 bytes.
 *
 * A secret arena is what a resident's data may live in: its pages are locked in
 * memory (never swapped) and left out of core dumps, and a reset overwrites
 * every byte that was handed out. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* Never NULL. capacity in bytes; running past it is our bug and aborts. When
 * the system refuses to lock the pages (RLIMIT_MEMLOCK) a secret arena still
 * works and arena_is_locked() says so. */
struct arena *arena_create(size_t capacity, bool secret);
void arena_destroy(struct arena *a); /* NULL is fine; wipes a secret arena */

void *arena_alloc(struct arena *a, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Everything handed out so far becomes invalid; a secret arena is overwritten. */
void arena_reset(struct arena *a);

size_t arena_used(const struct arena *a);
bool arena_is_locked(const struct arena *a);

#endif
