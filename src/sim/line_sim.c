/* The line to the central system as a TCP relay that can fail as lines do. */
#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "sim/parts.h"

enum { CHUNK = 65536 };
enum line_state { UP, DOWN, STALLED };

/* One way of one connection: bytes read from `from` and not yet taken by `to`. */
struct way {
    struct call *call;
    int from, to;
    guint watch;
    uint8_t data[CHUNK];
    size_t at, len;
};

struct call {
    struct line_sim *line;
    struct way there, back;
    struct call *next;
};

struct line_sim {
    int port, target, listener;
    guint watch;
    enum line_state state;
    long cut_after; /* bytes towards the central system; -1: never */
    struct call *calls;
};

static void stop_watching(struct way *w)
{
    if (w->watch)
        g_source_remove(w->watch);
    w->watch = 0;
}

static void hang_up(struct call *c)
{
    struct call **p = &c->line->calls;
    static const struct linger at_once = {1, 0}; /* a reset, as a cut line gives */
    while (*p != c)
        p = &(*p)->next;
    *p = c->next;
    stop_watching(&c->there);
    stop_watching(&c->back);
    setsockopt(c->there.from, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(c->there.from);
    if (c->there.to >= 0)
        close(c->there.to);
    free(c);
}

static void hang_up_all(struct line_sim *s)
{
    while (s->calls)
        hang_up(s->calls);
}

static gboolean pass_on(gint fd, GIOCondition condition, gpointer self);

static void watch(struct way *w)
{
    stop_watching(w);
    w->watch = w->len ? g_unix_fd_add(w->to, G_IO_OUT, pass_on, w)
                      : g_unix_fd_add(w->from, G_IO_IN | G_IO_HUP, pass_on, w);
}

/* Reads when empty, writes when not; false ends the call. */
static bool move_bytes(struct way *w)
{
    ssize_t n;
    if (w->len == 0) {
        n = read(w->from, w->data, CHUNK);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        if (n == 0)
            return false;
        w->at = 0;
        w->len = (size_t)n;
    }
    n = send(w->to, w->data + w->at, w->len, MSG_NOSIGNAL);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    w->at += (size_t)n;
    w->len -= (size_t)n;
    struct line_sim *s = w->call->line;
    if (w == &w->call->there && s->cut_after >= 0 && (s->cut_after -= n) <= 0) {
        s->cut_after = -1;
        s->state = DOWN;
    }
    return s->state != DOWN;
}

static gboolean pass_on(gint fd, GIOCondition condition, gpointer self)
{
    struct way *w = self;
    struct line_sim *s = w->call->line;
    (void)fd;
    (void)condition;
    w->watch = 0; /* ours goes with our answer */
    if (move_bytes(w))
        watch(w);
    else if (s->state == DOWN)
        hang_up_all(s);
    else
        hang_up(w->call);
    return G_SOURCE_REMOVE;
}

static int reach(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
        close(fd);
        fd = -1;
    }
    if (fd >= 0)
        g_unix_set_fd_nonblocking(fd, TRUE, NULL);
    return fd;
}

static gboolean called(gint fd, GIOCondition condition, gpointer self)
{
    struct line_sim *s = self;
    int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    (void)condition;
    if (client < 0)
        return G_SOURCE_CONTINUE;
    struct call *c = xcalloc(1, sizeof *c);
    c->line = s;
    c->next = s->calls;
    s->calls = c;
    c->there = (struct way){.call = c, .from = client, .to = -1};
    c->back = (struct way){.call = c, .from = -1, .to = client};
    if (s->state == STALLED)
        return G_SOURCE_CONTINUE; /* taken, and then nothing */
    c->there.to = c->back.from = s->state == UP ? reach(s->target) : -1;
    if (c->there.to < 0) {
        hang_up(c);
        return G_SOURCE_CONTINUE;
    }
    watch(&c->there);
    watch(&c->back);
    return G_SOURCE_CONTINUE;
}

struct line_sim *line_sim_create(int target_port, struct err *err)
{
    struct line_sim *s = xcalloc(1, sizeof *s);
    s->target = target_port;
    s->cut_after = -1;
    s->listener = listen_here(0, &s->port, err);
    if (s->listener < 0) {
        free(s);
        return NULL;
    }
    s->watch = g_unix_fd_add(s->listener, G_IO_IN, called, s);
    return s;
}

void line_sim_destroy(struct line_sim *s)
{
    if (!s)
        return;
    hang_up_all(s);
    g_source_remove(s->watch);
    close(s->listener);
    free(s);
}

int line_sim_port(const struct line_sim *s)
{
    return s->port;
}

bool line_sim_set(struct line_sim *s, const char *what, struct err *err)
{
    s->cut_after = -1;
    if (strcmp(what, "up") == 0) {
        s->state = UP;
        hang_up_all(s); /* stalled calls do not come alive again */
    } else if (strcmp(what, "down") == 0) {
        s->state = DOWN;
        hang_up_all(s);
    } else if (strcmp(what, "stall") == 0) {
        s->state = STALLED;
        hang_up_all(s);
    } else if (sscanf(what, "cut %ld", &s->cut_after) == 1 && s->cut_after > 0) {
        s->state = UP;
        hang_up_all(s);
    } else {
        return err_set(err, ERR_REFUSED, "network: \"%.40s\" is none of its states", what);
    }
    return true;
}
