/* header_json.h: headers as JSON, for who meets one inside of something else. */
#ifndef SCE_STATE_HEADER_JSON_H
#define SCE_STATE_HEADER_JSON_H

#include "base/json_pull.h"

/* Reads a header where the reader stands, and appends its encoding. Errors (SCE_BAD_INPUT) name line and column. */
sce_error_t *sce_header_json_read(sce_json_reader_t *in, sce_buf_t *scale);

/* Reads "0x…", and appends the bytes. */
sce_error_t *sce_hex_json_read(sce_json_reader_t *in, sce_buf_t *bytes);

/* Reads an item of a digest: "0x…" of its encoding, as nodes have it, or {"preRuntime": ["0x42414245", "0x…"]}, as
 * polkadot-js writes it. Appends its encoding. */
sce_error_t *sce_digest_item_json_read(sce_json_reader_t *in, sce_buf_t *items);

#endif
