// rooms: catalog
/* A service definition as a file of any content: read or refused with findings. */
#undef NDEBUG /* the claims are the point */
#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "catalog/service.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = memfd_create("service", MFD_CLOEXEC);
    struct report *report = report_create();
    struct arena *arena = arena_create(64 << 20, false);
    struct conditions all = {0};
    struct reader r;
    struct service s;

    assert(write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bool ok = reader_open(&r, path, report, arena) && service_read(&r, &s, &all);
    assert(ok == (report_count(report) == 0));
    for (int i = 0; i < report_count(report); i++) {
        const char *line = report_line(report, i), *place = line + strlen(path);
        assert(strncmp(line, path, strlen(path)) == 0 && place[0] == ':');
        assert(isdigit((unsigned char)place[1])); /* a line and a column follow */
        place += 1 + strspn(place + 1, "0123456789");
        assert(place[0] == ':' && isdigit((unsigned char)place[1]));
        assert(text_valid(line, strlen(line)));
    }
    reader_close(&r);
    for (int i = 0; i < all.count; i++)
        condition_destroy(all.item[i]);
    free(all.item);
    free(all.where);
    arena_destroy(arena);
    report_destroy(report);
    close(fd);
    return 0;
}
