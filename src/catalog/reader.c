#include "catalog/reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

enum { MAX_FILE = 1 << 20, MAX_LINES = 400 };

struct report {
    char *lines[MAX_LINES];
    int count;
};

struct report *report_create(void)
{
    return xcalloc(1, sizeof(struct report));
}

void report_destroy(struct report *r)
{
    if (!r)
        return;
    for (int i = 0; i < r->count; i++)
        free(r->lines[i]);
    free(r);
}

int report_count(const struct report *r)
{
    return r->count;
}

const char *report_line(const struct report *r, int i)
{
    return r->lines[i];
}

__attribute__((format(printf, 3, 0))) static void
report_vadd(struct report *r, const char *prefix, const char *fmt, va_list ap)
{
    char *text = NULL;
    if (r->count == MAX_LINES || vasprintf(&text, fmt, ap) < 0)
        return;
    r->lines[r->count++] = xasprintf("%s%s", prefix, text);
    free(text);
}

void report_add(struct report *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    report_vadd(r, "", fmt, ap);
    va_end(ap);
}

/* The first token of a node tells where it stands. */
static bool mark_of(struct fy_node *n, int *line, int *column)
{
    const struct fy_mark *mark = NULL;
    while (n && !mark) {
        struct fy_token *token = fy_node_is_scalar(n) ? fy_node_get_scalar_token(n) : NULL;
        void *iter = NULL;
        if (token)
            mark = fy_token_start_mark(token);
        if (mark || fy_node_is_scalar(n))
            break;
        if (fy_node_is_mapping(n)) {
            struct fy_node_pair *pair = fy_node_mapping_iterate(n, &iter);
            n = pair ? fy_node_pair_key(pair) : NULL;
        } else {
            n = fy_node_sequence_iterate(n, &iter);
        }
    }
    if (!mark)
        return false;
    *line = mark->line + 1;
    *column = mark->column + 1;
    return true;
}

const char *reader_place(struct reader *r, struct fy_node *at)
{
    int line = 1, column = 1;
    mark_of(at, &line, &column);
    return arena_printf(r->arena, "%s:%d:%d", r->file, line, column);
}

void reader_fault(struct reader *r, struct fy_node *at, const char *fmt, ...)
{
    int line = 1, column = 1;
    va_list ap;
    mark_of(at, &line, &column);
    char *prefix = xasprintf("%s:%d:%d: ", r->file, line, column);
    va_start(ap, fmt);
    report_vadd(r->report, prefix, fmt, ap);
    va_end(ap);
    free(prefix);
    r->findings++;
}

static void place_of(const char *text, size_t at, int *line, int *column)
{
    *line = *column = 1;
    for (size_t i = 0; i < at; i++) {
        if (text[i] == '\n')
            ++*line, *column = 1;
        else if (((unsigned char)text[i] & 0xC0) != 0x80)
            ++*column;
    }
}

/* What libfyaml lets pass or reports far from its cause. */
static bool plain_text(struct reader *r, const char *text, size_t len)
{
    int line, column, depth = 0;
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        size_t n = text_next(text + i, &cp);
        const char *what = NULL;
        if (n == 0 || (cp == 0xFFFD && n == 1))
            what = "not UTF-8; save the file as UTF-8";
        else if (cp == '\t')
            what = "a tab; use spaces";
        else if (cp == '[' || cp == '{')
            what = ++depth > 1000 ? "brackets nested too deeply" : NULL;
        else if (cp == ']' || cp == '}')
            depth--;
        if (what) {
            place_of(text, i, &line, &column);
            report_add(r->report, "%s:%d:%d: %s", r->file, line, column, what);
            r->findings++;
            return false;
        }
        i += n;
    }
    return true;
}

static bool no_surprises(struct reader *r, struct fy_node *n)
{
    void *iter = NULL;
    size_t len;
    bool ok = true;
    if (!n)
        return true;
    if (fy_node_is_alias(n)) {
        reader_fault(r, n, "an alias (*name); write the text out");
        return false;
    }
    if (fy_node_get_tag(n, &len)) {
        reader_fault(r, n, "a tag (!name); take it out");
        return false;
    }
    if (fy_node_is_sequence(n)) {
        struct fy_node *item;
        while ((item = fy_node_sequence_iterate(n, &iter)))
            ok &= no_surprises(r, item);
    } else if (fy_node_is_mapping(n)) {
        struct fy_node_pair *pair;
        while ((pair = fy_node_mapping_iterate(n, &iter))) {
            ok &= no_surprises(r, fy_node_pair_key(pair));
            ok &= no_surprises(r, fy_node_pair_value(pair));
        }
    }
    return ok;
}

bool reader_open(struct reader *r, const char *path, struct report *report,
                 struct arena *arena)
{
    struct err err;
    size_t len, said_len = 0;
    char *said = NULL;

    *r = (struct reader){.report = report, .arena = arena, .file = arena_strdup(arena, path)};
    char *text = file_read(path, MAX_FILE, &len, &err);
    if (!text) {
        report_add(report, "%s", err.text);
        r->findings++;
        return false;
    }
    if (!plain_text(r, text, len)) {
        free(text);
        return false;
    }
    FILE *diag_file = open_memstream(&said, &said_len);
    struct fy_diag_cfg diag_cfg;
    fy_diag_cfg_default(&diag_cfg);
    diag_cfg.fp = diag_file;
    diag_cfg.colorize = false;
    diag_cfg.show_position = true;
    struct fy_diag *diag = fy_diag_create(&diag_cfg);
    struct fy_parse_cfg cfg = {.flags = FYPCF_DEFAULT_DOC, .diag = diag};
    r->document = fy_document_build_from_string(&cfg, arena_strdup(arena, text), len);
    fy_diag_unref(diag);
    fclose(diag_file);
    free(text);
    if (!r->document || !fy_document_root(r->document)) {
        /* libfyaml speaks of <memory-...>:line:col; keep the first line. */
        char *line = said ? strsep(&(char *){said}, "\n") : NULL;
        const char *place = line ? strchr(line, ':') : NULL;
        if (!place || place[1] < '0' || place[1] > '9')
            place = ":1:1: empty, or not YAML; see docs/service-definitions.md";
        report_add(report, "%s%s", path, place);
        r->findings++;
        free(said);
        reader_close(r);
        return false;
    }
    free(said);
    return no_surprises(r, fy_document_root(r->document));
}

void reader_close(struct reader *r)
{
    if (r->document)
        fy_document_destroy(r->document);
    r->document = NULL;
}

struct fy_node *reader_root(struct reader *r)
{
    return fy_document_root(r->document);
}

struct fy_node *reader_get(struct fy_node *mapping, const char *key)
{
    return mapping && fy_node_is_mapping(mapping)
               ? fy_node_mapping_lookup_value_by_simple_key(mapping, key, FY_NT)
               : NULL;
}

static bool listed(const char *keys, const char *key)
{
    size_t len = strlen(key);
    for (const char *p = keys; *p;) {
        size_t n = strcspn(p, " ");
        if (n == len && strncmp(p, key, n) == 0)
            return true;
        p += n + (p[n] == ' ');
    }
    return false;
}

bool reader_mapping(struct reader *r, struct fy_node *n, const char *keys)
{
    void *iter = NULL;
    struct fy_node_pair *pair;
    if (!n || !fy_node_is_mapping(n)) {
        reader_fault(r, n, "here a list of \"name: value\" lines is expected (%s)", keys);
        return false;
    }
    while ((pair = fy_node_mapping_iterate(n, &iter))) {
        const char *key = fy_node_get_scalar0(fy_node_pair_key(pair));
        if (!key || !listed(keys, key))
            reader_fault(r, fy_node_pair_key(pair),
                         "\"%s\" is not known here; known are: %s", key ? key : "?", keys);
    }
    return true;
}

const char *reader_text(struct reader *r, struct fy_node *mapping, const char *key,
                        bool required)
{
    struct fy_node *n = reader_get(mapping, key);
    const char *text = n && fy_node_is_scalar(n) ? fy_node_get_scalar0(n) : NULL;
    if (n && !text && !fy_node_is_scalar(n))
        reader_fault(r, n, "\"%s\" must be one text", key);
    if (required && (!text || !*text))
        reader_fault(r, n ? n : mapping, "\"%s\" is missing; add it", key);
    return arena_strdup(r->arena, text ? text : "");
}

bool reader_int(struct reader *r, struct fy_node *mapping, const char *key, int64_t *out)
{
    struct fy_node *n = reader_get(mapping, key);
    if (!n)
        return false;
    const char *text = fy_node_is_scalar(n) ? fy_node_get_scalar0(n) : NULL;
    char *end = NULL;
    errno = 0;
    long long value = text ? strtoll(text, &end, 10) : 0;
    if (!text || !*text || *end || errno) {
        reader_fault(r, n, "\"%s\" must be a whole number", key);
        return false;
    }
    *out = value;
    return true;
}

bool reader_bool(struct reader *r, struct fy_node *mapping, const char *key, bool otherwise)
{
    struct fy_node *n = reader_get(mapping, key);
    const char *text = n && fy_node_is_scalar(n) ? fy_node_get_scalar0(n) : NULL;
    if (!n)
        return otherwise;
    if (text && strcmp(text, "true") == 0)
        return true;
    if (!text || strcmp(text, "false") != 0)
        reader_fault(r, n, "\"%s\" must be true or false", key);
    return false;
}

struct words reader_words_of(struct reader *r, struct fy_node *n)
{
    struct words w;
    if (reader_mapping(r, n, "zh-CN en")) {
        w.in[LANG_ZH] = reader_text(r, n, "zh-CN", true);
        w.in[LANG_EN] = reader_text(r, n, "en", true);
    } else {
        w.in[LANG_ZH] = w.in[LANG_EN] = "";
    }
    return w;
}

struct words reader_words(struct reader *r, struct fy_node *mapping, const char *key,
                          bool required)
{
    struct fy_node *n = reader_get(mapping, key);
    if (!n) {
        if (required)
            reader_fault(r, mapping, "\"%s\" is missing; add it in zh-CN and en", key);
        return (struct words){{"", ""}};
    }
    return reader_words_of(r, n);
}

int reader_choice(struct reader *r, struct fy_node *mapping, const char *key,
                  const char *const *names, int count, int otherwise)
{
    const char *text = reader_text(r, mapping, key, otherwise < 0);
    char known[256] = "";
    size_t used = 0;
    if (!*text)
        return otherwise;
    for (int i = 0; i < count; i++) {
        if (strcmp(text, names[i]) == 0)
            return i;
        int n = snprintf(known + used, sizeof known - used, " %s", names[i]);
        used += n > 0 && (size_t)n < sizeof known - used ? (size_t)n : 0;
    }
    reader_fault(r, reader_get(mapping, key), "\"%s\" is not known; one of:%s", text, known);
    return otherwise;
}

int reader_count(struct reader *r, struct fy_node *mapping, const char *key)
{
    struct fy_node *n = reader_get(mapping, key);
    if (!n)
        return 0;
    if (!fy_node_is_sequence(n)) {
        reader_fault(r, n, "\"%s\" must be a list of \"- \" items", key);
        return 0;
    }
    return fy_node_sequence_item_count(n);
}

struct fy_node *reader_item(struct fy_node *mapping, const char *key, int i)
{
    return fy_node_sequence_get_by_index(reader_get(mapping, key), i);
}

struct condition *reader_condition(struct reader *r, struct fy_node *mapping, const char *key)
{
    struct err err = {0};
    const char *text = reader_text(r, mapping, key, false);
    if (!*text)
        return NULL;
    struct condition *c = condition_create(text, &err);
    if (!c)
        reader_fault(r, reader_get(mapping, key),
                     "the condition \"%s\" cannot be read (%s); write one like: age >= 80",
                     text, err.text);
    return c;
}
