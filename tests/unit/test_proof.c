/* Storage proofs: recorded as sp-state-machine records them and compact ones as trie-db makes them (tests/data/trie,
 * made by tests/oracle/trie; host-vectors.json), read back, and hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/checked.h"
#include "crypto/hash.h"
#include "scexec/state.h"
#include "state/proof.h"
#include "trie_backend.h"
#include "trie_random.h"

static random_trie_t trie;

/* ---- compact proofs ---- */

static bool verify(const uint8_t *root, sce_span_t nodes, sce_span_t key, sce_span_t value,
                   const sce_trie_options_t *options) {
  sce_span_t list[64];
  sce_scale_reader_t in = sce_scale_reader(nodes);
  uint32_t count;
  bool valid = false;
  must(sce_scale_read_compact_u32(&in, &count));
  assert_true(count <= 64);
  for (uint32_t i = 0; i < count; i++) must(sce_scale_read_bytes(&in, &list[i]));
  must(sce_proof_verify_compact(&valid, root, list, count, key, value, options));
  return valid;
}

static size_t check_vectors(json_t *vectors, const char *function) {
  size_t index = 0, checked = 0;
  const json_t *record;
  while ((record = vectors_next(vectors, &index, function)) != NULL) {
    sce_buf_t in[5] = {{0}}, out = {0};
    sce_trie_options_t options = {.hasher = strstr(function, "keccak") ? SCE_TRIE_KECCAK_256 : SCE_TRIE_BLAKE2B_256};
    for (size_t i = 0; i < json_array_size(json_object_get(record, "inputs")); i++) vectors_input(&in[i], record, i);
    if (in[4].len > 0 && in[4].data[0] != 0) options.version = SCE_STATE_V1;
    if (vectors_output(&out, record)) {
      bool valid = verify(in[0].data, sce_buf_span(&in[1]), sce_buf_span(&in[2]), sce_buf_span(&in[3]), &options);
      if (valid != (out.data[0] == 1)) fail_msg("%s: %s", function, vectors_text(record, "note"));
      checked++;
    }
    for (size_t i = 0; i < 5; i++) sce_buf_free(&in[i]);
    sce_buf_free(&out);
  }
  return checked;
}

static void upstream_verdicts(void **state) {
  (void)state;
  json_t *vectors = vectors_load();
  size_t checked = check_vectors(vectors, "ext_trie_blake2_256_verify_proof_version_1");
  checked += check_vectors(vectors, "ext_trie_blake2_256_verify_proof_version_2");
  checked += check_vectors(vectors, "ext_trie_keccak_256_verify_proof_version_1");
  checked += check_vectors(vectors, "ext_trie_keccak_256_verify_proof_version_2");
  assert_true(checked > 80);
  json_decref(vectors);
}

/* One line of compact.txt: SCALE (u8 version, Vec root, Vec key, Vec value, Vec<Vec<u8>> nodes). */
static void check_compact_line(const char *line) {
  sce_buf_t item = {0};
  vectors_hex(&item, line);
  sce_scale_reader_t in = sce_scale_reader(sce_buf_span(&item));
  uint8_t version;
  sce_span_t root, key, value;
  must(sce_scale_read_u8(&in, &version));
  must(sce_scale_read_bytes(&in, &root));
  must(sce_scale_read_bytes(&in, &key));
  must(sce_scale_read_bytes(&in, &value));
  sce_span_t nodes = sce_span(item.data + in.at, item.len - in.at);
  sce_trie_options_t options = {.version = version == 0 ? SCE_STATE_V0 : SCE_STATE_V1};
  assert_true(verify(root.data, nodes, key, value, &options));
  assert_false(verify(root.data, nodes, key, sce_span_text("something else that is not there"), &options));
  if (key.len > 0) assert_false(verify(root.data, nodes, sce_span(key.data, key.len - 1), value, &options));
  uint8_t *last = (uint8_t *)(uintptr_t)root.data + 31;
  *last ^= 1;
  assert_false(verify(root.data, nodes, key, value, &options));
  sce_buf_free(&item);
}

static void compact_proofs(void **state) {
  (void)state;
  FILE *file = fopen(TEST_DATA "/trie/compact.txt", "r");
  assert_non_null(file);
  static char line[1 << 16];
  size_t lines = 0;
  for (; fgets(line, sizeof line, file) != NULL; lines++) {
    line[strcspn(line, "\n")] = 0;
    check_compact_line(line);
  }
  assert_true(lines > 90);
  fclose(file);
}

/* ---- recorded proofs ---- */

static void add_item(uint8_t digest[32], const void *item, size_t len) {
  sce_blake2b_256_state_t hash;
  sce_blake2b_256_init(&hash);
  sce_blake2b_256_update(&hash, sce_span(digest, 32));
  sce_blake2b_256_update(&hash, sce_span(item, len));
  sce_blake2b_256_final(&hash, digest);
}

/* The trie of that number after two rounds. */
static void settle(test_backend_t *backend, uint8_t root[32], uint64_t number) {
  test_backend_init(backend);
  random_trie_start(&trie, number);
  for (unsigned round = 0; round < 2; round++) {
    sce_state_version_t version = random_round(&trie, round);
    test_commit(backend, root, trie.changes, trie.change_count, version);
  }
}

static void read_key(const sce_backend_t *backend, sce_span_t key) {
  bool found;
  sce_entry_t entry;
  must(backend->ops->get(backend, &found, &entry, SCE_TRIE_TOP, key));
}

static void read_random(const sce_backend_t *backend) {
  for (int i = 0; i < 4; i++) {
    sce_buf_t key = {0};
    random_key(&trie, &key);
    read_key(backend, sce_buf_span(&key));
    sce_buf_free(&key);
  }
}

static void read_known(const sce_backend_t *backend, bool with_value) {
  bool found;
  for (size_t i = 0; i < trie.key_count && i < 8; i++) {
    if (with_value) {
      read_key(backend, sce_buf_span(&trie.keys[i]));
    } else {
      must(sce_backend_has(backend, &found, SCE_TRIE_TOP, sce_buf_span(&trie.keys[i])));
    }
  }
}

static void follow_keys(const sce_backend_t *backend) {
  sce_buf_t key = {0};
  random_key(&trie, &key);
  sce_walk_t walk = {.entry = {.key = sce_buf_span(&key)}};
  for (int i = 0; i < 3; i++) {
    must(backend->ops->seek(backend, &walk, SCE_TRIE_TOP, walk.entry.key, false));
    if (!walk.found) break;
  }
  sce_buf_free(&key);
}

static void walk_prefix(const sce_backend_t *backend) {
  sce_buf_t key = {0};
  random_key(&trie, &key);
  sce_span_t prefix = sce_span(key.data, key.len / 2);
  sce_walk_t walk;
  must(sce_backend_seek_prefix(backend, &walk, SCE_TRIE_TOP, prefix, prefix));
  while (walk.found && sce_span_starts_with(walk.entry.key, prefix)) must(backend->ops->step(backend, &walk));
  sce_buf_free(&key);
}

/* Changes of a third round, without removals of what is not there (tests/oracle/trie says why). */
static void change(const test_backend_t *under, const sce_backend_t *backend, uint8_t digest[32]) {
  sce_state_version_t version = random_round(&trie, 2);
  sce_change_t changes[64];
  size_t count = 0;
  for (size_t i = 0; i < trie.change_count; i++) {
    const sce_change_t *one = &trie.changes[i];
    if (!one->removed || test_at(under, test_place(under, one->key), one->key)) changes[count++] = *one;
  }
  uint8_t root[32];
  must(sce_trie_delta_root(root, backend, SCE_TRIE_TOP, changes, count, version, NULL));
  add_item(digest, root, 32);
}

static void check_reads(uint8_t digest[32], uint64_t number, int kind) {
  test_backend_t under;
  sce_backend_t *backend;
  sce_proof_recorder_t recorder = {0};
  uint8_t root[32], size[8];
  settle(&under, root, number);
  must(sce_recording_backend_new(&backend, &under.backend, &recorder));
  if (kind == 0) read_random(backend);
  if (kind == 1) read_known(backend, false);
  if (kind == 2) follow_keys(backend);
  if (kind == 3) walk_prefix(backend);
  if (kind == 4) read_known(backend, true);
  if (kind == 5) change(&under, backend, digest);
  sce_store_le64(size, sce_proof_recorder_size(&recorder));
  add_item(digest, size, 8);
  sce_proof_t *proof;
  sce_buf_t encoded = {0};
  must(sce_proof_take(&proof, &recorder));
  must(sce_proof_encode(proof, &encoded));
  add_item(digest, encoded.data, encoded.len);
  sce_buf_free(&encoded);
  sce_proof_delete(proof);
  sce_proof_recorder_free(&recorder);
  backend->ops->delete (backend);
  test_backend_free(&under);
}

static void recorded_proofs(void **state) {
  (void)state;
  FILE *file = fopen(TEST_DATA "/trie/proofs.txt", "r");
  assert_non_null(file);
  uint8_t digest[32] = {0};
  char line[80], text[65];
  for (uint64_t number = 0; number < 1000; number++) {
    for (int kind = 0; kind < 6; kind++) check_reads(digest, number, kind);
    if ((number + 1) % 10 != 0) continue;
    assert_non_null(fgets(line, sizeof line, file));
    line[strcspn(line, "\n")] = 0;
    if (strcmp(line, hex_of(digest, 32, text)) != 0) {
      fail_msg("a proof of tries %u to %u is not upstream's", (unsigned)number - 9, (unsigned)number);
    }
  }
  fclose(file);
  random_trie_free(&trie);
}

/* ---- reading proofs ---- */

/* Walks over a prefix, from its start and from a key in it, yield that prefix's keys only. */
static void same_prefix_walk(const test_backend_t *under, const sce_backend_t *alone, sce_span_t start,
                             sce_span_t prefix) {
  sce_walk_t walk;
  must(sce_backend_seek_prefix(alone, &walk, SCE_TRIE_TOP, start, prefix));
  for (size_t i = test_place(under, start.len < prefix.len ? prefix : start); i < under->count; i++) {
    sce_span_t key = sce_buf_span(&under->pairs[i].key);
    if (!sce_span_starts_with(key, prefix)) break;
    assert_true(walk.found && sce_span_equal(walk.entry.key, key));
    must(alone->ops->step(alone, &walk));
  }
  assert_false(walk.found);
}

/* Reads, walks and roots on the proof alone give what they gave on the state. */
static void same_on_proof(const test_backend_t *under, const sce_backend_t *alone) {
  for (size_t i = 0; i < under->count; i++) {
    bool found;
    sce_entry_t entry;
    must(alone->ops->get(alone, &found, &entry, SCE_TRIE_TOP, sce_buf_span(&under->pairs[i].key)));
    assert_true(found && sce_span_equal(entry.value, sce_buf_span(&under->pairs[i].value)));
  }
  sce_walk_t walk;
  must(alone->ops->seek(alone, &walk, SCE_TRIE_TOP, (sce_span_t){0}, true));
  for (size_t i = 0; i < under->count; i++) {
    assert_true(walk.found && sce_span_equal(walk.entry.key, sce_buf_span(&under->pairs[i].key)));
    must(alone->ops->step(alone, &walk));
  }
  assert_false(walk.found);
  for (size_t i = 0; i < trie.key_count; i += 3) {
    sce_span_t key = sce_buf_span(&trie.keys[i]), prefix = sce_span(key.data, key.len / 2);
    same_prefix_walk(under, alone, prefix, prefix);
    same_prefix_walk(under, alone, key, prefix);
    same_prefix_walk(under, alone, (sce_span_t){0}, key);
  }
  uint8_t root[32], expected[32];
  sce_state_version_t version = random_round(&trie, 2);
  must(sce_trie_delta_root(root, alone, SCE_TRIE_TOP, trie.changes, trie.change_count, version, NULL));
  must(sce_trie_delta_root(expected, &under->backend, SCE_TRIE_TOP, trie.changes, trie.change_count, version, NULL));
  assert_memory_equal(root, expected, 32);
}

/* All of the nodes: any read and any change works. */
static sce_proof_t *prove_all(const test_backend_t *under) {
  sce_proof_t *proof;
  sce_span_t keys[RANDOM_MAX_KEYS];
  for (size_t i = 0; i < under->count; i++) keys[i] = sce_buf_span(&under->pairs[i].key);
  must(sce_proof_of_backend(&proof, (sce_backend_t *)(uintptr_t)&under->backend, NULL, keys, under->count));
  return proof;
}

static void proof_alone(void **state) {
  (void)state;
  for (uint64_t number = 0; number < 300; number++) {
    test_backend_t under;
    sce_backend_t *alone;
    uint8_t root[32];
    settle(&under, root, number);
    sce_proof_t *proof = prove_all(&under), *again;
    sce_buf_t scale = {0};
    must(sce_proof_encode(proof, &scale));
    must(sce_proof_decode(&again, sce_buf_span(&scale)));
    assert_int_equal(sce_proof_node_count(again), sce_proof_node_count(proof));
    must(sce_proof_backend_new(&alone, again, root));
    same_on_proof(&under, alone);
    alone->ops->delete (alone);
    sce_proof_delete(again);
    sce_proof_delete(proof);
    sce_buf_free(&scale);
    test_backend_free(&under);
  }
  random_trie_free(&trie);
}

static void assert_bad_proof(sce_error_t *err) {
  assert_non_null(err);
  assert_int_equal(sce_error_kind(err), SCE_BAD_PROOF);
  sce_error_delete(err);
}

/* A missing node is an error of the read that needs it, not an absent key. */
static void missing_nodes(void **state) {
  (void)state;
  test_backend_t under;
  uint8_t root[32];
  settle(&under, root, 50);
  sce_proof_t *proof = prove_all(&under);
  size_t count = sce_proof_node_count(proof), failed = 0;
  sce_span_t nodes[512];
  assert_true(count > 10 && count < 512);
  for (size_t left_out = 0; left_out < count; left_out++) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
      if (i != left_out) nodes[kept++] = sce_proof_node(proof, i);
    }
    sce_proof_t *part;
    must(sce_proof_new(&part, nodes, kept));
    for (size_t i = 0; i < under.count; i++) {
      sce_value_t value;
      sce_error_t *err = sce_proof_get(part, &value, root, NULL, sce_buf_span(&under.pairs[i].key));
      if (err != NULL) {
        failed++;
        assert_bad_proof(err);
      } else {
        assert_true(value.found);
      }
    }
    sce_proof_delete(part);
  }
  assert_true(failed >= count);
  sce_backend_t *backend;
  assert_bad_proof(sce_proof_backend_new(&backend, proof, (const uint8_t[32]){1}));
  sce_proof_delete(proof);
  test_backend_free(&under);
  random_trie_free(&trie);
}

/* The root of an empty trie needs no node; a child that is not there is empty; a child's root leads to its nodes. */
static void empty_and_children(void **state) {
  (void)state;
  test_backend_t top, child;
  uint8_t root[32], child_root[32];
  sce_change_t in_child = {sce_span_text("key"), sce_span_text("value"), false};
  test_backend_init(&child);
  test_commit(&child, child_root, &in_child, 1, SCE_STATE_V1);
  sce_change_t in_top = {sce_span_text(":child_storage:default:kid"), sce_span(child_root, 32), false};
  test_backend_init(&top);
  test_commit(&top, root, &in_top, 1, SCE_STATE_V1);
  sce_proof_t *of_top = prove_all(&top), *of_child = prove_all(&child), *proof;
  sce_span_t nodes[2] = {sce_proof_node(of_top, 0), sce_proof_node(of_child, 0)};
  must(sce_proof_new(&proof, nodes, 2));
  sce_span_t kid = sce_span_text("kid"), other = sce_span_text("other");
  sce_value_t value;
  must(sce_proof_get(proof, &value, root, &kid, sce_span_text("key")));
  assert_true(value.found && value.len == 5);
  must(sce_proof_get(proof, &value, root, &other, sce_span_text("key")));
  assert_false(value.found);
  must(sce_proof_get(proof, &value, sce_trie_empty_state_root, NULL, sce_span_text("key")));
  assert_false(value.found);
  sce_backend_t *alone;
  sce_trie_id_t id;
  sce_entry_t entry;
  bool found;
  must(sce_proof_backend_new(&alone, proof, root));
  must(alone->ops->find_child(alone, &id, kid));
  must(alone->ops->get(alone, &found, &entry, id, sce_span_text("key")));
  assert_true(found);
  sce_span_t name;
  must(alone->ops->next_child(alone, &id, &name, (sce_span_t){0}, true));
  assert_true(sce_span_equal(name, kid));
  alone->ops->delete (alone);
  sce_proof_delete(proof);
  sce_proof_delete(of_top);
  sce_proof_delete(of_child);
  test_backend_free(&top);
  test_backend_free(&child);
}

/* A proof of a child's keys holds the way to its root too. */
static void child_keys(void **state) {
  (void)state;
  sce_span_t kid = sce_span_text("kid"), there = sce_span_text("there"), absent = sce_span_text("absent");
  sce_state_pair_t pairs[3] = {
      {NULL, sce_span_text("top"), sce_span_text("long enough for a node of its own, that is")},
      {&kid, there, sce_span_text("a value of more than thirty-two bytes in the child")},
      {&kid, sce_span_text("therefore"), sce_span_text("2")}};
  sce_state_t *whole;
  sce_proof_t *proof;
  sce_value_t value;
  uint8_t root[32];
  must(sce_state_new_memory(&whole, pairs, 3, SCE_STATE_V1));
  must(sce_state_root(whole, root, NULL));
  sce_span_t keys[2] = {there, absent};
  must(sce_proof_make(&proof, whole, &kid, keys, 2));
  must(sce_proof_get(proof, &value, root, &kid, there));
  assert_true(value.found && value.len == pairs[1].value.len);
  must(sce_proof_get(proof, &value, root, &kid, absent));
  assert_false(value.found);
  assert_bad_proof(sce_proof_get(proof, &value, root, NULL, sce_span_text("top")));
  sce_proof_delete(proof);
  must(sce_proof_make(&proof, whole, &absent, keys, 2)); /* no such child: proven by the top trie */
  must(sce_proof_get(proof, &value, root, &absent, there));
  assert_false(value.found);
  sce_proof_delete(proof);
  sce_state_delete(whole);
}

/* ---- hostile proofs ---- */

static void malformed_lists(void **state) {
  (void)state;
  static const char *bad[] = {"", "04", "0408", "feffffff", "03ffffffff", "0000", "04040000"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    sce_buf_t bytes = {0};
    sce_proof_t *proof;
    vectors_hex(&bytes, bad[i]);
    assert_bad_proof(sce_proof_decode(&proof, sce_buf_span(&bytes)));
    sce_buf_free(&bytes);
  }
}

/* A chain of branches as deep as the proof is long: time and memory stay in proportion. */
static void deep_proof(void **state) {
  (void)state;
  enum { DEPTH = 20000 };
  static uint8_t key[DEPTH / 2];
  static sce_span_t nodes[DEPTH];
  sce_buf_t all = {0};
  must(sce_buf_reserve(&all, (size_t)DEPTH * 64));
  uint8_t hash[32];
  for (size_t i = 0; i < DEPTH; i++) { /* from the deepest up; each has a value and the one before as child 0 */
    uint8_t node[64] = {0xc0, 0x01, 0x00, 0x04, (uint8_t)i, 0x80};
    size_t len = 6 + 32;
    if (i == 0) {
      memcpy(node, "\x40\x78", 2); /* a leaf of 30 bytes */
      len = 32;
    } else {
      memcpy(node + 6, hash, 32);
    }
    must(sce_buf_append(&all, node, len));
    nodes[i] = sce_span(all.data + all.len - len, len);
    sce_blake2b_256(hash, nodes[i]);
  }
  sce_proof_t *proof;
  sce_value_t value;
  bool found;
  sce_buf_t next = {0};
  must(sce_proof_new(&proof, nodes, DEPTH));
  must(sce_proof_get(proof, &value, hash, NULL, sce_span(key, sizeof key - 1)));
  assert_true(value.found);
  must(sce_proof_next_key(proof, &found, &next, hash, NULL, sce_span(key, sizeof key - 2)));
  sce_buf_free(&next);
  sce_backend_t *alone;
  must(sce_proof_backend_new(&alone, proof, hash));
  sce_change_t gone = {sce_span(key, sizeof key - 1), {0}, true};
  must(sce_trie_delta_root(hash, alone, SCE_TRIE_TOP, &gone, 1, SCE_STATE_V1, NULL));
  alone->ops->delete (alone);
  sce_proof_delete(proof);
  sce_buf_free(&all);
}

/* The root of 60 branches, each with the next one as all of its 16 children; at the bottom `last`. */
static sce_proof_t *many_paths(uint8_t root[32], const char *last) {
  enum { LEVELS = 60 };
  static uint8_t branches[LEVELS][3 + 16 * 33];
  sce_span_t nodes[LEVELS + 1] = {sce_span_text(last)};
  sce_proof_t *proof;
  nodes[0].len += last[0] == 0; /* the empty node is a zero byte */
  sce_blake2b_256(root, nodes[0]);
  for (size_t i = 0; i < LEVELS; i++) {
    memcpy(branches[i], "\x80\xff\xff", 3);
    for (size_t k = 0; k < 16; k++) {
      branches[i][3 + 33 * k] = 0x80;
      memcpy(branches[i] + 4 + 33 * k, root, 32);
    }
    nodes[i + 1] = sce_span(branches[i], sizeof branches[i]);
    sce_blake2b_256(root, nodes[i + 1]);
  }
  must(sce_proof_new(&proof, nodes, LEVELS + 1));
  return proof;
}

/* Nodes may be shared, so that a short proof has more paths than there is time to walk. */
static void shared_nodes(void **state) {
  (void)state;
  uint8_t root[32];
  bool found = true;
  sce_buf_t key = {0};
  sce_proof_t *proof = many_paths(root, "\x40\x7cthirty-one bytes as the value..");
  for (int i = 0; i < 1000 && found; i++) {
    sce_buf_t next = {0};
    must(sce_proof_next_key(proof, &found, &next, root, NULL, sce_buf_span(&key)));
    sce_buf_free(&key);
    key = next;
  }
  assert_true(found);
  sce_buf_free(&key);
  sce_proof_delete(proof);
  proof = many_paths(root, "");
  assert_bad_proof(sce_proof_next_key(proof, &found, &key, root, NULL, (sce_span_t){0}));
  sce_buf_free(&key);
  sce_proof_delete(proof);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(upstream_verdicts), cmocka_unit_test(compact_proofs),  cmocka_unit_test(recorded_proofs),
      cmocka_unit_test(proof_alone),       cmocka_unit_test(missing_nodes),   cmocka_unit_test(empty_and_children),
      cmocka_unit_test(child_keys),        cmocka_unit_test(malformed_lists), cmocka_unit_test(deep_proof),
      cmocka_unit_test(shared_nodes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
