/* 统一社会信用代码 (GB 32100-2015): 18 characters of an organisation, the last one a
 * check character. Some early codes that are in lawful use fail the check: warn,
 * never refuse. The division inside is that of the day it was given. */
#ifndef RULES_CREDIT_CODE_H
#define RULES_CREDIT_CODE_H

#include <stddef.h>

enum { CREDIT_CODE_LEN = 18 };

enum credit_code_fault {
    CREDIT_CODE_OK,
    CREDIT_CODE_EMPTY,
    CREDIT_CODE_LENGTH,
    CREDIT_CODE_CHARACTERS, /* I, O, S, V and Z do not occur */
    CREDIT_CODE_CHECK,      /* out is filled all the same */
};

/* Takes small letters, full-width characters, spaces and hyphens. out is "" unless
 * OK or CHECK. */
enum credit_code_fault credit_code_check(const char *typed, char out[CREDIT_CODE_LEN + 1]);

#endif
