/* Declaring: nodes go into one of two frames by turns, strings into that frame's
 * secret arena; the other frame is what is on the glass, to compare with. */

#include "ui/internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static uint64_t mix(uint64_t h, const void *data, size_t len)
{
    const unsigned char *p = data;
    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * 1099511628211u;
    return h;
}

ui_id ui_key(const char *screen, const char *kind, int n)
{
    uint64_t h = mix(14695981039346656037u, screen, strlen(screen) + 1);
    h = mix(h, kind, strlen(kind) + 1);
    h = mix(h, &n, sizeof n);
    ui_id id = (ui_id)(h ^ h >> 32);
    return id ? id : 1;
}

struct ui *ui_create(const struct ui_panel *panel, const char *icons_folder, struct err *err)
{
    struct ui *ui = xcalloc(1, sizeof *ui);
    ui->panel = *panel;
    ui->icons_folder = xstrdup(icons_folder);
    for (int i = 0; i < 2; i++)
        ui->frames[i].strings = arena_create(1 << 20, true);
    ui->now = &ui->frames[0];
    ui->before = &ui->frames[1];
    ui->fresh = true;
    if (!text_start(ui, err)) {
        ui_destroy(ui);
        return NULL;
    }
    return ui;
}

void ui_destroy(struct ui *ui)
{
    if (!ui)
        return;
    icons_stop(ui);
    text_stop(ui);
    for (int i = 0; i < 2; i++)
        arena_destroy(ui->frames[i].strings);
    free(ui->icons_folder);
    explicit_bzero(ui, sizeof *ui);
    free(ui);
}

void ui_begin(struct ui *ui, const char *screen, const struct ui_settings *settings)
{
    struct frame *f = ui->before;
    ui->before = ui->now;
    ui->now = f;
    arena_reset(f->strings);
    f->count = 0;
    f->settings = *settings;
    text_copy(f->screen, sizeof f->screen, screen);
    ui->depth = 0;
}

static const char *keep(struct ui *ui, const char *s)
{
    return s ? arena_strdup(ui->now->strings, s) : NULL;
}

static int add(struct ui *ui, const struct ui_spec *spec, bool pager)
{
    struct frame *f = ui->now;
    int parent = ui->depth ? ui->stack[ui->depth - 1] : -1;
    assert(f->count < UI_MAX_NODES && "a screen has too many nodes");
    int i = f->count++;
    struct node *n = &f->nodes[i];
    *n = (struct node){.pub = {.spec = *spec, .parent = parent, .depth = ui->depth},
                       .first = -1, .last = -1, .next = -1, .pager = pager,
                       .want_w_for = -1, .want_h_for = -1, .roomy = 1};
    n->pub.spec.label = keep(ui, spec->label);
    n->pub.spec.value = keep(ui, spec->value);
    n->pub.spec.say = keep(ui, spec->say);
    n->pub.spec.icon = keep(ui, spec->icon);
    if (!spec->id)
        n->pub.spec.id = ui_key(f->screen, "node", i);
    if (parent >= 0) {
        struct node *p = &f->nodes[parent];
        if (p->last >= 0)
            f->nodes[p->last].next = i;
        else
            p->first = i;
        p->last = i;
        p->children++;
    }
    return i;
}

static void open_node(struct ui *ui, const struct ui_spec *spec, bool pager)
{
    assert(ui->depth < UI_MAX_DEPTH);
    int i = add(ui, spec, pager);
    ui->stack[ui->depth++] = i;
}

void ui_open(struct ui *ui, struct ui_spec spec)
{
    open_node(ui, &spec, false);
}

/* The row that turns pages; layout hides it where one page is enough. */
static void add_pager(struct ui *ui, const struct ui_spec *pages)
{
    enum lang lang = ui->now->settings.lang;
    struct ui_spec row = {.id = ui_key("ui", "pager", 0), .role = UI_GROUP, .dir = UI_ROW,
                          .gap_mm = 4};
    struct ui_spec button = {.role = UI_BUTTON, .action = pages->action,
                             .type = UI_TYPE_BUTTON, .tone = UI_TONE_SECONDARY,
                             .flags = UI_CENTER, .grow = 2, .min_height_mm = 16};
    struct ui_spec where = {.id = ui_key("ui", "pager", 2), .role = UI_STATUS,
                            .type = UI_TYPE_CAPTION, .flags = UI_CENTER | UI_LIVE,
                            .grow = 2, .label = ""};
    open_node(ui, &row, true);
    button.id = ui_key("ui", "pager", 1);
    button.label = tr(lang, "上一页");
    add(ui, &button, true);
    add(ui, &where, true);
    button.id = ui_key("ui", "pager", 3);
    button.label = tr(lang, "下一页");
    add(ui, &button, true);
    ui->depth--;
}

void ui_close(struct ui *ui)
{
    assert(ui->depth > 0);
    int i = ui->stack[ui->depth - 1];
    struct ui_spec *spec = &ui->now->nodes[i].pub.spec;
    if (spec->dir == UI_PAGES && spec->role == UI_GROUP)
        add_pager(ui, spec);
    ui->depth--;
}

void ui_leaf(struct ui *ui, struct ui_spec spec)
{
    add(ui, &spec, false);
}

const char *ui_printf(struct ui *ui, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *out = arena_alloc(ui->now->strings, n < 0 ? 1 : (size_t)n + 1);
    if (n >= 0)
        vsnprintf(out, (size_t)n + 1, fmt, again);
    va_end(again);
    return out;
}

static uint64_t hash_node(const struct ui *ui, const struct node *n)
{
    const struct ui_spec *s = &n->pub.spec;
    const struct ui_settings *set = &ui->now->settings;
    int facts[] = {(int)s->id, s->role, (int)s->flags, s->type, s->tone, s->ink_count,
                   n->pub.hidden, set->size, set->theme, ui->pressed == s->id,
                   ui->focus_visible && ui->focus == s->id, n->pub.rect.x, n->pub.rect.y,
                   n->pub.rect.w, n->pub.rect.h, n->pub.font_px};
    uint64_t h = mix(14695981039346656037u, facts, sizeof facts);
    const char *texts[] = {s->label, s->value, s->icon};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        h = mix(h, texts[i] ? texts[i] : "", texts[i] ? strlen(texts[i]) + 1 : 1);
    return h;
}

static void settle_focus(struct ui *ui)
{
    bool same_screen = strcmp(ui->now->screen, ui->before->screen) == 0;
    int first = -1;
    for (int i = 0; i < ui->now->count; i++) {
        const struct ui_node *n = &ui->now->nodes[i].pub;
        if (!tree_activatable(n))
            continue;
        if (same_screen && n->spec.id == ui->focus)
            return;
        if (first < 0 || ((n->spec.flags & UI_FOCUS_FIRST) &&
                          !(ui->now->nodes[first].pub.spec.flags & UI_FOCUS_FIRST)))
            first = i;
    }
    ui->focus = first < 0 ? 0 : ui->now->nodes[first].pub.spec.id;
}

void ui_end(struct ui *ui)
{
    assert(ui->depth == 1 || ui->depth == 0);
    ui->depth = 0;
    layout_run(ui);
    settle_focus(ui);
    for (int i = 0; i < ui->now->count; i++)
        ui->now->nodes[i].hash = hash_node(ui, &ui->now->nodes[i]);
}

/* ---- reading ---- */

int ui_count(const struct ui *ui)
{
    return ui->now->count;
}

const struct ui_node *ui_node(const struct ui *ui, int i)
{
    return &ui->now->nodes[i].pub;
}

const char *ui_screen(const struct ui *ui)
{
    return ui->now->screen;
}

bool tree_activatable(const struct ui_node *n)
{
    return n->spec.action && n->spec.role != UI_GROUP && !n->hidden &&
           !(n->spec.flags & UI_DISABLED);
}

/* The colours of node i: its own tone, or the nearest filled ancestor's ink. */
struct ui_colours tree_colours(const struct ui *ui, const struct frame *f, int i)
{
    const struct ui_node *n = &f->nodes[i].pub;
    struct ui_colours c = theme_colours(f->settings.theme, n->spec.tone);
    (void)ui;
    for (int p = n->parent; !c.filled && p >= 0; p = f->nodes[p].pub.parent) {
        struct ui_colours around = theme_colours(f->settings.theme, f->nodes[p].pub.spec.tone);
        if (!around.filled)
            continue;
        if (n->spec.tone == UI_TONE_NONE)
            c.ink = around.ink;
        c.fill = around.fill;
        break;
    }
    return c;
}

static int match(const char *label, const char *wanted)
{
    if (!label)
        return 0;
    if (strcmp(label, wanted) == 0)
        return 3;
    if (strncmp(label, wanted, strlen(wanted)) == 0)
        return 2;
    return strstr(label, wanted) ? 1 : 0;
}

int ui_find(const struct ui *ui, const char *label)
{
    int best = -1, score = 0;
    for (int i = 0; i < ui->now->count; i++) {
        const struct ui_node *n = &ui->now->nodes[i].pub;
        if (!tree_activatable(n))
            continue;
        int m = match(n->spec.label, label), spoken = match(n->spec.say, label);
        if ((m > spoken ? m : spoken) > score) {
            score = m > spoken ? m : spoken;
            best = i;
        }
    }
    return best;
}

bool ui_shows(const struct ui *ui, const char *text)
{
    for (int i = 0; i < ui->now->count; i++) {
        const struct ui_node *n = &ui->now->nodes[i].pub;
        if (!n->hidden && (match(n->spec.label, text) || match(n->spec.value, text)))
            return true;
    }
    return false;
}

ui_id ui_focus(const struct ui *ui)
{
    return ui->focus;
}

void ui_set_focus(struct ui *ui, ui_id id)
{
    ui->focus = id;
    ui->focus_visible = true;
}

void ui_forget(struct ui *ui)
{
    text_forget(ui);
    for (int i = 0; i < 2; i++) {
        arena_reset(ui->frames[i].strings);
        explicit_bzero(ui->frames[i].nodes, sizeof ui->frames[i].nodes);
        ui->frames[i].count = 0;
    }
    ui->pressed = ui->focus = 0;
    ui->focus_visible = ui->finger_down = ui->inking = false;
    ui->fresh = true;
}
