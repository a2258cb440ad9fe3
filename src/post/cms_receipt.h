/* The signed receipt: CMS SignedData (DER, content attached, SHA-256) over JSON.
 * Signing is the central system's half, verifying the terminal's; both live here
 * so they cannot drift apart. Knows nothing about what the JSON says. */
#ifndef POST_CMS_RECEIPT_H
#define POST_CMS_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* Appends the signed bytes to *out. PEM paths. Any thread. */
bool receipt_sign(const char *json, size_t len, const char *key_path,
                  const char *cert_path, struct buf *out, struct err *err);

/* Appends the JSON to *json_out if, and only if, every signature is good and made
 * by exactly the certificate at signing_cert_path: no chain is followed, so a
 * stranger's certificate inside the message counts for nothing. Its dates are not
 * looked at either: a terminal whose clock is wrong must still be able to believe
 * a receipt. ERR_REFUSED: not such a receipt. ERR_BROKEN: our certificate cannot
 * be read. */
bool receipt_verify(const void *data, size_t len, const char *signing_cert_path,
                    struct buf *json_out, struct err *err);

#endif
