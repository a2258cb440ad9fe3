#include "central/application.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "rules/date.h"

enum { STATUS_MAX = 64 << 10, ITEMS_MAX = 512, ANSWER_MAX = 16 << 10, POINTS_MAX = 60000 };

static bool bad(const char *key, struct err *err)
{
    return err_set(err, ERR_REFUSED, "\"%s\" has not the form it must have", key);
}

static bool made_of(const char *text, const char *allowed)
{
    return text[strspn(text, allowed)] == 0;
}

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* Text of at least `least` bytes that fits; allowed NULL: any characters. */
static bool take(const json_t *object, const char *key, char *out, size_t size,
                 size_t least, const char *allowed, struct err *err)
{
    const char *text = json_text(object, key, err);
    if (!text)
        return false;
    size_t len = strlen(text);
    if (len < least || len >= size || (allowed && !made_of(text, allowed)))
        return bad(key, err);
    memcpy(out, text, len + 1);
    return true;
}

/* Only the form matters; the value stays in the envelope. */
static bool has_text(const json_t *object, const char *key, size_t least, size_t most,
                     struct err *err)
{
    const char *text = json_text(object, key, err);
    return text && ((strlen(text) >= least && strlen(text) <= most) || bad(key, err));
}

static bool timestamp_valid(const char *text)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd+08:00";
    char day[11];
    struct date date;
    if (strlen(text) != sizeof form - 1)
        return false;
    for (size_t i = 0; i < sizeof form - 1; i++) {
        if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
            return false;
    }
    snprintf(day, sizeof day, "%.10s", text);
    int hour = (text[11] - '0') * 10 + text[12] - '0';
    return date_parse(day, &date) && hour < 24 && text[14] < '6' && text[17] <= '6';
}

static bool check_birth(const json_t *applicant, struct err *err)
{
    const json_t *birth = json_object_get(applicant, "birth");
    const char *text = json_string_value(birth);
    struct date date;
    if (!birth || json_is_null(birth))
        return true; /* a permanent resident's number does not say */
    return (text && strlen(text) == 10 && date_parse(text, &date)) || bad("birth", err);
}

/* An array of short texts; a missing one counts as empty only when optional. */
static bool check_texts(const json_t *object, const char *key, bool optional,
                        struct err *err)
{
    const json_t *array = json_object_get(object, key), *item;
    size_t i;
    if (!array && optional)
        return true;
    if (!json_is_array(array) || json_array_size(array) > ITEMS_MAX)
        return bad(key, err);
    json_array_foreach(array, i, item) {
        if (!json_is_string(item) || json_string_length(item) > SERVICE_ID_MAX)
            return bad(key, err);
    }
    return true;
}

/* Keys and values come from outside and are shown to staff: bounded text only. */
static bool check_answers(const json_t *root, struct err *err)
{
    json_t *answers = json_object_get(root, "answers"), *value;
    const char *key;
    if (!json_is_object(answers) || json_object_size(answers) > ITEMS_MAX)
        return bad("answers", err);
    json_object_foreach(answers, key, value) {
        if (!*key || strlen(key) > SERVICE_ID_MAX || !json_is_string(value) ||
            json_string_length(value) > ANSWER_MAX)
            return bad("answers", err);
    }
    return true;
}

static bool check_warnings(const json_t *root, struct err *err)
{
    const json_t *warnings = json_object_get(root, "warnings"), *item;
    size_t i;
    if (!json_is_array(warnings) || json_array_size(warnings) > ITEMS_MAX)
        return bad("warnings", err);
    json_array_foreach(warnings, i, item) {
        if (!has_text(item, "field", 1, SERVICE_ID_MAX, err) ||
            !has_text(item, "what", 1, SERVICE_ID_MAX, err))
            return false;
    }
    return true;
}

static bool check_signature(const json_t *root, struct err *err)
{
    const json_t *s = json_object_get(root, "signature"), *stroke, *number;
    size_t i, k, points = 0;
    if (!s || json_is_null(s))
        return true; /* who cannot write is witnessed by staff */
    const json_t *strokes = json_object_get(s, "strokes");
    json_int_t width = json_integer_value(json_object_get(s, "width"));
    json_int_t height = json_integer_value(json_object_get(s, "height"));
    if (width < 1 || width > 100000 || height < 1 || height > 100000 ||
        !json_is_array(strokes))
        return bad("signature", err);
    json_array_foreach(strokes, i, stroke) {
        if (!json_is_array(stroke) || (points += json_array_size(stroke)) > POINTS_MAX)
            return bad("signature", err);
        json_array_foreach(stroke, k, number) {
            if (!json_is_integer(number))
                return bad("signature", err);
        }
    }
    return true;
}

/* A card always says a name; who typed a number has told none yet, and staff ask. */
static bool check_name(const json_t *applicant, struct err *err)
{
    const char *how = json_string_value(json_object_get(applicant, "how"));
    bool typed = how && strcmp(how, "typed") == 0;
    return has_text(applicant, "name", typed ? 0 : 1, 512, err);
}

static bool check_identity(const json_t *root, struct application *out, struct err *err)
{
    const json_t *a = json_object_get(root, "applicant");
    char sex[2], assurance[3];
    return (json_is_object(a) || bad("applicant", err)) &&
           check_name(a, err) &&
           take(a, "id_type", out->id_type, sizeof out->id_type, 1, LOWER DIGITS "_", err) &&
           take(a, "id_no", out->id_no, sizeof out->id_no, 0, UPPER DIGITS, err) &&
           check_birth(a, err) && take(a, "sex", sex, sizeof sex, 1, DIGITS, err) &&
           has_text(a, "nation", 0, 8, err) && has_text(a, "address", 0, 1024, err) &&
           take(a, "assurance", assurance, sizeof assurance, 2, "A0123", err) &&
           has_text(a, "how", 1, 32, err) && check_texts(a, "warnings", true, err);
}

static bool read_root(const json_t *root, struct application *out, struct err *err)
{
    char code[RECEIPT_CODE_LEN + 1];
    if (!json_is_object(root))
        return err_set(err, ERR_REFUSED, "an application is a JSON object");
    const json_t *format = json_object_get(root, "format");
    if (!json_is_integer(format) || json_integer_value(format) != APPLICATION_FORMAT)
        return err_set(err, ERR_REFUSED, "\"format\" is not %d", APPLICATION_FORMAT);
    if (!take(root, "id", out->id, sizeof out->id, UUID_TEXT_LEN, NULL, err) ||
        !take(root, "code", out->code, sizeof out->code, RECEIPT_CODE_LEN, NULL, err))
        return false;
    if (!uuid7_valid(out->id))
        return bad("id", err);
    if (!receipt_code_parse(out->code, code) || strcmp(code, out->code) != 0)
        return bad("code", err);
    json_int_t version = json_integer_value(json_object_get(root, "service_version"));
    if (version < 1 || version > 1000000)
        return bad("service_version", err);
    out->service_version = (int)version;
    if (!take(root, "created", out->created, sizeof out->created, 1, NULL, err))
        return false;
    if (!timestamp_valid(out->created))
        return bad("created", err);
    if (!take(root, "station", out->station, sizeof out->station, 1, NULL, err))
        return false;
    if (!station_id_valid(out->station))
        return bad("station", err);
    return take(root, "service", out->service, sizeof out->service, 1, LOWER DIGITS "_",
                err) &&
           has_text(root, "language", 1, 16, err) && check_identity(root, out, err) &&
           check_answers(root, err) && check_texts(root, "skipped", false, err) &&
           check_warnings(root, err) && check_texts(root, "consents", false, err) &&
           check_signature(root, err);
}

bool application_read(const void *data, size_t len, struct application *out,
                      struct err *err)
{
    memset(out, 0, sizeof *out);
    json_t *root = json_read("application", data, len, APPLICATION_MAX, err);
    bool ok = root && read_root(root, out, err);
    json_decref(root);
    return ok;
}

static bool read_status(const json_t *root, struct status_request *out, struct err *err)
{
    const json_t *code = json_object_get(root, "code"), *id = json_object_get(root, "id");
    if (!json_is_object(root))
        return err_set(err, ERR_REFUSED, "a status request is a JSON object");
    if (code) {
        char typed[64];
        if (json_object_get(root, "id_no") || json_object_get(root, "id_type"))
            return err_set(err, ERR_REFUSED, "either a code or an identity, not both");
        if (!take(root, "code", typed, sizeof typed, 1, NULL, err))
            return false;
        out->by_code = true;
        if (!receipt_code_parse(typed, out->code))
            out->code[0] = 0;
        if (id && !take(root, "id", out->id, sizeof out->id, UUID_TEXT_LEN, NULL, err))
            return false;
        return !id || uuid7_valid(out->id) || bad("id", err);
    }
    char assurance[3];
    return take(root, "id_type", out->id_type, sizeof out->id_type, 1, LOWER DIGITS "_",
                err) &&
           take(root, "id_no", out->id_no, sizeof out->id_no, 1, UPPER DIGITS, err) &&
           take(root, "assurance", assurance, sizeof assurance, 2, NULL, err) &&
           (strcmp(assurance, "A2") == 0 || strcmp(assurance, "A3") == 0 ||
            err_set(err, ERR_REFUSED, "an identity needs a card that was read (A2)"));
}

bool status_request_read(const void *data, size_t len, struct status_request *out,
                         struct err *err)
{
    memset(out, 0, sizeof *out);
    json_t *root = json_read("status request", data, len, STATUS_MAX, err);
    bool ok = root && read_status(root, out, err);
    json_decref(root);
    return ok;
}
