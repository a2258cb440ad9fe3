#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/mem.h"

struct arena {
    unsigned char *base;
    size_t capacity, used;
    size_t high; /* bytes that were ever handed out since the last reset */
    bool secret, locked;
};

struct arena *arena_create(size_t capacity, bool secret)
{
    struct arena *a = xcalloc(1, sizeof *a);
    a->base = mmap(NULL, capacity, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (a->base == MAP_FAILED) {
        fputs("out of address space\n", stderr);
        abort();
    }
    a->capacity = capacity;
    a->secret = secret;
    if (secret) {
        /* Locked as pages are touched: an arena's ceiling costs no memory. */
        a->locked = mlock2(a->base, capacity, MLOCK_ONFAULT) == 0;
        madvise(a->base, capacity, MADV_DONTDUMP);
    }
    return a;
}

void arena_destroy(struct arena *a)
{
    if (!a)
        return;
    arena_reset(a);
    munmap(a->base, a->capacity);
    free(a);
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t rounded = (size + 15) & ~(size_t)15;
    if (rounded < size || rounded > a->capacity - a->used) {
        fprintf(stderr, "arena: %zu bytes wanted, %zu of %zu used\n", size, a->used,
                a->capacity);
        abort();
    }
    void *p = a->base + a->used;
    a->used += rounded;
    if (a->used > a->high)
        a->high = a->used;
    return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
    size_t size = strlen(s) + 1;
    return memcpy(arena_alloc(a, size), s, size);
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *out = arena_alloc(a, n < 0 ? 1 : (size_t)n + 1);
    if (n >= 0)
        vsnprintf(out, (size_t)n + 1, fmt, again);
    va_end(again);
    return out;
}

void arena_reset(struct arena *a)
{
    /* Zeroed for the next user either way; explicit_bzero is not optimised out. */
    explicit_bzero(a->base, a->high);
    a->used = a->high = 0;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}

bool arena_is_locked(const struct arena *a)
{
    return a->locked;
}
