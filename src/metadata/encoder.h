/* encoder.h: the walk from JSON to SCALE, for the files that share it. */
#ifndef SCE_METADATA_ENCODER_H
#define SCE_METADATA_ENCODER_H

#include "metadata/decoder.h"

#include <jansson.h>

/* Longest example that an error shows. */
#define SCE_EXAMPLE_SHOWN ((size_t)400)

typedef struct sce_encoder {
  const sce_metadata_t *md;
  sce_buf_t *out;
  unsigned depth; /* levels of any kind */
  unsigned refs;  /* sequences and boxes that the walk is inside */
} sce_encoder_t;

/* Parses text that is one JSON value. Owned by the caller (json_decref). Errors: SCE_BAD_INPUT with line and column. */
sce_error_t *sce_json_parse(json_t **value, sce_span_t json);

/* Appends the encoding of `value`. On failure `out` holds a part of it. */
sce_error_t *sce_encoder_value(sce_encoder_t *e, uint32_t type, json_t *value, const sce_place_t *place);

/* Counts levels that a sequence or boxes are, as the decoder does; the caller takes them back from e->refs. */
sce_error_t *sce_encoder_descend(sce_encoder_t *e, unsigned refs);

/* Bytes of "0x…", of {"$text": "…"} (its UTF-8), or of an array of numbers below 256, appended to `out`. */
sce_error_t *sce_encoder_read_bytes(sce_buf_t *out, const json_t *value, const sce_place_t *place);

/* A BTreeSet or BTreeMap with items of type `item`, in the order of its keys; what is there twice is refused
 * (value_order.c). */
sce_error_t *sce_encoder_ordered(sce_encoder_t *e, uint32_t item, sce_order_rule_t rule, json_t *value,
                                 const sce_place_t *place);

/* An extrinsic with its length before it, from an object or from "0x…" (extrinsic_encode.c). */
sce_error_t *sce_encoder_extrinsic(sce_encoder_t *e, json_t *value, const sce_place_t *place);

/* Appends the bytes of {"$unknown", "hex"}; *taken says whether `value` is such an object. */
sce_error_t *sce_encoder_unknown(sce_encoder_t *e, bool *taken, json_t *value, const sce_place_t *place);

/* "expected <due>, got <what value is>" at `place`. */
sce_error_t *sce_json_expected(const char *due, const json_t *value, const sce_place_t *place);

/* Adds to what is wrong with a value: "(<what>: <type>, such as <example>)". Takes `err`; other kinds stay as they are.
 */
sce_error_t *sce_input_explain(const sce_metadata_t *md, sce_error_t *err, const char *what, uint32_t type);

/* The text of a JSON string, which may hold NUL. */
static inline sce_span_t sce_json_text(const json_t *string) {
  return (sce_span_t){(const uint8_t *)json_string_value(string), json_string_length(string)};
}

/* Same letters and digits, whatever the case and underscores: `dest_id`, `destId`. */
bool sce_name_matches(sce_span_t a, sce_span_t b);

/* Little-endian bytes of an integer from a JSON number or a string of decimal or 0x digits; `size` of at most 32. */
sce_error_t *sce_json_read_integer(uint8_t out[32], const json_t *value, size_t size, bool is_signed,
                                   const sce_place_t *place);

#endif
