/* Money as whole fen; yuan only where people read or type it. */
#ifndef RULES_MONEY_H
#define RULES_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "770", "1,234.5", full-width digits, "12.50元" to fen. False for anything else,
 * more than two decimals, or 10 billion yuan and above. */
bool money_parse(const char *typed, int64_t *fen);
/* "770", "12.50": decimals only where they are not zero. */
void money_format(int64_t fen, char *out, size_t size);

#endif
