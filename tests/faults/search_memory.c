/* search_memory PID TEXT...: looks through the writable memory of a running program
 * for texts, in UTF-8 and in UTF-16LE as identity cards carry them. Steps of the
 * journey that is played ("type ...", "expect ...") do not count. Prints what it found
 * and where; exit status 1 if anything, 2 if it could not look. */
#include <fcntl.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REGION_MAX = 600 << 20 };

static bool is_a_step(const char *data, const char *at)
{
    return (at - data >= 5 && memcmp(at - 5, "type ", 5) == 0) ||
           (at - data >= 7 && memcmp(at - 7, "expect ", 7) == 0);
}

static int count(const char *data, size_t size, const void *what, size_t len)
{
    int n = 0;
    for (const char *p = data; (p = memmem(p, (size_t)(data + size - p), what, len)); p++)
        n += !is_a_step(data, p);
    return n;
}

int main(int argc, char **argv)
{
    char path[64], line[512], access[8];
    unsigned long from, to;
    int found = 0, regions = 0;
    if (argc < 3)
        return 2;
    snprintf(path, sizeof path, "/proc/%s/maps", argv[1]);
    FILE *maps = fopen(path, "r");
    snprintf(path, sizeof path, "/proc/%s/mem", argv[1]);
    int mem = open(path, O_RDONLY);
    if (!maps || mem < 0) {
        perror(path);
        return 2;
    }
    while (fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx %7s", &from, &to, access) != 3 || access[1] != 'w' ||
            to - from > REGION_MAX)
            continue;
        size_t size = to - from;
        char *data = malloc(size);
        if (data && pread(mem, data, size, (off_t)from) == (ssize_t)size) {
            regions++;
            for (int i = 2; i < argc; i++) {
                char wide[256], *in = argv[i], *out = wide;
                size_t left = strlen(in), room = sizeof wide;
                iconv_t cd = iconv_open("UTF-16LE", "UTF-8");
                iconv(cd, &in, &left, &out, &room);
                iconv_close(cd);
                int n = count(data, size, argv[i], strlen(argv[i])) +
                        count(data, size, wide, sizeof wide - room);
                if (n)
                    printf("%s: %d in %s", argv[i], n, line);
                found += n;
            }
        }
        free(data);
    }
    fclose(maps);
    close(mem);
    if (regions < 5) {
        fprintf(stderr, "only %d regions could be read\n", regions);
        return 2;
    }
    return found ? 1 : 0;
}
