/* trie_edit.h: changes to a trie that leave the trie itself alone: nodes on the way to a changed key are loaded and
 * changed in memory, everything else stays a reference.
 *
 * Written values take the layout of the version given with them; values that are not touched keep theirs, also where
 * their node is made anew (sp-trie's TrieDBMut does the same). After each change the nodes in memory are the trie's
 * normal form: no branch with one child and no value. Nodes are loaded exactly where and when trie-db 0.32
 * (triedbmut.rs, insert_inspector, remove_inspector, fix) loads them, so that a recorded proof has the same nodes.
 *
 * One thread at a time; the view under it may be shared. */
#ifndef SCE_STATE_TRIE_EDIT_H
#define SCE_STATE_TRIE_EDIT_H

#include "scexec/externalities.h"
#include "state/backend.h"
#include "state/trie_arena.h"
#include "state/trie_hash.h"
#include "state/trie_node.h"
#include "state/trie_view.h"

/* How a node in memory has its value; the first three as sce_trie_value_kind_t. */
typedef enum sce_edit_value {
  SCE_EDIT_NO_VALUE = SCE_TRIE_NO_VALUE,
  SCE_EDIT_INLINE = SCE_TRIE_INLINE,
  SCE_EDIT_HASHED = SCE_TRIE_HASHED, /* `value` is the hash */
  SCE_EDIT_TO_HASH                   /* `value` is the value; becomes SCE_EDIT_HASHED when roots are made */
} sce_edit_value_t;

typedef struct sce_edit_node sce_edit_node_t;

typedef union sce_edit_slot {
  sce_edit_node_t *node;    /* where `loaded` says so */
  const uint8_t *reference; /* else: what the branch refers by */
} sce_edit_slot_t;

/* What a branch has and a leaf has not. */
typedef struct sce_edit_branch {
  uint16_t children;     /* bit i: there is a child i */
  uint16_t loaded;       /* bit i: it is in memory */
  const uint8_t *handle; /* the source's, for children that are not loaded */
  uint8_t len[16];       /* of the references */
  sce_edit_slot_t slot[16];
} sce_edit_branch_t;

struct sce_edit_node {
  const uint8_t *nibbles; /* partial key, one a byte */
  size_t nibble_count;
  sce_span_t value;
  uint8_t value_kind; /* sce_edit_value_t */
  bool changed;
  uint32_t height;
  sce_trie_ref_t ref;        /* up to date unless `changed` */
  sce_span_t encoded;        /* with `changed`, once roots are made */
  sce_edit_branch_t *branch; /* NULL: a leaf */
};

/* A path of nibbles that had a record when it was loaded. */
typedef struct sce_edit_row {
  const uint8_t *path;
  size_t len;
} sce_edit_row_t;

typedef struct sce_edit_step {
  sce_edit_node_t *node;
  size_t end;    /* nibbles from the root to the end of the node's partial key */
  uint16_t left; /* for walks over all: children still to visit */
} sce_edit_step_t;

typedef struct sce_edit {
  sce_trie_view_t view;
  sce_trie_arena_t arena;
  bool loaded;           /* the root node */
  sce_edit_node_t *root; /* NULL: no keys */
  sce_trie_ref_t old_root;
  sce_edit_step_t *steps; /* the way to a key, or a walk's stack */
  size_t step_count, step_cap;
  sce_edit_row_t *rows;
  size_t row_count, row_cap;
} sce_edit_t;

/* All zero with a view is an edit without changes. After an error only freeing is left. */
void sce_edit_free(sce_edit_t *edit);

/* Sets a value, which is borrowed until the edit is freed; the key is copied. */
sce_error_t *sce_edit_set(sce_edit_t *edit, sce_span_t key, sce_span_t value, sce_state_version_t version);
/* Does nothing where the key is not there. */
sce_error_t *sce_edit_remove(sce_edit_t *edit, sce_span_t key);

/* The root with all changes. Once an edit: nothing may be changed afterwards. */
sce_error_t *sce_edit_root(sce_edit_t *edit, uint8_t root[32]);
/* After sce_edit_root, for views of a backend's records: puts what changed, in the order of paths. */
sce_error_t *sce_edit_write(sce_edit_t *edit, const sce_node_sink_t *sink);

/* Adds a step to `steps`. */
sce_error_t *sce_edit_push(sce_edit_t *edit, sce_edit_node_t *node, size_t end);

#endif
