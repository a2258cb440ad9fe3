/* The protocol's HTTP side (docs/protocol.md) on libmicrohttpd with GnuTLS: routes,
 * headers, client certificates, limits, numbers. What a submission means is
 * intake's business.
 *
 * A station's certificate is verified once a connection, its standing asked for at
 * every request, so revoking works at once. */
#ifndef CENTRAL_SERVER_H
#define CENTRAL_SERVER_H

#include "central/cases.h"
#include "central/intake.h"

struct server;

struct server_config {
    const char *listen; /* "127.0.0.1:8443", "[::1]:8443"; port 0: any free one */
    const char *folder; /* server.crt, server.key, ca.crt */
    const struct case_driver *driver;
    struct case_store *store;
    struct intake *intake;
};

/* Answers requests from here on, on threads of its own. NULL on failure. */
struct server *server_start(const struct server_config *config, struct err *err);
int server_port(const struct server *s);
/* Takes no new connections, lets what is under way end (a few seconds at most),
 * stops the intake and closes. NULL is fine. */
void server_stop(struct server *s);

#endif
