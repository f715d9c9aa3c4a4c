/* headers.c: the block that a chain stands on, and how the chain encodes headers. */
#include "chain/chain.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"

#include <string.h>

/* ---- the parent ---- */

bool sce_chain_parent(const sce_chain_t *chain, sce_block_info_t *block) {
  if (sce_state_block(sce_chain_state(chain), block)) return true;
  if (chain->has_parent) *block = chain->parent;
  return chain->has_parent;
}

/* Where the state's block is known, another can't be its. */
static sce_error_t *another_block(const sce_block_info_t *known) {
  sce_buf_t hash = {0};
  sce_error_t *err = sce_hex_append(&hash, sce_span(known->hash, sizeof known->hash));
  if (err == NULL)
    err = sce_error_new(SCE_BAD_BLOCK, "another block's header: the state is known to be that of block %u, 0x%.*s",
                        (unsigned)known->number, (int)hash.len, (const char *)hash.data);
  sce_buf_free(&hash);
  return err;
}

sce_error_t *sce_chain_set_parent(sce_chain_t *chain, sce_span_t header) {
  sce_block_info_t given, known;
  SCE_TRY(sce_chain_check_free(chain));
  SCE_TRY(sce_state_check_header(sce_chain_state(chain), &given, header));
  if (sce_state_block(sce_chain_state(chain), &known)) {
    if (memcmp(known.hash, given.hash, sizeof known.hash) == 0) return NULL;
    return another_block(&known);
  }
  chain->has_parent = false;
  chain->parent_header.len = 0;
  SCE_TRY(sce_buf_append(&chain->parent_header, header.data, header.len));
  chain->parent = given;
  chain->parent.header = sce_buf_span(&chain->parent_header);
  chain->has_parent = true;
  return NULL;
}

/* ---- the format ---- */

static sce_error_t *ask_format(sce_chain_t *chain) {
  sce_buf_t output = {0};
  sce_span_t scale;
  sce_metadata_t *metadata = NULL;
  sce_error_t *err = sce_chain_invoke(chain, "Metadata_metadata", sce_span(NULL, 0));
  if (err == NULL) err = sce_buf_append(&output, chain->output.data, chain->output.len);
  if (err == NULL) err = sce_metadata_unwrap(&scale, sce_buf_span(&output));
  if (err == NULL) err = sce_metadata_new(&metadata, scale, &chain->version);
  if (err == NULL) err = sce_header_format_new(&chain->format, metadata);
  sce_buf_free(&output);
  if (err != NULL) {
    sce_metadata_delete(metadata);
    return err;
  }
  chain->metadata = metadata;
  chain->format_known = true;
  return NULL;
}

sce_error_t *sce_chain_header_format(sce_chain_t *chain, const sce_header_format_t **format) {
  if (!chain->format_known) {
    SCE_TRY(sce_chain_check_free(chain));
    SCE_TRY(sce_chain_prepare(chain, NULL));
    sce_error_t *err = ask_format(chain);
    sce_overlay_reset(chain->overlay);
    if (err != NULL) return err;
  }
  *format = chain->format;
  return NULL;
}

/* The format, where there may be one that explains what went wrong with upstream's: NULL where there is none, or where
 * it can't be had. */
sce_error_t *sce_chain_other_format(sce_chain_t *chain, const sce_header_format_t **format) {
  *format = NULL;
  sce_error_t *err = sce_chain_header_format(chain, format);
  if (err == NULL || sce_error_kind(err) == SCE_OUT_OF_MEMORY) return err;
  sce_error_delete(err);
  return NULL;
}

sce_error_t *sce_chain_decode_block(sce_chain_t *chain, sce_block_t **block, sce_span_t scale) {
  const sce_header_format_t *format = NULL;
  sce_error_t *err = sce_block_decode(block, scale);
  if (err == NULL || sce_error_kind(err) != SCE_BAD_BLOCK) return err;
  sce_error_t *failed = sce_chain_other_format(chain, &format);
  if (failed == NULL && format == NULL) return err;
  sce_error_delete(err);
  return failed != NULL ? failed : sce_block_decode_as(block, scale, format);
}
