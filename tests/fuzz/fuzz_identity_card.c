// rooms: rules
/* The 256 bytes of a chip: every text that comes out is valid UTF-8, every date real. */
#undef NDEBUG /* the claims are the point */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "rules/identity_card.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t text[IDENTITY_CARD_TEXT_SIZE];
    struct identity_card card;
    struct err err = {0};
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i & 1 ? 0 : ' ';
    memcpy(text, data, size < sizeof text ? size : sizeof text);
    if (!identity_card_parse(text, &card, &err)) {
        assert(err.kind != ERR_NONE && card.name[0] == 0 && card.number[0] == 0);
        return 0;
    }
    const char *all[] = {card.name, card.latin_name, card.nation, card.nationality,
                         card.address, card.number, card.issuer};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert(text_valid(all[i], strlen(all[i])));
    assert(date_is_real(card.birth));
    return 0;
}
