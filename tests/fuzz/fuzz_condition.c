// rooms: catalog
/* Lua from outside: it ends, within its limits, and never touches anything. */
#undef NDEBUG /* the claims are the point */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "catalog/condition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool facts(void *self, const char *name, struct fact *out)
{
    (void)self;
    *out = (struct fact){.kind = FACT_NUMBER, .number = 82};
    if (name[0] == 't')
        *out = (struct fact){.kind = FACT_TEXT, .text = "a,b"};
    else if (name[0] == 'u')
        *out = (struct fact){.kind = FACT_UNKNOWN};
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char lua[2048];
    struct err err = {0};
    if (size >= sizeof lua)
        size = sizeof lua - 1;
    memcpy(lua, data, size);
    lua[size] = 0;
    struct condition *c = condition_create(lua, &err);
    if (c) {
        enum truth truth = condition_eval(c, facts, NULL, &err);
        assert(err.kind == ERR_NONE || truth == TRUTH_UNKNOWN);
        assert(condition_eval(c, facts, NULL, NULL) == truth); /* nothing stays from before */
    } else {
        assert(err.kind != ERR_NONE && *err.text);
    }
    condition_destroy(c);
    return 0;
}
