/* The screen is declared anew as one tree after every event; painting, hits,
 * focus, speech, the audit, scripts and golden files all read that same tree.
 * Nothing here knows what an application is.
 *
 * Lengths are millimetres on the glass; the panel says how many pixels that is.
 * Main thread only. */
#ifndef UI_UI_H
#define UI_UI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/i18n.h"

/* ---- the panel and how the resident wants it ---- */

struct ui_panel {
    int width_px, height_px; /* as the resident sees it, after rotation */
    double px_per_mm;
    double floor_mm; /* from the floor to the lower edge of the picture */
};

enum ui_size { UI_SIZE_SMALL, UI_SIZE_DEFAULT, UI_SIZE_LARGE, UI_SIZE_HUGE, UI_SIZE_COUNT };
enum ui_theme {
    UI_THEME_SOFT,
    UI_THEME_DEFAULT,
    UI_THEME_BLACK, /* high contrast on black */
    UI_THEME_WHITE, /* high contrast on white */
    UI_THEME_COUNT,
};

struct ui_settings {
    enum ui_size size;
    enum ui_theme theme;
    enum lang lang;
    bool reach;     /* every control below 1120 mm from the floor */
};

/* ---- declaring ---- */

typedef uint32_t ui_id; /* stable across frames; 0 is none */
ui_id ui_key(const char *screen, const char *kind, int n);

enum ui_role {
    UI_GROUP,
    UI_HEADING, /* what this screen is; exactly one a screen */
    UI_TEXT,
    UI_BUTTON,
    UI_CHOICE, /* a button with a state: UI_SELECTED */
    UI_FIELD,  /* shows what was typed so far */
    UI_IMAGE,  /* an icon; decorative when it has no label */
    UI_STATUS, /* a line that may change by itself: spoken when it does */
    UI_CANVAS, /* takes strokes: the signature */
};

enum {
    UI_DISABLED = 1,
    UI_SELECTED = 2,
    UI_MAIN = 4,      /* the one main action: at least 20 mm high */
    UI_LIVE = 8,      /* speak when it changes */
    UI_PRIVATE = 16,  /* personal data: headphones only */
    UI_SILENT = 32,   /* decoration: not spoken */
    UI_CENTER = 64,   /* text and children centred along and across */
    UI_BOLD = 128,
    UI_STAFF = 256,   /* for staff: never spoken to a resident */
    UI_FOCUS_FIRST = 512, /* takes the focus when the screen opens */
};

enum ui_dir {
    UI_COLUMN,
    UI_ROW,
    UI_GRID,
    UI_PAGES, /* a column whose children are dealt onto pages, see below */
};

/* Meanings, not colours: the theme maps them. */
enum ui_tone {
    UI_TONE_NONE,      /* no fill of its own */
    UI_TONE_PAGE,      /* the ground of a screen */
    UI_TONE_BAR,       /* the heading band */
    UI_TONE_CARD,      /* a quiet raised surface */
    UI_TONE_PRIMARY,   /* the main action */
    UI_TONE_SECONDARY, /* any other action */
    UI_TONE_QUIET,     /* text of less weight */
    UI_TONE_GOOD,
    UI_TONE_WARN,
    UI_TONE_BAD,
    UI_TONE_INPUT, /* where something is written */
    UI_TONE_COUNT,
};

enum ui_type { /* sizes relative to the resident's text size */
    UI_TYPE_BODY,
    UI_TYPE_CAPTION,
    UI_TYPE_BUTTON,
    UI_TYPE_TITLE,
    UI_TYPE_DISPLAY, /* the receipt code, a number being typed */
};

/* A point of a stroke, in thousandths of the canvas; x < 0 lifts the pen. */
struct ui_ink {
    int16_t x, y;
};

struct ui_spec {
    ui_id id; /* 0: derived from its place in the tree */
    enum ui_role role;
    unsigned flags;
    const char *label; /* seen and spoken */
    const char *value; /* second line or state: "已选", what was typed */
    const char *say;   /* spoken instead of label and value; or NULL */
    const char *icon;  /* stem in assets/icons; or NULL */
    int action, arg;   /* what activation means to the caller; 0: nothing */
    enum ui_type type;
    enum ui_tone tone;
    enum ui_dir dir;
    int columns;                /* UI_GRID */
    int grow;                   /* share of what is left along the parent */
    double gap_mm, pad_mm;      /* between children; inside the edge */
    double width_mm, height_mm; /* 0: as large as its content or its share */
    double min_height_mm;       /* activatable nodes never get less than 12.7 */
    const struct ui_ink *ink;   /* UI_CANVAS: what was drawn so far */
    int ink_count;
    int page; /* UI_PAGES: which page is shown, clamped to those there are */
};

/* UI_PAGES: when the children do not fit, a row is added below them with
 * "上一页", "第1页，共3页" and "下一页"; its buttons activate `action` with the
 * page to show as arg. Children of other pages are in the tree with page hidden:
 * not painted, hit or focused, but spoken by "read everything". */

struct ui;

/* icons_folder: outlines made from assets/icons, read when first used. NULL with *err
 * set when fonts or icons are missing. */
struct ui *ui_create(const struct ui_panel *panel, const char *icons_folder,
                     struct err *err);
void ui_destroy(struct ui *ui);

/* Strings of a spec are copied; screen names the screen ("home"). */
void ui_begin(struct ui *ui, const char *screen, const struct ui_settings *settings);
void ui_open(struct ui *ui, struct ui_spec spec);
void ui_close(struct ui *ui);
void ui_leaf(struct ui *ui, struct ui_spec spec);
const char *ui_printf(struct ui *ui, const char *fmt, ...)
    __attribute__((format(printf, 2, 3))); /* lives until the next ui_begin but one */
void ui_end(struct ui *ui); /* lays out and compares with the frame before */

/* ---- reading the tree ---- */

struct ui_rect {
    int x, y, w, h;
};

struct ui_node {
    struct ui_spec spec;
    struct ui_rect rect;
    int parent, depth; /* parent: index, -1 for the root */
    bool hidden;       /* on another page */
    bool clipped;      /* its text did not fit: always a defect, see ui_audit */
    int font_px;
};

int ui_count(const struct ui *ui);
const struct ui_node *ui_node(const struct ui *ui, int i); /* reading order */
const char *ui_screen(const struct ui *ui);
/* The shown, enabled, activatable node whose label is this text, else whose label
 * begins with it, else contains it; -1. For scripts. */
int ui_find(const struct ui *ui, const char *label);
/* Any shown node whose label or value contains the text. */
bool ui_shows(const struct ui *ui, const char *text);
ui_id ui_focus(const struct ui *ui);
void ui_set_focus(struct ui *ui, ui_id id);

/* ---- input: press and release inside, one finger, no hover ---- */

enum ui_touch { UI_TOUCH_DOWN, UI_TOUCH_MOVE, UI_TOUCH_UP, UI_TOUCH_CANCEL };
enum ui_keypress { UI_KEY_NEXT, UI_KEY_PREVIOUS, UI_KEY_UP, UI_KEY_DOWN, UI_KEY_LEFT,
                   UI_KEY_RIGHT, UI_KEY_ACTIVATE };

struct ui_input {
    int action, arg; /* activated; 0: nothing */
    bool ink;        /* a canvas point (x < 0: pen lifted) */
    struct ui_ink point;
    bool redraw;     /* pressed state or focus changed: declare and paint again */
};
struct ui_input ui_touch(struct ui *ui, enum ui_touch kind, int64_t finger, int x, int y);
struct ui_input ui_keypress(struct ui *ui, enum ui_keypress key);

/* ---- painting ---- */

/* Paints what changed since the last call into 32-bit XRGB pixels of the panel's
 * size and returns the changed rectangles (at most max; 0: nothing changed).
 * force: everything. */
int ui_paint(struct ui *ui, void *pixels, int stride_bytes, bool force,
             struct ui_rect *changed, int max);
bool ui_write_png(const struct ui *ui, const void *pixels, int stride_bytes,
                  const char *path, struct err *err);

/* Forgets every text and drawing of the visit that ended. */
void ui_forget(struct ui *ui);

/* ---- checking ---- */

/* The tree as JSON: screen, settings, and for each node role, label, value,
 * spoken text, rect in px and mm, font px, colours, contrast, state. */
void ui_dump_json(const struct ui *ui, FILE *out);
/* The tree as indented text without sizes, for golden files. */
void ui_dump_text(const struct ui *ui, FILE *out);

/* The rules of every screen: targets >= 12.7 mm (main >= 20), >= 2.54 mm apart and
 * not overlapping, nothing off the panel, no text clipped or cut, ink height and
 * contrast floors of the size and theme, one heading, at most 7 choices that are
 * not keys of a keypad, reach. Calls found for each; returns how many. */
int ui_audit(const struct ui *ui,
             void (*found)(void *self, const struct ui_node *node, const char *what),
             void *self);

#endif
