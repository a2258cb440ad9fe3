/* bangban-central: the reference central system and its command line. Exit status
 * 0 fine, 1 it failed, 2 wrong use. Commands other than serve work beside a running
 * server, on the same database. */

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "central/authority.h"
#include "central/cases.h"
#include "central/intake.h"
#include "central/server.h"
#include "post/seal.h"

enum { LIST_MAX = 1000 };

struct options {
    const char *data, *listen, *config, *out, *host, *reason, *note;
    const char *rest[3];
    int count;
    bool json, help;
};

static const struct case_driver *const driver = &cases_sqlite;

static int complain(const struct err *err)
{
    fprintf(stderr, "bangban-central: %s\n", err->text);
    return 1;
}

/* ---- the data folder ---- */

static struct case_store *open_cases(const char *data, struct err *err)
{
    char *path = xasprintf("%s/central.db", data);
    struct case_store *store = driver->open(path, err);
    free(path);
    return store;
}

/* For commands that look at what is there. */
static struct case_store *open_existing(const struct options *o, struct err *err)
{
    if (!authority_exists(o->data)) {
        err_set(err, ERR_REFUSED, "%s holds no central system", o->data);
        return NULL;
    }
    return open_cases(o->data, err);
}

/* What an init that was cut short may have left. */
static bool ours(const char *name)
{
    static const char *const names[] = {".", "..", "identity.key", "ca.key", "server.key",
                                        "server.crt", "sealing.key", "sealing.crt",
                                        "escrow.key", "escrow.crt", "signing.key",
                                        "signing.crt"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        size_t len = strlen(names[i]); /* file_write's temporary adds .new */
        if (strncmp(names[i], name, len) == 0 &&
            (!name[len] || strcmp(name + len, ".new") == 0))
            return true;
    }
    return strcmp(name, "ca.crt.new") == 0;
}

static bool check_folder(const char *data, struct err *err)
{
    struct dirent *entry;
    DIR *dir = opendir(data);
    if (!dir)
        return err_set(err, ERR_REFUSED, "the data folder %s cannot be opened: %s", data,
                       strerror(errno));
    bool ok = true;
    while (ok && (entry = readdir(dir))) {
        if (!ours(entry->d_name))
            ok = err_set(err, ERR_REFUSED, "%s is not empty and holds no central system",
                         data);
    }
    closedir(dir);
    return ok;
}

static bool make_all(const struct options *o, struct err *err)
{
    if (!check_folder(o->data, err) ||
        !authority_init(o->data, o->host, clock_unix_ms(), err))
        return false;
    struct case_store *store = open_cases(o->data, err);
    driver->close(store);
    if (store)
        log_info("central", "%s is set up. Move escrow.key to a safe place: it opens every "
                 "application when sealing.key is lost", o->data);
    return store;
}

static int init(const struct options *o)
{
    struct err err = {0};
    if (authority_exists(o->data))
        err_set(&err, ERR_REFUSED, "%s already holds a central system", o->data);
    else if (file_make_folder(o->data, &err) && make_all(o, &err)) {
        return 0;
    }
    return complain(&err);
}

/* ---- stations ---- */

static int issue_station(const struct options *o)
{
    struct err err = {0};
    char serial[AUTHORITY_SERIAL_LEN + 1], now[26];
    int64_t now_ms = clock_unix_ms();
    struct case_store *store = open_existing(o, &err);
    china_time(now_ms, now);
    bool ok = store && authority_issue(o->data, o->rest[1], o->out, now_ms, serial, &err) &&
              driver->station_add(store, serial, o->rest[1], now, &err);
    driver->close(store);
    return ok ? 0 : complain(&err);
}

static int revoke_station(const struct options *o)
{
    struct err err = {0};
    char now[26];
    struct case_store *store = open_existing(o, &err);
    china_time(clock_unix_ms(), now);
    bool ok = store && driver->station_revoke(store, o->rest[1], now, &err);
    driver->close(store);
    return ok ? 0 : complain(&err);
}

/* ---- cases ---- */

/* By receipt code or by id. Two terminals may have drawn the same code. */
static bool find_case(struct case_store *store, const char *name, struct case_facts *out,
                      struct err *err)
{
    struct case_facts found[2];
    char code[RECEIPT_CODE_LEN + 1];
    int n = 0;
    if (uuid7_valid(name)) {
        if (!driver->list(store, NULL, name, NULL, found, 2, &n, err))
            return false;
    } else if (!receipt_code_parse(name, code)) {
        return err_set(err, ERR_REFUSED, "\"%.40s\" is neither a receipt code nor an id",
                       name);
    } else if (!driver->list(store, code, NULL, NULL, found, 2, &n, err)) {
        return false;
    }
    if (n == 0)
        return err_set(err, ERR_REFUSED, "no case with %s", name);
    if (n > 1)
        return err_set(err, ERR_REFUSED, "more than one case has the code %s: ask by id, "
                       "see the command cases", name);
    *out = found[0];
    return true;
}

/* The application as it was sealed, or NULL. */
static json_t *open_application(const char *data, struct case_store *store, const char *id,
                                struct err *err)
{
    struct buf envelope, plain;
    json_t *json = NULL;
    buf_init(&envelope, 0);
    buf_init(&plain, APPLICATION_MAX);
    char *key = xasprintf("%s/sealing.key", data), *cert = xasprintf("%s/sealing.crt", data);
    if (driver->envelope(store, id, &envelope, err) &&
        seal_unseal(key, cert, envelope.data, envelope.len, &plain, err))
        json = json_read("application", plain.data, plain.len, APPLICATION_MAX, err);
    free(key);
    free(cert);
    buf_finish(&envelope);
    buf_finish_wipe(&plain);
    return json;
}

static json_t *facts_json(const struct case_facts *f)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
                     "case", f->case_no, "code", f->code, "id", f->id, "state",
                     case_state_name(f->state), "step", f->step, "service", f->service,
                     "service_version", f->service_version, "station", f->station,
                     "created", f->created, "received", f->received, "due", f->due,
                     "decided", f->decided, "reason", f->reason, "note", f->note);
}

static int show_case(const struct options *o)
{
    struct err err = {0};
    struct case_facts facts;
    struct case_store *store = open_existing(o, &err);
    json_t *steps = json_array(), *events = json_array(), *application = NULL;
    bool ok = store && find_case(store, o->rest[1], &facts, &err) &&
              driver->history(store, facts.id, steps, events, &err) &&
              (application = open_application(o->data, store, facts.id, &err));
    if (ok) {
        json_t *root = facts_json(&facts);
        json_object_set(root, "steps", steps);
        json_object_set(root, "events", events);
        json_object_set(root, "application", application);
        json_dumpf(root, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(root);
    }
    json_decref(steps);
    json_decref(events);
    json_decref(application);
    driver->close(store);
    return ok ? 0 : complain(&err);
}

static int list_cases(const struct options *o)
{
    struct err err = {0};
    int n = 0;
    struct case_facts *found = xcalloc(LIST_MAX, sizeof *found);
    struct case_store *store = open_existing(o, &err);
    bool ok = store && driver->list(store, NULL, NULL, NULL, found, LIST_MAX, &n, &err);
    json_t *list = json_array();
    for (int i = 0; i < n; i++) {
        const struct case_facts *f = &found[i];
        json_array_append_new(list, facts_json(f));
        if (!o->json)
            printf("%s  %s  %s  %-12s  %-20s  due %s\n", f->case_no, f->code, f->received,
                   case_state_name(f->state), f->service, f->due[0] ? f->due : "-");
    }
    if (ok && o->json) {
        json_dumpf(list, stdout, JSON_INDENT(1));
        putchar('\n');
    } else if (ok && n == 0) {
        puts("no cases");
    }
    json_decref(list);
    driver->close(store);
    free(found);
    return ok ? 0 : complain(&err);
}

static struct catalog *load_catalog(const struct options *o, struct err *err)
{
    const char *folder = o->config ? o->config : "kiosk-config";
    struct report *report = report_create();
    struct catalog *catalog = catalog_load(folder, report);
    if (!catalog)
        err_set(err, ERR_BROKEN, "%s cannot be used: %s", folder,
                report_count(report) ? report_line(report, 0) : "nothing there");
    report_destroy(report);
    return catalog;
}

/* The terminal shows a reason by its id, so it must be one of the service's. */
static bool check_reason(const struct options *o, const char *service, struct err *err)
{
    struct catalog *catalog = load_catalog(o, err);
    if (!catalog)
        return false;
    const struct service *s = catalog_find(catalog, service);
    bool known = false;
    for (int i = 0; s && i < s->reject_count; i++)
        known = known || strcmp(s->rejects[i].id, o->reason) == 0;
    catalog_destroy(catalog);
    return known || err_set(err, ERR_REFUSED, "%s has no reason \"%.60s\" among its rejects",
                            service, o->reason);
}

static int change_case(const struct options *o, enum case_state to)
{
    struct err err = {0};
    struct case_facts facts;
    char now[26];
    struct case_store *store = open_existing(o, &err);
    china_time(clock_unix_ms(), now);
    bool ok = store && find_case(store, o->rest[1], &facts, &err) &&
              (to != CASE_DECIDED_NO || check_reason(o, facts.service, &err)) &&
              driver->change(store, facts.id, to, to == CASE_DECIDED_NO ? o->reason : "",
                             o->note ? o->note : "", now, &err);
    driver->close(store);
    return ok ? 0 : complain(&err);
}

static int decide(const struct options *o)
{
    if (strcmp(o->rest[2], "yes") == 0)
        return change_case(o, CASE_DECIDED_YES);
    return strcmp(o->rest[2], "no") == 0 && o->reason ? change_case(o, CASE_DECIDED_NO) : 2;
}

static int move(const struct options *o)
{
    enum case_state to;
    if (!case_state_parse(o->rest[2], &to) || to == CASE_DECIDED_NO ||
        to == CASE_DECIDED_YES || to == CASE_RECEIVED)
        return 2;
    return change_case(o, to);
}

/* ---- serving ---- */

static int run_server(const struct options *o, struct case_store *store,
                      const struct catalog *catalog, const sigset_t *ends, struct err *err)
{
    struct intake_config intake_config = {o->data, driver, store, catalog};
    struct intake *intake = intake_create(&intake_config, err);
    struct server_config config = {o->listen, o->data, driver, store, intake};
    struct server *server = intake ? server_start(&config, err) : NULL;
    int signal_no;
    if (server) {
        printf("ready\nport %d\n", server_port(server));
        fflush(stdout);
        sigwait(ends, &signal_no);
        log_info("central", "ending");
    }
    server_stop(server);
    intake_destroy(intake);
    return server ? 0 : 1;
}

static int serve(const struct options *o)
{
    struct err err = {0};
    struct stat st;
    sigset_t ends;
    if (!o->listen)
        return 2;
    if (stat(o->data, &st) != 0 || !S_ISDIR(st.st_mode)) {
        err_set(&err, ERR_REFUSED, "there is no data folder %s; make it, or run "
                "bangban-central init --data %s", o->data, o->data);
        return complain(&err);
    }
    /* before any thread, so that only sigwait sees them */
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);

    struct catalog *catalog = load_catalog(o, &err);
    struct case_store *store = NULL;
    int status = 1;
    if (catalog && (authority_exists(o->data) || make_all(o, &err)) &&
        (store = open_cases(o->data, &err)))
        status = run_server(o, store, catalog, &ends, &err);
    driver->close(store);
    catalog_destroy(catalog);
    return status ? complain(&err) : 0;
}

/* ---- the command line ---- */

static const struct command {
    const char *name, *usage, *help;
    int words; /* including the command */
    bool out;  /* needs --out */
    int (*run)(const struct options *o);
} commands[] = {
    {"serve", "--data DIR --listen 127.0.0.1:8443 [--config DIR] [--host NAME]",
     "answers terminals until SIGTERM; an empty DIR is set up first", 1, false, serve},
    {"init", "--data DIR [--host NAME]", "makes keys, certificates and the database", 1,
     false, init},
    {"station", "ID --data DIR --out DIR", "issues a station's key and certificate", 2, true,
     issue_station},
    {"revoke", "ID --data DIR", "a station's certificates count no longer", 2, false, revoke_station},
    {"cases", "--data DIR [--json]", "lists the newest cases", 1, false, list_cases},
    {"case", "CODE|ID --data DIR", "prints a case with its application as JSON", 2, false,
     show_case},
    {"decide", "CODE|ID yes|no [--reason ID] [--note TEXT] --data DIR [--config DIR]",
     "decides a case; no needs a reason of its service", 3, false, decide},
    {"move", "CODE|ID checking|needs_papers|paid|withdrawn [--note TEXT] --data DIR",
     "says where a case stands", 3, false, move},
};

static int usage(FILE *out)
{
    fputs("usage: bangban-central COMMAND ...; without a command it serves\n", out);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        fprintf(out, "  %s %s\n      %s\n", commands[i].name, commands[i].usage,
                commands[i].help);
    return out == stdout ? 0 : 2;
}

static bool parse(int argc, char **argv, struct options *o)
{
    const struct {
        const char *name;
        const char **value;
    } flags[] = {{"--data", &o->data},     {"--listen", &o->listen}, {"--config", &o->config},
                 {"--out", &o->out},       {"--host", &o->host},     {"--reason", &o->reason},
                 {"--note", &o->note}};
    for (int i = 1; i < argc; i++) {
        size_t f = 0;
        if (strcmp(argv[i], "--json") == 0) {
            o->json = true;
            continue;
        }
        if (strcmp(argv[i], "--help") == 0) {
            o->help = true;
            continue;
        }
        while (f < ARRAY_LEN(flags) && strcmp(argv[i], flags[f].name) != 0)
            f++;
        if (f < ARRAY_LEN(flags)) {
            if (++i == argc)
                return false;
            *flags[f].value = argv[i];
        } else if (strncmp(argv[i], "--", 2) == 0 || o->count == (int)ARRAY_LEN(o->rest)) {
            return false;
        } else {
            o->rest[o->count++] = argv[i];
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct options o = {0};
    umask(077);
    if (!parse(argc, argv, &o))
        return usage(stderr);
    if (o.help || argc == 1)
        return usage(o.help ? stdout : stderr);
    if (o.count == 0)
        o.rest[o.count++] = "serve";
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        const struct command *c = &commands[i];
        if (strcmp(o.rest[0], c->name) != 0)
            continue;
        int status = o.count == c->words && o.data && (!c->out || o.out) ? c->run(&o) : 2;
        if (status == 2)
            fprintf(stderr, "usage: bangban-central %s %s\n      %s\n", c->name, c->usage,
                    c->help);
        return status;
    }
    fprintf(stderr, "bangban-central: no command \"%s\"\n", o.rest[0]);
    return usage(stderr);
}
