/* See fonts.h. A start with the wrong faces would print blank names, so a
 * missing face is an error here and not a surprise on paper. */
#include "paper/fonts.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

static const char *const faces[] = {
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJK-Bold.ttc",
    "HanaMinA.ttf",
    "HanaMinB.ttf",
};

bool fonts_init(const char *share_folder, struct err *err)
{
    char *folder = realpath(share_folder, NULL); /* a later chdir must not lose it */
    char path[PATH_MAX];

    if (!folder)
        return err_set(err, ERR_BROKEN, "fonts: no folder %.100s", share_folder);
    for (size_t i = 0; i < ARRAY_LEN(faces); i++) {
        snprintf(path, sizeof path, "%s/fonts/faces/%s", folder, faces[i]);
        if (access(path, R_OK) != 0) {
            free(folder);
            return err_set(err, ERR_BROKEN, "fonts: %s is missing in %.100s",
                           faces[i], share_folder);
        }
    }
    snprintf(path, sizeof path, "%s/fonts/fonts.conf", folder);
    free(folder);
    if (access(path, R_OK) != 0)
        return err_set(err, ERR_BROKEN, "fonts: cannot read %.120s", path);
    if (setenv("FONTCONFIG_FILE", path, 1) != 0)
        return err_set(err, ERR_BROKEN, "fonts: cannot set FONTCONFIG_FILE");
    return true;
}

const char *fonts_family(void)
{
    return "Noto Sans CJK SC";
}
