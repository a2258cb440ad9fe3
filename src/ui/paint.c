/* The only file of ui/ that draws. Everything is painted in tree order under a
 * clip of what changed, so a partial repaint and a full one give the same pixels. */

#include "ui/internal.h"

#include <math.h>
#include <string.h>

static void source(cairo_t *cr, uint32_t c)
{
    cairo_set_source_rgb(cr, (c >> 16 & 255) / 255.0, (c >> 8 & 255) / 255.0, (c & 255) / 255.0);
}

static void round_path(cairo_t *cr, double x, double y, double w, double h, double r)
{
    if (r > h / 2)
        r = h / 2;
    if (r > w / 2)
        r = w / 2;
    cairo_new_sub_path(cr);
    cairo_arc(cr, x + w - r, y + r, r, -M_PI / 2, 0);
    cairo_arc(cr, x + w - r, y + h - r, r, 0, M_PI / 2);
    cairo_arc(cr, x + r, y + h - r, r, M_PI / 2, M_PI);
    cairo_arc(cr, x + r, y + r, r, M_PI, 1.5 * M_PI);
    cairo_close_path(cr);
}

static void box(struct ui *ui, cairo_t *cr, const struct ui_node *n, struct ui_colours c)
{
    struct ui_rect r = n->rect;
    bool square = n->spec.tone == UI_TONE_PAGE || n->spec.tone == UI_TONE_BAR ||
                  (n->spec.role == UI_GROUP && n->parent == 0);
    double line = c.edged ? fmax(1.5, ui->panel.px_per_mm * 0.35) : 0;
    if (n->spec.flags & UI_SELECTED)
        line = ui->panel.px_per_mm * 1.2;
    if (square) {
        cairo_rectangle(cr, r.x, r.y, r.w, r.h);
        source(cr, c.fill);
        cairo_fill(cr);
        if (c.edged && n->spec.tone != UI_TONE_PAGE) { /* a rule below the heading */
            cairo_rectangle(cr, r.x, r.y + (n->spec.tone == UI_TONE_BAR ? r.h - line : 0), r.w,
                            line);
            source(cr, c.edge);
            cairo_fill(cr);
        }
        return;
    }
    round_path(cr, r.x + line / 2, r.y + line / 2, r.w - line, r.h - line,
               ui->panel.px_per_mm * 3);
    source(cr, c.fill);
    cairo_fill_preserve(cr);
    if (line > 0) {
        source(cr, n->spec.flags & UI_SELECTED ? c.ink : c.edge);
        cairo_set_line_width(cr, line);
        cairo_stroke(cr);
    } else {
        cairo_new_path(cr);
    }
}

static void icon(struct ui *ui, cairo_t *cr, const char *name, struct ui_rect r, uint32_t ink)
{
    cairo_surface_t *mask = r.w > 0 ? icon_mask(ui, name, r.w) : NULL;
    source(cr, ink);
    if (mask) {
        cairo_mask_surface(cr, mask, r.x, r.y);
        return;
    }
    cairo_arc(cr, r.x + r.w / 2.0, r.y + r.h / 2.0, r.w / 5.0, 0, 2 * M_PI);
    cairo_fill(cr);
}

static void text(struct ui *ui, cairo_t *cr, const char *s, int size, bool bold, bool centre,
                 struct ui_rect r, uint32_t ink)
{
    if (!s || !*s || r.h <= 0)
        return;
    source(cr, ink);
    cairo_move_to(cr, r.x, r.y);
    pango_cairo_show_layout(cr, text_layout(ui, s, size, bold, r.w, centre, NULL, NULL));
}

static void strokes(struct ui *ui, cairo_t *cr, const struct ui_node *n, uint32_t ink)
{
    bool down = false;
    source(cr, ink);
    cairo_set_line_width(cr, ui->panel.px_per_mm * 1.1);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (int i = 0; i < n->spec.ink_count; i++) {
        struct ui_ink p = n->spec.ink[i];
        if (p.x < 0) {
            down = false;
            continue;
        }
        double x = n->rect.x + n->rect.w * p.x / 1000.0, y = n->rect.y + n->rect.h * p.y / 1000.0;
        if (!down) {
            cairo_move_to(cr, x, y);
            cairo_line_to(cr, x, y);
        } else {
            cairo_line_to(cr, x, y);
        }
        down = true;
    }
    cairo_stroke(cr);
}

static struct ui_rect shift(struct ui_rect r, int x, int y)
{
    return (struct ui_rect){r.x + x, r.y + y, r.w, r.h};
}

static void paint_node(struct ui *ui, cairo_t *cr, int i)
{
    const struct node *n = &ui->now->nodes[i];
    const struct ui_spec *s = &n->pub.spec;
    struct ui_rect r = n->pub.rect;
    struct ui_colours c = tree_colours(ui, ui->now, i);

    if (ui->pressed == s->id && s->action) { /* pressed: ink and ground change places */
        uint32_t fill = c.fill;
        c.fill = c.ink;
        c.ink = fill;
        c.edge = c.fill;
        c.filled = true;
    }
    if (c.filled && (s->tone != UI_TONE_NONE && s->tone != UI_TONE_QUIET) &&
        s->role != UI_HEADING)
        box(ui, cr, &n->pub, c);
    if (n->first < 0) {
        int height;
        bool bold = s->flags & UI_BOLD, centre = s->flags & UI_CENTER;
        if (s->role == UI_IMAGE && s->icon) {
            int side = r.w < r.h ? r.w : r.h;
            icon(ui, cr, s->icon, (struct ui_rect){r.x + (r.w - side) / 2, r.y + (r.h - side) / 2, side, side}, c.ink);
        } else if (s->role == UI_CANVAS) {
            strokes(ui, cr, &n->pub, c.ink);
        } else {
            struct leaf_parts p = layout_leaf(ui, n, r.w, &height);
            int down = (r.h - height) / 2;
            if (s->role == UI_TEXT && !(s->flags & UI_CENTER))
                down = 0;
            if (p.icon.w)
                icon(ui, cr, s->icon, shift(p.icon, r.x, r.y + down), c.ink);
            text(ui, cr, s->label, p.label_px, bold, centre, shift(p.label, r.x, r.y + down),
                 c.ink);
            text(ui, cr, s->value, p.value_px, s->role == UI_FIELD, centre,
                 shift(p.value, r.x, r.y + down), c.ink);
        }
    }
    if (ui->focus_visible && ui->focus == s->id && s->action) {
        double line = fmax(3, ui->panel.px_per_mm * 0.8);
        round_path(cr, r.x + line, r.y + line, r.w - 2 * line, r.h - 2 * line,
                   ui->panel.px_per_mm * 2.4);
        source(cr, s->tone == UI_TONE_PRIMARY ? c.ink : theme_focus(ui->now->settings.theme));
        cairo_set_line_width(cr, line);
        cairo_stroke(cr);
    }
}

static bool overlap(struct ui_rect a, struct ui_rect b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static struct ui_rect clip_to_panel(const struct ui *ui, struct ui_rect r)
{
    int x2 = r.x + r.w, y2 = r.y + r.h;
    if (r.x < 0)
        r.x = 0;
    if (r.y < 0)
        r.y = 0;
    r.w = (x2 < ui->panel.width_px ? x2 : ui->panel.width_px) - r.x;
    r.h = (y2 < ui->panel.height_px ? y2 : ui->panel.height_px) - r.y;
    return r;
}

static int damage(const struct ui *ui, struct ui_rect *out, int max)
{
    const struct frame *now = ui->now, *before = ui->before;
    struct ui_rect all = {0, 0, ui->panel.width_px, ui->panel.height_px};
    int n = 0;
    if (ui->fresh || now->count != before->count || strcmp(now->screen, before->screen) != 0 ||
        memcmp(&now->settings, &before->settings, sizeof now->settings) != 0) {
        out[0] = all;
        return 1;
    }
    for (int i = 0; i < now->count; i++) {
        if (now->nodes[i].hash == before->nodes[i].hash)
            continue;
        if (n + 2 > max) {
            out[0] = all;
            return 1;
        }
        struct ui_rect was = before->nodes[i].pub.rect, is = now->nodes[i].pub.rect;
        if (memcmp(&was, &is, sizeof is) != 0) {
            out[n] = clip_to_panel(ui, was);
            n += out[n].w > 0 && out[n].h > 0;
        }
        out[n] = clip_to_panel(ui, is);
        n += out[n].w > 0 && out[n].h > 0;
    }
    return n;
}

int ui_paint(struct ui *ui, void *pixels, int stride_bytes, bool force, struct ui_rect *changed,
             int max)
{
    if (force)
        ui->fresh = true;
    int n = damage(ui, changed, max);
    if (n == 0)
        return 0;
    cairo_surface_t *surface = cairo_image_surface_create_for_data(
        pixels, CAIRO_FORMAT_RGB24, ui->panel.width_px, ui->panel.height_px, stride_bytes);
    cairo_t *cr = cairo_create(surface);
    for (int i = 0; i < n; i++)
        cairo_rectangle(cr, changed[i].x, changed[i].y, changed[i].w, changed[i].h);
    cairo_clip(cr);
    /* Above the reach line there is only the calm ground of the page. */
    source(cr, theme_colours(ui->now->settings.theme, UI_TONE_PAGE).fill);
    if (ui->now->settings.reach)
        cairo_paint(cr);
    for (int i = 0; i < ui->now->count; i++) {
        const struct ui_node *node = &ui->now->nodes[i].pub;
        bool touched = false;
        for (int k = 0; k < n && !touched; k++)
            touched = overlap(node->rect, changed[k]);
        if (touched && !node->hidden)
            paint_node(ui, cr, i);
    }
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    cairo_surface_destroy(surface);
    ui->fresh = false;
    /* What is on the glass now is the frame to compare the next one with, also
     * when nothing is declared in between. */
    return n;
}

bool ui_write_png(const struct ui *ui, const void *pixels, int stride_bytes, const char *path,
                  struct err *err)
{
    cairo_surface_t *surface = cairo_image_surface_create_for_data(
        (unsigned char *)(uintptr_t)pixels, CAIRO_FORMAT_RGB24, ui->panel.width_px,
        ui->panel.height_px, stride_bytes);
    cairo_status_t status = cairo_surface_write_to_png(surface, path);
    cairo_surface_destroy(surface);
    return status == CAIRO_STATUS_SUCCESS ||
           err_set(err, ERR_BROKEN, "%s: %s", path, cairo_status_to_string(status));
}
