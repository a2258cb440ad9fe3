#include "eyes/qr_code.h"

#include <string.h>

#include "ZXingC.h"
#include "base/text.h"

bool qr_code_read(const uint8_t *luma, int width, int height, int stride, char *text,
                  size_t size)
{
    ZXing_ImageView *view =
        ZXing_ImageView_new(luma, width, height, ZXing_ImageFormat_Lum, stride, 1);
    ZXing_Barcode *code = view ? ZXing_ReadBarcode(view, NULL) : NULL;
    char *found = code && ZXing_Barcode_isValid(code) ? ZXing_Barcode_text(code) : NULL;
    bool ok = found && text_valid(found, strlen(found)) && strlen(found) < size;

    if (ok)
        memcpy(text, found, strlen(found) + 1);
    ZXing_free(found);
    ZXing_Barcode_delete(code);
    ZXing_ImageView_delete(view);
    return ok;
}
