#include "rules/receipt_code.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char alphabet[] = "23456789BCDFGHJKMNPQRSTVWXYZ";
enum { BASE = sizeof alphabet - 1 };

static int value_of(char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

/* Luhn mod N over the first seven characters: every single wrong character and
 * nearly every swap of neighbours shows. */
static int check_value(const char *code)
{
    int sum = 0, factor = 2;
    for (int i = RECEIPT_CODE_LEN - 2; i >= 0; i--) {
        int product = value_of(code[i]) * factor;
        sum += product / BASE + product % BASE;
        factor = factor == 2 ? 1 : 2;
    }
    return (BASE - sum % BASE) % BASE;
}

void receipt_code_make(const uint8_t random[8], char out[RECEIPT_CODE_LEN + 1])
{
    uint64_t n = 0;
    for (int i = 0; i < 8; i++)
        n = n << 8 | random[i];
    for (int i = 0; i < RECEIPT_CODE_LEN - 1; i++) {
        out[i] = alphabet[n % BASE];
        n /= BASE;
    }
    out[RECEIPT_CODE_LEN - 1] = alphabet[check_value(out)];
    out[RECEIPT_CODE_LEN] = 0;
}

bool receipt_code_parse(const char *typed, char out[RECEIPT_CODE_LEN + 1])
{
    char text[64];
    if (!text_copy(text, sizeof text, typed))
        return false;
    text_fold_width(text);
    text_squeeze(text, "-");
    if (strlen(text) != RECEIPT_CODE_LEN)
        return false;
    for (int i = 0; i < RECEIPT_CODE_LEN; i++) {
        text[i] = (char)toupper((unsigned char)text[i]);
        if (value_of(text[i]) < 0)
            return false;
    }
    if (value_of(text[RECEIPT_CODE_LEN - 1]) != check_value(text))
        return false;
    memcpy(out, text, RECEIPT_CODE_LEN + 1);
    return true;
}

void receipt_code_group(const char *code, char out[RECEIPT_CODE_LEN + 2])
{
    snprintf(out, RECEIPT_CODE_LEN + 2, "%.4s-%.4s", code,
             strlen(code) > 4 ? code + 4 : "");
}

void uuid7_make(int64_t unix_ms, const uint8_t random[10], char out[UUID_TEXT_LEN + 1])
{
    uint8_t b[16];
    for (int i = 0; i < 6; i++)
        b[i] = (uint8_t)((uint64_t)unix_ms >> (40 - 8 * i));
    memcpy(b + 6, random, 10);
    b[6] = (uint8_t)(0x70 | (b[6] & 0x0F)); /* version 7 */
    b[8] = (uint8_t)(0x80 | (b[8] & 0x3F)); /* RFC 9562 variant */
    char *p = out;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = "0123456789abcdef"[b[i] >> 4];
        *p++ = "0123456789abcdef"[b[i] & 15];
    }
    *p = 0;
}

bool uuid7_valid(const char *text)
{
    if (strlen(text) != UUID_TEXT_LEN)
        return false;
    for (int i = 0; i < UUID_TEXT_LEN; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
        if (dash ? text[i] != '-' : !hex)
            return false;
    }
    return text[14] == '7' && strchr("89ab", text[19]);
}

void receipt_qr_format(const char *code, const char *uuid, char *out, size_t size)
{
    snprintf(out, size, "BANGBAN:1:%s:%s", code, uuid);
    for (char *p = out; size && *p; p++)
        *p = (char)toupper((unsigned char)*p);
}

bool receipt_qr_parse(const char *text, char code[RECEIPT_CODE_LEN + 1],
                      char uuid[UUID_TEXT_LEN + 1])
{
    static const char head[] = "BANGBAN:1:";
    enum { HEAD = sizeof head - 1 };
    char id[UUID_TEXT_LEN + 1], number[RECEIPT_CODE_LEN + 1];
    if (strlen(text) != HEAD + RECEIPT_CODE_LEN + 1 + UUID_TEXT_LEN ||
        strncmp(text, head, HEAD) != 0 || text[HEAD + RECEIPT_CODE_LEN] != ':')
        return false;
    memcpy(number, text + HEAD, RECEIPT_CODE_LEN);
    number[RECEIPT_CODE_LEN] = 0;
    const char *from = text + HEAD + RECEIPT_CODE_LEN + 1;
    for (int i = 0; i <= UUID_TEXT_LEN; i++)
        id[i] = (char)tolower((unsigned char)from[i]);
    if (!receipt_code_parse(number, code) || !uuid7_valid(id))
        return false;
    memcpy(uuid, id, sizeof id);
    return true;
}
