/* value.h: values of a runtime's types, SCALE to JSON and back without loss.
 *
 * How types are written in JSON
 *
 *   integers               number up to 2^53, beyond that a decimal string. Read: number, decimal or 0x string
 *   compact                as the integer
 *   bool, char, str        true, "c", "text"
 *   (), empty struct       null. Read: [] and {} too
 *   Vec<u8>, [u8; N]       "0x…"; so are hashes and every struct that is nothing but such bytes.
 *                          Read: {"$text": "…"} for the UTF-8 of a text, an array of numbers too
 *   AccountId32            SS58 with the format's prefix. Read: SS58 of any prefix, "0x…", and the path of a
 *                          development key ("//Alice"), which is its sr25519 public key
 *   struct of named fields {"field": …} with the names of the metadata. Read: also in camelCase or snake_case
 *   struct of one unnamed  as that field
 *   tuple, other structs   [ … ]
 *   Vec, array, BTreeSet   [ … ]
 *   BTreeMap               [[key, value], …], since keys need not be text. Read: {"key": value, …} too, where a key
 *                          that is no text, such as a tuple, stands as JSON in its string
 *   enum                   "Variant", {"Variant": field}, {"Variant": [fields]}, {"Variant": {"field": …}}
 *   Option<T>              null or the value; where T's values may be null themselves (nested options, units), null or
 *                          {"Some": value}. Read: {"Some": …} and "None" always
 *   bit sequence           "0b…", first bit first. Read: an array of booleans too
 *   Era                    "Immortal", {"Mortal": {"period": 64, "phase": 12}}; bytes that are no era {"Raw": "0x…"}
 *   MultiAddress           as the enum it is; read: a plain account for its Id
 *   account or index       (before MultiAddress) account as SS58, or the index as a number
 *   extrinsic              {"version", "type": "bare"|"signed"|"general", …}, see sce_value_decode(). Read: "0x…" too,
 *                          the extrinsic with its length before it
 *   type of no known       {"$unknown": "<where and which type>", "hex": "0x…"} for the whole value that it occurs in
 *   layout
 *
 * Threads and spans: as in metadata.h. JSON is UTF-8. */
#ifndef SCEXEC_VALUE_H
#define SCEXEC_VALUE_H

#include "scexec/base.h"
#include "scexec/metadata.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How values are written. All zero: prefix 0 (Polkadot), nothing added. */
typedef struct sce_value_format {
  uint16_t ss58_prefix; /* below 16384 */
  bool explain_errors;  /* "name" and "docs" beside the {index, error} of a dispatch error; skipped when read back */
} sce_value_format_t;

/* ---- types ---- */

/* The type meant by `text`: a number of the registry; a path or its last segment (`sp_core::crypto::AccountId32`,
 * `AccountId32`); an expression of these (`Vec<(u32, AccountId)>`, `Option<[u8; 32]>`, `Compact<u128>`); or one of
 * `extrinsic`, `header`, `block`, `call`, `event`, `events`, `digest`. New types are added to the metadata, which is
 * why it is not const. Errors: SCE_NOT_FOUND (no such name, or several: the message says which), SCE_BAD_INPUT
 * (syntax). */
SCE_API sce_error_t *sce_type_resolve(sce_metadata_t *metadata, uint32_t *type, sce_span_t text);

/* One more than the highest id of a type, those that were added included. Ids may have gaps, which are no types: the
 * registry of FRAME has none, others may. */
SCE_API uint32_t sce_type_count(const sce_metadata_t *metadata);

/* Appends a type as text, such as `Vec<(u32, AccountId32)>`. Errors: SCE_NOT_FOUND (no such id). */
SCE_API sce_error_t *sce_type_name(const sce_metadata_t *metadata, sce_buf_t *out, uint32_t type);

/* Appends an example of a value of the type, as JSON that sce_value_encode() takes where the type is not so large that
 * parts are cut to "…". `format` NULL: SS58 prefix 42. Errors: SCE_NOT_FOUND. */
SCE_API sce_error_t *sce_type_example(const sce_metadata_t *metadata, sce_buf_t *json, uint32_t type,
                                      const sce_value_format_t *format);

/* ---- values ---- */

/* Appends the value that `bytes`, all of them, encode. `format` may be NULL for the zero format.
 * An extrinsic is {"version": 4 or 5, "type", "address", "signature", "extensions": {"CheckNonce": …}, "call"}: address
 * and signature where signed, "extension_version" and "extensions" where general.
 * Errors: SCE_BAD_INPUT with path and offset; SCE_NOT_FOUND (no such id); on failure `json` is as before. Nesting is
 * limited as runtimes limit it, to 256 sequences and boxes inside each other, and to 1024 levels of any kind; the
 * number of nodes to 65536 and 256 for each byte, the JSON to 64 MiB and 1024 for each. Source: parity-scale-codec 3.7
 * (strict: shortest compacts, no bytes left over). */
SCE_API sce_error_t *sce_value_decode(const sce_metadata_t *metadata, sce_buf_t *json, uint32_t type, sce_span_t bytes,
                                      const sce_value_format_t *format);

/* The same of the value that `bytes` begin with; *used gets its length. A type of no known layout takes all. */
SCE_API sce_error_t *sce_value_decode_prefix(const sce_metadata_t *metadata, sce_buf_t *json, size_t *used,
                                             uint32_t type, sce_span_t bytes, const sce_value_format_t *format);

/* Appends the SCALE encoding of a JSON value. `path` is what errors call the value, such as "args[1]"; may be empty.
 * What it gives is what a runtime encodes: BTreeSets and BTreeMaps are put in the order of their keys, whatever the
 * order in JSON, and refused when a key is there twice. Bounds of BoundedVec and the like are not in metadata and not
 * checked. Nesting is limited as in decoding. Errors: SCE_BAD_INPUT: "args[1].dest.Id: expected 32 bytes, got 31", or
 * where the JSON is malformed; SCE_NOT_FOUND (no such id); on failure `bytes` is as before. */
SCE_API sce_error_t *sce_value_encode(const sce_metadata_t *metadata, sce_buf_t *bytes, uint32_t type, sce_span_t json,
                                      sce_span_t path);

/* ---- runtime APIs ---- */

/* Appends the input of a method (its place, see sce_metadata_method_find()): its arguments, one after the other, from a
 * JSON array of them; for a view function wrapped as sce_method_input_wrap() does. Errors as sce_value_encode(), with
 * paths "args[i]…", the parameter's name and type, and an example. */
SCE_API sce_error_t *sce_method_args_encode(const sce_metadata_t *metadata, sce_buf_t *bytes, size_t method,
                                            sce_span_t json);
/* Appends the input of a method whose encoded arguments are `args`: they themselves, and for a view function its id
 * before them. Errors: SCE_NOT_FOUND (no such method); on failure `bytes` is as before. */
SCE_API sce_error_t *sce_method_input_wrap(const sce_metadata_t *metadata, sce_buf_t *bytes, size_t method,
                                           sce_span_t args);
/* Appends a method's answer as JSON. Errors as sce_value_decode(): SCE_BAD_INPUT also says where the layout comes from
 * a shipped table, see sce_method_info_t, and why the runtime did not call a view function. */
SCE_API sce_error_t *sce_method_output_decode(const sce_metadata_t *metadata, sce_buf_t *json, size_t method,
                                              sce_span_t output, const sce_value_format_t *format);

/* Appends a JSON array of words as a person types them at a prompt: each that is a JSON value stands as it is, any
 * other (15oF4u…, 0x1234, Alice, integers beyond 64 bits) becomes a string. Errors: SCE_BAD_INPUT for one that begins
 * with {, [ or " and is no JSON, with its place. */
SCE_API sce_error_t *sce_json_from_words(sce_buf_t *json, const sce_span_t *words, size_t count);

/* Appends compact JSON with line breaks and `indent` spaces a level. `json` must be JSON as this library writes it. */
SCE_API sce_error_t *sce_json_indent(sce_buf_t *out, sce_span_t json, unsigned indent);

/* ---- storage ---- */

/* Appends the key of "Pallet.Item" with keys from a JSON array; fewer keys than the item has give a prefix for listing,
 * and just "Pallet" the prefix of all its items. Well-known keys: ":code", ":heappages" and so on stand for themselves.
 * Errors: SCE_NOT_FOUND with the nearest names; SCE_BAD_INPUT as sce_value_encode(), with paths "keys[i]…". */
SCE_API sce_error_t *sce_storage_key_encode(const sce_metadata_t *metadata, sce_buf_t *key, sce_span_t item,
                                            sce_span_t json);

/* Appends an explanation of a raw key: {"pallet", "item", "keys": [{"hasher", "type", "hash", "value"}], "value_type"};
 * `hash` and `value` where the hasher has them. A key with less than the item's keys has "partial": true, bytes that
 * fit nothing are "rest": "0x…". Well-known keys are {"well_known": ":code", "description"}; a key that the metadata
 * does not explain is {"unknown": "0x…"}, with "pallet" where that part is known. */
SCE_API sce_error_t *sce_storage_key_decode(const sce_metadata_t *metadata, sce_buf_t *json, sce_span_t key,
                                            const sce_value_format_t *format);

/* The type of the value under a raw key; SCE_TYPE_NONE when the metadata does not say. */
SCE_API uint32_t sce_storage_value_type(const sce_metadata_t *metadata, sce_span_t key);

/* Appends the value under a raw key as JSON. A value that the metadata does not explain, or that does not decode, is
 * {"$unknown": "<why>", "hex": "0x…"}: state may be older than the metadata, and one entry must not hide the rest. */
SCE_API sce_error_t *sce_storage_value_decode(const sce_metadata_t *metadata, sce_buf_t *json, sce_span_t key,
                                              sce_span_t value, const sce_value_format_t *format);

/* ---- errors of dispatch ---- */

/* Appends {"pallet", "name", "docs"} for an error of a pallet: `error` is the variant's index. Errors:
 * SCE_NOT_FOUND. */
SCE_API sce_error_t *sce_metadata_module_error(const sce_metadata_t *metadata, sce_buf_t *json, uint8_t pallet,
                                               uint8_t error);

/* ---- SS58 ---- */

/* Appends the SS58 address of `bytes` (1, 2, 4, 8, 32 or 33 of them) with a prefix below 16384. Errors: SCE_MISUSE.
 * Source: sp-core 43, crypto.rs, Ss58Codec; https://docs.substrate.io/reference/address-formats/ */
SCE_API sce_error_t *sce_ss58_encode(sce_buf_t *text, sce_span_t bytes, uint16_t prefix);

/* Decodes an address: its bytes are appended to `bytes`, its prefix set (NULL: not wanted). Errors: SCE_BAD_INPUT
 * (character, length, prefix, checksum); `bytes` and `prefix` are untouched then. */
SCE_API sce_error_t *sce_ss58_decode(sce_buf_t *bytes, uint16_t *prefix, sce_span_t text);

#ifdef __cplusplus
}
#endif
#endif
