#include "recording_vfs.h"

#include <stdlib.h>

struct recorded {
    sqlite3_file base;
    int which; /* VFS_DATABASE, VFS_LOG, or -1 */
    sqlite3_file *real; /* lies behind this struct */
};

static sqlite3_vfs *plain, recording;
static vfs_listener listener;
static int sector_size;

static sqlite3_file *real(sqlite3_file *f)
{
    return ((struct recorded *)f)->real;
}

static int tell(int rc, enum vfs_call call, sqlite3_file *f, sqlite3_int64 at, const void *data,
                int len)
{
    int which = ((struct recorded *)f)->which;
    if (rc == SQLITE_OK && which >= 0)
        listener(call, which, at, data, len);
    return rc;
}

static int on_write(sqlite3_file *f, const void *data, int len, sqlite3_int64 at)
{
    return tell(real(f)->pMethods->xWrite(real(f), data, len, at), VFS_WRITE, f, at, data, len);
}
static int on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    return tell(real(f)->pMethods->xTruncate(real(f), size), VFS_TRUNCATE, f, size, NULL, 0);
}
static int on_sync(sqlite3_file *f, int flags)
{
    return tell(real(f)->pMethods->xSync(real(f), flags), VFS_SYNC, f, 0, NULL, 0);
}

/* ---- passed on as it is ---- */

static int on_close(sqlite3_file *f) { return real(f)->pMethods->xClose(real(f)); }
static int on_read(sqlite3_file *f, void *to, int len, sqlite3_int64 at)
{
    return real(f)->pMethods->xRead(real(f), to, len, at);
}
static int on_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return real(f)->pMethods->xFileSize(real(f), size);
}
static int on_lock(sqlite3_file *f, int how) { return real(f)->pMethods->xLock(real(f), how); }
static int on_unlock(sqlite3_file *f, int how) { return real(f)->pMethods->xUnlock(real(f), how); }
static int on_reserved(sqlite3_file *f, int *out)
{
    return real(f)->pMethods->xCheckReservedLock(real(f), out);
}
static int on_control(sqlite3_file *f, int op, void *arg)
{
    return real(f)->pMethods->xFileControl(real(f), op, arg);
}
static int on_sector(sqlite3_file *f)
{
    return sector_size ? sector_size : real(f)->pMethods->xSectorSize(real(f));
}
static int on_traits(sqlite3_file *f)
{
    return sector_size ? 0 : real(f)->pMethods->xDeviceCharacteristics(real(f));
}
static int on_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}
static int on_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}
static void on_shm_barrier(sqlite3_file *f) { real(f)->pMethods->xShmBarrier(real(f)); }
static int on_shm_unmap(sqlite3_file *f, int drop)
{
    return real(f)->pMethods->xShmUnmap(real(f), drop);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2, /* 3 would offer memory mapping, which we could not see */
    .xClose = on_close, .xRead = on_read, .xWrite = on_write, .xTruncate = on_truncate,
    .xSync = on_sync, .xFileSize = on_size, .xLock = on_lock, .xUnlock = on_unlock,
    .xCheckReservedLock = on_reserved, .xFileControl = on_control, .xSectorSize = on_sector,
    .xDeviceCharacteristics = on_traits, .xShmMap = on_shm_map, .xShmLock = on_shm_lock,
    .xShmBarrier = on_shm_barrier, .xShmUnmap = on_shm_unmap,
};

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
    struct recorded *r = (struct recorded *)f;
    (void)vfs;
    r->real = (sqlite3_file *)(r + 1);
    r->which = flags & SQLITE_OPEN_MAIN_DB ? VFS_DATABASE : flags & SQLITE_OPEN_WAL ? VFS_LOG : -1;
    int rc = plain->xOpen(plain, name, r->real, flags, out);
    r->base.pMethods = r->real->pMethods ? &methods : NULL;
    return rc;
}

void recording_vfs_start(vfs_listener heard, int sector)
{
    listener = heard;
    sector_size = sector;
    plain = sqlite3_vfs_find("unix");
    recording = *plain;
    recording.zName = "recording";
    recording.szOsFile = plain->szOsFile + (int)sizeof(struct recorded);
    recording.xOpen = on_open;
    recording.pNext = NULL;
    if (sqlite3_vfs_register(&recording, 1) != SQLITE_OK)
        abort();
}

void recording_vfs_stop(void)
{
    sqlite3_vfs_unregister(&recording);
}
