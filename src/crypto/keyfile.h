/* keyfile.h: a directory of key files (sc-keystore 43, local.rs): name = hexadecimal of key type and public key,
 * content = the secret URI as a JSON string. Knows nothing of keys: names and texts only. */
#ifndef SCE_CRYPTO_KEYFILE_H
#define SCE_CRYPTO_KEYFILE_H

#include "scexec/base.h"

/* Longest file read: a URI of SCE_URI_MAX bytes with every byte escaped. */
#define SCE_KEYFILE_MAX (6 * 65536 + 2)

/* Opens a directory for use with the functions below; missing folders of `path` are made, mode 0700. Close with
 * close(). */
sce_error_t *sce_keyfile_open_dir(int *dir, const char *path);

/* The text of a key's file into `*uri`, which must be the empty buffer and is to be freed by sce_secret_free. `*found`
 * is false when there is no such file. SCE_BAD_INPUT, naming the file, when it is not one JSON string. */
sce_error_t *sce_keyfile_read(int dir, bool *found, sce_buf_t *uri, const uint8_t key_type[4], sce_span_t public_key);

/* Writes the file: a new one, mode 0600, that takes the place of an older one when it is complete and on disk. */
sce_error_t *sce_keyfile_write(int dir, const uint8_t key_type[4], sce_span_t public_key, sce_span_t uri);

sce_error_t *sce_keyfile_exists(int dir, bool *found, const uint8_t key_type[4], sce_span_t public_key);

/* Appends the public keys of `key_type` that have `len` bytes. */
sce_error_t *sce_keyfile_list(int dir, sce_buf_t *keys, const uint8_t key_type[4], size_t len);

/* ---- the content ---- */

/* Appends the value of a JSON document that is one string (RFC 8259; as strict as serde_json: no control characters, no
 * lone surrogates, valid UTF-8) to `text`, which must have room for json.len bytes so that no secret is left behind by
 * growing. SCE_BAD_INPUT gives an offset, never the content. */
sce_error_t *sce_keyfile_decode(sce_buf_t *text, sce_span_t json);
/* The other way, escaping as serde_json does. `json` must have room for 6 * text.len + 2 bytes. */
sce_error_t *sce_keyfile_encode(sce_buf_t *json, sce_span_t text);

#endif
