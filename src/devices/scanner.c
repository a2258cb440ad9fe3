/* Lines from a serial scanner, ended by CR, LF or both. A line over the limit is
 * swallowed to its end and reported once, so that its tail is never mistaken for
 * a code. UTF-8 is tried first: hanzi in GB18030 are practically never valid
 * UTF-8, the reverse is common. */
#include "devices/scanner.h"

#include <iconv.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "devices/stream.h"

enum { REOPEN_EVERY_MS = 500 };

struct scanner {
    char *spec;
    struct byte_stream *stream;
    char line[SCANNER_LINE_MAX];
    size_t len;
    bool too_long;
    char pending[256]; /* read, not yet looked at */
    size_t pending_len, pending_at;
};

struct scanner *scanner_open(const char *spec, struct err *err)
{
    struct scanner *s;

    if (!stream_spec_valid(spec, err))
        return NULL;
    s = xcalloc(1, sizeof *s);
    s->spec = xstrdup(spec);
    return s;
}

static void forget(struct scanner *s)
{
    explicit_bzero(s->line, sizeof s->line);
    s->len = 0;
    s->too_long = false;
}

void scanner_close(struct scanner *s)
{
    if (!s)
        return;
    stream_close(s->stream);
    forget(s);
    explicit_bzero(s->pending, sizeof s->pending);
    free(s->spec);
    free(s);
}

static bool has_control(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7F)
            return true;
    return false;
}

bool scanner_decode(const char *line, size_t len, char text[SCANNER_TEXT_SIZE])
{
    char *in = (char *)line, *out = text; /* iconv takes, but keeps, a char * */
    size_t in_left = len, out_left = SCANNER_TEXT_SIZE - 1;
    iconv_t cd;
    size_t rc;

    text[0] = '\0';
    if (len == 0 || len > SCANNER_LINE_MAX || memchr(line, 0, len))
        return false;
    if (text_valid(line, len)) {
        memcpy(text, line, len);
        text[len] = '\0';
    } else {
        cd = iconv_open("UTF-8", "GB18030");
        if (cd == (iconv_t)-1)
            return false;
        rc = iconv(cd, &in, &in_left, &out, &out_left);
        iconv_close(cd);
        if (rc == (size_t)-1 || in_left > 0) {
            text[0] = '\0';
            return false;
        }
        *out = '\0';
    }
    if (has_control(text)) {
        text[0] = '\0';
        return false;
    }
    return true;
}

/* Takes pending bytes up to the end of a line. */
static bool take_line(struct scanner *s, char text[SCANNER_TEXT_SIZE],
                      enum scan *result, struct err *err)
{
    while (s->pending_at < s->pending_len) {
        char c = s->pending[s->pending_at++];

        if (c != '\r' && c != '\n') {
            if (s->len < sizeof s->line)
                s->line[s->len++] = c;
            else
                s->too_long = true;
            continue;
        }
        if (s->len == 0) /* the LF after a CR, or an empty line */
            continue;
        if (s->too_long) {
            err_set(err, ERR_RETRY, "scanner: code longer than %d bytes",
                    SCANNER_LINE_MAX);
            *result = SCAN_FAILED;
        } else if (!scanner_decode(s->line, s->len, text)) {
            err_set(err, ERR_RETRY, "scanner: code is not text");
            *result = SCAN_FAILED;
        } else {
            *result = SCAN_TEXT;
        }
        forget(s);
        return true;
    }
    explicit_bzero(s->pending, sizeof s->pending);
    s->pending_at = s->pending_len = 0;
    return false;
}

static enum scan wait_absent(int timeout_ms, int cancel_fd)
{
    struct pollfd p = {.fd = cancel_fd, .events = POLLIN};
    int wait = timeout_ms < REOPEN_EVERY_MS ? timeout_ms : REOPEN_EVERY_MS;

    return poll(&p, 1, wait) > 0 ? SCAN_CANCELLED : SCAN_GONE;
}

enum scan scanner_poll(struct scanner *s, char text[SCANNER_TEXT_SIZE],
                       int timeout_ms, int cancel_fd, struct err *err)
{
    int64_t deadline = clock_mono_ms() + timeout_ms;

    text[0] = '\0';
    if (!s->stream) {
        s->stream = stream_open(s->spec, err);
        if (!s->stream)
            return wait_absent(timeout_ms, cancel_fd);
    }
    for (;;) {
        int64_t left;
        enum scan result;
        int n;

        if (take_line(s, text, &result, err))
            return result;
        left = deadline - clock_mono_ms();
        n = stream_read_cancel(s->stream, s->pending, sizeof s->pending,
                               left > 0 ? (int)left : 0, cancel_fd);
        if (n == STREAM_CANCELLED)
            return SCAN_CANCELLED;
        if (n == STREAM_GONE) {
            stream_close(s->stream);
            s->stream = NULL;
            forget(s);
            err_set(err, ERR_OFFLINE, "scanner: unplugged");
            return SCAN_GONE;
        }
        if (n == 0)
            return SCAN_NONE;
        s->pending_len = (size_t)n;
        s->pending_at = 0;
    }
}
