/* fuzz_block.c: no bytes make the reader of blocks crash or leak; an accepted block is encoded back to the same bytes;
 * what a node executes is the block without its last seal, and no other item is touched. The same for headers in JSON.
 */
#include "base/buf.h"
#include "scexec/block.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static size_t count_items(const sce_header_t *header) {
  bool found = true;
  sce_digest_item_t item;
  size_t count = 0;
  for (;; count++) {
    require(sce_header_digest_item(header, &found, &item, count) == NULL);
    if (!found) return count;
  }
}

static void check_input(const sce_block_t *block) {
  sce_buf_t input = {0}, digest = {0};
  sce_block_t *again;
  sce_header_t header = *sce_block_header(block);
  sce_digest_item_t seal;
  bool had_seal, more;
  size_t items = count_items(&header);
  if (items > 200) return;
  require(sce_header_take_seal(&header, &digest, &had_seal, &seal) == NULL);
  require(count_items(&header) == items - had_seal);
  require(sce_block_execution_input(block, &input) == NULL);
  require(sce_block_decode(&again, sce_buf_span(&input)) == NULL);
  require(sce_span_equal(sce_block_header(again)->digest, header.digest) || items == 0);
  require(sce_block_extrinsic_count(again) == sce_block_extrinsic_count(block));
  require(sce_header_digest_item(&header, &more, &seal, items) == NULL && !more);
  sce_block_delete(again);
  sce_buf_free(&input);
  sce_buf_free(&digest);
}

/* The same bytes as a header in JSON. */
static void check_json(sce_span_t json) {
  sce_buf_t scale = {0};
  sce_header_t header;
  sce_error_t *err = sce_header_from_json(&scale, json);
  require(err == NULL || sce_error_kind(err) == SCE_BAD_INPUT);
  if (err == NULL) sce_error_delete(sce_header_decode(&header, sce_buf_span(&scale))); /* digest items are as given */
  sce_error_delete(err);
  sce_buf_free(&scale);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  check_json(sce_span(data, size));
  sce_block_t *block = NULL;
  sce_error_t *err = sce_block_decode(&block, sce_span(data, size));
  require((err == NULL) == (block != NULL));
  if (err != NULL) {
    require(sce_error_kind(err) == SCE_BAD_BLOCK);
    sce_error_delete(err);
    return 0;
  }
  sce_buf_t scale = {0};
  size_t count = sce_block_extrinsic_count(block);
  sce_span_t *extrinsics = calloc(count + 1, sizeof *extrinsics);
  for (size_t i = 0; i < count; i++) extrinsics[i] = sce_block_extrinsic(block, i);
  require(sce_block_encode(&scale, sce_block_header(block), extrinsics, count) == NULL);
  require(scale.len == size && memcmp(scale.data, data, size) == 0);
  uint8_t root[32];
  require(sce_block_extrinsics_root(block, root, SCE_STATE_V1) == NULL);
  check_input(block);
  free(extrinsics);
  sce_buf_free(&scale);
  sce_block_delete(block);
  return 0;
}
