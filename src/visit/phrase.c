#include "visit/phrase.h"

#include <stdio.h>

void phrase_date(enum lang lang, struct date d, char *out, size_t size)
{
    static const char *const zh[] = {"一", "二", "三", "四", "五", "六", "日"};
    static const char *const en[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                     "Friday", "Saturday", "Sunday"};
    static const char *const month[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    if (!date_is_real(d)) {
        snprintf(out, size, "%s", "");
        return;
    }
    int wd = date_weekday(d) - 1;
    if (lang == LANG_EN)
        snprintf(out, size, "%s, %d %s %d", en[wd], d.day, month[d.month - 1], d.year);
    else
        snprintf(out, size, "%d年%d月%d日，星期%s", d.year, d.month, d.day, zh[wd]);
}
