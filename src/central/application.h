/* The application inside an envelope (docs/protocol.md, "The submission, before
 * sealing"), checked strictly before anything is believed. Members this version
 * does not know are kept, not refused. What an answer means for its service is
 * not looked at: staff decide, and the terminal has asked already. */
#ifndef CENTRAL_APPLICATION_H
#define CENTRAL_APPLICATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "central/authority.h"
#include "rules/receipt_code.h"

enum { APPLICATION_FORMAT = 1, APPLICATION_MAX = 1 << 20, SERVICE_ID_MAX = 64 };

/* The facts a case is filed under. id_no is personal data: wipe it. */
struct application {
    char id[UUID_TEXT_LEN + 1], code[RECEIPT_CODE_LEN + 1];
    char station[STATION_ID_MAX + 1], service[SERVICE_ID_MAX + 1];
    int service_version;
    char created[26]; /* 2026-11-24T12:00:00+08:00 */
    char id_type[33], id_no[33];
};

/* ERR_REFUSED names the member, never its value. */
bool application_read(const void *data, size_t len, struct application *out,
                      struct err *err);

/* {"code": ..., "id": ...} or {"id_type", "id_no", "assurance"}; an assurance below
 * A2 is refused. A code with a wrong check character is no fault of form: code is
 * then empty and nothing can be found. */
struct status_request {
    bool by_code;
    char code[RECEIPT_CODE_LEN + 1], id[UUID_TEXT_LEN + 1];
    char id_type[33], id_no[33];
};
bool status_request_read(const void *data, size_t len, struct status_request *out,
                         struct err *err);

#endif
