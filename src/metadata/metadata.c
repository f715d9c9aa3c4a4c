/* metadata.c: loading: bytes to model, in the order read, name, shape, index. */
#include "scexec/value.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "metadata/apis.h"
#include "metadata/decode.h"
#include "metadata/registry.h"
#include "metadata/storage.h"

#include <string.h>

#define MAGIC_SIZE ((size_t)4) /* "meta", frame_metadata::META_RESERVED */
#define MAX_VERSION 16

static bool has_magic(sce_span_t bytes) {
  return bytes.len > MAGIC_SIZE && memcmp(bytes.data, "meta", MAGIC_SIZE) == 0;
}

/* V0 had no magic yet. It begins with the outer event's name. */
static bool is_v0(sce_span_t bytes) {
  static const char begin[] = "\x14"
                              "Event";
  return sce_span_starts_with(bytes, sce_span_text(begin));
}

sce_error_t *sce_metadata_unwrap(sce_span_t *bytes, sce_span_t output) {
  sce_scale_reader_t in = sce_scale_reader(output);
  sce_span_t inner;
  in.kind = SCE_BAD_METADATA;
  if (has_magic(output) || is_v0(output)) {
    *bytes = output;
    return NULL;
  }
  if (output.len == 1 && output.data[0] == 0)
    return sce_error_new(SCE_NOT_FOUND, "the runtime has no metadata of this version");
  for (in.at = 0; in.at < 2 && in.at < output.len; in.at++) { /* as Vec<u8>, then as Some(Vec<u8>) */
    sce_scale_reader_t try = in;
    sce_error_t *err = in.at == 1 && output.data[0] != 1 ? sce_error_new(SCE_BAD_METADATA, "not an Option")
                                                         : sce_scale_read_bytes(&try, &inner);
    if (err == NULL && (has_magic(inner) || is_v0(inner)) && sce_scale_left(&try) == 0) {
      *bytes = inner;
      return NULL;
    }
    sce_error_delete(err);
  }
  return sce_error_new(SCE_BAD_METADATA,
                       "not metadata: no \"meta\" at its beginning, with or without a length before it");
}

sce_error_t *sce_metadata_best_version(uint32_t *version, sce_span_t output) {
  sce_scale_reader_t in = sce_scale_reader(output);
  uint32_t count, best = 0;
  in.kind = SCE_BAD_METADATA;
  SCE_TRY(sce_error_prefix(sce_scale_read_count(&in, &count, 4), "metadata versions"));
  for (uint32_t i = 0; i < count; i++) {
    uint32_t v;
    SCE_TRY(sce_error_prefix(sce_scale_read_u32(&in, &v), "metadata versions"));
    if (v > 14 && v <= MAX_VERSION && v > best) best = v;
  }
  *version = best;
  return NULL;
}

/* The type of the events in System.Events, Vec<EventRecord<Event, Hash>>, for V14, which has no list of outer enums. */
static uint32_t find_event_type(const sce_metadata_t *md) {
  sce_span_t all = {NULL, 0};
  uint32_t record = sce_names_find(&md->segments, all, sce_span_text("EventRecord"));
  if (record == SCE_TYPE_NONE) return SCE_TYPE_NONE;
  const sce_fields_t *fields = &md->types[record].fields;
  for (uint32_t i = 0; i < fields->count; i++)
    if (sce_text_is(fields->items[i].name, "event")) return fields->items[i].type;
  return SCE_TYPE_NONE;
}

static sce_error_t *read_body(sce_metadata_t *md, sce_scale_reader_t *in) {
  if (md->version < 14) {
    SCE_TRY(sce_metadata_read_legacy(md, in));
  } else {
    SCE_TRY(sce_metadata_read_types(md, in));
    SCE_TRY(sce_metadata_read_current(md, in));
  }
  return sce_scale_read_end(in);
}

static sce_error_t *load(sce_metadata_t *md) {
  sce_scale_reader_t in = sce_scale_reader(md->bytes);
  uint8_t version = 0;
  in.kind = SCE_BAD_METADATA;
  if (!is_v0(md->bytes)) {
    if (!has_magic(md->bytes)) return sce_error_new(SCE_BAD_METADATA, "does not begin with \"meta\"");
    in.at = MAGIC_SIZE;
    SCE_TRY(sce_scale_read_u8(&in, &version));
  }
  if (version > MAX_VERSION)
    return sce_error_new(SCE_BAD_METADATA, "version %u; known are 0 to %d", version, MAX_VERSION);
  md->version = version;
  SCE_TRY(read_body(md, &in));
  if (md->version >= 14) {
    SCE_TRY(sce_names_index(md));
    SCE_TRY(sce_user_types_check(md));
    if (md->version == 14) {
      md->call_type = md->extrinsic.call;
      md->event_type = find_event_type(md);
    }
  }
  SCE_TRY(sce_registry_derive(md, 0));
  SCE_TRY(sce_storage_index_build(md));
  return NULL;
}

static sce_error_t *load_version(sce_metadata_t *md, const sce_runtime_version_t *version) {
  if (version == NULL) return NULL;
  md->has_version = true;
  md->spec_version = version->spec_version;
  return sce_arena_copy(&md->arena, &md->spec_name, version->spec_name);
}

/* Types of the shipped tables come after the metadata's own have their shapes. */
static sce_error_t *add_shipped(sce_metadata_t *md, const sce_runtime_version_t *version) {
  uint32_t first = md->type_count;
  if (md->version < 15) SCE_TRY(sce_apis_add_known(md, version));
  SCE_TRY(sce_registry_derive(md, first));
  md->final = true;
  return NULL;
}

static sce_error_t *fill(sce_metadata_t *md, sce_span_t bytes, const sce_runtime_version_t *version, sce_span_t types) {
  if (bytes.len > SCE_METADATA_MAX_BYTES)
    return sce_error_new(SCE_BAD_METADATA, "%zu bytes, at most 16 MiB are taken", bytes.len);
  SCE_TRY(sce_arena_copy(&md->arena, &md->bytes, bytes));
  SCE_TRY(load_version(md, version));
  if (types.len > 0) SCE_TRY(sce_error_prefix(sce_user_types_read(md, types), "types"));
  SCE_TRY(load(md));
  return add_shipped(md, version);
}

sce_error_t *sce_metadata_new(sce_metadata_t **metadata, sce_span_t bytes, const sce_runtime_version_t *version) {
  return sce_metadata_new_with_types(metadata, bytes, version, (sce_span_t){NULL, 0});
}

sce_error_t *sce_metadata_new_with_types(sce_metadata_t **metadata, sce_span_t bytes,
                                         const sce_runtime_version_t *version, sce_span_t types) {
  sce_metadata_t *md = sce_calloc(1, sizeof *md);
  if (md == NULL) return sce_error_oom();
  md->call_type = md->event_type = md->error_type = md->runtime_type = SCE_TYPE_NONE;
  md->extrinsic.type = md->extrinsic.address = md->extrinsic.call = SCE_TYPE_NONE;
  md->extrinsic.signature = md->extrinsic.extra = SCE_TYPE_NONE;
  sce_error_t *err = fill(md, bytes, version, types);
  if (err != NULL) {
    sce_metadata_delete(md);
    return sce_error_kind(err) == SCE_BAD_INPUT ? err : sce_error_prefix(err, "metadata"); /* of the types */
  }
  *metadata = md;
  return NULL;
}

void sce_metadata_delete(sce_metadata_t *metadata) {
  if (metadata == NULL) return;
  sce_names_free(&metadata->names);
  sce_names_free(&metadata->segments);
  sce_free(metadata->types);
  sce_arena_free(&metadata->arena);
  sce_free(metadata);
}

static sce_error_t *resolve_number(const sce_metadata_t *md, uint32_t *type, sce_span_t text) {
  uint64_t n = 0;
  for (size_t i = 0; i < text.len && n <= UINT32_MAX; i++) {
    if (text.data[i] < '0' || text.data[i] > '9')
      return sce_error_new(SCE_BAD_INPUT, "type `%.*s`: a number or a name was due", (int)text.len, text.data);
    n = n * 10 + (uint64_t)(text.data[i] - '0');
  }
  if (n > UINT32_MAX || !sce_type_exists(md, (uint32_t)n))
    return sce_type_missing(md, n > UINT32_MAX ? UINT32_MAX : (uint32_t)n);
  *type = (uint32_t)n;
  return NULL;
}

sce_error_t *sce_type_resolve(sce_metadata_t *metadata, uint32_t *type, sce_span_t text) {
  uint32_t before = metadata->type_count, id = 0;
  sce_span_t kept, nowhere = {NULL, 0};
  while (text.len > 0 && text.data[0] == ' ') text = sce_span_skip(text, 1);
  while (text.len > 0 && text.data[text.len - 1] == ' ') text.len--;
  if (text.len == 0)
    return sce_error_new(SCE_BAD_INPUT, "a type was due: a number, a path, or an expression such as Vec<u32>");
  if (text.data[0] >= '0' && text.data[0] <= '9') return resolve_number(metadata, type, text);
  SCE_TRY(sce_arena_copy(&metadata->arena, &kept, text));
  sce_error_t *err = sce_expr_resolve(metadata, &id, kept, nowhere);
  if (err == NULL) err = sce_registry_derive(metadata, before);
  if (err != NULL) { /* leave nothing half made behind */
    sce_names_trim(&metadata->names, before);
    metadata->type_count = before;
    return err;
  }
  *type = id;
  return NULL;
}

uint32_t sce_type_count(const sce_metadata_t *metadata) {
  return metadata->type_count;
}
