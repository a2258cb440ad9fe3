/* Who is standing here: the card, or the number typed, and "is this you?". */

#include <string.h>

#include "rules/citizen_id.h"
#include "rules/person_name.h"
#include "screens/keypad.h"

static void notice(struct page *c)
{
    const char *text = words_notice(c);
    if (text)
        frame_tone(c, UI_TONE_WARN, "warn", text);
}

void screen_identity(struct page *c)
{
    frame_open(c, T("请放身份证"));
    notice(c);
    ui_leaf(c->ui, (struct ui_spec){.role = UI_IMAGE, .icon = "card", .width_mm = 60,
                                    .height_mm = 50, .flags = UI_SILENT | UI_CENTER});
    frame_text(c, UI_TYPE_TITLE, T("把身份证平放在读卡的地方。"));
    frame_text(c, UI_TYPE_BODY, T("等一两秒，不要动。居住证、永久居留证也可以。"));
    frame_actions(c);
    if (!c->v->for_status)
        frame_button(c, T("没带证，输入号码"), "keypad", ACT_TYPE_NUMBER, 0);
    frame_close(c, 0);
}

void screen_id_number(struct page *c)
{
    static const int groups[] = {6, 8, 4, 0};
    frame_open_fixed(c, T("请输入身份证号码"));
    notice(c);
    keypad_field(c, T("身份证号码"), groups);
    keypad(c, KEYPAD_ID);
    frame_actions(c);
    if (c->v->may_continue)
        frame_button(c, T("证上就是这样，接着办"), NULL, ACT_CONTINUE, 0);
    frame_main(c, T("填好了"), "check", ACT_NEXT, 0);
    frame_close(c, 0);
}

void screen_person(struct page *c)
{
    const struct identity_card *card = &c->v->person.card;
    char number[32];

    frame_open(c, T("是您本人吗？"));
    if (c->v->person.expired)
        frame_tone(c, UI_TONE_WARN, "warn",
                   T("这张证过期了。可以接着办，工作人员会核对。请早点去换新证。"));
    if (c->v->person.check_digit_wrong)
        frame_tone(c, UI_TONE_WARN, "warn",
                   T("证上的号码有一位对不上。可以接着办，工作人员会核对。"));
    if (c->v->person.very_old)
        frame_tone(c, UI_TONE_WARN, "warn",
                   T("照这个号码，年纪超过120岁了。可以接着办，工作人员会核对。"));
    if (card->name[0] || card->latin_name[0])
        ui_leaf(c->ui, (struct ui_spec){.role = UI_TEXT, .type = UI_TYPE_DISPLAY,
                                        .flags = UI_PRIVATE | UI_BOLD,
                                        .label = card->name[0] ? card->name
                                                               : card->latin_name});
    if (card->has_unreadable)
        frame_text(c, UI_TYPE_CAPTION, T("有的字显示不出来，以证件为准。"));
    citizen_id_mask(card->number, number, sizeof number);
    frame_fact(c, T("身份证号码"), ui_printf(c->ui, "%s", number), true);
    if (card->birth.year)
        frame_fact(c, T("出生日期"),
                   ui_printf(c->ui, T("%s，今年%d岁"), words_date(c, card->birth),
                             date_age(card->birth, visit_today(c->v))),
                   true);
    if (card->sex == '1' || card->sex == '2')
        frame_fact(c, T("性别"), card->sex == '1' ? T("男") : T("女"), true);
    frame_actions(c);
    frame_main(c, T("对，是我"), "check", ACT_PERSON, 1);
    frame_button(c, T("不是我，换一张证"), "cross", ACT_PERSON, 0);
    frame_close(c, FOOT_NO_BACK);
}
