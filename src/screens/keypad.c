#include "screens/keypad.h"

#include <string.h>

static void key(struct page *c, const char *label, const char *icon, int action, int arg)
{
    ui_leaf(c->ui, (struct ui_spec){.id = ui_key("keypad", label, arg), .role = UI_BUTTON,
                                    .label = label, .icon = icon, .action = action,
                                    .arg = arg, .type = UI_TYPE_BUTTON,
                                    .tone = UI_TONE_CARD, .min_height_mm = 16, .grow = 1,
                                    .flags = UI_CENTER | UI_BOLD});
}

void keypad(struct page *c, enum keypad kind)
{
    static const char *const layouts[] = {
        [KEYPAD_DIGITS] = "123456789<0",
        [KEYPAD_ID] = "123456789X0<",
        [KEYPAD_MONEY] = "123456789.0<",
        [KEYPAD_CODE] = "23456789BCDFGHJKMNPQRSTVWXYZ<",
    };
    const char *keys = layouts[kind];
    ui_open(c->ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_GRID, .grow = 1,
                                    .columns = kind == KEYPAD_CODE ? 6 : 3, .gap_mm = 3});
    for (; *keys; keys++) {
        if (*keys == '<')
            key(c, T("删一位"), NULL, ACT_KEY_BACK, 0);
        else
            key(c, ui_printf(c->ui, "%c", *keys), NULL, ACT_KEY, *keys);
        if (kind == KEYPAD_DIGITS && keys[0] == '0')
            key(c, T("全删"), NULL, ACT_KEY_CLEAR, 0);
    }
    ui_close(c->ui);
}

void keypad_field(struct page *c, const char *label, const int *groups)
{
    char out[96];
    size_t used = 0;
    int group = 0, in_group = 0;
    for (const char *p = c->v->typed; *p && used + 4 < sizeof out; p++) {
        if (groups && groups[group] && in_group == groups[group]) {
            out[used++] = ' ';
            in_group = 0;
            if (groups[group + 1])
                group++;
        }
        out[used++] = *p;
        in_group++;
    }
    out[used] = 0;
    ui_leaf(c->ui, (struct ui_spec){.id = ui_key("keypad", "field", 0), .role = UI_FIELD,
                                    .label = label, .value = ui_printf(c->ui, "%s", out),
                                    .type = UI_TYPE_TITLE, .tone = UI_TONE_INPUT,
                                    .pad_mm = 4, .min_height_mm = 22,
                                    .flags = UI_LIVE | UI_PRIVATE | UI_BOLD});
}
