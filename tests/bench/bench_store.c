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
#include "recording_vfs.h"
#include "rules/receipt_code.h"
#include "store/store.h"

enum { ENVELOPE = 2853 /* one P-256 recipient pair, 2 KiB class */, ROUNDS_MAX = 99 };

static const char *folder = ".";

/* ---- what the store asks of the disk ---- */

struct call {
    enum vfs_call kind;
    int file;
    sqlite3_int64 at;
    int len;
};
static struct call *calls;
static size_t call_count, call_room;
static bool recording;

static void record(enum vfs_call kind, int file, sqlite3_int64 at, const void *data, int len)
{
    (void)data;
    if (!recording)
        return;
    if (call_count == call_room) {
        call_room = call_room ? call_room * 2 : 4096;
        calls = xrealloc(calls, call_room * sizeof *calls);
    }
    calls[call_count++] = (struct call){kind, file, at, len};
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
    int fd[VFS_FILES];
    static unsigned char bytes[1 << 16];
    RAND_bytes(bytes, 4096);
    for (int i = 0; i < VFS_FILES; i++) {
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
        bool ok = c->kind == VFS_WRITE  ? pwrite(fd[c->file], bytes, (size_t)c->len, c->at) == c->len
                  : c->kind == VFS_SYNC ? fdatasync(fd[c->file]) == 0
                                    : ftruncate(fd[c->file], c->at) == 0;
        if (!ok) {
            perror("bench_store");
            exit(1);
        }
    }
    double took = now_ms() - start;
    for (int i = 0; i < VFS_FILES; i++)
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

    recording_vfs_start(record, 0);
    through_the_store(rows);
    recording_vfs_stop();
    double store[ROUNDS_MAX], disk[ROUNDS_MAX], share[ROUNDS_MAX];
    for (int i = 0; i < rounds; i++) { /* in turn, so that a slow minute hits both */
        store[i] = through_the_store(rows);
        disk[i] = bare();
        share[i] = disk[i] / store[i];
    }
    size_t syncs = 0, writes = 0, bytes = 0;
    for (size_t i = 0; i < call_count; i++) {
        syncs += calls[i].kind == VFS_SYNC;
        writes += calls[i].kind == VFS_WRITE;
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
