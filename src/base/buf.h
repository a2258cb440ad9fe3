/* A growing byte buffer with a ceiling. Appending past the ceiling fails and
 * marks the buffer, so a chain of appends is checked once at its end. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    unsigned char *data; /* NUL-terminated beyond len for convenience */
    size_t len, cap;
    size_t ceiling; /* 0 means no ceiling */
    bool overflow;  /* an append was refused; nothing more is taken */
};

void buf_init(struct buf *b, size_t ceiling);
void buf_finish(struct buf *b);      /* frees; a zeroed buf is fine */
void buf_finish_wipe(struct buf *b); /* overwrites first: personal data */
void buf_clear(struct buf *b);       /* empty again, keeps the memory */

bool buf_append(struct buf *b, const void *data, size_t len);
bool buf_text(struct buf *b, const char *s);
bool buf_byte(struct buf *b, unsigned char byte);
bool buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_drop_front(struct buf *b, size_t len); /* len <= b->len */

#endif
