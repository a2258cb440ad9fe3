/* Chinese telephone numbers: mobile (11 digits from 13 to 19) and landline with
 * area code (023 + 8 digits, 0xx(x) + 7 or 8). */
#ifndef RULES_PHONE_H
#define RULES_PHONE_H

#include <stdbool.h>
#include <stddef.h>

/* Digits only, without +86; takes spaces, hyphens, full-width digits. */
bool phone_parse(const char *typed, char *out, size_t size);
/* "138 0013 8000"; "023 4980 1234". */
void phone_format(const char *digits, char *out, size_t size);

#endif
