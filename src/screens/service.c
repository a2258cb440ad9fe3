/* Before anything is asked: what the service is, the consents, and the answer to
 * somebody who cannot get it. */

#include <string.h>

#include "screens/frame.h"

static void section(struct page *c, const char *label, const char *text)
{
    if (text && *text)
        frame_fact(c, label, text, false);
}

/* Several short lines as one block of text. */
static const char *join(struct page *c, const char *so_far, const char *line)
{
    if (!line || !*line || strcmp(so_far, line) == 0)
        return so_far; /* three unknown amounts are one sentence */
    return *so_far ? ui_printf(c->ui, "%s\n%s", so_far, line) : line;
}

static const char *what_to_bring(struct page *c, const struct service *s)
{
    const char *out = "";
    for (int i = 0; i < s->material_count; i++) {
        const struct material *m = &s->materials[i];
        const char *name = frame_words(c, &m->name), *plain = frame_words(c, &m->everyday);
        if (m->need == MATERIAL_WAIVED)
            continue;
        if (*plain)
            name = ui_printf(c->ui, c->lang == LANG_EN ? "%s (%s)" : "%s，%s", name, plain);
        if (m->need == MATERIAL_IF)
            name = ui_printf(c->ui, T("有的话带上：%s"), name);
        out = join(c, out, name);
    }
    return out;
}

static const char *what_we_look_up(struct page *c, const struct service *s)
{
    const char *out = "";
    for (int i = 0; i < s->material_count; i++)
        if (s->materials[i].need == MATERIAL_WAIVED)
            out = join(c, out, frame_words(c, &s->materials[i].instead));
    return out;
}

void screen_service(struct page *c)
{
    const struct service *s = visit_service(c->v, c->w);
    const char *who = "", *amount = "";

    for (int i = 0; i < s->requirement_count; i++)
        who = join(c, who, frame_words(c, &s->requirements[i].says));
    for (int i = 0; i < s->amount_count; i++)
        amount = join(c, amount, frame_words(c, &s->amount[i]));
    frame_open(c, frame_words(c, &s->plain));
    frame_text(c, UI_TYPE_BODY, frame_words(c, &s->summary));
    section(c, T("谁能办"), who);
    section(c, T("能领多少"), amount);
    section(c, T("要带什么"), what_to_bring(c, s));
    section(c, T("这些不用带"), what_we_look_up(c, s));
    section(c, T("多久有结果"), frame_words(c, &s->how_long));
    section(c, T("要花钱吗"), frame_words(c, &s->fee));
    section(c, T("办成了怎么给"), frame_words(c, &s->result));
    for (int i = 0; i < s->faq_count; i++)
        section(c, frame_words(c, &s->faq[i].question), frame_words(c, &s->faq[i].answer));
    frame_actions(c);
    frame_main(c, T("我要申请"), "apply", ACT_APPLY, 0);
    frame_close(c, FOOT_NO_HOME);
}

void screen_consent(struct page *c)
{
    const struct service *s = visit_service(c->v, c->w);
    int i = 0;
    while (i + 1 < s->consent_count && (c->v->consents >> i & 1))
        i++;
    const struct consent *consent = &s->consents[i];
    frame_open(c, frame_words(c, &consent->title));
    for (int k = 0; k < consent->paragraph_count; k++)
        frame_text(c, UI_TYPE_BODY, frame_words(c, &consent->paragraphs[k]));
    frame_actions(c);
    frame_main(c, T("同意，接着办"), "check", ACT_CONSENT, 1);
    frame_button(c, T("不同意"), "cross", ACT_CONSENT, 0);
    frame_close(c, 0);
}

void screen_not_eligible(struct page *c)
{
    const struct service *s = visit_service(c->v, c->w);
    frame_open(c, c->v->requirement >= 0 ? T("这个现在还办不了") : T("不同意也可以"));
    if (c->v->requirement >= 0) {
        const struct requirement *r = &s->requirements[c->v->requirement];
        frame_tone(c, UI_TONE_WARN, "warn", frame_words(c, &r->why_not));
        frame_fact(c, T("您可以这样办"), frame_words(c, &r->next_step), false);
    } else {
        frame_text(c, UI_TYPE_BODY, T("您不同意，我们就不看您的信息。"));
        frame_fact(c, T("您可以这样办"), T("请到旁边的窗口，工作人员帮您用纸办。"), false);
    }
    frame_text(c, UI_TYPE_BODY, T("您觉得不对，也请叫工作人员来看看。"));
    frame_actions(c);
    frame_main(c, T("看看别的事"), "home", ACT_LEAVE, 0);
    frame_button(c, T("叫工作人员"), "staff", ACT_STAFF, 0);
    frame_close(c, FOOT_NO_HOME | FOOT_NO_STAFF);
}
