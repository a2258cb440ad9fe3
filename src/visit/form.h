/* The form inside a visit: which question comes next, whether what was typed is
 * an answer, and the facts conditions may read. Internal to visit/. */
#ifndef VISIT_FORM_H
#define VISIT_FORM_H

#include "visit/visit.h"

/* The next field after `from` (-1: from the start) that is asked and has no
 * answer yet; -1: the form is complete. */
int form_next(const struct visit *v, const struct visit_world *w, int from);
/* The field asked before `from`, answered or not; -1: none. */
int form_previous(const struct visit *v, const struct visit_world *w, int from);

/* Shows field i: what was answered before becomes what stands in the input. */
void form_open(struct visit *v, const struct visit_world *w, int i);
/* Turns the input into the answer of the shown field. False: notice says what
 * is wrong, may_continue whether the resident may go on all the same. */
bool form_commit(struct visit *v, const struct visit_world *w, bool accept_warning);
void form_set(struct visit *v, int field, const char *text);

/* What the card already told us becomes answers, shown on the review page. */
void form_prefill(struct visit *v, const struct visit_world *w);

/* The first requirement that is certainly not met, -1 none; *unknown counts those
 * staff must decide. */
int form_unmet(const struct visit *v, const struct visit_world *w, int *unknown);

/* The parts of "town/village/rest"; each is cut to its size. */
void form_address(const char *answer, char town[16], char village[16], char *rest,
                  size_t rest_size);

#endif
