/* keystore.h: keys for the functions ext_crypto_*_generate, _public_keys and _sign, in memory or in a directory of key
 * files as Substrate nodes have it.
 *
 * A key file is named by hexadecimal digits, key type then public key, and holds the secret URI as a JSON string
 * (sc-keystore 43, local.rs). The directory may be shared with a node.
 *
 * Threads: a keystore may be used by several calls on several threads at once; only sce_keystore_delete() must come
 * after all of them. Secrets are wiped when they are no longer needed and are in no error message.
 */
#ifndef SCEXEC_KEYSTORE_H
#define SCEXEC_KEYSTORE_H

#include "scexec/base.h"
#include "scexec/externalities.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sce_keystore sce_keystore_t;

/* An empty keystore in memory, into `*keystore`, owned by the caller. `seed` (32 bytes, copied) makes generated keys
 * and sr25519 signatures reproducible, for tests and experiments: whoever knows it knows the keys. NULL: the system's
 * randomness. Errors: SCE_IO when the system has no randomness to give. */
SCE_API sce_error_t *sce_keystore_new(sce_keystore_t **keystore, const uint8_t *seed);

/* The keystore of a directory, which is made (mode 0700) when it is not there. `password` (NUL-terminated UTF-8,
 * copied; NULL: none) completes the secret URIs of the files, as a node's keystore password does. `seed` as for
 * sce_keystore_new(). Keys are looked up in the directory at every use, so files may come and go.
 *
 * As in sc-keystore: keys generated at random and inserted ones become files (mode 0600, complete or not there at all);
 * keys that a runtime generates from a seed of its own stay in memory. Since a file name does not tell the scheme,
 * ed25519 and sr25519 keys of one type are listed together; signing finds those of the asked scheme.
 * Errors: SCE_IO. */
SCE_API sce_error_t *sce_keystore_open(sce_keystore_t **keystore, const char *path, const char *password,
                                       const uint8_t *seed);

/* Wipes and frees. NULL is accepted. */
SCE_API void sce_keystore_delete(sce_keystore_t *keystore);

/* The operations to put into sce_externalities_t, with the keystore itself as context. Static storage.
 * generate: SCE_BAD_INPUT for what is no secret URI of that scheme. sign: `*found` false also when the file of that
 * name holds a secret URI of another key; SCE_BAD_INPUT when it is no key file at all, SCE_MISUSE for `prehashed` with
 * another scheme than ecdsa or another length than 32. */
SCE_API const sce_keystore_ops_t *sce_keystore_ops_get(void);

/* Adds the key of a secret URI (phrase, "0x" seed, "//Alice", …) and gives its public key, 32 bytes (ecdsa: 33), into
 * `public_key`, which has room for 33. In a directory it becomes a file, else it stays in memory. An equal key is
 * replaced. Errors: SCE_BAD_INPUT for what is no secret URI of that scheme, SCE_IO. */
SCE_API sce_error_t *sce_keystore_insert(sce_keystore_t *keystore, uint8_t public_key[33], const uint8_t key_type[4],
                                         sce_key_scheme_t scheme, sce_span_t uri);

/* Whether there is a key of that type with that public key, in memory or as a file; the file is not read. */
SCE_API sce_error_t *sce_keystore_has(sce_keystore_t *keystore, bool *found, const uint8_t key_type[4],
                                      sce_span_t public_key);

#ifdef __cplusplus
}
#endif
#endif
