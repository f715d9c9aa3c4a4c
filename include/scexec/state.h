/* state.h: what a runtime reads: keys and values of a top trie and of child tries, in memory or in a database.
 *
 * A state is an immutable snapshot, shared freely by threads and counted by references. Calls write into an overlay
 * (overlay.h); committing one makes the next state. Spans that reads give are borrowed: they live as long as the caller
 * holds a reference to the state. `child` is NULL for the top trie, else the name of a default child trie without the
 * prefix ":child_storage:default:"; a child that does not exist reads as empty. The top trie holds the root of each
 * child under that prefix, as upstream's does.
 */
#ifndef SCEXEC_STATE_H
#define SCEXEC_STATE_H

#include "scexec/base.h"
#include "scexec/chain_spec.h"
#include "scexec/externalities.h"
#include "scexec/proof.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sce_state sce_state_t;

/* One pair of a state to be made. */
typedef struct sce_state_pair {
  const sce_span_t *child; /* NULL: top trie */
  sce_span_t key;
  sce_span_t value;
} sce_state_pair_t;

/* An in-memory state of copies of `count` pairs, in any order; of equal keys the last counts. Values take the layout of
 * `version`. `count` 0 (then `pairs` may be NULL) makes the empty state. */
SCE_API sce_error_t *sce_state_new_memory(sce_state_t **state, const sce_state_pair_t *pairs, size_t count,
                                          sce_state_version_t version);

/* An in-memory state: the genesis state of a chain spec. `version` is the layout of its values, on which its root
 * depends: that of the chain's genesis runtime (sce_blob_embedded_version(), system_version; code without a version
 * section is older than layout 1). The spec is not needed afterwards. */
SCE_API sce_error_t *sce_state_from_chain_spec(sce_state_t **state, const sce_chain_spec_t *spec,
                                               sce_state_version_t version);

/* Gives the state version of a chain's genesis runtime. `*spec` is the spec that was given; a plain one is to be
 * replaced by a raw one made of it (sce_chain_spec_build()), which must stay as long as the other. */
typedef sce_error_t *(*sce_genesis_fn)(void *ctx, const sce_chain_spec_t **spec, sce_state_version_t *version);

/* The same, made when it is first read: calls that read no state need none, and to know the version takes reading the
 * code. `spec`, and what `ctx` points to, must stay until the state is deleted; `genesis_of` is called once, by the
 * thread that reads first. Its errors, and those of making the state, are errors of that read. */
SCE_API sce_error_t *sce_state_from_chain_spec_later(sce_state_t **state, const sce_chain_spec_t *spec,
                                                     sce_genesis_fn genesis_of, void *ctx);

/* A state that is known only by a proof of what was read from one with the root `root`: what the proof does not cover
 * is an SCE_BAD_PROOF error. `proof` is borrowed and must outlive the state. SCE_BAD_PROOF when the root node is
 * missing. */
SCE_API sce_error_t *sce_state_from_proof(sce_state_t **state, const sce_proof_t *proof, const uint8_t root[32]);

/* Another reference to `state`, which is returned. Any thread. */
SCE_API sce_state_t *sce_state_ref(sce_state_t *state);
/* Gives back a reference; the last one frees. NULL is accepted. Any thread. */
SCE_API void sce_state_delete(sce_state_t *state);

/* The value of `key`. */
SCE_API sce_error_t *sce_state_get(const sce_state_t *state, sce_value_t *value, const sce_span_t *child,
                                   sce_span_t key);

/* A place in the keys of one trie, in bytewise order. Plain data: no freeing; a copy is a bookmark. */
typedef struct sce_state_cursor {
  bool found; /* false: past the last key */
  sce_span_t key;
  sce_span_t value;
  uint64_t place[24]; /* scexec's own */
} sce_state_cursor_t;

/* To the first key at or after `key` (`inclusive`), or after it. The empty key, inclusive, is the beginning. */
SCE_API sce_error_t *sce_state_seek(const sce_state_t *state, sce_state_cursor_t *cursor, const sce_span_t *child,
                                    sce_span_t key, bool inclusive);
/* To the next key. SCE_MISUSE when cursor->found is false. */
SCE_API sce_error_t *sce_state_step(const sce_state_t *state, sce_state_cursor_t *cursor);

/* Appends the storage key that a person means by `text`: "0x…" in hexadecimal, ":code" and other text that begins with
 * a colon as it stands, "System.Number" hashed as the key of a plain value (XXH64-128 of the pallet's name and of the
 * item's; the beginning of the keys of a map), "System" as what all keys of a pallet begin with. SCE_BAD_INPUT says
 * what is possible. Source: frame_support::storage::storage_prefix. */
SCE_API sce_error_t *sce_state_key_parse(sce_buf_t *key, sce_span_t text);

/* The name of the first child at or after `name` (`inclusive`), or after it, in bytewise order of names. */
SCE_API sce_error_t *sce_state_next_child(const sce_state_t *state, sce_value_t *child, sce_span_t name,
                                          bool inclusive);

/* Keys of the top trie, child roots included, or of a child. */
SCE_API sce_error_t *sce_state_count(const sce_state_t *state, uint64_t *keys, const sce_span_t *child);

/* The root of the top trie, or of a child (of one that does not exist: the root of an empty trie). Computed at the
 * first call where it is not stored. */
SCE_API sce_error_t *sce_state_root(const sce_state_t *state, uint8_t root[32], const sce_span_t *child);

/* ---- blocks ---- */

/* A block that made a state. */
typedef struct sce_block_info {
  uint8_t hash[32];
  uint32_t number;
  sce_span_t header; /* its SCALE encoding, as it is hashed; may be empty where it is not known */
} sce_block_info_t;

/* The block that made the state; false when none is known. `block->header` lives as long as the state. */
SCE_API bool sce_state_block(const sce_state_t *state, sce_block_info_t *block);

/* Says which block made a state, which nobody else has a reference to yet: such as the genesis block of the state of a
 * chain spec (block.h). The header is copied. SCE_MISUSE for a state of a database. */
SCE_API sce_error_t *sce_state_set_block(sce_state_t *state, const sce_block_info_t *block);

/* What is known of the block that made a state. */
typedef enum sce_block_origin {
  SCE_ORIGIN_UNKNOWN = 0, /* a later block, whose header nobody has given */
  SCE_ORIGIN_GENESIS = 1, /* the genesis block */
  SCE_ORIGIN_BLOCK = 2    /* a later block, whose header is known */
} sce_block_origin_t;

/* Decides which block made a state, and makes it known to a state in memory that nobody else has a reference to
 * (sce_state_block() then gives it). In this order: the block that is known already; the header that sce_state_export()
 * has written into `spec` (NULL: none), where its state root is that of the state; the genesis block, where
 * System.BlockHash has nothing but the filling of a genesis, or nothing at all. A database has an answer from its
 * import on. Computes the state's root where it needs it. */
SCE_API sce_error_t *sce_state_find_block(sce_state_t *state, sce_block_origin_t *origin, const sce_chain_spec_t *spec);

/* The number of the block that made the state, decided in the same order, and where the block is not known by
 * System.Number; `*known` false where the state has none. Leaves the state as it is, and computes its root only where
 * `spec` (NULL: none) has a header that may be its own. */
SCE_API sce_error_t *sce_state_block_number(const sce_state_t *state, bool *known, uint32_t *number,
                                            const sce_chain_spec_t *spec);

/* `*block` of an encoded header, which it borrows. SCE_BAD_BLOCK when it can't be decoded, or when its state root is
 * not that of the state. */
SCE_API sce_error_t *sce_state_check_header(const sce_state_t *state, sce_block_info_t *block, sce_span_t header);

/* ---- databases ----
 *
 * A state that lasts is a directory with an LMDB environment (data.mdb, lock.mdb). One process may write while others
 * read. A process opens a directory once, and shares the state from there: sce_state_ref, sce_state_newest,
 * sce_state_at_*. Commits are atomic: after a crash the directory holds the old or the new state. The database grows as
 * it needs to; where the disk is full or a limit reached, a commit fails with SCE_IO and the state stays the old one.
 * The file is checked while it is read, a damaged one gives SCE_BAD_STATE errors; only a file that is cut off or whose
 * disk fails while it is open ends the process, with SIGBUS. A state keeps the pages it reads from being used again:
 * states of a database should not be held for long while it is written to.
 */

#define SCE_STATE_KEEP_STORED UINT32_MAX
#define SCE_STATE_KEEP_DEFAULT 16

typedef struct sce_state_options {
  size_t size;    /* sizeof(sce_state_options_t) */
  bool read_only; /* nothing will be committed */
  bool create;    /* make the directory and an empty state where there is none */
  bool no_sync; /* do not wait for the disk: a power failure may then damage the database (a killed process does not) */
  uint32_t keep;      /* older states to keep from the next commit on; SCE_STATE_KEEP_STORED: as many as before */
  uint64_t max_bytes; /* the file may not grow beyond, give or take a page; 0: to what the process can map, 1 TiB */
} sce_state_options_t;

/* Opens the newest state of a directory. `options` NULL: for reading and writing, nothing is made. Errors: SCE_IO, also
 * when there is no such directory; SCE_BAD_STATE when it holds something else, or a database of another format version,
 * or a damaged one; SCE_MISUSE when this process has it open already. */
SCE_API sce_error_t *sce_state_open(sce_state_t **state, const char *dir, const sce_state_options_t *options);

/* The newest state of the same database, after commits of others. For a state in memory another reference to it. */
SCE_API sce_error_t *sce_state_newest(sce_state_t **newest, sce_state_t *state);

/* A state of the same database that a block made; the newest one where several were made by it. SCE_NOT_FOUND when it
 * is not kept. Older states can be read, but not be committed to. */
SCE_API sce_error_t *sce_state_at_number(sce_state_t **at, sce_state_t *state, uint32_t number);
SCE_API sce_error_t *sce_state_at_hash(sce_state_t **at, sce_state_t *state, const uint8_t hash[32]);

/* The state that this one was made on, by a block or by a call. SCE_NOT_FOUND when its database does not keep it, and
 * for states of no database. */
SCE_API sce_error_t *sce_state_before(sce_state_t **before, sce_state_t *state);

/* The `back`-th state before this one in its database: 0 is itself. `*found` false: not kept. `*has_block` false: no
 * block made it (then `*block` is all zero). `block->header` lives as long as `state`. */
SCE_API sce_error_t *sce_state_history(const sce_state_t *state, bool *found, bool *has_block, sce_block_info_t *block,
                                       uint8_t root[32], uint64_t back);

/* How far an import, export, check or comparison has come: `done` of `total` keys. An error that it returns ends it. */
typedef sce_error_t *(*sce_progress_fn)(void *ctx, uint64_t done, uint64_t total);

typedef struct sce_state_import {
  size_t size;                  /* sizeof(sce_state_import_t) */
  const sce_chain_spec_t *spec; /* NULL, or what is kept of it: all but the genesis */
  uint32_t keep;                /* older states to keep; SCE_STATE_KEEP_STORED: SCE_STATE_KEEP_DEFAULT */
  sce_progress_fn progress;     /* NULL: none; called now and then, from 0 on */
  void *progress_ctx;
} sce_state_import_t;

/* Fills an empty database with a copy of `source` and its block; atomic. `*database` becomes the state of the database:
 * it must be the only reference to its state. SCE_MISUSE when the database holds something. `options` may be NULL. */
SCE_API sce_error_t *sce_state_import(sce_state_t **database, const sce_state_t *source,
                                      const sce_state_import_t *options);

/* ---- tools ---- */

/* Checks a state of a database from the ground up: every page of the file, every record, the roots of all tries
 * computed anew from the values and compared with what is stored, and for each older state that is kept its root. Of a
 * state in memory: its roots. SCE_BAD_STATE says what is wrong first. `progress` may be NULL. A child's root that the
 * runtime has overwritten (ext_storage_append allows it) is passed over, unless it has 32 bytes, as roots have. */
SCE_API sce_error_t *sce_state_verify(const sce_state_t *state, sce_progress_fn progress, void *ctx);

/* One key that differs between two states. Borrowed for the call. */
typedef struct sce_state_difference {
  const sce_span_t *child; /* NULL: top trie */
  sce_span_t key;
  sce_value_t before; /* found false: added */
  sce_value_t after;  /* found false: removed */
} sce_state_difference_t;

typedef sce_error_t *(*sce_difference_fn)(void *ctx, const sce_state_difference_t *difference);

/* Calls `difference` for each key that differs, the top trie first, then each child by name. Child roots are left out.
 * An error that it returns ends the comparison. */
SCE_API sce_error_t *sce_state_diff(const sce_state_t *before, const sce_state_t *after, sce_difference_fn difference,
                                    void *ctx);

/* Takes a piece of text. */
typedef sce_error_t *(*sce_write_fn)(void *ctx, sce_span_t text);

/* Writes the state as a raw chain spec. The members beside the genesis are those of `spec`, or, with NULL, of the spec
 * that an import has kept, as they stand there, but for two: "bootNodes" is empty, since nodes of the chain do not know
 * the chain that begins with an exported state; and "blockHeader" is the header of the block that made the state, where
 * that is known and is not the genesis block, so that sce_state_find_block() finds it again. Keys of the top trie under
 * ":child_storage:" are left out: the roots of children are computed by who reads it. `progress` may be NULL. */
SCE_API sce_error_t *sce_state_export(const sce_state_t *state, const sce_chain_spec_t *spec, sce_write_fn write,
                                      void *write_ctx, sce_progress_fn progress, void *progress_ctx);

/* What an import has kept of the chain's spec: all but its genesis. `*spec` is the caller's; NULL where nothing was
 * kept, and for states of no database. Takes a few milliseconds where the spec has code substitutes. */
SCE_API sce_error_t *sce_state_chain_spec(const sce_state_t *state, sce_chain_spec_t **spec);

#ifdef __cplusplus
}
#endif
#endif
