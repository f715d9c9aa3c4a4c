/* backend.h: what the overlay, the trie and the tools ask of a stored state. Implementations: memory.c; lmdb.c (the
 * tree of a database, which is one whole state) and lmdb_state.c (a state of a database, seen over that tree);
 * deferred.c (made when it is first read); proof_backend.c (known by a proof alone); proof_record.c (records what is
 * read from another).
 *
 * A backend is one immutable snapshot: keys of the top trie and of each child trie in bytewise order, each value with
 * the layout its trie node has. Any number of threads may read at once. Spans that reads give live as long as the
 * backend.
 *
 * Beside the values a backend keeps trie nodes for the incremental trie (trie.h), one record under each path. A path is
 * where a node hangs: the nibbles from the root to the child slot, so the root node's is empty. What is in a record,
 * and which nodes have one, is the trie's business; the backend keeps bytes. A commit changes values and records
 * together.
 */
#ifndef SCE_STATE_BACKEND_H
#define SCE_STATE_BACKEND_H

#include "scexec/base.h"
#include "scexec/externalities.h"

/* Number of a trie inside its backend. */
typedef uint32_t sce_trie_id_t;
#define SCE_TRIE_TOP ((sce_trie_id_t)0)
#define SCE_TRIE_NONE UINT32_MAX /* no such child: reads find nothing */

/* One stored value. */
typedef struct sce_entry {
  sce_span_t key;
  sce_span_t value;
  bool hashed; /* layout V1 and above 32 bytes: the trie node holds the value's hash */
} sce_entry_t;

/* What it costs to hash a value's leaf, in bytes: about what goes through the hash function. */
static inline uint64_t sce_value_weight(size_t value_len) {
  return 32 + (uint64_t)value_len;
}

/* One pending write. Lists of them are sorted by key, without duplicates. */
typedef struct sce_change {
  sce_span_t key;
  sce_span_t value; /* ignored where removed */
  bool removed;
} sce_change_t;

/* A place in a walk. Plain data: no release, copies are independent. */
typedef struct sce_walk {
  sce_trie_id_t trie;
  bool found; /* false: past the last key; `entry` is then empty */
  sce_entry_t entry;
  uint64_t place[16]; /* the backend's own */
} sce_walk_t;

/* Nibbles of a trie path, one in each byte (0..15). */
typedef struct sce_nibbles {
  const uint8_t *data;
  size_t len;
} sce_nibbles_t;

/* One node record to write. */
typedef struct sce_node_write {
  sce_nibbles_t path;
  sce_span_t record; /* data NULL: removed */
  uint64_t weight;   /* of the keys below (sce_value_weight), their sum; 0: not known */
} sce_node_write_t;

/* What a commit does to one trie. A child that has no keys afterwards is gone, and its records with it. */
typedef struct sce_trie_commit {
  const sce_span_t *child; /* NULL: top */
  sce_trie_id_t trie;      /* SCE_TRIE_NONE: a new child */
  const sce_change_t *changes;
  size_t change_count;
  const sce_node_write_t *nodes;
  size_t node_count;
} sce_trie_commit_t;

/* A commit: what it does to each trie, the top trie last; child roots are among its changes. */
typedef struct sce_commit_set {
  const sce_trie_commit_t *tries;
  size_t trie_count;
  sce_state_version_t version;        /* layout of the values written */
  uint8_t root[32];                   /* of the top trie afterwards */
  const struct sce_block_info *block; /* the block that made it; NULL: none */
} sce_commit_set_t;

typedef struct sce_backend sce_backend_t;

typedef struct sce_backend_ops {
  /* `*trie` of the default child `name` (without ":child_storage:default:"); SCE_TRIE_NONE when there is none. */
  sce_error_t *(*find_child)(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t name);
  /* `*found` and the value of `key`. */
  sce_error_t *(*get)(const sce_backend_t *backend, bool *found, sce_entry_t *entry, sce_trie_id_t trie,
                      sce_span_t key);
  /* The first key at or after `key` (`inclusive`), or after it. */
  sce_error_t *(*seek)(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t key,
                       bool inclusive);
  /* The key after walk->entry.key; only while walk->found. */
  sce_error_t *(*step)(const sce_backend_t *backend, sce_walk_t *walk);
  /* The record of the node at `path`; `*found` false when there is none. */
  sce_error_t *(*node_get)(const sce_backend_t *backend, bool *found, sce_span_t *record, sce_trie_id_t trie,
                           sce_nibbles_t path);
  /* False until the nodes' records were made (a full root makes them). */
  bool (*has_nodes)(const sce_backend_t *backend, sce_trie_id_t trie);
  /* The child whose name is the least after `name` (`inclusive`: at or after), in bytewise order of names. */
  sce_error_t *(*next_child)(const sce_backend_t *backend, sce_trie_id_t *trie, sce_span_t *name, sce_span_t after,
                             bool inclusive);
  /* Keys in the trie. */
  sce_error_t *(*count)(const sce_backend_t *backend, uint64_t *keys, sce_trie_id_t trie);
  /* Makes sure that the trie has its node records. May work on the backend itself, with other threads reading. NULL:
   * nothing to do. */
  sce_error_t *(*prepare)(sce_backend_t *backend, sce_trie_id_t trie);
  /* The root after changes, for backends that know a better way than sce_trie_delta_root; NULL: that one. */
  sce_error_t *(*delta_root)(const sce_backend_t *backend, uint8_t root[32], sce_trie_id_t trie,
                             const sce_change_t *changes, size_t count, sce_state_version_t version);
  /* The state after a commit. `alone`: nobody else reads this backend, and `*next` may be this one, changed. Else, and
   * on failure, this backend is as it was. NULL: not to be changed. */
  sce_error_t *(*commit)(sce_backend_t *backend, sce_backend_t **next, const sce_commit_set_t *set, bool alone);
  void (*delete)(sce_backend_t *backend);
} sce_backend_ops_t;

/* First member of each implementation. */
struct sce_backend {
  const sce_backend_ops_t *ops;
};

/* Where a trie computation writes the records it made: all paths of one trie, each at most once. The record is borrowed
 * for the call. An error ends the computation. */
typedef struct sce_node_sink {
  sce_error_t *(*put)(void *ctx, const sce_node_write_t *node);
  void *ctx;
} sce_node_sink_t;

#endif
