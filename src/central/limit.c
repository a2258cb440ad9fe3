/* A sliding minute: the times of the last per_minute requests in a ring. The oldest
 * of them being less than a minute old means the station has had its share. The
 * table grows with the stations that ask, which all hold a certificate of ours. */
#include "central/limit.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { WINDOW_MS = 60000, BUCKETS = 1024 };

struct asker {
    struct asker *next;
    int at, count;
    char *station;
    int64_t times[];
};

struct limit {
    int per_minute;
    struct asker *buckets[BUCKETS];
};

struct limit *limit_create(int per_minute)
{
    struct limit *l = xcalloc(1, sizeof *l);
    l->per_minute = per_minute;
    return l;
}

void limit_destroy(struct limit *l)
{
    if (!l)
        return;
    for (int i = 0; i < BUCKETS; i++) {
        struct asker *next;
        for (struct asker *a = l->buckets[i]; a; a = next) {
            next = a->next;
            free(a->station);
            free(a);
        }
    }
    free(l);
}

static struct asker *asker_of(struct limit *l, const char *station)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (const char *p = station; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 16777619u;
    struct asker **head = &l->buckets[hash % BUCKETS];
    for (struct asker *a = *head; a; a = a->next) {
        if (strcmp(a->station, station) == 0)
            return a;
    }
    struct asker *a = xcalloc(1, sizeof *a + (size_t)l->per_minute * sizeof *a->times);
    a->station = xstrdup(station);
    a->next = *head;
    *head = a;
    return a;
}

int limit_take(struct limit *l, const char *station, int64_t now_ms)
{
    struct asker *a = asker_of(l, station);
    if (a->count == l->per_minute) {
        int64_t left = a->times[a->at] + WINDOW_MS - now_ms;
        if (left > 0)
            return (int)((left + 999) / 1000);
    } else {
        a->count++;
    }
    a->times[a->at] = now_ms;
    a->at = (a->at + 1) % l->per_minute;
    return 0;
}
