/* test_state_failures.c: every allocation that chain specs, overlays, commits and state databases make fails once: out
 * of memory must come back, nothing be left, and a database hold the state from before. Once a commit is on the disk
 * memory may lack for what it would keep for the next one: then it is done all the same. Uses the archive's hook
 * (src/base/alloc.h); what LMDB allocates itself is not refused. */
#include <scexec.h>

#include "base/json_merge.h"
#include "base/written.h"
#include "refuse.h"
#include "state/lmdb_state.h"
#include "state/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- what it works on ---- */

enum { KEYS = 120 };
static const char spec_text[] =
    "{\"name\":\"Test\",\"id\":\"test\",\"chainType\":\"Live\",\"properties\":{\"tokenSymbol\":[\"A\",\"B\"]},"
    "\"genesis\":{\"raw\":{\"top\":{\"0x00\":\"0x01\",\"0x3a636f6465\":\"0x0061736d\",\"0x0102\":\"0x\"},"
    "\"childrenDefault\":{\"0x3a6368696c645f73746f726167653a64656661756c743aaa\":{\"0x01\":\"0x02\",\"0x03\":\"0x04\"}}"
    "}}}";
/* An empty module with the section "runtime_version": spec version 1, names "t". */
#define CODE "\"0x0061736d0100000000260f72756e74696d655f76657273696f6e04740474000000000100000000000000000000000000\""
#define ZEROS "\"0x0000000000000000000000000000000000000000000000000000000000000000\""
static const char chain_text[] = "{\"codeSubstitutes\":{\"0\":" CODE "},\"forkBlocks\":[[1," ZEROS
                                 "]],\"badBlocks\":[" ZEROS "],\"genesis\":{\"raw\":[{\"0x3a636f6465\":" CODE "}]}}";
static char folder[200];
static uint8_t keys[KEYS][600], values[KEYS][3000];
static sce_state_pair_t pairs[KEYS];
static const sce_span_t child = {(const uint8_t *)"child", 5};

/* Some keys are longer than a database's, some values take pages of their own. */
static void make_pairs(void) {
  for (uint32_t i = 0; i < KEYS; i++) {
    uint32_t number = i * 2654435761u;
    memset(keys[i], 'k', sizeof keys[i]);
    memcpy(keys[i], &number, 4);
    memset(values[i], (int)i, sizeof values[i]);
    pairs[i] = (sce_state_pair_t){i % 5 == 0 ? &child : NULL,
                                  {keys[i], i % 31 == 0 ? 500 : 4 + i % 20},
                                  {values[i], i % 29 == 0 ? 2900 : i % 60}};
  }
}

static void remove_folder(void) {
  char path[300];
  snprintf(path, sizeof path, "%s/data.mdb", folder);
  unlink(path);
  snprintf(path, sizeof path, "%s/lock.mdb", folder);
  unlink(path);
  rmdir(folder);
}

static sce_error_t *open_database(sce_state_t **state, bool create) {
  sce_state_options_t options = {.size = sizeof options, .create = create, .no_sync = true, .keep = 2};
  return sce_state_open(state, folder, &options);
}

static sce_error_t *memory_state(sce_state_t **state) {
  return sce_state_new_memory(state, pairs, KEYS, SCE_STATE_V1);
}

static void must(sce_error_t *err) {
  if (err != NULL) fail_msg("%s", sce_error_message(err));
}

static void root_on_disk(uint8_t root[32]) {
  sce_state_t *state;
  must(open_database(&state, false));
  must(sce_state_verify(state, NULL, NULL));
  must(sce_state_root(state, root, NULL));
  sce_state_delete(state);
}

/* ---- what may fail ---- */

static sce_error_t *chain_spec(void) {
  sce_chain_spec_t *spec = NULL;
  sce_state_t *state = NULL;
  uint8_t root[32];
  sce_error_t *err = sce_chain_spec_parse(&spec, (sce_span_t){(const uint8_t *)spec_text, sizeof spec_text - 1});
  if (err == NULL) err = sce_state_from_chain_spec(&state, spec, SCE_STATE_V1);
  if (err == NULL) err = sce_state_root(state, root, NULL);
  sce_state_delete(state);
  sce_chain_spec_delete(spec);
  return err;
}

static const char block_text[] =
    "{\"result\":{\"block\":{\"header\":{\"parentHash\":" ZEROS ",\"number\":\"0x1\",\"stateRoot\":" ZEROS
    ",\"extrinsicsRoot\":" ZEROS
    ",\"digest\":{\"logs\":[\"0x08\",{\"seal\":[\"0x42414245\",\"0x00\"]},{\"other\":\"0x01\"}]}},"
    "\"extrinsics\":[\"0x0401\",\"0x\\u0030400\"]},\"justifications\":null}}";
static const char plain_text[] =
    "{\"genesis\":{\"runtimeGenesis\":{\"patch\":{\"a\":{\"b\":1,\"c\":[2]}},\"code\":" CODE "}}}";

/* What people have in files: blocks, bytes and plain specs as text. */
static sce_error_t *texts(void) {
  sce_buf_t block = {0}, bytes = {0}, merged = {0};
  sce_chain_spec_t *spec = NULL;
  bool written;
  sce_span_t answer = {(const uint8_t *)"{\"jsonrpc\":\"2.0\",\"result\":\"0x6d\\u00365\"}", 40};
  sce_span_t text = {(const uint8_t *)block_text, sizeof block_text - 1};
  sce_error_t *err = sce_block_from_json(&block, text);
  if (err == NULL) err = sce_written_bytes(&bytes, &written, answer);
  if (err == NULL) assert_true(written);
  if (err == NULL) err = sce_json_merge(&merged, text, answer);
  if (err == NULL) err = sce_chain_spec_parse(&spec, (sce_span_t){(const uint8_t *)plain_text, sizeof plain_text - 1});
  if (err == NULL) assert_false(sce_chain_spec_is_raw(spec));
  sce_chain_spec_delete(spec);
  sce_buf_free(&block);
  sce_buf_free(&bytes);
  sce_buf_free(&merged);
  return err;
}

/* What is found out about a state of a spec, and of a database made of it. */
static sce_error_t *ask_chain(const sce_chain_spec_t *spec, sce_state_t *state) {
  sce_state_code_t *code = NULL;
  sce_block_origin_t origin;
  sce_chain_spec_t *kept = NULL;
  sce_error_t *err = sce_state_find_block(state, &origin, spec);
  if (err == NULL) err = sce_state_code_new(&code, state, spec, SCE_CODE_READ, NULL);
  if (err == NULL) err = sce_state_chain_spec(state, &kept);
  sce_chain_spec_delete(kept);
  sce_state_code_delete(code);
  return err;
}

static sce_error_t *chain(void) {
  sce_chain_spec_t *spec = NULL;
  sce_state_t *memory = NULL, *database = NULL;
  sce_error_t *err = sce_chain_spec_parse(&spec, (sce_span_t){(const uint8_t *)chain_text, sizeof chain_text - 1});
  sce_state_import_t how = {.size = sizeof how, .spec = spec, .keep = 2};
  if (err == NULL) err = sce_state_from_chain_spec(&memory, spec, SCE_STATE_V0);
  if (err == NULL) err = ask_chain(spec, memory);
  if (err == NULL) err = open_database(&database, true);
  if (err == NULL) err = sce_state_import(&database, memory, &how);
  if (err == NULL) err = ask_chain(NULL, database);
  sce_state_delete(database);
  sce_state_delete(memory);
  sce_chain_spec_delete(spec);
  return err;
}

/* What commits change; `turn` makes them differ. */
static sce_error_t *change(sce_overlay_t *overlay, uint32_t turn) {
  const sce_storage_ops_t *ops = sce_overlay_ops();
  sce_removal_t removal;
  sce_error_t *err = NULL;
  for (uint32_t i = 0; i < 40 && err == NULL; i++) {
    const sce_state_pair_t *pair = &pairs[(i * 3 + turn) % KEYS];
    if (i % 3 == 0)
      err = ops->clear(overlay, pair->child, pair->key);
    else
      err = ops->set(overlay, pair->child, pair->key, pairs[(i + turn + 1) % KEYS].value);
  }
  if (err == NULL && turn % 3 == 2) err = ops->kill_child(overlay, &removal, &child, NULL, NULL);
  return err;
}

static sce_error_t *walk(sce_overlay_t *overlay) {
  const sce_storage_ops_t *ops = sce_overlay_ops();
  sce_value_t value;
  sce_span_t prefix = {keys[1], 1};
  sce_removal_t removal;
  sce_error_t *err = ops->start_transaction(overlay);
  if (err == NULL) err = change(overlay, 5);
  if (err == NULL) err = ops->append(overlay, pairs[2].key, pairs[3].value);
  if (err == NULL) err = ops->append(overlay, pairs[2].key, pairs[4].value);
  if (err == NULL) err = ops->get(overlay, &value, NULL, pairs[2].key);
  if (err == NULL) err = ops->next_key(overlay, &value, NULL, pairs[2].key);
  if (err == NULL) err = ops->clear_prefix(overlay, &removal, NULL, prefix, NULL, NULL);
  if (err == NULL) err = ops->rollback_transaction(overlay);
  return err;
}

/* On a state in memory that is shared (copied) and then not (changed in place). */
static sce_error_t *commits_in_memory(void) {
  sce_state_t *state = NULL;
  sce_overlay_t *overlay = NULL;
  uint8_t root[32];
  sce_block_info_t block = {.number = 1, .header = {values[1], 100}};
  sce_error_t *err = memory_state(&state);
  if (err == NULL) err = sce_overlay_new(&overlay, state);
  if (err == NULL) err = walk(overlay);
  if (err == NULL) err = change(overlay, 0);
  if (err == NULL) err = sce_overlay_commit(overlay, root, SCE_STATE_V1, &block);
  sce_state_delete(state);
  if (err == NULL) err = change(overlay, 1);
  if (err == NULL) err = sce_overlay_commit(overlay, root, SCE_STATE_V0, NULL);
  sce_overlay_delete(overlay);
  return err;
}

static sce_error_t *import(void) {
  sce_state_t *memory = NULL, *database = NULL;
  sce_error_t *err = memory_state(&memory);
  if (err == NULL) err = open_database(&database, true);
  if (err == NULL) err = sce_state_import(&database, memory, NULL);
  sce_state_delete(database);
  sce_state_delete(memory);
  return err;
}

/* States that the journal may have before a commit settles it. */
static uint64_t journal_states = UINT64_MAX;

static void bound_journal(const sce_state_t *state) {
  sce_lmdb_snapshot_of(state->backend)->db->journal_states = journal_states;
}

static sce_error_t *commit(void) {
  sce_state_t *state = NULL;
  sce_overlay_t *overlay = NULL;
  uint8_t root[32];
  sce_block_info_t block = {.number = 7, .header = {values[1], 100}};
  sce_error_t *err = open_database(&state, false);
  if (err == NULL) err = sce_overlay_new(&overlay, state);
  if (err == NULL) bound_journal(state);
  sce_state_delete(state);
  if (err == NULL) err = change(overlay, 2);
  if (err == NULL) err = sce_overlay_commit(overlay, root, SCE_STATE_V1, &block);
  sce_overlay_delete(overlay);
  return err;
}

static sce_error_t *drop_text(void *ctx, sce_span_t text) {
  *(size_t *)ctx += text.len;
  return NULL;
}

static sce_error_t *drop_difference(void *ctx, const sce_state_difference_t *difference) {
  *(size_t *)ctx += difference->key.len;
  return NULL;
}

static sce_error_t *use_older(sce_state_t *state, sce_state_t *older) {
  sce_overlay_t *overlay = NULL;
  uint8_t root[32];
  size_t size = 0;
  sce_error_t *err = sce_state_diff(older, state, drop_difference, &size);
  if (err == NULL) err = sce_overlay_new(&overlay, older);
  if (err == NULL) err = change(overlay, 3);
  if (err == NULL) err = sce_overlay_ops()->root(overlay, root, NULL, SCE_STATE_V0);
  sce_overlay_delete(overlay);
  return err;
}

static sce_error_t *tools(void) {
  sce_state_t *state = NULL, *older = NULL;
  size_t size = 0;
  sce_error_t *err = open_database(&state, false);
  if (err == NULL) err = sce_state_verify(state, NULL, NULL);
  if (err == NULL) err = sce_state_export(state, NULL, drop_text, &size, NULL, NULL);
  if (err == NULL) err = sce_state_before(&older, state);
  sce_state_delete(older);
  older = NULL;
  if (err == NULL) err = sce_state_at_number(&older, state, 6);
  if (err == NULL) err = use_older(state, older);
  sce_state_delete(older);
  sce_state_delete(state);
  return err;
}

/* ---- the test ---- */

static void nothing(void) {
}

static void fresh_database(void) {
  remove_folder();
  must(import());
}

/* With older states, one of which block 6 made, in the journal. */
static void grown_database(void) {
  sce_state_t *state;
  sce_overlay_t *overlay;
  uint8_t root[32];
  fresh_database();
  must(open_database(&state, false));
  must(sce_overlay_new(&overlay, state));
  sce_state_delete(state);
  for (uint32_t i = 5; i < 8; i++) {
    sce_block_info_t block = {.number = i};
    must(change(overlay, i));
    must(sce_overlay_commit(overlay, root, SCE_STATE_V1, &block));
  }
  sce_overlay_delete(overlay);
}

/* `prepare` runs before each attempt; after a refused one `kept` (NULL: nothing) must still be the root on disk. With
 * it a run may also be done without what was refused: then the root must be that of a run where nothing is. */
static void refuse_each(const char *name, void (*prepare)(void), sce_error_t *(*run)(void), const uint8_t *kept) {
  prepare();
  long before = live;
  refuse(0);
  must(run());
  long total = atomic_load(&allocations), refused = 0, done_without = 0;
  uint8_t done[32];
  assert_int_equal(live, before);
  if (kept != NULL) root_on_disk(done);
  for (long number = 1; number <= total; number++) {
    prepare();
    refuse(number);
    sce_error_t *err = run();
    bool reached = refuse_no_more();
    assert_int_equal(live, before);
    /* Tables hash with random seeds: there may be fewer allocations than the first time. */
    if (err == NULL && !reached) continue;
    if (err == NULL && kept == NULL) fail_msg("%s: no error when allocation %ld is refused", name, number);
    if (err != NULL && sce_error_kind(err) != SCE_OUT_OF_MEMORY) fail_msg("%s: %s", name, sce_error_message(err));
    done_without += err == NULL;
    refused++;
    uint8_t root[32];
    if (kept != NULL) root_on_disk(root);
    if (kept != NULL) assert_memory_equal(root, err == NULL ? done : kept, 32);
    sce_error_delete(err);
  }
  print_message("%s: %ld of %ld allocations refused, done without %ld\n", name, refused, total, done_without);
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  uint8_t root[32];
  make_pairs();
  snprintf(folder, sizeof folder, "%s/scexec-fault-%ld", getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp",
           (long)getpid());
  refuse_each("chain spec", nothing, chain_spec, NULL);
  refuse_each("texts", nothing, texts, NULL);
  refuse_each("commits in memory", nothing, commits_in_memory, NULL);
  refuse_each("import", remove_folder, import, NULL);
  refuse_each("chain", remove_folder, chain, NULL);
  fresh_database();
  root_on_disk(root);
  refuse_each("commit", fresh_database, commit, root);
  grown_database();
  root_on_disk(root);
  refuse_each("commit to a journal", grown_database, commit, root);
  journal_states = 1;
  refuse_each("settling commit", grown_database, commit, root);
  grown_database();
  refuse_each("tools", nothing, tools, NULL);
  must(commit());
  refuse_each("tools, settled", nothing, tools, NULL);
  remove_folder();
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_may_fail)};
  return cmocka_run_group_tests_name("state: allocation failures", tests, NULL, NULL);
}
