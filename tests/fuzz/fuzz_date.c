// rooms: rules
/* Dates as text, and counts of working days over calendars of any content. The first
 * 12 bytes choose the calendar, the rest is the text of a day. */
#undef NDEBUG /* the claims are the point */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rules/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int by_day(const void *a, const void *b)
{
    const struct date_exception *x = a, *y = b;
    return date_compare(x->day, y->day);
}

static void check_day(struct date d)
{
    char iso[11];
    struct date back = {0};
    assert(date_is_real(d));
    assert(date_compare(date_from_days(date_to_days(d)), d) == 0);
    date_format_iso(d, iso);
    assert(date_parse(iso, &back) && date_compare(back, d) == 0);
    struct date next = date_from_days(date_to_days(d) + 1);
    assert(date_compare(d, next) < 0 && date_weekday(next) == date_weekday(d) % 7 + 1);
    /* midnight in China begins the day, the millisecond before belongs to the last one */
    int64_t midnight = (int64_t)date_to_days(d) * 86400000 - 8 * 3600000;
    assert(date_compare(date_from_unix_ms(midnight), d) == 0);
    assert(date_compare(date_from_unix_ms(midnight - 1), d) < 0);
    assert(date_age(d, d) == 0);
}

/* Counted one by one, as a person with a calendar would. */
static bool by_hand(const struct workdays *w, struct date from, int n, struct date *out)
{
    struct date day = from;
    while (n > 0) {
        day = date_from_days(date_to_days(day) + 1);
        bool works = date_weekday(day) <= 5;
        if (day.year < w->first_year || day.year > w->last_year)
            return false;
        for (size_t i = 0; i < w->count; i++)
            if (date_compare(w->exceptions[i].day, day) == 0)
                works = w->exceptions[i].works;
        n -= works;
    }
    *out = day;
    return true;
}

static void check_workdays(const struct workdays *w, struct date from, int n)
{
    struct date out = {0}, expected = {0};
    assert(workdays_add(w, from, n, &out) == by_hand(w, from, n, &expected));
    assert(date_compare(out, expected) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct date_exception list[32];
    struct workdays w = {.exceptions = list};
    struct date day;
    char text[64];

    if (size < 12)
        return 0;
    w.first_year = 2020 + data[0] % 8;
    w.last_year = w.first_year + data[1] % 4;
    int32_t start = date_to_days((struct date){(int16_t)w.first_year, 1, 1});
    for (int32_t at = start + data[2] % 64; w.count < data[3] % 32u; at += 1 + data[4] % 16)
        list[w.count++] = (struct date_exception){date_from_days(at), data[5] >> w.count % 8 & 1};
    qsort(list, w.count, sizeof *list, by_day);
    check_workdays(&w, date_from_days(start - 40 + (data[6] << 8 | data[7]) % 1600), data[8]);

    size_t len = size - 12 < sizeof text - 1 ? size - 12 : sizeof text - 1;
    memcpy(text, data + 12, len);
    text[len] = 0;
    if (date_parse(text, &day)) {
        size_t used = strlen(text);
        assert((used == 10 && text[4] == '-' && text[7] == '-') ||
               (used == 8 && strspn(text, "0123456789") == 8));
        check_day(day);
    }
    return 0;
}
