/* externalities.h: what a host puts behind a call: storage, keystore, off-chain services, clock, logs.
 *
 * A call gets an sce_externalities_t: pairs of an operations table and its context. A pair that is NULL is a service
 * that this host does not offer; host functions that need it end the call with an error, as upstream's do without the
 * matching externalities extension (sp-externalities). scexec has ready tables for each: sce_overlay_t (overlay.h) for
 * storage, sce_keystore_t (keystore.h), and the services of services.h. The tables are borrowed for the call. Every
 * function runs on the calling thread. An error that a function returns ends the call.
 *
 * Tables carry their size, so that tables compiled against an older header go on working: functions beyond `size` count
 * as missing.
 */
#ifndef SCEXEC_EXTERNALITIES_H
#define SCEXEC_EXTERNALITIES_H

#include "scexec/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A value that may be absent. `data` is borrowed from the table's owner until the next call of any of its functions. */
typedef struct sce_value {
  bool found;
  const uint8_t *data;
  size_t len;
} sce_value_t;

/* How a trie stores large values: V1 hashes those above 32 bytes (sp_core::storage::StateVersion). */
typedef enum sce_state_version { SCE_STATE_V0 = 0, SCE_STATE_V1 = 1 } sce_state_version_t;

/* Outcome of a removal by prefix (sp_externalities::MultiRemovalResults). */
typedef struct sce_removal {
  sce_value_t cursor; /* the next key, when the limit stopped the walk */
  uint32_t backend;   /* keys newly deleted from the backend */
  uint32_t unique;    /* overlay deletions and `backend` together */
  uint32_t loops;     /* steps of the backend walk, keys already deleted included */
} sce_removal_t;

/* Key-value storage. `child` is NULL for the top trie, else the name of a default child trie without the
 * ":child_storage:default:" prefix. Mirrors sp_externalities::Externalities; the rules about ":child_storage:" keys
 * (host-side refusals) are applied by the implementation, as upstream's Ext does. */
typedef struct sce_storage_ops {
  size_t size; /* sizeof(sce_storage_ops_t) */
  /* The value of `key`, pending writes first. */
  sce_error_t *(*get)(void *ctx, sce_value_t *value, const sce_span_t *child, sce_span_t key);
  sce_error_t *(*set)(void *ctx, const sce_span_t *child, sce_span_t key, sce_span_t value);
  sce_error_t *(*clear)(void *ctx, const sce_span_t *child, sce_span_t key);
  /* Appends a SCALE-encoded item to a SCALE vector (top trie only; see ext_storage_append). */
  sce_error_t *(*append)(void *ctx, sce_span_t key, sce_span_t item);
  /* The least key strictly greater than `key`. */
  sce_error_t *(*next_key)(void *ctx, sce_value_t *next, const sce_span_t *child, sce_span_t key);
  /* Removes what begins with `prefix`. `limit` (NULL: none) bounds the backend walk; `cursor` (NULL: the first key)
   * is where the walk starts, inclusive. */
  sce_error_t *(*clear_prefix)(void *ctx, sce_removal_t *removal, const sce_span_t *child, sce_span_t prefix,
                               const uint32_t *limit, const sce_span_t *cursor);
  /* Removes a whole child trie; `limit` and `cursor` as above. `child` is never NULL. */
  sce_error_t *(*kill_child)(void *ctx, sce_removal_t *removal, const sce_span_t *child, const uint32_t *limit,
                             const sce_span_t *cursor);
  /* The root with all pending writes; written values take the layout of `version`. */
  sce_error_t *(*root)(void *ctx, uint8_t root[32], const sce_span_t *child, sce_state_version_t version);
  /* Nested transactions. Commit and rollback of a transaction that the runtime did not open are errors. */
  sce_error_t *(*start_transaction)(void *ctx);
  sce_error_t *(*commit_transaction)(void *ctx);
  sce_error_t *(*rollback_transaction)(void *ctx);
  /* Bytes of proof recorded so far; UINT64_MAX when nothing is recorded. */
  sce_error_t *(*proof_size)(void *ctx, uint64_t *size);
  /* Off-chain index writes of a block: `value` NULL removes. They follow the storage's transactions. */
  sce_error_t *(*offchain_index)(void *ctx, sce_span_t key, const sce_span_t *value);
  /* Transaction index: content of `size` bytes of extrinsic `extrinsic` is to be kept under `hash`, or renewed. */
  sce_error_t *(*transaction_index)(void *ctx, uint32_t extrinsic, uint32_t size, const uint8_t hash[32]);
  sce_error_t *(*transaction_renew)(void *ctx, uint32_t extrinsic, const uint8_t hash[32]);
  /* Called before a call into the runtime and after it, so that transactions that the runtime leaves open are rolled
   * back, those of the client are protected, and a failed call (`ok` false) leaves no pending changes. */
  sce_error_t *(*enter_runtime)(void *ctx);
  sce_error_t *(*exit_runtime)(void *ctx, bool ok);
  /* Whether `key` has a value, pending writes first. Not the same read as `get` where a proof is recorded: upstream's
   * exists_storage asks for the value's hash, so a value that its node does not hold stays out of the proof, and
   * ext_storage_proof_size_storage_proof_size_version_1 tells the difference to the runtime. NULL: `get` answers. */
  sce_error_t *(*exists)(void *ctx, bool *found, const sce_span_t *child, sce_span_t key);
} sce_storage_ops_t;

/* Signature schemes of the keystore. */
typedef enum sce_key_scheme { SCE_KEY_ED25519 = 0, SCE_KEY_SR25519 = 1, SCE_KEY_ECDSA = 2 } sce_key_scheme_t;

/* Keys by key type (4 bytes such as "babe") and scheme. Public keys are 32 bytes (ecdsa: 33, compressed). */
typedef struct sce_keystore_ops {
  size_t size;
  /* Makes a pair from a secret URI (`seed` NULL: at random), keeps it, gives its public key (32 or 33 bytes). */
  sce_error_t *(*generate)(void *ctx, uint8_t public_key[33], const uint8_t key_type[4], sce_key_scheme_t scheme,
                           const sce_span_t *seed);
  /* Appends the public keys, one after the other, in no defined order. */
  sce_error_t *(*public_keys)(void *ctx, sce_buf_t *keys, const uint8_t key_type[4], sce_key_scheme_t scheme);
  /* Signs; `*found` is false when the key is unknown. Signatures are 64 bytes (ecdsa: 65). `prehashed` (ecdsa only):
   * `message` is the 32-byte hash itself. */
  sce_error_t *(*sign)(void *ctx, bool *found, uint8_t signature[65], const uint8_t key_type[4],
                       sce_key_scheme_t scheme, sce_span_t public_key, sce_span_t message, bool prehashed);
} sce_keystore_ops_t;

/* Kinds of the off-chain database (sp_core::offchain::StorageKind). */
typedef enum sce_offchain_kind { SCE_OFFCHAIN_PERSISTENT = 0, SCE_OFFCHAIN_LOCAL = 1 } sce_offchain_kind_t;

/* The node-local off-chain database. Not consensus. */
typedef struct sce_offchain_db_ops {
  size_t size;
  sce_error_t *(*get)(void *ctx, sce_value_t *value, sce_offchain_kind_t kind, sce_span_t key);
  sce_error_t *(*set)(void *ctx, sce_offchain_kind_t kind, sce_span_t key, sce_span_t value);
  sce_error_t *(*clear)(void *ctx, sce_offchain_kind_t kind, sce_span_t key);
  /* Atomic; `old` NULL means "absent". */
  sce_error_t *(*compare_and_set)(void *ctx, bool *done, sce_offchain_kind_t kind, sce_span_t key,
                                  const sce_span_t *old, sce_span_t value);
} sce_offchain_db_ops_t;

/* Errors of HTTP body functions, as they cross the boundary (sp_core::offchain::HttpError). */
typedef enum sce_http_error {
  SCE_HTTP_OK = 0,
  SCE_HTTP_DEADLINE = 1,
  SCE_HTTP_IO = 2,
  SCE_HTTP_INVALID_ID = 3
} sce_http_error_t;

/* Status of a waiting request: what sp_core::offchain::HttpRequestStatus encodes to. */
typedef struct sce_http_status {
  uint8_t tag;   /* 0 deadline reached, 1 I/O error, 2 invalid id, 3 finished */
  uint16_t code; /* HTTP status, with tag 3 */
} sce_http_status_t;

/* What only an off-chain worker may use (sp_core::offchain::Externalities). `deadline` is NULL for "wait for ever",
 * else Unix milliseconds. */
typedef struct sce_offchain_ops {
  size_t size;
  sce_error_t *(*is_validator)(void *ctx, bool *yes);
  /* SCALE of (peer id, addresses); `*ok` false answers Err(()). */
  sce_error_t *(*network_state)(void *ctx, bool *ok, sce_buf_t *scale);
  sce_error_t *(*timestamp)(void *ctx, uint64_t *unix_ms);
  sce_error_t *(*sleep_until)(void *ctx, uint64_t unix_ms);
  sce_error_t *(*random_seed)(void *ctx, uint8_t seed[32]);
  sce_error_t *(*set_authorized_nodes)(void *ctx, sce_span_t scale_nodes, bool authorized_only);
  sce_error_t *(*http_start)(void *ctx, bool *ok, uint16_t *id, sce_span_t method, sce_span_t uri, sce_span_t meta);
  sce_error_t *(*http_add_header)(void *ctx, bool *ok, uint16_t id, sce_span_t name, sce_span_t value);
  sce_error_t *(*http_write_body)(void *ctx, sce_http_error_t *result, uint16_t id, sce_span_t chunk,
                                  const uint64_t *deadline);
  sce_error_t *(*http_wait)(void *ctx, sce_http_status_t *statuses, const uint16_t *ids, size_t count,
                            const uint64_t *deadline);
  /* SCALE of Vec<(Vec<u8>, Vec<u8>)>. */
  sce_error_t *(*http_headers)(void *ctx, sce_buf_t *scale, uint16_t id);
  /* Fills at most `len` bytes; `*read` 0 with SCE_HTTP_OK is the end. */
  sce_error_t *(*http_read_body)(void *ctx, sce_http_error_t *result, uint32_t *read, uint16_t id, uint8_t *buffer,
                                 size_t len, const uint64_t *deadline);
} sce_offchain_ops_t;

/* The transaction pool: takes an encoded extrinsic; `*accepted` false answers Err(()). */
typedef struct sce_pool_ops {
  size_t size;
  sce_error_t *(*submit)(void *ctx, bool *accepted, sce_span_t extrinsic);
} sce_pool_ops_t;

/* Spans and events of wasm_tracing, in SCALE as the runtime gives them (sp_tracing::WasmEntryAttributes). */
typedef struct sce_tracing_ops {
  size_t size;
  sce_error_t *(*enabled)(void *ctx, bool *yes, sce_span_t metadata);
  sce_error_t *(*enter_span)(void *ctx, uint64_t *id, sce_span_t attributes);
  sce_error_t *(*event)(void *ctx, sce_span_t attributes);
  sce_error_t *(*exit_span)(void *ctx, uint64_t id);
} sce_tracing_ops_t;

/* The statement store; results in SCALE as the host functions return them (sp_statement_store::runtime_api). */
typedef struct sce_statement_ops {
  size_t size;
  sce_error_t *(*submit)(void *ctx, uint32_t *result, sce_span_t statement);
  sce_error_t *(*statements)(void *ctx, sce_buf_t *scale);
  sce_error_t *(*broadcasts)(void *ctx, sce_buf_t *scale, sce_span_t topics);
  sce_error_t *(*posted)(void *ctx, sce_buf_t *scale, sce_span_t topics, const uint8_t dest[32], bool decrypted);
  sce_error_t *(*remove)(void *ctx, const uint8_t hash[32]);
  sce_error_t *(*remove_by)(void *ctx, const uint8_t account[32]);
} sce_statement_ops_t;

/* Everything behind one call. All zero is a call without state and services (sp_state_machine's
 * BasicExternalities are an overlay over an empty state). */
typedef struct sce_externalities {
  size_t size; /* sizeof(sce_externalities_t) */
  const sce_storage_ops_t *storage;
  void *storage_ctx;
  const sce_keystore_ops_t *keystore;
  void *keystore_ctx;
  const sce_offchain_db_ops_t *offchain_db;
  void *offchain_db_ctx;
  const sce_offchain_ops_t *offchain;
  void *offchain_ctx;
  const sce_pool_ops_t *pool;
  void *pool_ctx;
  const sce_tracing_ops_t *tracing;
  void *tracing_ctx;
  const sce_statement_ops_t *statements;
  void *statements_ctx;
  sce_log_t log; /* the runtime's log lines */
} sce_externalities_t;

#ifdef __cplusplus
}
#endif
#endif
