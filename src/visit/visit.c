/* The steps of a visit. Read visit_step() first: it stamps the time, lets the
 * time-outs act, then hands the event to the function of its kind. go() is the
 * only way from one screen to another, so what every change of screen owes (the
 * card reader on or off, the first page) is written once. */

#include "visit/visit.h"

#include <string.h>

#include "base/text.h"
#include "rules/citizen_id.h"
#include "visit/form.h"

const char *screen_name(enum screen s)
{
    static const char *const names[SCREEN_COUNT] = {
        "welcome",     "home",        "service",   "consent",      "identity",
        "id_number",   "person",      "not_eligible", "question",  "review",
        "signature",   "saving",      "done",      "status_how",   "status_code",
        "status_wait", "status_list", "display",   "still_there",  "staff",
        "trouble",     "leave"};
    return (unsigned)s < SCREEN_COUNT ? names[s] : "?";
}

enum { PRINT_WAIT_MS = 3000 };

static void effect(struct effects *fx, enum effect_kind kind)
{
    if (fx->count < EFFECTS_MAX)
        fx->item[fx->count++] = (struct effect){.kind = kind};
}

/* Paper cannot be corrected afterwards: it waits a moment for the first attempt. */
static void print_now(struct visit *v, struct effects *fx)
{
    if (v->print_at_ms)
        effect(fx, FX_PRINT);
    v->print_at_ms = 0;
}

static bool wants_card(enum screen s)
{
    return s == SCREEN_IDENTITY;
}

static void go(struct visit *v, enum screen to, struct effects *fx)
{
    if (wants_card(v->screen) && !wants_card(to))
        effect(fx, FX_STOP_CARD);
    if (!wants_card(v->screen) && wants_card(to))
        effect(fx, FX_READ_CARD);
    v->screen = to;
    v->page = 0;
    v->notice = NOTICE_NONE;
    v->may_continue = false;
}

/* Screens laid over another one, which comes back untouched. */
static bool is_overlay(enum screen s)
{
    return s == SCREEN_DISPLAY || s == SCREEN_STILL_THERE || s == SCREEN_STAFF ||
           s == SCREEN_LEAVE;
}

static void overlay(struct visit *v, enum screen to, struct effects *fx)
{
    if (!is_overlay(v->screen))
        v->before = v->screen;
    int page = v->page;
    enum notice notice = v->notice;
    bool may_continue = v->may_continue;
    go(v, to, fx);
    v->page = page;
    v->notice = notice;
    v->may_continue = may_continue;
}

static void uncover(struct visit *v, struct effects *fx)
{
    int page = v->page;
    enum notice notice = v->notice;
    bool may_continue = v->may_continue;
    go(v, v->before, fx);
    v->page = page;
    v->notice = notice;
    v->may_continue = may_continue;
}

/* Forgets the application but not how the resident likes the screen. */
static void forget_application(struct visit *v)
{
    struct visit_settings settings = v->settings;
    enum screen screen = v->screen;
    int64_t now = v->now_ms, idle = v->idle_since_ms;
    explicit_bzero(v, sizeof *v);
    v->settings = settings;
    v->screen = screen;
    v->now_ms = now;
    v->idle_since_ms = idle;
    v->active = true;
    v->service = -1;
    v->requirement = -1;
    v->town = -2;
}

static void end(struct visit *v, const struct visit_world *w, struct effects *fx)
{
    int64_t now = v->now_ms;
    if (wants_card(v->screen))
        effect(fx, FX_STOP_CARD);
    visit_begin(v, w);
    v->now_ms = now;
    effect(fx, FX_WIPE);
}

void visit_begin(struct visit *v, const struct visit_world *w)
{
    explicit_bzero(v, sizeof *v);
    v->settings = w->defaults;
    v->service = -1;
    v->requirement = -1;
    v->town = -2;
}

const struct service *visit_service(const struct visit *v, const struct visit_world *w)
{
    return v->service < 0 ? NULL : catalog_service(w->catalog, v->service);
}

struct date visit_today(const struct visit *v)
{
    return date_from_unix_ms(v->now_ms);
}

/* ---- going forward ---- */

static void ask_consent_or_identity(struct visit *v, const struct visit_world *w,
                                    struct effects *fx)
{
    const struct service *s = visit_service(v, w);
    for (int i = 0; i < s->consent_count && i < 32; i++)
        if (!(v->consents >> i & 1)) {
            go(v, SCREEN_CONSENT, fx);
            return;
        }
    go(v, v->person.how == PERSON_NONE ? SCREEN_IDENTITY : SCREEN_CONFIRM_PERSON, fx);
}

/* After every answer: somebody who cannot get it should not type on. */
static void ask_next(struct visit *v, const struct visit_world *w, int from,
                     struct effects *fx)
{
    int unmet = form_unmet(v, w, &v->requirement_unknown);
    if (unmet >= 0) {
        v->requirement = unmet;
        go(v, SCREEN_NOT_ELIGIBLE, fx);
        return;
    }
    v->requirement = -1;
    int next = form_next(v, w, v->changing ? -1 : from);
    if (next < 0)
        next = form_next(v, w, -1);
    if (next < 0) {
        v->changing = false;
        go(v, SCREEN_REVIEW, fx);
        return;
    }
    go(v, SCREEN_QUESTION, fx);
    form_open(v, w, next);
}

static void submit(struct visit *v, struct effects *fx)
{
    v->trouble = TROUBLE_NONE;
    go(v, SCREEN_SAVING, fx);
    effect(fx, FX_SUBMIT);
}

static void query(struct visit *v, struct effects *fx)
{
    v->case_count = 0;
    v->trouble = TROUBLE_NONE;
    go(v, SCREEN_STATUS_WAIT, fx);
    effect(fx, FX_QUERY);
    struct effect *e = &fx->item[fx->count - 1];
    if (v->for_status && v->person.how == PERSON_NONE) {
        memcpy(e->code, v->code, sizeof e->code);
        memcpy(e->id, v->id, sizeof e->id);
    }
}

/* ---- taps ---- */

static void back(struct visit *v, const struct visit_world *w, struct effects *fx)
{
    int previous;
    switch (v->screen) {
    case SCREEN_CONSENT:
    case SCREEN_NOT_ELIGIBLE:
        go(v, SCREEN_SERVICE, fx);
        break;
    case SCREEN_IDENTITY:
        go(v, v->for_status ? SCREEN_STATUS_HOW : SCREEN_SERVICE, fx);
        break;
    case SCREEN_ID_NUMBER:
    case SCREEN_CONFIRM_PERSON:
        memset(&v->person, 0, sizeof v->person);
        go(v, SCREEN_IDENTITY, fx);
        break;
    case SCREEN_QUESTION:
        if (visit_service(v, w)->fields[v->field].kind == FIELD_ADDRESS && v->town >= 0) {
            v->town = -2; /* from the villages back to the towns */
            v->page = 0;
            break;
        }
        if (v->changing) {
            v->changing = false;
            go(v, SCREEN_REVIEW, fx);
            break;
        }
        previous = form_previous(v, w, v->field);
        if (previous < 0) {
            go(v, SCREEN_CONFIRM_PERSON, fx);
            break;
        }
        go(v, SCREEN_QUESTION, fx);
        form_open(v, w, previous);
        break;
    case SCREEN_REVIEW:
        previous = form_previous(v, w, visit_service(v, w)->field_count);
        if (previous < 0) {
            go(v, SCREEN_CONFIRM_PERSON, fx);
            break;
        }
        go(v, SCREEN_QUESTION, fx);
        form_open(v, w, previous);
        break;
    case SCREEN_SIGNATURE:
        go(v, SCREEN_REVIEW, fx);
        break;
    case SCREEN_STATUS_CODE:
    case SCREEN_STATUS_WAIT:
    case SCREEN_STATUS_LIST:
        go(v, SCREEN_STATUS_HOW, fx);
        break;
    case SCREEN_TROUBLE:
        if (v->trouble == TROUBLE_NOT_STORED)
            go(v, SCREEN_REVIEW, fx);
        else
            go(v, SCREEN_STATUS_HOW, fx);
        break;
    case SCREEN_DISPLAY:
    case SCREEN_STAFF:
    case SCREEN_STILL_THERE:
    case SCREEN_LEAVE:
        uncover(v, fx);
        break;
    case SCREEN_SAVING:
    case SCREEN_DONE:
    case SCREEN_HOME:
    case SCREEN_WELCOME:
        break;
    default:
        forget_application(v);
        go(v, SCREEN_HOME, fx);
    }
}

static bool something_to_lose(const struct visit *v)
{
    return !v->stored && v->service >= 0 && v->person.how != PERSON_NONE;
}

static void home(struct visit *v, const struct visit_world *w, struct effects *fx)
{
    if (v->screen == SCREEN_SAVING)
        return; /* the answer comes in a moment, and it decides */
    if (something_to_lose(v) && v->screen != SCREEN_LEAVE) {
        overlay(v, SCREEN_LEAVE, fx);
        return;
    }
    bool done = v->screen == SCREEN_DONE;
    if (done && v->print_at_ms) {
        print_now(v, fx); /* the receipt first; it needs what a wipe would take */
        return;
    }
    if (done) { /* the next person may stand here already */
        end(v, w, fx);
        v->active = true;
    } else {
        forget_application(v);
    }
    go(v, SCREEN_HOME, fx);
}

static void type_character(struct visit *v, int c, int max)
{
    size_t len = strlen(v->typed);
    if (c > 0x20 && c < 0x7F && (int)len < max && len + 1 < sizeof v->typed) {
        v->typed[len] = (char)c;
        v->notice = NOTICE_NONE;
        v->may_continue = false;
    }
}

static int typed_max(const struct visit *v, const struct visit_world *w)
{
    if (v->screen == SCREEN_ID_NUMBER)
        return 18;
    if (v->screen == SCREEN_STATUS_CODE)
        return RECEIPT_CODE_LEN;
    if (v->screen != SCREEN_QUESTION)
        return 0;
    switch (visit_service(v, w)->fields[v->field].kind) {
    case FIELD_PHONE:
        return 12;
    case FIELD_BANK:
        return 19;
    case FIELD_ID:
        return 18;
    case FIELD_DISABILITY:
        return 23;
    case FIELD_NUMBER:
        return 9;
    case FIELD_MONEY:
        return 10;
    default:
        return 0;
    }
}

static void number_typed(struct visit *v, bool accept, struct effects *fx)
{
    struct citizen_id id;
    enum citizen_id_fault fault = citizen_id_check(v->typed, visit_today(v), &id);

    v->may_continue = false;
    switch (fault) {
    case CITIZEN_ID_OK:
        break;
    case CITIZEN_ID_CHECK_DIGIT: /* warns and goes to staff; never ends the visit */
        if (accept)
            break;
        v->notice = NOTICE_ID_CHECK;
        v->may_continue = true;
        return;
    case CITIZEN_ID_AGE: /* the same */
        if (accept)
            break;
        v->notice = NOTICE_ID_AGE;
        v->may_continue = true;
        return;
    case CITIZEN_ID_EMPTY:
        v->notice = NOTICE_EMPTY;
        return;
    case CITIZEN_ID_OLD_15:
    case CITIZEN_ID_LENGTH:
        v->notice = NOTICE_ID_LENGTH;
        return;
    case CITIZEN_ID_DATE:
    case CITIZEN_ID_FUTURE:
        v->notice = NOTICE_ID_DATE;
        return;
    default:
        v->notice = NOTICE_ID_CHARACTERS;
        return;
    }
    memset(&v->person, 0, sizeof v->person);
    v->person.how = PERSON_TYPED;
    v->person.check_digit_wrong = fault == CITIZEN_ID_CHECK_DIGIT;
    v->person.very_old = citizen_id_very_old(id.birth, visit_today(v)); /* also with that */
    v->person.card.kind = id.permanent_resident ? CARD_PERMANENT_2023 : CARD_RESIDENT;
    v->person.card.birth = id.birth;
    v->person.card.sex = id.sex;
    text_copy(v->person.card.number, sizeof v->person.card.number, id.number);
    memset(v->typed, 0, sizeof v->typed);
    go(v, SCREEN_CONFIRM_PERSON, fx);
}

static void code_typed(struct visit *v, struct effects *fx)
{
    if (!receipt_code_parse(v->typed, v->code)) {
        v->notice = NOTICE_CODE;
        return;
    }
    memset(v->id, 0, sizeof v->id);
    memset(&v->person, 0, sizeof v->person);
    query(v, fx);
}

static void answer_now(struct visit *v, const struct visit_world *w, bool accept,
                       struct effects *fx)
{
    if (form_commit(v, w, accept))
        ask_next(v, w, v->field, fx);
}

static void choose(struct visit *v, const struct visit_world *w, int option,
                   struct effects *fx)
{
    const struct field *f = &visit_service(v, w)->fields[v->field];
    if (option < 0 || option >= 32)
        return;
    v->notice = NOTICE_NONE;
    if (f->kind == FIELD_SOME) {
        v->ticked ^= 1u << option;
        return;
    }
    v->ticked = 1u << option;
    answer_now(v, w, false, fx); /* one of: the choice is the answer */
}

static void choose_place(struct visit *v, const struct visit_world *w, enum action action,
                         int arg, struct effects *fx)
{
    char text[VISIT_ANSWER] = "-//";
    const struct division *villages = NULL;
    const struct division *town =
        v->town >= 0 ? catalog_town(w->catalog, v->town) : NULL;

    v->page = 0;
    if (action == ACT_TOWN && arg >= 0 && arg < catalog_town_count(w->catalog)) {
        town = catalog_town(w->catalog, arg);
        if (catalog_villages(w->catalog, town->code, &villages) > 0) {
            v->town = arg;
            return;
        }
    }
    if (town) {
        int n = catalog_villages(w->catalog, town->code, &villages);
        const char *village =
            action == ACT_VILLAGE && arg >= 0 && arg < n ? villages[arg].code : "";
        memset(text, 0, sizeof text);
        text_copy(text, sizeof text, town->code);
        text[strlen(text)] = '/';
        text_copy(text + strlen(text), sizeof text - strlen(text) - 2, village);
        text[strlen(text)] = '/';
    }
    form_set(v, v->field, text);
    explicit_bzero(text, sizeof text);
    answer_now(v, w, false, fx);
}

static void turn_date(struct visit *v, int what)
{
    struct date d = v->picked;
    int step = what == DATE_YEAR_UP || what == DATE_MONTH_UP || what == DATE_DAY_UP ? 1 : -1;
    if (what == DATE_DAY_UP || what == DATE_DAY_DOWN) {
        v->picked = date_from_days(date_to_days(d) + step);
        return;
    }
    int month = d.month, year = d.year;
    if (what == DATE_MONTH_UP || what == DATE_MONTH_DOWN)
        month += step;
    else
        year += step;
    if (month < 1)
        month = 12, year--;
    if (month > 12)
        month = 1, year++;
    d.year = (int16_t)year;
    d.month = (int8_t)month;
    while (!date_is_real(d) && d.day > 28)
        d.day--; /* 31 January and one month is the last day of February */
    if (date_is_real(d))
        v->picked = d;
}

static bool on_card_screen(const struct visit *v)
{
    return v->screen == SCREEN_IDENTITY;
}

static int ink_strokes(const struct visit *v, int *length)
{
    int strokes = 0;
    bool down = false;
    *length = 0;
    for (int i = 0; i < v->ink_count; i++) {
        if (v->ink[i].x < 0) {
            down = false;
            continue;
        }
        if (!down)
            strokes++;
        else {
            int dx = v->ink[i].x - v->ink[i - 1].x, dy = v->ink[i].y - v->ink[i - 1].y;
            *length += (dx < 0 ? -dx : dx) + (dy < 0 ? -dy : dy);
        }
        down = true;
    }
    return strokes;
}

static void sign(struct visit *v, struct effects *fx)
{
    int length;
    /* A cross or a circle is a signature; a resting finger is not. */
    if (ink_strokes(v, &length) < 1 || length < 150) {
        v->notice = NOTICE_SIGN_MORE;
        return;
    }
    if (v->minted)
        submit(v, fx);
    else
        v->notice = NOTICE_SIGN_MORE;
}

static void person_confirmed(struct visit *v, const struct visit_world *w, bool yes,
                             struct effects *fx)
{
    if (!yes) {
        memset(&v->person, 0, sizeof v->person);
        memset(v->answers, 0, sizeof v->answers); /* they were the other person's */
        go(v, SCREEN_IDENTITY, fx);
        return;
    }
    if (v->for_status) {
        query(v, fx);
        return;
    }
    if (v->person.how == PERSON_CARD)
        form_prefill(v, w);
    ask_next(v, w, -1, fx);
}

static void apply(struct visit *v, const struct visit_world *w, struct effects *fx)
{
    v->consents = 0;
    v->for_status = false;
    ask_consent_or_identity(v, w, fx);
}

static void consent(struct visit *v, const struct visit_world *w, bool yes,
                    struct effects *fx)
{
    const struct service *s = visit_service(v, w);
    for (int i = 0; i < s->consent_count && i < 32; i++) {
        if (v->consents >> i & 1)
            continue;
        if (!yes && s->consents[i].required) {
            v->requirement = -1; /* the screen then speaks of the consent */
            go(v, SCREEN_NOT_ELIGIBLE, fx);
            return;
        }
        v->consents |= 1u << i;
        break;
    }
    ask_consent_or_identity(v, w, fx);
}

static void change(struct visit *v, const struct visit_world *w, int field,
                   struct effects *fx)
{
    if (field < 0 || !visit_field_asked(v, w, field))
        return;
    v->changing = true;
    go(v, SCREEN_QUESTION, fx);
    form_open(v, w, field);
}

static void setting(struct visit *v, const struct event *e)
{
    switch (e->action) {
    case ACT_SIZE:
        v->settings.size = e->arg;
        break;
    case ACT_THEME:
        v->settings.theme = e->arg;
        break;
    case ACT_LANG:
        v->settings.lang = e->arg;
        break;
    default:
        v->settings.reach = e->arg != 0;
    }
    v->page = 0;
}

static void tap_question(struct visit *v, const struct visit_world *w,
                         const struct event *e, struct effects *fx)
{
    switch (e->action) {
    case ACT_OPTION:
        choose(v, w, e->arg, fx);
        break;
    case ACT_YES:
        choose(v, w, 0, fx);
        break;
    case ACT_NO:
        choose(v, w, 1, fx);
        break;
    case ACT_DATE:
        turn_date(v, e->arg);
        break;
    case ACT_TOWN:
    case ACT_VILLAGE:
        choose_place(v, w, (enum action)e->action, e->arg, fx);
        break;
    case ACT_NEXT:
        answer_now(v, w, false, fx);
        break;
    case ACT_CONTINUE:
        answer_now(v, w, v->may_continue, fx);
        break;
    case ACT_SKIP:
        if (!visit_service(v, w)->fields[v->field].required) {
            memset(&v->answers[v->field], 0, sizeof v->answers[v->field]);
            v->answers[v->field].state = ANSWER_SKIPPED;
            ask_next(v, w, v->field, fx);
        }
        break;
    default:
        break;
    }
}

/* Where an action that belongs to one screen may come from: a touch that was on
 * its way while the screen changed means nothing on the next one. */
static bool belongs_here(const struct visit *v, int action)
{
    switch (action) {
    case ACT_SERVICE:
    case ACT_STATUS:
        return v->screen == SCREEN_HOME;
    case ACT_START:
        return v->screen == SCREEN_WELCOME;
    case ACT_APPLY:
        return v->screen == SCREEN_SERVICE;
    case ACT_TYPE_NUMBER:
        return v->screen == SCREEN_IDENTITY && !v->for_status;
    case ACT_REVIEWED:
        return v->screen == SCREEN_REVIEW;
    case ACT_STATUS_CARD:
    case ACT_STATUS_CODE:
        return v->screen == SCREEN_STATUS_HOW;
    case ACT_REPRINT:
        return v->screen == SCREEN_DONE;
    case ACT_RETRY:
        return v->screen == SCREEN_TROUBLE;
    case ACT_LEAVE:
        return v->screen == SCREEN_LEAVE || v->screen == SCREEN_NOT_ELIGIBLE;
    case ACT_FINISH:
        return v->screen == SCREEN_DONE || v->screen == SCREEN_STATUS_LIST ||
               v->screen == SCREEN_STILL_THERE;
    case ACT_SIZE:
    case ACT_THEME:
    case ACT_REACH:
        return v->screen == SCREEN_DISPLAY;
    case ACT_LANG:
        return v->screen == SCREEN_DISPLAY || v->screen == SCREEN_WELCOME;
    default:
        return v->screen != SCREEN_SAVING || action == ACT_STAFF;
    }
}

static void tap(struct visit *v, const struct visit_world *w, const struct event *e,
                struct effects *fx)
{
    if (!belongs_here(v, e->action))
        return;
    switch (e->action) {
    case ACT_START:
        v->active = true;
        go(v, SCREEN_HOME, fx);
        break;
    case ACT_HOME:
        home(v, w, fx);
        break;
    case ACT_BACK:
        back(v, w, fx);
        break;
    case ACT_PAGE:
        v->page = e->arg < 0 ? 0 : e->arg;
        break;
    case ACT_SERVICE:
        if (e->arg >= 0 && e->arg < catalog_service_count(w->catalog)) {
            forget_application(v);
            v->service = e->arg;
            go(v, SCREEN_SERVICE, fx);
        }
        break;
    case ACT_APPLY:
        if (v->service >= 0)
            apply(v, w, fx);
        break;
    case ACT_CONSENT:
        if (v->screen == SCREEN_CONSENT)
            consent(v, w, e->arg == 1, fx);
        break;
    case ACT_TYPE_NUMBER:
        memset(v->typed, 0, sizeof v->typed);
        go(v, SCREEN_ID_NUMBER, fx);
        break;
    case ACT_PERSON:
        if (v->screen == SCREEN_CONFIRM_PERSON)
            person_confirmed(v, w, e->arg == 1, fx);
        break;
    case ACT_KEY:
        type_character(v, e->arg, typed_max(v, w));
        break;
    case ACT_KEY_BACK:
        if (v->typed[0])
            v->typed[strlen(v->typed) - 1] = 0;
        v->notice = NOTICE_NONE;
        break;
    case ACT_KEY_CLEAR:
        memset(v->typed, 0, sizeof v->typed);
        v->notice = NOTICE_NONE;
        break;
    case ACT_CHANGE:
        if (v->screen == SCREEN_REVIEW)
            change(v, w, e->arg, fx);
        break;
    case ACT_REVIEWED:
        v->ink_count = 0;
        memset(v->ink, 0, sizeof v->ink);
        go(v, SCREEN_SIGNATURE, fx);
        if (!v->minted)
            effect(fx, FX_MINT);
        break;
    case ACT_INK_CLEAR:
        v->ink_count = 0;
        memset(v->ink, 0, sizeof v->ink);
        v->notice = NOTICE_NONE;
        break;
    case ACT_SIGNED:
        if (v->screen == SCREEN_SIGNATURE)
            sign(v, fx);
        break;
    case ACT_FINISH:
        if (v->print_at_ms)
            print_now(v, fx);
        else
            end(v, w, fx);
        break;
    case ACT_REPRINT:
        if (v->stored && v->paper != PAPER_PRINTING) {
            v->paper = PAPER_PRINTING;
            effect(fx, FX_PRINT);
        }
        break;
    case ACT_STATUS:
        forget_application(v);
        v->for_status = true;
        go(v, SCREEN_STATUS_HOW, fx);
        break;
    case ACT_STATUS_CARD:
        go(v, SCREEN_IDENTITY, fx);
        break;
    case ACT_STATUS_CODE:
        memset(v->typed, 0, sizeof v->typed);
        go(v, SCREEN_STATUS_CODE, fx);
        break;
    case ACT_DISPLAY:
        overlay(v, SCREEN_DISPLAY, fx);
        break;
    case ACT_SIZE:
    case ACT_THEME:
    case ACT_LANG:
    case ACT_REACH:
        setting(v, e);
        break;
    case ACT_STAFF:
        v->active = true;
        v->staff_called = true;
        overlay(v, SCREEN_STAFF, fx);
        effect(fx, FX_CALL_STAFF);
        break;
    case ACT_STILL_HERE:
        if (v->screen == SCREEN_STILL_THERE)
            uncover(v, fx);
        break;
    case ACT_RETRY:
        if (v->trouble == TROUBLE_NOT_STORED)
            submit(v, fx);
        else if (v->trouble == TROUBLE_STATUS_OFFLINE)
            query(v, fx);
        else
            back(v, w, fx);
        break;
    case ACT_LEAVE:
        forget_application(v);
        go(v, SCREEN_HOME, fx);
        break;
    case ACT_NEXT:
    case ACT_CONTINUE:
        if (v->screen == SCREEN_ID_NUMBER)
            number_typed(v, e->action == ACT_CONTINUE && v->may_continue, fx);
        else if (v->screen == SCREEN_STATUS_CODE)
            code_typed(v, fx);
        else if (v->screen == SCREEN_QUESTION)
            tap_question(v, w, e, fx);
        break;
    default:
        if (v->screen == SCREEN_QUESTION)
            tap_question(v, w, e, fx);
    }
}

/* ---- the world answers ---- */

static void card_read(struct visit *v, const struct event *e, struct effects *fx)
{
    if (!on_card_screen(v))
        return; /* late: nobody asked any more */
    struct citizen_id id;
    memset(&v->person, 0, sizeof v->person);
    v->person.how = PERSON_CARD;
    v->person.card = e->card;
    v->person.expired = !identity_card_in_date(&e->card, visit_today(v));
    v->person.very_old = citizen_id_very_old(e->card.birth, visit_today(v));
    if (e->card.kind != CARD_PERMANENT_2017) {
        enum citizen_id_fault fault = citizen_id_check(e->card.number, visit_today(v), &id);
        v->person.check_digit_wrong = fault != CITIZEN_ID_OK && fault != CITIZEN_ID_AGE;
        v->person.very_old |= fault == CITIZEN_ID_AGE;
    }
    go(v, SCREEN_CONFIRM_PERSON, fx);
}

static void qr_read(struct visit *v, const struct event *e, struct effects *fx)
{
    bool wanted = v->screen == SCREEN_STATUS_HOW || v->screen == SCREEN_STATUS_CODE ||
                  v->screen == SCREEN_STATUS_LIST || v->screen == SCREEN_HOME ||
                  v->screen == SCREEN_WELCOME;
    if (!wanted)
        return;
    char code[RECEIPT_CODE_LEN + 1] = "", id[UUID_TEXT_LEN + 1] = "";
    bool ours = receipt_qr_parse(e->text, code, id);
    v->active = true;
    if (v->screen == SCREEN_HOME || v->screen == SCREEN_WELCOME || ours) {
        forget_application(v);
        v->for_status = true;
    }
    if (!ours) {
        if (v->screen != SCREEN_STATUS_CODE)
            go(v, SCREEN_STATUS_HOW, fx);
        v->notice = NOTICE_QR_FOREIGN;
        return;
    }
    memcpy(v->code, code, sizeof v->code);
    memcpy(v->id, id, sizeof v->id);
    query(v, fx);
}

static void stored(struct visit *v, const struct visit_world *w, const struct event *e,
                   struct effects *fx)
{
    if (strcmp(v->id, "") == 0 || v->stored)
        return;
    v->stored = true;
    if (!catalog_promise(w->catalog, visit_service(v, w), visit_today(v), &v->due))
        v->due = (struct date){0};
    v->paper = PAPER_PRINTING;
    if (v->screen == SCREEN_SAVING)
        go(v, SCREEN_DONE, fx);
    else if (v->before == SCREEN_SAVING) /* staff was called in that moment */
        v->before = SCREEN_DONE;
    v->idle_since_ms = v->now_ms;
    v->sending = e->flag ? SENDING_STOPPED : SENDING_NOW;
    v->print_at_ms = v->now_ms + (e->flag ? 0 : PRINT_WAIT_MS);
}

static void sending_is(struct visit *v, enum sending sending, struct effects *fx)
{
    if (!v->stored)
        return;
    v->sending = sending;
    print_now(v, fx);
}

static void printed(struct visit *v, const struct event *e)
{
    if (!v->stored || strcmp(e->id, v->id) != 0)
        return; /* an ended visit is never brought back */
    v->paper = e->kind == EV_PRINTED              ? PAPER_DONE
               : e->kind == EV_PRINT_UNCONFIRMED  ? PAPER_UNCONFIRMED
                                                  : PAPER_FAILED;
    memset(v->paper_why, 0, sizeof v->paper_why);
    text_copy(v->paper_why, sizeof v->paper_why, e->text);
    v->idle_since_ms = v->now_ms; /* time to take it, or to read what went wrong */
}

static void status(struct visit *v, const struct event *e, struct effects *fx)
{
    if (v->screen != SCREEN_STATUS_WAIT)
        return;
    v->status_online = e->flag;
    v->case_count = e->case_count < VISIT_CASES ? e->case_count : VISIT_CASES;
    memset(v->cases, 0, sizeof v->cases);
    memcpy(v->cases, e->cases, sizeof *v->cases * (size_t)v->case_count);
    v->idle_since_ms = v->now_ms;
    go(v, SCREEN_STATUS_LIST, fx);
}

static void world_answers(struct visit *v, const struct visit_world *w,
                          const struct event *e, struct effects *fx)
{
    switch (e->kind) {
    case EV_CARD:
        card_read(v, e, fx);
        break;
    case EV_CARD_FAILED:
        if (on_card_screen(v))
            v->notice = NOTICE_CARD_MOVED;
        break;
    case EV_CARD_ABSENT_READER:
        if (on_card_screen(v))
            v->notice = NOTICE_NO_READER;
        break;
    case EV_QR:
        qr_read(v, e, fx);
        break;
    case EV_MINTED:
        if (!v->minted && v->screen == SCREEN_SIGNATURE) {
            memcpy(v->id, e->id, sizeof v->id);
            memcpy(v->code, e->code, sizeof v->code);
            v->minted = true;
        }
        break;
    case EV_STORED:
        if (strcmp(e->id, v->id) == 0)
            stored(v, w, e, fx);
        break;
    case EV_STORE_FAILED:
        if (strcmp(e->id, v->id) != 0)
            break;
        v->trouble = TROUBLE_NOT_STORED;
        if (v->screen == SCREEN_SAVING)
            go(v, SCREEN_TROUBLE, fx);
        else if (v->before == SCREEN_SAVING)
            v->before = SCREEN_TROUBLE;
        break;
    case EV_DELIVERED:
        if (strcmp(e->id, v->id) == 0)
            sending_is(v, SENDING_DONE, fx);
        break;
    case EV_REFUSED:
        if (strcmp(e->id, v->id) == 0)
            sending_is(v, SENDING_REFUSED, fx);
        break;
    case EV_STOPPED:
        if (v->sending == SENDING_NOW || v->sending == SENDING_LATER)
            sending_is(v, SENDING_STOPPED, fx);
        break;
    case EV_LINE_DOWN:
        if (v->sending == SENDING_NOW || v->sending == SENDING_STOPPED)
            sending_is(v, SENDING_LATER, fx);
        break;
    case EV_PRINTED:
    case EV_PRINT_UNCONFIRMED:
    case EV_PRINT_FAILED:
        printed(v, e);
        break;
    case EV_STATUS:
        status(v, e, fx);
        break;
    case EV_STATUS_FAILED:
        if (v->screen == SCREEN_STATUS_WAIT) {
            v->trouble = TROUBLE_STATUS_OFFLINE;
            go(v, SCREEN_TROUBLE, fx);
        }
        break;
    default:
        break;
    }
}

/* ---- time ---- */

static bool final_screen(const struct visit *v)
{
    return v->screen == SCREEN_DONE && v->sending < SENDING_REFUSED &&
           (v->paper == PAPER_DONE || v->paper == PAPER_UNCONFIRMED);
}

int64_t visit_deadline(const struct visit *v, const struct visit_world *w)
{
    if (!v->active || v->screen == SCREEN_SAVING)
        return 0;
    if (v->print_at_ms)
        return v->print_at_ms;
    if (v->screen == SCREEN_STILL_THERE)
        return v->idle_since_ms + w->idle_ms + w->answer_ms;
    return v->idle_since_ms + (final_screen(v) ? w->done_ms : w->idle_ms);
}

static void time_out(struct visit *v, const struct visit_world *w, struct effects *fx)
{
    int64_t deadline = visit_deadline(v, w);
    if (deadline == 0 || v->now_ms < deadline)
        return;
    if (v->print_at_ms) {
        print_now(v, fx);
        return;
    }
    /* Home with nothing entered needs no question; nor does the last screen. */
    if (v->screen == SCREEN_STILL_THERE || v->screen == SCREEN_WELCOME ||
        v->screen == SCREEN_HOME || final_screen(v))
        end(v, w, fx);
    else
        overlay(v, SCREEN_STILL_THERE, fx);
}

void visit_step(struct visit *v, const struct visit_world *w, const struct event *e,
                struct effects *fx)
{
    fx->count = 0;
    v->now_ms = e->now_ms;
    switch (e->kind) {
    case EV_TICK:
        time_out(v, w, fx);
        break;
    case EV_TAP:
        v->idle_since_ms = e->now_ms;
        v->active = true;
        if (v->screen == SCREEN_STILL_THERE && e->action != ACT_LEAVE &&
            e->action != ACT_FINISH)
            uncover(v, fx); /* any touch says "I am here" */
        else
            tap(v, w, e, fx);
        break;
    case EV_INK:
        v->idle_since_ms = e->now_ms;
        if (v->screen == SCREEN_SIGNATURE && v->ink_count < VISIT_INK) {
            v->ink[v->ink_count++] = e->ink;
            v->notice = NOTICE_NONE;
        }
        break;
    default:
        if (e->kind == EV_CARD || e->kind == EV_QR)
            v->idle_since_ms = e->now_ms;
        world_answers(v, w, e, fx);
    }
}
