/* The node codec: forms from the specification (chap-state#defn-node-header), sizes around each limit, and what must be
 * refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trie_vectors.h"

#include "state/trie_node.h"

static void decode_hex(sce_trie_node_t *node, sce_buf_t *bytes, const char *hex) {
  bytes->len = 0;
  vectors_hex(bytes, hex);
  must(sce_trie_node_decode_strict(node, sce_buf_span(bytes), SCE_BAD_PROOF));
}

static void known_forms(void **state) {
  (void)state;
  sce_buf_t bytes = {0};
  sce_trie_node_t node;
  decode_hex(&node, &bytes, "00");
  assert_int_equal(node.kind, SCE_TRIE_EMPTY);
  decode_hex(&node, &bytes,
             "43"
             "0123"
             "08cafe");
  assert_int_equal(node.kind, SCE_TRIE_LEAF);
  assert_int_equal(node.value_kind, SCE_TRIE_INLINE);
  assert_int_equal(node.nibbles, 3);
  for (size_t i = 0; i < 3; i++) assert_int_equal(sce_trie_node_nibble(&node, i), i + 1);
  assert_int_equal(node.value.len, 2);
  decode_hex(&node, &bytes,
             "80"
             "0180"
             "0c400400"
             "1041011004");
  assert_int_equal(node.kind, SCE_TRIE_BRANCH);
  assert_int_equal(node.value_kind, SCE_TRIE_NO_VALUE);
  assert_int_equal(node.children, 0x8001);
  assert_int_equal(node.child[0].len, 3);
  assert_int_equal(node.child[15].len, 4);
  decode_hex(&node, &bytes,
             "22ab" /* leaf with hashed value */
             "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  assert_int_equal(node.value_kind, SCE_TRIE_HASHED);
  assert_int_equal(node.value.len, 32);
  decode_hex(&node, &bytes,
             "11" /* branch with hashed value */
             "07"
             "0200"
             "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
             "80ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  assert_int_equal(node.kind, SCE_TRIE_BRANCH);
  assert_int_equal(node.child[1].len, 32);
  sce_buf_free(&bytes);
}

/* Encodes, checks the first bytes, decodes, compares. */
static void check_length(sce_trie_node_kind_t kind, sce_trie_value_kind_t value_kind, size_t nibbles,
                         const char *header) {
  static uint8_t partial[2000];
  static uint8_t hash[32];
  memset(partial, 0x5a, sizeof partial);
  if (nibbles & 1) partial[0] = 0x0a;
  sce_trie_node_t in = {.kind = kind,
                        .value_kind = value_kind,
                        .nibbles = nibbles,
                        .partial = partial,
                        .value = {hash, value_kind == SCE_TRIE_NO_VALUE ? 0 : 32}};
  if (kind == SCE_TRIE_BRANCH) {
    in.children = 0x1001;
    in.child[0] = in.child[12] = (sce_span_t){hash, 32};
  }
  sce_buf_t bytes = {0}, start = {0};
  must(sce_trie_node_encode(&bytes, &in));
  vectors_hex(&start, header);
  assert_memory_equal(bytes.data, start.data, start.len);
  sce_trie_node_t out;
  must(sce_trie_node_decode_strict(&out, sce_buf_span(&bytes), SCE_BAD_STATE));
  assert_int_equal(out.kind, kind);
  assert_int_equal(out.value_kind, value_kind);
  assert_int_equal(out.nibbles, nibbles);
  assert_int_equal(out.children, in.children);
  assert_memory_equal(out.partial, partial, (nibbles + 1) / 2);
  sce_buf_free(&bytes);
  sce_buf_free(&start);
}

static void partial_key_lengths(void **state) {
  (void)state;
  check_length(SCE_TRIE_LEAF, SCE_TRIE_INLINE, 0, "40");
  check_length(SCE_TRIE_LEAF, SCE_TRIE_INLINE, 62, "7e5a");
  check_length(SCE_TRIE_LEAF, SCE_TRIE_INLINE, 63, "7f000a");
  check_length(SCE_TRIE_LEAF, SCE_TRIE_INLINE, 64, "7f015a");
  check_length(SCE_TRIE_LEAF, SCE_TRIE_INLINE, 63 + 254, "7ffe0a");
  check_length(SCE_TRIE_LEAF, SCE_TRIE_INLINE, 63 + 255, "7fff005a");
  check_length(SCE_TRIE_LEAF, SCE_TRIE_INLINE, 63 + 510 + 1, "7fffff015a");
  check_length(SCE_TRIE_BRANCH, SCE_TRIE_NO_VALUE, 63, "bf00");
  check_length(SCE_TRIE_BRANCH, SCE_TRIE_INLINE, 64, "ff01");
  check_length(SCE_TRIE_LEAF, SCE_TRIE_HASHED, 30, "3e");
  check_length(SCE_TRIE_LEAF, SCE_TRIE_HASHED, 31, "3f00");
  check_length(SCE_TRIE_BRANCH, SCE_TRIE_HASHED, 14, "1e");
  check_length(SCE_TRIE_BRANCH, SCE_TRIE_HASHED, 15, "1f00");
  check_length(SCE_TRIE_BRANCH, SCE_TRIE_HASHED, 3000, "1fff");
}

static void what_is_refused(void **state) {
  (void)state;
  static const char *bad[] = {
      "",             /* nothing */
      "01",           /* the escape of compact proofs */
      "0f",           /* unknown kind */
      "40",           /* header alone */
      "42",           /* partial key missing */
      "41f104aa",     /* padding of an odd partial key */
      "4112",         /* value missing: 0x12 would be a compact of 4 with one byte here */
      "7f",           /* endless length */
      "7fffffff",     /* the same */
      "400100",       /* compact in a longer form than it needs */
      "4003ffffffff", /* value length beyond the end */
      "800000",       /* no children */
      "80010004",     /* child beyond the end */
      "2000",         /* hash cut off */
      "4000ff",       /* bytes left over */
      "80010084000000000000000000000000000000000000000000000000000000000000000000", /* child of 33 bytes */
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    sce_buf_t bytes = {0};
    sce_trie_node_t node;
    vectors_hex(&bytes, bad[i]);
    sce_error_t *err = sce_trie_node_decode_strict(&node, sce_buf_span(&bytes), SCE_BAD_PROOF);
    if (err == NULL) fail_msg("'%s' was taken for a node", bad[i]);
    assert_int_equal(sce_error_kind(err), SCE_BAD_PROOF);
    assert_non_null(strstr(sce_error_message(err), "offset"));
    sce_error_delete(err);
    sce_buf_free(&bytes);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_forms),
      cmocka_unit_test(partial_key_lengths),
      cmocka_unit_test(what_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
