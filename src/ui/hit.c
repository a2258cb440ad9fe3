/* Touch: one finger counts, pressed on down, done on up inside, given up when it
 * slides off; no hover, so the first touch always works. Keys move a focus. */

#include "ui/internal.h"

#include <stdlib.h>

static bool inside(struct ui_rect r, int x, int y)
{
    return x >= r.x && y >= r.y && x < r.x + r.w && y < r.y + r.h;
}

static int node_at(const struct ui *ui, int x, int y)
{
    for (int i = ui->now->count - 1; i >= 0; i--) {
        const struct ui_node *n = &ui->now->nodes[i].pub;
        if ((tree_activatable(n) || (n->spec.role == UI_CANVAS && !n->hidden)) &&
            inside(n->rect, x, y))
            return i;
    }
    return -1;
}

static int by_id(const struct ui *ui, ui_id id)
{
    for (int i = 0; i < ui->now->count; i++)
        if (ui->now->nodes[i].pub.spec.id == id)
            return i;
    return -1;
}

static struct ui_ink on_canvas(struct ui_rect r, int x, int y)
{
    int px_x = (x - r.x) * 1000 / (r.w > 0 ? r.w : 1), px_y = (y - r.y) * 1000 / (r.h > 0 ? r.h : 1);
    if (px_x < 0)
        px_x = 0;
    if (px_x > 1000)
        px_x = 1000;
    if (px_y < 0)
        px_y = 0;
    if (px_y > 1000)
        px_y = 1000;
    return (struct ui_ink){(int16_t)px_x, (int16_t)px_y};
}

struct ui_input ui_touch(struct ui *ui, enum ui_touch kind, int64_t finger, int x, int y)
{
    struct ui_input in = {0};
    int i;

    if (kind == UI_TOUCH_DOWN) {
        if (ui->finger_down)
            return in; /* a second finger or a resting palm changes nothing */
        ui->finger_down = true;
        ui->finger = finger;
        in.redraw = ui->focus_visible;
        ui->focus_visible = false;
        i = node_at(ui, x, y);
        if (i < 0)
            return in;
        ui->pressed = ui->now->nodes[i].pub.spec.id;
        ui->inking = ui->now->nodes[i].pub.spec.role == UI_CANVAS;
        if (ui->inking) {
            in.ink = true;
            in.point = on_canvas(ui->now->nodes[i].pub.rect, x, y);
        } else {
            in.redraw = true;
        }
        return in;
    }
    if (!ui->finger_down || finger != ui->finger)
        return in;
    i = ui->pressed ? by_id(ui, ui->pressed) : -1;
    if (ui->inking) {
        bool lift = kind == UI_TOUCH_UP || kind == UI_TOUCH_CANCEL || i < 0;
        in.ink = true;
        in.point = lift ? (struct ui_ink){-1, -1} : on_canvas(ui->now->nodes[i].pub.rect, x, y);
        if (lift)
            ui->inking = ui->finger_down = false, ui->pressed = 0;
        return in;
    }
    bool within = i >= 0 && inside(ui->now->nodes[i].pub.rect, x, y) && node_at(ui, x, y) == i;
    if (kind == UI_TOUCH_MOVE) {
        if (ui->pressed && !within) {
            ui->pressed = 0; /* slid off: given up, even if it comes back */
            in.redraw = true;
        }
        return in;
    }
    if (kind == UI_TOUCH_UP && within) {
        in.action = ui->now->nodes[i].pub.spec.action;
        in.arg = ui->now->nodes[i].pub.spec.arg;
    }
    in.redraw |= ui->pressed != 0;
    ui->pressed = 0;
    ui->finger_down = false;
    return in;
}

/* The nearest activatable node in a direction: along first, then across. */
static int neighbour(const struct ui *ui, int from, int dx, int dy)
{
    struct ui_rect a = ui->now->nodes[from].pub.rect;
    int best = -1, best_cost = 0;
    for (int i = 0; i < ui->now->count; i++) {
        struct ui_rect b = ui->now->nodes[i].pub.rect;
        if (i == from || !tree_activatable(&ui->now->nodes[i].pub))
            continue;
        int x = b.x + b.w / 2 - a.x - a.w / 2, y = b.y + b.h / 2 - a.y - a.h / 2;
        int along = dx ? x * dx : y * dy, across = dx ? abs(y) : abs(x);
        if (along <= 0)
            continue;
        int cost = along + 3 * across;
        if (best < 0 || cost < best_cost)
            best = i, best_cost = cost;
    }
    return best;
}

static int step_from(const struct ui *ui, int from, int step)
{
    int count = ui->now->count;
    for (int k = 1; k <= count; k++) {
        int i = ((from < 0 ? (step > 0 ? -1 : count) : from) + step * k % count + 2 * count) % count;
        if (tree_activatable(&ui->now->nodes[i].pub))
            return i;
    }
    return -1;
}

struct ui_input ui_keypress(struct ui *ui, enum ui_keypress key)
{
    struct ui_input in = {.redraw = true};
    int from = by_id(ui, ui->focus), to = -1;

    if (key == UI_KEY_ACTIVATE) {
        if (from >= 0 && ui->focus_visible) {
            in.action = ui->now->nodes[from].pub.spec.action;
            in.arg = ui->now->nodes[from].pub.spec.arg;
        }
        ui->focus_visible = true; /* the first press only shows where we are */
        return in;
    }
    if (!ui->focus_visible && from >= 0) {
        ui->focus_visible = true;
        return in;
    }
    switch (key) {
    case UI_KEY_LEFT:
        to = from >= 0 ? neighbour(ui, from, -1, 0) : -1;
        break;
    case UI_KEY_RIGHT:
        to = from >= 0 ? neighbour(ui, from, 1, 0) : -1;
        break;
    case UI_KEY_UP:
        to = from >= 0 ? neighbour(ui, from, 0, -1) : -1;
        break;
    case UI_KEY_DOWN:
        to = from >= 0 ? neighbour(ui, from, 0, 1) : -1;
        break;
    default:
        to = step_from(ui, from, key == UI_KEY_PREVIOUS ? -1 : 1);
    }
    ui->focus_visible = true;
    if (to >= 0)
        ui->focus = ui->now->nodes[to].pub.spec.id;
    return in;
}
