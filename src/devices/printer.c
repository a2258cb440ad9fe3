/* Sending a job and learning what became of it.
 *
 * DLE EOT is answered at once, even before queued data is printed, so it tells
 * the state but not the end of a job. GS r is queued behind the job: its answer
 * means that all before it has been carried out. While waiting for it DLE EOT is
 * asked now and then, since a printer out of paper never reaches the GS r. After
 * each question nothing is sent until its answer or time-out (printers lose
 * bytes otherwise).
 *
 * Refused: trusting a printer that never answered. It is UNKNOWN and its jobs
 * are UNCONFIRMED for ever, however well the bytes went out. */
#include "devices/printer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "devices/stream.h"

enum {
    ANSWER_MS = 300,
    CHUNK = 4096,
    ASK_EVERY_MS = 500, /* while a job runs */
};

struct printer {
    char *spec;
    struct byte_stream *stream; /* NULL while it is not there */
    struct printer_listener listener;
    bool answered; /* it has, at least once since printer_open */
    bool queued;   /* a GS r answer came in and was not yet looked at */
};

struct printer *printer_open(const char *spec, struct err *err)
{
    struct printer *printer;

    if (!stream_spec_valid(spec, err))
        return NULL;
    printer = xcalloc(1, sizeof *printer);
    printer->spec = xstrdup(spec);
    return printer;
}

void printer_close(struct printer *printer)
{
    if (!printer)
        return;
    stream_close(printer->stream);
    free(printer->spec);
    free(printer);
}

static void hang_up(struct printer *printer)
{
    stream_close(printer->stream);
    printer->stream = NULL;
}

static bool connected(struct printer *printer, struct err *err)
{
    if (!printer->stream) {
        printer->stream = stream_open(printer->spec, err);
        printer->listener = (struct printer_listener){0};
        printer->queued = false;
    }
    return printer->stream;
}

/* Reads what the printer says until a DLE EOT answer; GS r answers on the way
 * are remembered. 1 answered, 0 silent, STREAM_GONE. */
static int hear(struct printer *printer, int timeout_ms, uint8_t *answer)
{
    int64_t deadline = clock_mono_ms() + timeout_ms;

    for (;;) {
        int64_t left = deadline - clock_mono_ms();
        uint8_t byte;
        int n = stream_read(printer->stream, &byte, 1, left > 0 ? (int)left : 0);

        if (n <= 0)
            return n;
        switch (printer_listen(&printer->listener, byte)) {
        case PRINTER_SAID_REALTIME:
            printer->answered = true;
            *answer = printer->listener.value;
            return 1;
        case PRINTER_SAID_QUEUED:
            printer->answered = true;
            printer->queued = true;
            break;
        case PRINTER_SAID_REPORT:
            printer->answered = true;
            break;
        case PRINTER_SAID_NOTHING:
            break;
        }
        if (left <= 0)
            return 0;
    }
}

static void forget_stale(struct printer *printer)
{
    uint8_t ignored;

    for (int i = 0; i < 64; i++)
        if (hear(printer, 0, &ignored) <= 0)
            break;
}

/* 1: n[] filled; 0: no answer; -1: gone. */
static int ask_all(struct printer *printer, uint8_t n[4])
{
    forget_stale(printer);
    for (uint8_t i = 0; i < 4; i++) {
        const uint8_t question[3] = {0x10, 0x04, (uint8_t)(i + 1)};
        int heard;

        if (!stream_write(printer->stream, question, sizeof question, ANSWER_MS, NULL))
            return -1;
        heard = hear(printer, ANSWER_MS, &n[i]);
        if (heard <= 0)
            return heard;
    }
    return 1;
}

enum printer_state printer_status(struct printer *printer)
{
    /* A network printer that was switched off shows only when the old
     * connection is used: one new attempt before we believe it. */
    for (int i = 0; i < 2; i++) {
        uint8_t n[4];

        if (!connected(printer, NULL))
            return PRINTER_OFFLINE;
        switch (ask_all(printer, n)) {
        case 1:
            return printer_state_from(n);
        case 0:
            return printer->answered ? PRINTER_OFFLINE : PRINTER_UNKNOWN;
        default:
            hang_up(printer);
        }
    }
    return PRINTER_OFFLINE;
}

static bool can_print(enum printer_state state, struct err *err)
{
    switch (state) {
    case PRINTER_READY:
    case PRINTER_LOW:
    case PRINTER_UNKNOWN:
        return true;
    case PRINTER_OFFLINE:
        return err_set(err, ERR_OFFLINE, "printer: offline");
    case PRINTER_OUT:
    case PRINTER_COVER:
    case PRINTER_JAM:
        break;
    }
    return err_set(err, ERR_BROKEN, "printer: %s", printer_state_name(state));
}

static bool send_job(struct printer *printer, const uint8_t *data, size_t len,
                     int64_t deadline, struct err *err)
{
    while (len > 0) {
        size_t part = len < CHUNK ? len : CHUNK;
        int64_t left = deadline - clock_mono_ms();

        if (!stream_write(printer->stream, data, part, left > 0 ? (int)left : 0, err))
            return false;
        data += part;
        len -= part;
    }
    return true;
}

/* Until the GS r behind the job is answered, or the state says it never will. */
static enum print_result await_end(struct printer *printer, int64_t deadline,
                                   enum printer_state *state, struct err *err)
{
    static const uint8_t transmit_status[3] = {0x1D, 0x72, 0x01};
    int64_t left;

    printer->queued = false;
    if (!stream_write(printer->stream, transmit_status, sizeof transmit_status,
                      ANSWER_MS, err)) {
        *state = PRINTER_OFFLINE;
        return PRINT_FAILED;
    }
    while ((left = deadline - clock_mono_ms()) > 0) {
        uint8_t n[4];
        int64_t until = clock_mono_ms() + (left < ASK_EVERY_MS ? left : ASK_EVERY_MS);
        int heard = 1;

        while (!printer->queued && heard >= 0 && clock_mono_ms() < until) {
            uint8_t one;

            heard = stream_read(printer->stream, &one, 1,
                                (int)(until - clock_mono_ms()));
            if (heard == 1 &&
                printer_listen(&printer->listener, one) == PRINTER_SAID_QUEUED)
                printer->queued = true;
        }
        if (heard >= 0)
            heard = ask_all(printer, n);
        if (heard < 0) {
            hang_up(printer);
            *state = PRINTER_OFFLINE;
            err_set(err, ERR_OFFLINE, "printer: left during the job");
            return PRINT_FAILED;
        }
        if (heard == 1) {
            *state = printer_state_from(n);
            if (!can_print(*state, err))
                return PRINT_FAILED;
        }
        if (printer->queued)
            return PRINT_DONE;
    }
    err_set(err, ERR_OFFLINE, "printer: no end of the job in time");
    return PRINT_FAILED;
}

enum print_result printer_print(struct printer *printer, const void *data,
                                size_t len, int timeout_ms,
                                enum printer_state *after, struct err *err)
{
    int64_t deadline = clock_mono_ms() + timeout_ms;
    enum printer_state state = printer_status(printer);
    enum print_result result = PRINT_FAILED;

    if (!can_print(state, err))
        goto out;
    if (!send_job(printer, data, len, deadline, err)) {
        hang_up(printer);
        state = printer_status(printer);
        goto out;
    }
    if (state == PRINTER_UNKNOWN) {
        result = PRINT_UNCONFIRMED;
        goto out;
    }
    result = await_end(printer, deadline, &state, err);
out:
    if (after)
        *after = state;
    return result;
}
