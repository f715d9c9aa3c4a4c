/* plugin.h: a chain's own host functions as a shared object, added without a fork.
 *
 * The shared object includes scexec.h, is linked with nothing (the symbols come from the program that loads it), and
 * exports one function:
 *
 *   static const sce_host_function_t functions[] = {{"ext_mine_version_1", "(i64) -> i32", mine, NULL, NULL}};
 *   static const sce_plugin_info_t info = {sizeof info, SCE_VERSION, "mine", functions, 1};
 *   SCE_API const sce_plugin_info_t *scexec_plugin(void) { return &info; }
 *
 * Loading a plugin runs its code in the process, with all that the process may do.
 */
#ifndef SCEXEC_PLUGIN_H
#define SCEXEC_PLUGIN_H

#include "scexec/base.h"
#include "scexec/host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a plugin says of itself: static storage of the shared object. */
typedef struct sce_plugin_info {
  size_t size;             /* sizeof(sce_plugin_info_t) */
  uint32_t header_version; /* SCE_VERSION of the header that it was compiled with */
  const char *name;
  const sce_host_function_t *functions;
  size_t function_count;
} sce_plugin_info_t;

/* Name and type of what the shared object exports. */
#define SCE_PLUGIN_SYMBOL "scexec_plugin"
typedef const sce_plugin_info_t *(*sce_plugin_entry_t)(void);

typedef struct sce_plugin sce_plugin_t;

/* Loads a shared object. `path` is a file: without a slash it is looked for in the current directory, never in the
 * system's library folders. Errors: SCE_IO when it can't be loaded; SCE_BAD_INPUT when it is no plugin, is one for
 * another version of the header, or has a row without name, signature or function; SCE_OUT_OF_MEMORY. Any thread. */
SCE_API sce_error_t *sce_plugin_load(sce_plugin_t **plugin, const char *path);

/* Unloads it. No engine may be left that has its functions. NULL is accepted. */
SCE_API void sce_plugin_delete(sce_plugin_t *plugin);

/* What it exports: to be given to sce_config_t.host_functions. Lives as long as the plugin. Any thread. */
SCE_API const sce_plugin_info_t *sce_plugin_info(const sce_plugin_t *plugin);

#ifdef __cplusplus
}
#endif
#endif
