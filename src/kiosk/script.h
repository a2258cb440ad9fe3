/* Plays a journey (docs/journeys.md) through the real event loop: touches become
 * SDL finger events, cards and paper are asked of the device simulator. One step
 * a line; the first step that fails ends the program with its line. */
#ifndef KIOSK_SCRIPT_H
#define KIOSK_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "kiosk/window.h"
#include "ui/ui.h"

struct script;

struct script_host { /* what a script may ask of the program around it */
    void *self;
    struct ui *ui;
    struct window *window;
    void (*pass)(void *self, int64_t ms); /* moves the program's clock */
    /* ms until the next attempt of a waiting application, 0 while one is under way,
     * -1 when none waits */
    int64_t (*next_attempt)(void *self);
    void (*restart)(void *self, int next_line);
};

/* shots: folder for "shot", or NULL. sim: folder of bangban-sim, or NULL. first:
 * line to begin with, 1 the first. */
struct script *script_open(const char *path, const char *shots, const char *sim, int first,
                           struct err *err);
void script_close(struct script *s);

enum script_result { SCRIPT_GO_ON, SCRIPT_DONE, SCRIPT_FAILED };
/* Does what can be done now; called whenever the event queue is empty. now_ms:
 * monotonic and real, for the patience of a step only. */
enum script_result script_run(struct script *s, const struct script_host *host,
                              int64_t now_ms, struct err *err);

#endif
