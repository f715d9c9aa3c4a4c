/* trie_hash.c: hashing as many and as long inputs as a caller has, with a look at the budget now and then. */
#include "state/trie_hash.h"

#include "base/budget.h"
#include "base/error.h"

sce_error_t *sce_trie_hash_all(uint8_t (*out)[32], sce_trie_hasher_t hasher, const sce_span_t *inputs, size_t count) {
  for (size_t from = 0, end; from < count; from = end) {
    size_t bytes = 0;
    for (end = from; end < count && inputs[end].len <= SCE_HASH_LONG && bytes < SCE_BUDGET_BYTES; end++)
      bytes += inputs[end].len + 64;
    if (end > from) sce_trie_hash_many(out + from, hasher, inputs + from, end - from);
    if (end < count && inputs[end].len > SCE_HASH_LONG) {
      SCE_TRY(sce_trie_hash_long(out[end], hasher, (sce_span_t){0}, inputs[end]));
      end++;
    } else if (bytes >= SCE_BUDGET_BYTES) {
      SCE_TRY(sce_budget_check());
    }
  }
  return NULL;
}
