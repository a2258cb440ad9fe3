/* The end of an application, and the moment when something went wrong. The words
 * say only what is true: stored means committed, sent means acknowledged. */

#include <string.h>

#include "screens/frame.h"

static void paper(struct page *c)
{
    const char *why = c->v->paper_why;
    switch (c->v->paper) {
    case PAPER_PRINTING:
        frame_tone(c, UI_TONE_CARD, "printer", T("小票正在打印。"));
        break;
    case PAPER_DONE:
        frame_tone(c, UI_TONE_GOOD, "printer", T("小票打好了，请拿好。"));
        break;
    case PAPER_FAILED:
        frame_tone(c, UI_TONE_WARN, "printer",
                   strcmp(why, "out") == 0     ? T("打印机没有纸了。请记下上面的号码，或者叫工作人员。")
                   : strcmp(why, "cover") == 0 ? T("打印机的盖子开着。请记下上面的号码，或者叫工作人员。")
                   : strcmp(why, "jam") == 0   ? T("打印机卡纸了。请记下上面的号码，或者叫工作人员。")
                                               : T("小票打不出来。请记下上面的号码，或者叫工作人员。"));
        break;
    default:
        frame_tone(c, UI_TONE_WARN, "printer",
                   T("请看看小票出来没有。没有的话，请记下上面的号码。"));
    }
}

static void sending(struct page *c)
{
    switch (c->v->sending) {
    case SENDING_DONE:
        frame_tone(c, UI_TONE_GOOD, "check", T("您的申请已经存好，也送到了。"));
        break;
    case SENDING_NOW:
        frame_tone(c, UI_TONE_GOOD, "check",
                   T("您的申请已经存在这台机器里，正在送上去。"));
        break;
    case SENDING_LATER:
        frame_tone(c, UI_TONE_GOOD, "check",
                   T("您的申请已经存在这台机器里。线路通了就自动送上去，您不用再来。"));
        break;
    case SENDING_REFUSED:
        frame_tone(c, UI_TONE_BAD, "warn",
                   T("您的申请存在这台机器里，可是上面没有收。请叫工作人员，或者拿着号码到旁边窗口，他们帮您办。"));
        break;
    case SENDING_STOPPED:
        frame_tone(c, UI_TONE_WARN, "warn",
                   T("您的申请存在这台机器里，现在送不上去，要工作人员来弄。请叫一下工作人员。"));
        break;
    }
}

void screen_done(struct page *c)
{
    const struct service *s = visit_service(c->v, c->w);

    bool stuck = c->v->sending >= SENDING_REFUSED;

    frame_open(c, stuck ? T("还要工作人员帮一下") : T("存好了"));
    sending(c);
    ui_open(c->ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_COLUMN,
                                    .tone = UI_TONE_CARD, .pad_mm = 5, .gap_mm = 2});
    ui_leaf(c->ui, (struct ui_spec){.role = UI_TEXT, .label = T("您的号码"),
                                    .type = UI_TYPE_CAPTION, .tone = UI_TONE_QUIET});
    ui_leaf(c->ui, (struct ui_spec){.role = UI_TEXT, .label = words_code(c, c->v->code),
                                    .type = UI_TYPE_DISPLAY, .flags = UI_BOLD});
    ui_close(c->ui);
    paper(c);
    /* Promises of the usual way; they do not hold when staff must act first. */
    if (c->v->due.year && !stuck)
        frame_fact(c, T("最迟哪天告诉您"), words_date(c, c->v->due), false);
    if (!stuck)
        frame_fact(c, T("接下来"), frame_words(c, &s->after), false);
    if (s->phone && *s->phone)
        frame_fact(c, T("有事打电话"), s->phone, false);
    frame_actions(c);
    if (c->v->paper == PAPER_FAILED || c->v->paper == PAPER_UNCONFIRMED)
        frame_button(c, T("再打一次小票"), "printer", ACT_REPRINT, 0);
    if (stuck) {
        frame_main(c, T("叫工作人员"), "staff", ACT_STAFF, 0);
        frame_button(c, T("办完了"), "check", ACT_FINISH, 0);
    } else {
        frame_main(c, T("办完了"), "check", ACT_FINISH, 0);
    }
    frame_close(c, stuck ? FOOT_NO_BACK | FOOT_NO_STAFF : FOOT_NO_BACK);
}

void screen_trouble(struct page *c)
{
    if (c->v->trouble == TROUBLE_NOT_STORED) {
        frame_open(c, T("还没有存上"));
        frame_tone(c, UI_TONE_BAD, "warn", T("机器现在存不了。您填的内容还在，没有丢。"));
        frame_text(c, UI_TYPE_BODY, T("请再试一次。还不行，就叫工作人员，或者到旁边窗口办。"));
    } else {
        frame_open(c, T("机器现在查不到"));
        frame_tone(c, UI_TONE_WARN, "warn", T("线路不通。"));
        frame_text(c, UI_TYPE_BODY, T("请过一会儿再试，或者到旁边窗口，报小票上的号码就行。"));
    }
    frame_actions(c);
    frame_main(c, T("再试一次"), "clock", ACT_RETRY, 0);
    frame_button(c, T("叫工作人员"), "staff", ACT_STAFF, 0);
    frame_close(c, FOOT_NO_STAFF);
}
