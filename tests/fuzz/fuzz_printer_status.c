// rooms: devices
#undef NDEBUG /* the claims are the point */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "devices/printer_status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct printer_listener l = {0};
    for (size_t i = 0; i < size; i++) {
        enum printer_said said = printer_listen(&l, data[i]);
        assert(l.asb_len >= 0 && l.asb_len < 4);
        if (said == PRINTER_SAID_REPORT)
            assert(printer_state_name(printer_state_from_report(l.asb)));
        if (said == PRINTER_SAID_REALTIME)
            assert((l.value & 0x93) == 0x12);
    }
    if (size >= 4)
        assert(printer_state_name(printer_state_from(data)));
    return 0;
}
