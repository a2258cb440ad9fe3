/* One thread with one FIFO of jobs. Jobs run one after the other in the order
 * they were posted; each job is handed over (the worker's run function frees it)
 * and reports its end in whatever way its poster chose, exactly once. No lock is
 * held while a job runs.
 *
 * Does not do: priorities, results, cancelling a job that runs. A job that may
 * block long looks at worker_stopping() between its waits. */
#ifndef BASE_WORKER_H
#define BASE_WORKER_H

#include <stdbool.h>

#include "base/err.h"

struct worker;
typedef void (*worker_run)(void *self, void *job);

/* name: at most 15 characters, shown by ps and gdb. NULL on failure. */
struct worker *worker_create(const char *name, worker_run run, void *self,
                             struct err *err);
/* Any thread. Ownership of job passes. */
void worker_post(struct worker *w, void *job);
/* Runs what is still queued, then ends the thread. NULL is fine. */
void worker_destroy(struct worker *w);
/* For the running job: true once worker_destroy has been called. */
bool worker_stopping(struct worker *w);

#endif
