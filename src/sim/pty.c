#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "sim/parts.h"

bool pty_open(struct pty *p, const char *link, struct err *err)
{
    struct termios t;
    char name[64];

    *p = (struct pty){.master = -1, .slave = -1};
    p->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (p->master < 0 || grantpt(p->master) != 0 || unlockpt(p->master) != 0 ||
        ptsname_r(p->master, name, sizeof name) != 0 ||
        (p->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0 ||
        tcgetattr(p->slave, &t) != 0)
        goto bad;
    cfmakeraw(&t);
    if (tcsetattr(p->slave, TCSANOW, &t) != 0)
        goto bad;
    unlink(link);
    if (symlink(name, link) != 0)
        goto bad;
    p->link = xstrdup(link);
    return true;
bad:
    err_set(err, ERR_BROKEN, "%s: %s", link, strerror(errno));
    pty_close(p);
    return false;
}

void pty_close(struct pty *p)
{
    if (p->master >= 0)
        close(p->master);
    if (p->slave >= 0)
        close(p->slave);
    if (p->link)
        unlink(p->link);
    free(p->link);
    *p = (struct pty){.master = -1, .slave = -1};
}

int listen_here(int port, int *chosen, struct err *err)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 16) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) != 0) {
        err_set(err, ERR_BROKEN, "port %d: %s", port, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *chosen = ntohs(at.sin_port);
    return fd;
}
