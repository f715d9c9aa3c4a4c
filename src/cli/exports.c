/* exports.c: see exports.h. */
#include "cli/exports.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int compare_names(const void *a, const void *b) {
  return sce_span_compare(*(const sce_span_t *)a, *(const sce_span_t *)b);
}

/* Runtime APIs are called by a trait's name and a function's, as in Core_version. */
static bool is_method_name(sce_span_t name) {
  const uint8_t *dash = memchr(name.data, '_', name.len);
  return dash != NULL && isupper(name.data[0]) && dash + 1 < name.data + name.len;
}

static sce_error_t *collect(cli_exports_t *out, const sce_blob_t *blob) {
  size_t count;
  const sce_wasm_export_t *all = sce_blob_exports(blob, &count);
  out->names = sce_calloc(count, sizeof *out->names);
  out->described = sce_calloc(count, sizeof *out->described);
  if (out->names == NULL || out->described == NULL) return sce_error_oom();
  for (size_t i = 0; i < count; i++)
    if (all[i].kind == SCE_WASM_FUNCTION && is_method_name(all[i].name)) out->names[out->count++] = all[i].name;
  if (out->count > 0) qsort(out->names, out->count, sizeof *out->names, compare_names);
  return NULL;
}

/* How `name` stands to "<api>_<method>". */
static int compare_with(sce_span_t name, sce_span_t api, sce_span_t method) {
  const sce_span_t parts[] = {api, sce_span("_", 1), method};
  for (size_t i = 0; i < 3; i++) {
    sce_span_t begin = sce_span_part(name, 0, parts[i].len < name.len ? parts[i].len : name.len);
    int order = sce_span_compare(begin, parts[i]);
    if (order != 0) return order;
    name = sce_span_skip(name, parts[i].len);
  }
  return name.len > 0;
}

static bool is_exported(void *ctx, sce_span_t api, sce_span_t method) {
  cli_exports_t *exports = ctx;
  size_t low = 0, high = exports->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare_with(exports->names[middle], api, method);
    if (order == 0) return exports->described[middle] = true;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return false;
}

sce_error_t *cli_exports_match(cli_exports_t *exports, cli_session_t *session, cli_metadata_t *m) {
  const sce_blob_t *blob;
  *exports = (cli_exports_t){0};
  if (session->source.code.len == 0) return NULL;
  SCE_TRY(cli_source_blob(&session->source, &blob));
  SCE_TRY(collect(exports, blob));
  return sce_metadata_retain_methods(m->metadata, is_exported, exports);
}

static sce_error_t *append_json(sce_buf_t *out, const cli_exports_t *exports) {
  bool empty = out->len == 2; /* "[]" */
  out->len--;
  SCE_TRY(sce_buf_printf(out, "%s{\"name\":null,\"described\":false,\"methods\":[", empty ? "" : ","));
  const char *before = "";
  for (size_t i = 0; i < exports->count; i++) {
    if (exports->described[i]) continue;
    SCE_TRY(sce_buf_printf(out, "%s{\"name\":", before));
    before = ",";
    json_t *name = cli_json_text(exports->names[i]);
    char *text = name != NULL ? json_dumps(name, JSON_ENCODE_ANY) : NULL;
    sce_error_t *err = text != NULL ? sce_buf_append(out, text, strlen(text)) : sce_error_oom();
    free(text);
    json_decref(name);
    if (err != NULL) return err;
    SCE_TRY(sce_buf_append_byte(out, '}'));
  }
  return sce_buf_append(out, "]}]", 3);
}

static sce_error_t *append_text(sce_buf_t *out, const cli_exports_t *exports) {
  SCE_TRY(sce_buf_printf(out, "exported, but not described: arguments are given in SCALE\n"));
  for (size_t i = 0; i < exports->count; i++) {
    if (exports->described[i]) continue;
    SCE_TRY(sce_buf_append(out, "  ", 2));
    SCE_TRY(sce_buf_append(out, exports->names[i].data, exports->names[i].len));
    SCE_TRY(sce_buf_append_byte(out, '\n'));
  }
  return NULL;
}

sce_error_t *cli_exports_append(sce_buf_t *outline, const cli_exports_t *exports, bool json) {
  size_t left = 0;
  for (size_t i = 0; i < exports->count; i++) left += !exports->described[i];
  if (left == 0) return NULL;
  return json ? append_json(outline, exports) : append_text(outline, exports);
}

void cli_exports_free(cli_exports_t *exports) {
  sce_free(exports->names);
  sce_free(exports->described);
  *exports = (cli_exports_t){0};
}
