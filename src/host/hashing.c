/* hashing.c: the hashing family, ext_hashing_*, and what it was before it had versions. Source: sp-io `trait Hashing`.
 * The digest is made on the stack first: allocating the result may move the memory that the data lies in, and writing
 * it may overwrite the data. */
#include "crypto/hash.h"
#include "host/handlers.h"

#define HASHING(handler, function, size)                                                                               \
  SCE_HANDLER(handler) {                                                                                               \
    sce_span_t data;                                                                                                   \
    uint8_t digest[size];                                                                                              \
    SCE_TRY(sce_arg_span(caller, &data, args[0], "data"));                                                             \
    function(digest, data);                                                                                            \
    return sce_result_fixed(caller, result, digest, size);                                                             \
  }

HASHING(hashing_blake2_128_1, sce_blake2b_128, 16)
HASHING(hashing_blake2_256_1, sce_blake2b_256, 32)
HASHING(hashing_keccak_256_1, sce_keccak_256, 32)
HASHING(hashing_keccak_512_1, sce_keccak_512, 64)
HASHING(hashing_sha2_256_1, sce_sha2_256, 32)
HASHING(hashing_twox_64_1, sce_twox_64, 8)
HASHING(hashing_twox_128_1, sce_twox_128, 16)
HASHING(hashing_twox_256_1, sce_twox_256, 32)

/* Without versions: pointer, length, and where the digest goes. The pointer of nothing may be any. */
#define UNVERSIONED(handler, function, size)                                                                           \
  SCE_HANDLER(handler) {                                                                                               \
    sce_span_t data = {0};                                                                                             \
    uint8_t digest[size];                                                                                              \
    uint32_t len = (uint32_t)args[1];                                                                                  \
    if (len > 0) SCE_TRY(sce_arg_span(caller, &data, sce_pack_span((uint32_t)args[0], len), "data"));                  \
    function(digest, data);                                                                                            \
    return sce_result_write(caller, args[2], sce_span(digest, size), "out");                                           \
  }

UNVERSIONED(unversioned_blake2_128, sce_blake2b_128, 16)
UNVERSIONED(unversioned_blake2_256, sce_blake2b_256, 32)
UNVERSIONED(unversioned_keccak_256, sce_keccak_256, 32)
UNVERSIONED(unversioned_twox_64, sce_twox_64, 8)
UNVERSIONED(unversioned_twox_128, sce_twox_128, 16)
UNVERSIONED(unversioned_twox_256, sce_twox_256, 32)
