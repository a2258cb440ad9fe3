/* One QR code out of one grey picture. Pure: no camera, no file. */
#ifndef EYES_QR_CODE_H
#define EYES_QR_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* luma: height rows of stride bytes, 0 black. False when no code is found, or its
 * text is not valid UTF-8 or does not fit. */
bool qr_code_read(const uint8_t *luma, int width, int height, int stride, char *text,
                  size_t size);

#endif
