/* version.h: what a runtime says of itself: names, versions, and the runtime APIs it has. */
#ifndef SCEXEC_VERSION_H
#define SCEXEC_VERSION_H

#include "scexec/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A runtime API: the first 8 bytes of BLAKE2b-64 of its trait's name, and its version. */
typedef struct sce_api_version {
  uint8_t id[8];
  uint32_t version;
} sce_api_version_t;

/* sp_version::RuntimeVersion. All zero is the empty version; release with sce_runtime_version_free(). */
typedef struct sce_runtime_version {
  sce_span_t spec_name; /* UTF-8; lives as long as the struct's memory, as do impl_name and apis */
  sce_span_t impl_name; /* UTF-8 */
  uint32_t authoring_version;
  uint32_t spec_version;
  uint32_t impl_version;
  const sce_api_version_t *apis; /* in the order of the runtime; NULL when api_count is 0 */
  size_t api_count;
  uint32_t transaction_version; /* 1 where the runtime's Core API is older than version 3 */
  uint8_t system_version;       /* once called state_version; 0 where the Core API is older than version 4 */
  void *memory;                 /* owned: what the spans and `apis` point into */
} sce_runtime_version_t;

/* Decodes what Core_version returns, of any age: which of the last two fields are there follows from the version of the
 * Core API in `apis`. Bytes after the version are ignored, as upstream does. `version` is overwritten, not freed first;
 * untouched on failure. Errors: SCE_BAD_INPUT with the offset, SCE_OUT_OF_MEMORY. Any thread.
 * Source: sp-version 44, RuntimeVersion::decode_with_version_hint. */
SCE_API sce_error_t *sce_runtime_version_decode(sce_runtime_version_t *version, sce_span_t output);

/* Decodes the custom sections `runtime_version` and `runtime_apis` of a runtime; `runtime_apis.data` is NULL when there
 * is no such section. The APIs of the latter replace those of the former, which is written with an empty list. Errors:
 * SCE_BAD_CODE, SCE_OUT_OF_MEMORY; otherwise as sce_runtime_version_decode().
 * Source: sc-executor 0.51, wasm_runtime.rs, read_embedded_version. */
SCE_API sce_error_t *sce_runtime_version_decode_sections(sce_runtime_version_t *version, sce_span_t runtime_version,
                                                         sce_span_t runtime_apis);

/* Appends the SCALE encoding of the current form, all fields: what ext_misc_runtime_version gives for a version that
 * was read from custom sections. Errors: SCE_OUT_OF_MEMORY. */
SCE_API sce_error_t *sce_runtime_version_encode(sce_buf_t *out, const sce_runtime_version_t *version);

/* Frees what the version holds and makes it the empty version. NULL is accepted. */
SCE_API void sce_runtime_version_free(sce_runtime_version_t *version);

/* The API with this id, or NULL. Borrowed from `version`. */
SCE_API const sce_api_version_t *sce_runtime_version_api(const sce_runtime_version_t *version, const uint8_t id[8]);

#ifdef __cplusplus
}
#endif
#endif
