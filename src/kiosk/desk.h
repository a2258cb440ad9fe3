/* The desk behind the screen: turns what a visit wants done into jobs for the
 * store, the printer, the card reader, the scanner and the line to the central
 * system, and their ends into events for the visit. Owns the delivery of queued
 * applications, which goes on whether or not anybody is here.
 *
 * Each slow thing has one thread with one FIFO; every end comes back as one SDL
 * event carrying a struct completion. Main thread. */
#ifndef KIOSK_DESK_H
#define KIOSK_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "catalog/station.h"
#include "visit/visit.h"

struct desk;

struct desk_config {
    const struct station *station;
    const char *data_folder;
    uint32_t sdl_event; /* registered type; data1 is a struct completion */
};

/* NULL when the store or the sealing certificates are unusable: without them
 * nothing may be taken in. A missing device is no failure, its screen says so. */
struct desk *desk_open(const struct desk_config *config, struct err *err);
/* Ends every thread after its current job; queued applications stay stored. */
void desk_close(struct desk *d); /* NULL is fine */

void desk_do(struct desk *d, const struct effect *fx, const struct visit *v,
             const struct visit_world *w);

/* Takes over a completion; true when *out is an event for the visit. */
struct completion;
bool desk_take(struct desk *d, struct completion *c, int64_t now_ms, struct event *out);

/* For journeys: ms until the next attempt of a waiting application, 0 while one is
 * under way or due, -1 when none waits. */
int64_t desk_next_attempt_ms(const struct desk *d, int64_t now_ms);

/* What staff must see to; false: nothing. */
bool desk_stopped(const struct desk *d); /* nothing can be sent */
int desk_refused(const struct desk *d);  /* applications that will not be taken */
int desk_put_aside(const struct desk *d); /* damaged stores with applications inside */

/* When the queue wants to be looked at again, unix ms; 0: nothing waits. */
int64_t desk_deadline(const struct desk *d);
void desk_tick(struct desk *d, int64_t now_ms);

#endif
