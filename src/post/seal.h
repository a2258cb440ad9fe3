/* Sealing: an application becomes bytes that only the central system can open,
 * before it touches the disk. Suite 1 of docs/protocol.md: zstd, padding to a
 * size class, CMS AuthEnvelopedData (AES-256-GCM, P-256 recipients). The
 * terminal holds certificates only; the private key never exists there.
 *
 * Knows nothing about what is inside, nor where it goes. */
#ifndef POST_SEAL_H
#define POST_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum { SEAL_SUITE = 1, SEAL_PLAIN_MAX = 4 << 20 };

struct sealer;

/* One PEM certificate a recipient (central, escrow), P-256. NULL on failure,
 * also when a key is of another sort: found at start, not at the first resident. */
struct sealer *sealer_create(const char *const *cert_paths, int n, struct err *err);
void sealer_destroy(struct sealer *s); /* NULL is fine */

/* Appends the envelope to *out. One thread at a time. */
bool seal(const struct sealer *s, const void *plain, size_t len, struct buf *out,
          struct err *err);

/* The other end: opens an envelope with a PEM key and its certificate and appends
 * the plaintext to *out, or nothing. ERR_REFUSED: not an envelope of suite 1, not
 * for this key, or changed on the way. ERR_BROKEN: the key or certificate cannot
 * be read. Any thread. */
bool seal_unseal(const char *key_path, const char *cert_path, const void *envelope,
                 size_t len, struct buf *out, struct err *err);

void seal_digest(const void *data, size_t len, unsigned char out[32]); /* SHA-256 */
void seal_digest_hex(const void *data, size_t len, char out[65]);

#endif
