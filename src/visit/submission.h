/* What is sealed and sent: the JSON of docs/protocol.md, made from a visit. */
#ifndef VISIT_SUBMISSION_H
#define VISIT_SUBMISSION_H

#include "base/buf.h"
#include "visit/visit.h"

/* Appends the JSON. out holds personal data: buf_finish_wipe it. */
bool submission_write(const struct visit *v, const struct visit_world *w,
                      const char *station, struct buf *out);

#endif
