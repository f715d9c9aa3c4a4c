/* hashing.c: the hashing family, ext_hashing_*, and what it was before it had versions. Source: sp-io `trait Hashing`.
 * The digest is made on the stack first: allocating the result may move the memory that the data lies in, and writing
 * it may overwrite the data. */
#include "crypto/hash.h"
#include "host/handlers.h"

#define HANDLER(handler, function, size, of_long)                                                                      \
  SCE_HANDLER(handler) {                                                                                               \
    sce_span_t data;                                                                                                   \
    uint8_t digest[size];                                                                                              \
    SCE_TRY(sce_arg_span(caller, &data, args[0], "data"));                                                             \
    if (data.len <= SCE_HASH_LONG)                                                                                     \
      function(digest, data);                                                                                          \
    else                                                                                                               \
      SCE_TRY(of_long);                                                                                                \
    return sce_result_fixed(caller, result, digest, size);                                                             \
  }
#define HASHING(handler, function, size, kind)                                                                         \
  HANDLER(handler, function, size, sce_hash_long(digest, kind, sce_span(NULL, 0), data))
#define TWOX(handler, function, size) HANDLER(handler, function, size, sce_twox_long(digest, (size) / 8, data))

HASHING(hashing_blake2_128_1, sce_blake2b_128, 16, SCN_BLAKE2B_128)
HASHING(hashing_blake2_256_1, sce_blake2b_256, 32, SCN_BLAKE2B_256)
HASHING(hashing_keccak_256_1, sce_keccak_256, 32, SCN_KECCAK_256)
HASHING(hashing_keccak_512_1, sce_keccak_512, 64, SCN_KECCAK_512)
HASHING(hashing_sha2_256_1, sce_sha2_256, 32, SCN_SHA2_256)
TWOX(hashing_twox_64_1, sce_twox_64, 8)
TWOX(hashing_twox_128_1, sce_twox_128, 16)
TWOX(hashing_twox_256_1, sce_twox_256, 32)

/* Without versions: pointer, length, and where the digest goes. The pointer of nothing may be any. */
#define UNVERSIONED(handler, function, size, of_long)                                                                  \
  SCE_HANDLER(handler) {                                                                                               \
    sce_span_t data = {0};                                                                                             \
    uint8_t digest[size];                                                                                              \
    uint32_t len = (uint32_t)args[1];                                                                                  \
    if (len > 0) SCE_TRY(sce_arg_span(caller, &data, sce_pack_span((uint32_t)args[0], len), "data"));                  \
    if (data.len <= SCE_HASH_LONG)                                                                                     \
      function(digest, data);                                                                                          \
    else                                                                                                               \
      SCE_TRY(of_long);                                                                                                \
    return sce_result_write(caller, args[2], sce_span(digest, size), "out");                                           \
  }
#define UNVERSIONED_HASHING(handler, function, size, kind)                                                             \
  UNVERSIONED(handler, function, size, sce_hash_long(digest, kind, sce_span(NULL, 0), data))
#define UNVERSIONED_TWOX(handler, function, size)                                                                      \
  UNVERSIONED(handler, function, size, sce_twox_long(digest, (size) / 8, data))

UNVERSIONED_HASHING(unversioned_blake2_128, sce_blake2b_128, 16, SCN_BLAKE2B_128)
UNVERSIONED_HASHING(unversioned_blake2_256, sce_blake2b_256, 32, SCN_BLAKE2B_256)
UNVERSIONED_HASHING(unversioned_keccak_256, sce_keccak_256, 32, SCN_KECCAK_256)
UNVERSIONED_TWOX(unversioned_twox_64, sce_twox_64, 8)
UNVERSIONED_TWOX(unversioned_twox_128, sce_twox_128, 16)
UNVERSIONED_TWOX(unversioned_twox_256, sce_twox_256, 32)

/* RFC-145: a span, and where the digest goes. */
#define RFC145(handler, function, size, of_long)                                                                       \
  SCE_HANDLER(handler) {                                                                                               \
    sce_span_t data;                                                                                                   \
    uint8_t digest[size];                                                                                              \
    SCE_TRY(sce_arg_span(caller, &data, args[0], "data"));                                                             \
    if (data.len <= SCE_HASH_LONG)                                                                                     \
      function(digest, data);                                                                                          \
    else                                                                                                               \
      SCE_TRY(of_long);                                                                                                \
    return sce_result_write(caller, args[1], sce_span(digest, size), "out");                                           \
  }
#define RFC145_HASHING(handler, function, size, kind)                                                                  \
  RFC145(handler, function, size, sce_hash_long(digest, kind, sce_span(NULL, 0), data))
#define RFC145_TWOX(handler, function, size) RFC145(handler, function, size, sce_twox_long(digest, (size) / 8, data))

RFC145_HASHING(rfc145_blake2_128, sce_blake2b_128, 16, SCN_BLAKE2B_128)
RFC145_HASHING(rfc145_blake2_256, sce_blake2b_256, 32, SCN_BLAKE2B_256)
RFC145_HASHING(rfc145_keccak_256, sce_keccak_256, 32, SCN_KECCAK_256)
RFC145_HASHING(rfc145_keccak_512, sce_keccak_512, 64, SCN_KECCAK_512)
RFC145_HASHING(rfc145_sha2_256, sce_sha2_256, 32, SCN_SHA2_256)
RFC145_TWOX(rfc145_twox_64, sce_twox_64, 8)
RFC145_TWOX(rfc145_twox_128, sce_twox_128, 16)
RFC145_TWOX(rfc145_twox_256, sce_twox_256, 32)
