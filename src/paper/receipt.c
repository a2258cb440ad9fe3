/* One layout for screen picture, PDF and printer, in dots of 1/8 mm (203 dpi).
 * It runs twice over the same code: once only to learn the height, once drawing,
 * so that a text can never be longer than the place left for it. Texts wrap and
 * the paper grows; nothing is shrunk below its size or cut with dots.
 *
 * Sizes: hanzi a resident must read have at least 38 dots of ink (4.8 mm), the
 * small print 28 (3.5 mm). Drawn without grey, because a thermal head has none.
 *
 * Refused: texts that are not UTF-8, a QR code whose dots would be too small for
 * a telephone, and more than a metre of paper.
 *
 * Pictures and files in memory are wiped. Pango's own copies of the words are
 * freed, not wiped: they are out of reach. */
#include "paper/receipt.h"

#include <assert.h>
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "paper/fonts.h"

enum {
    DOTS_PER_MM = 8,
    MAX_HEIGHT = 1000 * DOTS_PER_MM,
    MAX_TEXT = 1000, /* bytes in one text */

    BODY = 44,  /* em, in dots */
    SMALL = 34,
    GAP = 24,
    QR_DOT_MIN = 6, /* 0.75 mm: an old telephone reads it at arm's length */
    QR_DOT_MAX = 8,
    QR_QUIET = 4, /* modules of white on every side, ISO/IEC 18004 */
};

struct page {
    cairo_t *cr;
    bool draw; /* false: only the height is wanted */
    double width, margin, y;
    const char *language;
};

static bool given(const char *s)
{
    return s && *s;
}

/* ---- pieces ---- */

static double room(const struct page *p)
{
    return p->width - 2 * p->margin;
}

/* Without width the text stays on one line. */
static PangoLayout *lay_out(const struct page *p, const char *s, int em, bool bold,
                            double width)
{
    PangoLayout *l = pango_cairo_create_layout(p->cr);
    PangoContext *context = pango_layout_get_context(l);
    PangoFontDescription *font = pango_font_description_new();

    pango_context_set_language(context, pango_language_from_string(p->language));
    pango_font_description_set_family_static(font, fonts_family());
    pango_font_description_set_absolute_size(font, em * PANGO_SCALE);
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD
                                                 : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(l, font);
    pango_font_description_free(font);
    pango_layout_set_auto_dir(l, FALSE);
    pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
    if (width > 0)
        pango_layout_set_width(l, (int)(width * PANGO_SCALE));
    pango_layout_set_text(l, s, -1);
    return l;
}

static double width_of(PangoLayout *l)
{
    PangoRectangle r;
    pango_layout_get_extents(l, NULL, &r);
    return (double)r.width / PANGO_SCALE;
}

static double height_of(PangoLayout *l)
{
    PangoRectangle r;
    pango_layout_get_extents(l, NULL, &r);
    return (double)r.height / PANGO_SCALE;
}

static double baseline_of(PangoLayout *l)
{
    return (double)pango_layout_get_baseline(l) / PANGO_SCALE;
}

static void show(const struct page *p, PangoLayout *l, double x, double y)
{
    if (!p->draw)
        return;
    cairo_move_to(p->cr, (int)(x + .5), (int)(y + .5));
    pango_cairo_show_layout(p->cr, l);
}

static void bar(struct page *p, double thick)
{
    if (p->draw) {
        cairo_rectangle(p->cr, p->margin, (int)p->y, room(p), thick);
        cairo_fill(p->cr);
    }
    p->y += thick;
}

static void dotted_line(struct page *p)
{
    if (p->draw)
        for (double x = p->margin; x + 2 <= p->width - p->margin; x += 8) {
            cairo_rectangle(p->cr, x, (int)p->y, 2, 2);
            cairo_fill(p->cr);
        }
    p->y += 2;
}

static void centred(struct page *p, const char *s, int em, bool bold)
{
    PangoLayout *l = lay_out(p, s, em, bold, room(p));
    pango_layout_set_alignment(l, PANGO_ALIGN_CENTER);
    show(p, l, p->margin, p->y);
    p->y += height_of(l);
    g_object_unref(l);
}

/* ---- parts of the receipt, top to bottom ---- */

static void code_part(struct page *p, const char *code)
{
    char grouped[16];
    bool eight = strlen(code) == 8 && text_length(code) == 8;
    PangoLayout *l = NULL;

    if (eight) {
        memcpy(grouped, code, 4);
        grouped[4] = '-';
        memcpy(grouped + 5, code + 4, 5);
    }
    for (int em = 108; em >= BODY; em -= 2) {
        if (l)
            g_object_unref(l);
        l = lay_out(p, eight ? grouped : code, em, true, 0);
        if (width_of(l) <= room(p))
            break;
    }
    if (width_of(l) > room(p))
        pango_layout_set_width(l, (int)(room(p) * PANGO_SCALE));
    /* The face leaves a third of a line above its capitals. */
    PangoRectangle ink;
    pango_layout_get_pixel_extents(l, &ink, NULL);
    show(p, l, p->margin + (room(p) - width_of(l)) / 2, p->y - ink.y);
    p->y += ink.height;
    g_object_unref(l);
    explicit_bzero(grouped, sizeof grouped);
}

/* Label left and value right on one line where both fit, so that the eye finds
 * the values in one column; a long value gets lines of its own. */
static void line_part(struct page *p, const struct receipt_line *line, double column)
{
    PangoLayout *label = lay_out(p, given(line->label) ? line->label : "", SMALL, false,
                                 room(p));
    PangoLayout *value = lay_out(p, given(line->value) ? line->value : "", BODY, true, 0);

    p->y += 6;
    if (given(line->label) && width_of(label) <= column &&
        column + GAP + width_of(value) <= room(p)) {
        double base = p->y + baseline_of(value);
        show(p, label, p->margin, base - baseline_of(label));
        show(p, value, p->margin + column + GAP, p->y);
        p->y += height_of(value);
    } else {
        if (given(line->label)) {
            show(p, label, p->margin, p->y);
            p->y += height_of(label) - 6;
        }
        pango_layout_set_width(value, (int)(room(p) * PANGO_SCALE));
        show(p, value, p->margin, p->y);
        p->y += height_of(value);
    }
    p->y += 6;
    g_object_unref(label);
    g_object_unref(value);
}

static void lines_part(struct page *p, const struct receipt *r)
{
    double column = 0;

    for (int i = 0; i < r->line_count; i++) {
        if (!given(r->lines[i].label))
            continue;
        PangoLayout *l = lay_out(p, r->lines[i].label, SMALL, false, 0);
        if (width_of(l) > column && width_of(l) <= room(p) * .36)
            column = width_of(l);
        g_object_unref(l);
    }
    for (int i = 0; i < r->line_count; i++) {
        if (i)
            dotted_line(p);
        line_part(p, &r->lines[i], column);
    }
}

static bool qr_part(struct page *p, const char *payload, struct err *err)
{
    /* Eight-bit mode: byte for byte, whatever the payload is. */
    QRcode *qr = QRcode_encodeString8bit(payload, 0, QR_ECLEVEL_M);
    if (!qr)
        return err_set(err, ERR_REFUSED, "receipt: %zu bytes make no QR code",
                       strlen(payload));
    int modules = qr->width + 2 * QR_QUIET;
    int dot = (int)(p->width * .62 / modules);
    if (dot < QR_DOT_MIN)
        dot = QR_DOT_MIN;
    if (dot > QR_DOT_MAX)
        dot = QR_DOT_MAX;
    bool ok = modules * dot <= p->width;
    if (!ok)
        err_set(err, ERR_REFUSED, "receipt: a QR code of %d modules is too wide",
                qr->width);
    if (ok && p->draw) {
        int left = (int)(p->width - modules * dot) / 2 + QR_QUIET * dot;
        int top = (int)p->y + QR_QUIET * dot;
        for (int y = 0; y < qr->width; y++)
            for (int x = 0; x < qr->width; x++)
                if (qr->data[y * qr->width + x] & 1)
                    cairo_rectangle(p->cr, left + x * dot, top + y * dot, dot, dot);
        cairo_fill(p->cr);
    }
    p->y = (int)p->y + modules * dot;
    explicit_bzero(qr->data, (size_t)qr->width * qr->width);
    QRcode_free(qr);
    return ok;
}

static void rounded(cairo_t *cr, double x, double y, double w, double h, double radius)
{
    const double right_angle = G_PI / 2;
    cairo_new_sub_path(cr);
    cairo_arc(cr, x + w - radius, y + radius, radius, -right_angle, 0);
    cairo_arc(cr, x + w - radius, y + h - radius, radius, 0, right_angle);
    cairo_arc(cr, x + radius, y + h - radius, radius, right_angle, 2 * right_angle);
    cairo_arc(cr, x + radius, y + radius, radius, 2 * right_angle, 3 * right_angle);
    cairo_close_path(cr);
}

static void truth_part(struct page *p, const char *truth)
{
    const double line = 4, pad = 20;
    PangoLayout *l = lay_out(p, truth, BODY, true, room(p) - 2 * pad);
    double height = height_of(l) + pad;

    pango_layout_set_alignment(l, PANGO_ALIGN_CENTER);
    if (p->draw) {
        rounded(p->cr, p->margin + line / 2, (int)p->y + line / 2, room(p) - line,
                (int)height - line, 16);
        cairo_set_line_width(p->cr, line);
        cairo_stroke(p->cr);
    }
    show(p, l, p->margin + pad, p->y + pad / 2);
    p->y += height;
    g_object_unref(l);
}

static void step_part(struct page *p, int number, const char *step)
{
    const double disc = 48, indent = disc + 18;
    char digit[12];
    PangoLayout *text = lay_out(p, step, BODY, false, room(p) - indent);

    g_snprintf(digit, sizeof digit, "%d", number);
    if (p->draw) {
        PangoLayout *l = lay_out(p, digit, 36, true, 0);
        PangoRectangle ink;
        PangoLayoutLine *first = pango_layout_get_line_readonly(text, 0);
        PangoRectangle line;
        pango_layout_line_get_extents(first, NULL, &line);
        double middle = p->y + (double)line.height / PANGO_SCALE / 2;

        cairo_arc(p->cr, p->margin + disc / 2, (int)middle, disc / 2, 0, 2 * G_PI);
        cairo_fill(p->cr);
        pango_layout_get_pixel_extents(l, &ink, NULL);
        cairo_save(p->cr);
        /* On a one-bit surface white is the operator, not a colour. */
        if (cairo_surface_get_type(cairo_get_target(p->cr)) == CAIRO_SURFACE_TYPE_IMAGE)
            cairo_set_operator(p->cr, CAIRO_OPERATOR_CLEAR);
        else
            cairo_set_source_rgb(p->cr, 1, 1, 1);
        show(p, l, p->margin + disc / 2 - ink.width / 2. - ink.x,
             (int)middle - ink.height / 2. - ink.y);
        cairo_restore(p->cr);
        g_object_unref(l);
    }
    show(p, text, p->margin + indent, p->y);
    p->y += height_of(text) + 4;
    g_object_unref(text);
}

/* ---- the whole ---- */

static bool compose(struct page *p, const struct receipt *r, struct err *err)
{
    p->margin = p->width >= 500 ? 16 : 8;
    p->y = 8;
    p->language = lang_code(r->lang);
    cairo_set_source_rgba(p->cr, 0, 0, 0, 1);

    if (given(r->station)) {
        centred(p, r->station, SMALL, false);
        p->y += 6;
        bar(p, 4);
        p->y += 8;
    }
    if (given(r->title)) {
        centred(p, r->title, p->width >= 500 ? 60 : 52, true);
        p->y += 8;
    }
    if (given(r->code)) {
        p->y += 12;
        code_part(p, r->code);
        p->y += 24;
    }
    if (r->line_count) {
        bar(p, 2);
        lines_part(p, r);
        bar(p, 2);
        p->y += GAP;
    }
    if (given(r->truth)) {
        truth_part(p, r->truth);
        p->y += GAP;
    }
    for (int i = 0; i < r->next_count; i++)
        if (given(r->next[i]))
            step_part(p, i + 1, r->next[i]);
    if (given(r->qr) && !qr_part(p, r->qr, err))
        return false;
    if (given(r->footer)) {
        if (!given(r->qr))
            p->y += 8;
        bar(p, 2);
        p->y += 6;
        centred(p, r->footer, SMALL, false);
    }
    p->y += 8;
    if (p->y > MAX_HEIGHT)
        return err_set(err, ERR_REFUSED, "receipt: %d mm of paper",
                       (int)p->y / DOTS_PER_MM);
    if (cairo_status(p->cr) != CAIRO_STATUS_SUCCESS)
        return err_set(err, ERR_BROKEN, "receipt: cairo: %s",
                       cairo_status_to_string(cairo_status(p->cr)));
    return true;
}

static bool check_text(const char *s, const char *which, struct err *err)
{
    if (!s)
        return true;
    size_t len = strnlen(s, MAX_TEXT + 1);
    if (len > MAX_TEXT)
        return err_set(err, ERR_REFUSED, "receipt: %s is too long", which);
    if (!text_valid(s, len))
        return err_set(err, ERR_REFUSED, "receipt: %s is not UTF-8", which);
    return true;
}

static bool check(const struct receipt *r, struct err *err)
{
    assert(r->line_count >= 0 && r->line_count <= RECEIPT_MAX_LINES);
    assert(r->next_count >= 0 && r->next_count <= (int)ARRAY_LEN(r->next));
    bool ok = check_text(r->station, "station", err) &&
              check_text(r->title, "title", err) && check_text(r->code, "code", err) &&
              check_text(r->qr, "qr", err) && check_text(r->truth, "truth", err) &&
              check_text(r->footer, "footer", err);
    for (int i = 0; ok && i < r->line_count; i++)
        ok = check_text(r->lines[i].label, "a label", err) &&
             check_text(r->lines[i].value, "a value", err);
    for (int i = 0; ok && i < r->next_count; i++)
        ok = check_text(r->next[i], "a next step", err);
    return ok;
}

static void no_grey(cairo_t *cr)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_antialias(cr, CAIRO_ANTIALIAS_NONE);
    /* pango_cairo takes its options from the surface and these from the context */
    cairo_set_font_options(cr, options);
    cairo_font_options_destroy(options);
}

static bool draw_a1(const struct receipt *r, uint8_t *bits, int width, int height,
                    int stride, bool draw, int *used, struct err *err)
{
    cairo_surface_t *surface = cairo_image_surface_create_for_data(
        bits, CAIRO_FORMAT_A1, width, height, stride);
    cairo_t *cr = cairo_create(surface);
    struct page p = {.cr = cr, .draw = draw, .width = width};

    no_grey(cr);
    bool ok = compose(&p, r, err);
    *used = (int)p.y + 1;
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return ok;
}

/* Cairo keeps the leftmost dot in the lowest bit on a little-endian machine;
 * printers want it in the highest. */
static uint8_t leftmost_high(uint8_t b)
{
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
    b = (uint8_t)((b & 0xF0) >> 4 | (b & 0x0F) << 4);
    b = (uint8_t)((b & 0xCC) >> 2 | (b & 0x33) << 2);
    b = (uint8_t)((b & 0xAA) >> 1 | (b & 0x55) << 1);
#endif
    return b;
}

bool receipt_render(const struct receipt *r, int width_dots, struct receipt_raster *out,
                    struct err *err)
{
    int stride = cairo_format_stride_for_width(CAIRO_FORMAT_A1, width_dots), height;

    *out = (struct receipt_raster){0};
    if (width_dots < 320 || width_dots > 832 || width_dots % 8)
        return err_set(err, ERR_BROKEN, "receipt: paper of %d dots", width_dots);
    uint8_t *scratch = xcalloc(1, (size_t)stride);
    bool ok = check(r, err) && draw_a1(r, scratch, width_dots, 1, stride, false, &height, err);
    free(scratch);
    if (!ok)
        return false;

    size_t size = (size_t)stride * height;
    uint8_t *bits = xcalloc(1, size);
    *out = (struct receipt_raster){width_dots, height, stride, bits};
    if (!draw_a1(r, bits, width_dots, height, stride, true, &height, err)) {
        receipt_raster_finish(out);
        return false;
    }
    assert(height == out->height);
    for (size_t i = 0; i < size; i++)
        bits[i] = leftmost_high(bits[i]);
    return true;
}

void receipt_raster_finish(struct receipt_raster *raster)
{
    if (raster->bits) {
        explicit_bzero(raster->bits, (size_t)raster->stride * raster->height);
        free(raster->bits);
    }
    *raster = (struct receipt_raster){0};
}

int receipt_missing(const char *text)
{
    uint8_t bits[4] = {0};
    cairo_surface_t *surface =
        cairo_image_surface_create_for_data(bits, CAIRO_FORMAT_A1, 1, 1, 4);
    cairo_t *cr = cairo_create(surface);
    struct page p = {.cr = cr, .width = 1, .language = "zh-CN"};
    PangoLayout *l = lay_out(&p, text, BODY, false, 0);
    int missing = pango_layout_get_unknown_glyphs_count(l);

    g_object_unref(l);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return missing;
}

/* ---- files ---- */

static cairo_status_t to_buf(void *closure, const unsigned char *data, unsigned len)
{
    return buf_append(closure, data, len) ? CAIRO_STATUS_SUCCESS
                                          : CAIRO_STATUS_WRITE_ERROR;
}

static bool keep(struct buf *b, cairo_status_t status, const char *path, struct err *err)
{
    bool ok = status == CAIRO_STATUS_SUCCESS;
    if (!ok)
        err_set(err, ERR_BROKEN, "receipt: %s: %s", path, cairo_status_to_string(status));
    ok = ok && file_write(path, b->data, b->len, 0600, err);
    buf_finish_wipe(b);
    return ok;
}

bool receipt_write_png(const struct receipt_raster *raster, const char *path,
                       struct err *err)
{
    /* Black on white, as paper is; A1 would be written as an alpha mask. */
    int stride = cairo_format_stride_for_width(CAIRO_FORMAT_RGB24, raster->width);
    size_t size = (size_t)stride * raster->height;
    uint8_t *pixels = xmalloc(size);
    struct buf b;

    for (int y = 0; y < raster->height; y++) {
        const uint8_t *row = raster->bits + (size_t)y * raster->stride;
        uint32_t *pixel = (uint32_t *)(void *)(pixels + (size_t)y * stride);
        for (int x = 0; x < raster->width; x++)
            pixel[x] = row[x / 8] & 0x80 >> x % 8 ? 0 : 0xFFFFFF;
    }
    buf_init(&b, 0);
    cairo_surface_t *surface = cairo_image_surface_create_for_data(
        pixels, CAIRO_FORMAT_RGB24, raster->width, raster->height, stride);
    cairo_status_t status = cairo_surface_write_to_png_stream(surface, to_buf, &b);
    cairo_surface_destroy(surface);
    explicit_bzero(pixels, size);
    free(pixels);
    return keep(&b, status, path, err);
}

bool receipt_write_pdf(const struct receipt *r, const char *path, struct err *err)
{
    const double points_per_dot = 72 / 25.4 / DOTS_PER_MM, width = 576;
    struct buf b;

    if (!check(r, err))
        return false;
    buf_init(&b, 0);
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(
        to_buf, &b, width * points_per_dot, width * points_per_dot);
    cairo_t *cr = cairo_create(surface);
    struct page p = {.cr = cr, .width = width};

    cairo_scale(cr, points_per_dot, points_per_dot);
    bool ok = compose(&p, r, err);
    if (ok) {
        cairo_pdf_surface_set_size(surface, width * points_per_dot, p.y * points_per_dot);
        p.draw = true;
        ok = compose(&p, r, err);
    }
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (!ok) {
        buf_finish_wipe(&b);
        return false;
    }
    return keep(&b, status, path, err);
}
