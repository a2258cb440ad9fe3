#include "visit/submission.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char *id_type(enum identity_card_kind kind)
{
    static const char *const names[] = {"resident", "hmt_residence", "permanent_2017",
                                        "permanent_2023"};
    return names[kind];
}

static json_t *iso_or_null(struct date d)
{
    char text[11];
    if (!d.year)
        return json_null();
    date_format_iso(d, text);
    return json_string(text);
}

static json_t *applicant(const struct person *p)
{
    const struct identity_card *c = &p->card;
    char sex[2] = {c->sex ? c->sex : '0', 0};
    json_t *warnings = json_array();
    if (p->expired)
        json_array_append_new(warnings, json_string("expired"));
    if (p->check_digit_wrong)
        json_array_append_new(warnings, json_string("check_digit"));
    if (p->very_old)
        json_array_append_new(warnings, json_string("age"));
    if (c->has_unreadable)
        json_array_append_new(warnings, json_string("unreadable_character"));
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:o}", "name",
                     c->name[0] ? c->name : c->latin_name, "latin_name", c->latin_name,
                     "id_type", id_type(c->kind), "id_no", c->number, "birth",
                     iso_or_null(c->birth), "sex", sex, "nation", c->nation, "address",
                     c->address, "assurance", p->how == PERSON_CARD ? "A2" : "A1", "how",
                     p->how == PERSON_CARD ? "card" : "typed", "warnings", warnings);
}

static json_t *signature(const struct visit *v)
{
    json_t *strokes = json_array(), *stroke = NULL;
    for (int i = 0; i < v->ink_count; i++) {
        if (v->ink[i].x < 0) {
            stroke = NULL;
            continue;
        }
        if (!stroke) {
            stroke = json_array();
            json_array_append_new(strokes, stroke);
        }
        json_array_append_new(stroke, json_integer(v->ink[i].x));
        json_array_append_new(stroke, json_integer(v->ink[i].y));
    }
    return json_pack("{s:i, s:i, s:o}", "width", 1000, "height", 1000, "strokes", strokes);
}

/* China has one time zone, so the offset is a constant of the format. */
static void timestamp(int64_t unix_ms, char out[32])
{
    char day[11];
    int s = (int)((unix_ms / 1000 + 8 * 3600) % 86400);
    date_format_iso(date_from_unix_ms(unix_ms), day);
    snprintf(out, 32, "%sT%02d:%02d:%02d+08:00", day, s / 3600, s / 60 % 60, s % 60);
}

static int append_bytes(const char *data, size_t len, void *self)
{
    return buf_append(self, data, len) ? 0 : -1;
}

bool submission_write(const struct visit *v, const struct visit_world *w,
                      const char *station, struct buf *out)
{
    const struct service *s = visit_service(v, w);
    json_t *answers = json_object(), *skipped = json_array(), *warnings = json_array(),
           *consents = json_array();
    char created[32];

    timestamp(v->now_ms, created);
    for (int i = 0; i < s->field_count && i < VISIT_FIELDS; i++) {
        const struct answer *a = &v->answers[i];
        if (!visit_field_asked(v, w, i))
            continue; /* answered before another answer made it moot */
        if (a->state == ANSWER_GIVEN)
            json_object_set_new(answers, s->fields[i].id, json_string(a->text));
        else if (a->state == ANSWER_SKIPPED)
            json_array_append_new(skipped, json_string(s->fields[i].id));
        if (a->warned)
            json_array_append_new(warnings, json_pack("{s:s, s:s}", "field",
                                                      s->fields[i].id, "what", "check"));
    }
    for (int i = 0; i < s->consent_count && i < 32; i++)
        if (v->consents >> i & 1)
            json_array_append_new(consents, json_string(s->consents[i].id));

    json_t *root = json_pack(
        "{s:i, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "format",
        1, "id", v->id, "code", v->code, "station", station, "service", s->id,
        "service_version", s->version, "language", lang_code((enum lang)v->settings.lang),
        "created", created, "applicant", applicant(&v->person), "answers", answers,
        "skipped", skipped, "warnings", warnings, "consents", consents, "signature",
        signature(v));
    bool ok = root && json_dump_callback(root, append_bytes, out, JSON_COMPACT) == 0;
    json_decref(root);
    return ok;
}
