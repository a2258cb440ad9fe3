/* Card readers: a table of drivers, and the SAM_V serial one.
 *
 * The port is closed on any sign that the reader has left and reopened at the
 * next poll, because a USB serial adapter comes back as a new device behind the
 * same name. Every buffer a record passed through is overwritten before
 * card_reader_poll returns. */
#include "devices/card_reader.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "devices/samv.h"
#include "devices/stream.h"

enum {
    FIND_EVERY_MS = 300, /* asking more often makes some readers miss the card */
    REOPEN_EVERY_MS = 500,
    DAMAGED_TRIES = 3,
};

struct card_reader {
    const struct card_reader_driver *driver;
    char *spec;
    void *self; /* NULL while the device is not there */
};

struct samv_reader {
    struct byte_stream *stream;
    struct samv_parser parser;
};

static void *samv_open(const char *spec, struct err *err)
{
    struct byte_stream *stream = stream_open(spec, err);
    struct samv_reader *r;

    if (!stream)
        return NULL;
    r = xcalloc(1, sizeof *r);
    r->stream = stream;
    return r;
}

static void samv_close(void *self)
{
    struct samv_reader *r = self;

    if (!r)
        return;
    stream_close(r->stream);
    samv_parser_init(&r->parser);
    free(r);
}

static enum card_read outcome(enum samv_result result)
{
    switch (result) {
    case SAMV_OK:
        return CARD_READ;
    case SAMV_NO_CARD:
        return CARD_NONE;
    case SAMV_RETRY:
    case SAMV_DAMAGED:
        return CARD_FAILED;
    case SAMV_SILENT:
    case SAMV_BROKEN:
    case SAMV_GONE:
        return CARD_GONE;
    }
    return CARD_GONE;
}

/* Bytes lost on the line are nobody's fault and cured by asking again from the
 * start; what the reader says clearly is believed at once. */
static enum card_read read_once(struct samv_reader *r, struct identity_card *out,
                                struct err *err)
{
    uint8_t text[SAMV_TEXT_SIZE];
    enum samv_result result = SAMV_SILENT;
    enum card_read answer;

    for (int i = 0; i < DAMAGED_TRIES; i++) {
        bool found;

        result = samv_find(r->stream, &r->parser, err);
        found = result == SAMV_OK;
        if (result == SAMV_OK)
            result = samv_select(r->stream, &r->parser, err);
        if (result == SAMV_OK)
            result = samv_read(r->stream, &r->parser, text, err);
        /* Taken away between find and read: that is a failed reading, unlike
         * a reader on which nothing lies. */
        if (found && result == SAMV_NO_CARD)
            result = SAMV_RETRY;
        if (result != SAMV_DAMAGED)
            break;
    }
    answer = outcome(result);
    if (answer == CARD_READ && !identity_card_parse(text, out, err))
        answer = CARD_FAILED;
    explicit_bzero(text, sizeof text);
    samv_parser_init(&r->parser);
    return answer;
}

static int left_until(int64_t deadline)
{
    int64_t left = deadline - clock_mono_ms();

    return left > 0 ? (int)left : 0;
}

static void nap(int most_ms, int64_t deadline)
{
    int left = left_until(deadline);

    poll(NULL, 0, left < most_ms ? left : most_ms);
}

static enum card_read samv_poll(void *self, struct identity_card *out,
                                int timeout_ms, struct err *err)
{
    struct samv_reader *r = self;
    int64_t deadline = clock_mono_ms() + timeout_ms;
    enum card_read answer;

    for (;;) {
        answer = read_once(r, out, err);
        if (answer != CARD_NONE || left_until(deadline) == 0)
            return answer;
        nap(FIND_EVERY_MS, deadline);
    }
}

static const struct card_reader_driver samv_serial = {
    .name = "SAM_V serial",
    .open = samv_open,
    .close = samv_close,
    .poll_card = samv_poll,
};

static const struct {
    const char *scheme;
    const struct card_reader_driver *driver;
} drivers[] = {
    {"serial:", &samv_serial},
};

struct card_reader *card_reader_open(const char *spec, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(drivers); i++) {
        struct card_reader *reader;

        if (strncmp(spec, drivers[i].scheme, strlen(drivers[i].scheme)) != 0)
            continue;
        if (!stream_spec_valid(spec, err))
            return NULL;
        reader = xcalloc(1, sizeof *reader);
        reader->driver = drivers[i].driver;
        reader->spec = xstrdup(spec);
        return reader;
    }
    err_set(err, ERR_BROKEN, "card reader \"%.80s\": no driver", spec);
    return NULL;
}

void card_reader_close(struct card_reader *reader)
{
    if (!reader)
        return;
    reader->driver->close(reader->self);
    free(reader->spec);
    free(reader);
}

enum card_read card_reader_poll(struct card_reader *reader,
                                struct identity_card *out, int timeout_ms,
                                struct err *err)
{
    int64_t deadline = clock_mono_ms() + timeout_ms;
    enum card_read answer;

    memset(out, 0, sizeof *out);
    if (!reader->self)
        reader->self = reader->driver->open(reader->spec, err);
    if (!reader->self) {
        /* The caller polls in a loop: an absent reader must not spin it. */
        nap(REOPEN_EVERY_MS, deadline);
        return CARD_GONE;
    }
    answer = reader->driver->poll_card(reader->self, out, timeout_ms, err);
    if (answer == CARD_GONE) {
        reader->driver->close(reader->self);
        reader->self = NULL;
    }
    if (answer != CARD_READ)
        explicit_bzero(out, sizeof *out);
    return answer;
}

const char *card_reader_driver_name(const struct card_reader *reader)
{
    return reader->driver->name;
}
