/* diff.h: metadata taken apart for comparing: items, each with its line and with details (diff_items.c), and digests of
 * the structure of types (diff_digest.c). */
#ifndef SCE_METADATA_DIFF_H
#define SCE_METADATA_DIFF_H

#include "metadata/model.h"

/* In the order in which they are listed. */
typedef enum sce_diff_kind {
  SCE_DIFF_METADATA,
  SCE_DIFF_PALLET,
  SCE_DIFF_STORAGE,
  SCE_DIFF_CALL,
  SCE_DIFF_EVENT,
  SCE_DIFF_ERROR,
  SCE_DIFF_CONSTANT,
  SCE_DIFF_VIEW,
  SCE_DIFF_ASSOCIATED,
  SCE_DIFF_API,
  SCE_DIFF_EXTRINSIC,
  SCE_DIFF_CUSTOM,
  SCE_DIFF_TYPE
} sce_diff_kind_t;

/* "storage", "runtime API" and so on. */
const char *sce_diff_kind_name(sce_diff_kind_t kind);

/* One thing said of an item: its line (`detail` empty) or a detail such as its default. Texts are places in the list's
 * buffer. `digest` is of what the text only names. */
typedef struct sce_diff_entry {
  sce_diff_kind_t kind;
  size_t name, name_len;
  size_t detail, detail_len;
  size_t text, text_len;
  uint64_t digest;
} sce_diff_entry_t;

/* All that is said of one metadata. Zero but for `md` at first; released with sce_diff_list_free(). */
typedef struct sce_diff_list {
  const sce_metadata_t *md;
  uint64_t *deep;    /* by type: of the whole structure */
  uint64_t *shallow; /* of the structure down to types with a path, which count by their name */
  sce_buf_t text;
  sce_diff_entry_t *entries;
  size_t count, cap;
} sce_diff_list_t;

/* `with_apis` false: runtime APIs are left out. */
sce_error_t *sce_diff_list_fill(sce_diff_list_t *list, bool with_apis);
void sce_diff_list_free(sce_diff_list_t *list);

/* ---- digests ---- */

uint64_t sce_diff_mix(uint64_t h, uint64_t v);
uint64_t sce_diff_mix_text(uint64_t h, sce_span_t text);
uint64_t sce_diff_mix_fields(uint64_t h, const uint64_t *digests, const sce_fields_t *fields);
/* A digest of each type; owned by the caller. */
sce_error_t *sce_diff_digest_types(uint64_t **digests, const sce_metadata_t *md, bool shallow);

#endif
