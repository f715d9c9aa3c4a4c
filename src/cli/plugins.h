/* plugins.h: the shared objects of --plugin, and one table of all their functions. */
#ifndef SCE_CLI_PLUGINS_H
#define SCE_CLI_PLUGINS_H

#include "cli/cli.h"

#include "scexec/plugin.h"

/* All zero is empty; release with cli_plugins_close(), after the engines that have the functions. */
typedef struct cli_plugins {
  sce_plugin_t **items;
  size_t count;
  sce_host_function_t *functions;
  size_t function_count;
} cli_plugins_t;

/* Errors: those of sce_plugin_load(); SCE_MISUSE when two plugins have a function of the same name. */
sce_error_t *cli_plugins_open(cli_plugins_t *plugins, const cli_list_t *paths);
void cli_plugins_close(cli_plugins_t *plugins);

#endif
