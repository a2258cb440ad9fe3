/* Verification pins one certificate instead of following a chain: the receipt is
 * proof that the central system has the application, and only one key may give
 * it. CMS_NOINTERN makes OpenSSL look for the signer among our certificate alone. */
#include "post/cms_receipt.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/x509.h>

#include "post/pem.h"

enum { SIGNED_MAX = 64 << 10 };

bool receipt_sign(const char *json, size_t len, const char *key_path,
                  const char *cert_path, struct buf *out, struct err *err)
{
    bool ok = false;
    BIO *in = NULL;
    CMS_ContentInfo *cms = NULL;
    unsigned char *der = NULL;
    X509 *cert = NULL;
    if (len > SIGNED_MAX)
        return err_set(err, ERR_BROKEN, "receipt too large to sign");
    EVP_PKEY *key = pem_read_key(key_path, err);
    if (!key || !(cert = pem_read_cert(cert_path, err)))
        goto out;

    ERR_clear_error();
    unsigned flags = CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP;
    in = BIO_new_mem_buf(json, (int)len);
    cms = CMS_sign(NULL, NULL, NULL, in, flags);
    int size = 0;
    ok = in && cms && CMS_add1_signer(cms, cert, key, EVP_sha256(), flags) &&
         CMS_final(cms, in, NULL, CMS_BINARY) &&
         (size = i2d_CMS_ContentInfo(cms, &der)) > 0 &&
         buf_append(out, der, (size_t)size);
    if (!ok)
        err_set(err, ERR_BROKEN, "signing a receipt: %s", pem_reason());
out:
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    X509_free(cert);
    EVP_PKEY_free(key);
    return ok;
}

bool receipt_verify(const void *data, size_t len, const char *signing_cert_path,
                    struct buf *json_out, struct err *err)
{
    bool ok = false;
    CMS_ContentInfo *cms = NULL;
    STACK_OF(X509) *trusted = NULL;
    BIO *json = NULL;
    X509 *cert = pem_read_cert(signing_cert_path, err);
    if (!cert)
        return false;

    ERR_clear_error();
    const unsigned char *at = data;
    const unsigned char *end = at + len;
    if (len <= 2 * SIGNED_MAX)
        cms = d2i_CMS_ContentInfo(NULL, &at, (long)len);
    if (!cms || at != end ||
        OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed) {
        err_set(err, ERR_REFUSED, "receipt: not one CMS SignedData");
        goto out;
    }
    trusted = sk_X509_new_null();
    json = BIO_new(BIO_s_mem());
    if (!trusted || !json || !sk_X509_push(trusted, cert) ||
        CMS_verify(cms, trusted, NULL, NULL, json,
                   CMS_BINARY | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY) != 1) {
        err_set(err, ERR_REFUSED, "receipt: signature not good: %s", pem_reason());
        goto out;
    }
    char *text;
    long size = BIO_get_mem_data(json, &text);
    if (size <= 0 || !buf_append(json_out, text, (size_t)size)) {
        err_set(err, ERR_REFUSED, "receipt: empty or larger than expected");
        goto out;
    }
    ok = true;
out:
    ERR_clear_error();
    BIO_free(json);
    sk_X509_free(trusted);
    CMS_ContentInfo_free(cms);
    X509_free(cert);
    return ok;
}
