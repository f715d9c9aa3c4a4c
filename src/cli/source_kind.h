/* source_kind.h: what a file or directory is that may be a SOURCE: for what stands in the wrong place. */
#ifndef SCE_CLI_SOURCE_KIND_H
#define SCE_CLI_SOURCE_KIND_H

#include "cli/source.h"

/* SCE_MISUSE where one of the options names what belongs to another of them, such as code after --chain. */
sce_error_t *cli_check_kinds(const cli_source_options_t *options);

/* Whether a file holds metadata; that is looked at without reading the whole. False for standard input. */
bool cli_is_metadata_file(const char *path);

/* SCE_MISUSE where DIR is a file. */
sce_error_t *cli_check_directory(const char *path);

/* For a command line whose SOURCE is missing: the error that says what to type, where one of the words is a SOURCE
 * without its option (`scexec call polkadot.json Core_version`); else NULL. `argv` is what follows the command's name.
 */
sce_error_t *cli_misplaced_source(const cli_command_t *command, const void *values, const cli_list_t *words, int argc,
                                  char *const *argv);

#endif
