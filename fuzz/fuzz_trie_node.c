/* Any bytes as a trie node: decoding ends with a node or an error that names the offset, reads nothing beyond the
 * input, and an input that is exactly a node is what encoding that node gives. */
#include "base/buf.h"
#include "scexec/base.h"
#include "state/trie_node.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok) {
  if (!ok) abort();
}

static void encode_again(const sce_trie_node_t *node, sce_span_t bytes) {
  sce_buf_t again = {0};
  require(sce_trie_node_encode(&again, node) == NULL);
  require(again.len == node->size && again.len <= bytes.len);
  require(memcmp(again.data, bytes.data, again.len) == 0);
  sce_buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sce_span_t bytes = sce_span(data, size);
  sce_trie_node_t node;
  sce_error_t *err = sce_trie_node_decode(&node, bytes, SCE_BAD_PROOF);
  if (err == NULL) {
    encode_again(&node, bytes);
  } else {
    require(sce_error_kind(err) == SCE_BAD_PROOF && strstr(sce_error_message(err), "offset") != NULL);
  }
  bool lenient = err == NULL;
  sce_error_delete(err);
  err = sce_trie_node_decode_strict(&node, bytes, SCE_BAD_STATE);
  require(err != NULL || (lenient && node.size == size));
  sce_error_delete(err);
  return 0;
}
