#include "kiosk/slip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "paper/receipt.h"
#include "rules/citizen_id.h"
#include "rules/person_name.h"
#include "visit/phrase.h"

struct slip {
    struct arena *arena; /* secret: holds every string of the receipt */
    struct receipt receipt;
    char id[UUID_TEXT_LEN + 1];
};

static const char *expand(struct slip *s, const struct visit *v,
                          const struct visit_world *w, const struct words *words)
{
    char text[1024];
    catalog_expand(w->catalog, words, s->receipt.lang, visit_today(v), NULL, text,
                   sizeof text);
    return arena_strdup(s->arena, text);
}

static void line(struct slip *s, const char *label, const char *value)
{
    if (!value || !*value || s->receipt.line_count == RECEIPT_MAX_LINES)
        return;
    s->receipt.lines[s->receipt.line_count++] =
        (struct receipt_line){label, arena_strdup(s->arena, value)};
}

struct slip *slip_create(const struct visit *v, const struct visit_world *w,
                         const struct station *station)
{
    struct slip *s = xcalloc(1, sizeof *s);
    struct receipt *r = &s->receipt;
    const struct service *service = visit_service(v, w);
    const struct identity_card *card = &v->person.card;
    char text[160], other[80];

    s->arena = arena_create(64 * 1024, true);
    memcpy(s->id, v->id, sizeof s->id);
    r->lang = (enum lang)v->settings.lang;
    r->station = arena_strdup(s->arena, station->name.in[r->lang]);
    r->title = arena_printf(s->arena, "%s", expand(s, v, w, &service->official));
    r->code = arena_strdup(s->arena, v->code);
    receipt_qr_format(v->code, v->id, text, sizeof text);
    r->qr = arena_strdup(s->arena, text);

    if (card->name[0] || card->latin_name[0]) {
        person_name_mask(card->name[0] ? card->name : card->latin_name, text, sizeof text);
        line(s, tr(r->lang, "申请人"), text);
    }
    citizen_id_mask(card->number, text, sizeof text);
    line(s, tr(r->lang, "证件号码"), text);
    phrase_date(r->lang, visit_today(v), text, sizeof text);
    line(s, tr(r->lang, "申请日期"), text);
    bool stuck = v->sending >= SENDING_REFUSED; /* then no promise holds */
    if (v->due.year && !stuck) {
        phrase_date(r->lang, v->due, other, sizeof other);
        line(s, tr(r->lang, "最迟哪天告诉您"), other);
    }
    line(s, tr(r->lang, "有事打电话"),
         service->phone && *service->phone ? service->phone : station->phone);

    r->truth =
        v->sending == SENDING_DONE ? tr(r->lang, "您的申请已经存好，也送到了。")
        : stuck
            ? tr(r->lang, "您的申请存在机器里，还没有送上去。请把这张小票交给工作人员。")
            : tr(r->lang, "您的申请已经存在这台机器里。线路通了就自动送上去，您不用再来。");
    if (!stuck)
        r->next[r->next_count++] = expand(s, v, w, &service->after);
    r->next[r->next_count++] =
        tr(r->lang, "想看办到哪一步，带这张小票来，扫二维码或者输入号码。");
    r->footer = tr(r->lang, "请收好这张小票。");
    return s;
}

void slip_destroy(struct slip *s)
{
    if (!s)
        return;
    arena_destroy(s->arena);
    explicit_bzero(s, sizeof *s);
    free(s);
}

const char *slip_id(const struct slip *s)
{
    return s->id;
}

bool slip_render(const struct slip *s, int width_dots, struct buf *out, struct err *err)
{
    struct receipt_raster raster = {0};
    bool ok = receipt_render(&s->receipt, width_dots, &raster, err) &&
              receipt_to_escpos(&raster, out, err);
    receipt_raster_finish(&raster);
    return ok;
}
