/* execute.c: a block executed on its parent's state, and what is wrong with one that is refused.
 *
 * Source: sc-service 0.60, client.rs, prepare_block_storage_changes and InvalidStateRoot; the seal: sc-consensus block
 * import. */
#include "chain/chain.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"

#include <string.h>

typedef struct hash_text {
  char text[67];
} hash_text_t;

static hash_text_t hex_of(const uint8_t hash[32]) {
  static const char digits[] = "0123456789abcdef";
  hash_text_t out = {"0x"};
  for (size_t i = 0; i < 32; i++) {
    out.text[2 + 2 * i] = digits[hash[i] >> 4];
    out.text[3 + 2 * i] = digits[hash[i] & 15];
  }
  out.text[66] = '\0';
  return out;
}

/* "block 5 (0x…): " before the message. */
static sce_error_t *in_block(sce_error_t *err, const sce_block_t *block) {
  uint8_t hash[32];
  if (err == NULL) return NULL;
  sce_block_hash(block, hash);
  return sce_error_prefix(err, "block %u (%s)", (unsigned)sce_block_header(block)->number, hex_of(hash).text);
}

/* "<what> is 0x…, but the header says 0x…" */
static sce_error_t *differs(const char *what, const uint8_t found[32], const uint8_t said[32]) {
  return sce_error_new(SCE_BAD_BLOCK, "%s is %s, but the header says %s", what, hex_of(found).text, hex_of(said).text);
}

static sce_error_t *check_parent(const sce_chain_t *chain, const sce_block_t *block) {
  const sce_header_t *header = sce_block_header(block);
  sce_block_info_t parent;
  if (!sce_chain_parent(chain, &parent)) return NULL;
  if (memcmp(parent.hash, header->parent_hash, 32) != 0)
    return sce_error_new(SCE_BAD_BLOCK, "its parent is %s, but the state is that of block %u, %s",
                         hex_of(header->parent_hash).text, (unsigned)parent.number, hex_of(parent.hash).text);
  if (parent.number == UINT32_MAX || header->number != parent.number + 1)
    return sce_error_new(SCE_BAD_BLOCK, "its number is %u, but that of its parent is %u", (unsigned)header->number,
                         (unsigned)parent.number);
  return NULL;
}

static sce_error_t *check_rules(const sce_chain_t *chain, const sce_block_t *block) {
  const sce_chain_spec_t *spec = sce_chain_spec_of(chain);
  uint8_t hash[32];
  if (spec == NULL) return NULL;
  sce_block_hash(block, hash);
  return sce_chain_spec_check_block(spec, sce_block_header(block)->number, hash);
}

/* ---- why a call failed ---- */

/* Extrinsics take layout V1 from system version 2 on (sp-version 44, RuntimeVersion::extrinsics_root_state_version). */
static sce_error_t *check_extrinsics_root(const sce_chain_t *chain, const sce_block_t *block) {
  uint8_t root[32];
  sce_state_version_t layout = chain->version.system_version >= 2 ? SCE_STATE_V1 : SCE_STATE_V0;
  SCE_TRY(sce_block_extrinsics_root(block, root, layout));
  const uint8_t *said = sce_block_header(block)->extrinsics_root;
  return memcmp(root, said, 32) == 0 ? NULL : differs("the root of its extrinsics", root, said);
}

static sce_error_t *in_phase(sce_error_t *err, const sce_phase_t *phase) {
  switch (phase->kind) {
    case SCE_PHASE_INITIALIZATION: return sce_error_prefix(err, "initialization");
    case SCE_PHASE_EXTRINSIC: return sce_error_prefix(err, "extrinsic %u", (unsigned)phase->extrinsic);
    case SCE_PHASE_FINALIZATION: return sce_error_prefix(err, "finalization");
  }
  return err;
}

/* A panic of the runtime says that a root is wrong, not which. Takes `err`, returns the error to pass on. */
static sce_error_t *explain(const sce_chain_t *chain, const sce_block_t *block, sce_error_t *err) {
  const sce_watch_t *watch = &chain->watch;
  const uint8_t *said = sce_block_header(block)->state_root;
  if (sce_error_kind(err) != SCE_TRAP) return in_phase(err, &watch->phase);
  sce_error_t *better = check_extrinsics_root(chain, block);
  if (better == NULL && watch->root_known && memcmp(watch->root, said, 32) != 0)
    better = differs("the state root after it", watch->root, said);
  if (better == NULL) return in_phase(err, &watch->phase);
  const char *panic = sce_error_panic(err);
  if (panic != NULL) sce_error_set_panic(better, panic, strlen(panic));
  sce_error_delete(err);
  return better;
}

/* ---- executing ---- */

/* Old runtimes do not look at the roots themselves. */
static sce_error_t *check_root(sce_chain_t *chain, const sce_block_t *block) {
  uint8_t root[32];
  const uint8_t *said = sce_block_header(block)->state_root;
  SCE_TRY(sce_overlay_ops()->root(chain->overlay, root, NULL, sce_chain_layout(chain)));
  return memcmp(root, said, 32) == 0 ? NULL : differs("the state root after it", root, said);
}

static sce_error_t *run_block(sce_chain_t *chain, const sce_block_t *block) {
  sce_buf_t input = {0};
  sce_watch_begin(&chain->watch, true, (uint32_t)sce_block_extrinsic_count(block));
  sce_error_t *err = sce_block_execution_input(block, &input);
  if (err == NULL) {
    err = sce_chain_invoke(chain, "Core_execute_block", sce_buf_span(&input));
    if (err != NULL) err = explain(chain, block, err);
  }
  sce_buf_free(&input);
  if (err == NULL) err = sce_watch_end(&chain->watch);
  return err == NULL ? check_root(chain, block) : err;
}

sce_error_t *sce_chain_execute(sce_chain_t *chain, const sce_block_t *block) {
  SCE_TRY(sce_chain_check_free(chain));
  sce_error_t *err = check_rules(chain, block);
  if (err == NULL) err = check_parent(chain, block);
  if (err == NULL) err = sce_chain_prepare(chain, "Core_execute_block");
  if (err == NULL) err = run_block(chain, block);
  if (err == NULL) err = sce_chain_set_pending(chain, sce_block_header_bytes(block), sce_block_header(block)->number);
  if (err != NULL) sce_chain_discard(chain);
  return in_block(err, block);
}
