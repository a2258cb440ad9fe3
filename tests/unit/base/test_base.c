/* The ground everything stands on: text, buffers, files, JSON, arenas, workers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/worker.h"

static void only_real_utf8_is_valid(void **state)
{
    static const char *const good[] = {"", "a", "永川", "·", "𬎆", "\xF4\x8F\xBF\xBF"};
    static const char *const bad[] = {
        "\x80",             /* a tail alone */
        "\xC0\x80",         /* overlong NUL */
        "\xC1\xBF",         /* overlong */
        "\xE0\x9F\xBF",     /* overlong */
        "\xED\xA0\x80",     /* a surrogate */
        "\xF0\x8F\xBF\xBF", /* overlong */
        "\xF4\x90\x80\x80", /* above U+10FFFF */
        "\xFF", "\xE6\xB0", "a\xE6",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(text_valid(good[i], strlen(good[i])));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(text_valid(bad[i], strlen(bad[i])));
    assert_false(text_valid("a\0b", 3));
}

static void a_copy_never_cuts_a_character_in_two(void **state)
{
    static const char name[] = "阿a𬎆·b";
    char out[32];
    (void)state;
    for (size_t size = 1; size <= sizeof name; size++) {
        bool whole = text_copy(out, size, name);
        assert_int_equal(whole, size == sizeof name);
        assert_true(strlen(out) < size);
        assert_true(text_valid(out, strlen(out)));
        assert_memory_equal(out, name, strlen(out));
    }
    assert_int_equal(text_length(name), 5);
}

static void every_character_encodes_and_decodes_to_itself(void **state)
{
    (void)state;
    for (uint32_t cp = 1; cp <= 0x110000; cp += cp < 0x3000 ? 1 : 97) {
        char out[5] = "";
        uint32_t back = 0;
        size_t n = text_encode(cp, out);
        bool scalar = cp <= 0x10FFFF && !(cp >= 0xD800 && cp <= 0xDFFF);
        assert_int_equal(n > 0, scalar);
        if (scalar) {
            assert_int_equal(text_next(out, &back), n);
            assert_int_equal(back, cp);
        }
    }
}

static void what_people_type_wide_becomes_narrow(void **state)
{
    char s[64] = "５０Ａｘ　１－２";
    (void)state;
    text_fold_width(s);
    assert_string_equal(s, "50Ax 1-2");
    text_squeeze(s, "-");
    assert_string_equal(s, "50Ax12");
}

static void a_full_buffer_takes_nothing_more(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 8);
    assert_true(buf_text(&b, "12345678"));
    assert_false(buf_byte(&b, '9'));
    assert_true(b.overflow);
    assert_false(buf_text(&b, ""));
    assert_int_equal(b.len, 8);
    assert_string_equal((char *)b.data, "12345678");
    buf_finish(&b);
    buf_init(&b, 0);
    for (int i = 0; i < 10000; i++)
        assert_true(buf_printf(&b, "%d,", i));
    buf_drop_front(&b, 2);
    assert_memory_equal(b.data, "1,2,3", 5);
    buf_finish(&b);
}

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/bangban-base-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void a_file_is_old_or_new_and_only_its_owner_reads_it(void **state)
{
    char path[96], left[96];
    struct err err = {0};
    struct stat st;
    size_t len;
    (void)state;
    snprintf(path, sizeof path, "%s/key", folder);
    snprintf(left, sizeof left, "%s/key.new", folder);
    assert_true(file_write(path, "one", 3, 0600, &err));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(file_write(path, "second", 6, 0600, &err));
    char *text = file_read(path, 6, &len, &err);
    assert_string_equal(text, "second");
    free(text);
    assert_null(file_read(path, 5, NULL, &err)); /* larger than allowed */
    assert_non_null(strstr(err.text, "key"));
    /* what cannot be written leaves the old one and no half */
    assert_int_equal(mkdir(left, 0700), 0);
    assert_false(file_write(path, "third", 5, 0600, &err));
    assert_int_equal(rmdir(left), 0);
    text = file_read(path, 100, NULL, &err);
    assert_string_equal(text, "second");
    free(text);
}

static void folders_are_made_with_their_parents(void **state)
{
    char path[160];
    struct err err = {0};
    struct stat st;
    (void)state;
    snprintf(path, sizeof path, "%s/a/b/c", folder);
    assert_true(file_make_folder(path, &err));
    assert_true(file_make_folder(path, &err));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    snprintf(path, sizeof path, "%s/file", folder);
    assert_true(file_write(path, "", 0, 0600, &err));
    snprintf(path, sizeof path, "%s/file/below", folder);
    assert_false(file_make_folder(path, &err));
    assert_non_null(strstr(err.text, "file"));
}

static void json_from_outside_is_held_to_its_form(void **state)
{
    static const char *const bad[] = {"{\"a\":1,\"a\":2}", "{\"a\":1} x", "{", "", "[1,]",
                                      "{\"a\":\"\xFF\"}", "{\"a\":\"\\ud800\"}", "\xEF\xBB\xBF{}"};
    struct err err = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_null(json_read("test", bad[i], strlen(bad[i]), 1000, &err));
    assert_null(json_read("test", "{\"a\":\"1234567890\"}", 18, 10, &err));
    json_t *good = json_read("test", "{\"a\":\"x\",\"n\":1}", 15, 1000, &err);
    assert_non_null(good);
    assert_string_equal(json_text(good, "a", &err), "x");
    err = (struct err){0};
    assert_null(json_text(good, "n", &err));
    assert_non_null(strstr(err.text, "n"));
    json_decref(good);
    /* the fault is placed, and never quoted: it may be about a person */
    err = (struct err){0};
    const char secret[] = "{\"name\":\"Zhang\" \"x\"}";
    assert_null(json_read("test", secret, strlen(secret), 1000, &err));
    assert_null(strstr(err.text, "Zhang"));
}

static void a_secret_arena_is_wiped_and_stays_out_of_dumps(void **state)
{
    struct arena *a = arena_create(4096, true);
    char line[256], *p = arena_strdup(a, "509999194003080014");
    unsigned long from, to;
    bool ours = false, left_out = false;
    (void)state;
    FILE *f = fopen("/proc/self/smaps", "r");
    while (f && fgets(line, sizeof line, f)) {
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2 && strchr(line, '-') < strchr(line, ' '))
            ours = (uintptr_t)p >= from && (uintptr_t)p < to;
        if (ours && strncmp(line, "VmFlags:", 8) == 0)
            left_out = strstr(line, " dd") != NULL;
    }
    if (f)
        fclose(f);
    assert_true(left_out);
    assert_int_equal((uintptr_t)p % 16, 0);
    arena_reset(a);
    assert_int_equal(arena_used(a), 0);
    for (int i = 0; i < 18; i++)
        assert_int_equal(p[i], 0);
    arena_destroy(a);
    arena_destroy(NULL);
}

static int order[1000];
static atomic_int done;

static void note(void *self, void *job)
{
    (void)self;
    order[atomic_fetch_add(&done, 1)] = (int)(intptr_t)job;
}

static void a_worker_does_every_job_once_in_order_also_when_it_is_ended(void **state)
{
    struct err err = {0};
    struct worker *w = worker_create("test", note, NULL, &err);
    (void)state;
    assert_non_null(w);
    for (intptr_t i = 0; i < 1000; i++)
        worker_post(w, (void *)i);
    worker_destroy(w); /* what is queued is still done */
    assert_int_equal(atomic_load(&done), 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(order[i], i);
    worker_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_real_utf8_is_valid),
        cmocka_unit_test(a_copy_never_cuts_a_character_in_two),
        cmocka_unit_test(every_character_encodes_and_decodes_to_itself),
        cmocka_unit_test(what_people_type_wide_becomes_narrow),
        cmocka_unit_test(a_full_buffer_takes_nothing_more),
        cmocka_unit_test(a_file_is_old_or_new_and_only_its_owner_reads_it),
        cmocka_unit_test(folders_are_made_with_their_parents),
        cmocka_unit_test(json_from_outside_is_held_to_its_form),
        cmocka_unit_test(a_secret_arena_is_wiped_and_stays_out_of_dumps),
        cmocka_unit_test(a_worker_does_every_job_once_in_order_also_when_it_is_ended),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
