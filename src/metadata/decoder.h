/* decoder.h: the walk from SCALE to JSON, for the files that share it. */
#ifndef SCE_METADATA_DECODER_H
#define SCE_METADATA_DECODER_H

#include "metadata/model.h"
#include "scale/scale.h"
#include "scexec/value.h"

/* Limits of a walk: nesting, and nodes and bytes of JSON for every byte besides those that are free. Names are the
 * metadata's, so JSON may be longer than its value by any factor.
 *
 * Runtimes count sequences and boxes: sp-api decodes arguments with MAX_EXTRINSIC_DEPTH (256) of them, so an extrinsic
 * in a block may hold as many calls inside each other. The bound on levels of any kind keeps the native stack bounded,
 * and JSON within the 2048 levels that Jansson reads, since a level is at most two of JSON; newtypes are none. */
#define SCE_VALUE_MAX_REFS 256
#define SCE_VALUE_MAX_DEPTH 1024
#define SCE_VALUE_FREE_NODES ((uint64_t)1 << 16)
#define SCE_VALUE_NODES_A_BYTE 256
#define SCE_VALUE_FREE_TEXT ((uint64_t)64 << 20)
#define SCE_VALUE_TEXT_A_BYTE 1024

/* Where the walk is, for errors: a list on the C stack, innermost first. `name.data` NULL: item `index`. */
typedef struct sce_place {
  const struct sce_place *up; /* NULL at the root, whose name may be empty */
  sce_span_t name;
  uint32_t index;
} sce_place_t;

typedef struct sce_decoder {
  const sce_metadata_t *md;
  sce_buf_t *out;
  sce_scale_reader_t in;
  uint64_t nodes;    /* that may still be met */
  uint64_t text_end; /* where `out` may be no longer than, when a node begins */
  unsigned depth;    /* levels of any kind */
  unsigned refs;     /* sequences and boxes that the walk is inside */
  uint32_t unknown;  /* the type of unknown layout that stopped the walk; SCE_TYPE_NONE: none did */
  sce_value_format_t format;
} sce_decoder_t;

/* A decoder of `bytes` onto `out`; `format` may be NULL. */
sce_decoder_t sce_decoder(const sce_metadata_t *md, sce_buf_t *out, sce_span_t bytes, const sce_value_format_t *format);

/* The next value. On failure `out` holds a part of it. A type of unknown layout sets `unknown` and fails. */
sce_error_t *sce_decoder_value(sce_decoder_t *d, uint32_t type, const sce_place_t *place);

/* Error of a value nested deeper than one of the two limits, at byte `at` of the input (SIZE_MAX: in JSON). */
sce_error_t *sce_value_too_deep(unsigned refs, size_t at);

static inline bool sce_bytes_are_zero(sce_span_t bytes) {
  for (size_t i = 0; i < bytes.len; i++)
    if (bytes.data[i] != 0) return false;
  return true;
}

/* The next extrinsic, with its length before it (extrinsic_decode.c). */
sce_error_t *sce_decoder_extrinsic(sce_decoder_t *d, const sce_place_t *place);

/* {"$unknown": why, "hex": bytes}. */
sce_error_t *sce_decoder_unknown(sce_buf_t *out, sce_span_t why, sce_span_t bytes);

/* Puts "a.b[2]" before the message of an error; nothing when the place is an unnamed root. Takes `err`; NULL stays. */
sce_error_t *sce_place_error(sce_error_t *err, const sce_place_t *place);

/* The extensions that an extrinsic has, in order. */
typedef struct sce_extension_list {
  const uint32_t *places; /* in the metadata's extensions; NULL: all of them */
  uint32_t count;
} sce_extension_list_t;

/* Those of a version of the extensions (0 in signed extrinsics). Errors: SCE_BAD_INPUT. */
sce_error_t *sce_extrinsic_extensions(const sce_metadata_t *md, sce_extension_list_t *list, uint8_t version);
static inline const sce_extension_t *sce_extension_at(const sce_metadata_t *md, const sce_extension_list_t *list,
                                                      uint32_t i) {
  return &md->extrinsic.extensions[list->places != NULL ? list->places[i] : i];
}

/* The pallet and error that {index, error} mean; false when there is none. */
bool sce_module_error_find(const sce_metadata_t *md, const sce_pallet_t **pallet, const sce_variant_t **error,
                           uint8_t index, uint8_t code);

/* Documentation as one JSON string, its lines joined by spaces. */
sce_error_t *sce_json_docs(sce_buf_t *json, sce_docs_t docs);

/* ---- eras, sp_runtime::generic::Era ---- */

/* Takes the two bytes of a mortal era apart; false when they are none. */
bool sce_era_decode(uint64_t *period, uint64_t *phase, uint16_t encoded);
/* The nearest mortal era, as Era::mortal makes it: period a power of two from 4 to 65536. */
uint16_t sce_era_encode(uint64_t period, uint64_t phase);

#endif
