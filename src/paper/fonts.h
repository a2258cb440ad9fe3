/* Which faces the program draws with, on screen and on paper. Text looks the
 * same wherever we run because fontconfig reads our file and nothing else. */
#ifndef PAPER_FONTS_H
#define PAPER_FONTS_H

#include <stdbool.h>

#include "base/err.h"

/* Points fontconfig at <share_folder>/fonts/fonts.conf. Once, before the first
 * text is laid out and before threads start (it sets an environment variable).
 * The font cache goes to $XDG_CACHE_HOME, so a service sets that to a folder it
 * may write; without one the four faces are scanned at every start. */
bool fonts_init(const char *share_folder, struct err *err);

/* The family for every text; rare characters fall back by themselves. */
const char *fonts_family(void);

#endif
