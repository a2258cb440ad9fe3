#include "catalog/station.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "catalog/reader.h"

static const char keys[] =
    "id name phone panel_width_mm panel_floor_mm panel_rotation text_size theme language idle_s "
    "answer_s done_s card_reader printer scanner receipt_width_dots central_url central_ca "
    "central_cert central_key central_signing_cert sealing_certs";

static void text(struct reader *r, struct fy_node *n, const char *key, const char **out)
{
    if (reader_get(n, key))
        *out = reader_text(r, n, key, false);
}

static void number(struct reader *r, struct fy_node *n, const char *key, int low, int high,
                   int *out)
{
    int64_t value;
    if (!reader_int(r, n, key, &value))
        return;
    if (value < low || value > high)
        reader_fault(r, reader_get(n, key), "\"%s\" must be %d to %d", key, low, high);
    else
        *out = (int)value;
}

static void choice(struct reader *r, struct fy_node *n, const char *key,
                   const char *const *names, int count, int *out)
{
    if (reader_get(n, key))
        *out = reader_choice(r, n, key, names, count, *out);
}

static void read_into(struct reader *r, struct station *s)
{
    static const char *const sizes[] = {"small", "default", "large", "huge"};
    static const char *const themes[] = {"soft", "default", "black", "white"};
    static const char *const languages[] = {"zh-CN", "en"};
    struct fy_node *n = reader_root(r);
    int width = (int)s->panel_width_mm, floor = (int)s->panel_floor_mm;

    if (!reader_mapping(r, n, keys))
        return;
    text(r, n, "id", &s->id);
    if (reader_get(n, "name"))
        s->name = reader_words(r, n, "name", true);
    text(r, n, "phone", &s->phone);
    number(r, n, "panel_width_mm", 100, 2000, &width);
    number(r, n, "panel_floor_mm", 0, 2000, &floor);
    s->panel_width_mm = width;
    s->panel_floor_mm = floor;
    number(r, n, "panel_rotation", 0, 270, &s->panel_rotation);
    if (s->panel_rotation % 90) {
        reader_fault(r, reader_get(n, "panel_rotation"),
                     "\"panel_rotation\" must be 0, 90, 180 or 270");
        s->panel_rotation = 0;
    }
    choice(r, n, "text_size", sizes, 4, &s->text_size);
    choice(r, n, "theme", themes, 4, &s->theme);
    choice(r, n, "language", languages, 2, &s->language);
    number(r, n, "idle_s", 30, 600, &s->idle_s);
    number(r, n, "answer_s", 20, 120, &s->answer_s);
    number(r, n, "done_s", 10, 60, &s->done_s);
    text(r, n, "card_reader", &s->card_reader);
    text(r, n, "printer", &s->printer);
    text(r, n, "scanner", &s->scanner);
    number(r, n, "receipt_width_dots", 384, 640, &s->receipt_width_dots);
    text(r, n, "central_url", &s->central_url);
    text(r, n, "central_ca", &s->central_ca);
    text(r, n, "central_cert", &s->central_cert);
    text(r, n, "central_key", &s->central_key);
    text(r, n, "central_signing_cert", &s->central_signing_cert);
    if (reader_get(n, "sealing_certs")) {
        s->sealing_cert_count = 0;
        for (int i = 0; i < reader_count(r, n, "sealing_certs"); i++) {
            struct fy_node *item = reader_item(n, "sealing_certs", i);
            const char *path = fy_node_is_scalar(item) ? fy_node_get_scalar0(item) : NULL;
            if (!path || s->sealing_cert_count == STATION_SEALING_CERTS)
                reader_fault(r, item, "a list of at most %d files", STATION_SEALING_CERTS);
            else
                s->sealing_certs[s->sealing_cert_count++] = arena_strdup(s->arena, path);
        }
    }
}

static int read_file(const char *path, struct station *s, struct report *report)
{
    struct reader r;
    if (reader_open(&r, path, report, s->arena))
        read_into(&r, s);
    reader_close(&r);
    return r.findings;
}

bool station_load(const char *folder, struct station *out, struct report *report)
{
    char *path = xasprintf("%s/station.yaml", folder);
    char *local = xasprintf("%s/station.local.yaml", folder);

    *out = (struct station){.id = "", .name = {{"", ""}}, .phone = "", .panel_width_mm = 268,
                            .text_size = 1, .theme = 1, .idle_s = 120, .answer_s = 45,
                            .done_s = 30, .card_reader = "none", .printer = "none",
                            .scanner = "none", .receipt_width_dots = 576, .central_url = "",
                            .central_ca = "", .central_cert = "", .central_key = "",
                            .central_signing_cert = ""};
    out->arena = arena_create(4 << 20, false);
    int findings = read_file(path, out, report);
    if (access(local, F_OK) == 0)
        findings += read_file(local, out, report);
    if (!*out->id || !*out->name.in[LANG_ZH]) {
        report_add(report, "%s:1:1: a station needs \"id\" and \"name\"; add them", path);
        findings++;
    }
    free(path);
    free(local);
    return findings == 0;
}

bool station_has(const char *spec)
{
    return spec && *spec && strcmp(spec, "none") != 0;
}

void station_finish(struct station *s)
{
    arena_destroy(s->arena);
    *s = (struct station){0};
}
