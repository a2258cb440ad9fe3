/* A temporary folder for targets whose parser reads files; gone at the end. */
#ifndef FUZZ_FOLDER_H
#define FUZZ_FOLDER_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static char folder[] = "/tmp/bangban-fuzz-XXXXXX";

static void folder_remove(void)
{
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        perror(folder);
}

/* True the first time, when the folder was made. */
static bool folder_make(void)
{
    static bool made;
    if (made)
        return false;
    if (!mkdtemp(folder))
        abort();
    atexit(folder_remove);
    return made = true;
}

/* A file of any content in it. */
__attribute__((unused)) static void folder_put(const char *name, const void *data, size_t size)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert(f && fwrite(data, 1, size, f) == size && fclose(f) == 0);
}

#endif
