/* block_json.c: blocks as JSON. Source: the Serialize implementations of sp-runtime 49 (generic::{SignedBlock, Block},
 * OpaqueExtrinsic): extrinsics are "0x…" of their encodings, their length in front. */
#include "scexec/block.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/written.h"
#include "scale/scale.h"
#include "state/header_json.h"

/* What was found of a block, encoded. */
typedef struct block_parts {
  bool has_header, has_extrinsics;
  sce_buf_t header;
  sce_buf_t extrinsics;
  uint64_t count; /* of extrinsics */
} block_parts_t;

static sce_error_t *once(const sce_json_reader_t *in, bool *seen) {
  if (*seen) return sce_json_error(in, "the same member twice");
  *seen = true;
  return NULL;
}

/* With its length in front, as a node gives it. */
static sce_error_t *read_extrinsic(sce_json_reader_t *in, sce_buf_t *body) {
  size_t start = body->len;
  sce_json_reader_t before = *in;
  SCE_TRY(sce_hex_json_read(in, body));
  sce_scale_reader_t scale = sce_scale_reader(sce_span(body->data + start, body->len - start));
  sce_span_t extrinsic;
  sce_error_t *err = sce_scale_read_bytes(&scale, &extrinsic);
  if (err == NULL) err = sce_scale_read_end(&scale);
  if (err == NULL) return NULL;
  sce_error_delete(err);
  return sce_json_error(&before, "an extrinsic that does not begin with its length");
}

static sce_error_t *read_extrinsics(sce_json_reader_t *in, block_parts_t *parts) {
  SCE_TRY(once(in, &parts->has_extrinsics));
  SCE_TRY(sce_json_enter(in, SCE_JSON_ARRAY));
  for (;; parts->count++) {
    bool more = false;
    SCE_TRY(sce_json_element(in, &more));
    if (!more) return NULL;
    SCE_TRY(read_extrinsic(in, &parts->extrinsics));
  }
}

static sce_error_t *read_object(sce_json_reader_t *in, block_parts_t *parts, unsigned depth);

/* Inside the answer of a JSON-RPC server, and inside a block with its justifications: what does not hold the block is
 * passed over. */
static sce_error_t *read_outer(sce_json_reader_t *in, block_parts_t *parts, sce_json_string_t name, unsigned depth) {
  sce_json_kind_t kind = SCE_JSON_NULL;
  sce_json_reader_t before = *in;
  bool result = sce_json_string_is(name, "result");
  SCE_TRY(sce_json_peek(in, &kind));
  if (kind == SCE_JSON_OBJECT && depth < 2 && (result || sce_json_string_is(name, "block")))
    return read_object(in, parts, depth + 1);
  sce_span_t text = {0};
  SCE_TRY(sce_json_skip(in, &text));
  if (depth == 0 && result && kind == SCE_JSON_NULL)
    return sce_json_error(&before, "the server's result is null: it has no such block");
  if (depth == 0 && kind == SCE_JSON_OBJECT && sce_json_string_is(name, "error"))
    return sce_error_new(SCE_BAD_INPUT, "the server refused the request: %.*s", (int)(text.len < 200 ? text.len : 200),
                         (const char *)text.data);
  return NULL;
}

static sce_error_t *read_object(sce_json_reader_t *in, block_parts_t *parts, unsigned depth) {
  SCE_TRY(sce_json_enter(in, SCE_JSON_OBJECT));
  for (;;) {
    bool more = false;
    sce_json_string_t name = {0};
    SCE_TRY(sce_json_member(in, &more, &name));
    if (!more) return NULL;
    if (sce_json_string_is(name, "header")) {
      SCE_TRY(once(in, &parts->has_header));
      SCE_TRY(sce_error_prefix(sce_header_json_read(in, &parts->header), "header"));
    } else if (sce_json_string_is(name, "extrinsics")) {
      SCE_TRY(read_extrinsics(in, parts));
    } else {
      SCE_TRY(read_outer(in, parts, name, depth));
    }
  }
}

static sce_error_t *read_document(sce_json_reader_t *in, block_parts_t *parts) {
  SCE_TRY(read_object(in, parts, 0));
  SCE_TRY(sce_json_end(in));
  if (!parts->has_header && !parts->has_extrinsics)
    return sce_json_error(in, "no block: a block has \"header\" and \"extrinsics\"");
  if (!parts->has_header) return sce_json_error(in, "the block has no \"header\"");
  return parts->has_extrinsics ? NULL
                               : sce_json_error(in, "the block has no \"extrinsics\": a header alone is no block");
}

sce_error_t *sce_block_from_json(sce_buf_t *scale, sce_span_t json) {
  block_parts_t parts = {.count = 0};
  sce_json_reader_t in = sce_json_reader(sce_skip_bom(json));
  sce_error_t *err = read_document(&in, &parts);
  if (err == NULL) err = sce_buf_append(scale, parts.header.data, parts.header.len);
  if (err == NULL) err = sce_scale_write_compact(scale, parts.count);
  if (err == NULL) err = sce_buf_append(scale, parts.extrinsics.data, parts.extrinsics.len);
  sce_buf_free(&parts.header);
  sce_buf_free(&parts.extrinsics);
  return err;
}
