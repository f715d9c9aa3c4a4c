/* outline.h: metadata as text for people, JSON for programs, and one line an item for both and for differences. */
#ifndef SCE_METADATA_OUTLINE_H
#define SCE_METADATA_OUTLINE_H

#include "metadata/model.h"

/* Outlines end here: items are short in hostile metadata, what they refer to need not be. */
#define SCE_OUTLINE_MAX_BYTES ((size_t)256 << 20)

/* What a selector names: all, a pallet, or an item of it. */
typedef struct sce_selection {
  const sce_pallet_t *pallet; /* NULL: all */
  sce_span_t item;            /* empty: the whole pallet */
} sce_selection_t;

/* ---- one line an item (outline_line.c) ---- */

/* `Type`, in the metadata's own words where it has any (V0 to V13). */
sce_error_t *sce_outline_type(const sce_metadata_t *md, sce_buf_t *out, uint32_t type, sce_span_t text);
/* `Name[Hasher(Key), …]: Value`, with "?" after the value where absence means none. */
sce_error_t *sce_outline_storage(const sce_metadata_t *md, sce_buf_t *out, const sce_storage_t *entry);
/* `index name(field: Type, …)`. */
sce_error_t *sce_outline_variant(const sce_metadata_t *md, sce_buf_t *out, const sce_variant_t *variant);
/* `Name: Type = value`. */
sce_error_t *sce_outline_constant(const sce_metadata_t *md, sce_buf_t *out, const sce_constant_t *constant);
/* `name(input: Type, …) -> Output`. */
sce_error_t *sce_outline_method(const sce_metadata_t *md, sce_buf_t *out, const sce_method_t *method);

/* ---- the two forms (outline_text.c, outline_json.c) ---- */

sce_error_t *sce_outline_write_text(const sce_metadata_t *md, sce_buf_t *out, const sce_selection_t *what,
                                    unsigned flags);
sce_error_t *sce_outline_write_json(const sce_metadata_t *md, sce_buf_t *out, const sce_selection_t *what,
                                    unsigned flags);
sce_error_t *sce_outline_write_apis_text(const sce_metadata_t *md, sce_buf_t *out, sce_span_t api, sce_span_t method,
                                         unsigned flags);
sce_error_t *sce_outline_write_apis_json(const sce_metadata_t *md, sce_buf_t *out, sce_span_t api, sce_span_t method,
                                         unsigned flags);

#endif
