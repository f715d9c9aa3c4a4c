/* curl.c: see curl.h. */
#include "host/curl.h"

#include "base/error.h"

#include <dlfcn.h>
#include <string.h>

/* By soname, interface 4; the second is Debian's build over GnuTLS, which is the same but for its symbol versions. */
static const char *const libraries[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};

static const struct {
  const char *name;
  size_t offset;
} functions[] = {
    {"curl_global_init", offsetof(sce_curl_t, global_init)},
    {"curl_global_cleanup", offsetof(sce_curl_t, global_cleanup)},
    {"curl_multi_init", offsetof(sce_curl_t, multi_init)},
    {"curl_multi_cleanup", offsetof(sce_curl_t, multi_cleanup)},
    {"curl_multi_add_handle", offsetof(sce_curl_t, multi_add_handle)},
    {"curl_multi_remove_handle", offsetof(sce_curl_t, multi_remove_handle)},
    {"curl_multi_perform", offsetof(sce_curl_t, multi_perform)},
    {"curl_multi_poll", offsetof(sce_curl_t, multi_poll)}, /* the newest: 7.66 */
    {"curl_multi_info_read", offsetof(sce_curl_t, multi_info_read)},
    {"curl_easy_init", offsetof(sce_curl_t, easy_init)},
    {"curl_easy_cleanup", offsetof(sce_curl_t, easy_cleanup)},
    {"curl_easy_setopt", offsetof(sce_curl_t, easy_setopt)},
    {"curl_easy_getinfo", offsetof(sce_curl_t, easy_getinfo)},
    {"curl_slist_append", offsetof(sce_curl_t, slist_append)},
    {"curl_slist_free_all", offsetof(sce_curl_t, slist_free_all)},
};

/* Never unloaded: the libraries behind it may have threads and exit handlers. */
static void *open_library(void) {
  for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
    void *library = dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library != NULL) return library;
  }
  return NULL;
}

sce_error_t *sce_curl_load(sce_curl_t *curl) {
  void *library = open_library();
  if (library == NULL) {
    const char *why = dlerror();
    return sce_error_new(SCE_UNSUPPORTED, "HTTP needs libcurl, which can't be loaded (%s): install libcurl4",
                         why != NULL ? why : "no reason given");
  }
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    void *function = dlsym(library, functions[i].name);
    if (function == NULL)
      return sce_error_new(SCE_UNSUPPORTED, "HTTP needs libcurl 7.85 or newer: the one installed has no %s",
                           functions[i].name);
    memcpy((char *)curl + functions[i].offset, &function, sizeof function); /* POSIX lets the two be converted */
  }
  return NULL;
}
