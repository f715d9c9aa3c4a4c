/* runtime_version.c: decodes sp_version::RuntimeVersion, as Core_version returns it and as runtimes embed it. */
#include "scexec/version.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "scale/scale.h"

#include <string.h>

/* An API takes 8 bytes of id and 4 of version, in SCALE and in the section alike (sp_api::RUNTIME_API_INFO_SIZE). */
#define API_SIZE ((size_t)12)

/* BLAKE2b-64 of "Core" (sp_version::core_version_from_apis). */
static const uint8_t core_api[8] = {0xdf, 0x6a, 0xcb, 0x68, 0x99, 0x07, 0x60, 0x9b};

/* What a version is read into: everything still points into the input. */
typedef struct raw_version {
  sce_runtime_version_t fields; /* apis and memory unset */
  sce_span_t apis;              /* API_SIZE bytes each */
} raw_version_t;

/* Version of the Core API in `apis`, or 0: no version is that low, and none counts as older than 3. */
static uint32_t core_version(sce_span_t apis) {
  for (size_t at = 0; at + API_SIZE <= apis.len; at += API_SIZE)
    if (memcmp(apis.data + at, core_api, sizeof core_api) == 0) return sce_load_le32(apis.data + at + 8);
  return 0;
}

/* `hint`: the apis that say which version of Core the runtime has; data NULL: take those in the input. */
static sce_error_t *read_version(raw_version_t *out, sce_scale_reader_t *in, sce_span_t hint) {
  sce_runtime_version_t *v = &out->fields;
  uint32_t count;
  SCE_TRY(sce_error_prefix(sce_scale_read_text(in, &v->spec_name), "spec_name"));
  SCE_TRY(sce_error_prefix(sce_scale_read_text(in, &v->impl_name), "impl_name"));
  SCE_TRY(sce_error_prefix(sce_scale_read_u32(in, &v->authoring_version), "authoring_version"));
  SCE_TRY(sce_error_prefix(sce_scale_read_u32(in, &v->spec_version), "spec_version"));
  SCE_TRY(sce_error_prefix(sce_scale_read_u32(in, &v->impl_version), "impl_version"));
  SCE_TRY(sce_error_prefix(sce_scale_read_count(in, &count, API_SIZE), "apis"));
  SCE_TRY(sce_scale_read_raw(in, &out->apis, count * API_SIZE));
  uint32_t core = core_version(hint);
  if (core == 0) core = core_version(out->apis);
  v->transaction_version = 1;
  if (core >= 3) SCE_TRY(sce_error_prefix(sce_scale_read_u32(in, &v->transaction_version), "transaction_version"));
  if (core >= 4) SCE_TRY(sce_error_prefix(sce_scale_read_u8(in, &v->system_version), "system_version"));
  return NULL;
}

/* Copies names and apis into one block. */
static sce_error_t *own_version(sce_runtime_version_t *version, const raw_version_t *raw) {
  size_t count = raw->apis.len / API_SIZE, names = raw->fields.spec_name.len + raw->fields.impl_name.len, size;
  if (!sce_mul_size(count, sizeof(sce_api_version_t), &size) || !sce_add_size(size, names, &size))
    return sce_error_oom();
  sce_api_version_t *apis = sce_alloc(size);
  if (apis == NULL) return sce_error_oom();
  for (size_t i = 0; i < count; i++) {
    const uint8_t *api = raw->apis.data + i * API_SIZE;
    memcpy(apis[i].id, api, sizeof apis[i].id);
    apis[i].version = sce_load_le32(api + 8);
  }
  *version = raw->fields;
  version->memory = apis;
  version->apis = count > 0 ? apis : NULL;
  version->api_count = count;
  uint8_t *text = (uint8_t *)(apis + count);
  if (raw->fields.spec_name.len > 0) memcpy(text, raw->fields.spec_name.data, raw->fields.spec_name.len);
  version->spec_name.data = text;
  text += version->spec_name.len;
  if (raw->fields.impl_name.len > 0) memcpy(text, raw->fields.impl_name.data, raw->fields.impl_name.len);
  version->impl_name.data = text;
  return NULL;
}

sce_error_t *sce_runtime_version_decode(sce_runtime_version_t *version, sce_span_t output) {
  raw_version_t raw = {0};
  sce_scale_reader_t in = sce_scale_reader(output);
  SCE_TRY(sce_error_prefix(read_version(&raw, &in, sce_span(NULL, 0)), "runtime version"));
  return own_version(version, &raw);
}

sce_error_t *sce_runtime_version_decode_sections(sce_runtime_version_t *version, sce_span_t runtime_version,
                                                 sce_span_t runtime_apis) {
  if (runtime_apis.len % API_SIZE != 0)
    return sce_error_new(SCE_BAD_CODE, "custom section runtime_apis: %zu bytes are not a multiple of %zu",
                         runtime_apis.len, API_SIZE);
  raw_version_t raw = {0};
  sce_scale_reader_t in = sce_scale_reader(runtime_version);
  in.kind = SCE_BAD_CODE;
  SCE_TRY(sce_error_prefix(read_version(&raw, &in, runtime_apis), "custom section runtime_version"));
  if (runtime_apis.data != NULL) raw.apis = runtime_apis;
  return own_version(version, &raw);
}

sce_error_t *sce_runtime_version_encode(sce_buf_t *out, const sce_runtime_version_t *version) {
  SCE_TRY(sce_scale_write_bytes(out, version->spec_name));
  SCE_TRY(sce_scale_write_bytes(out, version->impl_name));
  SCE_TRY(sce_scale_write_u32(out, version->authoring_version));
  SCE_TRY(sce_scale_write_u32(out, version->spec_version));
  SCE_TRY(sce_scale_write_u32(out, version->impl_version));
  SCE_TRY(sce_scale_write_compact(out, version->api_count));
  for (size_t i = 0; i < version->api_count; i++) {
    SCE_TRY(sce_buf_append(out, version->apis[i].id, sizeof version->apis[i].id));
    SCE_TRY(sce_scale_write_u32(out, version->apis[i].version));
  }
  SCE_TRY(sce_scale_write_u32(out, version->transaction_version));
  return sce_scale_write_u8(out, version->system_version);
}

void sce_runtime_version_free(sce_runtime_version_t *version) {
  if (version == NULL) return;
  sce_free(version->memory);
  *version = (sce_runtime_version_t){0};
}

const sce_api_version_t *sce_runtime_version_api(const sce_runtime_version_t *version, const uint8_t id[8]) {
  for (size_t i = 0; i < version->api_count; i++)
    if (memcmp(version->apis[i].id, id, sizeof version->apis[i].id) == 0) return &version->apis[i];
  return NULL;
}
