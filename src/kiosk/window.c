#include "kiosk/window.h"

#include <SDL_syswm.h>
#include <X11/Xlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { MAX_RECTS = 64 };

struct window {
    SDL_Window *sdl;
    int width, height; /* of the window, before rotation */
    int rotation;
    bool stale;      /* everything must be painted */
    uint32_t *upright; /* our own pixels when the surface cannot be painted into */
};

static bool direct(const struct window *w, const SDL_Surface *s)
{
    return w->rotation == 0 && (s->format->format == SDL_PIXELFORMAT_RGB888 ||
                                s->format->format == SDL_PIXELFORMAT_ARGB8888);
}

void window_size(const struct window *w, int *width, int *height)
{
    bool turned = w->rotation == 90 || w->rotation == 270;
    *width = turned ? w->height : w->width;
    *height = turned ? w->width : w->height;
}

/* On bare Xorg, where kiosks run, a borderless window as large as the screen is
 * full screen; asking a window manager that is not there costs 0.1 s. */
static bool somebody_manages(SDL_Window *window)
{
    SDL_SysWMinfo info;
    SDL_VERSION(&info.version);
    if (!SDL_GetWindowWMInfo(window, &info) || info.subsystem != SDL_SYSWM_X11)
        return true;
    Display *x = info.info.x11.display;
    Atom check = XInternAtom(x, "_NET_SUPPORTING_WM_CHECK", True), type = None;
    unsigned long count = 0, left;
    unsigned char *value = NULL;
    int format;
    if (check == None || XGetWindowProperty(x, DefaultRootWindow(x), check, 0, 1, False,
                                            AnyPropertyType, &type, &format, &count, &left,
                                            &value) != Success)
        return false;
    if (value)
        XFree(value);
    return count > 0;
}

struct window *window_open(int width, int height, int rotation, struct err *err)
{
    struct window *w = xcalloc(1, sizeof *w);

    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");
    SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        err_set(err, ERR_BROKEN, "no screen: %s", SDL_GetError());
        goto bad;
    }
    bool full = width <= 0 || height <= 0;
    SDL_Rect screen = {0, 0, width, height};
    if (full && SDL_GetDisplayBounds(0, &screen) != 0) {
        err_set(err, ERR_BROKEN, "no screen: %s", SDL_GetError());
        goto bad;
    }
    w->sdl = SDL_CreateWindow("Bangban 帮办", screen.x, screen.y, screen.w, screen.h,
                              SDL_WINDOW_BORDERLESS);
    if (full && w->sdl && somebody_manages(w->sdl))
        SDL_SetWindowFullscreen(w->sdl, SDL_WINDOW_FULLSCREEN_DESKTOP);
    if (!w->sdl || !SDL_GetWindowSurface(w->sdl)) {
        err_set(err, ERR_BROKEN, "no window: %s", SDL_GetError());
        goto bad;
    }
    SDL_GetWindowSize(w->sdl, &w->width, &w->height);
    if (full)
        SDL_ShowCursor(SDL_DISABLE);
    w->rotation = rotation;
    w->stale = true;
    return w;
bad:
    window_close(w);
    return NULL;
}

void window_close(struct window *w)
{
    if (!w)
        return;
    if (w->upright) {
        explicit_bzero(w->upright, (size_t)w->width * (size_t)w->height * 4);
        free(w->upright);
    }
    if (w->sdl)
        SDL_DestroyWindow(w->sdl);
    SDL_Quit();
    free(w);
}

void window_refresh(struct window *w)
{
    SDL_GetWindowSize(w->sdl, &w->width, &w->height);
    free(w->upright);
    w->upright = NULL;
    w->stale = true;
}

/* Where the panel pixel (x, y) lies in the window. */
static void turn(const struct window *w, int x, int y, int *wx, int *wy)
{
    switch (w->rotation) {
    case 90:
        *wx = w->width - 1 - y, *wy = x;
        break;
    case 180:
        *wx = w->width - 1 - x, *wy = w->height - 1 - y;
        break;
    case 270:
        *wx = y, *wy = w->height - 1 - x;
        break;
    default:
        *wx = x, *wy = y;
    }
}

static SDL_Rect turn_rect(const struct window *w, struct ui_rect r)
{
    int ax, ay, bx, by;
    turn(w, r.x, r.y, &ax, &ay);
    turn(w, r.x + r.w - 1, r.y + r.h - 1, &bx, &by);
    return (SDL_Rect){SDL_min(ax, bx), SDL_min(ay, by), abs(ax - bx) + 1, abs(ay - by) + 1};
}

static void copy_turned(struct window *w, SDL_Surface *s, struct ui_rect r)
{
    int width, height;
    window_size(w, &width, &height);
    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++) {
            int wx, wy;
            uint32_t c = w->upright[y * width + x];
            turn(w, x, y, &wx, &wy);
            uint32_t mapped = SDL_MapRGB(s->format, (Uint8)(c >> 16), (Uint8)(c >> 8), (Uint8)c);
            memcpy((char *)s->pixels + wy * s->pitch + wx * s->format->BytesPerPixel, &mapped,
                   s->format->BytesPerPixel);
        }
}

int window_show(struct window *w, struct ui *ui, bool force)
{
    struct ui_rect changed[MAX_RECTS];
    SDL_Rect rects[MAX_RECTS];
    SDL_Surface *s = SDL_GetWindowSurface(w->sdl);
    if (!s)
        return 0;
    bool plain = direct(w, s);
    int width, height;
    window_size(w, &width, &height);
    if (!plain && !w->upright)
        w->upright = xcalloc((size_t)width * (size_t)height, 4);
    void *pixels = plain ? s->pixels : w->upright;
    int n = ui_paint(ui, pixels, plain ? s->pitch : width * 4, force || w->stale, changed,
                     MAX_RECTS);
    w->stale = false;
    for (int i = 0; i < n; i++) {
        if (!plain)
            copy_turned(w, s, changed[i]);
        rects[i] = turn_rect(w, changed[i]);
    }
    if (n > 0)
        SDL_UpdateWindowSurfaceRects(w->sdl, rects, n);
    return n;
}

void window_mouse(const struct window *w, int mx, int my, int *x, int *y)
{
    switch (w->rotation) {
    case 90:
        *x = my, *y = w->width - 1 - mx;
        break;
    case 180:
        *x = w->width - 1 - mx, *y = w->height - 1 - my;
        break;
    case 270:
        *x = w->height - 1 - my, *y = mx;
        break;
    default:
        *x = mx, *y = my;
    }
}

void window_finger(const struct window *w, float fx, float fy, int *x, int *y)
{
    window_mouse(w, (int)(fx * (float)w->width), (int)(fy * (float)w->height), x, y);
}

void window_to_finger(const struct window *w, int x, int y, float *fx, float *fy)
{
    int wx, wy;
    turn(w, x, y, &wx, &wy);
    *fx = ((float)wx + 0.5f) / (float)w->width;
    *fy = ((float)wy + 0.5f) / (float)w->height;
}

bool window_write_png(struct window *w, struct ui *ui, const char *path, struct err *err)
{
    SDL_Surface *s = SDL_GetWindowSurface(w->sdl);
    int width, height;
    window_size(w, &width, &height);
    if (!s)
        return err_set(err, ERR_BROKEN, "no picture: %s", SDL_GetError());
    return direct(w, s) ? ui_write_png(ui, s->pixels, s->pitch, path, err)
                        : ui_write_png(ui, w->upright, width * 4, path, err);
}
