/* bangbanctl selftest: the checks a technician wants before leaving a terminal, one
 * line each. It asks devices and the central system, and changes nothing. Do not run
 * it while the kiosk has the serial devices open: two readers share one answer. */
#include <errno.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "catalog/station.h"
#include "ctl/commands.h"
#include "devices/card_reader.h"
#include "devices/printer.h"
#include "devices/scanner.h"
#include "post/deliver.h"
#include "post/seal.h"
#include "store/store.h"

enum verdict { FINE, ABSENT, BAD };

struct results {
    json_t *list;
    bool json;
    int bad;
};

static void say(struct results *r, const char *what, enum verdict verdict, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
static void say(struct results *r, const char *what, enum verdict verdict, const char *fmt, ...)
{
    static const char *const words[] = {"ok", "none", "FAIL"};
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    r->bad += verdict == BAD;
    if (r->json)
        json_array_append_new(r->list, json_pack("{s:s, s:s, s:s}", "check", what, "result",
                                                 words[verdict], "text", text));
    else
        printf("%-5s %-14s %s\n", words[verdict], what, text);
}

static void check_certificate(struct results *r, const char *what, const char *path)
{
    FILE *f = path ? fopen(path, "r") : NULL;
    X509 *cert = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
    int days = 0, seconds = 0;
    if (!f)
        say(r, what, BAD, "%s: %s", path ? path : "not set", strerror(errno));
    else if (!cert)
        say(r, what, BAD, "%s: no PEM certificate", path);
    else if (!ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(cert)) || days < 0 ||
             seconds < 0)
        say(r, what, BAD, "%s: expired %d days ago", path, -days);
    else
        say(r, what, days < 30 ? BAD : FINE, "valid for %d days", days);
    X509_free(cert);
    if (f)
        fclose(f);
}

static void check_store(struct results *r, const char *data)
{
    char *path = xasprintf("%s/bangban.db", data);
    struct store_counts counts;
    struct statvfs fs;
    struct err err = {0};
    struct store *s = NULL;

    if (statvfs(data, &fs) != 0)
        say(r, "data folder", BAD, "%s: %s", data, strerror(errno));
    else {
        unsigned long long mb = (unsigned long long)fs.f_bavail * fs.f_frsize >> 20;
        say(r, "data folder", mb < 200 ? BAD : FINE, "%s: %llu MB free", data, mb);
    }
    if (access(path, F_OK) != 0)
        say(r, "queue", ABSENT, "no application was ever stored here");
    else if (!(s = store_open(path, &err)) || !store_count(s, &counts, &err))
        say(r, "queue", BAD, "%s", err.text);
    else
        say(r, "queue", counts.refused ? BAD : FINE,
            "%lld waiting, %lld delivered, %lld refused", (long long)counts.waiting,
            (long long)counts.delivered, (long long)counts.refused);
    store_close(s);
    free(path);
}

static void check_central(struct results *r, const struct station *s)
{
    struct post_config config = {.url = s->central_url, .ca = s->central_ca,
                                 .cert = s->central_cert, .key = s->central_key,
                                 .signing_cert = s->central_signing_cert, .station = s->id,
                                 .connect_ms = 5000, .total_ms = 10000};
    struct post_case found[POST_CASES_MAX];
    struct err err = {0};
    int n = 0;
    struct post_client *c = post_client_create(&config, &err);
    /* A code that is well formed and that nobody was ever given. */
    if (c && post_query_status(c, "{\"code\":\"22222222\"}", found, &n, &err))
        say(r, "central system", FINE, "%s answers", s->central_url);
    else
        say(r, "central system", BAD, "%s", err.text);
    post_client_destroy(c);
}

static void check_devices(struct results *r, const struct station *s)
{
    struct err err = {0};

    if (!station_has(s->card_reader)) {
        say(r, "card reader", ABSENT, "this station has none");
    } else {
        struct identity_card card;
        struct card_reader *reader = card_reader_open(s->card_reader, &err);
        enum card_read result = reader ? card_reader_poll(reader, &card, 0, &err) : CARD_GONE;
        explicit_bzero(&card, sizeof card);
        say(r, "card reader", result == CARD_GONE ? BAD : FINE, "%s",
            result == CARD_GONE ? err.text
            : result == CARD_READ ? "answers and read the card on it"
            : result == CARD_NONE ? "answers, no card on it" : err.text);
        card_reader_close(reader);
    }
    if (!station_has(s->printer)) {
        say(r, "printer", ABSENT, "this station has none");
    } else {
        struct printer *printer = printer_open(s->printer, &err);
        enum printer_state state = printer ? printer_status(printer) : PRINTER_OFFLINE;
        say(r, "printer", state <= PRINTER_LOW || state == PRINTER_UNKNOWN ? FINE : BAD, "%s%s",
            printer_state_name(state),
            state == PRINTER_UNKNOWN ? ": takes bytes, answers nothing; receipts are not confirmed"
                                     : "");
        printer_close(printer);
    }
    if (!station_has(s->scanner)) {
        say(r, "scanner", ABSENT, "this station has none");
    } else {
        char text[SCANNER_TEXT_SIZE];
        struct scanner *scanner = scanner_open(s->scanner, &err);
        enum scan result = scanner ? scanner_poll(scanner, text, 0, -1, &err) : SCAN_GONE;
        say(r, "scanner", result == SCAN_GONE ? BAD : FINE, "%s",
            result == SCAN_GONE ? err.text : "its port is there");
        scanner_close(scanner);
    }
}

int ctl_selftest(int argc, char **argv, const struct ctl_options *o)
{
    struct results r = {.list = json_array(), .json = o->json};
    struct report *report = report_create();
    struct station station = {0};
    (void)argv;
    if (argc != 0)
        return 2;
    struct catalog *catalog = catalog_load(o->config, report);
    bool ok = station_load(o->config, &station, report) && catalog;
    if (report_count(report))
        say(&r, "configuration", BAD, "%d findings, the first: %s", report_count(report),
            report_line(report, 0));
    else
        say(&r, "configuration", FINE, "%d services", catalog_service_count(catalog));
    check_store(&r, o->data);
    if (ok) {
        check_certificate(&r, "station cert", station.central_cert);
        for (int i = 0; i < station.sealing_cert_count; i++)
            check_certificate(&r, "sealing cert", station.sealing_certs[i]);
        struct err err = {0};
        struct sealer *sealer =
            sealer_create(station.sealing_certs, station.sealing_cert_count, &err);
        say(&r, "sealing", sealer ? FINE : BAD, "%s", sealer ? "applications can be sealed" : err.text);
        sealer_destroy(sealer);
        check_central(&r, &station);
        check_devices(&r, &station);
    }
    if (o->json) {
        ctl_print_json(json_pack("{s:i, s:O}", "failed", r.bad, "checks", r.list));
    }
    json_decref(r.list);
    catalog_destroy(catalog);
    station_finish(&station);
    report_destroy(report);
    return r.bad ? 1 : 0;
}
