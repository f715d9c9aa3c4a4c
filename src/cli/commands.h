/* commands.h: the subcommands, one file each. */
#ifndef SCE_CLI_COMMANDS_H
#define SCE_CLI_COMMANDS_H

#include "cli/options.h"

extern const cli_command_t cli_batch_command;
extern const cli_command_t cli_bench_command;
extern const cli_command_t cli_call_command;
extern const cli_command_t cli_complete_command;
extern const cli_command_t cli_completions_command;
extern const cli_command_t cli_host_functions_command;
extern const cli_command_t cli_inspect_command;
extern const cli_command_t cli_man_command;

#endif
