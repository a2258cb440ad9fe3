#include "base/text.h"

#include <string.h>

size_t text_next(const char *s, uint32_t *cp)
{
    const unsigned char *p = (const unsigned char *)s;
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len;
    uint32_t c;

    if (p[0] == 0) {
        *cp = 0;
        return 0;
    }
    if (p[0] < 0x80) {
        *cp = p[0];
        return 1;
    }
    if ((p[0] & 0xE0) == 0xC0)
        len = 2, c = p[0] & 0x1Fu;
    else if ((p[0] & 0xF0) == 0xE0)
        len = 3, c = p[0] & 0x0Fu;
    else if ((p[0] & 0xF8) == 0xF0)
        len = 4, c = p[0] & 0x07u;
    else
        goto bad;
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xC0) != 0x80)
            goto bad;
        c = c << 6 | (p[i] & 0x3Fu);
    }
    if (c < smallest[len] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        goto bad;
    *cp = c;
    return len;
bad:
    *cp = 0xFFFD;
    return 1;
}

size_t text_encode(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        if (cp >= 0xD800 && cp <= 0xDFFF)
            return 0;
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    if (cp > 0x10FFFF)
        return 0;
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

bool text_valid(const char *s, size_t len)
{
    char tail[8] = {0};
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        const char *p = s + i;
        if (len - i < 4) { /* do not read past the end of an unterminated run */
            memset(tail, 0, sizeof tail);
            memcpy(tail, p, len - i);
            p = tail;
        }
        size_t n = text_next(p, &cp);
        bool malformed = cp == 0xFFFD && n == 1;
        if (n == 0 || malformed)
            return false;
        i += n;
    }
    return true;
}

size_t text_length(const char *s)
{
    size_t count = 0, n;
    uint32_t cp;
    while ((n = text_next(s, &cp))) {
        s += n;
        count++;
    }
    return count;
}

bool text_copy(char *dst, size_t size, const char *src)
{
    size_t used = 0, n;
    uint32_t cp;
    if (size == 0)
        return false;
    while ((n = text_next(src, &cp)) && used + n < size) {
        memcpy(dst + used, src, n);
        used += n;
        src += n;
    }
    dst[used] = 0;
    return n == 0;
}

void text_fold_width(char *s)
{
    char *out = s;
    size_t n;
    uint32_t cp;
    while ((n = text_next(s, &cp))) {
        if (cp >= 0xFF01 && cp <= 0xFF5E)
            *out++ = (char)(cp - 0xFF01 + 0x21);
        else if (cp == 0x3000)
            *out++ = ' ';
        else {
            memmove(out, s, n);
            out += n;
        }
        s += n;
    }
    *out = 0;
}

void text_squeeze(char *s, const char *also)
{
    char *out = s;
    size_t n;
    uint32_t cp;
    while ((n = text_next(s, &cp))) {
        bool drop = cp == ' ' || cp == '\t' || cp == '\n' || cp == '\r' || cp == 0xA0 ||
                    cp == 0x3000 || (cp < 0x80 && also && strchr(also, (int)cp));
        if (!drop) {
            memmove(out, s, n);
            out += n;
        }
        s += n;
    }
    *out = 0;
}

bool text_is_han(uint32_t cp)
{
    return cp == 0x3007 || (cp >= 0x4E00 && cp <= 0x9FFF) ||
           (cp >= 0x3400 && cp <= 0x4DBF) || (cp >= 0x20000 && cp <= 0x2A6DF) ||
           (cp >= 0x2A700 && cp <= 0x2EBEF) || (cp >= 0x2EBF0 && cp <= 0x2EE5F) ||
           (cp >= 0x30000 && cp <= 0x323AF) || (cp >= 0xF900 && cp <= 0xFAFF) ||
           (cp >= 0x2F800 && cp <= 0x2FA1F);
}
