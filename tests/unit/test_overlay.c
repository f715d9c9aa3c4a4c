/* test_overlay.c: the overlay's operations against a model that is too simple to be wrong (sorted lists, copied whole
 * at each transaction), with random operations; then what a model does not see: failed calls, warnings, allocations.
 * The seed is printed; SCE_TEST_SEED repeats a run. The operations' meaning is in externalities.h; answers of upstream
 * to the same calls are checked by test_host_scripts.c. */
#include "base/buf.h"
#include "base/error.h"
#include "scexec/overlay.h"
#include "scexec/trie.h"
#include "state/overlay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* ---- the model ---- */

#define MAX_VALUE 96
#define MAX_ITEMS 400
#define TRIES 3 /* top, child "a", child "" */
#define MAX_DEPTH 6

typedef struct item {
  uint8_t key[8];
  size_t key_len;
  bool removed; /* pending removal; never in a backend */
  uint8_t value[MAX_VALUE];
  size_t len;
} item_t;

typedef struct list {
  item_t items[MAX_ITEMS];
  size_t count;
} list_t;

typedef struct model {
  list_t backend[TRIES];
  list_t layers[MAX_DEPTH + 1][TRIES];
  int depth;
} model_t;

static const sce_span_t names[TRIES] = {{NULL, 0}, {(const uint8_t *)"a", 1}, {(const uint8_t *)"", 0}};
static uint64_t random_state;

static uint32_t below(uint32_t bound) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 33) % bound;
}

static const sce_span_t *child_of(int trie) {
  return trie == 0 ? NULL : &names[trie];
}

static sce_span_t item_key(const item_t *item) {
  return sce_span(item->key, item->key_len);
}

/* The place of the first item not below `key`. */
static size_t place(const list_t *list, sce_span_t key) {
  size_t at = 0;
  while (at < list->count && sce_span_compare(item_key(&list->items[at]), key) < 0) at++;
  return at;
}

static item_t *find(list_t *list, sce_span_t key) {
  size_t at = place(list, key);
  return at < list->count && sce_span_equal(item_key(&list->items[at]), key) ? &list->items[at] : NULL;
}

static item_t *make(list_t *list, sce_span_t key) {
  item_t *item = find(list, key);
  if (item != NULL) return item;
  assert_true(list->count < MAX_ITEMS && key.len <= 8);
  size_t at = place(list, key);
  memmove(&list->items[at + 1], &list->items[at], (list->count++ - at) * sizeof(item_t));
  list->items[at] = (item_t){.key_len = key.len};
  if (key.len > 0) memcpy(list->items[at].key, key.data, key.len);
  return &list->items[at];
}

static list_t *pending(model_t *model, int trie) {
  return &model->layers[model->depth][trie];
}

static void model_set(model_t *model, int trie, sce_span_t key, sce_span_t value) {
  item_t *item = make(pending(model, trie), key);
  assert_true(value.len <= MAX_VALUE);
  item->removed = false;
  item->len = value.len;
  if (value.len > 0) memcpy(item->value, value.data, value.len);
}

static const item_t *model_get(model_t *model, int trie, sce_span_t key) {
  item_t *item = find(pending(model, trie), key);
  if (item == NULL) item = find(&model->backend[trie], key);
  return item != NULL && !item->removed ? item : NULL;
}

/* Both lists as one, without what is removed. */
static void model_merge(model_t *model, list_t *out, int trie) {
  out->count = 0;
  for (int pass = 0; pass < 2; pass++) {
    const list_t *from = pass == 0 ? &model->backend[trie] : pending(model, trie);
    for (size_t i = 0; i < from->count; i++) *make(out, item_key(&from->items[i])) = from->items[i];
  }
  size_t kept = 0;
  for (size_t i = 0; i < out->count; i++)
    if (!out->items[i].removed) out->items[kept++] = out->items[i];
  out->count = kept;
}

static sce_removal_t model_remove(model_t *model, int trie, sce_span_t prefix, const uint32_t *limit,
                                  const sce_span_t *cursor) {
  sce_removal_t removal = {0};
  list_t *now = pending(model, trie);
  for (size_t i = 0; i < now->count; i++) {
    if (now->items[i].removed || !sce_span_starts_with(item_key(&now->items[i]), prefix)) continue;
    now->items[i].removed = true;
    removal.unique++;
  }
  list_t *backend = &model->backend[trie];
  for (size_t i = 0; i < backend->count; i++) {
    sce_span_t key = item_key(&backend->items[i]);
    if (!sce_span_starts_with(key, prefix) || (cursor != NULL && sce_span_compare(key, *cursor) < 0)) continue;
    if (limit != NULL && removal.loops == *limit) {
      removal.cursor = (sce_value_t){true, key.data, key.len};
      break;
    }
    item_t *item = make(now, key);
    removal.backend += !item->removed;
    item->removed = true;
    removal.loops++;
  }
  removal.unique += removal.backend;
  return removal;
}

/* A compact u32 as SCALE defines it, by arithmetic; gives its size. */
static size_t put_compact(uint8_t out[5], uint64_t count) {
  size_t size = count < 1 << 6 ? 1 : count < 1 << 14 ? 2 : count < 1 << 30 ? 4 : 5;
  uint64_t all = size == 5 ? count << 8 | 3 : count << 2 | (size == 4 ? 2 : size - 1);
  for (size_t i = 0; i < size; i++) out[i] = (uint8_t)(all >> (8 * i));
  return size;
}

/* The meaning of append in words of its own: a count is what put_compact would write, and everything is made anew. */
static void model_append(model_t *model, sce_span_t key, sce_span_t item) {
  static const uint8_t sizes[4] = {1, 2, 4, 5};
  uint8_t out[2 * MAX_VALUE], again[5];
  const item_t *old = model_get(model, 0, key);
  uint64_t count = 0;
  size_t skip = old == NULL || old->len == 0 ? 0 : sizes[old->value[0] & 3];
  if (old != NULL && old->len < skip) skip = 0;
  for (size_t i = skip; i-- > 0;) count = count << 8 | old->value[i];
  count = skip == 5 ? count >> 8 : count >> 2;
  if (skip > 0 && (put_compact(again, count) != skip || memcmp(again, old->value, skip) != 0)) skip = 0, count = 0;
  size_t len = put_compact(out, (uint32_t)(count + 1));
  if (skip > 0) {
    memcpy(out + len, old->value + skip, old->len - skip);
    len += old->len - skip;
  }
  if (item.len > 0) memcpy(out + len, item.data, item.len);
  model_set(model, 0, key, sce_span(out, len + item.len));
}

/* ---- random operations on both ---- */

typedef struct duel {
  model_t model;
  sce_overlay_t *overlay;
  const sce_storage_ops_t *ops;
} duel_t;

static sce_span_t random_key(uint8_t key[8]) {
  size_t len = below(5);
  for (size_t i = 0; i < len; i++) key[i] = (uint8_t)(below(4) * 85);
  return sce_span(key, len);
}

static sce_span_t random_value(uint8_t value[MAX_VALUE]) {
  size_t len = below(3) == 0 ? below(50) : below(4);
  for (size_t i = 0; i < len; i++) value[i] = (uint8_t)below(256);
  return sce_span(value, len);
}

static void check_get(duel_t *duel, int trie, sce_span_t key) {
  sce_value_t value = {0};
  const item_t *item = model_get(&duel->model, trie, key);
  assert_null(duel->ops->get(duel->overlay, &value, child_of(trie), key));
  assert_int_equal(value.found, item != NULL);
  if (item != NULL) assert_true(sce_span_equal(sce_span(value.data, value.len), sce_span(item->value, item->len)));
}

static void check_next(duel_t *duel, int trie, sce_span_t key) {
  static list_t merged;
  sce_value_t next = {0};
  model_merge(&duel->model, &merged, trie);
  size_t at = place(&merged, key);
  if (at < merged.count && sce_span_equal(item_key(&merged.items[at]), key)) at++;
  do { /* the roots of children, which the model does not have among its keys, are passed over */
    assert_null(duel->ops->next_key(duel->overlay, &next, child_of(trie), key));
    key = sce_span(next.data, next.len);
  } while (next.found && next.len > 0 && next.data[0] == ':');
  assert_int_equal(next.found, at < merged.count);
  if (next.found) assert_true(sce_span_equal(sce_span(next.data, next.len), item_key(&merged.items[at])));
}

static void check_remove(duel_t *duel, int trie, sce_span_t prefix, bool kill) {
  uint8_t bytes[8];
  uint32_t limit = below(4);
  sce_span_t cursor = random_key(bytes);
  const uint32_t *with_limit = below(2) == 0 ? &limit : NULL;
  const sce_span_t *with_cursor = below(3) == 0 ? &cursor : NULL;
  sce_removal_t got, want = {0};
  if (kill) {
    want = model_remove(&duel->model, trie, sce_span(NULL, 0), with_limit, with_cursor);
    assert_null(duel->ops->kill_child(duel->overlay, &got, child_of(trie), with_limit, with_cursor));
  } else {
    if (trie != 0 || prefix.len > 0) want = model_remove(&duel->model, trie, prefix, with_limit, with_cursor);
    assert_null(duel->ops->clear_prefix(duel->overlay, &got, child_of(trie), prefix, with_limit, with_cursor));
  }
  assert_int_equal(got.backend, want.backend);
  assert_int_equal(got.unique, want.unique);
  assert_int_equal(got.loops, want.loops);
  assert_true(sce_span_equal(sce_span(got.cursor.data, got.cursor.len), sce_span(want.cursor.data, want.cursor.len)));
}

static void layer_step(duel_t *duel) {
  model_t *model = &duel->model;
  switch (below(3)) {
    case 0:
      if (model->depth == MAX_DEPTH) return;
      memcpy(model->layers[model->depth + 1], model->layers[model->depth], sizeof model->layers[0]);
      model->depth++;
      assert_null(duel->ops->start_transaction(duel->overlay));
      return;
    case 1:
      if (model->depth == 0) return;
      memcpy(model->layers[model->depth - 1], model->layers[model->depth], sizeof model->layers[0]);
      model->depth--;
      assert_null(duel->ops->commit_transaction(duel->overlay));
      return;
    default:
      if (model->depth == 0) return;
      model->depth--;
      assert_null(duel->ops->rollback_transaction(duel->overlay));
  }
}

/* The root of one trie of the model by the library's root of whole lists, which has tests of its own. */
static void model_root(duel_t *duel, uint8_t root[32], int trie, const sce_trie_pair_t *more, size_t more_count,
                       sce_state_version_t version) {
  static list_t merged;
  sce_trie_pair_t pairs[MAX_ITEMS + 2];
  model_merge(&duel->model, &merged, trie);
  for (size_t i = 0; i < merged.count; i++)
    pairs[i] = (sce_trie_pair_t){item_key(&merged.items[i]), sce_span(merged.items[i].value, merged.items[i].len)};
  for (size_t i = 0; i < more_count; i++) pairs[merged.count + i] = more[i];
  sce_trie_options_t options = {.version = version};
  assert_null(sce_trie_root(root, pairs, merged.count + more_count, &options));
}

static void check_root(duel_t *duel, sce_state_version_t version) {
  static const char *const root_keys[TRIES] = {NULL, ":child_storage:default:a", ":child_storage:default:"};
  uint8_t roots[TRIES][32], empty[32], got[32];
  sce_trie_pair_t more[TRIES];
  size_t count = 0;
  assert_null(sce_trie_root(empty, NULL, 0, NULL));
  for (int trie = 1; trie < TRIES; trie++) {
    model_root(duel, roots[trie], trie, NULL, 0, version);
    if (memcmp(roots[trie], empty, 32) == 0) continue;
    more[count++] = (sce_trie_pair_t){sce_span_text(root_keys[trie]), sce_span(roots[trie], 32)};
  }
  model_root(duel, roots[0], 0, more, count, version);
  assert_null(duel->ops->root(duel->overlay, got, NULL, version));
  assert_memory_equal(got, roots[0], 32);
  sce_error_delete(duel->ops->root(duel->overlay, got, NULL, version));
  assert_memory_equal(got, roots[0], 32);
}

static void duel_step(duel_t *duel, sce_state_version_t version) {
  uint8_t key_bytes[8], value_bytes[MAX_VALUE];
  int trie = (int)below(TRIES);
  sce_span_t key = random_key(key_bytes), value = random_value(value_bytes);
  switch (below(16)) {
    case 0:
    case 1:
    case 2:
      model_set(&duel->model, trie, key, value);
      assert_null(duel->ops->set(duel->overlay, child_of(trie), key, value));
      return;
    case 3:
    case 4:
      make(pending(&duel->model, trie), key)->removed = true;
      assert_null(duel->ops->clear(duel->overlay, child_of(trie), key));
      return;
    case 5:
    case 6:
      value.len = value.len > 2 ? 2 : value.len;
      const item_t *old = model_get(&duel->model, 0, key);
      if (old != NULL && old->len > MAX_VALUE - 6) return;
      model_append(&duel->model, key, value);
      assert_null(duel->ops->append(duel->overlay, key, value));
      return;
    case 7: check_remove(duel, trie, key, false); return;
    case 8:
      if (trie != 0 && below(4) == 0) check_remove(duel, trie, key, true);
      return;
    case 9:
    case 10: check_next(duel, trie, key); return;
    case 11:
    case 12: layer_step(duel); return;
    case 13:
      if (below(8) == 0) check_root(duel, version);
      return;
    default: check_get(duel, trie, key);
  }
}

static void check_everything(duel_t *duel, sce_state_version_t version) {
  for (int trie = 0; trie < TRIES; trie++) {
    uint8_t bytes[8] = {0};
    check_next(duel, trie, sce_span(bytes, 0));
    for (int i = 0; i < 100; i++) {
      sce_span_t key = random_key(bytes);
      check_get(duel, trie, key);
      check_next(duel, trie, key);
    }
  }
  check_root(duel, version);
}

static sce_state_t *random_backend(model_t *model, sce_state_version_t version) {
  sce_state_pair_t pairs[200];
  static uint8_t keys[200][8], values[200][MAX_VALUE];
  size_t count = below(200);
  for (size_t i = 0; i < count; i++) {
    int trie = (int)below(TRIES);
    pairs[i] = (sce_state_pair_t){child_of(trie), random_key(keys[i]), random_value(values[i])};
    item_t *item = make(&model->backend[trie], pairs[i].key);
    item->len = pairs[i].value.len;
    if (item->len > 0) memcpy(item->value, pairs[i].value.data, item->len);
  }
  sce_state_t *state = NULL;
  assert_null(sce_state_new_memory(&state, pairs, count, version));
  return state;
}

/* Commits what is pending, in place or (`shared`) beside a state that others hold, which must stay as it was. */
static void commit_both(duel_t *duel, sce_state_version_t version, bool shared) {
  static list_t merged;
  uint8_t root[32], before[32], again[32];
  sce_state_t *old = shared ? sce_state_ref(sce_overlay_state(duel->overlay)) : NULL;
  if (shared) assert_null(sce_state_root(old, before, NULL));
  for (; duel->model.depth > 0; duel->model.depth--) {
    memcpy(duel->model.layers[duel->model.depth - 1], duel->model.layers[duel->model.depth],
           sizeof duel->model.layers[0]);
    assert_null(duel->ops->commit_transaction(duel->overlay));
  }
  check_root(duel, version);
  assert_null(sce_overlay_commit(duel->overlay, root, version, NULL));
  assert_true(sce_overlay_is_empty(duel->overlay));
  for (int trie = 0; trie < TRIES; trie++) {
    model_merge(&duel->model, &merged, trie);
    duel->model.backend[trie] = merged;
  }
  memset(duel->model.layers, 0, sizeof duel->model.layers);
  assert_null(sce_state_root(sce_overlay_state(duel->overlay), again, NULL));
  assert_memory_equal(root, again, 32);
  check_everything(duel, version);
  if (!shared) return;
  assert_null(sce_state_root(old, again, NULL));
  assert_memory_equal(before, again, 32);
  sce_state_delete(old);
}

static void random_operations(void **unused) {
  (void)unused;
  static duel_t duel;
  const char *given = getenv("SCE_TEST_SEED");
  uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
  print_message("SCE_TEST_SEED=%llu\n", (unsigned long long)seed);
  for (int run = 0; run < 60; run++) {
    random_state = seed + (uint64_t)run;
    memset(&duel, 0, sizeof duel);
    sce_state_version_t version = run % 2 == 0 ? SCE_STATE_V0 : SCE_STATE_V1;
    sce_state_t *state = random_backend(&duel.model, version);
    assert_null(sce_overlay_new(&duel.overlay, state));
    sce_state_delete(state); /* the overlay has its own reference */
    duel.ops = sce_overlay_ops();
    for (int round = 0; round < 6; round++) {
      for (int i = 0; i < 400; i++) duel_step(&duel, version);
      check_everything(&duel, version);
      if (round % 3 > 0) commit_both(&duel, version, round % 3 == 2);
      sce_overlay_reset(duel.overlay);
      duel.model.depth = 0;
      memset(duel.model.layers, 0, sizeof duel.model.layers);
    }
    assert_true(sce_overlay_is_empty(duel.overlay));
    check_everything(&duel, version);
    sce_overlay_delete(duel.overlay);
  }
}

/* The same operations on a state, recorded, and then on the proof alone. */
static void a_recorded_proof_is_enough(void **unused) {
  (void)unused;
  static duel_t duel, again;
  for (int run = 0; run < 60; run++) {
    random_state = (uint64_t)run;
    memset(&duel, 0, sizeof duel);
    sce_state_version_t version = run % 2 == 0 ? SCE_STATE_V0 : SCE_STATE_V1;
    sce_state_t *state = random_backend(&duel.model, version), *proven;
    again = duel;
    duel.ops = again.ops = sce_overlay_ops();
    uint64_t start = random_state;
    assert_null(sce_overlay_new(&duel.overlay, state));
    assert_null(sce_overlay_record(duel.overlay));
    for (int i = 0; i < 100; i++) duel_step(&duel, version);
    check_root(&duel, version);
    sce_proof_t *proof;
    uint8_t root[32];
    assert_null(sce_overlay_take_proof(duel.overlay, &proof));
    assert_null(sce_state_root(state, root, NULL));
    sce_overlay_delete(duel.overlay);
    sce_state_delete(state);
    if (sce_proof_node_count(proof) > 0) {
      assert_null(sce_state_from_proof(&proven, proof, root));
      assert_null(sce_overlay_new(&again.overlay, proven));
      random_state = start;
      for (int i = 0; i < 100; i++) duel_step(&again, version);
      check_root(&again, version);
      sce_overlay_delete(again.overlay);
      sce_state_delete(proven);
    }
    sce_proof_delete(proof);
  }
}

/* ---- what the model does not see ---- */

static sce_overlay_t *fresh_overlay(const sce_state_pair_t *pairs, size_t count) {
  sce_state_t *state;
  sce_overlay_t *overlay;
  assert_null(sce_state_new_memory(&state, pairs, count, SCE_STATE_V1));
  assert_null(sce_overlay_new(&overlay, state));
  sce_state_delete(state);
  return overlay;
}

static void set_text(sce_overlay_t *overlay, const char *key, const char *value) {
  assert_null(sce_overlay_ops()->set(overlay, NULL, sce_span_text(key), sce_span_text(value)));
}

static void expect_text(sce_overlay_t *overlay, const char *key, const char *value) {
  sce_value_t got;
  assert_null(sce_overlay_ops()->get(overlay, &got, NULL, sce_span_text(key)));
  assert_int_equal(got.found, value != NULL);
  if (value != NULL) assert_true(sce_span_equal(sce_span(got.data, got.len), sce_span_text(value)));
}

static void failed_calls_leave_nothing(void **unused) {
  (void)unused;
  const sce_storage_ops_t *ops = sce_overlay_ops();
  sce_overlay_t *overlay = fresh_overlay(NULL, 0);
  const uint8_t hash[32] = {1};
  for (int round = 0; round < 2; round++) { /* over nothing, then over changes and a transaction of the client */
    assert_null(ops->enter_runtime(overlay));
    set_text(overlay, "a", "call");
    assert_null(ops->start_transaction(overlay));
    set_text(overlay, "b", "call");
    assert_null(ops->transaction_renew(overlay, 1, hash));
    assert_null(ops->exit_runtime(overlay, false));
    expect_text(overlay, "a", round == 0 ? NULL : "client");
    expect_text(overlay, "b", NULL);
    size_t count;
    sce_overlay_index_operations(overlay, &count);
    assert_int_equal(count, 0);
    if (round == 0) assert_true(sce_overlay_is_empty(overlay));
    set_text(overlay, "a", "base");
    assert_null(ops->start_transaction(overlay));
    set_text(overlay, "a", "client");
  }
  sce_overlay_delete(overlay);
}

static void calls_cannot_close_what_they_did_not_open(void **unused) {
  (void)unused;
  const sce_storage_ops_t *ops = sce_overlay_ops();
  sce_overlay_t *overlay = fresh_overlay(NULL, 0);
  assert_null(ops->start_transaction(overlay));
  set_text(overlay, "a", "client");
  assert_null(ops->enter_runtime(overlay));
  sce_error_t *err = ops->rollback_transaction(overlay);
  assert_int_equal(sce_error_kind(err), SCE_HOST_FUNCTION);
  sce_error_delete(err);
  err = ops->commit_transaction(overlay);
  assert_int_equal(sce_error_kind(err), SCE_HOST_FUNCTION);
  sce_error_delete(err);
  err = ops->enter_runtime(overlay);
  assert_int_equal(sce_error_kind(err), SCE_MISUSE);
  sce_error_delete(err);
  set_text(overlay, "a", "call");
  assert_null(ops->exit_runtime(overlay, true));
  expect_text(overlay, "a", "call");
  err = ops->exit_runtime(overlay, true);
  assert_int_equal(sce_error_kind(err), SCE_MISUSE);
  sce_error_delete(err);
  assert_null(ops->rollback_transaction(overlay));
  expect_text(overlay, "a", NULL);
  sce_overlay_delete(overlay);
}

static void keep_line(void *ctx, sce_log_level_t level, sce_span_t target, sce_span_t message) {
  sce_buf_t *lines = ctx;
  assert_int_equal(level, SCE_LOG_WARN);
  assert_true(sce_span_equal(target, sce_span_text("scexec")));
  assert_null(sce_buf_printf(lines, "%.*s\n", (int)message.len, (const char *)message.data));
}

static void refusals_and_open_transactions_are_logged(void **unused) {
  (void)unused;
  const sce_storage_ops_t *ops = sce_overlay_ops();
  sce_overlay_t *overlay = fresh_overlay(NULL, 0);
  sce_buf_t lines = {0};
  sce_log_t log = {keep_line, &lines, 2};
  sce_overlay_set_log(overlay, &log);
  assert_null(ops->enter_runtime(overlay));
  set_text(overlay, ":child_storage:default:x", "1");
  sce_removal_t removal;
  assert_null(ops->clear_prefix(overlay, &removal, NULL, sce_span_text(":c"), NULL, NULL));
  assert_null(ops->start_transaction(overlay));
  assert_null(ops->start_transaction(overlay));
  set_text(overlay, "a", "open");
  assert_null(ops->exit_runtime(overlay, true));
  expect_text(overlay, "a", NULL);
  assert_null(sce_buf_append_byte(&lines, 0));
  assert_string_equal((const char *)lines.data,
                      "refused to write a key under :child_storage:\n"
                      "refused to clear a prefix that is part of :child_storage: or within it\n"
                      "2 storage transactions were left open by the runtime; they are rolled back\n");
  sce_buf_free(&lines);
  sce_overlay_delete(overlay);
}

static sce_error_t *list_change(void *ctx, const sce_overlay_change_t *change) {
  sce_buf_t *text = ctx;
  if (change->child != NULL) assert_null(sce_buf_printf(text, "[%.*s]", (int)change->child->len, change->child->data));
  assert_null(sce_buf_printf(text, "%.*s", (int)change->key.len, change->key.data));
  if (change->value.found) assert_null(sce_buf_printf(text, "=%.*s", (int)change->value.len, change->value.data));
  return sce_buf_append_byte(text, ' ');
}

static void changes_are_listed_in_order(void **unused) {
  (void)unused;
  const sce_storage_ops_t *ops = sce_overlay_ops();
  sce_overlay_t *overlay = fresh_overlay(NULL, 0);
  sce_span_t y = sce_span_text("y"), x = sce_span_text("x");
  set_text(overlay, "c", "3");
  set_text(overlay, "a", "1");
  assert_null(ops->clear(overlay, NULL, sce_span_text("b")));
  assert_null(ops->set(overlay, &y, sce_span_text("k"), sce_span_text("2")));
  assert_null(ops->set(overlay, &x, sce_span_text("k"), sce_span_text("1")));
  assert_null(ops->start_transaction(overlay));
  set_text(overlay, "dropped", "1");
  assert_null(ops->rollback_transaction(overlay));
  sce_buf_t text = {0};
  assert_null(sce_overlay_changes(overlay, list_change, &text));
  assert_true(sce_span_equal(sce_buf_span(&text), sce_span_text("a=1 b c=3 [x]k=1 [y]k=2 ")));
  sce_buf_free(&text);
  sce_overlay_delete(overlay);
}

static void expect_proof_size(sce_overlay_t *overlay, uint64_t expected) {
  uint64_t size;
  assert_null(sce_overlay_ops()->proof_size(overlay, &size));
  assert_int_equal(size, expected);
}

/* Sizes are those of the script "storage proof size" in tests/vectors/host-vectors.json (sp-state-machine 0.54). */
static void proof_sizes_are_upstreams(void **unused) {
  (void)unused;
  uint8_t ones[64], twos[64], threes[200];
  memset(ones, 1, sizeof ones);
  memset(twos, 2, sizeof twos);
  memset(threes, 3, sizeof threes);
  const sce_state_pair_t pairs[] = {{NULL, sce_span_text("key1"), sce_span(ones, 64)},
                                    {NULL, sce_span_text("key2"), sce_span(twos, 64)},
                                    {NULL, sce_span_text("other"), sce_span_text("x")},
                                    {NULL, sce_span_text("third"), sce_span(threes, 200)}};
  sce_overlay_t *overlay = fresh_overlay(pairs, 4);
  const sce_storage_ops_t *ops = sce_overlay_ops();
  sce_value_t value;
  bool found;
  uint8_t root[32];
  expect_proof_size(overlay, UINT64_MAX);
  assert_null(sce_overlay_record(overlay));
  expect_proof_size(overlay, 0);
  for (int i = 0; i < 2; i++) {
    assert_null(ops->get(overlay, &value, NULL, sce_span_text("key1")));
    expect_proof_size(overlay, 0x122);
  }
  assert_null(sce_overlay_has(overlay, &found, NULL, sce_span_text("key2")));
  assert_true(found);
  expect_proof_size(overlay, 0x144);
  assert_null(ops->get(overlay, &value, NULL, sce_span_text("key2")));
  expect_proof_size(overlay, 0x186);
  expect_text(overlay, "missing", NULL);
  assert_null(ops->next_key(overlay, &value, NULL, sce_span_text("key2")));
  set_text(overlay, "third", "1");
  expect_proof_size(overlay, 0x186);
  assert_null(ops->root(overlay, root, NULL, SCE_STATE_V1));
  expect_proof_size(overlay, 0x1ad);
  sce_overlay_delete(overlay);
}

/* The root of a child that was touched takes the place of what the runtime appended under its key, whether the child
 * has changed or not, and is there or not (sc-executor 0.51 with code that makes these calls). */
static void touched_children_get_their_roots(void **unused) {
  (void)unused;
  const sce_state_pair_t pairs[] = {{NULL, sce_span_text("a"), sce_span_text("b")}};
  const sce_span_t child = sce_span_text("x"), root_key = sce_span_text(":child_storage:default:x");
  const sce_storage_ops_t *ops = sce_overlay_ops();
  sce_removal_t removal;
  uint8_t untouched[32], root[32];
  for (int touched = 0; touched < 3; touched++) {
    sce_overlay_t *overlay = fresh_overlay(pairs, 1);
    assert_null(ops->root(overlay, untouched, NULL, SCE_STATE_V1));
    assert_null(ops->start_transaction(overlay));
    assert_null(ops->append(overlay, root_key, sce_span_text("v")));
    if (touched > 0) assert_null(ops->kill_child(overlay, &removal, &child, NULL, NULL));
    if (touched > 1) { /* forgotten again */
      assert_null(ops->start_transaction(overlay));
      assert_null(ops->rollback_transaction(overlay));
    }
    assert_null(ops->commit_transaction(overlay));
    assert_null(ops->root(overlay, root, NULL, SCE_STATE_V1));
    assert_int_equal(memcmp(root, untouched, 32) == 0, touched == 1);
    assert_null(sce_overlay_commit(overlay, root, SCE_STATE_V1, NULL));
    sce_overlay_delete(overlay);
  }
}

/* Deleting a run of keys from its first on, each found by asking for the next: n^2 steps where runs are not skipped. */
static void runs_of_deletions_are_skipped(void **unused) {
  (void)unused;
  enum { KEYS = 20000 };
  sce_state_pair_t *pairs = calloc(KEYS, sizeof *pairs);
  uint8_t(*keys)[4] = calloc(KEYS, sizeof *keys);
  for (uint32_t i = 0; i < KEYS; i++) {
    keys[i][0] = 'k', keys[i][1] = (uint8_t)(i >> 16), keys[i][2] = (uint8_t)(i >> 8), keys[i][3] = (uint8_t)i;
    pairs[i] = (sce_state_pair_t){NULL, sce_span(keys[i], 4), sce_span(keys[i], 1)};
  }
  sce_overlay_t *overlay = fresh_overlay(pairs, KEYS);
  const sce_storage_ops_t *ops = sce_overlay_ops();
  sce_value_t next;
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (uint32_t i = 0; i < KEYS; i++) {
    assert_null(ops->next_key(overlay, &next, NULL, sce_span_text("k")));
    assert_true(next.found && memcmp(next.data, keys[i], 4) == 0);
    assert_null(ops->clear(overlay, NULL, sce_span(keys[i], 4)));
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  assert_null(ops->next_key(overlay, &next, NULL, sce_span_text("k")));
  assert_false(next.found);
  double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
  print_message("%d deletions from the front in %.3f s\n", KEYS, seconds);
  assert_true(seconds < 5); /* 0.02 s here; 200 million steps without the memory of gaps */
  sce_overlay_delete(overlay);
  free(keys);
  free(pairs);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_operations),
      cmocka_unit_test(a_recorded_proof_is_enough),
      cmocka_unit_test(proof_sizes_are_upstreams),
      cmocka_unit_test(touched_children_get_their_roots),
      cmocka_unit_test(failed_calls_leave_nothing),
      cmocka_unit_test(calls_cannot_close_what_they_did_not_open),
      cmocka_unit_test(refusals_and_open_transactions_are_logged),
      cmocka_unit_test(changes_are_listed_in_order),
      cmocka_unit_test(runs_of_deletions_are_skipped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
