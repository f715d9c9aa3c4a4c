/* watch.c: storage operations that pass everything on to an overlay, and see the marks that frame_system leaves there.
 *
 * At the end of a phase the overlay's changes are compared with what they were at the end of the phase before: so what
 * a transaction rolled back is not there, and what was removed by prefix is. */
#include "chain/chain.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "crypto/hash.h"

#include <string.h>

/* sp_core::storage::well_known_keys::EXTRINSIC_INDEX: u32, the extrinsic that is applied next. */
static const char index_key[] = ":extrinsic_index";
void sce_watch_init(sce_watch_t *watch, sce_overlay_t *overlay, const sce_chain_observer_t *observer) {
  *watch = (sce_watch_t){.overlay = overlay};
  if (observer != NULL) watch->observer = *observer;
  sce_table_init(&watch->seen, false);
  sce_twox_128(watch->phase_key, sce_span_text("System"));
  sce_twox_128(watch->phase_key + 16, sce_span_text("ExecutionPhase"));
}

void sce_watch_free(sce_watch_t *watch) {
  sce_table_free(&watch->seen);
  sce_buf_free(&watch->key);
  sce_buf_free(&watch->value);
}

void sce_watch_begin(sce_watch_t *watch, bool marked, uint32_t extrinsics) {
  watch->phase = (sce_phase_t){.kind = SCE_PHASE_INITIALIZATION};
  watch->marked = marked;
  watch->turning = false;
  watch->extrinsics = extrinsics;
  watch->root_known = false;
  sce_table_free(&watch->seen);
  sce_table_init(&watch->seen, false);
}

/* ---- differences ---- */

/* A key of the table: trie, then key. */
static sce_error_t *seen_key(sce_watch_t *watch, const sce_overlay_change_t *change) {
  uint8_t len[4];
  watch->key.len = 0;
  SCE_TRY(sce_buf_append_byte(&watch->key, change->child != NULL));
  if (change->child != NULL) {
    sce_store_le32(len, (uint32_t)change->child->len);
    SCE_TRY(sce_buf_append(&watch->key, len, sizeof len));
    SCE_TRY(sce_buf_append(&watch->key, change->child->data, change->child->len));
  }
  return sce_buf_append(&watch->key, change->key.data, change->key.len);
}

static bool same_value(const sce_value_t *a, const sce_value_t *b) {
  return a->found == b->found && sce_span_equal(sce_span(a->data, a->len), sce_span(b->data, b->len));
}

static sce_error_t *compare_change(void *ctx, const sce_overlay_change_t *change) {
  sce_watch_t *watch = ctx;
  sce_value_t before = {0}, after = change->value.found ? change->value : (sce_value_t){0};
  if (change->child == NULL && sce_span_starts_with(change->key, sce_span_text(":child_storage:"))) return NULL;
  SCE_TRY(seen_key(watch, change));
  const sce_table_entry_t *seen = sce_table_find(&watch->seen, sce_buf_span(&watch->key));
  if (seen == NULL)
    SCE_TRY(sce_state_get(sce_overlay_state(watch->overlay), &before, change->child, change->key));
  else if (seen->value[0] != 0)
    before = (sce_value_t){true, seen->value + 1, seen->value_len - 1};
  if (same_value(&before, &after)) return NULL;
  sce_state_difference_t difference = {change->child, change->key, before, after};
  SCE_TRY(watch->observer.difference(watch->observer.ctx, &watch->phase, &difference));
  watch->value.len = 0;
  SCE_TRY(sce_buf_append_byte(&watch->value, after.found));
  SCE_TRY(sce_buf_append(&watch->value, after.data, after.len));
  return sce_table_put(&watch->seen, sce_buf_span(&watch->key), sce_buf_span(&watch->value), false);
}

sce_error_t *sce_watch_turn(sce_watch_t *watch, sce_phase_t next) {
  const sce_chain_observer_t *observer = &watch->observer;
  watch->turning = false;
  if (observer->difference != NULL) SCE_TRY(sce_overlay_changes(watch->overlay, compare_change, watch));
  if (observer->end != NULL) SCE_TRY(observer->end(observer->ctx, &watch->phase));
  watch->phase = next;
  return NULL;
}

sce_error_t *sce_watch_end(sce_watch_t *watch) {
  sce_phase_t last = {.kind = SCE_PHASE_FINALIZATION};
  if (watch->phase.kind != SCE_PHASE_FINALIZATION && watch->turning) SCE_TRY(sce_watch_turn(watch, watch->next));
  return sce_watch_turn(watch, last);
}

/* ---- marks ---- */

/* The phase of the extrinsic with that index, or what follows the last one. */
static sce_phase_t phase_of(const sce_watch_t *watch, uint32_t index) {
  if (index < watch->extrinsics) return (sce_phase_t){SCE_PHASE_EXTRINSIC, index};
  return (sce_phase_t){.kind = SCE_PHASE_FINALIZATION};
}

static bool is_key(sce_span_t key, const void *data, size_t len) {
  return key.len == len && memcmp(key.data, data, len) == 0;
}

/* Before a write: the phase that is about to end does so, unless the write is its last one. */
static sce_error_t *before_write(sce_watch_t *watch) {
  return watch->turning ? sce_watch_turn(watch, watch->next) : NULL;
}

/* System.ExecutionPhase, whose value Phase::ApplyExtrinsic(u32) is 0 and the index, is written right after
 * :extrinsic_index, and belongs to the phase that ends. */
static sce_error_t *after_phase_write(sce_watch_t *watch, sce_span_t value) {
  bool first = watch->phase.kind == SCE_PHASE_INITIALIZATION && value.len == 5 && value.data[0] == 0 &&
               sce_load_le32(value.data + 1) == 0;
  if (first) return sce_watch_turn(watch, phase_of(watch, 0));
  return before_write(watch);
}

static void note_index(sce_watch_t *watch, sce_span_t value) {
  uint32_t index = value.len == 4 ? sce_load_le32(value.data) : 0;
  if (index == 0 || watch->phase.kind == SCE_PHASE_FINALIZATION) return;
  watch->turning = true;
  watch->next = phase_of(watch, index);
}

/* ---- the operations ---- */

static sce_watch_t *watch_of(void *ctx) {
  return ctx;
}

static sce_error_t *watch_set(void *ctx, const sce_span_t *child, sce_span_t key, sce_span_t value) {
  sce_watch_t *watch = watch_of(ctx);
  const sce_storage_ops_t *ops = sce_overlay_ops();
  if (child != NULL || !watch->marked) return ops->set(watch->overlay, child, key, value);
  bool phase = is_key(key, watch->phase_key, sizeof watch->phase_key);
  if (!phase) SCE_TRY(before_write(watch));
  SCE_TRY(ops->set(watch->overlay, child, key, value));
  if (phase) return after_phase_write(watch, value);
  if (is_key(key, index_key, sizeof index_key - 1)) note_index(watch, value);
  return NULL;
}

static sce_error_t *watch_clear(void *ctx, const sce_span_t *child, sce_span_t key) {
  SCE_TRY(before_write(watch_of(ctx)));
  return sce_overlay_ops()->clear(watch_of(ctx)->overlay, child, key);
}

static sce_error_t *watch_append(void *ctx, sce_span_t key, sce_span_t item) {
  SCE_TRY(before_write(watch_of(ctx)));
  return sce_overlay_ops()->append(watch_of(ctx)->overlay, key, item);
}

static sce_error_t *watch_clear_prefix(void *ctx, sce_removal_t *removal, const sce_span_t *child, sce_span_t prefix,
                                       const uint32_t *limit, const sce_span_t *cursor) {
  SCE_TRY(before_write(watch_of(ctx)));
  return sce_overlay_ops()->clear_prefix(watch_of(ctx)->overlay, removal, child, prefix, limit, cursor);
}

static sce_error_t *watch_kill_child(void *ctx, sce_removal_t *removal, const sce_span_t *child, const uint32_t *limit,
                                     const sce_span_t *cursor) {
  SCE_TRY(before_write(watch_of(ctx)));
  return sce_overlay_ops()->kill_child(watch_of(ctx)->overlay, removal, child, limit, cursor);
}

static sce_error_t *watch_start(void *ctx) {
  SCE_TRY(before_write(watch_of(ctx)));
  return sce_overlay_ops()->start_transaction(watch_of(ctx)->overlay);
}

static sce_error_t *watch_root(void *ctx, uint8_t root[32], const sce_span_t *child, sce_state_version_t version) {
  sce_watch_t *watch = watch_of(ctx);
  SCE_TRY(sce_overlay_ops()->root(watch->overlay, root, child, version));
  if (child != NULL) return NULL;
  memcpy(watch->root, root, sizeof watch->root);
  watch->root_known = true;
  return NULL;
}

static sce_error_t *watch_get(void *ctx, sce_value_t *value, const sce_span_t *child, sce_span_t key) {
  return sce_overlay_ops()->get(watch_of(ctx)->overlay, value, child, key);
}

static sce_error_t *watch_exists(void *ctx, bool *found, const sce_span_t *child, sce_span_t key) {
  return sce_overlay_ops()->exists(watch_of(ctx)->overlay, found, child, key);
}

static sce_error_t *watch_next_key(void *ctx, sce_value_t *next, const sce_span_t *child, sce_span_t key) {
  return sce_overlay_ops()->next_key(watch_of(ctx)->overlay, next, child, key);
}

static sce_error_t *watch_commit(void *ctx) {
  return sce_overlay_ops()->commit_transaction(watch_of(ctx)->overlay);
}

static sce_error_t *watch_rollback(void *ctx) {
  return sce_overlay_ops()->rollback_transaction(watch_of(ctx)->overlay);
}

static sce_error_t *watch_proof_size(void *ctx, uint64_t *size) {
  return sce_overlay_ops()->proof_size(watch_of(ctx)->overlay, size);
}

static sce_error_t *watch_offchain_index(void *ctx, sce_span_t key, const sce_span_t *value) {
  return sce_overlay_ops()->offchain_index(watch_of(ctx)->overlay, key, value);
}

static sce_error_t *watch_index(void *ctx, uint32_t extrinsic, uint32_t size, const uint8_t hash[32]) {
  return sce_overlay_ops()->transaction_index(watch_of(ctx)->overlay, extrinsic, size, hash);
}

static sce_error_t *watch_renew(void *ctx, uint32_t extrinsic, const uint8_t hash[32]) {
  return sce_overlay_ops()->transaction_renew(watch_of(ctx)->overlay, extrinsic, hash);
}

static sce_error_t *watch_enter(void *ctx) {
  return sce_overlay_ops()->enter_runtime(watch_of(ctx)->overlay);
}

static sce_error_t *watch_exit(void *ctx, bool ok) {
  return sce_overlay_ops()->exit_runtime(watch_of(ctx)->overlay, ok);
}

const sce_storage_ops_t *sce_watch_ops(void) {
  static const sce_storage_ops_t ops = {
      .size = sizeof ops,
      .get = watch_get,
      .set = watch_set,
      .clear = watch_clear,
      .append = watch_append,
      .next_key = watch_next_key,
      .clear_prefix = watch_clear_prefix,
      .kill_child = watch_kill_child,
      .root = watch_root,
      .start_transaction = watch_start,
      .commit_transaction = watch_commit,
      .rollback_transaction = watch_rollback,
      .proof_size = watch_proof_size,
      .offchain_index = watch_offchain_index,
      .transaction_index = watch_index,
      .transaction_renew = watch_renew,
      .enter_runtime = watch_enter,
      .exit_runtime = watch_exit,
      .exists = watch_exists,
  };
  return &ops;
}
