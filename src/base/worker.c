#include "base/worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct entry {
    void *job;
    struct entry *next;
};

struct worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct entry *first, **last;
    bool stopping;
    worker_run run;
    void *self;
};

static void *loop(void *arg)
{
    struct worker *w = arg;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->first && !w->stopping)
            pthread_cond_wait(&w->wake, &w->lock);
        struct entry *e = w->first;
        if (!e)
            break; /* stopping, and nothing is left */
        w->first = e->next;
        if (!w->first)
            w->last = &w->first;
        pthread_mutex_unlock(&w->lock);
        w->run(w->self, e->job);
        free(e);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

struct worker *worker_create(const char *name, worker_run run, void *self,
                             struct err *err)
{
    struct worker *w = xcalloc(1, sizeof *w);
    w->run = run;
    w->self = self;
    w->last = &w->first;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    int rc = pthread_create(&w->thread, NULL, loop, w);
    if (rc != 0) {
        err_set(err, ERR_BROKEN, "worker %s: %s", name, strerror(rc));
        pthread_cond_destroy(&w->wake);
        pthread_mutex_destroy(&w->lock);
        free(w);
        return NULL;
    }
    pthread_setname_np(w->thread, name);
    return w;
}

void worker_post(struct worker *w, void *job)
{
    struct entry *e = xcalloc(1, sizeof *e);
    e->job = job;
    pthread_mutex_lock(&w->lock);
    *w->last = e;
    w->last = &e->next;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

void worker_destroy(struct worker *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

bool worker_stopping(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    bool stopping = w->stopping;
    pthread_mutex_unlock(&w->lock);
    return stopping;
}
