/* commands.c: the list of subcommands, in the order in which help shows them. */
#include "cli/commands.h"

#include <string.h>

// clang-format off
const cli_command_t *const cli_commands[] = {
    &cli_call_command,
    &cli_batch_command,
    &cli_bench_command,
    &cli_inspect_command,
    &cli_metadata_command,
    &cli_api_command,
    &cli_decode_command,
    &cli_encode_command,
    &cli_state_root_command,
    &cli_state_get_command,
    &cli_state_keys_command,
    &cli_state_describe_command,
    &cli_state_import_command,
    &cli_state_export_command,
    &cli_state_diff_command,
    &cli_state_history_command,
    &cli_state_verify_command,
    &cli_block_execute_command,
    &cli_block_build_command,
    &cli_block_replay_command,
    &cli_compile_command,
    &cli_instrument_command,
    &cli_cache_list_command,
    &cli_cache_clear_command,
    &cli_cache_path_command,
    &cli_host_functions_command,
    &cli_completions_command,
    &cli_man_command,
    &cli_complete_command,
    NULL,
};
// clang-format on

const cli_command_t *cli_find_command(int *words, int argc, char *const *argv) {
  for (const cli_command_t *const *c = cli_commands; *c != NULL; c++) {
    const char *name = (*c)->name, *space = strchr(name, ' ');
    size_t first = space != NULL ? (size_t)(space - name) : strlen(name);
    if (argc < 1 || strlen(argv[0]) != first || memcmp(argv[0], name, first) != 0) continue;
    if (space != NULL && (argc < 2 || strcmp(argv[1], space + 1) != 0)) continue;
    *words = space != NULL ? 2 : 1;
    return *c;
  }
  return NULL;
}
