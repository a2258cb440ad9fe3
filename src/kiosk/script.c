#include "kiosk/script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

enum { PATIENCE_MS = 8000, PLAY_DEPTH = 4 };

struct line {
    char *text, *where; /* where: "file:line", for what went wrong */
};

struct script {
    char *shots, *sim;
    struct line *lines;
    int count, next; /* next: index of the step to do */
    int64_t since_ms; /* when the current step was first tried; 0 not yet */
    int64_t passed_ms; /* when "delivered" last moved the clock */
    const char *typing; /* rest of a "type" step */
};

struct step {
    char verb[24];
    const char *rest;
};

static struct step split(const char *line);

/* The lines of a file, and in the place of "play OTHER" those of that one beside it. */
static bool load(struct script *s, const char *path, int depth, struct err *err)
{
    char *text = file_read(path, 1 << 20, NULL, err), *save = text, *line;
    const char *slash = strrchr(path, '/');
    bool ok = text != NULL;

    if (depth > PLAY_DEPTH)
        ok = err_set(err, ERR_BROKEN, "%s: plays itself", path);
    for (int number = 1; ok && (line = strsep(&save, "\n")); number++) {
        struct step step = split(line);
        if (strcmp(step.verb, "play") == 0) {
            char *other = xasprintf("%.*s%s", slash ? (int)(slash + 1 - path) : 0, path, step.rest);
            ok = load(s, other, depth + 1, err);
            free(other);
            continue;
        }
        s->lines = xrealloc(s->lines, sizeof *s->lines * (size_t)(s->count + 1));
        s->lines[s->count++] = (struct line){xstrdup(line), xasprintf("%s:%d", path, number)};
    }
    free(text);
    return ok;
}

struct script *script_open(const char *path, const char *shots, const char *sim, int first,
                           struct err *err)
{
    struct script *s = xcalloc(1, sizeof *s);
    s->shots = shots ? xstrdup(shots) : NULL;
    s->sim = sim ? xstrdup(sim) : NULL;
    s->next = first > 0 ? first - 1 : 0;
    if (load(s, path, 0, err))
        return s;
    script_close(s);
    return NULL;
}

void script_close(struct script *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->count; i++) {
        free(s->lines[i].text);
        free(s->lines[i].where);
    }
    free(s->lines);
    free(s->shots);
    free(s->sim);
    free(s);
}

static struct step split(const char *line)
{
    struct step step = {0};
    line += strspn(line, " \t");
    size_t len = strcspn(line, " \t");
    snprintf(step.verb, sizeof step.verb, "%.*s", (int)len, line);
    step.rest = line + len + strspn(line + len, " \t");
    return step;
}

/* ---- touching ---- */

static void push_finger(const struct script_host *h, Uint32 type, int x, int y)
{
    SDL_Event e = {.type = type};
    e.tfinger.touchId = 1;
    e.tfinger.fingerId = 1;
    e.tfinger.pressure = 1;
    window_to_finger(h->window, x, y, &e.tfinger.x, &e.tfinger.y);
    SDL_PushEvent(&e);
}

static void push_tap(const struct script_host *h, const struct ui_node *n)
{
    int x = n->rect.x + n->rect.w / 2, y = n->rect.y + n->rect.h / 2;
    push_finger(h, SDL_FINGERDOWN, x, y);
    push_finger(h, SDL_FINGERUP, x, y);
}

static bool tap(const struct script_host *h, const char *label)
{
    int i = ui_find(h->ui, label);
    if (i < 0)
        return false;
    push_tap(h, ui_node(h->ui, i));
    return true;
}

/* The next character of a "type" step, on the keypad that is shown. */
static bool type_one(struct script *s, const struct script_host *h)
{
    uint32_t cp;
    char label[5] = "";
    size_t n = text_next(s->typing, &cp);
    memcpy(label, s->typing, n);
    for (int i = 0; i < ui_count(h->ui); i++) {
        const struct ui_node *node = ui_node(h->ui, i);
        if (node->spec.action && !node->hidden && node->spec.label &&
            strcmp(node->spec.label, label) == 0) {
            push_tap(h, node);
            s->typing += n;
            return true;
        }
    }
    return false;
}

static bool sign(const struct script_host *h)
{
    static const struct {
        int x, y;
        bool down;
    } path[] = {{150, 300, true}, {300, 250, false}, {500, 420, false}, {420, 700, false},
                {600, 250, true}, {620, 500, false}, {780, 640, false}};
    for (int i = 0; i < ui_count(h->ui); i++) {
        const struct ui_node *n = ui_node(h->ui, i);
        if (n->spec.role != UI_CANVAS || n->hidden)
            continue;
        int x = 0, y = 0;
        for (size_t k = 0; k < ARRAY_LEN(path); k++) {
            if (k && path[k].down)
                push_finger(h, SDL_FINGERUP, x, y);
            x = n->rect.x + n->rect.w * path[k].x / 1000;
            y = n->rect.y + n->rect.h * path[k].y / 1000;
            push_finger(h, path[k].down ? SDL_FINGERDOWN : SDL_FINGERMOTION, x, y);
        }
        push_finger(h, SDL_FINGERUP, x, y);
        return true;
    }
    return false;
}

static bool key(const char *name)
{
    SDL_Keycode code = SDL_GetKeyFromName(name);
    if (code == SDLK_UNKNOWN)
        return false;
    SDL_Event e = {.type = SDL_KEYDOWN};
    e.key.keysym.sym = code;
    SDL_PushEvent(&e);
    e.type = SDL_KEYUP;
    SDL_PushEvent(&e);
    return true;
}

/* ---- the simulator ---- */

static bool ask_simulator(const struct script *s, const char *line, struct err *err)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    char answer[256] = "";
    bool ok = false;
    int fd = -1;

    if (!s->sim)
        return err_set(err, ERR_BROKEN, "this step needs --sim DIR");
    snprintf(to.sun_path, sizeof to.sun_path, "%s/control", s->sim);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ||
        dprintf(fd, "%s\n", line) < 0) {
        err_set(err, ERR_BROKEN, "%s: %s", to.sun_path, strerror(errno));
        goto out;
    }
    ssize_t n = read(fd, answer, sizeof answer - 1);
    ok = n >= 2 && strncmp(answer, "ok", 2) == 0;
    if (!ok)
        err_set(err, ERR_BROKEN, "the simulator says: %s", answer);
out:
    if (fd >= 0)
        close(fd);
    return ok;
}

/* ---- pictures ---- */

static bool shot(const struct script *s, const struct script_host *h, const char *name,
                 struct err *err)
{
    if (!s->shots)
        return true; /* a journey may be played without pictures */
    char *png = xasprintf("%s/%s.png", s->shots, name);
    char *json = xasprintf("%s/%s.json", s->shots, name);
    bool ok = file_make_folder(s->shots, err) && window_write_png(h->window, h->ui, png, err);
    FILE *f = ok ? fopen(json, "w") : NULL;
    if (f) {
        ui_dump_json(h->ui, f);
        ok = fclose(f) == 0;
    } else if (ok) {
        ok = err_set(err, ERR_BROKEN, "%s: %s", json, strerror(errno));
    }
    free(png);
    free(json);
    return ok;
}

/* golden NAME: the tree as text equals tests/golden/NAME.txt; a missing reference
 * fails. BANGBAN_GOLDEN=write makes it instead. */
static bool golden(const struct script_host *h, const char *name, struct err *err)
{
    char *now = NULL, *then = NULL, *path = xasprintf("tests/golden/%s.txt", name);
    size_t size;
    const char *mode = getenv("BANGBAN_GOLDEN");
    FILE *f = open_memstream(&now, &size);
    ui_dump_text(h->ui, f);
    fclose(f);
    bool ok;
    if (mode && strcmp(mode, "write") == 0) {
        ok = file_write(path, now, size, 0644, err);
    } else {
        then = file_read(path, 1 << 20, NULL, err);
        ok = then && strcmp(now, then) == 0;
        if (then && !ok) {
            size_t i = 0, line = 1;
            for (; now[i] && now[i] == then[i]; i++)
                line += now[i] == '\n';
            err_set(err, ERR_BROKEN, "%s: the tree differs from line %zu on", path, line);
        }
    }
    free(now);
    free(then);
    free(path);
    return ok;
}

/* ---- steps ---- */

enum outcome { OK, NOT_YET, FAIL };

static enum outcome wait_screen(struct script *s, const struct script_host *h,
                                const char *rest, int64_t now_ms)
{
    char name[32] = "";
    int ms = PATIENCE_MS;
    sscanf(rest, "%31s %d", name, &ms);
    if (strcmp(ui_screen(h->ui), name) == 0)
        return OK;
    return now_ms - s->since_ms > ms ? FAIL : NOT_YET;
}

static enum outcome patient(const struct script *s, bool ok, int64_t now_ms)
{
    return ok ? OK : now_ms - s->since_ms > PATIENCE_MS ? FAIL : NOT_YET;
}

static enum outcome run_step(struct script *s, const struct script_host *h,
                             const struct step *step, int64_t now_ms, struct err *err)
{
    const char *verb = step->verb, *rest = step->rest;
    if (!*verb || *verb == '#')
        return OK;
    err_set(err, ERR_BROKEN, "not found on screen \"%s\"", ui_screen(h->ui));
    if (strcmp(verb, "tap") == 0)
        return patient(s, tap(h, rest), now_ms);
    if (strcmp(verb, "type") == 0) {
        if (!s->typing)
            s->typing = rest;
        if (!*s->typing) {
            s->typing = NULL;
            return OK;
        }
        if (type_one(s, h))
            s->since_ms = now_ms;
        return now_ms - s->since_ms > PATIENCE_MS ? FAIL : NOT_YET;
    }
    if (strcmp(verb, "expect") == 0)
        return patient(s, ui_shows(h->ui, rest), now_ms);
    if (strcmp(verb, "absent") == 0)
        return ui_shows(h->ui, rest) ? FAIL : OK;
    if (strcmp(verb, "wait") == 0)
        return wait_screen(s, h, rest, now_ms);
    if (strcmp(verb, "sign") == 0)
        return patient(s, sign(h), now_ms);
    if (strcmp(verb, "shot") == 0)
        return shot(s, h, rest, err) ? OK : FAIL;
    if (strcmp(verb, "golden") == 0)
        return golden(h, rest, err) ? OK : FAIL;
    if (strcmp(verb, "key") == 0)
        return key(rest) ? OK : FAIL;
    if (strcmp(verb, "card") == 0 || strcmp(verb, "paper") == 0 ||
        strcmp(verb, "network") == 0 || strcmp(verb, "qr") == 0 ||
        strcmp(verb, "reader") == 0 || strcmp(verb, "printer") == 0)
        return ask_simulator(s, s->lines[s->next].text + strspn(s->lines[s->next].text, " \t"), err)
                   ? OK
                   : FAIL;
    if (strcmp(verb, "pass") == 0) {
        h->pass(h->self, (int64_t)(strtod(rest, NULL) * 1000));
        return OK;
    }
    if (strcmp(verb, "settle") == 0)
        return patient(s, h->next_attempt(h->self) != 0, now_ms);
    if (strcmp(verb, "delivered") == 0) {
        int64_t due_ms = h->next_attempt(h->self);
        if (due_ms < 0)
            return OK;
        if (due_ms > 0 && now_ms - s->passed_ms > 250) { /* others need real time */
            s->passed_ms = now_ms;
            h->pass(h->self, due_ms);
        }
        return now_ms - s->since_ms > (*rest ? atoi(rest) : PATIENCE_MS) ? FAIL : NOT_YET;
    }
    if (strcmp(verb, "restart") == 0) {
        h->restart(h->self, s->next + 2); /* does not return when it works */
        err_set(err, ERR_BROKEN, "restart failed");
        return FAIL;
    }
    err_set(err, ERR_BROKEN, "unknown step \"%s\"", verb);
    return FAIL;
}

enum script_result script_run(struct script *s, const struct script_host *host,
                              int64_t now_ms, struct err *err)
{
    if (s->next >= s->count)
        return SCRIPT_DONE;
    struct err why = {0};
    struct step step = split(s->lines[s->next].text);
    if (s->since_ms == 0)
        s->since_ms = now_ms;
    switch (run_step(s, host, &step, now_ms, &why)) {
    case OK:
        s->next++;
        s->since_ms = 0;
        return SCRIPT_GO_ON;
    case NOT_YET:
        return SCRIPT_GO_ON;
    default:
        err_set(err, ERR_BROKEN, "%s: %s %s: %s", s->lines[s->next].where, step.verb,
                step.rest, why.text);
        return SCRIPT_FAILED;
    }
}
