/* digest_json.c: items of digests as JSON. Source: sp_runtime::generic::DigestItem, through serde; @polkadot/types,
 * DigestItem.toJSON(). */
#include "state/header_json.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "scale/scale.h"
#include "scexec/block.h"

sce_error_t *sce_hex_json_read(sce_json_reader_t *in, sce_buf_t *bytes) {
  sce_json_reader_t before = *in;
  sce_json_string_t string = {0};
  SCE_TRY(sce_json_read_string(in, &string));
  sce_buf_t chars = {0};
  sce_error_t *err = string.escaped ? sce_json_unescape(&chars, string) : NULL;
  if (err == NULL) err = sce_hex_decode(bytes, string.escaped ? sce_buf_span(&chars) : string.raw);
  sce_buf_free(&chars);
  if (err == NULL || sce_error_kind(err) != SCE_BAD_INPUT) return err;
  sce_error_t *placed = sce_json_error(&before, sce_error_message(err));
  sce_error_delete(err);
  return placed;
}

/* The next of the two strings of ["0x42414245", "0x…"], decoded. */
static sce_error_t *read_half(sce_json_reader_t *in, sce_buf_t *bytes) {
  bool more = false;
  bytes->len = 0;
  SCE_TRY(sce_json_element(in, &more));
  return more ? sce_hex_json_read(in, bytes) : sce_json_error(in, "a digest item has an engine and its data");
}

static sce_error_t *read_engine_item(sce_json_reader_t *in, sce_buf_t *items, sce_buf_t *bytes) {
  bool more = false;
  SCE_TRY(sce_json_enter(in, SCE_JSON_ARRAY));
  SCE_TRY(read_half(in, bytes));
  if (bytes->len != 4) return sce_json_error(in, "the engine of a digest item has 4 bytes");
  SCE_TRY(sce_buf_append(items, bytes->data, 4));
  SCE_TRY(read_half(in, bytes));
  SCE_TRY(sce_scale_write_bytes(items, sce_buf_span(bytes)));
  SCE_TRY(sce_json_element(in, &more));
  return more ? sce_json_error(in, "a digest item has an engine and its data") : NULL;
}

static sce_error_t *read_item_of(sce_json_reader_t *in, sce_buf_t *items, sce_digest_kind_t kind) {
  if (kind == SCE_DIGEST_ENVIRONMENT_UPDATED) return sce_json_skip(in, NULL);
  sce_buf_t bytes = {0};
  sce_error_t *err;
  if (kind == SCE_DIGEST_OTHER) {
    err = sce_hex_json_read(in, &bytes);
    if (err == NULL) err = sce_scale_write_bytes(items, sce_buf_span(&bytes));
  } else {
    err = read_engine_item(in, items, &bytes);
  }
  sce_buf_free(&bytes);
  return err;
}

/* {"preRuntime": ["0x42414245", "0x…"]}, as polkadot-js writes an item. */
static sce_error_t *read_named_item(sce_json_reader_t *in, sce_buf_t *items) {
  static const struct {
    const char *name;
    sce_digest_kind_t kind;
  } kinds[] = {{"other", SCE_DIGEST_OTHER},
               {"consensus", SCE_DIGEST_CONSENSUS},
               {"seal", SCE_DIGEST_SEAL},
               {"preRuntime", SCE_DIGEST_PRE_RUNTIME},
               {"runtimeEnvironmentUpdated", SCE_DIGEST_ENVIRONMENT_UPDATED}};
  enum { KINDS = sizeof kinds / sizeof kinds[0] };
  bool more = false;
  sce_json_string_t name = {0};
  SCE_TRY(sce_json_enter(in, SCE_JSON_OBJECT));
  SCE_TRY(sce_json_member(in, &more, &name));
  size_t i = 0;
  while (more && i < KINDS && !sce_json_string_is(name, kinds[i].name)) i++;
  if (!more || i == KINDS) return sce_json_error(in, "an unknown kind of digest item");
  SCE_TRY(sce_scale_write_u8(items, (uint8_t)kinds[i].kind));
  SCE_TRY(read_item_of(in, items, kinds[i].kind));
  SCE_TRY(sce_json_member(in, &more, &name));
  return more ? sce_json_error(in, "a digest item of two kinds") : NULL;
}

sce_error_t *sce_digest_item_json_read(sce_json_reader_t *in, sce_buf_t *items) {
  sce_json_kind_t kind = SCE_JSON_NULL;
  SCE_TRY(sce_json_peek(in, &kind));
  return kind == SCE_JSON_OBJECT ? read_named_item(in, items) : sce_hex_json_read(in, items);
}
