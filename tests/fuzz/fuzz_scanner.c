// rooms: devices rules
/* A scanned line: what is taken is valid UTF-8 without control characters; then the
 * receipt code inside, if it is one. */
#undef NDEBUG /* the claims are the point */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "devices/scanner.h"
#include "rules/receipt_code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[SCANNER_TEXT_SIZE], code[RECEIPT_CODE_LEN + 1], uuid[UUID_TEXT_LEN + 1];
    if (!scanner_decode((const char *)data, size, text))
        return 0;
    size_t len = strlen(text);
    assert(len > 0 && text_valid(text, len));
    for (size_t i = 0; i < len; i++)
        assert((unsigned char)text[i] >= 0x20 && text[i] != 0x7F);
    if (receipt_qr_parse(text, code, uuid)) {
        char again[RECEIPT_CODE_LEN + 1];
        assert(receipt_code_parse(code, again) && strcmp(code, again) == 0);
        assert(uuid7_valid(uuid));
    }
    return 0;
}
