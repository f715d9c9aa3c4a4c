/* cache_options.h: where compiled code is kept between runs of the command. */
#ifndef SCE_CLI_CACHE_OPTIONS_H
#define SCE_CLI_CACHE_OPTIONS_H

#include "cli/cli.h"

typedef struct cli_cache_options {
  const char *path;
  bool off;
} cli_cache_options_t;

extern const cli_option_t cli_cache_options[];

/* The directory: --cache, else $XDG_CACHE_HOME/scexec, else ~/.cache/scexec; `path` is NUL-terminated. It stays empty
 * with
 * --no-cache, and where there is neither the variable nor a home directory. */
sce_error_t *cli_cache_path(sce_buf_t *path, const cli_cache_options_t *options);

#endif
