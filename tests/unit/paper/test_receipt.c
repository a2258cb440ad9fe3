/* The receipt as an eye, a scanner and a printer meet it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "eyes/qr_code.h"
#include "paper/fonts.h"
#include "paper/receipt.h"

#define PAYLOAD "BANGBAN:1:B4K729XZ:01A20D05-7F92-7109-BE1E-AF2DFAE402E5"

static const int widths[] = {384, 512, 576};

static struct receipt example(void)
{
    return (struct receipt){
        .lang = LANG_ZH,
        .station = "永川区社区服务站",
        .title = "高龄津贴",
        .code = "B4K729XZ",
        .qr = PAYLOAD,
        .lines = {{"申请人", "张*芳"}, {"申请日期", "2026年11月24日，星期二"}},
        .line_count = 2,
        .truth = "您的申请已经存好，也送到了。",
        .next = {"工作人员会核对。", "带这张小票来看。"},
        .next_count = 2,
        .footer = "请收好这张小票。",
    };
}

static int black(const struct receipt_raster *r, int x, int y)
{
    return r->bits[y * r->stride + x / 8] >> (7 - x % 8) & 1;
}

static long ink(const struct receipt_raster *r)
{
    long n = 0;
    for (int y = 0; y < r->height; y++)
        for (int x = 0; x < r->width; x++)
            n += black(r, x, y);
    return n;
}

static struct receipt_raster draw(const struct receipt *r, int width)
{
    struct receipt_raster raster;
    struct err err = {0};
    if (!receipt_render(r, width, &raster, &err))
        fail_msg("%s", err.text);
    assert_int_equal(raster.width, width);
    assert_true(raster.height > 300);
    return raster;
}

static bool scan(const struct receipt_raster *r, char *text, size_t size)
{
    uint8_t *luma = xcalloc((size_t)r->width * (size_t)r->height, 1);
    for (int y = 0; y < r->height; y++)
        for (int x = 0; x < r->width; x++)
            luma[y * r->width + x] = black(r, x, y) ? 0 : 255;
    bool ok = qr_code_read(luma, r->width, r->height, r->width, text, size);
    free(luma);
    return ok;
}

static void the_code_reads_back_at_every_width(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
        struct receipt r = example();
        struct receipt_raster raster = draw(&r, widths[i]);
        char text[256];
        assert_true(scan(&raster, text, sizeof text));
        assert_string_equal(text, PAYLOAD);
        receipt_raster_finish(&raster);
    }
}

/* A printer that knows ESC @, GS v 0, ESC d and GS V and stops at anything else. */
static void print(const struct buf *b, struct receipt_raster *out)
{
    size_t at = 0;
    uint8_t *rows = NULL;
    bool cut = false;
    *out = (struct receipt_raster){0};
    while (at < b->len) {
        const uint8_t *p = b->data + at;
        size_t left = b->len - at;
        assert_false(cut); /* nothing may follow */
        if (left >= 2 && p[0] == 0x1B && p[1] == '@') {
            at += 2;
        } else if (left >= 8 && p[0] == 0x1D && p[1] == 'v' && p[2] == '0' && p[3] == 0) {
            int bytes = p[4] | p[5] << 8, count = p[6] | p[7] << 8;
            size_t size = (size_t)bytes * (size_t)count;
            assert_true(count >= 1 && count <= 48);
            assert_true(left >= 8 + size);
            assert_true(out->stride == 0 || out->stride == bytes);
            out->stride = bytes;
            out->width = bytes * 8;
            rows = xrealloc(rows, (size_t)bytes * (size_t)(out->height + count));
            memcpy(rows + bytes * out->height, p + 8, size);
            for (size_t k = 9; k < 8 + size; k++) /* would act at once, inside the data */
                assert_false(p[k - 1] == 0x10 && (p[k] == 0x04 || p[k] == 0x05 || p[k] == 0x14));
            out->height += count;
            at += 8 + size;
        } else if (left >= 3 && p[0] == 0x1B && p[1] == 'd') {
            assert_true(p[2] >= 4); /* the knife sits above the head */
            at += 3;
        } else if (left >= 3 && p[0] == 0x1D && p[1] == 'V') {
            cut = true;
            at += 3;
        } else {
            fail_msg("unknown bytes %02X %02X at %zu", p[0], left > 1 ? p[1] : 0, at);
        }
    }
    assert_true(cut);
    out->bits = rows;
}

static void what_the_printer_prints_is_what_was_drawn(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
        struct receipt r = example();
        struct receipt_raster drawn = draw(&r, widths[i]), printed;
        struct buf bytes;
        char text[256];
        buf_init(&bytes, 8 << 20);
        assert_true(receipt_to_escpos(&drawn, &bytes, NULL));
        print(&bytes, &printed);
        assert_int_equal(printed.height, drawn.height);
        long more = 0;
        for (int y = 0; y < drawn.height; y++)
            for (int x = 0; x < drawn.width; x++) {
                assert_true(black(&printed, x, y) >= black(&drawn, x, y));
                more += black(&printed, x, y) - black(&drawn, x, y);
            }
        assert_true(more < 60); /* dots added to keep commands out of the data */
        assert_true(scan(&printed, text, sizeof text));
        assert_string_equal(text, PAYLOAD);
        buf_finish(&bytes);
        free(printed.bits);
        receipt_raster_finish(&drawn);
    }
}

static void command_bytes_in_a_picture_lose_a_dot_and_nothing_else(void **state)
{
    uint8_t bits[3 * 8] = {0x10, 0x04, 0x01, 0x10, 0x14, 0x10, 0x05, 0x10, 0x10, 0x04};
    struct receipt_raster r = {.width = 64, .height = 3, .stride = 8, .bits = bits}, printed;
    struct buf bytes;
    (void)state;
    buf_init(&bytes, 1024);
    assert_true(receipt_to_escpos(&r, &bytes, NULL));
    print(&bytes, &printed);
    assert_int_equal(ink(&printed) - ink(&r), 4);
    buf_finish(&bytes);
    free(printed.bits);
}

static void nothing_is_cut_off_however_long_the_words(void **state)
{
    struct receipt r = example();
    (void)state;
    r.station = "重庆市永川区某某街道某某社区便民服务中心第二自助服务站（二楼东侧）";
    r.title = "最低生活保障家庭成员分类施保与临时救助联合申请";
    r.lines[0].value = "阿卜杜拉·买买提·艾山江·吐尔逊阿依古丽·阿卜杜热合曼";
    r.lines[1].value = "Antidisestablishmentarianism-Pneumonoultramicroscopicsilicovolcanoconiosis";
    r.next[0] = "请带好户口簿、身份证、残疾人证、银行卡和最近六个月的收入证明，到您户口所在的镇或者"
                "街道便民服务中心二楼三号窗口，找负责社会救助的工作人员，说您已经在自助机上申请过了。";
    for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
        struct receipt_raster raster = draw(&r, widths[i]);
        for (int y = 0; y < raster.height; y++)
            for (int x = 0; x < 6; x++) {
                assert_false(black(&raster, x, y));
                assert_false(black(&raster, raster.width - 1 - x, y));
            }
        struct receipt less = r;
        less.next[0] = "请带好户口簿。";
        struct receipt_raster shorter = draw(&less, widths[i]);
        assert_true(shorter.height + 60 < raster.height); /* the rest went onto more lines */
        receipt_raster_finish(&shorter);
        receipt_raster_finish(&raster);
    }
}

static void every_part_leaves_ink(void **state)
{
    struct receipt whole = example();
    struct receipt_raster all = draw(&whole, 576);
    (void)state;
    for (int part = 0; part < 7; part++) {
        struct receipt r = example();
        switch (part) {
        case 0: r.station = NULL; break;
        case 1: r.title = NULL; break;
        case 2: r.code = NULL; break;
        case 3: r.qr = NULL; break;
        case 4: r.line_count = 1; break;
        case 5: r.truth = NULL; break;
        default: r.next_count = 1; break;
        }
        struct receipt_raster less = draw(&r, 576);
        assert_true(less.height < all.height);
        assert_true(ink(&less) < ink(&all));
        receipt_raster_finish(&less);
    }
    receipt_raster_finish(&all);
}

static void rare_characters_print_and_unknown_ones_are_counted(void **state)
{
    (void)state;
    assert_int_equal(receipt_missing("张桂芳"), 0);
    assert_int_equal(receipt_missing("㭎𬎆"), 0);   /* U+3B4E, U+2C386 */
    assert_int_equal(receipt_missing("阿卜杜拉·买买提"), 0);
    assert_int_equal(receipt_missing("张\xEE\xA0\x80"), 1); /* U+E800: private */
    struct receipt a = example(), b = example();
    a.lines[0].value = "𬎆";
    b.lines[0].value = "";
    struct receipt_raster with = draw(&a, 576), without = draw(&b, 576);
    assert_true(ink(&with) > ink(&without) + 100); /* not a blank */
    receipt_raster_finish(&with);
    receipt_raster_finish(&without);
}

static void files_are_written_or_the_reason_is_given(void **state)
{
    struct receipt r = example();
    struct receipt_raster raster = draw(&r, 576);
    struct err err = {0};
    char png[] = "/tmp/bangban-receipt-XXXXXX", *data;
    size_t len;
    (void)state;
    int fd = mkstemp(png);
    assert_true(fd >= 0);
    close(fd);
    assert_true(receipt_write_png(&raster, png, &err));
    data = file_read(png, 1 << 20, &len, &err);
    assert_non_null(data);
    assert_memory_equal(data, "\x89PNG", 4);
    free(data);
    assert_true(receipt_write_pdf(&r, png, &err));
    data = file_read(png, 1 << 20, &len, &err);
    assert_memory_equal(data, "%PDF", 4);
    free(data);
    unlink(png);
    assert_false(receipt_write_png(&raster, "/nonexistent/r.png", &err));
    assert_int_equal(err.kind, ERR_BROKEN);
    assert_false(receipt_write_pdf(&r, "/nonexistent/r.pdf", &err));
    receipt_raster_finish(&raster);
    err = (struct err){0};
    assert_false(receipt_render(&r, 0, &raster, &err));
    assert_true(err.kind != ERR_NONE);
}

static int start(void **state)
{
    struct err err = {0};
    (void)state;
    const char *share = getenv("BANGBAN_SHARE");
    if (fonts_init(share ? share : "build/debug/share", &err))
        return 0;
    print_error("%s\n", err.text);
    return -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_code_reads_back_at_every_width),
        cmocka_unit_test(what_the_printer_prints_is_what_was_drawn),
        cmocka_unit_test(command_bytes_in_a_picture_lose_a_dot_and_nothing_else),
        cmocka_unit_test(nothing_is_cut_off_however_long_the_words),
        cmocka_unit_test(every_part_leaves_ink),
        cmocka_unit_test(rare_characters_print_and_unknown_ones_are_counted),
        cmocka_unit_test(files_are_written_or_the_reason_is_given),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
