/* What all screens share: heading, body, actions and the row of helpers at the
 * foot; and how values are written out in words. Internal to screens/. */
#ifndef SCREENS_FRAME_H
#define SCREENS_FRAME_H

#include "screens/screens.h"

struct page {
    struct ui *ui;
    const struct visit *v;
    const struct visit_world *w;
    const struct screen_facts *facts;
    enum lang lang;
};

/* The program's own words in the resident's language; xgettext --keyword=T. */
#define T(zh) tr(c->lang, zh)

/* heading, then the body is open: a column dealt onto pages. */
void frame_open(struct page *c, const char *heading);
/* The body again, when it fills its space itself: no pages. */
void frame_open_fixed(struct page *c, const char *heading);
/* Closes the body; the actions are open. */
void frame_actions(struct page *c);
enum frame_foot { FOOT_NO_BACK = 1, FOOT_NO_HOME = 2, FOOT_NO_DISPLAY = 4, FOOT_NO_STAFF = 8 };
void frame_close(struct page *c, unsigned foot);

void frame_text(struct page *c, enum ui_type type, const char *text);
void frame_tone(struct page *c, enum ui_tone tone, const char *icon, const char *text);
void frame_main(struct page *c, const char *label, const char *icon, int action, int arg);
void frame_button(struct page *c, const char *label, const char *icon, int action,
                  int arg);
void frame_choice(struct page *c, const char *label, const char *value, const char *icon,
                  int action, int arg, bool selected);
/* A label and what it says, as one card. */
void frame_fact(struct page *c, const char *label, const char *value, bool private);

/* The definition's words with amounts and dates filled in. */
const char *frame_words(struct page *c, const struct words *w);

const char *words_date(struct page *c, struct date d); /* 2026年12月3日，星期四 */
const char *words_answer(struct page *c, int field);   /* as a resident would say it */
const char *words_code(struct page *c, const char *code); /* B4K7-29XZ */
const char *words_notice(struct page *c); /* NULL: nothing to say */

void screen_welcome(struct page *c);
void screen_home(struct page *c);
void screen_display(struct page *c);
void screen_service(struct page *c);
void screen_consent(struct page *c);
void screen_not_eligible(struct page *c);
void screen_identity(struct page *c);
void screen_id_number(struct page *c);
void screen_person(struct page *c);
void screen_question(struct page *c);
void screen_review(struct page *c);
void screen_signature(struct page *c);
void screen_saving(struct page *c);
void screen_done(struct page *c);
void screen_trouble(struct page *c);
void screen_status_how(struct page *c);
void screen_status_code(struct page *c);
void screen_status_wait(struct page *c);
void screen_status_list(struct page *c);
void screen_still_there(struct page *c);
void screen_staff(struct page *c);
void screen_leave(struct page *c);

#endif
