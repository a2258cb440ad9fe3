#include "rules/date.h"

#include <stdio.h>
#include <string.h>

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool date_is_real(struct date d)
{
    return d.year >= 1900 && d.year <= 2200 && d.month >= 1 && d.month <= 12 &&
           d.day >= 1 && d.day <= days_in(d.year, d.month);
}

/* Days before 1 January of the year, counted from year 0 of the proleptic
 * calendar; the year begins in March inside, so that the leap day comes last. */
int32_t date_to_days(struct date d)
{
    int32_t y = d.month <= 2 ? d.year - 1 : d.year;
    int32_t era = y / 400, year_of_era = y - era * 400;
    int32_t month = (d.month + 9) % 12;
    int32_t day_of_year = (153 * month + 2) / 5 + d.day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
           day_of_year - 719468;
}

struct date date_from_days(int32_t days)
{
    int32_t z = days + 719468;
    int32_t era = (z >= 0 ? z : z - 146096) / 146097;
    int32_t day_of_era = z - era * 146097;
    int32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                           day_of_era / 146096) / 365;
    int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 -
                                        year_of_era / 100);
    int32_t month = (5 * day_of_year + 2) / 153;
    struct date d = {.day = (int8_t)(day_of_year - (153 * month + 2) / 5 + 1),
                     .month = (int8_t)(month < 10 ? month + 3 : month - 9)};
    d.year = (int16_t)(year_of_era + era * 400 + (d.month <= 2));
    return d;
}

struct date date_from_unix_ms(int64_t unix_ms)
{
    int64_t local = unix_ms + 8 * 3600 * 1000;
    int64_t days = local / 86400000 - (local % 86400000 < 0);
    return date_from_days((int32_t)days);
}

int date_compare(struct date a, struct date b)
{
    if (a.year != b.year)
        return a.year - b.year;
    return a.month != b.month ? a.month - b.month : a.day - b.day;
}

int date_weekday(struct date d)
{
    int32_t n = (date_to_days(d) + 3) % 7; /* 1970-01-01 was a Thursday */
    return (n < 0 ? n + 7 : n) + 1;
}

int date_age(struct date birth, struct date on)
{
    int age = on.year - birth.year;
    bool had = on.month > birth.month || (on.month == birth.month && on.day >= birth.day);
    return had ? age : age - 1;
}

static bool digits(const char *s, int n, int *out)
{
    *out = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        *out = *out * 10 + (s[i] - '0');
    }
    return true;
}

bool date_parse(const char *text, struct date *out)
{
    size_t len = strlen(text);
    int y, m, d, dash = len == 10;
    if (len != 8 && len != 10)
        return false;
    if (dash && (text[4] != '-' || text[7] != '-'))
        return false;
    if (!digits(text, 4, &y) || !digits(text + 4 + dash, 2, &m) ||
        !digits(text + 6 + 2 * dash, 2, &d))
        return false;
    struct date date = {.year = (int16_t)y, .month = (int8_t)m, .day = (int8_t)d};
    if (!date_is_real(date))
        return false;
    *out = date;
    return true;
}

void date_format_iso(struct date d, char out[11])
{
    snprintf(out, 11, "%04u-%02u-%02u", (unsigned)d.year % 10000u, (unsigned)d.month % 100u,
             (unsigned)d.day % 100u);
}

bool workdays_is_workday(const struct workdays *w, struct date d, bool *works)
{
    if (d.year < w->first_year || d.year > w->last_year)
        return false;
    size_t low = 0, high = w->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int c = date_compare(w->exceptions[mid].day, d);
        if (c == 0) {
            *works = w->exceptions[mid].works;
            return true;
        }
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    *works = date_weekday(d) <= 5;
    return true;
}

bool workdays_add(const struct workdays *w, struct date from, int n, struct date *out)
{
    int32_t day = date_to_days(from);
    while (n > 0) {
        bool works;
        if (!workdays_is_workday(w, date_from_days(++day), &works))
            return false;
        n -= works;
    }
    *out = date_from_days(day);
    return true;
}
