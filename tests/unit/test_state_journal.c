/* test_state_journal.c: the journal of state databases: what was committed and not settled yet is there for who opens
 * the directory, in every way of reading, beside states that others hold, in several processes; what is damaged is
 * refused. SCE_TEST_SEED repeats a run. */
#include "state_db_random.h"

#include <pthread.h>
#include <sys/wait.h>

typedef struct pair {
  sce_overlay_t *db, *memory;
} pair_t;

static void open_pair(pair_t *pair, const char *dir, uint32_t keep) {
  sce_state_t *db = open_db(dir, true, keep), *memory;
  ok(sce_state_new_memory(&memory, NULL, 0, SCE_STATE_V0));
  ok(sce_overlay_new(&pair->db, db));
  ok(sce_overlay_new(&pair->memory, memory));
  sce_state_delete(db);
  sce_state_delete(memory);
}

static void close_pair(pair_t *pair) {
  sce_overlay_delete(pair->db);
  sce_overlay_delete(pair->memory);
}

static void reopen(pair_t *pair, const char *dir, uint32_t keep) {
  sce_overlay_delete(pair->db);
  sce_state_t *db = open_db(dir, false, keep);
  ok(sce_overlay_new(&pair->db, db));
  sce_state_delete(db);
}

static sce_lmdb_snapshot_t *snapshot_of(const pair_t *pair) {
  return sce_lmdb_snapshot_of(sce_overlay_state(pair->db)->backend);
}

/* No commit is settled from now on, or each. */
static void set_settling(const pair_t *pair, bool each) {
  snapshot_of(pair)->db->journal_states = each ? 0 : UINT64_MAX;
  snapshot_of(pair)->db->journal_bytes = each ? 0 : UINT64_MAX;
}

static void commit_writes(pair_t *pair, uint32_t block, int writes) {
  uint8_t root_db[32], root_memory[32];
  sce_state_version_t version = block % 2 == 0 ? SCE_STATE_V0 : SCE_STATE_V1;
  sce_block_info_t info = {.number = block};
  random_writes(pair->db, pair->memory, writes);
  ok(sce_overlay_commit(pair->db, root_db, version, &info));
  ok(sce_overlay_commit(pair->memory, root_memory, version, &info));
  assert_memory_equal(root_db, root_memory, 32);
}

static void expect_same_children(const sce_state_t *a, const sce_state_t *b) {
  sce_value_t x, y;
  sce_span_t name = sce_span(NULL, 0);
  for (bool inclusive = true;; inclusive = false) {
    ok(sce_state_next_child(a, &x, name, inclusive));
    ok(sce_state_next_child(b, &y, name, inclusive));
    assert_true(x.found == y.found);
    if (!x.found) return;
    assert_true(sce_span_equal(sce_span(x.data, x.len), sce_span(y.data, y.len)));
    name = sce_span(x.data, x.len);
  }
}

static void expect_same_proofs(const sce_state_t *a, const sce_state_t *b) {
  for (uint32_t trie = 0; trie < 4; trie++) {
    uint8_t bytes[8][LONG_KEY];
    sce_span_t keys[8];
    sce_proof_t *x, *y;
    for (int i = 0; i < 8; i++) keys[i] = random_key(bytes[i]);
    ok(sce_proof_make(&x, a, child_of(trie), keys, 8));
    ok(sce_proof_make(&y, b, child_of(trie), keys, 8));
    assert_int_equal(sce_proof_node_count(x), sce_proof_node_count(y));
    for (size_t i = 0; i < sce_proof_node_count(x); i++)
      assert_true(sce_span_equal(sce_proof_node(x, i), sce_proof_node(y, i)));
    sce_proof_delete(x);
    sce_proof_delete(y);
  }
}

/* What is read and a root over changes, recorded. */
static void expect_same_recordings(sce_state_t *a, sce_state_t *b) {
  sce_overlay_t *overlays[2];
  sce_proof_t *proofs[2];
  uint8_t roots[2][32];
  ok(sce_overlay_new(&overlays[0], a));
  ok(sce_overlay_new(&overlays[1], b));
  for (int i = 0; i < 2; i++) ok(sce_overlay_record(overlays[i]));
  random_writes(overlays[0], overlays[1], 20);
  for (int i = 0; i < 2; i++) {
    ok(sce_overlay_ops()->root(overlays[i], roots[i], NULL, SCE_STATE_V1));
    ok(sce_overlay_take_proof(overlays[i], &proofs[i]));
    sce_overlay_delete(overlays[i]);
  }
  assert_memory_equal(roots[0], roots[1], 32);
  assert_int_equal(sce_proof_node_count(proofs[0]), sce_proof_node_count(proofs[1]));
  for (size_t i = 0; i < sce_proof_node_count(proofs[0]); i++)
    assert_true(sce_span_equal(sce_proof_node(proofs[0], i), sce_proof_node(proofs[1], i)));
  for (int i = 0; i < 2; i++) sce_proof_delete(proofs[i]);
}

static void expect_all_equal(const sce_state_t *a, const sce_state_t *b) {
  expect_equal(a, b);
  expect_same_children(a, b);
  expect_same_proofs(a, b);
}

/* ---- reading ---- */

static void a_journal_is_read_when_it_is_opened(void **unused) {
  (void)unused;
  enum { BLOCKS = 20 };
  for (uint32_t keep = 0; keep <= BLOCKS; keep += BLOCKS / 2) {
    const char *dir = fresh_folder();
    sce_state_t *at[BLOCKS], *older;
    pair_t pair;
    open_pair(&pair, dir, keep);
    for (uint32_t block = 0; block < BLOCKS; block++) {
      set_settling(&pair, block == 5); /* so that older ones lie on both sides */
      commit_writes(&pair, block, 40);
      at[block] = sce_state_ref(sce_overlay_state(pair.memory));
      if (block % 3 == 2) reopen(&pair, dir, keep);
    }
    reopen(&pair, dir, keep);
    assert_int_equal(snapshot_of(&pair)->database.settled, 6);
    assert_int_equal(snapshot_of(&pair)->database.newest, BLOCKS);
    expect_all_equal(sce_overlay_state(pair.memory), sce_overlay_state(pair.db));
    ok(sce_state_newest(&older, sce_overlay_state(pair.db)));
    assert_ptr_equal(older, sce_overlay_state(pair.db)); /* with all that it has read */
    sce_state_delete(older);
    ok(sce_state_verify(sce_overlay_state(pair.db), NULL, NULL));
    for (uint32_t block = 0; block < BLOCKS; block++) {
      sce_error_t *err = sce_state_at_number(&older, sce_overlay_state(pair.db), block);
      if (block + keep + 1 < BLOCKS) {
        expect_kind(err, SCE_NOT_FOUND);
        continue;
      }
      ok(err);
      expect_equal(at[block], older);
      expect_same_children(at[block], older);
      expect_same_proofs(at[block], older);
      expect_same_recordings(at[block], older);
      ok(sce_state_verify(older, NULL, NULL));
      sce_state_delete(older);
    }
    set_settling(&pair, true);
    commit_writes(&pair, BLOCKS, 40);
    assert_int_equal(snapshot_of(&pair)->database.settled, BLOCKS + 1);
    assert_int_equal(snapshot_of(&pair)->database.journal_bytes, 0);
    reopen(&pair, dir, keep);
    expect_all_equal(sce_overlay_state(pair.memory), sce_overlay_state(pair.db));
    for (uint32_t block = 0; block < BLOCKS; block++) sce_state_delete(at[block]);
    close_pair(&pair);
    remove_folder(dir);
  }
}

/* States that somebody holds stay as they are while the same process commits on them, and settles. */
static void held_states_stay(void **unused) {
  (void)unused;
  enum { BLOCKS = 16 };
  const char *dir = fresh_folder();
  sce_state_t *held[BLOCKS] = {0}, *at[BLOCKS];
  pair_t pair;
  open_pair(&pair, dir, 3);
  for (uint32_t block = 0; block < BLOCKS; block++) {
    set_settling(&pair, block % 7 == 6);
    commit_writes(&pair, block, 60);
    at[block] = sce_state_ref(sce_overlay_state(pair.memory));
    if (block % 3 != 1) held[block] = sce_state_ref(sce_overlay_state(pair.db));
    for (uint32_t old = 0; old <= block; old++)
      if (held[old] != NULL) expect_equal(at[old], held[old]);
  }
  for (uint32_t block = 0; block < BLOCKS; block++) {
    sce_state_delete(held[block]);
    sce_state_delete(at[block]);
  }
  ok(sce_state_verify(sce_overlay_state(pair.db), NULL, NULL));
  close_pair(&pair);
  remove_folder(dir);
}

/* A commit that is larger than the journal may be is settled, also when there are states in the journal. */
static void large_commits_are_settled(void **unused) {
  (void)unused;
  const char *dir = fresh_folder();
  pair_t pair;
  open_pair(&pair, dir, 4);
  set_settling(&pair, false);
  commit_writes(&pair, 0, 30);
  commit_writes(&pair, 1, 30);
  assert_int_equal(snapshot_of(&pair)->database.settled, 0);
  uint64_t bytes = snapshot_of(&pair)->database.journal_bytes;
  assert_true(bytes > 0);
  snapshot_of(&pair)->db->journal_bytes = bytes;
  commit_writes(&pair, 2, 200);
  assert_int_equal(snapshot_of(&pair)->database.settled, 3);
  expect_all_equal(sce_overlay_state(pair.memory), sce_overlay_state(pair.db));
  ok(sce_state_verify(sce_overlay_state(pair.db), NULL, NULL));
  close_pair(&pair);
  remove_folder(dir);
}

/* Reads all of a state, and makes the root of a change to it. */
static void *read_and_root(void *ctx) {
  const sce_state_t *state = ctx;
  sce_state_cursor_t cursor;
  sce_overlay_t *overlay;
  uint8_t *root = malloc(32);
  sce_error_t *err = sce_state_seek(state, &cursor, NULL, sce_span(NULL, 0), true);
  while (err == NULL && cursor.found) err = sce_state_step(state, &cursor);
  if (err == NULL) err = sce_overlay_new(&overlay, (sce_state_t *)(uintptr_t)state);
  if (err != NULL || root == NULL) abort();
  err = sce_overlay_ops()->set(overlay, NULL, sce_span("new", 3), sce_span("value", 5));
  if (err == NULL) err = sce_overlay_ops()->root(overlay, root, NULL, SCE_STATE_V1);
  if (err != NULL) abort();
  sce_overlay_delete(overlay);
  return root;
}

/* A state that was just opened has read nothing yet: any of the threads may be the first to. */
static void threads_read_a_journal_together(void **unused) {
  (void)unused;
  enum { THREADS = 4 };
  const char *dir = fresh_folder();
  pair_t pair;
  open_pair(&pair, dir, 2);
  set_settling(&pair, false);
  for (uint32_t block = 0; block < 6; block++) commit_writes(&pair, block, 100);
  uint8_t *expected = read_and_root(sce_overlay_state(pair.memory));
  for (int round = 0; round < 10; round++) {
    pthread_t threads[THREADS];
    reopen(&pair, dir, 2);
    for (int i = 0; i < THREADS; i++)
      assert_int_equal(pthread_create(&threads[i], NULL, read_and_root, sce_overlay_state(pair.db)), 0);
    for (int i = 0; i < THREADS; i++) {
      void *root;
      assert_int_equal(pthread_join(threads[i], &root), 0);
      assert_memory_equal(root, expected, 32);
      free(root);
    }
  }
  free(expected);
  close_pair(&pair);
  remove_folder(dir);
}

/* ---- several processes ---- */

/* A process of its own commits one block, to the journal or settling it. */
static void commit_elsewhere(const char *dir, uint8_t number, bool settles) {
  pid_t child = fork();
  int status;
  assert_true(child >= 0);
  if (child == 0) {
    pair_t pair = {0};
    uint8_t root[32];
    sce_state_t *db = open_db(dir, false, 4);
    bool done = sce_overlay_new(&pair.db, db) == NULL;
    sce_state_delete(db);
    set_settling(&pair, settles);
    done = done && sce_overlay_ops()->set(pair.db, NULL, sce_span("turn", 4), sce_span(&number, 1)) == NULL &&
           sce_overlay_commit(pair.db, root, SCE_STATE_V1, NULL) == NULL;
    sce_overlay_delete(pair.db);
    _exit(done ? 0 : 1);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static uint8_t turn_of(const sce_state_t *state) {
  sce_value_t value;
  ok(sce_state_get(state, &value, NULL, sce_span("turn", 4)));
  return value.found ? value.data[0] : 0;
}

/* Holds a state while others commit. An environment of LMDB's must not go through a fork: each process has its own, and
 * the one that forks has none. */
static int read_beside(const char *dir, int go, int told) {
  sce_state_t *state = open_db(dir, false, 4), *newest;
  uint8_t wanted, seen = turn_of(state);
  if (write(told, &seen, 1) != 1) return 1;
  while (read(go, &wanted, 1) == 1) {
    seen = turn_of(state); /* what it was, whoever has committed since */
    ok(sce_state_newest(&newest, state));
    if (seen + 1 != wanted || turn_of(newest) != wanted) return 1;
    sce_state_delete(state);
    state = newest;
    ok(sce_state_verify(state, NULL, NULL));
    if (write(told, &wanted, 1) != 1) return 1;
  }
  sce_state_delete(state);
  return 0;
}

static void processes_take_turns(void **unused) {
  (void)unused;
  const char *dir = fresh_folder();
  int go[2], told[2], status;
  uint8_t answer = 0;
  sce_state_delete(open_db(dir, true, 4));
  commit_elsewhere(dir, 0, false);
  assert_true(pipe(go) == 0 && pipe(told) == 0);
  pid_t reader = fork();
  assert_true(reader >= 0);
  if (reader == 0) {
    close(go[1]);
    _exit(read_beside(dir, go[0], told[1]));
  }
  close(go[0]);
  close(told[1]);
  assert_int_equal(read(told[0], &answer, 1), 1); /* it has the state before the first turn */
  for (uint8_t number = 1; number <= 12; number++) {
    commit_elsewhere(dir, number, number % 4 == 0);
    assert_int_equal(write(go[1], &number, 1), 1);
    assert_int_equal(read(told[0], &answer, 1), 1);
    assert_int_equal(answer, number);
  }
  close(go[1]);
  close(told[0]);
  assert_int_equal(waitpid(reader, &status, 0), reader);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  sce_state_t *state = open_db(dir, false, 4);
  assert_int_equal(turn_of(state), 12);
  sce_state_delete(state);
  remove_folder(dir);
}

/* ---- damage ---- */

static void must_lmdb(int code) {
  if (code != 0) fail_msg("%s", mdb_strerror(code));
}

/* Puts a record in the place of one that is there, or with NULL takes that away. */
static void replace_record(const char *dir, sce_lmdb_tag_t tag, uint64_t number, const sce_buf_t *record) {
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi dbi;
  sce_lmdb_key_t key;
  sce_lmdb_number_key(&key, tag, number);
  MDB_val name = {key.len, key.bytes}, value = {record == NULL ? 0 : record->len, record == NULL ? NULL : record->data};
  must_lmdb(mdb_env_create(&env));
  must_lmdb(mdb_env_set_mapsize(env, 1 << 24));
  must_lmdb(mdb_env_open(env, dir, 0, 0666));
  must_lmdb(mdb_txn_begin(env, NULL, 0, &txn));
  must_lmdb(mdb_dbi_open(txn, NULL, 0, &dbi));
  must_lmdb(record == NULL ? mdb_del(txn, dbi, &name, NULL) : mdb_put(txn, dbi, &name, &value, 0));
  must_lmdb(mdb_txn_commit(txn));
  mdb_env_close(env);
}

typedef enum damage {
  KEYS_FALL,
  KEY_TWICE,
  BAD_KIND,
  NO_KIND,
  TAIL,
  CUT,
  COUNT,
  TRIES_FALL,
  TOP_TWICE,
  DAMAGES
} damage_t;

/* A list of changes with something wrong in it. */
static void make_damaged(sce_buf_t *out, damage_t damage) {
  const sce_span_t a = sce_span("a", 1), b = sce_span("b", 1), *first = damage == KEYS_FALL ? &b : &a;
  const sce_span_t *child = damage == TRIES_FALL ? &b : NULL;
  ok(sce_changes_put_trie(out, child, 2, damage == COUNT ? 3 : 2));
  ok(sce_changes_put(out, *first, SCE_CHANGED_INLINE, b));
  if (damage == BAD_KIND) out->data[out->len - 2] = 3;
  if (damage == NO_KIND) {
    out->len -= 6;
    ok(sce_buf_append(out, "\0\0\0\0", 4));
  }
  ok(sce_changes_put(out, damage == KEYS_FALL || damage == KEY_TWICE ? a : b, SCE_CHANGED_INLINE, b));
  if (damage == CUT) out->len--;
  if (damage == TAIL) ok(sce_buf_append_byte(out, 0));
  if (damage == TRIES_FALL) ok(sce_changes_put_trie(out, &a, 0, 0));
  if (damage == TOP_TWICE) ok(sce_changes_put_trie(out, NULL, 0, 0));
}

/* Three states of one key: 1 is settled, with the empty one before it; 2 and 3 are in the journal. */
static void make_small(const char *dir) {
  pair_t pair;
  uint8_t root[32];
  open_pair(&pair, dir, 4);
  for (uint8_t i = 1; i <= 3; i++) {
    set_settling(&pair, i == 1);
    for (uint8_t key = 0; key < 20; key++)
      ok(sce_overlay_ops()->set(pair.db, NULL, sce_span(&key, 1), sce_span(&i, 1)));
    ok(sce_overlay_commit(pair.db, root, SCE_STATE_V0, NULL));
  }
  close_pair(&pair);
}

static void expect_refused(const char *dir, bool reads, bool makes_roots, const char *what) {
  sce_state_t *state = open_db(dir, false, 4);
  sce_overlay_t *overlay;
  sce_value_t value;
  uint8_t root[32];
  sce_error_t *err = sce_state_get(state, &value, NULL, sce_span("a", 1));
  if ((err == NULL) != reads) fail_msg("%s: reading", what);
  if (err != NULL) expect_kind(err, SCE_BAD_STATE);
  err = sce_state_verify(state, NULL, NULL);
  if (err == NULL) fail_msg("%s: verification", what);
  expect_kind(err, SCE_BAD_STATE);
  ok(sce_overlay_new(&overlay, state));
  ok(sce_overlay_ops()->set(overlay, NULL, sce_span("a", 1), sce_span("b", 1)));
  err = sce_overlay_commit(overlay, root, SCE_STATE_V0, NULL);
  if ((err == NULL) != makes_roots) fail_msg("%s: a commit", what);
  if (err != NULL) expect_kind(err, SCE_BAD_STATE);
  sce_overlay_delete(overlay);
  sce_state_delete(state);
  remove_folder(dir);
}

static void damaged_journals_are_refused(void **unused) {
  (void)unused;
  for (damage_t damage = 0; damage < DAMAGES; damage++) {
    sce_buf_t record = {0};
    char what[32];
    make_damaged(&record, damage);
    for (int nodes = 0; nodes < 2; nodes++) {
      const char *dir = fresh_folder();
      make_small(dir);
      replace_record(dir, nodes ? SCE_LMDB_JOURNAL_NODES : SCE_LMDB_JOURNAL, 2, &record);
      snprintf(what, sizeof what, "damage %d of %s", (int)damage, nodes ? "nodes" : "values");
      expect_refused(dir, nodes == 1, false, what);
    }
    sce_buf_free(&record);
  }
}

/* Records that are lists, but not those of this database. */
static void wrong_journals_are_refused(void **unused) {
  (void)unused;
  const sce_span_t child = sce_span("child", 5);
  sce_buf_t empty = {0}, changed = {0}, stranger = {0};
  ok(sce_changes_put_trie(&changed, NULL, 21, 1));
  ok(sce_changes_put(&changed, sce_span("a", 1), SCE_CHANGED_INLINE, sce_span("b", 1)));
  ok(sce_changes_put_trie(&stranger, &child, 1, 0));
  const struct {
    sce_lmdb_tag_t tag;
    const sce_buf_t *record;
    bool reads, makes_roots;
  } cases[] = {{SCE_LMDB_JOURNAL, NULL, false, false},
               {SCE_LMDB_JOURNAL_NODES, NULL, true, false},
               {SCE_LMDB_JOURNAL, &changed, true, true},
               {SCE_LMDB_JOURNAL, &empty, true, true},
               {SCE_LMDB_JOURNAL_NODES, &empty, true, true},
               {SCE_LMDB_JOURNAL_NODES, &stranger, true, false},
               {SCE_LMDB_UNDO, NULL, true, true}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *dir = fresh_folder();
    char what[32];
    make_small(dir);
    replace_record(dir, cases[i].tag, cases[i].tag == SCE_LMDB_UNDO ? 1 : 2, cases[i].record);
    snprintf(what, sizeof what, "wrong record %zu", i);
    expect_refused(dir, cases[i].reads, cases[i].makes_roots, what);
  }
  sce_buf_free(&changed);
  sce_buf_free(&stranger);
}

int main(void) {
  seed();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_journal_is_read_when_it_is_opened),
      cmocka_unit_test(held_states_stay),
      cmocka_unit_test(large_commits_are_settled),
      cmocka_unit_test(threads_read_a_journal_together),
      cmocka_unit_test(processes_take_turns),
      cmocka_unit_test(damaged_journals_are_refused),
      cmocka_unit_test(wrong_journals_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
