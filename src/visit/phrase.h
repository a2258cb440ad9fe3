/* Values in words, the same on screen and on paper. */
#ifndef VISIT_PHRASE_H
#define VISIT_PHRASE_H

#include <stddef.h>

#include "base/i18n.h"
#include "rules/date.h"

/* "2026年12月3日，星期四"; "Thursday, 3 December 2026". "" when d is no date. */
void phrase_date(enum lang lang, struct date d, char *out, size_t size);

#endif
