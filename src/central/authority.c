/* ca.crt is written last: it says that all the rest is there. A power cut before
 * that leaves a folder that counts as empty and is made anew, which harms nobody
 * because no station has been given anything yet.
 *
 * notBefore lies a day back: a terminal's clock may be behind. */
#include "central/authority.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum { DAY_S = 86400, CA_DAYS = 7300, OWN_DAYS = 3650, STATION_DAYS = 1095,
       PEM_MAX = 64 << 10 };

static bool fail(const char *doing, struct err *err)
{
    unsigned long code = ERR_get_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    ERR_clear_error();
    return err_set(err, ERR_BROKEN, "%s: %s", doing, reason ? reason : "no reason given");
}

bool station_id_valid(const char *id)
{
    size_t len = strlen(id);
    return len > 0 && len <= STATION_ID_MAX && id[0] != '.' &&
           strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                      "0123456789._-") == len;
}

/* ---- files ---- */

static bool write_bio(BIO *bio, const char *folder, const char *name, unsigned mode,
                      struct err *err)
{
    char *data;
    long len = BIO_get_mem_data(bio, &data);
    char *path = xasprintf("%s/%s", folder, name);
    bool ok = len > 0 && file_write(path, data, (size_t)len, mode, err);
    free(path);
    return ok;
}

static bool write_key(EVP_PKEY *key, const char *folder, const char *name,
                      struct err *err)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    bool ok = (bio && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL)) ||
              fail("writing a key", err);
    ok = ok && write_bio(bio, folder, name, 0600, err);
    BIO_free(bio);
    return ok;
}

static bool write_cert(X509 *cert, const char *folder, const char *name,
                       struct err *err)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = (bio && PEM_write_bio_X509(bio, cert)) || fail("writing a certificate", err);
    ok = ok && write_bio(bio, folder, name, 0644, err);
    BIO_free(bio);
    return ok;
}

static BIO *open_pem(const char *folder, const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);
    BIO *bio = BIO_new_file(path, "r");
    free(path);
    return bio;
}

static bool copy_file(const char *from, const char *to, const char *name,
                      struct err *err)
{
    char *source = xasprintf("%s/%s", from, name), *target = xasprintf("%s/%s", to, name);
    size_t len;
    char *data = file_read(source, PEM_MAX, &len, err);
    bool ok = data && file_write(target, data, len, 0644, err);
    free(data);
    free(source);
    free(target);
    return ok;
}

bool authority_exists(const char *folder)
{
    char *path = xasprintf("%s/ca.crt", folder);
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

/* ---- certificates ---- */

struct issuer {
    X509 *cert;
    EVP_PKEY *key;
};

struct wish {
    const char *name, *key_usage, *purpose, *alt_names; /* NULL: leave out */
    bool ca;
    int days;
};

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool ok = ext && X509_add_ext(cert, ext, -1);
    X509_EXTENSION_free(ext);
    return ok;
}

/* 127 random bits: unique without a counter that could be lost. */
static bool set_serial(X509 *cert)
{
    unsigned char raw[AUTHORITY_SERIAL_LEN / 2];
    if (RAND_bytes(raw, sizeof raw) != 1)
        return false;
    raw[0] = (unsigned char)((raw[0] & 0x7F) | 0x40);
    BIGNUM *n = BN_bin2bn(raw, sizeof raw, NULL);
    bool ok = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));
    BN_free(n);
    return ok;
}

/* by NULL: signs itself. */
static X509 *make_cert(EVP_PKEY *key, const struct issuer *by, const struct wish *w,
                       int64_t now_ms, struct err *err)
{
    X509 *cert = X509_new();
    X509 *issuer = by ? by->cert : cert;
    time_t now = (time_t)(now_ms / 1000);
    X509_NAME *name = cert ? X509_get_subject_name(cert) : NULL;
    bool ok =
        cert && X509_set_version(cert, 2) && set_serial(cert) &&
        X509_time_adj_ex(X509_getm_notBefore(cert), -1, 0, &now) &&
        X509_time_adj_ex(X509_getm_notAfter(cert), w->days, 0, &now) &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                   (const unsigned char *)w->name, -1, -1, 0) &&
        X509_set_issuer_name(cert, X509_get_subject_name(issuer)) &&
        X509_set_pubkey(cert, key) &&
        add_extension(cert, issuer, NID_basic_constraints,
                      w->ca ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") &&
        add_extension(cert, issuer, NID_key_usage, w->key_usage) &&
        add_extension(cert, issuer, NID_subject_key_identifier, "hash") &&
        add_extension(cert, issuer, NID_authority_key_identifier, "keyid") &&
        (!w->purpose || add_extension(cert, issuer, NID_ext_key_usage, w->purpose)) &&
        (!w->alt_names ||
         add_extension(cert, issuer, NID_subject_alt_name, w->alt_names)) &&
        X509_sign(cert, by ? by->key : key, EVP_sha256());
    if (!ok) {
        fail("making a certificate", err);
        X509_free(cert);
        return NULL;
    }
    return cert;
}

static bool make_pair(const struct issuer *by, const struct wish *w, const char *folder,
                      const char *stem, int64_t now_ms,
                      char serial[AUTHORITY_SERIAL_LEN + 1], struct err *err)
{
    char *key_name = xasprintf("%s.key", stem), *cert_name = xasprintf("%s.crt", stem);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = NULL;
    bool ok = (key || fail("making a key", err)) &&
              (cert = make_cert(key, by, w, now_ms, err)) &&
              write_key(key, folder, key_name, err) &&
              write_cert(cert, folder, cert_name, err);
    if (ok && serial) {
        BIGNUM *n = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
        unsigned char raw[AUTHORITY_SERIAL_LEN / 2];
        ok = (n && BN_bn2binpad(n, raw, sizeof raw) == sizeof raw) ||
             fail("reading a serial number", err);
        for (size_t i = 0; ok && i < sizeof raw; i++)
            snprintf(serial + 2 * i, 3, "%02x", raw[i]);
        BN_free(n);
    }
    X509_free(cert);
    EVP_PKEY_free(key);
    free(key_name);
    free(cert_name);
    return ok;
}

/* host goes into an extension's text, where a comma would start something else. */
static bool host_valid(const char *host)
{
    size_t len = strlen(host);
    return len > 0 && len <= 253 &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789.-:") == len;
}

static char *alt_names(const char *host)
{
    unsigned char address[16];
    if (!host || strcmp(host, "localhost") == 0 || strcmp(host, "127.0.0.1") == 0)
        return xstrdup("DNS:localhost,IP:127.0.0.1");
    bool ip = inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
    return xasprintf("DNS:localhost,IP:127.0.0.1,%s:%s", ip ? "IP" : "DNS", host);
}

/* Turns identity numbers into search keys, see intake.c. */
static bool write_identity_key(const char *folder, struct err *err)
{
    unsigned char raw[32];
    char *path = xasprintf("%s/identity.key", folder);
    bool ok = (RAND_priv_bytes(raw, sizeof raw) == 1 || fail("random bytes", err)) &&
              file_write(path, raw, sizeof raw, 0600, err);
    OPENSSL_cleanse(raw, sizeof raw);
    free(path);
    return ok;
}

bool authority_init(const char *folder, const char *host, int64_t now_ms,
                    struct err *err)
{
    if (host && !host_valid(host))
        return err_set(err, ERR_REFUSED, "\"%s\" is not a host name or address", host);
    if (authority_exists(folder))
        return err_set(err, ERR_REFUSED, "%s already holds a central system", folder);

    ERR_clear_error();
    const struct wish ca = {.name = "Bangban central CA", .days = CA_DAYS, .ca = true,
                            .key_usage = "critical,keyCertSign,cRLSign"};
    char *names = alt_names(host);
    const struct {
        const char *stem;
        struct wish wish;
    } own[] = {
        {"server", {"bangban-central", "critical,digitalSignature", "serverAuth", names,
                    false, OWN_DAYS}},
        {"sealing", {"Bangban sealing", "critical,keyAgreement", NULL, NULL, false, OWN_DAYS}},
        {"escrow", {"Bangban escrow", "critical,keyAgreement", NULL, NULL, false, OWN_DAYS}},
        {"signing", {"Bangban receipts", "critical,digitalSignature", NULL, NULL, false,
                     OWN_DAYS}},
    };
    struct issuer by = {.key = EVP_EC_gen("P-256")};
    bool ok = by.key || fail("making a key", err);
    ok = ok && (by.cert = make_cert(by.key, NULL, &ca, now_ms, err));
    for (size_t i = 0; ok && i < ARRAY_LEN(own); i++)
        ok = make_pair(&by, &own[i].wish, folder, own[i].stem, now_ms, NULL, err);
    ok = ok && write_identity_key(folder, err) && write_key(by.key, folder, "ca.key", err) &&
         write_cert(by.cert, folder, "ca.crt", err);
    X509_free(by.cert);
    EVP_PKEY_free(by.key);
    free(names);
    return ok;
}

bool authority_issue(const char *folder, const char *station, const char *out,
                     int64_t now_ms, char serial[AUTHORITY_SERIAL_LEN + 1],
                     struct err *err)
{
    static const char *const trusted[] = {"ca.crt", "sealing.crt", "escrow.crt",
                                          "signing.crt"};
    if (!station_id_valid(station))
        return err_set(err, ERR_REFUSED,
                       "a station id is 1 to %d of a-z A-Z 0-9 . _ - and does not begin "
                       "with a dot", STATION_ID_MAX);
    if (!authority_exists(folder))
        return err_set(err, ERR_REFUSED, "%s holds no central system yet; run init first",
                       folder);

    ERR_clear_error();
    const struct wish wish = {station, "critical,digitalSignature", "clientAuth", NULL,
                              false, STATION_DAYS};
    struct issuer by = {0};
    BIO *cert = open_pem(folder, "ca.crt"), *key = open_pem(folder, "ca.key");
    bool ok = (cert && key && (by.cert = PEM_read_bio_X509(cert, NULL, NULL, NULL)) &&
               (by.key = PEM_read_bio_PrivateKey(key, NULL, NULL, NULL))) ||
              fail("reading ca.crt and ca.key", err);
    ok = ok && file_make_folder(out, err) &&
         make_pair(&by, &wish, out, "station", now_ms, serial, err);
    for (size_t i = 0; ok && i < ARRAY_LEN(trusted); i++)
        ok = copy_file(folder, out, trusted[i], err);
    X509_free(by.cert);
    EVP_PKEY_free(by.key);
    BIO_free(cert);
    BIO_free(key);
    return ok;
}
