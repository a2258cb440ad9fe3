// rooms: post seal
/* What claims to be a signed receipt, and what claims to be an envelope: a changed one
 * is refused or says just what the good one said. */
#undef NDEBUG /* the claims are the point */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "post/cms_receipt.h"
#include "post/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char said[] = "{\"id\":\"x\",\"case_no\":\"2026-1\"}";
static char key[64], cert[64];
static struct buf receipt, envelope;

static void clean_up(void)
{
    buf_finish(&receipt);
    buf_finish(&envelope);
}

static void make(void)
{
    char command[400];
    struct err err = {0};
    snprintf(key, sizeof key, "%s/key", folder);
    snprintf(cert, sizeof cert, "%s/crt", folder);
    snprintf(command, sizeof command,
             "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 "
             "-keyout %s -out %s -subj /CN=fuzz 2>/dev/null", key, cert);
    assert(system(command) == 0);
    atexit(clean_up);
    assert(receipt_sign(said, strlen(said), key, cert, &receipt, &err));
    const char *certs[] = {cert};
    struct sealer *s = sealer_create(certs, 1, &err);
    assert(s && seal(s, said, strlen(said), &envelope, &err));
    sealer_destroy(s);
}

/* The input is a list of edits, since nobody guesses a signature: place, new byte. */
static void edit(struct buf *b, const uint8_t *edits, size_t size)
{
    for (size_t i = 0; i + 2 < size; i += 3)
        b->data[(edits[i] << 8 | edits[i + 1]) % b->len] ^= edits[i + 2];
}

static void same_or_refused(bool ok, const struct buf *out)
{
    if (ok)
        assert(out->len == strlen(said) && memcmp(out->data, said, out->len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf copy = {0}, out = {0};
    if (folder_make())
        make();
    /* as it is */
    assert(!receipt_verify(data, size, cert, &out, NULL));
    buf_clear(&out);
    assert(!seal_unseal(key, cert, data, size, &out, NULL));
    buf_clear(&out);
    /* and as edits of good ones */
    buf_append(&copy, receipt.data, receipt.len);
    edit(&copy, data, size);
    same_or_refused(receipt_verify(copy.data, copy.len, cert, &out, NULL), &out);
    buf_clear(&copy);
    buf_clear(&out);
    buf_append(&copy, envelope.data, envelope.len);
    edit(&copy, data, size);
    same_or_refused(seal_unseal(key, cert, copy.data, copy.len, &out, NULL), &out);
    buf_finish(&copy);
    buf_finish(&out);
    return 0;
}
