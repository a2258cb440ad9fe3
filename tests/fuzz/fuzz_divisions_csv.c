// rooms: catalog
/* towns.csv and villages.csv of any content: the configuration is refused (the rest of
 * it is missing here), with findings and without a crash. */
#undef NDEBUG /* the claims are the point */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "catalog/catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/bangban-fuzz-XXXXXX";

static void clean_up(void)
{
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        perror(folder);
}

static void put(const char *name, const void *data, size_t size)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert(f && fwrite(data, 1, size, f) == size && fclose(f) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool made;
    if (!made) {
        assert(mkdtemp(folder));
        atexit(clean_up);
        made = true;
    }
    put("towns.csv", data, size / 2);
    put("villages.csv", data + size / 2, size - size / 2);
    struct report *report = report_create();
    assert(!catalog_load(folder, report));
    assert(report_count(report) > 0);
    report_destroy(report);
    return 0;
}
