/* block.c: blocks and headers in SCALE. Source: sp-runtime 49, generic/{block,header,digest}.rs. */
#include "scexec/block.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "crypto/hash.h"
#include "scale/scale.h"
#include "scexec/trie.h"
#include "state/header_format.h"

#include <string.h>

static sce_scale_reader_t block_reader(sce_span_t scale) {
  sce_scale_reader_t in = sce_scale_reader(scale);
  in.kind = SCE_BAD_BLOCK;
  return in;
}

/* ---- digests ---- */

/* sp_core::ChangesTrieConfiguration, in ChangesTrieSignal::NewConfiguration(Option<…>) (sp-runtime 2.0 and 3.0). */
static sce_error_t *read_changes_trie_signal(sce_scale_reader_t *in) {
  size_t start = in->at;
  uint8_t variant, some;
  sce_span_t configuration;
  SCE_TRY(sce_scale_read_u8(in, &variant));
  SCE_TRY(sce_scale_read_u8(in, &some));
  if (variant > 0 || some > 1) return sce_scale_error(in, start, "unknown signal of a changes trie");
  return some ? sce_scale_read_raw(in, &configuration, 8) : NULL;
}

static sce_error_t *read_own_item(sce_scale_reader_t *in, size_t start, const sce_header_format_t *format) {
  if (format == NULL || format->item == UINT32_MAX) return sce_scale_error(in, start, "unknown kind of digest item");
  in->at = start;
  return sce_header_format_skip(format, in, format->item);
}

static sce_error_t *read_digest_item(sce_scale_reader_t *in, sce_digest_item_t *item,
                                     const sce_header_format_t *format) {
  size_t start = in->at;
  uint8_t kind;
  *item = (sce_digest_item_t){.kind = SCE_DIGEST_OTHER};
  SCE_TRY(sce_scale_read_u8(in, &kind));
  switch (kind) {
    case SCE_DIGEST_CONSENSUS:
    case SCE_DIGEST_SEAL:
    case SCE_DIGEST_PRE_RUNTIME:
      SCE_TRY(sce_scale_read_fixed(in, item->engine, sizeof item->engine));
      SCE_TRY(sce_scale_read_bytes(in, &item->data));
      break;
    case SCE_DIGEST_OTHER: SCE_TRY(sce_scale_read_bytes(in, &item->data)); break;
    case SCE_DIGEST_CHANGES_TRIE_ROOT: SCE_TRY(sce_scale_read_raw(in, &item->data, 32)); break;
    case SCE_DIGEST_ENVIRONMENT_UPDATED: break;
    default:
      SCE_TRY(kind == SCE_DIGEST_CHANGES_TRIE_SIGNAL ? read_changes_trie_signal(in) : read_own_item(in, start, format));
      item->data = sce_span_part(in->bytes, start + 1, in->at);
  }
  item->kind = (sce_digest_kind_t)kind;
  item->encoded = sce_span_part(in->bytes, start, in->at);
  return NULL;
}

/* All of a digest, number of items included. */
static sce_error_t *read_digest(sce_scale_reader_t *in, sce_span_t *digest, const sce_header_format_t *format) {
  size_t start = in->at;
  uint32_t count;
  sce_digest_item_t item;
  SCE_TRY(sce_scale_read_count(in, &count, 1));
  for (uint32_t i = 0; i < count; i++) SCE_TRY(read_digest_item(in, &item, format));
  *digest = sce_span_part(in->bytes, start, in->at);
  return NULL;
}

/* A reader of the items. */
static sce_error_t *open_digest(const sce_header_t *header, sce_scale_reader_t *in, uint32_t *count) {
  *in = block_reader(header->digest);
  *count = 0;
  return header->digest.len == 0 ? NULL : sce_scale_read_count(in, count, 1);
}

sce_error_t *sce_header_digest_item(const sce_header_t *header, bool *found, sce_digest_item_t *item, size_t index) {
  sce_scale_reader_t in;
  uint32_t count;
  SCE_TRY(open_digest(header, &in, &count));
  *found = index < count;
  for (size_t i = 0; *found && i <= index; i++) SCE_TRY(read_digest_item(&in, item, header->format));
  return NULL;
}

sce_error_t *sce_header_take_seal(sce_header_t *header, sce_buf_t *digest, bool *had_seal, sce_digest_item_t *seal) {
  sce_scale_reader_t in;
  uint32_t count;
  SCE_TRY(open_digest(header, &in, &count));
  size_t items = in.at;
  for (uint32_t i = 0; i < count; i++) SCE_TRY(read_digest_item(&in, seal, header->format));
  *had_seal = count > 0 && seal->kind == SCE_DIGEST_SEAL;
  if (!*had_seal) return NULL;
  size_t left = header->digest.len - items - seal->encoded.len;
  digest->len = 0;
  SCE_TRY(sce_scale_write_compact(digest, count - 1));
  SCE_TRY(sce_buf_append(digest, header->digest.data + items, left));
  header->digest = sce_buf_span(digest);
  return NULL;
}

/* ---- headers ---- */

/* A number of a fixed width, or a compact one; of more than 32 bits refused. */
static sce_error_t *read_number(sce_scale_reader_t *in, uint32_t *number, const sce_header_format_t *format) {
  size_t start = in->at;
  sce_span_t bytes;
  if (format == NULL || format->number_size == 0) return sce_scale_read_compact_u32(in, number);
  SCE_TRY(sce_scale_read_raw(in, &bytes, format->number_size));
  for (size_t i = 4; i < bytes.len; i++)
    if (bytes.data[i] != 0) return sce_scale_error(in, start, "block number of more than 32 bits");
  *number = sce_load_le32(bytes.data);
  return NULL;
}

static sce_error_t *read_header(sce_scale_reader_t *in, sce_header_t *header, const sce_header_format_t *format) {
  *header = (sce_header_t){.format = format};
  SCE_TRY(sce_scale_read_fixed(in, header->parent_hash, 32));
  SCE_TRY(read_number(in, &header->number, format));
  SCE_TRY(sce_scale_read_fixed(in, header->state_root, 32));
  SCE_TRY(sce_scale_read_fixed(in, header->extrinsics_root, 32));
  SCE_TRY(read_digest(in, &header->digest, format));
  size_t start = in->at;
  for (uint32_t i = 0; format != NULL && i < format->extra_count; i++)
    SCE_TRY(sce_header_format_skip(format, in, format->extra[i]));
  header->extra = sce_span_part(in->bytes, start, in->at);
  return NULL;
}

sce_error_t *sce_header_decode_as(sce_header_t *header, sce_span_t scale, const sce_header_format_t *format) {
  sce_scale_reader_t in = block_reader(scale);
  sce_header_t read;
  SCE_TRY(sce_error_prefix(read_header(&in, &read, format), "header"));
  SCE_TRY(sce_error_prefix(sce_scale_read_end(&in), "header"));
  *header = read;
  return NULL;
}

sce_error_t *sce_header_decode(sce_header_t *header, sce_span_t scale) {
  return sce_header_decode_as(header, scale, NULL);
}

static sce_error_t *write_number(sce_buf_t *scale, uint32_t number, const sce_header_format_t *format) {
  uint8_t bytes[16] = {0};
  if (format == NULL || format->number_size == 0) return sce_scale_write_compact(scale, number);
  sce_store_le32(bytes, number);
  return sce_buf_append(scale, bytes, format->number_size);
}

sce_error_t *sce_header_encode(const sce_header_t *header, sce_buf_t *scale) {
  SCE_TRY(sce_buf_append(scale, header->parent_hash, 32));
  SCE_TRY(write_number(scale, header->number, header->format));
  SCE_TRY(sce_buf_append(scale, header->state_root, 32));
  SCE_TRY(sce_buf_append(scale, header->extrinsics_root, 32));
  if (header->digest.len == 0)
    SCE_TRY(sce_scale_write_compact(scale, 0));
  else
    SCE_TRY(sce_buf_append(scale, header->digest.data, header->digest.len));
  return sce_buf_append(scale, header->extra.data, header->extra.len);
}

sce_error_t *sce_header_hash(const sce_header_t *header, uint8_t hash[32]) {
  sce_buf_t scale = {0};
  sce_error_t *err = sce_header_encode(header, &scale);
  if (err == NULL) sce_blake2b_256(hash, sce_buf_span(&scale));
  sce_buf_free(&scale);
  return err;
}

/* ---- blocks ---- */

struct sce_block {
  sce_buf_t bytes; /* the whole encoding; everything points into it */
  sce_header_t header;
  size_t header_len;
  sce_span_t *extrinsics;
  size_t count;
};

void sce_block_delete(sce_block_t *block) {
  if (block == NULL) return;
  sce_buf_free(&block->bytes);
  sce_free(block->extrinsics);
  sce_free(block);
}

static sce_error_t *read_block(sce_block_t *block, const sce_header_format_t *format) {
  sce_scale_reader_t in = block_reader(sce_buf_span(&block->bytes));
  uint32_t count;
  SCE_TRY(sce_error_prefix(read_header(&in, &block->header, format), "header"));
  block->header_len = in.at;
  SCE_TRY(sce_error_prefix(sce_scale_read_count(&in, &count, 1), "number of extrinsics"));
  block->extrinsics = sce_realloc_array(NULL, count, sizeof *block->extrinsics);
  if (block->extrinsics == NULL) return sce_error_oom();
  for (; block->count < count; block->count++)
    SCE_TRY(
        sce_error_prefix(sce_scale_read_bytes(&in, &block->extrinsics[block->count]), "extrinsic %zu", block->count));
  return sce_scale_read_end(&in);
}

sce_error_t *sce_block_decode_as(sce_block_t **block, sce_span_t scale, const sce_header_format_t *format) {
  sce_block_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL) return sce_error_oom();
  sce_error_t *err = sce_buf_append(&made->bytes, scale.data, scale.len);
  if (err == NULL) err = sce_error_prefix(read_block(made, format), "block");
  if (err != NULL)
    sce_block_delete(made);
  else
    *block = made;
  return err;
}

sce_error_t *sce_block_decode(sce_block_t **block, sce_span_t scale) {
  return sce_block_decode_as(block, scale, NULL);
}

const sce_header_t *sce_block_header(const sce_block_t *block) {
  return &block->header;
}

sce_span_t sce_block_header_bytes(const sce_block_t *block) {
  return sce_span(block->bytes.data, block->header_len);
}

void sce_block_hash(const sce_block_t *block, uint8_t hash[32]) {
  sce_blake2b_256(hash, sce_block_header_bytes(block));
}

size_t sce_block_extrinsic_count(const sce_block_t *block) {
  return block->count;
}

sce_span_t sce_block_extrinsic(const sce_block_t *block, size_t index) {
  return index < block->count ? block->extrinsics[index] : sce_span(NULL, 0);
}

sce_error_t *sce_block_execution_input(const sce_block_t *block, sce_buf_t *input) {
  sce_header_t header = block->header;
  sce_buf_t digest = {0};
  sce_digest_item_t seal;
  bool had_seal;
  sce_error_t *err = sce_header_take_seal(&header, &digest, &had_seal, &seal);
  if (err == NULL) err = sce_header_encode(&header, input);
  sce_buf_free(&digest);
  if (err != NULL) return err;
  /* The extrinsics as they came. */
  return sce_buf_append(input, block->bytes.data + block->header_len, block->bytes.len - block->header_len);
}

/* Items of the ordered trie are encoded extrinsics, their lengths included (frame_system::extrinsics_root). */
sce_error_t *sce_block_extrinsics_root(const sce_block_t *block, uint8_t root[32], sce_state_version_t version) {
  sce_span_t *items = sce_realloc_array(NULL, block->count, sizeof *items);
  if (items == NULL) return sce_error_oom();
  const uint8_t *end = block->bytes.data + block->bytes.len;
  for (size_t i = block->count; i-- > 0;) {
    const sce_span_t *body = &block->extrinsics[i];
    const uint8_t *start = body->data;
    /* The length stands before the body, in its shortest form. */
    start -= body->len < 1 << 6 ? 1 : body->len < 1 << 14 ? 2 : body->len < 1 << 30 ? 4 : 5;
    items[i] = sce_span(start, (size_t)(end - start));
    end = start;
  }
  sce_trie_options_t options = {.version = version};
  sce_error_t *err = sce_trie_ordered_root(root, items, block->count, &options);
  sce_free(items);
  return err;
}

sce_error_t *sce_block_encode(sce_buf_t *scale, const sce_header_t *header, const sce_span_t *extrinsics,
                              size_t count) {
  SCE_TRY(sce_header_encode(header, scale));
  SCE_TRY(sce_scale_write_compact(scale, count));
  for (size_t i = 0; i < count; i++) SCE_TRY(sce_scale_write_bytes(scale, extrinsics[i]));
  return NULL;
}

/* ---- genesis ---- */

sce_header_t sce_genesis_header(const uint8_t state_root[32]) {
  static const uint8_t empty_root[32] = {0x03, 0x17, 0x0a, 0x2e, 0x75, 0x97, 0xb7, 0xb7, 0xe3, 0xd8, 0x4c,
                                         0x05, 0x39, 0x1d, 0x13, 0x9a, 0x62, 0xb1, 0x57, 0xe7, 0x87, 0x86,
                                         0xd8, 0xc0, 0x82, 0xf2, 0x9d, 0xcf, 0x4c, 0x11, 0x13, 0x14};
  sce_header_t header = {.number = 0}; /* parent: zeros */
  memcpy(header.state_root, state_root, 32);
  memcpy(header.extrinsics_root, empty_root, 32);
  return header;
}

sce_error_t *sce_state_make_genesis(sce_state_t *state) {
  uint8_t root[32];
  SCE_TRY(sce_state_root(state, root, NULL));
  sce_header_t header = sce_genesis_header(root);
  sce_buf_t scale = {0};
  sce_block_info_t block = {.number = 0};
  sce_error_t *err = sce_header_encode(&header, &scale);
  if (err == NULL) {
    block.header = sce_buf_span(&scale);
    sce_blake2b_256(block.hash, block.header);
    err = sce_state_set_block(state, &block);
  }
  sce_buf_free(&scale);
  return err;
}
