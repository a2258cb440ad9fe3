// See ZXingC.h beside this file. Nothing of C++ passes the border: no exception,
// no type; out of memory is NULL.
#include "eyes/ZXingC.h"

#define ZX_USE_UTF8 1 // Result::text() as UTF-8
#include <ZXing/ReadBarcode.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

struct ZXing_ImageView {
    ZXing::ImageView view;
};

struct ZXing_Barcode {
    ZXing::Result result;
};

ZXing_ImageView *ZXing_ImageView_new(const uint8_t *data, int width, int height,
                                     ZXing_ImageFormat, int rowStride, int pixStride)
{
    if (!data || width < 1 || height < 1)
        return nullptr;
    return new (std::nothrow) ZXing_ImageView{
        {data, width, height, ZXing::ImageFormat::Lum, rowStride, pixStride}};
}

void ZXing_ImageView_delete(ZXing_ImageView *view)
{
    delete view;
}

static ZXing::Result read(const ZXing::ImageView &view)
{
    return ZXing::ReadBarcode(view, ZXing::DecodeHints()
                                        .setFormats(ZXing::BarcodeFormat::QRCode)
                                        .setTryHarder(true)
                                        .setTryRotate(true));
}

// This version does not look for codes printed light on dark by itself.
static ZXing::Result read_inverted(const ZXing::ImageView &view)
{
    std::vector<uint8_t> other(static_cast<size_t>(view.width()) * view.height());
    for (int y = 0; y < view.height(); y++)
        for (int x = 0; x < view.width(); x++)
            other[static_cast<size_t>(y) * view.width() + x] =
                static_cast<uint8_t>(255 - *view.data(x, y));
    return read({other.data(), view.width(), view.height(), ZXing::ImageFormat::Lum});
}

ZXing_Barcode *ZXing_ReadBarcode(const ZXing_ImageView *view, const ZXing_ReaderOptions *)
{
    try {
        ZXing::Result result = read(view->view);
        if (!result.isValid())
            result = read_inverted(view->view);
        return result.isValid() ? new ZXing_Barcode{std::move(result)} : nullptr;
    } catch (...) {
        return nullptr;
    }
}

void ZXing_Barcode_delete(ZXing_Barcode *barcode)
{
    delete barcode;
}

bool ZXing_Barcode_isValid(const ZXing_Barcode *barcode)
{
    return barcode && barcode->result.isValid();
}

char *ZXing_Barcode_text(const ZXing_Barcode *barcode)
{
    try {
        return strdup(barcode->result.text().c_str());
    } catch (...) {
        return nullptr;
    }
}

void ZXing_free(void *ptr)
{
    free(ptr);
}
