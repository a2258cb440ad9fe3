// rooms: central
/* What is inside an envelope, and a status request: both come from outside. What is
 * accepted must hold what the header promises, because it goes into SQL, file names
 * of logs and receipts. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "central/application.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct application a;
    struct status_request r;
    struct err err = {0};
    char code[RECEIPT_CODE_LEN + 1];
    if (application_read(data, size, &a, &err)) {
        must(uuid7_valid(a.id));
        must(receipt_code_parse(a.code, code) && strcmp(a.code, code) == 0);
        must(station_id_valid(a.station));
        must(a.service[0] && a.service_version > 0 && strlen(a.created) == 25);
    } else {
        must(err.kind == ERR_REFUSED && err.text[0]);
    }
    if (status_request_read(data, size, &r, NULL))
        must(r.by_code ? !r.id_no[0] && (!r.code[0] || receipt_code_parse(r.code, code))
                       : r.id_no[0] != 0);
    return 0;
}
