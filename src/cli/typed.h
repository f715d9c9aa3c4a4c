/* typed.h: arguments as JSON and results as values, for `scexec call` and `scexec batch`. */
#ifndef SCE_CLI_TYPED_H
#define SCE_CLI_TYPED_H

#include "cli/metadata_of.h"

/* Whether the words after METHOD are JSON arguments, not DATA: all but no word, and one word of 0x…, @FILE or -. */
bool cli_words_are_typed(const char *const *words, size_t count);

/* Appends the SCALE input of `method` from the words, or from `args`, a JSON array (NULL: the words). `export` gets the
 * NUL-terminated name of what is to be called with it: `method` itself, or what calls a view function. */
sce_error_t *cli_typed_input(cli_t *cli, sce_buf_t *input, sce_buf_t *export, const cli_metadata_t *m,
                             const char *method, const char *const *words, size_t count, const char *args);
/* For a `method` that is a view function: puts its id before the encoded arguments in `input`, and `export` gets the
 * name of what is to be called. `*view` is false, and nothing done, when it is none. */
sce_error_t *cli_view_input(sce_buf_t *input, sce_buf_t *export, bool *view, const cli_metadata_t *m,
                            const char *method);

/* Appends the output as JSON. `*known` is false, and nothing appended, when the metadata does not have the method. */
sce_error_t *cli_typed_output(sce_buf_t *json, bool *known, const cli_metadata_t *m, const char *method,
                              sce_span_t output);

/* What Core_version returned, in the same form, without metadata. */
sce_error_t *cli_version_value(sce_buf_t *json, sce_span_t output);

#endif
