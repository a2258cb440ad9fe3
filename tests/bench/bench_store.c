/* bench_store [--rows N] [--rounds N] [--folder DIR]
 *
 * How much of the disk's own pace does a durable submission keep? First the calls
 * that store_append makes are recorded: which file, where, how many bytes, when to
 * make them durable. Then rounds of two: the store itself, and the same calls bare
 * (pwrite, fdatasync) into new files. The share is bare time / store time; below 1
 * is what SQL costs. Not a test: the disk decides the times, prints a table. */
#include <fcntl.h>
#include <getopt.h>
#include <openssl/rand.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "post/seal.h"
#include "rules/receipt_code.h"
#include "store/store.h"

enum { ENVELOPE = 2853 /* one P-256 recipient pair, 2 KiB class */, FILES_MAX = 4, ROUNDS_MAX = 99 };

static const char *folder = ".";

/* ---- what the store asks of the disk ---- */

enum call_kind { WRITE, SYNC, CUT };
struct call {
    enum call_kind kind;
    int file;
    sqlite3_int64 at;
    int len;
};
static struct call *calls;
static size_t call_count, call_room;
static bool recording;

struct watched {
    sqlite3_file base;
    int number;
    sqlite3_file *real; /* lies behind this struct */
};
static sqlite3_vfs watching, *plain_vfs;
static sqlite3_io_methods methods;
static int file_count;

static void record(struct call c)
{
    if (!recording)
        return;
    if (call_count == call_room) {
        call_room = call_room ? call_room * 2 : 4096;
        calls = xrealloc(calls, call_room * sizeof *calls);
    }
    calls[call_count++] = c;
}

static sqlite3_file *real(sqlite3_file *f)
{
    return ((struct watched *)f)->real;
}

static int on_write(sqlite3_file *f, const void *data, int len, sqlite3_int64 at)
{
    record((struct call){WRITE, ((struct watched *)f)->number, at, len});
    return real(f)->pMethods->xWrite(real(f), data, len, at);
}

static int on_sync(sqlite3_file *f, int flags)
{
    record((struct call){SYNC, ((struct watched *)f)->number, 0, 0});
    return real(f)->pMethods->xSync(real(f), flags);
}

static int on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    record((struct call){CUT, ((struct watched *)f)->number, size, 0});
    return real(f)->pMethods->xTruncate(real(f), size);
}

static int on_close(sqlite3_file *f) { return real(f)->pMethods->xClose(real(f)); }
static int on_read(sqlite3_file *f, void *to, int len, sqlite3_int64 at)
{
    return real(f)->pMethods->xRead(real(f), to, len, at);
}
static int on_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return real(f)->pMethods->xFileSize(real(f), size);
}
static int on_lock(sqlite3_file *f, int how) { return real(f)->pMethods->xLock(real(f), how); }
static int on_unlock(sqlite3_file *f, int how) { return real(f)->pMethods->xUnlock(real(f), how); }
static int on_reserved(sqlite3_file *f, int *out)
{
    return real(f)->pMethods->xCheckReservedLock(real(f), out);
}
static int on_control(sqlite3_file *f, int op, void *arg)
{
    return real(f)->pMethods->xFileControl(real(f), op, arg);
}
static int on_sector(sqlite3_file *f) { return real(f)->pMethods->xSectorSize(real(f)); }
static int on_traits(sqlite3_file *f)
{
    return real(f)->pMethods->xDeviceCharacteristics(real(f));
}
static int on_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}
static int on_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}
static void on_shm_barrier(sqlite3_file *f) { real(f)->pMethods->xShmBarrier(real(f)); }
static int on_shm_unmap(sqlite3_file *f, int drop)
{
    return real(f)->pMethods->xShmUnmap(real(f), drop);
}

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
    struct watched *w = (struct watched *)f;
    (void)vfs;
    memset(w, 0, sizeof *w);
    w->real = (sqlite3_file *)(w + 1);
    int rc = plain_vfs->xOpen(plain_vfs, name, w->real, flags, out);
    if (!w->real->pMethods)
        return rc;
    w->number = file_count++ % FILES_MAX;
    methods = (sqlite3_io_methods){
        .iVersion = 2, .xClose = on_close, .xRead = on_read, .xWrite = on_write,
        .xTruncate = on_truncate, .xSync = on_sync, .xFileSize = on_size, .xLock = on_lock,
        .xUnlock = on_unlock, .xCheckReservedLock = on_reserved, .xFileControl = on_control,
        .xSectorSize = on_sector, .xDeviceCharacteristics = on_traits, .xShmMap = on_shm_map,
        .xShmLock = on_shm_lock, .xShmBarrier = on_shm_barrier, .xShmUnmap = on_shm_unmap};
    f->pMethods = &methods;
    return rc;
}

static void watch(bool on)
{
    if (!plain_vfs) {
        plain_vfs = sqlite3_vfs_find(NULL);
        watching = *plain_vfs;
        watching.zName = "watching";
        watching.szOsFile = (int)sizeof(struct watched) + plain_vfs->szOsFile;
        watching.xOpen = on_open;
    }
    if (sqlite3_vfs_register(on ? &watching : plain_vfs, 1) != SQLITE_OK)
        abort();
}

/* ---- the two ways ---- */

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static char *in_folder(const char *name)
{
    return xasprintf("%s/bench-store-%ld-%s", folder, (long)getpid(), name);
}

static void remove_store(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        char *name = xasprintf("%s%s", path, ends[i]);
        unlink(name);
        free(name);
    }
}

static void stop_on(const struct err *err)
{
    fprintf(stderr, "bench_store: %s\n", err->text);
    exit(1);
}

/* Milliseconds for n submissions into a new store. */
static double through_the_store(int n)
{
    struct err err = {0};
    char *path = in_folder("db");
    unsigned char envelope[ENVELOPE];
    remove_store(path);
    struct store *s = store_open(path, &err);
    if (!s)
        stop_on(&err);
    struct outbox_row *rows = xcalloc((size_t)n, sizeof *rows);
    RAND_bytes(envelope, sizeof envelope);
    for (int i = 0; i < n; i++) { /* what the store is given is made before */
        uint8_t random[18];
        RAND_bytes(random, sizeof random);
        uuid7_make(1764000000000 + i, random, rows[i].id);
        receipt_code_make(random + 10, rows[i].code);
        snprintf(rows[i].service, sizeof rows[i].service, "gaoling_jintie");
        rows[i].service_version = rows[i].suite = 1;
        rows[i].created_ms = rows[i].next_try_ms = 1764000000000 + i;
        seal_digest_hex(envelope, sizeof envelope, rows[i].digest);
        rows[i].envelope = envelope;
        rows[i].envelope_len = sizeof envelope;
    }
    recording = true;
    double start = now_ms();
    for (int i = 0; i < n; i++)
        if (!store_append(s, &rows[i], &err))
            stop_on(&err);
    double took = now_ms() - start;
    recording = false;
    free(rows);
    store_close(s);
    remove_store(path);
    free(path);
    return took;
}

static double bare(void)
{
    int fd[FILES_MAX];
    static unsigned char bytes[1 << 16];
    RAND_bytes(bytes, 4096);
    for (int i = 0; i < FILES_MAX; i++) {
        char name[8];
        snprintf(name, sizeof name, "bare-%d", i);
        char *path = in_folder(name);
        fd[i] = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        unlink(path);
        free(path);
        if (fd[i] < 0) {
            perror("bench_store");
            exit(1);
        }
    }
    double start = now_ms();
    for (size_t i = 0; i < call_count; i++) {
        const struct call *c = &calls[i];
        bool ok = c->kind == WRITE  ? pwrite(fd[c->file], bytes, (size_t)c->len, c->at) == c->len
                  : c->kind == SYNC ? fdatasync(fd[c->file]) == 0
                                    : ftruncate(fd[c->file], c->at) == 0;
        if (!ok) {
            perror("bench_store");
            exit(1);
        }
    }
    double took = now_ms() - start;
    for (int i = 0; i < FILES_MAX; i++)
        close(fd[i]);
    return took;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, by_size);
    return v[n / 2];
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {{"rows", required_argument, NULL, 'n'},
                                          {"rounds", required_argument, NULL, 'r'},
                                          {"folder", required_argument, NULL, 'f'},
                                          {NULL, 0, NULL, 0}};
    int rows = 500, rounds = 9, c;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (c == 'n')
            rows = atoi(optarg);
        else if (c == 'r')
            rounds = atoi(optarg);
        else if (c == 'f')
            folder = optarg;
        else
            return 2;
    }
    if (rows < 1 || rounds < 1 || rounds > ROUNDS_MAX)
        return 2;

    watch(true);
    through_the_store(rows);
    watch(false);
    double store[ROUNDS_MAX], disk[ROUNDS_MAX], share[ROUNDS_MAX];
    for (int i = 0; i < rounds; i++) { /* in turn, so that a slow minute hits both */
        store[i] = through_the_store(rows);
        disk[i] = bare();
        share[i] = disk[i] / store[i];
    }
    size_t syncs = 0, writes = 0, bytes = 0;
    for (size_t i = 0; i < call_count; i++) {
        syncs += calls[i].kind == SYNC;
        writes += calls[i].kind == WRITE;
        bytes += (size_t)calls[i].len;
    }
    double s = median(store, rounds), d = median(disk, rounds);
    printf("| durable submissions, %d rows, %d rounds | store | bare writes |\n|---|---|---|\n",
           rows, rounds);
    printf("| a submission (ms) | %.3f | %.3f |\n", s / rows, d / rows);
    printf("| submissions a second | %.0f | %.0f |\n", rows / s * 1e3, rows / d * 1e3);
    printf("| writes, KiB, syncs a submission | %.1f, %.1f, %.2f | the same |\n",
           (double)writes / rows, (double)bytes / 1024 / rows, (double)syncs / rows);
    printf("| share of the bare pace (wanted: 85 %% or more) | %.1f %% | 100 %% |\n",
           median(share, rounds) * 100);
    free(calls);
    return 0;
}
