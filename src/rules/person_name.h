/* Names by 民委发〔2016〕33号: the dot between parts is U+00B7; fifty characters fit;
 * every Han character of GB 18030, also beyond the BMP, is a character. */
#ifndef RULES_PERSON_NAME_H
#define RULES_PERSON_NAME_H

#include <stdbool.h>
#include <stddef.h>

enum { PERSON_NAME_MAX = 50 }; /* code points */

/* Normalises (• ‧ ・ ． ∙ and a full stop between Han characters become ·) and
 * checks: Han parts joined by dots, or Latin letters and spaces. */
bool person_name_parse(const char *typed, char *out, size_t size);

/* For paper and screen: 张三 → 张*, 张德福 → 张*福, 阿不都·买买提 → 阿*****提. */
void person_name_mask(const char *name, char *out, size_t size);

#endif
