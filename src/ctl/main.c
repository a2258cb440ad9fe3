/* bangbanctl: the operator's command line. Exit status 0 fine, 1 findings, 2 wrong
 * use; --json for scripts. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "catalog/reader.h"
#include "catalog/station.h"
#include "ctl/commands.h"

struct command {
    const char *name, *usage, *help;
    int (*run)(int argc, char **argv, const struct ctl_options *o);
};

void ctl_print_json(json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(value);
}

int ctl_check_config(int argc, char **argv, const struct ctl_options *o)
{
    if (argc != 1)
        return 2;
    struct report *report = report_create();
    struct station station;
    struct catalog *catalog = catalog_load(argv[0], report);
    station_load(argv[0], &station, report);
    for (int i = 0; i < catalog_service_count(catalog); i++) {
        const struct service *s = catalog_service(catalog, i);
        char *icon = xasprintf(BANGBAN_SHARE "/icons/%s.outline", s->icon);
        if (access(icon, R_OK) != 0)
            report_add(report, "%s: the service %s names the icon \"%s\", which does not exist; "
                       "use one of assets/icons", argv[0], s->id, s->icon);
        free(icon);
    }
    int findings = report_count(report);
    json_t *list = json_array();
    for (int i = 0; i < findings; i++) {
        json_array_append_new(list, json_string(report_line(report, i)));
        if (!o->json)
            printf("%s\n", report_line(report, i));
    }
    if (o->json) {
        ctl_print_json(json_pack("{s:i, s:O}", "findings", findings, "list", list));
    } else if (findings == 0) {
        printf("%s: %d services, %d towns, nothing to mend\n", argv[0],
               catalog_service_count(catalog), catalog_town_count(catalog));
    }
    json_decref(list);
    catalog_destroy(catalog);
    station_finish(&station);
    report_destroy(report);
    return findings ? 1 : 0;
}

static const struct command commands[] = {
    {"check-config", "DIR", "reads a configuration and names everything to mend",
     ctl_check_config},
    {"queue", "[all | retry CODE|all] [--data DIR]",
     "what waits to be sent and why; tries refused applications again", ctl_queue},
    {"selftest", "[--config DIR] [--data DIR]",
     "configuration, queue, certificates, central system and devices", ctl_selftest},
};

static int usage(FILE *out)
{
    fputs("usage: bangbanctl COMMAND [--json] ...\n", out);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        fprintf(out, "  %s %s\n      %s\n", commands[i].name, commands[i].usage,
                commands[i].help);
    return out == stdout ? 0 : 2;
}

int main(int argc, char **argv)
{
    struct ctl_options o = {.data = "/var/lib/bangban", .config = "/etc/bangban"};
    bool help = false;
    char *rest[16];
    int n = 0;
    for (int i = 1; i < argc && n < 16; i++) {
        if (strcmp(argv[i], "--json") == 0)
            o.json = true;
        else if (strcmp(argv[i], "--help") == 0)
            help = true;
        else if (strcmp(argv[i], "--data") == 0 && i + 1 < argc)
            o.data = argv[++i];
        else if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
            o.config = argv[++i];
        else if (strncmp(argv[i], "--", 2) == 0) {
            fprintf(stderr, "bangbanctl: no option \"%s\"\n", argv[i]);
            return usage(stderr);
        } else
            rest[n++] = argv[i];
    }
    if (n == 0)
        return usage(help ? stdout : stderr);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strcmp(rest[0], commands[i].name) != 0)
            continue;
        int status = help ? 2 : commands[i].run(n - 1, rest + 1, &o);
        if (status == 2)
            fprintf(help ? stdout : stderr, "usage: bangbanctl %s %s [--json]\n      %s\n",
                    commands[i].name, commands[i].usage, commands[i].help);
        return help ? 0 : status;
    }
    fprintf(stderr, "bangbanctl: no command \"%s\"\n", rest[0]);
    return usage(stderr);
}
