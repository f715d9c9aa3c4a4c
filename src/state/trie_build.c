/* trie_build.c: the streaming builder.
 *
 * Sorted keys meet a branch's children one after the other, so only the branches on the path of the last key are open
 * (frames). For each key it is enough to know how many nibbles it shares with its neighbours: the deeper of the two is
 * the depth of its parent. Closed nodes collect in a batch; their children are closed too, so a full batch can be
 * hashed level by level, each level as many independent inputs. Ids: 0 to `carried` are references left from earlier
 * batches (children of open frames), then the nodes of this batch.
 */
#include "state/trie_build.h"

#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "state/trie_node.h"

#include <string.h>

#define BATCH_NODES 4096         /* closed nodes before a batch is hashed */
#define BATCH_NODES_MIN 16       /* of builders for a handful of keys */
#define QUEUE_NODES 256          /* inputs of one call of the many-hash */
#define SCRATCH_BYTES (96 << 10) /* encodings of one queue; fits the second-level cache */
#define NO_ID UINT32_MAX

/* How a node of the batch gets its value. */
typedef enum value_layout { VALUE_NONE, VALUE_INLINE, VALUE_TO_HASH, NODE_DONE } value_layout_t;

typedef struct batch_node {
  const uint8_t *key;  /* of a key below the node */
  size_t start, count; /* partial key: nibbles of `key` */
  sce_span_t value;
  uint32_t first_child; /* in child_ids */
  uint32_t height;
  uint64_t weight;
  uint16_t children;
  uint8_t layout; /* value_layout_t; NODE_DONE: a subtree whose reference is known */
} batch_node_t;

typedef struct frame {
  size_t depth; /* nibbles from the root to the branch's children */
  sce_span_t value;
  uint64_t weight;
  uint8_t layout;
  uint16_t children;
  uint32_t id[16];
} frame_t;

typedef struct item {
  sce_span_t first, last; /* equal for a single pair */
  sce_span_t value;
  uint8_t layout;
  sce_trie_ref_t ref; /* with NODE_DONE */
} item_t;

struct sce_trie_builder {
  sce_trie_hasher_t hasher;
  sce_trie_built_fn write;
  void *write_ctx;

  bool failed;
  bool has_item;
  item_t item;    /* the last one added, waiting for its right neighbour */
  ptrdiff_t left; /* nibbles it shares with its left neighbour; -1: none */
  size_t skip;    /* where the partial key of the outermost node starts */
  uint32_t root;  /* id of the outermost node, once closed */

  frame_t *frames;
  size_t frame_count, frame_cap;

  uint32_t batch; /* most nodes of a batch */
  uint32_t count, carried;
  sce_trie_ref_t *refs; /* carried, then nodes */
  size_t ref_cap;
  sce_buf_t scratch; /* encodings of the queue */
  sce_buf_t path;
  size_t queued;
  /* `batch` each, after this struct; 16 child ids a node, and level has one more */
  batch_node_t *nodes;
  uint32_t *child_ids, *order, *level;
  uint8_t (*value_hash)[32];

  /* Not cleared: written before they are read. */
  uint32_t queue[QUEUE_NODES];
  sce_span_t inputs[QUEUE_NODES];
  uint8_t hashes[QUEUE_NODES][32];
};

size_t sce_trie_common_nibbles(sce_span_t a, sce_span_t b) {
  size_t len = a.len < b.len ? a.len : b.len;
  size_t i = 0;
  for (; i + 8 <= len; i += 8) {
    uint64_t differ = sce_load_le64(a.data + i) ^ sce_load_le64(b.data + i);
    if (differ == 0) continue;
    unsigned byte = (unsigned)__builtin_ctzll(differ) / 8;
    return 2 * (i + byte) + ((differ >> (8 * byte) & 0xf0) == 0);
  }
  while (i < len && a.data[i] == b.data[i]) i++;
  if (i == len) return 2 * i;
  return 2 * i + ((a.data[i] ^ b.data[i]) < 16);
}

sce_error_t *sce_trie_builder_new(sce_trie_builder_t **builder, sce_trie_hasher_t hasher, size_t keys,
                                  sce_trie_built_fn node, void *ctx) {
  size_t batch = keys == 0 || keys > BATCH_NODES / 2 ? BATCH_NODES : 2 * keys;
  if (batch < BATCH_NODES_MIN) batch = BATCH_NODES_MIN;
  size_t per_node = sizeof(batch_node_t) + 18 * sizeof(uint32_t) + 32;
  sce_trie_builder_t *b = sce_alloc(sizeof *b + batch * per_node + sizeof(uint32_t));
  if (b == NULL) return sce_error_oom();
  memset(b, 0, offsetof(sce_trie_builder_t, queue));
  b->batch = (uint32_t)batch;
  b->nodes = (batch_node_t *)(b + 1);
  b->child_ids = (uint32_t *)(b->nodes + batch);
  b->order = b->child_ids + 16 * batch;
  b->level = b->order + batch;
  b->value_hash = (uint8_t(*)[32])(b->level + batch + 1);
  b->hasher = hasher;
  b->write = node;
  b->write_ctx = ctx;
  b->left = -1;
  b->root = NO_ID;
  *builder = b;
  return NULL;
}

void sce_trie_builder_delete(sce_trie_builder_t *b) {
  if (b == NULL) return;
  sce_free(b->frames);
  sce_free(b->refs);
  sce_buf_free(&b->scratch);
  sce_buf_free(&b->path);
  sce_free(b);
}

static void reset(sce_trie_builder_t *b) {
  b->failed = false;
  b->has_item = false;
  b->left = -1;
  b->skip = 0;
  b->root = NO_ID;
  b->frame_count = 0;
  b->count = 0;
  b->carried = 0;
  b->queued = 0;
  b->scratch.len = 0;
}

/* ---- hashing a batch ---- */

static uint16_t hashed_leaves(const sce_trie_builder_t *b, const batch_node_t *node) {
  uint16_t leaves = 0;
  const uint32_t *id = &b->child_ids[node->first_child];
  for (unsigned left = node->children; left != 0; left &= left - 1) {
    const sce_trie_ref_t *ref = &b->refs[*id++];
    if (ref->is_leaf && ref->len == 32) leaves |= (uint16_t)(left & -left);
  }
  return leaves;
}

static sce_error_t *report_branch(sce_trie_builder_t *b, const batch_node_t *node, const uint8_t *hash,
                                  sce_span_t encoded) {
  SCE_TRY(sce_buf_reserve(&b->path, node->start + 1));
  for (size_t i = 0; i < node->start; i++) b->path.data[i] = sce_trie_key_nibble(node->key, i);
  sce_trie_built_t built = {.path = b->path.data,
                            .path_len = node->start,
                            .hash = hash,
                            .node = encoded,
                            .leaves = hashed_leaves(b, node),
                            .weight = node->weight};
  return b->write(b->write_ctx, &built);
}

/* Hashes what is queued and empties the scratch. */
static sce_error_t *drain(sce_trie_builder_t *b) {
  SCE_TRY(sce_trie_hash_all(b->hashes, b->hasher, b->inputs, b->queued));
  for (size_t i = 0; i < b->queued; i++) {
    sce_trie_ref_t *ref = &b->refs[b->carried + b->queue[i]];
    ref->len = 32;
    ref->is_leaf = b->nodes[b->queue[i]].children == 0;
    memcpy(ref->data, b->hashes[i], 32);
    if (b->write != NULL && !ref->is_leaf) SCE_TRY(report_branch(b, &b->nodes[b->queue[i]], ref->data, b->inputs[i]));
  }
  b->queued = 0;
  b->scratch.len = 0;
  return NULL;
}

/* Inline values that only have to be hashed and are longer than the scratch are not copied into it. */
static bool is_long_leaf(const batch_node_t *node) {
  return node->layout == VALUE_INLINE && node->children == 0 && node->value.len > SCRATCH_BYTES;
}

static size_t node_room(const batch_node_t *node) {
  size_t value = node->layout != VALUE_INLINE || is_long_leaf(node) ? 32 : node->value.len;
  return SCE_TRIE_HEADER_ROOM(node->count) + node->count / 2 + 1 + 2 + SCE_TRIE_COMPACT_ROOM + value + 16 * 33;
}

static uint8_t *encode(const sce_trie_builder_t *b, uint8_t *at, uint32_t index) {
  static const sce_trie_value_kind_t kinds[] = {SCE_TRIE_NO_VALUE, SCE_TRIE_INLINE, SCE_TRIE_HASHED};
  const batch_node_t *node = &b->nodes[index];
  at = sce_trie_write_header(at, node->children ? SCE_TRIE_BRANCH : SCE_TRIE_LEAF, kinds[node->layout], node->count);
  at = sce_trie_write_partial(at, node->key, node->start, node->count);
  if (node->children) {
    sce_store_le16(at, node->children);
    at += 2;
  }
  if (node->layout == VALUE_INLINE) {
    at = sce_trie_write_bytes(at, node->value.data, node->value.len);
  } else if (node->layout == VALUE_TO_HASH) {
    memcpy(at, b->value_hash[index], 32);
    at += 32;
  }
  const uint32_t *id = &b->child_ids[node->first_child];
  for (unsigned left = node->children; left != 0; left &= left - 1) {
    const sce_trie_ref_t *ref = &b->refs[*id++];
    *at = (uint8_t)(ref->len << 2);
    memcpy(at + 1, ref->data, 32);
    at += 1 + ref->len;
  }
  return at;
}

/* Hashes a leaf whose inline value is too long to be worth a copy. */
static sce_error_t *hash_long_leaf(sce_trie_builder_t *b, uint32_t index, uint8_t *head) {
  const batch_node_t *node = &b->nodes[index];
  uint8_t *at = sce_trie_write_header(head, SCE_TRIE_LEAF, SCE_TRIE_INLINE, node->count);
  at = sce_trie_write_partial(at, node->key, node->start, node->count);
  at = sce_trie_write_compact(at, node->value.len);
  sce_trie_ref_t *ref = &b->refs[b->carried + index];
  ref->len = 32;
  ref->is_leaf = true;
  return sce_trie_hash_long(ref->data, b->hasher, (sce_span_t){head, (size_t)(at - head)}, node->value);
}

/* Encodes a node whose children are known; queues it for hashing unless it is small enough to stand for itself. */
static sce_error_t *resolve(sce_trie_builder_t *b, uint32_t index, bool is_root) {
  const batch_node_t *node = &b->nodes[index];
  if (node->layout == NODE_DONE) return NULL;
  size_t room = node_room(node);
  if (b->queued == QUEUE_NODES || b->scratch.len + room > b->scratch.cap) {
    SCE_TRY(drain(b));
    size_t wanted = b->batch == BATCH_NODES ? SCRATCH_BYTES : 4096;
    SCE_TRY(sce_buf_reserve(&b->scratch, room < wanted ? wanted : room));
  }
  uint8_t *from = b->scratch.data + b->scratch.len;
  if (is_long_leaf(node)) return hash_long_leaf(b, index, from);
  size_t len = (size_t)(encode(b, from, index) - from);
  if (len < 32 && !is_root) {
    sce_trie_ref_t *ref = &b->refs[b->carried + index];
    ref->len = (uint8_t)len;
    ref->is_leaf = node->children == 0;
    memcpy(ref->data, from, len);
    return NULL;
  }
  b->queue[b->queued] = index;
  b->inputs[b->queued++] = (sce_span_t){from, len};
  b->scratch.len += len;
  return NULL;
}

static sce_error_t *hash_values(sce_trie_builder_t *b) {
  size_t queued = 0;
  for (uint32_t i = 0; i <= b->count; i++) {
    if (queued == QUEUE_NODES || i == b->count) {
      SCE_TRY(sce_trie_hash_all(b->hashes, b->hasher, b->inputs, queued));
      for (size_t j = 0; j < queued; j++) memcpy(b->value_hash[b->queue[j]], b->hashes[j], 32);
      queued = 0;
    }
    if (i == b->count || b->nodes[i].layout != VALUE_TO_HASH) continue;
    b->queue[queued] = i;
    b->inputs[queued++] = b->nodes[i].value;
  }
  return NULL;
}

/* Puts the indices of the batch's nodes into `order`, lowest height first; level[h] is where height h ends. Returns the
 * number of heights, at most `count` as children are nodes of the batch. */
static uint32_t order_by_height(sce_trie_builder_t *b) {
  uint32_t heights = 0;
  for (uint32_t i = 0; i < b->count; i++) {
    if (b->nodes[i].height >= heights) heights = b->nodes[i].height + 1;
  }
  memset(b->level, 0, (heights + 1) * sizeof *b->level);
  for (uint32_t i = 0; i < b->count; i++) b->level[b->nodes[i].height + 1]++;
  for (uint32_t h = 1; h <= heights; h++) b->level[h] += b->level[h - 1];
  for (uint32_t i = 0; i < b->count; i++) b->order[b->level[b->nodes[i].height]++] = i;
  return heights;
}

static sce_error_t *hash_batch(sce_trie_builder_t *b) {
  SCE_TRY(sce_budget_check());
  SCE_TRY(hash_values(b));
  uint32_t heights = order_by_height(b);
  uint32_t at = 0;
  for (uint32_t h = 0; h < heights; h++) {
    for (; at < b->level[h]; at++) {
      uint32_t index = b->order[at];
      SCE_TRY(resolve(b, index, b->carried + index == b->root));
    }
    SCE_TRY(drain(b));
  }
  return NULL;
}

static sce_error_t *reserve_refs(sce_trie_builder_t *b, size_t carried) {
  size_t need = carried + b->batch;
  if (need <= b->ref_cap) return NULL;
  if (need >= NO_ID) return sce_error_oom();
  sce_trie_ref_t *refs = sce_realloc_array(b->refs, need, sizeof *refs);
  if (refs == NULL) return sce_error_oom();
  b->refs = refs;
  b->ref_cap = need;
  return NULL;
}

/* Hashes the batch and starts another, which carries the references that open frames hold. Children of a lower frame
 * were closed, and so numbered, before those of a higher one, and within a frame in nibble order: ids only get smaller
 * and the references can move down in place. */
static sce_error_t *flush(sce_trie_builder_t *b) {
  if (b->count > 0) SCE_TRY(hash_batch(b));
  uint32_t kept = 0;
  for (size_t i = 0; i < b->frame_count; i++) {
    frame_t *frame = &b->frames[i];
    for (unsigned left = frame->children; left != 0; left &= left - 1) {
      uint32_t *id = &frame->id[__builtin_ctz(left)];
      b->refs[kept] = b->refs[*id];
      *id = kept++;
    }
  }
  b->carried = kept;
  b->count = 0;
  return reserve_refs(b, kept);
}

/* ---- closing nodes ---- */

static sce_error_t *push_frame(sce_trie_builder_t *b, size_t depth, uint8_t layout, sce_span_t value) {
  if (b->frame_count == b->frame_cap) {
    size_t cap = b->frame_cap == 0 ? 32 : b->frame_cap * 2;
    frame_t *frames = sce_realloc_array(b->frames, cap, sizeof *frames);
    if (frames == NULL) return sce_error_oom();
    b->frames = frames;
    b->frame_cap = cap;
  }
  frame_t *frame = &b->frames[b->frame_count++];
  frame->depth = depth;
  frame->layout = layout;
  frame->value = value;
  frame->weight = layout == VALUE_NONE ? 0 : sce_value_weight(value.len);
  frame->children = 0;
  return NULL;
}

/* A new node of the batch. It is attached to its parent before the next one is made, so that a flush sees it. */
static sce_error_t *new_node(sce_trie_builder_t *b, batch_node_t **node, uint32_t *id) {
  if (b->count == b->batch) SCE_TRY(flush(b));
  if (b->refs == NULL) SCE_TRY(reserve_refs(b, 0));
  *id = b->carried + b->count;
  *node = &b->nodes[b->count++];
  return NULL;
}

/* The place after parent depth `parent` where a partial key starts. */
static size_t partial_start(const sce_trie_builder_t *b, ptrdiff_t parent) {
  return parent < 0 ? b->skip : (size_t)parent + 1;
}

static void attach(sce_trie_builder_t *b, ptrdiff_t parent, uint32_t id, uint64_t weight) {
  if (parent < 0) {
    b->root = id;
    return;
  }
  frame_t *frame = &b->frames[b->frame_count - 1];
  uint8_t nibble = sce_trie_key_nibble(b->item.last.data, (size_t)parent);
  frame->children |= (uint16_t)(1u << nibble);
  frame->id[nibble] = id;
  frame->weight += weight;
}

static sce_error_t *close_item(sce_trie_builder_t *b, ptrdiff_t parent) {
  const item_t *item = &b->item;
  batch_node_t *node;
  uint32_t id;
  SCE_TRY(new_node(b, &node, &id));
  node->key = item->last.data;
  node->start = partial_start(b, parent);
  node->count = 2 * item->last.len - node->start;
  node->value = item->value;
  node->layout = item->layout;
  node->children = 0;
  node->first_child = 0;
  node->height = 0;
  node->weight = item->layout == NODE_DONE ? 0 : sce_value_weight(item->value.len);
  if (item->layout == NODE_DONE) b->refs[id] = item->ref;
  attach(b, parent, id, node->weight);
  return NULL;
}

/* Closes the innermost frame, whose parent is at depth `parent`. */
static sce_error_t *close_frame(sce_trie_builder_t *b, ptrdiff_t parent) {
  batch_node_t *node;
  uint32_t id;
  SCE_TRY(new_node(b, &node, &id));
  const frame_t *frame = &b->frames[b->frame_count - 1];
  node->key = b->item.last.data;
  node->start = partial_start(b, parent);
  node->count = frame->depth - node->start;
  node->value = frame->value;
  node->layout = frame->layout;
  node->children = frame->children;
  node->weight = frame->weight;
  node->first_child = (b->count - 1) * 16;
  node->height = 0;
  uint32_t *child = &b->child_ids[node->first_child];
  for (unsigned left = frame->children; left != 0; left &= left - 1) {
    uint32_t child_id = frame->id[__builtin_ctz(left)];
    *child++ = child_id;
    if (child_id < b->carried) continue;
    uint32_t height = b->nodes[child_id - b->carried].height;
    if (height >= node->height) node->height = height + 1;
  }
  b->frame_count--;
  if (parent >= 0 && (b->frame_count == 0 || b->frames[b->frame_count - 1].depth < (size_t)parent)) {
    SCE_TRY(push_frame(b, (size_t)parent, VALUE_NONE, (sce_span_t){0}));
  }
  attach(b, parent, id, node->weight);
  return NULL;
}

/* Places the waiting item, which shares `right` nibbles with its right neighbour (-1: there is none). */
static sce_error_t *place_item(sce_trie_builder_t *b, ptrdiff_t right) {
  const item_t *item = &b->item;
  if (item->layout != NODE_DONE && right == (ptrdiff_t)(2 * item->last.len)) {
    return push_frame(b, 2 * item->last.len, item->layout, item->value);
  }
  ptrdiff_t parent = b->left;
  if (right > parent) {
    parent = right;
    SCE_TRY(push_frame(b, (size_t)right, VALUE_NONE, (sce_span_t){0}));
  }
  SCE_TRY(close_item(b, parent));
  while (b->frame_count > 0 && (ptrdiff_t)b->frames[b->frame_count - 1].depth > right) {
    ptrdiff_t below = b->frame_count > 1 ? (ptrdiff_t)b->frames[b->frame_count - 2].depth : -1;
    SCE_TRY(close_frame(b, below > right ? below : right));
  }
  return NULL;
}

/* ---- interface ---- */

static sce_error_t *add_item(sce_trie_builder_t *b, const item_t *item) {
  ptrdiff_t shared = -1;
  if (b->has_item) {
    sce_span_t last = b->item.last;
    size_t common = sce_trie_common_nibbles(last, item->first);
    bool ascending = common == 2 * last.len
                         ? item->first.len > last.len
                         : common < 2 * item->first.len &&
                               sce_trie_key_nibble(last.data, common) < sce_trie_key_nibble(item->first.data, common);
    if (!ascending) return sce_error_new(SCE_MISUSE, "trie keys must be added in ascending order");
    shared = (ptrdiff_t)common;
    SCE_TRY(place_item(b, shared));
  }
  b->item = *item;
  b->left = shared;
  b->has_item = true;
  return NULL;
}

static sce_error_t *add_checked(sce_trie_builder_t *b, const item_t *item) {
  if (b->failed) return sce_error_new(SCE_MISUSE, "trie builder used after an error");
  sce_error_t *err = add_item(b, item);
  b->failed = err != NULL;
  return err;
}

sce_error_t *sce_trie_builder_add(sce_trie_builder_t *b, sce_span_t key, sce_span_t value,
                                  sce_state_version_t version) {
  if (value.len > UINT32_MAX)
    return sce_error_new(SCE_BAD_INPUT, "a trie value has %zu bytes, above 2^32 - 1", value.len);
  bool hashed = version == SCE_STATE_V1 && value.len >= SCE_TRIE_HASHED_VALUE_MIN;
  item_t item = {.first = key, .last = key, .value = value, .layout = hashed ? VALUE_TO_HASH : VALUE_INLINE};
  return add_checked(b, &item);
}

sce_error_t *sce_trie_builder_add_subtree(sce_trie_builder_t *b, sce_span_t first, sce_span_t last,
                                          const sce_trie_ref_t *ref) {
  item_t item = {.first = first, .last = last, .layout = NODE_DONE, .ref = *ref};
  return add_checked(b, &item);
}

/* Closes everything; b->root is then the id of the outermost node, and b->refs has its reference. */
static sce_error_t *close_all(sce_trie_builder_t *b, bool is_root) {
  if (b->failed) return sce_error_new(SCE_MISUSE, "trie builder used after an error");
  SCE_TRY(place_item(b, -1));
  uint32_t root = b->root;
  if (!is_root) b->root = NO_ID;
  SCE_TRY(hash_batch(b));
  b->root = root;
  return NULL;
}

sce_error_t *sce_trie_builder_finish(sce_trie_builder_t *b, uint8_t root[32]) {
  sce_error_t *err = NULL;
  if (b->has_item) {
    err = close_all(b, true);
    if (err == NULL) memcpy(root, b->refs[b->root].data, 32);
  } else {
    sce_trie_empty_root(root, b->hasher);
  }
  reset(b);
  return err;
}

sce_error_t *sce_trie_builder_finish_subtree(sce_trie_builder_t *b, sce_trie_ref_t *ref, size_t skip) {
  if (!b->has_item) return sce_error_new(SCE_MISUSE, "a trie subtree needs a key");
  b->skip = skip;
  sce_error_t *err = close_all(b, false);
  if (err == NULL) *ref = b->refs[b->root];
  reset(b);
  return err;
}
