/* Runs a fuzz target without libFuzzer: first every seed as it is, then a
 * bounded number of mutations of the seeds, the same ones in every run (the
 * random numbers start from a fixed seed; BANGBAN_FUZZ_SEED and
 * BANGBAN_FUZZ_RUNS change that). A crash prints which run it was. */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SEED_COUNT = 256, INPUT_SIZE = 1 << 16 };

struct input {
    uint8_t *data;
    size_t size;
};

static struct input seeds[SEED_COUNT];
static int seed_count;
static uint64_t rng_state;

static uint64_t rng(void)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return rng_state;
}

static void add_seed(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || seed_count == SEED_COUNT) {
        if (f)
            fclose(f);
        return;
    }
    struct input *in = &seeds[seed_count++];
    in->data = malloc(INPUT_SIZE);
    in->size = in->data ? fread(in->data, 1, INPUT_SIZE, f) : 0;
    fclose(f);
}

static void add_seeds(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        char path[1024];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        add_seed(path);
    }
    if (dir)
        closedir(dir);
}

static size_t mutate(uint8_t *out)
{
    const struct input *from = seed_count ? &seeds[rng() % (uint64_t)seed_count] : NULL;
    size_t size = from ? from->size : 0;
    if (from)
        memcpy(out, from->data, size);
    for (uint64_t n = 1 + rng() % 8; n; n--) {
        size_t at = size ? rng() % size : 0;
        switch (rng() % 6) {
        case 0: /* a bit */
            if (size)
                out[at] ^= (uint8_t)(1u << (rng() % 8));
            break;
        case 1: /* a byte */
            if (size)
                out[at] = (uint8_t)rng();
            break;
        case 2: /* cut */
            size = at;
            break;
        case 3: /* grow by noise */
            for (uint64_t k = rng() % 16; k && size < INPUT_SIZE; k--)
                out[size++] = (uint8_t)rng();
            break;
        case 4: /* repeat a piece many times: depth and length limits */
            for (uint64_t k = rng() % 512; k && size && size < INPUT_SIZE; k--)
                out[size] = out[at], size++;
            break;
        case 5: /* take a piece out */
            if (size > 1) {
                size_t len = 1 + rng() % (size - at);
                memmove(out + at, out + at + len, size - at - len);
                size -= len;
            }
            break;
        }
    }
    return size;
}

int main(int argc, char **argv)
{
    const char *runs_text = getenv("BANGBAN_FUZZ_RUNS");
    const char *seed_text = getenv("BANGBAN_FUZZ_SEED");
    long runs = runs_text ? atol(runs_text) : 3000;
    uint8_t *input = malloc(INPUT_SIZE);

    rng_state = seed_text ? strtoull(seed_text, NULL, 0) : 0x9E3779B97F4A7C15u;
    for (int i = 1; i < argc; i++)
        add_seeds(argv[i]);
    if (!input)
        return 1;
    for (int i = 0; i < seed_count; i++)
        LLVMFuzzerTestOneInput(seeds[i].data, seeds[i].size);
    for (long i = 0; i < runs; i++) {
        size_t size = mutate(input);
        uint8_t *exact = malloc(size ? size : 1); /* so a sanitizer sees an overrun */
        if (!exact)
            return 1;
        memcpy(exact, input, size);
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
    }
    printf("%d seeds and %ld mutations survived\n", seed_count, runs);
    for (int i = 0; i < seed_count; i++)
        free(seeds[i].data);
    free(input);
    return 0;
}
