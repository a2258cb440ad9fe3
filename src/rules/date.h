/* Civil dates of the Gregorian calendar in China's one time zone, +08:00, and
 * the working-day calendar of the State Council's yearly notice. */
#ifndef RULES_DATE_H
#define RULES_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct date {
    int16_t year; /* 0 means "no date" */
    int8_t month, day;
};

bool date_is_real(struct date d); /* 1900-2200, day exists */
int32_t date_to_days(struct date d); /* days since 1970-01-01 */
struct date date_from_days(int32_t days);
struct date date_from_unix_ms(int64_t unix_ms); /* the date in China then */
int date_compare(struct date a, struct date b); /* <0, 0, >0 */
int date_weekday(struct date d);                /* 1 Monday .. 7 Sunday */

/* Age in completed years on the day `on`; the birthday itself counts. Someone
 * born on 29 February completes the year on 1 March in common years. */
int date_age(struct date birth, struct date on);

/* "2026-12-03" and "20261203"; false leaves *out alone. */
bool date_parse(const char *text, struct date *out);
void date_format_iso(struct date d, char out[11]);

/* Working days. Weekends rest; the table names the exceptions. */
struct date_exception {
    struct date day;
    bool works; /* true: a weekend day that is worked (调休); false: a holiday */
};
struct workdays {
    const struct date_exception *exceptions; /* sorted by day */
    size_t count;
    int first_year, last_year; /* years the table covers */
};
/* False when d lies outside the years covered: the caller must not promise. */
bool workdays_is_workday(const struct workdays *w, struct date d, bool *works);
/* The n-th working day after `from` (from itself does not count, n >= 0). */
bool workdays_add(const struct workdays *w, struct date from, int n, struct date *out);

#endif
