/* The SDL window: pixels out, touches and keys in. Paints straight into the
 * window surface (no GPU); with rotation it paints upright and copies turned.
 * The only file besides main.c that knows SDL video. Main thread. */
#ifndef KIOSK_WINDOW_H
#define KIOSK_WINDOW_H

#include <SDL.h>
#include <stdbool.h>

#include "base/err.h"
#include "ui/ui.h"

struct window;

/* width, height 0: the whole display. rotation: 0, 90, 180, 270 clockwise. */
struct window *window_open(int width, int height, int rotation, struct err *err);
void window_close(struct window *w); /* NULL is fine */

/* The panel as the resident sees it, after rotation. */
void window_size(const struct window *w, int *width, int *height);
/* Shows what ui changed; force: everything. Returns rectangles painted. */
int window_show(struct window *w, struct ui *ui, bool force);
/* The surface was lost or resized: get it again, paint everything. */
void window_refresh(struct window *w);

/* A finger (0..1 of the window) or mouse (pixels) as panel pixels. */
void window_finger(const struct window *w, float fx, float fy, int *x, int *y);
void window_mouse(const struct window *w, int mx, int my, int *x, int *y);
/* The other way, for scripts: panel pixels to 0..1 of the window. */
void window_to_finger(const struct window *w, int x, int y, float *fx, float *fy);

bool window_write_png(struct window *w, struct ui *ui, const char *path, struct err *err);

#endif
