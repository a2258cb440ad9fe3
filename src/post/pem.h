/* PEM files into OpenSSL objects; private to the seal library. */
#ifndef POST_PEM_H
#define POST_PEM_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/err.h"

X509 *pem_read_cert(const char *path, struct err *err);    /* X509_free */
EVP_PKEY *pem_read_key(const char *path, struct err *err); /* EVP_PKEY_free */
/* OpenSSL's first queued reason, and empties its queue. */
const char *pem_reason(void);

#endif
