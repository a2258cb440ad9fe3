/* Whole files: read with a ceiling, written so that a power cut leaves either
 * the old or the new content (temporary file, fsync, rename, fsync of the folder). */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* NUL-terminated copy of the file for free(); *len may be NULL. NULL on failure,
 * also when the file is larger than ceiling bytes. */
char *file_read(const char *path, size_t ceiling, size_t *len, struct err *err);
/* mode as for open(2), e.g. 0600 for keys. */
bool file_write(const char *path, const void *data, size_t len, unsigned mode,
                struct err *err);
/* mkdir -p with mode 0700; an existing folder is fine. */
bool file_make_folder(const char *path, struct err *err);

#endif
