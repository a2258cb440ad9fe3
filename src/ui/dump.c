/* The tree written out: JSON for pictures and audits, indented text for golden
 * files, which leave out sizes so that they change only when the words do. */

#include "ui/internal.h"

#include <jansson.h>

static const char *const roles[] = {"group",  "heading", "text",   "button", "choice",
                                    "field",  "image",   "status", "canvas"};

static json_t *node_json(const struct ui *ui, int i)
{
    const struct ui_node *n = &ui->now->nodes[i].pub;
    double mm = ui->panel.px_per_mm;
    struct ui_colours c = tree_colours(ui, ui->now, i);
    char ink[8], fill[8];
    snprintf(ink, sizeof ink, "#%06X", (unsigned)(c.ink & 0xFFFFFF));
    snprintf(fill, sizeof fill, "#%06X", (unsigned)(c.fill & 0xFFFFFF));
    const char *label = n->spec.label ? n->spec.label : "";
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:[i,i,i,i], s:[f,f,f,f], s:i, s:s, s:s, s:f, s:b, s:b, s:b, s:i}",
        "role", roles[n->spec.role], "label", label, "value",
        n->spec.value ? n->spec.value : "", "say", n->spec.say ? n->spec.say : label, "px",
        n->rect.x, n->rect.y, n->rect.w, n->rect.h, "mm", n->rect.x / mm, n->rect.y / mm,
        n->rect.w / mm, n->rect.h / mm, "font_px", n->font_px, "ink", ink, "fill", fill,
        "contrast", theme_contrast(c.ink, c.fill), "hidden", n->hidden, "selected",
        (n->spec.flags & UI_SELECTED) != 0, "focus", ui->focus == n->spec.id, "action",
        n->spec.action);
}

void ui_dump_json(const struct ui *ui, FILE *out)
{
    static const char *const sizes[] = {"small", "default", "large", "huge"};
    static const char *const themes[] = {"soft", "default", "black", "white"};
    const struct ui_settings *s = &ui->now->settings;
    json_t *nodes = json_array();
    for (int i = 0; i < ui->now->count; i++)
        json_array_append_new(nodes, node_json(ui, i));
    json_t *root = json_pack("{s:s, s:s, s:s, s:s, s:b, s:f, s:o}", "screen", ui->now->screen,
                             "size", sizes[s->size], "theme", themes[s->theme], "lang",
                             lang_code(s->lang), "reach", s->reach, "px_per_mm",
                             ui->panel.px_per_mm, "nodes", nodes);
    json_dumpf(root, out, JSON_INDENT(1) | JSON_REAL_PRECISION(5));
    json_decref(root);
}

void ui_dump_text(const struct ui *ui, FILE *out)
{
    fprintf(out, "screen %s\n", ui->now->screen);
    for (int i = 0; i < ui->now->count; i++) {
        const struct ui_node *n = &ui->now->nodes[i].pub;
        bool words = (n->spec.label && *n->spec.label) || (n->spec.value && *n->spec.value);
        if (n->hidden || !words)
            continue;
        fprintf(out, "%s: %s", roles[n->spec.role], n->spec.label ? n->spec.label : "");
        if (n->spec.value && *n->spec.value)
            fprintf(out, " | %s", n->spec.value);
        if (n->spec.flags & UI_SELECTED)
            fputs(" [selected]", out);
        fputc('\n', out);
    }
}
