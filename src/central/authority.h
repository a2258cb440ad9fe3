/* Who is who: the one CA of a central system, the four certificates it works with
 * and the certificate of each station, as PEM files in its data folder.
 *
 *   ca        signs the others, nothing else
 *   server    TLS; SAN localhost, 127.0.0.1 and the host it is known by
 *   sealing   what terminals seal applications to
 *   escrow    a second key to open them with when sealing.key is lost: keep it
 *             somewhere else
 *   signing   signs receipts
 *
 * Knows files and certificates; which station is revoked is the case store's. */
#ifndef CENTRAL_AUTHORITY_H
#define CENTRAL_AUTHORITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { AUTHORITY_SERIAL_LEN = 32, STATION_ID_MAX = 64 };

bool authority_exists(const char *folder);

/* Makes keys and certificates in an existing folder. host: one more name or
 * address in the server's certificate, or NULL. Refuses when a CA is there. */
bool authority_init(const char *folder, const char *host, int64_t now_ms,
                    struct err *err);

/* A key and certificate for a station into `out`, with copies of the certificates
 * the station must trust: station.key (0600), station.crt, ca.crt, sealing.crt,
 * escrow.crt, signing.crt. */
bool authority_issue(const char *folder, const char *station, const char *out,
                     int64_t now_ms, char serial[AUTHORITY_SERIAL_LEN + 1],
                     struct err *err);

/* 1 to 64 of a-z A-Z 0-9 . _ - */
bool station_id_valid(const char *id);

#endif
