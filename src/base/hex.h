/* hex.h: bytes as hexadecimal text. */
#ifndef SCE_BASE_HEX_H
#define SCE_BASE_HEX_H

#include "scexec/base.h"

/* Appends two lower-case digits a byte, without "0x". */
sce_error_t *sce_hex_append(sce_buf_t *out, sce_span_t bytes);

/* Decodes `text`, an even number of digits of either case after "0x", onto the end of `out`. The prefix is required, so
 * that text is never taken for bytes by chance. Errors (SCE_BAD_INPUT) name the offset and the character. */
sce_error_t *sce_hex_decode(sce_buf_t *out, sce_span_t text);

/* Decodes pairs of digits from `text` until its end or the first pair that is none; gives the bytes written to `out`,
 * which has room for text.len / 2. The caller looks at what stands after them. */
size_t sce_hex_decode_pairs(uint8_t *out, sce_span_t text);

#endif
