/* A SAM_V identity card reader (GA 450): answers find, select and read, with the
 * damages that real lines and real hands do to them. As on real readers a card
 * counts once: after a successful read, find says "none" until it is lifted. */
#include <glib-unix.h>
#include <iconv.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "sim/parts.h"

enum { TEXT = 256, PHOTO = 1024, REQUEST_MAX = 64 };

enum fault { WELL, NOISE, STRAY, SPLIT, BAD_SUM, CUT, SILENT, FAULT };

struct card_sim {
    char *folder, *cards;
    struct pty pty;
    guint watch;
    uint8_t in[REQUEST_MAX];
    size_t in_len;

    bool present, fresh, foreign, slips;
    uint8_t text[TEXT];
    enum fault fault;
    int fault_left; /* answers still damaged; 0: until told otherwise */
};

/* ---- what is on a card ---- */

struct item {
    const char *key;
    int at, len; /* bytes */
};
static const struct item resident[] = {
    {"name", 0, 30},      {"sex", 30, 2},      {"nation", 32, 4}, {"birth", 36, 16},
    {"address", 52, 70},  {"number", 122, 36}, {"issuer", 158, 30}, {"from", 188, 16},
    {"to", 204, 16},      {NULL, 0, 0}};
static const struct item residence[] = {
    {"name", 0, 30},      {"sex", 30, 2},      {"birth", 36, 16},  {"address", 52, 70},
    {"number", 122, 36},  {"issuer", 158, 30}, {"from", 188, 16},  {"to", 204, 16},
    {"pass", 220, 18},    {"times", 238, 4},   {"layout", 248, 2}, {NULL, 0, 0}};
static const struct item permanent_2023[] = {
    {"name", 0, 30},     {"sex", 30, 2},       {"times", 32, 4},    {"birth", 36, 16},
    {"latin_name", 52, 70}, {"number", 122, 36}, {"from", 188, 16}, {"to", 204, 16},
    {"nationality", 242, 6}, {"layout", 248, 2}, {"old", 250, 6}, {NULL, 0, 0}};
static const struct item permanent_2017[] = {
    {"latin_name", 0, 120}, {"sex", 120, 2},   {"number", 122, 30}, {"nationality", 152, 6},
    {"name", 158, 30},      {"from", 188, 16}, {"to", 204, 16},     {"birth", 220, 16},
    {"version", 236, 4},    {"office", 240, 8}, {"layout", 248, 2}, {NULL, 0, 0}};

static const struct item *layout_of(const json_t *card)
{
    const char *l = json_string_value(json_object_get(card, "layout"));
    if (!l || !*l)
        return resident;
    return *l == 'J' ? residence : *l == 'Y' ? permanent_2023 : *l == 'I' ? permanent_2017
                                                                           : resident;
}

static bool put_text(const char *value, uint8_t *to, size_t len)
{
    iconv_t cd = iconv_open("UTF-16LE", "UTF-8");
    char *in = (char *)(uintptr_t)value, *out = (char *)to;
    size_t in_left = strlen(value), out_left = len;
    bool ok = cd != (iconv_t)-1 && iconv(cd, &in, &in_left, &out, &out_left) != (size_t)-1;
    if (cd != (iconv_t)-1)
        iconv_close(cd);
    return ok && in_left == 0;
}

static bool load(struct card_sim *s, const char *name, struct err *err)
{
    char *path = xasprintf("%s/%s.json", s->cards, name);
    size_t len;
    char *text = strpbrk(name, "/.") ? NULL : file_read(path, 65536, &len, err);
    json_t *card = text ? json_read(path, text, len, 65536, err) : NULL;
    const char *key;
    json_t *value;
    bool ok = card != NULL;

    if (!text)
        err_set(err, ERR_REFUSED, "no card \"%.60s\" in %s", name, s->cards);
    for (size_t i = 0; i < TEXT; i += 2)
        memcpy(s->text + i, " ", 2); /* a space, UTF-16LE */
    json_object_foreach(card, key, value) {
        const struct item *item = layout_of(card);
        while (item->key && strcmp(item->key, key) != 0)
            item++;
        if (!item->key || !json_is_string(value) ||
            !put_text(json_string_value(value), s->text + item->at, (size_t)item->len))
            ok = err_set(err, ERR_REFUSED, "%s: \"%s\" does not fit this card", path, key);
    }
    json_decref(card);
    free(text);
    free(path);
    return ok;
}

/* ---- answering ---- */

static uint8_t xor_of(const uint8_t *p, size_t len)
{
    uint8_t sum = 0;
    while (len--)
        sum = (uint8_t)(sum ^ *p++);
    return sum;
}

static void out(struct card_sim *s, const uint8_t *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(s->pty.master, data, len);
        if (n < 0)
            return; /* nobody reads: a real line drops it too */
        data += n;
        len -= (size_t)n;
    }
}

static void send_frame(struct card_sim *s, const uint8_t *frame, size_t len)
{
    static const uint8_t noise[] = {0x00, 0xFF, 0xAA, 0xAA, 0x96, 0x13, 0x69, 0xAA};
    enum fault fault = s->fault;

    if (s->fault_left > 0 && --s->fault_left == 0)
        s->fault = WELL;
    switch (fault) {
    case SILENT:
        return;
    case NOISE:
        out(s, noise, sizeof noise);
        break;
    case STRAY: /* seen on real readers: AA 00 AA AA 96 69 */
        out(s, frame, 1);
        out(s, noise, 1);
        frame++, len--;
        break;
    case SPLIT:
        for (size_t i = 0; i < len; i += 97) {
            out(s, frame + i, len - i < 97 ? len - i : 97);
            g_usleep(2000);
        }
        return;
    case BAD_SUM:
        out(s, frame, len - 1);
        out(s, (const uint8_t[]){(uint8_t)(frame[len - 1] ^ 0x5A)}, 1);
        return;
    case CUT:
        len /= 2;
        break;
    default:
        break;
    }
    out(s, frame, len);
}

static void answer(struct card_sim *s, uint8_t sw3, const uint8_t *data, size_t len)
{
    uint8_t frame[TEXT + PHOTO + 32] = {0xAA, 0xAA, 0xAA, 0x96, 0x69};
    frame[5] = (uint8_t)((len + 4) >> 8);
    frame[6] = (uint8_t)((len + 4) & 0xFF);
    frame[9] = sw3;
    if (len)
        memcpy(frame + 10, data, len);
    frame[10 + len] = xor_of(frame + 5, len + 5);
    send_frame(s, frame, len + 11);
    explicit_bzero(frame, sizeof frame);
}

static void read_card(struct card_sim *s)
{
    uint8_t record[4 + TEXT + PHOTO] = {TEXT >> 8, 0, PHOTO >> 8, 0};
    if (s->slips) {
        s->slips = false;
        answer(s, 0x41, NULL, 0);
        return;
    }
    memcpy(record + 4, s->text, TEXT);
    for (int i = 0; i < PHOTO; i++) /* a closed format: any bytes will do */
        record[4 + TEXT + i] = (uint8_t)(i * 37 ^ i >> 3);
    /* Not when the answer will be damaged: the reader cannot know that, but the
     * chip's session then ends all the same, and real readers find it again. */
    s->fresh = s->fault == BAD_SUM || s->fault == CUT;
    answer(s, 0x90, record, sizeof record);
}

static void obey(struct card_sim *s, uint8_t cmd, uint8_t para)
{
    static const uint8_t zeros[16];
    if (s->fault == FAULT) {
        answer(s, 0x60, NULL, 0);
        return;
    }
    switch (cmd << 8 | para) {
    case 0x10FF:
    case 0x11FF:
        answer(s, 0x90, NULL, 0);
        break;
    case 0x12FF:
        answer(s, 0x90, zeros, 16);
        break;
    case 0x2001:
        if (s->present && (s->fresh || s->foreign))
            answer(s, 0x9F, zeros, 4);
        else
            answer(s, 0x80, NULL, 0);
        break;
    case 0x2002:
        if (!s->present)
            answer(s, 0x81, NULL, 0);
        else if (s->foreign)
            answer(s, 0x40, NULL, 0);
        else
            answer(s, 0x90, zeros, 8);
        break;
    case 0x3001:
        if (s->present && !s->foreign)
            read_card(s);
        else
            answer(s, 0x41, NULL, 0);
        break;
    case 0x3003:
        answer(s, s->present ? 0x91 : 0x41, NULL, 0);
        break;
    default:
        answer(s, 0x24, NULL, 0);
    }
}

/* A device is strict where a host must be lenient. */
static void look_for_request(struct card_sim *s)
{
    static const uint8_t preamble[] = {0xAA, 0xAA, 0xAA, 0x96, 0x69};
    while (s->in_len >= 7) {
        size_t len = (size_t)s->in[5] << 8 | s->in[6];
        if (memcmp(s->in, preamble, 5) != 0 || len < 3 || len > REQUEST_MAX - 7) {
            memmove(s->in, s->in + 1, --s->in_len);
            continue;
        }
        if (s->in_len < 7 + len)
            return;
        if (xor_of(s->in + 5, len + 1) == s->in[6 + len])
            obey(s, s->in[7], s->in[8]);
        else
            answer(s, 0x10, NULL, 0);
        s->in_len -= 7 + len;
        memmove(s->in, s->in + 7 + len, s->in_len);
    }
}

static gboolean readable(gint fd, GIOCondition condition, gpointer self)
{
    struct card_sim *s = self;
    ssize_t n = read(fd, s->in + s->in_len, sizeof s->in - s->in_len);
    (void)condition;
    if (n > 0) {
        s->in_len += (size_t)n;
        look_for_request(s);
        if (s->in_len == sizeof s->in)
            s->in_len = 0;
    }
    return G_SOURCE_CONTINUE;
}

static bool plug(struct card_sim *s, struct err *err)
{
    char *link = xasprintf("%s/card-reader", s->folder);
    bool ok = s->pty.master >= 0 || pty_open(&s->pty, link, err);
    if (ok && !s->watch)
        s->watch = g_unix_fd_add(s->pty.master, G_IO_IN, readable, s);
    free(link);
    return ok;
}

static void unplug(struct card_sim *s)
{
    if (s->watch)
        g_source_remove(s->watch);
    s->watch = 0;
    pty_close(&s->pty);
}

struct card_sim *card_sim_create(const char *folder, const char *cards, struct err *err)
{
    struct card_sim *s = xcalloc(1, sizeof *s);
    s->folder = xstrdup(folder);
    s->cards = xstrdup(cards);
    s->pty = (struct pty){.master = -1, .slave = -1};
    if (plug(s, err))
        return s;
    card_sim_destroy(s);
    return NULL;
}

void card_sim_destroy(struct card_sim *s)
{
    if (!s)
        return;
    unplug(s);
    free(s->folder);
    free(s->cards);
    free(s);
}

bool card_sim_card(struct card_sim *s, const char *what, struct err *err)
{
    bool slips = strncmp(what, "moved ", 6) == 0;

    s->present = s->fresh = s->foreign = s->slips = false;
    if (strcmp(what, "away") == 0)
        return true;
    if (strcmp(what, "foreign") == 0) {
        s->present = s->foreign = true;
        return true;
    }
    if (!load(s, slips ? what + 6 : what, err))
        return false;
    s->present = s->fresh = true;
    s->slips = slips;
    return true;
}

bool card_sim_reader(struct card_sim *s, const char *what, struct err *err)
{
    static const struct {
        const char *word;
        enum fault fault;
    } faults[] = {{"ok", WELL},         {"noise", NOISE}, {"stray", STRAY},
                  {"split", SPLIT},     {"badsum", BAD_SUM}, {"cut", CUT},
                  {"silent", SILENT},   {"fault", FAULT}};
    char word[16] = "";
    int count = 0;

    sscanf(what, "%15s %d", word, &count);
    if (strcmp(word, "plug") == 0)
        return plug(s, err);
    if (strcmp(word, "unplug") == 0) {
        unplug(s);
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(faults); i++)
        if (strcmp(faults[i].word, word) == 0) {
            s->fault = faults[i].fault;
            s->fault_left = count;
            return true;
        }
    return err_set(err, ERR_REFUSED, "reader: \"%.40s\" is none of its faults", what);
}
