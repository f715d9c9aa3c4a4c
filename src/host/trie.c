/* trie.c: the trie family: roots of key-value lists, and the check of compact proofs. Source: sp-io `trait Trie`. */
#include "scexec/trie.h"
#include "base/budget.h"
#include "host/handlers.h"
#include "scexec/proof.h"

/* Room in the call's scratch for `count` items of `size` bytes; its memory is aligned for any type. */
static sce_error_t *scratch_array(sce_caller_t *caller, void **items, size_t count, size_t size) {
  sce_buf_t *scratch = &caller->state->scratch;
  size_t bytes;
  if (!sce_mul_size(count, size, &bytes)) return sce_error_oom();
  scratch->len = 0;
  SCE_TRY(sce_buf_reserve(scratch, bytes + 1));
  *items = scratch->data;
  return NULL;
}

/* Vec<(Vec<u8>, Vec<u8>)>; the pairs point into the runtime's memory, the array is the call's scratch. */
static sce_error_t *arg_pairs(sce_caller_t *caller, sce_trie_pair_t **pairs, uint32_t *count, uint64_t arg) {
  sce_scale_reader_t in;
  void *items;
  SCE_TRY(sce_arg_scale(caller, &in, arg, "input"));
  SCE_TRY(sce_arg_scale_error(sce_scale_read_count(&in, count, 2), "input"));
  SCE_TRY(scratch_array(caller, &items, *count, sizeof **pairs));
  *pairs = items;
  for (uint32_t i = 0; i < *count; i++) {
    SCE_TRY(sce_budget_item(i));
    SCE_TRY(sce_arg_scale_error(sce_scale_read_bytes(&in, &(*pairs)[i].key), "input"));
    SCE_TRY(sce_arg_scale_error(sce_scale_read_bytes(&in, &(*pairs)[i].value), "input"));
  }
  return NULL;
}

/* Vec<Vec<u8>>, in the same way. */
static sce_error_t *arg_items(sce_caller_t *caller, sce_span_t **items, uint32_t *count, uint64_t arg,
                              const char *name) {
  sce_scale_reader_t in;
  void *array;
  SCE_TRY(sce_arg_scale(caller, &in, arg, name));
  SCE_TRY(sce_arg_scale_error(sce_scale_read_count(&in, count, 1), name));
  SCE_TRY(scratch_array(caller, &array, *count, sizeof **items));
  *items = array;
  for (uint32_t i = 0; i < *count; i++) {
    SCE_TRY(sce_budget_item(i));
    SCE_TRY(sce_arg_scale_error(sce_scale_read_bytes(&in, &(*items)[i]), name));
  }
  return NULL;
}

/* `version_arg` NULL is version 1 of the functions: layout V0. */
static sce_error_t *arg_options(sce_trie_options_t *options, const uint64_t *version_arg, sce_trie_hasher_t hasher) {
  *options = (sce_trie_options_t){.version = SCE_STATE_V0, .hasher = hasher};
  return version_arg == NULL ? NULL : sce_arg_state_version(&options->version, *version_arg, "version");
}

static sce_error_t *pairs_root(sce_caller_t *caller, uint64_t *result, uint64_t input, const uint64_t *version,
                               sce_trie_hasher_t hasher) {
  sce_trie_pair_t *pairs;
  uint32_t count;
  sce_trie_options_t options;
  uint8_t root[32];
  SCE_TRY(arg_pairs(caller, &pairs, &count, input));
  SCE_TRY(arg_options(&options, version, hasher));
  SCE_TRY(sce_trie_root(root, pairs, count, &options));
  return sce_result_fixed(caller, result, root, sizeof root);
}

static sce_error_t *ordered_root(sce_caller_t *caller, uint64_t *result, uint64_t input, const uint64_t *version,
                                 sce_trie_hasher_t hasher) {
  sce_span_t *items;
  uint32_t count;
  sce_trie_options_t options;
  uint8_t root[32];
  SCE_TRY(arg_items(caller, &items, &count, input, "input"));
  SCE_TRY(arg_options(&options, version, hasher));
  SCE_TRY(sce_trie_ordered_root(root, items, count, &options));
  return sce_result_fixed(caller, result, root, sizeof root);
}

static sce_error_t *verify_proof(sce_caller_t *caller, uint64_t *result, const uint64_t *args, const uint64_t *version,
                                 sce_trie_hasher_t hasher) {
  const uint8_t *root;
  sce_span_t *nodes, key, value;
  uint32_t count;
  sce_trie_options_t options;
  bool valid;
  SCE_TRY(sce_arg_bytes(caller, &root, args[0], 32, "root"));
  SCE_TRY(arg_items(caller, &nodes, &count, args[1], "proof"));
  SCE_TRY(sce_arg_span(caller, &key, args[2], "key"));
  SCE_TRY(sce_arg_span(caller, &value, args[3], "value"));
  SCE_TRY(arg_options(&options, version, hasher));
  SCE_TRY(sce_proof_verify_compact(&valid, root, nodes, count, key, value, &options));
  *result = valid;
  return NULL;
}

SCE_HANDLER(trie_blake2_256_root_1) {
  return pairs_root(caller, result, args[0], NULL, SCE_TRIE_BLAKE2B_256);
}
SCE_HANDLER(trie_blake2_256_root_2) {
  return pairs_root(caller, result, args[0], &args[1], SCE_TRIE_BLAKE2B_256);
}
SCE_HANDLER(trie_blake2_256_ordered_root_1) {
  return ordered_root(caller, result, args[0], NULL, SCE_TRIE_BLAKE2B_256);
}
SCE_HANDLER(trie_blake2_256_ordered_root_2) {
  return ordered_root(caller, result, args[0], &args[1], SCE_TRIE_BLAKE2B_256);
}
SCE_HANDLER(trie_keccak_256_root_1) {
  return pairs_root(caller, result, args[0], NULL, SCE_TRIE_KECCAK_256);
}
SCE_HANDLER(trie_keccak_256_root_2) {
  return pairs_root(caller, result, args[0], &args[1], SCE_TRIE_KECCAK_256);
}
SCE_HANDLER(trie_keccak_256_ordered_root_1) {
  return ordered_root(caller, result, args[0], NULL, SCE_TRIE_KECCAK_256);
}
SCE_HANDLER(trie_keccak_256_ordered_root_2) {
  return ordered_root(caller, result, args[0], &args[1], SCE_TRIE_KECCAK_256);
}
SCE_HANDLER(trie_blake2_256_verify_proof_1) {
  return verify_proof(caller, result, args, NULL, SCE_TRIE_BLAKE2B_256);
}
SCE_HANDLER(trie_blake2_256_verify_proof_2) {
  return verify_proof(caller, result, args, &args[4], SCE_TRIE_BLAKE2B_256);
}
SCE_HANDLER(trie_keccak_256_verify_proof_1) {
  return verify_proof(caller, result, args, NULL, SCE_TRIE_KECCAK_256);
}
SCE_HANDLER(trie_keccak_256_verify_proof_2) {
  return verify_proof(caller, result, args, &args[4], SCE_TRIE_KECCAK_256);
}

/* Items that lie one after the other, and their lengths, u32 in little endian. */
static sce_error_t *arg_lengths(sce_caller_t *caller, sce_span_t **items, uint32_t *count, const uint64_t *args) {
  void *array;
  uint32_t lengths = (uint32_t)args[1], at = (uint32_t)args[0];
  *count = (uint32_t)args[2];
  if (*count > 0 && (uint64_t)lengths + (uint64_t)*count * 4 > caller->memory_size)
    return sce_error_new(SCE_HOST_FUNCTION, "argument `lens_data`: 0x%08x + %u numbers reaches outside of memory",
                         (unsigned)lengths, (unsigned)*count);
  SCE_TRY(scratch_array(caller, &array, *count, sizeof **items));
  *items = array;
  for (uint32_t i = 0; i < *count; i++) {
    SCE_TRY(sce_budget_item(i));
    uint32_t len = sce_load_le32(caller->memory + lengths + (size_t)i * 4);
    SCE_TRY(sce_arg_span(caller, &(*items)[i], sce_pack_span(at, len), "values_data"));
    at += len; /* wraps at most when the memory ends with the address space */
  }
  return NULL;
}

SCE_HANDLER(unversioned_blake2_256_enumerated_trie_root) {
  sce_span_t *items;
  uint32_t count;
  uint8_t root[32];
  const sce_trie_options_t options = {.version = SCE_STATE_V0, .hasher = SCE_TRIE_BLAKE2B_256};
  SCE_TRY(arg_lengths(caller, &items, &count, args));
  SCE_TRY(sce_trie_ordered_root(root, items, count, &options));
  return sce_result_write(caller, args[3], sce_span(root, sizeof root), "result");
}

/* RFC-145: the version and the root's place are numbers. */
static sce_error_t *put_pairs_root(sce_caller_t *caller, const uint64_t *args, sce_trie_hasher_t hasher) {
  sce_trie_pair_t *pairs;
  uint32_t count;
  sce_trie_options_t options;
  uint8_t root[32];
  SCE_TRY(arg_pairs(caller, &pairs, &count, args[0]));
  SCE_TRY(arg_options(&options, &args[1], hasher));
  SCE_TRY(sce_trie_root(root, pairs, count, &options));
  return sce_result_write(caller, args[2], sce_span(root, sizeof root), "out");
}

static sce_error_t *put_ordered_root(sce_caller_t *caller, const uint64_t *args, sce_trie_hasher_t hasher) {
  sce_span_t *items;
  uint32_t count;
  sce_trie_options_t options;
  uint8_t root[32];
  SCE_TRY(arg_items(caller, &items, &count, args[0], "data"));
  SCE_TRY(arg_options(&options, &args[1], hasher));
  SCE_TRY(sce_trie_ordered_root(root, items, count, &options));
  return sce_result_write(caller, args[2], sce_span(root, sizeof root), "out");
}

SCE_HANDLER(rfc145_trie_blake2_256_root) {
  return put_pairs_root(caller, args, SCE_TRIE_BLAKE2B_256);
}
SCE_HANDLER(rfc145_trie_blake2_256_ordered_root) {
  return put_ordered_root(caller, args, SCE_TRIE_BLAKE2B_256);
}
SCE_HANDLER(rfc145_trie_keccak_256_root) {
  return put_pairs_root(caller, args, SCE_TRIE_KECCAK_256);
}
SCE_HANDLER(rfc145_trie_keccak_256_ordered_root) {
  return put_ordered_root(caller, args, SCE_TRIE_KECCAK_256);
}
