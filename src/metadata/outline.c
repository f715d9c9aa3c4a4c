/* outline.c: finding what an outline is asked of. */
#include "metadata/outline.h"

#include "base/buf.h"
#include "base/error.h"
#include "metadata/encoder.h"
#include "metadata/registry.h"
#include "metadata/suggest.h"

static bool split(sce_span_t name, char between, sce_span_t *first, sce_span_t *second) {
  for (size_t i = 0; i < name.len; i++) {
    if (name.data[i] != (uint8_t)between) continue;
    *first = sce_span(name.data, i);
    *second = sce_span_skip(name, i + 1);
    return true;
  }
  *first = name;
  *second = (sce_span_t){NULL, 0};
  return false;
}

/* A name that is looked for among others, of which it may have another spelling: case and underscores do not count as
 * long as none is exactly the one. */
typedef struct wanted {
  sce_span_t name;
  sce_span_t exact, spelt; /* what was found; of the latter the first */
} wanted_t;

static void try_name(wanted_t *wanted, sce_span_t name) {
  if (sce_span_equal(name, wanted->name)) wanted->exact = name;
  if (wanted->spelt.data == NULL && sce_name_matches(name, wanted->name)) wanted->spelt = name;
}

/* Whether one was found; then `*name` is that. */
static bool found(const wanted_t *wanted, sce_span_t *name) {
  *name = wanted->exact.data != NULL ? wanted->exact : wanted->spelt;
  return name->data != NULL;
}

static void offer(sce_suggest_t *near, const sce_pallet_t *p, sce_span_t name, wanted_t *item) {
  sce_suggest_offer(near, p->name, '.', name);
  try_name(item, name);
}

static void offer_items(const sce_metadata_t *md, sce_suggest_t *near, const sce_pallet_t *p, wanted_t *item) {
  const uint32_t enums[] = {p->calls, p->events, p->errors};
  for (uint32_t i = 0; i < p->storage_count; i++) offer(near, p, p->storage[i].name, item);
  for (uint32_t i = 0; i < p->constant_count; i++) offer(near, p, p->constants[i].name, item);
  for (uint32_t i = 0; i < p->view_count; i++) offer(near, p, p->views[i].name, item);
  for (uint32_t i = 0; i < p->associated_count; i++) offer(near, p, p->associated[i].name, item);
  for (size_t e = 0; e < 3; e++)
    for (uint32_t i = 0; enums[e] != SCE_TYPE_NONE && i < md->types[enums[e]].variant_count; i++)
      offer(near, p, md->types[enums[e]].variants[i].name, item);
}

static sce_error_t *select_items(const sce_metadata_t *md, sce_selection_t *what, sce_span_t selector) {
  sce_span_t pallet;
  sce_suggest_t near = sce_suggest(selector);
  split(selector, '.', &pallet, &what->item);
  what->pallet = sce_metadata_spelt_pallet(md, pallet);
  if (what->pallet == NULL) {
    near = sce_suggest(pallet);
    for (uint32_t i = 0; i < md->pallet_count; i++)
      sce_suggest_offer(&near, md->pallets[i].name, 0, (sce_span_t){NULL, 0});
    return sce_suggest_error(&near, "pallet");
  }
  if (what->item.len == 0) return NULL;
  wanted_t item = {.name = what->item};
  offer_items(md, &near, what->pallet, &item);
  return found(&item, &what->item) ? NULL : sce_suggest_error(&near, "item");
}

sce_error_t *sce_metadata_outline(const sce_metadata_t *metadata, sce_buf_t *out, sce_span_t selector, unsigned flags) {
  sce_selection_t what = {NULL, {NULL, 0}};
  size_t start = out->len;
  if (selector.len > 0) SCE_TRY(select_items(metadata, &what, selector));
  sce_error_t *err = flags & SCE_OUTLINE_JSON ? sce_outline_write_json(metadata, out, &what, flags)
                                              : sce_outline_write_text(metadata, out, &what, flags);
  if (err != NULL) out->len = start;
  return err;
}

/* Of an API, or of a pallet with view functions: takes the methods of those that are called so, and offers all. */
static void offer_methods(const sce_metadata_t *md, sce_suggest_t *near, sce_span_t api, wanted_t *method) {
  bool whole = method->name.len == 0;
  for (uint32_t i = 0; i < md->api_count; i++) {
    const sce_api_t *a = &md->apis[i];
    sce_suggest_offer(near, a->name, 0, (sce_span_t){NULL, 0});
    for (uint32_t j = 0; !whole && j < a->method_count; j++) {
      if (sce_span_equal(a->name, api)) try_name(method, a->methods[j].name);
      sce_suggest_offer(near, a->name, '_', a->methods[j].name);
    }
  }
  for (uint32_t i = 0; i < md->pallet_count; i++) {
    const sce_pallet_t *p = &md->pallets[i];
    if (p->view_count == 0) continue;
    sce_suggest_offer(near, p->name, 0, (sce_span_t){NULL, 0});
    for (uint32_t j = 0; !whole && j < p->view_count; j++) {
      if (sce_span_equal(p->name, api)) try_name(method, p->views[j].name);
      sce_suggest_offer(near, p->name, '.', p->views[j].name);
    }
  }
}

/* The names as the metadata has them. */
static sce_error_t *select_method(const sce_metadata_t *md, sce_span_t *api, sce_span_t *method, sce_span_t selector) {
  sce_suggest_t near = sce_suggest(selector);
  split(selector, '_', api, method);
  wanted_t first = {.name = *api}, second = {.name = *method};
  for (uint32_t i = 0; i < md->api_count; i++) try_name(&first, md->apis[i].name);
  for (uint32_t i = 0; i < md->pallet_count; i++)
    if (md->pallets[i].view_count > 0) try_name(&first, md->pallets[i].name);
  bool hit = found(&first, api);
  offer_methods(md, &near, *api, &second);
  if (hit && (method->len == 0 || found(&second, method))) return NULL;
  return sce_suggest_error(&near, "runtime API");
}

sce_error_t *sce_metadata_outline_apis(const sce_metadata_t *metadata, sce_buf_t *out, sce_span_t selector,
                                       unsigned flags) {
  sce_span_t api = {NULL, 0}, method = {NULL, 0};
  size_t start = out->len;
  if (selector.len > 0) SCE_TRY(select_method(metadata, &api, &method, selector));
  sce_error_t *err = flags & SCE_OUTLINE_JSON ? sce_outline_write_apis_json(metadata, out, api, method, flags)
                                              : sce_outline_write_apis_text(metadata, out, api, method, flags);
  if (err != NULL) out->len = start;
  return err;
}
