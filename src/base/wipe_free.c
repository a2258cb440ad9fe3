/* Replaces free() and realloc() of the whole program, libraries included, by ones
 * that overwrite memory before giving it up. Names pass through Pango, Cairo, SQLite,
 * curl and others, which free their copies without overwriting them;
 * tests/unit/ui/test_forget.c shows the need: 25 of 45 copies of a text stay behind
 * without this file, none with it.
 *
 * glibc lets a program do this: its own calls go through the same symbols, and the
 * originals stay reachable as __libc_free. malloc.perturb would do the same, but only
 * without the per-thread cache and only when set before the program starts.
 *
 * Linked into the programs that residents touch, and left out where a sanitizer has
 * its own malloc. */
#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <string.h>

void __libc_free(void *p);

void free(void *p)
{
    int kept = errno; /* free() must not change it */
    if (p)
        explicit_bzero(p, malloc_usable_size(p));
    __libc_free(p);
    errno = kept;
}

/* Growing in place is given up: the C library's own would leave the old place as it
 * was whenever it has to move. */
void *realloc(void *p, size_t size)
{
    size_t old;
    void *q;

    if (!p)
        return malloc(size);
    if (size == 0) {
        free(p);
        return NULL;
    }
    old = malloc_usable_size(p);
    if (size <= old && size >= old / 2) {
        explicit_bzero((char *)p + size, old - size);
        return p;
    }
    q = malloc(size);
    if (!q)
        return NULL;
    memcpy(q, p, old < size ? old : size);
    free(p);
    return q;
}
