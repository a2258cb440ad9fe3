/* bangban-sim: the devices of a terminal and its line to the central system, for
 * tests, demonstrations and a desk without hardware. It stands outside the kiosk
 * and speaks the same bytes as the real ones: pseudo-terminals for the card reader
 * and the scanner, TCP for the printer, a TCP relay for the line.
 *
 *   bangban-sim DIR [--cards DIR] [--printer-port N] [--line PORT]
 *   bangban-sim --tell DIR WORD...
 *
 * prints "printer PORT" and "line PORT", then "ready". DIR/control takes one line
 * a connection and answers "ok" or "error: why":
 *
 *   card NAME|away|moved NAME|foreign      reader ok|noise|stray|split|badsum [N]|
 *   paper ok|low|out|out after N|cover|jam        cut [N]|silent|fault|unplug|plug
 *   printer on|off|mute|talk               qr FILE.png|TEXT
 *   network up|down|stall|cut N */

#include <errno.h>
#include <getopt.h>
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "sim/parts.h"

struct sim {
    struct card_sim *card;
    struct printer_sim *printer;
    struct scanner_sim *scanner;
    struct line_sim *line;
    int control;
    GMainLoop *loop;
};

static bool obey(struct sim *s, char *line, struct err *err)
{
    char *rest = line + strcspn(line, " ");
    if (*rest)
        *rest++ = 0;
    if (strcmp(line, "card") == 0)
        return card_sim_card(s->card, rest, err);
    if (strcmp(line, "reader") == 0)
        return card_sim_reader(s->card, rest, err);
    if (strcmp(line, "paper") == 0)
        return printer_sim_paper(s->printer, rest, err);
    if (strcmp(line, "printer") == 0)
        return printer_sim_power(s->printer, rest, err);
    if (strcmp(line, "qr") == 0)
        return scanner_sim_scan(s->scanner, rest, err);
    if (strcmp(line, "network") == 0 && s->line)
        return line_sim_set(s->line, rest, err);
    return err_set(err, ERR_REFUSED, "\"%.40s\" is no device here", line);
}

static gboolean told(gint fd, GIOCondition condition, gpointer self)
{
    struct sim *s = self;
    struct err err = {0};
    char line[1024] = "";
    size_t len = 0;
    int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    (void)condition;
    if (peer < 0)
        return G_SOURCE_CONTINUE;
    setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_sec = 2}, sizeof(struct timeval));
    while (len < sizeof line - 1 && !memchr(line, '\n', len)) {
        ssize_t n = read(peer, line + len, sizeof line - 1 - len);
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    line[strcspn(line, "\n")] = 0;
    if (obey(s, line, &err))
        dprintf(peer, "ok\n");
    else
        dprintf(peer, "error: %s\n", err.text);
    close(peer);
    return G_SOURCE_CONTINUE;
}

static int open_control(const char *folder, struct err *err)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    size_t n = (size_t)snprintf(at.sun_path, sizeof at.sun_path, "%s/control", folder);
    if (n < sizeof at.sun_path)
        unlink(at.sun_path);
    if (fd < 0 || n >= sizeof at.sun_path ||
        bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 8) != 0) {
        err_set(err, ERR_BROKEN, "%.100s/control: %s", folder,
                n >= sizeof at.sun_path ? "name too long for a socket" : strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

static int tell(const char *folder, char **words)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char answer[512] = "";
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(at.sun_path, sizeof at.sun_path, "%s/control", folder);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
        fprintf(stderr, "bangban-sim: %s: %s; is it running?\n", at.sun_path, strerror(errno));
        return 1;
    }
    for (; *words; words++)
        dprintf(fd, "%s%s", *words, words[1] ? " " : "\n");
    ssize_t n = read(fd, answer, sizeof answer - 1);
    close(fd);
    fputs(answer, stdout);
    return n >= 2 && strncmp(answer, "ok", 2) == 0 ? 0 : 1;
}

static gboolean stop(gpointer self)
{
    struct sim *s = self;
    g_main_loop_quit(s->loop);
    return G_SOURCE_CONTINUE;
}

static const char usage[] =
    "usage: bangban-sim DIR [--cards DIR] [--printer-port N] [--line PORT]\n"
    "       bangban-sim --tell DIR card|reader|paper|printer|qr|network ...\n"
    "  DIR             links to the devices, control socket, what the printer printed\n"
    "  --cards DIR     identity cards, NAME.json (tests/cards)\n"
    "  --printer-port  instead of any free port\n"
    "  --line PORT     relays a port of its own to this one of the central system\n";

int main(int argc, char **argv)
{
    static const struct option longs[] = {{"cards", required_argument, NULL, 'c'},
                                          {"printer-port", required_argument, NULL, 'p'},
                                          {"line", required_argument, NULL, 'l'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    if (argc > 3 && strcmp(argv[1], "--tell") == 0)
        return tell(argv[2], argv + 3);
    const char *cards = "tests/cards";
    int printer_port = 0, line_port = 0, c, status = 1;
    struct sim s = {.control = -1};
    struct err err = {0};

    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (c) {
        case 'c': cards = optarg; break;
        case 'p': printer_port = atoi(optarg); break;
        case 'l': line_port = atoi(optarg); break;
        case 'h': fputs(usage, stdout); return 0;
        default: fputs(usage, stderr); return 2;
        }
    }
    if (optind + 1 != argc || printer_port < 0 || printer_port > 65535 || line_port < 0 ||
        line_port > 65535) {
        fputs(usage, stderr);
        return 2;
    }
    const char *folder = argv[optind];
    s.loop = g_main_loop_new(NULL, FALSE);
    if (!file_make_folder(folder, &err) ||
        !(s.card = card_sim_create(folder, cards, &err)) ||
        !(s.scanner = scanner_sim_create(folder, &err)) ||
        !(s.printer = printer_sim_create(folder, printer_port, &err)) ||
        (line_port && !(s.line = line_sim_create(line_port, &err))) ||
        (s.control = open_control(folder, &err)) < 0)
        goto out;
    g_unix_fd_add(s.control, G_IO_IN, told, &s);
    g_unix_signal_add(SIGINT, stop, &s);
    g_unix_signal_add(SIGTERM, stop, &s);
    printf("printer %d\n", printer_sim_port(s.printer));
    if (s.line)
        printf("line %d\n", line_sim_port(s.line));
    puts("ready");
    fflush(stdout);
    g_main_loop_run(s.loop);
    status = 0;
out:
    if (err.kind != ERR_NONE)
        fprintf(stderr, "bangban-sim: %s\n", err.text);
    if (s.control >= 0)
        close(s.control);
    line_sim_destroy(s.line);
    printer_sim_destroy(s.printer);
    scanner_sim_destroy(s.scanner);
    card_sim_destroy(s.card);
    g_main_loop_unref(s.loop);
    return status;
}
