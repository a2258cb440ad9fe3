#include "central/cases.h"

#include <stdio.h>
#include <string.h>

#include "rules/date.h"

static const char *const names[CASE_STATE_COUNT] = {
    [CASE_RECEIVED] = "received",       [CASE_CHECKING] = "checking",
    [CASE_NEEDS_PAPERS] = "needs_papers", [CASE_DECIDED_YES] = "decided_yes",
    [CASE_DECIDED_NO] = "decided_no",   [CASE_PAID] = "paid",
    [CASE_WITHDRAWN] = "withdrawn",
};

const char *case_state_name(enum case_state state)
{
    return names[state];
}

bool case_state_parse(const char *name, enum case_state *out)
{
    for (int i = 0; i < CASE_STATE_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            *out = (enum case_state)i;
            return true;
        }
    }
    return false;
}

bool case_may_become(enum case_state from, enum case_state to)
{
    switch (from) {
    case CASE_RECEIVED:
    case CASE_CHECKING:
    case CASE_NEEDS_PAPERS:
        return to != from && to != CASE_RECEIVED && to != CASE_PAID;
    case CASE_DECIDED_YES:
        return to == CASE_PAID;
    default:
        return false; /* a decision is changed by a new application or on appeal */
    }
}

/* China has one time zone, so the offset is a constant of the format. */
void china_time(int64_t unix_ms, char out[26])
{
    char day[11];
    unsigned s = (unsigned)((unix_ms / 1000 + 8 * 3600) % 86400);
    date_format_iso(date_from_unix_ms(unix_ms), day);
    snprintf(out, 26, "%sT%02u:%02u:%02u+08:00", day, s / 3600 % 24, s / 60 % 60, s % 60);
}
