#include "screens/frame.h"

#include <stdio.h>
#include <string.h>

#include "rules/person_name.h"

static void open_heading(struct page *c, const char *heading)
{
    ui_open(c->ui, (struct ui_spec){.role = UI_GROUP, .tone = UI_TONE_PAGE,
                                    .dir = UI_COLUMN});
    ui_open(c->ui, (struct ui_spec){.role = UI_GROUP, .tone = UI_TONE_BAR, .dir = UI_COLUMN,
                                    .pad_mm = 7, .gap_mm = 1});
    ui_leaf(c->ui, (struct ui_spec){.role = UI_HEADING, .label = heading,
                                    .type = UI_TYPE_TITLE, .tone = UI_TONE_BAR,
                                    .flags = UI_BOLD});
    ui_close(c->ui);
}

void frame_open(struct page *c, const char *heading)
{
    open_heading(c, heading);
    ui_open(c->ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_PAGES, .grow = 1,
                                    .pad_mm = 8, .gap_mm = 5, .action = ACT_PAGE,
                                    .page = c->v->page});
}

void frame_open_fixed(struct page *c, const char *heading)
{
    open_heading(c, heading);
    ui_open(c->ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_COLUMN, .grow = 1,
                                    .pad_mm = 8, .gap_mm = 4});
}

void frame_actions(struct page *c)
{
    ui_close(c->ui);
    ui_open(c->ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_COLUMN, .pad_mm = 8,
                                    .gap_mm = 4});
}

static void foot_button(struct page *c, const char *label, const char *icon, int action)
{
    ui_leaf(c->ui, (struct ui_spec){.id = ui_key("foot", icon, 0), .role = UI_BUTTON,
                                    .label = label, .icon = icon, .action = action,
                                    .type = UI_TYPE_CAPTION, .tone = UI_TONE_SECONDARY,
                                    .flags = UI_CENTER, .min_height_mm = 24});
}

void frame_close(struct page *c, unsigned foot)
{
    bool back = !(foot & FOOT_NO_BACK), home = !(foot & FOOT_NO_HOME),
         display = !(foot & FOOT_NO_DISPLAY), staff = !(foot & FOOT_NO_STAFF);
    ui_close(c->ui);
    ui_open(c->ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_GRID, .pad_mm = 6,
                                    .gap_mm = 4, .tone = UI_TONE_CARD,
                                    .columns = back + home + display + staff});
    if (back)
        foot_button(c, T("返回"), "back", ACT_BACK);
    if (home)
        foot_button(c, T("回首页"), "home", ACT_HOME);
    if (display)
        foot_button(c, T("看不清"), "text-size", ACT_DISPLAY);
    if (staff)
        foot_button(c, T("叫工作人员"), "staff", ACT_STAFF);
    ui_close(c->ui);
    ui_close(c->ui);
}

void frame_text(struct page *c, enum ui_type type, const char *text)
{
    if (text && *text)
        ui_leaf(c->ui, (struct ui_spec){.role = UI_TEXT, .label = text, .type = type});
}

void frame_tone(struct page *c, enum ui_tone tone, const char *icon, const char *text)
{
    ui_leaf(c->ui, (struct ui_spec){.role = UI_STATUS, .label = text, .icon = icon,
                                    .tone = tone, .pad_mm = 4, .flags = UI_LIVE});
}

void frame_main(struct page *c, const char *label, const char *icon, int action, int arg)
{
    ui_leaf(c->ui, (struct ui_spec){.id = ui_key(screen_name(c->v->screen), "main", action),
                                    .role = UI_BUTTON, .label = label, .icon = icon,
                                    .action = action, .arg = arg, .type = UI_TYPE_BUTTON,
                                    .tone = UI_TONE_PRIMARY, .min_height_mm = 24,
                                    .flags = UI_MAIN | UI_CENTER | UI_BOLD | UI_FOCUS_FIRST});
}

void frame_button(struct page *c, const char *label, const char *icon, int action, int arg)
{
    ui_leaf(c->ui, (struct ui_spec){.id = ui_key(screen_name(c->v->screen), label, arg),
                                    .role = UI_BUTTON, .label = label, .icon = icon,
                                    .action = action, .arg = arg, .type = UI_TYPE_BUTTON,
                                    .tone = UI_TONE_SECONDARY, .min_height_mm = 18,
                                    .flags = UI_CENTER});
}

void frame_choice(struct page *c, const char *label, const char *value, const char *icon,
                  int action, int arg, bool selected)
{
    ui_leaf(c->ui, (struct ui_spec){.id = ui_key(screen_name(c->v->screen), "choice",
                                                 action * 1000 + arg),
                                    .role = UI_CHOICE, .label = label, .value = value,
                                    .icon = icon, .action = action, .arg = arg,
                                    .type = UI_TYPE_BUTTON, .tone = UI_TONE_CARD,
                                    .pad_mm = 6, .min_height_mm = 24,
                                    .flags = selected ? UI_SELECTED : 0});
}

void frame_fact(struct page *c, const char *label, const char *value, bool private)
{
    ui_open(c->ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_COLUMN,
                                    .tone = UI_TONE_CARD, .pad_mm = 5, .gap_mm = 1.5});
    ui_leaf(c->ui, (struct ui_spec){.role = UI_TEXT, .label = label,
                                    .type = UI_TYPE_CAPTION, .tone = UI_TONE_QUIET});
    ui_leaf(c->ui, (struct ui_spec){.role = UI_TEXT, .label = value, .type = UI_TYPE_BODY,
                                    .flags = private ? UI_PRIVATE : 0});
    ui_close(c->ui);
}

const char *frame_words(struct page *c, const struct words *w)
{
    char out[1024], age[8] = "", days[8] = "", due_text[64] = "";
    const struct service *s = visit_service(c->v, c->w);
    struct date today = visit_today(c->v), due;

    if (c->v->person.card.birth.year)
        snprintf(age, sizeof age, "%d", date_age(c->v->person.card.birth, today));
    if (s) {
        int total = 0;
        for (int i = 0; i < s->step_count; i++)
            total += s->steps[i].days;
        snprintf(days, sizeof days, "%d", total);
        if (catalog_promise(c->w->catalog, s, today, &due))
            snprintf(due_text, sizeof due_text, "%s", words_date(c, due));
    }
    const char *const extra[] = {"age", age, "promised_days", days, "due", due_text, NULL};
    catalog_expand(c->w->catalog, w, c->lang, today, extra, out, sizeof out);
    return ui_printf(c->ui, "%s", out);
}

void screens_draw(struct ui *ui, const struct visit *v, const struct visit_world *w,
                  const struct screen_facts *facts)
{
    static void (*const draw[SCREEN_COUNT])(struct page *) = {
        [SCREEN_WELCOME] = screen_welcome,
        [SCREEN_HOME] = screen_home,
        [SCREEN_SERVICE] = screen_service,
        [SCREEN_CONSENT] = screen_consent,
        [SCREEN_IDENTITY] = screen_identity,
        [SCREEN_ID_NUMBER] = screen_id_number,
        [SCREEN_CONFIRM_PERSON] = screen_person,
        [SCREEN_NOT_ELIGIBLE] = screen_not_eligible,
        [SCREEN_QUESTION] = screen_question,
        [SCREEN_REVIEW] = screen_review,
        [SCREEN_SIGNATURE] = screen_signature,
        [SCREEN_SAVING] = screen_saving,
        [SCREEN_DONE] = screen_done,
        [SCREEN_STATUS_HOW] = screen_status_how,
        [SCREEN_STATUS_CODE] = screen_status_code,
        [SCREEN_STATUS_WAIT] = screen_status_wait,
        [SCREEN_STATUS_LIST] = screen_status_list,
        [SCREEN_DISPLAY] = screen_display,
        [SCREEN_STILL_THERE] = screen_still_there,
        [SCREEN_STAFF] = screen_staff,
        [SCREEN_TROUBLE] = screen_trouble,
        [SCREEN_LEAVE] = screen_leave,
    };
    struct page c = {.ui = ui, .v = v, .w = w, .facts = facts,
                     .lang = (enum lang)v->settings.lang};
    struct ui_settings settings = {.size = (enum ui_size)v->settings.size,
                                   .theme = (enum ui_theme)v->settings.theme,
                                   .lang = c.lang, .reach = v->settings.reach};
    ui_begin(ui, screen_name(v->screen), &settings);
    draw[v->screen](&c);
    ui_end(ui);
}
