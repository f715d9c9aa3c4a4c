/* curl.h: libcurl, loaded when it is first asked for: few hosts make HTTP requests, and its thirty libraries take
 * longer to link than most calls take to run. */
#ifndef SCE_HOST_CURL_H
#define SCE_HOST_CURL_H

#include "scexec/base.h"

#define CURL_DISABLE_TYPECHECK /* its checking macros would take the members below for the functions */
#include <curl/curl.h>

/* The functions that are used, by their names behind "curl_". */
typedef struct sce_curl {
  CURLcode (*global_init)(long flags);
  void (*global_cleanup)(void);
  CURLM *(*multi_init)(void);
  CURLMcode (*multi_cleanup)(CURLM *multi);
  CURLMcode (*multi_add_handle)(CURLM *multi, CURL *easy);
  CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *easy);
  CURLMcode (*multi_perform)(CURLM *multi, int *running);
  CURLMcode (*multi_poll)(CURLM *multi, struct curl_waitfd *extra, unsigned extra_count, int timeout_ms, int *ready);
  CURLMsg *(*multi_info_read)(CURLM *multi, int *queued);
  CURL *(*easy_init)(void);
  void (*easy_cleanup)(CURL *easy);
  CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
  CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
  struct curl_slist *(*slist_append)(struct curl_slist *list, const char *line);
  void (*slist_free_all)(struct curl_slist *list);
} sce_curl_t;

/* Loads libcurl into the process, where it stays, and finds its functions. Errors: SCE_UNSUPPORTED when it is not
 * installed or too old. Any thread. */
sce_error_t *sce_curl_load(sce_curl_t *curl);

#endif
