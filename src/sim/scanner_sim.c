#include <cairo.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "eyes/qr_code.h"
#include "sim/parts.h"

struct scanner_sim {
    char *folder;
    struct pty pty;
};

struct scanner_sim *scanner_sim_create(const char *folder, struct err *err)
{
    struct scanner_sim *s = xcalloc(1, sizeof *s);
    char *link = xasprintf("%s/scanner", folder);
    s->folder = xstrdup(folder);
    if (!pty_open(&s->pty, link, err)) {
        scanner_sim_destroy(s);
        s = NULL;
    }
    free(link);
    return s;
}

void scanner_sim_destroy(struct scanner_sim *s)
{
    if (!s)
        return;
    pty_close(&s->pty);
    free(s->folder);
    free(s);
}

static bool read_picture(const char *path, char *text, size_t size, struct err *err)
{
    cairo_surface_t *png = cairo_image_surface_create_from_png(path);
    int w = cairo_image_surface_get_width(png), h = cairo_image_surface_get_height(png);
    bool ok = cairo_surface_status(png) == CAIRO_STATUS_SUCCESS && w > 0 && h > 0;
    uint8_t *luma = ok ? xcalloc((size_t)w * (size_t)h, 1) : NULL;
    if (ok) { /* through a surface of known format */
        cairo_surface_t *rgb = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
        cairo_t *cr = cairo_create(rgb);
        cairo_set_source_surface(cr, png, 0, 0);
        cairo_paint(cr);
        cairo_destroy(cr);
        cairo_surface_flush(rgb);
        const unsigned char *data = cairo_image_surface_get_data(rgb);
        int stride = cairo_image_surface_get_stride(rgb);
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
                luma[(size_t)y * (size_t)w + (size_t)x] =
                    data[(size_t)y * (size_t)stride + (size_t)x * 4 + 1];
        cairo_surface_destroy(rgb);
        ok = qr_code_read(luma, w, h, w, text, size);
    }
    if (!ok)
        err_set(err, ERR_REFUSED, "%s: no QR code found", path);
    free(luma);
    cairo_surface_destroy(png);
    return ok;
}

bool scanner_sim_scan(struct scanner_sim *s, const char *what, struct err *err)
{
    char text[1024];
    char *path = *what == '/' ? xstrdup(what) : xasprintf("%s/%s", s->folder, what);
    bool picture = strlen(what) > 4 && strcmp(what + strlen(what) - 4, ".png") == 0;
    bool ok = true;

    if (picture)
        ok = read_picture(path, text, sizeof text, err);
    else
        snprintf(text, sizeof text, "%s", what);
    strncat(text, "\r", sizeof text - strlen(text) - 1);
    if (ok && write(s->pty.master, text, strlen(text)) != (ssize_t)strlen(text))
        ok = err_set(err, ERR_BROKEN, "scanner: nobody listens");
    free(path);
    return ok;
}
