/* Walks every screen in every text size, theme, language and reach mode and
 * writes what breaks a rule as one JSON report. Needs no device and no display. */
#ifndef KIOSK_AUDIT_H
#define KIOSK_AUDIT_H

#include "base/err.h"
#include "screens/screens.h"

/* Exit status: 0 every rule kept, 1 something is broken or cannot be written. */
int audit_run(struct ui *ui, const struct visit_world *w, const struct screen_facts *facts,
              const char *path, struct err *err);

#endif
