/* Where is my application? */

#include <string.h>

#include "screens/keypad.h"

void screen_status_how(struct page *c)
{
    const char *text = words_notice(c);
    frame_open(c, T("看看办到哪一步了"));
    if (text)
        frame_tone(c, UI_TONE_WARN, "warn", text);
    frame_text(c, UI_TYPE_BODY, T("小票上有二维码，对准扫码口就能看。"));
    frame_choice(c, T("用身份证看"), T("您办过的都能看到"), "card", ACT_STATUS_CARD, 0, false);
    frame_choice(c, T("输入小票上的号码"), T("一共8个字"), "keypad", ACT_STATUS_CODE, 0, false);
    frame_actions(c);
    frame_close(c, 0);
}

void screen_status_code(struct page *c)
{
    static const int groups[] = {4, 4, 0};
    const char *text = words_notice(c);
    frame_open_fixed(c, T("请输入小票上的号码"));
    if (text)
        frame_tone(c, UI_TONE_WARN, "warn", text);
    keypad_field(c, T("小票上的号码"), groups);
    keypad(c, KEYPAD_CODE);
    frame_actions(c);
    frame_main(c, T("填好了，去看"), "search", ACT_NEXT, 0);
    frame_close(c, 0);
}

void screen_status_wait(struct page *c)
{
    frame_open(c, T("正在查，请等一下"));
    frame_text(c, UI_TYPE_BODY, T("马上就好。"));
    frame_actions(c);
    frame_close(c, 0);
}

static const char *state_words(struct page *c, const struct case_brief *k)
{
    if (strcmp(k->state, "refused") == 0)
        return T("存在这台机器里，上面没有收，请叫工作人员");
    if (k->only_here)
        return T("存在这台机器里，线路通了就送上去");
    if (strcmp(k->state, "received") == 0)
        return T("已经收到，等工作人员看");
    if (strcmp(k->state, "checking") == 0)
        return T("正在核对");
    if (strcmp(k->state, "needs_papers") == 0)
        return T("还差材料，请打电话问一问");
    if (strcmp(k->state, "decided_yes") == 0)
        return T("办成了");
    if (strcmp(k->state, "decided_no") == 0)
        return T("这次没有办成");
    if (strcmp(k->state, "paid") == 0)
        return T("钱已经发了");
    if (strcmp(k->state, "withdrawn") == 0)
        return T("已经撤回");
    return T("正在办");
}

static const struct reject_reason *reason_of(const struct service *s, const char *id)
{
    for (int i = 0; s && i < s->reject_count; i++)
        if (strcmp(s->rejects[i].id, id) == 0)
            return &s->rejects[i];
    return NULL;
}

static void case_card(struct page *c, const struct case_brief *k)
{
    const struct service *s = catalog_find(c->w->catalog, k->service);
    const struct reject_reason *reason = reason_of(s, k->reason);
    const struct words *step = NULL;

    for (int i = 0; s && i < s->step_count; i++)
        if (strcmp(s->steps[i].id, k->step) == 0)
            step = &s->steps[i].name;
    ui_open(c->ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_COLUMN,
                                    .tone = UI_TONE_CARD, .pad_mm = 5, .gap_mm = 2});
    ui_leaf(c->ui, (struct ui_spec){.role = UI_TEXT, .type = UI_TYPE_TITLE,
                                    .label = s ? frame_words(c, &s->plain) : k->service});
    ui_leaf(c->ui, (struct ui_spec){.role = UI_TEXT, .type = UI_TYPE_BODY,
                                    .flags = UI_BOLD, .label = state_words(c, k)});
    if (step && strcmp(k->state, "checking") == 0)
        frame_text(c, UI_TYPE_BODY,
                   ui_printf(c->ui, T("现在这一步：%s"), frame_words(c, step)));
    if (reason) {
        frame_text(c, UI_TYPE_BODY, frame_words(c, &reason->says));
        frame_text(c, UI_TYPE_BODY, frame_words(c, &reason->next_step));
    }
    if (k->due.year && !k->decided.year)
        frame_text(c, UI_TYPE_BODY,
                   ui_printf(c->ui, T("最迟%s告诉您"), words_date(c, k->due)));
    frame_text(c, UI_TYPE_CAPTION, ui_printf(c->ui, T("号码 %s"), words_code(c, k->code)));
    ui_close(c->ui);
}

void screen_status_list(struct page *c)
{
    frame_open(c, c->v->case_count ? T("办到这一步了") : T("没有查到"));
    if (!c->v->case_count) {
        frame_text(c, UI_TYPE_BODY, T("没有查到您办的事。"));
        frame_text(c, UI_TYPE_BODY,
                   T("刚办的，过一会儿再看。号码拿不准，请拿小票来，或者叫工作人员。"));
    }
    for (int i = 0; i < c->v->case_count; i++)
        case_card(c, &c->v->cases[i]);
    frame_actions(c);
    frame_main(c, T("看完了"), "check", ACT_FINISH, 0);
    frame_close(c, 0);
}
