/* header_format.h: the inside of sce_header_format_t (block.h). */
#ifndef SCE_STATE_HEADER_FORMAT_H
#define SCE_STATE_HEADER_FORMAT_H

#include "scale/scale.h"
#include "scexec/block.h"

/* Fields behind the digest. */
#define SCE_HEADER_MAX_EXTRA 16

struct sce_header_format {
  const sce_metadata_t *metadata; /* borrowed */
  uint8_t number_size;            /* bytes of the block number; 0: compact */
  uint32_t item;                  /* type of the digest's items; UINT32_MAX: as upstream's */
  uint32_t extra[SCE_HEADER_MAX_EXTRA];
  uint32_t extra_count;
};

/* Passes over a value of a type of the metadata. */
sce_error_t *sce_header_format_skip(const sce_header_format_t *format, sce_scale_reader_t *in, uint32_t type);

#endif
