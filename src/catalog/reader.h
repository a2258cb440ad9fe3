/* Reading YAML of a known shape: every getter reports what is wrong with the
 * place and what to do, and goes on, so that one run shows every finding.
 * Anchors, aliases, tags, tabs and second documents are refused: they surprise the
 * people who edit these files. So is what is too long to be read in a moment. Internal to catalog/. */
#ifndef CATALOG_READER_H
#define CATALOG_READER_H

#include <libfyaml.h>

#include "base/arena.h"
#include "catalog/catalog.h"

struct mention { /* of a {key} in a text */
    const char *key, *where;
    const struct mention *next;
};

struct reader {
    struct report *report;
    struct arena *arena; /* every string and array handed out lives here */
    const char *file;
    struct fy_document *document;
    int findings; /* of this reader */
    const struct mention *mentions; /* in the texts read so far, the last one first */
};

void report_add(struct report *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* False, with the place of the first byte that is not UTF-8 (NUL is not, here). */
bool reader_utf8(struct report *report, const char *file, const char *text, size_t len);

/* False when the file cannot be read at all; the report says why. */
bool reader_open(struct reader *r, const char *path, struct report *report,
                 struct arena *arena);
void reader_close(struct reader *r);
struct fy_node *reader_root(struct reader *r);

void reader_fault(struct reader *r, struct fy_node *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* "file:line:column" of the node, in the reader's arena. */
const char *reader_place(struct reader *r, struct fy_node *at);

/* keys: space-separated; anything else in the mapping is a finding. */
bool reader_mapping(struct reader *r, struct fy_node *n, const char *keys);
struct fy_node *reader_get(struct fy_node *mapping, const char *key);
const char *reader_text(struct reader *r, struct fy_node *mapping, const char *key,
                        bool required);
bool reader_int(struct reader *r, struct fy_node *mapping, const char *key, int64_t *out);
bool reader_bool(struct reader *r, struct fy_node *mapping, const char *key, bool otherwise);
struct words reader_words(struct reader *r, struct fy_node *mapping, const char *key,
                          bool required);
struct words reader_words_of(struct reader *r, struct fy_node *n);
/* The index of the text in names, or -1 with a finding. */
int reader_choice(struct reader *r, struct fy_node *mapping, const char *key,
                  const char *const *names, int count, int otherwise);
/* Items of a sequence, 0 when absent. */
int reader_count(struct reader *r, struct fy_node *mapping, const char *key);
struct fy_node *reader_item(struct fy_node *mapping, const char *key, int i);
struct condition *reader_condition(struct reader *r, struct fy_node *mapping, const char *key);

#endif
