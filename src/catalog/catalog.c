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
        if (!d->empty)
            reader_int(r, item, "value", &d->value);
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

static int by_day(const void *a, const void *b)
{
    const struct date_exception *x = a, *y = b;
    return date_compare(x->day, y->day);
}

static void read_holidays(struct catalog *c, struct reader *r)
{
    static const char *const lists[] = {"holidays", "worked"};
    struct fy_node *root = reader_root(r);
    int64_t first = 0, last = 0;
    int n = 0;
    reader_mapping(r, root, "first_year last_year holidays worked");
    reader_int(r, root, "first_year", &first);
    reader_int(r, root, "last_year", &last);
    int total = reader_count(r, root, "holidays") + reader_count(r, root, "worked");
    struct date_exception *days = arena_alloc(c->arena, sizeof *days * (size_t)total);
    for (int worked = 0; worked < 2; worked++)
        for (int i = 0; i < reader_count(r, root, lists[worked]); i++) {
            struct fy_node *item = reader_item(root, lists[worked], i);
            const char *text = fy_node_get_scalar0(item);
            days[n].works = worked;
            if (!text || !date_parse(text, &days[n].day))
                reader_fault(r, item, "a day is written 2026-10-01");
            else
                n++;
        }
    qsort(days, (size_t)n, sizeof *days, by_day);
    c->workdays = (struct workdays){.exceptions = days, .count = (size_t)n,
                                    .first_year = (int)first, .last_year = (int)last};
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

static int by_code(const void *a, const void *b)
{
    const struct division *x = a, *y = b;
    return strcmp(x->code, y->code);
}

static struct division *read_divisions(struct catalog *c, const char *path, size_t digits,
                                       int *count, struct report *report)
{
    struct err err;
    char *text = file_read(path, MAX_CSV, NULL, &err), *rest = text, *line;
    struct division *list = NULL;
    int number = 0;
    *count = 0;
    if (!text) {
        report_add(report, "%s", err.text);
        return NULL;
    }
    if (strncmp(rest, "\xEF\xBB\xBF", 3) == 0)
        rest += 3;
    while ((line = strsep(&rest, "\n"))) {
        number++;
        line[strcspn(line, "\r")] = 0;
        if (!*line || *line == '#' || strncmp(line, "code,", 5) == 0)
            continue;
        char *name = strchr(line, ',');
        if (name)
            *name++ = 0;
        if (!name || !*name || strlen(line) != digits ||
            strspn(line, "0123456789") != digits || !text_valid(name, strlen(name))) {
            report_add(report, "%s:%d:1: expected \"code,name\" with a code of %zu digits", path,
                       number, digits);
            continue;
        }
        list = xrealloc(list, sizeof *list * (size_t)(*count + 1));
        list[(*count)++] = (struct division){arena_strdup(c->arena, line),
                                             arena_strdup(c->arena, name)};
    }
    free(text);
    if (*count)
        qsort(list, (size_t)*count, sizeof *list, by_code);
    for (int i = 1; i < *count; i++)
        if (strcmp(list[i - 1].code, list[i].code) == 0)
            report_add(report, "%s: the code %s stands twice", path, list[i].code);
    return list;
}

static void check_villages(const struct catalog *c, const char *path, struct report *report)
{
    for (int i = 0; i < c->village_count; i++) {
        char town[10];
        snprintf(town, sizeof town, "%.9s", c->villages[i].code);
        if (!catalog_division_name(c, town))
            report_add(report, "%s: %s %s lies in the town %s, which towns.csv does not have; "
                       "add the town or take the line out", path, c->villages[i].code,
                       c->villages[i].name, town);
    }
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
    for (int i = 0; i < c->town_count; i++)
        if (strcmp(c->towns[i].code, code) == 0)
            return c->towns[i].name;
    for (int i = 0; i < c->village_count; i++)
        if (strcmp(c->villages[i].code, code) == 0)
            return c->villages[i].name;
    return NULL;
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

static void check_words(const struct catalog *c, struct report *report, const char *file,
                        const struct words *w)
{
    for (int lang = 0; lang < LANG_COUNT; lang++)
        for (const char *p = w->in[lang]; p && (p = strchr(p, '{')); p++) {
            char key[64];
            snprintf(key, sizeof key, "%.*s", (int)strcspn(p + 1, "}"), p + 1);
            if (strcmp(key, "age") != 0 && strcmp(key, "promised_days") != 0 &&
                strcmp(key, "due") != 0 && !key_exists(c, key))
                report_add(report, "%s: {%s} stands in a text, but parameters.yaml has no such "
                                   "key; add it, without a value if it is not known",
                           file, key);
        }
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

static void check_service(struct catalog *c, struct report *report, const char *file,
                          const struct service *s)
{
    for (int i = 0; i < c->service_count; i++)
        if (strcmp(c->services[i].id, s->id) == 0)
            report_add(report, "%s:1:1: a service \"%s\" exists already; give it another id",
                       file, s->id);
    for (int i = 0; i < s->amount_count; i++)
        check_words(c, report, file, &s->amount[i]);
    for (int i = 0; i < s->faq_count; i++)
        check_words(c, report, file, &s->faq[i].answer);
    for (int i = 0; i < s->requirement_count; i++) {
        check_words(c, report, file, &s->requirements[i].says);
        check_words(c, report, file, &s->requirements[i].why_not);
    }
    for (int i = 0; i < s->reject_count; i++) {
        check_words(c, report, file, &s->rejects[i].says);
        check_words(c, report, file, &s->rejects[i].next_step);
    }
    for (int i = 0; i < s->requirement_count; i++)
        check_words(c, report, file, &s->requirements[i].next_step);
    check_words(c, report, file, &s->fee);
    check_words(c, report, file, &s->summary);
    check_words(c, report, file, &s->how_long);
    check_words(c, report, file, &s->result);
    check_words(c, report, file, &s->after);
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
                check_service(c, report, path, &s);
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
    c->towns = read_divisions(c, towns, 9, &c->town_count, report);
    c->villages = read_divisions(c, villages, 12, &c->village_count, report);
    check_villages(c, villages, report);
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
