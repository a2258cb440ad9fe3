/* A request lives from the first call of handle() to completed(). A submission's
 * connection is suspended while the writer commits it, so no thread waits for an
 * fsync; the writer's callback resumes it and handle() is called once more.
 *
 * libmicrohttpd is lenient where that lets requests be smuggled past a proxy:
 * repeated Content-Length, Transfer-Encoding beside it. Those are refused here as
 * far as the library lets us see them; in production a strict proxy stands before
 * it.
 *
 * A refused body is read to its end (up to a limit) before the answer, because a
 * client that is still sending when the connection closes sees a reset instead of
 * the answer. */
#include "central/server.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "central/limit.h"
#include "post/seal.h"

enum {
    SUBMISSION_MAX = 1 << 20,
    STATUS_MAX = 64 << 10,
    DRAIN_MAX = 4 << 20,
    CONNECTIONS = 4096,
    IDLE_S = 30,
    THREADS = 2,
    STATUS_PER_MINUTE = 30,
    RETRY_AFTER_S = 5,
    GRACE_S = 3,
    PEM_MAX = 64 << 10,
};

struct server {
    struct server_config config;
    char *key, *cert, *ca;
    int port;
    struct MHD_Daemon *daemon;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t idle;
    int active; /* requests begun and not completed */
    struct limit *limit;
};

enum route { ROUTE_NONE, ROUTE_SUBMISSION, ROUTE_STATUS, ROUTE_HEALTH };

/* Who is at the other end of a connection. */
struct peer {
    bool looked;
    bool proven; /* a certificate of our CA, meant for clients */
    char station[STATION_ID_MAX + 1], serial[AUTHORITY_SERIAL_LEN + 1];
};

struct request {
    struct server *server;
    struct MHD_Connection *connection;
    struct peer *peer;
    enum route route;
    char id[UUID_TEXT_LEN + 1];
    int status; /* 0: nothing decided yet */
    const char *why;
    int retry_after_s;
    struct buf body;
    struct intake_job job;
    bool posted;
};

/* ---- the station behind the connection ---- */

/* The name and serial number of the certificate, if they have our form. */
static bool read_peer(const gnutls_datum_t *der, struct peer *peer)
{
    gnutls_x509_crt_t cert;
    unsigned char serial[64];
    size_t serial_len = sizeof serial, len = sizeof peer->station;
    if (gnutls_x509_crt_init(&cert) < 0)
        return false;
    bool ok = gnutls_x509_crt_import(cert, der, GNUTLS_X509_FMT_DER) >= 0 &&
              gnutls_x509_crt_get_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, 0,
                                            peer->station, &len) >= 0 &&
              strlen(peer->station) == len && station_id_valid(peer->station) &&
              gnutls_x509_crt_get_serial(cert, serial, &serial_len) >= 0 &&
              serial_len == AUTHORITY_SERIAL_LEN / 2;
    for (size_t i = 0; ok && i < serial_len; i++)
        snprintf(peer->serial + 2 * i, 3, "%02x", serial[i]);
    gnutls_x509_crt_deinit(cert);
    return ok;
}

static bool verify_peer(struct MHD_Connection *connection, struct peer *peer)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (!info || !info->tls_session)
        return false;
    gnutls_session_t session = info->tls_session;
    unsigned count = 0, status = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
                                     .data = (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT};
    return chain && count > 0 &&
           gnutls_certificate_verify_peers(session, &purpose, 1, &status) >= 0 &&
           status == 0 && read_peer(chain, peer);
}

static bool decide(struct request *r, int status, const char *why)
{
    r->status = status;
    r->why = why;
    return false;
}

static bool check_peer(struct request *r)
{
    const struct server_config *c = &r->server->config;
    struct peer *peer = r->peer;
    enum station_standing standing;
    struct err err = {0};
    if (!peer->looked) {
        peer->looked = true;
        peer->proven = verify_peer(r->connection, peer);
    }
    if (!peer->proven)
        return decide(r, 401, "no valid station certificate");
    if (!c->driver->station_standing(c->store, peer->serial, peer->station, &standing,
                                     &err)) {
        log_error("central", "%s", err.text);
        return decide(r, 503, "busy");
    }
    if (standing == STATION_REVOKED)
        return decide(r, 403, "this station's certificate is revoked");
    if (standing == STATION_UNKNOWN)
        return decide(r, 403, "this station is not known");
    return true;
}

/* ---- headers ---- */

struct header {
    const char *name, *value;
    int count;
};

static enum MHD_Result count_header(void *self, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    struct header *h = self;
    (void)kind;
    if (strcasecmp(name, h->name) == 0) {
        h->value = value ? value : "";
        h->count++;
    }
    return MHD_YES;
}

static struct header header_of(struct request *r, const char *name)
{
    struct header h = {.name = name, .value = ""};
    MHD_get_connection_values(r->connection, MHD_HEADER_KIND, count_header, &h);
    return h;
}

/* A media type without regard to case and parameters. */
static bool is_type(const char *value, const char *type)
{
    size_t len = strlen(type);
    return strncasecmp(value, type, len) == 0 &&
           value[len + strspn(value + len, " \t")] == (strchr(value, ';') ? ';' : 0);
}

static bool check_body_headers(struct request *r, const char *type, size_t max)
{
    struct header length = header_of(r, "Content-Length");
    struct header content = header_of(r, "Content-Type");
    if (header_of(r, "Transfer-Encoding").count)
        return decide(r, 400, "Transfer-Encoding is not taken");
    if (length.count != 1 || !*length.value || strlen(length.value) > 18 ||
        length.value[strspn(length.value, "0123456789")])
        return decide(r, 400, "exactly one Content-Length is needed");
    if (strtoull(length.value, NULL, 10) > max)
        return decide(r, 413, "too large");
    if (content.count > 1)
        return decide(r, 400, "more than one Content-Type");
    if (!is_type(content.value, type) || header_of(r, "Content-Encoding").count)
        return decide(r, 415, "another Content-Type is needed");
    return true;
}

static bool check_submission_headers(struct request *r)
{
    struct header suite = header_of(r, "Bangban-Suite");
    struct header key = header_of(r, "Idempotency-Key");
    if (!uuid7_valid(r->id))
        return decide(r, 400, "the id is not a UUID version 7");
    if (suite.count > 1 || key.count > 1 || header_of(r, "Content-Digest").count > 1)
        return decide(r, 400, "a header is repeated");
    if (strcmp(suite.value, "1") != 0)
        return decide(r, 415, "unknown suite");
    if (key.count && strcmp(key.value, r->id) != 0)
        return decide(r, 400, "Idempotency-Key is not the id");
    return true;
}

/* RFC 9530: "sha-256=:<base64>:", possibly among other algorithms. */
static bool digest_matches(const char *value, const struct buf *body)
{
    unsigned char raw[32];
    char want[64], base64[48];
    seal_digest(body->data, body->len, raw);
    EVP_EncodeBlock((unsigned char *)base64, raw, sizeof raw);
    snprintf(want, sizeof want, "sha-256=:%s:", base64);
    size_t len = strlen(want);
    for (const char *at = value; *at;) {
        at += strspn(at, " \t,");
        size_t member = strcspn(at, ",");
        size_t end = member;
        while (end && (at[end - 1] == ' ' || at[end - 1] == '\t'))
            end--;
        if (end == len && strncmp(at, want, len) == 0)
            return true;
        at += member;
    }
    return false;
}

/* ---- answers ---- */

static enum MHD_Result send_answer(struct request *r, int status, const char *type,
                                   const void *data, size_t len)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, (void *)data, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    if (r->retry_after_s) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%d", r->retry_after_s);
        MHD_add_response_header(response, "Retry-After", seconds);
    }
    if (status == 405)
        MHD_add_response_header(response, "Allow",
                                r->route == ROUTE_SUBMISSION ? "PUT"
                                : r->route == ROUTE_STATUS   ? "POST"
                                                             : "GET");
    enum MHD_Result result =
        MHD_queue_response(r->connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_json(struct request *r, int status, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);
    enum MHD_Result result = MHD_NO;
    if (text) {
        size_t len = strlen(text);
        result = send_answer(r, status, "application/json", text, len);
        memset(text, 0, len);
    }
    free(text);
    json_decref(json);
    return result;
}

static enum MHD_Result send_decision(struct request *r)
{
    if (r->status == 503 && !r->retry_after_s)
        r->retry_after_s = RETRY_AFTER_S;
    return send_json(r, r->status, json_pack("{s:s}", "error", r->why));
}

/* ---- the three routes ---- */

static enum MHD_Result answer_health(struct request *r)
{
    char now[26];
    china_time(clock_unix_ms(), now);
    return send_json(r, 200, json_pack("{s:b, s:s}", "ok", 1, "time", now));
}

/* note is free text by staff and could name someone, so a code alone, which may
 * lie in a bin on a piece of paper, does not get it. */
static json_t *case_json(const struct case_facts *f, bool identified)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "code", f->code,
                     "id", f->id, "service", f->service, "state", case_state_name(f->state),
                     "step", f->step, "received", f->received, "due", f->due, "decided",
                     f->decided, "reason", f->reason, "note", identified ? f->note : "");
}

static enum MHD_Result answer_status(struct request *r)
{
    const struct server_config *c = &r->server->config;
    struct case_facts cases[STATUS_CASES_MAX];
    struct status_request wanted;
    struct err err = {0};
    char identity[65] = "";
    int n = 0;
    if (!status_request_read(r->body.data, r->body.len, &wanted, &err)) {
        log_warn("central", "status from %s: %s", r->peer->station, err.text);
        decide(r, 400, "not a status request, or not allowed without a card");
        return send_decision(r);
    }
    bool by_code = wanted.by_code, ok = true;
    if (!by_code)
        intake_identity(c->intake, wanted.id_type, wanted.id_no, identity);
    if (!by_code || wanted.code[0])
        ok = c->driver->list(c->store, by_code ? wanted.code : NULL,
                             wanted.id[0] ? wanted.id : NULL, by_code ? NULL : identity,
                             cases, STATUS_CASES_MAX, &n, &err);
    explicit_bzero(&wanted, sizeof wanted);
    if (!ok) {
        log_error("central", "%s", err.text);
        decide(r, 503, "busy");
        return send_decision(r);
    }
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(list, case_json(&cases[i], !by_code));
    return send_json(r, 200, json_pack("{s:o}", "cases", list));
}

static void committed(struct intake_job *job)
{
    struct request *r = job->self;
    MHD_resume_connection(r->connection);
}

static enum MHD_Result answer_submission(struct request *r)
{
    struct case_row *row = &r->job.row;
    int status = r->job.status;
    if (status == 200 || status == 201)
        return send_answer(r, status, "application/cms", row->receipt.data,
                           row->receipt.len);
    log_warn("central", "submission %s from %s: %d, %s", r->id, r->peer->station, status,
             r->job.why);
    decide(r, status, status == 503 ? "busy" : r->job.why);
    return send_decision(r);
}

static enum MHD_Result take_submission(struct request *r)
{
    struct intake *intake = r->server->config.intake;
    if (!digest_matches(header_of(r, "Content-Digest").value, &r->body)) {
        decide(r, 400, "Content-Digest does not match the body");
        return send_decision(r);
    }
    r->job.done = committed;
    r->job.self = r;
    r->posted = true;
    if (intake_open(intake, &r->job, r->id, r->peer->station, r->body.data, r->body.len,
                    clock_unix_ms()))
        return answer_submission(r);
    /* suspended first: the writer may be done before intake_post returns */
    MHD_suspend_connection(r->connection);
    if (!intake_post(intake, &r->job)) {
        r->job.status = 503;
        MHD_resume_connection(r->connection);
    }
    return MHD_YES;
}

/* ---- the life of a request ---- */

static bool route(struct request *r, const char *url, const char *method)
{
    static const char submissions[] = "/v1/submissions/";
    const char *needed = "GET";
    if (strncmp(url, submissions, sizeof submissions - 1) == 0) {
        r->route = ROUTE_SUBMISSION;
        needed = "PUT";
        snprintf(r->id, sizeof r->id, "%s", url + sizeof submissions - 1);
        if (strlen(url + sizeof submissions - 1) >= sizeof r->id)
            r->id[0] = 0;
    } else if (strcmp(url, "/v1/status") == 0) {
        r->route = ROUTE_STATUS;
        needed = "POST";
    } else if (strcmp(url, "/v1/health") == 0) {
        r->route = ROUTE_HEALTH;
    } else {
        return decide(r, 404, "no such page");
    }
    return strcmp(method, needed) == 0 || decide(r, 405, "another method is needed");
}

static bool check_rate(struct request *r)
{
    struct server *s = r->server;
    pthread_mutex_lock(&s->lock);
    r->retry_after_s = limit_take(s->limit, r->peer->station, clock_mono_ms());
    pthread_mutex_unlock(&s->lock);
    return r->retry_after_s == 0 || decide(r, 429, "too many questions");
}

static void check(struct request *r, const char *url, const char *method)
{
    if (!route(r, url, method) || r->route == ROUTE_HEALTH || !check_peer(r))
        return;
    if (r->route == ROUTE_SUBMISSION) {
        buf_init(&r->body, SUBMISSION_MAX);
        if (check_body_headers(r, "application/cms", SUBMISSION_MAX))
            check_submission_headers(r);
    } else {
        buf_init(&r->body, STATUS_MAX);
        if (check_body_headers(r, "application/json", STATUS_MAX))
            check_rate(r);
    }
}

/* Refused and too much still to come, or the client waits for a word: say it now. */
static bool answer_at_once(struct request *r)
{
    const char *length = header_of(r, "Content-Length").value;
    return r->status && (header_of(r, "Expect").count ||
                         header_of(r, "Transfer-Encoding").count || strlen(length) > 18 ||
                         strtoull(length, NULL, 10) > DRAIN_MAX);
}

static enum MHD_Result begin(struct server *s, struct MHD_Connection *connection,
                             const char *url, const char *method, void **self)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (!info || !info->socket_context)
        return MHD_NO;
    struct request *r = xcalloc(1, sizeof *r);
    r->server = s;
    r->connection = connection;
    r->peer = info->socket_context;
    *self = r;
    pthread_mutex_lock(&s->lock);
    s->active++;
    pthread_mutex_unlock(&s->lock);
    check(r, url, method);
    return answer_at_once(r) ? send_decision(r) : MHD_YES;
}

static enum MHD_Result handle(void *self, struct MHD_Connection *connection,
                              const char *url, const char *method, const char *version,
                              const char *data, size_t *len, void **request)
{
    struct request *r = *request;
    (void)version;
    if (!r)
        return begin(self, connection, url, method, request);
    if (*len) {
        if (!r->status && r->route != ROUTE_HEALTH && !buf_append(&r->body, data, *len))
            decide(r, 413, "too large");
        *len = 0;
        return MHD_YES;
    }
    if (r->status)
        return send_decision(r);
    switch (r->route) {
    case ROUTE_SUBMISSION:
        return r->posted ? answer_submission(r) : take_submission(r);
    case ROUTE_STATUS:
        return answer_status(r);
    default:
        return answer_health(r);
    }
}

static void completed(void *self, struct MHD_Connection *connection, void **request,
                      enum MHD_RequestTerminationCode how)
{
    struct server *s = self;
    struct request *r = *request;
    (void)connection, (void)how;
    if (!r)
        return;
    *request = NULL;
    buf_finish_wipe(&r->body);
    intake_job_finish(&r->job);
    free(r);
    pthread_mutex_lock(&s->lock);
    if (--s->active == 0)
        pthread_cond_signal(&s->idle);
    pthread_mutex_unlock(&s->lock);
}

static void connection_changed(void *self, struct MHD_Connection *connection,
                               void **context, enum MHD_ConnectionNotificationCode what)
{
    (void)self, (void)connection;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = xcalloc(1, sizeof(struct peer));
    } else {
        free(*context);
        *context = NULL;
    }
}

/* ---- start and stop ---- */

static void __attribute__((format(printf, 2, 0)))
log_library(void *self, const char *format, va_list args)
{
    char text[256];
    (void)self;
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = 0;
    log_warn("http", "%s", text);
}

/* "host:port" or "[host]:port"; both point into text, which is cut. */
static bool split_address(char *text, char **host, char **port)
{
    char *colon = strrchr(text, ':');
    if (!colon || colon == text || !colon[1] || strlen(colon + 1) > 5 ||
        colon[1 + strspn(colon + 1, "0123456789")] || atoi(colon + 1) > 65535)
        return false;
    *colon = 0;
    *host = text;
    *port = colon + 1;
    size_t len = strlen(text);
    if (text[0] == '[' && text[len - 1] == ']') {
        text[len - 1] = 0;
        *host = text + 1;
    }
    return true;
}

static int listen_on(const char *address, int *port, struct err *err)
{
    char text[128], *host, *service;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *info = NULL;
    struct sockaddr_storage got;
    socklen_t len = sizeof got;
    int fd = -1, yes = 1;

    snprintf(text, sizeof text, "%s", address);
    if (strlen(address) >= sizeof text || !split_address(text, &host, &service) ||
        getaddrinfo(host, service, &hints, &info) != 0) {
        err_set(err, ERR_REFUSED, "--listen wants an address and a port such as "
                "127.0.0.1:8443, not \"%.60s\"", address);
        return -1;
    }
    fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, 511) != 0 ||
        getsockname(fd, (struct sockaddr *)&got, &len) != 0) {
        if (errno == EADDRINUSE)
            err_set(err, ERR_BROKEN, "%s is in use: another program listens there", address);
        else
            err_set(err, ERR_BROKEN, "cannot listen on %s: %s", address, strerror(errno));
        if (fd >= 0)
            close(fd);
        fd = -1;
    } else {
        *port = ntohs(got.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&got)->sin6_port
                                                : ((struct sockaddr_in *)&got)->sin_port);
    }
    freeaddrinfo(info);
    return fd;
}

static char *read_pem(const char *folder, const char *name, struct err *err)
{
    char *path = xasprintf("%s/%s", folder, name);
    char *text = file_read(path, PEM_MAX, NULL, err);
    free(path);
    return text;
}

/* A connection is a file: take as many as the system lets us, and no more. */
static unsigned connection_limit(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return 512;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur >= CONNECTIONS + 64)
        return CONNECTIONS;
    return files.rlim_cur > 128 ? (unsigned)files.rlim_cur - 64 : 64;
}

struct server *server_start(const struct server_config *config, struct err *err)
{
    struct server *s = xcalloc(1, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->idle, NULL);
    s->config = *config;
    s->limit = limit_create(STATUS_PER_MINUTE);
    int fd = -1;
    if (!(s->key = read_pem(config->folder, "server.key", err)) ||
        !(s->cert = read_pem(config->folder, "server.crt", err)) ||
        !(s->ca = read_pem(config->folder, "ca.crt", err)) ||
        (fd = listen_on(config->listen, &s->port, err)) < 0)
        goto fail;
    s->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TLS | MHD_ALLOW_SUSPEND_RESUME |
            MHD_USE_ERROR_LOG,
        0, NULL, NULL, handle, s, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_HTTPS_MEM_KEY, s->key,
        MHD_OPTION_HTTPS_MEM_CERT, s->cert, MHD_OPTION_HTTPS_MEM_TRUST, s->ca,
        MHD_OPTION_HTTPS_PRIORITIES, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2",
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
        MHD_OPTION_CONNECTION_LIMIT, connection_limit(), MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned)THREADS, MHD_OPTION_NOTIFY_COMPLETED, completed, s,
        MHD_OPTION_NOTIFY_CONNECTION, connection_changed, NULL, MHD_OPTION_END);
    if (!s->daemon) {
        close(fd);
        err_set(err, ERR_BROKEN, "the HTTPS server cannot start; are server.crt and "
                "server.key in %s sound?", config->folder);
        goto fail;
    }
    return s;
fail:
    server_stop(s);
    return NULL;
}

int server_port(const struct server *s)
{
    return s->port;
}

static void wait_until_idle(struct server *s)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += GRACE_S;
    pthread_mutex_lock(&s->lock);
    while (s->active > 0 && pthread_cond_timedwait(&s->idle, &s->lock, &until) == 0)
        ;
    pthread_mutex_unlock(&s->lock);
}

void server_stop(struct server *s)
{
    if (!s)
        return;
    if (s->daemon) {
        MHD_socket fd = MHD_quiesce_daemon(s->daemon);
        wait_until_idle(s);
        /* no connection may be suspended when the daemon stops */
        intake_stop(s->config.intake);
        MHD_stop_daemon(s->daemon);
        if (fd != MHD_INVALID_SOCKET)
            close(fd);
    }
    limit_destroy(s->limit);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->idle);
    if (s->key)
        explicit_bzero(s->key, strlen(s->key));
    free(s->key);
    free(s->cert);
    free(s->ca);
    free(s);
}
