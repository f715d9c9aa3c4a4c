/* written.h: bytes as people have them in files: as they are, or written out in hexadecimal, alone or inside JSON. */
#ifndef SCE_BASE_WRITTEN_H
#define SCE_BASE_WRITTEN_H

#include "scexec/base.h"

/* Without a UTF-8 byte order mark at the beginning. */
sce_span_t sce_skip_bom(sce_span_t text);
/* Without white space at both ends. */
sce_span_t sce_trim(sce_span_t text);

/* Whether a text is a JSON object or the beginning of one; byte order mark and white space aside. */
bool sce_is_json_object(sce_span_t text);

/* Appends to `out` the bytes that `content` writes out: "0x…", a JSON string of that, or the answer of a JSON-RPC
 * server whose result is such a string; byte order mark and white space around it aside. `*written` false: it is none
 * of these, nothing was appended, and the bytes are those of `content`.
 *
 * Errors, all SCE_BAD_INPUT: what begins as such a text and goes on as another; nothing but hexadecimal digits without
 * 0x, which are refused because they are hardly ever the bytes that are meant; an answer without a result; UTF-16. */
sce_error_t *sce_written_bytes(sce_buf_t *out, bool *written, sce_span_t content);

#endif
