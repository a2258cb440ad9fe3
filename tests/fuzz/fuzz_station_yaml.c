// rooms: catalog
/* station.yaml with station.local.yaml over it, each of any content: read, with every
 * value within its bounds, or refused with findings that hold a place. The two files
 * are parted by a zero byte. */
#undef NDEBUG /* the claims are the point */
#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "catalog/station.h"
#include "folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* folder/station[.local].yaml:LINE:COLUMN: ... */
static void check_place(const char *line)
{
    const char *p = line + strlen(folder);
    assert(strncmp(line, folder, strlen(folder)) == 0);
    assert((p = strstr(p, ".yaml:")) && isdigit((unsigned char)p[6]));
    p += 6 + strspn(p + 6, "0123456789");
    assert(p[0] == ':' && isdigit((unsigned char)p[1]));
    assert(text_valid(line, strlen(line)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct station s;
    folder_make();
    const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
    size_t first = zero ? (size_t)(zero - data) : size;
    folder_put("station.yaml", data, first);
    folder_put("station.local.yaml", zero ? zero + 1 : data + size, zero ? size - first - 1 : 0);
    if (!zero) { /* no second file, rather than an empty one */
        char path[96];
        snprintf(path, sizeof path, "%s/station.local.yaml", folder);
        assert(unlink(path) == 0);
    }
    struct report *report = report_create();
    bool ok = station_load(folder, &s, report);
    assert(ok == (report_count(report) == 0));
    for (int i = 0; i < report_count(report); i++)
        check_place(report_line(report, i));
    if (ok) {
        assert(*s.id && *s.name.in[LANG_ZH]);
        assert(s.panel_width_mm >= 100 && s.panel_width_mm <= 2000);
        assert(s.panel_floor_mm >= 0 && s.panel_floor_mm <= 2000);
        assert(s.panel_rotation % 90 == 0 && s.panel_rotation >= 0 && s.panel_rotation <= 270);
        assert(s.text_size >= 0 && s.text_size < 4 && s.theme >= 0 && s.theme < 4);
        assert(s.language >= 0 && s.language < LANG_COUNT);
        assert(s.idle_s >= 30 && s.idle_s <= 600 && s.answer_s >= 20 && s.answer_s <= 120);
        assert(s.done_s >= 10 && s.done_s <= 60);
        assert(s.receipt_width_dots >= 384 && s.receipt_width_dots <= 640);
        assert(s.sealing_cert_count >= 0 && s.sealing_cert_count <= STATION_SEALING_CERTS);
        for (int i = 0; i < s.sealing_cert_count; i++)
            assert(s.sealing_certs[i]);
    }
    station_finish(&s);
    report_destroy(report);
    return 0;
}
