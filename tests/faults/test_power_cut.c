/* Power cuts by enumeration. A recording VFS below SQLite logs every write,
 * truncation and sync while the store works, and every promise made to a
 * resident. Then the power fails after each entry of the log: what was synced is
 * there; of the rest nothing, everything, or a random part in 512-byte sectors.
 * Each such disk is opened by plain SQLite and must hold every promise.
 *
 * Begins after store_open, which promises nothing. Does not see folders (the
 * files exist by then) nor what a file system adds of its own. Two controls show
 * that a loss would be noticed. Killing the process proves nothing here: the page
 * cache survives that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/file.h"
#include "base/mem.h"
#include "recording_vfs.h"
#include "store/store.h"

enum { ROWS = 45, ENVELOPE = 3000, SECTOR = 512, FILES = VFS_FILES, IMAGE_MAX = 4 << 20 };
enum kind { WRITE, TRUNCATE, SYNC, APPENDED, DELIVERED };

struct entry {
    enum kind kind;
    int file; /* 0 database, 1 its log; for promises the row's number */
    size_t offset, len; /* TRUNCATE: offset is the new size */
    unsigned char *data;
};

struct image {
    unsigned char *data;
    size_t len;
};

static struct entry *record;
static size_t record_len, record_cap;
static bool recording;

static void note(enum kind kind, int file, size_t offset, const void *data, size_t len)
{
    if (!recording)
        return;
    if (record_len == record_cap)
        record = xrealloc(record, (record_cap = record_cap * 2 + 64) * sizeof *record);
    struct entry *e = &record[record_len++];
    *e = (struct entry){kind, file, offset, len, NULL};
    if (len) {
        e->data = xmalloc(len);
        memcpy(e->data, data, len);
    }
}

static void heard(enum vfs_call call, int file, sqlite3_int64 at, const void *data, int len)
{
    static const enum kind kinds[] = {[VFS_WRITE] = WRITE, [VFS_TRUNCATE] = TRUNCATE,
                                      [VFS_SYNC] = SYNC};
    note(kinds[call], file, (size_t)at, data, (size_t)len);
}

/* ---- the work, and what was promised ---- */

static char folder[64], db_path[96], log_path[100];
static struct image start[FILES];

static struct outbox_row row_of(int n, unsigned char *envelope)
{
    struct outbox_row row = {.service = "gaoling_jintie", .service_version = 1,
                             .created_ms = n, .suite = 1};
    snprintf(row.id, sizeof row.id, "01920000-0000-7000-8000-%012d", n);
    snprintf(row.code, sizeof row.code, "CODE%04d", n);
    snprintf(row.digest, sizeof row.digest, "%064d", n);
    for (int i = 0; i < ENVELOPE; i++)
        envelope[i] = (unsigned char)(n * 31 + i * 7);
    row.envelope = envelope;
    row.envelope_len = ENVELOPE;
    return row;
}

static void load(const char *path, struct image *image)
{
    image->data = (unsigned char *)file_read(path, IMAGE_MAX, &image->len, NULL);
    assert_non_null(image->data);
}

static void work(bool promise_too_early)
{
    struct err err = {0};
    strcpy(folder, "/tmp/bangban-cut-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(db_path, sizeof db_path, "%s/outbox.db", folder);
    snprintf(log_path, sizeof log_path, "%s-wal", db_path);

    recording_vfs_start(heard, SECTOR);
    struct store *s = store_open(db_path, &err);
    if (!s)
        fail_msg("%s", err.text);
    load(db_path, &start[0]);
    load(log_path, &start[1]);

    recording = true;
    for (int n = 1; n <= ROWS; n++) {
        unsigned char envelope[ENVELOPE];
        struct outbox_row row = row_of(n, envelope);
        if (promise_too_early)
            note(APPENDED, n, 0, NULL, 0);
        assert_true(store_append(s, &row, &err));
        if (!promise_too_early)
            note(APPENDED, n, 0, NULL, 0);
        if (n % 3 == 0) {
            struct delivery d = {"2026-500118-0000017", "2026-11-24T12:00:00+08:00",
                                 "2026-12-22", "signed", 6};
            row = row_of(n - 1, envelope);
            assert_true(store_mark_delivered(s, row.id, &d, n, &err));
            note(DELIVERED, n - 1, 0, NULL, 0);
        }
    }
    recording = false;
    store_close(s);
    recording_vfs_stop();
    unlink(db_path);
    unlink(log_path);
}

static void clean_up(void)
{
    for (size_t i = 0; i < record_len; i++)
        free(record[i].data);
    free(record);
    record = NULL;
    record_len = record_cap = 0;
    for (int f = 0; f < FILES; f++)
        free(start[f].data);
    unlink(db_path);
    unlink(log_path);
    rmdir(folder);
}

/* ---- the cuts ---- */

static uint32_t seed;
static uint32_t chance(void)
{
    return (seed = seed * 1664525u + 1013904223u) >> 8;
}

static void put(struct image *image, const struct entry *e, size_t from, size_t len)
{
    size_t end = e->offset + from + len;
    assert_true(end <= IMAGE_MAX);
    if (end > image->len) {
        memset(image->data + image->len, 0, end - image->len);
        image->len = end;
    }
    memcpy(image->data + e->offset + from, e->data + from, len);
}

static void apply(struct image *image, const struct entry *e, bool torn)
{
    if (torn && chance() % 3 == 0)
        return;
    if (e->kind == TRUNCATE) {
        if (e->offset < image->len)
            image->len = e->offset;
    } else if (!torn || chance() % 2) {
        put(image, e, 0, e->len);
    } else {
        for (size_t from = 0; from < e->len; from += SECTOR) {
            size_t len = e->len - from < SECTOR ? e->len - from : SECTOR;
            if (chance() % 2)
                put(image, e, from, len);
        }
    }
}

static void save(const char *path, const struct image *image)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(image->data, 1, image->len, f), image->len);
    fclose(f);
}

struct toll {
    int states, corrupt, lost, halves;
};

static bool number(sqlite3 *db, const char *sql, int64_t *out)
{
    sqlite3_stmt *st = NULL;
    bool ok = sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK &&
              sqlite3_step(st) == SQLITE_ROW;
    if (ok)
        *out = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return ok;
}

/* promised[n]: 0 nothing, 1 appended, 2 delivered */
static void inspect(const unsigned char *promised, struct toll *toll)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    int64_t sound = 0, halves = 1;
    unsigned char envelope[ENVELOPE], found[ROWS + 1] = {0};
    toll->states++;
    assert_int_equal(sqlite3_open_v2(db_path, &db, SQLITE_OPEN_READWRITE, "unix"), 0);
    /* Exclusive: the log's index in memory instead of another file. */
    sqlite3_exec(db, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=OFF", NULL,
                 NULL, NULL);
    if (!number(db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check", &sound) ||
        !sound) {
        toll->corrupt++;
        goto out;
    }
    number(db, "SELECT count(*) FROM outbox LEFT JOIN receipts USING(id)"
               " WHERE (state = 1) != (signed IS NOT NULL)"
               " OR (state = 1) != (envelope IS NULL)", &halves);
    toll->halves += halves != 0;
    sqlite3_prepare_v2(db, "SELECT created_ms, state, envelope FROM outbox", -1, &st,
                       NULL);
    while (st && sqlite3_step(st) == SQLITE_ROW) {
        int n = sqlite3_column_int(st, 0);
        if (n < 1 || n > ROWS)
            continue;
        row_of(n, envelope);
        if (sqlite3_column_int(st, 1) == 1)
            found[n] = 2; /* its receipt is there: see halves */
        else if (sqlite3_column_bytes(st, 2) == ENVELOPE &&
                 memcmp(sqlite3_column_blob(st, 2), envelope, ENVELOPE) == 0)
            found[n] = 1;
    }
    sqlite3_finalize(st);
    for (int n = 1; n <= ROWS; n++) {
        if (found[n] < promised[n]) {
            toll->lost++;
            break;
        }
    }
out:
    sqlite3_close(db);
}

/* lying_disk: says "synced" and has not. */
static struct toll cut_everywhere(bool lying_disk)
{
    struct toll toll = {0};
    struct image safe[FILES], image[FILES];
    unsigned char promised[ROWS + 1] = {0};
    size_t synced_to[FILES] = {0};
    for (int f = 0; f < FILES; f++) {
        safe[f].data = xcalloc(1, IMAGE_MAX);
        image[f].data = xcalloc(1, IMAGE_MAX);
        memcpy(safe[f].data, start[f].data, start[f].len);
        safe[f].len = start[f].len;
    }
    seed = 20261124;
    for (size_t k = 0; k < record_len; k++) {
        const struct entry *e = &record[k];
        if (e->kind == APPENDED || e->kind == DELIVERED) {
            promised[e->file] = e->kind == APPENDED ? 1 : 2;
        } else if (e->kind == SYNC && !lying_disk) {
            for (size_t i = synced_to[e->file]; i < k; i++) {
                if (record[i].kind <= TRUNCATE && record[i].file == e->file)
                    apply(&safe[e->file], &record[i], false);
            }
            synced_to[e->file] = k;
        }
        for (int manner = 0; manner < 3; manner++) { /* none, all, torn part */
            for (int f = 0; f < FILES; f++) {
                memcpy(image[f].data, safe[f].data, safe[f].len);
                image[f].len = safe[f].len;
            }
            for (size_t i = 0; manner && i <= k; i++) {
                const struct entry *p = &record[i];
                if (p->kind <= TRUNCATE && i >= synced_to[p->file])
                    apply(&image[p->file], p, manner == 2);
            }
            save(db_path, &image[0]);
            save(log_path, &image[1]);
            inspect(promised, &toll);
        }
    }
    for (int f = 0; f < FILES; f++) {
        free(safe[f].data);
        free(image[f].data);
    }
    return toll;
}

static void no_power_cut_loses_what_was_promised(void **state)
{
    (void)state;
    work(false);
    struct toll toll = cut_everywhere(false);
    printf("%d disks: %d corrupt, %d lost, %d halves\n", toll.states, toll.corrupt,
           toll.lost, toll.halves);
    clean_up();
    assert_true(toll.states >= 2000);
    assert_int_equal(toll.corrupt, 0);
    assert_int_equal(toll.lost, 0);
    assert_int_equal(toll.halves, 0);
}

static void a_promise_made_before_the_commit_is_noticed(void **state)
{
    (void)state;
    work(true);
    struct toll toll = cut_everywhere(false);
    clean_up();
    assert_int_equal(toll.corrupt, 0);
    assert_true(toll.lost > 100);
}

static void a_disk_that_only_says_it_synced_is_noticed(void **state)
{
    (void)state;
    work(false);
    struct toll toll = cut_everywhere(true);
    clean_up();
    assert_true(toll.lost > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_power_cut_loses_what_was_promised),
        cmocka_unit_test(a_promise_made_before_the_commit_is_noticed),
        cmocka_unit_test(a_disk_that_only_says_it_synced_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
