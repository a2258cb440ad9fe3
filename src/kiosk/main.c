/* bangban: starts everything in order, runs the loop, and leaves by one way out.
 *
 * The loop sleeps in SDL_WaitEvent until a touch, a completion or a deadline;
 * nothing is drawn unless something changed. Every event goes to visit_step(),
 * its effects to the desk, and the visit's new state to the screens. */

#include <SDL.h>
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "catalog/station.h"
#include "kiosk/audit.h"
#include "kiosk/desk.h"
#include "kiosk/script.h"
#include "kiosk/window.h"
#include "paper/fonts.h"
#include "screens/screens.h"
#include "visit/visit.h"

struct options {
    const char *config, *data, *script, *shots, *audit, *sim;
    int width, height;
    int script_line;    /* internal: go on here after "restart" */
    int64_t clock_offset_ms;
};

struct kiosk {
    struct options options;
    char **argv;
    struct station station;
    struct catalog *catalog;
    struct visit_world world;
    struct screen_facts facts;
    struct window *window;
    struct ui *ui;
    struct desk *desk;
    struct script *script;
    struct arena *arena; /* the visit's: locked, wiped, left out of dumps */
    struct visit *visit;
    bool quit, dirty, lift_pen;
};

static const char usage[] =
    "usage: bangban [options]\n"
    "  --config DIR    configuration (kiosk-config)\n"
    "  --data DIR      where applications are kept (/var/lib/bangban)\n"
    "  --window WxH    a window of this size instead of the whole screen\n"
    "  --script FILE   play a journey and exit: 0, or 1 with the failing line\n"
    "  --shots DIR     where \"shot NAME\" writes NAME.png and NAME.json\n"
    "  --sim DIR       folder of bangban-sim, for card, paper, qr and network steps\n"
    "  --audit FILE    walk every screen in every size, theme, language and reach,\n"
    "                  write a JSON report; exit 1 if a rule is broken\n"
    "  --help, --version\n";

static bool parse_options(int argc, char **argv, struct options *o, int *status)
{
    enum { LINE = 256, OFFSET };
    static const struct option longs[] = {
        {"config", required_argument, NULL, 'c'}, {"data", required_argument, NULL, 'd'},
        {"window", required_argument, NULL, 'w'}, {"script", required_argument, NULL, 's'},
        {"shots", required_argument, NULL, 'p'},  {"audit", required_argument, NULL, 'a'},
        {"sim", required_argument, NULL, 'm'},    {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},      {"script-line", required_argument, NULL, LINE},
        {"clock-offset", required_argument, NULL, OFFSET}, {NULL, 0, NULL, 0}};
    int c;

    *o = (struct options){.config = "kiosk-config", .data = "/var/lib/bangban"};
    *status = 2;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (c) {
        case 'c': o->config = optarg; break;
        case 'd': o->data = optarg; break;
        case 's': o->script = optarg; break;
        case 'p': o->shots = optarg; break;
        case 'a': o->audit = optarg; break;
        case 'm': o->sim = optarg; break;
        case LINE: o->script_line = atoi(optarg); break;
        case OFFSET: o->clock_offset_ms = strtoll(optarg, NULL, 10); break;
        case 'w':
            if (sscanf(optarg, "%dx%d", &o->width, &o->height) != 2 || o->width < 320 ||
                o->height < 320) {
                fprintf(stderr, "bangban: --window wants WIDTHxHEIGHT, such as 1080x1920\n");
                return false;
            }
            break;
        case 'h':
            fputs(usage, stdout);
            *status = 0;
            return false;
        case 'v':
            puts("bangban " BANGBAN_VERSION);
            *status = 0;
            return false;
        default:
            fputs(usage, stderr);
            return false;
        }
    }
    return true;
}

/* SDL notes a signal in a flag and looks at it when the next event comes, which on an
 * idle kiosk may be never. So the signals are blocked everywhere, before any other
 * thread begins, and one thread waits for them and wakes the loop. */
static void *wait_for_signals(void *set)
{
    SDL_Event quit = {.type = SDL_QUIT};
    int which;
    while (sigwait(set, &which) == 0)
        SDL_PushEvent(&quit);
    return NULL;
}

static void quit_on_signals(void)
{
    static sigset_t set;
    pthread_t thread;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (pthread_create(&thread, NULL, wait_for_signals, &set) == 0)
        pthread_detach(thread);
    else
        pthread_sigmask(SIG_UNBLOCK, &set, NULL); /* then a signal simply ends us */
}

/* A resident's data must not reach the disk by way of a crash. */
static void forbid_core_dumps(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    prctl(PR_SET_DUMPABLE, 0);
}

static int64_t now_ms(const struct kiosk *k)
{
    return clock_unix_ms() + k->options.clock_offset_ms;
}

static bool load_config(struct kiosk *k)
{
    struct report *report = report_create();
    k->catalog = catalog_load(k->options.config, report);
    bool ok = station_load(k->options.config, &k->station, report) && k->catalog;
    for (int i = 0; i < report_count(report); i++)
        fprintf(stderr, "%s\n", report_line(report, i));
    if (!ok)
        fprintf(stderr, "bangban: %s cannot be used; \"bangbanctl check-config\" tells more\n",
                k->options.config);
    report_destroy(report);
    return ok;
}

static bool open_screen(struct kiosk *k, struct err *err)
{
    struct ui_panel panel = {.floor_mm = k->station.panel_floor_mm};
    k->window = window_open(k->options.width, k->options.height, k->station.panel_rotation, err);
    if (!k->window)
        return false;
    window_size(k->window, &panel.width_px, &panel.height_px);
    panel.px_per_mm = panel.width_px / k->station.panel_width_mm;
    k->ui = ui_create(&panel, BANGBAN_SHARE "/icons", err);
    return k->ui != NULL;
}

static void draw(struct kiosk *k, bool force)
{
    if (k->desk) {
        k->facts.queue_stopped = desk_stopped(k->desk);
        k->facts.refused = desk_refused(k->desk);
        k->facts.put_aside = desk_put_aside(k->desk);
    }
    screens_draw(k->ui, k->visit, &k->world, &k->facts);
    window_show(k->window, k->ui, force);
    k->dirty = false;
}

static void step(struct kiosk *k, const struct event *e)
{
    struct effects fx;
    enum screen before = k->visit->screen;
    visit_step(k->visit, &k->world, e, &fx);
    for (int i = 0; i < fx.count; i++) {
        if (fx.item[i].kind == FX_WIPE)
            ui_forget(k->ui);
        if (k->desk)
            desk_do(k->desk, &fx.item[i], k->visit, &k->world);
    }
    if (k->visit->screen != before)
        log_info("visit", "screen %s", screen_name(k->visit->screen));
    k->dirty = true;
}

static void act(struct kiosk *k, const struct ui_input *in)
{
    struct event e = {.now_ms = now_ms(k)};
    if (in->ink) {
        e.kind = EV_INK;
        e.ink = (struct ink_point){in->point.x, in->point.y};
        step(k, &e);
    }
    if (in->action) {
        e.kind = EV_TAP;
        e.action = in->action;
        e.arg = in->arg;
        step(k, &e);
    }
    k->dirty |= in->redraw;
}

static void touch(struct kiosk *k, enum ui_touch kind, int64_t finger, int x, int y)
{
    struct ui_input in = ui_touch(k->ui, kind, finger, x, y);
    act(k, &in);
}

static void press_key(struct kiosk *k, const SDL_KeyboardEvent *key)
{
    enum ui_keypress press;
    if (key->repeat)
        return;
    switch (key->keysym.sym) {
    case SDLK_TAB:
        press = key->keysym.mod & KMOD_SHIFT ? UI_KEY_PREVIOUS : UI_KEY_NEXT;
        break;
    case SDLK_UP:
        press = UI_KEY_UP;
        break;
    case SDLK_DOWN:
        press = UI_KEY_DOWN;
        break;
    case SDLK_LEFT:
        press = UI_KEY_LEFT;
        break;
    case SDLK_RIGHT:
        press = UI_KEY_RIGHT;
        break;
    case SDLK_RETURN:
    case SDLK_KP_ENTER:
    case SDLK_SPACE:
        press = UI_KEY_ACTIVATE;
        break;
    default:
        return;
    }
    struct ui_input in = ui_keypress(k->ui, press);
    act(k, &in);
}

static void handle(struct kiosk *k, const SDL_Event *e, uint32_t desk_event)
{
    int x, y;
    switch (e->type) {
    case SDL_QUIT:
        k->quit = true;
        break;
    case SDL_FINGERDOWN:
    case SDL_FINGERUP:
    case SDL_FINGERMOTION:
        window_finger(k->window, e->tfinger.x, e->tfinger.y, &x, &y);
        touch(k, e->type == SDL_FINGERDOWN ? UI_TOUCH_DOWN
                 : e->type == SDL_FINGERUP ? UI_TOUCH_UP
                                           : UI_TOUCH_MOVE,
              e->tfinger.fingerId, x, y);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        if (e->button.button != SDL_BUTTON_LEFT || e->button.which == SDL_TOUCH_MOUSEID)
            break;
        window_mouse(k->window, e->button.x, e->button.y, &x, &y);
        touch(k, e->type == SDL_MOUSEBUTTONDOWN ? UI_TOUCH_DOWN : UI_TOUCH_UP, -1, x, y);
        break;
    case SDL_MOUSEMOTION:
        if (!(e->motion.state & SDL_BUTTON_LMASK) || e->motion.which == SDL_TOUCH_MOUSEID)
            break;
        window_mouse(k->window, e->motion.x, e->motion.y, &x, &y);
        touch(k, UI_TOUCH_MOVE, -1, x, y);
        break;
    case SDL_KEYDOWN:
        press_key(k, &e->key);
        break;
    case SDL_WINDOWEVENT:
        if (e->window.event == SDL_WINDOWEVENT_SIZE_CHANGED) {
            window_refresh(k->window);
            k->dirty = true;
        } else if (e->window.event == SDL_WINDOWEVENT_EXPOSED) {
            window_show(k->window, k->ui, true);
        }
        break;
    default:
        if (e->type == desk_event) {
            struct event for_visit;
            if (desk_take(k->desk, e->user.data1, now_ms(k), &for_visit))
                step(k, &for_visit);
            k->dirty |= k->facts.queue_stopped != desk_stopped(k->desk) ||
                        k->facts.refused != desk_refused(k->desk);
            explicit_bzero(&for_visit, sizeof for_visit);
        }
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a == 0 ? b : b == 0 ? a : a < b ? a : b;
}

static void pass_time(void *self, int64_t ms)
{
    struct kiosk *k = self;
    k->options.clock_offset_ms += ms;
}

static int64_t next_attempt(void *self)
{
    const struct kiosk *k = self;
    return desk_next_attempt_ms(k->desk, now_ms(k));
}

/* What a power cut and a new start do: nothing is put away first. */
static void restart(void *self, int next_line)
{
    struct kiosk *k = self;
    char line[16], offset[32];
    char **argv = xcalloc(32, sizeof *argv);
    int n = 0;
    snprintf(line, sizeof line, "%d", next_line);
    snprintf(offset, sizeof offset, "%lld", (long long)k->options.clock_offset_ms);
    for (char **from = k->argv; *from && n < 26; from++) {
        if (strcmp(*from, "--script-line") == 0 || strcmp(*from, "--clock-offset") == 0)
            from++; /* ours from the restart before */
        else
            argv[n++] = *from;
    }
    argv[n++] = (char *)(uintptr_t)"--script-line";
    argv[n++] = line;
    argv[n++] = (char *)(uintptr_t)"--clock-offset";
    argv[n++] = offset;
    execv("/proc/self/exe", argv);
    free(argv);
}

static bool play(struct kiosk *k, int *status)
{
    struct script_host host = {.self = k, .ui = k->ui, .window = k->window,
                               .pass = pass_time, .next_attempt = next_attempt,
                               .restart = restart};
    struct err err = {0};
    switch (script_run(k->script, &host, clock_mono_ms(), &err)) {
    case SCRIPT_GO_ON:
        return true;
    case SCRIPT_DONE:
        *status = 0;
        return false;
    default:
        fprintf(stderr, "bangban: %s\n", err.text);
        *status = 1;
        return false;
    }
}

static void look_at_the_clock(struct kiosk *k)
{
    int64_t now = now_ms(k), queue = desk_deadline(k->desk),
            visit = visit_deadline(k->visit, &k->world);
    if (queue && now >= queue)
        desk_tick(k->desk, now);
    if (visit && now >= visit) {
        struct event tick = {.kind = EV_TICK, .now_ms = now};
        step(k, &tick);
    }
}

static int loop(struct kiosk *k, uint32_t desk_event)
{
    int status = 0;
    SDL_Event e;
    draw(k, false); /* what the desk found on opening, if anything */
    while (!k->quit) {
        int64_t deadline = earlier(desk_deadline(k->desk), visit_deadline(k->visit, &k->world));
        int64_t wait = deadline ? deadline - now_ms(k) : -1;
        int got;
        if (k->script)
            got = SDL_WaitEventTimeout(&e, 10);
        else if (deadline)
            got = SDL_WaitEventTimeout(&e, wait < 0 ? 0 : wait > 60000 ? 60000 : (int)wait);
        else
            got = SDL_WaitEvent(&e);
        while (got) {
            handle(k, &e, desk_event);
            if (k->dirty)
                draw(k, false); /* each event on the tree it was aimed at */
            got = SDL_PollEvent(&e);
        }
        look_at_the_clock(k);
        if (k->dirty)
            draw(k, false);
        if (k->script && !play(k, &status))
            break;
    }
    return status;
}

static void begin(struct kiosk *k)
{
    const struct station *s = &k->station;
    k->world = (struct visit_world){.catalog = k->catalog,
                                    .defaults = {.size = s->text_size, .theme = s->theme,
                                                 .lang = s->language},
                                    .idle_ms = s->idle_s * 1000,
                                    .answer_ms = s->answer_s * 1000,
                                    .done_ms = s->done_s * 1000};
    k->facts = (struct screen_facts){.station_name = s->name, .station_phone = s->phone};
    k->arena = arena_create(sizeof(struct visit) + 64, true);
    if (!arena_is_locked(k->arena))
        log_warn("visit", "memory cannot be locked (RLIMIT_MEMLOCK); swap must be off");
    k->visit = arena_alloc(k->arena, sizeof *k->visit);
    visit_begin(k->visit, &k->world);
    k->visit->now_ms = now_ms(k);
}

int main(int argc, char **argv)
{
    struct kiosk k = {.argv = argv};
    struct err err = {0};
    int status = 1;

    if (!parse_options(argc, argv, &k.options, &status))
        return status;
    status = 1;
    forbid_core_dumps();
    quit_on_signals();
    i18n_init(BANGBAN_SHARE "/locale");
    if (!fonts_init(BANGBAN_SHARE, &err) || !load_config(&k))
        goto out;
    if (!open_screen(&k, &err))
        goto out;
    begin(&k);
    if (k.options.audit) {
        status = audit_run(k.ui, &k.world, &k.facts, k.options.audit, &err);
        goto out;
    }
    draw(&k, true); /* residents see it before the store and the line are open */
    uint32_t desk_event = SDL_RegisterEvents(1);
    k.desk = desk_open(&(struct desk_config){.station = &k.station,
                                             .data_folder = k.options.data,
                                             .sdl_event = desk_event}, &err);
    if (!k.desk)
        goto out;
    if (k.options.script) {
        k.script = script_open(k.options.script, k.options.shots, k.options.sim,
                               k.options.script_line, &err);
        if (!k.script)
            goto out;
    }
    status = loop(&k, desk_event);
out:
    if (err.kind != ERR_NONE)
        fprintf(stderr, "bangban: %s\n", err.text);
    desk_close(k.desk);
    script_close(k.script);
    ui_destroy(k.ui);
    window_close(k.window);
    arena_destroy(k.arena);
    catalog_destroy(k.catalog);
    station_finish(&k.station);
    return status;
}
