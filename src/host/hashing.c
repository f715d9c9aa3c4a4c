/* hashing.c: the hashing family, ext_hashing_*. Source: sp-io `trait Hashing`. The digest is made on the stack first:
 * allocating the result may move the memory that the data lies in. */
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
