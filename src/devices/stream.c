/* Serial ports, USB printer nodes and TCP printers behind one set of calls.
 *
 * Every descriptor is non-blocking and every wait is a poll with a deadline, so
 * a device that stops in the middle of a byte holds its own worker thread for
 * the time it was given and no longer. Refused: flow-control lines (no reader
 * here needs them), and finding devices by itself; udev gives stable names. */
#include "devices/stream.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum transport { TRANSPORT_SERIAL, TRANSPORT_USB, TRANSPORT_TCP };

enum { CONNECT_TIMEOUT_MS = 2000 };

struct spec {
    enum transport transport;
    char path[200]; /* device node or host */
    char port[8];
    speed_t speed;
};

struct fd_stream {
    struct byte_stream base;
    enum transport transport;
    int fd;
};

static bool speed_from(const char *digits, speed_t *speed)
{
    static const struct {
        const char *digits;
        speed_t speed;
    } known[] = {
        {"9600", B9600},   {"19200", B19200},   {"38400", B38400},
        {"57600", B57600}, {"115200", B115200}, {"230400", B230400},
    };

    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strcmp(known[i].digits, digits) == 0) {
            *speed = known[i].speed;
            return true;
        }
    return false;
}

static bool all_digits(const char *s)
{
    if (!*s)
        return false;
    for (; *s; s++)
        if (!isdigit((unsigned char)*s))
            return false;
    return true;
}

static bool spec_parse(const char *text, struct spec *spec, struct err *err)
{
    const char *rest = NULL;
    char *colon;

    *spec = (struct spec){.speed = B115200};
    if (strncmp(text, "serial:", 7) == 0) {
        spec->transport = TRANSPORT_SERIAL;
        rest = text + 7;
    } else if (strncmp(text, "usb:", 4) == 0) {
        spec->transport = TRANSPORT_USB;
        rest = text + 4;
    } else if (strncmp(text, "tcp:", 4) == 0) {
        spec->transport = TRANSPORT_TCP;
        rest = text + 4;
    }
    if (!rest || !*rest || strlen(rest) >= sizeof spec->path)
        return err_set(err, ERR_BROKEN, "device \"%.80s\": expected serial:, usb: or tcp:",
                       text);
    strcpy(spec->path, rest);

    /* Names below /dev/serial/by-path hold colons themselves: only an
     * all-digit last part is a speed. */
    colon = strrchr(spec->path, ':');
    if (spec->transport == TRANSPORT_SERIAL && colon && all_digits(colon + 1)) {
        if (!speed_from(colon + 1, &spec->speed))
            return err_set(err, ERR_BROKEN, "device \"%.80s\": unknown speed", text);
        *colon = '\0';
    } else if (spec->transport == TRANSPORT_TCP) {
        if (!colon || colon == spec->path || !all_digits(colon + 1) ||
            strlen(colon + 1) > 5 || atoi(colon + 1) > 65535)
            return err_set(err, ERR_BROKEN, "device \"%.80s\": expected tcp:host:port",
                           text);
        strcpy(spec->port, colon + 1);
        *colon = '\0';
    }
    if (!spec->path[0])
        return err_set(err, ERR_BROKEN, "device \"%.80s\": no path", text);
    return true;
}

bool stream_spec_valid(const char *text, struct err *err)
{
    struct spec spec;

    return spec_parse(text, &spec, err);
}

static int left_until(int64_t deadline)
{
    int64_t left = deadline - clock_mono_ms();

    return left > 0 ? (int)left : 0;
}

static int fd_read(struct byte_stream *base, void *data, size_t size,
                   int timeout_ms, int cancel_fd)
{
    struct fd_stream *s = (struct fd_stream *)base;
    int64_t deadline = clock_mono_ms() + timeout_ms;

    for (;;) {
        struct pollfd fds[2] = {{.fd = s->fd, .events = POLLIN},
                                {.fd = cancel_fd, .events = POLLIN}};
        int ready = poll(fds, cancel_fd >= 0 ? 2 : 1, left_until(deadline));
        ssize_t n;

        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return STREAM_GONE;
        if (cancel_fd >= 0 && fds[1].revents)
            return STREAM_CANCELLED;
        if (ready == 0)
            return 0;
        n = read(s->fd, data, size);
        if (n > 0)
            return (int)n;
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
                return STREAM_GONE;
            if (left_until(deadline) == 0)
                return 0;
            continue;
        }
        /* usblp answers an empty read with 0 while the printer has nothing to
         * say; everywhere else 0 is the end. */
        if (n == 0 && s->transport == TRANSPORT_USB &&
            !(fds[0].revents & (POLLHUP | POLLERR))) {
            if (left_until(deadline) == 0)
                return 0;
            poll(NULL, 0, 5);
            continue;
        }
        return STREAM_GONE;
    }
}

static bool fd_write(struct byte_stream *base, const void *data, size_t len,
                     int timeout_ms, struct err *err)
{
    struct fd_stream *s = (struct fd_stream *)base;
    int64_t deadline = clock_mono_ms() + timeout_ms;
    const uint8_t *p = data;

    while (len > 0) {
        ssize_t n = s->transport == TRANSPORT_TCP
                        ? send(s->fd, p, len, MSG_NOSIGNAL)
                        : write(s->fd, p, len);
        struct pollfd fd = {.fd = s->fd, .events = POLLOUT};

        if (n > 0) {
            p += n;
            len -= (size_t)n;
            continue;
        }
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return err_set(err, ERR_OFFLINE, "device write: %s", strerror(errno));
        if (left_until(deadline) == 0)
            return err_set(err, ERR_OFFLINE, "device takes no more bytes");
        if (poll(&fd, 1, left_until(deadline)) > 0 &&
            (fd.revents & (POLLHUP | POLLERR | POLLNVAL)) && !(fd.revents & POLLOUT))
            return err_set(err, ERR_OFFLINE, "device has gone");
    }
    return true;
}

static void fd_close(struct byte_stream *base)
{
    struct fd_stream *s = (struct fd_stream *)base;

    close(s->fd);
    free(s);
}

static const struct byte_stream_ops fd_ops = {
    .read = fd_read,
    .write = fd_write,
    .close = fd_close,
};

static int serial_fd(const struct spec *spec, struct err *err)
{
    struct termios t;
    int fd = open(spec->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0) {
        err_set(err, ERR_OFFLINE, "%s: %s", spec->path, strerror(errno));
        return -1;
    }
    if (tcgetattr(fd, &t) != 0) {
        err_set(err, ERR_BROKEN, "%s: not a serial port", spec->path);
        close(fd);
        return -1;
    }
    cfmakeraw(&t);
    t.c_cflag |= CLOCAL | CREAD;
    t.c_cflag &= (tcflag_t)~(CSTOPB | CRTSCTS);
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    cfsetispeed(&t, spec->speed);
    cfsetospeed(&t, spec->speed);
    if (tcsetattr(fd, TCSANOW, &t) != 0) {
        err_set(err, ERR_BROKEN, "%s: cannot set the line: %s", spec->path,
                strerror(errno));
        close(fd);
        return -1;
    }
    tcflush(fd, TCIFLUSH); /* what the device said to its last owner */
    return fd;
}

static bool connect_within(int fd, const struct addrinfo *a, int timeout_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    int failure = 0;
    socklen_t size = sizeof failure;

    if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
        return true;
    if (errno != EINPROGRESS)
        return false;
    if (poll(&p, 1, timeout_ms) <= 0) {
        errno = ETIMEDOUT;
        return false;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) != 0)
        return false;
    errno = failure;
    return failure == 0;
}

static int tcp_fd(const struct spec *spec, struct err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    int rc = getaddrinfo(spec->path, spec->port, &hints, &list);
    int fd = -1, one = 1;

    if (rc != 0) {
        err_set(err, ERR_OFFLINE, "%s: %s", spec->path, gai_strerror(rc));
        return -1;
    }
    for (const struct addrinfo *a = list; a; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                    a->ai_protocol);
        if (fd >= 0 && connect_within(fd, a, CONNECT_TIMEOUT_MS))
            break;
        err_set(err, ERR_OFFLINE, "%s:%s: %s", spec->path, spec->port, strerror(errno));
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    freeaddrinfo(list);
    if (fd >= 0)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

struct byte_stream *stream_open(const char *text, struct err *err)
{
    struct spec spec;
    struct fd_stream *s;
    int fd = -1;

    if (!spec_parse(text, &spec, err))
        return NULL;
    switch (spec.transport) {
    case TRANSPORT_SERIAL:
        fd = serial_fd(&spec, err);
        break;
    case TRANSPORT_USB:
        fd = open(spec.path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
            err_set(err, ERR_OFFLINE, "%s: %s", spec.path, strerror(errno));
        break;
    case TRANSPORT_TCP:
        fd = tcp_fd(&spec, err);
        break;
    }
    if (fd < 0)
        return NULL;
    s = xcalloc(1, sizeof *s);
    s->base.ops = &fd_ops;
    s->transport = spec.transport;
    s->fd = fd;
    return &s->base;
}

int stream_read(struct byte_stream *s, void *data, size_t size, int timeout_ms)
{
    return s->ops->read(s, data, size, timeout_ms, -1);
}

int stream_read_cancel(struct byte_stream *s, void *data, size_t size,
                       int timeout_ms, int cancel_fd)
{
    return s->ops->read(s, data, size, timeout_ms, cancel_fd);
}

bool stream_write(struct byte_stream *s, const void *data, size_t len,
                  int timeout_ms, struct err *err)
{
    return s->ops->write(s, data, len, timeout_ms, err);
}

void stream_close(struct byte_stream *s)
{
    if (s)
        s->ops->close(s);
}
