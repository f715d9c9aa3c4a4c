/* diff_items.c: what a metadata says, item by item and detail by detail. Everything that the model holds is in some
 * entry, but for what is derived from the rest and for the numbers of types: tests/unit/test_metadata_diff.c changes
 * each field of model.h and looks for a difference. */
#include "metadata/diff.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "metadata/decoder.h"
#include "metadata/json_out.h"
#include "metadata/outline.h"
#include "metadata/registry.h"
#include "scexec/value.h"

#include <stdio.h>
#include <string.h>

#define SPAN(s) (int)(s).len, (s).len > 0 ? (const char *)(s).data : ""

static const sce_span_t nothing = {NULL, 0};

const char *sce_diff_kind_name(sce_diff_kind_t kind) {
  static const char *const names[] = {
      "metadata",      "pallet",          "storage",     "call",      "event",        "error", "constant",
      "view function", "associated type", "runtime API", "extrinsic", "custom value", "type"};
  return names[kind];
}

void sce_diff_list_free(sce_diff_list_t *list) {
  sce_free(list->deep);
  sce_free(list->shallow);
  sce_free(list->entries);
  sce_buf_free(&list->text);
}

/* ---- entries ---- */

static sce_diff_entry_t *last(sce_diff_list_t *list) {
  return &list->entries[list->count - 1];
}

static sce_error_t *add_entry(sce_diff_list_t *list, const sce_diff_entry_t *entry) {
  if (list->count == list->cap) {
    size_t cap = list->cap == 0 ? 1024 : list->cap * 2;
    sce_diff_entry_t *entries = sce_realloc_array(list->entries, cap, sizeof *entries);
    if (entries == NULL) return sce_error_oom();
    list->entries = entries;
    list->cap = cap;
  }
  list->entries[list->count++] = *entry;
  return NULL;
}

/* An item called `outer` `between` `inner` (`between` 0: just `outer`); its line is to be appended to list->text, then
 * end() called. */
static sce_error_t *begin_item(sce_diff_list_t *list, sce_diff_kind_t kind, sce_span_t outer, char between,
                               sce_span_t inner) {
  SCE_TRY(add_entry(list, &(sce_diff_entry_t){.kind = kind, .name = list->text.len}));
  SCE_TRY(sce_buf_append(&list->text, outer.data, outer.len));
  if (between != 0) SCE_TRY(sce_buf_append_byte(&list->text, (uint8_t)between));
  if (between != 0) SCE_TRY(sce_buf_append(&list->text, inner.data, inner.len));
  last(list)->name_len = list->text.len - last(list)->name;
  last(list)->detail = last(list)->text = list->text.len;
  return NULL;
}

/* A detail of the item begun last, called `what` or `what` `of`. */
static sce_error_t *begin_detail(sce_diff_list_t *list, const char *what, sce_span_t of) {
  sce_diff_entry_t entry = *last(list);
  entry.detail = list->text.len;
  entry.digest = 0;
  SCE_TRY(sce_buf_printf(&list->text, "%s%s%.*s", what, of.len > 0 ? " " : "", SPAN(of)));
  entry.detail_len = list->text.len - entry.detail;
  entry.text = list->text.len;
  return add_entry(list, &entry);
}

static void end(sce_diff_list_t *list, uint64_t digest) {
  last(list)->text_len = list->text.len - last(list)->text;
  last(list)->digest = digest;
}

static sce_error_t *add_docs(sce_diff_list_t *list, sce_span_t of, sce_docs_t docs) {
  if (docs.count == 0) return NULL;
  SCE_TRY(begin_detail(list, of.len > 0 ? "documentation of" : "documentation", of));
  uint64_t digest = sce_diff_mix_text(0, sce_span(docs.data, docs.len));
  SCE_TRY(sce_json_docs(&list->text, docs));
  end(list, digest);
  return NULL;
}

static sce_error_t *add_deprecation(sce_diff_list_t *list, const sce_deprecation_t *d) {
  if (d->status == 0) return NULL;
  SCE_TRY(begin_detail(list, "deprecation", nothing));
  SCE_TRY(sce_buf_printf(&list->text, "deprecated"));
  if (d->since.data != NULL) SCE_TRY(sce_buf_printf(&list->text, " since %.*s", SPAN(d->since)));
  if (d->status == 2) SCE_TRY(sce_buf_printf(&list->text, ": %.*s", SPAN(d->note)));
  end(list, 0);
  return NULL;
}

static sce_error_t *add_detail_type(sce_diff_list_t *list, const char *what, sce_span_t of, uint32_t type) {
  if (type == SCE_TYPE_NONE) return NULL;
  SCE_TRY(begin_detail(list, what, of));
  SCE_TRY(sce_type_name(list->md, &list->text, type));
  end(list, list->shallow[type]);
  return NULL;
}

/* Name of a field in details: its own, behind `owner.` where it is of a variant; unnamed ones have their place. */
static sce_error_t *field_label(sce_buf_t *out, sce_span_t owner, const sce_field_t *field, uint32_t place) {
  if (owner.len > 0) SCE_TRY(sce_buf_printf(out, "%.*s.", SPAN(owner)));
  return field->name.data != NULL ? sce_buf_append(out, field->name.data, field->name.len)
                                  : sce_buf_printf(out, "%u", place);
}

/* What fields have besides name and type: documentation, and the type as the source code calls it. */
static sce_error_t *add_field_details(sce_diff_list_t *list, sce_span_t owner, const sce_field_t *items,
                                      uint32_t count) {
  sce_buf_t label = {0};
  sce_error_t *err = NULL;
  for (uint32_t i = 0; err == NULL && i < count; i++) {
    label.len = 0;
    err = field_label(&label, owner, &items[i], i);
    if (err == NULL) err = add_docs(list, sce_buf_span(&label), items[i].docs);
    if (err != NULL || items[i].type_name.data == NULL) continue;
    err = begin_detail(list, "source type of", sce_buf_span(&label));
    if (err == NULL) err = sce_buf_append(&list->text, items[i].type_name.data, items[i].type_name.len);
    if (err == NULL) end(list, 0);
  }
  sce_buf_free(&label);
  return err;
}

/* ---- pallets ---- */

/* A value as JSON, or its bytes where it is none of the type. */
static sce_error_t *write_value(sce_diff_list_t *list, uint32_t type, sce_span_t value) {
  sce_value_format_t format = {sce_metadata_ss58_prefix(list->md, 42), false};
  sce_error_t *err = sce_value_decode(list->md, &list->text, type, value, &format);
  if (err == NULL || sce_error_kind(err) != SCE_BAD_INPUT) return err;
  sce_error_delete(err);
  return sce_json_hex(&list->text, value);
}

static sce_error_t *add_storage(sce_diff_list_t *list, const sce_pallet_t *p) {
  for (uint32_t i = 0; i < p->storage_count; i++) {
    const sce_storage_t *s = &p->storage[i];
    uint64_t h = sce_diff_mix(list->deep[s->value_type], s->modifier);
    for (uint32_t k = 0; s->keys != NULL && k < s->key_count; k++)
      h = sce_diff_mix(sce_diff_mix(h, s->hashers[k]), list->deep[s->keys[k]]);
    SCE_TRY(begin_item(list, SCE_DIFF_STORAGE, p->name, '.', s->name));
    SCE_TRY(sce_outline_storage(list->md, &list->text, s));
    end(list, h);
    SCE_TRY(add_detail_type(list, "key", nothing, s->key_type));
    SCE_TRY(begin_detail(list, "default", nothing));
    SCE_TRY(write_value(list, s->value_type, s->default_value));
    end(list, sce_diff_mix_text(0, s->default_value));
    if (s->linked) SCE_TRY(begin_detail(list, "links", nothing));
    if (s->linked) SCE_TRY(sce_buf_printf(&list->text, "to the neighbours, after the value"));
    if (s->linked) end(list, 0);
    SCE_TRY(add_docs(list, nothing, s->docs));
    SCE_TRY(add_deprecation(list, &s->deprecation));
  }
  return NULL;
}

/* Deprecations of a pallet's enum; those of indices that no variant has are the pallet's. */
static sce_error_t *add_deprecations(sce_diff_list_t *list, const sce_deprecations_t *all, const sce_type_t *type,
                                     uint8_t variant) {
  const sce_variant_t *own = sce_type_variant(type, variant);
  for (uint32_t i = 0; i < all->count; i++)
    if (own != NULL && all->items[i].variant == variant) SCE_TRY(add_deprecation(list, &all->items[i]));
  return NULL;
}

static sce_error_t *add_lost_deprecations(sce_diff_list_t *list, const char *what, const sce_deprecations_t *all,
                                          uint32_t type) {
  for (uint32_t i = 0; i < all->count; i++) {
    const sce_deprecation_t *d = &all->items[i];
    if (type != SCE_TYPE_NONE && sce_type_variant(&list->md->types[type], d->variant) != NULL) continue;
    SCE_TRY(begin_detail(list, what, nothing));
    SCE_TRY(sce_buf_printf(&list->text, "of number %u, which there is not: %.*s", d->variant, SPAN(d->note)));
    end(list, sce_diff_mix_text(d->status, d->since));
  }
  return NULL;
}

static sce_error_t *add_enum(sce_diff_list_t *list, const sce_pallet_t *p, sce_diff_kind_t kind, uint32_t type,
                             uint8_t pallet_index, const sce_deprecations_t *deprecations) {
  if (type == SCE_TYPE_NONE) return NULL;
  const sce_type_t *t = &list->md->types[type];
  for (uint32_t i = 0; i < t->variant_count; i++) {
    const sce_variant_t *v = &t->variants[i];
    SCE_TRY(begin_item(list, kind, p->name, '.', v->name));
    SCE_TRY(sce_buf_printf(&list->text, "%u.", pallet_index));
    SCE_TRY(sce_outline_variant(list->md, &list->text, v));
    end(list, sce_diff_mix_fields(sce_diff_mix(pallet_index, v->index), list->deep, &v->fields));
    SCE_TRY(add_docs(list, nothing, v->docs));
    SCE_TRY(add_deprecations(list, deprecations, t, v->index));
    SCE_TRY(add_field_details(list, nothing, v->fields.items, v->fields.count));
  }
  return NULL;
}

/* `with_id`: of a view function. */
static sce_error_t *add_method(sce_diff_list_t *list, sce_diff_kind_t kind, sce_span_t outer, char between,
                               const sce_method_t *m, bool with_id) {
  sce_fields_t inputs = {m->inputs, m->input_count};
  SCE_TRY(begin_item(list, kind, outer, between, m->name));
  SCE_TRY(sce_outline_method(list->md, &list->text, m));
  end(list, sce_diff_mix_fields(list->deep[m->output], list->deep, &inputs));
  SCE_TRY(add_docs(list, nothing, m->docs));
  SCE_TRY(add_deprecation(list, &m->deprecation));
  SCE_TRY(add_field_details(list, nothing, m->inputs, m->input_count));
  if (!with_id) return NULL;
  SCE_TRY(begin_detail(list, "id", nothing));
  SCE_TRY(sce_json_hex(&list->text, sce_span(m->id, sizeof m->id)));
  end(list, 0);
  return NULL;
}

static sce_error_t *add_constants(sce_diff_list_t *list, const sce_pallet_t *p) {
  for (uint32_t i = 0; i < p->constant_count; i++) {
    const sce_constant_t *c = &p->constants[i];
    SCE_TRY(begin_item(list, SCE_DIFF_CONSTANT, p->name, '.', c->name));
    SCE_TRY(sce_outline_constant(list->md, &list->text, c));
    end(list, sce_diff_mix_text(list->deep[c->type], c->value));
    SCE_TRY(add_docs(list, nothing, c->docs));
    SCE_TRY(add_deprecation(list, &c->deprecation));
  }
  return NULL;
}

static sce_error_t *add_associated(sce_diff_list_t *list, const sce_pallet_t *p) {
  for (uint32_t i = 0; i < p->associated_count; i++) {
    const sce_associated_type_t *a = &p->associated[i];
    SCE_TRY(begin_item(list, SCE_DIFF_ASSOCIATED, p->name, '.', a->name));
    SCE_TRY(sce_type_name(list->md, &list->text, a->type));
    end(list, list->deep[a->type]);
    SCE_TRY(add_docs(list, nothing, a->docs));
  }
  return NULL;
}

static sce_error_t *add_pallet(sce_diff_list_t *list, const sce_pallet_t *p) {
  SCE_TRY(begin_item(list, SCE_DIFF_PALLET, p->name, 0, nothing));
  SCE_TRY(sce_buf_printf(&list->text, "index %u", p->index));
  end(list, 0);
  if (p->call_index != p->index || p->event_index != p->index) {
    SCE_TRY(begin_detail(list, "numbers", nothing));
    SCE_TRY(sce_buf_printf(&list->text, "%u in calls, %u in events", p->call_index, p->event_index));
    end(list, 0);
  }
  if (p->storage_prefix.data != NULL) {
    SCE_TRY(begin_detail(list, "storage prefix", nothing));
    SCE_TRY(sce_buf_append(&list->text, p->storage_prefix.data, p->storage_prefix.len));
    end(list, 0);
  }
  SCE_TRY(add_docs(list, nothing, p->docs));
  SCE_TRY(add_deprecation(list, &p->deprecation));
  SCE_TRY(add_lost_deprecations(list, "deprecation of a call", &p->calls_deprecated, p->calls));
  SCE_TRY(add_lost_deprecations(list, "deprecation of an event", &p->events_deprecated, p->events));
  SCE_TRY(add_lost_deprecations(list, "deprecation of an error", &p->errors_deprecated, p->errors));
  SCE_TRY(add_storage(list, p));
  SCE_TRY(add_enum(list, p, SCE_DIFF_CALL, p->calls, p->call_index, &p->calls_deprecated));
  SCE_TRY(add_enum(list, p, SCE_DIFF_EVENT, p->events, p->event_index, &p->events_deprecated));
  SCE_TRY(add_enum(list, p, SCE_DIFF_ERROR, p->errors, p->index, &p->errors_deprecated));
  SCE_TRY(add_constants(list, p));
  for (uint32_t i = 0; i < p->view_count; i++)
    SCE_TRY(add_method(list, SCE_DIFF_VIEW, p->name, '.', &p->views[i], true));
  return add_associated(list, p);
}

/* ---- the rest ---- */

static sce_error_t *add_api(sce_diff_list_t *list, const sce_api_t *api) {
  SCE_TRY(begin_item(list, SCE_DIFF_API, api->name, 0, nothing));
  if (api->version != 0) SCE_TRY(sce_buf_printf(&list->text, "version %u", api->version));
  end(list, 0);
  SCE_TRY(add_docs(list, nothing, api->docs));
  SCE_TRY(add_deprecation(list, &api->deprecation));
  for (uint32_t i = 0; i < api->method_count; i++)
    SCE_TRY(add_method(list, SCE_DIFF_API, api->name, '_', &api->methods[i], false));
  return NULL;
}

/* An item that is but a type. */
static sce_error_t *add_type_item(sce_diff_list_t *list, sce_diff_kind_t kind, const char *name, uint32_t type) {
  if (type == SCE_TYPE_NONE) return NULL;
  SCE_TRY(begin_item(list, kind, sce_span_text(name), 0, nothing));
  SCE_TRY(sce_type_name(list->md, &list->text, type));
  end(list, list->shallow[type]);
  return NULL;
}

static sce_error_t *add_extension_sets(sce_diff_list_t *list) {
  const sce_extrinsic_format_t *x = &list->md->extrinsic;
  for (uint32_t i = 0; i < x->set_count; i++) {
    char name[40];
    snprintf(name, sizeof name, "extensions of version %u", x->sets[i].version);
    SCE_TRY(begin_item(list, SCE_DIFF_EXTRINSIC, sce_span_text(name), 0, nothing));
    for (uint32_t j = 0; j < x->sets[i].count; j++)
      SCE_TRY(sce_buf_printf(&list->text, "%s%.*s", j > 0 ? ", " : "", SPAN(x->extensions[x->sets[i].places[j]].name)));
    end(list, 0);
  }
  return NULL;
}

static sce_error_t *add_extrinsic(sce_diff_list_t *list) {
  const sce_extrinsic_format_t *x = &list->md->extrinsic;
  for (uint32_t i = 0; i < x->version_count; i++) {
    char name[16];
    snprintf(name, sizeof name, "version %u", x->versions[i]);
    SCE_TRY(begin_item(list, SCE_DIFF_EXTRINSIC, sce_span_text(name), 0, nothing));
    end(list, 0);
  }
  SCE_TRY(add_type_item(list, SCE_DIFF_EXTRINSIC, "whole", x->type));
  SCE_TRY(add_type_item(list, SCE_DIFF_EXTRINSIC, "address", x->address));
  SCE_TRY(add_type_item(list, SCE_DIFF_EXTRINSIC, "call", x->call));
  SCE_TRY(add_type_item(list, SCE_DIFF_EXTRINSIC, "signature", x->signature));
  SCE_TRY(add_type_item(list, SCE_DIFF_EXTRINSIC, "extra", x->extra));
  for (uint32_t i = 0; i < x->extension_count; i++) {
    const sce_extension_t *e = &x->extensions[i];
    SCE_TRY(begin_item(list, SCE_DIFF_EXTRINSIC, e->name, 0, nothing));
    SCE_TRY(sce_buf_printf(&list->text, "extension %u: ", i));
    SCE_TRY(sce_type_name(list->md, &list->text, e->type));
    SCE_TRY(sce_buf_append(&list->text, ", implicit ", 11));
    SCE_TRY(sce_type_name(list->md, &list->text, e->implicit));
    end(list, sce_diff_mix(list->deep[e->type], list->deep[e->implicit]));
  }
  return add_extension_sets(list);
}

static sce_error_t *add_custom(sce_diff_list_t *list) {
  for (uint32_t i = 0; i < list->md->custom_count; i++) {
    const sce_custom_t *c = &list->md->custom[i];
    SCE_TRY(begin_item(list, SCE_DIFF_CUSTOM, c->name, 0, nothing));
    SCE_TRY(sce_type_name(list->md, &list->text, c->type));
    SCE_TRY(sce_buf_append(&list->text, " = ", 3));
    SCE_TRY(write_value(list, c->type, c->value));
    end(list, sce_diff_mix_text(list->deep[c->type], c->value));
  }
  return NULL;
}

static sce_error_t *add_metadata(sce_diff_list_t *list) {
  const sce_metadata_t *md = list->md;
  SCE_TRY(begin_item(list, SCE_DIFF_METADATA, sce_span_text("version"), 0, nothing));
  SCE_TRY(sce_buf_printf(&list->text, "%u", md->version));
  end(list, 0);
  SCE_TRY(add_type_item(list, SCE_DIFF_METADATA, "type of the runtime", md->runtime_type));
  SCE_TRY(add_type_item(list, SCE_DIFF_METADATA, "type of calls", md->call_type));
  SCE_TRY(add_type_item(list, SCE_DIFF_METADATA, "type of events", md->event_type));
  return add_type_item(list, SCE_DIFF_METADATA, "type of errors", md->error_type);
}

/* ---- types ---- */

static bool is_outer(const sce_metadata_t *md, uint32_t id) {
  return id == md->call_type || id == md->event_type || id == md->error_type;
}

/* Variants of a pallet's enum are items of their own. */
static bool is_of_pallet(const sce_metadata_t *md, uint32_t id) {
  for (uint32_t i = 0; i < md->pallet_count; i++)
    if (id == md->pallets[i].calls || id == md->pallets[i].events || id == md->pallets[i].errors) return true;
  return false;
}

/* A variant of an outer enum that says no more than its pallet does. */
static bool is_pallets(const sce_metadata_t *md, const sce_variant_t *v) {
  const sce_pallet_t *p = sce_metadata_find_pallet(md, v->name);
  return p != NULL && (v->index == p->index || v->index == p->call_index || v->index == p->event_index);
}

static const char *def_word(const sce_type_t *type) {
  switch ((sce_def_t)type->def) {
    case SCE_DEF_COMPOSITE: return "struct";
    case SCE_DEF_VARIANT: return "enum";
    case SCE_DEF_TUPLE: return "tuple";
    case SCE_DEF_SEQUENCE: return "sequence";
    case SCE_DEF_ARRAY: return "array";
    case SCE_DEF_PRIMITIVE: return "primitive";
    case SCE_DEF_COMPACT: return "compact";
    case SCE_DEF_BITS: return "bits";
    default: return "";
  }
}

static sce_error_t *add_fields(sce_diff_list_t *list, const sce_type_t *type) {
  sce_buf_t label = {0};
  sce_error_t *err = NULL;
  for (uint32_t i = 0; err == NULL && i < type->fields.count; i++) {
    label.len = 0;
    err = field_label(&label, nothing, &type->fields.items[i], i);
    if (err == NULL) err = add_detail_type(list, "field", sce_buf_span(&label), type->fields.items[i].type);
    if (err == NULL) last(list)->digest = sce_diff_mix(last(list)->digest, i);
  }
  sce_buf_free(&label);
  return err != NULL ? err : add_field_details(list, nothing, type->fields.items, type->fields.count);
}

static sce_error_t *add_variants(sce_diff_list_t *list, const sce_type_t *type, bool outer) {
  for (uint32_t i = 0; i < type->variant_count; i++) {
    const sce_variant_t *v = &type->variants[i];
    if (outer && is_pallets(list->md, v)) continue;
    SCE_TRY(begin_detail(list, "variant", v->name));
    SCE_TRY(sce_outline_variant(list->md, &list->text, v));
    end(list, sce_diff_mix_fields(0, list->shallow, &v->fields));
    SCE_TRY(add_docs(list, v->name, v->docs));
    SCE_TRY(add_field_details(list, v->name, v->fields.items, v->fields.count));
  }
  return NULL;
}

static sce_error_t *add_params(sce_diff_list_t *list, const sce_type_t *type) {
  for (uint32_t i = 0; i < type->param_count; i++) {
    SCE_TRY(begin_detail(list, "parameter", type->params[i].name));
    if (type->params[i].type == SCE_TYPE_NONE)
      SCE_TRY(sce_buf_printf(&list->text, "not described"));
    else
      SCE_TRY(sce_type_name(list->md, &list->text, type->params[i].type));
    end(list, type->params[i].type == SCE_TYPE_NONE ? 0 : list->shallow[type->params[i].type]);
  }
  return NULL;
}

/* What else a definition has: an array its length, integers their width, and so on. */
static sce_error_t *write_rest(sce_diff_list_t *list, const sce_type_t *t) {
  bool inner = t->def == SCE_DEF_SEQUENCE || t->def == SCE_DEF_ARRAY || t->def == SCE_DEF_COMPACT;
  if (t->def == SCE_DEF_PRIMITIVE) return sce_buf_printf(&list->text, " %u", t->primitive);
  if (t->def == SCE_DEF_ARRAY) SCE_TRY(sce_buf_printf(&list->text, " of %u", t->len));
  if (!inner && t->def != SCE_DEF_BITS) return NULL;
  SCE_TRY(sce_buf_append_byte(&list->text, ' '));
  SCE_TRY(sce_type_name(list->md, &list->text, t->target));
  if (inner) return NULL;
  SCE_TRY(sce_buf_append_byte(&list->text, ' '));
  return sce_type_name(list->md, &list->text, t->order);
}

static sce_error_t *add_type(sce_diff_list_t *list, uint32_t id) {
  const sce_type_t *t = &list->md->types[id];
  bool outer = is_outer(list->md, id);
  SCE_TRY(begin_item(list, SCE_DIFF_TYPE, nothing, 0, nothing));
  sce_diff_entry_t *entry = last(list);
  SCE_TRY(sce_type_full_name(list->md, &list->text, id));
  entry->name_len = list->text.len - entry->name;
  entry->detail = entry->text = list->text.len;
  SCE_TRY(sce_buf_printf(&list->text, "%s", def_word(t)));
  SCE_TRY(write_rest(list, t));
  end(list, 0);
  SCE_TRY(add_params(list, t));
  SCE_TRY(add_docs(list, nothing, t->docs));
  SCE_TRY(add_fields(list, t));
  return !outer && is_of_pallet(list->md, id) ? NULL : add_variants(list, t, outer);
}

sce_error_t *sce_diff_list_fill(sce_diff_list_t *list, bool with_apis) {
  const sce_metadata_t *md = list->md;
  SCE_TRY(sce_diff_digest_types(&list->deep, md, false));
  SCE_TRY(sce_diff_digest_types(&list->shallow, md, true));
  SCE_TRY(add_metadata(list));
  for (uint32_t i = 0; i < md->pallet_count; i++) SCE_TRY(add_pallet(list, &md->pallets[i]));
  for (uint32_t i = 0; with_apis && i < md->api_count; i++) SCE_TRY(add_api(list, &md->apis[i]));
  SCE_TRY(add_extrinsic(list));
  SCE_TRY(add_custom(list));
  for (uint32_t id = 0; id < md->metadata_type_count; id++)
    if (md->types[id].path_count > 0) SCE_TRY(add_type(list, id));
  return NULL;
}
