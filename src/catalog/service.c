#include "catalog/service.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* 民发〔2020〕20号: what a village may no longer be asked to certify. */
static const char *const never[] = {
    "亲属关系证明", "居民身份信息证明", "户口登记项目变更申请证明", "居民养犬证明",
    "无犯罪记录证明", "社区戒毒社区康复情况证明", "人员失踪证明", "婚姻状况证明", "出生证明",
    "健在证明", "死亡证明", "疾病状况证明", "残疾状况证明", "婚育状况证明", "居民就业状况证明",
    "居民个人档案证明", "居民财产证明", "遗产继承权证明", "市场主体住所证明", "证件遗失证明"};

static struct condition *keep(struct reader *r, struct conditions *all, struct fy_node *n,
                              const char *key)
{
    struct condition *c = reader_condition(r, n, key);
    if (c) {
        size_t n1 = (size_t)all->count + 1;
        all->item = xrealloc(all->item, sizeof *all->item * n1);
        all->where = xrealloc(all->where, sizeof *all->where * n1);
        all->where[all->count] = reader_place(r, reader_get(n, key));
        all->item[all->count++] = c;
    }
    return c;
}

static void *array(struct reader *r, int count, size_t size)
{
    return arena_alloc(r->arena, (size_t)count * size);
}

static void requirements(struct reader *r, struct fy_node *root, struct service *s,
                         struct conditions *all)
{
    s->requirement_count = reader_count(r, root, "requirements");
    struct requirement *out = array(r, s->requirement_count, sizeof *out);
    for (int i = 0; i < s->requirement_count; i++) {
        struct fy_node *n = reader_item(root, "requirements", i);
        reader_mapping(r, n, "id must says why_not next_step");
        out[i].id = reader_text(r, n, "id", true);
        out[i].must = keep(r, all, n, "must");
        out[i].says = reader_words(r, n, "says", true);
        out[i].why_not = reader_words(r, n, "why_not", out[i].must != NULL);
        out[i].next_step = reader_words(r, n, "next_step", out[i].must != NULL);
    }
    s->requirements = out;
}

static void materials(struct reader *r, struct fy_node *root, struct service *s,
                      struct conditions *all)
{
    static const char *const needs[] = {"needed", "if", "waived"};
    s->material_count = reader_count(r, root, "materials");
    struct material *out = array(r, s->material_count, sizeof *out);
    for (int i = 0; i < s->material_count; i++) {
        struct fy_node *n = reader_item(root, "materials", i);
        reader_mapping(r, n, "id name everyday need when instead");
        out[i].id = reader_text(r, n, "id", true);
        out[i].name = reader_words(r, n, "name", true);
        out[i].everyday = reader_words(r, n, "everyday", false);
        out[i].need = (enum material_need)reader_choice(r, n, "need", needs, 3, MATERIAL_NEEDED);
        out[i].when = keep(r, all, n, "when");
        out[i].instead = reader_words(r, n, "instead", out[i].need == MATERIAL_WAIVED);
        for (size_t k = 0; k < ARRAY_LEN(never); k++)
            if (strcmp(out[i].name.in[LANG_ZH], never[k]) == 0)
                reader_fault(r, reader_get(n, "name"),
                             "%s is one of the 20 certificates that may not be asked of a "
                             "village (民发〔2020〕20号); take it out",
                             never[k]);
    }
    s->materials = out;
}

static void options(struct reader *r, struct fy_node *n, struct field *f)
{
    bool choice = f->kind == FIELD_ONE || f->kind == FIELD_SOME;
    f->option_count = reader_count(r, n, "options");
    if (choice != (f->option_count > 0))
        reader_fault(r, n, choice ? "this kind of field needs \"options\""
                                  : "only one and some fields have \"options\"");
    if (f->option_count > 7)
        reader_fault(r, reader_get(n, "options"),
                     "more than 7 options do not fit one screen; put rare ones under 其他");
    struct choice *out = array(r, f->option_count, sizeof *out);
    for (int i = 0; i < f->option_count; i++) {
        struct fy_node *item = reader_item(n, "options", i);
        reader_mapping(r, item, "id label");
        out[i].id = reader_text(r, item, "id", true);
        out[i].label = reader_words(r, item, "label", true);
        if (strchr(out[i].id, ','))
            reader_fault(r, item, "an option id may not contain a comma");
    }
    f->options = out;
}

static void fields(struct reader *r, struct fy_node *root, struct service *s,
                   struct conditions *all)
{
    static const char *const kinds[FIELD_KIND_COUNT] = {
        "yesno", "one", "some", "number", "money", "date", "phone", "bank", "address", "id",
        "disability"};
    s->field_count = reader_count(r, root, "fields");
    if (s->field_count > 48) {
        reader_fault(r, reader_get(root, "fields"), "more than 48 fields");
        s->field_count = 48;
    }
    struct field *out = array(r, s->field_count, sizeof *out);
    for (int i = 0; i < s->field_count; i++) {
        struct fy_node *n = reader_item(root, "fields", i);
        struct field *f = &out[i];
        reader_mapping(r, n, "id kind label question help unit required private options min max "
                             "prefill when checks");
        f->id = reader_text(r, n, "id", true);
        f->kind = (enum field_kind)reader_choice(r, n, "kind", kinds, FIELD_KIND_COUNT, -1);
        if ((int)f->kind < 0)
            f->kind = FIELD_YESNO;
        f->label = reader_words(r, n, "label", true);
        f->question = reader_words(r, n, "question", true);
        f->help = reader_words(r, n, "help", false);
        f->unit = reader_words(r, n, "unit", false);
        f->required = reader_bool(r, n, "required", true);
        f->private = reader_bool(r, n, "private", false);
        f->has_min = reader_int(r, n, "min", &f->min);
        f->has_max = reader_int(r, n, "max", &f->max);
        f->prefill = reader_text(r, n, "prefill", false);
        if (!*f->prefill)
            f->prefill = NULL;
        f->when = keep(r, all, n, "when");
        options(r, n, f);
        f->check_count = reader_count(r, n, "checks");
        struct check *checks = array(r, f->check_count, sizeof *checks);
        for (int k = 0; k < f->check_count; k++) {
            struct fy_node *c = reader_item(n, "checks", k);
            reader_mapping(r, c, "must message warn_only");
            checks[k].must = keep(r, all, c, "must");
            checks[k].message = reader_words(r, c, "message", true);
            checks[k].warn_only = reader_bool(r, c, "warn_only", false);
        }
        f->checks = checks;
        for (int k = 0; k < i; k++)
            if (*f->id && strcmp(out[k].id, f->id) == 0)
                reader_fault(r, reader_get(n, "id"), "the id \"%s\" stands twice; give it another", f->id);
    }
    s->fields = out;
}

static void consents(struct reader *r, struct fy_node *root, struct service *s)
{
    s->consent_count = reader_count(r, root, "consents");
    struct consent *out = array(r, s->consent_count, sizeof *out);
    for (int i = 0; i < s->consent_count; i++) {
        struct fy_node *n = reader_item(root, "consents", i);
        reader_mapping(r, n, "id title paragraphs required");
        out[i].id = reader_text(r, n, "id", true);
        out[i].title = reader_words(r, n, "title", true);
        out[i].required = reader_bool(r, n, "required", true);
        out[i].paragraph_count = reader_count(r, n, "paragraphs");
        struct words *text = array(r, out[i].paragraph_count, sizeof *text);
        for (int k = 0; k < out[i].paragraph_count; k++)
            text[k] = reader_words_of(r, reader_item(n, "paragraphs", k));
        out[i].paragraphs = text;
    }
    s->consents = out;
}

static void steps(struct reader *r, struct fy_node *root, struct service *s)
{
    s->step_count = reader_count(r, root, "steps");
    struct step *out = array(r, s->step_count, sizeof *out);
    for (int i = 0; i < s->step_count; i++) {
        struct fy_node *n = reader_item(root, "steps", i);
        int64_t days = 0;
        reader_mapping(r, n, "id name who days working_days");
        out[i].id = reader_text(r, n, "id", true);
        out[i].name = reader_words(r, n, "name", true);
        out[i].who = reader_words(r, n, "who", true);
        if (!reader_int(r, n, "days", &days) || days < 0 || days > 365)
            reader_fault(r, n, "\"days\" must be 0 to 365");
        out[i].days = (int)days;
        out[i].working_days = reader_bool(r, n, "working_days", true);
    }
    s->steps = out;
}

static void rejects(struct reader *r, struct fy_node *root, struct service *s)
{
    s->reject_count = reader_count(r, root, "rejects");
    struct reject_reason *out = array(r, s->reject_count, sizeof *out);
    for (int i = 0; i < s->reject_count; i++) {
        struct fy_node *n = reader_item(root, "rejects", i);
        reader_mapping(r, n, "id says next_step");
        out[i].id = reader_text(r, n, "id", true);
        out[i].says = reader_words(r, n, "says", true);
        out[i].next_step = reader_words(r, n, "next_step", true);
    }
    s->rejects = out;
}

static void faq(struct reader *r, struct fy_node *root, struct service *s)
{
    s->faq_count = reader_count(r, root, "faq");
    struct question_answer *out = array(r, s->faq_count, sizeof *out);
    for (int i = 0; i < s->faq_count; i++) {
        struct fy_node *n = reader_item(root, "faq", i);
        reader_mapping(r, n, "question answer");
        out[i].question = reader_words(r, n, "question", true);
        out[i].answer = reader_words(r, n, "answer", true);
    }
    s->faq = out;
}

static bool name_is_fact(const struct service *s, const char *name)
{
    static const char *const person[] = {"age", "birth", "sex", "id_type", "today"};
    for (size_t i = 0; i < ARRAY_LEN(person); i++)
        if (strcmp(person[i], name) == 0)
            return true;
    for (int i = 0; i < s->field_count; i++) {
        const struct field *f = &s->fields[i];
        size_t len = strlen(f->id);
        if (strncmp(f->id, name, len) != 0)
            continue;
        const char *part = name + len;
        if (!*part || (f->kind == FIELD_ADDRESS && strcmp(part, "_town") == 0) ||
            (f->kind == FIELD_DISABILITY &&
             (strcmp(part, "_type") == 0 || strcmp(part, "_grade") == 0)))
            return true;
    }
    return false;
}

static void check_names(struct reader *r, const struct service *s, const struct conditions *all,
                        int first)
{
    for (int i = first; i < all->count; i++) {
        const char *const *names;
        int n = condition_names(all->item[i], &names);
        for (int k = 0; k < n; k++)
            if (!name_is_fact(s, names[k])) {
                report_add(r->report,
                           "%s: the condition \"%s\" speaks of \"%s\", which no field and "
                           "no card gives; check the spelling",
                           all->where[i], condition_source(all->item[i]), names[k]);
                r->findings++;
            }
    }
}

/* A fact of the kind that visits will give, so that "age >= '80'" shows here and not
 * as an unknown in front of a resident. */
static bool sample_fact(void *self, const char *name, struct fact *out)
{
    const struct service *s = self;
    *out = (struct fact){.kind = FACT_NUMBER, .number = 2};
    if (strcmp(name, "sex") == 0 || strcmp(name, "id_type") == 0)
        *out = (struct fact){.kind = FACT_TEXT, .text = "1"};
    for (int i = 0; i < s->field_count; i++) {
        const struct field *f = &s->fields[i];
        size_t len = strlen(f->id);
        bool town = f->kind == FIELD_ADDRESS && strncmp(name, f->id, len) == 0 &&
                    strcmp(name + len, "_town") == 0;
        if (strcmp(name, f->id) != 0 && !town)
            continue;
        if (f->kind == FIELD_YESNO)
            *out = (struct fact){.kind = FACT_BOOL, .truth = true};
        else if (f->kind != FIELD_NUMBER && f->kind != FIELD_MONEY && f->kind != FIELD_DATE)
            *out = (struct fact){.kind = FACT_TEXT,
                                 .text = f->option_count ? f->options[0].id : "1"};
    }
    return true;
}

static void try_conditions(struct reader *r, struct service *s, const struct conditions *all,
                           int first)
{
    for (int i = first; i < all->count; i++) {
        struct err err = {0};
        condition_eval(all->item[i], sample_fact, s, &err);
        if (err.kind == ERR_NONE)
            continue;
        report_add(r->report, "%s: the condition fails (%s); compare numbers with numbers and "
                              "texts with texts",
                   all->where[i], err.text);
        r->findings++;
    }
}

bool service_read(struct reader *r, struct service *s, struct conditions *all)
{
    static const char *const levels[] = {"A0", "A1", "A2", "A3"};
    struct fy_node *root = reader_root(r);
    int64_t version = 1;
    int first = all->count;

    *s = (struct service){0};
    if (!reader_mapping(r, root,
                        "id version icon category plain official summary amount how_long fee "
                        "result after assurance requirements materials fields consents steps "
                        "rejects faq phone"))
        return false;
    s->id = reader_text(r, root, "id", true);
    reader_int(r, root, "version", &version);
    s->version = (int)version;
    s->icon = reader_text(r, root, "icon", true);
    s->category = reader_text(r, root, "category", true);
    s->plain = reader_words(r, root, "plain", true);
    s->official = reader_words(r, root, "official", true);
    s->summary = reader_words(r, root, "summary", true);
    s->how_long = reader_words(r, root, "how_long", true);
    s->fee = reader_words(r, root, "fee", true);
    s->result = reader_words(r, root, "result", true);
    s->after = reader_words(r, root, "after", true);
    s->phone = reader_text(r, root, "phone", false);
    s->assurance = (enum assurance)reader_choice(r, root, "assurance", levels, 4, ASSURANCE_A2);
    s->amount_count = reader_count(r, root, "amount");
    struct words *amount = array(r, s->amount_count, sizeof *amount);
    for (int i = 0; i < s->amount_count; i++)
        amount[i] = reader_words_of(r, reader_item(root, "amount", i));
    s->amount = amount;
    fields(r, root, s, all);
    requirements(r, root, s, all);
    materials(r, root, s, all);
    consents(r, root, s);
    steps(r, root, s);
    rejects(r, root, s);
    faq(r, root, s);
    if (s->step_count == 0)
        reader_fault(r, root, "\"steps\" is missing; without it no date can be promised");
    check_names(r, s, all, first);
    if (r->findings == 0)
        try_conditions(r, s, all, first);
    return r->findings == 0;
}
