#include "devices/scanner.h"

#include <iconv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "devices/stream.h"

struct scanner {
    struct byte_stream *stream;
    char line[SCANNER_TEXT_MAX];
    size_t len;
    bool too_long;
};

struct scanner *scanner_open(const char *spec, struct err *err)
{
    struct byte_stream *stream = stream_open(spec, err);
    if (!stream)
        return NULL;
    struct scanner *s = xcalloc(1, sizeof *s);
    s->stream = stream;
    return s;
}

void scanner_close(struct scanner *s)
{
    if (!s)
        return;
    stream_close(s->stream);
    explicit_bzero(s, sizeof *s);
    free(s);
}

static bool from_gb18030(char *line, size_t len, char *out, size_t size)
{
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    if (cd == (iconv_t)-1)
        return false;
    char *to = out;
    size_t left = size - 1;
    bool ok = iconv(cd, &line, &len, &to, &left) != (size_t)-1 && len == 0;
    iconv_close(cd);
    *to = 0;
    return ok && text_valid(out, (size_t)(to - out));
}

/* The line that just ended, as UTF-8. */
static bool take_line(struct scanner *s, char *text, size_t size)
{
    bool ok = s->len > 0 && !s->too_long && s->len < size;
    if (ok && text_valid(s->line, s->len)) {
        memcpy(text, s->line, s->len);
        text[s->len] = 0;
    } else if (ok) {
        ok = from_gb18030(s->line, s->len, text, size);
    }
    s->len = 0;
    s->too_long = false;
    return ok;
}

enum scan_result scanner_read(struct scanner *s, char *text, size_t size, int timeout_ms,
                              int cancel_fd, struct err *err)
{
    for (;;) {
        char c;
        int got = stream_read_cancel(s->stream, &c, 1, timeout_ms, cancel_fd);
        if (got == STREAM_CANCELLED)
            return SCAN_CANCELLED;
        if (got < 0) {
            err_set(err, ERR_OFFLINE, "scanner: unplugged");
            return SCAN_GONE;
        }
        if (got == 0)
            return SCAN_NOTHING;
        if (c == '\r' || c == '\n') {
            if (take_line(s, text, size))
                return SCAN_TEXT;
        } else if (s->len < sizeof s->line) {
            s->line[s->len++] = c;
        } else {
            s->too_long = true;
        }
    }
}
