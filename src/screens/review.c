/* One look over everything, the signature, and the moment of saving. */

#include "rules/citizen_id.h"
#include "screens/frame.h"

static void line(struct page *c, const char *label, const char *value, int field)
{
    ui_open(c->ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_ROW, .gap_mm = 4,
                                    .tone = UI_TONE_CARD, .pad_mm = 4});
    ui_open(c->ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_COLUMN, .grow = 1,
                                    .gap_mm = 1});
    ui_leaf(c->ui, (struct ui_spec){.role = UI_TEXT, .label = label,
                                    .type = UI_TYPE_CAPTION, .tone = UI_TONE_QUIET});
    ui_leaf(c->ui, (struct ui_spec){.role = UI_TEXT, .label = value, .type = UI_TYPE_BODY,
                                    .flags = UI_PRIVATE});
    ui_close(c->ui);
    if (field >= 0)
        ui_leaf(c->ui, (struct ui_spec){.id = ui_key("review", "change", field),
                                        .role = UI_BUTTON, .label = T("改"),
                                        .say = ui_printf(c->ui, T("改%s"), label),
                                        .action = ACT_CHANGE, .arg = field,
                                        .type = UI_TYPE_BUTTON, .width_mm = 34,
                                        .tone = UI_TONE_SECONDARY, .min_height_mm = 15,
                                        .flags = UI_CENTER});
    ui_close(c->ui);
}

void screen_review(struct page *c)
{
    const struct service *s = visit_service(c->v, c->w);
    const struct identity_card *card = &c->v->person.card;
    char number[32];

    citizen_id_mask(card->number, number, sizeof number);
    frame_open(c, T("请看一看，都对吗？"));
    line(c, T("办什么"), frame_words(c, &s->official), -1);
    if (card->name[0] || card->latin_name[0])
        line(c, T("名字"), card->name[0] ? card->name : card->latin_name, -1);
    line(c, T("身份证号码"), ui_printf(c->ui, "%s", number), -1);
    for (int i = 0; i < s->field_count; i++)
        if (visit_field_asked(c->v, c->w, i))
            line(c, frame_words(c, &s->fields[i].label), words_answer(c, i), i);
    frame_actions(c);
    frame_main(c, T("都对，去签字"), "signature", ACT_REVIEWED, 0);
    frame_close(c, 0);
}

void screen_signature(struct page *c)
{
    const char *text = words_notice(c);
    _Static_assert(sizeof(struct ink_point) == sizeof(struct ui_ink),
                   "the canvas draws the visit's points as they are");
    frame_open_fixed(c, T("请在框里签名"));
    if (text)
        frame_tone(c, UI_TONE_WARN, "warn", text);
    frame_text(c, UI_TYPE_BODY, T("签了名，就是说上面填的都是真的。不会写字，画个圈也行。"));
    ui_leaf(c->ui, (struct ui_spec){.id = ui_key("signature", "canvas", 0),
                                    .role = UI_CANVAS, .label = T("签名的地方"), .grow = 1,
                                    .tone = UI_TONE_INPUT,
                                    .ink = (const struct ui_ink *)c->v->ink,
                                    .ink_count = c->v->ink_count});
    frame_actions(c);
    frame_button(c, T("擦掉重签"), "cross", ACT_INK_CLEAR, 0);
    frame_main(c, T("签好了，交上去"), "check", ACT_SIGNED, 0);
    frame_close(c, 0);
}

void screen_saving(struct page *c)
{
    frame_open_fixed(c, T("正在存，请等一下"));
    frame_text(c, UI_TYPE_BODY, T("马上就好，请不要离开。"));
    frame_actions(c);
    frame_close(c, FOOT_NO_BACK | FOOT_NO_HOME | FOOT_NO_DISPLAY);
}
