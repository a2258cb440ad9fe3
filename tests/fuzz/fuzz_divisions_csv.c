// rooms: catalog
/* towns.csv and villages.csv of any content: the configuration is refused (the rest of
 * it is missing here), with findings and without a crash. */
#undef NDEBUG /* the claims are the point */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "catalog/catalog.h"
#include "folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    folder_make();
    folder_put("towns.csv", data, size / 2);
    folder_put("villages.csv", data + size / 2, size - size / 2);
    struct report *report = report_create();
    assert(!catalog_load(folder, report));
    assert(report_count(report) > 0);
    report_destroy(report);
    return 0;
}
