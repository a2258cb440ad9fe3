/* SQLite: WAL with synchronous=FULL, because 201 promises that a power cut loses
 * nothing (NORMAL may lose the last commits). Submissions, receipts and events are
 * facts that are only ever added; cases and steps hold what changes.
 *
 * Two connections: one writes, one reads, each behind a lock, so questions do not
 * wait for a commit's fsync. Commands of other processes (decide, revoke) write
 * beside the server; WAL and the busy time-out sort that out. */
#include "central/cases.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { SCHEMA_VERSION = 1, BUSY_MS = 10000, NOTE_SHOWN = 200 };

enum statement {
    ST_BEGIN, ST_COMMIT, ST_ROLLBACK, ST_SUBMIT, ST_NUMBER, ST_RECEIPT, ST_CASE, ST_STEP,
    ST_EVENT, ST_FIND, ST_LIST_ALL, ST_LIST_ID, ST_LIST_CODE, ST_LIST_IDENTITY, ST_ENVELOPE, ST_STEPS, ST_EVENTS, ST_STATE, ST_CHANGE,
    ST_STEPS_DONE, ST_STATION_ADD, ST_STATION_REVOKE, ST_STATION, ST_HOW_MANY
};

#define LIST(which)                                                                      \
    "SELECT s.id, s.code, c.case_no, s.service, s.service_version, s.delivered_by,"      \
    " s.created, s.received, c.due, c.decided, c.reason, c.note, c.state,"               \
    " (SELECT step FROM steps t WHERE t.id = s.id AND done = '' ORDER BY n LIMIT 1)"     \
    " FROM submissions s JOIN cases c USING(id) WHERE " which                            \
    " ORDER BY s.seq DESC LIMIT ?3"

static const char *const sql_of[ST_HOW_MANY] = {
    [ST_BEGIN] = "BEGIN IMMEDIATE", /* a transaction that starts by reading can be
                                     * refused in its middle */
    [ST_COMMIT] = "COMMIT",
    [ST_ROLLBACK] = "ROLLBACK",
    [ST_SUBMIT] =
        "INSERT INTO submissions(id, digest, code, station, delivered_by, service,"
        " service_version, created, received, envelope)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT(id) DO NOTHING",
    [ST_NUMBER] = "INSERT INTO counters(year, last) VALUES(?1, 1) ON CONFLICT(year)"
                  " DO UPDATE SET last = last + 1 RETURNING last",
    [ST_RECEIPT] = "INSERT INTO receipts(id, signed) VALUES(?1, ?2)",
    [ST_CASE] = "INSERT INTO cases(id, case_no, state, identity, due)"
                " VALUES(?1, ?2, 'received', ?3, ?4)",
    [ST_STEP] = "INSERT INTO steps(id, n, step, due) VALUES(?1, ?2, ?3, ?4)",
    [ST_EVENT] = "INSERT INTO events(id, at, what, detail) VALUES(?1, ?2, ?3, ?4)",
    [ST_FIND] = "SELECT s.digest, r.signed, c.state FROM submissions s"
                " JOIN receipts r USING(id) JOIN cases c USING(id) WHERE s.id = ?1",
    /* three statements, so that each can use its index */
    [ST_LIST_ALL] = LIST("?1 IS NULL AND ?2 IS NULL"),
    [ST_LIST_ID] = LIST("?1 IS NULL AND s.id = ?2"),
    [ST_LIST_CODE] = LIST("s.code = ?1 AND (?2 IS NULL OR s.id = ?2)"),
    [ST_LIST_IDENTITY] = LIST("c.identity = ?1 AND c.identity <> '' AND (?2 IS NULL OR s.id = ?2)"),
    [ST_ENVELOPE] = "SELECT envelope FROM submissions WHERE id = ?1",
    [ST_STEPS] = "SELECT step, due, done FROM steps WHERE id = ?1 ORDER BY n",
    [ST_EVENTS] = "SELECT at, what, detail FROM events WHERE id = ?1 ORDER BY seq",
    [ST_STATE] = "SELECT state FROM cases WHERE id = ?1",
    [ST_CHANGE] = "UPDATE cases SET state = ?2, reason = ?3, note = ?4, decided ="
                  " CASE WHEN ?2 IN ('decided_yes', 'decided_no') THEN ?5 ELSE decided END"
                  " WHERE id = ?1",
    /* what the new state says about the steps: ?3 'first', 'all' or 'all but pay' */
    [ST_STEPS_DONE] = "UPDATE steps SET done = ?2 WHERE id = ?1 AND done = '' AND"
                      " CASE ?3 WHEN 'first' THEN n = 0 WHEN 'all' THEN 1"
                      " ELSE step <> 'pay' END",
    [ST_STATION_ADD] = "INSERT INTO stations(serial, station, issued) VALUES(?1, ?2, ?3)",
    [ST_STATION_REVOKE] = "UPDATE stations SET revoked = ?2 WHERE station = ?1"
                          " AND revoked = ''",
    [ST_STATION] = "SELECT revoked FROM stations WHERE serial = ?1 AND station = ?2",
};

static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE submissions(seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " digest TEXT NOT NULL, code TEXT NOT NULL, station TEXT NOT NULL,"
    " delivered_by TEXT NOT NULL, service TEXT NOT NULL,"
    " service_version INTEGER NOT NULL, created TEXT NOT NULL,"
    " received TEXT NOT NULL, envelope BLOB NOT NULL);"
    /* not unique: terminals draw codes by chance and cannot ask each other */
    "CREATE INDEX submissions_code ON submissions(code);"
    "CREATE TABLE receipts(id TEXT PRIMARY KEY REFERENCES submissions(id),"
    " signed BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE cases(id TEXT PRIMARY KEY REFERENCES submissions(id),"
    " case_no TEXT NOT NULL UNIQUE, state TEXT NOT NULL, identity TEXT NOT NULL,"
    " due TEXT NOT NULL, decided TEXT NOT NULL DEFAULT '',"
    " reason TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '') WITHOUT ROWID;"
    "CREATE INDEX cases_identity ON cases(identity) WHERE identity <> '';"
    "CREATE TABLE steps(id TEXT NOT NULL REFERENCES submissions(id),"
    " n INTEGER NOT NULL, step TEXT NOT NULL, due TEXT NOT NULL,"
    " done TEXT NOT NULL DEFAULT '', PRIMARY KEY(id, n)) WITHOUT ROWID;"
    "CREATE TABLE events(seq INTEGER PRIMARY KEY, id TEXT NOT NULL"
    " REFERENCES submissions(id), at TEXT NOT NULL, what TEXT NOT NULL,"
    " detail TEXT NOT NULL);"
    "CREATE INDEX events_id ON events(id);"
    "CREATE TABLE counters(year INTEGER PRIMARY KEY, last INTEGER NOT NULL);"
    "CREATE TABLE stations(serial TEXT PRIMARY KEY, station TEXT NOT NULL,"
    " issued TEXT NOT NULL, revoked TEXT NOT NULL DEFAULT '') WITHOUT ROWID;"
    "PRAGMA user_version = 1;"
    "COMMIT;";

struct line {
    pthread_mutex_t lock;
    sqlite3 *db;
    sqlite3_stmt *st[ST_HOW_MANY];
};

struct case_store {
    struct line write, read;
};

static bool broken(struct line *l, const char *what, struct err *err)
{
    return err_set(err, ERR_BROKEN, "cases: %.120s: %s (%d)", what, sqlite3_errmsg(l->db),
                   sqlite3_extended_errcode(l->db));
}

/* Statements are compiled on first use and kept. NULL on failure. */
static sqlite3_stmt *statement(struct line *l, enum statement which, struct err *err)
{
    if (!l->st[which] &&
        sqlite3_prepare_v3(l->db, sql_of[which], -1, SQLITE_PREPARE_PERSISTENT,
                           &l->st[which], NULL) != SQLITE_OK)
        broken(l, "prepare", err);
    return l->st[which];
}

static void done(sqlite3_stmt *st)
{
    if (st) {
        sqlite3_reset(st);
        sqlite3_clear_bindings(st);
    }
}

static void bind_texts(sqlite3_stmt *st, const char *const *texts, int n)
{
    for (int i = 0; i < n; i++) /* NULL binds NULL */
        sqlite3_bind_text(st, i + 1, texts[i], -1, SQLITE_STATIC);
}

static bool finish(struct line *l, enum statement which, sqlite3_stmt *st, struct err *err)
{
    bool ok = sqlite3_step(st) == SQLITE_DONE;
    if (!ok)
        broken(l, sql_of[which], err);
    done(st);
    return ok;
}

/* Runs a statement that takes texts and answers no rows. */
static bool run(struct line *l, enum statement which, const char *const *texts, int n,
                struct err *err)
{
    sqlite3_stmt *st = statement(l, which, err);
    if (!st)
        return false;
    bind_texts(st, texts, n);
    return finish(l, which, st, err);
}

static bool begin(struct line *l, struct err *err)
{
    return run(l, ST_BEGIN, NULL, 0, err);
}

/* Commits what went well, takes back what did not; either way none stays open. */
static bool end(struct line *l, bool ok, struct err *err)
{
    ok = ok && run(l, ST_COMMIT, NULL, 0, err);
    if (!ok && !sqlite3_get_autocommit(l->db))
        run(l, ST_ROLLBACK, NULL, 0, NULL);
    return ok;
}

static const char *column(sqlite3_stmt *st, int at)
{
    const char *text = (const char *)sqlite3_column_text(st, at);
    return text ? text : "";
}

#define COPY(st, at, array) snprintf(array, sizeof(array), "%s", column(st, at))

/* ---- opening ---- */

static bool exec(struct line *l, const char *sql, struct err *err)
{
    return sqlite3_exec(l->db, sql, NULL, NULL, NULL) == SQLITE_OK || broken(l, sql, err);
}

static bool version_of(struct line *l, int *version, struct err *err)
{
    sqlite3_stmt *st = NULL;
    bool ok = sqlite3_prepare_v2(l->db, "PRAGMA user_version", -1, &st, NULL) == SQLITE_OK &&
              sqlite3_step(st) == SQLITE_ROW;
    if (ok)
        *version = sqlite3_column_int(st, 0);
    sqlite3_finalize(st);
    return ok || broken(l, "reading the schema's version", err);
}

static bool open_line(struct line *l, const char *path, struct err *err)
{
    if (sqlite3_open_v2(path, &l->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
        SQLITE_OK)
        return broken(l, path, err);
    sqlite3_busy_timeout(l->db, BUSY_MS);
    return exec(l, "PRAGMA journal_mode = WAL", err) &&
           exec(l, "PRAGMA synchronous = FULL", err) &&
           exec(l, "PRAGMA foreign_keys = ON", err) &&
           exec(l, "PRAGMA trusted_schema = OFF", err);
}

static void close_line(struct line *l)
{
    for (int i = 0; i < ST_HOW_MANY; i++)
        sqlite3_finalize(l->st[i]);
    sqlite3_close(l->db);
    pthread_mutex_destroy(&l->lock);
}

static void cases_close(struct case_store *s)
{
    if (!s)
        return;
    close_line(&s->read);
    close_line(&s->write);
    free(s);
}

static struct case_store *cases_open(const char *where, struct err *err)
{
    struct case_store *s = xcalloc(1, sizeof *s);
    int version = 0;
    pthread_mutex_init(&s->write.lock, NULL);
    pthread_mutex_init(&s->read.lock, NULL);
    bool ok = open_line(&s->write, where, err) && version_of(&s->write, &version, err);
    if (ok && version == 0)
        ok = exec(&s->write, schema, err);
    else if (ok && version != SCHEMA_VERSION)
        ok = err_set(err, ERR_BROKEN, "%s was made by another version (%d) of this program",
                     where, version);
    if (!ok || !open_line(&s->read, where, err)) {
        cases_close(s);
        return NULL;
    }
    return s;
}

/* ---- accepting ---- */

static bool find_on(struct line *l, const char *id, const char *digest,
                    enum accept_outcome *outcome, struct buf *receipt, struct err *err)
{
    sqlite3_stmt *st = statement(l, ST_FIND, err);
    if (!st)
        return false;
    bool ok = true;
    bind_texts(st, &id, 1);
    int rc = sqlite3_step(st);
    if (rc == SQLITE_DONE) {
        *outcome = ACCEPT_UNKNOWN;
    } else if (rc != SQLITE_ROW) {
        ok = broken(l, sql_of[ST_FIND], err);
    } else if (strcmp(column(st, 0), digest) != 0) {
        *outcome = ACCEPT_OTHER;
    } else if (strcmp(column(st, 2), case_state_name(CASE_WITHDRAWN)) == 0) {
        *outcome = ACCEPT_WITHDRAWN;
    } else {
        *outcome = ACCEPT_KNOWN;
        ok = buf_append(receipt, sqlite3_column_blob(st, 1),
                        (size_t)sqlite3_column_bytes(st, 1)) ||
             err_set(err, ERR_BROKEN, "cases: a receipt is too large");
    }
    done(st);
    return ok;
}

static bool take_number(struct line *l, struct case_row *row, struct err *err)
{
    int year = atoi(row->received);
    sqlite3_stmt *st = statement(l, ST_NUMBER, err);
    if (!st)
        return false;
    sqlite3_bind_int(st, 1, year);
    bool ok = sqlite3_step(st) == SQLITE_ROW;
    long long last = ok ? sqlite3_column_int64(st, 0) : 0;
    /* the insert happens while stepping, so the row is enough */
    done(st);
    if (!ok)
        return broken(l, sql_of[ST_NUMBER], err);
    snprintf(row->case_no, sizeof row->case_no, "%04d-%s-%07lld", year, row->district, last);
    return true;
}

static bool submit(struct line *l, const struct case_row *row, bool *is_new,
                   struct err *err)
{
    const struct application *f = &row->facts;
    sqlite3_stmt *st = statement(l, ST_SUBMIT, err);
    if (!st)
        return false;
    const char *const texts[] = {f->id, row->digest, f->code, f->station, row->station,
                                 f->service, "", f->created, row->received};
    bind_texts(st, texts, (int)ARRAY_LEN(texts));
    sqlite3_bind_int(st, 7, f->service_version);
    sqlite3_bind_blob64(st, 10, row->envelope, row->len, SQLITE_STATIC);
    bool ok = finish(l, ST_SUBMIT, st, err);
    *is_new = ok && sqlite3_changes(l->db) == 1;
    return ok;
}

static bool add_steps(struct line *l, const struct case_row *row, struct err *err)
{
    bool ok = true;
    for (int i = 0; ok && i < row->step_count; i++) {
        sqlite3_stmt *st = statement(l, ST_STEP, err);
        const char *const texts[] = {row->facts.id, NULL, row->steps[i].id,
                                     row->steps[i].due};
        if (!st)
            return false;
        bind_texts(st, texts, 4);
        sqlite3_bind_int(st, 2, i);
        ok = finish(l, ST_STEP, st, err);
    }
    return ok;
}

static bool accept_one(struct line *l, struct case_row *row,
                       const struct receipt_maker *maker, struct err *err)
{
    bool is_new;
    const char *id = row->facts.id;
    buf_clear(&row->receipt);
    if (!submit(l, row, &is_new, err))
        return false;
    if (!is_new)
        return find_on(l, id, row->digest, &row->outcome, &row->receipt, err);
    if (!take_number(l, row, err) || !maker->make(maker->self, row, &row->receipt, err))
        return false;

    sqlite3_stmt *st = statement(l, ST_RECEIPT, err);
    if (!st)
        return false;
    bind_texts(st, &id, 1);
    sqlite3_bind_blob64(st, 2, row->receipt.data, row->receipt.len, SQLITE_STATIC);
    row->outcome = ACCEPT_NEW;
    return finish(l, ST_RECEIPT, st, err) &&
           run(l, ST_CASE, (const char *[]){id, row->case_no, row->identity, row->due}, 4,
               err) &&
           add_steps(l, row, err) &&
           run(l, ST_EVENT, (const char *[]){id, row->received, "received", row->station},
               4, err);
}

static bool cases_accept(struct case_store *s, struct case_row *const *rows, int n,
                         const struct receipt_maker *maker, struct err *err)
{
    struct line *l = &s->write;
    pthread_mutex_lock(&l->lock);
    bool ok = begin(l, err);
    for (int i = 0; ok && i < n; i++)
        ok = accept_one(l, rows[i], maker, err);
    ok = end(l, ok, err);
    pthread_mutex_unlock(&l->lock);
    return ok;
}

static bool cases_find(struct case_store *s, const char *id, const char *digest,
                       enum accept_outcome *outcome, struct buf *receipt, struct err *err)
{
    pthread_mutex_lock(&s->read.lock);
    bool ok = find_on(&s->read, id, digest, outcome, receipt, err);
    pthread_mutex_unlock(&s->read.lock);
    return ok;
}

/* ---- asking ---- */

static void read_facts(sqlite3_stmt *st, struct case_facts *f)
{
    COPY(st, 0, f->id);
    COPY(st, 1, f->code);
    COPY(st, 2, f->case_no);
    COPY(st, 3, f->service);
    f->service_version = sqlite3_column_int(st, 4);
    COPY(st, 5, f->station);
    COPY(st, 6, f->created);
    COPY(st, 7, f->received);
    COPY(st, 8, f->due);
    COPY(st, 9, f->decided);
    COPY(st, 10, f->reason);
    COPY(st, 11, f->note);
    if (!case_state_parse(column(st, 12), &f->state))
        f->state = CASE_RECEIVED;
    COPY(st, 13, f->step);
}

static bool cases_list(struct case_store *s, const char *code, const char *id,
                       const char *identity, struct case_facts *out, int max, int *n,
                       struct err *err)
{
    struct line *l = &s->read;
    int rc = SQLITE_ERROR;
    *n = 0;
    pthread_mutex_lock(&l->lock);
    sqlite3_stmt *st = statement(l, code       ? ST_LIST_CODE
                                    : identity ? ST_LIST_IDENTITY
                                    : id       ? ST_LIST_ID
                                               : ST_LIST_ALL, err);
    if (st) {
        bind_texts(st, (const char *[]){code ? code : identity, id}, 2);
        sqlite3_bind_int(st, 3, max);
        while ((rc = sqlite3_step(st)) == SQLITE_ROW && *n < max)
            read_facts(st, &out[(*n)++]);
        if (rc != SQLITE_DONE && rc != SQLITE_ROW)
            broken(l, "list", err);
        done(st);
    }
    pthread_mutex_unlock(&l->lock);
    return rc == SQLITE_DONE || rc == SQLITE_ROW;
}

static bool cases_envelope(struct case_store *s, const char *id, struct buf *out,
                           struct err *err)
{
    struct line *l = &s->read;
    bool ok = false;
    pthread_mutex_lock(&l->lock);
    sqlite3_stmt *st = statement(l, ST_ENVELOPE, err);
    if (st) {
        bind_texts(st, &id, 1);
        ok = sqlite3_step(st) == SQLITE_ROW &&
             buf_append(out, sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0));
        if (!ok)
            err_set(err, ERR_BROKEN, "cases: no envelope for this case");
        done(st);
    }
    pthread_mutex_unlock(&l->lock);
    return ok;
}

/* Each row becomes an object of three texts. */
static bool rows_of(struct line *l, enum statement which, const char *id,
                    const char *const names[3], json_t *array, struct err *err)
{
    sqlite3_stmt *st = statement(l, which, err);
    int rc;
    if (!st)
        return false;
    bind_texts(st, &id, 1);
    while ((rc = sqlite3_step(st)) == SQLITE_ROW)
        json_array_append_new(array, json_pack("{s:s, s:s, s:s}", names[0], column(st, 0),
                                               names[1], column(st, 1), names[2],
                                               column(st, 2)));
    bool ok = rc == SQLITE_DONE || broken(l, sql_of[which], err);
    done(st);
    return ok;
}

static bool cases_history(struct case_store *s, const char *id, json_t *steps,
                          json_t *events, struct err *err)
{
    static const char *const step_names[] = {"id", "due", "done"};
    static const char *const event_names[] = {"at", "what", "detail"};
    pthread_mutex_lock(&s->read.lock);
    bool ok = rows_of(&s->read, ST_STEPS, id, step_names, steps, err) &&
              rows_of(&s->read, ST_EVENTS, id, event_names, events, err);
    pthread_mutex_unlock(&s->read.lock);
    return ok;
}

/* ---- changing ---- */

static bool check_change(struct line *l, const char *id, enum case_state to,
                         struct err *err)
{
    enum case_state from = CASE_RECEIVED;
    sqlite3_stmt *st = statement(l, ST_STATE, err);
    if (!st)
        return false;
    bind_texts(st, &id, 1);
    bool ok = sqlite3_step(st) == SQLITE_ROW && case_state_parse(column(st, 0), &from);
    done(st);
    if (!ok)
        return err_set(err, ERR_REFUSED, "there is no such case");
    return case_may_become(from, to) ||
           err_set(err, ERR_REFUSED, "the case is %s and cannot become %s",
                   case_state_name(from), case_state_name(to));
}

static const char *steps_done_by(enum case_state to)
{
    switch (to) {
    case CASE_CHECKING:
        return "first";
    case CASE_DECIDED_YES:
        return "all but pay";
    case CASE_DECIDED_NO:
    case CASE_PAID:
    case CASE_WITHDRAWN:
        return "all";
    default:
        return NULL;
    }
}

static bool cases_change(struct case_store *s, const char *id, enum case_state to,
                         const char *reason, const char *note, const char *when,
                         struct err *err)
{
    struct line *l = &s->write;
    const char *name = case_state_name(to), *steps = steps_done_by(to);
    if (strlen(note) > NOTE_SHOWN)
        return err_set(err, ERR_REFUSED, "a note has at most %d bytes", NOTE_SHOWN);
    pthread_mutex_lock(&l->lock);
    bool ok = begin(l, err);
    if (ok) {
        ok = check_change(l, id, to, err) &&
             run(l, ST_CHANGE, (const char *[]){id, name, reason, note, when}, 5, err) &&
             (!steps ||
              run(l, ST_STEPS_DONE, (const char *[]){id, when, steps}, 3, err)) &&
             run(l, ST_EVENT, (const char *[]){id, when, name, reason}, 4, err);
        ok = end(l, ok, err);
    }
    pthread_mutex_unlock(&l->lock);
    return ok;
}

/* ---- stations ---- */

static bool cases_station_add(struct case_store *s, const char *serial,
                              const char *station, const char *when, struct err *err)
{
    pthread_mutex_lock(&s->write.lock);
    bool ok = run(&s->write, ST_STATION_ADD, (const char *[]){serial, station, when}, 3,
                  err);
    pthread_mutex_unlock(&s->write.lock);
    return ok;
}

static bool cases_station_revoke(struct case_store *s, const char *station,
                                 const char *when, struct err *err)
{
    pthread_mutex_lock(&s->write.lock);
    bool ok = run(&s->write, ST_STATION_REVOKE, (const char *[]){station, when}, 2, err);
    if (ok && sqlite3_changes(s->write.db) == 0)
        ok = err_set(err, ERR_REFUSED, "no valid certificate of station %s is known",
                     station);
    pthread_mutex_unlock(&s->write.lock);
    return ok;
}

static bool cases_station_standing(struct case_store *s, const char *serial,
                                   const char *station, enum station_standing *out,
                                   struct err *err)
{
    struct line *l = &s->read;
    bool ok = false;
    pthread_mutex_lock(&l->lock);
    sqlite3_stmt *st = statement(l, ST_STATION, err);
    if (st) {
        bind_texts(st, (const char *[]){serial, station}, 2);
        int rc = sqlite3_step(st);
        ok = rc == SQLITE_ROW || rc == SQLITE_DONE || broken(l, sql_of[ST_STATION], err);
        *out = rc != SQLITE_ROW   ? STATION_UNKNOWN
               : *column(st, 0) ? STATION_REVOKED
                                : STATION_KNOWN;
        done(st);
    }
    pthread_mutex_unlock(&l->lock);
    return ok;
}

const struct case_driver cases_sqlite = {
    .name = "sqlite",
    .open = cases_open,
    .close = cases_close,
    .accept = cases_accept,
    .find = cases_find,
    .list = cases_list,
    .envelope = cases_envelope,
    .history = cases_history,
    .change = cases_change,
    .station_add = cases_station_add,
    .station_revoke = cases_station_revoke,
    .station_standing = cases_station_standing,
};
