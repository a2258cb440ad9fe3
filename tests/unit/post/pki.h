/* A throw-away set of certificates, made by the openssl command: ca, server
 * (localhost, 127.0.0.1), station, central (seals), signing, stranger. */
#ifndef TEST_PKI_H
#define TEST_PKI_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char pki[64];

static char *pki_path(const char *name) /* one of eight rotating buffers */
{
    static _Thread_local char out[8][128];
    static _Thread_local int at;
    at = (at + 1) % 8;
    snprintf(out[at], sizeof out[at], "%s/%s", pki, name);
    return out[at];
}

static int pki_make(void **state)
{
    (void)state;
    static const char script[] =
        "exec 2>/dev/null; cd %s || exit 1\n"
        "k='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30'\n"
        "for n in ca central signing stranger; do\n"
        " openssl req -x509 $k -keyout $n.key -out $n.crt -subj /CN=$n || exit 1\n"
        "done\n"
        "for n in server station; do\n"
        " openssl req $k -keyout $n.key -out $n.csr -subj /CN=$n || exit 1\n"
        " echo 'subjectAltName=DNS:localhost,IP:127.0.0.1' > ext\n"
        " openssl x509 -req -in $n.csr -CA ca.crt -CAkey ca.key -CAcreateserial"
        " -days 30 -extfile ext -out $n.crt || exit 1\n"
        "done\n";
    strcpy(pki, "/tmp/bangban-pki-XXXXXX");
    if (!mkdtemp(pki))
        return -1;
    char command[2048];
    snprintf(command, sizeof command, script, pki);
    return system(command);
}

static int pki_remove(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", pki);
    return system(command);
}

#endif
