/* One table of applications, one of receipts, one of settings. A row being sent
 * has no state of its own: whoever sends holds it in memory, and after a power
 * cut it simply waits again; the central system recognises the id.
 *
 * Refuses: to delete anything that is not delivered, to repair a damaged file
 * (it is put aside for someone who can), and to know what time it is. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

enum { SCHEMA_VERSION = 1, BUSY_MS = 5000 };

enum statement {
    ST_BEGIN, ST_COMMIT, ST_ROLLBACK, ST_APPEND, ST_DIGEST_OF, ST_NEXT_DUE,
    ST_NEXT_TRY, ST_STATE_OF, ST_DELIVER, ST_RECEIPT, ST_RETRY, ST_PARK, ST_UNPARK,
    ST_FIND, ST_EACH, ST_COUNT, ST_PUT, ST_GET, ST_HOW_MANY
};

#define BRIEF                                                                \
    "SELECT o.id, o.code, o.service, o.service_version, o.created_ms,"       \
    " o.state, o.attempts, o.reason, r.case_no, r.received, r.due"           \
    " FROM outbox o LEFT JOIN receipts r USING(id)"

static const char *const sql_of[ST_HOW_MANY] = {
    [ST_BEGIN] = "BEGIN IMMEDIATE",
    [ST_COMMIT] = "COMMIT",
    [ST_ROLLBACK] = "ROLLBACK",
    [ST_APPEND] =
        "INSERT INTO outbox(id, code, service, service_version, created_ms, state,"
        " attempts, next_try_ms, suite, digest, envelope)"
        " VALUES(?1, ?2, ?3, ?4, ?5, 0, 0, ?6, ?7, ?8, ?9)",
    [ST_DIGEST_OF] = "SELECT digest FROM outbox WHERE id = ?1",
    [ST_NEXT_DUE] =
        "SELECT id, code, service, service_version, created_ms, attempts,"
        " next_try_ms, suite, digest, envelope FROM outbox"
        " WHERE state = 0 AND next_try_ms <= ?1 ORDER BY seq LIMIT 1",
    [ST_NEXT_TRY] = "SELECT min(next_try_ms) FROM outbox WHERE state = 0",
    [ST_STATE_OF] = "SELECT state FROM outbox WHERE id = ?1",
    [ST_DELIVER] = "UPDATE outbox SET state = 1, attempts = attempts + 1,"
                   " reason = '', envelope = NULL WHERE id = ?1",
    [ST_RECEIPT] = "INSERT INTO receipts(id, case_no, received, due, signed,"
                   " delivered_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [ST_RETRY] = "UPDATE outbox SET attempts = attempts + 1, next_try_ms = ?2,"
                 " reason = ?3 WHERE id = ?1 AND state = 0",
    [ST_PARK] = "UPDATE outbox SET attempts = attempts + 1, state = 2, reason = ?2"
                " WHERE id = ?1 AND state = 0",
    [ST_UNPARK] = "UPDATE outbox SET state = 0, next_try_ms = 0, attempts = 0"
                  " WHERE state = 2 AND (?1 IS NULL OR id = ?1)",
    [ST_FIND] = BRIEF " WHERE o.code = ?1",
    [ST_EACH] = BRIEF " ORDER BY o.seq",
    [ST_COUNT] = "SELECT count(*) FILTER (WHERE state = 0),"
                 " count(*) FILTER (WHERE state = 1),"
                 " count(*) FILTER (WHERE state = 2),"
                 " min(created_ms) FILTER (WHERE state = 0) FROM outbox",
    [ST_PUT] = "INSERT INTO settings(name, value) VALUES(?1, ?2)"
               " ON CONFLICT(name) DO UPDATE SET value = excluded.value",
    [ST_GET] = "SELECT value FROM settings WHERE name = ?1",
};

static const char schema[] =
    "CREATE TABLE outbox(seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " code TEXT NOT NULL UNIQUE, service TEXT NOT NULL,"
    " service_version INTEGER NOT NULL, created_ms INTEGER NOT NULL,"
    " state INTEGER NOT NULL CHECK(state IN (0, 1, 2)), attempts INTEGER NOT NULL,"
    " next_try_ms INTEGER NOT NULL, suite INTEGER NOT NULL, digest TEXT NOT NULL,"
    " envelope BLOB, reason TEXT NOT NULL DEFAULT '',"
    " CHECK(envelope IS NOT NULL OR state = 1));"
    "CREATE INDEX outbox_due ON outbox(next_try_ms) WHERE state = 0;"
    "CREATE TABLE receipts(id TEXT PRIMARY KEY REFERENCES outbox(id),"
    " case_no TEXT NOT NULL, received TEXT NOT NULL, due TEXT NOT NULL,"
    " signed BLOB NOT NULL, delivered_ms INTEGER NOT NULL);"
    "CREATE TABLE settings(name TEXT PRIMARY KEY, value TEXT);"
    "PRAGMA user_version = 1;";

struct store {
    sqlite3 *db;
    sqlite3_stmt *st[ST_HOW_MANY];
};

static bool broken(struct store *s, const char *what, struct err *err)
{
    return err_set(err, ERR_BROKEN, "store: %s: %s (%d)", what,
                   sqlite3_errmsg(s->db), sqlite3_extended_errcode(s->db));
}

/* Statements are compiled on first use and kept. NULL on failure. */
static sqlite3_stmt *statement(struct store *s, enum statement which,
                               struct err *err)
{
    if (!s->st[which] &&
        sqlite3_prepare_v3(s->db, sql_of[which], -1, SQLITE_PREPARE_PERSISTENT,
                           &s->st[which], NULL) != SQLITE_OK)
        broken(s, "prepare", err);
    return s->st[which];
}

static void done(sqlite3_stmt *st)
{
    sqlite3_reset(st);
    sqlite3_clear_bindings(st);
}

/* Runs a statement that answers no rows. */
static bool run(struct store *s, enum statement which, struct err *err)
{
    sqlite3_stmt *st = statement(s, which, err);
    if (!st)
        return false;
    bool ok = sqlite3_step(st) == SQLITE_DONE;
    if (!ok)
        broken(s, sql_of[which], err);
    done(st);
    return ok;
}

/* Takes the write lock at once: a transaction that starts by reading can be
 * refused in its middle. */
static bool begin(struct store *s, struct err *err)
{
    return run(s, ST_BEGIN, err);
}

/* Commits what went well, takes back what did not; either way no transaction
 * stays open. After a full disk SQLite has often rolled back by itself. */
static bool end(struct store *s, bool ok, struct err *err)
{
    ok = ok && run(s, ST_COMMIT, err);
    if (!ok && !sqlite3_get_autocommit(s->db))
        run(s, ST_ROLLBACK, NULL);
    return ok;
}

static void bind_text(sqlite3_stmt *st, int at, const char *text)
{
    sqlite3_bind_text(st, at, text, -1, SQLITE_STATIC);
}

static void column_text(sqlite3_stmt *st, int at, char *out, size_t size)
{
    const char *text = (const char *)sqlite3_column_text(st, at);
    snprintf(out, size, "%s", text ? text : "");
}

/* ---- opening ---- */

static void put_aside(const char *path, struct err *err, const char *why)
{
    char old[PATH_MAX + 8], side[PATH_MAX], to[PATH_MAX - 24];
    int n = 1;
    do {
        snprintf(to, sizeof to, "%s.broken-%d", path, n++);
    } while (n < 1000 && access(to, F_OK) == 0);
    if (n >= 1000 || rename(path, to) != 0) {
        err_set(err, ERR_BROKEN,
                "store: %s is not a sound database (%s) and could not be put aside: "
                "%s. Keep it and call the operator", path, why, strerror(errno));
        return;
    }
    /* The log belongs to its file: the newest rows may be in it alone. */
    for (int i = 0; i < 2; i++) {
        snprintf(old, sizeof old, "%s%s", path, i ? "-shm" : "-wal");
        snprintf(side, sizeof side, "%s%s", to, i ? "-shm" : "-wal");
        rename(old, side); /* neither need be there */
    }
    const char *name = strrchr(to, '/');
    err_set(err, ERR_BROKEN,
            "store: not a sound database (%s); kept as %s beside it. Do not delete "
            "it, call the operator. The next start begins an empty store",
            why, name ? name + 1 : to);
}

int store_put_aside(const char *path)
{
    char *pattern = NULL;
    glob_t found = {0};
    int n = 0;
    if (asprintf(&pattern, "%s.broken-*[0-9]", path) >= 0 &&
        glob(pattern, 0, NULL, &found) == 0)
        n = (int)found.gl_pathc;
    globfree(&found);
    free(pattern);
    return n;
}

static int exec(struct store *s, const char *sql)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL);
}

static int pragma_text(struct store *s, const char *sql, char *out, size_t size)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(st);
        if (rc == SQLITE_ROW) {
            column_text(st, 0, out, size);
            rc = SQLITE_OK;
        }
    }
    sqlite3_finalize(st);
    return rc;
}

static int set_up(struct store *s, char *why, size_t size)
{
    char answer[64] = "";
    int rc;
    sqlite3_busy_timeout(s->db, BUSY_MS);
    sqlite3_extended_result_codes(s->db, 1);
    if ((rc = pragma_text(s, "PRAGMA quick_check(1)", answer, sizeof answer)))
        return rc;
    if (strcmp(answer, "ok") != 0) {
        snprintf(why, size, "%s", answer);
        return SQLITE_CORRUPT;
    }
    if ((rc = pragma_text(s, "PRAGMA journal_mode=WAL", answer, sizeof answer)))
        return rc;
    if (strcmp(answer, "wal") != 0)
        return SQLITE_CANTOPEN;
    /* A short log is replayed quickly after a power cut. */
    if ((rc = exec(s, "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                      "PRAGMA wal_autocheckpoint=400; PRAGMA temp_store=MEMORY;"
                      "PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF;")))
        return rc;
    if ((rc = exec(s, "BEGIN IMMEDIATE")))
        return rc;
    if (!(rc = pragma_text(s, "PRAGMA user_version", answer, sizeof answer)) &&
        strcmp(answer, "0") == 0)
        rc = exec(s, schema);
    else if (!rc && atoi(answer) != SCHEMA_VERSION) {
        snprintf(why, size, "schema %.20s, this program knows %d", answer,
                 SCHEMA_VERSION);
        rc = SQLITE_MISMATCH;
    }
    int ended = exec(s, rc ? "ROLLBACK" : "COMMIT");
    return rc ? rc : ended;
}

struct store *store_open(const char *path, struct err *err)
{
    /* Made here, not by SQLite, whose mode depends on the umask. */
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        err_set(err, ERR_BROKEN, "store: %s: %s", path, strerror(errno));
        return NULL;
    }
    close(fd);

    struct store *s = xcalloc(1, sizeof *s);
    char why[120] = "";
    int rc = sqlite3_open_v2(path, &s->db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = set_up(s, why, sizeof why);
    if (rc == SQLITE_OK)
        return s;

    if (!why[0])
        snprintf(why, sizeof why, "%s", s->db ? sqlite3_errmsg(s->db) : "no memory");
    store_close(s);
    /* Only what is certainly no database: a full or failing disk is neither. */
    if ((rc & 0xff) == SQLITE_NOTADB || (rc & 0xff) == SQLITE_CORRUPT)
        put_aside(path, err, why);
    else
        err_set(err, ERR_BROKEN, "store: %s: %s (%d)", path, why, rc);
    return NULL;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    for (int i = 0; i < ST_HOW_MANY; i++)
        sqlite3_finalize(s->st[i]);
    sqlite3_close(s->db);
    free(s);
}

/* ---- outbox ---- */

/* An id that is there already: the same application, or our bug? Asked first,
 * so that only a code that belongs to another id can fail the insert. */
static enum store_found stored_before(struct store *s, const struct outbox_row *row,
                                      struct err *err)
{
    sqlite3_stmt *st = statement(s, ST_DIGEST_OF, err);
    if (!st)
        return STORE_FAILED;
    bind_text(st, 1, row->id);
    int rc = sqlite3_step(st);
    enum store_found found = STORE_NONE;
    if (rc == SQLITE_ROW) {
        char digest[65];
        column_text(st, 0, digest, sizeof digest);
        found = STORE_FOUND;
        if (strcmp(digest, row->digest) != 0) {
            err_set(err, ERR_REFUSED, "store: id %s is known with other content",
                    row->id);
            found = STORE_FAILED;
        }
    } else if (rc != SQLITE_DONE) {
        broken(s, "append", err);
        found = STORE_FAILED;
    }
    done(st);
    return found;
}

static bool append_row(struct store *s, const struct outbox_row *row,
                       struct err *err)
{
    enum store_found before = stored_before(s, row, err);
    if (before != STORE_NONE)
        return before == STORE_FOUND;
    sqlite3_stmt *st = statement(s, ST_APPEND, err);
    if (!st)
        return false;
    bind_text(st, 1, row->id);
    bind_text(st, 2, row->code);
    bind_text(st, 3, row->service);
    sqlite3_bind_int(st, 4, row->service_version);
    sqlite3_bind_int64(st, 5, row->created_ms);
    sqlite3_bind_int64(st, 6, row->next_try_ms);
    sqlite3_bind_int(st, 7, row->suite);
    bind_text(st, 8, row->digest);
    sqlite3_bind_blob64(st, 9, row->envelope, row->envelope_len, SQLITE_STATIC);
    int rc = sqlite3_step(st);
    if (rc == SQLITE_CONSTRAINT_UNIQUE)
        err_set(err, ERR_RETRY, "store: the code is taken, draw another");
    else if (rc != SQLITE_DONE)
        broken(s, "append", err);
    done(st);
    return rc == SQLITE_DONE;
}

bool store_append(struct store *s, const struct outbox_row *row, struct err *err)
{
    if (!row->id[0] || !row->code[0] || !row->digest[0] || !row->envelope_len)
        return err_set(err, ERR_BROKEN, "store: a row without id, code or envelope");
    return begin(s, err) && end(s, append_row(s, row, err), err);
}

enum store_found store_next_due(struct store *s, int64_t now_ms,
                                struct outbox_row *row, struct err *err)
{
    memset(row, 0, sizeof *row);
    sqlite3_stmt *st = statement(s, ST_NEXT_DUE, err);
    if (!st)
        return STORE_FAILED;
    sqlite3_bind_int64(st, 1, now_ms);
    int rc = sqlite3_step(st);
    enum store_found found = rc == SQLITE_ROW ? STORE_FOUND : STORE_NONE;
    if (found) {
        column_text(st, 0, row->id, sizeof row->id);
        column_text(st, 1, row->code, sizeof row->code);
        column_text(st, 2, row->service, sizeof row->service);
        row->service_version = sqlite3_column_int(st, 3);
        row->created_ms = sqlite3_column_int64(st, 4);
        row->state = OUTBOX_WAITING;
        row->attempts = sqlite3_column_int(st, 5);
        row->next_try_ms = sqlite3_column_int64(st, 6);
        row->suite = sqlite3_column_int(st, 7);
        column_text(st, 8, row->digest, sizeof row->digest);
        const void *blob = sqlite3_column_blob(st, 9);
        row->envelope_len = (size_t)sqlite3_column_bytes(st, 9);
        row->envelope = xmalloc(row->envelope_len + 1);
        if (row->envelope_len)
            memcpy(row->envelope, blob, row->envelope_len);
    } else if (rc != SQLITE_DONE) {
        broken(s, "next due", err);
        found = STORE_FAILED;
    }
    done(st);
    return found;
}

void outbox_row_finish(struct outbox_row *row)
{
    free(row->envelope);
    row->envelope = NULL;
}

enum store_found store_next_try(struct store *s, int64_t *next_try_ms,
                                struct err *err)
{
    sqlite3_stmt *st = statement(s, ST_NEXT_TRY, err);
    if (!st)
        return STORE_FAILED;
    enum store_found found = STORE_NONE;
    if (sqlite3_step(st) != SQLITE_ROW) {
        broken(s, "next try", err);
        found = STORE_FAILED;
    } else if (sqlite3_column_type(st, 0) != SQLITE_NULL) {
        *next_try_ms = sqlite3_column_int64(st, 0);
        found = STORE_FOUND;
    }
    done(st);
    return found;
}

static bool deliver(struct store *s, const char *id, const struct delivery *d,
                    int64_t now_ms, struct err *err)
{
    sqlite3_stmt *st = statement(s, ST_STATE_OF, err);
    if (!st)
        return false;
    bind_text(st, 1, id);
    int rc = sqlite3_step(st);
    int state = rc == SQLITE_ROW ? sqlite3_column_int(st, 0) : -1;
    if (rc == SQLITE_DONE)
        err_set(err, ERR_REFUSED, "store: no row %s to mark delivered", id);
    else if (rc != SQLITE_ROW)
        broken(s, "mark delivered", err);
    done(st);
    if (state < 0 || state == OUTBOX_DELIVERED)
        return state == OUTBOX_DELIVERED;

    /* A parked row may be delivered too: a receipt is a receipt. */
    if (!(st = statement(s, ST_RECEIPT, err)))
        return false;
    bind_text(st, 1, id);
    bind_text(st, 2, d->case_no);
    bind_text(st, 3, d->received);
    bind_text(st, 4, d->due);
    sqlite3_bind_blob64(st, 5, d->receipt, d->receipt_len, SQLITE_STATIC);
    sqlite3_bind_int64(st, 6, now_ms);
    if (!run(s, ST_RECEIPT, err) || !(st = statement(s, ST_DELIVER, err)))
        return false;
    bind_text(st, 1, id);
    return run(s, ST_DELIVER, err);
}

bool store_mark_delivered(struct store *s, const char *id, const struct delivery *d,
                          int64_t now_ms, struct err *err)
{
    return begin(s, err) && end(s, deliver(s, id, d, now_ms, err), err);
}

/* Statements whose parameters are bound, in a transaction of their own. */
static bool run_alone(struct store *s, enum statement which, int64_t *changed,
                      struct err *err)
{
    bool ok = begin(s, err) && end(s, run(s, which, err), err);
    if (changed)
        *changed = ok ? sqlite3_changes64(s->db) : 0;
    return ok;
}

static bool changed_one(bool ok, int64_t changed, const char *id, struct err *err)
{
    if (ok && changed == 0)
        return err_set(err, ERR_REFUSED, "store: no waiting row %s", id);
    return ok;
}

bool store_retry_at(struct store *s, const char *id, int64_t next_try_ms,
                    const char *reason, struct err *err)
{
    sqlite3_stmt *st = statement(s, ST_RETRY, err);
    if (!st)
        return false;
    bind_text(st, 1, id);
    sqlite3_bind_int64(st, 2, next_try_ms);
    bind_text(st, 3, reason);
    int64_t changed;
    bool ok = run_alone(s, ST_RETRY, &changed, err);
    return changed_one(ok, changed, id, err);
}

bool store_park(struct store *s, const char *id, const char *reason,
                struct err *err)
{
    sqlite3_stmt *st = statement(s, ST_PARK, err);
    if (!st)
        return false;
    bind_text(st, 1, id);
    bind_text(st, 2, reason);
    int64_t changed;
    bool ok = run_alone(s, ST_PARK, &changed, err);
    return changed_one(ok, changed, id, err);
}

bool store_unpark(struct store *s, const char *id_or_null, int64_t *changed,
                  struct err *err)
{
    sqlite3_stmt *st = statement(s, ST_UNPARK, err);
    if (!st)
        return false;
    bind_text(st, 1, id_or_null);
    return run_alone(s, ST_UNPARK, changed, err);
}

static void brief(sqlite3_stmt *st, struct row_brief *out)
{
    memset(out, 0, sizeof *out);
    column_text(st, 0, out->id, sizeof out->id);
    column_text(st, 1, out->code, sizeof out->code);
    column_text(st, 2, out->service, sizeof out->service);
    out->service_version = sqlite3_column_int(st, 3);
    out->created_ms = sqlite3_column_int64(st, 4);
    out->state = (enum outbox_state)sqlite3_column_int(st, 5);
    out->attempts = sqlite3_column_int(st, 6);
    column_text(st, 7, out->reason, sizeof out->reason);
    column_text(st, 8, out->case_no, sizeof out->case_no);
    column_text(st, 9, out->received, sizeof out->received);
    column_text(st, 10, out->due, sizeof out->due);
}

enum store_found store_find_code(struct store *s, const char *code,
                                 struct row_brief *out, struct err *err)
{
    memset(out, 0, sizeof *out);
    sqlite3_stmt *st = statement(s, ST_FIND, err);
    if (!st)
        return STORE_FAILED;
    bind_text(st, 1, code);
    int rc = sqlite3_step(st);
    enum store_found found = rc == SQLITE_ROW ? STORE_FOUND : STORE_NONE;
    if (found) {
        brief(st, out);
    } else if (rc != SQLITE_DONE) {
        broken(s, "find", err);
        found = STORE_FAILED;
    }
    done(st);
    return found;
}

bool store_each(struct store *s, bool (*each_row)(void *self, const struct row_brief *row),
                void *self, struct err *err)
{
    sqlite3_stmt *st = statement(s, ST_EACH, err);
    bool go_on = true;
    int rc = SQLITE_DONE;
    if (!st)
        return false;
    while (go_on && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct row_brief row;
        brief(st, &row);
        go_on = each_row(self, &row);
    }
    done(st);
    return rc == SQLITE_ROW || rc == SQLITE_DONE || broken(s, "list", err);
}

bool store_count(struct store *s, struct store_counts *out, struct err *err)
{
    memset(out, 0, sizeof *out);
    sqlite3_stmt *st = statement(s, ST_COUNT, err);
    if (!st)
        return false;
    bool ok = sqlite3_step(st) == SQLITE_ROW;
    if (ok) {
        out->waiting = sqlite3_column_int64(st, 0);
        out->delivered = sqlite3_column_int64(st, 1);
        out->refused = sqlite3_column_int64(st, 2);
        out->oldest_waiting_ms = sqlite3_column_int64(st, 3);
    } else {
        broken(s, "count", err);
    }
    done(st);
    return ok;
}

/* ---- settings ---- */

bool store_setting_put(struct store *s, const char *name, const char *value,
                       struct err *err)
{
    sqlite3_stmt *st = statement(s, ST_PUT, err);
    if (!st)
        return false;
    bind_text(st, 1, name);
    bind_text(st, 2, value);
    return run_alone(s, ST_PUT, NULL, err);
}

enum store_found store_setting_get(struct store *s, const char *name, char **value,
                                   struct err *err)
{
    *value = NULL;
    sqlite3_stmt *st = statement(s, ST_GET, err);
    if (!st)
        return STORE_FAILED;
    bind_text(st, 1, name);
    int rc = sqlite3_step(st);
    enum store_found found = STORE_NONE;
    if (rc == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(st, 0);
        if (text) {
            *value = xstrdup(text);
            found = STORE_FOUND;
        }
    } else if (rc != SQLITE_DONE) {
        broken(s, "setting", err);
        found = STORE_FAILED;
    }
    done(st);
    return found;
}
