/* The rules of DESIGN section 6, applied to one declared screen. */

#include "ui/internal.h"

#include <stdio.h>
#include <string.h>

struct finder {
    const struct ui *ui;
    void (*found)(void *self, const struct ui_node *node, const char *what);
    void *self;
    int count;
};

static void report(struct finder *f, const struct ui_node *n, const char *what)
{
    f->count++;
    f->found(f->self, n, what);
}

static void check_target(struct finder *f, const struct ui_node *n)
{
    double mm = f->ui->panel.px_per_mm, floor = n->spec.flags & UI_MAIN ? 20 : 12.7;
    if (n->rect.w / mm < 12.65 || n->rect.h / mm < floor - 0.3)
        report(f, n, "smaller than a finger needs");
    if (n->rect.x < 0 || n->rect.y < 0 || n->rect.x + n->rect.w > f->ui->panel.width_px ||
        n->rect.y + n->rect.h > f->ui->panel.height_px)
        report(f, n, "off the panel");
    if (!n->spec.label || !*n->spec.label)
        report(f, n, "a control without words");
    if (f->ui->now->settings.reach) {
        double above = f->ui->panel.floor_mm +
                       (f->ui->panel.height_px - n->rect.y) / f->ui->panel.px_per_mm;
        if (above > 1121)
            report(f, n, "above 1120 mm in reach mode");
    }
}

static void check_distance(struct finder *f, int i, int k)
{
    const struct ui_node *a = &f->ui->now->nodes[i].pub, *b = &f->ui->now->nodes[k].pub;
    double need = 2.54 * f->ui->panel.px_per_mm - 1;
    int dx = a->rect.x > b->rect.x ? a->rect.x - b->rect.x - b->rect.w
                                   : b->rect.x - a->rect.x - a->rect.w;
    int dy = a->rect.y > b->rect.y ? a->rect.y - b->rect.y - b->rect.h
                                   : b->rect.y - a->rect.y - a->rect.h;
    if (dx < 0 && dy < 0)
        report(f, a, "overlaps another control");
    else if ((dx > dy ? dx : dy) < need)
        report(f, a, "nearer than 2.54 mm to another control");
}

static void check_contrast(struct finder *f, int i)
{
    static const double floor[] = {4.5, 10, 20, 20};
    struct ui_colours c = tree_colours(f->ui, f->ui->now, i);
    if (theme_contrast(c.ink, c.fill) < floor[f->ui->now->settings.theme])
        report(f, &f->ui->now->nodes[i].pub, "too little contrast");
}

int ui_audit(const struct ui *ui,
             void (*found)(void *self, const struct ui_node *node, const char *what), void *self)
{
    struct finder f = {.ui = ui, .found = found, .self = self};
    int headings = 0, choices = 0;
    for (int i = 0; i < ui->now->count; i++) {
        const struct ui_node *n = &ui->now->nodes[i].pub;
        if (n->hidden)
            continue;
        headings += n->spec.role == UI_HEADING;
        choices += n->spec.role == UI_CHOICE;
        if (n->clipped)
            report(&f, n, "does not fit: text is clipped");
        if (n->spec.label && *n->spec.label) {
            check_contrast(&f, i);
            double ink = n->font_px * ui->ink_ratio / ui->panel.px_per_mm;
            if (ink < text_floor_mm(ui->now->settings.size) - 0.05)
                report(&f, n, "text smaller than the size chosen");
        }
        if (!tree_activatable(n))
            continue;
        check_target(&f, n);
        for (int k = i + 1; k < ui->now->count; k++) {
            if (ui->now->nodes[k].pub.spec.id == n->spec.id)
                report(&f, n, "two controls with one id");
            if (tree_activatable(&ui->now->nodes[k].pub))
                check_distance(&f, i, k);
        }
    }
    if (headings != 1)
        report(&f, &ui->now->nodes[0].pub, "not exactly one heading");
    if (choices > 7)
        report(&f, &ui->now->nodes[0].pub, "more than seven choices");
    return f.count;
}
