/* Conditions of service definitions: Lua 5.4 expressions over the facts of a
 * visit, in a bare environment (no libraries, bounded instructions and memory),
 * with three values: a fact that is not known yet makes the result unknown, never
 * false. "age >= 80", "disab_grade <= 2 or (disab_type == 5 and ...)",
 * "has(event, 'illness')". */
#ifndef CATALOG_CONDITION_H
#define CATALOG_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum truth { TRUTH_NO, TRUTH_YES, TRUTH_UNKNOWN };

enum fact_kind { FACT_UNKNOWN, FACT_BOOL, FACT_NUMBER, FACT_TEXT };
struct fact {
    enum fact_kind kind;
    bool truth;
    int64_t number;   /* counts, years; money in fen */
    const char *text; /* borrowed for the evaluation; options "a,b" for FIELD_SOME */
};

/* False: no fact of that name exists (a configuration error found by check-config). */
typedef bool (*fact_lookup)(void *self, const char *name, struct fact *out);

struct condition;
/* Compiles; err says what Lua says, with the column. */
struct condition *condition_create(const char *lua, struct err *err);
void condition_destroy(struct condition *c);
const char *condition_source(const struct condition *c);
/* The names it reads, for check-config. */
int condition_names(const struct condition *c, const char *const **names);
/* No state outlives the call: personal data in facts is wiped before it returns.
 * A run-time error, or a limit reached, is unknown with *err set. */
enum truth condition_eval(const struct condition *c, fact_lookup lookup, void *self,
                          struct err *err);

#endif
