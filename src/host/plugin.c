/* plugin.c: shared objects with host functions (scexec/plugin.h). */
#include "scexec/plugin.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* More functions than any host has; a table that claims them is no plugin. */
#define MAX_FUNCTIONS 65536

struct sce_plugin {
  void *library;
  const sce_plugin_info_t *info;
};

/* dlerror's text names the file itself. */
static sce_error_t *loading_error(const char *path) {
  const char *reason = dlerror();
  return sce_error_new(SCE_IO, "cannot load the plugin %s: %s", path, reason != NULL ? reason : "no reason given");
}

/* The loader would wait for a FIFO's other end. */
static sce_error_t *check_file(const char *path) {
  struct stat info;
  int fd;
  SCE_TRY(sce_file_open_regular(&fd, &info, AT_FDCWD, path, 0, "the plugin"));
  if (fd >= 0) close(fd); /* that there is no such file says the loader */
  return NULL;
}

static sce_error_t *open_library(void **library, const char *path) {
  sce_buf_t file = {0};
  SCE_TRY(check_file(path));
  sce_error_t *err = sce_buf_printf(&file, "%s%s", strchr(path, '/') == NULL ? "./" : "", path);
  if (err == NULL) err = sce_buf_append_byte(&file, '\0');
  if (err == NULL) {
    *library = dlopen((const char *)file.data, RTLD_NOW | RTLD_LOCAL);
    if (*library == NULL) err = loading_error(path);
  }
  sce_buf_free(&file);
  return err;
}

static sce_error_t *check_info(const sce_plugin_info_t *info, const char *path) {
  if (info == NULL || info->size < sizeof *info || info->name == NULL)
    return sce_error_new(SCE_BAD_INPUT, "the plugin %s gives no valid description of itself", path);
  /* Before 1.0 a new minor version may change the tables that plugins see. */
  if (info->header_version / 100 != SCE_VERSION / 100)
    return sce_error_new(SCE_BAD_INPUT, "the plugin %s was compiled for scexec %u.%u, this is %s", path,
                         (unsigned)(info->header_version / 10000), (unsigned)(info->header_version / 100 % 100),
                         SCE_VERSION_STRING);
  if (info->function_count > MAX_FUNCTIONS || (info->functions == NULL && info->function_count > 0))
    return sce_error_new(SCE_BAD_INPUT, "the plugin %s has no valid table of functions", path);
  for (size_t i = 0; i < info->function_count; i++) {
    const sce_host_function_t *f = &info->functions[i];
    if (f->name == NULL || f->signature == NULL || f->call == NULL)
      return sce_error_new(SCE_BAD_INPUT, "row %zu of the plugin %s has no name, signature or function", i, path);
  }
  return NULL;
}

static sce_error_t *find_info(const sce_plugin_info_t **info, void *library, const char *path) {
  void *symbol = dlsym(library, SCE_PLUGIN_SYMBOL);
  if (symbol == NULL)
    return sce_error_new(SCE_BAD_INPUT, "%s is no plugin: it does not export %s", path, SCE_PLUGIN_SYMBOL);
  sce_plugin_entry_t entry;
  memcpy(&entry, &symbol, sizeof entry); /* POSIX: dlsym's pointer is a function's; ISO C has no cast for that */
  *info = entry();
  return check_info(*info, path);
}

sce_error_t *sce_plugin_load(sce_plugin_t **plugin, const char *path) {
  void *library = NULL;
  SCE_TRY(open_library(&library, path));
  const sce_plugin_info_t *info;
  sce_error_t *err = find_info(&info, library, path);
  sce_plugin_t *made = err == NULL ? sce_alloc(sizeof *made) : NULL;
  if (err == NULL && made == NULL) err = sce_error_oom();
  if (err != NULL) {
    dlclose(library);
    return err;
  }
  *made = (sce_plugin_t){library, info};
  *plugin = made;
  return NULL;
}

void sce_plugin_delete(sce_plugin_t *plugin) {
  if (plugin == NULL) return;
  dlclose(plugin->library);
  sce_free(plugin);
}

const sce_plugin_info_t *sce_plugin_info(const sce_plugin_t *plugin) {
  return plugin->info;
}
