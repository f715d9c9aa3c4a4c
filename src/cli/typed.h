/* typed.h: arguments as JSON and results as values, for `scexec call` and `scexec batch`. */
#ifndef SCE_CLI_TYPED_H
#define SCE_CLI_TYPED_H

#include "cli/metadata_of.h"

/* Whether the words after METHOD are JSON arguments, not DATA: all but no word, and one word of 0x…, @FILE or -. */
bool cli_words_are_typed(const char *const *words, size_t count);

/* Appends the SCALE input of `method` from the words, or from `args`, a JSON array (NULL: the words). */
sce_error_t *cli_typed_input(cli_t *cli, sce_buf_t *input, const cli_metadata_t *m, const char *method,
                             const char *const *words, size_t count, const char *args);

/* Appends the output as JSON. `*known` is false, and nothing appended, when the metadata does not have the method. */
sce_error_t *cli_typed_output(sce_buf_t *json, bool *known, const cli_metadata_t *m, const char *method,
                              sce_span_t output);

/* What Core_version returned, in the same form, without metadata. */
sce_error_t *cli_version_value(sce_buf_t *json, sce_span_t output);

#endif
