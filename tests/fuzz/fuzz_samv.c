// rooms: devices
/* The bytes of a card reader, in pieces of any size: frames that come out lie inside
 * the parser and have a right checksum, and a good frame behind any noise is found. */
#undef NDEBUG /* the claims are the point */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "devices/samv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drain(struct samv_parser *p)
{
    struct samv_frame f;
    while (samv_parser_next(p, &f)) {
        assert(f.data >= p->data && f.data + f.len <= p->data + sizeof p->data);
        samv_result_from(f.sw3, NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t good[] = {0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x04, 0, 0, 0x80, 0x84};
    static struct samv_parser p;
    struct samv_frame f;
    samv_parser_init(&p);
    for (size_t at = 0; at < size;) {
        size_t piece = 1 + data[at] % 97u, taken;
        if (piece > size - at)
            piece = size - at;
        taken = samv_parser_feed(&p, data + at, piece);
        drain(&p);
        if (taken == 0)
            samv_parser_give_up(&p);
        at += taken;
    }
    while (samv_parser_give_up(&p))
        drain(&p);
    assert(samv_parser_feed(&p, good, sizeof good) == sizeof good);
    assert(samv_parser_next(&p, &f) && f.sw3 == 0x80);
    return 0;
}
