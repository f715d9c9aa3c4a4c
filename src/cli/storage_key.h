/* storage_key.h: storage keys as people give them, and as they are shown. */
#ifndef SCE_CLI_STORAGE_KEY_H
#define SCE_CLI_STORAGE_KEY_H

#include "cli/metadata_of.h"

/* Whether the words name a key through metadata ("System.Account 15oF…"), not bytes ("0x…", ":code"). */
bool cli_key_is_named(const char *const *words, size_t count);

/* Appends the key that the words mean: "0x…", text that begins with ":", or "Pallet.Item" with its keys as JSON (fewer
 * than it has make a prefix; "Pallet" alone is that of its items). `m` may be NULL for the first two. */
sce_error_t *cli_key_read(sce_buf_t *key, const cli_metadata_t *m, const char *const *words, size_t count);

/* Appends "System.Account(15oF…)" for a raw key; nothing where the metadata does not explain it. */
sce_error_t *cli_key_label(sce_buf_t *text, const cli_metadata_t *m, sce_span_t key);

#endif
