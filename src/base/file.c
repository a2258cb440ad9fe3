#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static bool fail(const char *path, struct err *err)
{
    return err_set(err, ERR_BROKEN, "%s: %s", path, strerror(errno));
}

char *file_read(const char *path, size_t ceiling, size_t *len, struct err *err)
{
    char *data = NULL;
    struct stat st;
    size_t got = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) != 0) {
        fail(path, err);
        goto bad;
    }
    if (!S_ISREG(st.st_mode)) {
        err_set(err, ERR_BROKEN, "%s: not a regular file", path);
        goto bad;
    }
    if ((size_t)st.st_size > ceiling) {
        err_set(err, ERR_BROKEN, "%s: %lld bytes, more than the %zu allowed", path,
                (long long)st.st_size, ceiling);
        goto bad;
    }
    data = xmalloc((size_t)st.st_size + 1);
    while (got < (size_t)st.st_size) {
        ssize_t n = read(fd, data + got, (size_t)st.st_size - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            fail(path, err);
            goto bad;
        }
        if (n == 0)
            break;
        got += (size_t)n;
    }
    data[got] = 0;
    if (len)
        *len = got;
    close(fd);
    return data;
bad:
    free(data);
    if (fd >= 0)
        close(fd);
    return NULL;
}

static bool sync_folder_of(const char *path)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (!slash)
        strcpy(folder, ".");
    else
        slash[slash == folder ? 1 : 0] = 0;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

bool file_write(const char *path, const void *data, size_t len, unsigned mode,
                struct err *err)
{
    char *temporary = xasprintf("%s.new", path);
    const char *p = data;
    bool ok = false;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

    if (fd < 0 || fchmod(fd, mode) != 0)
        goto out;
    for (size_t done = 0; done < len;) {
        ssize_t n = write(fd, p + done, len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            goto out;
        done += (size_t)n;
    }
    if (fsync(fd) != 0 || rename(temporary, path) != 0 || !sync_folder_of(path))
        goto out;
    ok = true;
out:
    if (!ok) {
        fail(path, err);
        unlink(temporary);
    }
    if (fd >= 0)
        close(fd);
    free(temporary);
    return ok;
}

bool file_make_folder(const char *path, struct err *err)
{
    char part[PATH_MAX];
    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
        return err_set(err, ERR_BROKEN, "%s: path too long", path);
    for (char *p = part + 1;; p++) {
        if (*p && *p != '/')
            continue;
        char keep = *p;
        *p = 0;
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return fail(part, err);
        if (!keep)
            return true;
        *p = keep;
    }
}
