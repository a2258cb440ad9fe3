/* A thin shim with the names of ZXing-C++'s own C API (ZXingC.h, from version 2.2
 * on), over the C++ API of Debian 12's 1.4: only what Bangban calls. Where the
 * system has a ZXingC.h this folder's is not built; drop it when Debian 12 goes. */
#ifndef EYES_ZXINGC_H
#define EYES_ZXINGC_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ZXing_ImageView ZXing_ImageView;
typedef struct ZXing_Barcode ZXing_Barcode;
typedef struct ZXing_ReaderOptions ZXing_ReaderOptions;
typedef enum { ZXing_ImageFormat_Lum = 0x01000000 } ZXing_ImageFormat;

/* Borrows data until the view is deleted. Strides in bytes, 0: tightly packed. */
ZXing_ImageView *ZXing_ImageView_new(const uint8_t *data, int width, int height,
                                     ZXing_ImageFormat format, int rowStride, int pixStride);
void ZXing_ImageView_delete(ZXing_ImageView *view);

/* opts must be NULL here: QR codes, any rotation, light on dark too. */
ZXing_Barcode *ZXing_ReadBarcode(const ZXing_ImageView *view,
                                 const ZXing_ReaderOptions *opts); /* NULL: none */
void ZXing_Barcode_delete(ZXing_Barcode *barcode);
bool ZXing_Barcode_isValid(const ZXing_Barcode *barcode);
char *ZXing_Barcode_text(const ZXing_Barcode *barcode); /* UTF-8, for ZXing_free */
void ZXing_free(void *ptr);

#ifdef __cplusplus
}
#endif

#endif
