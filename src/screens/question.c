/* One question a screen. */

#include <string.h>

#include "screens/keypad.h"

/* Fewer when the text is larger, so that nothing is small or crowded. */
static int places_a_page(const struct page *c)
{
    static const int places[UI_SIZE_COUNT] = {6, 6, 5, 2};
    return places[c->v->settings.size];
}

static const struct field *asked(struct page *c)
{
    return &visit_service(c->v, c->w)->fields[c->v->field];
}

static void notice(struct page *c)
{
    const char *text = words_notice(c);
    if (text)
        frame_tone(c, UI_TONE_WARN, "warn", text);
}

static void intro(struct page *c, const struct field *f)
{
    if (words_notice(c)) { /* one thing at a time: first what is wrong */
        notice(c);
        return;
    }
    ui_leaf(c->ui, (struct ui_spec){.role = UI_TEXT, .type = UI_TYPE_CAPTION,
                                    .tone = UI_TONE_QUIET,
                                    .label = ui_printf(c->ui, T("第%d个问题，一共%d个"),
                                                       visit_field_place(c->v, c->w),
                                                       visit_fields_asked(c->v, c->w))});
    frame_text(c, UI_TYPE_BODY, frame_words(c, &f->help));
}

static void finish(struct page *c, const struct field *f, bool next)
{
    if (c->v->may_continue)
        frame_button(c, T("就是这样，接着办"), NULL, ACT_CONTINUE, 0);
    if (!f->required)
        frame_button(c, T("不知道，先跳过"), NULL, ACT_SKIP, 0);
    if (next)
        frame_main(c, T("填好了"), "check", ACT_NEXT, 0);
    frame_close(c, 0);
}

static void choices(struct page *c, const struct field *f)
{
    frame_open(c, frame_words(c, &f->question));
    intro(c, f);
    if (f->kind == FIELD_YESNO) {
        frame_choice(c, T("是"), NULL, "check", ACT_YES, 0, c->v->ticked == 1);
        frame_choice(c, T("不是"), NULL, "cross", ACT_NO, 0, c->v->ticked == 2);
    }
    for (int i = 0; i < f->option_count; i++)
        frame_choice(c, frame_words(c, &f->options[i].label), NULL,
                     c->v->ticked >> i & 1 ? "check" : NULL, ACT_OPTION, i,
                     c->v->ticked >> i & 1);
    if (f->kind == FIELD_SOME)
        frame_text(c, UI_TYPE_CAPTION, T("可以选几个。选好了，按下面的大按钮。"));
    frame_actions(c);
    finish(c, f, f->kind == FIELD_SOME);
}

static void numbers(struct page *c, const struct field *f)
{
    static const int phone[] = {3, 4, 4, 0}, bank[] = {4, 4, 4, 4, 4, 0},
                     id[] = {6, 8, 4, 4, 0};
    const int *groups = f->kind == FIELD_PHONE  ? phone
                        : f->kind == FIELD_BANK ? bank
                        : f->kind == FIELD_ID || f->kind == FIELD_DISABILITY ? id
                                                                             : NULL;
    enum keypad kind = f->kind == FIELD_MONEY ? KEYPAD_MONEY
                       : f->kind == FIELD_ID || f->kind == FIELD_DISABILITY
                           ? KEYPAD_ID
                           : KEYPAD_DIGITS;
    const char *unit = f->kind == FIELD_MONEY ? T("元") : frame_words(c, &f->unit);
    const char *label = frame_words(c, &f->label);

    frame_open_fixed(c, frame_words(c, &f->question));
    intro(c, f);
    keypad_field(c, *unit ? ui_printf(c->ui, "%s (%s)", label, unit) : label, groups);
    keypad(c, kind);
    frame_actions(c);
    finish(c, f, true);
}

static void turn(struct page *c, const char *label, const char *up, int up_arg,
                 const char *down, int down_arg)
{
    ui_open(c->ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_ROW, .gap_mm = 4,
                                    .tone = UI_TONE_CARD, .pad_mm = 4});
    ui_leaf(c->ui, (struct ui_spec){.id = ui_key("date", "down", down_arg),
                                    .role = UI_BUTTON, .label = down, .action = ACT_DATE,
                                    .arg = down_arg, .type = UI_TYPE_BUTTON,
                                    .tone = UI_TONE_SECONDARY, .width_mm = 60,
                                    .min_height_mm = 20, .flags = UI_CENTER});
    ui_leaf(c->ui, (struct ui_spec){.role = UI_STATUS, .label = label, .grow = 1,
                                    .type = UI_TYPE_TITLE, .flags = UI_CENTER | UI_LIVE});
    ui_leaf(c->ui, (struct ui_spec){.id = ui_key("date", "up", up_arg), .role = UI_BUTTON,
                                    .label = up, .action = ACT_DATE, .arg = up_arg,
                                    .type = UI_TYPE_BUTTON, .tone = UI_TONE_SECONDARY,
                                    .width_mm = 60, .min_height_mm = 20,
                                    .flags = UI_CENTER});
    ui_close(c->ui);
}

static void date(struct page *c, const struct field *f)
{
    struct date d = c->v->picked;
    bool en = c->lang == LANG_EN;
    frame_open(c, frame_words(c, &f->question));
    intro(c, f);
    ui_leaf(c->ui, (struct ui_spec){.role = UI_STATUS, .label = words_date(c, d),
                                    .type = UI_TYPE_TITLE, .tone = UI_TONE_INPUT,
                                    .pad_mm = 5, .flags = UI_LIVE | UI_BOLD | UI_CENTER});
    turn(c, ui_printf(c->ui, en ? "%d" : "%d年", d.year), T("晚一年"), DATE_YEAR_UP,
         T("早一年"), DATE_YEAR_DOWN);
    turn(c, ui_printf(c->ui, en ? "%02d" : "%d月", d.month), T("晚一月"), DATE_MONTH_UP,
         T("早一月"), DATE_MONTH_DOWN);
    turn(c, ui_printf(c->ui, en ? "%d" : "%d日", d.day), T("晚一天"), DATE_DAY_UP,
         T("早一天"), DATE_DAY_DOWN);
    frame_actions(c);
    finish(c, f, true);
}

static void place_pager(struct page *c, int page, int pages)
{
    if (page > 0)
        frame_button(c, T("看前面的"), NULL, ACT_PAGE, page - 1);
    if (page + 1 < pages)
        frame_button(c, T("后面还有"), NULL, ACT_PAGE, page + 1);
}

/* The town, then the village; six a page, so that nothing is small. */
static void address(struct page *c, const struct field *f)
{
    const struct division *villages = NULL;
    bool towns = c->v->town < 0;
    int a_page = places_a_page(c);
    int count = towns ? catalog_town_count(c->w->catalog)
                      : catalog_villages(c->w->catalog,
                                         catalog_town(c->w->catalog, c->v->town)->code,
                                         &villages);
    int pages = (count + a_page) / a_page;
    int page = c->v->page < pages ? c->v->page : pages - 1;

    frame_open_fixed(c, towns ? frame_words(c, &f->question) : T("哪个村，哪个社区？"));
    intro(c, f);
    ui_open(c->ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_COLUMN, .gap_mm = 4});
    for (int i = page * a_page; i < (page + 1) * a_page && i <= count; i++) {
        if (i == count)
            frame_choice(c, towns ? T("不在永川，在外地") : T("这里面没有"), NULL, NULL,
                         towns ? ACT_TOWN : ACT_VILLAGE, -1, false);
        else if (towns)
            frame_choice(c, catalog_town(c->w->catalog, i)->name, NULL, NULL, ACT_TOWN, i,
                         false);
        else
            frame_choice(c, villages[i].name, NULL, NULL, ACT_VILLAGE, i, false);
    }
    ui_close(c->ui);
    frame_actions(c);
    place_pager(c, page, pages);
    finish(c, f, false);
}

void screen_question(struct page *c)
{
    const struct field *f = asked(c);
    switch (f->kind) {
    case FIELD_YESNO:
    case FIELD_ONE:
    case FIELD_SOME:
        choices(c, f);
        break;
    case FIELD_DATE:
        date(c, f);
        break;
    case FIELD_ADDRESS:
        address(c, f);
        break;
    default:
        numbers(c, f);
    }
}
