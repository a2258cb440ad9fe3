#include "catalog/catalog.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "catalog/service.h"

enum { MAX_SERVICES = 64, MAX_CSV = 8 << 20 };

struct dated {
    const char *key;
    struct date from;
    int64_t value;
    bool empty;
};

struct catalog {
    struct arena *arena;
    struct service services[MAX_SERVICES];
    int service_count;
    struct conditions conditions;
    struct dated *parameters;
    int parameter_count;
    struct workdays workdays;
    struct division *towns, *villages; /* villages sorted by code */
    int town_count, village_count;
};

/* ---- parameters.yaml ---- */

static void read_parameters(struct catalog *c, struct reader *r)
{
    struct fy_node *root = reader_root(r);
    int n = reader_count(r, root, "parameters");
    reader_mapping(r, root, "parameters");
    c->parameters = arena_alloc(c->arena, sizeof *c->parameters * (size_t)n);
    for (int i = 0; i < n; i++) {
        struct fy_node *item = reader_item(root, "parameters", i);
        struct dated *d = &c->parameters[c->parameter_count++];
        reader_mapping(r, item, "key from value source note");
        d->key = reader_text(r, item, "key", true);
        if (!date_parse(reader_text(r, item, "from", true), &d->from))
            reader_fault(r, reader_get(item, "from"), "a day is written 2026-07-01");
        const char *value = reader_text(r, item, "value", false);
        d->empty = !*value;
        if (!d->empty && reader_int(r, item, "value", &d->value) && d->value < 0)
            reader_fault(r, reader_get(item, "value"), "an amount is 0 or more");
        for (int k = 0; k < i; k++)
            if (*d->key && strcmp(c->parameters[k].key, d->key) == 0 &&
                date_compare(c->parameters[k].from, d->from) == 0)
                reader_fault(r, reader_get(item, "key"),
                             "\"%s\" begins twice on the same day; take one out", d->key);
    }
}

bool catalog_parameter(const struct catalog *c, const char *key, struct date on, int64_t *value)
{
    const struct dated *best = NULL;
    for (int i = 0; i < c->parameter_count; i++) {
        const struct dated *d = &c->parameters[i];
        if (strcmp(d->key, key) == 0 && date_compare(d->from, on) <= 0 &&
            (!best || date_compare(best->from, d->from) < 0))
            best = d;
    }
    if (!best || best->empty)
        return false;
    *value = best->value;
    return true;
}

static bool key_exists(const struct catalog *c, const char *key)
{
    for (int i = 0; i < c->parameter_count; i++)
        if (strcmp(c->parameters[i].key, key) == 0)
            return true;
    return false;
}

/* ---- holidays.yaml ---- */

struct placed_day {
    struct date_exception e;
    struct fy_node *at;
};

static int by_day(const void *a, const void *b)
{
    const struct placed_day *x = a, *y = b;
    return date_compare(x->e.day, y->e.day);
}

/* Without the years no day can be promised, and nobody would see why. */
static int year_of(struct reader *r, const char *key)
{
    struct fy_node *root = reader_root(r);
    int64_t year = 0;
    if (!reader_get(root, key))
        reader_fault(r, root, "\"%s\" is missing; add it", key);
    else if (reader_int(r, root, key, &year) && (year < 2020 || year > 2199))
        reader_fault(r, reader_get(root, key), "\"%s\" must be a year, such as 2026", key);
    return (int)year;
}

static void read_holidays(struct catalog *c, struct reader *r)
{
    static const char *const lists[] = {"holidays", "worked"};
    struct fy_node *root = reader_root(r);
    int n = 0;
    if (!reader_mapping(r, root, "first_year last_year holidays worked"))
        return;
    int first = year_of(r, "first_year"), last = year_of(r, "last_year");
    if (r->findings == 0 && last < first)
        reader_fault(r, reader_get(root, "last_year"), "\"last_year\" lies before \"first_year\"; "
                     "change one of them");
    int total = reader_count(r, root, "holidays") + reader_count(r, root, "worked");
    struct placed_day *days = xcalloc((size_t)total + 1, sizeof *days);
    bool years_known = r->findings == 0;
    for (int worked = 0; worked < 2; worked++) {
        int count = reader_count(r, root, lists[worked]);
        for (int i = 0; i < count; i++) {
            struct fy_node *item = reader_item(root, lists[worked], i);
            const char *text = fy_node_get_scalar0(item);
            struct date day;
            if (!text || !date_parse(text, &day)) {
                reader_fault(r, item, "a day is written 2026-10-01");
                continue;
            }
            if (years_known && (day.year < first || day.year > last))
                reader_fault(r, item, "this day lies outside first_year to last_year; change "
                                      "them, or take it out");
            if (worked && date_weekday(day) <= 5)
                reader_fault(r, item, "this is a Monday to Friday and worked anyway; compare it "
                                      "with the notice");
            days[n++] = (struct placed_day){{day, worked}, item};
        }
    }
    qsort(days, (size_t)n, sizeof *days, by_day);
    struct date_exception *out = arena_alloc(c->arena, sizeof *out * (size_t)n);
    for (int i = 0; i < n; i++) {
        out[i] = days[i].e;
        if (i > 0 && date_compare(days[i - 1].e.day, days[i].e.day) == 0)
            reader_fault(r, days[i].at, "this day stands twice; take it out here, or at %s",
                         reader_place(r, days[i - 1].at));
    }
    free(days);
    c->workdays = (struct workdays){.exceptions = out, .count = (size_t)n, .first_year = first,
                                    .last_year = last};
}

const struct workdays *catalog_workdays(const struct catalog *c)
{
    return &c->workdays;
}

bool catalog_promise(const struct catalog *c, const struct service *s, struct date from,
                     struct date *due)
{
    struct date day = from;
    for (int i = 0; i < s->step_count; i++) {
        if (!s->steps[i].working_days)
            day = date_from_days(date_to_days(day) + s->steps[i].days);
        else if (!workdays_add(&c->workdays, day, s->steps[i].days, &day))
            return false;
    }
    *due = day;
    return s->step_count > 0;
}

/* ---- towns.csv, villages.csv: code,name ---- */

struct row {
    struct division division;
    int line;
};

static int by_code(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int order = strcmp(x->division.code, y->division.code);
    return order ? order : x->line - y->line;
}

static int code_of(const void *code, const void *division)
{
    return strcmp(code, ((const struct division *)division)->code);
}

static const struct division *find(const struct division *list, int count, const char *code)
{
    return count ? bsearch(code, list, (size_t)count, sizeof *list, code_of) : NULL;
}

struct csv {
    const char *path;
    size_t digits;
    const struct catalog *above; /* whose towns the codes lie in; NULL: not asked */
    struct report *report;
};

/* Ends the code and returns the name, or says what is wrong with the line. */
static const char *name_in_line(const struct csv *csv, char *line, int number)
{
    char *name = strchr(line, ','), town[10], spaces[256];
    const char *what = NULL, *at = line;
    if (name)
        *name++ = 0;
    if (!name || strlen(line) != csv->digits || strspn(line, "0123456789") != csv->digits) {
        report_add(csv->report, "%s:%d:1: expected \"code,name\" with a code of %zu digits; "
                                "mend the line or take it out",
                   csv->path, number, csv->digits);
        return NULL;
    }
    text_copy(spaces, sizeof spaces, name);
    text_squeeze(spaces, NULL);
    if (!*spaces)
        what = "the name is missing; write it after the comma", at = name;
    else if ((at = strchr(name, ',')))
        what = "a third column; leave only code and name";
    else if ((at = strchr(name, '"')))
        what = "a quotation mark; take it out";
    if (what) {
        report_add(csv->report, "%s:%d:%zu: %s", csv->path, number,
                   csv->digits + 2 + text_length(name) - text_length(at), what);
        return NULL;
    }
    snprintf(town, sizeof town, "%.9s", line);
    if (csv->above && !find(csv->above->towns, csv->above->town_count, town)) {
        report_add(csv->report, "%s:%d:1: %s %s lies in the town %s, which towns.csv does not "
                                "have; add the town or take the line out",
                   csv->path, number, line, name, town);
        return NULL;
    }
    return name;
}

static struct division *read_divisions(struct catalog *c, const struct csv *csv, int *count)
{
    struct err err;
    size_t len;
    char *text = file_read(csv->path, MAX_CSV, &len, &err), *rest = text, *line;
    struct row *rows = NULL;
    struct division *list = NULL;
    int number = 0, n = 0, room = 0;
    *count = 0;
    if (!text) {
        report_add(csv->report, "%s", err.text);
        return NULL;
    }
    if (!reader_utf8(csv->report, csv->path, text, len))
        goto out;
    if (strncmp(rest, "\xEF\xBB\xBF", 3) == 0)
        rest += 3;
    while ((line = strsep(&rest, "\n"))) {
        number++;
        line[strcspn(line, "\r")] = 0;
        if (!*line || *line == '#' || strncmp(line, "code,", 5) == 0)
            continue;
        const char *name = name_in_line(csv, line, number);
        if (!name)
            continue;
        if (n == room) {
            room = room ? 2 * room : 64;
            rows = xrealloc(rows, sizeof *rows * (size_t)room);
        }
        rows[n++] = (struct row){{arena_strdup(c->arena, line), arena_strdup(c->arena, name)},
                                 number};
    }
    if (n == 0)
        goto out;
    qsort(rows, (size_t)n, sizeof *rows, by_code);
    list = xcalloc((size_t)n, sizeof *list);
    for (int i = 0; i < n; i++) {
        list[i] = rows[i].division;
        if (i > 0 && strcmp(list[i - 1].code, list[i].code) == 0)
            report_add(csv->report, "%s:%d:1: the code %s stands twice, also in line %d; take "
                                    "one out",
                       csv->path, rows[i].line, list[i].code, rows[i - 1].line);
    }
    *count = n;
out:
    free(rows);
    free(text);
    return list;
}

int catalog_town_count(const struct catalog *c)
{
    return c->town_count;
}

const struct division *catalog_town(const struct catalog *c, int i)
{
    return &c->towns[i];
}

int catalog_villages(const struct catalog *c, const char *town_code, const struct division **out)
{
    int first = 0, n = 0;
    size_t len = strlen(town_code);
    while (first < c->village_count && strncmp(c->villages[first].code, town_code, len) < 0)
        first++;
    while (first + n < c->village_count &&
           strncmp(c->villages[first + n].code, town_code, len) == 0)
        n++;
    *out = c->villages + first;
    return n;
}

const char *catalog_division_name(const struct catalog *c, const char *code)
{
    const struct division *d = find(c->towns, c->town_count, code);
    if (!d)
        d = find(c->villages, c->village_count, code);
    return d ? d->name : NULL;
}

/* ---- words ---- */

static const char *extra_value(const char *const *extra, const char *key)
{
    for (; extra && extra[0]; extra += 2)
        if (strcmp(extra[0], key) == 0)
            return extra[1];
    return NULL;
}

bool catalog_expand(const struct catalog *c, const struct words *w, enum lang lang,
                    struct date on, const char *const *extra, char *out, size_t size)
{
    static const char *const ask[] = {"具体是多少，请问窗口的工作人员。",
                                      "Please ask at the window how much it is."};
    const char *p = w->in[lang] ? w->in[lang] : "";
    size_t used = 0;
    if (size == 0)
        return false;
    out[0] = 0;
    while (*p) {
        char key[64], amount[32];
        size_t n = strcspn(p, "{"), end;
        if (n && used + n < size) {
            memcpy(out + used, p, n);
            used += n;
        }
        out[used < size ? used : size - 1] = 0;
        p += n;
        if (!*p)
            break;
        end = strcspn(p, "}");
        if (!p[end] || end - 1 >= sizeof key)
            break;
        memcpy(key, p + 1, end - 1);
        key[end - 1] = 0;
        p += end + 1;
        const char *value = extra_value(extra, key);
        int64_t fen;
        if (!value && catalog_parameter(c, key, on, &fen)) {
            snprintf(amount, sizeof amount, fen % 100 ? "%lld.%02d" : "%lld",
                     (long long)(fen / 100), (int)(fen % 100));
            value = amount;
        }
        if (!value || !*value) {
            text_copy(out, size, ask[lang]);
            return false;
        }
        n = strlen(value);
        if (used + n < size) {
            memcpy(out + used, value, n + 1);
            used += n;
        }
    }
    return true;
}

static void check_mentions(const struct catalog *c, struct report *report,
                           const struct mention *m)
{
    for (; m; m = m->next)
        if (strcmp(m->key, "age") != 0 && strcmp(m->key, "promised_days") != 0 &&
            strcmp(m->key, "due") != 0 && !key_exists(c, m->key))
            report_add(report, "%s: {%s} stands in this text, but parameters.yaml has no such "
                               "key; add it, without a value if it is not known",
                       m->where, m->key);
}

/* ---- services/ ---- */

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_yaml(const struct dirent *d)
{
    size_t len = strlen(d->d_name);
    return d->d_name[0] != '.' && len > 5 && strcmp(d->d_name + len - 5, ".yaml") == 0;
}

static void check_service(struct catalog *c, struct reader *r, const struct service *s)
{
    for (int i = 0; i < c->service_count; i++)
        if (strcmp(c->services[i].id, s->id) == 0)
            reader_fault(r, reader_get(reader_root(r), "id"),
                         "a service \"%s\" exists already; give it another id", s->id);
    check_mentions(c, r->report, r->mentions);
}

static void read_services(struct catalog *c, const char *folder, struct report *report)
{
    struct dirent **files = NULL;
    char *dir = xasprintf("%s/services", folder);
    int n = scandir(dir, &files, is_yaml, by_name);
    if (n <= 0)
        report_add(report, "%s: no service definitions (*.yaml)", dir);
    for (int i = 0; i < n; i++) {
        struct reader r = {0};
        char *path = xasprintf("%s/%s", dir, files[i]->d_name);
        if (c->service_count == MAX_SERVICES)
            report_add(report, "%s:1:1: more than %d services; take some out", path,
                       MAX_SERVICES);
        else if (reader_open(&r, path, report, c->arena)) {
            struct service s;
            if (service_read(&r, &s, &c->conditions)) {
                check_service(c, &r, &s);
                c->services[c->service_count++] = s;
            }
        }
        reader_close(&r);
        free(path);
        free(files[i]);
    }
    free(files);
    free(dir);
}

static void read_one(struct catalog *c, const char *folder, const char *name,
                     void (*read)(struct catalog *, struct reader *), struct report *report)
{
    struct reader r;
    char *path = xasprintf("%s/%s", folder, name);
    if (reader_open(&r, path, report, c->arena))
        read(c, &r);
    reader_close(&r);
    free(path);
}

struct catalog *catalog_load(const char *folder, struct report *report)
{
    struct catalog *c = xcalloc(1, sizeof *c);
    int before = report_count(report);
    char *towns = xasprintf("%s/towns.csv", folder), *villages = xasprintf("%s/villages.csv", folder);

    c->arena = arena_create((size_t)256 << 20, false);
    read_one(c, folder, "parameters.yaml", read_parameters, report);
    read_one(c, folder, "holidays.yaml", read_holidays, report);
    int so_far = report_count(report);
    c->towns = read_divisions(c, &(struct csv){towns, 9, NULL, report}, &c->town_count);
    bool towns_right = report_count(report) == so_far; /* if not, villages are not blamed */
    c->villages = read_divisions(
        c, &(struct csv){villages, 12, towns_right ? c : NULL, report}, &c->village_count);
    read_services(c, folder, report);
    free(towns);
    free(villages);
    if (report_count(report) > before) {
        catalog_destroy(c);
        return NULL;
    }
    return c;
}

void catalog_destroy(struct catalog *c)
{
    if (!c)
        return;
    for (int i = 0; i < c->conditions.count; i++)
        condition_destroy(c->conditions.item[i]);
    free(c->conditions.item);
    free(c->conditions.where);
    free(c->towns);
    free(c->villages);
    arena_destroy(c->arena);
    free(c);
}

int catalog_service_count(const struct catalog *c)
{
    return c ? c->service_count : 0;
}

const struct service *catalog_service(const struct catalog *c, int i)
{
    return &c->services[i];
}

const struct service *catalog_find(const struct catalog *c, const char *id)
{
    for (int i = 0; i < c->service_count; i++)
        if (strcmp(c->services[i].id, id) == 0)
            return &c->services[i];
    return NULL;
}
