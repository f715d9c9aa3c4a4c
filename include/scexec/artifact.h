/* artifact.h: compiled runtimes as files: made once, loaded in milliseconds.
 *
 * An artifact holds machine code: whoever can change one can run anything in the process that loads it. So every
 * artifact ends with a MAC under a key of 32 bytes, and loading checks it over the whole file before anything is used;
 * what the artifact was made for (versions, target, processor, semantics) is compared first, for a precise error.
 * Loading without the check is a function of its own, whose name says so.
 */
#ifndef SCEXEC_ARTIFACT_H
#define SCEXEC_ARTIFACT_H

#include "scexec/base.h"
#include "scexec/executor.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SCE_ARTIFACT_KEY_SIZE 32

/* The user's own key: read from `path`, or made there on first use (mode 0600, directories 0700). `path` NULL stands
 * for $XDG_CONFIG_HOME/scexec/artifact.key, or ~/.config/scexec/artifact.key. Right under many processes at once.
 * Errors: SCE_IO (also: the file is not the user's own, or others may read it), SCE_UNSUPPORTED when `path` is NULL and
 * neither is XDG_CONFIG_HOME set nor HOME a directory. Wipe the key after use. */
SCE_API sce_error_t *sce_artifact_key_user(uint8_t key[SCE_ARTIFACT_KEY_SIZE], const char *path);

/* Compiles a blob and gives the artifact's bytes. `blob` is not kept. Errors: as sce_runtime_new(). */
SCE_API sce_error_t *sce_runtime_precompile(sce_engine_t *engine, sce_buf_t *artifact, const sce_blob_t *blob,
                                            const uint8_t key[SCE_ARTIFACT_KEY_SIZE]);

/* Loads an artifact of an engine with equal semantics (heap pages and memory limits may differ; instance-reuse,
 * recreate-instance and pooling share artifacts, the two copy-on-write strategies share theirs). A stack limit must be
 * the one that the code was metered with. `data` is copied and free after the call. Errors: SCE_BAD_ARTIFACT (not one,
 * another version, target, processor or semantics, wrong MAC), and those of sce_runtime_new(). */
SCE_API sce_error_t *sce_runtime_from_artifact_bytes(sce_runtime_t **runtime, sce_engine_t *engine, const uint8_t *data,
                                                     size_t len, const uint8_t key[SCE_ARTIFACT_KEY_SIZE]);

/* The same from a file, which is mapped when nobody else may write to it (owned by the user or root, no write
 * permission for others), else copied first. The file must stay unchanged while the runtime lives: replace it by
 * renaming. */
SCE_API sce_error_t *sce_runtime_from_artifact_file(sce_runtime_t **runtime, sce_engine_t *engine, const char *path,
                                                    const uint8_t key[SCE_ARTIFACT_KEY_SIZE]);

/* The same without the check of the MAC: only for bytes that nobody could have changed. A changed artifact executes
 * whatever its changer wants. */
SCE_API sce_error_t *sce_runtime_from_artifact_bytes_without_check(sce_runtime_t **runtime, sce_engine_t *engine,
                                                                   const uint8_t *data, size_t len);

/* What an artifact says of itself, unchecked. */
typedef struct sce_artifact_info {
  uint32_t format;
  char scexec_version[16];
  char wasmtime_version[16];
  char target[48];
  uint8_t code_hash[32]; /* BLAKE2b-256 of the plain WebAssembly module it was compiled from */
  uint64_t size;         /* bytes of machine code and metadata */
  /* In a cache, code of the first tier: the exported functions for whose calls it suffices, as "Core_version,
   * Metadata_metadata", as many as there is room for. Empty: all of the module. */
  char only_for[128];
} sce_artifact_info_t;

/* Reads it from the last bytes of an artifact. Errors: SCE_BAD_ARTIFACT. */
SCE_API sce_error_t *sce_artifact_describe(sce_artifact_info_t *info, const uint8_t *data, size_t len);

/* Bytes at the end of an artifact that sce_artifact_describe() needs. */
#define SCE_ARTIFACT_TRAILER_SIZE 512

/* ---- from code, with the cache ---- */

/* Gives the compiled runtime of `code` (plain or compressed): from the engine's cache (sce_config_t.cache_path) when it
 * is there, else compiled, and kept there for the next time. With SCE_COMPILER_TIERED what the first calls compiled is
 * kept for calls of the same functions, until a process lives long enough to put all of the module in its place. A
 * cache that can't be used is a warning in the log, a damaged entry is compiled again. Errors: those of sce_blob_new()
 * and sce_runtime_new(). */
SCE_API sce_error_t *sce_runtime_from_code(sce_runtime_t **runtime, sce_engine_t *engine, sce_span_t code);

/* An entry of a cache directory. */
typedef struct sce_cache_entry {
  const char *name;  /* file name: code hash, semantics */
  uint64_t size;     /* bytes */
  int64_t last_used; /* Unix seconds */
  sce_artifact_info_t info;
  bool readable; /* `info` is valid */
} sce_cache_entry_t;

/* Called for each entry; borrowed for the call. */
typedef void (*sce_cache_entry_fn)(void *ctx, const sce_cache_entry_t *entry);

/* Lists the entries of a cache directory, in no order. A directory that is not there is empty. Errors: SCE_IO. */
SCE_API sce_error_t *sce_cache_list(const char *path, sce_cache_entry_fn each, void *ctx);

/* Removes all entries, and gives the number of bytes freed. Other files in the directory stay. Errors: SCE_IO. */
SCE_API sce_error_t *sce_cache_clear(uint64_t *freed, const char *path);

#ifdef __cplusplus
}
#endif
#endif
