/* state_block.c: which block made a state, where nobody has said so. Everything that asks this asks here. */
#include "state/state.h"

#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/json_pull.h"
#include "crypto/hash.h"
#include "scale/scale.h"
#include "scexec/block.h"
#include "state/lmdb_state.h"

#include <string.h>

/* In a genesis state the one entry of System.BlockHash has no meaning yet: 69 in every byte (frame_system,
 * BuildGenesisConfig). System.Number does not tell: that of Kusama's genesis is 1. A state without entries is no state
 * of FRAME's, or a made-up one, and counts as a genesis. */
static sce_error_t *is_genesis(const sce_state_t *state, bool *genesis) {
  sce_buf_t prefix = {0};
  sce_state_cursor_t at = {.found = false};
  sce_error_t *err = sce_state_key_parse(&prefix, sce_span_text("System.BlockHash"));
  if (err == NULL) err = sce_state_seek(state, &at, NULL, sce_buf_span(&prefix), true);
  *genesis = true;
  if (err == NULL && at.found && sce_span_starts_with(at.key, sce_buf_span(&prefix)))
    for (size_t i = 0; i < at.value.len; i++) *genesis = *genesis && at.value.data[i] == 69;
  sce_buf_free(&prefix);
  return err;
}

/* ---- by header ---- */

/* The string under `name` of the spec, hexadecimal, into `bytes`; nothing where it is not there or is none. */
static sce_error_t *hex_member(sce_buf_t *bytes, const sce_chain_spec_t *spec, const char *name) {
  const char *members = sce_chain_spec_members(spec);
  sce_json_reader_t in = sce_json_reader(sce_span_text(members));
  bool more = false;
  SCE_TRY(sce_json_enter(&in, SCE_JSON_OBJECT));
  for (;;) {
    sce_json_string_t member = {0}, text = {0};
    sce_json_kind_t kind = SCE_JSON_NULL;
    SCE_TRY(sce_json_member(&in, &more, &member));
    if (!more) return NULL;
    SCE_TRY(sce_json_peek(&in, &kind));
    if (kind != SCE_JSON_STRING || !sce_json_string_is(member, name)) {
      SCE_TRY(sce_json_skip(&in, NULL));
      continue;
    }
    SCE_TRY(sce_json_read_string(&in, &text));
    return sce_hex_decode(bytes, text.raw);
  }
}

/* What every header begins with is enough: a chain's own fields, and kinds of digest items, count in the hash alone. */
sce_error_t *sce_state_check_header(const sce_state_t *state, sce_block_info_t *block, sce_span_t header) {
  sce_scale_reader_t in = sce_scale_reader(header);
  sce_block_info_t found = {.header = header};
  uint8_t root[32], parent[32], said[32], extrinsics[32];
  in.kind = SCE_BAD_BLOCK;
  sce_error_t *err = sce_scale_read_fixed(&in, parent, 32);
  if (err == NULL) err = sce_scale_read_compact_u32(&in, &found.number);
  if (err == NULL) err = sce_scale_read_fixed(&in, said, 32);
  if (err == NULL) err = sce_scale_read_fixed(&in, extrinsics, 32);
  if (err != NULL) return sce_error_prefix(err, "header");
  SCE_TRY(sce_state_root(state, root, NULL));
  if (memcmp(root, said, 32) != 0)
    return sce_error_new(SCE_BAD_BLOCK, "the header is that of another state: it has another state root");
  sce_blake2b_256(found.hash, header);
  *block = found;
  return NULL;
}

/* The block of the header that an export has left in its spec; `header` holds it. One that is not that of the state
 * (which somebody may have changed since) says nothing. `spec` may be NULL. */
static sce_error_t *find_header(const sce_state_t *state, bool *found, sce_block_info_t *block, sce_buf_t *header,
                                const sce_chain_spec_t *spec) {
  sce_error_t *err = spec != NULL ? hex_member(header, spec, SCE_HEADER_MEMBER) : NULL;
  *found = err == NULL && header->len > 0;
  if (*found) err = sce_state_check_header(state, block, sce_buf_span(header));
  if (err == NULL) return NULL;
  bool other = sce_error_kind(err) == SCE_BAD_BLOCK || sce_error_kind(err) == SCE_BAD_INPUT;
  if (!other) return err;
  *found = false;
  sce_error_delete(err);
  return NULL;
}

/* ---- what is known ---- */

/* Of a state in memory that knows no block. */
static sce_error_t *decide(sce_state_t *state, const sce_chain_spec_t *spec) {
  sce_buf_t header = {0};
  sce_block_info_t block;
  bool found, genesis = false;
  sce_error_t *err = find_header(state, &found, &block, &header, spec);
  if (err == NULL && found) err = sce_state_set_block(state, &block);
  if (err == NULL && !found) err = is_genesis(state, &genesis);
  if (err == NULL && genesis) err = sce_state_make_genesis(state);
  sce_buf_free(&header);
  return err;
}

sce_error_t *sce_state_find_block(sce_state_t *state, sce_block_origin_t *origin, const sce_chain_spec_t *spec) {
  if (!state->has_block && sce_lmdb_snapshot_of(state->backend) == NULL) SCE_TRY(decide(state, spec));
  *origin = !state->has_block ? SCE_ORIGIN_UNKNOWN : state->block.number == 0 ? SCE_ORIGIN_GENESIS : SCE_ORIGIN_BLOCK;
  return NULL;
}

/* System.Number: little-endian, of 32 bits or more. */
static sce_error_t *number_of_frame(const sce_state_t *state, bool *known, uint32_t *number) {
  sce_buf_t key = {0};
  sce_value_t value = {.found = false};
  sce_error_t *err = sce_state_key_parse(&key, sce_span_text("System.Number"));
  if (err == NULL) err = sce_state_get(state, &value, NULL, sce_buf_span(&key));
  sce_buf_free(&key);
  if (err != NULL) return err;
  *known = value.found && value.len >= 4;
  for (size_t i = 4; i < value.len && *known; i++) *known = value.data[i] == 0;
  if (*known) *number = sce_load_le32(value.data);
  return NULL;
}

sce_error_t *sce_state_block_number(const sce_state_t *state, bool *known, uint32_t *number,
                                    const sce_chain_spec_t *spec) {
  sce_buf_t header = {0};
  sce_block_info_t block = {.number = 0};
  sce_error_t *err = NULL;
  *known = sce_state_block(state, &block);
  if (!*known) err = find_header(state, known, &block, &header, spec);
  sce_buf_free(&header);
  if (err == NULL && !*known) err = is_genesis(state, known);
  *number = block.number;
  return err != NULL || *known ? err : number_of_frame(state, known, number);
}
