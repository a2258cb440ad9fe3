#include "post/schedule.h"

int64_t post_next_try(int attempts, int64_t now_ms, uint32_t random,
                      int64_t retry_after_ms)
{
    int64_t most = POST_BACKOFF_BASE_MS;
    for (int i = 1; i < attempts && most < POST_BACKOFF_CAP_MS; i++)
        most *= 2;
    if (most > POST_BACKOFF_CAP_MS)
        most = POST_BACKOFF_CAP_MS;
    int64_t wait = most * random / UINT32_MAX;
    if (retry_after_ms > POST_RETRY_AFTER_CAP_MS)
        retry_after_ms = POST_RETRY_AFTER_CAP_MS;
    if (retry_after_ms > 0)
        wait += retry_after_ms;
    return now_ms + wait;
}
