/* plugins.c: see plugins.h. */
#include "cli/plugins.h"

#include "base/alloc.h"
#include "base/error.h"

#include <string.h>

/* A name that two plugins have is a mistake: which one is called would depend on their order. */
static sce_error_t *check_name(const cli_plugins_t *plugins, const char *name, const char *path) {
  for (size_t i = 0; i < plugins->function_count; i++)
    if (strcmp(plugins->functions[i].name, name) == 0)
      return sce_error_new(SCE_MISUSE, "--plugin %s has %s, which an earlier plugin has too", path, name);
  return NULL;
}

static sce_error_t *add_functions(cli_plugins_t *plugins, const sce_plugin_info_t *info, const char *path) {
  size_t total = plugins->function_count + info->function_count;
  sce_host_function_t *functions = sce_realloc_array(plugins->functions, total, sizeof *functions);
  if (functions == NULL) return sce_error_oom();
  plugins->functions = functions;
  for (size_t i = 0; i < info->function_count; i++) {
    SCE_TRY(check_name(plugins, info->functions[i].name, path));
    functions[plugins->function_count++] = info->functions[i];
  }
  return NULL;
}

sce_error_t *cli_plugins_open(cli_plugins_t *plugins, const cli_list_t *paths) {
  *plugins = (cli_plugins_t){0};
  if (paths->count == 0) return NULL;
  plugins->items = sce_calloc(paths->count, sizeof *plugins->items);
  if (plugins->items == NULL) return sce_error_oom();
  for (size_t i = 0; i < paths->count; i++) {
    SCE_TRY(sce_plugin_load(&plugins->items[i], paths->items[i]));
    plugins->count++;
    SCE_TRY(add_functions(plugins, sce_plugin_info(plugins->items[i]), paths->items[i]));
  }
  return NULL;
}

void cli_plugins_close(cli_plugins_t *plugins) {
  sce_free(plugins->functions);
  for (size_t i = 0; i < plugins->count; i++) sce_plugin_delete(plugins->items[i]);
  sce_free(plugins->items);
  *plugins = (cli_plugins_t){0};
}
