/* Icons are SVG files drawn once a size into a mask, which the painter tints. */

#include "ui/internal.h"

#include <librsvg/rsvg.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

static cairo_surface_t *render(const char *path, int size)
{
    GError *error = NULL;
    RsvgHandle *svg = rsvg_handle_new_from_file(path, &error);
    if (!svg) {
        log_warn("ui", "icon %s: %s", path, error ? error->message : "unreadable");
        g_clear_error(&error);
        return NULL;
    }
    cairo_surface_t *mask = cairo_image_surface_create(CAIRO_FORMAT_A8, size, size);
    cairo_t *cr = cairo_create(mask);
    RsvgRectangle box = {0, 0, size, size};
    bool ok = rsvg_handle_render_document(svg, cr, &box, &error);
    cairo_destroy(cr);
    g_object_unref(svg);
    if (!ok) {
        log_warn("ui", "icon %s: %s", path, error ? error->message : "cannot be drawn");
        g_clear_error(&error);
        cairo_surface_destroy(mask);
        return NULL;
    }
    return mask;
}

cairo_surface_t *icon_mask(struct ui *ui, const char *name, int size)
{
    for (int i = 0; i < ui->icon_count; i++)
        if (ui->icons[i].size == size && strcmp(ui->icons[i].name, name) == 0)
            return ui->icons[i].mask;
    if (ui->icon_count == UI_ICON_CACHE)
        icons_stop(ui);
    char *path = xasprintf("%s/%s.svg", ui->icons_folder, name);
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
