/* The simulated devices of bangban-sim. Each speaks on its own line the bytes a
 * real one would, driven by GLib's main loop; the control socket tells it what the
 * world does to it. Nothing here includes src/devices: the two sides meet on the
 * wire only. One thread. */
#ifndef SIM_PARTS_H
#define SIM_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* A pseudo-terminal whose far end is reachable by a symbolic link. */
struct pty {
    int master, slave; /* slave is kept open: closing the program is no unplugging */
    char *link;
};
bool pty_open(struct pty *p, const char *link, struct err *err);
void pty_close(struct pty *p); /* what pulling the cable does; a closed one is fine */

/* ---- identity card reader: SAM_V on FOLDER/card-reader ---- */
struct card_sim;
struct card_sim *card_sim_create(const char *folder, const char *cards, struct err *err);
void card_sim_destroy(struct card_sim *s);
/* "NAME" puts CARDS/NAME.json on the reader, "away" takes it off, "moved NAME" is
 * one that slips during the first reading, "foreign" some other chip card. */
bool card_sim_card(struct card_sim *s, const char *what, struct err *err);
/* "ok", "noise", "stray", "split", "badsum N", "cut N", "silent", "fault",
 * "unplug", "plug" */
bool card_sim_reader(struct card_sim *s, const char *what, struct err *err);

/* ---- receipt printer: ESC/POS on TCP ---- */
struct printer_sim;
struct printer_sim *printer_sim_create(const char *folder, int port, struct err *err);
void printer_sim_destroy(struct printer_sim *s);
int printer_sim_port(const struct printer_sim *s);
/* "ok", "low", "out", "out after ROWS", "cover", "jam" */
bool printer_sim_paper(struct printer_sim *s, const char *what, struct err *err);
/* "on", "off", "mute", "talk" */
bool printer_sim_power(struct printer_sim *s, const char *what, struct err *err);

/* ---- barcode scanner: lines on FOLDER/scanner ---- */
struct scanner_sim;
struct scanner_sim *scanner_sim_create(const char *folder, struct err *err);
void scanner_sim_destroy(struct scanner_sim *s);
/* A PNG file (relative names: in FOLDER) whose QR code is read, or the text. */
bool scanner_sim_scan(struct scanner_sim *s, const char *what, struct err *err);

/* ---- the line to the central system: a TCP relay ---- */
struct line_sim;
struct line_sim *line_sim_create(int target_port, struct err *err);
void line_sim_destroy(struct line_sim *s);
int line_sim_port(const struct line_sim *s);
/* "up", "down" (refuses and cuts), "stall" (takes and answers nothing), "cut N"
 * (goes down once N bytes went to the central system, comes up when "up") */
bool line_sim_set(struct line_sim *s, const char *what, struct err *err);

/* A listening socket on 127.0.0.1; port 0 picks one. -1 on failure. */
int listen_here(int port, int *chosen, struct err *err);

#endif
