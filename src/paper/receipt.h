/* The receipt a resident takes home. The caller gives finished words; this
 * module knows layout only: one layout, drawn by Cairo and Pango, out as PNG, as
 * PDF and as ESC/POS raster for an 80 mm printer (576 dots, 203 dpi), so that
 * every name prints whatever characters the printer's own font lacks. */
#ifndef PAPER_RECEIPT_H
#define PAPER_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"

enum { RECEIPT_MAX_LINES = 12 };

struct receipt_line {
    const char *label, *value; /* "申请人", "张*福" */
};

/* All UTF-8, borrowed for the call. NULL or "" leaves a part out. */
struct receipt {
    enum lang lang;
    const char *station;  /* heading: 永川区胜利路街道社区服务站 */
    const char *title;    /* 高龄津贴 申请回执 */
    const char *code;     /* eight characters, set large as two groups of four */
    const char *qr;       /* payload of the QR code */
    struct receipt_line lines[RECEIPT_MAX_LINES]; /* who, when, due, phone ... */
    int line_count;
    const char *truth;    /* the state as it is: 已存在本机，联网后自动上报 */
    const char *next[6];  /* what to do next, in order */
    int next_count;
    const char *footer;   /* small print: 重印 / the second language for staff */
};

/* A one-bit picture, rows top to bottom, most significant bit left, 1 = black. */
struct receipt_raster {
    int width, height, stride; /* dots, dots, bytes per row */
    uint8_t *bits;             /* free with receipt_raster_finish */
};

bool receipt_render(const struct receipt *r, int width_dots, struct receipt_raster *out,
                    struct err *err);
void receipt_raster_finish(struct receipt_raster *raster); /* wipes */

/* How many characters of a name no installed face can draw. They print as a box
 * with their number inside; the caller adds the pinyin beside the name. */
int receipt_missing(const char *text);

bool receipt_write_png(const struct receipt_raster *raster, const char *path,
                       struct err *err);
bool receipt_write_pdf(const struct receipt *r, const char *path, struct err *err);

/* Appends ESC @, the raster in bands of at most 48 rows (GS v 0), feed and
 * partial cut. Never lets raster data contain DLE EOT (10 04) or DLE DC4 (10 14)
 * by chance: a dot is flipped instead, which no eye sees and no QR minds. */
bool receipt_to_escpos(const struct receipt_raster *raster, struct buf *out,
                       struct err *err);

#endif
