/* station.yaml: the one terminal this is, and what hangs on it. station.local.yaml
 * beside it, if present, overrides key by key and is not part of the project. */
#ifndef CATALOG_STATION_H
#define CATALOG_STATION_H

#include "catalog/catalog.h"

enum { STATION_SEALING_CERTS = 4 };

struct station {
    const char *id; /* also the common name of its certificate */
    struct words name;
    const char *phone;
    double panel_width_mm, panel_floor_mm; /* picture width; floor to its lower edge */
    int panel_rotation;                    /* 0, 90, 180, 270 */
    int text_size, theme, language;        /* as in ui.h and i18n.h */
    int idle_s, answer_s, done_s;
    const char *card_reader, *printer, *scanner; /* "serial:...", "tcp:...", "none" */
    int receipt_width_dots;
    const char *central_url, *central_ca, *central_cert, *central_key, *central_signing_cert;
    const char *sealing_certs[STATION_SEALING_CERTS];
    int sealing_cert_count;
    struct arena *arena; /* holds every string above */
};

/* Does a device's line in station.yaml name one? */
bool station_has(const char *spec);

bool station_load(const char *folder, struct station *out, struct report *report);
void station_finish(struct station *s); /* a zeroed one is fine */

#endif
