/* Two passes: what a node wants (height for a width, as text needs), then where
 * it goes. Pages are dealt in the second pass. All in whole pixels.
 *
 * Pages that hold little are not left half empty: their type and spacing grow by
 * up to a third, as far as one page still holds them. The size the resident chose
 * is the least, never the most. */

#include "ui/internal.h"

#include <math.h>
#include <stdio.h>

int px(const struct ui *ui, double mm)
{
    return (int)lround(mm * ui->panel.px_per_mm);
}

static int at_least(int a, int b)
{
    return a > b ? a : b;
}

static struct node *node(struct ui *ui, int i)
{
    return &ui->now->nodes[i];
}

static int roomy_px(const struct ui *ui, const struct node *n, double mm)
{
    return px(ui, mm * (double)n->roomy);
}

static int type_px(const struct ui *ui, const struct node *n, enum ui_type type)
{
    return (int)ceil(text_px(ui, type) * (double)n->roomy);
}

static int min_height(const struct ui *ui, const struct node *n)
{
    const struct ui_spec *s = &n->pub.spec;
    double mm = s->min_height_mm * (double)(n->roomy * n->roomy);
    if (s->action && s->role != UI_GROUP && mm < 12.7)
        mm = 12.7;
    if ((s->flags & UI_MAIN) && mm < 20)
        mm = 20;
    return (int)ceil(mm * ui->panel.px_per_mm);
}

static bool icon_above(const struct ui_spec *s)
{
    return (s->flags & UI_CENTER) && s->type == UI_TYPE_CAPTION && s->icon && s->label;
}

struct leaf_parts layout_leaf(struct ui *ui, const struct node *n, int width, int *height)
{
    const struct ui_spec *s = &n->pub.spec;
    struct leaf_parts p = {0};
    bool button = s->role == UI_BUTTON || s->role == UI_CHOICE;
    bool centre = s->flags & UI_CENTER, above = icon_above(s);
    int pad = roomy_px(ui, n, s->pad_mm > 0 ? s->pad_mm : button ? 2 : 0);
    int gap = px(ui, 3), inner = width - 2 * pad, icon = 0;

    p.label_px = type_px(ui, n, s->type);
    p.value_px = type_px(ui, n, UI_TYPE_CAPTION);
    if (s->role == UI_FIELD) { /* what it is, small; what was typed, large */
        p.label_px = type_px(ui, n, UI_TYPE_CAPTION);
        p.value_px = type_px(ui, n, s->type);
    }
    if (s->icon && s->label)
        icon = (int)(p.label_px * (above ? 1.35 : 1.5));
    int text_w = above || !icon ? inner : inner - icon - gap;
    if (text_w < 1)
        text_w = 1;
    int lw = 0, lh = 0, vw = 0, vh = 0;
    if (s->label && *s->label)
        text_layout(ui, s->label, p.label_px, s->flags & UI_BOLD, text_w, centre, &lw, &lh);
    if (s->role == UI_FIELD && !(s->value && *s->value))
        text_layout(ui, "0", p.value_px, s->flags & UI_BOLD, text_w, centre, &vw, &vh);
    else if (s->value && *s->value)
        text_layout(ui, s->value, p.value_px, s->role == UI_FIELD, text_w, centre, &vw, &vh);
    int text_h = lh + vh + (lh && vh ? px(ui, 0.5) : 0);
    int content = above ? icon + px(ui, 1) + text_h : at_least(text_h, icon);
    *height = content + 2 * pad;

    int used = lw > vw ? lw : vw, x = pad;
    if (centre && icon && !above) {
        int block = icon + gap + (used < text_w ? used : text_w);
        x = (width - block) / 2;
        text_w = used;
    }
    p.icon = (struct ui_rect){above ? (width - icon) / 2 : x, above ? pad : pad + (content - icon) / 2,
                              icon, icon};
    int tx = above || !icon ? (centre ? pad : x) : x + icon + gap;
    int ty = above ? pad + icon + px(ui, 1) : pad + (content - text_h) / 2;
    p.label = (struct ui_rect){tx, ty, text_w, lh};
    p.value = (struct ui_rect){tx, ty + text_h - vh, text_w, vh};
    return p;
}

static int want_h(struct ui *ui, int i, int width);

/* How a row shares its width; out has one entry a child. */
static void split_row(struct ui *ui, int i, int width, int *out)
{
    struct node *n = node(ui, i);
    int gap = roomy_px(ui, n, n->pub.spec.gap_mm), left = width - gap * (n->children - 1), grow = 0, k = 0;
    for (int c = n->first; c >= 0; c = node(ui, c)->next, k++) {
        const struct ui_spec *s = &node(ui, c)->pub.spec;
        out[k] = s->width_mm > 0 ? px(ui, s->width_mm) : 0;
        left -= out[k];
        if (s->width_mm <= 0)
            grow += s->grow > 0 ? s->grow : 1;
    }
    k = 0;
    for (int c = n->first; c >= 0 && left > 0; c = node(ui, c)->next, k++) {
        const struct ui_spec *s = &node(ui, c)->pub.spec;
        if (s->width_mm > 0)
            continue;
        int share = s->grow > 0 ? s->grow : 1;
        out[k] = left * share / grow;
        left -= out[k];
        grow -= share;
    }
}

enum { MAX_CHILDREN = 160 };

static int want_group_h(struct ui *ui, int i, int inner)
{
    struct node *n = node(ui, i);
    const struct ui_spec *s = &n->pub.spec;
    int gap = roomy_px(ui, n, s->gap_mm), h = 0, k = 0;

    if (s->dir == UI_GRID) {
        int columns = s->columns > 0 ? s->columns : 1, row = 0;
        int cell = (inner - gap * (columns - 1)) / columns;
        for (int c = n->first; c >= 0; c = node(ui, c)->next, k++) {
            row = at_least(row, want_h(ui, c, cell));
            if (k % columns == columns - 1 || node(ui, c)->next < 0) {
                h += row + (k >= columns ? gap : 0);
                row = 0;
            }
        }
        return h;
    }
    if (s->dir == UI_ROW) {
        int widths[MAX_CHILDREN];
        if (n->children > MAX_CHILDREN)
            return 0;
        split_row(ui, i, inner, widths);
        for (int c = n->first; c >= 0; c = node(ui, c)->next, k++)
            h = at_least(h, want_h(ui, c, widths[k]));
        return h;
    }
    for (int c = n->first; c >= 0; c = node(ui, c)->next)
        if (!node(ui, c)->pager)
            h += want_h(ui, c, inner) + (k++ ? gap : 0);
    return h;
}

static int want_h(struct ui *ui, int i, int width)
{
    struct node *n = node(ui, i);
    const struct ui_spec *s = &n->pub.spec;
    int h;
    if (n->want_h_for == width)
        return n->want_h;
    if (s->height_mm > 0)
        h = px(ui, s->height_mm);
    else if (n->first < 0)
        layout_leaf(ui, n, width, &h);
    else
        h = want_group_h(ui, i, width - 2 * roomy_px(ui, n, s->pad_mm)) +
            2 * roomy_px(ui, n, s->pad_mm);
    h = at_least(h, min_height(ui, n));
    n->want_h = h;
    n->want_h_for = width;
    return h;
}

static void place(struct ui *ui, int i, struct ui_rect r, bool hidden);

static void place_column(struct ui *ui, int i, struct ui_rect in, bool hidden)
{
    struct node *n = node(ui, i);
    int gap = roomy_px(ui, n, n->pub.spec.gap_mm), left = in.h - gap * (n->children - 1), grow = 0;
    for (int c = n->first; c >= 0; c = node(ui, c)->next) {
        const struct ui_spec *s = &node(ui, c)->pub.spec;
        if (s->grow)
            grow += s->grow;
        else
            left -= want_h(ui, c, in.w);
    }
    int y = in.y;
    bool centre = (n->pub.spec.flags & UI_CENTER) && !grow;
    if (centre && left > 0)
        y += left / 2;
    if (left < 0) /* more than fits: the audit speaks up */
        n->pub.clipped = true;
    for (int c = n->first; c >= 0; c = node(ui, c)->next) {
        const struct ui_spec *s = &node(ui, c)->pub.spec;
        int h = want_h(ui, c, in.w);
        if (s->grow) {
            h = left > 0 ? left * s->grow / grow : 0;
            left -= h;
            grow -= s->grow;
        }
        struct ui_rect r = {in.x, y, in.w, h};
        if (s->width_mm > 0 && px(ui, s->width_mm) < in.w) {
            r.w = px(ui, s->width_mm);
            if ((n->pub.spec.flags | s->flags) & UI_CENTER)
                r.x += (in.w - r.w) / 2;
        }
        place(ui, c, r, hidden);
        y += h + gap;
    }
}

static void place_row(struct ui *ui, int i, struct ui_rect in, bool hidden)
{
    struct node *n = node(ui, i);
    int widths[MAX_CHILDREN], k = 0, x = in.x, gap = roomy_px(ui, n, n->pub.spec.gap_mm);
    if (n->children > MAX_CHILDREN)
        return;
    split_row(ui, i, in.w, widths);
    for (int c = n->first; c >= 0; c = node(ui, c)->next, k++) {
        int h = want_h(ui, c, widths[k]);
        bool button = node(ui, c)->pub.spec.role == UI_BUTTON;
        if (h > in.h || !button)
            h = in.h;
        place(ui, c, (struct ui_rect){x, in.y + (in.h - h) / 2, widths[k], h}, hidden);
        x += widths[k] + gap;
    }
}

static void place_grid(struct ui *ui, int i, struct ui_rect in, bool hidden)
{
    struct node *n = node(ui, i);
    int columns = n->pub.spec.columns > 0 ? n->pub.spec.columns : 1;
    int rows = (n->children + columns - 1) / columns, gap = roomy_px(ui, n, n->pub.spec.gap_mm), k = 0;
    if (rows == 0)
        return;
    int w = (in.w - gap * (columns - 1)) / columns, h = (in.h - gap * (rows - 1)) / rows;
    for (int c = n->first; c >= 0; c = node(ui, c)->next, k++)
        place(ui, c,
              (struct ui_rect){in.x + k % columns * (w + gap), in.y + k / columns * (h + gap), w, h},
              hidden);
}

static void hide_pager(struct ui *ui, int i)
{
    for (; i < ui->now->count && node(ui, i)->pager; i++) {
        node(ui, i)->pub.hidden = true;
        node(ui, i)->pub.rect = (struct ui_rect){0};
    }
}

static void show_pager(struct ui *ui, int i, struct ui_rect r, int page, int pages, bool hidden)
{
    int previous = i + 1, where = i + 2, next = i + 3;
    node(ui, where)->pub.spec.label =
        ui_printf(ui, tr(ui->now->settings.lang, "第%d页，共%d页"), page + 1, pages);
    node(ui, where)->want_h_for = -1;
    node(ui, previous)->pub.spec.arg = page - 1;
    node(ui, next)->pub.spec.arg = page + 1;
    place(ui, i, r, hidden);
    node(ui, previous)->pub.hidden |= page == 0;
    node(ui, next)->pub.hidden |= page + 1 >= pages;
}

static void make_roomy(struct ui *ui, int i, float roomy)
{
    struct node *n = node(ui, i);
    n->roomy = roomy;
    n->want_h_for = -1;
    for (int c = n->first; c >= 0; c = node(ui, c)->next)
        make_roomy(ui, c, roomy);
}

/* Text grows in both directions, so twice the height is about 1.35 the type. One
 * guess and one look: a screen must not be laid out five times. */
static int use_the_room(struct ui *ui, int i, struct ui_rect in, int h)
{
    double spare = h > 0 ? (double)in.h / h : 1;
    float roomy = spare >= 1.9 ? 1.35f : spare >= 1.5 ? 1.2f : spare >= 1.3 ? 1.1f : 1;
    if (roomy <= 1)
        return h;
    make_roomy(ui, i, roomy);
    int grown = want_group_h(ui, i, in.w);
    if (grown <= in.h)
        return grown;
    make_roomy(ui, i, 1);
    return h;
}

static void place_pages(struct ui *ui, int i, struct ui_rect in, bool hidden)
{
    struct node *n = node(ui, i);
    int pager = -1, h = 0, k = 0;
    int page_of[MAX_CHILDREN] = {0}, pages = 1, used = 0;

    for (int c = n->first; c >= 0; c = node(ui, c)->next)
        if (node(ui, c)->pager)
            pager = c;
    h = use_the_room(ui, i, in, want_group_h(ui, i, in.w));
    int gap = roomy_px(ui, n, n->pub.spec.gap_mm), room = in.h;
    if (h > in.h && n->children <= MAX_CHILDREN) {
        room -= want_h(ui, pager, in.w) + gap;
        for (int c = n->first; c >= 0; c = node(ui, c)->next, k++) {
            if (c == pager)
                continue;
            int want = want_h(ui, c, in.w);
            if (used && used + gap + want > room) {
                pages++;
                used = 0;
            }
            used += want + (used ? gap : 0);
            page_of[k] = pages - 1;
            if (want > room)
                node(ui, c)->pub.clipped = true;
        }
    }
    int page = n->pub.spec.page < pages ? n->pub.spec.page : pages - 1;
    int y = in.y;
    k = 0;
    for (int c = n->first; c >= 0; c = node(ui, c)->next, k++) {
        if (c == pager)
            continue;
        bool here = page_of[k] == page;
        int want = want_h(ui, c, in.w);
        struct ui_rect r = {in.x, here ? y : in.y, in.w, want};
        const struct ui_spec *s = &node(ui, c)->pub.spec;
        if (s->width_mm > 0 && px(ui, s->width_mm) < in.w) {
            r.w = px(ui, s->width_mm);
            if (s->flags & UI_CENTER)
                r.x += (in.w - r.w) / 2;
        }
        place(ui, c, r, hidden || !here);
        if (here)
            y += want + gap;
    }
    if (pages == 1) {
        hide_pager(ui, pager);
        return;
    }
    int ph = want_h(ui, pager, in.w);
    show_pager(ui, pager, (struct ui_rect){in.x, in.y + in.h - ph, in.w, ph}, page, pages,
               hidden);
}

static void place(struct ui *ui, int i, struct ui_rect r, bool hidden)
{
    struct node *n = node(ui, i);
    n->pub.rect = r;
    n->pub.hidden = hidden;
    n->pub.font_px = type_px(ui, n, n->pub.spec.type);
    if (n->first < 0) {
        int h;
        if (n->pub.spec.label && !n->pub.spec.ink) {
            layout_leaf(ui, n, r.w, &h);
            if (h > r.h + 1 && n->pub.spec.role != UI_IMAGE && n->pub.spec.role != UI_CANVAS)
                n->pub.clipped = true;
        }
        return;
    }
    int pad = roomy_px(ui, n, n->pub.spec.pad_mm);
    struct ui_rect in = {r.x + pad, r.y + pad, r.w - 2 * pad, r.h - 2 * pad};
    switch (n->pub.spec.dir) {
    case UI_ROW:
        place_row(ui, i, in, hidden);
        break;
    case UI_GRID:
        place_grid(ui, i, in, hidden);
        break;
    case UI_PAGES:
        place_pages(ui, i, in, hidden);
        break;
    default:
        place_column(ui, i, in, hidden);
    }
}

void layout_run(struct ui *ui)
{
    struct ui_rect r = {0, 0, ui->panel.width_px, ui->panel.height_px};
    if (ui->now->settings.reach) {
        /* Everything moves below the line a seated person reaches. */
        double top_mm = ui->panel.floor_mm + ui->panel.height_px / ui->panel.px_per_mm;
        int cut = px(ui, top_mm - 1120);
        if (cut > 0 && cut < r.h * 2 / 3) {
            r.y += cut;
            r.h -= cut;
        }
    }
    if (ui->now->count)
        place(ui, 0, r, false);
}
