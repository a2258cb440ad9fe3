/* One service definition, from YAML to struct service. Internal to catalog/. */
#ifndef CATALOG_SERVICE_H
#define CATALOG_SERVICE_H

#include "catalog/reader.h"

/* Every condition created is handed to keep, whose owner destroys them. */
struct conditions {
    struct condition **item;
    const char **where; /* "file:line:column" of each, in the reader's arena */
    int count;
};
bool service_read(struct reader *r, struct service *out, struct conditions *keep);

#endif
