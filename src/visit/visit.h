/* The pure core: everything that happens to a resident between the first touch
 * and the wipe is visit_step(visit, event, effects). No I/O, no clock, no
 * randomness, no allocation: time, ids and device answers arrive as events, and
 * what the world should do leaves as effects.
 *
 * A struct visit is one plain value without pointers into itself, so the same
 * list of events gives the same bytes, and a wipe is one overwrite. Its owner
 * keeps it in a secret arena. visit.c is its only writer; screens read it.
 * Main thread. */
#ifndef VISIT_VISIT_H
#define VISIT_VISIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/i18n.h"
#include "catalog/catalog.h"
#include "rules/identity_card.h"
#include "rules/receipt_code.h"

enum screen {
    SCREEN_WELCOME,
    SCREEN_HOME,
    SCREEN_SERVICE,   /* what it is, who may, what to bring, how long, how much */
    SCREEN_CONSENT,
    SCREEN_IDENTITY,  /* put the card on the reader */
    SCREEN_ID_NUMBER, /* or type the number */
    SCREEN_CONFIRM_PERSON,
    SCREEN_NOT_ELIGIBLE, /* told what, why and the next step */
    SCREEN_QUESTION,
    SCREEN_REVIEW,
    SCREEN_SIGNATURE,
    SCREEN_SAVING,
    SCREEN_DONE,
    SCREEN_STATUS_HOW,  /* by card, by receipt QR, by code */
    SCREEN_STATUS_CODE, /* type the code */
    SCREEN_STATUS_WAIT,
    SCREEN_STATUS_LIST,
    SCREEN_DISPLAY,   /* text size, contrast, language, reach */
    SCREEN_STILL_THERE,
    SCREEN_STAFF,     /* somebody has been called */
    SCREEN_TROUBLE,   /* something went wrong: what is safe, what to do */
    SCREEN_LEAVE,     /* give up what was entered? */
    SCREEN_COUNT,
};
const char *screen_name(enum screen s); /* "home": for scripts, dumps and traces */

/* What a touch on a node means. arg is explained where it is used. */
enum action {
    ACT_NONE,
    ACT_START,
    ACT_HOME,
    ACT_BACK,
    ACT_PAGE,          /* arg: page to show */
    ACT_SERVICE,       /* arg: index in the catalog */
    ACT_APPLY,
    ACT_CONSENT,       /* arg: 1 yes, 0 no */
    ACT_TYPE_NUMBER,
    ACT_PERSON,        /* arg: 1 that is me, 0 it is not */
    ACT_CONTINUE,      /* go on in spite of a warning */
    ACT_KEY,           /* arg: the character typed */
    ACT_KEY_BACK,
    ACT_KEY_CLEAR,
    ACT_OPTION,        /* arg: option index */
    ACT_YES,
    ACT_NO,
    ACT_DATE,          /* arg: DATE_* below */
    ACT_TOWN,          /* arg: index, -1 elsewhere */
    ACT_VILLAGE,       /* arg: index, -1 not in the list */
    ACT_NEXT,
    ACT_SKIP,
    ACT_CHANGE,        /* arg: field index, -1 the person */
    ACT_REVIEWED,
    ACT_INK_CLEAR,
    ACT_SIGNED,
    ACT_FINISH,
    ACT_REPRINT,
    ACT_STATUS,
    ACT_STATUS_CARD,
    ACT_STATUS_CODE,
    ACT_DISPLAY,
    ACT_SIZE,          /* arg: ui_size */
    ACT_THEME,
    ACT_LANG,
    ACT_REACH,
    ACT_STAFF,
    ACT_STILL_HERE,
    ACT_RETRY,
    ACT_LEAVE,         /* yes, drop what was entered */
    ACT_COUNT,
};
enum { DATE_YEAR_UP = 1, DATE_YEAR_DOWN, DATE_MONTH_UP, DATE_MONTH_DOWN, DATE_DAY_UP,
       DATE_DAY_DOWN };

enum {
    VISIT_FIELDS = 48,      /* check-config refuses longer forms */
    VISIT_ANSWER = 192,     /* bytes of a canonical answer */
    VISIT_TYPED = 48,
    VISIT_INK = 6000,       /* points of a signature */
    VISIT_CASES = 8,
};

enum answer_state { ANSWER_NONE, ANSWER_GIVEN, ANSWER_SKIPPED };
struct answer {
    uint8_t state;
    bool warned; /* a check warned and the resident went on */
    char text[VISIT_ANSWER];
};

struct ink_point {
    int16_t x, y; /* thousandths of the canvas; x < 0 lifts the pen */
};

enum person_how { PERSON_NONE, PERSON_CARD, PERSON_TYPED };
struct person {
    enum person_how how;
    struct identity_card card; /* typed: number, birth and sex only */
    bool check_digit_wrong, expired;
    bool very_old; /* over 120 by the number: staff look */
};

/* One line of a status answer; never more than the screen shows. */
struct case_brief {
    char code[RECEIPT_CODE_LEN + 1];
    char service[40];
    char state[24];
    char step[40];
    struct date received, due, decided;
    char reason[40];
    bool only_here; /* still in this terminal's queue */
};

/* Where the stored application is on its way. What screen and paper say of it is
 * never better than this. */
enum sending {
    SENDING_NOW,     /* the first attempt is under way */
    SENDING_LATER,   /* the line is down: by itself when it returns */
    SENDING_DONE,    /* the signed receipt is stored */
    SENDING_REFUSED, /* this one will not be taken: staff must act */
    SENDING_STOPPED, /* none is taken until staff act */
};

enum paper_state { PAPER_UNKNOWN, PAPER_PRINTING, PAPER_DONE, PAPER_UNCONFIRMED,
                   PAPER_FAILED };
enum notice { /* a short line above the question: what was wrong with the answer */
    NOTICE_NONE,
    NOTICE_CARD_MOVED,
    NOTICE_NO_READER,
    NOTICE_EMPTY,
    NOTICE_ID_LENGTH,
    NOTICE_ID_CHARACTERS,
    NOTICE_ID_DATE,
    NOTICE_ID_CHECK,
    NOTICE_ID_AGE,
    NOTICE_PHONE,
    NOTICE_BANK_LENGTH,
    NOTICE_BANK_LUHN,
    NOTICE_TOO_SMALL,
    NOTICE_TOO_LARGE,
    NOTICE_CHOOSE,
    NOTICE_DISABILITY,
    NOTICE_DISABILITY_OTHER, /* the holder's number differs from the person's */
    NOTICE_CHECK,            /* the field's own check: see check_index */
    NOTICE_SIGN_MORE,
    NOTICE_CODE,
    NOTICE_QR_FOREIGN,
};

enum trouble { TROUBLE_NONE, TROUBLE_NOT_STORED, TROUBLE_STATUS_OFFLINE };

struct visit_settings {
    int size, theme, lang;
    bool reach;
};

struct visit {
    enum screen screen, before; /* before: where display, staff, still-there return */
    int64_t now_ms;             /* of the last event, unix */
    int64_t idle_since_ms;
    struct visit_settings settings;
    int page;
    bool active; /* somebody is here */

    int service; /* index in the catalog, -1 none */
    uint32_t consents; /* bit per consent of the service */
    bool for_status;   /* the card is wanted for a lookup */
    struct person person;
    int requirement; /* the one that failed */
    int requirement_unknown; /* how many staff must decide */

    struct answer answers[VISIT_FIELDS];
    int field;       /* being asked */
    bool changing;   /* came from the review page */
    char typed[VISIT_TYPED];
    uint32_t ticked; /* options of FIELD_SOME */
    struct date picked;
    int town;        /* FIELD_ADDRESS: -2 choose the town first */
    enum notice notice;
    int check_index;
    bool may_continue; /* the notice only warns */

    struct ink_point ink[VISIT_INK];
    int ink_count;

    char id[UUID_TEXT_LEN + 1], code[RECEIPT_CODE_LEN + 1];
    bool minted, stored;
    enum sending sending;
    int64_t print_at_ms; /* the receipt waits this long for what sending says; 0 not */
    struct date due;
    enum paper_state paper;
    char paper_why[24]; /* out, cover, jam, offline */
    enum trouble trouble;
    bool staff_called;

    struct case_brief cases[VISIT_CASES];
    int case_count;
    bool status_online;
};

enum event_kind {
    EV_TICK, /* time passed, nothing else */
    EV_TAP,  /* action, arg */
    EV_INK,
    EV_CARD,        /* card */
    EV_CARD_FAILED, /* bad: moved away or unreadable */
    EV_CARD_ABSENT_READER,
    EV_QR,          /* text */
    EV_MINTED,      /* id, code */
    EV_STORED, /* id; flag: the queue is stopped, so it will not leave soon */
    EV_STORE_FAILED,
    EV_DELIVERED, /* id */
    EV_REFUSED,   /* id: parked, the central system will not take it */
    EV_STOPPED,   /* nothing is taken: the other side is not who it should be */
    EV_PRINTED,
    EV_PRINT_UNCONFIRMED,
    EV_PRINT_FAILED, /* text: out, cover, jam, offline */
    EV_STATUS,       /* cases */
    EV_STATUS_FAILED,
    EV_LINE_DOWN,    /* an attempt failed and comes again by itself */
};

/* Zeroed where a kind does not use a member, so recorded events compare. */
struct event {
    enum event_kind kind;
    int64_t now_ms;
    int action, arg;
    struct ink_point ink;
    struct identity_card card;
    char text[256];
    char id[UUID_TEXT_LEN + 1], code[RECEIPT_CODE_LEN + 1];
    bool flag;
    struct case_brief cases[VISIT_CASES];
    int case_count;
};

enum effect_kind {
    FX_READ_CARD, /* start polling the reader */
    FX_STOP_CARD,
    FX_MINT,  /* an id and a receipt code, answered by EV_MINTED */
    FX_SUBMIT, /* seal and store what the visit holds now */
    FX_PRINT,
    FX_QUERY, /* by code (code set) or by the person's number */
    FX_CALL_STAFF,
    FX_WIPE,  /* the visit is over: forget everything drawn, spoken, typed */
};
struct effect {
    enum effect_kind kind;
    char code[RECEIPT_CODE_LEN + 1];
    char id[UUID_TEXT_LEN + 1];
};
enum { EFFECTS_MAX = 8 };
struct effects {
    int count;
    struct effect item[EFFECTS_MAX];
};

/* What a visit is given to know. Borrowed; never changes while it lives. */
struct visit_world {
    const struct catalog *catalog;
    struct visit_settings defaults;
    int idle_ms, answer_ms, done_ms; /* 120 s, 45 s, 30 s */
};

void visit_begin(struct visit *v, const struct visit_world *w);
void visit_step(struct visit *v, const struct visit_world *w, const struct event *e,
                struct effects *fx);

/* When the next EV_TICK matters, unix ms; 0: never (nobody is here). */
int64_t visit_deadline(const struct visit *v, const struct visit_world *w);

/* ---- for screens and submission.c ---- */

const struct service *visit_service(const struct visit *v, const struct visit_world *w);
struct date visit_today(const struct visit *v);
/* Is the field asked, given what is known? */
bool visit_field_asked(const struct visit *v, const struct visit_world *w, int field);
int visit_fields_asked(const struct visit *v, const struct visit_world *w);
int visit_field_place(const struct visit *v, const struct visit_world *w); /* 1-based */
/* A condition over the facts of this visit. */
enum truth visit_truth(const struct visit *v, const struct visit_world *w,
                       const struct condition *c);

#endif
