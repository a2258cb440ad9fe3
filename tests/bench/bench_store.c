/* How much of the disk's own speed is left for residents: durable submissions through
 * the store, beside the same bytes written and fdatasync'ed bare, in turn, in one run
 * and one folder.
 *
 *   bench_store [FOLDER] [COUNT] [BYTES]
 *
 * "Bare" is as many write calls of the same mean size as the store made for a commit,
 * checkpoints included (the kernel's own count, /proc/self/io), going round in a file
 * of 4 MB as the log does, and one fdatasync. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "rules/receipt_code.h"
#include "store/store.h"

static void row_make(struct outbox_row *row, int i, unsigned char *envelope, size_t len)
{
    uint8_t random[18];
    for (size_t k = 0; k < sizeof random; k++)
        random[k] = (uint8_t)((unsigned)i >> (8 * (k % 4)) ^ k * 37);
    memset(row, 0, sizeof *row);
    uuid7_make(1795521600000 + i, random, row->id);
    receipt_code_make(random + 4, row->code);
    snprintf(row->code, sizeof row->code, "%08d", i); /* unique is all it must be here */
    strcpy(row->service, "gaoling_jintie");
    row->service_version = 1;
    row->created_ms = 1795521600000 + i;
    row->suite = 1;
    memset(row->digest, 'a', 64);
    for (size_t k = 0; k < len; k++)
        envelope[k] = (unsigned char)((unsigned)i * 31 + k * 7);
    row->envelope = envelope;
    row->envelope_len = len;
}

enum { LOG = 4 << 20 };

static off_t next_place(size_t len)
{
    static off_t at;
    off_t here = at + (off_t)len > LOG ? 0 : at;
    at = here + (off_t)len;
    return here;
}

static void written(long *bytes, long *calls)
{
    FILE *f = fopen("/proc/self/io", "r");
    char line[64];
    while (f && fgets(line, sizeof line, f)) {
        sscanf(line, "wchar: %ld", bytes);
        sscanf(line, "syscw: %ld", calls);
    }
    if (f)
        fclose(f);
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : ".";
    int count = argc > 2 ? atoi(argv[2]) : 400;
    size_t bytes = argc > 3 ? (size_t)atoi(argv[3]) : 3072;
    char *db = xasprintf("%s/bench-store.db", folder), *wal = xasprintf("%s-wal", db),
         *shm = xasprintf("%s-shm", db), *bare = xasprintf("%s/bench-bare", folder);
    unsigned char *envelope = xcalloc(bytes, 1), *block;
    struct err err = {0};
    double store_ms = 0, bare_ms = 0;
    int rounds = 8, each = count / rounds;
    long bytes_before = 0, calls_before = 0, bytes_after = 0, calls_after = 0;
    size_t per_call = 0;
    long calls = 1;

    unlink(db), unlink(wal), unlink(shm), unlink(bare);
    struct store *s = store_open(db, &err);
    int fd = open(bare, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (!s || fd < 0 || each < 1) {
        fprintf(stderr, "bench_store: %s\n", s ? bare : err.text);
        return 1;
    }
    block = xcalloc(LOG, 1);
    if (write(fd, block, LOG) != LOG || fsync(fd) != 0) {
        perror(bare);
        return 1;
    }
    for (int r = 0, i = 0; r < rounds; r++) {
        written(&bytes_before, &calls_before);
        double t0 = (double)clock_mono_ms();
        for (int k = 0; k < each; k++, i++) {
            struct outbox_row row;
            row_make(&row, i, envelope, bytes);
            if (!store_append(s, &row, &err)) {
                fprintf(stderr, "bench_store: %s\n", err.text);
                return 1;
            }
        }
        store_ms += (double)clock_mono_ms() - t0;
        written(&bytes_after, &calls_after);
        calls = (calls_after - calls_before + each / 2) / each;
        per_call = (size_t)((bytes_after - bytes_before) / (calls_after - calls_before));
        t0 = (double)clock_mono_ms();
        for (int k = 0; k < each; k++) {
            bool ok = true;
            for (long c = 0; c < calls; c++)
                ok = ok && pwrite(fd, block, per_call, next_place(per_call)) == (ssize_t)per_call;
            if (!ok || fdatasync(fd) != 0) {
                perror(bare);
                return 1;
            }
        }
        bare_ms += (double)clock_mono_ms() - t0;
    }
    store_close(s);
    close(fd);
    printf("| durable submissions | per second | of bare |\n|---|---|---|\n");
    printf("| store, %zu bytes sealed | %.0f | %.0f %% |\n", bytes, 1000.0 * rounds * each / store_ms,
           100 * bare_ms / store_ms);
    printf("| bare: %ld x %zu bytes + fdatasync | %.0f | |\n", calls, per_call,
           1000.0 * rounds * each / bare_ms);
    unlink(db), unlink(wal), unlink(shm), unlink(bare);
    free(db), free(wal), free(shm), free(bare), free(block), free(envelope);
    return 0;
}
