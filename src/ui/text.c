/* Text as Pango lays it out, remembered between frames. The cache holds what
 * residents typed, so it is emptied when a visit ends.
 * Pango's own copies are overwritten as they are freed: see base/wipe_free.c,
 * without which they would stay readable. */

#include "ui/internal.h"

#include <math.h>
#include <string.h>

#include "paper/fonts.h"

double text_floor_mm(enum ui_size size)
{
    static const double mm[] = {3.5, 4.8, 6.4, 8.5}; /* VVSG 2.0 7.1-G, see DESIGN 6 */
    return mm[size];
}

int text_px(const struct ui *ui, enum ui_type type)
{
    /* The larger the text, the less a title may tower: it must fit the glass. */
    static const double ratio[][UI_SIZE_COUNT] = {
        [UI_TYPE_BODY] = {1.60, 1.50, 1.20, 1.05},
        [UI_TYPE_CAPTION] = {1.15, 1.10, 1.0, 1.0},
        [UI_TYPE_BUTTON] = {1.90, 1.75, 1.35, 1.12},
        [UI_TYPE_TITLE] = {2.4, 2.15, 1.6, 1.3},
        [UI_TYPE_DISPLAY] = {4.2, 3.6, 2.6, 2.0},
    };
    enum ui_size size = ui->now->settings.size;
    double em = text_floor_mm(size) * ui->panel.px_per_mm / ui->ink_ratio;
    return (int)ceil(em * ratio[type][size]);
}

static PangoFontDescription *describe(int px_size, bool bold)
{
    PangoFontDescription *d = pango_font_description_new();
    pango_font_description_set_family_static(d, fonts_family());
    pango_font_description_set_absolute_size(d, px_size * PANGO_SCALE);
    pango_font_description_set_weight(d, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    return d;
}

bool text_start(struct ui *ui, struct err *err)
{
    PangoRectangle ink;
    ui->fonts = pango_cairo_font_map_new();
    ui->pango = pango_font_map_create_context(ui->fonts);
    pango_context_set_language(ui->pango, pango_language_from_string("zh-cn"));
    PangoLayout *l = pango_layout_new(ui->pango);
    PangoFontDescription *d = describe(200, false);
    pango_layout_set_font_description(l, d);
    pango_layout_set_text(l, "国", -1);
    pango_layout_get_pixel_extents(l, &ink, NULL);
    bool ok = pango_layout_get_unknown_glyphs_count(l) == 0 && ink.height > 100;
    ui->ink_ratio = ink.height / 200.0;
    pango_font_description_free(d);
    g_object_unref(l);
    return ok || err_set(err, ERR_BROKEN, "no Chinese font: install fonts-noto-cjk");
}

static uint64_t mix(uint64_t h, const void *data, size_t len)
{
    const unsigned char *p = data;
    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * 1099511628211u;
    return h;
}

PangoLayout *text_layout(struct ui *ui, const char *text, int px_size, bool bold, int width,
                         bool centre, int *w, int *h)
{
    int facts[] = {px_size, bold, width, centre};
    uint64_t key = mix(mix(14695981039346656037u, text, strlen(text)), facts, sizeof facts);
    struct text_entry *e = NULL;
    size_t slot = key % UI_TEXT_CACHE;
    for (int probe = 0; probe < UI_TEXT_CACHE; probe++) {
        struct text_entry *at = &ui->texts[(slot + (size_t)probe) % UI_TEXT_CACHE];
        if (!at->layout || at->key == key) {
            e = at;
            break;
        }
    }
    if (!e || (!e->layout && ui->text_count > UI_TEXT_CACHE * 3 / 4)) {
        text_forget(ui);
        e = &ui->texts[slot];
    }
    if (!e->layout) {
        PangoFontDescription *d = describe(px_size, bold);
        e->key = key;
        e->layout = pango_layout_new(ui->pango);
        pango_layout_set_font_description(e->layout, d);
        pango_layout_set_wrap(e->layout, PANGO_WRAP_WORD_CHAR);
        pango_layout_set_line_spacing(e->layout, 0.95f); /* Noto's own pitch is 1.448 em */
        if (width > 0)
            pango_layout_set_width(e->layout, width * PANGO_SCALE);
        if (centre)
            pango_layout_set_alignment(e->layout, PANGO_ALIGN_CENTER);
        pango_layout_set_text(e->layout, text, -1);
        pango_layout_get_pixel_size(e->layout, &e->w, &e->h);
        pango_font_description_free(d);
        ui->text_count++;
    }
    if (w)
        *w = e->w;
    if (h)
        *h = e->h;
    return e->layout;
}

void text_forget(struct ui *ui)
{
    for (int i = 0; i < UI_TEXT_CACHE; i++) {
        if (ui->texts[i].layout)
            g_object_unref(ui->texts[i].layout);
        ui->texts[i] = (struct text_entry){0};
    }
    ui->text_count = 0;
}

void text_stop(struct ui *ui)
{
    text_forget(ui);
    if (ui->pango)
        g_object_unref(ui->pango);
    if (ui->fonts)
        g_object_unref(ui->fonts);
}
