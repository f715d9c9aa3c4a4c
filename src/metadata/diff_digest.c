/* diff_digest.c: digests of types, so that types are compared by structure, whatever their numbers: variant names and
 * indices, field names, lengths, primitive types. The outer enums (Call, Event, Error) count as themselves wherever
 * they occur, or every call that takes a call would change with each pallet. */
#include "metadata/diff.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "metadata/registry.h"

/* Rounds of mixing a type's digest with those of the types inside it: how deep a difference is noticed. */
#define ROUNDS 24

uint64_t sce_diff_mix(uint64_t h, uint64_t v) {
  h ^= v + 0x9e3779b97f4a7c15u + (h << 6) + (h >> 2);
  h *= 0xff51afd7ed558ccdu;
  return h ^ h >> 33;
}

uint64_t sce_diff_mix_text(uint64_t h, sce_span_t text) {
  h = sce_diff_mix(h, text.len);
  for (size_t i = 0; i < text.len; i++) h = (h ^ text.data[i]) * 0x100000001b3u;
  return h;
}

uint64_t sce_diff_mix_fields(uint64_t h, const uint64_t *digests, const sce_fields_t *fields) {
  h = sce_diff_mix(h, fields->count);
  for (uint32_t i = 0; i < fields->count; i++)
    h = sce_diff_mix(sce_diff_mix_text(h, fields->items[i].name), digests[fields->items[i].type]);
  return h;
}

static uint64_t digest_type(const sce_metadata_t *md, const uint64_t *old, uint32_t id) {
  const sce_type_t *t = &md->types[id];
  uint64_t h = sce_diff_mix(0, t->def);
  if (id == md->call_type || id == md->event_type || id == md->error_type) {
    uint64_t which = id == md->call_type ? 1 : id == md->event_type ? 2 : 3;
    return sce_diff_mix(0x6f75746572u, which);
  }
  switch ((sce_def_t)t->def) {
    case SCE_DEF_COMPOSITE:
    case SCE_DEF_TUPLE: return sce_diff_mix_fields(h, old, &t->fields);
    case SCE_DEF_VARIANT:
      for (uint32_t i = 0; i < t->variant_count; i++)
        h = sce_diff_mix_fields(sce_diff_mix(sce_diff_mix_text(h, t->variants[i].name), t->variants[i].index), old,
                                &t->variants[i].fields);
      return h;
    case SCE_DEF_ARRAY: return sce_diff_mix(sce_diff_mix(h, t->len), old[t->target]);
    case SCE_DEF_SEQUENCE:
    case SCE_DEF_COMPACT: return sce_diff_mix(h, old[t->target]);
    case SCE_DEF_PRIMITIVE: return sce_diff_mix(h, t->primitive);
    case SCE_DEF_BITS:
      return sce_diff_mix(sce_diff_mix_text(h, sce_type_last_segment(&md->types[t->order])), old[t->target]);
    case SCE_DEF_UNKNOWN: return sce_diff_mix_text(h, t->text);
    case SCE_DEF_LOOKUP:
    case SCE_DEF_OPAQUE_EXTRINSIC:
    case SCE_DEF_ERA:
    case SCE_DEF_ABSENT: break;
  }
  return h;
}

static sce_error_t *digest_name(uint64_t *digest, const sce_metadata_t *md, uint32_t id) {
  sce_buf_t name = {0};
  sce_error_t *err = sce_type_full_name(md, &name, id);
  *digest = sce_diff_mix_text(0x6e616d65u, sce_buf_span(&name));
  sce_buf_free(&name);
  return err;
}

/* Types with a path have one digest for all rounds in shallow ones, of their name. */
static sce_error_t *run_rounds(uint64_t **now, uint64_t **old, const sce_metadata_t *md, bool shallow) {
  for (uint32_t id = 0; shallow && id < md->type_count; id++) {
    if (md->types[id].path_count == 0) continue;
    SCE_TRY(digest_name(&(*old)[id], md, id));
    (*now)[id] = (*old)[id];
  }
  for (int round = 0; round < ROUNDS; round++) {
    for (uint32_t id = 0; id < md->type_count; id++)
      if (!shallow || md->types[id].path_count == 0) (*now)[id] = digest_type(md, *old, id);
    uint64_t *swap = *old;
    *old = *now;
    *now = swap;
  }
  return NULL;
}

sce_error_t *sce_diff_digest_types(uint64_t **digests, const sce_metadata_t *md, bool shallow) {
  size_t count = md->type_count > 0 ? md->type_count : 1;
  uint64_t *now = sce_calloc(count, sizeof *now), *old = sce_calloc(count, sizeof *old);
  sce_error_t *err = now == NULL || old == NULL ? sce_error_oom() : run_rounds(&now, &old, md, shallow);
  sce_free(now);
  if (err != NULL) {
    sce_free(old);
    return err;
  }
  *digests = old;
  return NULL;
}
