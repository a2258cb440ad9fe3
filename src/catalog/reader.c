#include "catalog/reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

/* Names of one mapping and items of one list: libfyaml compares every name with every
 * other one and walks a list for every item, so 100,000 of either would take minutes. */
enum { MAX_FILE = 1 << 20, MAX_LINES = 400, MAX_NAMES = 200, MAX_ITEMS = 2000, MAX_DEPTH = 64 };

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
    char *line = xasprintf("%s%s", prefix, text);
    free(text);
    /* Lua quotes half a character, a folder may be named in any encoding; a line that is
     * not UTF-8 could not stand in JSON. */
    uint32_t cp;
    for (size_t i = 0, n; (n = text_next(line + i, &cp)); i += n)
        if (cp == 0xFFFD && n == 1)
            line[i] = '?';
    r->lines[r->count++] = line;
}

void report_add(struct report *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    report_vadd(r, "", fmt, ap);
    va_end(ap);
}

/* The first token of a node tells where it stands. */
static const struct fy_mark *own_mark(struct fy_node *n)
{
    while (n) {
        void *iter = NULL;
        if (fy_node_is_scalar(n)) {
            struct fy_token *token = fy_node_get_scalar_token(n);
            return token ? fy_token_start_mark(token) : NULL;
        }
        if (fy_node_is_mapping(n)) {
            struct fy_node_pair *pair = fy_node_mapping_iterate(n, &iter);
            n = pair ? fy_node_pair_key(pair) : NULL;
        } else {
            n = fy_node_sequence_iterate(n, &iter);
        }
    }
    return NULL;
}

/* What is empty has no token: then the item before it, or the name it belongs to. */
static const struct fy_mark *mark_before(struct fy_node *parent, struct fy_node *n)
{
    const struct fy_mark *mark = NULL, *other;
    void *iter = NULL;
    if (fy_node_is_sequence(parent)) {
        struct fy_node *item;
        while ((item = fy_node_sequence_iterate(parent, &iter)) && item != n)
            if ((other = own_mark(item)))
                mark = other;
    } else if (fy_node_is_mapping(parent)) {
        struct fy_node_pair *pair;
        while (!mark && (pair = fy_node_mapping_iterate(parent, &iter)))
            if (fy_node_pair_value(pair) == n)
                mark = own_mark(fy_node_pair_key(pair));
    }
    return mark;
}

static void mark_of(struct fy_node *n, int *line, int *column)
{
    const struct fy_mark *mark = own_mark(n);
    for (struct fy_node *up; n && !mark && (up = fy_node_get_parent(n)); n = up)
        mark = mark_before(up, n);
    *line = mark ? mark->line + 1 : 1;
    *column = mark ? mark->column + 1 : 1;
}

const char *reader_place(struct reader *r, struct fy_node *at)
{
    int line, column;
    mark_of(at, &line, &column);
    return arena_printf(r->arena, "%s:%d:%d", r->file, line, column);
}

void reader_fault(struct reader *r, struct fy_node *at, const char *fmt, ...)
{
    int line, column;
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

bool reader_utf8(struct report *report, const char *file, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        int line, column;
        size_t n = text_next(text + i, &cp);
        if (n > 0 && (cp != 0xFFFD || n > 1)) {
            i += n;
            continue;
        }
        place_of(text, i, &line, &column);
        report_add(report, "%s:%d:%d: not UTF-8; save the file as UTF-8", file, line, column);
        return false;
    }
    return true;
}

/* What libfyaml lets pass or reports far from its cause. */
static bool plain_text(struct reader *r, const char *text, size_t len)
{
    int line, column, depth = 0;
    if (!reader_utf8(r->report, r->file, text, len)) {
        r->findings++;
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        const char *what = NULL;
        if (text[i] == '\t')
            what = "a tab; use spaces";
        else if (text[i] == '[' || text[i] == '{')
            what = ++depth > 1000 ? "brackets nested too deeply; take some out" : NULL;
        else if (text[i] == ']' || text[i] == '}')
            depth--;
        if (what) {
            place_of(text, i, &line, &column);
            report_add(r->report, "%s:%d:%d: %s", r->file, line, column, what);
            r->findings++;
            return false;
        }
    }
    return true;
}

static void fault_at(struct reader *r, struct fy_token *token, int before, const char *what)
{
    const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
    report_add(r->report, "%s:%d:%d: %s", r->file, mark ? mark->line + 1 : 1,
               mark ? mark->column + 1 - before : 1, what);
    r->findings++;
}

static void refuse(struct reader *r, struct fy_token *anchor, struct fy_token *tag)
{
    if (anchor)
        fault_at(r, anchor, 1, "an anchor (&name); take it out");
    if (tag)
        fault_at(r, tag, 0, "a tag (!name); take it out");
}

/* What people who edit these files do not expect, and what would take long, found from
 * the events alone: before a document is built and in one pass. Where the text is no
 * YAML it stops: building the document says why. */
static bool no_surprises(struct reader *r, const char *text, size_t len, struct fy_diag *diag)
{
    struct {
        int children;
        bool mapping;
    } level[MAX_DEPTH + 1] = {{0, false}};
    struct fy_parse_cfg cfg = {.flags = FYPCF_DEFAULT_PARSE, .diag = diag};
    struct fy_parser *parser = fy_parser_create(&cfg);
    struct fy_event *e;
    int depth = 0, documents = 0, before = r->findings;
    bool going = parser && fy_parser_set_string(parser, text, len) == 0;

    while (going && (e = fy_parser_parse(parser))) {
        struct fy_token *at = NULL;
        bool opens = false, node = true;
        switch (e->type) {
        case FYET_SCALAR:
            at = e->scalar.value;
            refuse(r, e->scalar.anchor, e->scalar.tag);
            break;
        case FYET_ALIAS:
            at = e->alias.anchor;
            fault_at(r, at, 1, "an alias (*name); write the text out");
            break;
        case FYET_SEQUENCE_START:
            at = e->sequence_start.sequence_start;
            refuse(r, e->sequence_start.anchor, e->sequence_start.tag);
            opens = true;
            break;
        case FYET_MAPPING_START:
            at = e->mapping_start.mapping_start;
            refuse(r, e->mapping_start.anchor, e->mapping_start.tag);
            opens = true;
            break;
        case FYET_SEQUENCE_END:
        case FYET_MAPPING_END:
            depth--;
            node = false;
            break;
        case FYET_DOCUMENT_START:
            if (++documents == 2)
                fault_at(r, e->document_start.document_start, 0,
                         "a second document begins here (---); make it a file of its own");
            node = false;
            break;
        default:
            node = false;
        }
        if (node) {
            int most = level[depth].mapping ? 2 * MAX_NAMES : MAX_ITEMS;
            if (depth > 0 && ++level[depth].children > most) {
                fault_at(r, at, 0, level[depth].mapping
                                       ? "more than 200 names in one place; take some out"
                                       : "more than 2000 items in one list; take some out");
                going = false;
            }
        }
        if (opens) {
            going = going && depth < MAX_DEPTH;
            if (going) {
                level[++depth].children = 0;
                level[depth].mapping = e->type == FYET_MAPPING_START;
            }
        }
        going = going && documents < 2;
        fy_parser_event_free(parser, e);
    }
    fy_parser_destroy(parser);
    return r->findings == before;
}

/* libfyaml speaks of <memory-...>:line:col: error: ...; its first line says enough, but
 * not what to do. */
static void explain(struct reader *r, char *said)
{
    static const struct {
        const char *says, *todo;
    } hints[] = {
        {"duplicate key", "a name may stand only once; take one of them out"},
        {"Max depth", "too many lists inside each other; take some out"},
    };
    const char *todo = "look at the indentation, quotation marks and brackets here and above";
    if (said)
        said[strcspn(said, "\n")] = 0;
    const char *place = said ? strchr(said, ':') : NULL;
    r->findings++;
    if (!place || place[1] < '0' || place[1] > '9') {
        report_add(r->report, "%s:1:1: empty, or not YAML; see docs/service-definitions.md",
                   r->file);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(hints); i++)
        if (strstr(place, hints[i].says))
            todo = hints[i].todo;
    report_add(r->report, "%s%s; %s", r->file, place, todo);
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
    bool ok = no_surprises(r, text, len, diag);
    struct fy_parse_cfg cfg = {.flags = FYPCF_DEFAULT_DOC, .diag = diag};
    if (ok)
        r->document = fy_document_build_from_string(&cfg, arena_strdup(arena, text), len);
    fy_diag_unref(diag);
    fclose(diag_file);
    free(text);
    if (ok && (!r->document || !fy_document_root(r->document))) {
        explain(r, said);
        reader_close(r);
        ok = false;
    }
    free(said);
    return ok;
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
        reader_fault(r, n, "\"%s\" must be one text; write it behind the colon", key);
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
        reader_fault(r, n, "\"%s\" must be a whole number; write digits only", key);
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

/* Remembers every {key} of a text with its place; catalog.c knows which keys exist. */
static void note_mentions(struct reader *r, struct fy_node *at, const char *text)
{
    for (const char *p = text; (p = strchr(p, '{')); p++) {
        size_t len = strcspn(p + 1, "}");
        if (p[1 + len] != '}') {
            reader_fault(r, at, "a { without its }; close it, or take it out");
            return;
        }
        struct mention *m = arena_alloc(r->arena, sizeof *m);
        *m = (struct mention){.key = arena_printf(r->arena, "%.*s", (int)len, p + 1),
                              .where = reader_place(r, at), .next = r->mentions};
        r->mentions = m;
    }
}

struct words reader_words_of(struct reader *r, struct fy_node *n)
{
    struct words w;
    if (reader_mapping(r, n, "zh-CN en")) {
        w.in[LANG_ZH] = reader_text(r, n, "zh-CN", true);
        w.in[LANG_EN] = reader_text(r, n, "en", true);
        note_mentions(r, reader_get(n, "zh-CN"), w.in[LANG_ZH]);
        note_mentions(r, reader_get(n, "en"), w.in[LANG_EN]);
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
