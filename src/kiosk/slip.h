/* A receipt on its way to the printer: the words of a visit, copied, so that the
 * printer's thread needs nothing of a visit that may be over by then. */
#ifndef KIOSK_SLIP_H
#define KIOSK_SLIP_H

#include "base/buf.h"
#include "base/err.h"
#include "catalog/station.h"
#include "visit/visit.h"

struct slip;

struct slip *slip_create(const struct visit *v, const struct visit_world *w,
                         const struct station *station);
void slip_destroy(struct slip *s); /* wipes; NULL is fine */
const char *slip_id(const struct slip *s);

/* Appends the ESC/POS bytes. Any thread. */
bool slip_render(const struct slip *s, int width_dots, struct buf *out, struct err *err);

#endif
