#include "visit/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "rules/bank_card.h"
#include "rules/citizen_id.h"
#include "rules/disability_id.h"
#include "rules/money.h"
#include "rules/phone.h"

/* ---- facts ---- */

struct facts {
    const struct visit *v;
    const struct visit_world *w;
    const struct service *s;
    char scratch[VISIT_ANSWER]; /* backs the text of one fact at a time */
};

static void fact_number(struct fact *out, int64_t n)
{
    out->kind = FACT_NUMBER;
    out->number = n;
}

static void fact_text(struct fact *out, const char *text)
{
    out->kind = FACT_TEXT;
    out->text = text;
}

static void answer_fact(struct facts *f, const struct field *field, const char *text,
                        struct fact *out)
{
    struct date d;
    switch (field->kind) {
    case FIELD_YESNO:
        out->kind = FACT_BOOL;
        out->truth = strcmp(text, "yes") == 0;
        break;
    case FIELD_NUMBER:
    case FIELD_MONEY:
        fact_number(out, strtoll(text, NULL, 10));
        break;
    case FIELD_DATE:
        if (date_parse(text, &d))
            fact_number(out, date_to_days(d));
        break;
    case FIELD_ADDRESS: {
        char village[16], rest[8];
        form_address(text, f->scratch, village, rest, sizeof rest);
        fact_text(out, f->scratch);
        break;
    }
    default:
        fact_text(out, text);
    }
}

static bool person_fact(const struct visit *v, const char *name, struct fact *out)
{
    static const char *const kinds[] = {"resident", "hmt", "permanent", "permanent"};
    const struct identity_card *card = &v->person.card;
    bool known = v->person.how != PERSON_NONE;

    if (strcmp(name, "age") == 0) {
        if (known && card->birth.year)
            fact_number(out, date_age(card->birth, visit_today(v)));
        return true;
    }
    if (strcmp(name, "birth") == 0) {
        if (known && card->birth.year)
            fact_number(out, date_to_days(card->birth));
        return true;
    }
    if (strcmp(name, "sex") == 0) {
        if (known && card->sex)
            fact_text(out, card->sex == '1' ? "1" : "2");
        return true;
    }
    if (strcmp(name, "id_type") == 0) {
        if (known)
            fact_text(out, kinds[card->kind]);
        return true;
    }
    if (strcmp(name, "today") == 0) {
        fact_number(out, date_to_days(visit_today(v)));
        return true;
    }
    return false;
}

static bool lookup(void *self, const char *name, struct fact *out)
{
    struct facts *f = self;
    *out = (struct fact){.kind = FACT_UNKNOWN};
    if (person_fact(f->v, name, out))
        return true;
    for (int i = 0; f->s && i < f->s->field_count && i < VISIT_FIELDS; i++) {
        const struct field *field = &f->s->fields[i];
        size_t len = strlen(field->id);
        if (strncmp(name, field->id, len) != 0)
            continue;
        const char *text = f->v->answers[i].text, *part = name + len;
        bool given = f->v->answers[i].state == ANSWER_GIVEN;
        if (*part == 0) {
            if (given)
                answer_fact(f, field, text, out);
            return true;
        }
        if (field->kind == FIELD_ADDRESS && strcmp(part, "_town") == 0) {
            if (given)
                answer_fact(f, field, text, out);
            return true;
        }
        if (field->kind == FIELD_DISABILITY &&
            (strcmp(part, "_type") == 0 || strcmp(part, "_grade") == 0)) {
            if (given && strlen(text) >= 20)
                fact_number(out, text[part[1] == 't' ? 18 : 19] - '0');
            return true;
        }
    }
    return false;
}

enum truth visit_truth(const struct visit *v, const struct visit_world *w,
                       const struct condition *c)
{
    struct facts f = {.v = v, .w = w, .s = visit_service(v, w)};
    enum truth t = condition_eval(c, lookup, &f, NULL);
    explicit_bzero(f.scratch, sizeof f.scratch);
    return t;
}

/* ---- order ---- */

bool visit_field_asked(const struct visit *v, const struct visit_world *w, int field)
{
    const struct service *s = visit_service(v, w);
    if (!s || field < 0 || field >= s->field_count)
        return false;
    const struct condition *when = s->fields[field].when;
    return !when || visit_truth(v, w, when) != TRUTH_NO;
}

int visit_fields_asked(const struct visit *v, const struct visit_world *w)
{
    const struct service *s = visit_service(v, w);
    int n = 0;
    for (int i = 0; s && i < s->field_count; i++)
        n += visit_field_asked(v, w, i);
    return n;
}

int visit_field_place(const struct visit *v, const struct visit_world *w)
{
    int n = 0;
    for (int i = 0; i <= v->field; i++)
        n += visit_field_asked(v, w, i);
    return n;
}

int form_next(const struct visit *v, const struct visit_world *w, int from)
{
    const struct service *s = visit_service(v, w);
    for (int i = from + 1; s && i < s->field_count; i++)
        if (v->answers[i].state == ANSWER_NONE && visit_field_asked(v, w, i))
            return i;
    return -1;
}

int form_previous(const struct visit *v, const struct visit_world *w, int from)
{
    for (int i = from - 1; i >= 0; i--)
        if (visit_field_asked(v, w, i))
            return i;
    return -1;
}

/* ---- input ---- */

void form_set(struct visit *v, int field, const char *text)
{
    struct answer *a = &v->answers[field];
    memset(a, 0, sizeof *a); /* the whole of it, so that replays compare equal */
    a->state = ANSWER_GIVEN;
    text_copy(a->text, sizeof a->text, text);
}

static int option_index(const struct field *f, const char *id, size_t len)
{
    for (int i = 0; i < f->option_count; i++)
        if (strlen(f->options[i].id) == len && strncmp(f->options[i].id, id, len) == 0)
            return i;
    return -1;
}

/* Options as a bit set: FIELD_ONE has one bit, FIELD_YESNO uses 1 yes, 2 no. */
static uint32_t ticked_from(const struct field *f, const char *text)
{
    uint32_t bits = 0;
    if (f->kind == FIELD_YESNO)
        return strcmp(text, "yes") == 0 ? 1 : strcmp(text, "no") == 0 ? 2 : 0;
    while (*text) {
        size_t len = strcspn(text, ",");
        int i = option_index(f, text, len);
        if (i >= 0 && i < 32)
            bits |= 1u << i;
        text += len + (text[len] == ',');
    }
    return bits;
}

void form_open(struct visit *v, const struct visit_world *w, int i)
{
    const struct field *f = &visit_service(v, w)->fields[i];
    const char *text = v->answers[i].state == ANSWER_GIVEN ? v->answers[i].text : "";

    v->field = i;
    v->notice = NOTICE_NONE;
    v->may_continue = false;
    v->page = 0;
    v->town = -2;
    v->ticked = ticked_from(f, text);
    v->picked = visit_today(v);
    memset(v->typed, 0, sizeof v->typed);
    if (f->kind == FIELD_DATE)
        date_parse(text, &v->picked);
    else if (f->kind == FIELD_MONEY && *text)
        money_format(strtoll(text, NULL, 10), v->typed, sizeof v->typed);
    else if (f->kind != FIELD_ADDRESS && f->kind != FIELD_ONE && f->kind != FIELD_SOME &&
             f->kind != FIELD_YESNO)
        text_copy(v->typed, sizeof v->typed, text);
}

static bool refuse(struct visit *v, enum notice n)
{
    v->notice = n;
    v->may_continue = false;
    return false;
}

static bool warn(struct visit *v, enum notice n)
{
    v->notice = n;
    v->may_continue = true;
    return false;
}

static bool in_range(struct visit *v, const struct field *f, int64_t n)
{
    if (f->has_min && n < f->min)
        return refuse(v, NOTICE_TOO_SMALL);
    if (f->has_max && n > f->max)
        return refuse(v, NOTICE_TOO_LARGE);
    return true;
}

static bool parse_number(struct visit *v, const struct field *f, char *out, size_t size)
{
    char *end;
    if (!v->typed[0])
        return refuse(v, NOTICE_EMPTY);
    long long n = strtoll(v->typed, &end, 10);
    if (*end || n < 0)
        return refuse(v, NOTICE_ID_CHARACTERS);
    snprintf(out, size, "%lld", n);
    return in_range(v, f, n);
}

static bool parse_money(struct visit *v, const struct field *f, char *out, size_t size)
{
    int64_t fen;
    if (!v->typed[0])
        return refuse(v, NOTICE_EMPTY);
    if (!money_parse(v->typed, &fen))
        return refuse(v, NOTICE_ID_CHARACTERS);
    snprintf(out, size, "%lld", (long long)fen);
    return in_range(v, f, fen);
}

static bool parse_date(struct visit *v, const struct field *f, char *out, size_t size)
{
    char iso[11];
    date_format_iso(v->picked, iso);
    snprintf(out, size, "%s", iso);
    return in_range(v, f, date_to_days(v->picked) - date_to_days(visit_today(v)));
}

static bool parse_choice(struct visit *v, const struct field *f, char *out, size_t size)
{
    if (!v->ticked)
        return refuse(v, NOTICE_CHOOSE);
    if (f->kind == FIELD_YESNO) {
        snprintf(out, size, "%s", v->ticked == 1 ? "yes" : "no");
        return true;
    }
    size_t used = 0;
    for (int i = 0; i < f->option_count && i < 32; i++)
        if (v->ticked >> i & 1 && used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used ? "," : "",
                                     f->options[i].id);
    return true;
}

static enum notice citizen_notice(enum citizen_id_fault fault)
{
    switch (fault) {
    case CITIZEN_ID_OK:
        return NOTICE_NONE;
    case CITIZEN_ID_EMPTY:
        return NOTICE_EMPTY;
    case CITIZEN_ID_OLD_15:
    case CITIZEN_ID_LENGTH:
        return NOTICE_ID_LENGTH;
    case CITIZEN_ID_DATE:
    case CITIZEN_ID_FUTURE:
        return NOTICE_ID_DATE;
    case CITIZEN_ID_CHECK_DIGIT:
        return NOTICE_ID_CHECK;
    case CITIZEN_ID_AGE:
        return NOTICE_ID_AGE;
    default:
        return NOTICE_ID_CHARACTERS;
    }
}

static bool parse_disability(struct visit *v, bool accept, char *out, size_t size)
{
    struct disability_id d;
    if (!v->typed[0])
        return refuse(v, NOTICE_EMPTY);
    if (disability_id_parse(v->typed, &d) != DISABILITY_ID_OK)
        return refuse(v, NOTICE_DISABILITY);
    snprintf(out, size, "%s", d.number);
    if (!accept && strncmp(d.number, v->person.card.number, 18) != 0)
        return warn(v, NOTICE_DISABILITY_OTHER);
    return true;
}

static bool parse_typed(struct visit *v, const struct field *f, bool accept, char *out,
                        size_t size)
{
    if (f->kind == FIELD_PHONE) {
        char phone[24];
        if (!v->typed[0])
            return refuse(v, NOTICE_EMPTY);
        if (!phone_parse(v->typed, phone, sizeof phone))
            return refuse(v, NOTICE_PHONE);
        snprintf(out, size, "%s", phone);
        return true;
    }
    if (f->kind == FIELD_BANK) {
        char number[20];
        enum bank_card_fault fault = bank_card_check(v->typed, number);
        if (fault == BANK_CARD_EMPTY)
            return refuse(v, NOTICE_EMPTY);
        if (fault != BANK_CARD_OK && fault != BANK_CARD_LUHN)
            return refuse(v, NOTICE_BANK_LENGTH);
        snprintf(out, size, "%s", number);
        /* An old passbook number often has no check digit: ask to look again. */
        return fault == BANK_CARD_OK || accept || warn(v, NOTICE_BANK_LUHN);
    }
    struct citizen_id id;
    enum notice n = citizen_notice(citizen_id_check(v->typed, visit_today(v), &id));
    snprintf(out, size, "%s", id.number);
    if (n == NOTICE_ID_CHECK || n == NOTICE_ID_AGE)
        return accept || warn(v, n);
    return n == NOTICE_NONE || refuse(v, n);
}

/* The definition's own checks, with the new answer already in place. */
static bool run_checks(struct visit *v, const struct visit_world *w,
                       const struct field *f, bool accept)
{
    for (int i = 0; i < f->check_count; i++) {
        if (visit_truth(v, w, f->checks[i].must) != TRUTH_NO)
            continue;
        v->check_index = i;
        if (!f->checks[i].warn_only)
            return refuse(v, NOTICE_CHECK);
        if (!accept)
            return warn(v, NOTICE_CHECK);
    }
    return true;
}

bool form_commit(struct visit *v, const struct visit_world *w, bool accept)
{
    const struct field *f = &visit_service(v, w)->fields[v->field];
    struct answer old = v->answers[v->field];
    char text[VISIT_ANSWER] = "";
    bool ok = true;

    v->notice = NOTICE_NONE;
    switch (f->kind) {
    case FIELD_YESNO:
    case FIELD_ONE:
    case FIELD_SOME:
        ok = parse_choice(v, f, text, sizeof text);
        break;
    case FIELD_NUMBER:
        ok = parse_number(v, f, text, sizeof text);
        break;
    case FIELD_MONEY:
        ok = parse_money(v, f, text, sizeof text);
        break;
    case FIELD_DATE:
        ok = parse_date(v, f, text, sizeof text);
        break;
    case FIELD_DISABILITY:
        ok = parse_disability(v, accept, text, sizeof text);
        break;
    case FIELD_ADDRESS: /* set by the choice of a village */
        return v->answers[v->field].state == ANSWER_GIVEN || refuse(v, NOTICE_CHOOSE);
    default:
        ok = parse_typed(v, f, accept, text, sizeof text);
    }
    if (ok) {
        form_set(v, v->field, text);
        ok = run_checks(v, w, f, accept);
        if (!ok)
            v->answers[v->field] = old;
        else
            v->answers[v->field].warned = accept;
    }
    explicit_bzero(text, sizeof text);
    explicit_bzero(&old, sizeof old);
    return ok;
}

/* ---- what is known already ---- */

static bool name_in(const char *name, const char *text)
{
    return name && *name && strstr(text, name);
}

static void prefill_address(struct visit *v, const struct visit_world *w, int field)
{
    char text[VISIT_ANSWER];
    const char *address = v->person.card.address;
    for (int i = 0; i < catalog_town_count(w->catalog); i++) {
        const struct division *t = catalog_town(w->catalog, i);
        if (!name_in(t->name, address))
            continue;
        const struct division *villages;
        int n = catalog_villages(w->catalog, t->code, &villages);
        const char *village = "";
        for (int k = 0; k < n; k++)
            if (name_in(villages[k].name, address))
                village = villages[k].code;
        snprintf(text, sizeof text, "%s/%s/", t->code, village);
        size_t used = strlen(text);
        text_copy(text + used, sizeof text - used, address);
        form_set(v, field, text);
        break;
    }
    explicit_bzero(text, sizeof text);
}

void form_prefill(struct visit *v, const struct visit_world *w)
{
    const struct service *s = visit_service(v, w);
    for (int i = 0; i < s->field_count && i < VISIT_FIELDS; i++) {
        const struct field *f = &s->fields[i];
        if (!f->prefill || v->answers[i].state != ANSWER_NONE)
            continue;
        if (f->kind == FIELD_ADDRESS && strcmp(f->prefill, "card.address") == 0)
            prefill_address(v, w, i);
        else if (f->kind == FIELD_ID && strcmp(f->prefill, "card.id_number") == 0)
            form_set(v, i, v->person.card.number);
    }
}

int form_unmet(const struct visit *v, const struct visit_world *w, int *unknown)
{
    const struct service *s = visit_service(v, w);
    *unknown = 0;
    for (int i = 0; i < s->requirement_count; i++) {
        if (!s->requirements[i].must)
            continue;
        enum truth t = visit_truth(v, w, s->requirements[i].must);
        if (t == TRUTH_NO)
            return i;
        *unknown += t == TRUTH_UNKNOWN;
    }
    return -1;
}

void form_address(const char *answer, char town[16], char village[16], char *rest,
                  size_t rest_size)
{
    const char *a = strchr(answer, '/');
    const char *b = a ? strchr(a + 1, '/') : NULL;
    snprintf(town, 16, "%.*s", a ? (int)(a - answer) : (int)strlen(answer), answer);
    snprintf(village, 16, "%.*s", a && b ? (int)(b - a - 1) : 0, a ? a + 1 : "");
    text_copy(rest, rest_size, b ? b + 1 : "");
}
