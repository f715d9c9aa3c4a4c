/* uri.h: secret URIs, the text form of a key: PHRASE/soft//hard///PASSWORD. A phrase is a BIP-39 phrase or a 0x seed;
 * none stands for the well-known phrase of development keys. Syntax as sp-core 43, address_uri.rs, `AddressUri::parse`;
 * errors (SCE_BAD_INPUT) give offsets, never the text, which is secret. */
#ifndef SCE_CRYPTO_URI_H
#define SCE_CRYPTO_URI_H

#include "scexec/base.h"

/* Longest URI taken, in bytes: the longest phrase has 215, the rest is for path and password. */
#define SCE_URI_MAX 65536

/* sp-core 43, crypto.rs, DEV_PHRASE. */
#define SCE_URI_DEV_PHRASE "bottom drive obey lake curtain smoke basket hold race lonely fit walk"

/* The parts of a URI; spans point into its text. */
typedef struct sce_uri {
  sce_span_t phrase;   /* letters, digits and blanks; the development phrase when the text has none */
  sce_span_t path;     /* junctions with their slashes; every junction has a name */
  sce_span_t password; /* after "///" */
  bool has_password;
} sce_uri_t;

typedef struct sce_junction {
  bool hard;
  uint8_t chain_code[32];
} sce_junction_t;

sce_error_t *sce_uri_parse(sce_uri_t *uri, sce_span_t text);

/* Takes the first junction off `path`, which sce_uri_parse gave; false when it is empty. Chain code as in crypto.rs,
 * `DeriveJunction::from`: the SCALE encoding of the name as u64 when it is a number, else as text; padded with zeros to
 * 32 bytes, or hashed with BLAKE2b-256 when longer. */
bool sce_uri_next_junction(sce_junction_t *junction, sce_span_t *path);

/* True when the phrase is a "0x" seed rather than words. */
bool sce_uri_has_seed(const sce_uri_t *uri);
/* The 32 bytes of such a seed. */
sce_error_t *sce_uri_seed(uint8_t seed[32], const sce_uri_t *uri);

#endif
