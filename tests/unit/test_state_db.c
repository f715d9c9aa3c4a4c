/* test_state_db.c: state databases: the same operations on a database and on a state in memory must give the same
 * values, walks and roots; older states, verification, exports and comparisons; what must be refused. SCE_TEST_SEED
 * repeats a run. */
#include "state_db_random.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* ---- tests ---- */

/* When the next commits are settled: at once, after a few, or not soon; and how the file is vetted before. */
static void random_bounds(const sce_overlay_t *overlay) {
  sce_lmdb_t *db = sce_lmdb_snapshot_of(sce_overlay_state(overlay)->backend)->db;
  db->journal_states = below(5);
  db->journal_bytes = below(3) == 0 ? below(200000) : UINT64_MAX;
  db->vet_whole = below(2) == 0 ? 0 : UINT64_MAX;
}

static void commits_agree_with_memory(void **unused) {
  (void)unused;
  for (int run = 0; run < 8; run++) {
    const char *dir = fresh_folder();
    uint32_t keep = (uint32_t)(run % 4);
    sce_state_t *db = open_db(dir, true, keep), *memory, *at[16] = {0};
    ok(sce_state_new_memory(&memory, NULL, 0, SCE_STATE_V0));
    sce_overlay_t *over_db, *over_memory;
    ok(sce_overlay_new(&over_db, db));
    ok(sce_overlay_new(&over_memory, memory));
    sce_state_delete(db);
    sce_state_delete(memory);
    for (uint32_t block = 0; block < 12; block++) {
      sce_state_version_t version = below(2) == 0 ? SCE_STATE_V0 : SCE_STATE_V1;
      uint8_t root_db[32], root_memory[32];
      sce_block_info_t info = {.number = block, .header = sce_span("header", block % 7)};
      memset(info.hash, (int)block + 1, 32);
      if (run >= 4) random_bounds(over_db);
      random_writes(over_db, over_memory, 1 + (int)below(120));
      ok(sce_overlay_commit(over_db, root_db, version, &info));
      ok(sce_overlay_commit(over_memory, root_memory, version, &info));
      assert_memory_equal(root_db, root_memory, 32);
      expect_equal(sce_overlay_state(over_memory), sce_overlay_state(over_db));
      at[block] = sce_state_ref(sce_overlay_state(over_memory)); /* memory keeps them all */
      sce_block_info_t made;
      assert_true(sce_state_block(sce_overlay_state(over_db), &made));
      assert_true(made.number == block && sce_span_equal(made.header, info.header));
      if (block == 6) { /* once more from the disk */
        sce_overlay_delete(over_db);
        db = open_db(dir, false, keep);
        ok(sce_overlay_new(&over_db, db));
        sce_state_delete(db);
      }
      for (uint32_t old = 0; old <= block; old++) {
        sce_state_t *older;
        uint8_t hash[32];
        memset(hash, (int)old + 1, 32);
        sce_error_t *err = old % 2 == 0 ? sce_state_at_number(&older, sce_overlay_state(over_db), old)
                                        : sce_state_at_hash(&older, sce_overlay_state(over_db), hash);
        if (block - old > keep) {
          expect_kind(err, SCE_NOT_FOUND);
          continue;
        }
        ok(err);
        expect_equal(at[old], older);
        if (old < block) {
          sce_overlay_t *over_old, *over_at;
          uint8_t root_old[32], root_at[32];
          ok(sce_overlay_new(&over_old, older));
          ok(sce_overlay_new(&over_at, at[old]));
          random_writes(over_old, over_at, 20);
          ok(sce_overlay_ops()->root(over_old, root_old, NULL, version));
          ok(sce_overlay_ops()->root(over_at, root_at, NULL, version));
          assert_memory_equal(root_old, root_at, 32);
          expect_kind(sce_overlay_commit(over_old, root_old, version, NULL), SCE_MISUSE);
          sce_overlay_delete(over_old);
          sce_overlay_delete(over_at);
        }
        sce_state_delete(older);
      }
      ok(sce_state_verify(sce_overlay_state(over_db), NULL, NULL));
      ok(sce_state_verify(sce_overlay_state(over_memory), NULL, NULL));
    }
    for (int i = 0; i < 12; i++) sce_state_delete(at[i]);
    sce_overlay_delete(over_db);
    sce_overlay_delete(over_memory);
    remove_folder(dir);
  }
}

typedef struct collected {
  sce_buf_t text;
  uint64_t calls, last;
} collected_t;

static sce_error_t *collect(void *ctx, sce_span_t text) {
  collected_t *to = ctx;
  return sce_buf_append(&to->text, text.data, text.len);
}

static sce_error_t *count_progress(void *ctx, uint64_t done, uint64_t total) {
  collected_t *to = ctx;
  assert_true(done <= total && done >= to->last);
  to->last = done;
  to->calls++;
  return NULL;
}

static void imports_and_exports_keep_everything(void **unused) {
  (void)unused;
  static const char *const files[] = {"polkadot", "westend"};
  for (int i = 0; i < 2; i++) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s.json", TEST_INPUTS, files[i]);
    const char *dir = fresh_folder();
    sce_chain_spec_t *spec, *again;
    sce_state_t *memory, *back, *db = open_db(dir, true, SCE_STATE_KEEP_STORED);
    collected_t out = {0};
    ok(sce_chain_spec_load(&spec, path));
    ok(sce_state_from_chain_spec(&memory, spec, SCE_STATE_V1));
    sce_state_import_t options = {.size = sizeof options,
                                  .spec = spec,
                                  .keep = SCE_STATE_KEEP_STORED,
                                  .progress = count_progress,
                                  .progress_ctx = &out};
    ok(sce_state_import(&db, memory, &options));
    assert_true(out.calls >= 2);
    out.last = 0;
    expect_equal(memory, db);
    ok(sce_state_verify(db, count_progress, &out));
    expect_kind(sce_state_import(&db, memory, NULL), SCE_MISUSE);
    ok(sce_state_export(db, NULL, collect, &out, NULL, NULL));
    ok(sce_chain_spec_parse(&again, sce_buf_span(&out.text)));
    assert_string_equal(sce_chain_spec_name(again), sce_chain_spec_name(spec));
    assert_string_equal(sce_chain_spec_id(again), sce_chain_spec_id(spec));
    assert_string_equal(sce_chain_spec_properties(again), sce_chain_spec_properties(spec));
    ok(sce_state_from_chain_spec(&back, again, SCE_STATE_V1));
    expect_equal(db, back);
    sce_buf_free(&out.text);
    sce_chain_spec_delete(again);
    sce_chain_spec_delete(spec);
    sce_state_delete(back);
    sce_state_delete(memory);
    sce_state_delete(db);
    remove_folder(dir);
  }
}

/* Keys that the database cuts at the same place: 300 random ones, 600 that begin with each other, a few of another
 * beginning, and short ones around them. */
#define SAME 500
#define LONGEST (SAME + 700)

static size_t long_key(uint8_t key[LONGEST], size_t i) {
  memset(key, 0x11, LONGEST);
  if (i < 300) {
    uint32_t random = (uint32_t)i * 2654435761u;
    memcpy(key + SAME, &random, sizeof random);
    return SAME + 4;
  }
  if (i < 900) return SAME + i - 300;
  key[100] = i % 2 == 0 ? 0x12 : 0x10;
  return i < 905 ? SAME + i : 440 + i - 907; /* around the length up to which keys are whole */
}

#define LONG_KEYS 910

static void long_keys_of_one_beginning(void **unused) {
  (void)unused;
  static uint8_t keys[LONG_KEYS][LONGEST];
  static sce_state_pair_t pairs[LONG_KEYS];
  for (size_t i = 0; i < LONG_KEYS; i++)
    pairs[i] = (sce_state_pair_t){.key = {keys[i], long_key(keys[i], i)}, .value = {keys[i], i % 50}};
  const char *dir = fresh_folder();
  sce_state_t *memory, *db = open_db(dir, true, SCE_STATE_KEEP_STORED);
  ok(sce_state_new_memory(&memory, pairs, LONG_KEYS, SCE_STATE_V1));
  ok(sce_state_import(&db, memory, NULL));
  expect_equal(memory, db);
  for (size_t i = 0; i < LONG_KEYS; i++) {
    sce_state_cursor_t x, y;
    bool inclusive = i % 2 == 0;
    sce_span_t from = sce_span(pairs[i].key.data, pairs[i].key.len - i % 3);
    ok(sce_state_seek(memory, &x, NULL, from, inclusive));
    ok(sce_state_seek(db, &y, NULL, from, inclusive));
    assert_true(x.found == y.found && sce_span_equal(x.key, y.key) && sce_span_equal(x.value, y.value));
  }
  ok(sce_state_verify(db, NULL, NULL));
  sce_state_delete(memory);
  sce_state_delete(db);
  remove_folder(dir);
}

/* More children than a snapshot remembers the counts of, each with another number of keys. */
static void children_are_counted(void **unused) {
  (void)unused;
  enum { CHILDREN = 3 * SCE_LMDB_COUNTS };
  const char *dir = fresh_folder();
  sce_state_t *db = open_db(dir, true, 1);
  sce_overlay_t *overlay;
  uint8_t root[32];
  ok(sce_overlay_new(&overlay, db));
  sce_lmdb_snapshot_of(db->backend)->db->journal_states = 0;
  sce_state_delete(db);
  for (uint32_t i = 0; i < CHILDREN; i++) {
    sce_span_t child = sce_span(&i, sizeof i);
    for (uint32_t key = 0; key <= i; key++)
      ok(sce_overlay_ops()->set(overlay, &child, sce_span(&key, sizeof key), sce_span("v", 1)));
  }
  ok(sce_overlay_commit(overlay, root, SCE_STATE_V0, NULL));
  const sce_backend_t *backend = sce_overlay_state(overlay)->backend;
  sce_trie_id_t tries[CHILDREN];
  uint64_t keys;
  for (uint32_t i = 0; i < CHILDREN; i++) {
    sce_span_t child = sce_span(&i, sizeof i);
    ok(backend->ops->find_child(backend, &tries[i], child));
    ok(backend->ops->count(backend, &keys, tries[i]));
    assert_int_equal(keys, i + 1);
  }
  for (uint32_t i = 0; i < CHILDREN; i++) { /* most of them found long ago */
    ok(backend->ops->count(backend, &keys, tries[i]));
    assert_int_equal(keys, i + 1);
  }
  ok(sce_state_verify(sce_overlay_state(overlay), NULL, NULL));
  sce_overlay_delete(overlay);
  remove_folder(dir);
}

/* A runtime may append to the key of a child's root, of one that is there or not: the state's root counts that, and the
 * state can be read, verified and exported. */
static void appended_roots_are_no_damage(void **unused) {
  (void)unused;
  const char *const keys[] = {":child_storage:default:aaa", ":child_storage:default:kid",
                              ":child_storage:default:other"};
  const sce_span_t kid = sce_span("kid", 3);
  const sce_storage_ops_t *ops = sce_overlay_ops();
  for (size_t i = 0; i < 2 * sizeof keys / sizeof *keys; i++) {
    const char *dir = fresh_folder();
    collected_t out = {0};
    sce_state_t *state;
    sce_overlay_t *overlay;
    sce_value_t name;
    uint8_t root[32];
    if (i % 2 == 0)
      ok(sce_state_new_memory(&state, NULL, 0, SCE_STATE_V0));
    else
      state = open_db(dir, true, 2);
    ok(sce_overlay_new(&overlay, state));
    sce_state_delete(state);
    ok(ops->set(overlay, &kid, sce_span("a", 1), sce_span("b", 1)));
    ok(sce_overlay_commit(overlay, root, SCE_STATE_V0, NULL));
    ok(ops->append(overlay, sce_span_text(keys[i / 2]), sce_span("*", 1)));
    ok(sce_overlay_commit(overlay, root, SCE_STATE_V0, NULL));
    ok(sce_state_verify(sce_overlay_state(overlay), NULL, NULL));
    ok(sce_state_export(sce_overlay_state(overlay), NULL, collect, &out, NULL, NULL));
    ok(sce_state_next_child(sce_overlay_state(overlay), &name, sce_span(NULL, 0), true));
    assert_true(name.found && sce_span_equal(sce_span(name.data, name.len), kid));
    ok(sce_state_next_child(sce_overlay_state(overlay), &name, kid, false));
    assert_false(name.found);
    for (size_t j = 0; j < 3; j++) { /* written to, each child has its root again */
      sce_span_t child = sce_span_skip(sce_span_text(keys[j]), strlen(":child_storage:default:"));
      ok(ops->set(overlay, &child, sce_span("c", 1), sce_span("d", 1)));
    }
    ok(sce_overlay_commit(overlay, root, SCE_STATE_V0, NULL));
    ok(sce_state_verify(sce_overlay_state(overlay), NULL, NULL));
    for (size_t j = 0; j < 3; j++) {
      sce_value_t value;
      ok(sce_state_get(sce_overlay_state(overlay), &value, NULL, sce_span_text(keys[j])));
      assert_true(value.found && value.len == 32);
    }
    sce_buf_free(&out.text);
    sce_overlay_delete(overlay);
    remove_folder(dir);
  }
}

/* Names that look like JSON stay names; a chain type of one's own is an object. */
static void names_are_exported_as_text(void **unused) {
  (void)unused;
  const char *text = "{\"name\": \"{\\\"x\\\": 1, \\\"y\", \"id\": \"{}\", \"chainType\": %s, \"protocolId\": \"{p\", "
                     "\"properties\": [1, {}], \"genesis\": {\"raw\": {\"top\": {}, \"childrenDefault\": {}}}}";
  const char *const types[] = {"\"{\\\"a\\\": 1}, \\\"\"", "{\"Custom\": \"{\"}"};
  for (int i = 0; i < 2; i++) {
    char json[400];
    int len = snprintf(json, sizeof json, text, types[i]);
    const char *dir = fresh_folder();
    sce_chain_spec_t *spec, *again;
    sce_state_t *memory, *db = open_db(dir, true, 1);
    collected_t out = {0};
    ok(sce_chain_spec_parse(&spec, sce_span(json, (size_t)len)));
    ok(sce_state_from_chain_spec(&memory, spec, SCE_STATE_V1));
    sce_state_import_t options = {.size = sizeof options, .spec = spec, .keep = 1};
    ok(sce_state_import(&db, memory, &options));
    ok(sce_state_export(db, NULL, collect, &out, NULL, NULL));
    ok(sce_chain_spec_parse(&again, sce_buf_span(&out.text)));
    assert_string_equal(sce_chain_spec_name(again), "{\"x\": 1, \"y");
    assert_string_equal(sce_chain_spec_id(again), "{}");
    assert_string_equal(sce_chain_spec_protocol_id(again), "{p");
    assert_string_equal(sce_chain_spec_chain_type(again), sce_chain_spec_chain_type(spec));
    assert_string_equal(sce_chain_spec_properties(again), "[1, {}]");
    sce_buf_free(&out.text);
    sce_chain_spec_delete(again);
    sce_chain_spec_delete(spec);
    sce_state_delete(memory);
    sce_state_delete(db);
    remove_folder(dir);
  }
}

static sce_error_t *list_difference(void *ctx, const sce_state_difference_t *d) {
  sce_buf_t *text = ctx;
  if (d->child != NULL) ok(sce_buf_printf(text, "[%.*s]", (int)d->child->len, (const char *)d->child->data));
  ok(sce_buf_printf(text, "%.*s:", (int)d->key.len, (const char *)d->key.data));
  if (d->before.found) ok(sce_buf_printf(text, "%.*s", (int)d->before.len, (const char *)d->before.data));
  ok(sce_buf_printf(text, ">"));
  if (d->after.found) ok(sce_buf_printf(text, "%.*s", (int)d->after.len, (const char *)d->after.data));
  return sce_buf_append_byte(text, ' ');
}

static void differences_are_told(void **unused) {
  (void)unused;
#define T(text) sce_span_text(text)
  sce_span_t x = T("x"), y = T("y"), z = T("z");
  const sce_state_pair_t before[] = {{NULL, T("a"), T("1")}, {NULL, T("b"), T("1")}, {NULL, T("c"), T("1")},
                                     {&x, T("k"), T("1")},   {&y, T("k"), T("1")},   {&y, T("l"), T("1")}};
  const sce_state_pair_t after[] = {{NULL, T("b"), T("2")}, {NULL, T("c"), T("1")}, {NULL, T("d"), T("1")},
                                    {&y, T("k"), T("1")},   {&y, T("l"), T("2")},   {&z, T("k"), T("1")}};
  sce_state_t *a, *b;
  sce_buf_t text = {0};
  ok(sce_state_new_memory(&a, before, 6, SCE_STATE_V0));
  ok(sce_state_new_memory(&b, after, 6, SCE_STATE_V0));
  ok(sce_state_diff(a, b, list_difference, &text));
  assert_true(sce_span_equal(sce_buf_span(&text), T("a:1> b:1>2 d:>1 [x]k:1> [y]l:1>2 [z]k:>1 ")));
  sce_buf_free(&text);
  sce_state_delete(a);
  sce_state_delete(b);
}

static void write_file(const char *dir, const char *name, const void *data, size_t len) {
  char path[400];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(data, 1, len, file), len);
  fclose(file);
}

static void foreign_directories_are_refused(void **unused) {
  (void)unused;
  sce_state_options_t create = {.size = sizeof create, .create = true, .keep = 1};
  sce_state_t *state;
  char path[400];
  const char *dir = fresh_folder();
  expect_kind(sce_state_open(&state, dir, NULL), SCE_IO); /* not there */
  assert_int_equal(mkdir(dir, 0777), 0);
  expect_kind(sce_state_open(&state, dir, NULL), SCE_IO); /* empty */
  write_file(dir, "notes.txt", "mine", 4);
  expect_kind(sce_state_open(&state, dir, &create), SCE_BAD_STATE);
  snprintf(path, sizeof path, "%s/notes.txt", dir);
  expect_kind(sce_state_open(&state, path, &create), SCE_BAD_STATE); /* a file */
  unlink(path);
  snprintf(path, sizeof path, "%s/data.mdb", dir);
  assert_int_equal(mkfifo(path, 0666), 0);
  expect_kind(sce_state_open(&state, dir, NULL), SCE_BAD_STATE); /* and does not wait for somebody to write */
  unlink(path);
  static const uint8_t zeros[70000];
  write_file(dir, "data.mdb", zeros, sizeof zeros);
  expect_kind(sce_state_open(&state, dir, NULL), SCE_BAD_STATE);
  write_file(dir, "data.mdb", "short", 5);
  expect_kind(sce_state_open(&state, dir, NULL), SCE_BAD_STATE);
  /* Its maker was killed at once: the empty state, also for readers. */
  write_file(dir, "data.mdb", "", 0);
  sce_state_options_t reader = {.size = sizeof reader, .read_only = true};
  uint64_t keys;
  ok(sce_state_open(&state, dir, &reader));
  ok(sce_state_count(state, &keys, NULL));
  assert_int_equal(keys, 0);
  ok(sce_state_verify(state, NULL, NULL));
  /* Open already. */
  sce_state_t *twice;
  expect_kind(sce_state_open(&twice, dir, NULL), SCE_MISUSE);
  sce_overlay_t *overlay;
  ok(sce_overlay_new(&overlay, state));
  uint8_t root[32];
  expect_kind(sce_overlay_commit(overlay, root, SCE_STATE_V0, NULL), SCE_MISUSE); /* for reading only */
  sce_overlay_delete(overlay);
  sce_state_delete(state);
  remove_folder(dir);
}

/* Puts another LMDB database, or another format, where a state should be. */
static void other_databases_are_refused(void **unused) {
  (void)unused;
  for (int format = 0; format < 2; format++) {
    const char *dir = fresh_folder();
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    uint8_t record[36] = "scexec-s\x01";
    uint8_t tag = 1;
    MDB_val key = {1, &tag}, value = {sizeof record, record};
    if (format == 0) record[0] = 'X';
    assert_int_equal(mkdir(dir, 0777), 0);
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_open(env, dir, 0, 0666), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
    assert_int_equal(mdb_put(txn, dbi, &key, &value, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    sce_state_t *state;
    sce_error_t *err = sce_state_open(&state, dir, NULL);
    assert_non_null(err);
    assert_non_null(strstr(sce_error_message(err), format == 0 ? "not one of scexec's" : "format version 1"));
    expect_kind(err, SCE_BAD_STATE);
    remove_folder(dir);
  }
}

/* What is kept of the chain spec is text that somebody may have changed: states stay readable, checks and exports say
 * it. */
static void a_damaged_spec_is_said(void **unused) {
  (void)unused;
  static const char *const texts[] = {"{\"name\":\"x\"", "[]", "", "{\"id\":7}"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    const char *dir = fresh_folder();
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    char name[] = "\x09spec";
    MDB_val key = {5, name}, value = {strlen(texts[i]), (void *)(uintptr_t)texts[i]};
    sce_state_t *memory, *state = open_db(dir, true, 1);
    sce_chain_spec_t *spec;
    collected_t out = {0};
    ok(sce_state_new_memory(&memory, NULL, 0, SCE_STATE_V0));
    ok(sce_state_import(&state, memory, NULL));
    ok(sce_state_verify(state, NULL, NULL));
    sce_state_delete(memory);
    sce_state_delete(state);
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_open(env, dir, 0, 0666), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
    assert_int_equal(mdb_put(txn, dbi, &key, &value, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    state = open_db(dir, false, SCE_STATE_KEEP_STORED);
    expect_kind(sce_state_chain_spec(state, &spec), SCE_BAD_STATE);
    expect_kind(sce_state_verify(state, NULL, NULL), SCE_BAD_STATE);
    expect_kind(sce_state_export(state, NULL, collect, &out, NULL, NULL), SCE_BAD_STATE);
    sce_buf_free(&out.text);
    sce_state_delete(state);
    remove_folder(dir);
  }
}

/* A state stays what it was while others commit, and what is newest can be had from it. */
static void readers_keep_their_state(void **unused) {
  (void)unused;
  const char *dir = fresh_folder();
  sce_state_t *first = open_db(dir, true, 2), *newest;
  sce_overlay_t *overlay, *late;
  uint8_t root[32];
  ok(sce_overlay_new(&overlay, first));
  ok(sce_overlay_new(&late, first));
  const sce_storage_ops_t *ops = sce_overlay_ops();
  sce_value_t value;
  for (int i = 0; i < 40; i++) {
    uint8_t byte = (uint8_t)i;
    for (uint8_t key = 0; key < 200; key++) ok(ops->set(overlay, NULL, sce_span(&key, 1), sce_span(&byte, 1)));
    ok(sce_overlay_commit(overlay, root, SCE_STATE_V0, NULL));
    ok(sce_state_get(first, &value, NULL, sce_span("\x07", 1)));
    assert_false(value.found);
  }
  ok(sce_state_newest(&newest, first));
  ok(sce_state_get(newest, &value, NULL, sce_span("\x07", 1)));
  assert_true(value.found && value.data[0] == 39);
  expect_kind(sce_overlay_commit(late, root, SCE_STATE_V0, NULL), SCE_MISUSE); /* not on the newest */
  bool found, has_block;
  sce_block_info_t block;
  ok(sce_state_history(newest, &found, &has_block, &block, root, 2));
  assert_true(found && !has_block);
  ok(sce_state_history(newest, &found, &has_block, &block, root, 3));
  assert_false(found);
  sce_state_delete(newest);
  sce_state_delete(first);
  sce_overlay_delete(late);
  sce_overlay_delete(overlay);
  remove_folder(dir);
}

/* ---- no room ---- */

/* Commits `blocks` blocks of 64 KiB in 64 keys that nobody had; stops at the first error, which is given. */
static sce_error_t *grow(sce_overlay_t *overlay, uint32_t *next, uint32_t blocks) {
  static const uint8_t value[1024];
  uint8_t root[32];
  for (uint32_t i = 0; i < blocks; i++, ++*next) {
    for (uint32_t key = 0; key < 64; key++) {
      uint32_t name[2] = {*next, key};
      ok(sce_overlay_ops()->set(overlay, NULL, sce_span((const uint8_t *)name, 8), sce_span(value, sizeof value)));
    }
    SCE_TRY(sce_overlay_commit(overlay, root, SCE_STATE_V1, NULL));
  }
  return NULL;
}

/* After an error of growing: the state is the one from before, also for a process that opens it now. */
static void expect_kept(sce_overlay_t *overlay, const char *dir, const sce_state_options_t *options, uint32_t blocks,
                        sce_overlay_t **again) {
  uint64_t keys;
  uint8_t root[32], reopened[32];
  ok(sce_state_count(sce_overlay_state(overlay), &keys, NULL));
  assert_int_equal(keys, 64 * (uint64_t)blocks);
  ok(sce_state_verify(sce_overlay_state(overlay), NULL, NULL));
  ok(sce_state_root(sce_overlay_state(overlay), root, NULL));
  sce_overlay_delete(overlay);
  sce_state_t *state;
  ok(sce_state_open(&state, dir, options));
  ok(sce_state_verify(state, NULL, NULL));
  ok(sce_state_root(state, reopened, NULL));
  assert_memory_equal(root, reopened, 32);
  ok(sce_overlay_new(again, state));
  sce_state_delete(state);
}

static sce_overlay_t *open_overlay(const char *dir, const sce_state_options_t *options) {
  sce_state_t *state;
  sce_overlay_t *overlay;
  ok(sce_state_open(&state, dir, options));
  ok(sce_overlay_new(&overlay, state));
  sce_state_delete(state);
  return overlay;
}

static void a_limit_is_an_error_and_nothing_is_lost(void **unused) {
  (void)unused;
  const char *dir = fresh_folder();
  sce_state_options_t options = {.size = sizeof options, .create = true, .no_sync = true, .max_bytes = 1 << 20};
  sce_overlay_t *overlay = open_overlay(dir, &options);
  uint32_t blocks = 0;
  sce_error_t *err = grow(overlay, &blocks, 100);
  assert_non_null(err);
  assert_non_null(strstr(sce_error_message(err), "may not grow beyond 1 MiB"));
  expect_kind(err, SCE_IO);
  assert_in_range(blocks, 4, 30);
  expect_kind(grow(overlay, &blocks, 1), SCE_IO); /* again, with what the overlay still has */
  options.max_bytes = 0;
  expect_kept(overlay, dir, &options, blocks, &overlay);
  ok(grow(overlay, &blocks, 100));
  options.max_bytes = 4096; /* below what it has: nothing can be added, everything read */
  expect_kept(overlay, dir, &options, blocks, &overlay);
  err = grow(overlay, &blocks, 20);
  expect_kind(err, SCE_IO);
  sce_overlay_delete(overlay);
  remove_folder(dir);
}

/* As a full disk: no byte can be written beyond a limit. */
static void a_full_disk_is_an_error_and_nothing_is_lost(void **unused) {
  (void)unused;
  const char *dir = fresh_folder();
  sce_state_options_t options = {.size = sizeof options, .create = true};
  struct rlimit before, small;
  struct sigaction ignore = {.sa_handler = SIG_IGN}, handler;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  assert_int_equal(sigaction(SIGXFSZ, &ignore, &handler), 0);
  sce_overlay_t *overlay = open_overlay(dir, &options);
  uint32_t blocks = 0;
  ok(grow(overlay, &blocks, 3));
  for (rlim_t room = 1 << 20; room < (rlim_t)(4 << 20); room += (1 << 20) + 4096 * 3 + 100) {
    small = before;
    small.rlim_cur = room;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    sce_error_t *err = grow(overlay, &blocks, 100);
    expect_kind(err, SCE_IO);
    expect_kept(overlay, dir, &options, blocks, &overlay);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    ok(grow(overlay, &blocks, 1)); /* once there is room */
  }
  expect_kept(overlay, dir, &options, blocks, &overlay);
  sce_overlay_delete(overlay);
  assert_int_equal(sigaction(SIGXFSZ, &handler, NULL), 0);
  remove_folder(dir);
}

/* ---- readers beside a writer ---- */

typedef struct reader {
  pthread_t thread;
  sce_state_t *state; /* a reference each */
  uint64_t reads;
} reader_t;

static atomic_bool stop_reading;

/* All keys of one state say the same; the newest one may be another at any time. */
static void *read_on(void *ctx) {
  reader_t *reader = ctx;
  while (!atomic_load(&stop_reading) || reader->reads == 0) {
    sce_state_t *newest;
    sce_state_cursor_t cursor;
    sce_error_t *err = sce_state_newest(&newest, reader->state);
    if (err == NULL) err = sce_state_seek(newest, &cursor, NULL, sce_span(NULL, 0), true);
    uint8_t first = err == NULL && cursor.found ? cursor.value.data[0] : 0;
    uint64_t keys = 0;
    for (; err == NULL && cursor.found; keys++) {
      if (cursor.value.data[0] != first) abort();
      err = sce_state_step(newest, &cursor);
    }
    if (err != NULL || (keys != 0 && keys != 200)) abort();
    sce_state_delete(reader->state);
    reader->state = newest;
    reader->reads++;
  }
  sce_state_delete(reader->state);
  return NULL;
}

static void readers_run_beside_a_writer(void **unused) {
  (void)unused;
  enum { READERS = 4, BLOCKS = 150 };
  const char *dir = fresh_folder();
  reader_t readers[READERS] = {0};
  sce_state_t *state = open_db(dir, true, 2);
  sce_overlay_t *overlay;
  uint8_t root[32];
  ok(sce_overlay_new(&overlay, state));
  atomic_store(&stop_reading, false);
  for (int i = 0; i < READERS; i++) {
    readers[i].state = sce_state_ref(state);
    assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
  }
  sce_state_delete(state);
  for (int i = 0; i < BLOCKS; i++) {
    uint8_t value[100];
    memset(value, i + 1, sizeof value);
    for (uint8_t key = 0; key < 200; key++)
      ok(sce_overlay_ops()->set(overlay, NULL, sce_span(&key, 1), sce_span(value, sizeof value)));
    ok(sce_overlay_commit(overlay, root, SCE_STATE_V1, NULL));
  }
  atomic_store(&stop_reading, true);
  for (int i = 0; i < READERS; i++) assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
  ok(sce_state_verify(sce_overlay_state(overlay), NULL, NULL));
  sce_overlay_delete(overlay);
  remove_folder(dir);
}

int main(void) {
  seed();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(commits_agree_with_memory),
      cmocka_unit_test(imports_and_exports_keep_everything),
      cmocka_unit_test(long_keys_of_one_beginning),
      cmocka_unit_test(children_are_counted),
      cmocka_unit_test(appended_roots_are_no_damage),
      cmocka_unit_test(names_are_exported_as_text),
      cmocka_unit_test(differences_are_told),
      cmocka_unit_test(foreign_directories_are_refused),
      cmocka_unit_test(other_databases_are_refused),
      cmocka_unit_test(a_damaged_spec_is_said),
      cmocka_unit_test(readers_keep_their_state),
      cmocka_unit_test(a_limit_is_an_error_and_nothing_is_lost),
      cmocka_unit_test(a_full_disk_is_an_error_and_nothing_is_lost),
      cmocka_unit_test(readers_run_beside_a_writer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
