/* bangbanctl queue: what waits in a terminal, why it waits, and "try again". Works
 * beside the running kiosk on the same database. Shows codes, never people. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "ctl/commands.h"
#include "rules/receipt_code.h"
#include "store/store.h"

static const char *state_name(enum outbox_state state)
{
    static const char *const names[] = {[OUTBOX_WAITING] = "waiting",
                                        [OUTBOX_DELIVERED] = "delivered",
                                        [OUTBOX_REFUSED] = "refused"};
    return names[state];
}

/* *aside, unless NULL: how many damaged stores lie beside it. */
static struct store *open_queue(const struct ctl_options *o, int *aside)
{
    struct err err = {0};
    char *path = xasprintf("%s/bangban.db", o->data);
    struct store *s = NULL;
    if (aside)
        *aside = store_put_aside(path);
    if (access(path, F_OK) != 0)
        fprintf(stderr, "bangbanctl: %s: %s; --data names the terminal's data folder\n", path,
                strerror(errno));
    else if (!(s = store_open(path, &err)))
        fprintf(stderr, "bangbanctl: %s\n", err.text);
    free(path);
    return s;
}

struct listing {
    bool json, all;
    json_t *rows;
};

static void when(int64_t ms, char *out, size_t size)
{
    time_t t = (time_t)(ms / 1000) + 8 * 3600; /* UTC+8, as the logs say it */
    struct tm tm;
    strftime(out, size, "%Y-%m-%d %H:%M", gmtime_r(&t, &tm));
}

static bool list_row(void *self, const struct row_brief *row)
{
    struct listing *l = self;
    char code[RECEIPT_CODE_LEN + 2], created[32];
    if (row->state == OUTBOX_DELIVERED && !l->all)
        return true;
    receipt_code_group(row->code, code);
    when(row->created_ms, created, sizeof created);
    if (l->json)
        json_array_append_new(
            l->rows, json_pack("{s:s, s:s, s:s, s:s, s:I, s:i, s:s, s:s}", "id", row->id, "code",
                               row->code, "service", row->service, "state",
                               state_name(row->state), "created_ms",
                               (json_int_t)row->created_ms, "attempts", row->attempts, "reason",
                               row->reason, "case_no", row->case_no));
    else
        printf("%s  %s  %-9s  %3d  %-20s %s\n", code, created, state_name(row->state),
               row->attempts, row->service, row->reason);
    return true;
}

static int list(const struct ctl_options *o, bool all)
{
    int aside;
    struct store *s = open_queue(o, &aside);
    struct listing l = {.json = o->json, .all = all, .rows = json_array()};
    struct store_counts counts;
    struct err err = {0};
    char *stopped = NULL;
    int status = 1;

    if (!s)
        goto out;
    if (!store_each(s, list_row, &l, &err) || !store_count(s, &counts, &err) ||
        store_setting_get(s, "queue.stopped", &stopped, &err) == STORE_FAILED) {
        fprintf(stderr, "bangbanctl: %s\n", err.text);
        goto out;
    }
    status = counts.refused || stopped || aside ? 1 : 0;
    if (o->json) {
        ctl_print_json(json_pack("{s:I, s:I, s:I, s:i, s:s?, s:O}", "waiting",
                                 (json_int_t)counts.waiting, "delivered",
                                 (json_int_t)counts.delivered, "refused",
                                 (json_int_t)counts.refused, "put_aside", aside,
                                 "stopped", stopped, "rows", l.rows));
        goto out;
    }
    printf("%lld waiting, %lld delivered, %lld refused\n", (long long)counts.waiting,
           (long long)counts.delivered, (long long)counts.refused);
    if (stopped)
        printf("STOPPED: %s\n  Nothing is sent. Mend what is named (usually a certificate); the\n"
               "  terminal looks again within 15 minutes and at every start.\n", stopped);
    if (aside)
        printf("PUT ASIDE: %d damaged files (bangban.db.broken-N) may hold applications that were\n"
               "  never sent. Copy them away and report it; the notice ends when they are gone.\n",
               aside);
    if (counts.refused)
        printf("REFUSED: the central system will not take these. Mend the cause it gives, then\n"
               "  \"bangbanctl queue retry CODE\" (or \"all\"); the terminal looks within 15 minutes.\n");
out:
    free(stopped);
    json_decref(l.rows);
    store_close(s);
    return status;
}

static int retry(const struct ctl_options *o, const char *which)
{
    char code[RECEIPT_CODE_LEN + 1];
    struct row_brief row;
    struct err err = {0};
    int64_t changed = 0;
    bool all = strcmp(which, "all") == 0, ok = false;
    struct store *s;

    if (!all && !receipt_code_parse(which, code)) {
        fprintf(stderr, "bangbanctl: \"%s\" is no receipt code\n", which);
        return 2;
    }
    if (!(s = open_queue(o, NULL)))
        return 1;
    enum store_found found = all ? STORE_FOUND : store_find_code(s, code, &row, &err);
    if (found == STORE_FOUND)
        ok = store_unpark(s, all ? NULL : row.id, &changed, &err);
    store_close(s);
    if (!ok) {
        fprintf(stderr, "bangbanctl: %s\n",
                found == STORE_NONE ? "no application of this terminal has that code" : err.text);
        return 1;
    }
    if (o->json)
        printf("{\"changed\": %lld}\n", (long long)changed);
    else
        printf("%lld will be tried again\n", (long long)changed);
    return 0;
}

int ctl_queue(int argc, char **argv, const struct ctl_options *o)
{
    if (argc == 0)
        return list(o, false);
    if (argc == 1 && strcmp(argv[0], "all") == 0)
        return list(o, true);
    if (argc == 2 && strcmp(argv[0], "retry") == 0)
        return retry(o, argv[1]);
    return 2;
}
