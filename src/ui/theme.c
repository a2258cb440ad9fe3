/* Four themes. Every pair of ink and fill below is checked by a test: at least
 * 4.5:1 in the soft theme, 10:1 in the default, 20:1 in the two of high contrast,
 * where state is carried by shape and edge alone. */

#include "ui/internal.h"

#include <math.h>

#define FILLED(f, i) {.fill = (f), .ink = (i), .filled = true}
#define EDGED(f, i, e) {.fill = (f), .ink = (i), .edge = (e), .filled = true, .edged = true}
#define INK(i) {.ink = (i)}

static const struct ui_colours themes[UI_THEME_COUNT][UI_TONE_COUNT] = {
    [UI_THEME_SOFT] = {
        [UI_TONE_NONE] = INK(0x3A3F45), [UI_TONE_PAGE] = FILLED(0xEFEBE2, 0x3A3F45),
        [UI_TONE_BAR] = FILLED(0x3F5F7F, 0xFFFFFF), [UI_TONE_CARD] = EDGED(0xF8F5EE, 0x3A3F45, 0xB9B2A4),
        [UI_TONE_PRIMARY] = FILLED(0x3F6B53, 0xFFFFFF), [UI_TONE_SECONDARY] = EDGED(0xF8F5EE, 0x34506B, 0x34506B),
        [UI_TONE_QUIET] = INK(0x555A60), [UI_TONE_GOOD] = EDGED(0xE3EEE3, 0x2C5238, 0x2C5238),
        [UI_TONE_WARN] = EDGED(0xF6ECD2, 0x5E4510, 0x8A6A1E), [UI_TONE_BAD] = EDGED(0xF5E1DC, 0x7A2A1E, 0x7A2A1E),
        [UI_TONE_INPUT] = EDGED(0xFFFFFF, 0x2B2F33, 0x34506B)},
    [UI_THEME_DEFAULT] = {
        [UI_TONE_NONE] = INK(0x16191D), [UI_TONE_PAGE] = FILLED(0xF6F4EF, 0x16191D),
        [UI_TONE_BAR] = FILLED(0x123A63, 0xFFFFFF), [UI_TONE_CARD] = EDGED(0xFFFFFF, 0x16191D, 0xC3BDB1),
        [UI_TONE_PRIMARY] = FILLED(0x0B4629, 0xFFFFFF), [UI_TONE_SECONDARY] = EDGED(0xFFFFFF, 0x123A63, 0x123A63),
        [UI_TONE_QUIET] = INK(0x33373C), [UI_TONE_GOOD] = EDGED(0xE6F3E8, 0x0A3D22, 0x0A3D22),
        [UI_TONE_WARN] = EDGED(0xFFF3D6, 0x3F2B00, 0x8A5A00), [UI_TONE_BAD] = EDGED(0xFFE9E4, 0x5A0F08, 0x5A0F08),
        [UI_TONE_INPUT] = EDGED(0xFFFFFF, 0x000000, 0x123A63)},
    [UI_THEME_BLACK] = {
        [UI_TONE_NONE] = INK(0xFFFFFF), [UI_TONE_PAGE] = FILLED(0x000000, 0xFFFFFF),
        [UI_TONE_BAR] = EDGED(0x000000, 0xFFFFFF, 0xFFFFFF), [UI_TONE_CARD] = EDGED(0x000000, 0xFFFFFF, 0xFFFFFF),
        [UI_TONE_PRIMARY] = FILLED(0xFFFFFF, 0x000000), [UI_TONE_SECONDARY] = EDGED(0x000000, 0xFFFFFF, 0xFFFFFF),
        [UI_TONE_QUIET] = INK(0xFFFFFF), [UI_TONE_GOOD] = EDGED(0x000000, 0xFFFFFF, 0xFFFFFF),
        [UI_TONE_WARN] = EDGED(0x000000, 0xFFFFFF, 0xFFFFFF), [UI_TONE_BAD] = EDGED(0x000000, 0xFFFFFF, 0xFFFFFF),
        [UI_TONE_INPUT] = EDGED(0x000000, 0xFFFFFF, 0xFFFFFF)},
    [UI_THEME_WHITE] = {
        [UI_TONE_NONE] = INK(0x000000), [UI_TONE_PAGE] = FILLED(0xFFFFFF, 0x000000),
        [UI_TONE_BAR] = EDGED(0xFFFFFF, 0x000000, 0x000000), [UI_TONE_CARD] = EDGED(0xFFFFFF, 0x000000, 0x000000),
        [UI_TONE_PRIMARY] = FILLED(0x000000, 0xFFFFFF), [UI_TONE_SECONDARY] = EDGED(0xFFFFFF, 0x000000, 0x000000),
        [UI_TONE_QUIET] = INK(0x000000), [UI_TONE_GOOD] = EDGED(0xFFFFFF, 0x000000, 0x000000),
        [UI_TONE_WARN] = EDGED(0xFFFFFF, 0x000000, 0x000000), [UI_TONE_BAD] = EDGED(0xFFFFFF, 0x000000, 0x000000),
        [UI_TONE_INPUT] = EDGED(0xFFFFFF, 0x000000, 0x000000)},
};

struct ui_colours theme_colours(enum ui_theme theme, enum ui_tone tone)
{
    return themes[theme][tone];
}

uint32_t theme_focus(enum ui_theme theme)
{
    static const uint32_t ring[] = {0x8A3B00, 0x8A3B00, 0xFFFFFF, 0x000000};
    return ring[theme];
}

static double luminance(uint32_t c)
{
    static const double weight[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double v = (double)(c >> (16 - 8 * i) & 255) / 255;
        sum += weight[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

double theme_contrast(uint32_t a, uint32_t b)
{
    double x = luminance(a), y = luminance(b);
    return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}
