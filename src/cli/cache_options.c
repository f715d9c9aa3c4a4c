/* cache_options.c: see cache_options.h. */
#include "cli/cache_options.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"

#include <stdlib.h>

const cli_option_t cli_cache_options[] = {
    {.name = "cache",
     .kind = CLI_TEXT,
     .argument = "DIR",
     .help = "Keep compiled code there; in the user's cache directory when not given",
     .offset = offsetof(cli_cache_options_t, path)},
    {.name = "no-cache",
     .kind = CLI_FLAG,
     .help = "Compile, and keep nothing",
     .offset = offsetof(cli_cache_options_t, off)},
    {.name = NULL},
};

sce_error_t *cli_cache_path(sce_buf_t *path, const cli_cache_options_t *options) {
  if (options->off && options->path != NULL) return sce_error_new(SCE_MISUSE, "--cache and --no-cache disagree");
  if (options->off) return NULL;
  const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  if (options->path != NULL) {
    SCE_TRY(sce_buf_printf(path, "%s", options->path));
  } else if (cache != NULL && cache[0] == '/') { /* the XDG specification: other paths are to be ignored */
    SCE_TRY(sce_buf_printf(path, "%s/scexec", cache));
  } else if (home != NULL && home[0] == '/' && sce_file_is_directory(home)) { /* a missing home is not ours to make */
    SCE_TRY(sce_buf_printf(path, "%s/.cache/scexec", home));
  } else {
    return NULL;
  }
  return sce_buf_append_byte(path, '\0');
}
