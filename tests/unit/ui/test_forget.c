/* Looks through this program's own memory for what a resident saw. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "paper/fonts.h"
#include "ui/ui.h"

enum { WIDTH = 1080, HEIGHT = 1920, TOO_LARGE = 200 << 20 };

/* Copies in writable memory except the stack. The bytes looked at are mapped
 * apart from the heap, so the search does not find itself. */
static int copies_of(const char *text)
{
    FILE *maps = fopen("/proc/self/maps", "r"), *memory = fopen("/proc/self/mem", "rb");
    char line[512], access[8];
    unsigned long from, to;
    int count = 0;
    assert_non_null(maps);
    assert_non_null(memory);
    while (fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx %7s", &from, &to, access) != 3 || access[1] != 'w' ||
            strstr(line, "[stack]") || to - from > TOO_LARGE)
            continue;
        size_t size = to - from;
        char *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_true(data != MAP_FAILED);
        if (fseek(memory, (long)from, SEEK_SET) == 0 && fread(data, 1, size, memory) == size)
            for (char *p = data; (p = memmem(p, (size_t)(data + size - p), text, strlen(text)));
                 p++)
                count++;
        munmap(data, size);
    }
    fclose(memory);
    fclose(maps);
    return count;
}

static void nothing_of_a_resident_stays_in_memory(void **state)
{
    (void)state;
    char name[64] = ""; /* made here, so that the program itself holds no copy */
    for (int i = 0; i < 60; i++)
        name[i] = (char)('A' + (i * 7 + 3) % 26);
    const char *tail = name + 24; /* free() alone spoils only the first 16 bytes */
    const struct ui_panel panel = {WIDTH, HEIGHT, 4.03, 700};
    const struct ui_settings settings = {.size = UI_SIZE_DEFAULT, .theme = UI_THEME_DEFAULT};
    struct ui_rect changed[64];
    struct err err = {0};
    const char *share = getenv("BANGBAN_SHARE");

    assert_true(fonts_init(share ? share : "build/release/share", &err));
    char icons[512];
    snprintf(icons, sizeof icons, "%s/icons", share ? share : "build/release/share");
    struct ui *ui = ui_create(&panel, icons, &err);
    assert_non_null(ui);
    void *pixels = calloc(WIDTH * HEIGHT, 4);
    ui_begin(ui, "test", &settings);
    ui_open(ui, (struct ui_spec){.tone = UI_TONE_PAGE});
    for (int i = 0; i < 20; i++)
        ui_leaf(ui, (struct ui_spec){.role = UI_TEXT, .label = name,
                                     .type = (enum ui_type)(i % 5), .width_mm = 30 + i});
    ui_close(ui);
    ui_end(ui);
    ui_paint(ui, pixels, WIDTH * 4, true, changed, 64);
    assert_true(copies_of(tail) > 20); /* the search finds what is there */
    ui_forget(ui);
    assert_int_equal(copies_of(tail), 0);
    ui_destroy(ui);
    free(pixels);
}

/* What realloc gives up: the old place of a block that moves, the end of one that
 * shrinks. Their new contents are overwritten before the search. */
static void a_block_that_changes_its_size_leaves_nothing_behind(void **state)
{
    (void)state;
    char name[64] = "";
    for (int i = 0; i < 60; i++)
        name[i] = (char)('a' + (i * 11 + 5) % 26);
    char *grown = calloc(1, 400), *shrunk = calloc(1, 4000), *tight = calloc(1, 400);
    void *wall = malloc(32); /* so that the first cannot grow in place */
    memcpy(grown + 100, name, sizeof name);
    memcpy(shrunk + 3000, name, sizeof name);
    memcpy(tight + 320, name, sizeof name);
    assert_int_equal(copies_of(name + 24), 3);
    grown = realloc(grown, 100000);
    assert_memory_equal(grown + 100, name, sizeof name);
    memset(grown, 0, 400);
    shrunk = realloc(shrunk, 500);
    tight = realloc(tight, 300);
    assert_int_equal(copies_of(name + 24), 0);
    free(grown);
    free(shrunk);
    free(tight);
    free(wall);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_of_a_resident_stays_in_memory),
        cmocka_unit_test(a_block_that_changes_its_size_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
