/* commands.h: the subcommands. Those that share most of their work share a file. */
#ifndef SCE_CLI_COMMANDS_H
#define SCE_CLI_COMMANDS_H

#include "cli/options.h"

extern const cli_command_t cli_api_command;
extern const cli_command_t cli_batch_command;
extern const cli_command_t cli_bench_command;
extern const cli_command_t cli_block_build_command;
extern const cli_command_t cli_block_execute_command;
extern const cli_command_t cli_block_replay_command;
extern const cli_command_t cli_cache_clear_command;
extern const cli_command_t cli_cache_list_command;
extern const cli_command_t cli_cache_path_command;
extern const cli_command_t cli_call_command;
extern const cli_command_t cli_compile_command;
extern const cli_command_t cli_complete_command;
extern const cli_command_t cli_completions_command;
extern const cli_command_t cli_decode_command;
extern const cli_command_t cli_encode_command;
extern const cli_command_t cli_host_functions_command;
extern const cli_command_t cli_inspect_command;
extern const cli_command_t cli_instrument_command;
extern const cli_command_t cli_man_command;
extern const cli_command_t cli_metadata_command;
extern const cli_command_t cli_state_describe_command;
extern const cli_command_t cli_state_diff_command;
extern const cli_command_t cli_state_export_command;
extern const cli_command_t cli_state_get_command;
extern const cli_command_t cli_state_history_command;
extern const cli_command_t cli_state_import_command;
extern const cli_command_t cli_state_keys_command;
extern const cli_command_t cli_state_root_command;
extern const cli_command_t cli_state_verify_command;

#endif
