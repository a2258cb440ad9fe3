/* Every screen: the state of a visit in, a tree of nodes out. Screens decide how
 * things are said and laid out, nothing else; they never change the visit. */
#ifndef SCREENS_SCREENS_H
#define SCREENS_SCREENS_H

#include "ui/ui.h"
#include "visit/visit.h"

/* What a screen may say about the place it stands in. */
struct screen_facts {
    struct words station_name;
    const char *station_phone;
    /* For staff passing by, on the first two screens. */
    bool queue_stopped; /* nothing can be sent until somebody acts */
    int put_aside;      /* damaged stores beside the present one */
    int refused;        /* applications the central system will not take */
};

/* Declares the screen the visit is on: ui_begin ... ui_end. */
void screens_draw(struct ui *ui, const struct visit *v, const struct visit_world *w,
                  const struct screen_facts *facts);

#endif
