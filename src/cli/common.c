/* common.c: the options that every subcommand has. */
#include "cli/options.h"

#include <stddef.h>

static const char *const log_levels[] = {"off", "error", "warn", "info", "debug", "trace", NULL};
static const char *const color_choices[] = {"auto", "always", "never", NULL};

/* In the order of cli_output_t. */
static const char *const document_outputs[] = {"human", "json", NULL};
static const char *const bytes_outputs[] = {"human", "json", "raw", "hex", NULL};

const cli_option_t cli_document_options[] = {
    {.name = "output",
     .letter = 'O',
     .kind = CLI_CHOICE,
     .argument = "FORM",
     .help = "How results are printed",
     .offset = offsetof(cli_common_t, output),
     .preset = "human",
     .choices = document_outputs},
    {.name = NULL},
};

const cli_option_t cli_bytes_options[] = {
    {.name = "output",
     .letter = 'O',
     .kind = CLI_CHOICE,
     .argument = "FORM",
     .help = "How results are printed",
     .offset = offsetof(cli_common_t, output),
     .preset = "human",
     .choices = bytes_outputs},
    {.name = NULL},
};

const cli_option_t cli_common_options[] = {
    {.name = "json", .kind = CLI_FLAG, .help = "The same as --output json", .offset = offsetof(cli_common_t, json)},
    {.name = "log",
     .kind = CLI_CHOICE,
     .argument = "LEVEL",
     .help = "Show the runtime's log lines on standard error up to this level",
     .offset = offsetof(cli_common_t, log_level),
     .preset = "off",
     .choices = log_levels},
    {.name = "color",
     .kind = CLI_CHOICE,
     .argument = "WHEN",
     .help = "Use colours",
     .offset = offsetof(cli_common_t, color),
     .preset = "auto",
     .choices = color_choices},
    {.name = "quiet",
     .letter = 'q',
     .kind = CLI_FLAG,
     .help = "No progress and no warnings",
     .offset = offsetof(cli_common_t, quiet)},
    {.name = "help",
     .letter = 'h',
     .kind = CLI_FLAG,
     .help = "Print this text",
     .offset = offsetof(cli_common_t, help)},
    {.name = NULL},
};
