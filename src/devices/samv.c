/* SAM_V frames. The receiver searches for the end of the preamble, AA AA 96 69,
 * and not for all five bytes: readers have been seen to slip a stray byte into
 * it ("AA 00 AA AA 96 69"), and the checksum already guards against chance.
 *
 * Each request first throws away what is left of earlier answers, so a late
 * reply is never taken for the next one. Find is answered with 9F or 80 and
 * repeated freely; select and read belong to one find and are not. */
#include "devices/samv.h"

#include <string.h>

#include "base/clock.h"

static const uint8_t preamble[5] = {0xAA, 0xAA, 0xAA, 0x96, 0x69};

enum {
    MARK = 4,   /* the part of the preamble we insist on */
    HEADER = 6, /* MARK and the length */
    ANSWER_MS = 1000,
    READ_MS = 5000, /* the reader talks to the chip first, about a second */
    GAP_MS = 300,   /* longer than any pause inside a frame at 9600 baud */
};

static uint8_t xor_of(const uint8_t *data, size_t len)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < len; i++)
        sum = (uint8_t)(sum ^ data[i]);
    return sum;
}

size_t samv_encode(uint8_t *out, size_t size, uint8_t cmd, uint8_t para,
                   const void *data, size_t len)
{
    size_t total = sizeof preamble + 2 + 2 + len + 1;

    if (len > SAMV_LEN_MAX - 3 || total > size)
        return 0;
    memcpy(out, preamble, sizeof preamble);
    out[5] = (uint8_t)((len + 3) >> 8);
    out[6] = (uint8_t)((len + 3) & 0xFF);
    out[7] = cmd;
    out[8] = para;
    if (len > 0)
        memcpy(out + 9, data, len);
    out[total - 1] = xor_of(out + 5, total - 6);
    return total;
}

void samv_parser_init(struct samv_parser *p)
{
    explicit_bzero(p, sizeof *p);
}

size_t samv_parser_feed(struct samv_parser *p, const void *data, size_t len)
{
    size_t room = sizeof p->data - p->len;

    if (len > room)
        len = room;
    if (len > 0)
        memcpy(p->data + p->len, data, len);
    p->len += len;
    return len;
}

static void drop(struct samv_parser *p, size_t count)
{
    memmove(p->data, p->data + count, p->len - count);
    p->len -= count;
}

/* Moves the next mark, or what may become one, to the front. */
static void seek(struct samv_parser *p)
{
    size_t i = 0;

    drop(p, p->taken);
    p->taken = 0;

    while (i < p->len) {
        size_t have = p->len - i < MARK ? p->len - i : MARK;

        if (memcmp(p->data + i, preamble + 1, have) == 0)
            break;
        i++;
    }
    if (i > 0)
        drop(p, i);
}

bool samv_parser_next(struct samv_parser *p, struct samv_frame *frame)
{
    for (;;) {
        size_t len;

        seek(p);
        if (p->len < HEADER)
            return false;
        len = (size_t)p->data[4] << 8 | p->data[5];
        if (len < SAMV_LEN_MIN || len > SAMV_LEN_MAX) {
            p->dropped = true;
            drop(p, 1);
            continue;
        }
        if (p->len < HEADER + len)
            return false;
        if (xor_of(p->data + MARK, len + 1) != p->data[HEADER + len - 1]) {
            p->dropped = true;
            drop(p, 1);
            continue;
        }
        *frame = (struct samv_frame){
            .sw1 = p->data[HEADER],
            .sw2 = p->data[HEADER + 1],
            .sw3 = p->data[HEADER + 2],
            .data = p->data + HEADER + 3,
            .len = len - SAMV_LEN_MIN,
        };
        p->taken = HEADER + len; /* stays in place for the caller to read */
        return true;
    }
}

bool samv_parser_give_up(struct samv_parser *p)
{
    seek(p);
    if (p->len == 0)
        return false;
    p->dropped = true;
    drop(p, 1);
    return true;
}

enum samv_result samv_result_from(uint8_t sw3, struct err *err)
{
    switch (sw3) {
    case 0x90:
    case 0x9F:
    case 0x91:
        return SAMV_OK;
    case 0x80:
        err_set(err, ERR_RETRY, "card reader: no card");
        return SAMV_NO_CARD;
    case 0x31:
    case 0x32:
    case 0x33:
        err_set(err, ERR_REFUSED, "card reader: card not authentic (%02X)", sw3);
        return SAMV_RETRY;
    case 0x40:
        err_set(err, ERR_RETRY, "card reader: not an identity card (40)");
        return SAMV_RETRY;
    case 0x41:
    case 0x47:
    case 0x81:
        err_set(err, ERR_RETRY, "card reader: card moved or unreadable (%02X)", sw3);
        return SAMV_RETRY;
    case 0x60:
    case 0x66:
        err_set(err, ERR_BROKEN, "card reader: security module fault (%02X)", sw3);
        return SAMV_BROKEN;
    case 0x10:
    case 0x11:
    case 0x21:
    case 0x23:
    case 0x24:
        err_set(err, ERR_RETRY, "card reader: request not understood (%02X)", sw3);
        return SAMV_DAMAGED;
    default:
        err_set(err, ERR_RETRY, "card reader: unknown answer (%02X)", sw3);
        return SAMV_RETRY;
    }
}

static enum samv_result await_frame(struct byte_stream *s, struct samv_parser *p,
                                    int timeout_ms, struct samv_frame *frame,
                                    struct err *err)
{
    int64_t deadline = clock_mono_ms() + timeout_ms;
    bool heard = false;
    uint8_t chunk[512];
    enum samv_result result = SAMV_SILENT;

    for (;;) {
        int64_t left = deadline - clock_mono_ms();
        int wait = left < 0 ? 0 : left > timeout_ms ? timeout_ms : (int)left;
        int n;

        /* Once bytes flow, a pause means the frame was cut; waiting out the
         * whole time limit would only keep the person standing there. */
        if (heard && wait > GAP_MS)
            wait = GAP_MS;
        n = stream_read(s, chunk, sizeof chunk, wait);
        if (n < 0) {
            err_set(err, ERR_OFFLINE, "card reader: unplugged");
            result = SAMV_GONE;
            break;
        }
        if (n == 0) {
            while (samv_parser_give_up(p))
                if (samv_parser_next(p, frame)) {
                    result = SAMV_OK;
                    goto out;
                }
            result = heard ? SAMV_DAMAGED : SAMV_SILENT;
            err_set(err, heard ? ERR_RETRY : ERR_OFFLINE, "card reader: %s",
                    heard ? "damaged answer" : "no answer");
            break;
        }
        heard = true;
        samv_parser_feed(p, chunk, (size_t)n);
        if (samv_parser_next(p, frame)) {
            result = SAMV_OK;
            break;
        }
        if (left <= 0) { /* babble without end */
            err_set(err, ERR_RETRY, "card reader: damaged answer");
            result = SAMV_DAMAGED;
            break;
        }
    }
out:
    explicit_bzero(chunk, sizeof chunk);
    return result;
}

static enum samv_result ask(struct byte_stream *s, struct samv_parser *p,
                            uint8_t cmd, uint8_t para, int timeout_ms,
                            struct samv_frame *frame, struct err *err)
{
    uint8_t request[SAMV_REQUEST_MAX];
    size_t len = samv_encode(request, sizeof request, cmd, para, NULL, 0);
    enum samv_result result;

    samv_parser_init(p);
    for (int i = 0; i < 64; i++) { /* bounded: a babbling line never runs dry */
        uint8_t stale[256];
        int n = stream_read(s, stale, sizeof stale, 0);

        explicit_bzero(stale, sizeof stale);
        if (n < 0) {
            err_set(err, ERR_OFFLINE, "card reader: unplugged");
            return SAMV_GONE;
        }
        if (n == 0)
            break;
    }
    if (!stream_write(s, request, len, ANSWER_MS, err))
        return SAMV_GONE;
    result = await_frame(s, p, timeout_ms, frame, err);
    return result == SAMV_OK ? samv_result_from(frame->sw3, err) : result;
}

enum samv_result samv_find(struct byte_stream *s, struct samv_parser *p,
                           struct err *err)
{
    struct samv_frame frame;

    return ask(s, p, 0x20, 0x01, ANSWER_MS, &frame, err);
}

enum samv_result samv_select(struct byte_stream *s, struct samv_parser *p,
                             struct err *err)
{
    struct samv_frame frame;

    return ask(s, p, 0x20, 0x02, ANSWER_MS, &frame, err);
}

/* The lengths come first: text, photo and, on some readers even unasked, the
 * fingerprint. Which of the two headers it is shows only in the sum. */
static const uint8_t *find_text(const struct samv_frame *f)
{
    size_t text, photo, finger;

    if (f->len < 6)
        return NULL;
    text = (size_t)f->data[0] << 8 | f->data[1];
    photo = (size_t)f->data[2] << 8 | f->data[3];
    finger = (size_t)f->data[4] << 8 | f->data[5];
    if (text != SAMV_TEXT_SIZE)
        return NULL;
    if (f->len == 4 + text + photo)
        return f->data + 4;
    if (f->len == 6 + text + photo + finger)
        return f->data + 6;
    return NULL;
}

enum samv_result samv_read(struct byte_stream *s, struct samv_parser *p,
                           uint8_t text[SAMV_TEXT_SIZE], struct err *err)
{
    struct samv_frame frame;
    enum samv_result result = ask(s, p, 0x30, 0x01, READ_MS, &frame, err);
    const uint8_t *record;

    if (result != SAMV_OK)
        return result;
    record = find_text(&frame);
    if (!record) {
        err_set(err, ERR_RETRY, "card reader: record of unexpected size");
        return SAMV_DAMAGED;
    }
    memcpy(text, record, SAMV_TEXT_SIZE);
    return SAMV_OK;
}
