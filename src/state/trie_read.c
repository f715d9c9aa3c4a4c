/* trie_read.c: see trie_read.h. Paths are nibbles, one a byte. */
#include "state/trie_read.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "state/proof.h"
#include "state/trie_rows.h"

/* ---- fetching ---- */

sce_error_t *sce_trie_fetch_node(const sce_trie_view_t *view, sce_trie_fetched_t *node, const sce_trie_place_t *place) {
  SCE_TRY(view->source->node(view->ctx, node, place));
  return view->recorder == NULL ? NULL : sce_proof_record(view->recorder, place->hash, node->bytes);
}

sce_error_t *sce_trie_fetch_value(const sce_trie_view_t *view, sce_span_t *value, const sce_trie_place_t *place) {
  SCE_TRY(view->source->value(view->ctx, value, place));
  return view->recorder == NULL ? NULL : sce_proof_record(view->recorder, place->hash, *value);
}

typedef struct loaded {
  sce_trie_node_t node;
  sce_span_t bytes;
  const uint8_t *handle;
} loaded_t;

static sce_error_t *load(const sce_trie_view_t *view, loaded_t *loaded, const sce_trie_place_t *place) {
  sce_trie_fetched_t fetched;
  SCE_TRY(sce_trie_fetch_node(view, &fetched, place));
  loaded->handle = fetched.handle;
  loaded->bytes = fetched.bytes;
  return sce_trie_node_decode_strict(&loaded->node, fetched.bytes, view->source->kind);
}

/* The child `nibble`, which is there. `path` ends with `nibble`. `child` may be the parent itself. An empty child,
 * which no trie has, is refused: below every other node there is a value, so that looking for the next one always ends
 * soon. */
static sce_error_t *load_child(const sce_trie_view_t *view, loaded_t *child, const loaded_t *parent, uint8_t nibble,
                               const uint8_t *path, size_t path_len) {
  sce_span_t reference = parent->node.child[nibble];
  if (reference.len == 32) {
    sce_trie_place_t place = {path, path_len, parent->handle, reference.data};
    SCE_TRY(load(view, child, &place));
  } else {
    child->handle = NULL;
    child->bytes = reference;
    SCE_TRY(sce_trie_node_decode_strict(&child->node, reference, view->source->kind));
  }
  if (child->node.kind != SCE_TRIE_EMPTY) return NULL;
  return sce_error_new(view->source->kind, "a trie branch has an empty child, %zu nibbles deep", path_len);
}

static sce_error_t *unpack_key(sce_buf_t *path, sce_span_t key) {
  if (key.len > SIZE_MAX / 4) return sce_error_new(SCE_BAD_INPUT, "a key of %zu bytes is too long", key.len);
  SCE_TRY(sce_buf_reserve(path, 2 * key.len + 1));
  for (size_t i = 0; i < 2 * key.len; i++) path->data[i] = sce_trie_key_nibble(key.data, i);
  path->len = 2 * key.len;
  return NULL;
}

/* Nibbles of the partial key that agree with the path from nibble `start`. */
static size_t common_with(const sce_trie_node_t *node, const sce_buf_t *path, size_t start) {
  size_t i = 0;
  while (i < node->nibbles && start + i < path->len && sce_trie_node_nibble(node, i) == path->data[start + i]) i++;
  return i;
}

/* ---- lookup ---- */

/* The node of the whole path; `*found` false where there is none. */
static sce_error_t *find_node(const sce_trie_view_t *view, bool *found, loaded_t *at, const sce_buf_t *path) {
  *found = false;
  sce_trie_place_t root = {0};
  SCE_TRY(load(view, at, &root));
  for (size_t start = 0;;) {
    if (at->node.kind == SCE_TRIE_EMPTY || common_with(&at->node, path, start) < at->node.nibbles) return NULL;
    start += at->node.nibbles;
    if (start == path->len) {
      *found = at->node.value_kind != SCE_TRIE_NO_VALUE;
      return NULL;
    }
    uint8_t nibble = path->data[start++];
    if ((at->node.children >> nibble & 1) == 0) return NULL;
    SCE_TRY(load_child(view, at, at, nibble, path->data, start));
  }
}

static sce_error_t *get_path(const sce_trie_view_t *view, bool *found, sce_span_t *value, const sce_buf_t *path) {
  loaded_t at;
  SCE_TRY(find_node(view, found, &at, path));
  if (!*found || value == NULL) return NULL;
  *value = at.node.value;
  if (at.node.value_kind == SCE_TRIE_INLINE) return NULL;
  sce_trie_place_t place = {path->data, path->len, at.handle, at.node.value.data};
  return sce_trie_fetch_value(view, value, &place);
}

sce_error_t *sce_trie_get(const sce_trie_view_t *view, bool *found, sce_span_t *value, sce_span_t key) {
  sce_buf_t path = {0};
  sce_error_t *err = unpack_key(&path, key);
  if (err == NULL) err = get_path(view, found, value, &path);
  sce_buf_free(&path);
  return err;
}

/* ---- walks ---- */

/* A node on the way to where a walk is, encoded: walks over hostile proofs go as deep as they like. */
typedef struct crumb {
  sce_span_t bytes;
  const uint8_t *handle;
  size_t start; /* of the node's partial key in the path */
  size_t end;   /* of it; a branch's children hang one nibble further */
  bool is_branch;
  bool entering; /* the node's own value comes next */
  uint8_t next;  /* then the first child from here on; 16: none */
} crumb_t;

typedef struct walk {
  const sce_trie_view_t *view;
  crumb_t *crumbs;
  size_t count, cap;
  size_t base; /* crumbs that the walk does not go back to */
  loaded_t at; /* the node of crumb `decoded` - 1 */
  size_t decoded;
  sce_buf_t path;
} walk_t;

/* Adds a crumb for walk->at, which was just loaded. */
static sce_error_t *push_crumb(walk_t *walk, size_t start) {
  if (walk->count == walk->cap) {
    size_t cap = walk->cap == 0 ? 16 : 2 * walk->cap;
    crumb_t *crumbs = sce_realloc_array(walk->crumbs, cap, sizeof *crumbs);
    if (crumbs == NULL) return sce_error_oom();
    walk->crumbs = crumbs;
    walk->cap = cap;
  }
  const loaded_t *at = &walk->at;
  walk->crumbs[walk->count++] = (crumb_t){.bytes = at->bytes,
                                          .handle = at->handle,
                                          .start = start,
                                          .end = start + at->node.nibbles,
                                          .is_branch = at->node.kind == SCE_TRIE_BRANCH,
                                          .entering = true};
  walk->decoded = walk->count;
  return NULL;
}

/* The last crumb, its node decoded in walk->at. */
static sce_error_t *last_crumb(walk_t *walk, crumb_t **crumb) {
  *crumb = &walk->crumbs[walk->count - 1];
  if (walk->decoded == walk->count) return NULL;
  walk->decoded = walk->count;
  walk->at.bytes = (*crumb)->bytes;
  walk->at.handle = (*crumb)->handle;
  return sce_trie_node_decode_strict(&walk->at.node, walk->at.bytes, walk->view->source->kind);
}

/* Descends to the child `nibble` of the last crumb, which is decoded; the path ends with `nibble`. */
static sce_error_t *descend(walk_t *walk, uint8_t nibble, size_t path_len) {
  walk->decoded = 0;
  SCE_TRY(load_child(walk->view, &walk->at, &walk->at, nibble, walk->path.data, path_len));
  return push_crumb(walk, path_len);
}

/* Goes to where the path would be: what comes next is the first key at or after it; `*inside` when that key begins with
 * the path. As iterator.rs, seek. */
static sce_error_t *seek(walk_t *walk, bool *inside) {
  const sce_buf_t *path = &walk->path;
  const sce_trie_node_t *node = &walk->at.node;
  sce_trie_place_t root = {0};
  *inside = false;
  walk->count = 0;
  walk->decoded = 0;
  SCE_TRY(load(walk->view, &walk->at, &root));
  if (node->kind == SCE_TRIE_EMPTY) return NULL;
  SCE_TRY(push_crumb(walk, 0));
  for (;;) {
    crumb_t *crumb = &walk->crumbs[walk->count - 1];
    size_t common = common_with(node, path, crumb->start), at = crumb->start + common;
    *inside = at == path->len;
    if (common < node->nibbles) {
      bool before = !*inside && sce_trie_node_nibble(node, common) < path->data[at];
      if (before) walk->count--;
      return NULL;
    }
    if (*inside) return NULL;
    crumb->entering = false;
    crumb->next = path->data[at];
    if ((node->children >> crumb->next & 1) == 0) return NULL;
    SCE_TRY(descend(walk, crumb->next++, at + 1));
  }
}

/* Steps into the last crumb's node: the path becomes its key. */
static sce_error_t *enter(walk_t *walk, crumb_t *crumb) {
  const sce_trie_node_t *node = &walk->at.node;
  walk->path.len = crumb->start;
  SCE_TRY(sce_buf_reserve(&walk->path, node->nibbles + 1)); /* and the nibble of a child */
  for (size_t i = 0; i < node->nibbles; i++) walk->path.data[crumb->start + i] = sce_trie_node_nibble(node, i);
  walk->path.len = crumb->end;
  crumb->entering = false;
  return NULL;
}

/* Goes on to the next node with a value; its key is the path then. As iterator.rs, next_raw_item. */
static sce_error_t *next_value(walk_t *walk, bool *found) {
  for (*found = false; walk->count > walk->base && !*found;) {
    crumb_t *crumb;
    SCE_TRY(last_crumb(walk, &crumb));
    const sce_trie_node_t *node = &walk->at.node;
    if (crumb->entering) {
      SCE_TRY(enter(walk, crumb));
      *found = node->value_kind != SCE_TRIE_NO_VALUE;
      continue;
    }
    unsigned left = (unsigned)node->children >> crumb->next << crumb->next;
    if (left == 0) {
      walk->count--;
      continue;
    }
    uint8_t nibble = (uint8_t)__builtin_ctz(left);
    crumb->next = (uint8_t)(nibble + 1);
    walk->path.data[crumb->end] = nibble;
    SCE_TRY(descend(walk, nibble, crumb->end + 1));
  }
  return NULL;
}

static sce_error_t *give_next(walk_t *walk, bool *found, sce_buf_t *next) {
  SCE_TRY(next_value(walk, found));
  next->len = 0;
  if (!*found) return NULL;
  if (walk->path.len & 1) {
    return sce_error_new(walk->view->source->kind, "a trie has a value under a key of %zu nibbles and a half byte",
                         walk->path.len - 1);
  }
  SCE_TRY(sce_buf_reserve(next, walk->path.len / 2));
  sce_trie_pack(next->data, walk->path.data, walk->path.len);
  next->len = walk->path.len / 2;
  return NULL;
}

/* Goes to the prefix; `*done` when there is nothing in it or the walk starts right there. */
static sce_error_t *enter_prefix(walk_t *walk, bool *done, sce_span_t key, bool inclusive, sce_span_t prefix) {
  bool inside;
  int order = sce_span_compare(key, prefix);
  *done = order > 0 && !sce_span_starts_with(key, prefix);
  if (*done) return NULL;
  SCE_TRY(unpack_key(&walk->path, prefix));
  SCE_TRY(seek(walk, &inside));
  walk->base = inside ? walk->count - 1 : walk->count;
  *done = !inside || order < 0 || (order == 0 && inclusive);
  return NULL;
}

/* Leaves the crumbs above the prefix of `len` nibbles behind. */
static void stay_below(walk_t *walk, size_t len) {
  walk->base = 0;
  while (walk->base < walk->count) {
    const crumb_t *crumb = &walk->crumbs[walk->base];
    if (crumb->end + crumb->is_branch > len) return;
    walk->base++;
  }
}

static sce_error_t *find_next(walk_t *walk, bool *found, sce_buf_t *next, sce_span_t key, bool inclusive,
                              const sce_span_t *prefix) {
  bool done = false, inside;
  if (prefix != NULL) SCE_TRY(enter_prefix(walk, &done, key, inclusive, *prefix));
  if (!done) {
    SCE_TRY(unpack_key(&walk->path, key));
    /* The key right after `key` is `key` and a zero byte (sp-state-machine, next_storage_key_from_root). */
    if (!inclusive) SCE_TRY(sce_buf_append(&walk->path, "\0", 2));
    SCE_TRY(seek(walk, &inside));
    if (prefix != NULL) stay_below(walk, 2 * prefix->len);
  }
  return give_next(walk, found, next);
}

sce_error_t *sce_trie_next_key(const sce_trie_view_t *view, bool *found, sce_buf_t *next, sce_span_t key,
                               bool inclusive, const sce_span_t *prefix) {
  walk_t walk = {.view = view};
  sce_error_t *err = find_next(&walk, found, next, key, inclusive, prefix);
  sce_free(walk.crumbs);
  sce_buf_free(&walk.path);
  return err;
}
