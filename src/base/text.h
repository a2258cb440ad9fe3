/* UTF-8, counted and cut by code point. A name such as 𠅤 is one character and
 * four bytes; nothing here ever splits one. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strict: no surrogates, no overlong forms, nothing above U+10FFFF, no NUL. */
bool text_valid(const char *s, size_t len);

/* Decodes the character at s into *cp and returns its length in bytes: 0 at the
 * terminating NUL; a malformed byte is U+FFFD with length 1. */
size_t text_next(const char *s, uint32_t *cp);
size_t text_encode(uint32_t cp, char out[4]); /* bytes written, 0 if not a scalar */

size_t text_length(const char *s); /* in code points */

/* Copies whole characters while they fit; false if something was left out. */
bool text_copy(char *dst, size_t size, const char *src);

/* In place: full-width ASCII (０Ａｘ，U+3000) becomes ASCII. */
void text_fold_width(char *s);
/* In place: drops spaces (also U+3000, U+00A0), tabs and the ASCII characters in
 * also, such as "-". */
void text_squeeze(char *s, const char *also);

bool text_is_han(uint32_t cp); /* 〇, CJK unified and its extensions A-H, compat. */

#endif
