/* An SQLite VFS above the plain one that tells of every call which changes the disk.
 * For the power-cut test, which plays disks forward, and the store's benchmark, which
 * plays the calls again bare. One thread; one at a time. */
#ifndef TESTS_RECORDING_VFS_H
#define TESTS_RECORDING_VFS_H

#include <sqlite3.h>

enum vfs_call { VFS_WRITE, VFS_TRUNCATE, VFS_SYNC };
enum { VFS_DATABASE, VFS_LOG, VFS_FILES }; /* other files are not told of */

/* After the call succeeded. at: the place, or the new size; data and len: VFS_WRITE. */
typedef void (*vfs_listener)(enum vfs_call call, int file, sqlite3_int64 at, const void *data,
                             int len);

/* Every database opened from here on goes through it. sector > 0: a device of that
 * sector size that promises neither atomic writes nor safe appends; 0: as it is. */
void recording_vfs_start(vfs_listener heard, int sector);
void recording_vfs_stop(void); /* when every database is closed */

#endif
