/* An 80 mm receipt printer (ESC/POS) on TCP. Bytes queue up and are printed while
 * there is paper; DLE EOT is answered the moment it arrives, GS r when its turn
 * comes. Every cut leaves receipt-N.png and receipt-N.escpos, and the last one also
 * as receipt.png and receipt.escpos.
 *
 * It draws graphics and feeds only: text would need the printer's own font, and is
 * reported as an unknown command, as is everything else not named below. */
#include <errno.h>
#include <glib-unix.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "paper/receipt.h"
#include "sim/parts.h"

enum { WIDTH_DOTS = 576, STRIDE = WIDTH_DOTS / 8, LINE_DOTS = 30, PENDING_MAX = 16 << 20 };

struct printer_sim {
    char *folder;
    int port, listener, client;
    guint listener_watch, client_watch;

    bool low, out, cover, jam, mute, off;
    int rows_left; /* until the paper ends; -1: a full roll */

    struct buf pending; /* taken, not yet printed */
    uint8_t last[2];    /* of the bytes that arrived: DLE EOT may be split */
    struct buf job;     /* what was printed since the last cut */
    struct buf paper;   /* rows of STRIDE bytes */
    int receipts;
};

static void tell(struct printer_sim *s, uint8_t byte)
{
    if (s->client >= 0 && !s->mute && send(s->client, &byte, 1, MSG_NOSIGNAL) != 1)
        log_warn("printer", "answer lost: %s", strerror(errno));
}

static uint8_t realtime(const struct printer_sim *s, uint8_t n)
{
    bool stopped = s->out || s->cover || s->jam;
    switch (n) {
    case 1:
        return (uint8_t)(0x12 | (stopped ? 0x08 : 0));
    case 2:
        return (uint8_t)(0x12 | (s->cover ? 0x04 : 0) | (s->out ? 0x20 : 0) |
                         (s->jam ? 0x40 : 0));
    case 3:
        return (uint8_t)(0x12 | (s->jam ? 0x08 : 0));
    default:
        return (uint8_t)(0x12 | (s->low || s->out ? 0x0C : 0) | (s->out ? 0x60 : 0));
    }
}

/* ---- printing ---- */

static void feed(struct printer_sim *s, int rows)
{
    static const uint8_t blank[STRIDE];
    while (rows-- > 0)
        buf_append(&s->paper, blank, STRIDE);
}

static void save(struct printer_sim *s, const char *name, const char *kind,
                 const struct receipt_raster *raster)
{
    struct err err = {0};
    char *path = xasprintf("%s/%s.%s", s->folder, name, kind);
    bool ok = raster ? receipt_write_png(raster, path, &err)
                     : file_write(path, s->job.data, s->job.len, 0600, &err);
    if (!ok)
        log_error("printer", "%s", err.text);
    free(path);
}

static void cut(struct printer_sim *s)
{
    char name[24];
    struct receipt_raster raster = {.width = WIDTH_DOTS, .stride = STRIDE,
                                    .height = (int)(s->paper.len / STRIDE),
                                    .bits = s->paper.data};
    if (raster.height > 0) {
        snprintf(name, sizeof name, "receipt-%d", ++s->receipts);
        save(s, name, "png", &raster);
        save(s, name, "escpos", NULL);
        save(s, "receipt", "png", &raster);
        save(s, "receipt", "escpos", NULL);
    }
    buf_clear(&s->paper);
    buf_clear(&s->job);
}

/* GS v 0 m xL xH yL yH data: its size, 0 while more bytes are needed. */
static size_t raster(struct printer_sim *s, const uint8_t *p, size_t len)
{
    if (len < 8)
        return 0;
    size_t bytes = p[4] | (size_t)p[5] << 8, rows = p[6] | (size_t)p[7] << 8;
    if (len < 8 + bytes * rows)
        return 0;
    for (size_t y = 0; y < rows; y++) {
        uint8_t row[STRIDE] = {0};
        memcpy(row, p + 8 + y * bytes, bytes < STRIDE ? bytes : STRIDE);
        buf_append(&s->paper, row, STRIDE);
    }
    if (s->rows_left >= 0 && (s->rows_left -= (int)rows) <= 0) {
        s->rows_left = -1;
        s->out = true;
    }
    return 8 + bytes * rows;
}

/* The size of the command at p once carried out; 0 while more bytes are needed. */
static size_t command(struct printer_sim *s, const uint8_t *p, size_t len)
{
    static const struct {
        uint8_t first, second;
        size_t size;
    } known[] = {{0x10, 0x04, 3}, {0x10, 0x05, 3}, {0x10, 0x14, 5}, {0x1B, 0x40, 2},
                 {0x1B, 0x64, 3}, {0x1B, 0x4A, 3}, {0x1B, 0x32, 2}, {0x1B, 0x33, 3},
                 {0x1B, 0x61, 3}, {0x1C, 0x26, 2}, {0x1C, 0x2E, 2}, {0x1D, 0x72, 3},
                 {0x1D, 0x61, 3}, {0x1D, 0x56, 3}, {0x1D, 0x76, 0}};
    size_t i = 0;

    if (p[0] == '\n') {
        feed(s, LINE_DOTS);
        return 1;
    }
    if (p[0] != 0x10 && p[0] != 0x1B && p[0] != 0x1C && p[0] != 0x1D)
        goto unknown;
    if (len < 2)
        return 0;
    while (i < ARRAY_LEN(known) && (known[i].first != p[0] || known[i].second != p[1]))
        i++;
    if (i == ARRAY_LEN(known))
        goto unknown;
    if (p[1] == 0x76 && p[0] == 0x1D)
        return raster(s, p, len);
    if (len < known[i].size)
        return 0;
    if (p[0] == 0x1B && p[1] == 0x64)
        feed(s, p[2] * LINE_DOTS);
    else if (p[0] == 0x1B && p[1] == 0x4A)
        feed(s, p[2]);
    else if (p[0] == 0x1D && p[1] == 0x72)
        tell(s, s->low ? 0x03 : 0x00);
    else if (p[0] == 0x1D && p[1] == 0x56 && p[2] >= 0x41) {
        if (len < 4)
            return 0;
        feed(s, p[3]);
        return 4;
    }
    return known[i].size;
unknown:
    log_warn("printer", "unknown command %02X", p[0]);
    return 1;
}

static void print(struct printer_sim *s)
{
    size_t done = 0;
    while (done < s->pending.len && !s->out && !s->cover && !s->jam && !s->off) {
        const uint8_t *p = s->pending.data + done;
        size_t n = command(s, p, s->pending.len - done);
        if (n == 0)
            break;
        if (p[0] != 0x10)
            buf_append(&s->job, p, n);
        if (p[0] == 0x1D && n > 2 && p[1] == 0x56)
            cut(s);
        done += n;
    }
    buf_drop_front(&s->pending, done);
}

/* ---- the wire ---- */

static void hang_up(struct printer_sim *s)
{
    if (s->client_watch)
        g_source_remove(s->client_watch);
    if (s->client >= 0)
        close(s->client);
    s->client_watch = 0;
    s->client = -1;
}

static gboolean readable(gint fd, GIOCondition condition, gpointer self)
{
    struct printer_sim *s = self;
    uint8_t chunk[4096];
    ssize_t n = read(fd, chunk, sizeof chunk);
    (void)condition;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
    if (n <= 0) {
        s->client_watch = 0; /* removed by our answer */
        hang_up(s);
        return G_SOURCE_REMOVE;
    }
    for (ssize_t i = 0; i < n; i++) {
        if (s->last[0] == 0x10 && s->last[1] == 0x04 && chunk[i] >= 1 && chunk[i] <= 4)
            tell(s, realtime(s, chunk[i]));
        s->last[0] = s->last[1];
        s->last[1] = chunk[i];
    }
    buf_append(&s->pending, chunk, (size_t)n);
    print(s);
    return G_SOURCE_CONTINUE;
}

static gboolean connected(gint fd, GIOCondition condition, gpointer self)
{
    struct printer_sim *s = self;
    int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    (void)condition;
    if (client < 0)
        return G_SOURCE_CONTINUE;
    hang_up(s); /* whoever came last has it, as after a cable was moved */
    s->client = client;
    s->client_watch = g_unix_fd_add(client, G_IO_IN | G_IO_HUP, readable, s);
    return G_SOURCE_CONTINUE;
}

static bool switch_on(struct printer_sim *s, struct err *err)
{
    if (s->listener >= 0)
        return true;
    s->listener = listen_here(s->port, &s->port, err);
    if (s->listener < 0)
        return false;
    s->listener_watch = g_unix_fd_add(s->listener, G_IO_IN, connected, s);
    return true;
}

static void switch_off(struct printer_sim *s)
{
    hang_up(s);
    if (s->listener_watch)
        g_source_remove(s->listener_watch);
    if (s->listener >= 0)
        close(s->listener);
    s->listener_watch = 0;
    s->listener = -1;
    buf_clear(&s->pending); /* what a real one held in its memory is gone too */
}

struct printer_sim *printer_sim_create(const char *folder, int port, struct err *err)
{
    struct printer_sim *s = xcalloc(1, sizeof *s);
    s->folder = xstrdup(folder);
    s->port = port;
    s->listener = s->client = s->rows_left = -1;
    buf_init(&s->pending, PENDING_MAX);
    buf_init(&s->job, PENDING_MAX);
    buf_init(&s->paper, PENDING_MAX);
    if (switch_on(s, err))
        return s;
    printer_sim_destroy(s);
    return NULL;
}

void printer_sim_destroy(struct printer_sim *s)
{
    if (!s)
        return;
    switch_off(s);
    buf_finish(&s->pending);
    buf_finish(&s->job);
    buf_finish(&s->paper);
    free(s->folder);
    free(s);
}

int printer_sim_port(const struct printer_sim *s)
{
    return s->port;
}

bool printer_sim_paper(struct printer_sim *s, const char *what, struct err *err)
{
    int rows;
    bool known = true;

    s->low = s->out = s->cover = s->jam = false;
    s->rows_left = -1;
    if (strcmp(what, "low") == 0)
        s->low = true;
    else if (strcmp(what, "out") == 0)
        s->out = true;
    else if (strcmp(what, "cover") == 0)
        s->cover = true;
    else if (strcmp(what, "jam") == 0)
        s->jam = true;
    else if (sscanf(what, "out after %d", &rows) == 1)
        s->rows_left = rows;
    else
        known = strcmp(what, "ok") == 0;
    print(s);
    return known || err_set(err, ERR_REFUSED, "paper: \"%.40s\" is none of its states", what);
}

bool printer_sim_power(struct printer_sim *s, const char *what, struct err *err)
{
    if (strcmp(what, "on") == 0)
        return switch_on(s, err);
    if (strcmp(what, "off") == 0) {
        switch_off(s);
        return true;
    }
    if (strcmp(what, "mute") != 0 && strcmp(what, "talk") != 0)
        return err_set(err, ERR_REFUSED, "printer: \"%.40s\" is none of its states", what);
    s->mute = strcmp(what, "mute") == 0;
    return true;
}
