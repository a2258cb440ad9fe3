/* 公民身份号码 (GB 11643-1999) and the numbers of the same shape: residence
 * permits of Hong Kong, Macao and Taiwan residents (81, 82, 83) and the 2023
 * permanent resident card (first digit 9). The address part keeps the code of the
 * day the number was given, so only its province is looked at: 512125, 510229,
 * 519005, 510281 and 500383 all are 永川. */
#ifndef RULES_CITIZEN_ID_H
#define RULES_CITIZEN_ID_H

#include <stdbool.h>
#include <stddef.h>

#include "rules/date.h"

enum citizen_id_fault {
    CITIZEN_ID_OK,
    CITIZEN_ID_EMPTY,
    CITIZEN_ID_OLD_15, /* a first-generation number: right, but not a live card */
    CITIZEN_ID_LENGTH,
    CITIZEN_ID_CHARACTERS,
    CITIZEN_ID_PROVINCE,
    CITIZEN_ID_DATE,   /* no such day, or more than 130 years ago */
    CITIZEN_ID_FUTURE,
    CITIZEN_ID_CHECK_DIGIT, /* warn, never refuse */
    CITIZEN_ID_AGE, /* right in itself, but over 120 years old: staff look, never refuse */
};

struct citizen_id {
    char number[19];   /* normalised, upper case X */
    struct date birth; /* year 0 for a permanent resident: read it from the chip */
    char sex;          /* '1' or '2'; 0 for a permanent resident */
    bool hmt, permanent_resident;
};

/* Takes full-width digits, spaces, hyphens and a small x. *out is filled as far
 * as could be read, also with a wrong check digit. */
enum citizen_id_fault citizen_id_check(const char *typed, struct date today,
                                       struct citizen_id *out);

/* Over 120 by this date of birth; a date that is not known is not old. */
bool citizen_id_very_old(struct date birth, struct date today);

/* "5002**********1234" for screen and paper; shorter numbers keep their ends. */
void citizen_id_mask(const char *number, char *out, size_t size);

#endif
