/* The SAM_V protocol of second-generation identity card readers (GA 450,
 * GA/T 467): frames and the three requests find, select, read.
 *
 *   request   AA AA AA 96 69 | len hi lo | cmd para data.. | xor
 *   response  AA AA AA 96 69 | len hi lo | sw1 sw2 sw3 data.. | xor
 *
 * Does not ask for fingerprints, nor decode the photo (a closed format), nor
 * know whose card it is: rules/identity_card.h reads the 256 bytes. */
#ifndef DEVICES_SAMV_H
#define DEVICES_SAMV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "devices/stream.h"

enum {
    SAMV_LEN_MIN = 4, /* of a response: three status bytes and the checksum */
    SAMV_LEN_MAX = 2400,
    SAMV_TEXT_SIZE = 256,
    SAMV_REQUEST_MAX = 32,
};

/* Writes a request into out and returns its size; 0 if it does not fit. */
size_t samv_encode(uint8_t *out, size_t size, uint8_t cmd, uint8_t para,
                   const void *data, size_t len);

/* Bytes in, frames out. Feed it in any pieces; noise, cut frames and wrong
 * checksums cost one byte each and the search goes on behind them. */
struct samv_parser {
    uint8_t data[2 * (SAMV_LEN_MAX + 7)];
    size_t len;
    size_t taken; /* bytes of the frame last handed out, dropped by the next call */
    bool dropped; /* something was thrown away since samv_parser_init */
};

struct samv_frame {
    uint8_t sw1, sw2, sw3;
    const uint8_t *data; /* inside the parser, until it is used again */
    size_t len;
};

void samv_parser_init(struct samv_parser *p); /* also wipes what it held */
/* Takes up to len bytes and returns how many; fewer only when full, and then
 * samv_parser_next makes room. */
size_t samv_parser_feed(struct samv_parser *p, const void *data, size_t len);
bool samv_parser_next(struct samv_parser *p, struct samv_frame *frame);
/* The silence after a cut frame: gives up the frame that waits for more bytes
 * and looks behind its preamble. False when nothing was waiting. */
bool samv_parser_give_up(struct samv_parser *p);

enum samv_result {
    SAMV_OK,
    SAMV_NO_CARD,  /* nothing on the reader, or it lies there since its last read */
    SAMV_RETRY,    /* the person can fix it: put the card down again */
    SAMV_DAMAGED,  /* bytes came, but no whole frame: ask again */
    SAMV_SILENT,   /* no answer at all */
    SAMV_BROKEN,   /* the reader reports a fault of its own */
    SAMV_GONE,     /* the port has left */
};

/* What a response's third status byte means; *err names it (never the card). */
enum samv_result samv_result_from(uint8_t sw3, struct err *err);

enum samv_result samv_find(struct byte_stream *s, struct samv_parser *p,
                           struct err *err);
enum samv_result samv_select(struct byte_stream *s, struct samv_parser *p,
                             struct err *err);
/* The text record only; photo and any fingerprint stay in the parser: wipe it. */
enum samv_result samv_read(struct byte_stream *s, struct samv_parser *p,
                           uint8_t text[SAMV_TEXT_SIZE], struct err *err);

#endif
