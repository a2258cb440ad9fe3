#include "devices/printer.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "devices/stream.h"

enum { ANSWER_MS = 500, CHUNK = 4096 };

struct printer {
    struct byte_stream *stream;
    enum printer_state last;
};

const char *printer_state_name(enum printer_state s)
{
    static const char *const names[] = {"ready", "low",     "out",    "cover",
                                        "jam",   "offline", "unknown"};
    return (unsigned)s < ARRAY_LEN(names) ? names[s] : "unknown";
}

struct printer *printer_open(const char *spec, struct err *err)
{
    struct byte_stream *stream = stream_open(spec, err);
    if (!stream)
        return NULL;
    struct printer *p = xcalloc(1, sizeof *p);
    p->stream = stream;
    p->last = PRINTER_UNKNOWN;
    return p;
}

void printer_close(struct printer *p)
{
    if (!p)
        return;
    stream_close(p->stream);
    free(p);
}

/* Bits as in docs/drivers.md; paper end is asked last because a cover that is
 * open reports it too. */
enum printer_state printer_decode(const uint8_t a[4])
{
    if (a[1] & 0x04)
        return PRINTER_COVER;
    if ((a[3] & 0x60) || (a[1] & 0x20))
        return PRINTER_OUT;
    if (a[2] & 0x6C)
        return PRINTER_JAM;
    if (a[0] & 0x08)
        return PRINTER_OFFLINE;
    return a[3] & 0x0C ? PRINTER_LOW : PRINTER_READY;
}

/* One DLE EOT n. 1 answered, 0 silent, -1 the line is gone. */
static int ask(struct printer *p, uint8_t n, int wait_ms, uint8_t *answer)
{
    const uint8_t request[] = {0x10, 0x04, n};
    struct err ignored;
    if (!stream_write(p->stream, request, sizeof request, ANSWER_MS, &ignored))
        return -1;
    for (int tries = 0; tries < 16; tries++) {
        uint8_t byte;
        int got = stream_read(p->stream, &byte, 1, wait_ms);
        if (got <= 0)
            return got < 0 ? -1 : 0;
        if ((byte & 0x93) == 0x12) { /* others: XON, automatic status */
            *answer = byte;
            return 1;
        }
    }
    return 0;
}

static enum printer_state status(struct printer *p, int first_wait_ms)
{
    uint8_t answers[4] = {0};
    for (uint8_t n = 1; n <= 4; n++) {
        int got = ask(p, n, n == 1 ? first_wait_ms : ANSWER_MS, &answers[n - 1]);
        if (got < 0)
            return p->last = PRINTER_OFFLINE;
        if (got == 0)
            return p->last = PRINTER_UNKNOWN;
    }
    return p->last = printer_decode(answers);
}

enum printer_state printer_status(struct printer *p)
{
    return status(p, ANSWER_MS);
}

enum printer_state printer_last_state(const struct printer *p)
{
    return p->last;
}

static bool can_print(enum printer_state s)
{
    return s == PRINTER_READY || s == PRINTER_LOW || s == PRINTER_UNKNOWN;
}

enum print_result printer_print(struct printer *p, const void *bytes, size_t len,
                                int timeout_ms, struct err *err)
{
    const uint8_t *data = bytes;
    enum printer_state before = printer_status(p);

    if (!can_print(before)) {
        err_set(err, ERR_RETRY, "printer: %s before printing", printer_state_name(before));
        return PRINT_FAILED;
    }
    for (size_t done = 0; done < len;) {
        size_t n = len - done < CHUNK ? len - done : CHUNK;
        if (!stream_write(p->stream, data + done, n, timeout_ms, err)) {
            status(p, ANSWER_MS); /* why: the screen says so */
            return PRINT_FAILED;
        }
        done += n;
    }
    if (before == PRINTER_UNKNOWN)
        return PRINT_UNCONFIRMED;
    /* GS r 1 is queued behind the paper, unlike DLE EOT: it answers when the
     * receipt is out. */
    const uint8_t queued[] = {0x1D, 0x72, 0x01};
    uint8_t answer;
    if (!stream_write(p->stream, queued, sizeof queued, timeout_ms, err)) {
        status(p, ANSWER_MS);
        return PRINT_FAILED;
    }
    int got = stream_read(p->stream, &answer, 1, timeout_ms);
    enum printer_state after = status(p, ANSWER_MS);
    if (got == 1 && (after == PRINTER_READY || after == PRINTER_LOW))
        return PRINT_DONE;
    if (after == PRINTER_READY || after == PRINTER_LOW)
        return PRINT_UNCONFIRMED;
    err_set(err, ERR_RETRY, "printer: %s while printing", printer_state_name(after));
    return PRINT_FAILED;
}
