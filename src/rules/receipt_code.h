/* The number on a receipt: eight characters from 2-9 and consonants without L
 * (no 0 O 1 I L, no vowels, so it cannot be misread or spell a word), the last
 * one a Luhn mod 28 check character. Shown and spoken as two groups of four. */
#ifndef RULES_RECEIPT_CODE_H
#define RULES_RECEIPT_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECEIPT_CODE_LEN = 8, UUID_TEXT_LEN = 36 };

/* 28^7 = 13.5e9 codes from 8 random bytes. */
void receipt_code_make(const uint8_t random[8], char out[RECEIPT_CODE_LEN + 1]);
/* Takes "b4k7-29xz", spaces, full-width letters. False when it is no code. */
bool receipt_code_parse(const char *typed, char out[RECEIPT_CODE_LEN + 1]);
void receipt_code_group(const char *code, char out[RECEIPT_CODE_LEN + 2]); /* B4K7-29X2 */

/* UUID version 7 (RFC 9562), lower-case text form. */
void uuid7_make(int64_t unix_ms, const uint8_t random[10], char out[UUID_TEXT_LEN + 1]);
bool uuid7_valid(const char *text);

/* What the QR on a receipt says, in QR alphanumeric characters only:
 * "BANGBAN:1:B4K729X2:0192...-UPPER-CASE-UUID" */
void receipt_qr_format(const char *code, const char *uuid, char *out, size_t size);
bool receipt_qr_parse(const char *text, char code[RECEIPT_CODE_LEN + 1],
                      char uuid[UUID_TEXT_LEN + 1]);

#endif
