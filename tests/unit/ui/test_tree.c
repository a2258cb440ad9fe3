/* Touch, keys, pages and painting through the public header, on a small panel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "paper/fonts.h"
#include "ui/ui.h"

enum { WIDTH = 540, HEIGHT = 960, PAGE_ACTION = 99, MANY = 14 };

static struct ui *ui;
static struct ui_settings settings = {.size = UI_SIZE_DEFAULT, .theme = UI_THEME_DEFAULT};
static uint32_t *shown, *whole;

static int start(void **state)
{
    const struct ui_panel panel = {WIDTH, HEIGHT, 2.0, 700};
    const char *share = getenv("BANGBAN_SHARE");
    struct err err = {0};
    char icons[512];
    (void)state;
    share = share ? share : "build/debug/share";
    snprintf(icons, sizeof icons, "%s/icons", share);
    settings = (struct ui_settings){.size = UI_SIZE_DEFAULT, .theme = UI_THEME_DEFAULT};
    shown = xcalloc(WIDTH * HEIGHT, 4);
    whole = xcalloc(WIDTH * HEIGHT, 4);
    return fonts_init(share, &err) && (ui = ui_create(&panel, icons, &err)) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    ui_destroy(ui);
    free(shown);
    free(whole);
    return 0;
}

static void button(int n, unsigned flags)
{
    ui_leaf(ui, (struct ui_spec){.id = ui_key("test", "button", n), .role = UI_BUTTON,
                                 .label = ui_printf(ui, "按钮%d", n), .action = 10 + n, .arg = n,
                                 .tone = UI_TONE_SECONDARY, .flags = flags});
}

static void heading(void)
{
    ui_begin(ui, "test", &settings);
    ui_open(ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_COLUMN, .tone = UI_TONE_PAGE,
                                 .gap_mm = 4, .pad_mm = 4});
    ui_leaf(ui, (struct ui_spec){.role = UI_HEADING, .label = "标题", .type = UI_TYPE_TITLE});
}

static void three(void)
{
    heading();
    for (int n = 1; n <= 3; n++)
        button(n, n == 3 ? UI_DISABLED : 0);
    ui_close(ui);
    ui_end(ui);
}

static const struct ui_node *labelled(const char *label)
{
    for (int i = 0; i < ui_count(ui); i++)
        if (ui_node(ui, i)->spec.label && strcmp(ui_node(ui, i)->spec.label, label) == 0)
            return ui_node(ui, i);
    fail_msg("no node %s", label);
    return NULL;
}

static struct ui_input at(enum ui_touch kind, int64_t finger, const char *label)
{
    struct ui_rect r = labelled(label)->rect;
    return ui_touch(ui, kind, finger, r.x + r.w / 2, r.y + r.h / 2);
}

static void a_touch_acts_on_release_inside_and_needs_no_hover(void **state)
{
    (void)state;
    three();
    assert_int_equal(at(UI_TOUCH_DOWN, 1, "按钮1").action, 0);
    struct ui_input in = at(UI_TOUCH_UP, 1, "按钮1");
    assert_int_equal(in.action, 11);
    assert_int_equal(in.arg, 1);
}

static void sliding_away_is_no_choice(void **state)
{
    (void)state;
    three();
    at(UI_TOUCH_DOWN, 1, "按钮1");
    at(UI_TOUCH_MOVE, 1, "按钮2");
    assert_int_equal(at(UI_TOUCH_UP, 1, "按钮2").action, 0);
    at(UI_TOUCH_DOWN, 1, "标题");
    assert_int_equal(at(UI_TOUCH_UP, 1, "按钮1").action, 0);
    at(UI_TOUCH_DOWN, 1, "按钮1");
    at(UI_TOUCH_CANCEL, 1, "按钮1");
    assert_int_equal(at(UI_TOUCH_UP, 1, "按钮1").action, 0);
}

static void a_second_finger_or_a_palm_changes_nothing(void **state)
{
    (void)state;
    three();
    at(UI_TOUCH_DOWN, 1, "按钮1");
    at(UI_TOUCH_DOWN, 2, "按钮2");
    assert_int_equal(at(UI_TOUCH_UP, 2, "按钮2").action, 0);
    assert_int_equal(at(UI_TOUCH_UP, 1, "按钮1").action, 11);
}

static void a_disabled_button_does_nothing(void **state)
{
    (void)state;
    three();
    at(UI_TOUCH_DOWN, 1, "按钮3");
    assert_int_equal(at(UI_TOUCH_UP, 1, "按钮3").action, 0);
}

static void a_button_that_went_away_under_the_finger_is_not_pressed(void **state)
{
    (void)state;
    three();
    struct ui_rect r = labelled("按钮1")->rect;
    ui_touch(ui, UI_TOUCH_DOWN, 1, r.x + 5, r.y + 5);
    heading(); /* another screen comes, with another button in that place */
    button(7, 0);
    ui_close(ui);
    ui_end(ui);
    assert_int_equal(ui_touch(ui, UI_TOUCH_UP, 1, r.x + 5, r.y + 5).action, 0);
}

static void keys_reach_every_control_in_order_and_come_round(void **state)
{
    (void)state;
    heading();
    for (int n = 1; n <= 4; n++)
        button(n, 0);
    ui_close(ui);
    ui_end(ui);
    int order[9];
    assert_int_equal(ui_keypress(ui, UI_KEY_ACTIVATE).action, 0); /* shows where we are */
    for (int k = 0; k < 9; k++) {
        order[k] = ui_keypress(ui, UI_KEY_ACTIVATE).arg;
        ui_keypress(ui, UI_KEY_NEXT);
    }
    for (int k = 0; k < 9; k++)
        assert_int_equal(order[k], k % 4 + 1);
    ui_keypress(ui, UI_KEY_PREVIOUS);
    ui_keypress(ui, UI_KEY_PREVIOUS);
    assert_int_equal(ui_keypress(ui, UI_KEY_ACTIVATE).arg, 4);
}

static void many(int page)
{
    ui_begin(ui, "test", &settings);
    ui_open(ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_COLUMN, .tone = UI_TONE_PAGE});
    ui_leaf(ui, (struct ui_spec){.role = UI_HEADING, .label = "标题", .type = UI_TYPE_TITLE});
    ui_open(ui, (struct ui_spec){.role = UI_GROUP, .dir = UI_PAGES, .grow = 1, .gap_mm = 4,
                                 .action = PAGE_ACTION, .page = page});
    for (int n = 1; n <= MANY; n++)
        ui_leaf(ui, (struct ui_spec){.id = ui_key("test", "choice", n), .role = UI_CHOICE,
                                     .label = ui_printf(ui, "第%d项", n), .action = 100 + n,
                                     .tone = UI_TONE_CARD, .min_height_mm = 40});
    ui_close(ui);
    ui_close(ui);
    ui_end(ui);
}

static void pages_show_everything_once_and_nothing_cut(void **state)
{
    (void)state;
    for (int size = 0; size < UI_SIZE_COUNT; size++) {
        int seen[MANY + 1] = {0}, pages = 0;
        settings.size = (enum ui_size)size;
        for (int page = 0; page >= 0; pages++) {
            int next = -1;
            many(page);
            for (int i = 0; i < ui_count(ui); i++) {
                const struct ui_node *n = ui_node(ui, i);
                if (n->hidden)
                    continue;
                assert_false(n->clipped);
                assert_true(n->rect.y >= 0 && n->rect.y + n->rect.h <= HEIGHT);
                if (n->spec.action > 100)
                    seen[n->spec.action - 100]++;
                if (n->spec.action == PAGE_ACTION && n->spec.role == UI_BUTTON &&
                    n->spec.arg > page)
                    next = n->spec.arg;
            }
            page = next;
            assert_true(pages < 20);
        }
        assert_true(pages > 1);
        for (int n = 1; n <= MANY; n++)
            assert_int_equal(seen[n], 1);
    }
}

static unsigned seed = 20261124;
static int chance(int n)
{
    return (int)((seed = seed * 1103515245 + 12345) >> 16) % n;
}

static void anything(void)
{
    static const char *const words[] = {"申请", "看看办到哪一步了", "张桂芳", "好", "𬎆", "\xFF bad"};
    if (chance(20) == 0)
        settings.size = (enum ui_size)chance(UI_SIZE_COUNT);
    if (chance(30) == 0)
        settings.theme = (enum ui_theme)chance(UI_THEME_COUNT);
    /* One of five things changes; those below it keep their words and may move. */
    static int kind[5] = {0, 1, 2, 3, 1}, what[5] = {0, 1, 2, 3, 4};
    int which = chance(5);
    kind[which] = chance(4);
    what[which] = chance(6);
    heading();
    for (int n = 0; n < 5; n++)
        switch (kind[n]) {
        case 0:
            button(what[n], what[n] == 5 ? UI_DISABLED : 0);
            break;
        case 1:
            ui_leaf(ui, (struct ui_spec){.role = UI_TEXT, .label = words[what[n]],
                                         .type = what[n] & 1 ? UI_TYPE_TITLE : UI_TYPE_BODY,
                                         .tone = what[n] & 1 ? UI_TONE_NONE : UI_TONE_CARD});
            break;
        case 2:
            ui_leaf(ui, (struct ui_spec){.role = UI_STATUS, .label = words[what[n]],
                                         .icon = what[n] & 1 ? "warn" : "check",
                                         .tone = what[n] & 1 ? UI_TONE_WARN : UI_TONE_GOOD});
            break;
        default:
            ui_leaf(ui, (struct ui_spec){.role = UI_FIELD, .label = "号码", .tone = UI_TONE_INPUT,
                                         .value = ui_printf(ui, "%d", what[n])});
        }
    ui_close(ui);
    ui_end(ui);
}

static void painting_what_changed_gives_the_same_picture_as_painting_all(void **state)
{
    struct ui_rect changed[64];
    (void)state;
    for (int round = 0; round < 1000; round++) {
        if (chance(3) == 0) { /* what a touch changes shows in the next declaration */
            ui_touch(ui, chance(2) ? UI_TOUCH_DOWN : UI_TOUCH_UP, 1, chance(WIDTH), chance(HEIGHT));
            ui_keypress(ui, chance(2) ? UI_KEY_NEXT : UI_KEY_PREVIOUS);
        }
        anything();
        ui_paint(ui, shown, WIDTH * 4, false, changed, 64);
        if (round % 5 == 4) {
            ui_paint(ui, whole, WIDTH * 4, true, changed, 64);
            for (int i = 0; i < WIDTH * HEIGHT; i++)
                if ((shown[i] ^ whole[i]) & 0xFFFFFF)
                    fail_msg("round %d: pixel %d,%d is %06x, should be %06x", round, i % WIDTH,
                             i / WIDTH, shown[i] & 0xFFFFFF, whole[i] & 0xFFFFFF);
        }
    }
}

static void nothing_is_painted_when_nothing_changed(void **state)
{
    struct ui_rect changed[64];
    (void)state;
    three();
    assert_true(ui_paint(ui, shown, WIDTH * 4, false, changed, 64) > 0);
    three();
    assert_int_equal(ui_paint(ui, shown, WIDTH * 4, false, changed, 64), 0);
}

static void a_press_repaints_its_button_and_little_else(void **state)
{
    struct ui_rect changed[64];
    (void)state;
    three();
    ui_paint(ui, shown, WIDTH * 4, false, changed, 64);
    assert_true(at(UI_TOUCH_DOWN, 1, "按钮1").redraw);
    three();
    int n = ui_paint(ui, shown, WIDTH * 4, false, changed, 64), area = 0;
    struct ui_rect b = labelled("按钮1")->rect;
    assert_true(n > 0);
    for (int i = 0; i < n; i++)
        area += changed[i].w * changed[i].h;
    assert_true(area < 2 * b.w * b.h);
}

static void icons_are_drawn_at_every_size(void **state)
{
    struct ui_rect changed[64];
    static const double sizes[] = {8, 20, 60};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        heading();
        ui_leaf(ui, (struct ui_spec){.role = UI_IMAGE, .icon = "card", .width_mm = sizes[i],
                                     .height_mm = sizes[i], .flags = UI_SILENT});
        ui_close(ui);
        ui_end(ui);
        ui_paint(ui, whole, WIDTH * 4, true, changed, 64);
        int dark = 0;
        const struct ui_node *n = NULL;
        for (int k = 0; k < ui_count(ui); k++)
            if (ui_node(ui, k)->spec.role == UI_IMAGE)
                n = ui_node(ui, k);
        assert_non_null(n);
        for (int y = n->rect.y; y < n->rect.y + n->rect.h; y++)
            for (int x = n->rect.x; x < n->rect.x + n->rect.w; x++)
                dark += (whole[y * WIDTH + x] & 0xFF) < 0x60;
        assert_true(dark > n->rect.w * n->rect.h / 40);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_touch_acts_on_release_inside_and_needs_no_hover, start,
                                        stop),
        cmocka_unit_test_setup_teardown(sliding_away_is_no_choice, start, stop),
        cmocka_unit_test_setup_teardown(a_second_finger_or_a_palm_changes_nothing, start, stop),
        cmocka_unit_test_setup_teardown(a_disabled_button_does_nothing, start, stop),
        cmocka_unit_test_setup_teardown(
            a_button_that_went_away_under_the_finger_is_not_pressed, start, stop),
        cmocka_unit_test_setup_teardown(keys_reach_every_control_in_order_and_come_round, start,
                                        stop),
        cmocka_unit_test_setup_teardown(pages_show_everything_once_and_nothing_cut, start, stop),
        cmocka_unit_test_setup_teardown(
            painting_what_changed_gives_the_same_picture_as_painting_all, start, stop),
        cmocka_unit_test_setup_teardown(nothing_is_painted_when_nothing_changed, start, stop),
        cmocka_unit_test_setup_teardown(a_press_repaints_its_button_and_little_else, start, stop),
        cmocka_unit_test_setup_teardown(icons_are_drawn_at_every_size, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
