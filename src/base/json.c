#include "base/json.h"

json_t *json_read(const char *what, const void *data, size_t len, size_t ceiling,
                  struct err *err)
{
    json_error_t e;
    if (len > ceiling) {
        err_set(err, ERR_REFUSED, "%s: %zu bytes of JSON, more than the %zu allowed", what,
                len, ceiling);
        return NULL;
    }
    json_t *root = json_loadb(data, len, JSON_REJECT_DUPLICATES, &e);
    if (!root) /* jansson's text quotes the input, so only its place is passed on */
        err_set(err, ERR_REFUSED, "%s: not JSON at line %d, column %d", what, e.line,
                e.column);
    return root;
}

const char *json_text(const json_t *object, const char *key, struct err *err)
{
    const char *s = json_string_value(json_object_get(object, key));
    if (!s)
        err_set(err, ERR_REFUSED, "\"%s\" is missing or not text", key);
    return s;
}
