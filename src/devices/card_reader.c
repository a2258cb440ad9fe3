#include "devices/card_reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "devices/samv.h"
#include "devices/stream.h"

struct card_reader {
    char *spec;
    struct byte_stream *stream; /* NULL while the port is away */
    struct samv_parser parser;
};

struct card_reader *card_reader_open(const char *spec, struct err *err)
{
    if (!stream_spec_valid(spec, err))
        return NULL;
    struct byte_stream *stream = stream_open(spec, err);
    if (!stream)
        return NULL;
    struct card_reader *r = xcalloc(1, sizeof *r);
    r->spec = xstrdup(spec);
    r->stream = stream;
    samv_parser_init(&r->parser);
    return r;
}

void card_reader_close(struct card_reader *r)
{
    if (!r)
        return;
    stream_close(r->stream);
    samv_parser_init(&r->parser); /* wipes what it held */
    free(r->spec);
    free(r);
}

/* What a step that did not succeed means for the person. */
static enum card_read failed(struct card_reader *r, enum samv_result result)
{
    switch (result) {
    case SAMV_NO_CARD:
        return CARD_NONE;
    case SAMV_RETRY:
    case SAMV_DAMAGED:
        return CARD_FAILED;
    default:
        stream_close(r->stream);
        r->stream = NULL;
        return CARD_GONE;
    }
}

enum card_read card_reader_poll(struct card_reader *r, struct identity_card *out,
                                struct err *err)
{
    uint8_t text[SAMV_TEXT_SIZE];
    enum card_read result = CARD_READ;
    enum samv_result step;

    if (!r->stream && !(r->stream = stream_open(r->spec, err)))
        return CARD_GONE;
    step = samv_find(r->stream, &r->parser, err);
    if (step == SAMV_DAMAGED)
        return CARD_NONE; /* noise on the line while nobody is there: look again */
    if (step != SAMV_OK)
        return failed(r, step);
    step = samv_select(r->stream, &r->parser, err);
    if (step == SAMV_OK)
        step = samv_read(r->stream, &r->parser, text, err);
    if (step == SAMV_NO_CARD) /* it was there a moment ago: moved away */
        result = CARD_FAILED;
    else if (step != SAMV_OK)
        result = failed(r, step);
    else if (!identity_card_parse(text, out, err))
        result = CARD_FAILED;
    explicit_bzero(text, sizeof text);
    samv_parser_init(&r->parser);
    return result;
}
