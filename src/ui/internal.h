/* What the files of ui/ share with each other and nobody else. */
#ifndef UI_INTERNAL_H
#define UI_INTERNAL_H

#include <cairo.h>
#include <pango/pangocairo.h>

#include "base/arena.h"
#include "ui/ui.h"

enum { UI_MAX_NODES = 640, UI_MAX_DEPTH = 24, UI_TEXT_CACHE = 512, UI_ICON_CACHE = 64 };

struct node {
    struct ui_node pub;
    int first, last, next, children;
    float roomy;  /* type, gaps and padding times this; set by layout, 1 to 1.35 */
    bool pager;   /* added by the tree itself below the children of UI_PAGES */
    uint64_t hash;
    int want_w, want_w_for, want_h, want_h_for; /* what layout asked before */
};

struct frame {
    struct node nodes[UI_MAX_NODES];
    int count;
    char screen[32];
    struct ui_settings settings;
    struct arena *strings;
};

struct text_entry {
    uint64_t key;
    PangoLayout *layout;
    int w, h;
};

struct icon_entry {
    char name[32];
    int size;
    cairo_surface_t *mask; /* A8; NULL when the file is missing */
};

struct ui {
    struct ui_panel panel;
    char *icons_folder;
    struct frame frames[2], *now, *before;
    int stack[UI_MAX_DEPTH], depth;
    bool fresh; /* nothing was painted yet, or all was forgotten */

    ui_id pressed, focus;
    int64_t finger;
    bool finger_down, focus_visible, inking;
    int press_node;

    PangoFontMap *fonts;
    PangoContext *pango;
    double ink_ratio; /* ink height of 国 over its em */
    struct text_entry texts[UI_TEXT_CACHE];
    int text_count;
    struct icon_entry icons[UI_ICON_CACHE];
    int icon_count;
};

/* theme.c */
struct ui_colours {
    uint32_t fill, ink, edge; /* 0xRRGGBB */
    bool filled, edged;
};
struct ui_colours theme_colours(enum ui_theme theme, enum ui_tone tone);
uint32_t theme_focus(enum ui_theme theme);
double theme_contrast(uint32_t a, uint32_t b); /* WCAG 2.2 contrast ratio */

/* text.c */
int text_px(const struct ui *ui, enum ui_type type); /* em, for the frame's size */
double text_floor_mm(enum ui_size size);             /* ink of 国 */
PangoLayout *text_layout(struct ui *ui, const char *text, int px, bool bold, int width,
                         bool centre, int *w, int *h);
void text_forget(struct ui *ui);
bool text_start(struct ui *ui, struct err *err);
void text_stop(struct ui *ui);

/* layout.c */
int px(const struct ui *ui, double mm);
void layout_run(struct ui *ui);
/* Where the parts of a leaf go inside its rectangle. */
struct leaf_parts {
    struct ui_rect icon, label, value;
    int label_px, value_px;
};
struct leaf_parts layout_leaf(struct ui *ui, const struct node *n, int width, int *height);

/* icons.c */
cairo_surface_t *icon_mask(struct ui *ui, const char *name, int size); /* or NULL */
void icons_stop(struct ui *ui);

/* tree.c */
struct ui_colours tree_colours(const struct ui *ui, const struct frame *f, int i);
bool tree_activatable(const struct ui_node *n);

#endif
