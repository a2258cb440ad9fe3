/* The first screens: welcome, home, and how the screen looks. */

#include "screens/frame.h"

/* Residents read it too, so it is calm and says whom it concerns. */
static void for_staff(struct page *c)
{
    if (c->facts->put_aside)
        frame_tone(c, UI_TONE_WARN, "staff",
                   T("工作人员请看：以前存申请的文件坏了，放在一边了。请报修，不要删。现在办的都会存好。"));
    else if (c->facts->queue_stopped)
        frame_tone(c, UI_TONE_WARN, "staff",
                   T("工作人员请看：办的事送不上去，要您来弄。大家可以接着办，都会存好。"));
    else if (c->facts->refused)
        frame_tone(c, UI_TONE_WARN, "staff",
                   ui_printf(c->ui, T("工作人员请看：有%d件申请上面没有收，要您来办。"),
                             c->facts->refused));
}

void screen_welcome(struct page *c)
{
    frame_open_fixed(c, c->facts->station_name.in[c->lang]);
    for_staff(c);
    ui_open(c->ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_COLUMN, .grow = 1,
                                    .gap_mm = 10, .flags = UI_CENTER});
    ui_leaf(c->ui, (struct ui_spec){.role = UI_IMAGE, .icon = "help-hand", .width_mm = 60,
                                    .height_mm = 60, .flags = UI_SILENT});
    ui_leaf(c->ui, (struct ui_spec){.role = UI_TEXT, .label = T("您好，要办什么事，我帮您办。"),
                                    .type = UI_TYPE_TITLE, .flags = UI_CENTER});
    ui_leaf(c->ui, (struct ui_spec){.role = UI_TEXT,
                                    .label = T("带好身份证就行。不会用也没关系，可以叫人帮您。"),
                                    .type = UI_TYPE_BODY, .flags = UI_CENTER});
    ui_close(c->ui);
    frame_actions(c);
    frame_main(c, T("按这里开始"), "apply", ACT_START, 0);
    frame_button(c, c->lang == LANG_EN ? "中文" : "English", "language", ACT_LANG,
                 c->lang == LANG_EN ? LANG_ZH : LANG_EN);
    frame_close(c, FOOT_NO_BACK | FOOT_NO_HOME);
}

void screen_home(struct page *c)
{
    frame_open(c, T("您要办什么事？"));
    for_staff(c);
    for (int i = 0; i < catalog_service_count(c->w->catalog); i++) {
        const struct service *s = catalog_service(c->w->catalog, i);
        frame_choice(c, frame_words(c, &s->plain), frame_words(c, &s->official), s->icon,
                     ACT_SERVICE, i, false);
    }
    frame_choice(c, T("看看办到哪一步了"), T("用身份证，或者小票上的号码"), "search", ACT_STATUS,
                 0, false);
    frame_actions(c);
    frame_close(c, FOOT_NO_BACK | FOOT_NO_HOME);
}

static const char *theme_name(struct page *c, int theme)
{
    switch (theme) {
    case UI_THEME_SOFT:
        return T("柔和");
    case UI_THEME_BLACK:
        return T("黑底白字");
    case UI_THEME_WHITE:
        return T("白底黑字");
    default:
        return T("平常");
    }
}

static const char *size_name(struct page *c, int size)
{
    switch (size) {
    case UI_SIZE_SMALL:
        return T("小字");
    case UI_SIZE_LARGE:
        return T("大字");
    case UI_SIZE_HUGE:
        return T("特大字");
    default:
        return T("平常");
    }
}

void screen_display(struct page *c)
{
    const struct visit_settings *s = &c->v->settings;
    int bigger = s->size + 1 < UI_SIZE_COUNT ? s->size + 1 : s->size;
    int smaller = s->size > 0 ? s->size - 1 : 0;
    frame_open(c, T("看不清？在这里调"));
    frame_choice(c, T("字再大一点"), ui_printf(c->ui, T("现在：%s"), size_name(c, s->size)),
                 "text-size", ACT_SIZE, bigger, false);
    frame_choice(c, T("字再小一点"), NULL, "text-size", ACT_SIZE, smaller, false);
    frame_choice(c, T("换一种颜色"),
                 ui_printf(c->ui, T("现在：%s"), theme_name(c, s->theme)), "contrast",
                 ACT_THEME, (s->theme + 1) % UI_THEME_COUNT, false);
    frame_choice(c, s->reach ? T("按钮放回原来的位置") : T("按钮放低一点，坐着也够得着"), NULL,
                 "wheelchair", ACT_REACH, !s->reach, s->reach);
    frame_choice(c, c->lang == LANG_EN ? "中文" : "English", NULL, "language", ACT_LANG,
                 c->lang == LANG_EN ? LANG_ZH : LANG_EN, false);
    frame_actions(c);
    frame_main(c, T("好了，接着办"), "check", ACT_BACK, 0);
    frame_close(c, FOOT_NO_BACK | FOOT_NO_HOME | FOOT_NO_DISPLAY);
}
