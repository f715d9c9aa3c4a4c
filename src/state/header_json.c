/* header_json.c: headers as nodes answer them in JSON-RPC (sp_runtime::generic::Header and Digest, through serde). */
#include "state/header_json.h"

#include "base/buf.h"
#include "base/error.h"
#include "scale/scale.h"
#include "scexec/block.h"

#include <string.h>

/* What was read; the digest's items are encoded one after the other. */
typedef struct header_json {
  sce_header_t header;
  sce_buf_t items;
  uint32_t item_count;
  unsigned seen; /* a bit for each of the members below */
} header_json_t;

enum { PARENT = 1, NUMBER = 2, STATE_ROOT = 4, EXTRINSICS_ROOT = 8, DIGEST = 16, ALL = 31 };

static sce_error_t *read_hash(sce_json_reader_t *in, uint8_t hash[32]) {
  sce_buf_t bytes = {0};
  sce_error_t *err = sce_hex_json_read(in, &bytes);
  if (err == NULL && bytes.len != 32) err = sce_json_error(in, "a hash has 32 bytes");
  if (err == NULL) memcpy(hash, bytes.data, 32);
  sce_buf_free(&bytes);
  return err;
}

/* Nodes answer "0x1a" without leading zeros; others have plain numbers. */
static sce_error_t *read_number(sce_json_reader_t *in, uint32_t *number) {
  sce_json_kind_t kind = SCE_JSON_NULL;
  sce_json_string_t string = {0};
  sce_span_t text = {0};
  SCE_TRY(sce_json_peek(in, &kind));
  if (kind == SCE_JSON_STRING) {
    SCE_TRY(sce_json_read_string(in, &string));
    text = string.raw;
  } else {
    SCE_TRY(sce_json_read_number(in, &text));
  }
  bool hex = sce_span_starts_with(text, sce_span_text("0x"));
  uint64_t value = 0;
  if (hex) text = sce_span_skip(text, 2);
  bool good = text.len > 0;
  for (size_t i = 0; i < text.len && good; i++) {
    uint8_t c = text.data[i], letter = (uint8_t)((c | 0x20) - 'a');
    good = (c >= '0' && c <= '9') || (hex && letter < 6);
    value = value * (hex ? 16 : 10) + (c <= '9' ? (uint64_t)(c - '0') : (uint64_t)letter + 10);
    good = good && value <= UINT32_MAX;
  }
  if (!good) return sce_json_error(in, "expected a block number of 32 bits");
  *number = (uint32_t)value;
  return NULL;
}

/* {"logs": […]} */
static sce_error_t *read_digest(header_json_t *out, sce_json_reader_t *in) {
  bool more = false;
  sce_json_string_t name = {0};
  SCE_TRY(sce_json_enter(in, SCE_JSON_OBJECT));
  for (;;) {
    SCE_TRY(sce_json_member(in, &more, &name));
    if (!more) return NULL;
    if (!sce_json_string_is(name, "logs")) return sce_json_error(in, "the digest has a member beside \"logs\"");
    SCE_TRY(sce_json_enter(in, SCE_JSON_ARRAY));
    for (;;) {
      SCE_TRY(sce_json_element(in, &more));
      if (!more) break;
      SCE_TRY(sce_digest_item_json_read(in, &out->items));
      out->item_count++;
    }
  }
}

static sce_error_t *read_member(header_json_t *out, sce_json_reader_t *in, sce_json_string_t name) {
  static const char *const names[] = {"parentHash", "number", "stateRoot", "extrinsicsRoot", "digest"};
  unsigned member = 0;
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
    if (sce_json_string_is(name, names[i])) member = 1u << i;
  if ((out->seen & member) != 0) return sce_json_error(in, "the same member twice");
  out->seen |= member;
  switch (member) {
    case PARENT: return read_hash(in, out->header.parent_hash);
    case NUMBER: return read_number(in, &out->header.number);
    case STATE_ROOT: return read_hash(in, out->header.state_root);
    case EXTRINSICS_ROOT: return read_hash(in, out->header.extrinsics_root);
    case DIGEST: return read_digest(out, in);
    default: break;
  }
  /* Its hash would be another. "hash" is what some tools add. */
  if (sce_json_string_is(name, "hash")) return sce_json_skip(in, NULL);
  sce_error_t *err = sce_json_error(in, "no header has this member");
  return sce_error_prefix(err, "\"%.*s\"", name.raw.len < 64 ? (int)name.raw.len : 64, (const char *)name.raw.data);
}

static sce_error_t *read_header(header_json_t *out, sce_json_reader_t *in) {
  SCE_TRY(sce_json_enter(in, SCE_JSON_OBJECT));
  for (;;) {
    bool more = false;
    sce_json_string_t name = {0};
    SCE_TRY(sce_json_member(in, &more, &name));
    if (!more) break;
    SCE_TRY(read_member(out, in, name));
  }
  return out->seen == ALL ? NULL
                          : sce_json_error(in, "a header has parentHash, number, stateRoot, extrinsicsRoot and digest");
}

/* To the header in what nodes answer: {"jsonrpc", "id", "result": …}, {"block": …, "justifications"}, {"header": …,
 * "extrinsics"}. `*found` false: the reader stands before an object that has none of these. */
static sce_error_t *find_inside(sce_json_reader_t *in, bool *found) {
  static const char *const around[] = {"result", "block", "header"};
  sce_json_reader_t inside = *in, value = *in;
  sce_json_kind_t kind = SCE_JSON_NULL;
  *found = false;
  SCE_TRY(sce_json_peek(in, &kind));
  if (kind != SCE_JSON_OBJECT) return NULL;
  SCE_TRY(sce_json_enter(&inside, SCE_JSON_OBJECT));
  for (;;) {
    bool more = false;
    sce_json_string_t name = {0};
    SCE_TRY(sce_json_member(&inside, &more, &name));
    if (!more) break;
    value = inside;
    for (size_t i = 0; i < sizeof around / sizeof *around && !*found; i++) *found = sce_json_string_is(name, around[i]);
    if (*found) break;
    SCE_TRY(sce_json_skip(&inside, NULL));
  }
  if (*found) *in = value;
  return NULL;
}

sce_error_t *sce_header_json_read(sce_json_reader_t *in, sce_buf_t *scale) {
  header_json_t out = {.item_count = 0};
  sce_buf_t digest = {0};
  sce_error_t *err = read_header(&out, in);
  if (err == NULL) err = sce_scale_write_compact(&digest, out.item_count);
  if (err == NULL) err = sce_buf_append(&digest, out.items.data, out.items.len);
  out.header.digest = sce_buf_span(&digest);
  if (err == NULL) err = sce_header_encode(&out.header, scale);
  sce_buf_free(&digest);
  sce_buf_free(&out.items);
  return err;
}

static sce_error_t *read_document(sce_buf_t *scale, sce_span_t json) {
  sce_json_reader_t in = sce_json_reader(json), whole = in;
  bool inside = true;
  SCE_TRY(sce_json_skip(&whole, NULL));
  SCE_TRY(sce_json_end(&whole));
  for (int i = 0; i < 3 && inside; i++) SCE_TRY(find_inside(&in, &inside));
  return sce_header_json_read(&in, scale);
}

sce_error_t *sce_header_from_json(sce_buf_t *scale, sce_span_t json) {
  return sce_error_prefix(read_document(scale, json), "header");
}
