/* outline.c: finding what an outline is asked of. */
#include "metadata/outline.h"

#include "base/buf.h"
#include "base/error.h"
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

/* Offers an item's name; true when it is the one that is wanted. */
static bool offer(sce_suggest_t *near, const sce_pallet_t *p, sce_span_t name, sce_span_t item) {
  sce_suggest_offer(near, p->name, '.', name);
  return sce_span_equal(name, item);
}

static bool offer_items(const sce_metadata_t *md, sce_suggest_t *near, const sce_pallet_t *p, sce_span_t item) {
  const uint32_t enums[] = {p->calls, p->events, p->errors};
  bool hit = false;
  for (uint32_t i = 0; i < p->storage_count; i++) hit |= offer(near, p, p->storage[i].name, item);
  for (uint32_t i = 0; i < p->constant_count; i++) hit |= offer(near, p, p->constants[i].name, item);
  for (uint32_t i = 0; i < p->view_count; i++) hit |= offer(near, p, p->views[i].name, item);
  for (uint32_t i = 0; i < p->associated_count; i++) hit |= offer(near, p, p->associated[i].name, item);
  for (size_t e = 0; e < 3; e++)
    for (uint32_t i = 0; enums[e] != SCE_TYPE_NONE && i < md->types[enums[e]].variant_count; i++)
      hit |= offer(near, p, md->types[enums[e]].variants[i].name, item);
  return hit;
}

static sce_error_t *select_items(const sce_metadata_t *md, sce_selection_t *what, sce_span_t selector) {
  sce_span_t pallet;
  sce_suggest_t near = sce_suggest(selector);
  split(selector, '.', &pallet, &what->item);
  what->pallet = sce_metadata_find_pallet(md, pallet);
  if (what->pallet == NULL) {
    near = sce_suggest(pallet);
    for (uint32_t i = 0; i < md->pallet_count; i++)
      sce_suggest_offer(&near, md->pallets[i].name, 0, (sce_span_t){NULL, 0});
    return sce_suggest_error(&near, "pallet");
  }
  if (what->item.len == 0 || offer_items(md, &near, what->pallet, what->item)) return NULL;
  return sce_suggest_error(&near, "item");
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

sce_error_t *sce_metadata_outline_apis(const sce_metadata_t *metadata, sce_buf_t *out, sce_span_t selector,
                                       unsigned flags) {
  sce_span_t api = {NULL, 0}, method = {NULL, 0};
  sce_suggest_t near = sce_suggest(selector);
  size_t start = out->len;
  bool hit = selector.len == 0;
  if (selector.len > 0) split(selector, '_', &api, &method);
  for (uint32_t i = 0; selector.len > 0 && i < metadata->api_count; i++) {
    const sce_api_t *a = &metadata->apis[i];
    hit = hit || (method.len == 0 && sce_span_equal(a->name, api));
    sce_suggest_offer(&near, a->name, 0, (sce_span_t){NULL, 0});
    for (uint32_t j = 0; method.len > 0 && j < a->method_count; j++) {
      hit = hit || (sce_span_equal(a->name, api) && sce_span_equal(a->methods[j].name, method));
      sce_suggest_offer(&near, a->name, '_', a->methods[j].name);
    }
  }
  for (uint32_t i = 0; selector.len > 0 && i < metadata->pallet_count; i++) {
    const sce_pallet_t *p = &metadata->pallets[i];
    if (p->view_count == 0) continue;
    hit = hit || (method.len == 0 && sce_span_equal(p->name, api));
    sce_suggest_offer(&near, p->name, 0, (sce_span_t){NULL, 0});
    for (uint32_t j = 0; method.len > 0 && j < p->view_count; j++) {
      hit = hit || (sce_span_equal(p->name, api) && sce_span_equal(p->views[j].name, method));
      sce_suggest_offer(&near, p->name, '.', p->views[j].name);
    }
  }
  if (!hit) return sce_suggest_error(&near, "runtime API");
  sce_error_t *err = flags & SCE_OUTLINE_JSON ? sce_outline_write_apis_json(metadata, out, api, method, flags)
                                              : sce_outline_write_apis_text(metadata, out, api, method, flags);
  if (err != NULL) out->len = start;
  return err;
}
