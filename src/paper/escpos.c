/* A raster as the bytes of an 80 mm printer. Everything is graphics: the fonts
 * in these printers hold GB2312 only, and a rare name would come out blank.
 * It refuses vendor extensions; ESC @, GS v 0, ESC d and GS V are everywhere. */
#include <assert.h>
#include <string.h>

#include "paper/receipt.h"

enum { BAND_ROWS = 48 }; /* more at once stalls printers with small buffers */

/* DLE EOT, DLE ENQ and DLE DC4 act at once, even inside image data: a status
 * reply, or the cash drawer opening. One more black dot beside a black dot
 * breaks the pair; the byte it makes can start no new one. */
static void append_row(struct buf *out, const uint8_t *row, int len, uint8_t *before)
{
    for (int i = 0; i < len; i++) {
        uint8_t byte = row[i];
        if (*before == 0x10 && (byte == 0x04 || byte == 0x05 || byte == 0x14))
            byte |= 0x08;
        buf_byte(out, byte);
        *before = byte;
    }
}

bool receipt_to_escpos(const struct receipt_raster *raster, struct buf *out,
                       struct err *err)
{
    int bytes = (raster->width + 7) / 8;

    assert(raster->bits && raster->stride >= bytes);
    if (raster->width < 1 || bytes > 0xFF || raster->height < 1)
        return err_set(err, ERR_REFUSED, "escpos: raster of %d x %d dots",
                       raster->width, raster->height);
    buf_append(out, "\x1b@", 2);
    for (int top = 0; top < raster->height; top += BAND_ROWS) {
        int rows = raster->height - top;
        if (rows > BAND_ROWS)
            rows = BAND_ROWS;
        const uint8_t head[] = {0x1D, 'v', '0', 0, (uint8_t)bytes, 0, (uint8_t)rows, 0};
        uint8_t before = 0;
        buf_append(out, head, sizeof head);
        for (int y = top; y < top + rows; y++)
            append_row(out, raster->bits + (size_t)y * raster->stride, bytes, &before);
    }
    /* The knife sits 12-18 mm above the head; five lines are about 20 mm. */
    buf_append(out, "\x1b" "d\x05" "\x1d" "V\x01", 6);
    if (out->overflow)
        return err_set(err, ERR_BROKEN, "escpos: more than %zu bytes", out->ceiling);
    return true;
}
