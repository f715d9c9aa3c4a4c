/* decode.h: the steps of reading metadata, one file each; sce_metadata_new() (metadata.c) runs them in order. */
#ifndef SCE_METADATA_DECODE_H
#define SCE_METADATA_DECODE_H

#include "metadata/model.h"
#include "scale/scale.h"

/* PortableRegistry (scale-info 2). Every id is checked before return. */
sce_error_t *sce_metadata_read_types(sce_metadata_t *md, sce_scale_reader_t *in);
/* What follows the registry in V14, V15 and V16. */
sce_error_t *sce_metadata_read_current(sce_metadata_t *md, sce_scale_reader_t *in);
/* V0 to V13, all. */
sce_error_t *sce_metadata_read_legacy(sce_metadata_t *md, sce_scale_reader_t *in);

/* ---- pieces that several of them read ---- */

/* Vec<String>, checked and left as it is. */
sce_error_t *sce_metadata_read_docs(sce_scale_reader_t *in, sce_docs_t *docs);
/* Compact<u32>: the id of a type that there is. */
sce_error_t *sce_metadata_read_type_id(const sce_metadata_t *md, sce_scale_reader_t *in, uint32_t *type);
/* Reads the count of a Vec whose items take at least `min_item` bytes and gives zeroed room for them in the arena. */
sce_error_t *sce_metadata_read_vec(sce_metadata_t *md, sce_scale_reader_t *in, void *items, uint32_t *count,
                                   size_t min_item, size_t item_size);
/* A name: String of at most SCE_METADATA_MAX_NAME bytes. */
sce_error_t *sce_metadata_read_name(sce_scale_reader_t *in, sce_span_t *name);
/* Option of a name: data NULL for None; Some("") has data. */
sce_error_t *sce_metadata_read_option_text(sce_scale_reader_t *in, sce_span_t *text);

#endif
