/* Traps met and closed here:
 * - OpenSSL 3.0 picks SHA-1 for the EC key derivation unless told otherwise;
 * - without CMS_set_detached(c, 0) the message is valid DER without its content;
 * - CMS_decrypt writes before it has checked the tag, so its output goes to a
 *   memory BIO that is looked at only after it returned 1;
 * - CMS_decrypt opens plain EnvelopedData too, which anybody can change
 *   unnoticed: the type is checked first.
 *
 * The plaintext is padded to a power of two of KiB because the size of a sealed
 * file on a stolen disk would otherwise tell which service was applied for. */
#include "post/seal.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/mem.h"
#include "post/pem.h"

enum { RECIPIENTS_MAX = 4, CLASS_MIN = 2048, ZSTD_LEVEL = 3 };

struct sealer {
    X509 *cert[RECIPIENTS_MAX];
    int n;
};

const char *pem_reason(void)
{
    unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    return reason ? reason : "no reason given";
}

X509 *pem_read_cert(const char *path, struct err *err)
{
    BIO *file = BIO_new_file(path, "r");
    X509 *cert = file ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
    BIO_free(file);
    if (!cert)
        err_set(err, ERR_BROKEN, "certificate %s: %s", path, pem_reason());
    return cert;
}

/* A key with a passphrase must fail, not ask on the terminal. */
static int no_passphrase(char *buf, int size, int writing, void *self)
{
    (void)buf, (void)size, (void)writing, (void)self;
    return -1;
}

EVP_PKEY *pem_read_key(const char *path, struct err *err)
{
    BIO *file = BIO_new_file(path, "r");
    EVP_PKEY *key =
        file ? PEM_read_bio_PrivateKey(file, NULL, no_passphrase, NULL) : NULL;
    BIO_free(file);
    if (!key)
        err_set(err, ERR_BROKEN, "key %s: %s", path, pem_reason());
    return key;
}

static bool is_p256(X509 *cert)
{
    char group[64] = "";
    EVP_PKEY *key = X509_get0_pubkey(cert);
    return key && EVP_PKEY_is_a(key, "EC") &&
           EVP_PKEY_get_group_name(key, group, sizeof group, NULL) &&
           strcmp(group, SN_X9_62_prime256v1) == 0;
}

struct sealer *sealer_create(const char *const *cert_paths, int n, struct err *err)
{
    struct sealer *s = xcalloc(1, sizeof *s);
    if (n < 1 || n > RECIPIENTS_MAX) {
        err_set(err, ERR_BROKEN, "1 to %d recipients, not %d", RECIPIENTS_MAX, n);
        goto fail;
    }
    for (int i = 0; i < n; i++) {
        X509 *cert = pem_read_cert(cert_paths[i], err);
        if (!cert)
            goto fail;
        s->cert[s->n++] = cert;
        if (!is_p256(cert)) {
            err_set(err, ERR_BROKEN, "certificate %s: its key is not P-256",
                    cert_paths[i]);
            goto fail;
        }
    }
    return s;
fail:
    sealer_destroy(s);
    return NULL;
}

void sealer_destroy(struct sealer *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->n; i++)
        X509_free(s->cert[i]);
    free(s);
}

/* u32be length | zstd frame | zeros. NULL on failure. *size is the class. */
static unsigned char *pack(const void *plain, size_t len, size_t *size,
                           struct err *err)
{
    size_t room = 4 + ZSTD_compressBound(len);
    size_t most = CLASS_MIN;
    while (most < room)
        most *= 2;
    unsigned char *packed = xcalloc(1, most);
    size_t frame = ZSTD_compress(packed + 4, most - 4, plain, len, ZSTD_LEVEL);
    if (ZSTD_isError(frame)) {
        err_set(err, ERR_BROKEN, "zstd: %s", ZSTD_getErrorName(frame));
        OPENSSL_cleanse(packed, most);
        free(packed);
        return NULL;
    }
    packed[0] = (unsigned char)(frame >> 24);
    packed[1] = (unsigned char)(frame >> 16);
    packed[2] = (unsigned char)(frame >> 8);
    packed[3] = (unsigned char)frame;
    /* zstd may leave scraps of its work behind the frame */
    memset(packed + 4 + frame, 0, most - 4 - frame);
    *size = CLASS_MIN;
    while (*size < 4 + frame)
        *size *= 2;
    return packed;
}

static bool unpack(const unsigned char *packed, size_t size, struct buf *out,
                   struct err *err)
{
    if (size < CLASS_MIN || (size & (size - 1)))
        return err_set(err, ERR_REFUSED, "envelope: not padded to a size class");
    size_t frame = (size_t)packed[0] << 24 | (size_t)packed[1] << 16 |
                   (size_t)packed[2] << 8 | packed[3];
    if (frame > size - 4)
        return err_set(err, ERR_REFUSED, "envelope: inner length too large");
    for (size_t i = 4 + frame; i < size; i++) {
        if (packed[i])
            return err_set(err, ERR_REFUSED, "envelope: padding is not zero");
    }
    unsigned long long want = ZSTD_getFrameContentSize(packed + 4, frame);
    if (want > SEAL_PLAIN_MAX) /* the two error values are larger still */
        return err_set(err, ERR_REFUSED, "envelope: content size missing or too large");
    size_t room = (size_t)want + 1;
    unsigned char *plain = xmalloc(room);
    size_t got = ZSTD_decompress(plain, room, packed + 4, frame);
    bool ok = !ZSTD_isError(got) && got == want;
    if (!ok)
        err_set(err, ERR_REFUSED, "envelope: damaged zstd frame");
    else if (!buf_append(out, plain, got))
        ok = err_set(err, ERR_REFUSED, "envelope: larger than expected");
    OPENSSL_cleanse(plain, room);
    free(plain);
    return ok;
}

static bool add_recipient(CMS_ContentInfo *cms, X509 *cert)
{
    CMS_RecipientInfo *info =
        CMS_add1_recipient_cert(cms, cert, CMS_USE_KEYID | CMS_KEY_PARAM);
    if (!info) /* a certificate without a key identifier: name the issuer */
        info = CMS_add1_recipient_cert(cms, cert, CMS_KEY_PARAM);
    EVP_PKEY_CTX *ctx = info ? CMS_RecipientInfo_get0_pkey_ctx(info) : NULL;
    return ctx && EVP_PKEY_CTX_set_ecdh_kdf_md(ctx, EVP_sha256()) > 0;
}

static bool append_der(CMS_ContentInfo *cms, struct buf *out)
{
    unsigned char *der = NULL;
    int len = i2d_CMS_ContentInfo(cms, &der);
    bool ok = len > 0 && buf_append(out, der, (size_t)len);
    OPENSSL_free(der);
    return ok;
}

bool seal(const struct sealer *s, const void *plain, size_t len, struct buf *out,
          struct err *err)
{
    if (len > SEAL_PLAIN_MAX)
        return err_set(err, ERR_BROKEN, "too large to seal: %zu bytes", len);
    size_t size;
    unsigned char *packed = pack(plain, len, &size, err);
    if (!packed)
        return false;

    ERR_clear_error();
    BIO *in = BIO_new_mem_buf(packed, (int)size);
    CMS_ContentInfo *cms = CMS_AuthEnvelopedData_create(EVP_aes_256_gcm());
    bool ok = in && cms && CMS_set_detached(cms, 0);
    for (int i = 0; ok && i < s->n; i++)
        ok = add_recipient(cms, s->cert[i]);
    ok = ok && CMS_final(cms, in, NULL, CMS_BINARY) && append_der(cms, out);
    if (!ok)
        err_set(err, ERR_BROKEN, "sealing failed: %s", pem_reason());
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    OPENSSL_cleanse(packed, size);
    free(packed);
    return ok;
}

bool seal_unseal(const char *key_path, const char *cert_path, const void *envelope,
                 size_t len, struct buf *out, struct err *err)
{
    bool ok = false;
    CMS_ContentInfo *cms = NULL;
    BIO *plain = NULL;
    X509 *cert = NULL;
    EVP_PKEY *key = pem_read_key(key_path, err);
    if (!key || !(cert = pem_read_cert(cert_path, err)))
        goto out;

    ERR_clear_error();
    const unsigned char *at = envelope;
    const unsigned char *end = at + len;
    if (len <= 2 * SEAL_PLAIN_MAX)
        cms = d2i_CMS_ContentInfo(NULL, &at, (long)len);
    if (!cms || at != end ||
        OBJ_obj2nid(CMS_get0_type(cms)) != NID_id_smime_ct_authEnvelopedData) {
        err_set(err, ERR_REFUSED, "envelope: not one CMS AuthEnvelopedData");
        goto out;
    }
    plain = BIO_new(BIO_s_secmem());
    if (!plain || CMS_decrypt(cms, key, cert, NULL, plain, CMS_BINARY) != 1) {
        err_set(err, ERR_REFUSED, "envelope: cannot be opened: %s", pem_reason());
        goto out;
    }
    char *packed;
    long size = BIO_get_mem_data(plain, &packed);
    ok = size > 0 && unpack((unsigned char *)packed, (size_t)size, out, err);
    if (size <= 0)
        err_set(err, ERR_REFUSED, "envelope: empty");
    else
        OPENSSL_cleanse(packed, (size_t)size);
out:
    ERR_clear_error();
    BIO_free(plain);
    CMS_ContentInfo_free(cms);
    X509_free(cert);
    EVP_PKEY_free(key);
    return ok;
}

void seal_digest(const void *data, size_t len, unsigned char out[32])
{
    SHA256(data, len, out);
}

void seal_digest_hex(const void *data, size_t len, char out[65])
{
    unsigned char raw[32];
    seal_digest(data, len, raw);
    for (int i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", raw[i]);
}
