/* What may lie over any other screen. */

#include "screens/frame.h"

void screen_still_there(struct page *c)
{
    frame_open(c, T("您还在吗？"));
    frame_text(c, UI_TYPE_BODY, T("您有一会儿没有按了。"));
    frame_text(c, UI_TYPE_BODY, T("要接着办，请按下面的大按钮。"));
    frame_text(c, UI_TYPE_BODY, T("不按的话，过一会儿就清掉您填的内容，别人看不到。"));
    frame_actions(c);
    frame_main(c, T("我还在，接着办"), "check", ACT_STILL_HERE, 0);
    frame_button(c, T("不办了，清掉"), "cross", ACT_FINISH, 0);
    frame_close(c, FOOT_NO_BACK | FOOT_NO_HOME | FOOT_NO_DISPLAY);
}

void screen_staff(struct page *c)
{
    /* Nothing rings yet (a call button and a bell are devices to come), so the screen
     * must not say that somebody was called. */
    frame_open(c, T("请工作人员来帮忙"));
    frame_tone(c, UI_TONE_WARN, "staff", T("请向旁边的工作人员招招手，或者喊一声。"));
    frame_text(c, UI_TYPE_BODY, T("可以把这一屏给工作人员看。您填的内容都在。"));
    if (c->facts->station_phone && *c->facts->station_phone)
        frame_fact(c, T("也可以打电话"), c->facts->station_phone, false);
    frame_actions(c);
    frame_main(c, T("好了，接着办"), "check", ACT_BACK, 0);
    frame_close(c, FOOT_NO_BACK | FOOT_NO_DISPLAY | FOOT_NO_STAFF);
}

void screen_leave(struct page *c)
{
    frame_open(c, T("不接着办了吗？"));
    frame_text(c, UI_TYPE_BODY, T("现在离开，刚才填的内容会清掉。"));
    frame_actions(c);
    frame_main(c, T("接着办"), "back", ACT_BACK, 0);
    frame_button(c, T("不办了，清掉"), "cross", ACT_LEAVE, 0);
    frame_close(c, FOOT_NO_BACK | FOOT_NO_HOME);
}
