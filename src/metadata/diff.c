/* diff.c: what a new runtime adds, removes, changes. Every item becomes a line (outline_line.c) and a digest of the
 * structure of its types; the two lists are sorted and merged. The structure counts, not the numbers that types happen
 * to have or the paths of their modules: variant names and indices, field names, lengths, primitive types. The outer
 * enums (Call, Event, Error) count as themselves wherever they occur, or every call that takes a call would change with
 * each pallet. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "metadata/json_out.h"
#include "metadata/outline.h"
#include "metadata/registry.h"
#include "scexec/value.h"

#include <stdlib.h>

/* Rounds of mixing a type's digest with those of the types inside it: how deep a difference is noticed. */
#define ROUNDS 24

/* ---- structure ---- */

static uint64_t mix(uint64_t h, uint64_t v) {
  h ^= v + 0x9e3779b97f4a7c15u + (h << 6) + (h >> 2);
  h *= 0xff51afd7ed558ccdu;
  return h ^ h >> 33;
}

static uint64_t mix_text(uint64_t h, sce_span_t text) {
  h = mix(h, text.len);
  for (size_t i = 0; i < text.len; i++) h = (h ^ text.data[i]) * 0x100000001b3u;
  return h;
}

static uint64_t mix_fields(uint64_t h, const uint64_t *old, const sce_fields_t *fields) {
  h = mix(h, fields->count);
  for (uint32_t i = 0; i < fields->count; i++) h = mix(mix_text(h, fields->items[i].name), old[fields->items[i].type]);
  return h;
}

static uint64_t digest_type(const sce_metadata_t *md, const uint64_t *old, uint32_t id) {
  const sce_type_t *t = &md->types[id];
  uint64_t h = mix(0, t->def);
  if (id == md->call_type || id == md->event_type || id == md->error_type) {
    uint64_t which = id == md->call_type ? 1 : id == md->event_type ? 2 : 3;
    return mix(0x6f75746572u, which);
  }
  switch ((sce_def_t)t->def) {
    case SCE_DEF_COMPOSITE:
    case SCE_DEF_TUPLE: return mix_fields(h, old, &t->fields);
    case SCE_DEF_VARIANT:
      for (uint32_t i = 0; i < t->variant_count; i++)
        h = mix_fields(mix(mix_text(h, t->variants[i].name), t->variants[i].index), old, &t->variants[i].fields);
      return h;
    case SCE_DEF_ARRAY: return mix(mix(h, t->len), old[t->target]);
    case SCE_DEF_SEQUENCE:
    case SCE_DEF_COMPACT: return mix(h, old[t->target]);
    case SCE_DEF_PRIMITIVE: return mix(h, t->primitive);
    case SCE_DEF_BITS: return mix(mix(h, t->msb), old[t->target]);
    case SCE_DEF_UNKNOWN: return mix_text(h, t->text);
    case SCE_DEF_LOOKUP:
    case SCE_DEF_OPAQUE_EXTRINSIC:
    case SCE_DEF_ERA:
    case SCE_DEF_ABSENT: break;
  }
  return h;
}

/* A digest of each type; owned by the caller. */
static sce_error_t *digest_types(uint64_t **digests, const sce_metadata_t *md) {
  size_t count = md->type_count > 0 ? md->type_count : 1;
  uint64_t *now = sce_calloc(count, sizeof *now), *old = sce_calloc(count, sizeof *old);
  if (now == NULL || old == NULL) {
    sce_free(now);
    sce_free(old);
    return sce_error_oom();
  }
  for (int round = 0; round < ROUNDS; round++) {
    for (uint32_t id = 0; id < md->type_count; id++) now[id] = digest_type(md, old, id);
    uint64_t *swap = old;
    old = now;
    now = swap;
  }
  sce_free(now);
  *digests = old;
  return NULL;
}

/* ---- items ---- */

/* In the order in which they are listed. */
typedef enum kind {
  K_PALLET,
  K_STORAGE,
  K_CALL,
  K_EVENT,
  K_ERROR,
  K_CONSTANT,
  K_VIEW,
  K_API,
  K_EXTRINSIC,
  K_TYPE
} kind_t;

static const char *const kind_names[] = {"pallet",   "storage",       "call",        "event",     "error",
                                         "constant", "view function", "runtime API", "extrinsic", "type"};

/* Texts are places in the list's buffer. */
typedef struct item {
  kind_t kind;
  size_t name, name_len;
  size_t line, line_len;
  uint64_t digest;
} item_t;

typedef struct list {
  const sce_metadata_t *md;
  uint64_t *digests;
  sce_buf_t text;
  item_t *items;
  size_t count, cap;
} list_t;

static void list_free(list_t *list) {
  sce_free(list->digests);
  sce_free(list->items);
  sce_buf_free(&list->text);
}

static sce_span_t item_name(const list_t *list, const item_t *item) {
  return sce_span_part(sce_buf_span(&list->text), item->name, item->name + item->name_len);
}

static sce_span_t item_line(const list_t *list, const item_t *item) {
  return sce_span_part(sce_buf_span(&list->text), item->line, item->line + item->line_len);
}

/* A new item called `outer` `between` `inner`; its line is to be appended to list->text, then end_item() called. */
static sce_error_t *begin_item(list_t *list, kind_t kind, sce_span_t outer, char between, sce_span_t inner) {
  if (list->count == list->cap) {
    size_t cap = list->cap == 0 ? 256 : list->cap * 2;
    item_t *items = sce_realloc_array(list->items, cap, sizeof *items);
    if (items == NULL) return sce_error_oom();
    list->items = items;
    list->cap = cap;
  }
  item_t *item = &list->items[list->count++];
  *item = (item_t){.kind = kind, .name = list->text.len};
  SCE_TRY(sce_buf_append(&list->text, outer.data, outer.len));
  if (between != 0) SCE_TRY(sce_buf_append_byte(&list->text, (uint8_t)between));
  if (between != 0) SCE_TRY(sce_buf_append(&list->text, inner.data, inner.len));
  item->name_len = list->text.len - item->name;
  item->line = list->text.len;
  return NULL;
}

static void end_item(list_t *list, uint64_t digest) {
  item_t *item = &list->items[list->count - 1];
  item->line_len = list->text.len - item->line;
  item->digest = digest;
}

static sce_error_t *add_storage(list_t *list, const sce_pallet_t *p) {
  for (uint32_t i = 0; i < p->storage_count; i++) {
    const sce_storage_t *s = &p->storage[i];
    uint64_t h = mix(list->digests[s->value_type], s->modifier);
    for (uint32_t k = 0; s->keys != NULL && k < s->key_count; k++)
      h = mix(mix(h, s->hashers[k]), list->digests[s->keys[k]]);
    SCE_TRY(begin_item(list, K_STORAGE, p->name, '.', s->name));
    SCE_TRY(sce_outline_storage(list->md, &list->text, s));
    end_item(list, mix_text(h, s->default_value));
  }
  return NULL;
}

static sce_error_t *add_enum(list_t *list, const sce_pallet_t *p, kind_t kind, uint32_t type, uint8_t pallet_index) {
  if (type == SCE_TYPE_NONE) return NULL;
  for (uint32_t i = 0; i < list->md->types[type].variant_count; i++) {
    const sce_variant_t *v = &list->md->types[type].variants[i];
    SCE_TRY(begin_item(list, kind, p->name, '.', v->name));
    SCE_TRY(sce_buf_printf(&list->text, "%u.", pallet_index));
    SCE_TRY(sce_outline_variant(list->md, &list->text, v));
    end_item(list, mix_fields(mix(pallet_index, v->index), list->digests, &v->fields));
  }
  return NULL;
}

static uint64_t digest_method(const list_t *list, const sce_method_t *m) {
  sce_fields_t inputs = {m->inputs, m->input_count};
  return mix_fields(list->digests[m->output], list->digests, &inputs);
}

static sce_error_t *add_pallet(list_t *list, const sce_pallet_t *p) {
  SCE_TRY(begin_item(list, K_PALLET, p->name, 0, p->name));
  SCE_TRY(sce_buf_printf(&list->text, "index %u", p->index));
  end_item(list, p->index);
  SCE_TRY(add_storage(list, p));
  SCE_TRY(add_enum(list, p, K_CALL, p->calls, p->call_index));
  SCE_TRY(add_enum(list, p, K_EVENT, p->events, p->event_index));
  SCE_TRY(add_enum(list, p, K_ERROR, p->errors, p->index));
  for (uint32_t i = 0; i < p->constant_count; i++) {
    SCE_TRY(begin_item(list, K_CONSTANT, p->name, '.', p->constants[i].name));
    SCE_TRY(sce_outline_constant(list->md, &list->text, &p->constants[i]));
    end_item(list, mix_text(list->digests[p->constants[i].type], p->constants[i].value));
  }
  for (uint32_t i = 0; i < p->view_count; i++) {
    SCE_TRY(begin_item(list, K_VIEW, p->name, '.', p->views[i].name));
    SCE_TRY(sce_outline_method(list->md, &list->text, &p->views[i]));
    end_item(list, digest_method(list, &p->views[i]));
  }
  return NULL;
}

static sce_error_t *add_extrinsic(list_t *list) {
  const sce_extrinsic_format_t *x = &list->md->extrinsic;
  for (uint32_t i = 0; i < x->version_count; i++) {
    SCE_TRY(begin_item(list, K_EXTRINSIC, sce_span_text("version"), ' ', (sce_span_t){NULL, 0}));
    SCE_TRY(sce_buf_printf(&list->text, "%u", x->versions[i]));
    list->items[list->count - 1].name_len = list->text.len - list->items[list->count - 1].name;
    end_item(list, 0);
  }
  for (uint32_t i = 0; i < x->extension_count; i++) {
    const sce_extension_t *e = &x->extensions[i];
    SCE_TRY(begin_item(list, K_EXTRINSIC, e->name, 0, e->name));
    SCE_TRY(sce_buf_printf(&list->text, "extension %u: ", i));
    SCE_TRY(sce_type_name(list->md, &list->text, e->type));
    SCE_TRY(sce_buf_append(&list->text, ", implicit ", 11));
    SCE_TRY(sce_type_name(list->md, &list->text, e->implicit));
    end_item(list, mix(mix(list->digests[e->type], list->digests[e->implicit]), i));
  }
  return NULL;
}

/* Enums of a pallet are listed by their variants, outer enums by their pallets. */
static bool is_listed_elsewhere(const sce_metadata_t *md, uint32_t id) {
  if (id == md->call_type || id == md->event_type || id == md->error_type) return true;
  for (uint32_t i = 0; i < md->pallet_count; i++)
    if (id == md->pallets[i].calls || id == md->pallets[i].events || id == md->pallets[i].errors) return true;
  return false;
}

static sce_error_t *add_types(list_t *list) {
  sce_span_t none = {NULL, 0};
  for (uint32_t id = 0; id < list->md->metadata_type_count; id++) {
    const sce_type_t *t = &list->md->types[id];
    if (t->path_count == 0 || is_listed_elsewhere(list->md, id)) continue;
    SCE_TRY(begin_item(list, K_TYPE, none, 0, none));
    item_t *item = &list->items[list->count - 1];
    SCE_TRY(sce_type_full_name(list->md, &list->text, id));
    item->name_len = list->text.len - item->name;
    item->line = list->text.len;
    end_item(list, list->digests[id]);
  }
  return NULL;
}

/* `with_apis` only when both metadata describe them: the shipped table is not the runtime's word. */
static sce_error_t *fill_list(list_t *list, bool with_apis) {
  SCE_TRY(digest_types(&list->digests, list->md));
  for (uint32_t i = 0; i < list->md->pallet_count; i++) SCE_TRY(add_pallet(list, &list->md->pallets[i]));
  for (uint32_t i = 0; with_apis && i < list->md->api_count; i++) {
    const sce_api_t *api = &list->md->apis[i];
    for (uint32_t j = 0; j < api->method_count; j++) {
      SCE_TRY(begin_item(list, K_API, api->name, '_', api->methods[j].name));
      SCE_TRY(sce_outline_method(list->md, &list->text, &api->methods[j]));
      end_item(list, digest_method(list, &api->methods[j]));
    }
  }
  SCE_TRY(add_extrinsic(list));
  return add_types(list);
}

/* ---- order and merging ---- */

typedef struct sorted {
  const list_t *list;
  const item_t *item;
} sorted_t;

static int compare_items(const sorted_t *a, const sorted_t *b) {
  if (a->item->kind != b->item->kind) return a->item->kind < b->item->kind ? -1 : 1;
  return sce_span_compare(item_name(a->list, a->item), item_name(b->list, b->item));
}

/* Types of one name may be several; those of a digest stand together. */
static int compare_sorted(const void *x, const void *y) {
  const sorted_t *a = x, *b = y;
  int order = compare_items(a, b);
  if (order != 0 || a->item->digest == b->item->digest) return order;
  return a->item->digest < b->item->digest ? -1 : 1;
}

static sce_error_t *sort_list(sorted_t **sorted, const list_t *list) {
  *sorted = sce_calloc(list->count > 0 ? list->count : 1, sizeof **sorted);
  if (*sorted == NULL) return sce_error_oom();
  for (size_t i = 0; i < list->count; i++) (*sorted)[i] = (sorted_t){list, &list->items[i]};
  qsort(*sorted, list->count, sizeof **sorted, compare_sorted);
  return NULL;
}

typedef struct output {
  sce_buf_t *out;
  bool json;
  bool first;
} output_t;

static sce_error_t *write_json(output_t *o, const sorted_t *before, const sorted_t *after) {
  const sorted_t *any = before != NULL ? before : after;
  const char *change = before == NULL ? "added" : after == NULL ? "removed" : "changed";
  SCE_TRY(sce_buf_printf(o->out, "%s{\"change\":\"%s\",\"kind\":\"%s\",\"name\":", o->first ? "" : ",", change,
                         kind_names[any->item->kind]));
  SCE_TRY(sce_json_string(o->out, item_name(any->list, any->item)));
  for (int i = 0; i < 2; i++) {
    const sorted_t *s = i == 0 ? before : after;
    if (s == NULL || s->item->line_len == 0) continue;
    SCE_TRY(sce_json_key(o->out, false, i == 0 ? "before" : "after"));
    SCE_TRY(sce_json_string(o->out, item_line(s->list, s->item)));
  }
  o->first = false;
  return sce_json_char(o->out, '}');
}

static sce_error_t *write_change(output_t *o, const sorted_t *before, const sorted_t *after) {
  if (o->json) return write_json(o, before, after);
  const sorted_t *any = before != NULL ? before : after;
  sce_span_t name = item_name(any->list, any->item), line = item_line(any->list, any->item);
  SCE_TRY(sce_buf_printf(o->out, "%c %s %.*s",
                         before == NULL  ? '+'
                         : after == NULL ? '-'
                                         : '~',
                         kind_names[any->item->kind], (int)name.len, (const char *)name.data));
  if (line.len > 0) SCE_TRY(sce_buf_printf(o->out, ": %.*s", (int)line.len, (const char *)line.data));
  if (before != NULL && after != NULL) {
    sce_span_t next = item_line(after->list, after->item);
    if (!sce_span_equal(line, next))
      SCE_TRY(sce_buf_printf(o->out, " => %.*s", (int)next.len, (const char *)next.data));
    else if (line.len > 0)
      SCE_TRY(sce_buf_printf(o->out, " (a type inside changed)"));
  }
  return sce_buf_append_byte(o->out, '\n');
}

/* The end of the run of items that have the name of `from`. */
static size_t run_end(const sorted_t *s, size_t from, size_t count) {
  size_t end = from + 1;
  while (end < count && compare_items(&s[from], &s[end]) == 0) end++;
  return end;
}

/* True when two runs of one name have the same digests, whatever how often each. */
static bool same_digests(const sorted_t *a, size_t a_count, const sorted_t *b, size_t b_count) {
  size_t i = 0, j = 0;
  while (i < a_count && j < b_count) {
    uint64_t digest = a[i].item->digest;
    if (digest != b[j].item->digest) return false;
    while (i < a_count && a[i].item->digest == digest) i++;
    while (j < b_count && b[j].item->digest == digest) j++;
  }
  return i == a_count && j == b_count;
}

static sce_error_t *merge(output_t *o, const sorted_t *a, size_t a_count, const sorted_t *b, size_t b_count) {
  size_t i = 0, j = 0;
  while (i < a_count || j < b_count) {
    int order = i == a_count ? 1 : j == b_count ? -1 : compare_items(&a[i], &b[j]);
    size_t i_end = order <= 0 ? run_end(a, i, a_count) : i, j_end = order >= 0 ? run_end(b, j, b_count) : j;
    if (order < 0) SCE_TRY(write_change(o, &a[i], NULL));
    if (order > 0) SCE_TRY(write_change(o, NULL, &b[j]));
    if (order == 0 && !same_digests(a + i, i_end - i, b + j, j_end - j)) SCE_TRY(write_change(o, &a[i], &b[j]));
    i = i_end;
    j = j_end;
  }
  return NULL;
}

sce_error_t *sce_metadata_diff(sce_buf_t *out, const sce_metadata_t *older, const sce_metadata_t *newer,
                               unsigned flags) {
  list_t a = {.md = older}, b = {.md = newer};
  sorted_t *a_sorted = NULL, *b_sorted = NULL;
  output_t o = {out, (flags & SCE_OUTLINE_JSON) != 0, true};
  size_t start = out->len;
  bool with_apis = older->version >= 15 && newer->version >= 15;
  sce_error_t *err = fill_list(&a, with_apis);
  if (err == NULL) err = fill_list(&b, with_apis);
  if (err == NULL) err = sort_list(&a_sorted, &a);
  if (err == NULL) err = sort_list(&b_sorted, &b);
  if (err == NULL && o.json) err = sce_json_char(out, '[');
  if (err == NULL) err = merge(&o, a_sorted, a.count, b_sorted, b.count);
  if (err == NULL && o.json) err = sce_json_char(out, ']');
  sce_free(a_sorted);
  sce_free(b_sorted);
  list_free(&a);
  list_free(&b);
  if (err != NULL) out->len = start;
  return err;
}
