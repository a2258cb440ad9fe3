/* The ground everything stands on: text, buffers, files, JSON, arenas, workers. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
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

static struct worker *alone;
static atomic_int begun, ended;

static void until_the_end_is_wanted(void *self, void *job)
{
    (void)self;
    (void)job;
    atomic_store(&begun, 1);
    while (!worker_stopping(alone))
        sched_yield();
    atomic_store(&ended, 1);
}

static void a_job_that_runs_learns_of_the_end_and_is_waited_for(void **state)
{
    (void)state;
    alone = worker_create("test", until_the_end_is_wanted, NULL, NULL);
    assert_non_null(alone);
    assert_false(worker_stopping(alone));
    worker_post(alone, NULL);
    while (!atomic_load(&begun))
        sched_yield();
    assert_int_equal(atomic_load(&ended), 0);
    worker_destroy(alone);
    assert_int_equal(atomic_load(&ended), 1);
}

static void what_an_arena_hands_out_is_zero_also_after_a_reset(void **state)
{
    struct arena *a = arena_create(1 << 16, false);
    (void)state;
    for (int round = 0; round < 2; round++) {
        for (size_t size = 1; size < 200; size += 7) {
            unsigned char *p = arena_alloc(a, size);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(p[i], 0);
            assert_int_equal((uintptr_t)p % 16, 0);
            memset(p, 0xEE, size);
        }
        arena_reset(a);
    }
    assert_string_equal(arena_printf(a, "%s-%d", "永川", 7), "永川-7");
    arena_destroy(a);
}

static void a_buffer_that_was_cleared_takes_again_what_its_ceiling_allows(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 4);
    assert_false(buf_text(&b, "12345"));
    assert_int_equal(b.len, 0);
    assert_false(buf_append(&b, "x", SIZE_MAX));
    buf_clear(&b);
    assert_true(buf_text(&b, "1234"));
    assert_false(buf_printf(&b, "%d", 5));
    assert_string_equal((char *)b.data, "1234");
    buf_finish_wipe(&b);
    assert_null(b.data);
    buf_finish_wipe(&b);
}

static void an_error_is_cut_between_characters(void **state)
{
    static const char *const ends[] = {"川", "é", "𬎆", "a"};
    char long_text[1024];
    struct err err;
    (void)state;
    assert_false(err_set(NULL, ERR_RETRY, "%s", "nobody listens"));
    for (size_t e = 0; e < ARRAY_LEN(ends); e++)
        for (size_t ascii = 0; ascii < 5; ascii++) { /* the cut falls on every byte */
            size_t used = ascii;
            memset(long_text, 'x', ascii);
            while (used + strlen(ends[e]) < sizeof long_text) {
                memcpy(long_text + used, ends[e], strlen(ends[e]));
                used += strlen(ends[e]);
            }
            long_text[used] = 0;
            assert_false(err_set(&err, ERR_REFUSED, "%s", long_text));
            assert_int_equal(err.kind, ERR_REFUSED);
            assert_true(text_valid(err.text, strlen(err.text)));
            /* and no more is lost than the one character */
            assert_true(strlen(err.text) + strlen(ends[e]) >= sizeof err.text);
            assert_memory_equal(err.text, long_text, strlen(err.text));
        }
    err_set(&err, ERR_OFFLINE, "永川");
    assert_string_equal(err.text, "永川"); /* what fits is left alone */
    assert_string_equal(err_kind_name(ERR_OFFLINE), "offline");
    assert_string_equal(err_kind_name((enum err_kind)99), "?");
}

static void the_clocks_are_in_milliseconds_and_one_never_goes_back(void **state)
{
    struct timespec unix_now, mono_now;
    (void)state;
    int64_t unix_ms = clock_unix_ms(), mono_ms = clock_mono_ms();
    clock_gettime(CLOCK_REALTIME, &unix_now);
    clock_gettime(CLOCK_MONOTONIC, &mono_now);
    assert_in_range(unix_now.tv_sec - unix_ms / 1000, 0, 60);
    assert_in_range(mono_now.tv_sec - mono_ms / 1000, 0, 60);
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_mono_ms();
        assert_true(now >= mono_ms);
        mono_ms = now;
    }
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
        cmocka_unit_test(a_job_that_runs_learns_of_the_end_and_is_waited_for),
        cmocka_unit_test(what_an_arena_hands_out_is_zero_also_after_a_reset),
        cmocka_unit_test(a_buffer_that_was_cleared_takes_again_what_its_ceiling_allows),
        cmocka_unit_test(an_error_is_cut_between_characters),
        cmocka_unit_test(the_clocks_are_in_milliseconds_and_one_never_goes_back),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
