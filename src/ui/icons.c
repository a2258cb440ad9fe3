/* Icons are outlines made from the SVG files by assets/icons/outline:
 * lines "stroke WIDTH PATH" and "fill PATH" on 48 x 48, drawn once a size into a mask,
 * which the painter tints. The files are our own, but read as strictly as any other. */

#include "ui/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

enum { SIDE = 48, FILE_MAX = 64 * 1024 };

/* Up to count finite numbers; moves *p behind them. */
static bool numbers(const char **p, double *out, int count)
{
    for (int i = 0; i < count; i++) {
        char *end;
        out[i] = strtod(*p, &end);
        if (end == *p || !(out[i] > -1000 && out[i] < 1000))
            return false;
        *p = end;
    }
    return true;
}

static bool trace(cairo_t *cr, const char *p)
{
    double n[6];
    for (;;) {
        p += strspn(p, " ");
        char op = *p ? *p++ : 0;
        if (op == 0)
            return true;
        if (op == 'M' && numbers(&p, n, 2))
            cairo_move_to(cr, n[0], n[1]);
        else if (op == 'L' && numbers(&p, n, 2))
            cairo_line_to(cr, n[0], n[1]);
        else if (op == 'C' && numbers(&p, n, 6))
            cairo_curve_to(cr, n[0], n[1], n[2], n[3], n[4], n[5]);
        else if (op == 'Z')
            cairo_close_path(cr);
        else
            return false;
    }
}

static bool draw_line(cairo_t *cr, const char *line)
{
    double width;
    if (strncmp(line, "fill ", 5) == 0) {
        if (!trace(cr, line + 5))
            return false;
        cairo_fill(cr);
        return true;
    }
    if (strncmp(line, "stroke ", 7) != 0)
        return false;
    line += 7;
    if (!numbers(&line, &width, 1) || !trace(cr, line))
        return false;
    cairo_set_line_width(cr, width);
    cairo_stroke(cr);
    return true;
}

static cairo_surface_t *render(const char *path, int size)
{
    struct err err = {0};
    char *text = file_read(path, FILE_MAX, NULL, &err), *rest = text, *line;
    cairo_surface_t *mask = cairo_image_surface_create(CAIRO_FORMAT_A8, size, size);
    cairo_t *cr = cairo_create(mask);
    bool ok = text != NULL;

    cairo_scale(cr, (double)size / SIDE, (double)size / SIDE);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    while (ok && (line = strsep(&rest, "\n")))
        if (*line)
            ok = draw_line(cr, line);
    ok = ok && cairo_status(cr) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(cr);
    free(text);
    if (ok)
        return mask;
    log_warn("ui", "icon %s: %s", path, err.kind ? err.text : "not an outline");
    cairo_surface_destroy(mask);
    return NULL;
}

cairo_surface_t *icon_mask(struct ui *ui, const char *name, int size)
{
    for (int i = 0; i < ui->icon_count; i++)
        if (ui->icons[i].size == size && strcmp(ui->icons[i].name, name) == 0)
            return ui->icons[i].mask;
    if (ui->icon_count == UI_ICON_CACHE)
        icons_stop(ui);
    char *path = xasprintf("%s/%s.outline", ui->icons_folder, name);
    struct icon_entry *e = &ui->icons[ui->icon_count++];
    text_copy(e->name, sizeof e->name, name);
    e->size = size;
    e->mask = render(path, size);
    free(path);
    return e->mask;
}

void icons_stop(struct ui *ui)
{
    for (int i = 0; i < ui->icon_count; i++)
        if (ui->icons[i].mask)
            cairo_surface_destroy(ui->icons[i].mask);
    memset(ui->icons, 0, sizeof ui->icons);
    ui->icon_count = 0;
}
