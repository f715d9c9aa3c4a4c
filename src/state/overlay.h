/* overlay.h: the inside of sce_overlay_t, shared by overlay.c (layers), overlay_ops.c (reads and writes),
 * overlay_root.c (roots and lists of changes), overlay_proof.c (recording) and overlay_commit.c. overlay_map.h is the
 * map under it. */
#ifndef SCE_STATE_OVERLAY_H
#define SCE_STATE_OVERLAY_H

#include "scexec/overlay.h"
#include "state/overlay_map.h"
#include "state/proof.h"
#include "state/state.h"

/* Pending writes of one child. */
typedef struct sce_ov_child {
  sce_key_head_t head; /* the name; owned */
  bool touched;        /* by a write, also one that changed nothing: its root is made anew */
  bool trie_known;     /* `trie` was asked for */
  sce_trie_id_t trie;  /* in the backend; SCE_TRIE_NONE for a new child */
  sce_ov_map_t map;
  uint8_t root[32]; /* with the pending writes, while the overlay's root is known */
} sce_ov_child_t;

/* Node records that go with a root: offsets into `bytes`. */
typedef struct sce_ov_node {
  uint32_t map;
  bool removed;
  size_t path, path_len, record, record_len;
} sce_ov_node_t;

typedef struct sce_ov_node_log {
  sce_buf_t bytes;
  sce_ov_node_t *items; /* those of one map side by side */
  size_t count;
  size_t cap;
} sce_ov_node_log_t;

/* A sorted list of changes of one map. */
typedef struct sce_ov_change_list {
  sce_change_t *items; /* sce_free */
  size_t count;
} sce_ov_change_list_t;

/* Changes of the top trie with the roots of the touched children among them. */
typedef struct sce_ov_top_changes {
  sce_ov_change_list_t list;
  sce_buf_t keys;     /* of child roots */
  uint32_t *children; /* numbers of the touched children, by name */
  size_t child_count;
} sce_ov_top_changes_t;

/* What a write replaced. */
typedef struct sce_ov_undo {
  uint32_t map; /* sce_overlay_map */
  uint32_t id;
  uint8_t prefix_len; /* appends: the length prefix that the older version had */
  uint8_t prefix[5];
  sce_ov_version_t before;
} sce_ov_undo_t;

struct sce_overlay {
  sce_state_t *state;
  const sce_backend_t *backend; /* of the state, or `recording` over it */
  sce_backend_t *recording;     /* NULL: nothing is recorded */
  sce_proof_recorder_t recorder;
  sce_ov_map_t top;
  sce_ov_map_t offchain;
  sce_ov_child_t *children; /* in the order in which they came */
  uint32_t child_count;
  uint32_t child_cap;
  sce_hash_index_t child_index;
  uint64_t seed;

  /* Layers: `depth` are open, the base not counted. The undo records of layer d (1 to depth) begin at marks[d - 1]. */
  uint32_t depth;
  size_t *marks;
  uint32_t mark_cap;
  sce_ov_undo_t *undo;
  size_t undo_count;
  size_t undo_cap;

  bool in_runtime;
  bool guarded;          /* a layer was opened for the call itself, so that a failed one can be undone */
  uint32_t client_depth; /* layers that the running call may not close */
  size_t index_at_enter; /* index operations there were before the call */

  sce_index_operation_t *index;
  size_t index_count;
  size_t index_cap;

  bool root_known; /* of top, since the last write */
  sce_state_version_t root_version;
  uint8_t root[32];
  sce_ov_node_log_t nodes; /* that go with it */
  sce_log_t log;
};

/* Numbers of maps: these two, then the children. */
#define SCE_OV_TOP 0
#define SCE_OV_OFFCHAIN 1
#define SCE_OV_CHILDREN 2
#define SCE_OV_NO_MAP UINT32_MAX

static inline sce_ov_map_t *sce_overlay_map(sce_overlay_t *overlay, uint32_t map) {
  if (map == SCE_OV_TOP) return &overlay->top;
  return map == SCE_OV_OFFCHAIN ? &overlay->offchain : &overlay->children[map - SCE_OV_CHILDREN].map;
}

/* ---- overlay.c ---- */

/* The map of a child's pending writes, SCE_OV_NO_MAP when there are none; `child` NULL: top. */
uint32_t sce_overlay_find_map(const sce_overlay_t *overlay, const sce_span_t *child);
/* The same for a write, made where there is none. */
sce_error_t *sce_overlay_make_map(sce_overlay_t *overlay, uint32_t *map, const sce_span_t *child);
/* Prepares entry `id` for a write in the current layer: leaves an undo record where one is needed. */
sce_error_t *sce_overlay_begin_write(sce_overlay_t *overlay, uint32_t map, uint32_t id);
/* Sets or (`value` NULL) removes. */
sce_error_t *sce_overlay_write(sce_overlay_t *overlay, uint32_t map, sce_span_t key, const sce_span_t *value);
/* The trie of a child in the backend, SCE_TRIE_NONE where there is none; `child` NULL: top. While recording this is a
 * read, so it is done as late as upstream does it. */
sce_error_t *sce_overlay_find_trie(sce_overlay_t *overlay, sce_trie_id_t *trie, const sce_span_t *child);
/* The same for a map. */
sce_error_t *sce_overlay_map_trie(sce_overlay_t *overlay, sce_trie_id_t *trie, uint32_t map);
/* A line of scexec's own to the overlay's log. */
void sce_overlay_warn(const sce_overlay_t *overlay, const char *message);

sce_error_t *sce_overlay_start(void *ctx);
sce_error_t *sce_overlay_commit_layer(void *ctx);
sce_error_t *sce_overlay_rollback_layer(void *ctx);
sce_error_t *sce_overlay_enter(void *ctx);
sce_error_t *sce_overlay_exit(void *ctx, bool ok);

/* ---- overlay_ops.c ---- */

/* The value below the pending writes. */
sce_error_t *sce_overlay_get_stored(sce_overlay_t *overlay, sce_value_t *value, const sce_span_t *child,
                                    sce_span_t key);

/* ---- overlay_proof.c ---- */

/* Stops recording and forgets what was recorded. */
void sce_overlay_stop_recording(sce_overlay_t *overlay);
sce_error_t *sce_overlay_proof_size(void *ctx, uint64_t *size);

/* ---- overlay_root.c ---- */

sce_error_t *sce_overlay_root(void *ctx, uint8_t root[32], const sce_span_t *child, sce_state_version_t version);
/* The map's writes as a list. On failure nothing is left to free. */
sce_error_t *sce_overlay_list(sce_ov_change_list_t *list, sce_ov_map_t *map);
/* Changes of the top trie, while the root is known. Free with sce_overlay_free_top, also on failure. */
sce_error_t *sce_overlay_list_top(sce_overlay_t *overlay, sce_ov_top_changes_t *top);
void sce_overlay_free_top(sce_ov_top_changes_t *top);

#endif
