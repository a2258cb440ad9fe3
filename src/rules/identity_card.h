/* The 256-byte text record of a resident identity card chip (GA 450, GA 467) and
 * its three sisters, as a SAM_V reader returns it: UTF-16LE, padded with spaces;
 * byte 248 selects the layout. */
#ifndef RULES_IDENTITY_CARD_H
#define RULES_IDENTITY_CARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "rules/date.h"

enum identity_card_kind {
    CARD_RESIDENT,          /* 居民身份证 */
    CARD_HMT_RESIDENCE,     /* 'J' 港澳台居民居住证 */
    CARD_PERMANENT_2017,    /* 'I' 外国人永久居留身份证, 3 letters + 12 digits */
    CARD_PERMANENT_2023,    /* 'Y' 外国人永久居留身份证, 18 digits from 9 */
};

enum { IDENTITY_CARD_TEXT_SIZE = 256 };

/* UTF-8, trailing spaces removed, NUL-terminated; an absent item is "". A
 * character that is not a valid UTF-16 sequence becomes U+FFFD and sets
 * has_unreadable: show "以证件为准" beside it. Private-use characters are kept. */
struct identity_card {
    enum identity_card_kind kind;
    char name[128];       /* Chinese name; may be "" on a permanent card */
    char latin_name[192]; /* permanent cards only */
    char sex;             /* '1' male '2' female '0' unknown '9' not said */
    char nation[8];       /* 民族码 "01".."58", "97", "98" */
    char nationality[8];  /* 3 letters, permanent cards */
    struct date birth;
    char address[160];
    char number[32]; /* upper case X */
    char issuer[80];
    struct date valid_from, valid_to; /* valid_to.year 0: 长期 */
    bool long_term;
    bool has_unreadable;
};

/* Checks every fixed-format item; *out is zeroed on failure. ERR_RETRY: read the
 * card again. A wrong check digit of the number is not a failure here (see
 * citizen_id.h): a resident's legal card always opens the door. */
bool identity_card_parse(const uint8_t text[IDENTITY_CARD_TEXT_SIZE],
                         struct identity_card *out, struct err *err);

/* "汉", "土家" ...; NULL for an unknown code. GB/T 3304. */
const char *identity_card_nation_name(const char *code);

/* Usable on `today`? Not yet valid or expired cards are still read; the screen
 * says so and goes to staff. */
bool identity_card_in_date(const struct identity_card *card, struct date today);

#endif
