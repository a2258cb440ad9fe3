/* Strict reading of JSON that comes from outside: a size ceiling, UTF-8, no
 * duplicate keys, no trailing bytes (jansson does the work). */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* A new reference for json_decref, or NULL. The error names line and column,
 * never the content. what: who sent it, for the message. */
json_t *json_read(const char *what, const void *data, size_t len, size_t ceiling,
                  struct err *err);

/* The member as text, borrowed from object, or NULL with *err set when it is
 * missing or not a string. */
const char *json_text(const json_t *object, const char *key, struct err *err);

#endif
