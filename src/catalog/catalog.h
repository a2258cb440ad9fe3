/* Everything a station may change without a programmer, read once at start from
 * kiosk-config/ and never changed afterwards: service definitions, dated
 * parameters, working days, towns and villages. Knows nothing of screens, files
 * being sent, or devices. Any thread may read it. */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/i18n.h"
#include "catalog/condition.h"
#include "rules/date.h"

/* A text in every language; each is "" where the definition leaves it out, which
 * check-config allows only for optional texts. Texts may hold {parameter.key}. */
struct words {
    const char *in[LANG_COUNT];
};

enum field_kind {
    FIELD_YESNO,      /* "yes", "no" */
    FIELD_ONE,        /* an option id */
    FIELD_SOME,       /* option ids joined by "," in the order of the options */
    FIELD_NUMBER,     /* decimal digits */
    FIELD_MONEY,      /* fen, decimal digits */
    FIELD_DATE,       /* ISO 8601 day */
    FIELD_PHONE,      /* digits only, mobile or landline with area code */
    FIELD_BANK,       /* 12-19 digits */
    FIELD_ADDRESS,    /* "town code/village code/rest"; town "-" means elsewhere */
    FIELD_ID,         /* citizen number, normalised */
    FIELD_DISABILITY, /* disability certificate number, normalised */
    FIELD_KIND_COUNT,
};

struct choice {
    const char *id;
    struct words label;
};

/* A rule an answer must pass beyond its kind: when `must` is no, the message says
 * what and why. warn_only: the resident may go on, staff look at it later. */
struct check {
    const struct condition *must;
    struct words message;
    bool warn_only;
};

struct field {
    const char *id; /* also the name conditions use */
    enum field_kind kind;
    struct words label;    /* short, on the review page: "收款账号" */
    struct words question; /* the one question of its screen */
    struct words help;     /* one or two short sentences below; may be "" */
    struct words unit;     /* "个月"; may be "" */
    bool required;         /* false adds "不知道，先跳过" */
    bool private;          /* spoken only into headphones, masked on paper */
    const struct choice *options;
    int option_count;
    int64_t min, max;      /* NUMBER; MONEY in fen; DATE in days from today */
    bool has_min, has_max;
    const char *prefill;   /* "card.address", "card.id_number" or NULL */
    const struct condition *when; /* NULL: always asked. unknown counts as asked */
    const struct check *checks;
    int check_count;
};

/* Who may apply. no: say `why_not` and `next_step`; unknown: go on, staff decide. */
struct requirement {
    const char *id;
    const struct condition *must;
    struct words says;      /* on the introduction: "满80岁" */
    struct words why_not;   /* "您今年{age}岁，还没到80岁。" */
    struct words next_step; /* never empty */
};

enum material_need { MATERIAL_NEEDED, MATERIAL_IF, MATERIAL_WAIVED };
struct material {
    const char *id; /* "M02" */
    struct words name, everyday; /* 户口簿; 红色的小本子 */
    enum material_need need;     /* WAIVED: we look it up; paper only if we cannot */
    const struct condition *when; /* MATERIAL_IF */
    struct words instead;         /* WAIVED: "我们去查，您不用带" */
};

/* The life of a case at the central system. The promised date is the sum. */
struct step {
    const char *id; /* "accept", "town_review", "district_decision", "pay" */
    struct words name, who;
    int days;
    bool working_days;
};

struct reject_reason {
    const char *id;
    struct words says, next_step;
};

struct question_answer {
    struct words question, answer;
};

struct consent {
    const char *id;
    struct words title;
    const struct words *paragraphs; /* what, why, how long, who sees, how to say no */
    int paragraph_count;
    bool required;
};

/* How sure we must be who applies: reference services 0.4. */
enum assurance { ASSURANCE_A0, ASSURANCE_A1, ASSURANCE_A2, ASSURANCE_A3 };

struct service {
    const char *id;   /* "gaoling_jintie" */
    int version;      /* travels with every submission */
    const char *icon; /* stem of a file in assets/icons */
    const char *category;
    struct words plain, official; /* the button; the name on paper */
    struct words summary;         /* one sentence: what it is */
    const struct words *amount;   /* lines: how much; a line whose parameter is
                                     empty is replaced, see catalog_expand */
    int amount_count;
    struct words how_long;        /* may use {promised_days} */
    struct words fee;
    struct words result;          /* how it is paid or handed over */
    struct words after;           /* what happens next, for done screen and paper */
    enum assurance assurance;
    const struct requirement *requirements;
    int requirement_count;
    const struct material *materials;
    int material_count;
    const struct field *fields;
    int field_count;
    const struct consent *consents;
    int consent_count;
    const struct step *steps;
    int step_count;
    const struct reject_reason *rejects;
    int reject_count;
    const struct question_answer *faq;
    int faq_count;
    const char *phone; /* of the office that handles it, for paper; may be "" */
};

struct division {
    const char *code; /* 9 digits town, 12 digits village */
    const char *name;
};

struct catalog;

/* A list of findings, "file:line:column: what is wrong; what to do", for
 * check-config and the log. */
struct report;
struct report *report_create(void);
void report_destroy(struct report *r);
int report_count(const struct report *r);
const char *report_line(const struct report *r, int i);

/* Reads every file of the folder. NULL when anything is wrong; the report then
 * holds every finding, not only the first. */
struct catalog *catalog_load(const char *folder, struct report *report);
void catalog_destroy(struct catalog *c); /* NULL is fine */

int catalog_service_count(const struct catalog *c); /* in home-screen order; NULL has 0 */
const struct service *catalog_service(const struct catalog *c, int i);
const struct service *catalog_find(const struct catalog *c, const char *id); /* or NULL */

/* Amount or number valid on `on`; false when the district has not filled it. */
bool catalog_parameter(const struct catalog *c, const char *key, struct date on,
                       int64_t *value);
/* Writes the words with {parameters} of that day put in, amounts as "770" or
 * "12.50" yuan. extra: names such as "age" with their text, NULL-terminated
 * pairs, or NULL. False when a parameter is empty: out then says to ask at the
 * window, in that language. */
bool catalog_expand(const struct catalog *c, const struct words *w, enum lang lang,
                    struct date on, const char *const *extra, char *out, size_t size);

const struct workdays *catalog_workdays(const struct catalog *c);
/* The day by which a case accepted on `from` is promised; false: cannot promise. */
bool catalog_promise(const struct catalog *c, const struct service *s, struct date from,
                     struct date *due);

int catalog_town_count(const struct catalog *c);
const struct division *catalog_town(const struct catalog *c, int i);
/* Villages of a town, borrowed; 0 when the station has no village list. */
int catalog_villages(const struct catalog *c, const char *town_code,
                     const struct division **out);
const char *catalog_division_name(const struct catalog *c, const char *code); /* or NULL */

#endif
